"""JSON Feed 1.0 and 1.1 -> entries (jsonfeed.org). feedparser does not read it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from aggregator.errors import ParseError
from aggregator.models import Enclosure, Entry, Image, ParsedFeed
from aggregator.parse.dates import entry_date
from aggregator.parse.entries import language_tag, make_entry
from aggregator.parse.hints import named_hubs
from aggregator.parse.text import html_of, title_text
from aggregator.parse.tombstones import deleted_in_json
from aggregator.plaintext import publishable
from aggregator.urls import resolve, resolve_for_readers

_VERSION = "jsonfeed.org/version/1"
_MAX_VALUES = 1_000_000  # each may take 150 bytes; commas in texts count too, of which 10 MB have about 200,000
_UNDATED = datetime.max.replace(tzinfo=UTC)


def read_json(text: str, base: str, now: datetime, max_entries: int) -> ParsedFeed:
    """Read a JSON Feed; members of a wrong type count as missing.

    Args:
        max_entries: of more than these only the newest are read.
    Returns:
        The feed, its entries not yet told apart.
    Raises:
        ParseError: not JSON, JSON that is no JSON Feed, or too much of it.
    """
    if sum(map(text.count, "{[,")) > _MAX_VALUES:
        raise ParseError(f"{base}: the feed has more than {_MAX_VALUES} values; ask the partner for a shorter one")
    try:
        # Raw control characters inside strings are forbidden (RFC 8259 §7) and common.
        document = json.loads(text, strict=False)
    except (ValueError, RecursionError) as exc:
        raise ParseError(f"{base}: this is JSON that cannot be read ({exc}); ask the partner to mend it") from exc
    feed = document if isinstance(document, dict) else {}
    version = _text(feed, "version")
    if _VERSION not in version or not isinstance(feed.get("items"), list):
        raise ParseError(
            f"{base}: this is JSON but no JSON Feed; look for the feed's own address on the partner's site"
        )
    links = [{"rel": "hub", "href": _text(hub, "url")} for hub in _objects(feed, "hubs") if _is_websub(hub)]
    hubs, self_url = named_hubs([*links, {"rel": "self", "href": _text(feed, "feed_url")}], base)
    items = _newest([item for item in feed["items"] if isinstance(item, dict)], max_entries, now)
    return ParsedFeed(
        entries=tuple(_entry(item, feed, base, now) for item in items),
        title=title_text(_text(feed, "title")),
        home=resolve_for_readers(base, _text(feed, "home_page_url")),
        language=language_tag(_text(feed, "language")),
        deleted=deleted_in_json(_objects(feed, "_tombstones")),
        older_url=resolve(base, _text(feed, "next_url")),
        hubs=hubs,
        self_url=self_url,
        format="json11" if "1.1" in version else "json10",
    )


def _is_websub(hub: dict[str, Any]) -> bool:
    return _text(hub, "type").lower() in ("", "websub", "pubsubhubbub")


def _entry(item: dict[str, Any], feed: dict[str, Any], base: str, now: datetime) -> Entry:
    picture = resolve_for_readers(base, _text(item, "image")) or resolve_for_readers(base, _text(item, "banner_image"))
    tags = item.get("tags")
    return make_entry(
        guid=_text(item, "id"),
        url=resolve_for_readers(base, _text(item, "url")) or resolve_for_readers(base, _text(item, "external_url")),
        title=_text(item, "title"),
        summary_html=html_of(_text(item, "summary"), "text/plain"),
        content_html=_text(item, "content_html") or html_of(_text(item, "content_text"), "text/plain"),
        authors=list(_authors(item)) or list(_authors(feed)),
        categories=[tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
        published_at=_published_at(item, now),
        updated_at=entry_date(_text(item, "date_modified"), now),
        language=_text(item, "language") or _text(feed, "language"),
        image=Image(picture) if picture else None,
        enclosures=_enclosures(item, base),
    )


def _newest(items: list[dict[str, Any]], most: int, now: datetime) -> list[dict[str, Any]]:
    """Keep at most so many items, in their order; those without a date count as new."""
    if len(items) <= most:
        return items
    dates = [_published_at(item, now) or _UNDATED for item in items]
    newest_first = sorted(range(len(items)), key=lambda place: dates[place], reverse=True)
    return [items[place] for place in sorted(newest_first[:most])]


def _published_at(item: dict[str, Any], now: datetime) -> datetime | None:
    return entry_date(_text(item, "date_published"), now)


def _authors(context: dict[str, Any]) -> Iterator[str]:
    """Yield the names in `authors` (1.1), else in `author` (1.0)."""
    author = context.get("author")
    for one in _objects(context, "authors") or ([author] if isinstance(author, dict) else []):
        if name := _text(one, "name"):
            yield name


def _enclosures(item: dict[str, Any], base: str) -> Iterator[Enclosure]:
    for attachment in _objects(item, "attachments"):
        if url := resolve_for_readers(base, _text(attachment, "url")):
            size = attachment.get("size_in_bytes")
            length = int(size) if isinstance(size, int | float) and 0 <= size < 10**15 else 0
            yield Enclosure(url, _text(attachment, "mime_type"), length)


def _objects(context: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = context.get(key)
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _text(context: dict[str, Any], key: str) -> str:
    """Return a string member; numbers count, since ids are often given as such."""
    value = context.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return publishable(value).strip() if isinstance(value, str) else ""
