"""What comes in is looked at beside what was withdrawn: what is one of those articles is turned away, what only has its
address or title is held for an editor. Part of the transactions that end a poll and a page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from aggregator.models import Article, Candidate
from aggregator.store import copies, erasure, withdrawals
from aggregator.store.decisions import record_decision
from aggregator.store.withdrawals import Match
from aggregator.urls import canonicalize


@dataclass(frozen=True)
class Admitted:
    """What of a poll is not turned away.

    Attributes:
        alike: guids of those that look like a withdrawn article, and why.
        refused: how many were turned away that had not been before.
    """

    candidates: Sequence[Candidate]
    alike: dict[str, str]
    refused: int


def admit(connection: Connection, source: str, candidates: Sequence[Candidate], now: datetime) -> Admitted:
    """Turn away the entries that are withdrawn articles. Of these their guid's hash is kept and that of the entry."""
    if not candidates or not withdrawals.is_any(connection):
        return Admitted(candidates, {}, 0)
    passed = []
    alike: dict[str, str] = {}
    refused = 0
    for candidate in candidates:
        entry = candidate.entry
        hidden = erasure.find_hidden(connection, source, entry.guid)
        if hidden and hidden[2] == "lifted":
            erasure.show_guid(connection, hidden[0], entry.guid)
        match = withdrawals.match_text(connection, (candidate.article.text, candidate.article.summary))
        named = match or withdrawals.match_name(connection, [candidate.canonical_url], entry.title)
        if hidden and hidden[2] == "withdrawn" and named:
            erasure.note_entry(connection, hidden[0], entry.hash)
            continue
        known = copies.find_copy(connection, source, entry.guid, candidate.canonical_url)
        if match:
            _refuse_entry(connection, source, candidate, known, match, now)
            refused += 1
            continue
        if named and (known is None or known.held == "alike"):
            alike[entry.guid] = named.why
        passed.append(candidate)
    return Admitted(passed, alike, refused)


def refuse_page(connection: Connection, copy: copies.KnownCopy, article: Article, now: datetime) -> Match | None:
    """Say which withdrawn article a page holds: by its text, and then its copy has been erased; or only by its name.

    By name only what readers have not seen yet.
    """
    if not withdrawals.is_any(connection):
        return None
    match = withdrawals.match_text(connection, (article.text,))
    if match:
        remove_copy(connection, copy, match, now)
        return match
    if copy.held != "alike" and (copy.held or copies.has_been_seen(connection, copy.item)):
        return None
    declared = (canonicalize(article.canonical_url), canonicalize(article.og_url))
    return withdrawals.match_name(connection, (copy.canonical_url, *declared), copy.title)


def remove_alike(connection: Connection, likely: Sequence[int], now: datetime) -> None:
    """Remove those of some copies that are withdrawn articles by their text."""
    for copy in likely:
        known = copies.load_copy(connection, copy)
        match = withdrawals.match_text(connection, (known.text, copies.summary_of(connection, copy)))
        if match and known.held != "withdrawn":
            remove_copy(connection, known, match, now)


def _refuse_entry(
    connection: Connection,
    source: str,
    candidate: Candidate,
    known: copies.KnownCopy | None,
    match: Match,
    now: datetime,
) -> None:
    if known:
        remove_copy(connection, known, match, now)
        erasure.note_entry(connection, known.id, candidate.entry.hash)
        return
    item = _remains(connection, match, now)
    erasure.keep_refused(connection, item, source, candidate.entry.guid, candidate.entry.hash, now)
    record_decision(connection, item, "refused", {"source": source, "because": match.why}, now)


def remove_copy(connection: Connection, copy: copies.KnownCopy, match: Match, now: datetime) -> None:
    """Erase a copy that has turned out to be a withdrawn article, and put it among the remains of that."""
    item = _remains(connection, match, now)
    erasure.erase_copies(connection, [copy.id], now)
    erasure.move_copy(connection, copy.id, item)
    if not copies.facts_of(connection, [copy.item]):
        erasure.erase_items(connection, [copy.item], now)
    record_decision(connection, item, "refused", {"source": copy.source, "because": match.why}, now)
    withdrawals.purge_again(connection, match.public_id)
    withdrawals.mark_leaving(connection, [copy.item, item])


def _remains(connection: Connection, match: Match, now: datetime) -> int:
    return erasure.ensure_remains(connection, withdrawals.load(connection, [match.public_id])[match.public_id], now)
