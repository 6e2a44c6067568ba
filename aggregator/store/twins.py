"""Statements on near-duplicates: which copies share passages with a text, found by the hashes of some of its shingles.

`dedupe.fingerprint` chooses the hashes, `dedupe.group` decides what the copies found mean.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, Connection, bindparam, delete, func, insert, select

from aggregator.tables import COPY, SHINGLE

_MOST_COPIES = 40  # of one shingle are kept: what more texts have is a phrase of theirs, no sign of an article
_CANDIDATES = 12  # copies that share most
_LEAST = 0.15  # of the hashes of the one with fewer must be shared; of an edited copy half are, an excerpt's nearly all
_MEMBERS = 12  # of an item are compared: those that share most, then the first
_AT_ONCE = 2_000  # copies forgotten

# Made once: to build one of these takes longer than to run it.
_HASHES = SHINGLE.c.hash.in_(bindparam("hashes", expanding=True))
_COPIES: BindParameter[int] = bindparam("copies", expanding=True)
_COMMON = select(SHINGLE.c.hash).where(_HASHES).group_by(SHINGLE.c.hash).having(func.count() >= _MOST_COPIES)
_CLEAR = delete(SHINGLE).where(SHINGLE.c.copy_id == bindparam("copy"))
_INSERT = insert(SHINGLE)
_SHARED = func.count().label("shared")
_SHARING = (
    select(SHINGLE.c.copy_id, _SHARED)
    .where(_HASHES, SHINGLE.c.copy_id >= bindparam("first"), SHINGLE.c.copy_id != bindparam("without"))
    .group_by(SHINGLE.c.copy_id)
    .order_by(_SHARED.desc(), SHINGLE.c.copy_id)
    .limit(4 * _CANDIDATES)
)
_SIZES = select(SHINGLE.c.copy_id, func.count()).where(SHINGLE.c.copy_id.in_(_COPIES)).group_by(SHINGLE.c.copy_id)
_ITEMS = select(COPY.c.item).where(COPY.c.id.in_(_COPIES))
_OF_ITEMS = (
    select(COPY.c.id, COPY.c.item)
    .where(COPY.c.item.in_(_ITEMS), COPY.c.id >= bindparam("first"), COPY.c.id != bindparam("without"))
    .order_by(COPY.c.id)
)
_TWINS = select(
    COPY.c.id,
    COPY.c.item,
    COPY.c.source,
    COPY.c.url,
    COPY.c.title,
    COPY.c.text,
    func.coalesce(COPY.c.published_at, COPY.c.first_seen_at),
).where(COPY.c.id.in_(_COPIES))
_FIRST = (
    select(COPY.c.id)
    .where(COPY.c.first_seen_at >= bindparam("since"))
    .order_by(COPY.c.first_seen_at, COPY.c.id)
    .limit(1)
)
_LAST = (
    select(COPY.c.id)
    .where(COPY.c.first_seen_at < bindparam("since"))
    .order_by(COPY.c.first_seen_at.desc(), COPY.c.id.desc())
    .limit(1)
)


@dataclass(frozen=True)
class Twin:
    """A copy that may hold the same article as a text, and what it is compared by."""

    id: int
    item: int
    source: str
    url: str
    title: str
    text: str
    appeared_at: datetime  # published, or else first seen
    shared: int  # hashes in common; 0 for another copy of an item that has one in common


def index_copy(connection: Connection, copy_id: int, hashes: Collection[int]) -> None:
    """Keep the hashes by which a copy is found, in place of those it had before."""
    connection.execute(_CLEAR, {"copy": copy_id})
    index_new_copy(connection, copy_id, hashes)


def index_new_copy(connection: Connection, copy_id: int, hashes: Collection[int]) -> None:
    """Keep the hashes by which a copy is found that had none before."""
    if not hashes:
        return
    common = set(connection.scalars(_COMMON, {"hashes": list(hashes)}))
    rows = [{"hash": one, "copy_id": copy_id} for one in sorted(set(hashes) - common)]
    if rows:
        connection.execute(_INSERT, rows)


def find_twins(connection: Connection, hashes: Collection[int], since: datetime, *, without: int = 0) -> list[Twin]:
    """Find the copies that share most with a text, and the other copies of their items.

    Args:
        since: copies first seen before are left out.
        without: the copy whose text it is, once it is kept.
    Returns:
        Those that share most first.
    """
    if not hashes:
        return []
    # The same for all that one transaction keeps: what it adds has higher ids.
    asked = connection.get_transaction(), since
    known, first = connection.info.get("first", (None, None))
    if known != asked or first is None:
        first = _first_since(connection, since)
        connection.info["first"] = asked, first
    if first is None:
        return []
    limits = {"first": first, "without": without}
    rows = connection.execute(_SHARING, {"hashes": list(hashes), **limits})
    counts: dict[int, int] = dict(rows.all())
    # Where that many are shared it is enough whatever the other's size, and that is not asked for.
    enough = int(_LEAST * len(hashes))
    unsure = [copy for copy, shared in counts.items() if shared < enough]
    least = dict.fromkeys(counts, enough)
    if unsure:
        sizes = connection.execute(_SIZES, {"copies": unsure})
        least |= {copy: int(_LEAST * min(size, len(hashes))) for copy, size in sizes}
    best = [copy for copy, shared in counts.items() if shared >= least[copy]][:_CANDIDATES]
    return _load(connection, best, counts, limits) if best else []


def forget_before(connection: Connection, before: datetime) -> int:
    """Take copies first seen before an instant out of the index, some at a time; returns how many those were."""
    first = _first_since(connection, before)
    copies = select(SHINGLE.c.copy_id).distinct().limit(_AT_ONCE)
    if first is not None:
        copies = copies.where(SHINGLE.c.copy_id < first)
    old = list(connection.scalars(copies))
    if old:
        connection.execute(delete(SHINGLE).where(SHINGLE.c.copy_id.in_(old)))
    return len(old)


def _first_since(connection: Connection, since: datetime) -> int | None:
    """Return an id below which only copies first seen before an instant lie; None: all are.

    An id is all that the index knows of a copy. Ids grow with time, but polls that go on side by side are kept in
    another order than they began: the copy first seen first need not have the smallest id.
    """
    first: int | None = connection.scalar(_FIRST, {"since": since})
    last: int | None = connection.scalar(_LAST, {"since": since})
    return None if first is None else min(first, (last or 0) + 1)


def _load(connection: Connection, best: list[int], counts: Mapping[int, int], limits: dict[str, int]) -> list[Twin]:
    members: dict[int, list[int]] = {}
    for copy, item in connection.execute(_OF_ITEMS, {"copies": best, **limits}):
        members.setdefault(item, []).append(copy)
    wanted = []
    for copies in members.values():
        wanted += sorted(copies, key=lambda copy: (-counts.get(copy, 0), copy))[:_MEMBERS]
    twins = [Twin(*row, shared=counts.get(row.id, 0)) for row in connection.execute(_TWINS, {"copies": wanted})]
    return sorted(twins, key=lambda twin: (-twin.shared, twin.id))
