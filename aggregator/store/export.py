"""Statements that read everything worth keeping, for `aggregator export`. No writes.

Columns come out under their own names. Numbers of rows mean nothing outside the store: items go by their public ids.
What can be made again from the rest is left out (`DERIVED`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, Row, Table, or_, select

from aggregator.tables import (
    ALERT,
    ALERT_TOLD,
    ALERT_WAY,
    ARCHIVE_DOCUMENT,
    BLOCK,
    CONFIG,
    COPY,
    DECISION,
    DIGEST_STATE,
    DIRTY,
    EDITION,
    GROWTH,
    HOST_STATE,
    ITEM,
    ITEM_PAGE,
    KNOWN_ENTRIES,
    LEAVING,
    LINK,
    MONTH_PAGE,
    PAGE_CHECK,
    PAGE_STATE,
    PAUSE,
    PLACEMENT,
    POLL_EVENT,
    POLL_STATE,
    RELEARN,
    REPORT,
    REPORT_WORD,
    ROBOTS_STATE,
    SEARCH_DUE,
    SEARCH_PART,
    SEARCHED,
    SENT,
    SHINGLE,
    SOURCE_PROFILE,
    SUBSCRIPTION,
    TOPIC_STATE,
    VERSION,
    WITHDRAWAL,
    WITHDRAWN_MARK,
    WORD_COUNT,
)

# Indexes, what was learned from the articles, work to be done, what hosts said lately, what operators and readers of
# digests were told, what hubs promised; and the hashes of what was withdrawn, which stand in the file beside the
# database.
DERIVED = (
    BLOCK, SHINGLE, RELEARN, REPORT, REPORT_WORD, WORD_COUNT, DIRTY, LEAVING, MONTH_PAGE, HOST_STATE, ROBOTS_STATE,
    ALERT, ALERT_TOLD, ALERT_WAY, GROWTH, DIGEST_STATE, EDITION, SENT, SUBSCRIPTION, WITHDRAWN_MARK,
    SEARCHED, SEARCH_PART, SEARCH_DUE, KNOWN_ENTRIES,
)  # fmt: skip
Values = dict[str, Any]


def read_items(connection: Connection, after: int, most: int) -> tuple[list[Values], int]:
    """Read some items with all that belongs to each, in the order in which they came.

    Args:
        after: the number that the call before returned; 0 to begin with.
    Returns:
        The items, fewer than `most` at the end, and the number of the last.
    """
    rows = connection.execute(select(ITEM).where(ITEM.c.id > after).order_by(ITEM.c.id).limit(most)).all()
    ids = [row.id for row in rows]
    copies = _of_copies(connection, rows, ids)
    made = _grouped(connection, DECISION, ids)
    links = connection.execute(select(LINK).where(or_(LINK.c.item.in_(ids), LINK.c.other.in_(ids)))).all()
    told = [row.evidence.get("item") for group in made.values() for row in group]
    others = {row.merged_into for row in rows} | {one for row in links for one in (row.item, row.other)} | {*told}
    names = _names(connection, [one for one in others if isinstance(one, int)])
    linked = defaultdict(list)
    for row in links:
        for own, other in ((row.item, row.other), (row.other, row.item)):
            linked[own].append({"other": names.get(other, ""), **_values(row, "item", "other")})
    placements = _grouped(connection, PLACEMENT, ids)
    pages = _grouped(connection, ITEM_PAGE, ids)
    items = [
        {
            **_values(row, "id", "text_copy"),
            "merged_into": names.get(row.merged_into),
            "copies": copies[row.id],
            "placements": [_values(place, "item") for place in placements[row.id]],
            "links": linked[row.id],
            "item_page": pages[row.id][0].status if pages[row.id] else "",
            "decisions": [
                {**_values(one, "id", "item"), "evidence": _named(one.evidence, names)} for one in made[row.id]
            ],
        }
        for row in rows
    ]
    return items, ids[-1] if ids else after


def read_sources(connection: Connection) -> list[Values]:
    """Read what is known of each source: how it is polled, its last polls in order of time, what is usual for it."""
    profiles = {row.source: row.profile for row in connection.execute(select(SOURCE_PROFILE))}
    states = {row.source: _values(row, "source") for row in connection.execute(select(POLL_STATE))}
    events = defaultdict(list)
    for row in connection.execute(select(POLL_EVENT).order_by(POLL_EVENT.c.at, POLL_EVENT.c.place)):
        events[row.source].append(_values(row, "source", "place"))
    return [
        {"id": source, "poll_state": states.get(source), "polls": events[source], "profile": profiles.get(source)}
        for source in sorted({*profiles, *states, *events})
    ]


def read_topics(connection: Connection) -> list[Values]:
    """Read what was last published of each topic, and its archive documents."""
    archives = defaultdict(list)
    for row in connection.execute(select(ARCHIVE_DOCUMENT).order_by(ARCHIVE_DOCUMENT.c.number)):
        archives[row.topic].append(_values(row, "topic", "due"))
    states = connection.execute(select(TOPIC_STATE).order_by(TOPIC_STATE.c.topic)).all()
    return [{"id": row.topic, **_values(row, "topic"), "archives": archives[row.topic]} for row in states]


def read_withdrawals(connection: Connection) -> list[Values]:
    """Read what was taken back, by whom and why; there is no word of it."""
    rows = connection.execute(select(WITHDRAWAL).order_by(WITHDRAWAL.c.at, WITHDRAWAL.c.public_id))
    return [_values(row, "is_noted") for row in rows]


def read_pauses(connection: Connection) -> list[Values]:
    """Read what editors stopped and let go on, in order of time."""
    rows = connection.execute(select(PAUSE).order_by(PAUSE.c.id))
    return [{"what": row.kind, **_values(row, "id", "kind")} for row in rows]


def read_config(connection: Connection) -> Values:
    """Read which configuration is in force, without the file itself, which may hold secrets; empty for none."""
    row = connection.execute(select(CONFIG)).first()
    return _values(row, "id", "text") if row else {}


def _of_copies(connection: Connection, items: Iterable[Row[Any]], ids: Collection[int]) -> dict[int, list[Values]]:
    """Map items to their copies."""
    shown = {row.text_copy for row in items}
    rows = connection.execute(select(COPY).where(COPY.c.item.in_(ids)).order_by(COPY.c.id)).all()
    copies = [row.id for row in rows]
    versions = _grouped(connection, VERSION, copies)
    wanted = _grouped(connection, PAGE_STATE, copies)
    checked = _grouped(connection, PAGE_CHECK, copies)
    found = defaultdict(list)
    for row in rows:
        found[row.item].append(
            {
                **_values(row, "id", "item", "lines"),
                "is_shown": row.id in shown,
                "page": _values(wanted[row.id][0], "copy_id") if wanted[row.id] else None,
                "page_check": _values(checked[row.id][0], "copy_id") if checked[row.id] else None,
                "versions": [_values(one, "id", "copy_id") for one in versions[row.id]],
            }
        )
    return found


def _grouped(connection: Connection, table: Table, owners: Collection[int]) -> dict[int, list[Row[Any]]]:
    """Map items, or copies, to their rows in a table, in the order in which they were written."""
    owner = table.c.copy_id if "copy_id" in table.c else table.c.item
    found = defaultdict(list)
    for row in connection.execute(select(table).where(owner.in_(owners)).order_by(*table.primary_key.columns)):
        found[row._mapping[owner]].append(row)
    return found


def _names(connection: Connection, items: Collection[int]) -> dict[int | None, str]:
    rows = connection.execute(select(ITEM.c.id, ITEM.c.public_id).where(ITEM.c.id.in_(items)))
    return {row.id: row.public_id for row in rows}


def _named(evidence: Values, names: dict[int | None, str]) -> Values:
    """Replace the number of another item by its public id."""
    other = evidence.get("item")
    return evidence | {"item": names.get(other, "")} if isinstance(other, int) else evidence


def _values(row: Row[Any], *left_out: str) -> Values:
    return {name: value for name, value in row._mapping.items() if name not in left_out}
