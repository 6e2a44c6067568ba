"""Ninety days with 300 sources of all kinds: does the program stay as small as it was, and is the status page right?

Run as `python -m bench.soak [--days 90] [--sources 300]`, from the repo, on Linux. The service polls partners on
loopback (`bench.soak_farm`), fetches pages, builds and looks at what needs a person, with a real store and real worker
processes, on a clock that jumps, in steps of four hours, to when something is due. Some partners get into trouble at
known days, and an editor into some of his own; `bench.soak_faults` knows what must be told of that. Exits 1 if memory
or handles grow, the store grows by more than what came in explains, or the page or the alerts say less, or more, than
was.
"""

import argparse
import asyncio
import json
import logging
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

from sqlalchemy import Connection, func, select

from aggregator.alerting import look_at_machine, problems_of
from aggregator.errors import ConfigError, PublishError
from aggregator.reports.overview import Overview, gather_overview
from aggregator.service import Service, open_service
from aggregator.settings import Settings
from aggregator.sources import load_sources
from aggregator.store import item_pages, outputs
from aggregator.store.database import Database
from aggregator.store.polls import EVENTS_KEPT
from aggregator.tables import COPY, PAGE_STATE, POLL_STATE
from aggregator.work.build import due_topics
from bench.soak_farm import START, TROUBLED, Clock, Partner, cast_partners, name_of, open_farm
from bench.soak_faults import (
    EXPIRES,
    MOVED_BY_EDITOR,
    RENEWED,
    REPLACED_BY_EDITOR,
    TYPO,
    UNWRITABLE,
    Outcome,
    Seen,
    judge,
)
from bench.soak_measure import MB, Reading, Watch, bytes_by_table, most_versions

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_STEP = 4 * _HOUR  # between two looks at what is due
_GROWTH = 1.05  # of memory and of handles, since the first day
_MOST_VERSIONS = 20
_STEADY = 1.1  # bytes an article of the last third of the days, at most, beside those of the second
_FAILING = ("broken", "blocked")  # what a source that could not be polled is told as
_SITE = """schema = 1
[site]
title = "Soak"
base_url = "http://127.0.0.1/"
id_domain = "soak.example"
id_date = "2026-11-02"
contact = "mailto:desk@soak.example"
[alerts]
deliver = ["file", "webhook"]
"""
_TOPICS = """
[[topic]]
id = "all"
title = "Everything"
[[topic]]
id = "harbour"
title = "Harbours and bridges"
include = "harbour OR bridge OR puerto OR puente OR porto OR ponte OR port OR pont OR Hafen OR Brücke"
stories = "lead"
"""


@dataclass
class Season:
    """What came of it."""

    readings: list[Reading] = field(default_factory=list)
    seen: Seen = field(default_factory=Seen)
    failing: set[str] = field(default_factory=set)  # sources with three failures in a row, as their lines say it
    first_tables: dict[str, tuple[int, int]] = field(default_factory=dict)  # after the first day: bytes, rows
    tables: dict[str, tuple[int, int]] = field(default_factory=dict)
    first_articles: int = 0
    versions: int = 0
    internal_errors: list[str] = field(default_factory=list)


async def play(folder: Path, number: int, days: int) -> Season:
    """Let the program live through some days with so many sources."""
    season = Season()
    partners = cast_partners(number, days)
    log = _Errors(season.internal_errors)
    logging.getLogger().addHandler(log)
    logging.getLogger().setLevel(logging.ERROR)
    with open_farm(number, days) as (clock, port, farm):
        async with _listen(season.seen) as webhook:
            settings = Settings(
                sources=folder / "sources.toml",
                database=f"sqlite:///{folder / 'soak.db'}",
                output=folder / "public",
                allow_networks=(ip_network("127.0.0.0/8"),),
                host_delay=timedelta(0),
                workers=2,
                alerts_webhook=webhook,
            )
            editor = _Editor(settings, partners, port)
            editor.edit(clock.now)
            config = load_sources(settings.sources).config
            with Database(settings.database) as database:
                database.migrate()
                async with open_service(settings, config, database, clock) as service:
                    await _live(service, editor, clock, Watch(farm), season, days)
    logging.getLogger().removeHandler(log)
    return season


async def _live(service: Service, editor: "_Editor", clock: Clock, watch: Watch, season: Season, days: int) -> None:
    began, polls = time.monotonic(), 0
    for day in range(1, days + 1):
        while clock.now < START + day * _DAY:
            await editor.act(service, clock.now)
            due = await service.due_sources()
            await service.poll(due, _ignore)
            polls += len(due)
            await service.fetch_pages(_ignore)
            await service.check_pages()
            await service.relearn()
            await service.forget_old()
            await _build(service, clock.now)
            await service.tell_troubles()
            overview = await _look(service, clock.now)
            season.seen.look(overview.troubles, clock.now)
            season.failing.update(
                line.status.id for line in overview.sources if line.polls[-3:] == (False, False, False)
            )
            watch.look()
            clock.now = await _next_step(service, clock.now, START + day * _DAY)
        await service.prune()
        articles = await service.database.read(_count_articles)
        seconds = time.monotonic() - began
        season.readings.append(watch.read(day, service.database.path, articles, polls, seconds))
        _print_reading(season.readings[-1])
        if day == 1:
            season.first_tables, season.first_articles = bytes_by_table(service.database.path), articles
    season.tables, season.versions = bytes_by_table(service.database.path), most_versions(service.database.path)


async def _build(service: Service, now: datetime) -> None:
    """Build what is due, as the service does in its loop."""
    release_at = await service.database.read(outputs.next_release_at)
    is_due = (release_at is not None and release_at <= now) or await service.database.read(outputs.has_dirty)
    is_due = is_due or await service.database.read(item_pages.has_due)
    if not is_due and not await due_topics(service.config, service.database, now) and not service.output_failed:
        return
    try:
        await service.build_due()
        service.output_failed = None
    except PublishError as error:
        service.output_failed = (str(error), service.output_failed[1] if service.output_failed else now)


async def _look(service: Service, now: datetime) -> Overview:
    """Read what the status page shows."""
    problems = problems_of(service.settings.sources)
    machine = look_at_machine(service.settings, service.output_failed)
    return await service.database.read(gather_overview, service.config, now, service.poll_seconds, problems, machine)


async def _next_step(service: Service, now: datetime, end: datetime) -> datetime:
    """Say when something is due again, the end of the day at the latest."""
    due_at = min(filter(None, await service.database.read(_next_due)), default=end)
    steps = max(-((START - due_at) // _STEP), (now - START) // _STEP + 1)
    return min(START + steps * _STEP, end)


def _next_due(connection: Connection) -> Sequence[datetime | None]:
    columns = (POLL_STATE.c.next_poll_at, PAGE_STATE.c.due_at)
    return [connection.execute(select(func.min(column))).scalar() for column in columns]


def _count_articles(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(COPY)).scalar_one())


def _ignore(_: object) -> None:
    pass


# --- those around it -------------------------------------------------------------------------------------------------


@dataclass
class _Editor:
    """Writes the sources file, makes a mistake in it, and stands in the way of an output file for some hours."""

    settings: Settings
    partners: Sequence[Partner]
    port: int
    _text: str = ""

    async def act(self, service: Service, now: datetime) -> None:
        if self.edit(now):
            with suppress(ConfigError):
                await service.take_over(load_sources(self.settings.sources).config)
        day, file = (now - START) / _DAY, self.settings.output / "all.rss"
        if UNWRITABLE[0] <= day < UNWRITABLE[1]:
            if not file.is_dir():
                file.unlink()
                (file / "in the way").mkdir(parents=True)
        elif file.is_dir():
            (file / "in the way").rmdir()
            file.rmdir()

    def edit(self, now: datetime) -> bool:
        """Bring the file up to date; tells whether it changed."""
        day = (now - START) / _DAY
        text = _SITE + "".join(self._block(one, day) for one in self.partners) + _TOPICS
        if TYPO[0] <= day < TYPO[1]:
            text += '[[topic]]\nid = "half'
        is_new = text != self._text
        if is_new:
            self.settings.sources.write_text(text, encoding="utf-8")
            self._text = text
        return is_new

    def _block(self, one: Partner, day: float) -> str:
        path = "/feed"
        if (one.trouble == "moves" and day >= MOVED_BY_EDITOR) or (one.trouble == "goes" and day >= REPLACED_BY_EDITOR):
            path = "/news/feed"
        block = f'[[source]]\nid = "{one.id}"\nname = "{name_of(one.id)}"\n'
        block += f'feed = "http://{one.host}:{self.port}{path}"\n'
        if one.trouble == "hangs":
            block += 'fetch.timeout = "1s"\n'
        if one.body == "full, no pages":
            block += 'extract.mode = "feed"\n'
        if one.trouble == "expires":
            ends = START + (EXPIRES if day < RENEWED else EXPIRES + 365) * _DAY
            block += f'rights.mode = "full"\nrights.agreement = "a letter"\nrights.expires = "{ends:%Y-%m-%d}"\n'
        elif int(one.id[1:]) % 3 == 0:
            block += 'rights.mode = "full"\nrights.agreement = "a letter"\n'
        return block


@asynccontextmanager
async def _listen(seen: Seen) -> AsyncIterator[str]:
    """Take alerts as they are posted; gives the address."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = int(head.partition("content-length:")[2].split("\r\n")[0])
            seen.hear(json.loads(await reader.readexactly(length)))
            writer.write(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/alerts"
    finally:
        server.close()


class _Errors(logging.Handler):
    """Keeps what was logged of mistakes of the program's own: what partners do makes no traceback."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._errors = errors

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self._errors.append(f"{record.getMessage()}: {record.exc_info[1]!r}")


# --- what is printed -------------------------------------------------------------------------------------------------


def main() -> None:
    """Play the season and print what came of it; exit with 1 if a promise was broken."""
    parser = argparse.ArgumentParser(description="Play some months with many sources.")
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--sources", type=int, default=300)
    asked = parser.parse_args()
    random.seed(1)  # the service's own jitter
    started, worked = time.monotonic(), time.process_time()
    print(f"{'day':>4}{'main':>10}{'highest':>10}{'worker':>10}{'handles':>9}{'threads':>9}{'database':>11}", end="")
    print(f"{'articles':>10}{'polls':>9}{'seconds':>9}")
    with tempfile.TemporaryDirectory() as folder:
        season = asyncio.run(play(Path(folder), max(asked.sources, len(TROUBLED)), asked.days))
    spent = f"{time.monotonic() - started:.0f} s, of them {time.process_time() - worked:.0f} s of CPU in the service"
    print(f"\n{asked.sources} sources, {asked.days} days, played in {spent}\n")
    outcomes, false_alarms = judge(season.seen, START + asked.days * _DAY)
    _print_tables(season)
    _print_outcomes(outcomes)
    broken = [
        *_grown(season),
        *_stored(season, asked.sources),
        *(f"{one.fault.name}: {wrong}" for one in outcomes for wrong in one.wrong),
    ]
    broken += [f"false alarm: {said}" for said in false_alarms]
    known = {one.fault.subject for one in outcomes if one.fault.kind in _FAILING}
    broken += [f"source {name} has a line of failures for nothing" for name in sorted(season.failing - known)]
    broken += [f"internal error: {said}" for said in season.internal_errors[:10]]
    print(f"\npromises broken: {len(broken)}")
    for said in broken:
        print(f"  {said}")
    sys.exit(bool(broken))


def _print_reading(one: Reading) -> None:
    print(f"{one.day:>4}{one.main / MB:>7.1f} MB{one.highest / MB:>7.1f} MB{one.worker / MB:>7.1f} MB", end="")
    print(f"{one.handles:>9}{one.threads:>9}{one.database / MB:>8.1f} MB{one.articles:>10}{one.polls:>9}", end="")
    print(f"{one.seconds:>9.0f}", flush=True)


def _grown(season: Season) -> list[str]:
    """Compare every day with the first."""
    first, broken = season.readings[0], []
    for what in ("main", "worker"):
        most = max(season.readings, key=lambda one: getattr(one, what))
        if getattr(most, what) > getattr(first, what) * _GROWTH:
            share = getattr(most, what) / getattr(first, what) - 1
            broken.append(f"memory of {what}: {share:.1%} more on day {most.day} than after the first")
    for what in ("handles", "threads"):
        most = max(season.readings, key=lambda one: getattr(one, what))
        if getattr(most, what) > getattr(first, what) * _GROWTH:
            broken.append(f"{what}: {getattr(most, what)} on day {most.day}, {getattr(first, what)} on the first")
    return broken


def _print_tables(season: Season) -> None:
    articles = max(season.readings[-1].articles - season.first_articles, 1)
    print(f"database, since the first day: {articles} articles")
    print(f"{'table':20}{'rows':>10}{'MB':>9}{'grew by MB':>12}{'bytes an article':>18}")
    others = [0, 0, 0]
    for name, (size, rows) in season.tables.items():
        grown = size - season.first_tables.get(name, (0, 0))[0]
        if size < 200_000:
            others = [others[0] + rows, others[1] + size, others[2] + grown]
            continue
        print(f"{name:20}{rows:>10}{size / MB:>9.1f}{grown / MB:>12.1f}{grown / articles:>18.0f}")
    print(f"{'others':20}{others[0]:>10}{others[1] / MB:>9.1f}{others[2] / MB:>12.1f}{others[2] / articles:>18.0f}")


def _stored(season: Season, sources: int) -> list[str]:
    """Look whether the store grew by what came in, and by nothing else."""
    broken = []
    events = season.tables.get("pollevent", (0, 0))[1]
    if events > EVENTS_KEPT * sources:
        broken.append(f"{events} poll events are kept, {EVENTS_KEPT * sources} at most")
    if season.versions > _MOST_VERSIONS:
        broken.append(f"{season.versions} earlier versions of one copy are kept, {_MOST_VERSIONS} at most")
    third = len(season.readings) // 3
    if third >= 5:
        first, second, last = (season.readings[place] for place in (third - 1, 2 * third - 1, -1))
        before, after = _an_article(first, second), _an_article(second, last)
        print(f"bytes an article: {before:.0f} in the second third of the days, {after:.0f} in the last")
        if after > before * _STEADY:
            broken.append("an article takes more and more room")
    return broken


def _an_article(first: Reading, last: Reading) -> float:
    return (last.pages - first.pages) / max(last.articles - first.articles, 1)


def _print_outcomes(outcomes: Sequence[Outcome]) -> None:
    print(f"\n{'hours after':30}{'it began:':>10}{'':>8}{'it ended:':>12}")
    print(f"{'':30}{'on page':>10}{'told':>8}{'off page':>12}{'told':>8}")
    for one in outcomes:
        print(f"{one.fault.name:30}{_hours(one.seen):>10}{_hours(one.told):>8}", end="")
        print(f"{_hours(one.over):>12}{_hours(one.told_over):>8}{'' if not one.wrong else '  WRONG'}")


def _hours(hours: float | None) -> str:
    return "-" if hours is None else f"{hours:.0f}"


if __name__ == "__main__":
    main()
