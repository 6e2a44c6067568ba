"""Worker processes: a stage that hangs, crashes or eats memory costs one worker and nothing else.

One pool serves the whole module, as it does the program: each test shows that the next one still finds it working.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
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


def hang() -> None:
    threading.Event().wait()


def test_a_stage_runs_in_another_process(pool: Pool) -> None:
    assert run(pool, os.getpid) != os.getpid()
    assert run(pool, sorted, [3, 1, 2], reverse=True) == [3, 2, 1]


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
