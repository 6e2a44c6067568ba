"""Statements on what a source repeats: in how many of its articles each line stands, and who is to be told."""

import struct
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from aggregator.tables import BLOCK, COPY, RELEARN

_ARTICLES = 0  # no line's fingerprint: its row counts the articles
# What a line is taken for may change while it is rare; later it is known. Looked at again are the newest copies only.
_RARE = 6
_LOOK_BACK = timedelta(days=60)
_MOST_RELEARNED = 500
_CHUNK = 500

_COUNTS = select(BLOCK.c.fingerprint, BLOCK.c.copies).where(
    BLOCK.c.source == bindparam("source"), BLOCK.c.fingerprint.in_(bindparam("lines", expanding=True))
)
_OWN_LINES = (
    select(COPY.c.guid, COPY.c.lines)
    .where(COPY.c.source == bindparam("source"), COPY.c.guid.in_(bindparam("guids", expanding=True)))
    .order_by(COPY.c.generation)
)
_INSERT = insert(BLOCK)
_RECENT = (
    select(COPY.c.id, COPY.c.lines)
    .where(COPY.c.source == bindparam("source"), COPY.c.first_seen_at >= bindparam("since"))
    .order_by(COPY.c.id.desc())
    .limit(_MOST_RELEARNED)
)
_QUEUED = select(RELEARN.c.copy_id).where(RELEARN.c.copy_id.in_(bindparam("copies", expanding=True)))
_QUEUE = insert(RELEARN)
_SET_COUNT = (
    update(BLOCK)
    .where(BLOCK.c.source == bindparam("of_source"), BLOCK.c.fingerprint == bindparam("of_line"))
    .values(copies=bindparam("copies"))
)


@dataclass(frozen=True)
class Relearned:
    """A copy to be looked at again, as it stands."""

    id: int
    item: int
    title: str
    url: str
    canonical_url: str
    html: str  # with its boilerplate
    shown: str
    lines: bytes
    appeared_at: datetime


def pack(lines: Iterable[int]) -> bytes:
    """Write fingerprints (signed, 64 bits) as they are kept."""
    ordered = sorted(set(lines))
    return struct.pack(f"<{len(ordered)}q", *ordered)


def unpack(lines: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(lines) // 8}q", lines)


def load_counts(connection: Connection, source: str, lines: Collection[int]) -> tuple[dict[int, int], int]:
    """Say in how many articles of a source each line stands, and how many articles that are."""
    counts = _counts(connection, source, {*lines, _ARTICLES})
    return counts, counts.pop(_ARTICLES, 0)


def own_lines(connection: Connection, source: str, guids: Collection[str]) -> dict[str, tuple[int, ...]]:
    """Map the guids of a source's copies to their lines; the newest generation of each counts."""
    found: dict[str, tuple[int, ...]] = {}
    for chunk in _chunks(sorted(guids)):
        rows = connection.execute(_OWN_LINES, {"source": source, "guids": chunk})
        found |= {guid: unpack(lines) for guid, lines in rows}
    return found


def count_lines(connection: Connection, source: str, before: bytes, after: bytes, now: datetime) -> None:
    """Count a copy's lines, in place of those it had before.

    Copies that share lines which are still rare will be looked at again, this one too: others may have been kept since
    its boilerplate was looked for.
    """
    change = Counter(unpack(after))
    change.subtract(unpack(before))
    change[_ARTICLES] = bool(after) - bool(before)
    changed = {line: by for line, by in change.items() if by}
    if not changed:
        return
    known = _counts(connection, source, changed)
    counts = {line: known.get(line, 0) + by for line, by in changed.items()}
    if new := [line for line in changed if line not in known]:
        rows = [{"source": source, "fingerprint": line, "copies": counts[line]} for line in new]
        connection.execute(_INSERT, rows)
    if old := [line for line in changed if line in known]:
        connection.execute(_SET_COUNT, [{"of_source": source, "of_line": line, "copies": counts[line]} for line in old])
    learned = {line for line, count in counts.items() if line != _ARTICLES and 1 < count <= _RARE}
    if learned:
        _queue(connection, source, learned, now)


def forget_unused(connection: Connection, sources: Collection[str]) -> None:
    """Forget the lines of some sources that stand in no article any more."""
    connection.execute(delete(BLOCK).where(BLOCK.c.source.in_(sources), BLOCK.c.copies <= 0))


def load_queued(connection: Connection, source: str, limit: int) -> list[Relearned]:
    """List copies of a source that are to be looked at again, newest first."""
    statement = (
        select(
            COPY.c.id, COPY.c.item, COPY.c.title, COPY.c.url, COPY.c.canonical_url, COPY.c.whole_html,
            COPY.c.clean_html, COPY.c.lines,
            func.coalesce(COPY.c.published_at, COPY.c.first_seen_at).label("appeared_at"),
        )
        .join(RELEARN, RELEARN.c.copy_id == COPY.c.id)
        .where(COPY.c.source == source)
        .order_by(COPY.c.id.desc())
        .limit(limit)
    )  # fmt: skip
    return [
        Relearned(row.id, row.item, row.title, row.url, row.canonical_url, row.whole_html or row.clean_html,
                  row.clean_html, row.lines, row.appeared_at)
        for row in connection.execute(statement)
    ]  # fmt: skip


def queued_sources(connection: Connection) -> list[str]:
    """List the sources that have copies to be looked at again."""
    statement = select(COPY.c.source).join(RELEARN, RELEARN.c.copy_id == COPY.c.id).distinct()
    return list(connection.execute(statement).scalars())


def take_relearned(connection: Connection, copy: Relearned, values: Mapping[str, Any]) -> bool:
    """Give a copy what was found about it; False when it has changed meanwhile, and so has been looked at anyway."""
    unchanged = update(COPY).where(COPY.c.id == copy.id, COPY.c.lines == copy.lines)
    return bool(connection.execute(unchanged.values(**values)).rowcount)


def forget_queued(connection: Connection, copies: Sequence[int]) -> None:
    connection.execute(delete(RELEARN).where(RELEARN.c.copy_id.in_(copies)))


def _queue(connection: Connection, source: str, learned: Set[int], now: datetime) -> None:
    recent = connection.execute(_RECENT, {"source": source, "since": now - _LOOK_BACK})
    concerned = {copy for copy, lines in recent if not learned.isdisjoint(unpack(lines))}
    concerned -= set(connection.scalars(_QUEUED, {"copies": list(concerned)}))
    if concerned:
        connection.execute(_QUEUE, [{"copy_id": copy} for copy in sorted(concerned)])


def _counts(connection: Connection, source: str, lines: Collection[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for chunk in _chunks(sorted(lines)):
        rows = connection.execute(_COUNTS, {"source": source, "lines": chunk})
        found.update((line, count) for line, count in rows)
    return found


def _chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))


def load_removed(connection: Connection, source: str) -> list[tuple[str, str, str]]:
    """List what was taken out of a source's articles as shown now: title, text, why; newest articles first."""
    statement = select(COPY.c.title, COPY.c.removed).where(COPY.c.source == source, COPY.c.whole_html != "")
    rows = connection.execute(statement.order_by(COPY.c.id.desc()))
    return [(title, one["text"], one["why"]) for title, removed in rows for one in removed]
