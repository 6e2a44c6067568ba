"""Two copies -> the same article, parts of a series, or unrelated, with the evidence.

The shorter text must stand in the longer almost word for word, and no guard may object. Whether two items tell the
same event is not asked here.
"""

from dataclasses import dataclass
from typing import Literal

from aggregator.dedupe.comparison import Account, Comparison
from aggregator.dedupe.fingerprint import LEAST_SHINGLES
from aggregator.dedupe.guards import GUARDS
from aggregator.dedupe.titles import Title, explain_conflict, is_series, share_most

Kind = Literal["same", "series", "unrelated"]

_CONTAINED = 0.55  # of the shorter text's shingles stand in the longer; ...
_MUCH = 3  # words that say something: "Weekly news 2" of another newsroom is no part of "Weekly news 1"
_EDITED = 0.45  # ... under one title in two newsrooms, of a text that was edited throughout, ...
_LEAST_COVERED = 0.35  # ... and so many of the longer text's


@dataclass(frozen=True)
class Verdict:
    """What two copies are to each other.

    Attributes:
        evidence: the figures, for people.
        vetoes: what kept apart texts that the figures alone would have joined, or that are parts of a series.
        contained: share of the shorter text's shingles that stand in the longer.
        covered: share of the longer text's shingles that stand in the shorter.
    """

    kind: Kind
    evidence: str
    vetoes: tuple[str, ...] = ()
    contained: float = 0.0
    covered: float = 0.0

    @property
    def same(self) -> bool:
        return self.kind == "same"


def judge(one: Account, other: Account) -> Verdict:
    """Say what two copies with different addresses are to each other; it makes no difference which one comes first."""
    if (other.source, other.title, other.text) < (one.source, one.title, one.text):
        one, other = other, one
    pair = Comparison(one, other)
    few = len(pair.small.fingerprint.shingles)
    evidence = (
        f"{pair.shared} of {few} shingles of the shorter text ({pair.in_small:.2f}), "
        f"of {len(pair.large.fingerprint.shingles)} of the longer ({pair.in_large:.2f})"
    )
    is_contained = _is_contained(pair)
    conflict = explain_conflict(one.read, other.read)
    vetoes: tuple[str, ...] = (conflict,) if conflict else ()
    if few < LEAST_SHINGLES:
        vetoes = (*vetoes, f"too short to compare: {few} shingles")
    elif is_contained:
        vetoes = (*vetoes, *(why for guard in GUARDS if (why := guard(pair))))
    if is_series(one.read, other.read) and (pair.is_same_source or _names_much(one.read)):
        kind: Kind = "series"
    else:
        kind = "unrelated" if vetoes or not is_contained else "same"
    return Verdict(kind, evidence, vetoes, pair.in_small, pair.in_large)


def may_be_series(one: Title, other: Title, *, is_same_source: bool) -> bool:
    """Say whether two titles may be those of parts of a series, which takes a tenth of comparing their texts."""
    return is_series(one, other) and (is_same_source or _names_much(one) or _names_much(other))


def _is_contained(pair: Comparison) -> bool:
    if pair.in_small >= _CONTAINED:
        return True
    is_edited = pair.in_small >= _EDITED and pair.in_large >= _LEAST_COVERED
    return is_edited and not pair.is_same_source and share_most(pair.one.read, pair.other.read)


def _names_much(title: Title) -> bool:
    return len(title.core) >= _MUCH and not title.is_round_up
