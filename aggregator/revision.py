"""Two versions of a text -> a material change, or not.

A material change is one that a reader of the first version ought to know of: the headline, a figure, more than a few
words, or a correction that the newsroom announces. Only such a change moves an item's `updated`.
"""

import re
import unicodedata
from collections import Counter

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_CORRECTION = re.compile(
    r"^(?:correction|clarification|correcci[oó]n|fe de erratas|aclaraci[oó]n|corre[cç][aã]o|errata|rectificatif)\b",
    re.IGNORECASE | re.MULTILINE,
)
_FEW_WORDS = 12  # added plus removed: a sentence is more, a repaired typing error or link text less


def is_material(old_title: str, old_text: str, new_title: str, new_text: str) -> bool:
    """Tell whether readers of the old version should learn of the new one. Typography and case never count."""
    if _words(old_title) != _words(new_title):
        return True
    old, new = _words(old_text), _words(new_text)
    if old == new:
        return False
    if Counter(_NUMBER.findall(old_text)) != Counter(_NUMBER.findall(new_text)):
        return True
    if len(_CORRECTION.findall(new_text)) > len(_CORRECTION.findall(old_text)):
        return True
    before, after = Counter(old), Counter(new)
    return (before - after).total() + (after - before).total() > _FEW_WORDS


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
