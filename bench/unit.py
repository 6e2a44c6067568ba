"""Units of the service as processes of their own, which print what they find as one JSON line.

Run as `python -m bench.unit NAME [PORT]` in the environment of a folder as `bench.rivals.settings_of` makes it:

poll    all sources
build   what is due
accept  the configuration comes into force
gaps    the service from an empty store until nothing is left to do, and how long its event loop was not free
stay    fifty polls of all sources, of which each time a tenth have something new, and how much memory that takes
quiet   a poll of all sources that have nothing new, and what it writes
status  the first look at the page of status
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from aggregator.models import Config
from aggregator.service import Service, open_service
from aggregator.settings import Settings, read_settings
from aggregator.sources import load_sources
from aggregator.store import outputs, polls, search
from aggregator.store.database import Database
from bench.farm import Farm
from bench.measure import die_with_parent

_TICK = 0.01  # seconds
_EARLY, _LATE = 5, 50  # polls after which memory is looked at
_ONE_IN = 10  # sources have something new at each of them
_IDLE = 3  # looks in a row at which nothing is left to do
_MOST_SECONDS = 540
Found = dict[str, object]


async def _poll(service: Service) -> Found:
    outcomes = await service.poll([one for one in service.config.sources if one.kind == "feed"], lambda _: None)
    pages = await service.fetch_pages(lambda _: None)
    return {
        "new": sum(outcome.new for outcome in outcomes),
        "failed": sum(outcome.failed for outcome in outcomes),
        "pages": len(pages),
    }


async def _build(service: Service) -> Found:
    outcomes = await service.build_due()
    return {"written": sum(len(outcome.written) for outcome in outcomes)}


async def _gaps(service: Service) -> Found:
    gaps: list[float] = []
    turns: list[float] = []
    stop = asyncio.Event()

    async def tick() -> None:
        at, spent = time.perf_counter(), time.thread_time()
        while True:
            await asyncio.sleep(_TICK)
            now, used = time.perf_counter(), time.thread_time()
            gaps.append(now - at - _TICK)
            turns.append(used - spent)
            at, spent = now, used

    async def end_when_idle() -> None:
        looks, until = 0, time.monotonic() + _MOST_SECONDS
        await first_round.wait()
        while looks < _IDLE and time.monotonic() < until:
            await asyncio.sleep(1)
            is_busy = any([await service.database.read(look) for look in (outputs.has_dirty, search.has_due)])
            is_busy = is_busy or bool(await service.database.read(polls.due_pages, service.clock(), 1))
            looks = 0 if is_busy else looks + 1
        stop.set()

    first_round = asyncio.Event()
    ticking, ending = asyncio.create_task(tick()), asyncio.create_task(end_when_idle())
    began = time.perf_counter()
    try:
        await service.run(stop, lambda _: first_round.set())
    finally:
        ticking.cancel()
        ending.cancel()
        await asyncio.gather(ticking, ending, return_exceptions=True)
    gaps.sort()
    return {
        "seconds": time.perf_counter() - began,
        "longest": gaps[-1],
        "of_1000": gaps[int(len(gaps) * 0.999)],
        "over_100_ms": sum(gap > 0.1 for gap in gaps),
        "ticks": len(gaps),
        "longest_turn": max(turns),
    }


async def _stay(service: Service) -> Found:
    farm = Farm(len(service.config.sources), int(sys.argv[2]))
    found: Found = {}
    for number in range(1, _LATE + 1):
        farm.publish(one_in=_ONE_IN)
        await _poll(service)
        await service.build_due()
        if number in (_EARLY, _LATE):
            found[f"peak_{number}"] = _peak(os.getpid())
            found[f"worker_{number}"] = max(map(_peak, _below(os.getpid())), default=0.0)
    return found


async def _quiet(service: Service) -> Found:
    await _poll(service)
    await service.build_due()
    await service.database.purge()
    before, committed = _stamps(service.settings.output), _count_commits(service.database.path)
    outcomes = await service.poll(service.config.sources, lambda _: None)
    await service.build_due()
    after = _stamps(service.settings.output)
    return {
        "polls": len(outcomes),
        "not_modified": sum(outcome.said == "not modified" for outcome in outcomes),
        "transactions": _count_commits(service.database.path) - committed,
        "files": len(after),
        "files_written": sum(before.get(path) != stamp for path, stamp in after.items()),
    }


async def _status(service: Service) -> Found:
    import httpx2
    from starlette.applications import Starlette

    from aggregator.monitor import routes

    app = Starlette(routes=routes(service, "public"))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://bench.example") as client:
        began, spent = time.perf_counter(), time.process_time()
        page = await client.get("/status/")
        seconds, cpu = time.perf_counter() - began, time.process_time() - spent
    return {"status": page.status_code, "bytes": len(page.content), "seconds": seconds, "cpu": cpu}


async def _accept(service: Service) -> Found:
    await service.build()
    return {}


# --- what is looked at ------------------------------------------------------------------------------------------------


def _peak(process: int) -> float:
    """Return the most MiB of memory that a process has ever had; 0 when it is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0


def _below(process: int) -> list[int]:
    """List the processes that a process has started, and those that these have."""
    children: list[int] = []
    for task in Path(f"/proc/{process}/task").iterdir():
        with suppress(OSError):
            children += map(int, (task / "children").read_text().split())
    return [*children, *(one for child in children for one in _below(child))]


def _stamps(folder: Path) -> dict[Path, tuple[int, int]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in files}


def _count_commits(store: Path) -> int:
    """Count the transactions in SQLite's write-ahead log (https://sqlite.org/fileformat2.html, section 4.1).

    Of a frame that ends a transaction, the second number is the size of the database then, else 0.
    """
    log = store.with_name(f"{store.name}-wal").read_bytes()
    size, salts = int.from_bytes(log[8:12], "big"), log[16:24]
    frames = range(32, len(log) - 23, size + 24)
    return sum(any(log[at + 4 : at + 8]) for at in frames if log[at + 8 : at + 16] == salts)


_UNITS: dict[str, Callable[[Service], Awaitable[Found]]] = {
    "poll": _poll,
    "build": _build,
    "accept": _accept,
    "gaps": _gaps,
    "stay": _stay,
    "quiet": _quiet,
    "status": _status,
}


@asynccontextmanager
async def _open(settings: Settings, config: Config) -> AsyncIterator[Service]:
    with Database(settings.database) as database:
        database.migrate()
        async with open_service(settings, config, database) as service:
            yield service


async def _run(name: str) -> None:
    settings = read_settings(os.environ)
    async with _open(settings, load_sources(settings.sources).config) as service:
        began, spent = time.perf_counter(), time.process_time()
        found = await _UNITS[name](service)
        own = {"unit_wall": time.perf_counter() - began, "unit_cpu": time.process_time() - spent}
    print(json.dumps(found | own))


if __name__ == "__main__":
    die_with_parent()
    asyncio.run(_run(sys.argv[1]))
