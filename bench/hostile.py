"""Hostile sources among honest ones, on loopback: what they cost, and whether the honest ones are still on time.

Run as `python -m bench.hostile`, from the repo. One source has 10,000 entries (10 MB), one is a gzip bomb of 1 GB, 50
send a byte a second; 100 are honest. Memory is that of all processes together, each shared page counted once.
"""

import asyncio
import gzip
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from bench.farm import feed, host

_HONEST, _DRIPPING = 100, 50
_BOMB_BYTES = 1 << 30
_MANY_ENTRIES = 10_000
_LIMIT_MIB = 400


class Farm:
    """Serves everybody from one port, each source on a host of its own."""

    def __init__(self) -> None:
        self.asked_at: dict[int, float] = {}  # by number of the source
        self.port = 0
        piece = gzip.compress(bytes(1 << 20), mtime=0)  # members may follow each other (RFC 1952 §2.2)
        self._bomb = piece * (_BOMB_BYTES >> 20)
        self._many = _many_entries()

    async def serve(self, started: threading.Event, stop: asyncio.Event) -> None:
        first = await asyncio.start_server(self._talk, host(0), 0)
        self.port = first.sockets[0].getsockname()[1]
        hosts = [host(number) for number in range(1, _HONEST + _DRIPPING + 2)]
        others = await asyncio.start_server(self._talk, hosts, self.port)
        started.set()
        await stop.wait()
        first.close()
        others.close()
        talks = asyncio.all_tasks() - {asyncio.current_task()}
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            number = int(request.split(b" ", 2)[1][1:])
            self.asked_at[number] = time.monotonic()
            if number < _HONEST:
                await _answer(writer, feed(number))
            elif number < _HONEST + _DRIPPING:
                await _drip(writer)
            elif number == _HONEST + _DRIPPING:
                await _answer(writer, self._bomb, b"Content-Encoding: gzip\r\n")
            else:
                await _answer(writer, self._many)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the other side hung up, or all is over
        finally:
            writer.close()


async def _answer(writer: asyncio.StreamWriter, body: bytes, more: bytes = b"") -> None:
    writer.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n%sContent-Length: %d\r\n\r\n" % (more, len(body))
    )
    for start in range(0, len(body), 1 << 16):
        writer.write(body[start : start + (1 << 16)])
        await writer.drain()


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n<rss>")
    for _ in range(600):
        await asyncio.sleep(1)
        writer.write(b" ")
        await writer.drain()


def _many_entries() -> bytes:
    document = feed(0).decode()
    start, end = document.index("<item>"), document.rindex("</item>") + len("</item>")
    item = document[start : document.index("</item>") + len("</item>")]
    items = [
        item.replace("s0-0", f"many-{number}").replace("/0<", f"/many/{number}<") for number in range(_MANY_ENTRIES)
    ]
    return (document[:start] + "".join(items) + document[end:]).encode()


def main() -> None:
    """Poll them all once, print what it took, and exit with 1 when it was too much."""
    farm = Farm()
    started, stop = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()
    serving = threading.Thread(target=lambda: loop.run_until_complete(farm.serve(started, stop)))
    serving.start()
    started.wait()
    try:
        with tempfile.TemporaryDirectory() as folder:
            fine = _measure(farm, Path(folder))
    finally:
        loop.call_soon_threadsafe(stop.set)
        serving.join()
    sys.exit(0 if fine else 1)


def _measure(farm: Farm, folder: Path) -> bool:
    count = _HONEST + _DRIPPING + 2
    sources = "".join(
        f'[[source]]\nid = "s{number}"\nname = "Source {number}"\nfeed = "http://{host(number)}:{farm.port}/{number}"\n'
        for number in reversed(range(count))  # the hostile ones first
    )
    site = 'schema = 1\n[site]\ntitle = "Bench"\nbase_url = "http://127.0.0.1/"\ncontact = "mailto:bench@example.org"\n'
    site += 'id_domain = "bench.example"\nid_date = "2026-11-22"\n'
    (folder / "sources.toml").write_text(site + sources + '[[topic]]\nid = "all"\ntitle = "All"\n')
    environment = os.environ | {
        "AGGREGATOR_SOURCES": str(folder / "sources.toml"),
        "AGGREGATOR_DATABASE": f"sqlite:///{folder / 'bench.db'}",
        "AGGREGATOR_ALLOW_NETWORKS": "127.0.0.0/8",
    }
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "aggregator", "poll", "--json"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    peak = 0.0
    output: list[bytes] = []
    reading = threading.Thread(target=lambda: output.append(process.communicate()[0]))
    reading.start()
    while reading.is_alive():
        peak = max(peak, _memory(process.pid))
        reading.join(0.1)
    waits = sorted(farm.asked_at[number] - began for number in range(_HONEST))
    print(output[0].decode().count('"failed": true'), "sources failed (52 expected: drips, bomb)")
    print(
        f"the last of {_HONEST} honest sources was asked after {waits[-1]:.1f} s, half of them within {waits[50]:.1f} s"
    )
    print(f"all ended after {time.monotonic() - began:.0f} s; peak memory of all processes {peak:.0f} MiB")
    return peak < _LIMIT_MIB and waits[-1] < 30


def _memory(pid: int) -> float:
    """Return the MiB of a process and all that descend from it, shared pages divided among those who share them."""
    total = 0.0
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) / 1024
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # it has just ended
        return total
    return total + sum(_memory(int(child)) for child in children)


if __name__ == "__main__":
    main()
