"""What was withdrawn leaves every output first, however much there is to build."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from aggregator.store import withdrawals
from aggregator.work.withdraw import Target, find_target, withdraw
from tests.newsroom import START, Newsroom, Post, cycle, paragraphs, rss
from tests.partner import Partner

TOPICS = '[[topic]]\nid = "all"\ntitle = "All"\n[[topic]]\nid = "boats"\ntitle = "Boats"\ninclude = "barge"\n'
NAMES = ("ferry", "canoe", "raft", "barge", "kayak")  # one a month, the newest first


def block(partner: Partner, words: int) -> str:
    return (
        f'item_pages = "on"\n[[source]]\nid = "port"\nname = "The Port"\nfeed = "{partner.url("/port")}"\n'
        f'[source.rights]\nmode = "excerpt"\nwords = {words}\n'
    )


@pytest.fixture
def newsroom(tmp_path: Path, partner: Partner) -> Newsroom:
    newsroom = Newsroom(tmp_path)
    posts = [
        Post(name, f"https://port.example/{name}", f"The {name} of the port", paragraphs(name), published_at=at)
        for place, name in enumerate(NAMES)
        for at in [START - timedelta(days=31 * place)]
    ]
    partner.serve("/port", rss(posts))
    newsroom.edit(block(partner, 60) + TOPICS)

    async def run() -> None:
        async with newsroom.service() as service:
            await cycle(service)

    asyncio.run(run())
    return newsroom


def take_back(connection: Connection, name: str) -> None:
    target = find_target(connection, f"https://port.example/{name}")
    assert isinstance(target, Target)
    withdraw(connection, target, "asked", "Rosa", START)


def stamps(newsroom: Newsroom) -> dict[str, int]:
    output = newsroom.settings.output
    return {str(path.relative_to(output)): path.stat().st_mtime_ns for path in output.rglob("*.html")}


def test_a_withdrawal_does_not_wait_for_a_build_of_everything(newsroom: Newsroom, partner: Partner) -> None:
    before = stamps(newsroom)
    assert "boats/2026-08/index.html" in before
    newsroom.edit(block(partner, 20) + TOPICS)

    async def run() -> None:
        async with newsroom.service() as service:  # everything is due now: the rights are others
            await service.database.write_durably(take_back, "barge")
            await service.build_due()
            assert not await service.database.read(withdrawals.unfinished)  # also out of the database's files
            assert not await service.database.read(withdrawals.leaving)

    asyncio.run(run())
    after = stamps(newsroom)
    assert "boats/2026-08/index.html" not in after
    assert "all/2026-08/index.html" not in after
    pages = [name for name in after if name.startswith("item/")]
    assert len(pages) == len(NAMES) - 1
    # The overview of the months lost one, so it was written with the withdrawal; everything else came later.
    first = after["all/months/index.html"]
    assert first > before["all/months/index.html"]
    assert all(after[name] > first for name in pages)


def test_a_withdrawal_comes_between_two_steps_of_a_build(
    newsroom: Newsroom, partner: Partner, caplog: pytest.LogCaptureFixture
) -> None:
    newsroom.edit(block(partner, 20) + TOPICS)
    caplog.set_level("INFO", "aggregator.service")

    async def run() -> None:
        async with newsroom.service() as service:
            build = asyncio.create_task(service.build_due())
            await service.database.write_durably(take_back, "canoe")  # the build is under way in other threads
            await build
            assert not await service.database.read(withdrawals.unfinished)

    asyncio.run(run())
    said = [record.getMessage() for record in caplog.records]
    assert said.index("withdraw: gone from all files") < said.index("build item pages: wrote 4, removed 0")
    assert not [
        path for path in newsroom.settings.output.rglob("*") if path.is_file() and b"canoe" in path.read_bytes()
    ]


def test_a_withdrawal_that_was_cut_off_goes_on_at_the_next_start(newsroom: Newsroom, partner: Partner) -> None:
    async def begin() -> None:
        async with newsroom.service() as service:
            await service.database.write_durably(take_back, "raft")

    async def go_on() -> None:
        async with newsroom.service() as service:
            await service.finish_withdrawals()

    asyncio.run(begin())
    assert (newsroom.settings.output / "all/2026-09/index.html").exists()
    asyncio.run(go_on())
    assert not (newsroom.settings.output / "all/2026-09/index.html").exists()
    assert newsroom.rows("SELECT count(*) FROM leaving") == [(0,)]
