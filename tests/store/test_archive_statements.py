"""Statements on archive documents take the index that leads to few rows, however many are stored."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from aggregator.store import archives
from aggregator.store.database import Database
from tests.stores import make_store


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "ask",
    [
        archives.count_open,
        archives.find_open,
        lambda connection, topic: archives.open_items(connection, topic, 60, None),
        lambda connection, topic: archives.close_full(connection, topic, 50),
    ],
    ids=["count_open", "find_open", "open_items", "close_full"],
)
def test_what_stands_in_no_document_is_found_by_the_index_of_documents(
    tmp_path: Path, ask: Callable[[Connection, str], object]
) -> None:
    asked: list[tuple[str, Any]] = []
    with Database(make_store(tmp_path / "store.db")) as database, database.transaction() as connection:
        event.listen(connection, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
        ask(connection, "all")
        statement, values = next(one for one in asked if "JOIN" in one[0])
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    assert any("ix_placement_topic_archive (topic=? AND archive=?)" in row[3] for row in plan)
