"""Statements on a fleet: which workers there are, and which hosts wait in the queue of the task engine or are visited.

The queue's tables are the engine's own; it is asked here for what it holds, and written to in `worker` only.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from aggregator.store.postgres import BUILDING, LOCKS, WORKING

QUEUE = "hosts"  # of visits; the name is in stores already


@dataclass(frozen=True)
class Queue:
    """The hosts that wait to be visited, and those that are visited just now."""

    waiting: frozenset[str]
    visited: frozenset[str]


@dataclass(frozen=True)
class Fleet:
    """The workers of a store.

    Attributes:
        workers: as they name themselves.
        builder: which of them publishes; empty: none just now.
        waiting: hosts in the queue.
        visited: hosts that are visited just now, and so locked for the others.
    """

    workers: tuple[str, ...]
    builder: str
    waiting: int
    visited: tuple[str, ...]


def has_engine(connection: Connection) -> bool:
    """Tell whether the engine has its tables in a database of PostgreSQL."""
    return connection.scalar(_ENGINE) is not None


def load_queue(connection: Connection) -> Queue:
    """Read what the queue holds. Its tables are there once a worker has been started."""
    rows = connection.execute(_QUEUED, {"queue": QUEUE}).all()
    return Queue(
        frozenset(row.lock for row in rows if row.status == "todo"),
        frozenset(row.lock for row in rows if row.status == "doing"),
    )


def load_fleet(connection: Connection) -> Fleet | None:
    """Read who works and what waits; None where there is no fleet, and never was one."""
    if connection.dialect.name != "postgresql" or not has_engine(connection):
        return None
    places = connection.execute(_PLACES, {"locks": LOCKS, "working": WORKING, "building": BUILDING}).all()
    queue = load_queue(connection)
    return Fleet(
        tuple(sorted(row.name for row in places if row.place == WORKING)),
        next((row.name for row in places if row.place == BUILDING), ""),
        len(queue.waiting),
        tuple(sorted(queue.visited)),
    )


# Not to_regclass(), which may remember what was not there a moment ago.
_ENGINE = text(
    "SELECT true FROM pg_class WHERE relname = 'procrastinate_jobs' AND relnamespace = current_schema()::regnamespace"
)
_QUEUED = text(
    "SELECT lock, status::text FROM procrastinate_jobs "
    "WHERE queue_name = :queue AND status IN ('todo', 'doing') AND lock IS NOT NULL"
)
# Who works alone holds the same lock as the workers, but has it to itself.
_PLACES = text(
    "SELECT l.objid AS place, a.application_name AS name FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
    "WHERE l.granted AND l.locktype = 'advisory' AND l.classid = :locks AND l.objsubid = 2 "
    "AND (l.objid = :working AND l.mode = 'ShareLock' OR l.objid = :building) "
    "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
