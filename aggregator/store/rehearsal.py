"""A store to try things on: what is written is forgotten, what is read is the real one with that on top.

Nothing that is done here can reach the real store, and nobody who writes to it waits. Tables that a build changes stand
here as temporary copies, which the database takes before those of the same name in the store; those with the articles'
texts are too large for that, and are views that know what was changed. A table named in neither list is not written.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection, Engine, Table

from aggregator.store.database import Database
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
P = ParamSpec("P")
T = TypeVar("T")


class Stage(Protocol):
    """What differs between the databases: `rehearsal_sqlite.SqliteStage` and `rehearsal_postgres.PostgresStage`.

    Attributes:
        engine: that reads the store and can write nothing but what is temporary.
    """

    engine: Engine

    def begin(self, connection: Connection) -> None:
        """Begin a transaction that is never kept."""

    def copy(self, connection: Connection, table: Table) -> None:
        """Put a copy of a table, its indexes included, in its place."""

    def show_changed(self, connection: Connection, table: Table, columns: tuple[str, ...]) -> None:
        """Put a view in a table's place that shows these columns as they are changed."""

    def show_growing(self, connection: Connection, table: Table) -> None:
        """Put a view in a table's place to which rows can be added."""


class Rehearsal(Database):
    """One store as it is at one moment, and what is tried on it. Use it as a context manager.

    All that `write` and `read` are given runs at once, in the order in which it is asked for, on one connection.
    """

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self._home.engine.dispose()
        self._stage = self._make_stage()
        self._home.engine = self._stage.engine
        self._connection: Connection | None = None

    def __enter__(self) -> "Rehearsal":
        return self

    @contextmanager
    def opened(self) -> Iterator[Connection]:
        """Look at the store as it is now and get ready to write; all of it is forgotten in the end.

        Raises:
            StoreError: there is no such database, or it cannot be read.
        """
        with self._errors(), self._home.engine.connect() as connection:
            self._stage.begin(connection)
            for table in _COPIED:
                self._stage.copy(connection, table)
            for table, columns in _CHANGED.items():
                self._stage.show_changed(connection, table, columns)
            for table in _GROWING:
                self._stage.show_growing(connection, table)
            self._connection = connection
            try:
                yield connection
            finally:
                self._connection = None

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[Connection]:
        """Do all of something, or nothing; whatever is asked, nothing of it lasts."""
        if self._connection is None:
            raise RuntimeError("a rehearsal is written to while it is open, and not otherwise")
        with self._errors(), self._connection.begin_nested():
            yield self._connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        if self._connection:
            with self._errors():
                yield self._connection
        else:
            with super().snapshot() as connection:
                yield connection

    async def write(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        with self.transaction() as connection:
            return work(connection, *args, **kwargs)

    async def read(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        with self.snapshot() as connection:
            return work(connection, *args, **kwargs)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Forget at the end of the block what was tried in it."""
        with self.snapshot() as connection:
            attempt = connection.begin_nested()
            try:
                yield
            finally:
                attempt.rollback()

    def _make_stage(self) -> Stage:
        if self.is_file:
            from aggregator.store.rehearsal_sqlite import SqliteStage

            return SqliteStage(self.path)
        from aggregator.store.rehearsal_postgres import PostgresStage

        return PostgresStage(self.address)
