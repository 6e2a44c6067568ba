"""items + rules + now -> TopicFeed: the one place where topics, release and rights meet.

Every output of a topic is made from what is assembled here, and so is every preview of it.
"""

import logging
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from aggregator.models import Config, Enclosure, FeedItem, FeedSource, Link, Source, Tombstone, Topic, TopicFeed
from aggregator.release import TOMBSTONE_AGE, leaves_at, oldest_shown
from aggregator.rights import UncutItem, cut, narrower, rights_of
from aggregator.store import outputs
from aggregator.store.outputs import StoredBody, StoredItem
from aggregator.urls import resolve
from aggregator.work.arrange import pinned_items

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Assembled:
    """A topic as it stands now, and the next instant at which it changes by itself (None: never)."""

    feed: TopicFeed
    next_change_at: datetime | None


def assemble(
    session: Session,
    topic: Topic,
    config: Config,
    now: datetime,
    limit: int | None = None,
    placed_by: datetime | None = None,
) -> Assembled:
    """Gather a topic's feed.

    Args:
        limit: at most so many items; the topic's own max_items when not given.
        placed_by: leave out what came into the topic later, since an editor has stopped it then.
    """
    site = config.site
    pinned = pinned_items(session, config)
    stored = live_items(session, topic, pinned, now, limit, placed_by)
    bodies = outputs.load_bodies(session, [item.id for item in stored])
    first = {item.public_id for item in stored if item.id in pinned}
    items = tuple(replace(item, pinned=item.id in first) for item in _cut_items(stored, bodies, config))
    tombstones = outputs.gone_items(session, topic.id, now - TOMBSTONE_AGE)
    feed = TopicFeed(
        id=topic.id,
        title=topic.title,
        description=topic.description,
        language=topic.language or site.language,
        page_url=f"{site.base_url}{topic.id}/",
        site=site,
        items=items,
        tombstones=tuple(Tombstone(gone.public_id, gone.left_at, gone.merged_into) for gone in tombstones),
        sources=_contributors(stored, bodies, config),
    )
    changes = [leaves_at(item.sort_at, topic.max_age) for item in stored if item.id not in pinned]
    changes += [gone.left_at + TOMBSTONE_AGE for gone in tombstones]
    return Assembled(feed, min((change for change in changes if change), default=None))


def live_items(
    session: Session,
    topic: Topic,
    pinned: Collection[int],
    now: datetime,
    limit: int | None = None,
    placed_by: datetime | None = None,
) -> list[StoredItem]:
    """List what a topic shows, newest first; the arguments are those of `assemble`."""
    return outputs.live_items(
        session,
        topic.id,
        limit or topic.max_items,
        oldest_shown(topic.max_age, now),
        most_of_one=topic.cap_per_source,
        pinned=pinned,
        placed_by=placed_by,
    )


def _cut_items(items: Sequence[StoredItem], bodies: dict[int, list[StoredBody]], config: Config) -> Iterator[FeedItem]:
    """Cut items to their rights; one that cannot be (nobody to credit, a mistake of ours) stays out, loudly."""
    for item in items:
        try:
            yield _cut_item(item, bodies[item.id], config)
        except Exception:  # what goes wrong with one item freezes no topic
            log.error("item=%s left out of every output", item.public_id, exc_info=True)


def _cut_item(item: StoredItem, bodies: Sequence[StoredBody], config: Config) -> FeedItem:
    shown = next((body for body in bodies if body.copy == item.text_copy), bodies[0])
    origin = config.source(item.origin_source)
    carrier = config.source(shown.source)
    own = next((body for body in bodies if body.source == item.origin_source), None)
    rights = narrower(rights_of(item.origin_source, config), rights_of(shown.source, config))
    uncut = UncutItem(
        id=item.public_id,
        url=item.origin_url or shown.url or _front_page(origin or carrier) or config.site.base_url,
        title=item.title,
        people=item.people,
        publication=item.publication or (carrier.name if carrier else shown.source),
        publication_url=_home(origin),
        published_at=item.published_at,
        updated_at=item.updated_at,
        sort_at=item.sort_at,
        html=shown.clean_html,
        text=shown.text or shown.summary,
        language=item.language,
        image=(own.image if own else None) or shown.image,
        enclosures=tuple(Enclosure(**enclosure) for enclosure in (own or shown).enclosures),
        categories=(own or shown).categories,
        carriers=_carriers(item, bodies, config),
        source=FeedSource(carrier.name, carrier.site, carrier.feed) if carrier else None,
        carrier="" if item.origin_url else (carrier.name if carrier else shown.source),
        is_corrected=item.first_published_at is not None and item.updated_at > item.first_published_at,
    )
    feed_item = cut(uncut, rights)
    return feed_item if feed_item.licence or rights.mode != "full" else replace(feed_item, licence=shown.licence)


def _carriers(item: StoredItem, bodies: Sequence[StoredBody], config: Config) -> tuple[Link, ...]:
    """Name the newsrooms, other than the item's own, that carry it: each once, whatever feeds it has."""
    carriers: dict[str, Link] = {}
    for body in bodies:
        source = config.source(body.source)
        name = source.name if source else body.source
        if body.source != item.origin_source and name != item.publication and body.url:
            carriers.setdefault(name, Link(name, body.url))
    return tuple(carriers.values())


def _contributors(items: Sequence[StoredItem], bodies: dict[int, list[StoredBody]], config: Config) -> tuple[Link, ...]:
    """Name the newsrooms whose articles are shown, by name."""
    names = {item.publication: _home(config.source(item.origin_source)) for item in items if item.publication}
    for item in items:
        for body in bodies[item.id]:
            if source := config.source(body.source):
                names.setdefault(source.name, _home(source))
    return tuple(Link(name, names[name]) for name in sorted(names, key=str.casefold))


def _home(source: Source | None) -> str:
    return source.site if source else ""


def _front_page(source: Source | None) -> str:
    """Guess where readers of an entry without an address find its newsroom: its site, else the host of its feed."""
    return (source.site or resolve(source.feed, "/")) if source else ""
