"""Site files of Full-Text RSS as rules of a source."""

import tomllib
from pathlib import Path

import pytest

from aggregator.editing.sitefiles import read_site_file
from aggregator.extract.article import extract_page
from aggregator.models import ExtractRules
from aggregator.sources import check_sources
from tests.cli.door import aggregator
from tests.newsroom import SITE, paragraphs

FILE = """# a comment
title: //h1[@class='headline']
title: //h2
body: //div[@id="story"]
body: //article
author: normalize-space(//span[@class='by'])
date: //meta[@name='day']/@content

strip: //aside
strip_id_or_class: advert
strip_id_or_class: 'share-bar'
strip_image_src: /pixel
prune: no
tidy: no
test_url: https://harbour.example/ferry/
http_header(User-Agent): Mozilla
single_page_link: //a[@class='all']
body: //div[
nonsense
"""
PAGE = f"""<html><body><h1 class="headline">The ferry</h1><span class="by"> Ana Quispe </span><div id="story">{paragraphs("ferry")}
<div class="advert-top">Buy boats</div><p id="share-bar">Share</p><aside>Also</aside></div></body></html>"""


def test_each_line_is_a_rule_or_is_named() -> None:
    found = read_site_file(FILE)
    assert list(found.keys) == ["title", "body", "author", "date", "strip"]
    assert found.keys["author"] == "//span[@class='by']"
    assert found.keys["date"] == "//meta[@name='day']"
    assert len(found.keys["strip"]) == 4
    assert (found.keys["title"], found.keys["body"]) == ("//h1[@class='headline']", '//div[@id="story"]')
    assert list(found.left_out) == [
        "title: //h2", "body: //article",
        "http_header(User-Agent): Mozilla", "single_page_link: //a[@class='all']", "body: //div[", "nonsense",
    ]  # fmt: skip


def test_the_rules_do_what_the_file_says() -> None:
    keys = read_site_file(FILE).keys
    page = extract_page(
        PAGE.encode(), "https://harbour.example/ferry/", rules=ExtractRules(**keys | {"strip": tuple(keys["strip"])})
    )
    assert (page.title, page.authors) == ("The ferry", ("Ana Quispe",))
    assert "plot 8" in page.body_html
    assert not any(word in page.body_html for word in ("Buy boats", "Share", "Also"))


def test_what_is_printed_can_stand_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "harbour.example.txt").write_text(FILE)
    done = aggregator(tmp_path, "source", "rules", "harbour.example.txt")
    assert done.returncode == 0
    assert done.stderr.count("left out: ") == 6
    source = '[[source]]\nid = "harbour"\nname = "Harbour"\nfeed = "https://harbour.example/feed/"\n'
    config = check_sources(SITE + source + done.stdout).config
    assert config.sources[0].extract.strip[0] == "//aside"
    assert tomllib.loads(done.stdout)["source"]["extract"]["title"] == "//h1[@class='headline']"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "says nothing"),
        (b"tidy: no\n", "says nothing"),
        (b"\xff\xfe", "no text in UTF-8"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_is_none_is_named(tmp_path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / "site.txt").write_bytes(content)
    done = aggregator(tmp_path, "source", "rules", "site.txt")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("site.txt: ")
    assert said in done.stderr
