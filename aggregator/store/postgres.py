"""The store in a database of PostgreSQL 15 or newer: how it is opened, held, and what its errors mean.

Everything here but the imports of `psycopg` works by advisory locks of that database (`LOCKS` and a number):

* Writers come one after the other, as they do on SQLite: many statements look first and write then what they found
  missing. A transaction that writes waits for the lock for a while (AGGREGATOR_STORE_WAIT).
* Who polls and builds holds another one on a connection of its own; the workers of a fleet share it. The server lets
  go when that breaks, so each of the holder's writes looks whether it still is. Which worker builds, and which host is
  asked by whom, are locks on the same connection (`membership`).
"""

import json
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, URL, Connection, Engine, Table, create_engine, event, make_url, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.pool import NullPool

from aggregator.errors import ConfigError, StoreBusy, StoreError
from aggregator.tables import metadata, read_json

if TYPE_CHECKING:
    from aggregator.store.membership import Member

LOCKS = 1_634_168_690  # "aggr": so that others may use advisory locks in the same database
_WRITING, WORKING, BUILDING = 1, 2, 3
_HOSTS = LOCKS + 1  # and the hash of a host that is being asked
_OLDEST = 15  # version of the server
_COLLATIONS = ("C", "POSIX", "C.UTF-8", "C.utf8", "ucs_basic")  # that order texts by their characters, as SQLite does
_NUL, _IN_ITS_PLACE = "\x00", "\ufffd"  # the one character that a text of PostgreSQL cannot hold
_MIGRATION_WAIT = "10min"
_CURES = {
    "lock timeout": "; another program has been writing to it for longer than AGGREGATOR_STORE_WAIT",
    "No space left": "; free some space on the server: nothing kept is lost",
    "connection": "; is the server there, and does the address name it?",
    "permission denied": "; let this user own the database",
    "read-only": "; this server takes no writes: name the one that does",
    "shutting down": "; start again when the server is back: nothing kept is lost",
}
_MAKE = "createdb --template=template0 --encoding=UTF8 --lc-collate=C --lc-ctype=C"


class PostgresServer:
    """A store at `postgresql://…`. See `database.Home` for what each of these does."""

    path: Path | None = None

    def __init__(self, address: str, wait: timedelta) -> None:
        self._wait = f"{round(wait.total_seconds() * 1000)}ms"
        self._url = url_of(address)
        self.name = self._url.set(drivername="postgresql").render_as_string(hide_password=True)
        self._engine = open_engine(self._url)
        event.listen(self._engine, "begin", self._begin)
        self.engine: Engine = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self.writing: Engine = self._engine.execution_options(synchronous="off")
        self.durable: Engine = self._engine.execution_options(synchronous="on")
        self.migrating: Engine = self._engine.execution_options(synchronous="on", lock_timeout=_MIGRATION_WAIT)
        self._held: dict[str, int] = {}  # the lock that we hold, and the server's process that does it for us

    def exists(self) -> bool:
        with self.engine.connect() as connection:
            return connection.scalar(text("SELECT to_regclass('alembic_version')")) is not None

    def check(self) -> None:
        """Nothing: the server looks after its files by itself."""

    def measure(self) -> int:
        with self.engine.connect() as connection:
            return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)

    def purge(self) -> bool:
        """Let the server give back the room of what was deleted; it overwrites that as it needs the room.

        What stood in its write-ahead log is in the server's own archives and backups, if it has any.
        """
        with self._engine.execution_options(isolation_level="AUTOCOMMIT").connect() as one:
            tables = ", ".join(f'"{name}"' for name in [*metadata.tables, "searchvector"])
            one.execute(text(f"VACUUM {tables}"))
        return True

    def prepare(self, schema: str, *, backup: bool) -> None:
        """Refuse a server or a new database that would order texts in another way than we do."""
        with self.engine.connect() as connection:
            version = connection.scalar(text("SELECT current_setting('server_version_num')::int / 10000")) or 0
            kind = "SELECT pg_encoding_to_char(encoding), datcollate, datlocprovider FROM pg_database"
            found = connection.execute(text(f"{kind} WHERE datname = current_database()")).one()
        if version < _OLDEST:
            raise StoreError(f"{self.name}: PostgreSQL {version} is too old; {_OLDEST} or newer is needed")
        encoding, collation, provider = (_plain(one) for one in found)
        if not schema and (encoding != "UTF8" or provider == "i" or collation not in _COLLATIONS):
            raise StoreError(
                f"{self.name}: has encoding {encoding} and collation {collation}, and texts are to be UTF8 and ordered "
                f"by their characters; make it anew: {_MAKE} {self._url.database or 'aggregator'}"
            )

    @contextmanager
    def hold(self, what: str) -> Iterator[None]:
        """Hold an advisory lock on a connection of its own, which is named after the holder."""
        name = f"{what}, process {os.getpid()}"[:63]
        with create_engine(self._url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("SELECT set_config('application_name', :name, false)"), {"name": name})
            if not connection.scalar(text("SELECT pg_try_advisory_lock(:locks, :what)"), _lock(WORKING)):
                raise self._busy()
            pid = int(connection.scalar(text("SELECT pg_backend_pid()")) or 0)
            self._held = {**_lock(WORKING), "pid": pid}
            try:
                yield
            finally:
                self._held = {}

    @asynccontextmanager
    async def join_fleet(self, what: str) -> AsyncIterator["Member"]:
        """Share the lock with other workers."""
        from aggregator.store.membership import open_member

        async with open_member(self._url, self.name, what, LOCKS, (WORKING, BUILDING), _HOSTS) as member:
            if member is None:
                raise self._busy()
            self._held = {**_lock(WORKING), "pid": member.pid}
            try:
                yield member
            finally:
                self._held = {}

    def _busy(self) -> StoreBusy:
        holder = self.holder() or "another process"
        return StoreBusy(f"{self.name} is in use by {holder}; stop that first, or name another --database")

    def holder(self) -> str:
        asked = text(
            "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.granted "
            "AND l.locktype = 'advisory' AND l.classid = :locks AND l.objid = :what AND l.objsubid = 2 "
            "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY pid LIMIT 1"
        )
        with self.engine.connect() as connection:
            return str(connection.scalar(asked, _lock(WORKING)) or "")

    def explain(self, error: DBAPIError) -> str:
        reason = (str(error.orig).splitlines() or ["no reason given"])[0]
        is_refused = isinstance(error, ProgrammingError) and "permission denied" in reason
        if isinstance(error, (DataError, IntegrityError, ProgrammingError)) and not is_refused:
            return ""
        return reason + next((cure for sign, cure in _CURES.items() if sign in reason), "")

    def _begin(self, connection: Connection) -> None:
        options = connection.get_execution_options()
        if "synchronous" not in options:
            return
        wait = {"wait": options.get("lock_timeout", self._wait), "synchronous": options["synchronous"]}
        connection.execute(_WRITE, {**wait, **_lock(_WRITING)})
        if self._held and not connection.scalar(_STILL_HELD, self._held):
            raise StoreError(f"{self.name}: the connection that held it broke; start again: nothing kept is lost")


_WRITE = text(
    "SELECT set_config('lock_timeout', :wait, true), set_config('synchronous_commit', :synchronous, true), "
    "pg_advisory_xact_lock(:locks, :what)"
)
_STILL_HELD = text(
    "SELECT true FROM pg_locks WHERE locktype = 'advisory' AND classid = :locks AND objid = :what AND objsubid = 2 "
    "AND pid = :pid AND granted"
)


def _lock(what: int) -> dict[str, int]:
    return {"locks": LOCKS, "what": what}


def copy_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows with their numbers, twenty times as fast as by statements."""
    columns = list(table.columns)
    names = ", ".join(f'"{column.name}"' for column in columns)
    is_json = {column.name for column in columns if isinstance(column.type, JSON)}
    cursor: Any = connection.connection.cursor()
    with cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copying:
        for row in rows:
            copying.write_row(
                [
                    _write_json(row[column.name])
                    if column.name in is_json and row[column.name] is not None
                    else row[column.name]
                    for column in columns
                ]
            )


def url_of(address: str) -> URL:
    return make_url(address).set(drivername="postgresql+psycopg")


def open_engine(url: URL) -> Engine:
    """Make an engine whose connections write no NUL. Raises ConfigError without the driver."""
    try:
        from psycopg import Connection as Psycopg
        from psycopg.types.string import StrDumper
    except ImportError as error:
        raise ConfigError("a postgresql:// address needs the driver: pip install 'aggregator[postgres]'") from error

    class WithoutNul(StrDumper):
        """Writes what PostgreSQL refuses to keep as the character for what cannot be shown."""

        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace(_NUL, _IN_ITS_PLACE))

    def prepare_connection(connection: Psycopg[Any], _record: object) -> None:
        connection.adapters.register_dumper(str, WithoutNul)

    engine = create_engine(
        url,
        pool_pre_ping=True,  # a connection that the server closed is not found out by a lost transaction
        json_serializer=_write_json,
        json_deserializer=read_json,
        connect_args={"connect_timeout": 10},
    )
    event.listen(engine, "connect", prepare_connection)
    return engine


def _write_json(value: Any) -> str:
    written = json.dumps(value)
    return json.dumps(without_nul(value)) if "\\u0000" in written else written


def without_nul(value: Any) -> Any:
    """Return a value, with all that it holds, as PostgreSQL keeps it."""
    if isinstance(value, str):
        return value.replace(_NUL, _IN_ITS_PLACE)
    if isinstance(value, dict):
        return {without_nul(key): without_nul(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_nul(one) for one in value]
    return value


def _plain(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
