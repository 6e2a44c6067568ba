"""Dates, titles, names, guids and links as feeds give them -> fields of an entry. Rules as tables."""

from datetime import UTC, datetime, timedelta

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.parse.dates import entry_date
from aggregator.parse.feed import parse_feed
from tests.feeds import NOW, URL, atom, only_entry, parse, rss

# --- dates -----------------------------------------------------------------------------------------------------------

DATES = {
    "RFC 822": ("Thu, 19 Nov 2026 08:00:00 +0100", "2026-11-19T07:00:00"),
    "RFC 822, a zone by name": ("Fri, 20 Nov 2026 09:00:00 EST", "2026-11-20T14:00:00"),
    "RFC 822, two figures of year": ("20 Nov 26 09:00 GMT", "2026-11-20T09:00:00"),
    "RFC 822, Bolivian time": ("Tue, 17 Nov 2026 10:00:00 BOT", "2026-11-17T14:00:00"),
    "RFC 3339": ("2026-11-20T10:00:00.25-04:30", "2026-11-20T14:30:00"),
    "ISO 8601 without a colon in the zone": ("2026-11-20T10:00:00-0430", "2026-11-20T14:30:00"),
    "ISO 8601 with spaces": ("2026-11-20 10:00:00 +0100", "2026-11-20T09:00:00"),
    "ISO 8601, a day": ("2026-11-20", "2026-11-20T00:00:00"),
    "seconds of the epoch": ("1763719200", "2025-11-21T10:00:00"),
    "milliseconds of the epoch": ("1763719200000", "2025-11-21T10:00:00"),
    "Spanish": ("21 de noviembre de 2026 10:30", "2026-11-21T10:30:00"),
    "Spanish with the day's name": ("Sábado, 21 de setiembre de 2024 a las 10h30", "2024-09-21T10:30:00"),
    "Spanish, Tuesday is no March": ("mar, 17 nov 2026 10:00:00 -0400", "2026-11-17T14:00:00"),
    "Portuguese": ("12 de março de 2026 às 14:05", "2026-03-12T14:05:00"),
    "French": ("1er août 2026", "2026-08-01T00:00:00"),
    "French, abbreviated": ("jeu., 19 nov. 2026 08:00:00 +0100", "2026-11-19T07:00:00"),
    "American": ("November 21, 2026 5:30 pm", "2026-11-21T17:30:00"),
    "midnight in American": ("November 21, 2026 12:05 a.m.", "2026-11-21T00:05:00"),
    "a leap second": ("31 Dec 2016 23:59:60 GMT", "2016-12-31T23:59:59"),
    "within a day from now": ("2026-11-23T11:00:00Z", "2026-11-23T11:00:00"),
    "later than a day from now": ("2026-11-23T13:00:00Z", None),
    "before 1990": ("Thu, 01 Jan 1970 00:00:00 GMT", None),
    "zero": ("0", None),
    "a century": ("20", None),
    "figures that may be either": ("05/11/2026", None),
    "no such day": ("31 Nov 2026 10:00:00 GMT", None),
    "no such zone is UTC": ("2026-11-20T10:00:00+99:00", "2026-11-20T10:00:00"),
    "words": ("yesterday", None),
    "nothing": ("", None),
    "far too long": ("9" * 10_000, None),
}


@pytest.mark.parametrize(("text", "expected"), DATES.values(), ids=DATES.keys())
def test_a_date_is_read(text: str, expected: str | None) -> None:
    instant = datetime.fromisoformat(expected).replace(tzinfo=UTC) if expected else None
    assert entry_date(text, NOW) == instant
    assert only_entry(rss(f"<title>t</title><pubDate>{text}</pubDate>")).published_at == instant


def test_dates_only_feedparser_knows_are_read() -> None:
    assert only_entry(rss("<pubDate>Thu Nov 19 08:00:00 2026</pubDate>")).published_at == datetime(
        2026, 11, 19, 8, tzinfo=UTC
    )


@given(st.text(max_size=40))
@settings(derandomize=True, max_examples=200)
def test_any_text_is_a_date_in_the_window_or_none(text: str) -> None:
    instant = entry_date(text, NOW)
    assert instant is None or datetime(1990, 1, 1, tzinfo=UTC) <= instant <= NOW + timedelta(days=1)


def test_updated_is_only_what_the_feed_says() -> None:
    assert only_entry(rss("<pubDate>Thu, 19 Nov 2026 08:00:00 GMT</pubDate>")).updated_at is None
    entry = only_entry(atom("<id>a</id><updated>2026-11-19T08:00:00Z</updated>"))
    assert entry.published_at == entry.updated_at == datetime(2026, 11, 19, 8, tzinfo=UTC)


# --- titles, names ---------------------------------------------------------------------------------------------------

TITLES = {
    "RSS, escaped once": ("AT&amp;T &lt;3", "AT&T <3", ""),
    "RSS, escaped twice": ("AT&amp;amp;T &amp;#8211; &amp;quot;yes&amp;quot;", 'AT&T – "yes"', ""),
    "RSS, escaped three times, of which one is the author's": ("Q&amp;amp;amp;A", "Q&amp;A", ""),
    "RSS, CDATA with an entity": ("<![CDATA[Fish &amp; chips]]>", "Fish & chips", ""),
    "RSS, CDATA with tags": ("<![CDATA[<strong>Now:</strong> rain<br/>and wind]]>", "Now: rain and wind", ""),
    "RSS, escaped tags": ("A &lt;i&gt;very&lt;/i&gt; long night", "A very long night", ""),
    "RSS, a comparison is no tag": ("If 2 &lt; 3 and b &gt; a", "If 2 < 3 and b > a", ""),
    "RSS, angle brackets of a programmer": ("List&lt;String&gt; explained", "List<String> explained", ""),
    "RSS, an ampersand in the middle of a word": ("gin&amp;notonic", "gin&notonic", ""),
    "RSS, whitespace": ("\n\t One\n  two&#160;three ", "One two three", ""),
    "RSS, a comment and a script's tags": ("a<![CDATA[<!-- x --> b<script>no()</script>]]>", "a b", ""),
    "Atom, no type": ("AT&amp;T &lt;3", "AT&T <3", "atom"),
    "Atom, text that is HTML": ("AT&amp;amp;T &lt;b&gt;wins&lt;/b&gt;", "AT&T wins", "atom"),
    "Atom, html": ("AT&amp;amp;T &amp;lt;3 &lt;b&gt;x&lt;/b&gt;", "AT&T <3 x", "html"),
    "Atom, html with bare characters": ("AT&amp;T &lt;3", "AT&T <3", "html"),
    "Atom, html about a tag": ("The &amp;lt;br&amp;gt; tag", "The <br> tag", "html"),
    "a text in Latin-1 read as UTF-8, twice": ("MaÃ±ana", "Mañana", ""),
}


@pytest.mark.parametrize(("markup", "expected", "kind"), TITLES.values(), ids=TITLES.keys())
def test_a_title_is_plain_text_unescaped_once(markup: str, expected: str, kind: str) -> None:
    type_ = ' type="html"' if kind == "html" else ""
    document = atom(f"<id>a</id><title{type_}>{markup}</title>") if kind else rss(f"<title>{markup}</title>")
    assert only_entry(document).title == expected


MISSING_TITLES = {
    "a short text is the title": ("<p>Rain at last.</p>", "Rain at last."),
    "blocks are parted": ("<h3>Rain</h3><p>at <b>la</b>st</p>", "Rain at last"),
    "scripts are no text": ("<script>var a = 1 < 2;</script><p>Rain</p>", "Rain"),
    "a picture alone says nothing": ('<img src="a.jpg">', ""),
    "a long text is cut at a word": ("seven words " * 20, "seven words " * 6 + "seven…"),
    "a long word is cut anywhere": ("x" * 200, "x" * 79 + "…"),
    "no text, no title": ("", ""),
}


@pytest.mark.parametrize(("body", "expected"), MISSING_TITLES.values(), ids=MISSING_TITLES.keys())
def test_a_missing_title_is_the_first_words_of_the_text(body: str, expected: str) -> None:
    assert only_entry(rss(f"<guid>a</guid><description><![CDATA[{body}]]></description>")).title == expected


AUTHORS = {
    "dc:creator as given": ("<dc:creator>By Tim Young, The Valley</dc:creator>", ("By Tim Young, The Valley",)),
    "several": ("<dc:creator>Ana</dc:creator><dc:creator>Luis</dc:creator>", ("Ana", "Luis")),
    "the same twice": ("<dc:creator>Ana</dc:creator><author>ana@desk.example (ana)</author>", ("Ana",)),
    "mail and name": ("<author>ana@desk.example (Ana Quispe)</author>", ("Ana Quispe",)),
    "name and mail": ("<author>Ana Quispe &lt;ana@desk.example&gt;</author>", ("Ana Quispe",)),
    "a bare mail address": ("<author>ana@desk.example</author>", ()),
    "a name with brackets": ("<author>Ana Quispe (Lago Sur)</author>", ("Ana Quispe (Lago Sur)",)),
    "entities": ("<dc:creator><![CDATA[Smith &amp; Sons]]></dc:creator>", ("Smith & Sons",)),
    "empty": ("<dc:creator> </dc:creator>", ()),
    "none: an RSS channel's editor wrote nothing": ("", ()),
}  # fmt: skip


@pytest.mark.parametrize(("markup", "expected"), AUTHORS.values(), ids=AUTHORS.keys())
def test_authors_of_an_rss_item(markup: str, expected: tuple[str, ...]) -> None:
    editor = "<managingEditor>chief@desk.example (The Chief)</managingEditor>"
    assert only_entry(rss(f"<title>t</title>{markup}", channel=editor)).authors == expected


# --- guids, links ----------------------------------------------------------------------------------------------------


def test_a_guid_never_depends_on_the_address_of_the_feed() -> None:
    document = rss(
        "<guid>1234</guid><title>t</title>", "<title>u</title><link>https://a.example/u</link>", "<title>v</title>"
    )
    here, there = (parse_feed(document.encode(), url, now=NOW) for url in (URL, "https://moved.example/rss.xml"))
    assert [entry.guid for entry in here.entries] == [entry.guid for entry in there.entries]
    assert here.entries[0].guid == "1234"
    # The private switch this rests on is still there.
    assert "id" not in feedparser.mixin._FeedParserMixin.can_be_relative_uri


def test_a_made_guid_stays_when_neighbours_come_and_go() -> None:
    item = "<title>Only a title</title><description>and words</description>"
    alone = only_entry(rss(item)).guid
    assert parse(rss("<title>New above</title>", item, "<title>Old below</title>")).entries[1].guid == alone


GUIDS = {
    "the same entry twice, no dates: the first stays": (
        ["<guid>g</guid><title>one</title><link>/x</link>", "<guid>g</guid><title>two</title><link>/x</link>"],
        ["one"],
    ),
    "the same entry twice: the newer stays, in the place of the first": (
        [
            "<guid>g</guid><title>old</title><pubDate>2026-11-20T08:00:00Z</pubDate>",
            "<guid>h</guid><title>other</title>",
            "<guid>g</guid><title>old</title><pubDate>2026-11-20T09:00:00Z</pubDate><description>new</description>",
        ],
        ["old", "other"],
    ),
    "one guid on different articles is no guid": (
        ["<guid>0</guid><title>one</title><link>/1</link>", "<guid>0</guid><title>two</title><link>/2</link>"],
        ["one", "two"],
    ),
    "no guids and one link on all is no identity": (
        ["<title>one</title><link>/</link>", "<title>two</title><link>/</link>", "<title>two</title><link>/</link>"],
        ["one", "two"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("items", "titles"), GUIDS.values(), ids=GUIDS.keys())
def test_one_entry_a_guid(items: list[str], titles: list[str]) -> None:
    entries = parse(rss(*items)).entries
    assert [entry.title for entry in entries] == titles
    assert len({entry.guid for entry in entries}) == len(entries)


LINKS = {
    "absolute": ("<link>https://a.example/x?a=1&amp;b=2</link>", "https://a.example/x?a=1&b=2"),
    "relative": ("<link>/x</link>", "https://partner.example/x"),
    "a script": ("<link>javascript:alert(1)</link>", ""),
    "a script hidden by a line break": ("<link>java&#10;script:alert(1)</link>", ""),
    "a script beside a permalink": ("<link>javascript:alert(1)</link><guid>https://a.example/g</guid>", "https://a.example/g"),
    "an empty link before a permalink": ("<link/><guid>https://a.example/g</guid>", "https://a.example/g"),
    "a guid that is no address": ("<guid>1234</guid>", ""),
    "xml:base": ('<title xml:base="https://b.example/d/">t</title><guid isPermaLink="true">/g</guid>', "https://b.example/g"),
    "a link to itself is none to the page": (
        '<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="self" href="https://a.example/feed"/>', ""
    ),
    "no link": ("<title>t</title>", ""),
}  # fmt: skip


@pytest.mark.parametrize(("markup", "expected"), LINKS.values(), ids=LINKS.keys())
def test_the_link_of_an_rss_item(markup: str, expected: str) -> None:
    assert only_entry(rss(markup)).url == expected


def test_an_atom_id_is_no_link() -> None:
    assert only_entry(atom("<id>https://a.example/1</id><title>t</title>")).url == ""


def test_content_location_is_the_base_on_the_same_host_only() -> None:
    document = rss("<link>x</link>")
    assert only_entry(document, content_location="/news/rss").url == "https://partner.example/news/x"
    assert only_entry(document, content_location="http://localhost/index.php").url == "https://partner.example/feed/x"
