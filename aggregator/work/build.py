"""build_topic(): store + sources.toml + now -> files.

Dirty items are decided and routed first, each batch in one transaction that also makes their topics due; then each due
topic is assembled and its files replaced where they differ. Killed anywhere in between, the next build goes on.
"""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from aggregator.errors import ConfigError, PublishError, StoreError
from aggregator.expressions.document import Document
from aggregator.models import Config, Topic, TopicFeed
from aggregator.publish import publish_file
from aggregator.release import is_late
from aggregator.render.html import render_index, render_topic_page, stylesheet
from aggregator.render.jsonfeed import render_json
from aggregator.render.xmlfeed import render_atom, render_rss
from aggregator.store import copies, outputs
from aggregator.store.database import Database
from aggregator.store.decisions import record_decision
from aggregator.topics import TopicRule, compile_topic, route
from aggregator.work.assemble import Assembled, assemble
from aggregator.work.decide import decide_item

RENDITIONS: Mapping[str, Callable[[TopicFeed], bytes]] = {
    "{topic}.rss": render_rss,
    "{topic}.atom": render_atom,
    "{topic}.json": render_json,
    "{topic}/index.html": render_topic_page,
}
_BATCH = 200
_INDEX_TITLES = 5
_RETRY = timedelta(minutes=10)  # after a topic failed by a mistake of ours
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BuildOutcome:
    """What one build of a topic gave: how many items it shows, and the files that differed."""

    topic: str
    items: int
    written: tuple[str, ...]
    failed: str = ""  # why nothing could be made of it


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
        if known is None or known[0] != config.hash:
            outputs.accept_config(session, config.hash, site.id_domain, site.id_date, now)
            outputs.make_topics_due(session, [topic.id for topic in config.topics], now)

    await database.write(accept)


async def route_items(config: Config, database: Database, now: datetime) -> int:
    """Release what is due, then decide and route all dirty items; returns how many were looked at."""
    await database.write(outputs.release_due, now)
    rules = [compile_topic(topic) for topic in config.topics]
    # A topic counts as new for all batches of the build that starts it.
    built = {topic for topic, record in (await database.read(outputs.topic_records)).items() if record.changed_at}
    total = 0
    while routed := await database.write(_route_batch, config, rules, built, now):
        total += routed
    return total


def _route_batch(session: Session, config: Config, rules: Sequence[TopicRule], built: set[str], now: datetime) -> int:
    ids, mark = outputs.dirty_items(session, _BATCH)
    if not ids:
        return 0
    facts = copies.facts_of(session, ids)
    stored = outputs.load_items(session, ids)
    decided = [decide_item(item, facts.get(item.id, ()), config, now) for item in stored]
    outputs.update_items(session, [new.item for old, new in zip(stored, decided, strict=True) if new.item != old])
    for one in decided:
        if one.origin:
            record_decision(session, one.item.id, "origin", asdict(one.origin), now)
    bodies = outputs.load_bodies(session, ids)
    placed = outputs.placements_of(session, ids)
    placings: list[outputs.Placing] = []
    touched: set[str] = set()
    for item in (one.item for one in decided):
        were = placed.get(item.id, {})
        joined = _route(item, bodies.get(item.id, []), config, rules) if item.state == "published" else {}
        for topic, rule in joined.items():
            late = is_late(item.published_at, now, first_build=topic not in built)
            placings.append(outputs.Placing(topic, item.id, rule, item.sort_at, known=topic in were, late=late))
        left = [topic for topic, inside in were.items() if inside and topic not in joined]
        for topic in left:
            outputs.displace(session, topic, item.id, "re-routed" if item.state == "published" else item.state, now)
        touched.update(joined, left)
    outputs.place(session, placings, now)
    outputs.make_topics_due(session, touched, now)
    outputs.clear_dirty(session, mark)
    return len(ids)


def _route(
    item: outputs.StoredItem, bodies: Sequence[outputs.StoredBody], config: Config, rules: Sequence[TopicRule]
) -> dict[str, str]:
    """Map the topics an item joins to the rule that let it in."""
    shown = next((body for body in bodies if body.copy == item.text_copy), None)
    sources = [*dict.fromkeys([item.origin_source or "", *(body.source for body in bodies)])]
    document = Document(
        title=item.title,
        text=(shown.text or shown.summary) if shown else "",
        authors=item.people,
        publication=item.publication,
        sources=tuple(filter(None, sources)),
        categories=tuple(dict.fromkeys(category for body in bodies for category in body.categories)),
        language=item.language,
        published_at=item.published_at,
    )
    default_topics = {topic for source_id in sources if (source := config.source(source_id)) for topic in source.topics}
    joined = {rule.id: route(rule, document, default_topics) for rule in rules}
    return {topic: why for topic, why in joined.items() if why is not None}


async def due_topics(config: Config, database: Database, now: datetime) -> list[Topic]:
    """List the topics that must be built now."""
    records = await database.read(outputs.topic_records)
    due = {topic for topic, record in records.items() if record.next_change_at and record.next_change_at <= now}
    return [topic for topic in config.topics if topic.id in due or topic.id not in records]


async def build_topic(topic: Topic, config: Config, database: Database, output: Path, now: datetime) -> BuildOutcome:
    """Publish one topic: all its renditions, from one TopicFeed.

    Raises:
        PublishError: a file could not be replaced; the old ones are still in place and the topic stays due.
    """
    try:
        assembled = await database.write(_assemble_and_record, topic, config, now)
        files = await asyncio.to_thread(_render, assembled.feed)
    except (PublishError, StoreError):
        raise
    except Exception as error:  # what goes wrong with one topic, our own mistakes included, stops no other
        log.error("build topic=%s failed, the old files stay", topic.id, exc_info=True)
        await database.write(outputs.record_built, topic.id, now + _RETRY)
        return BuildOutcome(topic.id, 0, (), failed=f"internal error: {error!r}")
    written = [name for name, content in files.items() if publish_file(output / name, content)]
    await database.write(outputs.record_built, topic.id, assembled.next_change_at)
    return BuildOutcome(topic.id, len(assembled.feed.items), tuple(written))


async def preview_topic(topic: Topic, config: Config, database: Database, output: Path, now: datetime) -> BuildOutcome:
    """Write a topic as it would be built from what is stored and routed now; changes nothing in the store."""

    def gather(session: Session) -> TopicFeed:
        record = outputs.topic_records(session).get(topic.id)
        return replace(assemble(session, topic, config, now).feed, changed_at=record.changed_at if record else now)

    feed = await database.read(gather)
    files = await asyncio.to_thread(_render, feed)
    written = [name for name, content in files.items() if publish_file(output / name, content)]
    return BuildOutcome(topic.id, len(feed.items), tuple(written))


async def build_index(config: Config, database: Database, output: Path, now: datetime) -> list[str]:
    """Publish what belongs to no single topic: the index page and the style sheet; returns the files that differed."""

    def gather(session: Session) -> list[TopicFeed]:
        records = outputs.topic_records(session)
        return [
            replace(assemble(session, topic, config, now, _INDEX_TITLES).feed, changed_at=records[topic.id].changed_at)
            for topic in config.topics
            if topic.id in records
        ]

    try:
        feeds = await database.read(gather)
    except (PublishError, StoreError):
        raise
    except Exception:  # a topic that cannot be made has said so; the old index stays
        log.error("build of the index failed, the old one stays", exc_info=True)
        return []
    files = {"index.html": render_index(config.site, feeds), "static/style.css": stylesheet()}
    return [name for name, content in files.items() if publish_file(output / name, content)]


def _assemble_and_record(session: Session, topic: Topic, config: Config, now: datetime) -> Assembled:
    """Assemble a topic and note when its content last became different, before any file says so."""
    assembled = assemble(session, topic, config, now)
    record = outputs.topic_records(session).get(topic.id)
    if record is None:
        outputs.make_topics_due(session, [topic.id], now)
        record = outputs.TopicRecord()
    content_hash = hashlib.sha256(repr(assembled.feed).encode("utf-8", "surrogatepass")).hexdigest()
    changed_at = record.changed_at
    if changed_at is None or content_hash != record.content_hash:
        changed_at = max(now, changed_at or now)
        outputs.record_change(session, topic.id, content_hash, changed_at)
    return replace(assembled, feed=replace(assembled.feed, changed_at=changed_at))


def _render(feed: TopicFeed) -> dict[str, bytes]:
    return {name.format(topic=feed.id): render(feed) for name, render in RENDITIONS.items()}
