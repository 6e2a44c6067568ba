"""Statements on the pages of months: in which months topics have items, and which pages are to be written anew.

A month is that of `sort_at` where the site is at home. It comes with its first item and goes with its last; its mark
goes when its files are in place, so what a kill leaves undone is done again.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, tzinfo

from sqlalchemy import ColumnElement, and_, delete, func, insert, select, update
from sqlalchemy.orm import Session

from aggregator.release import month_of, span_of
from aggregator.store.outputs import ITEM_COLUMNS, StoredItem, stored_item
from aggregator.tables import ITEM, MONTH_PAGE, PLACEMENT


def mark_due(session: Session, items: Collection[int], topics: Collection[str], zone: tzinfo) -> None:
    """Let the months in which some items stand, or stood, be written again.

    Args:
        topics: those that there are.
    """
    standing: set[tuple[str, str]] = set()
    left: set[tuple[str, str]] = set()
    placed = select(PLACEMENT.c.topic, PLACEMENT.c.sort_at, PLACEMENT.c.left_at).where(PLACEMENT.c.item.in_(items))
    for topic, sort_at, left_at in session.execute(placed):
        if topic in topics:
            (standing if left_at is None else left).add((topic, month_of(sort_at, zone)))
    known = set(_all(session, {topic for topic, _ in standing | left}))
    _set_due(session, (standing | left) & known, due=True)
    if new := standing - known:
        rows = [{"topic": topic, "month": month, "due": True, "shown": False} for topic, month in sorted(new)]
        session.execute(insert(MONTH_PAGE), rows)


def mark_all(session: Session) -> None:
    """Let all months be written again."""
    session.execute(update(MONTH_PAGE).values(due=True))


def mark_missing(session: Session, topic: str, months: Collection[str]) -> None:
    """Let some months of a topic be written again."""
    _set_due(session, [(topic, month) for month in months], due=True)


def due_months(session: Session, topic: str) -> list[str]:
    """List the months of a topic that are to be written or removed, the newest first."""
    statement = select(MONTH_PAGE.c.month).where(MONTH_PAGE.c.topic == topic, MONTH_PAGE.c.due)
    return [*session.scalars(statement.order_by(MONTH_PAGE.c.month.desc()))]


def months_shown(session: Session, topic: str) -> list[str]:
    """List the months in which a topic has items, as far as `settle` knows, the newest first."""
    statement = select(MONTH_PAGE.c.month).where(MONTH_PAGE.c.topic == topic, MONTH_PAGE.c.shown)
    return [*session.scalars(statement.order_by(MONTH_PAGE.c.month.desc()))]


def settle(session: Session, topic: str, zone: tzinfo, placed_by: datetime | None) -> None:
    """Note which of the due months have items now; where one comes or goes, its neighbours lead elsewhere and are due.

    Args:
        placed_by: leave out what came into the topic later.
    """
    shown = {month for _, month in _all(session, [topic], only_shown=True)}
    now_shown = set(shown)
    for month in due_months(session, topic):
        found = select(func.count()).select_from(PLACEMENT).join(ITEM, ITEM.c.id == PLACEMENT.c.item)
        count = session.execute(found.where(_stands(topic, month, zone, placed_by))).scalar_one()
        (now_shown.add if count else now_shown.discard)(month)
    for month in sorted(shown ^ now_shown):
        _set_shown(session, topic, month, month in now_shown)
        before = max((one for one in now_shown if one < month), default=month)
        after = min((one for one in now_shown if one > month), default=month)
        mark_missing(session, topic, [before, after])


def items_in(
    session: Session, topic: str, month: str, zone: tzinfo, placed_by: datetime | None = None
) -> list[StoredItem]:
    """List the published items that a topic has in a month, the newest first, those too old for its live feed as well.

    Args:
        placed_by: leave out what came into the topic later.
    """
    statement = select(*ITEM_COLUMNS).join(PLACEMENT, PLACEMENT.c.item == ITEM.c.id)
    statement = statement.where(_stands(topic, month, zone, placed_by))
    rows = session.execute(statement.order_by(PLACEMENT.c.sort_at.desc(), ITEM.c.public_id))
    return [stored_item(row) for row in rows]


def record_written(session: Session, topic: str, month: str) -> None:
    """Note that the files of a month are as they should be; one without items is forgotten."""
    here = and_(MONTH_PAGE.c.topic == topic, MONTH_PAGE.c.month == month)
    session.execute(delete(MONTH_PAGE).where(here, ~MONTH_PAGE.c.shown))
    session.execute(update(MONTH_PAGE).where(here).values(due=False))


def forget(session: Session, topics: Collection[str]) -> None:
    """Forget the months of topics whose files are gone."""
    session.execute(delete(MONTH_PAGE).where(MONTH_PAGE.c.topic.in_(topics)))


def _stands(topic: str, month: str, zone: tzinfo, placed_by: datetime | None) -> ColumnElement[bool]:
    begin, end = span_of(month, zone)
    stands = and_(
        PLACEMENT.c.topic == topic,
        PLACEMENT.c.left_at.is_(None),
        PLACEMENT.c.sort_at >= begin,
        PLACEMENT.c.sort_at < end,
        ITEM.c.state == "published",
    )
    return and_(stands, PLACEMENT.c.since <= placed_by) if placed_by else stands


def _all(session: Session, topics: Collection[str], *, only_shown: bool = False) -> list[tuple[str, str]]:
    statement = select(MONTH_PAGE.c.topic, MONTH_PAGE.c.month).where(MONTH_PAGE.c.topic.in_(topics))
    if only_shown:
        statement = statement.where(MONTH_PAGE.c.shown)
    return [(topic, month) for topic, month in session.execute(statement)]


def _set_due(session: Session, months: Iterable[tuple[str, str]], *, due: bool) -> None:
    for topic, month in months:
        here = and_(MONTH_PAGE.c.topic == topic, MONTH_PAGE.c.month == month)
        session.execute(update(MONTH_PAGE).where(here).values(due=due))


def _set_shown(session: Session, topic: str, month: str, shown: bool) -> None:
    here = and_(MONTH_PAGE.c.topic == topic, MONTH_PAGE.c.month == month)
    session.execute(update(MONTH_PAGE).where(here).values(shown=shown))
