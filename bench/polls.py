"""Polls of 1,000 loopback sources of 20 entries, cold and all-304, as whole processes, beside bare GETs by our client.

Run as `python -m bench.polls [SOURCES]`, from the repo. Figures of one run compare with each other only: machines are
shared. CPU counts the process and its workers; memory is the largest single process.
"""

import asyncio
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

from bench.farm import ENTRIES, host

_SITE = """schema = 1
[site]
title = "Bench"
base_url = "http://127.0.0.1/"
contact = "mailto:bench@example.org"
id_domain = "bench.example"
id_date = "2026-11-22"
"""
_CONCURRENCY = 20


def main() -> None:
    """Measure and print a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    farm = subprocess.Popen(
        [sys.executable, "-m", "bench.farm", str(count)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert farm.stdout
        port = int(farm.stdout.readline())
        with tempfile.TemporaryDirectory() as folder:
            _measure(count, port, Path(folder))
    finally:
        assert farm.stdin
        farm.stdin.close()
        farm.wait()


def _measure(count: int, port: int, folder: Path) -> None:
    sources = "".join(
        f'[[source]]\nid = "s{number}"\nname = "Source {number}"\nfeed = "http://{host(number)}:{port}/{number}"\n'
        for number in range(count)
    )
    (folder / "sources.toml").write_text(_SITE + sources + '[[topic]]\nid = "all"\ntitle = "All"\n')
    environment = os.environ | {
        "AGGREGATOR_SOURCES": str(folder / "sources.toml"),
        "AGGREGATOR_DATABASE": f"sqlite:///{folder / 'bench.db'}",
        "AGGREGATOR_OUTPUT": str(folder / "public"),
        "AGGREGATOR_ALLOW_NETWORKS": "127.0.0.0/8",
        "AGGREGATOR_HOST_DELAY": "0",
        "AGGREGATOR_CONCURRENCY": str(_CONCURRENCY),
    }
    poll = [sys.executable, "-m", "aggregator", "poll", "--quiet"]
    build = [sys.executable, "-m", "aggregator", "build", "--quiet"]
    bare = [sys.executable, "-m", "bench.polls", "bare", str(count), str(port)]
    print(f"{count} sources of {ENTRIES} entries, {_CONCURRENCY} requests at once, {os.cpu_count()} cores, ", end="")
    print(f"Python {platform.python_version()}, {platform.machine()}")
    print(f"{'':26}{'wall s':>9}{'CPU s':>9}{'peak MiB':>10}{'req/s':>9}")
    for name, command in (
        ("bare GETs, 200", [*bare, "200"]),
        ("poll, cold", poll),
        ("build of one topic", build),
        ("bare GETs, 304", [*bare, "304"]),
        ("httpx2 client, 304", [*bare, "httpx2"]),
        ("poll, all 304", poll),
        ("start (check)", [sys.executable, "-m", "aggregator", "check", "--quiet"]),
    ):
        wall, cpu, peak = _run(command, environment)
        rate = f"{count / wall:9.0f}" if "304" in name or "cold" in name or "200" in name else ""
        print(f"{name:26}{wall:9.2f}{cpu:9.2f}{peak:10.0f}{rate}", flush=True)


def _run(command: list[str], environment: dict[str, str]) -> tuple[float, float, float]:
    """Run a command to its end; return wall seconds, CPU seconds of all its processes, peak MiB of the largest."""
    measured = subprocess.run(
        [sys.executable, "-m", "bench.measure", *command], env=environment, stdout=subprocess.PIPE, check=True
    )
    figures = json.loads(measured.stdout)
    return figures["wall"], figures["cpu"], figures["peak"]


async def _bare(count: int, port: int, validators: str) -> None:
    """Ask each source once with the program's own client, and do nothing with the answers."""
    from aggregator.fetch.client import Client
    from aggregator.fetch.guard import Guard
    from aggregator.fetch.politeness import Politeness
    from aggregator.models import Validators

    politeness = Politeness(timedelta(0), _CONCURRENCY)
    guard = Guard([ip_network("127.0.0.0/8")])
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731 - shorter than a function here
    async with Client("bench", guard, politeness, clock=clock) as client, asyncio.TaskGroup() as group:
        for number in range(count):
            url = f"http://{host(number)}:{port}/{number}"
            known = Validators('"v1"') if validators == "304" else Validators()
            group.create_task(client.get(url, known, timeout=timedelta(seconds=30)))


async def _httpx2(count: int, port: int) -> None:
    """Make the same conditional requests with the library's own client, as its manual has it."""
    import httpx2

    slots = asyncio.Semaphore(_CONCURRENCY)

    async def get(client: httpx2.AsyncClient, url: str) -> None:
        async with slots:
            await client.get(url, headers={"If-None-Match": '"v1"'})

    async with httpx2.AsyncClient(trust_env=False) as client, asyncio.TaskGroup() as group:
        for number in range(count):
            group.create_task(get(client, f"http://{host(number)}:{port}/{number}"))


if __name__ == "__main__":
    if sys.argv[1:2] == ["bare"] and sys.argv[4] == "httpx2":
        asyncio.run(_httpx2(int(sys.argv[2]), int(sys.argv[3])))
    elif sys.argv[1:2] == ["bare"]:
        asyncio.run(_bare(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))
    else:
        main()
