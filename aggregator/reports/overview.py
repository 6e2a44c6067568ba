"""What the program is doing and what needs a person, at a glance: for the status page and the document beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from aggregator.models import Config, Trouble
from aggregator.reports.status import SourceStatus, gather_status
from aggregator.reports.troubles import UNSEEN, Machine
from aggregator.rights.agreement import allowance
from aggregator.store.activity import Activity, load_activity, load_outcomes, load_volumes
from aggregator.store.fleet import Fleet

_DAYS = 30
_POLLS = 20  # shown of each source
_ORDER = ("gone", "failing", "warning", "new", "ok", "byline", "off")


@dataclass(frozen=True)
class SourceLine:
    """One source.

    Attributes:
        by_day: new articles of the last thirty days, today's last.
        polls: whether each of the last polls went well, the latest last.
        seconds: how long the last poll took; None when this process has not polled it.
        with_text, carried: shares of its articles of thirty days; None when there are none.
    """

    status: SourceStatus
    by_day: tuple[int, ...]
    polls: tuple[bool, ...]
    seconds: float | None
    with_text: float | None
    carried: float | None
    rights: str


@dataclass(frozen=True)
class TopicLine:
    id: str
    title: str
    items: int
    changed_at: datetime | None
    by_day: tuple[int, ...]


@dataclass(frozen=True)
class Overview:
    """Everything that the status page shows."""

    at: datetime
    troubles: tuple[Trouble, ...]  # what needs a person
    sources: tuple[SourceLine, ...]  # those that need a look first
    topics: tuple[TopicLine, ...]
    totals: dict[str, int]
    fleet: Fleet | None


def gather_overview(
    connection: Connection,
    config: Config,
    now: datetime,
    seconds: Mapping[str, float],
    problems: Sequence[str] = (),
    machine: Machine = UNSEEN,
) -> Overview:
    """Read all of it.

    Args:
        seconds: how long each source's last poll took, as far as it is known.
        problems: what is wrong with the sources file; `config` is then the one in force.
        machine: what the store does not know.
    """
    status = gather_status(connection, config, now, problems, machine)
    since = (now - timedelta(days=_DAYS - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    days = [f"{since + timedelta(days=day):%Y-%m-%d}" for day in range(_DAYS)]
    activity = load_activity(connection, since)
    outcomes = load_outcomes(connection)
    volumes = load_volumes(connection, [topic.id for topic in config.topics], since)
    modes = {source.id: allowance(source.id, source.id, config, now).mode for source in config.sources}
    lines = [
        _line(one, activity.get(one.id, Activity()), outcomes.get(one.id, []), seconds.get(one.id), days, modes[one.id])
        for one in status.sources
    ]
    return Overview(
        now,
        status.troubles,
        tuple(sorted(lines, key=lambda line: (_ORDER.index(line.status.state), line.status.name.casefold()))),
        tuple(
            TopicLine(topic.id, topic.title, topic.items, topic.changed_at, _series(volumes.get(topic.id, {}), days))
            for topic in status.topics
        ),
        {
            "sources": len(status.sources),
            "polled well": sum(line.status.state in ("ok", "warning") for line in lines),
            "articles": status.items.get("published", 0),
            "new in 30 days": sum(sum(line.by_day) for line in lines),
            "waiting for an editor": status.waiting,
            "pages to fetch": status.pages_waiting,
        }
        | _of_fleet(status.fleet),
        status.fleet,
    )


def _of_fleet(fleet: Fleet | None) -> dict[str, int]:
    if fleet is None:
        return {}
    return {
        "workers": len(fleet.workers),
        "hosts waiting in the queue": fleet.waiting,
        "hosts visited now": len(fleet.visited),
    }


def _line(
    status: SourceStatus, activity: Activity, outcomes: list[bool], seconds: float | None, days: list[str], mode: str
) -> SourceLine:
    total = sum(activity.bodies.values())
    return SourceLine(
        status,
        _series(activity.by_day, days),
        tuple(outcomes[-_POLLS:]),
        seconds,
        1 - activity.bodies.get("none", 0) / total if total else None,
        activity.carried / total if total else None,
        mode,
    )


def _series(counts: Mapping[str, int], days: Sequence[str]) -> tuple[int, ...]:
    return tuple([counts.get(day, 0) for day in days])
