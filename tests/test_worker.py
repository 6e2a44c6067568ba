"""The rules of the task engine, on a real server: what waits in its queue, what becomes of it, and who is asked."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from procrastinate import App
from procrastinate.jobs import Job
from sqlalchemy import text

from aggregator import worker
from aggregator.service import Service, open_tools
from aggregator.store.database import Database
from aggregator.store.fleet import Queue, load_fleet, load_queue
from aggregator.store.membership import Member
from aggregator.tables import metadata
from aggregator.worker import drop_stalled, fill_queue, make_engine, prepare_engine
from bench.fleet_farm import Farm, Plan
from tests.cli.door import aggregator
from tests.newsroom import EVERYTHING, Newsroom
from tests.stores import make_store, using


@pytest.fixture(autouse=True)
def _on_postgres() -> Iterator[None]:
    with using("postgresql"):
        yield


@pytest.fixture
def farm() -> Iterator[Farm]:
    with Farm(Plan(hosts=5, feeds=2, answer=0)) as farm:
        yield farm


@pytest.fixture
def newsroom(tmp_path: Path, farm: Farm) -> Newsroom:
    newsroom = Newsroom(tmp_path)
    make_store(tmp_path / "store.db")
    newsroom.edit(farm.sources() + EVERYTHING)
    with Database(newsroom.settings.database) as database:
        prepare_engine(database)
    return newsroom


class Office:
    """One worker, whose queue a test empties by hand."""

    def __init__(self, service: Service, engine: App, member: Member) -> None:
        self.service, self.engine, self.member = service, engine, member

    async def queue(self) -> Queue:
        return await self.service.database.read(load_queue)

    async def fill(self) -> int:
        return await fill_queue(self.engine, self.service)

    async def visit_all(self) -> None:
        """Do what waits in the queue now."""
        await self.engine.run_worker_async(
            queues=["hosts"], wait=False, delete_jobs="always", install_signal_handlers=False, listen_notify=False
        )

    async def die(self) -> Job:
        """Take a visit as a worker that dies at once would have, a while ago."""
        manager = self.engine.job_manager
        job = await manager.fetch_job(["hosts"], await manager.register_worker())
        assert job
        await self.engine.connector.execute_query_async(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '31 seconds'"
        )
        return job


@asynccontextmanager
async def office(newsroom: Newsroom) -> AsyncIterator[Office]:
    settings = newsroom.settings
    with Database(settings.database) as database:
        async with (
            database.join_fleet("aggregator worker") as member,
            open_tools(settings, newsroom.config, database, newsroom.clock, member.alone_with) as service,
        ):
            loop = asyncio.get_running_loop()
            engine = make_engine(service, settings.database, asyncio.Event(), loop.create_future())
            async with engine.open_async():
                yield Office(service, engine, member)


def test_one_visit_is_one_host_with_what_is_due_of_it(newsroom: Newsroom, farm: Farm) -> None:
    async def run() -> tuple[int, int, Queue]:
        async with office(newsroom) as at:
            first = await at.fill()
            await at.visit_all()
            newsroom.clock.forward(seconds=1)
            second = await at.fill()  # the pages that the feeds named
            await at.visit_all()
            return first, second, await at.queue()

    first, second, left = asyncio.run(run())
    assert (first, second) == (5, 5)
    assert left == Queue(frozenset(), frozenset())
    assert set(farm.seen.asked.values()) == {1}
    assert len([name for name in farm.seen.asked if "/feed/" in name]) == 10
    assert len([name for name in farm.seen.asked if "/page/" in name]) == 30
    assert farm.seen.crowded == []
    assert newsroom.rows("SELECT count(*), count(DISTINCT guid) FROM copy WHERE body_from = 'page'") == [(30, 30)]


def test_the_queue_is_filled_up_to_its_limit_and_with_no_host_twice(
    newsroom: Newsroom, farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_MOST_WAITING", 3)

    async def run() -> list[Any]:
        async with office(newsroom) as at:
            seen: list[Any] = [await at.fill(), await at.fill()]
            job = await at.engine.job_manager.fetch_job(["hosts"], await at.engine.job_manager.register_worker())
            assert job
            seen.append(await at.fill())
            queue = await at.queue()
            return [*seen, len(queue.waiting), queue.visited == {job.lock}, job.lock in queue.waiting]

    assert asyncio.run(run()) == [3, 0, 1, 3, True, False]
    assert not farm.seen.asked


def test_who_waits_longest_comes_first_and_many_of_one_host_come_in_parts(
    newsroom: Newsroom, farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_OF_A_HOST", 1)

    async def run() -> list[str]:
        async with office(newsroom) as at:
            await at.fill()
            await at.visit_all()
            assert sorted(farm.seen.asked) == [f"{farm.host(host)}/feed/0" for host in range(5)]
            newsroom.clock.forward(hours=25)  # the other five were due all the time
            return list(await at.service.due_by_host(0))

    hosts = asyncio.run(run())
    assert sorted(hosts) == [farm.host(host) for host in range(5)]


def test_a_visit_asks_nobody_for_what_is_not_due_any_more(newsroom: Newsroom, farm: Farm) -> None:
    async def run() -> int:
        async with office(newsroom) as at:
            await at.fill()
            await at.service.poll(await at.service.due_sources(), lambda _: None)
            asked = farm.seen.polls
            await at.visit_all()
            return asked

    assert asyncio.run(run()) == farm.seen.polls == 10


def test_what_a_dead_worker_had_is_dropped_and_due_again(
    newsroom: Newsroom, farm: Farm, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> tuple[str, Queue, int]:
        async with office(newsroom) as at:
            await at.fill()
            job = await at.die()
            # The same host waits already: to put the job back would leave two behind one lock.
            await at.engine.job_manager.defer_job_async(job.evolve(id=None, status=None))
            await drop_stalled(at.engine)
            queue = await at.queue()
            await drop_stalled(at.engine)
            await at.visit_all()
            return str(job.lock), queue, await at.fill()

    host, queue, more = asyncio.run(run())
    assert host in queue.waiting
    assert queue.visited == set()
    assert more == 5  # with the pages that the feeds named
    assert set(farm.seen.asked.values()) == {1}
    assert f"a worker died while it did {host}" in caplog.text


def test_a_worker_that_lives_keeps_its_visit(newsroom: Newsroom) -> None:
    async def run() -> Queue:
        async with office(newsroom) as at:
            await at.fill()
            manager = at.engine.job_manager
            await manager.fetch_job(["hosts"], await manager.register_worker())
            await drop_stalled(at.engine)
            return await at.queue()

    assert len(asyncio.run(run()).visited) == 1


def test_a_visit_that_fails_is_not_tried_again_by_the_engine(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("our own mistake")

    async def run() -> tuple[Queue, int]:
        async with office(newsroom) as at:
            await at.fill()
            monkeypatch.setattr(at.service, "visit", fail)
            await at.visit_all()
            return await at.queue(), await at.fill()

    queue, again = asyncio.run(run())
    assert queue == Queue(frozenset(), frozenset())
    assert again == 5
    assert "our own mistake" in caplog.text


def test_a_host_that_wants_to_be_left_alone_is_so_by_all_workers(newsroom: Newsroom, farm: Farm) -> None:
    async def run() -> None:
        async with office(newsroom) as first, office(newsroom) as second:
            now = newsroom.clock()
            newsroom.clock.forward(hours=2)
            first.service.politeness.rest(farm.host(0), now, newsroom.clock())
            first.service.politeness.rest(farm.host(1), now, newsroom.clock.now.replace(hour=20))
            await first.service.keep_rests()
            second.service.politeness.rest(farm.host(2), now, newsroom.clock.now.replace(hour=20))
            await second.service.keep_rests()
            await second.fill()
            await second.visit_all()

    asyncio.run(run())
    asked = {name.split("/")[0] for name in farm.seen.asked}
    assert asked == {farm.host(number) for number in (0, 3, 4)}  # that of the first is over
    assert [host for (host,) in newsroom.rows("SELECT host FROM hoststate ORDER BY host")] == [
        farm.host(1),
        farm.host(2),
    ]


def test_a_stopping_worker_ends_after_the_request_under_way(newsroom: Newsroom, farm: Farm) -> None:
    async def run() -> None:
        async with office(newsroom) as at:
            stop = asyncio.Event()
            stop.set()
            await at.service.visit([source.id for source in newsroom.config.sources], [], stop)

    asyncio.run(run())
    assert not farm.seen.asked


def test_a_worker_goes_on_while_a_newer_one_changes_the_schema(newsroom: Newsroom, farm: Farm) -> None:
    """This program is the old one; the new one adds as much as a revision may."""

    async def run() -> None:
        async with office(newsroom) as at:
            await at.service.settle()
            await at.fill()
            await at.visit_all()
            with at.service.database.change_schema() as connection:
                for name in metadata.tables:
                    connection.execute(text(f'ALTER TABLE "{name}" ADD COLUMN newer_note VARCHAR'))
                    connection.execute(text(f'ALTER TABLE "{name}" ADD COLUMN newer_count INTEGER NOT NULL DEFAULT 0'))
                connection.execute(text("CREATE TABLE newer (id INTEGER PRIMARY KEY)"))
                connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
            newsroom.clock.forward(hours=25)
            await at.fill()
            await at.visit_all()
            await at.service.build()

    asyncio.run(run())
    assert newsroom.rows("SELECT count(*) FROM copy WHERE body_from = 'page'") == [(30,)]
    assert farm.seen.polls == 20
    assert newsroom.read("all.rss").count(b"<item>") == 30
    late = aggregator(newsroom.folder, "worker", "--database", newsroom.settings.database)
    assert late.returncode == 1
    assert "written by a newer aggregator (schema 9999, this one knows " in late.stderr


def test_the_fleet_can_be_seen(newsroom: Newsroom, farm: Farm) -> None:
    async def run() -> Any:
        async with office(newsroom) as at:
            await at.fill()
            await at.engine.job_manager.fetch_job(["hosts"], await at.engine.job_manager.register_worker())
            before = await at.service.database.read(load_fleet)
            await at.member.lead()
            return before, await at.service.database.read(load_fleet)

    before, found = asyncio.run(run())
    assert (before.builder, found.builder) == ("", found.workers[0])
    assert found.workers[0].startswith("aggregator worker ")
    assert found.waiting == 4
    assert len(found.visited) == 1


def test_the_engines_tables_are_made_once_also_by_two_at_once(tmp_path: Path) -> None:
    address = make_store(tmp_path / "new.db")

    async def run() -> None:
        with Database(address) as one, Database(address) as other:
            assert await one.read(load_fleet) is None
            await asyncio.gather(asyncio.to_thread(prepare_engine, one), asyncio.to_thread(prepare_engine, other))
            fleet = await one.read(load_fleet)
            assert fleet is not None
            assert fleet.workers == ()

    asyncio.run(run())


def test_migrate_makes_them_too(tmp_path: Path) -> None:
    address = make_store(tmp_path / "new.db")
    done = aggregator(tmp_path, "migrate", "--database", address)
    assert done.returncode == 0, done.stderr
    with Database(address) as database, database.snapshot() as connection:
        assert load_fleet(connection) is not None


def test_a_file_has_no_workers(tmp_path: Path, newsroom: Newsroom) -> None:
    done = aggregator(newsroom.folder, "worker", "--database", "sqlite:///var/a.db")
    assert done.returncode == 2
    assert done.stderr == (
        "var/a.db: a file is for one machine, whose `aggregator run` needs no workers; to have some, name a "
        "server: AGGREGATOR_DATABASE=postgresql://..., see docs/postgresql.md\n"
    )
