"""What machines ask a running service: alive, ready, figures; and the same by command."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import httpx2
import lxml.html
import pytest
from prometheus_client.parser import text_string_to_metric_families

from aggregator.monitor import Audience, routes
from aggregator.reports.status import gather_status
from aggregator.service import Service
from aggregator.web import create_app
from tests.cli.door import aggregator
from tests.newsroom import EVERYTHING, Newsroom, Post, cycle, paragraphs, rss
from tests.partner import Partner


@pytest.fixture
def newsroom(tmp_path: Path, partner: Partner) -> Newsroom:
    newsroom = Newsroom(tmp_path)
    partner.serve(
        "/port", rss([Post(f"g{n}", partner.url(f"/{n}"), f"Boat {n}", paragraphs(f"b{n}")) for n in range(3)])
    )
    partner.serve("/lost", b"", status=404)
    blocks = [
        f'[[source]]\nid = "{name}"\nname = "{name}"\nfeed = "{partner.url(f"/{name}")}"\n' for name in ("port", "lost")
    ]
    newsroom.edit("".join(blocks) + EVERYTHING)
    return newsroom


async def ask(
    service: Service, path: str, audience: Audience = "local", client: str = "127.0.0.1", **headers: str
) -> httpx2.Response:
    app = create_app(service.settings.output, routes(service, audience))
    transport = httpx2.ASGITransport(app=app, client=(client, 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://wire.example") as asking:
        return await asking.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def figures(text: str) -> dict[str, float]:
    return {
        sample.name + "".join(f"{{{value}}}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_service_tells_how_it_is(newsroom: Newsroom) -> None:
    async def run() -> None:
        async with newsroom.service() as service:
            assert (await ask(service, "/healthz")).text == "alive\n"
            await cycle(service)
            assert (await ask(service, "/readyz")).text == "ready\n"
            found = figures((await ask(service, "/metrics")).text)
            assert found["aggregator_polls_total{new}"] == 1
            assert found["aggregator_polls_total{failed}"] == 1
            assert found["aggregator_entries_total{new}"] == 3
            assert found["aggregator_feed_bytes_total"] > 1000
            assert found["aggregator_items{published}"] == 3
            assert found["aggregator_sources{ok}"] == found["aggregator_sources{failing}"] == 1
            assert found["aggregator_topic_builds_total{done}"] == 1
            assert found["aggregator_database_bytes"] > 10_000
            assert found["aggregator_ready"] == 1
            newsroom.clock.forward(hours=30)
            late = await ask(service, "/readyz")
            assert late.status_code == 503
            assert late.text.startswith("not ready: polls ")
            assert figures((await ask(service, "/metrics")).text)["aggregator_lag_seconds{poll}"] > 3600

    asyncio.run(run())


def test_figures_are_for_those_they_are_meant_for(newsroom: Newsroom) -> None:
    async def run() -> None:
        async with newsroom.service() as service:
            assert (await ask(service, "/metrics")).status_code == 200
            assert (await ask(service, "/metrics", client="::1")).status_code == 200
            assert (await ask(service, "/metrics", client="192.0.2.7")).status_code == 403
            assert (await ask(service, "/metrics", x_forwarded_for="192.0.2.7")).status_code == 403
            assert (await ask(service, "/metrics", "public", client="192.0.2.7")).status_code == 200
            assert (await ask(service, "/metrics", "off")).status_code == 404
            assert (await ask(service, "/healthz", "off", client="192.0.2.7")).status_code == 200

    asyncio.run(run())


def test_a_database_that_is_gone_is_no_traceback(newsroom: Newsroom) -> None:
    async def run() -> None:
        async with newsroom.service() as service:
            path = service.database.path
            path.rename(path.with_name("away.db"))
            for name in ("store.db-wal", "store.db-shm"):
                path.with_name(name).unlink(missing_ok=True)
            path.mkdir()
            service.database._home.engine.dispose()
            answer = await ask(service, "/readyz")
            assert (answer.status_code, answer.text) == (503, "not ready: the database cannot be used\n")
            path.rmdir()

    asyncio.run(run())


def test_the_command_ends_with_what_it_found(newsroom: Newsroom) -> None:
    async def run() -> None:
        async with newsroom.service() as service:
            await cycle(service)

    words = ("health", "--database", newsroom.settings.database)
    assert aggregator(newsroom.folder, *words).returncode == 1  # no database yet
    newsroom.clock.now += timedelta(days=3000)  # so that nothing is late by the clock of today
    asyncio.run(run())
    done = aggregator(newsroom.folder, *words)
    assert (done.returncode, done.stdout) == (0, "all is well; nobody is at work just now\n"), done.stderr
    facts = json.loads(aggregator(newsroom.folder, *words, "--json").stdout)
    assert (facts["ready"], facts["held_by"], facts["items"]) == (True, "", {"published": 3})


def test_the_status_page_shows_what_needs_a_person_first(newsroom: Newsroom, partner: Partner) -> None:
    newsroom.edit(
        newsroom.settings.sources.read_text()
        .partition('contact = "mailto:desk@wire.example"')[2]
        .replace(
            EVERYTHING, '[source.rights]\nmode = "full"\ngranted = "2026-01-01"\nexpires = "2026-12-01"\n' + EVERYTHING
        )
    )

    async def run() -> None:
        async with newsroom.service() as service:
            await cycle(service)
            for _ in range(2):
                newsroom.clock.forward(hours=1)
                await cycle(service)
            page = lxml.html.document_fromstring((await ask(service, "/status/")).content)
            concerns = [one.text_content() for one in page.xpath("//ul[@class='concerns']/li")]
            assert any(one.startswith("lost ") and "404" in one and "(3 times in a row)" in one for one in concerns)
            assert any(one.startswith("lost its agreement ends on 2026-12-01, in 9 days; renew it") for one in concerns)
            rows = [row.text_content().split() for row in page.xpath("//section[@id='sources']//tbody/tr")]
            assert [row[:2] for row in rows] == [["failing", "lost"], ["ok", "port"]]
            assert page.xpath("//svg[@class='bars']/@aria-label")[:2] == [
                "0 new articles in 30 days",
                "3 new articles in 30 days",
            ]
            assert page.xpath("//svg[@class='polls']/@aria-label") == [
                "0 of the last 3 polls went well",
                "3 of the last 3 polls went well",
            ]
            assert not page.xpath("//script")
            found = (await ask(service, "/status.json")).json()
            assert found["totals"]["articles"] == 3
            assert found["sources"][1]["by_day"][-1] == 3
            assert (await ask(service, "/status")).headers["location"] == "/status/"
            assert (await ask(service, "/status/", client="192.0.2.7")).status_code == 403
            assert (await ask(service, "/status/", "off")).status_code == 404

    asyncio.run(run())


def test_a_source_that_has_fallen_silent_is_named(newsroom: Newsroom, partner: Partner) -> None:
    days = [newsroom.clock.now - timedelta(hours=12 * n) for n in range(9)]
    posts = [
        Post(f"s{n}", partner.url(f"/s{n}"), f"S {n}", paragraphs(f"s{n}"), published_at=at)
        for n, at in enumerate(days)
    ]
    partner.serve("/port", rss(posts), headers=[("ETag", '"1"')])

    async def run() -> None:
        async with newsroom.service() as service:
            await cycle(service)
            for late, is_said in ((2, False), (7, True)):
                newsroom.clock.forward(days=late)
                await cycle(service)
                with service.database.snapshot() as connection:
                    (port, _) = gather_status(connection, service.config, newsroom.clock.now).sources
                assert ("usual gap 12 hours" in port.warning) is is_said, port.warning
            assert "has sent no entry for 9 days" in port.warning

    asyncio.run(run())
