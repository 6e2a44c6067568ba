"""A farm of partners on loopback for benchmarks: each source has a host of its own (127.x.y.z), all of them one port.

Most feeds are RSS as WordPress writes it, some are Atom, a few JSON Feed; one article in ten is carried from another
partner. Answers are gzipped for who takes that, conditional requests get their 304. The server is a process of its own
(`python -m bench.farm COUNT`), so that what it needs is not counted; `Farm` starts it, has it publish more,
asks what it saw, and ends it.
"""

import argparse
import asyncio
import gzip
import json
import os
import resource
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

from bench.texts import Text, write_text

ENTRIES = 20
_CARRIED = 7  # the last digit of the numbers of articles that are carried from another partner
_EXCERPT = 300  # characters
_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
_RSS = (
    '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/">'
    "<channel><title>Source {number}</title>"
    '<atom:link href="{url}/feed" rel="self" type="application/rss+xml" /><link>{url}/</link>'
    "<description>News by source {number}</description><lastBuildDate>{updated}</lastBuildDate><language>en</language>"
    "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>"
    "<generator>https://wordpress.org/?v=6.8</generator>{entries}</channel></rss>"
)
_ATOM = (
    '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">'
    "<title>Source {number}</title><id>{url}/</id><updated>{updated}</updated>"
    '<link rel="self" href="{url}/feed" /><link rel="alternate" href="{url}/" />{entries}</feed>'
)


def host(number: int) -> str:
    """Return the address of a source's own host."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


def dialect(number: int) -> str:
    """Say which format a source writes: of twenty, sixteen RSS, three Atom, one JSON Feed."""
    return "json" if number % 20 == 19 else "atom" if number % 20 >= 16 else "rss"


class Farm:
    """A running farm, seen from outside."""

    def __init__(self, count: int, port: int) -> None:
        self.count, self.port = count, port

    def feeds(self) -> list[str]:
        """List the addresses of all feeds."""
        return [f"http://{host(number)}:{self.port}/{number}/feed" for number in range(self.count)]

    def publish(self, entries: int = 1, one_in: int = 1) -> None:
        """Have every source publish new articles, or every so-manyth, each time others."""
        self._ask(f"publish?entries={entries}&one_in={one_in}")

    def validators(self) -> dict[str, str]:
        """Return the ETag that each feed has now, by address."""
        answer: dict[str, str] = self._ask("validators")
        return answer

    def newest_pages(self, entries: int) -> list[str]:
        """List the addresses of the pages of each source's newest articles."""
        answer: list[str] = self._ask(f"pages?entries={entries}")
        return answer

    def seen(self) -> Counter[str]:
        """Return how many requests came so far, by the status they got, and how many bytes went out."""
        return Counter(self._ask("seen"))

    def _ask(self, what: str) -> Any:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://{host(0)}:{self.port}/control/{what}", timeout=120) as answer:
            return json.load(answer)


@contextmanager
def open_farm(count: int, *, excerpts: bool = False, latency: float = 0.0) -> Iterator[Farm]:
    """Start a farm and end it after the block.

    Args:
        excerpts: feeds hold the beginnings of articles, the rest stands on their pages.
        latency: seconds that every answer takes.
    """
    options = ["--latency", str(latency), *["--excerpts"] * excerpts]
    command = [sys.executable, "-m", "bench.farm", str(count), *options]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield Farm(count, int(process.stdout.readline()))
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait()


# --- the server ------------------------------------------------------------------------------------------------------


class _Partners:
    def __init__(self, count: int, port: int, *, excerpts: bool) -> None:
        self.count, self.port, self.excerpts = count, port, excerpts
        self.start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
        self.published = [ENTRIES] * count
        self.rounds = 0
        self.seen: Counter[str] = Counter()
        self.feeds = [self.write_feed(number) for number in range(count)]

    def publish(self, entries: int, one_in: int) -> None:
        self.rounds += 1
        for number in range(self.rounds % one_in, self.count, one_in):
            self.published[number] += entries
            self.feeds[number] = self.write_feed(number)

    def etag(self, number: int) -> str:
        return f'"{number}-{self.published[number]}"'

    def write_feed(self, number: int) -> tuple[bytes, bytes]:
        """Write a feed, plain and gzipped."""
        format_, newest = dialect(number), self.published[number] - 1
        numbers = range(newest, newest - ENTRIES, -1)
        url, updated = self.url(number), self.date(newest)
        if format_ == "json":
            items = [self.json_entry(number, entry) for entry in numbers]
            document = {"version": "https://jsonfeed.org/version/1.1", "title": f"Source {number}", "items": items}
            text = json.dumps(document | {"home_page_url": f"{url}/", "language": "en"})
        else:
            entries = "".join(self.xml_entry(number, entry) for entry in numbers)
            shape, said = (_ATOM, updated.isoformat()) if format_ == "atom" else (_RSS, format_datetime(updated))
            text = shape.format(number=number, url=url, updated=said, entries=entries)
        body = text.encode()
        return body, gzip.compress(body, 5, mtime=0)

    def url(self, number: int) -> str:
        return f"http://{host(number)}:{self.port}/{number}"

    def date(self, entry: int) -> datetime:
        first_day = min(entry - ENTRIES + 1, 0) * timedelta(hours=5)
        return self.start + first_day + max(entry - ENTRIES + 1, 0) * timedelta(seconds=20)

    def text(self, number: int, entry: int) -> tuple[Text, str]:
        """Return an article and, where it is carried from another partner, a line that says so."""
        if entry % 10 != _CARRIED or self.count == 1:
            return write_text(number, entry), ""
        writer = (number + 1 + (number + entry) % (self.count - 1)) % self.count
        credit = f'<p>First published by <a href="{self.url(writer)}/{entry - 1}.html">Source {writer}</a>.</p>'
        return write_text(writer, entry - 1), credit

    @lru_cache(maxsize=100_000)  # noqa: B019 - there is one of them
    def xml_entry(self, number: int, entry: int) -> str:
        text, credit = self.text(number, entry)
        url, date = f"{self.url(number)}/{entry}.html", self.date(entry)
        summary, body = escape(text.paragraphs[0][:_EXCERPT]), text.html + credit
        if dialect(number) == "atom":
            content = "" if self.excerpts else f'<content type="html">{escape(body)}</content>'
            return (
                f'<entry><title>{text.title}</title><id>{url}</id><link rel="alternate" href="{url}" />'
                f"<published>{date.isoformat()}</published><updated>{date.isoformat()}</updated>"
                f"<author><name>{text.author}</name></author><summary>{summary}</summary>{content}</entry>"
            )
        content = "" if self.excerpts else f"<content:encoded><![CDATA[{body}]]></content:encoded>"
        return (
            f"<item><title>{text.title}</title><link>{url}</link><comments>{url}#comments</comments>"
            f"<dc:creator><![CDATA[{text.author}]]></dc:creator><pubDate>{format_datetime(date)}</pubDate>"
            f"<category><![CDATA[News]]></category><category><![CDATA[{text.title.split()[-1]}]]></category>"
            f'<guid isPermaLink="false">{self.url(number)}/?p={entry}</guid>'
            f"<description><![CDATA[<p>{summary} [&#8230;]</p>]]></description>{content}"
            f"<slash:comments>0</slash:comments></item>"
        )

    def json_entry(self, number: int, entry: int) -> dict[str, object]:
        text, credit = self.text(number, entry)
        url = f"{self.url(number)}/{entry}.html"
        content = {} if self.excerpts else {"content_html": text.html + credit}
        date = self.date(entry).isoformat()
        fields = {"id": url, "url": url, "title": text.title, "summary": text.paragraphs[0][:_EXCERPT]}
        return {**fields, "date_published": date, "authors": [{"name": text.author}], **content}

    @lru_cache(maxsize=20_000)  # noqa: B019 - there is one of them
    def page(self, number: int, entry: int) -> tuple[bytes, bytes]:
        """Write an article's page with what newsrooms put around it, plain and gzipped."""
        text, credit = self.text(number, entry)
        menu = "".join(f'<li class="menu-item"><a href="/{number}/topic/{at}/">Topic {at}</a></li>' for at in range(40))
        related = "".join(
            f'<article class="card"><a href="/{number}/{at}.html"><img src="/{number}/{at}.jpg" alt="">'
            f"<h3>{write_text(number, at).title}</h3></a></article>"
            for at in range(6)
        )
        script = '<script>window.settings = {"a": 1, "b": [1, 2, 3]};</script>' * 10
        html = (
            f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{text.title} | Source {number}</title>"
            f'{script}<meta property="og:type" content="article"><meta name="author" content="{text.author}">'
            f'<link rel="canonical" href="{self.url(number)}/{entry}.html"></head><body class="single single-post">'
            f"<nav><ul>{menu}</ul></nav><main><article class='post'><h1>{text.title}</h1>"
            f"<p class='byline'>By {text.author}</p><div class='entry-content'>{text.html}{credit}</div></article>"
            f"<section class='related'>{related}</section></main><aside><ul>{menu}</ul></aside>"
            f"<footer><ul>{menu}</ul></footer>{script}</body></html>"
        )
        return html.encode(), gzip.compress(html.encode(), 5, mtime=0)

    def answer(self, head: bytes) -> bytes:
        """Answer one request."""
        lines = head.decode("latin-1").split("\r\n")
        path = lines[0].split(" ")[1]
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        if path.startswith("/control/"):
            return _write(200, {"Content-Type": "application/json"}, json.dumps(self.control(path[9:])).encode())
        status, headers, body = self.find(path, fields)
        self.seen[str(status)] += 1
        self.seen["bytes"] += len(body)
        return _write(status, headers, body)

    def find(self, path: str, fields: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        number, _, name = path.strip("/").partition("/")
        stem = name.removesuffix(".html")
        if name == "feed":
            source = int(number)
            etag, modified = self.etag(source), format_datetime(self.date(self.published[source] - 1), usegmt=True)
            headers = {"ETag": etag, "Last-Modified": modified, "Vary": "Accept-Encoding"}
            known = fields.get("if-none-match", "").removeprefix("W/")
            if known == etag or (not known and fields.get("if-modified-since") == modified):
                return 304, headers, b""
            bodies = self.feeds[source]
            headers["Content-Type"] = f"{_TYPES[dialect(source)]}; charset=UTF-8"
        elif stem != name and stem.isdigit():
            bodies, headers = self.page(int(number), int(stem)), {"Content-Type": "text/html; charset=UTF-8"}
        else:
            return 404, {}, b""
        if "gzip" in fields.get("accept-encoding", ""):
            return 200, headers | {"Content-Encoding": "gzip"}, bodies[1]
        return 200, headers, bodies[0]

    def control(self, asked: str) -> object:
        what, _, query = asked.partition("?")
        values = {name: int(value) for name, _, value in (one.partition("=") for one in query.split("&") if one)}
        if what == "publish":
            self.publish(values["entries"], values["one_in"])
            return None
        if what == "validators":
            return {f"{self.url(number)}/feed": self.etag(number) for number in range(self.count)}
        if what == "pages":
            newest = ((number, self.published[number]) for number in range(self.count))
            return [f"{self.url(n)}/{at}.html" for n, last in newest for at in range(last - values["entries"], last)]
        return self.seen


def _write(status: int, headers: dict[str, str], body: bytes) -> bytes:
    lines = [f"HTTP/1.1 {status} {'OK' if status == 200 else 'Other'}", *(f"{k}: {v}" for k, v in headers.items())]
    if status != 304:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


async def _serve(count: int, latency: float, *, excerpts: bool) -> None:
    """Serve the farm until standard input ends."""
    partners: _Partners | None = None

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await reader.readuntil(b"\r\n\r\n"):
                assert partners
                if latency and b" /control/" not in request[:20]:
                    await asyncio.sleep(latency)
                writer.write(partners.answer(request))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    # One port for all hosts: the first one's choice.
    first = await asyncio.start_server(talk, host(0), 0)
    port = first.sockets[0].getsockname()[1]
    partners = _Partners(count, port, excerpts=excerpts)
    if count > 1:
        await asyncio.start_server(talk, [host(number) for number in range(1, count)], port)
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    os._exit(0)  # connections that rivals left open are no reason to stay


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("count", type=int)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--excerpts", action="store_true")
    given = parser.parse_args()
    asyncio.run(_serve(given.count, given.latency, excerpts=given.excerpts))
