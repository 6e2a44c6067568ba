"""The index of words that readers search by, on PostgreSQL: the table `searchvector` with an index of its words (GIN).

Words are cut and folded here and not by the server, so that both databases find the same: letters and digits make a
word, in whatever case and with whatever accents, and no ending is cut off. The server keeps which words a text has;
whether they stand in one phrase is seen in `folded`, the words in their order.
"""

# ruff: noqa: S608 - conditions of our own, with numbered values, are put into statements, and nothing else

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from aggregator.expressions.searchwords import Term
from aggregator.models import CLOSE_MARK, OPEN_MARK
from aggregator.store.search import EVERY, Asked

_LONGEST_PASSAGE = 40  # words
_LOOKED_AT = 100  # places where something is found, for the best passage
_LONGEST_WORD = 200  # characters of it are looked at; PostgreSQL takes 2,046 bytes
_MOST_BYTES = 900_000  # of the words of one text; PostgreSQL takes 2**20, and articles have a tenth
_FIRST_STRETCH = 30 * 86_400 * 64  # places of thirty days; each stretch is twice as long as the one before
_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")
_ACCENTS = re.compile(r"[\u0300-\u036f]+")
_BREAK = "\n"  # no phrase goes from the title into the body


class Word(NamedTuple):
    """A word of a text: as it is compared, and where it stands."""

    folded: str
    start: int
    end: int


class VectorIndex:
    """See `search.Index` for what each of these does."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._new: list[dict[str, Any]] = []

    def put(self, place: int, title: str, body: str, marks: str) -> None:
        words = [one.folded for one in read_words(title)] + [_BREAK] + [one.folded for one in read_words(body)]
        kept = _limited(dict.fromkeys(word for word in words if word != _BREAK))
        kept += [f":{mark}" for mark in marks.split()]  # a colon, so that no word is taken for a mark
        self._new.append({"place": place, "folded": f" {' '.join(words)} ", "words": kept})

    def take_out(self, row: Any) -> None:
        self._connection.execute(text("DELETE FROM searchvector WHERE place = :place"), {"place": row.place})

    def rewrite(self, place: int) -> None:
        """Nothing: `take_out` has left no word."""

    def save(self) -> None:
        if self._new:
            into = "INSERT INTO searchvector (place, folded, words) VALUES (:place, :folded, "
            self._connection.execute(text(f"{into}array_to_tsvector(CAST(:words AS text[])))"), self._new)
            self._new.clear()

    def stretches(self, low: int, high: int, *, forwards: bool) -> Iterator[tuple[int, int]]:
        ends = self._connection.execute(text("SELECT min(place), max(place) FROM searchvector")).one()
        if ends[0] is None:
            return
        low, high = max(low, ends[0]), min(high, ends[1] + 1)
        length = _FIRST_STRETCH
        while low < high:
            if forwards:
                yield low, min(low + length, high)
                low += length
            else:
                yield max(high - length, low), high
                high -= length
            length *= 2

    def find_in(
        self, asked: Asked, first: int, end: int, limit: int, *, forwards: bool
    ) -> Sequence[tuple[int, str, str]]:
        condition, values = _condition(asked)
        statement = (
            "SELECT v.place, s.title, s.body FROM searchvector v JOIN searched s USING (place) "
            f"WHERE v.place >= :first AND v.place < :end AND {condition} "
            f"ORDER BY v.place {'ASC' if forwards else 'DESC'} LIMIT :limit"
        )
        rows = self._connection.execute(text(statement), {"first": first, "end": end, "limit": limit, **values})
        phrases = [_Phrase(term) for term in asked.words.wanted]
        return [(place, _marked(title, phrases), _passage(body, phrases)) for place, title, body in rows]

    def find_among(self, asked: Asked, places: Collection[int]) -> set[int]:
        condition, values = _condition(asked)
        statement = text(f"SELECT v.place FROM searchvector v WHERE v.place = ANY(:places) AND {condition}")
        return set(self._connection.scalars(statement, {"places": list(places), **values}))


def read_words(text: str) -> list[Word]:
    """Cut a text into words, folded as SQLite does (unicode61 with remove_diacritics)."""
    return [Word(_fold(found[0]), found.start(), found.end()) for found in _WORD.finditer(text)]


def _fold(word: str) -> str:
    if word.isascii():
        return word.lower()[:_LONGEST_WORD]
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", word)).lower()
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", bare))  # a small letter may have others than its capital
    return unicodedata.normalize("NFC", bare)[:_LONGEST_WORD]


def _limited(words: Collection[str]) -> list[str]:
    kept, size = [], 0
    for word in words:
        size += len(word.encode()) + 8
        if size > _MOST_BYTES:
            break
        kept.append(word)
    return kept


def _condition(asked: Asked) -> tuple[str, dict[str, Any]]:
    """Write what is looked for as a condition on `searchvector v`, and the values it names."""
    wanted = [_Phrase(term) for term in asked.words.wanted]
    unwanted = [_Phrase(term) for term in asked.words.unwanted]
    queries = [phrase.query for phrase in wanted]
    queries += [f"({' | '.join(map(_lexeme, marks))})" for marks in asked.marks if marks != (EVERY,)]
    conditions = ["v.words @@ CAST(:query AS tsquery)"] if queries else []
    values: dict[str, Any] = {"query": " & ".join(queries)} if queries else {}
    for number, phrase in enumerate([*wanted, *unwanted]):
        is_wanted = number < len(wanted)
        name = f"phrase{number}"
        if not phrase.words:  # nothing in it is a word
            conditions += ["false"] * is_wanted
        elif len(phrase.words) > 1:
            conditions.append(f"v.folded {'' if is_wanted else 'NOT '}LIKE :{name}")
            values[name] = f"% {' '.join(phrase.words)}{'' if phrase.is_beginning else ' '}%"
        elif not is_wanted:
            conditions.append(f"NOT v.words @@ CAST(:{name} AS tsquery)")
            values[name] = phrase.query
    return " AND ".join(conditions) or "true", values


def _lexeme(mark: str) -> str:
    return f"':{mark}'"


class _Phrase:
    """The words of a term: one, or several that follow each other."""

    def __init__(self, term: Term) -> None:
        self.words = [word.folded for word in read_words(term.text)]
        self.is_beginning = term.is_beginning

    @property
    def query(self) -> str:
        """In the language of `tsquery`, without regard to their order."""
        last = len(self.words) - 1
        each = [f"'{word}'{':*' * (at == last and self.is_beginning)}" for at, word in enumerate(self.words)]
        return f"({' & '.join(each)})" if each else "'\u0001'"

    def places(self, words: Sequence[Word]) -> Iterator[tuple[int, int]]:
        """Yield from which to which word it stands in a text."""
        *before, last = self.words or [""]
        for at, word in enumerate(words):
            if last and (word.folded == last or (self.is_beginning and word.folded.startswith(last))):
                first = at - len(before)
                if not before or [one.folded for one in words[max(first, 0) : at]] == before:
                    yield first, at


def _marked(text: str, phrases: Sequence[_Phrase]) -> str:
    words = read_words(text)
    found = sorted({place for phrase in phrases for place in phrase.places(words)})
    return _mark(text, words, found)


def _mark(text: str, words: Sequence[Word], found: Sequence[tuple[int, int]]) -> str:
    """Put marks around the words found; where two finds overlap there is one pair of marks."""
    joined: list[list[int]] = []
    for first, last in found:
        if joined and first <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], last)
        else:
            joined.append([first, last])
    marked, done = [], 0
    for first, last in joined:
        start, end = words[first].start, words[last].end
        marked += [text[done:start], OPEN_MARK, text[start:end], CLOSE_MARK]
        done = end
    return "".join([*marked, text[done:]])


def _passage(text: str, phrases: Sequence[_Phrase]) -> str:
    """Cut a text to the forty words in which most of what is looked for stands, the first such ones."""
    words = read_words(text)
    found = sorted({(*place, at) for at, phrase in enumerate(phrases) for place in phrase.places(words)})
    begin = _best_beginning([(first, kind) for first, _, kind in found], words, text)
    end = min(begin + _LONGEST_PASSAGE, len(words))
    start = words[begin].start if begin else 0
    stop = words[end - 1].end if end < len(words) else len(text)
    inside = [(first - begin, last - begin) for first, last, _ in found if first >= begin and last < end]
    kept = [Word(word.folded, word.start - start, word.end - start) for word in words[begin:end]]
    passage = _mark(text[start:stop], kept, inside)
    return f"{'…' * bool(begin)}{passage}{'…' * (end < len(words))}"


def _best_beginning(found: Sequence[tuple[int, int]], words: Sequence[Word], text: str) -> int:
    """Choose the word at which a passage begins: that of a sentence, where as much is found from there on."""
    sentences = [0] + [at for at, (one, other) in enumerate(pairwise(words), 1) if _ends(text[one.end : other.start])]
    most = max(len(words) - _LONGEST_PASSAGE, 0)
    best, beginning = -1, 0
    for first, _ in [(0, 0), *found[:_LOOKED_AT]]:
        before = sentences[bisect_right(sentences, first) - 1]
        for begin in sorted({before if first - before < _LONGEST_PASSAGE // 2 else first, min(first, most)}):
            kinds = {kind for at, kind in found if begin <= at < begin + _LONGEST_PASSAGE}
            if len(kinds) > best:
                best, beginning = len(kinds), begin
    return beginning


def _ends(between: str) -> bool:
    return any(sign in between for sign in ".!?:\n")
