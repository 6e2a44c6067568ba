"""`aggregator source` and `override`, as an editor types them: the file differs where it should and nowhere else."""

import difflib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.door import Done, aggregator
from tests.newsroom import SITE, Post, page, paragraphs, rss
from tests.partner import Partner

FILE = (
    SITE
    + """
# --- Sources ---
[[source]]  # the oldest
id = "faro"
name = "El Faro"
feed = "https://faro.example/feed/"
[source.rights]
mode = "full"

# --- Topics ---
[[topic]]
id = "water"
title = "Water"
include = "water"
"""
)
HOME = b"""<html lang="es-BO"><head><title>El Lago | Noticias del agua</title>
<link rel="alternate" type="application/rss+xml" title="El Lago: comentarios" href="/comments/feed/">
<link rel="alternate" type="application/rss+xml" title="El Lago" href="/feed/"></head><body><h1>El Lago</h1></body></html>"""
LICENCE = '<link rel="license" href="https://creativecommons.org/licenses/by-sa/4.0/">'


@pytest.fixture
def lago(partner: Partner) -> Partner:
    """A site with a feed for its articles, one for its comments, and a licence on its pages."""
    now = datetime.now(UTC)
    posts = [
        Post(f"g{n}", partner.url(f"/{n}"), f"Title {n}", paragraphs(f"t{n}"), author="Ana Quispe", published_at=at)
        for n in range(7)
        for at in [now - timedelta(hours=30 * n)]
    ]
    partner.serve("/", HOME, headers=[("Content-Type", "text/html")])
    partner.serve("/feed/", rss(posts, "El Lago - RSS feed"), headers=[("ETag", '"1"')])
    partner.serve("/comments/feed/", rss([], "Comentarios en El Lago"))
    partner.serve("/0", page("Title 0", paragraphs("t0"), LICENCE), headers=[("Content-Type", "text/html")])
    return partner


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sources.toml").write_text(FILE)
    return tmp_path


def added(folder: Path) -> list[str]:
    """The lines that the file has more than before; none is missing."""
    lines = list(difflib.ndiff(FILE.splitlines(), (folder / "sources.toml").read_text().splitlines()))
    assert not [line for line in lines if line.startswith("- ")]
    return [line[2:] for line in lines if line.startswith("+ ") and line[2:]]


def source(folder: Path, *words: str) -> Done:
    return aggregator(folder, "source", *words)


def test_the_address_of_a_site_is_enough(folder: Path, lago: Partner) -> None:
    done = source(folder, "add", lago.url("/"), "--topic", "water", "--yes")
    assert done.returncode == 0, done.stderr
    assert sorted(added(folder)) == sorted([
        "[[source]]",
        'id = "el-lago"',
        'name = "El Lago"',
        'site = "https://newsroom.example/"',
        f'feed = "{lago.url("/feed/")}"',
        'language = "es-BO"',
        'topics = ["water"]',
        "[source.rights]",
        'mode = "full"',
        'licence = "https://creativecommons.org/licenses/by-sa/4.0/"',
        next(line for line in added(folder) if line.startswith("agreement = ")),
    ])  # fmt: skip
    assert done.stdout.count("by Ana Quispe, El Lago") == 5
    assert "rss20, 7 entries, 7 of them whole" in done.stdout
    assert "one every 30 hours" in done.stdout
    assert "readers would get the whole text" in done.stdout
    assert [seen.path for seen in lago.requests].count("/comments/feed/") == 0
    assert aggregator(folder, "check").returncode == 0


def test_a_feed_that_is_nowhere_named_is_found_where_sites_have_it(folder: Path, lago: Partner) -> None:
    lago.serve("/", b"<html><body><h1>El Lago</h1></body></html>", headers=[("Content-Type", "text/html")])
    done = source(folder, "add", lago.url("/"), "--id", "lago", "--name", "The Lake", "--yes")
    assert done.returncode == 0, done.stderr
    assert 'id = "lago"' in added(folder)
    assert 'name = "The Lake"' in added(folder)


def test_nothing_is_added_without_a_yes(folder: Path, lago: Partner) -> None:
    done = source(folder, "add", lago.url("/feed/"))
    assert (done.returncode, added(folder)) == (1, [])
    assert "say --yes" in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["add", "$/nothing", "--yes"], 1, "answered 404"),
        (["add", "$/0", "--yes"], 1, "no feed is found there, nor at"),
        (["add", "$/feed/", "--topic", "watr", "--yes"], 2, 'did you mean "water"?'),
        (["add", "$/feed/", "--id", "faro", "--yes"], 2, 'is not changed: source "faro": id = "faro" is taken'),
        (["add", "$/feed/", "--id", "El Lago", "--yes"], 2, "is not an id"),
        (
            ["add", "ftp://x.example/feed", "--yes"],
            2,
            '"ftp://x.example/feed" is no address of a site or a feed; write it',
        ),
        (["add", "The Lake", "--yes"], 2, '"The Lake" is no address of a site or a feed; write it as'),
        (["add", "/etc/hosts", "--yes"], 2, '"/etc/hosts" is no address'),
        (["add", "", "--yes"], 2, '"" is no address'),
        (["show", "far"], 2, 'did you mean "faro"?'),
        (
            ["move", "faro"],
            2,
            "no database yet; `aggregator run` or `aggregator poll` makes it; give the address: aggregator",
        ),
        (["move", "faro", "nowhere"], 2, "is not a web address"),
        (["disable", ""], 2, 'there is no source ""'),
        (["import", "none.opml"], 2, "none.opml: cannot be read"),
        (["export", "none/x.opml"], 2, "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    folder: Path, lago: Partner, words: list[str], code: int, said: str
) -> None:
    if words[1] == "$/0":
        for path in ("/feed/", "/rss.xml"):
            lago.serve(path, b"", status=404)
    done = source(folder, *(word.replace("$", lago.url("")) for word in words))
    assert (done.returncode, added(folder)) == (code, [])
    assert said in done.stderr


@pytest.mark.parametrize(("typed", "code"), [("n\n", 1), ("\n", 1), ("", 130)])
def test_who_does_not_agree_reads_that_nothing_is_changed(folder: Path, typed: str, code: int) -> None:
    done = aggregator(folder, "source", "remove", "faro", typed=typed)
    assert (done.returncode, added(folder)) == (code, [])
    assert done.stderr.endswith("nothing is changed\n")


def test_who_agrees_is_obeyed(folder: Path) -> None:
    done = aggregator(folder, "source", "remove", "faro", typed="y\n")
    assert done.stderr.endswith('source "faro" removed\n')


def test_a_feed_is_added_once(folder: Path, lago: Partner) -> None:
    assert source(folder, "add", lago.url("/"), "--yes").returncode == 0
    again = source(folder, "add", lago.url("/feed/"), "--yes")
    assert (again.returncode, "already" in again.stderr) == (2, True)


def test_a_source_is_disabled_enabled_moved_and_removed(folder: Path) -> None:
    path = folder / "sources.toml"
    assert source(folder, "disable", "faro").returncode == 0
    assert added(folder) == ["enabled = false"]
    assert source(folder, "enable", "faro").returncode == 0
    assert added(folder) == ["enabled = true"]
    assert source(folder, "move", "faro", "https://faro.example/new/").returncode == 0
    assert 'feed = "https://faro.example/new/"' in path.read_text()
    done = source(folder, "remove", "faro", "--yes")
    assert done.returncode == 0
    assert path.read_text() == FILE[: FILE.index("[[source]]")] + "\n" + FILE[FILE.index("# --- Topics") :]


def test_a_topic_without_rules_takes_all_of_every_source(folder: Path) -> None:
    (folder / "sources.toml").write_text(FILE.replace('include = "water"', ""))
    assert source(folder, "show", "faro").stdout.endswith("topics that take all of it: water\n")
    assert json.loads(source(folder, "list", "--json").stdout)[0]["topics"] == ["water"]


def test_where_a_feed_has_moved_is_asked_without_making_a_database(folder: Path) -> None:
    source(folder, "move", "faro")
    assert not (folder / "var" / "aggregator.db").exists()


def test_sources_are_listed_and_shown(folder: Path) -> None:
    done = source(folder, "list")
    assert done.stdout == "faro  El Faro: https://faro.example/feed/; the whole text, without pictures\n"
    assert json.loads(source(folder, "list", "--json").stdout)[0]["rights"]["mode"] == "full"
    shown = source(folder, "show", "faro").stdout
    assert shown.startswith("# sources.toml:10\n[[source]]  # the oldest\n")
    assert "readers get the whole text, without pictures" in shown


def test_partners_are_looked_at_where_asked_for(folder: Path, lago: Partner) -> None:
    (folder / "sources.toml").write_text(FILE.replace("https://faro.example/feed/", lago.url("/feed/")))
    done = aggregator(folder, "check", "--online", "--quiet")
    assert (
        done.stdout
        == "faro: rss20, 7 entries, all whole; ETag; licence https://creativecommons.org/licenses/by-sa/4.0/\n"
    )
    (found,) = json.loads(aggregator(folder, "check", "--online", "--json").stdout)["online"]
    assert (found["ok"], found["entries"], found["validators"]) == (True, 7, ["ETag"])
    lago.serve("/feed/", b"", status=410)
    gone = aggregator(folder, "check", "--online")
    assert gone.returncode == 3
    assert "faro: " in gone.stdout
    assert "410" in gone.stdout
    assert not (folder / "var").exists()


def test_an_override_is_appended(folder: Path) -> None:
    done = aggregator(
        folder, "override", "add", "https://faro.example/1", "retitle", "A better title", "--reason", "typo"
    )
    assert done.returncode == 0, done.stderr
    lines = added(folder)
    assert lines[:4] == [
        "[[override]]",
        'match = "https://faro.example/1"',
        'action = "retitle"',
        'value = "A better title"',
    ]
    again = aggregator(folder, "override", "add", "http://www.faro.example/1/", "retitle", "A better title")
    assert (again.returncode, again.stderr) == (0, "sources.toml: says so already; nothing is changed\n")
    wrong = aggregator(folder, "override", "add", "https://faro.example/1", "remove")
    assert wrong.returncode == 2
    assert "is none of" in wrong.stderr
    assert added(folder) == lines


def test_a_site_without_a_feed_is_looked_at_and_tried(tmp_path: Path, partner: Partner) -> None:
    html = [("Content-Type", "text/html")]
    url = partner.serve("/ferry/", page("The ferry", paragraphs("ferry")), headers=html)
    partner.serve("/news/", b"<main><article><h2><a href='/ferry/'>The ferry</a></h2></article></main>", headers=html)
    partner.serve("/map.xml", f"<urlset><url><loc>{url}</loc><lastmod>2026-11-20</lastmod></url></urlset>".encode())
    sources = (("hill", "html", "/news/"), ("quay", "sitemap", "/map.xml"), ("slip", "feed", "/map.xml"))
    blocks = (
        f'[[source]]\nid = "{name}"\nname = "{name}"\nkind = "{kind}"\nfeed = "{partner.url(path)}"\n'
        for name, kind, path in sources
    )
    text = "".join(blocks).replace('/news/"\n', '/news/"\n[source.html]\nlist = "main article"\n')
    (tmp_path / "sources.toml").write_text(SITE + text)
    said = aggregator(tmp_path, "check", "--online", "--quiet").stdout.splitlines()
    assert sorted(said) == [
        "hill: list, 1 entries, 0 whole; no validators, so every poll brings all of it",
        "quay: sitemap, 1 entries, 0 whole; no validators, so every poll brings all of it",
        f'slip: {partner.url("/map.xml")}: this is a sitemap, no feed; write kind = "sitemap"',
    ]
    for name in ("hill", "quay"):
        result = json.loads(aggregator(tmp_path, "try", url, "--source", name, "--json").stdout)["page"]
        assert (result["title"], result["words"] > 150) == ("The ferry", True)


def test_a_feed_that_breaks_off_is_said_to_be_so(folder: Path, partner: Partner) -> None:
    posts = [
        Post(str(number), partner.url(f"/{number}"), f"Post {number}", paragraphs(f"p{number}")) for number in "12"
    ]
    whole = rss(posts)
    (folder / "sources.toml").write_text(FILE.replace("https://faro.example/feed/", partner.url("/feed/")))
    partner.serve("/feed/", whole[: whole.rindex(b"<item>") + 200])
    done = aggregator(folder, "check", "--online", "--quiet")
    assert "breaks off before its end, so entries may be missing; ask the partner" in done.stdout
    partner.serve("/feed/", whole[:80])
    done = aggregator(folder, "check", "--online", "--quiet")
    assert (done.returncode, "breaks off before its end" in done.stdout) == (3, True)
