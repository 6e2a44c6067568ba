"""Partners for a fleet, on many loopback addresses: they count who talks to them, and notice what is impolite.

Each host is an address (127.2.x.y) with some feeds; an entry's text stands on a page of its own. Used by tests in a
thread, and by `bench.fleet` as a process: `python -m bench.fleet_farm '{"hosts": 10, …}'` prints its port when it
listens and its figures, as JSON, for each line on its standard input; it ends when that does.
"""

import asyncio
import json
import random
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

_WORDS = (
    "water cooperative valley women harvest council road market assembly school union teachers bridge rain seed night "
    "river president miners radio election potato letter bread lake museum doctor festival engineers mountain law debt"
).split()
_SLACK = 0.02  # seconds by which two clocks may differ


@dataclass(frozen=True)
class Plan:
    """What there is.

    Attributes:
        feeds: of each host.
        entries: of each feed in the beginning.
        every: seconds between two new entries of a feed; 0: none comes.
        answer: seconds that an answer takes.
        interval: seconds that should lie between two polls of a feed; 0: nobody looks at that.
        has_pages: else the whole text stands in the feed.
    """

    hosts: int
    feeds: int
    entries: int = 3
    every: float = 0
    answer: float = 0.02
    interval: float = 0
    has_pages: bool = True


@dataclass
class Seen:
    """What partners saw.

    Attributes:
        asked: how often each address of a host was asked for, as "host/path".
        crowded: how often a host saw a second connection while it had one.
        early: polls that came sooner than `Plan.interval` after the last that was answered.
    """

    asked: Counter[str] = field(default_factory=Counter)
    polls: int = 0
    crowded: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    answered_at: dict[str, float] = field(default_factory=dict)


class Farm:
    """A context manager: partners in a thread of their own."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.seen = Seen()
        self.port = 0
        self.began = datetime.now(UTC)
        self._open: Counter[str] = Counter()  # connections, by host
        self._going = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="farm")

    def __enter__(self) -> "Farm":
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._going.set)
        self._thread.join()

    def host(self, number: int) -> str:
        """Return the address of a host."""
        return f"127.2.{number // 250}.{number % 250 + 1}"

    def sources(self, more: str = "") -> str:
        """Write the blocks of sources.toml; `more` stands in each."""
        return "".join(
            f'[[source]]\nid = "s{host}-{feed}"\nname = "Source {host} {feed}"\n'
            f'feed = "http://{self.host(host)}:{self.port}/feed/{feed}"\n{more}'
            for feed in range(self.plan.feeds)
            for host in range(self.plan.hosts)
        )

    def entries_now(self) -> int:
        """Return how many entries each feed has had by now."""
        passed = (datetime.now(UTC) - self.began).total_seconds()
        return self.plan.entries + (int(passed / self.plan.every) if self.plan.every else 0)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        first = await asyncio.start_server(self._talk, self.host(0), 0, backlog=1000)
        self.port = first.sockets[0].getsockname()[1]
        others = [
            await asyncio.start_server(self._talk, self.host(number), self.port) for number in range(1, self.plan.hosts)
        ]
        self._ready.set()
        await self._going.wait()
        for server in (first, *others):
            server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0]
        self._open[host] += 1
        if self._open[host] > 1:
            self.seen.crowded.append(host)
        try:
            while request := await reader.readuntil(b"\r\n\r\n"):
                path = request.split(b" ", 2)[1].decode()
                self.seen.asked[f"{host}{path}"] += 1
                is_poll = path.startswith("/feed/")
                if is_poll:
                    self._note_poll(f"{host}{path}")
                if await _hangs_up(reader, self.plan.answer):
                    break
                writer.write(self._answer(host, path, request))
                await writer.drain()
                if is_poll:
                    self.seen.answered_at[f"{host}{path}"] = time.monotonic()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._open[host] -= 1
            writer.close()

    def _note_poll(self, address: str) -> None:
        self.seen.polls += 1
        last = self.seen.answered_at.get(address)
        if last is not None and time.monotonic() - last < self.plan.interval - _SLACK:
            self.seen.early.append(address)

    def _answer(self, host: str, path: str, request: bytes) -> bytes:
        if path.startswith("/page/"):
            return _http(200, "text/html", _page(host, path))
        if not path.startswith("/feed/"):
            return _http(404, "text/plain", b"")
        count = self.entries_now()
        tag = f'"{count}"'
        if f"if-none-match: {tag}".encode() in request.lower():
            return _http(304, "", b"", tag)
        return _http(200, "application/rss+xml", self._feed(host, int(path.rpartition("/")[2]), count), tag)

    def _feed(self, host: str, feed: int, count: int) -> bytes:
        items = []
        for entry in range(count - 1, max(count - 30, 0) - 1, -1):
            path = f"/page/{feed}/{entry}"
            at = self.began + timedelta(seconds=self.plan.every * (entry + 1 - self.plan.entries) - 3600)
            body = "" if self.plan.has_pages else f"<content:encoded>{escape(_text(host, path))}</content:encoded>"
            items.append(
                f"<item><title>{_title(host, path)}</title><link>http://{host}:{self.port}{path}</link>"
                f'<guid isPermaLink="false">{host}{path}</guid><pubDate>{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate>'
                f"<description>Read on. [&amp;#8230;]</description>{body}</item>"
            )
        return (
            '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
            f"<title>{host} {feed}</title><link>http://{host}:{self.port}/</link><description>x</description>"
            f"{''.join(items)}</channel></rss>"
        ).encode()


async def _hangs_up(reader: asyncio.StreamReader, seconds: float) -> bool:
    """Wait, and say whether the other side went away meanwhile."""
    try:
        async with asyncio.timeout(seconds):
            return not await reader.read(1)
    except TimeoutError:
        return False


def _title(host: str, path: str) -> str:
    return " ".join(random.Random(path + host).choices(_WORDS, k=7)).capitalize()


def _text(host: str, path: str) -> str:
    dice = random.Random(host + path)  # always the same of one page, different of every other
    words = dice.choices(_WORDS, k=160)
    return "".join(
        f"<p>{_title(host, path)}: {' '.join(words[start : start + 40])}.</p>" for start in range(0, 160, 40)
    )


def _page(host: str, path: str) -> bytes:
    title = _title(host, path)
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title></head><body><main><article><h1>{title}</h1>'
        f"{_text(host, path)}</article></main></body></html>"
    ).encode()


def _http(status: int, kind: str, body: bytes, tag: str = "") -> bytes:
    fields = [f"HTTP/1.1 {status} OK", f"Content-Length: {len(body)}"]
    fields += [f"Content-Type: {kind}"] * bool(kind) + [f"ETag: {tag}"] * bool(tag)
    head = fields if status != 304 else [field for field in fields if not field.startswith("Content-Length")]
    return "\r\n".join([*head, "", ""]).encode() + body


def main() -> None:
    """Serve until standard input ends; a line on it asks for the figures."""
    with Farm(Plan(**json.loads(sys.argv[1]))) as farm:
        print(farm.port, flush=True)
        for _ in sys.stdin:
            figures = asdict(farm.seen)
            del figures["asked"], figures["answered_at"]
            print(json.dumps(figures | {"entries": farm.entries_now()}), flush=True)


if __name__ == "__main__":
    main()
