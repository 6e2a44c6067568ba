"""`aggregator plan` as an editor types it."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import text

from aggregator.cli.main import main
from aggregator.store.database import Database
from tests.newsroom import SITE, Newsroom, Post, cycle, paragraphs, rss
from tests.partner import Partner

WATER = '\n[[topic]]\nid = "water"\ntitle = "Water & [wells]"\ninclude = "title:spring OR title:rain"\n'
ALL = '\n[[topic]]\nid = "all"\ntitle = "All"\n'
TITLES = ["A spring", "The *rain*", *(f"Bread {number}" for number in range(12))]


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


def plan(*words: str | Path) -> Done:
    out, err = StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["aggregator", "plan", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
    return Done(int(end.value.code or 0), out.getvalue(), err.getvalue())


def source(address: str, mode: str = "full") -> str:
    return f'[[source]]\nid = "hill"\nname = "The Hill"\nfeed = "{address}"\n[source.rights]\nmode = "{mode}"\n'


@pytest.fixture(scope="module")
def hill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """One partner with fourteen articles, polled and built."""
    newsroom = Newsroom(tmp_path_factory.mktemp("hill"))
    with Partner() as partner:
        posts = [
            Post(str(number), f"https://hill.example/{number}", title, paragraphs(title))
            for number, title in enumerate(TITLES)
        ]
        partner.serve("/feed", rss(posts))
        newsroom.edit(source(partner.url("/feed")) + '[source.extract]\nmode = "feed"\n' + WATER + ALL)

        async def build() -> None:
            async with newsroom.service() as service:
                await cycle(service)

        asyncio.run(build())
        yield newsroom


def place(newsroom: Newsroom) -> list[str]:
    return ["--sources", str(newsroom.settings.sources), "--database", newsroom.settings.database]


def changed(newsroom: Newsroom, old: str, new: str) -> Path:
    path = newsroom.folder / "new.toml"
    written = newsroom.settings.sources.read_text(encoding="utf-8")
    assert old in written
    path.write_text(written.replace(old, new), encoding="utf-8")
    return path


def test_the_file_in_force_changes_nothing(hill: Newsroom) -> None:
    assert plan(*place(hill)) == Done(0, "Nothing changes.\n", "")


def test_a_comment_changes_nothing(hill: Newsroom) -> None:
    assert plan(*place(hill)[2:], "--sources", changed(hill, "[site]", "# our site\n[site]")).code == 0


def test_a_changed_rule_lists_what_enters_and_leaves(hill: Newsroom) -> None:
    new = changed(hill, "title:spring OR", "title:bread OR")
    done = plan(*place(hill), hill.settings.sources, new)
    assert done.code == 3
    lines = done.out.splitlines()
    assert lines[0] == "water: 12 enter, 1 leaves; 13 instead of 2 in the feed"
    assert sum(line.startswith("  + 2026-11-22 Bread") for line in lines) == 10
    assert "  and 3 more (--all lists them)" in lines
    assert lines[-1] == "1 topic changes; 12 enter, 1 leave; 0 articles are shortened; 0 articles are widened."
    assert "  - 2026-11-22 A spring (The Hill)" in plan(*place(hill), hill.settings.sources, new, "--all").out


def test_json_has_every_topic_and_public_ids(hill: Newsroom) -> None:
    done = plan(*place(hill)[2:], "--sources", changed(hill, "title:spring OR", ""), "--json")
    document = json.loads(done.out)
    (gone,) = hill.rows("SELECT public_id FROM item WHERE title = 'A spring'")
    assert document == {
        "topics": {"water": {"enter": [], "leave": [gone[0]]}, "all": {"enter": [], "leave": []}},
        "rights": {"shortened": [], "widened": []},
    }


def test_a_narrower_agreement_is_named_with_the_old_one(hill: Newsroom) -> None:
    done = plan(*place(hill)[2:], "--sources", changed(hill, '"full"', '"link"'))
    assert done.code == 3
    assert "Readers see less of 14 articles:" in done.out
    assert 'less: how much is allowed, words\n      now "hill": full; then "hill": link' in done.out


def test_markdown_shows_titles_as_they_are(hill: Newsroom) -> None:
    new = changed(hill, ' OR title:rain"', '"\n[[topic]]\nid = "rain"\ntitle = "Rain"\ninclude = "title:rain"')
    done = plan(*place(hill), hill.settings.sources, new, "--markdown")
    assert r"### Water & \[wells\] (`water`): 1 leaves; 1 instead of 2 in the feed" in done.out
    assert r"* \- [The \*rain\*](https://hill.example/1), The Hill, 2026-11-22" in done.out
    assert "### Rain (`rain`): new, with 1 article" in done.out


def test_what_only_polls_can_show_is_said(hill: Newsroom) -> None:
    new = changed(
        hill,
        '[[topic]]\nid = "all"',
        '[[source]]\nid = "x"\nname = "X"\nfeed = "https://x.example/"\n[[topic]]\nid = "all"',
    )
    done = plan(*place(hill)[2:], "--sources", new)
    assert (done.code, done.out) == (0, "Nothing changes.\n")
    assert done.err == 'not in this plan: source "x" is new: what it publishes is known after its first poll\n'


def test_mistakes_of_both_files_are_named(hill: Newsroom, tmp_path: Path) -> None:
    old = tmp_path / "old.toml"
    old.write_text(SITE + "what = 1\n", encoding="utf-8")
    done = plan(*place(hill), old, changed(hill, '"full"', '"some"'))
    assert done.code == 2
    assert "new.toml:" in done.err
    assert f"{old}:8: " in done.err


def test_ids_that_would_change_are_refused(hill: Newsroom) -> None:
    done = plan(*place(hill)[2:], "--sources", changed(hill, 'id_date = "2026-11-22"', 'id_date = "2026-11-23"'))
    assert done.code == 2
    assert "id_domain and id_date" in done.err


def test_a_backup_is_read_where_nothing_can_be_written(hill: Newsroom, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    folder.mkdir()
    hill.rows("SELECT 1")
    backup = folder / "store.db"
    backup.write_bytes((hill.folder / "store.db").read_bytes())
    os.chmod(folder, 0o500)
    try:
        done = plan("--sources", changed(hill, '"full"', '"link"'), "--database", f"sqlite:///{backup}")
        assert (done.code, done.err) == (3, "")
        assert os.listdir(folder) == ["store.db"] or os.geteuid() == 0
    finally:
        os.chmod(folder, 0o700)


def test_a_store_that_cannot_answer_says_why(hill: Newsroom, tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'store.db'}"
    assert "no database yet" in plan(*place(hill)[:2], "--database", address).err
    with Database(address) as database:
        with database.transaction() as connection:
            connection.execute(text("CREATE TABLE other (id INTEGER)"))
        assert "has schema none" in plan(*place(hill)[:2], "--database", address).err
        database.migrate()
    done = plan(*place(hill)[:2], "--database", address)
    assert (done.code, done.err) == (
        2,
        "the store does not hold the sources file in force (yet); name the old file: aggregator plan OLD NEW\n",
    )
