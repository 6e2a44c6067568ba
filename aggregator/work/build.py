"""build_topic(): store + sources.toml + now -> files.

A due topic is assembled and its files replaced where they differ. Killed anywhere in between, the next build goes on.
"""

import asyncio
import bisect
import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from aggregator.errors import PublishError, StoreError
from aggregator.models import Config, Pause, Pauses, Topic, TopicFeed
from aggregator.publish import publish_file, remove_file, remove_folder
from aggregator.render.html import icon, render_index, render_topic_page, stylesheet
from aggregator.render.jsonfeed import render_json
from aggregator.render.opml import render_site_opml, render_topic_opml
from aggregator.render.wording import tidy
from aggregator.render.xmlfeed import render_atom, render_rss
from aggregator.store import archives, months, topic_states
from aggregator.store.database import Database
from aggregator.store.rulings import load_pauses
from aggregator.work.assemble import Assembled, assemble, assemble_latest

RENDITIONS: Mapping[str, Callable[[TopicFeed], bytes]] = {
    "{topic}.rss": render_rss,
    "{topic}.atom": render_atom,
    "{topic}.json": render_json,
    "{topic}.opml": render_topic_opml,
    "{topic}/index.html": render_topic_page,
}
_INDEX_TITLES = 5
_MOST_BYTES = 1_000_000  # of the largest format
_LEAST_ITEMS = 10
_RECENT = timedelta(hours=48)
_RETRY = timedelta(minutes=10)  # after a topic failed by a mistake of ours
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BuildOutcome:
    """What one build of a topic gave: how many items it shows, and the files that differed."""

    topic: str
    items: int
    written: tuple[str, ...]
    failed: str = ""  # why nothing could be made of it
    paused: str = ""  # who stopped it: nothing was written, and nothing counted


async def due_topics(config: Config, database: Database, now: datetime) -> list[Topic]:
    """List the topics that must be built now."""
    records = await database.read(topic_states.load_records)
    due = {topic for topic, record in records.items() if record.next_change_at and record.next_change_at <= now}
    wanted = [topic for topic in config.topics if topic.id in due or topic.id not in records]
    stopped = await database.read(paused_topics, config) if wanted else {}
    return [topic for topic in wanted if topic.id not in stopped]


def paused_topics(connection: Connection, config: Config) -> dict[str, Pause]:
    """Map the topics whose files stay as they are, since an editor has stopped them, to the pause.

    One that something must leave (withdrawn, hidden, rejected, rules and rights that are others) is not among them: it
    is built from what it had when it was stopped.
    """
    pauses = load_pauses(connection)
    records = topic_states.load_records(connection) if pauses.pauses else {}
    stopped = {}
    for topic in config.topics:
        if pause := pauses.of_topic(topic.id):
            record = records.get(topic.id)
            if record is None or not topic_states.must_shrink(connection, topic.id, record.built_at or pause.at):
                stopped[topic.id] = pause
    return stopped


async def retire_topics(config: Config, database: Database, output: Path) -> None:
    """Remove the files of topics that are not in sources.toml any more: nobody applies rights to them.

    Raises:
        PublishError: a file could not be removed.
    """
    known = {name for topic in config.topics for name in (topic.id, *topic.aliases)}
    retired = [topic for topic in await database.read(topic_states.load_records) if topic not in known]
    for topic in retired:
        for name in RENDITIONS:
            await asyncio.to_thread(remove_file, output / name.format(topic=topic))
        await asyncio.to_thread(remove_folder, output / topic)  # with the pages of its months
        await asyncio.to_thread(remove_folder, output / "archive" / topic)
    if retired:
        await database.write(archives.forget, retired)
        await database.write(months.forget, retired)
        await database.write(topic_states.forget, retired)


async def build_topic(topic: Topic, config: Config, database: Database, output: Path, now: datetime) -> BuildOutcome:
    """Publish one topic: all its renditions, from one TopicFeed.

    Raises:
        PublishError: a file could not be replaced; the old ones are still in place and the topic stays due.
    """
    try:
        assembled = await database.read(_assemble, topic, config, now)
        fitting = await asyncio.to_thread(fit, assembled, now)
        feed = await database.write(_record, fitting, len(assembled.feed.items), now)
        rendered = await asyncio.to_thread(_render, feed)
    except (PublishError, StoreError):
        raise
    except Exception as error:  # what goes wrong with one topic, our own mistakes included, stops no other
        log.error("build topic=%s failed, the old files stay", topic.id, exc_info=True)
        await database.write(topic_states.record_failed, topic.id, now + _RETRY)
        return BuildOutcome(topic.id, 0, (), failed=f"internal error: {error!r}")
    written = await asyncio.to_thread(_publish, rendered, output, feed.changed_at)
    for alias in topic.aliases:
        written += await _publish_alias(alias, feed, rendered, database, output)
    await database.write(topic_states.record_built, topic.id, now, assembled.next_change_at)
    return BuildOutcome(topic.id, len(feed.items), written)


async def _publish_alias(
    alias: str, feed: TopicFeed, rendered: Mapping[str, bytes], database: Database, output: Path
) -> tuple[str, ...]:
    """Write a topic's files under a name that it had before, for those who subscribed then.

    They say where the topic lives now. Its archive and its months are there only: those under the old name are removed.
    """
    has_past = await database.read(archives.newest, alias) > 0
    if await database.read(months.months_shown, alias) or has_past:
        await asyncio.to_thread(remove_folder, output / alias)
        await asyncio.to_thread(remove_folder, output / "archive" / alias)
        await database.write(archives.forget, [alias])
        await database.write(months.forget, [alias])
    await database.write(topic_states.note_alias, alias)
    files = {name.format(topic=alias): rendered[name.format(topic=feed.id)] for name in RENDITIONS}
    return await asyncio.to_thread(_publish, files, output, feed.changed_at)


async def preview_topic(topic: Topic, config: Config, database: Database, output: Path, now: datetime) -> BuildOutcome:
    """Write a topic as it would be built from what is stored and routed now; changes nothing in the store."""

    def gather(connection: Connection) -> TopicFeed:
        record = topic_states.load_records(connection).get(topic.id)
        return replace(assemble(connection, topic, config, now).feed, changed_at=record.changed_at if record else now)

    feed = await database.read(gather)
    written = await asyncio.to_thread(_publish, _render(feed), output)
    return BuildOutcome(topic.id, len(feed.items), written)


async def build_index(config: Config, database: Database, output: Path, now: datetime) -> tuple[str, ...]:
    """Publish what belongs to no single topic: index page, OPML of all topics, style sheet, icon.

    Returns:
        The files that differed.
    """

    def gather(connection: Connection) -> list[TopicFeed]:
        records = topic_states.load_records(connection)
        pauses = load_pauses(connection)
        topics = {topic: _stopped_at(pauses, topic) for topic in config.topics if topic.id in records}
        return [
            replace(feed, changed_at=records[feed.id].changed_at)
            for feed in assemble_latest(connection, topics, config, now, _INDEX_TITLES)
        ]

    try:
        feeds = await database.read(gather)
        index, opml = render_index(config.site, feeds), render_site_opml(config.site, feeds)
    except (PublishError, StoreError):
        raise
    except Exception:  # a topic that cannot be made has said so; the old index stays
        log.error("build of the index failed, the old one stays", exc_info=True)
        return ()
    files = {"index.html": index, "index.opml": opml, "static/style.css": stylesheet(), "static/icon.svg": icon()}
    return await asyncio.to_thread(_publish, files, output)


def _assemble(connection: Connection, topic: Topic, config: Config, now: datetime) -> Assembled:
    return assemble(connection, topic, config, now, placed_by=_stopped_at(load_pauses(connection), topic))


def fit(assembled: Assembled, now: datetime) -> TopicFeed:
    """Leave out the last items where a format would be too large: readers give up on large feeds.

    All formats hold the same items. Those that stand in no archive, or came lately, are never left out.
    """
    feed = assembled.feed
    if sum(len(item.content_html) for item in feed.items) < _MOST_BYTES // 4:  # far from it, whatever the markup adds
        return feed
    render = max((render_rss, render_atom, render_json), key=lambda one: len(one(feed)))
    recent = sum(item.sort_at > now - _RECENT for item in feed.items)
    least = min(max(_LEAST_ITEMS, assembled.least, recent), len(feed.items))
    counts = range(least, len(feed.items) + 1)
    too_many = bisect.bisect_left(
        counts, True, key=lambda count: len(render(replace(feed, items=feed.items[:count]))) >= _MOST_BYTES
    )
    return replace(feed, items=feed.items[: counts[max(too_many - 1, 0)]])


def _record(connection: Connection, feed: TopicFeed, fitting: int, now: datetime) -> TopicFeed:
    """Note when a topic's content last became different, before any file says so.

    Args:
        fitting: how many items there would be, were a feed allowed any size.
    """
    record = topic_states.load_records(connection).get(feed.id)
    if record is None:
        topic_states.make_due(connection, [feed.id], now)
        record = topic_states.TopicRecord()
    content_hash = hashlib.sha256(repr(feed).encode("utf-8", "surrogatepass")).hexdigest()
    changed_at = record.changed_at
    left_out = fitting - len(feed.items)
    if changed_at is None or content_hash != record.content_hash or left_out != record.left_out:
        if changed_at is None or content_hash != record.content_hash:
            changed_at = max(now, changed_at or now)
        topic_states.record_change(connection, feed.id, content_hash, changed_at, left_out)
    return replace(feed, changed_at=changed_at)


def _stopped_at(pauses: Pauses, topic: Topic) -> datetime | None:
    pause = pauses.of_topic(topic.id)
    return pause.at if pause else None


def _render(feed: TopicFeed) -> dict[str, bytes]:
    tidied = tidy(feed)
    return {name.format(topic=feed.id): render(tidied) for name, render in RENDITIONS.items()}


def _publish(files: Mapping[str, bytes], output: Path, changed_at: datetime | None = None) -> tuple[str, ...]:
    """Replace the files that differ and name them; waits for the disk, so it runs in a thread."""
    return tuple(name for name, content in files.items() if publish_file(output / name, content, changed_at))
