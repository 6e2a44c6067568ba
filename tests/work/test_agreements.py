"""Agreements through the whole program: what they allow is what is published, and it changes with them."""

import gzip
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.service import Service
from tests.newsroom import EVERYTHING, START, Newsroom, Post, cycle, paragraphs
from tests.partner import Partner
from tests.work.test_poll import play, serve, source

BODY = paragraphs("maize", 12)
LAST = "as agreed on plot 12"


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path)


def items(newsroom: Newsroom) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(newsroom.read("all.json"))["items"]
    return found


def tombstones(newsroom: Newsroom) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(newsroom.read("all.json")).get("_tombstones", [])
    return found


def published(newsroom: Newsroom) -> bytes:
    files = [path for path in newsroom.settings.output.rglob("*") if path.is_file()]
    return b"".join(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in files)


async def change(newsroom: Newsroom, service: Service, text: str) -> None:
    newsroom.edit(text)
    await service.take_over(newsroom.config)
    await service.build_due()


def test_a_revoked_right_shrinks_every_output_at_the_next_build(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("g1", partner.url("/1"), "One", BODY))
    newsroom.edit(source(partner, more='rights.mode = "full"') + EVERYTHING)

    async def steps(service: Service) -> None:
        await cycle(service)
        assert LAST in items(newsroom)[0]["content_html"]
        await change(newsroom, service, source(partner, more='rights.mode = "paragraphs"') + EVERYTHING)
        assert "plot 3" in items(newsroom)[0]["content_html"]
        assert "plot 4" not in published(newsroom).decode()
        await change(newsroom, service, source(partner) + EVERYTHING)
        assert b"plot 3" not in published(newsroom)
        await change(newsroom, service, source(partner, more='rights.mode = "link"') + EVERYTHING)
        assert b"plot" not in published(newsroom)

    play(newsroom, steps)


def test_an_agreement_begins_and_ends_by_itself(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("g1", partner.url("/1"), "One", BODY))
    days = 'rights.mode = "full"\nrights.granted = "2026-11-23"\nrights.expires = "2026-11-25"'
    newsroom.edit(source(partner, more=f'{days}\nrights.on_expiry = "nothing"') + EVERYTHING)

    async def steps(service: Service) -> None:
        await cycle(service)
        (before,) = items(newsroom)
        assert before["_rights"] == {
            "mode": "excerpt",
            "rule": '"valley": its agreement begins on 2026-11-23: excerpt',
        }
        newsroom.clock.now = START + timedelta(hours=12)
        await service.build_due()
        (during,) = items(newsroom)
        assert (during["id"], during["_rights"]["mode"]) == (before["id"], "full")
        newsroom.clock.now = START + timedelta(days=2, hours=12)
        await service.build_due()
        assert items(newsroom) == []
        assert [stone["id"] for stone in tombstones(newsroom)] == [before["id"]]
        assert b"plot" not in published(newsroom)
        # Prolonged, it comes back under the id that it had.
        await change(newsroom, service, source(partner, more='rights.mode = "full"') + EVERYTHING)
        assert [item["id"] for item in items(newsroom)] == [before["id"]]
        assert tombstones(newsroom) == []

    play(newsroom, steps)


def test_an_article_under_embargo_comes_out_when_it_ends(newsroom: Newsroom, partner: Partner) -> None:
    old, new = (
        Post("g1", partner.url("/1"), "Old", BODY, published_at=START - timedelta(days=3)),
        Post("g2", partner.url("/2"), "New", paragraphs("barley", 12), published_at=START - timedelta(hours=1)),
    )
    serve(partner, old, new)
    newsroom.edit(source(partner, more='rights.mode = "full"\nrights.embargo = "2d"') + EVERYTHING)

    async def steps(service: Service) -> None:
        await cycle(service)
        assert [item["title"] for item in items(newsroom)] == ["Old"]
        assert b"barley" not in published(newsroom)
        newsroom.clock.now = new.published_at + timedelta(days=2, seconds=-1)
        assert await service.build_due() == []
        newsroom.clock.now = new.published_at + timedelta(days=2)
        await service.build_due()
        assert [item["title"] for item in items(newsroom)] == ["New", "Old"]
        # A longer one takes back what had been shown; without one it is there again.
        await change(newsroom, service, source(partner, more='rights.embargo = "7d"') + EVERYTHING)
        assert items(newsroom) == []
        assert tombstones(newsroom) == []
        await change(newsroom, service, source(partner) + EVERYTHING)
        assert [item["title"] for item in items(newsroom)] == ["New", "Old"]

    play(newsroom, steps)


def test_what_an_origin_keeps_to_itself_no_carrier_gives_away(newsroom: Newsroom, partner: Partner) -> None:
    serve(partner, Post("g1", partner.url("/valley/1"), "One", BODY))
    credit = f'<p>This article was first published by <a href="{partner.url("/valley/1")}">Valley News</a>.</p>'
    serve(partner, Post("h1", partner.url("/coast/1"), "One", BODY + credit), path="/coast")
    own = 'role = "origin"\nrights.mode = "link"\nrights.credit = "Taken from [{newsroom}]({url}) of {date}."'
    carrier = source(partner, "coast", "/coast", 'rights.mode = "full"\nrights.images = "yes"')
    newsroom.edit(source(partner, more=own) + carrier + EVERYTHING)

    async def steps(service: Service) -> None:
        await cycle(service)
        (item,) = items(newsroom)
        assert item["_rights"]["rule"] == '"valley": link'
        assert b"plot" not in published(newsroom)
        link = f'<a href="{partner.url("/valley/1")}">Valley News</a>'
        assert f"<p><em>Taken from {link} of 2026-11-22.</em></p>" in item["content_html"]

    play(newsroom, steps)


def test_a_text_that_must_not_be_changed_keeps_what_its_site_repeats(newsroom: Newsroom, partner: Partner) -> None:
    repeated = "<p>The Valley desk thanks its readers in twelve villages for another year of letters and maps.</p>"
    posts = [Post(f"g{n}", partner.url(f"/{n}"), f"Report {n}", paragraphs(f"crop{n}") + repeated) for n in range(8)]
    serve(partner, *posts)
    newsroom.edit(source(partner, more='rights.mode = "full"') + EVERYTHING)

    async def steps(service: Service) -> None:
        await cycle(service)
        assert b"twelve villages" not in published(newsroom)
        unchanged = 'rights.mode = "full"\nrights.derivatives = "no"'
        await change(newsroom, service, source(partner, more=unchanged) + EVERYTHING)
        assert all("twelve villages" in item["content_html"] for item in items(newsroom))

    play(newsroom, steps)
