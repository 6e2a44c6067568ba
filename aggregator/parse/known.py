"""Entries that were read before, told by their bytes, so that feedparser need not read them again.

feedparser takes nearly all the time a poll costs, and a feed that brings one new article brings twenty that are known.
An entry's mark is a hash of all that can change what is read from it: its own text, and what the document says around
its entries. Where a document is odd in any way, nothing has a mark, and it is read whole.
"""

import hashlib
import re
from collections.abc import Sequence
from itertools import pairwise

from aggregator.parse.outline import Outline, Span

RULES = "1"  # raise it when what is read from the same document changes, as with another version of feedparser

_SPACE = re.compile(r"\s+")
_GAP = re.compile(r"\s*+(?:<!--(?:[^-]|-(?!->))*+-->\s*+)*+")
_NAME = re.compile(r"<[\w.:-]+")
_ASIDE = re.compile(r"<!\[CDATA\[.*?\]\]>|<!--.*?-->", re.S)
# What differs from one poll to the next, and says nothing about any entry: dates of the feed as a whole, Blogger's
# count of all articles, and RSS 1.0's list of addresses. No attributes, which might (xml:base, xmlns).
_FLEETING = re.compile(
    r"<((?:\w+:)?(?:lastBuildDate|pubDate|updated|modified|date|totalResults))>[^<>]*</\1>"
    r"|<rdf:li\s+(?:rdf:)?resource\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*')\s*(?:/>|>\s*</rdf:li>)"
)


def find_marks(text: str, outline: Outline, circumstances: Sequence[str]) -> tuple[str, ...]:
    """Return the mark of each entry; none when the document must be read whole.

    Args:
        text: from the root element on.
        circumstances: what is not in the document and decides how it is read.
    """
    entries = outline.entries
    if not entries or outline.is_nested or not _stand_together(text, entries):
        return ()
    around = "\0".join(_lasting(part) for part in (text[: entries[0].start], _end(text, entries[-1].end)))
    context = hashlib.blake2b("\0".join([RULES, *circumstances, around]).encode(), digest_size=16).digest()
    marks = tuple(
        hashlib.blake2b(text[one.start : one.end].encode(), digest_size=16, key=context).hexdigest() for one in entries
    )
    return marks if len(set(marks)) == len(marks) else ()


def _stand_together(text: str, entries: Sequence[Span]) -> bool:
    """Say whether all entries have the same name and stand in one element, with nothing but comments between them."""
    names = {found[0] for one in entries if (found := _NAME.match(text, one.start))}
    gaps = pairwise(entries)
    return len(names) == 1 and all(_GAP.fullmatch(text, before.end, after.start) for before, after in gaps)


def _end(text: str, start: int) -> str:
    """Return what follows the entries, as far as the root element goes."""
    root = _NAME.match(text)
    end = text.rfind(f"</{root[0][1:]}>", start) if root else -1
    return text[start:end] if end >= 0 else text[start:]


def _lasting(part: str) -> str:
    part = _ASIDE.sub(lambda aside: aside[0] if aside[0].startswith("<![") else "", part)
    return _SPACE.sub(" ", _FLEETING.sub("", part)).strip()
