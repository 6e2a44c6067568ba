"""Is anything lost, doubled or half written when the program is killed? 200 times SIGKILL, in the midst of its work.

Run as `python -m bench.crash [--kills 200] [--seed N]`, from the repo; it takes a quarter of an hour. `aggregator run`
polls four newsrooms that change all the time (`bench.crash_partners`), is killed at random moments of its first poll,
of polling, fetching pages and building, and while `aggregator withdraw` is at work beside it, and is started again
without a hand. The command is killed, too, and `aggregator migrate` while it upgrades an older store. Meanwhile every
version of every published file is read (`bench.crash_reader`). The store is looked into after each kill; after each 40
the installation comes to rest, what it publishes is compared with what the newsrooms published, and a new one begins.
Exits 1 when something is wrong; then the folder with store, output and logs stays.
"""

import argparse
import gzip
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from bench.crash_house import House, Process, wait_for
from bench.crash_older import finish, ids_in, kill_upgrade, make_older, revisions
from bench.crash_partners import Entry, Newsroom, Partners
from bench.crash_reader import Reader, read_entries, walk

# How many kills of forty each phase gets.
_PHASES = {
    "first poll": 6,
    "at any moment": 4,
    "polling": 7,
    "fetching pages": 6,
    "building": 7,
    "withdrawing": 4,
    "the command `withdraw`": 2,
    "migrating": 4,
}
_KILLS_AN_UPGRADE = 3
_BUSY = 0.25  # seconds between two changes at the partners'
_PATIENCE = 90.0  # seconds for all to be in order again


class Trial:
    """One installation from its first poll to its rest."""

    def __init__(self, folder: Path, dice: random.Random, partners: Partners, wrong: list[str]) -> None:
        self.dice = dice
        self.partners = partners
        self.newsrooms: Sequence[Newsroom] = list(partners.newsrooms.values())
        self.wrong = wrong
        self.house = House(folder, partners, wrong)
        self.reader = Reader(self.house.output)
        self.kills: Counter[str] = Counter()
        self.starts = 0
        self.withdrawn: set[str] = set()  # articles whose withdrawal is complete
        self.undecided: set[str] = set()  # whose command was killed
        self._service: Process | None = None
        self._asked = (0, 0)  # feeds and pages, before the service was started
        self._upgrades = 0
        self._busy_at = 0.0

    def run(self, quotas: dict[str, int]) -> None:
        with self.reader:
            for _ in range(quotas["first poll"]):
                self._first_poll()
            phases = [
                phase
                for phase, count in quotas.items()
                if phase not in ("first poll", "migrating")
                for _ in range(count)
            ]
            self.dice.shuffle(phases)
            for phase in phases:
                self._phase(phase)
            left = quotas["migrating"]
            while left > 0:
                left -= self._migrate(self.dice.choice(revisions()), min(left, _KILLS_AN_UPGRADE))
            self._come_to_rest()

    # --- the phases --------------------------------------------------------------------------------------------------

    def _first_poll(self) -> None:
        self._started()
        if self.dice.random() < 0.4:
            self._wait(lambda: False, self.dice.uniform(0.3, 1.6))
        else:
            self._wait(lambda: self.partners.feeds_asked > self._asked[0], 10)
            self._wait(lambda: False, self.dice.uniform(0, 0.7))
        self._kill("first poll")

    def _phase(self, phase: str) -> None:
        self._started()
        if phase == "at any moment":
            self._wait(lambda: False, self.dice.uniform(0.2, 4))
            self._kill(phase)
        elif phase == "polling":
            self._wait(lambda: self.partners.feeds_asked > self._asked[0], 20)
            self._wait(lambda: False, self.dice.uniform(0, 0.8))
            self._kill(phase)
        elif phase == "fetching pages":
            self._wait(lambda: self.partners.pages_asked > self._asked[1], 20)
            self._wait(lambda: False, self.dice.uniform(0, 0.5))
            self._kill(phase)
        elif phase == "building":
            before = self.reader.versions
            self._wait(lambda: self.reader.versions > before, 20)
            self._wait(lambda: False, self.dice.uniform(0, 0.9))
            self._kill(phase)
        else:
            self._withdraw(phase)

    def _withdraw(self, phase: str) -> None:
        """Take an article back; the service is killed meanwhile, or the command is, beside a service or alone."""
        service = self._started()
        self._wait(service.is_ready, 20)
        self._wait(lambda: bool(self._shown()), 20)
        key = self.dice.choice(self._shown())
        newsroom, entry = self._carried(key)
        name = self.dice.choice([self.reader.ids[key], self.partners.page_url(newsroom, entry)])
        self.undecided.add(key)
        if phase != "withdrawing" and self.dice.random() < 0.5:
            self._kill("at any moment")
        noted = len(self.house.withdrawn_ids())
        command = self.house.start("withdraw", name, "--reason", "bench")
        if self.dice.random() < 0.3:
            self._wait(lambda: False, self.dice.uniform(0, 2.5))
        else:
            self._wait(lambda: not command.is_alive() or len(self.house.withdrawn_ids()) > noted, 20)
            self._wait(lambda: False, self.dice.uniform(0, 0.4))
        if phase == "withdrawing":
            self._kill(phase)
            self._started()
            self._wait(lambda: not command.is_alive(), 60)
            if problem := finish(command):
                self.wrong.append(problem)
            else:
                self._is_withdrawn(key)
        else:
            was_alive = command.is_alive()
            self.house.kill(command)
            self.kills[phase] += was_alive
            self._look(phase)
            if command.code == 0:
                self._is_withdrawn(key)

    def _shown(self) -> list[str]:
        return sorted(self.reader.ids.keys() - self.withdrawn - self.undecided)

    def _is_withdrawn(self, key: str) -> None:
        self.undecided.discard(key)
        self.withdrawn.add(key)
        self.reader.forbid(key)
        if self.dice.random() < 0.5:
            self.partners.carry(key)

    def _migrate(self, revision: str, kills: int) -> int:
        """Upgrade a store of an older version; it must end by itself however often it was killed. Returns the kills."""
        self._started()
        self._kill("at any moment")
        self._upgrades += 1
        folder = self.house.folder / f"older-{self._upgrades}-{revision}"
        older = House(folder, self.partners, self.wrong)
        with self.house.copied() as today:
            (path,) = [row[2] for row in today.execute("PRAGMA database_list") if row[1] == "main"]
            today.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        make_older(older.store, Path(path), revision)
        ids = ids_in(older.store)
        killed = 0
        while killed < kills and not older.is_current():
            killed += kill_upgrade(older, self.dice)
            with older.copied() as connection:
                if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                    self.wrong.append(f"{folder}: damaged")
        self.kills["migrating"] += killed
        for words in (["migrate"], ["build"]):
            if problem := finish(older.start(*words)):
                self.wrong.append(f"{folder}: {problem}")
        if ids_in(older.store) != ids:
            self.wrong.append(f"{folder}: other items than before")
        older.expect_swept(f"migrate from {revision}")
        older.check_rest()
        for entry in read_entries(older.output / "all.json", (older.output / "all.json").read_bytes()):
            (key,) = entry.keys
            if self.reader.ids.get(key, entry.id) != entry.id:
                self.wrong.append(f"{folder}: {key} is {entry.id}, and was {self.reader.ids[key]}")
        return killed

    # --- killing and looking -----------------------------------------------------------------------------------------

    def _started(self) -> Process:
        """Return the service, started when it is not at work."""
        if self._service is None:
            self._asked = (self.partners.feeds_asked, self.partners.pages_asked)
            self._service = self.house.start("run")
            self.starts += 1
        return self._service

    def _kill(self, phase: str) -> None:
        service = self._service
        if service is None or not service.is_alive():
            return  # is complained of by who looks for it next
        if service.is_ready():  # what was left before must be gone
            self.house.expect_swept(service.log.name)
        self.house.kill(service)
        self._service = None
        self.kills[phase] += 1
        self._look(phase)

    def _look(self, phase: str) -> None:
        before = len(self.wrong)
        self.house.note_leftovers()
        excused = self.withdrawn | self.undecided
        self.house.check_store(self.newsrooms, excused, self.withdrawn)
        self.wrong[before:] = [f"after a kill ({phase}): {one}" for one in self.wrong[before:]]

    def _wait(self, seen: Callable[[], bool], seconds: float) -> bool:
        return wait_for(seen, seconds, self._live)

    def _live(self) -> None:
        """Let the partners publish, and the service poll them at once; start it again where it did not want to run."""
        service = self._service
        if service and not service.is_alive():
            self._service = None
            if service.code != 4:  # a command beside it may hold the store for a moment
                self.wrong.append(f"{service.log.name}: ended with {service.code}: {service.said()[-600:]}")
            time.sleep(0.3)
            self._started()
        elif time.monotonic() > self._busy_at + _BUSY:
            self._busy_at = time.monotonic()
            for _ in range(self.dice.randrange(3)):
                self.partners.change()
            self._make_due()

    def _make_due(self) -> None:
        if self._service and self._service.is_ready():
            self.house.make_due([one.id for one in self.newsrooms])

    def _carried(self, key: str) -> tuple[Newsroom, Entry]:
        return next((one, entry) for one in self.newsrooms for entry in one.entries if entry.article.key == key)

    # --- the end -----------------------------------------------------------------------------------------------------

    def _come_to_rest(self) -> None:
        """Let the service take in all there is, stop it, and look at everything."""
        service = self._started()
        self._wait(service.is_ready, 20)
        if not wait_for(self._all_done, _PATIENCE, self._ask_on):
            behind = {one.id: one.version - one.acknowledged for one in self.newsrooms}
            self.wrong.append(f"not in order after {_PATIENCE:.0f} s: {behind}, {self._waiting()}")
        self.house.expect_swept(service.log.name)
        if service.stop() != 0:
            self.wrong.append(f"{service.log.name}: ended with {service.code}: {service.said()[-600:]}")
        decided = self.house.withdrawn_ids()
        for key in self.undecided:
            if self.reader.ids[key] in decided:
                self.withdrawn.add(key)
                self.reader.forbid(key)
        before = dict(walk(self.house.output))
        if problem := finish(self.house.start("build")):
            self.wrong.append(problem)
        if changed := [path for path, stamp in walk(self.house.output) if before.get(path) != stamp]:
            self.wrong.append(f"written again although nothing had changed: {changed[:5]}")
        self.house.check_store(self.newsrooms, self.withdrawn, self.withdrawn)
        self.house.check_rest()
        self._check_output()
        time.sleep(0.5)  # for the reader to see the last of it
        for log in sorted(self.house.folder.glob("logs/*")):
            text = log.read_text(encoding="utf-8", errors="replace")
            if "Traceback" in text or " ERROR " in text or "failed" in text:
                self.wrong.append(f"{log.name}: {next(line for line in text.splitlines() if _is_bad(line))}")

    def _ask_on(self) -> None:
        if time.monotonic() > self._busy_at + _BUSY:
            self._busy_at = time.monotonic()
            self._make_due()

    def _all_done(self) -> bool:
        is_known = all(one.acknowledged == one.version for one in self.newsrooms)
        return is_known and not any(self._waiting().values())

    def _waiting(self) -> dict[str, int]:
        """Count what the store says is still to be done."""
        statements = {
            "dirty": "SELECT count(*) FROM dirty",
            "pages": "SELECT count(*) FROM pagestate WHERE due_at < datetime('now')",
            "item pages": "SELECT count(*) FROM itempage WHERE due != ''",
            "archives": "SELECT count(*) FROM archivedocument WHERE due",
            "withdrawals": "SELECT count(*) FROM withdrawal WHERE NOT is_purged OR NOT is_noted",
        }
        with closing(sqlite3.connect(f"file:{self.house.store}?mode=ro", uri=True)) as connection:
            return {name: connection.execute(one).fetchone()[0] for name, one in statements.items()}

    def _check_output(self) -> None:
        """Compare what is published with what the newsrooms published."""
        output = self.house.output
        expected = {entry.article.key for one in self.newsrooms for entry in one.changes} - self.withdrawn
        for suffix in ("rss", "atom", "json"):
            ids: dict[str, set[str]] = {}
            for path in [output / f"all.{suffix}", *(output / "archive" / "all").glob(f"*.{suffix}")]:
                for entry in read_entries(path, path.read_bytes()):
                    for key in entry.keys:
                        ids.setdefault(key, set()).add(entry.id)
            if lost := sorted(expected - ids.keys()):
                self.wrong.append(f"published by a newsroom and in no {suffix} of ours: {len(lost)}, as {lost[:5]}")
            if strange := sorted(ids.keys() - expected):
                self.wrong.append(f"in our {suffix} and should not be: {strange[:5]}")
            if doubled := {key: some for key, some in ids.items() if len(some) > 1}:
                self.wrong.append(f"twice in our {suffix}: {doubled}")
        for name, _ in walk(output):
            if name.endswith(".gz"):
                self._compare_twin(Path(name))

    def _compare_twin(self, twin: Path) -> None:
        original = twin.with_suffix("")
        if not original.exists() or gzip.decompress(twin.read_bytes()) != original.read_bytes():
            self.wrong.append(f"{twin}: not what its file is, at rest")


def _is_bad(line: str) -> bool:
    return "Traceback" in line or " ERROR " in line or "failed" in line


def main() -> None:
    """Kill as often as asked and print what came of it; exit with 1 if something was wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    dice = random.Random(arguments.seed)
    folder = Path(tempfile.mkdtemp(prefix="crash-"))
    wrong: list[str] = []
    kills: Counter[str] = Counter()
    figures: Counter[str] = Counter()
    began = time.monotonic()
    per_trial = sum(_PHASES.values())
    number = 0
    while sum(kills.values()) < arguments.kills:
        number += 1
        share = min(1.0, (arguments.kills - sum(kills.values())) / per_trial)
        quotas = {phase: max(1, round(count * share)) for phase, count in _PHASES.items()}
        found: list[str] = []
        with Partners(dice) as partners:
            trial = Trial(folder / str(number), dice, partners, found)
            trial.run(quotas)
        found += trial.reader.wrong
        wrong += [f"{number}: {one}" for one in found]
        kills += trial.kills
        figures.update(
            {
                "starts": trial.starts,
                "articles": len(partners.articles),
                "withdrawn": len(trial.withdrawn),
                "versions of files read": trial.reader.versions,
            }
        )
        print(f"installation {number}: {trial.kills.total()} kills, {len(found)} findings", flush=True)
        for line in found:
            print(f"  {line}", flush=True)
        if not found:
            shutil.rmtree(folder / str(number))
    print()
    for phase in _PHASES:
        print(f"{phase:28}{kills[phase]:>6}")
    print(f"{'kills':28}{sum(kills.values()):>6}")
    for name, count in figures.items():
        print(f"{name:28}{count:>6}")
    print(f"{'findings':28}{len(wrong):>6}")
    print(f"{'seconds':28}{time.monotonic() - began:>6.0f}")
    if wrong:
        print(f"store, output and logs are in {folder}")
        sys.exit(1)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
