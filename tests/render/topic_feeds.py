"""The topic feeds that the renderers' tests share: one written by hand, one empty, and a strategy for hostile ones."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st

from aggregator.models import Enclosure, FeedItem, FeedSource, Image, Link, Site, Tombstone, TopicFeed

GOLDENS = Path(__file__).parent.parent / "data" / "renditions"

SITE = Site(
    title="Highland Wire",
    base_url="https://wire.example.org/",
    id_domain="wire.example.org",
    id_date="2026-11-22",
    language="en",
    contact="desk@wire.example.org",
    hub="https://hub.example.org/",
)
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
EL_FARO = FeedSource(
    title="El Faro del Lago",
    site_url="https://faro.example.net",
    feed_url="https://faro.example.net/feed/",
    updated_at=NOON + timedelta(hours=1),
)

FULL = FeedItem(
    id="tag:wire.example.org,2026-11-22:abcdefgh23456777",
    url="https://faro.example.net/2026/03/ferry?page[]=1|2",
    title="Ferry & bridge: both “open” again at 5 < 6 places",
    people=("Ana Quispe", "Tomás Rey <tomas@faro.example.net>"),
    publication="El Faro",
    publication_url="https://faro.example.net/",
    published_at=NOON,
    updated_at=NOON + timedelta(minutes=30),
    sort_at=NOON,
    summary="The ferry sails again.\nR&D paid for it; 3 < 4.",
    content_html='<p>By Ana Quispe, <a href="https://faro.example.net/2026/03/ferry">El Faro</a></p>'
    "<p>The ferry sails again; ]]&gt; is no end, R&amp;D paid for it.</p><p>Also carried by Puno Post.</p>",
    language="es",
    image=Image(url="https://faro.example.net/ferry.jpg", alt="A ferry", width=1200, height=800),
    enclosures=(
        Enclosure(url="https://faro.example.net/talk.ogg", type="audio/ogg"),
        Enclosure(url="https://faro.example.net/talk.mp3", type="audio/mpeg", length=1234567),
    ),
    categories=("Transport", "Lake & shore"),
    carriers=(Link("Puno Post", "https://puno.example.com/?p=12"), Link("Radio Orilla")),
    source=EL_FARO,
    licence="CC BY 4.0",
    rights_mode="full",
    corrected=True,
)
ABOUT_MARKUP = FeedItem(
    id="tag:wire.example.org,2026-11-22:abcdefgh2345677b",
    url="https://puno.example.com/?p=13",
    title="Why <b>bold</b> titles &amp; <script>s annoy readers",
    people=(),
    publication="Puno Post",
    publication_url="",
    published_at=NOON - timedelta(hours=2),
    updated_at=NOON - timedelta(hours=2),
    sort_at=NOON - timedelta(hours=2),
    summary="Write &lt;b&gt; and </b> as text.",
    content_html='<p>By <a href="https://puno.example.com/?p=13">Puno Post</a></p><p>Write &lt;b&gt; as text.</p>',
    source=FeedSource(title="", site_url="", feed_url="https://puno.example.com?feed=rss2"),
)
UNTITLED = FeedItem(
    id="tag:wire.example.org,2026-11-22:abcdefgh2345677c",
    url="https://orilla.example.com/notes/7",
    title="",
    people=("reporter@orilla.example.com",),
    publication="",
    publication_url="",
    published_at=NOON - timedelta(hours=3),
    updated_at=NOON - timedelta(hours=2),
    sort_at=NOON - timedelta(hours=3),
    summary="A short note without a title, on the price of trout at the morning market of the eastern shore.",
    content_html='<p>By <a href="https://orilla.example.com/notes/7">Radio Orilla</a></p>',
    enclosures=(Enclosure(url="https://orilla.example.com/trout.jpg", type="image/jpeg"),),
    image=Image(url="https://orilla.example.com/trout.jpg"),
    source=FeedSource(title="Radio Orilla", site_url="https://orilla.example.com/", feed_url=""),
)
LAKE = TopicFeed(
    id="lake",
    title="The lake & its shores",
    description="News from around the lake",
    language="en",
    page_url="https://wire.example.org/lake/",
    site=SITE,
    items=(FULL, ABOUT_MARKUP, UNTITLED),
    tombstones=(
        Tombstone("tag:wire.example.org,2026-11-22:withdrawn2345677", NOON + timedelta(hours=2)),
        Tombstone("tag:wire.example.org,2026-11-22:merged2345677aaa", NOON + timedelta(hours=2), merged_into=FULL.id),
    ),
    changed_at=NOON + timedelta(hours=2),
)
EMPTY = TopicFeed(
    id="quiet",
    title="Quiet",
    description="",
    language="",
    page_url="https://wire.example.org/quiet/",
    site=SITE,
    items=(),
    changed_at=NOON,
)


def assert_golden(name: str, rendered: bytes) -> None:
    """Compare with the golden file; with REGOLD=1 in the environment write it instead."""
    golden = GOLDENS / name
    if os.environ.get("REGOLD") == "1":
        golden.write_bytes(rendered)
    assert rendered.decode() == golden.read_text("utf-8")


# What breaks serializers and readers, beside whatever hypothesis thinks of (it makes lone surrogates only when asked).
_TROUBLE = st.sampled_from(
    [
        *("]]>", "<![CDATA[", "<!--", "-->", "<?xml?>", "</b>", "<script>alert(1)</script>"),
        *("&amp;", "&", "&copy", "a@b.example", '"', "'", "€", "😀"),
        *("\x00", "\x1b", "\x85", "\ud800", "\ufffe", "\uffff", "\ufffd", "\u2028", "\r\n", "\t"),
    ]
)
# Without the upper half of Latin-1: feedparser takes two such characters for UTF-8 read wrongly, and "repairs" them.
_ANY = st.characters(exclude_characters="".join(map(chr, range(0x80, 0x100))))
TEXT = st.lists(st.one_of(_TROUBLE, st.text(_ANY, max_size=6), st.sampled_from(["word", " "])), max_size=5).map("".join)
_PATH = st.text(st.sampled_from("abc/%20[]|{}^`\\ é~;=&?#'()*+,!$@:"), max_size=12)
URL = st.builds("https://{}.example/{}".format, st.sampled_from(["one", "two", "xn--tre-1na"]), _PATH)
WHEN = st.integers(0, 10**9).map(lambda seconds: datetime(1990, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
LANGUAGE = st.sampled_from(["", "es", "pt-BR", "not a language"])
_SOURCE = st.builds(FeedSource, TEXT, st.just("") | URL, st.just("") | URL, st.none() | WHEN)
_ITEM = st.builds(
    FeedItem,
    id=st.just(""),
    url=st.just("") | URL,
    title=TEXT,
    people=st.lists(TEXT, max_size=3).map(tuple),
    publication=TEXT,
    publication_url=st.just("") | URL,
    published_at=WHEN,
    updated_at=WHEN,
    sort_at=WHEN,
    summary=TEXT,
    content_html=TEXT,
    language=LANGUAGE,
    image=st.none() | st.builds(Image, URL, TEXT, st.integers(0, 9), st.integers(0, 9)),
    enclosures=st.lists(
        st.builds(Enclosure, URL, st.sampled_from(["", "audio/mpeg", "video", "image/png; q=1"]), st.integers(-1, 9)),
        max_size=3,
    ).map(tuple),
    categories=st.lists(TEXT, max_size=3).map(tuple),
    carriers=st.lists(st.builds(Link, TEXT, st.just("") | URL), max_size=2).map(tuple),
    source=st.none() | _SOURCE,
    licence=TEXT,
)


@st.composite
def topic_feeds(draw: st.DrawFn) -> TopicFeed:
    """Draw a topic feed with hostile strings wherever a partner or an editor can write one."""
    items = draw(st.lists(_ITEM, max_size=4))
    dead = draw(st.lists(WHEN, max_size=2))
    return TopicFeed(
        id="topic",
        title=draw(TEXT),
        description=draw(TEXT),
        language=draw(LANGUAGE),
        page_url="https://wire.example.org/topic/",
        site=Site(
            title=draw(TEXT),
            base_url="https://wire.example.org/",
            id_domain="wire.example.org",
            id_date="2026-11-22",
            contact=draw(TEXT),
        ),
        items=tuple(_with_id(item, number) for number, item in enumerate(items)),
        tombstones=tuple(Tombstone(_public_id(number), when) for number, when in enumerate(dead, start=900)),
        changed_at=draw(st.none() | WHEN),
    )


def _public_id(number: int) -> str:
    return f"tag:wire.example.org,2026-11-22:{number:016}"


def _with_id(item: FeedItem, number: int) -> FeedItem:
    return FeedItem(**{**vars(item), "id": _public_id(number)})
