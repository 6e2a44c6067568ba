"""How much is measured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Attributes:
    limit: seconds after which a process is ended and left out.
    latency: seconds that every answer of the farm takes.
    few, many: items stored, for what must not depend on that.
    """

    sources: int = 1000
    rounds: int = 5
    limit: float = 600
    latency: float = 0.0
    few: int = 10_000
    many: int = 100_000


QUICK = Sizes(sources=100, rounds=3, limit=120, few=2_000, many=20_000)
