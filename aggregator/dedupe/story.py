"""Which items tell the same event: reports of different newsrooms within a few days, precise rather than complete.

Two reports are compared by their words, the rarer the heavier, those of title and first paragraph more than the rest.
Names count less than other words, since unrelated events share people and places. Items of a story stay separate; that
near-identical bodies are one item is decided before. Values in, value out: which stories to compare with, and how often
words occur, is handed in.
"""

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache

from aggregator.dedupe.comparison import Account, Comparison
from aggregator.dedupe.fingerprint import fold
from aggregator.dedupe.storywords import COMMON
from aggregator.dedupe.titles import is_series

WINDOW = timedelta(days=4)  # between a report and the nearest one of its story

# Measured on reports of invented events in four languages, with hard pairs that share places, people and occasion.
_TITLE, _LEAD, _BODY = 3.0, 2.0, 1.0
_LEAD_WORDS = 80  # of a first paragraph; one that is longer is the whole text
_BODY_WORDS = 400  # what stands further down tells the background
_STEM = 7  # letters: "election" and "elections" are one word
_NAME = 0.6  # what a name weighs beside another word
_ALIKE = 0.25  # mean likeness to a story's reports, and ...
_PLAIN_ALIKE = 0.1  # ... the same without names; or ...
_TITLED_ALIKE, _TITLED_PLAIN_ALIKE = 0.18, 0.15  # ... so much where the titles have ...
_TITLES_ALIKE = 0.4  # ... so much in common, by weight
_LEAST_SHARED = 3  # rare words in both title or first paragraph, one of them no name; one less where the rest is
_VERY_ALIKE = 0.35  # as much alike as this
_TEMPLATE = 0.8  # as much alike as a newsroom's form letters and columns are to each other
_SAME_SENTENCES = 0.3  # of the shorter text's shingles: a form letter or a quoted article, not another report
_RARE = 0.03  # in fewer of the documents
_TABLE = 300  # documents that the fixed table counts for
_ONE_STORY = 6  # reports on one event among few documents

LEAST_SHARED = _LEAST_SHARED - 1  # rare words that two reports of one story have in common at least

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_SENTENCE = re.compile(r"(?:^|[.!?…:]\s+|[\"“«¡¿(]\s*|\n\s*)$")


@dataclass(frozen=True)
class Telling:
    """The words of an item, as stems.

    Attributes:
        words: how much each weighs in it, rarity aside.
        names: those that are written as names.
        top: those of title and first paragraph.
    """

    words: Mapping[str, float]
    names: frozenset[str]
    top: frozenset[str]


@dataclass(frozen=True)
class Frequencies:
    """In how many of a language's documents a stem occurs."""

    documents: int
    counts: Mapping[str, int]
    language: str = ""

    @cached_property
    def _table(self) -> Mapping[str, float]:
        return COMMON.get(self.language[:2], {})

    def share(self, word: str) -> float:
        """Return the share of documents that hold a word; the fixed table stands in while there are few."""
        # Without a table nothing is rare until enough has been counted: no story is better than a wrong one.
        table = _TABLE if self._table else 0
        expected = self._table.get(word, 0.0) * table
        count = self.counts.get(word, 0)
        share = (count + expected + 0.5) / (self.documents + table + 1)
        # What more items hold than one story has is no rare word, however few have been counted.
        return max(share, (count - _ONE_STORY) / (self.documents + 1))


@dataclass(frozen=True)
class Report:
    """An item as it is compared.

    Attributes:
        account: its title and text; its source is the newsroom that wrote it.
        words: how much each stem weighs in it, by its rarity, too.
        names: those of them that are written as names.
        rare: the rare ones of title and first paragraph, the rarest first.
    """

    id: int
    language: str
    account: Account
    words: Mapping[str, float]
    names: frozenset[str]
    rare: tuple[str, ...]

    @property
    def newsroom(self) -> str:
        return self.account.source

    @property
    def at(self) -> datetime:
        return self.account.appeared_at

    @cached_property
    def title(self) -> frozenset[str]:
        """The words of its title, as stems."""
        return frozenset(_stem(word[0]) for word in _WORD.finditer(self.account.title)) & self.words.keys()

    @cached_property
    def square(self) -> float:
        """The sum of the squared weights, names at their full weight."""
        return sum(weight * weight for weight in self.words.values())


@dataclass(frozen=True)
class Likeness:
    """How alike two reports are, 0 to 1.

    Attributes:
        plain: by the words that are no names.
        shared: rare words that both begin with.
        is_sure: whether these are enough, and not names alone.
    """

    score: float
    plain: float
    shared: tuple[str, ...]
    is_sure: bool


@dataclass(frozen=True)
class Joined:
    """The story that a report belongs to: its place among those it was compared with, and how alike they are."""

    place: int
    likeness: tuple[Likeness, ...]  # to each of its reports


def read_telling(title: str, text: str) -> Telling:
    """Read the words that an item is compared by; `text` is plain, its paragraphs parted by blank lines."""
    first, _, rest = text.strip().partition("\n\n")
    lead, more = list(_WORD.finditer(first)), list(_WORD.finditer(rest))
    parts = (
        (_TITLE, title, list(_WORD.finditer(title))[:_LEAD_WORDS]),
        (_LEAD, first, lead[:_LEAD_WORDS]),
        (_BODY, first, lead[_LEAD_WORDS:_BODY_WORDS]),
        (_BODY, rest, more[:_BODY_WORDS]),
    )
    words: dict[str, float] = {}
    capital: set[str] = set()
    small: set[str] = set()
    top: set[str] = set()
    for weight, part, found in parts:
        counts: dict[str, int] = {}
        for word in found:
            stem = _stem(word[0])
            if len(stem) < 2:
                continue
            counts[stem] = counts.get(stem, 0) + 1
            if not word[0][0].isupper():
                small.add(stem)
            elif part is not title and not _SENTENCE.search(part[max(0, word.start() - 3) : word.start()]):
                capital.add(stem)
        for stem, count in counts.items():
            words[stem] = words.get(stem, 0.0) + weight * (1 + math.log(count))
        if weight != _BODY:
            top.update(counts)
    return Telling(words, frozenset(capital - small), frozenset(top))


def weigh(telling: Telling, frequencies: Frequencies) -> tuple[dict[str, float], tuple[str, ...]]:
    """Weigh an item's words by their rarity; returns them, and the rare ones that it begins with, the rarest first."""
    shares = {word: frequencies.share(word) for word in telling.words}
    rare = sorted((word for word in telling.top if shares[word] < _RARE), key=lambda word: (shares[word], word))
    return {word: weight * -math.log(shares[word]) for word, weight in telling.words.items()}, tuple(rare)


def choose_story(report: Report, stories: Sequence[Sequence[Report]]) -> Joined | None:
    """Find the story that a new report belongs to.

    Args:
        stories: reports that belong together already, in order of time; most are alone.
    Returns:
        None for a report that tells something else.
    """
    best, best_score = None, 0.0
    for place, story in enumerate(stories):
        if story[0].language == report.language and is_near(report.at, story[0].at, story[-1].at):
            likeness = tuple(compare(report, other) for other in story)
            score = _belongs(report, story, likeness)
            if score > best_score:
                best, best_score = Joined(place, likeness), score
    return best


def is_near(at: datetime, first_at: datetime, last_at: datetime) -> bool:
    """Say whether a report can belong to what was told from one instant to another."""
    return first_at - WINDOW <= at <= last_at + WINDOW


def _belongs(report: Report, story: Sequence[Report], likeness: Sequence[Likeness]) -> float:
    """Say how much alike a report and a story's reports are on the mean; 0 when they do not belong together.

    Other newsrooms decide: what one newsroom publishes day by day may be a series.
    """
    pairs = list(zip(story, likeness, strict=True))
    others = [one for other, one in pairs if other.newsroom != report.newsroom]
    own = [one.score for other, one in pairs if other.newsroom == report.newsroom]
    if not others or any(score >= _TEMPLATE for score in own):
        return 0.0
    score = _mean(one.score for one in likeness)
    least = min(score, _mean(one.score for one in others))
    plain = _mean(one.plain for one in others)
    is_alike = least >= _ALIKE and plain >= _PLAIN_ALIKE
    if not is_alike and least >= _TITLED_ALIKE and plain >= _TITLED_PLAIN_ALIKE:
        is_alike = _mean(_compare_titles(report, other) for other in story) >= _TITLES_ALIKE
    if not is_alike or not any(one.is_sure for one in others):
        return 0.0
    return 0.0 if any(_is_no_report(report.account, other.account) for other in story) else score


def _is_no_report(one: Account, other: Account) -> bool:
    """Say whether one of two cannot be a report of its own on what the other tells, however much alike they are."""
    titles = one.read, other.read
    if is_series(*titles) or one.read.is_reply != other.read.is_reply or any(title.is_round_up for title in titles):
        return True
    pair = Comparison(one, other)
    # A newsroom that follows its own report up says the background in the same words again.
    return not pair.is_same_source and pair.in_small >= _SAME_SENTENCES


def _mean(values: Iterable[float]) -> float:
    given = list(values)
    return sum(given) / len(given)


def _compare_titles(one: Report, other: Report) -> float:
    both = one.title & other.title
    shared = sum(one.words[word] + other.words[word] for word in sorted(both))
    whole = sum(report.words[word] for report in (one, other) for word in sorted(report.title))
    return shared / whole if whole else 0.0


def compare(one: Report, other: Report) -> Likeness:
    """Compare two reports of one language. A word that either writes as a name is a name in both."""
    names = one.names | other.names
    score = plain = 0.0
    for word in sorted(one.words.keys() & other.words.keys()):  # sums of floats depend on their order
        product = one.words[word] * other.words[word]
        if word in names:
            score += product * _NAME**2
        else:
            score += product
            plain += product
    length = math.sqrt(_square(one, names) * _square(other, names))
    if not length:
        return Likeness(0.0, 0.0, (), is_sure=False)
    beginning = set(other.rare)
    shared = tuple(word for word in one.rare if word in beginning)
    least = _LEAST_SHARED - (score / length >= _VERY_ALIKE)
    is_sure = len(shared) >= least and any(word not in names for word in shared)
    return Likeness(score / length, plain / length, shared, is_sure)


def _square(report: Report, names: Collection[str]) -> float:
    named = (report.words[word] for word in names if word in report.words)
    return report.square - (1 - _NAME**2) * sum(weight * weight for weight in named)


@lru_cache(maxsize=16_384)  # half of the words of any text are the same few thousand
def _stem(word: str) -> str:
    folded = fold(word).replace("’", "'")
    folded = folded.split("'")[-1] if len(folded.partition("'")[0]) < 3 else folded.partition("'")[0]
    return folded if folded.isdigit() else folded[:_STEM].rstrip("s")
