"""How much room there is for the database and the output, and how the database grows."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select

from aggregator.tables import GROWTH

_KEPT = 60  # days
_LOOK_BACK = timedelta(days=14)
_LEAST_DAYS = 5  # between two sizes, before anything is forecast


@dataclass(frozen=True)
class Disk:
    """A file system that something of ours is on.

    Attributes:
        folder: a folder of ours on it.
        free_bytes: for us, which may be less than is free.
        files, free_files: how many it can have and could still take; 0 and 0 where it does not count them.
    """

    folder: Path
    bytes: int
    free_bytes: int
    files: int
    free_files: int


@dataclass(frozen=True)
class Forecast:
    """How the database grows.

    Attributes:
        per_day: bytes, the average of the days looked at.
        days: so many these are.
    """

    per_day: float
    days: int


def measure_disks(*folders: Path) -> tuple[Disk, ...]:
    """Look at the file systems that some folders are on, each once; one that cannot be asked is left out."""
    found: dict[int, Disk] = {}
    for folder in folders:
        try:
            status, system = folder.stat(), os.statvfs(folder)
        except OSError:
            continue
        size = system.f_frsize
        disk = Disk(folder, system.f_blocks * size, system.f_bavail * size, system.f_files, system.f_favail)
        found.setdefault(status.st_dev, disk)
    return tuple(found.values())


def note_size(connection: Connection, database_bytes: int, now: datetime) -> None:
    """Keep how large the database is today; the last word of a day counts, and sixty days are kept."""
    today = f"{now:%Y-%m-%d}"
    oldest = f"{now - timedelta(days=_KEPT):%Y-%m-%d}"
    connection.execute(delete(GROWTH).where((GROWTH.c.day == today) | (GROWTH.c.day < oldest) | (GROWTH.c.day > today)))
    connection.execute(insert(GROWTH).values(day=today, database_bytes=database_bytes))


def forecast(connection: Connection, now: datetime) -> Forecast | None:
    """Say how fast the database has grown in the last two weeks; None when that is not known yet."""
    since = f"{now - _LOOK_BACK:%Y-%m-%d}"
    rows: Sequence[tuple[str, int]] = [
        (row.day, row.database_bytes)
        for row in connection.execute(select(GROWTH).where(GROWTH.c.day >= since).order_by(GROWTH.c.day))
    ]
    if not rows:
        return None
    (first, before), (last, after) = rows[0], rows[-1]
    days = (date.fromisoformat(last) - date.fromisoformat(first)).days
    return Forecast((after - before) / days, days) if days >= _LEAST_DAYS else None
