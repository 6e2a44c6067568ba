"""Fills stores with invented articles by SQL, for what must not depend on how much is stored."""

import sqlite3
from pathlib import Path

_HASHES = 62  # index rows of a 500-word article
_LINES = 4  # of an article are kept for the source's boilerplate

# The numbers from 1 on.
_NUMBERS = "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < :count)"


def fill_store(path: Path, size: int, newest: str, sources: int = 1_000, apart: int = 1) -> None:
    """Put articles into an empty store, as of sources `source-0000` on: items, copies, index rows, lines of text.

    Args:
        newest: the day before whose beginning the last of them came, like "2026-03-01".
        apart: seconds from one to the next.
    """
    source = f"printf('source-%04d', i % {sources})"
    address = f"'https://' || {source} || '.example/' || printf('%08d', i)"
    seen_at = f"strftime('%Y-%m-%d %H:%M:%S.000000', '{newest}', ((i - :count) * {apart}) || ' seconds')"
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("synchronous=OFF", "cache_size=-200000"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN")
    insert_numbered(
        connection, "item", size,
        {"id": "i", "public_id": "printf('tag:%032d', i)", "state": "'published'", "title": "'Title ' || i",
         "sort_at": seen_at, "first_published_at": seen_at, "published_at": seen_at, "updated_at": seen_at,
         "people": "'[]'", "text_copy": "i"},
    )  # fmt: skip
    insert_numbered(
        connection, "copy", size,
        {"id": "i", "item": "i", "source": source, "guid": "printf('%08d', i)", "generation": "0", "url": address,
         "canonical_url": address, "title": "'Title ' || i", "text": "'Text ' || i", "lines": "x''",
         "text_hash": "printf('%064x', i)", "first_seen_at": seen_at, "entry_hash": "printf('%064x', i)",
         "removed": "'[]'", "enclosures": "'[]'", "categories": "'[]'", "people": "'[]'", "credits": "'[]'",
         "restrictions": "'[]'"},
    )  # fmt: skip
    insert_numbered(
        connection, "block", size * _LINES,
        {"source": source, "fingerprint": f"i * {2**62 // (size * _LINES)}",
         "copies": "1"},
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


def place_all(path: Path, topic: str, open_items: int) -> None:
    """Put all articles of a store into a topic; all but the newest stand in its archive."""
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(
            "INSERT OR IGNORE INTO placement (topic, item, rule, since, sort_at, late, left_why, archive) "
            "SELECT ?, id, 'x', sort_at, sort_at, 0, '', 1 FROM item",
            (topic,),
        )
        connection.execute(
            "UPDATE placement SET archive = NULL WHERE topic = ? AND item IN "
            "(SELECT item FROM placement WHERE topic = ? ORDER BY sort_at DESC LIMIT ?)",
            (topic, topic, open_items),
        )
    connection.close()


def insert_numbered(connection: sqlite3.Connection, table: str, count: int, values: dict[str, str]) -> None:
    """Fill a table with numbered rows; columns that must have a value and are not named are empty."""
    columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
    values = {name: "''" for _, name, _, not_null, _, _ in columns if not_null} | values
    connection.execute(
        f"{_NUMBERS} INSERT INTO {table} ({', '.join(values)}) SELECT {', '.join(values.values())} FROM n",
        {"count": count},
    )
