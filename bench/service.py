"""Parts `bodies`, `gaps`, `memory` and `growth`: what the service does with pages, and whether it stays light."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.farm import Farm, open_farm
from bench.filled import fill_store, place_all
from bench.measure import Cost, measure
from bench.results import Aim, Contender, Part, Ratio
from bench.rivals import OURS, settings_of, write_sources
from bench.sizes import Sizes

_NEW = 10  # entries of each source, of which the pages are fetched
_GROWING = 30  # sources that are polled beside many articles
_OPEN = 60  # of the articles stand in no archive document


def bodies(sizes: Sizes) -> Part:
    """Compare polls with pages with the bare fetching and extracting of the same pages."""
    sources = max(20, sizes.sources // 5)
    part = Part(
        "bodies",
        "Articles from their pages",
        f"{_NEW} new entries in each of {sources} feeds of excerpts; each one's page is fetched, its article found, "
        f"cleaned, compared and kept. Bare: the same {_NEW * sources} pages fetched with httpx2 and handed to "
        "trafilatura and our finder of bodies, one after the other.",
    )
    one, two, bare = (Contender(name) for name in (f"{OURS}, one worker", f"{OURS}, two workers", "bare"))
    part.contenders = [one, two, bare]
    with TemporaryDirectory() as name, open_farm(sources, excerpts=True, latency=sizes.latency) as farm:
        folders = [Path(name, each) for each in ("one", "two")]
        pages = Path(name, "pages.json")
        for workers, folder in enumerate(folders, 1):
            folder.mkdir()
            print(f"  first poll, {workers} workers", flush=True)
            write_sources(folder, farm)  # the pages of what is old are not wanted
            _measure_poll(folder, sizes, workers)
            write_sources(folder, farm, "auto")
        for number in range(sizes.rounds):
            farm.publish(_NEW)
            pages.write_text(json.dumps(farm.newest_pages(_NEW)))
            turns: list[tuple[Contender, Callable[[], Cost]]] = [
                (one, lambda: _measure_poll(folders[0], sizes, 1)),
                (two, lambda: _measure_poll(folders[1], sizes, 2)),
                (bare, lambda: measure([sys.executable, "-m", "bench.floors", "pages", str(pages)])),
            ]
            for contender, run in turns[:: -1 if number % 2 else 1]:
                asked = farm.seen()["200"]
                contender.costs.append(run())
                contender.requests.append(farm.seen()["200"] - asked)
                print(f"  round {number + 1}: {contender.name}: {contender.costs[-1].cpu:.2f} s CPU", flush=True)
    part.aim("CPU of all, times bare", one.name, bare.name, 1.15)
    part.aim("wall time of two workers on idle cores, times one's", two.name, one.name, 0.6, "wall")
    articles = _NEW * sources
    each = [f"{1000 * contender.middle('cpu') / articles:.1f} ms ({contender.name})" for contender in part.contenders]
    part.lines.append(f"CPU an article, start of the process and all: {', '.join(each)}.")
    return part


def gaps(sizes: Sizes) -> Part:
    """Look how long the service's event loop is busy while it takes in all feeds for the first time."""
    sources = max(20, sizes.sources // 5)
    part = Part(
        "gaps",
        "How free the service stays",
        f"The service takes in {sources} feeds from nothing and builds, while a ticker in its event loop ticks every "
        "10 ms. The gap is what a tick came late: so long would a reader of its web server have waited.",
    )
    found = []
    for number in range(min(3, sizes.rounds)):
        with TemporaryDirectory() as name, open_farm(sources, latency=sizes.latency) as farm:
            write_sources(Path(name), farm)
            found.append(run_unit("gaps", Path(name), sizes))
            print(f"  round {number + 1}: {1000 * found[-1]['longest']:.0f} ms", flush=True)
    part.aims.append(Aim("longest gap", Ratio.of([1000 * one["longest"] for one in found]), 100, "ms"))
    last = found[-1]
    part.lines += [
        f"In one run of {last['seconds']:.0f} s, one tick of a thousand came {1000 * last['of_1000']:.0f} ms late or "
        f"more, and {last['over_100_ms']} of {last['ticks']} more than 100 ms.",
        f"The most CPU that the event loop's thread took between two ticks was {1000 * last['longest_turn']:.0f} ms; "
        "the rest of a gap is other threads and other processes.",
    ]
    return part


def memory(sizes: Sizes) -> Part:
    """Look at the memory of a process that polls again and again."""
    part = Part(
        "memory",
        "Memory",
        f"One process polls {sizes.sources} feeds fifty times and builds each time; a tenth of the feeds have a new "
        "entry each time. Peaks, as the system counts them (VmHWM).",
    )
    with TemporaryDirectory() as name, open_farm(sizes.sources, latency=sizes.latency) as farm:
        write_sources(Path(name), farm)
        print("  first poll", flush=True)
        _measure_poll(Path(name), sizes, 2)
        found = run_unit("stay", Path(name), sizes, farm)
    early, late = found["peak_5"], found["peak_50"]
    part.aims += [
        Aim("process that polls", Ratio.of([late]), 90, "MiB"),
        Aim("largest worker", Ratio.of([found["worker_50"]]), 130, "MiB"),
        Aim("process that polls after 50 polls, times after 5", Ratio.of([late / early]), 1.05),
    ]
    part.lines.append(
        f"After 5 polls {early:.0f} MiB, after 50 {late:.0f}; the largest worker {found['worker_50']:.0f}."
    )
    return part


def growth(sizes: Sizes) -> Part:
    """Compare polls and incremental builds beside few and many stored articles."""
    part = Part(
        "growth",
        "Many articles stored",
        f"{_GROWING} feeds with {_NEW} new entries each are polled, then what changed is built, each a process, beside "
        f"{sizes.few:,} and beside {sizes.many:,} stored articles with their indexes, all in one topic.",
    )
    stored = [sizes.few, sizes.many]
    polled = [Contender(f"poll beside {size:,}") for size in stored]
    built = [Contender(f"build beside {size:,}") for size in stored]
    part.contenders = [*polled, *built]
    with TemporaryDirectory() as name, open_farm(_GROWING) as farm:
        folders = [Path(name, str(size)) for size in stored]
        for size, folder in zip(stored, folders, strict=True):
            print(f"  filling a store with {size:,}", flush=True)
            _fill(folder, farm, size, sizes)
        for number in range(sizes.rounds):
            farm.publish(_NEW)
            for at in (0, 1)[:: -1 if number % 2 else 1]:
                for contender, unit in ((polled[at], "poll"), (built[at], "build")):
                    contender.costs.append(_measure_unit(unit, folders[at], sizes))
                    print(f"  round {number + 1}: {contender.name}: {contender.costs[-1].cpu:.2f} s CPU", flush=True)
    part.aim(f"CPU of a poll beside {sizes.many:,}, times beside {sizes.few:,}", polled[1].name, polled[0].name, 1.1)
    part.aim(f"CPU of a build beside {sizes.many:,}, times beside {sizes.few:,}", built[1].name, built[0].name, 1.1)
    return part


def _fill(folder: Path, farm: Farm, size: int, sizes: Sizes) -> None:
    folder.mkdir()
    write_sources(folder, farm)
    run_unit("accept", folder, sizes)  # while it is empty: else all that is stored would be routed
    store = folder / "store.db"
    fill_store(store, size, f"{datetime.now(UTC):%Y-%m-%d}", _GROWING)
    place_all(store, "all", _OPEN)
    connection = sqlite3.connect(store)
    connection.execute("ANALYZE")
    connection.close()
    for unit in ("poll", "build"):
        _measure_unit(unit, folder, sizes)


def _measure_poll(folder: Path, sizes: Sizes, workers: int) -> Cost:
    command = [sys.executable, "-m", "aggregator", "poll", "--quiet"]
    return measure(command, os.environ | settings_of(folder, workers), sizes.limit)


def _measure_unit(name: str, folder: Path, sizes: Sizes) -> Cost:
    return measure([sys.executable, "-m", "bench.unit", name], os.environ | settings_of(folder), sizes.limit)


def run_unit(name: str, folder: Path, sizes: Sizes, farm: Farm | None = None) -> dict[str, float]:
    """Run a unit and return what it found."""
    command = [sys.executable, "-m", "bench.unit", name, *([str(farm.port)] if farm else [])]
    environment = os.environ | settings_of(folder)
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=sizes.limit)
    if run.returncode:
        sys.exit(f"{name}: {run.stderr[-2000:]}")
    found: dict[str, float] = json.loads(run.stdout.splitlines()[-1])
    return found
