"""The demo's partners behave as real ones do: everything here is asked of them over HTTP."""

import io
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import feedparser
import httpx2 as httpx
import lxml.html
import pytest

from aggregator.demo.partners import Partners, sources_toml
from aggregator.sources import check_sources

START = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)
FEEDS = {"faro": "/feed/", "harbour": "/rss.xml", "notebook": "/atom.xml"}
COUNTS = {"faro": 5, "harbour": 8, "notebook": 6}


class Street:
    """The three partners, somebody who asks them, and the time, moved by hand."""

    def __init__(self) -> None:
        self.now = START

    def __enter__(self) -> "Street":
        self.partners = Partners(lambda: self.now).__enter__()
        self.client = httpx.Client(trust_env=False)
        return self

    def __exit__(self, *error: Any) -> None:
        self.client.close()
        self.partners.__exit__(None, None, None)

    def ask(self, name: str, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        fields = {key.replace("_", "-"): value for key, value in headers.items()}
        return self.client.request(method, self.partners.addresses[name] + path, headers=fields)

    def after(self, seconds: float) -> None:
        self.now = START + timedelta(seconds=seconds)

    def feed(self, name: str) -> Any:
        return feedparser.parse(io.BytesIO(self.ask(name, FEEDS[name]).content), sanitize_html=False)

    def page(self, entry: Any) -> lxml.html.HtmlElement:
        return lxml.html.fromstring(self.client.get(entry.link).text)


@pytest.fixture(scope="module")
def opened() -> Iterator[Street]:
    with Street() as street:
        yield street


@pytest.fixture
def street(opened: Street) -> Street:
    opened.after(0)
    return opened


def entry_named(feed: Any, title: str) -> Any:
    return next(entry for entry in feed.entries if entry.title.startswith(title))


# --- feeds -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "version"), [("faro", "rss20"), ("harbour", "rss20"), ("notebook", "atom10")])
def test_a_feed_is_well_formed_and_complete(street: Street, name: str, version: str) -> None:
    feed = street.feed(name)
    assert not feed.bozo
    assert feed.version == version
    assert len(feed.entries) == len({entry.id for entry in feed.entries}) == COUNTS[name]
    for entry in feed.entries:
        published_at = datetime(*entry.published_parsed[:6], tzinfo=UTC)
        assert timedelta() < street.now - published_at < timedelta(days=6)
        assert entry.author
        assert entry.tags
        assert street.client.get(entry.link).status_code == 200


def test_el_faro_writes_its_feed_as_wordpress_does(street: Street) -> None:
    for entry in street.feed("faro").entries:
        assert entry.id.partition("/?p=")[2].isdigit()
        assert "[&#8230;]</p>" in entry.summary
        for text in (entry.summary, entry.content[0].value):
            assert "se publicó primero en" in text
        assert "<img " in entry.content[0].value


def test_the_harbour_chronicle_gives_excerpts_only(street: Street) -> None:
    for entry in street.feed("harbour").entries:
        assert "content" not in entry
        assert "[&#8230;]" in entry.summary
        assert "appeared first on" in entry.summary
        assert len(entry.summary.split()) < 100


@pytest.mark.parametrize("name", ["faro", "notebook"])
def test_a_feed_with_full_text_has_all_that_the_page_has(street: Street, name: str) -> None:
    for entry in street.feed(name).entries:
        page = " ".join(street.page(entry).text_content().split())
        paragraphs = lxml.html.fromstring(entry.content[0].value).xpath("//p[not(a[@rel='nofollow'])]")
        assert len(paragraphs) >= 4
        for paragraph in paragraphs:
            assert " ".join(paragraph.text_content().split()) in page


def test_every_article_has_a_decent_length(street: Street) -> None:
    street.after(60)
    for entry in chain.from_iterable(street.feed(name).entries for name in FEEDS):
        paragraphs = street.page(entry).xpath("//article//p[not(@class)]")
        assert 150 < sum(len(paragraph.text_content().split()) for paragraph in paragraphs) < 450


# --- servers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "path"), [*FEEDS.items(), ("faro", "/"), ("harbour", "/news/the-frost-came-twice/")])
def test_validators_earn_a_304_until_something_happens(street: Street, name: str, path: str) -> None:
    street.after(10)
    first = street.ask(name, path)
    by_tag = {"If_None_Match": first.headers["ETag"]}
    by_date = {"If_Modified_Since": first.headers["Last-Modified"]}
    for validators in (by_tag, by_date, by_tag | by_date):
        again = street.ask(name, path, **validators)
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["ETag"] == first.headers["ETag"]
    street.after(60)
    for validators in (by_tag, by_date, by_tag | by_date):
        assert street.ask(name, path, **validators).status_code == 200


@pytest.mark.parametrize("tag", ['W/"other"', "", '"other", W/"another"'])
def test_a_strange_tag_earns_the_whole_document(street: Street, tag: str) -> None:
    since = street.ask("faro", "/feed/").headers["Last-Modified"]
    assert street.ask("faro", "/feed/", If_None_Match=tag, If_Modified_Since=since).status_code == 200


def test_a_tag_is_known_among_others_and_without_its_weakness(street: Street) -> None:
    tag = street.ask("faro", "/feed/").headers["ETag"].removeprefix("W/")
    assert street.ask("faro", "/feed/", If_None_Match=f'"other", {tag}').status_code == 304


@pytest.mark.parametrize("since", ["yesterday", "Sat, 01 Jan 2000 00:00:00 GMT", "Sat, 01 Jan 2000 00:00:00 -0000"])
def test_a_strange_date_earns_the_whole_document(street: Street, since: str) -> None:
    assert street.ask("faro", "/feed/", If_Modified_Since=since).status_code == 200


@pytest.mark.parametrize(("name", "path"), FEEDS.items())
def test_answers_are_compressed_when_asked(street: Street, name: str, path: str) -> None:
    packed = street.ask(name, path, Accept_Encoding="gzip, deflate")
    plain = street.ask(name, path, Accept_Encoding="identity")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert packed.content == plain.content
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 2


@pytest.mark.parametrize(
    ("name", "path", "content_type"),
    [
        ("faro", "/feed/", "application/rss+xml; charset=UTF-8"),
        ("harbour", "/rss.xml", "application/rss+xml; charset=UTF-8"),
        ("notebook", "/atom.xml", "application/atom+xml; charset=UTF-8"),
        ("harbour", "/", "text/html; charset=utf-8"),
        ("faro", "/villa-retama-vota/", "text/html; charset=utf-8"),
        ("notebook", "/pictures/what-the-salt-remembers.png", "image/png"),
    ],
)
def test_head_says_what_get_would_bring(street: Street, name: str, path: str, content_type: str) -> None:
    get, head = (street.ask(name, path, method, Accept_Encoding="identity") for method in ("GET", "HEAD"))
    assert get.status_code == head.status_code == 200
    assert get.headers["Content-Type"] == head.headers["Content-Type"] == content_type
    assert head.content == b""
    for field in ("Content-Length", "ETag", "Last-Modified"):
        assert head.headers[field] == get.headers[field]


@pytest.mark.parametrize("path", ["/nothing", "/news/nothing/", "/images/nothing.png", "/news/a-price-for-the-tin/"])
def test_what_is_not_there_or_not_yet_is_a_404(street: Street, path: str) -> None:
    answer = street.ask("harbour", path)
    assert answer.status_code == 404
    assert "There is no such page." in answer.text


@pytest.mark.parametrize("name", ["faro", "harbour"])
def test_a_guid_leads_to_its_article(street: Street, name: str) -> None:
    for entry in street.feed(name).entries:
        answer = street.client.get(entry.id)
        assert (answer.status_code, answer.headers["Location"]) == (301, entry.link)


# --- pages -----------------------------------------------------------------------------------------------------------


def test_a_chronicle_page_holds_the_article_and_much_else(street: Street) -> None:
    entry = entry_named(street.feed("harbour"), "Dockers fill a container")
    page = street.page(entry)
    text = page.text_content()
    for part in ("moves a paper boat along it", "Share this story", "Sign up for our free newsletter", "Most read"):
        assert part in text
    assert "Mind page 40" in page.get_element_by_id("comments").text_content()
    assert page.xpath("//header//nav//a")
    assert page.xpath("//figure/figcaption")[0].text == "Number four quay, where the container was loaded. " + (
        "Photo: Owen Tallis"
    )
    assert page.xpath("//section[@class='related-posts']//a")
    (data,) = page.xpath("//script[@type='application/ld+json']")
    assert '"author": {"@type": "Person", "name": "Owen Tallis"}' in data.text


def test_every_picture_is_a_small_png_of_its_own(street: Street) -> None:
    street.after(60)
    drawn = set()
    for name in FEEDS:
        for entry in street.feed(name).entries:
            (shown,) = street.page(entry).xpath("//article//img/@src")
            (announced,) = street.page(entry).xpath("//meta[@property='og:image']/@content")
            assert shown == announced
            picture = street.client.get(shown).content
            assert size_of_png(picture) == (800, 450)
            assert len(picture) < 40_000
            drawn.add(picture)
    # A republication shows the original's picture.
    assert len(drawn) == sum(COUNTS.values()) + 2 - 4


def size_of_png(data: bytes) -> tuple[int, int]:
    """Read a PNG through to its end, checksums and pixels included (PNG specification §5)."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks: dict[bytes, bytes] = {}
    position = 8
    while position < len(data):
        length, kind = struct.unpack(">I4s", data[position : position + 8])
        content = data[position + 8 : position + 8 + length]
        (checksum,) = struct.unpack(">I", data[position + 8 + length : position + 12 + length])
        assert checksum == zlib.crc32(kind + content)
        chunks[kind] = content
        position += 12 + length
    assert list(chunks) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    width, height, depth, colours, *_ = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (depth, colours) == (8, 3)
    pixels = zlib.decompress(chunks[b"IDAT"])
    assert len(pixels) == height * (width + 1)
    assert max(pixels) < len(chunks[b"PLTE"]) / 3
    return width, height


def test_a_republication_names_its_original(street: Street) -> None:
    originals = {entry.title: entry for name in ("faro", "notebook") for entry in street.feed(name).entries}
    republished = [entry for entry in street.feed("harbour").entries if entry.title in originals]
    assert len(republished) == 3
    for entry in republished:
        original = originals[entry.title]
        page = street.page(entry)
        assert page.xpath("//link[@rel='canonical']/@href") == [original.link]
        assert page.xpath("//div[@class='story-body']//em/a/@href") == [original.link]


def test_altiplano_voices_is_named_in_bylines_only(street: Street) -> None:
    feed = street.feed("harbour")
    weavers, frost = entry_named(feed, "The weavers"), entry_named(feed, "The frost")
    assert weavers.author == "Marta Rivas, Altiplano Voices"
    assert frost.author == "Newsdesk"
    assert "By Marta Rivas, Altiplano Voices" in street.page(frost).text_content()


# --- what happens ----------------------------------------------------------------------------------------------------


def test_nothing_moves_before_its_time(street: Street) -> None:
    before = [street.ask(name, path).content for name, path in FEEDS.items()]
    street.after(19)
    assert [street.ask(name, path).content for name, path in FEEDS.items()] == before


def test_after_20_seconds_the_chronicle_republishes_an_article(street: Street) -> None:
    street.after(20)
    feed = street.feed("harbour")
    assert len(feed.entries) == COUNTS["harbour"] + 1
    newest, original = feed.entries[0], entry_named(street.feed("notebook"), "A price for the tin")
    assert newest.title == original.title
    assert "originally published by Southern Notebook" in newest.summary
    page = street.page(newest)
    assert page.xpath("//link[@rel='canonical']/@href") == [original.link]
    assert "the tinsmith had orders for a" in page.text_content()


def test_after_40_seconds_the_notebook_corrects_an_article(street: Street) -> None:
    before = entry_named(street.feed("notebook"), "Bus drivers of Alto Jarama")
    street.after(40)
    after = entry_named(street.feed("notebook"), "Bus drivers of Alto Jarama")
    assert before.title.endswith("night route")
    assert after.title.endswith("dawn route")
    assert "4,100 signatures" in before.content[0].value
    assert "1,400 signatures" in after.content[0].value
    assert "1,400 signatures" in street.page(after).text_content()
    assert (after.id, after.link, after.published) == (before.id, before.link, before.published)
    assert after.updated == "2026-11-22T12:00:40+00:00" > before.updated


def test_after_60_seconds_el_faro_publishes_an_article(street: Street) -> None:
    before = street.feed("faro")
    street.after(60)
    after = street.feed("faro")
    assert [entry.id for entry in after.entries[1:]] == [entry.id for entry in before.entries]
    assert after.entries[0].title == "Crece el Sapahua y la escuela abre sus puertas a los vecinos"
    assert after.entries[0].published == "Sun, 22 Nov 2026 12:01:00 +0000"


# --- the program's own side ------------------------------------------------------------------------------------------


def test_the_sources_file_is_good_and_names_the_partners(street: Street) -> None:
    checked = check_sources(sources_toml(street.partners.addresses, "http://127.0.0.1:8000/"))
    assert not checked.warnings
    config = checked.config
    assert config.site.base_url == "http://127.0.0.1:8000/"
    assert [source.id for source in config.sources] == ["faro", "harbour", "notebook", "altiplano-voices"]
    for source in config.sources[:3]:
        assert street.client.get(source.feed).status_code == street.client.get(source.site).status_code == 200
    assert [topic.id for topic in config.topics] == ["everything", "bolivia", "labour"]


def test_a_port_can_be_chosen_and_is_free_again_afterwards() -> None:
    with Partners(lambda: START) as partners:
        address = partners.addresses["faro"]
    port = int(address.rpartition(":")[2])
    with Partners(lambda: START, (port, 0, 0)) as partners:
        assert partners.addresses["faro"] == address
        assert httpx.get(address, trust_env=False).status_code == 200
