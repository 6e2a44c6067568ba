"""Statements on the search index: what readers can find, and what they find (SQLite FTS5).

The index lies in parts, each of a stretch of time and of limited size. The newest part is asked first, so that a word
that every article has is answered from a few of its pages, and between two parts a search can be ended that takes too
long. A part can be written anew within a second or two: so it is when it has grown too large, and when an article is
taken back, since FTS5 leaves words of what is deleted in its pages.
"""

# ruff: noqa: S608 - numbers of our own tables are put into statements, and nothing else

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, bindparam, delete, insert, select, text, update
from sqlalchemy.orm import Session

from aggregator.expressions.searchwords import SearchWords, Term
from aggregator.models import CLOSE_MARK, OPEN_MARK
from aggregator.store.item_pages import may_be_written
from aggregator.store.search_parts import Parts
from aggregator.tables import COPY, SEARCH_DUE, SEARCH_PART, SEARCHED

_PLACES = 64  # in a second
_LONGEST_PASSAGE = 40  # words
_CHUNK = 500  # ids in one statement
_EVERY = "a"  # a mark that all items have


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


# --- what can be found -----------------------------------------------------------------------------------------------


def mark_due(session: Session, items: Collection[int]) -> None:
    """Let what readers can find of some items be looked at again."""
    known = set(session.scalars(select(SEARCH_DUE.c.item).where(SEARCH_DUE.c.item.in_(items))))
    if new := sorted(set(items) - known):
        session.execute(insert(SEARCH_DUE), [{"item": item} for item in new])


def has_due(session: Session) -> bool:
    """Tell whether anything is to be written."""
    item = session.execute(_due(session).limit(1)).first()
    part = select(SEARCH_PART.c.number).where(SEARCH_PART.c.due.is_(True)).limit(1)
    return item is not None or session.execute(part).first() is not None


def due_items(session: Session, limit: int) -> list[int]:
    """List some items that are due, the oldest first: so the index grows at its end."""
    return list(session.scalars(_due(session).order_by(SEARCH_DUE.c.item).limit(limit)))


def _due(session: Session) -> Any:
    return select(SEARCH_DUE.c.item).where(may_be_written(session, SEARCH_DUE.c.item))


def clear_due(session: Session, items: Collection[int]) -> None:
    session.execute(delete(SEARCH_DUE).where(SEARCH_DUE.c.item.in_(items)))


def carriers(session: Session, items: Collection[int]) -> dict[int, set[str]]:
    """Map items to the sources whose copies of them are shown."""
    found: dict[int, set[str]] = {}
    statement = select(COPY.c.item, COPY.c.source).where(COPY.c.item.in_(items), COPY.c.held == "")
    for item, source in session.execute(statement):
        found.setdefault(item, set()).add(source)
    return found


def write(session: Session, findables: Sequence[Findable]) -> None:
    """Let readers find this of some items from now on."""
    known = {row.item: row for row in _rows(session, [one.item for one in findables])}
    parts = Parts(session)
    for one in findables:
        old = known.get(one.item)
        if old and old.sort_at != one.sort_at:  # rare: its date became another one while no reader had seen it
            _take_out(session, parts, old)
            parts.rewrite(old.place)
            session.execute(delete(SEARCHED).where(SEARCHED.c.place == old.place))
            del known[one.item]
    places = _free_places(session, [one for one in findables if one.item not in known])
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    indexed: dict[str, list[dict[str, Any]]] = {}
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
                _take_out(session, parts, old)
            table = parts.table_for(place, len(title) + len(body))
            words = {"place": place, "title": title, "body": body, "marks": marks}
            indexed.setdefault(table, []).append(words)
    if new:
        session.execute(insert(SEARCHED), new)
    if changed:
        values: dict[str, Any] = {name: bindparam(f"_{name}") for name in ("title", "body", "marks", "shown")}
        session.execute(update(SEARCHED).where(SEARCHED.c.place == bindparam("_place")).values(**values), changed)
    for table, rows in indexed.items():
        into = f"INSERT INTO {table} (rowid, title, body, marks) VALUES (:place, :title, :body, :marks)"
        session.execute(text(into), rows)
    parts.save()


def remove(session: Session, items: Collection[int]) -> None:
    """Let readers find nothing of some items from now on."""
    parts = Parts(session)
    for row in _rows(session, items):
        _blank(session, parts, row)
    parts.save()


def erase(session: Session, items: Collection[int]) -> None:
    """Do as `remove` does, and let every part in which they ever stood be written anew (`search_parts`)."""
    parts = Parts(session)
    for row in _rows(session, items):
        _blank(session, parts, row)
        parts.rewrite(row.place)
    parts.save()


def _blank(session: Session, parts: Parts, row: Any) -> None:
    if row.marks:
        _take_out(session, parts, row)
        blank = {"title": "", "body": "", "marks": "", "shown": {}}
        session.execute(update(SEARCHED).where(SEARCHED.c.place == row.place).values(**blank))


def _take_out(session: Session, parts: Parts, row: Any) -> None:
    if row.marks:
        table = parts.table_for(row.place, -len(row.title) - len(row.body))
        # Of an index that keeps no texts, what is deleted must be said word by word (SQLite FTS5 §6.4).
        words = {"place": row.place, "title": row.title, "body": row.body, "marks": row.marks}
        out = f"INSERT INTO {table} ({table}, rowid, title, body, marks)"
        session.execute(text(f"{out} VALUES ('delete', :place, :title, :body, :marks)"), words)


def _free_places(session: Session, findables: Sequence[Findable]) -> dict[int, int]:
    """Map new items to their places: 64 in a second, and the next free one where they are taken."""
    first = {one.item: _first_place(one.sort_at) for one in findables}
    kept = set(session.scalars(select(SEARCHED.c.place).where(SEARCHED.c.place.in_(first.values()))))
    given: set[int] = set()
    onwards: dict[int, int] = {}  # by the first place in a second, from where on there may be another free one
    places = {}
    for item, begin in first.items():
        place = begin
        if place in kept or place in given:
            place = _next_free(session, onwards.get(begin, place))
        while place in given:
            place = _next_free(session, place + 1)
        given.add(place)
        onwards[begin] = place + 1
        places[item] = place
    return places


def _next_free(session: Session, place: int) -> int:
    """Return a place, or the next one after it, that no item has."""
    here, other = SEARCHED.c.place, SEARCHED.alias()
    if session.execute(select(here).where(here == place)).first() is None:
        return place
    goes_on = select(other.c.place).where(other.c.place == here + 1).exists()
    return int(session.scalars(select(here).where(here >= place, ~goes_on).order_by(here).limit(1)).one()) + 1


def _rows(session: Session, items: Collection[int]) -> Iterator[Any]:
    wanted = sorted(items)
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        yield from session.execute(select(SEARCHED).where(SEARCHED.c.item.in_(chunk))).all()


# --- what is found ---------------------------------------------------------------------------------------------------


def find(
    session: Session,
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
    asked = _query(words, only)
    low = 0 if only.since is None else _first_place(only.since)
    high = 2**62 if only.until is None else _first_place(only.until)
    low, high = max(low, -1 if after is None else after + 1), min(high, 2**62 if before is None else before)
    forwards = after is not None
    parts = Parts(session)
    hits: list[StoredHit] = []
    is_begun = False
    for part in parts.parts if forwards else reversed(parts.parts):
        first, end = max(part.first, low), min(parts.end_of(part), high)
        if first >= end:
            continue
        if is_begun and not may_go_on():
            return _newest_first(hits), first - 1 if forwards else end
        is_begun = True
        hits += _find_in(session, part.table, asked, first, end, limit - len(hits), forwards=forwards)
        if len(hits) >= limit:
            break
    return _newest_first(hits), None


def find_among(session: Session, words: SearchWords, only: Only, items: Collection[int]) -> set[int]:
    """Return those of some items that are found, whatever their dates."""
    parts = Parts(session)
    items_at = {row.place: row.item for row in _rows(session, items)}
    places: dict[str, list[int]] = {}
    for place in items_at:
        places.setdefault(parts.at(place).table, []).append(place)
    found: set[int] = set()
    for table, inside in places.items():
        statement = text(f"SELECT rowid FROM {table} WHERE {table} MATCH :asked AND rowid IN :places")
        statement = statement.bindparams(bindparam("places", expanding=True))
        hits = session.execute(statement, {"asked": _query(words, only), "places": inside})
        found.update(items_at[place] for place in hits.scalars())
    return found


def _find_in(
    session: Session, table: str, asked: str, first: int, end: int, limit: int, *, forwards: bool
) -> list[StoredHit]:
    span = {"first": first, "end": end, "limit": limit}
    marking = {"open": OPEN_MARK, "close": CLOSE_MARK, "length": _LONGEST_PASSAGE}
    rows = session.execute(_question(table, forwards=forwards), {"asked": asked, **span, **marking}).all()
    if not rows:
        return []
    places = [row[0] for row in rows]
    shown = dict(session.execute(select(SEARCHED.c.place, SEARCHED.c.shown).where(SEARCHED.c.place.in_(places))).all())
    return [StoredHit(place, shown[place], title, passage) for place, title, passage in rows]


@lru_cache(maxsize=1_000)  # to read one takes as long as to ask it
def _question(table: str, *, forwards: bool) -> TextClause:
    return text(
        f"SELECT rowid, highlight({table}, 0, :open, :close), snippet({table}, 1, :open, :close, '…', :length) "
        f"FROM {table} WHERE {table} MATCH :asked AND rowid >= :first AND rowid < :end "
        f"ORDER BY rowid {'ASC' if forwards else 'DESC'} LIMIT :limit"
    )


def _newest_first(hits: list[StoredHit]) -> list[StoredHit]:
    return sorted(hits, key=lambda hit: -hit.place)


def _first_place(at: datetime) -> int:
    return max(int(at.timestamp()), 0) * _PLACES


def _query(words: SearchWords, only: Only) -> str:
    """Write what is looked for in the language of FTS5, every word of it quoted."""
    clauses = [f"{{title body}} : ({' AND '.join(map(_term, words.wanted))})"] if words.wanted else []
    for kind, names in (("t", only.topics), ("s", only.sources), ("l", only.languages)):
        if names:
            clauses.append(f"marks : ({' OR '.join(_mark(kind, name) for name in sorted(names))})")
    query = " AND ".join(clauses or [f"marks : {_EVERY}"])
    if words.unwanted:
        query = f"({query}) NOT {{title body}} : ({' OR '.join(map(_term, words.unwanted))})"
    return query


def _term(term: Term) -> str:
    quoted = term.text.replace('"', " ")
    return f'"{quoted}" *' if term.is_beginning else f'"{quoted}"'


def _unmarked(words: str) -> str:
    return words.replace(OPEN_MARK, "").replace(CLOSE_MARK, "")


def _marks(one: Findable) -> str:
    parts = one.language.lower().split("-")
    languages = ["-".join(parts[:length]) for length in range(1, len(parts) + 1)] if one.language else []
    names = {"t": one.topics, "s": one.sources, "l": languages}
    marks = [_mark(kind, name) for kind, several in names.items() for name in sorted(several)]
    return " ".join([_EVERY, *marks])


def _mark(kind: str, name: str) -> str:
    """Write a topic, a source or a language so that it is one word, and none that anybody types."""
    return f"{kind}{name.lower().encode('utf-8', 'replace').hex()}"
