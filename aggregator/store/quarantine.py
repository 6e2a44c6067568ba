"""Statements on what is held because somebody may have broken into a partner's site."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, func, insert, select, text, update

from aggregator.tables import COPY, SOURCE_PROFILE

# suspect: for what it holds; quarantine: for what else its source published; gone: it vanished while it was held;
# alike: it has the address or title of a withdrawn article; withdrawn: it is one, and has no text any more; lifted: it
# was one, and has no text yet.
Hold = Literal["suspect", "quarantine", "gone", "alike", "withdrawn", "lifted"]


_WAITS = ("suspect", "quarantine")
# As the index of what is held says it: with a bound value in it, SQLite would read every copy there is.
_IS_HELD = text("copy.held != ''")
# Run with every poll that brings something: to put a statement together costs more than to run it.
_LOAD_PROFILE = select(SOURCE_PROFILE.c.profile).where(SOURCE_PROFILE.c.source == bindparam("of"))
_SET_PROFILE = (
    update(SOURCE_PROFILE).where(SOURCE_PROFILE.c.source == bindparam("of")).values(profile=bindparam("profile"))
)
_INSERT_PROFILE = insert(SOURCE_PROFILE)


@dataclass(frozen=True)
class Waiting:
    """A copy that is held."""

    copy: int
    item: int
    held: Hold


@dataclass(frozen=True)
class HeldCount:
    """How many copies of a source wait, and why the newest of them does."""

    copies: int
    why: str
    url: str  # of the newest


def load_profile(connection: Connection, source: str) -> dict[str, Any]:
    """Return a source's profile as it was saved; empty for a new source."""
    return dict(connection.execute(_LOAD_PROFILE, {"of": source}).scalar() or {})


def save_profile(connection: Connection, source: str, profile: Mapping[str, Any]) -> None:
    if not connection.execute(_SET_PROFILE, {"of": source, "profile": dict(profile)}).rowcount:
        connection.execute(_INSERT_PROFILE, {"source": source, "profile": dict(profile)})


def hold_copy(connection: Connection, copy: int, hold: Hold, why: str) -> None:
    connection.execute(update(COPY).where(COPY.c.id == copy).values(held=hold, held_why=why))


def let_pass(connection: Connection, copies: Collection[int]) -> None:
    connection.execute(update(COPY).where(COPY.c.id.in_(copies)).values(held="", held_why=""))


def load_waiting(connection: Connection) -> dict[str, list[Waiting]]:
    """Map sources to their copies that wait: held, and not gone."""
    found: dict[str, list[Waiting]] = {}
    statement = select(COPY.c.source, COPY.c.id, COPY.c.item, COPY.c.held)
    statement = statement.where(_IS_HELD, COPY.c.held.in_(_WAITS))
    for source, copy, item, held in connection.execute(statement.order_by(COPY.c.id)):
        found.setdefault(source, []).append(Waiting(copy, item, held))
    return found


def count_held(connection: Connection) -> dict[str, HeldCount]:
    """Map sources to what waits of them; what has vanished does not wait any more."""
    counts = select(COPY.c.source, func.count(), func.max(COPY.c.id)).group_by(COPY.c.source)
    counts = counts.where(_IS_HELD, COPY.c.held.in_(_WAITS))
    newest = {copy: (source, count) for source, count, copy in connection.execute(counts)}
    why = select(COPY.c.id, COPY.c.held_why, COPY.c.url).where(COPY.c.id.in_(newest))
    return {newest[copy][0]: HeldCount(newest[copy][1], said, url) for copy, said, url in connection.execute(why)}
