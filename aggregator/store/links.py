"""Statements on links: items that belong together and stay two."""

from typing import Literal

from sqlalchemy import Connection, delete, insert, or_, select

from aggregator.tables import ITEM, LINK

LinkKind = Literal["series", "story"]


def link(connection: Connection, a: int, b: int, kind: LinkKind, evidence: str, by: str = "program") -> bool:
    """Link two items, unless they are; returns whether that is new."""
    one, other = sorted((a, b))
    known = select(LINK.c.item).where(LINK.c.item == one, LINK.c.other == other, LINK.c.kind == kind)
    if one == other or connection.execute(known).first():
        return False
    values = {"item": one, "other": other, "kind": kind, "evidence": evidence, "by": by}
    connection.execute(insert(LINK).values(**values))
    return True


def move_links(connection: Connection, gone: int, kept: int) -> None:
    """Give the links of an item that is merged away to the one that stays.

    Not those to items of its story that readers saw first: behind these would stand what they have seen on its own, or
    the other way round.
    """
    links = select(LINK).where(or_(LINK.c.item == gone, LINK.c.other == gone))
    for row in connection.execute(links).all():
        other = row.other if row.item == gone else row.item
        connection.execute(
            delete(LINK).where(LINK.c.item == row.item, LINK.c.other == row.other, LINK.c.kind == row.kind)
        )
        if row.kind != "story" or row.by != "program" or _is_first(connection, gone, other):
            link(connection, kept, other, row.kind, row.evidence, row.by)


def linked_items(connection: Connection, item: int) -> list[tuple[int, LinkKind, str]]:
    """List the items linked to one, with kind and evidence."""
    statement = select(LINK).where(or_(LINK.c.item == item, LINK.c.other == item)).order_by(LINK.c.item, LINK.c.other)
    return [
        (row.other if row.item == item else row.item, row.kind, row.evidence) for row in connection.execute(statement)
    ]


def story_of(connection: Connection, item: int) -> set[int]:
    """Return an item and those that tell the same event."""
    return {item, *(other for other, kind, _ in linked_items(connection, item) if kind == "story")}


def join_stories(connection: Connection, a: int, b: int, why: str) -> set[int]:
    """Make one story of two because an editor says so; returns the items of which a link is new."""
    pairs = {(one, other) for one in story_of(connection, a) for other in story_of(connection, b)}
    return {item for pair in sorted(pairs) if link(connection, *pair, "story", why, "editor") for item in pair}


def forget_said(connection: Connection) -> set[tuple[int, int]]:
    """Take away what editors said of stories, before it is read again; returns the pairs, the smaller id first."""
    is_said = (LINK.c.kind == "story") & (LINK.c.by == "editor")
    pairs = {(row.item, row.other) for row in connection.execute(select(LINK.c.item, LINK.c.other).where(is_said))}
    connection.execute(delete(LINK).where(is_said))
    return pairs


def _is_first(connection: Connection, one: int, other: int) -> bool:
    """Say whether readers saw one of two published items before the other."""
    order = select(ITEM.c.id).where(ITEM.c.id.in_((one, other)))
    return (
        connection.scalars(order.order_by(ITEM.c.first_published_at, ITEM.c.sort_at, ITEM.c.public_id)).first() == one
    )
