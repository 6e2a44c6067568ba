"""What people type into a search box -> the words that must be found, and those that must not.

`water council` asks for both words, `"water council"` for the phrase, `coop*` for all words that begin so, and `-mine`
for articles without that word. Whatever else is typed is a word or nothing: there is no wrong search. How a word is
compared with a text is the business of the index.
"""

import re
from dataclasses import dataclass

MOST_CHARACTERS = 300  # of what is typed; the rest is left out
MOST_TERMS = 16
_LEAST_PREFIX = 2  # letters: nearly every article has a word that begins with a given one
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
_PIECE = re.compile(r'(-?)(?:"([^"]*)(?:"|$)(\*?)|([^\s"]+))')


@dataclass(frozen=True)
class Term:
    """A word, or the words of a phrase.

    Attributes:
        is_beginning: of the last word only the beginning is given.
    """

    text: str
    is_beginning: bool = False


@dataclass(frozen=True)
class SearchWords:
    """What is looked for; both may be empty."""

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()


def read_search(typed: str) -> SearchWords:
    """Read what was typed, whatever it is."""
    wanted: list[Term] = []
    unwanted: list[Term] = []
    for minus, phrase, star, word in _PIECE.findall(typed[:MOST_CHARACTERS].translate(_QUOTES)):
        text, is_beginning = (phrase, bool(star)) if phrase else (word.rstrip("*"), word.endswith("*"))
        text = " ".join(_readable(text).split())
        letters = sum(map(str.isalnum, text))
        if letters:
            (unwanted if minus else wanted).append(Term(text, is_beginning and letters >= _LEAST_PREFIX))
    terms = list(dict.fromkeys(wanted))[:MOST_TERMS]
    return SearchWords(tuple(terms), tuple(dict.fromkeys(unwanted))[: MOST_TERMS - len(terms)])


def _readable(text: str) -> str:
    """Leave only what an index can hold: controls, lone surrogates and private characters part words."""
    return "".join(
        letter if letter.isprintable() and not 0xE000 <= ord(letter) <= 0xF8FF else " " for letter in text
    ).strip()
