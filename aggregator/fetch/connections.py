"""Connections: opened through the guard, and kept for a moment for the next request to the same server.

There is no pool. `politeness` lets one request at a time to a host, so each connection has one user, and none has to be
waited for. One connection speaks HTTP as httpcore2, the layer below httpx2, does it: what httpx2 puts on top (cookies,
redirects, decoding without a cap) is what `client` must not have or does itself.
"""

import ssl

from httpcore2 import AsyncHTTP11Connection, Origin

from aggregator.fetch.guard import Guard

_IDLE_SECONDS = 4.0  # many servers hang up after five: a request must not meet a connection that is just closing
_MAX_IDLE = 20


class Connections:
    """Lends connections.

    Args:
        keep: where others ask the same servers, none is kept: each server sees one of all of us at a time.
    """

    def __init__(self, guard: Guard, *, keep: bool = True) -> None:
        self._guard = guard
        self._keep = keep
        self._tls = ssl.create_default_context()
        self._tls.set_alpn_protocols(["http/1.1"])
        self._idle: dict[str, AsyncHTTP11Connection] = {}  # by origin; the longest idle first

    async def take(self, origin: Origin) -> AsyncHTTP11Connection:
        """Return the connection that is kept for a server, else open one. Raises what the guard raises."""
        kept = self._idle.pop(str(origin), None)
        if kept:
            if not kept.has_expired():
                return kept
            await kept.aclose()
        host = origin.host.decode()
        stream = await self._guard.connect_tcp(host, origin.port)
        if origin.scheme == b"https":
            stream = await stream.start_tls(self._tls, host)
        return AsyncHTTP11Connection(origin, stream, _IDLE_SECONDS)

    async def give_back(self, origin: Origin, connection: AsyncHTTP11Connection) -> None:
        """Keep a connection that may serve again, close any other (an answer was not read to its end, for one)."""
        if self._keep and connection.is_idle() and str(origin) not in self._idle:
            self._idle[str(origin)] = connection
        else:
            await connection.aclose()
        while self._idle:
            oldest = next(iter(self._idle))
            if len(self._idle) <= _MAX_IDLE and not self._idle[oldest].has_expired():
                break
            await self._idle.pop(oldest).aclose()

    async def aclose(self) -> None:
        """Close what is kept."""
        while self._idle:
            await self._idle.popitem()[1].aclose()
