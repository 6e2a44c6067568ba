"""The outline of an XML document: where its entries are and how deep it goes, known before feedparser sees it.

feedparser takes some 12 µs for every element, and for elements deep in one another time and memory without measure. So
a document that is too deep or too full is refused, and of too many entries only the newest are shown to it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from aggregator.errors import ParseError
from aggregator.parse.dates import MAX_DATE_CHARS, entry_date

MAX_DEPTH = 200  # elements in one another; XHTML inside Atom seldom reaches 30
MAX_ATTRIBUTES = 200  # of one element: feedparser's time grows with their square
MAX_ELEMENTS = 200_000  # shown to feedparser; 1,000 entries of RSS have about 20,000

_ENTRIES = frozenset(("item", "entry"))
# HTML never closes these, so feeds with HTML in them that is not escaped have many left open.
_VOID = frozenset("area base br col embed hr img input link meta param wbr".split())
# A whole tag, or the beginning of a comment, a CDATA section or an instruction. No part of the pattern gives back what
# it took, so that its time is in proportion to the document's length, whatever comes.
_MARKUP = re.compile(
    r"<(?:(?P<aside>!--|!\[CDATA\[|\?)"
    r"|(?P<end>/?)(?:[\w.-]++:)?(?P<name>[\w.-]++)(?P<rest>(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+'|[\"'])*+)(?:>|(?=<)|\Z))"
)
_ASIDE_ENDS = {"!--": "-->", "![CDATA[": "]]>", "?": "?>"}
_DATE = re.compile(
    r"<(?:\w{1,20}:)?(?:pubDate|published|issued|date|created|updated|modified)\b[^<>]*>"
    rf"(?:<!\[CDATA\[)?([^<>]{{1,{MAX_DATE_CHARS}}})(?:<|\]\]>)",
    re.I,
)
_UNDATED = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Span:
    """Where an entry or an aside is."""

    start: int
    end: int
    elements: int


class Outline:
    """Where the entries of a document are.

    Attributes:
        entries: where each is, in order.
        is_nested: one has another in it.
    Raises:
        ParseError: more than MAX_DEPTH elements are in one another, or one has more than MAX_ATTRIBUTES.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self.entries: list[Span] = []
        self.is_nested = False
        self._asides: list[Span] = []  # outside of entries, as the following
        self._elements = 0
        self._read()

    def around(self) -> str:
        """Return the document without its entries, and without comments and CDATA sections."""
        return self.without(sorted([*self.entries, *self._asides], key=lambda span: span.start))

    def newest(self, most: int, now: datetime) -> str:
        """Return the document with at most so many of its entries, the newest by the first date in each.

        Those without a date count as new, and among equals those that come first, as `entries.settle` has it too.

        Raises:
            ParseError: what is left has more than MAX_ELEMENTS elements.
        """
        dropped: Sequence[Span] = ()
        if len(self.entries) > most:
            newest_first = sorted(self.entries, key=lambda span: self._date(span, now), reverse=True)
            dropped = sorted(newest_first[most:], key=lambda span: span.start)
        elements = self._elements + sum(span.elements for span in self.entries) - sum(span.elements for span in dropped)
        if elements > MAX_ELEMENTS:
            raise ParseError(f"the feed has more than {MAX_ELEMENTS} elements; ask the partner for a shorter one")
        return self.without(dropped)

    def without(self, spans: Sequence[Span]) -> str:
        """Return the document without some entries or asides, which are in order."""
        kept, place = [], 0
        for span in spans:
            kept.append(self._text[place : span.start])
            place = span.end
        return "".join([*kept, self._text[place:]])

    def _read(self) -> None:
        text, place, elements = self._text, 0, 0
        open_names: list[str] = []
        start = level = -1  # of the entry being read
        while markup := _MARKUP.search(text, place):
            place = markup.end()
            if aside := markup["aside"]:
                place = text.find(_ASIDE_ENDS[aside], place)
                if place < 0:
                    break
                if start < 0:
                    self._asides.append(Span(markup.start(), place, 0))
                continue
            name, rest = markup["name"].lower(), markup["rest"]
            if len(rest) > MAX_ATTRIBUTES and rest.count('"') + rest.count("'") > 2 * MAX_ATTRIBUTES:
                raise ParseError(
                    f"an element has more than {MAX_ATTRIBUTES} attributes; ask the partner to mend the feed"
                )
            if not markup["end"]:
                elements += 1
                if name in _ENTRIES:
                    if start >= 0:
                        self.is_nested = True
                    else:
                        self._elements += elements - 1
                        start, level, elements = markup.start(), len(open_names), 1
                if not rest.endswith("/") and name not in _VOID:
                    open_names.append(name)
                    if len(open_names) > MAX_DEPTH:
                        raise ParseError(
                            f"more than {MAX_DEPTH} elements are in one another; ask the partner to mend the feed"
                        )
                    continue
            elif name in open_names:
                while open_names.pop() != name:
                    pass
            else:
                elements += 1  # feedparser takes its time for it all the same
            if start >= 0 and len(open_names) <= level:
                is_own = not markup["end"] or name in _ENTRIES
                self.entries.append(Span(start, place if is_own else markup.start(), elements))
                start, elements = -1, 0
        self._elements += elements

    def _date(self, span: Span, now: datetime) -> datetime:
        found = _DATE.search(self._text, span.start, span.end)
        return (entry_date(found[1], now) if found else None) or _UNDATED
