"""A feed read but for the entries that are known gives what it gives when it is read whole."""

import random
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.models import KnownEntry, Reading
from aggregator.parse.feed import parse_feed, parse_news
from bench.publishers import STYLES, Style, wordpress
from tests.feeds import NOW, URL, atom, rss

FEEDS = Path(__file__).parent / "data" / "feeds"
SAMPLES = sorted(path for path in FEEDS.iterdir() if not path.name.endswith(".expected.json"))
_ENTRY = re.compile(r"<(item|entry)\b.*?</\1>", re.S)


def read(document: str | bytes, known: Mapping[str, KnownEntry], now: datetime = NOW, **more: int) -> Reading:
    body = document if isinstance(document, bytes) else document.encode()
    return parse_news(body, URL, known, now=now, **more)


def marks_of(reading: Reading) -> dict[str, KnownEntry]:
    return {
        mark: KnownEntry(entry.guid, entry.url, entry.published_at, entry.hash)
        for mark, entry in zip(reading.marks, reading.feed.entries, strict=False)
        if mark
    }


def left_out(*documents: str | bytes, now: datetime = NOW, **more: int) -> int:
    """Read documents one after the other, and compare with the last one read whole; returns how many were left out."""
    known: dict[str, KnownEntry] = {}
    for document in documents:
        reading = read(document, known, now, **more)
        known |= marks_of(reading)
    body = documents[-1] if isinstance(documents[-1], bytes) else documents[-1].encode()
    whole = parse_feed(body, URL, now=now, **more)
    assert replace(reading.feed, entries=()) == replace(whole, entries=())
    assert len(reading.feed.entries) == len(whole.entries)
    for place, (found, expected) in enumerate(zip(reading.feed.entries, whole.entries, strict=True)):
        if reading.marks and reading.marks[place] in reading.left_out:
            found = replace(expected, guid=found.guid, url=found.url, published_at=found.published_at, hash=found.hash)
        assert found == expected
    return len(reading.left_out)


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.__name__)
def test_of_a_feed_with_one_new_entry_only_that_is_read(style: Style) -> None:
    assert left_out(style(range(20, 0, -1), 1), style(range(21, 1, -1), 2)) == 19


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.__name__)
def test_entries_that_move_or_go_are_known_and_new_ones_in_the_middle_are_read(style: Style) -> None:
    before = [9, 8, 7, 6, 5, 4]
    for after, known in (([9, 4, 5, 8], 4), ([9, 8, 11, 7, 10, 6], 4), ([4, 5, 6, 7, 8, 9], 6), ([3, 2], 0), ([8], 1)):
        assert left_out(style(before, 1), style(after, 2)) == known


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.__name__)
def test_an_entry_edited_in_one_byte_is_read_again(style: Style) -> None:
    document = style([5, 4, 3], 1)
    dice = random.Random(1)
    entry = list(_ENTRY.finditer(document.decode()))[1]
    text = document.decode()
    for _ in range(60):
        place = dice.randrange(entry.start(), entry.end())
        edited = text[:place] + dice.choice("x <&é>") + text[place + 1 :]
        if edited != text:
            assert left_out(document, edited) <= 2


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_each_sample_gives_the_same_with_its_entries_known(sample: Path) -> None:
    document = sample.read_bytes()
    left_out(document, document)
    charset = "utf-16" if b"\0" in document[:4] else "utf-8"
    text = document.decode(charset, "surrogateescape")
    for entry in _ENTRY.finditer(text):
        without = text[: entry.start()] + text[entry.end() :]
        left_out(without.encode(charset, "surrogateescape"), document)
        left_out(document, without.encode(charset, "surrogateescape"))


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "utf-8-sig"])
def test_the_charset_may_change_and_the_entries_stay_known(charset: str) -> None:
    before, after = wordpress([3, 2, 1], 1), wordpress([4, 3, 2], 2)
    assert left_out(before, after.decode().replace("UTF-8", charset).encode(charset)) == 2


DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'


def item(number: int, more: str = "") -> str:
    return f"<title>T{number}</title><link>/{number}</link><guid>g{number}</guid><pubDate>{DAY}</pubDate>{more}"


DAY = "Fri, 20 Nov 2026 10:00:00 GMT"
ONE, TWO = item(1), item(2)


def test_what_the_channel_says_of_its_entries_makes_them_unknown_when_it_changes() -> None:
    assert left_out(rss(ONE), rss(TWO, ONE)) == 1
    for channel in ("<language>es</language>", "<dc:creator>Ana</dc:creator>", "<!--x--><author>Ana</author>"):
        assert left_out(rss(ONE), rss(TWO, ONE, channel=channel)) == 0
    for feed in ("<author><name>Ana</name></author>", "<link href='https://other.example/'/>"):
        assert left_out(atom("<id>1</id>"), atom("<id>2</id>", "<id>1</id>", feed=feed)) == 0
    for root in ("xml:base='https://other.example/'", "xml:lang='es'", "xmlns:x='urn:x'"):
        assert left_out(atom("<id>1</id>"), atom("<id>1</id>").replace("<feed ", f"<feed {root} ")) == 0


def test_dates_of_the_channel_and_comments_change_nothing() -> None:
    before = rss(ONE, channel="<lastBuildDate>Mon</lastBuildDate><!-- 1 --><pubDate>x</pubDate>")
    after = rss(TWO, ONE, channel="<lastBuildDate>Tue</lastBuildDate> <!-- <item> --><pubDate>y</pubDate>")
    assert left_out(before, after.replace("</item>", "</item>\n<!-- </item> between -->\n")) == 1


@pytest.mark.parametrize(
    "document",
    [
        rss(ONE, ONE),  # equal in bytes
        rss(ONE, ONE.replace("T1", "T3")),  # of one guid
        rss(ONE, TWO).replace("</channel>", "<broken></channel>"),
        rss(ONE, "<item>" + TWO + "</item>"),
        rss(ONE, TWO + "&eacute;"),
        rss(ONE).replace("</channel>", "<skipDays/><item>" + TWO + "</item></channel>"),
        rss(ONE, TWO).replace("<item>", '<x:item xmlns:x="urn:x">', 1).replace("</item>", "</x:item>", 1),
        rss(ONE.replace("<title>", '<dc:t xmlns:dc="http://search.yahoo.com/mrss/"/><title>'), TWO),
        atom('<id>1</id><content type="html"><div xml:lang="es">x</div></content>', "<id>2</id><title>t</title>"),
    ],
)
def test_of_a_document_that_is_odd_nothing_is_left_out(document: str) -> None:
    assert left_out(document, document) == 0


def test_an_entry_that_needs_the_others_to_be_told_apart_has_all_read() -> None:
    assert left_out(rss(ONE), rss(ONE.replace("T1", "T3"), ONE)) == 0
    assert left_out(rss(ONE, TWO), rss(TWO, ONE, "<title>A</title><link>/1</link>")) == 2
    assert left_out(rss(ONE, TWO), rss(TWO, ONE), max_entries=1) == 0


def test_an_entry_that_leaves_something_to_the_next_has_all_read() -> None:
    leaking = item(3, '<dc:t xmlns:dc="http://search.yahoo.com/mrss/"/>')
    assert left_out(rss(ONE, TWO), rss(leaking, ONE, TWO)) == 0


def test_namespaces_declared_on_entries_leave_nothing() -> None:
    declared = [f"{item(n)}<dc:creator {DC}>Ana</dc:creator>" for n in (1, 2, 3)]
    bare = [f'<rss version="2.0"><channel>{"".join(f"<item>{one}</item>" for one in some)}</channel></rss>'
            for some in (declared[:2], declared)]  # fmt: skip
    assert left_out(*bare) == 2


def test_a_date_too_far_ahead_is_read_each_time() -> None:
    ahead = ONE.replace("20 Nov 2026", "25 Nov 2026")
    assert left_out(rss(ahead, TWO), rss(ahead, TWO)) == 1


def test_every_feed_is_read_whole_once_a_day() -> None:
    first = read(rss(ONE, TWO), {})
    assert len(read(rss(ONE, TWO), marks_of(first)).left_out) == 2
    assert not read(rss(ONE, TWO), marks_of(first), NOW + timedelta(days=1)).left_out


def test_entities_and_a_doctype_change_nothing() -> None:
    document = '<!DOCTYPE rss [<!ENTITY x "y">]>' + rss(item(1, "<description>&amp;&lt;p&gt;</description>"), TWO)
    assert left_out(document, document.replace("T2", "T4")) == 1
    left_out(document, document.replace("T2", "&x;"))


PIECES = st.sampled_from(
    [
        "<title>a &amp; b</title>", "<title><![CDATA[<item>]]></title>", "<link>/1</link>", "<guid>g</guid>",
        "<guid>h</guid>", "<id>i</id>", '<link href="/2"/>', "<!-- <entry> -->", "<pubDate>20 Nov 2026</pubDate>",
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div></content>',
        "<description>&lt;p&gt;text&lt;/p&gt;</description>", "<description><p>loose</description>", "<summary>s",
        '<content type="html"><div lang="de">d</div></content>', '<title xml:lang="fr">f</title>', "</item>", "<item>",
        '<svg:svg xmlns:svg="http://www.w3.org/2000/svg"/>', '<content xml:base="/deep/" type="html">x</content>',
        "<author><name>n</name></author>", "<source><title>s</title><author><name>m</name></author></source>", "&nbsp;",
        "<media:content url='/p.jpg'/>", "<category>c</category>", '<x:y xmlns:x="http://purl.org/dc/elements/1.1/"/>',
    ]
)  # fmt: skip
ENTRIES = st.lists(st.lists(PIECES, max_size=6).map("".join), max_size=6)


@settings(max_examples=100, deadline=None)
@given(ENTRIES, ENTRIES, st.randoms(use_true_random=False), st.sampled_from([rss, atom]), PIECES)
def test_whatever_comes_the_outcome_is_the_same(
    before: list[str], more: list[str], dice: random.Random, write: object, around: str
) -> None:
    after = [*before, *more]
    dice.shuffle(after)
    assert callable(write)
    first = write(*before)
    second = write(*after)
    for document in (second, second.replace("<title>Sample</title>", around)):
        left_out(first, document)
