"""Polling one source, seen from the store and from the partner."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from aggregator.models import Source
from aggregator.service import Service
from aggregator.store import polls
from aggregator.work.stages import read_news
from tests.newsroom import EVERYTHING, Newsroom, Post, cycle, page, paragraphs, rss
from tests.partner import Partner


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path)


def play(newsroom: Newsroom, steps: Callable[[Service], Awaitable[None]]) -> None:
    """Run the steps of a test against an open service."""

    async def run() -> None:
        async with newsroom.service() as service:
            await steps(service)

    asyncio.run(run())


def source(partner: Partner, name: str = "valley", path: str = "/feed", more: str = "") -> str:
    return f"""
[[source]]
id = "{name}"
name = "{name.title()} News"
feed = "{partner.url(path)}"
{more}
"""


def serve(partner: Partner, *posts: Post, path: str = "/feed", etag: str = "") -> None:
    headers = [("Content-Type", "application/rss+xml"), *([("ETag", etag)] if etag else [])]
    partner.serve(path, rss(posts), headers=headers)


def test_a_second_poll_asks_conditionally_and_changes_nothing(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("g1", partner.url("/1"), "One", paragraphs("maize")), etag='"v1"')
    newsroom.edit(source(partner) + EVERYTHING)
    tables = ("item", "copy", "decision", "placement", "dirty")

    async def steps(service: Service) -> None:
        assert await cycle(service) == ["1 new"]
        before = [newsroom.rows(f"SELECT * FROM {table}") for table in tables]
        files = {path: path.stat().st_mtime_ns for path in newsroom.settings.output.rglob("*")}
        newsroom.clock.forward(hours=2)
        assert await cycle(service) == ["not modified"]
        assert [newsroom.rows(f"SELECT * FROM {table}") for table in tables] == before
        assert {path: path.stat().st_mtime_ns for path in newsroom.settings.output.rglob("*")} == files

    play(newsroom, steps)
    assert [request.header("If-None-Match") for request in partner.requests] == [None, '"v1"']


def test_an_unchanged_body_without_validators_is_not_parsed_again(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("g1", partner.url("/1"), "One", paragraphs("maize")))
    newsroom.edit(source(partner) + EVERYTHING)

    async def steps(service: Service) -> None:
        assert await cycle(service) == ["1 new"]
        assert await cycle(service) == ["not modified"]

    play(newsroom, steps)


def test_the_public_id_outlives_title_link_and_text(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)

    async def steps(service: Service) -> None:
        serve(partner, Post("g1", partner.url("/old"), "First title", paragraphs("maize")))
        await cycle(service)
        (before,) = newsroom.rows("SELECT public_id FROM item")
        serve(partner, Post("g1", partner.url("/new"), "Second title", paragraphs("maize", 9)))
        newsroom.clock.forward(hours=1)
        assert await cycle(service) == ["1 changed"]
        assert newsroom.rows("SELECT public_id, title FROM item") == [(*before, "Second title")]

    play(newsroom, steps)


def test_a_material_edit_moves_updated_and_says_so(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner, more='rights.mode = "full"') + EVERYTHING)

    async def steps(service: Service) -> None:
        serve(partner, Post("g1", partner.url("/1"), "Ten wells", paragraphs("maize")))
        await cycle(service)
        newsroom.clock.forward(hours=1)
        serve(partner, Post("g1", partner.url("/1"), "Twelve wells", paragraphs("maize")))
        await cycle(service)

    play(newsroom, steps)
    atom = newsroom.read("all.atom").decode()
    assert "<updated>2026-11-22T13:00:00." in atom
    assert "<published>2026-11-22T09:00:00." in atom
    assert "Corrected 2026-11-22" in atom


def test_a_trivial_edit_moves_nothing(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner, more='rights.mode = "full"') + EVERYTHING)

    async def steps(service: Service) -> None:
        serve(partner, Post("g1", partner.url("/1"), "Ten wells", paragraphs("maize")))
        await cycle(service)
        newsroom.clock.forward(hours=1)
        serve(partner, Post("g1", partner.url("/1"), "Ten wells", paragraphs("maize").replace("agreed", "decided", 1)))
        assert await cycle(service) == ["1 changed"]

    play(newsroom, steps)
    atom = newsroom.read("all.atom").decode()
    assert "decided" in atom
    assert "Corrected" not in atom
    assert newsroom.rows("SELECT published_at = updated_at FROM item") == [(1,)]


def test_a_guid_that_churns_makes_no_second_item(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)

    async def steps(service: Service) -> None:
        serve(partner, Post("g1", partner.url("/1"), "One", paragraphs("maize")))
        await cycle(service)
        serve(partner, Post("g2", partner.url("/1"), "One", paragraphs("maize")))
        assert await cycle(service) == ["1 changed"]
        assert newsroom.rows("SELECT count(*) FROM item") == [(1,)]
        # The old guid comes back for something else: that is a new item, under an id of its own.
        serve(partner, Post("g1", partner.url("/3"), "Three", paragraphs("barley")))
        assert await cycle(service) == ["1 new"]

    play(newsroom, steps)
    assert newsroom.rows("SELECT count(*), count(DISTINCT public_id) FROM item") == [(2, 2)]


def test_a_guid_given_to_another_article_is_a_new_item(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)

    async def steps(service: Service) -> None:
        serve(partner, Post("g1", partner.url("/1"), "One", paragraphs("maize")))
        await cycle(service)
        serve(partner, Post("g1", partner.url("/2"), "Two", paragraphs("barley")))
        assert await cycle(service) == ["1 new"]

    play(newsroom, steps)
    assert newsroom.rows("SELECT guid, generation, title FROM copy ORDER BY id") == [("g1", 0, "One"), ("g1", 1, "Two")]


def test_entries_that_share_the_home_page_as_link_stay_apart(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)
    home = partner.url("/")
    serve(partner, Post("g1", home, "One", paragraphs("maize")), Post("g2", home, "Two", paragraphs("barley")))

    async def steps(service: Service) -> None:
        assert await cycle(service) == ["2 new"]

    play(newsroom, steps)
    assert newsroom.rows("SELECT count(*) FROM item") == [(2,)]


def test_the_same_body_at_two_sources_is_one_item(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(
        source(partner, "wire", "/wire", 'role = "republisher"') + source(partner, "valley", "/valley") + EVERYTHING
    )
    credit = "<p>This article was originally published by Valley News.</p>"
    serve(partner, Post("w1", partner.url("/w"), "One", paragraphs("maize") + credit), path="/wire")
    serve(partner, Post("v1", partner.url("/v"), "One", paragraphs("maize")), path="/valley")

    async def steps(service: Service) -> None:
        assert sorted(await cycle(service)) == ["1 new", "1 new"]

    play(newsroom, steps)
    assert newsroom.rows("SELECT origin_source, origin_url FROM item WHERE state = 'published'") == [
        ("valley", partner.url("/v"))
    ]
    assert f'Also carried by <a href="{partner.url("/w")}">Wire News</a>' in (
        newsroom.read("all.json").decode().replace('\\"', '"')
    )


def test_the_same_address_at_two_sources_is_one_item(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner, "wire", "/wire") + source(partner, "valley", "/valley") + EVERYTHING)
    serve(partner, Post("a", partner.url("/v?utm_source=wire"), "One", paragraphs("maize")), path="/wire")
    serve(partner, Post("b", partner.url("/v"), "One (updated)", paragraphs("maize", 9)), path="/valley")

    async def steps(service: Service) -> None:
        await cycle(service)

    play(newsroom, steps)
    assert newsroom.rows("SELECT count(*) FROM item WHERE state = 'published'") == [(1,)]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/html", "HTML"),
        ("/empty", "empty"),
        ("/gone", "410"),
        ("/broken", "500"),
        ("/json", "JSON"),
    ],
)
def test_a_source_that_fails_says_why_and_stops_nobody(
    newsroom: Newsroom, partner: Partner, path: str, said: str
) -> None:
    partner.serve("/html", page("Home", "<p>Welcome.</p>"), headers=[("Content-Type", "text/html")])
    partner.serve("/empty", b"")
    partner.serve("/gone", b"", status=410)
    partner.serve("/broken", b"", status=500)
    partner.serve("/json", b'{"items": 3}', headers=[("Content-Type", "application/json")])
    serve(partner, Post("g1", partner.url("/1"), "One", paragraphs("maize")))
    newsroom.edit(source(partner, "bad", path) + source(partner, "good") + EVERYTHING)

    async def steps(service: Service) -> None:
        bad, good = await cycle(service)
        assert said in bad
        assert "\n" not in bad
        assert good == "1 new"

    play(newsroom, steps)
    assert newsroom.rows("SELECT source, failures FROM pollstate ORDER BY source") == [("bad", 1), ("good", 0)]
    assert b"<title>One</title>" in newsroom.read("all.rss")


def test_all_sources_are_looked_at_once_a_minute_and_else_those_that_came_due(
    newsroom: Newsroom, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["one", "two", "three"]
    for name in names:
        serve(partner, Post(name, partner.url(f"/{name}/1"), name, paragraphs(name)), path=f"/{name}")
    newsroom.edit("".join(source(partner, name, f"/{name}") for name in names) + EVERYTHING)
    looked_at: list[int] = []
    find_due = polls.find_due

    def note(connection: Connection, sources: Sequence[Source], now: datetime) -> list[polls.Due]:
        looked_at.append(len(sources))
        return find_due(connection, sources, now)

    async def steps(service: Service) -> None:
        monkeypatch.setattr(polls, "find_due", note)
        assert [one.id for one in await service.due_sources()] == names
        await service.poll(service.config.sources, lambda _: None)
        assert await service.due_sources() == []  # those that were new are looked at once more
        assert await service.due_sources() == []
        assert looked_at == [3, 3]
        with service.database.transaction() as connection:
            connection.execute(text("UPDATE pollstate SET next_poll_at = NULL WHERE source = 'two'"))
        assert [one.id for one in await service.due_sources()] == ["two"]
        assert looked_at == [3, 3, 1]
        newsroom.clock.forward(seconds=61)
        assert [one.id for one in await service.due_sources()] == ["two"]
        assert looked_at == [3, 3, 1, 3]

    play(newsroom, steps)


def test_so_many_feeds_as_there_is_room_for_are_read_at_once(newsroom: Newsroom, partner: Partner) -> None:
    names = ["one", "two", "three"]
    for name in names:
        serve(partner, Post(name, partner.url(f"/{name}/1"), name, paragraphs(name)), path=f"/{name}")
    newsroom.edit("".join(source(partner, name, f"/{name}") for name in names) + EVERYTHING)

    async def steps(service: Service) -> None:
        read: list[str] = []
        run = service.pool.run

        async def note(stage: Callable[..., Any], *args: Any) -> Any:
            about = args[0].url.rpartition("/")[2] if stage is read_news else args[2].id
            read.append(about)
            return await run(stage, *args)

        service.pool.room = asyncio.Semaphore(1)
        service.pool.run = note  # type: ignore[method-assign]
        assert await cycle(service) == ["1 new"] * 3
        assert sorted(read[::2]) == sorted(names)  # each is read and made ready before the next is begun with
        assert read[::2] == read[1::2]

    play(newsroom, steps)


def test_collect_bylines_lets_in_only_what_a_byline_source_claims(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(
        source(partner, "outlook", more='collect = "bylines"\nrights.mode = "full"')
        + """
[[source]]
id = "friends"
name = "Friends of the Valley"
kind = "byline"
rights.mode = "full"
byline = { match = ["Friends of the Valley"], within = ["outlook"] }
"""
        + EVERYTHING
    )
    serve(
        partner,
        Post("g1", partner.url("/1"), "Theirs", "<p>By Tina Jung, Friends of the Valley</p>" + paragraphs("maize")),
        Post("g2", partner.url("/2"), "Another's", paragraphs("barley"), author="Sam Reed"),
    )

    async def steps(service: Service) -> None:
        await cycle(service)

    play(newsroom, steps)
    assert newsroom.rows("SELECT title, state, origin_source FROM item ORDER BY title") == [
        ("Another's", "held", "outlook"),
        ("Theirs", "published", "friends"),
    ]
    rss_feed = newsroom.read("all.rss").decode()
    assert "Tina Jung (Friends of the Valley)" in rss_feed
    assert "Another" not in rss_feed
