"""What a source feed says it has deleted: `at:deleted-entry` of Atom (RFC 6721), `_tombstones` of JSON Feed."""

import re
from collections.abc import Iterable, Mapping
from html import unescape
from typing import Any

from aggregator.parse.entries import MAX_GUID_CHARS

MAX_DELETED = 1_000
_DELETED = re.compile(r"<(?:[\w-]+:)?deleted-entry\s([^<>]*)>\s*(?:<(?:[\w-]+:)?comment[^<>]*>([^<>]{0,40}))?", re.I)
_REF = re.compile(r"""\bref\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')""")
_MERGED = "merged into "  # what programs like this one say of an article that stands under another id now


def deleted_in_xml(around: str) -> tuple[str, ...]:
    """List the guids of entries that a feed names as deleted.

    Args:
        around: the document without its entries, so that what an article quotes deletes nothing.
    """
    found: dict[str, None] = {}
    for deleted in _DELETED.finditer(around):
        ref = _REF.search(deleted[1])
        if ref and not (deleted[2] or "").lower().startswith(_MERGED):
            found[unescape(ref[1] or ref[2] or "").strip()] = None
    return _bounded(found)


def deleted_in_json(tombstones: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Do the same for the objects of `_tombstones`."""
    ids = (one.get("id") for one in tombstones if not one.get("merged_into"))
    return _bounded(dict.fromkeys(one.strip() for one in ids if isinstance(one, str)))


def _bounded(guids: Iterable[str]) -> tuple[str, ...]:
    return tuple(guid for guid in guids if 0 < len(guid) <= MAX_GUID_CHARS)[:MAX_DELETED]
