"""A sitemap (sitemaps.org 0.9), with or without the elements of news sitemaps -> entries: for sites without a feed.

A news sitemap names title and date of each article. A plain one only says when which page changed, so title, date and
text are left to the page; and an index only leads to other sitemaps.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from lxml import etree

from aggregator.errors import ParseError
from aggregator.models import Entry, Image, ParsedFeed
from aggregator.parse.dates import entry_date
from aggregator.parse.encoding import decode
from aggregator.parse.entries import make_listed, settle
from aggregator.urls import resolve_for_readers

_MAX_BYTES = 50_000_000  # unpacked, as the protocol has it
_MOST_PAGES = 200  # of a plain sitemap, the last changed: it names every page that a site ever had
_MOST_NEWS = 1_000  # as the format has it
_MOST_PARTS = 5  # of an index that are read at one poll
_ALL_ALIKE = 20  # so many pages are not changed at one instant
_GZIP = b"\x1f\x8b"
_ENTITIES = re.compile(r"<!(?:ENTITY|DOCTYPE[^>]*\[)", re.I)
_BARE = re.compile(r"&(?!#?\w{1,10};)")  # as in addresses that nobody escaped
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


@dataclass(frozen=True)
class Sitemap:
    """What one sitemap holds.

    Attributes:
        parts: of an index, the addresses of those sitemaps that are to be read, those of news first.
    """

    feed: ParsedFeed
    parts: tuple[str, ...] = ()


def parse_sitemap(body: bytes, url: str, paths: Sequence[str], *, now: datetime, content_type: str = "") -> Sitemap:
    """Read a sitemap, packed with gzip or not.

    Args:
        body: decoded from content codings.
        url: where it came from, after redirects.
        paths: with one of these the paths of articles begin; none: all pages are articles.
        now: aware, UTC; dates later than a day from now are taken for mistakes.
    Returns:
        Of a news sitemap what it says of each article, of a plain one the 200 pages last changed.
    Raises:
        ParseError: it is no sitemap, or none by which new articles can be told; the message says what to do.
    """
    root = _read(body, url, content_type)
    kind = etree.QName(root).localname
    if kind == "sitemapindex":
        return Sitemap(ParsedFeed((), format="sitemap index"), _parts(root, url, now))
    if kind != "urlset":
        raise ParseError(f"{url}: this is no sitemap, it begins with <{kind}>; look at the address in a browser")
    pages = [page for page in _children(root, "url") if _is_wanted(_address(page, url), paths)]
    news = [page for page in pages if _child(page, "news") is not None]
    entries = [_news_entry(page, url, now) for page in news[:_MOST_NEWS]] if news else _last_changed(pages, url, now)
    return Sitemap(ParsedFeed(settle(entries, _MOST_NEWS), format="news sitemap" if news else "sitemap"))


def _read(body: bytes, url: str, content_type: str) -> "etree._Element":
    if body.startswith(_GZIP):
        body = _unpack(body, url)
    text = decode(body, content_type)
    if _ENTITIES.search(text):
        raise ParseError(f"{url}: it declares entities, which sitemaps never need and attacks do; ask the partner")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True, encoding="utf-8")
    try:
        root = etree.fromstring(_BARE.sub("&amp;", _DECLARATION.sub("", text, count=1)).encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        raise ParseError(f"{url}: this is no sitemap ({error.msg}); look at the address in a browser") from error
    if root is None:
        raise ParseError(f"{url}: this is no sitemap, it holds no XML; look at the address in a browser")
    if etree.QName(root).localname in ("rss", "feed", "RDF"):
        raise ParseError(f'{url}: this is a feed, no sitemap; write kind = "feed"')
    return root


def _unpack(body: bytes, url: str) -> bytes:
    packed = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        unpacked = packed.decompress(body, _MAX_BYTES + 1)
    except zlib.error as error:
        raise ParseError(f"{url}: its gzip cannot be unpacked ({error}); ask the partner to mend it") from error
    if len(unpacked) > _MAX_BYTES:
        raise ParseError(f"{url}: unpacked it is larger than 50 MB, the most a sitemap may have; name a smaller one")
    if not packed.eof:
        raise ParseError(f"{url}: its gzip breaks off; ask the partner if it stays so")
    return unpacked


def _parts(index: "etree._Element", url: str, now: datetime) -> tuple[str, ...]:
    """Choose the sitemaps that are worth reading: those of news, then those last changed."""
    parts = [(address, _date(part, now)) for part in _children(index, "sitemap") if (address := _address(part, url))]
    news = [address for address, _ in parts if "news" in urlsplit(address).path.lower()]
    dated = [(changed_at, address) for address, changed_at in parts if changed_at and address not in news]
    if len(parts) > _MOST_PARTS and not news and not dated:
        raise ParseError(
            f"{url}: it leads to {len(parts)} other sitemaps and does not say which has changed; put the address of "
            f"the one with the articles into feed, as {parts[0][0]}"
        )
    newest = [address for _, address in sorted(dated, reverse=True)]
    undated = [address for address, changed_at in parts if not changed_at]
    return tuple(dict.fromkeys((*news, *newest, *undated)))[:_MOST_PARTS]


def _news_entry(page: "etree._Element", url: str, now: datetime) -> Entry:
    news = _child(page, "news")
    publication = _child(news, "publication")
    picture = resolve_for_readers(url, _text(_child(page, "image"), "loc"))
    return make_listed(
        _address(page, url),
        _text(news, "title"),
        published_at=entry_date(_text(news, "publication_date"), now),
        categories=_text(news, "keywords").split(","),
        language=_text(publication, "language"),
        image=Image(picture) if picture else None,
    )


def _last_changed(pages: Sequence["etree._Element"], url: str, now: datetime) -> list[Entry]:
    dated = [(changed_at, page) for page in pages if (changed_at := _date(page, now))]
    if pages and not dated:
        raise ParseError(
            f"{url}: none of its {len(pages)} pages has a date (lastmod), so new ones cannot be told from old ones; "
            'take a news sitemap, or kind = "html"'
        )
    if len(dated) >= _ALL_ALIKE and len({changed_at for changed_at, _ in dated}) == 1:
        raise ParseError(
            f"{url}: its {len(dated)} pages all have the same date (lastmod), so new ones cannot be told from old "
            'ones; take a news sitemap, or kind = "html"'
        )
    newest = sorted(dated, key=lambda one: one[0], reverse=True)[:_MOST_PAGES]
    # Title and date the page knows.
    return [make_listed(_address(page, url), "", updated_at=changed_at) for changed_at, page in newest]


def _is_wanted(address: str, paths: Sequence[str]) -> bool:
    return bool(address) and (not paths or urlsplit(address).path.startswith(tuple(paths)))


def _address(element: "etree._Element", base: str) -> str:
    return resolve_for_readers(base, _text(element, "loc"))


def _date(element: "etree._Element", now: datetime) -> datetime | None:
    return entry_date(_text(element, "lastmod"), now)


def _children(element: "etree._Element", name: str) -> list["etree._Element"]:
    return [child for child in element if isinstance(child.tag, str) and etree.QName(child).localname == name]


def _child(element: "etree._Element | None", name: str) -> "etree._Element | None":
    return next(iter(_children(element, name)), None) if element is not None else None


def _text(element: "etree._Element | None", name: str) -> str:
    child = _child(element, name)
    return (child.text or "").strip() if child is not None else ""
