"""Statements on digests: how far each has come, its editions, and which items were in them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, insert, select, update

from aggregator.tables import COPY, DIGEST_STATE, EDITION, ITEM, SENT

EditionState = Literal["intent", "unknown", "waiting", "sent", "refused", "void"]
_OPEN = ("intent", "unknown", "waiting")


@dataclass(frozen=True)
class Progress:
    """How far a digest has come.

    Attributes:
        begins_at: what was new before is not for it.
        period: the last day that is dealt with.
        reached_at: until then everything has been told, but for what came into a topic later.
        told_at: when its last edition went out.
        tries: in vain, since then.
        due_at: not tried again before.
        said: why it failed.
    """

    begins_at: datetime
    period: str
    reached_at: datetime
    told_at: datetime | None = None
    tries: int = 0
    due_at: datetime | None = None
    failing_since: datetime | None = None
    said: str = ""


@dataclass(frozen=True)
class KeptEdition:
    """An edition as kept, without its items."""

    digest: str
    period: str
    state: EditionState
    message_id: str
    made_at: datetime
    settled_at: datetime | None
    refusals: int

    @property
    def is_open(self) -> bool:
        """Whether it is still to go out, as far as is known."""
        return self.state in _OPEN


@dataclass(frozen=True)
class Told:
    """An item of an edition: under which topic it stands."""

    item: int
    topic: str


def load_progress(connection: Connection) -> dict[str, Progress]:
    """Map digests to how far they have come; one that was never looked at is missing."""
    rows = connection.execute(select(DIGEST_STATE))
    return {row.digest: Progress(*row[1:]) for row in rows}


def save_progress(connection: Connection, digest: str, progress: Progress) -> None:
    values = vars(progress)
    known = update(DIGEST_STATE).where(DIGEST_STATE.c.digest == digest).values(**values)
    if not connection.execute(known).rowcount:
        connection.execute(insert(DIGEST_STATE).values(digest=digest, **values))


def open_edition(connection: Connection, digest: str) -> KeptEdition | None:
    """Return the edition that is still to go out, or may not have; there is at most one."""
    found = select(EDITION).where(EDITION.c.digest == digest, EDITION.c.state.in_(_OPEN)).order_by(EDITION.c.period)
    row = connection.execute(found).first()
    return KeptEdition(*row) if row else None


def last_editions(connection: Connection, digest: str, most: int) -> list[KeptEdition]:
    """List the editions that went out, the latest first."""
    found = select(EDITION).where(EDITION.c.digest == digest, EDITION.c.state == "sent")
    return [KeptEdition(*row) for row in connection.execute(found.order_by(EDITION.c.period.desc()).limit(most))]


def keep_edition(
    connection: Connection,
    edition: KeptEdition,
    items: Sequence[Told],
) -> None:
    """Keep that an edition is about to be handed over, before it is."""
    here = (EDITION.c.digest == edition.digest, EDITION.c.period == edition.period)
    connection.execute(delete(EDITION).where(*here))  # one of which nothing was left
    connection.execute(insert(EDITION).values(**vars(edition)))
    rows: list[dict[str, Any]] = [
        {"digest": edition.digest, "period": edition.period, "position": position} | vars(told)
        for position, told in enumerate(items)
    ]
    connection.execute(insert(SENT), rows)


def note_state(connection: Connection, edition: KeptEdition) -> None:
    """Keep the state, and the refusals, of an edition that is still to go out."""
    connection.execute(_this(edition).values(state=edition.state, refusals=edition.refusals))


def settle(
    connection: Connection, edition: KeptEdition, state: EditionState, told: Collection[int], now: datetime
) -> None:
    """Keep what became of an edition at last.

    Args:
        told: the items that readers have got; the others may stand in a later edition.
    """
    connection.execute(_this(edition).values(state=state, settled_at=now))
    here = (SENT.c.digest == edition.digest, SENT.c.period == edition.period)
    connection.execute(delete(SENT).where(*here, SENT.c.item.not_in(told)))


def items_of(connection: Connection, editions: Collection[KeptEdition]) -> dict[str, list[Told]]:
    """Map the periods of some editions of one digest to their items, in order."""
    found: dict[str, list[Told]] = {edition.period: [] for edition in editions}
    digests = {edition.digest for edition in editions}
    rows = select(SENT.c.period, SENT.c.item, SENT.c.topic).where(SENT.c.digest.in_(digests), SENT.c.period.in_(found))
    for row in connection.execute(rows.order_by(SENT.c.period, SENT.c.position)):
        found[row.period].append(Told(row.item, row.topic))
    return found


def told_items(connection: Connection, digest: str, items: Collection[int], before: str = "") -> set[int]:
    """Return those of some items that stood in an edition, by themselves or as one that was merged into them.

    Args:
        before: in one before this period; empty: in any.
    """
    descent: dict[int, set[int]] = {item: {item} for item in items}  # an item -> those of `items` it has become
    layer: Mapping[int, set[int]] = descent
    while layer:
        below = select(ITEM.c.id, ITEM.c.merged_into).where(ITEM.c.merged_into.in_(layer))
        found: dict[int, set[int]] = {}
        for row in connection.execute(below):
            if row.id not in descent:
                found[row.id] = layer[row.merged_into]
        descent |= found
        layer = found
    told = select(SENT.c.item).where(SENT.c.digest == digest, SENT.c.item.in_(descent))
    if before:
        told = told.where(SENT.c.period < before)
    return {item for one in connection.execute(told).scalars() for item in descent[one]}


def first_seen(connection: Connection, items: Collection[int]) -> dict[int, datetime]:
    """Map items to when the first of their copies came."""
    statement = select(COPY.c.item, func.min(COPY.c.first_seen_at)).where(COPY.c.item.in_(items)).group_by(COPY.c.item)
    return {row[0]: row[1] for row in connection.execute(statement)}


def _this(edition: KeptEdition) -> Any:
    return update(EDITION).where(EDITION.c.digest == edition.digest, EDITION.c.period == edition.period)
