"""Runs pure stages in worker processes, so that the event loop never waits for CPU and a page that hangs or crashes a
parser costs one worker and nothing else.

Values in, values out: whatever is handed over is pickled.
"""

import asyncio
import multiprocessing
import pickle
import resource
import signal
import traceback
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TaskTimeout
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

from aggregator.errors import AggregatorError, ExtractError

P = ParamSpec("P")
T = TypeVar("T")

_TASKS_PER_WORKER = 500  # then it is replaced, so that a leak in a parser never adds up
_MEMORY_CAP = 512 << 20  # bytes of address space for a stage: 10 MB of Atom take 235 MiB, a page of 2.2 MB 360
_SPARE_MEMORY = 128 << 20  # beyond it, for what is handed over before and after
_AHEAD = 4  # feeds for each worker that are read and kept at the same time, so that it never waits for the next
_ATTEMPTS = 3  # at a stage whose pool breaks
_CRASHED = "reading crashed the worker process or took too much memory"


class Pool:
    """A few recycled worker processes. Close it, or use it as a context manager.

    Attributes:
        room: for whoever reads something large in several stages; without it all that is waiting for a worker, and all
            that a worker gave back and nobody has kept yet, would be in memory at once. Not to be entered twice.
    """

    def __init__(self, workers: int, time_limit: timedelta = timedelta(seconds=30)) -> None:
        self._context = multiprocessing.get_context("forkserver")
        # What workers need is imported once, in the process that they are forked from.
        self._context.set_forkserver_preload(["aggregator.work.preload"])
        self.room = asyncio.Semaphore(_AHEAD * workers)
        self._workers = workers
        self._time_limit = time_limit
        self._tasks: set[Future[bytes]] = set()  # under way in the present pool
        self._is_closed = False
        self._pool = self._make_pool()
        self._starts: Future[bool] | None = None  # of the present pool

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._is_closed = True
        _stop(self._pool)

    async def run(self, stage: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one stage in a worker; errors of the stage come back as they are.

        Raises:
            ExtractError: it took longer than the time limit, the worker died, or what it gave cannot be handed over.
        """
        try:
            answer = await self._send(stage, args, kwargs)
        except TaskTimeout:
            seconds = self._time_limit.total_seconds()
            raise ExtractError(f"reading took longer than {seconds:g} s and was stopped") from None
        except (ProcessExpired, BrokenProcessPool) as error:
            raise ExtractError(_CRASHED) from error
        try:
            result, failure = pickle.loads(answer)  # noqa: S301 - our own worker wrote it
        except Exception as error:  # of a class that can be written and not read
            raise ExtractError(f"what reading gave cannot be handed over: {error}") from error
        if isinstance(failure, MemoryError):
            raise ExtractError(_CRASHED) from failure
        if failure is not None:
            raise failure
        value: T = result
        return value

    async def _send(self, stage: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
        """Have a worker call a stage, again where the pool fell apart meanwhile, perhaps by another's fault.

        pebble gives up as a whole when a worker dies of which it does not know what it did: one without a task, or one
        that died before it was noticed that it had begun.
        """
        for _ in range(_ATTEMPTS):
            pool = self._pool
            with suppress(BrokenProcessPool):
                return await self._send_to(pool, stage, args, kwargs)
            if self._is_closed:
                break
            await self._replace(pool)
        raise BrokenProcessPool("the pool is closed, or breaks again and again")

    async def _send_to(
        self, pool: ProcessPool, stage: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> bytes:
        await self._started(pool)
        try:
            task = pool.schedule(_call, (stage, args, kwargs), timeout=self._time_limit.total_seconds())
        except RuntimeError as error:
            raise BrokenProcessPool from error
        self._tasks.add(task)
        try:
            answer: bytes = await asyncio.wrap_future(task)
        finally:
            self._tasks.discard(task)
        return answer

    async def _started(self, pool: ProcessPool) -> None:
        """Wait until the workers are there. They are started with the first task, in a thread: it may take a second."""
        if self._starts is None:
            thread = ThreadPoolExecutor(1, "pool-start")
            self._starts = thread.submit(lambda: bool(pool.active))
            thread.shutdown(wait=False)
        if not self._starts.done():
            await asyncio.shield(asyncio.wrap_future(self._starts))

    async def _replace(self, broken: ProcessPool) -> None:
        """Put a new pool in the place of a broken one, when it is noticed first."""
        if broken is not self._pool:
            return
        self._pool, forgotten = self._make_pool(), self._tasks
        self._starts = None
        self._tasks = set()
        await asyncio.to_thread(_stop, broken)
        for task in forgotten:  # those no worker had begun with
            with suppress(InvalidStateError):
                task.set_exception(BrokenProcessPool("the pool is broken"))

    def _make_pool(self) -> ProcessPool:
        return ProcessPool(self._workers, _TASKS_PER_WORKER, initializer=_prepare_worker, context=self._context)


def _stop(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def _prepare_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then stops its workers
    _limit_memory(_MEMORY_CAP + _SPARE_MEMORY)
    # When the machine's memory ends, workers go first. Nowhere else than on Linux.
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("500")


def _limit_memory(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (size, _MEMORY_CAP + _SPARE_MEMORY))


def _call(stage: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
    """Call a stage in the worker. Returns its result and its error, of which one is None, pickled.

    Pickled here, since a value that cannot be, sent by pebble, takes the worker or the whole pool with it.
    """
    _limit_memory(_MEMORY_CAP)
    try:
        return _pickled(*_outcome(stage, args, kwargs))
    finally:
        _limit_memory(_MEMORY_CAP + _SPARE_MEMORY)


def _outcome(
    stage: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[object, Exception | None]:
    try:
        return stage(*args, **kwargs), None
    except (AggregatorError, MemoryError) as error:
        return None, error
    except Exception as error:
        error.add_note("in the worker process:\n" + "".join(traceback.format_exception(error)))
        return None, error
    except BaseException as error:  # would end not this process but the one it came back to
        return None, ExtractError(f"{_CRASHED} ({error!r})")


def _pickled(result: object, failure: Exception | None) -> bytes:
    try:
        return pickle.dumps((result, failure))
    except Exception as error:
        return pickle.dumps((None, ExtractError(f"what reading gave cannot be handed over: {error}")))
