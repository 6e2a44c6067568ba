"""When an item goes out, where it stands, and when it is too old."""

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.release import SETTLE, is_late, leaves_at, oldest_shown, release_instant, sort_instant

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)


def test_an_item_that_waits_for_its_page_goes_out_ten_minutes_later() -> None:
    assert release_instant(NOW, page_wanted=True) == NOW + SETTLE == NOW + timedelta(minutes=10)


def test_an_item_that_waits_for_nothing_goes_out_now() -> None:
    assert release_instant(NOW, page_wanted=False) == NOW


@pytest.mark.parametrize(
    ("age", "is_past", "stands_at"),
    [
        pytest.param(HOUR, False, NOW - HOUR, id="new"),
        pytest.param(48 * HOUR, False, NOW - 48 * HOUR, id="just new enough"),
        pytest.param(48 * HOUR + SECOND, False, NOW, id="too old to be believed"),
        pytest.param(900 * DAY, True, NOW - 900 * DAY, id="the past of a new source"),
        pytest.param(-HOUR, False, NOW + HOUR, id="a clock that is ahead"),
    ],
)
def test_an_item_stands_at_its_own_date_where_that_buries_nothing(
    age: timedelta, is_past: bool, stands_at: datetime
) -> None:
    assert sort_instant(NOW - age, NOW, is_past=is_past) == stands_at


@pytest.mark.parametrize(
    ("age", "first_build", "late"),
    [
        pytest.param(6 * DAY, False, False, id="a week is not over"),
        pytest.param(7 * DAY, False, False, id="a week to the second"),
        pytest.param(7 * DAY + SECOND, False, True, id="more than a week"),
        pytest.param(900 * DAY, True, False, id="a new topic starts with what there is"),
    ],
)
def test_what_was_old_when_it_came_is_late(age: timedelta, first_build: bool, late: bool) -> None:
    assert is_late(NOW - age, NOW, first_build=first_build) is late


def test_without_max_age_nothing_is_too_old() -> None:
    assert oldest_shown(None, NOW) is None
    assert leaves_at(NOW, None) is None


@pytest.mark.parametrize("age", [SECOND, HOUR, 90 * DAY, 3650 * DAY])
def test_an_item_leaves_when_it_is_older_than_the_oldest_shown(age: timedelta) -> None:
    leaves = leaves_at(NOW, age)
    assert leaves is not None
    assert oldest_shown(age, leaves) == NOW
