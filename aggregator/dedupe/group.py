"""Who joins whom: a copy beside the items that hold copies like it -> the items it belongs to, its siblings, or none.

A copy joins an item only where it is the same as half of the copies there: otherwise a chain of excerpts and copies,
each like the next, would end in another article.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aggregator.dedupe.comparison import Account
from aggregator.dedupe.fingerprint import LEAST_SHINGLES
from aggregator.dedupe.titles import explain_conflict, share_most
from aggregator.dedupe.verdict import Verdict, judge

_MOST = 0.5  # of the longer text; with less in common than that, two matches are two parts of a round-up


@dataclass(frozen=True)
class Finding:
    """What a copy is to one item: the verdict on the member most like it, and how many members agree."""

    item: int
    verdict: Verdict
    matching: int
    members: int

    @property
    def joins(self) -> bool:
        return self.matching > 0 and 2 * self.matching >= self.members


@dataclass(frozen=True)
class Choice:
    """Where a copy belongs.

    Attributes:
        items: the same article as the copy, most like it first; several were not known to be one before it came.
        siblings: other parts of a series.
        findings: all that was weighed, for the decision's evidence.
        why_none: what kept the copy out of items that it matches.
    """

    items: tuple[int, ...] = ()
    siblings: tuple[int, ...] = ()
    findings: tuple[Finding, ...] = ()
    why_none: str = ""


def choose_items(copy: Account, items: Mapping[int, Sequence[Account]]) -> Choice:
    """Choose the items that a copy belongs to.

    Args:
        items: by id, the copies of each item that may hold the same article, without the copy itself.
    """
    findings = tuple(found for item, members in items.items() if (found := _weigh(copy, item, members)))
    siblings = tuple(found.item for found in findings if found.verdict.kind == "series")
    joined = [found for found in findings if found.joins]
    joined.sort(key=lambda found: (-found.verdict.covered, -found.verdict.contained, found.item))
    if not joined:
        return Choice((), siblings, findings)
    best = joined[0]
    others = [found for found in joined[1:] if _belong_together(items[best.item], items[found.item])]
    if len(others) < len(joined) - 1 and best.verdict.covered < _MOST:
        # It holds several articles, each a part of it.
        return Choice((), siblings, findings, "holds several articles that have nothing to do with each other")
    return Choice((best.item, *(found.item for found in others)), siblings, findings)


def _weigh(copy: Account, item: int, members: Sequence[Account]) -> Finding | None:
    verdicts = [judge(copy, member) for member in members if len(member.fingerprint.shingles) >= LEAST_SHINGLES]
    if not verdicts:
        return None
    ranks = ("unrelated", "series", "same")
    best = max(verdicts, key=lambda verdict: (ranks.index(verdict.kind), verdict.contained, verdict.covered))
    return Finding(item, best, sum(verdict.same for verdict in verdicts), len(verdicts))


def _belong_together(mine: Sequence[Account], theirs: Sequence[Account]) -> bool:
    """Tell whether two items that one copy matches may be one: two excerpts of it, say, that share nothing."""
    pairs = [(one, other) for one in mine for other in theirs]
    if any(explain_conflict(one.read, other.read) for one, other in pairs):
        return False
    return any(share_most(one.read, other.read) or judge(one, other).same for one, other in pairs)
