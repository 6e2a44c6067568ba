"""Statements that tell what a changed configuration touches of what is stored."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    update,
)  # fmt: skip

from aggregator.store import groups
from aggregator.store.outputs import StoredBody, StoredItem
from aggregator.tables import COPY, DIRTY, ITEM, PLACEMENT

_CHUNK = 500  # bound values in one statement
_AT_ONCE = 1000  # items
# In a rehearsal a view stands before this table, through which all texts are read to have one of them.
_COPY = COPY.to_metadata(MetaData(), schema="main")
_CHANGED_COPY = Table(
    "changed_copy", MetaData(), Column("id", Integer), schema="temp"
)  # which of them the rehearsal has changed


def waiting_items(connection: Connection) -> set[int]:
    """Return the items that the next build looks at anyway."""
    return set(connection.execute(select(DIRTY.c.item)).scalars())


def look_at_only(connection: Connection, items: Iterable[int]) -> None:
    """Let the next build look at these items and at no others."""
    connection.execute(delete(DIRTY))
    if rows := [{"item": item} for item in sorted(items)]:
        connection.execute(insert(DIRTY), rows)


def named_items(connection: Connection, references: Iterable[str]) -> set[int]:
    """Return the items that public ids and addresses name."""
    return {member.item for reference in references for member in groups.find_named(connection, reference)}


def items_of(connection: Connection, sources: Collection[str]) -> set[int]:
    """Return the items that some sources wrote or carry."""
    if not sources:  # else the store would look at every copy to find that it is of none
        return set()
    copied = set(connection.execute(select(COPY.c.item).where(COPY.c.source.in_(sources))).scalars())
    return copied | set(connection.execute(select(ITEM.c.id).where(ITEM.c.origin_source.in_(sources))).scalars())


def topics_of(connection: Connection, items: Collection[int]) -> set[str]:
    """Return the topics in which some items are or were."""
    found: set[str] = set()
    for chunk in _chunks(sorted(items)):
        found.update(
            connection.execute(select(PLACEMENT.c.topic).where(PLACEMENT.c.item.in_(chunk)).distinct()).scalars()
        )
    return found


def published_items(connection: Connection) -> Iterator[tuple[StoredItem, list[StoredBody]]]:
    """Yield all published items with their copies, as far as topics ask about them: the rest is left empty."""
    changed = set(connection.scalars(select(_CHANGED_COPY.c.id)))
    after = 0
    people_as_text = cast(ITEM.c.people, String)
    statement = select(
        ITEM.c.id, ITEM.c.sort_at, ITEM.c.title, people_as_text, ITEM.c.publication, ITEM.c.language,
        ITEM.c.published_at, ITEM.c.origin_source, ITEM.c.text_copy,
    ).where(ITEM.c.state == "published").order_by(ITEM.c.id).limit(_AT_ONCE)  # fmt: skip
    while rows := connection.execute(statement.where(ITEM.c.id > after)).all():
        bodies = _bodies(connection, rows[0].id, rows[-1].id, changed)
        for id, sort_at, title, people, publication, language, published_at, source, copy in rows:
            item = StoredItem(
                id, "", "published", "", None, None, sort_at, title, _names(people), publication, language,
                published_at, published_at, source, "", None, copy, None,
            )  # fmt: skip
            yield item, bodies.get(id, [])
        after = rows[-1].id


def _bodies(connection: Connection, first: int, last: int, changed: Collection[int]) -> dict[int, list[StoredBody]]:
    """Load the copies of a range of items, of their texts only what is searched.

    Args:
        changed: copies that the rehearsal has held, let go or moved, and that are read through its view.
    """
    bodies: dict[int, list[StoredBody]] = {}
    for copies in (_COPY, COPY) if changed else (_COPY,):
        columns = copies.c
        words = func.coalesce(func.nullif(columns.text, ""), columns.summary)
        categories_as_text = cast(columns.categories, String)
        statement = select(columns.item, columns.id, columns.source, columns.url, categories_as_text, words)
        statement = statement.where(columns.item.between(first, last), columns.held == "")
        if changed:
            statement = statement.where(columns.id.in_(changed) if copies is COPY else columns.id.not_in(changed))
        for item, copy, source, url, categories, text in connection.execute(statement):
            body = StoredBody(copy, item, source, url, "", "", text, "", None, (), _names(categories), "")
            bodies.setdefault(item, []).append(body)
    for several in bodies.values():
        several.sort(key=lambda body: (body.source, body.copy))
    return bodies


@lru_cache(maxsize=10_000)
def _names(kept: str) -> tuple[str, ...]:
    """Read a column of names; thousands of articles have the same ones."""
    return tuple(json.loads(kept))


def first_seen(connection: Connection, items: Collection[int]) -> dict[int, datetime]:
    """Map items to when the first of their copies was first seen."""
    found: dict[int, datetime] = {}
    for chunk in _chunks(sorted(items)):
        statement = select(COPY.c.item, func.min(COPY.c.first_seen_at)).where(COPY.c.item.in_(chunk))
        found.update((item, seen_at) for item, seen_at in connection.execute(statement.group_by(COPY.c.item)))
    return found


def placements_in(connection: Connection, topics: Collection[str]) -> dict[str, dict[int, bool]]:
    """Map topics to the items that have been in them, and whether they still are."""
    placed: dict[str, dict[int, bool]] = {topic: {} for topic in topics}
    statement = select(PLACEMENT.c.topic, PLACEMENT.c.item, PLACEMENT.c.left_at.is_(None))
    for topic, item, is_inside in connection.execute(statement.where(PLACEMENT.c.topic.in_(topics))):
        placed[topic][item] = bool(is_inside)
    return placed


def displace_all(connection: Connection, topic: str, items: Collection[int], why: str, now: datetime) -> None:
    """Take many items out of a topic at once."""
    if items:
        gone = update(PLACEMENT).where(PLACEMENT.c.topic == topic, PLACEMENT.c.item == bindparam("_item"))
        connection.execute(gone.values(left_at=now, left_why=why), [{"_item": item} for item in items])


def _chunks(values: Sequence[int]) -> Iterator[Sequence[int]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))
