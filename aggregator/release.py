"""When an item goes out: the rules of time, as answers to single questions.

The instants asked for are stored or compared by `work`; here is what they are and why.
"""

from datetime import datetime, timedelta

# An item waits this long for its page, then goes out with the feed's text.
SETTLE = timedelta(minutes=10)
# A date this close to our first sight of an article is believed for the order of a feed; an older one would bury it.
_SORT_WINDOW = timedelta(hours=48)
# Older than this when first seen is history: for pages and archives, not for everybody's reader.
_LATE = timedelta(days=7)

# So long a feed says that an item is gone; every reader that polls at all has heard of it by then.
TOMBSTONE_AGE = timedelta(days=90)


def release_instant(now: datetime, *, page_wanted: bool) -> datetime:
    """Say when a new item goes out at the latest; its first page attempt may end sooner."""
    return now + SETTLE if page_wanted else now


def sort_instant(published_at: datetime, now: datetime, *, is_past: bool) -> datetime:
    """Say where an item stands in the order of a feed; stored once and never moved.

    Args:
        is_past: it was there before we were (a source's first poll, paging back); then it keeps its own date, so that
            nobody's reader is flooded.
    """
    return published_at if is_past or now - published_at <= _SORT_WINDOW else now


def is_late(published_at: datetime, first_seen_at: datetime, *, first_build: bool) -> bool:
    """Tell whether an item was too old for a topic's live feed when it came.

    Args:
        first_build: of the topic, which takes its newest items whatever their age, so that none starts empty.
    """
    return not first_build and first_seen_at - published_at > _LATE


def oldest_shown(max_age: timedelta | None, now: datetime) -> datetime | None:
    """Say from which instant on items stand in a live feed; None: there is no limit."""
    return now - max_age if max_age else None


def leaves_at(sort_at: datetime, max_age: timedelta | None) -> datetime | None:
    """Say when an item becomes too old for a live feed; None: never."""
    return sort_at + max_age if max_age else None
