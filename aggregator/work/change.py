"""A copy that readers have seen is about to say something else: what it said is kept, and if it matters they are told.

Part of the transactions that keep an entry and a page.
"""

from datetime import datetime

from sqlalchemy import Connection

from aggregator.revision import is_material
from aggregator.store import copies, versions
from aggregator.store.decisions import record_decision


def note_change(connection: Connection, copy: copies.KnownCopy, title: str, text: str, now: datetime) -> None:
    """Note what becomes of a copy, before it does.

    Args:
        title, text: what it will say.
    """
    if (copy.title, copy.text) == (title, text) or not copies.has_been_seen(connection, copy.item):
        return
    if copy.held == "lifted":  # it says nothing now, because it was withdrawn
        return
    material = is_material(copy.title, copy.text, title, text)
    versions.keep_version(connection, copy.id, material, now)
    if material:
        copies.mark_updated(connection, copy, now)
        because = "headline, figures or more than a few words; what it said before is kept"
        record_decision(connection, copy.item, "changed", {"source": copy.source, "because": because}, now)
