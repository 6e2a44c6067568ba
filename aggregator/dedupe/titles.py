"""What titles say about sameness: which part of a series, which day, live page, round-up or reply. Four languages.

A title never makes two copies the same article; it can only keep them apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from aggregator.dedupe.fingerprint import fold, fold_words, hash_words
from aggregator.dedupe.titlewords import (
    BEFORE_FIGURE,
    CARDINALS,
    FIGURE_OF,
    ISO_DATE,
    LIVE,
    MONTHS,
    NTH,
    NUMBER_SIGN,
    NUMBERED,
    ONE_OF,
    ORDINALS,
    REPLY,
    ROMAN,
    ROUND_UP,
    SHORT_DATE,
    STOP_WORDS,
    WEEKDAYS,
)

_ALIKE = 0.6  # of the words of the shorter title stand in the longer: "share most words"
_SKELETON = 0.7  # of the words of two titles are shared: numbers and dates apart they are one title


@dataclass(frozen=True)
class Title:
    """A title, read.

    Attributes:
        words: folded, in order.
        core: those that say something, without the marks.
        marks: what is numbered or dated, by class: {"part": {2}, "date": {(3, 5)}}.
    """

    words: tuple[str, ...]
    core: frozenset[str]
    marks: dict[str, frozenset[object]] = field(default_factory=dict)
    is_reply: bool = False
    is_live: bool = False
    is_round_up: bool = False


# The classes that keep apart whatever else the titles say, and all that count.
_STRONG = ("part", "issue", "week", "day", "round")
_COUNTED = (*_STRONG, "number")


def read_title(title: str) -> Title:
    """Read what a title says beside its subject."""
    words = fold_words(title)
    plain = fold(title.strip())
    marks: dict[str, set[object]] = {}
    used: set[int] = set()
    for kind, value, places in (*_read_dates(words), *_read_numbers(words)):
        if not used & set(places):
            marks.setdefault(kind, set()).add(value)
            used |= set(places)
    _read_figures(plain, marks)
    core = frozenset(
        word
        for place, word in enumerate(words)
        if place not in used and word not in STOP_WORDS and not word.isdecimal()
    )
    return Title(
        tuple(words),
        core,
        {kind: frozenset(values) for kind, values in marks.items()},
        is_reply=bool(REPLY.search(plain)),
        is_live=bool(LIVE.search(plain)),
        is_round_up=bool(ROUND_UP.search(plain)),
    )


def share_most(one: Title, other: Title) -> bool:
    """Tell whether two titles share most of their words; the name of a site before or after one makes no difference."""
    small, large = sorted((one.core, other.core), key=len)
    if not small:
        return one.words == other.words
    return len(small & large) >= _ALIKE * len(small) and (len(small) > 1 or one.words == other.words)


def explain_conflict(one: Title, other: Title) -> str:
    """Say which number or date keeps two titles apart; "" for none."""
    is_one_title = _is_one_title(one, other)
    for kind in (kind for kind in one.marks if kind in other.marks):
        mine, theirs = one.marks[kind], other.marks[kind]
        if not mine & theirs and (kind in _STRONG or is_one_title):
            return f"{kind} {_show(mine)} and {_show(theirs)} in the titles"
    return ""


def is_series(one: Title, other: Title) -> bool:
    """Tell whether two titles are one title but for a number or date."""
    return _is_one_title(one, other) and bool(explain_conflict(one, other))


def series_hash(title: str) -> tuple[int, ...]:
    """Return what the titles of one series have in common, as a hash for the index; none for a title without number.

    A hash more of a copy, beside those of its text: siblings share hardly any text.
    """
    read = read_title(title)
    return (hash_words(("title", *sorted(read.core))),) if read.marks and read.core else ()


def is_later_part(one: Title, other: Title) -> bool:
    """Tell whether two titles are one title but for a number, from 2 up, that only one of them has."""
    if not _is_one_title(one, other):
        return False
    numbered, plain = (one, other) if one.marks else (other, one)
    found = [value for kind in _COUNTED for value in numbered.marks.get(kind, ())]
    return not any(kind in plain.marks for kind in _COUNTED) and any(isinstance(one, int) and one > 1 for one in found)


def _is_one_title(one: Title, other: Title) -> bool:
    union = one.core | other.core
    return not union or len(one.core & other.core) >= _SKELETON * len(union)


def _show(values: frozenset[object]) -> str:
    return ", ".join(sorted("-".join(map(str, one)) if isinstance(one, tuple) else str(one) for one in values))


# --- marks -----------------------------------------------------------------------------------------------------------

_Mark = tuple[str, object, tuple[int, ...]]  # class, value, places of the words it stands in


def _read_dates(words: list[str]) -> Iterator[_Mark]:
    for place, word in enumerate(words):
        month = MONTHS.get(word)
        if month:
            before = place - 2 if place > 1 and words[place - 1] == "de" else place - 1
            after = place + 2 if words[place + 1 : place + 2] in (["de"], ["del"]) else place + 1
            day_before, next_number = _day(words, before), _number(words, after)
            if day_before:
                yield "date", (month, day_before), tuple(range(before, place + 1))
            elif 0 < next_number <= 31:
                yield "date", (month, next_number), (place, after)
            elif 1900 < next_number < 2100:
                yield "month", (next_number, month), tuple(range(place, after + 1))
            elif place == len(words) - 1:
                yield "month", (0, month), (place,)
        elif len(word) == 4 and word.isdecimal() and 1900 < int(word) < 2100:
            yield "year", int(word), (place,)
        elif word in WEEKDAYS and (word not in ORDINALS or words[place + 1 : place + 2] == ["feira"]):
            yield "weekday", WEEKDAYS[word], (place,)


def _read_numbers(words: list[str]) -> Iterator[_Mark]:
    last = len(words) - 1
    for place, word in enumerate(words):
        kind = NUMBERED.get(word)
        if kind:
            value = _count(words[place + 1]) if place < last else None
            nth = _ordinal(words[place - 1]) if place else 0
            if value is not None:
                yield kind, value, (place, place + 1)
            elif nth:
                yield kind, nth, (place - 1, place)
        elif nth := _ordinal(word):
            if place == last or words[place + 1] not in NUMBERED:
                yield "ordinal", nth, (place,)
        elif word in ROMAN and place and (len(word) > 1 or place == last) and word != "vi":
            yield "part", ROMAN[word], (place,)
        elif place == last and _is_bare_number(words, place):
            yield "number", int(word), (place,)


def _is_bare_number(words: list[str], place: int) -> bool:
    """Tell the number at the end of "Weekly news 12" from that of "Death toll rises to 12"."""
    before = words[place - 1] if place else ""
    return (
        words[place].isdecimal()
        and len(words[place]) < 4
        and bool(before)
        and before not in BEFORE_FIGURE
        and not before.isdecimal()
    )


def _read_figures(plain: str, marks: dict[str, set[object]]) -> None:
    """Read what punctuation makes a mark: "(1/3)", "1 of 3", "#12", "2026-03-05"."""
    for match in (*ONE_OF.finditer(plain), *FIGURE_OF.finditer(plain)):
        number, of = (int(one) for one in match.groups() if one)
        if 0 < number <= of and of > 1:
            marks.setdefault("part", set()).add(number)
    for match in NUMBER_SIGN.finditer(plain):
        marks.setdefault("issue", set()).add(int(match[1]))
    for match in ISO_DATE.finditer(plain):
        marks.setdefault("date", set()).add((int(match[2]), int(match[3])))
    for match in SHORT_DATE.finditer(plain):
        # Day first or month first: whichever it is, another date differs in one of them.
        marks.setdefault("short date", set()).add((int(match[1]), int(match[2])))


def _day(words: list[str], place: int) -> int:
    if place < 0:
        return 0
    match = NTH.fullmatch(words[place])
    number = int(match[1]) if match else _number(words, place)
    return number if 0 < number <= 31 else 0


def _number(words: list[str], place: int) -> int:
    return int(words[place]) if 0 <= place < len(words) and words[place].isdecimal() and len(words[place]) < 5 else 0


def _count(word: str) -> int | None:
    """Read what follows "part": a number in figures, in Roman numerals or in words."""
    if word.isdecimal():
        return int(word) if len(word) < 5 else None
    return ROMAN.get(word) or CARDINALS.get(word) or ORDINALS.get(word)


def _ordinal(word: str) -> int:
    match = NTH.fullmatch(word)
    return int(match[1]) if match else ORDINALS.get(word, 0)
