"""build_item_pages(): the pages of items that changed, each on its own address; and the maps of addresses left behind.

Routing marks a page as due in the transaction that decides what becomes of its item; here its file is written or
removed, then the mark is cleared. Killed anywhere in between, the next build goes on.
"""

import asyncio
import logging
import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from aggregator.errors import PublishError
from aggregator.models import Config, ItemPage, Topic
from aggregator.publish import holds, publish_file, remove_file
from aggregator.render.addressmaps import FOLDER, MOVED, render_maps
from aggregator.render.html import render_item_page, render_notice
from aggregator.store import item_pages, outputs
from aggregator.store.database import Database
from aggregator.store.item_pages import DuePage, PageStatus
from aggregator.urls import item_path
from aggregator.work.assemble import assemble, assemble_pages
from aggregator.work.between import Between, nothing

_BATCH = 100
_OURS = re.compile("[a-z2-7]{16}")
_AS_OF = f"{FOLDER}/as-of"  # since when the rules hold by which all pages were made
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PagesOutcome:
    """How many files differed, and how many pages were to go."""

    written: int = 0
    removed: int = 0


async def build_item_pages(
    config: Config,
    database: Database,
    output: Path,
    now: datetime,
    most: int | None = None,
    *,
    only: Collection[int] | None = None,
    between: Between = nothing,
) -> PagesOutcome:
    """Write and remove the pages that are due, and then the maps where they differ.

    Args:
        most: leave the others due; all when not given.
        only: leave the pages of all other items for the next build.
        between: what is done before each hundred pages.
    Raises:
        PublishError: a file could not be replaced or removed; what is not done stays due.
    """
    if config.site.item_pages == "off":
        return PagesOutcome(removed=await _remove_all(database, output))
    written = removed = done = 0
    while most is None or done < most:
        await between()
        due, pages = await database.read(_gather, config, now, only)
        if not due:
            break
        made = await asyncio.to_thread(_publish, due, pages, output)
        await database.write(item_pages.record_written, made.statuses, made.maps_due)
        written, removed, done = written + made.written, removed + made.removed, done + len(due)
    # A web server that includes the maps does not start without them, so there are empty ones at first.
    if await database.read(item_pages.maps_due) or not await asyncio.to_thread((output / MOVED).exists):
        await _publish_maps(database, output)
        await database.write(item_pages.record_maps_written)
    if not await database.read(item_pages.has_due):
        await asyncio.to_thread(publish_file, output / _AS_OF, await database.read(_as_of), twin=False)
    return PagesOutcome(written, removed)


async def check_item_pages(config: Config, database: Database, output: Path) -> None:
    """Compare the output with what was written: pages that are missing become due, those that nobody knows of go.

    So an output folder that is new, or was tampered with, is put in order. What stands in the files is not looked at,
    but a folder whose pages were not made by the rules in force is made anew: its rights may be wider.

    Raises:
        PublishError: a file could not be removed.
    """
    if config.site.item_pages == "off":
        return
    shown = await database.read(item_pages.public_ids_shown)
    missing = await asyncio.to_thread(_compare, shown, output)
    if not await asyncio.to_thread(holds, output / _AS_OF, await database.read(_as_of)):
        missing = list(shown.values())
    await database.write(item_pages.mark_missing, missing)


async def preview_item_pages(
    topics: Sequence[Topic], config: Config, database: Database, output: Path, now: datetime
) -> None:
    """Write the pages that those of some topics lead to, as they would be built now; changes nothing in the store.

    Raises:
        PublishError: a file could not be written.
    """

    def gather(connection: Connection, topic: Topic) -> list[ItemPage]:
        shown = [item.id for item in assemble(connection, topic, config, now).feed.items]
        return [*assemble_pages(connection, item_pages.load_named(connection, shown), config, now).values()]

    for topic in topics if config.site.item_pages == "on" else ():
        for page in await database.read(gather, topic):
            await asyncio.to_thread(publish_file, output / page.path, render_item_page(page), twin=False)


@dataclass(frozen=True)
class _Made:
    statuses: dict[int, PageStatus]
    maps_due: set[int]
    written: int
    removed: int


def _as_of(connection: Connection) -> bytes:
    return f"{outputs.accepted_at(connection)}\n".encode()


def _gather(
    connection: Connection, config: Config, now: datetime, only: Collection[int] | None
) -> tuple[list[DuePage], dict[int, ItemPage]]:
    due = item_pages.due_pages(connection, _BATCH, only)
    return due, assemble_pages(connection, [page.item for page in due], config, now)


def _publish(due: Sequence[DuePage], pages: Mapping[int, ItemPage], output: Path) -> _Made:
    """Bring the files of some pages in line; waits for the disk, so it runs in a thread."""
    statuses: dict[int, PageStatus] = {}
    maps_due: set[int] = set()
    written = removed = 0
    for one in due:
        path = output / item_path(one.item.public_id) / "index.html"
        content = _render(pages[one.item.id]) if one.item.id in pages else None
        if content is not None:
            written += publish_file(path, content, twin=False)
            statuses[one.item.id] = "shown"
        else:
            remove_file(path)
            removed += one.status == "shown"
            statuses[one.item.id] = "gone"
        if "gone" in (one.status, statuses[one.item.id]):
            maps_due.add(one.item.id)
    return _Made(statuses, maps_due, written, removed)


def _render(page: ItemPage) -> bytes | None:
    try:
        return render_item_page(page)
    except Exception:  # a mistake of ours stops no other page; an old one, with rights of old, must not stay
        log.error("page of item=%s cannot be made and is left out", page.item.id, exc_info=True)
        return None


async def _publish_maps(database: Database, output: Path) -> None:
    moved, gone = await database.read(item_pages.addresses_left)
    files = render_maps({_opaque(one): _opaque(other) for one, other in moved.items()}, [_opaque(one) for one in gone])
    # What a web server shows that answers by itself.
    files |= {"static/gone.html": render_notice("gone"), "static/missing.html": render_notice("missing")}

    def publish() -> None:
        for name, content in files.items():
            publish_file(output / name, content, twin=False)

    await asyncio.to_thread(publish)


async def _remove_all(database: Database, output: Path) -> int:
    """Take down all pages, after a site has decided against them; returns how many rows were forgotten."""
    removed = 0
    while some := await database.read(item_pages.some_pages, _BATCH):
        if not removed:  # web servers that include the maps still find them, empty
            for name, content in render_maps({}, ()).items():
                await asyncio.to_thread(publish_file, output / name, content, twin=False)
        for public_id in some.values():
            await asyncio.to_thread(remove_file, output / item_path(public_id) / "index.html")
        await database.write(item_pages.forget, list(some))
        removed += len(some)
    return removed


def _compare(shown: Mapping[str, int], output: Path) -> list[int]:
    """Remove pages that are not ours to show any more; return the items whose pages are missing."""
    paths = {f"{output}/{item_path(public_id)}": item for public_id, item in shown.items()}
    try:
        with os.scandir(output / "item") as entries:
            there = {f"{entry.path}/" for entry in entries if _OURS.fullmatch(entry.name)}
    except FileNotFoundError:
        there = set()
    except OSError as error:
        raise PublishError(f"{output / 'item'}: cannot be read ({error.strerror})") from error
    for stray in there - paths.keys():
        remove_file(Path(stray, "index.html"))
    return [item for path, item in paths.items() if not os.path.isfile(f"{path}index.html")]


def _opaque(public_id: str) -> str:
    return public_id.rpartition(":")[2]
