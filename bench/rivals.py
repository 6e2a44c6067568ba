"""Who is measured beside whom on the same feeds: the program, a plain script, bare requests, and others' programs.

Each polls all feeds of a farm once, as one process that starts and ends, from what it kept in a folder of its own.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.farm import Farm

OURS, SCRIPT, BARE = "aggregator", "plain script", "bare GETs"
_READER = "AGGREGATOR_BENCH_READER"  # names a Python that has `reader`
_SITE = """schema = 1
[site]
title = "Bench"
base_url = "http://127.0.0.1/"
contact = "mailto:bench@example.org"
id_domain = "bench.example"
id_date = "2026-11-22"
[[topic]]
id = "all"
title = "Everything"
"""


@dataclass(frozen=True)
class Rival:
    """One program that polls.

    Attributes:
        prepare: writes into an empty folder what it needs before its first poll.
        command: what polls once.
        before: what is renewed before every poll.
    """

    name: str
    prepare: Callable[[Path, Farm], None]
    command: Callable[[Path], list[str]]
    environment: Callable[[Path], Mapping[str, str]] = lambda _: {}
    before: Callable[[Path, Farm], None] = lambda _folder, _farm: None


@dataclass
class Stall:
    """A rival's folder beside a farm."""

    rival: Rival
    folder: Path
    is_primed: bool = field(default=False, init=False)

    def empty(self, farm: Farm) -> None:
        """Make it as new."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.rival.prepare(self.folder, farm)
        self.is_primed = False

    def environment(self) -> dict[str, str]:
        return os.environ | {"HOME": str(self.folder)} | dict(self.rival.environment(self.folder))


def write_sources(folder: Path, farm: Farm, mode: str = "feed") -> None:
    """Write a sources.toml for all feeds of a farm, with the text of feed or page."""
    sources = "".join(
        f'[[source]]\nid = "{source_id(number)}"\nname = "Source {number}"\nfeed = "{url}"\nrights.mode = "full"\n'
        f'extract.mode = "{mode}"\n'
        for number, url in enumerate(farm.feeds())
    )
    (folder / "sources.toml").write_text(_SITE + sources)


def source_id(number: int) -> str:
    """Name a source of the farm as `bench.filled` does."""
    return f"source-{number:04d}"


def settings_of(folder: Path, workers: int = 2) -> dict[str, str]:
    """Return the environment in which the program works in a folder, on partners that need no mercy."""
    return {
        "AGGREGATOR_SOURCES": str(folder / "sources.toml"),
        "AGGREGATOR_DATABASE": f"sqlite:///{folder / 'store.db'}",
        "AGGREGATOR_OUTPUT": str(folder / "public"),
        "AGGREGATOR_ALLOW_NETWORKS": "127.0.0.0/8",
        "AGGREGATOR_HOST_DELAY": "0",
        "AGGREGATOR_WORKERS": str(workers),
        "AGGREGATOR_MONITORING": "public",
    }


def find_rivals(wanted: set[str]) -> tuple[list[Rival], list[str]]:
    """Return those that are there, and a line about each that is not."""
    reader = os.environ.get(_READER, "")
    needs = {
        "reader": (bool(reader) and Path(reader).exists(), f"name a Python that has it in {_READER}"),
        "newsboat": (bool(shutil.which("newsboat")), "on Debian: apt-get install newsboat"),
        "sfeed": (bool(shutil.which("sfeed_update")), "on Debian: apt-get install sfeed"),
        "rss2email": (bool(shutil.which("r2e")), "on Debian: apt-get install rss2email"),
    }
    known = [rival for rival in _RIVALS if rival.name in wanted]
    found = [rival for rival in known if needs.get(rival.name, (True, ""))[0]]
    missing = [f"{one.name} is not here; {needs[one.name][1]}" for one in known if one not in found]
    return found, missing


# --- each ------------------------------------------------------------------------------------------------------------


def _list_feeds(folder: Path, farm: Farm) -> None:
    (folder / "feeds").write_text("\n".join(farm.feeds()) + "\n")


def _list_validators(folder: Path, farm: Farm) -> None:
    (folder / "validators.json").write_text(json.dumps(farm.validators()))


def _prepare_newsboat(folder: Path, farm: Farm) -> None:
    _list_feeds(folder, farm)
    (folder / "config").write_text("reload-threads 20\n")


def _prepare_sfeed(folder: Path, farm: Farm) -> None:
    feeds = "\n".join(f'feed "s{number}" "{url}"' for number, url in enumerate(farm.feeds()))
    (folder / "sfeedrc").write_text(f'sfeedpath="{folder}/kept"\nmaxjobs=20\nfeeds() {{\n{feeds}\n}}\n')
    (folder / "kept").mkdir()


def _prepare_rss2email(folder: Path, farm: Farm) -> None:
    outlines = "".join(f'<outline type="rss" text="s{n}" xmlUrl="{url}"/>' for n, url in enumerate(farm.feeds()))
    (folder / "feeds.opml").write_text(f'<?xml version="1.0"?><opml version="1.0"><body>{outlines}</body></opml>')
    for words in (["new", "reader@bench.example"], ["opmlimport", str(folder / "feeds.opml")]):
        subprocess.run([*_r2e(folder), *words], check=True, capture_output=True)


def _r2e(folder: Path) -> list[str]:
    return ["r2e", "-c", str(folder / "config"), "-d", str(folder / "data.json")]


_RIVALS = (
    Rival(OURS, write_sources, lambda folder: [sys.executable, "-m", "aggregator", "poll", "--quiet"], settings_of),
    Rival(
        SCRIPT,
        _list_feeds,
        lambda folder: [sys.executable, "-m", "bench.script", str(folder / "feeds"), str(folder / "store.db")],
    ),
    Rival(
        BARE,
        _list_validators,
        lambda folder: [sys.executable, "-m", "bench.floors", "get", str(folder / "validators.json")],
        before=_list_validators,
    ),
    Rival(
        "reader",
        _list_feeds,
        lambda folder: [
            os.environ[_READER],
            str(Path(__file__).with_name("peer_reader.py")),
            str(folder / "feeds"),
            str(folder / "store.db"),
        ],
    ),
    Rival(
        "newsboat",
        _prepare_newsboat,
        lambda folder: [
            *("newsboat", "-q", "-u", str(folder / "feeds"), "-c", str(folder / "cache.db")),
            *("-C", str(folder / "config"), "-x", "reload"),
        ],
    ),
    Rival("sfeed", _prepare_sfeed, lambda folder: ["sfeed_update", str(folder / "sfeedrc")]),
    Rival("rss2email", _prepare_rss2email, lambda folder: [*_r2e(folder), "run", "--no-send"]),
)
