"""TopicFeed -> RSS 2.0 and Atom 1.0 bytes: the home of lxml as a writer of feeds.

Equal values give equal bytes: no clock, no version, nothing of this machine. What a topic feed says is decided before;
words shared with the other renditions are in `wording`. All strings come tidy.
"""

import hashlib
import html
import re
from collections.abc import Collection
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from lxml import etree

from aggregator.models import Enclosure, FeedItem, FeedSource, Image, TopicFeed
from aggregator.render.wording import authors, body, describe, headline, instant, is_mistakable, tidy, whole_second

_ATOM = "http://www.w3.org/2005/Atom"
_MEDIA = "http://search.yahoo.com/mrss/"
_TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
_HISTORY = "http://purl.org/syndication/history/1.0"
_COMMONS = "http://backend.userland.com/creativeCommonsRssModule"
_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_GENERATOR = "aggregator"  # without a version: an upgrade is no change of the feed
_PLAIN_HOST = re.compile(r"https?://([a-z0-9-]+\.)+[a-z0-9][a-z0-9-]*(:\d+)?/", re.IGNORECASE)

Element = etree._Element
_add = etree.SubElement


def render_rss(feed: TopicFeed) -> bytes:
    """Write a topic feed as RSS 2.0, with the Content, Dublin Core, Media RSS, Creative Commons and Atom modules."""
    feed = tidy(feed)
    licences = {"creativeCommons": _COMMONS} if any(item.licence_url for item in feed.items) else {}
    modules = {"media": _MEDIA} | licences | _history(feed)
    root = etree.Element(
        "rss", {"version": "2.0"}, nsmap=modules | {"dc": _DUBLIN_CORE, "atom": _ATOM, "content": _CONTENT}
    )
    channel = _add(root, "channel")
    _write(channel, "title", _rss_text(feed.title))
    _write(channel, "link", feed.page_url)
    _write(channel, "description", _rss_text(describe(feed)))
    own = {"href": feed.url("rss"), "rel": "self", "type": "application/rss+xml"}
    _add(channel, f"{{{_ATOM}}}link", own)
    _write(channel, "docs", "http://www.rssboard.org/rss-specification")
    _write(channel, "generator", _GENERATOR)
    _write(channel, "language", feed.language)
    if feed.changed_at is not None:
        _write(channel, "lastBuildDate", _rss_date(feed.changed_at))
    _relate(channel, feed, "rss")
    for item in feed.items:
        _add_rss_item(channel, item, feed)
    # The RSS profile wants ampersands of text as hexadecimal references, and the W3C validator takes titles that speak
    # of markup for markup unless they are. To XML it is the same; nothing here is written as CDATA, where it is not.
    return _to_bytes(root).replace(b"&amp;", b"&#x26;")


def render_atom(feed: TopicFeed) -> bytes:
    """Write a topic feed as Atom 1.0 (RFC 4287), with tombstones (RFC 6721) for what left it."""
    feed = tidy(feed)
    # The prefix of tombstones is there only with some: validators do not know it.
    tombstones = {"at": _TOMBSTONES} if feed.tombstones else {}
    modules: dict[Any, str] = {"media": _MEDIA} | tombstones | _history(feed) | {None: _ATOM}
    root = etree.Element(f"{{{_ATOM}}}feed", {_XML_LANG: feed.language}, modules)
    _write_atom(root, "id", f"tag:{feed.site.id_domain},{feed.site.id_date}:topic/{feed.id}")
    _write_text(root, "title", feed.title)
    if feed.changed_at is not None:
        _write_atom(root, "updated", instant(feed.changed_at))
    _add_author(root, feed.site.title, feed.site.base_url)
    _add(root, f"{{{_ATOM}}}link", {"href": feed.page_url, "rel": "alternate", "type": "text/html"})
    _add(root, f"{{{_ATOM}}}link", {"href": feed.url("atom"), "rel": "self", "type": "application/atom+xml"})
    _write_atom(root, "generator", _GENERATOR)
    _write_text(root, "subtitle", describe(feed))
    _relate(root, feed, "atom")
    for tombstone in feed.tombstones:  # RFC 6721 §3
        attributes = {"ref": tombstone.id, "when": instant(tombstone.when)}
        deleted = _add(root, f"{{{_TOMBSTONES}}}deleted-entry", attributes)
        if tombstone.merged_into:
            _write(deleted, f"{{{_TOMBSTONES}}}comment", f"Merged into {tombstone.merged_into}")
    for item in feed.items:
        _add_atom_entry(root, item, feed)
    return _to_bytes(root)


def _history(feed: TopicFeed) -> dict[str, str]:
    return {"fh": _HISTORY} if feed.archive else {}


def _relate(parent: Element, feed: TopicFeed, suffix: str) -> None:
    """Name other documents by their relation: the hub, and the way through the archive (RFC 5005 §4)."""
    related = {
        "hub": "" if feed.archive else feed.site.hub,
        "prev-archive": feed.previous_url(suffix),
        "current": feed.current_url(suffix) if feed.archive else "",
    }
    for relation, url in related.items():
        if url:
            _add(parent, f"{{{_ATOM}}}link", {"rel": relation, "href": url})
    if feed.archive:
        _add(parent, f"{{{_HISTORY}}}archive")


def _write(parent: Element, tag: str, text: str) -> None:
    _add(parent, tag).text = text


def _to_bytes(root: Element) -> bytes:
    written: bytes = etree.tostring(root, pretty_print=True, encoding="UTF-8", xml_declaration=True)
    return written


# --- RSS -------------------------------------------------------------------------------------------------------------


def _add_rss_item(channel: Element, item: FeedItem, feed: TopicFeed) -> None:
    element = _add(channel, "item")
    if item.title:
        _write(element, "title", _rss_text(item.title))
    if item.url:
        _write(element, "link", item.url)
    if item.summary:
        _write(element, "description", html.escape(item.summary, quote=False))
        _write(element, f"{{{_CONTENT}}}encoded", body(item))
    else:
        _write(element, "description", body(item))
    _add(element, "guid", {"isPermaLink": "false"}).text = item.id
    for category in item.categories:
        _write(element, "category", _rss_text(category))
    enclosure = _rss_enclosure(item)
    if enclosure is not None:
        attributes = {"url": enclosure.url, "length": str(enclosure.length), "type": enclosure.type}
        _add(element, "enclosure", attributes)
    _write(element, "pubDate", _rss_date(item.published_at))
    if item.source is not None and item.source.feed_url:
        _add(element, "source", {"url": item.source.feed_url}).text = _rss_text(
            item.source.title or item.source.feed_url
        )
    _add_media(element, item, {enclosure.url} if enclosure else ())
    if item.licence_url:
        _write(element, f"{{{_COMMONS}}}license", item.licence_url)
    for name in authors(item, feed):
        _write(element, f"{{{_DUBLIN_CORE}}}creator", name)
    if item.licence:
        _write(element, f"{{{_DUBLIN_CORE}}}rights", _rss_text(item.licence))


def _rss_enclosure(item: FeedItem) -> Enclosure | None:
    """Choose the one enclosure RSS readers can do with: the first of known length and type on a plain host."""
    fit = (one for one in item.enclosures if one.type and one.length > 0 and _PLAIN_HOST.match(one.url))
    return next(fit, None)


def _rss_text(text: str) -> str:
    """Write plain text for an element that most readers take for HTML, though RSS 2.0 does not say.

    Only a text that HTML would read differently is escaped, since the other readers would show the escapes.
    """
    return html.escape(text, quote=False) if is_mistakable(text) else text


def _rss_date(at: datetime) -> str:
    return format_datetime(whole_second(at))


# --- Atom ------------------------------------------------------------------------------------------------------------


def _add_atom_entry(root: Element, item: FeedItem, feed: TopicFeed) -> None:
    entry = _add(root, f"{{{_ATOM}}}entry", {_XML_LANG: item.language} if item.language else None)
    _write_atom(entry, "id", item.id)
    _write_text(entry, "title", headline(item))
    fraction = _fraction(item.id)
    _write_atom(entry, "updated", f"{instant(item.updated_at)[:-1]}{fraction}Z")
    for name in authors(item, feed):
        _add_author(entry, name, item.publication_url)
    _add(entry, f"{{{_ATOM}}}content", {"type": "html"}).text = body(item)
    if item.summary:
        _write_text(entry, "summary", item.summary, plain="text")
    for category in item.categories:
        _add(entry, f"{{{_ATOM}}}category", {"term": category})
    _write_atom(entry, "published", f"{instant(item.published_at)[:-1]}{fraction}Z")
    if item.licence:
        _write_text(entry, "rights", item.licence)
    _add_links(entry, item)
    if item.source is not None:
        _add_source(entry, item.source, item)
    _add_media(entry, item, {enclosure.url for enclosure in item.enclosures})


def _write_atom(parent: Element, name: str, text: str) -> None:
    _add(parent, f"{{{_ATOM}}}{name}").text = text


def _write_text(parent: Element, name: str, text: str, plain: str = "") -> None:
    """Write a plain text; one that could be mistaken for markup as escaped HTML, which says the same and cannot be.

    Args:
        plain: the type to declare of others; empty for none, which means the same.
    """
    element = _add(parent, f"{{{_ATOM}}}{name}")
    if is_mistakable(text):
        element.set("type", "html")
        element.text = html.escape(text, quote=False)
    else:
        element.text = text
        if plain:
            element.set("type", plain)


def _add_author(parent: Element, name: str, url: str) -> None:
    author = _add(parent, f"{{{_ATOM}}}author")
    _write_atom(author, "name", name)
    if url:
        _write_atom(author, "uri", url)


def _fraction(item_id: str) -> str:
    """Give an entry's dates a fraction of a second of its own, always the same for the same item.

    Two entries with one `updated` are a warning of the W3C validator, and articles that came in one poll or are dated
    by the day do share it. `published` gets the same fraction, so that an entry never seems edited for it. It is less
    than half a second, since some readers (SimplePie) round.
    """
    fraction = int.from_bytes(hashlib.sha256(item_id.encode("utf-8", "replace")).digest()[:8]) % 500_000
    return f".{fraction:06}"


def _add_links(entry: Element, item: FeedItem) -> None:
    tag = f"{{{_ATOM}}}link"
    if item.url:
        _add(entry, tag, {"rel": "alternate", "type": "text/html", "href": item.url})
    for carrier in item.carriers:
        if carrier.url:
            title = {"title": carrier.name} if carrier.name else {}
            _add(entry, tag, {"rel": "related", "href": carrier.url} | title)
    if item.licence_url:  # RFC 4946
        _add(entry, tag, {"rel": "license", "href": item.licence_url})
    for enclosure in item.enclosures:
        link = _add(entry, tag, {"rel": "enclosure", "href": enclosure.url})
        if enclosure.type:
            link.set("type", enclosure.type)
        if enclosure.length > 0:
            link.set("length", str(enclosure.length))


def _add_source(entry: Element, source: FeedSource, item: FeedItem) -> None:
    """Describe the feed an entry came by (RFC 4287 §4.2.11), without an author: the entry has its own."""
    address = source.feed_url or source.site_url
    if not address:
        return
    element = _add(entry, f"{{{_ATOM}}}source")
    _write_atom(element, "id", address)
    _write_text(element, "title", source.title or address)
    # A source must say when it changed; one that does not is at least as new as what it brought.
    _write_atom(element, "updated", instant(source.updated_at or item.updated_at))
    if source.feed_url:
        _add(element, f"{{{_ATOM}}}link", {"rel": "self", "href": source.feed_url})
    if source.site_url:
        _add(element, f"{{{_ATOM}}}link", {"rel": "alternate", "type": "text/html", "href": source.site_url})
    if item.licence:
        _write_text(element, "rights", item.licence)


# --- both ------------------------------------------------------------------------------------------------------------


def _add_media(element: Element, item: FeedItem, taken: Collection[str]) -> None:
    """Add media:content for what is no enclosure yet, then the thumbnail: some readers take the first they meet."""
    for enclosure in item.enclosures:
        if enclosure.url not in taken:
            media = _add(element, f"{{{_MEDIA}}}content", {"url": enclosure.url})
            if enclosure.length > 0:
                media.set("fileSize", str(enclosure.length))
            if enclosure.type:
                media.set("type", enclosure.type)
            medium = enclosure.type.partition("/")[0]
            if medium in ("image", "audio", "video"):
                media.set("medium", medium)
    if item.image is None:
        return
    if item.image.url not in taken and item.image.url not in {enclosure.url for enclosure in item.enclosures}:
        _set_size(_add(element, f"{{{_MEDIA}}}content", {"url": item.image.url, "medium": "image"}), item.image)
    _set_size(_add(element, f"{{{_MEDIA}}}thumbnail", {"url": item.image.url}), item.image)


def _set_size(element: Element, image: Image) -> None:
    for name, pixels in (("height", image.height), ("width", image.width)):
        if pixels > 0:
            element.set(name, str(pixels))
