"""A store to try things on: what is written stays in memory, what is read is the real one with that on top.

The real store is opened for reading only, so nothing that is done here can reach it, and nobody who writes to it waits.
Tables that a build changes stand here as copies, which SQLite takes before those of the same name in the store; those
with the articles' texts are too large for that, and are views that know what was changed. A table named in neither list
cannot be written.
"""

# ruff: noqa: S608 - names of our own tables are put into statements, and nothing else

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import quote

from sqlalchemy import Table, func, select, text
from sqlalchemy.orm import Session

from aggregator.store.database import Database, make_engine
from aggregator.tables import (
    ARCHIVE_DOCUMENT,
    CONFIG,
    COPY,
    DECISION,
    DIRTY,
    ITEM,
    ITEM_PAGE,
    LINK,
    MONTH_PAGE,
    PLACEMENT,
    REPORT,
    REPORT_WORD,
    SEARCH_DUE,
    TOPIC_STATE,
    WORD_COUNT,
)

_COPIED = (
    ITEM, PLACEMENT, DIRTY, TOPIC_STATE, CONFIG, LINK, ARCHIVE_DOCUMENT, ITEM_PAGE, MONTH_PAGE, REPORT, REPORT_WORD,
    WORD_COUNT, SEARCH_DUE,
)  # fmt: skip
_CHANGED = {COPY: ("item", "held", "held_why")}  # the columns that may change; rows come and go in the real store only
_GROWING = (DECISION,)  # rows are added and never changed
_MAPPED_BYTES = 2**40  # as much as SQLite allows: reading 100,000 articles takes half the time
P = ParamSpec("P")
T = TypeVar("T")


class Rehearsal(Database):
    """One store as it is at one moment, and what is tried on it. Use it as a context manager.

    All that `write` and `read` are given runs at once, in the order in which it is asked for, on one connection.
    """

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self._engine.dispose()
        self._engine = make_engine("sqlite://", creator=self._connect)
        self._session: Session | None = None

    def __enter__(self) -> "Rehearsal":
        return self

    @contextmanager
    def opened(self) -> Iterator[Session]:
        """Look at the store as it is now and get ready to write; all of it is forgotten in the end.

        Raises:
            StoreError: there is no such database, or it cannot be read.
        """
        with self._errors(), Session(self._engine) as session:
            session.execute(text("BEGIN"))
            for statement in _statements(session):
                session.execute(text(statement))
            self._session = session
            try:
                yield session
            finally:
                self._session = None

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[Session]:
        """Do all of something, or nothing; whatever is asked, nothing of it lasts."""
        if self._session is None:
            raise RuntimeError("a rehearsal is written to while it is open, and not otherwise")
        with self._errors(), self._session.begin_nested():
            yield self._session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        if self._session:
            with self._errors():
                yield self._session
        else:
            with super().snapshot() as session:
                yield session

    async def write(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        with self.transaction() as session:
            return work(session, *args, **kwargs)

    async def read(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        with self.snapshot() as session:
            return work(session, *args, **kwargs)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Forget at the end of the block what was tried in it."""
        with self.snapshot() as session:
            attempt = session.begin_nested()
            try:
                yield
            finally:
                attempt.rollback()
                session.expire_all()

    def _connect(self) -> sqlite3.Connection:
        where = quote(str(self.path.absolute()))
        connection = self._open(f"file:{where}?mode=ro")
        try:
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
        except sqlite3.OperationalError:
            if not self.path.exists() or self.path.with_name(f"{self.path.name}-wal").exists():
                raise
            # A backup in a folder where SQLite cannot put its own files; nobody writes to it there.
            connection.close()
            connection = self._open(f"file:{where}?immutable=1")
        return connection

    def _open(self, uri: str) -> sqlite3.Connection:
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA busy_timeout=5000")
        connection.execute(f"PRAGMA mmap_size={_MAPPED_BYTES}")
        return connection


def _statements(session: Session) -> Iterator[str]:
    for table in _COPIED:
        yield from _copied(session, table)
    for table, columns in _CHANGED.items():
        yield from _changed(table, columns)
    for table in _GROWING:
        last = session.execute(select(func.max(table.c.id))).scalar() or 0
        yield from _growing(table, last)


def _copied(session: Session, table: Table) -> Iterator[str]:
    """Say how a table of the store is copied, its indexes included."""
    name = table.name
    kept = session.execute(
        text("SELECT sql FROM main.sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL ORDER BY type DESC"),
        {"name": name},
    )
    for statement in list(kept.scalars()):
        if statement.startswith("CREATE TABLE"):
            yield statement.replace("CREATE TABLE", "CREATE TEMP TABLE", 1)
            yield f'INSERT INTO temp."{name}" SELECT * FROM main."{name}"'
        else:
            yield re.sub(r"^(CREATE (?:UNIQUE )?INDEX )", r"\1temp.", statement)


def _changed(table: Table, columns: tuple[str, ...]) -> Iterator[str]:
    """Say how a table is shown with some of its columns changed in some rows."""
    name, other = table.name, f"changed_{table.name}"
    yield f'CREATE TEMP TABLE "{other}" (id INTEGER PRIMARY KEY, {", ".join(columns)})'
    yield f'CREATE INDEX temp."ix_{other}" ON "{other}" (item)'
    kept = ", ".join(f'c."{column.name}"' for column in table.columns)
    new = ", ".join(
        f'o."{column.name}"' if column.name in columns else f'c."{column.name}"' for column in table.columns
    )
    yield (
        f'CREATE TEMP VIEW "{name}" AS SELECT {kept} FROM main."{name}" c WHERE c.id NOT IN (SELECT id FROM "{other}") '
        f'UNION ALL SELECT {new} FROM "{other}" o CROSS JOIN main."{name}" c ON c.id = o.id'
    )
    yield (
        f'CREATE TEMP TRIGGER "change_{name}" INSTEAD OF UPDATE ON "{name}" BEGIN INSERT OR REPLACE INTO "{other}" '
        f"VALUES (OLD.id, {', '.join(f'NEW.{column}' for column in columns)}); END"
    )


def _growing(table: Table, last: int) -> Iterator[str]:
    """Say how a table is shown with rows added to it, after the one with the id `last`."""
    name, other = table.name, f"added_{table.name}"
    columns = [column.name for column in table.columns if column.name != "id"]
    listed, new = ", ".join(columns), ", ".join(f"NEW.{column}" for column in columns)
    yield f'CREATE TEMP TABLE "{other}" (id INTEGER PRIMARY KEY, {listed})'
    yield f'CREATE INDEX temp."ix_{other}" ON "{other}" (item)'
    yield f'CREATE TEMP VIEW "{name}" AS SELECT id, {listed} FROM main."{name}" UNION ALL SELECT * FROM "{other}"'
    yield (
        f'CREATE TEMP TRIGGER "add_{name}" INSTEAD OF INSERT ON "{name}" BEGIN INSERT INTO "{other}" VALUES '
        f'((SELECT coalesce(max(id), {last}) + 1 FROM "{other}"), {new}); END'
    )
