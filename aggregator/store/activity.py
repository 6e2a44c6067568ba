"""Statements on what came in day by day: for people who look whether all is as usual."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from aggregator.store.dialects import off_index, utc_day
from aggregator.tables import COPY, ITEM, PLACEMENT, POLL_EVENT


@dataclass
class Activity:
    """What one source brought.

    Attributes:
        by_day: new articles by day of UTC, "2026-11-22".
        bodies: how many had their text from the feed, from the page, or from neither.
        carried: how many are another newsroom's.
    """

    by_day: dict[str, int] = field(default_factory=dict)
    bodies: dict[str, int] = field(default_factory=dict)
    carried: int = 0


def load_activity(connection: Connection, since: datetime) -> dict[str, Activity]:
    """Map sources to what came of them since then. Reads an index, not the texts."""
    found: dict[str, Activity] = {}
    day = utc_day(COPY.c.first_seen_at)
    counted = select(COPY.c.source, day, COPY.c.body_from, func.count()).where(COPY.c.first_seen_at >= since)
    for source, on, body, count in connection.execute(counted.group_by(COPY.c.source, day, COPY.c.body_from)).all():
        activity = found.setdefault(source, Activity())
        activity.by_day[on] = activity.by_day.get(on, 0) + count
        activity.bodies[body] = activity.bodies.get(body, 0) + count
    carried = (
        select(COPY.c.source, func.count())
        .join(ITEM, ITEM.c.id == COPY.c.item)
        .where(COPY.c.first_seen_at >= since, ITEM.c.origin_source != COPY.c.source)
        .group_by(off_index(COPY.c.source))
    )
    for source, count in connection.execute(carried):
        found.setdefault(source, Activity()).carried = count
    return found


def load_volumes(connection: Connection, topics: Collection[str], since: datetime) -> dict[str, dict[str, int]]:
    """Map topics to how many of their articles are of each day since then."""
    found: dict[str, dict[str, int]] = {}
    day = utc_day(PLACEMENT.c.sort_at)
    for topic in topics:  # one by one, each along its index
        here = and_(PLACEMENT.c.topic == topic, PLACEMENT.c.left_at.is_(None), PLACEMENT.c.sort_at >= since)
        rows = connection.execute(select(day, func.count()).where(here).group_by(day))
        found[topic] = {row[0]: row[1] for row in rows}
    return found


def load_outcomes(connection: Connection) -> dict[str, list[bool]]:
    """Map sources to whether each of their last polls went well, the oldest first."""
    outcomes: dict[str, list[bool]] = {}
    statement = select(POLL_EVENT.c.source, POLL_EVENT.c.failure).order_by(POLL_EVENT.c.source, POLL_EVENT.c.at)
    for source, failure in connection.execute(statement).all():
        outcomes.setdefault(source, []).append(not failure)
    return outcomes
