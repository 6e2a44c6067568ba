"""The store's engine: schema, instants, transactions, the lock, and what a database that cannot be used is called."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Insert, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from aggregator.errors import StoreBusy, StoreError
from aggregator.store.database import SCHEMA, Database
from aggregator.tables import CONFIG, DIRTY, TOPIC_STATE, metadata
from tests.stores import address_of, make_store

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(address_of(tmp_path / "var" / "store.db", migrated=False)) as database:
        yield database


@pytest.fixture
def migrated(tmp_path: Path) -> Iterator[Database]:
    with Database(make_store(tmp_path / "store.db")) as database:
        yield database


def accept(connection: Connection, accepted_at: datetime = NOW) -> None:
    connection.execute(
        insert(CONFIG).values(id=1, hash="h", accepted_at=accepted_at, id_domain="wire.example", id_date="2026-11-22")
    )


def accepted(connection: Connection) -> list[datetime]:
    return list(connection.execute(select(CONFIG.c.accepted_at)).scalars())


# --- schema ----------------------------------------------------------------------------------------------------------


def test_an_empty_database_is_brought_up_to_date_once(database: Database) -> None:
    assert not database.exists()
    assert database.migrate() == ""
    assert database.exists()
    assert database.migrate() is None
    database.require_current()


def test_the_schema_named_in_the_code_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", "aggregator.store:migrations")
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA]


def test_the_revisions_make_the_tables_that_the_models_describe(migrated: Database) -> None:
    with migrated.snapshot() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, metadata)
    own = {"searchvector"}  # PostgreSQL's index of words
    assert [one for one in found if getattr(one[1], "name", "") not in own and _table_of(one) not in own] == []


def _table_of(difference: Any) -> str:
    return getattr(getattr(difference[1], "table", None), "name", "")


def test_a_schema_of_a_newer_program_is_refused_and_left_alone(migrated: Database) -> None:
    with migrated.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError) as caught:
        migrated.migrate()
    assert str(caught.value) == (
        f"{migrated.name}: written by a newer aggregator (schema 9999, this one knows {SCHEMA}); "
        "install that version, or name another --database"
    )
    with pytest.raises(StoreError, match="has schema 9999"):
        migrated.require_current()


def test_a_database_without_schema_is_not_taken_for_ours(database: Database) -> None:
    with pytest.raises(StoreError, match=f"has schema none, not {SCHEMA}; run `aggregator migrate`"):
        database.require_current()


def test_a_migration_that_fails_leaves_nothing_behind(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(text("CREATE TABLE placement (mine TEXT)"))  # the revision makes it as one of its last
    with pytest.raises(StoreError, match="already exists"):
        database.migrate()
    with database.snapshot() as connection:
        assert inspect(connection).get_table_names() == ["placement"]


# --- instants --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=-4)), timezone(timedelta(hours=5, minutes=45))])
def test_an_instant_comes_back_aware_and_in_utc(migrated: Database, zone: timezone) -> None:
    at = datetime(2026, 11, 22, 23, 59, 59, 123456, tzinfo=zone)
    with migrated.transaction() as connection:
        accept(connection, at)
    with migrated.snapshot() as connection:
        (found,) = accepted(connection)
        by_instant = connection.execute(select(CONFIG.c.id).where(CONFIG.c.accepted_at == at.astimezone(UTC))).all()
    assert found == at
    assert found.tzinfo is UTC
    assert len(by_instant) == 1


def test_an_instant_without_zone_is_refused(migrated: Database) -> None:
    with pytest.raises(StatementError, match="a stored time must be aware"), migrated.transaction() as connection:
        accept(connection, NOW.replace(tzinfo=None))
    with pytest.raises(StatementError, match="a stored time must be aware"), migrated.snapshot() as connection:
        connection.execute(select(CONFIG).where(CONFIG.c.accepted_at < NOW.replace(tzinfo=None)))


def test_no_instant_comes_back_as_none(migrated: Database) -> None:
    with migrated.transaction() as connection:
        connection.execute(insert(TOPIC_STATE).values(topic="water", content_hash="", changed_at=None))
    with migrated.snapshot() as connection:
        assert connection.execute(select(TOPIC_STATE.c.changed_at)).scalars().all() == [None]


# --- transactions ----------------------------------------------------------------------------------------------------


def test_what_is_written_is_read(migrated: Database) -> None:
    async def steps() -> list[datetime]:
        await migrated.write(accept, accepted_at=NOW)
        return await migrated.read(accepted)

    assert asyncio.run(steps()) == [NOW]


def test_an_error_takes_everything_of_its_transaction_back(migrated: Database) -> None:
    def half(connection: Connection) -> None:
        accept(connection)
        raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        asyncio.run(migrated.write(half))
    with migrated.snapshot() as connection:
        assert accepted(connection) == []
    with migrated.transaction() as connection:  # and the next one works
        accept(connection)


def test_a_snapshot_sees_one_moment(migrated: Database) -> None:
    with migrated.snapshot() as reading:
        assert accepted(reading) == []
        with migrated.transaction() as writing:
            accept(writing)
        assert accepted(reading) == []
    with migrated.snapshot() as reading:
        assert accepted(reading) == [NOW]


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (insert(DIRTY).values(item=7), "(?i)foreign key constraint"),
        (insert(TOPIC_STATE).values(topic=None), "(?i)not.null constraint"),
    ],
)
def test_what_breaks_a_rule_of_the_tables_is_our_own_mistake(
    migrated: Database, statement: Insert, reason: str
) -> None:
    with pytest.raises(IntegrityError, match=reason), migrated.transaction() as connection:
        connection.execute(statement)


# --- a database that cannot be used ----------------------------------------------------------------------------------


def refusal(database: Database) -> str:
    with pytest.raises(StoreError) as caught, database.transaction() as connection:
        accept(connection)
    line = str(caught.value)
    assert len(line.splitlines()) == 1
    assert line.startswith(f"{database.name}: the database refused: ")
    return line


@pytest.mark.sqlite
def test_a_locked_database(migrated: Database) -> None:
    with migrated.snapshot() as connection:
        connection.execute(text("PRAGMA busy_timeout = 1"))  # of the connection that is used again below
    other = sqlite3.connect(migrated.path)
    other.execute("BEGIN EXCLUSIVE")
    try:
        assert "database is locked; another program" in refusal(migrated)
    finally:
        other.close()


@pytest.mark.sqlite
def test_a_database_that_may_only_be_read(migrated: Database) -> None:
    with migrated.snapshot() as connection:
        connection.execute(text("PRAGMA query_only = ON"))
    assert "attempt to write a readonly database; make the file" in refusal(migrated)


@pytest.mark.sqlite
def test_a_full_disk(migrated: Database) -> None:
    with migrated.snapshot() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar()
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(StoreError, match="disk is full; free some space"), migrated.transaction() as connection:
        connection.execute(text("CREATE TABLE much AS SELECT zeroblob(1000000)"))


@pytest.mark.sqlite
def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"a shopping list\n" * 100)
    with Database(f"sqlite:///{tmp_path / 'store.db'}") as database:
        assert "file is not a database; put a backup in its place with `aggregator restore`" in refusal(database)
        with pytest.raises(StoreError, match="not a database"):
            database.migrate()
    assert (tmp_path / "store.db").read_bytes().startswith(b"a shopping list")


@pytest.mark.sqlite
def test_a_damaged_database(migrated: Database) -> None:
    migrated.close()
    size = migrated.path.stat().st_size
    with migrated.path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * (size - 100))
    with Database(migrated.address) as damaged:
        assert "malformed; put a backup in its place with `aggregator restore`" in refusal(damaged)


@pytest.mark.sqlite
def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    with Database(f"sqlite:///{tmp_path}") as database:
        assert "unable to open database file; is the folder there" in refusal(database)


@pytest.mark.sqlite
def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "var").write_bytes(b"")
    with pytest.raises(StoreError, match=r"var: cannot be created \(File exists\); choose another --database"):
        Database(f"sqlite:///{tmp_path / 'var' / 'store.db'}")


# --- the lock --------------------------------------------------------------------------------------------------------


def test_the_store_is_held_by_one_and_the_other_is_told_by_whom(database: Database) -> None:
    with Database(database.address) as other, database.hold("aggregator run"):
        with pytest.raises(StoreBusy) as caught, other.hold("aggregator poll"):
            pass
        assert str(caught.value) == (
            f"{database.name} is in use by aggregator run, process {os.getpid()}; "
            "stop that first, or name another --database"
        )


def test_the_store_is_free_again_when_the_holder_lets_go(database: Database) -> None:
    with pytest.raises(ValueError, match="stop"), database.hold("aggregator run"):
        raise ValueError("stop")
    with database.hold("aggregator poll"):
        pass


@pytest.mark.sqlite
def test_a_lock_that_cannot_be_opened_is_an_error(migrated: Database) -> None:
    migrated.path.with_name("store.db.lock").mkdir()
    with pytest.raises(StoreError, match=r"store\.db\.lock: cannot be opened \(Is a directory\)"), migrated.hold("x"):
        pass


def test_readers_need_no_lock(migrated: Database) -> None:
    with migrated.hold("aggregator run"), Database(migrated.address) as reader, reader.snapshot() as connection:
        assert accepted(connection) == []


HOLDER = """
import sys
from aggregator.store.database import Database
with Database(sys.argv[1]) as database, database.hold("aggregator run"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_store_is_free_again_when_the_holder_is_killed(database: Database) -> None:
    command = [sys.executable, "-c", HOLDER, database.address]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StoreBusy) as caught, database.hold("aggregator poll"):
            pass
        assert f"in use by aggregator run, process {holder.pid};" in str(caught.value)
        holder.kill()
        holder.wait()
    with database.hold("aggregator poll"):
        pass
