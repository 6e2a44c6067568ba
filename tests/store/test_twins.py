"""The index of near-duplicates."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select

from aggregator.store.database import Database
from aggregator.store.twins import find_twins, forget_before, index_copy
from aggregator.tables import COPY, ITEM, SHINGLE
from tests.stores import make_store

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=120)
HASHES = tuple(range(-30, 30))


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with Database(make_store(tmp_path / "store.db")) as database, database.transaction() as connection:
        yield connection


def keep(connection: Connection, copy_id: int, item: int, *hashes: int, at: datetime = NOW, **values: Any) -> None:
    known = connection.scalars(select(ITEM.c.id).where(ITEM.c.id == item)).first()
    if known is None:
        dates = dict.fromkeys(("sort_at", "published_at", "updated_at"), at)
        empty = dict.fromkeys(("state_why", "publication", "language", "origin_name"), "")
        named = {"id": item, "public_id": f"tag:{item}", "state": "published", "title": "T", "people": []}
        connection.execute(insert(ITEM).values(**named, **empty, **dates))
    columns = {column.name: "" for column in COPY.columns if not column.nullable}
    columns |= {name: [] for name in ("people", "removed", "enclosures", "categories", "restrictions")}
    columns |= {"id": copy_id, "item": item, "generation": 0, "guid": str(copy_id), "lines": b"", "first_seen_at": at}
    connection.execute(insert(COPY).values(**columns | values))
    index_copy(connection, copy_id, hashes)


def test_a_copy_is_found_by_what_it_shares(connection: Connection) -> None:
    keep(connection, 1, 10, *HASHES, source="faro", title="A title", text="A text")
    keep(connection, 2, 20, *range(100, 160))
    (twin,) = find_twins(connection, HASHES[:20], LONG_AGO)
    assert (twin.id, twin.item, twin.source, twin.title, twin.text) == (1, 10, "faro", "A title", "A text")
    assert (twin.shared, twin.appeared_at) == (20, NOW)


def test_the_date_of_publication_counts_where_there_is_one(connection: Connection) -> None:
    keep(connection, 1, 10, *HASHES, published_at=NOW - timedelta(days=3))
    assert find_twins(connection, HASHES, LONG_AGO)[0].appeared_at == NOW - timedelta(days=3)


def test_without_hashes_nothing_is_found(connection: Connection) -> None:
    assert find_twins(connection, HASHES, LONG_AGO) == []
    keep(connection, 1, 10, *HASHES)
    assert find_twins(connection, (), LONG_AGO) == []
    assert find_twins(connection, (77, 78), LONG_AGO) == []


def test_a_copy_does_not_find_itself(connection: Connection) -> None:
    keep(connection, 1, 10, *HASHES)
    keep(connection, 2, 20, *HASHES)
    assert [twin.id for twin in find_twins(connection, HASHES, LONG_AGO, without=1)] == [2]


def test_new_hashes_take_the_place_of_the_old(connection: Connection) -> None:
    keep(connection, 1, 10, *HASHES)
    index_copy(connection, 1, (500, 501, 502))
    assert find_twins(connection, HASHES, LONG_AGO) == []
    assert [twin.id for twin in find_twins(connection, (500, 501), LONG_AGO)] == [1]
    index_copy(connection, 1, ())
    assert connection.scalar(select(func.count()).select_from(SHINGLE)) == 0


def test_those_that_share_most_come_first(connection: Connection) -> None:
    keep(connection, 1, 10, *HASHES[:20])
    keep(connection, 2, 20, *HASHES)
    keep(connection, 3, 30, *HASHES[:40])
    assert [twin.id for twin in find_twins(connection, HASHES, LONG_AGO)] == [2, 3, 1]


def test_a_phrase_in_common_is_not_enough(connection: Connection) -> None:
    keep(connection, 1, 10, *HASHES)
    assert find_twins(connection, (*HASHES[:3], *range(200, 260)), LONG_AGO) == []
    # Of a short excerpt it is.
    assert [twin.shared for twin in find_twins(connection, (*HASHES[:2], 300), LONG_AGO)] == [2]


def test_the_other_copies_of_an_item_come_along(connection: Connection) -> None:
    keep(connection, 1, 10, *HASHES)
    keep(connection, 2, 10, *range(600, 660))
    assert [(twin.id, twin.shared) for twin in find_twins(connection, HASHES, LONG_AGO)] == [(1, 60), (2, 0)]


def test_copies_first_seen_before_the_window_are_left_out(connection: Connection) -> None:
    keep(connection, 1, 10, *HASHES, at=LONG_AGO - timedelta(seconds=1))
    keep(connection, 2, 20, *HASHES, at=LONG_AGO)
    assert [twin.id for twin in find_twins(connection, HASHES, LONG_AGO)] == [2]
    assert find_twins(connection, HASHES, NOW) == []


def test_what_very_many_texts_have_is_no_longer_indexed(connection: Connection) -> None:
    for number in range(1, 60):
        keep(connection, number, number, 1, 2, number * 1000)
    rows = select(func.count()).select_from(SHINGLE).where(SHINGLE.c.hash == 1)
    assert connection.scalar(rows) == 40
    assert [twin.id for twin in find_twins(connection, (55_000,), LONG_AGO)] == [55]
    assert len(find_twins(connection, (1, 2), LONG_AGO)) == 12


def test_old_copies_are_forgotten(connection: Connection) -> None:
    keep(connection, 1, 10, *HASHES, at=LONG_AGO - timedelta(days=1))
    keep(connection, 2, 20, *HASHES, at=NOW)
    assert forget_before(connection, LONG_AGO) == 1
    assert forget_before(connection, LONG_AGO) == 0
    assert set(connection.scalars(select(SHINGLE.c.copy_id))) == {2}
    assert forget_before(connection, NOW + timedelta(days=1)) == 1
    assert connection.scalar(select(func.count()).select_from(SHINGLE)) == 0


def test_what_was_seen_first_may_have_been_kept_last(connection: Connection) -> None:
    """Two polls began at once, and the one that began first was the last to end."""
    keep(connection, 1, 10, *HASHES, at=NOW + timedelta(microseconds=5))
    keep(connection, 2, 20, *range(100, 160), at=NOW)
    assert forget_before(connection, LONG_AGO) == 0
    assert [twin.id for twin in find_twins(connection, HASHES, LONG_AGO)] == [1]
