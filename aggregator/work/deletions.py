"""A partner's feed says that entries are deleted: reported, or followed where the editor said so.

Part of the transaction that ends a poll. What is followed goes the way of `withdraw`.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from aggregator.models import Source
from aggregator.store import copies, erasure, histories, outputs
from aggregator.store.decisions import record_decision
from aggregator.work.withdraw import Target, find_target, withdraw

_MOST_AT_ONCE = 20  # articles; a partner who is broken into, or whose software fails, deletes all of them
_LEFT = ("withdrawn", "gone", "lifted")


def note_deletions(session: Session, source: Source, guids: Collection[str], now: datetime) -> str:
    """Do what the editor wants done about entries that a partner has deleted.

    Args:
        guids: as the feed names them; those that stand in it all the same left out.
    Returns:
        What an editor should know; "" for nothing.
    """
    found = [copy for guid in guids if (copy := copies.find_copy(session, source.id, guid, ""))]
    found = [copy for copy in found if copy.held not in _LEFT]
    if not found:
        return ""
    articles = "1 article" if len(found) == 1 else f"{len(found)} articles"
    if source.deletions == "report":
        for copy in found:
            _report(session, copy, now)
        return (
            f"the feed says that {articles} of it {'is' if len(found) == 1 else 'are'} deleted, as "
            f"{found[0].url or found[0].guid}; `aggregator withdraw` takes one back, "
            'deletions = "follow" under [source.editorial] all'
        )
    if len(found) > _MOST_AT_ONCE:
        return (
            f"the feed says that {articles} of it are deleted, which is too much at once to be followed; "
            "ask the partner, and withdraw them by `aggregator withdraw`"
        )
    for copy in found:
        _follow(session, source, copy, now)
    return ""


def _report(session: Session, copy: copies.KnownCopy, now: datetime) -> None:
    made = histories.load_decisions(session, [copy.item])
    if not any(one.kind == "deleted" and one.evidence.get("source") == copy.source for one in made):
        because = 'its partner\'s feed says that it is deleted; with deletions = "follow" it would be withdrawn'
        record_decision(session, copy.item, "deleted", {"source": copy.source, "because": because}, now)


def _follow(session: Session, source: Source, copy: copies.KnownCopy, now: datetime) -> None:
    """Withdraw an article that its own newsroom, or the only one that carries it, has deleted; else only the copy."""
    because = f"deleted, says the feed of {source.id}"
    (item,) = outputs.load_items(session, [copy.item])
    others = {one.source for one in copies.facts_of(session, [item.id])[item.id]} - {source.id}
    if not others or item.origin_source == source.id:
        target = find_target(session, item.public_id)
        if isinstance(target, Target):
            withdraw(session, target, because, source.id, now)
        return
    erasure.erase_copies(session, [copy.id], now)
    record_decision(session, copy.item, "deleted", {"source": source.id, "because": "its copy only"}, now)
    copies.mark_dirty(session, [copy.item])
