"""Writes the pages of a topic's months: titles and credits of all its articles, and the list of the months there are.

Frame, words and stylesheet are those of `html`. A month with many articles has several pages; what a
reader comes to first is the newest.
"""

from dataclasses import replace

from aggregator.models import FeedItem, TopicFeed
from aggregator.render.html import MOST_BYTES, write_page
from aggregator.render.wording import tidy

_SHORT_TITLE = 100  # characters, where titles are so long that a page would be too heavy


def render_month(feed: TopicFeed, month: str, page: int, last: int) -> bytes:
    """Write a page of a month: `<topic>/2026-11/index.html` is the newest, `<topic>/2026-11/1/index.html` the oldest.

    Args:
        feed: holds the page's items, and all months there are.
        month: "2026-11".
        page, last: its number and that of the newest, counted from 1, the oldest.
    Raises:
        ConfigError: the site's timezone is not known.
    """
    tidied = tidy(feed)
    written = _write(tidied, month, page, last)
    if len(written) < MOST_BYTES:
        return written
    return _write(replace(tidied, items=tuple(map(_shorten, tidied.items))), month, page, last)


def render_months(feed: TopicFeed) -> bytes:
    """Write the list of a topic's months, `<topic>/months/index.html`.

    Raises:
        ConfigError: the site's timezone is not known.
    """
    tidied = tidy(feed)
    values: dict[str, object] = {
        "feed": tidied,
        "years": sorted({month[:4] for month in tidied.months}, reverse=True),
        "address": f"{tidied.page_url}months/",
        "about": tidied.description,
        "changed_at": None,
        "root": "../../",
    }
    return write_page("months.html", tidied.language, tidied.site, values)


def _shorten(item: FeedItem) -> FeedItem:
    return replace(item, title=item.title[:_SHORT_TITLE], people=item.people[:3])


def _write(feed: TopicFeed, month: str, page: int, last: int) -> bytes:
    up = "" if page == last else "../"
    values: dict[str, object] = {
        "feed": feed,
        "month": month,
        "older": f"{up}{page - 1}/index.html" if page > 1 else "",
        "newer": "" if page == last else f"{up}index.html" if page + 1 == last else f"{up}{page + 1}/index.html",
        "earlier": max((one for one in feed.months if one < month), default=""),
        "later": min((one for one in feed.months if one > month), default=""),
        "address": f"{feed.page_url}{month}/" + ("" if page == last else f"{page}/"),
        "number": 0 if page == last else page,
        "about": feed.description,
        "changed_at": None,
        "root": f"../../{up}",
    }
    return write_page("month.html", feed.language, feed.site, values)
