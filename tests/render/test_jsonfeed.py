import json
import re
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from topic_feeds import ABOUT_MARKUP, EMPTY, FULL, LAKE, SITE, UNTITLED, assert_golden, topic_feeds

from aggregator.models import FeedItem, TopicFeed
from aggregator.render.jsonfeed import render_json
from aggregator.render.wording import authors, tidy, whole_second

# What JSON Feed 1.1 says of the members we write: name, check, and whether it must be there.
Shape = dict[str, tuple[Any, bool]]


def text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def url(value: Any) -> bool:
    return text(value) and urlsplit(value).scheme in ("http", "https") and urlsplit(value).netloc != ""


def date(value: Any) -> bool:
    return text(value) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value) is not None


def language(value: Any) -> bool:
    return text(value) and re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", value) is not None


def list_of(shape: Any) -> Any:
    return lambda value: isinstance(value, list) and all(conforms(part, shape) for part in value)


def conforms(value: Any, shape: Any) -> bool:
    if not isinstance(shape, dict):
        return bool(shape(value))
    assert isinstance(value, dict)
    unknown = [key for key in value if key not in shape]
    missing = [key for key, (_, required) in shape.items() if required and key not in value]
    wrong = [key for key, (check, _) in shape.items() if key in value and not conforms(value[key], check)]
    assert (unknown, missing, wrong) == ([], [], []), value
    return True


AUTHOR: Shape = {"name": (text, True), "url": (url, False)}
ATTACHMENT: Shape = {
    "url": (url, True),
    "mime_type": (lambda value: text(value) and "/" in value, True),
    "size_in_bytes": (lambda value: type(value) is int and value > 0, False),
}
SOURCE: Shape = {
    "title": (text, False),
    "home_page_url": (url, False),
    "feed_url": (url, False),
    "date_modified": (date, False),
    "rights": (text, False),
}
RIGHTS: Shape = {"mode": (text, True), "rule": (text, False), "licence": (text, False), "licence_url": (url, False)}
ITEM: Shape = {
    "id": (text, True),
    "url": (url, False),
    "external_url": (url, False),
    "title": (text, False),
    "summary": (text, False),
    "content_html": (text, True),
    "image": (url, False),
    "date_published": (date, True),
    "date_modified": (date, True),
    "authors": (list_of(AUTHOR), True),
    "tags": (list_of(text), False),
    "language": (language, True),
    "attachments": (list_of(ATTACHMENT), False),
    "_source": (SOURCE, False),
    "_rights": (RIGHTS, True),
}
TOMBSTONE: Shape = {"id": (text, True), "when": (date, True), "merged_into": (text, False)}
FEED: Shape = {
    "version": (lambda value: value == "https://jsonfeed.org/version/1.1", True),
    "title": (text, True),
    "home_page_url": (url, True),
    "feed_url": (url, True),
    "next_url": (url, False),
    "description": (text, True),
    "language": (language, True),
    "authors": (list_of(AUTHOR), True),
    "hubs": (list_of({"type": (text, True), "url": (url, True)}), False),
    "items": (list_of(ITEM), True),
    "_current": (url, False),
    "_tombstones": (list_of(TOMBSTONE), False),
}


def read(feed: TopicFeed) -> Any:
    return json.loads(render_json(feed).decode("utf-8", "strict"))


def item_of(item: FeedItem) -> Any:
    (written,) = read(replace(LAKE, items=(item,)))["items"]
    return written


@pytest.mark.parametrize("feed", [LAKE, EMPTY], ids=["lake", "quiet"])
def test_the_rendition_is_its_golden_file(feed: TopicFeed) -> None:
    assert_golden(f"{feed.id}.json", render_json(feed))


@pytest.mark.parametrize(
    "feed",
    [LAKE, EMPTY, replace(EMPTY, site=replace(SITE, hub="")), replace(LAKE, archive=2, previous=1)],
    ids=["lake", "quiet", "hub", "archive"],
)
def test_the_rendition_conforms_to_json_feed(feed: TopicFeed) -> None:
    assert conforms(read(feed), FEED)


def test_an_empty_topic_has_an_empty_list_of_items() -> None:
    assert read(EMPTY)["items"] == []


def test_a_title_is_plain_text_as_it_is() -> None:
    assert item_of(ABOUT_MARKUP)["title"] == ABOUT_MARKUP.title


def test_an_item_without_title_has_none() -> None:
    assert "title" not in item_of(UNTITLED)


def test_an_item_speaks_its_own_language_or_that_of_the_feed() -> None:
    assert item_of(FULL)["language"] == "es"
    assert item_of(ABOUT_MARKUP)["language"] == "en"


def test_every_enclosure_is_an_attachment() -> None:
    assert item_of(FULL)["attachments"] == [
        {"url": "https://faro.example.net/talk.ogg", "mime_type": "audio/ogg"},
        {"url": "https://faro.example.net/talk.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 1234567},
    ]


def test_tombstones_say_what_left_and_when() -> None:
    assert read(LAKE)["_tombstones"] == [
        {"id": "tag:wire.example.org,2026-11-22:withdrawn2345677", "when": "2026-03-04T14:00:00Z"},
        {
            "id": "tag:wire.example.org,2026-11-22:merged2345677aaa",
            "when": "2026-03-04T14:00:00Z",
            "merged_into": FULL.id,
        },
    ]


@settings(max_examples=60, deadline=None)
@given(topic_feeds())
def test_any_json_conforms_and_reads_back_to_the_same_items(feed: TopicFeed) -> None:
    document = read(feed)
    assert conforms(document, FEED)
    tidied = tidy(feed)
    assert [item["id"] for item in document["items"]] == [item.id for item in feed.items]
    for written, item in zip(document["items"], tidied.items, strict=True):
        assert written.get("url", "") == item.url
        assert written.get("title", "") == item.title
        assert datetime.fromisoformat(written["date_published"]) == whole_second(item.published_at)
        assert datetime.fromisoformat(written["date_modified"]) == whole_second(item.updated_at)
        assert [author["name"] for author in written["authors"]] == authors(item, tidied)
    assert [stone["id"] for stone in document.get("_tombstones", [])] == [stone.id for stone in feed.tombstones]
