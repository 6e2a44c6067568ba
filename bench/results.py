"""What a part of the benchmark found: who took what in which round, and how that stands to what was aimed at."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.measure import Cost


@dataclass(frozen=True)
class Ratio:
    """A median with the least and the most of its rounds."""

    value: float
    least: float
    most: float

    @classmethod
    def of(cls, rounds: Sequence[float]) -> "Ratio":
        return cls(statistics.median(rounds), min(rounds), max(rounds))


@dataclass(frozen=True)
class Aim:
    """One line of what is asked, and what was found.

    Attributes:
        limit: the most that `found` may be.
        unit: after the number; empty for a ratio.
    """

    said: str
    found: Ratio
    limit: float
    unit: str = ""

    @property
    def is_met(self) -> bool:
        return self.found.value <= self.limit


@dataclass
class Contender:
    """One row of a table: what it took, round by round, and how many requests the farm saw of it."""

    name: str
    costs: list[Cost] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)

    def middle(self, what: str) -> float:
        return float(statistics.median(getattr(cost, what) for cost in self.costs))


@dataclass
class Part:
    """What one named part found.

    Attributes:
        lines: facts beside table and aims, each a sentence.
    """

    name: str
    title: str
    said: str
    contenders: list[Contender] = field(default_factory=list)
    aims: list[Aim] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def contender(self, name: str) -> Contender | None:
        return next((one for one in self.contenders if one.name == name and one.costs), None)

    def aim(self, said: str, one: str, other: str, limit: float, what: str = "cpu") -> None:
        """Compare two contenders round by round; nothing when one of them was not here."""
        first, second = self.contender(one), self.contender(other)
        if first and second:
            pairs = zip(first.costs, second.costs, strict=False)
            rounds = [getattr(a, what) / getattr(b, what) for a, b in pairs]
            self.aims.append(Aim(said, Ratio.of(rounds), limit))
