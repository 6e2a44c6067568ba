"""make_plan(): what a changed sources file would do to every topic, before it is in force.

The change is rehearsed: the code of a build itself runs on a store that forgets everything in the end. Here is only
what spares it from looking at all that is stored, and what is compared in the end.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from aggregator.models import Config, FeedItem, Topic
from aggregator.release import is_late
from aggregator.rights.amount import compare
from aggregator.store import foresight, outputs, topic_states
from aggregator.store.outputs import Placing, StoredItem
from aggregator.store.rehearsal import Rehearsal
from aggregator.topics import TopicRule, compile_topics, route
from aggregator.work.archives import close_archives
from aggregator.work.assemble import assemble
from aggregator.work.reach import changed_topics, named_in, restated_topics, touched_items, unforeseen
from aggregator.work.route import accept_config, document_of, route_items
from aggregator.work.scrutiny import lift_quarantines


@dataclass(frozen=True)
class TopicChange:
    """What becomes of one topic's live feed.

    Attributes:
        enter: what is in it then and not now, as it would be shown.
        leave: what is in it now and not then, as it is shown now.
        before: how many items it holds now; `after`: then.
        is_new: it is not published now; `is_gone`: it would not be any more.
    """

    id: str
    title: str
    enter: tuple[FeedItem, ...]
    leave: tuple[FeedItem, ...]
    before: int
    after: int
    is_new: bool = False
    is_gone: bool = False


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
    """What would change, newest items first.

    Attributes:
        compared: the ids of all topics, in the order of the new file, then those that it has no more.
        topics: those of them that change.
    """

    compared: tuple[str, ...]
    topics: tuple[TopicChange, ...]
    shortened: tuple[Recut, ...]
    widened: tuple[Recut, ...]
    unforeseen: tuple[str, ...] = ()  # for people: what else the change does, later

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
    titles = {topic.id: topic.title for topic in (*new.topics, *old.topics)}
    return replace(_compare(before, after, titles), unforeseen=tuple(unforeseen(old, new)))


async def _take_over(before: Config | None, after: Config, store: Rehearsal, now: datetime) -> set[str] | None:
    """Put a configuration in force and bring all topics in line; returns those that may differ now, None for all."""
    touched = await store.read(touched_items, before, after) if before else None
    built = await store.read(topic_states.with_live_items, [topic.id for topic in after.topics])
    if before is None or before.hash != after.hash:
        overrides = named_in(before, after)
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
    changed = changed_topics(before, after)
    await store.write(_route_again, changed, after, touched, built, now)
    return topics | await store.read(foresight.topics_of, touched) | restated_topics(before, after)


def _route_again(
    connection: Connection,
    topics: Sequence[Topic],
    config: Config,
    without: Collection[int],
    built: set[str],
    now: datetime,
) -> None:
    """Bring topics whose rules have changed in line, some items left out: whatever else these say stays as it is.

    What `route` does with one item after the other is done here with one topic after the other.
    """
    if not topics:
        return
    compiled = compile_topics(config.ruled_topics)
    rules = [compiled[topic.id] for topic in topics]
    placed = foresight.placements_in(connection, [topic.id for topic in topics])
    entering: list[tuple[TopicRule, StoredItem, str]] = []
    leaving: dict[str, list[int]] = {}
    for item, bodies in foresight.published_items(connection):
        if item.id in without:
            continue
        document = document_of(item, bodies, config)
        for rule in rules:
            is_inside = placed[rule.id].get(item.id)
            why = route(rule, document)
            if why is not None and not is_inside:
                entering.append((rule, item, why))
            elif why is None and is_inside:
                leaving.setdefault(rule.id, []).append(item.id)
    seen = foresight.first_seen(connection, {item.id for _, item, _ in entering})
    placings = []
    for rule, item, why in entering:
        late = is_late(item.published_at, seen.get(item.id, now), first_build=rule.id not in built)
        known = item.id in placed[rule.id]
        placings.append(Placing(rule.id, item.id, why, item.sort_at, known=known, late=late))
    outputs.place(connection, placings, now)
    for topic, items in leaving.items():
        foresight.displace_all(connection, topic, items, "re-routed", now)


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
    for topic in titles:
        old = {item.id: item for item in before.get(topic, ())}
        new = {item.id: item for item in after.get(topic, ())}
        enter = tuple(item for item in new.values() if item.id not in old)
        leave = tuple(item for item in old.values() if item.id not in new)
        is_new, is_gone = topic not in before and topic in after, topic in before and topic not in after
        if enter or leave or is_new or is_gone:
            changes.append(TopicChange(topic, titles[topic], enter, leave, len(old), len(new), is_new, is_gone))
    old = {item.id: item for items in before.values() for item in items}
    new = {item.id: item for items in after.values() for item in items}
    both = sorted((new[one] for one in new if one in old), key=lambda item: (-item.sort_at.timestamp(), item.id))
    recut = [Recut(old[item.id], item, *compare(old[item.id], item)) for item in both if item != old[item.id]]
    return Plan(
        tuple(titles), tuple(changes), tuple(one for one in recut if one.less), tuple(one for one in recut if one.more)
    )
