"""The parts of the search index: which there are, and writing one anew.

Each part is a table of SQLite's FTS5 for a stretch of time, with 20 million characters or so: a new one is begun at the
end when the last is full, and one that has grown twice as large becomes two. Which words go in and out is the business
of `search`.
"""

from bisect import bisect_right
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, text, update

from aggregator.tables import SEARCH_PART, SEARCHED

FULL = 20_000_000  # characters in a part: 40,000 excerpts; written anew in 0.9 s


@dataclass
class Part:
    """One part; it ends where the next begins."""

    number: int
    first: int
    characters: int
    due: bool

    @property
    def table(self) -> str:
        return f"searchwords_{self.number}"


class Parts:
    """All parts of the index, the oldest first. What becomes of them is kept by `save`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        rows = connection.execute(select(SEARCH_PART).order_by(SEARCH_PART.c.first))
        self.parts = [Part(row.number, row.first, row.characters, row.due) for row in rows]
        self._changed: set[int] = set()

    def at(self, place: int) -> Part:
        """Return the part of a place; there must be one."""
        return self.parts[bisect_right(self.parts, place, key=lambda part: part.first) - 1]

    def end_of(self, part: Part) -> int:
        """Return the place before which a part ends."""
        return min((one.first for one in self.parts if one.first > part.first), default=2**62)

    def table_for(self, place: int, characters: int) -> str:
        """Name the table in which a text of that many characters is written, or, where less than 0, deleted."""
        if not self.parts:
            self.open(0)
        part = self.at(place)
        if characters > 0 and part is self.parts[-1] and part.characters >= FULL and self._is_newest(place):
            self.open(place)
            part = self.parts[-1]
        part.characters += characters
        part.due = part.due or part.characters > 2 * FULL
        self._changed.add(part.number)
        return part.table

    def rewrite(self, place: int) -> None:
        """Let the part of a place be written anew."""
        part = self.at(place)
        part.due = True
        self._changed.add(part.number)

    def open(self, first: int) -> None:
        """Begin a part at a place."""
        number = max((part.number for part in self.parts), default=0) + 1
        part = Part(number, first, 0, False)
        self.parts.append(part)
        self.parts.sort(key=lambda part: part.first)
        self._connection.execute(insert(SEARCH_PART).values(number=number, first=first, characters=0, due=False))
        self._create(part)

    def fill(self, part: Part) -> None:
        """Write the index of a part anew, from the texts there are."""
        self._connection.execute(text(f"DROP TABLE {part.table}"))
        self._create(part)
        inside = "FROM searched WHERE place >= :first AND place < :end AND marks != ''"
        span = {"first": part.first, "end": self.end_of(part)}
        into = f"INSERT INTO {part.table} (rowid, title, body, marks) SELECT place, title, body, marks {inside}"
        self._connection.execute(text(into), span)
        size = text(f"SELECT coalesce(sum(length(title) + length(body)), 0) {inside}")
        part.characters, part.due = self._connection.execute(size, span).scalar_one(), False
        self._changed.add(part.number)
        self.save()

    def save(self) -> None:
        """Keep how large the parts are, and whether they are due."""
        for part in self.parts:
            if part.number in self._changed:
                here = update(SEARCH_PART).where(SEARCH_PART.c.number == part.number)
                self._connection.execute(here.values(characters=part.characters, due=part.due))
        self._changed.clear()

    def _create(self, part: Part) -> None:
        # The texts stand in `searched`; how long each is nobody asks, since hits come by date and not by rank.
        self._connection.execute(
            text(
                f"CREATE VIRTUAL TABLE {part.table} USING fts5(title, body, marks, content='searched', "
                "content_rowid='place', columnsize=0, tokenize='unicode61 remove_diacritics 2')"
            )
        )

    def _is_newest(self, place: int) -> bool:
        # One that stood here before is not: words of it are left in the part where it stood.
        newest = self._connection.execute(select(func.max(SEARCHED.c.place))).scalar()
        return newest is None or place > newest


def rewrite_next(connection: Connection) -> bool:
    """Write a part anew that is due, in two where it has become too large; tells whether there was one."""
    parts = Parts(connection)
    for part in parts.parts:
        if part.due:
            inside = (SEARCHED.c.place >= part.first, SEARCHED.c.place < parts.end_of(part), SEARCHED.c.marks != "")
            count = connection.execute(select(func.count()).where(*inside)).scalar_one()
            if part.characters > FULL * 1.5 and count > 1:
                half = select(SEARCHED.c.place).where(*inside).order_by(SEARCHED.c.place).offset(count // 2).limit(1)
                parts.open(connection.execute(half).scalar_one())
                parts.fill(parts.parts[parts.parts.index(part) + 1])
            parts.fill(part)
            return True
    return False
