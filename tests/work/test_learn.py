"""What a source repeats leaves its articles: new ones at once, those kept before as soon as it is known."""

from pathlib import Path

import pytest

from aggregator.reports.boilerplate import gather_removals
from aggregator.service import Service
from tests.newsroom import EVERYTHING, Newsroom, Post, cycle, page, paragraphs
from tests.partner import Partner
from tests.work.test_page import HTML
from tests.work.test_poll import play, serve, source

FULL = 'rights.mode = "full"'
APPEAL = "<p>Support our newsroom: donate today, every peso helps us print.</p>"


@pytest.fixture
def newsroom(tmp_path: Path, partner: Partner) -> Newsroom:
    newsroom = Newsroom(tmp_path)
    newsroom.edit(source(partner, more=FULL) + EVERYTHING)
    return newsroom


def post(partner: Partner, name: str, appeal: str = APPEAL, count: int = 8) -> Post:
    return Post(name, partner.url(f"/{name}"), name.title(), paragraphs(name, count) + appeal)


def shown(newsroom: Newsroom) -> dict[str, bool]:
    """Map the titles of copies to whether their text still asks for money."""
    rows = newsroom.rows("SELECT title, text LIKE '%donate today%' FROM copy ORDER BY title")
    return {title: bool(asks) for title, asks in rows}


def test_an_appeal_goes_from_all_articles_that_come_together(newsroom: Newsroom, partner: Partner) -> None:
    async def steps(service: Service) -> None:
        serve(partner, *[post(partner, name) for name in ("maize", "rice", "beans")])
        await cycle(service)

    play(newsroom, steps)
    assert shown(newsroom) == {"Maize": False, "Rice": False, "Beans": False}
    assert b"donate" not in newsroom.read("all.atom")


def test_what_went_is_listed_with_its_reason(newsroom: Newsroom, partner: Partner) -> None:
    async def steps(service: Service) -> None:
        serve(partner, *[post(partner, name) for name in ("maize", "rice", "beans")])
        await cycle(service)
        (removal,) = await service.database.read(gather_removals, "valley")
        assert removal.text == "Support our newsroom: donate today, every peso helps us print."
        assert (removal.articles, removal.why) == (3, "asks the reader, in 2 other articles")

    play(newsroom, steps)


def test_what_is_known_later_leaves_what_was_kept_before_and_moves_no_date(
    newsroom: Newsroom, partner: Partner
) -> None:
    async def steps(service: Service) -> None:
        serve(partner, post(partner, "maize"))
        await cycle(service)
        assert shown(newsroom) == {"Maize": True}
        newsroom.clock.forward(hours=5)
        serve(partner, post(partner, "rice"), post(partner, "maize"))
        await cycle(service)
        assert shown(newsroom) == {"Maize": False, "Rice": False}

    play(newsroom, steps)
    feed = newsroom.read("all.atom").decode()
    assert "donate" not in feed
    assert "Corrected" not in feed
    assert newsroom.rows("SELECT count(*) FROM item WHERE updated_at = published_at") == [(2,)]
    assert newsroom.rows("SELECT count(*) FROM copy WHERE feed_html LIKE '%donate today%'") == [(2,)]


def test_an_edit_counts_an_article_once(newsroom: Newsroom, partner: Partner) -> None:
    async def steps(service: Service) -> None:
        for count in (8, 9, 10):
            serve(partner, post(partner, "maize", count=count))
            await cycle(service)
            newsroom.clock.forward(hours=5)

    play(newsroom, steps)
    assert shown(newsroom) == {"Maize": True}
    assert newsroom.rows("SELECT copies FROM block WHERE fingerprint = 0") == [(1,)]
    assert newsroom.rows("SELECT max(copies), min(copies) FROM block WHERE copies > 0") == [(1, 1)]


def test_pages_are_learned_from_too(newsroom: Newsroom, partner: Partner) -> None:
    names = ("maize", "rice", "beans")
    serve(partner, *[Post(name, partner.url(f"/{name}"), name.title(), summary=f"The {name}.") for name in names])
    for name in names:
        partner.serve(f"/{name}", page(name.title(), paragraphs(name) + APPEAL), headers=HTML)

    async def steps(service: Service) -> None:
        await service.poll(service.config.sources, lambda _: None)
        await service.fetch_pages(lambda _: None)
        # They were read at the same time, none of them knowing of the others.
        assert newsroom.rows("SELECT count(*) FROM relearn") == [(3,)]
        await service.relearn()

    play(newsroom, steps)
    assert not any(shown(newsroom).values())
    assert newsroom.rows("SELECT body_from FROM copy GROUP BY 1") == [("page",)]


def test_each_source_is_known_by_itself(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner, more=FULL) + source(partner, "hills", "/hills", FULL) + EVERYTHING)

    async def steps(service: Service) -> None:
        serve(partner, post(partner, "maize"))
        serve(partner, post(partner, "rice"), path="/hills")
        await cycle(service)

    play(newsroom, steps)
    assert shown(newsroom) == {"Maize": True, "Rice": True}


def test_an_editor_may_switch_it_off(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner, more=FULL + '\nextract.boilerplate = "off"') + EVERYTHING)

    async def steps(service: Service) -> None:
        serve(partner, *[post(partner, name) for name in ("maize", "rice")])
        await cycle(service)

    play(newsroom, steps)
    assert all(shown(newsroom).values())
