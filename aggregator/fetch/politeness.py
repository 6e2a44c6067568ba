"""Politeness: one request at a time per host, a pause between two, a limit on all together, and hosts left alone.

Whoever holds a slot may send one request. Which host a request belongs to is the client's to say, when to come next the
schedule's; how long a host wants to be left alone is kept here, for everybody who wants something of it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import datetime, timedelta
from types import MappingProxyType

_SLOW_PLACES = 5  # for each place overall
_NO_GROUPS: Mapping[str, str] = MappingProxyType({})
Alone = Callable[[str, float], AbstractAsyncContextManager[None]]


class _Line:
    """Those who want the same host now, in the order they came."""

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.free_at = 0.0  # by the event loop's clock
        self.waiting = 0  # the one whose turn it is included
        self.forgetting: asyncio.TimerHandle | None = None


class _Stay:
    """One stay in an overall place, or by now in the slow lane."""

    is_slow = False


class _Places:
    """Overall places. Who stays long moves to the slow lane, so that slow servers do not keep the others waiting.

    Args:
        count: of places; the slow lane has five times as many.
        patience: in seconds; a longer stay is slow.
    """

    def __init__(self, count: int, patience: float) -> None:
        self._free = asyncio.Semaphore(count)
        self._free_slow = _SLOW_PLACES * count
        self._patience = patience

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a place; on leaving, give back the one held by then."""
        await self._free.acquire()
        stay = _Stay()
        moving = asyncio.get_running_loop().call_later(self._patience, self._move, stay)
        try:
            yield
        finally:
            moving.cancel()
            if stay.is_slow:
                self._free_slow += 1
            else:
                self._free.release()

    def _move(self, stay: _Stay) -> None:
        """Move to the slow lane; when that is full, everything stays as it is."""
        if self._free_slow:
            self._free_slow -= 1
            stay.is_slow = True
            self._free.release()


class Politeness:
    """Hands out slots. It remembers a host only while somebody wants it, while it pauses, and while it rests.

    Args:
        delay: between the end of one request and the start of the next to the same host.
        concurrency: requests at the same time, to all hosts together; slow ones count apart, up to five times as many.
        groups: politeness group by host; the hosts of a group count as one.
        patience: after this long a request is slow.
        alone: keeps other processes from a host or group while a request is under way, and so many seconds after.
    Attributes:
        groups: may be replaced at any time.
    """

    def __init__(
        self,
        delay: timedelta,
        concurrency: int,
        groups: Mapping[str, str] = _NO_GROUPS,
        *,
        patience: timedelta = timedelta(seconds=5),
        alone: Alone | None = None,
    ) -> None:
        self.groups = groups
        self._alone = alone or (lambda _host, _pause: nullcontext())
        self._delay = delay.total_seconds()
        self._places = _Places(concurrency, patience.total_seconds())
        self._lines: dict[str, _Line] = {}
        self._rests: dict[str, tuple[datetime, datetime]] = {}  # since, until

    @asynccontextmanager
    async def slot(self, host: str, pause: timedelta | None = None) -> AsyncIterator[None]:
        """Wait for the host's turn and then for an overall place; both are given back on leaving.

        An overall place is taken last, so that a crowd before one host does not keep the others waiting.

        Args:
            pause: instead of the delay, where it is longer.
        """
        delay = max(self._delay, pause.total_seconds()) if pause else self._delay
        key = self._key(host)
        line = self._join(key)
        try:
            async with line.turn:
                wait = line.free_at - _now()
                if wait > 0:
                    await asyncio.sleep(wait)
                async with self._alone(key, delay), self._places.place():
                    try:
                        yield
                    finally:
                        line.free_at = _now() + delay
        finally:
            self._leave(key, line)

    @property
    def rests(self) -> Mapping[str, tuple[datetime, datetime]]:
        """Who rests since when and until when, by host or group: what `rest` takes after a restart."""
        return MappingProxyType(self._rests)

    def rest(self, host: str, since: datetime, until: datetime) -> None:
        """Keep in mind that a host asked to be left alone.

        Of several wishes the one that ends last counts, from the last time that one was heard. Rests that were over at
        `since` are forgotten.
        """
        self._rests = {key: rest for key, rest in self._rests.items() if rest[1] > since}
        key = self._key(host)
        if until > since:
            known_since, known_until = self._rests.get(key, (since, until))
            self._rests[key] = max(since, known_since), max(until, known_until)

    def rests_until(self, host: str, patience: timedelta, now: datetime) -> datetime | None:
        """Say how long a host is to be left alone; None when it is not.

        Args:
            patience: the longest rest that is granted, counted from the wish.
        """
        key = self._key(host)
        if key not in self._rests:
            if host not in self._rests:
                return None
            self._rests[key] = self._rests.pop(host)  # it has joined a group since
        since, until = self._rests[key]
        if until <= now:
            del self._rests[key]
            return None
        if since > now:  # the clock was set back: patience must come to an end all the same
            since = now
            self._rests[key] = since, until
        end = until if until - since <= patience else since + patience
        return end if end > now else None

    def _key(self, host: str) -> str:
        return self.groups.get(host, host)

    def _join(self, key: str) -> _Line:
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = _Line()
        elif line.forgetting:
            line.forgetting.cancel()
        line.waiting += 1
        return line

    def _leave(self, key: str, line: _Line) -> None:
        line.waiting -= 1
        if line.waiting:
            return
        if line.free_at > _now():
            line.forgetting = asyncio.get_running_loop().call_at(line.free_at, self._lines.pop, key)
        else:
            del self._lines[key]


def _now() -> float:
    return asyncio.get_running_loop().time()
