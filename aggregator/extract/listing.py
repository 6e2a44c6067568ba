"""A page that lists a site's articles -> what stands there of each: for sites without a feed.

Where the articles are listed an editor says with selectors (`siterules`); where title, link and date stand within one
of them is found where no selector names it. What comes out is untrusted, and its addresses are absolute.
"""

from dataclasses import dataclass

from lxml.html import HtmlElement

from aggregator.errors import ExtractError
from aggregator.extract.article import read_tree
from aggregator.extract.siterules import bound_work, select, text_of, value_of
from aggregator.models import ListRules
from aggregator.urls import canonicalize, resolve_for_readers

_HEADINGS = "h1, h2, h3, h4, h5, h6"
_MAX_TITLE = 300  # characters; longer is no title but the whole teaser


@dataclass(frozen=True)
class Listed:
    """One article of a list, as the page names it."""

    url: str
    title: str  # "" where the list has none
    date: str  # as it stands there


def list_articles(body: bytes, url: str, rules: ListRules, *, content_type: str = "") -> tuple[Listed, ...]:
    """Read which articles a page lists.

    Args:
        body: the page as it came.
        url: its address, after redirects.
    Returns:
        Each address once, in the order of the page. What leads nowhere, or to the page itself, is left out.
    Raises:
        ExtractError: nothing is listed; the message says which selector found nothing.
    """
    tree = read_tree(body, content_type)
    if tree is None:
        raise ExtractError(f"{url}: the page is empty; look at it in a browser")
    bound_work(tree)
    articles = select(tree, rules.list)
    if not articles:
        raise ExtractError(
            f'{url}: list = "{rules.list}" matches nothing on this page; has the site changed? Look at it in a browser'
        )
    base = _base(tree, url)
    own = canonicalize(url)
    found: dict[str, Listed] = {}
    for article in articles:
        link = _link(article, rules)
        address = resolve_for_readers(base, link.get("href", "")).partition("#")[0] if link is not None else ""
        key = canonicalize(address)
        if link is None or not key or key == own:
            continue
        one = Listed(address, _title(article, link, rules), _date(article, rules))
        known = found.setdefault(key, one)  # a picture often leads where the headline does
        found[key] = Listed(known.url, known.title or one.title, known.date or one.date)
    if not found:
        what = f'link = "{rules.link}"' if rules.link else "a link"
        raise ExtractError(
            f"{url}: none of the {len(articles)} elements that list matches has {what} to an article; "
            "name the element with the link"
        )
    return tuple(found.values())


def _base(tree: HtmlElement, url: str) -> str:
    """Return what the page's relative addresses are relative to (HTML, the base element)."""
    named = next(iter(tree.xpath("//base/@href")), "")
    return resolve_for_readers(url, str(named)) or url


def _link(article: HtmlElement, rules: ListRules) -> HtmlElement | None:
    """Find the link to an article: the one named, else that in its heading, else the first that says something."""
    if rules.link:
        within = (link for one in select(article, rules.link) for link in one.iter("a") if link.get("href"))
        return next(within, None)
    links = [link for link in article.iter("a") if link.get("href")]
    leading = [link for heading in select(article, _HEADINGS) for link in heading.iter("a") if link.get("href")]
    return next((link for link in (*leading, *links) if text_of(link)), links[0] if links else None)


def _title(article: HtmlElement, link: HtmlElement, rules: ListRules) -> str:
    if rules.title:
        return value_of(article, rules.title)
    said = (text_of(element) for element in (*select(article, _HEADINGS), link))
    return next((title for title in said if 0 < len(title) <= _MAX_TITLE), "")


def _date(article: HtmlElement, rules: ListRules) -> str:
    return value_of(article, rules.date or "time")
