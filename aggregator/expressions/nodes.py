"""What a read expression is made of: each part can say what of a document made it true."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import re2

from aggregator.expressions.document import Document


class Node(Protocol):
    def reason(self, document: Document) -> str | None:
        """Return what made this part true, or None when it is false."""


@dataclass(frozen=True)
class Words:
    """A word or phrase; `needle` ends in a space unless it is the beginning of a word."""

    needle: str
    shown: str
    fields: tuple[str, ...]

    def reason(self, document: Document) -> str | None:
        for name in self.fields:
            # To part a text into words costs ten times as much as to see that it has no such letters in a row.
            for value in document.folded(name):
                if self._longest in value and (
                    _has_word(value, self._longest, is_beginning=self._is_beginning)
                    if self._is_one_word and value.isascii()
                    else self.needle in document.words(name)
                ):
                    return f"{self.shown} in {name}"
        return None

    @cached_property
    def _longest(self) -> str:
        return max(self.needle.split(), key=len)

    @cached_property
    def _is_one_word(self) -> bool:
        return len(self.needle.split()) == 1

    @cached_property
    def _is_beginning(self) -> bool:
        return not self.needle.endswith(" ")


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


@dataclass(frozen=True)
class Fact:
    """A source, a language or a date."""

    holds: Callable[[Document], bool]
    shown: str

    def reason(self, document: Document) -> str | None:
        return self.shown if self.holds(document) else None


@dataclass(frozen=True)
class Not:
    part: Node
    shown: str

    def reason(self, document: Document) -> str | None:
        return self.shown if self.part.reason(document) is None else None


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


@dataclass(frozen=True)
class Either:
    parts: tuple[Node, ...]

    def reason(self, document: Document) -> str | None:
        for part in self.parts:
            reason = part.reason(document)
            if reason is not None:
                return reason
        return None


def _has_word(text: str, word: str, *, is_beginning: bool) -> bool:
    """Say whether a word, or one that begins so, stands in a folded ASCII text: between what is no letter or digit."""
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        begins = at == 0 or not text[at - 1].isalnum()
        if begins and (is_beginning or end == len(text) or not text[end].isalnum()):
            return True
        at = text.find(word, end)
    return False
