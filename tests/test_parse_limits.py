"""Source feeds made to hurt: too deep, too full, too many entries, fields without end."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.errors import ParseError
from aggregator.models import Entry, ParsedFeed
from aggregator.parse.entries import (
    MAX_AUTHORS,
    MAX_CATEGORIES,
    MAX_ENCLOSURES,
    MAX_GUID_CHARS,
    MAX_HTML_CHARS,
    MAX_LANGUAGE_CHARS,
    MAX_NAME_CHARS,
    MAX_TYPE_CHARS,
)
from aggregator.parse.feed import MAX_ENTRIES
from aggregator.parse.outline import MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS
from aggregator.parse.text import MAX_TITLE_CHARS
from tests.feeds import NOW, atom, only_entry, parse, rss

MAX_URL_CHARS = 2_000
JSON_FEED = "https://jsonfeed.org/version/1.1"


def json_feed(*items: object, **more: object) -> str:
    return json.dumps({"version": JSON_FEED, "items": items, **more})


# --- depth and number of elements ------------------------------------------------------------------------------------

DEEP = {
    "in a description": rss("<description>" + "<a>" * 300_000 + "</a>" * 300_000 + "</description>"),
    "never closed": rss("<description>" + "<a>" * 600_000),
    "outside of entries": rss(channel="<a>" * 600_000),
    "no tag whole": rss("<description>" + "<a " * 600_000),
    "in XHTML": atom("<id>a</id><content type='xhtml'>" + "<div>" * 300_000),
    "with attributes that hide it": rss("<description>" + "<a b='/>' c=\"/>\">" * 100_000),
    "after a quotation mark that never closes": rss("<description>" + '<a ">' * 300_000),
    "entries in entries": rss("<item>" * 100_000),
    "with names of other spaces": rss("<x:a>" * 100_000),
}


@pytest.mark.parametrize("document", DEEP.values(), ids=DEEP.keys())
def test_a_document_too_deep_is_refused(document: str) -> None:
    with pytest.raises(ParseError, match=f"https://partner.example/feed/: more than {MAX_DEPTH} elements are in one"):
        parse(document)


def test_depth_that_honest_feeds_have_is_read() -> None:
    inside = "<div>" * (MAX_DEPTH - 4) + "words" + "</div>" * (MAX_DEPTH - 4)
    assert "words" in only_entry(atom(f"<id>a</id><content type='xhtml'>{inside}</content>")).content_html
    unclosed = "<br>line<img src='a.jpg'>" * 1000 + "words &nope"
    assert "words" in only_entry(rss(f"<description>{unclosed}</description>")).summary_html
    paragraphs = "<p>one" * 20
    assert (
        len(parse(rss(*[f"<title>{n}</title><description>{paragraphs}</description>" for n in range(90)])).entries)
        == 90
    )


def test_json_too_deep_is_refused() -> None:
    for text in ("[" * 100_000, '{"a":' * 100_000, '{"version":"' + JSON_FEED + '","items":' + "[" * 100_000):
        with pytest.raises(ParseError, match="JSON that cannot be read"):
            parse(text)


FULL = {
    "elements": rss("<b/>" * (MAX_ELEMENTS + 1)),
    "elements never closed": rss("<br>" * (MAX_ELEMENTS + 1)),
    "elements outside": rss(channel="<category>c</category>" * (MAX_ELEMENTS + 1)),
    "closing tags of nothing": rss("</b>" * (MAX_ELEMENTS + 1)),
    "values": json_feed()[:-2] + "[]," * 600_000 + "1]}",
}


@pytest.mark.parametrize("document", FULL.values(), ids=FULL.keys())
def test_a_document_too_full_is_refused(document: str) -> None:
    with pytest.raises(ParseError, match="ask the partner for a shorter one"):
        parse(document)


def test_too_many_attributes_are_refused_and_long_ones_not() -> None:
    many = "".join(f' a{number}="b"' for number in range(MAX_ATTRIBUTES + 1))
    with pytest.raises(ParseError, match=f"an element has more than {MAX_ATTRIBUTES} attributes"):
        parse(rss(f"<description><b{many}/></description>"))
    picture = f'<img src="data:image/png;base64,{"AAAA" * 20_000}==" alt="it\'s a picture"/>'
    assert "a picture" in only_entry(rss(f"<description>{picture}</description>")).summary_html


# --- entities and includes -------------------------------------------------------------------------------------------


def everything(feed: ParsedFeed) -> str:
    return repr(feed)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_no_encoding_smuggles_entities_in(tmp_path: Path, encoding: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("do not read me")
    doctype = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE rss [<!ENTITY in "EXPANDED">'
        f'<!ENTITY ext SYSTEM "{secret.as_uri()}"><!ENTITY % par SYSTEM "{secret.as_uri()}">%par;]>'
    )
    document = doctype + rss("<title>t</title><description>&in;&ext;</description>")
    found = everything(parse(document.encode(encoding)))
    assert "EXPANDED" not in found
    assert "do not read me" not in found


def test_a_doctype_inside_the_document_declares_nothing(tmp_path: Path) -> None:
    for place in (
        "<rss><channel>{}<item><title>&in;</title></item></channel></rss>",
        "{}<rss><item><title>&in;</title></item></rss>",
    ):
        found = parse(place.format('<!DOCTYPE rss [<!ENTITY in "EXPANDED">]>'))
        assert "EXPANDED" not in "".join(entry.title for entry in found.entries)


def test_an_include_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("do not read me")
    include = f'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{secret.as_uri()}" parse="text"/>'
    sheet = f'<?xml-stylesheet href="{secret.as_uri()}"?>'
    assert "do not read me" not in everything(
        parse(sheet + rss(f"<title>t</title><description>{include}</description>"))
    )


def test_utf_7_is_not_believed() -> None:
    body = b'<?xml version="1.0" encoding="utf-7"?>' + rss("<title>+ADw-script+AD4-</title>").encode()
    for content_type in ("", "text/xml; charset=utf-7", "text/xml; charset=unicode-1-1-utf-7"):
        assert only_entry(body, content_type=content_type).title == "+ADw-script+AD4-"


# --- entries ---------------------------------------------------------------------------------------------------------


def numbered(number: int) -> str:
    at = NOW - timedelta(hours=number)
    return f"<title>{number}</title><guid>{number}</guid><pubDate>{at:%d %b %Y %H:%M} GMT</pubDate>"


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("tail", ["", "<x>&nope"], ids=["well-formed", "broken"])
def test_of_thousands_of_entries_the_newest_are_read_in_their_order(newest_first: bool, tail: str) -> None:
    numbers = list(range(MAX_ENTRIES + 500))
    kept = numbers[:MAX_ENTRIES]
    if not newest_first:
        numbers.reverse()
        kept.reverse()
    document = rss(*map(numbered, numbers), channel="<description>of the channel</description>")
    entries = parse(document.replace("</channel>", f"{tail}</channel>")).entries
    assert [entry.title for entry in entries] == [str(number) for number in kept]


def test_what_is_read_of_many_entries_is_what_is_read_of_each_alone() -> None:
    items = [numbered(number) for number in range(30)]
    few = parse(rss(*items), max_entries=10)
    assert few.entries == parse(rss(*items)).entries[:10]
    dated = [f"<id>{n}</id><updated>{NOW - timedelta(days=n):%Y-%m-%dT%H:%M:%SZ}</updated>" for n in range(30)]
    assert parse(atom(*dated), max_entries=10).entries == parse(atom(*dated)).entries[:10]
    things = [{"id": n, "date_published": f"{NOW - timedelta(days=n):%Y-%m-%d}"} for n in range(30)]
    assert parse(json_feed(*things), max_entries=10).entries == parse(json_feed(*things)).entries[:10]


def test_entries_are_found_whatever_stands_in_their_text() -> None:
    hidden = "<![CDATA[</item><item>]]><!-- </item> --><?php </item> ?>"
    items = [f"{numbered(number)}<description>{hidden}{number}</description>" for number in range(30)]
    assert [entry.title for entry in parse(rss(*items), max_entries=3).entries] == ["0", "1", "2"]


# --- fields ----------------------------------------------------------------------------------------------------------


def check_lengths(entry: Entry) -> None:
    addresses = [entry.url, *(enclosure.url for enclosure in entry.enclosures)]
    if entry.image:
        addresses.append(entry.image.url)
        assert len(entry.image.alt) <= MAX_TITLE_CHARS
    assert all(len(address) <= MAX_URL_CHARS for address in addresses)
    assert len(entry.guid) <= MAX_GUID_CHARS
    assert len(entry.title) <= MAX_TITLE_CHARS
    assert len(entry.summary_html) <= MAX_HTML_CHARS
    assert len(entry.content_html) <= MAX_HTML_CHARS
    assert len(entry.language) <= MAX_LANGUAGE_CHARS
    assert (len(entry.authors), len(entry.categories), len(entry.enclosures)) <= (
        MAX_AUTHORS, MAX_CATEGORIES, MAX_ENCLOSURES,
    )  # fmt: skip
    assert all(len(name) <= MAX_NAME_CHARS for name in (*entry.authors, *entry.categories))
    assert all(len(enclosure.type) <= MAX_TYPE_CHARS for enclosure in entry.enclosures)
    assert all(0 <= enclosure.length < 10**15 for enclosure in entry.enclosures)


LONG = "en-" + "x1-" * 5_000 + "x"


def test_every_field_of_an_rss_item_is_bounded() -> None:
    number = "9" * 5_000
    entry = only_entry(
        rss(
            f"<title>{LONG}</title><link>https://a.example/{LONG}</link><guid>{LONG}</guid><author>{LONG}</author>"
            f"<category>{LONG}</category><dc:language>{LONG}</dc:language><description>{LONG}</description>"
            f'<enclosure url="https://a.example/{LONG}" type="{LONG}" length="{number}"/>'
            f'<enclosure url="https://a.example/a.mp3" type="{LONG}" length="{number}"/>'
            f'<media:content url="/p.jpg" width="{number}" height="{number}" medium="image"/>'
            f"<media:description>{LONG}</media:description>"
        )
    )
    check_lengths(entry)
    assert (entry.url, entry.language) == ("", "")
    assert [enclosure.url for enclosure in entry.enclosures] == ["https://a.example/a.mp3"]


def test_every_field_of_a_json_item_is_bounded() -> None:
    item = dict.fromkeys(("id", "title", "summary", "content_text", "language", "image", "url"), LONG)
    attachment = {"url": "/a.mp3", "mime_type": LONG, "size_in_bytes": 1e300}
    names = [{"name": f"{number}{LONG}"} for number in range(90)]
    tags = [f"{number}{LONG}" for number in range(90)]
    document = json_feed(item | {"authors": names, "tags": tags, "attachments": [attachment] * 90})
    check_lengths(only_entry(document))


def test_every_field_of_a_feed_is_bounded() -> None:
    feeds = [
        parse(rss(channel=f"<title>{LONG}</title><link>https://a.example/{LONG}</link><language>{LONG}</language>")),
        parse(json_feed(title=LONG, home_page_url=f"/{LONG}", language=LONG, next_url=f"/{LONG}")),
    ]
    for feed in feeds:
        assert (feed.home, feed.language, feed.older_url) == ("", "", "")
        assert len(feed.title) <= MAX_TITLE_CHARS


def test_thousands_of_authors_of_the_feed_do_not_count_for_each_entry() -> None:
    authors = "".join(f"<author><name>{number}</name></author>" for number in range(5_000))
    feed = parse(atom(*(f"<id>{number}</id>" for number in range(50)), feed=authors))
    assert {len(entry.authors) for entry in feed.entries} == {MAX_AUTHORS}


def test_what_feedparser_would_take_for_ever_for_is_read_at_once() -> None:
    author, many = "a-" * 100_000, [f"<category>{number}</category>" for number in range(50_000)]
    markup = f"<author>{author}</author><dc:creator>{author}@{author}.example</dc:creator>"
    assert len(only_entry(rss(markup)).authors) == 1
    assert len(only_entry(rss("".join(many))).categories) == MAX_CATEGORIES


def test_an_address_beside_a_name_is_no_part_of_it_whatever_its_domain() -> None:
    for mail in ("ana@desk.example", "ana@desk.newspaper", "a/b@desk.example", "mailto:ana@desk.co"):
        for text in (f"{mail} (Ana Quispe)", f"Ana Quispe &lt;{mail}&gt;", f"Ana Quispe ({mail})"):
            assert "Ana Quispe" in only_entry(rss(f"<author>{text}</author>")).authors[0]
