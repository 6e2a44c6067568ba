"""Transactions and threads over the store, and its schema; the only file that knows which database it is.

Statements live in the other files of this room, as functions on the Connection of a transaction; they answer with plain
values. All writes go through one thread, each in one short transaction. What SQLite and PostgreSQL do in ways of their
own is in `sqlite` and `postgres`; what statements say in two ways, in `dialects`; the search index, in `search_fts` and
`search_vectors`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    ExitStack,
    asynccontextmanager,
    contextmanager,
)
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from aggregator.errors import ConfigError, StoreError
from aggregator.store.backup import RESTORE
from aggregator.tables import DamagedValue

if TYPE_CHECKING:
    from aggregator.store.membership import Member

_TOGETHER = 0.05  # seconds that a row waits for others
SCHEMA = "0023"  # the newest revision in migrations/versions; a test holds the two together
P = ParamSpec("P")
T = TypeVar("T")


class Home(Protocol):
    """What differs between the databases: `sqlite.SqliteFile` and `postgres.PostgresServer`.

    Attributes:
        name: for messages; without a password.
        path: its file, if it is one.
        engine: whose transactions read one moment.
        writing, durable: whose transactions write, one at a time; what is durable outlives a loss of power.
        migrating: whose transactions change the schema.
    """

    name: str
    engine: Engine
    writing: Engine
    durable: Engine
    migrating: Engine

    @property
    def path(self) -> Path | None: ...

    def exists(self) -> bool:
        """Tell whether there is a store."""

    def check(self) -> None:
        """Look whether it holds together, for ten seconds at most. Raises StoreError."""

    def measure(self) -> int:
        """Return how many bytes it takes."""

    def purge(self) -> bool:
        """See `Database.purge_now`."""

    def prepare(self, schema: str, *, backup: bool) -> None:
        """Get ready for a change of the schema ("": there is none yet). Raises StoreError."""

    def hold(self, what: str) -> AbstractContextManager[None]:
        """See `Database.hold`."""

    def holder(self) -> str:
        """See `Database.holder`."""

    def join_fleet(self, what: str) -> "AbstractAsyncContextManager[Member]":
        """See `Database.join_fleet`."""

    def explain(self, error: DBAPIError) -> str:
        """Say in one line why the database refused, and what to do; "" where one value was our own mistake."""


def _home(address: str, wait: timedelta) -> Home:
    if address.startswith("postgresql://"):
        from aggregator.store.postgres import PostgresServer

        return PostgresServer(address, wait)
    from aggregator.store.sqlite import SqliteFile

    return SqliteFile(address)


class Database:
    """One store, by its address (`sqlite:///PATH`, `postgresql://…`). Close it, or use it as a context manager.

    Args:
        wait: how long a write waits for those of other processes; SQLite waits 5 seconds.
        readers: threads that read, each with a connection of its own.
    """

    def __init__(self, address: str, wait: timedelta = timedelta(seconds=30), readers: int = 2) -> None:
        self.address = address
        self._home = _home(address, wait)
        self.name = self._home.name
        self._writer = ThreadPoolExecutor(1, "store-writer")
        self._reader = ThreadPoolExecutor(readers, "store-reader")
        self._together: dict[Any, tuple[list[Any], asyncio.Task[None]]] = {}  # by what will be done with the rows

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_file(self) -> bool:
        return self._home.path is not None

    @property
    def path(self) -> Path:
        """Its file. Raises ConfigError where it is none."""
        if self._home.path is None:
            raise ConfigError(f"{self.name}: this is done with files of SQLite only; for PostgreSQL use pg_dump")
        return self._home.path

    def close(self) -> None:
        self._writer.shutdown()
        self._reader.shutdown()
        self._home.engine.dispose()

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[Connection]:
        """Begin a transaction that writes: all of it is kept, or nothing.

        Args:
            durable: once it is kept, it outlives a loss of power too. For what a person said and nobody would say
                again; what partners said is in their feeds still.
        Raises:
            StoreError: the database refused (disk full, locked by another program for too long, damaged).
        """
        with self._errors(), (self._home.durable if durable else self._home.writing).begin() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Begin a transaction that reads one moment of the store. Raises StoreError as `transaction` does."""
        with self._errors(), self._home.engine.begin() as connection:
            yield connection

    async def write(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(connection, ...)` in the writer thread, in a transaction of its own."""

        def run() -> T:
            with self.transaction() as connection:
                return work(connection, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._writer, run)

    async def write_durably(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do as `write` does, and have it on the disk before this returns."""

        def run() -> T:
            with self.transaction(durable=True) as connection:
                return work(connection, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._writer, run)

    async def purge(self) -> bool:
        """Run `purge_now` in the writer thread."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self.purge_now)

    def purge_now(self) -> bool:
        """Let no file of the database hold what has been deleted; on PostgreSQL, as far as that is in our hands.

        Returns:
            Whether it is done: on SQLite, not while somebody reads an earlier moment of the store.
        """
        with self._errors():
            return self._home.purge()

    async def write_together(self, work: Callable[[Connection, Sequence[T]], None], row: T) -> None:
        """Hand one row to `work(connection, rows)`, which gets the rows of all who ask at about the same time.

        For what happens very often and is worth no transaction of its own. An error is raised to all of them.
        """
        batch = self._together.get(work)
        if batch is None:
            batch = self._together[work] = ([], asyncio.create_task(self._write_batch(work)))
        rows, written = batch
        rows.append(row)
        await asyncio.shield(written)

    async def flush(self) -> None:
        """Wait until all that was handed to `write_together` is written."""
        await asyncio.gather(*(task for _, task in self._together.values()))

    async def _write_batch(self, work: Callable[[Connection, Sequence[T]], None]) -> None:
        await asyncio.sleep(_TOGETHER)
        rows, _ = self._together.pop(work)
        await self.write(work, rows)

    async def read(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(connection, ...)` in a reader thread."""

        def run() -> T:
            with self.snapshot() as connection:
                return work(connection, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._reader, run)

    def exists(self) -> bool:
        with self._errors():
            return self._home.exists()

    def size(self) -> int:
        """Return how many bytes the database takes, its log included."""
        with self._errors():
            return self._home.measure()

    async def read_size(self) -> int:
        """Run `size` in a reader thread."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, self.size)

    def require_current(self) -> None:
        """Raise StoreError unless the schema is this program's own."""
        with self.snapshot() as connection:
            schema = _schema_of(connection)
        if schema != SCHEMA:
            raise StoreError(f"{self.name}: has schema {schema or 'none'}, not {SCHEMA}; run `aggregator migrate`")

    def check(self) -> None:
        """Look whether it holds together, for ten seconds at most. Raises StoreError."""
        self._home.check()

    def migrate(self, *, backup: bool = True) -> str | None:
        """Bring the schema up to date.

        Args:
            backup: copy what is there first, into the folder `backups` beside it; the last three such copies are kept.
                PostgreSQL changes its schema wholly or not at all, and is backed up by its own means.
        Returns:
            The revision it was at before, "" for an empty database, None when nothing was to be done.
        Raises:
            StoreError: the database was written by a newer version of this program, or cannot be copied.
        """
        with self.snapshot() as connection:
            before = _schema_of(connection)
        if before == SCHEMA:
            return None
        if before > SCHEMA:
            raise StoreError(
                f"{self.name}: written by a newer aggregator (schema {before}, this one knows {SCHEMA}); "
                "install that version, or name another --database"
            )
        with self._errors():
            self._home.prepare(before, backup=backup)
        # Alembic takes a third of a second to import, and most starts have nothing to migrate.
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", "aggregator.store:migrations")
        config.set_main_option("path_separator", "os")
        with self.change_schema() as connection:
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except ProgrammingError as error:
                reason = str(error.orig).splitlines()[0]
                raise StoreError(f"{self.name}: its schema is not changed: {reason}") from error
        return before

    @contextmanager
    def hold(self, what: str) -> Iterator[None]:
        """Be the one process that polls and builds, until the block ends or the process dies.

        Args:
            what: what this process is, for the message another one gets, such as "aggregator run".
        Raises:
            StoreBusy: another process holds the store.
        """
        with ExitStack() as held:
            with self._errors():
                held.enter_context(self._home.hold(what))
            yield

    def holder(self) -> str:
        """Name the process that polls and builds, as it named itself; "" when nobody holds the store."""
        with self._errors():
            return self._home.holder()

    @asynccontextmanager
    async def join_fleet(self, what: str) -> "AsyncIterator[Member]":
        """Be one of the workers of a store, until the block ends or the process dies.

        Args:
            what: as for `hold`.
        Raises:
            ConfigError: the store is a file, for one machine.
            StoreBusy: a process that works alone holds the store.
        """
        async with self._home.join_fleet(what) as member:
            yield member

    @contextmanager
    def change_schema(self) -> Iterator[Connection]:
        """Open a transaction for changes to the schema, while no other process writes. Raises StoreError."""
        with self._errors(), self._home.migrating.begin() as connection:
            yield connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            reason = self._home.explain(error)
            if not reason:
                raise  # our own mistake with one value, not the database's: it costs one unit of work
            raise StoreError(f"{self.name}: the database refused: {reason}") from error
        except DamagedValue as error:
            raise StoreError(f"{self.name}: the database holds {error}{RESTORE}") from error
        except UnicodeDecodeError as error:  # SQLite quotes what is damaged, and Python cannot read that
            raise StoreError(f"{self.name}: the database is damaged{RESTORE}") from error


def _schema_of(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""
