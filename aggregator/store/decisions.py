"""Statements on decisions: who or what decided what about an item, append-only."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, insert, select

from aggregator.store.histories import KeptDecision
from aggregator.tables import COPY, DECISION

_INSERT = insert(DECISION)
_CHATTER = ("origin", "apart")  # what the program notes about most items


def record_decision(
    connection: Connection, item: int, kind: str, evidence: dict[str, Any], now: datetime, by: str = "program"
) -> None:
    """Append what was decided about an item, with what it went by."""
    values = {"item": item, "at": now, "kind": kind, "by": by, "evidence": evidence}
    connection.execute(_INSERT, values)


def last_decisions(
    connection: Connection,
    most: int,
    *,
    items: Collection[int] | None = None,
    source: str = "",
    since: datetime | None = None,
    chatter: bool = False,
) -> list[KeptDecision]:
    """List the last decisions, in order of time.

    Args:
        items: about these only; None: about any.
        source: about items with a copy of this source only; empty: any.
        chatter: also the choice of origin and what was kept apart, which is noted about most items.
    """
    columns = (DECISION.c.item, DECISION.c.at, DECISION.c.kind, DECISION.c.by, DECISION.c.evidence)
    statement = select(*columns).order_by(DECISION.c.at.desc(), DECISION.c.id.desc()).limit(most)
    if items is not None:
        statement = statement.where(DECISION.c.item.in_(items))
    if source:
        statement = statement.where(exists().where(COPY.c.item == DECISION.c.item, COPY.c.source == source))
    if since:
        statement = statement.where(DECISION.c.at >= since)
    if not chatter:
        statement = statement.where(DECISION.c.kind.not_in(_CHATTER))
    return [KeptDecision(*row) for row in reversed(connection.execute(statement).all())]
