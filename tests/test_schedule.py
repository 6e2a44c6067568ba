"""When a source is polled again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.models import CacheHints, FailureKind, FeedHints, FetchRules, PollHistory, Validators
from aggregator.schedule import is_welcome, learn_rhythm, next_poll_at

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # a Sunday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
RULES = FetchRules()  # to a day, from an hour, or from a day without validators
NONE = CacheHints()
NEW = PollHistory(validators=Validators('"v1"'))
SUNDAY = 6


def wait(
    history: PollHistory = NEW, hints: CacheHints = NONE, rules: FetchRules = RULES, jitter: float = 0
) -> timedelta:
    return next_poll_at(history, hints, rules, NOW, jitter) - NOW


def rhythm(*gaps: timedelta, newest_at: datetime = NOW, **facts: Any) -> PollHistory:
    return replace(NEW, rhythm=gaps, newest_at=newest_at, **facts)


def failed(kind: FailureKind, times: int = 1, **facts: Any) -> PollHistory:
    return replace(NEW, failures=times, failure=kind, **facts)


def says(**hints: Any) -> PollHistory:
    return replace(NEW, hints=FeedHints(**hints))


def pushed(ahead: timedelta) -> PollHistory:
    return replace(NEW, pushed_until=NOW + ahead)


BARE = PollHistory(last_success_at=NOW)  # the server gives no validators

# name, history, hints, rules, wait
WAITS = [
    ("nothing is known", NEW, NONE, RULES, HOUR),
    ("nothing is known and the editor wants more", NEW, NONE, FetchRules(min_interval=5 * MINUTE), 5 * MINUTE),
    ("a busy source is left an hour", rhythm(*[MINUTE] * 20), NONE, RULES, HOUR),
    ("a dead source is asked once a day", rhythm(HOUR, newest_at=NOW - 700 * DAY), NONE, RULES, DAY),
    ("without validators a day", BARE, NONE, RULES, DAY),
    ("without validators as the editor wants", BARE, NONE, FetchRules(min_interval=2 * HOUR), 2 * HOUR),
    ("without validators no longer than the editor's most", BARE, NONE, FetchRules(max_interval=6 * HOUR), 6 * HOUR),
    ("max-age longer than the rhythm", rhythm(MINUTE), CacheHints(max_age=5 * HOUR), RULES, 5 * HOUR),
    ("max-age shorter than the rhythm", rhythm(HOUR, newest_at=NOW - 700 * DAY), CacheHints(max_age=HOUR), RULES, DAY),
    ("Retry-After", NEW, CacheHints(retry_after=7 * HOUR), RULES, 7 * HOUR),
    ("ttl", says(ttl=2 * HOUR), NONE, RULES, 2 * HOUR),
    ("sy:updatePeriod", says(update_period=12 * HOUR), NONE, RULES, 12 * HOUR),
    ("the longest of what was asked", says(ttl=3 * HOUR), CacheHints(2 * HOUR, 4 * HOUR), RULES, 4 * HOUR),
    ("asked for more than the editor's most", NEW, CacheHints(max_age=30 * DAY), RULES, DAY),
    ("asked for nothing", NEW, CacheHints(max_age=timedelta(0)), RULES, HOUR),
    ("skipHours", says(skip_hours=(13, 14, 15)), NONE, RULES, 4 * HOUR),
    ("skipHours over midnight", says(ttl=12 * HOUR, skip_hours=(23, 0, 1)), NONE, RULES, 14 * HOUR),
    ("skipDays", says(skip_days=(SUNDAY,)), NONE, RULES, 12 * HOUR),
    ("skipDays and skipHours together", says(skip_days=(SUNDAY,), skip_hours=(0, 1)), NONE, RULES, 14 * HOUR),
    ("days to skip beyond the editor's most", says(skip_days=(SUNDAY, 0, 1)), NONE, RULES, DAY),
    ("one failure", failed("server"), NONE, RULES, HOUR),
    ("two failures", failed("server", 2), NONE, RULES, 2 * HOUR),
    ("four failures", failed("unreachable", 4), NONE, RULES, 8 * HOUR),
    ("many failures", failed("server", 6), NONE, RULES, DAY),
    ("ten thousand failures", failed("server", 10_000), NONE, RULES, DAY),
    ("who refuses us is asked again after some hours", failed("refused"), NONE, RULES, 6 * HOUR),
    ("what is no feed may be one in some hours", failed("unreadable"), NONE, RULES, 6 * HOUR),
    ("an address that must not be asked is looked up once a day", failed("blocked"), NONE, RULES, DAY),
    ("our own network may be back in minutes", failed("offline"), NONE, RULES, 5 * MINUTE),
    ("our own network is tried once an hour at least", failed("offline", 9), NONE, RULES, HOUR),
    ("a failure of a quiet source is looked into soon", failed("server", rhythm=(20 * DAY,)), NONE, RULES, HOUR),
    ("a failure does not bring a whole feed twice a day",
     PollHistory(failures=1, failure="server", last_success_at=NOW - 2 * HOUR), NONE, RULES, 22 * HOUR),
    ("before the first answer a failure is one as any other", PollHistory(failures=1, failure="server"), NONE, RULES, HOUR),
    ("a failure with Retry-After", failed("busy"), CacheHints(retry_after=3 * HOUR), RULES, 3 * HOUR),
    ("a hub tells of news", pushed(9 * DAY), NONE, RULES, 4 * HOUR),
    ("a hub tells of news, six hours at most", pushed(9 * DAY), CacheHints(max_age=2 * HOUR), RULES, 6 * HOUR),
    ("a hub tells of news, the editor's most", pushed(9 * DAY), NONE, FetchRules(max_interval=3 * HOUR), 3 * HOUR),
    ("a hub tells of the news of a quiet source", pushed(9 * DAY), CacheHints(max_age=9 * HOUR), RULES, 9 * HOUR),
    ("a hub tells of news for two hours more", pushed(2 * HOUR), NONE, RULES, 2 * HOUR),
    ("a hub does so no more", pushed(-HOUR), NONE, RULES, HOUR),
    ("a hub tells of news, but polls fail", replace(pushed(DAY), failures=1, failure="server"), NONE, RULES, HOUR),
    ("Retry-After shorter than the backoff", failed("busy", 4), CacheHints(retry_after=HOUR), RULES, 8 * HOUR),
]  # fmt: skip


@pytest.mark.parametrize(
    ("history", "hints", "rules", "expected"), [pytest.param(*values, id=name) for name, *values in WAITS]
)
def test_the_wait(history: PollHistory, hints: CacheHints, rules: FetchRules, expected: timedelta) -> None:
    assert wait(history, hints, rules) == expected


def test_jitter_spreads_sources_over_a_tenth_of_the_wait() -> None:
    assert wait(jitter=0.5) == HOUR * 1.05


def test_at_the_upper_limit_jitter_spreads_downwards_but_not_below_what_was_asked() -> None:
    assert wait(rhythm(90 * DAY, newest_at=NOW - 90 * DAY), jitter=0.5) == DAY * 0.95
    assert wait(NEW, CacheHints(max_age=30 * DAY), jitter=0.5) == DAY


@pytest.mark.parametrize(
    ("now", "jitter"), [(NOW.replace(tzinfo=None), 0.0), (NOW, 1.0), (NOW, -0.1), (NOW, float("nan"))]
)
def test_a_naive_time_or_a_jitter_out_of_range_is_a_fault_of_the_caller(now: datetime, jitter: float) -> None:
    with pytest.raises(ValueError, match="now must be aware"):
        next_poll_at(PollHistory(), NONE, RULES, now, jitter)


LENGTHS = st.timedeltas(timedelta(seconds=1), timedelta(days=3650))
ASKED = st.none() | st.timedeltas(timedelta(0), timedelta(days=10_000))
HINTS = st.builds(CacheHints, ASKED, ASKED)
FEED_HINTS = st.builds(
    FeedHints,
    ASKED,
    ASKED,
    st.sets(st.integers(0, 23), max_size=23).map(tuple),
    st.sets(st.integers(0, 6), max_size=6).map(tuple),
)
KINDS = sorted(get_args(FailureKind))
HISTORIES = st.builds(
    PollHistory,
    failures=st.integers(0, 3) | st.integers(0, 10**9),
    failure=st.sampled_from([None, *(kind for kind in KINDS if kind != "offline")]),
    validators=st.sampled_from([Validators(), Validators('"v1"')]),
    last_success_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    rhythm=st.lists(st.timedeltas(timedelta(0), timedelta(days=10_000)), max_size=20).map(tuple),
    # No entry is taken to be older; Hypothesis wants its bounds without a zone.
    newest_at=st.none() | st.datetimes(datetime(1990, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    hints=FEED_HINTS,
    pushed_until=st.none() | st.datetimes(timezones=st.just(UTC)),
)
ALL_RULES = st.tuples(LENGTHS, LENGTHS).map(lambda pair: FetchRules(min_interval=min(pair), max_interval=max(pair)))
JITTERS = st.floats(0, 1, exclude_max=True)


@given(HISTORIES, HINTS, ALL_RULES, JITTERS)
def test_the_wait_lies_within_the_editors_limits(
    history: PollHistory, hints: CacheHints, rules: FetchRules, jitter: float
) -> None:
    assert rules.min_interval is not None
    assert rules.min_interval <= wait(history, hints, rules, jitter) <= rules.max_interval


@given(HISTORIES, HINTS, ALL_RULES, JITTERS)
def test_nobody_is_asked_sooner_than_he_asked_for(
    history: PollHistory, hints: CacheHints, rules: FetchRules, jitter: float
) -> None:
    found = wait(history, hints, rules, jitter)
    for asked in (hints.max_age, hints.retry_after, history.hints.ttl, history.hints.update_period):
        assert found >= min(asked or timedelta(0), rules.max_interval)
    at = NOW + found
    if found < rules.max_interval:
        assert at.hour not in history.hints.skip_hours
        assert at.weekday() not in history.hints.skip_days


@given(st.sampled_from(KINDS), st.integers(1, 50), JITTERS)
def test_failures_never_shorten_the_wait(kind: FailureKind, failures: int, jitter: float) -> None:
    assert wait(failed(kind, failures), jitter=jitter) <= wait(failed(kind, failures + 1)) * 1.1


# --- which moments are worth a request -------------------------------------------------------------------------------


def column(*hours: int, weekday: int | None = None, days: int = 60) -> PollHistory:
    """A source with an entry at these hours of the day, every day or on one day of the week, up to NOW."""
    midnights = [NOW.replace(hour=0) - number * DAY for number in range(days)]
    dates = [day.replace(hour=hour) for day in midnights if weekday in (None, day.weekday()) for hour in hours]
    return learn_rhythm(NEW, [date for date in dates if date <= NOW], False, NOW)


def asked_at(history: PollHistory, start: datetime, hours: int) -> list[datetime]:
    """Follow the schedule for some hours in which nothing new comes."""
    at, polls = start, []
    while at < start + hours * HOUR:
        at = next_poll_at(history, NONE, RULES, at, 0)
        polls.append(at)
    return polls


def test_the_more_often_something_is_new_the_sooner_it_is_worth_a_look() -> None:
    waits = [wait(rhythm(*[gap] * 20, newest_at=NOW - gap / 2)) for gap in (HOUR, 3 * HOUR, 8 * HOUR, DAY, 7 * DAY)]
    assert waits == sorted(waits)
    assert waits[0] < 1.2 * HOUR
    assert 4 * HOUR < waits[3] < 12 * HOUR
    assert waits[4] > 12 * HOUR


def test_a_silent_source_is_asked_less_and_less_often() -> None:
    waits = [wait(rhythm(*[HOUR] * 20, newest_at=NOW - days * DAY)) for days in (0, 1, 3, 10, 40)]
    assert waits == sorted(waits)
    assert waits[-1] > 5 * waits[0]


def test_a_morning_paper_is_asked_for_in_the_morning() -> None:
    polls = asked_at(column(6, 7, 8), NOW.replace(hour=12), 24)
    morning = [at for at in polls if 5 <= at.hour < 10]
    assert len(morning) >= 3
    assert len(polls) - len(morning) <= 6


def test_a_weekly_paper_is_asked_for_on_its_day() -> None:
    history = column(9, weekday=2, days=150)
    polls = asked_at(history, NOW, 7 * 24)
    wednesday = sum(at.weekday() == 2 for at in polls)
    assert wednesday >= 2
    assert all(sum(at.weekday() == day for at in polls) <= wednesday for day in range(7))


def test_a_feed_that_fills_quickly_is_read_before_it_overflows() -> None:
    # Three articles at once every morning have waited little, but a few more would push them out.
    flood = rhythm(*[5 * MINUTE] * 20, newest_at=NOW)
    assert wait(flood, rules=FetchRules(min_interval=MINUTE)) <= 15 * MINUTE


def test_an_entry_dated_ahead_is_no_silence() -> None:
    assert wait(rhythm(*[HOUR] * 20, newest_at=NOW + DAY)) == wait(rhythm(*[HOUR] * 20, newest_at=NOW))


@pytest.mark.parametrize(
    ("hints", "polled", "expected"),
    [
        pytest.param(FeedHints(skip_hours=(12,)), 2 * HOUR, False, id="an hour to skip"),
        pytest.param(FeedHints(skip_days=(SUNDAY,)), 2 * HOUR, False, id="a day to skip"),
        pytest.param(FeedHints(skip_hours=(13,)), 2 * HOUR, True, id="another hour"),
        pytest.param(FeedHints(skip_days=(SUNDAY,)), 24 * HOUR, True, id="after the editor's most it is asked anyway"),
    ],
)
def test_the_moment_itself_must_be_welcome(hints: FeedHints, polled: timedelta, expected: bool) -> None:
    history = replace(NEW, hints=hints, polled_at=NOW - polled, next_poll_at=NOW)
    assert is_welcome(history, RULES, NOW) is expected
    assert is_welcome(replace(history, next_poll_at=None), RULES, NOW), "a person wants it now"


# --- rhythm ----------------------------------------------------------------------------------------------------------


def test_the_rhythm_is_the_gaps_between_the_newest_entries_in_any_order() -> None:
    dates = [NOW - 3 * HOUR, NOW, NOW - 10 * HOUR, NOW]
    learned = learn_rhythm(NEW, dates, False, NOW)
    assert learned.rhythm == (7 * HOUR, 3 * HOUR)
    assert learned.newest_at == NOW


def test_no_more_than_twenty_gaps_are_learned_the_newest_ones() -> None:
    dates = [NOW - hours * hours * HOUR for hours in range(60)]
    learned = learn_rhythm(NEW, dates, False, NOW)
    assert len(learned.rhythm) == 20
    assert learned.rhythm[-1] == HOUR


def test_a_feed_without_dates_is_known_by_when_it_brought_something_new() -> None:
    first = learn_rhythm(NEW, [], True, NOW)
    assert (first.rhythm, first.newest_at) == ((), NOW)
    second = learn_rhythm(first, [], True, NOW + 5 * HOUR)
    assert second.rhythm == (5 * HOUR,)
    assert learn_rhythm(second, [], False, NOW + 9 * HOUR).rhythm == (5 * HOUR,)


def test_a_feed_that_lost_its_entries_keeps_its_rhythm() -> None:
    known = rhythm(2 * HOUR, newest_at=NOW)
    assert learn_rhythm(known, [], False, NOW + HOUR).rhythm == (2 * HOUR,)
