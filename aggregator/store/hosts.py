"""Statements on hosts: which want to be left alone, and what their robots.txt says."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, insert, or_, select

from aggregator.models import RobotsFile, Validators
from aggregator.tables import HOST_STATE, ROBOTS_STATE


def load_rests(connection: Connection, now: datetime) -> dict[str, tuple[datetime, datetime]]:
    """Map the hosts that asked to be left alone to since when and until when."""
    rows = connection.execute(select(HOST_STATE).where(HOST_STATE.c.until > now))
    return {row.host: (row.since, row.until) for row in rows}


def save_rests(connection: Connection, rests: Mapping[str, tuple[datetime, datetime]], now: datetime) -> None:
    """Replace what is known about some hosts that want to be left alone; forget those that do no more."""
    connection.execute(delete(HOST_STATE).where(or_(HOST_STATE.c.host.in_(rests), HOST_STATE.c.until <= now)))
    if rests:
        rows = [{"host": host, "since": since, "until": until} for host, (since, until) in rests.items()]
        connection.execute(insert(HOST_STATE), rows)


def load_robots(connection: Connection, origin: str) -> RobotsFile | None:
    """Return the robots.txt of an origin as last read."""
    row = connection.execute(select(ROBOTS_STATE).where(ROBOTS_STATE.c.origin == origin)).mappings().first()
    if row is None:
        return None
    validators = Validators(row["etag"], row["last_modified"])
    same = {name: row[name] for name in ("verdict", "text", "fetched_at", "due_at", "reason")}
    return RobotsFile(origin, validators=validators, **same)


def save_robots(connection: Connection, file: RobotsFile) -> None:
    """Replace what is known of an origin's robots.txt."""
    values = {name: value for name, value in vars(file).items() if name != "validators"}
    connection.execute(delete(ROBOTS_STATE).where(ROBOTS_STATE.c.origin == file.origin))
    connection.execute(insert(ROBOTS_STATE), values | vars(file.validators))
