"""TopicFeed -> RSS 2.0 and Atom 1.0 bytes: the home of feedgen.

Equal values give equal bytes: no clock, no version, nothing of this machine. What a topic feed says is decided before;
words shared with the other renditions are in `wording`, what feedgen lacks is in `feedgen_extension`.
"""

import html
import re
from typing import Any

from feedgen.feed import FeedGenerator

from aggregator.models import Enclosure, FeedItem, TopicFeed
from aggregator.render.feedgen_extension import EntryExtension, FeedExtension
from aggregator.render.wording import authors, body, describe, headline, is_mistakable, tidy, whole_second

_PLAIN_HOST = re.compile(r"https?://([a-z0-9-]+\.)+[a-z0-9][a-z0-9-]*(:\d+)?/", re.IGNORECASE)


def render_rss(feed: TopicFeed) -> bytes:
    """Write a topic feed as RSS 2.0, with the Content, Dublin Core, Media RSS, Creative Commons and Atom modules."""
    feed = tidy(feed)
    generator = _start(feed, title=_rss_text(feed.title), description=_rss_text(describe(feed)))
    generator.load_extension("dc", atom=False)
    generator.link(rel="self", href=feed.url("rss"), type="application/rss+xml")
    generator.profile.related = _related(feed, "rss")
    generator.profile.has_licences = any(item.licence_url for item in feed.items)
    generator.link(rel="alternate", href=feed.page_url)  # feedgen takes the last link for the channel's own
    for item in feed.items:
        _add_rss_item(generator, item, feed)
    # The RSS profile wants ampersands of text as hexadecimal references, and the W3C validator takes titles that speak
    # of markup for markup unless they are. To XML it is the same; nothing here is written as CDATA, where it is not.
    xml: bytes = generator.rss_str(pretty=True)
    return xml.replace(b"&amp;", b"&#x26;")


def render_atom(feed: TopicFeed) -> bytes:
    """Write a topic feed as Atom 1.0 (RFC 4287), with tombstones (RFC 6721) for what left it."""
    feed = tidy(feed)
    generator = _start(feed, title=feed.title, description=describe(feed))
    generator.id(f"tag:{feed.site.id_domain},{feed.site.id_date}:topic/{feed.id}")
    generator.author(name=feed.site.title, uri=feed.site.base_url)
    generator.link(rel="alternate", href=feed.page_url, type="text/html")
    generator.link(rel="self", href=feed.url("atom"), type="application/atom+xml")
    generator.profile.related = _related(feed, "atom")
    generator.profile.tombstones = feed.tombstones
    for item in feed.items:
        _add_atom_entry(generator, item, feed)
    xml: bytes = generator.atom_str(pretty=True)
    return xml


def _start(feed: TopicFeed, title: str, description: str) -> Any:
    generator = FeedGenerator()
    generator.register_extension("profile", FeedExtension, EntryExtension)
    generator.profile.is_archive = bool(feed.archive)
    generator.title(title)
    generator.description(description)
    generator.language(feed.language)
    generator.generator("aggregator")  # without a version: an upgrade is no change of the feed
    if feed.changed_at is not None:
        generator.updated(whole_second(feed.changed_at))
    return generator


def _related(feed: TopicFeed, suffix: str) -> dict[str, str]:
    """Name other documents by their relation: the hub, and the way through the archive (RFC 5005 §4)."""
    related = {
        "hub": "" if feed.archive else feed.site.hub,
        "prev-archive": feed.previous_url(suffix),
        "current": feed.current_url(suffix) if feed.archive else "",
    }
    return {relation: url for relation, url in related.items() if url}


def _add_entry(generator: Any, item: FeedItem) -> Any:
    entry = generator.add_entry(order="append")
    entry.profile.item = item
    entry.id(item.id)
    entry.published(whole_second(item.published_at))
    entry.updated(whole_second(item.updated_at))
    return entry


def _add_rss_item(generator: Any, item: FeedItem, feed: TopicFeed) -> None:
    entry = _add_entry(generator, item)
    if item.title:
        entry.title(_rss_text(item.title))
    if item.url:
        entry.link(href=item.url)
    if item.summary:  # without one feedgen writes the content as the description
        entry.description(html.escape(item.summary, quote=False), isSummary=True)
    entry.content(body(item))
    entry.dc.dc_creator(authors(item, feed))
    if item.licence:
        entry.dc.dc_rights(_rss_text(item.licence))
    for category in item.categories:
        entry.category(term=_rss_text(category))
    enclosure = _rss_enclosure(item)
    if enclosure is not None:
        entry.enclosure(url=enclosure.url, length=enclosure.length, type=enclosure.type)
    if item.source is not None and item.source.feed_url:
        entry.source(url=item.source.feed_url, title=_rss_text(item.source.title or item.source.feed_url))


def _add_atom_entry(generator: Any, item: FeedItem, feed: TopicFeed) -> None:
    entry = _add_entry(generator, item)
    entry.title(headline(item))
    for name in authors(item, feed):
        entry.author({"name": name} | ({"uri": item.publication_url} if item.publication_url else {}))
    if item.summary:
        entry.summary(item.summary, type="text")
    entry.content(body(item), type="html")
    for category in item.categories:
        entry.category(term=category)
    if item.licence:
        entry.rights(item.licence)


def _rss_enclosure(item: FeedItem) -> Enclosure | None:
    """Choose the one enclosure RSS readers can do with: the first of known length and type on a plain host."""
    fit = (one for one in item.enclosures if one.type and one.length > 0 and _PLAIN_HOST.match(one.url))
    return next(fit, None)


def _rss_text(text: str) -> str:
    """Write plain text for an element that most readers take for HTML, though RSS 2.0 does not say.

    Only a text that HTML would read differently is escaped, since the other readers would show the escapes.
    """
    return html.escape(text, quote=False) if is_mistakable(text) else text
