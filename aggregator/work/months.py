"""build_months(): the pages of a topic's months: all that was published in each, and which months there are.

They are a view: what changes or goes changes or leaves them at the next build. Routing marks a month as due in the
transaction that decides about its items; here its files are written or removed, then the mark is cleared. Killed
anywhere in between, the next build goes on.
"""

import asyncio
import logging
import re
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from aggregator.errors import PublishError
from aggregator.models import Config, Topic, TopicFeed
from aggregator.publish import publish_file, remove_file, remove_folder
from aggregator.render.months import render_month, render_months
from aggregator.store import months, topic_states
from aggregator.store.database import Database
from aggregator.store.rulings import load_pauses
from aggregator.work.assemble import assemble_month
from aggregator.work.between import Between, nothing

_OVERVIEW = "months"
_MONTH = re.compile(r"\d{4}-\d\d")
log = logging.getLogger(__name__)


async def settle_months(topic: Topic, config: Config, database: Database) -> None:
    """Note in which months a topic has items, before its page names them."""

    def settle(connection: Connection) -> None:
        months.settle(connection, topic.id, ZoneInfo(config.site.timezone), _stopped_at(connection, topic))

    if await database.read(months.due_months, topic.id):
        await database.write(settle)


async def build_months(
    topic: Topic,
    config: Config,
    database: Database,
    output: Path,
    now: datetime,
    *,
    only: Collection[int] | None = None,
    between: Between = nothing,
) -> tuple[str, ...]:
    """Write the pages of the months that are due, and the list of them; returns the files that differed.

    Args:
        only: leave the months in which none of these items stands for the next build.
        between: what is done before each page.
    Raises:
        PublishError: a file could not be replaced; what is not done stays due, and so does the topic.
    """
    try:
        return await _build(topic, config, database, output, now, only, between)
    except PublishError:
        await database.write(topic_states.make_due, [topic.id], now)
        raise


async def check_months(topic: Topic, database: Database, output: Path) -> None:
    """Let months be written again of which the first page is missing; remove those that nobody knows of.

    Raises:
        PublishError: a folder could not be removed.
    """
    known = await database.read(months.months_shown, topic.id)

    def compare() -> list[str]:
        for folder in (output / topic.id).glob("*"):
            if _MONTH.fullmatch(folder.name) and folder.name not in known:
                remove_folder(folder)
        return [month for month in known if not (output / topic.id / month / "index.html").exists()]

    if missing := await asyncio.to_thread(compare):
        await database.write(months.mark_missing, topic.id, missing)


async def preview_months(
    topics: Sequence[Topic], config: Config, database: Database, output: Path, now: datetime
) -> None:
    """Write the months of some topics as they would be built now; changes nothing in the store.

    Raises:
        PublishError: a file could not be written.
    """
    zone = ZoneInfo(config.site.timezone)
    for topic in topics:
        for month in await database.read(months.months_shown, topic.id):
            last = await database.read(months.last_page, topic.id, month, zone)
            for page in range(1, last + 1):
                feed = await database.read(assemble_month, topic, month, page, last, config, now, None)
                await asyncio.to_thread(_publish_page, feed, month, page, last, output)
                await asyncio.to_thread(_publish_overview, feed, output)


async def _build(
    topic: Topic,
    config: Config,
    database: Database,
    output: Path,
    now: datetime,
    only: Collection[int] | None,
    between: Between,
) -> tuple[str, ...]:
    zone = ZoneInfo(config.site.timezone)
    stopped_at = await database.read(_stopped_at, topic)
    written: list[str] = []
    is_listed = False
    wanted = None if only is None else await database.read(months.months_of, topic.id, only, zone)
    for month in await database.read(months.due_months, topic.id):
        if wanted is not None and month not in wanted:
            continue
        last = await database.read(months.last_page, topic.id, month, zone, stopped_at)
        for page in await database.read(months.due_pages, topic.id, month, zone, stopped_at):
            await between()
            feed = await database.read(assemble_month, topic, month, page, last, config, now, stopped_at)
            if not is_listed:
                written += await asyncio.to_thread(_publish_overview, feed, output)
                is_listed = True
            written += await asyncio.to_thread(_publish_page, feed, month, page, last, output)
        await asyncio.to_thread(_remove_others, feed, month, last, output)
        if stopped_at is None:
            await database.write(months.record_written, topic.id, month)
        else:  # what came since then is still to be shown
            await database.write(months.mark_missing, topic.id, [month])
    return tuple(written)


def _stopped_at(connection: Connection, topic: Topic) -> datetime | None:
    pause = load_pauses(connection).of_topic(topic.id)
    return pause.at if pause else None


def _publish_overview(feed: TopicFeed, output: Path) -> list[str]:
    name = f"{feed.id}/{_OVERVIEW}/index.html"
    if not feed.months:
        remove_file(output / name)
        return []
    return [name] if publish_file(output / name, render_months(feed)) else []


def _publish_page(feed: TopicFeed, month: str, page: int, last: int, output: Path) -> list[str]:
    """Bring the files of a page in line and name those that differed; waits for the disk, so it runs in a thread."""
    file = "index.html" if page == last else f"{page}/index.html"
    path = f"{feed.id}/{month}/{file}"
    try:
        content = render_month(feed, month, page, last) if month in feed.months else b""
    except Exception:  # a mistake of ours stops no other page; an old one, with rights of old, must not stay
        log.error("month=%s of topic=%s cannot be made and is left out", month, feed.id, exc_info=True)
        content = b""
    if not content:
        remove_file(output / path)
        return []
    return [path] if publish_file(output / path, content) else []


def _remove_others(feed: TopicFeed, month: str, last: int, output: Path) -> None:
    """Remove the pages that a month has no more, and a month without items."""
    folder = output / feed.id / month
    if month not in feed.months:
        remove_folder(folder)
    for page in folder.glob("*/"):
        if page.name.isdecimal() and int(page.name) >= last:
            remove_folder(page)
