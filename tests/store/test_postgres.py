"""What only PostgreSQL has: whose words are refused, what a lost connection means, what a text cannot hold."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import insert, select, text

from aggregator.errors import ConfigError, StoreError
from aggregator.store import search_vectors
from aggregator.store.database import Database
from aggregator.tables import SOURCE_PROFILE, TOPIC_STATE
from tests import postgres
from tests.stores import make_store, using


@pytest.fixture(autouse=True)
def _on_postgres() -> Iterator[None]:
    with using("postgresql"):
        yield


_ANY = select(TOPIC_STATE.c.topic)
pytestmark = pytest.mark.sqlite  # once, not over both: each of these says itself where it is


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(make_store(tmp_path / "store.db")) as database:
        yield database


def test_what_a_text_cannot_hold_is_kept_as_a_sign_for_it(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(insert(TOPIC_STATE).values(topic="wa\x00ter", content_hash=""))
        connection.execute(insert(SOURCE_PROFILE).values(source="faro", profile={"a\x00": ["b\x00", {"c": "\\u0000"}]}))
    with database.snapshot() as connection:
        assert connection.scalars(select(TOPIC_STATE.c.topic).where(TOPIC_STATE.c.topic == "wa\x00ter")).all() == [
            "wa\ufffdter"
        ]
        (profile,) = connection.scalars(select(SOURCE_PROFILE.c.profile))
    assert profile == {"a\ufffd": ["b\ufffd", {"c": "\\u0000"}]}


def test_an_editors_word_is_safe_from_a_loss_of_power(database: Database) -> None:
    for durable, setting in ((True, "on"), (False, "off")):
        with database.transaction(durable=durable) as connection:
            assert connection.scalar(text("SHOW synchronous_commit")) == setting


def test_who_only_looks_writes_nothing(database: Database) -> None:
    with pytest.raises(StoreError, match="read-only transaction"), database.snapshot() as connection:
        connection.execute(insert(TOPIC_STATE).values(topic="water", content_hash=""))


def test_writers_come_one_after_the_other(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(insert(TOPIC_STATE).values(topic="water", content_hash=""))
        with Database(database.address) as other:
            other._home.writing = other._home.writing.execution_options(lock_timeout="10ms")
            with pytest.raises(StoreError) as caught, other.transaction() as waiting:
                waiting.execute(_ANY)
    assert str(caught.value).endswith(
        "lock timeout; another program has been writing to it for longer than AGGREGATOR_STORE_WAIT"
    )


def test_a_holder_that_lost_its_connection_writes_no_more(database: Database) -> None:
    with Database(database.address) as other, database.hold("aggregator run"):
        assert other.holder().startswith("aggregator run, process ")
        with database.transaction() as connection:
            connection.execute(_ANY)
        with psycopg.connect(database.address, autocommit=True) as admin:
            lock = "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory'"
            admin.execute(lock)
        with other.hold("aggregator poll"):  # the server has let go
            broke = pytest.raises(StoreError, match="the connection that held it broke; start again")
            with broke, database.transaction() as connection:
                connection.execute(_ANY)


def test_a_new_database_that_orders_texts_as_people_do_is_refused() -> None:
    postgres.administer("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")
    with Database(postgres.address_of("latin")) as database, pytest.raises(StoreError) as caught:
        database.migrate()
    assert "has encoding LATIN1 and collation C, and texts are to be UTF8" in str(caught.value)
    assert str(caught.value).endswith("createdb --template=template0 --encoding=UTF8 --lc-collate=C --lc-ctype=C latin")


def test_a_server_that_is_not_there_is_said_in_one_line() -> None:
    with Database("postgresql://ana:hunter2@127.0.0.1:1/news") as database:
        for ask in (database.exists, database.require_current, database.migrate, database.size, database.holder):
            with pytest.raises(StoreError) as caught:
                ask()
            said = str(caught.value)
            assert said.startswith("postgresql://ana:***@127.0.0.1:1/news: the database refused: ")
            assert said.endswith("; is the server there, and does the address name it?")
            assert len(said.splitlines()) == 1
        with pytest.raises(StoreError, match="the database refused"), database.hold("aggregator run"):
            pass


def test_it_is_no_file(database: Database) -> None:
    assert not database.is_file
    with pytest.raises(ConfigError, match="for PostgreSQL use pg_dump"):
        _ = database.path
    assert database.size() > 1_000_000
    assert database.purge_now()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Canción de CUNA", "cancion de cuna"),
        ("cafe\u0301s", "cafes"),
        ("don't 12_b", "don t 12 b"),
        ("İstanbul Straße Łódź Øre", "istanbul straße łodz øre"),
        ("ΑΘΗΝΑ Ёлка 東京都", "αθηνα елка 東京都"),
        ("\u0301 -- \ue000", ""),
    ],
)
def test_words_are_folded_as_sqlite_folds_them(typed: str, words: str) -> None:
    assert [word.folded for word in search_vectors.read_words(typed)] == words.split()
