"""Parts `rebuild`, `quiet`, `start` and `search`: building beside feedgen alone, and what people wait for."""

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.build import ITEMS, Bakery
from bench.farm import ENTRIES, Farm, open_farm
from bench.filled import fill_store, place_all
from bench.measure import Cost, measure
from bench.results import Aim, Contender, Part, Ratio
from bench.rivals import settings_of, write_sources
from bench.search import measure as measure_searches
from bench.service import run_unit
from bench.sizes import Sizes

_HELP, _IMPORTS, _CHECK = "aggregator --help", "importing typer and rich", "aggregator check"
_TOPICS = 20
_WORDS = 60  # of an article that is searched
_STORED = 100_000  # articles behind the page of status
_APART = 300  # seconds from one of them to the next: a source has one in three days or four
_SEARCHED = 20_000  # articles, unless many are asked for
_PORT = 9  # of feeds that nobody asks for


def rebuild(sizes: Sizes) -> Part:
    """Compare the building of topics with feedgen alone."""
    part = Part(
        "rebuild",
        f"Building a topic of {ITEMS} articles",
        f"{_TOPICS} topics of {ITEMS} articles are built from the store to files: RSS, Atom, JSON Feed, page, OPML and "
        f"the site's index. feedgen alone writes RSS and Atom of {_TOPICS} times {ITEMS} articles from values at hand, "
        "without rights, pages or JSON. CPU in one process, imports not counted.",
    )
    ours, alone = Contender("build, query to files"), Contender("feedgen alone, RSS and Atom")
    packing = Contender("gzip alone, of the files written")
    part.contenders = [ours, alone, packing]
    with TemporaryDirectory() as name, Bakery(Path(name), _TOPICS) as bakery:
        turns = ((ours, bakery.build), (alone, bakery.write_alone), (packing, bakery.pack_alone))
        for number in range(sizes.rounds):
            for contender, run in turns[:: -1 if number % 2 else 1]:
                contender.costs.append(run())
                print(f"  round {number + 1}: {contender.name}: {contender.costs[-1].cpu:.2f} s CPU", flush=True)
    part.aim("CPU, times feedgen alone", ours.name, alone.name, 1.5)
    rounds = [(a.cpu - c.cpu) / b.cpu for a, b, c in zip(ours.costs, alone.costs, packing.costs, strict=True)]
    part.aims.append(Aim("the same without compressing", Ratio.of(rounds), 1.5))
    part.lines.append(f"One topic takes {1000 * ours.middle('cpu') / _TOPICS:.0f} ms of CPU.")
    return part


def quiet(sizes: Sizes) -> Part:
    """Count what a poll with nothing new writes."""
    part = Part(
        "quiet",
        "What a poll with nothing new writes",
        f"{sizes.sources} feeds of {ENTRIES} articles are polled and built, then again while nothing is new. "
        "Transactions are counted in SQLite's write-ahead log.",
    )
    with TemporaryDirectory() as name, open_farm(sizes.sources) as farm:
        write_sources(Path(name), farm)
        found = run_unit("quiet", Path(name), sizes)
    part.aims += [
        Aim("transactions a poll", Ratio.of([found["transactions"] / found["polls"]]), 1),
        Aim("output files written", Ratio.of([found["files_written"]]), 0, "files"),
    ]
    part.lines.append(
        f"{found['not_modified']} of {found['polls']} polls found nothing new; all together made "
        f"{found['transactions']} transactions, and none of {found['files']} files was touched."
        if not found["files_written"]
        else f"{found['files_written']} of {found['files']} files were written anew."
    )
    return part


def start(sizes: Sizes) -> Part:
    """Measure what people wait for: help, the check of a sources file, the first look at the page of status."""
    part = Part(
        "start",
        "What people wait for",
        "The command line as whole processes, beside the import of what it is made of; `check` of a sources file with "
        f"1,000 sources; the first look at the page of status with 1,000 sources and {_STORED:,} articles stored, in a "
        "process that runs already.",
    )
    help_, imports, check = Contender(_HELP), Contender(_IMPORTS), Contender(_CHECK)
    part.contenders = [help_, imports, check]
    looks: list[float] = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_sources(folder, Farm(1000, _PORT))
        print(f"  filling a store with {_STORED:,}", flush=True)
        run_unit("accept", folder, sizes)
        fill_store(folder / "store.db", _STORED, f"{datetime.now(UTC):%Y-%m-%d}", apart=_APART)
        place_all(folder / "store.db", "all", ITEMS)
        commands: list[tuple[Contender, Sequence[str]]] = [
            (help_, ["-m", "aggregator", "--help"]),
            (imports, ["-m", "bench.floors", "imports"]),
            (check, ["-m", "aggregator", "check", "--quiet"]),
        ]
        for _, words in commands:  # the first time is for the disk
            _measure(words, folder)
        for number in range(sizes.rounds):
            for contender, words in commands[:: -1 if number % 2 else 1]:
                contender.costs.append(_measure(words, folder))
            looks.append(run_unit("status", folder, sizes)["seconds"])
            print(f"  round {number + 1}: status page {looks[-1]:.2f} s", flush=True)
    part.aim("CPU of --help, times importing typer and rich", help_.name, imports.name, 1.5)
    part.aims += [
        Aim("check of 1,000 sources", Ratio.of([cost.wall for cost in check.costs]), 1, "s"),
        Aim("status page, first look", Ratio.of(looks), 0.3, "s"),
    ]
    return part


def search(sizes: Sizes) -> Part:
    """Measure searches as readers make them."""
    count = min(sizes.many, _SEARCHED) if sizes.many <= 100_000 else sizes.many
    part = Part(
        "search",
        "Search",
        f"Searches in {count:,} articles of {_WORDS} words, found and written as a page; each kind 50 times. "
        "Milliseconds of the median, and of the 95th of 100.",
    )
    figures = measure_searches(count, _WORDS)
    kinds = {name: found for name, found in figures.items() if isinstance(found, list)}
    part.aims.append(Aim("slowest kind, median", Ratio.of([max(median for median, _ in kinds.values())]), 100, "ms"))
    part.lines += [f"{name.replace('_', ' ')}: {median} ms, {late} ms" for name, (median, late) in kinds.items()]
    return part


def _measure(words: Sequence[str], folder: Path) -> Cost:
    return measure([sys.executable, *words], os.environ | settings_of(folder))
