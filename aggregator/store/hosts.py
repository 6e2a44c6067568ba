"""Statements on hosts: which want to be left alone, and what their robots.txt says."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from aggregator.models import RobotsFile, Validators
from aggregator.tables import HOST_STATE, ROBOTS_STATE


def load_rests(session: Session, now: datetime) -> dict[str, tuple[datetime, datetime]]:
    """Map the hosts that asked to be left alone to since when and until when."""
    rows = session.execute(select(HOST_STATE).where(HOST_STATE.c.until > now))
    return {row.host: (row.since, row.until) for row in rows}


def save_rests(session: Session, rests: Mapping[str, tuple[datetime, datetime]], now: datetime) -> None:
    """Replace what is known about some hosts that want to be left alone; forget those that do no more."""
    session.execute(delete(HOST_STATE).where(or_(HOST_STATE.c.host.in_(rests), HOST_STATE.c.until <= now)))
    if rests:
        rows = [{"host": host, "since": since, "until": until} for host, (since, until) in rests.items()]
        session.execute(insert(HOST_STATE), rows)


def load_robots(session: Session, origin: str) -> RobotsFile | None:
    """Return the robots.txt of an origin as last read."""
    row = session.execute(select(ROBOTS_STATE).where(ROBOTS_STATE.c.origin == origin)).mappings().first()
    if row is None:
        return None
    validators = Validators(row["etag"], row["last_modified"])
    same = {name: row[name] for name in ("verdict", "text", "fetched_at", "due_at", "reason")}
    return RobotsFile(origin, validators=validators, **same)


def save_robots(session: Session, file: RobotsFile) -> None:
    """Replace what is known of an origin's robots.txt."""
    values = {name: value for name, value in vars(file).items() if name != "validators"}
    session.execute(delete(ROBOTS_STATE).where(ROBOTS_STATE.c.origin == file.origin))
    session.execute(insert(ROBOTS_STATE), values | vars(file.validators))
