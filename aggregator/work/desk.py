"""What editors say with commands: approve and reject items, pause and resume. Each is part of one short transaction.

Nothing is built here: what changes is marked, and the next build does the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

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


def find_named_items(connection: Connection, names: Sequence[str]) -> list[int]:
    """Find the items that ids or addresses of copies name.

    Raises:
        ConfigError: some name none, or more than one; every problem at once.
    """
    found: dict[int, None] = {}
    problems = []
    for name in names:
        items = groups.items_named(connection, name) or groups.items_named(connection, f"https://{name}")
        if len(items) > 1:
            ids = ", ".join(item.public_id for item in outputs.load_items(connection, items))
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


def rule_on(connection: Connection, names: Sequence[str], ruling: Ruling, now: datetime) -> list[Ruled]:
    """Approve or reject the items that some names mean. Raises ConfigError when one cannot be; then none is."""
    items = outputs.load_items(connection, find_named_items(connection, names))
    if withdrawn := [item.public_id for item in items if item.state == "withdrawn"]:
        raise ConfigError(*(f"{public_id} is withdrawn, and stays so" for public_id in withdrawn))
    known = rulings.rulings_of(connection, [item.id for item in items])
    return [_rule(connection, item, ruling, known.get(item.id), now) for item in items]


def _rule(connection: Connection, item: StoredItem, ruling: Ruling, before: Ruling | None, now: datetime) -> Ruled:
    if before and before.approved == ruling.approved and ruling.reason in ("", before.reason):
        said = "approved" if before.approved else "rejected"
        return Ruled(item.public_id, item.title, f"was {said} by {before.by} already")
    if ruling.approved:
        quarantine.let_pass(connection, rulings.held_copies(connection, item.id))
    rulings.rule(connection, item.id, ruling, now)
    remark = ""
    if ruling.approved and kind_of(item.state_why) in ("hidden", "paused"):
        remark = f"does not go out yet: {item.state_why}"
    return Ruled(item.public_id, item.title, remark)


def stop(connection: Connection, pause: Pause) -> Pause | None:
    """Stop something; returns the pause that was in force before, if any, which stays as it is."""
    before = _in_force(connection, pause.kind, pause.name)
    if before is None:
        rulings.note_pause(connection, pause, paused=True)
    return before


def go_on(connection: Connection, resumed: Pause, config: Config) -> Sequence[Pause]:
    """Let something go on that was stopped; returns the pauses still in force.

    Args:
        resumed: what, by whom and when.
    Raises:
        ConfigError: it is not stopped.
    """
    if _in_force(connection, resumed.kind, resumed.name) is None:
        what = f"{resumed.kind} {resumed.name}".rstrip()
        stopped = "; ".join(pause_why(pause) for pause in rulings.load_pauses(connection).pauses)
        raise ConfigError(f"{what} is not paused; there is: {stopped or 'no pause'}")
    rulings.note_pause(connection, resumed, paused=False)
    rulings.wake_held(connection, PAUSED)
    topics = [topic.id for topic in config.topics]
    topic_states.make_due(connection, [topic for topic in topics if resumed.name in ("", topic)], resumed.at)
    return rulings.load_pauses(connection).pauses


def _in_force(connection: Connection, kind: PauseKind, name: str) -> Pause | None:
    pauses = rulings.load_pauses(connection).pauses
    return next((pause for pause in pauses if (pause.kind, pause.name) == (kind, name)), None)
