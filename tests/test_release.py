"""When an item goes out, what it waits for, where it stands, and when it is too old."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aggregator.expressions.document import Document
from aggregator.models import Editorial, Pause, Ruling
from aggregator.release import (
    SETTLE,
    Wait,
    cap_why,
    compile_door,
    day_of,
    easiest,
    is_late,
    kind_of,
    leaves_at,
    next_day,
    oldest_shown,
    pause_why,
    reject_why,
    release_instant,
    sort_instant,
    wait_at,
)  # fmt: skip
from aggregator.topics import asking

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


# --- what editors let through ----------------------------------------------------------------------------------------

LA_PAZ = ZoneInfo("America/La_Paz")
PAUSE = Pause("source", "valley", NOW, "ana", "broken into")


@pytest.mark.parametrize(
    ("rules", "age", "pause", "waits", "until"),
    [
        pytest.param(Editorial(), HOUR, None, None, None, id="auto goes out"),
        pytest.param(Editorial(publish="veto"), HOUR, None, "veto", NOW + HOUR, id="a window that is open"),
        pytest.param(Editorial(publish="veto"), 2 * HOUR, None, None, None, id="a window that has just closed"),
        pytest.param(Editorial(publish="veto"), -DAY, None, "veto", NOW + 2 * HOUR, id="a clock that was ahead"),
        pytest.param(Editorial(publish="hold"), DAY, None, "hold", None, id="hold"),
        pytest.param(Editorial(deny="title:ferry"), HOUR, None, "deny", None, id="denied"),
        pytest.param(Editorial(deny="bridge"), HOUR, None, None, None, id="not denied"),
        pytest.param(Editorial(allow="bridge"), HOUR, None, "allow", None, id="not allowed"),
        pytest.param(Editorial(allow="ferry"), HOUR, None, None, None, id="allowed"),
        pytest.param(Editorial(allow="ferry", deny="ferry"), HOUR, None, "deny", None, id="deny beats allow"),
        pytest.param(Editorial(publish="hold", deny="ferry"), HOUR, None, "deny", None, id="the rule that says most"),
        pytest.param(
            Editorial(cap_per_day=5), HOUR, None, "cap", NOW + 16 * HOUR, id="a cap, until the day in La Paz ends"
        ),
        pytest.param(
            Editorial(publish="veto", cap_per_day=5), HOUR, None, "veto", NOW + HOUR, id="a window, then a cap"
        ),
        pytest.param(Editorial(), HOUR, PAUSE, "paused", None, id="paused"),
    ],
)
def test_what_keeps_an_article_of_a_source(
    rules: Editorial, age: timedelta, pause: Pause | None, waits: str | None, until: datetime | None
) -> None:
    document = Document(title="The ferry is back", text="It left at noon.")
    wait = wait_at(compile_door("valley", rules, asking({})), document, NOW - age, pause, LA_PAZ, NOW)
    assert (wait and ("cap" if wait.source else kind_of(wait.why))) == waits
    assert (wait and wait.until) == until


def test_what_one_source_may_not_let_out_another_may() -> None:
    held, vetoed = Wait("publish"), Wait("veto_window", NOW + HOUR)
    assert easiest([held, None]) is None
    assert easiest([held, vetoed, Wait("cap_per_day", NOW + DAY)]) == vetoed
    assert easiest([held, Wait("deny")]) == Wait("deny")


@pytest.mark.parametrize(
    ("zone", "now", "begins", "ends"),
    [
        pytest.param("UTC", "2026-11-22T12:00", "2026-11-22T00:00", "2026-11-23T00:00", id="UTC"),
        pytest.param("America/La_Paz", "2026-11-23T03:59", "2026-11-22T04:00", "2026-11-23T04:00", id="behind"),
        pytest.param("Europe/Berlin", "2026-10-25T12:00", "2026-10-24T22:00", "2026-10-25T23:00", id="25 hours"),
        pytest.param("America/Santiago", "2026-09-06T12:00", "2026-09-06T04:00", "2026-09-07T03:00", id="no midnight"),
    ],
)
def test_days_are_those_of_the_site(zone: str, now: str, begins: str, ends: str) -> None:
    instants = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (now, begins, ends)]
    assert [day_of(instants[0], ZoneInfo(zone)), next_day(instants[0], ZoneInfo(zone))] == instants[1:]


@pytest.mark.parametrize(
    ("why", "kind"),
    [
        (reject_why(Ruling(False, "ana", "an advertisement")), "rejected"),
        (pause_why(PAUSE), "paused"),
        (pause_why(Pause("everything", "", NOW, "ana")), "paused"),
        (cap_why("valley"), "cap"),
        ("", None),
        ("a new copy of what was withdrawn", None),
    ],
)
def test_how_a_reason_begins_says_by_which_rule(why: str, kind: str | None) -> None:
    assert kind_of(why) == kind
