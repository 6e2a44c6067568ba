"""items + rules + now -> TopicFeed: the one place where topics, release and rights meet.

Every output of a topic is made from what is assembled here, and so is every preview of it.
"""

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from aggregator.models import (
    Config,
    Digest,
    DigestSection,
    Edition,
    Enclosure,
    FeedItem,
    FeedSource,
    ItemPage,
    Link,
    Source,
    Tombstone,
    Topic,
    TopicFeed,
)
from aggregator.release import TOMBSTONE_AGE, leaves_at, oldest_shown
from aggregator.rights.agreement import Allowance, allowance, embargo_ends, turning_points
from aggregator.rights.cut import UncutItem, cut
from aggregator.store import archives, digests, histories, months, outputs, stories
from aggregator.store.digests import Told as Chosen
from aggregator.store.outputs import StoredBody, StoredItem
from aggregator.store.stories import Told
from aggregator.urls import resolve
from aggregator.work.arrange import pinned_items

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Assembled:
    """A topic as it stands now.

    Attributes:
        next_change_at: when it changes by itself; None: never.
        least: so many of its items, the newest first, stand in no other document.
    """

    feed: TopicFeed
    next_change_at: datetime | None
    least: int = 0


def assemble(
    connection: Connection,
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
    pinned = pinned_items(connection, config)
    stored = live_items(connection, topic, pinned, now, limit, placed_by)
    unarchived = archives.find_open(connection, topic.id)
    bodies = outputs.load_bodies(connection, [item.id for item in stored])
    related = {} if topic.stories == "off" else stories.told_too(connection, topic.id, [item.id for item in stored])
    first = {item.public_id for item in stored if item.id in pinned}
    items = tuple(
        replace(item, pinned=True) if item.id in first else item
        for item in _cut_items(stored, bodies, config, now, related)
    )
    tombstones = outputs.gone_items(connection, topic.id, now - TOMBSTONE_AGE)
    feed = replace(
        _empty_feed(topic, config),
        items=items,
        tombstones=tuple(Tombstone(gone.public_id, gone.left_at, gone.merged_into) for gone in tombstones),
        sources=_contributors(stored, bodies, config),
        previous=archives.newest(connection, topic.id),
        months=tuple(months.months_shown(connection, topic.id)),
    )
    changes = [leaves_at(item.sort_at, topic.max_age) for item in stored if item.id not in pinned]
    changes += [gone.left_at + TOMBSTONE_AGE for gone in tombstones]
    changes += turning_points(config)
    least = max((place for place, item in enumerate(stored, 1) if item.id in unarchived), default=0)
    return Assembled(feed, min((change for change in changes if change and change > now), default=None), least)


def assemble_latest(
    connection: Connection,
    topics: Mapping[Topic, datetime | None],
    config: Config,
    now: datetime,
    limit: int,
) -> list[TopicFeed]:
    """Gather the newest items of many topics, for a list of titles: without what only a topic's own files say.

    Args:
        topics: each with the instant at which an editor has stopped it, as `placed_by` of `assemble`.
    """
    pinned = pinned_items(connection, config)
    stored = {
        topic: live_items(connection, topic, pinned, now, limit, placed_by) for topic, placed_by in topics.items()
    }
    items = {item.id: item for found in stored.values() for item in found}
    bodies = outputs.load_bodies(connection, items)
    cut_items = {item.id: list(_cut_items([item], bodies, config, now)) for item in items.values()}
    return [
        replace(
            _empty_feed(topic, config),
            items=tuple(replace(shown, pinned=item.id in pinned) for item in found for shown in cut_items[item.id]),
        )
        for topic, found in stored.items()
    ]


def _empty_feed(topic: Topic, config: Config) -> TopicFeed:
    site = config.site
    return TopicFeed(
        id=topic.id,
        title=topic.title,
        description=topic.description,
        language=topic.language or site.language,
        page_url=f"{site.base_url}{topic.id}/",
        site=site,
        items=(),
        query=topic.query,
    )


def assemble_pages(
    connection: Connection, items: Sequence[StoredItem], config: Config, now: datetime
) -> dict[int, ItemPage]:
    """Gather the pages of some items, by the items' ids; one that is not published, or in no topic, has none."""
    published = [item for item in items if item.state == "published"]
    placed = outputs.placements_of(connection, [item.id for item in published])
    bodies = outputs.load_bodies(connection, [item.id for item in published])
    pages: dict[int, ItemPage] = {}
    for item in published:
        topics = tuple(topic for topic in config.topics if placed.get(item.id, {}).get(topic.id))
        for feed_item in _cut_items([item], bodies, config, now) if topics else ():
            pages[item.id] = ItemPage(feed_item, topics, config.site)
    return pages


def assemble_edition(
    connection: Connection,
    digest: Digest,
    period: str,
    made_at: datetime,
    chosen: Sequence[Chosen],
    config: Config,
    now: datetime,
) -> tuple[Edition, dict[str, set[int]]]:
    """Gather an edition of a digest: what is left of the items that were chosen for it.

    One that was merged into another meanwhile is that one, unless an earlier edition had it. One that has left the
    digest's topics is out.

    Returns:
        The edition, and which of the items chosen stand in it, by public ids.
    """
    found = {one.item: histories.survivor_of(connection, one.item) for one in chosen}
    stored = {item.id: item for item in outputs.load_items(connection, found.values()) if item.state == "published"}
    earlier = digests.told_items(connection, digest.id, stored, before=period)
    bodies = outputs.load_bodies(connection, stored)
    placed = outputs.placements_of(connection, stored)
    by_topic: dict[str, list[StoredItem]] = {}
    members: dict[str, set[int]] = {}
    for one in chosen:
        item = stored.get(found[one.item])
        if item is None or item.id in earlier:
            continue
        if any(placed.get(item.id, {}).get(topic) for topic in digest.topics):
            if item.public_id not in members:
                by_topic.setdefault(one.topic, []).append(item)
            members.setdefault(item.public_id, set()).add(one.item)
    topics = {topic.id: topic for topic in config.topics}
    sections = []
    for name in digest.topics:
        items = tuple(_cut_items(by_topic.get(name, ()), bodies, config, now))
        if items:
            feed = _empty_feed(topics[name], config)
            sections.append(DigestSection(feed.title, feed.page_url, feed.language, items))
    edition = Edition(digest, config.site, period, made_at, tuple(sections))
    return edition, {item.id: members[item.id] for item in edition.items}


def assemble_archive(connection: Connection, topic: Topic, number: int, config: Config, now: datetime) -> TopicFeed:
    """Gather one archive document of a topic: what is left of the items that were in it when it was closed."""
    stored = archives.items_in(connection, topic.id, number)
    bodies = outputs.load_bodies(connection, [item.id for item in stored])
    items = tuple(_cut_items(stored, bodies, config, now))
    return replace(_empty_feed(topic, config), items=items, archive=number, previous=number - 1)


def assemble_month(
    connection: Connection,
    topic: Topic,
    month: str,
    page: int,
    last: int,
    config: Config,
    now: datetime,
    placed_by: datetime | None,
) -> TopicFeed:
    """Gather what stands on one page of a topic's month ("2026-11"): titles and credits, no texts.

    Args:
        page, last: as for `months.items_on`.
        placed_by: as for `assemble`.
    """
    stored = months.items_on(connection, topic.id, month, page, last, ZoneInfo(config.site.timezone), placed_by)
    bodies = outputs.load_bodies(connection, [item.id for item in stored], texts=False)
    items = tuple(_cut_items(stored, bodies, config, now))
    return replace(_empty_feed(topic, config), items=items, months=tuple(months.months_shown(connection, topic.id)))


def live_items(
    connection: Connection,
    topic: Topic,
    pinned: Collection[int],
    now: datetime,
    limit: int | None = None,
    placed_by: datetime | None = None,
) -> list[StoredItem]:
    """List what a topic's live feed holds, newest first; the arguments are those of `assemble`.

    These are its newest items, and those that no archive document has yet. Where few items of one source may stand
    there, or an editor has stopped the topic, what has no place waits for its document.
    """
    oldest, only_leads = oldest_shown(topic.max_age, now), topic.stories == "lead"
    most = limit or topic.max_items
    newest = outputs.live_items(
        connection,
        topic.id,
        most,
        oldest,
        only_leads=only_leads,
        most_of_one=topic.cap_per_source,
        pinned=pinned,
        placed_by=placed_by,
    )
    if limit is not None or placed_by or topic.cap_per_source:
        return newest
    unarchived = archives.open_items(connection, topic.id, most, oldest, only_leads=only_leads)
    ranked = [*(item for item in newest if item.id in pinned), *unarchived, *newest]
    chosen = list({item.id: item for item in ranked}.values())[:most]
    return sorted(chosen, key=lambda item: (-item.sort_at.timestamp(), item.public_id))


def _cut_items(
    items: Sequence[StoredItem],
    bodies: Mapping[int, Sequence[StoredBody]],
    config: Config,
    now: datetime,
    related: Mapping[int, Sequence[Told]] = MappingProxyType({}),
) -> Iterator[FeedItem]:
    """Cut items to their rights; one that cannot be (nobody to credit, a mistake of ours) stays out, loudly.

    Args:
        related: the other items of their stories, which they name.
    """
    for item in items:
        try:
            uncut, allowed = with_allowance(item, bodies[item.id], config, now)
            if _may_leave(item, allowed, now):
                told = tuple(map(_related, related.get(item.id, ())))
                yield cut(replace(uncut, related=told) if told else uncut, allowed)
        except Exception:  # what goes wrong with one item freezes no topic
            log.error("item=%s left out of every output", item.public_id, exc_info=True)


def with_allowance(
    item: StoredItem, bodies: Sequence[StoredBody], config: Config, now: datetime
) -> tuple[UncutItem, Allowance]:
    """Return all that is known of an item, and what may be shown of it now.

    Args:
        bodies: of its copies, without those that are held; at least one.
    """
    shown = next((body for body in bodies if body.copy == item.text_copy), bodies[0])
    return _uncut_item(item, shown, bodies, config), allowance(item.origin_source, shown.source, config, now)


def _may_leave(item: StoredItem, allowed: Allowance, now: datetime) -> bool:
    """Tell whether anything of an item may be shown now.

    Routing keeps back what may not; here it is asked once more, for outputs that are made without routing first.
    """
    kept_back_until = embargo_ends(item.published_at, allowed)
    return allowed.mode != "nothing" and (kept_back_until is None or kept_back_until <= now)


def _uncut_item(item: StoredItem, shown: StoredBody, bodies: Sequence[StoredBody], config: Config) -> UncutItem:
    origin = config.source(item.origin_source)
    carrier = config.source(shown.source)
    own = next((body for body in bodies if body.source == item.origin_source), None)
    return UncutItem(
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
        whole_html=shown.whole_html,
        text=shown.text or shown.summary,
        language=item.language,
        image=(own.image if own else None) or shown.image,
        enclosures=tuple(Enclosure(**enclosure) for enclosure in (own or shown).enclosures),
        categories=(own or shown).categories,
        carriers=_carriers(item, bodies, config),
        source=_feed_of(carrier) if carrier else None,
        carrier="" if item.origin_url else (carrier.name if carrier else shown.source),
        licence=shown.licence,
        is_corrected=item.first_published_at is not None and item.updated_at > item.first_published_at,
    )


def _feed_of(carrier: Source) -> FeedSource:
    """Describe the feed that an item came by; where its newsroom has none, its site."""
    is_feed = carrier.kind == "feed"
    return FeedSource(carrier.name, carrier.site if is_feed else _front_page(carrier), carrier.feed if is_feed else "")


def _related(other: Told) -> Link:
    return Link(f"{other.title} ({other.newsroom})" if other.title else other.newsroom, other.url)


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
