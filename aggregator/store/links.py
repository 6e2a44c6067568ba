"""Statements on links: items that belong together and stay two."""

from typing import Literal

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from aggregator.tables import LINK

LinkKind = Literal["series", "story"]


def link(session: Session, a: int, b: int, kind: LinkKind, evidence: str) -> bool:
    """Link two items, unless they are; returns whether that is new."""
    one, other = sorted((a, b))
    known = select(LINK.c.item).where(LINK.c.item == one, LINK.c.other == other, LINK.c.kind == kind)
    if one == other or session.execute(known).first():
        return False
    values = {"item": one, "other": other, "kind": kind, "evidence": evidence, "by": "program"}
    session.execute(insert(LINK).values(**values))
    return True


def move_links(session: Session, gone: int, kept: int) -> None:
    """Give the links of an item that is merged away to the one that stays."""
    links = select(LINK).where(or_(LINK.c.item == gone, LINK.c.other == gone))
    for row in session.execute(links).all():
        other = row.other if row.item == gone else row.item
        session.execute(delete(LINK).where(LINK.c.item == row.item, LINK.c.other == row.other, LINK.c.kind == row.kind))
        link(session, kept, other, row.kind, row.evidence)


def linked_items(session: Session, item: int) -> list[tuple[int, LinkKind, str]]:
    """List the items linked to one, with kind and evidence."""
    statement = select(LINK).where(or_(LINK.c.item == item, LINK.c.other == item)).order_by(LINK.c.item, LINK.c.other)
    return [(row.other if row.item == item else row.item, row.kind, row.evidence) for row in session.execute(statement)]
