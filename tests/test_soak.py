"""The judge of `bench.soak`, and the sources it deals out."""

from datetime import datetime, timedelta

import pytest

from aggregator.models import Trouble
from bench.soak_farm import START, TROUBLED, cast_partners
from bench.soak_faults import FAULTS, Fault, Outcome, Seen, judge

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OUTAGE = next(fault for fault in FAULTS if fault.name == "outage")


def look(fault: Fault, begin: timedelta, end: timedelta, told: bool = True) -> Seen:
    """Make up a page that shows a trouble from so long after it began to so long after it ended, and its alerts."""
    seen = Seen()
    trouble = Trouble(fault.kind, fault.subject, "S", "could not be polled", "ask", START)  # type: ignore[arg-type]
    first, last = fault.begins_at + begin, fault.ends_at + end
    now = START
    while now < last + 3 * DAY:
        seen.look([trouble] if first <= now <= last else [], now)
        now += HOUR
    if told:
        hear(seen, first + HOUR, new=fault)
        hear(seen, last + 13 * HOUR, over=fault)
    return seen


def hear(seen: Seen, at: datetime, **what: Fault) -> None:
    document: dict[str, object] = {"at": at.isoformat(), "new": [], "over": []}
    for word, fault in what.items():
        document[word] = [{"kind": fault.kind, "subject": fault.subject, "text": "x"}]
    seen.hear(document)


def outcome(seen: Seen) -> tuple[Outcome, list[str]]:
    outcomes, false_alarms = judge(seen, OUTAGE.ends_at + 3 * DAY)
    (found,) = [one for one in outcomes if one.fault is OUTAGE]
    return found, false_alarms


def test_what_is_told_in_time_and_ends_in_time_is_right() -> None:
    found, false_alarms = outcome(look(OUTAGE, 6 * HOUR, 9 * HOUR))
    assert (found.wrong, false_alarms) == ([], [])
    assert (found.seen, found.told, found.over, found.told_over) == (6, 7, 9, 22)


@pytest.mark.parametrize(
    ("seen", "wrong"),
    [
        (Seen(), "not on the page in time"),
        (look(OUTAGE, DAY, HOUR), "not on the page in time"),
        (look(OUTAGE, HOUR, 2 * DAY), "on the page after it was over"),
        (look(OUTAGE, HOUR, HOUR, told=False), 'not told as "new" in time'),
    ],
)
def test_what_comes_late_or_not_at_all_is_wrong(seen: Seen, wrong: str) -> None:
    assert wrong in outcome(seen)[0].wrong


def test_what_never_was_is_a_false_alarm() -> None:
    other = Fault("other", "shrunk", "s40", 20, 24, 0, 0)
    assert "shrunk s40" in outcome(look(other, HOUR, HOUR, told=False))[1][0]
    seen = look(OUTAGE, 6 * HOUR, 9 * HOUR)
    hear(seen, OUTAGE.begins_at - DAY, new=OUTAGE)
    assert "alert, day 19.0, new: broken" in outcome(seen)[1][0]


def test_partners_are_of_all_kinds() -> None:
    partners = cast_partners(60, 5)
    assert [one.trouble for one in partners[: len(TROUBLED)]] == list(TROUBLED)
    for what, count in (("language", 5), ("format", 3), ("validators", 4), ("body", 3), ("cadence", 5)):
        assert len({getattr(one, what) for one in partners}) == count
    carriers = [one for one in partners if one.carries]
    assert carriers
    assert all(any(post.writer == one.carries for post in one.posts) for one in carriers)
    for one in partners:
        assert [post.at for post in one.posts] == sorted(post.at for post in one.posts)
        status, headers, body = one.answer("/feed", {"host": one.host}, START + DAY)
        assert (status, bool(body)) == (200, True)
        named = {"etag": "if-none-match", "last-modified": "if-modified-since"}
        asked = {named[name]: value for name, value in headers.items() if name in named}
        assert one.answer("/feed", {"host": one.host} | asked, START + DAY)[0] == (304 if asked else 200)
