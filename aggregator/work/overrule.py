"""What editors say of articles, before anything the program decides: two are one, or are not, or tell one event.

Said once, it holds for all that is stored and all that comes. Which newsroom wrote an article, the other thing they may
say, is heeded in `decide`.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from aggregator.dedupe.comparison import Account
from aggregator.dedupe.identity import mint_public_id
from aggregator.dedupe.verdict import judge
from aggregator.models import Config, Override, Site
from aggregator.store import copies, groups, links, rulings
from aggregator.store.decisions import record_decision
from aggregator.store.groups import Member
from aggregator.urls import reference_key


def apply_overrides(connection: Connection, config: Config, now: datetime) -> int:
    """Bring what is stored in line with the overrides; returns how many items were merged or parted."""
    changed = 0
    told = links.forget_said(connection)
    for override in config.overrides:
        if override.action not in ("same", "different", "story"):
            continue
        ones, others = groups.find_named(connection, override.match), groups.find_named(connection, override.value)
        if not ones or not others:
            continue
        one, other = ones[0], others[0]
        if override.action == "same" and one.item != other.item:
            kept, gone = copies.merge_items(connection, one.item, other.item)
            record_decision(connection, kept, "merged", {"item": gone, "because": explain(override)}, now, by="editor")
            changed += 1
        elif override.keeps_apart and one.item == other.item and one.copy != other.copy:
            part(connection, one, other, explain(override), config.site, now, by="editor")
            changed += 1
        if override.action == "story":
            _tell_together(connection, override, told, now)
    return changed


def told_with(connection: Connection, overrides: Sequence[Override], item: int) -> dict[int, str]:
    """Map the items that tell the same event as one because an editor says so to his words."""
    said = [override for override in overrides if override.action == "story"]
    if not said:
        return {}
    own = groups.references_of(connection, [item])[item]
    return {
        member.item: explain(override)
        for override in said
        if not _keys(override).isdisjoint(own)
        for key in _keys(override).difference(own)
        for member in groups.find_named(connection, key)
        if member.item != item
    }


def _tell_together(
    connection: Connection, override: Override, told: Collection[tuple[int, int]], now: datetime
) -> None:
    """Link the two articles as one story; it is a decision unless that stood here before."""
    one, other = (groups.find_named(connection, name)[0].item for name in (override.match, override.value))
    is_new = links.join_stories(connection, one, other, explain(override))
    if is_new and (min(one, other), max(one, other)) not in told:
        record_decision(connection, other, "story", {"item": one, "because": explain(override)}, now, by="editor")


def part(
    connection: Connection, one: Member, other: Member, because: str, site: Site, now: datetime, by: str = "program"
) -> int:
    """Part an item of which two copies are different articles; returns the new item.

    Every other copy goes with the one it is more like. The part with the copy that the id is of keeps it.
    """
    members = groups.members_of(connection, one.item)
    with_one = {member.copy for member in members if _is_more_like(member, one, other, now)}
    stays = namesake(connection, members, site)
    leaving = [member for member in members if (member.copy in with_one) != (stays in with_one)]
    return part_off(connection, leaving, because, site, now, by)


def namesake(connection: Connection, members: Sequence[Member], site: Site) -> int:
    """Return the copy that an item's id was made of; the first kept when that is none of them."""
    public_id = groups.public_id_of(connection, members[0].item)
    own = (
        member.copy
        for member in members
        if mint_public_id(site, member.source, member.guid, member.generation) == public_id
    )
    return next(own, members[0].copy)


def part_off(
    connection: Connection, leaving: Sequence[Member], because: str, site: Site, now: datetime, by: str = "program"
) -> int:
    """Give some copies of an item, the first kept first, an item of their own, or back the one they had; returns it."""
    item, first = leaving[0].item, leaving[0]
    ids = [member.copy for member in leaving]
    own = {mint_public_id(site, member.source, member.guid, member.generation) for member in leaving}
    if former := groups.find_former(connection, item, own):
        new = groups.revive_item(connection, former, item, ids)
    else:
        generation = first.generation
        public_id = mint_public_id(site, first.source, first.guid, generation)
        while copies.is_minted(connection, public_id):
            generation += 1
            public_id = mint_public_id(site, first.source, first.guid, generation)
        new = groups.part_item(connection, item, ids, public_id)
    record_decision(connection, item, "parted", {"item": new, "because": because}, now, by=by)
    record_decision(connection, new, "parted", {"item": item, "because": because}, now, by=by)
    rulings.inherit(connection, item, new, now)
    return new


def overrule(
    connection: Connection, overrides: Sequence[Override], own: Collection[str], found: Mapping[int, str]
) -> dict[int, str]:
    """Correct what the program found by what editors say.

    Args:
        own: keys of the article in question, see `urls.reference_key`.
        found: the items that seem to hold the same article, best first, and why.
    Returns:
        The same, with those that an editor adds in front, and without those that are different articles from this one
        or from one before it in the list.
    """
    said = {
        member.item: explain(override)
        for override in overrides
        if override.action == "same" and not _keys(override).isdisjoint(own)
        for key in _keys(override).difference(own)
        for member in groups.find_named(connection, key)
    }
    same = said | {item: why for item, why in found.items() if item not in said}
    different = [_keys(override) for override in overrides if override.keeps_apart]
    if not different:
        return same
    known = groups.references_of(connection, same)
    joined = set(own)
    kept = {}
    for item, why in same.items():
        if not any(pair - known[item] and pair - known[item] <= joined for pair in different if pair & known[item]):
            kept[item] = why
            joined |= known[item]
    return kept


def explain(override: Override) -> str:
    """Return an override as a reason for people."""
    why = f": {override.reason}" if override.reason else ""
    return f'[[override]] "{override.action}"{why}'


def _keys(override: Override) -> set[str]:
    return {reference_key(override.match), reference_key(override.value)} - {""}


def _is_more_like(member: Member, one: Member, other: Member, now: datetime) -> bool:
    if member.copy in (one.copy, other.copy):
        return member.copy == one.copy
    mine, theirs = (judge(_account(member, now), _account(side, now)).contained for side in (one, other))
    return mine >= theirs


def _account(member: Member, now: datetime) -> Account:
    return Account(member.source, member.title, member.text, now)
