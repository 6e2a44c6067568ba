"""Sitemaps as sources: those of news, plain ones, indexes."""

import gzip
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import ParseError
from aggregator.models import ParsedFeed
from aggregator.parse.sitemap import Sitemap, parse_sitemap

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
URL = "https://quay.example/sitemap.xml"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)


def urlset(*pages: str, spaces: str = SPACES) -> bytes:
    return f"{HEAD}<urlset {spaces}>{''.join(pages)}</urlset>".encode()


def page(path: str, lastmod: str = "", more: str = "") -> str:
    changed = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
    return f"<url><loc>https://quay.example{path}</loc>{changed}{more}</url>"


def news(path: str, title: str, date: str, more: str = "") -> str:
    about = f"<news:publication><news:name>Quay</news:name><news:language>es</news:language></news:publication>{more}"
    dated = f"<news:publication_date>{date}</news:publication_date><news:title>{title}</news:title>"
    return page(path, more=f"<news:news>{about}{dated}</news:news>")


def index(*parts: tuple[str, str]) -> bytes:
    listed = "".join(
        f"<sitemap><loc>https://quay.example{path}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</sitemap>"
        for path, day in parts
    )
    return f"{HEAD}<sitemapindex {SPACES}>{listed}</sitemapindex>".encode()


def read(body: bytes, *paths: str) -> Sitemap:
    return parse_sitemap(body, URL, paths, now=NOW)


def feed(body: bytes, *paths: str) -> ParsedFeed:
    return read(body, *paths).feed


def test_a_news_sitemap_names_title_date_and_language() -> None:
    picture = "<image:image><image:loc>https://quay.example/f.jpg</image:loc></image:image>"
    body = urlset(
        news("/ferry/", "The ferry &amp; the lake", "2026-11-22T08:00:00-04:00", "<news:keywords>boats, lake</news:keywords>")
        .replace("</url>", f"{picture}</url>"),
        page("/about/", "2026-11-20"),
    )  # fmt: skip
    read_feed = feed(body)
    assert read_feed.format == "news sitemap"
    (entry,) = read_feed.entries
    assert (entry.guid, entry.url) == ("https://quay.example/ferry/", "https://quay.example/ferry/")
    assert (entry.title, entry.language, entry.categories) == ("The ferry & the lake", "es", ("boats", "lake"))
    assert entry.published_at == NOW
    assert entry.image is not None
    assert entry.image.url == "https://quay.example/f.jpg"


def test_a_plain_sitemap_gives_the_pages_last_changed() -> None:
    body = urlset(*(page(f"/{day}/", f"{NOW - timedelta(hours=day):%Y-%m-%dT%H:%M:%SZ}") for day in range(300)))
    read_feed = feed(body)
    assert read_feed.format == "sitemap"
    assert [entry.url for entry in read_feed.entries] == [f"https://quay.example/{day}/" for day in range(200)]
    assert (read_feed.entries[5].updated_at, read_feed.entries[5].published_at) == (NOW - timedelta(hours=5), None)
    assert not any(entry.title for entry in read_feed.entries)


def test_only_pages_below_the_paths_named_are_articles() -> None:
    body = urlset(page("/news/a/", "2026-11-20"), page("/about/", "2026-11-21"), page("/opinion/b/", "2026-11-19"))
    assert [entry.url[20:] for entry in feed(body, "/news/", "/opinion/").entries] == ["/news/a/", "/opinion/b/"]
    assert feed(body, "/none/").entries == ()


def test_a_packed_sitemap_and_one_without_namespace() -> None:
    body = urlset(page("/a/", "2026-11-20"), spaces="")
    assert feed(gzip.compress(body)).entries == feed(body).entries != ()


def test_an_index_leads_to_those_of_news_and_to_the_last_changed() -> None:
    parts = [(f"/posts-{number}.xml", f"2026-11-{number:02}") for number in range(1, 21)]
    found = read(index(*parts, ("/news-sitemap.xml", "")))
    assert found.feed.entries == ()
    assert [part.rpartition("/")[2] for part in found.parts] == [
        "news-sitemap.xml", "posts-20.xml", "posts-19.xml", "posts-18.xml", "posts-17.xml",
    ]  # fmt: skip
    assert len(read(index(("/a.xml", ""), ("/b.xml", ""))).parts) == 2


ALIKE = urlset(*(page(f"/{number}/", "2026-11-20") for number in range(30)))
WRONG = [
    (urlset(page("/a/"), page("/b/")), "none of its 2 pages has a date (lastmod)"),
    (ALIKE, "its 30 pages all have the same date (lastmod)"),
    (index(*((f"/{number}.xml", "") for number in range(9))), "leads to 9 other sitemaps and does not say which"),
    (b"<rss version='2.0'><channel/></rss>", 'this is a feed, no sitemap; write kind = "feed"'),
    (b"<!doctype html><html><body>Hello</body></html>", "this is no sitemap, it holds no XML"),
    (b"Not found", "this is no sitemap"),
    (b"", "this is no sitemap"),
    (b'{"a": 1}', "this is no sitemap"),
    (gzip.compress(urlset(page("/a/", "2026-11-20")))[:-30], "its gzip breaks off"),
    (gzip.compress(b"\0" * 60_000_000), "unpacked it is larger than 50 MB"),
    (
        b'<!DOCTYPE urlset [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>',
        "it declares entities",
    ),
]


@pytest.mark.parametrize(("body", "said"), WRONG, ids=[said for _, said in WRONG])
def test_what_is_no_use_is_refused_by_name(body: bytes, said: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(body)
    assert said in str(caught.value)
    assert str(caught.value).startswith(URL)


def test_a_broken_end_and_strange_addresses_lose_nothing_else() -> None:
    body = urlset(
        page("/a/", "2026-11-20"),
        "<url><loc>javascript:alert(1)</loc><lastmod>2026-11-20</lastmod></url>",
        "<url><lastmod>2026-11-20</lastmod></url>",
        page("/b/", "yesterday"),
        page("/c/", "2031-01-01"),
        page("/d/?x=1&y=2", "2026-11-19"),
    )
    assert [entry.url[20:] for entry in feed(body[:-9]).entries] == ["/a/", "/d/?x=1&y=2"]


@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: urlset(page(text, text))))
def test_no_bytes_do_harm(body: bytes) -> None:
    with suppress(ParseError):
        read(body)
