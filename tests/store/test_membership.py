"""Places in a fleet: who works, who builds, who asks a host; and what is left of one that died: nothing."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select

from aggregator.errors import StoreBusy, StoreError
from aggregator.store.database import Database
from aggregator.store.membership import Member
from aggregator.tables import TOPIC_STATE
from tests.stores import make_store, using

pytestmark = pytest.mark.sqlite  # once, not over both: a file has no fleet
_ANY = select(TOPIC_STATE.c.topic)


@pytest.fixture(autouse=True)
def _on_postgres() -> Iterator[None]:
    with using("postgresql"):
        yield


@pytest.fixture
def address(tmp_path: Path) -> str:
    return make_store(tmp_path / "store.db")


@asynccontextmanager
async def worker(address: str) -> AsyncIterator[Member]:
    with Database(address) as database:
        async with database.join_fleet("aggregator worker") as member:
            yield member


def test_workers_work_side_by_side_and_nobody_works_alone_beside_them(address: str) -> None:
    async def run() -> None:
        with Database(address) as other:
            async with worker(address), worker(address):
                with pytest.raises(StoreBusy, match=r"is in use by aggregator worker .*, process \d+; stop that first"):
                    other.hold("aggregator run").__enter__()
            with other.hold("aggregator run"), pytest.raises(StoreBusy, match="in use by aggregator run"):
                async with worker(address):
                    pass
            async with worker(address):
                pass

    asyncio.run(run())


def test_one_builds_and_another_one_when_that_has_gone(address: str) -> None:
    async def run() -> list[bool]:
        async with worker(address) as second:
            async with worker(address) as first:
                seen = [await first.lead(), await second.lead()]
            while not await second.lead():  # until the server has noticed
                pass
            return [*seen, True]

    assert asyncio.run(run()) == [True, False, True]


def test_a_host_is_asked_by_one_worker_at_a_time(address: str) -> None:
    async def run() -> list[str]:
        said: list[str] = []
        inside = asyncio.Event()

        async def ask(member: Member, name: str, host: str) -> None:
            async with member.alone_with(host, 0):
                said.append(f"{name} asks {host}")
                inside.set()
                await may_end.wait()
                said.append(f"{name} ends")

        async with worker(address) as first, worker(address) as second:
            may_end = asyncio.Event()
            asking = asyncio.create_task(ask(first, "first", "a.example"))
            await inside.wait()
            waiting = asyncio.create_task(ask(second, "second", "a.example"))
            async with second.alone_with("b.example", 0):
                said.append("second asks b.example")
            may_end.set()
            await asyncio.gather(asking, waiting)
        return said

    assert asyncio.run(run()) == [
        "first asks a.example",
        "second asks b.example",
        "first ends",
        "second asks a.example",
        "second ends",
    ]


def test_who_waits_for_a_host_no_longer_leaves_nothing_locked(address: str) -> None:
    async def run() -> None:
        async with worker(address) as first, worker(address) as second:
            for pauses in range(6):  # cut short at another moment each time
                asking = asyncio.create_task(_enter(second, "a.example"))
                for _ in range(pauses):
                    await asyncio.sleep(0)
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)
            async with asyncio.timeout(30), first.alone_with("a.example", 0):
                pass

    asyncio.run(run())


async def _enter(member: Member, host: str) -> None:
    async with member.alone_with(host, 0):
        pass


def test_a_worker_that_lost_its_place_writes_no_more_and_learns_of_it(address: str) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stack:
            database = stack.enter_context(Database(address))
            member = await stack.enter_async_context(database.join_fleet("aggregator worker"))
            with database.transaction() as connection:
                connection.execute(_ANY)
            with psycopg.connect(address, autocommit=True) as admin:
                admin.execute("SELECT pg_terminate_backend(%s, 5000)", [member.pid])
            broke = pytest.raises(StoreError, match="the connection that held it broke; start again")
            with broke, database.transaction() as connection:
                connection.execute(_ANY)
            with pytest.raises(StoreError, match="held this worker's place broke; start again"):
                await member.check()
            async with worker(address) as other:
                assert await other.lead()

    asyncio.run(run())


def test_a_server_that_is_not_there_is_said_in_one_line() -> None:
    async def run() -> str:
        with pytest.raises(StoreError) as caught:
            async with worker("postgresql://ana:hunter2@127.0.0.1:1/news"):
                pass
        return str(caught.value)

    said = asyncio.run(run())
    assert said.startswith("postgresql://ana:***@127.0.0.1:1/news: the database refused: ")
    assert len(said.splitlines()) == 1
