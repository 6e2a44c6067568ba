"""One installation in a folder for `bench.crash`: its processes, what a kill leaves behind, what its store holds."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from aggregator.store import polls
from aggregator.store.database import SCHEMA, Database
from aggregator.store.ledger import read_ledger
from bench.crash_partners import Newsroom, Partners

_SITE = """schema = 1
[site]
title = "Bench"
base_url = "https://bench.example/"
id_domain = "bench.example"
id_date = "2026-11-22"
contact = "mailto:desk@bench.example"
item_pages = "on"
[defaults.rights]
mode = "full"
[defaults.editorial]
quarantine = "off"
[[topic]]
id = "all"
title = "Everything"
[[topic]]
id = "water"
title = "Water"
include = "water OR river"
max_items = 20
"""
_REST = {"store.db", "store.db.lock", "withdrawals.jsonl", "backups", "tmp", "public"}  # what may lie there at rest
_STOPPING = 30.0  # seconds that a service gets to end
_LEAVING = 10.0  # seconds that workers get to notice that their master is dead


class House:
    """Attributes: store, output; wrong: what was found, a line each."""

    def __init__(self, folder: Path, partners: Partners, wrong: list[str]) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.store = self.state / "store.db"
        self.output = self.state / "public"
        self.wrong = wrong
        self._logs = folder / "logs"
        self._count = 0
        self._orphans: dict[int, str] = {}  # processes that a killed one left, by id, with the time of their start
        self._leftovers: set[Path] = set()
        self._dates: dict[str, str] = {}  # when each id was published first, as the store has it
        self._id_of: dict[int, str] = {}
        for one in (self.state / "tmp", self._logs):
            one.mkdir(parents=True)
        sources = "".join(
            f'[[source]]\nid = "{one.id}"\nname = "The {one.id}"\nfeed = "{partners.feed_url(one)}"\n'
            for one in partners.newsrooms.values()
        )
        (folder / "sources.toml").write_text(_SITE + sources, encoding="utf-8")

    # --- processes ---------------------------------------------------------------------------------------------------

    def start(self, *words: str) -> "Process":
        self._count += 1
        environment = os.environ | {
            "AGGREGATOR_SOURCES": str(self.folder / "sources.toml"),
            "AGGREGATOR_DATABASE": f"sqlite:///{self.store}",
            "AGGREGATOR_OUTPUT": str(self.output),
            "AGGREGATOR_LISTEN": "127.0.0.1:0",
            "AGGREGATOR_ALLOW_NETWORKS": "127.0.0.0/8",
            "AGGREGATOR_HOST_DELAY": "0",
            "AGGREGATOR_WORKERS": "2",
            "TMPDIR": str(self.state / "tmp"),
        }
        return Process(words, environment, self._logs / f"{self._count:03d}-{words[0]}.log")

    def kill(self, process: "Process") -> None:
        """Kill a process where it stands, and note what that leaves."""
        self._orphans |= descendants(process.pid)
        process.kill()

    def note_leftovers(self) -> None:
        self._leftovers |= set(unfinished(self.state))

    def expect_swept(self, when: str) -> None:
        """Look whether what killed processes left is gone: files, and workers without a master."""
        self.wrong += [f"{when}: {path} was left over" for path in sorted(self._leftovers) if path.exists()]
        workers = self._orphans.items()
        wait_for(lambda: not any(at and born(pid) == at for pid, at in workers), _LEAVING, lambda: None)
        self.wrong += [f"{when}: process {pid} was left over" for pid, at in workers if at and born(pid) == at]
        self._leftovers, self._orphans = set(), {}

    # --- the store ---------------------------------------------------------------------------------------------------

    def make_due(self, newsrooms: Sequence[str]) -> None:
        """Do what `aggregator poll` does beside a service."""
        with Database(f"sqlite:///{self.store}") as database, database.transaction() as connection:
            polls.make_due(connection, newsrooms)

    def is_current(self) -> bool:
        """Say whether the store has been brought up to date."""
        with self.copied() as connection:
            return connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(SCHEMA,)]

    def withdrawn_ids(self) -> set[str]:
        """List what the file beside the database says is withdrawn."""
        known, problems = read_ledger(self.state / "withdrawals.jsonl")
        self.wrong += problems
        return {public_id for public_id, one in known.items() if not one.lifted_at}

    def copy_store(self) -> Path:
        """Copy the store as a killed process left it, which itself is left to the next process."""
        copy = self.folder / "copy" / "store.db"
        shutil.rmtree(copy.parent, ignore_errors=True)
        copy.parent.mkdir()
        for ending in ("", "-wal"):
            if Path(f"{self.store}{ending}").exists():
                shutil.copyfile(f"{self.store}{ending}", f"{copy}{ending}")
        return copy

    @contextmanager
    def copied(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.copy_store())) as connection:
            yield connection

    def check_sound(self) -> None:
        with self.copied() as connection:
            self._check_sound(connection)

    def _check_sound(self, connection: sqlite3.Connection) -> None:
        for pragma, sound in (("integrity_check", [("ok",)]), ("foreign_key_check", [])):
            if (found := connection.execute(f"PRAGMA {pragma}").fetchall()) != sound:
                self.wrong.append(f"PRAGMA {pragma}: {found[:3]}")

    def check_store(self, newsrooms: Sequence[Newsroom], excused: set[str], gone: set[str]) -> None:
        """Look into the store after a kill.

        Args:
            excused: articles that may be missing, since they are, or may be, withdrawn.
            gone: articles of which not a word may be left.
        """
        with self.copied() as connection:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'activity'").fetchone() is None:
                return  # killed before there was anything
            self._check_sound(connection)
            copies = set(connection.execute("SELECT source, guid FROM copy"))
            for newsroom in newsrooms:
                kept = {entry.guid for entry in newsroom.taken_in() if entry.article.key not in excused}
                if lost := sorted(kept - {guid for source, guid in copies if source == newsroom.id}):
                    self.wrong.append(f"{newsroom.id}: said to be kept and is not: {lost}")
            doubled = connection.execute("SELECT source, guid FROM copy GROUP BY source, guid HAVING count(*) > 1")
            self.wrong += [f"two copies of {source}'s {guid}" for source, guid in doubled]
            items = connection.execute("SELECT id, public_id, first_published_at FROM item").fetchall()
            for number, public_id, published_at in items:
                if self._id_of.setdefault(number, public_id) != public_id:
                    self.wrong.append(f"item {number} was {self._id_of[number]} and is {public_id}")
                if published_at and self._dates.setdefault(public_id, published_at) != published_at:
                    self.wrong.append(f"{public_id} was published at {self._dates[public_id]}, now at {published_at}")
            if lost := self._dates.keys() - {public_id for _, public_id, _ in items}:
                self.wrong.append(f"lost from the store: {sorted(lost)}")
        for path in self.folder.glob("state/store.db*") if gone else ():
            content = path.read_bytes()
            self.wrong += [f"{path.name} still holds words of {key}" for key in sorted(gone) if key.encode() in content]

    def check_rest(self) -> None:
        """Look whether anything lies about that should not, while no process is at work."""
        strange = {path.name for path in self.state.iterdir()} - _REST
        self.wrong += [f"left over: {path}" for path in [*strange, *unfinished(self.state)]]


class Process:
    """A command of the program under way; what it says goes into a file."""

    def __init__(self, words: Sequence[str], environment: dict[str, str], log: Path) -> None:
        self.words = words
        self.log = log
        self.began = time.monotonic()
        with log.open("wb") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "aggregator", *words],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        self.pid = self._process.pid
        self._is_ready = False

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """Ask it to end, and wait."""
        self._process.send_signal(signal.SIGTERM)
        wait_for(lambda: not self.is_alive(), _STOPPING, lambda: None)

    def problem(self) -> str:
        """Say what was wrong with it, as it should have ended well by now; one that hangs is killed."""
        code, said = self.code, self.said()
        if code is None:
            self.kill()
        if code == 0 and "Traceback" not in said:
            return ""
        how = "hangs" if code is None else f"ended with {code}"
        return f"{self.log.name}: `{' '.join(self.words)}` {how}: {said[-600:]}"

    @property
    def code(self) -> int | None:
        return self._process.poll()

    def is_ready(self) -> bool:
        """Say whether a service has begun to poll."""
        self._is_ready = self._is_ready or "sources are due" in self.said()
        return self._is_ready

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


def unfinished(folder: Path) -> list[Path]:
    """List what is there for a moment only."""
    found = []
    for top, _, names in os.walk(folder):
        found += [Path(top, name) for name in names if "unfinished" in name or name.endswith("-journal")]
    return found


def descendants(pid: int) -> dict[int, str]:
    """Return the children of a process, and theirs, with the time of their start."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and (fields := _status(int(entry.name))):
            parents[int(entry.name)] = int(fields[1])
    found: dict[int, str] = {}
    ahead = [pid]
    while ahead:
        parent = ahead.pop()
        for child in [one for one, its in parents.items() if its == parent]:
            found[child] = born(child)
            ahead.append(child)
    return found


def born(pid: int) -> str:
    """Return when a process was started, in its kernel's terms; "" when there is none, or only its shell is left."""
    fields = _status(pid)
    return fields[19] if fields and fields[0] != "Z" else ""


def _status(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def wait_for(seen: Callable[[], bool], seconds: float, meanwhile: Callable[[], None]) -> bool:
    """Wait for something to happen; returns whether it did in time."""
    end = time.monotonic() + seconds
    while not seen():
        if time.monotonic() > end:
            return False
        meanwhile()
        time.sleep(0.002)
    return True
