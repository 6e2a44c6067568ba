"""build_archives(): the closed documents of a topic's past (RFC 5005), by which a reader walks back to the first item.

Every so many items, in the order in which they were published, make a document that never gains another one. They are
written before the live feed that points to them; killed anywhere in between, the next build goes on.
"""

import asyncio
import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from aggregator.models import Config, Topic, TopicFeed
from aggregator.publish import publish_file
from aggregator.render.jsonfeed import render_json
from aggregator.render.wording import tidy
from aggregator.render.xmlfeed import render_atom, render_rss
from aggregator.store import archives
from aggregator.store.archives import DocumentRecord
from aggregator.store.database import Database
from aggregator.store.rulings import load_pauses
from aggregator.work.assemble import assemble_archive
from aggregator.work.between import Between, nothing

ARCHIVE_RENDITIONS: Mapping[str, Callable[[TopicFeed], bytes]] = {
    "archive/{topic}/{number}.rss": render_rss,
    "archive/{topic}/{number}.atom": render_atom,
    "archive/{topic}/{number}.json": render_json,
}
_SIZE = 50  # items in a document


async def build_archives(
    topic: Topic,
    config: Config,
    database: Database,
    output: Path,
    now: datetime,
    *,
    only: Collection[int] | None = None,
    between: Between = nothing,
) -> tuple[str, ...]:
    """Close what is full and write the documents that changed; returns the files that differed.

    Args:
        only: leave the documents in which none of these items stands for the next build.
        between: what is done before each document.
    Raises:
        PublishError: a file could not be replaced; what is not done stays due.
    """
    await close_archives(topic, database)
    written: list[str] = []
    wanted = None if only is None else await database.read(archives.documents_of, topic.id, only)
    for record in await database.read(lambda connection: archives.load_records(connection, topic.id, due=True)):
        if wanted is not None and record.number not in wanted:
            continue
        await between()
        feed = await database.read(assemble_archive, topic, record.number, config, now)
        feed = await _record(feed, record, database, now)
        written += await asyncio.to_thread(_publish, feed, output)
        await database.write(archives.record_built, topic.id, record.number)
    return tuple(written)


async def close_archives(topic: Topic, database: Database) -> None:
    """Close the documents that are full."""
    size = min(_SIZE, topic.max_items)  # so that the live feed has room for all that stands in no document yet
    if await database.read(_must_close, topic.id, size):
        await database.write(archives.close_full, topic.id, size)


def _must_close(connection: Connection, topic: str, size: int) -> bool:
    """Tell whether a document is full; while an editor has stopped a topic nothing new comes into its past either."""
    return load_pauses(connection).of_topic(topic) is None and archives.count_open(connection, topic) >= size


async def check_archives(topic: Topic, database: Database, output: Path) -> None:
    """Let the documents be written again of which a file is missing in the output."""
    records = await database.read(archives.load_records, topic.id)

    def missing() -> list[int]:
        return [
            record.number
            for record in records
            if not all((output / name).exists() for name in _names(topic.id, record.number))
        ]

    if lost := await asyncio.to_thread(missing):
        await database.write(archives.mark_missing, topic.id, lost)


async def _record(feed: TopicFeed, record: DocumentRecord, database: Database, now: datetime) -> TopicFeed:
    """Note when a document last became different, before any file says so."""
    content_hash = hashlib.sha256(repr(feed).encode("utf-8", "surrogatepass")).hexdigest()
    changed_at = record.changed_at
    if changed_at is None or content_hash != record.content_hash:
        changed_at = max(now, changed_at or now)
        await database.write(archives.record_change, feed.id, feed.archive, content_hash, changed_at)
    return replace(feed, changed_at=changed_at)


def _names(topic: str, number: int) -> list[str]:
    return [name.format(topic=topic, number=number) for name in ARCHIVE_RENDITIONS]


def _publish(feed: TopicFeed, output: Path) -> list[str]:
    """Replace the files that differ and name them; waits for the disk, so it runs in a thread."""
    written = []
    tidied = tidy(feed)
    for name, render in ARCHIVE_RENDITIONS.items():
        path = name.format(topic=feed.id, number=feed.archive)
        if publish_file(output / path, render(tidied), feed.changed_at):
            written.append(path)
    return written
