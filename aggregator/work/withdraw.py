"""withdraw(): an article is taken back: every word of it leaves the store, and nothing of it comes in again.

What leaves the outputs leaves with the next build, which the item's mark makes due. A withdrawal is written into the
store, then into the ledger beside it; whichever of the two knows more at a start tells the other.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from aggregator.dedupe.fingerprint import fold_words
from aggregator.errors import ConfigError
from aggregator.store import copies, erasure, histories, outputs, polls, quarantine, withdrawals
from aggregator.store.database import Database
from aggregator.store.decisions import record_decision
from aggregator.store.ledger import append_to_ledger, read_ledger
from aggregator.store.withdrawals import Withdrawn
from aggregator.work.refuse import remove_alike

_LEAST_TITLE = 2  # words, to be found in a reason
_SAID = "its withdrawal was lifted; it waits for its partner's feed to bring the text again"


@dataclass(frozen=True)
class Target:
    """An article that may be withdrawn.

    Attributes:
        items: its item, then those merged into it.
        copies: source and address of each copy.
        topics: in which it is now.
    """

    items: tuple[int, ...]
    public_id: str
    title: str
    copies: tuple[tuple[str, str], ...]
    topics: tuple[str, ...]


def find_target(connection: Connection, reference: str) -> Target | Withdrawn:
    """Find the article that a public id or an address of any copy means; or the withdrawal, where it is withdrawn.

    Raises:
        ConfigError: there is none, or there are several; the message says what to do.
    """
    found = {histories.survivor_of(connection, item): by for item, by in histories.find_items(connection, reference)}
    # What a page declares as its address may be that of a whole section.
    named = [item for item, by in found.items() if by in ("id", "address")] or list(found)
    stored = {item.id: item for item in outputs.load_items(connection, named)}
    standing = [item for item in named if stored[item].state != "withdrawn"]
    if not standing:
        gone = [one for one in withdrawals.find(connection, reference) if not one.lifted_at]
        if gone:
            return gone[0]
        raise ConfigError(_unknown(reference))
    if len(standing) > 1:
        ids = ", ".join(stored[item].public_id for item in standing)
        raise ConfigError(f'"{reference}" leads to several articles; withdraw each by its id: {ids}')
    item = stored[standing[0]]
    placed = histories.load_placements(connection, item.id)
    return Target(
        (item.id, *histories.merged_into(connection, item.id)),
        item.public_id,
        item.title,
        tuple((copy.source, copy.url) for copy in histories.load_copies(connection, item.id)),
        tuple(topic for topic, place in placed.items() if place.left_at is None),
    )


def withdraw(connection: Connection, target: Target, reason: str, by: str, now: datetime) -> Withdrawn:
    """Take an article back, with all its copies and all items that were merged into it.

    What had been kept apart from it and holds its text all the same goes, too.

    Raises:
        ConfigError: the reason, which is kept, holds the title.
    """
    title = fold_words(target.title)
    if len(title) >= _LEAST_TITLE and f" {' '.join(title)} " in f" {' '.join(fold_words(reason))} ":
        raise ConfigError("--reason holds the article's title, and would be kept after it; say why without the title")
    taken = erasure.fingerprint_items(connection, target.items, target.items[0], reason, by, now)
    likely = erasure.find_likely(connection, target.items)
    _take_back(connection, target.items, taken, now)
    withdrawals.save(connection, taken, is_noted=False)
    remove_alike(connection, likely, now)
    return taken


def lift(connection: Connection, reference: str, reason: str, by: str, now: datetime) -> Withdrawn:
    """Keep an article out no longer. Its text was removed: it returns when a partner's feed is read that has it.

    Raises:
        ConfigError: nothing is withdrawn by that name.
    """
    standing = [one for one in withdrawals.find(connection, reference) if not one.lifted_at]
    if not standing:
        raise ConfigError(f'"{reference}": nothing of this name is withdrawn; give the id that `withdraw` printed')
    lifted = replace(
        standing[0], lifted_at=now, lifted_by=by, lifted_why=reason, addresses=frozenset(), titles=frozenset(), texts=()
    )
    _let_back(connection, lifted, now)
    withdrawals.save(connection, lifted, is_noted=False)
    return lifted


async def settle_withdrawals(database: Database, ledger: Path, now: datetime) -> list[str]:
    """Bring store and ledger together, before anything is published: what either knows of holds in both.

    An article that an older backup has brought back is withdrawn again.

    Returns:
        A line for people on each line of the ledger that cannot be read.
    Raises:
        StoreError: the ledger cannot be read, or not be written.
    """
    written, problems = read_ledger(ledger)
    kept = await database.read(withdrawals.load)
    for public_id, one in written.items():
        if public_id not in kept or one.changed_at > kept[public_id].changed_at or _adds(one, kept[public_id]):
            await database.write_durably(_apply, one, now)
    kept = await database.read(withdrawals.load)
    missing = [one for one in kept.values() if one.public_id not in written or _adds(one, written[one.public_id])]
    append_to_ledger(ledger, missing)
    if missing:
        await database.write(withdrawals.note, missing)
    return problems


async def note_withdrawals(database: Database, ledger: Path) -> None:
    """Write into the ledger what the store has and the ledger has not. Raises StoreError."""
    if missing := await database.read(withdrawals.unnoted):
        append_to_ledger(ledger, missing)
        await database.write(withdrawals.note, missing)


def _unknown(reference: str) -> str:
    if reference.startswith("tag:"):
        return f'"{reference}": no item has this id; take it from a feed, or give the address of any copy'
    return (
        f'"{reference}": no article is known by this; give the address of any copy ("https://...") or the id in our '
        'feeds ("tag:..."). Nothing of what never came in can go out; to keep a site\'s articles out for good, see '
        "[blocklist]"
    )


def _take_back(connection: Connection, items: tuple[int, ...], taken: Withdrawn, now: datetime) -> None:
    erasure.erase_items(connection, items, now)
    erasure.withdraw_items(connection, items, f"withdrawn by {taken.by}: {taken.reason}")
    record_decision(connection, items[0], "withdrawn", {"because": taken.reason}, now, by=taken.by)
    withdrawals.mark_leaving(connection, items)


def _let_back(connection: Connection, lifted: Withdrawn, now: datetime) -> None:
    items = erasure.items_of(connection, lifted)
    sources = erasure.lift_copies(connection, items, _SAID)
    erasure.lift_items(connection, items, now)
    polls.ask_again(connection, sources)
    because = {"because": lifted.lifted_why or "the withdrawal is over"}
    alike = erasure.alike_copies(connection, lifted.public_id)
    quarantine.let_pass(connection, [copy for copy, _ in alike])
    for item in [*items[:1], *dict.fromkeys(item for _, item in alike)]:
        record_decision(connection, item, "lifted", because, lifted.lifted_at or now, by=lifted.lifted_by)
    copies.mark_dirty(connection, [*items, *(item for _, item in alike)])


def _apply(connection: Connection, one: Withdrawn, now: datetime) -> None:
    """Do in this store what was done when the ledger's line was written."""
    if one.lifted_at:
        _let_back(connection, one, now)
        withdrawals.save(connection, one, is_noted=True)
        return
    known = withdrawals.load(connection, [one.public_id]).get(one.public_id)
    if known and not known.lifted_at:
        one = _union(one, known)
    items = erasure.items_of(connection, one)
    standing = tuple(item.id for item in outputs.load_items(connection, items) if item.state != "withdrawn")
    likely = erasure.find_likely(connection, standing)
    if standing:
        one = _union(one, erasure.fingerprint_items(connection, items, items[0], one.reason, one.by, one.at))
        _take_back(connection, standing, one, now)
    withdrawals.save(connection, one, is_noted=True)
    erasure.ensure_remains(connection, one, now)
    remove_alike(connection, likely, now)


def _adds(one: Withdrawn, other: Withdrawn) -> bool:
    """Tell whether one account of a withdrawal says more than the other, or something later."""
    if one.changed_at != other.changed_at:
        return one.changed_at > other.changed_at
    return not one.lifted_at and _union(other, one) != other


def _union(one: Withdrawn, other: Withdrawn) -> Withdrawn:
    return replace(
        one,
        also=tuple(sorted({*one.also, *other.also, other.public_id} - {one.public_id})),
        copies=tuple(sorted({*one.copies, *other.copies})),
        addresses=one.addresses | other.addresses,
        titles=one.titles | other.titles,
        texts=tuple(sorted({*one.texts, *other.texts}, key=sorted)),
    )
