"""Old texts that nothing shows go, and no output changes by it."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from aggregator.service import Service
from aggregator.store.database import Database
from aggregator.tables import HOST_STATE, POLL_EVENT, ROBOTS_STATE, VERSION
from tests.cli.door import aggregator
from tests.newsroom import SITE, START, Newsroom, Post, cycle, paragraphs, rss
from tests.partner import Partner

TOPICS = """
[[topic]]
id = "boats"
title = "Boats"
include = "title:boat"
max_items = 10
"""
KEEP = timedelta(days=400)


def play(newsroom: Newsroom, work: Callable[[Service], Awaitable[object]]) -> None:
    async def run() -> None:
        async with newsroom.service() as service:
            await work(service)

    asyncio.run(run())


@pytest.fixture
def newsroom(tmp_path: Path, partner: Partner) -> Newsroom:
    """Thirty articles in a topic and its archive, ten in none, one of those carried twice; all are 500 days old."""
    newsroom = Newsroom(tmp_path / "here")
    newsroom.folder.mkdir()
    posts = [
        Post(
            f"{kind}{n}", f"https://port.example/{kind}/{n}", f"About {kind} {n}", paragraphs(f"{kind}{n}"),
            published_at=START - timedelta(hours=n + 1),
        )
        for kind, count in (("boat", 30), ("kite", 10)) for n in range(count)
    ]  # fmt: skip
    partner.serve("/port", rss(posts))
    partner.serve("/hill", rss([Post("k", "https://hill.example/kite", "About kite 3", paragraphs("kite3"))]))
    sources = "".join(
        f'[[source]]\nid = "{name}"\nname = "{name}"\nfeed = "{partner.url("/" + name)}"\n[source.rights]\n'
        'mode = "full"\n'
        for name in ("port", "hill")
    )
    newsroom.edit(f'item_pages = "on"\n{sources}{TOPICS}')
    play(newsroom, cycle)
    assert newsroom.rows("SELECT count(*) FROM placement WHERE archive IS NOT NULL") != [(0,)]
    newsroom.clock.forward(days=500)
    play(newsroom, lambda service: service.forget_old())
    return newsroom


def twin_of(newsroom: Newsroom) -> Newsroom:
    """Copy an installation's store and sources, with an output of its own."""
    folder = newsroom.folder.with_name("twin")
    folder.mkdir()
    twin = Newsroom(folder)
    twin.clock.now = newsroom.clock.now
    for name in ("store.db", "sources.toml"):
        shutil.copy(newsroom.folder / name, folder / name)
    twin.config = newsroom.config
    return twin


def outputs(newsroom: Newsroom) -> dict[str, bytes]:
    """Build everything anew and read it."""
    shutil.rmtree(newsroom.settings.output, ignore_errors=True)
    play(newsroom, lambda service: service.build())
    output = newsroom.settings.output
    return {str(path.relative_to(output)): path.read_bytes() for path in sorted(output.rglob("*")) if path.is_file()}


def kept(newsroom: Newsroom, column: str) -> set[str]:
    return {title for (title,) in newsroom.rows(f"SELECT title FROM copy WHERE {column} != ''")}


@pytest.mark.sqlite
def test_nothing_published_changes_by_it_now_or_by_other_rights(newsroom: Newsroom) -> None:
    twin = twin_of(newsroom)
    newsroom.settings = replace(newsroom.settings, keep_texts=KEEP)
    play(newsroom, lambda service: service.prune())
    kites = {f"About kite {n}" for n in range(10)}
    assert kept(twin, "text") - kept(newsroom, "text") == kites - {"About kite 3"}
    assert kept(newsroom, "feed_html") == set()
    assert outputs(newsroom) == outputs(twin)
    narrower = newsroom.settings.sources.read_text("utf-8").removeprefix(SITE).replace('"full"', '"excerpt"')
    for one in (newsroom, twin):
        one.edit(narrower)
    shown = outputs(newsroom)
    assert shown == outputs(twin)
    assert b"boat29" in b"".join(shown.values())


def test_young_texts_and_those_that_wait_stay(newsroom: Newsroom) -> None:
    with Database(newsroom.settings.database) as store, store.transaction() as connection:
        connection.exec_driver_sql("UPDATE item SET state = 'pending' WHERE title = 'About kite 1'")
        connection.exec_driver_sql("UPDATE copy SET held = 'odd' WHERE title = 'About kite 2'")
        connection.exec_driver_sql("INSERT INTO relearn SELECT id FROM copy WHERE title = 'About kite 4'")
        connection.exec_driver_sql("INSERT INTO dirty (item) SELECT item FROM copy WHERE title = 'About kite 5'")
    newsroom.clock.forward(days=-101)
    newsroom.settings = replace(newsroom.settings, keep_texts=KEEP)
    before = kept(newsroom, "text")
    play(newsroom, lambda service: service.prune())
    assert kept(newsroom, "text") == before
    newsroom.clock.forward(days=2)
    play(newsroom, lambda service: service.prune())
    assert {f"About kite {n}" for n in (1, 2, 3, 4, 5)} <= kept(newsroom, "text")
    assert not {f"About kite {n}" for n in (0, 6, 7, 8, 9)} & kept(newsroom, "text")


def test_by_default_texts_are_kept_for_ever_and_gone_sources_forgotten(newsroom: Newsroom) -> None:
    now = newsroom.clock.now
    rest = {"since": START, "until": START}
    with Database(newsroom.settings.database) as store, store.transaction() as connection:
        event = {"place": 0, "said": "x"}
        connection.execute(insert(POLL_EVENT), [{**event, "source": one, "at": START} for one in ("left", "hill2")])
        connection.execute(insert(POLL_EVENT).values(**event, source="fresh", at=now))
        connection.execute(insert(HOST_STATE), [{**rest, "host": "old"}, {**rest, "host": "new", "until": now}])
        robots = {"verdict": "allow", "fetched_at": START}
        connection.execute(
            insert(ROBOTS_STATE),
            [{**robots, "origin": "https://old", "due_at": START}, {**robots, "origin": "https://new", "due_at": now}],
        )
    before = kept(newsroom, "feed_html")
    play(newsroom, lambda service: service.prune())
    assert kept(newsroom, "feed_html") == before
    assert newsroom.rows("SELECT DISTINCT source FROM pollevent ORDER BY 1") == [("fresh",), ("hill",), ("port",)]
    assert newsroom.rows("SELECT host FROM hoststate") == [("new",)]
    assert newsroom.rows("SELECT origin FROM robotsstate") == [("https://new",)]


def test_the_command_counts_first_and_keeps_that_there_was_a_version(newsroom: Newsroom) -> None:
    with Database(newsroom.settings.database) as store, store.transaction() as connection:
        connection.execute(insert(VERSION).values(copy_id=1, seen_at=START, title="Before", html="<p>x", material=True))
        # The command's clock is the machine's.
        connection.exec_driver_sql("UPDATE copy SET first_seen_at = '2020-01-01 00:00:00.000000'")
        connection.exec_driver_sql("UPDATE version SET seen_at = '2020-01-01 00:00:00.000000'")

    def command(*words: str, **environment: str) -> tuple[int, str]:
        done = aggregator(
            newsroom.folder, "prune", *words, AGGREGATOR_DATABASE=newsroom.settings.database, **environment
        )
        return done.returncode, done.stdout + done.stderr

    code, said = command("--dry-run", AGGREGATOR_KEEP_TEXTS="200d")
    assert (code, "41 copies as they came, 9 texts, 1 earlier versions" in said) == (0, True), said
    assert kept(newsroom, "feed_html")
    assert command("--keep-texts", "200d", "--json")[0] == 0
    assert not kept(newsroom, "feed_html")
    assert newsroom.rows("SELECT title, html FROM version") == [("Before", "")]
    assert command()[0] == 2
    assert command("--keep-texts", "90d") == (
        2,
        '--keep-texts: "90d" is neither "ever" nor a number of days like "400d", 180d at least\n',
    )
