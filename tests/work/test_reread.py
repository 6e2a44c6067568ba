"""Polls that read only what is new leave the same store as polls that read everything."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from aggregator.tables import metadata
from bench.publishers import STYLES, Style
from tests.cli.door import aggregator
from tests.newsroom import EVERYTHING, Newsroom, cycle
from tests.partner import Partner

_DICE = {"next_poll_at"}  # the wait between polls has chance in it


def source(partner: Partner) -> str:
    return f'[[source]]\nid = "valley"\nname = "Valley News"\nfeed = "{partner.url("/feed")}"\nextract.mode = "feed"\n'


def stored(newsroom: Newsroom) -> dict[str, list[Any]]:
    """Read every table, but for what chance decides."""
    tables = {}
    for name, table in metadata.tables.items():
        columns = ", ".join(f'"{column.name}"' for column in table.c if column.name not in _DICE)
        tables[name] = newsroom.rows(f"SELECT {columns} FROM {name}")
    return tables


def known(newsroom: Newsroom) -> str:
    return str(newsroom.rows("SELECT entries FROM knownentries"))


def editions(style: Style) -> list[bytes]:
    """A feed as it comes, hour after hour."""
    edited = style([8, 7, 6, 4, 3], 4).replace(b"Report 6", b"Report six").replace(b" water ", b" wine ", 3)
    return [
        style([5, 4, 3, 2, 1], 1),
        style([6, 5, 4, 3, 2], 2),  # one new
        style([6, 5, 4, 3, 2], 3),  # only its date moved
        edited,  # two new, one gone, one edited
        edited,
        style([3, 4, 9, 6, 7, 8], 5),  # moved, edited back, one new in the middle
        style([11, 10, 9], 6)[:-20],  # cut off
        style([12, 11, 10, 9], 7),
    ]


@pytest.mark.long
@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.__name__)
def test_what_is_known_of_a_feed_changes_nothing_that_is_kept(style: Style, tmp_path: Path, partner: Partner) -> None:
    rooms = [Newsroom(tmp_path / name) for name in ("cut", "whole")]
    said: list[list[list[str]]] = [[], []]
    marked = []

    async def run(room: Newsroom, said: list[list[str]], *, forgets: bool) -> None:
        room.folder.mkdir()
        room.edit(source(partner) + EVERYTHING)
        async with room.service() as service:
            for edition in editions(style):
                partner.serve("/feed", edition, headers=[("Content-Type", "application/xml")])
                outcomes = await service.poll(room.config.sources, lambda _: None)
                said.append([outcome.said for outcome in outcomes])
                if forgets:
                    await service.database.write(_forget)
                else:
                    marked.append(len(json.loads(room.rows("SELECT entries FROM knownentries")[0][0])))
                room.clock.forward(hours=1, minutes=10)
            said.append(await cycle(service))

    asyncio.run(run(rooms[0], said[0], forgets=False))
    asyncio.run(run(rooms[1], said[1], forgets=True))
    assert said[0] == said[1]
    assert marked[:6] == [5, 5, 5, 5, 5, 6]
    cut, whole = map(stored, rooms)
    cut.pop("knownentries"), whole.pop("knownentries")
    assert cut == whole


def _forget(connection: Any) -> None:
    connection.execute(metadata.tables["knownentries"].delete())


def test_what_is_withdrawn_leaves_nothing_among_what_is_known(tmp_path: Path, partner: Partner) -> None:
    room = Newsroom(tmp_path)
    room.edit(source(partner) + EVERYTHING)
    style = STYLES[0]
    partner.serve("/feed", style([3, 2, 1], 1))

    async def poll() -> list[str]:
        async with room.service() as service:
            return await cycle(service)

    assert asyncio.run(poll()) == ["3 new"]
    assert "valley.example/2/" in known(room)
    command = ("withdraw", "https://valley.example/2/report/", "--reason", "they asked")
    done = aggregator(tmp_path, *command, AGGREGATOR_DATABASE=room.settings.database)
    assert done.returncode == 0, done.stderr
    assert "valley.example" not in known(room)
    for written, numbers in enumerate(([3, 2, 1], [4, 3, 2, 1]), 2):
        room.clock.forward(hours=2)
        partner.serve("/feed", style(numbers, written))
        asyncio.run(poll())
        assert "valley.example/2/" not in known(room)
        assert "valley.example/3/" in known(room)


def test_what_the_store_holds_otherwise_is_read_again(tmp_path: Path, partner: Partner) -> None:
    room = Newsroom(tmp_path)
    room.edit(source(partner) + EVERYTHING)
    style = STYLES[0]

    async def run() -> None:
        async with room.service() as service:
            partner.serve("/feed", style([3, 2, 1], 1))
            assert await cycle(service) == ["3 new"]
            await service.database.write(_unsettle)
            room.clock.forward(hours=2)
            partner.serve("/feed", style([3, 2, 1], 2))
            assert await cycle(service) == ["3 changed"]
            assert room.rows("SELECT count(*) FROM copy WHERE entry_hash = '' OR text = ''") == [(0,)]

    asyncio.run(run())


def _unsettle(connection: Any) -> None:
    connection.execute(metadata.tables["copy"].update().values(entry_hash=""))
