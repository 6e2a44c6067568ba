"""Feeds that move: which address is asked, and what is remembered."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.models import FetchRules, PollHistory, Redirects
from aggregator.moves import address_in_use, note_answer, other_address

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OLD, NEW, NEXT = "https://old.example/feed", "https://new.example/feed", "https://next.example/feed"
PLAIN = "http://old.example/feed"
RULES = FetchRules()


def moved(to: str = NEW, ago: timedelta = timedelta()) -> PollHistory:
    return PollHistory(moved_to=to, moved_at=NOW - ago)


# name, feed, what is done about it, history, address
ADDRESSES: list[tuple[str, str, Redirects, PollHistory, str]] = [
    ("a feed that never moved", OLD, "propose", PollHistory(), OLD),
    ("a move just seen is not relied on yet", OLD, "propose", moved(), OLD),
    ("nor after two days", OLD, "propose", moved(ago=2 * DAY), OLD),
    ("after three days it is", OLD, "propose", moved(ago=3 * DAY), NEW),
    ("from http to https it is at once", PLAIN, "propose", moved(OLD), OLD),
    ("also to https with www", PLAIN, "propose", moved("https://www.old.example/feed"), "https://www.old.example/feed"),
    ("but not to https on another host", PLAIN, "propose", moved(), PLAIN),
    ("an editor may want every move at once", OLD, "apply", moved(), NEW),
    ("or none at all", OLD, "never", moved(ago=30 * DAY), OLD),
]


@pytest.mark.parametrize(
    ("feed", "redirects", "history", "expected"), [pytest.param(*values, id=name) for name, *values in ADDRESSES]
)
def test_the_address_in_use(feed: str, redirects: Redirects, history: PollHistory, expected: str) -> None:
    assert address_in_use(feed, FetchRules(redirects=redirects), history, NOW) == expected


def test_a_move_is_remembered_from_when_it_was_first_seen() -> None:
    first = note_answer(PollHistory(), OLD, OLD, NEW, NOW)
    assert (first.moved_to, first.moved_at) == (NEW, NOW)
    assert note_answer(first, OLD, OLD, NEW, NOW + DAY) == first


def test_a_move_that_is_taken_back_is_forgotten() -> None:
    assert note_answer(moved(), OLD, OLD, "", NOW) == PollHistory()
    assert note_answer(moved(ago=9 * DAY), OLD, NEW, OLD, NOW) == PollHistory()


def test_a_second_move_has_to_hold_anew() -> None:
    again = note_answer(moved(ago=9 * DAY), OLD, NEW, NEXT, NOW)
    assert (again.moved_to, again.moved_at) == (NEXT, NOW)
    assert address_in_use(OLD, RULES, again, NOW) == OLD


def test_the_new_address_goes_on_serving() -> None:
    known = moved(ago=9 * DAY)
    assert note_answer(known, OLD, NEW, "", NOW) == known


def test_when_the_old_address_is_gone_the_new_one_counts_at_once() -> None:
    known = moved(ago=timedelta(hours=1))
    assert other_address(OLD, OLD, RULES, known) == NEW
    served = note_answer(known, OLD, NEW, "", NOW)
    assert address_in_use(OLD, RULES, served, NOW) == NEW


def test_when_the_new_address_is_gone_the_old_one_is_asked() -> None:
    assert other_address(OLD, NEW, RULES, moved(ago=9 * DAY)) == OLD


def test_without_a_move_there_is_nowhere_else_to_look() -> None:
    assert other_address(OLD, OLD, RULES, PollHistory()) == ""
    assert other_address(OLD, OLD, replace(RULES, redirects="never"), moved()) == ""
