"""Reads the text of an expression into nodes.

What cannot be read is an error with its column, never silently a word.
"""

import operator
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date
from difflib import get_close_matches
from textwrap import shorten
from typing import NamedTuple

import re2

from aggregator.errors import ExpressionError
from aggregator.expressions.document import FIELDS, Document, fold, is_language, part_words
from aggregator.expressions.nodes import All, Either, Fact, Node, Not, Regex, Words

MAX_DEPTH = 50  # parentheses in parentheses

_OPERATORS = ("AND", "OR", "NOT")
_QUOTES = '"“”„‟«»＂〝〞'
_TOKEN = re.compile(
    rf"""
    (?P<open>\() | (?P<close>\))
    | [{_QUOTES}](?P<phrase>[^{_QUOTES}]*)[{_QUOTES}]
    | [‘‚‹](?P<single>(?:[^‘’‹›]|’(?=\w))*)[‘’›]   # within it, ’ before a letter is an apostrophe
    | /(?P<regex>(?:[^/\\]|\\.)*)/
    | (?P<field>[^\W\d_]+):
    | (?P<word>[^\s(){_QUOTES}]+)
    """,
    re.VERBOSE | re.DOTALL,
)
_SPACE = re.compile(r"\s*")
_REGEX_PART = re.compile(r"(\\[\x00-\x7f])|\\?([^\x00-\x7f]+)", re.DOTALL)
_TOPIC = re.compile(r"[a-z0-9][a-z0-9-]*")
_COUNTRY = re.compile("[A-Z]{2}")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}([-_][a-zA-Z0-9]{1,8})*")
_DATE = re.compile(r"(>=|<=|>|<|=|)([0-9]{4}-[0-9]{2}-[0-9]{2})")
_COMPARE: dict[str, Callable[[date, date], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
    "": operator.eq,
}
_CURES = {
    ",": "write OR between alternatives, or only a space where both are wanted",
    "&": "write AND, or only a space; where the sign itself is meant, quote it",
    "|": "write OR",
    "!": "write NOT",
    "+": "leave it out: words side by side are all wanted",
    "=": "write a date as published:>=2026-01-01",
    "<": "write a date as published:<2026-01-01",
    ">": "write a date as published:>=2026-01-01",
}


class _Token(NamedTuple):
    kind: str  # open, close, phrase, regex, field, word, operator, end
    value: str
    start: int
    end: int

    @property
    def value_start(self) -> int:
        return self.start + (self.kind in ("phrase", "regex"))


class Reader:
    """Recursive descent, one method a level: OR, AND, NOT, then one operand."""

    def __init__(self, text: str, joins: Callable[[str, Document], bool]) -> None:
        self.text = text
        self.joins = joins
        self.warnings: list[str] = []
        self.sources: list[tuple[str, int]] = []  # ids asked for by source:, with their columns
        self.countries: list[tuple[str, int]] = []
        self.topics: list[tuple[str, int]] = []
        self.depth = 0
        self.before: _Token | None = None
        self.token = self._scan(0)

    def read_all(self) -> Node:
        root = self._read_either(None)
        if self.token.kind == "close":
            raise _error('this ")" closes nothing; take it away or add "("', self.token.start)
        return root

    def _scan(self, position: int) -> _Token:
        start = _SPACE.match(self.text, position).end()  # type: ignore[union-attr]
        if start == len(self.text):
            return _Token("end", "", start, start)
        match = _TOKEN.match(self.text, start)
        first = self.text[start]
        if match is None or (match["word"] and first in "‘‚‹"):
            raise _error(f"the quote {first} is never closed; add the closing one", start)
        kind = str(match.lastgroup)
        value = match[kind]
        if kind == "word" and first == "/":
            raise _error("the /regex/ is never closed; add a / at its end, or quote a / that is only text", start)
        if kind == "word" and value in _OPERATORS:
            kind = "operator"
        return _Token("phrase" if kind == "single" else kind, value, start, match.end())

    def _advance(self) -> _Token:
        self.before = self.token
        self.token = self._scan(self.token.end)
        return self.before

    def _at(self, name: str) -> bool:
        return self.token.kind == "operator" and self.token.value == name

    def _read_either(self, name: str | None) -> Node:
        parts, shown, mixed_at = [], [], None
        mixed = False
        while True:
            start = self.token.start
            part, count = self._read_both(name)
            source = self._text_since(start)
            parts.append(part)
            shown.append(f"({source})" if count > 1 else source)
            mixed = mixed or count > 1
            if not self._at("OR"):
                break
            mixed_at = self.token.start if mixed_at is None else mixed_at
            self._advance()
        if mixed and mixed_at is not None:
            reading = shorten(" OR ".join(shown), 160, placeholder=" …")
            self._warn(f"AND (or only a space) mixed with OR, without parentheses; it is read as {reading}", mixed_at)
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _read_both(self, name: str | None) -> tuple[Node, int]:
        parts = [self._read_not(name)]
        while self.token.kind not in ("end", "close") and not self._at("OR"):
            if self._at("AND"):
                self._advance()
            parts.append(self._read_not(name))
        return (parts[0] if len(parts) == 1 else All(tuple(parts))), len(parts)

    def _read_not(self, name: str | None) -> Node:
        negated = False
        while self._at("NOT"):
            self._advance()
            negated = not negated
        start, kind = self.token.start, self.token.kind
        node = self._read_operand(name)
        if not negated:
            return node
        where = f" in {name}" if name and kind != "field" else ""
        return Not(node, f"NOT {self._text_since(start)}{where}")

    def _read_operand(self, name: str | None) -> Node:
        if self.token.kind == "field":
            name = self._read_field()
        token = self.token
        if token.kind in ("end", "close", "operator"):
            raise self._missing_operand()
        self._advance()
        if token.kind == "open":
            return self._read_group(token, name)
        self._check_end(token)
        return self._make_leaf(token, name)

    def _read_field(self) -> str:
        token = self._advance()
        if token.value not in FIELDS:
            near = get_close_matches(token.value.lower(), FIELDS, n=1)
            hint = f'; did you mean "{near[0]}:"?' if near else '; quote a ":" that is only text;'
            known = ", ".join(f"{known}:" for known in FIELDS)
            raise _error(f'unknown field "{token.value}:"{hint} known fields are {known}', token.start)
        if self.token.start != token.end or self.token.kind in ("end", "close"):
            raise _error(f"{token.value}: stands alone; write what is wanted right after the colon", token.start)
        if self.token.kind == "operator":
            cure = f'write NOT {token.value}:word, or quote "{self.token.value}" where the word is meant'
            raise _error(f"{token.value}: cannot be followed by an operator; {cure}", self.token.start)
        if self.token.kind == "field":
            raise _error(f"two fields in a row; keep {token.value}: or {self.token.value}:", self.token.start)
        return token.value

    def _read_group(self, opening: _Token, name: str | None) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _error(f"more than {MAX_DEPTH} parentheses inside each other; take some away", opening.start)
        node = self._read_either(name)
        if self.token.kind != "close":
            raise _error('this "(" is never closed; add ")"', opening.start)
        self._check_end(self._advance())
        self.depth -= 1
        return node

    def _text_since(self, start: int) -> str:
        return " ".join(self.text[start : self.before.end if self.before else start].split())

    def _missing_operand(self) -> ExpressionError:
        token, before = self.token, self.before
        if before and before.kind == "operator":
            return _error(f"{before.value} has nothing after it; add a word or take {before.value} away", before.start)
        if token.kind == "operator":
            return _error(f"{token.value} has nothing before it; add a word or take {token.value} away", token.start)
        if before:  # an opening parenthesis
            if token.kind == "close":
                return _error("the parentheses hold nothing; put a word in or take them away", before.start)
            return _error('this "(" is never closed; add ")"', before.start)
        if token.kind == "close":
            return _error('this ")" closes nothing; take it away or add "("', token.start)
        return _error("the expression is empty; write a word, or leave the key out", token.start)

    def _check_end(self, token: _Token) -> None:
        """Refuse what touches the end of an operand: `"evo"morales`, `title(evo)`, `/evo/i`."""
        following = self.text[token.end : token.end + 1]
        if not following or following.isspace() or following == ")" or (token.kind == "close" and following == "("):
            return
        if token.kind == "word" and token.value[0] in "-–—−":
            raise _error("a minus is not read; write NOT before what is not wanted", token.start)
        if following == "*":
            raise _error('a * stands inside the quotes, after the last word: "evo moral*"', token.end)
        if token.kind == "regex":
            raise _error("a /regex/ takes no flags (case is folded already); a / within it is written \\/", token.end)
        if following == "(" and token.kind == "word" and token.value in FIELDS:
            raise _error(f"a colon is missing; write {token.value}:(", token.end)
        raise _error(f"a space is missing before {following}", token.end)

    def _make_leaf(self, token: _Token, name: str | None) -> Node:
        shown = " ".join(self.text[token.start : token.end].split())
        if name == "published":
            return _read_date(token)
        if name == "topic":
            return self._read_topic(token)
        fields = (name,) if name else ("title", "text")
        if token.kind == "regex":
            pattern = _compile(token)
            if pattern.search(""):
                self._warn(f"{shown} matches any text, even none", token.start)
            return Regex(pattern, shown, fields)
        if name == "source":
            self.sources.append((fold(token.value), token.value_start + 1))
            return _read_source(token)
        if name == "country":
            self.countries.append((token.value, token.value_start + 1))
            return _read_country(token)
        if name == "lang":
            return _read_language(token)
        if not name and token.kind == "word" and token.value.upper() in _OPERATORS:
            self._warn(f'"{token.value}" is looked for as a word; the operator is {token.value.upper()}', token.start)
        return Words(_read_words(token), shown, fields)

    def _read_topic(self, token: _Token) -> Node:
        topic, joins = token.value, self.joins
        if token.kind == "regex" or not _TOPIC.fullmatch(topic):
            raise _error("topic: takes the id of another topic, as in topic:water", token.start)
        self.topics.append((topic, token.value_start + 1))
        return Fact(lambda document: joins(topic, document), f"topic:{topic}")

    def _warn(self, message: str, position: int) -> None:
        self.warnings.append(_printable(f"column {position + 1}: {message}"))


def _error(message: str, position: int) -> ExpressionError:
    return ExpressionError(_printable(message), position + 1)


def _printable(message: str) -> str:
    return "".join(sign if sign.isprintable() else f"U+{ord(sign):04X}" for sign in message)


def _read_words(token: _Token) -> str:
    """Return what to look for in `Document.words`."""
    value = token.value.rstrip()
    starred = value.endswith("*")
    body = value.removesuffix("*")
    if token.kind == "word":
        _check_word(body, token.start)
    if "*" in body:
        raise _error("a * may only end the last word, as in bolivi*", token.value_start + body.index("*"))
    folded = fold(body)
    words = part_words(folded)
    if starred and not (words and folded.endswith(words[-1])):
        raise _error("a * needs the beginning of a word right before it, as in bolivi*", token.value_start + len(body))
    if not words:
        raise _error(f'"{value}" has no letter or digit to look for; look for signs by a /regex/', token.start)
    return f" {words}" if starred else f" {words} "


def _check_word(word: str, start: int) -> None:
    if word and fold(word[0]) == "-":
        unwanted = word[1:] if any(map(str.isalnum, word)) else "before what is not wanted"
        raise _error(f"a minus is not read; write NOT {unwanted}", start)
    if word and fold(word[0]) == "'" and not word[0].isalnum():
        raise _error(f"a word cannot begin with {word[0]}; write a phrase in double quotes", start)
    for offset, sign in enumerate(word):
        if sign == "*" or sign.isalnum() or unicodedata.category(sign)[0] == "M" or fold(sign) in ("", "'", "-", " "):
            continue
        signs_only = not any(map(str.isalnum, word))
        quote = "look for signs by a /regex/" if signs_only else "put double quotes around the text that holds it"
        cure = _CURES.get(sign, quote)
        raise _error(f'"{sign}" is no part of a word; {cure}', start + offset)


def _read_source(token: _Token) -> Node:
    wanted = fold(token.value)
    if not re.fullmatch(r"[\w.-]+", wanted):
        raise _error("source: takes a whole id, or a /regex/", token.start)
    return Fact(lambda document: wanted in document.folded("source"), f"source:{token.value}")


def _read_country(token: _Token) -> Node:
    wanted = token.value
    if not _COUNTRY.fullmatch(wanted):
        raise _error("country: takes two capital letters, as in country:BO", token.start)
    return Fact(lambda document: wanted in document.countries, f"country:{wanted}")


def _read_language(token: _Token) -> Node:
    wanted = token.value
    if not _LANGUAGE.fullmatch(wanted):
        raise _error("lang: takes a language code such as es or es-BO", token.start)
    return Fact(lambda document: is_language(document.language, wanted), f"lang:{wanted}")


def _read_date(token: _Token) -> Node:
    match = _DATE.fullmatch(token.value)
    if token.kind != "word" or match is None:
        raise _error("published: takes a date, as in published:>=2026-01-01 (also > < <= =)", token.start)
    compare = _COMPARE[match[1]]
    try:
        day = date.fromisoformat(match[2])
    except ValueError as exc:
        raise _error(
            f"{match[2]} is no day of the calendar; write year-month-day", token.start + match.start(2)
        ) from exc

    def holds(document: Document) -> bool:
        at = document.published_at
        return at is not None and compare(at.astimezone(UTC).date(), day)

    return Fact(holds, f"published:{token.value}")


def _compile(token: _Token) -> "re2._Regexp":
    if not token.value:
        raise _error("the /regex/ is empty; write what to look for between the two /", token.start)
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    # Letters are folded as the text is; escapes such as \S keep their case, so case is left to RE2.
    pattern = _REGEX_PART.sub(lambda part: part[1] or re2.escape(fold(part[2])), token.value)
    try:
        return re2.compile(pattern, options)
    except re2.error as exc:
        reason = bytes(exc.args[0]).decode("utf-8", "replace")
        raise _error(
            f"the /regex/ is refused: {reason}; back references and look-around are not read", token.start
        ) from exc
