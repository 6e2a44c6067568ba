"""Decides whether an item goes out: what editors say of it first, then the program's own rules.

An item waits in state pending where it is known until when, else held; `state_why` says by which rule. What readers
have seen is let through again without being asked once more, unless an editor took it away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from aggregator.dedupe.origin import claimed_by_byline
from aggregator.expressions.document import Document
from aggregator.models import Config, CopyFacts, Editorial, Pauses, Ruling
from aggregator.release import (
    EMPTY,
    QUARANTINE,
    UNCLAIMED,
    Door,
    Wait,
    asks_why,
    cap_why,
    compile_door,
    day_of,
    easiest,
    kind_of,
    reject_why,
    sort_instant,
    wait_at,
)
from aggregator.store import copies as store_copies
from aggregator.store import outputs
from aggregator.store.decisions import record_decision
from aggregator.store.outputs import StoredItem
from aggregator.topics import TopicRule, asking, compile_topics
from aggregator.work.arrange import Said

# What is written down about an item when it begins to wait, and when it waits no more. Quarantine is about copies and
# written down with them; so is a rejection, with who said it.
_TOLD = ("paused", "hidden", "hold", "veto", "cap", "allow", "deny", "expired", "embargo")


@dataclass(frozen=True)
class Gate:
    """The rules of all topics and the editorial ones of all sources, read once for many items; the pauses in force."""

    config: Config
    topics: Mapping[str, TopicRule]
    doors: Mapping[str, Door]
    zone: tzinfo
    pauses: Pauses


def open_gate(config: Config, pauses: Pauses) -> Gate:
    """Read the rules. Raises ExpressionError."""
    topics = compile_topics(config.ruled_topics)
    doors = {source.id: compile_door(source.id, source.editorial, asking(topics)) for source in config.sources}
    return Gate(config, topics, doors, ZoneInfo(config.site.timezone), pauses)


def let_through(
    gate: Gate,
    item: StoredItem,
    copies: Sequence[CopyFacts],
    document: Document,
    said: Said,
    ruling: Ruling | None,
    now: datetime,
) -> StoredItem:
    """Say whether an item goes out, and if not, why and until when; values in, values out.

    Args:
        document: what `allow` and `deny` are asked about.
        ruling: what an editor last said with `approve` or `reject`; it beats the program's own rules.
    """
    if not copies or item.state in ("merged", "withdrawn"):
        return item
    approved = ruling is not None and ruling.approved
    if ruling and not approved:
        return _hold(item, reject_why(ruling))
    if said.hidden:
        return _hold(item, said.hidden)
    shown = [copy for copy in copies if not copy.held_why]
    if not shown:
        return _hold(item, QUARANTINE + copies[0].held_why)
    if not approved and item.state == "held" and kind_of(item.state_why) is None:
        return item  # for a reason that is not looked after here
    if not approved and not any(_is_wanted(copy, gate.config) for copy in shown):
        return _hold(item, UNCLAIMED)
    if item.first_published_at is not None:
        return replace(item, state="published", state_why="", release_at=None)
    if not (item.title or any(copy.text_length for copy in shown)):
        return _hold(item, EMPTY)  # a page of a sitemap that is no article's
    is_gated = item.state == "pending" and item.state_why
    if not is_gated and item.state != "published" and item.release_at and item.release_at > now:
        return replace(item, state="pending", state_why="")  # its page may be had yet
    wait = None if item.state == "published" else _wait(gate, item, shown, document, approved, now)
    if wait is None:
        # Long kept back, it stands among what is new, where readers meet it, and not where its date was.
        sort_at = sort_instant(item.sort_at, now, is_past=not item.state_why)
        return replace(item, state="published", state_why="", release_at=None, first_published_at=now, sort_at=sort_at)
    # Of the many who ask for a place each day, those who have waited are known already.
    has_waited = wait.source and item.state_why == cap_why(wait.source)
    why = item.state_why if has_waited else wait.why
    return replace(item, state="pending" if wait.until else "held", state_why=why, release_at=wait.until)


def _hold(item: StoredItem, why: str) -> StoredItem:
    # While it waits for its page, the instant is that of the page; any other is of a rule that is asked again.
    waits_for_page = not (item.state == "pending" and item.state_why)
    return replace(item, state="held", state_why=why, release_at=item.release_at if waits_for_page else None)


def _wait(
    gate: Gate, item: StoredItem, shown: Sequence[CopyFacts], document: Document, approved: bool, now: datetime
) -> Wait | None:
    first_seen: dict[str, datetime] = {}
    for copy in shown:
        first_seen[copy.source] = min(copy.first_seen_at, first_seen.get(copy.source, now))
    wait = easiest([_at(gate, source, seen_at, document, approved, now) for source, seen_at in first_seen.items()])
    origin = gate.config.source(item.origin_source)
    if wait is None and origin and origin.kind == "byline":  # it has no copies of its own, but may have rules
        wait = _at(gate, origin.id, min(first_seen.values()), document, approved, now)
    return wait


def _at(
    gate: Gate, source: str, first_seen_at: datetime, document: Document, approved: bool, now: datetime
) -> Wait | None:
    """Ask at the door of one source; what an editor has approved is kept by nothing but another editor's pause."""
    door = gate.doors.get(source)
    if door is None or approved:
        door = Door(source, Editorial())
    return wait_at(door, document, first_seen_at, gate.pauses.of_source(source), gate.zone, now)


def _is_wanted(copy: CopyFacts, config: Config) -> bool:
    source = config.source(copy.source)
    return source is None or source.collect == "all" or claimed_by_byline(copy, config) is not None


def note_passage(
    connection: Connection, old: StoredItem, new: StoredItem, ruling: Ruling | None, now: datetime
) -> None:
    """Write down that an item begins to wait, or waits no more; what an editor approved is written down with that."""
    before, after = kind_of(old.state_why), kind_of(new.state_why)
    if after in _TOLD and new.state_why != old.state_why:
        by = "editor" if after == "hidden" else "program"
        record_decision(connection, new.id, "held", {"because": new.state_why}, now, by=by)
    elif before in _TOLD and after is None and new.state == "published" and not (ruling and ruling.approved):
        evidence = {"because": f"it waits no more: {old.state_why}"}
        record_decision(connection, new.id, "released", evidence, now, by="editor" if before == "hidden" else "program")


def allot(connection: Connection, config: Config, now: datetime) -> int:
    """Release of the items that wait for the cap of their source as many as the day has room for; returns how many.

    The newest first: where more comes every day than may go out, readers get news, and not what is weeks old.
    """
    begun_at = day_of(now, ZoneInfo(config.site.timezone))
    released: list[int] = []
    waited_for = outputs.reasons_to_wait(connection)
    for source in config.sources:
        cap, reasons = source.editorial.cap_per_day, (asks_why(source.id), cap_why(source.id))
        if cap is None or waited_for.isdisjoint(reasons):
            continue
        room = cap - outputs.count_published(connection, source.id, begun_at)
        if room > 0:
            released += outputs.release_newest(connection, reasons, room)
        for item in outputs.change_reason(connection, *reasons) if reasons[0] in waited_for else ():
            record_decision(connection, item, "held", {"because": cap_why(source.id)}, now)
    store_copies.mark_dirty(connection, released)
    return len(released)
