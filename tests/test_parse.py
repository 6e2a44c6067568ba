"""Source feeds as they come, broken ones included -> entries."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from aggregator.errors import NotAFeed, ParseError
from aggregator.models import ParsedFeed
from aggregator.parse.entries import MAX_AUTHORS, MAX_CATEGORIES, MAX_ENCLOSURES, MAX_HTML_CHARS
from aggregator.parse.text import MAX_TITLE_CHARS
from tests.feeds import URL, atom, only_entry, parse, rss

FEEDS = Path(__file__).parent / "data" / "feeds"
SAMPLES = sorted(path for path in FEEDS.iterdir() if not path.name.endswith(".expected.json"))


def check_golden(sample: Path, found: ParsedFeed) -> None:
    """Compare with the expectation beside the sample; REGOLD=1 in the environment rewrites it, to be read as a diff."""
    as_text = json.dumps(asdict(found), default=str, ensure_ascii=False, indent=1) + "\n"
    golden = sample.with_name(f"{sample.name}.expected.json")
    if os.environ.get("REGOLD") == "1":
        golden.write_text(as_text, encoding="utf-8")
    assert as_text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_gives_the_entries_beside_it(sample: Path) -> None:
    check_golden(sample, parse(sample.read_bytes(), content_type="text/html; charset=iso-8859-1"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_no_served_type_changes_what_is_read(sample: Path) -> None:
    body = sample.read_bytes()
    for content_type in ("", "application/xml", "text/xml; charset=utf-8", "application/json", "nonsense; charset=🐟"):
        assert parse(body, content_type=content_type) == parse(body)


def test_every_format_is_recognised() -> None:
    formats = {parse(sample.read_bytes()).format for sample in SAMPLES}
    xml = {"rss090", "rss091n", "rss092", "rss10", "rss20", "atom03", "atom10", "cdf"}
    assert formats == xml | {"json10", "json11"}
    assert parse('<rss version="0.91"><channel><title>t</title></channel></rss>').format == "rss091u"


# --- bodies, pictures, the rest --------------------------------------------------------------------------------------


def test_a_description_alone_stays_the_summary() -> None:
    entry = only_entry(rss(f"<description>{'long ' * 500}</description>"))
    assert entry.content_html == ""
    assert len(entry.summary_html) > 2000


def test_swapped_bodies_are_put_right_and_equal_ones_kept_once() -> None:
    def bodies(description: str, content: str) -> tuple[str, str]:
        entry = only_entry(rss(f"<description>{description}</description><content:encoded>{content}</content:encoded>"))
        return entry.content_html, entry.summary_html

    assert bodies("the whole article", "short") == ("the whole article", "short")
    assert bodies("same", "&lt;p&gt;same&lt;/p&gt;") == ("<p>same</p>", "")


def test_a_caption_is_no_content() -> None:
    picture = '<media:content url="/a.jpg" medium="image"/><media:description>A caption &amp; more</media:description>'
    entry = only_entry(rss(f"<title>t</title><description>Words.</description>{picture}"))
    assert (entry.content_html, entry.summary_html) == ("", "Words.")
    assert entry.image is not None
    assert entry.image.alt == "A caption & more"


def test_a_form_inside_an_article_is_left_to_clean() -> None:
    form = "<form><input name='post_password' type='password'></form>"
    entry = only_entry(rss(f"<content:encoded><![CDATA[<p>Words before.</p>{form}]]></content:encoded>"))
    assert "Words before." in entry.content_html
    assert only_entry(rss(f"<content:encoded><![CDATA[{form}]]></content:encoded>")).content_html == ""


def test_addresses_inside_html_are_resolved_only_where_the_document_names_their_base() -> None:
    body = '<![CDATA[<a href="x">x</a>]]>'
    assert 'href="x"' in only_entry(rss(f"<description>{body}</description>")).summary_html
    based = only_entry(rss(f'<description xml:base="https://b.example/d/">{body}</description>'))
    assert 'href="https://b.example/d/x"' in based.summary_html
    assert f'href="{URL}x"' in only_entry(atom(f'<id>a</id><content type="html">{body}</content>')).content_html


def test_content_that_is_no_text_is_left_out() -> None:
    assert only_entry(atom('<id>a</id><content type="image/png">aGVsbG8=</content>')).content_html == ""
    assert only_entry(atom('<id>a</id><content src="https://a.example/v.mp4" type="video/mp4"/>')).content_html == ""


def test_atom_text_is_escaped_to_html_unless_it_bears_tags() -> None:
    assert only_entry(atom("<id>a</id><content>1 &lt; 2</content>")).content_html == "<p>1 &lt; 2</p>"
    assert only_entry(atom("<id>a</id><content>&lt;p&gt;x&lt;/p&gt;</content>")).content_html == "<p>x</p>"


def test_every_field_is_capped() -> None:
    many = "".join(f'<category>c{n}</category><dc:creator>a{n}</dc:creator><enclosure url="/{n}"/>' for n in range(90))
    title, body = "t" * 5000, "b" * (MAX_HTML_CHARS + 10)
    entry = only_entry(rss(f"<title>{title}</title><guid>{title}</guid><description>{body}</description>{many}"))
    assert len(entry.title) == MAX_TITLE_CHARS
    assert len(entry.summary_html) == MAX_HTML_CHARS
    assert len(entry.guid) < 100
    assert (len(entry.categories), len(entry.authors), len(entry.enclosures)) == (
        MAX_CATEGORIES, MAX_AUTHORS, MAX_ENCLOSURES,
    )  # fmt: skip


def test_of_too_many_entries_the_newest_are_kept_in_their_order() -> None:
    def item(day: int) -> str:
        return f"<title>{day}</title><pubDate>2026-11-{day:02}</pubDate>"

    oldest_first = rss(*(item(day) for day in range(1, 10)), "<title>undated</title>")
    assert [entry.title for entry in parse(oldest_first, max_entries=3).entries] == ["8", "9", "undated"]


def test_what_feedparser_keeps_under_strange_names_does_no_harm() -> None:
    strange = '<links x="1"/><tags>a</tags><summary_detail>x</summary_detail><title_detail y="2"/><published z="1"/>'
    assert only_entry(rss(f"<title>kept</title>{strange}")).title == "kept"
    assert only_entry(rss("<title>kept</title><georss:point></georss:point>")).title == "kept"


def test_the_hash_covers_every_field_and_is_equal_in_every_process() -> None:
    entry = only_entry(rss("<title>t</title><guid>g</guid>"))
    changed = only_entry(rss("<title>t</title><guid>g</guid><category>c</category>"))
    assert entry.hash != changed.hash
    program = (
        "import sys; from datetime import datetime, UTC; from aggregator.parse.feed import parse_feed;"
        "now = datetime(2026, 11, 22, tzinfo=UTC);"
        "print(parse_feed(sys.stdin.buffer.read(), sys.argv[1], now=now).entries[0].hash)"
    )
    body = rss("<title>t</title><guid>g</guid>").encode()
    other = subprocess.run([sys.executable, "-c", program, URL], input=body, capture_output=True, check=True)
    assert other.stdout.decode().strip() == entry.hash


# --- documents that are no feed, or worse ----------------------------------------------------------------------------

NO_FEED = {
    "nothing": (b"", "the answer is empty"),
    "blanks": (b" \r\n ", "the answer is empty"),
    "a page": (b"<!DOCTYPE html><html><body>Maintenance</body></html>", "feed/: this is an HTML page, no feed"),
    "a page without a doctype": (b"<html><body>Maintenance</body></html>", "an HTML page, no feed"),
    "a page with words of a feed in it": (b"<html><channel><item>x</item></channel></html>", "an HTML page"),
    "JSON of something else": (b'[{"id": 7, "title": {"rendered": "Post"}}]', "JSON but no JSON Feed"),
    "JSON cut off": (b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id"', "JSON that cannot be read"),
    "JSON too deep": (b"[" * 200_000, "JSON that cannot be read"),
    "a sitemap": (b'<?xml version="1.0"?><urlset><url><loc>x</loc></url></urlset>', 'write kind = "sitemap"'),
    "a feed that breaks off": (b'<?xml version="1.0"?><rss><chan<nel>&&<title>Mill</titl', "breaks off before its end"),
    "a drawing": (b'<?xml version="1.0"?><svg><path/></svg>', 'it begins "<?xml'),
    "plain words": (b"Error establishing a database connection", 'it begins "Error establishing'),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "this is no feed"),
}


@pytest.mark.parametrize(("body", "message"), NO_FEED.values(), ids=NO_FEED.keys())
def test_what_is_no_feed_is_named_in_one_line(body: bytes, message: str) -> None:
    with pytest.raises(ParseError) as raised:
        parse(body)
    assert message in str(raised.value)
    assert str(raised.value).startswith(URL)
    assert "\n" not in str(raised.value)
    assert isinstance(raised.value, NotAFeed) == ("HTML page" in message)


def test_entities_of_the_document_are_never_expanded() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "ha">{laughs}]>'
    large = f'<!DOCTYPE rss [<!ENTITY decoy "<b>"><!ENTITY l11 "{"x" * 50_000}">]>'
    for prologue in (bomb, large):
        entry = only_entry(prologue + rss(f"<title>t</title><description>{'&l11;' * 1000}</description>"))
        assert len(entry.summary_html) < 10_000


def test_external_entities_are_not_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("do not read me")
    doctype = f'<!DOCTYPE rss [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
    found = parse(doctype + rss("<title>t</title><description>&e;</description>"))
    assert "do not read me" not in repr(found)


def test_bytes_that_look_like_a_path_are_not_opened() -> None:
    with pytest.raises(ParseError):
        parse(str(SAMPLES[0]))


@st.composite
def mutated_samples(draw: st.DrawFn) -> bytes:
    body = bytearray(draw(st.sampled_from(SAMPLES)).read_bytes())
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(body)))
        del body[at : at + draw(st.integers(0, 30))]
        body[at:at] = draw(
            st.one_of(st.binary(max_size=8), st.sampled_from([b"<", b"&#", b"]]>", b"<links>", b"<item>"]))
        )
    return bytes(body)


@given(st.one_of(st.binary(max_size=200), mutated_samples()))
@example(b"<rss><channel><item><title>\xff&#xD800;&#99999999999;&#0;")
@example(b"<?xml version='1.0' encoding='undefined'?><rss>\xff</rss>")
@example(b"<?xml version='1.0' encoding='rot13'?><rss>\xff</rss>")
@example(b'{"version": "https://jsonfeed.org/version/1", "items": [{"id": 1e999, "tags": 3, "authors": [1]}]}')
@settings(derandomize=True, max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_parse_or_raise_parse_error(body: bytes) -> None:
    try:
        feed = parse(body)
    except ParseError:
        return
    json.dumps(asdict(feed), default=str).encode("ascii")
    repr(feed).encode("utf-8")  # no lone surrogates
    assert all(entry.guid and entry.hash for entry in feed.entries)
    assert len({entry.guid for entry in feed.entries}) == len(feed.entries)
