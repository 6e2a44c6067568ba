"""A fleet over one PostgreSQL: polls per second by 1, 2 and 4 workers, and what is left after random kills.

Run from the repo: `python -m bench.fleet speed` or `python -m bench.fleet kills`, each with `--quick` for a look, or
with `--minutes N`, `--sources N`, `--hosts N`. PostgreSQL is started privately, as by the tests, but durable.

speed: sources are polled once a minute, more than the machine can do; after all have been read once, it counts what
partners see in a while: polls that brought nothing new, with the server's load. Nobody may see two connections at once,
nor a poll sooner than a minute after the last.
kills: partners publish all the time, while a worker, the builder or PostgreSQL is killed at a random moment; then
everything must be there once, nothing stuck, and the lag gone by itself.
"""

import argparse
import json
import os
import platform
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from bench.fleet_server import Server

_SITE = """schema = 1
[site]
title = "Bench"
base_url = "http://127.0.0.1/"
contact = "mailto:bench@example.org"
id_domain = "bench.example"
id_date = "2026-11-22"
[defaults.rights]
mode = "full"
[defaults.fetch]
min_interval = "60s"
max_interval = "60s"
[defaults.editorial]
quarantine = "off"
[[topic]]
id = "all"
title = "All"
max_age = "7d"
"""


class Partners:
    """The farm, in a process of its own."""

    def __init__(self, **plan: object) -> None:
        command = [sys.executable, "-m", "bench.fleet_farm", json.dumps(plan)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self.port = int(self._process.stdout.readline())

    def figures(self) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def stop(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


class House:
    """One installation: server, sources file, workers."""

    def __init__(self, folder: Path, server: Server, port: int, sources: int, hosts: int) -> None:
        self.folder, self.server = folder, server
        self.workers: list[subprocess.Popen[bytes]] = []
        blocks = "".join(
            f'[[source]]\nid = "s{number}"\nname = "Source {number}"\n'
            f'feed = "http://{host(number % hosts)}:{port}/feed/{number // hosts}"\n'
            for number in range(sources)
        )
        (folder / "sources.toml").write_text(_SITE + blocks)
        self.environment = os.environ | {
            "AGGREGATOR_SOURCES": str(folder / "sources.toml"),
            "AGGREGATOR_DATABASE": server.address,
            "AGGREGATOR_OUTPUT": str(folder / "public"),
            "AGGREGATOR_LISTEN": "127.0.0.1:0",
            "AGGREGATOR_ALLOW_NETWORKS": "127.0.0.0/8",
            "AGGREGATOR_HOST_DELAY": "0.05",
            "AGGREGATOR_WORKERS": "1",
        }

    def start(self, number: int | None = None) -> None:
        """Start a worker, in place of another where a number is given."""
        log = (self.folder / "workers.log").open("ab")
        with log:
            command = [sys.executable, "-m", "aggregator", "worker", "--quiet"]
            worker = subprocess.Popen(command, env=self.environment, cwd=self.folder, stdout=log, stderr=log)
        if number is None:
            self.workers.append(worker)
        else:
            self.workers[number] = worker

    def stop(self) -> None:
        for worker in self.workers:
            worker.send_signal(signal.SIGTERM)
        for worker in self.workers:
            worker.wait()
        self.workers.clear()

    def ask(self, question: str) -> Any:
        with psycopg.connect(self.server.address) as connection:
            return connection.execute(question.encode()).fetchone()

    def lag(self) -> float:
        """Return for how many seconds the source that waits longest has been due."""
        late = self.ask("SELECT extract(epoch FROM now() - min(next_poll_at)) FROM pollstate WHERE gone_at IS NULL")
        return max(float(late[0] or 0), 0)


def host(number: int) -> str:
    return f"127.2.{number // 250}.{number % 250 + 1}"


@contextmanager
def house_of(sources: int, hosts: int, **plan: object) -> Iterator[tuple[House, Partners]]:
    partners = Partners(hosts=hosts, feeds=-(-sources // hosts), **plan)
    with tempfile.TemporaryDirectory() as folder, Server() as server:
        house = House(Path(folder), server, partners.port, sources, hosts)
        try:
            yield house, partners
        finally:
            for worker in house.workers:
                with suppress(ProcessLookupError):
                    worker.kill()
                worker.wait()
            partners.stop()


def wait_for(what: str, condition: Callable[[], object], seconds: float) -> float:
    """Wait for what workers do; returns how long that took. Ends the program where it does not come about."""
    began = time.monotonic()
    while True:
        with suppress(psycopg.Error):
            if condition():
                return time.monotonic() - began
        if time.monotonic() - began > seconds:
            sys.exit(f"waited for {seconds:.0f} s in vain: {what}")
        time.sleep(0.2)


def speed(sources: int, hosts: int, seconds: float, counts: tuple[int, ...]) -> None:
    """Measure and print a table."""
    print(f"{sources} sources on {hosts} hosts, each due once a minute; {seconds:.0f} s measured; {about_machine()}")
    print(
        f"{'workers':>7}{'first round s':>15}{'polls/s':>9}{'efficiency':>12}{'commits/s':>11}{'server CPU':>12}"
        f"{'WAL kB/s':>10}{'lag s':>7}{'two at once':>13}{'too early':>11}"
    )
    one = 0.0
    polled = f"SELECT count(*) >= {sources} FROM pollstate"
    for count in counts:
        with house_of(sources, hosts, entries=1, answer=0.02, interval=60, has_pages=False) as (house, partners):
            for _ in range(count):
                house.start()
            first = wait_for("the first round", lambda: house.ask(polled)[0], 60 + sources * 0.3)
            time.sleep(min(60, seconds))  # the second round is the first that brings nothing new
            before, load = partners.figures(), house.server.load()
            time.sleep(seconds)
            after, loaded = partners.figures(), house.server.load()
            rate = (after["polls"] - before["polls"]) / seconds
            one = one or rate / count
            commits, cpu, wal = ((later - sooner) / seconds for later, sooner in zip(loaded, load, strict=True))
            print(
                f"{count:7}{first:15.1f}{rate:9.1f}{rate / (one * count):12.0%}{commits:11.0f}{cpu:12.0%}"
                f"{wal / 1000:10.0f}{house.lag():7.1f}{len(after['crowded']):13}{len(after['early']):11}",
                flush=True,
            )
            house.stop()


def kills(sources: int, hosts: int, seconds: float, workers: int, seed: int) -> None:
    """Kill for a while, and look what is left."""
    dice = random.Random(seed)
    print(f"{sources} sources on {hosts} hosts, {workers} workers, kills for {seconds:.0f} s; {about_machine()}")
    with house_of(sources, hosts, entries=3, every=30, answer=0.05, interval=60) as (house, partners):
        for _ in range(workers):
            house.start()
        wait_for("the first round", lambda: house.ask(f"SELECT count(*) >= {sources} FROM pollstate")[0], 120 + sources)
        end, killed, worst = time.monotonic() + seconds, {"worker": 0, "builder": 0, "PostgreSQL": 0}, 0.0
        while time.monotonic() < end:
            time.sleep(dice.uniform(2, 12))
            what = dice.choices(list(killed), (6, 3, 1))[0]
            killed[what] += 1
            if what == "PostgreSQL":
                house.server.crash()
            else:
                with suppress(psycopg.Error):
                    victim(house, what, dice).kill()
            for number, worker in enumerate(house.workers):  # what systemd does
                if worker.poll() is not None:
                    house.start(number)
            with suppress(psycopg.Error, TypeError):
                worst = max(worst, house.lag())
        print(f"killed: {', '.join(f'{count} x {what}' for what, count in killed.items())}; largest lag {worst:.0f} s")

        def restart() -> None:
            for number, worker in enumerate(house.workers):
                if worker.poll() is not None:
                    house.start(number)

        def is_calm() -> bool:
            restart()
            return house.lag() < 10 and house.ask("SELECT count(*) FROM pagestate WHERE due_at < now()")[0] == 0

        took = wait_for("the lag to be gone", is_calm, 300)
        expected = partners.figures()["entries"] * sources
        wanted = f"SELECT count(*) >= {expected} FROM copy"
        caught_up = wait_for(f"all {expected} entries", lambda: (restart(), house.ask(wanted)[0])[1], 180)
        built = "SELECT count(*) = 0 FROM dirty"
        wait_for("the build", lambda: (restart(), house.ask(built)[0])[1], 180)
        seen = partners.figures()
        rows = house.ask(
            "SELECT count(*), count(DISTINCT (source, guid)), (SELECT count(*) FROM item WHERE state = 'pending' "
            "AND release_at < now() - interval '1 minute'), (SELECT count(*) FROM procrastinate_jobs "
            "WHERE status = 'doing' AND worker_id IS NULL) FROM copy"
        )
        early = "too early, each after an answer that died with its worker"
        print(f"lag gone after {took:.0f} s, all entries there after {caught_up:.0f} s more")
        print(
            f"{rows[0]} copies of {expected} entries and more, {rows[0] - rows[1]} doubled; "
            f"stuck: {rows[2]} items, {rows[3]} jobs"
        )
        print(
            f"{seen['polls']} polls, {len(seen['crowded'])} times two connections at once, {len(seen['early'])} {early}"
        )
        house.stop()


def victim(house: House, what: str, dice: random.Random) -> "subprocess.Popen[bytes]":
    """Choose the builder, where there is one just now, or any worker."""
    found = house.ask(
        "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) "
        "WHERE locktype = 'advisory' AND objid = 3 AND objsubid = 2 AND granted"
    )
    if what == "builder" and found:
        pid = int(found[0].rpartition(" ")[2])
        for worker in house.workers:
            if worker.pid == pid:
                return worker
    return dice.choice(house.workers)


def about_machine() -> str:
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.machine()}"


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("speed", "kills"))
    parser.add_argument("--quick", action="store_true", help="a look in a minute or two")
    parser.add_argument("--minutes", type=float, help="to measure, or to kill (speed: 2; kills: 10)")
    parser.add_argument("--sources", type=int)
    parser.add_argument("--hosts", type=int)
    parser.add_argument("--workers", default="1,2,4", help="how many, speed only (1,2,4)")
    parser.add_argument("--seed", type=int, default=11, help="of the kills")
    asked = parser.parse_args()
    counts = tuple(int(count) for count in asked.workers.split(","))
    if asked.what == "speed":
        sources, hosts, minutes = (120, 60, 1) if asked.quick else (10_000, 2_000, 2)
        speed(asked.sources or sources, asked.hosts or hosts, (asked.minutes or minutes) * 60, counts)
    else:
        sources, hosts, minutes = (40, 20, 0.75) if asked.quick else (400, 100, 10)
        kills(asked.sources or sources, asked.hosts or hosts, (asked.minutes or minutes) * 60, 3, asked.seed)


if __name__ == "__main__":
    main()
