"""Who wrote an article, by what its page says around it: JSON-LD, rel=author, meta elements, the visible byline."""

import json

import pytest
from lxml.html import document_fromstring

from aggregator.extract.metadata import read_authors, read_json_ld

URL = "https://www.highlandweekly.example/2026/05/well"
TEXT = "<p>The cooperative met on Sunday to vote on the new well. Nearly all of its members came.</p>"


def authors(head: str = "", body: str = TEXT, jsonld: object = None) -> tuple[str, ...]:
    script = f'<script type="application/ld+json">{json.dumps(jsonld)}</script>' if jsonld else ""
    page = document_fromstring(f"<html><head>{head}{script}</head><body>{body}</body></html>")
    return read_authors(page, read_json_ld(page), URL)


def article(author: object, **more: object) -> dict[str, object]:
    return {"@type": "NewsArticle", "author": author, **more}


def person(name: str) -> dict[str, str]:
    return {"@type": "Person", "name": name}


JSON_LD = [
    ("a person", article(person("Ana Quispe")), ("Ana Quispe",)),
    ("several", article([person("Ana Quispe"), person("Tim Young")]), ("Ana Quispe", "Tim Young")),
    ("a string", article("Ana Quispe"), ("Ana Quispe",)),
    ("strings", article(["Ana Quispe", "Tim Young"]), ("Ana Quispe", "Tim Young")),
    ("a name in a list", article({"@type": "Person", "name": ["Ana Quispe"]}), ("Ana Quispe",)),
    ("another script", article(person("山田太郎")), ("山田太郎",)),
    ("an organisation", article({"@type": "Organization", "name": "Quiet Harbour"}), ("Staff of Quiet Harbour",)),
    (
        "a person and the site",
        article([person("Ana Quispe"), {"@type": "Organization", "name": "Highland Weekly"}]),
        ("Ana Quispe",),
    ),
    ("the site as a person", article(person("Highland Weekly")), ()),
    ("the publisher", article(person("Quiet Harbour"), publisher={"name": "Quiet Harbour"}), ()),
    ("an account", article(person("admin")), ()),
    (
        "an object elsewhere",
        {"@graph": [article({"@id": "#a"}), {**person("Ana Quispe"), "@id": "#a"}]},
        ("Ana Quispe",),
    ),
    ("no author", {"@type": "NewsArticle"}, ()),
    ("an address", article("https://highland.example/ana"), ()),
    ("nonsense", article([None, 3, {"name": None}]), ()),
]


@pytest.mark.parametrize(("jsonld", "names"), [row[1:] for row in JSON_LD], ids=[row[0] for row in JSON_LD])
def test_json_ld_names_the_authors(jsonld: object, names: tuple[str, ...]) -> None:
    assert authors('<meta property="og:site_name" content="Highland Weekly">', jsonld=jsonld) == names


def test_json_ld_goes_before_links_and_links_before_meta_elements() -> None:
    head = '<meta name="author" content="Eva Roca">'
    body = f'<p><a rel="author" href="/tim">Tim Young</a></p>{TEXT}'
    assert authors(head, TEXT) == ("Eva Roca",)
    assert authors(head, body) == ("Tim Young",)
    assert authors(head, body, article(person("Ana Quispe"))) == ("Ana Quispe",)


def test_what_names_nobody_is_passed_over() -> None:
    head = '<meta name="author" content="Highland Weekly"><meta name="parsely-author" content="Ana Quispe">'
    body = f'<p><a rel="author" href="/admin">admin</a></p>{TEXT}'
    assert authors(head, body, article(person("Redaktion"))) == ("Ana Quispe",)


VISIBLE = [
    ("a class", '<div class="article__byline">By Ana Quispe</div>', ("By Ana Quispe",)),
    ("a class in camel case", '<div class="ArticleByline_x1">Ana Quispe</div>', ("Ana Quispe",)),
    (
        "parts",
        '<p class="authors">von <a class="author">Ana Quispe</a> , <a class="author">Tim Young</a></p>',
        ("von Ana Quispe, Tim Young",),
    ),
    (
        "its plainest part",
        '<div class="author">Ana Quispe Games Editor <a class="author-link">Ana Quispe</a></div>',
        None,
    ),
    ("a line under the headline", "<div><h1>A well</h1><p>par Ana Quispe , 3 mai 2026</p></div>", None),
    ("a date glued to it", "<div><h1>A well</h1><p>by Ana Quispe<span>May 3, 2026</span></p></div>", None),
    ("an agency", '<span class="author">Reuters</span><div class="author">Tim Young</div>', ("Reuters",)),
    ("a commentator", '<div class="comment"><span class="author">Tim Young</span></div>', ()),
    ("another article's", '<div class="related"><span class="author">Tim Young</span></div>', ()),
    ("the site", '<span class="author">Highland Weekly</span>', ()),
    ("nobody", "<h1>By the River</h1><p>By Monday it was over.</p>", ()),
]


@pytest.mark.parametrize(("html", "names"), [row[1:] for row in VISIBLE], ids=[row[0] for row in VISIBLE])
def test_the_visible_byline_is_found(html: str, names: tuple[str, ...] | None) -> None:
    found = authors('<meta property="og:site_name" content="Highland Weekly">', html + TEXT)
    if names is None:
        assert len(found) == 1
        assert "Ana Quispe" in found[0]
    else:
        assert found == names


def test_a_visible_byline_corrects_data_that_name_somebody_who_is_not_on_the_page() -> None:
    body = f'<p class="byline">By Ana Quispe</p>{TEXT}'
    assert authors(body=body, jsonld=article(person("Tim Young"))) == ("By Ana Quispe",)
    shown = f'{body}<p>Tim Young is a reporter.</p><p class="byline">By Eva Roca</p>'
    assert authors(body=shown, jsonld=article(person("Tim Young"))) == ("Tim Young",)
