"""Who decided what and when: what was decided about items, and what was stopped and resumed, in order of time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from aggregator.models import Pause
from aggregator.reports.explain import describe_decision, items_in, load_named
from aggregator.store import decisions, groups, histories, rulings


@dataclass(frozen=True)
class LogLine:
    """One decision.

    Attributes:
        kind: "held", "released", "approved", "rejected", "merged", ...; "paused" and "resumed".
        by: "program", "editor" for what stands in sources.toml, or a person.
        id: of the item; empty where it is about a source, a topic or everything.
        says: what was decided, for people.
    """

    at: datetime
    kind: str
    by: str
    id: str
    title: str
    says: str


def find_decided(connection: Connection, name: str) -> list[int]:
    """Return the item that an id or an address names, with those merged into it; none when there is none."""
    own = groups.items_named(connection, name)
    return [*own, *(other for item in own for other in histories.merged_into(connection, item))]


def read_log(
    connection: Connection,
    most: int,
    *,
    items: Collection[int] | None = None,
    source: str = "",
    since: datetime | None = None,
    chatter: bool = False,
) -> list[LogLine]:
    """Return the last lines of the log, the newest last; the arguments are those of `decisions.last_decisions`."""
    made = decisions.last_decisions(connection, most, items=items, source=source, since=since, chatter=chatter)
    names = load_named(connection, items_in(made))
    described = [(describe_decision(one, names), names[one.item].title) for one in made]
    lines = [LogLine(one.at, one.kind, one.by, one.item, title, one.says) for one, title in described]
    if items is None:
        lines += [
            _of_pause(pause, paused)
            for pause, paused in rulings.pause_notes(connection)
            if (not source or (pause.kind, pause.name) == ("source", source)) and (not since or pause.at >= since)
        ]
    return sorted(lines, key=lambda line: line.at)[-most:]


def _of_pause(pause: Pause, paused: bool) -> LogLine:
    what = f"{pause.kind} {pause.name}".rstrip()
    says = what + (f": {pause.reason}" if pause.reason else "")
    return LogLine(pause.at, "paused" if paused else "resumed", pause.by, "", "", says)
