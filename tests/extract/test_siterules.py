"""The editors' rules for one site: selectors, what they strip and find, and named texts."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import HtmlElement, document_fromstring

from aggregator.errors import ExtractError
from aggregator.extract.article import extract_page
from aggregator.extract.siterules import Removal, apply_rules, check_selector, select, strip_texts
from aggregator.models import ExtractRules, Page

STORY = """<html><head><title>Bread | The Mill</title><meta name="writer" content=" Ana
Quispe "></head><body><div class="top"><h1>Bread, at last</h1><p class="by">By <b>L</b>uis Mamani<br>Photos: Rosa
Choque</p><time datetime="2026-05-12T08:00:00-04:00">yesterday</time><span class="day">el 3 de marzo de 2026</span></div>
<main id="story"><h2>Bread, at last!</h2><p>The mill <i>bak</i>es again.</p><aside class="appeal">Help <b>us</b>
<script>count()</script></aside>after it<section><p>For the whole valley.</p></section></main>
<section class="comments-area"><p>I like bread.</p></section></body></html>"""


def tree() -> HtmlElement:
    return document_fromstring(STORY)


@pytest.mark.parametrize(
    ("selector", "tags"),
    [
        ("main > p", ["p"]),
        ("h1, h2", ["h1", "h2"]),
        ("#story p:first-of-type", ["p", "p"]),
        ("h2 + p", ["p"]),
        ("section:has(p):not([class])", ["section"]),
        ("p:contains('whole valley')", ["p"]),
        ("MAIN ASIDE", ["aside"]),
        (".nothing", []),
        ("a:hover", []),
        ("//main", ["main"]),
        ("(//p)[last()]", ["p"]),
        ("//p[@class='by']/b | //time", ["b", "time"]),
        ("//p[contains(., '/document(') or starts-with(normalize-space(), 'For')]", ["p"]),
        ("//p[following-sibling::aside]", ["p"]),
        ("//*[self::h1 or self::h2][not(ancestor::main)]", ["h1"]),
        ("/html/body/div[.//time]", ["div"]),
        ("/", []),
    ],
)
def test_a_selector_gives_elements_in_the_order_of_the_page(selector: str, tags: list[str]) -> None:
    assert [element.tag for element in select(tree(), selector)] == tags


@pytest.mark.parametrize(
    ("selector", "why"),
    [
        ("", "expected selector, got its end"),
        ("div[", "expected a name or *, got its end"),
        ("div..story", 'expected a name, got "."'),
        ("a[href^=x y]", 'expected "]", got "y"'),
        ("p:nth-child(x)", "invalid series"),
        ("p::text", "it names a pseudo-element, which is no element of the page"),
        ("svg|path", "undefined namespace prefix"),
        ("p " * 150 + "p", "it is longer than 300 characters"),
        ("//p[", "invalid expression"),
        ("(//p", "invalid expression"),
        ("//p\0", "All strings must be XML compatible"),
        ("(1)", "it gives a value, not elements"),
        ("(count(//p))", "it gives a value, not elements"),
        ("//a/@href", "it gives attributes or texts, not elements; end it before them"),
        ("//a/attribute::href", "it gives attributes or texts, not elements; end it before them"),
        ("(//p | //p/text())[1]", "it gives attributes or texts, not elements; end it before them"),
        ("//p[$x]", "it uses a variable, and there are none"),
        ("//svg:path", 'it uses the prefix "svg", and there are none'),
        ("//p[re:match(., '(a+)+$')]", "it calls re:match(), which is not known here"),
        ("(document('/etc/passwd')//p)", "it calls document(), which is not known here"),
        ("//p[unparsed-entity-uri ('x')]", "it calls unparsed-entity-uri(), which is not known here"),
        ("//p[id('x')]", "it calls id(), which is not known here"),
        ("//p[//b]", "within [ ] it looks at the whole page for each element; begin with . there"),
        ("//p[b or /html[@lang]]", "within [ ] it looks at the whole page for each element; begin with . there"),
        ("//p[preceding::b]", "preceding:: looks at the whole page for each element; take preceding-sibling::"),
        ("//h2/following :: p", "following:: looks at the whole page for each element; take following-sibling::"),
    ],
)
def test_a_selector_that_cannot_be_used_says_why(selector: str, why: str) -> None:
    with pytest.raises(ValueError) as caught:
        check_selector(selector)
    assert str(caught.value).startswith(why)


@given(st.text(alphabet="abp*./[]()@:'\"=,>~+ 1$|", max_size=30))
def test_a_selector_that_is_accepted_selects_elements_and_any_other_is_a_value_error(selector: str) -> None:
    try:
        check_selector(selector)
    except ValueError:
        return
    assert all(isinstance(element, HtmlElement) for element in select(tree(), selector))


# --- one page --------------------------------------------------------------------------------------------------------


def test_what_the_rules_name_is_found() -> None:
    rules = ExtractRules(
        body="#story", title="h1", author="//meta[@name='writer']", date="time", strip=(".appeal", "section > p")
    )
    ruled = apply_rules(tree(), rules)
    assert (ruled.title, ruled.author) == ("Bread, at last", "Ana Quispe")
    assert ruled.published_at == datetime(2026, 5, 12, 12, tzinfo=UTC)
    assert ruled.removed == (
        Removal('strip ".appeal"', "Help us"),
        Removal('strip "section > p"', "For the whole valley."),
        Removal('strip "section > p"', "I like bread."),
    )
    assert ruled.unmet == ()
    html = ruled.body_html("Bread at last")
    assert html == '<main id="story"><p>The mill <i>bak</i>es again.</p>after it<section></section></main>'


def test_a_text_is_read_as_its_reader_sees_it() -> None:
    assert apply_rules(tree(), ExtractRules(author="p.by")).author == "By Luis Mamani Photos: Rosa Choque"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-05-12", (5, 12)),
        ("2026-05-12T23:30:00-04:00", (5, 13)),
        ("Tuesday, May 12th, 2026", (5, 12)),
        ("12 May 2026, 14:30", (5, 12)),
        ("Publicado el 12 de mayo del 2026", (5, 12)),
        ("3 de março de 2026", (3, 3)),
        ("1er août 2026", (8, 1)),
        ("le 14 juillet 2026", (7, 14)),
        ("le 14 juin 2026", (6, 14)),
        ("SETIEMBRE 3, 2026", (9, 3)),
    ],
)
def test_a_date_in_figures_or_words_is_read(text: str, day: tuple[int, int]) -> None:
    page = document_fromstring(f"<html><body><p>{text}</p></body></html>")
    instant = apply_rules(page, ExtractRules(date="p")).published_at
    assert instant is not None
    assert (instant.year, instant.month, instant.day) == (2026, *day)


def test_a_rule_that_does_nothing_is_named_and_changes_nothing() -> None:
    rules = ExtractRules(
        body=".none", title=".none", author=".none", date=".top", strip=(".none", "body", "main *:contains('zebra')")
    )
    page = tree()
    ruled = apply_rules(page, rules)
    assert len(select(page, "main")) == 1
    assert ruled.override(Page("", "T", ("A",))) == Page("", "T", ("A",), published_at=ruled.published_at)
    assert ruled.unmet == (
        'strip ".none" matched nothing',
        'strip "body" matched nothing',
        "strip \"main *:contains('zebra')\" matched nothing",
        'body ".none" matched nothing with words in it; the body was found as on any page',
        'title ".none" matched nothing of use',
        'author ".none" matched nothing of use',
    )
    ruled = apply_rules(document_fromstring("<p>12/05/2026</p>"), ExtractRules(date="p"))
    assert ruled.unmet == ('date "p" matched "12/05/2026", which cannot be read as a date',)


def test_elements_within_each_other_are_taken_and_stripped_once() -> None:
    page = document_fromstring("<body><div><p>a</p><div>b</div></div><div> <img src='x'></div><p>c</p></body>")
    assert apply_rules(page, ExtractRules(body="div, p")).body_html("") == "<div><p>a</p><div>b</div></div>\n<p>c</p>"
    assert [one.text for one in apply_rules(page, ExtractRules(strip=("div",))).removed] == ["a b", "<div>"]


@pytest.mark.parametrize("html", [f"<div>{'<p>x</p>' * 100}</div>" * 199, "<p>x</p>" * 2_001])
def test_a_page_too_large_for_selectors_is_refused_only_where_there_are_some(html: str) -> None:
    page = document_fromstring(f"<body>{html}</body>")
    assert apply_rules(page, ExtractRules(strip_text=("x",))).removed == ()
    with pytest.raises(ExtractError, match="more than 20,000 elements"):
        apply_rules(page, ExtractRules(strip=("p",)))


def test_a_page_is_drawn_by_its_rules() -> None:
    rules = ExtractRules(body="main", title="h1", author=".by b", date=".day", strip=("aside",))
    page = extract_page(STORY.encode(), "https://mill.example/bread/", rules=rules)
    assert (page.title, page.authors) == ("Bread, at last", ("L",))
    assert page.published_at == datetime(2026, 3, 3, tzinfo=UTC)
    assert page.body_html == (
        '<main id="story"><p>The mill <i>bak</i>es again.</p>after it<section><p>For the whole valley.</p></section></main>'
    )


def test_a_body_never_holds_the_readers_comments_nor_makes_an_article_of_a_home_page() -> None:
    rules = ExtractRules(body="body")
    body = extract_page(STORY.encode(), "https://mill.example/bread/", rules=rules).body_html
    assert body.startswith("<div>")
    assert "I like bread" not in body
    assert extract_page(STORY.encode(), "https://mill.example/", rules=rules).body_html == ""


# --- named texts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "texts", "kept"),
    [
        ("<p>Rain.</p>\n<p>Follow us!</p>", ("follow us",), "<p>Rain.</p>\n"),
        ("<p>Rain.</p><p>Síguenos en <a href='/x'>X</a>, hoy</p>", ("SIGUENOS EN*",), "<p>Rain.</p>"),
        ("<p>Follow us <br>on X.</p><p>Rain.</p>", ("Follow us on X",), "<p>Rain.</p>"),
        ("<h3>Also read</h3><p>Rain.</p>", ("Also read:",), "<p>Rain.</p>"),
        ("<ul><li>Rain</li><li>Share</li></ul>", ("share",), "<ul><li>Rain</li></ul>"),
        ("<ul><li><p>Share</p></li></ul>tail", ("share",), "<ul><li></ul>tail"),
        ("loose <div>Share</div> text", ("share",), "loose  text"),
    ],
)
def test_named_blocks_go(html: str, texts: tuple[str, ...], kept: str) -> None:
    assert strip_texts(html, texts)[0] == kept


@pytest.mark.parametrize(
    ("html", "texts"),
    [
        ("<p>Follow us home.</p>", ("Follow us",)),
        ("<p>Please follow us</p>", ("follow us*",)),
        ("<div><p>Share</p><p>Rain</p></div>", ("share rain",)),
        ("<blockquote>Share</blockquote>", ("share",)),
        ("<p>Rain &amp; <b>snow<b></p>", ()),
        ("", ("share",)),
    ],
)
def test_what_nobody_named_stays_as_it_is_to_the_byte(html: str, texts: tuple[str, ...]) -> None:
    assert strip_texts(html, texts) == (html, ())


def test_what_went_is_said_with_its_rule() -> None:
    removed = strip_texts(f"<p>Support us {'now ' * 50}</p><p>Share</p>", ("share", "support us*"))[1]
    assert [one.rule for one in removed] == ['strip_text "support us*"', 'strip_text "share"']
    assert removed[0].text.startswith("Support us now now")
    assert len(removed[0].text) <= 81
    assert removed[1].text == "Share"
