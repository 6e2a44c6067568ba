"""Writes the pages of a topic's months: titles and credits of all its articles, and the list of the months there are.

Frame, words and stylesheet are those of `html`. A month with many articles has several pages.
"""

from collections.abc import Sequence
from typing import NamedTuple

from aggregator.models import FeedItem, TopicFeed
from aggregator.render.html import MOST_BYTES, write_page
from aggregator.render.wording import tidy

_SIZES = (250, 200, 150, 100, 50, 25, 10)  # articles on a page: the most that fit


class _Page(NamedTuple):
    """One of the pages of a month; numbers begin at 1."""

    number: int
    last: int

    def path_to(self, number: int) -> str:
        """Return the relative path to the file of another page."""
        up = "" if self.number == 1 else "../"
        return f"{up}index.html" if number == 1 else f"{up}{number}/index.html"


def render_month(feed: TopicFeed, month: str) -> list[bytes]:
    """Write the pages of a month, `<topic>/2026-11/index.html`, `<topic>/2026-11/2/index.html` and so on.

    Args:
        feed: holds the month's items, and all months there are.
        month: "2026-11".
    Raises:
        ConfigError: the site's timezone is not known.
    """
    tidied = tidy(feed)
    for size in _SIZES:
        pages = [tidied.items[start : start + size] for start in range(0, len(tidied.items), size)] or [()]
        written = [_write(tidied, month, items, _Page(number, len(pages))) for number, items in enumerate(pages, 1)]
        if max(map(len, written)) < MOST_BYTES:
            break
    return written


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


def _write(feed: TopicFeed, month: str, items: Sequence[FeedItem], page: _Page) -> bytes:
    values: dict[str, object] = {
        "feed": feed,
        "items": items,
        "month": month,
        "page": page,
        "earlier": max((one for one in feed.months if one < month), default=""),
        "later": min((one for one in feed.months if one > month), default=""),
        "address": f"{feed.page_url}{month}/" + (f"{page.number}/" if page.number > 1 else ""),
        "about": feed.description,
        "changed_at": None,
        "root": "../../" if page.number == 1 else "../../../",
    }
    return write_page("month.html", feed.language, feed.site, values)
