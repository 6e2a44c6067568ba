"""What editors let through, stop and arrange, seen through the whole program."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.models import Pause, Ruling
from aggregator.service import Service
from aggregator.store import groups, rulings, topic_states
from aggregator.store.database import Database
from aggregator.work.desk import rule_on
from tests.newsroom import EVERYTHING, START, Newsroom, Post, cycle, paragraphs, rss
from tests.partner import Partner


class Desk:
    """A newsroom with one partner, the valley, whose feed holds whole articles."""

    def __init__(self, tmp_path: Path, partner: Partner) -> None:
        self.newsroom = Newsroom(tmp_path)
        self.partner = partner
        self.posts: dict[str, Post] = {}
        self.rules = ""
        self.more = ""
        self.write("first")

    def write(self, *names: str, minutes: int = 0, **titles: str) -> None:
        """Let the valley publish articles, or change their titles."""
        for name in (*names, *titles):
            at = self.newsroom.clock.now + timedelta(minutes=minutes - 60)
            old = self.posts.get(name)
            title = titles.get(name, f"The {name} story")
            self.posts[name] = Post(
                name,
                f"https://valley.example/{name}",
                title,
                paragraphs(name),
                published_at=old.published_at if old else at,
            )
        feed = self.partner.serve("/valley", rss([*reversed(self.posts.values())]))
        self.block = (
            f'[[source]]\nid = "valley"\nname = "The Valley"\nfeed = "{feed}"\n[source.extract]\nmode = "feed"\n'
        )

    def play(self, *steps: Callable[[Service], Awaitable[object]]) -> list[str]:
        """Put the rules in force, poll and build; returns the names of the articles shown."""
        rules = f"[source.editorial]\n{self.rules}\n" if self.rules else ""
        self.newsroom.edit(self.block + rules + EVERYTHING + self.more)

        async def run() -> None:
            async with self.newsroom.service() as service:
                for step in steps or (cycle,):
                    await step(service)

        asyncio.run(run())
        return self.shown

    @property
    def shown(self) -> list[str]:
        return [item["url"].rpartition("/")[2] for item in self.feed["items"]]

    @property
    def feed(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.newsroom.read("all.json"))
        return found

    def rule(self, name: str, approved: bool, by: str = "ana", reason: str = "") -> None:
        with Database(self.newsroom.settings.database) as database, database.transaction(durable=True) as connection:
            (item,) = groups.items_named(connection, f"https://valley.example/{name}")
            rulings.rule(connection, item, Ruling(approved, by, reason), self.newsroom.clock())

    def pause(self, kind: Any, name: str, *, paused: bool = True) -> None:
        pause = Pause(kind, name, self.newsroom.clock(), "ana", "broken into")
        with Database(self.newsroom.settings.database) as database, database.transaction(durable=True) as connection:
            rulings.note_pause(connection, pause, paused=paused)
            if not paused:
                rulings.wake_held(connection, "paused")
                topic_states.make_due(connection, ["all"], pause.at)

    def state(self, name: str) -> tuple[str, str, str]:
        """Return an item's state, why it waits, and until when."""
        (row,) = self.newsroom.rows(
            f"select item.state, state_why, release_at from item join copy on copy.item = item.id where guid = '{name}'"
        )
        return row[0], row[1], str(row[2] or "")[:16]


@pytest.fixture
def desk(tmp_path: Path, partner: Partner) -> Desk:
    return Desk(tmp_path, partner)


async def build_due(service: Service) -> None:
    await service.build_due()


def test_what_is_held_goes_out_when_an_editor_approves_it_and_no_sooner(desk: Desk) -> None:
    assert desk.play() == ["first"]
    desk.rules = 'publish = "hold"'
    desk.write("second", "third")
    assert desk.play() == ["first"]
    assert desk.state("second") == ("held", 'publish = "hold" of source "valley"', "")
    desk.newsroom.clock.forward(days=3)
    assert desk.play() == ["first"]
    desk.rule("second", approved=True)
    assert desk.play(build_due) == ["second", "first"]
    desk.rules = ""
    assert desk.play() == ["third", "second", "first"]
    kinds = desk.newsroom.rows("select kind, by from decision where kind != 'origin' order by id")
    assert kinds == [
        ("held", "program"), ("held", "program"), ("approved", "ana"), ("released", "program"),
    ]  # fmt: skip


def test_what_is_rejected_stays_out_whatever_comes_until_it_is_approved(desk: Desk) -> None:
    desk.rules = 'publish = "veto"'
    assert desk.play() == []
    desk.rule("first", approved=False, reason="advertising")
    desk.newsroom.clock.forward(hours=3)
    desk.write(first="The first story, corrected")
    assert desk.play() == []
    assert desk.state("first")[:2] == ("held", "rejected by ana: advertising")
    desk.rules = ""
    assert desk.play() == []
    desk.rule("first", approved=True)
    assert desk.play(build_due) == ["first"]


def test_a_veto_window_passes_at_its_instant_and_not_before(desk: Desk) -> None:
    desk.rules = 'publish = "veto"\nveto_window = "90m"'
    assert desk.play() == []
    assert desk.state("first") == (
        "pending", 'veto_window of source "valley": goes out by itself unless it is rejected', "2026-11-22 13:30"
    )  # fmt: skip
    desk.newsroom.clock.forward(minutes=89)
    assert desk.play() == []
    desk.newsroom.clock.forward(minutes=1)
    assert desk.play(build_due) == ["first"]
    assert desk.newsroom.rows("select first_published_at from item")[0][0].startswith("2026-11-22 13:30")


def test_a_cap_counts_days_of_the_site_and_the_newest_go_first(desk: Desk) -> None:
    desk.newsroom.clock.now = START.replace(hour=20)  # 16:00 in La Paz
    desk.rules = "cap_per_day = 2"
    desk.write("second", minutes=1)
    desk.write("third", minutes=2)
    desk.write("fourth", minutes=3)
    desk.block = 'timezone = "America/La_Paz"\n' + desk.block
    assert desk.play() == ["fourth", "third"]
    assert desk.state("first") == ("pending", 'cap_per_day of source "valley": enough for today', "2026-11-23 04:00")
    told = "select count(*) from decision where kind in ('held', 'released')"
    assert desk.newsroom.rows(told) == [(2,)]
    desk.newsroom.clock.now = datetime.fromisoformat("2026-11-23T03:59:00+00:00")
    assert desk.play(build_due) == ["fourth", "third"]
    desk.rule("first", approved=True)
    assert desk.play(build_due) == ["fourth", "third", "first"]
    desk.newsroom.clock.forward(minutes=1)
    assert desk.play(build_due) == ["fourth", "third", "second", "first"]
    assert desk.newsroom.rows(told) == [(3,)]


def test_what_is_denied_or_not_allowed_waits_with_its_reason(desk: Desk) -> None:
    desk.rules = 'allow = "title:story"\ndeny = "title:second"'
    desk.write("second", third="Something else")
    assert desk.play() == ["first"]
    assert desk.state("second")[1] == 'deny of source "valley": second in title'
    assert desk.state("third")[1] == 'allow of source "valley": not true of it: title:story'
    desk.rules = ""
    assert sorted(desk.play()) == ["first", "second", "third"]
    desk.rules = 'deny = "story"'
    assert sorted(desk.play()) == ["first", "second", "third"]


def override(name: str, action: str, value: str = "") -> str:
    said = f'[[override]]\nmatch = "http://www.valley.example/{name}/"\naction = "{action}"\nreason = "the desk"\n'
    return said + (f'value = "{value}"\n' if value else "")


def test_a_new_title_survives_the_partners_next_one_and_ends_with_the_override(desk: Desk) -> None:
    desk.more = override("first", "retitle", "Water is back")
    desk.play()
    assert desk.feed["items"][0]["title"] == "Water is back"
    desk.newsroom.clock.forward(hours=2)
    desk.write(first="You won't believe this")
    desk.play()
    assert desk.feed["items"][0]["title"] == "Water is back"
    desk.more = ""
    desk.play()
    assert desk.feed["items"][0]["title"] == "You won't believe this"


def test_what_is_hidden_is_gone_and_comes_back_under_its_id(desk: Desk) -> None:
    desk.play()
    (item,) = desk.feed["items"]
    desk.newsroom.clock.forward(hours=2)
    desk.more = override("first", "hide")
    assert desk.play() == []
    assert [stone["id"] for stone in desk.feed["_tombstones"]] == [item["id"]]
    assert b"deleted-entry" in desk.newsroom.read("all.atom")
    desk.write(first="Another title")
    assert desk.play() == []
    desk.more = ""
    assert desk.play() == ["first"]
    assert desk.feed["items"][0]["id"] == item["id"]
    assert desk.feed.get("_tombstones", []) == []


def test_a_published_item_that_is_rejected_is_gone(desk: Desk) -> None:
    desk.play()
    desk.rule("first", approved=False)
    assert desk.play(build_due) == []
    assert len(desk.feed["_tombstones"]) == 1


def test_topics_are_added_and_dropped_by_name(desk: Desk) -> None:
    topics = '[[topic]]\nid = "sea"\ntitle = "Sea"\ninclude = "ferry"\n'
    desk.more = topics + override("first", "add-topic", "sea") + override("first", "drop-topic", "all")
    assert desk.play() == []
    assert len(json.loads(desk.newsroom.read("sea.json"))["items"]) == 1
    desk.more = topics
    assert desk.play() == ["first"]
    assert json.loads(desk.newsroom.read("sea.json"))["items"] == []


def test_a_pinned_item_stands_first_on_pages_and_in_its_place_in_feeds(desk: Desk) -> None:
    for number in range(11):
        desk.write(f"n{number:02}", minutes=number)
    desk.more = override("first", "pin")
    assert desk.play()[-1] == "first"
    page = desk.newsroom.read("all/index.html").decode()
    assert page.index("The first story") < page.index("The n10 story") < page.index("The n09 story")
    desk.more = "max_items = 10\n" + override("first", "pin")
    shown = desk.play()
    assert (len(shown), shown[0], shown[-1]) == (10, "n10", "first")
    desk.more = "max_items = 10\n"
    assert desk.play()[-1] == "n01"


def test_no_newsroom_takes_more_of_a_topic_than_its_share(desk: Desk, partner: Partner) -> None:
    feed = partner.serve("/port", rss([Post("p", "https://port.example/p", "Of the port", paragraphs("port"))]))
    desk.write("second", minutes=1)
    desk.write("third", minutes=2)
    desk.block += f'[[source]]\nid = "port"\nname = "The Port"\nfeed = "{feed}"\n[source.extract]\nmode = "feed"\n'
    desk.more = "cap_per_source = 2\n"
    assert desk.play() == ["third", "second", "p"]


def test_a_paused_source_waits_and_what_is_shown_stays(desk: Desk) -> None:
    desk.play()
    desk.pause("source", "valley")
    desk.write("second")
    assert desk.play() == ["first"]
    assert desk.state("second")[:2] == ("held", "paused source valley by ana: broken into")
    desk.rule("second", approved=True)
    assert desk.play(build_due) == ["first"]
    desk.pause("source", "valley", paused=False)
    assert sorted(desk.play(build_due)) == ["first", "second"]


@pytest.mark.parametrize("kind", ["everything", "topic"])
def test_a_pause_keeps_the_files_to_the_byte(desk: Desk, kind: str) -> None:
    names = ("all.rss", "all.atom", "all.json", "all/index.html", "index.html")
    desk.play()
    before = {name: desk.newsroom.read(name) for name in names}
    desk.newsroom.clock.forward(hours=1)
    desk.pause(kind, "all" if kind == "topic" else "")
    desk.write("second", first="Changed")
    desk.play()
    desk.newsroom.clock.forward(hours=1)
    desk.play()
    assert {name: desk.newsroom.read(name) for name in names} == before
    assert desk.newsroom.rows("select count(*) from copy") == [(2,)]
    desk.pause(kind, "all" if kind == "topic" else "", paused=False)
    assert sorted(desk.play(build_due)) == ["first", "second"]
    assert "Changed" in str(desk.feed)


def test_what_must_go_leaves_a_paused_topic_and_nothing_new_enters_it(desk: Desk) -> None:
    desk.write("second")
    desk.play()
    desk.newsroom.clock.forward(hours=1)
    desk.pause("everything", "")
    desk.newsroom.clock.forward(hours=1)
    desk.write("third")
    desk.rule("first", approved=False)
    assert desk.play() == ["second"]
    assert len(desk.feed["_tombstones"]) == 1


def test_an_approved_article_is_quarantined_no_more(desk: Desk) -> None:
    desk.more = '[blocklist]\nterms = ["miracle cure"]\n'
    desk.posts["first"] = replace(desk.posts["first"], body=paragraphs("first") + "<p>Some call it a miracle cure.</p>")
    desk.write("second")
    assert desk.play() == ["second"]
    assert desk.state("first")[1].startswith("quarantine: ")

    async def approve(service: Service) -> None:
        await service.database.write(
            rule_on, ["https://valley.example/first"], Ruling(True, "ana"), desk.newsroom.clock()
        )

    assert sorted(desk.play(approve, cycle, cycle)) == ["first", "second"]
    desk.newsroom.clock.forward(hours=30)
    desk.write(first="The first story again")
    desk.posts["first"] = replace(
        desk.posts["first"], body=paragraphs("first") + "<p>It is a miracle cure, they say.</p>"
    )
    desk.write()
    assert sorted(desk.play()) == ["first", "second"]


def test_a_rejected_article_stays_out_when_another_partner_carries_it_and_when_it_is_parted(
    desk: Desk, partner: Partner
) -> None:
    desk.rules = 'publish = "hold"'
    desk.play()
    desk.rule("first", approved=False)
    feed = partner.serve("/port", rss([Post("p", "https://port.example/p", "First, again", paragraphs("first"))]))
    port = f'[[source]]\nid = "port"\nname = "The Port"\nfeed = "{feed}"\n[source.extract]\nmode = "feed"\n'
    desk.more = port
    assert desk.play() == []
    assert desk.newsroom.rows("select count(distinct item), count(*) from copy") == [(1, 2)]
    desk.rule("first", approved=True)
    desk.rule("first", approved=False)
    desk.more = port + (
        '[[override]]\nmatch = "https://port.example/p"\naction = "different"\nvalue = "https://valley.example/first"\n'
    )
    assert desk.play() == []
    assert desk.newsroom.rows("select count(distinct item) from copy") == [(2,)]


@pytest.mark.sqlite
def test_an_editors_word_is_safe_from_a_loss_of_power(desk: Desk) -> None:
    desk.play()
    with Database(desk.newsroom.settings.database) as database:
        with database.transaction(durable=True) as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        with database.transaction() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1
