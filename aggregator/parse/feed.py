"""A source feed's bytes -> entries. The way in: finds out what came and hands it to the reader of that format.

Recovers as far as the document allows: wrong charsets, broken XML, odd dates, missing guids, links and titles. HTML
stays as it came, untrusted; making it safe is left to `clean`.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from aggregator.errors import NotAFeed, ParseError
from aggregator.models import KnownEntry, ParsedFeed, Reading
from aggregator.parse.encoding import decode
from aggregator.parse.entries import settle, stand_apart
from aggregator.parse.jsonfeed import read_json
from aggregator.parse.xml import ROOT, read_xml
from aggregator.plaintext import clean_text
from aggregator.urls import canonicalize, host_of, resolve

MAX_ENTRIES = 1_000

_BREAKS_OFF = "breaks off before its end, so entries may be missing; ask the partner if it stays so"
_SITEMAP = re.compile(r"<(?:urlset|sitemapindex)(?=[\s>])")
_PAGE = re.compile(r"<!doctype\s+html\b|<(?:html|head|body)(?=[\s>])", re.I)


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
        NotAFeed: an HTML page came.
        ParseError: something else that is no feed, or is too much; the message says what it is and what to do.
    """
    return parse_news(
        body,
        url,
        {},
        now=now,
        content_type=content_type,
        content_location=content_location,
        max_entries=max_entries,
    ).feed


def parse_news(
    body: bytes,
    url: str,
    known: Mapping[str, KnownEntry],
    *,
    now: datetime,
    content_type: str = "",
    content_location: str = "",
    max_entries: int = MAX_ENTRIES,
) -> Reading:
    """Do as `parse_feed` does, but read what is known by its mark only where it must be to read the rest rightly.

    JSON Feed is always read whole, which takes no time.

    Args:
        known: what earlier readings of the feed gave, by their marks.
    """
    if not body.strip():
        raise ParseError(
            f"{url}: the answer is empty; look at the address in a browser, ask the partner if it stays so"
        )
    location = resolve(url, content_location)
    base = location if location and host_of(location) == host_of(url) else url
    text = decode(body, content_type)
    if text.lstrip()[:1] in ("{", "["):
        reading = Reading(read_json(text, base, now, max_entries))
    else:
        reading = _read_markup(text, base, now, max_entries, known)
        if not stand_apart(reading.feed.entries, max_entries):
            whole = _read_markup(text, base, now, max_entries, {}) if reading.left_out else reading
            reading = Reading(whole.feed)
    feed = reading.feed
    is_own = canonicalize(feed.older_url) in (canonicalize(url), canonicalize(base))
    entries = settle(feed.entries, max_entries)
    return replace(reading, feed=replace(feed, entries=entries, older_url="" if is_own else feed.older_url))


def _read_markup(text: str, base: str, now: datetime, max_entries: int, known: Mapping[str, KnownEntry]) -> Reading:
    root, page = ROOT.search(text), _PAGE.search(text)
    if page and (root is None or page.start() < root.start()):
        raise NotAFeed(f"{base}: this is an HTML page, no feed")
    reading = read_xml(text, base, now, max_entries, known)
    if not reading.feed.format and not reading.feed.entries:
        if _SITEMAP.search(text[:2_000]):
            raise ParseError(f'{base}: this is a sitemap, no feed; write kind = "sitemap"')
        beginning = clean_text(text[:200])[:60]
        raise ParseError(f'{base}: this is no feed, it begins "{beginning}"; look at the address in a browser')
    if root and not re.search(rf"</(?:[\w-]+:)?{root[1]}\s*>|<(?:[\w-]+:)?{root[1]}\b[^<>]*/>", text, re.I):
        if not reading.feed.entries:
            raise ParseError(f"{base}: {_BREAKS_OFF}")
        return replace(reading, feed=replace(reading.feed, remark=f"the feed {_BREAKS_OFF}"))
    return reading
