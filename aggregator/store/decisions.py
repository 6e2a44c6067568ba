"""Statements on decisions: who or what decided what about an item, append-only."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from aggregator.tables import DECISION


def record_decision(
    session: Session, item: int, kind: str, evidence: dict[str, Any], now: datetime, by: str = "program"
) -> None:
    """Append what was decided about an item, with what it went by."""
    session.execute(insert(DECISION).values(item=item, at=now, kind=kind, by=by, evidence=evidence))
