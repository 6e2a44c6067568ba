"""Which items hold the same article as a copy: by its addresses, else by its text. Part of the transactions that keep a
copy, its page or what was learned about it.

Automatic decisions join, never part. What speaks for it, and what kept alike texts apart, is written down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import Connection

from aggregator.dedupe.comparison import Account
from aggregator.dedupe.group import Choice, choose_items
from aggregator.dedupe.titles import read_title, series_hash
from aggregator.dedupe.verdict import may_be_series
from aggregator.models import Override
from aggregator.store import copies, groups, links, twins
from aggregator.store.decisions import record_decision
from aggregator.work.overrule import overrule

WINDOW = timedelta(days=120)  # older articles are the same by address only
_ALIKE = 0.45  # of the shorter text's shingles; with more in common, what kept two apart is worth a line
_MOST_APART = 3  # such lines about one copy: form letters are alike by the hundred

_REMEMBERED = 256  # texts without their credits: the same few are found for each of many that are alike
_LONGEST_REMEMBERED = 20_000  # characters


@dataclass(frozen=True)
class Subject:
    """A copy that looks for its item.

    Attributes:
        own: canonical URL of its address; empty when that identifies nothing.
        declared: canonical URLs that its page declares.
        hashes: of its text, for the index.
        copy: its id, once it is kept; 0 before.
        item: its item, once it has one; 0 before.
    """

    source: str
    title: str
    text: str
    hashes: Sequence[int]
    appeared_at: datetime
    own: str = ""
    declared: Sequence[str] = ()
    copy: int = 0
    item: int = 0


@dataclass(frozen=True)
class Found:
    """What the other items are to a copy."""

    same: dict[int, str]  # items that hold the same article, best first, and why
    siblings: dict[int, str]  # other parts of a series
    apart: dict[int, str]  # alike, but kept apart


def find_items(connection: Connection, subject: Subject, overrides: Sequence[Override], now: datetime) -> Found:
    """Find the items that hold the same article as a copy, and those that only look like it."""
    own = {subject.own} - {""}
    if subject.item and overrides:
        own |= groups.references_of(connection, [subject.item])[subject.item]
    by_address = copies.find_same_address(
        connection, subject.source, own=subject.own, declared=subject.declared, without=subject.item
    )
    choice, twin_of = _compare(connection, subject, now)
    findings = {finding.item: finding for finding in choice.findings}
    evidence = {
        item: f"{finding.verdict.evidence}, as {twin_of[item].url} ({twin_of[item].source})"
        for item, finding in findings.items()
    }
    same = dict([by_address] if by_address else [])
    for item in choice.items:
        same.setdefault(item, f"near-identical text: {evidence[item]}")
    if overrides:
        same = overrule(connection, overrides, own, same)
        same.pop(subject.item, None)
    others = (finding for item, finding in findings.items() if item not in same and item not in choice.siblings)
    alike = sorted(
        (finding for finding in others if finding.verdict.contained >= _ALIKE),
        key=lambda finding: -finding.verdict.contained,
    )
    siblings = {item: f"parts of a series: {'; '.join(findings[item].verdict.vetoes)}" for item in choice.siblings}
    apart = {
        finding.item: f"{'; '.join(finding.verdict.vetoes) or choice.why_none or 'unlike most of its copies'}: "
        f"{evidence[finding.item]}"
        for finding in alike[:_MOST_APART]
    }
    return Found(same, {item: why for item, why in siblings.items() if item not in same}, apart)


def join_item(connection: Connection, subject: Subject, overrides: Sequence[Override], now: datetime) -> int:
    """Bring a kept copy's item together with others that hold the same article; returns the item it ends up in."""
    found = find_items(connection, subject, overrides, now)
    item = merge_all(connection, subject.item, found, subject.source, now)
    note_others(connection, item, found, now)
    return item


def merge_all(connection: Connection, item: int, found: Found, source: str, now: datetime) -> int:
    """Merge the items that hold the same article into one; returns the survivor."""
    for other, because in found.same.items():
        if other != item:
            item, gone = copies.merge_items(connection, item, other)
            record_decision(connection, item, "merged", {"item": gone, "source": source, "because": because}, now)
    return item


def note_others(connection: Connection, item: int, found: Found, now: datetime) -> None:
    """Link the parts of a series, and write down what was alike and is apart all the same."""
    for other, why in found.siblings.items():
        if links.link(connection, item, other, "series", why):
            copies.mark_dirty(connection, [item, other])
    for other, why in found.apart.items():
        if other != item:
            record_decision(connection, item, "apart", {"item": other, "because": why}, now)


def _compare(connection: Connection, subject: Subject, now: datetime) -> tuple[Choice, dict[int, twins.Twin]]:
    since = now - WINDOW
    alike = twins.find_twins(connection, subject.hashes, since, without=subject.copy)
    found = {twin.item for twin in alike}
    if titled := twins.find_twins(connection, series_hash(subject.title), since, without=subject.copy):
        title = read_title(subject.title)
        alike += [
            twin
            for twin in titled
            if twin.item in found
            or may_be_series(title, read_title(twin.title), is_same_source=twin.source == subject.source)
        ]
    members: dict[int, dict[int, Account]] = {}
    twin_of: dict[int, twins.Twin] = {}
    for twin in alike:
        if twin.item != subject.item:
            twin_of.setdefault(twin.item, twin)
            of_item = members.setdefault(twin.item, {})
            of_item.setdefault(twin.id, Account(twin.source, twin.title, _without_credit(twin.text), twin.appeared_at))
    if not members:
        return Choice(), {}
    account = Account(subject.source, subject.title, _without_credit(subject.text), subject.appeared_at)
    return choose_items(account, {item: list(accounts.values()) for item, accounts in members.items()}), twin_of


def _without_credit(text: str) -> str:
    return _read_without_credit(text) if len(text) <= _LONGEST_REMEMBERED else _read_without_credit.__wrapped__(text)


@lru_cache(maxsize=_REMEMBERED)
def _read_without_credit(text: str) -> str:
    # Loaded where a text has to be compared, which a process that polls quiet feeds never does.
    from aggregator.extract.byline import without_credit

    return without_credit(text)
