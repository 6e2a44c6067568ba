"""Pages that a real server keeps from us are told of, once for as long as it goes on."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.reports.troubles import find_troubles
from tests.newsroom import EVERYTHING, Newsroom, Post, rss
from tests.partner import Partner


@pytest.mark.parametrize("status", [401, 403, 451])
def test_a_site_that_refuses_its_pages(tmp_path: Path, status: int) -> None:
    with Partner() as partner:
        newsroom = Newsroom(tmp_path)
        posts = [Post(f"p{one}", partner.url(f"/a/{one}"), f"Report {one}", summary="short") for one in range(5)]
        for one in range(5):
            partner.serve(f"/a/{one}", b"no", status=status)
        feed = partner.serve("/port.rss", rss(posts))
        newsroom.edit(f'[[source]]\nid = "port"\nname = "The Port"\nfeed = "{feed}"\n{EVERYTHING}')

        async def play() -> list[str]:
            async with newsroom.service() as service:
                await service.poll(service.config.sources, lambda _: None)
                await service.fetch_pages(lambda _: None)
                now = newsroom.clock.now + timedelta(minutes=5)
                return [one.text for one in await service.database.read(find_troubles, service.config, now)]

        assert asyncio.run(play()) == ["The Port keeps us from its articles' pages: 5 of 5 in a week"]
