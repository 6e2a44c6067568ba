"""What the program is doing and what needs a person, at a glance: for the status page and the document beside it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from aggregator.models import Config
from aggregator.reports.rights import list_ending
from aggregator.reports.status import SourceStatus, Status, gather_status
from aggregator.rights.agreement import allowance
from aggregator.store.activity import Activity, load_activity, load_outcomes, load_volumes

DAYS = 30
_POLLS = 20  # shown of each source
_OFTEN = 3  # failures in a row before a person is bothered: servers have bad hours
_ORDER = ("gone", "failing", "warning", "new", "ok", "byline", "off")


@dataclass(frozen=True)
class Concern:
    """Something that a person must look at: whom it is about, what it is and what to do."""

    subject: str
    text: str


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
    concerns: tuple[Concern, ...]
    sources: tuple[SourceLine, ...]  # those that need a look first
    topics: tuple[TopicLine, ...]
    totals: dict[str, int]


def gather_overview(
    session: Session, config: Config, now: datetime, seconds: Mapping[str, float], problems: Sequence[str] = ()
) -> Overview:
    """Read all of it.

    Args:
        seconds: how long each source's last poll took, as far as it is known.
        problems: what is wrong with the sources file; `config` is then the one in force.
    """
    status = gather_status(session, config, now, problems)
    since = (now - timedelta(days=DAYS - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    days = [f"{since + timedelta(days=day):%Y-%m-%d}" for day in range(DAYS)]
    activity = load_activity(session, since)
    outcomes = load_outcomes(session)
    volumes = load_volumes(session, [topic.id for topic in config.topics], since)
    modes = {source.id: allowance(source.id, source.id, config, now).mode for source in config.sources}
    lines = [
        _line(one, activity.get(one.id, Activity()), outcomes.get(one.id, []), seconds.get(one.id), days, modes[one.id])
        for one in status.sources
    ]
    return Overview(
        now,
        (*_concerns(status), *(Concern(source.name, text) for source, text in list_ending(config, now))),
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
        },
    )


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
    return tuple(counts.get(day, 0) for day in days)


def _concerns(status: Status) -> Iterator[Concern]:
    for problem in status.config_problems:
        yield Concern("sources.toml", f"{problem}. The last good file stays in force.")
    for pause in status.pauses:
        yield Concern("Paused", f"{pause.name or 'everything'}: `aggregator resume` lets it go on.")
    if status.waiting:
        yield Concern("Editors", f"{status.waiting} articles wait; `aggregator queue` lists them.")
    for source in status.sources:
        if source.state == "gone" or (source.state == "failing" and source.failures >= _OFTEN):
            times = f" ({source.failures} times in a row)" if source.state == "failing" else ""
            yield Concern(source.name, f"{source.outcome}{times}")
        elif source.state == "warning":
            yield Concern(source.name, source.warning)
