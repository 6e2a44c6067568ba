"""OPML for those who follow a topic, or all of them."""

from dataclasses import replace

from lxml import etree

from aggregator.render.opml import render_site_opml, render_topic_opml
from tests.render.topic_feeds import EMPTY, LAKE, SITE


def outlines(opml: bytes) -> list[dict[str, str]]:
    root = etree.fromstring(opml)
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert [child.tag for child in root] == ["head", "body"]
    return [dict(outline.attrib) for outline in root.iter("outline")]


def test_a_topic_is_one_subscription() -> None:
    opml = render_topic_opml(LAKE)
    (outline,) = outlines(opml)
    assert outline["type"] == "rss"
    assert (outline["xmlUrl"], outline["htmlUrl"]) == ("https://wire.example.org/lake.rss", LAKE.page_url)
    assert outline["text"] == outline["title"] != ""
    head = etree.fromstring(opml).find("head")
    assert head is not None
    assert head.findtext("dateModified", "").endswith(" GMT")
    assert render_topic_opml(LAKE) == opml


def test_a_site_has_all_of_them_in_order() -> None:
    assert [one["xmlUrl"] for one in outlines(render_site_opml(SITE, [EMPTY, LAKE]))] == [
        "https://wire.example.org/quiet.rss",
        "https://wire.example.org/lake.rss",
    ]
    assert outlines(render_site_opml(SITE, [])) == []


def test_titles_that_hold_markup_or_nothing_readable_are_text() -> None:
    (outline,) = outlines(render_topic_opml(replace(LAKE, title='A & <b>"B"</b>\x00')))
    assert outline["text"] == 'A & <b>"B"</b>'
