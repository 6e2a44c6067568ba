"""Readers of a digest get every article once, on its day, whatever happens on the way."""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from aggregator.mail import MailServer
from aggregator.service import Service
from tests.newsroom import Newsroom, Post, paragraphs, rss
from tests.partner import Partner
from tests.postoffice import PostOffice

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WATER = """
[[topic]]
id = "water"
title = "Water"
include = "title:river"
[[topic]]
id = "all"
title = "Everything"
"""
MORNING = """
[[digest]]
id = "morning"
title = "The valley in the morning"
topics = ["water", "all"]
list = "morning@lists.example"
unsubscribe = "https://lists.example/leave"
"""


class Killed(BaseException):
    """The machine went down here."""


class Desk:
    """A newsroom with one partner, whose articles come when a test says so."""

    def __init__(self, newsroom: Newsroom, partner: Partner, office: PostOffice, service: Service) -> None:
        self.newsroom = newsroom
        self.service = service
        self.office = office
        self._partner = partner
        self._posts: list[Post] = []

    async def publish(self, *titles: str) -> None:
        """Let the partner publish articles, and poll it."""
        for title in titles:
            link = f"https://harbour.example/{len(self._posts)}"
            now = self.newsroom.clock.now - timedelta(minutes=5)
            self._posts.append(Post(link, link, title, paragraphs(title, 3), author="Ana Quispe", published_at=now))
        self._partner.serve("/feed", rss(self._posts[-6:], "The Harbour Chronicle"))
        await self.service.poll(self.service.config.sources, lambda _: None)

    async def send(self) -> None:
        await self.service.send_digests()

    def forward(self, length: timedelta) -> None:
        self.newsroom.clock.now += length


Scene = Callable[[Desk], Awaitable[None]]


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path)


def sources(partner: Partner, rights: str = 'mode = "full"') -> str:
    return f"""[[source]]
id = "harbour"
name = "The Harbour Chronicle"
feed = "{partner.url("/feed")}"
extract.mode = "feed"
[source.rights]
{rights}
[source.editorial]
quarantine = "off"
"""


def play(newsroom: Newsroom, partner: Partner, office: PostOffice, scene: Scene) -> None:
    newsroom.settings = replace(newsroom.settings, smtp_url=MailServer("127.0.0.1", office.port))

    async def run() -> None:
        async with newsroom.service() as service:
            await scene(Desk(newsroom, partner, office, service))

    asyncio.run(run())


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html_of(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def test_what_is_new_goes_out_once_on_its_day(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(sources(partner) + WATER + MORNING)
    clock = newsroom.clock
    clock.now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    async def scene(desk: Desk) -> None:
        await desk.send()
        await desk.publish("A river rises", "The school opens")
        await desk.send()
        assert desk.office.mail == []
        clock.now = datetime(2026, 11, 23, 7, 1, tzinfo=UTC)
        await desk.send()
        await desk.send()
        ((sender, recipients, mail),) = desk.office.mail
        assert (sender, recipients) == ("aggregator@wire.example", ["morning@lists.example"])
        assert mail["Subject"] == "The valley in the morning: A river rises"
        assert mail["List-Unsubscribe"] == "<https://lists.example/leave>"
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail["Message-ID"] == "<digest.morning.20261123@wire.example>"
        assert mail["List-Id"] == "<morning.wire.example>"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert html_of(mail).count("A river rises</a>") == 1
        assert "By Ana Quispe, The Harbour Chronicle" in text_of(mail)
        clock.now += DAY
        await desk.send()  # nothing is new
        assert len(desk.office.mail) == 1
        await desk.publish("A bridge is mended")
        clock.now += 3 * DAY  # days are missed
        await desk.send()
        await desk.send()
        assert desk.office.subjects[1:] == ["The valley in the morning: A bridge is mended"]
        assert "A river rises" not in text_of(desk.office.mail[1][2])

    with PostOffice() as office:
        play(newsroom, partner, office, scene)


def test_ninety_days_of_bad_luck_lose_nothing_and_repeat_next_to_nothing(newsroom: Newsroom, partner: Partner) -> None:
    """The server says "later", "never" or nothing, and the machine goes down at each step."""
    newsroom.edit(sources(partner) + WATER + MORNING)
    dice = random.Random(9)
    published: list[str] = []
    accidents = 0

    async def look(desk: Desk, answer: str, dies: str) -> None:
        """Look at what is due, with a server that answers so, on a machine that dies there."""
        nonlocal accidents
        database, office = desk.service.database, desk.office
        write, before = database.write_durably, len(office.mail)
        calls = 0

        async def dying(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            if dies == f"before {calls}":
                raise Killed
            done = await write(*args, **kwargs)
            if dies == f"after {calls}":
                raise Killed
            return done

        office.answer = answer
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(database, "write_durably", dying)
            try:
                await desk.send()
            except Killed:
                accidents += len(office.mail) - before and dies == "before 2"
        accidents += answer == "hang up" and len(office.mail) - before

    async def scene(desk: Desk) -> None:
        await desk.send()
        for day in range(90):
            newsroom.clock.now = datetime(2026, 11, 22, 5, 0, tzinfo=UTC) + day * DAY
            titles = [f"{dice.choice(('River', 'School'))} {day} {number}" for number in range(dice.choice((0, 1, 3)))]
            published.extend(titles)
            if titles:
                await desk.publish(*titles)
            if dice.random() < 0.1:
                continue  # the machine is down all day
            for hours in (2.1, 4, 9):
                newsroom.clock.now = datetime(2026, 11, 22, 5, 0, tzinfo=UTC) + day * DAY + hours * HOUR
                answer = dice.choice(("", "451 later", "550 never", "550 never", "hang up"))
                dies = dice.choice(("", "", "before 1", "after 1", "before 2", "after 2"))
                await look(desk, answer, dies)
        for _ in range(3):
            newsroom.clock.now += DAY
            await look(desk, "", "")

    with PostOffice() as office:
        play(newsroom, partner, office, scene)
    editions: dict[str, set[str]] = {}
    for _, _, mail in office.mail:
        told = set(re.findall(r"^\* (\w+ \d+ \d+)\r?$", text_of(mail), re.MULTILINE))
        assert told
        assert editions.setdefault(mail["Message-ID"], told) == told
    told_at_last = [title for told in editions.values() for title in told]
    assert sorted(told_at_last) == sorted(published)
    assert len(office.mail) - len(editions) <= accidents
    assert accidents > 10
