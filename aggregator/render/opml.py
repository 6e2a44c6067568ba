"""TopicFeed -> OPML 2.0 bytes (http://opml.org/spec2.opml): what a reader imports to follow a topic, or all of them.

Each topic is one outline, its RSS feed: three for the same articles would be three subscriptions. Equal values give
equal bytes; the date is that of the last change.
"""

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime

from lxml import etree

from aggregator.models import Site, TopicFeed
from aggregator.render.wording import describe, tidy, whole_second


def render_topic_opml(feed: TopicFeed) -> bytes:
    """Write one topic as OPML."""
    return _render(feed.site, feed.title, [feed])


def render_site_opml(site: Site, feeds: Sequence[TopicFeed]) -> bytes:
    """Write all topics of a site as OPML, in the order given."""
    return _render(site, site.title, feeds)


def _render(site: Site, title: str, feeds: Sequence[TopicFeed]) -> bytes:
    feeds = [tidy(feed) for feed in feeds]
    root = etree.Element("opml", {"version": "2.0"})
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = tidy(feeds[0]).title if len(feeds) == 1 else title
    if changed_at := max((feed.changed_at for feed in feeds if feed.changed_at), default=None):
        etree.SubElement(head, "dateModified").text = _date(changed_at)
    etree.SubElement(head, "ownerName").text = site.title
    body = etree.SubElement(root, "body")
    for feed in feeds:
        attributes = {
            "type": "rss",
            "text": feed.title,
            "title": feed.title,
            "xmlUrl": feed.url("rss"),
            "htmlUrl": feed.page_url,
            "description": describe(feed),
            "language": feed.language,
            "version": "RSS2",
        }
        etree.SubElement(body, "outline", {name: value for name, value in attributes.items() if value})
    xml: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return xml


def _date(instant: datetime) -> str:
    return format_datetime(whole_second(instant), usegmt=True)
