"""`aggregator backup` and `restore`, as an operator types them: the feeds of another machine are the same, byte by byte."""

import asyncio
import fcntl
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.command import upgrade
from alembic.config import Config
from sqlalchemy import create_engine

from aggregator.errors import StoreError
from aggregator.store.backup import back_up, check_briefly, check_sound, list_backups, put_in_place
from aggregator.store.database import Database
from tests.cli.door import Done, aggregator
from tests.cli.test_withdraw import withdraw
from tests.newsroom import EVERYTHING, Newsroom, Post, cycle, paragraphs, rss
from tests.partner import Partner


@pytest.fixture
def newsroom(tmp_path: Path, partner: Partner) -> Newsroom:
    newsroom = Newsroom(tmp_path / "here")
    newsroom.folder.mkdir()
    posts = [Post(f"g{n}", f"https://port.example/{n}", f"About boat {n}", paragraphs(f"boat{n}")) for n in range(8)]
    partner.serve("/port", rss(posts), headers=[("ETag", '"1"')])
    newsroom.edit(
        f'[[source]]\nid = "port"\nname = "The Port"\nfeed = "{partner.url("/port")}"\n[source.rights]\nmode = "full"\n'
        + EVERYTHING
    )
    play(newsroom)
    return newsroom


def play(newsroom: Newsroom) -> None:
    async def run() -> None:
        async with newsroom.service() as service:
            await cycle(service)

    asyncio.run(run())


def command(newsroom: Newsroom, *words: str) -> Done:
    return aggregator(newsroom.folder, *words, AGGREGATOR_DATABASE="sqlite:///store.db", AGGREGATOR_OUTPUT="public")


def files(newsroom: Newsroom) -> dict[str, bytes]:
    output = newsroom.settings.output
    return {str(path.relative_to(output)): path.read_bytes() for path in output.rglob("*") if path.is_file()}


def test_a_copy_restored_elsewhere_gives_the_same_feeds(newsroom: Newsroom, tmp_path: Path) -> None:
    done = command(newsroom, "backup", "copies", "--keep", "2")
    assert done.returncode == 0, done.stderr
    assert "verified" in done.stdout
    there = Newsroom(tmp_path / "there")
    there.folder.mkdir()
    shutil.copy(newsroom.settings.sources, there.settings.sources)
    there.config = newsroom.config
    restored = command(there, "restore", str(newsroom.folder / "copies"))
    assert restored.returncode == 0, restored.stderr

    async def build() -> None:
        async with there.service() as service:
            await service.build()

    asyncio.run(build())
    assert files(there) == files(newsroom)
    assert there.rows("SELECT public_id FROM item ORDER BY 1") == newsroom.rows("SELECT public_id FROM item ORDER BY 1")
    assert there.rows("SELECT etag FROM pollstate") == [('"1"',)]


def test_a_copy_is_whole_while_others_write(newsroom: Newsroom, tmp_path: Path) -> None:
    database = newsroom.folder / "store.db"
    stop = threading.Event()

    def write() -> None:
        with sqlite3.connect(database, timeout=30) as connection:
            while not stop.is_set():
                connection.execute("INSERT INTO dirty (item) SELECT id FROM item")
                connection.commit()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(3):
            back_up(database, tmp_path / f"{n}.db")
    finally:
        stop.set()
        writer.join()
    with sqlite3.connect(tmp_path / "2.db") as copy:
        assert copy.execute("SELECT count(*) % 8 FROM dirty").fetchone() == (0,)
    assert (tmp_path / "2.db").stat().st_mode & 0o777 == 0o600


def test_only_the_newest_copies_of_a_folder_stay(newsroom: Newsroom) -> None:
    folder = newsroom.folder / "copies"
    folder.mkdir()
    for day in range(1, 5):
        shutil.copy(newsroom.folder / "store.db", folder / f"store-2026010{day}T000000Z.db")
    (folder / "notes.db").write_text("mine")
    shutil.copy(newsroom.folder / "store.db", folder / "store-20250101T000000Z-schema0003.db")
    done = command(newsroom, "backup", "copies", "--keep", "3")
    assert "2 older removed" in done.stdout
    names = [path.name for path in list_backups(folder)]
    assert names[1:] == [
        "store-20260104T000000Z.db",
        "store-20260103T000000Z.db",
        "store-20250101T000000Z-schema0003.db",
    ]
    assert (folder / "notes.db").exists()


def test_what_was_withdrawn_since_does_not_come_back(newsroom: Newsroom) -> None:
    command(newsroom, "backup", "old.db")
    assert withdraw(newsroom, "https://port.example/3").returncode == 0
    done = command(newsroom, "restore", "old.db", "--yes")
    assert done.returncode == 0, done.stderr
    assert b"boat 3" not in (newsroom.folder / "store.db").read_bytes().lower()
    assert newsroom.rows("SELECT count(*) FROM item WHERE state = 'withdrawn'") == [(1,)]
    play(newsroom)
    assert not [name for name, content in files(newsroom).items() if b"About boat 3" in content]


def test_a_database_that_is_there_is_moved_aside_and_not_without_a_yes(newsroom: Newsroom) -> None:
    command(newsroom, "backup", "old.db")
    before = (newsroom.folder / "store.db").read_bytes()
    refused = command(newsroom, "restore", "old.db")
    assert (refused.returncode, "say --yes" in refused.stderr) == (1, True)
    assert (newsroom.folder / "store.db").read_bytes() == before
    done = command(newsroom, "restore", "old.db", "--yes")
    (aside,) = newsroom.folder.glob("store.db.before-*Z")
    assert str(aside.name) in done.stderr


def test_at_no_step_of_a_restore_there_is_no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one before, whose process was killed, keeps what stands in its log."""
    with sqlite3.connect(tmp_path / "living.db") as living:
        living.execute("PRAGMA journal_mode=WAL")
        living.execute("CREATE TABLE kept (word)")
        living.execute("INSERT INTO kept VALUES ('here')")
        living.commit()
        for ending in ("", "-wal"):
            shutil.copy(tmp_path / f"living.db{ending}", tmp_path / f"store.db{ending}")
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        copy.execute("CREATE TABLE kept (word)")
    seen = []
    for name in ("replace", "link"):
        monkeypatch.setattr(os, name, watched(getattr(os, name), lambda: seen.append((tmp_path / "store.db").exists())))
    aside = put_in_place(tmp_path / "copy.db", tmp_path / "store.db", datetime(2026, 11, 22, 12, tzinfo=UTC))
    assert len(seen) == 2
    assert all(seen)
    for path, rows in ((aside, [("here",)]), (tmp_path / "store.db", [])):
        assert path
        with sqlite3.connect(path) as database:
            assert database.execute("SELECT word FROM kept").fetchall() == rows


def watched(call: Callable[..., None], look: Callable[[], None]) -> Callable[..., None]:
    def called(*args: Any) -> None:
        call(*args)
        look()

    return called


@pytest.mark.parametrize("harm", ["middle", "header", "short", "empty"])
def test_a_damaged_database_is_said_to_be_and_a_copy_takes_its_place(newsroom: Newsroom, harm: str) -> None:
    command(newsroom, "backup", "copies")
    ids = newsroom.rows("SELECT public_id FROM item ORDER BY 1")
    path = newsroom.folder / "store.db"
    content = bytearray(path.read_bytes())
    if harm == "middle":
        content[4096 : len(content) - 4096] = b"\xff" * (len(content) - 8192)
    elif harm == "header":
        content[:100] = b"x" * 100
    path.write_bytes({"short": bytes(content[:5000]), "empty": b"junk"}.get(harm, bytes(content)))
    for name in ("store.db-wal", "store.db-shm"):
        (newsroom.folder / name).unlink(missing_ok=True)
    for words in (("status",), ("build",), ("backup", "again.db")):
        failed = command(newsroom, *words)
        assert failed.returncode == 1, words
        assert "Traceback" not in failed.stderr
        assert len(failed.stderr.strip().splitlines()) == 1
    assert not (newsroom.folder / "again.db").exists()
    done = command(newsroom, "restore", "copies", "--yes")
    assert done.returncode == 0, done.stderr
    assert newsroom.rows("SELECT public_id FROM item ORDER BY 1") == ids


def test_the_service_does_not_start_on_a_damaged_database_and_no_text_stands_in_the_message(newsroom: Newsroom) -> None:
    path = newsroom.folder / "store.db"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE copy SET text = CAST(x'ff41' || text AS TEXT), people = '[' WHERE id = 3")
        connection.execute("UPDATE item SET sort_at = '2026-11-2x 09:00:00' WHERE id = 4")
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'pollstate'").fetchone()
    connection.close()
    for words in (("export",), ("build",), ("redecide", "--dry-run")):
        failed = command(newsroom, *words)
        assert (failed.returncode, "`aggregator restore`" in failed.stderr) == (1, True), failed.stderr
        assert "boat" not in failed.stderr
    content = bytearray(path.read_bytes())
    content[(root - 1) * 4096 : root * 4096] = b"\xff" * 4096
    path.write_bytes(content)
    refused = command(newsroom, "run", "--once")
    assert (refused.returncode, len(refused.stderr.splitlines())) == (1, 1), refused.stderr
    assert "the database is damaged" in refused.stderr
    assert "`aggregator restore`" in refused.stderr


def test_a_long_look_for_damage_ends(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aggregator.store.backup._BRIEFLY", -1.0)
    with sqlite3.connect(newsroom.folder / "store.db") as connection:
        connection.executemany("INSERT INTO dirty (item) VALUES (?)", [(1,)] * 5_000)
    connection.close()
    check_briefly(newsroom.folder / "store.db")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["backup", "x/store.db", "--keep", "2"], 2, "--keep goes with a folder"),
        (["backup", "store.db"], 2, "is the database itself"),
        (["restore", "store.db"], 2, "is the database itself"),
        (["restore", "none.db"], 2, "no such file"),
        (["restore", "public"], 2, "no copy of a database is there"),
        (["restore", "sources.toml", "--yes"], 1, "no database of aggregator"),
        (["backup", "public/index.html/x.db"], 1, "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said(newsroom: Newsroom, words: list[str], code: int, said: str) -> None:
    done = command(newsroom, *words)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr


def test_a_copy_of_a_newer_program_is_refused(newsroom: Newsroom) -> None:
    command(newsroom, "backup", "new.db")
    with sqlite3.connect(newsroom.folder / "new.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    done = command(newsroom, "restore", "new.db", "--yes")
    assert (done.returncode, "newer aggregator (schema 9999" in done.stderr) == (1, True)


def test_what_a_killed_restore_left_is_removed_by_who_holds_the_store_next(tmp_path: Path) -> None:
    left = tmp_path / ".store.db.unfinished"
    left.touch()
    with Database(f"sqlite:///{tmp_path / 'store.db'}") as store, store.hold("aggregator run"):
        assert not left.exists()


def test_nothing_is_restored_under_a_running_service(newsroom: Newsroom) -> None:
    command(newsroom, "backup", "old.db")
    with Database(newsroom.settings.database) as store, store.hold("aggregator run"):
        done = command(newsroom, "restore", "old.db", "--yes")
    assert (done.returncode, "in use by aggregator run" in done.stderr) == (4, True)


def test_a_copy_is_made_before_the_schema_changes(tmp_path: Path) -> None:
    store_of_revision(tmp_path / "store.db", "0005")
    with Database(f"sqlite:///{tmp_path / 'store.db'}") as store:
        assert store.migrate() == "0005"
    (copy,) = (tmp_path / "backups").iterdir()
    assert copy.name.endswith("-schema0005.db")
    assert check_sound(copy) == "0005"


def test_what_a_killed_backup_left_is_removed_by_the_next_and_what_is_under_way_is_not(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "store.db") as database:
        database.execute("CREATE TABLE alembic_version (version_num)")
    copies = tmp_path / "backups"
    copies.mkdir()
    left = ".store-20260101T000000Z-schema0005.db.unfinished"
    under_way, of_others = ".store-20260102T000000Z.db.unfinished", ".notes.unfinished"
    for name in (left, f"{left}-journal", under_way, of_others):
        (copies / name).touch()
    with (copies / under_way).open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        back_up(tmp_path / "store.db", copies / "store-20260103T000000Z.db")
    assert {path.name for path in copies.iterdir()} == {under_way, of_others, "store-20260103T000000Z.db"}


def test_without_room_for_a_copy_the_schema_stays(tmp_path: Path) -> None:
    store_of_revision(tmp_path / "store.db", "0005")
    (tmp_path / "backups").write_text("in the way")
    with Database(f"sqlite:///{tmp_path / 'store.db'}") as store:
        with pytest.raises(StoreError, match="--no-backup"):
            store.migrate()
        assert check_sound(store.path) == "0005"
        assert store.migrate(backup=False) == "0005"


def store_of_revision(path: Path, revision: str) -> None:
    """Make a store as an older version of the program left it."""
    config = Config()
    config.set_main_option("script_location", "aggregator.store:migrations")
    config.set_main_option("path_separator", "os")
    with create_engine(f"sqlite:///{path}").begin() as connection:
        config.attributes["connection"] = connection
        upgrade(config, revision)
