"""The search index by its statements: what is found, in which order, and what is left of what was there."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, text

from aggregator.expressions.searchwords import read_search
from aggregator.store import search, search_parts
from aggregator.store.database import Database
from aggregator.store.search import Findable, Only
from aggregator.tables import ITEM
from tests.stores import make_store

DAY = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with Database(make_store(tmp_path_factory.mktemp("search") / "store.db")) as database:
        yield database


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    with Database(make_store(tmp_path / "store.db")) as database:
        yield database


def fill(database: Database, *texts: str, **more: Any) -> None:
    """Put items into an empty index, each a day older than the one before; they are numbered from 1."""
    items = {number: DAY - timedelta(days=number) for number in range(1, len(texts) + 1)}
    with database.transaction() as connection:
        add_items(connection, items)
        search.write(connection, [findable(number, texts[number - 1], at, **more) for number, at in items.items()])


def add_items(connection: Connection, items: dict[int, datetime]) -> None:
    same = {"state": "published", "title": "", "people": [], "publication": "", "language": "", "origin_name": ""}
    rows = [
        {"id": number, "public_id": f"tag:{number}", "published_at": at, "updated_at": at, "sort_at": at, **same}
        for number, at in items.items()
    ]
    connection.execute(insert(ITEM), rows)


def findable(number: int, words: str, at: datetime, **more: Any) -> Findable:
    title, _, body = words.partition("|")
    values: dict[str, Any] = {"topics": ["all"], "sources": ["harbour"], "language": "es", "shown": {"id": number}}
    return Findable(number, at, title, body, **values | more)


def found(database: Database, typed: str, only: Only | None = None, limit: int = 20, **more: Any) -> list[int]:
    with database.snapshot() as connection:
        hits, _ = search.find(connection, read_search(typed), only or Only(), limit, **more)
    return [hit.shown["id"] for hit in hits]


TEXTS = [
    "Water for the valley|The water council met. Agua limpia para todos.",
    "Canción de cuna|Niños y niñas cantan en el café, cafe\u0301 con leche.",
    "A mine|The cooperative said nothing of the council's water.",
    "Don't panic|A well-known cooperation <b>of</b> 12 councils & more",
]


@pytest.fixture(scope="module")
def filled(database: Database) -> Database:
    fill(database, *TEXTS)
    return database


@pytest.mark.parametrize(
    ("typed", "items"),
    [
        ("water", [1, 3]),
        ("WATER council", [1, 3]),
        ('"water council"', [1]),
        ('"council water"', []),
        ("water -mine", [1]),
        ('water -"council met"', [3]),
        ("coop*", [3, 4]),
        ('"well kn"*', [4]),
        ("well-known", [4]),
        ("council", [1, 3]),
        ("councils", [4]),
        ("cancion", [2]),
        ("CANCIÓN niñas", [2]),
        ("ninas cafe", [2]),
        ("café", [2]),
        ("don't", [4]),
        ("-water", [2, 4]),
        ("12", [4]),
        ("b", [4]),
        ("nothing", [3]),
        ("nowhere", []),
        ("water council cancion", []),
        ("title:water", []),
        ("harbour", []),
        ("a", [3, 4]),
    ],
)
def test_words_are_found(filled: Database, typed: str, items: list[int]) -> None:
    assert found(filled, typed) == items


def test_what_is_found_is_marked_where_it_stands(filled: Database) -> None:
    with filled.snapshot() as connection:
        ((hit,), _) = search.find(connection, read_search("ninos CANCION"), Only(), 9)
    assert hit.title == "\ue000Canción\ue001 de cuna"
    assert hit.passage.startswith("\ue000Niños\ue001 y niñas")


@settings(max_examples=100)
@given(st.text(alphabet="ab\"*-()^:{}+,\\'% \0\u0301\ud800é", max_size=30))
def test_nothing_that_is_typed_is_an_error(filled: Database, typed: str) -> None:
    with filled.snapshot() as connection:
        search.find(connection, read_search(typed), Only(topics=[typed], languages=[typed]), 9)


@pytest.mark.parametrize(
    ("only", "items"),
    [
        (Only(topics=["water"]), [1, 3]),
        (Only(topics=["wat"]), []),
        (Only(sources=["port-of-call"]), [2]),
        (Only(sources=["port"]), []),
        (Only(languages=["es"]), [1, 2]),
        (Only(languages=["es-bo"]), [2]),
        (Only(languages=["en", "es-BO"]), [2, 3]),
        (Only(since=DAY - timedelta(days=2)), [1, 2]),
        (Only(until=DAY - timedelta(days=2)), [3]),
        (Only(since=DAY - timedelta(days=2), until=DAY - timedelta(days=1)), [2]),
        (Only(topics=["water"], languages=["en"], since=DAY - timedelta(days=9)), [3]),
        (Only(topics=["water", "all"], sources=["harbour", "port-of-call"], languages=["es", "en"]), [1, 2, 3]),
        (Only(topics=["water"], sources=["port-of-call"]), []),
    ],
)
def test_only_some_are_looked_at(three: Database, only: Only, items: list[int]) -> None:
    assert found(three, "ferry", only) == found(three, "", only) == found(three, "ferry -z", only) == items
    assert found(three, "boat", only) == found(three, "ferry -ferry", only) == []


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with Database(make_store(tmp_path_factory.mktemp("three") / "store.db")) as database:
        fill(database, "one|ferry", "two|ferry", "three|ferry")
        with database.transaction() as connection:
            changed = [
                findable(1, "one|ferry", DAY - timedelta(days=1), topics=["water"], language="es"),
                findable(2, "two|ferry", DAY - timedelta(days=2), sources=["port-of-call"], language="es-BO"),
                findable(3, "three|ferry", DAY - timedelta(days=3), topics=["water", "all"], language="en"),
            ]
            search.write(connection, changed)
        yield database


def test_pages_lead_back_and_forth(empty: Database) -> None:
    fill(empty, *(f"boat {number}|" for number in range(1, 8)))
    assert found(empty, "boat", limit=3) == [1, 2, 3]
    with empty.snapshot() as connection:
        places = [hit.place for hit in search.find(connection, read_search("boat"), Only(), 9)[0]]
    assert found(empty, "boat", limit=3, before=places[2]) == [4, 5, 6]
    assert found(empty, "boat", limit=3, before=places[5]) == [7]
    assert found(empty, "boat", limit=2, after=places[4]) == [3, 4]
    assert found(empty, "boat", limit=2, after=places[0]) == []


def test_many_in_one_second_all_have_a_place(empty: Database) -> None:
    fill(empty, *(f"boat {number}|" for number in range(1, 4)))
    with empty.transaction() as connection:
        add_items(connection, dict.fromkeys(range(4, 204), DAY))
        search.write(connection, [findable(number, "ship|", DAY) for number in range(4, 204)])
        search.write(connection, [findable(number, "vessel|", DAY) for number in range(4, 204)])
    assert found(empty, "ship") == []
    assert len(found(empty, "vessel", limit=500)) == 200
    assert all(part == (0, False) for part in parts(empty))  # PostgreSQL has none


def parts(database: Database) -> list[tuple[int, bool]]:
    with database.snapshot() as connection:
        return [(row.first, bool(row.due)) for row in connection.execute(text("SELECT first, due FROM searchpart"))]


def test_what_is_changed_or_removed_is_found_no_more(empty: Database) -> None:
    fill(empty, "one|ferry", "two|ferry harbour")
    with empty.transaction() as connection:
        search.write(connection, [findable(1, "one|bus", DAY - timedelta(days=1))])
        search.remove(connection, [2, 77])
        search.remove(connection, [2])
    assert found(empty, "ferry") == found(empty, "harbour") == found(empty, "two") == []
    assert found(empty, "bus") == [1]
    with empty.transaction() as connection:
        search.write(connection, [findable(2, "two|ferry", DAY - timedelta(days=2))])
        search.write(connection, [findable(1, "one|bus", DAY - timedelta(days=5))])
    assert found(empty, "ferry") == [2]
    assert found(empty, "", Only(topics=["all"])) == [2, 1]


@pytest.mark.sqlite
def test_of_what_is_erased_no_word_is_left_in_any_part(empty: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_parts, "FULL", 500)
    filler = "some more words of no importance at all " * 5
    fill(empty, *(f"title{n} {'zyzzyva' if n in (3, 8) else ''}|{filler} unique" for n in range(10)))
    with empty.transaction() as connection:
        search.remove(connection, [4])  # what was removed before has left its words in the index
        search.erase(connection, [4, 9])
    assert empty.purge_now()
    assert b"zyzzyva" in empty.path.read_bytes()  # so does SQLite leave it
    with empty.transaction() as connection:
        while search_parts.rewrite_next(connection):
            pass
    assert empty.purge_now()
    assert b"zyzzyva" not in empty.path.read_bytes()
    assert found(empty, "unique") == [1, 2, 3, 5, 6, 7, 8, 10]


@pytest.mark.sqlite
def test_a_part_that_is_too_large_becomes_two(empty: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_parts, "FULL", 1000)
    filler = "words " * 30
    fill(empty, *(f"boat {number}|{filler}" for number in range(1, 41)))
    assert len(parts(empty)) > 5
    with empty.transaction() as connection:
        late = {100 + number: DAY - timedelta(days=30, minutes=number) for number in range(1, 31)}
        add_items(connection, late)
        search.write(connection, [findable(number, f"late|{filler}", at) for number, at in late.items()])
        assert search.has_due(connection)
        while search_parts.rewrite_next(connection):
            pass
    assert not any(due for _, due in parts(empty))
    assert found(empty, "late", limit=50) == [*range(101, 131)]
    assert found(empty, "words", limit=100) == [*range(1, 31), *range(101, 131), *range(31, 41)]
    # A search that must end is ended between two parts, and goes on from there.
    seen: list[int] = []
    before = None
    while True:
        with empty.snapshot() as connection:
            hits, before = search.find(
                connection, read_search("boat"), Only(), 100, before=before, may_go_on=lambda: False
            )
        seen += [hit.shown["id"] for hit in hits]
        if before is None:
            break
    assert seen == [*range(1, 41)]
