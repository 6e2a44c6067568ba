"""Statements that tell what became of one item: how it is found, its copies, decisions, placements. No writes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, String, and_, cast, or_, select

from aggregator.plaintext import count_words
from aggregator.store import withdrawals
from aggregator.tables import COPY, DECISION, DIRTY, ITEM, PAGE_STATE, PLACEMENT
from aggregator.urls import canonicalize, host_of

# By its public id, the address of a copy, an address that a copy's page declares, or the origin's, of which there is
# no copy.
FoundBy = Literal["id", "address", "declared", "origin"]
_MOST_FOUND = 20  # by an address that a page declares


@dataclass(frozen=True)
class KeptCopy:
    """A copy as kept, without its text, and how its page was had.

    Attributes:
        words: of its text.
        body_from: feed, page or none: where the text is from.
        removed: the boilerplate that was left out, and why.
        page_url: the page that was wanted; empty for none, and then the rest of it is empty, too.
    """

    id: int
    source: str
    guid: str
    generation: int
    url: str
    declared_url: str
    og_url: str
    title: str
    author: str
    people: tuple[str, ...]
    publication: str
    credits: tuple[dict[str, str], ...]
    language: str
    licence: str
    restrictions: tuple[str, ...]
    published_at: datetime | None
    first_seen_at: datetime
    body_from: str
    words: int
    removed: tuple[dict[str, str], ...]
    held: str
    held_why: str
    page_url: str
    page_why: str
    page_status: str
    page_tries: int
    page_due_at: datetime | None


@dataclass(frozen=True)
class KeptDecision:
    item: int
    at: datetime
    kind: str
    by: str
    evidence: dict[str, Any]


@dataclass(frozen=True)
class KeptPlacement:
    topic: str
    rule: str
    since: datetime
    sort_at: datetime
    late: bool
    left_at: datetime | None
    left_why: str


def find_items(connection: Connection, name: str) -> list[tuple[int, FoundBy]]:
    """Find the items that a public id or an address, with or without its scheme, means; the best first, not all."""
    by_id = connection.execute(select(ITEM.c.id).where(ITEM.c.public_id == name)).scalar()
    if by_id is not None:
        return [(by_id, "id")]
    key = canonicalize(name) or canonicalize(f"https://{name}")
    if not key:
        return []
    # The address of some copies identifies nothing, and so has no key; readers follow it all the same.
    here = COPY.c.url.icontains(host_of(key), autoescape=True)
    has_address = or_(COPY.c.canonical_url == key, and_(COPY.c.canonical_url == "", here))
    rows = connection.execute(select(COPY.c.item, COPY.c.url).where(has_address).order_by(COPY.c.id.desc()))
    found: dict[int, FoundBy] = {item: "address" for item, url in rows if canonicalize(url) == key}
    # All pages of a site may declare one and the same.
    declared = select(COPY.c.item).where(COPY.c.declared_canonical_url == key).order_by(COPY.c.id).limit(_MOST_FOUND)
    for item in connection.scalars(declared):
        found.setdefault(item, "declared")
    return list(found.items()) or _find_by_origin(connection, key) or _find_withdrawn(connection, key)


def _find_by_origin(connection: Connection, key: str) -> list[tuple[int, FoundBy]]:
    """Find by the address that readers are sent to where no copy has it; looks through all items."""
    here = ITEM.c.origin_url.icontains(host_of(key), autoescape=True)
    rows = connection.execute(select(ITEM.c.id, ITEM.c.origin_url).where(here).order_by(ITEM.c.id))
    return [(item, "origin") for item, url in rows if canonicalize(url) == key]


def _find_withdrawn(connection: Connection, key: str) -> list[tuple[int, FoundBy]]:
    """Find by an address of which nothing but a hash is kept."""
    ids = [one.public_id for one in withdrawals.find(connection, key)]
    return [(item, "address") for item in connection.scalars(select(ITEM.c.id).where(ITEM.c.public_id.in_(ids)))]


def survivor_of(connection: Connection, item: int) -> int:
    """Follow an item that was merged into another; one that was not is its own survivor."""
    seen = {item}
    while (
        into := connection.execute(select(ITEM.c.merged_into).where(ITEM.c.id == item)).scalar()
    ) and into not in seen:
        item = into
        seen.add(item)
    return item


def merged_into(connection: Connection, item: int) -> list[int]:
    """List the items that were merged into one."""
    return list(connection.scalars(select(ITEM.c.id).where(ITEM.c.merged_into == item).order_by(ITEM.c.id)))


def load_copies(connection: Connection, item: int) -> list[KeptCopy]:
    """List the copies of an item in the order they came."""
    statement = (
        select(
            COPY.c.id, COPY.c.source, COPY.c.guid, COPY.c.generation, COPY.c.url, COPY.c.declared_url, COPY.c.og_url,
            COPY.c.title, COPY.c.author, COPY.c.people, COPY.c.publication, COPY.c.credits, COPY.c.language,
            COPY.c.licence, COPY.c.restrictions, COPY.c.published_at, COPY.c.first_seen_at, COPY.c.body_from,
            COPY.c.text, COPY.c.removed, COPY.c.held, COPY.c.held_why,
            PAGE_STATE.c.url.label("page_url"), PAGE_STATE.c.why.label("page_why"),
            PAGE_STATE.c.status.label("page_status"), PAGE_STATE.c.tries.label("page_tries"),
            PAGE_STATE.c.due_at.label("page_due_at"),
        )
        .outerjoin(PAGE_STATE, PAGE_STATE.c.copy_id == COPY.c.id)
        .where(COPY.c.item == item)
        .order_by(COPY.c.first_seen_at, COPY.c.id)
    )  # fmt: skip
    lists = ("people", "credits", "restrictions", "removed")
    copies = []
    for row in connection.execute(statement):
        values = row._asdict()
        values |= {name: tuple(values[name]) for name in lists}
        values |= {name: values[name] or "" for name in ("page_url", "page_why", "page_status")}
        values |= {"page_tries": values["page_tries"] or 0, "words": count_words(values.pop("text"))}
        copies.append(KeptCopy(**values))
    return copies


def load_decisions(connection: Connection, items: Collection[int]) -> list[KeptDecision]:
    """List what was decided about some items, in order of time; also what kept others apart from one of them."""
    other = cast(DECISION.c.evidence["item"].as_string(), String)
    is_apart = (DECISION.c.kind == "apart") & other.in_(list(map(str, items)))
    statement = select(DECISION.c.item, DECISION.c.at, DECISION.c.kind, DECISION.c.by, DECISION.c.evidence).where(
        or_(DECISION.c.item.in_(items), is_apart)
    )
    rows = connection.execute(statement.order_by(DECISION.c.at, DECISION.c.id))
    return [KeptDecision(*row) for row in rows]


def load_placements(connection: Connection, item: int) -> dict[str, KeptPlacement]:
    """Map topics to an item's place in them, those it has left included."""
    statement = select(
        PLACEMENT.c.topic, PLACEMENT.c.rule, PLACEMENT.c.since, PLACEMENT.c.sort_at, PLACEMENT.c.late,
        PLACEMENT.c.left_at, PLACEMENT.c.left_why,
    ).where(PLACEMENT.c.item == item)  # fmt: skip
    return {row.topic: KeptPlacement(*row) for row in connection.execute(statement.order_by(PLACEMENT.c.topic))}


def is_dirty(connection: Connection, item: int) -> bool:
    """Tell whether an item waits to be looked at again by the next build."""
    return connection.execute(select(DIRTY.c.id).where(DIRTY.c.item == item).limit(1)).first() is not None
