"""Politeness: one request at a time per host, a pause between two, and a limit on all together.

Whoever holds a slot may send one request. Which host a request belongs to is the client's to say; Retry-After and the
next poll are the schedule's.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta


class _Line:
    """Those who want the same host now, in the order they came."""

    def __init__(self, free_at: float) -> None:
        self.turn = asyncio.Lock()
        self.free_at = free_at  # by the event loop's clock
        self.waiting = 0  # the one whose turn it is included


class Politeness:
    """Hands out slots. It remembers a host only while somebody wants it, and for `delay` after.

    Args:
        delay: between the end of one request and the start of the next to the same host.
        concurrency: requests at the same time, to all hosts together.
    """

    def __init__(self, delay: timedelta, concurrency: int) -> None:
        self._delay = delay.total_seconds()
        self._overall = asyncio.Semaphore(concurrency)
        self._lines: dict[str, _Line] = {}
        self._resting: dict[str, float] = {}  # host -> free again at; in the order of these times

    @asynccontextmanager
    async def slot(self, host: str) -> AsyncIterator[None]:
        """Wait for the host's turn and then for an overall slot; both are given back on leaving.

        An overall slot is taken last, so that a crowd before one host does not keep the others waiting.
        """
        line = self._join(host)
        try:
            async with line.turn:
                wait = line.free_at - _now()
                if wait > 0:
                    await asyncio.sleep(wait)
                async with self._overall:
                    try:
                        yield
                    finally:
                        line.free_at = _now() + self._delay
        finally:
            self._leave(host, line)

    def _join(self, host: str) -> _Line:
        line = self._lines.get(host)
        if line is None:
            self._forget_rested()
            line = self._lines[host] = _Line(self._resting.pop(host, 0.0))
        line.waiting += 1
        return line

    def _leave(self, host: str, line: _Line) -> None:
        line.waiting -= 1
        if not line.waiting:
            del self._lines[host]
            self._forget_rested()
            if line.free_at > _now():
                self._resting[host] = line.free_at

    def _forget_rested(self) -> None:
        now = _now()
        while self._resting:
            host = next(iter(self._resting))
            if self._resting[host] > now:
                break
            del self._resting[host]


def _now() -> float:
    return asyncio.get_running_loop().time()
