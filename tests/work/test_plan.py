"""What `plan` foresees is what the build then does: random archives, random changes of rules and rights, a real store."""

import asyncio
import random
import shutil
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from aggregator.dedupe.identity import mint_public_id
from aggregator.models import (
    Config,
    CreditKind,
    Enclosure,
    FeedItem,
    Image,
    Override,
    Rights,
    Site,
    Source,
    Topic,
)
from aggregator.rights.amount import compare
from aggregator.store.database import Database
from aggregator.store.rehearsal import Rehearsal
from aggregator.tables import COPY, ITEM
from aggregator.urls import canonicalize
from aggregator.work.archives import close_archives
from aggregator.work.assemble import assemble
from aggregator.work.plan import Plan, make_plan
from aggregator.work.route import accept_config, route_items
from aggregator.work.scrutiny import lift_quarantines

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SITE = Site("Valley Wire", "https://wire.example/", "wire.example", "2026-11-22")
SOURCES = ("faro", "harbour", "valley")
WORDS = ("water", "bridge", "boats", "bread", "school", "mine")

words = st.sampled_from(WORDS)
some_sources = st.lists(st.sampled_from(SOURCES), max_size=2, unique=True).map(tuple)
expressions = st.one_of(
    st.just(""),
    words,
    st.builds("{} OR title:{}".format, words, words),
    st.builds("{} AND NOT {}".format, words, words),
)
days = st.sampled_from(["", "2026-11-01", "2026-12-01"])
rights = st.builds(
    Rights,
    mode=st.sampled_from(["full", "paragraphs", "excerpt", "link"]),
    words=st.sampled_from([10, 60]),
    paragraphs=st.sampled_from([1, 3]),
    images=st.sampled_from(["yes", "no", "credited"]),
    originals_only=st.booleans(),
    embargo=st.sampled_from([timedelta(0), timedelta(0), timedelta(days=2)]),
    granted=days,
    expires=days,
    credit=st.sampled_from(["", "Thanks to {newsroom}."]),
)
names = st.sampled_from(["The Faro", "The Harbour", "The Valley", "Highland Weekly"])
sources = st.builds(
    Source,
    id=st.just(""),
    name=names,
    role=st.sampled_from(["mixed", "origin", "republisher"]),
    priority=st.integers(0, 1),
    collect=st.sampled_from(["all", "all", "bylines"]),
    topics=st.sampled_from([(), ("one",), ("two",)]),
    rights=rights,
    quarantine=st.booleans(),
)
topics = st.builds(
    Topic,
    id=st.just(""),
    title=st.just("A topic"),
    include=expressions,
    exclude=expressions,
    sources=some_sources,
    languages=st.sampled_from([(), ("en",)]),
    max_items=st.integers(1, 6),
    max_age=st.sampled_from([None, None, timedelta(days=5)]),
)
numbers = st.integers(0, 11)
overrides = st.builds(
    lambda action, one, other, source: Override(address(one), action, source if action == "origin" else address(other)),
    st.sampled_from(["same", "different", "origin"]),
    numbers,
    numbers,
    st.sampled_from(SOURCES),
)


def address(number: int) -> str:
    return f"https://{SOURCES[number % 3]}.example/{number}"


def configured(sources: Sequence[Source], topics: Sequence[Topic], overrides: Sequence[Override] = ()) -> Config:
    said = {(one.match, one.value): one for one in overrides if one.match != one.value}  # one word on each pair
    config = Config(SITE, tuple(sources), tuple(topics), "", overrides=tuple(said.values()))
    return replace(config, hash=repr(config))


@st.composite
def configs(draw: st.DrawFn) -> Config:
    made = [replace(draw(sources), id=name) for name in draw(st.permutations(SOURCES))[: draw(st.integers(2, 3))]]
    return configured(
        made,
        [replace(draw(topics), id=name) for name in ("one", "two", "three")[: draw(st.integers(1, 3))]],
        draw(st.lists(overrides, max_size=2)),
    )


@st.composite
def changes(draw: st.DrawFn) -> tuple[Config, Config]:
    """Draw a configuration and another one: most often a small change, such as editors make, sometimes anything."""
    old = draw(configs())
    kind = draw(st.sampled_from(["topic", "rights", "source", "override", "everything"]))
    if kind == "everything":
        return old, draw(configs())
    if kind == "topic":
        place = draw(st.integers(0, len(old.topics) - 1))
        changed = replace(draw(topics), id=draw(st.sampled_from([old.topics[place].id, "four"])))
        return old, configured(old.sources, (*old.topics[:place], changed, *old.topics[place + 1 :]), old.overrides)
    if kind == "override":
        return old, configured(old.sources, old.topics, draw(st.lists(overrides, max_size=2)))
    place = draw(st.integers(0, len(old.sources) - 1))
    source, other = old.sources[place], draw(sources)
    source = replace(source, rights=other.rights) if kind == "rights" else replace(other, id=source.id)
    return old, configured((*old.sources[:place], source, *old.sources[place + 1 :]), old.topics, old.overrides)


def fill(database: Database, seed: int) -> None:
    """Keep a dozen articles, most of them published: some are carried twice, some credited, late, held or waiting."""
    dice = random.Random(seed)
    with database.transaction() as session:
        for number in range(12):
            state = dice.choice(["published", "published", "published", "pending", "held"])
            published_at = NOW - timedelta(hours=dice.randrange(1, 400))
            seen_at = max(published_at, NOW - timedelta(hours=dice.randrange(1, 100)))
            own = SOURCES[number % 3]
            item = {
                "public_id": mint_public_id(SITE, own, str(number), 0),
                "state": state,
                "release_at": NOW + timedelta(minutes=dice.choice([-5, 5])) if state == "pending" else None,
                "first_published_at": seen_at if state == "published" else None,
                "sort_at": published_at,
                "title": "",
                "people": [],
                "published_at": published_at,
                "updated_at": published_at,
                "language": "en",
            } | dict.fromkeys(("state_why", "publication", "origin_name"), "")
            kept = session.execute(insert(ITEM).returning(ITEM.c.id), [item]).scalar_one()
            carriers = [own, *dice.choice([[], [], [SOURCES[(number + 1) % 3]]])]
            for source in carriers:
                session.execute(insert(COPY), [copy(dice, kept, source, number, published_at, seen_at)])


def copy(dice: random.Random, item: int, source: str, number: int, *times: datetime) -> dict[str, Any]:
    paragraphs = [" ".join(dice.choices(WORDS, k=15)) for _ in range(dice.randrange(1, 5))]
    picture = '<figure><img src="https://x.example/p.jpg" alt=""><figcaption>Photo: Ana</figcaption></figure>'
    html = "".join(f"<p>{one}</p>" for one in paragraphs) + dice.choice(["", picture])
    url = f"https://{source}.example/{number}"
    kind: CreditKind = "original"
    credit = {"kind": kind, "name": dice.choice(["The Faro", "Highland Weekly"]), "url": "", "said": "first in"}
    held = dice.choice(["", "", "", "", "quarantine", "suspect"])
    image, media = Image("https://x.example/i.jpg"), Enclosure("https://x.example/a.mp3", "audio/mpeg", 9)
    empty = dict.fromkeys("summary feed_html full_html whole_html cleaned_with author licence declared_url".split(), "")
    return empty | {
        "item": item,
        "source": source,
        "guid": str(number),
        "generation": 0,
        "url": url,
        "canonical_url": canonicalize(url),
        "declared_canonical_url": "",
        "og_url": "",
        "title": f"{dice.choice(WORDS).title()} {number}",
        "clean_html": html,
        "text": "\n\n".join(paragraphs),
        "text_hash": f"{source} {number}",
        "lines": b"",
        "removed": [],
        "restrictions": [],
        "image": asdict(image) if dice.random() < 0.3 else None,
        "enclosures": [asdict(media)] if dice.random() < 0.3 else [],
        "categories": [dice.choice(WORDS)],
        "people": ["Ana Quispe"],
        "publication": dice.choice(["", "", "The Valley"]),
        "publication_url": "",
        "credits": dice.choice([[], [], [credit]]),
        "language": dice.choice(["en", "es"]),
        "published_at": times[0],
        "first_seen_at": times[1],
        "entry_hash": "",
        "body_from": "feed",
        "held": held,
        "held_why": held,
    }


async def built(config: Config, database: Database) -> dict[str, tuple[FeedItem, ...]]:
    """Do what the service does when it takes a configuration over and builds; returns the feeds."""
    await accept_config(config, database, NOW)
    await lift_quarantines(config, database, NOW)
    await route_items(config, database, NOW)
    feeds = {}
    for topic in config.topics:
        await close_archives(topic, database)
        feeds[topic.id] = (await database.read(assemble, topic, config, NOW)).feed.items
    return feeds


def contents(database: Database) -> list[Any]:
    with database.snapshot() as session:
        return list(session.connection().connection.iterdump())


async def planned(accepted: Config | None, old: Config, new: Config, address: str) -> Plan:
    with Rehearsal(address) as store, store.opened():
        return await make_plan(accepted, old, new, store, NOW)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "store.db"
    with Database(f"sqlite:///{path}") as database:
        database.migrate()
    return path


def ids(items: Sequence[FeedItem]) -> list[str]:
    return [item.id for item in items]


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(change=changes(), seed=st.integers(0, 10_000))
def test_a_plan_is_what_the_build_then_does(template: Path, change: tuple[Config, Config], seed: int) -> None:
    old, new = change
    path = template.with_name("tried.db")
    for left in path.parent.glob("tried.db*"):
        left.unlink()
    shutil.copy(template, path)
    address = f"sqlite:///{path}"
    with Database(address) as database:
        fill(database, seed)
        before = asyncio.run(built(old, database))
        stored = contents(database)
        plan = asyncio.run(planned(old, old, new, address))
        assert contents(database) == stored
        after = asyncio.run(built(new, database))
    entering = {id: [one for one in ids(after[id]) if one not in ids(before.get(id, ()))] for id in after}
    leaving = {id: [one for one in ids(before[id]) if one not in ids(after.get(id, ()))] for id in before}
    assert {one.id: ids(one.enter) for one in plan.topics if one.enter} == {
        id: one for id, one in entering.items() if one
    }
    assert {one.id: ids(one.leave) for one in plan.topics if one.leave} == {
        id: one for id, one in leaving.items() if one
    }
    shown, then = ({item.id: item for feed in feeds.values() for item in feed} for feeds in (before, after))
    less, more = ({id for id in shown.keys() & then.keys() if compare(shown[id], then[id])[side]} for side in (0, 1))
    assert {one.new.id for one in plan.shortened} == less
    assert {one.new.id for one in plan.widened} == more
