"""Archive documents: a reader walks back to the first item, and what is closed stays as it is."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from aggregator.models import Rights, TopicFeed
from aggregator.render.jsonfeed import render_json
from aggregator.render.xmlfeed import render_atom, render_rss
from aggregator.rights.cut import cut
from aggregator.service import Service
from aggregator.work.assemble import Assembled
from aggregator.work.build import fit
from tests.newsroom import EVERYTHING, START, Newsroom, Post, cycle, paragraphs
from tests.partner import Partner
from tests.rights.cases import SITE, allow
from tests.rights.test_cut import ITEM
from tests.work.test_poll import play, serve, source

ATOM = "{http://www.w3.org/2005/Atom}"
SMALL = EVERYTHING + "max_items = 10\n"


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path)


def posts(partner: Partner, first: int, last: int, words: int = 3) -> list[Post]:
    """Make posts that were published an hour apart, the newest first."""
    return [
        Post(
            f"g{n}",
            partner.url(f"/{n}"),
            f"Post {n}",
            paragraphs(f"crop{n}", words),
            published_at=START - timedelta(days=1) + timedelta(hours=n),
        )
        for n in range(last, first - 1, -1)
    ]


def walk(newsroom: Newsroom, suffix: str) -> list[list[str]]:
    """Follow the links from the live feed to the first document; the titles of each."""
    base, name, pages = "https://wire.example/", f"all.{suffix}", []
    while name:
        content = newsroom.read(name)
        if suffix == "json":
            document: Any = json.loads(content)
            pages.append([item["title"] for item in document["items"]])
            before = document.get("next_url", "")
        else:
            feed = etree.fromstring(content)
            items = feed.findall(f"{ATOM}entry/{ATOM}title") or feed.findall("channel/item/title")
            pages.append([item.text or "" for item in items])
            links = {link.get("rel"): link.get("href") for link in feed.iter(f"{ATOM}link")}
            before = links.get("prev-archive") or ""
            if len(pages) > 1:
                assert links["current"] == f"{base}all.{suffix}"
                assert feed.find(".//{http://purl.org/syndication/history/1.0}archive") is not None
        name = before.removeprefix(base)
    return pages


def archive(newsroom: Newsroom) -> dict[str, bytes]:
    folder = newsroom.settings.output / "archive" / "all"
    files = folder.iterdir() if folder.exists() else ()
    return {path.name: path.read_bytes() for path in files if path.suffix != ".gz"}


def test_a_reader_walks_back_to_the_first_item_in_every_format(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + SMALL)

    async def steps(service: Service) -> None:
        for last in (3, 9, 14, 24, 33):
            serve(partner, *posts(partner, max(1, last - 11), last))
            await cycle(service)
            newsroom.clock.forward(hours=12)
            pages = walk(newsroom, "json")
            assert pages == walk(newsroom, "atom") == walk(newsroom, "rss")
            assert {title for page in pages for title in page} == {f"Post {n}" for n in range(1, last + 1)}
            closed = [title for page in pages[1:] for title in page]
            assert len(closed) == len(set(closed)) == last // 10 * 10
            assert [len(page) for page in pages] == [min(last, 10)] + [10] * (last // 10)
        assert pages[-1] == [f"Post {n}" for n in range(10, 0, -1)]

    play(newsroom, steps)


def test_a_closed_document_never_changes_with_what_comes_later(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + SMALL)

    async def steps(service: Service) -> None:
        serve(partner, *posts(partner, 1, 12))
        await cycle(service)
        before = archive(newsroom)
        assert set(before) == {"1.rss", "1.atom", "1.json"}
        serve(partner, *posts(partner, 13, 24))
        newsroom.clock.forward(days=1)
        await cycle(service)
        after = archive(newsroom)
        assert len(after) == 6
        assert {name: after[name] for name in before} == before

    play(newsroom, steps)


def test_a_changed_rule_leaves_archives_alone_and_a_narrowed_right_does_not(
    newsroom: Newsroom, partner: Partner
) -> None:
    newsroom.edit(source(partner, more='rights.mode = "full"') + SMALL)

    async def change(service: Service, text: str) -> None:
        newsroom.edit(text)
        await service.take_over(newsroom.config)
        await service.build_due()

    async def steps(service: Service) -> None:
        serve(partner, *posts(partner, 1, 12))
        await cycle(service)
        before = archive(newsroom)
        await change(service, source(partner, more='rights.mode = "full"') + SMALL + 'exclude = "crop4"\n')
        assert archive(newsroom) == before
        await change(service, source(partner, more='rights.mode = "link"') + SMALL)
        assert b"crop4" in before["1.rss"]
        assert not any(b"crop" in content for content in archive(newsroom).values())
        assert len(walk(newsroom, "json")[1]) == 10

    play(newsroom, steps)


def test_archives_that_were_lost_come_back_and_those_of_a_topic_that_is_gone_go(
    newsroom: Newsroom, partner: Partner
) -> None:
    newsroom.edit(source(partner) + SMALL)

    async def steps(service: Service) -> None:
        serve(partner, *posts(partner, 1, 12))
        await cycle(service)
        before = archive(newsroom)
        (newsroom.settings.output / "archive/all/1.atom").unlink()
        await service.build()
        assert archive(newsroom) == before
        newsroom.edit(source(partner))
        await service.take_over(newsroom.config)
        await service.build()
        assert not (newsroom.settings.output / "archive/all").exists()

    play(newsroom, steps)


def large(items: int, hours: int = 3) -> TopicFeed:
    """Make a feed of items of 40 kB each, the newest some hours old and the others a day older each."""
    one = cut(replace(ITEM, html=f"<p>{'word ' * 8000}</p>"), allow(Rights(mode="full")))
    made = tuple(
        replace(one, id=f"{one.id[:-2]}{n:02}", sort_at=START - timedelta(days=n, hours=hours)) for n in range(items)
    )
    return TopicFeed("all", "All", "", "en", "https://wire.example/all/", SITE, made, changed_at=START)


def test_a_feed_that_would_be_too_large_holds_fewer_items_in_every_format() -> None:
    feed = fit(Assembled(large(60), None, least=0), START)
    assert feed.items == large(60).items[: len(feed.items)]
    sizes = [len(render(feed)) for render in (render_rss, render_atom, render_json)]
    assert 950_000 < max(sizes) < 1_000_000


@pytest.mark.parametrize(
    ("items", "least", "kept"),
    [(20, 0, 20), (60, 40, 40), (60, 60, 60)],
    ids=["a feed that fits", "what stands in no archive stays", "all of it stands in none"],
)
def test_what_stands_in_no_archive_is_never_left_out(items: int, least: int, kept: int) -> None:
    assert len(fit(Assembled(large(items), None, least), START).items) == kept


def test_what_came_lately_is_never_left_out() -> None:
    feed = large(60)
    at_once = replace(feed, items=tuple(replace(item, sort_at=START) for item in feed.items))
    assert len(fit(Assembled(at_once, None), START).items) == 60
