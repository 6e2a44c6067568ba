"""Text -> what two copies are compared by."""

import hashlib
import re
import unicodedata

# Shorter texts ("Watch the video.", "Photo gallery") are the same in many different articles.
_LEAST_WORDS = 25
_WORD = re.compile(r"\w+")


def fold_words(text: str) -> list[str]:
    """Split a text into words without case, accents and punctuation, so that typography makes no difference."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return _WORD.findall("".join(character for character in decomposed if not unicodedata.combining(character)))


def hash_text(text: str) -> str:
    """Return the content hash of the folded text, equal for equal bodies; "" for under 25 words."""
    words = fold_words(text)
    return hashlib.sha256(" ".join(words).encode()).hexdigest() if len(words) >= _LEAST_WORDS else ""
