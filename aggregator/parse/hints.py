"""What an RSS or Atom feed says about itself besides its entries: how often to look at it, where its past is, who tells
of its news.

All of it is advice from a stranger: what makes no sense counts as not said. What comes of it is the schedule's.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from aggregator.models import FeedHints
from aggregator.urls import resolve

_MAX_TTL_MINUTES = 60 * 24 * 30
_MAX_FREQUENCY = 60 * 24  # times a period; more often than each minute of a day means nothing to us
_MAX_HUBS = 5
_MAX_SKIP_CHARS = 4_000  # of a list of hours or days; the longest honest one has 700

_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SKIPPED = re.compile(r"<\s*(?:hour|day)\s*>\s*([^<>\s]{1,9})\s*<", re.I)


def feed_hints(ttl: str, period: str, frequency: str, around: str) -> FeedHints:
    """Read how often a feed wants to be looked at.

    Args:
        ttl: minutes (RSS 2.0).
        period, frequency: of the RSS 1.0 syndication module; so many times a period, once when it is not said.
        around: the document without its entries, where `skipHours` and `skipDays` are looked for (RSS 2.0).
    """
    hours = {number % 24 for text in _skipped(around, "skipHours") if (number := whole_number(text, -1)) in range(25)}
    days = {_DAYS.index(text) for text in _skipped(around, "skipDays") if text in _DAYS}
    minutes = min(whole_number(ttl), _MAX_TTL_MINUTES)
    return FeedHints(
        ttl=timedelta(minutes=minutes) if minutes else None,
        update_period=_update_period(period.strip().lower(), frequency),
        # A feed that skips every hour or day says nothing that could be followed.
        skip_hours=tuple(sorted(hours)) if len(hours) < 24 else (),
        skip_days=tuple(sorted(days)) if len(days) < 7 else (),
    )


def older_page(links: Iterable[Mapping[str, str]], base: str) -> str:
    """Find the feed's next page back in time among its links (RFC 5005 §3 and §4), an archive before a mere page.

    Returns:
        Its address, "" where there is none.
    """
    by_relation = {link["rel"]: link["href"] for link in links}
    return resolve(base, by_relation.get("prev-archive", "")) or resolve(base, by_relation.get("next", ""))


def named_hubs(links: Iterable[Mapping[str, str]], base: str) -> tuple[tuple[str, ...], str]:
    """Find the hubs that a feed, or its answer's headers, name and the address it gives itself (W3C WebSub §4).

    Args:
        links: `rel`, of one relation or several, and `href` of each.
    Returns:
        The hubs in their order, and the address; "" where there is none.
    """
    hubs: dict[str, None] = {}
    self_url = ""
    for link in links:
        relations, url = link["rel"].lower().split(), resolve(base, link["href"])
        if url and "hub" in relations and len(hubs) < _MAX_HUBS:
            hubs[url] = None
        if "self" in relations:
            self_url = self_url or url
    return tuple(hubs), self_url


def whole_number(text: str, otherwise: int = 0) -> int:
    """Return the number a text begins with; `otherwise` where there is none or it is beyond all measure."""
    digits = re.match(r"\s*(\d{1,15})(?!\d)", text, re.ASCII)
    return int(digits[1]) if digits else otherwise


def _update_period(period: str, frequency: str) -> timedelta | None:
    if period not in _PERIODS:
        return None
    return _PERIODS[period] / min(max(whole_number(frequency), 1), _MAX_FREQUENCY)


def _skipped(around: str, name: str) -> Iterator[str]:
    """Yield what the first such list names, in lower case."""
    if start := re.search(rf"<{name}\s*>", around, re.I):
        listed = around[start.end() : start.end() + _MAX_SKIP_CHARS]
        end = re.search(rf"</{name}\b", listed, re.I)
        for found in _SKIPPED.finditer(listed[: end.start()] if end else ""):
            yield found[1].lower()
