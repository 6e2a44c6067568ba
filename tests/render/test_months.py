"""The pages of a topic's months, and how they and the topic's page stay small."""

from dataclasses import replace
from typing import Any

import pytest
from test_html import SHORE, read, text, texts
from topic_feeds import ABOUT_MARKUP, FULL

from aggregator.models import FeedItem, TopicFeed
from aggregator.render.html import MOST_BYTES, render_topic_page
from aggregator.render.months import render_month, render_months

MONTHS = ("2026-03", "2026-02", "2025-12")
IN_MARCH = replace(SHORE, items=(FULL, ABOUT_MARKUP), months=MONTHS)


def month(feed: TopicFeed = IN_MARCH, of: str = "2026-03") -> Any:
    return read(render_month(feed, of, 1, 1))


def many(count: int, **values: Any) -> tuple[FeedItem, ...]:
    return tuple(replace(FULL, title=f"Article {number}", **values) for number in range(count))


def test_a_month_names_title_author_newsroom_and_date() -> None:
    page = month()
    assert texts(page, "//h1") == ["March 2026"]
    assert text(page.xpath("//main//li")[0]) == f"{FULL.title} By Ana Quispe and Tomás Rey, El Faro 4 March 2026"
    assert page.xpath("//main//li//time/@datetime")[0] == "2026-03-04T08:00:00-04:00"
    assert page.xpath("//main//li/span/a/@href")[1] == ABOUT_MARKUP.url
    assert FULL.summary not in text(page)
    formats = ("rss", "atom", "json", "opml")
    assert page.xpath("//link[@rel='alternate']/@href") == [f"../../lake.{suffix}" for suffix in formats]
    assert texts(page, "//footer//h2") == ["Complaints and removal"]


def test_titles_lead_to_our_page_of_the_item_where_there_is_one() -> None:
    ours = replace(IN_MARCH, site=replace(SHORE.site, item_pages="on"))
    assert month(ours).xpath("//main//li/span/a/@href")[0] == "../../item/abcdefgh23456777/index.html"


@pytest.mark.parametrize(
    ("of", "links"),
    [
        ("2026-03", {"prev": "../../lake/2026-02/index.html"}),
        ("2026-02", {"prev": "../../lake/2025-12/index.html", "next": "../../lake/2026-03/index.html"}),
        ("2025-12", {"next": "../../lake/2026-02/index.html"}),
    ],
)
def test_a_month_leads_to_those_around_it(of: str, links: dict[str, str]) -> None:
    found = month(of=of).xpath("//nav//a[@rel]")
    assert {link.get("rel"): link.get("href") for link in found} == links


@pytest.mark.parametrize(
    ("page", "address", "links"),
    [
        (3, "2026-03/", ["2/index.html"]),
        (2, "2026-03/2/", ["../1/index.html", "../index.html"]),
        (1, "2026-03/1/", ["../2/index.html"]),
    ],
)
def test_a_full_month_has_several_pages_that_lead_to_each_other(page: int, address: str, links: list[str]) -> None:
    root = read(render_month(IN_MARCH, "2026-03", page, 3))
    assert root.xpath("//link[@rel='canonical']/@href") == [f"https://wire.example.org/lake/{address}"]
    assert root.xpath("//nav[@aria-label='More of this month']//a/@href") == links
    assert root.xpath("//link[@rel='stylesheet']/@href") == [f"../../{'' if page == 3 else '../'}static/style.css"]


def test_no_page_is_heavy_whatever_stands_on_it() -> None:
    items = many(199, summary="Every field is filled. " * 60, url=f"https://faro.example.net/{'long-' * 20}")
    heavy = replace(IN_MARCH, items=tuple(replace(item, title=f"{item.title} {'so ' * 500}") for item in items))
    assert len(render_month(heavy, "2026-03", 1, 1)) < MOST_BYTES
    assert len(render_topic_page(heavy)) < MOST_BYTES


def test_the_page_of_a_topic_shows_sixty_articles_pinned_ones_first_and_leads_to_the_months() -> None:
    items = many(70)
    last_pinned = replace(IN_MARCH, items=(*items, replace(FULL, title="Pinned", pinned=True)))
    page = read(render_topic_page(last_pinned))
    assert texts(page, "//article/h3") == ["Pinned", *(item.title for item in items[:59])]
    assert texts(page, "//nav[@aria-labelledby='months']//a") == ["March 2026", "February 2026", "December 2025"]

    old = replace(IN_MARCH, months=tuple(f"{year}-12" for year in range(2026, 2006, -1)))
    links = read(render_topic_page(old)).xpath("//nav[@aria-labelledby='months']//a/@href")
    assert (len(links), links[-1]) == (13, "../lake/months/index.html")


def test_all_months_are_listed_by_year_in_the_topics_language() -> None:
    page = read(render_months(replace(IN_MARCH, language="es")))
    assert texts(page, "//h1") == ["Todos los meses"]
    assert [texts(year, ".//h2 | .//a") for year in page.xpath("//section[@class='year']")] == [
        ["2026", "Marzo de 2026", "Febrero de 2026"],
        ["2025", "Diciembre de 2025"],
    ]
