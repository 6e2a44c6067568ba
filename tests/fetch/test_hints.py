"""How long a server asks us to wait, in all the ways that headers say it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.fetch.hints import read_hints

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ELEVEN, TWELVE, ONE = (f"Sun, 22 Nov 2026 {hour}:00:00 GMT" for hour in (11, 12, 13))


def max_age(fields: dict[str, str]) -> float | None:
    wait = read_hints(fields, lambda: NOW).max_age
    return None if wait is None else wait.total_seconds()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("max-age=3600", 3600),
        ("private,max-age=60, must-revalidate", 60),
        ("Max-Age=60", 60),
        ('max-age="60"', 60),
        ("max-age=0", 0),
        ("max-age=99999999999999999999", 366 * 86400),
        ("s-maxage=60", None),
        ("no-store, max-age=60", None),
        ("no-cache, max-age=60", None),
        ("max-age=soon", None),
        ("max-age=-1", None),
        ('no-cache="set-cookie", max-age=60', 60),
        ("", None),
    ],
)
def test_max_age_is_read(value: str, expected: int | None) -> None:
    assert max_age({"cache-control": value}) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"expires": ONE, "date": TWELVE}, 3600),
        ({"expires": ONE, "date": ELEVEN}, 7200),
        ({"expires": ONE}, 3600),
        ({"expires": ONE, "date": "today"}, 3600),
        ({"expires": "Sunday, 22-Nov-26 13:00:00 GMT", "date": TWELVE}, 3600),
        ({"expires": "Sun, 22 Nov 2026 13:00:00", "date": TWELVE}, 3600),
        ({"expires": ELEVEN, "date": TWELVE}, 0),
        ({"expires": "0"}, 0),
        ({"expires": "-1", "date": TWELVE}, 0),
        ({"expires": "in a while", "date": TWELVE}, 0),
        ({"expires": ""}, 0),
        ({"expires": "Fri, 31 Dec 9999 23:59:59 -2300", "date": TWELVE}, 0),
        ({"expires": "Fri, 31 Dec 9999 23:59:59 GMT", "date": TWELVE}, 366 * 86400),
        ({"expires": ONE, "date": TWELVE, "cache-control": "max-age=60"}, 60),
        ({"expires": ONE, "date": TWELVE, "cache-control": "public"}, 3600),
        ({"expires": ONE, "date": TWELVE, "cache-control": "no-cache"}, None),
        ({"expires": ONE, "date": TWELVE, "cache-control": "no-store"}, None),
        ({"cache-control": "max-age=60", "age": "20"}, 40),
        ({"cache-control": "max-age=60", "age": "61"}, 0),
        ({"cache-control": "max-age=60", "age": "-20"}, 60),
        ({"cache-control": "max-age=60", "age": "old"}, 60),
        ({"cache-control": "max-age=60", "age": "99999999999999999999"}, 0),
        ({"expires": ONE, "date": TWELVE, "age": "600"}, 3000),
        ({"age": "600", "date": TWELVE}, None),
    ],
)
def test_expires_and_age_are_read(fields: dict[str, str], expected: int | None) -> None:
    assert max_age(fields) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", 120),
        ("0", 0),
        ("99999999999999999999", 366 * 86400),
        ("Sun, 22 Nov 2026 12:05:00 GMT", 300),
        ("Sunday, 22-Nov-26 12:05:00 GMT", 300),
        ("Sun, 22 Nov 2026 12:05:00", 300),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 366 * 86400),
        ("-5", None),
        ("1.5", None),
        ("in a while", None),
        ("Sun, 99 Nov 2026 12:05:00 GMT", None),
        ("Sun, 22 Nov 2026 12:05:00 +9999", None),
    ],
)
def test_retry_after_is_read(value: str, expected: int | None) -> None:
    wait = read_hints({"retry-after": value}, lambda: NOW).retry_after
    assert wait == (None if expected is None else timedelta(seconds=expected))


@given(st.text() | st.from_regex(r"\w{3}, \d+ \w{3} \d+ \d+:\d+:\d+ ([+-]\d+|\w+)", fullmatch=True))
def test_whatever_a_header_says_the_wait_is_bounded(value: str) -> None:
    for name in ("retry-after", "cache-control", "expires", "date", "age"):
        hints = read_hints({"expires": ONE, name: value}, lambda: NOW)
        for wait in (hints.max_age, hints.retry_after):
            assert wait is None or timedelta(0) <= wait <= timedelta(days=366)
