"""Two copies laid side by side: the figures that verdict and guards ask for, each worked out once and only if asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from aggregator.dedupe.alignment import Slot, find_slots, names_in, unquoted_shingles
from aggregator.dedupe.fingerprint import Fingerprint, Shingle
from aggregator.dedupe.titles import Title, read_title


@dataclass(frozen=True)
class Account:
    """A copy as others are compared with it.

    Attributes:
        text: plain, without boilerplate and credit lines, paragraphs parted by blank lines.
        appeared_at: when it was published, or else first seen.
    """

    source: str
    title: str
    text: str
    appeared_at: datetime

    @cached_property
    def read(self) -> Title:
        return read_title(self.title)

    @cached_property
    def fingerprint(self) -> Fingerprint:
        return Fingerprint(self.text)

    @cached_property
    def names(self) -> frozenset[str]:
        return names_in(self.text)

    @cached_property
    def unquoted(self) -> frozenset[Shingle]:
        return unquoted_shingles(self.fingerprint)


@dataclass(frozen=True)
class Comparison:
    """Two copies; shares are of shingles, 0 to 1."""

    one: Account
    other: Account

    @property
    def sides(self) -> tuple[tuple[Account, Account], tuple[Account, Account]]:
        return (self.one, self.other), (self.other, self.one)

    @cached_property
    def small(self) -> Account:
        """The one with fewer shingles."""
        return min(self.one, self.other, key=lambda side: len(side.fingerprint.shingles))

    @cached_property
    def large(self) -> Account:
        return self.other if self.small is self.one else self.one

    @cached_property
    def shared(self) -> int:
        return len(self.small.fingerprint.shingles & self.large.fingerprint.shingles)

    @property
    def in_small(self) -> float:
        return self.shared / max(1, len(self.small.fingerprint.shingles))

    @property
    def in_large(self) -> float:
        return self.shared / max(1, len(self.large.fingerprint.shingles))

    @property
    def is_same_source(self) -> bool:
        return self.one.source == self.other.source

    @property
    def have_same_title(self) -> bool:
        return self.one.read.words == self.other.read.words

    @property
    def lies_between(self) -> timedelta:
        return abs(self.one.appeared_at - self.other.appeared_at)

    @cached_property
    def slots(self) -> list[Slot]:
        return find_slots(self.one.fingerprint, self.other.fingerprint)
