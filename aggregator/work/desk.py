"""What editors say with commands: approve and reject items, pause and resume. Each is part of one short transaction.

Nothing is built here: what changes is marked, and the next build does the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from aggregator.errors import ConfigError
from aggregator.models import Config, Pause, PauseKind, Ruling
from aggregator.release import PAUSED, kind_of, pause_why
from aggregator.store import groups, outputs, quarantine, rulings, topic_states
from aggregator.store.outputs import StoredItem
from aggregator.urls import resolve


@dataclass(frozen=True)
class Ruled:
    """What became of one item that an editor ruled on.

    Attributes:
        remark: what the editor should know: it was said before, or something else keeps the item.
    """

    id: str
    title: str
    remark: str = ""


def find_named_items(session: Session, names: Sequence[str]) -> list[int]:
    """Find the items that ids or addresses of copies name.

    Raises:
        ConfigError: some name none, or more than one; every problem at once.
    """
    found: dict[int, None] = {}
    problems = []
    for name in names:
        items = groups.items_named(session, name) or groups.items_named(session, f"https://{name}")
        if len(items) > 1:
            ids = ", ".join(item.public_id for item in outputs.load_items(session, items))
            problems.append(f'"{name}": several items have this address; name one by its id: {ids}')
        elif items:
            found[items[0]] = None
        elif name.startswith("tag:"):
            problems.append(f'"{name}": no item has this id')
        elif resolve("", name):
            problems.append(f'"{name}": no copy has this address; `aggregator queue` lists what waits')
        else:
            problems.append(f'"{name}" is known neither as an address ("https://...") nor as an id ("tag:...")')
    if problems:
        raise ConfigError(*problems)
    return list(found)


def rule_on(session: Session, names: Sequence[str], ruling: Ruling, now: datetime) -> list[Ruled]:
    """Approve or reject the items that some names mean. Raises ConfigError when one cannot be; then none is."""
    items = outputs.load_items(session, find_named_items(session, names))
    if withdrawn := [item.public_id for item in items if item.state == "withdrawn"]:
        raise ConfigError(*(f"{public_id} is withdrawn, and stays so" for public_id in withdrawn))
    known = rulings.rulings_of(session, [item.id for item in items])
    return [_rule(session, item, ruling, known.get(item.id), now) for item in items]


def _rule(session: Session, item: StoredItem, ruling: Ruling, before: Ruling | None, now: datetime) -> Ruled:
    if before and before.approved == ruling.approved and ruling.reason in ("", before.reason):
        said = "approved" if before.approved else "rejected"
        return Ruled(item.public_id, item.title, f"was {said} by {before.by} already")
    if ruling.approved:
        quarantine.let_pass(session, rulings.held_copies(session, item.id))
    rulings.rule(session, item.id, ruling, now)
    remark = ""
    if ruling.approved and kind_of(item.state_why) in ("hidden", "paused"):
        remark = f"does not go out yet: {item.state_why}"
    return Ruled(item.public_id, item.title, remark)


def stop(session: Session, pause: Pause) -> Pause | None:
    """Stop something; returns the pause that was in force before, if any, which stays as it is."""
    before = _in_force(session, pause.kind, pause.name)
    if before is None:
        rulings.note_pause(session, pause, paused=True)
    return before


def go_on(session: Session, resumed: Pause, config: Config) -> Sequence[Pause]:
    """Let something go on that was stopped; returns the pauses still in force.

    Args:
        resumed: what, by whom and when.
    Raises:
        ConfigError: it is not stopped.
    """
    if _in_force(session, resumed.kind, resumed.name) is None:
        what = f"{resumed.kind} {resumed.name}".rstrip()
        stopped = "; ".join(pause_why(pause) for pause in rulings.load_pauses(session).pauses)
        raise ConfigError(f"{what} is not paused; there is: {stopped or 'no pause'}")
    rulings.note_pause(session, resumed, paused=False)
    rulings.wake_held(session, PAUSED)
    topics = [topic.id for topic in config.topics]
    topic_states.make_due(session, [topic for topic in topics if resumed.name in ("", topic)], resumed.at)
    return rulings.load_pauses(session).pauses


def _in_force(session: Session, kind: PauseKind, name: str) -> Pause | None:
    pauses = rulings.load_pauses(session).pauses
    return next((pause for pause in pauses if (pause.kind, pause.name) == (kind, name)), None)
