"""The search as readers meet it: what the rights cut is not found, nor what left; whatever is typed is answered."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import lxml.html
import pytest

from aggregator import searching
from aggregator.models import Site, TopicFeed
from aggregator.render.html import render_index, render_topic_page
from aggregator.searching import search_routes
from aggregator.service import Service
from aggregator.web import create_app
from aggregator.work import search as work
from aggregator.work.withdraw import Target, find_target, withdraw
from tests.newsroom import START, Newsroom, Post, cycle, rss
from tests.partner import Partner

BODY = "<p>The ferry <b>sailed</b> at dawn from the old pier.</p>" + "<p>Nobody waited.</p>" * 30
HIDDEN = "<p>Far below stands the word zyzzyva.</p>"
QUIET = "<p>No ferry came, and the band played for an empty square.</p><p>It rained.</p>"
HARBOUR = [
    Post("h1", "https://harbour.example/1", "Canción del ferry <3 & más", BODY + HIDDEN, author="Ana Quispe"),
    Post("h2", "https://harbour.example/2", "A quiet week", QUIET, published_at=START - timedelta(days=2)),
]
VALLEY = [
    Post("v1", "https://valley.example/1", "Un pueblo sin agua", "<p>Los vecinos &lt;script&gt; piden agua.</p>" * 9)
]
FULL = '[source.rights]\nmode = "full"\n'
TOPICS = '[[topic]]\nid = "all"\ntitle = "Everything"\n[[topic]]\nid = "water"\ntitle = "Water"\ninclude = "agua"\n'


def sources(partner: Partner, harbour: str = "", valley: str = "") -> str:
    return "".join(
        f'[[source]]\nid = "{name}"\nname = "The {name.title()}"\nfeed = "{partner.url(f"/{name}")}"\n'
        f'extract.mode = "feed"\nlanguage = "{language}"\n{more}'
        for name, language, more in (("harbour", "en", harbour), ("valley", "es", valley))
    )


@pytest.fixture
def newsroom(tmp_path: Path, partner: Partner) -> Newsroom:
    newsroom = Newsroom(tmp_path)
    partner.serve("/harbour", rss(HARBOUR))
    partner.serve("/valley", rss(VALLEY))
    newsroom.edit(sources(partner) + TOPICS)
    return newsroom


def in_service(newsroom: Newsroom, do: Callable[[Service], Awaitable[None]]) -> None:
    async def run() -> None:
        async with newsroom.service() as service:
            await cycle(service)
            await do(service)

    asyncio.run(run())


async def ask(service: Service, path: str = "/search", method: str = "GET", **asked: str) -> httpx2.Response:
    app = create_app(service.settings.output, search_routes(service.database, lambda: service.config))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://wire.example") as asking:
        return await asking.request(method, f"{path}?{urlencode(asked)}" if asked else path)


async def titles(service: Service, typed: str = "", **asked: str) -> list[str]:
    answer = await ask(service, q=typed, **asked)
    assert answer.status_code == 200
    return [title.text_content() for title in lxml.html.fromstring(answer.content).iterfind(".//h3")]


def test_a_reader_finds_what_the_rights_let_them_see(newsroom: Newsroom, partner: Partner) -> None:
    async def look(service: Service) -> None:
        assert await titles(service, "ferry") == [HARBOUR[0].title, "A quiet week"]
        assert await titles(service, "cancion -quiet") == [HARBOUR[0].title]
        assert await titles(service, '"ana quispe"') == [HARBOUR[0].title]
        assert await titles(service, "zyzzyva") == []
        assert "Canci" in (await ask(service, "/search?q=canción")).text
        assert await titles(service, "", source="valley") == ["Un pueblo sin agua"]
        assert await titles(service, "agua", topic="water", language="es") == ["Un pueblo sin agua"]
        assert await titles(service, "ferry", topic="water") == []
        assert await titles(service, "ferry", **{"to": "2026-11-21"}) == ["A quiet week"]
        assert await titles(service, "ferry", **{"from": "2026-11-22"}) == [HARBOUR[0].title]
        assert await titles(service, "ferry", **{"from": "soon", "to": "9999-12-31"}) == await titles(service, "ferry")
        # More is granted, then less; nothing is fetched for it.
        newsroom.edit(sources(partner, harbour=FULL) + TOPICS)
        await service.take_over(newsroom.config)
        await service.build_due()
        assert await titles(service, "zyzzyva") == [HARBOUR[0].title]
        newsroom.edit(sources(partner, harbour='[source.rights]\nmode = "link"\n') + TOPICS)
        await service.take_over(newsroom.config)
        await service.build_due()
        assert await titles(service, "zyzzyva") == await titles(service, "sailed") == []
        assert await titles(service, "cancion") == [HARBOUR[0].title]
        # A topic that is the only one goes, and its articles with it.
        newsroom.edit(sources(partner) + TOPICS[TOPICS.index("[[topic]]", 5) :])
        await service.take_over(newsroom.config)
        await service.build_due()
        assert await titles(service, "ferry") == []
        assert await titles(service, "agua") == ["Un pueblo sin agua"]

    in_service(newsroom, look)


def test_what_is_withdrawn_is_found_no_more_before_anything_is_built(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(sources(partner, harbour=FULL) + TOPICS)

    async def look(service: Service) -> None:
        assert await titles(service, "zyzzyva") == [HARBOUR[0].title]
        with service.database.transaction() as connection:
            target = find_target(connection, "https://harbour.example/1")
            assert isinstance(target, Target)
            withdraw(connection, target, "asked", "Rosa", START)
        assert await titles(service, "zyzzyva") == []
        assert await titles(service, "ferry") == ["A quiet week"]
        assert service.database.purge_now()
        assert b"zyzzyva" in service.database.path.read_bytes()  # so does SQLite leave it
        assert await service.finish_withdrawals()
        assert [path.name for path in newsroom.folder.glob("store.db*") if b"zyzzyva" in path.read_bytes()] == []
        assert await titles(service, "ferry") == ["A quiet week"]
        await service.build_due()
        assert await titles(service, "zyzzyva") == []

    in_service(newsroom, look)


def test_the_page_marks_words_and_runs_nothing(newsroom: Newsroom) -> None:
    async def look(service: Service) -> None:
        answer = await ask(service, q='ferry "><script>alert(1)</script>')
        assert "<script" not in answer.text
        answer = await ask(service, q="ferry")
        assert "<mark>ferry</mark> &lt;3 &amp; más" in answer.text
        assert ">The <mark>ferry</mark> sailed" in answer.text
        answer = await ask(service, q="script")
        assert "vecinos &lt;<mark>script</mark>&gt; piden" in answer.text
        assert answer.headers["x-robots-tag"] == "noindex"
        assert answer.headers["cache-control"] == "no-store"
        assert "form-action 'self'" in answer.headers["content-security-policy"]
        page = lxml.html.fromstring(answer.content)
        assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]
        assert page.xpath("//link[@rel='stylesheet']/@href") == ["static/style.css"]
        assert page.xpath("//input[@name='q']/@value") == ["script"]
        for field in page.xpath("//input | //select"):
            assert page.xpath(f"//label[@for='{field.get('id')}']")
        assert page.xpath("//select[@name='source']/option/text()") == ["any", "The Harbour", "The Valley"]

    in_service(newsroom, look)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "q=",
        'q="',
        "q=%00%00",
        "q=a%00b",
        "q=%ff%fe",
        "q=%ed%a0%80",
        "q=" + "x" * 10_000,
        "q=" + "%22" * 3_000,
        "q=" + "a+" * 5_000,
        "q=AND+OR+NOT+NEAR(a,b)+^a+{title}:b+(c",
        "q=-",
        "q=-ferry",
        "q=*",
        "q=a*",
        "q=%F0%9F%98%80",
        "q='; DROP TABLE item; --",
        "q=ferry&before=x&after=-1&from=2026-99-99&to=0001-01-01",
        "q=ferry&before=99999999999999999",
        "q=ferry&after=0",
        "q=ferry&q=boat&topic[]=1",
        "topic=%22&source=%00&language=<b>",
        "&&;;==",
    ],
)
def test_whatever_is_asked_is_answered_by_a_page(installed: Service, query: str) -> None:
    answer = asyncio.run(ask(installed, f"/search?{query}"))
    assert answer.status_code == 200
    assert "<h1>Search</h1>" in answer.text
    assert "<b>" not in answer.text


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Service:
    """Give a service that has stopped, whose store can be read all the same."""
    newsroom = Newsroom(tmp_path_factory.mktemp("installed"))
    newsroom.edit(TOPICS)
    kept: list[Service] = []

    async def keep(service: Service) -> None:
        kept.append(service)

    in_service(newsroom, keep)
    return kept[0]


def test_pages_lead_on_with_all_that_was_asked(newsroom: Newsroom, partner: Partner) -> None:
    posts = [
        Post(f"b{n}", f"https://harbour.example/b{n}", f"Boat {n:02d}", published_at=START - timedelta(hours=n))
        for n in range(45)
    ]
    partner.serve("/harbour", rss(posts))

    async def look(service: Service) -> None:
        seen = []
        address = "/search?q=boat&source=harbour"
        for expected in (20, 20, 5):
            page = lxml.html.fromstring((await ask(service, address)).content)
            shown = [title.text_content() for title in page.iterfind(".//h3")]
            assert len(shown) == expected
            seen += shown
            address = "/" + next(iter(page.xpath("//a[@class='earlier']/@href")), "")
            newer = page.xpath("//a[@class='later']/@href")
            assert bool(newer) == (len(seen) > 20)
            if newer:
                back = lxml.html.fromstring((await ask(service, f"/{newer[0]}")).content)
                assert [title.text_content() for title in back.iterfind(".//h3")] == seen[
                    -expected - 20 : len(seen) - expected
                ]
        assert seen == [f"Boat {n:02d}" for n in range(45)]
        assert address == "/"

    in_service(newsroom, look)


def test_pages_lead_to_the_search_where_it_can_be_reached() -> None:
    for is_on in ("off", "on"):
        site = Site("Valley Wire", "https://wire.example/", "wire.example", "2026-11-22", search=is_on)
        feed = TopicFeed("water", "Water", "", "en", "https://wire.example/water/", site, ())
        pages = [
            (render_index(site, [feed]), "search", {}),
            (render_topic_page(feed), "../search", {"topic": "water"}),
            (render_topic_page(replace(feed, query="agua -polo")), "../search", {"q": "agua -polo"}),
        ]
        for page, action, sent in pages:
            forms = lxml.html.fromstring(page).forms
            assert len(forms) == (is_on == "on")
            for form in forms:
                assert (form.method, form.action) == ("GET", action)
                assert {name: value for name, value in form.form_values() if value} == sent


def test_an_article_that_cannot_be_written_stops_no_other(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    whole = work.plain_text

    def fail(html: str) -> str:
        if "band" in html:
            raise ValueError("a mistake of ours")
        return whole(html)

    monkeypatch.setattr(work, "plain_text", fail)

    async def look(service: Service) -> None:
        assert await titles(service, "ferry") == [HARBOUR[0].title]
        assert await titles(service, "agua") == ["Un pueblo sin agua"]

    in_service(newsroom, look)
    assert caplog.text.count("writing 1 items into the search index failed") == 1


def test_too_many_at_once_are_told_to_come_back(installed: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "_MOST_WAITING", 0)

    async def look() -> None:
        answer = await ask(installed, q="ferry")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "try again in a few seconds" in answer.text
        assert (await ask(installed, method="POST")).status_code == 405
        assert (await ask(installed, "/search/?q=ferry")).headers["location"] == "../search?q=ferry"

    asyncio.run(look())


@pytest.mark.parametrize(
    ("asked_at", "goes_on"),
    [
        ([0.0, 0.024], [True]),
        ([0.0, 0.026], [False]),
        ([0.0, 0.01, 0.02, 0.03, 0.041], [True, True, True, False]),
        ([0.0, 0.03, 0.04], [False, False]),
    ],
)
def test_a_search_ends_before_the_part_that_would_take_too_long(asked_at: list[float], goes_on: list[bool]) -> None:
    clock = iter(asked_at)
    may_go_on = searching._patience(lambda: next(clock))
    assert [may_go_on() for _ in goes_on] == goes_on
