"""build_search(): what readers can find, kept in line with what they may see; and find(), which finds it.

Routing marks the items of which something else may be shown now; here each is cut to its rights, and what is left of it
goes into the index, in the transaction that clears the mark. Killed anywhere in between, the next build goes on.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from aggregator.clean.html import plain_text
from aggregator.errors import StoreError
from aggregator.expressions.searchwords import read_search
from aggregator.models import Config, FeedItem, Hit, SearchRequest, SearchResult
from aggregator.release import is_late
from aggregator.render.wording import headline, one_line, tidy_page
from aggregator.store import archives, foresight, months, outputs, search, search_parts, topic_states
from aggregator.store.database import Database
from aggregator.store.outputs import Placing, StoredItem
from aggregator.store.search import Findable, Only
from aggregator.work.assemble import assemble_pages
from aggregator.work.between import Between, nothing

_BATCH = 100
log = logging.getLogger(__name__)
_ON_A_PAGE = 20
_LONGEST_TITLE = 300  # characters
_MOST_PEOPLE = 10


async def build_search(
    config: Config, database: Database, now: datetime, most: int | None = None, between: Between = nothing
) -> int:
    """Bring the index in line; returns how many items were looked at.

    Args:
        most: leave the others for the next build; all when not given.
        between: what is done before each step.

    An item that cannot be made findable by a mistake of ours is logged and found no more; the others go on.
    """
    built = await database.read(topic_states.with_live_items, [topic.id for topic in config.searches])
    done, size = 0, _BATCH
    while most is None or done < most:
        await between()
        try:
            count = await database.write(_index_batch, config, built, now, size)
        except StoreError:
            raise
        except Exception:  # one of them stops no other: they are taken one by one, and the one that fails is left out
            log.error("writing %d items into the search index failed", size, exc_info=size == 1)
            if size == 1:
                await database.write(_leave_out)
            size, count = 1, 1
        if not count:
            break
        done += count
    while await database.write(search_parts.rewrite_next):
        await between()
    return done


def find(
    connection: Connection, request: SearchRequest, config: Config, may_go_on: Callable[[], bool] = lambda: True
) -> SearchResult | None:
    """Find one page of items; None where nothing is asked for.

    Args:
        may_go_on: asked, time and again, whether a search that has found little may look further back.
    """
    words, only = read_search(request.text), _only(request, ZoneInfo(config.site.timezone))
    if words.wanted == words.unwanted == () and only == Only():
        return None
    is_forwards = request.after is not None
    found, stopped_at = search.find(
        connection,
        words,
        only,
        _ON_A_PAGE + 1,
        before=None if is_forwards else request.before,
        after=request.after,
        may_go_on=may_go_on,
    )
    is_more = len(found) > _ON_A_PAGE
    hits = found[-_ON_A_PAGE:] if is_forwards else found[:_ON_A_PAGE]
    older = newer = None
    if is_forwards:
        older = hits[-1].place if hits else request.after and request.after + 1
        newer = hits[0].place if is_more else stopped_at
    else:
        older = hits[-1].place if is_more else stopped_at
        if request.before is not None:
            newer = hits[0].place if hits else request.before - 1
    return SearchResult(
        tuple(Hit(_item(hit.shown), hit.title, hit.passage) for hit in hits), older, newer, stopped_at is not None
    )


def _leave_out(connection: Connection) -> None:
    item = search.due_items(connection, 1)
    search.remove(connection, item)
    search.clear_due(connection, item)


def _index_batch(connection: Connection, config: Config, built: set[str], now: datetime, size: int) -> int:
    ids = search.due_items(connection, size)
    if not ids:
        return 0
    items = {item.id: item for item in outputs.load_items(connection, ids)}
    searches = {topic.id for topic in config.searches}
    pages = {
        item: page
        for item, page in assemble_pages(connection, list(items.values()), config, now).items()
        if any(topic.id not in searches for topic in page.topics)
    }
    sources = search.carriers(connection, pages)
    findables = []
    for item, page in pages.items():
        shown = tidy_page(page).item
        by = sources.get(item, set()) | {items[item].origin_source or ""}
        findables.append(
            Findable(
                item,
                shown.sort_at,
                headline(shown)[:_LONGEST_TITLE],
                _running_text(shown.content_html),
                {topic.id for topic in page.topics} - searches,
                by - {""},
                shown.language,
                _shown(shown),
            )
        )
    search.write(connection, findables)
    search.remove(connection, items.keys() - pages.keys())
    if searches:
        _place_found(connection, config, built, items, pages, now)
    search.clear_due(connection, ids)
    return len(ids)


def _place_found(
    connection: Connection,
    config: Config,
    built: set[str],
    items: Mapping[int, StoredItem],
    findable: Collection[int],
    now: datetime,
) -> None:
    """Put items into the feeds of the named searches that find them, and take those out that are found no more.

    Args:
        built: the searches that had items before.
        findable: those that readers can find at all.
    """
    placed = outputs.placements_of(connection, items)
    first_seen = foresight.first_seen(connection, findable)
    placings = []
    changed: set[int] = set()
    for one in config.searches:
        only = Only(one.topics, one.sources, one.languages)
        found = search.find_among(connection, read_search(one.query), only, findable)
        for item in items.values():
            known = placed.get(item.id, {})
            if item.id in found:
                late = is_late(item.published_at, first_seen[item.id], first_build=one.id not in built)
                rule = f'found by "{one.query}"'
                placings.append(Placing(one.id, item.id, rule, item.sort_at, known=one.id in known, late=late))
            elif known.get(one.id):
                outputs.displace(connection, one.id, item.id, "re-routed", now)
            if item.id in found or known.get(one.id):
                changed.add(item.id)
    outputs.place(connection, placings, now)
    ids = {topic.id for topic in config.searches}
    if changed:
        archives.mark_due(connection, changed)
        topic_states.make_due(connection, ids, now)
        months.mark_due(connection, changed, ids, ZoneInfo(config.site.timezone))


def _running_text(html: str) -> str:
    """Return all that an item says in one line; its credit, which stands first, at the end, where no passage begins."""
    credit, _, rest = plain_text(html).partition("\n\n")
    return one_line(f"{rest} {credit}")


def _shown(item: FeedItem) -> dict[str, Any]:
    """Keep what a hit says of an item beside its text."""
    names = ("id", "url", "people", "publication", "publication_url", "language", "licence", "licence_url")
    instants = {name: getattr(item, name).isoformat() for name in ("published_at", "updated_at", "sort_at")}
    kept = {name: getattr(item, name) for name in names}
    return kept | instants | {"people": list(item.people[:_MOST_PEOPLE])}


def _item(shown: dict[str, Any]) -> FeedItem:
    instants = {name: datetime.fromisoformat(shown[name]) for name in ("published_at", "updated_at", "sort_at")}
    people = tuple(shown["people"])
    return FeedItem(**shown | instants | {"people": people, "title": "", "summary": "", "content_html": ""})


def _only(request: SearchRequest, zone: ZoneInfo) -> Only:
    return Only(
        topics=tuple(filter(None, [request.topic])),
        sources=tuple(filter(None, [request.source])),
        languages=tuple(filter(None, [request.language])),
        since=_midnight(request.since, zone),
        until=_midnight(request.until, zone, days=1),
    )


def _midnight(day: str, zone: ZoneInfo, days: int = 0) -> datetime | None:
    """Return when a day begins where the site is at home; None for what is no day."""
    try:
        at = date.fromisoformat(day) + timedelta(days)
        return datetime(at.year, at.month, at.day, tzinfo=zone)
    except (ValueError, OverflowError):
        return None
