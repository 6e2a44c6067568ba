"""Runs pure stages in worker processes, so that the event loop never waits for CPU and a page that hangs or crashes a
parser costs one worker and nothing else.

Values in, values out: whatever is handed over is pickled.
"""

import asyncio
import multiprocessing
import resource
import signal
from collections.abc import Callable
from concurrent.futures import TimeoutError as TaskTimeout
from datetime import timedelta
from typing import ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

from aggregator.errors import ExtractError

P = ParamSpec("P")
T = TypeVar("T")

_TASKS_PER_WORKER = 500  # then it is replaced, so that a leak in a parser never adds up
_MEMORY_CAP = 2 << 30  # bytes of address space; a page that needs more fails alone


class Pool:
    """A few recycled worker processes. Close it, or use it as a context manager."""

    def __init__(self, workers: int, time_limit: timedelta = timedelta(seconds=30)) -> None:
        context = multiprocessing.get_context("forkserver")
        # What workers need is imported once, in the process that they are forked from.
        context.set_forkserver_preload(["aggregator.work.prepare"])
        self._time_limit = time_limit
        self._pool = ProcessPool(workers, _TASKS_PER_WORKER, initializer=_prepare_worker, context=context)

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    async def run(self, stage: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one stage in a worker; errors of the stage come back as they are.

        Raises:
            ExtractError: it took longer than the time limit, or the worker died.
        """
        task = self._pool.schedule(stage, args, kwargs, timeout=self._time_limit.total_seconds())
        try:
            result: T = await asyncio.wrap_future(task)
        except TaskTimeout:
            seconds = self._time_limit.total_seconds()
            raise ExtractError(f"reading took longer than {seconds:g} s and was stopped") from None
        except (ProcessExpired, MemoryError) as error:
            raise ExtractError("reading crashed the worker process or took too much memory") from error
        return result


def _prepare_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then stops its workers
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_CAP, _MEMORY_CAP))
