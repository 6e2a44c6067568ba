"""One installation from its first poll to its rest, killed over and over; for `bench.crash`."""

import gzip
import random
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from bench.crash_house import House, Process, wait_for
from bench.crash_older import ids_in, kill_upgrade, make_older, revisions
from bench.crash_partners import Entry, Newsroom, Partners
from bench.crash_reader import Reader, read_entries, walk

FIRST_POLL, AT_ANY_MOMENT, MIGRATING = "first poll", "at any moment", "`migrate`, upgrading"
WITHDRAWING, WITHDRAW = "beside `withdraw`", "`withdraw` itself"
READERS, AT_REST = "what readers saw", "at rest"
_KILLS_AN_UPGRADE = 3
_BUSY = 0.25  # seconds between two changes at the partners'
_START = 30.0  # seconds that a service gets until it polls, and a phase until it is reached
_PATIENCE = 90.0  # seconds for all to be in order again
_WITHDRAWN = 60.0  # seconds that a withdrawal may take
_BAD = ("Traceback", " ERROR ", "failed")  # in a log
# What the store says is still to be done.
_NOW = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
_WAITING = {
    "items": "SELECT count(*) FROM dirty",
    "new items": f"SELECT count(*) FROM item WHERE state = 'pending' AND release_at <= {_NOW}",
    "pages": f"SELECT count(*) FROM pagestate WHERE due_at <= {_NOW}",
    "topics": f"SELECT count(*) FROM topicstate WHERE next_change_at <= {_NOW}",
    "item pages": "SELECT count(*) FROM itempage WHERE due != ''",
    "archives": "SELECT count(*) FROM archivedocument WHERE due",
    "withdrawals": "SELECT count(*) FROM withdrawal WHERE NOT is_purged OR NOT is_noted",
}


class Trial:
    """One installation.

    Attributes:
        kills: how many, by phase.
        found: what was wrong, a line each, by phase or by who found it.
        withdrawn: articles whose withdrawal is complete.
    """

    def __init__(self, folder: Path, dice: random.Random, partners: Partners) -> None:
        self.kills: Counter[str] = Counter()
        self.found: dict[str, list[str]] = {}
        self.starts = 0
        self.withdrawn: set[str] = set()
        self._wrong: list[str] = []  # since the last kill
        self._dice = dice
        self._partners = partners
        self._newsrooms: Sequence[Newsroom] = list(partners.newsrooms.values())
        self._house = House(folder, partners, self._wrong)
        self.reader = Reader(self._house.output)
        self._undecided: set[str] = set()  # articles of which the command to withdraw them was killed
        self._service: Process | None = None
        self._asked = (0, 0)  # feeds and pages, before the service was started
        self._upgrades = 0
        self._busy_at = 0.0

    def run(self, quotas: Mapping[str, int]) -> None:
        """Kill so often in each phase, then come to rest."""
        try:
            with self.reader:
                for _ in range(quotas[FIRST_POLL]):
                    self._first_poll()
                others = [phase for phase in quotas if phase not in (FIRST_POLL, MIGRATING)]
                phases = [phase for phase in others for _ in range(quotas[phase])]
                self._dice.shuffle(phases)
                for phase in phases:
                    self._phase(phase)
                left = quotas[MIGRATING]
                while left > 0:
                    left -= self._migrate(self._dice.choice(revisions()), min(left, _KILLS_AN_UPGRADE))
                self._come_to_rest()
        finally:
            if self._service and self._service.is_alive():
                self._service.kill()
        self._file(AT_REST)
        self.found[READERS] = self.reader.wrong

    # --- the phases --------------------------------------------------------------------------------------------------

    def _first_poll(self) -> None:
        self._started()
        if self._dice.random() < 0.4:
            self._live_for(0.3, 1.6)
        else:
            self._wait(lambda: self._partners.feeds_asked > self._asked[0], _START)
            self._live_for(0, 0.7)
        self._kill(FIRST_POLL)

    def _phase(self, phase: str) -> None:
        self._started()
        versions = self.reader.versions
        reached: dict[str, tuple[Callable[[], bool], float]] = {
            "polling": (lambda: self._partners.feeds_asked > self._asked[0], 0.8),
            "fetching pages": (lambda: self._partners.pages_asked > self._asked[1], 0.5),
            "building": (lambda: self.reader.versions > versions, 0.9),
        }
        if phase in reached:
            is_reached, longest = reached[phase]
            phase = phase if self._wait(is_reached, _START) else AT_ANY_MOMENT
            self._live_for(0, longest)
            self._kill(phase)
        elif phase == AT_ANY_MOMENT:
            self._live_for(0.2, 4)
            self._kill(phase)
        else:
            self._withdraw(phase)

    def _withdraw(self, phase: str) -> None:
        """Take an article back; the service is killed meanwhile, or the command is, beside a service or alone."""
        service = self._started()
        if not self._wait(lambda: service.is_ready() and bool(self._shown()), _START):
            return
        key = self._dice.choice(self._shown())
        newsroom, entry = self._carried(key)
        name = self._dice.choice([self.reader.ids[key], self._partners.page_url(newsroom, entry)])
        if phase == WITHDRAW and self._dice.random() < 0.5:
            self._kill(AT_ANY_MOMENT)
        self._undecided.add(key)
        noted = len(self._house.withdrawn_ids())
        command = self._house.start("withdraw", name, "--reason", "bench")
        if self._dice.random() < 0.3:
            self._live_for(0, 2.5)
        else:
            self._wait(lambda: not command.is_alive() or len(self._house.withdrawn_ids()) > noted, _START)
            self._live_for(0, 0.4)
        if phase == WITHDRAWING:
            self._kill(phase)
            self._started()
            self._wait(lambda: not command.is_alive(), _WITHDRAWN)
        elif command.is_alive():
            self._house.kill(command)
            self.kills[phase] += 1
            self._look(phase)
            return
        if problem := command.problem():
            self._wrong.append(problem)
        else:
            self._is_withdrawn(key)

    def _shown(self) -> list[str]:
        return sorted(self.reader.ids.keys() - self.withdrawn - self._undecided)

    def _carried(self, key: str) -> tuple[Newsroom, Entry]:
        return next((one, entry) for one in self._newsrooms for entry in one.entries if entry.article.key == key)

    def _is_withdrawn(self, key: str) -> None:
        """From now on it stands nowhere, even if a newsroom brings it once more."""
        self._undecided.discard(key)
        self.withdrawn.add(key)
        self.reader.forbid(key)
        if self._dice.random() < 0.5:
            self._partners.carry(key)

    def _migrate(self, revision: str, kills: int) -> int:
        """Upgrade a store of an older version; it must come out right however often that is killed.

        Returns:
            How often it was killed before it was done.
        """
        self._started()
        self._kill(AT_ANY_MOMENT)
        self._upgrades += 1
        older = House(self._house.folder / f"older-{self._upgrades}-{revision}", self._partners, self._wrong)
        make_older(older.store, self._house.copy_store(), revision)
        ids = ids_in(older.store)
        killed = 0
        while killed < kills and not older.is_current():
            killed += kill_upgrade(older, self._dice)
            older.check_sound()
        self.kills[MIGRATING] += killed
        for words in (["migrate"], ["build"]):
            command = older.start(*words)
            self._wait(lambda command=command: not command.is_alive(), _PATIENCE)  # type: ignore[misc]
            if problem := command.problem():
                self._wrong.append(f"upgrade from {revision}: {problem}")
        if ids_in(older.store) != ids:
            self._wrong.append(f"upgrade from {revision}: other items than before")
        older.expect_swept(f"upgrade from {revision}")
        older.check_rest()
        for entry in read_entries(older.output / "all.json", (older.output / "all.json").read_bytes()):
            (key,) = entry.keys
            if (known := self.reader.ids.get(key, entry.id)) != entry.id:
                self._wrong.append(f"upgrade from {revision}: {key} is {entry.id}, and was {known}")
        self._file(MIGRATING)
        return killed

    # --- killing and looking -----------------------------------------------------------------------------------------

    def _started(self) -> Process:
        """Return the service, started when it is not at work."""
        if self._service is None:
            self._asked = (self._partners.feeds_asked, self._partners.pages_asked)
            self._service = self._house.start("run")
            self.starts += 1
        return self._service

    def _kill(self, phase: str) -> None:
        service = self._service
        if service is None or not service.is_alive():
            return  # who looks for it next complains
        if service.is_ready():  # what was left before must be gone
            self._house.expect_swept(service.log.name)
        self._house.kill(service)
        self._service = None
        self.kills[phase] += 1
        self._look(phase)

    def _look(self, phase: str) -> None:
        self._house.note_leftovers()
        self._house.check_store(self._newsrooms, self.withdrawn | self._undecided, self.withdrawn)
        self._file(phase)

    def _file(self, phase: str) -> None:
        self.found.setdefault(phase, []).extend(self._wrong)
        self._wrong.clear()

    def _live_for(self, least: float, most: float) -> None:
        self._wait(lambda: False, self._dice.uniform(least, most))

    def _wait(self, seen: Callable[[], bool], seconds: float) -> bool:
        return wait_for(seen, seconds, self._live)

    def _live(self) -> None:
        """Let the partners publish, and the service poll them at once; start it again where it did not want to run."""
        service = self._service
        if service and not service.is_alive():
            self._service = None
            if service.code != 4:  # a command beside it may hold the store for a moment
                self._wrong.append(service.problem())
            time.sleep(0.3)
            self._started()
        elif time.monotonic() > self._busy_at + _BUSY:
            for _ in range(self._dice.randrange(3)):
                self._partners.change()
            self._poll_again()

    def _poll_again(self) -> None:
        if time.monotonic() > self._busy_at + _BUSY:
            self._busy_at = time.monotonic()
            if self._service and self._service.is_ready():
                self._house.make_due([one.id for one in self._newsrooms])

    # --- the end -----------------------------------------------------------------------------------------------------

    def _come_to_rest(self) -> None:
        """Let the service take in all there is, stop it, and look at everything."""
        service = self._started()
        self._wait(service.is_ready, _START)
        if not wait_for(self._is_done, _PATIENCE, self._poll_again):
            behind = {one.id: one.version - one.acknowledged for one in self._newsrooms}
            self._wrong.append(f"not in order after {_PATIENCE:.0f} s: {behind}, {self._waiting()}")
        self._house.expect_swept(service.log.name)
        service.stop()
        if problem := service.problem():
            self._wrong.append(problem)
        decided = self._house.withdrawn_ids()
        for key in [key for key in self._undecided if self.reader.ids[key] in decided]:
            self.withdrawn.add(key)
            self.reader.forbid(key)
        shutil.copytree(self._house.output, self._house.folder / "before", copy_function=shutil.copy2)
        before = dict(walk(self._house.output))
        build = self._house.start("build")
        wait_for(lambda: not build.is_alive(), _PATIENCE, lambda: None)
        if problem := build.problem():
            self._wrong.append(problem)
        if changed := [path for path, stamp in walk(self._house.output) if before.get(path) != stamp]:
            self._wrong.append(f"written again although nothing had changed: {changed[:5]}")
        self._house.check_store(self._newsrooms, self.withdrawn, self.withdrawn)
        self._house.check_rest()
        expected = {entry.article.key for one in self._newsrooms for entry in one.changes} - self.withdrawn
        self._wrong += compare_output(self._house.output, expected)
        seen = self.reader.rounds
        wait_for(lambda: self.reader.rounds > seen + 1, _PATIENCE, lambda: None)  # it has read the last of it
        for log in sorted(self._house.folder.glob("logs/*")):
            bad = [line for line in log.read_text("utf-8", "replace").splitlines() if any(one in line for one in _BAD)]
            self._wrong += [f"{log.name}: {line}" for line in bad[:1]]

    def _is_done(self) -> bool:
        is_known = all(one.acknowledged == one.version for one in self._newsrooms)
        return is_known and not any(self._waiting().values())

    def _waiting(self) -> dict[str, int]:
        with closing(sqlite3.connect(f"file:{self._house.store}?mode=ro", uri=True)) as connection:
            return {name: connection.execute(one).fetchone()[0] for name, one in _WAITING.items()}


def compare_output(output: Path, expected: Iterable[str]) -> list[str]:
    """Compare what is published, in feed and archive, with the articles that should be; and each file with its twin."""
    wrong = []
    for suffix in ("rss", "atom", "json"):
        ids: dict[str, set[str]] = {}
        for path in [output / f"all.{suffix}", *(output / "archive" / "all").glob(f"*.{suffix}")]:
            for entry in read_entries(path, path.read_bytes()):
                for key in entry.keys:
                    ids.setdefault(key, set()).add(entry.id)
        if lost := sorted(set(expected) - ids.keys()):
            wrong.append(f"published by a newsroom and in no {suffix} of ours: {len(lost)}, as {lost[:5]}")
        if strange := sorted(ids.keys() - set(expected)):
            wrong.append(f"in our {suffix} and should not be: {strange[:5]}")
        if doubled := {key: some for key, some in ids.items() if len(some) > 1}:
            wrong.append(f"twice in our {suffix}: {doubled}")
    for twin in output.rglob("*.gz"):
        original = twin.with_suffix("")
        if not original.exists() or gzip.decompress(twin.read_bytes()) != original.read_bytes():
            wrong.append(f"{twin}: not what its file is, at rest")
    return wrong
