"""Which entries are the same article, over time and between sources: no id is lost, none is given away."""

from pathlib import Path

import pytest

from aggregator.service import Service
from tests.newsroom import EVERYTHING, Newsroom, Post, cycle, page, paragraphs
from tests.partner import Partner
from tests.work.test_poll import play, serve, source

HTML = [("Content-Type", "text/html; charset=utf-8")]
BLURB = (
    "<p>Every week we talk with the people who make the valley what it is, from the bakers of the upper town to the "
    "boatmen of the lake, about work, water, weather and whatever else comes up.</p>"
)


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path)


def titles(newsroom: Newsroom) -> list[str]:
    return [title for (title,) in newsroom.rows("SELECT title FROM item WHERE state = 'published' ORDER BY title")]


async def one_cycle(service: Service) -> None:
    await cycle(service)


def test_episodes_with_one_description_stay_apart(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner, more='extract.mode = "feed"') + EVERYTHING)
    serve(partner, *(Post(f"e{n}", partner.url(f"/{n}"), f"Episode {n}", BLURB) for n in range(3)))
    play(newsroom, one_cycle)
    assert titles(newsroom) == ["Episode 0", "Episode 1", "Episode 2"]


def test_a_wall_before_every_page_is_no_article(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)
    serve(partner, *(Post(f"e{n}", partner.url(f"/{n}"), f"Story {n}", summary=f"About {n}.") for n in range(4)))
    for n in range(4):
        partner.serve(f"/{n}", page("Please wait", paragraphs("wall", 4)), headers=HTML)
    play(newsroom, one_cycle)
    assert titles(newsroom) == ["Story 0", "Story 1", "Story 2", "Story 3"]
    assert newsroom.rows("SELECT count(*) FROM copy WHERE body_from = 'page'") == [(1,)]


def test_pages_that_all_declare_their_section_stay_apart(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)
    canonical = f'<link rel="canonical" href="{partner.url("/news")}">'
    for n in range(3):
        partner.serve(f"/{n}", page(f"Story {n}", paragraphs(f"maize{n}"), canonical), headers=HTML)
    serve(partner, *(Post(f"e{n}", partner.url(f"/{n}"), f"Story {n}", summary=f"About {n}.") for n in range(3)))
    play(newsroom, one_cycle)
    assert titles(newsroom) == ["Story 0", "Story 1", "Story 2"]


def test_a_page_that_shows_another_article_every_day_has_many_items(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)

    async def steps(service: Service) -> None:
        serve(partner, Post("g1", partner.url("/briefing"), "Monday: strike", paragraphs("strike")))
        await cycle(service)
        ((monday,),) = newsroom.rows("SELECT public_id FROM item")
        serve(partner, Post("g2", partner.url("/briefing"), "Tuesday: election", paragraphs("election")))
        assert await cycle(service) == ["1 new"]
        assert newsroom.rows("SELECT title FROM item WHERE public_id = '" + monday + "'") == [("Monday: strike",)]

    play(newsroom, steps)
    assert titles(newsroom) == ["Monday: strike", "Tuesday: election"]


def test_addresses_that_swap_do_not_swap_ids(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)

    async def steps(service: Service) -> None:
        serve(partner, Post("g1", partner.url("/today"), "Monday", paragraphs("strike")))
        await cycle(service)
        ((monday,),) = newsroom.rows("SELECT public_id FROM item")
        serve(
            partner,
            Post("g1", partner.url("/monday"), "Monday", paragraphs("strike")),
            Post("g2", partner.url("/today"), "Tuesday", paragraphs("election")),
        )
        await cycle(service)
        assert newsroom.rows(f"SELECT title FROM item WHERE public_id = '{monday}'") == [("Monday",)]

    play(newsroom, steps)
    assert titles(newsroom) == ["Monday", "Tuesday"]


def test_a_headline_under_a_used_guid_is_a_new_item(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner, more='extract.mode = "feed"') + EVERYTHING)

    async def steps(service: Service) -> None:
        serve(partner, Post("0", partner.url("/1"), "Bridge opens"))
        await cycle(service)
        serve(partner, Post("0", partner.url("/2"), "Election results announced"))
        await cycle(service)

    play(newsroom, steps)
    assert titles(newsroom) == ["Bridge opens", "Election results announced"]


def test_a_stub_that_grows_in_the_feed_is_taken_over(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner, more='rights.mode = "full"') + EVERYTHING)
    partner.serve("/1", page("One", paragraphs("maize", 3)), headers=HTML)

    async def steps(service: Service) -> None:
        serve(partner, Post("g1", partner.url("/1"), "One", summary="A stub."))
        await cycle(service)
        serve(partner, Post("g1", partner.url("/1"), "One", paragraphs("maize", 9)))
        await cycle(service)

    play(newsroom, steps)
    assert "plot 9" in newsroom.read("all.rss").decode()


def test_an_entry_edited_into_another_sources_article_joins_it(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner, "valley", "/v") + source(partner, "wire", "/w") + EVERYTHING)

    async def steps(service: Service) -> None:
        serve(partner, Post("v1", partner.url("/v1"), "One", paragraphs("maize")), path="/v")
        serve(partner, Post("w1", partner.url("/w1"), "Draft", paragraphs("barley")), path="/w")
        await cycle(service)
        assert titles(newsroom) == ["Draft", "One"]
        serve(partner, Post("w1", partner.url("/w1"), "One", paragraphs("maize")), path="/w")
        await cycle(service)

    play(newsroom, steps)
    assert titles(newsroom) == ["One"]


def test_churning_guids_do_not_ask_for_pages_again(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)
    partner.serve("/1", page("One", paragraphs("maize")), headers=HTML)

    async def steps(service: Service) -> None:
        for poll in range(4):
            serve(partner, Post(f"g{poll}", partner.url("/1"), "One", summary="In short."))
            await cycle(service)

    play(newsroom, steps)
    assert len([request for request in partner.requests if request.path == "/1"]) == 1


BYLINES = """
[[source]]
id = "friends"
name = "Friends of the Valley"
kind = "byline"
byline.match = ["Friends of the Valley"]
"""


def test_what_nobody_has_seen_does_not_outlive_what_readers_know(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(
        source(partner, "outlook", "/o", 'collect = "bylines"') + source(partner, "valley", "/v") + BYLINES + EVERYTHING
    )

    async def steps(service: Service) -> None:
        serve(partner, Post("o1", partner.url("/o1"), "Held", paragraphs("maize")), path="/o")
        serve(partner, Post("v1", partner.url("/v1"), "Seen", paragraphs("barley")), path="/v")
        await cycle(service)
        ((seen,),) = newsroom.rows("SELECT public_id FROM item WHERE state = 'published'")
        assert newsroom.rows("SELECT first_published_at FROM item WHERE state = 'held'") == [(None,)]
        newsroom.clock.forward(hours=1)
        serve(partner, Post("v1", partner.url("/v1"), "Held", paragraphs("maize")), path="/v")
        await cycle(service)
        assert newsroom.rows("SELECT public_id FROM item WHERE state = 'published'") == [(seen,)]

    play(newsroom, steps)
    assert newsroom.read("all.rss").count(b"<item>") == 1


def test_a_held_item_goes_out_in_the_very_build_that_lets_it_go(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("o1", partner.url("/o1"), "Held", paragraphs("maize")))
    newsroom.edit(source(partner, more='collect = "bylines"') + BYLINES + EVERYTHING)
    play(newsroom, one_cycle)
    assert titles(newsroom) == []
    newsroom.edit(source(partner) + EVERYTHING)

    async def build(service: Service) -> None:
        await service.build()

    play(newsroom, build)
    assert b"<title>Held</title>" in newsroom.read("all.rss")
    assert b"Corrected" not in newsroom.read("all.rss")


def test_a_text_older_than_120_days_is_not_in_the_index(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)

    async def story(service: Service) -> None:
        serve(partner, Post("old", partner.url("/old"), "The old road", paragraphs("road")))
        await one_cycle(service)
        newsroom.clock.forward(days=121)
        serve(partner, Post("new", partner.url("/new"), "The new bridge", paragraphs("bridge")))
        await one_cycle(service)
        await service.forget_old()

    play(newsroom, story)
    indexed = newsroom.rows("SELECT DISTINCT c.guid FROM shingle s JOIN copy c ON c.id = s.copy_id")
    assert indexed == [("new",)]
