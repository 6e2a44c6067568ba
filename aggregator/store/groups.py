"""Statements on who belongs to whom: articles as editors name them, and items that are parted again."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from aggregator.store.copies import mark_dirty
from aggregator.tables import COPY, ITEM
from aggregator.urls import reference_key

_COPIED = (
    "state", "state_why", "release_at", "sort_at", "title", "people", "publication", "language", "published_at",
    "updated_at", "origin_name",
)  # fmt: skip


_MEMBER = select(
    COPY.c.id, COPY.c.item, COPY.c.source, COPY.c.guid, COPY.c.generation, COPY.c.canonical_url, COPY.c.title,
    COPY.c.text,
)  # fmt: skip


@dataclass(frozen=True)
class Member:
    """A copy among those of its item."""

    copy: int
    item: int
    source: str
    guid: str
    generation: int
    canonical_url: str
    title: str
    text: str


@dataclass(frozen=True)
class Grouped:
    """A copy as it is decided again; its text is loaded when it is compared."""

    copy: int
    item: int
    source: str
    url: str
    canonical_url: str
    declared_canonical_url: str
    title: str
    first_seen_at: datetime
    appeared_at: datetime  # published, or else first seen


def every_copy(connection: Connection) -> Iterator[Grouped]:
    """Yield the copies of all items that are not withdrawn, in the order in which they came."""
    statement = (
        select(
            COPY.c.id, COPY.c.item, COPY.c.source, COPY.c.url, COPY.c.canonical_url, COPY.c.declared_canonical_url,
            COPY.c.title, COPY.c.first_seen_at, func.coalesce(COPY.c.published_at, COPY.c.first_seen_at),
        )
        .join(ITEM, ITEM.c.id == COPY.c.item)
        .where(ITEM.c.state != "withdrawn")
        .order_by(COPY.c.first_seen_at, COPY.c.source, COPY.c.guid)
    )  # fmt: skip
    for row in connection.execute(statement):
        yield Grouped(*row)


def text_of(connection: Connection, copy: int) -> str:
    return str(connection.execute(select(COPY.c.text).where(COPY.c.id == copy)).scalar_one())


def copies_after(connection: Connection, after: int, since: datetime, limit: int) -> list[Member]:
    """List some copies with a higher id than `after`, first seen since an instant, by id."""
    statement = _MEMBER.where(COPY.c.id > after, COPY.c.first_seen_at >= since).order_by(COPY.c.id).limit(limit)
    return [Member(*row) for row in connection.execute(statement)]


def find_named(connection: Connection, reference: str) -> list[Member]:
    """List the copies that a reference names: all of an item by its public id, or those with an address."""
    key = reference_key(reference)
    if not reference.startswith("tag:"):
        return _members(connection, COPY.c.canonical_url == key) if key else []
    found = connection.execute(select(ITEM.c.id, ITEM.c.merged_into).where(ITEM.c.public_id == key)).first()
    standing = ITEM.c.state != "withdrawn"
    return _members(connection, COPY.c.item == (found.merged_into or found.id), standing) if found else []


def items_named(connection: Connection, reference: str) -> list[int]:
    """List the items that a reference names: one by its public id, or those that have a copy with an address."""
    key = reference_key(reference)
    if not reference.startswith("tag:"):
        here = select(COPY.c.item).where(COPY.c.canonical_url == key).distinct().order_by(COPY.c.item)
        return list(connection.scalars(here)) if key else []
    named = select(func.coalesce(ITEM.c.merged_into, ITEM.c.id)).where(ITEM.c.public_id == key)
    return list(connection.scalars(named))


def members_of(connection: Connection, item: int) -> list[Member]:
    """List the copies of an item, the first kept first."""
    return _members(connection, COPY.c.item == item)


def references_of(connection: Connection, items: Collection[int]) -> dict[int, set[str]]:
    """Map items to the keys by which a reference may name them, those of items merged into them included."""
    keys: dict[int, set[str]] = {item: set() for item in items}
    for item, url in connection.execute(select(COPY.c.item, COPY.c.canonical_url).where(COPY.c.item.in_(items))):
        keys[item].add(url)
    own = select(ITEM.c.id, ITEM.c.public_id, ITEM.c.merged_into)
    for row in connection.execute(own.where(ITEM.c.id.in_(items) | ITEM.c.merged_into.in_(items))):
        keys[row.merged_into or row.id].add(row.public_id)
    return {item: known - {""} for item, known in keys.items()}


def public_id_of(connection: Connection, item: int) -> str:
    return str(connection.execute(select(ITEM.c.public_id).where(ITEM.c.id == item)).scalar_one())


def find_former(connection: Connection, item: int, public_ids: Collection[str]) -> int | None:
    """Find an item that was merged into another one and has one of some ids: what is parted again takes it back."""
    former = select(ITEM.c.id).where(
        ITEM.c.merged_into == item, ITEM.c.state == "merged", ITEM.c.public_id.in_(public_ids)
    )
    return connection.execute(former.order_by(ITEM.c.id).limit(1)).scalar()


def revive_item(connection: Connection, former: int, item: int, copies: Collection[int]) -> int:
    """Take copies out of an item into the one that they were before it was merged into that; returns it."""
    row = connection.execute(select(ITEM).where(ITEM.c.id == item)).one()._asdict()
    values = {name: row[name] for name in ("state", "state_why", "release_at")} | {"merged_into": None}
    connection.execute(update(ITEM).where(ITEM.c.id == former).values(**values))
    connection.execute(update(COPY).where(COPY.c.id.in_(copies)).values(item=former))
    mark_dirty(connection, [item, former])
    return former


def part_item(connection: Connection, item: int, copies: Collection[int], public_id: str) -> int:
    """Take copies out of an item into a new one under its own id; returns the new item.

    What the old one is, the new one is: published, pending or held; readers have not seen it under its id.
    """
    row = connection.execute(select(ITEM).where(ITEM.c.id == item)).one()._asdict()
    values = {name: row[name] for name in _COPIED} | {"public_id": public_id}
    new = int(connection.execute(insert(ITEM).values(**values).returning(ITEM.c.id)).scalar_one())
    connection.execute(update(COPY).where(COPY.c.id.in_(copies)).values(item=new))
    mark_dirty(connection, [item, new])
    return new


def _members(connection: Connection, *conditions: ColumnElement[bool]) -> list[Member]:
    members = _MEMBER.join(ITEM, ITEM.c.id == COPY.c.item).where(*conditions).order_by(COPY.c.id)
    return [Member(*row) for row in connection.execute(members)]
