"""Sites without a feed: a page that lists the articles, and sitemaps, polled for weeks."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from aggregator.service import Service
from tests.newsroom import EVERYTHING, Newsroom, cycle, page, paragraphs
from tests.partner import Headers, Partner
from tests.work.test_poll import play

HTML = [("Content-Type", "text/html; charset=utf-8")]
XML = [("Content-Type", "application/xml")]
HOURS = range(0, 14 * 24, 8)
SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
)


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path)


def write_article(partner: Partner, name: str, date: str = "") -> str:
    dated = f'<meta property="article:published_time" content="{date}">' if date else ""
    return partner.serve(f"/{name}/", page(f"The {name}", paragraphs(name), dated), headers=HTML)


def serve_list(partner: Partner, names: list[str], path: str = "/news/") -> None:
    cards = "".join(f'<article><h2><a href="/{name}/">The {name}</a></h2><p>More.</p></article>' for name in names)
    partner.serve(path, f"<html><body><main>{cards}</main></body></html>".encode(), headers=HTML)


def urlset(partner: Partner, *pages: tuple[str, str]) -> bytes:
    listed = "".join(f"<url><loc>{partner.url(path)}</loc>{more}</url>" for path, more in pages)
    return f"<urlset {SPACES}>{listed}</urlset>".encode()


def changed(at: datetime) -> str:
    return f"<lastmod>{at:%Y-%m-%dT%H:%M:%SZ}</lastmod>"


def listing(partner: Partner, more: str = "") -> str:
    return f"""
[[source]]
id = "hillside"
name = "Hillside Radio"
kind = "html"
feed = "{partner.url("/news/")}"
{more}
[source.html]
list = "main article"
[source.rights]
mode = "full"
"""


def sitemap(partner: Partner, more: str = "") -> str:
    return f"""
[[source]]
id = "quay"
name = "The Quay Post"
kind = "sitemap"
feed = "{partner.url("/sitemap.xml")}"
{more}
[source.rights]
mode = "full"
"""


def titles(newsroom: Newsroom) -> list[str]:
    return [title for (title,) in newsroom.rows("SELECT title FROM item WHERE state = 'published' ORDER BY title")]


async def polled(service: Service, *, is_built: bool = True) -> list[str]:
    """Let the service poll what is due, and no more."""
    outcomes: list[str] = []
    await service.poll(await service.due_sources(), lambda outcome: outcomes.append(outcome.said))
    await service.fetch_pages(lambda _: None)
    if is_built:
        await service.build()
    return outcomes


@pytest.mark.long
def test_a_list_of_articles_feeds_a_topic_for_weeks(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(listing(partner) + EVERYTHING)
    names: list[str] = []

    async def steps(service: Service) -> None:
        for hour in HOURS:
            names.insert(0, f"story{hour}")
            write_article(partner, names[0], f"{newsroom.clock():%Y-%m-%dT%H:%M:%SZ}")
            pinned = ["story0"] if hour > 30 else []  # first in the list for ever
            serve_list(partner, pinned + [name for name in names[:10] if name not in pinned])
            await polled(service, is_built=hour % 64 == 0 or hour == HOURS[-1])
            newsroom.clock.forward(hours=8)

    play(newsroom, steps)
    assert titles(newsroom) == sorted(f"The {name}" for name in names)
    assert len(newsroom.rows("SELECT 1 FROM copy")) == len(names)
    shown = json.loads(newsroom.read("all.json"))["items"]
    assert [item["title"] for item in shown] == [f"The {name}" for name in names]
    assert all("as agreed on plot 8" in item["content_html"] for item in shown)
    asked = [request.path for request in partner.requests]
    assert all(asked.count(f"/{name}/") <= 4 for name in names)  # once for its text, thrice to see whether it stands


@pytest.mark.long
def test_a_news_sitemap_feeds_a_topic_for_weeks(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(sitemap(partner) + EVERYTHING)
    articles: list[tuple[str, datetime]] = []

    async def steps(service: Service) -> None:
        for hour in HOURS:
            now = newsroom.clock()
            articles.append((f"story{hour}", now))
            write_article(partner, f"story{hour}")
            recent = [(name, at) for name, at in articles if now - at <= timedelta(days=2)]
            pages = [
                (
                    f"/{name}/",
                    f"<news:news><news:title>The {name}</news:title>"
                    f"<news:publication_date>{at:%Y-%m-%dT%H:%M:%SZ}</news:publication_date></news:news>",
                )
                for name, at in recent
            ]
            partner.serve("/sitemap.xml", urlset(partner, *pages), headers=XML)
            await polled(service, is_built=hour % 64 == 0 or hour == HOURS[-1])
            newsroom.clock.forward(hours=8)

    play(newsroom, steps)
    assert titles(newsroom) == sorted(f"The {name}" for name, _ in articles)
    dates = newsroom.rows("SELECT published_at FROM item ORDER BY published_at")
    assert len(dates) == len(set(dates)) == len(articles)


def test_a_plain_sitemap_takes_title_and_date_from_the_page(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(sitemap(partner) + EVERYTHING)
    write_article(partner, "ferry", "2026-11-21T08:00:00Z")
    partner.serve("/about/", b"<html><body></body></html>", headers=HTML)
    now = newsroom.clock()
    pages = [("/ferry/", changed(now - timedelta(hours=2))), ("/about/", changed(now - timedelta(days=9)))]

    async def steps(service: Service) -> None:
        partner.serve("/sitemap.xml", urlset(partner, *pages), headers=XML)
        assert await polled(service) == ["2 new"]
        newsroom.clock.forward(hours=1)
        await polled(service)
        assert titles(newsroom) == ["The ferry"]
        assert newsroom.rows("SELECT published_at FROM item WHERE state = 'published'") == [
            ("2026-11-21 08:00:00.000000",)
        ]

    play(newsroom, steps)


def test_a_page_that_changes_is_read_again_and_stays_one_item(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(sitemap(partner) + EVERYTHING)

    async def steps(service: Service) -> None:
        for hour, name in enumerate(("ferry", "mill")):
            partner.serve("/it/", page("The lake", paragraphs(name)), headers=HTML)
            at = newsroom.clock() - timedelta(minutes=5)
            partner.serve("/sitemap.xml", urlset(partner, ("/it/", changed(at))), headers=XML)
            said = await polled(service)
            assert said == [("1 new", "1 changed")[hour]]
            newsroom.clock.forward(hours=26)
        await polled(service)
        assert titles(newsroom) == ["The lake"]
        assert b"The mill" in newsroom.read("all.json")
        assert b"The ferry" not in newsroom.read("all.json")

    play(newsroom, steps)


def test_an_index_is_followed_though_it_never_changes(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(sitemap(partner) + EVERYTHING)
    parts = "".join(f"<sitemap><loc>{partner.url(path)}</loc></sitemap>" for path in ("/a.xml", "/gone.xml"))
    index = f"<sitemapindex {SPACES}>{parts}</sitemapindex>".encode()
    partner.serve("/sitemap.xml", index, headers=[*XML, ("ETag", '"1"')])

    async def steps(service: Service) -> None:
        pages: list[tuple[str, str]] = []
        for number in range(3):
            write_article(partner, f"story{number}")
            pages.append((f"/story{number}/", changed(newsroom.clock())))
            partner.serve("/a.xml", urlset(partner, *pages), headers=XML)
            assert await polled(service) == ["1 new"]
            newsroom.clock.forward(days=1)
        (remark,) = newsroom.rows("SELECT remark FROM pollstate")
        assert "1 of its sitemaps cannot be read" in remark[0]
        assert "/gone.xml answered 404" in remark[0]

    play(newsroom, steps)
    assert len(titles(newsroom)) == 3


def test_robots_txt_is_heeded(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(listing(partner) + EVERYTHING)
    partner.serve("/robots.txt", b"User-agent: *\nDisallow: /news/\n")
    serve_list(partner, ["ferry"])

    async def steps(service: Service) -> None:
        (said,) = await cycle(service)
        assert "robots.txt" in said

    play(newsroom, steps)
    assert [request.path for request in partner.requests] == ["/robots.txt"]


NEW_LOOK = b"<html><body><div>A new look!</div></body></html>"
WALL = b"<html><head><title>Just a moment...</title></head><body></body></html>"


@pytest.mark.parametrize(
    ("body", "headers", "said"),
    [
        (NEW_LOOK, [], 'list = "main article" matches nothing on this page; has the site changed?'),
        (WALL, [("Server", "cloudflare"), ("cf-mitigated", "challenge")], "(Cloudflare) came instead of the list"),
    ],
)
def test_a_list_that_is_not_found_any_more_is_said_and_loses_nothing(
    newsroom: Newsroom, partner: Partner, body: bytes, headers: Headers, said: str
) -> None:
    newsroom.edit(listing(partner) + EVERYTHING)
    write_article(partner, "ferry")
    serve_list(partner, ["ferry"])

    async def steps(service: Service) -> None:
        assert await cycle(service) == ["1 new"]
        partner.serve("/news/", body, headers=[*HTML, *headers])
        (told,) = await cycle(service)
        assert said in told
        assert titles(newsroom) == ["The ferry"]
        serve_list(partner, ["ferry", "mill"])
        write_article(partner, "mill")
        assert await cycle(service) == ["1 new"]

    play(newsroom, steps)
