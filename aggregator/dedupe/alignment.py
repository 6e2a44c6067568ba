"""Two texts side by side: where the shorter one begins in the longer, and which words stand in place of which."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aggregator.dedupe.fingerprint import LENGTH, Fingerprint, Shingle, fold_words, in_order

_SLOT = 12  # words: a longer difference is another passage, not a word in place of another
_NAME = re.compile(r"(?<=[^\W\d_],\s)[^\W\d_a-z]\w+|(?<=[^\W\d_]\s)[^\W\d_a-z]\w+")
_CAPITAL = re.compile(r"[A-Z\u00c0-\u00de]")
# A straight sign opens before a word and closes after one; in copies the same passages are found, right or wrong.
# What opens in English closes in German, where it stands behind a word or a stop.
# A paragraph that is quoted whole may have quotations within.
_QUOTATION = re.compile(
    r"(?m:^\s*(?:«(?=[^»]{1,2000}«)[^\n]{20,4000}»|“(?=[^”]{1,2000}“)[^\n]{20,4000}”)[.\s]*$)|"
    r"(?<![\w.,;:!?…])“[^”]{20,4000}”|«[^»]{20,4000}»|„[^“”]{20,4000}[“”]|(?<!\w)\"(?=[\w¡¿])[^\"]{20,2000}\"(?!\w)"
)
_OPENING_SIGNS = '“«„"'


@dataclass(frozen=True)
class Slot:
    """A place where two texts that go on alike before and after it differ in a few words."""

    mine: tuple[str, ...]
    theirs: tuple[str, ...]


def find_slots(one: Fingerprint, other: Fingerprint) -> list[Slot]:
    """List the places where words of one text stand in place of words of the other."""
    slots = []
    previous: tuple[int, int] | None = None
    for place, there in _matches(one, other):
        if previous and (place - previous[0] > 1 or there - previous[1] > 1):
            mine = one.words[previous[0] + LENGTH : place]
            theirs = other.words[previous[1] + LENGTH : there]
            if 0 < len(mine) <= _SLOT and 0 < len(theirs) <= _SLOT:
                slots.append(Slot(tuple(mine), tuple(theirs)))
        previous = place, there
    return slots


def find_start(small: Fingerprint, large: Fingerprint) -> tuple[int, int]:
    """Return where the first passage that both have begins, in either; at least one shingle must be shared."""
    return next(_matches(small, large))


def names_in(text: str) -> frozenset[str]:
    """Return the folded words that stand capitalised within sentences; in German every noun is one."""
    names = {match[0] for match in _NAME.finditer(text) if _CAPITAL.match(match[0])}
    return frozenset(word for name in names for word in fold_words(name) if len(word) > 2)


def unquoted_shingles(text: Fingerprint) -> frozenset[Shingle]:
    """Return the shingles of what stands outside quotations."""
    if not any(sign in text.text for sign in _OPENING_SIGNS):
        return text.shingles
    pieces = _QUOTATION.split(text.text)
    return frozenset(shingle for piece in pieces for shingle in in_order(fold_words(piece)))


def _matches(one: Fingerprint, other: Fingerprint) -> Iterator[tuple[int, int]]:
    last = -1
    for place, there in enumerate(map(other.places.get, one.in_order)):
        if there is not None and there > last:  # what was moved is left out
            yield place, there
            last = there
