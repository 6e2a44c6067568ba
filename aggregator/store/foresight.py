"""Statements that tell what a changed configuration touches of what is stored."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, case, delete, func, insert, select, update
from sqlalchemy.orm import Session

from aggregator.store import groups
from aggregator.store.outputs import ITEM_COLUMNS, StoredBody, StoredItem, stored_item
from aggregator.tables import COPY, DIRTY, ITEM, PLACEMENT

_CHUNK = 500  # bound values in one statement
_AT_ONCE = 1000  # items


@dataclass(frozen=True)
class Member:
    """A published item as topics are asked about it."""

    item: StoredItem
    bodies: Sequence[StoredBody]  # without their HTML
    first_seen_at: datetime


def waiting_items(session: Session) -> set[int]:
    """Return the items that the next build looks at anyway."""
    return set(session.execute(select(DIRTY.c.item)).scalars())


def look_at_only(session: Session, items: Iterable[int]) -> None:
    """Let the next build look at these items and at no others."""
    session.execute(delete(DIRTY))
    if rows := [{"item": item} for item in sorted(items)]:
        session.execute(insert(DIRTY), rows)


def named_items(session: Session, references: Iterable[str]) -> set[int]:
    """Return the items that public ids and addresses name."""
    return {member.item for reference in references for member in groups.find_named(session, reference)}


def items_of(session: Session, sources: Collection[str]) -> set[int]:
    """Return the items that some sources wrote or carry."""
    copied = set(session.execute(select(COPY.c.item).where(COPY.c.source.in_(sources))).scalars())
    return copied | set(session.execute(select(ITEM.c.id).where(ITEM.c.origin_source.in_(sources))).scalars())


def topics_of(session: Session, items: Collection[int]) -> set[str]:
    """Return the topics in which some items are or were."""
    found: set[str] = set()
    for chunk in _chunks(sorted(items)):
        found.update(session.execute(select(PLACEMENT.c.topic).where(PLACEMENT.c.item.in_(chunk)).distinct()).scalars())
    return found


def published_items(session: Session) -> Iterator[Member]:
    """Yield all published items with what topics are asked about, some at a time."""
    after = 0
    while True:
        statement = select(*ITEM_COLUMNS).where(ITEM.c.state == "published", ITEM.c.id > after)
        items = [stored_item(row) for row in session.execute(statement.order_by(ITEM.c.id).limit(_AT_ONCE))]
        if not items:
            return
        bodies, seen = _bodies(session, items)
        yield from (Member(item, bodies.get(item.id, ()), seen[item.id]) for item in items if item.id in seen)
        after = items[-1].id


def _bodies(session: Session, items: Sequence[StoredItem]) -> tuple[dict[int, list[StoredBody]], dict[int, datetime]]:
    """Load the copies of some items: the text only of the one that is shown, and when the first was first seen."""
    shown = [item.text_copy for item in items]
    statement = (
        select(
            COPY.c.item, COPY.c.id, COPY.c.source, COPY.c.url, COPY.c.held, COPY.c.first_seen_at, COPY.c.categories,
            case((COPY.c.id.in_(shown), func.coalesce(func.nullif(COPY.c.text, ""), COPY.c.summary)), else_=""),
        )
        .where(COPY.c.item.in_([item.id for item in items]))
        .order_by(COPY.c.source, COPY.c.id)
    )  # fmt: skip
    bodies: dict[int, list[StoredBody]] = {}
    seen: dict[int, datetime] = {}
    for item, copy, source, url, held, seen_at, categories, words in session.execute(statement):
        seen[item] = min(seen_at, seen.get(item, seen_at))
        if not held:
            body = StoredBody(copy, item, source, url, "", "", words, "", None, (), tuple(categories), "")
            bodies.setdefault(item, []).append(body)
    return bodies, seen


def placements_in(session: Session, topics: Collection[str]) -> dict[str, dict[int, bool]]:
    """Map topics to the items that have been in them, and whether they still are."""
    placed: dict[str, dict[int, bool]] = {topic: {} for topic in topics}
    statement = select(PLACEMENT.c.topic, PLACEMENT.c.item, PLACEMENT.c.left_at.is_(None))
    for topic, item, is_inside in session.execute(statement.where(PLACEMENT.c.topic.in_(topics))):
        placed[topic][item] = bool(is_inside)
    return placed


def displace_all(session: Session, topic: str, items: Collection[int], why: str, now: datetime) -> None:
    """Take many items out of a topic at once."""
    if items:
        gone = update(PLACEMENT).where(PLACEMENT.c.topic == topic, PLACEMENT.c.item == bindparam("_item"))
        session.execute(gone.values(left_at=now, left_why=why), [{"_item": item} for item in items])


def _chunks(values: Sequence[int]) -> Iterator[Sequence[int]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))
