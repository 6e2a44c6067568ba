"""What usually comes of each source in a week, and whether less came than chance and quiet days explain."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import sqrt

from aggregator.store.arrivals import Day

LOOK_BACK = 35  # days before today: the last seven are compared with those before
_WEEK = 7
_LEAST_BEFORE = 14  # days that a source must have been known before its last week
_LEAST_ARTICLES = 20  # of which a share is taken
_LEAST_OTHERS = 3  # sources by which a quiet week is known
_SILENCE = 3  # days without anything and more are told of as a silence
_CHANCE = 3  # deviations: chance alone does that once in some hundred weeks


@dataclass(frozen=True)
class Usual:
    """A count of the last week beside what would be usual, and by how much that varies."""

    found: int
    usual: float
    deviation: float


@dataclass(frozen=True)
class Week:
    """What came of a source in its last week.

    Attributes:
        began: the week's first instant.
        count: articles of the week.
        articles: the same beside what is usual.
        texts: those that had a text; None where too few came to say.
        from_pages: whether a text counts only when it is from the article's page.
    """

    began: datetime
    count: int
    articles: Usual
    texts: Usual | None
    from_pages: bool


def too_few(count: Usual, ratio: float) -> bool:
    """Say whether a count is below a share of what is usual, and by more than chance."""
    return count.found < ratio * count.usual and count.usual - count.found > _CHANCE * count.deviation


def say_gap(gap: timedelta) -> str:
    """Say about how long something took or is apart, for people."""
    hours = gap.total_seconds() / 3600
    if hours < 1.5:
        return f"{max(round(hours * 60), 1)} minutes"
    return f"{round(hours)} hours" if hours < 48 else f"{int(hours // 24)} days"


def last_weeks(days: Mapping[str, Mapping[str, Day]], now: datetime) -> dict[str, Week]:
    """Map sources to their last seven whole days; those are left out that have not been known for long enough.

    A week in which all the others brought less, too (a holiday, a machine that was off), is held against nobody.

    Args:
        days: what came by source and day of the last five weeks, today left out.
    """
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    began = midnight - timedelta(days=_WEEK)
    names = {number: f"{began + timedelta(days=number):%Y-%m-%d}" for number in range(-_SILENCE - 1, _WEEK)}
    weeks = {source: week for source, by_day in days.items() if (week := _last_week(by_day, began, names))}
    found = sum(week.articles.found for week in weeks.values())
    usual = sum(week.articles.usual for week in weeks.values())

    def quieter(week: Week) -> Week:
        one = week.articles
        if len(weeks) <= _LEAST_OTHERS or usual <= one.usual:
            return week
        share = min((found - one.found) / (usual - one.usual), 1)
        return replace(week, articles=Usual(one.found, one.usual * share, one.deviation * sqrt(share)))

    return {source: quieter(week) for source, week in weeks.items()}


def _last_week(by_day: Mapping[str, Day], began: datetime, names: Mapping[int, str]) -> Week | None:
    """Judge the week that began then; `names` has the days in it and before it by their distance from that."""
    # The first day on which anything came brought the source's past, too.
    before = sorted(day for day in by_day if day < names[0])[1:]
    if not before:
        return None
    first = datetime.fromisoformat(before[0]).replace(tzinfo=UTC)
    known = (began - first).days
    if known < _LEAST_BEFORE:
        return None
    counts = [by_day[day].articles for day in before]
    mean = sum(counts) / known
    # Days without anything count, too. What comes by chance varies by its mean at the least.
    variance = sum(count * count for count in counts) / known - mean * mean
    recent = [by_day[day] for day in by_day if day >= names[0]]
    count = sum(day.articles for day in recent)
    counted = _WEEK - _still_silent(by_day, names)
    articles = Usual(count, mean * counted, sqrt(counted * max(mean, variance)))
    old, new = _sum(by_day[day] for day in before), _sum(recent)
    from_pages = 2 * old["page"] >= old.total()
    return Week(began, count, articles, _texts(old, new, from_pages=from_pages), from_pages)


def _sum(days: Iterable[Day]) -> Counter[str]:
    bodies: Counter[str] = Counter()
    for day in days:
        bodies.update(day.bodies)
    return bodies


def _still_silent(by_day: Mapping[str, Day], names: Mapping[int, str]) -> int:
    """Return for how many days of its last week a source went on with a silence that is over now.

    Those are not held against it a second time, when it has come back.
    """
    days = next((number for number in range(_WEEK) if names[number] in by_day), 0)
    return days if not any(names[number] in by_day for number in range(days - _SILENCE - 1, days)) else 0


def _texts(old: Counter[str], new: Counter[str], *, from_pages: bool) -> Usual | None:
    if old.total() < _LEAST_ARTICLES or not new:
        return None

    def having(bodies: Counter[str]) -> int:
        return bodies["page"] if from_pages else bodies.total() - bodies["none"]

    share, count = having(old) / old.total(), new.total()
    return Usual(having(new), share * count, sqrt(count * share * (1 - share) + 1))
