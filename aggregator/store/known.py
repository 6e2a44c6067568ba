"""Statements on what a source's feed held when it was last read: its entries by their marks (see `parse.known`)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from aggregator.models import Entry, KnownEntry
from aggregator.store import copies
from aggregator.tables import KNOWN_ENTRIES

_LOAD = select(KNOWN_ENTRIES.c.entries).where(KNOWN_ENTRIES.c.source == bindparam("of"))
_INSERT = insert(KNOWN_ENTRIES)
_REPLACE = update(KNOWN_ENTRIES).where(KNOWN_ENTRIES.c.source == bindparam("of")).values(entries=bindparam("entries"))


def load_known(connection: Connection, source: str) -> dict[str, KnownEntry]:
    """Map marks to the entries that stood behind them when the feed was last read."""
    return {
        mark: KnownEntry(guid, url, datetime.fromtimestamp(at, UTC) if at is not None else None, entry_hash)
        for mark, guid, url, at, entry_hash in _load(connection, source) or []
    }


def save_known(connection: Connection, source: str, marked: Mapping[str, Entry]) -> None:
    """Keep the marks of a feed's entries, in place of those from before; in the transaction that keeps the entries.

    Only of those that are kept just so. The others are looked at again whenever they come: what is held or could not be
    kept. And what was withdrawn leaves nothing here.
    """
    hashes = copies.kept_hashes(connection, source, [entry.guid for entry in marked.values()])
    rows = [
        [mark, entry.guid, entry.url, entry.published_at and entry.published_at.timestamp(), entry.hash]
        for mark, entry in marked.items()
        if hashes.get(entry.guid) == entry.hash
    ]
    before = _load(connection, source)
    if before is None and rows:
        connection.execute(_INSERT, {"source": source, "entries": rows})
    elif before is not None and before != rows:
        connection.execute(_REPLACE, {"of": source, "entries": rows})


def _load(connection: Connection, source: str) -> list[list[Any]] | None:
    return connection.execute(_LOAD, {"of": source}).scalar()
