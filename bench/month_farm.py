"""A farm of partners that live through a month: each has a calendar, a kind of server, and its troubles.

Everything follows from a seed and the time on a clock moved by hand, so that another poller can be played against the
very same publications and troubles. Listens on loopback, one host (127.x.y.z) for each source but for a few that share
one; every exchange is shown to the rules.
"""

import asyncio
import gzip
import random
import zlib
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from xml.sax.saxutils import escape

from bench.rules import Answer, Request, Rules

ENTRIES = 10  # in a feed
KINDS = (
    *("both validators", "ETag only", "Last-Modified only", "no validators", "WordPress, gzip", "Apache, gzip"),
    *("touched daily", "max-age 5 min", "max-age 2 h", "max-age 12 h", "max-age 3 days", "Expires 4 h", "ttl 6 h"),
    *("skipHours", "skipDays", "sy daily", "min_interval 20 min", "flaky", "busy, 503", "slow down, 429", "moved"),
    *("detour, 302", "gone, 410", "week's outage", "day of 503", "guid churn", "excerpts"),
)
_SHARING = {"slow down, 429": 3, "Last-Modified only": 2}  # how many sources have one host
_MAX_AGE = {"max-age 5 min": 300, "max-age 2 h": 7200, "max-age 12 h": 43200, "max-age 3 days": 259200}
_WORDPRESS = "<generator>https://wordpress.org/?v=6.8</generator>"  # and so there are older pages to go back to
_CHANNEL = {
    "ttl 6 h": "<ttl>360</ttl>",
    "skipHours": "<skipHours>" + "".join(f"<hour>{hour}</hour>" for hour in range(6)) + "</skipHours>",
    "skipDays": "<skipDays><day>Sunday</day></skipDays>",
    "sy daily": "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>",
    "WordPress, gzip": _WORDPRESS,
    "week's outage": _WORDPRESS,
    "max-age 3 days": _WORDPRESS,
}
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_WORDS = (
    "water cooperative valley women harvest council road market assembly school union teachers bridge rain seed night "
    "river president miners radio election potato letter bread lake museum doctor festival engineers mountain law debt"
).split()


@dataclass(frozen=True)
class Trouble:
    """What a server says at a moment when it serves no feed."""

    status: int  # 0: nobody listens
    retry_after: str = ""


@dataclass(frozen=True, eq=False)
class Publisher:
    """One source as its server plays it."""

    id: str
    kind: str
    cadence: str
    host: str
    published: tuple[datetime, ...]  # in order; from long before the month to its end
    start: datetime  # of the month
    days: float  # its length

    @property
    def feed_path(self) -> str:
        return f"/{self.id}/feed"

    def trouble(self, at: datetime) -> Trouble | None:
        """Say what is wrong with the server at this moment, if anything."""
        part = (at - self.start) / _DAY / self.days  # of the month
        match self.kind:
            case "flaky" if _chance(self.id, _block(at, _MINUTE)) < 0.1:
                return Trouble(500)
            case "busy, 503" if (chance := _chance(self.id, _block(at, 2 * _HOUR))) < 0.05:
                return Trouble(503, "259200" if chance < 0.005 else "7200")
            case "slow down, 429" if _chance(self.host, block := _block(at, 6 * _HOUR)) < 0.15:
                return Trouble(429, _http_date(_EPOCH + (block + 1) * 6 * _HOUR))
            case "gone, 410" if part >= 1 / 2:
                return Trouble(410)
            case "week's outage" if 8 / 30 <= part < 1 / 2:
                return Trouble(0)
            case "day of 503" if 12 / 30 <= part < 13 / 30:
                return Trouble(503)
        return None

    def answer(self, path: str, headers: Mapping[str, str], at: datetime) -> Answer:
        """Answer a request for one of this source's addresses."""
        if trouble := self.trouble(at):
            return Answer(trouble.status, {"retry-after": trouble.retry_after} if trouble.retry_after else {})
        new_path, detour_path = f"/{self.id}/news/feed", f"/{self.id}/detour"
        path, _, older = path.partition("?paged=")
        if path == "/robots.txt":
            rules = f"User-agent: *\nDisallow: /{self.id}/private/\n".encode()
            return _conditional(headers, "both validators", rules, _http_date(self.start))
        if path.startswith((f"/{self.id}/article/", f"/{self.id}/private/")):
            return self._page(path, at)
        if path == self.feed_path and self.kind == "moved" and at >= self.start + self.days / 3 * _DAY:
            return Answer(301, {"location": new_path})
        if path == self.feed_path and self.kind == "detour, 302" and _chance(self.id, _block(at, _MINUTE)) < 0.2:
            return Answer(302, {"location": detour_path})
        if path in (self.feed_path, new_path, detour_path):
            return self._feed(int(older or 1) - 1, headers, at)
        return Answer(404)

    def _page(self, path: str, at: datetime) -> Answer:
        if _chance(path, _block(at, _HOUR)) < 0.1:
            return Answer(500)
        number = int(path.rpartition("/")[2])
        html = f"<!doctype html><title>x</title><main><article><h1>{_title(self.id, number)}</h1>"
        return Answer(200, {"content-type": "text/html"}, f"{html}{_text(self.id, number)}</article></main>".encode())

    def _feed(self, older: int, headers: Mapping[str, str], at: datetime) -> Answer:
        newest = bisect_right(self.published, at)
        last = max(newest - ENTRIES * older, 1)
        first = max(last - ENTRIES, 0)
        body = _rss(self, headers["host"], first, last, _block(at, _DAY) if self.kind == "guid churn" else 0)
        changed_at = self.published[last - 1]
        if self.kind == "touched daily":
            changed_at = max(changed_at, at.replace(hour=0, minute=0, second=0, microsecond=0))
        answer = _conditional(headers, self.kind, body, _http_date(changed_at))
        more = {"content-type": "application/rss+xml; charset=utf-8"}
        if self.kind in _MAX_AGE:
            more["cache-control"] = f"public, max-age={_MAX_AGE[self.kind]}"
        if self.kind == "Expires 4 h":
            more["expires"] = _http_date(at + 4 * _HOUR)
        return replace(answer, headers={**answer.headers, **more})


class Farm:
    """The servers of some publishers, under one port; an async context manager.

    Attributes:
        seen: (source, what was asked for, status of the answer) -> how often.
        repeated: source -> how often its feed was sent although nothing in it had changed.
    """

    def __init__(self, publishers: Sequence[Publisher], clock: Callable[[], datetime]) -> None:
        self.port = 0
        self.seen: Counter[tuple[str, str, int]] = Counter()
        self.repeated: Counter[str] = Counter()
        self.rules: Rules | None = None
        self._publishers = {publisher.id: publisher for publisher in publishers}
        self._hosts = {publisher.host: publisher for publisher in publishers}
        self._clock = clock
        self._servers: dict[str, asyncio.Server] = {}
        self._guests: dict[str, set[asyncio.StreamWriter]] = defaultdict(set)
        self._sent: dict[str, int] = {}  # source -> hash of the body last sent

    async def __aenter__(self) -> "Farm":
        await self.turn()
        return self

    async def __aexit__(self, *_: object) -> None:
        for host in list(self._servers):
            await self._hang_up(host)

    def url(self, publisher: Publisher) -> str:
        """Return the address of a feed, as an editor writes it."""
        return f"http://{publisher.host}:{self.port}{publisher.feed_path}"

    async def turn(self) -> None:
        """Let hosts stop or start to listen, as the clock says."""
        for host, publisher in self._hosts.items():
            trouble = publisher.trouble(self._clock())
            is_away = trouble is not None and trouble.status == 0
            if is_away and host in self._servers:
                await self._hang_up(host)
            elif not is_away and host not in self._servers:
                self._servers[host] = await asyncio.start_server(self._talk, host, self.port)
                self.port = self._servers[host].sockets[0].getsockname()[1]  # the first one's choice

    async def _hang_up(self, host: str) -> None:
        server = self._servers.pop(host)
        server.close()
        for writer in self._guests.pop(host, set()):
            writer.transport.abort()
        await server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0]
        self._guests[host].add(writer)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while True:
                    writer.write(self._answer(host, await reader.readuntil(b"\r\n\r\n")))
                    await writer.drain()
        finally:
            self._guests[host].discard(writer)
            writer.close()

    def _answer(self, host: str, head: bytes) -> bytes:
        line, *fields = head.decode("latin-1").split("\r\n")[:-2]
        method, path, _ = line.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
        at = self._clock()
        publisher = self._publishers.get(path.split("/")[1], self._hosts[host])
        answer = publisher.answer(path, headers, at) if publisher.host == host else Answer(404)
        if self.rules:
            self.rules.see(Request(at, f"http://{headers.get('host', '')}{path}", headers, method), answer)
        self._count(publisher, path, answer)
        return _wire(answer, at, "gzip" in publisher.kind)

    def _count(self, publisher: Publisher, path: str, answer: Answer) -> None:
        what = "robots.txt" if path == "/robots.txt" else "feed" if "feed" in path or "detour" in path else "page"
        self.seen[publisher.id, what, answer.status] += 1
        if what == "feed" and answer.status == 200:
            body = hash(answer.body)
            self.repeated[publisher.id] += self._sent.get(publisher.id) == body
            self._sent[publisher.id] = body


# --- who there is, and when they publish -----------------------------------------------------------------------------


def cast_publishers(count: int, days: float, start: datetime, seed: int = 1) -> list[Publisher]:
    """Invent sources: every kind of server in turn, with a cadence drawn by lot; one of each kind are all busy."""
    publishers = []
    for number in range(count):
        kind, round_ = KINDS[number % len(KINDS)], number // len(KINDS)
        dice = random.Random(f"{seed} {number}")
        cadence = _deal(number, seed) if count > len(KINDS) else "busy"
        house = KINDS.index(kind) + len(KINDS) * (round_ // _SHARING.get(kind, 1))
        host = f"127.2.{house // 250}.{house % 250 + 1}"
        published = sorted({at.replace(microsecond=0) for at in _CADENCES[cadence](dice, start, days)})
        publishers.append(Publisher(f"s{number}", kind, cadence, host, tuple(published), start, days))
    return publishers


def _deal(number: int, seed: int) -> str:
    """Draw a cadence from a pack of twenty, so that of many sources each has its share."""
    pack = [cadence for cadence, share in zip(_CADENCES, _SHARES, strict=True) for _ in range(share)]
    random.Random(f"{seed} pack {number // len(pack)}").shuffle(pack)
    return pack[number % len(pack)]


def _newsroom(a_day: float) -> Callable[[random.Random, datetime, float], list[datetime]]:
    """Publish by day more than by night, in the newsroom's own time zone, and less at weekends."""

    def publish(dice: random.Random, start: datetime, days: float) -> list[datetime]:
        zone = timedelta(hours=dice.choice((-5, -4, -3, 0, 1, 2, 5)))
        at, instants = start - 2 * (ENTRIES + 5) / a_day * _DAY, []
        while at < start + days * _DAY:
            at += dice.expovariate(a_day * 3) * _DAY
            local = at + zone
            weight = 1.0 if 8 <= local.hour < 19 else 0.3 if 6 <= local.hour < 23 else 0.04
            if dice.random() < weight * (0.4 if local.weekday() >= 5 else 1) * 0.72:
                instants.append(at)
        return [at for at in instants if at < start + days * _DAY]

    return publish


def _column(every: int, spread: timedelta, most: int = 1) -> Callable[[random.Random, datetime, float], list[datetime]]:
    """Publish every so many days at about the same time, one article or a few at once."""

    def publish(dice: random.Random, start: datetime, days: float) -> list[datetime]:
        usual = start - (ENTRIES + 2) * every * _DAY + dice.random() * every * _DAY
        instants = []
        while usual < start + days * _DAY:
            at = usual + dice.gauss(0, 1) * spread
            instants += [at + number * _MINUTE for number in range(dice.randint(1, most))]
            usual += every * _DAY
        return [at for at in instants if at < start + days * _DAY]

    return publish


def _dead(dice: random.Random, start: datetime, days: float) -> list[datetime]:
    return [start - (200 + 9 * number + 5 * dice.random()) * _DAY for number in range(ENTRIES)]


_CADENCES = {
    "busy": _newsroom(20),
    "small": _newsroom(3),
    "daily": _column(1, timedelta(minutes=40)),
    "weekly": _column(7, timedelta(hours=3), most=4),
    "monthly": _column(30, timedelta(days=3)),
    "dead": _dead,
}
_SHARES = (2, 4, 5, 5, 3, 1)  # of twenty sources
CADENCES = tuple(_CADENCES)


# --- what they send --------------------------------------------------------------------------------------------------


def article_path(publisher: Publisher, number: int) -> str:
    """Return the path of an article, counted from the first ever; that of each is its own."""
    folder = "private" if publisher.kind == "excerpts" and number % 7 == 0 else "article"
    return f"/{publisher.id}/{folder}/{number}"


def _conditional(asked: Mapping[str, str], kind: str, body: bytes, changed_at: str) -> Answer:
    """Answer with 304 or the body, as this kind of server compares validators."""
    honoured = f'"{zlib.crc32(body + changed_at.encode()):08x}"'
    etag = {"WordPress, gzip": f"W/{honoured}", "Apache, gzip": f'{honoured[:-1]}-gzip"'}.get(kind, honoured)
    if kind == "Last-Modified only":
        changed_at = changed_at.replace("GMT", "+0000")  # not how it is written, but how it must come back
    sent = {"etag": etag, "last-modified": changed_at}
    if kind in ("no validators", "Last-Modified only"):
        del sent["etag"]
    if kind in ("no validators", "ETag only"):
        del sent["last-modified"]
    matches = [
        asked[name] == value
        for name, value in (("if-none-match", honoured), ("if-modified-since", sent.get("last-modified")))
        if name in asked and value is not None
    ]
    if "etag" in sent and kind != "WordPress, gzip":
        matches = matches[:1]  # the date counts only where there is no tag (RFC 9110 §13.1.3); WordPress wants both
    return Answer(304, sent) if matches and all(matches) else Answer(200, sent, body)


@lru_cache(maxsize=2000)
def _rss(publisher: Publisher, host: str, first: int, last: int, round_of_guids: int) -> bytes:
    """Write a feed of some of a source's articles, newest first."""
    items = [_item(publisher, host, number, round_of_guids) for number in reversed(range(first, last))]
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel>'
        f"<title>Source {publisher.id}</title><link>http://{host}/</link><description>x</description>"
        f"{_CHANNEL.get(publisher.kind, '')}"
        f"{''.join(items)}</channel></rss>"
    ).encode()


@lru_cache(maxsize=5000)
def _item(publisher: Publisher, host: str, number: int, round_of_guids: int) -> str:
    text = _text(publisher.id, number)
    if publisher.kind == "excerpts":
        text = f"{text[:200]} [&#8230;]</p>"
    return (
        f"<item><title>{_title(publisher.id, number)}</title>"
        f"<link>http://{host}{article_path(publisher, number)}</link>"
        f'<guid isPermaLink="false">{publisher.id}-{number}-{round_of_guids}</guid>'
        f"<pubDate>{_http_date(publisher.published[number])}</pubDate>"
        f"<content:encoded>{escape(text)}</content:encoded></item>"
    )


def _title(source: str, number: int) -> str:
    return f"Report {number} of {source}"


def _text(source: str, number: int) -> str:
    dice = random.Random(f"{source} {number}")
    return "".join(f"<p>{_title(source, number)} says {' '.join(dice.choices(_WORDS, k=40))}.</p>" for _ in range(4))


def _wire(answer: Answer, at: datetime, compress: bool) -> bytes:
    headers = {"date": _http_date(at), **answer.headers}
    body = answer.body
    if compress and body:
        body = _compressed(body)
        headers["content-encoding"] = "gzip"
    if answer.status != 304:
        headers["content-length"] = str(len(body))
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@lru_cache(maxsize=500)
def _compressed(body: bytes) -> bytes:
    return gzip.compress(body, 1, mtime=0)


def _http_date(at: datetime) -> str:
    return f"{at:%a, %d %b %Y %H:%M:%S GMT}"


def _block(at: datetime, length: timedelta) -> int:
    return (at - _EPOCH) // length


def _chance(*what: object) -> float:
    """Draw a number from 0 to 1 that is always the same for the same."""
    return zlib.crc32(f"chance {what}".encode()) / 2**32
