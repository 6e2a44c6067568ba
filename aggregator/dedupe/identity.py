"""Public ids: made once from the first copy kept, then stored and never computed again."""

import base64
import hashlib

from aggregator.dedupe.fingerprint import fold_words
from aggregator.models import Site

_SHINGLE = 4  # words
_SAME_TEXT = 0.3  # of the shorter text's shingles; an edit keeps more, two articles of one newsroom share less


def mint_public_id(site: Site, source: str, guid: str, generation: int) -> str:
    """Make the public id of a new item, a tag URI (RFC 4151).

    The same first copy gives the same id, so that a lost database rebuilt from the same feeds keeps its readers.

    Args:
        generation: 0, or more for a guid that the partner has given to another article since.
    """
    parts = [source, guid] + ([str(generation)] if generation else [])
    digest = hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).digest()
    opaque = base64.b32encode(digest)[:16].decode("ascii").lower()
    return f"tag:{site.id_domain},{site.id_date}:{opaque}"


def is_same_text(old: str, new: str) -> bool:
    """Tell an edited text from another one: much of the shorter stands in the longer; too little to compare is not."""
    a, b = sorted((_shingles(old), _shingles(new)), key=len)
    return bool(a) and len(a & b) >= _SAME_TEXT * len(a)


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = fold_words(text)
    return {tuple(words[start : start + _SHINGLE]) for start in range(max(len(words) - _SHINGLE + 1, 0))}
