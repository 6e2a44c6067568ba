"""Feeds that overflow between two polls are read back until something known is met."""

from pathlib import Path

import pytest

from aggregator.service import Service
from tests.newsroom import EVERYTHING, Newsroom, Post, cycle, paragraphs, rss
from tests.partner import Partner
from tests.work.test_poll import play, source

WORDPRESS = b"<channel><generator>https://wordpress.org/?v=6.9</generator>"


@pytest.fixture
def newsroom(tmp_path: Path, partner: Partner) -> Newsroom:
    newsroom = Newsroom(tmp_path)
    newsroom.edit(source(partner) + EVERYTHING)
    return newsroom


def publish(partner: Partner, *names: str, path: str = "/feed", head: bytes = WORDPRESS, guids: str = "") -> None:
    posts = [Post(f"{guids}{name}", partner.url(f"/{name}"), name.title(), paragraphs(name)) for name in names]
    partner.serve(path, rss(posts).replace(b"<channel>", head), headers=[("Content-Type", "application/rss+xml")])


def titles(newsroom: Newsroom) -> list[str]:
    return [title for (title,) in newsroom.rows("SELECT title FROM copy ORDER BY id")]


def asked(partner: Partner) -> list[str]:
    return [request.path for request in partner.requests]


def test_wordpress_is_paged_back_to_what_is_known(newsroom: Newsroom, partner: Partner) -> None:
    async def steps(service: Service) -> None:
        publish(partner, "a", "b")
        await cycle(service)
        publish(partner, "g", "f")
        publish(partner, "e", "d", path="/feed?paged=2")
        publish(partner, "c", "b", path="/feed?paged=3")
        newsroom.clock.forward(hours=5)
        assert await cycle(service) == ["5 new"]

    play(newsroom, steps)
    assert titles(newsroom) == ["B", "A", "C", "D", "E", "F", "G"]
    assert asked(partner) == ["/feed", "/feed", "/feed?paged=2", "/feed?paged=3"]


def test_a_feed_that_names_its_past_is_followed(newsroom: Newsroom, partner: Partner) -> None:
    past = b'<channel><atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="prev-archive" href="/old"/>'

    async def steps(service: Service) -> None:
        publish(partner, "a", head=b"<channel>")
        await cycle(service)
        publish(partner, "d", "c", head=past)
        publish(partner, "b", path="/old", head=b"<channel>")
        newsroom.clock.forward(hours=5)
        assert await cycle(service) == ["3 new"]

    play(newsroom, steps)
    assert asked(partner) == ["/feed", "/feed", "/old"]


def test_paging_back_ends_after_five_pages(newsroom: Newsroom, partner: Partner) -> None:
    async def steps(service: Service) -> None:
        publish(partner, "a")
        await cycle(service)
        publish(partner, "n1", "n0")
        for number in range(2, 20):
            publish(partner, f"n{number}", path=f"/feed?paged={number}")
        newsroom.clock.forward(hours=5)
        assert await cycle(service) == ["7 new"]

    play(newsroom, steps)


def test_a_page_that_is_not_there_ends_it_and_the_feed_is_kept(newsroom: Newsroom, partner: Partner) -> None:
    async def steps(service: Service) -> None:
        publish(partner, "a")
        await cycle(service)
        publish(partner, "c")
        partner.serve("/feed?paged=2", status=500)
        newsroom.clock.forward(hours=5)
        assert await cycle(service) == ["1 new"]

    play(newsroom, steps)


def test_a_gap_that_paging_back_cannot_close_is_told(newsroom: Newsroom, partner: Partner) -> None:
    async def steps(service: Service) -> None:
        publish(partner, "a", "b")
        await cycle(service)
        publish(partner, "h", "g")
        publish(partner, "f", "e", path="/feed?paged=2")
        partner.serve("/feed?paged=3", status=429)
        newsroom.clock.forward(hours=5)
        assert await cycle(service) == ["4 new"]

    play(newsroom, steps)
    ((remark,),) = newsroom.rows("SELECT remark FROM pollstate")
    assert "others may have been missed" in remark


def test_an_overflow_that_cannot_be_made_up_for_is_told(newsroom: Newsroom, partner: Partner) -> None:
    async def steps(service: Service) -> None:
        publish(partner, "a", "b", head=b"<channel>")
        await cycle(service)
        publish(partner, "d", "c", head=b"<channel>")
        newsroom.clock.forward(hours=5)
        await cycle(service)

    play(newsroom, steps)
    ((remark,),) = newsroom.rows("SELECT remark FROM pollstate")
    assert remark.startswith("all 2 entries are new since the last poll, so others may have been missed")


@pytest.mark.parametrize("change", ["the first poll", "one is known", "only the guids are new", "no WordPress"])
def test_without_overflow_nothing_more_is_asked(newsroom: Newsroom, partner: Partner, change: str) -> None:
    head = b"<channel>" if change == "no WordPress" else WORDPRESS

    async def steps(service: Service) -> None:
        publish(partner, "a", "b", head=head)
        await cycle(service)
        newsroom.clock.forward(hours=5)
        match change:
            case "one is known":
                publish(partner, "c", "a")
            case "only the guids are new":
                publish(partner, "a", "b", guids="x")
            case "no WordPress":
                publish(partner, "d", "c", head=head)
        await cycle(service)

    play(newsroom, steps)
    assert set(asked(partner)) == {"/feed"}
