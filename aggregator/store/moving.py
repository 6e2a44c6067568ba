"""Moving a whole store from SQLite to PostgreSQL: every row as it is, its number included, then compared.

Tables go one after the other and each in the order of its key, some rows at a time, so what is cut short goes on behind
the last row that arrived. The row of `config` comes last: a store that has one is in use, or complete. The index of
words is made anew.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, select, text, tuple_, update

from aggregator.errors import ConfigError, StoreError
from aggregator.store import search
from aggregator.store.database import Database
from aggregator.store.postgres import copy_rows, without_nul
from aggregator.tables import CONFIG, ITEM, SEARCH_PART, SEARCHED, metadata

_AT_ONCE = 2_000  # rows
_TEXTS_AT_ONCE = 200  # rows of tables with whole articles
_LARGE = ("copy", "version", "searched")
Tell = Callable[[str], None]


def move_store(source: Database, target: Database, tell: Tell) -> dict[str, int]:
    """Move everything; returns how many rows each table has.

    Both are held by the caller, and have the newest schema.

    Args:
        tell: is told of each table that has arrived.
    Raises:
        ConfigError: the target is in use already, or is not of PostgreSQL.
        StoreError: what arrived is not what was sent.
    """
    if target.is_file or not source.is_file:
        raise ConfigError("--from names a store of SQLite, and --to one of PostgreSQL")
    with target.snapshot() as connection:
        if connection.scalar(select(CONFIG.c.id)) is not None:
            raise ConfigError(f"{target.name}: holds a store already; name an empty database")
    counts: dict[str, int] = {}
    for table in [*(one for one in metadata.sorted_tables if one not in (CONFIG, SEARCH_PART)), CONFIG]:
        if table is CONFIG:
            _index_words(target)
            _finish(target)
        _move(source, target, table)
        if table is ITEM:
            _move_mergers(source, target)
        counts[table.name] = _compare(source, target, table)
        tell(f"{table.name}: {counts[table.name]:,} rows, the same in both")
    return counts


def _move(source: Database, target: Database, table: Table) -> None:
    with target.snapshot() as connection:
        after = _last_key(connection, table)
    with source.snapshot() as reading:
        for rows in _pages(reading, table, after):
            with target.transaction() as connection:
                copy_rows(connection, table, [_first_time(table, row) for row in rows])


def _first_time(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    # It may be merged into an item that comes later.
    return row | {"merged_into": None} if table is ITEM else row


def _move_mergers(source: Database, target: Database) -> None:
    merged = select(ITEM.c.id, ITEM.c.merged_into).where(ITEM.c.merged_into.is_not(None))
    into = update(ITEM).where(ITEM.c.id == bindparam("_id")).values(merged_into=bindparam("_into"))
    with source.snapshot() as reading, target.transaction() as connection:
        for some in reading.execute(merged.execution_options(yield_per=_AT_ONCE)).partitions():
            connection.execute(into, [{"_id": row.id, "_into": row.merged_into} for row in some])


def _last_key(connection: Connection, table: Table) -> tuple[Any, ...] | None:
    key = list(table.primary_key.columns)
    row = connection.execute(select(*key).order_by(*(column.desc() for column in key)).limit(1)).first()
    return tuple(row) if row else None


def _pages(connection: Connection, table: Table, after: tuple[Any, ...] | None) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of a table in the order of its key, some at a time, those behind a key."""
    key = list(table.primary_key.columns)
    statement = select(table).order_by(*key).limit(_TEXTS_AT_ONCE if table.name in _LARGE else _AT_ONCE)
    while True:
        page = statement if after is None else statement.where(tuple_(*key) > tuple_(*after))
        rows = [dict(row) for row in connection.execute(page).mappings()]
        if not rows:
            return
        yield rows
        after = tuple(rows[-1][column.name] for column in key)


def _compare(source: Database, target: Database, table: Table) -> int:
    """Return how many rows a table has. Raises StoreError unless they are the same in both."""
    (count, hashed), (arrived, found) = (_digest(store, table) for store in (source, target))
    if (count, hashed) != (arrived, found):
        raise StoreError(
            f"{target.name}: the table {table.name} has {arrived} rows, and {count} were sent, or they differ: it was "
            "written to since the move began; make the database anew and move again"
        )
    return count


def _digest(store: Database, table: Table) -> tuple[int, str]:
    """Count and hash the rows of a table."""
    count, digest = 0, hashlib.sha256()
    with store.snapshot() as connection:
        for rows in _pages(connection, table, None):
            count += len(rows)
            for row in rows:
                digest.update(json.dumps(without_nul(row), default=_plain, sort_keys=True).encode() + b"\n")
    return count, digest.hexdigest()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"{value!r} is not kept in any table")


def _index_words(target: Database) -> None:
    """Index the words of what has arrived in `searched`, from where an earlier attempt has got to."""
    with target.snapshot() as connection:
        after = connection.scalar(text("SELECT max(place) FROM searchvector"))
    with target.snapshot() as reading:
        for rows in _pages(reading, SEARCHED, None if after is None else (after,)):
            with target.transaction() as connection:
                search.index_rows(connection, rows)


def _finish(target: Database) -> None:
    """Let the next rows get the numbers that follow, and the server know what it has, to choose its indexes by."""
    with target.transaction() as connection:
        for table in metadata.sorted_tables:
            if (column := table.autoincrement_column) is not None:
                sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
                last = connection.scalar(select(func.max(column)))
                if sequence and last:
                    connection.execute(select(func.setval(sequence, last)))
        connection.execute(text("ANALYZE"))
