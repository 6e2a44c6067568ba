"""Articles of an invented newsroom -> its feed: RSS 2.0 as WordPress writes it, or Atom 1.0."""

from collections.abc import Callable, Sequence
from email.utils import format_datetime
from typing import Any

from lxml import etree

from aggregator.demo.newsroom import Article, Newsroom, fill_template

_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_DC = "http://purl.org/dc/elements/1.1/"
_XML = "http://www.w3.org/XML/1998/namespace"
_NAMESPACES: dict[Any, str] = {None: _ATOM}  # Any: lxml's stubs forget that a namespace can go without a prefix


def write_feed(newsroom: Newsroom, articles: Sequence[Article]) -> tuple[bytes, str]:
    """Write a newsroom's feed in its own format; returns it with its content type."""
    write, content_type = _FORMATS[newsroom.feed_format]
    document = etree.tostring(write(newsroom, articles), xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return document, content_type


def _rss_with_full_text(newsroom: Newsroom, articles: Sequence[Article]) -> etree._Element:
    return _rss(newsroom, articles, full_text=True)


def _rss_with_excerpts(newsroom: Newsroom, articles: Sequence[Article]) -> etree._Element:
    return _rss(newsroom, articles, full_text=False)


def _rss(newsroom: Newsroom, articles: Sequence[Article], *, full_text: bool) -> etree._Element:
    rss = etree.Element("rss", nsmap={"content": _CONTENT, "dc": _DC, "atom": _ATOM}, version="2.0")
    channel = etree.SubElement(rss, "channel")
    _add(channel, "title", newsroom.title)
    self_link = {"href": newsroom.feed_url, "rel": "self", "type": "application/rss+xml"}
    etree.SubElement(channel, f"{{{_ATOM}}}link", self_link)
    _add(channel, "link", f"{newsroom.address}/")
    _add(channel, "description", newsroom.tagline)
    _add(channel, "lastBuildDate", format_datetime(max(article.updated_at for article in articles)))
    _add(channel, "language", newsroom.language)
    for article in articles:
        footer = fill_template("feed_footer.html", site=newsroom, article=article)
        item = etree.SubElement(channel, "item")
        _add(item, "title", article.title)
        _add(item, "link", article.url)
        _add(item, f"{{{_DC}}}creator", article.author)
        _add(item, "pubDate", format_datetime(article.published_at))
        for category in article.categories:
            _add(item, "category", category)
        _add(item, "guid", f"{newsroom.address}/?p={article.number}").set("isPermaLink", "false")
        _add(item, "description", fill_template("feed_excerpt.html", article=article) + footer)
        if full_text:
            _add(item, f"{{{_CONTENT}}}encoded", article.illustrated + footer)
    return rss


def _atom(newsroom: Newsroom, articles: Sequence[Article]) -> etree._Element:
    feed = etree.Element(f"{{{_ATOM}}}feed", {f"{{{_XML}}}lang": newsroom.language}, nsmap=_NAMESPACES)
    # The ids name no address: they stay when the port of the demo changes, as they would when a site moves.
    authority = f"tag:{newsroom.key}.demo.example,2019"
    _add_atom(feed, "id", f"{authority}:feed")
    _add_atom(feed, "title", newsroom.title)
    _add_atom(feed, "subtitle", newsroom.tagline)
    _add_atom(feed, "updated", max(article.updated_at for article in articles).isoformat())
    etree.SubElement(feed, f"{{{_ATOM}}}link", rel="self", type="application/atom+xml", href=newsroom.feed_url)
    etree.SubElement(feed, f"{{{_ATOM}}}link", rel="alternate", type="text/html", href=f"{newsroom.address}/")
    for article in articles:
        entry = _add_atom(feed, "entry")
        _add_atom(entry, "id", f"{authority}:{article.number}")
        _add_atom(entry, "title", article.title)
        etree.SubElement(entry, f"{{{_ATOM}}}link", rel="alternate", type="text/html", href=article.url)
        _add_atom(_add_atom(entry, "author"), "name", article.author)
        _add_atom(entry, "published", article.published_at.isoformat())
        _add_atom(entry, "updated", article.updated_at.isoformat())
        for category in article.categories:
            _add_atom(entry, "category").set("term", category)
        _add_atom(entry, "summary", f"{article.excerpt} …").set("type", "text")
        _add_atom(entry, "content", article.illustrated).set("type", "html")
    return feed


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, name)
    element.text = text
    return element


def _add_atom(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    return _add(parent, f"{{{_ATOM}}}{name}", text)


_FORMATS: dict[str, tuple[Callable[[Newsroom, Sequence[Article]], etree._Element], str]] = {
    "rss with full text": (_rss_with_full_text, "application/rss+xml; charset=UTF-8"),
    "rss with excerpts": (_rss_with_excerpts, "application/rss+xml; charset=UTF-8"),
    "atom": (_atom, "application/atom+xml; charset=UTF-8"),
}
