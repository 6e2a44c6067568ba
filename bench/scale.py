"""A day of a federation, simulated: how late its sources are polled, by so many workers.

Run from the repo: `python -m bench.scale`, with `--sources N` (100,000), `--workers 2,3,4`, `--quick` for a look. The
schedule is the program's own, run for every poll; what is invented is who publishes when. What a poll, an entry and a
page cost is measured elsewhere (`bench.fleet speed`, `bench bodies`) and given here. A worker is one queue: what costs
processor time is done one after the other, what is waited for is not. A host is one, too: it is asked for one thing at
a time, with a pause between.

Late is who is asked later than `next_poll_at`. Writers come one after the other in the whole fleet; of them it is only
said how busy they are.
"""

import argparse
import heapq
import random
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from aggregator.models import CacheHints, FetchRules, PollHistory, Validators
from aggregator.schedule import learn_rhythm, next_poll_at

_BEGIN = datetime(2026, 11, 23, tzinfo=UTC)  # a Monday; before it lie six hours that are not counted
_WARM_UP, _DAY = 6 * 3600.0, 24 * 3600.0
_SWEEP = 2.0  # seconds between two looks at what is due
_KEPT_GAPS = 20
# How much is published in each hour of a newsroom's day, beside the average.
_HOURS = (
    *(0.2, 0.1, 0.1, 0.1, 0.2, 0.4, 0.8, 1.2, 1.5, 1.7, 1.8, 1.8),
    *(1.6, 1.5, 1.6, 1.7, 1.7, 1.6, 1.4, 1.2, 1.0, 0.8, 0.6, 0.4),
)
_WEEKEND = 0.5
_ZONES = (-8, -5, -5, -4, -4, -4, -3, -3, 0, 1, 1, 2, 3, 5, 8)  # hours from UTC, of newsrooms


@dataclass(frozen=True)
class Costs:
    """Seconds.

    Attributes:
        poll, entry, page: of a worker's time, for a poll that brings nothing, a new entry, a page.
        write: for which a new entry, and a page, keep all others from writing.
        answer: until a partner has answered.
        pause: before the same host is asked again (AGGREGATOR_HOST_DELAY).
    """

    poll: float
    entry: float
    page: float
    write: float
    answer: float = 0.4
    pause: float = 1.0


@dataclass
class Newsroom:
    """A source: its host, how it publishes, and what the program knows of it.

    Attributes:
        rate: entries an hour, on average.
        zone: seconds that its clock is ahead of UTC.
        coming: when it publishes next, in seconds from `_BEGIN`.
        dates: of its last entries that have been seen.
    """

    host: int
    rate: float
    zone: float
    has_pages: bool
    fails: bool
    coming: float
    history: PollHistory
    dates: deque[float]


@dataclass
class Figures:
    """What came of it."""

    lags: list[float] = field(default_factory=list)
    polls: int = 0
    entries: int = 0
    pages: int = 0
    busy: float = 0.0  # seconds of all workers
    writing: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))  # seconds, by hour
    by_hour: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))


def invent(count: int, dice: random.Random) -> list[Newsroom]:
    """Invent sources: most publish a few times a day, some once a month, some every quarter of an hour."""
    hosts = _hosts(count, dice)
    return [_newsroom(next(hosts), dice) for _ in range(count)]


def _hosts(count: int, dice: random.Random) -> Iterator[int]:
    """Two in three sources have a host of their own; of the rest, few hosts have many, up to 200."""
    host = left = 0
    while True:
        if not left:
            host += 1
            left = 1 if dice.random() < 0.9 else min(200, int(dice.paretovariate(1.1)) + 1, max(count // 10, 1))
        left -= 1
        yield host


def _newsroom(host: int, dice: random.Random) -> Newsroom:
    rate = min(max(dice.lognormvariate(0.9, 1.3), 0.03), 96) / 24
    zone = dice.choice(_ZONES) * 3600.0
    # What it had published until some moment in the last day: the program knows that already.
    seen = -_WARM_UP - dice.uniform(0, 3600)
    dates: deque[float] = deque(maxlen=_KEPT_GAPS + 1)
    at = seen - 21 / rate * 3600
    while (at := _next_entry(at, rate, zone, dice)) < seen:
        dates.append(at)
    validators = Validators() if dice.random() < 0.1 else Validators(etag='"x"')
    newest = _instant(dates[-1]) if dates else None
    rhythm = tuple(timedelta(seconds=later - sooner) for sooner, later in pairwise(dates))
    history = PollHistory(
        validators, last_success_at=_instant(seen), newest_at=newest, rhythm=rhythm, entries=len(dates), polls=10
    )
    return Newsroom(host, rate, zone, dice.random() < 0.6, dice.random() < 0.02, at, history, dates)


def _next_entry(at: float, rate: float, zone: float, dice: random.Random) -> float:
    """Say when it publishes next: at random, and by its hours and days."""
    most = rate * max(_HOURS)
    while True:
        at += dice.expovariate(most) * 3600
        hour = int((at + zone) // 3600)
        weekday = (_BEGIN.weekday() + hour // 24) % 7
        if dice.random() * max(_HOURS) < _HOURS[hour % 24] * (_WEEKEND if weekday >= 5 else 1):
            return at


def _instant(seconds: float) -> datetime:
    return _BEGIN + timedelta(seconds=seconds)


class Fleet:
    """Workers, and the hosts that are asked by them."""

    def __init__(self, newsrooms: list[Newsroom], workers: int, costs: Costs, dice: random.Random) -> None:
        self._newsrooms, self._costs, self._dice = newsrooms, costs, dice
        self._free = [-_WARM_UP] * workers  # when each of them has time again
        self._waiting: dict[int, deque[tuple[float, int]]] = {}  # by host that is being asked
        self.figures = Figures()

    def run(self) -> Figures:
        """Let a day pass."""
        first = [(self._plan(one, -_WARM_UP - self._dice.uniform(0, 3600)), n) for n, one in enumerate(self._newsrooms)]
        # What happens: a source comes due, a host has time again, a source is asked.
        events = [(max(due, -_WARM_UP), "due", number, due) for due, number in first]
        heapq.heapify(events)
        while events and events[0][0] < _DAY:
            at, what, number, due = heapq.heappop(events)
            host = number if what == "free" else self._newsrooms[number].host
            if what == "due":
                if host in self._waiting:
                    self._waiting[host].append((due, number))
                    continue
                self._waiting[host] = deque()
                seen = -(-at // _SWEEP) * _SWEEP  # with the next look
                heapq.heappush(events, (seen, "ask", number, due))
            elif what == "ask":
                left, again = self._ask(self._newsrooms[number], at, due)
                heapq.heappush(events, (left, "free", host, 0.0))
                heapq.heappush(events, (again, "due", number, again))
            elif self._waiting[host]:
                due, number = self._waiting[host].popleft()
                heapq.heappush(events, (at, "ask", number, due))
            else:
                del self._waiting[host]
        return self.figures

    def _ask(self, one: Newsroom, at: float, due: float) -> tuple[float, float]:
        """Poll a source when a worker has time; say until when its host is asked, and when it is due again."""
        start = max(at, self._free[0])
        new = 0
        if not one.fails:
            while one.coming <= start:
                one.dates.append(one.coming)
                one.coming = _next_entry(one.coming, one.rate, one.zone, self._dice)
                new += 1
        pages = new if one.has_pages else 0
        cost = self._costs.poll + new * self._costs.entry + pages * self._costs.page
        heapq.heapreplace(self._free, start + cost)
        answers = (1 + pages) * (self._costs.answer + self._costs.pause)
        if start >= 0:
            self._count(start, start - due, new, pages, cost)
        now = _instant(start)
        history = replace(one.history, polled_at=now, polls=one.history.polls + 1)
        if one.fails:
            one.history = replace(history, failures=history.failures + 1, failure="unreachable")
            answers += 30  # until we give up
        else:
            dates = [_instant(date) for date in one.dates]
            one.history = learn_rhythm(replace(history, last_success_at=now), dates if new else [], new > 0, now)
        return start + cost + answers, self._plan(one, start)

    def _plan(self, one: Newsroom, at: float) -> float:
        due = next_poll_at(one.history, CacheHints(), FetchRules(), _instant(at), self._dice.random())
        return (due - _BEGIN).total_seconds()

    def _count(self, at: float, lag: float, new: int, pages: int, cost: float) -> None:
        figures = self.figures
        figures.lags.append(lag)
        figures.polls += 1
        figures.entries += new
        figures.pages += pages
        figures.busy += cost
        figures.by_hour[int(at // 3600)] += cost
        figures.writing[int(at // 3600)] += (new + pages) * self._costs.write


def main() -> None:
    """Read the command line, simulate, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=100_000)
    parser.add_argument("--workers", default="1,2,3", help="how many, one run for each (1,2,3)")
    parser.add_argument("--poll", type=float, default=0.012, help="seconds of a worker for a poll with nothing new")
    parser.add_argument("--entry", type=float, default=0.025, help="seconds for a new entry")
    parser.add_argument("--page", type=float, default=0.05, help="seconds for a page")
    parser.add_argument("--write", type=float, default=0.015, help="seconds for which one that writes keeps the others")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--quick", action="store_true", help="a hundredth of the sources, each a hundred times as dear")
    asked = parser.parse_args()
    part = 100 if asked.quick else 1
    costs = Costs(asked.poll * part, asked.entry * part, asked.page * part, asked.write * part)
    print(f"{asked.sources} sources; {1000 * asked.poll:g} ms a poll, {1000 * asked.entry:g} ms a new entry, "
          f"{1000 * asked.page:g} ms a page")  # fmt: skip
    print(
        f"{'workers':>7}{'polls':>10}{'entries':>9}{'pages':>9}{'busy':>7}{'busiest hour':>14}{'its writers':>13}",
        end="",
    )
    print(f"{'lag s: median':>15}{'p99':>8}{'p99.9':>8}{'most':>8}")
    for workers in map(int, asked.workers.split(",")):
        dice = random.Random(asked.seed)
        got = Fleet(invent(asked.sources // part, dice), workers, costs, dice).run()
        lags = sorted(got.lags)
        shown = (lags[int(len(lags) * share)] for share in (0.5, 0.99, 0.999))
        print(
            f"{workers:7}{got.polls * part:10}{got.entries * part:9}{got.pages * part:9}"
            f"{got.busy / _DAY / workers:7.0%}"
            f"{max(got.by_hour.values()) / 3600 / workers:14.0%}{max(got.writing.values()) / 3600:13.0%}"
            f"{''.join(f'{lag:{width}.1f}' for lag, width in zip(shown, (15, 8, 8), strict=True))}{lags[-1]:8.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
