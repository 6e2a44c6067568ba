"""A named search is a feed: it holds what a reader would find, and what leaves the index leaves it."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.service import Service
from aggregator.store.database import Database
from tests.cli.door import aggregator
from tests.newsroom import START, Newsroom, Post, cycle, rss
from tests.partner import Partner

LONG = "<p>The road was long and nobody spoke.</p>" * 30
POSTS = [
    Post("1", "https://harbour.example/1", "Years of drought", "<p>The cooperative waits for rain.</p>"),
    Post("2", "https://harbour.example/2", "A long walk", f"{LONG}<p>Then they spoke of the drought.</p>"),
    Post("3", "https://harbour.example/3", "Drought in sports", "<p>No polo this year, says the club.</p>"),
    Post("4", "https://harbour.example/4", "Bread", "<p>Droughts make it dear.</p>", published_at=START - timedelta(2)),
]
SOURCE = '[[source]]\nid = "harbour"\nname = "The Harbour"\nfeed = "{feed}"\nextract.mode = "feed"\n{rights}'
FULL = '[source.rights]\nmode = "full"\n'
TOPICS = '[[topic]]\nid = "all"\ntitle = "All"\n[[topic]]\nid = "bread"\ntitle = "Bread"\ninclude = "bread"\n'
SEARCH = '[[search]]\nid = "drought"\ntitle = "Drought"\nquery = "drought* -polo"\n'


class Desk:
    """A newsroom whose editor changes the sources file while its service runs."""

    def __init__(self, folder: Path, partner: Partner) -> None:
        self.newsroom, self.partner = Newsroom(folder), partner
        partner.serve("/harbour", rss(POSTS))
        self.write()

    def write(self, rights: str = "", topics: str = TOPICS, search: str = SEARCH) -> None:
        self.newsroom.edit(SOURCE.format(feed=self.partner.url("/harbour"), rights=rights) + topics + search)

    async def change(self, service: Service, **parts: str) -> list[str]:
        self.write(**parts)
        await service.take_over(self.newsroom.config)
        await service.build_due()
        return self.shown()

    def shown(self) -> list[str]:
        """List whose articles stand in the feed of the search, the same in all formats."""
        names = ("drought.rss", "drought.atom", "drought.json", "drought/index.html", "drought/2026-11/index.html")
        files = [self.newsroom.settings.output / name for name in names]
        texts = [path.read_bytes() if path.exists() else b"" for path in files]  # a month without articles has no page
        held = [[post.title for post in POSTS if post.title.encode() in text] for text in texts]
        assert held.count(held[0]) == len(names)
        return held[0]


@pytest.fixture
def desk(tmp_path: Path, partner: Partner) -> Desk:
    return Desk(tmp_path, partner)


def test_a_named_search_is_a_feed_of_what_readers_can_find(desk: Desk) -> None:
    newsroom = desk.newsroom

    async def run() -> None:
        async with newsroom.service() as service:
            await cycle(service)
            assert desk.shown() == ["Years of drought", "Bread"]
            assert b"drought.rss" in newsroom.read("index.html")
            before = newsroom.read("drought.atom")
            await service.build()
            assert newsroom.read("drought.atom") == before
            # What the rights cut is not found; when they grant more, it is.
            assert await desk.change(service, rights=FULL) == ["Years of drought", "A long walk", "Bread"]
            assert await desk.change(service) == ["Years of drought", "Bread"]
            # Another question, other limits.
            asked = SEARCH + 'topics = ["bread"]\n'
            assert await desk.change(service, search=asked) == ["Bread"]
            assert await desk.change(service, search=SEARCH + 'languages = ["es"]\n') == []
            assert await desk.change(service, search=SEARCH.replace(" -polo", "")) == [
                "Years of drought", "Drought in sports", "Bread",
            ]  # fmt: skip
            # What is in no topic is found by nobody.
            assert await desk.change(service, topics=TOPICS[TOPICS.index('[[topic]]\nid = "bread"') :]) == ["Bread"]
            assert await desk.change(service) == ["Years of drought", "Bread"]
            # Hidden, and taken out of the file.
            hide = '[[override]]\nmatch = "https://harbour.example/4"\naction = "hide"\n'
            assert await desk.change(service, search=SEARCH + hide) == ["Years of drought"]
            assert newsroom.read("drought.atom").count(b"deleted-entry ref") == 1
            desk.write(search="")
            await service.take_over(newsroom.config)
            await service.build()
            assert not list(newsroom.settings.output.glob("drought*"))
            assert newsroom.rows("SELECT count(*) FROM placement WHERE topic = 'drought' AND left_at IS NULL") == [(0,)]

    asyncio.run(run())


def test_what_is_withdrawn_leaves_a_search_and_commands_know_it(desk: Desk) -> None:
    newsroom = desk.newsroom

    async def run() -> None:
        async with newsroom.service() as service:
            await cycle(service)

    asyncio.run(run())
    door = {"AGGREGATOR_DATABASE": newsroom.settings.database}
    assert ", 2 topics, 1 searches" in aggregator(newsroom.folder, "check", **door).stdout
    said = aggregator(newsroom.folder, "explain", "https://harbour.example/1", **door).stdout
    assert 'found by "drought* -polo"' in said
    said = aggregator(newsroom.folder, "explain", "https://harbour.example/2", **door).stdout
    assert 'the search for "drought* -polo" does not find it' in " ".join(said.split())
    desk.write(search=SEARCH.replace(" -polo", ""))
    said = aggregator(newsroom.folder, "plan", **door).stderr
    assert 'search "drought" is new or another one: what it finds is known after the next build' in " ".join(
        said.split()
    )
    desk.write()
    done = aggregator(newsroom.folder, "withdraw", "https://harbour.example/1", "--reason", "asked", **door)
    assert done.returncode == 0
    assert desk.shown() == ["Bread"]
    with Database(newsroom.settings.database) as database:
        if database.is_file:
            assert b"cooperative" not in database.path.read_bytes()
