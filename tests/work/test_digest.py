"""Readers of a digest get every article once, on its day, whatever happens on the way."""

import asyncio
import json
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from aggregator.mail import MailServer
from aggregator.reports.troubles import find_troubles
from aggregator.service import Service
from aggregator.sources import check_sources
from aggregator.store.database import Database
from aggregator.tables import COPY
from aggregator.work.digest import next_slot
from aggregator.work.withdraw import Target, find_target
from aggregator.work.withdraw import withdraw as withdraw_article
from tests.cli.door import aggregator
from tests.newsroom import SITE, Newsroom, Post, paragraphs, rss
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
    clock, told = newsroom.clock, []
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

        await desk.publish("A road is closed")
        clock.now += DAY
        desk.office.answer = "550 you are not on this list"
        for minutes in (0, 5, 31, 95, 160, 225, 600):
            clock.now = datetime(2026, 11, 28, 8, 0, tzinfo=UTC) + minutes * timedelta(minutes=1)
            await desk.send()
            (state,) = newsroom.rows("SELECT state, refusals FROM edition ORDER BY period DESC LIMIT 1")
            told.append(state)
        assert told == [("waiting", 1), ("waiting", 1), ("waiting", 2), ("waiting", 3), *3 * [("refused", 3)]]
        (trouble,) = (
            one
            for one in await desk.service.database.read(find_troubles, newsroom.config, clock.now)
            if one.kind == "digest"
        )
        assert "550 you are not on this list" in trouble.text
        desk.office.answer = ""
        clock.now += DAY
        await desk.send()
        assert desk.office.subjects[2:] == ["The valley in the morning: A road is closed"]
        assert desk.office.mail[2][2]["Message-ID"] == "<digest.morning.20261129@wire.example>"

    with PostOffice() as office:
        play(newsroom, partner, office, scene)


@pytest.mark.long
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
            titles = [
                f"{dice.choice(('River', 'School'))} {day} {number}"
                for number in range(dice.choice((0, 0, 0, 0, 1, 2)))
            ]
            published.extend(titles)
            if titles:
                await desk.publish(*titles)
            if dice.random() < 0.1:
                continue  # the machine is down all day
            for hours in (2.1, 7):
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


def test_what_is_withdrawn_when_the_server_is_ready_does_not_go_out(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(sources(partner, 'mode = "excerpt"\nwords = 10') + WATER + MORNING)
    clock = newsroom.clock

    def withdraw(title: str) -> None:
        with Database(newsroom.settings.database) as database, database.transaction() as connection:
            url = connection.execute(select(COPY.c.url).where(COPY.c.title == title)).scalar_one()
            target = find_target(connection, url)
            assert isinstance(target, Target)
            withdraw_article(connection, target, "they asked", "Rosa", clock.now)

    async def scene(desk: Desk) -> None:
        await desk.send()
        await desk.publish("A river rises", "The school opens")
        clock.now += DAY
        desk.office.before_data = lambda: withdraw("A river rises")
        await desk.send()
        desk.office.before_data = bool
        ((_, _, mail),) = desk.office.mail
        assert "river rises" not in mail.as_string()
        assert "1 new article" in html_of(mail)
        assert len(re.findall("on plot", html_of(mail))) == 0  # ten words of an excerpt
        await desk.publish("A bridge is mended")
        clock.now += DAY
        desk.office.before_data = lambda: withdraw("A bridge is mended")
        await desk.send()
        assert len(desk.office.mail) == 1  # of a mail without articles nothing is sent
        assert newsroom.rows("SELECT state, count(*) FROM edition GROUP BY state ORDER BY state") == [
            ("sent", 1),
            ("void", 1),
        ]
        desk.office.before_data = bool
        clock.now += DAY
        await desk.send()
        assert len(desk.office.mail) == 1

    with PostOffice() as office:
        play(newsroom, partner, office, scene)


def test_articles_that_turn_out_to_be_one_come_once(newsroom: Newsroom, partner: Partner) -> None:
    """An override merges the one that was told into one that was not, and one that was not into another."""
    newsroom.edit(sources(partner) + WATER + MORNING)
    clock = newsroom.clock

    def same(first: int, second: int) -> str:
        one, other = (f"https://harbour.example/{number}" for number in (first, second))
        return f'[[override]]\nmatch = "{one}"\naction = "same"\nvalue = "{other}"\n'

    async def scene(desk: Desk) -> None:
        await desk.send()
        await desk.publish("River zero", "School one")
        clock.now += DAY
        await desk.send()
        await desk.publish("River two", "School three", "Bridge four")
        rules = sources(partner) + WATER + MORNING + same(0, 2) + same(3, 4)
        newsroom.edit(rules)
        await desk.service.take_over(newsroom.config)
        clock.now += DAY
        await desk.send()
        assert len(desk.office.mail) == 2
        told = re.findall(r"^\* (.*?)\r?$", text_of(desk.office.mail[1][2]), re.MULTILINE)
        assert told in (["School three"], ["Bridge four"])
        clock.now += DAY
        await desk.send()
        assert len(desk.office.mail) == 2

    with PostOffice() as office:
        play(newsroom, partner, office, scene)


def test_files_and_feeds_have_what_mails_would(
    newsroom: Newsroom, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    feeds = MORNING.replace('"morning"', '"news"').replace('list = "morning@lists.example"', 'deliver = "feed"')
    files = MORNING.replace('list = "morning@lists.example"', 'deliver = "file"\nschedule = "weekly mon 09:30"')
    newsroom.edit(sources(partner) + WATER + feeds + files)
    clock = newsroom.clock
    folder = newsroom.settings.digests_folder / "morning"

    async def scene(desk: Desk) -> None:
        await desk.send()
        await desk.publish("A river rises", "The school opens")
        await desk.service.build()
        assert not (newsroom.settings.output / "digest").exists()
        clock.now = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
        await desk.send()
        assert [path.name for path in folder.iterdir()] == ["2026-11-23.eml"]
        mail = message_from_bytes((folder / "2026-11-23.eml").read_bytes(), policy=policy.default)
        assert mail["Subject"] == "The valley in the morning: A river rises"
        entries = json.loads(newsroom.read("digest/news.json"))["items"]
        assert [entry["title"] for entry in entries] == ["The valley in the morning: A river rises"]
        assert entries[0]["content_html"].count("The school opens</a>") == 1
        clock.now += DAY
        await desk.publish("A bridge is mended")
        clock.now += DAY
        await desk.send()
        assert len(json.loads(newsroom.read("digest/news.json"))["items"]) == 2
        assert len(list(folder.iterdir())) == 1

        with Database(newsroom.settings.database) as database, database.transaction() as connection:
            target = find_target(connection, "https://harbour.example/0")
            assert isinstance(target, Target)
            withdraw_article(connection, target, "they asked", "Rosa", clock.now)
        await desk.service.finish_withdrawals()
        for path in (*newsroom.settings.output.rglob("*"), *folder.iterdir()):
            assert path.is_dir() or b"river rises" not in path.read_bytes(), path
        assert len(json.loads(newsroom.read("digest/news.json"))["items"]) == 2

        newsroom.edit(sources(partner) + WATER)
        await desk.service.take_over(newsroom.config)
        await desk.service.build()
        assert not list(newsroom.settings.output.glob("digest/*"))

    with PostOffice() as office:
        play(newsroom, partner, office, scene)
    monkeypatch.setattr("aggregator.service.system_clock", newsroom.clock)
    door = {
        "AGGREGATOR_SOURCES": str(newsroom.settings.sources),
        "AGGREGATOR_DATABASE": newsroom.settings.database,
    }
    newsroom.edit(sources(partner) + WATER + MORNING)
    shown = aggregator(newsroom.folder, "digest", "preview", "--output", "look.html", **door)
    assert (shown.returncode, shown.stdout) == (0, "look.html\n"), shown.stderr
    page = (newsroom.folder / "look.html").read_text()
    assert ("A bridge is mended</a>" in page, "The school opens</a>" in page) == (True, False)  # what is new for it
    whole = aggregator(newsroom.folder, "digest", "preview", "morning", "--output", "look.eml", **door)
    assert (newsroom.folder / "look.eml").read_bytes().startswith(b"From: "), whole.stderr
    listed = json.loads(aggregator(newsroom.folder, "digest", "list", "--json", **door).stdout)["digests"]
    assert [(one["id"], one["deliver"], one["tries"]) for one in listed] == [("morning", "smtp", 0)]
    wrong = aggregator(newsroom.folder, "digest", "preview", "mornign", **door)
    assert (wrong.returncode, wrong.stderr.splitlines()[-1]) == (
        2,
        'there is no digest "mornign"; did you mean "morning"?',
    )
    sent = aggregator(newsroom.folder, "digest", "send", **door)
    assert (sent.returncode, sent.stdout) == (1, "morning: AGGREGATOR_SMTP_URL is not set; see docs/digests.md\n")


@pytest.mark.parametrize(
    ("schedule", "zone", "now", "expected"),
    [
        ("daily 07:00", "UTC", "2026-11-22 06:59", "2026-11-22 07:00"),
        ("daily 07:00", "UTC", "2026-11-22 07:00", "2026-11-23 07:00"),
        ("weekly mon 07:00", "America/La_Paz", "2026-11-22 12:00", "2026-11-23 11:00"),
        ("daily 02:30", "Europe/Madrid", "2026-03-29 00:00", "2026-03-29 01:30"),  # left out: 03:30 by the clock
        ("daily 02:30", "Europe/Madrid", "2026-03-29 01:30", "2026-03-30 00:30"),
        ("daily 02:30", "Europe/Madrid", "2026-10-25 00:00", "2026-10-25 00:30"),  # comes twice
        ("daily 02:30", "Europe/Madrid", "2026-10-25 00:30", "2026-10-26 01:30"),
        ("daily 00:00", "America/Santiago", "2026-09-06 03:00", "2026-09-06 04:00"),  # midnight is left out
        ("weekly sun 23:59", "Pacific/Kiritimati", "2026-11-22 09:59", "2026-11-29 09:59"),
    ],
)
def test_a_day_has_one_edition_also_where_clocks_change(schedule: str, zone: str, now: str, expected: str) -> None:
    text = SITE + WATER + MORNING + f'schedule = "{schedule}"\ntimezone = "{zone}"\n'
    config = check_sources(text).config
    at = next_slot(config.digests[0], config, datetime.fromisoformat(f"{now}:00+00:00")).at
    assert f"{at:%Y-%m-%d %H:%M}" == expected
