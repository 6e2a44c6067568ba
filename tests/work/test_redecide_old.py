"""Deciding again leaves alone what is too old to be compared."""

import asyncio
from pathlib import Path

from aggregator.service import Service
from aggregator.work.redecide import redecide
from tests.newsroom import EVERYTHING, Newsroom, Post, cycle, paragraphs, rss
from tests.partner import Partner


def test_an_article_that_the_index_has_forgotten_stays_one(tmp_path: Path, partner: Partner) -> None:
    newsroom = Newsroom(tmp_path)
    for name in ("port", "hill"):
        partner.serve(f"/{name}", rss([Post("w", f"https://{name}.example/weir", "The weir", paragraphs("weir"))]))
    sources = [
        f'[[source]]\nid = "{one}"\nname = "{one}"\nfeed = "{partner.url(f"/{one}")}"\n' for one in ("port", "hill")
    ]
    newsroom.edit("".join(sources) + EVERYTHING)

    async def run() -> None:
        async with newsroom.service() as service:
            await cycle(service)
            newsroom.clock.forward(days=200)
            await Service.forget_old(service)
            assert await redecide(service.config, service.database, newsroom.clock.now) == []

    asyncio.run(run())
    assert newsroom.rows("SELECT count(*) FROM item") == [(1,)]
