"""What feedgen writes wrongly or not at all: the extension that `xmlfeed` registers with it.

feedgen calls `extend_rss` and `extend_atom` with the lxml element it has built, once for the feed and once for every
entry. Its Atom elements are in no namespace: `xmlns` is a plain attribute of its root, and children that joined the
namespace properly would be written with a prefix. So ours are named like feedgen's. All strings come tidy.
"""

import hashlib
import html

from lxml import etree

from aggregator.models import FeedItem, FeedSource, Image, Tombstone
from aggregator.render.wording import instant, is_mistakable

ATOM = "http://www.w3.org/2005/Atom"
MEDIA = "http://search.yahoo.com/mrss/"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
HISTORY = "http://purl.org/syndication/history/1.0"
COMMONS = "http://backend.userland.com/creativeCommonsRssModule"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class FeedExtension:
    """Adds links to other documents, tombstones and declared text types; names the modules that are used."""

    def __init__(self) -> None:
        self.has_licences = False
        self.is_archive = False
        self.related: dict[str, str] = {}  # addresses of other documents by their relation
        self.tombstones: tuple[Tombstone, ...] = ()

    def extend_ns(self) -> dict[str, str]:
        """Name the prefixes; that of tombstones only where there are some, since validators do not know it."""
        licences = {"creativeCommons": COMMONS} if self.has_licences else {}
        history = {"fh": HISTORY} if self.is_archive else {}
        return {"media": MEDIA} | ({"at": TOMBSTONES} if self.tombstones else {}) | licences | history

    def extend_rss(self, rss: etree._Element) -> None:
        for relation, url in self.related.items():
            etree.SubElement(rss[0], f"{{{ATOM}}}link", {"rel": relation, "href": url})
        if self.is_archive:
            etree.SubElement(rss[0], f"{{{HISTORY}}}archive")

    def extend_atom(self, feed: etree._Element) -> None:
        _write_in_utc(feed)
        _declare_texts(feed)
        for relation, url in self.related.items():
            etree.SubElement(feed, "link", {"rel": relation, "href": url})
        if self.is_archive:  # RFC 5005 §4
            etree.SubElement(feed, f"{{{HISTORY}}}archive")
        for tombstone in self.tombstones:  # RFC 6721 §3
            attributes = {"ref": tombstone.id, "when": instant(tombstone.when)}
            deleted = etree.SubElement(feed, f"{{{TOMBSTONES}}}deleted-entry", attributes)
            if tombstone.merged_into:
                etree.SubElement(deleted, f"{{{TOMBSTONES}}}comment").text = f"Merged into {tombstone.merged_into}"


class EntryExtension:
    """Adds media to RSS items and Atom entries, and to entries their links, source, language and text types."""

    def __init__(self) -> None:
        self.item: FeedItem | None = None

    def extend_rss(self, element: etree._Element) -> None:
        if self.item is not None:
            taken = {enclosure.get("url") for enclosure in element.findall("enclosure")}
            _add_media(element, self.item, taken)
            if self.item.licence_url:
                etree.SubElement(element, f"{{{COMMONS}}}license").text = self.item.licence_url

    def extend_atom(self, element: etree._Element) -> None:
        if self.item is None:
            return
        if self.item.language:
            element.set(_XML_LANG, self.item.language)
        _write_in_utc(element)
        _tell_apart(element, self.item.id)
        _add_links(element, self.item)
        if self.item.source is not None:
            _add_source(element, self.item.source, self.item)
        _declare_texts(element)
        _add_media(element, self.item, {enclosure.url for enclosure in self.item.enclosures})


def _add_links(entry: etree._Element, item: FeedItem) -> None:
    if item.url:
        etree.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": item.url})
    for carrier in item.carriers:
        if carrier.url:
            title = {"title": carrier.name} if carrier.name else {}
            etree.SubElement(entry, "link", {"rel": "related", "href": carrier.url} | title)
    if item.licence_url:  # RFC 4946
        etree.SubElement(entry, "link", {"rel": "license", "href": item.licence_url})
    for enclosure in item.enclosures:
        link = etree.SubElement(entry, "link", {"rel": "enclosure", "href": enclosure.url})
        if enclosure.type:
            link.set("type", enclosure.type)
        if enclosure.length > 0:
            link.set("length", str(enclosure.length))


def _add_source(entry: etree._Element, source: FeedSource, item: FeedItem) -> None:
    """Describe the feed an entry came by (RFC 4287 §4.2.11), without an author: the entry has its own."""
    address = source.feed_url or source.site_url
    if not address:
        return
    element = etree.SubElement(entry, "source")
    etree.SubElement(element, "id").text = address
    etree.SubElement(element, "title").text = source.title or address
    # A source must say when it changed; one that does not is at least as new as what it brought.
    etree.SubElement(element, "updated").text = instant(source.updated_at or item.updated_at)
    if source.feed_url:
        etree.SubElement(element, "link", {"rel": "self", "href": source.feed_url})
    if source.site_url:
        etree.SubElement(element, "link", {"rel": "alternate", "type": "text/html", "href": source.site_url})
    if item.licence:
        etree.SubElement(element, "rights").text = item.licence
    _declare_texts(element)


def _add_media(element: etree._Element, item: FeedItem, taken: set[str | None]) -> None:
    """Add media:content for what is no enclosure yet, then the thumbnail: some readers take the first they meet."""
    for enclosure in item.enclosures:
        if enclosure.url not in taken:
            media = etree.SubElement(element, f"{{{MEDIA}}}content", {"url": enclosure.url})
            if enclosure.length > 0:
                media.set("fileSize", str(enclosure.length))
            if enclosure.type:
                media.set("type", enclosure.type)
            medium = enclosure.type.partition("/")[0]
            if medium in ("image", "audio", "video"):
                media.set("medium", medium)
    if item.image is None:
        return
    if item.image.url not in taken | {enclosure.url for enclosure in item.enclosures}:
        _set_size(
            etree.SubElement(element, f"{{{MEDIA}}}content", {"url": item.image.url, "medium": "image"}), item.image
        )
    _set_size(etree.SubElement(element, f"{{{MEDIA}}}thumbnail", {"url": item.image.url}), item.image)


def _set_size(element: etree._Element, image: Image) -> None:
    for name, pixels in (("height", image.height), ("width", image.width)):
        if pixels > 0:
            element.set(name, str(pixels))


def _write_in_utc(parent: etree._Element) -> None:
    """Write dates as the other formats do, with Z instead of feedgen's +00:00."""
    for name in ("published", "updated"):
        for element in parent.iterfind(name):
            element.text = f"{(element.text or '').removesuffix('+00:00')}Z"


def _tell_apart(entry: etree._Element, item_id: str) -> None:
    """Give an entry's dates a fraction of a second of its own, always the same for the same item.

    Two entries with one `updated` are a warning of the W3C validator, and articles that came in one poll or are dated
    by the day do share it. `published` gets the same fraction, so that an entry never seems edited for it. It is less
    than half a second, since some readers (SimplePie) round.
    """
    fraction = int.from_bytes(hashlib.sha256(item_id.encode("utf-8", "replace")).digest()[:8]) % 500_000
    for name in ("published", "updated"):
        for element in entry.iterfind(name):
            element.text = f"{(element.text or '').removesuffix('Z')}.{fraction:06}Z"


def _declare_texts(parent: etree._Element) -> None:
    """Write a text that could be mistaken for markup as escaped HTML, which says the same and cannot be mistaken."""
    for name in ("title", "subtitle", "summary", "rights"):
        for element in parent.iterfind(name):
            if element.text and is_mistakable(element.text):
                element.set("type", "html")
                element.text = html.escape(element.text, quote=False)
