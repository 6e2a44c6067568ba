"""Operators hear of what needs a person: once, in one digest, in every way they asked for, and of its end."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.alerting import doors_of, look_at_machine
from aggregator.mail import MailServer
from aggregator.models import PollEvent, PollHistory
from aggregator.service import Service
from aggregator.store import alerts, polls
from aggregator.work.alerts import tell_troubles
from tests.cli.door import aggregator
from tests.newsroom import START, Newsroom
from tests.partner import Partner
from tests.postoffice import PostOffice

HOUR = timedelta(hours=1)
SOURCES = """
[[source]]
id = "valley"
name = "Valley Voice"
feed = "https://valley.example/feed"
[[source]]
id = "port"
name = "Port Post"
feed = "https://port.example/feed"
"""
WELL = PollHistory(polled_at=START, last_success_at=START, last_entry_at=START, newest_at=START, polls=9, entries=10)
DOWN = replace(WELL, failures=3, failure="unreachable", outcome="host not found; is the address right?")


class Desk:
    """A newsroom whose sources are well or not as a test says."""

    def __init__(self, newsroom: Newsroom, service: Service) -> None:
        self.newsroom = newsroom
        self.service = service

    async def learn(self, **histories: PollHistory) -> None:
        """Let the last polls have gone like that."""
        event = PollEvent(self.newsroom.clock.now, "said")
        rows = [
            polls.Polled(name, f"https://{name}.example/feed", replace(history, polled_at=event.at), event)
            for name, history in histories.items()
        ]
        await self.service.database.write(polls.save_polls, rows)

    async def look(self, forward: timedelta = timedelta(minutes=11), problems: tuple[str, ...] = ()) -> list[str]:
        """Look at what needs a person, a while later."""
        self.newsroom.clock.now += forward
        service = self.service
        doors = doors_of(service.settings, service.client)
        machine = look_at_machine(service.settings, service.output_failed)
        machine = replace(machine, disks=())  # that of this machine may be as full as it likes
        now = self.newsroom.clock.now
        return list(await tell_troubles(service.config, service.database, doors, machine, problems, now))

    def told(self) -> list[str]:
        """Return the subjects of all digests in the file."""
        path = self.newsroom.settings.alerts_file
        said = path.read_text() if path.exists() else ""
        return [part.splitlines()[0] for part in said.split(f"\n{'-' * 72}\n\n") if part]


Scene = Callable[[Desk], Awaitable[None]]


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path)


def play(newsroom: Newsroom, scene: Scene, deliver: str = '["file"]', sources: str = SOURCES) -> None:
    newsroom.edit(f"[alerts]\ndeliver = {deliver}\n{sources}")

    async def run() -> None:
        async with newsroom.service() as service:
            await scene(Desk(newsroom, service))

    asyncio.run(run())


def test_one_digest_says_what_is_new_and_another_what_is_over(newsroom: Newsroom) -> None:
    async def scene(desk: Desk) -> None:
        await desk.learn(valley=WELL, port=WELL)
        assert await desk.look() == []
        await desk.learn(valley=DOWN, port=DOWN)
        assert await desk.look() == []  # it may be a blip
        assert await desk.look() == ["file"]
        assert desk.told() == ["Valley Wire: 2 new: Valley Voice, Port Post"]
        for _ in range(30):
            assert await desk.look(HOUR) == []  # it goes on, and nobody is told again
        await desk.learn(valley=WELL)
        assert await desk.look(HOUR) == []
        assert await desk.look(13 * HOUR) == ["file"]
        assert desk.told()[1:] == ["Valley Wire: 1 over: Valley Voice"]
        said = newsroom.settings.alerts_file.read_text().split("-" * 72)
        assert (
            "* Valley Voice could not be polled since 2026-11-22 12:00 UTC (3 times in a row): host not found"
            in said[0]
        )
        assert "(since 2026-11-22 12:00 UTC; is the address right?)" in said[0]
        assert "What is over" in said[1]
        assert "What goes on as told before\n\n* Port Post could not be polled" in said[1]
        await desk.learn(port=WELL)
        await desk.look(HOUR)
        assert await desk.look(24 * HOUR) == ["file"]
        assert await desk.look(24 * HOUR) == []
        assert await desk.service.database.read(alerts.load_known) == {}

    play(newsroom, scene)


def test_a_source_that_comes_and_goes_is_told_once(newsroom: Newsroom) -> None:
    async def scene(desk: Desk) -> None:
        for _ in range(10):
            await desk.learn(valley=DOWN)
            await desk.look(4 * HOUR)
            await desk.look(HOUR)
            await desk.learn(valley=WELL)
            await desk.look(6 * HOUR)
        assert desk.told() == ["Valley Wire: 1 new: Valley Voice"]
        await desk.look(13 * HOUR)
        assert desk.told()[1:] == ["Valley Wire: 1 over: Valley Voice"]

    play(newsroom, scene)


def test_a_restart_repeats_nothing(newsroom: Newsroom) -> None:
    async def first(desk: Desk) -> None:
        await desk.learn(valley=DOWN)
        await desk.look()
        await desk.look()

    async def second(desk: Desk) -> None:
        assert await desk.look(2 * HOUR) == []
        assert len(desk.told()) == 1

    play(newsroom, first)
    play(newsroom, second)


def test_what_comes_within_an_hour_waits_for_the_next_digest(newsroom: Newsroom) -> None:
    async def scene(desk: Desk) -> None:
        await desk.learn(valley=DOWN)
        await desk.look()
        assert await desk.look() == ["file"]
        await desk.learn(port=DOWN)
        assert await desk.look() == []
        assert await desk.look() == []
        assert await desk.look(HOUR) == ["file"]
        assert desk.told()[1:] == ["Valley Wire: 1 new: Port Post"]
        newsroom.clock.now -= timedelta(days=1)  # and a clock that jumps makes no difference
        assert await desk.look() == []
        await desk.learn(port=WELL)
        await desk.look(40 * HOUR)
        assert await desk.look(13 * HOUR) == ["file"]

    play(newsroom, scene)


def test_an_agreement_that_ended_is_no_good_news(newsroom: Newsroom) -> None:
    async def scene(desk: Desk) -> None:
        assert await desk.look() == []
        assert await desk.look() == ["file"]
        assert await desk.look(timedelta(days=10)) == []
        assert await desk.look() == ["file"]
        assert await desk.look(timedelta(days=10)) == []
        assert desk.told() == ["Valley Wire: 1 new: Coast"] * 2
        assert "its agreement ended on 2026-12-01" in newsroom.settings.alerts_file.read_text()

    coast = """
[[source]]
id = "coast"
name = "Coast"
feed = "https://c.example/"
[source.rights]
expires = "2026-12-01"
"""
    play(newsroom, scene, sources=coast)


# --- by mail ---------------------------------------------------------------------------------------------------------


def test_a_digest_goes_by_mail(newsroom: Newsroom) -> None:
    async def scene(desk: Desk) -> None:
        await desk.learn(valley=DOWN)
        await desk.look()
        assert await desk.look() == ["smtp"]

    with PostOffice("s3cret") as office:
        server = MailServer("127.0.0.1", office.port, user="wire", password="s3cret")
        newsroom.settings = replace(
            newsroom.settings, smtp_url=server, alerts_to=("Ana <ana@wire.example>", "bo@wire.example")
        )
        play(newsroom, scene, '["smtp"]')
        ((sender, recipients, message),) = office.mail
        assert (sender, recipients) == ("aggregator@wire.example", ["ana@wire.example", "bo@wire.example"])
        assert message["Subject"] == "Valley Wire: 1 new: Valley Voice"
        assert message["Auto-Submitted"] == "auto-generated"
        assert "Valley Voice could not be polled" in message.get_content()


def test_what_could_not_be_delivered_is_delivered_later_and_holds_up_no_other_way(newsroom: Newsroom) -> None:
    async def scene(desk: Desk) -> None:
        office.answer = "451 try later, s3cret"
        await desk.learn(valley=DOWN)
        await desk.look()
        assert await desk.look() == ["file"]
        state = (await desk.service.database.read(alerts.load_ways))["smtp"]
        assert state.tries == 1
        assert "451" in state.said or "try later" in state.said
        assert "s3cret" not in state.said
        waits = []
        for _ in range(4):
            due = (await desk.service.database.read(alerts.load_ways))["smtp"].due_at
            assert due is not None
            waits.append(due - newsroom.clock.now)
            assert await desk.look(due - newsroom.clock.now - timedelta(seconds=1)) == []
            assert await desk.look(timedelta(seconds=1)) == []
        assert waits == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
        office.answer = ""
        await desk.learn(valley=WELL, port=DOWN)  # meanwhile
        await desk.look(HOUR)
        assert await desk.look(HOUR) == ["smtp", "file"]
        assert office.subjects == ["Valley Wire: 1 new: Port Post"]
        assert (await desk.service.database.read(alerts.load_ways))["smtp"].tries == 0

    with PostOffice() as office:
        server = MailServer("127.0.0.1", office.port, password="s3cret")
        newsroom.settings = replace(newsroom.settings, smtp_url=server, alerts_to=("ana@wire.example",))
        play(newsroom, scene, '["smtp", "file"]')


@pytest.mark.parametrize("password", ["wr0ng", ""])
def test_a_mail_server_that_refuses_is_one_line_without_the_password(newsroom: Newsroom, password: str) -> None:
    with PostOffice("s3cret") as office:
        url = f"smtp://wire:{password}@127.0.0.1:{office.port}" if password else f"smtp://127.0.0.1:{office.port}"
        newsroom.edit('[alerts]\ndeliver = ["smtp"]\n')
        done = aggregator(
            newsroom.folder, "alerts", "--test", AGGREGATOR_SMTP_URL=url, AGGREGATOR_ALERTS_TO="ana@wire.example"
        )
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 1
    assert f"127.0.0.1:{office.port}: " in done.stdout
    assert "wr0ng" not in done.stdout + done.stderr


# --- to an address ---------------------------------------------------------------------------------------------------


def test_a_digest_is_posted(newsroom: Newsroom, partner: Partner) -> None:
    partner.serve("/hook/t0ken", b"ok")

    async def scene(desk: Desk) -> None:
        await desk.learn(valley=DOWN)
        await desk.look()
        assert await desk.look() == ["webhook"]
        (body,) = partner.bodies
        said = json.loads(body)
        assert said["subject"] == "Valley Wire: 1 new: Valley Voice"
        assert said["text"].startswith(said["subject"])
        (new,) = said["new"]
        assert (new["kind"], new["subject"], new["since"]) == ("broken", "valley", "2026-11-22T12:00:00+00:00")
        assert (said["over"], said["lasting"]) == ([], [])

    newsroom.settings = replace(newsroom.settings, alerts_webhook=partner.url("/hook/t0ken"))
    play(newsroom, scene, '["webhook"]')


def test_the_secret_of_a_webhook_stands_nowhere(
    newsroom: Newsroom, partner: Partner, caplog: pytest.LogCaptureFixture
) -> None:
    partner.serve("/hook/t0ken", b"", status=500)

    async def scene(desk: Desk) -> None:
        await desk.learn(valley=DOWN)
        await desk.look()
        for _ in range(4):
            assert await desk.look(HOUR) == []
        said = (await desk.service.database.read(alerts.load_ways))["webhook"].said
        assert said.startswith("127.0.0.1")
        assert "500" in said
        assert "t0ken" not in said + caplog.text
        desk.service.settings = replace(desk.service.settings, alerts_webhook=partner.url("/hook/t0ken", "10.0.0.7"))
        await desk.look(7 * HOUR)
        said = (await desk.service.database.read(alerts.load_ways))["webhook"].said
        assert "AGGREGATOR_ALLOW_NETWORKS" in said

    newsroom.settings = replace(newsroom.settings, alerts_webhook=partner.url("/hook/t0ken"))
    play(newsroom, scene, '["webhook"]')


# --- by command ------------------------------------------------------------------------------------------------------


def test_the_command_says_what_was_told_and_tries_the_ways(newsroom: Newsroom, partner: Partner) -> None:
    async def scene(desk: Desk) -> None:
        await desk.learn(valley=DOWN)
        await desk.look()
        await desk.look()

    play(newsroom, scene, '["file", "webhook"]')
    words = ("alerts", "--database", newsroom.settings.database)
    done = aggregator(newsroom.folder, *words)
    assert done.returncode == 0, done.stderr
    first, second, file, webhook = done.stdout.splitlines()
    assert first.startswith("broken: Valley Voice could not be polled")
    assert second.endswith("; told by file")
    assert file == "by file: last digest 2026-11-22 12:22Z"
    assert "AGGREGATOR_ALERTS_WEBHOOK is not set" in webhook
    found = json.loads(aggregator(newsroom.folder, *words, "--json").stdout)
    assert found["troubles"][0]["told"] == ["file"]
    assert found["ways"]["webhook"]["tries"] == 1
    partner.serve("/hook", b"ok")
    tried = aggregator(
        newsroom.folder,
        *words,
        "--test",
        AGGREGATOR_ALERTS_LOG="alerts.txt",
        AGGREGATOR_ALERTS_WEBHOOK=partner.url("/hook"),
    )
    assert (tried.returncode, tried.stdout) == (0, "by file: sent\nby webhook: sent\n")
    assert "Valley Wire: a test" in newsroom.settings.alerts_file.read_text()
