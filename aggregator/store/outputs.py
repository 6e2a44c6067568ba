"""Statements on what goes out: the configuration in force, dirty items, and the topics they are placed in."""

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)  # fmt: skip

from aggregator.models import Image
from aggregator.release import SETTLE
from aggregator.store import stories
from aggregator.tables import CONFIG, COPY, DIRTY, ITEM, PLACEMENT

# Why an item left a topic, where feeds say that it is gone.
GONE = ("withdrawn", "merged", "hidden", "rejected", "expired")
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class StoredItem:
    """An item as kept, without its copies."""

    id: int
    public_id: str
    state: str
    state_why: str
    release_at: datetime | None
    first_published_at: datetime | None
    sort_at: datetime
    title: str
    people: tuple[str, ...]
    publication: str
    language: str
    published_at: datetime
    updated_at: datetime
    origin_source: str | None
    origin_name: str
    origin_url: str | None
    text_copy: int | None
    merged_into: int | None


@dataclass(frozen=True)
class StoredBody:
    """The text of one copy, with what belongs to it."""

    copy: int
    item: int
    source: str
    url: str
    clean_html: str
    whole_html: str
    text: str
    summary: str
    image: Image | None
    enclosures: tuple[dict[str, Any], ...]
    categories: tuple[str, ...]
    licence: str


@dataclass(frozen=True)
class Placing:
    """An item that belongs to a topic now.

    Attributes:
        rule: what let it in, for people.
        known: it has been there before, or is still.
        late: it was already old when it came, so it is not for the live feed.
        chosen: an editor put it there by name, so it is for the live feed whatever its age.
    """

    topic: str
    item: int
    rule: str
    sort_at: datetime
    known: bool
    late: bool
    chosen: bool = False


@dataclass(frozen=True)
class PlacedAway:
    """An item that has left a topic."""

    public_id: str
    left_at: datetime
    merged_into: str


def accepted_config(connection: Connection) -> tuple[str, str, str] | None:
    """Return the hash, id_domain and id_date of the configuration in force, None before the first."""
    row = connection.execute(
        select(CONFIG.c.hash, CONFIG.c.id_domain, CONFIG.c.id_date).where(CONFIG.c.id == 1)
    ).first()
    return (row.hash, row.id_domain, row.id_date) if row else None


def accepted_at(connection: Connection) -> datetime | None:
    """Return since when the configuration in force holds, as it was last applied to everything stored."""
    return connection.execute(select(CONFIG.c.accepted_at).where(CONFIG.c.id == 1)).scalar()


def accepted_text(connection: Connection) -> str:
    """Return the sources file in force; empty before the first, and where it was not kept yet."""
    return connection.execute(select(CONFIG.c.text).where(CONFIG.c.id == 1)).scalar() or ""


def keep_text(connection: Connection, text: str) -> None:
    """Keep the sources file in force as it is written now."""
    connection.execute(update(CONFIG).where(CONFIG.c.id == 1).values(text=text))


def accept_config(
    connection: Connection, config_hash: str, text: str, id_domain: str, id_date: str, now: datetime
) -> None:
    """Put a configuration in force: everything stored is to be decided and routed again."""
    connection.execute(delete(CONFIG))
    values = {"hash": config_hash, "text": text, "accepted_at": now, "id_domain": id_domain, "id_date": id_date}
    connection.execute(insert(CONFIG).values(id=1, **values))
    connection.execute(delete(DIRTY))
    connection.execute(insert(DIRTY).from_select(["item"], select(ITEM.c.id)))


def has_items(connection: Connection) -> bool:
    return connection.execute(select(ITEM.c.id).limit(1)).first() is not None


def wake_due(connection: Connection, now: datetime) -> int:
    """Have the pending items looked at whose time has come; returns how many."""
    # An instant that far ahead was written under another clock: for its page nothing waits longer than SETTLE.
    is_lost = and_(ITEM.c.release_at > now + SETTLE, ITEM.c.state_why == "")
    is_due = and_(ITEM.c.state == "pending", or_(ITEM.c.release_at <= now, is_lost))
    due = connection.execute(select(ITEM.c.id).where(is_due)).scalars().all()
    if due:
        connection.execute(insert(DIRTY), [{"item": item} for item in due])
        connection.execute(update(ITEM).where(is_due).values(release_at=None))
    return len(due)


def reasons_to_wait(connection: Connection) -> set[str]:
    """Return the reasons for which pending items wait until an instant."""
    # SQLite takes an index for a range, and not for IS NOT NULL.
    waiting = select(ITEM.c.state_why).where(ITEM.c.release_at > _EVER, ITEM.c.state == "pending")
    return set(connection.execute(waiting.distinct()).scalars())


def change_reason(connection: Connection, old: str, new: str) -> Sequence[int]:
    """Let the pending items that wait for a reason wait for another; returns them."""
    found = connection.execute(select(ITEM.c.id).where(_waits([old])).order_by(ITEM.c.id)).scalars().all()
    if found:
        connection.execute(update(ITEM).where(_waits([old])).values(state_why=new))
    return found


def count_published(connection: Connection, source: str, since: datetime) -> int:
    """Count the items with a copy of a source that readers have seen for the first time since an instant."""
    new = select(func.count(ITEM.c.id.distinct())).join(COPY, COPY.c.item == ITEM.c.id)
    new = new.where(ITEM.c.first_published_at >= since, COPY.c.source == source, COPY.c.held == "")
    return connection.execute(new).scalar_one()


def release_newest(connection: Connection, reasons: Collection[str], most: int) -> Sequence[int]:
    """Let the newest of the pending items that wait for one of some reasons go out; returns them."""
    newest = select(ITEM.c.id).where(_waits(reasons))
    newest = newest.order_by(ITEM.c.sort_at.desc(), ITEM.c.public_id).limit(most)
    found = connection.execute(newest).scalars().all()
    if found:
        connection.execute(update(ITEM).where(ITEM.c.id.in_(found)).values(state="published", release_at=None))
    return found


def _waits(reasons: Collection[str]) -> ColumnElement[bool]:
    return and_(ITEM.c.state == "pending", ITEM.c.release_at.is_not(None), ITEM.c.state_why.in_(reasons))


def next_release_at(connection: Connection) -> datetime | None:
    return connection.execute(select(func.min(ITEM.c.release_at)).where(ITEM.c.state == "pending")).scalar()


def has_dirty(connection: Connection) -> bool:
    return connection.execute(select(DIRTY.c.id).limit(1)).first() is not None


def dirty_items(connection: Connection, limit: int, only: Collection[int] | None = None) -> tuple[Sequence[int], int]:
    """Return some items to be looked at again, and up to which mark `clear_dirty` forgets them.

    Args:
        only: leave out all others.
    """
    statement = select(DIRTY.c.id, DIRTY.c.item).order_by(DIRTY.c.id).limit(limit)
    rows = connection.execute(statement if only is None else statement.where(DIRTY.c.item.in_(only))).all()
    return sorted({row.item for row in rows}), rows[-1].id if rows else 0


def skip_dirty(connection: Connection, only: Collection[int] | None = None) -> None:
    """Forget the mark that `dirty_items` names first: its item could not be looked at."""
    items, mark = dirty_items(connection, 1, only)
    clear_dirty(connection, items, mark)


def clear_dirty(connection: Connection, items: Collection[int], mark: int) -> None:
    connection.execute(delete(DIRTY).where(DIRTY.c.id <= mark, DIRTY.c.item.in_(items)))


def load_items(connection: Connection, items: Collection[int]) -> list[StoredItem]:
    rows = connection.execute(select(*ITEM_COLUMNS).where(ITEM.c.id.in_(items)).order_by(ITEM.c.id))
    return [stored_item(row) for row in rows]


def update_items(connection: Connection, items: Sequence[StoredItem]) -> None:
    """Keep what was decided anew about some items; ids never change, nor does the order of what was published."""
    if items:
        values: dict[str, Any] = {name: bindparam(name) for name in _DECIDED}
        rows = [
            {"_id": item.id} | {name: getattr(item, name) for name in _DECIDED} | {"people": list(item.people)}
            for item in items
        ]
        connection.execute(update(ITEM).where(ITEM.c.id == bindparam("_id")).values(values), rows)


def load_bodies(connection: Connection, items: Collection[int], *, texts: bool = True) -> dict[int, list[StoredBody]]:
    """Load the copies of some items with their texts; those that are held are not for outputs.

    In order of their sources, so that outputs do not depend on which was polled first.

    Args:
        texts: else without them, for outputs that show none: they are nearly all there is to load.
    """
    bodies: dict[int, list[StoredBody]] = {}
    text_columns = [COPY.c.clean_html, COPY.c.whole_html, COPY.c.text, COPY.c.summary]
    statement = select(
        COPY.c.id,
        COPY.c.item,
        COPY.c.source,
        COPY.c.url,
        *(text_columns if texts else [literal("").label(column.name) for column in text_columns]),
        COPY.c.image,
        COPY.c.enclosures,
        COPY.c.categories,
        COPY.c.licence,
    ).where(COPY.c.item.in_(items), COPY.c.held == "")
    for row in connection.execute(statement.order_by(COPY.c.source, COPY.c.id)):
        copy, item, source, url, clean_html, whole_html, text, summary, image, enclosures, categories, licence = row
        body = StoredBody(
            copy,
            item,
            source,
            url,
            clean_html,
            whole_html,
            text,
            summary,
            Image(**image) if image else None,
            tuple(enclosures),
            tuple(categories),
            licence,
        )
        bodies.setdefault(item, []).append(body)
    return bodies


def placements_of(connection: Connection, items: Collection[int]) -> dict[int, dict[str, bool]]:
    """Map items to the topics they have been in, and whether they still are."""
    placed: dict[int, dict[str, bool]] = {}
    statement = select(PLACEMENT.c.item, PLACEMENT.c.topic, PLACEMENT.c.left_at).where(PLACEMENT.c.item.in_(items))
    for row in connection.execute(statement):
        placed.setdefault(row.item, {})[row.topic] = row.left_at is None
    return placed


def place(connection: Connection, placings: Sequence[Placing], now: datetime) -> None:
    """Put items into topics, or back into them, or note by which rule they stay."""
    new = [placing for placing in placings if not placing.known]
    if new:
        rows = [
            {
                "topic": placing.topic,
                "item": placing.item,
                "rule": placing.rule,
                "since": now,
                "sort_at": placing.sort_at,
                "late": placing.late and not placing.chosen,
                "left_why": "",
            }
            for placing in new
        ]
        connection.execute(insert(PLACEMENT), rows)
    again = [
        {"_topic": placing.topic, "_item": placing.item, "_rule": placing.rule} for placing in placings if placing.known
    ]
    if again:
        connection.execute(
            update(PLACEMENT)
            .where(PLACEMENT.c.topic == bindparam("_topic"), PLACEMENT.c.item == bindparam("_item"))
            .values(rule=bindparam("_rule"), left_at=None, left_why=""),
            again,
        )
    for placing in placings:
        if placing.known and placing.chosen:
            here = and_(PLACEMENT.c.topic == placing.topic, PLACEMENT.c.item == placing.item)
            connection.execute(update(PLACEMENT).where(here).values(late=False))


def displace(connection: Connection, topic: str, item: int, why: str, now: datetime) -> None:
    """Take an item out of a topic; the row stays for tombstones and explanations."""
    connection.execute(
        update(PLACEMENT)
        .where(PLACEMENT.c.topic == topic, PLACEMENT.c.item == item, PLACEMENT.c.left_at.is_(None))
        .values(left_at=now, left_why=why)
    )


def live_items(
    connection: Connection,
    topic: str,
    limit: int,
    not_before: datetime | None,
    *,
    only_leads: bool = False,
    most_of_one: int | None = None,
    pinned: Collection[int] = (),
    placed_by: datetime | None = None,
) -> list[StoredItem]:
    """List what a topic shows now, newest first: published, placed, not late, not too old.

    Args:
        only_leads: of each story only the item that stood there first.
        most_of_one: at most so many items of one newsroom, or of one source where the newsroom has none; None: any.
        pinned: items that are shown before all others if they belong here at all, though in their place; they count.
        placed_by: leave out what came into the topic later.
    """
    is_pinned = ITEM.c.id.in_(pinned)
    is_live: ColumnElement[bool] = PLACEMENT.c.late.is_(False)
    if not_before:
        is_live = and_(is_live, PLACEMENT.c.sort_at >= not_before)
    statement = (
        select(*ITEM_COLUMNS)
        .join(PLACEMENT, PLACEMENT.c.item == ITEM.c.id)
        .where(PLACEMENT.c.topic == topic, PLACEMENT.c.left_at.is_(None), ITEM.c.state == "published")
        .order_by(PLACEMENT.c.sort_at.desc(), ITEM.c.public_id)
    )
    if most_of_one is not None:
        newsroom = func.coalesce(ITEM.c.origin_source, COPY.c.source).label("newsroom")
        statement = statement.add_columns(newsroom).outerjoin(COPY, COPY.c.id == ITEM.c.text_copy)
    if only_leads:
        statement = statement.where(~stories.follows(topic))
    if placed_by:
        statement = statement.where(PLACEMENT.c.since <= placed_by)
    first = connection.execute(statement.where(is_pinned).limit(limit)).all() if pinned else []
    others = statement.where(is_live, ~is_pinned) if pinned else statement.where(is_live)
    found = [*first]
    if most_of_one is None:
        found += connection.execute(others.limit(limit - len(first))).all()
    else:
        shown = Counter(row.newsroom for row in first)
        rows = connection.execute(others.execution_options(yield_per=limit))
        for row in rows:
            if len(found) >= limit:
                break
            if shown[row.newsroom] < most_of_one:
                shown[row.newsroom] += 1
                found.append(row)
        rows.close()
    if first:
        found.sort(key=lambda row: row.public_id)
        found.sort(key=lambda row: row.sort_at, reverse=True)
    return [stored_item(row) for row in found]


def gone_items(connection: Connection, topic: str, since: datetime) -> list[PlacedAway]:
    """List the items that left a topic for good (`GONE`) and were published before, the latest first."""
    survivor = select(ITEM.c.id, ITEM.c.public_id).subquery()
    statement = (
        select(ITEM.c.public_id, PLACEMENT.c.left_at, func.coalesce(survivor.c.public_id, ""))
        .join(PLACEMENT, PLACEMENT.c.item == ITEM.c.id)
        .outerjoin(survivor, survivor.c.id == ITEM.c.merged_into)
        .where(PLACEMENT.c.topic == topic, PLACEMENT.c.left_at >= since, PLACEMENT.c.left_why.in_(GONE))
        .where(ITEM.c.first_published_at.is_not(None))
        .order_by(PLACEMENT.c.left_at.desc(), ITEM.c.public_id)
    )
    return [PlacedAway(*row) for row in connection.execute(statement)]


def found_licences(connection: Connection, since: datetime) -> list[tuple[str, str, list[str], int]]:
    """List what the pages of copies first seen since then say: source, licence, what they ask, and how many do."""
    restrictions = cast(COPY.c.restrictions, String)  # PostgreSQL compares texts, not JSON
    statement = (
        select(COPY.c.source, COPY.c.licence, restrictions, func.count())
        .where(COPY.c.first_seen_at >= since, COPY.c.body_from == "page")
        .group_by(COPY.c.source, COPY.c.licence, restrictions)
    )
    return [
        (source, licence, json.loads(asked), pages) for source, licence, asked, pages in connection.execute(statement)
    ]


def items_by_state(connection: Connection) -> dict[str, int]:
    return _counts(connection, select(ITEM.c.state, func.count()).group_by(ITEM.c.state))


def copies_by_source(connection: Connection) -> dict[str, int]:
    return _counts(connection, select(COPY.c.source, func.count()).group_by(COPY.c.source))


def _counts(connection: Connection, statement: Select[Any]) -> dict[str, int]:
    return {row[0]: row[1] for row in connection.execute(statement)}


ITEM_COLUMNS = (
    ITEM.c.id,
    ITEM.c.public_id,
    ITEM.c.state,
    ITEM.c.state_why,
    ITEM.c.release_at,
    ITEM.c.first_published_at,
    ITEM.c.sort_at,
    ITEM.c.title,
    ITEM.c.people,
    ITEM.c.publication,
    ITEM.c.language,
    ITEM.c.published_at,
    ITEM.c.updated_at,
    ITEM.c.origin_source,
    ITEM.c.origin_name,
    ITEM.c.origin_url,
    ITEM.c.text_copy,
    ITEM.c.merged_into,
)
_PEOPLE = ITEM_COLUMNS.index(ITEM.c.people)
# What `work.decide` may change of an item.
_DECIDED = (
    "state",
    "sort_at",
    "first_published_at",
    "state_why",
    "release_at",
    "title",
    "people",
    "publication",
    "language",
    "published_at",
    "updated_at",
    "origin_source",
    "origin_name",
    "origin_url",
    "text_copy",
)


def stored_item(row: Any) -> StoredItem:
    values = list(row[: len(ITEM_COLUMNS)])  # in the order of StoredItem's fields
    values[_PEOPLE] = tuple(values[_PEOPLE])
    return StoredItem(*values)
