"""Statements on what copies said before they were changed."""

from datetime import datetime

from sqlalchemy import Connection, case, delete, func, insert, literal, select

from aggregator.tables import COPY, VERSION

_KEPT = 20  # of one copy, the last: some sites count readers in their texts


def keep_version(connection: Connection, copy_id: int, material: bool, now: datetime) -> None:
    """Keep what a copy says, before it is changed."""
    raw = case((COPY.c.body_from == "page", COPY.c.full_html), else_=COPY.c.feed_html)
    html = func.coalesce(func.nullif(raw, ""), COPY.c.clean_html)  # an old copy's may not be there as it came
    version = select(COPY.c.id, literal(now, VERSION.c.seen_at.type), COPY.c.title, html, literal(material)).where(
        COPY.c.id == copy_id
    )
    connection.execute(insert(VERSION).from_select(["copy_id", "seen_at", "title", "html", "material"], version))
    newest = select(VERSION.c.id).where(VERSION.c.copy_id == copy_id).order_by(VERSION.c.id.desc()).limit(_KEPT)
    connection.execute(delete(VERSION).where(VERSION.c.copy_id == copy_id, VERSION.c.id.not_in(newest)))
