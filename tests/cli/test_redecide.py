"""`aggregator redecide`: what editors said and took back is decided again, with everything else."""

import json
from pathlib import Path

from sqlalchemy import text

from aggregator.store.database import Database
from tests.cli.door import aggregator
from tests.newsroom import paragraphs
from tests.partner import Partner
from tests.work.test_overrule import DIFFERENT, SAME, Desk


def redecide(folder: Path, *words: str) -> list[str]:
    """Run the command; returns the kinds of changes."""
    done = aggregator(folder, "redecide", "--database", "sqlite:///store.db", "--json", *words)
    assert done.returncode == 0, done.stderr
    return [change["kind"] for change in json.loads(done.stdout)["changes"]]


def ids(folder: Path) -> list[str]:
    return [item["id"] for item in json.loads((folder / "public" / "all.json").read_text())["items"]]


def test_what_was_kept_apart_is_one_article_again(tmp_path: Path, partner: Partner) -> None:
    same = paragraphs("rain", 10)
    desk = Desk(tmp_path, partner, port=same, valley=same)
    assert len(desk.say(DIFFERENT)) == 2
    assert redecide(tmp_path, "--dry-run") == []
    before = [item["id"] for item in desk.say()]
    assert len(before) == 2
    assert redecide(tmp_path, "--dry-run") == ["merge"]
    assert ids(tmp_path) == before
    assert redecide(tmp_path) == ["merge"]
    (kept,) = ids(tmp_path)
    assert kept in before
    assert redecide(tmp_path) == []


def test_what_was_made_one_is_two_articles_again(tmp_path: Path, partner: Partner) -> None:
    desk = Desk(tmp_path, partner, port=paragraphs("rain"), valley=paragraphs("bread"))
    (item,) = desk.say(SAME)
    assert redecide(tmp_path) == []
    desk.say()
    done = aggregator(tmp_path, "redecide", "--database", "sqlite:///store.db", "--dry-run")
    assert "different articles:\n  - Story of " in done.stdout
    assert "https://port.example/story" in done.stdout
    assert "1 change would be made" in done.stdout
    assert redecide(tmp_path) == ["part"]
    assert len(ids(tmp_path)) == 2
    assert item["id"] in ids(tmp_path)
    assert redecide(tmp_path) == []


def test_copies_that_were_never_indexed_are_found(tmp_path: Path, partner: Partner) -> None:
    same = paragraphs("rain", 10)
    desk = Desk(tmp_path, partner, port=same, valley=same)
    desk.say(DIFFERENT)
    desk.say()
    with_index = desk.newsroom.rows("select count(*) from shingle")
    with Database(desk.newsroom.settings.database) as database, database.transaction() as connection:
        connection.execute(text("delete from shingle"))
    assert redecide(tmp_path) == ["merge"]
    assert desk.newsroom.rows("select count(*) from shingle") == with_index


def test_what_is_parted_again_has_the_id_that_readers_know(tmp_path: Path, partner: Partner) -> None:
    desk = Desk(tmp_path, partner, port=paragraphs("rain"), valley=paragraphs("bread"))
    before = {item["url"]: item["id"] for item in desk.say()}
    assert len(desk.say(SAME)) == 1
    desk.say()
    assert redecide(tmp_path) == ["part"]
    feed = json.loads((tmp_path / "public" / "all.json").read_text())
    assert {item["url"]: item["id"] for item in feed["items"]} == before
    assert feed.get("_tombstones", []) == []
    assert desk.say(SAME)
    assert {item["url"]: item["id"] for item in desk.say(DIFFERENT)} == before


def test_a_database_that_is_not_there_empties_no_feed(tmp_path: Path, partner: Partner) -> None:
    desk = Desk(tmp_path, partner, port=paragraphs("rain"))
    desk.say()
    before = (tmp_path / "public" / "all.rss").read_bytes()
    for command in ("build", "redecide"):
        done = aggregator(tmp_path, command, "--database", "sqlite:///nothere.db")
        assert done.returncode == 1
        assert "no database yet" in done.stderr
    assert (tmp_path / "public" / "all.rss").read_bytes() == before
    assert not (tmp_path / "nothere.db").exists()
