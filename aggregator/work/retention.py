"""prune(): texts that no output shows and no decision needs go when they are old; so does what was learned of sources
that left the file.

In small steps, each a transaction of its own and safe to do twice. No output changes by it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from aggregator.store.database import Database
from aggregator.store.retention import Dispensable, empty, find_dispensable, forget_gone

_AT_ONCE = 500  # copies
_GONE = timedelta(days=90)  # after which polls of a source that left, and what hosts said, are dropped


@dataclass(frozen=True)
class Pruned:
    """How much was emptied, or would be.

    Attributes:
        raw: copies whose HTML as it came went.
        texts: copies whose texts went, too.
        versions: earlier versions of copies, whose text went.
        size: characters in all.
    """

    raw: int = 0
    texts: int = 0
    versions: int = 0
    size: int = 0

    def and_these(self, found: Dispensable) -> "Pruned":
        return Pruned(
            self.raw + len(found.raw),
            self.texts + len(found.texts),
            self.versions + len(found.versions),
            self.size + found.size,
        )


async def prune(
    database: Database, keep: timedelta | None, sources: Collection[str], now: datetime, *, only_look: bool = False
) -> Pruned:
    """Empty what is older than `keep`, and drop what is old of sources that are not among these.

    Args:
        keep: None: texts are kept for ever.
        only_look: say what would go.
    """
    pruned = Pruned()
    if not only_look:
        await database.write(forget_gone, sources, now - _GONE)
    after = 0
    while keep is not None:
        look = database.read if only_look else database.write
        found = await look(find_dispensable if only_look else _find_and_empty, after, now - keep, _AT_ONCE)
        if not (after := found.last):
            break
        pruned = pruned.and_these(found)
    return pruned


def _find_and_empty(connection: Connection, after: int, before: datetime, most: int) -> Dispensable:
    found = find_dispensable(connection, after, before, most)
    empty(connection, found)
    return found
