"""A month of polling played in minutes: does the poller keep every rule, and how soon does it have the news?

Run as `python -m bench.month [SOURCES] [DAYS]`, from the repo. The whole program polls a farm of mixed partners
(`bench.month_farm`) on a clock moved by hand and is closed and opened again now and then; `bench.rules` judges every
request. A poller with a fixed hour, each source at a minute of its own, is computed on the same publications and
troubles. Exits 1 if a rule was broken.
"""

import asyncio
import random
import sys
import tempfile
import time
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import ip_network
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from sqlalchemy import Connection, func, select

from aggregator.models import Config
from aggregator.service import Service, open_service
from aggregator.settings import Settings
from aggregator.sources import check_sources
from aggregator.store.database import Database
from aggregator.tables import COPY, PAGE_STATE, POLL_STATE
from bench.month_farm import CADENCES, ENTRIES, KINDS, Farm, Publisher, article_path, cast_publishers
from bench.rules import Rules, Violation

START = datetime(2026, 11, 1, tzinfo=UTC)
RESTARTS = 20
_STEP = timedelta(minutes=3)  # between two looks at what is due
_HOUR = timedelta(hours=1)
T = TypeVar("T")
_CONTACT = "mailto:desk@bench.example"
_SITE = f"""schema = 1
[site]
title = "Bench"
base_url = "http://127.0.0.1/"
id_domain = "bench.example"
id_date = "2026-11-22"
contact = "{_CONTACT}"
"""
_MIN_INTERVALS = {"min_interval 20 min": "20m"}
_ASK_NOTHING = (  # servers that neither ask for more time nor fail, and give validators
    *("both validators", "ETag only", "Last-Modified only", "WordPress, gzip", "Apache, gzip", "touched daily"),
    *("max-age 5 min", "moved", "detour, 302", "guid churn", "excerpts"),
)
_EXAMPLES = 4  # of each rule broken that are printed


@dataclass(frozen=True)
class Outcome:
    """What a poller had of one source."""

    polls: int = 0
    delays: list[timedelta] = field(default_factory=list)  # from publication to storage
    missed: int = 0  # articles that were never stored


@dataclass(frozen=True)
class Month:
    """What came of it; mappings by source id."""

    publishers: Sequence[Publisher]
    violations: Sequence[Violation]
    ours: Mapping[str, Outcome]
    repeated: Counter[str]  # see Farm
    seen: Counter[tuple[str, str, int]]  # see Farm


@dataclass
class _Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


class _Database(Database):
    """Writes at once: what comes within a moment of the machine's clock is all there is at that moment of ours."""

    async def write_together(self, work: Callable[[Connection, Sequence[T]], None], row: T) -> None:
        await self.write(work, [row])


async def play(
    folder: Path, count: int, days: float, restarts: int = RESTARTS, workers: int = 2, seed: int = 1
) -> Month:
    """Let the program live through some days with so many sources."""
    clock = _Clock()
    publishers = cast_publishers(count, days, START, seed)
    end = START + timedelta(days=days)
    dice = random.Random(seed)
    stops = sorted(START + dice.random() * (end - START) for _ in range(restarts))
    polls: Counter[str] = Counter()
    async with Farm(publishers, clock) as farm:
        config = _config(publishers, farm)
        intervals = {source.id: source.fetch.min_interval for source in config.sources}
        farm.rules = Rules(
            {farm.url(one): intervals[one.id] if one.kind in _MIN_INTERVALS else None for one in publishers}, _CONTACT
        )
        settings = Settings(
            sources=folder / "sources.toml",
            database=f"sqlite:///{folder / 'month.db'}",
            output=folder / "public",
            allow_networks=(ip_network("127.0.0.0/8"),),
            host_delay=timedelta(0),
            workers=workers,
        )
        for stop in [*stops, end]:
            with _Database(settings.database) as database:
                database.migrate()
                async with open_service(settings, config, database, clock) as service:
                    polls += await _live(service, farm, clock, stop)
        with Database(settings.database) as database, database.snapshot() as connection:
            stored = _stored(connection)
    ours = {}
    for one in publishers:
        ours[one.id] = Outcome(polls[one.id], *_compare(one, partial(_stored_at, one, stored), end))
    return Month(publishers, farm.rules.violations, ours, farm.repeated, farm.seen)


def _config(publishers: Iterable[Publisher], farm: Farm) -> Config:
    sources = "".join(
        f'[[source]]\nid = "{one.id}"\nname = "Source {one.id}"\nfeed = "{farm.url(one)}"\n'
        + (f'fetch.min_interval = "{_MIN_INTERVALS[one.kind]}"\n' if one.kind in _MIN_INTERVALS else "")
        for one in publishers
    )
    return check_sources(_SITE + sources + '[[topic]]\nid = "all"\ntitle = "All"\n').config


async def _live(service: Service, farm: Farm, clock: _Clock, until: datetime) -> Counter[str]:
    """Poll and fetch whatever becomes due; returns how often each source was polled."""
    polls: Counter[str] = Counter()
    while clock.now < until:
        await farm.turn()
        due = await service.due_sources()
        await service.poll(due, _ignore)
        await service.fetch_pages(_ignore)
        polls.update(source.id for source in due)
        next_due = await service.database.read(_next_due)
        steps = max(-((START - max(next_due or until, clock.now)) // _STEP), (clock.now - START) // _STEP + 1)
        clock.now = START + steps * _STEP
    return polls


def _ignore(_: object) -> None:
    pass


def _next_due(connection: Connection) -> datetime | None:
    """Say when the next source or page is due."""
    instants = [
        connection.execute(select(func.min(column))).scalar()
        for column in (POLL_STATE.c.next_poll_at, PAGE_STATE.c.due_at)
    ]
    return min((at for at in instants if at), default=None)


def _stored(connection: Connection) -> dict[str, datetime]:
    """Map the path of each article to when it was first seen."""
    rows = connection.execute(select(COPY.c.url, COPY.c.first_seen_at).order_by(COPY.c.first_seen_at.desc()))
    return {urlsplit(url).path: first_seen_at for url, first_seen_at in rows}


def _stored_at(publisher: Publisher, stored: Mapping[str, datetime], number: int) -> datetime | None:
    return stored.get(article_path(publisher, number))


def _compare(
    publisher: Publisher, stored: Callable[[int], datetime | None], end: datetime
) -> tuple[list[timedelta], int]:
    """Return the delays from publication to storage of the articles of the month, and how many were never stored.

    Those of its last day (of a very short month, the last quarter) do not count: nobody can have had them all yet.
    """
    delays, missed = [], 0
    last = end - min(timedelta(days=1), (end - START) / 4)
    for number, published_at in enumerate(publisher.published):
        if START < published_at <= last:
            stored_at = stored(number)
            if stored_at is None:
                missed += 1
            else:
                delays.append(stored_at - published_at)
    return delays, missed


def play_hourly(publishers: Sequence[Publisher], days: float, seed: int = 1) -> dict[str, Outcome]:
    """Compute what a poller with a fixed hour had got, each source at a minute of its own."""
    end = START + timedelta(days=days)
    outcomes = {}
    for publisher in publishers:
        phase = random.Random(f"{seed} {publisher.id}").random() * _HOUR
        polls = [START + phase + number * _HOUR for number in range(int(days * 24))]
        good = [at for at in polls if publisher.trouble(at) is None]
        outcomes[publisher.id] = Outcome(len(polls), *_compare(publisher, partial(_first_seen, publisher, good), end))
    return outcomes


def _first_seen(publisher: Publisher, polls: Sequence[datetime], number: int) -> datetime | None:
    """Return the first poll after an article was published, if the feed still held it then."""
    place = bisect_left(polls, publisher.published[number])
    if place == len(polls) or bisect_right(publisher.published, polls[place]) - number > ENTRIES:
        return None
    return polls[place]


# --- what is printed -------------------------------------------------------------------------------------------------


def main() -> None:
    """Play a month and print what came of it; exit with 1 if a rule was broken."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    days = float(sys.argv[2]) if len(sys.argv) > 2 else 30
    random.seed(1)  # the service's own jitter
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        month = asyncio.run(play(Path(folder), count, days))
    hourly = play_hourly(month.publishers, days)
    print(f"{count} sources, {days:g} days, {RESTARTS} restarts, played in {time.monotonic() - started:.0f} s")
    print("Ours beside a poller with a fixed hour; articles of the last day do not count.")
    print()
    _print_table(month, hourly)
    print()
    _print_requests(month)
    _print_violations(month.violations)
    sys.exit(bool(month.violations))


def _print_table(month: Month, hourly: Mapping[str, Outcome]) -> None:
    print(f"{'':24}{'':>8}{'':>8}{'median delay':>18}{'90th percentile':>18}{'polls per article':>19}{'missed':>16}")
    pair = f"{'ours':>9}{'hourly':>9}"
    print(f"{'':24}{'sources':>8}{'articles':>9}{pair}{pair}{pair}{pair}")
    groups = [(kind, [one for one in month.publishers if one.kind == kind]) for kind in KINDS]
    neutral = [one for one in month.publishers if one.kind in _ASK_NOTHING]
    groups += [(f"{cadence}, asks nothing", [one for one in neutral if one.cadence == cadence]) for cadence in CADENCES]
    groups += [("all that ask nothing", neutral), ("all", list(month.publishers))]
    for name, publishers in groups:
        if publishers:
            ours, theirs = (_sum_up([outcomes[one.id] for one in publishers]) for outcomes in (month.ours, hourly))
            print(f"{name:24}{len(publishers):>8}{len(ours.delays) + ours.missed:>9}", end="")
            for share in (0.5, 0.9):
                print(f"{_hours(ours.delays, share):>9}{_hours(theirs.delays, share):>9}", end="")
            print(f"{_ratio(ours):>9}{_ratio(theirs):>9}{ours.missed:>9}{theirs.missed:>9}")


def _sum_up(outcomes: Iterable[Outcome]) -> Outcome:
    total = Outcome()
    for one in outcomes:
        total = Outcome(total.polls + one.polls, total.delays + one.delays, total.missed + one.missed)
    return total


def _hours(delays: Sequence[timedelta], share: float) -> str:
    if not delays:
        return "-"
    return f"{sorted(delays)[int((len(delays) - 1) * share)] / _HOUR:.2f} h"


def _ratio(outcome: Outcome) -> str:
    return f"{outcome.polls / len(outcome.delays):.1f}" if outcome.delays else "-"


def _print_requests(month: Month) -> None:
    asked: Counter[tuple[str, int]] = Counter()
    for (_, what, status), times in month.seen.items():
        asked[what, status] += times
    for what, answers in groupby(sorted(asked), key=itemgetter(0)):
        print(f"{what}: " + ", ".join(f"{asked[answer]} x {answer[1]}" for answer in answers))
    repeated: Counter[str] = Counter()
    for one in month.publishers:
        repeated[one.kind] += month.repeated[one.id]
    print("feeds sent again unchanged: " + (", ".join(f"{kind} {n}" for kind, n in repeated.items() if n) or "none"))


def _print_violations(violations: Sequence[Violation]) -> None:
    print(f"\nrules broken: {len(violations)} times")
    for rule, broken in Counter(one.rule for one in violations).most_common():
        print(f"  {rule}: {broken}")
        for one in [one for one in violations if one.rule == rule][:_EXAMPLES]:
            print(f"    {one.at:%d %b %H:%M} {one.url}: {one.why}")


if __name__ == "__main__":
    main()
