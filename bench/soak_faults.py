"""What a season's troubles must be told as, by whom and when: the status page and the alerts are held against it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aggregator.models import Trouble
from bench.soak_farm import SPELLS, START, TROUBLED

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_QUIET = 12 * _HOUR  # `[alerts] quiet`, as it is unless set
_TOLD = 8 * _HOUR  # what is there for ten minutes is told at the next look, and looks are four hours apart
MOVED_BY_EDITOR, REPLACED_BY_EDITOR = 31.0, 34.0  # days: the new address of who moved, of who went
EXPIRES, RENEWED = 75, 78.0
TYPO = (72.0, 73.0)
UNWRITABLE = (82.0, 83.0)


@dataclass(frozen=True)
class Fault:
    """One trouble.

    Attributes:
        begins, ends: in days from the start.
        seen_within: hours after it began, it must be on the page.
        over_within: hours after it ended, it must not be there any more.
    """

    name: str
    kind: str
    subject: str
    begins: float
    ends: float
    seen_within: float
    over_within: float

    @property
    def begins_at(self) -> datetime:
        return START + self.begins * _DAY

    @property
    def ends_at(self) -> datetime:
        return START + self.ends * _DAY


def _of(name: str, kind: str, seen_within: float, over_within: float, ends: float | None = None) -> Fault:
    spell = SPELLS[name]
    return Fault(
        name, kind, f"s{TROUBLED.index(name)}", spell.begins, ends or spell.ends, seen_within, over_within
    )  # fmt: skip


# What fails is asked again after an hour, two, four ...; what cannot be read after 6, 12, 24. Nobody waits longer than
# a day. Pages are judged by a week of them, and so is how much came.
FAULTS = (
    _of("outage", "broken", 12, 25),
    _of("hangs", "broken", 12, 25),
    _of("moves", "moved", 12, 4, ends=MOVED_BY_EDITOR),
    _of("goes", "broken", 12, 4, ends=REPLACED_BY_EDITOR),
    _of("falls silent", "silent", 5 * 24, 48),
    _of("shrinks", "shrunk", 8 * 24, 8 * 24),
    _of("walls its pages", "blocked", 48, 7 * 24),
    _of("forbids its pages to robots", "blocked", 72, 7 * 24),
    _of("is hacked", "hacked", 12, 48),
    _of("turns into HTML", "broken", 48, 25),
    Fault("expires", "rights", f"s{TROUBLED.index('expires')}", EXPIRES - 30, RENEWED, 4, 4),
    Fault("typo in sources.toml", "configuration", "", *TYPO, 4, 4),
    Fault("output unwritable", "output", "", *UNWRITABLE, 4, 4),
)


@dataclass
class Span:
    """From the first to the last look at which something was there, without a break."""

    first: datetime
    last: datetime
    text: str


@dataclass
class Seen:
    """What stood on the status page, and what operators were told, by kind and subject."""

    on_page: dict[tuple[str, str], list[Span]] = field(default_factory=dict)
    told: list[tuple[datetime, str, tuple[str, str], str]] = field(default_factory=list)  # "new" or "over"
    _before: datetime | None = None

    def look(self, troubles: Sequence[Trouble], now: datetime) -> None:
        for trouble in troubles:
            spans = self.on_page.setdefault((trouble.kind, trouble.subject), [])
            if spans and spans[-1].last in (self._before, now):
                spans[-1].last = now
            else:
                spans.append(Span(now, now, trouble.text))
        self._before = now

    def hear(self, document: Mapping[str, Any]) -> None:
        at = datetime.fromisoformat(document["at"])
        for what in ("new", "over"):
            for one in document[what]:
                self.told.append((at, what, (one["kind"], one["subject"]), one["text"]))


@dataclass
class Outcome:
    """How one fault was told.

    Attributes:
        seen, over: hours after it began and ended; None: not at all.
        told, told_over: the same of alerts.
    """

    fault: Fault
    seen: float | None = None
    told: float | None = None
    over: float | None = None
    told_over: float | None = None
    wrong: list[str] = field(default_factory=list)


def judge(seen: Seen, end: datetime) -> tuple[list[Outcome], list[str]]:
    """Hold what was seen against what went on.

    Returns:
        An outcome for each fault that began, and all that was said of things that never were.
    """
    outcomes = [_judge(fault, seen, end) for fault in FAULTS if fault.begins_at < end]
    return outcomes, list(_false_alarms(seen))


def _judge(fault: Fault, seen: Seen, end: datetime) -> Outcome:
    outcome = Outcome(fault)
    spans = [span for span in seen.on_page.get((fault.kind, fault.subject), []) if _is_about(fault, span.first)]
    must_be_seen_at = fault.begins_at + fault.seen_within * _HOUR
    must_be_over_at = fault.ends_at + fault.over_within * _HOUR
    if spans:
        outcome.seen = (spans[0].first - fault.begins_at) / _HOUR
        if spans[-1].last < end:
            outcome.over = max((spans[-1].last - fault.ends_at) / _HOUR, 0)
    if must_be_seen_at < end and (not spans or spans[0].first > must_be_seen_at):
        outcome.wrong.append("not on the page in time")
    if len(spans) > 1:
        outcome.wrong.append(f"on the page {len(spans)} times")
    if must_be_over_at < end and spans and spans[-1].last > must_be_over_at:
        outcome.wrong.append("on the page after it was over")
    if not spans:
        return outcome
    for what, since, within in (("new", spans[0].first, _TOLD), ("over", spans[-1].last, _QUIET + _TOLD)):
        told = [
            at
            for at, how, key, _ in seen.told
            if how == what and key == (fault.kind, fault.subject) and at >= fault.begins_at
        ]
        if told and what == "new":
            outcome.told = (told[0] - fault.begins_at) / _HOUR
        elif told:
            outcome.told_over = max((told[0] - fault.ends_at) / _HOUR, 0)
        if since + within < end and (not told or told[0] > since + within):
            outcome.wrong.append(f'not told as "{what}" in time')
        if len(told) > (2 if fault.kind == "rights" and what == "new" else 1):  # that it ends soon, and that it did
            outcome.wrong.append(f'told as "{what}" {len(told)} times')
    return outcome


def _is_about(fault: Fault, at: datetime) -> bool:
    return fault.begins_at <= at <= fault.ends_at + fault.over_within * _HOUR


def _false_alarms(seen: Seen) -> Iterator[str]:
    def is_known(kind: str, subject: str, at: datetime, after: timedelta) -> bool:
        return any(
            (fault.kind, fault.subject) == (kind, subject) and _is_about(fault, max(at - after, fault.begins_at))
            for fault in FAULTS
            if at >= fault.begins_at
        )

    for (kind, subject), spans in seen.on_page.items():
        for span in spans:
            if not is_known(kind, subject, span.first, timedelta()):
                day, length = (span.first - START) / _DAY, (span.last - span.first) / _DAY
                yield f"page, day {day:.1f}, for {length:.1f} days: {kind} {subject}: {span.text}"
    for at, what, (kind, subject), text in seen.told:
        if not is_known(kind, subject, at, _QUIET + _TOLD):
            yield f"alert, day {(at - START) / _DAY:.1f}, {what}: {kind} {subject}: {text}"
