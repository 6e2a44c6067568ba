"""Source feeds made for one test: a few elements wrapped into a document, and read."""

from datetime import UTC, datetime

from aggregator.models import Entry, ParsedFeed
from aggregator.parse.feed import parse_feed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://partner.example/feed/"


def parse(document: str | bytes, **more: object) -> ParsedFeed:
    body = document.encode() if isinstance(document, str) else document
    return parse_feed(body, URL, now=NOW, **more)  # type: ignore[arg-type]


def rss(*items: str, channel: str = "") -> str:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return (
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:georss="http://www.georss.org/georss">'
        f"<channel><title>Sample</title>{channel}{inside}</channel></rss>"
    )


def atom(*entries: str, feed: str = "") -> str:
    inside = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Sample</title>{feed}{inside}</feed>'


def only_entry(document: str | bytes, **more: object) -> Entry:
    (entry,) = parse(document, **more).entries
    return entry
