"""Requests a second that `aggregator run` answers while it polls and builds: pollers with validators, most get a 304.

Run as `python -m bench.serve [SECONDS]`; 20 unless said. Forty partners on loopback have a new article at every poll
(every 5 seconds), so that pages are built all the time. Fifty pollers ask for feeds over connections of their own, a
new one for every tenth request; they share the machine with the server. Prints one JSON line.
"""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from bench.farm import Farm, open_farm

_SOURCES = 40
_EVERY = 4.0  # seconds in which each of them publishes an article
_POLLERS = 50
_PER_CONNECTION = 10
_FEEDS = ("all.rss", "all.atom", "all.json")
_TAG = re.compile(rb'\r\netag: ("[^"]+")', re.IGNORECASE)
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)


class Pollers:
    """What the pollers have seen: answers by status, and how long each took."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answers: Counter[int] = Counter()
        self.waits: list[float] = []

    async def poll_until(self, end: float) -> None:
        tags: dict[str, bytes] = {}
        number = 0
        while time.monotonic() < end:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            for _ in range(_PER_CONNECTION):
                number += 1
                name = _FEEDS[number % len(_FEEDS)]
                known = b"If-None-Match: %s\r\n" % tags[name] if name in tags else b""
                began = time.monotonic()
                request = b"GET /%s HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n%s\r\n" % (name.encode(), known)
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                if length := _LENGTH.search(head):
                    await reader.readexactly(int(length[1]))
                self.waits.append(time.monotonic() - began)
                self.answers[int(head[9:12])] += 1
                if tag := _TAG.search(head):
                    tags[name] = tag[1]
            writer.close()


def main(seconds: int) -> None:
    port, is_over = _free_port(), threading.Event()

    def publish_on_and_on() -> None:
        while not is_over.wait(_EVERY):
            farm.publish()

    with tempfile.TemporaryDirectory() as name, open_farm(_SOURCES) as farm:
        folder = Path(name)
        (folder / "sources.toml").write_text(_sources(farm))
        publishing = threading.Thread(target=publish_on_and_on)
        publishing.start()
        environment = os.environ | {
            "AGGREGATOR_SOURCES": str(folder / "sources.toml"),
            "AGGREGATOR_DATABASE": f"sqlite:///{folder / 'store.db'}",
            "AGGREGATOR_OUTPUT": str(folder / "public"),
            "AGGREGATOR_ALLOW_NETWORKS": "127.0.0.0/8",
            "AGGREGATOR_LISTEN": f"127.0.0.1:{port}",
        }
        log = folder / "log"
        with log.open("wb") as file:
            run = subprocess.Popen([sys.executable, "-m", "aggregator", "run"], env=environment, stderr=file)
            try:
                while not (folder / "public" / "all.json").exists():
                    if run.poll() is not None:
                        sys.exit(log.read_text())
                    time.sleep(0.2)
                before = log.read_text()
                pollers = Pollers(port)
                asyncio.run(_poll(pollers, seconds))
                after = log.read_text()[len(before) :]
            finally:
                run.terminate()
                run.wait()
                is_over.set()
                publishing.join()
    waits = sorted(pollers.waits)
    figures = {
        "requests_a_second": round(len(waits) / seconds),
        "answers": dict(pollers.answers),
        "share_304": round(pollers.answers[304] / len(waits), 3),
        "median_ms": round(waits[len(waits) // 2] * 1e3, 1),
        "p99_ms": round(waits[len(waits) * 99 // 100] * 1e3, 1),
        "polls": after.count(" poll source="),
        "builds": after.count(" build topic="),
    }
    print(json.dumps(figures))


async def _poll(pollers: Pollers, seconds: int) -> None:
    end = time.monotonic() + seconds
    await asyncio.gather(*(pollers.poll_until(end) for _ in range(_POLLERS)))


def _sources(farm: Farm) -> str:
    text = (
        'schema = 1\n[site]\ntitle = "Bench"\nbase_url = "https://bench.example/"\ncontact = "mailto:b@bench.example"\n'
    )
    text += 'id_domain = "bench.example"\nid_date = "2026-01-01"\n[[topic]]\nid = "all"\ntitle = "Everything"\n'
    for number, url in enumerate(farm.feeds()):
        text += f'[[source]]\nid = "s{number}"\nname = "Source {number}"\nfeed = "{url}"\n'
        text += 'rights.mode = "full"\nextract.mode = "feed"\nfetch.min_interval = "5s"\nfetch.max_interval = "5s"\n'
        text += 'editorial.quarantine = "off"\n'
    return text


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
