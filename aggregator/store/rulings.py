"""Statements on what editors say with commands: items they approve or reject, and what they pause. Append-only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
)

from aggregator.models import Pause, Pauses, Ruling
from aggregator.store.decisions import record_decision
from aggregator.tables import COPY, DECISION, DIRTY, ITEM, PAUSE

_RULINGS = ("approved", "rejected")
# Asked of every article that comes: to put it together takes longer than to run it.
_ITEMS: BindParameter[int] = bindparam("items", expanding=True)
_LAST = (
    select(DECISION.c.item, ITEM.c.merged_into, DECISION.c.kind, DECISION.c.by, DECISION.c.evidence)
    .join(ITEM, ITEM.c.id == DECISION.c.item)
    .where(or_(ITEM.c.id.in_(_ITEMS), ITEM.c.merged_into.in_(_ITEMS)), DECISION.c.kind.in_(_RULINGS))
    .order_by(DECISION.c.id)
)


def rulings_of(connection: Connection, items: Collection[int]) -> dict[int, Ruling]:
    """Map items to what an editor last said of them, or of those merged into them."""
    return {
        row.merged_into or row.item: Ruling(row.kind == "approved", row.by, str(row.evidence.get("because", "")))
        for row in connection.execute(_LAST, {"items": list(items)})
    }


def is_approved(connection: Connection, item: int) -> bool:
    ruling = rulings_of(connection, [item]).get(item)
    return ruling is not None and ruling.approved


def rule(connection: Connection, item: int, ruling: Ruling, now: datetime) -> None:
    """Keep what an editor says of an item, and have it looked at again."""
    evidence = {"because": ruling.reason} if ruling.reason else {}
    record_decision(connection, item, "approved" if ruling.approved else "rejected", evidence, now, by=ruling.by)
    connection.execute(insert(DIRTY).values(item=item))


def inherit(connection: Connection, item: int, new: int, now: datetime) -> None:
    """Let what was said of an item hold for one that is parted from it, too."""
    if ruling := rulings_of(connection, [item]).get(item):
        rule(connection, new, ruling, now)


def note_pause(connection: Connection, pause: Pause, *, paused: bool) -> None:
    """Keep that an editor stops something, or lets it go on."""
    values = {"kind": pause.kind, "name": pause.name, "at": pause.at, "by": pause.by, "reason": pause.reason}
    connection.execute(insert(PAUSE).values(paused=paused, **values))


def load_pauses(connection: Connection) -> Pauses:
    """Return the pauses in force, that of everything first."""
    last = select(func.max(PAUSE.c.id)).group_by(PAUSE.c.kind, PAUSE.c.name)
    in_force = select(PAUSE.c.kind, PAUSE.c.name, PAUSE.c.at, PAUSE.c.by, PAUSE.c.reason).where(
        PAUSE.c.id.in_(last), PAUSE.c.paused
    )
    pauses = [Pause(*row) for row in connection.execute(in_force)]
    return Pauses(tuple(sorted(pauses, key=lambda pause: (pause.kind != "everything", pause.kind, pause.name))))


def pause_notes(connection: Connection) -> list[tuple[Pause, bool]]:
    """List all that was ever paused (true) and resumed (false), in order of time."""
    rows = connection.execute(select(PAUSE).order_by(PAUSE.c.id))
    return [(Pause(row.kind, row.name, row.at, row.by, row.reason), row.paused) for row in rows]


def wake_held(connection: Connection, beginning: str) -> None:
    """Have the items looked at again whose reason to be held begins so."""
    held = select(ITEM.c.id).where(ITEM.c.state == "held", ITEM.c.state_why.startswith(beginning, autoescape=True))
    connection.execute(insert(DIRTY).from_select(["item"], held))


@dataclass(frozen=True)
class WaitingItem:
    """An item that waits for more than its page.

    Attributes:
        sources: whose copies it has, each with the address, the first kept first.
        since: when the first copy was first seen.
        until: when it is looked at again by itself; None: when somebody does something.
    """

    public_id: str
    title: str
    sources: tuple[tuple[str, str], ...]
    since: datetime
    why: str
    until: datetime | None


def waiting_items(connection: Connection, settled: Collection[str]) -> list[WaitingItem]:
    """List the items that wait, those that have waited longest first.

    Args:
        settled: how the reasons begin for which an item is held and nobody is waited for.
    """
    statement = (
        select(
            ITEM.c.id, ITEM.c.public_id, ITEM.c.title, ITEM.c.state_why, ITEM.c.state, ITEM.c.release_at,
            COPY.c.source, COPY.c.url, COPY.c.first_seen_at,
        )
        .join(COPY, COPY.c.item == ITEM.c.id)
        .where(_is_waiting(settled), COPY.c.held != "gone")
        .order_by(COPY.c.first_seen_at, COPY.c.id)
    )  # fmt: skip
    rows: dict[int, list[Any]] = {}
    for row in connection.execute(statement):
        rows.setdefault(row.id, []).append(row)
    return [
        WaitingItem(
            first.public_id,
            first.title,
            tuple(dict.fromkeys((row.source, row.url) for row in copies)),
            first.first_seen_at,
            first.state_why,
            first.release_at if first.state == "pending" else None,
        )
        for first, copies in ((copies[0], copies) for copies in rows.values())
    ]


def count_waiting(connection: Connection, settled: Collection[str]) -> int:
    """Say how many items `waiting_items` lists."""
    lives = exists().where(COPY.c.item == ITEM.c.id, COPY.c.held != "gone")
    return connection.execute(select(func.count()).select_from(ITEM).where(_is_waiting(settled), lives)).scalar_one()


def held_for_editors(connection: Connection, settled: Collection[str]) -> tuple[int, datetime | None]:
    """Say how many of the items that wait do so until somebody acts, and since when the first of them does.

    Args:
        settled: how the reasons begin of those that are none of them.
    """
    since = func.min(COPY.c.first_seen_at)
    waiting = select(since).join(ITEM, ITEM.c.id == COPY.c.item).where(COPY.c.held != "gone")
    firsts = connection.execute(
        waiting.where(_is_waiting(settled), ITEM.c.state == "held").group_by(ITEM.c.id)
    ).scalars()
    known = list(firsts)
    return len(known), min(known, default=None)


def _is_waiting(settled: Collection[str]) -> ColumnElement[bool]:
    is_settled = [ITEM.c.state_why.startswith(beginning, autoescape=True) for beginning in settled]
    return and_(ITEM.c.state.in_(("pending", "held")), ITEM.c.state_why != "", not_(or_(*is_settled)))


def held_copies(connection: Connection, item: int) -> list[int]:
    return list(connection.scalars(select(COPY.c.id).where(COPY.c.item == item, COPY.c.held != "")))
