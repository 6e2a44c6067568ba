"""Partners of all kinds who live through a season, and the troubles that some of them get into at known days.

All of it follows from a number and the time. The servers run in a process of their own, so that what they need is not
counted with what the program needs; a clock shared with it is moved by whoever plays the season. Each source has a host
of its own (127.x.y.z), all of them one port.
"""

import asyncio
import gzip
import json
import random
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from xml.sax.saxutils import escape

from bench.hacked_attacks import POSTINGS
from bench.soak_texts import LANGUAGES, Text, write_text

START = datetime(2026, 11, 2, tzinfo=UTC)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_BEFORE = 40  # days that are in the feeds when all begins
_FORMATS = ("rss", "atom", "json")
_VALIDATORS = ("both", "ETag", "both", "Last-Modified", "none")
_BODIES = ("excerpt", "full", "excerpt", "full, no pages", "excerpt", "full")
_CADENCES = (  # dealt in turn
    *("weekly", "daily", "weekly", "now and then", "weekly", "weekly", "twice a week", "weekly", "weekly", "daily"),
    *("weekly", "weekly", "twice a week", "weekly", "daily", "weekly", "weekly", "now and then", "weekly", "weekly"),
)
_CARRIES = 3  # every so many articles of another are carried by who carries
_HANG_SECONDS = 60.0
TROUBLED = (  # the first sources, all busy and else in good order; one of each
    *("outage", "hangs", "moves", "goes", "falls silent", "shrinks", "walls its pages", "is hacked", "expires"),
    *("turns into HTML", "forbids its pages to robots"),
)


@dataclass(frozen=True)
class Spell:
    """From when to when a trouble lasts, in days from the start."""

    begins: float
    ends: float

    def holds(self, at: datetime) -> bool:
        return self.begins <= (at - START) / _DAY < self.ends


SPELLS = {  # at the partners'
    "outage": Spell(20, 24),
    "hangs": Spell(26.4, 28.2),
    "moves": Spell(25, 10_000),
    "goes": Spell(30, 10_000),
    "falls silent": Spell(40, 51),
    "shrinks": Spell(56, 70),
    "walls its pages": Spell(46, 53),
    "is hacked": Spell(36.3, 38.1),
    "turns into HTML": Spell(62, 66),
    "forbids its pages to robots": Spell(12, 16),
}


@dataclass(frozen=True)
class Post:
    """One article of a source's feed: who wrote it, as which of its own, and when it came out here."""

    at: datetime
    writer: str
    number: int


@dataclass(eq=False)
class Partner:
    """One source as its server plays it."""

    id: str
    host: str
    language: str
    format: str
    validators: str
    body: str
    cadence: str
    trouble: str = ""  # the one it gets into
    carries: str = ""  # the source whose articles it carries beside its own
    posts: list[Post] = field(default_factory=list)  # in order

    @property
    def length(self) -> int:
        """Return how many entries its feed holds."""
        return {"busy": 20, "daily": 8}.get(self.cadence, 7)

    def is_in(self, trouble: str, at: datetime) -> bool:
        return self.trouble == trouble and SPELLS[trouble].holds(at)

    def answer(self, path: str, headers: Mapping[str, str], at: datetime) -> tuple[int, dict[str, str], bytes]:
        """Answer a request: status, headers, body."""
        if path == "/robots.txt":
            return self._robots(at)
        if path.startswith("/a/"):
            return self._page(path, headers, at)
        if path == "/feed":
            if self.is_in("moves", at):
                return 301, {"location": "/news/feed"}, b""
            if self.is_in("goes", at):
                return 410, {}, b""
        elif path != "/news/feed":
            return 404, {}, b""
        if self.is_in("outage", at):
            return 500, {}, b"<h1>Internal Server Error</h1>"
        if self.is_in("turns into HTML", at):
            return 200, {"content-type": "text/html"}, _MAINTENANCE
        return self._feed(headers, at)

    def _robots(self, at: datetime) -> tuple[int, dict[str, str], bytes]:
        if self.trouble != "forbids its pages to robots":
            return 404, {}, b""
        rule = "/a/" if self.is_in(self.trouble, at) else "/admin/"
        return 200, {"content-type": "text/plain"}, f"User-agent: *\nDisallow: {rule}\n".encode()

    def _feed(self, headers: Mapping[str, str], at: datetime) -> tuple[int, dict[str, str], bytes]:
        last = bisect_right(self.posts, at, key=lambda post: post.at)
        spam = self._count_spam(at)
        body = _write_feed(self, headers["host"], max(last - self.length, 0), last, spam)
        etag = f'"{zlib.crc32(body):08x}"'
        changed_at = _http_date(max(self.posts[last - 1].at, SPAM_FROM if spam else self.posts[last - 1].at))
        named = {"etag": etag, "last-modified": changed_at}
        if self.validators in ("ETag", "none"):
            del named["last-modified"]
        if self.validators in ("Last-Modified", "none"):
            del named["etag"]
        asked = [
            headers[name] == named[given]
            for name, given in (("if-none-match", "etag"), ("if-modified-since", "last-modified"))
            if name in headers and given in named
        ]
        if asked and asked[0]:
            return 304, named, b""
        kind = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
        return 200, named | {"content-type": kind[self.format]}, body

    def _page(self, path: str, headers: Mapping[str, str], at: datetime) -> tuple[int, dict[str, str], bytes]:
        if self.is_in("walls its pages", at):
            return 403, {"content-type": "text/html"}, b"<h1>Forbidden</h1>"
        place = path.removeprefix("/a/")
        if place.startswith("spam-"):
            if int(place[5:]) >= self._count_spam(at):
                return 404, {}, b""
            title, html = _spam(self.id, int(place[5:]))
        else:
            post = self.posts[int(place)]
            title, html = write_text(post.writer, post.number, self.language).title, _html(self, post)
        etag = f'"{zlib.crc32(html.encode()):08x}"'
        if headers.get("if-none-match") == etag:
            return 304, {"etag": etag}, b""
        page = _PAGE.format(language=self.language, title=escape(title), name=name_of(self.id), html=html)
        return 200, {"content-type": "text/html; charset=utf-8", "etag": etag}, page.encode()

    def _count_spam(self, at: datetime) -> int:
        return int((at - SPAM_FROM) / (2 * _HOUR)) + 1 if self.is_in("is hacked", at) else 0


SPAM_FROM = START + SPELLS["is hacked"].begins * _DAY
_MAINTENANCE = b"<!doctype html><html><head><title>Back soon</title></head><body><p>We are moving.</p></body></html>"
_PAGE = """<!doctype html><html lang="{language}"><head><title>{title} | {name}</title></head><body>
<header><nav><ul><li><a href="/">{name}</a></li><li><a href="/about">About</a></li></ul></nav></header>
<main><article><h1>{title}</h1>
{html}
</article></main>
<footer><p>{name} is read in the whole valley. All rights reserved by {name}.</p></footer></body></html>"""


def name_of(source: str) -> str:
    return f"The {source.capitalize()} Courier"


# --- who there is, and when they publish -----------------------------------------------------------------------------


def cast_partners(number: int, days: float) -> list[Partner]:
    """Invent sources; the first get into trouble, every tenth of the others carries what another writes."""
    partners: list[Partner] = []
    for place in range(number):
        name, language = f"s{place}", LANGUAGES[place % len(LANGUAGES)]
        host = f"127.3.{place // 200}.{place % 200 + 1}"
        dice = random.Random(f"partner {place}")
        if place < len(TROUBLED):
            body = "full" if TROUBLED[place] == "is hacked" else "excerpt"
            one = Partner(name, host, language, _FORMATS[place % 3], "both", body, "busy", TROUBLED[place])
        else:
            one = Partner(
                name, host, language, dice.choice(_FORMATS), _VALIDATORS[place // 2 % 5], _BODIES[place // 3 % 6],
                _CADENCES[place % len(_CADENCES)],
            )  # fmt: skip
            if one.cadence == "busy" and one.validators == "none":
                one.validators = "both"  # it is polled once a day otherwise, and has more than that would show
            if place % 10 == 9 and place >= 2 * len(LANGUAGES):
                one.carries = f"s{place - len(LANGUAGES)}"
        instants = sorted(_CALENDARS[one.cadence](dice, one.trouble, days))
        one.posts = [Post(at, name, turn) for turn, at in enumerate(instants)]
        partners.append(one)
    by_id = {one.id: one for one in partners}
    for one in partners:
        if one.carries:
            theirs = by_id[one.carries].posts[::_CARRIES]
            one.posts = sorted([*one.posts, *(Post(post.at + 5 * _HOUR, post.writer, post.number) for post in theirs)],
                               key=lambda post: post.at)  # fmt: skip
    return partners


def _busy(dice: random.Random, trouble: str, days: float) -> Iterator[datetime]:
    """Publish several articles in the course of each day, fewer at weekends."""
    for day in range(-_BEFORE, int(days) + 1):
        many = dice.randint(1, 2) if (START + day * _DAY).weekday() >= 5 else dice.randint(3, 5)
        at = START + day * _DAY
        if trouble == "falls silent" and SPELLS[trouble].holds(at):
            many = 0
        if trouble == "shrinks" and SPELLS[trouble].holds(at):
            many = day % 2
        yield from (at + (7 + 13 * dice.random()) * _HOUR for _ in range(many))


def _daily(dice: random.Random, trouble: str, days: float) -> Iterator[datetime]:
    """Publish on working days, at about the same time."""
    usual = dice.uniform(6, 19)
    for day in range(-_BEFORE, int(days) + 1):
        at = START + day * _DAY
        if at.weekday() < 5 or dice.random() < 0.2:
            yield at + (usual + dice.gauss(0, 1)) * _HOUR


def _twice_a_week(dice: random.Random, trouble: str, days: float) -> Iterator[datetime]:
    usual, on = dice.uniform(6, 19), dice.sample(range(7), 2)
    for day in range(-_BEFORE, int(days) + 1):
        at = START + day * _DAY
        if at.weekday() in on:
            yield at + (usual + dice.gauss(0, 2)) * _HOUR


def _weekly(dice: random.Random, trouble: str, days: float) -> Iterator[datetime]:
    usual, on = dice.uniform(6, 19), dice.randrange(7)
    for day in range(-2 * _BEFORE, int(days) + 1):
        at = START + day * _DAY
        if at.weekday() == on:
            yield from (at + (usual + dice.gauss(0, 2)) * _HOUR for _ in range(1 + (dice.random() < 0.2)))


def _now_and_then(dice: random.Random, trouble: str, days: float) -> Iterator[datetime]:
    """Publish whenever there is something to say, every four days on average."""
    at = START - _BEFORE * _DAY
    while at < START + (days + 1) * _DAY:
        yield at
        at += dice.expovariate(0.25) * _DAY


_CALENDARS = {
    "busy": _busy,
    "daily": _daily,
    "twice a week": _twice_a_week,
    "weekly": _weekly,
    "now and then": _now_and_then,
}


# --- what they send --------------------------------------------------------------------------------------------------


def _html(partner: Partner, post: Post) -> str:
    text = write_text(post.writer, post.number, partner.language)
    if post.writer == partner.id:
        return text.html
    return f"{text.html}\n<p>Originally published by {name_of(post.writer)}.</p>"


def _spam(source: str, number: int) -> tuple[str, str]:
    return POSTINGS["articles that sell"][0](random.Random(f"{source} {number}"), number)


@dataclass(frozen=True)
class _Entry:
    guid: str
    url: str
    title: str
    at: datetime
    summary: str
    html: str  # empty in a feed of excerpts


def _entries(partner: Partner, host: str, first: int, last: int, spam: int) -> Iterator[_Entry]:
    """Yield what stands in a feed, newest first."""
    for number in reversed(range(spam)):
        title, html = _spam(partner.id, number)
        at = SPAM_FROM + number * 2 * _HOUR
        yield _Entry(f"{partner.id}-spam-{number}", f"http://{host}/a/spam-{number}", title, at, title, html)
    for place in reversed(range(first, last)):
        post = partner.posts[place]
        text: Text = write_text(post.writer, post.number, partner.language)
        html = "" if partner.body == "excerpt" else _html(partner, post)
        url = f"http://{host}/a/{place}"
        yield _Entry(f"{partner.id}-{post.writer}-{post.number}", url, text.title, post.at, text.summary, html)


@lru_cache(maxsize=600)
def _write_feed(partner: Partner, host: str, first: int, last: int, spam: int) -> bytes:
    entries = list(_entries(partner, host, first, last, spam))
    return _WRITERS[partner.format](partner, host, entries)


def _write_rss(partner: Partner, host: str, entries: Sequence[_Entry]) -> bytes:
    items = "".join(
        f"<item><title>{escape(one.title)}</title><link>{one.url}</link>"
        f'<guid isPermaLink="false">{one.guid}</guid><pubDate>{_http_date(one.at)}</pubDate>'
        f"<description>{escape(one.summary)}</description>"
        + (f"<content:encoded>{escape(one.html)}</content:encoded>" if one.html else "")
        + "</item>"
        for one in entries
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{name_of(partner.id)}</title><link>http://{host}/</link><description>x</description>"
        f"<language>{partner.language}</language>{items}</channel></rss>"
    ).encode()


def _write_atom(partner: Partner, host: str, entries: Sequence[_Entry]) -> bytes:
    items = "".join(
        f'<entry><id>{one.guid}</id><title>{escape(one.title)}</title><link href="{one.url}"/>'
        f"<published>{one.at.isoformat()}</published><updated>{one.at.isoformat()}</updated>"
        f"<summary>{escape(one.summary)}</summary>"
        + (f'<content type="html">{escape(one.html)}</content>' if one.html else "")
        + "</entry>"
        for one in entries
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
        f'xml:lang="{partner.language}"><id>http://{host}/</id><title>{name_of(partner.id)}</title>'
        f"<author><name>{name_of(partner.id)}</name></author>"
        f"<updated>{entries[0].at.isoformat()}</updated>{items}</feed>"
    ).encode()


def _write_json(partner: Partner, host: str, entries: Sequence[_Entry]) -> bytes:
    items = [
        {"id": one.guid, "url": one.url, "title": one.title, "date_published": one.at.isoformat(),
         "summary": one.summary} | ({"content_html": one.html} if one.html else {"content_text": one.summary})
        for one in entries
    ]  # fmt: skip
    document = {"version": "https://jsonfeed.org/version/1.1", "title": name_of(partner.id), "items": items}
    return json.dumps(document | {"home_page_url": f"http://{host}/", "language": partner.language}).encode()


_WRITERS = {"rss": _write_rss, "atom": _write_atom, "json": _write_json}


def _http_date(at: datetime) -> str:
    return f"{at:%a, %d %b %Y %H:%M:%S GMT}"


# --- the servers -----------------------------------------------------------------------------------------------------


class Clock:
    """The time of a season, seen by the program and, through shared memory, by the servers."""

    def __init__(self, shared: "Synchronized[float]") -> None:
        self._shared = shared
        self.now = START

    def __call__(self) -> datetime:
        return self._now

    @property
    def now(self) -> datetime:
        return self._now

    @now.setter
    def now(self, now: datetime) -> None:
        self._now = now
        self._shared.value = now.timestamp()


@contextmanager
def open_farm(number: int, days: float) -> Iterator[tuple[Clock, int, int]]:
    """Start the servers; gives the clock that they go by, their port, and the id of their process."""
    context = get_context("spawn")
    shared = context.Value("d", START.timestamp(), lock=False)
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(number, days, shared, there), daemon=True)
    process.start()
    try:
        port: int = here.recv()
        yield Clock(shared), port, process.pid or 0
    finally:
        process.terminate()
        process.join()


def _serve(number: int, days: float, shared: "Synchronized[float]", pipe: Connection) -> None:
    asyncio.run(_serve_for_ever(cast_partners(number, days), shared, pipe))


async def _serve_for_ever(partners: Sequence[Partner], shared: "Synchronized[float]", pipe: Connection) -> None:
    hosts = {partner.host: partner for partner in partners}

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        partner = hosts[writer.get_extra_info("sockname")[0]]
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                line, *fields = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[:-2]
                headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in fields)}
                at = datetime.fromtimestamp(shared.value, UTC)
                if partner.is_in("hangs", at):
                    await asyncio.sleep(_HANG_SECONDS)
                    break
                status, given, body = partner.answer(line.split(" ")[1], headers, at)
                writer.write(_wire(status, given, body, at))
                await writer.drain()
        writer.close()

    servers = []
    for port in count(20_000 + random.SystemRandom().randrange(20_000)):  # one that is free on all hosts
        try:
            for host in hosts:
                servers.append(await asyncio.start_server(talk, host, port))
            break
        except OSError:
            for server in servers:
                server.close()
            servers.clear()
    pipe.send(port)
    await asyncio.Event().wait()


def _wire(status: int, given: Mapping[str, str], body: bytes, at: datetime) -> bytes:
    headers = {"date": _http_date(at), **given}
    if len(body) > 2000:
        body = gzip.compress(body, 1, mtime=0)
        headers["content-encoding"] = "gzip"
    if status != 304:
        headers["content-length"] = str(len(body))
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
