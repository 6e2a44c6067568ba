"""A store full of articles whose topics can be built again and again; and feedgen alone, writing as many."""

import asyncio
import gzip
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from feedgen.feed import FeedGenerator

from aggregator.service import open_service
from aggregator.settings import Settings
from aggregator.sources import check_sources
from aggregator.store.database import Database
from bench.filled import insert_numbered
from bench.measure import Cost
from bench.texts import Text, write_text

ITEMS = 100  # of a topic
_OPEN = 30  # of a topic's items stand in no archive document
_PACKED = (".rss", ".atom", ".json", ".opml", ".html")
_LEVEL = 5
_NOW = datetime(2026, 3, 1, tzinfo=UTC)
_SEEN_AT = "strftime('%Y-%m-%d %H:%M:%S.000000', '2026-03-01', (i - :count) || ' seconds')"
_SITE = """schema = 1
[site]
title = "Bench"
base_url = "https://bench.example/"
contact = "mailto:b@bench.example"
id_domain = "bench.example"
id_date = "2026-01-01"
[[source]]
id = "paper"
name = "The Paper"
feed = "https://paper.example/feed"
rights.mode = "full"
"""


class Bakery:
    """Topics that are built from a store. Close it, or use it as a context manager."""

    def __init__(self, folder: Path, topics: int) -> None:
        self.topics = topics
        self.texts = [write_text(0, number) for number in range(ITEMS * topics)]
        text = _SITE + "".join(
            f'[[topic]]\nid = "t{number}"\ntitle = "Topic {number}"\nmax_items = {ITEMS}\ninclude = "subject{number}"\n'
            for number in range(topics)
        )
        self._config = check_sources(text).config
        self._settings = Settings(
            folder / "sources.toml", f"sqlite:///{folder / 'store.db'}", folder / "public", workers=1
        )
        self._database = Database(self._settings.database)
        self._database.migrate()
        asyncio.run(self._run())  # accepts the configuration, and makes the topics known while they are empty
        _fill(self._database.path, self.texts, topics)
        self.build()  # what is done once only

    def __enter__(self) -> "Bakery":
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def build(self) -> Cost:
        """Build all topics, all of whose articles have another title than before."""
        connection = sqlite3.connect(self._database.path)
        with connection:
            connection.execute("UPDATE item SET title = title || '.'")
        connection.close()
        return asyncio.run(self._run())

    def write_alone(self) -> Cost:
        """Write RSS and Atom of as many articles with feedgen."""

        def write() -> None:
            for topic in range(self.topics):
                _write_alone(topic, self.texts[topic * ITEMS : (topic + 1) * ITEMS])

        return _timed(write)

    def pack_alone(self) -> Cost:
        """Compress the files that are there, as `publish` does."""
        bodies = [path.read_bytes() for path in self._settings.output.rglob("*") if path.suffix in _PACKED]

        def pack() -> None:
            for body in bodies:
                gzip.compress(body, _LEVEL, mtime=0)

        return _timed(pack)

    async def _run(self) -> Cost:
        async with open_service(self._settings, self._config, self._database, lambda: _NOW) as service:
            began, spent = time.perf_counter(), time.process_time()
            await service.build()
            return Cost(time.perf_counter() - began, time.process_time() - spent, 0, 0, 0)


def _timed(work: Callable[[], None]) -> Cost:
    began, spent = time.perf_counter(), time.process_time()
    work()
    return Cost(time.perf_counter() - began, time.process_time() - spent, 0, 0, 0)


def _write_alone(topic: int, texts: list[Text]) -> None:
    generator = FeedGenerator()
    generator.load_extension("dc", atom=False)
    generator.id(f"tag:bench.example,2026-01-01:{topic}")
    generator.title(f"Topic {topic}")
    generator.description("x")
    generator.link(href="https://bench.example/")
    for number, text in enumerate(texts):
        entry = generator.add_entry(order="append")
        entry.id(f"tag:bench.example,2026-01-01:{number}")
        entry.title(text.title)
        entry.link(href=f"https://paper.example/{number}")
        entry.published(_NOW - timedelta(seconds=number))
        entry.updated(_NOW - timedelta(seconds=number))
        entry.author(name=text.author)
        entry.summary(text.paragraphs[0][:400])
        entry.content(text.html, type="html")
    generator.rss_str(pretty=True)
    generator.atom_str(pretty=True)


def _fill(path: Path, texts: list[Text], topics: int) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN")
    size = len(texts)
    insert_numbered(
        connection, "item", size,
        {"id": "i", "public_id": "printf('tag:bench.example,2026-01-01:%016d', i)", "state": "'published'",
         "title": "'Title ' || i", "sort_at": _SEEN_AT, "first_published_at": _SEEN_AT, "published_at": _SEEN_AT,
         "updated_at": _SEEN_AT, "people": """'["Ana Quispe"]'""", "publication": "'The Paper'", "language": "'en'",
         "origin_source": "'paper'", "text_copy": "i"},
    )  # fmt: skip
    insert_numbered(
        connection, "copy", size,
        {"id": "i", "item": "i", "source": "'paper'", "guid": "printf('%08d', i)", "generation": "0",
         "url": "'https://paper.example/' || i", "canonical_url": "'https://paper.example/' || i", "language": "'en'",
         "lines": "x''", "text_hash": "printf('%064x', i)", "first_seen_at": _SEEN_AT, "published_at": _SEEN_AT,
         "entry_hash": "printf('%064x', i)", "removed": "'[]'", "enclosures": "'[]'", "categories": "'[]'",
         "people": """'["Ana Quispe"]'""", "credits": "'[]'", "restrictions": "'[]'"},
    )  # fmt: skip
    for number, text in enumerate(texts, 1):
        words = f"subject{number % topics} {' '.join(text.paragraphs)}"
        connection.execute(
            "UPDATE copy SET title = ?, summary = ?, clean_html = ?, text = ? WHERE id = ?",
            (text.title, text.paragraphs[0][:400], text.html, words, number),
        )
    connection.execute(
        "INSERT INTO placement (topic, item, rule, since, sort_at, late, left_why, archive) "
        f"SELECT 't' || (id % {topics}), id, 'x', sort_at, sort_at, 0, '', 1 FROM item"
    )
    connection.execute(
        "UPDATE placement SET archive = NULL WHERE (topic, item) IN (SELECT topic, item FROM (SELECT topic, item, "
        f"row_number() OVER (PARTITION BY topic ORDER BY sort_at DESC) AS n FROM placement) WHERE n <= {_OPEN})"
    )
    connection.execute("COMMIT")
    connection.close()
