"""Decisions about one item by its copies: which newsroom wrote it, whose text is shown. Whether it goes out is asked
at the `gate`.

Called for every dirty item before it is routed, so a changed sources.toml acts on everything stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.dedupe.origin import Origin, choose_origin
from aggregator.models import Config, CopyFacts
from aggregator.release import EMBARGO, EXPIRED
from aggregator.rights.agreement import MODES, Allowance, allowance, embargo_ends
from aggregator.store.outputs import StoredItem
from aggregator.work.overrule import explain


@dataclass(frozen=True)
class Decided:
    """An item as it is to be kept, and what decided its origin where that is new."""

    item: StoredItem
    origin: Origin | None


def decide_item(item: StoredItem, copies: Sequence[CopyFacts], config: Config, now: datetime) -> Decided:
    """Bring an item in line with its copies and the configuration; values in, values out."""
    if not copies or item.state in ("merged", "withdrawn"):
        return Decided(item, None)
    copies = [copy for copy in copies if not copy.held_why]
    if not copies:
        return Decided(item, None)
    origin = _overruled(item, copies, config) or choose_origin(copies, config)
    shown = choose_text(copies, origin, config, now)
    lead = next((copy for copy in copies if copy.id == origin.copy), shown)
    decided = replace(
        item,
        title=lead.title or item.title,
        people=lead.people or shown.people,
        publication=origin.name,
        language=shown.language or lead.language,
        origin_source=origin.source,
        origin_name=origin.name,
        origin_url=origin.url,
        text_copy=shown.id,
    )
    if decided.first_published_at is None and lead.published_at and lead.published_at <= now:
        # Once readers have seen a date it stays; until then it is the origin's.
        decided = replace(decided, published_at=lead.published_at, updated_at=lead.published_at)
    is_new = (item.origin_source, item.origin_name) != (origin.source, origin.name)
    return Decided(decided, origin if is_new else None)


def _overruled(item: StoredItem, copies: Sequence[CopyFacts], config: Config) -> Origin | None:
    """Return the origin that an editor names, if any."""
    known = config.origin_overrides
    if not known:
        return None
    override = next(
        (known[key] for key in (item.public_id, *(one.canonical_url for one in copies)) if key in known), None
    )
    source = config.source(override.value) if override else None
    if override is None or source is None:
        return None
    own = next((copy for copy in copies if copy.source == source.id), None)
    url = own.url or None if own else None
    return Origin(source.id, source.name, url, own.id if own else None, explain(override))


def choose_text(copies: Sequence[CopyFacts], origin: Origin, config: Config, now: datetime) -> CopyFacts:
    """Choose the copy whose text is shown: the fullest that the rights allow, the origin's own among equals."""

    def fullness(copy: CopyFacts) -> tuple[int, bool, int]:
        allowed = allowance(origin.source, copy.source, config, now)
        mode = MODES.index(allowed.mode)
        return mode, copy.id == origin.copy and copy.text_length > 0, _shown_length(copy, allowed)

    # Of equals the first in this order is taken, not the one that arrived first.
    copies = sorted(copies, key=lambda copy: (copy.source, copy.url, copy.id))
    best = max(copies, key=fullness)
    # The origin's own text gives way only to one that is clearly fuller: it may have nothing but an excerpt.
    fuller = [copy for copy in copies if fullness(copy)[0] == fullness(best)[0]]
    longest = max(fuller, key=lambda copy: copy.text_length)
    return longest if longest.text_length > 1.5 * best.text_length else best


def _shown_length(copy: CopyFacts, allowed: Allowance) -> int:
    return min(copy.text_length, allowed.words) if allowed.mode == "excerpt" else copy.text_length


def permit_item(
    item: StoredItem, copies: Sequence[CopyFacts], is_seen: bool, config: Config, now: datetime
) -> StoredItem:
    """Keep an item back that may go out by all other rules, but not by its rights: not yet, or not any more.

    Args:
        is_seen: readers have seen it before.
    """
    shown = next((copy for copy in copies if copy.id == item.text_copy), None)
    if item.state != "published" or shown is None:
        return item
    allowed = allowance(item.origin_source, shown.source, config, now)
    until = embargo_ends(item.published_at, allowed)
    first_published_at = item.first_published_at if is_seen else None
    if allowed.mode == "nothing":
        return replace(item, state="held", state_why=f"{EXPIRED}{allowed.rule}", first_published_at=first_published_at)
    if until is None or until <= now:
        return item
    return replace(
        item,
        state="pending",
        state_why=f"{EMBARGO}{allowed.rule}",
        release_at=until,
        first_published_at=first_published_at,
        # Readers meet it among what is new then; with its own date it would come in below what they have read.
        sort_at=item.sort_at if is_seen else until,
    )
