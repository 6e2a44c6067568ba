"""A worker's place in the fleet: one connection to PostgreSQL that holds all its locks, and with which they all end.

They are advisory locks of the server: one that all workers share, one that the builder has to itself, and one of each
host that is being asked. A worker that dies has none of them a moment later, whichever way it died.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL

from aggregator.errors import StoreError

if TYPE_CHECKING:
    from psycopg import AsyncConnection

_AGAIN = 0.25  # seconds until a host that another worker asks is tried again
# A machine that lost its power does not hang up: the server finds out within half a minute.
_SERVER_LOOKS = "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3"
_WE_LOOK: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # milliseconds
}


class Member:
    """One worker among others. Made by `open_member`.

    Attributes:
        pid: the server's process for its connection.
    """

    def __init__(
        self, connection: "AsyncConnection[Any]", store: str, locks: int, places: tuple[int, int], hosts: int
    ) -> None:
        self._connection, self._store = connection, store
        self._locks, (self._working, self._building), self._hosts = locks, places, hosts
        self._leaving: set[asyncio.Task[None]] = set()
        self.pid = connection.info.backend_pid

    async def join(self) -> bool:
        """Take a place beside other workers; False while somebody works alone."""
        return await self._ask("SELECT pg_try_advisory_lock_shared(%s, %s)", self._locks, self._working)

    async def lead(self) -> bool:
        """Become the one that builds, unless another one is; for as long as this one lives. Raises StoreError."""
        return await self._ask("SELECT pg_try_advisory_lock(%s, %s)", self._locks, self._building)

    async def check(self) -> None:
        """Raise StoreError where the place is lost."""
        await self._ask("SELECT true")

    @asynccontextmanager
    async def alone_with(self, host: str, pause: float) -> AsyncIterator[None]:
        """Be the only worker that asks a host, until so many seconds after the block. Raises StoreError."""
        while True:
            if await self._take(host):
                break
            await asyncio.sleep(_AGAIN)
        try:
            yield
        finally:
            leaving = asyncio.create_task(self._leave(host, pause))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)

    async def _take(self, host: str) -> bool:
        taking = asyncio.create_task(self._ask("SELECT pg_try_advisory_lock(%s, hashtext(%s))", self._hosts, host))
        try:
            return await asyncio.shield(taking)
        except asyncio.CancelledError:
            if await taking:
                await self._leave(host, 0)
            raise

    async def _leave(self, host: str, pause: float) -> None:
        await asyncio.sleep(pause)
        with suppress(StoreError):  # then the server has let go of it already
            await self._ask("SELECT pg_advisory_unlock(%s, hashtext(%s))", self._hosts, host)

    async def _ask(self, question: str, *values: object) -> bool:
        from psycopg import Error

        try:
            cursor = await self._connection.execute(question.encode(), values)
            answer = await cursor.fetchone()
        except Error as error:
            said = f"{self._store}: the connection that held this worker's place broke; start again"
            raise StoreError(f"{said}: nothing kept is lost") from error
        return bool(answer and answer[0])


@asynccontextmanager
async def open_member(
    url: URL, store: str, what: str, locks: int, places: tuple[int, int], hosts: int
) -> AsyncIterator[Member | None]:
    """Connect a worker; None while somebody works alone.

    Args:
        store: its name, for messages.
        what: the worker's name, for people.
        locks, places, hosts: the numbers of the locks: of all with that of who works and of who builds; of hosts.
    Raises:
        StoreError: the server does not answer.
    """
    from psycopg import AsyncConnection, Error

    name = f"{what} {socket.gethostname()[:30]}, process {os.getpid()}"[:63]
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        connection = await AsyncConnection.connect(address, autocommit=True, application_name=name, **_WE_LOOK)
    except Error as error:
        reason = (str(error).splitlines() or ["no reason given"])[0]
        raise StoreError(f"{store}: the database refused: {reason}; is the server there?") from error
    async with connection:
        await connection.execute(_SERVER_LOOKS)
        member = Member(connection, store, locks, places, hosts)
        yield member if await member.join() else None
