"""Hubs tell us of partners' news: asked for, made sure of, delivered, ended, and never in the way of polls."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from aggregator.models import PollEvent, PollHistory
from aggregator.service import Service
from aggregator.store.polls import Polled, save_polls
from tests.hub import Hub
from tests.newsroom import EVERYTHING, START, Newsroom, Post, cycle, paragraphs, rss
from tests.partner import Partner
from tests.work.test_poll import source

PUBLIC = "https://wire.example/news/"


@pytest.fixture
def newsroom(tmp_path: Path, partner: Partner) -> Newsroom:
    newsroom = Newsroom(tmp_path)
    newsroom.settings = replace(newsroom.settings, public_url=PUBLIC)
    partner.serve("/hub", b"", status=202)
    serve(partner, 1)
    newsroom.edit(source(partner, more='[source.fetch]\nmin_interval = "1h"') + EVERYTHING)
    return newsroom


def posts(partner: Partner, *numbers: int) -> list[Post]:
    return [Post(f"g{n}", partner.url(f"/{n}"), f"Number {n}", paragraphs(f"maize{n}")) for n in numbers]


def serve(partner: Partner, *numbers: int, links: str | None = None) -> None:
    """Serve a feed of some posts that names a hub and itself in its headers."""
    if links is None:
        links = f'<{partner.url("/hub")}>; rel="hub", <{partner.url("/feed")}>; rel="self"'
    headers = [("Content-Type", "application/rss+xml"), *([("Link", links)] if links else [])]
    partner.serve("/feed", rss(posts(partner, *numbers)), headers=headers)


def play(
    newsroom: Newsroom, partner: Partner, steps: Callable[[Service, Hub], Awaitable[None]], *, polls: bool = False
) -> None:
    """Run the steps of a test against a service that knows the source's hub, by a poll if so, and has asked it."""

    async def run() -> None:
        async with newsroom.service() as service:
            await (cycle(service) if polls else know(service, partner))
            await service.push.ask_hubs()
            await steps(service, Hub(partner, service))

    asyncio.run(run())


async def know(service: Service, partner: Partner, *hubs: str, feed: str = "/feed", name: str = "valley") -> None:
    """Leave behind what a poll does."""
    named = tuple(partner.url(hub) for hub in hubs or ("/hub",))
    history = PollHistory(hubs=named, self_url=partner.url(feed), entries=1, next_poll_at=START + timedelta(hours=1))
    polled = Polled(name, partner.url("/feed"), history, PollEvent(START, "1 new"))
    await service.database.write(save_polls, [polled])


def row(newsroom: Newsroom, *columns: str) -> tuple[object, ...]:
    (found,) = newsroom.rows(f"SELECT {', '.join(columns)} FROM subscription")
    return tuple(found)


def next_poll(newsroom: Newsroom) -> datetime:
    ((at,),) = newsroom.rows("SELECT next_poll_at FROM pollstate")
    return datetime.fromisoformat(f"{at}+00:00")


def test_a_hub_is_asked_and_the_answer_to_its_question_starts_the_lease(newsroom: Newsroom, partner: Partner) -> None:
    async def steps(service: Service, hub: Hub) -> None:
        (asked,) = hub.asked
        assert (asked.mode, asked.feed, asked.lease_seconds) == ("subscribe", partner.url("/feed"), "864000")
        assert asked.callback.startswith(f"{PUBLIC}_push/")
        assert len(asked.callback) - len(f"{PUBLIC}_push/") == len(asked.secret) == 43
        answer = await hub.ask_back(asked, 86_400)
        assert (answer.status_code, answer.text) == (200, "is-it-you")
        assert answer.headers["content-type"].startswith("text/plain")
        assert row(newsroom, "failures", "lease_until") == (0, "2026-11-23 12:00:00.000000")
        assert (await hub.ask_back(asked, 86_400)).status_code == 200  # it may not have heard us
        await service.push.ask_hubs()
        newsroom.clock.forward(hours=15)
        await service.push.ask_hubs()
        assert len(hub.asked) == 1
        newsroom.clock.forward(hours=4)  # three quarters of the lease are over
        await service.push.ask_hubs()
        assert [one.callback for one in hub.asked] == [asked.callback] * 2
        assert (await hub.ask_back(hub.asked[-1], None)).status_code == 200
        assert row(newsroom, "lease_until") == ("2026-12-03 07:00:00.000000",)  # what we asked for

    play(newsroom, partner, steps)


def test_what_was_not_asked_for_is_not_confirmed(newsroom: Newsroom, partner: Partner) -> None:
    async def steps(service: Service, hub: Hub) -> None:
        (asked,) = hub.asked
        elsewhere = "https://elsewhere.example/feed"
        for changed in ({"topic": elsewhere}, {"mode": "unsubscribe"}, {"mode": "publish"}, {"mode": ""}):
            assert (await hub.ask_back(asked, **changed)).status_code == 404
        assert (await hub.ask_back(asked, challenge="")).status_code == 404
        other = replace(asked, callback=asked.callback[:-1] + ("A" if asked.callback[-1] != "A" else "B"))
        assert (await hub.ask_back(other)).status_code == 404
        assert (await hub.deliver(other, b"x")).status_code == 410
        newsroom.clock.forward(days=2)
        assert (await hub.ask_back(asked)).status_code == 404  # too late
        assert row(newsroom, "lease_until") == (None,)

    play(newsroom, partner, steps)


def test_a_delivery_is_published_without_a_poll_and_a_poll_follows(newsroom: Newsroom, partner: Partner) -> None:
    async def steps(service: Service, hub: Hub) -> None:
        (asked,) = hub.asked
        await hub.ask_back(asked)
        newsroom.clock.forward(minutes=20)
        requests = len(partner.requests)
        answer = await hub.deliver(asked, rss(posts(partner, 2)))
        assert answer.status_code == 202
        await service.push.take_in()
        newsroom.clock.forward(minutes=10)
        await service.build_due()
        assert b"Number 2" in newsroom.read("all.rss")
        assert not any(request.path == "/feed" for request in partner.requests[requests:])
        assert next_poll(newsroom) == START + timedelta(minutes=20, seconds=10)
        assert row(newsroom, "deliveries", "is_working") == (1, 1)
        serve(partner, 2, 1)
        assert await cycle(service) == ["nothing new in 2 entries"]
        (wait,) = {next_poll(newsroom) - newsroom.clock()}
        assert timedelta(hours=4) <= wait <= timedelta(hours=6)  # four times as long as without a hub
        newsroom.clock.forward(hours=5)
        serve(partner, 3, 2, 1)
        assert await cycle(service) == ["1 new"]  # and the hub did not tell of it
        assert row(newsroom, "is_working") == (0,)
        assert next_poll(newsroom) - newsroom.clock() < timedelta(hours=3)

    play(newsroom, partner, steps, polls=True)


def test_what_is_not_signed_is_thanked_for_and_forgotten(newsroom: Newsroom, partner: Partner) -> None:
    async def steps(service: Service, hub: Hub) -> None:
        (asked,) = hub.asked
        await hub.ask_back(asked)
        body, due = rss(posts(partner, 2)), next_poll(newsroom)
        forged = replace(asked, secret="guessed")
        answers = [
            await hub.deliver(asked, body, signature=""),
            await hub.deliver(asked, body, signature="sha256="),
            await hub.deliver(asked, body, signature="md5=d41d8cd98f00b204e9800998ecf8427e"),
            await hub.deliver(asked, body, signature="sha1=-"),
            await hub.deliver(forged, body),
        ]
        assert {answer.status_code for answer in answers} == {202}
        await service.push.take_in()
        assert newsroom.rows("SELECT count(*) FROM copy") == [(0,)]
        assert next_poll(newsroom) == due
        assert row(newsroom, "deliveries", "is_working") == (0, 0)

    play(newsroom, partner, steps)


def test_a_hub_that_writes_feeds_anew_changes_nothing_that_is_known(newsroom: Newsroom, partner: Partner) -> None:
    async def steps(service: Service, hub: Hub) -> None:
        (asked,) = hub.asked
        await hub.ask_back(asked)
        before = newsroom.rows("SELECT * FROM copy")
        states = newsroom.rows("SELECT etag, body_hash, entries, entries_hash, rhythm, outcome FROM pollstate")
        (first,) = posts(partner, 1)
        await hub.deliver(asked, rss([replace(first, guid="hub:1", body="<p>Cut …</p>")]), content_encoding="gzip")
        await hub.deliver(asked, rss([replace(first, link="https://hub.example/x", title="NUMBER 1")]))
        await hub.deliver(asked, b"\x1f\x8b no feed", content_type="text/plain")
        for _ in range(3):
            await service.push.take_in()
        assert newsroom.rows("SELECT * FROM copy") == before
        assert newsroom.rows("SELECT etag, body_hash, entries, entries_hash, rhythm, outcome FROM pollstate") == states
        assert next_poll(newsroom) == START + timedelta(seconds=10)

    play(newsroom, partner, steps, polls=True)


def test_a_hub_that_floods_does_not_make_us_flood_the_partner(newsroom: Newsroom, partner: Partner) -> None:
    async def steps(service: Service, hub: Hub) -> None:
        (asked,) = hub.asked
        await hub.ask_back(asked)
        answers = [(await hub.deliver(asked, b"news")).status_code for _ in range(25)]
        assert answers == [202] * 20 + [429] * 5
        assert next_poll(newsroom) == START + timedelta(seconds=10)
        newsroom.clock.forward(minutes=1)
        await know(service, partner)  # polled
        assert [(await hub.deliver(asked, b"news")).status_code for _ in range(5)] == [202] * 4 + [429]
        assert next_poll(newsroom) == START + timedelta(minutes=15, seconds=10)
        newsroom.clock.forward(minutes=1)
        assert (await hub.deliver(asked, b"x" * (10 << 20) + b"x")).status_code == 413

    play(newsroom, partner, steps)


def test_a_dead_hub_is_asked_ever_more_seldom_and_polls_go_on(newsroom: Newsroom, partner: Partner) -> None:
    partner.serve("/hub", b"down", status=503)

    async def steps(service: Service, hub: Hub) -> None:
        waits = [0]
        for _ in range(70):
            newsroom.clock.forward(minutes=10)
            count = len(hub.asked)
            await service.push.ask_hubs()
            waits[-1] += 1
            waits += [0] * (len(hub.asked) - count)
        assert waits[:-1] == [1, 2, 4, 8, 16, 32]  # times ten minutes

    play(newsroom, partner, steps)


def test_a_hub_that_falls_silent_is_not_relied_on(newsroom: Newsroom, partner: Partner) -> None:
    async def steps(service: Service, hub: Hub) -> None:
        await hub.ask_back(hub.asked[0])
        await hub.deliver(hub.asked[0], b"news")
        partner.serve("/hub", b"method not allowed", status=405)
        for _ in range(3):
            await service.push.check_hubs()
        assert row(newsroom, "is_working") == (1,)
        partner.serve("/hub", b"down", status=502)
        newsroom.clock.forward(minutes=30)
        await service.push.check_hubs()
        assert row(newsroom, "is_working") == (1,)  # once is nothing
        await service.push.check_hubs()
        assert row(newsroom, "is_working") == (0,)
        assert [source.id for source in await service.due_sources()] == ["valley"]
        newsroom.clock.forward(minutes=10)
        await service.push.ask_hubs()
        assert len(hub.asked) == 2  # it may have forgotten us

    play(newsroom, partner, steps)


def test_a_refusal_is_heeded_and_shown(newsroom: Newsroom, partner: Partner) -> None:
    async def steps(service: Service, hub: Hub) -> None:
        (asked,) = hub.asked
        await hub.ask_back(asked)
        newsroom.clock.forward(hours=1)
        assert (await hub.ask_back(asked, mode="denied", reason="Not today")).status_code == 200
        assert row(newsroom, "lease_until", "is_working", "said") == (None, 0, "the hub refuses: Not today")
        assert (await hub.ask_back(asked)).status_code == 404
        newsroom.clock.forward(hours=23)
        await service.push.ask_hubs()
        assert len(hub.asked) == 1
        newsroom.clock.forward(hours=2)
        await service.push.ask_hubs()
        assert len(hub.asked) == 2

    play(newsroom, partner, steps)


def test_a_source_that_is_disabled_is_unsubscribed(newsroom: Newsroom, partner: Partner) -> None:
    async def steps(service: Service, hub: Hub) -> None:
        (asked,) = hub.asked
        await hub.ask_back(asked)
        newsroom.edit(source(partner, more="enabled = false") + EVERYTHING)
        await service.take_over(newsroom.config)
        await service.push.ask_hubs()
        ending = hub.asked[-1]
        assert (ending.mode, ending.callback, ending.secret) == ("unsubscribe", asked.callback, "")
        assert (await hub.deliver(asked, rss(posts(partner, 2)))).status_code == 410
        assert (await hub.ask_back(asked)).status_code == 404
        assert (await hub.ask_back(ending)).status_code == 200
        assert newsroom.rows("SELECT * FROM subscription") == []
        assert (await hub.ask_back(ending)).status_code == 404

    play(newsroom, partner, steps)


def test_a_hub_that_does_not_let_go_is_left_after_three_requests(newsroom: Newsroom, partner: Partner) -> None:
    async def steps(service: Service, hub: Hub) -> None:
        await hub.ask_back(hub.asked[0])
        newsroom.edit(EVERYTHING)
        await service.take_over(newsroom.config)
        for _ in range(8):
            await service.push.ask_hubs()
            newsroom.clock.forward(hours=1)
        assert [one.mode for one in hub.asked] == ["subscribe"] + ["unsubscribe"] * 3
        assert newsroom.rows("SELECT * FROM subscription") == []

    play(newsroom, partner, steps)


def test_another_hub_or_another_address_is_followed_once_an_hour(newsroom: Newsroom, partner: Partner) -> None:
    partner.serve("/new", b"", status=202)

    async def steps(service: Service, hub: Hub) -> None:
        (first,) = hub.asked
        await hub.ask_back(first)
        for number in range(4):  # a feed that calls itself something else each time
            await know(service, partner, "/new", feed=f"/feed?{number}")
            newsroom.clock.forward(minutes=20)
            await service.push.ask_hubs()
        later = {one for one in hub.asked if one.callback != first.callback}
        assert {(one.mode, one.feed) for one in later} == {("subscribe", partner.url("/feed?2"))}
        assert len({one.secret for one in later} | {first.secret}) == 2
        assert {one.mode for one in hub.asked if one.callback == first.callback} == {"subscribe", "unsubscribe"}

    play(newsroom, partner, steps)


def test_a_second_hub_is_asked_when_the_first_stays_silent(newsroom: Newsroom, partner: Partner) -> None:
    partner.redirect("/hub", "/elsewhere", 302)  # no way to lead a request on (RFC 9110 §15.4.3)
    partner.redirect("/second", "/third", 308)
    partner.serve("/third", b"", status=202)

    async def steps(service: Service, hub: Hub) -> None:
        await know(service, partner, "/hub", "/second")
        for _ in range(5):
            newsroom.clock.forward(minutes=40)
            await service.push.ask_hubs()
        (asked,) = {one for one in hub.asked if one.callback != hub.asked[0].callback}
        paths = [request.path for request in partner.requests]
        assert paths.count("/second") == paths.count("/third") == 2
        assert (await hub.ask_back(asked)).status_code == 200
        await service.push.ask_hubs()
        ((kept,),) = newsroom.rows("SELECT hub FROM subscription WHERE NOT is_ending")
        assert kept == partner.url("/second")

    play(newsroom, partner, steps)


def test_without_a_public_address_no_hub_is_asked(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.settings = replace(newsroom.settings, public_url="")

    async def steps(service: Service, hub: Hub) -> None:
        assert hub.asked == []

    play(newsroom, partner, steps)


def test_many_subscriptions_cost_a_dead_hub_one_request_in_ten_minutes(newsroom: Newsroom, partner: Partner) -> None:
    partner.serve("/hub", b"down", status=503)

    async def steps(service: Service, hub: Hub) -> None:
        newsroom.edit("".join(source(partner, name) for name in ("valley", "hill", "shore", "town")) + EVERYTHING)
        await service.take_over(newsroom.config)
        for name in ("hill", "shore", "town"):
            await know(service, partner, name=name)
        counts = []
        for _ in range(6):
            newsroom.clock.forward(minutes=10)
            before = len(hub.asked)
            for _ in range(3):
                await service.push.ask_hubs()
            counts.append(len(hub.asked) - before)
        assert max(counts) <= 2  # two at a time
        partner.serve("/hub", b"", status=202)
        for _ in range(4):
            newsroom.clock.forward(minutes=40)
            await service.push.ask_hubs()
        assert len({one.callback for one in hub.asked}) == 4

    play(newsroom, partner, steps)
