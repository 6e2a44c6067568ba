"""A source feed's bytes -> entries. The way in: finds out what came and hands it to the reader of that format.

Recovers as far as the document allows: wrong charsets, broken XML, odd dates, missing guids, links and titles. HTML
stays as it came, untrusted; making it safe is left to `clean`.
"""

import re
from dataclasses import replace
from datetime import datetime

from aggregator.errors import ParseError
from aggregator.models import ParsedFeed
from aggregator.parse.encoding import decode
from aggregator.parse.entries import settle
from aggregator.parse.jsonfeed import read_json
from aggregator.parse.xml import ROOT, read_xml
from aggregator.plaintext import clean_text
from aggregator.urls import host_of, resolve

MAX_ENTRIES = 1_000
_PAGE_HEAD = 200_000  # characters of an HTML page in which the feed it links to is looked for

_PAGE = re.compile(r"<!doctype\s+html\b|<(?:html|head|body)(?=[\s>])", re.I)
_LINK = re.compile(r"<link\s([^<>]*)>", re.I)
_ATTRIBUTE = re.compile(r"([a-z]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.I)
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")


def parse_feed(
    body: bytes,
    url: str,
    *,
    now: datetime,
    content_type: str = "",
    content_location: str = "",
    max_entries: int = MAX_ENTRIES,
) -> ParsedFeed:
    """Read a source feed: RSS 0.9x to 2.0, Atom, CDF or JSON Feed, whatever type it was served as.

    Args:
        body: decoded from content codings.
        url: where it came from, after redirects; relative addresses are resolved against it.
        now: aware, UTC; dates later than a day from now are taken for mistakes.
        content_location: that header's value; counts as base only when it names the same host, since many are plainly
            wrong.
        max_entries: of more than these the newest are kept.
    Returns:
        The feed, its entries in the document's order, one for each guid. No entries is no error here.
    Raises:
        ParseError: what came is no feed; the message says what it is and what to do.
    """
    if not body.strip():
        raise ParseError(
            f"{url}: the answer is empty; look at the address in a browser, ask the partner if it stays so"
        )
    location = resolve(url, content_location)
    base = location if location and host_of(location) == host_of(url) else url
    text = decode(body, content_type)
    feed = read_json(text, base, now) if text.lstrip()[:1] in ("{", "[") else _read_markup(text, base, now)
    return replace(feed, entries=settle(feed.entries, max_entries))


def _read_markup(text: str, base: str, now: datetime) -> ParsedFeed:
    root, page = ROOT.search(text), _PAGE.search(text)
    if page and (root is None or page.start() < root.start()):
        raise ParseError(f"{base}: this is an HTML page, no feed; {_advice(text, base)}")
    feed = read_xml(text, base, now)
    if not feed.format and not feed.entries:
        beginning = clean_text(text[:200])[:60]
        raise ParseError(f'{base}: this is no feed, it begins "{beginning}"; look at the address in a browser')
    return feed


def _advice(page: str, base: str) -> str:
    """Name the feed an HTML page links to, the site's own rather than one of comments."""
    feeds = []
    for link in _LINK.finditer(page[:_PAGE_HEAD]):
        attributes = {
            match[1].lower(): match[2] or match[3] or match[4] or "" for match in _ATTRIBUTE.finditer(link[1])
        }
        is_feed = attributes.get("type", "").lower().startswith(_FEED_TYPES)
        if is_feed and "alternate" in attributes.get("rel", "").lower().split():
            feeds.append(resolve(base, attributes.get("href", "").replace("&amp;", "&")))
    feeds = sorted(filter(None, feeds), key=lambda feed: "comment" in feed.lower())
    if feeds:
        return f"it links to the feed {feeds[0]} : put that address into sources.toml"
    return "look for the feed's address on the partner's site"
