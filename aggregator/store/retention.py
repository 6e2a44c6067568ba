"""Statements that empty the texts which nothing shows and nothing will be decided by, and drop what no source needs.

What a copy is (addresses, title, dates, hashes), what was decided and where an item stood is kept for ever.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, exists, func, or_, select, update

from aggregator.tables import (
    COPY,
    DIRTY,
    HOST_STATE,
    ITEM,
    ITEM_PAGE,
    KNOWN_ENTRIES,
    PAGE_STATE,
    PLACEMENT,
    POLL_EVENT,
    RELEARN,
    REPORT,
    ROBOTS_STATE,
    SHINGLE,
    VERSION,
)

# As they came; what is shown was made of them when they did, and is what all rules are applied to.
_RAW = {"feed_html": "", "full_html": ""}
_TEXTS = {"clean_html": "", "whole_html": "", "text": "", "removed": []}


@dataclass(frozen=True)
class Dispensable:
    """What could be emptied among some copies.

    Attributes:
        last: the id of the last copy looked at; 0 for none.
        raw: copies whose HTML as it came is there.
        texts: copies whose texts are in no output.
        versions: what copies said before they were changed.
        size: characters in all of it.
    """

    last: int
    raw: tuple[int, ...]
    texts: tuple[int, ...]
    versions: tuple[int, ...]
    size: int


def find_dispensable(connection: Connection, after: int, before: datetime, most: int) -> Dispensable:
    """Look at some copies first seen before an instant, by their ids from `after`."""
    old = select(COPY.c.id).where(COPY.c.id > after, COPY.c.first_seen_at < before).order_by(COPY.c.id).limit(most)
    copies = list(connection.scalars(old))
    if not copies:
        return Dispensable(0, (), (), (), 0)
    here = and_(COPY.c.id.between(copies[0], copies[-1]), COPY.c.first_seen_at < before, ~_is_needed())
    size = func.length(COPY.c.feed_html) + func.length(COPY.c.full_html)
    raw = _sizes(connection, select(COPY.c.id, size).where(here, size > 0))
    size = func.length(COPY.c.clean_html) + func.length(COPY.c.whole_html) + func.length(COPY.c.text)
    texts = _sizes(connection, select(COPY.c.id, size).where(here, size > 0, _is_unseen()))
    of_these = and_(VERSION.c.copy_id.between(copies[0], copies[-1]), VERSION.c.seen_at < before)
    length = func.length(VERSION.c.html)
    versions = _sizes(connection, select(VERSION.c.id, length).where(of_these, length > 0))
    total = sum((*raw.values(), *texts.values(), *versions.values()))
    return Dispensable(copies[-1], tuple(raw), tuple(texts), tuple(versions), total)


def empty(connection: Connection, found: Dispensable) -> None:
    """Empty what was found, in the transaction that found it."""
    connection.execute(update(COPY).where(COPY.c.id.in_(found.raw)).values(**_RAW))
    connection.execute(update(COPY).where(COPY.c.id.in_(found.texts)).values(**_TEXTS))
    connection.execute(update(VERSION).where(VERSION.c.id.in_(found.versions)).values(html=""))


def forget_gone(connection: Connection, sources: Collection[str], before: datetime) -> int:
    """Drop polls of sources that are not among these, rests of hosts and robots.txt, all of them old; returns how many.

    A robots.txt that is needed again is asked for again.
    """
    old = (
        delete(POLL_EVENT).where(POLL_EVENT.c.source.not_in(sources), POLL_EVENT.c.at < before),
        delete(KNOWN_ENTRIES).where(KNOWN_ENTRIES.c.source.not_in(sources)),
        delete(HOST_STATE).where(HOST_STATE.c.until < before),
        delete(ROBOTS_STATE).where(ROBOTS_STATE.c.due_at < before),
    )
    return sum(connection.execute(statement).rowcount for statement in old)


def _is_needed() -> ColumnElement[bool]:
    """Tell whether something is still to be decided about a copy, or by it."""
    return or_(
        COPY.c.held != "",
        exists().where(PAGE_STATE.c.copy_id == COPY.c.id, PAGE_STATE.c.due_at.is_not(None)),
        exists().where(RELEARN.c.copy_id == COPY.c.id),
        exists().where(SHINGLE.c.copy_id == COPY.c.id),
        exists().where(DIRTY.c.item == COPY.c.item),
        exists().where(REPORT.c.item == COPY.c.item),
    )


def _is_unseen() -> ColumnElement[bool]:
    """Tell whether the item of a copy is in no output, waits for nobody, and has that copy only.

    The texts of several copies are what makes them one article, when all is decided again.
    """
    others = COPY.alias()
    return and_(
        exists().where(ITEM.c.id == COPY.c.item, ITEM.c.state == "published"),
        ~exists().where(
            PLACEMENT.c.item == COPY.c.item, or_(PLACEMENT.c.left_at.is_(None), PLACEMENT.c.archive.is_not(None))
        ),
        ~exists().where(ITEM_PAGE.c.item == COPY.c.item, or_(ITEM_PAGE.c.status == "shown", ITEM_PAGE.c.due != "")),
        ~exists().where(others.c.item == COPY.c.item, others.c.id != COPY.c.id),
    )


def _sizes(connection: Connection, statement: Select[int, int]) -> dict[int, int]:
    return {row[0]: row[1] for row in connection.execute(statement)}
