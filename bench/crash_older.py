"""Stores as older versions of the program left them, made of one of today, and their upgrade; for `bench.crash`."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic.command import upgrade
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from bench.crash_house import House, wait_for


def revisions() -> list[str]:
    """List the revisions that a store may be of, the oldest first, without the newest."""
    return [one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions()][:0:-1]


def make_older(store: Path, today: Path, revision: str) -> None:
    """Fill a new store of an older revision with what stands in one of today, as far as it had a place for it."""
    engine = create_engine(f"sqlite:///{store}")
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        upgrade(config, revision)
    engine.dispose()
    with closing(sqlite3.connect(store, isolation_level=None)) as older:
        older.execute("PRAGMA journal_mode=WAL")
        older.execute("ATTACH ? AS today", [str(today)])
        older.execute("BEGIN")
        for (table,) in older.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
            names = [
                {row[1] for row in older.execute(f"PRAGMA {schema}.table_info({table})")}
                for schema in ("main", "today")
            ]
            if table != "alembic_version" and (common := ", ".join(sorted(names[0] & names[1]))):
                older.execute(f"DELETE FROM main.{table}")
                older.execute(f"INSERT INTO main.{table} ({common}) SELECT {common} FROM today.{table}")
        older.execute("COMMIT")


def ids_in(store: Path) -> set[str]:
    with closing(sqlite3.connect(store)) as connection:
        return {public_id for (public_id,) in connection.execute("SELECT public_id FROM item")}


def kill_upgrade(house: House, dice: random.Random) -> bool:
    """Kill `aggregator migrate` at some moment; returns whether it had not ended before."""
    process = house.start("migrate")
    if dice.random() < 0.7:  # at work already, the copy before the changes being the first thing
        backups = house.state / "backups"
        wait_for(lambda: (backups.exists() and any(backups.iterdir())) or not process.is_alive(), 20, _nothing)
        moment = 0.5 * dice.random() ** 3
    else:
        moment = dice.uniform(0.2, 1.5)
    wait_for(lambda: not process.is_alive(), moment, _nothing)
    was_alive = process.is_alive()
    house.kill(process)
    house.note_leftovers()
    return was_alive


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "aggregator.store:migrations")
    config.set_main_option("path_separator", "os")
    return config


def _nothing() -> None:
    pass
