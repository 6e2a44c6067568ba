"""TopicFeed -> OPML 2.0 bytes (http://opml.org/spec2.opml): what a reader imports to follow a topic, or all of them;
and the sources of a file for other aggregators.

Each topic is one outline, its RSS feed: three for the same articles would be three subscriptions. Equal values give
equal bytes; the date is that of the last change.
"""

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime

from lxml import etree

from aggregator.models import Config, Site, TopicFeed
from aggregator.render.wording import describe, tidy, whole_second


def render_topic_opml(feed: TopicFeed) -> bytes:
    """Write one topic as OPML."""
    return _render(feed.site, feed.title, [feed])


def render_site_opml(site: Site, feeds: Sequence[TopicFeed]) -> bytes:
    """Write all topics of a site as OPML, in the order given."""
    return _render(site, site.title, feeds)


def render_sources_opml(config: Config) -> bytes:
    """Write the sources that have a feed, each in the folders of the topics that take everything from it.

    One that is disabled is a comment, as OPML calls it.
    """
    root, body = _begin(config.site.title, config.site.title)
    folders: dict[str, etree._Element] = {}
    for source in config.sources:
        if source.kind != "feed":
            continue
        attributes = {
            "type": "rss",
            "text": source.name,
            "title": source.name,
            "xmlUrl": source.feed,
            "htmlUrl": source.site,
            "description": source.description,
            "language": source.language,
            "isComment": "" if source.enabled else "true",
        }
        takers = [
            topic
            for topic in config.ruled_topics
            if topic.id in source.topics or (source.id in topic.sources and not topic.include)
        ]
        for topic in takers:
            if topic.id not in folders:
                folders[topic.id] = etree.SubElement(body, "outline", {"text": topic.title, "title": topic.title})
        for place in [folders[topic.id] for topic in takers] or [body]:
            etree.SubElement(place, "outline", {name: value for name, value in attributes.items() if value})
    return _finish(root)


def _render(site: Site, title: str, feeds: Sequence[TopicFeed]) -> bytes:
    feeds = [tidy(feed) for feed in feeds]
    changed_at = max((feed.changed_at for feed in feeds if feed.changed_at), default=None)
    root, body = _begin(tidy(feeds[0]).title if len(feeds) == 1 else title, site.title, changed_at)
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
    return _finish(root)


def _begin(title: str, owner: str, changed_at: datetime | None = None) -> tuple["etree._Element", "etree._Element"]:
    root = etree.Element("opml", {"version": "2.0"})
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = title
    if changed_at:
        etree.SubElement(head, "dateModified").text = _date(changed_at)
    etree.SubElement(head, "ownerName").text = owner
    return root, etree.SubElement(root, "body")


def _finish(root: "etree._Element") -> bytes:
    xml: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return xml


def _date(instant: datetime) -> str:
    return format_datetime(whole_second(instant), usegmt=True)
