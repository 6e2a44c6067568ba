"""A withdrawn article -> hashes by which it is known again when somebody brings it back, and which do not give it away.

Of a text one shingle in eight is kept, chosen by its hash alone: of two texts the same ones wherever a passage stands
in both, so that what they share can be told from the samples. All shingles together would give the text away, since
each holds four words of the next.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from zlib import crc32

from aggregator.dedupe.fingerprint import LEAST_SHINGLES, fold_words, hash_words, in_order

CONTAINED = 0.55  # of one text's sample stand in the other, as in `verdict`
_ONE_IN = 8
_FEWEST = 5  # of a text's shingles are kept, and of a short one
_LEAST_COMMON = 3  # of a text that came must be among those that would have been kept of it
_LEAST_WORDS = 4  # of a text of which the whole counts, too


@dataclass(frozen=True)
class Comparable:
    """A text that came, as it is compared with what is kept of withdrawn ones.

    Attributes:
        every: all its shingles, and the whole of a short text.
        sample: those of which it is certain that they were kept if the withdrawn text had them.
    """

    every: frozenset[int]
    sample: frozenset[int]

    def share(self, shared: Collection[int], size: int) -> float:
        """Return how much of this text the withdrawn one has, or the other way round, whichever is more.

        Args:
            shared: those of `every` that were kept of the withdrawn text.
            size: how many were kept of it.
        """
        theirs = len(shared) / size if size else 0.0
        common = self.sample.intersection(shared)
        mine = len(common) / len(self.sample) if len(self.sample) >= _LEAST_COMMON else 0.0
        return max(theirs, mine)


def text_marks(text: str) -> tuple[frozenset[int], ...]:
    """Choose what is kept of a text; of a short one also, apart from that, the whole."""
    words = fold_words(text)
    shingles = _summed(words)
    chosen = [joined for value, joined in shingles if value % _ONE_IN == 0]
    if len(chosen) < _FEWEST <= len(shingles):
        chosen = [joined for _, joined in sorted((value % _ONE_IN, joined) for value, joined in shingles)][:_FEWEST]
    sample = frozenset(map(_hash, chosen))
    kept = [sample] if len(sample) >= _FEWEST else []
    if len(shingles) < LEAST_SHINGLES and len(words) >= _LEAST_WORDS:
        kept.append(frozenset([_whole(words)]))
    return tuple(kept)


def read_comparable(text: str) -> Comparable:
    """Prepare a text that came for being compared."""
    words = fold_words(text)
    shingles = _summed(words)
    whole = {_whole(words)} if len(shingles) < LEAST_SHINGLES and len(words) >= _LEAST_WORDS else set()
    return Comparable(
        frozenset(_hash(joined) for _, joined in shingles) | whole,
        frozenset(_hash(joined) for value, joined in shingles if value % _ONE_IN == 0),
    )


def _summed(words: Sequence[str]) -> list[tuple[int, str]]:
    joined = {" ".join(shingle) for shingle in in_order(words)}
    return sorted((crc32(one.encode()), one) for one in joined)


def _hash(joined: str) -> int:
    return hash_words((joined,))


def _whole(words: Sequence[str]) -> int:
    return hash_words(("whole", *words))


def address_mark(canonical_url: str) -> int:
    return hash_words(("address", canonical_url))


def title_mark(title: str) -> int | None:
    """Return the same for titles that differ in case, accents and punctuation only; None for one without words."""
    words = fold_words(title)
    return hash_words(("title", *words)) if words else None


def hide_guid(source: str, guid: str) -> str:
    """Return what is kept in place of a guid, which may well hold the title."""
    if guid.startswith(_HIDDEN):
        return guid
    return _HIDDEN + hashlib.sha256(f"{source}\x00{guid}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


_HIDDEN = "withdrawn:"
