import html
import io
from calendar import timegm
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import feedparser
import pytest
from hypothesis import given, settings
from lxml import etree
from topic_feeds import ABOUT_MARKUP, EMPTY, FULL, LAKE, NOON, SITE, UNTITLED, assert_golden, topic_feeds

from aggregator.models import Enclosure, FeedItem, Image, TopicFeed
from aggregator.render.wording import authors, headline, tidy, whole_second
from aggregator.render.xmlfeed import render_atom, render_rss

NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
}
STRICT = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)


def with_items(*items: FeedItem, feed: TopicFeed = LAKE) -> TopicFeed:
    return replace(feed, items=items)


def find(rendered: bytes, path: str) -> list[Any]:
    found = etree.fromstring(rendered, STRICT).xpath(path, namespaces=NAMES)
    assert isinstance(found, list)
    return found


def parse(rendered: bytes) -> Any:
    parsed = feedparser.parse(io.BytesIO(rendered), sanitize_html=False)
    assert not parsed.bozo, parsed.get("bozo_exception")
    return parsed


@pytest.mark.parametrize("feed", [LAKE, EMPTY], ids=["lake", "quiet"])
def test_each_rendition_is_its_golden_file(feed: TopicFeed) -> None:
    assert_golden(f"{feed.id}.rss", render_rss(feed))
    assert_golden(f"{feed.id}.atom", render_atom(feed))


def test_the_description_is_plain_and_stands_before_the_content() -> None:
    (item,) = find(render_rss(with_items(FULL)), "//item")
    tags = [child.tag for child in item]
    assert tags.index("description") < tags.index(f"{{{NAMES['content']}}}encoded")
    assert item.findtext("description") == "The ferry sails again.\nR&amp;D paid for it; 3 &lt; 4."
    assert item.findtext("content:encoded", namespaces=NAMES) == FULL.content_html


def test_without_a_summary_the_content_is_the_description() -> None:
    (item,) = find(render_rss(with_items(replace(FULL, summary=" "))), "//item")
    assert item.findtext("description") == FULL.content_html


def test_the_guid_is_the_item_id_and_no_permalink() -> None:
    (guid,) = find(render_rss(with_items(FULL)), "//guid")
    assert (guid.text, guid.get("isPermaLink")) == (FULL.id, "false")


def test_the_channel_links_to_the_page_itself_and_the_hub() -> None:
    rendered = render_rss(LAKE)
    assert find(rendered, "/rss/channel/link/text()") == ["https://wire.example.org/lake/"]
    assert find(rendered, "//a:link[@rel='self']/@href") == ["https://wire.example.org/lake.rss"]
    assert find(rendered, "//a:link[@rel='hub']/@href") == ["https://hub.example.org/"]


def test_without_a_hub_none_is_announced() -> None:
    feed = replace(LAKE, site=replace(SITE, hub=""))
    assert find(render_rss(feed), "//a:link[@rel='hub']") == []
    assert find(render_atom(feed), "//a:link[@rel='hub']") == []


def test_the_first_enclosure_of_known_length_and_type_is_the_only_one_in_rss() -> None:
    rendered = render_rss(with_items(FULL))
    (enclosure,) = find(rendered, "//enclosure")
    assert dict(enclosure.attrib) == {
        "url": "https://faro.example.net/talk.mp3",
        "length": "1234567",
        "type": "audio/mpeg",
    }
    assert "https://faro.example.net/talk.ogg" in find(rendered, "//media:content/@url")


def test_an_enclosure_of_unknown_length_is_media_content_only() -> None:
    rendered = render_rss(with_items(replace(FULL, enclosures=(Enclosure("https://one.example/a.mp3", "audio/mpeg"),))))
    assert find(rendered, "//enclosure") == []
    assert "https://one.example/a.mp3" in find(rendered, "//media:content/@url")


@pytest.mark.parametrize("host", ["localhost", "one_two.example", "one..example", ".example", "one.example."])
def test_the_enclosure_in_rss_is_on_a_plain_host(host: str) -> None:
    good = Enclosure("https://127.0.0.1:8000/a.mp3", "audio/mpeg", 9)
    item = replace(FULL, enclosures=(Enclosure(f"https://{host}/a.mp3", "audio/mpeg", 9), good))
    rendered = render_rss(with_items(item))
    assert find(rendered, "//enclosure/@url") == [good.url]
    assert f"https://{host}/a.mp3" in find(rendered, "//media:content/@url")


def test_media_content_stands_before_the_thumbnail() -> None:
    for rendered in (render_rss(with_items(FULL)), render_atom(with_items(FULL))):
        media = [etree.QName(element).localname for element in find(rendered, "//media:*")]
        assert media == sorted(media)
        assert media[-2:] == ["content", "thumbnail"]


def test_a_picture_that_is_an_enclosure_too_is_named_once() -> None:
    picture = Enclosure("https://one.example/a.jpg", "image/jpeg", 9)
    item = replace(FULL, image=Image(picture.url), enclosures=(picture,))
    for rendered in (render_rss(with_items(item)), render_atom(with_items(item))):
        assert find(rendered, "//media:content") == []
        assert find(rendered, "//media:thumbnail/@url") == [picture.url]


def test_the_build_date_is_when_the_feed_changed() -> None:
    assert find(render_rss(EMPTY), "//lastBuildDate/text()") == ["Wed, 04 Mar 2026 12:00:00 +0000"]
    assert find(render_atom(EMPTY), "/a:feed/a:updated/text()") == ["2026-03-04T12:00:00Z"]


def test_without_a_known_change_the_newest_item_dates_the_feed() -> None:
    assert find(render_atom(with_items(FULL, feed=replace(EMPTY, changed_at=None))), "/a:feed/a:updated/text()") == [
        "2026-03-04T12:30:00Z"
    ]


def test_a_fraction_of_a_second_changes_nothing() -> None:
    finer = replace(EMPTY, changed_at=NOON.replace(microsecond=7))
    assert render_rss(finer) == render_rss(EMPTY)
    assert render_atom(finer) == render_atom(EMPTY)


def test_an_item_without_title_has_none_in_rss_and_the_start_of_its_text_in_atom() -> None:
    assert find(render_rss(with_items(UNTITLED)), "//item/title") == []
    (title,) = find(render_atom(with_items(UNTITLED)), "//a:entry/a:title/text()")
    assert title == "A short note without a title, on the price of trout at the morning market of…"


def test_an_item_with_nothing_but_an_id_is_still_an_entry() -> None:
    bare = FeedItem(
        id="tag:wire.example.org,2026-11-22:aaaaaaaaaaaaaaaa",
        url="",
        title="",
        people=(),
        publication="",
        publication_url="",
        published_at=NOON,
        updated_at=NOON,
        sort_at=NOON,
        summary="",
        content_html="",
    )
    assert parse(render_rss(with_items(bare))).entries[0].id == bare.id
    (entry,) = parse(render_atom(with_items(bare))).entries
    assert (entry.id, entry.title, entry.author) == (bare.id, bare.id, "Highland Wire")


def test_every_entry_names_its_author_and_no_source_does() -> None:
    rendered = render_atom(LAKE)
    assert all(entry.findall("a:author", NAMES) for entry in find(rendered, "//a:entry"))
    assert find(rendered, "//a:source/a:author") == []


def test_email_addresses_are_taken_out_of_names() -> None:
    assert b"tomas@" not in render_rss(LAKE) + render_atom(LAKE)
    assert find(render_atom(LAKE), "//a:name/text()")[2:] == ["Tomás Rey (El Faro)", "Puno Post", "Radio Orilla"]


def test_the_source_of_an_entry_is_described_whole() -> None:
    (source,) = find(render_atom(with_items(FULL)), "//a:source")
    assert [etree.QName(child).localname for child in source] == ["id", "title", "updated", "link", "link", "rights"]


def test_a_source_without_date_is_dated_by_the_entry() -> None:
    assert find(render_atom(with_items(ABOUT_MARKUP)), "//a:source/a:updated/text()") == ["2026-03-04T10:00:00Z"]


def test_a_title_about_markup_is_text_to_every_reader() -> None:
    feed = with_items(ABOUT_MARKUP)
    assert find(render_rss(feed), "//item/title/text()") == [html.escape(ABOUT_MARKUP.title)]
    assert find(render_atom(feed), "//a:entry/a:title[@type='html']/text()") == [html.escape(ABOUT_MARKUP.title)]


def test_an_ampersand_or_a_lesser_sign_alone_is_not_escaped_twice() -> None:
    feed = with_items(FULL)
    assert find(render_rss(feed), "//item/title/text()") == [FULL.title]
    assert find(render_atom(feed), "//a:entry/a:title[not(@type)]/text()") == [FULL.title]


def test_what_left_the_feed_is_a_tombstone_before_the_entries() -> None:
    rendered = render_atom(LAKE)
    assert find(rendered, "//at:deleted-entry/@ref") == [stone.id for stone in LAKE.tombstones]
    assert find(rendered, "//at:deleted-entry/@when") == ["2026-03-04T14:00:00Z"] * 2
    assert find(rendered, "//at:deleted-entry[preceding-sibling::a:entry]") == []


def test_without_tombstones_their_namespace_is_not_declared() -> None:
    assert NAMES["at"].encode() not in render_atom(replace(LAKE, tombstones=()))


def test_entries_of_one_second_have_dates_of_their_own() -> None:
    items = [replace(FULL, id=f"tag:wire.example.org,2026-11-22:{number:016}") for number in range(5)]
    rendered = render_atom(with_items(*items))
    spelled = find(rendered, "//a:entry/a:updated/text()")
    assert len(set(spelled)) == 5
    assert {datetime.fromisoformat(text).replace(microsecond=0) for text in spelled} == {FULL.updated_at}
    fewer = find(render_atom(with_items(*items[2:])), "//a:entry/a:updated/text()")
    assert fewer == spelled[2:]  # an item keeps its own, whatever stands beside it
    assert {entry.updated_parsed[:6] for entry in parse(rendered).entries} == {(2026, 3, 4, 12, 30, 0)}


@pytest.mark.parametrize(
    ("contact", "expected"),
    [("", "All news."), ("x@y.example", "All news. To complain or ask for removal: x@y.example")],
)
def test_the_description_says_how_to_complain(contact: str, expected: str) -> None:
    feed = replace(EMPTY, description="All news.", site=replace(SITE, contact=contact))
    assert parse(render_rss(feed)).feed.description == expected
    assert parse(render_atom(feed)).feed.subtitle == expected


def test_language_is_the_topics_else_the_sites_else_undetermined() -> None:
    def language(topic: str, site: str) -> str:
        feed = replace(EMPTY, language=topic, site=replace(SITE, language=site))
        (said,) = find(render_rss(feed), "//language/text()")
        assert find(render_atom(feed), "/a:feed/@xml:lang") == [said]
        return str(said)

    assert [language("es", "en"), language("", "en"), language("", "")] == ["es", "en", "und"]


def when(parsed: Any) -> datetime:
    return datetime.fromtimestamp(timegm(parsed), UTC)


def text_of(detail: Any, is_html: bool) -> str:
    return html.unescape(detail.value) if is_html else str(detail.value)


@settings(max_examples=60, deadline=None)
@given(topic_feeds())
def test_any_rss_parses_back_to_the_same_items(feed: TopicFeed) -> None:
    rendered = render_rss(feed)
    etree.fromstring(rendered, STRICT)
    parsed = parse(rendered).entries
    tidied = tidy(feed)
    assert [entry.id for entry in parsed] == [item.id for item in feed.items]
    for entry, item in zip(parsed, tidied.items, strict=True):
        assert entry.get("link", "") == item.url
        assert when(entry.published_parsed) == whole_second(item.published_at)
        assert html.unescape(entry.get("title", "")) == item.title
        assert [author.get("name", "") for author in entry.authors] == authors(item, tidied)


@settings(max_examples=60, deadline=None)
@given(topic_feeds())
def test_any_atom_parses_back_to_the_same_items(feed: TopicFeed) -> None:
    rendered = render_atom(feed)
    etree.fromstring(rendered, STRICT)
    parsed = parse(rendered).entries
    tidied = tidy(feed)
    assert [entry.id for entry in parsed] == [item.id for item in feed.items]
    for entry, item in zip(parsed, tidied.items, strict=True):
        assert entry.link == (item.url or item.id)  # feedparser takes the id where there is no link
        assert when(entry.published_parsed) == whole_second(item.published_at)
        assert when(entry.updated_parsed) == whole_second(item.updated_at)
        assert text_of(entry.title_detail, entry.title_detail.type == "text/html") == headline(item)
        assert [author.get("name", "") for author in entry.authors] == authors(item, tidied)
    assert find(rendered, "//at:deleted-entry/@ref") == [stone.id for stone in feed.tombstones]
