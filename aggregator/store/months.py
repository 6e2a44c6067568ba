"""Statements on the pages of months: in which months topics have items, and which pages are to be written anew.

A month is that of `sort_at` where the site is at home. It comes with its first item and goes with its last. Its pages
are counted from the oldest item on, so that a new one changes the newest page alone. Marks go when the files are in
place, so what a kill leaves undone is done again.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, update

from aggregator.release import month_of, span_of
from aggregator.store import outputs
from aggregator.store.outputs import StoredItem
from aggregator.tables import MONTH_PAGE, PLACEMENT

SIZE = 100  # items on a page; the newest has up to twice as many, so that it is never nearly empty


@dataclass(frozen=True)
class _Row:
    topic: str
    month: str
    size: int
    due: bool
    due_from: datetime | None
    due_to: datetime | None


def mark_due(connection: Connection, items: Collection[int], topics: Collection[str], zone: tzinfo) -> None:
    """Let the pages on which some items stand, or stood, be written again.

    Args:
        topics: those that there are.
    """
    spans: dict[tuple[str, str], list[datetime]] = {}
    standing = set()
    placed = select(PLACEMENT.c.topic, PLACEMENT.c.sort_at, PLACEMENT.c.left_at).where(PLACEMENT.c.item.in_(items))
    for topic, sort_at, left_at in connection.execute(placed):
        if topic in topics:
            key = (topic, month_of(sort_at, zone))
            spans.setdefault(key, []).append(sort_at)
            if left_at is None:
                standing.add(key)
    known = {(row.topic, row.month): row for row in _rows(connection, {topic for topic, _ in spans})}
    for key, instants in spans.items():
        if row := known.get(key):
            values: dict[str, Any] = {"due_from": min(instants), "due_to": max(instants)}
            if row.due:
                values["due_from"] = row.due_from and min(values["due_from"], row.due_from)
                values["due_to"] = row.due_to and max(values["due_to"], row.due_to)
            _change(connection, *key, due=True, **values)
    if new := standing - known.keys():
        rows = [{"topic": topic, "month": month, "due": True, "size": 0} for topic, month in sorted(new)]
        connection.execute(insert(MONTH_PAGE), rows)


def mark_all(connection: Connection) -> None:
    """Let all months be written again."""
    connection.execute(update(MONTH_PAGE).values(due=True, due_from=None, due_to=None))


def mark_missing(connection: Connection, topic: str, months: Collection[str]) -> None:
    """Let some months of a topic be written again."""
    for month in months:
        _change(connection, topic, month, due=True, due_from=None, due_to=None)


def due_months(connection: Connection, topic: str) -> list[str]:
    """List the months of a topic that are to be written or removed, the newest first."""
    return [row.month for row in _rows(connection, [topic]) if row.due]


def months_of(connection: Connection, topic: str, items: Collection[int], zone: tzinfo) -> set[str]:
    """Return the months in which some items stand, or stood."""
    placed = select(PLACEMENT.c.sort_at).where(PLACEMENT.c.topic == topic, PLACEMENT.c.item.in_(items))
    return {month_of(sort_at, zone) for sort_at in connection.scalars(placed)}


def months_shown(connection: Connection, topic: str) -> list[str]:
    """List the months in which a topic has items, as far as `settle` knows, the newest first."""
    return [row.month for row in _rows(connection, [topic]) if row.size]


def settle(connection: Connection, topic: str, zone: tzinfo, placed_by: datetime | None) -> None:
    """Note how many items the due months have now. Where one comes or goes, its neighbours lead elsewhere and are due.

    Args:
        placed_by: leave out what came into the topic later.
    """
    rows = _rows(connection, [topic])
    counts = {row.month: row.size for row in rows}
    for row in rows:
        if row.due:
            counts[row.month] = _count(connection, _stands(topic, row.month, zone, placed_by))
            if counts[row.month] != row.size:  # what follows has moved to other places
                begin = _first_moved(connection, row, counts[row.month], _stands(topic, row.month, zone, placed_by))
                _change(connection, topic, row.month, size=counts[row.month], due_from=begin, due_to=None)
    for row in rows:
        if bool(row.size) != bool(counts[row.month]):
            shown = [month for month, count in counts.items() if count]
            before = max((month for month in shown if month < row.month), default=row.month)
            after = min((month for month in shown if month > row.month), default=row.month)
            mark_missing(connection, topic, [before, after])


def last_page(connection: Connection, topic: str, month: str, zone: tzinfo, placed_by: datetime | None = None) -> int:
    """Return the number of a month's newest page; they are counted from 1, the oldest."""
    return _last(_count(connection, _stands(topic, month, zone, placed_by)))


def due_pages(
    connection: Connection, topic: str, month: str, zone: tzinfo, placed_by: datetime | None = None
) -> list[int]:
    """List the pages of a month that are to be written.

    Args:
        placed_by: leave out what came into the topic later.
    """
    (row,) = [one for one in _rows(connection, [topic]) if one.month == month]
    stands = _stands(topic, month, zone, placed_by)
    last = last_page(connection, topic, month, zone, placed_by)
    if row.due_from is None:
        return [*range(1, last + 1)]
    older = _count(connection, and_(stands, PLACEMENT.c.sort_at < row.due_from))
    first = min(older // SIZE + 1, last)
    if row.due_to is None:
        return [*range(first, last + 1)]
    up_to = _count(connection, and_(stands, PLACEMENT.c.sort_at <= row.due_to))
    return [*range(first, max(first, min((up_to - 1) // SIZE + 1, last)) + 1)]


def items_on(
    connection: Connection,
    topic: str,
    month: str,
    page: int,
    last: int,
    zone: tzinfo,
    placed_by: datetime | None = None,
) -> list[StoredItem]:
    """List the published items on a page of a month, the newest first, those too old for its live feed as well.

    Args:
        last: the number of the newest page.
        placed_by: leave out what came into the topic later.
    """
    stands = _stands(topic, month, zone, placed_by)
    order = select(PLACEMENT.c.item).where(stands).order_by(PLACEMENT.c.sort_at, PLACEMENT.c.item)
    found = [*connection.scalars(order.offset((page - 1) * SIZE).limit(2 * SIZE if page == last else SIZE))]
    items = {item.id: item for item in outputs.load_items(connection, found) if item.state == "published"}
    return [items[one] for one in reversed(found) if one in items]


def record_written(connection: Connection, topic: str, month: str) -> None:
    """Note that the files of a month are as they should be; one without items is forgotten."""
    empty = and_(MONTH_PAGE.c.topic == topic, MONTH_PAGE.c.month == month, MONTH_PAGE.c.size == 0)
    connection.execute(delete(MONTH_PAGE).where(empty))
    _change(connection, topic, month, due=False, due_from=None, due_to=None)


def forget(connection: Connection, topics: Collection[str]) -> None:
    """Forget the months of topics whose files are gone."""
    connection.execute(delete(MONTH_PAGE).where(MONTH_PAGE.c.topic.in_(topics)))


def _first_moved(connection: Connection, row: _Row, size: int, stands: ColumnElement[bool]) -> datetime | None:
    """Return from which instant on a month's pages are others, now that it has another size.

    With another number of pages, the one before the newest leads elsewhere.
    """
    before_last = min(_last(row.size), _last(size)) - 1
    if row.due_from is None or _last(row.size) == _last(size) or before_last == 0:
        return row.due_from
    order = select(PLACEMENT.c.sort_at).where(stands).order_by(PLACEMENT.c.sort_at, PLACEMENT.c.item)
    begin: datetime = connection.scalars(order.offset((before_last - 1) * SIZE).limit(1)).one()
    return min(begin, row.due_from)


def _last(items: int) -> int:
    return max(items // SIZE, 1)


def _stands(topic: str, month: str, zone: tzinfo, placed_by: datetime | None) -> ColumnElement[bool]:
    # Without a look at the items, which would take a tenth of a second for each 100,000: routing takes what is not
    # published any more out of its topics.
    begin, end = span_of(month, zone)
    stands = and_(
        PLACEMENT.c.topic == topic,
        PLACEMENT.c.left_at.is_(None),
        PLACEMENT.c.sort_at >= begin,
        PLACEMENT.c.sort_at < end,
    )
    return and_(stands, PLACEMENT.c.since <= placed_by) if placed_by else stands


def _count(connection: Connection, condition: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(PLACEMENT).where(condition)).scalar_one()


def _rows(connection: Connection, topics: Collection[str]) -> list[_Row]:
    """Load what is known of all months of some topics, the newest first."""
    columns = [MONTH_PAGE.c[name] for name in _Row.__dataclass_fields__]
    statement = select(*columns).where(MONTH_PAGE.c.topic.in_(topics)).order_by(MONTH_PAGE.c.month.desc())
    return [_Row(*row) for row in connection.execute(statement)]


def _change(connection: Connection, topic: str, month: str, **values: object) -> None:
    here = and_(MONTH_PAGE.c.topic == topic, MONTH_PAGE.c.month == month)
    connection.execute(update(MONTH_PAGE).where(here).values(**values))
