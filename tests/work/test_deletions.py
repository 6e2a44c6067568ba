"""A partner's feed says that entries are deleted."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.store.ledger import read_ledger
from tests.newsroom import EVERYTHING, Newsroom, Post, cycle, paragraphs, rss
from tests.partner import Partner

AT = 'xmlns:at="http://purl.org/atompub/tombstones/1.0"'
FERRY, BREAD = paragraphs("ferry"), paragraphs("bread")


class Coast:
    """The port wrote of ferry and bread, the valley carries the ferry."""

    def __init__(self, folder: Path, partner: Partner, deletions: str) -> None:
        self.newsroom, self.partner = Newsroom(folder), partner
        self.newsroom.edit(
            f'[defaults.rights]\nmode = "full"\n[defaults.editorial]\ndeletions = "{deletions}"\n'
            f'[[source]]\nid = "port"\nname = "The Port"\nrole = "origin"\nfeed = "{partner.url("/port")}"\n'
            f'[[source]]\nid = "valley"\nname = "The Valley"\nrole = "republisher"\nfeed = "{partner.url("/valley")}"\n'
            + EVERYTHING
        )
        self.port = [
            Post("p1", "https://port.example/ferry", "The ferry is back", FERRY),
            Post("p2", "https://port.example/bread", "Bread of the hills", BREAD),
        ]
        self.valley = [Post("v1", "https://valley.example/ferry", "Ferry returns", FERRY)]

    def serve(self, path: str, posts: list[Post], *deleted: str) -> None:
        tombstones = "".join(f'<at:deleted-entry {AT} ref="{guid}" when="2026-11-22T12:00:00Z"/>' for guid in deleted)
        self.partner.serve(path, rss(posts).replace(b"</channel>", f"{tombstones}</channel>".encode()))

    def poll(self) -> None:
        async def run() -> None:
            async with self.newsroom.service() as service:
                await cycle(service)
                await service.finish_withdrawals()

        self.newsroom.clock.now += timedelta(hours=1)
        asyncio.run(run())

    def published(self) -> list[str]:
        feed = self.newsroom.read("all.rss").decode()
        return [post.title for post in (*self.port, *self.valley) if f">{post.title}<" in feed]


@pytest.fixture
def coast(tmp_path: Path, partner: Partner, request: pytest.FixtureRequest) -> Coast:
    coast = Coast(tmp_path, partner, getattr(request, "param", "follow"))
    coast.serve("/port", coast.port)
    coast.serve("/valley", coast.valley)
    coast.poll()
    assert coast.published() == ["The ferry is back", "Bread of the hills"]
    return coast


def test_what_its_newsroom_deleted_is_withdrawn_with_all_copies(coast: Coast) -> None:
    coast.serve("/port", coast.port[1:], "p1", "never-seen")
    coast.poll()
    assert coast.published() == ["Bread of the hills"]
    assert coast.newsroom.rows("SELECT by, reason FROM withdrawal") == [("port", "deleted, says the feed of port")]
    written, _ = read_ledger(coast.newsroom.folder / "withdrawals.jsonl")
    assert len(written) == 1
    coast.poll()
    assert coast.published() == ["Bread of the hills"]
    assert coast.newsroom.rows("SELECT count(*) FROM withdrawal WHERE is_noted AND is_purged") == [(1,)]


def test_what_a_carrier_deleted_stays_with_the_others(coast: Coast) -> None:
    coast.serve("/valley", [Post("v2", "https://valley.example/2", "Rain", paragraphs("rain"))], "v1")
    coast.poll()
    assert coast.published() == ["The ferry is back", "Bread of the hills"]
    assert b"valley.example/ferry" not in coast.newsroom.read("all.atom")
    assert coast.newsroom.rows("SELECT count(*) FROM withdrawal") == [(0,)]


def test_what_stands_in_the_feed_all_the_same_is_not_deleted(coast: Coast) -> None:
    coast.serve("/port", coast.port, "p1")
    coast.poll()
    assert coast.published() == ["The ferry is back", "Bread of the hills"]


@pytest.mark.parametrize("coast", ["report"], indirect=True)
def test_without_the_setting_it_is_reported_once(coast: Coast) -> None:
    coast.serve("/port", coast.port[1:], "p1")
    coast.poll()
    coast.poll()
    assert coast.published() == ["The ferry is back", "Bread of the hills"]
    ((remark,),) = coast.newsroom.rows("SELECT remark FROM pollstate WHERE source = 'port'")
    assert "the feed says that 1 article of it is deleted, as https://port.example/ferry" in remark
    assert coast.newsroom.rows("SELECT count(*) FROM decision WHERE kind = 'deleted'") == [(1,)]
