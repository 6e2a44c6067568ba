"""redecide(): all that is stored, decided again as if every copy came now, in the order in which it came then.

For after a change of the rules by which copies are compared. The only place where the program itself parts an item.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from aggregator.dedupe.comparison import Account
from aggregator.dedupe.fingerprint import index_hashes
from aggregator.dedupe.group import choose_items
from aggregator.dedupe.titles import series_hash
from aggregator.models import Config
from aggregator.store import copies, groups, twins
from aggregator.store.database import Database
from aggregator.store.decisions import record_decision
from aggregator.store.groups import Grouped
from aggregator.work.join import WINDOW
from aggregator.work.overrule import namesake, part_off

_AT_ONCE = 500  # copies
_MEMBERS = 12  # of a group are compared
_BECAUSE = "all was decided again"


@dataclass(frozen=True)
class Change:
    """Items that are one article ("merge"), or an item that is several ("part").

    Attributes:
        parts: the copies of each item, or of each part; the one with the first copy kept first.
    """

    kind: Literal["merge", "part"]
    parts: tuple[tuple[Grouped, ...], ...]


async def redecide(config: Config, database: Database, now: datetime) -> list[Change]:
    """Decide everything again and bring the items in line; returns what changed.

    The index is made anew first. Killed in between, a second run goes on.
    """
    after = 0
    while done := await database.write(_index_again, after, now):
        after = done
    changes = await database.read(plan_changes, config, now)
    for change in changes:
        await database.write(_part if change.kind == "part" else _merge, change, config, now)
    return changes


def plan_changes(connection: Connection, config: Config, now: datetime) -> list[Change]:
    """Say what deciding everything again would change; by the index as it is.

    What is too old for the index cannot be compared any more, so it stays with its item unless an override parts it.
    """
    again = _Again(connection, _different(connection, config), now - WINDOW)
    for copy in groups.every_copy(connection):
        again.take(copy)
    for override in config.overrides:
        if override.action == "same":
            named = [groups.find_named(connection, name) for name in (override.match, override.value)]
            if all(named):
                again.unite(named[0][0].copy, named[1][0].copy)
    return _compare(again)


class _Again:
    """The items as they come out when every copy is decided again."""

    def __init__(
        self, connection: Connection, different: Sequence[tuple[set[int], set[int]]], indexed_since: datetime
    ) -> None:
        self.connection = connection
        self._indexed_since = indexed_since
        self._too_old: dict[int, int] = {}  # item -> its first copy, where the index has forgotten that
        self.different = different
        self.group_of: dict[int, int] = {}  # copy -> group, which is named by its first copy
        self.members: dict[int, list[Grouped]] = {}
        self._by_url: dict[str, int] = {}  # copies by their own address, and by what their pages declare
        self._by_declared: dict[str, list[Grouped]] = {}

    def take(self, copy: Grouped) -> None:
        """Decide the next copy."""
        self.group_of[copy.copy] = copy.copy
        self.members[copy.copy] = [copy]
        for other in (*self._same_address(copy), *self._same_text(copy)):
            self.unite(copy.copy, other)
        if copy.item in self._too_old:
            self.unite(copy.copy, self._too_old[copy.item])
        elif copy.first_seen_at < self._indexed_since:
            self._too_old[copy.item] = copy.copy
        if copy.canonical_url:
            self._by_url.setdefault(copy.canonical_url, copy.copy)
        if copy.declared_canonical_url:
            self._by_declared.setdefault(copy.declared_canonical_url, []).append(copy)

    def unite(self, one: int, other: int) -> None:
        """Put the groups of two copies together, unless an editor says that they are different articles."""
        kept, gone = sorted((self.group_of[one], self.group_of[other]))
        if kept == gone or self._are_different(kept, gone):
            return
        for copy in self.members[gone]:
            self.group_of[copy.copy] = kept
        self.members[kept] += self.members.pop(gone)

    def _are_different(self, one: int, other: int) -> bool:
        mine, theirs = ({copy.copy for copy in self.members[group]} for group in (one, other))
        return any((a & mine and b & theirs) or (a & theirs and b & mine) for a, b in self.different)

    def _same_address(self, copy: Grouped) -> Iterator[int]:
        for url in {copy.canonical_url, copy.declared_canonical_url} - {""}:
            if url in self._by_url:
                yield self._by_url[url]
        for other in self._by_declared.get(copy.canonical_url, ()) if copy.canonical_url else ():
            yield other.copy
        for other in self._by_declared.get(copy.declared_canonical_url, ()) if copy.declared_canonical_url else ():
            if other.source != copy.source:
                yield other.copy

    def _same_text(self, copy: Grouped) -> Iterator[int]:
        account = self._account(copy)
        found = twins.find_twins(
            self.connection, index_hashes(account.text), copy.first_seen_at - WINDOW, without=copy.copy
        )
        near = {self.group_of[twin.id] for twin in found if twin.id in self.group_of} - {self.group_of[copy.copy]}
        if not near:
            return
        others = {group: [self._account(one) for one in self.members[group][:_MEMBERS]] for group in sorted(near)}
        yield from choose_items(account, others).items

    def _account(self, copy: Grouped) -> Account:
        from aggregator.extract.byline import without_credit

        text = without_credit(groups.text_of(self.connection, copy.copy))
        return Account(copy.source, copy.title, text, copy.appeared_at)


def _different(connection: Connection, config: Config) -> list[tuple[set[int], set[int]]]:
    pairs = [
        ({one.copy for one in groups.find_named(connection, name)} for name in (override.match, override.value))
        for override in config.overrides
        if override.keeps_apart
    ]
    return [(one, other) for one, other in pairs if one and other and one != other]


def _compare(again: _Again) -> list[Change]:
    """Compare the groups with the items as they are; what is to be parted comes first."""
    merges = []
    of_items: dict[int, dict[int, list[Grouped]]] = {}
    for group, members in again.members.items():
        items: dict[int, list[Grouped]] = {}
        for copy in sorted(members, key=lambda copy: copy.copy):
            items.setdefault(copy.item, []).append(copy)
            of_items.setdefault(copy.item, {}).setdefault(group, []).append(copy)
        if len(items) > 1:
            merges.append(Change("merge", tuple(map(tuple, items.values()))))
    parts = [parted for parted in of_items.values() if len(parted) > 1]
    ordered = [
        sorted(map(tuple, parted.values()), key=lambda part: min(copy.copy for copy in part)) for parted in parts
    ]
    return [*(Change("part", tuple(parted)) for parted in ordered), *merges]


def _part(connection: Connection, change: Change, config: Config, now: datetime) -> None:
    of_item = groups.members_of(connection, change.parts[0][0].item)
    members = {member.copy: member for member in of_item}
    stays = namesake(connection, of_item, config.site)
    for part in change.parts:
        if stays in (copy.copy for copy in part):
            continue
        leaving = [members[copy.copy] for copy in part if copy.copy in members]
        if leaving and len(leaving) < len(members):
            part_off(connection, leaving, _BECAUSE, config.site, now)


def _merge(connection: Connection, change: Change, config: Config, now: datetime) -> None:
    items = [copies.load_copy(connection, part[0].copy).item for part in change.parts]
    for item in items[1:]:
        if item != items[0]:
            items[0], gone = copies.merge_items(connection, items[0], item)
            record_decision(connection, items[0], "merged", {"item": gone, "because": _BECAUSE}, now)


def _index_again(connection: Connection, after: int, now: datetime) -> int:
    """Index some copies, by their ids; returns the last of them, 0 when there are no more."""
    from aggregator.extract.byline import without_credit

    last = 0
    for copy in groups.copies_after(connection, after, now - WINDOW, _AT_ONCE):
        twins.index_copy(connection, copy.copy, index_hashes(without_credit(copy.text)) + series_hash(copy.title))
        last = copy.copy
    return last
