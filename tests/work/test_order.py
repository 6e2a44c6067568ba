"""The result is the same in whatever order copies arrive, and however many sources are polled at once."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from aggregator.dedupe.comparison import Account
from aggregator.dedupe.verdict import judge
from aggregator.extract.byline import without_credit
from aggregator.models import Candidate, Config, Entry, ExtractRules, Rights, Site, Source, Topic
from aggregator.service import Service
from aggregator.store import copies, outputs
from aggregator.store.database import Database
from aggregator.urls import canonicalize
from aggregator.work.join import Subject, join_item
from aggregator.work.keep import keep_candidate
from aggregator.work.prepare import prepare_entries
from aggregator.work.route import route_items
from tests.newsroom import EVERYTHING, Newsroom, Post, paragraphs, rss
from tests.partner import head
from tests.stores import make_store

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SITE = Site("Valley Wire", "https://wire.example/", "wire.example", "2026-11-22")
TITLE = "Cooperative of the upper valley takes over the dairy"
WHOLE = paragraphs("dairy", 10)
EXCERPT = "<p>" + " ".join(WHOLE.replace("<p>", "").replace("</p>", " ").split()[:55]) + " [&#8230;]</p>"
TRIMMED = "</p>".join(WHOLE.split("</p>")[:7]) + "</p>"


@dataclass(frozen=True)
class Arrival:
    """One source's copy of the article."""

    source: str
    title: str = TITLE
    body: str = WHOLE
    author: str = ""
    declares: str = ""  # what its page says to be the article's address
    published_at: datetime | None = None

    @property
    def url(self) -> str:
        return f"https://{self.source}.example/2026/dairy"


COPIES = (
    Arrival("valley"),
    Arrival("aurora"),
    Arrival("harbour", body=EXCERPT),
    Arrival("lantern", body=f"{WHOLE}<p>This article was first published by The Quarry.</p>"),
    Arrival("quarry", title="Milk for everybody: how forty families bought a dairy"),
    Arrival("outpost", body=TRIMMED, author="Inés Rocha, Friends of the Valley"),
    Arrival("ferry", body=TRIMMED, declares="https://valley.example/2026/dairy"),
)
SOURCES = tuple(
    Source(
        one.source,
        f"The {one.source.title()}",
        site=f"https://{one.source}.example/",
        extract=ExtractRules(mode="feed", boilerplate="off"),
        rights=Rights(mode="excerpt" if one.source == "aurora" else "full"),
    )
    for one in COPIES
)
CONFIG = Config(SITE, SOURCES, (Topic("all", "Everything"),), "hash")


@dataclass(frozen=True)
class Shown:
    """What readers see of an item."""

    title: str
    people: tuple[str, ...]
    credit: tuple[str | None, str, str | None]
    text: str
    text_from: str


@cache
def prepare(arrival: Arrival) -> Candidate:
    entry = Entry(
        "1", arrival.url, arrival.title, content_html=arrival.body, authors=(arrival.author,) if arrival.author else (),
        published_at=arrival.published_at, hash=arrival.source,
    )  # fmt: skip
    source = CONFIG.source(arrival.source)
    assert source
    return prepare_entries([entry], [entry], source)[0]


class Replay:
    """A store that copies arrive in one by one, a minute apart."""

    def __init__(self, path: Path) -> None:
        self.database = Database(make_store(path))
        self.now = NOON

    def keep(self, arrival: Arrival) -> None:
        self.now += timedelta(minutes=1)
        source = CONFIG.source(arrival.source)
        assert source
        candidate = prepare(arrival)
        with self.database.transaction() as connection:
            keep_candidate(connection, source, CONFIG, candidate, {"1"}, None, "", is_past=True, now=self.now)
            if arrival.declares:
                self._keep_page(connection, source, candidate, arrival.declares)

    def _keep_page(self, connection: Connection, source: Source, candidate: Candidate, declares: str) -> None:
        copy = copies.find_copy(connection, source.id, "1", "")
        assert copy
        page = replace(candidate.article, canonical_url=declares)
        copies.update_body(connection, copy, page, candidate.text_hash, False, self.now)
        subject = Subject(
            source.id, copy.title, "", (), copy.appeared_at, copy.canonical_url, [canonicalize(declares)],
            copy.id, copy.item,
        )  # fmt: skip
        join_item(connection, subject, (), self.now)

    def build(self) -> dict[str, Shown]:
        """Do what goes before a topic is written; maps the public ids in it to what is shown under them."""
        self.now += timedelta(minutes=1)
        asyncio.run(route_items(CONFIG, self.database, self.now))
        with self.database.snapshot() as connection:
            items = outputs.live_items(connection, "all", 100, None)
            bodies = outputs.load_bodies(connection, [item.id for item in items])
        shown = {}
        for item in items:
            (body,) = (body for body in bodies[item.id] if body.copy == item.text_copy)
            credit = item.origin_source, item.origin_name, item.origin_url
            shown[item.public_id] = Shown(item.title, item.people, credit, body.clean_html, body.source)
        return shown


def replay(arrivals: Sequence[Arrival], builds: Collection[int] = ()) -> tuple[Shown, str]:
    """Let copies arrive, with builds after some of them and at the end; returns what is shown of the one item, and its
    id, under which readers know it from the first build on.
    """
    ids: list[str] = []
    with TemporaryDirectory() as folder:
        store = Replay(Path(folder) / "store.db")
        with store.database:
            for number, arrival in enumerate(arrivals):
                store.keep(arrival)
                if number in builds:
                    ids += store.build()
            ((public_id, shown),) = store.build().items()
    assert set(ids) <= {public_id}
    return shown, public_id


def test_the_copies_all_match_one_another() -> None:
    accounts = [
        Account(one.source, one.title, without_credit(prepare(one).article.text), one.published_at or NOON)
        for one in COPIES
    ]
    apart = [(a.source, b.source, judge(a, b)) for a, b in combinations(accounts, 2) if not judge(a, b).same]
    assert apart == []


BUILDS = st.frozensets(st.integers(0, len(COPIES) - 1), max_size=2)
HOURS = st.lists(st.sampled_from([1, 2, 2, 5]), min_size=len(COPIES), max_size=len(COPIES))


@pytest.mark.long
@settings(max_examples=15, derandomize=True, database=None)
@given(st.permutations(range(len(COPIES))), st.integers(2, len(COPIES)), HOURS, BUILDS)
def test_every_order_of_arrival_gives_the_same(
    order: list[int], count: int, hours: list[int], builds: frozenset[int]
) -> None:
    arrivals = [
        replace(copy, published_at=NOON - timedelta(hours=ago)) for copy, ago in zip(COPIES, hours, strict=True)
    ]
    chosen = order[:count]
    shown, public_id = replay([arrivals[one] for one in chosen], builds)
    in_order = replay([arrivals[one] for one in sorted(chosen)])
    assert shown == in_order[0]
    if min(builds, default=count) >= count - 1:  # readers saw nothing before the last had come
        assert public_id == in_order[1]


# --- polling ---------------------------------------------------------------------------------------------------------

NAMES = ("aurora", "harbour", "quarry", "valley")


def feed_of(name: str) -> bytes:
    """Write a source's feed: what all of them carry, each in its own way, and something of its own."""
    url = f"https://{name}.example"
    title, body = next((one.title, one.body) for one in COPIES if one.source == name)
    posts = [
        Post("dairy", f"{url}/dairy", title, body),
        *(Post(topic, f"{url}/{topic}", f"The {topic} reopens", paragraphs(topic)) for topic in ("mill", "library")),
        Post("own", f"{url}/own", f"What else is new at {name}", paragraphs(name)),
    ]
    return rss(posts, name)


class SlowPartners:
    """Partners' servers on loopback, a host each, whose answers wait until the test lets them go.

    Attributes:
        urls: of their feeds, by name.
        all_asked: set once every one of them has been asked.
    """

    def __init__(self) -> None:
        self.urls: dict[str, str] = {}
        self.all_asked = asyncio.Event()
        self._may_answer = {name: asyncio.Event() for name in NAMES}
        self._asked: set[str] = set()

    async def __aenter__(self) -> Self:
        self._open = AsyncExitStack()
        for number, name in enumerate(NAMES, 1):
            host = f"127.0.0.{number}"  # of one host politeness asks one thing at a time
            server = await asyncio.start_server(partial(self._talk, name), host, 0)
            await self._open.enter_async_context(server)
            self.urls[name] = f"http://{host}:{server.sockets[0].getsockname()[1]}/feed"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    def let_answer(self, name: str) -> None:
        self._may_answer[name].set()

    async def _talk(self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self._asked.add(name)
        if len(self._asked) == len(NAMES):
            self.all_asked.set()
        await self._may_answer[name].wait()
        headers = [("Content-Type", "application/rss+xml"), ("Connection", "close")]
        writer.write(head(200, headers) + feed_of(name))
        await writer.drain()
        writer.close()


async def poll_at_once(service: Service, partners: SlowPartners, order: Sequence[str]) -> None:
    """Ask all sources before the first answers; each next one answers when the one before is done."""
    waiting = list(order)

    def go_on(_: object) -> None:
        if waiting:
            partners.let_answer(waiting.pop(0))

    polling = asyncio.create_task(service.poll(service.config.sources, go_on))
    await partners.all_asked.wait()
    go_on(None)
    await polling


async def poll_one_by_one(service: Service, partners: SlowPartners, order: Sequence[str]) -> None:
    for name in order:
        partners.let_answer(name)
        await service.poll([source for source in service.config.sources if source.id == name], lambda _: None)


Poll = Callable[[Service, SlowPartners, Sequence[str]], Awaitable[None]]


def topic_feed(folder: Path, poll: Poll, order: Sequence[str]) -> str:
    """Poll all sources, whose answers come in an order, and build; returns the feed less the ports of this run."""
    folder.mkdir()
    newsroom = Newsroom(folder)

    async def run() -> str:
        async with SlowPartners() as partners:
            newsroom.edit(EVERYTHING + "".join(block(name, url) for name, url in partners.urls.items()))
            async with newsroom.service() as service:
                await poll(service, partners, order)
                await service.build()
            feed = newsroom.read("all.json").decode()
            for name, url in partners.urls.items():
                feed = feed.replace(url, name)
            return feed

    return asyncio.run(run())


def block(name: str, url: str) -> str:
    return f"""
[[source]]
id = "{name}"
name = "The {name.title()}"
feed = "{url}"
extract.mode = "feed"
extract.boilerplate = "off"
"""


def test_it_makes_no_difference_how_many_sources_are_polled_at_once(tmp_path: Path) -> None:
    one_by_one = topic_feed(tmp_path / "one-by-one", poll_one_by_one, NAMES)
    assert one_by_one.count('"content_html"') == 3 + len(NAMES)
    for number in range(2):
        order = random.Random(number).sample(NAMES, len(NAMES))
        assert topic_feed(tmp_path / str(number), poll_at_once, order) == one_by_one
