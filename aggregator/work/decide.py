"""Decisions about one item by its copies: which newsroom wrote it, whose text is shown, whether it goes out.

Called for every dirty item before it is routed, so a changed sources.toml acts on everything stored.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from aggregator.dedupe.origin import Origin, choose_origin, claimed_by_byline
from aggregator.models import Config, CopyFacts, Rights
from aggregator.rights import narrower, rights_of
from aggregator.store.decisions import record_decision
from aggregator.store.outputs import StoredItem, update_item

_UNCLAIMED = 'collect = "bylines" and no byline source claims it'


def decide_item(session: Session, item: StoredItem, copies: Sequence[CopyFacts], config: Config, now: datetime) -> None:
    """Bring what is stored of an item in line with its copies and the configuration."""
    if not copies or item.state in ("merged", "withdrawn"):
        return
    origin = choose_origin(copies, config)
    shown = choose_text(copies, origin, config)
    lead = next((copy for copy in copies if copy.id == origin.copy), shown)
    people = lead.people or shown.people
    values: dict[str, Any] = {
        "title": lead.title or item.title,
        "people": list(people),
        "publication": origin.name,
        "language": shown.language or lead.language,
        "origin_source": origin.source,
        "origin_name": origin.name,
        "origin_url": origin.url,
        "text_copy": shown.id,
        **_state(item, copies, config, now),
    }
    if item.first_published_at is None and lead.published_at and lead.published_at <= now:
        # Once readers have seen a date it stays; until then it is the origin's.
        values |= {"published_at": lead.published_at, "updated_at": lead.published_at}
    if (item.origin_source, item.origin_name) != (origin.source, origin.name):
        evidence = {"source": origin.source, "name": origin.name, "url": origin.url, "because": origin.evidence}
        record_decision(session, item.id, "origin", evidence, now)
    update_item(session, item.id, values)


def choose_text(copies: Sequence[CopyFacts], origin: Origin, config: Config) -> CopyFacts:
    """Choose the copy whose text is shown: the fullest that the rights allow, the origin's own among equals."""
    origin_rights = rights_of(origin.source, config)

    def fullness(copy: CopyFacts) -> tuple[int, bool, int, int]:
        allowed = narrower(origin_rights, rights_of(copy.source, config))
        mode = ("link", "excerpt", "full").index(allowed.mode)
        return mode, copy.id == origin.copy and copy.text_length > 0, _shown_length(copy, allowed), -copy.id

    best = max(copies, key=fullness)
    # The origin's own text gives way only to one that is clearly fuller: it may have nothing but an excerpt.
    fuller = [copy for copy in copies if fullness(copy)[0] == fullness(best)[0]]
    longest = max(fuller, key=lambda copy: (copy.text_length, -copy.id))
    return longest if longest.text_length > 1.5 * best.text_length else best


def _shown_length(copy: CopyFacts, rights: Rights) -> int:
    return copy.text_length if rights.mode == "full" else min(copy.text_length, rights.words)


def _state(item: StoredItem, copies: Sequence[CopyFacts], config: Config, now: datetime) -> dict[str, Any]:
    """Hold what only a byline could have let in and none did; let it go when that changes."""
    wanted = any(_is_wanted(copy, config) for copy in copies)
    if not wanted and item.state != "held":
        return {"state": "held", "state_why": _UNCLAIMED}
    if wanted and item.state == "held" and item.state_why == _UNCLAIMED:
        return {"state": "pending", "state_why": "", "release_at": item.release_at or now}
    return {}


def _is_wanted(copy: CopyFacts, config: Config) -> bool:
    source = config.source(copy.source)
    return source is None or source.collect == "all" or claimed_by_byline(copy, config) is not None
