"""A whole program in miniature for tests: partners on loopback, a real store, a clock moved by hand."""

import json
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from lxml import etree
from sqlalchemy import text

from aggregator.models import Config
from aggregator.service import Service, open_service
from aggregator.settings import Settings
from aggregator.sources import check_sources
from aggregator.store.database import Database
from tests.stores import address_of, make_store

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

SITE = """\
schema = 1
[site]
title = "Valley Wire"
base_url = "https://wire.example/"
id_domain = "wire.example"
id_date = "2026-11-22"
contact = "mailto:desk@wire.example"
"""

EVERYTHING = """
[[topic]]
id = "all"
title = "Everything"
"""


_VOCABULARY = (
    "water cooperative valley women harvest council road market assembly school union teachers bridge rain seed night "
    "river president miners radio election potato letter bread lake museum doctor festival engineers mountain law debt"
).split()


def paragraphs(topic: str, count: int = 8) -> str:
    """Invent an article of about 25 words a paragraph: always the same for a topic, different for every other."""
    dice = random.Random(topic)
    return "".join(
        f"<p>The {topic} {' '.join(dice.choices(_VOCABULARY, k=20))}, as agreed on plot {number}.</p>"
        for number in range(1, count + 1)
    )


@dataclass(frozen=True)
class Post:
    """One entry of a feed made by `rss`."""

    guid: str
    link: str
    title: str
    body: str = ""  # content:encoded
    summary: str = ""
    author: str = ""
    published_at: datetime = START - timedelta(hours=3)


def rss(posts: Sequence[Post], title: str = "A newsroom") -> bytes:
    """Write an RSS 2.0 feed."""
    content, creator = "http://purl.org/rss/1.0/modules/content/", "http://purl.org/dc/elements/1.1/"
    root = etree.Element("rss", {"version": "2.0"}, nsmap={"content": content, "dc": creator})
    channel = etree.SubElement(root, "channel")
    etree.SubElement(channel, "title").text = title
    etree.SubElement(channel, "link").text = "https://newsroom.example/"
    etree.SubElement(channel, "description").text = title
    for post in posts:
        item = etree.SubElement(channel, "item")
        etree.SubElement(item, "title").text = post.title
        etree.SubElement(item, "link").text = post.link
        etree.SubElement(item, "guid", {"isPermaLink": "false"}).text = post.guid
        etree.SubElement(item, "pubDate").text = f"{post.published_at:%a, %d %b %Y %H:%M:%S +0000}"
        if post.author:
            etree.SubElement(item, f"{{{creator}}}creator").text = post.author
        etree.SubElement(item, "description").text = post.summary or post.body[:200]
        if post.body:
            etree.SubElement(item, f"{{{content}}}encoded").text = post.body
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def page(title: str, body: str, head: str = "") -> bytes:
    """Write an article's page, with a menu and a readers' comment around the article."""
    return f"""<!doctype html><html lang="en"><head><title>{title}</title>{head}</head><body>
<header><nav><ul><li><a href="/">Home</a></li><li><a href="/about">About us</a></li></ul></nav></header>
<main><article><h1>{title}</h1>{body}</article>
<section id="comments" class="comments-area"><h2>2 comments</h2><ol class="comment-list"><li class="comment">
<p>First comment: I do not agree with any of this, and neither does my uncle.</p></li></ol></section></main>
<footer><p>All rights reserved.</p></footer></body></html>""".encode()


class Clock:
    """The time, moved by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **length: float) -> None:
        self.now += timedelta(**length)


class Newsroom:
    """One installation in a folder: its sources file, store and output."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = Clock()
        self.settings = Settings(
            sources=folder / "sources.toml",
            database=address_of(folder / "store.db"),
            output=folder / "public",
            allow_networks=(ip_network("127.0.0.0/8"),),
            host_delay=timedelta(0),
            workers=1,
            withdrawals=folder / "withdrawals.jsonl",
            digests=folder / "digests",
            alerts_log=folder / "alerts.txt",
        )
        self.config: Config = check_sources(SITE).config

    def edit(self, text: str) -> None:
        """Write the sources file: `SITE` and what a test adds."""
        self.settings.sources.write_text(SITE + text, encoding="utf-8")
        self.config = check_sources(SITE + text).config

    @asynccontextmanager
    async def service(self) -> AsyncIterator[Service]:
        if not (self.folder / "store.db").exists():
            make_store(self.folder / "store.db")
        with Database(self.settings.database) as database:
            async with open_service(self.settings, self.config, database, self.clock) as service:
                yield service

    def rows(self, statement: str) -> list[Any]:
        """Look into the store by SQL."""
        with Database(self.settings.database) as database, database.snapshot() as connection:
            return [tuple(map(_as_sqlite, row)) for row in connection.execute(text(statement))]

    def read(self, name: str) -> bytes:
        return (self.settings.output / name).read_bytes()


async def cycle(service: Service) -> list[str]:
    """Poll every source, fetch the pages due, build what changed; returns what the polls said."""
    feeds = [source for source in service.config.sources if source.is_polled and source.enabled]
    outcomes = await service.poll(feeds, _ignore)
    await service.fetch_pages(_ignore)
    await service.relearn()
    await service.build()
    return [outcome.said for outcome in outcomes]


def _as_sqlite(value: Any) -> Any:
    """Write instants, lists and mappings as SQLite has them."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
    return json.dumps(value) if isinstance(value, (list, dict)) else value


def _ignore(_: object) -> None:
    pass
