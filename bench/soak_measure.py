"""What a process needs, as the machine says it (Linux), and what is in a database, table by table."""

import gc
import os
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
MB = 1e6


@dataclass(frozen=True)
class Reading:
    """The end of one day; sizes in bytes.

    Attributes:
        main: resident memory of the process that polls and builds.
        highest: the most of it at the end of any step of the day.
        worker: resident memory of the largest worker process seen that day.
        handles, threads: the most at the end of any step of the day.
        database: the file and its log.
        pages: of them the pages of the file that are in use.
    """

    day: int
    main: int
    highest: int
    worker: int
    handles: int
    threads: int
    database: int
    pages: int
    articles: int
    polls: int
    seconds: float


@dataclass
class Watch:
    """Looks at this process at the end of each step."""

    not_ours: int  # the id of a child that is no worker
    highest: int = 0
    worker: int = 0
    handles: int = 0
    threads: int = 0

    def look(self) -> None:
        self.highest = max(self.highest, resident(os.getpid()))
        self.worker = max([self.worker, *(resident(child) for child in self._workers())])
        self.handles = max(self.handles, len(os.listdir("/proc/self/fd")) - 1)
        self.threads = max(self.threads, threading.active_count())

    def read(self, day: int, path: Path, articles: int, polls: int, seconds: float) -> Reading:
        """Read the end of a day, and begin the next."""
        gc.collect()
        size = sum(part.stat().st_size for part in (path, path.with_name(f"{path.name}-wal")) if part.exists())
        reading = Reading(
            day, resident(os.getpid()), self.highest, self.worker, self.handles, self.threads, size,
            used_bytes(path), articles, polls, seconds,
        )  # fmt: skip
        self.highest = self.worker = self.handles = self.threads = 0
        return reading

    def _workers(self) -> Iterator[int]:
        """Yield the processes that this one has started, and those started by them."""
        parents = dict(_parents())
        for process in parents:
            above = process
            while above in parents and above != self.not_ours:
                above = parents[above]
                if above == os.getpid():
                    yield process
                    break


def resident(process: int) -> int:
    """Return the bytes of memory that a process has; 0 when it has ended."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def _parents() -> Iterator[tuple[int, int]]:
    for name in os.listdir("/proc"):
        if name.isdecimal():
            try:
                yield int(name), int(Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue


def used_bytes(path: Path) -> int:
    """Return the bytes of a database that hold something."""
    with _opened(path) as connection:
        pages, free, size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
    return int((pages - free) * size)


def bytes_by_table(path: Path) -> dict[str, tuple[int, int]]:
    """Map the tables of a database to how many bytes they take with their indexes, and how many rows they have."""
    with _opened(path) as connection:
        found = {
            name: (size, connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])
            for name, size in connection.execute(
                "SELECT s.tbl_name, sum(d.pgsize) FROM dbstat d JOIN sqlite_schema s ON s.name = d.name "
                "WHERE d.aggregate = 1 GROUP BY 1"
            ).fetchall()
        }
    return dict(sorted(found.items(), key=lambda one: -one[1][0]))


def most_versions(path: Path) -> int:
    """Return how many earlier versions the copy has that has most."""
    with _opened(path) as connection:
        return connection.execute(
            "SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM version GROUP BY copy_id)"
        ).fetchone()[0]  # type: ignore[no-any-return]


class _opened:
    """A connection that reads, closed in the end; its cache is small, so that this process keeps little of it."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self._connection.execute("PRAGMA cache_size=-200")

    def __enter__(self) -> sqlite3.Connection:
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.close()
