"""What hostile text and markup may do to us, seen from the outputs: nothing, in whatever field it came."""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from aggregator.clean.html import clean_html
from aggregator.models import Enclosure, ExtractRules, FeedItem, Image, Link, Response, Rights, Site, Source, TopicFeed
from aggregator.parse.entries import make_entry
from aggregator.plaintext import clean_text
from aggregator.render.html import render_topic_page
from aggregator.render.jsonfeed import render_json
from aggregator.render.xmlfeed import render_atom, render_rss
from aggregator.rights.cut import UncutItem, cut
from aggregator.urls import resolve
from aggregator.work.prepare import prepare_entries, prepare_page
from tests.newsroom import START, Newsroom, cycle, page, paragraphs
from tests.partner import Partner
from tests.rights.cases import allow

ADDRESS = "https://paper.example/2026/11/story/"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
ATOM = "{http://www.w3.org/2005/Atom}"
TAGS = set(
    "a abbr b blockquote br caption cite code dd del dl dt em figcaption figure h2 h3 h4 h5 h6 hr i img ins li ol p pre "
    "q s strong sub sup table tbody td tfoot th thead time tr u ul".split()
)
ATTRIBUTES = set(
    "href src alt title width height rel lang dir cite datetime start reversed type colspan rowspan".split()
)
PAGE_TAGS = TAGS | set("html head meta title link body header main footer nav div h1 section article span bdi".split())
PAGE_ATTRIBUTES = ATTRIBUTES | set(
    "charset name content property class id aria-labelledby aria-label loading decoding referrerpolicy".split()
)
# Controls, surrogates and noncharacters; embeddings, overrides and isolates of direction.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
PILE = re.compile("[\u0300-\u036f\u20d0-\u20ff]{5}")

SCHEMES = [
    "javascript:run()",
    " \t\x01jAvA\tsCr\nIpT\r:run()",
    "javascript&colon;run()",
    "&#106;avascript:run()",
    "&#0000106&#x61;vascript&Tab;:run()",
    "javascript:/*\n*/run()//https://paper.example/",
    "\u2028javascript:run()",
    "data:text/html,<script>run()</script>",
    "data:image/svg+xml,<svg onload=run()>",
    "DATA:image/png;base64,iVBORw0KGgo=",
    "vbscript:run",
    "view-source:javascript:run()",
    "blob:https://paper.example/0-0",
    "filesystem:https://paper.example/x",
    "about:blank",
    "jar:https://paper.example/x!/y",
    "//",
    "#",
]
MARKUP = [
    "<script>run()</script>",
    "</title></textarea></style><script>run()</script>",
    "<img src=x onerror=run()>",
    "<svg/onload=run()><animate onbegin=run() attributeName=x>",
    "<math><mtext><mglyph><style><!--</style><img title='--&gt;&lt;img src onerror=run()&gt;'>",
    "<iframe srcdoc='<script>run()</script>' src=data:text/html,x></iframe>",
    "<form action=/x><input autofocus onfocus=run()><button formaction=javascript:run()>b</button></form>",
    "<meta http-equiv=refresh content='0;url=javascript:run()'><base href=javascript:/>",
    "<object data=/x><embed src=/x></object><link rel=stylesheet href=/x><style>*{background:url(/x)}</style>",
    "<p style='background:url(javascript:run())' onclick=run()>p</p>",
    "]]><script>run()</script><![CDATA[ ]]]]><![CDATA[>",
    "--><!-- <? ?> <!DOCTYPE x [<!ENTITY y 'z'>]> &y; &amp;lt;script&amp;gt;",
    "\"'><b onmouseover=run() x='`{{constructor.constructor(1)()}}",
    "\u202egnp.exe \u2067\u202a unclosed",
    "v\u200bi\u2060a\u2063g\ufeffr\u00ada\U000e0041",
    "Z" + "\u0316\u0301" * 60 + "algo",
    "a\x00b\x0bc\x1bd\x85e\ufffef\uffffg\ufdd0h",
    "\ud800 lone \udfff",
]


class Tags(HTMLParser):
    """Gathers start tags with a parser that is none of the program's."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def assert_harmless(html: str, tags: set[str] = TAGS, attributes: set[str] = ATTRIBUTES) -> None:
    """Fail when a page could do more than show words, links and pictures."""
    assert not FORBIDDEN.search(html)
    assert not PILE.search(html)
    tree = etree.fromstring(f"<div>{html}</div>", etree.HTMLParser()) if tags is TAGS else etree.HTML(html)
    seen = [(str(element.tag), dict(element.attrib)) for element in tree.iter()]
    seen = [(tag, values) for tag, values in seen if tag not in ("html", "body", "div")]
    for tag, values in [*Tags(html).found, *seen]:
        assert tag in tags, html
        assert set(values) <= attributes, html
        for name in ("href", "src", "cite"):
            if ":" in (address := values.get(name) or "") or (tags is TAGS and name in values):
                assert re.match(r"https?://[\w\[.-]+|mailto:[\w.]+@", address), html


def assert_plain(text: str) -> None:
    assert not FORBIDDEN.search(text)
    assert not PILE.search(text)


def assert_outputs_harmless(rss: bytes, atom: bytes, feed: bytes, topic_page: bytes) -> int:
    """Read the four renditions of a topic as its readers do; returns how many items each holds."""
    strict = etree.XMLParser(resolve_entities=False, no_network=True)
    items = list(etree.fromstring(rss, strict).iter("item"))
    for item in items:
        for part in item.iter(CONTENT):
            assert_harmless(part.text)
        for part in item.iter("description"):
            assert_plain(part.text or "")
            assert_harmless(part.text or "")
        for name in ("title", "category", "{http://purl.org/dc/elements/1.1/}creator"):
            for part in item.iter(name):
                assert_plain(part.text or "")
                assert not Tags(part.text or "").found  # readers take these for HTML
    entries = list(etree.fromstring(atom, strict).iter(f"{ATOM}entry"))
    for entry in entries:
        for part in entry.iter(f"{ATOM}content"):
            assert_harmless(part.text)
        for part in entry.iter(f"{ATOM}title", f"{ATOM}summary", f"{ATOM}name"):
            assert_plain(part.text or "")
            assert part.get("type") != "html" or not Tags(part.text or "").found
    for element in (*items, *entries):
        for part in element.iter():
            for name in ("href", "url"):
                assert re.match(r"https?://[\w\[]", part.get(name, "http://x"))
    read: list[dict[str, Any]] = json.loads(feed)["items"]
    for one in read:
        assert_harmless(one["content_html"])
        for text in (one.get("title", ""), one.get("summary", ""), *one.get("tags", [])):
            assert_plain(text)
        for address in (
            one["url"],
            one.get("image", "http://x"),
            *(part["url"] for part in one.get("attachments", [])),
        ):
            assert re.match(r"https?://[\w\[]", address)
    assert_harmless(topic_page.decode(), PAGE_TAGS, PAGE_ATTRIBUTES)
    assert len(items) == len(entries) == len(read)
    return len(items)


# --- the whole way ---------------------------------------------------------------------------------------------------


def hostile_rss(samples: list[str]) -> bytes:
    """Put each sample into every field of an entry of its own."""
    return "".join(hostile_items(samples)).encode("utf-8", "surrogatepass")


def hostile_items(samples: list[str]) -> Iterator[str]:
    yield (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"><channel>'
        "<title>A newsroom</title><link>javascript:run()</link><description>d</description>"
    )
    for number, sample in enumerate(samples):
        text = escape(sample)
        body = escape(
            f"{paragraphs(f'plot {number}')}<p><a href='{sample}'>x</a><img src='{sample}' alt='{sample}'></p>{sample}"
        )
        yield (
            f"<item><title>Plot {number} {text}</title><link>{text}</link><guid isPermaLink='false'>{number}{text}</guid>"
            f"<pubDate>{START - timedelta(hours=3):%a, %d %b %Y %H:%M:%S +0000}</pubDate>"
            f"<dc:creator>{text}</dc:creator><category>{text}</category><description>{text}</description>"
            f'<enclosure url="{text}" type="{text}" length="{text}"/><media:content url="{text}" medium="image"/>'
            f"<media:content url='https://paper.example/a.png?{text}' medium='image'/><content:encoded>{body}</content:encoded></item>"
        )
    yield "</channel></rss>"


def hostile_json(samples: list[str]) -> bytes:
    """Say the same in JSON, which can hold what XML cannot."""
    items = [
        {
            "id": f"{number}{sample}",
            "url": sample,
            "title": f"Field {number} {sample}",
            "summary": sample,
            "content_html": f"{paragraphs(f'field {number}')}<p title='{sample}'>{sample}</p><pre>{sample}</pre>",
            "image": sample,
            "authors": [{"name": sample, "url": sample}],
            "tags": [sample],
            "language": sample,
            "attachments": [{"url": sample, "mime_type": sample}],
        }
        for number, sample in enumerate(samples)
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": items}).encode()


def test_hostile_feeds_come_out_harmless_in_every_format(tmp_path: Path, partner: Partner) -> None:
    samples = SCHEMES + MARKUP
    newsroom = Newsroom(tmp_path)
    partner.serve("/rss", hostile_rss(samples), headers=[("Content-Type", "application/rss+xml")])
    partner.serve("/json", hostile_json(samples), headers=[("Content-Type", "application/feed+json")])
    newsroom.edit(
        "".join(
            f"""
[[source]]
id = "{name}"
name = "{name.title()} News"
feed = "{partner.url(f"/{name}")}"
extract.mode = "feed"
rights.mode = "full"
rights.images = "yes"
[[topic]]
id = "of-{name}"
title = "Everything"
sources = ["{name}"]
"""
            for name in ("rss", "json")
        )
    )

    async def run() -> None:
        async with newsroom.service() as service:
            assert await cycle(service) == [f"{len(samples)} new"] * 2

    asyncio.run(run())
    for name in ("of-rss", "of-json"):
        outputs = [newsroom.read(f"{name}{end}") for end in (".rss", ".atom", ".json", "/index.html")]
        assert assert_outputs_harmless(*outputs) == len(samples)


@pytest.mark.parametrize("sample", SCHEMES + MARKUP)
def test_a_hostile_page_comes_out_harmless(sample: str) -> None:
    sample = sample.encode("utf-8", "xmlcharrefreplace").decode()
    text = escape(sample)
    head = (
        f'<meta property="og:title" content="{text}"><meta name="author" content="{text}">'
        f'<meta property="og:image" content="{text}"><link rel="canonical" href="{text}">'
    )
    beginning, end = paragraphs("pier", 4), paragraphs("quay", 4)
    body = f"{beginning}<p><a href='{text}'>x</a><img src='{text}' alt='{text}'> {sample}</p>{end}"
    response = Response(200, ADDRESS, page(f"Pier {text}", body, head), "text/html; charset=utf-8")
    article, _ = prepare_page(ADDRESS, response, (), ExtractRules())
    assert "pier" in article.text
    assert_harmless(article.html)
    for plain in (article.title, article.text, *article.attribution.people, article.attribution.publication):
        assert_plain(plain)
    for address in (article.canonical_url, article.image.url if article.image else ""):
        assert not address or re.match(r"https?://[\w\[]", address)


# --- any text whatever -----------------------------------------------------------------------------------------------

ANY_TEXT = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=60),
    st.lists(st.sampled_from([*SCHEMES, *MARKUP, "<", ">", "&", '"', "'", "]]>", " ", "&#x202e;", "<p>", "</p>"])).map(
        "".join
    ),
)


@settings(max_examples=120, deadline=None)
@given(title=ANY_TEXT, name=ANY_TEXT, body=ANY_TEXT, address=ANY_TEXT)
def test_any_text_in_any_field_leaves_every_rendition_whole(title: str, name: str, body: str, address: str) -> None:
    feed = feed_of(entry_item(title, name, body, address), name)
    count = assert_outputs_harmless(render_rss(feed), render_atom(feed), render_json(feed), render_topic_page(feed))
    assert count == 1
    once = clean_html(body, ADDRESS)
    assert clean_html(once, ADDRESS) == once
    assert_harmless(once)


@settings(max_examples=60, deadline=None)
@given(title=ANY_TEXT, name=ANY_TEXT)
def test_renderers_strip_what_was_kept_uncleaned(title: str, name: str) -> None:
    item = cut(replace(KEPT, text="x"), allow(Rights()))
    item = replace(
        item, title=title, people=(name,), categories=(name,), summary=title, content_html=f"<p>{escape(name)}</p>"
    )
    feed = feed_of(item, name)
    strict = etree.XMLParser(resolve_entities=False, no_network=True)
    for xml in (render_rss(feed), render_atom(feed)):
        assert not FORBIDDEN.search("".join(etree.fromstring(xml, strict).itertext()))
    assert not FORBIDDEN.search(render_json(feed).decode())
    assert not FORBIDDEN.search(render_topic_page(feed).decode())


KEPT = UncutItem(
    id="tag:wire.example,2026-11-22:a",
    url=ADDRESS,
    title="",
    people=(),
    publication="The Paper",
    publication_url="https://paper.example/",
    published_at=START,
    updated_at=START,
    sort_at=START,
    html="",
    whole_html="",
    text="",
    language="en",
    image=None,
    enclosures=(),
    categories=(),
    carriers=(),
    source=None,
    carrier="",
    licence="",
    is_corrected=False,
)


def entry_item(title: str, name: str, body: str, address: str) -> FeedItem:
    """Take an entry the whole way, but for the store."""
    entry = make_entry(
        guid=address,
        url=resolve(ADDRESS, address),
        title=title,
        summary_html=title,
        content_html=body,
        authors=[name],
        categories=[title, name],
        published_at=START,
        updated_at=None,
        language=name,
        image=Image(resolve(ADDRESS, address), clean_text(title)),
        enclosures=[Enclosure(resolve(ADDRESS, address), name)],
    )
    (candidate,) = prepare_entries([entry], [entry], Source("paper", "The Paper"))
    item = replace(
        KEPT,
        url=entry.url or ADDRESS,
        title=entry.title,
        people=candidate.article.attribution.people or entry.authors,
        publication=candidate.article.attribution.publication or "The Paper",
        html=candidate.article.html,
        text=candidate.article.text,
        language=candidate.article.language,
        image=candidate.article.image,
        enclosures=entry.enclosures,
        categories=entry.categories,
    )
    return cut(item, allow(Rights(mode="full", images="yes")))


def feed_of(item: FeedItem, name: str) -> TopicFeed:
    site = Site("Valley Wire", "https://wire.example/", "wire.example", "2026-11-22")
    sources = (Link(clean_text(name), ADDRESS),)
    return TopicFeed("all", "Everything", "", "en", "https://wire.example/all/", site, (item,), sources=sources)
