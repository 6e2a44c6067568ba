"""A hub is told of what changed: after the files are in place, once for several changes, again when it did not hear."""

from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from aggregator.errors import FetchError
from aggregator.service import Service
from aggregator.work.announce import announce
from tests.newsroom import EVERYTHING, Newsroom, Post, cycle, paragraphs
from tests.partner import Partner
from tests.work.test_poll import play, serve, source


@pytest.fixture
def newsroom(tmp_path: Path, partner: Partner) -> Newsroom:
    newsroom = Newsroom(tmp_path)
    serve(partner, Post("g1", partner.url("/1"), "One", paragraphs("maize")))
    newsroom.edit(f'hub = "{partner.url("/hub")}"\n' + source(partner) + EVERYTHING)
    return newsroom


def told(partner: Partner) -> list[str]:
    """Return the addresses that the hub heard of, in order."""
    return [
        value
        for body in partner.bodies
        for key, value in parse_qsl(body.decode())
        if key == "hub.url" and ("hub.mode", "publish") in parse_qsl(body.decode())
    ]


ALL = [f"https://wire.example/all.{suffix}" for suffix in ("rss", "atom", "json")]


def test_the_hub_hears_of_every_format_once_for_each_change(newsroom: Newsroom, partner: Partner) -> None:
    partner.serve("/hub", b"", status=204)

    async def steps(service: Service) -> None:
        await service.announce()
        assert told(partner) == []
        await cycle(service)
        await service.announce()
        assert told(partner) == ALL
        newsroom.clock.forward(hours=2)
        await cycle(service)
        await service.announce()
        assert told(partner) == ALL
        serve(partner, Post("g2", partner.url("/2"), "Two", paragraphs("barley")))
        await cycle(service)
        await service.announce()
        assert told(partner) == ALL * 2

    play(newsroom, steps)


@pytest.mark.parametrize("status", [500, 404, 302, 429])
def test_a_hub_that_does_not_hear_is_told_again(newsroom: Newsroom, partner: Partner, status: int) -> None:
    partner.serve("/hub", b"no", status=status)

    async def fails(service: Service) -> None:
        await cycle(service)
        with pytest.raises(FetchError):
            await announce(newsroom.config, service.database, service.client, newsroom.clock())
        await service.announce()  # logged, not raised

    async def works(service: Service) -> None:
        await service.announce()

    play(newsroom, fails)
    partner.bodies.clear()
    partner.serve("/hub", b"", status=202)
    newsroom.clock.forward(hours=2)
    play(newsroom, works)  # after a restart
    assert told(partner) == ALL


def test_changes_that_follow_at_once_are_told_together(newsroom: Newsroom, partner: Partner) -> None:
    partner.serve("/hub", b"", status=204)

    async def steps(service: Service) -> None:
        await cycle(service)
        await service._announce()
        assert told(partner) == []
        newsroom.clock.forward(seconds=11)
        await service._announce()
        assert told(partner) == ALL

    play(newsroom, steps)
