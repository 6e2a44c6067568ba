"""The page of one item."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from test_html import Checker, read, text, texts
from topic_feeds import ABOUT_MARKUP, FULL, LAKE, SITE, UNTITLED, assert_golden, topic_feeds

from aggregator.models import FeedItem, ItemPage, Topic, TopicFeed
from aggregator.render.html import render_index, render_item_page, render_topic_page
from aggregator.urls import item_path

TOPICS = (Topic("lake", "The lake & its shores"), Topic("orilla", "La orilla", language="es"))
OURS = replace(SITE, item_pages="on", timezone="America/La_Paz")


def page(item: FeedItem, topics: tuple[Topic, ...] = TOPICS) -> Any:
    return read(render_item_page(ItemPage(item, topics, OURS)))


def meta(root: Any, name: str) -> list[str]:
    found: list[str] = root.xpath(f"//meta[@name='{name}' or @property='{name}']/@content")
    return found


def test_the_page_is_its_golden_file() -> None:
    assert_golden("item.html", render_item_page(ItemPage(FULL, TOPICS, OURS)))
    assert_golden("item-excerpt.html", render_item_page(ItemPage(ABOUT_MARKUP, TOPICS[:1], OURS)))


def test_the_address_is_made_of_the_last_part_of_the_id() -> None:
    assert ItemPage(FULL, (), OURS).path == "item/abcdefgh23456777/index.html"
    assert item_path(FULL.id) == "item/abcdefgh23456777/"


def test_search_engines_are_sent_to_the_original() -> None:
    assert page(ABOUT_MARKUP).xpath("//link[@rel='canonical']/@href") == [ABOUT_MARKUP.url]


@pytest.mark.parametrize(("mode", "robots"), [("full", []), ("excerpt", ["noindex"]), ("link", ["noindex"])])
def test_a_page_with_less_than_the_whole_text_is_not_to_be_listed(mode: Any, robots: list[str]) -> None:
    assert meta(page(replace(FULL, rights_mode=mode)), "robots") == robots


def test_an_item_without_an_address_is_its_own_original() -> None:
    root = page(replace(FULL, url="javascript:alert(1)"))
    assert root.xpath("//link[@rel='canonical']/@href") == ["https://wire.example.org/item/abcdefgh23456777/"]
    assert b"javascript:" not in render_item_page(ItemPage(replace(FULL, url="javascript:x"), (), OURS))


def test_it_says_what_the_feeds_say() -> None:
    root = page(FULL)
    assert texts(root, "//h1") == [FULL.title]
    assert text(root.xpath("//*[@class='body']")[0]).startswith("By Ana Quispe, El Faro")
    assert "Also carried by Puno Post." in text(root)
    assert root.xpath("//header//time/@datetime") == ["2026-03-04T08:00:00-04:00"]
    assert root.xpath("//a[.='desk@wire.example.org']/@href") == ["mailto:desk@wire.example.org"]
    assert root.xpath("//link[@rel='alternate']/@href") == ["../../lake.rss", "../../orilla.rss"]
    assert root.xpath("//section[@class='follow']//a/@href") == ["../../lake/index.html", "../../orilla/index.html"]
    assert meta(root, "og:type") == ["article"]
    assert meta(root, "article:published_time") == ["2026-03-04T12:00:00Z"]
    assert meta(root, "og:image") == ["https://faro.example.net/ferry.jpg"]


def test_the_words_around_an_item_are_in_its_language_where_we_speak_it() -> None:
    assert page(FULL).get("lang") == "es"
    root = page(replace(FULL, language="ay"))
    assert root.get("lang") == "en"
    assert root.xpath("//h1/@lang | //*[@class='body']/@lang") == ["ay", "ay"]
    assert root.xpath("//li[@lang]/@lang") == ["es"]


def test_a_picture_stands_above_a_text_that_has_none_of_its_own() -> None:
    above = "//article/img/@src"
    assert page(FULL).xpath(above) == ["https://faro.example.net/ferry.jpg"]
    own = '<p>By El Faro</p><figure><img src="https://faro.example.net/own.jpg"><figcaption>A</figcaption></figure>'
    root = page(replace(FULL, content_html=own))
    assert root.xpath(above) == []
    (picture,) = root.xpath("//*[@class='body']//img")
    assert dict(picture.attrib) == {
        "src": "https://faro.example.net/own.jpg",
        "alt": "",
        "loading": "lazy",
        "decoding": "async",
        "referrerpolicy": "no-referrer",
    }


def test_what_looks_like_a_tag_in_a_description_stays_there() -> None:
    """Serializers of HTML may leave `<` in attributes as it is."""
    root = page(
        replace(FULL, content_html='<p>By us</p><img src="https://a.example/b.png" alt="<img onerror=alert(1)">')
    )
    (picture,) = root.xpath("//*[@class='body']//img")
    assert picture.get("alt") == "<img onerror=alert(1)"
    assert "onerror" not in picture.attrib


def test_titles_lead_to_the_page_where_the_site_has_them_and_the_original_stays_linked() -> None:
    feed = replace(LAKE, site=OURS, items=(FULL,))
    root = read(render_topic_page(feed))
    assert root.xpath("//h3/a/@href") == ["../item/abcdefgh23456777/index.html"]
    assert root.xpath("//a[.='Original']/@href") == ["https://faro.example.net/2026/03/ferry?page%5B%5D=1%7C2"]
    assert read(render_index(OURS, (feed,))).xpath("//ul[@class='titles']//a/@href") == [
        "item/abcdefgh23456777/index.html"
    ]


def test_an_item_without_a_title_has_one_to_click_on() -> None:
    assert texts(page(UNTITLED), "//h1") == [
        "A short note without a title, on the price of trout at the morning market of…"
    ]


@given(topic_feeds())
def test_whatever_an_item_holds_the_page_is_sound(feed: TopicFeed) -> None:
    topics = (Topic("a", feed.title, language=feed.language),)
    for item in feed.items[:3]:
        safe = replace(item, content_html="<p>Clean elsewhere.</p>")
        Checker(render_item_page(ItemPage(safe, topics, replace(feed.site, item_pages="on"))))
