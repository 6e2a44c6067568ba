"""Invented articles for benchmarks: distinct texts whose words are as unevenly frequent as those of a language.

The most frequent words are English ones, so that the language is found; the thousands of rarer ones are invented. The
same source and number give the same article always.
"""

import itertools
import random
from dataclasses import dataclass
from functools import cache

_FREQUENT = (
    "the of and to a in that is was for it with as his on be at by had not are but from or have an they which one "
    "were all their there been has when who will more no if out so said what up its about into than them can only "
    "other new some could time these two may then do first any my now such like our over even most made after also "
    "did many before must through back years where much your way well down should because each just those people "
    "how too little state good very make world still own see men work long here between both life being under never "
    "day same another know"
).split()
_SYLLABLES = ["".join(pair) for pair in itertools.product("bcdfglmnprstv", "aeiou")]
_INVENTED = 30_000
_SENTENCE, _PARAGRAPH = 18, 4  # words of a sentence, sentences of a paragraph


@dataclass(frozen=True)
class Text:
    """One article."""

    title: str
    author: str
    paragraphs: tuple[str, ...]

    @property
    def html(self) -> str:
        return "\n".join(f"<p>{paragraph}</p>" for paragraph in self.paragraphs)


def write_text(source: int, number: int) -> Text:
    """Invent one article of some 150 to 450 words."""
    dice = random.Random(source * 1_000_003 + number)
    words, weights = _vocabulary()
    count = dice.randint(8, 25)
    drawn = dice.choices(words, cum_weights=weights, k=count * _SENTENCE)
    sentences = [" ".join(drawn[at : at + _SENTENCE]).capitalize() + "." for at in range(0, len(drawn), _SENTENCE)]
    paragraphs = tuple(" ".join(sentences[at : at + _PARAGRAPH]) for at in range(0, count, _PARAGRAPH))
    title = " ".join(dice.choices(words, cum_weights=weights, k=9)).capitalize()
    names = dice.choices(words[len(_FREQUENT) :], k=2)
    return Text(title, " ".join(names).title(), paragraphs)


@cache
def _vocabulary() -> tuple[list[str], list[float]]:
    """Return words and, added up, how frequent each is: the n-th about 1/n as frequent as the first."""
    dice = random.Random(1)
    invented = {"".join(dice.choices(_SYLLABLES, k=dice.randint(2, 5))) for _ in range(_INVENTED)}
    words = [*_FREQUENT, *sorted(invented - set(_FREQUENT), key=lambda _: dice.random())]
    return words, list(itertools.accumulate(1 / (rank + 3) for rank in range(len(words))))
