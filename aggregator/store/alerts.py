"""Statements on what needs a person: since when it lasts, and in which ways it was told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, insert, select, update

from aggregator.models import AlertWay, Trouble
from aggregator.tables import ALERT, ALERT_TOLD, ALERT_WAY

Key = tuple[str, str, str]  # kind, subject, about


@dataclass(frozen=True)
class Known:
    """A trouble that was noticed and perhaps has ended; texts as they were then."""

    key: Key
    name: str
    text: str
    since: datetime
    noticed_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class WayState:
    """How one way of telling works; all empty before the first digest."""

    delivered_at: datetime | None = None
    tries: int = 0
    due_at: datetime | None = None
    failing_since: datetime | None = None
    said: str = ""


def load_known(connection: Connection) -> dict[Key, Known]:
    """Map keys to all that goes on, and to what has ended a short while ago."""
    rows = connection.execute(select(ALERT).order_by(ALERT.c.noticed_at, ALERT.c.kind, ALERT.c.subject, ALERT.c.about))
    return {
        key: Known(key, row.name, row.text, row.since, row.noticed_at, row.ended_at)
        for row in rows
        for key in [(row.kind, row.subject, row.about)]
    }


def note_troubles(connection: Connection, troubles: Sequence[Trouble], now: datetime) -> None:
    """Keep what goes on: what is new, what has ended, what has come back."""
    known = load_known(connection)
    current = {trouble.key: trouble for trouble in troubles}
    new = [
        {"kind": key[0], "subject": key[1], "about": key[2], "name": trouble.name, "text": trouble.text,
         "since": trouble.since, "noticed_at": now, "ended_at": None}
        for key, trouble in current.items()
        if key not in known
    ]  # fmt: skip
    if new:
        connection.execute(insert(ALERT), new)
    for key, one in known.items():
        if (one.ended_at is None) != (key in current):
            connection.execute(update(ALERT).where(_is(ALERT, key)).values(ended_at=None if key in current else now))


def forget_ended(connection: Connection, before: datetime, ways: Collection[AlertWay]) -> None:
    """Drop what ended before an instant, unless that is still to be told, and all about ways not used any more."""
    connection.execute(delete(ALERT_TOLD).where(ALERT_TOLD.c.way.not_in(ways)))
    connection.execute(delete(ALERT_WAY).where(ALERT_WAY.c.way.not_in(ways)))
    was_told = exists().where(
        ALERT_TOLD.c.kind == ALERT.c.kind, ALERT_TOLD.c.subject == ALERT.c.subject, ALERT_TOLD.c.about == ALERT.c.about
    )
    connection.execute(delete(ALERT).where(ALERT.c.ended_at <= before, ~was_told))


def load_told(connection: Connection, way: AlertWay) -> set[Key]:
    """Return what was told in a way, and not yet that it has ended."""
    columns = (ALERT_TOLD.c.kind, ALERT_TOLD.c.subject, ALERT_TOLD.c.about)
    return {(row[0], row[1], row[2]) for row in connection.execute(select(*columns).where(ALERT_TOLD.c.way == way))}


def load_ways(connection: Connection) -> dict[str, WayState]:
    """Map the ways that were used to how they work."""
    rows = connection.execute(select(ALERT_WAY))
    return {row.way: WayState(row.delivered_at, row.tries, row.due_at, row.failing_since, row.said) for row in rows}


def note_told(
    connection: Connection,
    way: AlertWay,
    new: Collection[Key],
    ended: Collection[Key],
    now: datetime,
    *,
    delivered: bool,
) -> None:
    """Keep what was told in a way, and what need not be any more.

    Args:
        delivered: a digest has arrived; else there was nothing that needed one.
    """
    for key in (*new, *ended):
        connection.execute(delete(ALERT_TOLD).where(ALERT_TOLD.c.way == way, _is(ALERT_TOLD, key)))
    if new:
        rows = [
            {"way": way, "kind": key[0], "subject": key[1], "about": key[2], "told_at": now}
            for key in dict.fromkeys(new)
        ]
        connection.execute(insert(ALERT_TOLD), rows)
    if delivered:
        _save_way(connection, way, WayState(delivered_at=now))


def note_failed(connection: Connection, way: AlertWay, said: str, due_at: datetime, now: datetime) -> None:
    """Keep that a digest could not be delivered, and when that is tried again."""
    known = load_ways(connection).get(way, WayState())
    state = WayState(known.delivered_at, known.tries + 1, due_at, known.failing_since or now, said)
    _save_way(connection, way, state)


def _save_way(connection: Connection, way: AlertWay, state: WayState) -> None:
    connection.execute(delete(ALERT_WAY).where(ALERT_WAY.c.way == way))
    connection.execute(insert(ALERT_WAY).values(way=way, **vars(state)))


def _is(table: Table, key: Key) -> ColumnElement[bool]:
    return and_(table.c.kind == key[0], table.c.subject == key[1], table.c.about == key[2])
