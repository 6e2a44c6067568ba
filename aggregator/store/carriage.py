"""Statements on what was carried of one source: its articles, who else has them, in which topics they stand."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from aggregator.tables import COPY, ITEM, PAGE_STATE, PLACEMENT

_CHUNK = 500


@dataclass(frozen=True)
class Came:
    """A copy of one source, as it is kept now.

    Attributes:
        origin: id of the source that wrote the article; None where it is none of ours.
        page: how the last look at its page ended, for people; "" where none was wanted.
    """

    item: int
    public_id: str
    url: str
    title: str
    came_at: datetime
    body_from: str
    state: str
    origin: str | None
    page: str


def load_came(connection: Connection, source: str, since: datetime, until: datetime) -> list[Came]:
    """List what came of a source, the newest first."""
    statement = (
        select(
            ITEM.c.id,
            ITEM.c.public_id,
            COPY.c.url,
            COPY.c.title,
            COPY.c.first_seen_at,
            COPY.c.body_from,
            ITEM.c.state,
            ITEM.c.origin_source,
            func.coalesce(PAGE_STATE.c.status, ""),
        )
        .join(ITEM, ITEM.c.id == COPY.c.item)
        .outerjoin(PAGE_STATE, PAGE_STATE.c.copy_id == COPY.c.id)
        .where(COPY.c.source == source, COPY.c.first_seen_at >= since, COPY.c.first_seen_at < until)
        .order_by(COPY.c.first_seen_at.desc(), COPY.c.id.desc())
    )
    return [Came(*row) for row in connection.execute(statement)]


def load_carriers(connection: Connection, items: Collection[int], source: str) -> dict[int, list[str]]:
    """Map items to the ids of the other sources that have a copy of them."""
    found: dict[int, list[str]] = {}
    for chunk in _chunks(items):
        statement = select(COPY.c.item, COPY.c.source).where(COPY.c.item.in_(chunk), COPY.c.source != source)
        for item, other in connection.execute(statement.distinct().order_by(COPY.c.item, COPY.c.source)):
            found.setdefault(item, []).append(other)
    return found


def count_topics(connection: Connection, items: Collection[int]) -> Counter[str]:
    """Count in which topics items stand."""
    counts: Counter[str] = Counter()
    for chunk in _chunks(items):
        placed = (PLACEMENT.c.item.in_(chunk), PLACEMENT.c.left_at.is_(None))
        statement = select(PLACEMENT.c.topic, func.count()).where(*placed).group_by(PLACEMENT.c.topic)
        counts.update(dict(connection.execute(statement).all()))
    return counts


def _chunks(items: Collection[int]) -> Sequence[Sequence[int]]:
    ordered = sorted(set(items))
    return [ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK)]
