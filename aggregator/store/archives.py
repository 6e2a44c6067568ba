"""Statements on archive documents: which items stand in which, and which documents are to be written anew.

A document is closed when it is full and never gains an item afterwards. Its mark goes when its files are in place.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Update, and_, bindparam, delete, func, insert, or_, select, update

from aggregator.store import stories
from aggregator.store.outputs import ITEM_COLUMNS, StoredItem, stored_item
from aggregator.tables import ARCHIVE_DOCUMENT, ITEM, PLACEMENT

_IS_OPEN = and_(
    PLACEMENT.c.archive.is_(None),
    # Inside a function, so that SQLite takes the index by `archive`: those in no document are some fifty, those that
    # have not left a topic may be all that is stored.
    func.coalesce(PLACEMENT.c.left_at, PLACEMENT.c.left_at).is_(None),
    ITEM.c.state == "published",
    ITEM.c.first_published_at.is_not(None),
)
# What once stood in a document stays there when the topic's rules change.
_STAYS = or_(PLACEMENT.c.left_at.is_(None), PLACEMENT.c.left_why == "re-routed")


@dataclass(frozen=True)
class DocumentRecord:
    """What was last published of an archive document."""

    number: int
    content_hash: str
    changed_at: datetime | None


def count_open(connection: Connection, topic: str) -> int:
    """Return how many of a topic's items stand in no document."""
    joined = select(func.count()).select_from(PLACEMENT).join(ITEM, ITEM.c.id == PLACEMENT.c.item)
    return connection.execute(joined.where(PLACEMENT.c.topic == topic, _IS_OPEN)).scalar_one()


def find_open(connection: Connection, topic: str) -> set[int]:
    """Return a topic's items that stand in no document."""
    joined = select(PLACEMENT.c.item).join(ITEM, ITEM.c.id == PLACEMENT.c.item)
    return set(connection.execute(joined.where(PLACEMENT.c.topic == topic, _IS_OPEN)).scalars())


def close_full(connection: Connection, topic: str, size: int) -> int:
    """Close documents of so many items each, in the order in which the items were published; returns how many."""
    oldest = (
        select(PLACEMENT.c.item)
        .join(ITEM, ITEM.c.id == PLACEMENT.c.item)
        .where(PLACEMENT.c.topic == topic, _IS_OPEN)
        .order_by(ITEM.c.first_published_at, PLACEMENT.c.sort_at, ITEM.c.public_id)
    )
    items = connection.execute(oldest).scalars().all()
    first = newest(connection, topic) + 1
    closed = len(items) // size
    if closed:
        here = and_(PLACEMENT.c.topic == topic, PLACEMENT.c.item == bindparam("_item"))
        places = [{"_item": item, "_in": first + at // size} for at, item in enumerate(items[: closed * size])]
        connection.execute(update(PLACEMENT).where(here).values(archive=bindparam("_in")), places)
        numbers = range(first, first + closed)
        rows = [{"topic": topic, "number": number, "due": True, "content_hash": ""} for number in numbers]
        connection.execute(insert(ARCHIVE_DOCUMENT), rows)
    return closed


def newest(connection: Connection, topic: str) -> int:
    """Return the number of the document closed last, 0 before the first."""
    found = select(func.max(ARCHIVE_DOCUMENT.c.number)).where(ARCHIVE_DOCUMENT.c.topic == topic)
    return connection.execute(found).scalar() or 0


def items_in(connection: Connection, topic: str, number: int) -> list[StoredItem]:
    """List the published items of a document, the newest first."""
    statement = (
        select(*ITEM_COLUMNS)
        .join(PLACEMENT, PLACEMENT.c.item == ITEM.c.id)
        .where(PLACEMENT.c.topic == topic, PLACEMENT.c.archive == number, _STAYS, ITEM.c.state == "published")
        .order_by(ITEM.c.first_published_at.desc(), PLACEMENT.c.sort_at.desc(), ITEM.c.public_id)
    )
    return [stored_item(row) for row in connection.execute(statement)]


def open_items(
    connection: Connection, topic: str, limit: int, not_before: datetime | None, *, only_leads: bool = False
) -> list[StoredItem]:
    """List what stands in no document and belongs to the live feed, the newest first; see `outputs.live_items`."""
    statement = (
        select(*ITEM_COLUMNS)
        .join(PLACEMENT, PLACEMENT.c.item == ITEM.c.id)
        .where(PLACEMENT.c.topic == topic, _IS_OPEN, PLACEMENT.c.late.is_(False))
        .order_by(PLACEMENT.c.sort_at.desc(), ITEM.c.public_id)
        .limit(limit)
    )
    if not_before:
        statement = statement.where(PLACEMENT.c.sort_at >= not_before)
    if only_leads:
        statement = statement.where(~stories.follows(topic))
    return [stored_item(row) for row in connection.execute(statement)]


def mark_due(connection: Connection, items: Collection[int]) -> set[str]:
    """Let the documents in which some items stand be written again; returns their topics."""
    standing = select(PLACEMENT.c.topic, PLACEMENT.c.archive).where(
        PLACEMENT.c.item.in_(items), PLACEMENT.c.archive.is_not(None)
    )
    documents = connection.execute(standing.distinct()).all()
    for topic, number in documents:
        _set_due(connection, topic, number, due=True)
    return {topic for topic, _ in documents}


def mark_missing(connection: Connection, topic: str, numbers: Collection[int]) -> None:
    """Let some documents be written again."""
    for number in numbers:
        _set_due(connection, topic, number, due=True)


def documents_of(connection: Connection, topic: str, items: Collection[int]) -> set[int]:
    """Return the numbers of the documents in which some items stand, or stood."""
    standing = select(PLACEMENT.c.archive).where(
        PLACEMENT.c.topic == topic, PLACEMENT.c.item.in_(items), PLACEMENT.c.archive.is_not(None)
    )
    return set(connection.execute(standing).scalars())


def load_records(connection: Connection, topic: str, *, due: bool = False) -> list[DocumentRecord]:
    """List a topic's documents, the first closed first; only those that are to be written, where asked for."""
    statement = select(ARCHIVE_DOCUMENT.c.number, ARCHIVE_DOCUMENT.c.content_hash, ARCHIVE_DOCUMENT.c.changed_at).where(
        ARCHIVE_DOCUMENT.c.topic == topic
    )
    if due:
        statement = statement.where(ARCHIVE_DOCUMENT.c.due)
    return [DocumentRecord(*row) for row in connection.execute(statement.order_by(ARCHIVE_DOCUMENT.c.number))]


def record_change(connection: Connection, topic: str, number: int, content_hash: str, changed_at: datetime) -> None:
    """Note, before any file is replaced, that a document's content is now this; it stays due until `record_built`."""
    connection.execute(_of(topic, number).values(content_hash=content_hash, changed_at=changed_at))


def record_built(connection: Connection, topic: str, number: int) -> None:
    """Note that all files of a document are in place."""
    _set_due(connection, topic, number, due=False)


def forget(connection: Connection, topics: Collection[str]) -> None:
    """Forget the documents of topics whose files are gone; should one come back, it starts anew."""
    connection.execute(delete(ARCHIVE_DOCUMENT).where(ARCHIVE_DOCUMENT.c.topic.in_(topics)))
    connection.execute(update(PLACEMENT).where(PLACEMENT.c.topic.in_(topics)).values(archive=None))


def _set_due(connection: Connection, topic: str, number: int, *, due: bool) -> None:
    connection.execute(_of(topic, number).values(due=due))


def _of(topic: str, number: int) -> Update:
    return update(ARCHIVE_DOCUMENT).where(ARCHIVE_DOCUMENT.c.topic == topic, ARCHIVE_DOCUMENT.c.number == number)
