"""Statements on pages that are asked for again, to see whether they still stand.

Every copy has a row, added some time after it came; `check_at` is the next look, None after the last one.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from aggregator.models import Validators
from aggregator.tables import COPY, ITEM, PAGE_CHECK, PAGE_STATE

_MANY = 1_000
_OF_EACH_SOURCE = 2  # pages at a time, so that its polls and new pages do not wait
_LONGEST_WAIT = timedelta(days=32)


@dataclass(frozen=True)
class DueCheck:
    """A page to look at now.

    Attributes:
        stands: readers see this copy's article; else nobody has to ask.
        gone_since: when it was first seen to be gone, without having come back.
    """

    copy: int
    source: str
    url: str
    first_seen_at: datetime
    gone_since: datetime | None
    validators: Validators
    stands: bool


def add_new(connection: Connection, first_look: Callable[[int, datetime], datetime | None]) -> bool:
    """Note when some copies that came since the last time are looked at; tells whether there may be more.

    Args:
        first_look: when, by a copy's id and the time at which it was first seen.
    """
    newest = connection.execute(select(func.max(PAGE_CHECK.c.copy_id))).scalar() or 0
    found = connection.execute(
        select(COPY.c.id, COPY.c.first_seen_at).where(COPY.c.id > newest).order_by(COPY.c.id).limit(_MANY)
    ).all()
    rows = [
        {"copy_id": row.id, "check_at": first_look(row.id, row.first_seen_at), "etag": "", "last_modified": ""}
        for row in found
    ]
    if rows:
        connection.execute(insert(PAGE_CHECK), rows)
    return len(rows) == _MANY


def drop_others(connection: Connection, sources: Collection[str], now: datetime) -> None:
    """Look no more at what is due of other sources than these."""
    others = select(COPY.c.id).where(COPY.c.id == PAGE_CHECK.c.copy_id, COPY.c.source.not_in(sources))
    is_other = and_(PAGE_CHECK.c.check_at <= now, others.exists())
    connection.execute(update(PAGE_CHECK).where(is_other).values(check_at=None))


def due_checks(connection: Connection, now: datetime, sources: Collection[str], limit: int) -> Sequence[DueCheck]:
    """List pages of some sources to look at now, a few of each at a time."""
    # An instant that far ahead was written under another clock.
    is_due = or_(PAGE_CHECK.c.check_at <= now, PAGE_CHECK.c.check_at > now + _LONGEST_WAIT)
    place = func.row_number().over(partition_by=COPY.c.source, order_by=(PAGE_CHECK.c.check_at, COPY.c.id))
    due = (
        select(
            *(COPY.c[name] for name in ("id", "source", "url", "first_seen_at", "held", "body_from")),
            *(PAGE_CHECK.c[name] for name in ("check_at", "gone_since", "etag", "last_modified")),
            PAGE_STATE.c.status,
            ITEM.c.state,
            place.label("place"),
        )
        .join(COPY, COPY.c.id == PAGE_CHECK.c.copy_id)
        .join(ITEM, ITEM.c.id == COPY.c.item)
        .outerjoin(PAGE_STATE, PAGE_STATE.c.copy_id == COPY.c.id)
        .where(is_due, COPY.c.source.in_(sources))
        .subquery()
    )
    chosen = select(due).where(due.c.place <= _OF_EACH_SOURCE).order_by(due.c.check_at, due.c.id).limit(limit)
    return [
        DueCheck(
            row.id,
            row.source,
            row.url,
            row.first_seen_at,
            row.gone_since,
            Validators(row.etag, row.last_modified),
            bool(row.state == "published" and row.url and not row.held and not _was_never_there(row)),
        )
        for row in connection.execute(chosen)
    ]


def note_check(
    connection: Connection, copy: int, check_at: datetime | None, gone_since: datetime | None, validators: Validators
) -> None:
    """Note how a page stands, and when it is looked at again."""
    values = {
        "check_at": check_at,
        "gone_since": gone_since,
        "etag": validators.etag,
        "last_modified": validators.last_modified,
    }
    connection.execute(update(PAGE_CHECK).where(PAGE_CHECK.c.copy_id == copy).values(**values))


def count_gone(connection: Connection, source: str) -> int:
    """Return of how many published articles of a source the page is gone."""
    joined = select(func.count()).select_from(PAGE_CHECK).join(COPY).join(ITEM, ITEM.c.id == COPY.c.item)
    is_gone = and_(PAGE_CHECK.c.gone_since.is_not(None), COPY.c.source == source, ITEM.c.state == "published")
    return int(connection.execute(joined.where(is_gone)).scalar_one())


def _was_never_there(row: object) -> bool:
    """Tell whether a page answered so when it was new: that says something about the site, and nothing of deletion."""
    status = getattr(row, "status", None) or ""
    return getattr(row, "body_from", "") != "page" and status.startswith(("answered 404", "answered 410"))
