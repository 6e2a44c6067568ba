"""The pages of months: what stands on them, when they are written, and what leaves them."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from sqlalchemy import Connection, text

from aggregator.errors import PublishError
from aggregator.models import Pause
from aggregator.service import Service
from aggregator.store import months as months_store
from aggregator.store import rulings, topic_states
from aggregator.work.months import preview_months
from aggregator.work.route import route_items
from tests.newsroom import EVERYTHING, START, Newsroom, Post, cycle, paragraphs
from tests.partner import Partner
from tests.work.test_poll import play, serve, source

LA_PAZ = 'timezone = "America/La_Paz"\n'
# At noon of 22 November: this month, the night in which October ends in Bolivia, and last year.
DAYS = {
    "maize": START - timedelta(hours=3),
    "beans": START - timedelta(days=3),
    "barley": START.replace(day=1, hour=2),
    "quinoa": START.replace(year=2025, month=12),
}


class Months:
    """Articles of one source in three months, published."""

    def __init__(self, folder: Path, partner: Partner) -> None:
        self.newsroom = Newsroom(folder)
        self.partner = partner
        posts = [
            Post(f"g-{name}", partner.url(f"/{name}"), name.title(), paragraphs(name), published_at=at)
            for name, at in DAYS.items()
        ]
        serve(partner, *posts)
        self.edit()
        self.play(cycle)

    def edit(self, site: str = LA_PAZ, topics: str = EVERYTHING, more: str = "") -> None:
        self.newsroom.edit(site + source(self.partner) + topics + more)

    def play(self, *steps: Any) -> None:
        async def run(service: Service) -> None:
            for step in steps:
                self.newsroom.clock.forward(minutes=1)
                await step(service)

        play(self.newsroom, run)

    def change(self, statement: str) -> None:
        """Change the store as a command would, and build what is due."""

        def work(connection: Connection) -> None:
            connection.execute(text(statement))
            connection.execute(text("insert into dirty (item) select id from item"))

        async def step(service: Service) -> None:
            await service.database.write(work)
            await service.build_due()

        self.play(step)

    def page(self, month: str, topic: str = "all") -> Any:
        return lxml.html.document_fromstring(self.newsroom.read(f"{topic}/{month}/index.html"))

    @property
    def shown(self) -> dict[str, list[str]]:
        """The months that have a page, and the titles on each."""
        folder = self.newsroom.settings.output / "all"
        return {
            path.parent.name: [link.text_content() for link in self.page(path.parent.name).xpath("//main//li/span/a")]
            for path in sorted(folder.glob("2*/index.html"))
        }

    def links(self, month: str, path: str = "//nav[@class='pages']//a") -> list[str]:
        return [link.text_content() for link in self.page(month).xpath(path)]

    def stamps(self) -> dict[str, int]:
        output = self.newsroom.settings.output
        return {str(path.relative_to(output)): path.stat().st_mtime_ns for path in output.rglob("*.html")}


ALL = {"2025-12": ["Quinoa"], "2026-10": ["Barley"], "2026-11": ["Maize", "Beans"]}


@pytest.fixture
def months(tmp_path: Path, partner: Partner) -> Months:
    return Months(tmp_path, partner)


async def build(service: Service) -> None:
    await service.build()


async def build_due(service: Service) -> None:
    await service.build_due()


def test_every_item_stands_in_its_month_where_the_site_is_at_home(months: Months) -> None:
    assert months.shown == ALL
    assert months.links("2026-10") == ["December 2025", "All months", "November 2026"]
    assert months.links("months", "//main//a") == ["November 2026", "October 2026", "December 2025"]
    topic = lxml.html.document_fromstring(months.newsroom.read("all/index.html"))
    assert topic.xpath("//nav[@aria-labelledby='months']//a/@href") == [
        f"../all/{month}/index.html" for month in ("2026-11", "2026-10", "2025-12")
    ]

    months.edit(site='timezone = "Asia/Tokyo"\n')
    months.play(build_due)
    assert list(months.shown) == ["2025-12", "2026-11"]
    assert months.links("2026-11") == ["December 2025", "All months"]


def test_what_has_not_changed_is_not_written_again_and_one_change_concerns_one_month(months: Months) -> None:
    before = months.stamps()
    months.play(build)
    assert months.stamps() == before
    months.change("update copy set title = 'Barley again' where title = 'Barley'")
    changed = {name for name, at in months.stamps().items() if at != before[name]}
    assert {name for name in changed if name.startswith("all/2")} == {"all/2026-10/index.html"}


def test_what_came_too_late_for_the_live_feed_is_in_its_month(months: Months) -> None:
    months.change("update placement set late = true where sort_at < '2026-01-01'")
    assert months.shown == ALL
    assert b"Quinoa" not in months.newsroom.read("all.json")


@pytest.mark.parametrize("state", ["withdrawn", "held"])
def test_a_month_goes_with_its_last_item_and_its_neighbours_lead_past_it(months: Months, state: str) -> None:
    months.change(f"update item set state = '{state}', state_why = 'an editor' where title = 'Barley'")
    assert months.shown == {"2025-12": ["Quinoa"], "2026-11": ["Maize", "Beans"]}
    assert months.links("2026-11") == ["December 2025", "All months"]
    assert not (months.newsroom.settings.output / "all" / "2026-10").exists()
    assert months.newsroom.rows("select count(*) from monthpage") == [(2,)]
    months.change("update item set state = 'published', state_why = '' where title = 'Barley'")
    assert months.shown == ALL


def test_what_an_editor_hides_and_what_no_rule_wants_leaves(months: Months) -> None:
    hide = f'\n[[override]]\nmatch = "{months.partner.url("/maize")}"\naction = "hide"\n'
    months.edit(topics=EVERYTHING + "exclude = 'title:quinoa'\n", more=hide)
    months.play(build_due)
    assert months.shown == {"2026-10": ["Barley"], "2026-11": ["Beans"]}
    months.change("update item set state = 'withdrawn'")
    assert months.shown == {}
    assert [path.name for path in (months.newsroom.settings.output / "all").glob("*.html")] == ["index.html"]
    assert not (months.newsroom.settings.output / "all" / "months").exists()


def test_killed_after_routing_the_next_build_goes_on(months: Months) -> None:
    async def killed(service: Service) -> None:
        await service.database.write(mark)
        await route_items(service.config, service.database, service.clock())

    def mark(connection: Connection) -> None:
        connection.execute(text("update item set state = 'withdrawn' where title = 'Maize'"))
        connection.execute(text("insert into dirty (item) select id from item"))

    months.play(killed)
    assert months.shown == ALL
    months.play(build)
    assert months.shown["2026-11"] == ["Beans"]


def test_what_cannot_be_written_stays_due(months: Months) -> None:
    folder = months.newsroom.settings.output / "all" / "2026-10"
    shutil.rmtree(folder)
    folder.write_text("in the way")

    async def fails(service: Service) -> None:
        with pytest.raises(PublishError):
            await service.build()

    months.play(fails)
    folder.unlink()
    months.play(build_due)
    assert months.shown == ALL


def test_lost_months_come_back_and_stray_ones_go(months: Months) -> None:
    folder = months.newsroom.settings.output / "all"
    shutil.rmtree(folder / "2026-10")
    stray = folder / "1999-01" / "2" / "index.html"
    stray.parent.mkdir(parents=True)
    stray.write_text("stray")
    months.play(build)
    assert months.shown == ALL
    assert not stray.parent.parent.exists()


def test_a_topic_that_is_retired_takes_its_months_along(months: Months) -> None:
    months.edit(topics=EVERYTHING.replace('"all"', '"other"'))
    months.play(build)
    assert not (months.newsroom.settings.output / "all").exists()
    assert months.page("2026-10", "other").xpath("//main//li/span/a")
    assert months.newsroom.rows("select distinct topic from monthpage") == [("other",)]


def test_a_paused_topic_shows_nothing_new_in_its_months_though_things_leave(months: Months) -> None:
    def stop(connection: Connection, at: datetime, *, paused: bool) -> None:
        rulings.note_pause(connection, Pause("topic", "all", at, "Ana", ""), paused=paused)
        topic_states.make_due(connection, ["all"], at)

    async def pause(service: Service) -> None:
        await service.database.write(lambda connection: stop(connection, service.clock(), paused=True))

    async def resume(service: Service) -> None:
        await service.database.write(lambda connection: stop(connection, service.clock(), paused=False))
        await service.build_due()

    new = Post("g-rye", months.partner.url("/rye"), "Rye", paragraphs("rye"), published_at=START - timedelta(hours=1))
    old = Post("g-maize", months.partner.url("/maize"), "Maize", paragraphs("maize"), published_at=DAYS["maize"])
    serve(months.partner, new, old)

    async def later(service: Service) -> None:
        months.newsroom.clock.forward(hours=3)
        await cycle(service)

    months.play(pause, later)
    assert months.shown == ALL
    months.change("update item set state = 'withdrawn' where title = 'Beans'")
    assert months.shown["2026-11"] == ["Maize"]
    months.play(resume)
    assert months.shown["2026-11"] == ["Rye", "Maize"]


def test_a_preview_has_the_months(months: Months, tmp_path: Path) -> None:
    async def step(service: Service) -> None:
        await preview_months(service.config.topics, service.config, service.database, tmp_path / "p", service.clock())

    months.play(step)
    built = months.newsroom.settings.output
    for name in ("all/2026-10/index.html", "all/2026-11/index.html", "all/months/index.html"):
        assert (tmp_path / "p" / name).read_bytes() == (built / name).read_bytes()


def test_a_large_month_has_pages_of_which_only_those_that_changed_are_written(
    tmp_path: Path, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(months_store, "SIZE", 10)
    newsroom = Newsroom(tmp_path)
    first = START - timedelta(days=10)
    posts = [
        Post(
            f"g{n}",
            partner.url(f"/{n}"),
            f"Post {n}",
            f"<p>{n} of many.</p>",
            published_at=first + timedelta(minutes=n),
        )
        for n in range(34, -1, -1)
    ]
    serve(partner, *posts)
    newsroom.edit(source(partner) + EVERYTHING)
    folder = newsroom.settings.output / "all" / "2026-11"

    def titles(name: str) -> list[str]:
        root = lxml.html.document_fromstring((folder / name).read_bytes())
        return [link.text_content() for link in root.xpath("//main//li/span/a")]

    def stamps() -> dict[str, int]:
        return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*.html")}

    async def change(service: Service, statement: str, title: str) -> set[str]:
        def work(connection: Connection) -> None:
            connection.execute(text(statement), {"title": title})
            connection.execute(
                text("insert into dirty (item) select id from item where title = :title"), {"title": title}
            )

        before = stamps()
        await service.database.write(work)
        await service.build_due()
        after = stamps()
        return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}

    async def steps(service: Service) -> None:
        await cycle(service)
        assert titles("index.html") == [f"Post {n}" for n in range(34, 19, -1)]
        assert titles("2/index.html") == [f"Post {n}" for n in range(19, 9, -1)]
        assert titles("1/index.html") == [f"Post {n}" for n in range(9, -1, -1)]

        retitle = "update copy set title = 'Another' where title = :title"
        assert await change(service, retitle, "Post 15") == {"2/index.html"}
        assert await change(service, retitle, "Post 34") == {"index.html"}
        withdraw = "update item set state = 'withdrawn' where title = :title"
        assert await change(service, withdraw, "Post 12") == {"2/index.html", "index.html"}
        assert "Post 12" not in titles("2/index.html")
        assert titles("2/index.html")[0] == "Post 20"

        newer = [Post(f"h{n}", partner.url(f"/h{n}"), f"New {n}", f"<p>{n} is new.</p>") for n in range(6)]
        serve(partner, *newer)
        newsroom.clock.forward(hours=2)
        before = stamps()
        await cycle(service)
        after = stamps()
        assert {name for name in after if after[name] != before.get(name)} == {
            "index.html",
            "3/index.html",
            "2/index.html",
        }
        shown = [title for name in ("index", "3/index", "2/index", "1/index") for title in titles(f"{name}.html")]
        assert (len(shown), len(set(shown))) == (35 - 1 + 6, 39)  # two were retitled alike

    play(newsroom, steps)
