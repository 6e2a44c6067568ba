"""Lists of subscriptions from other programs, and back."""

from pathlib import Path

import pytest

from aggregator.editing.blocks import add_blocks
from aggregator.editing.opml import plan_import
from aggregator.errors import ParseError
from aggregator.parse.opml import Subscription, parse_opml
from aggregator.render.opml import render_sources_opml
from aggregator.sources import check_sources
from tests.cli.door import aggregator
from tests.newsroom import SITE

# As three programs write them: folders as outlines, as a category, and in each other; names in text or title only.
NESTED = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0"><head><title>Subscriptions</title></head><body>
<outline text="Water &amp; land" title="Water &amp; land">
<outline type="rss" text="El Lago" title="El Lago" xmlUrl="https://lago.example/feed/" htmlUrl="https://lago.example/"/>
<outline text="Deep" title="Deep"><outline type="rss" text="Pozo" xmlUrl="https://pozo.example/rss?a=1&amp;b=2"/></outline>
</outline>
<outline type="rss" title="Alone" xmlUrl="https://alone.example/atom.xml"/></body></opml>"""
CATEGORIES = """<opml version="2.0" xmlns:frss="https://freshrss.org/opml"><head/><body>
<outline text="El Lago" type="rss" xmlUrl="https://lago.example/feed/" htmlUrl="https://lago.example/" language="es"
 category="/News/Agua,/Norte" frss:priority="main" isComment="true"/></body></opml>"""
UPPER = """<OPML version="1.1"><body><outline TEXT="Faro" XMLURL="https://faro.example/feed/" HTMLURL="https://faro.example"/>
<outline text="No feed" htmlUrl="https://x.example/"/><!-- a comment --><outline text="Faro again" xmlUrl="https://faro.example/feed/"/>
<outline text="mail" xmlUrl="mailto:a@b.example"/></body></OPML>"""
CONFIG = check_sources(SITE + '[[topic]]\nid = "norte"\ntitle = "Norte"\ninclude = "norte"\n').config


def test_folders_and_names_are_read_however_they_are_written() -> None:
    assert parse_opml(NESTED.encode()) == [
        Subscription(
            "https://lago.example/feed/", "El Lago", "https://lago.example/", "", ("Water & land",), kind="rss"
        ),
        Subscription("https://pozo.example/rss?a=1&b=2", "Pozo", "", "", ("Water & land", "Deep"), kind="rss"),
        Subscription("https://alone.example/atom.xml", "Alone", kind="rss"),
    ]
    (lago,) = parse_opml(CATEGORIES.encode())
    assert (lago.folders, lago.language, lago.is_off) == (("News", "Agua", "Norte"), "es", True)
    assert [one.title for one in parse_opml(UPPER.encode())] == ["Faro", "mail"]


def test_a_folder_becomes_a_topic_of_its_sources() -> None:
    plan = plan_import(parse_opml(NESTED.encode()), CONFIG)
    assert plan.topics == [
        {"id": "water-land", "title": "Water & land", "sources": ["el-lago", "pozo"]},
        {"id": "deep", "title": "Deep", "sources": ["pozo"]},
    ]
    assert plan.sources[0] == {
        "id": "el-lago", "name": "El Lago", "site": "https://lago.example/", "feed": "https://lago.example/feed/",
    }  # fmt: skip


def test_a_topic_that_is_there_is_joined() -> None:
    plan = plan_import(parse_opml(CATEGORIES.encode()), CONFIG)
    assert [topic["id"] for topic in plan.topics] == ["news", "agua"]
    assert plan.sources[0]["topics"] == ["norte"]
    assert plan.sources[0]["enabled"] is False


def test_what_is_there_already_or_no_address_is_left_out() -> None:
    config = check_sources(SITE + '[[source]]\nid = "faro"\nname = "Faro"\nfeed = "https://faro.example/feed"\n').config
    plan = plan_import(parse_opml(UPPER.encode()), config)
    assert (plan.sources, plan.known) == ([], {"https://faro.example/feed/": "faro"})
    assert list(plan.refused) == ["mailto:a@b.example"]


@pytest.mark.parametrize("document", [NESTED, CATEGORIES])
def test_what_comes_in_goes_out_again(document: str) -> None:
    plan = plan_import(parse_opml(document.encode()), CONFIG)
    text = add_blocks(add_blocks(CONFIG.text, "source", plan.sources), "topic", plan.topics)
    again = parse_opml(render_sources_opml(check_sources(text).config))
    came = parse_opml(document.encode())
    by_url = {one.url: one for one in again}
    for one in came:
        back = by_url.pop(one.url)
        assert (back.title, back.site, back.language, back.is_off) == (one.title, one.site, one.language, one.is_off)
        assert set(back.folders) == set(one.folders)
    assert not by_url


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\n", "is empty"),
        (b"\x1f\x8b\x08\0", "is compressed; unpack it"),
        (b"PK\x03\x04", "is compressed; unpack it"),
        (b"\n<!DOCTYPE html><p>sign in", "is an HTML page"),
        (b'{"subscriptions": []}', "is JSON"),
        (b"<rss/>", "no OPML: it begins with <rss>"),
        (b"<opml><body><outline text='A &amp; B'/></body></opml>", "no feeds in it"),
        (b"<opml><body><outline text='A & B'/></body></opml>", "line 1: xmlParseEntityRef: no name"),
        (b"<opml><body><outline></body></opml>", "not well-formed"),
        (
            b'<!DOCTYPE o [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><opml><body><outline text="&b;"/></body></opml>',
            "entities",
        ),
        (b'<!DOCTYPE o SYSTEM "x" [<!ENTITY % p SYSTEM "file:///etc/passwd">]><opml/>', "entities"),
        (
            '<!DOCTYPE o [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><opml><body><outline text="&b;"/></body></opml>'.encode(
                "utf-16"
            ),
            "entities",
        ),
        (b"<opml><body>" + b"<outline>" * 200 + b"</outline>" * 200 + b"</body></opml>", "more than 50 deep"),
        (b"<opml><body>" + b"<outline>" * 100_000, "more than 50 deep"),
        (
            b"<opml><body><outline " + b" ".join(b"a%d='1'" % n for n in range(201)) + b"/></body></opml>",
            "200 attributes",
        ),
        (b" " * 10_000_001, "larger than 10 MB"),
    ],
)
def test_a_list_that_is_none_is_refused(body: bytes, said: str) -> None:
    with pytest.raises(ParseError, match=said) as error:
        parse_opml(body)
    assert "\n" not in str(error.value)


def test_many_outlines_come_in_at_once(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(SITE)
    outlines = "".join(
        f'<outline text="Paper {n}" xmlUrl="https://p{n}.example/feed/" category="/F{n % 40}"/>' for n in range(1_500)
    )
    (tmp_path / "list.opml").write_text(f"<opml><body>{outlines}</body></opml>")
    done = aggregator(tmp_path, "source", "import", "list.opml")
    assert "1500 sources and 40 topics added" in done.stderr
    again = aggregator(tmp_path, "source", "import", "list.opml")
    assert "0 sources and 0 topics added, 1500 there already" in again.stderr


def test_an_import_can_be_seen_first(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(SITE)
    (tmp_path / "list.opml").write_text(NESTED)
    done = aggregator(tmp_path, "source", "import", "list.opml", "--dry-run")
    assert done.stdout.count("[[source]]") == 3
    assert (tmp_path / "sources.toml").read_text() == SITE
