"""Statements on when sources and pages are due, and how that went."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, RowMapping, bindparam, delete, func, insert, or_, select, true, update

from aggregator.models import FeedHints, PollEvent, PollHistory, Source, Validators
from aggregator.moves import address_in_use
from aggregator.tables import COPY, ITEM, PAGE_STATE, POLL_EVENT, POLL_STATE, SUBSCRIPTION

EVENTS_KEPT = 50  # of each source: two days of hourly polls
_LONGEST_WAIT = timedelta(hours=25)
_MANY = 500  # sources; to name more than these in a statement takes longer than to read all
# The columns that hold what the field of the same name holds.
_SAME_COLUMNS = sorted(
    {field.name for field in fields(PollHistory)}
    - {"validators", "failure", "rhythm", "hints", "max_age", "hubs", "pushed_until"}
)
_UPDATE_STATE = (
    update(POLL_STATE)
    .where(POLL_STATE.c.source == bindparam("of"))
    .values({column.name: bindparam(column.name) for column in POLL_STATE.c if column.name != "source"})
)
_DELETE_EVENT = delete(POLL_EVENT).where(
    POLL_EVENT.c.source == bindparam("of"), POLL_EVENT.c.place == bindparam("at_place")
)
_INSERT_STATES, _INSERT_EVENTS = insert(POLL_STATE), insert(POLL_EVENT)
_KNOWN = select(POLL_STATE.c.source).where(POLL_STATE.c.source.in_(bindparam("sources", expanding=True)))
_FIND_TWIN = (
    select(POLL_STATE.c.source)
    .where(
        POLL_STATE.c.entries_hash == bindparam("entries_hash"),
        POLL_STATE.c.source != bindparam("without"),
        POLL_STATE.c.polled_at >= bindparam("since"),
    )
    .order_by(POLL_STATE.c.source)
    .limit(1)
)
# What says where a source is asked, and when.
_WHERE_AND_WHEN = ("next_poll_at", "failures", "moved_to", "moved_at")
_COME_DUE = select(POLL_STATE.c.source).where(
    or_(POLL_STATE.c.next_poll_at <= bindparam("now"), POLL_STATE.c.next_poll_at.is_(None)),
    POLL_STATE.c.gone_at.is_(None),
)
_OF_EACH_SOURCE = 5  # pages in one list, so that a source with many does not keep the others waiting


@dataclass(frozen=True)
class Due:
    """A source to be polled now.

    Attributes:
        since: for when it was planned; None: for no time.
        address: where it is asked.
        is_new: nothing is known about it, or only of another address.
    """

    source: Source
    since: datetime | None
    address: str
    is_new: bool = False


@dataclass(frozen=True)
class DuePage:
    """A page to fetch now, for one copy."""

    copy: int
    source: str
    guid: str
    title: str
    url: str
    tries: int
    authors: tuple[str, ...]  # as the entry named them


def load_histories(connection: Connection, addresses: Mapping[str, str]) -> dict[str, PollHistory]:
    """Map source ids to what was learned about each; nothing counts that was learned at another address."""
    statement = select(POLL_STATE)
    if len(addresses) < _MANY:
        statement = statement.where(POLL_STATE.c.source.in_(addresses))
    rows = connection.execute(statement).mappings()
    push = SUBSCRIPTION.c
    working = select(push.source, push.lease_until).where(push.is_working, ~push.is_ending)
    pushed = {row.source: row.lease_until for row in connection.execute(working)}
    learned = {
        row["source"]: _history(row, pushed.get(row["source"]))
        for row in rows
        if addresses.get(row["source"]) == row["address"]
    }
    return {source: learned.get(source, PollHistory()) for source in addresses}


def find_due(connection: Connection, sources: Sequence[Source], now: datetime) -> list[Due]:
    """List those of some sources whose time has come; new ones are due."""
    state = POLL_STATE.c
    statement = select(state.source, state.address, state.gone_at, *(state[name] for name in _WHERE_AND_WHEN))
    if len(sources) < _MANY:
        statement = statement.where(state.source.in_([source.id for source in sources]))
    known = {row.source: row for row in connection.execute(statement)}

    def is_due(source: Source, row: Row[Any]) -> bool:
        if row.gone_at is not None:
            return False
        # A time far ahead was written under another clock: the longest wait there is bounds it.
        return row.next_poll_at is None or not now < row.next_poll_at <= now + source.fetch.max_interval

    due = []
    for source in sources:
        row = known.get(source.id)
        if row is None or row.address != source.feed:
            due.append(Due(source, None, source.feed, is_new=True))
        elif is_due(source, row):
            history = PollHistory(**{name: getattr(row, name) for name in _WHERE_AND_WHEN})
            due.append(Due(source, history.next_poll_at, address_in_use(source.feed, source.fetch, history, now)))
    return due


def come_due(connection: Connection, now: datetime) -> set[str]:
    """Name the sources whose next poll was planned for before now, by an index: in no time however many there are."""
    return set(connection.scalars(_COME_DUE, {"now": now}))


def is_all_polled(connection: Connection, addresses: Mapping[str, str]) -> bool:
    """Tell whether each of some sources has been polled at its address."""
    state = POLL_STATE.c
    known = connection.execute(select(state.source, state.address).where(state.polled_at.is_not(None)))
    return addresses.items() <= {(row.source, row.address) for row in known}


@dataclass(frozen=True)
class Polled:
    """What a poll leaves behind: the source and its address in sources.toml, what is known now, what happened."""

    source: str
    address: str
    history: PollHistory
    event: PollEvent


def save_polls(connection: Connection, polled: Sequence[Polled]) -> None:
    """Replace what is known about some sources, each of them named once, and add to their last events."""
    known = set(connection.scalars(_KNOWN, {"sources": [poll.source for poll in polled]}))
    rows = [{"source": poll.source, "address": poll.address} | _columns(poll.history) for poll in polled]
    if new := [row for row in rows if row["source"] not in known]:
        connection.execute(_INSERT_STATES, new)
    if old := [row | {"of": row["source"]} for row in rows if row["source"] in known]:
        connection.execute(_UPDATE_STATE, old)
    places = [{"of": poll.source, "at_place": poll.history.polls % EVENTS_KEPT} for poll in polled]
    connection.execute(_DELETE_EVENT, places)
    events = [
        {"source": poll.source, "place": poll.history.polls % EVENTS_KEPT, **vars(poll.event)}
        | {"failure": poll.event.failure or ""}
        for poll in polled
    ]
    connection.execute(_INSERT_EVENTS, events)


def last_events(connection: Connection, source: str) -> list[PollEvent]:
    """List what the last polls of a source did, newest first."""
    rows = connection.execute(
        select(POLL_EVENT).where(POLL_EVENT.c.source == source).order_by(POLL_EVENT.c.at.desc())
    ).mappings()
    return [
        PollEvent(row["at"], row["said"], row["failure"] or None, row["new"], row["changed"], row["bytes"])
        for row in rows
    ]


def find_twin(connection: Connection, source: str, entries_hash: str, since: datetime) -> str | None:
    """Find another source, polled since then, whose feed held the very same entries when it was last read."""
    wanted = {"entries_hash": entries_hash, "without": source, "since": since}
    return connection.execute(_FIND_TWIN, wanted).scalar()


def make_due(connection: Connection, sources: Collection[str]) -> None:
    """Let some sources be polled at once by whoever polls, also those that are gone."""
    values = {"next_poll_at": None, "gone_at": None}
    connection.execute(update(POLL_STATE).where(POLL_STATE.c.source.in_(sources)).values(values))


def ask_again(connection: Connection, sources: Collection[str]) -> None:
    """Let some sources be read at once and whole, although nothing in their feeds may have changed."""
    values = {"etag": "", "last_modified": "", "body_hash": ""}
    connection.execute(update(POLL_STATE).where(POLL_STATE.c.source.in_(sources)).values(values))
    make_due(connection, sources)


def call_for(connection: Connection, source: str, at: datetime) -> None:
    """Let a source be polled at an instant, if it is not to be sooner; one that fails or is gone is left alone."""
    state = POLL_STATE.c
    statement = update(POLL_STATE).where(
        state.source == source, state.failures == 0, state.gone_at.is_(None), state.next_poll_at > at
    )
    connection.execute(statement.values(next_poll_at=at))


def note_new(connection: Connection, source: str, now: datetime) -> None:
    """Note that a source had something new, although no poll brought it."""
    connection.execute(update(POLL_STATE).where(POLL_STATE.c.source == source).values(last_entry_at=now))


def _history(row: RowMapping, pushed_until: datetime | None) -> PollHistory:
    same = {name: row[name] for name in _SAME_COLUMNS}
    hints = row["hints"] or {}
    return PollHistory(
        validators=Validators(row["etag"], row["last_modified"]),
        failure=row["failure"] or None,
        rhythm=tuple(timedelta(seconds=seconds) for seconds in row["rhythm"]),
        hints=FeedHints(
            _length(hints.get("ttl")),
            _length(hints.get("update_period")),
            tuple(hints.get("skip_hours", ())),
            tuple(hints.get("skip_days", ())),
        ),
        max_age=_length(hints.get("max_age")),
        hubs=tuple(row["hubs"]),
        pushed_until=pushed_until,
        **same,
    )


def _columns(history: PollHistory) -> dict[str, Any]:
    hints = {
        "ttl": history.hints.ttl and history.hints.ttl.total_seconds(),
        "update_period": history.hints.update_period and history.hints.update_period.total_seconds(),
        "skip_hours": history.hints.skip_hours,
        "skip_days": history.hints.skip_days,
        "max_age": history.max_age and history.max_age.total_seconds(),
    }
    return {
        "etag": history.validators.etag,
        "last_modified": history.validators.last_modified,
        "failure": history.failure or "",
        "rhythm": [gap.total_seconds() for gap in history.rhythm],
        "hints": {name: value for name, value in hints.items() if value},
        "hubs": list(history.hubs),
    } | {name: getattr(history, name) for name in _SAME_COLUMNS}


def _length(seconds: float | None) -> timedelta | None:
    return timedelta(seconds=seconds) if seconds else None


def due_pages(
    connection: Connection,
    now: datetime,
    limit: int,
    without: Collection[int] = (),
    only: Collection[int] | None = None,
) -> Sequence[DuePage]:
    """List pages to fetch now, except for some copies: newest articles first, a few of each source at a time.

    Args:
        only: of some copies.
    """
    # An instant that far ahead was written under another clock: no attempt is put off for longer than a day.
    is_due = or_(PAGE_STATE.c.due_at <= now, PAGE_STATE.c.due_at > now + _LONGEST_WAIT)
    place = func.row_number().over(partition_by=COPY.c.source, order_by=(ITEM.c.sort_at.desc(), COPY.c.id))
    due = (
        select(
            PAGE_STATE.c.copy_id,
            COPY.c.source,
            COPY.c.guid,
            COPY.c.title,
            PAGE_STATE.c.url,
            PAGE_STATE.c.tries,
            COPY.c.author,
            ITEM.c.sort_at,
            place.label("place"),
        )
        .join(COPY, COPY.c.id == PAGE_STATE.c.copy_id)
        .join(ITEM, ITEM.c.id == COPY.c.item)
        .where(is_due, PAGE_STATE.c.copy_id.not_in(without))
        .where(PAGE_STATE.c.copy_id.in_(only) if only is not None else true())
        .subquery()
    )
    statement = (
        select(due.c.copy_id, due.c.source, due.c.guid, due.c.title, due.c.url, due.c.tries, due.c.author)
        .where(due.c.place <= _OF_EACH_SOURCE)
        .order_by(due.c.sort_at.desc(), due.c.copy_id)
        .limit(limit)
    )
    return [
        DuePage(copy, source, guid, title, url, tries, (author,) if author else ())
        for copy, source, guid, title, url, tries, author in connection.execute(statement)
    ]


def finish_page(connection: Connection, copy: int, status: str, tries: int, due_at: datetime | None) -> None:
    """Record how an attempt at a page ended; `due_at` is the next attempt, None when there is none."""
    values = {"status": status, "tries": tries, "due_at": due_at}
    connection.execute(update(PAGE_STATE).where(PAGE_STATE.c.copy_id == copy).values(**values))


def count_waiting_pages(connection: Connection) -> int:
    """Return how many pages will be asked for, now or later."""
    waiting = select(func.count()).select_from(PAGE_STATE).where(PAGE_STATE.c.due_at.is_not(None))
    return int(connection.execute(waiting).scalar_one())
