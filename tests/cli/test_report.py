"""`aggregator report SOURCE` as an operator types it before writing to a partner."""

import json
from pathlib import Path

import pytest

from tests.cli.door import aggregator
from tests.newsroom import EVERYTHING, SITE, Post, page, paragraphs, rss
from tests.partner import Partner


@pytest.fixture
def valley(tmp_path: Path, partner: Partner) -> Path:
    """Two newsrooms: one article is carried by both, one has a page that cannot be had, one a hostile title."""
    partner.serve("/page/", page("The mill", paragraphs("mill")), headers=[("Content-Type", "text/html")])
    posts = [
        Post("1", partner.url("/ferry"), "The ferry", paragraphs("ferry"), author="Ana Quispe"),
        Post("2", partner.url("/page/"), "The mill", "<p>A mill.</p>"),
        Post("3", partner.url("/gone/"), "*Gone* <b>too</b> soon [x](https://bad.example/)", "<p>It went.</p>"),
    ]
    partner.serve("/valley", rss(posts))
    carried = Post("h1", partner.url("/carried"), "The ferry", paragraphs("ferry"), author="Ana Quispe, Valley News")
    partner.serve("/harbour", rss([carried]))
    blocks = "".join(
        f'[[source]]\nid = "{name}"\nname = "{name.title()} News"\nfeed = "{partner.url(f"/{name}")}"\n{more}\n'
        for name, more in (
            ("valley", '[source.rights]\nmode = "full"\nagreement = "mail of 2026-11-20"'),
            ("harbour", ""),
            ("quiet", "enabled = false"),
        )
    )
    (tmp_path / "sources.toml").write_text(SITE + blocks + EVERYTHING)
    for name in ("valley", "harbour"):
        assert aggregator(tmp_path, "poll", name).returncode == 0
    assert aggregator(tmp_path, "build").returncode == 0
    return tmp_path


def test_a_report_says_what_was_carried_who_else_has_it_and_what_could_not_be_had(
    valley: Path, partner: Partner
) -> None:
    before = len(partner.requests)
    said = aggregator(valley, "report", "valley").stdout
    assert said.startswith("# Valley News\n\nFrom ")
    for line in (
        "* articles that came: 3; that can be read here: 3",
        "* texts: 2 from the feed, 1 from their pages",
        "* Everything: 3",
        "* Harbour News: 1",
        "* readers get the whole text, without pictures",
        "* agreement: mail of 2026-11-20",
        f"* [{partner.url('/gone/')}]({partner.url('/gone/')}): answered 404",
        "* [\\*Gone\\* too soon \\[x\\](https://bad.example/)]",
    ):
        assert line in said
    assert f"* [The ferry]({partner.url('/ferry')})" in said
    assert "; also: Harbour News" in said
    assert len(partner.requests) == before


def test_of_a_carrier_it_says_what_is_by_others(valley: Path) -> None:
    assert "written by the newsroom itself: 0; by others: 1" in aggregator(valley, "report", "harbour").stdout


def test_the_same_as_a_page_and_for_programs(valley: Path) -> None:
    html = aggregator(valley, "report", "valley", "--html").stdout
    assert html.startswith("<!doctype html>")
    assert "<b>too" not in html
    found = json.loads(aggregator(valley, "report", "valley", "--json").stdout)
    assert (found["articles"], found["published"], found["carriers"]) == (3, 3, [["Harbour News", 1]])


def test_a_source_of_which_nothing_came(valley: Path) -> None:
    said = aggregator(valley, "report", "quiet", "--days", "7").stdout
    assert "articles that came: 0" in said
    assert "## The newest" not in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["report", "vally"], 'there is no source "vally"'),
        (["report", "valley", "--html", "--json"], "choose one of them"),
        (["report", "valley", "--days", "0"], "--days"),
    ],
)
def test_what_is_wrong_is_said(valley: Path, words: list[str], said: str) -> None:
    done = aggregator(valley, *words)
    assert done.returncode == 2
    assert said in done.stderr
