"""Statements on topics: what was last published of each, and when it must be built again."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, union_all, update

from aggregator.store.outputs import GONE
from aggregator.tables import CONFIG, ITEM, PLACEMENT, TOPIC_STATE

_UNPUBLISHED = ("pending", "held", "withdrawn", "merged")


@dataclass(frozen=True)
class TopicRecord:
    """What was last published of a topic."""

    content_hash: str = ""
    changed_at: datetime | None = None
    next_change_at: datetime | None = None
    left_out: int = 0  # items for which the live feed was too large
    built_at: datetime | None = None


def load_records(connection: Connection) -> dict[str, TopicRecord]:
    statement = select(
        TOPIC_STATE.c.topic,
        TOPIC_STATE.c.content_hash,
        TOPIC_STATE.c.changed_at,
        TOPIC_STATE.c.next_change_at,
        TOPIC_STATE.c.left_out,
        TOPIC_STATE.c.built_at,
    )
    return {row.topic: TopicRecord(*row[1:]) for row in connection.execute(statement)}


def with_live_items(connection: Connection, topics: Iterable[str]) -> set[str]:
    """Return those of some topics that have had an item in their live feed."""
    one = select(PLACEMENT.c.item).where(PLACEMENT.c.topic == bindparam("topic"), PLACEMENT.c.late.is_(False)).limit(1)
    return {topic for topic in topics if connection.execute(one, {"topic": topic}).first()}


def count_items(connection: Connection) -> dict[str, int]:
    """Map topics to the number of published items placed in them."""
    placed = select(PLACEMENT.c.topic, func.count()).where(PLACEMENT.c.left_at.is_(None)).group_by(PLACEMENT.c.topic)
    # Nearly all that is placed is published: the few that are not are looked up, instead of all that are.
    others = placed.join(ITEM, ITEM.c.id == PLACEMENT.c.item).where(ITEM.c.state.in_(_UNPUBLISHED))
    counts = {row[0]: row[1] for row in connection.execute(placed)}
    for topic, count in connection.execute(others):
        counts[topic] -= count
    return counts


def make_due(connection: Connection, topics: Collection[str], now: datetime) -> None:
    """Let some topics be built at the next occasion."""
    known = set(connection.execute(select(TOPIC_STATE.c.topic)).scalars())
    connection.execute(update(TOPIC_STATE).where(TOPIC_STATE.c.topic.in_([*topics])).values(next_change_at=now))
    missing = [topic for topic in topics if topic not in known]
    if missing:
        rows = [{"topic": topic, "content_hash": "", "next_change_at": now, "left_out": 0} for topic in missing]
        connection.execute(insert(TOPIC_STATE), rows)


def note_alias(connection: Connection, alias: str) -> None:
    """Remember that files stand under a topic's former name, so that they are removed when nobody names it any more."""
    if connection.execute(select(TOPIC_STATE.c.topic).where(TOPIC_STATE.c.topic == alias)).first() is None:
        connection.execute(insert(TOPIC_STATE).values(topic=alias, content_hash="", left_out=0))


def record_change(connection: Connection, topic: str, content_hash: str, changed_at: datetime, left_out: int) -> None:
    """Note, before any file is replaced, that a topic's content is now this; it stays due until `record_built`."""
    connection.execute(
        update(TOPIC_STATE)
        .where(TOPIC_STATE.c.topic == topic)
        .values(content_hash=content_hash, changed_at=changed_at, left_out=left_out)
    )


def record_built(connection: Connection, topic: str, now: datetime, next_change_at: datetime | None) -> None:
    """Note that all files of a topic are in place; it is due again at `next_change_at`, or when an item changes."""
    values = {"built_at": now, "next_change_at": next_change_at}
    connection.execute(update(TOPIC_STATE).where(TOPIC_STATE.c.topic == topic).values(**values))


def record_failed(connection: Connection, topic: str, next_try_at: datetime) -> None:
    """Note that nothing could be made of a topic, and when it is tried again."""
    connection.execute(update(TOPIC_STATE).where(TOPIC_STATE.c.topic == topic).values(next_change_at=next_try_at))


def unannounced(connection: Connection, until: datetime) -> dict[str, datetime]:
    """Map the topics of which the hub has not heard the last change, since that instant or before, to that change.

    Their files are in place.
    """
    columns = TOPIC_STATE.c
    is_new = or_(columns.announced_at.is_(None), columns.announced_at < columns.changed_at)
    statement = select(columns.topic, columns.changed_at).where(
        columns.changed_at <= until, columns.built_at >= columns.changed_at, is_new
    )
    return {row.topic: row.changed_at for row in connection.execute(statement)}


def record_announced(connection: Connection, changes: Mapping[str, datetime]) -> None:
    """Note of which change of some topics the hub has been told."""
    for topic, changed_at in changes.items():
        connection.execute(update(TOPIC_STATE).where(TOPIC_STATE.c.topic == topic).values(announced_at=changed_at))


def must_shrink(connection: Connection, topic: str, since: datetime) -> bool:
    """Tell whether something is gone from a topic for good since an instant, or the rules and rights are others."""
    gone = select(PLACEMENT.c.item).where(
        PLACEMENT.c.topic == topic, PLACEMENT.c.left_at > since, PLACEMENT.c.left_why.in_(GONE)
    )
    changed = select(CONFIG.c.id).where(CONFIG.c.accepted_at > since)
    return connection.execute(union_all(gone, changed).limit(1)).first() is not None


def forget(connection: Connection, topics: Collection[str]) -> None:
    """Forget what was published of topics whose files are gone."""
    connection.execute(delete(TOPIC_STATE).where(TOPIC_STATE.c.topic.in_(topics)))
