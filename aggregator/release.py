"""When an item goes out: the rules of time and what editors let through, as answers to single questions.

The instants asked for are stored or compared by `work`; here is what they are and why.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Literal

from aggregator.expressions.document import Document
from aggregator.expressions.expression import Expression, parse_expression
from aggregator.models import Editorial, Pause, Ruling

WaitKind = Literal[
    "quarantine",
    "unclaimed",
    "paused",
    "hidden",
    "rejected",
    "hold",
    "veto",
    "cap",
    "allow",
    "deny",
    "expired",
    "embargo",
    "empty",
]

# An item waits this long for its page, then goes out with the feed's text.
SETTLE = timedelta(minutes=10)
# A date this close to our first sight of an article is believed for the order of a feed; an older one would bury it.
_SORT_WINDOW = timedelta(hours=48)
# Older than this when first seen is history: for pages and archives, not for everybody's reader.
_LATE = timedelta(days=7)

# So long a feed says that an item is gone; every reader that polls at all has heard of it by then.
TOMBSTONE_AGE = timedelta(days=90)


def release_instant(now: datetime, *, page_wanted: bool) -> datetime:
    """Say when a new item goes out at the latest; its first page attempt may end sooner."""
    return now + SETTLE if page_wanted else now


def sort_instant(published_at: datetime, now: datetime, *, is_past: bool) -> datetime:
    """Say where an item stands in the order of a feed; stored once and never moved.

    Args:
        is_past: it was there before we were (a source's first poll, paging back); then it keeps its own date, so that
            nobody's reader is flooded.
    """
    return published_at if is_past or now - published_at <= _SORT_WINDOW else now


def is_late(published_at: datetime, first_seen_at: datetime, *, first_build: bool) -> bool:
    """Tell whether an item was too old for a topic's live feed when it came.

    Args:
        first_build: of the topic, which takes its newest items whatever their age, so that none starts empty.
    """
    return not first_build and first_seen_at - published_at > _LATE


def oldest_shown(max_age: timedelta | None, now: datetime) -> datetime | None:
    """Say from which instant on items stand in a live feed; None: there is no limit."""
    return now - max_age if max_age else None


def leaves_at(sort_at: datetime, max_age: timedelta | None) -> datetime | None:
    """Say when an item becomes too old for a live feed; None: never."""
    return sort_at + max_age if max_age else None


# --- what editors let through ----------------------------------------------------------------------------------------

# Why an item waits, in its `state_why`: how the words begin says which rule it was.
QUARANTINE = "quarantine: "
UNCLAIMED = 'collect = "bylines" and no byline source claims it'
PAUSED = "paused"
HIDDEN = "hidden: "
_REJECTED = "rejected by "
EXPIRED = "expired: "  # of an agreement, after which nothing may be shown
EMBARGO = "embargo: "
EMPTY = "it has neither a title nor a text"
_KINDS: dict[str, WaitKind] = {
    QUARANTINE: "quarantine",
    UNCLAIMED: "unclaimed",
    PAUSED: "paused",
    HIDDEN: "hidden",
    _REJECTED: "rejected",
    EXPIRED: "expired",
    EMBARGO: "embargo",
    EMPTY: "empty",
    "publish": "hold",
    "veto_window": "veto",
    "cap_per_day": "cap",
    "allow": "allow",
    "deny": "deny",
}


@dataclass(frozen=True)
class Door:
    """The editorial rules of one source, its expressions read."""

    source: str
    rules: Editorial
    allow: Expression | None = None
    deny: Expression | None = None


@dataclass(frozen=True)
class Wait:
    """What keeps an article from going out, and until when; None: until somebody does something."""

    why: str
    until: datetime | None = None
    source: str = ""  # whose cap decides


def compile_door(source: str, rules: Editorial, joins: Callable[[str, Document], bool]) -> Door:
    """Read the expressions of a source's editorial rules. Raises ExpressionError.

    Args:
        joins: what `topic:` asks, see `parse_expression`.
    """
    allow, deny = (parse_expression(text, joins) if text else None for text in (rules.allow, rules.deny))
    return Door(source, rules, allow, deny)


def wait_at(
    door: Door, document: Document, first_seen_at: datetime, pause: Pause | None, zone: tzinfo, now: datetime
) -> Wait | None:
    """Say what keeps a new article of a source from going out; None: nothing does.

    A source with a cap has so many places a day: who gets one is decided among all who ask, and the others wait.

    Args:
        zone: in which days begin.
    """
    source, rules = door.source, door.rules
    if pause:
        return Wait(pause_why(pause))
    if (denied := door.deny and door.deny.reason(document)) is not None:
        return Wait(f'deny of source "{source}": {denied}')
    if door.allow and door.allow.reason(document) is None:
        return Wait(f'allow of source "{source}": not true of it: {door.allow.text}')
    if rules.publish == "hold":
        return Wait(f'publish = "hold" of source "{source}"')
    # A clock that was ahead when the article came keeps nobody waiting longer than the window.
    vetoed_until = min(first_seen_at, now) + rules.veto_window
    if rules.publish == "veto" and vetoed_until > now:
        return Wait(f'veto_window of source "{source}": goes out by itself unless it is rejected', vetoed_until)
    return Wait(asks_why(source), next_day(now, zone), source) if rules.cap_per_day is not None else None


def easiest(waits: Sequence[Wait | None]) -> Wait | None:
    """Say what keeps an article that several sources have: what one of them may not let out, another one may."""
    if not waits or None in waits:
        return None
    return min((wait for wait in waits if wait), key=lambda wait: (wait.until is None, wait.until, wait.why))


# Reasons for which nothing waits for an editor: they have spoken, or it is none of ours.
SETTLED = (UNCLAIMED, HIDDEN, _REJECTED, EXPIRED, EMPTY)


def asks_why(source: str) -> str:
    """Return the reason of an item that nothing keeps but, perhaps, the cap of its source."""
    return f'asks for one of the places that source "{source}" has today'


def cap_why(source: str) -> str:
    return f'cap_per_day of source "{source}": enough for today'


def pause_why(pause: Pause) -> str:
    what = "" if pause.kind == "everything" else f" {pause.kind} {pause.name}"
    return f"{PAUSED}{what} by {pause.by}" + (f": {pause.reason}" if pause.reason else "")


def reject_why(ruling: Ruling) -> str:
    return f"{_REJECTED}{ruling.by}" + (f": {ruling.reason}" if ruling.reason else "")


def kind_of(state_why: str) -> WaitKind | None:
    """Say by which rule an item waits; None: by none of those that are lifted by themselves."""
    return next((kind for beginning, kind in _KINDS.items() if state_why.startswith(beginning)), None)


def day_of(now: datetime, zone: tzinfo) -> datetime:
    """Return the instant at which the day began, in UTC."""
    return datetime.combine(now.astimezone(zone).date(), time(), zone).astimezone(UTC)


def next_day(now: datetime, zone: tzinfo) -> datetime:
    """Return the instant at which the next day begins, in UTC."""
    return datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(), zone).astimezone(UTC)


def month_of(at: datetime, zone: tzinfo) -> str:
    """Return the month in which an instant lies: "2026-11"."""
    return f"{at.astimezone(zone):%Y-%m}"


def span_of(month: str, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the instants at which a month, and the one after it, begin, in UTC."""
    first = datetime.fromisoformat(f"{month}-01")
    after = first.replace(day=28) + timedelta(days=4)
    begin, end = (datetime(one.year, one.month, 1, tzinfo=zone).astimezone(UTC) for one in (first, after))
    return begin, end
