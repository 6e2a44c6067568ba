"""Statements on when sources and pages are due, and how that went."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.orm import Session

from aggregator.models import PollHistory, Validators
from aggregator.tables import COPY, ITEM, PAGE_STATE, POLL_STATE

_LONGEST_WAIT = timedelta(hours=25)
_OF_EACH_SOURCE = 5  # pages in one list, so that a source with many does not keep the others waiting


@dataclass(frozen=True)
class DuePage:
    """A page to fetch now, for one copy."""

    copy: int
    source: str
    url: str
    tries: int
    authors: tuple[str, ...]  # as the entry named them


def load_histories(session: Session, addresses: dict[str, str]) -> dict[str, PollHistory]:
    """Map source ids to what was learned about each; nothing counts that was learned at another address."""
    statement = select(POLL_STATE)
    if len(addresses) == 1:  # one poll asks for its own source, the loop for nearly all there are
        statement = statement.where(POLL_STATE.c.source.in_(addresses))
    rows = session.execute(statement).mappings()
    learned = {
        row["source"]: PollHistory(
            validators=Validators(row["etag"], row["last_modified"]),
            body_hash=row["body_hash"],
            next_poll_at=row["next_poll_at"],
            polled_at=row["polled_at"],
            failures=row["failures"],
            last_success_at=row["last_success_at"],
            last_entry_at=row["last_entry_at"],
            rhythm=tuple(timedelta(seconds=seconds) for seconds in row["rhythm"]),
            outcome=row["outcome"],
        )
        for row in rows
        if addresses.get(row["source"]) == row["address"]
    }
    return {source: learned.get(source, PollHistory()) for source in addresses}


def save_history(session: Session, source: str, address: str, history: PollHistory) -> None:
    """Replace what is known about a source."""
    values = {
        "address": address,
        "etag": history.validators.etag,
        "last_modified": history.validators.last_modified,
        "body_hash": history.body_hash,
        "next_poll_at": history.next_poll_at,
        "polled_at": history.polled_at,
        "failures": history.failures,
        "last_success_at": history.last_success_at,
        "last_entry_at": history.last_entry_at,
        "outcome": history.outcome,
        "rhythm": [gap.total_seconds() for gap in history.rhythm],
    }
    known = select(POLL_STATE.c.source).where(POLL_STATE.c.source == source)
    if session.execute(known).first():
        session.execute(update(POLL_STATE).where(POLL_STATE.c.source == source).values(**values))
    else:
        session.execute(insert(POLL_STATE).values(source=source, **values))


def make_due(session: Session, sources: Collection[str], now: datetime) -> None:
    """Let some sources be polled at once by whoever polls."""
    session.execute(update(POLL_STATE).where(POLL_STATE.c.source.in_(sources)).values(next_poll_at=now))


def due_pages(session: Session, now: datetime, limit: int, without: Collection[int] = ()) -> Sequence[DuePage]:
    """List pages to fetch now, except for some copies: newest articles first, a few of each source at a time."""
    # An instant that far ahead was written under another clock: no attempt is put off for longer than a day.
    is_due = or_(PAGE_STATE.c.due_at <= now, PAGE_STATE.c.due_at > now + _LONGEST_WAIT)
    place = func.row_number().over(partition_by=COPY.c.source, order_by=(ITEM.c.sort_at.desc(), COPY.c.id))
    due = (
        select(
            PAGE_STATE.c.copy_id,
            COPY.c.source,
            PAGE_STATE.c.url,
            PAGE_STATE.c.tries,
            COPY.c.author,
            ITEM.c.sort_at,
            place.label("place"),
        )
        .join(COPY, COPY.c.id == PAGE_STATE.c.copy_id)
        .join(ITEM, ITEM.c.id == COPY.c.item)
        .where(is_due, PAGE_STATE.c.copy_id.not_in(without))
        .subquery()
    )
    statement = (
        select(due.c.copy_id, due.c.source, due.c.url, due.c.tries, due.c.author)
        .where(due.c.place <= _OF_EACH_SOURCE)
        .order_by(due.c.sort_at.desc(), due.c.copy_id)
        .limit(limit)
    )
    return [
        DuePage(copy, source, url, tries, (author,) if author else ())
        for copy, source, url, tries, author in session.execute(statement)
    ]


def finish_page(session: Session, copy: int, status: str, tries: int, due_at: datetime | None) -> None:
    """Record how an attempt at a page ended; `due_at` is the next attempt, None when there is none."""
    values = {"status": status, "tries": tries, "due_at": due_at}
    session.execute(update(PAGE_STATE).where(PAGE_STATE.c.copy_id == copy).values(**values))


def count_waiting_pages(session: Session) -> int:
    """Return how many pages will be asked for, now or later."""
    waiting = select(func.count()).select_from(PAGE_STATE).where(PAGE_STATE.c.due_at.is_not(None))
    return int(session.execute(waiting).scalar_one())
