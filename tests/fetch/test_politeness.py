"""Slots: one request a host, a pause between two, a limit on all. Nothing here waits for the clock to be right."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.fetch.politeness import Politeness

NO_DELAY = timedelta(0)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Request:
    """Somebody who takes a slot, reports, and keeps it until told to leave."""

    def __init__(self, politeness: Politeness, host: str, pause: timedelta | None = None) -> None:
        self.inside = asyncio.Event()
        self.leave = asyncio.Event()
        self._politeness = politeness
        self._host = host
        self._pause = pause
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        async with self._politeness.slot(self._host, self._pause):
            self.inside.set()
            await self.leave.wait()

    async def finish(self) -> None:
        self.leave.set()
        await self.task


async def settle() -> None:
    """Let everything that can go on go on."""
    for _ in range(20):
        await asyncio.sleep(0)


def run(test: Coroutine[None, None, None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(5):
            await test

    asyncio.run(bounded())


def test_one_request_at_a_time_per_host() -> None:
    async def test() -> None:
        politeness = Politeness(NO_DELAY, concurrency=10)
        first, second = Request(politeness, "a.example"), Request(politeness, "a.example")
        await settle()
        assert first.inside.is_set()
        assert not second.inside.is_set()
        await first.finish()
        await second.inside.wait()
        await second.finish()

    run(test())


def test_a_host_serves_in_the_order_of_arrival() -> None:
    async def test() -> None:
        politeness = Politeness(NO_DELAY, concurrency=10)
        crowd = [Request(politeness, "a.example") for _ in range(5)]
        for one in crowd:
            await one.inside.wait()
            assert [other.inside.is_set() for other in crowd].count(True) == crowd.index(one) + 1
            await one.finish()

    run(test())


def test_no_more_than_concurrency_at_once() -> None:
    async def test() -> None:
        politeness = Politeness(NO_DELAY, concurrency=2)
        requests = [Request(politeness, f"{name}.example") for name in "abcd"]
        await settle()
        assert [one.inside.is_set() for one in requests] == [True, True, False, False]
        await requests[1].finish()
        await settle()
        assert [one.inside.is_set() for one in requests] == [True, True, True, False]
        for one in requests:
            await one.finish()

    run(test())


def test_a_crowd_before_one_host_leaves_the_overall_slots_to_others() -> None:
    async def test() -> None:
        politeness = Politeness(NO_DELAY, concurrency=2)
        crowd = [Request(politeness, "slow.example") for _ in range(10)]
        await settle()
        other = Request(politeness, "quick.example")
        await settle()
        assert other.inside.is_set()
        for one in (other, *crowd):
            await one.finish()

    run(test())


def test_the_pause_of_one_host_leaves_the_overall_slots_to_others() -> None:
    async def test() -> None:
        politeness = Politeness(timedelta(hours=1), concurrency=1)
        async with politeness.slot("slow.example"):
            pass
        pausing = Request(politeness, "slow.example")
        await settle()
        other = Request(politeness, "quick.example")
        await other.inside.wait()
        assert not pausing.inside.is_set()
        await other.finish()
        pausing.task.cancel()

    run(test())


def test_the_pause_counts_from_the_end_of_the_request_before() -> None:
    async def test() -> None:
        delay = 0.02
        now = asyncio.get_running_loop().time
        politeness = Politeness(timedelta(seconds=delay), concurrency=10)
        first = Request(politeness, "a.example")
        await first.inside.wait()
        second = Request(politeness, "a.example")
        await settle()
        ended = now()
        await first.finish()
        await second.inside.wait()
        assert now() >= ended + delay
        await second.finish()
        async with politeness.slot("b.example"):  # another host does not wait for it
            pass

    run(test())


def test_a_failed_request_gives_its_slot_back_and_still_counts_for_the_pause() -> None:
    async def test() -> None:
        politeness = Politeness(timedelta(hours=1), concurrency=1)
        with pytest.raises(ZeroDivisionError):
            async with politeness.slot("a.example"):
                raise ZeroDivisionError
        again = Request(politeness, "a.example")
        async with politeness.slot("b.example"):
            await settle()
            assert not again.inside.is_set()
        again.task.cancel()

    run(test())


@pytest.mark.parametrize("host", ["a.example", "b.example"], ids=["for its turn", "for an overall slot"])
def test_who_gives_up_while_waiting_blocks_nobody(host: str) -> None:
    async def test() -> None:
        politeness = Politeness(NO_DELAY, concurrency=1)
        first = Request(politeness, "a.example")
        await settle()
        gone = Request(politeness, host)
        await settle()
        gone.task.cancel()
        last = Request(politeness, host)
        await settle()
        await first.finish()
        await last.inside.wait()
        await last.finish()

    run(test())


@pytest.mark.parametrize("pause", [timedelta(0), timedelta(microseconds=1)])
def test_idle_hosts_are_forgotten(pause: timedelta) -> None:
    async def test() -> None:
        politeness = Politeness(NO_DELAY, concurrency=10)
        async with politeness.slot("long.example", HOUR):
            pass
        for number in range(100):
            async with politeness.slot(f"{number}.example", pause):
                pass
        while len(politeness._lines) > 1:  # noqa: ASYNC110 - no event tells when a pause is over
            await asyncio.sleep(0)
        assert list(politeness._lines) == ["long.example"]

    run(test())


def test_a_host_that_is_wanted_again_during_its_pause_is_not_forgotten() -> None:
    async def test() -> None:
        politeness = Politeness(NO_DELAY, concurrency=10)
        async with politeness.slot("a.example", timedelta(microseconds=1)):
            pass
        async with politeness.slot("a.example", HOUR):
            await settle()
        again = Request(politeness, "a.example")
        await settle()
        assert not again.inside.is_set()
        again.task.cancel()

    run(test())


# --- longer pauses, groups -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("delay", "pause"), [(NO_DELAY, timedelta(hours=1)), (timedelta(hours=1), NO_DELAY), (timedelta(hours=1), None)]
)
def test_the_longer_of_delay_and_pause_counts(delay: timedelta, pause: timedelta | None) -> None:
    async def test() -> None:
        politeness = Politeness(delay, concurrency=10)
        async with politeness.slot("a.example", pause):
            pass
        again = Request(politeness, "a.example")
        await settle()
        assert not again.inside.is_set()
        again.task.cancel()

    run(test())


def test_a_longer_pause_is_for_one_request_of_one_host() -> None:
    async def test() -> None:
        politeness = Politeness(NO_DELAY, concurrency=10)
        async with politeness.slot("a.example", HOUR):
            pass
        for _ in range(2):
            async with politeness.slot("b.example"):
                pass

    run(test())


def test_the_hosts_of_a_group_share_one_line_and_one_pause() -> None:
    async def test() -> None:
        politeness = Politeness(NO_DELAY, concurrency=10, groups={"a.example": "platform", "b.example": "platform"})
        first, second = Request(politeness, "a.example", HOUR), Request(politeness, "b.example")
        other = Request(politeness, "c.example")
        await settle()
        assert [one.inside.is_set() for one in (first, second, other)] == [True, False, True]
        await first.finish()
        await other.finish()
        await settle()
        assert not second.inside.is_set()
        second.task.cancel()

    run(test())


def test_groups_may_change_while_somebody_is_inside() -> None:
    async def test() -> None:
        politeness = Politeness(NO_DELAY, concurrency=10, groups={"a.example": "platform"})
        first = Request(politeness, "a.example")
        await settle()
        politeness.groups = {"b.example": "platform"}
        second = Request(politeness, "b.example")
        await settle()
        assert not second.inside.is_set()
        await first.finish()
        await second.inside.wait()
        await second.finish()
        assert not politeness._lines

    run(test())


# --- the slow lane ---------------------------------------------------------------------------------------------------


def test_slow_requests_do_not_keep_the_others_waiting() -> None:
    async def test() -> None:
        politeness = Politeness(NO_DELAY, concurrency=2, patience=NO_DELAY)
        slow = [Request(politeness, f"slow{number}.example") for number in range(10)]
        for one in slow:
            await one.inside.wait()
        other = Request(politeness, "quick.example")
        await other.inside.wait()
        for one in (other, *slow):
            await one.finish()

    run(test())


def test_when_the_slow_lane_is_full_the_places_are_kept() -> None:
    async def test() -> None:
        politeness = Politeness(NO_DELAY, concurrency=2, patience=NO_DELAY)
        slow = [Request(politeness, f"slow{number}.example") for number in range(15)]
        await settle()
        assert [one.inside.is_set() for one in slow] == [True] * 12 + [False] * 3
        await slow[0].finish()  # from the slow lane: it makes room for those who come late to it
        await slow[11].finish()  # from a place
        await slow[12].inside.wait()
        await slow[13].inside.wait()
        for one in slow[1:11] + slow[12:]:
            await one.finish()

    run(test())


def test_the_slow_lane_lets_no_second_request_to_a_host() -> None:
    async def test() -> None:
        politeness = Politeness(NO_DELAY, concurrency=1, patience=NO_DELAY)
        first, second = Request(politeness, "a.example"), Request(politeness, "a.example")
        other = Request(politeness, "b.example")
        await other.inside.wait()
        assert first.inside.is_set()
        assert not second.inside.is_set()
        for one in (first, second, other):
            await one.finish()

    run(test())


def test_no_place_gets_lost_or_doubled_whatever_way_a_request_ends() -> None:
    async def test() -> None:
        politeness = Politeness(NO_DELAY, concurrency=1, patience=NO_DELAY)
        for number in range(20):  # slow ones and, with no turn of the loop in between, quick ones; some are cancelled
            request = Request(politeness, f"{number}.example")
            await request.inside.wait()
            if number % 2:
                await settle()
            if number % 3:
                request.task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await request.task
            else:
                await request.finish()
        crowd = [Request(politeness, f"slow{number}.example") for number in range(8)]
        await settle()
        assert [one.inside.is_set() for one in crowd] == [True] * 6 + [False] * 2
        for one in crowd:
            await one.finish()

    run(test())


# --- rests -----------------------------------------------------------------------------------------------------------

GROUPS = {"b.example": "platform", "c.example": "platform"}


@pytest.mark.parametrize(
    ("host", "asked_at", "patience", "until"),
    [
        ("a.example", NOW, DAY, NOW + HOUR),
        ("a.example", NOW + HOUR, DAY, None),
        ("a.example", NOW, HOUR / 2, NOW + HOUR / 2),
        ("a.example", NOW + HOUR / 2, HOUR / 2, None),
        ("a.example", NOW, timedelta.max, NOW + HOUR),
        ("b.example", NOW, DAY, NOW + 2 * HOUR),
        ("c.example", NOW, DAY, NOW + 2 * HOUR),
        ("other.example", NOW, DAY, None),
    ],
)
def test_a_host_rests_as_long_as_it_asked_and_patience_lasts(
    host: str, asked_at: datetime, patience: timedelta, until: datetime | None
) -> None:
    politeness = Politeness(NO_DELAY, 1, GROUPS)
    politeness.rest("a.example", NOW, NOW + HOUR)
    politeness.rest("b.example", NOW, NOW + 2 * HOUR)
    assert politeness.rests_until(host, patience, asked_at) == until


def test_rests_are_given_back_after_a_restart() -> None:
    before, after = Politeness(NO_DELAY, 1, GROUPS), Politeness(NO_DELAY, 1, GROUPS)
    before.rest("a.example", NOW, NOW + HOUR)
    before.rest("b.example", NOW, NOW + 2 * HOUR)
    assert before.rests == {"a.example": (NOW, NOW + HOUR), "platform": (NOW, NOW + 2 * HOUR)}
    for key, (since, until) in before.rests.items():
        after.rest(key, since, until)
    assert after.rests == before.rests
    assert after.rests_until("c.example", DAY, NOW) == NOW + 2 * HOUR


def test_of_two_wishes_the_one_that_ends_last_counts() -> None:
    politeness = Politeness(NO_DELAY, 1)
    for wish in (2 * HOUR, HOUR, 3 * HOUR):
        politeness.rest("a.example", NOW, NOW + wish)
    assert politeness.rests_until("a.example", DAY, NOW) == NOW + 3 * HOUR


def test_a_clock_set_back_silences_nobody_for_longer_than_patience() -> None:
    politeness = Politeness(NO_DELAY, 1)
    year = timedelta(days=365)
    politeness.rest("a.example", NOW + year, NOW + year + HOUR)
    assert politeness.rests_until("a.example", DAY, NOW) == NOW + DAY
    assert politeness.rests_until("a.example", DAY, NOW + HOUR) == NOW + DAY
    assert politeness.rests_until("a.example", DAY, NOW + DAY) is None


def test_rests_that_are_over_are_forgotten() -> None:
    politeness = Politeness(NO_DELAY, 1)
    politeness.rest("no.example", NOW, NOW)
    politeness.rest("a.example", NOW, NOW + HOUR)
    politeness.rest("b.example", NOW, NOW + HOUR)
    assert politeness.rests_until("b.example", DAY, NOW + HOUR) is None
    assert set(politeness.rests) == {"a.example"}
    politeness.rest("c.example", NOW + HOUR, NOW + 2 * HOUR)
    assert set(politeness.rests) == {"c.example"}
