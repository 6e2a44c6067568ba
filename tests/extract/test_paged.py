"""Articles over several pages: which page is the next one, and how they are joined."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import document_fromstring

from aggregator.extract.paged import Part, find_next_page, join_pages

URL = "https://www.valley.example/2026/11/the-new-well/"
PLAIN = "https://www.valley.example/?p=41"


def next_page(markup: str, url: str = URL, first_url: str = URL, number: int = 1, max_pages: int = 10) -> str:
    tree = document_fromstring(f"<html><head><title>Well</title></head><body><p>Text</p>{markup}</body></html>")
    return find_next_page(tree, url, first_url=first_url, number=number, max_pages=max_pages)


# name, markup, the article's address, the page found
LINKS = [
    ("link in the head", f'<link rel="next" href="{URL}2/">', URL, f"{URL}2/"),
    ("rel of an anchor", '<a rel="next" href="2/">›</a>', URL, f"{URL}2/"),
    ("among other rels", '<a rel="nofollow NEXT" href="2/">›</a>', URL, f"{URL}2/"),
    (
        "WordPress, block theme",
        f'<p>Pages: <span class="post-page-numbers current">1</span> <a class="post-page-numbers" href="{URL}2/">2</a> '
        f'<a class="post-page-numbers" href="{URL}3/">3</a></p>',
        URL,
        f"{URL}2/",
    ),
    ("WordPress, page-links", f'<div class="page-links"><a href="{URL}2/"><span>Go</span></a></div>', URL, f"{URL}2/"),
    ("WordPress, plain permalinks", f'<a class="post-page-numbers" href="{PLAIN}&amp;page=2">2</a>', PLAIN, f"{PLAIN}&page=2"),
    ("a number", '<ul><li>1</li><li><a href="?page=2">2</a></li></ul>', URL, f"{URL}?page=2"),
    ("next in English", '<a href="?page=2">Next page</a>', URL, f"{URL}?page=2"),
    ("next in Spanish", '<a href="page/2/">Siguiente »</a>', URL, f"{URL}page/2/"),
    ("next in Portuguese", '<a href="2">Próxima página</a>', URL, f"{URL}2"),
    ("next in French", '<a href="2">Suivant</a>', URL, f"{URL}2"),
    ("a page's name in German", '<a href="seite-2">Nächste Seite</a>', URL, f"{URL}seite-2"),
    ("a file's name", '<a href="well.html?page=2">2</a>', "https://valley.example/well.html", "https://valley.example/well.html?page=2"),
    ("a file a page", '<a href="/well/2.html">2</a>', "https://valley.example/well.html", "https://valley.example/well/2.html"),
    ("from an explicit first page", '<a rel="next" href="?page=2">2</a>', f"{URL}?page=1", f"{URL}?page=2"),
    ("www and scheme written otherwise", '<link rel="next" href="http://valley.example/2026/11/the-new-well/2/">', URL, "http://valley.example/2026/11/the-new-well/2/"),
    ("a place within the page", '<a rel="next" href="2/#content">2</a>', URL, f"{URL}2/"),
    ("trackers do not matter", '<a rel="next" href="2/">2</a>', f"{URL}?utm_source=feed", f"{URL}2/"),
    ("the next article in the head", '<link rel="next" href="/2026/11/bread-prices/">', URL, ""),
    ("post navigation", '<nav class="post-navigation"><a rel="next" href="/2026/11/bread-prices/">Next: Bread</a></nav>', URL, ""),
    ("the next article, by id", '<a rel="next" href="/?p=42">Next</a>', PLAIN, ""),
    ("the next article, a number in the path", '<a rel="next" href="/news/42">Next</a>', "https://valley.example/news/41", ""),
    ("the article after the first", '<a rel="next" href="/news/2">Next</a>', "https://valley.example/news/1", ""),
    ("the second of that title", '<a rel="next" href="/2026/11/the-new-well-2/">Next</a>', URL, ""),
    ("another host", '<a rel="next" href="https://mirror.example/2026/11/the-new-well/2/">2</a>', URL, ""),
    ("another host of the site", '<a rel="next" href="https://m.valley.example/2026/11/the-new-well/2/">2</a>', URL, ""),
    ("another port", '<a rel="next" href="https://www.valley.example:8443/2026/11/the-new-well/2/">2</a>', URL, ""),
    ("older posts of the home page", '<a rel="next" href="/page/2/">Next</a>', "https://valley.example/", ""),
    ("the page after the next", '<a class="post-page-numbers" href="3/">3</a>', URL, ""),
    ("the page itself", f'<a class="post-page-numbers" href="{URL}">1</a>', URL, ""),
    ("pages of comments", f'<a rel="next" href="{URL}comment-page-2/#comments">Newer comments</a>', URL, ""),
    ("pages of comments by number", '<section id="comments"><ul class="pager"><li><a rel="next" href="?page=2">2</a></li></ul></section>', URL, ""),
    ("a link within the text", '<p>See <a href="2/">our survey</a>.</p>', URL, ""),
    ("another question", '<a rel="next" href="?page=2&amp;sort=new">2</a>', URL, ""),
    ("a script", '<a rel="next" href="javascript:next(2)">2</a>', URL, ""),
    ("no address", '<a rel="next">2</a>', URL, ""),
    ("nonsense", '<a rel="next" href="http://[2/">2</a>', URL, ""),
    ("no links", "", URL, ""),
    ("no address of its own", '<a rel="next" href="2/">2</a>', "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("markup", "first_url", "found"), [pytest.param(*values, id=name) for name, *values in LINKS])
def test_the_next_page_is_the_same_article(markup: str, first_url: str, found: str) -> None:
    assert next_page(markup, first_url or URL, first_url) == found


def test_every_page_leads_to_the_one_after_it() -> None:
    links = "".join(f'<a class="post-page-numbers" href="{URL}{number}/">{number}</a>' for number in (2, 3, 4))
    found = [next_page(links, URL if number == 1 else f"{URL}{number}/", number=number) for number in (1, 2, 3, 4)]
    assert found == [f"{URL}2/", f"{URL}3/", f"{URL}4/", ""]


def test_an_article_has_no_more_pages_than_we_ask_for() -> None:
    link = f'<a rel="next" href="{URL}3/">3</a>'
    assert next_page(link, f"{URL}2/", number=2, max_pages=3) == f"{URL}3/"
    assert next_page(link, f"{URL}2/", number=2, max_pages=2) == ""


# --- joining ---------------------------------------------------------------------------------------------------------

TITLE = "The new well"
LEAD = '<figure><img src="/media/well-1200x800.jpg"><figcaption>The well, on Sunday.</figcaption></figure>'
ONE = "<p>The cooperative met on Sunday to vote on the well that the valley has waited for.</p>"
TWO = "<p>Nearly all members came, although the rain had washed away the road to the school.</p>"
THREE = "<p>The old pump goes to the school, where children carry water from the river every day.</p>"
HEAD = f"<h1>{TITLE}</h1><p>By Ana Quispe</p><p>After six years the valley has water again.</p>"


def join(*bodies: str, title: str = TITLE) -> str:
    urls = [URL, *(f"{URL}{number}/" for number in range(2, len(bodies) + 1))][: len(bodies)]
    return join_pages([Part(*pair) for pair in zip(urls, bodies, strict=True)], title)


# name, the pages' bodies, what they make
JOINS = [
    ("in order", [ONE, TWO, THREE], ONE + TWO + THREE),
    ("one page is left alone", ["<p>One<br/>page</p> & more"], "<p>One<br/>page</p> & more"),
    ("no page", [], ""),
    ("an empty page", [ONE, "", TWO], ONE + TWO),
    ("the head stands once", [HEAD + ONE, HEAD + TWO, HEAD + THREE], HEAD + ONE + TWO + THREE),
    ("a title with its page", [HEAD + ONE, f"<h1>{TITLE} – Page 2</h1>{TWO}"], HEAD + ONE + TWO),
    ("a title with its number", [HEAD + ONE, f"<h1>{TITLE} (2/3)</h1>{TWO}"], HEAD + ONE + TWO),
    ("a title that the first page's body lacks", [ONE, f"<h2>{TITLE}</h2>{TWO}"], ONE + TWO),
    ("the lead picture", [LEAD + ONE, LEAD + TWO], LEAD + ONE + TWO),
    ("the lead picture in another size", [LEAD + ONE, LEAD.replace("1200x800", "300x200") + TWO], LEAD + ONE + TWO),
    ("the lead picture by another address", [LEAD + ONE, '<img src="https://www.valley.example/media/well.jpg?w=90">' + TWO], LEAD + ONE + TWO),
    ("a picture of the later page", [LEAD + ONE, '<p><img src="https://valley.example/pump.jpg"></p>' + TWO], LEAD + ONE + '<p><img src="https://valley.example/pump.jpg"></p>' + TWO),
    ("the last paragraph is said again", [ONE + TWO, TWO + THREE], ONE + TWO + THREE),
    ("where one is", [ONE + "<p>Page 1 of 2</p>", "<p>Page 2 of 2</p>" + TWO], ONE + TWO),
    ("links to the pages", [ONE + "<p>Pages: 1 2 3</p>", TWO + "<p>Pages: 1 2 3</p>"], ONE + TWO + "<p>Pages: 1 2 3</p>"),
    ("an appeal below each page", [ONE + "<p>Write to us.</p>", TWO + "<p>Write to us.</p>"], ONE + TWO + "<p>Write to us.</p>"),
    ("a page that is the first again", [ONE + TWO, "<p>Seen 12 times</p>" + ONE + TWO, THREE], ONE + TWO + THREE),
    ("a heading that is a year", [ONE, "<h2>2019</h2>" + TWO], ONE + "<h2>2019</h2>" + TWO),
    ("a heading that is a number", [ONE, "<h2>2</h2>" + TWO], ONE + "<h2>2</h2>" + TWO),
    ("a refrain in the middle", [ONE + "<p>So it was.</p>" + TWO, THREE + "<p>So it was.</p>" + ONE[:-4] + " now.</p>"], ONE + "<p>So it was.</p>" + TWO + THREE + "<p>So it was.</p>" + ONE[:-4] + " now.</p>"),
    ("what goes leaves nothing empty", [f"<div><div>{HEAD}</div></div>{ONE}", f"<div><div>{HEAD}</div></div>{TWO}"], f"<div><div>{HEAD}</div></div>{ONE}{TWO}"),
]  # fmt: skip


@pytest.mark.parametrize(("bodies", "joined"), [pytest.param(*values, id=name) for name, *values in JOINS])
def test_pages_become_one_body(bodies: list[str], joined: str) -> None:
    assert join(*bodies) == joined


def test_addresses_of_later_pages_stand_on_their_own() -> None:
    later = (
        '<p><a href="map.html">The map</a> <a href="#note">1</a> '
        '<img src="pump.jpg" srcset="small.jpg 300w, /large.jpg 900w" data-src="lazy.jpg"></p>' + TWO
    )
    assert join(ONE, later) == ONE + (
        f'<p><a href="{URL}2/map.html">The map</a> <a href="#note">1</a> '
        f'<img src="{URL}2/pump.jpg" srcset="{URL}2/small.jpg 300w, https://www.valley.example/large.jpg 900w" '
        f'data-src="{URL}2/lazy.jpg"></p>{TWO}'
    )


@given(st.lists(st.text('<p>/div hi2 &;= "ul', max_size=60), max_size=3), st.text(max_size=9))
def test_any_bodies_are_joined(bodies: list[str], title: str) -> None:
    join(*bodies, title=title)


@given(st.text("/?=&.#:2page well", max_size=30), st.text(max_size=30))
def test_any_address_leads_on_or_not(address: str, first_url: str) -> None:
    next_page(f'<a rel="next" href="{escape(address)}">2</a>', first_url=first_url)
