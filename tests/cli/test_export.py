"""`aggregator export`: everything worth keeping, as JSON Lines."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from aggregator.store import export
from aggregator.store.database import Database
from aggregator.tables import ITEM, VERSION, metadata
from tests.cli.door import Done, aggregator
from tests.cli.test_withdraw import withdraw
from tests.newsroom import EVERYTHING, START, Newsroom, Post, paragraphs, rss
from tests.partner import Partner

DOCS = Path(__file__).parents[2] / "docs" / "export.md"


@pytest.fixture
def newsroom(tmp_path: Path, partner: Partner) -> Newsroom:
    newsroom = Newsroom(tmp_path)
    shared = paragraphs("weir")
    own = [Post(f"g{n}", f"https://port.example/{n}", f"About boat {n}", paragraphs(f"boat{n}")) for n in range(2)]
    partner.serve("/port", rss([*own, Post("w", "https://port.example/weir", "The weir", shared)]))
    partner.serve("/hill", rss([Post("w", "https://hill.example/weir", "The weir holds", shared)]))
    newsroom.edit(
        "".join(
            f'[[source]]\nid = "{name}"\nname = "{name}"\nfeed = "{partner.url("/" + name)}"\n'
            for name in ("port", "hill")
        )
        + EVERYTHING
    )
    assert command(newsroom, "run", "--once").returncode == 0
    return newsroom


def command(newsroom: Newsroom, *words: str) -> Done:
    return aggregator(newsroom.folder, *words, AGGREGATOR_DATABASE="sqlite:///store.db", AGGREGATOR_OUTPUT="public")


def read(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_everything_comes_out_under_public_ids_and_documented_names(newsroom: Newsroom) -> None:
    command(newsroom, "pause", "port", "--reason", "strike")
    with Database(newsroom.settings.database) as store, store.transaction() as connection:
        connection.execute(insert(VERSION).values(copy_id=1, seen_at=START, title="Before", html="<p>", material=True))
    done = command(newsroom, "export")
    assert done.returncode == 0, done.stderr
    lines = read(done.stdout)
    kinds = ["export", "item", "item", "item", "source", "source", "topic", "pause", "end"]
    assert [line["kind"] for line in lines if line["kind"] != "item" or line["state"] != "merged"] == kinds
    items = {line["public_id"]: line for line in lines if line["kind"] == "item"}
    assert set(items) == {one for (one,) in newsroom.rows("SELECT public_id FROM item")}
    (shared,) = [item for item in items.values() if len(item["copies"]) > 1]
    assert sorted(copy["source"] for copy in shared["copies"]) == ["hill", "port"]
    assert sum(copy["is_shown"] for copy in shared["copies"]) == 1
    assert all(one["evidence"].get("item", "tag:").startswith("tag:") for one in shared["decisions"])
    assert [place["topic"] for place in shared["placements"]] == ["all"]
    assert any(copy["versions"] for item in items.values() for copy in item["copies"])
    documented = set(re.findall(r"`(\w+)`", DOCS.read_text("utf-8")))
    assert set(names_in(lines)) <= documented


def names_in(value: Any) -> Counter[str]:
    """Count the names of all fields but those inside what is a value of its own."""
    found: Counter[str] = Counter()
    for name, inner in value.items() if isinstance(value, dict) else []:
        found[name] += 1
        if name not in ("evidence", "profile", "hints", "image", "enclosures", "credits", "removed"):
            found += names_in(inner)
    for inner in value if isinstance(value, list) else []:
        found += names_in(inner)
    return found


def test_no_table_is_forgotten() -> None:
    named = set(re.findall(r"\b[A-Z_]{4,}\b", Path(export.__file__).read_text("utf-8")))
    from aggregator import tables

    assert {table.name for table in metadata.tables.values()} == {
        table.name for name in named if (table := getattr(tables, name, None)) is not None
    }


def test_a_file_is_written_whole_and_for_its_owner(newsroom: Newsroom) -> None:
    assert command(newsroom, "export", "out.jsonl").returncode == 0
    path = newsroom.folder / "out.jsonl"
    assert path.stat().st_mode & 0o777 == 0o600
    lines = read(path.read_text("utf-8"))
    assert lines[-1] == {"kind": "end", "items": newsroom.rows("SELECT count(*) FROM item")[0][0], "lines": len(lines)}
    assert not list(newsroom.folder.glob(".out*"))


def test_what_was_withdrawn_is_not_in_it(newsroom: Newsroom) -> None:
    assert withdraw(newsroom, "https://port.example/1").returncode == 0
    text = command(newsroom, "export").stdout
    assert "boat1" not in text
    assert "boat 1" not in text
    assert [line["reason"] for line in read(text) if line["kind"] == "withdrawal"]


def test_many_items_come_each_once(newsroom: Newsroom) -> None:
    blank = {"state": "held", "sort_at": START, "title": "x", "people": [], "published_at": START, "updated_at": START}
    with Database(newsroom.settings.database) as store, store.transaction() as connection:
        connection.execute(insert(ITEM), [{**blank, "public_id": f"tag:x,2026:{n}"} for n in range(230)])
    ids = [line["public_id"] for line in read(command(newsroom, "export").stdout) if line["kind"] == "item"]
    assert len(ids) == len(set(ids)) == newsroom.rows("SELECT count(*) FROM item")[0][0]


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("store.db", 2, "the database itself"),
        ("public", 2, "is no file"),
        ("/dev/null", 2, "is no file"),
        ("none/out.jsonl", 1, "cannot be written"),
    ],
)
def test_where_it_cannot_go_is_said(newsroom: Newsroom, name: str, code: int, said: str) -> None:
    done = command(newsroom, "export", name)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
