"""Statements on search: what readers can find, and what they find.

The texts stand in the table `searched`; the index of their words, in what the database has for that: `search_fts` for
SQLite, `search_vectors` for PostgreSQL. Both find the same.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from aggregator.expressions.searchwords import SearchWords
from aggregator.models import CLOSE_MARK, OPEN_MARK
from aggregator.store.item_pages import may_be_written
from aggregator.tables import COPY, SEARCH_DUE, SEARCH_PART, SEARCHED

_PLACES = 64  # in a second
_CHUNK = 500  # ids in one statement
EVERY = "a"  # a mark that all items have


@dataclass(frozen=True)
class Findable:
    """What readers can find of an item."""

    item: int
    sort_at: datetime
    title: str
    body: str
    topics: Collection[str]
    sources: Collection[str]
    language: str
    shown: dict[str, Any]


@dataclass(frozen=True)
class Only:
    """Where to look; what is empty or None is no limit. Of several topics, sources or languages one is enough."""

    topics: Collection[str] = ()
    sources: Collection[str] = ()
    languages: Collection[str] = ()
    since: datetime | None = None
    until: datetime | None = None  # before this instant


@dataclass(frozen=True)
class StoredHit:
    """What was found; in title and passage its words stand between `OPEN_MARK` and `CLOSE_MARK`."""

    place: int
    shown: dict[str, Any]
    title: str
    passage: str


class Asked(NamedTuple):
    """What is looked for in the index: words; and of each kind of mark some of which one is enough."""

    words: SearchWords
    marks: tuple[tuple[str, ...], ...]


class Index(Protocol):
    """The index of words over `searched`: `search_fts.FtsIndex` or `search_vectors.VectorIndex`."""

    def put(self, place: int, title: str, body: str, marks: str) -> None:
        """Index a new text, or one whose words have been taken out; before it is kept in `searched`."""

    def take_out(self, row: Any) -> None:
        """Take the words of a row of `searched` out, as they stand there still."""

    def rewrite(self, place: int) -> None:
        """Leave in the end no word of what was ever taken out of about this place."""

    def save(self) -> None:
        """Finish what the calls before have begun, once `searched` is written."""

    def stretches(self, low: int, high: int, *, forwards: bool) -> Iterator[tuple[int, int]]:
        """Divide the places from `low` to before `high`, so that a search can be ended between two stretches."""

    def find_in(
        self, asked: Asked, first: int, end: int, limit: int, *, forwards: bool
    ) -> Sequence[tuple[int, str, str]]:
        """Find place, title and passage of what lies within one of the stretches."""

    def find_among(self, asked: Asked, places: Collection[int]) -> set[int]:
        """Return those of some places where the words are found."""


def _index(connection: Connection) -> Index:
    if connection.dialect.name == "postgresql":
        from aggregator.store.search_vectors import VectorIndex

        return VectorIndex(connection)
    from aggregator.store.search_fts import FtsIndex

    return FtsIndex(connection)


# --- what can be found -----------------------------------------------------------------------------------------------


def mark_due(connection: Connection, items: Collection[int]) -> None:
    """Let what readers can find of some items be looked at again."""
    known = set(connection.scalars(select(SEARCH_DUE.c.item).where(SEARCH_DUE.c.item.in_(items))))
    if new := sorted(set(items) - known):
        connection.execute(insert(SEARCH_DUE), [{"item": item} for item in new])


def has_due(connection: Connection) -> bool:
    """Tell whether anything is to be written."""
    item = connection.execute(_due(connection).limit(1)).first()
    part = select(SEARCH_PART.c.number).where(SEARCH_PART.c.due.is_(True)).limit(1)
    return item is not None or connection.execute(part).first() is not None


def due_items(connection: Connection, limit: int) -> list[int]:
    """List some items that are due, the oldest first: so the index grows at its end."""
    return list(connection.scalars(_due(connection).order_by(SEARCH_DUE.c.item).limit(limit)))


def _due(connection: Connection) -> Any:
    return select(SEARCH_DUE.c.item).where(may_be_written(connection, SEARCH_DUE.c.item))


def clear_due(connection: Connection, items: Collection[int]) -> None:
    connection.execute(delete(SEARCH_DUE).where(SEARCH_DUE.c.item.in_(items)))


def carriers(connection: Connection, items: Collection[int]) -> dict[int, set[str]]:
    """Map items to the sources whose copies of them are shown."""
    found: dict[int, set[str]] = {}
    statement = select(COPY.c.item, COPY.c.source).where(COPY.c.item.in_(items), COPY.c.held == "")
    for item, source in connection.execute(statement):
        found.setdefault(item, set()).add(source)
    return found


def write(connection: Connection, findables: Sequence[Findable]) -> None:
    """Let readers find this of some items from now on."""
    known = {row.item: row for row in _rows(connection, [one.item for one in findables])}
    index = _index(connection)
    for one in findables:
        old = known.get(one.item)
        if old and old.sort_at != one.sort_at:  # rare: its date became another one while no reader had seen it
            _take_out(index, old)
            index.rewrite(old.place)
            connection.execute(delete(SEARCHED).where(SEARCHED.c.place == old.place))
            del known[one.item]
    places = _free_places(connection, [one for one in findables if one.item not in known])
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    places |= {item: row.place for item, row in known.items()}
    for one in sorted(findables, key=lambda one: places[one.item]):
        title, body, marks = _unmarked(one.title), _unmarked(one.body), _marks(one)
        old = known.get(one.item)
        place = places[one.item]
        row = {"title": title, "body": body, "marks": marks, "shown": one.shown}
        if old is None:
            new.append({"place": place, "item": one.item, "sort_at": one.sort_at, **row})
        elif (old.title, old.body, old.marks, old.shown) == (title, body, marks, one.shown):
            continue
        else:
            changed.append({f"_{name}": value for name, value in {"place": place, **row}.items()})
        if old is None or (old.title, old.body, old.marks) != (title, body, marks):
            if old:
                _take_out(index, old)
            index.put(place, title, body, marks)
    if new:
        connection.execute(insert(SEARCHED), new)
    if changed:
        values: dict[str, Any] = {name: bindparam(f"_{name}") for name in ("title", "body", "marks", "shown")}
        connection.execute(update(SEARCHED).where(SEARCHED.c.place == bindparam("_place")).values(**values), changed)
    index.save()


def index_rows(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Index the words of rows that `searched` has got in another way than by `write`."""
    index = _index(connection)
    for row in rows:
        if row["marks"]:
            index.put(row["place"], row["title"], row["body"], row["marks"])
    index.save()


def remove(connection: Connection, items: Collection[int]) -> None:
    """Let readers find nothing of some items from now on."""
    index = _index(connection)
    for row in _rows(connection, items):
        _blank(connection, index, row)
    index.save()


def erase(connection: Connection, items: Collection[int]) -> None:
    """Do as `remove` does, and let no word of them be left in the index."""
    index = _index(connection)
    for row in _rows(connection, items):
        _blank(connection, index, row)
        index.rewrite(row.place)
    index.save()


def _blank(connection: Connection, index: Index, row: Any) -> None:
    if row.marks:
        index.take_out(row)
        blank = {"title": "", "body": "", "marks": "", "shown": {}}
        connection.execute(update(SEARCHED).where(SEARCHED.c.place == row.place).values(**blank))


def _take_out(index: Index, row: Any) -> None:
    if row.marks:
        index.take_out(row)


def _free_places(connection: Connection, findables: Sequence[Findable]) -> dict[int, int]:
    """Map new items to their places: 64 in a second, and the next free one where they are taken."""
    first = {one.item: _first_place(one.sort_at) for one in findables}
    kept = set(connection.scalars(select(SEARCHED.c.place).where(SEARCHED.c.place.in_(first.values()))))
    given: set[int] = set()
    onwards: dict[int, int] = {}  # by the first place in a second, from where on there may be another free one
    places = {}
    for item, begin in first.items():
        place = begin
        if place in kept or place in given:
            place = _next_free(connection, onwards.get(begin, place))
        while place in given:
            place = _next_free(connection, place + 1)
        given.add(place)
        onwards[begin] = place + 1
        places[item] = place
    return places


def _next_free(connection: Connection, place: int) -> int:
    """Return a place, or the next one after it, that no item has."""
    here, other = SEARCHED.c.place, SEARCHED.alias()
    if connection.execute(select(here).where(here == place)).first() is None:
        return place
    goes_on = select(other.c.place).where(other.c.place == here + 1).exists()
    return int(connection.scalars(select(here).where(here >= place, ~goes_on).order_by(here).limit(1)).one()) + 1


def _rows(connection: Connection, items: Collection[int]) -> Iterator[Any]:
    wanted = sorted(items)
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        yield from connection.execute(select(SEARCHED).where(SEARCHED.c.item.in_(chunk))).all()


# --- what is found ---------------------------------------------------------------------------------------------------


def find(
    connection: Connection,
    words: SearchWords,
    only: Only,
    limit: int,
    *,
    before: int | None = None,
    after: int | None = None,
    may_go_on: Callable[[], bool] = lambda: True,
) -> tuple[list[StoredHit], int | None]:
    """Find items, the newest first.

    Args:
        before: only those before this place.
        after: only those after this place: the ones next to it.
        may_go_on: asked between two parts of the index.
    Returns:
        The hits; and, where it was told to stop, the place up to which it has looked.
    """
    asked = _asked(words, only)
    low = 0 if only.since is None else _first_place(only.since)
    high = 2**62 if only.until is None else _first_place(only.until)
    low, high = max(low, -1 if after is None else after + 1), min(high, 2**62 if before is None else before)
    forwards = after is not None
    index = _index(connection)
    rows: list[tuple[int, str, str]] = []
    stopped_at = None
    is_begun = False
    for first, end in index.stretches(low, high, forwards=forwards):
        if is_begun and not may_go_on():
            stopped_at = first - 1 if forwards else end
            break
        is_begun = True
        rows += index.find_in(asked, first, end, limit - len(rows), forwards=forwards)
        if len(rows) >= limit:
            break
    places = [row[0] for row in rows]
    shown = dict(
        connection.execute(select(SEARCHED.c.place, SEARCHED.c.shown).where(SEARCHED.c.place.in_(places))).all()
    )
    return [StoredHit(place, shown[place], title, passage) for place, title, passage in sorted(rows)[::-1]], stopped_at


def find_among(connection: Connection, words: SearchWords, only: Only, items: Collection[int]) -> set[int]:
    """Return those of some items that are found, whatever their dates."""
    items_at = {row.place: row.item for row in _rows(connection, items)}
    return {items_at[place] for place in _index(connection).find_among(_asked(words, only), items_at)}


def _first_place(at: datetime) -> int:
    return max(int(at.timestamp()), 0) * _PLACES


def _asked(words: SearchWords, only: Only) -> Asked:
    kinds = (("t", only.topics), ("s", only.sources), ("l", only.languages))
    marks = tuple(tuple(_mark(kind, name) for name in sorted(names)) for kind, names in kinds if names)
    return Asked(words, marks or ((EVERY,),))


def _unmarked(words: str) -> str:
    return words.replace(OPEN_MARK, "").replace(CLOSE_MARK, "")


def _marks(one: Findable) -> str:
    parts = one.language.lower().split("-")
    languages = ["-".join(parts[:length]) for length in range(1, len(parts) + 1)] if one.language else []
    names = {"t": one.topics, "s": one.sources, "l": languages}
    marks = [_mark(kind, name) for kind, several in names.items() for name in sorted(several)]
    return " ".join([EVERY, *marks])


def _mark(kind: str, name: str) -> str:
    """Write a topic, a source or a language so that it is one word, and none that anybody types."""
    return f"{kind}{name.lower().encode('utf-8', 'replace').hex()}"
