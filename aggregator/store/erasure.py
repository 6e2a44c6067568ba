"""Statements that remove what an article says from every table, and leave what its id and its partners' guids need.

What stays of a copy is its source and a hash of its guid, so that the entry is not taken for a new one; of an item its
public id, its instants and where it was placed, for tombstones. The connection overwrites what is deleted with zeros;
`Database.purge` then empties the log.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, String, cast, delete, insert, or_, select, update

from aggregator.dedupe.marks import address_mark, hide_guid, read_comparable, text_marks, title_mark
from aggregator.parse.text import visible_text
from aggregator.store import blocks, quarantine, search, stories, withdrawals
from aggregator.store.withdrawals import Withdrawn
from aggregator.tables import (
    COPY,
    DECISION,
    ITEM,
    KNOWN_ENTRIES,
    LINK,
    PAGE_CHECK,
    PAGE_STATE,
    PLACEMENT,
    RELEARN,
    SHINGLE,
    VERSION,
)
from aggregator.urls import canonicalize

# What a copy says; all that is not named here is numbers, instants and the source.
_BLANK: dict[str, Any] = {
    "url": "", "canonical_url": "", "declared_url": "", "declared_canonical_url": "", "og_url": "", "title": "",
    "summary": "", "feed_html": "", "full_html": "", "clean_html": "", "whole_html": "", "lines": b"", "removed": [],
    "cleaned_with": "", "text": "", "text_hash": "", "image": None, "enclosures": [], "categories": [], "author": "",
    "people": [], "publication": "", "publication_url": "", "credits": [], "body_from": "none", "licence": "",
    "restrictions": [],
}  # fmt: skip
_SHORT = 400  # characters: a text for which there may be no shingles in the index
_CHUNK = 5_000  # bound values in one statement
_MOST_LIKELY = 200  # copies that share passages are looked at
_SAYS_NOTHING = "of a withdrawn article"


def fingerprint_items(
    connection: Connection, items: Collection[int], survivor: int, reason: str, by: str, now: datetime
) -> Withdrawn:
    """Take from an article, one item and those merged into it, the hashes by which it is known again.

    An address or a title that other articles have, too (a column's, a section's page), would keep those out: it is left
    out.
    """
    named = connection.execute(select(ITEM.c.id, ITEM.c.public_id).where(ITEM.c.id.in_(items)))
    ids: dict[int, str] = {row.id: row.public_id for row in named}
    rows = connection.execute(select(COPY).where(COPY.c.item.in_(items)).order_by(COPY.c.id)).all()
    origin = connection.execute(select(ITEM.c.origin_url).where(ITEM.c.id.in_(items))).scalars()
    addresses = {canonicalize(url) for url in origin if url}
    texts: set[frozenset[int]] = set()
    for row in rows:
        addresses |= {row.canonical_url, row.declared_canonical_url, canonicalize(row.og_url)}
        texts.update(text_marks(row.text) + text_marks(row.summary))
    titles = {row.title for row in rows}
    titles.update(connection.execute(select(ITEM.c.title).where(ITEM.c.id.in_(items))).scalars())
    earlier = select(VERSION.c.title, VERSION.c.html).where(VERSION.c.copy_id.in_([row.id for row in rows]))
    for version in connection.execute(earlier):
        titles.add(version.title)
        texts.update(text_marks(visible_text(version.html)))
    elsewhere = COPY.c.item.not_in(items)
    shared_titles = connection.execute(select(COPY.c.title).where(COPY.c.title.in_(titles), elsewhere)).scalars()
    titles -= set(shared_titles)
    for key in addresses - {""}:
        other = or_(COPY.c.canonical_url == key, COPY.c.declared_canonical_url == key)
        if connection.execute(select(COPY.c.id).where(other, elsewhere).limit(1)).first():
            addresses.discard(key)
    return Withdrawn(
        ids[survivor],
        now,
        by,
        reason,
        tuple(sorted(public_id for item, public_id in ids.items() if item != survivor)),
        tuple(sorted({(row.source, hide_guid(row.source, row.guid)) for row in rows})),
        frozenset(address_mark(key) for key in addresses - {""}),
        frozenset(mark for title in titles if (mark := title_mark(title)) is not None),
        tuple(sorted(texts, key=sorted)),
    )


def find_likely(connection: Connection, items: Collection[int]) -> list[int]:
    """List copies of other items that may hold the article, too: kept apart from it, or too short to be compared."""
    rows = connection.execute(
        select(COPY.c.title, COPY.c.text, COPY.c.summary, COPY.c.text_hash).where(COPY.c.item.in_(items))
    ).all()
    titles = {row.title for row in rows} - {""}
    short = {text for row in rows for text in (row.text, row.summary) if 0 < len(text) < _SHORT}
    hashes = {row.text_hash for row in rows} - {""}
    # Every passage is looked for, since a short text has none in the index itself, and a longer one may hold it.
    passages = sorted({one for row in rows for text in (row.text, row.summary) for one in read_comparable(text).every})
    shared: Counter[int] = Counter()
    for start in range(0, len(passages), _CHUNK):
        sharing = select(SHINGLE.c.copy_id).where(SHINGLE.c.hash.in_(passages[start : start + _CHUNK]))
        shared.update(connection.execute(sharing).scalars())
    like = [
        COPY.c.id.in_([copy for copy, _ in shared.most_common(_MOST_LIKELY)]),
        COPY.c.text_hash.in_(hashes),
        COPY.c.title.in_(titles),
    ]
    if short:
        like += [COPY.c.text.in_(short), COPY.c.summary.in_(short)]
    statement = select(COPY.c.id).where(COPY.c.item.not_in(items), or_(*like))
    return list(connection.execute(statement.order_by(COPY.c.id)).scalars())


def erase_items(connection: Connection, items: Collection[int], now: datetime) -> None:
    """Remove all that some items say, their copies, versions, pages, links and the evidence of decisions."""
    erase_copies(connection, connection.execute(select(COPY.c.id).where(COPY.c.item.in_(items))).scalars().all(), now)
    search.erase(connection, items)
    blank: dict[str, Any] = {
        "title": "", "people": [], "publication": "", "origin_name": "", "origin_url": None, "text_copy": None,
        "release_at": None, "state_why": "",
    }  # fmt: skip
    connection.execute(update(ITEM).where(ITEM.c.id.in_(items)).values(**blank))
    _forget_links(connection, items)
    stories.uncount_words(connection, items)
    stories.forget_reports(connection, items)
    connection.execute(update(PLACEMENT).where(PLACEMENT.c.item.in_(items)).values(rule=_SAYS_NOTHING))
    # Decisions are kept for ever; what they quote is not.
    other = cast(DECISION.c.evidence["item"].as_string(), String)
    rows = connection.execute(
        select(DECISION.c.id, DECISION.c.evidence).where(
            or_(DECISION.c.item.in_(items), other.in_(list(map(str, items))))
        )
    ).all()
    for row in rows:
        kept = {key: row.evidence[key] for key in ("item", "source") if key in row.evidence}
        connection.execute(
            update(DECISION).where(DECISION.c.id == row.id).values(evidence=kept | {"because": _SAYS_NOTHING})
        )


def _forget_links(connection: Connection, items: Collection[int]) -> None:
    """Forget what belongs with some items, which is told by them no more: by their titles."""
    linked = or_(LINK.c.item.in_(items), LINK.c.other.in_(items))
    others = {one for row in connection.execute(select(LINK.c.item, LINK.c.other).where(linked)) for one in row}
    if telling := others - set(items):
        withdrawals.mark_leaving(connection, telling)
    connection.execute(delete(LINK).where(linked))


def erase_copies(connection: Connection, copies: Collection[int], now: datetime) -> None:
    """Remove all that some copies say; their guids become hashes."""
    rows = connection.execute(
        select(COPY.c.id, COPY.c.source, COPY.c.guid, COPY.c.url, COPY.c.lines).where(COPY.c.id.in_(copies))
    ).all()
    search.erase(
        connection, connection.execute(select(COPY.c.item).where(COPY.c.id.in_(copies)).distinct()).scalars().all()
    )
    for row in rows:
        blocks.count_lines(connection, row.source, row.lines, b"", now)
        _forget_in_profile(connection, row.source, row.guid)
        values = _BLANK | {"guid": hide_guid(row.source, row.guid), "held": "withdrawn", "held_why": _SAYS_NOTHING}
        connection.execute(update(COPY).where(COPY.c.id == row.id).values(**values))
        if row.url:
            _forget_in_decisions(connection, row.url)
    for table in (VERSION, PAGE_CHECK, PAGE_STATE, RELEARN, SHINGLE):
        connection.execute(delete(table).where(table.c.copy_id.in_(copies)))
    sources = sorted({row.source for row in rows})
    blocks.forget_unused(connection, sources)
    connection.execute(delete(KNOWN_ENTRIES).where(KNOWN_ENTRIES.c.source.in_(sources)))


def _forget_in_profile(connection: Connection, source: str, guid: str) -> None:
    """Take an article out of those that were last seen of its source: there stand the words of its links."""
    profile = quarantine.load_profile(connection, source)
    latest = [seen for seen in profile.get("latest", ()) if seen.get("key") != guid]
    if len(latest) != len(profile.get("latest", ())):
        quarantine.save_profile(connection, source, profile | {"latest": latest})


def _forget_in_decisions(connection: Connection, url: str) -> None:
    """Remove the evidence of decisions on other items that names an address of this one."""
    because = DECISION.c.evidence["because"].as_string()
    rows = connection.execute(select(DECISION.c.id, DECISION.c.evidence).where(because.contains(url, autoescape=True)))
    for row in rows.all():
        kept = row.evidence | {"because": _SAYS_NOTHING}
        connection.execute(update(DECISION).where(DECISION.c.id == row.id).values(evidence=kept))


def withdraw_items(connection: Connection, items: Collection[int], why: str) -> None:
    """Give items that have been erased the state of what was withdrawn; those merged into others keep theirs."""
    left = update(ITEM).where(ITEM.c.id.in_(items), ITEM.c.state != "merged")
    connection.execute(left.values(state="withdrawn", state_why=why))


def items_of(connection: Connection, withdrawn: Withdrawn) -> list[int]:
    """List the items that a withdrawal is about, those merged into others included: by their ids, and by their copies.

    By the copies they are found in a store that gave them another id, as one from an older backup may have.
    """
    ids = [withdrawn.public_id, *withdrawn.also]
    found = set(connection.execute(select(ITEM.c.id).where(ITEM.c.public_id.in_(ids))).scalars())
    found |= set(connection.execute(select(ITEM.c.merged_into).where(ITEM.c.id.in_(found))).scalars()) - {None}
    hidden = set(withdrawn.copies)
    for source in sorted({source for source, _ in hidden}):
        rows = connection.execute(select(COPY.c.item, COPY.c.guid).where(COPY.c.source == source))
        found |= {item for item, guid in rows if (source, hide_guid(source, guid)) in hidden}
    found |= set(connection.execute(select(ITEM.c.id).where(ITEM.c.merged_into.in_(found))).scalars())
    return sorted(found)


def ensure_remains(connection: Connection, withdrawn: Withdrawn, now: datetime) -> int:
    """Return the item of a withdrawal; one that this store does not have is made, without a word.

    So its id is never given to another article, and its entries are known when they come.
    """
    statement = select(ITEM.c.id, ITEM.c.merged_into).where(ITEM.c.public_id == withdrawn.public_id)
    row = connection.execute(statement).first()
    if row:
        return int(row.merged_into or row.id)
    values = {
        "public_id": withdrawn.public_id, "state": "withdrawn", "state_why": "", "sort_at": withdrawn.at, "title": "",
        "people": [], "publication": "", "language": "", "published_at": withdrawn.at, "updated_at": withdrawn.at,
        "origin_name": "",
    }  # fmt: skip
    item = int(connection.execute(insert(ITEM).values(**values).returning(ITEM.c.id)).scalar_one())
    for source, guid in withdrawn.copies:
        if find_hidden(connection, source, guid) is None:
            keep_refused(connection, item, source, guid, "", now)
    return item


def find_hidden(connection: Connection, source: str, guid: str) -> tuple[int, int, str] | None:
    """Find the copy of a withdrawn article by its partner's guid: its id, its item, and as what it is held."""
    statement = select(COPY.c.id, COPY.c.item, COPY.c.held).where(
        COPY.c.source == source, COPY.c.guid == hide_guid(source, guid)
    )
    row = connection.execute(statement.order_by(COPY.c.generation.desc()).limit(1)).first()
    return (row.id, row.item, row.held) if row else None


def hidden_hashes(connection: Connection, source: str, guids: Collection[str]) -> dict[str, str]:
    """Map those of some guids whose articles are withdrawn to the entry hash last seen under each."""
    hidden = {hide_guid(source, guid): guid for guid in guids}
    statement = select(COPY.c.guid, COPY.c.entry_hash).where(
        COPY.c.source == source, COPY.c.guid.in_(hidden), COPY.c.held == "withdrawn"
    )
    return {hidden[guid]: entry_hash for guid, entry_hash in connection.execute(statement)}


def keep_refused(connection: Connection, item: int, source: str, guid: str, entry_hash: str, now: datetime) -> None:
    """Keep of an entry that is a withdrawn article what tells that it is known."""
    values = _BLANK | {
        "item": item, "source": source, "guid": hide_guid(source, guid), "generation": 0, "language": "",
        "first_seen_at": now, "entry_hash": entry_hash, "held": "withdrawn", "held_why": _SAYS_NOTHING,
    }  # fmt: skip
    connection.execute(insert(COPY).values(**values))


def note_entry(connection: Connection, copy: int, entry_hash: str) -> None:
    connection.execute(update(COPY).where(COPY.c.id == copy).values(entry_hash=entry_hash))


def show_guid(connection: Connection, copy: int, guid: str) -> None:
    """Give a copy its guid back: its article may come again, and has."""
    connection.execute(update(COPY).where(COPY.c.id == copy).values(guid=guid))


def move_copy(connection: Connection, copy: int, item: int) -> None:
    """Put a copy that turned out to be of a withdrawn article among the remains of that.

    An item of which it was the only copy is merged into them.
    """
    own = int(connection.execute(select(COPY.c.item).where(COPY.c.id == copy)).scalar_one())
    connection.execute(update(COPY).where(COPY.c.id == copy).values(item=item))
    if own == item or connection.execute(select(COPY.c.id).where(COPY.c.item == own).limit(1)).first():
        return
    connection.execute(update(ITEM).where(ITEM.c.merged_into == own).values(merged_into=item))
    connection.execute(update(ITEM).where(ITEM.c.id == own).values(state="merged", merged_into=item))


def lift_copies(connection: Connection, items: Collection[int], why: str) -> list[str]:
    """Let the copies of some withdrawn items be fetched again; returns their sources."""
    own = (COPY.c.item.in_(items), COPY.c.held == "withdrawn")
    sources = sorted(set(connection.execute(select(COPY.c.source).where(*own)).scalars()))
    connection.execute(update(COPY).where(*own).values(held="lifted", held_why=why, entry_hash=""))
    return sources


def lift_items(connection: Connection, items: Collection[int], now: datetime) -> None:
    """Let withdrawn items go out again as soon as one of their copies has a text."""
    lifted = update(ITEM).where(ITEM.c.id.in_(items), ITEM.c.state == "withdrawn")
    connection.execute(lifted.values(state="pending", state_why="", release_at=now))


def alike_copies(connection: Connection, public_id: str) -> list[tuple[int, int]]:
    """List the copies that wait because they look like a withdrawn article, with their items."""
    statement = select(COPY.c.id, COPY.c.item).where(
        COPY.c.held == "alike", COPY.c.held_why.contains(public_id, autoescape=True)
    )
    return [(row.id, row.item) for row in connection.execute(statement.order_by(COPY.c.id))]
