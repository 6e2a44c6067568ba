"""What `plan` foresees is what the build then does: random archives, random changes of rules and rights, a real store."""

import asyncio
import random
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from aggregator.dedupe.identity import mint_public_id
from aggregator.models import (
    Config,
    CreditKind,
    Editorial,
    Enclosure,
    FeedItem,
    Image,
    Override,
    OverrideAction,
    Rights,
    Site,
    Source,
    Topic,
)
from aggregator.rights.amount import compare
from aggregator.store.database import Database
from aggregator.store.outputs import accepted_text
from aggregator.store.rehearsal import Rehearsal
from aggregator.tables import COPY, ITEM, metadata
from aggregator.urls import canonicalize
from aggregator.work.archives import close_archives
from aggregator.work.assemble import assemble
from aggregator.work.plan import Plan, make_plan
from aggregator.work.route import accept_config, route_items
from aggregator.work.scrutiny import lift_quarantines
from tests.stores import make_store

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SITE = Site("Valley Wire", "https://wire.example/", "wire.example", "2026-11-22")
SOURCES = ("faro", "harbour", "valley")
WORDS = ("water", "bridge", "boats", "bread", "school", "mine")


def address(number: int) -> str:
    return f"https://{SOURCES[number % 3]}.example/{number}"


def some_rights(dice: random.Random) -> Rights:
    day = ["", "", "", "2026-11-01", "2026-12-01"]
    return Rights(
        mode=dice.choice(["full", "paragraphs", "excerpt", "link"]),
        words=dice.choice([10, 60]),
        paragraphs=dice.choice([1, 3]),
        images=dice.choice(["yes", "no", "credited"]),
        originals_only=dice.random() < 0.2,
        embargo=timedelta(days=dice.choice([0, 0, 0, 2])),
        granted=dice.choice(day),
        expires=dice.choice(day),
        credit=dice.choice(["", "Thanks to {newsroom}."]),
    )


def some_source(dice: random.Random, name: str) -> Source:
    return Source(
        name,
        dice.choice(["The Faro", "The Harbour", "The Valley", "Highland Weekly"]),
        role=dice.choice(["mixed", "origin", "republisher"]),
        priority=dice.choice([0, 1]),
        country=dice.choice(["", "BO"]),
        collect=dice.choice(["all", "all", "all", "bylines"]),
        topics=dice.choice([(), ("one",), ("two",)]),
        rights=some_rights(dice),
        quarantine=dice.random() < 0.5,
        editorial=dice.choice([Editorial(), Editorial(), some_editorial(dice)]),
    )


def some_editorial(dice: random.Random) -> Editorial:
    return Editorial(
        publish=dice.choice(["auto", "veto", "hold"]),
        cap_per_day=dice.choice([None, 1, 2]),
        deny=dice.choice(["", "", f"title:{dice.choice(WORDS)}"]),
    )


def some_topic(dice: random.Random, name: str) -> Topic:
    one, other = dice.sample(WORDS, 2)
    rules = ["", "", one, f"{one} OR title:{other}", f"{one} AND NOT title:{other}", f"{one} OR country:BO"]
    include = dice.choice(rules if name == "one" else [*rules, f"{one} OR topic:one"])
    return Topic(
        name,
        f"Topic {name}",
        include=include,
        min_score=dice.choice([None, None, 1, 3]) if include else None,
        exclude=dice.choice(["", "", f"title:{other}"]),
        sources=dice.choice([(), (), SOURCES[:2]]),
        languages=dice.choice([(), (), ("en",)]),
        max_items=dice.randint(2, 8),
        max_age=dice.choice([None, None, timedelta(days=5)]),
        stories=dice.choice(["all", "lead", "off"]),
        cap_per_source=dice.choice([None, None, 1]),
    )


def some_overrides(dice: random.Random) -> tuple[Override, ...]:
    said: dict[str, Override] = {}
    for _ in range(dice.choice([0, 1, 2])):
        one, other = dice.sample(range(12), 2)
        actions: list[OverrideAction] = [
            "same",
            "different",
            "origin",
            "hide",
            "pin",
            "retitle",
            "add-topic",
            "drop-topic",
        ]
        action = dice.choice(actions)
        values = {"origin": dice.choice(SOURCES), "retitle": "Another title", "hide": "", "pin": ""}
        values |= dict.fromkeys(("add-topic", "drop-topic"), dice.choice(["one", "two"]))
        value = values.get(action, address(other))
        said[address(one) + action] = Override(address(one), action, value)
    return tuple(said.values())


def configured(sources: Iterable[Source], topics: Iterable[Topic], overrides: tuple[Override, ...]) -> Config:
    config = Config(SITE, tuple(sources), tuple(topics), "", overrides=overrides)
    return replace(config, hash=repr(config))


def some_config(dice: random.Random) -> Config:
    sources = [some_source(dice, name) for name in dice.sample(SOURCES, dice.choice([2, 3, 3]))]
    topics = [some_topic(dice, name) for name in ("one", "two", "three")[: dice.choice([1, 2, 3])]]
    return configured(sources, topics, some_overrides(dice))


def changed(dice: random.Random, old: Config) -> Config:
    """Make another configuration: most often by a small change, such as editors make."""
    kind = dice.choice(["topic", "topic", "topic", "rights", "rights", "source", "override", "anything"])
    sources, topics, overrides = list(old.sources), list(old.topics), old.overrides
    if kind == "anything":
        return some_config(dice)
    if kind == "topic":
        place = dice.randrange(len(topics))
        topics[place] = some_topic(dice, dice.choice([topics[place].id, "four"]))
    elif kind == "override":
        overrides = some_overrides(dice)
    else:
        place = dice.randrange(len(sources))
        other = some_source(dice, sources[place].id)
        sources[place] = other if kind == "source" else replace(sources[place], rights=other.rights)
    return configured(sources, topics, overrides)


def fill(database: Database, dice: random.Random) -> None:
    """Keep a dozen articles, most of them published: some are carried twice, some credited, late, held or waiting."""
    with database.transaction() as connection:
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
            kept = connection.execute(insert(ITEM).returning(ITEM.c.id), [item]).scalar_one()
            carriers = [own, *dice.choice([[], [], [SOURCES[(number + 1) % 3]]])]
            for source in carriers:
                connection.execute(insert(COPY), [copy(dice, kept, source, number, published_at, seen_at)])


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
    with database.snapshot() as connection:
        return [
            (name, sorted(map(str, connection.execute(table.select()).all())))
            for name, table in metadata.tables.items()
        ]


async def planned(accepted: Config | None, old: Config, new: Config, address: str) -> Plan:
    with Rehearsal(address) as store, store.opened():
        return await make_plan(accepted, old, new, store, NOW)


def ids(items: Sequence[FeedItem]) -> list[str]:
    return [item.id for item in items]


@pytest.mark.long
@settings(max_examples=20)
@given(seed=st.integers(0, 2**32))
def test_a_plan_is_what_the_build_then_does(seed: int) -> None:
    dice = random.Random(seed)
    old = some_config(dice)
    new = changed(dice, old)
    accepted = dice.choice([old, old, old, some_config(dice)])
    with TemporaryDirectory() as folder, Database(make_store(Path(folder) / "store.db")) as database:
        fill(database, dice)
        if accepted is not old:
            asyncio.run(built(accepted, database))
            plan = asyncio.run(planned(accepted, old, new, database.address))
        before = asyncio.run(built(old, database))
        if accepted is old:
            stored = contents(database)
            plan = asyncio.run(planned(old, old, new, database.address))
            assert contents(database) == stored
        after = asyncio.run(built(new, database))
    enter = {id: [one for one in ids(after[id]) if one not in ids(before.get(id, ()))] for id in after}
    leave = {id: [one for one in ids(before[id]) if one not in ids(after.get(id, ()))] for id in before}
    assert {one.id: ids(one.enter) for one in plan.topics if one.enter} == {id: one for id, one in enter.items() if one}
    assert {one.id: ids(one.leave) for one in plan.topics if one.leave} == {id: one for id, one in leave.items() if one}
    now, then = ({item.id: item for feed in feeds.values() for item in feed} for feeds in (before, after))
    less, more = ({id for id in now.keys() & then.keys() if compare(now[id], then[id])[side]} for side in (0, 1))
    assert {one.new.id for one in plan.shortened} == less
    assert {one.new.id for one in plan.widened} == more


def test_the_store_keeps_the_file_in_force_as_it_is_written(tmp_path: Path) -> None:
    config = configured((), (), ())
    with Database(make_store(tmp_path / "store.db")) as database:
        for written in ("first", "first, with a comment", ""):
            asyncio.run(built(replace(config, text=written), database))
            assert asyncio.run(database.read(accepted_text)) == written
