"""The pages of items: which there are, when they are written, and what becomes of addresses that are left behind."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from aggregator.errors import PublishError
from aggregator.models import Pause
from aggregator.service import Service
from aggregator.store.database import Database
from aggregator.store.item_pages import has_due
from aggregator.store.rulings import note_pause, wake_held
from aggregator.work.item_pages import preview_item_pages
from aggregator.work.route import route_items
from tests.newsroom import EVERYTHING, Newsroom, Post, cycle, paragraphs
from tests.partner import Partner
from tests.work.test_poll import play, serve, source

ON = 'item_pages = "on"\n'
NAMES = ("maize", "barley", "beans")


class Pages:
    """Three articles of one source, published, and the pages of them."""

    def __init__(self, folder: Path, partner: Partner) -> None:
        self.newsroom = Newsroom(folder)
        self.partner = partner
        posts = [Post(f"g-{name}", partner.url(f"/{name}"), name.title(), paragraphs(name)) for name in NAMES]
        serve(partner, *posts)
        self.edit()
        play(self.newsroom, self._cycle)
        self.id = {
            title.lower(): public_id.rpartition(":")[2]
            for title, public_id in self.newsroom.rows("select title, public_id from item")
        }

    def edit(self, topic: str = EVERYTHING, site: str = ON, more: str = "") -> None:
        self.newsroom.edit(site + source(self.partner, more=more) + topic)

    def build(self) -> None:
        async def steps(service: Service) -> None:
            self.newsroom.clock.forward(minutes=1)
            await service.build()

        play(self.newsroom, steps)

    def change(self, statement: str) -> None:
        """Change the store as a command would: the change and the dirty marks in one transaction."""

        def work(connection: Connection) -> None:
            connection.execute(text(statement))
            connection.execute(text("insert into dirty (item) select id from item"))

        async def steps(service: Service) -> None:
            await service.database.write(work)
            await service.build_due()

        play(self.newsroom, steps)

    def same(self, *pairs: tuple[str, str]) -> str:
        """Write overrides that make one article of two."""
        return "".join(
            f'\n[[override]]\nmatch = "{self.partner.url("/" + one)}"\naction = "same"\n'
            f'value = "{self.partner.url("/" + other)}"\n'
            for one, other in pairs
        )

    @property
    def there(self) -> set[str]:
        """The articles that have a page in the output."""
        names = {opaque: name for name, opaque in self.id.items()}
        return {names[path.parent.name] for path in self.newsroom.settings.output.glob("item/*/index.html")}

    def file(self, name: str) -> Path:
        return self.newsroom.settings.output / "item" / self.id[name] / "index.html"

    def lines(self, name: str) -> list[str]:
        """The lines of a map, with articles in place of ids."""
        content = self.newsroom.read(f".maps/{name}").decode()
        for title, opaque in self.id.items():
            content = content.replace(opaque, title)
        return [line for line in content.splitlines() if not line.startswith("#")]

    def stamps(self) -> dict[Path, int]:
        output = self.newsroom.settings.output
        return {path: path.stat().st_mtime_ns for path in output.rglob("*") if path.is_file()}

    @staticmethod
    async def _cycle(service: Service) -> None:
        await cycle(service)


@pytest.fixture
def pages(tmp_path: Path, partner: Partner) -> Pages:
    return Pages(tmp_path, partner)


def test_every_published_item_of_a_topic_has_a_page_and_the_topic_leads_to_it(pages: Pages) -> None:
    assert pages.there == set(NAMES)
    assert b"plot 1" in pages.file("maize").read_bytes()
    assert f"../item/{pages.id['maize']}/index.html".encode() in pages.newsroom.read("all/index.html")
    for feed in ("all.rss", "all.atom", "all.json"):
        assert b"/item/" not in pages.newsroom.read(feed)


def test_what_has_not_changed_is_not_written_again(pages: Pages) -> None:
    before = pages.stamps()
    pages.build()
    assert pages.stamps() == before


def test_one_changed_item_rewrites_one_page(pages: Pages) -> None:
    before = pages.stamps()
    pages.change("update copy set title = 'Barley again' where title = 'Barley'")
    after = pages.stamps()
    changed = {path for path in after if after[path] != before.get(path) and "item" in path.parts}
    assert changed == {pages.file("barley")}


def test_a_merged_item_leads_to_the_last_that_stayed(pages: Pages) -> None:
    pages.edit(more=pages.same(("beans", "barley")))
    pages.build()
    (first,) = pages.there & {"beans", "barley"}
    pages.edit(more=pages.same(("beans", "barley"), ("barley", "maize")))
    pages.build()
    (last,) = pages.there
    assert sorted(pages.lines("moved.map")) == [f"{name} {last};" for name in sorted({*NAMES} - {last})]
    assert pages.lines("gone.map") == []
    assert first in {"beans", "barley"}

    pages.change("update item set state = 'withdrawn' where state = 'published'")
    assert pages.there == set()
    assert pages.lines("moved.map") == []
    assert sorted(pages.lines("gone.map")) == [f"{name} 1;" for name in sorted(NAMES)]
    assert {line.split()[1] for line in pages.lines("items.caddy")} == {"gone"}


@pytest.mark.parametrize("state", ["withdrawn", "held"])
def test_what_is_taken_back_is_gone_and_may_come_again(pages: Pages, state: str) -> None:
    pages.change(f"update item set state = '{state}', state_why = 'an editor' where title = 'Maize'")
    assert pages.there == {"barley", "beans"}
    assert not pages.file("maize").parent.exists()
    assert pages.lines("gone.map") == ["maize 1;"]
    pages.change("update item set state = 'published', state_why = '' where title = 'Maize'")
    assert pages.there == set(NAMES)
    assert pages.lines("gone.map") == []


def test_what_leaves_its_last_topic_is_gone(pages: Pages) -> None:
    pages.edit(EVERYTHING + 'include = "maize"\n')
    pages.build()
    assert pages.there == {"maize"}
    assert sorted(pages.lines("gone.map")) == ["barley 1;", "beans 1;"]
    pages.edit()
    pages.build()
    assert pages.there == set(NAMES)
    assert pages.lines("gone.map") == []


def test_rights_act_on_pages_as_on_feeds(pages: Pages) -> None:
    assert b"plot 8" not in pages.file("maize").read_bytes()
    assert b'content="noindex"' in pages.file("maize").read_bytes()
    pages.edit(more='rights = {mode = "full"}')
    pages.build()
    assert b"plot 8" in pages.file("maize").read_bytes()
    assert b'content="noindex"' not in pages.file("maize").read_bytes()
    pages.edit()
    pages.build()
    assert b"plot 8" not in pages.file("maize").read_bytes()


def test_while_everything_is_paused_no_page_comes_and_what_must_go_goes(pages: Pages) -> None:
    def pause(paused: bool) -> None:
        with Database(pages.newsroom.settings.database) as database, database.transaction() as connection:
            note_pause(connection, Pause("everything", "", pages.newsroom.clock(), "ana"), paused=paused)
            wake_held(connection, "paused")

    async def steps(service: Service) -> None:
        await cycle(service)
        assert not await service.database.read(has_due)

    pages.newsroom.clock.forward(minutes=5)
    pause(True)
    posts = [Post(f"g-{name}", pages.partner.url(f"/{name}"), name.title(), paragraphs(f"{name}s")) for name in NAMES]
    serve(pages.partner, Post("g-oats", pages.partner.url("/oats"), "Oats", paragraphs("oats")), *posts)
    play(pages.newsroom, steps)
    assert pages.there == set(NAMES)
    assert b"maizes" not in pages.file("maize").read_bytes()
    pages.change("update item set state = 'withdrawn' where title = 'Barley'")
    assert pages.there == {"maize", "beans"}
    pause(False)
    pages.build()
    assert b"maizes" in pages.file("maize").read_bytes()
    assert len(list(pages.newsroom.settings.output.glob("item/*/index.html"))) == 3


def test_killed_after_routing_the_next_build_goes_on(pages: Pages) -> None:
    async def routed_only(service: Service) -> None:
        def withdraw(connection: Connection) -> None:
            connection.execute(text("update item set state = 'withdrawn' where title = 'Maize'"))
            connection.execute(text("insert into dirty (item) select id from item where title = 'Maize'"))

        await service.database.write(withdraw)
        await route_items(service.config, service.database, service.clock())

    play(pages.newsroom, routed_only)
    assert pages.file("maize").exists()
    pages.build()
    assert pages.there == {"barley", "beans"}


def test_what_cannot_be_written_stays_due_the_maps_included(pages: Pages) -> None:
    maps = pages.newsroom.settings.output / ".maps"

    async def steps(service: Service) -> None:
        def withdraw(connection: Connection) -> None:
            connection.execute(text("update item set state = 'withdrawn' where title = 'Maize'"))
            connection.execute(text("insert into dirty (item) select id from item where title = 'Maize'"))

        await service.database.write(withdraw)
        shutil.rmtree(maps)
        maps.write_text("a file where a folder should be")
        with pytest.raises(PublishError, match=r"moved\.map: cannot be written"):
            await service.build_due()
        assert pages.there == {"barley", "beans"}
        maps.unlink()
        await service.build_due()

    play(pages.newsroom, steps)
    assert pages.lines("gone.map") == ["maize 1;"]


def test_some_pages_at_a_time_what_is_gone_first(pages: Pages) -> None:
    async def steps(service: Service) -> None:
        def change(connection: Connection) -> None:
            connection.execute(text("update item set state = 'withdrawn' where title = 'Beans'"))
            connection.execute(text("update copy set title = title || ' again'"))
            connection.execute(text("insert into dirty (item) select id from item"))

        await service.database.write(change)
        await service.build_due(most_pages=1)
        assert "beans" not in pages.there

    play(pages.newsroom, steps)


def test_a_lost_page_comes_back_and_a_stray_one_goes(pages: Pages) -> None:
    before = pages.file("maize").read_bytes()
    pages.file("maize").unlink()
    stray = pages.newsroom.settings.output / "item" / "abcdefghijklmnop" / "index.html"
    stray.parent.mkdir()
    stray.write_text("of another time")
    pages.build()
    assert pages.file("maize").read_bytes() == before
    assert not stray.parent.exists()


def test_another_output_folder_gets_all_of_it(pages: Pages) -> None:
    pages.change("update item set state = 'withdrawn' where title = 'Beans'")
    before = pages.stamps()
    output = pages.newsroom.settings.output
    output.rename(output.with_name("elsewhere"))
    pages.build()
    assert set(pages.stamps()) == set(before)


def test_pages_in_another_folder_that_were_made_by_other_rules_are_made_anew(pages: Pages) -> None:
    pages.edit(more='rights = {mode = "full"}')
    pages.build()
    output = pages.newsroom.settings.output
    shutil.copytree(output, output.with_name("elsewhere"))
    pages.edit()
    pages.build()
    shutil.rmtree(output)
    output.with_name("elsewhere").rename(output)
    assert b"plot 8" in pages.file("maize").read_bytes()
    pages.build()
    assert b"plot 8" not in pages.file("maize").read_bytes()


def test_a_preview_has_the_pages_that_its_topics_lead_to(pages: Pages, tmp_path: Path) -> None:
    async def steps(service: Service) -> None:
        config = service.config
        await preview_item_pages(config.topics, config, service.database, tmp_path / "preview", service.clock())

    play(pages.newsroom, steps)
    for name in NAMES:
        assert (tmp_path / "preview" / "item" / pages.id[name] / "index.html").read_bytes() == pages.file(
            name
        ).read_bytes()


def test_switched_off_the_pages_go_and_titles_lead_to_the_original(pages: Pages) -> None:
    pages.change("update item set state = 'withdrawn' where title = 'Beans'")
    pages.edit(site="")
    pages.build()
    assert pages.there == set()
    assert pages.lines("gone.map") == []
    assert pages.newsroom.rows("select * from itempage") == []
    assert b"/item/" not in pages.newsroom.read("all/index.html")
    pages.edit()
    pages.build()
    assert pages.there == {"maize", "barley"}
    assert pages.lines("gone.map") == ["beans 1;"]
