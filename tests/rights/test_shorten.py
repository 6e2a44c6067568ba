"""Cuts in HTML: after a paragraph, at the end of a sentence, between words; with or without pictures."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.clean.html import clean_html, plain_text
from aggregator.plaintext import count_words
from aggregator.rights.shorten import first_paragraphs, opening, without_pictures

IMG = '<img src="https://faro.example/a.jpg" alt="A well">'

PARAGRAPHS = [
    ("the first of three", "<p>a</p>\n<p>b</p>\n<p>c</p>", 1, "<p>a</p>"),
    ("as many as there are", "<p>a</p><p>b</p>", 2, "<p>a</p><p>b</p>"),
    ("more than there are", "<p>a</p><p>b</p>", 9, "<p>a</p><p>b</p>"),
    ("a heading announces the next", "<h2>A</h2><p>a</p><h2>B</h2><p>b</p>", 1, "<h2>A</h2><p>a</p>"),
    ("a heading between two", "<p>a</p><h2>B</h2><p>b</p><p>c</p>", 2, "<p>a</p><h2>B</h2><p>b</p>"),
    ("an article that ends in a heading", "<p>a</p><h2>B</h2>", 3, "<p>a</p>"),
    ("list items count", "<ul><li>a</li><li>b</li></ul><p>c</p>", 1, "<ul><li>a</li></ul>"),
    ("paragraphs of a quotation count", "<blockquote><p>a</p><p>b</p></blockquote>", 1, "<blockquote><p>a</p></blockquote>"),
    ("a quotation is one", "<blockquote>a</blockquote><p>b</p>", 1, "<blockquote>a</blockquote>"),
    ("a table is one", "<table><tr><td>1</td></tr></table><p>b</p>", 1, "<table><tr><td>1</td></tr></table>"),
    ("a figure is none", f"<figure>{IMG}</figure><p>a</p><p>b</p>", 1, f"<figure>{IMG}</figure><p>a</p>"),
    ("an item with paragraphs is one", "<ul><li><p>a</p><p>b</p></li></ul><p>c</p>", 1, "<ul><li><p>a</p><p>b</p></li></ul>"),
    ("text without paragraphs", "a b c", 1, ""),
    ("text beside paragraphs", "<p>a</p>b", 1, ""),
    ("nothing", "", 1, ""),
]  # fmt: skip


@pytest.mark.parametrize(("html", "count", "left"), [pytest.param(*row, id=name) for name, *row in PARAGRAPHS])
def test_the_first_paragraphs(html: str, count: int, left: str) -> None:
    assert first_paragraphs(html, count) == left


OPENINGS = [
    ("within a paragraph", "<p>one two three four</p>", 2, "<p>one two …</p>"),
    ("between paragraphs", "<p>one two</p>\n<p>three</p>", 2, "<p>one two …</p>"),
    ("at the end of a sentence", "<p>One two three. Four five six seven eight.</p>", 4, "<p>One two three. Four …</p>"),
    ("at a sentence that ends near", "<p>" + "w " * 17 + "end. And more and more.</p>", 20, "<p>" + "w " * 17 + "end. …</p>"),
    ("emphasis stays", "<p>one <em>two three</em> four</p>", 2, "<p>one <em>two …</em></p>"),
    ("a link is not cut off", '<p>one <a href="https://a.example/">two</a> three four</p>', 3, '<p>one <a href="https://a.example/">two</a> three …</p>'),
    ("a cut behind a link", '<p>one <a href="https://a.example/">two</a> three</p>', 2, '<p>one <a href="https://a.example/">two …</a></p>'),
    ("headings and tables are left out", "<h2>A</h2><p>one</p><table><tr><td>1</td></tr></table><p>two</p>", 9, "<p>one</p><p>two</p>"),
    ("pictures are left out", f"<figure>{IMG}<figcaption>c</figcaption></figure><p>one {IMG}two</p><p>{IMG}</p>", 9, "<p>one two</p>"),
    ("a list", "<ul><li>one</li><li>two</li></ul>", 1, "<ul><li>one …</li></ul>"),
    ("a line break", "<p>one<br>two three</p>", 2, "<p>one<br>two …</p>"),
    ("nothing is cut", "<p>one two</p>", 2, "<p>one two</p>"),
    ("characters that mean something in HTML", "<p>a &lt;b&gt; &amp; c d</p>", 3, "<p>a &lt;b&gt; &amp; c …</p>"),
    ("text without paragraphs", "one two three", 2, "one two …"),
    ("only pictures", f"<p>{IMG}</p>", 5, ""),
    ("figures in each other", f"<figure><figure>{IMG}</figure></figure><p>a</p>", 5, "<p>a</p>"),
]  # fmt: skip


@pytest.mark.parametrize(("html", "words", "left"), [pytest.param(*row, id=name) for name, *row in OPENINGS])
def test_the_opening(html: str, words: int, left: str) -> None:
    assert opening(html, words) == left


CREDITED = [
    ("a figure with a caption stays", f"<figure>{IMG}<figcaption>A well. Photo: Ana</figcaption></figure>", True),
    ("a figure with an empty caption goes", f"<figure>{IMG}<figcaption> </figcaption></figure>", False),
    ("a figure without a caption goes", f"<figure>{IMG}</figure>", False),
    ("a picture alone goes", IMG, False),
    ("a picture in a sentence goes", f"<p>{IMG}</p>", False),
]


@pytest.mark.parametrize(("html", "stays"), [pytest.param(*row, id=name) for name, *row in CREDITED])
def test_only_pictures_with_a_caption_are_credited(html: str, *, stays: bool) -> None:
    assert without_pictures(f"{html}<p>b</p>", except_credited=True) == (f"{html}<p>b</p>" if stays else "<p>b</p>")


WORD = st.sampled_from(["uno", "dos", "tres.", "¿cuatro?", "五六七", "ไทยภาษา", "a-b", "x" * 90, "—", "&amp;"])
TEXT = st.lists(WORD, min_size=1, max_size=8).map(" ".join)
BLOCK = st.one_of(
    st.builds("<{0}>{1} <em>{2}</em> {1}</{0}>".format, st.sampled_from(["p", "h2", "blockquote", "li"]), TEXT, TEXT),
    st.builds("<ul><li>{}</li><li><p>{}</p>{}</li></ul>".format, TEXT, TEXT, TEXT),
    st.builds("<table><tr><td>{}</td></tr></table>".format, TEXT),
    st.builds(f"<figure>{IMG}<figcaption>{{}}</figcaption></figure>".format, TEXT),
    st.builds('<p>{}<br><a href="https://a.example/">{}</a>{}</p>'.format, TEXT, TEXT, TEXT),
)
BODY = st.lists(BLOCK, max_size=5).map("\n".join)


@given(BODY, st.integers(1, 30))
def test_an_opening_has_no_more_words_than_allowed_and_is_clean(body: str, words: int) -> None:
    html = clean_html(body, "https://faro.example/")
    short = opening(html, words)
    assert count_words(plain_text(short)) <= words
    assert clean_html(short, "https://faro.example/") == short.strip() or re.search("<(ul|blockquote|p)>", short)
    assert "<img" not in short


@given(BODY, st.integers(1, 6))
def test_the_first_paragraphs_are_the_beginning_of_the_article(body: str, count: int) -> None:
    html = clean_html(body, "https://faro.example/")
    short = plain_text(first_paragraphs(html, count)).split()
    assert plain_text(html).split()[: len(short)] == short
