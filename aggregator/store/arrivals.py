"""Statements on how much came of each source, and how its pages were had: for who looks whether all is as usual."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, case, func, or_, select

from aggregator.store.dialects import off_index, utc_day
from aggregator.tables import COPY, PAGE_STATE, POLL_EVENT

_REFUSED = "robots.txt of % asks us not to fetch it"
_WALLED = ("% keeps us out", "%: answered 401%", "%: answered 403%", "%: answered 451%")  # behind the address


@dataclass(frozen=True)
class Day:
    """What came of a source on one day of UTC.

    Attributes:
        articles: how many.
        bodies: how many of them had their text from the feed, from the page, or from neither.
    """

    articles: int = 0
    bodies: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Pages:
    """How the pages of a source's articles were had.

    Attributes:
        asked: how many were wanted.
        refused: how many the site's robots.txt asks us not to fetch.
        walled: how many were kept from us by something else.
        since: when the first of those that were not had came.
    """

    asked: int
    refused: int
    walled: int
    since: datetime | None


def count_days(connection: Connection, since: datetime, until: datetime) -> dict[str, dict[str, Day]]:
    """Map sources to what came of them by day, "2026-11-22". Reads an index, not the texts."""
    bodies: dict[tuple[str, str], dict[str, int]] = {}
    day = utc_day(COPY.c.first_seen_at)
    within = (COPY.c.first_seen_at >= since, COPY.c.first_seen_at < until)
    rows = select(COPY.c.source, day, COPY.c.body_from, func.count()).where(*within)
    for source, on, body, count in connection.execute(rows.group_by(COPY.c.source, day, COPY.c.body_from)).all():
        bodies.setdefault((source, on), {})[body] = count
    found: dict[str, dict[str, Day]] = {}
    for (source, on), counts in bodies.items():
        found.setdefault(source, {})[on] = Day(sum(counts.values()), counts)
    return found


def count_pages(connection: Connection, since: datetime) -> dict[str, Pages]:
    """Map sources to how the pages went of what came since then."""
    is_refused = PAGE_STATE.c.status.like(_REFUSED)
    is_walled = or_(*(PAGE_STATE.c.status.like(said) for said in _WALLED))
    rows = (
        select(
            COPY.c.source,
            func.count(),
            func.sum(case((is_refused, 1), else_=0)),
            func.sum(case((is_walled, 1), else_=0)),
            func.min(case((is_refused | is_walled, COPY.c.first_seen_at))),
        )
        .join(PAGE_STATE, PAGE_STATE.c.copy_id == COPY.c.id)
        .where(COPY.c.first_seen_at >= since, PAGE_STATE.c.tries > 0)
        .group_by(off_index(COPY.c.source))
    )
    return {source: Pages(*counts) for source, *counts in connection.execute(rows)}


def first_failures(connection: Connection) -> dict[str, datetime]:
    """Map sources to the first failure that their last polls tell of."""
    rows = select(POLL_EVENT.c.source, func.min(POLL_EVENT.c.at)).where(POLL_EVENT.c.failure != "")
    return {row[0]: row[1] for row in connection.execute(rows.group_by(POLL_EVENT.c.source))}
