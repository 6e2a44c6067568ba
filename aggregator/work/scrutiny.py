"""What came of a source is looked at together: what looks like the work of somebody who broke in is held, the rest
passes and is learned from. Part of the transactions that end a poll and a page.

A copy that readers have seen already is never taken away: a change to it that looks so is not taken over, and looked
at again whenever it comes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from aggregator.models import Config, Facts
from aggregator.store import copies, quarantine, rulings
from aggregator.store.database import Database
from aggregator.store.decisions import record_decision
from aggregator.store.quarantine import Hold
from aggregator.suspicion.profile import learn, mark, note, pack, unpack
from aggregator.suspicion.verdict import suspect, why_quarantined

LOOK_AGAIN = timedelta(days=1)  # after which the page of what is held is read again
_PASSED: tuple[Hold | None, str] = (None, "")


@dataclass(frozen=True)
class Verdicts:
    """Which articles are to be held, by guid, and why; the others pass."""

    held: dict[str, tuple[Hold, str]]

    def of(self, guid: str) -> tuple[Hold | None, str]:
        return self.held.get(guid, _PASSED)


def judge(connection: Connection, source: str, facts: Sequence[Facts | None], now: datetime) -> Verdicts:
    """Judge what came of a source, and keep in its profile what was learned.

    Args:
        facts: of each article; None passes, since nobody asked.
    """
    asked = [one for one in facts if one]
    if not asked:
        return Verdicts({})
    profile = note(unpack(quarantine.load_profile(connection, source)), asked, now)
    found = {one.key: suspect(one, profile, now) for one in asked}
    for key, suspicion in found.items():
        profile = mark(profile, key, suspicion.weight if suspicion else 0)
    closed = why_quarantined(profile, now)
    held: dict[str, tuple[Hold, str]] = {}
    for one in asked:
        if suspicion := found[one.key]:
            held[one.key] = ("suspect", suspicion.why)
        elif closed:
            held[one.key] = ("quarantine", closed)
        else:
            profile = learn(profile, one)
    quarantine.save_profile(connection, source, pack(profile))
    return Verdicts(held)


def settle_copy(connection: Connection, copy: copies.KnownCopy, hold: Hold | None, why: str, now: datetime) -> None:
    """Hold a copy that is not shown yet, or let it pass, and write down what is new about it.

    What an editor has approved passes.
    """
    if hold and rulings.is_approved(connection, copy.item):
        hold, why = None, ""
    if hold:
        quarantine.hold_copy(connection, copy.id, hold, why)
    elif copy.held:
        quarantine.let_pass(connection, [copy.id])
    if (hold or "") != copy.held:
        kind = "held" if hold else "released"
        record_decision(
            connection, copy.item, kind, {"source": copy.source, "because": why or "nothing is odd now"}, now
        )
        copies.mark_dirty(connection, [copy.item])


def note_gone(connection: Connection, copy: copies.KnownCopy, now: datetime) -> None:
    """Note that what was held has vanished: it waits no more, and speaks no more against its source."""
    profile = mark(unpack(quarantine.load_profile(connection, copy.source)), copy.guid, 0)
    quarantine.save_profile(connection, copy.source, pack(profile))
    settle_copy(connection, copy, "gone", "it vanished from the partner's site while it was held", now)


async def lift_quarantines(config: Config, database: Database, now: datetime) -> int:
    """Release what was held for what else its source published, where nothing speaks for a break-in any more.

    Also what an editor's `quarantine = "off"` lets go. Returns how many copies were released.
    """
    waiting = await database.read(quarantine.load_waiting)
    return await database.write(_lift, config, now) if waiting else 0


def _lift(connection: Connection, config: Config, now: datetime) -> int:
    released = 0
    for source_id, waiting in quarantine.load_waiting(connection).items():
        source = config.source(source_id)
        if source is None:
            continue
        why = 'quarantine = "off"'
        if source.quarantine:
            why = "the quarantine is over"
            waiting = [one for one in waiting if one.held == "quarantine"]
            if not waiting or why_quarantined(unpack(quarantine.load_profile(connection, source_id)), now):
                continue
        quarantine.let_pass(connection, [one.copy for one in waiting])
        for one in waiting:
            record_decision(connection, one.item, "released", {"source": source_id, "because": why}, now)
        copies.mark_dirty(connection, [one.item for one in waiting])
        released += len(waiting)
    return released
