"""How much of an article is about what an expression looks for: its words are counted, so that a passing mention is not
enough."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from aggregator.expressions.document import Document

_TITLE, _LEAD, _MENTION = 3.0, 1.0, 1.0  # points
_LEAD_WORDS = 50
_USUAL_WORDS = 300  # a mention in a text so long counts fully; in one four times as long half, in a quarter of it twice
_MOST = 2.0

Place = tuple[int, int]  # first character, and that after the last


@dataclass(frozen=True)
class Mentions:
    """Where the words of an expression that is true stand.

    Attributes:
        is_fact: it is true without any words of title or text, as by its source, and nothing need be counted.
        words: places in the text parted into words, see `Document.words`.
        signs: places in the folded text with its punctuation.
    """

    is_fact: bool = False
    in_title: bool = False
    words: frozenset[Place] = frozenset()
    signs: frozenset[Place] = frozenset()


FACT = Mentions(is_fact=True)


@dataclass(frozen=True)
class Score:
    """What the words of an expression count in a document.

    Attributes:
        points: 3 for the title, 1 for the first fifty words, 1 for each mention in the text, allowing for its length.
        shown: how they come about, for people.
    """

    points: float
    shown: str


def united(parts: Iterable[Mentions], *, is_fact: bool) -> Mentions:
    """Put together where the words of several parts stand."""
    parts = list(parts)
    return Mentions(
        is_fact,
        any(part.in_title for part in parts),
        frozenset().union(*(part.words for part in parts)),
        frozenset().union(*(part.signs for part in parts)),
    )


def count(mentions: Mentions, document: Document) -> Score:
    """Count the words of an expression; what stands in one place under two names counts once."""
    text = document.words("text")
    length = max(text.count(" ") - 1, 1)
    words, signs = _apart(mentions.words), _apart(mentions.signs)
    found = len(words) + len(signs)
    in_lead = bool(words) and words[0] < _end_of_lead(text)
    in_lead = in_lead or (bool(signs) and signs[0] < _end_of_lead(document.folded("text")[0]))
    each = min(_MENTION * sqrt(_USUAL_WORDS / length), _MOST)
    points = _TITLE * mentions.in_title + _LEAD * in_lead + found * each
    times = "once" if found == 1 else f"{found} times"
    said = (
        ["in the title"] * mentions.in_title + ["in the lead"] * in_lead + [f"{times} in {length} words"] * (found > 0)
    )
    return Score(round(points, 1), ", ".join(said))


def _apart(places: Iterable[Place]) -> Sequence[int]:
    """Return the beginnings of places in order, those left out that lie in another."""
    begins: list[int] = []
    taken = 0
    for start, end in sorted(places):
        if start >= taken:
            begins.append(start)
        taken = max(taken, end)
    return begins


def _end_of_lead(text: str) -> int:
    """Return where the first words of a text end."""
    at = 0
    for _ in range(_LEAD_WORDS):
        at = text.find(" ", at + 1)
        if at < 0:
            return len(text)
    return at
