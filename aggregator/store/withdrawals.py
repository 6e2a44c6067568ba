"""Statements on withdrawals: what was taken back, and whether something that came is one of those articles.

Removing the text itself is `erasure`'s; the copy of all this outside of the database is `ledger`'s.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from aggregator.dedupe.marks import CONTAINED, address_mark, read_comparable, title_mark
from aggregator.tables import DIRTY, LEAVING, WITHDRAWAL, WITHDRAWN_MARK
from aggregator.urls import reference_key

_CHUNK = 5_000  # bound values in one statement
_ANY = select(WITHDRAWAL.c.public_id).limit(1)


@dataclass(frozen=True)
class Withdrawn:
    """An article that was taken back, and the hashes by which it is known again.

    Attributes:
        also: ids of items that had been merged into it.
        copies: source and hidden guid of each of its copies.
        texts: the samples of its texts, see `dedupe.marks`.
        lifted_at: since when nothing keeps it out any more; None: it is kept out.
    """

    public_id: str
    at: datetime
    by: str
    reason: str
    also: tuple[str, ...] = ()
    copies: tuple[tuple[str, str], ...] = ()
    addresses: frozenset[int] = frozenset()
    titles: frozenset[int] = frozenset()
    texts: tuple[frozenset[int], ...] = ()
    lifted_at: datetime | None = None
    lifted_by: str = ""
    lifted_why: str = ""

    @property
    def changed_at(self) -> datetime:
        return self.lifted_at or self.at


@dataclass(frozen=True)
class Match:
    """Something that came is, or looks like, a withdrawn article.

    Attributes:
        how: by its text it is the article; by address or title alone an editor must look.
        why: for people; holds no word of the article.
    """

    public_id: str
    how: Literal["text", "address", "title"]
    why: str


def save(connection: Connection, withdrawn: Withdrawn, *, is_noted: bool) -> None:
    """Keep a withdrawal, or that it was lifted, in place of what was kept of it before.

    Args:
        is_noted: it stands in the file beside the database already.
    """
    connection.execute(delete(WITHDRAWN_MARK).where(WITHDRAWN_MARK.c.public_id == withdrawn.public_id))
    values = {
        "also": list(withdrawn.also),
        "at": withdrawn.at,
        "by": withdrawn.by,
        "reason": withdrawn.reason,
        "copies": [list(copy) for copy in withdrawn.copies],
        "lifted_at": withdrawn.lifted_at,
        "lifted_by": withdrawn.lifted_by,
        "lifted_why": withdrawn.lifted_why,
        "is_noted": is_noted,
        "is_purged": withdrawn.lifted_at is not None,
    }
    known = update(WITHDRAWAL).where(WITHDRAWAL.c.public_id == withdrawn.public_id).values(**values)
    if not connection.execute(known).rowcount:
        connection.execute(insert(WITHDRAWAL).values(public_id=withdrawn.public_id, **values))
    if rows := _marks_of(withdrawn):
        connection.execute(insert(WITHDRAWN_MARK), rows)


def load(connection: Connection, public_ids: Collection[str] | None = None) -> dict[str, Withdrawn]:
    """Map public ids to what is known of their withdrawal, those that were lifted included."""
    wanted, marks = select(WITHDRAWAL).order_by(WITHDRAWAL.c.at), select(WITHDRAWN_MARK)
    if public_ids is not None:
        wanted = wanted.where(WITHDRAWAL.c.public_id.in_(public_ids))
        marks = marks.where(WITHDRAWN_MARK.c.public_id.in_(public_ids))
    kinds: dict[tuple[str, str], set[int]] = {}
    texts: dict[str, dict[int, set[int]]] = {}
    for row in connection.execute(marks):
        if row.kind == "text":
            texts.setdefault(row.public_id, {}).setdefault(row.part, set()).add(row.hash)
        else:
            kinds.setdefault((row.public_id, row.kind), set()).add(row.hash)
    return {
        row.public_id: Withdrawn(
            row.public_id,
            row.at,
            row.by,
            row.reason,
            tuple(row.also),
            tuple((source, guid) for source, guid in row.copies),
            frozenset(kinds.get((row.public_id, "address"), ())),
            frozenset(kinds.get((row.public_id, "title"), ())),
            tuple(frozenset(marks) for _, marks in sorted(texts.get(row.public_id, {}).items())),
            row.lifted_at,
            row.lifted_by,
            row.lifted_why,
        )
        for row in connection.execute(wanted)
    }


def find(connection: Connection, reference: str) -> list[Withdrawn]:
    """List what was withdrawn by an id, its own or one merged into it, or by an address."""
    known = load(connection)
    if reference.startswith("tag:"):
        return [one for one in known.values() if reference in (one.public_id, *one.also)]
    key = reference_key(reference) or reference_key(f"https://{reference}")
    mark = address_mark(key) if key else None
    return [one for one in known.values() if mark in one.addresses]


def is_any(connection: Connection) -> bool:
    """Tell whether anything was ever withdrawn; where nothing was, nobody has to look further."""
    return connection.execute(_ANY).first() is not None


def match_text(connection: Connection, texts: Sequence[str]) -> Match | None:
    """Find the withdrawn article that one of some texts is, or holds, or is taken from."""
    best: tuple[float, Match] | None = None
    for came in map(read_comparable, dict.fromkeys(texts)):
        shared: dict[tuple[str, int], set[int]] = {}
        for chunk in _chunks(sorted(came.every)):
            hit = select(WITHDRAWN_MARK.c.public_id, WITHDRAWN_MARK.c.part, WITHDRAWN_MARK.c.hash).where(
                WITHDRAWN_MARK.c.kind == "text", WITHDRAWN_MARK.c.hash.in_(chunk)
            )
            for public_id, part, one in connection.execute(hit):
                shared.setdefault((public_id, part), set()).add(one)
        for (public_id, part), common in shared.items():
            of_part = (WITHDRAWN_MARK.c.public_id == public_id, WITHDRAWN_MARK.c.part == part)
            size = select(func.count()).where(WITHDRAWN_MARK.c.kind == "text", *of_part)
            share = came.share(common, connection.execute(size).scalar_one())
            if share >= CONTAINED and (best is None or share > best[0]):
                why = f"{share:.0%} of its text, or of the other's, is that of the withdrawn {public_id}"
                best = share, Match(public_id, "text", why)
    return best[1] if best else None


def match_name(connection: Connection, addresses: Collection[str], title: str) -> Match | None:
    """Find the withdrawn article that had one of some canonical URLs, or else a title."""
    marks = [address_mark(url) for url in addresses if url]
    named = title_mark(title)
    is_same = or_(
        (WITHDRAWN_MARK.c.kind == "address") & WITHDRAWN_MARK.c.hash.in_(marks),
        (WITHDRAWN_MARK.c.kind == "title") & (WITHDRAWN_MARK.c.hash == named),
    )
    statement = select(WITHDRAWN_MARK.c.public_id, WITHDRAWN_MARK.c.kind).where(is_same)
    row = connection.execute(statement.order_by(WITHDRAWN_MARK.c.kind, WITHDRAWN_MARK.c.public_id).limit(1)).first()
    if row is None:
        return None
    return Match(row.public_id, row.kind, f"it has the same {row.kind} as the withdrawn {row.public_id}")


def unnoted(connection: Connection) -> list[Withdrawn]:
    """List what does not stand in the file beside the database yet."""
    missing = select(WITHDRAWAL.c.public_id).where(WITHDRAWAL.c.is_noted.is_(False))
    ids = list(connection.execute(missing).scalars())
    return list(load(connection, ids).values()) if ids else []


def note(connection: Connection, noted: Collection[Withdrawn]) -> None:
    """Record that these stand in the file; not if more has become of them since."""
    for one in noted:
        lifted = WITHDRAWAL.c.lifted_at == one.lifted_at if one.lifted_at else WITHDRAWAL.c.lifted_at.is_(None)
        is_same = (WITHDRAWAL.c.public_id == one.public_id) & (WITHDRAWAL.c.at == one.at) & lifted
        connection.execute(update(WITHDRAWAL).where(is_same).values(is_noted=True))


def unfinished(connection: Connection) -> bool:
    """Tell whether anything is left to do about what was withdrawn."""
    left = or_(WITHDRAWAL.c.is_noted.is_(False), WITHDRAWAL.c.is_purged.is_(False))
    return connection.execute(select(WITHDRAWAL.c.public_id).where(left).limit(1)).first() is not None


def unpurged(connection: Connection) -> list[str]:
    """List the ids of what may still stand in an output or in the database's files."""
    statement = select(WITHDRAWAL.c.public_id).where(WITHDRAWAL.c.is_purged.is_(False))
    return list(connection.execute(statement).scalars())


def note_purged(connection: Connection, public_ids: Collection[str]) -> None:
    connection.execute(update(WITHDRAWAL).where(WITHDRAWAL.c.public_id.in_(public_ids)).values(is_purged=True))


def purge_again(connection: Connection, public_id: str) -> None:
    """Note that more of a withdrawn article has been removed, and must leave the files."""
    connection.execute(update(WITHDRAWAL).where(WITHDRAWAL.c.public_id == public_id).values(is_purged=False))


def mark_leaving(connection: Connection, items: Collection[int]) -> None:
    """Let every output of some items be written anew, before anything else."""
    known = set(connection.execute(select(LEAVING.c.item).where(LEAVING.c.item.in_(items))).scalars())
    if new := sorted(set(items) - known):
        connection.execute(insert(LEAVING), [{"item": item} for item in new])
    connection.execute(insert(DIRTY), [{"item": item} for item in sorted(set(items))])


def leaving(connection: Connection) -> list[int]:
    """List the items whose outputs are to be written anew before anything else."""
    return list(connection.execute(select(LEAVING.c.item)).scalars())


def clear_leaving(connection: Connection, items: Collection[int]) -> None:
    connection.execute(delete(LEAVING).where(LEAVING.c.item.in_(items)))


def _chunks(values: Sequence[int]) -> Iterator[Sequence[int]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))


def _marks_of(withdrawn: Withdrawn) -> list[dict[str, Any]]:
    if withdrawn.lifted_at:
        return []
    marks = {("address", 0, one) for one in withdrawn.addresses} | {("title", 0, one) for one in withdrawn.titles}
    marks |= {("text", part, one) for part, text in enumerate(withdrawn.texts) for one in text}
    return [
        {"kind": kind, "part": part, "hash": one, "public_id": withdrawn.public_id} for kind, part, one in sorted(marks)
    ]
