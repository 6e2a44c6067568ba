"""When a source is polled again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.models import CacheHints, FetchRules, PollHistory
from aggregator.schedule import learn_rhythm, next_poll_at

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
RULES = FetchRules()  # from an hour to a day
NONE = CacheHints()
NEW = PollHistory()


def wait(
    history: PollHistory = NEW, hints: CacheHints = NONE, rules: FetchRules = RULES, jitter: float = 0
) -> timedelta:
    return next_poll_at(history, hints, rules, NOW, jitter) - NOW


def rhythm(*gaps: timedelta) -> PollHistory:
    return PollHistory(rhythm=gaps)


# name, history, hints, rules, wait
WAITS = [
    ("nothing is known", NEW, NONE, RULES, HOUR),
    ("nothing is known and the editor wants more", NEW, NONE, FetchRules(min_interval=5 * MINUTE), 5 * MINUTE),
    ("half the usual gap", rhythm(6 * HOUR), NONE, RULES, 3 * HOUR),
    ("half the median gap", rhythm(MINUTE, 8 * HOUR, 90 * DAY), NONE, RULES, 4 * HOUR),
    ("half the mean of the two gaps in the middle", rhythm(4 * HOUR, 8 * HOUR), NONE, RULES, 3 * HOUR),
    ("a busy source is left an hour", rhythm(MINUTE), NONE, RULES, HOUR),
    ("a quiet source is asked once a day", rhythm(90 * DAY), NONE, RULES, DAY),
    ("max-age longer than the rhythm", rhythm(6 * HOUR), CacheHints(max_age=5 * HOUR), RULES, 5 * HOUR),
    ("max-age shorter than the rhythm", rhythm(6 * HOUR), CacheHints(max_age=HOUR), RULES, 3 * HOUR),
    ("ttl", NEW, CacheHints(ttl=2 * HOUR), RULES, 2 * HOUR),
    ("Retry-After", NEW, CacheHints(retry_after=7 * HOUR), RULES, 7 * HOUR),
    ("the longest of what was asked", NEW, CacheHints(2 * HOUR, 4 * HOUR, 3 * HOUR), RULES, 4 * HOUR),
    ("asked for more than the editor's most", NEW, CacheHints(max_age=30 * DAY), RULES, DAY),
    ("asked for nothing", NEW, CacheHints(max_age=timedelta(0)), RULES, HOUR),
    ("one failure", PollHistory(failures=1), NONE, RULES, HOUR),
    ("two failures", PollHistory(failures=2), NONE, RULES, 2 * HOUR),
    ("four failures", PollHistory(failures=4), NONE, RULES, 8 * HOUR),
    ("many failures", PollHistory(failures=6), NONE, RULES, DAY),
    ("ten thousand failures", PollHistory(failures=10_000), NONE, RULES, DAY),
    ("a failure of a quiet source is looked into soon", PollHistory(failures=1, rhythm=(20 * DAY,)), NONE, RULES, HOUR),
    ("a failure with Retry-After", PollHistory(failures=1), CacheHints(retry_after=3 * HOUR), RULES, 3 * HOUR),
    ("Retry-After shorter than the backoff", PollHistory(failures=4), CacheHints(retry_after=HOUR), RULES, 8 * HOUR),
]  # fmt: skip


@pytest.mark.parametrize(
    ("history", "hints", "rules", "expected"), [pytest.param(*values, id=name) for name, *values in WAITS]
)
def test_the_wait(history: PollHistory, hints: CacheHints, rules: FetchRules, expected: timedelta) -> None:
    assert wait(history, hints, rules) == expected


def test_jitter_spreads_sources_over_a_tenth_of_the_wait() -> None:
    assert wait(jitter=0.5) == HOUR * 1.05


@pytest.mark.parametrize(
    ("now", "jitter"), [(NOW.replace(tzinfo=None), 0.0), (NOW, 1.0), (NOW, -0.1), (NOW, float("nan"))]
)
def test_a_naive_time_or_a_jitter_out_of_range_is_a_fault_of_the_caller(now: datetime, jitter: float) -> None:
    with pytest.raises(ValueError, match="now must be aware"):
        next_poll_at(PollHistory(), NONE, RULES, now, jitter)


LENGTHS = st.timedeltas(timedelta(seconds=1), timedelta(days=3650))
HINTS = st.builds(CacheHints, *[st.none() | st.timedeltas(timedelta(0), timedelta(days=10_000))] * 3)
HISTORIES = st.builds(
    PollHistory,
    failures=st.integers(0, 3) | st.integers(0, 10**9),
    rhythm=st.lists(st.timedeltas(timedelta(0), timedelta(days=10_000)), max_size=20).map(tuple),
)
ALL_RULES = st.tuples(LENGTHS, LENGTHS).map(lambda pair: FetchRules(min_interval=min(pair), max_interval=max(pair)))
JITTERS = st.floats(0, 1, exclude_max=True)


@given(HISTORIES, HINTS, ALL_RULES, JITTERS)
def test_the_wait_lies_within_the_editors_bounds(
    history: PollHistory, hints: CacheHints, rules: FetchRules, jitter: float
) -> None:
    assert rules.min_interval <= wait(history, hints, rules, jitter) <= rules.max_interval * 1.1


@given(HISTORIES, HINTS, ALL_RULES, JITTERS)
def test_never_sooner_than_asked(history: PollHistory, hints: CacheHints, rules: FetchRules, jitter: float) -> None:
    for asked in (hints.max_age, hints.retry_after, hints.ttl):
        assert wait(history, hints, rules, jitter) >= min(asked or timedelta(0), rules.max_interval)


@given(st.integers(1, 17), HINTS, ALL_RULES)
def test_each_failure_lengthens_the_wait_until_it_is_the_longest(
    failures: int, hints: CacheHints, rules: FetchRules
) -> None:
    waits = [wait(PollHistory(failures=count), hints, rules) for count in (failures, failures + 1)]
    assert waits[0] < waits[1] or waits[1] == rules.max_interval or waits[1] == max(filter(None, vars(hints).values()))


# --- rhythm ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "gaps"),
    [
        pytest.param([], [], id="no entries"),
        pytest.param([5], [], id="one entry"),
        pytest.param([5, 1, 2], [1, 3], id="the order does not matter"),
        pytest.param([1, 1, 1, 4], [3], id="a batch counts as one"),
    ],
)
def test_the_rhythm_is_the_gaps_between_entries(hours: list[int], gaps: list[int]) -> None:
    assert learn_rhythm(NOW + hour * HOUR for hour in hours) == tuple(gap * HOUR for gap in gaps)


def test_only_the_newest_gaps_count() -> None:
    entries = [NOW + day * DAY for day in range(50)] + [NOW + 49 * DAY + hour * HOUR for hour in range(1, 21)]
    assert learn_rhythm(entries) == (HOUR,) * 20
