"""Statements on items, copies and the pages they want. The one place where an Entry becomes a Copy of an Item."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, update

from aggregator.models import Article, Candidate, CopyFacts, Credit
from aggregator.store import blocks, erasure, links, stories, twins, withdrawals
from aggregator.tables import COPY, DIRTY, ITEM, PAGE_STATE
from aggregator.urls import canonicalize

_CHUNK = 500  # bound values in one statement

_KNOWN = (
    COPY.c.id,
    COPY.c.item,
    COPY.c.source,
    COPY.c.guid,
    COPY.c.generation,
    COPY.c.url,
    COPY.c.canonical_url,
    COPY.c.title,
    COPY.c.feed_html,
    COPY.c.text,
    COPY.c.language,
    COPY.c.body_from,
    COPY.c.lines,
    COPY.c.held,
    COPY.c.credits,
    COPY.c.entry_hash,
    func.coalesce(COPY.c.published_at, COPY.c.first_seen_at).label("appeared_at"),
)

# Run for every entry of a new source: to put a statement together costs more than to run it.
_BY_GUID = (
    select(*_KNOWN)
    .where(COPY.c.source == bindparam("source"), COPY.c.guid == bindparam("guid"))
    .order_by(COPY.c.generation.desc())
    .limit(1)
)
_BY_URL = (
    select(*_KNOWN)
    .where(COPY.c.source == bindparam("source"), COPY.c.canonical_url == bindparam("canonical_url"))
    .order_by(COPY.c.id.desc())
    .limit(1)
)
_BY_ADDRESS = (
    select(COPY.c.item, COPY.c.source, COPY.c.url)
    .where(
        or_(COPY.c.canonical_url == bindparam("own"), COPY.c.declared_canonical_url == bindparam("own")),
        COPY.c.item != bindparam("without"),
    )
    .order_by(COPY.c.id)
    .limit(1)
)
_KEPT_HASHES = (
    select(COPY.c.guid, COPY.c.entry_hash)
    .where(COPY.c.source == bindparam("source"), COPY.c.guid.in_(bindparam("guids", expanding=True)), COPY.c.held == "")
    .order_by(COPY.c.generation)
)
_MINTED = select(ITEM.c.id).where(ITEM.c.public_id == bindparam("public_id"))
_INSERT_ITEM = insert(ITEM).returning(ITEM.c.id)
_INSERT_COPY = insert(COPY).returning(COPY.c.id)
_INSERT_DIRTY = insert(DIRTY)


@dataclass(frozen=True)
class KnownCopy:
    """A copy as it stands in the store, for comparing it with what came."""

    id: int
    item: int
    source: str
    guid: str
    generation: int
    url: str
    canonical_url: str
    title: str
    feed_html: str
    text: str
    language: str
    body_from: str
    lines: bytes
    held: str
    credits: list[dict[str, str]]
    entry_hash: str
    appeared_at: datetime  # published, or else first seen


@dataclass(frozen=True)
class NewItem:
    """What is decided about an item when its first copy is kept."""

    public_id: str
    release_at: datetime
    published_at: datetime
    sort_at: datetime


def known_hashes(connection: Connection, source: str, guids: Collection[str]) -> dict[str, str]:
    """Map the guids that a source has given before to the entry hash last seen under each.

    What is held is left out: it is looked at again whenever it comes. Not so what was withdrawn.
    """
    hidden = erasure.hidden_hashes(connection, source, guids) if withdrawals.is_any(connection) else {}
    return hidden | kept_hashes(connection, source, guids)


def kept_hashes(connection: Connection, source: str, guids: Collection[str]) -> dict[str, str]:
    """Do the same without what was withdrawn."""
    found: dict[str, str] = {}
    for chunk in _chunks(sorted(guids)):
        rows = connection.execute(_KEPT_HASHES, {"source": source, "guids": chunk})
        found.update((guid, entry_hash) for guid, entry_hash in rows)
    return found


def knows_any(connection: Connection, source: str, canonical_urls: Collection[str]) -> bool:
    """Say whether a source has given one of these addresses before."""
    return any(
        connection.execute(
            select(COPY.c.id).where(COPY.c.source == source, COPY.c.canonical_url.in_(chunk)).limit(1)
        ).first()
        for chunk in _chunks(sorted(canonical_urls))
    )


def find_copy(connection: Connection, source: str, guid: str, canonical_url: str) -> KnownCopy | None:
    """Find the copy that an entry is: by guid (its newest generation), else by address (a source that churns guids)."""
    row = connection.execute(_BY_GUID, {"source": source, "guid": guid}).first()
    if row is None and canonical_url:
        row = connection.execute(_BY_URL, {"source": source, "canonical_url": canonical_url}).first()
    return _known_copy(row) if row else None


def load_copy(connection: Connection, copy_id: int) -> KnownCopy:
    return _known_copy(connection.execute(select(*_KNOWN).where(COPY.c.id == copy_id)).one())


def summary_of(connection: Connection, copy_id: int) -> str:
    return str(connection.execute(select(COPY.c.summary).where(COPY.c.id == copy_id)).scalar_one())


def find_same_address(
    connection: Connection, source: str, *, own: str, declared: Collection[str] = (), without: int = 0
) -> tuple[int, str] | None:
    """Find another item that holds the same article by its address.

    Within one source less counts than between two: its pages may all declare one section page as canonical, so there it
    takes the other's own address.

    Args:
        own: canonical URL of the copy in question; empty when its address identifies nothing.
        declared: canonical URLs that its page declares.
        without: an item to leave out, the copy's own.
    Returns:
        The item's id and what matched, for the decision's evidence.
    """
    declared = {url for url in declared if url}
    if own and not declared:
        found = connection.execute(_BY_ADDRESS, {"own": own, "without": without}).first()
        return _same_address(found) if found else None
    same_url = [COPY.c.canonical_url == key for key in sorted({own, *declared} - {""})]
    if own:
        same_url.append(COPY.c.declared_canonical_url == own)
    if declared:
        same_url.append(and_(COPY.c.declared_canonical_url.in_(sorted(declared)), COPY.c.source != source))
    if not same_url:
        return None
    statement = select(COPY.c.item, COPY.c.source, COPY.c.url).where(or_(*same_url), COPY.c.item != without)
    found = connection.execute(statement.order_by(COPY.c.id).limit(1)).first()
    return _same_address(found) if found else None


def _same_address(found: Any) -> tuple[int, str]:
    return found.item, f"same canonical URL as {found.url} ({found.source})"


def is_repeated_page(connection: Connection, copy: KnownCopy, text_hash: str) -> bool:
    """Tell whether a source gives this body for an article of another title too: a wall or a notice, no article."""
    repeated = and_(COPY.c.text_hash == text_hash, COPY.c.source == copy.source, COPY.c.title != copy.title)
    return bool(text_hash) and connection.execute(select(COPY.c.id).where(repeated).limit(1)).first() is not None


def has_been_seen(connection: Connection, item: int) -> bool:
    """Tell whether readers have seen an item."""
    seen = select(ITEM.c.id).where(ITEM.c.id == item, ITEM.c.first_published_at.is_not(None))
    return connection.execute(seen).first() is not None


def is_minted(connection: Connection, public_id: str) -> bool:
    return connection.execute(_MINTED, {"public_id": public_id}).first() is not None


def insert_item(connection: Connection, new: NewItem, candidate: Candidate) -> int:
    """Keep a new item with what its first copy says; `work.decide` refines it."""
    entry, attribution = candidate.entry, candidate.article.attribution
    values = {
        "public_id": new.public_id,
        "state": "pending",
        "state_why": "",
        "release_at": new.release_at,
        "sort_at": new.sort_at,
        "title": entry.title,
        "people": list(attribution.people),
        "publication": attribution.publication,
        "language": entry.language,
        "published_at": new.published_at,
        "updated_at": new.published_at,
        "origin_name": "",
    }
    return int(connection.execute(_INSERT_ITEM, values).scalar_one())


def name_unseen(connection: Connection, item: int, new: NewItem) -> None:
    """Let a copy that joins an item that no reader has seen name and place it, if it is older than those there.

    So these do not depend on which source was polled first.
    """
    is_older = or_(ITEM.c.sort_at > new.sort_at, and_(ITEM.c.sort_at == new.sort_at, ITEM.c.public_id > new.public_id))
    unseen = update(ITEM).where(ITEM.c.id == item, ITEM.c.first_published_at.is_(None), is_older)
    connection.execute(unseen.values(public_id=new.public_id, sort_at=new.sort_at))


def insert_copy(
    connection: Connection, item: int, source: str, generation: int, candidate: Candidate, now: datetime
) -> KnownCopy:
    """Keep an entry as a copy of an item."""
    values: dict[str, Any] = {
        "item": item,
        "source": source,
        "generation": generation,
        "first_seen_at": now,
        "declared_url": "",
        "declared_canonical_url": "",
        "og_url": "",
        "full_html": "",
        "licence": "",
        "restrictions": [],
        "held": "",
        "held_why": "",
    }
    values |= _from_entry(candidate) | _from_article(candidate)
    copy = int(connection.execute(_INSERT_COPY, values).scalar_one())
    blocks.count_lines(connection, source, b"", values["lines"], now)
    twins.index_new_copy(connection, copy, candidate.article.hashes)
    known = {column.name: values[column.name] for column in _KNOWN if column.name in values}
    return KnownCopy(id=copy, appeared_at=values["published_at"] or now, **known)


def update_entry(connection: Connection, copy: KnownCopy, candidate: Candidate, now: datetime) -> None:
    """Take over a changed entry. A body that came from the page stays while the entry itself has no full text."""
    values = _from_entry(candidate)
    if copy.body_from != "page" or not candidate.page_url:
        values |= _from_article(candidate)
        twins.index_copy(connection, copy.id, candidate.article.hashes)
    _update(connection, copy, values, now)


def update_body(
    connection: Connection, copy: KnownCopy, article: Article, text_hash: str, page_won: bool, now: datetime
) -> None:
    """Take over what a page gave; its body too if that won over the feed's. What the page leaves out stays."""
    values: dict[str, Any] = {
        "declared_url": article.canonical_url,
        "declared_canonical_url": canonicalize(article.canonical_url),
        "og_url": article.og_url,
        "licence": article.licence,
        "restrictions": list(article.restrictions),
    }
    attribution = article.attribution
    if attribution.people:
        values["people"] = list(attribution.people)
    if attribution.publication:
        values |= {"publication": attribution.publication, "publication_url": attribution.publication_url}
    if new := [credit for credit in _plain(attribution.credits) if credit not in copy.credits]:
        values["credits"] = copy.credits + new
    if article.published_at:
        values["published_at"] = func.coalesce(COPY.c.published_at, article.published_at)
    if article.image:
        values["image"] = asdict(article.image)
    if not copy.title and article.title:
        values["title"] = article.title
    if page_won:
        values |= _from_body(article, text_hash, "page") | {"full_html": article.raw_html}
        values["language"] = article.language or copy.language
        twins.index_copy(connection, copy.id, article.hashes)
    _update(connection, copy, values, now)


def _update(connection: Connection, copy: KnownCopy, values: dict[str, Any], now: datetime) -> None:
    connection.execute(update(COPY).where(COPY.c.id == copy.id).values(**values))
    if "lines" in values:
        blocks.count_lines(connection, copy.source, copy.lines, values["lines"], now)


def merge_items(connection: Connection, a: int, b: int) -> tuple[int, int]:
    """Make one item of two: the one published first keeps its id, else the older article; the other points to it.

    Returns:
        The id of the survivor and of the one merged away.
    """
    ages = select(ITEM.c.id, ITEM.c.first_published_at, ITEM.c.sort_at, ITEM.c.public_id).where(ITEM.c.id.in_([a, b]))
    kept, gone = (row.id for row in sorted(connection.execute(ages), key=_publication_order))
    connection.execute(update(COPY).where(COPY.c.item == gone).values(item=kept))
    connection.execute(update(ITEM).where(ITEM.c.merged_into == gone).values(merged_into=kept))
    connection.execute(update(ITEM).where(ITEM.c.id == gone).values(state="merged", merged_into=kept, release_at=None))
    links.move_links(connection, gone, kept)
    stories.forget_reports(connection, [gone])
    mark_dirty(connection, [kept, gone])
    return kept, gone


def mark_dirty(connection: Connection, items: Iterable[int]) -> None:
    """Note that outputs may show these items differently now."""
    rows = [{"item": item} for item in sorted(set(items))]
    if rows:
        connection.execute(_INSERT_DIRTY, rows)


def mark_updated(connection: Connection, copy: KnownCopy, now: datetime) -> None:
    """Move the `updated` of a copy's item, if readers have seen it and this copy is what they saw of it."""
    is_shown = or_(ITEM.c.text_copy == copy.id, ITEM.c.origin_source == copy.source)
    seen = ITEM.c.first_published_at.is_not(None)
    connection.execute(update(ITEM).where(ITEM.c.id == copy.item, seen, is_shown).values(updated_at=now))


def release_item(connection: Connection, item: int, now: datetime) -> None:
    """Let a pending item go out at the next build; others stay as they are."""
    connection.execute(update(ITEM).where(ITEM.c.id == item, ITEM.c.state == "pending").values(release_at=now))


def want_page(connection: Connection, copy_id: int, url: str, why: str, due_at: datetime) -> None:
    """Make a copy's page due, forgetting earlier attempts; a page that is wanted sooner already stays so."""
    waiting = select(PAGE_STATE.c.due_at).where(PAGE_STATE.c.copy_id == copy_id, PAGE_STATE.c.due_at.is_not(None))
    sooner = connection.execute(waiting).scalar()
    connection.execute(delete(PAGE_STATE).where(PAGE_STATE.c.copy_id == copy_id))
    values = {"url": url, "why": why, "due_at": min(sooner, due_at) if sooner else due_at, "tries": 0, "status": ""}
    connection.execute(insert(PAGE_STATE).values(copy_id=copy_id, **values))


def facts_of(connection: Connection, items: Collection[int]) -> dict[int, list[CopyFacts]]:
    """Load what decisions need to know of the copies of some items."""
    facts: dict[int, list[CopyFacts]] = {}
    for chunk in _chunks(sorted(items)):
        statement = select(
            COPY.c.item,
            COPY.c.id,
            COPY.c.source,
            COPY.c.url,
            COPY.c.canonical_url,
            COPY.c.declared_url,
            COPY.c.declared_canonical_url,
            COPY.c.title,
            COPY.c.people,
            COPY.c.publication,
            COPY.c.publication_url,
            COPY.c.language,
            COPY.c.published_at,
            COPY.c.first_seen_at,
            func.length(COPY.c.text).label("text_length"),
            COPY.c.held_why,
            COPY.c.og_url,
            COPY.c.credits,
        ).where(COPY.c.item.in_(chunk))
        for row in connection.execute(statement.order_by(COPY.c.id)):
            values = row._asdict()
            item = values.pop("item")
            values["people"] = tuple(values["people"])
            values["credits"] = tuple(Credit(**credit) for credit in values["credits"])
            facts.setdefault(item, []).append(CopyFacts(**values))
    return facts


def _known_copy(row: Any) -> KnownCopy:
    return KnownCopy(**row._asdict())


def _from_entry(candidate: Candidate) -> dict[str, Any]:
    entry = candidate.entry
    return {
        "guid": entry.guid,
        "url": entry.url,
        "canonical_url": candidate.canonical_url,
        "title": entry.title,
        "summary": candidate.article.summary,
        "feed_html": entry.content_html or entry.summary_html,
        "enclosures": [asdict(enclosure) for enclosure in entry.enclosures],
        "categories": list(entry.categories),
        "author": ", ".join(entry.authors),
        "published_at": entry.published_at,
        "updated_at": entry.updated_at,
        "entry_hash": entry.hash,
    }


def _from_article(candidate: Candidate) -> dict[str, Any]:
    article = candidate.article
    return _from_body(article, candidate.text_hash, "feed" if article.html else "none") | {
        "image": asdict(article.image) if article.image else None,
        "people": list(article.attribution.people),
        "publication": article.attribution.publication,
        "publication_url": article.attribution.publication_url,
        "credits": _plain(article.attribution.credits),
        "language": article.language,
    }


def _from_body(article: Article, text_hash: str, body_from: str) -> dict[str, Any]:
    return shown_body(article, text_hash) | {
        "body_from": body_from,
        "cleaned_with": article.cleaned_with,
        "lines": blocks.pack(article.lines),
    }


def shown_body(article: Article, text_hash: str) -> dict[str, Any]:
    """Return the columns that hold what is shown of an article's body, and what is not."""
    return {
        "clean_html": article.html,
        "text": article.text,
        "text_hash": text_hash,
        "whole_html": article.whole_html,
        "removed": [{"text": text, "why": why} for text, why in article.removed],
    }


def _plain(credits: Iterable[Credit]) -> list[dict[str, str]]:
    return [asdict(credit) for credit in credits]


def _publication_order(row: Any) -> tuple[bool, datetime | None, datetime, str]:
    return row.first_published_at is None, row.first_published_at, row.sort_at, row.public_id


def _chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))
