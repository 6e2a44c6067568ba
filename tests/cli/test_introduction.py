"""`aggregator source add` at sites of many kinds: which feed it finds, and what it says where there is none."""

from pathlib import Path

import pytest

from tests.cli.door import Done, aggregator
from tests.newsroom import SITE, Post, page, paragraphs, rss
from tests.partner import Partner

HTML = [("Content-Type", "text/html")]
RSS = '<link rel="alternate" type="application/rss+xml" href="{}">'
LOGIN = b"""<html><head><title>Sign in</title></head><body><h1>Sign in</h1><form method="post" action="/login">
<input type="email" name="u"><input type="password" name="p"><button>Sign in</button></form></body></html>"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sources.toml").write_text(SITE)
    return tmp_path


def feed(partner: Partner, path: str, title: str, body: bool = True) -> None:
    partner.serve(path, rss([Post("g1", partner.url("/1"), "The ferry", paragraphs("ferry") if body else "")], title))


def home(partner: Partner, body: str = "", head: str = "", path: str = "/") -> None:
    partner.serve(
        path, f"<html><head><title>The Port</title>{head}</head><body>{body}</body></html>".encode(), 200, HTML
    )


def add(folder: Path, address: str) -> Done:
    return aggregator(folder, "source", "add", address, "--yes")


def has(folder: Path, line: str) -> bool:
    return line in (folder / "sources.toml").read_text().splitlines()


def test_a_feed_that_only_the_footer_links_is_found_by_what_the_link_says(folder: Path, partner: Partner) -> None:
    home(partner, '<a href="/about">Us</a><a href="/export/latest" title="RSS"><img src="/i.png" alt=""></a>')
    feed(partner, "/export/latest", "The Port")
    assert add(folder, partner.url("/")).returncode == 0
    assert has(folder, f'feed = "{partner.url("/export/latest")}"')


def test_a_feed_is_found_on_the_page_about_feeds(folder: Path, partner: Partner) -> None:
    home(partner, '<a href="/follow">Our RSS feeds</a>')
    home(partner, '<a href="/rss/comments.xml">Comments</a> <a href="/rss/news.xml">News</a>', path="/follow")
    feed(partner, "/rss/news.xml", "The Port")
    assert add(folder, partner.url("/")).returncode == 0
    assert has(folder, f'feed = "{partner.url("/rss/news.xml")}"')


def test_other_feeds_of_a_site_are_named(folder: Path, partner: Partner) -> None:
    home(partner, head=RSS.format("/sport.xml") + RSS.format("/all.xml") + RSS.format("/comments/feed/"))
    feed(partner, "/sport.xml", "The Port: Sport")
    done = add(folder, partner.url("/"))
    assert f"  the site also names {partner.url('/all.xml')}\n" in done.stdout
    assert "/comments/" not in done.stdout


def test_the_title_of_an_article_is_no_name_of_a_newsroom(folder: Path, partner: Partner) -> None:
    partner.serve("/1", page("The ferry is back", paragraphs("ferry"), RSS.format("/feed/")), 200, HTML)
    feed(partner, "/feed/", "The Port")
    assert add(folder, partner.url("/1")).returncode == 0
    assert has(folder, 'name = "The Port"')


def test_a_newsroom_may_have_the_word_for_its_comments_in_its_name(folder: Path, partner: Partner) -> None:
    partner.serve("/", b"<html><head><title>Comment &amp; Review</title></head><body></body></html>", 200, HTML)
    feed(partner, "/feed/", "Comment & Review")
    assert add(folder, partner.url("/")).returncode == 0


def test_what_stands_before_a_site_is_named(folder: Path, partner: Partner) -> None:
    partner.redirect("/", "/login")
    partner.serve("/login", LOGIN, 200, HTML)
    done = add(folder, partner.url("/"))
    assert done.returncode == 1
    assert f"{partner.url('/login')}: a login page came instead of the site" in done.stderr
    partner.serve("/", b"<title>Just a moment...</title>", 403, [*HTML, ("cf-mitigated", "challenge")])
    assert "a bot wall (Cloudflare) keeps us out; ask the partner to let" in add(folder, partner.url("/")).stderr
    assert (folder / "sources.toml").read_text() == SITE


def test_a_site_without_a_feed_is_sent_to_the_other_kinds(folder: Path, partner: Partner) -> None:
    home(partner, '<a href="/1">The ferry</a>')
    done = add(folder, partner.url("/"))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "no feed is found there, nor at" in done.stderr
    assert "of a site that has none, see `kind` in docs/sources.md" in done.stderr


def test_a_named_feed_that_cannot_be_had_is_named(folder: Path, partner: Partner) -> None:
    home(partner, head=RSS.format("/old/feed/"))
    said = add(folder, partner.url("/")).stderr
    assert f"{partner.url('/')}: names a feed, but {partner.url('/old/feed/')} answered 404" in said


def test_a_newsroom_of_which_only_titles_can_be_had_is_known_as_such(folder: Path, partner: Partner) -> None:
    partner.serve("/robots.txt", b"User-agent: *\nDisallow: /\n", headers=[("Content-Type", "text/plain")])
    feed(partner, "/feed/", "The Port", body=False)
    done = add(folder, partner.url("/feed/"))
    assert "asks us not to fetch it" in done.stdout
    assert "neither the feed nor that page gives a text, so there would be titles and links only" in done.stdout


def test_a_young_newsroom_has_no_entries_yet(folder: Path, partner: Partner) -> None:
    partner.serve("/feed/", rss([], "The Port"))
    assert f"{partner.url('/feed/')}: rss20, no entries yet\n" in add(folder, partner.url("/feed/")).stdout


def test_the_page_of_an_article_says_the_language_where_the_feed_does_not(folder: Path, partner: Partner) -> None:
    partner.serve("/1", page("Uno", "<p>Sí.</p>").replace(b'lang="en"', b'lang="es-BO"'), 200, HTML)
    partner.serve("/feed/", rss([Post("g1", partner.url("/1"), "1")], "The Port"))
    assert add(folder, partner.url("/feed/")).returncode == 0
    assert has(folder, 'language = "es-BO"')


def test_who_has_no_sources_yet_reads_how_to_get_one(folder: Path) -> None:
    assert "`aggregator source add ADDRESS`" in aggregator(folder, "source", "list").stderr
    assert "`aggregator source add ADDRESS` adds one" in aggregator(folder, "check").stderr


def test_an_entry_that_leads_nowhere_is_said_to(folder: Path, partner: Partner) -> None:
    partner.serve("/feed/", b"<rss version='2.0'><channel><title>The Port</title><item><title>One</title><li")
    assert "    no date, no link, by The Port\n" in add(folder, partner.url("/feed/")).stdout


def test_an_address_without_its_scheme_is_tried_both_ways(folder: Path, partner: Partner) -> None:
    feed(partner, "/feed/", "The Port")
    bare = partner.url("/feed/").removeprefix("http://")
    assert add(folder, f" {bare} ").returncode == 0
    assert has(folder, f'feed = "{partner.url("/feed/")}"')
    assert f"http://{bare}x answered 404: nothing there" in add(folder, f"{bare}x").stderr
