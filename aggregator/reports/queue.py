"""What waits for an editor, a window or a day, and why."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from aggregator.release import SETTLED, WaitKind, kind_of
from aggregator.store.rulings import waiting_items


@dataclass(frozen=True)
class Queued:
    """An item that waits.

    Attributes:
        sources: ids of the sources that have it.
        url: of its first copy.
        kind: by which rule; "other" for one that is not of the editorial flow.
        until: when it goes out or is looked at again by itself; None: when somebody does something.
    """

    id: str
    title: str
    sources: tuple[str, ...]
    url: str
    since: datetime
    kind: WaitKind | str
    why: str
    until: datetime | None


def gather_queue(connection: Connection) -> list[Queued]:
    """List what waits, the longest waiting first."""
    return [
        Queued(
            item.public_id,
            item.title,
            tuple(dict.fromkeys(source for source, _ in item.sources)),
            next((url for _, url in item.sources if url), ""),
            item.since,
            kind_of(item.why) or "other",
            item.why,
            item.until,
        )
        for item in waiting_items(connection, SETTLED)
    ]
