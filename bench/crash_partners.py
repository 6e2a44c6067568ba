"""Partners whose feeds and pages change all the time, for `bench.crash`: four newsrooms on loopback, in one thread.

Every article holds a word of its own, its key, in each paragraph and nowhere else, by which it is found in whatever is
published. A newsroom remembers which state of its feed was taken in for good: the one whose ETag is sent back to it.
"""

import asyncio
import contextlib
import json
import random
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import TracebackType
from typing import Literal, Self

from lxml import etree

_WINDOW = 40  # entries in a feed
_LEAD = 20  # changes at most that a feed is ahead of what was taken in, so that nothing rolls out of it unseen
_FIRST = 25  # articles of each newsroom at the beginning
_SLOW = 0.06  # seconds that an answer takes at most, twice
_VOCABULARY = (
    "water cooperative valley women harvest council road market assembly school union teachers bridge rain seed night "
    "river president miners radio election potato letter bread lake museum doctor festival engineers mountain law debt"
).split()
Form = Literal["rss", "json", "excerpts"]


@dataclass
class Article:
    key: str
    title: str
    paragraphs: list[str]


@dataclass
class Entry:
    """An article as one newsroom carries it."""

    guid: str
    slug: str
    article: Article
    published_at: datetime

    def html(self) -> str:
        return "".join(f"<p>{paragraph}</p>" for paragraph in self.article.paragraphs)


@dataclass
class Newsroom:
    """One source.

    Attributes:
        changes: the key of the entry that each version of the feed brought; the first version is 1.
        acknowledged: the newest version whose ETag came back.
    """

    id: str
    form: Form
    host: str
    entries: list[Entry] = field(default_factory=list)  # the newest last
    changes: list[Entry] = field(default_factory=list)
    acknowledged: int = 0

    @property
    def version(self) -> int:
        return len(self.changes)

    def taken_in(self) -> list[Entry]:
        """List what was said to be kept."""
        return self.changes[: self.acknowledged]


class Partners:
    """A context manager. Attributes: newsrooms; articles by key; how many feeds and pages were asked for."""

    def __init__(self, dice: random.Random) -> None:
        self.articles: dict[str, Article] = {}
        self.feeds_asked = 0
        self.pages_asked = 0
        self.port = 0
        self._dice = dice
        self._lock = threading.Lock()
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="partners")
        forms: dict[str, Form] = {"harbour": "rss", "valley": "json", "bridge": "excerpts", "wire": "excerpts"}
        self.newsrooms = {
            name: Newsroom(name, form, f"127.0.3.{number}") for number, (name, form) in enumerate(forms.items(), 1)
        }
        for newsroom in self.newsrooms.values():
            for _ in range(_FIRST):
                self._publish(newsroom)

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def feed_url(self, newsroom: Newsroom) -> str:
        return f"http://{newsroom.host}:{self.port}/feed"

    def page_url(self, newsroom: Newsroom, entry: Entry) -> str:
        return f"http://{newsroom.host}:{self.port}/{entry.slug}"

    def change(self) -> None:
        """Let something happen: an article is new, is taken over by another newsroom, or is corrected."""
        with self._lock:
            newsroom = self._dice.choice(list(self.newsrooms.values()))
            if newsroom.version - newsroom.acknowledged >= _LEAD:
                return
            if self._dice.random() < 0.25:
                entry = self._dice.choice(newsroom.entries[-_WINDOW // 2 :])
                place = self._dice.randrange(len(entry.article.paragraphs))
                entry.article.paragraphs[place] = self._paragraph(entry.article.key)
                newsroom.changes.append(entry)
            else:
                self._publish(newsroom)

    def carry(self, key: str) -> None:
        """Let a newsroom bring an article once more, under another guid and address."""
        with self._lock:
            self._add(self._dice.choice(list(self.newsrooms.values())), self.articles[key])

    def _publish(self, newsroom: Newsroom) -> None:
        others = [entry.article for other in self.newsrooms.values() for entry in other.entries[-8:]]
        own = {entry.article.key for entry in newsroom.entries}
        borrowed = [article for article in others if article.key not in own]
        if newsroom.id == "wire" and borrowed and self._dice.random() < 0.5:
            self._add(newsroom, self._dice.choice(borrowed))
            return
        key = f"k{len(self.articles) + 100_000}"
        title = " ".join(self._dice.sample(_VOCABULARY, 6)).capitalize()
        article = self.articles[key] = Article(key, title, [self._paragraph(key) for _ in range(8)])
        self._add(newsroom, article)

    def _add(self, newsroom: Newsroom, article: Article) -> None:
        number = len(newsroom.entries)
        slug = f"{'-'.join(article.title.lower().split()[:4])}-{self._dice.getrandbits(40):x}"
        ago = timedelta(minutes=3 * (_FIRST - number)) if number < _FIRST else timedelta()
        entry = Entry(f"{newsroom.id}-{number}", slug, article, datetime.now(UTC).replace(microsecond=0) - ago)
        newsroom.entries.append(entry)
        newsroom.changes.append(entry)

    def _paragraph(self, key: str) -> str:
        return f"The {key} {' '.join(self._dice.choices(_VOCABULARY, k=22))}."

    # --- the server --------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        hosts = [newsroom.host for newsroom in self.newsrooms.values()]
        first = await asyncio.start_server(self._talk, hosts[0], 0)
        self.port = first.sockets[0].getsockname()[1]
        others = await asyncio.start_server(self._talk, hosts[1:], self.port)
        self._started.set()
        await self._stop.wait()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        first.close()
        others.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0]
        newsroom = next(one for one in self.newsrooms.values() if one.host == host)
        chance = random.Random()
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while request := (await reader.readuntil(b"\r\n\r\n")).decode("latin-1"):
                answer = self._answer(newsroom, request)
                await asyncio.sleep(chance.random() * _SLOW)
                half = chance.randrange(len(answer))
                writer.write(answer[:half])
                await writer.drain()
                await asyncio.sleep(chance.random() * _SLOW)
                writer.write(answer[half:])
                await writer.drain()
        writer.close()

    def _answer(self, newsroom: Newsroom, request: str) -> bytes:
        path = request.split(" ", 2)[1]
        fields = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in request.split("\r\n")}
        with self._lock:
            if path == "/feed":
                self.feeds_asked += 1
                known = fields.get("if-none-match", "").strip('"')
                if known:
                    newsroom.acknowledged = max(newsroom.acknowledged, int(known))
                if known == str(newsroom.version):
                    return _whole(304, "", b"", newsroom.version)
                kind, body = self._feed(newsroom)
                return _whole(200, kind, body, newsroom.version)
            entry = next((one for one in newsroom.entries if f"/{one.slug}" == path), None)
            if entry is None:
                return _whole(404, "text/plain", b"nothing here")
            self.pages_asked += 1
            return _whole(200, "text/html; charset=utf-8", _page(entry))

    def _feed(self, newsroom: Newsroom) -> tuple[str, bytes]:
        entries = newsroom.entries[-_WINDOW:][::-1]
        if newsroom.form == "json":
            items = [
                {
                    "id": entry.guid,
                    "url": self.page_url(newsroom, entry),
                    "title": entry.article.title,
                    "content_html": entry.html(),
                    "date_published": entry.published_at.isoformat(),
                }
                for entry in entries
            ]
            feed = {"version": "https://jsonfeed.org/version/1.1", "title": newsroom.id, "items": items}
            return "application/feed+json", json.dumps(feed).encode()
        content = "http://purl.org/rss/1.0/modules/content/"
        root = etree.Element("rss", {"version": "2.0"}, nsmap={"content": content})
        channel = etree.SubElement(root, "channel")
        for name in ("title", "description"):
            etree.SubElement(channel, name).text = newsroom.id
        etree.SubElement(channel, "link").text = f"http://{newsroom.host}:{self.port}/"
        for entry in entries:
            item = etree.SubElement(channel, "item")
            etree.SubElement(item, "title").text = entry.article.title
            etree.SubElement(item, "link").text = self.page_url(newsroom, entry)
            etree.SubElement(item, "guid", {"isPermaLink": "false"}).text = entry.guid
            etree.SubElement(item, "pubDate").text = format_datetime(entry.published_at)
            if newsroom.form == "excerpts":
                excerpt = " ".join(entry.article.paragraphs[0].split()[:12])
                etree.SubElement(item, "description").text = f"{excerpt} [&#8230;]"
            else:
                etree.SubElement(item, f"{{{content}}}encoded").text = entry.html()
        return "application/rss+xml", etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _page(entry: Entry) -> bytes:
    title = entry.article.title
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title></head><body><nav><a href="/">Home</a></nav>'
        f"<main><article><h1>{title}</h1>{entry.html()}</article></main><footer><p>All rights reserved.</p></footer>"
        "</body></html>"
    ).encode()


def _whole(status: int, kind: str, body: bytes, version: int = 0) -> bytes:
    lines = [f"HTTP/1.1 {status} OK", f"Content-Length: {len(body)}"] if status != 304 else ["HTTP/1.1 304 OK"]
    lines += [f"Content-Type: {kind}"] if kind else []
    lines += [f'ETag: "{version}"'] if version else []
    return "\r\n".join([*lines, "", ""]).encode() + body
