"""The same commands over SQLite and over PostgreSQL; and a store that moves from one to the other."""

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from sqlalchemy import Connection, Table, delete, select

from aggregator import service
from aggregator.errors import StoreError
from aggregator.store import moving
from aggregator.store.database import Database
from aggregator.tables import COPY, DIRTY, SHINGLE
from tests.cli.door import Done, aggregator
from tests.newsroom import EVERYTHING, SITE, START, Post, page, paragraphs, rss
from tests.partner import Partner
from tests.stores import address_of, using

SOURCES = """
[[source]]
id = "harbour"
name = "Harbour"
feed = "{harbour}"

[[source]]
id = "valley"
name = "Valley"
feed = "{valley}"

[[topic]]
id = "water"
title = "Water"
include = 'title:water OR text:boat'
"""


class Frozen(datetime):
    """The time, moved by hand, for commands that ask the machine for it."""

    at: datetime = START

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return cls.at.astimezone(tz)


class House:
    """One installation, worked by its commands."""

    def __init__(self, folder: Path, address: str, sources: str) -> None:
        folder.mkdir(exist_ok=True)
        (folder / "sources.toml").write_text(sources, encoding="utf-8")
        self.folder, self.address = folder, address

    def __call__(self, *words: str) -> Done:
        variables = {"DATABASE": self.address, "CONCURRENCY": "1", "OUTPUT": "public"}
        return aggregator(self.folder, *words, **{f"AGGREGATOR_{name}": value for name, value in variables.items()})

    def do(self, *words: str) -> str:
        """Run a command that goes well; returns what it says."""
        done = self(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def poll(self) -> list[str]:
        """Poll one source after the other: which of two that are polled together comes first is a matter of luck."""
        return [self.do("poll", source) for source in ("harbour", "valley")]

    def outputs(self, name: str = "public") -> dict[str, bytes]:
        root = self.folder / name
        return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def sources(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(service, "datetime", Frozen)
    monkeypatch.setattr(Frozen, "at", START)
    play(partner, "")
    return SITE + SOURCES.format(harbour=partner.url("/harbour"), valley=partner.url("/valley")) + EVERYTHING


def play(partner: Partner, more: str) -> None:
    """Publish ten articles, one of them carried by both and one with a page; `more` words are in each."""
    posts = [
        Post(f"h{n}", partner.url(f"/h{n}"), f"Water and boat {n}{more}", paragraphs(f"boat{n}"), author="Ana Pérez")
        for n in range(8)
    ]
    posts.append(Post("only", partner.url("/only"), "Ñandú \U0001f98c & <i>Água</i>", "", "A summary, and no more."))
    partner.serve("/only", page("Ñandú", paragraphs("nandu")), headers=[("Content-Type", "text/html; charset=utf-8")])
    partner.serve("/harbour", rss(posts, "Harbour"), headers=[("Content-Type", "application/rss+xml")])
    carried = Post("v1", partner.url("/v1"), "A boat, and what of it", paragraphs("boat1"), author="Ana Pérez, Harbour")
    own = Post("v2", partner.url("/v2"), "Zebras and ärzte", paragraphs("zebra"))
    partner.serve("/valley", rss([carried, own], "Valley"), headers=[("Content-Type", "application/rss+xml")])


def work(house: House, partner: Partner, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let an installation poll and publish, twice, and withdraw; returns what it said."""
    monkeypatch.setattr(Frozen, "at", START)
    play(partner, "")
    said = [*house.poll(), house.do("build")]
    monkeypatch.setattr(Frozen, "at", START + timedelta(hours=3))
    play(partner, " again")
    said += [*house.poll(), house.do("build")]
    said += [house.do("withdraw", partner.url("/h3"), "--reason", "asked", "--by", "ana"), house.do("build")]
    return [*said, house.do("explain", partner.url("/v1"))]


def test_the_same_input_gives_the_same_bytes(
    tmp_path: Path, partner: Partner, sources: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With either database; and after a move from one to the other."""
    with using("postgresql"):
        first = House(tmp_path / "sqlite", "sqlite:///store.db", sources)
        other = House(tmp_path / "postgres", address_of(tmp_path / "other", migrated=False), sources)
        assert work(first, partner, monkeypatch) == work(other, partner, monkeypatch)
        published = first.outputs()
        assert len(published) > 20
        assert b"Water and boat 2 again" in published["water.rss"]
        assert other.outputs() == published
        exported = first.do("export")
        assert other.do("export") == exported

        third = House(tmp_path / "moved", address_of(tmp_path / "moved", migrated=False), sources)
        moved = first("migrate", "--from", "sqlite:///store.db", "--to", third.address)
        assert moved.returncode == 0, moved.stderr
        assert "copy: 11 rows, the same in both" in moved.stderr
        assert moved.stdout.endswith(" rows of store.db\n")
        assert third.do("export") == exported
        third.do("build")
        assert third.outputs() == published
        monkeypatch.setattr(Frozen, "at", START + timedelta(hours=6))  # its numbers go on, and its search finds
        play(partner, " anew")
        assert third.poll() == first.poll()
        assert third.do("build") == first.do("build")
        assert third.outputs() == first.outputs()
        again = first("migrate", "--from", "sqlite:///store.db", "--to", third.address)
        assert (again.returncode, again.stderr.endswith(": holds a store already; name an empty database\n")) == (
            2,
            True,
        )


@pytest.fixture
def filled(tmp_path: Path, partner: Partner, sources: str) -> Iterator[tuple[Database, Database]]:
    with using("postgresql"):
        house = House(tmp_path / "sqlite", f"sqlite:///{tmp_path / 'sqlite' / 'store.db'}", sources)
        house.do("poll")
        with Database(house.address) as source, Database(address_of(tmp_path / "to")) as target:
            yield source, target


def test_a_move_that_is_cut_short_goes_on(filled: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = filled
    tables: list[str] = []
    copied = moving.copy_rows

    def until(connection: Connection, table: Table, rows: list[dict[str, object]]) -> None:
        tables.append(table.name)
        if tables.count("shingle") == 3:
            raise KeyboardInterrupt
        copied(connection, table, rows)

    monkeypatch.setattr(moving, "_AT_ONCE", 7)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(moving, "copy_rows", until)
        with pytest.raises(KeyboardInterrupt):
            moving.move_store(source, target, lambda _: None)
    with target.snapshot() as connection:
        assert len(connection.execute(select(SHINGLE)).all()) == 14
    counts = moving.move_store(source, target, lambda _: None)
    assert counts["copy"] == 11
    assert counts["shingle"] > 14


def test_a_store_that_was_written_to_meanwhile_is_not_taken_for_moved(filled: tuple[Database, Database]) -> None:
    source, target = filled

    def stop(said: str) -> None:
        if said.startswith("copy:"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        moving.move_store(source, target, stop)
    with source.transaction() as connection:
        connection.execute(delete(DIRTY))
        connection.execute(COPY.update().where(COPY.c.source == "valley").values(title="Another"))
    with pytest.raises(StoreError, match="the table copy has 11 rows, and 11 were sent, or they differ"):
        moving.move_store(source, target, lambda _: None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "sqlite:///a.db"), "--from and --to go together, and without --database\n"),
        (("--from", "sqlite:///a.db", "--to", "sqlite:///b.db"), "a.db: no database yet"),
    ],
)
def test_a_move_that_cannot_be_is_one_line(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    done = aggregator(tmp_path, "migrate", *words)
    assert done.returncode in (1, 2)
    assert said in done.stderr


def test_copies_of_files_are_for_files(tmp_path: Path) -> None:
    with using("postgresql"):
        address = address_of(tmp_path / "store")
        (tmp_path / "copy.db").write_bytes(b"")
        for words in (("backup", "copies"), ("restore", "copy.db")):
            done = aggregator(tmp_path, *words, AGGREGATOR_DATABASE=address)
            assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
            assert "this is done with files of SQLite only; for PostgreSQL use pg_dump" in done.stderr
