"""Which articles a page lists, for sites without a feed."""

import pytest

from aggregator.errors import ExtractError
from aggregator.extract.listing import Listed, list_articles
from aggregator.models import ListRules

URL = "https://hillside.example/news/?page=1"
PAGE = """<!doctype html><html><head><title>News</title></head><body>
<nav><a href="/">Home</a><a href="/news/">News</a></nav><main>
<article><a href="/ferry/"><img src="f.jpg" alt=""></a><h2><a href="/ferry/">The ferry &amp; the lake</a></h2>
<p>It runs. <a href="/tag/boats/">Boats</a></p><time datetime="2026-05-12T08:00:00-04:00">yesterday</time></article>
<article><h2>Bread <em>at last</em></h2><span class="day">3 de marzo de 2026</span>
<a class="more" href="bread.html#more">Read on</a></article>
<article><h2>No link here</h2></article>
<article><h2><a href="/news/?page=1#top">Back to the top</a></h2></article>
<article><h2><a href="javascript:void(0)">A button</a></h2></article>
</main></body></html>"""

FERRY = Listed("https://hillside.example/ferry/", "The ferry & the lake", "2026-05-12T08:00:00-04:00")
BREAD = Listed("https://hillside.example/news/bread.html", "Bread at last", "")


def listed(html: str, rules: ListRules) -> tuple[Listed, ...]:
    return list_articles(html.encode(), URL, rules)


@pytest.mark.parametrize("selector", ["article", "main > article", "//main/article", "(//main)/article"])
def test_one_selector_is_enough(selector: str) -> None:
    assert listed(PAGE, ListRules(selector)) == (FERRY, BREAD)


def test_each_part_can_be_named() -> None:
    rules = ListRules("article", link=".more", title="h2 em", date="span.day")
    assert listed(PAGE, rules) == (Listed(BREAD.url, "at last", "3 de marzo de 2026"),)


def test_the_element_around_the_link_can_be_named() -> None:
    assert [one.url for one in listed(PAGE, ListRules("article", link="h2"))] == [FERRY.url]


def test_a_list_of_links_alone() -> None:
    html = "<ul><li><a href=/one>One</a><li><a href=/two>Two</a><li><a href=/one>One, again</a></ul>"
    assert [(one.url[-4:], one.title) for one in listed(html, ListRules("li"))] == [("/one", "One"), ("/two", "Two")]
    assert [(one.url[-4:], one.title) for one in listed(html, ListRules("li a"))] == [("/one", "One"), ("/two", "Two")]


def test_a_link_to_an_element_counts_with_the_words_of_its_headline() -> None:
    html = "<div class=c><a href=/one><img src=a.jpg></a></div><div class=c><h3><a href=/one>One</a></h3></div>"
    assert listed(html, ListRules("div.c")) == (Listed("https://hillside.example/one", "One", ""),)


def test_relative_addresses_follow_the_base_element() -> None:
    html = "<head><base href='https://cdn.example/2026/'></head><body><li><a href=one>One</a></li></body>"
    assert [one.url for one in listed(html, ListRules("li"))] == ["https://cdn.example/2026/one"]


@pytest.mark.parametrize(
    ("html", "rules", "said"),
    [
        (PAGE, ListRules("div.gone"), 'list = "div.gone" matches nothing on this page; has the site changed?'),
        (PAGE, ListRules("nav", link="h2 a"), 'none of the 1 elements that list matches has link = "h2 a"'),
        ("<p>Nothing</p>", ListRules("p"), "none of the 1 elements that list matches has a link"),
        ("", ListRules("p"), "the page is empty"),
        (f"<ul>{'<li><a href=/x>X</a>' * 30_000}</ul>", ListRules("li"), "too many for this source's selectors"),
    ],
)
def test_what_lists_nothing_says_why(html: str, rules: ListRules, said: str) -> None:
    with pytest.raises(ExtractError) as caught:
        listed(html, rules)
    assert said in str(caught.value)
