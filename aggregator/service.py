"""The loop of one machine: finds what is due, runs the units of work, stops in good order.

Decides nothing about articles. One process at a time does this for a store (`Database.hold`).
"""

import asyncio
import logging
import random
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from aggregator import __version__
from aggregator.alerting import digest_doors, doors_of, look_at_machine
from aggregator.dedupe.story import WINDOW as STORY_WINDOW
from aggregator.errors import ConfigError, FetchError, PublishError, StoreError
from aggregator.fetch.client import Client
from aggregator.fetch.guard import Guard
from aggregator.fetch.politeness import Alone, Politeness
from aggregator.fetch.robots import Robots
from aggregator.memory import return_what_is_free
from aggregator.metrics import Metrics
from aggregator.models import Config, PollHistory, Site, Source, Topic
from aggregator.pool import Pool
from aggregator.publish import sweep_unfinished
from aggregator.push import Push
from aggregator.release import pause_why
from aggregator.schedule import is_welcome
from aggregator.settings import Settings
from aggregator.sources import load_sources
from aggregator.store import (
    blocks,
    hosts,
    item_pages,
    outputs,
    polls,
    search,
    search_parts,
    stories,
    twins,
    withdrawals,
)
from aggregator.store.database import Database
from aggregator.systemd import feed_watchdog, notify, notify_reloading
from aggregator.urls import host_of
from aggregator.work.alerts import SETTLED, tell_troubles
from aggregator.work.announce import announce
from aggregator.work.archives import build_archives, check_archives
from aggregator.work.between import nothing
from aggregator.work.build import BuildOutcome, build_index, build_topic, due_topics, paused_topics, retire_topics
from aggregator.work.digest import build_digest_feeds, has_due, rewrite_files, send_digests
from aggregator.work.item_pages import build_item_pages, check_item_pages
from aggregator.work.join import WINDOW
from aggregator.work.learn import relearn
from aggregator.work.months import build_months, check_months, settle_months
from aggregator.work.page import PageOutcome, fetch_page
from aggregator.work.poll import PollOutcome, poll_source
from aggregator.work.recheck import check_pages
from aggregator.work.retention import prune
from aggregator.work.route import accept_config, route_items, route_leaving
from aggregator.work.scrutiny import lift_quarantines
from aggregator.work.search import build_search
from aggregator.work.withdraw import note_withdrawals, settle_withdrawals

# Seconds that a thread computes before it lets others; Python's own are five times that, and the loop that answers
# requests would wait so long for each of the threads that read and write the store.
_TURN = 0.001
_TICK = 1.0  # seconds between two looks at what is due
_LOOK_THROUGH = timedelta(minutes=1)  # between two looks at all sources, whether they are due
_LOOK_AGAIN = 5.0  # seconds between two looks at whether all sources have been polled
_RELEARN = 10.0  # seconds between two looks at what has been learned about boilerplate
_MAIL = 15.0  # seconds between two looks at which digests are due
_LOOK = 300.0  # seconds between two looks at what needs a person
_FORGET = 3600.0  # seconds between two looks at what is too old to be compared
_PRUNE = 86_400.0  # seconds between two looks at which texts need not be kept
_LIFT = 60.0  # seconds between two looks at whether a quarantine is over
_CHECK = 300.0  # seconds between two looks at which pages are asked for again, and at hubs
_CONFIG_CHECK = 5.0  # seconds between two looks at sources.toml
_ASK_HUBS = 10.0  # seconds between two looks at what hubs are to be asked for
_STUCK = 300.0  # seconds in one step of polling or building, after which the service counts as hanging
_PAGES_AT_ONCE = 500  # of items; a second or two, then topics that have changed meanwhile come first again
_RETRY_BUILD = 10.0  # seconds after files could not be written
_RETRY_PURGE = 5.0  # seconds after the database's files could not be cleared of what was withdrawn
_FIRST_ROUND = 60.0  # seconds that a new topic's first build waits for the first poll of all sources
_HUB_SETTLED = timedelta(seconds=10)  # without another change, before the hub is told
_HUB_WAIT, _LONGEST_HUB_WAIT = 30.0, 3600.0  # seconds, after a hub could not be told
T = TypeVar("T")
log = logging.getLogger(__name__)


def system_clock() -> datetime:
    return datetime.now(UTC)


class _Feeds:
    """The sources of a configuration that are polled.

    Attributes:
        looked_at: when all of them were looked at.
        new: those that had not been polled then, nor at any look after it.
        hosts: of their addresses, as far as they have been asked for.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.looked_at: datetime | None = None
        self.by_id = {source.id: source for source in config.sources if source.is_polled and source.enabled}
        self.new: set[str] = set()
        self.hosts: dict[str, str] = {}


@dataclass
class Service:
    """One configuration at work with its tools. Made by `open_service`."""

    settings: Settings
    config: Config
    database: Database
    politeness: Politeness
    client: Client
    robots: Robots
    pool: Pool
    clock: Callable[[], datetime] = system_clock
    metrics: Metrics = field(default_factory=Metrics)
    config_problems: tuple[str, ...] = ()  # of sources.toml as it is now, while an earlier one is in force
    output_failed: tuple[str, datetime] | None = None  # why files cannot be written, and since when
    poll_seconds: dict[str, float] = field(default_factory=dict)  # how long each source's last poll took
    push: Push = field(init=False)
    _rests: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)  # as last kept
    _feeds: _Feeds | None = None
    _polling: set[str] = field(default_factory=set)
    _fetching: dict[int, str] = field(default_factory=dict)  # copy id -> host
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)  # units of work under way
    _building: asyncio.Lock = field(default_factory=asyncio.Lock)  # held by a build, and while the rules change
    _withdraw_at: float = 0  # no look at withdrawals before
    _hub_at: float = 0.0  # when the hub may be told again
    _hub_wait: float = _HUB_WAIT
    _failed: asyncio.Future[None] | None = None  # ends `run` when a unit of work cannot go on
    _reloading: asyncio.Event = field(default_factory=asyncio.Event)
    _beats: dict[str, float] = field(default_factory=dict)  # when each loop last came by

    def __post_init__(self) -> None:
        self.push = Push(
            self.settings.public_url,
            self.client,
            self.pool,
            self.database,
            lambda: self.config,
            self.clock,
            self._polling,
        )

    # --- one job at a time, for commands -----------------------------------------------------------------------------

    async def poll(self, sources: Sequence[Source], report: Callable[[PollOutcome], None]) -> list[PollOutcome]:
        """Poll some sources now, whether due or not; each outcome is reported as it comes."""

        async def one(source: Source) -> PollOutcome:
            outcome = await self._poll(source, histories[source.id])
            report(outcome)
            return outcome

        histories = await self.database.read(polls.load_histories, {source.id: source.feed for source in sources})
        return await _all_of([one(source) for source in sources])

    async def fetch_pages(self, report: Callable[[PageOutcome], None]) -> list[PageOutcome]:
        """Fetch all pages that are due now."""
        fetched: list[PageOutcome] = []

        async def one(page: polls.DuePage) -> None:
            outcome = await self._fetch(page)
            fetched.append(outcome)
            report(outcome)

        now = self.clock()  # an attempt that fails is due again later than this
        while pages := await self.database.read(polls.due_pages, now, self.settings.concurrency * 5):
            await _all_of([one(page) for page in pages])
        return fetched

    async def relearn(self) -> None:
        """Take boilerplate that has become known out of the articles kept before."""
        for name in await self.database.read(blocks.queued_sources):
            source = self.config.source(name)
            while source and await relearn(source, self.pool, self.database, self.config.overrides, self.clock()) > 0:
                log.debug("relearn source=%s", source.id)

    async def forget_old(self) -> None:
        """Take what is too old to be compared out of the indexes of texts and of stories."""
        while await self.database.write(twins.forget_before, self.clock() - WINDOW):
            pass
        while await self.database.write(stories.forget_before, self.clock() - STORY_WINDOW):
            pass

    async def prune(self) -> None:
        """Empty old texts that nothing shows, as far as the settings say so, and drop what is known of gone sources."""
        sources = [source.id for source in self.config.sources]
        pruned = await prune(self.database, self.settings.keep_texts, sources, self.clock())
        if pruned.size:
            log.info("prune: %d characters of old texts that nothing shows", pruned.size)

    async def check_pages(self) -> None:
        """Ask for pages again that are due, to see whether they still stand."""
        await check_pages(self.config, client=self.client, robots=self.robots, database=self.database, clock=self.clock)

    async def build_due(self, most_pages: int | None = None) -> list[BuildOutcome]:
        """Build the topics that have changed. Raises as `build` does."""
        async with self._building:
            now = self.clock()
            await lift_quarantines(self.config, self.database, now)
            await route_items(self.config, self.database, now, self._withdraw_first)
            await build_search(self.config, self.database, now, most_pages, self._withdraw_first)
            return await self._build(await due_topics(self.config, self.database, now), now, most_pages)

    async def finish_withdrawals(self) -> bool:
        """Take what was withdrawn out of all outputs and the database's files, and write it down beside the database.

        Returns:
            Whether it is out of the files: not while somebody reads an earlier moment of the store.
        Raises:
            PublishError: as `build`.
            StoreError: the database cannot be used, or the file beside it.
        """
        async with self._building:
            return await self._finish_withdrawals()

    async def _finish_withdrawals(self) -> bool:
        is_gone = True
        if withdrawn := await self.database.read(withdrawals.unpurged):
            if leaving := await self.database.read(withdrawals.leaving):
                now = self.clock()
                topics = await route_leaving(self.config, self.database, leaving, now)
                await self._build([one for one in self.config.topics if one.id in topics], now, None, leaving)
                await self.database.write(withdrawals.clear_leaving, leaving)
            while await self.database.write(search_parts.rewrite_next):
                pass
            if is_gone := await self.database.purge():
                await self.database.write(withdrawals.note_purged, withdrawn)
        await note_withdrawals(self.database, self.settings.withdrawals_file)
        return is_gone

    async def announce(self, settled: timedelta = timedelta()) -> None:
        """Tell the site's hub of feeds that changed; where that fails, later again. See `work.announce`."""
        try:
            count = await announce(self.config, self.database, self.client, self.clock(), settled)
        except FetchError as error:
            log.warning("hub not told: %s; trying again in %d s", error, self._hub_wait)
            self._hub_at, self._hub_wait = self._now() + self._hub_wait, min(self._hub_wait * 2, _LONGEST_HUB_WAIT)
            return
        self._hub_wait = _HUB_WAIT
        if count:
            log.info("hub told of %d topics", count)

    async def send_digests(self) -> None:
        """Send the digests that are due, see `work.digest`. Raises StoreError."""
        if await has_due(self.config, self.database, self.clock()):
            async with self._building:  # what editors and partners have said holds already
                await route_items(self.config, self.database, self.clock(), self._withdraw_first)
            await send_digests(self.config, self.database, digest_doors(self.settings), self.clock())

    async def tell_troubles(self, settled: timedelta = SETTLED) -> None:
        """Tell operators what needs a person, see `work.alerts`. Raises StoreError."""
        try:
            machine = look_at_machine(self.settings, self.output_failed)
            doors = doors_of(self.settings, self.client)
            await tell_troubles(self.config, self.database, doors, machine, self.config_problems, self.clock(), settled)
        except StoreError:
            raise
        except Exception:  # our own mistake here stops nothing else
            log.error("what needs a person could not be told", exc_info=True)

    async def build(self, names: Sequence[str] = (), most_pages: int | None = None) -> list[BuildOutcome]:
        """Build some topics by their ids, or all, whether changed or not; besides, the pages of items that are due.


        Args:
            most_pages: leave the others for the next build.
        Raises:
            PublishError: a file could not be replaced; the other topics have been built.
        """
        async with self._building:
            sweep_unfinished(self.settings.output)
            now = self.clock()
            await lift_quarantines(self.config, self.database, now)
            await route_items(self.config, self.database, now, self._withdraw_first)
            await build_search(self.config, self.database, now, _PAGES_AT_ONCE, self._withdraw_first)
            await check_item_pages(self.config, self.database, self.settings.output)
            topics = [topic for topic in self.config.topics if not names or topic.id in names]
            for topic in topics:
                await check_archives(topic, self.database, self.settings.output)
                await check_months(topic, self.database, self.settings.output)
            outcomes = await self._build(topics, now, most_pages)
            if most_pages is None and await build_search(self.config, self.database, now, None, self._withdraw_first):
                due = await due_topics(self.config, self.database, now)  # named searches, of which there was more
                outcomes += await self._build(due, now, None)
            return outcomes

    async def _build(
        self, topics: Sequence[Topic], now: datetime, most_pages: int | None, only: Collection[int] | None = None
    ) -> list[BuildOutcome]:
        """Build some topics, and the pages of items; of these, archives and months what holds `only` some items."""
        output = self.settings.output
        between = self._withdraw_first if only is None else nothing
        began = self._now()
        stopped = await self.database.read(paused_topics, self.config)
        outcomes: list[BuildOutcome] = []
        failures: list[PublishError] = []
        for topic in topics:
            if pause := stopped.get(topic.id):
                outcomes.append(BuildOutcome(topic.id, 0, (), paused=pause_why(pause)))
                continue
            try:
                await between()
                archived = await build_archives(
                    topic, self.config, self.database, output, now, only=only, between=between
                )
                if archived:
                    log.info("build topic=%s wrote %d files of its archive", topic.id, len(archived))
                await settle_months(topic, self.config, self.database)
                outcomes.append(await build_topic(topic, self.config, self.database, output, now))
            except PublishError as error:  # what is wrong with one file may be right with the next
                failures.append(error)
        try:
            if any(topic.id not in stopped for topic in topics):
                await build_index(self.config, self.database, output, now)
            await retire_topics(self.config, self.database, output)
            names = [topic.id for topic in topics]
            await build_digest_feeds(self.config, self.database, output, now, names)
            if only is not None:
                await rewrite_files(self.config, self.database, digest_doors(self.settings), now)
        except PublishError as error:
            failures.append(error)
        for topic in topics:  # after all feeds, whose readers wait for them
            try:
                if topic.id not in stopped:
                    of_months = await build_months(
                        topic, self.config, self.database, output, now, only=only, between=between
                    )
                    if of_months:
                        log.info("build topic=%s wrote %d pages of its months", topic.id, len(of_months))
            except PublishError as error:
                failures.append(error)
        try:
            pages = await build_item_pages(
                self.config, self.database, output, now, most_pages, only=only, between=between
            )
            if pages.written or pages.removed:
                log.info("build item pages: wrote %d, removed %d", pages.written, pages.removed)
        except PublishError as error:
            failures.append(error)
        for outcome in outcomes:
            if outcome.written:
                log.info("build topic=%s %d items, wrote %s", outcome.topic, outcome.items, ", ".join(outcome.written))
        self.metrics.count_build(outcomes, self._now() - began)
        if failures:
            raise failures[0]
        return outcomes

    async def take_over(self, config: Config) -> None:
        """Put a configuration in force, between two builds: one that began under the old rules ends under them.

        Raises:
            ConfigError: it cannot follow the one before; that stays in force.
        """
        async with self._building:
            await accept_config(config, self.database, self.clock())
            self.use(config)

    async def settle(self) -> None:
        """Put the configuration in force, and bring the store and the file of what was withdrawn together.

        Raises:
            ConfigError: the configuration cannot follow the one before.
            StoreError: the database cannot be used, or the file of what was withdrawn.
        """
        await accept_config(self.config, self.database, self.clock())
        for problem in await settle_withdrawals(self.database, self.settings.withdrawals_file, self.clock()):
            log.error("%s", problem)

    def use(self, config: Config) -> None:
        """Work by a configuration that somebody else puts in force."""
        self.config = config
        self.politeness.groups = politeness_groups(config)

    async def due_sources(self) -> list[Source]:
        """List the enabled sources whose time has come."""
        return [source for source, _ in await self._load_due(await self._find_due())]

    async def _find_due(self) -> list[polls.Due]:
        """Find the sources whose time has come; all are looked at once a minute, else those of which it is known."""
        now, feeds = self.clock(), self._polled()
        if feeds.looked_at and feeds.looked_at <= now < feeds.looked_at + _LOOK_THROUGH:
            names = await self.database.read(polls.come_due, now) | feeds.new
            some = [source for name, source in feeds.by_id.items() if name in names] if names else []
        else:
            feeds.looked_at = now
            some = list(feeds.by_id.values())
        due = await self.database.read(polls.find_due, some, now) if some else []
        feeds.new = {one.source.id for one in due if one.is_new}
        return due

    def _polled(self) -> _Feeds:
        if self._feeds is None or self._feeds.config is not self.config:
            self._feeds = _Feeds(self.config)
        return self._feeds

    async def _load_due(self, due: Sequence[polls.Due]) -> list[tuple[Source, PollHistory]]:
        """Add what is known about sources that are due; leave out those that are not to be read at this hour."""
        now = self.clock()
        feeds = {one.source.id: one.source.feed for one in due}
        known = await self.database.read(polls.load_histories, feeds) if feeds else {}
        found = [(one.source, known[one.source.id]) for one in due]
        return [(source, history) for source, history in found if is_welcome(history, source.fetch, now)]

    # --- one host at a time, for a fleet -----------------------------------------------------------------------------

    async def due_by_host(self, most_pages: int) -> dict[str, tuple[list[str], list[int]]]:
        """Map hosts to the sources and the copies' pages that are due of each; who waits longest comes first."""
        now = self.clock()
        hosts_due: dict[str, tuple[list[str], list[int]]] = {}
        known = self._polled().hosts
        for one in sorted(await self._find_due(), key=lambda one: (one.since or now, one.source.id)):
            host = known.get(one.address) or known.setdefault(one.address, self._host(one.address))
            hosts_due.setdefault(host, ([], []))[0].append(one.source.id)
        for page in await self.database.read(polls.due_pages, now, most_pages):
            hosts_due.setdefault(self._host(page.url), ([], []))[1].append(page.copy)
        return hosts_due

    async def visit(self, sources: Collection[str], pages: Collection[int], stop: asyncio.Event) -> None:
        """Poll sources and fetch copies' pages of one host, as far as they are still due, one after the other.

        Raises:
            StoreError: the database cannot be used.
        """
        for host, (since, until) in (await self.database.read(hosts.load_rests, self.clock())).items():
            self.politeness.rest(host, since, until)
        chosen = [source for source in map(self._polled().by_id.get, sources) if source]
        due = await self.database.read(polls.find_due, chosen, self.clock())
        for source, history in await self._load_due(due):
            if not stop.is_set():
                log_poll(await self._poll(source, history))
        for page in await self.database.read(polls.due_pages, self.clock(), len(pages), only=pages):
            if not stop.is_set():
                log_page(await self._fetch(page))

    # --- all jobs for ever -------------------------------------------------------------------------------------------

    async def run(self, stop: asyncio.Event, first_round_done: Callable[[list[PollOutcome]], None]) -> None:
        """Poll, fetch pages and build as they become due, until `stop` is set. What is under way then is dropped:
        every unit of work is kept whole or not at all, and due again next time.

        Raises:
            StoreError: the database cannot be used.
        """
        first_round: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        polling = [
            self._poll_for_ever(first_round, first_round_done),
            _every(_TICK, self._fetch_due),
            feed_watchdog(self.is_alive),
        ]
        self.tell_ready()
        try:
            await self._run(stop, [*polling, *self._build_loops(first_round)])
        finally:
            notify("STOPPING=1")

    async def run_builder(self, stop: asyncio.Event) -> None:
        """Do all that `run` does but polls and pages, which the workers of a fleet do, until `stop` is set.

        Raises:
            ConfigError, StoreError: as `settle`.
        """
        await self.settle()
        first_round: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._run(stop, [self._await_first_round(first_round), *self._build_loops(first_round)])

    def tell_ready(self) -> None:
        """Tell the service manager that work has begun."""
        notify("READY=1", f"STATUS={_summary(self.config)}")

    def _build_loops(self, first_round: asyncio.Future[None]) -> list[Coroutine[Any, Any, None]]:
        sweep_unfinished(self.settings.output)
        return [
            _every(_RELEARN, self.relearn),
            _every(_LIFT, self._lift_quarantines),
            _every(_FORGET, self.forget_old),
            _every(_CHECK, self.check_pages),
            _every(_PRUNE, self.prune),
            _every(_TICK, self._announce),
            _every(_ASK_HUBS, self.push.ask_hubs),
            _every(_CHECK, self.push.check_hubs),
            _every(_TICK, self.push.take_in),
            _every(_MAIL, self.send_digests),
            _every(_LOOK, self.tell_troubles),
            self._build_for_ever(first_round),
            self.watch_config(self.take_over),
        ]

    async def _await_first_round(self, first_round: asyncio.Future[None]) -> None:
        feeds = {source.id: source.feed for source in self.config.sources if source.is_polled and source.enabled}
        while True:
            if await self.database.read(polls.is_all_polled, feeds):
                break
            await asyncio.sleep(_LOOK_AGAIN)
        first_round.set_result(None)

    async def _run(self, stop: asyncio.Event, work: Sequence[Coroutine[Any, Any, None]]) -> None:
        """Let loops run until `stop` is set, or one of them or of their units of work cannot go on."""
        sys.setswitchinterval(_TURN)
        loops = [asyncio.create_task(one) for one in work]
        stopped = asyncio.create_task(stop.wait())
        self._failed = asyncio.get_running_loop().create_future()
        try:
            waiting: set[asyncio.Future[Any]] = {stopped, self._failed, *loops}
            while stopped in waiting:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            everything: list[asyncio.Task[Any]] = [stopped, *loops, *self._tasks]
            for task in everything:
                task.cancel()
            await asyncio.gather(*everything, return_exceptions=True)

    def reload(self) -> None:
        """Look at sources.toml again at once."""
        notify_reloading()
        self._reloading.set()

    async def is_alive(self) -> bool:
        """Tell whether work goes on: the database answers, and no loop hangs in one of its steps."""
        await self.database.read(withdrawals.unfinished)
        return all(self._now() - beat < _STUCK for beat in self._beats.values())

    async def _poll_for_ever(
        self, first_round: asyncio.Future[None], done: Callable[[list[PollOutcome]], None]
    ) -> None:
        outcomes: list[PollOutcome] = []

        def note(outcome: PollOutcome) -> None:
            log_poll(outcome)
            outcomes.append(outcome)

        started = await self._start_due(note)
        feeds = sum(source.is_polled and source.enabled for source in self.config.sources)
        log.info("start: %d of %d sources are due", started, feeds)
        while True:
            if len(outcomes) == started and not first_round.done():
                first_round.set_result(None)
                done(outcomes)
            await asyncio.sleep(_TICK)
            await self._start_due(log_poll)

    async def _start_due(self, report: Callable[[PollOutcome], None]) -> int:
        """Start polling what is due and not under way; returns how many sources."""
        self._beats["poll"] = self._now()
        under_way = set(self._polling)  # one that ends while we look was due when we began
        due = await self._load_due([one for one in await self._find_due() if one.source.id not in under_way])
        started = [found for found in due if found[0].id not in self._polling]
        for source, history in started:
            self._polling.add(source.id)
            self._start(self._poll_and_report(source, history, report))
        return len(started)

    async def _poll_and_report(
        self, source: Source, history: PollHistory, report: Callable[[PollOutcome], None]
    ) -> None:
        report(await self._poll(source, history))

    async def _fetch_due(self) -> None:
        """Keep pages under way, newest first, one at a time for each host."""
        if len(self._fetching) >= self.settings.concurrency:
            return
        under_way = list(self._fetching)  # one that ends while we look was due when we began
        pages = await self.database.read(polls.due_pages, self.clock(), self.settings.concurrency * 5, under_way)
        for page in pages:
            host = self._host(page.url)
            if len(self._fetching) < self.settings.concurrency and host not in self._fetching.values():
                self._fetching[page.copy] = host
                self._start(self._fetch_and_go_on(page))

    async def _fetch_and_go_on(self, page: polls.DuePage) -> None:
        log_page(await self._fetch(page))
        await self._fetch_due()

    async def _build_for_ever(self, first_round: asyncio.Future[None]) -> None:
        began = self._now()
        while not first_round.done() and self._now() < began + _FIRST_ROUND:
            await asyncio.wait([first_round], timeout=_TICK)
            if await self.database.read(withdrawals.unpurged):
                break
        await self._build_or_complain(lambda: self.build(most_pages=_PAGES_AT_ONCE))
        while True:
            self._beats["build"] = self._now()
            await self._build_or_complain(lambda: self._look_for_withdrawals(self.finish_withdrawals))
            await asyncio.sleep(_TICK)
            now = self.clock()
            release_at = await self.database.read(outputs.next_release_at)
            is_due = (release_at is not None and release_at <= now) or await self.database.read(outputs.has_dirty)
            is_due = is_due or await self.database.read(item_pages.has_due) or await self.database.read(search.has_due)
            if is_due or await due_topics(self.config, self.database, now):
                await self._build_or_complain(lambda: self.build_due(_PAGES_AT_ONCE))

    async def _withdraw_first(self) -> None:
        """Finish withdrawals between two steps of a build, which may take minutes."""
        self._beats["build"] = self._now()
        try:
            await self._look_for_withdrawals(self._finish_withdrawals)
        except PublishError as error:  # the build goes on: what is wrong with one file may be right with the next
            log.error("withdraw failed: %s; trying again in %d s", error, _RETRY_PURGE)

    async def _look_for_withdrawals(self, finish: Callable[[], Awaitable[bool]]) -> None:
        """Finish withdrawals that an editor's command or a partner's word has begun; again later where it fails."""
        if self._now() < self._withdraw_at or not await self.database.read(withdrawals.unfinished):
            return
        self._withdraw_at = self._now() + _RETRY_PURGE
        try:
            if await finish():
                self._withdraw_at = 0
                log.info("withdraw: gone from all files")
            else:
                log.warning("withdraw: another program reads the database as it was before; trying again")
        except StoreError as error:  # the file beside the database, most likely: the outputs are clean by now
            log.error("withdraw failed: %s; trying again in %d s", error, _RETRY_PURGE)

    @staticmethod
    def _now() -> float:
        """Return seconds for measuring how long something takes."""
        return asyncio.get_running_loop().time()

    async def _lift_quarantines(self) -> None:
        await lift_quarantines(self.config, self.database, self.clock())

    async def _build_or_complain(self, build: Callable[[], Awaitable[object]]) -> None:
        try:
            await build()
            self.output_failed = None
        except PublishError as error:
            self.output_failed = (str(error), self.output_failed[1] if self.output_failed else self.clock())
            log.error("build failed: %s; trying again in %d s", error, _RETRY_BUILD)
            await asyncio.sleep(_RETRY_BUILD)

    async def watch_config(self, take_over: Callable[[Config], Awaitable[None]]) -> None:
        """Hand a changed sources.toml on to be taken over; a wrong one is reported and the good one stays."""
        path = self.settings.sources
        seen = _stamp(path)
        while True:
            try:
                await asyncio.wait_for(self._reloading.wait(), _CONFIG_CHECK)
            except TimeoutError:
                if _stamp(path) == seen:
                    continue
            self._reloading.clear()
            seen = _stamp(path)
            try:
                config = load_sources(path).config
                await take_over(config)
            except ConfigError as error:
                self.config_problems = tuple(error.problems)
                for problem in error.problems:
                    log.error("sources file not taken over, the last good one stays in force: %s", problem)
                notify("READY=1", "STATUS=the sources file has mistakes; the last good one is in force")
                continue
            self.config_problems = ()
            self.tell_ready()
            log.info("sources file taken over: %d sources, %d topics", len(config.sources), len(config.topics))

    async def _announce(self) -> None:
        if self.config.site.hub and self._now() >= self._hub_at:
            await self.announce(_HUB_SETTLED)

    # --- units of work -----------------------------------------------------------------------------------------------

    async def _poll(self, source: Source, history: PollHistory) -> PollOutcome:
        self._polling.add(source.id)
        began = self._now()
        try:
            outcome = await poll_source(
                source,
                self.config,
                history,
                client=self.client,
                robots=self.robots,
                pool=self.pool,
                database=self.database,
                clock=self.clock,
                jitter=random.random(),  # noqa: S311 - spreads requests, guards nothing
            )
        finally:
            self._polling.discard(source.id)
        self.poll_seconds[source.id] = self._now() - began
        self.metrics.count_poll(outcome, self.poll_seconds[source.id])
        await self.keep_rests()
        return outcome

    async def _fetch(self, page: polls.DuePage) -> PageOutcome:
        self._fetching[page.copy] = self._host(page.url)
        began = self._now()
        try:
            outcome = await fetch_page(
                page,
                self.config.source(page.source),
                client=self.client,
                robots=self.robots,
                pool=self.pool,
                database=self.database,
                house=self.config.house,
                clock=self.clock,
            )
        finally:
            del self._fetching[page.copy]
        self.metrics.count_page(outcome, self._now() - began)
        await self.keep_rests()
        return outcome

    async def keep_rests(self) -> None:
        """Remember across restarts which hosts want to be left alone."""
        rests = dict(self.politeness.rests)
        new = {host: rest for host, rest in rests.items() if self._rests.get(host) != rest}
        self._rests = rests
        if new:
            await self.database.write(hosts.save_rests, new, self.clock())

    def _host(self, url: str) -> str:
        host = host_of(url)
        return self.politeness.groups.get(host, host)

    def _start(self, unit: Coroutine[None, None, None]) -> None:
        """Let a unit of work run beside the others; an error that it cannot survive ends `run`."""

        def finished(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            if not task.cancelled() and (error := task.exception()) and self._failed and not self._failed.done():
                self._failed.set_exception(error)

        task = asyncio.create_task(unit)
        self._tasks.add(task)
        task.add_done_callback(finished)


@asynccontextmanager
async def open_service(
    settings: Settings, config: Config, database: Database, clock: Callable[[], datetime] = system_clock
) -> AsyncIterator[Service]:
    """Open the tools that units of work need and put a configuration in force; close them in the end.

    Raises:
        ConfigError, StoreError: as `Service.settle`.
    """
    async with open_tools(settings, config, database, clock) as service:
        await service.settle()
        yield service


@asynccontextmanager
async def open_tools(
    settings: Settings,
    config: Config,
    database: Database,
    clock: Callable[[], datetime] = system_clock,
    alone: Alone | None = None,
) -> AsyncIterator[Service]:
    """Open the tools that units of work need; close them in the end.

    Args:
        alone: where other processes poll, too, see `Politeness`.
    Raises:
        StoreError: the database cannot be used.
    """
    return_what_is_free()
    politeness = Politeness(settings.host_delay, settings.concurrency, politeness_groups(config), alone=alone)
    for host, (since, until) in (await database.read(hosts.load_rests, clock())).items():
        politeness.rest(host, since, until)
    with Pool(settings.workers) as pool:
        guard = Guard(settings.allow_networks)
        async with Client(user_agent(config.site), guard, politeness, clock=clock, keep=alone is None) as client:
            robots = Robots(
                client,
                load=lambda origin: database.read(hosts.load_robots, origin),
                save=lambda file: database.write(hosts.save_robots, file),
                clock=clock,
            )
            service = Service(settings, config, database, politeness, client, robots, pool, clock)
            try:
                yield service
            finally:  # what was answered while it stopped must not be asked again
                await database.flush()
                await service.keep_rests()


def user_agent(site: Site) -> str:
    """Say who we are in every request, and whom to write to."""
    return f"aggregator/{__version__}" + (f" (+{site.contact})" if site.contact else "")


def politeness_groups(config: Config) -> dict[str, str]:
    """Map the hosts of sources with a politeness_group to that group."""
    return {
        host: f"group {source.fetch.politeness_group}"
        for source in config.sources
        if source.fetch.politeness_group
        for host in (host_of(source.feed), host_of(source.site))
        if host
    }


def _summary(config: Config) -> str:
    polled = sum(source.is_polled and source.enabled for source in config.sources)
    return f"polling {polled} sources, publishing {len(config.topics)} topics"


async def _every(seconds: float, look: Callable[[], Awaitable[None]]) -> None:
    while True:
        await look()
        await asyncio.sleep(seconds)


async def _all_of(units: Sequence[Coroutine[None, None, T]]) -> list[T]:
    """Run units side by side; the first error cancels the others and is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(unit) for unit in units]
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return [task.result() for task in tasks]


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def log_poll(outcome: PollOutcome) -> None:
    """Log how a poll went, one line."""
    level = logging.WARNING if outcome.failed or outcome.warning else logging.INFO
    said = "; ".join(filter(None, (outcome.said, outcome.warning)))
    log.log(level, "poll source=%s %s", outcome.source, said)


def log_page(outcome: PageOutcome) -> None:
    """Log how an attempt at a page went, one line."""
    level = logging.WARNING if outcome.failed else logging.INFO
    log.log(level, "page source=%s %s: %s", outcome.source, outcome.url, outcome.said)
