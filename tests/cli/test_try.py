"""`aggregator try URL` as an editor types it."""

import json
from pathlib import Path

import pytest

from tests.cli.door import aggregator
from tests.cli.test_commands import source, write
from tests.newsroom import EVERYTHING, Post, page, paragraphs, rss
from tests.partner import Partner

RULES = """[source.extract]
mode = "page"
body = "div.story"
title = "h2.headline"
author = "p.byline"
date = "p.day"
strip = [".appeal", "aside"]
strip_text = ["follow us on*", "Foto: archivo"]
"""
STORY = f"""<div class="top"><h2 class="headline">A pump for the valley</h2>
<p class="byline">Ana Quispe, Valley Press</p><p class="day">12 de mayo de 2026</p></div>
<div class="story"><h2>A pump for the valley</h2>{paragraphs("pump")}
<div class="appeal"><p>Our work needs your help.</p></div>
<p>Follow us on every network there is!</p></div>"""
HEAD = (
    '<meta name="author" content="webmaster"><link rel="canonical" href="/pump/"><link rel="license" href="/licence">'
    '<meta property="article:published_time" content="2020-01-01T00:00:00Z">'
)


@pytest.fixture
def pump(partner: Partner, tmp_path: Path) -> str:
    """A source with rules, whose feed has an excerpt of the article at the address returned."""
    url = partner.serve("/pump/", page("Pump | Valley", STORY, HEAD), headers=[("Content-Type", "text/html")])
    excerpt = "<p>The pump has come at last.</p><p>Foto: Archivo.</p>"
    feed = partner.serve("/feed", rss([Post("1", url, "A pump for the valley", excerpt, author="Luis Mamani")]))
    write(tmp_path, source("valley", feed) + RULES + EVERYTHING)
    return url


def test_a_page_is_asked_for_once_and_shown_as_it_would_be_published(
    tmp_path: Path, partner: Partner, pump: str
) -> None:
    before = sorted(tmp_path.rglob("*"))
    done = aggregator(tmp_path, "try", pump, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    shown = json.loads(done.stdout)
    assert shown["source"] == "valley"
    assert (shown["feed"]["words"], shown["feed"]["people"]) == (6, ["Luis Mamani"])
    assert shown["feed"]["beginning"] == "The pump has come at last."
    facts = ("title", "people", "publication", "published_at", "language", "canonical_url", "licence")
    assert [shown["page"][fact] for fact in facts] == [
        "A pump for the valley",
        ["Ana Quispe"],
        "Valley Press",
        "2026-05-12T00:00:00+00:00",
        "en",
        pump,
        partner.url("/licence"),
    ]
    assert shown["removed"] == [
        {"from": "feed", "rule": 'strip_text "Foto: archivo"', "text": "Foto: Archivo."},
        {"from": "page", "rule": 'strip ".appeal"', "text": "Our work needs your help."},
        {"from": "page", "rule": 'strip_text "follow us on*"', "text": "Follow us on every network there is!"},
    ]
    assert shown["warnings"] == ['strip "aside" matched nothing']
    result = shown["result"]
    assert (result["from"], result["rights"]) == ("page", "an excerpt of 60 words, without pictures")
    assert result["html"].startswith("<p>The pump ")
    assert result["text"].count("\n\n") == 7
    assert "comment" not in result["text"]
    assert sorted(seen.path for seen in partner.requests) == ["/feed", "/pump/", "/robots.txt"]
    assert all("desk@wire.example" in (seen.header("User-Agent") or "") for seen in partner.requests)
    assert sorted(tmp_path.rglob("*")) == before


def test_it_is_written_for_people_unless_told_otherwise(tmp_path: Path, pump: str) -> None:
    done = aggregator(tmp_path, "try", pump, "--html")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "source valley: Valley"
    assert f"page {pump}" in lines
    assert "  people        Ana Quispe" in lines
    assert '  page: strip ".appeal": Our work needs your help.' in lines
    assert 'warning: strip "aside" matched nothing' in lines
    assert "result: the text of the page, 216 words: it has more text than the feed" in lines
    assert lines[-1].startswith("<p>The pump ")


def test_a_page_that_cannot_be_had_is_one_line(tmp_path: Path, partner: Partner) -> None:
    write(tmp_path, source("valley", partner.url("/feed")) + EVERYTHING)
    partner.serve("/robots.txt", b"User-agent: *\nDisallow: /private")
    for path, message in {"/none/": "answered 404", "/private/": "asks us not to fetch it"}.items():
        done = aggregator(tmp_path, "try", partner.url(path))
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
        assert message in done.stderr
    assert "/private/" not in [seen.path for seen in partner.requests]


def test_a_page_of_no_known_source_is_wrong_usage(tmp_path: Path) -> None:
    write(tmp_path, source("valley", "https://valley.example/feed") + EVERYTHING)
    for words, message in {
        ("https://other.example/a",): "no source has its site or feed at other.example; name one with --source\n",
        ("https://other.example/a", "--source", "vale"): 'there is no source "vale"; did you mean "valley"?\n',
    }.items():
        done = aggregator(tmp_path, "try", *words)
        assert (done.returncode, done.stderr) == (2, message)
