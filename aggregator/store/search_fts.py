"""The index of words that readers search by, on SQLite (FTS5).

It lies in parts (`search_parts`), each of a stretch of time and of limited size. The newest part is asked first, so
that a word that every article has is answered from a few of its pages, and between two parts a search can be ended that
takes too long. A part can be written anew within a second or two: so it is when it has grown too large, and when an
article is taken back, since FTS5 leaves words of what is deleted in its pages.
"""

# ruff: noqa: S608 - numbers of our own tables are put into statements, and nothing else

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, TextClause, bindparam, text

from aggregator.expressions.searchwords import Term
from aggregator.models import CLOSE_MARK, OPEN_MARK
from aggregator.store.search import Asked
from aggregator.store.search_parts import Parts

_LONGEST_PASSAGE = 40  # words
_NONE = "z"  # a mark that no item has


class FtsIndex:
    """See `search.Index` for what each of these does."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._parts = Parts(connection)
        self._new: dict[str, list[dict[str, Any]]] = {}  # by the table of a part

    def put(self, place: int, title: str, body: str, marks: str) -> None:
        table = self._parts.table_for(place, len(title) + len(body))
        words = {"place": place, "title": title, "body": body, "marks": marks}
        self._new.setdefault(table, []).append(words)

    def take_out(self, row: Any) -> None:
        table = self._parts.table_for(row.place, -len(row.title) - len(row.body))
        # Of an index that keeps no texts, what is deleted must be said word by word (SQLite FTS5 §6.4).
        words = {"place": row.place, "title": row.title, "body": row.body, "marks": row.marks}
        out = f"INSERT INTO {table} ({table}, rowid, title, body, marks)"
        self._connection.execute(text(f"{out} VALUES ('delete', :place, :title, :body, :marks)"), words)

    def rewrite(self, place: int) -> None:
        self._parts.rewrite(place)

    def save(self) -> None:
        for table, rows in self._new.items():
            into = f"INSERT INTO {table} (rowid, title, body, marks) VALUES (:place, :title, :body, :marks)"
            self._connection.execute(text(into), rows)
        self._new.clear()
        self._parts.save()

    def stretches(self, low: int, high: int, *, forwards: bool) -> Iterator[tuple[int, int]]:
        parts = self._parts.parts
        for part in parts if forwards else reversed(parts):
            first, end = max(part.first, low), min(self._parts.end_of(part), high)
            if first < end:
                yield first, end

    def find_in(
        self, asked: Asked, first: int, end: int, limit: int, *, forwards: bool
    ) -> Sequence[tuple[int, str, str]]:
        span = {"first": first, "end": end, "limit": limit}
        marking = {"open": OPEN_MARK, "close": CLOSE_MARK, "length": _LONGEST_PASSAGE}
        question = _question(self._parts.at(first).table, forwards=forwards)
        rows = self._connection.execute(question, {"asked": _query(asked), **span, **marking})
        return [(place, title, passage) for place, title, passage in rows]

    def find_among(self, asked: Asked, places: Collection[int]) -> set[int]:
        by_table: dict[str, list[int]] = {}
        for place in places:
            by_table.setdefault(self._parts.at(place).table, []).append(place)
        found: set[int] = set()
        for table, inside in by_table.items():
            statement = text(f"SELECT rowid FROM {table} WHERE {table} MATCH :asked AND rowid IN :places")
            statement = statement.bindparams(bindparam("places", expanding=True))
            found.update(self._connection.scalars(statement, {"asked": _query(asked), "places": inside}))
        return found


@lru_cache(maxsize=1_000)  # to read one takes as long as to ask it
def _question(table: str, *, forwards: bool) -> TextClause:
    return text(
        f"SELECT rowid, highlight({table}, 0, :open, :close), snippet({table}, 1, :open, :close, '…', :length) "
        f"FROM {table} WHERE {table} MATCH :asked AND rowid >= :first AND rowid < :end "
        f"ORDER BY rowid {'ASC' if forwards else 'DESC'} LIMIT :limit"
    )


def _query(asked: Asked) -> str:
    """Write what is looked for in the language of FTS5, every word of it quoted."""
    words = asked.words
    clauses = [f"{{title body}} : ({' AND '.join(map(_term, words.wanted))})"] if words.wanted else []
    filters = [f"marks : ({' OR '.join(marks)})" for marks in asked.marks]
    if clauses and len(filters) > 1:
        # FTS5 makes one list of all that AND joins and moves on in each of them, so through all places of a frequent
        # word even where filters exclude each other. What stands before a NOT stays apart: 0.2 ms a part, not 0.6.
        filters = [f"(({' AND '.join(filters)}) NOT marks : {_NONE})"]
    clauses += filters
    query = " AND ".join(clauses)
    if words.unwanted:
        query = f"({query}) NOT {{title body}} : ({' OR '.join(map(_term, words.unwanted))})"
    return query


def _term(term: Term) -> str:
    quoted = term.text.replace('"', " ")
    return f'"{quoted}" *' if term.is_beginning else f'"{quoted}"'
