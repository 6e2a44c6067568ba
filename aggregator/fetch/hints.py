"""Reads from an answer's headers how long the server asks us to wait before we come back.

What a server may ask is bounded here; what is made of it is the schedule's.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from aggregator.models import CacheHints

_LONGEST_WAIT = timedelta(days=366)  # more would not fit into a date
_ZERO = timedelta(0)
_MAX_AGE = re.compile(r'max-age="?([0-9]+)')


def read_hints(fields: Mapping[str, str], clock: Callable[[], datetime]) -> CacheHints:
    """Read Cache-Control, Expires, Age and Retry-After; what makes no sense counts as not said.

    Args:
        fields: header values by lower-case names.
        clock: now, aware and UTC; asked only when a date is to be compared with it.
    Returns:
        waits of at least 0 and at most 366 days.
    """
    return CacheHints(_max_age(fields, clock), _retry_after(fields.get("retry-after", ""), clock))


def _max_age(fields: Mapping[str, str], clock: Callable[[], datetime]) -> timedelta | None:
    """Read how long an answer stays fresh (RFC 9111 §4.2.1); None when nothing says so or it is not to be kept."""
    directives = [directive.strip() for directive in fields.get("cache-control", "").lower().split(",")]
    if "no-store" in directives or "no-cache" in directives:
        return None
    found = next((match for directive in directives if (match := _MAX_AGE.match(directive))), None)
    if found:
        lifetime = _seconds(found[1])
    elif "expires" in fields:
        lifetime = _time_to(fields["expires"], _date(fields.get("date", "")) or clock())
    else:
        return None
    return max(lifetime - _age(fields.get("age", "")), _ZERO)


def _time_to(expires: str, now: datetime) -> timedelta:
    """Say how long an answer is fresh by its Expires; a date nobody can read, like "0", is past (RFC 9111 §5.3)."""
    date = _date(expires)
    return min(max(date - now, _ZERO), _LONGEST_WAIT) if date else _ZERO


def _age(value: str) -> timedelta:
    """Read how long the answer lay in caches on its way (RFC 9111 §5.1)."""
    return _seconds(value) if value.isascii() and value.isdigit() else _ZERO


def _retry_after(value: str, clock: Callable[[], datetime]) -> timedelta | None:
    """Read Retry-After, seconds or a date (RFC 9110 §10.2.3); None when it is neither."""
    if not value:
        return None
    if value.isascii() and value.isdigit():
        return _seconds(value)
    date = _date(value)
    return min(max(date - clock(), _ZERO), _LONGEST_WAIT) if date else None


def _date(value: str) -> datetime | None:
    if not value:
        return None
    try:
        date = parsedate_to_datetime(value)
        # "-0000" and no zone at all count as UTC too. A zone may lead out of the years there are.
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _seconds(digits: str) -> timedelta:
    return min(timedelta(seconds=int(digits[:10])), _LONGEST_WAIT)
