"""Feeds that move or end: which address is asked, and what an answer teaches about it.

Only permanent redirects (301, 308; RFC 9110 §15.4) count. The address in sources.toml is the editor's and is never
changed here: what was learned is used beside it, told to the editor, and forgotten when the editor writes another one.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.models import FetchRules, PollHistory
from aggregator.urls import host_of

HELD_FOR = timedelta(days=3)  # a redirect put up by mistake, or by an intruder, is mostly gone by then


def address_in_use(feed: str, rules: FetchRules, history: PollHistory, now: datetime) -> str:
    """Say which address a source is polled at: the one in sources.toml, or where it moved to for good.

    Under "propose" a move counts once it has held for three days, at once when it is only from http to https on the
    same host; under "apply" always at once; under "never" not at all. While it fails, both are asked in turns.
    """
    moved_to, moved_at = history.moved_to, history.moved_at
    if not moved_to or moved_at is None or rules.redirects == "never" or history.failures % 2:
        return feed
    has_held = abs(now - moved_at) >= HELD_FOR  # one from ahead was written under another clock
    return moved_to if rules.redirects == "apply" or has_held or _is_only_secured(feed, moved_to) else feed


def note_answer(history: PollHistory, feed: str, asked: str, moved_to: str, now: datetime) -> PollHistory:
    """Remember where an address led.

    Args:
        feed: the address in sources.toml.
        asked: the one that was polled; see `address_in_use`.
        moved_to: where permanent redirects led from there; "" when there were none.
    """
    if asked != feed and not moved_to:
        # The new address serves the feed, if need be sooner than planned, because there was nothing at the old one.
        return replace(history, moved_at=min(history.moved_at or now, now - HELD_FOR))
    if moved_to == feed:  # moved back
        moved_to = ""
    if moved_to == history.moved_to:
        return history
    return replace(history, moved_to=moved_to, moved_at=now if moved_to else None)


def other_address(feed: str, asked: str, rules: FetchRules, history: PollHistory) -> str:
    """Say where to look at once when there is nothing (any more) at the address asked: "" for nowhere."""
    if asked != feed:
        return feed
    return "" if rules.redirects == "never" else history.moved_to


def _is_only_secured(feed: str, moved_to: str) -> bool:
    return feed.startswith("http:") and moved_to.startswith("https:") and host_of(feed) == host_of(moved_to)
