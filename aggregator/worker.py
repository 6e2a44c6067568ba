"""One of the workers of a fleet: any number of processes on any machines, over one PostgreSQL (home of procrastinate).

The engine's queue holds visits: one job is one host with its sources and pages that are due. When they are due stands
in the store alone. Every two seconds one of the workers sweeps: it looks what is due and fills the queue up. So a job
that is lost, dropped or done twice costs nothing but time, and the engine need neither try again nor wait for a moment.

One worker builds besides, which is everything that `aggregator run` does but polls and pages; when it dies, another one
takes its place within seconds.
"""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, ProcrastinateException
from procrastinate.jobs import Job, Status
from procrastinate.schema import SchemaManager

from aggregator.errors import StoreError
from aggregator.models import Config
from aggregator.service import Service, open_tools
from aggregator.settings import Settings
from aggregator.store.database import Database
from aggregator.store.fleet import QUEUE, has_engine, load_queue
from aggregator.store.membership import Member
from aggregator.systemd import feed_watchdog, notify

_SWEEPS = "* * * * * */2"  # every two seconds
_MOST_WAITING = 2_000  # hosts in the queue: with more of them the engine gets slower
_OF_A_HOST = 20  # sources, and pages, of one visit
_VISITS = 5  # at once, for each request at once: most of a visit to a slow host is waiting
_CONNECTIONS = 4  # of the engine, besides the one on which it is woken
_BEAT = 5.0  # seconds between two signs of life
_DEAD = 30.0  # seconds without one, after which a worker's visits are dropped
_FALLBACK = 5.0  # seconds until the queue is looked at although nobody has said that there is something in it
_LOOK = 2.0  # seconds between two looks at whether anybody builds, and whether we are still there
log = logging.getLogger(__name__)


def prepare_engine(database: Database) -> None:
    """Make the engine's tables where there are none yet. Raises StoreError."""
    with database.snapshot() as connection:
        if has_engine(connection):
            return
    with database.change_schema() as connection:
        if not has_engine(connection):  # nobody else was quicker
            cursor: Any = connection.connection.cursor()
            cursor.execute(SchemaManager.get_schema())


async def run_worker(
    settings: Settings,
    config: Config,
    database: Database,
    member: Member,
    stop: asyncio.Event,
    build: Callable[[Service], Awaitable[None]],
) -> None:
    """Visit hosts until `stop` is set, and then end the requests under way; build while nobody else does.

    Args:
        build: does that until `stop` is set; called once this worker is the one.
    Raises:
        StoreError: the database cannot be used, or this worker has lost its place.
    """
    async with open_tools(settings, config, database, alone=member.alone_with) as service:
        broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        engine = make_engine(service, settings.database, stop, broken)
        try:
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, service.reload)
            async with engine.open_async():
                work = [
                    asyncio.create_task(_visit_for_ever(engine, settings.concurrency * _VISITS, settings.drain)),
                    asyncio.create_task(_build_when_free(member, service, build)),
                    asyncio.create_task(_stay(member)),
                    asyncio.create_task(feed_watchdog(service.is_alive)),
                ]
                service.tell_ready()
                await _until(stop, broken, work)
        except ProcrastinateException as error:
            reason = (str(error.__cause__ or error).splitlines() or ["no reason given"])[0]
            raise StoreError(f"{database.name}: the task engine stopped: {reason}; start again") from error


async def _until(stop: asyncio.Event, broken: asyncio.Future[None], work: list[asyncio.Task[None]]) -> None:
    """Wait for `stop`, or for what cannot go on; then let everything end, visits in good order."""
    stopped = asyncio.create_task(stop.wait())
    try:
        waiting: set[asyncio.Future[Any]] = {stopped, broken, *work}
        while stopped in waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    finally:
        notify("STOPPING=1")
        stop.set()  # visits end after the request under way
        for task in (stopped, *work):
            task.cancel()
        await asyncio.gather(stopped, *work, return_exceptions=True)


async def _visit_for_ever(engine: App, at_once: int, drain: timedelta) -> None:
    """Take visits from the queue; when cancelled, wait for those under way."""
    await engine.run_worker_async(
        concurrency=at_once,
        delete_jobs="always",  # a visit that failed has told its log; its host is due still
        install_signal_handlers=False,
        fetch_job_polling_interval=_FALLBACK,
        update_heartbeat_interval=_BEAT,
        stalled_worker_timeout=_DEAD,
        shutdown_graceful_timeout=drain.total_seconds(),
    )
    raise StoreError("the task engine stopped by itself, see the log; start again: nothing kept is lost")


async def _build_when_free(member: Member, service: Service, build: Callable[[Service], Awaitable[None]]) -> None:
    async def use(config: Config) -> None:
        service.use(config)

    watching = asyncio.create_task(service.watch_config(use))
    try:
        while True:
            if await member.lead():
                break
            await asyncio.sleep(_LOOK)
    finally:
        watching.cancel()
    log.info("this worker builds from now on")
    await build(service)


async def _stay(member: Member) -> None:
    while True:
        await member.check()
        await asyncio.sleep(_LOOK)


def make_engine(service: Service, address: str, stop: asyncio.Event, broken: asyncio.Future[None]) -> App:
    """Say what the engine's jobs are.

    Their names and the names of what they are given stand in the queue, also for workers of the version before and
    after: one that is not known any more fails, and is due again.
    """
    engine = App(
        connector=PsycopgConnector(
            conninfo=address,
            max_size=_CONNECTIONS,
            timeout=10,
            kwargs={
                "application_name": "aggregator worker's engine",
                "connect_timeout": 10,
                "tcp_user_timeout": 20_000,
            },
        )
    )

    @engine.task(name="visit", queue=QUEUE)
    async def visit(sources: list[str], pages: list[int]) -> None:
        try:
            await service.visit(sources, pages, stop)
        except StoreError as error:
            if not broken.done():
                broken.set_exception(error)

    @engine.periodic(cron=_SWEEPS)
    @engine.task(name="sweep", queue="sweeps", queueing_lock="sweep", priority=1)
    async def sweep(timestamp: int) -> None:
        await drop_stalled(engine)
        await fill_queue(engine, service)

    return engine


async def drop_stalled(engine: App) -> None:
    """Drop the visits of workers that died: what was not done is due still, and comes with the next sweep."""
    manager = engine.job_manager
    await manager.prune_stalled_workers(_DEAD)
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=_DEAD):
        with suppress(ConnectorException):  # another sweep was quicker
            await manager.finish_job(job, Status.FAILED, delete_job=True)
            log.warning("a worker died while it did %s; what was due is due still", job.lock or job.task_name)


async def fill_queue(engine: App, service: Service) -> int:
    """Let hosts of which something is due wait for a visit, unless they do already; returns how many came."""
    queue = await service.database.read(load_queue)
    room = _MOST_WAITING - len(queue.waiting)
    due = await service.due_by_host(_MOST_WAITING) if room > 0 else {}
    jobs = [
        Job(
            id=None,
            task_name="visit",
            queue=QUEUE,
            lock=host,
            queueing_lock=host,
            task_kwargs={"sources": [*sources[:_OF_A_HOST]], "pages": [*pages[:_OF_A_HOST]]},
        )
        for host, (sources, pages) in due.items()
        if host not in queue.waiting | queue.visited
    ][: max(room, 0)]
    if jobs:
        with suppress(AlreadyEnqueued):  # another sweep was quicker; what it left comes with the next
            await engine.job_manager.batch_defer_jobs_async(jobs)
    return len(jobs)
