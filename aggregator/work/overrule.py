"""What editors say of articles, before anything the program decides: two are one, or are not, or tell one event.

Said once, it holds for all that is stored and all that comes. Which newsroom wrote an article, the other thing they may
say, is heeded in `decide`.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from aggregator.dedupe.comparison import Account
from aggregator.dedupe.identity import mint_public_id
from aggregator.dedupe.verdict import judge
from aggregator.models import Config, Override, Site
from aggregator.store import copies, groups, links, rulings
from aggregator.store.decisions import record_decision
from aggregator.store.groups import Member
from aggregator.urls import reference_key


def apply_overrides(session: Session, config: Config, now: datetime) -> int:
    """Bring what is stored in line with the overrides; returns how many items were merged or parted."""
    changed = 0
    told = links.forget_said(session)
    for override in config.overrides:
        if override.action not in ("same", "different", "story"):
            continue
        ones, others = groups.find_named(session, override.match), groups.find_named(session, override.value)
        if not ones or not others:
            continue
        one, other = ones[0], others[0]
        if override.action == "same" and one.item != other.item:
            kept, gone = copies.merge_items(session, one.item, other.item)
            record_decision(session, kept, "merged", {"item": gone, "because": explain(override)}, now, by="editor")
            changed += 1
        elif override.keeps_apart and one.item == other.item and one.copy != other.copy:
            part(session, one, other, explain(override), config.site, now, by="editor")
            changed += 1
        if override.action == "story":
            _tell_together(session, override, told, now)
    return changed


def told_with(session: Session, overrides: Sequence[Override], item: int) -> dict[int, str]:
    """Map the items that tell the same event as one because an editor says so to his words."""
    said = [override for override in overrides if override.action == "story"]
    if not said:
        return {}
    own = groups.references_of(session, [item])[item]
    return {
        member.item: explain(override)
        for override in said
        if not _keys(override).isdisjoint(own)
        for key in _keys(override).difference(own)
        for member in groups.find_named(session, key)
        if member.item != item
    }


def _tell_together(session: Session, override: Override, told: Collection[tuple[int, int]], now: datetime) -> None:
    """Link the two articles as one story; it is a decision unless that stood here before."""
    one, other = (groups.find_named(session, name)[0].item for name in (override.match, override.value))
    is_new = links.join_stories(session, one, other, explain(override))
    if is_new and (min(one, other), max(one, other)) not in told:
        record_decision(session, other, "story", {"item": one, "because": explain(override)}, now, by="editor")


def part(
    session: Session, one: Member, other: Member, because: str, site: Site, now: datetime, by: str = "program"
) -> int:
    """Part an item of which two copies are different articles; returns the new item.

    Every other copy goes with the one it is more like. The part with the copy that the id is of keeps it.
    """
    members = groups.members_of(session, one.item)
    with_one = {member.copy for member in members if _is_more_like(member, one, other, now)}
    stays = namesake(session, members, site)
    leaving = [member for member in members if (member.copy in with_one) != (stays in with_one)]
    return part_off(session, leaving, because, site, now, by)


def namesake(session: Session, members: Sequence[Member], site: Site) -> int:
    """Return the copy that an item's id was made of; the first kept when that is none of them."""
    public_id = groups.public_id_of(session, members[0].item)
    own = (
        member.copy
        for member in members
        if mint_public_id(site, member.source, member.guid, member.generation) == public_id
    )
    return next(own, members[0].copy)


def part_off(
    session: Session, leaving: Sequence[Member], because: str, site: Site, now: datetime, by: str = "program"
) -> int:
    """Give some copies of an item, the first kept first, an item of their own, or back the one they had; returns it."""
    item, first = leaving[0].item, leaving[0]
    ids = [member.copy for member in leaving]
    own = {mint_public_id(site, member.source, member.guid, member.generation) for member in leaving}
    if former := groups.find_former(session, item, own):
        new = groups.revive_item(session, former, item, ids)
    else:
        generation = first.generation
        public_id = mint_public_id(site, first.source, first.guid, generation)
        while copies.is_minted(session, public_id):
            generation += 1
            public_id = mint_public_id(site, first.source, first.guid, generation)
        new = groups.part_item(session, item, ids, public_id)
    record_decision(session, item, "parted", {"item": new, "because": because}, now, by=by)
    record_decision(session, new, "parted", {"item": item, "because": because}, now, by=by)
    rulings.inherit(session, item, new, now)
    return new


def overrule(
    session: Session, overrides: Sequence[Override], own: Collection[str], found: Mapping[int, str]
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
        for member in groups.find_named(session, key)
    }
    same = said | {item: why for item, why in found.items() if item not in said}
    different = [_keys(override) for override in overrides if override.keeps_apart]
    if not different:
        return same
    known = groups.references_of(session, same)
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
