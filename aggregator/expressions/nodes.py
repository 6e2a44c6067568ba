"""What a read expression is made of: each part can say what of a document made it true, and where its words stand."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import re2

from aggregator.expressions.document import Document
from aggregator.expressions.mentions import FACT, Mentions, united


class Node(Protocol):
    def reason(self, document: Document) -> str | None:
        """Return what made this part true, or None when it is false."""

    def mentions(self, document: Document) -> Mentions | None:
        """Return where its words stand, or None when it is false."""


@dataclass(frozen=True)
class Words:
    """A word or phrase; `needle` ends in a space unless it is the beginning of a word."""

    needle: str
    shown: str
    fields: tuple[str, ...]

    def reason(self, document: Document) -> str | None:
        word, is_beginning = self._longest
        for name in self.fields:
            if document.has_word(name, word, is_beginning=is_beginning) and (
                self._is_one_word or self.needle in document.words(name)
            ):
                return f"{self.shown} in {name}"
        return None

    def mentions(self, document: Document) -> Mentions | None:
        reason = self.reason(document)
        if reason is None or not {"title", "text"} & {*self.fields}:
            return None if reason is None else FACT
        places = {name: self._places(document.words(name)) for name in self.fields}
        return Mentions(in_title=any(places.get("title", ())), words=frozenset(places.get("text", ())))

    def _places(self, words: str) -> Iterator[tuple[int, int]]:
        at = words.find(self.needle)
        while at >= 0:
            end = words.index(" ", at + len(self.needle) - 1)
            yield at + 1, end
            at = words.find(self.needle, end)

    @cached_property
    def _longest(self) -> tuple[str, bool]:
        """The word that is rarest for all we know, and whether it is only the beginning of one."""
        *whole, last = self.needle.split()
        longest = max([*whole, last], key=len)
        return longest, longest not in whole and not self.needle.endswith(" ")

    @cached_property
    def _is_one_word(self) -> bool:
        return len(self.needle.split()) == 1


@dataclass(frozen=True)
class Regex:
    pattern: "re2._Regexp"
    shown: str
    fields: tuple[str, ...]

    def reason(self, document: Document) -> str | None:
        for name in self.fields:
            if any(self.pattern.search(value) for value in document.folded(name)):
                return f"{self.shown} in {name}"
        return None

    def mentions(self, document: Document) -> Mentions | None:
        reason = self.reason(document)
        if reason is None or not {"title", "text"} & {*self.fields}:
            return None if reason is None else FACT
        places = {name: self._places(document.folded(name)[0]) for name in self.fields}
        return Mentions(in_title=any(places.get("title", ())), signs=frozenset(places.get("text", ())))

    def _places(self, text: str) -> Iterator[tuple[int, int]]:
        """Find where it matches something: a pattern that nothing is enough for stands nowhere."""
        return (found.span() for found in self.pattern.finditer(text) if found[0])


@dataclass(frozen=True)
class Fact:
    """A source, a country, a language, a date, or another topic."""

    holds: Callable[[Document], bool]
    shown: str

    def reason(self, document: Document) -> str | None:
        return self.shown if self.holds(document) else None

    def mentions(self, document: Document) -> Mentions | None:
        return FACT if self.holds(document) else None


@dataclass(frozen=True)
class Not:
    part: Node
    shown: str

    def reason(self, document: Document) -> str | None:
        return self.shown if self.part.reason(document) is None else None

    def mentions(self, document: Document) -> Mentions | None:
        return FACT if self.part.reason(document) is None else None


@dataclass(frozen=True)
class All:
    parts: tuple[Node, ...]

    def reason(self, document: Document) -> str | None:
        reasons = []
        for part in self.parts:
            reason = part.reason(document)
            if reason is None:
                return None
            reasons.append(reason)
        return " AND ".join(reasons)

    def mentions(self, document: Document) -> Mentions | None:
        found = [part.mentions(document) for part in self.parts]
        parts = [one for one in found if one is not None]
        return united(parts, is_fact=all(one.is_fact for one in parts)) if len(parts) == len(found) else None


@dataclass(frozen=True)
class Either:
    parts: tuple[Node, ...]

    def reason(self, document: Document) -> str | None:
        for part in self.parts:
            reason = part.reason(document)
            if reason is not None:
                return reason
        return None

    def mentions(self, document: Document) -> Mentions | None:
        parts = [found for part in self.parts if (found := part.mentions(document)) is not None]
        return united(parts, is_fact=any(one.is_fact for one in parts)) if parts else None
