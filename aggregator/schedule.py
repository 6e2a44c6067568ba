"""History and caching hints -> when to poll next."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from aggregator.models import CacheHints, FetchRules, PollHistory

_GAPS = 20
_MOST_DOUBLINGS = 17  # makes a day and a half of a second; more would make more of ten years than Python can count


def next_poll_at(history: PollHistory, hints: CacheHints, rules: FetchRules, now: datetime, jitter: float) -> datetime:
    """Say when a source is to be polled again.

    Follows the source's own rhythm: half the median gap between its last entries, so that an entry waits a quarter of
    a gap on average; kept between the editor's min_interval and max_interval. After failures the wait doubles each
    time. Never sooner than the source asked, unless that is longer than max_interval.

    Args:
        history: what earlier polls taught us, this one included; no gaps yet means min_interval.
        hints: max-age, Retry-After, ttl (RFC 9111 §5.2, RFC 9110 §10.2.3, RSS 2.0 ttl).
        now: aware, UTC.
        jitter: 0 <= jitter < 1, the share of a tenth of the wait added so that sources spread out.
    Raises:
        ValueError: now is naive, or jitter out of range.
    """
    if now.tzinfo is None or not 0 <= jitter < 1:
        raise ValueError(f"now must be aware and 0 <= jitter < 1: {now!r}, {jitter!r}")
    if history.failures:
        wait: timedelta = rules.min_interval * 2 ** min(history.failures - 1, _MOST_DOUBLINGS)
    else:
        wait = _median(history.rhythm) / 2 if history.rhythm else rules.min_interval
    asked = max((hint for hint in (hints.max_age, hints.retry_after, hints.ttl) if hint), default=timedelta())
    wait = min(max(wait, rules.min_interval, asked), rules.max_interval)
    return now + wait * (1 + jitter / 10)


def learn_rhythm(published: Iterable[datetime]) -> tuple[timedelta, ...]:
    """Return the gaps between a feed's newest entries, at most 20; same instants (a batch) count as one."""
    instants = sorted(set(published))[-_GAPS - 1 :]
    return tuple(later - earlier for earlier, later in pairwise(instants))


def _median(gaps: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=median(gap.total_seconds() for gap in gaps))
