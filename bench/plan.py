"""How long `plan` takes on a large store: one topic whose rule changes, a new topic, or one source's rights.

Run as `python -m bench.plan [ITEMS [WORDS]]`; 100,000 items of 500 words each unless said. The store is filled by SQL
with invented texts (every thousandth about ferries, every second about water) and sorted as the old rules would;
then each change is planned. Prints one JSON line of seconds; takes a minute and 2.2 GB.
"""

import asyncio
import json
import random
import sqlite3
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aggregator.models import Config, Rights, Site, Source, Topic
from aggregator.store.database import Database
from aggregator.store.rehearsal import Rehearsal
from aggregator.work.plan import make_plan

_SOURCES = 50
_NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
_SITE = Site("Bench", "https://bench.example/", "bench.example", "2026-01-01")


def main(items: int, words: int) -> None:
    sources = tuple(
        Source(f"source-{n:02d}", f"Newsroom {n}", site=f"https://source-{n:02d}.example/") for n in range(_SOURCES)
    )
    old = _config(sources, Topic("ferries", "Ferries", include="ferries"), Topic("all", "All"))
    changes = {
        "narrow_rule": _config(
            sources, Topic("ferries", "Ferries", include="ferries AND NOT title:7"), *old.topics[1:]
        ),
        "wide_rule": _config(sources, Topic("ferries", "Ferries", include="ferries OR agua*"), *old.topics[1:]),
        "long_rule": _config(
            sources,
            Topic(
                "ferries",
                "Ferries",
                include="(ferries OR title:water OR lago* OR author:quispe) AND NOT (mine OR /co?sts/)",
            ),
            *old.topics[1:],
        ),
        "new_topic": _config(sources, *old.topics, Topic("second", "Second", include="agua*")),
        "rights": _config((replace(sources[0], rights=Rights(mode="link")), *sources[1:]), *old.topics),
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        with Database(f"sqlite:///{path}") as database:
            database.migrate()
        _fill(path, items, words, old)
        figures: dict[str, object] = {"items": items, "words": words, "bytes": path.stat().st_size}
        for name, new in changes.items():
            began = time.perf_counter()
            with Rehearsal(f"sqlite:///{path}") as store, store.opened():
                opened = time.perf_counter() - began
                plan = asyncio.run(make_plan(old, old, new, store, _NOW))
            moved = sum(len(one.enter) + len(one.leave) for one in plan.topics)
            figures |= {
                name: round(time.perf_counter() - began, 2),
                f"{name}_moved": moved,
                "copying": round(opened, 2),
            }
    print(json.dumps(figures))


def _config(sources: tuple[Source, ...], *topics: Topic) -> Config:
    config = Config(_SITE, sources, topics, "")
    return replace(config, hash=repr(config))


def _fill(path: Path, count: int, words: int, config: Config) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN")
    dice = random.Random(1)
    vocabulary = [f"palabra{n}" for n in range(20_000)]
    texts = [" ".join(dice.choices(vocabulary, k=words)) for _ in range(500)]
    for number in range(1, count + 1):
        at = f"{_NOW - timedelta(minutes=5 * (count - number)):%Y-%m-%d %H:%M:%S.000000}"
        source = f"source-{number % _SOURCES:02d}"
        about = " ferries" * (number % 1000 == 0) + " agua" * (number % 2)
        text = f"La comunidad de Potosí, según los vecinos,{about} {texts[number % 500]}."
        title, url = f"Title {number}", f"https://{source}.example/{number}"
        item = {
            "id": number, "public_id": f"tag:{number:010d}", "state": "published", "title": title, "sort_at": at,
            "first_published_at": at, "published_at": at, "updated_at": at, "people": '["Ana Quispe"]',
            "publication": f"Newsroom {number % _SOURCES}", "origin_source": source, "origin_url": url,
            "origin_name": f"Newsroom {number % _SOURCES}", "text_copy": number, "language": "es",
        }  # fmt: skip
        copy = {
            "id": number, "item": number, "source": source, "guid": str(number), "generation": 0, "url": url,
            "canonical_url": url, "title": title, "people": '["Ana Quispe"]', "feed_html": f"<p>{text}</p>",
            "clean_html": f"<p>{text}</p>", "text": text, "lines": b"", "first_seen_at": at, "published_at": at,
            "language": "es", "body_from": "feed", "removed": "[]", "enclosures": "[]", "credits": "[]",
            "categories": '["local", "news"]', "restrictions": "[]",
        }  # fmt: skip
        _insert(connection, "item", item)
        _insert(connection, "copy", copy)
        for topic in ("all", "ferries") if number % 1000 == 0 else ("all",):
            _insert(
                connection,
                "placement",
                {
                    "topic": topic,
                    "item": number,
                    "rule": "r",
                    "since": at,
                    "sort_at": at,
                    "late": 0,
                    "archive": 1 + number // 50 if number < count - 50 else None,
                },
            )
    _insert(
        connection, "config",
        {"id": 1, "hash": config.hash, "accepted_at": f"{_NOW:%Y-%m-%d %H:%M:%S.000000}",
         "id_domain": _SITE.id_domain, "id_date": _SITE.id_date},
    )  # fmt: skip
    connection.execute("COMMIT")
    connection.close()


_COLUMNS: dict[str, list[str]] = {}


def _insert(connection: sqlite3.Connection, table: str, values: dict[str, object]) -> None:
    """Add a row; columns that must have a value and are not named are empty."""
    if table not in _COLUMNS:
        rows = connection.execute(f"PRAGMA table_info({table})")
        _COLUMNS[table] = [name for _, name, _, not_null, _, _ in rows if not_null]
    values = dict.fromkeys(_COLUMNS[table], "") | values
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", [*values.values()])


if __name__ == "__main__":
    items, words = (int(one) for one in (*sys.argv[1:], *("100000", "500")[len(sys.argv) - 1 :]))
    main(items, words)
