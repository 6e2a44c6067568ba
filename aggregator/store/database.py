"""Engine, sessions and the lock; the only file that knows which database it is.

Statements live in the other files of this room, as functions on a Session; they answer with plain values. All writes
go through one thread, each in one short transaction.
"""

import asyncio
import fcntl
import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Dialect, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.orm import Session
from sqlalchemy.util import LRUCache

from aggregator.errors import StoreBusy, StoreError
from aggregator.store.backup import RESTORE, back_up, check_briefly, name_backup, rotate, sweep_restored
from aggregator.tables import DamagedValue, read_json

_KEPT_BEFORE_CHANGES = 3  # copies made before the schema changed
_TOGETHER = 0.05  # seconds that a row waits for others
_BUSY_WAIT, _PURGE_WAIT = 5_000, 500  # milliseconds that a write, and the emptying of the log, wait for others
SCHEMA = "0022"  # the newest revision in migrations/versions; a test holds the two together
# What SQLite says, and what a person can do about it.
_CURES = {
    "not a database": RESTORE,
    "malformed": RESTORE,
    "damaged": RESTORE,
    "I/O error": "; the disk fails, or was taken away: look at the system's log (`dmesg`)",
    "disk is full": "; free some space, then start again: nothing kept is lost",
    "readonly": "; make the file and its folder writable for this user",
    "unable to open": "; is the folder there, and writable for this user?",
    "locked": "; another program has been writing to it for 5 seconds",
}
P = ParamSpec("P")
T = TypeVar("T")


class Database:
    """One store, by its address (`sqlite:///PATH`). Close it, or use it as a context manager."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.path = Path(address.removeprefix("sqlite:///"))
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{self.path.parent}: cannot be created ({error.strerror}); choose another --database"
            ) from error
        self._engine = _open(address)
        self._writing = self._engine.execution_options(synchronous="NORMAL")
        self._durable = self._engine.execution_options(synchronous="FULL")
        self._writer = ThreadPoolExecutor(1, "store-writer")
        self._reader = ThreadPoolExecutor(2, "store-reader")
        self._together: dict[Any, tuple[list[Any], asyncio.Task[None]]] = {}  # by what will be done with the rows

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._writer.shutdown()
        self._reader.shutdown()
        self._engine.dispose()

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[Session]:
        """Open a session that writes: all of it is kept, or nothing.

        Args:
            durable: once it is kept, it outlives a loss of power too. For what a person said and nobody would say
                again; what partners said is in their feeds still.
        Raises:
            StoreError: the database refused (disk full, locked by another program for 5 s, damaged).
        """
        with self._errors(), Session(self._durable if durable else self._writing) as session, session.begin():
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Open a session that reads one moment of the store. Raises StoreError as `transaction` does."""
        with self._errors(), Session(self._engine) as session, session.begin():
            yield session

    async def write(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(session, ...)` in the writer thread, in a transaction of its own."""

        def run() -> T:
            with self.transaction() as session:
                return work(session, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._writer, run)

    async def write_durably(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do as `write` does, and have it on the disk before this returns."""

        def run() -> T:
            with self.transaction(durable=True) as session:
                return work(session, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._writer, run)

    async def purge(self) -> bool:
        """Run `purge_now` in the writer thread."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self.purge_now)

    def purge_now(self) -> bool:
        """Empty the write-ahead log into the database, so that neither holds what has been deleted.

        Returns:
            Whether it is done: not while somebody reads an earlier moment of the store; waits half a second for that.
        """
        with self._errors():
            connection = self._engine.raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute(f"PRAGMA busy_timeout={_PURGE_WAIT}")
                is_busy = bool(cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
                cursor.execute(f"PRAGMA busy_timeout={_BUSY_WAIT}")
                return not is_busy
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    raise StoreError(f"{self.path}: the database refused: {error}") from error
                return False
            finally:
                connection.close()

    async def write_together(self, work: Callable[[Session, Sequence[T]], None], row: T) -> None:
        """Hand one row to `work(session, rows)`, which gets the rows of all who ask at about the same time.

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

    async def _write_batch(self, work: Callable[[Session, Sequence[T]], None]) -> None:
        await asyncio.sleep(_TOGETHER)
        rows, _ = self._together.pop(work)
        await self.write(work, rows)

    async def read(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(session, ...)` in a reader thread."""

        def run() -> T:
            with self.snapshot() as session:
                return work(session, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._reader, run)

    def exists(self) -> bool:
        return self.path.exists()

    def require_current(self) -> None:
        """Raise StoreError unless the schema is this program's own."""
        with self.snapshot() as session:
            schema = _schema_of(session.connection())
        if schema != SCHEMA:
            raise StoreError(f"{self.path}: has schema {schema or 'none'}, not {SCHEMA}; run `aggregator migrate`")

    def check(self) -> None:
        """Look whether the file holds together; see `backup.check_briefly`. Raises StoreError."""
        check_briefly(self.path)

    def migrate(self, *, backup: bool = True) -> str | None:
        """Bring the schema up to date.

        Args:
            backup: copy what is there first, into the folder `backups` beside it; the last three such copies are kept.
        Returns:
            The revision it was at before, "" for an empty database, None when nothing was to be done.
        Raises:
            StoreError: the database was written by a newer version of this program, or cannot be copied.
        """
        with self.snapshot() as session:
            before = _schema_of(session.connection())
        if before == SCHEMA:
            return None
        if before > SCHEMA:
            raise StoreError(
                f"{self.path}: written by a newer aggregator (schema {before}, this one knows {SCHEMA}); "
                "install that version, or name another --database"
            )
        if before and backup:
            self._back_up(before)
        # Alembic takes a third of a second to import, and most starts have nothing to migrate.
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", "aggregator.store:migrations")
        config.set_main_option("path_separator", "os")
        with self._errors(), self._writing.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        return before

    def _back_up(self, schema: str) -> None:
        folder = self.path.with_name("backups")
        try:
            back_up(self.path, folder / name_backup(self.path, datetime.now(UTC), schema))
        except StoreError as error:
            cure = "make room, or back it up elsewhere and run `aggregator migrate --no-backup`"
            raise StoreError(f"{error}; its schema is not changed without a backup: {cure}") from error
        rotate(folder, _KEPT_BEFORE_CHANGES, before_changes=True)

    @contextmanager
    def hold(self, what: str) -> Iterator[None]:
        """Be the one process that polls and builds, until the block ends; the kernel lets go when the process dies.

        Args:
            what: what this process is, for the message another one gets, such as "aggregator run".
        Raises:
            StoreBusy: another process holds the store.
        """
        path = self.path.with_name(self.path.name + ".lock")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StoreError(f"{path}: cannot be opened ({error.strerror}); choose another --database") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(file, 200).decode(errors="replace").strip() or "another process"
            os.close(file)
            raise StoreBusy(f"{self.path} is in use by {holder}; stop that first, or name another --database") from None
        try:
            with suppress(OSError):  # on a full disk the lock holds all the same, only without a name
                os.ftruncate(file, 0)
                os.write(file, f"{what}, process {os.getpid()}\n".encode())
            sweep_restored(self.path)
            yield
        finally:
            os.close(file)

    def holder(self) -> str:
        """Name the process that polls and builds, as it named itself; "" when nobody holds the store."""
        try:
            file = os.open(self.path.with_name(self.path.name + ".lock"), os.O_RDONLY)
        except OSError:
            return ""
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return ""
        except BlockingIOError:
            return os.read(file, 200).decode(errors="replace").strip() or "another process"
        finally:
            os.close(file)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (DataError, IntegrityError, ProgrammingError):
            raise  # our own mistake with one value, not the database's: it costs one unit of work
        except DBAPIError as error:
            # Of a text that cannot be read, no word belongs into a log.
            reason = str(error.orig).splitlines()[0]
            if column := re.match("Could not decode to UTF-8 column '(.*?)' with text", reason):
                reason = f"a damaged value in column {column[1]}"
            cure = next((cure for sign, cure in _CURES.items() if sign in reason), "")
            raise StoreError(f"{self.path}: the database refused: {reason}{cure}") from error
        except DamagedValue as error:
            raise StoreError(f"{self.path}: the database holds {error}{RESTORE}") from error
        except UnicodeDecodeError as error:  # SQLite quotes what is damaged, and Python cannot read that
            raise StoreError(f"{self.path}: the database is damaged{RESTORE}") from error


def _open(address: str) -> Engine:
    def set_pragmas(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        # What is deleted is overwritten with zeros: a withdrawn article must leave the files, too.
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "secure_delete=ON", f"busy_timeout={_BUSY_WAIT}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    engine = make_engine(address, connect_args={"isolation_level": None, "check_same_thread": False})
    event.listen(engine, "connect", set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def make_engine(address: str, **options: Any) -> Engine:
    """Make an engine that knows the statements which others of this process have compiled.

    One that compiles everything anew takes half as long again for the little that most commands do with the store.
    """
    dialect, compiled = _compiled()
    engine = create_engine(address, execution_options={"compiled_cache": compiled}, **options)
    engine.dialect = dialect
    return engine


@cache
def _compiled() -> tuple[Dialect, LRUCache[Any, Any]]:
    """What statements are compiled for, and to what."""
    engine = create_engine("sqlite://", json_deserializer=read_json)
    with engine.connect():
        pass  # a dialect knows what its database can do after its first connection
    engine.dispose()
    return engine.dialect, LRUCache(500)


def _begin(connection: Connection) -> None:
    # A transaction that will write says so at once: upgrading from read to write fails under WAL when somebody else
    # wrote in between.
    if synchronous := connection.get_execution_options().get("synchronous"):
        connection.exec_driver_sql(f"PRAGMA synchronous={synchronous}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("BEGIN")


def _schema_of(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""
