"""The pages of published articles are asked for again: a page that is gone twice says that its partner deleted it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.service import Service
from tests.newsroom import EVERYTHING, Newsroom, Post, cycle, page, paragraphs, rss
from tests.partner import Partner

FERRY, BREAD = paragraphs("ferry"), paragraphs("bread")


class Coast:
    """The port wrote of ferry and bread, on pages of its own; the valley carries the ferry, whole in its feed."""

    def __init__(self, folder: Path, partner: Partner) -> None:
        self.newsroom, self.partner = Newsroom(folder), partner
        self.edit()
        self.pages("ferry", "bread", "valley")
        self.port = [Post(name, partner.url(f"/{name}"), f"About {name}", summary=name) for name in ("ferry", "bread")]
        valley = Post("v1", partner.url("/valley"), "Ferry returns", FERRY)
        partner.serve("/port.rss", rss([replace(post, published_at=self.newsroom.clock.now) for post in self.port]))
        partner.serve("/valley.rss", rss([valley]))
        self.play(cycle, Service.check_pages)

    def edit(self, deletions: str = "follow", extract: str = "") -> None:
        self.newsroom.edit(
            f'[defaults.rights]\nmode = "full"\n[defaults.editorial]\ndeletions = "{deletions}"\n'
            f"[defaults.extract]\n{extract}\n"
            f'[[source]]\nid = "port"\nname = "The Port"\nrole = "origin"\nfeed = "{self.partner.url("/port.rss")}"\n'
            f'[[source]]\nid = "valley"\nname = "V"\nrole = "republisher"\nfeed = "{self.partner.url("/valley.rss")}"\n'
            + EVERYTHING
        )

    def pages(self, *there: str, status: int = 404) -> None:
        for name, body in {"ferry": FERRY, "bread": BREAD, "valley": FERRY}.items():
            if name in there:
                self.partner.serve(f"/{name}", page(f"About {name}", body), headers=[("ETag", f'"{name}"')])
            else:
                self.partner.serve(f"/{name}", b"nothing here", status=status)

    def play(self, *steps: Callable[[Service], Awaitable[object]]) -> None:
        async def run() -> None:
            async with self.newsroom.service() as service:
                for step in steps:
                    await step(service)

        asyncio.run(run())

    def look(self, *hours: float) -> None:
        """Let some hours pass and look at what is due, as often as they are given."""
        for some in hours:
            self.newsroom.clock.now += timedelta(hours=some)
            self.play(Service.check_pages, Service.build_due, Service.finish_withdrawals)

    def published(self) -> list[str]:
        feed = self.newsroom.read("all.rss").decode()
        return [name for name in ("ferry", "bread") if f">About {name}<" in feed]

    def asked(self, name: str) -> int:
        return sum(seen.path == f"/{name}" for seen in self.partner.requests)


@pytest.fixture
def coast(tmp_path: Path, partner: Partner) -> Coast:
    coast = Coast(tmp_path, partner)
    assert coast.published() == ["ferry", "bread"]
    return coast


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_at_two_looks_is_withdrawn(coast: Coast, status: int) -> None:
    coast.pages("bread", "valley", status=status)
    coast.look(31)
    assert coast.published() == ["ferry", "bread"]
    coast.look(25)
    assert coast.published() == ["bread"]
    assert coast.newsroom.rows("SELECT by, reason FROM withdrawal") == [
        ("port", "its page is gone from the site of port")
    ]
    assert coast.newsroom.rows("SELECT count(*) FROM pagecheck WHERE gone_since IS NOT NULL") == [(0,)]


def test_a_page_that_is_back_was_never_gone(coast: Coast) -> None:
    coast.pages("bread", "valley")
    coast.look(31)
    coast.pages("ferry", "bread", "valley")
    coast.look(25)
    coast.pages("bread", "valley")
    coast.look(24 * 7)
    assert coast.published() == ["ferry", "bread"]
    assert coast.newsroom.rows("SELECT count(*) FROM pagecheck WHERE gone_since IS NOT NULL") == [(1,)]


def test_a_carrier_that_deletes_its_page_loses_its_copy_only(coast: Coast) -> None:
    assert coast.partner.url("/valley").encode() in coast.newsroom.read("all.atom")
    coast.pages("ferry", "bread")
    coast.look(31, 25)
    assert coast.published() == ["ferry", "bread"]
    assert coast.partner.url("/valley").encode() not in coast.newsroom.read("all.atom")


def test_without_the_setting_it_is_reported_once(coast: Coast, caplog: pytest.LogCaptureFixture) -> None:
    coast.edit("report")
    coast.pages("bread", "valley")
    coast.look(31, 25, 24 * 6, 24 * 30)
    assert coast.published() == ["ferry", "bread"]
    assert coast.newsroom.rows("SELECT count(*) FROM decision WHERE kind = 'deleted'") == [(1,)]
    assert f"the page of an article is gone, {coast.partner.url('/ferry')}" in caplog.text


def test_pages_are_asked_for_three_times_in_a_month_and_not_sent_again(coast: Coast) -> None:
    before = {name: coast.asked(name) for name in ("ferry", "bread", "valley")}
    assert before == {"ferry": 1, "bread": 1, "valley": 0}
    coast.look(*[24] * 40)
    assert {name: coast.asked(name) - before[name] for name in before} == {"ferry": 3, "bread": 3, "valley": 3}
    later = [seen for seen in coast.partner.requests if seen.path == "/ferry"][2:]
    assert [seen.header("If-None-Match") for seen in later] == ['"ferry"'] * 2


@pytest.mark.parametrize("extract", ['recheck = "off"', 'mode = "feed"'])
def test_an_editor_can_leave_it_out(coast: Coast, extract: str) -> None:
    coast.edit(extract=extract)
    coast.pages()
    coast.look(31, 25, 24 * 7)
    assert coast.published() == ["ferry", "bread"]
    assert coast.asked("ferry") == 1


def test_a_page_that_never_was_there_says_nothing(tmp_path: Path, partner: Partner) -> None:
    coast = Coast(tmp_path, partner)
    coast.partner.serve("/lake", b"nothing here", status=404)
    coast.partner.serve("/port.rss", rss([*coast.port, Post("lake", partner.url("/lake"), "About lake", "The lake.")]))
    coast.play(cycle, Service.check_pages)
    coast.look(31, 25)
    assert b"About lake" in coast.newsroom.read("all.rss")
    assert coast.asked("lake") == 1


def test_a_site_that_fails_or_refuses_says_nothing(coast: Coast) -> None:
    for status in (503, 403):
        coast.pages(status=status)
        coast.look(31, 25, 25)
    assert coast.published() == ["ferry", "bread"]


def test_many_at_once_are_not_followed(tmp_path: Path, partner: Partner, caplog: pytest.LogCaptureFixture) -> None:
    coast = Coast(tmp_path, partner)
    names = [f"post{number}" for number in range(22)]
    for name in names:
        partner.serve(f"/{name}", page(name, paragraphs(name)))
    partner.serve("/port.rss", rss([Post(name, partner.url(f"/{name}"), name, "Short.") for name in names]))
    coast.play(cycle, Service.check_pages)
    for name in names:
        partner.serve(f"/{name}", b"", status=404)
    coast.look(31, 25)
    assert coast.newsroom.rows("SELECT count(*) FROM withdrawal") == [(0,)]
    assert "the pages of 22 articles are gone, which is too much at once to be followed" in caplog.text
