"""What deciding on near-duplicates costs at a given size of the index: CPU and wall time an item, bytes an item.

Run as `python -m bench.twins [ITEMS]`; 10,000 unless said. The index is filled with the hashes of that many invented
articles; then some hundred more come, every third a copy of one before, and each is decided as the program does it.
Prints one JSON line.
"""

import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, insert, text

from aggregator.dedupe.comparison import Account
from aggregator.dedupe.fingerprint import index_hashes
from aggregator.dedupe.group import choose_items
from aggregator.store import twins
from aggregator.store.database import Database
from aggregator.tables import COPY, ITEM, SHINGLE, metadata

_WORDS = 500  # an article's
_HASHES = 62  # such an article's
_MEASURED = 300
_AT_ONCE = 2_000
_START = datetime(2026, 3, 1, tzinfo=UTC)


def main(size: int) -> None:
    chance = random.Random(5)
    with tempfile.TemporaryDirectory() as folder, Database(f"sqlite:///{Path(folder) / 'store.db'}") as database:
        with database.transaction() as connection:
            metadata.create_all(connection)
        for first in range(1, size + 1, _AT_ONCE):
            with database.transaction() as connection:
                _fill(connection, range(first, min(first + _AT_ONCE, size + 1)), chance)
        took, wall, found = _measure(database, size, chance)
        with database.snapshot() as connection:
            named = "SELECT sum(pgsize) FROM dbstat WHERE name IN ('shingle', 'ix_shingle_copy_id')"
            size_bytes = connection.execute(text(named)).scalar_one()
            rows = connection.execute(text("SELECT count(*) FROM shingle")).scalar_one()
    figures = {
        "items": size,
        "cpu_ms_an_item": round(took * 1e3, 2),
        "wall_ms_an_item": round(wall * 1e3, 2),
        "copies_found": found,
        "index_bytes_an_item": round(size_bytes / (size + _MEASURED)),
        "index_rows_an_item": round(rows / (size + _MEASURED), 1),
    }
    print(json.dumps(figures))


def _fill(connection: Connection, ids: range, chance: random.Random) -> None:
    for number in ids:
        _insert(connection, number, "filler", "")
    hashes = [{"hash": chance.getrandbits(64) - (1 << 63), "copy_id": number} for number in ids for _ in range(_HASHES)]
    connection.execute(insert(SHINGLE), hashes)


def _measure(database: Database, size: int, chance: random.Random) -> tuple[float, float, int]:
    """Return CPU and wall seconds an item, and how many copies were found."""
    cpu, wall, found = 0.0, 0.0, 0
    for number, body in enumerate(_bodies(chance), size + 1):
        now = _START + timedelta(seconds=number)
        with database.transaction() as connection:  # the one that keeps the copy
            _insert(connection, number, f"Title {number}", body)
            began_cpu, began = time.process_time(), time.perf_counter()
            hashes = index_hashes(body)
            members: dict[int, list[Account]] = {}
            for twin in twins.find_twins(connection, hashes, now - timedelta(days=120), without=number):
                account = Account(twin.source, twin.title, twin.text, twin.appeared_at)
                members.setdefault(twin.item, []).append(account)
            choice = choose_items(Account(f"source-{number}", f"Title {number}", body, now), members)
            twins.index_copy(connection, number, hashes)
            cpu += time.process_time() - began_cpu
            wall += time.perf_counter() - began
        found += bool(choice.items)
    return cpu / _MEASURED, wall / _MEASURED, found


def _bodies(chance: random.Random) -> Iterator[str]:
    bodies: list[str] = []
    while len(bodies) < _MEASURED:
        if len(bodies) % 3 == 2:
            words = chance.choice(bodies).split()
            words[20:60] = ["Trimmed,", "edited", "and", "passed", "on."]
            bodies.append(" ".join(words))
        else:
            # Few words are frequent and many are rare, as in any language.
            words = [f"palabra{int(chance.paretovariate(0.6)) % 20_000}" for _ in range(_WORDS)]
            bodies.append(" ".join(words))
        yield bodies[-1]


def _insert(connection: Connection, number: int, title: str, body: str) -> None:
    now = _START + timedelta(seconds=number)
    item = {"id": number, "public_id": f"tag:bench:{number}", "state": "published", "state_why": "", "title": title}
    item |= {"sort_at": now, "people": [], "publication": "", "language": "", "published_at": now, "updated_at": now}
    connection.execute(insert(ITEM).values(**item, origin_name=""))
    copy = {column.name: "" for column in COPY.columns if column.name not in ("image", "published_at", "updated_at")}
    copy |= {"id": number, "item": number, "source": f"source-{number}", "guid": str(number), "generation": 0}
    copy |= {"title": title, "text": body, "first_seen_at": now, "lines": b"", "removed": [], "enclosures": []}
    copy |= {"categories": [], "people": [], "restrictions": [], "entry_hash": ""}
    connection.execute(insert(COPY).values(**copy))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
