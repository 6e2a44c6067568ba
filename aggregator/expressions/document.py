"""Folding, and documents: what expressions are asked about.

A document is folded once, and only as far as it is asked for, since it is asked about many topics.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

# Taken away: accents of Latin, Greek and Cyrillic, vowel points of Hebrew and Arabic, invisible characters, and half
# characters, which cannot be written as UTF-8. The vowel signs of Indic scripts stay: without them words become others.
_DROPPED = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
    "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ud800-\udfff]"
)
# What Unicode does not take apart although readers do.
_ALIKE = (
    dict.fromkeys("‘’‚‛‹›ʹʻʼʽ′", "'")
    | dict.fromkeys("“”„‟«»″〝〞", '"')
    | dict.fromkeys("‐‒–—―⁃−", "-")
    | {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
    | {"¿": "?", "¡": "!"}
)
_ANY_ALIKE = re.compile(f"[{''.join(_ALIKE)}]")
_ASCII_SIGNS = {code: " " for code in range(128) if not chr(code).isalnum()}
# Scripts written without spaces: every character is a word by itself, so that a run of them is found as a phrase is.
_UNSPACED_RANGES = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
_UNSPACED = re.compile(f"([{_UNSPACED_RANGES}\uf900-\ufaff\U00020000-\U0003ffff])")
# Beyond ASCII all that is no part of a word; vowel signs (Indic, Tibetan, the scripts above) are, though not for `\w`.
_SIGNS = re.compile(rf"[^\x00-\x7f\w\u0900-\u0963\u0966-\u0df3\u0f71-\u0f84\u0f8d-\u0fbc{_UNSPACED_RANGES}]+")


def _fold_any(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFC", _ANY_ALIKE.sub(lambda sign: _ALIKE[sign[0]], _DROPPED.sub("", apart)))


def _fold_byte(byte: int) -> int:
    folded = _fold_any(bytes([byte]).decode("cp1252", "replace"))
    return ord(folded) if len(folded) == 1 and folded.isascii() else byte


_FOLDED_BYTES = bytes(map(_fold_byte, range(256)))
# The same for Latin-1, where the signs that only Windows has are control characters, and are left for the long way.
_FOLDED_LATIN = _FOLDED_BYTES[:0x80] + bytes(range(0x80, 0xA0)) + _FOLDED_BYTES[0xA0:]


def fold(text: str) -> str:
    """Return the text without case and accents, with plain quotes and hyphens; its other punctuation stays."""
    if text.isascii():
        return text.lower()
    # A Western text becomes ASCII byte by byte: 14 µs instead of 128 by Unicode's tables (5 kB of Spanish), 5 µs where
    # it has plain quotes.
    try:
        folded = text.encode("latin-1").translate(_FOLDED_LATIN)
    except UnicodeEncodeError:
        try:
            folded = text.replace("…", "...").encode("cp1252").translate(_FOLDED_BYTES)
        except UnicodeEncodeError:
            return _fold_any(text)
    return folded.decode("ascii") if folded.isascii() else _fold_any(text)


def part_words(folded: str) -> str:
    """Return the words of a folded text parted by single spaces; anything but letters and digits parts them."""
    if not folded.isascii():
        folded = " ".join(_UNSPACED.split(_SIGNS.sub(" ", folded)))
    return " ".join(folded.translate(_ASCII_SIGNS).split())


@dataclass(frozen=True)
class Document:
    """What expressions look at: one item in plain text. A field is folded when first asked for, and then kept."""

    title: str = ""
    text: str = ""
    authors: tuple[str, ...] = ()
    publication: str = ""
    sources: tuple[str, ...] = ()  # ids of origin and carriers
    categories: tuple[str, ...] = ()
    language: str = ""  # "es", "es-BO"; empty: not known
    published_at: datetime | None = None  # aware, UTC
    countries: tuple[str, ...] = ()  # of the newsroom that wrote it: "BO"
    default_topics: tuple[str, ...] = ()  # ids of those that its sources join with everything
    _folded: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)
    _words: dict[str, str] = field(init=False, repr=False, compare=False, default_factory=dict)
    _sorted: dict[str, list[str]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def folded(self, name: str) -> tuple[str, ...]:
        """Return the folded values of a field, with their punctuation: one, or any number of authors and the like."""
        if name not in self._folded:
            self._folded[name] = tuple(map(fold, _VALUES[name](self)))
        return self._folded[name]

    def words(self, name: str) -> str:
        """Return the words of a field as " evo morales ", one line for each value so that no phrase spans two."""
        if name not in self._words:
            self._words[name] = "\n".join(f" {part_words(value)} " for value in self.folded(name))
        return self._words[name]

    def has_word(self, name: str, word: str, *, is_beginning: bool) -> bool:
        """Say whether a field has a folded word, or one that begins so."""
        # Sorted once, since many topics ask: to look for each word in the text itself takes half as long again.
        known = self._sorted.get(name)
        if known is None:
            known = self._sorted[name] = sorted({*self.words(name).split()})
        at = bisect_left(known, word)
        return at < len(known) and (known[at].startswith(word) if is_beginning else known[at] == word)


_VALUES: dict[str, Callable[[Document], tuple[str, ...]]] = {
    "title": lambda document: (document.title,),
    "text": lambda document: (document.text,),
    "author": lambda document: document.authors,
    "publication": lambda document: (document.publication,),
    "source": lambda document: document.sources,
    "category": lambda document: document.categories,
    "lang": lambda document: (document.language,),
    "country": lambda document: document.countries,
}
FIELDS = (*_VALUES, "topic", "published")


def is_language(tag: str, wanted: str) -> bool:
    """Say whether a language tag is the wanted one or a variety of it: "es-BO" is "es", "es" is not "es-BO"."""
    tag, wanted = tag.replace("_", "-").lower(), wanted.replace("_", "-").lower()
    return tag == wanted or tag.startswith(f"{wanted}-")
