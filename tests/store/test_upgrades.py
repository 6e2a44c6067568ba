"""A store that any older version of the program left, with something in every table, is brought up to date."""

from collections import Counter
from pathlib import Path
from typing import Any

from alembic.command import upgrade
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text

from aggregator.store import export
from aggregator.store.database import Database
from aggregator.tables import metadata
from tests.stores import address_of

_FIRST_OF_FLEETS = "0021"  # the schema on which a worker first worked beside others


def test_what_stood_in_a_store_of_any_revision_stands_there_after_the_upgrade(tmp_path: Path) -> None:
    """One store goes through all revisions, and before each every table gets a row that looks like that revision's."""
    address = address_of(tmp_path / "store.db", migrated=False)
    config = Config()
    config.set_main_option("script_location", "aggregator.store:migrations")
    config.set_main_option("path_separator", "os")
    revisions = [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()][::-1]
    added: Counter[str] = Counter()
    ids = set()
    engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    for number, revision in enumerate(revisions, 1):
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            upgrade(config, revision)
            added.update(fill(connection, number))
            ids.add(f"tag:wire.example,2026-11-22:public_id{number}")
    engine.dispose()
    with Database(address) as store:
        assert store.migrate() is None
        store.check()
        with store.snapshot() as connection:
            items, _ = export.read_items(connection, 0, 1_000)  # reads every column of what has one
        assert {item["public_id"] for item in items} == ids
        assert all(item["copies"] for item in items)
        with store.snapshot() as connection:
            for name in metadata.tables:
                assert connection.scalar(text(f'SELECT count(*) FROM "{name}"')) >= added[name] > 0, name
            if store.is_file:  # PostgreSQL has looked at every row that came
                assert connection.execute(text("PRAGMA foreign_key_check")).all() == []


def test_a_revision_leaves_what_the_version_before_writes_and_reads(tmp_path: Path) -> None:
    """Workers of both versions work side by side during an upgrade: a revision adds, and drops what was unused before."""
    address = address_of(tmp_path / "store.db", migrated=False)
    config = Config()
    config.set_main_option("script_location", "aggregator.store:migrations")
    config.set_main_option("path_separator", "os")
    revisions = [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()][::-1]
    engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    breaks = {}
    for revision in revisions[revisions.index(_FIRST_OF_FLEETS) :]:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            before = columns_of(connection)
            upgrade(config, revision)
            breaks[revision] = find_breaks(before, columns_of(connection)) if before else []
    with engine.begin() as connection:
        before = columns_of(connection)
        connection.execute(text("ALTER TABLE item ADD COLUMN mood VARCHAR"))
        connection.execute(text("ALTER TABLE item ADD COLUMN rank INTEGER NOT NULL DEFAULT 0"))
        connection.execute(text("CREATE TABLE mood (name VARCHAR NOT NULL)"))
        assert find_breaks(before, columns_of(connection)) == []
        connection.execute(text("ALTER TABLE version RENAME COLUMN title TO headline"))
        assert find_breaks(before, columns_of(connection)) == [
            "version.title is gone",
            "version.headline must be given",
        ]
    engine.dispose()
    assert not any(breaks.values()), breaks


def columns_of(connection: Connection) -> dict[str, dict[str, bool]]:
    """Map tables to their columns, and those to whether a row must name them."""
    looking = inspect(connection)
    return {
        table: {
            column["name"]: not (column["nullable"] or column["default"] is not None)
            for column in looking.get_columns(table)
        }
        for table in looking.get_table_names()
        if table in metadata.tables
    }


def find_breaks(before: dict[str, dict[str, bool]], after: dict[str, dict[str, bool]]) -> list[str]:
    breaks = []
    for table, columns in before.items():
        now = after.get(table, {})
        breaks += [f"{table}.{name} is gone" for name in columns if name not in now]
        breaks += [f"{table}.{name} must be given" for name in now if now[name] and name not in columns]
    return breaks


def fill(connection: Connection, number: int) -> list[str]:
    """Put a row into every table, as its columns stand now; returns the tables."""
    filled = []
    looking = inspect(connection)
    order = [table.name for table in metadata.sorted_tables]  # those first that others refer to
    for table in sorted(set(looking.get_table_names()) & set(order), key=order.index):
        if table == "config" and number > 1:
            continue
        refers = {key["constrained_columns"][0] for key in looking.get_foreign_keys(table)}
        row: dict[str, Any] = {}
        for column in looking.get_columns(table):
            name = column["name"]
            if name == "id" and table not in ("item", "copy", "config"):
                continue  # a revision may have added rows of its own
            row[name] = number if name in refers | {"id", "text_copy"} else value_for(column, number)
        row |= {"merged_into": None} if table == "item" else {}
        row |= {"public_id": f"tag:wire.example,2026-11-22:public_id{number}"} if "public_id" in row else {}
        names, values = ", ".join(f'"{name}"' for name in row), ", ".join(f":{name}" for name in row)
        connection.execute(text(f'INSERT INTO "{table}" ({names}) VALUES ({values})'), row)
        filled.append(table)
    return filled


def value_for(column: Any, number: int) -> Any:
    """Invent a value of a column's type, of each row another."""
    kind = str(column["type"]).upper()
    if "DATETIME" in kind or "TIMESTAMP" in kind:
        return "2026-11-22 12:00:00.000000"
    if "JSON" in kind:
        return "{}" if column["name"] in ("profile", "evidence", "words", "hints", "image") else "[]"
    if any(sign in kind for sign in ("BLOB", "BINARY", "BYTEA")):
        return b""
    if any(sign in kind for sign in ("INT", "BOOL", "FLOAT")):
        return False if "BOOL" in kind else number
    return f"{column['name']}{number}"
