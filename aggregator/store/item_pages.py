"""Statements on the pages of items: which there are, which are to be written anew, and which addresses are left behind.

A row comes with an item's first topic, before any file is written, and stays: an address that was given out is never
forgotten. Its mark goes when the files are in place, so what a kill leaves undone is done again.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    literal_column,
    select,
    true,
    update,
)

from aggregator.store import outputs
from aggregator.store.outputs import StoredItem
from aggregator.store.rulings import load_pauses
from aggregator.tables import ITEM, ITEM_PAGE, PLACEMENT

# new: never written; shown: its file is in place; gone: it was, or might have been.
PageStatus = Literal["new", "shown", "gone"]
T = TypeVar("T")
_CHUNK = 500  # ids in one statement
# Written out, not bound: SQLite takes the index of what is due only where it can see that the condition is the same.
_DUE = ITEM_PAGE.c.due != literal_column("''")
_PAGE_DUE = and_(_DUE, ITEM_PAGE.c.due == "page")
_MAPS_DUE = and_(_DUE, ITEM_PAGE.c.due == "maps")


@dataclass(frozen=True)
class DuePage:
    """A page to be written, or removed, as things stand with its item."""

    item: StoredItem
    status: PageStatus


def mark_due(connection: Connection, items: Collection[int]) -> None:
    """Let the pages of some items be looked at again; those that were never in a topic have none."""
    connection.execute(update(ITEM_PAGE).where(ITEM_PAGE.c.item.in_(items)).values(due="page"))
    known = exists().where(ITEM_PAGE.c.item == PLACEMENT.c.item)
    new = select(PLACEMENT.c.item).where(PLACEMENT.c.item.in_(items), ~known).distinct()
    missing = list(connection.scalars(new))
    if missing:
        connection.execute(insert(ITEM_PAGE), [{"item": item, "status": "new", "due": "page"} for item in missing])


def mark_missing(connection: Connection, items: Collection[int]) -> None:
    """Let the pages of some items, and the maps, be written again."""
    for chunk in _chunks(sorted(items)):
        connection.execute(update(ITEM_PAGE).where(ITEM_PAGE.c.item.in_(chunk)).values(due="page"))
    connection.execute(
        update(ITEM_PAGE).where(ITEM_PAGE.c.due == "").where(ITEM_PAGE.c.status == "gone").values(due="maps")
    )


def has_due(connection: Connection) -> bool:
    """Tell whether anything is to be written, pages or maps."""
    due = select(ITEM_PAGE.c.item).where(_DUE, may_be_written(connection, ITEM_PAGE.c.item)).limit(1)
    return connection.execute(due).first() is not None


def due_pages(connection: Connection, limit: int, only: Collection[int] | None = None) -> list[DuePage]:
    """List some pages that are due; first those of items that are not published any more.

    Args:
        only: leave out those of all other items.
    """
    statement = (
        select(ITEM_PAGE.c.item, ITEM_PAGE.c.status)
        .join(ITEM, ITEM.c.id == ITEM_PAGE.c.item)
        .where(_PAGE_DUE, may_be_written(connection, ITEM_PAGE.c.item))
        .order_by(ITEM.c.state == "published", ITEM_PAGE.c.item)
        .limit(limit)
    )
    if only is not None:
        statement = statement.where(ITEM_PAGE.c.item.in_(only))
    statuses: dict[int, PageStatus] = dict(connection.execute(statement).all())
    return [DuePage(item, statuses[item.id]) for item in outputs.load_items(connection, statuses)]


def may_be_written(connection: Connection, item: ColumnElement[int]) -> ColumnElement[bool]:
    """While an editor has stopped everything, pages stay as they are; what must go goes, and other rights act.

    Args:
        item: the column that names the items in question.
    """
    pause = next((pause for pause in load_pauses(connection).pauses if pause.kind == "everything"), None)
    accepted_at = outputs.accepted_at(connection)
    if pause is None or (accepted_at and accepted_at > pause.at):
        return true()
    return item.in_(select(ITEM.c.id).where(ITEM.c.state != "published").correlate(None))


def record_written(connection: Connection, statuses: dict[int, PageStatus], maps_due: Collection[int]) -> None:
    """Note that the files of some pages are as they should be.

    Args:
        maps_due: those for which the maps are to be written first.
    """
    rows = [
        {"_item": item, "_status": status, "_due": "maps" if item in maps_due else ""}
        for item, status in statuses.items()
    ]
    if rows:
        changed = update(ITEM_PAGE).where(ITEM_PAGE.c.item == bindparam("_item"))
        connection.execute(changed.values(status=bindparam("_status"), due=bindparam("_due")), rows)


def maps_due(connection: Connection) -> bool:
    return connection.execute(select(ITEM_PAGE.c.item).where(_MAPS_DUE).limit(1)).first() is not None


def record_maps_written(connection: Connection) -> None:
    connection.execute(update(ITEM_PAGE).where(_MAPS_DUE).values(due=""))


def addresses_left(connection: Connection) -> tuple[dict[str, str], list[str]]:
    """Return what the pages that are gone lead to: public ids of merged items with those of the items that stayed in
    the end and have a page, and the other ones, which lead nowhere."""
    rows = connection.execute(
        select(ITEM.c.id, ITEM.c.public_id, ITEM.c.merged_into)
        .join(ITEM_PAGE, ITEM_PAGE.c.item == ITEM.c.id)
        .where(ITEM_PAGE.c.status == "gone")
    ).all()
    into = {row.id: row.merged_into for row in rows if row.merged_into}
    survivors = {item: _last(item, into) for item in into}
    shown = _public_ids_shown(connection, set(survivors.values()))
    moved = {row.public_id: shown[survivors[row.id]] for row in rows if survivors.get(row.id) in shown}
    return moved, [row.public_id for row in rows if row.public_id not in moved]


def public_ids_shown(connection: Connection) -> dict[str, int]:
    """Map the public ids of all items that have a page now to the items."""
    statement = select(ITEM.c.public_id, ITEM.c.id).join(ITEM_PAGE, ITEM_PAGE.c.item == ITEM.c.id)
    return dict(connection.execute(statement.where(ITEM_PAGE.c.status == "shown")).all())


def some_pages(connection: Connection, limit: int) -> dict[int, str]:
    """Map some items with a row here to their public ids."""
    # The rows first: where a site has no pages, a join in one step would read every item there is to find none.
    chosen = select(ITEM_PAGE.c.item).where(ITEM_PAGE.c.item > 0).order_by(ITEM_PAGE.c.item).limit(limit)
    statement = select(ITEM.c.id, ITEM.c.public_id).where(ITEM.c.id.in_(chosen.subquery().select()))
    return dict(connection.execute(statement.order_by(ITEM.c.id)).all())


def load_named(connection: Connection, public_ids: Collection[str]) -> list[StoredItem]:
    """Load some items by their public ids."""
    found = [
        item
        for one in _chunks(sorted(public_ids))
        for item in connection.scalars(select(ITEM.c.id).where(ITEM.c.public_id.in_(one)))
    ]
    return outputs.load_items(connection, found)


def forget(connection: Connection, items: Collection[int]) -> None:
    """Forget pages whose files are removed: this site has none."""
    connection.execute(delete(ITEM_PAGE).where(ITEM_PAGE.c.item.in_(items)))


def _public_ids_shown(connection: Connection, items: Collection[int]) -> dict[int, str]:
    # One that is still to be written will be there in a moment.
    found: dict[int, str] = {}
    for chunk in _chunks(sorted(items)):
        statement = select(ITEM.c.id, ITEM.c.public_id).join(ITEM_PAGE, ITEM_PAGE.c.item == ITEM.c.id)
        chosen = statement.where(ITEM.c.id.in_(chunk), ITEM_PAGE.c.status != "gone")
        found |= dict(connection.execute(chosen).all())
    return found


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))


def _last(item: int, into: dict[int, int]) -> int:
    """Follow merges to the last survivor; a circle, which there should not be, ends where it began."""
    seen: set[int] = set()
    while item in into and item not in seen:
        seen.add(item)
        item = into[item]
    return item
