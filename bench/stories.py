"""What looking for stories costs: CPU and wall time of each newly published item, and what is kept of it.

Run as `python -m bench.stories [ITEMS [RECENT]]`; 10,000 stored unless said, 4,000 of them of the last four days. Some
hundred more are published then, every fifth a report on the event of one before, each in a transaction of its own as
in a build that finds one new item. Prints one JSON line.
"""

import json
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, insert, text

from aggregator.dedupe.story import WINDOW
from aggregator.store import stories
from aggregator.store.database import Database
from aggregator.tables import COPY, ITEM, metadata
from aggregator.work.stories import compare_items

_WORDS = 400  # an article's
_MEASURED = 300
_AT_ONCE = 200
_START = datetime(2026, 3, 1, tzinfo=UTC)


def main(size: int, recent: int) -> None:
    chance = random.Random(5)
    events: list[list[str]] = []
    with tempfile.TemporaryDirectory() as folder, Database(f"sqlite:///{Path(folder) / 'store.db'}") as database:
        with database.transaction() as connection:
            metadata.create_all(connection)
        for first in range(1, size + 1, _AT_ONCE):
            ids = range(first, min(first + _AT_ONCE, size + 1))
            with database.transaction() as connection:
                for number in ids:
                    is_recent = number > size - recent
                    _insert(
                        connection, number, size, recent, _tell(chance, events) if is_recent else ("Old", ""), is_recent
                    )
                compare_items(connection, [number for number in ids if number > size - recent], (), _START)
        cpu = wall = 0.0
        for number in range(size + 1, size + _MEASURED + 1):
            with database.transaction() as connection:
                _insert(connection, number, size, recent, _tell(chance, events), True)
                began_cpu, began = time.process_time(), time.perf_counter()
                compare_items(connection, [number], (), _START)
                cpu += time.process_time() - began_cpu
                wall += time.perf_counter() - began
        with database.snapshot() as connection:
            kept = "SELECT sum(pgsize) FROM dbstat WHERE name LIKE '%report%'"
            counts = "SELECT sum(pgsize) FROM dbstat WHERE name LIKE '%wordcount%'"
            links = connection.execute(text("SELECT count(*) FROM link")).scalar_one()
            figures = {
                "items": size,
                "recent": recent,
                "cpu_ms_an_item": round(cpu / _MEASURED * 1e3, 2),
                "wall_ms_an_item": round(wall / _MEASURED * 1e3, 2),
                "links": links,
                "bytes_a_recent_item": round(connection.execute(text(kept)).scalar_one() / (recent + _MEASURED)),
                "bytes_of_counts": connection.execute(text(counts)).scalar_one(),
            }
    print(json.dumps(figures))


def _tell(chance: random.Random, events: list[list[str]]) -> tuple[str, str]:
    """Invent title and text of a report, every fifth on the event of one before."""
    event = chance.choice(events[-500:]) if events and len(events) % 5 == 0 else _words(chance, 12)
    events.append(event)
    lead = [*chance.sample(event, 8), *_words(chance, 25)]
    chance.shuffle(lead)
    title = [*chance.sample(event, 4), *_words(chance, 5)]
    body = _words(chance, _WORDS - 40)
    return " ".join(title), " ".join(lead) + ".\n\n" + " ".join([*body, *event])


def _words(chance: random.Random, count: int) -> list[str]:
    # Few words are frequent and many are rare, as in any language.
    return [f"w{int(chance.paretovariate(0.6)) % 40_000:x}q" for _ in range(count)]


def _insert(
    connection: Connection, number: int, size: int, recent: int, told: tuple[str, str], is_recent: bool
) -> None:
    ago = WINDOW / recent * (size - number)
    now = _START - (ago if is_recent else timedelta(days=30))
    title, body = told
    item = {"id": number, "public_id": f"tag:bench:{number}", "state": "published", "state_why": "", "title": title}
    item |= {"sort_at": now, "people": [], "publication": f"Newsroom {number % 50}", "language": "en"}
    item |= {"published_at": now, "updated_at": now, "text_copy": number, "origin_name": ""}
    connection.execute(insert(ITEM).values(**item))
    copy = {column.name: "" for column in COPY.columns if column.name not in ("image", "published_at", "updated_at")}
    copy |= {"id": number, "item": number, "source": "source", "guid": str(number), "generation": 0}
    copy |= {"title": title, "text": body, "first_seen_at": now, "lines": b"", "removed": [], "enclosures": []}
    copy |= {"categories": [], "people": [], "restrictions": [], "credits": [], "entry_hash": ""}
    connection.execute(insert(COPY).values(**copy))
    if is_recent:
        stories.wait(connection, [(number, f"Newsroom {number % 50}", "en", now)], now)


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:3]]
    main(*[*given, 10_000, 4_000][:1], *[*given[1:], 4_000][:1])
