"""What is stored -> what belongs where: releases, decides and routes dirty items, and makes their topics due.

Each batch ends in one short transaction that also forgets its dirty marks. Killed anywhere in between, the next look
goes on.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import Connection

from aggregator.errors import ConfigError, StoreError
from aggregator.expressions.document import Document
from aggregator.models import Config, CopyFacts
from aggregator.release import is_late, kind_of
from aggregator.rights.agreement import turning_points
from aggregator.store import archives, copies, item_pages, months, outputs, rulings, search, topic_states
from aggregator.store.database import Database
from aggregator.store.decisions import record_decision
from aggregator.topics import TopicRule, route
from aggregator.work.arrange import NOTHING, Said, said_of
from aggregator.work.between import Between, nothing
from aggregator.work.decide import decide_item, permit_item
from aggregator.work.gate import Gate, allot, let_through, note_passage, open_gate
from aggregator.work.overrule import apply_overrides
from aggregator.work.stories import await_story, tell_stories

_BATCH = 200
log = logging.getLogger(__name__)


async def accept_config(config: Config, database: Database, now: datetime) -> None:
    """Put a configuration in force; when it differs from the last one, everything stored is routed again.

    Raises:
        ConfigError: id_domain or id_date would change although items exist, and with them every public id.
    """

    def accept(connection: Connection) -> None:
        site = config.site
        known = outputs.accepted_config(connection)
        if known and known[1:] != (site.id_domain, site.id_date) and outputs.has_items(connection):
            raise ConfigError(
                f'[site]: id_domain and id_date are "{known[1]}" and "{known[2]}" in the ids of all stored items '
                "and cannot change any more; write them so again"
            )
        if known is None or known[0] != config.hash or _has_turned(connection, config, now):
            outputs.accept_config(connection, config.hash, config.text, site.id_domain, site.id_date, now)
            topic_states.make_due(connection, [topic.id for topic in config.topics], now)
            months.mark_all(connection)
            apply_overrides(connection, config, now)
        elif outputs.accepted_text(connection) != config.text:  # only its comments differ, or it was not kept yet
            outputs.keep_text(connection, config.text)

    await database.write(accept)


def _has_turned(connection: Connection, config: Config, now: datetime) -> bool:
    """Tell whether an agreement has begun or ended since the configuration was last applied."""
    since = outputs.accepted_at(connection)
    return since is not None and any(since < turn <= now for turn in turning_points(config))


async def route_items(config: Config, database: Database, now: datetime, between: Between = nothing) -> int:
    """Release what is due, decide and route all dirty items, and find the stories of those published first.

    Returns how many were looked at.

    Args:
        between: what is done before each batch.

    An item that cannot be decided by a mistake of ours is logged and left as it is; the others go on.
    """
    if await database.read(_has_turned, config, now):
        await accept_config(config, database, now)
    await database.write(outputs.wake_due, now)
    gate = open_gate(config, await database.read(rulings.load_pauses))
    # A topic counts as new for all batches of the build that starts it.
    built = await database.read(topic_states.with_live_items, [topic.id for topic in config.topics])
    routed = await _route_dirty(gate, built, database, now, between=between)
    if await database.write(allot, config, now):
        await _route_dirty(gate, built, database, now, between=between)
    # When all of them are routed: in which batch one was depends on who was polled first.
    await tell_stories(config, database, now)
    return routed


async def route_leaving(config: Config, database: Database, items: Collection[int], now: datetime) -> set[str]:
    """Route those of some items that are dirty, before all others; returns the topics they are in, or were in."""
    gate = open_gate(config, await database.read(rulings.load_pauses))
    built = await database.read(topic_states.with_live_items, [topic.id for topic in config.topics])
    await _route_dirty(gate, built, database, now, only=items)
    placed = await database.read(outputs.placements_of, items)
    return {topic for topics in placed.values() for topic in topics}


async def _route_dirty(
    gate: Gate,
    built: set[str],
    database: Database,
    now: datetime,
    *,
    only: Collection[int] | None = None,
    between: Between = nothing,
) -> int:
    total = 0
    size = _BATCH
    while True:
        await between()
        try:
            routed = await database.write(_route_batch, gate, built, now, size, only)
        except StoreError:
            raise
        except Exception:  # one of them stops no other: they are taken one by one, and the one that fails is left
            log.error("routing %d items failed", size, exc_info=size == 1)
            if size == 1:
                await database.write(outputs.skip_dirty, only)
            size, routed = 1, 1
        if not routed:
            return total
        total += routed


def _route_batch(
    connection: Connection,
    gate: Gate,
    built: set[str],
    now: datetime,
    size: int,
    only: Collection[int] | None,
) -> int:
    ids, mark = outputs.dirty_items(connection, size, only)
    if not ids:
        return 0
    config = gate.config
    facts = copies.facts_of(connection, ids)
    stored = outputs.load_items(connection, ids)
    bodies = outputs.load_bodies(connection, ids)
    said = said_of(connection, config, ids)
    decided = _decide(connection, stored, facts, bodies, said, gate, now)
    unseen = {item.id for item in stored if item.first_published_at is None}
    await_story(connection, [item for item, _ in decided if item.first_published_at and item.id in unseen], now)
    placed = outputs.placements_of(connection, ids)
    searches = {topic.id for topic in config.searches}
    placings: list[outputs.Placing] = []
    touched: set[str] = set()
    for item, document in decided:
        were = placed.get(item.id, {})
        words = said.get(item.id, NOTHING)
        joined = _route(document, words, gate.topics) if item.state == "published" else {}
        first_seen_at = min((copy.first_seen_at for copy in facts.get(item.id, ())), default=now)
        for topic, rule in joined.items():
            late = is_late(item.published_at, first_seen_at, first_build=topic not in built)
            placings.append(
                outputs.Placing(
                    topic, item.id, rule, item.sort_at, known=topic in were, late=late, chosen=topic in words.added
                )
            )
        # What a named search finds is asked when the index is written, except that nothing is found of what is gone.
        kept = searches if item.state == "published" else set()
        touched.update(topic for topic, inside in were.items() if inside and topic in kept)
        left = [topic for topic, inside in were.items() if inside and topic not in joined and topic not in kept]
        for topic in left:
            outputs.displace(connection, topic, item.id, _why_left(item), now)
        touched.update(joined, left)
    outputs.place(connection, placings, now)
    touched |= archives.mark_due(connection, ids)
    topic_states.make_due(connection, touched, now)
    months.mark_due(connection, ids, {topic.id for topic in config.topics}, gate.zone)
    if config.site.item_pages == "on":
        item_pages.mark_due(connection, ids)
    search.mark_due(connection, ids)
    outputs.clear_dirty(connection, ids, mark)
    return len(ids)


def _why_left(item: outputs.StoredItem) -> str:
    """Say why an item leaves a topic; see `outputs.GONE`."""
    if item.state == "published":
        return "re-routed"
    kind = kind_of(item.state_why) if item.state == "held" else None
    return kind if kind in outputs.GONE else item.state


def _decide(
    connection: Connection,
    items: Sequence[outputs.StoredItem],
    facts: dict[int, list[CopyFacts]],
    bodies: dict[int, list[outputs.StoredBody]],
    said: Mapping[int, Said],
    gate: Gate,
    now: datetime,
) -> list[tuple[outputs.StoredItem, Document]]:
    """Decide items anew and keep what changed of them; returns all as they are now, with what topics ask about them."""
    ruled = rulings.rulings_of(connection, [item.id for item in items])
    decided: list[tuple[outputs.StoredItem, Document]] = []
    for old in items:
        known, words = facts.get(old.id, ()), said.get(old.id, NOTHING)
        made = decide_item(old, known, gate.config, now)
        if made.origin:
            record_decision(connection, old.id, "origin", asdict(made.origin), now)
        new = replace(made.item, title=words.title or made.item.title)
        if words.title and new.title != old.title:
            evidence = {"because": words.title_why, "title": new.title, "partner": made.item.title}
            record_decision(connection, old.id, "retitled", evidence, now, by="editor")
        asked = document_of(new, bodies.get(old.id, []), gate.config)
        new = let_through(gate, new, known, asked, words, ruled.get(old.id), now)
        new = permit_item(new, known, old.first_published_at is not None, gate.config, now)
        note_passage(connection, old, new, ruled.get(old.id), now)
        decided.append((new, asked))
    outputs.update_items(connection, [new for old, (new, _) in zip(items, decided, strict=True) if new != old])
    return decided


def _route(document: Document, said: Said, rules: Mapping[str, TopicRule]) -> dict[str, str]:
    """Map the topics an item joins to the rule, or the editor's word, that let it in."""
    joined = {topic: said.added.get(topic) or route(rule, document) for topic, rule in rules.items()}
    return {topic: why for topic, why in joined.items() if why is not None and topic not in said.dropped}


def document_of(item: outputs.StoredItem, bodies: Sequence[outputs.StoredBody], config: Config) -> Document:
    """Return what topics are asked about an item."""
    shown = next((body for body in bodies if body.copy == item.text_copy), None)
    sources = tuple(filter(None, dict.fromkeys([item.origin_source or "", *(body.source for body in bodies)])))
    origin = config.source(item.origin_source)
    return Document(
        title=item.title,
        text=(shown.text or shown.summary) if shown else "",
        authors=item.people,
        publication=item.publication,
        sources=sources,
        categories=tuple(dict.fromkeys(category for body in bodies for category in body.categories)),
        language=item.language,
        published_at=item.published_at,
        countries=(origin.country,) if origin and origin.country else (),
        default_topics=tuple(topic for name in sources if (source := config.source(name)) for topic in source.topics),
    )
