"""TopicFeed -> JSON Feed 1.1 bytes (https://www.jsonfeed.org/version/1.1/).

Equal values give equal bytes. A key without a value is left out. What begins with an underscore is ours: `_source`,
the feed an item came by, `_rights`, how much of it may be shown by whose leave, `_tombstones`, the items that left,
and in an archive document `_current`, the live feed.
"""

import json
from typing import Any

from aggregator.models import FeedItem, FeedSource, Tombstone, TopicFeed
from aggregator.render.wording import authors, body, describe, instant, tidy


def render_json(feed: TopicFeed) -> bytes:
    """Write a topic feed as JSON Feed 1.1."""
    feed = tidy(feed)
    document = _present(
        version="https://jsonfeed.org/version/1.1",
        title=feed.title,
        home_page_url=feed.page_url,
        feed_url=feed.url("json"),
        next_url=feed.previous_url("json"),
        description=describe(feed),
        language=feed.language,
        authors=[{"name": feed.site.title, "url": feed.site.base_url}],
        hubs=[{"type": "WebSub", "url": feed.site.hub}] if feed.site.hub and not feed.archive else [],
        _current=feed.current_url("json") if feed.archive else "",
        _tombstones=[_tombstone(tombstone) for tombstone in feed.tombstones],
    )
    document["items"] = [_item(item, feed) for item in feed.items]  # required, even when empty
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _item(item: FeedItem, feed: TopicFeed) -> dict[str, Any]:
    return _present(
        id=item.id,
        url=item.url,
        external_url=item.url,  # the article is always somebody else's page
        title=item.title,
        summary=item.summary,
        content_html=body(item),
        image=item.image.url if item.image else "",
        date_published=instant(item.published_at),
        date_modified=instant(item.updated_at),
        authors=[_present(name=name, url=item.publication_url) for name in authors(item, feed)],
        tags=list(item.categories),
        language=item.language or feed.language,
        attachments=[
            _present(
                url=enclosure.url,
                mime_type=enclosure.type or "application/octet-stream",  # required; this type claims nothing
                size_in_bytes=max(enclosure.length, 0),
            )
            for enclosure in item.enclosures
        ],
        _source=_source(item.source, item) if item.source else {},
        _rights=_present(
            mode=item.rights_mode, rule=item.rights_rule, licence=item.licence, licence_url=item.licence_url
        ),
    )


def _source(source: FeedSource, item: FeedItem) -> dict[str, Any]:
    return _present(
        title=source.title,
        home_page_url=source.site_url,
        feed_url=source.feed_url,
        date_modified=instant(source.updated_at) if source.updated_at else "",
        rights=item.licence,
    )


def _tombstone(tombstone: Tombstone) -> dict[str, Any]:
    return _present(id=tombstone.id, when=instant(tombstone.when), merged_into=tombstone.merged_into)


def _present(**members: Any) -> dict[str, Any]:
    """Keep the members that have a value."""
    return {key: value for key, value in members.items() if value}
