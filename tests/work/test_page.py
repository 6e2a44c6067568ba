"""Fetching one page, seen from the store and from the partner."""

from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.service import Service
from aggregator.store import polls
from tests.newsroom import EVERYTHING, START, Newsroom, Post, cycle, page, paragraphs
from tests.partner import Headers, Partner
from tests.work.test_poll import play, serve, source

HTML = [("Content-Type", "text/html; charset=utf-8")]
FULL = 'rights.mode = "full"'


@pytest.fixture
def newsroom(tmp_path: Path, partner: Partner) -> Newsroom:
    newsroom = Newsroom(tmp_path)
    newsroom.edit(source(partner, more=FULL) + EVERYTHING)
    return newsroom


async def one_cycle(service: Service) -> None:
    await cycle(service)


def test_an_excerpt_gets_its_body_from_the_page(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("g1", partner.url("/1"), "One", summary="The maize cooperative met. [&#8230;]"))
    partner.serve("/1", page("One", paragraphs("maize")), headers=HTML)
    play(newsroom, one_cycle)
    assert newsroom.rows("SELECT body_from FROM copy") == [("page",)]
    feed = newsroom.read("all.rss").decode()
    assert "plot 8" in feed
    assert "my uncle" not in feed  # readers' comments are not ours


def test_a_full_feed_wants_no_page(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("g1", partner.url("/1"), "One", paragraphs("maize")))
    play(newsroom, one_cycle)
    assert [request.path for request in partner.requests] == ["/feed"]


def test_a_page_with_less_than_the_feed_loses(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("g1", partner.url("/1"), "One", paragraphs("maize", 5)))
    partner.serve("/1", page("One", paragraphs("maize", 2)), headers=HTML)
    play(newsroom, one_cycle)
    assert newsroom.rows("SELECT body_from FROM copy") == [("feed",)]
    assert "plot 5" in newsroom.read("all.rss").decode()


def test_an_item_goes_out_with_the_feeds_text_when_its_page_fails(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("g1", partner.url("/1"), "One", summary="The maize cooperative met."))
    partner.serve("/1", b"", status=503)

    async def steps(service: Service) -> None:
        await cycle(service)
        assert "The maize cooperative met." in newsroom.read("all.rss").decode()
        newsroom.clock.forward(minutes=11)
        partner.serve("/1", page("One", paragraphs("maize")), headers=HTML)
        await cycle(service)
        assert "plot 8" in newsroom.read("all.rss").decode()

    play(newsroom, steps)
    assert newsroom.rows("SELECT tries, due_at FROM pagestate") == [(2, None)]


def test_a_page_is_given_up_after_five_attempts(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("g1", partner.url("/1"), "One", summary="The maize cooperative met."))
    partner.serve("/1", b"", status=503)

    async def steps(service: Service) -> None:
        for _ in range(8):
            await cycle(service)
            newsroom.clock.forward(hours=25)

    play(newsroom, steps)
    assert len([request for request in partner.requests if request.path == "/1"]) == 5


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_is_not_asked_for_again(newsroom: Newsroom, partner: Partner, status: int) -> None:
    serve(partner, Post("g1", partner.url("/1"), "One", summary="The maize cooperative met."))
    partner.serve("/1", b"", status=status)
    play(newsroom, one_cycle)
    assert newsroom.rows("SELECT status, due_at FROM pagestate") == [(f"answered {status}", None)]
    assert newsroom.rows("SELECT state FROM item") == [("published",)]


def test_an_item_waits_for_its_page_but_not_for_ever(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("g1", partner.url("/1"), "One", summary="The maize cooperative met."))

    async def steps(service: Service) -> None:
        await service.poll([service.config.sources[0]], lambda _: None)
        await service.build()
        assert newsroom.rows("SELECT state FROM item") == [("pending",)]
        newsroom.clock.forward(minutes=10)
        await service.build()
        assert newsroom.rows("SELECT state FROM item") == [("published",)]

    play(newsroom, steps)


def test_a_page_that_names_another_sources_article_as_canonical_joins_it(tmp_path: Path, partner: Partner) -> None:
    newsroom = Newsroom(tmp_path)
    newsroom.edit(source(partner, "valley", "/v", FULL) + source(partner, "wire", "/w", FULL) + EVERYTHING)
    serve(partner, Post("v1", partner.url("/one"), "One", paragraphs("maize")), path="/v")
    serve(partner, Post("w1", partner.url("/copy"), "Our copy", summary="Maize again."), path="/w")
    canonical = f'<link rel="canonical" href="{partner.url("/one")}">'
    partner.serve("/copy", page("Our copy", paragraphs("maize", 7), canonical), headers=HTML)
    play(newsroom, one_cycle)
    assert newsroom.rows("SELECT title, origin_source FROM item WHERE state = 'published'") == [("One", "valley")]
    assert newsroom.rows("SELECT count(*) FROM item WHERE state = 'merged'") == [(1,)]
    assert newsroom.read("all.rss").count(b"<item>") == 1


def test_two_published_items_that_turn_out_to_be_one_leave_a_tombstone(tmp_path: Path, partner: Partner) -> None:
    newsroom = Newsroom(tmp_path)
    newsroom.edit(source(partner, "valley", "/v", FULL) + source(partner, "wire", "/w", FULL) + EVERYTHING)

    async def steps(service: Service) -> None:
        serve(partner, Post("v1", partner.url("/one"), "One", paragraphs("maize")), path="/v")
        serve(partner, Post("w1", partner.url("/copy"), "Our copy", summary="Maize again."), path="/w")
        partner.serve("/copy", b"", status=503)
        await cycle(service)
        assert newsroom.read("all.rss").count(b"<item>") == 2
        newsroom.clock.forward(minutes=11)
        partner.serve("/copy", page("Our copy", paragraphs("maize")), headers=HTML)
        await cycle(service)

    play(newsroom, steps)
    ((gone,),) = newsroom.rows("SELECT public_id FROM item WHERE state = 'merged'")
    assert newsroom.read("all.rss").count(b"<item>") == 1
    assert f'deleted-entry ref="{gone}"' in newsroom.read("all.atom").decode()


def test_a_sources_headers_go_to_its_own_host_only(tmp_path: Path, partner: Partner) -> None:
    newsroom = Newsroom(tmp_path)
    newsroom.edit(source(partner, more='fetch.headers = {Authorization = "Basic c2VjcmV0"}') + EVERYTHING)
    serve(
        partner,
        Post("g1", partner.url("/here"), "One", summary="Here."),
        Post("g2", partner.url("/there", host="localhost"), "Two", summary="There."),
    )
    play(newsroom, one_cycle)
    sent = {request.path: request.header("Authorization") for request in partner.requests}
    assert sent == {"/feed": "Basic c2VjcmV0", "/here": "Basic c2VjcmV0", "/there": None, "/robots.txt": None}


def test_a_source_that_wants_no_pages_any_more_gets_no_requests(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("g1", partner.url("/1"), "One", summary="The maize cooperative met."))
    partner.serve("/1", b"", status=503)

    async def first(service: Service) -> None:
        await cycle(service)

    async def later(service: Service) -> None:
        newsroom.clock.forward(hours=1)
        await service.fetch_pages(lambda _: None)

    play(newsroom, first)
    for change in ("enabled = false", 'extract.mode = "feed"'):
        newsroom.edit(source(partner, more=change) + EVERYTHING)
        play(newsroom, later)
    assert len([request for request in partner.requests if request.path == "/1"]) == 1


def test_a_source_with_many_pages_does_not_keep_others_waiting(tmp_path: Path, partner: Partner) -> None:
    newsroom = Newsroom(tmp_path)
    newsroom.edit(source(partner, "big", "/b", FULL) + source(partner, "small", "/s", FULL) + EVERYTHING)
    serve(partner, *(Post(f"b{n}", partner.url(f"/b{n}"), f"B {n}", summary="Short.") for n in range(150)), path="/b")
    old = START - timedelta(days=3)
    serve(partner, Post("s", partner.url("/s1"), "S", summary="Short.", published_at=old), path="/s")

    async def steps(service: Service) -> None:
        await service.poll([*service.config.sources], lambda _: None)
        pages = await service.database.read(polls.due_pages, newsroom.clock(), 100)
        assert {page.source for page in pages} == {"big", "small"}

    play(newsroom, steps)


def test_a_page_whose_host_wants_days_of_rest_ends_the_round(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner, more=FULL + '\nfetch.max_interval = "7d"') + EVERYTHING)
    serve(partner, Post("g1", partner.url("/1"), "One", summary="The maize cooperative met."))
    partner.serve("/1", status=429, headers=[("Retry-After", "259200")])

    async def steps(service: Service) -> None:
        for _ in range(3):
            await cycle(service)
            newsroom.clock.forward(days=1)

    play(newsroom, steps)
    assert [request.path for request in partner.requests].count("/1") == 1


def test_a_page_whose_excerpt_alone_changes_is_read_again_after_a_day(newsroom: Newsroom, partner: Partner) -> None:
    partner.serve("/1", page("One", paragraphs("maize")), headers=HTML)

    async def steps(service: Service) -> None:
        for hour in range(30):
            serve(partner, Post("g1", partner.url("/1"), "One", summary=f"The maize met. {hour} comments"))
            await cycle(service)
            newsroom.clock.forward(hours=1)

    play(newsroom, steps)
    assert [request.path for request in partner.requests].count("/1") == 2


# --- robots.txt ------------------------------------------------------------------------------------------------------


def posted(partner: Partner, *names: str) -> None:
    """Serve a feed of excerpts, each with its page."""
    posts = [Post(name, partner.url(f"/{name}"), name.title(), summary=f"The {name} met.") for name in names]
    serve(partner, *posts)
    for name in names:
        partner.serve(f"/{name}", page(name.title(), paragraphs(name)), headers=HTML)


def test_robots_txt_keeps_us_from_a_page_but_not_from_the_feed(newsroom: Newsroom, partner: Partner) -> None:
    posted(partner, "maize", "rice")
    partner.serve("/robots.txt", b"User-agent: *\nDisallow: /feed\nDisallow: /maize\n")
    play(newsroom, one_cycle)
    asked = [request.path for request in partner.requests]
    assert asked.count("/robots.txt") == 1
    assert "/maize" not in asked
    assert "/rice" in asked
    assert newsroom.rows(
        "SELECT title, body_from, p.due_at FROM copy JOIN pagestate p ON copy_id = copy.id ORDER BY title DESC"
    ) == [
        ("Rice", "page", None),
        ("Maize", "feed", None),
    ]
    ((status,),) = newsroom.rows("SELECT status FROM pagestate JOIN copy ON copy_id = copy.id WHERE title = 'Maize'")
    assert status == f"robots.txt of 127.0.0.1:{partner.port} asks us not to fetch it"


def test_robots_txt_counts_where_a_page_redirects_to(newsroom: Newsroom, partner: Partner) -> None:
    posted(partner, "maize")
    partner.redirect("/maize", "/private/maize")
    partner.serve("/private/maize", page("Maize", paragraphs("maize")), headers=HTML)
    partner.serve("/robots.txt", b"User-agent: *\nDisallow: /private\n")
    play(newsroom, one_cycle)
    assert "/private/maize" not in [request.path for request in partner.requests]
    assert newsroom.rows("SELECT body_from, due_at FROM copy JOIN pagestate ON copy_id = copy.id") == [("feed", None)]


def test_a_robots_txt_that_cannot_be_read_means_no_for_now(newsroom: Newsroom, partner: Partner) -> None:
    posted(partner, "maize")
    partner.serve("/robots.txt", status=503)

    async def steps(service: Service) -> None:
        await cycle(service)
        assert "/maize" not in [request.path for request in partner.requests]
        partner.serve("/robots.txt", status=404)
        newsroom.clock.forward(hours=2)
        await cycle(service)
        assert newsroom.rows("SELECT body_from FROM copy") == [("page",)]

    play(newsroom, steps)


def test_robots_txt_is_remembered_across_restarts(newsroom: Newsroom, partner: Partner) -> None:
    partner.serve("/robots.txt", b"User-agent: *\nDisallow: /private\n", headers=[("ETag", '"r1"')])
    for name in ("maize", "rice"):
        posted(partner, name)
        play(newsroom, one_cycle)
    newsroom.clock.forward(days=1)
    posted(partner, "beans")
    play(newsroom, one_cycle)
    seen = [request.header("If-None-Match") for request in partner.requests if request.path == "/robots.txt"]
    assert seen == [None, '"r1"']


def test_with_a_permission_robots_txt_is_not_asked_for(newsroom: Newsroom, partner: Partner) -> None:
    permission = 'rights.agreement = "letter of 3 May"\nfetch.robots = "ignore"'
    newsroom.edit(source(partner, more=permission) + EVERYTHING)
    posted(partner, "maize")
    partner.serve("/robots.txt", b"User-agent: *\nDisallow: /\n")
    play(newsroom, one_cycle)
    assert newsroom.rows("SELECT body_from FROM copy") == [("page",)]
    assert "/robots.txt" not in [request.path for request in partner.requests]


def test_what_a_page_asks_of_robots_is_noted(newsroom: Newsroom, partner: Partner) -> None:
    posted(partner, "maize", "rice", "beans")
    head = '<meta name="robots" content="index, NoArchive">'
    partner.serve("/maize", page("Maize", paragraphs("maize"), head), headers=HTML)
    partner.serve("/rice", page("Rice", paragraphs("rice")), headers=[*HTML, ("X-Robots-Tag", "noarchive, nosnippet")])
    play(newsroom, one_cycle)
    found = newsroom.rows("SELECT title, restrictions FROM copy ORDER BY title")
    assert found == [("Beans", "[]"), ("Maize", '["noarchive"]'), ("Rice", '["noarchive"]')]


# --- pages that are none ---------------------------------------------------------------------------------------------

LOGIN = b"""<!doctype html><html><head><title>Log In</title></head><body class="login"><form id="loginform"
action="/wp-login.php" method="post"><input name="log"><input type="password" name="pwd"></form></body></html>"""


@pytest.mark.parametrize(
    ("body", "headers", "is_final"),
    [
        pytest.param(b"%PDF-1.7 " + b"x" * 2000, [("Content-Type", "application/pdf")], True, id="a PDF"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"x" * 2000, [("Content-Type", "text/html")], True, id="a picture as HTML"),
        pytest.param(LOGIN, HTML, False, id="a login page"),
        pytest.param(
            b"<html><head><title>Page not found</title></head><body><h1>Page not found</h1>"
            b"<p>Nothing stands at this address. Try the search, or go back to the first page.</p></body></html>",
            HTML,
            True,
            id="a 404 that says 200",
        ),
    ],
)
def test_what_is_no_article_never_becomes_a_body(
    newsroom: Newsroom, partner: Partner, body: bytes, headers: Headers, is_final: bool
) -> None:
    posted(partner, "maize")
    partner.serve("/maize", body, headers=headers)
    play(newsroom, one_cycle)
    assert newsroom.rows("SELECT body_from FROM copy") == [("feed",)]
    assert newsroom.rows("SELECT due_at IS NULL FROM pagestate") == [(is_final,)]


def test_an_article_that_redirects_to_the_home_page_is_none(newsroom: Newsroom, partner: Partner) -> None:
    posted(partner, "2026/maize")
    partner.redirect("/2026/maize", "/")
    partner.serve("/", page("Valley News", paragraphs("rice", 20)), headers=HTML)
    play(newsroom, one_cycle)
    assert newsroom.rows("SELECT body_from FROM copy") == [("feed",)]


def test_an_article_dealt_out_over_several_pages_is_joined(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("g1", partner.url("/long/"), "A long walk", summary="We walked. [&#8230;]"))
    names = ("dawn", "noon", "dusk")
    for number, name in enumerate(names, 1):
        links = " ".join(
            str(at)
            if at == number
            else f'<a href="/long/{f"{at}/" if at > 1 else ""}" class="post-page-numbers">{at}</a>'
            for at in range(1, 4)
        )
        body = f'{paragraphs(name, 6)}<div class="page-links">Pages: {links}</div>'
        partner.serve(f"/long/{f'{number}/' if number > 1 else ''}", page("A long walk", body), headers=HTML)
    play(newsroom, one_cycle)
    text = newsroom.rows("SELECT text FROM copy")[0][0]
    places = [text.index(f"The {name} ") for name in names]
    assert places == sorted(places)
    assert text.count("plot 6") == 3
    assert "Pages:" not in text


def test_a_later_page_that_fails_costs_only_itself(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("g1", partner.url("/long/"), "A long walk", summary="We walked. [&#8230;]"))
    next_page = '<div class="page-links">Pages: 1 <a href="/long/2/">2</a></div>'
    partner.serve("/long/", page("A long walk", paragraphs("dawn", 6) + next_page), headers=HTML)
    partner.serve("/long/2/", status=500)
    play(newsroom, one_cycle)
    assert newsroom.rows("SELECT body_from FROM copy") == [("page",)]
    assert "The dawn " in newsroom.rows("SELECT text FROM copy")[0][0]
    assert "it goes on, but" in newsroom.rows("SELECT status FROM pagestate")[0][0]
    partner.serve("/long/2/", page("A long walk", paragraphs("noon", 6)), headers=HTML)
    newsroom.clock.forward(minutes=11)
    play(newsroom, one_cycle)
    assert "The noon " in newsroom.rows("SELECT text FROM copy")[0][0]


def test_pages_without_end_are_read_up_to_the_tenth(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("g1", partner.url("/long/"), "A long walk", summary="We walked. [&#8230;]"))
    for number in range(1, 16):
        pager = f'<div class="page-links"><a href="/long/{number + 1}/">{number + 1}</a></div>'
        address = f"/long/{number}/" if number > 1 else "/long/"
        partner.serve(address, page("A long walk", paragraphs(f"part{number}", 4) + pager), headers=HTML)
    play(newsroom, one_cycle)
    text = newsroom.rows("SELECT text FROM copy")[0][0]
    assert "The part10 " in text
    assert "The part11 " not in text
    assert len([seen for seen in partner.requests if "/long/" in seen.path]) == 10


def test_a_feed_without_dates_has_those_of_its_pages(newsroom: Newsroom, partner: Partner) -> None:
    url = partner.url("/undated")
    item = f"<item><link>{url}</link><guid>g</guid><description>It rained.</description></item>"
    feed = f'<rss version="2.0"><channel><title>A</title><link>{url}</link>{item}</channel></rss>'
    partner.serve("/feed", feed.encode(), headers=[("Content-Type", "application/rss+xml")])
    head = '<meta property="article:published_time" content="2026-11-20T08:00:00Z">'
    partner.serve("/undated", page("Rain at last", paragraphs("rain"), head), headers=HTML)
    play(newsroom, one_cycle)
    assert newsroom.rows("SELECT published_at FROM copy")[0][0][:10] == "2026-11-20"


def test_what_readers_saw_before_a_change_is_kept(newsroom: Newsroom, partner: Partner) -> None:
    def post(title: str, body: str) -> None:
        serve(partner, Post("g1", partner.url("/1"), title, body))

    async def story(service: Service) -> None:
        post("The vote", paragraphs("vote"))
        await cycle(service)
        post("The vote", paragraphs("vote").replace("agreed", "agred", 1))
        newsroom.clock.forward(hours=2)
        await cycle(service)
        post("The vote is void", paragraphs("vote"))
        newsroom.clock.forward(hours=2)
        await cycle(service)

    play(newsroom, story)
    versions = newsroom.rows("SELECT title, material, html LIKE '%agred%' FROM version ORDER BY id")
    assert versions == [("The vote", 0, 0), ("The vote", 1, 1)]
    assert newsroom.rows("SELECT count(*) FROM decision WHERE kind = 'changed'") == [(1,)]
    assert "Corrected" in newsroom.read("all.rss").decode()


def test_of_a_text_that_changes_all_the_time_the_last_twenty_are_kept(newsroom: Newsroom, partner: Partner) -> None:
    async def story(service: Service) -> None:
        for count in range(25):
            body = f"{paragraphs('vote')}<p>It has been read {count} times.</p>"
            serve(partner, Post("g1", partner.url("/1"), "The vote", body))
            await cycle(service)
            newsroom.clock.forward(hours=2)

    play(newsroom, story)
    assert newsroom.rows("SELECT count(*) FROM version") == [(20,)]
