"""How a partner sees us over days: what we ask, how often, and what we make of each kind of answer."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.models import FailureKind, PollEvent, PollHistory
from aggregator.reports.status import SourceStatus, gather_status
from aggregator.service import Service
from aggregator.store import polls
from aggregator.work.poll import PollOutcome
from tests.newsroom import EVERYTHING, START, Newsroom, Post, paragraphs, rss
from tests.partner import Headers, Partner
from tests.work.test_poll import play, source

RSS = ("Content-Type", "application/rss+xml")
ETAG = ("ETag", '"v1"')


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path)


def feed(partner: Partner, *topics: str) -> bytes:
    return rss([Post(topic, partner.url(f"/{topic}"), topic.title(), paragraphs(topic)) for topic in topics])


def serve(partner: Partner, *topics: str, path: str = "/feed", headers: Headers = (ETAG,)) -> None:
    partner.serve(path, feed(partner, *topics), headers=[RSS, *headers])


async def poll_due(service: Service) -> list[str]:
    """Poll what is due, as the loop does; returns what the polls said."""
    outcomes: list[PollOutcome] = []
    await service.poll(await service.due_sources(), outcomes.append)
    return [outcome.said for outcome in outcomes]


def asked(partner: Partner, path: str = "/feed") -> int:
    return sum(request.path == path for request in partner.requests)


async def status(service: Service, newsroom: Newsroom, name: str = "valley") -> SourceStatus:
    found = await service.database.read(gather_status, service.config, newsroom.clock())
    return next(one for one in found.sources if one.id == name)


async def wait(service: Service, newsroom: Newsroom, name: str = "valley") -> timedelta:
    """Return how far off the next poll of a source is; up to a tenth of that is chance."""
    due = (await status(service, newsroom, name)).next_poll_at
    assert due is not None
    return due - newsroom.clock()


# --- conditional requests --------------------------------------------------------------------------------------------


def test_one_unconditional_request_ever_also_after_a_restart(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)
    serve(partner, "maize", headers=[ETAG, ("Last-Modified", "Sun, 22 Nov 2026 09:00:00 GMT")])

    async def one_poll(service: Service) -> None:
        await poll_due(service)

    for _ in range(3):
        play(newsroom, one_poll)
        newsroom.clock.forward(days=1)
    assert [request.header("If-None-Match") for request in partner.requests] == [None, '"v1"', '"v1"']
    assert partner.requests[2].header("If-Modified-Since") == "Sun, 22 Nov 2026 09:00:00 GMT"


def test_who_asks_is_said_and_nothing_else(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)
    serve(partner, "maize", headers=[ETAG, ("Set-Cookie", "id=1"), ("Content-Location", "/feed?x=1")])

    async def steps(service: Service) -> None:
        await poll_due(service)
        newsroom.clock.forward(days=1)
        await poll_due(service)

    play(newsroom, steps)
    for request in partner.requests:
        assert request.path == "/feed"
        names = {name.lower() for name, _ in request.headers}
        assert names <= {"host", "user-agent", "accept", "accept-encoding", "if-none-match", "if-modified-since"}
        agent = request.header("User-Agent")
        assert agent is not None
        assert agent.startswith("aggregator/")
        assert agent.endswith(" (+mailto:desk@wire.example)")


def test_a_gzip_proxys_tag_loses_its_mark_and_then_earns_its_304(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)
    body = feed(partner, "maize")

    async def steps(service: Service) -> None:
        # WordPress behind gzip: what it sends is marked, and what it compares is not.
        for sent in ('W/"v1"', 'W/"v1"'):
            partner.serve("/feed", body, headers=[RSS, ("ETag", sent)], answers_to='"v1"')
            await poll_due(service)
            newsroom.clock.forward(days=1)
        assert await poll_due(service) == ["not modified"]

    play(newsroom, steps)
    assert [request.header("If-None-Match") for request in partner.requests] == [None, 'W/"v1"', '"v1"']


# --- when ------------------------------------------------------------------------------------------------------------


# name, headers, least wait, most wait before chance
WISHES: list[tuple[str, Headers, timedelta]] = [
    ("nothing asked", [ETAG], timedelta(hours=1)),
    ("max-age", [ETAG, ("Cache-Control", "public, max-age=18000")], timedelta(hours=5)),
    ("Expires", [ETAG, ("Date", "Sun, 22 Nov 2026 12:00:00 GMT"), ("Expires", "Sun, 22 Nov 2026 15:00:00 GMT")],
     timedelta(hours=3)),
    ("no validators", [], timedelta(hours=24)),
    ("a month", [ETAG, ("Cache-Control", "max-age=2592000")], timedelta(hours=24)),
]  # fmt: skip


@pytest.mark.parametrize(("headers", "least"), [pytest.param(*values, id=name) for name, *values in WISHES])
def test_nobody_is_asked_sooner_than_he_wants(
    newsroom: Newsroom, partner: Partner, headers: Headers, least: timedelta
) -> None:
    newsroom.edit(source(partner) + EVERYTHING)
    serve(partner, "maize", headers=headers)

    async def steps(service: Service) -> None:
        await poll_due(service)
        assert least <= await wait(service, newsroom) <= least * 1.1
        newsroom.clock.forward(seconds=least.total_seconds() - 1)
        assert await poll_due(service) == []
        newsroom.clock.forward(seconds=least.total_seconds() * 0.1 + 2)
        assert len(await poll_due(service)) == 1

    play(newsroom, steps)


def test_what_the_feed_itself_wants_counts_after_a_304_too(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)
    body = feed(partner, "maize").replace(b"<channel>", b"<channel><ttl>300</ttl>")
    partner.serve("/feed", body, headers=[RSS, ETAG])

    async def steps(service: Service) -> None:
        for said in ("1 new", "not modified"):
            newsroom.clock.forward(days=1)
            assert await poll_due(service) == [said]
            assert await wait(service, newsroom) >= timedelta(hours=5)

    play(newsroom, steps)


def test_a_304_that_says_nothing_new_keeps_the_age_of_the_body(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)
    serve(partner, "maize", headers=[ETAG, ("Cache-Control", "max-age=18000")])

    async def steps(service: Service) -> None:
        for said in ("1 new", "not modified", "not modified"):
            newsroom.clock.forward(days=1)
            assert await poll_due(service) == [said]
            assert await wait(service, newsroom) >= timedelta(hours=5)

    play(newsroom, steps)


def test_what_is_no_feed_may_ask_for_time_too(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)
    partner.serve("/feed", HOME, headers=[HTML, ("Cache-Control", "max-age=72000")])

    async def steps(service: Service) -> None:
        await poll_due(service)
        assert await wait(service, newsroom) >= timedelta(hours=20)

    play(newsroom, steps)


@pytest.mark.parametrize("status_code", [429, 503])
@pytest.mark.parametrize("asks", ["10800", "Sun, 22 Nov 2026 15:00:00 GMT"])
def test_a_host_that_asks_for_a_rest_gets_it_from_all_its_sources_and_after_a_restart(
    newsroom: Newsroom, partner: Partner, status_code: int, asks: str
) -> None:
    elsewhere = source(partner, "coast", "/c").replace("127.0.0.1", "localhost")
    newsroom.edit(source(partner) + source(partner, "hills", "/hills") + elsewhere + EVERYTHING)
    partner.serve("/feed", status=status_code, headers=[("Retry-After", asks)])
    serve(partner, "rice", path="/hills")
    serve(partner, "fish", path="/c")

    async def first(service: Service) -> None:
        await service.poll([service.config.sources[0]], lambda _: None)

    async def second(service: Service) -> None:
        await poll_due(service)
        assert asked(partner, "/hills") == 0
        assert asked(partner, "/c") == 1
        assert "asked to be left alone until 2026-11-22 15:00" in (await status(service, newsroom, "hills")).outcome
        serve(partner, "maize")
        newsroom.clock.forward(hours=3)
        await poll_due(service)
        assert asked(partner, "/hills") == 1

    play(newsroom, first)
    newsroom.clock.forward(minutes=30)
    play(newsroom, second)


def test_failures_wait_longer_and_longer_and_the_first_success_ends_that(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)

    async def steps(service: Service) -> None:
        partner.serve("/feed", status=500)
        for hours in (1, 2, 4, 8, 16, 24, 24):
            await poll_due(service)
            assert timedelta(hours=hours * 0.9) <= await wait(service, newsroom) <= timedelta(hours=hours * 1.1)
            newsroom.clock.forward(hours=hours * 1.1)
        serve(partner, "maize")
        assert await poll_due(service) == ["1 new"]
        assert await wait(service, newsroom) <= timedelta(hours=1.1)
        assert (await status(service, newsroom)).state == "ok"

    play(newsroom, steps)


def test_a_clock_set_back_does_not_silence_a_source(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)
    serve(partner, "maize")

    async def steps(service: Service) -> None:
        newsroom.clock.forward(days=400)
        await poll_due(service)
        newsroom.clock.now = START
        assert await poll_due(service) == ["not modified"]

    play(newsroom, steps)


# --- moves and ends --------------------------------------------------------------------------------------------------


def test_a_move_is_followed_told_and_after_some_days_relied_on(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)
    partner.redirect("/feed", "/new", 301)
    serve(partner, "maize", path="/new")

    async def steps(service: Service) -> None:
        await poll_due(service)
        assert f'write feed = "{partner.url("/new")}"' in (await status(service, newsroom)).warning
        for _ in range(4):
            newsroom.clock.forward(days=1)
            await poll_due(service)
        assert asked(partner, "/feed") == 3
        assert asked(partner, "/new") == 5

    play(newsroom, steps)


def test_a_temporary_redirect_is_followed_and_forgotten(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)
    partner.redirect("/feed", "/new", 302)
    serve(partner, "maize", path="/new")

    async def steps(service: Service) -> None:
        for _ in range(6):
            await poll_due(service)
            newsroom.clock.forward(days=1)
        assert (await status(service, newsroom)).moved_to == ""
        assert asked(partner, "/feed") == 6

    play(newsroom, steps)


def test_when_the_old_address_is_gone_the_new_one_is_used_at_once(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)
    partner.redirect("/feed", "/new", 308)
    serve(partner, "maize", path="/new")

    async def steps(service: Service) -> None:
        await poll_due(service)
        partner.serve("/feed", status=404)
        newsroom.clock.forward(days=1)
        assert await poll_due(service) == ["not modified"]
        newsroom.clock.forward(days=1)
        assert await poll_due(service) == ["not modified"]
        assert asked(partner, "/feed") == 2

    play(newsroom, steps)


def test_a_password_does_not_move_along_to_another_host(newsroom: Newsroom, partner: Partner) -> None:
    rules = 'fetch.redirects = "apply"\nfetch.headers = { Authorization = "Basic c2VjcmV0" }'
    newsroom.edit(source(partner, more=rules) + EVERYTHING)
    partner.redirect("/feed", partner.url("/new", "localhost"), 301)
    serve(partner, "maize", path="/new")

    async def steps(service: Service) -> None:
        for _ in range(2):
            await poll_due(service)
            newsroom.clock.forward(days=1)

    play(newsroom, steps)
    sent = [(request.path, request.header("Authorization")) for request in partner.requests]
    assert sent == [("/feed", "Basic c2VjcmV0"), ("/new", None), ("/new", None)]


def test_nothing_is_asked_twice_in_one_poll(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)
    partner.redirect("/feed", "/new", 301)
    serve(partner, "maize", path="/new")

    async def steps(service: Service) -> None:
        await poll_due(service)
        partner.serve("/new", status=404)
        newsroom.clock.forward(days=1)
        await poll_due(service)
        assert asked(partner, "/new") == 2

    play(newsroom, steps)


@pytest.mark.parametrize("trouble", ["403", "a page"])
def test_while_the_new_address_fails_the_old_one_is_asked_in_turns(
    newsroom: Newsroom, partner: Partner, trouble: str
) -> None:
    newsroom.edit(source(partner) + EVERYTHING)
    partner.redirect("/feed", "/new", 301)
    serve(partner, "maize", path="/new")

    async def steps(service: Service) -> None:
        for _ in range(5):
            await poll_due(service)
            newsroom.clock.forward(days=1)
        serve(partner, "maize", "rice", headers=[("ETag", '"v2"')])
        partner.serve("/new", HOME, 403 if trouble == "403" else 200, [HTML])
        for _ in range(2):
            said = await poll_due(service)
            newsroom.clock.forward(days=1)
        assert said == ["1 new"]
        assert (await status(service, newsroom)).moved_to == ""

    play(newsroom, steps)


def test_an_edited_address_forgets_what_was_learned(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)
    partner.serve("/feed", status=410)
    serve(partner, "maize", path="/other")

    async def steps(service: Service) -> None:
        await poll_due(service)
        newsroom.edit(source(partner, path="/other") + EVERYTHING)
        await service.take_over(newsroom.config)
        assert await poll_due(service) == ["1 new"]

    play(newsroom, steps)
    assert partner.requests[-1].header("If-None-Match") is None


def test_a_410_retires_the_source_and_a_person_can_wake_it(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)
    partner.serve("/feed", status=410)

    async def steps(service: Service) -> None:
        (said,) = await poll_due(service)
        assert "it is gone for good and is polled no more" in said
        newsroom.clock.forward(days=300)
        assert await poll_due(service) == []
        assert (await status(service, newsroom)).state == "gone"
        serve(partner, "maize")
        await service.database.write(polls.make_due, ["valley"])
        assert await poll_due(service) == ["1 new"]
        assert (await status(service, newsroom)).state == "ok"

    play(newsroom, steps)


# --- what is wrong, by name ------------------------------------------------------------------------------------------

HTML = ("Content-Type", "text/html; charset=utf-8")
CHALLENGE = b"<!doctype html><html><head><title>Just a moment...</title></head><body></body></html>"
LOGIN = b"""<!doctype html><html><head><title>Log In</title></head><body class="login"><form id="loginform"
action="/wp-login.php" method="post"><input name="log"><input type="password" name="pwd"></form></body></html>"""
MAINTENANCE = (
    b"<html><body><h1>Briefly unavailable for scheduled maintenance. Check back in a minute.</h1></body></html>"
)
HOME = b"""<!doctype html><html><head><title>Valley News</title><link rel="alternate" type="application/rss+xml"
href="/rss.xml"></head><body><h1>Valley News</h1><p>Welcome.</p></body></html>"""

# name, status, headers, body, what is said, kind
WRONGS: list[tuple[str, int, Headers, bytes, str, FailureKind]] = [
    ("Cloudflare", 403, [HTML, ("Server", "cloudflare"), ("cf-mitigated", "challenge")], CHALLENGE, "(Cloudflare)",
     "refused"),
    ("DataDome", 403, [HTML, ("X-DataDome", "protected")], b"<html></html>", "(DataDome)", "refused"),
    ("a login page", 200, [HTML], LOGIN, "a login page", "unreadable"),
    ("maintenance", 503, [HTML, ("Retry-After", "600")], MAINTENANCE, "a maintenance page", "busy"),
    ("the home page", 200, [HTML], HOME, "/rss.xml", "unreadable"),
    ("an empty answer", 200, [RSS], b"", "an empty body", "unreadable"),
    ("no such feed", 404, [HTML], HOME, "nothing there (any more)", "refused"),
    ("a password", 401, [], b"", "ask the partner for access", "refused"),
    ("trouble", 500, [], b"", "answered 500", "server"),
    ("brotli", 200, [RSS, ("Content-Encoding", "br")], b"x", "only gzip and deflate", "unreadable"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "headers", "body", "expected", "kind"), [pytest.param(*values, id=name) for name, *values in WRONGS]
)
def test_what_is_wrong_is_said_by_name(
    newsroom: Newsroom,
    partner: Partner,
    code: int,
    headers: Headers,
    body: bytes,
    expected: str,
    kind: FailureKind,
) -> None:
    newsroom.edit(source(partner) + EVERYTHING)
    partner.serve("/feed", body, code, headers)

    async def steps(service: Service) -> None:
        (said,) = await poll_due(service)
        assert expected in said
        found = await status(service, newsroom)
        assert (found.state, found.outcome, found.failure) == ("failing", said, kind)
        (event,) = await service.database.read(polls.last_events, "valley")
        assert (event.said, event.failure) == (said, kind)

    play(newsroom, steps)


def test_no_entries_where_there_were_some_is_an_alarm_that_lasts(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)
    serve(partner, "maize", "rice")

    async def steps(service: Service) -> None:
        await poll_due(service)
        serve(partner, headers=[("ETag", '"v2"')])
        for said in ("the feed holds no entries", "not modified"):
            newsroom.clock.forward(days=1)
            assert await poll_due(service) == [said]
            found = await status(service, newsroom)
            assert found.state == "warning"
            assert "it held 2 before" in found.warning
        serve(partner, "maize", headers=[("ETag", '"v3"')])
        newsroom.clock.forward(days=1)
        await poll_due(service)
        assert (await status(service, newsroom)).state == "ok"

    play(newsroom, steps)


def test_the_target_of_a_passing_detour_does_not_retire_a_source(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)
    partner.redirect("/feed", "/elsewhere", 302)
    partner.serve("/elsewhere", status=410)

    async def steps(service: Service) -> None:
        await poll_due(service)
        assert (await status(service, newsroom)).state == "failing"

    play(newsroom, steps)


def test_a_hosts_rest_outlives_its_joining_a_group(newsroom: Newsroom, partner: Partner) -> None:
    both = source(partner) + source(partner, "hills", "/hills")
    newsroom.edit(both + EVERYTHING)
    partner.serve("/feed", status=429, headers=[("Retry-After", "36000")])
    serve(partner, "rice", path="/hills")

    async def steps(service: Service) -> None:
        await service.poll([service.config.sources[0]], lambda _: None)
        newsroom.edit(both.replace("feed =", 'fetch.politeness_group = "platform"\nfeed =') + EVERYTHING)
        await service.take_over(newsroom.config)
        await poll_due(service)
        assert asked(partner, "/hills") == 0

    play(newsroom, steps)


def test_what_was_answered_while_the_service_stops_is_kept(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)
    partner.serve("/feed", status=429, headers=[("Retry-After", "36000")])

    async def stop_at_once(service: Service) -> None:
        polling = asyncio.create_task(service.poll(service.config.sources, lambda _: None))
        for _ in range(100_000):
            if service.politeness.rests:
                break
            await asyncio.sleep(0)
        polling.cancel()

    play(newsroom, stop_at_once)
    assert len(newsroom.rows("SELECT * FROM hoststate")) == 1


def test_one_feed_under_two_addresses_is_noticed(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + source(partner, "hills", "/feed?type=full") + EVERYTHING)
    serve(partner, "maize", "rice")
    serve(partner, "rice", "maize", path="/feed?type=full")

    async def steps(service: Service) -> None:
        for one in service.config.sources:
            await service.poll([one], lambda _: None)
        found = await status(service, newsroom, "hills")
        assert found.warning == 'the feed holds the same entries as that of source "valley"; keep one of the two'

    play(newsroom, steps)


def test_the_last_fifty_polls_are_remembered(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(source(partner) + EVERYTHING)

    async def steps(service: Service) -> None:
        for number in range(52):
            at = newsroom.clock() + timedelta(hours=number)
            poll = polls.Polled(
                "valley", partner.url("/feed"), PollHistory(polls=number), PollEvent(at, f"poll {number}")
            )
            await service.database.write(polls.save_polls, [poll])
        events = await service.database.read(polls.last_events, "valley")
        assert [event.said for event in events] == [f"poll {number}" for number in range(51, 1, -1)]

    play(newsroom, steps)
