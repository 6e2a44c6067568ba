"""Slots: one request a host, a pause between two, a limit on all. Nothing here waits for the clock to be right."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta

import pytest

from aggregator.fetch.politeness import Politeness

NO_DELAY = timedelta(0)


class Request:
    """Somebody who takes a slot, reports, and keeps it until told to leave."""

    def __init__(self, politeness: Politeness, host: str) -> None:
        self.inside = asyncio.Event()
        self.leave = asyncio.Event()
        self._politeness = politeness
        self._host = host
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        async with self._politeness.slot(self._host):
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


def test_idle_hosts_are_forgotten() -> None:
    async def test() -> None:
        politeness = Politeness(NO_DELAY, concurrency=10)
        for number in range(1000):
            async with politeness.slot(f"{number}.example"):
                pass
        assert not politeness._lines
        assert len(politeness._resting) <= 1

    run(test())
