"""A withdrawn article -> hashes by which it is known again when somebody brings it back, and which do not give it away.

Of a text one shingle in eight is kept, chosen by its hash alone: of two texts the same ones wherever a passage stands
in both, so that what they share can be told from the samples. All shingles together would give the text away, since
each holds four words of the next.
"""

import hashlib
from collections.abc import Collection
from zlib import crc32

from aggregator.dedupe.fingerprint import LEAST_SHINGLES, fold_words, hash_words, in_order

CONTAINED = 0.55  # of the shorter text's sample stand in the other, as in `verdict`
_ONE_IN = 8
_FEWEST = 5  # of a text's shingles are kept
_LEAST_WORDS = 4  # of a text that is too short to be compared, and is known as a whole


def text_marks(text: str) -> frozenset[int]:
    """Choose the shingles by which a text is known again; of a short one only the whole counts."""
    words = fold_words(text)
    shingles = {" ".join(shingle): shingle for shingle in in_order(words)}
    if len(shingles) < LEAST_SHINGLES:
        return frozenset([hash_words(("whole", *words))] if len(words) >= _LEAST_WORDS else ())
    sums = sorted((crc32(joined.encode()), joined) for joined in shingles)
    chosen = [joined for value, joined in sums if value % _ONE_IN == 0]
    if len(chosen) < _FEWEST:
        chosen = [joined for _, joined in sorted((value % _ONE_IN, joined) for value, joined in sums)][:_FEWEST]
    return frozenset(hash_words(shingles[joined]) for joined in chosen)


def contained(one: Collection[int], shared: int, size: int) -> float:
    """Return how much of the smaller of two samples, one of them of a given size, the other has, too."""
    return shared / max(1, min(len(one), size))


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
