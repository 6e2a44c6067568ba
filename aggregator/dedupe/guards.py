"""What keeps two texts apart although one holds most of the other: each guard says why, or "" to let pass.

A false merge is much worse than a missed one: readers would never see the article that was taken for another.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta

from aggregator.dedupe.alignment import Slot, find_start
from aggregator.dedupe.comparison import Account, Comparison
from aggregator.dedupe.fingerprint import LENGTH, Shingle, fold_words
from aggregator.dedupe.titles import is_later_part, share_most

_HALF = 0.5  # of the longer text
_ALL = 0.9  # of the shorter text
_NEARLY_ALL = 0.8  # of the longer text
_KEPT = 0.7  # of one of two texts, when a source corrects it or goes on with it
_OPENING = 20  # words before which the shorter text must begin in the longer: a dateline, a short note
_OWN_OPENING = 12  # words that the shorter one may have before it: a dateline, a credit
_INTRODUCTION = 60  # words that the carrier of an excerpt may have before it; ...
_INTRODUCED = 0.7  # ... of the shingles behind them are the excerpt's
_UNQUOTED = 0.4  # of the shorter text's own words must be shared, too
_LEAST_UNQUOTED = 25  # shingles; fewer say nothing
_NAMES = 2  # put in place of others make a template of one source's texts, or one name and a figure; ...
_NAMES_ANYWHERE = 3  # ... so many, or two and a figure, of two sources'
_CAPITALS = 0.2  # of a text's words: then nouns have capitals, as in German, and names cannot be told
_SAID = 0.25  # of a title's words must stand in the text, or the text says nothing of it
_BEGINNING = 30  # words at most, of a first paragraph that has ...
_LEAST_BEGINNING = 12  # ... so many; else of the text
_EDITED = 0.2  # of a beginning's shingles: an edited copy still shares more
_NOTICE = 100  # shingles; two sources may have a longer text under other titles
_FIGURES = 4  # put in place of others, with the same title on another day: a daily report
_ANOTHER_DAY = timedelta(hours=18)


def explain_reply(pair: Comparison) -> str:
    """A reply quotes what it answers."""
    if pair.one.read.is_reply == pair.other.read.is_reply:
        return ""
    if share_most(pair.one.read, pair.other.read) or pair.in_large < _NEARLY_ALL:
        return "one is a reply"
    return ""


def explain_live(pair: Comparison) -> str:
    """A live page of one day, or a round-up, goes on with what stood in that of the day before."""
    one, other = pair.one.read, pair.other.read
    if (one.is_live or other.is_live) and pair.is_same_source and pair.lies_between >= _ANOTHER_DAY:
        return "live pages of different days"
    if one.is_live and other.is_live and pair.in_large < _NEARLY_ALL and not _is_excerpt(pair):
        return "live pages that differ"
    if one.is_round_up and other.is_round_up and pair.in_large < _NEARLY_ALL:
        return "round-ups that differ"
    return ""


def _is_excerpt(pair: Comparison) -> bool:
    """Tell whether one newsroom has just the opening of what the other has, under the same title."""
    if pair.is_same_source or pair.in_small < _ALL or not share_most(pair.one.read, pair.other.read):
        return False
    in_small, in_large = find_start(pair.small.fingerprint, pair.large.fingerprint)
    return in_small <= _OWN_OPENING and in_large <= _OWN_OPENING


def explain_part(pair: Comparison) -> str:
    """The title of one says that it is a later part."""
    if pair.in_small >= _ALL and pair.in_large >= _HALF:
        return ""
    return "only one title has a number" if is_later_part(pair.one.read, pair.other.read) else ""


def explain_source(pair: Comparison) -> str:
    """A newsroom that has both under different addresses takes them for two, unless hardly anything differs."""
    if not pair.is_same_source:
        return ""
    if pair.in_large < (_HALF if pair.have_same_title else _NEARLY_ALL):
        return "one source has both, and much of the longer is not in the shorter"
    if pair.in_small < _KEPT and pair.in_large < _KEPT:
        return "one source has both, and much of each is not in the other"
    figures = sum(_count_figures(slot) for slot in pair.slots)
    if figures >= _FIGURES and pair.lies_between >= _ANOTHER_DAY:
        return f"one source has both on different days, with {figures} other figures"
    return ""


def explain_template(pair: Comparison) -> str:
    """A form letter, a job notice, a weather report: the same sentences about somebody or something else."""
    mine, theirs = (side.read.core - against.read.core for side, against in pair.sides)
    here = {word for word in mine if _only_in(word, pair.one.fingerprint.vocabulary, pair.other.fingerprint.vocabulary)}
    there = {
        word for word in theirs if _only_in(word, pair.other.fingerprint.vocabulary, pair.one.fingerprint.vocabulary)
    }
    if here and there and not _is_cut(pair):
        return f"the texts differ in what the titles name: {_show(here)} and {_show(there)}"
    names = sum(_count_names(pair, slot) for slot in pair.slots)
    has_figures = any(_count_figures(slot) for slot in pair.slots)
    if names and names + has_figures >= (_NAMES if pair.is_same_source else _NAMES_ANYWHERE):
        return f"{names} other names in the same sentences"
    return ""


def explain_notice(pair: Comparison) -> str:
    """A wall, a gallery, a podcast's standing text: the same under titles of which it says nothing."""
    if share_most(pair.one.read, pair.other.read):
        return ""
    if not pair.is_same_source and len(pair.small.fingerprint.shingles) > _NOTICE:
        return ""
    if all(_said(side.read.core, side.fingerprint.vocabulary) < _SAID for side in (pair.one, pair.other)):
        return "neither text says anything of its title"
    return ""


def explain_quotation(pair: Comparison) -> str:
    """Two articles may quote the same speech or statement at length."""
    own = pair.small.unquoted
    if len(own) < _LEAST_UNQUOTED:
        return ""
    shared = own & pair.large.fingerprint.shingles
    if len(shared) < _UNQUOTED * len(own):
        return f"outside quotations only {len(shared) / len(own):.2f} is shared"
    if share_most(pair.one.read, pair.other.read) or pair.in_large >= _NEARLY_ALL:
        return ""
    is_quoted = len(shared & pair.large.unquoted) < _UNQUOTED * len(shared)
    return "the longer one quotes the other" if is_quoted else ""


def explain_passage(pair: Comparison) -> str:
    """A speech, a statement, a press release: in both of two articles that begin each in its own way."""
    if pair.in_small >= _NEARLY_ALL or share_most(pair.one.read, pair.other.read):
        return ""
    for side, against in pair.sides:
        beginning = _begin(side)
        if sum(one in against.fingerprint.shingles for one in beginning) >= _EDITED * len(beginning):
            return ""
    return "other titles, other beginnings, and much of each is not in the other"


def explain_excerpt(pair: Comparison) -> str:
    """A much shorter text is an excerpt of the longer one, or something that a round-up or a reply holds."""
    if share_most(pair.small.read, pair.large.read):
        return ""
    if pair.large.read.is_round_up and pair.in_large < _NEARLY_ALL:
        return "a round-up holds it"
    if pair.in_large >= _HALF:
        return ""
    in_small, in_large = find_start(pair.small.fingerprint, pair.large.fingerprint)
    begins = max(0, in_large - in_small)
    title = pair.small.read.words
    before = pair.large.fingerprint.words[max(0, begins - len(title) - 3) : begins + len(title)]
    if len(title) > 2 and _stands_in(title, before):
        return "the longer one has the other's title inside"
    if in_large > _OPENING or (in_small > _OWN_OPENING and not _is_introduced(pair, in_small)):
        return "another title, and it does not open the longer one"
    return ""


def _is_introduced(pair: Comparison, begins: int, least: float = _INTRODUCED) -> bool:
    """Tell whether the shorter one has a few words of its own and then little but the other's."""
    rest = pair.small.fingerprint.in_order[begins:]
    shared = sum(one in pair.large.fingerprint.shingles for one in rest)
    is_plain = not (pair.small.read.is_round_up or pair.small.read.is_reply)
    return is_plain and begins <= _INTRODUCTION and shared >= least * len(rest) and pair.shared >= begins


def _is_cut(pair: Comparison) -> bool:
    """Tell whether another newsroom has just the opening of the longer one, word for word, perhaps introduced."""
    in_small, in_large = find_start(pair.small.fingerprint, pair.large.fingerprint)
    is_opening = in_large <= _OWN_OPENING and not pair.is_same_source and not pair.slots
    return is_opening and _is_introduced(pair, in_small, _ALL)


GUARDS: Sequence[Callable[[Comparison], str]] = (
    explain_reply,
    explain_live,
    explain_part,
    explain_source,
    explain_template,
    explain_notice,
    explain_quotation,
    explain_passage,
    explain_excerpt,
)


def _begin(side: Account) -> list[Shingle]:
    """Return the shingles of a text's beginning."""
    first = len(fold_words(side.text.partition("\n\n")[0]))
    length = first if _LEAST_BEGINNING <= first < _BEGINNING else _BEGINNING
    return side.fingerprint.in_order[: length - LENGTH + 1]


def _count_names(pair: Comparison, slot: Slot) -> int:
    """Count the names that stand in place of others; those of the sources themselves make no difference."""
    sources = {word for side in (pair.one, pair.other) for word in fold_words(side.source)}
    mine = _names(pair.one).intersection(slot.mine) - pair.other.fingerprint.vocabulary - sources
    theirs = _names(pair.other).intersection(slot.theirs) - pair.one.fingerprint.vocabulary - sources
    return min(len(mine), len(theirs))


def _names(side: Account) -> frozenset[str]:
    return side.names if len(side.names) < _CAPITALS * len(side.fingerprint.vocabulary) else frozenset()


def _said(title: frozenset[str], vocabulary: frozenset[str]) -> float:
    return len(title & vocabulary) / len(title) if title else 1.0


def _only_in(word: str, vocabulary: frozenset[str], other: frozenset[str]) -> bool:
    return len(word) > 2 and word in vocabulary and word not in other


def _count_figures(slot: Slot) -> int:
    mine, theirs = (sum(word.isdecimal() for word in words) for words in (slot.mine, slot.theirs))
    return min(mine, theirs)


def _stands_in(words: Sequence[str], text: Sequence[str]) -> bool:
    return f" {' '.join(words)} " in f" {' '.join(text)} "


def _show(words: set[str]) -> str:
    return ", ".join(sorted(words)[:3])
