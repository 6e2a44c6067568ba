"""A fleet as processes over a real PostgreSQL: several poll, one builds, and some are killed in the midst of it."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import feedparser
import psycopg
import pytest

from bench.fleet_farm import Farm, Plan
from tests.cli.door import aggregator
from tests.newsroom import EVERYTHING, Newsroom
from tests.stores import using

_RIGHTS = '[defaults.rights]\nmode = "full"\n'


@pytest.fixture(autouse=True)
def _on_postgres() -> Iterator[None]:
    with using("postgresql"):
        yield


class Fleet:
    """Workers of one newsroom; what they log can be read."""

    def __init__(self, newsroom: Newsroom) -> None:
        self.newsroom = newsroom
        self.workers: list[subprocess.Popen[str]] = []
        self._ids: list[int] = []  # as the engine calls them
        self.environment = {
            "AGGREGATOR_SOURCES": str(newsroom.settings.sources),
            "AGGREGATOR_DATABASE": newsroom.settings.database,
            "AGGREGATOR_OUTPUT": str(newsroom.settings.output),
            "AGGREGATOR_LISTEN": "127.0.0.1:0",
            "AGGREGATOR_ALLOW_NETWORKS": "127.0.0.0/8",
            "AGGREGATOR_HOST_DELAY": "0.02",
            "AGGREGATOR_WORKERS": "1",
        }

    def start(self) -> None:
        """Start a worker, and wait until it is at work."""
        newest = "SELECT coalesce(max(id), 0) FROM procrastinate_workers"
        before = self.ask(newest)
        with (self.newsroom.folder / f"worker{len(self.workers)}.log").open("w") as log:
            command = [sys.executable, "-m", "aggregator", "worker"]
            environment = os.environ | self.environment
            self.workers.append(subprocess.Popen(command, env=environment, cwd=self.newsroom.folder, stderr=log))
        until(lambda: self.ask(newest) > before)
        self._ids.append(self.ask(newest))

    def edit(self, text: str) -> None:
        """Give all workers another sources file."""
        self.newsroom.edit(text)
        for worker in self.workers:
            worker.send_signal(signal.SIGHUP)

    def log(self, number: int) -> str:
        return (self.newsroom.folder / f"worker{number}.log").read_text()

    def builds(self, number: int) -> bool:
        return "this worker builds from now on" in self.log(number)

    def kill(self, number: int) -> None:
        """Kill a worker, and let half a minute have passed for what the others know of it."""
        self.workers[number].kill()
        self.workers[number].wait()
        with psycopg.connect(self.newsroom.settings.database) as connection:
            moment = "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '31 s' WHERE id = %s"
            connection.execute(moment, [self._ids[number]])

    def ask(self, question: str, *values: object) -> int:
        with psycopg.connect(self.newsroom.settings.database) as connection:
            row = connection.execute(question.encode(), values).fetchone()
            return int(row[0]) if row else 0

    def pages_read(self) -> int:
        return self.ask("SELECT count(*) FROM copy WHERE body_from = 'page'")


@contextmanager
def fleet_of(folder: Path, farm: Farm) -> Iterator[Fleet]:
    fleet = Fleet(Newsroom(folder))
    fleet.edit(EVERYTHING)
    made = aggregator(folder, "migrate", **fleet.environment)
    assert made.returncode == 0, made.stderr
    try:
        yield fleet
    finally:
        for worker in fleet.workers:
            worker.kill()
            worker.wait()


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait for what another process does."""
    end, moment = time.monotonic() + seconds, threading.Event()
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        moment.wait(0.05)


def test_killed_in_the_midst_of_its_visits_nothing_is_lost_doubled_or_stuck(tmp_path: Path) -> None:
    with Farm(Plan(hosts=6, feeds=2, entries=2, answer=0.15)) as farm, fleet_of(tmp_path, farm) as fleet:
        for _ in range(3):
            fleet.start()
        shown = aggregator(tmp_path, "status", **fleet.environment).stdout
        assert "\nFleet: 3 workers; 0 hosts wait in the queue, 0 are visited now; " in shown
        assert [fleet.builds(number) for number in range(3)] == [True, False, False]
        alone = aggregator(tmp_path, "run", "--once", **fleet.environment)
        assert alone.returncode == 4
        assert re.search(r"in use by aggregator worker .*, process \d+; stop that first", alone.stderr)

        fleet.edit(_RIGHTS + farm.sources() + EVERYTHING)
        until(lambda: farm.seen.polls >= 3)
        fleet.kill(0)
        until(lambda: any("/page/" in name for name in list(farm.seen.asked)))
        fleet.kill(1)
        until(lambda: fleet.pages_read() == 24)
        feed = fleet.newsroom.settings.output / "all.rss"
        until(lambda: feed.exists() and len(feedparser.parse(feed.read_bytes()).entries) == 24)
        assert (
            fleet.ask("SELECT count(*) FROM copy") == fleet.ask("SELECT count(DISTINCT (source, guid)) FROM copy") == 24
        )
        assert len({entry.id for entry in feedparser.parse(feed.read_bytes()).entries}) == 24
        assert farm.seen.crowded == []
        # What was answered to a worker just when that died is asked for once more, and nothing else.
        assert max(farm.seen.asked.values()) <= 3
        assert fleet.builds(2)

        gone = feedparser.parse(feed.read_bytes()).entries[0].id
        done = aggregator(tmp_path, "reject", gone, "--reason", "a test", **fleet.environment)
        assert done.returncode == 0, done.stderr
        until(lambda: gone not in feed.read_text())
        fleet.workers[2].send_signal(signal.SIGTERM)
        assert fleet.workers[2].wait(60) == 0
        assert fleet.ask("SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'hosts'") == 0
