"""make_plan(): what a changed sources file would do to every topic, before it is in force.

The change is rehearsed: the code of a build itself runs on a store that forgets everything in the end. Here is only
what spares it from looking at all that is stored, and what is compared in the end.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from aggregator.models import Config, FeedItem, Topic
from aggregator.release import is_late
from aggregator.rights.amount import compare
from aggregator.store import foresight, outputs, topic_states
from aggregator.store.outputs import Placing
from aggregator.store.rehearsal import Rehearsal
from aggregator.topics import compile_topic, route
from aggregator.work.archives import close_archives
from aggregator.work.assemble import assemble
from aggregator.work.route import accept_config, document_of, route_items
from aggregator.work.scrutiny import lift_quarantines

# What no decision and no rule of a topic asks for, by the room in the file: a change acts on nothing that is stored, or
# on nothing but looks. Of a source there are also keys that act on what it wrote or carries and on nothing else. A
# change of any other key may act on everything, as when a newsroom is called by a name that credit lines have long had.
_SITE_LOOKS = {"title", "base_url", "description", "language", "contact", "hub"}
_TOPIC_LOOKS = {"title", "description", "language", "max_items", "max_age"}
_SOURCE_POLLS = {"enabled", "fetch", "extract"}
_SOURCE_ITEMS = {"rights", "topics", "role", "priority", "collect", "quarantine"}
_COMPARED = {"site", "sources", "topics", "overrides"}  # one by one
_FILE_POLLS = {"hash", "text", "blocklist"}


@dataclass(frozen=True)
class TopicChange:
    """What becomes of one topic's live feed.

    Attributes:
        enter: what is in it then and not now, as it would be shown.
        leave: what is in it now and not then, as it is shown now.
        before: how many items it holds now; `after`: then.
    """

    id: str
    title: str
    enter: tuple[FeedItem, ...]
    leave: tuple[FeedItem, ...]
    before: int
    after: int


@dataclass(frozen=True)
class Recut:
    """An item that stands in some live feed now and then, and of which readers see less, more, or both.

    Attributes:
        less: of what, see `rights.amount.Amount`; so is `more`.
    """

    old: FeedItem
    new: FeedItem
    less: tuple[str, ...]
    more: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What would change: topics in the order of the new file, then those that it has no more; newest items first."""

    topics: tuple[TopicChange, ...]
    shortened: tuple[Recut, ...]
    widened: tuple[Recut, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.topics or self.shortened or self.widened)


async def make_plan(accepted: Config | None, old: Config, new: Config, store: Rehearsal, now: datetime) -> Plan:
    """Compare what is published under one configuration with what would be under another, both now.

    Args:
        accepted: the configuration in force in the store; None when it is not known.
        old: most often the same.
        store: opened; nothing of this stays in it.
    Raises:
        ConfigError: one cannot follow the other (`id_domain`, `id_date`).
    """
    with store.aside():
        await _take_over(accepted, old, store, now)
        for topic in old.topics:
            await close_archives(topic, store)
        with store.aside():
            affected = await _take_over(old, new, store, now)
            after = await _assemble(new, affected, store, now)
        before = await _assemble(old, affected, store, now)
    return _compare(before, after, {topic.id: topic.title for topic in (*old.topics, *new.topics)})


async def _take_over(before: Config | None, after: Config, store: Rehearsal, now: datetime) -> set[str] | None:
    """Put a configuration in force and bring all topics in line; returns those that may differ now, None for all."""
    touched = await store.read(_touched, before, after) if before else None
    built = await store.read(topic_states.with_live_items)
    if before is None or before.hash != after.hash:
        overrides = {name for config in (before, after) if config for name in _named(config)}
        named = await store.read(foresight.named_items, overrides)
        await accept_config(after, store, now)
        if touched is not None:
            touched |= named | await store.read(foresight.named_items, overrides)
            await store.write(foresight.look_at_only, touched)
    await lift_quarantines(after, store, now)
    if before is None or touched is None:
        await route_items(after, store, now)
        return None
    touched |= await store.read(foresight.waiting_items)
    topics = await store.read(foresight.topics_of, touched)
    await route_items(after, store, now)
    known = {topic.id: topic for topic in before.topics}
    changed = [topic for topic in after.topics if _differing(topic, known.get(topic.id)) - _TOPIC_LOOKS]
    await store.write(_route_again, changed, after, touched, built, now)
    same = {topic.id for topic in after.topics if topic == known.get(topic.id)}
    return (
        topics
        | await store.read(foresight.topics_of, touched)
        | (known.keys() - same)
        | {topic.id for topic in changed}
    )


def _touched(session: Session, before: Config, after: Config) -> set[int] | None:
    """Return the items that a build has to decide anew, which is most of its work; None for all that there are.

    Not among them are those that only change their topics, since the rules of these have changed.
    """
    waiting = foresight.waiting_items(session)
    acting = _differing(after, before) - _FILE_POLLS
    by_id = [source.id for source in before.sources]
    if acting - _COMPARED or by_id != [source.id for source in after.sources]:
        return None
    if _differing(after.site, before.site) - _SITE_LOOKS:
        return None
    changed = set()
    for old, new in zip(before.sources, after.sources, strict=True):
        keys = _differing(new, old) - _SOURCE_POLLS
        if keys - _SOURCE_ITEMS:
            return None
        if keys:
            changed.add(new.id)
    return waiting | foresight.items_of(session, changed)


def _route_again(
    session: Session, topics: Sequence[Topic], config: Config, without: Collection[int], built: set[str], now: datetime
) -> None:
    """Bring topics whose rules have changed in line, some items left out: whatever else these say stays as it is.

    What `route` does with one item after the other is done here with one topic after the other.
    """
    if not topics:
        return
    rules = [compile_topic(topic) for topic in topics]
    placed = foresight.placements_in(session, [topic.id for topic in topics])
    entering: list[Placing] = []
    leaving: dict[str, list[int]] = {}
    for member in foresight.published_items(session):
        item = member.item
        if item.id in without:
            continue
        document, default_topics = document_of(item, member.bodies, config)
        for rule in rules:
            is_inside = placed[rule.id].get(item.id)
            why = route(rule, document, default_topics)
            if why is not None and not is_inside:
                late = is_late(item.published_at, member.first_seen_at, first_build=rule.id not in built)
                known = is_inside is not None
                entering.append(Placing(rule.id, item.id, why, item.sort_at, known=known, late=late))
            elif why is None and is_inside:
                leaving.setdefault(rule.id, []).append(item.id)
    outputs.place(session, entering, now)
    for topic, items in leaving.items():
        foresight.displace_all(session, topic, items, "re-routed", now)


def _named(config: Config) -> Iterator[str]:
    for override in config.overrides:
        yield from (override.match, override.value)


def _differing(one: Any, other: Any) -> set[str]:
    """Return the names of the fields in which two values of one class differ; all of them where one is None."""
    return {
        field.name for field in fields(one) if other is None or getattr(one, field.name) != getattr(other, field.name)
    }


async def _assemble(
    config: Config, affected: set[str] | None, store: Rehearsal, now: datetime
) -> dict[str, tuple[FeedItem, ...]]:
    """Return what the topics that may differ show, newest first."""
    shown = {}
    for topic in config.topics:
        if affected is None or topic.id in affected:
            await close_archives(topic, store)
            shown[topic.id] = (await store.read(assemble, topic, config, now)).feed.items
    return shown


_Shown = Mapping[str, Sequence[FeedItem]]


def _compare(before: _Shown, after: _Shown, titles: Mapping[str, str]) -> Plan:
    changes = []
    for topic in dict.fromkeys((*after, *before)):
        old = {item.id: item for item in before.get(topic, ())}
        new = {item.id: item for item in after.get(topic, ())}
        enter = tuple(item for item in new.values() if item.id not in old)
        leave = tuple(item for item in old.values() if item.id not in new)
        if enter or leave or (topic in before) != (topic in after):
            changes.append(TopicChange(topic, titles[topic], enter, leave, len(old), len(new)))
    old = {item.id: item for items in before.values() for item in items}
    new = {item.id: item for items in after.values() for item in items}
    both = sorted((new[one] for one in new if one in old), key=lambda item: (-item.sort_at.timestamp(), item.id))
    recut = [Recut(old[item.id], item, *compare(old[item.id], item)) for item in both if item != old[item.id]]
    return Plan(tuple(changes), tuple(one for one in recut if one.less), tuple(one for one in recut if one.more))
