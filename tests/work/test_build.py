"""Building topics: routing, files, determinism."""

import asyncio
import html
import json
from calendar import timegm
from datetime import datetime, timedelta
from pathlib import Path

import feedparser
import pytest

from aggregator.errors import ConfigError, PublishError
from aggregator.service import Service
from aggregator.sources import load_sources
from tests.newsroom import EVERYTHING, START, Newsroom, Post, cycle, paragraphs
from tests.partner import Partner
from tests.work.test_poll import play, serve, source


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path)


def files(newsroom: Newsroom) -> dict[str, bytes]:
    output = newsroom.settings.output
    found = (path for path in output.rglob("*") if path.is_file() and path.suffix != ".gz")
    return {str(path.relative_to(output)): path.read_bytes() for path in found}


def test_building_twice_gives_identical_files_and_touches_none(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("g1", partner.url("/1"), "One", paragraphs("maize")))
    newsroom.edit(source(partner) + EVERYTHING)

    async def steps(service: Service) -> None:
        await cycle(service)
        before = files(newsroom)
        newsroom.clock.forward(hours=5)
        outcomes = await service.build()
        assert [outcome.written for outcome in outcomes] == [()]
        assert files(newsroom) == before

    play(newsroom, steps)
    assert set(files(newsroom)) == {
        "all.rss",
        "all.atom",
        "all.json",
        "all.opml",
        "all/index.html",
        "all/2026-11/index.html",
        "all/months/index.html",
        "index.html",
        "index.opml",
        "static/icon.svg",
        "static/style.css",
    }


def test_lost_files_come_back_byte_for_byte(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("g1", partner.url("/1"), "One", paragraphs("maize")))
    newsroom.edit(source(partner) + EVERYTHING)

    async def steps(service: Service) -> None:
        await cycle(service)
        before = files(newsroom)
        (newsroom.settings.output / "all.rss").unlink()
        newsroom.clock.forward(hours=5)
        await service.build()
        assert files(newsroom) == before

    play(newsroom, steps)


def test_a_changed_rule_acts_on_what_is_stored(newsroom: Newsroom, partner: Partner) -> None:
    serve(
        partner,
        Post("g1", partner.url("/1"), "Maize", paragraphs("maize")),
        Post("g2", partner.url("/2"), "Barley", paragraphs("barley")),
    )
    topic = '\n[[topic]]\nid = "grain"\ntitle = "Grain"\ninclude = "{}"\n'
    newsroom.edit(source(partner) + topic.format("maize"))

    async def first(service: Service) -> None:
        await cycle(service)
        assert b"<title>Maize</title>" in newsroom.read("grain.rss")
        assert b"<title>Barley</title>" not in newsroom.read("grain.rss")

    async def second(service: Service) -> None:
        await service.build()
        assert b"<title>Maize</title>" not in newsroom.read("grain.rss")
        assert b"<title>Barley</title>" in newsroom.read("grain.rss")

    play(newsroom, first)
    newsroom.edit(source(partner) + topic.format("barley"))
    play(newsroom, second)
    assert len(partner.requests) == 1  # nothing was fetched again


def test_a_topic_takes_what_is_about_it_and_follows_the_topic_it_asks_for(newsroom: Newsroom, partner: Partner) -> None:
    passing = paragraphs("barley") + "<p>As they do in Peru.</p>"
    serve(partner, Post("g1", partner.url("/1"), "Maize", paragraphs("maize")))
    posts = [
        Post("g2", partner.url("/2"), "Barley", passing),
        Post("g3", partner.url("/3"), "Peru votes", passing[:900]),
    ]
    serve(partner, *posts, path="/far")
    sources = source(partner, more='country = "PE"') + source(partner, "coast", "/far")
    rules = """
[[topic]]
id = "peru"
title = "Peru"
include = "peru OR country:PE"
min_score = {}
[[topic]]
id = "votes"
title = "Votes"
include = "topic:peru"
exclude = "maize"
"""

    def titles(topic: str) -> set[str]:
        return {item["title"] for item in json.loads(newsroom.read(f"{topic}.json"))["items"]}

    async def first(service: Service) -> None:
        await cycle(service)
        assert (titles("peru"), titles("votes")) == ({"Maize", "Peru votes"}, {"Peru votes"})

    async def second(service: Service) -> None:
        await service.build()
        assert (titles("peru"), titles("votes")) == ({"Maize", "Peru votes", "Barley"}, {"Peru votes", "Barley"})

    newsroom.edit(sources + rules.format(3))
    play(newsroom, first)
    newsroom.edit(sources + rules.format(1))
    play(newsroom, second)


def test_a_revoked_right_shrinks_the_feed_at_the_next_build(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("g1", partner.url("/1"), "Maize", paragraphs("maize") + '<p><img src="/p.jpg" alt="x"></p>'))
    newsroom.edit(source(partner, more='rights = {mode = "full", images = "yes"}') + EVERYTHING)

    async def first(service: Service) -> None:
        await cycle(service)
        assert b"plot 8" in newsroom.read("all.json")
        assert b"p.jpg" in newsroom.read("all.json")

    async def second(service: Service) -> None:
        await service.build()
        for name in ("all.rss", "all.atom", "all.json", "all/index.html"):
            assert b"plot 8" not in newsroom.read(name)
            assert b"p.jpg" not in newsroom.read(name)

    play(newsroom, first)
    newsroom.edit(source(partner) + EVERYTHING)
    play(newsroom, second)


def test_a_new_source_does_not_pour_its_past_into_the_feed(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("a", partner.url("/a"), "Now", paragraphs("maize")), path="/a")
    old, recent = START - timedelta(days=30), START - timedelta(days=2)
    serve(
        partner,
        Post("b1", partner.url("/b1"), "Old", paragraphs("barley"), published_at=old),
        Post("b2", partner.url("/b2"), "Recent", paragraphs("beans"), published_at=recent),
        path="/b",
    )
    newsroom.edit(source(partner, "first", "/a") + EVERYTHING)

    async def steps(service: Service) -> None:
        await cycle(service)

    play(newsroom, steps)
    newsroom.edit(source(partner, "first", "/a") + source(partner, "second", "/b") + EVERYTHING)
    play(newsroom, steps)
    titles = newsroom.read("all.rss").decode()
    assert "<title>Old</title>" not in titles
    assert titles.index("<title>Now</title>") < titles.index("<title>Recent</title>")


def test_a_new_topic_starts_with_what_is_there_however_old(newsroom: Newsroom, partner: Partner) -> None:
    old = START - timedelta(days=300)
    serve(partner, Post("a", partner.url("/a"), "Old", paragraphs("maize"), published_at=old))
    newsroom.edit(source(partner) + EVERYTHING)

    async def steps(service: Service) -> None:
        await cycle(service)

    play(newsroom, steps)
    assert b"<title>Old</title>" in newsroom.read("all.rss")


def test_an_item_leaves_by_itself_when_it_is_too_old(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("a", partner.url("/a"), "One", paragraphs("maize")))
    newsroom.edit(source(partner) + EVERYTHING + 'max_age = "2d"\n')

    async def steps(service: Service) -> None:
        await cycle(service)
        newsroom.clock.forward(hours=44)
        assert await service.build_due() == []
        newsroom.clock.forward(hours=2)
        (outcome,) = await service.build_due()
        assert outcome.items == 0

    play(newsroom, steps)


def test_the_id_domain_cannot_change_under_stored_items(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("a", partner.url("/a"), "One", paragraphs("maize")))
    newsroom.edit(source(partner) + EVERYTHING)

    async def steps(service: Service) -> None:
        await cycle(service)
        text = newsroom.settings.sources.read_text().replace('id_domain = "wire.example"', 'id_domain = "new.example"')
        newsroom.settings.sources.write_text(text)
        with pytest.raises(ConfigError, match=r'"wire\.example"'):
            await service.take_over(load_sources(newsroom.settings.sources).config)

    play(newsroom, steps)


def test_an_output_that_cannot_be_written_says_so_and_stays_due(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("a", partner.url("/a"), "One", paragraphs("maize")))
    newsroom.edit(source(partner) + EVERYTHING)
    newsroom.settings.output.write_text("a file where a folder should be")

    async def steps(service: Service) -> None:
        with pytest.raises(PublishError, match=r"all\.rss: cannot be written"):
            await cycle(service)
        newsroom.settings.output.unlink()
        (outcome,) = await service.build_due()
        assert outcome.items == 1

    play(newsroom, steps)


def test_a_topic_without_items_is_published_empty(newsroom: Newsroom) -> None:
    newsroom.edit(EVERYTHING)

    async def steps(service: Service) -> None:
        await service.build()

    play(newsroom, steps)
    assert b"<channel>" in newsroom.read("all.rss")


def test_the_files_of_a_removed_topic_go_with_it(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("a", partner.url("/a"), "One", paragraphs("maize")))
    newsroom.edit(source(partner) + EVERYTHING + '[[topic]]\nid = "second"\ntitle = "Second"\n')

    async def steps(service: Service) -> None:
        await cycle(service)

    play(newsroom, steps)
    assert newsroom.read("second.rss").count(b"<item>") == 1
    newsroom.edit(source(partner) + EVERYTHING)
    play(newsroom, steps)
    assert [name for name in files(newsroom) if name.startswith("second")] == []
    newsroom.edit(source(partner) + EVERYTHING + '[[topic]]\nid = "second"\ntitle = "Second"\n')
    play(newsroom, steps)
    assert newsroom.read("second.rss").count(b"<item>") == 1


def test_a_topic_whose_first_build_was_empty_still_takes_what_is_old(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)

    async def steps(service: Service) -> None:
        await cycle(service)
        serve(
            partner, Post("a", partner.url("/a"), "Old", paragraphs("maize"), published_at=START - timedelta(days=10))
        )
        newsroom.clock.forward(hours=2)
        await cycle(service)

    play(newsroom, steps)
    assert b"<title>Old</title>" in newsroom.read("all.rss")


def test_a_wider_rule_takes_in_what_was_fresh_when_it_came(newsroom: Newsroom, partner: Partner) -> None:
    serve(
        partner,
        Post("g1", partner.url("/1"), "Maize", paragraphs("maize")),
        Post("g2", partner.url("/2"), "Oats", paragraphs("oats")),
    )
    topic = '\n[[topic]]\nid = "grain"\ntitle = "Grain"\ninclude = "{}"\n'
    newsroom.edit(source(partner) + topic.format("maize"))

    async def steps(service: Service) -> None:
        await cycle(service)

    play(newsroom, steps)
    newsroom.clock.forward(days=9)
    newsroom.edit(source(partner) + topic.format("maize OR oats"))
    play(newsroom, steps)
    assert b"<title>Oats</title>" in newsroom.read("grain.rss")


def test_a_file_that_cannot_be_written_does_not_keep_other_topics_back(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("a", partner.url("/a"), "One", paragraphs("maize")))
    newsroom.edit(source(partner) + EVERYTHING + '[[topic]]\nid = "second"\ntitle = "Second"\n')
    (newsroom.settings.output / "all.rss").mkdir(parents=True)

    async def steps(service: Service) -> None:
        with pytest.raises(PublishError, match=r"all\.rss"):
            await cycle(service)

    play(newsroom, steps)
    assert newsroom.read("second.rss").count(b"<item>") == 1
    assert (newsroom.settings.output / "index.html").exists()


def test_rules_that_change_during_a_build_are_not_lost(newsroom: Newsroom, partner: Partner) -> None:
    posts = [Post(f"g{n}", partner.url(f"/{n}"), f"Maize {n}", paragraphs(f"maize{n}")) for n in range(250)]
    serve(partner, *posts)
    topic = '\n[[topic]]\nid = "grain"\ntitle = "Grain"\ninclude = "{}"\nmax_items = 1000\n'
    newsroom.edit(source(partner) + topic.format("barley"))

    async def steps(service: Service) -> None:
        await cycle(service)
        newsroom.edit(source(partner) + topic.format("title:maize"))
        await asyncio.gather(service.build(), service.take_over(newsroom.config))
        await service.build_due()

    play(newsroom, steps)
    assert newsroom.read("grain.rss").count(b"<item>") == 250


def test_what_is_read_back_is_what_is_stored(newsroom: Newsroom, partner: Partner) -> None:
    posts = [
        Post(
            f"g{n}",
            partner.url(f"/{n}"),
            f"Maize & <more> {n}",
            paragraphs(f"maize{n}"),
            author=["Ana Quispe", "Tomás Iriarte", "Inés Poma"][n % 3],
            published_at=START - timedelta(hours=n, minutes=7),
        )
        for n in range(12)
    ]
    serve(partner, *posts)
    newsroom.edit(source(partner) + EVERYTHING)

    async def steps(service: Service) -> None:
        await cycle(service)

    play(newsroom, steps)
    stored = [
        (
            public_id,
            url,
            title,
            timegm(datetime.fromisoformat(published).timetuple()),
            f"{json.loads(people)[0]} ({publication})",
        )
        for public_id, url, title, published, people, publication in newsroom.rows(
            "SELECT public_id, origin_url, title, published_at, people, publication FROM item "
            "WHERE state = 'published' ORDER BY sort_at DESC"
        )
    ]
    assert len(stored) == 12
    for name in ("all.rss", "all.atom"):
        entries = feedparser.parse(newsroom.read(name)).entries
        assert [
            (entry.id, entry.link, html.unescape(entry.title), timegm(entry.published_parsed), entry.authors[0].name)
            for entry in entries
        ] == stored
    items = json.loads(newsroom.read("all.json"))["items"]
    assert [
        (
            item["id"],
            item["url"],
            item["title"],
            datetime.fromisoformat(item["date_published"]).timestamp(),
            item["authors"][0]["name"],
        )
        for item in items
    ] == stored


def test_an_entry_without_an_address_leads_to_its_newsroom(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("a", "", "One", paragraphs("maize")))
    newsroom.edit(source(partner) + EVERYTHING)

    async def steps(service: Service) -> None:
        await cycle(service)

    play(newsroom, steps)
    assert json.loads(newsroom.read("all.json"))["items"][0]["url"] == partner.url("/")


def test_a_build_removes_what_a_killed_one_left_half_written(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)
    serve(partner, Post("g1", partner.url("/1"), "One", paragraphs("maize")))
    newsroom.settings.output.mkdir(parents=True)
    (newsroom.settings.output / ".unfinished-x").write_bytes(b"<rss")
    play(newsroom, cycle)
    assert list(newsroom.settings.output.rglob(".unfinished-*")) == []
    assert newsroom.read("all.rss").startswith(b"<?xml")


def test_a_renamed_topic_goes_on_under_its_former_name_until_that_is_dropped(
    newsroom: Newsroom, partner: Partner
) -> None:
    posts = [Post(f"g{n}", partner.url(f"/{n}"), f"Maize {n}", paragraphs(f"maize{n}", 2)) for n in range(12)]
    serve(partner, *posts)
    topic = '\n[[topic]]\nid = "{}"\ntitle = "Grain"\nmax_items = 10\n{}'

    async def rename(service: Service, name: str, more: str = "") -> None:
        newsroom.edit(source(partner) + topic.format(name, more))
        await service.take_over(newsroom.config)
        newsroom.clock.forward(hours=1)
        serve(partner, Post("new", partner.url("/new"), "New maize", paragraphs("new", 2)), *posts)
        await cycle(service)

    async def steps(service: Service) -> None:
        await cycle(service)
        assert (newsroom.settings.output / "archive/grain/1.rss").exists()
        await rename(service, "cereals", 'aliases = ["grain"]')
        assert newsroom.read("grain.rss") == newsroom.read("cereals.rss")
        assert b'<atom:link href="https://wire.example/cereals.rss" rel="self"' in newsroom.read("grain.rss")
        assert b"New maize" in newsroom.read("grain/index.html")
        assert not (newsroom.settings.output / "archive/grain").exists()
        grain = newsroom.settings.output / "grain"
        assert {path.name for path in grain.iterdir()} == {"index.html", "index.html.gz"}
        assert b'href="../cereals/2026-11/index.html"' in newsroom.read("grain/index.html")
        await rename(service, "cereals")
        assert not (newsroom.settings.output / "grain.rss").exists()
        assert not (newsroom.settings.output / "grain").exists()

    newsroom.edit(source(partner) + topic.format("grain", ""))
    play(newsroom, steps)
