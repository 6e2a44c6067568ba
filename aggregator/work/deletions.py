"""A partner has deleted articles, says its feed or a page that is gone: reported, or followed where the editor said so.

Part of the transactions that end a poll and a look at a page. What is followed goes the way of `withdraw`.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from aggregator.models import Source
from aggregator.store import copies, erasure, histories, outputs
from aggregator.store.decisions import record_decision
from aggregator.work.withdraw import Target, find_target, withdraw

_MOST_AT_ONCE = 20  # articles; a partner who is broken into, or whose software fails, deletes all of them
_LEFT = ("withdrawn", "gone", "lifted")


def note_deletions(connection: Connection, source: Source, guids: Collection[str], now: datetime) -> str:
    """Do what the editor wants done about entries that a partner has deleted.

    Args:
        guids: as the feed names them; those that stand in it all the same left out.
    Returns:
        What an editor should know; "" for nothing.
    """
    found = [copy for guid in guids if (copy := copies.find_copy(connection, source.id, guid, ""))]
    found = [copy for copy in found if copy.held not in _LEFT]
    if not found:
        return ""
    articles = "1 article" if len(found) == 1 else f"{len(found)} articles"
    if source.deletions == "report":
        for copy in found:
            _report(connection, copy, "its partner's feed says that it is deleted", now)
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
        _follow(connection, source, copy, f"deleted, says the feed of {source.id}", now)
    return ""


def note_gone_page(connection: Connection, source: Source, copy: copies.KnownCopy, gone: int, now: datetime) -> str:
    """Do what the editor wants done about an article whose page is gone.

    Args:
        gone: of how many of the source's articles it is.
    Returns:
        What an editor should know; "" for nothing.
    """
    if copy.held in _LEFT:
        return ""
    if source.deletions == "report":
        _report(connection, copy, "its page is gone from its partner's site", now)
        return (
            f"the page of an article is gone, {copy.url}; `aggregator withdraw` takes it back, "
            'deletions = "follow" under [source.editorial] all that are deleted'
        )
    if gone > _MOST_AT_ONCE:
        return (
            f"the pages of {gone} articles are gone, which is too much at once to be followed; ask the partner, and "
            "withdraw them by `aggregator withdraw`"
        )
    _follow(connection, source, copy, f"its page is gone from the site of {source.id}", now)
    return ""


def _report(connection: Connection, copy: copies.KnownCopy, what: str, now: datetime) -> None:
    made = histories.load_decisions(connection, [copy.item])
    if not any(one.kind == "deleted" and one.evidence.get("source") == copy.source for one in made):
        because = f'{what}; with deletions = "follow" it would be withdrawn'
        record_decision(connection, copy.item, "deleted", {"source": copy.source, "because": because}, now)


def _follow(connection: Connection, source: Source, copy: copies.KnownCopy, because: str, now: datetime) -> None:
    """Withdraw an article that its own newsroom, or the only one that carries it, has deleted; else only the copy."""
    (item,) = outputs.load_items(connection, [copy.item])
    others = {one.source for one in copies.facts_of(connection, [item.id])[item.id]} - {source.id}
    if not others or item.origin_source == source.id:
        target = find_target(connection, item.public_id)
        if isinstance(target, Target):
            withdraw(connection, target, because, source.id, now)
        return
    erasure.erase_copies(connection, [copy.id], now)
    record_decision(connection, copy.item, "deleted", {"source": source.id, "because": "its copy only"}, now)
    copies.mark_dirty(connection, [copy.item])
