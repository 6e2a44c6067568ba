"""Whether a new article costs more the more are stored: CPU of extracting, deciding and storing it, at two sizes.

Run as `python -m bench.growth [FEW MANY [NEW]]`; 10,000 and 1,000,000 stored items and 300 new ones unless said. Two
stores are filled by SQL with items, copies, index rows and lines of text, all invented; then the same new articles come
to both by turns, every third a copy of one before. A page is read as a worker process does it, and what came is kept
in a transaction of its own, as after a poll. Prints one JSON line; takes two minutes and 4 GB of temporary space.
"""

import json
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aggregator.models import Candidate, Config, Entry, ExtractRules, Response, Site, Source
from aggregator.store.database import Database
from aggregator.urls import canonicalize
from aggregator.work.keep import keep_candidate
from aggregator.work.prepare import prepare_page

_SOURCES = 1_000
_HASHES = 62  # index rows of a 500-word article
_LINES = 4  # of an article are kept for the source's boilerplate
_WORDS = 500
_WARM = 20  # of the new ones are not counted
_START = datetime(2026, 3, 1, tzinfo=UTC)
_CONFIG = Config(Site("Bench", "https://bench.example/", "bench.example", "2026-01-01"), (), (), "")
_RULES = ExtractRules()

# The numbers from 1 on.
_NUMBERS = "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < :count)"
_SOURCE = f"printf('source-%04d', (i - 1) / max(1, :count / {_SOURCES}))"
_ADDRESS = f"'https://' || {_SOURCE} || '.example/' || printf('%08d', i)"
_SEEN_AT = "strftime('%Y-%m-%d %H:%M:%S.000000', '2026-03-01', (i - :count) || ' seconds')"


def main(few: int, many: int, new: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        paths = [Path(folder) / f"{name}.db" for name in ("few", "many")]
        for path, size in zip(paths, (few, many), strict=True):
            with Database(f"sqlite:///{path}") as database:
                database.migrate()
            _fill(path, size)
        built = time.perf_counter() - began
        extracted, kept = _measure(paths, new)
    whole = [extracted + one for one in kept]
    figures = {
        "items": [few, many],
        "seconds_to_fill": round(built),
        "extract_ms": round(extracted * 1e3, 2),
        "decide_and_store_ms": [round(one * 1e3, 2) for one in kept],
        "decide_and_store_ratio": round(kept[1] / kept[0], 2),
        "ratio": round(whole[1] / whole[0], 3),
    }
    print(json.dumps(figures))


def _fill(path: Path, size: int) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-200000"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN")
    insert_numbered(
        connection, "item", size,
        {"id": "i", "public_id": "printf('tag:%032d', i)", "state": "'published'", "title": "'Title ' || i",
         "sort_at": _SEEN_AT, "first_published_at": _SEEN_AT, "published_at": _SEEN_AT, "updated_at": _SEEN_AT,
         "people": "'[]'", "text_copy": "i"},
    )  # fmt: skip
    insert_numbered(
        connection, "copy", size,
        {"id": "i", "item": "i", "source": _SOURCE, "guid": "printf('%08d', i)", "generation": "0", "url": _ADDRESS,
         "canonical_url": _ADDRESS, "title": "'Title ' || i", "text": "'Text ' || i", "lines": "x''",
         "text_hash": "printf('%064x', i)", "first_seen_at": _SEEN_AT, "entry_hash": "printf('%064x', i)",
         "removed": "'[]'", "enclosures": "'[]'", "categories": "'[]'", "people": "'[]'", "credits": "'[]'",
         "restrictions": "'[]'"},
    )  # fmt: skip
    insert_numbered(
        connection, "block", size * _LINES,
        {"source": _SOURCE, "fingerprint": f"i * {2**62 // (size * _LINES)}", "copies": "1"},
    )  # fmt: skip
    # In the order of its key, so that the tree only grows at its end; the hashes lie evenly, like those of real texts.
    rows = size * _HASHES
    spread = 2**63 // (rows // 2 + 1)
    (by_copy,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'ix_shingle_copy_id'").fetchone()
    connection.execute("DROP INDEX ix_shingle_copy_id")
    insert_numbered(
        connection, "shingle", rows,
        {"hash": f"(i - {rows // 2}) * {spread}", "copy_id": f"1 + i * 7919 % {size}"},
    )  # fmt: skip
    connection.execute(by_copy)
    connection.execute("COMMIT")
    connection.close()


def insert_numbered(connection: sqlite3.Connection, table: str, count: int, values: dict[str, str]) -> None:
    """Fill a table with numbered rows; columns that must have a value and are not named are empty."""
    columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
    values = {name: "''" for _, name, _, not_null, _, _ in columns if not_null} | values
    connection.execute(
        f"{_NUMBERS} INSERT INTO {table} ({', '.join(values)}) SELECT {', '.join(values.values())} FROM n",
        {"count": count},
    )


def _measure(paths: list[Path], new: int) -> tuple[float, list[float]]:
    """Return CPU seconds an article for extracting it, and for deciding and storing it in each store."""
    extracted, kept = 0.0, [0.0, 0.0]
    stores = [Database(f"sqlite:///{path}") for path in paths]
    for number, body in enumerate(_bodies(random.Random(5), _WARM + new)):
        source = Source(f"source-{number % _SOURCES:04d}", f"Newsroom {number % _SOURCES}")
        now = _START + timedelta(seconds=number)
        began = time.process_time()
        candidate = _extract(number, body, source, now)
        counts = number >= _WARM
        extracted += (time.process_time() - began) * counts
        for place, store in enumerate(stores):
            began = time.process_time()
            with store.transaction() as session:
                guids = {candidate.entry.guid}
                keep_candidate(session, source, _CONFIG, candidate, guids, None, "", is_past=False, now=now)
            kept[place] += (time.process_time() - began) * counts
    for store in stores:
        store.close()
    return extracted / new, [one / new for one in kept]


def _extract(number: int, body: str, source: Source, now: datetime) -> Candidate:
    title = " ".join(body.split()[10:16])
    url = f"https://{source.id}.example/new/{number}"
    page = f"<html><head><title>{title}</title></head><body><nav><a href='/'>Home</a></nav><main><article>"
    page += f"<h1>{title}</h1>{body}</article></main><footer><p>All rights reserved.</p></footer></body></html>"
    response = Response(200, url, page.encode(), "text/html")
    article, text_hash = prepare_page(url, response, (), _RULES)
    entry = Entry(f"new-{number}", url, title, published_at=now, hash=str(number))
    return Candidate(entry, article, canonicalize(url), text_hash)


def _bodies(chance: random.Random, count: int) -> Iterator[str]:
    """Yield paragraphs of invented words, few of them frequent and many rare; every third text is one before, cut."""
    bodies: list[list[str]] = []
    for number in range(count):
        if number % 3 == 2:
            bodies.append(chance.choice(bodies)[:-1])
        else:
            words = [f"palabra{int(chance.paretovariate(0.6)) % 20_000}" for _ in range(_WORDS)]
            bodies.append([f"<p>{' '.join(words[at : at + 50])}.</p>" for at in range(0, _WORDS, 50)])
        yield "".join(bodies[-1])


if __name__ == "__main__":
    few, many, new = (int(one) for one in (*sys.argv[1:], *("10000", "1000000", "300")[len(sys.argv) - 1 :]))
    main(few, many, new)
