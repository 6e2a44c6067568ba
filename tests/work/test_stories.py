"""Stories through polling, deciding and building: items of different newsrooms on one event."""

import asyncio
import json
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from aggregator.reports.explain import Explanation, explain
from aggregator.store.copies import merge_items
from aggregator.store.database import Database
from aggregator.work.withdraw import Target, find_target, withdraw
from tests.newsroom import EVERYTHING, Newsroom, Post, cycle, rss
from tests.partner import Partner

TOPIC_PAGE = Path(__file__).parent.parent / "data" / "neardup" / "topic.jsonl"
NAMES = ("amber", "birch", "cedar", "delta")
STORY = {
    "Seven Day March In Defense Of Democracy Concludes In Bolivia",
    "Bolivia: Massive Six Day March To Defend Democracy",
}

STRIKE = (
    "Bus drivers walk out over night shifts",
    "<p>Bus drivers in Port Alder stopped work on Monday after the depot imposed split night shifts.</p>"
    "<p>Two hundred vehicles stayed in the yard. The transit board went to a judge.</p>",
)
STRIKE_TOO = (
    "No bus leaves the depot in Port Alder",
    "<p>The depot of Port Alder was shut on Monday as bus drivers struck against split night shifts.</p>"
    "<p>The transit board asked a judge to declare the walkout illegal.</p>",
)
STRIKE_STILL = (
    "Drivers of Port Alder stay out over split shifts",
    "<p>Bus drivers in Port Alder kept the depot shut on Tuesday, still refusing split night shifts.</p>"
    "<p>A judge hears the transit board on the walkout.</p>",
)
CHOIR = (
    "Choir of Port Alder turns eighty",
    "<p>The choir of Port Alder sang on Monday for its eightieth birthday, in the hall by the harbour.</p>"
    "<p>Among the singers was the founder's granddaughter.</p>",
)


class Wire:
    """Four partners and what has been published of them."""

    def __init__(self, folder: Path, partner: Partner) -> None:
        self.newsroom = Newsroom(folder)
        self.partner = partner
        self.posts: dict[str, list[Post]] = {name: [] for name in NAMES}

    def topics(self, *topics: str, overrides: str = "") -> None:
        """Write the sources file with one topic for each setting of `stories`."""
        sources = "".join(
            f'[[source]]\nid = "{name}"\nname = "The {name.title()}"\nfeed = "{self.partner.url(f"/{name}")}"\n'
            f'language = "en"\n[source.extract]\nmode = "feed"\n'
            for name in NAMES
        )
        blocks = "".join(f'[[topic]]\nid = "{one}"\ntitle = "All"\nstories = "{one}"\n' for one in topics)
        self.newsroom.edit(sources + (blocks or EVERYTHING) + overrides)

    def tell(self, name: str, told: tuple[str, str], *, hours: float = 0) -> str:
        """Let a partner publish an article; returns its address."""
        number = len(self.posts[name])
        url = f"https://{name}.example/{number}"
        at = self.newsroom.clock.now - timedelta(hours=1 - hours)
        self.posts[name].insert(0, Post(f"{name}-{number}", url, *told, published_at=at))
        return url

    def build(self, rounds: int = 1) -> None:
        async def run() -> None:
            async with self.newsroom.service() as service:
                for _ in range(rounds):
                    await cycle(service)

        for name, posts in self.posts.items():
            self.partner.serve(f"/{name}", rss(posts))
        asyncio.run(run())

    def feed(self, topic: str) -> dict[str, dict[str, Any]]:
        """Return the items of a topic's feed by their titles."""
        return {item["title"]: item for item in json.loads(self.newsroom.read(f"{topic}.json"))["items"]}

    def links(self) -> dict[str, set[frozenset[str]]]:
        """Return the titles of items that are linked, by kind."""
        rows = self.newsroom.rows(
            "SELECT kind, a.title, b.title FROM link JOIN item a ON a.id = link.item JOIN item b ON b.id = link.other"
        )
        found: dict[str, set[frozenset[str]]] = {"story": set(), "series": set()}
        for kind, one, other in rows:
            found[kind].add(frozenset((one, other)))
        return found


def explain_one(wire: Wire, url: str) -> Explanation:
    newsroom = wire.newsroom
    with Database(newsroom.settings.database) as database, database.snapshot() as connection:
        found = explain(connection, url, newsroom.config, newsroom.clock())
    assert found is not None
    return found


@pytest.fixture
def wire(tmp_path: Path, partner: Partner) -> Wire:
    return Wire(tmp_path, partner)


@pytest.mark.parametrize("shift", [0, 1])
def test_of_one_topic_page_two_parts_are_a_series_and_two_reports_a_story(wire: Wire, shift: int) -> None:
    articles = [json.loads(line) for line in TOPIC_PAGE.read_text(encoding="utf-8").splitlines()]
    for number, article in enumerate(articles):
        body = "".join(f"<p>{paragraph}</p>" for paragraph in article["text"].split("\n\n"))
        wire.tell(NAMES[(number + shift) % (4 - shift)], (article["title"], body), hours=-number)
    wire.topics("all")
    wire.build()
    first, second = (f"Arce-Castillo Socialist Alliance For South America, Part {part}" for part in ("I", "II"))
    assert wire.links() == {"series": {frozenset((first, second))}, "story": {frozenset(STORY)}}
    feed = wire.feed("all")
    assert len(feed) == 15
    naming = {title for title, item in feed.items() if "More on this" in item["content_html"]}
    assert naming == STORY
    for title in STORY:
        (other,) = STORY - {title}
        assert f"{other} (The " in feed[title]["content_html"]


def test_a_follower_is_named_by_its_lead_and_moves_nothing(wire: Wire) -> None:
    wire.topics("lead", "all", "off")
    wire.tell("amber", STRIKE)
    wire.tell("cedar", CHOIR)
    wire.build()
    before = {topic: wire.feed(topic)[STRIKE[0]] for topic in ("lead", "all", "off")}
    wire.newsroom.clock.forward(hours=2)
    too = wire.tell("birch", STRIKE_TOO, hours=-8)  # dated before its lead; readers saw that first all the same
    wire.build()
    wire.newsroom.clock.forward(hours=20)
    wire.tell("delta", STRIKE_STILL)
    wire.build()
    strike = {STRIKE[0], STRIKE_TOO[0], STRIKE_STILL[0]}
    assert wire.links()["story"] == {frozenset(pair) for pair in combinations(strike, 2)}
    lead, everything, off = (wire.feed(topic) for topic in ("lead", "all", "off"))
    assert set(lead) == {STRIKE[0], CHOIR[0]}
    assert set(everything) == set(off) == strike | {CHOIR[0]}
    named = f'More on this: <a href="{too}">{STRIKE_TOO[0]} (The Birch)</a>; <a href='
    assert named in lead[STRIKE[0]]["content_html"]
    assert named in everything[STRIKE[0]]["content_html"]
    assert all("More on this" in everything[title]["content_html"] for title in strike)
    assert not any("More on this" in item["content_html"] for item in [*off.values(), lead[CHOIR[0]]])
    for topic, item in before.items():
        after = wire.feed(topic)[STRIKE[0]]
        assert (after["id"], after["date_modified"]) == (item["id"], item["date_modified"])
    explained = explain_one(wire, too)
    assert [(one.kind, one.title) for one in explained.linked] == [("story", STRIKE[0]), ("story", STRIKE_STILL[0])]
    assert "alike to 0." in explained.linked[0].why
    (decision,) = [one for one in explained.decisions if one.kind == "story"]
    assert decision.other == before["all"]["id"]
    assert [(one.id, one.position is None) for one in explained.topics] == [
        ("lead", True),
        ("all", False),
        ("off", False),
    ]
    assert f'"{STRIKE[0]}", which stands for it' in explained.topics[0].why_not_live
    assert STRIKE_TOO[0] in wire.newsroom.read("lead/index.html").decode()
    assert STRIKE_TOO[0] in wire.newsroom.read("lead.atom").decode()


def test_one_newsroom_alone_has_no_stories(wire: Wire) -> None:
    wire.topics("lead")
    wire.tell("amber", STRIKE)
    wire.tell("amber", STRIKE_TOO)
    wire.build()
    assert len(wire.feed("lead")) == 2
    assert not wire.links()["story"]


@pytest.mark.parametrize("backwards", [False, True])
def test_who_is_polled_first_makes_no_difference(wire: Wire, backwards: bool) -> None:
    told = [("amber", STRIKE), ("birch", STRIKE_TOO), ("cedar", CHOIR), ("delta", STRIKE_STILL)]
    for number, (name, article) in enumerate(told):
        wire.tell(name, article, hours=-number)
    wire.topics("lead")

    async def run() -> None:
        async with wire.newsroom.service() as service:
            sources = service.config.sources[:: -1 if backwards else 1]
            for source in sources:
                await service.poll([source], lambda outcome: None)
            await service.build()

    for name, posts in wire.posts.items():
        wire.partner.serve(f"/{name}", rss(posts))
    asyncio.run(run())
    feed = wire.feed("lead")
    assert set(feed) == {STRIKE_STILL[0], CHOIR[0]}  # the one dated first leads
    assert feed[STRIKE_STILL[0]]["content_html"].index(STRIKE_TOO[0]) < feed[STRIKE_STILL[0]]["content_html"].index(
        STRIKE[0]
    )


def test_what_is_told_days_later_is_another_story_and_the_old_one_is_forgotten(wire: Wire) -> None:
    wire.topics("all")
    wire.tell("amber", STRIKE)
    wire.build()
    wire.newsroom.clock.forward(days=5)
    wire.tell("birch", STRIKE_TOO)
    wire.build()
    assert not wire.links()["story"]

    async def forget() -> None:
        async with wire.newsroom.service() as service:
            await service.forget_old()

    assert len(wire.newsroom.rows("SELECT item FROM report")) == 2
    asyncio.run(forget())
    assert wire.newsroom.rows("SELECT i.title FROM report JOIN item i ON i.id = report.item") == [(STRIKE_TOO[0],)]
    assert wire.newsroom.rows("SELECT count(*) FROM reportword WHERE item NOT IN (SELECT item FROM report)") == [(0,)]


def test_an_editor_makes_a_story_and_takes_it_back(wire: Wire) -> None:
    wire.topics("lead")
    strike = wire.tell("amber", STRIKE)
    wire.build()
    wire.newsroom.clock.forward(hours=1)
    choir = wire.tell("cedar", CHOIR)
    override = f'[[override]]\nmatch = "{choir}"\naction = "story"\nvalue = "{strike}"\nreason = "One Monday."\n'
    wire.topics("lead", overrides=override)
    wire.build()  # said before it came
    assert set(wire.feed("lead")) == {STRIKE[0]}
    evidence = wire.newsroom.rows('SELECT evidence, "by" FROM link')
    assert evidence == [('[[override]] "story": One Monday.', "editor")]
    assert len(wire.newsroom.rows("SELECT id FROM decision WHERE kind = 'story'")) == 1
    wire.topics("lead")
    wire.build()
    assert set(wire.feed("lead")) == {STRIKE[0], CHOIR[0]}
    wire.topics("lead", overrides=override)
    wire.build()  # said of what is stored
    assert set(wire.feed("lead")) == {STRIKE[0]}


def test_when_its_lead_leaves_a_topic_the_next_report_stands_there(wire: Wire) -> None:
    wire.topics("lead")
    wire.tell("amber", STRIKE)
    wire.build()
    wire.newsroom.clock.forward(hours=1)
    wire.tell("birch", STRIKE_TOO)
    wire.build()
    assert set(wire.feed("lead")) == {STRIKE[0]}
    sources = wire.newsroom.settings.sources.read_text(encoding="utf-8").partition("id_date")[2].partition("\n")[2]
    wire.newsroom.edit(sources.partition("\n")[2] + 'exclude = "title:walk"\n')
    wire.build()
    assert set(wire.feed("lead")) == {STRIKE_TOO[0]}
    assert "More on this" not in wire.feed("lead")[STRIKE_TOO[0]]["content_html"]


def test_a_withdrawn_report_is_named_nowhere_any_more(wire: Wire) -> None:
    first, second = (article for article in STORY)
    articles = {article["title"]: article["text"] for article in map(json.loads, TOPIC_PAGE.read_text().splitlines())}
    for name, title in zip(NAMES, (first, second), strict=False):
        wire.tell(name, (title, "".join(f"<p>{part}</p>" for part in articles[title].split("\n\n"))))
    wire.topics("all")
    wire.build()
    assert first in wire.feed("all")[second]["content_html"]
    with Database(wire.newsroom.settings.database) as database, database.transaction() as connection:
        public_id = wire.feed("all")[first]["id"]
        target = find_target(connection, public_id)
        assert isinstance(target, Target)
        withdraw(connection, target, "they asked", "ana", wire.newsroom.clock())
    wire.build()
    assert set(wire.feed("all")) == {second}
    assert not any(first.encode() in path.read_bytes() for path in wire.newsroom.settings.output.rglob("*.[rajh]*"))
    assert wire.newsroom.rows("SELECT count(*) FROM report JOIN item ON id = item WHERE state = 'withdrawn'") == [(0,)]


def test_what_readers_saw_on_its_own_stands_when_a_follower_turns_out_to_be_the_same(wire: Wire) -> None:
    wire.topics("lead")
    wire.tell("cedar", CHOIR)
    wire.tell("amber", STRIKE)
    wire.build()
    wire.newsroom.clock.forward(hours=1)
    wire.tell("birch", STRIKE_TOO)
    wire.build()
    assert set(wire.feed("lead")) == {CHOIR[0], STRIKE[0]}
    ids = {title: item for item, title in wire.newsroom.rows("SELECT id, title FROM item")}
    with Database(wire.newsroom.settings.database) as database, database.transaction() as connection:
        merge_items(connection, ids[STRIKE_TOO[0]], ids[CHOIR[0]])
    wire.build()
    assert len(wire.feed("lead")) == 2
    assert not wire.links()["story"]
