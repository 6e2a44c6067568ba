"""Why an item is, or is not, in a feed: the whole chain from its copies to the files, read from the store.

Decides nothing: what was decided is read, and what follows from the sources file as it is now is asked of the parts
that decide.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from aggregator.dedupe.origin import Origin, choose_origin
from aggregator.models import Config, CopyFacts
from aggregator.reports.explain_outputs import AppliedRights, TopicAnswer, explain_rights, explain_topics
from aggregator.store import copies, histories, links, outputs
from aggregator.store.histories import FoundBy, KeptCopy, KeptDecision
from aggregator.store.outputs import StoredItem
from aggregator.work.decide import decide_item


@dataclass(frozen=True)
class CopyHistory(KeptCopy):
    """A copy, and what it is to the item."""

    known_source: bool  # its source is in sources.toml
    is_shown: bool  # readers see this text


@dataclass(frozen=True)
class DecisionMade:
    """What was decided, by whom and by what.

    Attributes:
        item: public id of the item it was decided about: this one, or one that is merged with it now.
        other: public id of the other item it speaks of; empty for none.
        says: the same for people.
        evidence: all that was kept of it.
    """

    at: datetime
    kind: str
    by: str
    item: str
    other: str
    says: str
    evidence: dict[str, Any]


@dataclass(frozen=True)
class OtherItem:
    """An item that is related to this one, or was kept apart from it, and why."""

    public_id: str
    title: str
    state: str
    kind: str  # series | story | apart
    why: str


@dataclass(frozen=True)
class OriginNow:
    """The choice of origin made once more, by the sources file as it is now.

    Attributes:
        choice: an editor's word included, with every signal that is weighed; None while all copies are held.
        is_new: it is another than is published, and will be taken over by the next build that looks at the item.
    """

    choice: Origin | None
    is_new: bool


@dataclass(frozen=True)
class Explanation:
    """Everything about one item.

    Attributes:
        asked: what was asked for.
        found_by: see `histories.FoundBy`.
        merged_id: the id that was found first, where that item has since been merged into this one; else empty.
        merged: ids of all items that were merged into this one.
        same_address: ids of other items that are found by the same address.
        state_why: what the state means and why it is so, for people.
        url: the address that readers are sent to.
        remarks: what makes the files differ from all this until the next build.
    """

    asked: str
    found_by: FoundBy
    merged_id: str
    merged: tuple[str, ...]
    same_address: tuple[str, ...]
    item: StoredItem
    state_why: str
    url: str
    copies: tuple[CopyHistory, ...]
    decisions: tuple[DecisionMade, ...]
    kept_apart: tuple[OtherItem, ...]
    linked: tuple[OtherItem, ...]
    origin: OriginNow
    topics: tuple[TopicAnswer, ...]
    rights: AppliedRights | None
    remarks: tuple[str, ...]


def explain(connection: Connection, name: str, config: Config, now: datetime) -> Explanation | None:
    """Explain the item that a public id or an address means; None when there is none."""
    found = histories.find_items(connection, name)
    if not found:
        return None
    first, found_by = found[0]
    item_id = histories.survivor_of(connection, first)
    merged = histories.merged_into(connection, item_id)
    own = {item_id, *merged}
    made = histories.load_decisions(connection, own)
    related = links.linked_items(connection, item_id)
    elsewhere = {histories.survivor_of(connection, other) for other, _ in found[1:]} - own
    names = load_named(connection, {*own, *elsewhere, *items_in(made), *(other for other, _, _ in related)})
    item = names[item_id]
    known = {source.id for source in config.sources}
    kept = histories.load_copies(connection, item_id)
    bodies = outputs.load_bodies(connection, [item_id]).get(item_id, [])
    ids = [names[one].public_id for one in sorted(own)]
    return Explanation(
        asked=name,
        found_by=found_by,
        merged_id=names[first].public_id if first != item_id else "",
        merged=tuple(names[one].public_id for one in merged),
        same_address=tuple(names[one].public_id for one in sorted(elsewhere)),
        item=item,
        state_why=_why_state(item, now),
        url=item.origin_url or next((body.url for body in bodies if body.copy == item.text_copy), ""),
        copies=tuple(
            CopyHistory(
                **vars(copy), known_source=copy.source in known, is_shown=copy.id == item.text_copy and not copy.held
            )
            for copy in kept
        ),
        decisions=tuple(describe_decision(one, names) for one in made),
        kept_apart=tuple(_kept_apart(made, own, names)),
        linked=tuple(_other(names[other], kind, why) for other, kind, why in related),
        origin=_origin_now(copies.facts_of(connection, [item_id]).get(item_id, []), item, config, now),
        topics=tuple(explain_topics(connection, item, ids, bodies, config, now)),
        rights=explain_rights(item, bodies, config, now),
        remarks=tuple(_remarks(connection, item, config)),
    )


def load_named(connection: Connection, items: Collection[int]) -> dict[int, StoredItem]:
    return {item.id: item for item in outputs.load_items(connection, items)}


def _why_state(item: StoredItem, now: datetime) -> str:
    if item.state == "pending" and item.state_why:
        return item.state_why
    if item.state == "pending" and item.release_at and item.release_at > now:
        return "waits for the first attempt at its page"
    if item.state == "pending" or (item.state == "published" and item.first_published_at is None):
        return "goes out with the next build"
    return item.state_why


# --- decisions -------------------------------------------------------------------------------------------------------


def items_in(decisions: Sequence[KeptDecision]) -> set[int]:
    """Return the items that decisions speak of."""
    others = {one.evidence["item"] for one in decisions if isinstance(one.evidence.get("item"), int)}
    return others | {one.item for one in decisions}


def describe_decision(made: KeptDecision, names: Mapping[int, StoredItem]) -> DecisionMade:
    other = names.get(made.evidence.get("item", 0))
    other_id = other.public_id if other else ""
    evidence = made.evidence | ({"item": other_id} if other else {})
    return DecisionMade(
        made.at, made.kind, made.by, names[made.item].public_id, other_id, _say(made, other_id), evidence
    )


def _say(made: KeptDecision, other: str) -> str:
    """Put a decision into words."""
    source, because = made.evidence.get("source"), made.evidence.get("because")
    if made.kind == "origin" and "name" in made.evidence:
        return f"{made.evidence.get('name')}: {made.evidence.get('evidence')}"
    if made.kind == "merged":
        by = f", by the copy from {source}" if other and source else ""
        return f"{other or f'the copy from {source}'} is the same{by}: {because}"
    if made.kind == "retitled":
        return f'"{made.evidence.get("title")}": {because}'
    if because:
        return ": ".join(filter(None, (other or source, str(because))))
    return "; ".join(f"{key}: {value}" for key, value in made.evidence.items())


def _kept_apart(
    decisions: Sequence[KeptDecision], own: Collection[int], names: Mapping[int, StoredItem]
) -> list[OtherItem]:
    """List the items that are alike and kept apart, each with what was last said of it."""
    last: dict[int, str] = {}
    for made in decisions:
        if made.kind == "apart":
            other = made.evidence.get("item", 0) if made.item in own else made.item
            if other in names and other not in own:
                last[other] = str(made.evidence.get("because", ""))
    return [_other(names[other], "apart", why) for other, why in last.items()]


def _other(item: StoredItem, kind: str, why: str) -> OtherItem:
    return OtherItem(item.public_id, item.title, item.state, kind, why)


# --- as it would be decided now --------------------------------------------------------------------------------------


def _origin_now(facts: Sequence[CopyFacts], item: StoredItem, config: Config, now: datetime) -> OriginNow:
    shown = [copy for copy in facts if not copy.held_why]
    if not shown:
        return OriginNow(None, is_new=False)
    # As if nothing were decided of it yet: then the choice comes with its reason, an editor's word included.
    undecided = replace(item, state="pending", origin_source=None, origin_name="")
    weighed = choose_origin(shown, config)
    choice = decide_item(undecided, facts, config, now).origin or weighed
    signals = tuple(sorted(weighed.signals, key=lambda signal: (-signal.weight, signal.copy)))
    is_new = (choice.source, choice.name, choice.url) != (item.origin_source, item.origin_name, item.origin_url)
    return OriginNow(replace(choice, signals=signals), is_new)


def _remarks(connection: Connection, item: StoredItem, config: Config) -> list[str]:
    remarks = []
    accepted = outputs.accepted_config(connection)
    if accepted is None or accepted[0] != config.hash:
        remarks.append("The sources file has changed since the last build.")
    if histories.is_dirty(connection, item.id):
        remarks.append("The item waits for the next build, which decides and places it anew.")
    return remarks
