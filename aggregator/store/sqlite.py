"""The store in one file of SQLite: how it is opened, held, emptied of what was deleted, and what its errors mean."""

import fcntl
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import Connection, Dialect, Engine, create_engine, event
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.util import LRUCache

from aggregator.errors import ConfigError, StoreBusy, StoreError
from aggregator.store.backup import RESTORE, back_up, check_briefly, name_backup, rotate, sweep_restored
from aggregator.tables import read_json

_KEPT_BEFORE_CHANGES = 3  # copies made before the schema changed
_BUSY_WAIT, _PURGE_WAIT = 5_000, 500  # milliseconds that a write, and the emptying of the log, wait for others
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


class SqliteFile:
    """A store at `sqlite:///PATH`. See `database.Home` for what each of these does."""

    def __init__(self, address: str) -> None:
        self.path: Path = Path(address.removeprefix("sqlite:///"))
        self.name = str(self.path)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{self.path.parent}: cannot be created ({error.strerror}); choose another --database"
            ) from error
        self.engine: Engine = _open(address)
        self.writing: Engine = self.engine.execution_options(synchronous="NORMAL")
        self.durable: Engine = self.engine.execution_options(synchronous="FULL")
        self.migrating: Engine = self.writing

    def exists(self) -> bool:
        return self.path.exists()

    def check(self) -> None:
        check_briefly(self.path)

    def measure(self) -> int:
        total = 0
        for ending in ("", "-wal"):
            with suppress(OSError):
                total += Path(f"{self.path}{ending}").stat().st_size
        return total

    def purge(self) -> bool:
        """Empty the write-ahead log into the database; waits half a second for who reads an earlier moment."""
        connection = self.engine.raw_connection()
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

    def prepare(self, schema: str, *, backup: bool) -> None:
        if not schema or not backup:
            return
        folder = self.path.with_name("backups")
        try:
            back_up(self.path, folder / name_backup(self.path, datetime.now(UTC), schema))
        except StoreError as error:
            cure = "make room, or back it up elsewhere and run `aggregator migrate --no-backup`"
            raise StoreError(f"{error}; its schema is not changed without a backup: {cure}") from error
        rotate(folder, _KEPT_BEFORE_CHANGES, before_changes=True)

    def join_fleet(self, what: str) -> NoReturn:
        raise ConfigError(
            f"{self.name}: a file is for one machine, whose `aggregator run` needs no workers; "
            "to have some, name a server: AGGREGATOR_DATABASE=postgresql://..., see docs/postgresql.md"
        )

    @contextmanager
    def hold(self, what: str) -> Iterator[None]:
        """Lock a file beside the database; the kernel lets go when the process dies."""
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

    def explain(self, error: DBAPIError) -> str:
        if isinstance(error, (DataError, IntegrityError, ProgrammingError)):
            return ""
        reason = str(error.orig).splitlines()[0]
        # Of a text that cannot be read, no word belongs into a log.
        if column := re.match("Could not decode to UTF-8 column '(.*?)' with text", reason):
            reason = f"a damaged value in column {column[1]}"
        return reason + next((cure for sign, cure in _CURES.items() if sign in reason), "")


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
