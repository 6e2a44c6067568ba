"""Text -> what two copies are compared by: a content hash for equal, shingles for alike.

A shingle is five folded words in a row. Two texts share the shingles of every passage that they share, whatever stands
around it, so that an excerpt, a trimmed copy and one with an introduction are all found in the whole.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cached_property
from heapq import nsmallest
from typing import TypeVar
from zlib import crc32

# Shorter texts ("Watch the video.", "Photo gallery") are the same in many different articles.
_LEAST_WORDS = 25
_WORD = re.compile(r"\w+")

LEAST_SHINGLES = 25  # a text with fewer is compared by its address only

LENGTH = 5  # words of a shingle
_ONE_IN = 8  # shingles is kept in the index: chosen by its hash, so that two texts keep the same ones of a passage
# Where excerpts are taken from it is one in four: of 51 shingles one in eight may well choose none.
_EXCERPT = 80  # first shingles
_ONE_IN_EXCERPT = 4
_FEWEST = 3  # of a text are kept, so that two equal texts find one another however short they are
_MOST = 80  # of a text are kept, those of 570 words; of a longer one ...
_OPENING = 300  # ... all that are chosen of its first shingles, and fewer of the others

T = TypeVar("T")
Shingle = tuple[str, ...]


def fold_words(text: str) -> list[str]:
    """Split a text into words without case, accents and punctuation, so that typography makes no difference."""
    return _WORD.findall(fold(text))


def fold(text: str) -> str:
    """Return a text without case and accents."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKD", text).casefold()
    for character in set(folded):
        if unicodedata.combining(character):
            folded = folded.replace(character, "")  # a text has a few different ones: faster than one pass over all
    return folded


def hash_text(text: str) -> str:
    """Return the content hash of the folded text, equal for equal bodies; "" for under 25 words."""
    words = fold_words(text)
    return hashlib.sha256(" ".join(words).encode()).hexdigest() if len(words) >= _LEAST_WORDS else ""


def index_hashes(text: str) -> tuple[int, ...]:
    """Choose the shingles by which a text is found among all others, as signed hashes of 64 bits.

    About one in eight, one in four at the beginning, the same ones wherever a passage stands; none for a text too short
    to be compared. The hashes
    are stored: another version of them makes the index useless until all texts are indexed again.
    """
    shingles = list(dict.fromkeys(map(b" ".join, _runs(" ".join(fold_words(text)).encode().split()))))
    if len(shingles) < LEAST_SHINGLES:
        return ()
    # The cheap checksum chooses, the hash is taken of those chosen only: it costs three times as much.
    sums = list(zip(map(crc32, shingles), shingles, strict=True))
    chosen = [one for at, one in enumerate(sums) if one[0] % (_ONE_IN if at >= _EXCERPT else _ONE_IN_EXCERPT) == 0]
    if len(chosen) > _MOST:
        begun = set(sums[:_OPENING])
        opening = [one for one in chosen if one in begun][:_MOST]
        chosen = opening + nsmallest(_MOST - len(opening), chosen[len(opening) :])
    elif len(chosen) < _FEWEST:
        chosen = nsmallest(_FEWEST, sums, key=lambda one: (one[0] % _ONE_IN, one))
    return tuple(sorted({_hash(shingle) for _, shingle in chosen}))


def in_order(words: Sequence[str]) -> list[Shingle]:
    """Return the shingle that begins at each word, as long as one does."""
    return list(_runs(words))


def hash_words(words: Sequence[str]) -> int:
    """Return the hash by which words are indexed, signed, of 64 bits."""
    return _hash(" ".join(words).encode())


def _runs(words: Sequence[T]) -> Iterator[tuple[T, ...]]:
    return zip(*(words[start:] for start in range(LENGTH)), strict=False)


def _hash(text: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big", signed=True)


class Fingerprint:
    """A text's words and shingles, made once for all texts that it is compared with."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = fold_words(text)

    @cached_property
    def in_order(self) -> list[Shingle]:
        return in_order(self.words)

    @cached_property
    def shingles(self) -> frozenset[Shingle]:
        return frozenset(self.in_order)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        return frozenset(self.words)

    @cached_property
    def places(self) -> dict[Shingle, int]:
        """Where each shingle stands first, by word."""
        return {shingle: place for place, shingle in reversed(list(enumerate(self.in_order)))}
