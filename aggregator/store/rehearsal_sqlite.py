"""How a store of SQLite is tried on (`rehearsal`): its file, opened for reading, under tables and views in memory.

SQLite takes a temporary table or view before one of the same name in the file.
"""

# ruff: noqa: S608 - names of our own tables are put into statements, and nothing else

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, Table, func, select, text

from aggregator.store.sqlite import make_engine

_MAPPED_BYTES = 2**40  # as much as SQLite allows: reading 100,000 articles takes half the time


class SqliteStage:
    """See `rehearsal.Stage` for what each of these does."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.engine: Engine = make_engine("sqlite://", creator=self._connect)

    def begin(self, connection: Connection) -> None:
        connection.execute(text("BEGIN"))

    def copy(self, connection: Connection, table: Table) -> None:
        for statement in _copied(connection, table):
            connection.execute(text(statement))

    def show_changed(self, connection: Connection, table: Table, columns: tuple[str, ...]) -> None:
        for statement in _changed(table, columns):
            connection.execute(text(statement))

    def show_growing(self, connection: Connection, table: Table) -> None:
        last = connection.execute(select(func.max(table.c.id))).scalar() or 0
        for statement in _growing(table, last):
            connection.execute(text(statement))

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


def _copied(connection: Connection, table: Table) -> Iterator[str]:
    """Say how a table of the store is copied, its indexes included."""
    name = table.name
    kept = connection.execute(
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
