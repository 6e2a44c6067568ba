"""What is stored -> what belongs where: releases, decides and routes dirty items, and makes their topics due.

Each batch ends in one short transaction that also forgets its dirty marks. Killed anywhere in between, the next look
goes on.
"""

import logging
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from aggregator.errors import ConfigError, StoreError
from aggregator.expressions.document import Document
from aggregator.models import Config, CopyFacts
from aggregator.release import is_late
from aggregator.rights.agreement import turning_points
from aggregator.store import archives, copies, outputs, topic_states
from aggregator.store.database import Database
from aggregator.store.decisions import record_decision
from aggregator.topics import TopicRule, compile_topic, route
from aggregator.work.decide import EXPIRED, decide_item
from aggregator.work.overrule import apply_overrides

_BATCH = 200
log = logging.getLogger(__name__)


async def accept_config(config: Config, database: Database, now: datetime) -> None:
    """Put a configuration in force; when it differs from the last one, everything stored is routed again.

    Raises:
        ConfigError: id_domain or id_date would change although items exist, and with them every public id.
    """

    def accept(session: Session) -> None:
        site = config.site
        known = outputs.accepted_config(session)
        if known and known[1:] != (site.id_domain, site.id_date) and outputs.has_items(session):
            raise ConfigError(
                f'[site]: id_domain and id_date are "{known[1]}" and "{known[2]}" in the ids of all stored items '
                "and cannot change any more; write them so again"
            )
        if known is None or known[0] != config.hash or _has_turned(session, config, now):
            outputs.accept_config(session, config.hash, config.text, site.id_domain, site.id_date, now)
            topic_states.make_due(session, [topic.id for topic in config.topics], now)
            apply_overrides(session, config, now)
        elif outputs.accepted_text(session) != config.text:  # only its comments differ, or it was not kept yet
            outputs.keep_text(session, config.text)

    await database.write(accept)


def _has_turned(session: Session, config: Config, now: datetime) -> bool:
    """Tell whether an agreement has begun or ended since the configuration was last applied."""
    since = outputs.accepted_at(session)
    return since is not None and any(since < turn <= now for turn in turning_points(config))


async def route_items(config: Config, database: Database, now: datetime) -> int:
    """Release what is due, then decide and route all dirty items; returns how many were looked at.

    An item that cannot be decided by a mistake of ours is logged and left as it is; the others go on.
    """
    if await database.read(_has_turned, config, now):
        await accept_config(config, database, now)
    await database.write(outputs.release_due, now)
    rules = [compile_topic(topic) for topic in config.topics]
    # A topic counts as new for all batches of the build that starts it.
    built = await database.read(topic_states.with_live_items)
    total = 0
    size = _BATCH
    while True:
        try:
            routed = await database.write(_route_batch, config, rules, built, now, size)
        except StoreError:
            raise
        except Exception:  # one of them stops no other: they are taken one by one, and the one that fails is left
            log.error("routing %d items failed", size, exc_info=size == 1)
            if size == 1:
                await database.write(outputs.skip_dirty)
            size, routed = 1, 1
        if not routed:
            return total
        total += routed


def _route_batch(
    session: Session, config: Config, rules: Sequence[TopicRule], built: set[str], now: datetime, size: int
) -> int:
    ids, mark = outputs.dirty_items(session, size)
    if not ids:
        return 0
    facts = copies.facts_of(session, ids)
    decided = _decide(session, outputs.load_items(session, ids), facts, config, now)
    bodies = outputs.load_bodies(session, ids)
    placed = outputs.placements_of(session, ids)
    placings: list[outputs.Placing] = []
    touched: set[str] = set()
    for item in decided:
        were = placed.get(item.id, {})
        joined = _route(item, bodies.get(item.id, []), config, rules) if item.state == "published" else {}
        first_seen_at = min((copy.first_seen_at for copy in facts.get(item.id, ())), default=now)
        for topic, rule in joined.items():
            late = is_late(item.published_at, first_seen_at, first_build=topic not in built)
            placings.append(outputs.Placing(topic, item.id, rule, item.sort_at, known=topic in were, late=late))
        left = [topic for topic, inside in were.items() if inside and topic not in joined]
        for topic in left:
            outputs.displace(session, topic, item.id, _why_left(item), now)
        touched.update(joined, left)
    outputs.place(session, placings, now)
    touched |= archives.mark_due(session, ids)
    topic_states.make_due(session, touched, now)
    outputs.clear_dirty(session, mark)
    return len(ids)


def _why_left(item: outputs.StoredItem) -> str:
    """Say why an item leaves a topic; see `outputs.GONE`."""
    if item.state == "published":
        return "re-routed"
    return "expired" if item.state_why.startswith(EXPIRED) else item.state


def _decide(
    session: Session,
    items: Sequence[outputs.StoredItem],
    facts: dict[int, list[CopyFacts]],
    config: Config,
    now: datetime,
) -> list[outputs.StoredItem]:
    """Decide items anew and keep what changed of them; returns all as they are now."""
    decided = [decide_item(item, facts.get(item.id, ()), config, now) for item in items]
    outputs.update_items(session, [new.item for old, new in zip(items, decided, strict=True) if new.item != old])
    for one in decided:
        if one.origin:
            record_decision(session, one.item.id, "origin", asdict(one.origin), now)
    return [one.item for one in decided]


def _route(
    item: outputs.StoredItem, bodies: Sequence[outputs.StoredBody], config: Config, rules: Sequence[TopicRule]
) -> dict[str, str]:
    """Map the topics an item joins to the rule that let it in."""
    document, default_topics = document_of(item, bodies, config)
    joined = {rule.id: route(rule, document, default_topics) for rule in rules}
    return {topic: why for topic, why in joined.items() if why is not None}


def document_of(
    item: outputs.StoredItem, bodies: Sequence[outputs.StoredBody], config: Config
) -> tuple[Document, set[str]]:
    """Return what topics are asked about an item, and the topics that its sources join with everything."""
    shown = next((body for body in bodies if body.copy == item.text_copy), None)
    sources = tuple(filter(None, dict.fromkeys([item.origin_source or "", *(body.source for body in bodies)])))
    document = Document(
        title=item.title,
        text=(shown.text or shown.summary) if shown else "",
        authors=item.people,
        publication=item.publication,
        sources=sources,
        categories=tuple(dict.fromkeys(category for body in bodies for category in body.categories)),
        language=item.language,
        published_at=item.published_at,
    )
    known = (config.source(source) for source in sources)
    return document, {topic for source in known if source for topic in source.topics}
