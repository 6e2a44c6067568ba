import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any, Literal
from urllib.parse import urlsplit

import lxml.html
import pytest
from hypothesis import HealthCheck, given, settings
from topic_feeds import ABOUT_MARKUP, EMPTY, FULL, LAKE, NOON, SITE, UNTITLED, assert_golden, topic_feeds

from aggregator.errors import ConfigError
from aggregator.models import FeedItem, Image, Link, TopicFeed
from aggregator.render.html import render_index, render_notice, render_topic_page, stylesheet

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
SHORE = replace(
    LAKE,
    sources=(Link("El Faro del Lago", "https://faro.example.net/"), Link("Radio Orilla")),
    site=replace(SITE, description="News of the highlands", timezone="America/La_Paz"),
)


class Checker(HTMLParser):
    """Fails where a browser would have to guess: tags that do not match, attributes or ids that come twice."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: Counter[str] = Counter()
        self.feed(page.decode("utf-8"))
        self.close()
        assert self.open == []
        assert max(self.ids.values(), default=1) == 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), (tag, attrs)
        assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in names), (tag, attrs)
        assert "style" not in names, "the content security policy forbids it"
        self.ids.update(value or "" for name, value in attrs if name == "id")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(page: bytes) -> Any:
    """Check a page's syntax and parse it."""
    Checker(page)
    assert page.startswith(b"<!doctype html>\n<html lang=")
    return lxml.html.document_fromstring(page.decode("utf-8"))


def topic(*items: FeedItem, feed: TopicFeed = SHORE) -> Any:
    return read(render_topic_page(replace(feed, items=items)))


def text(element: Any) -> str:
    return " ".join(element.text_content().split())


def texts(root: Any, path: str) -> list[str]:
    return [text(element) for element in root.xpath(path)]


# --- the page of a topic ---------------------------------------------------------------------------------------------


def test_the_pages_are_their_golden_files() -> None:
    assert_golden("lake.html", render_topic_page(SHORE))
    assert_golden("quiet.html", render_topic_page(replace(EMPTY, language="es")))
    assert_golden("index.html", render_index(SHORE.site, (SHORE, EMPTY)))


def test_the_same_feed_gives_the_same_bytes() -> None:
    assert render_topic_page(SHORE) == render_topic_page(replace(SHORE))
    assert render_index(SITE, (LAKE, EMPTY)) == render_index(replace(SITE), (replace(LAKE), EMPTY))


def test_a_title_leads_to_the_original() -> None:
    (link,) = topic(ABOUT_MARKUP).xpath("//article/h3/a")
    assert (text(link), link.get("href")) == (ABOUT_MARKUP.title, ABOUT_MARKUP.url)


def test_the_credit_names_people_and_links_the_publication() -> None:
    page = topic(FULL)
    assert texts(page, "//article/*[@class='credit']/*[1]") == ["By Ana Quispe and Tomás Rey, El Faro"]
    assert page.xpath("//article/*[@class='credit']//a[.='El Faro']/@href") == ["https://faro.example.net/"]


@pytest.mark.parametrize(
    ("people", "publication", "language", "credit"),
    [
        (("Ana Quispe",), "El Faro", "en", "By Ana Quispe, El Faro"),
        (("A", "B", "C"), "El Faro", "en", "By A, B and C, El Faro"),
        (("Ana Quispe",), "", "en", "By Ana Quispe"),
        ((), "El Faro", "en", "By El Faro"),
        (("El Faro",), "El Faro", "en", "By El Faro"),
        (("Ana Quispe", "Luis Mamani"), "El Faro", "es", "Por Ana Quispe y Luis Mamani, El Faro"),
        (("María Condori", "Inés Rocha"), "El Faro", "es-BO", "Por María Condori e Inés Rocha, El Faro"),
        (("María Condori", "Hilda Rocha"), "El Faro", "es", "Por María Condori e Hilda Rocha, El Faro"),
        (("María Condori", "Ian Rocha"), "El Faro", "es", "Por María Condori y Ian Rocha, El Faro"),
    ],
)
def test_the_credit_is_a_phrase_of_the_page_language(
    people: tuple[str, ...], publication: str, language: str, credit: str
) -> None:
    item = replace(FULL, people=people, publication=publication)
    page = topic(item, feed=replace(SHORE, language=language))
    assert texts(page, "//article/*[@class='credit']/*[1]") == [credit]


def test_a_publication_without_address_is_text() -> None:
    assert topic(ABOUT_MARKUP).xpath("//article/*[@class='credit']//a") == []


def test_dates_are_those_of_the_site_timezone() -> None:
    late = replace(FULL, published_at=datetime(2026, 3, 5, 3, 30, tzinfo=UTC))
    (time,) = topic(late).xpath("//article/*[@class='credit']//time")
    assert (text(time), time.get("datetime")) == ("4 March 2026", "2026-03-04T23:30:00-04:00")


def test_an_unknown_timezone_is_an_error_with_its_cure() -> None:
    with pytest.raises(ConfigError, match=r"Mars/Base.*America/La_Paz"):
        render_topic_page(replace(EMPTY, site=replace(SITE, timezone="Mars/Base")))


def test_the_excerpt_is_text() -> None:
    assert texts(topic(ABOUT_MARKUP), "//article/*[@class='summary']") == [ABOUT_MARKUP.summary]


def test_an_item_shown_as_a_link_has_no_empty_excerpt() -> None:
    assert topic(replace(FULL, summary="")).xpath("//article/*[@class='summary']") == []


def test_the_carriers_are_named_and_linked() -> None:
    page = topic(FULL)
    assert texts(page, "//article/*[@class='note'][1]") == ["Also carried by Puno Post, Radio Orilla"]
    assert page.xpath("//article/*[@class='note'][1]//a/@href") == ["https://puno.example.com/?p=12"]


def test_a_carrier_that_the_title_leads_to_does_not_carry_it_also() -> None:
    item = replace(FULL, url=FULL.carriers[0].url, carriers=FULL.carriers[:1])
    assert texts(topic(item), "//article/*[@class='note'][1]") == ["Carried by Puno Post"]


def test_a_correction_is_dated() -> None:
    moved = replace(FULL, updated_at=NOON + timedelta(days=2))
    assert "Corrected 6 March 2026" in texts(topic(moved), "//article/p")
    assert not any("Corrected" in line for line in texts(topic(replace(moved, corrected=False)), "//article/p"))


@pytest.mark.parametrize(
    ("licence", "shown", "address"),
    [
        ("CC BY 4.0", "CC BY 4.0", []),
        ("https://licences.example/by/4.0/", "Licence", ["https://licences.example/by/4.0/"]),
    ],
)
def test_a_licence_is_named_or_linked(licence: str, shown: str, address: list[str]) -> None:
    (place,) = topic(replace(FULL, licence=licence)).xpath("//article/*[@class='credit']/*[last()]")
    assert (text(place), place.xpath(".//a/@href")) == (shown, address)


def test_a_picture_is_lazy_sized_and_tells_nobody_who_reads() -> None:
    (picture,) = topic(FULL).xpath("//img")
    assert dict(picture.attrib) == {
        "src": "https://faro.example.net/ferry.jpg",
        "alt": "A ferry",
        "width": "1200",
        "height": "800",
        "lang": "es",
        "loading": "lazy",
        "decoding": "async",
        "referrerpolicy": "no-referrer",
    }


def test_a_picture_of_unknown_size_and_meaning_has_an_empty_alternative() -> None:
    (picture,) = topic(replace(FULL, image=Image("https://one.example/a.jpg"))).xpath("//img")
    assert picture.get("alt") == ""
    assert picture.get("width") is picture.get("height") is None


def test_an_item_in_another_language_says_so() -> None:
    page = topic(FULL, replace(FULL, language="en-GB"), replace(FULL, language=""))
    assert [title.get("lang") for title in page.xpath("//article/h3")] == ["es", None, None]
    assert [line.get("lang") for line in page.xpath("//article/*[@class='summary']")] == ["es", None, None]


def test_titles_of_either_direction_keep_to_themselves() -> None:
    assert topic(FULL).xpath("//article/h3/@dir") == ["auto"]


@pytest.mark.parametrize("title", ["", " ", "\u200b", "\u00ad\u2060"])
def test_a_title_that_shows_nothing_is_replaced_by_the_start_of_the_text(title: str) -> None:
    (link,) = topic(replace(UNTITLED, title=title)).xpath("//article/h3/a")
    assert text(link).startswith("A short note without a title")


@pytest.mark.parametrize(
    ("language", "page_language", "heading", "of_the_heading"),
    [
        ("es-BO", "es-BO", "Seguir este tema", None),
        ("en", "en", "Follow this topic", None),
        ("fr", "en", "Follow this topic", "fr"),
        ("not a language", "en", "Follow this topic", None),
    ],
)
def test_the_interface_speaks_the_language_of_the_topic_or_english(
    language: str, page_language: str, heading: str, of_the_heading: str | None
) -> None:
    page = topic(feed=replace(SHORE, language=language))
    assert page.get("lang") == page_language
    assert texts(page, "//*[@id='follow']/h2") == [heading]
    assert page.xpath("//h1")[0].getparent().get("lang") == of_the_heading


def test_the_feeds_are_found_by_programs_and_people() -> None:
    page = topic()
    alternates = page.xpath("//link[@rel='alternate']")
    assert [(link.get("type"), link.get("href")) for link in alternates] == [
        ("application/rss+xml", "../lake.rss"),
        ("application/atom+xml", "../lake.atom"),
        ("application/feed+json", "../lake.json"),
        ("text/x-opml", "../lake.opml"),
    ]
    assert texts(page, "//*[@id='follow']//code") == [
        "https://wire.example.org/lake.rss",
        "https://wire.example.org/lake.atom",
        "https://wire.example.org/lake.json",
        "https://wire.example.org/lake.opml",
    ]
    assert "feed reader" in text(page.get_element_by_id("follow"))


def test_our_own_files_are_named_relative_to_the_page() -> None:
    page = topic()
    assert page.xpath("//link[@rel='stylesheet']/@href") == ["../static/style.css"]
    assert page.xpath("//header//nav//a/@href") == ["../index.html"]


def test_what_is_shared_shows_title_description_and_address() -> None:
    shared = {meta.get("property"): meta.get("content") for meta in topic().xpath("//meta[@property]")}
    assert shared == {
        "og:type": "website",
        "og:site_name": "Highland Wire",
        "og:title": "The lake & its shores – Highland Wire",
        "og:description": "News from around the lake",
        "og:url": "https://wire.example.org/lake/",
    }


def test_an_empty_topic_says_so_and_how_not_to_miss_the_first_article() -> None:
    assert "Nothing has been published on this topic yet." in text(topic().get_element_by_id("articles"))
    spanish = topic(feed=replace(EMPTY, language="es"))
    assert "Todavía no se ha publicado nada sobre este tema." in text(spanish.get_element_by_id("articles"))


def test_the_foot_says_who_contributes_and_when_it_changed() -> None:
    foot = topic().find(".//footer")
    assert texts(foot, ".//ul/li") == ["El Faro del Lago", "Radio Orilla"]
    assert foot.xpath(".//ul//a/@href") == ["https://faro.example.net/"]
    assert texts(foot, ".//time") == ["4 March 2026, 10:00"]
    assert topic(feed=replace(SHORE, changed_at=None)).xpath("//footer//time") == []


@pytest.mark.parametrize(
    ("contact", "shown", "address"),
    [
        ("desk@wire.example.org", "desk@wire.example.org", ["mailto:desk@wire.example.org"]),
        ("mailto:desk@wire.example.org", "desk@wire.example.org", ["mailto:desk@wire.example.org"]),
        ("https://wire.example.org/contact", "https://wire.example.org/contact", ["https://wire.example.org/contact"]),
        ("desk@wire.example.org\ud800", "desk@wire.example.org", ["mailto:desk@wire.example.org"]),
        ("Highland Wire, 12 Lake Road", "Highland Wire, 12 Lake Road", []),
        ("javascript:alert(1)", "javascript:alert(1)", []),
    ],
)
def test_the_foot_says_how_to_complain(contact: str, shown: str, address: list[str]) -> None:
    for page in (topic(feed=replace(SHORE, site=replace(SITE, contact=contact))), index_of(contact)):
        (place,) = page.xpath("//footer/section[h2/@id='complain']")
        assert text(place).endswith(f"Tell us: {shown}")
        assert place.xpath(".//a/@href") == address


def index_of(contact: str) -> Any:
    return read(render_index(replace(SITE, contact=contact), ()))


def test_without_a_contact_nothing_is_promised() -> None:
    assert "Complaints" not in text(topic(feed=replace(SHORE, site=replace(SITE, contact=""))))


# --- the index -------------------------------------------------------------------------------------------------------


def test_the_index_shows_each_topic_with_its_latest_titles_and_feeds() -> None:
    items = tuple(replace(FULL, title=f"Title {number}") for number in range(5))
    page = read(render_index(SITE, (replace(LAKE, items=items), EMPTY)))
    lake, quiet = page.xpath("//article")
    assert texts(lake, ".//h3") == ["The lake & its shores"]
    assert lake.xpath(".//h3/a/@href") == ["lake/index.html"]
    assert texts(lake, ".//li/span/a") == ["Title 0", "Title 1", "Title 2"]
    assert lake.xpath(".//p[@class='note']/a/@href") == ["lake.rss", "lake.atom", "lake.json"]
    assert "Nothing has been published on this topic yet." in text(quiet)
    assert page.xpath("//link[@rel='alternate']/@href") == ["index.opml", "lake.rss", "quiet.rss"]
    assert page.xpath("//link[@rel='stylesheet']/@href") == ["static/style.css"]


def test_the_index_changed_when_the_last_of_its_topics_did() -> None:
    newer = replace(EMPTY, changed_at=NOON + timedelta(days=1))
    assert texts(read(render_index(SITE, (LAKE, newer))), "//footer//time") == ["5 March 2026, 12:00"]
    assert read(render_index(SITE, ())).xpath("//footer//time") == []


def test_an_index_without_topics_asks_to_come_back() -> None:
    assert "No topic is published here yet." in text(read(render_index(SITE, ())))


def test_the_index_speaks_the_language_of_the_site() -> None:
    page = read(render_index(replace(SITE, language="es"), (LAKE,)))
    assert page.get("lang") == "es"
    assert texts(page, "//h2[@id='topics']") == ["Temas"]
    assert page.xpath("//h3")[0].getparent().get("lang") == "en"


# --- all pages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("subject", ["missing", "nothing_yet", "read_only"])
def test_a_notice_speaks_english_and_spanish(subject: Literal["missing", "nothing_yet", "read_only"]) -> None:
    page = read(render_notice(subject))
    assert page.xpath("//section/@lang") == ["en", "es"]
    assert page.xpath("//link[@rel='stylesheet']/@href") == ["/static/style.css"]  # it may stand at any depth


def test_sixty_items_without_pictures_stay_under_100_kilobytes() -> None:
    long = replace(FULL, image=None, title="A rather long title " * 4, summary="Sixty words of excerpt. " * 15)
    assert len(render_topic_page(replace(SHORE, items=(long,) * 60))) < 100_000


def test_the_stylesheet_asks_nothing_of_anybody_and_is_small() -> None:
    assert not re.search(rb"@import|url\(|http", stylesheet())
    assert len(stylesheet()) < 13_500


@given(topic_feeds())
@settings(max_examples=60, suppress_health_check=[HealthCheck.filter_too_much])  # a feed drawn too large is dropped
def test_hostile_texts_leave_the_page_whole(feed: TopicFeed) -> None:
    """Whatever partners write is text: nothing of it becomes an element, an attribute or a dangerous address."""
    tame = replace(feed, items=tuple(replace(item, title="x", summary="x") for item in feed.items))
    page, index = render_topic_page(feed), render_index(replace(feed.site, title="x"), (feed,))
    elements = [element.tag for element in read(page).iter() if element.tag != "p"]
    assert elements == [element.tag for element in read(render_topic_page(tame)).iter() if element.tag != "p"]
    for root in (read(page), read(index)):
        assert root.xpath("//script | //style | //iframe | //form | //b") == []
        assert all(text(heading) for heading in root.xpath("//h3"))
        for address in root.xpath("//@href | //@src"):
            assert urlsplit(address).scheme in ("", "http", "https", "mailto")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]", page.decode("utf-8"))
