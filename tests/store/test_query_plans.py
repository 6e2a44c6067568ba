"""What is asked of the store at every poll, page, build and look at what is due reads no large table from end to end."""

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from aggregator.release import SETTLED
from aggregator.service import Service
from aggregator.store import (
    activity,
    arrivals,
    item_pages,
    outputs,
    polls,
    quarantine,
    rulings,
    search,
    withdrawals,
)  # fmt: skip
from tests.newsroom import EVERYTHING, Newsroom, Post, cycle, page, paragraphs, rss
from tests.partner import Partner

# They grow with every article, or with what is said of it. All others are as large as sources.toml or empty again soon.
LARGE = (
    *("copy", "item", "shingle", "block", "decision", "placement", "version", "link", "wordcount", "report"),
    *("pagestate", "pagecheck", "searched", "itempage"),
)
# Reads the rows of an index that holds only what waits or is marked, which is little or nothing.
PARTIAL = ("ix_copy_held", "ix_itempage_due")
Asked = list[tuple[str, Any]]

pytestmark = pytest.mark.sqlite  # as its planner chooses; PostgreSQL's goes by how much there is


@contextmanager
def listening() -> Iterator[Asked]:
    """Collect the statements that read, of all stores."""
    asked: Asked = []

    def note(_c: object, _cursor: object, statement: str, values: Any, _context: object, many: bool) -> None:
        if not many and re.match("SELECT|WITH|UPDATE|DELETE", statement):
            asked.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def scanned(service: Service, asked: Asked) -> list[str]:
    """List the statements that read a large table from end to end, each with the line of SQLite's plan that says so."""
    found = []
    with service.database.snapshot() as connection:
        for statement, values in {statement: (statement, values) for statement, values in asked}.values():
            names = {name: name for name in LARGE}
            names |= {alias: table for table, alias in re.findall(r"\b(\w+) AS (\w+)", statement) if table in LARGE}
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all():
                scan = re.match(r"SCAN (\w+)", row[3])
                if scan and scan[1] in names and not any(index in row[3] for index in PARTIAL):
                    found.append(f"{row[3]}: {statement}")
    return found


@pytest.fixture
def newsroom(tmp_path: Path, partner: Partner) -> Newsroom:
    newsroom = Newsroom(tmp_path)
    newsroom.edit(
        f"""
[[source]]
id = "valley"
name = "Valley News"
feed = "{partner.url("/v")}"
rights.mode = "full"
[[source]]
id = "wire"
name = "Wire News"
feed = "{partner.url("/w")}"
"""
        + EVERYTHING
    )
    serve(partner, 3)
    return newsroom


def serve(partner: Partner, count: int) -> None:
    """Have one source publish whole articles, and the other carry some of them with a page for each."""
    full = [Post(f"v{n}", partner.url(f"/v/{n}"), f"Article {n}", paragraphs(f"maize{n}")) for n in range(count)]
    partner.serve("/v", rss(full), headers=[("Content-Type", "application/rss+xml")])
    excerpts = [Post(f"w{n}", partner.url(f"/w/{n}"), f"Story {n}", summary="Read on. [&#8230;]") for n in range(count)]
    partner.serve("/w", rss(excerpts), headers=[("Content-Type", "application/rss+xml")])
    for n in range(count):
        body = paragraphs(f"maize{n}" if n % 2 else f"barley{n}")
        partner.serve(f"/w/{n}", page(f"Story {n}", body), headers=[("Content-Type", "text/html")])


def test_polls_pages_and_builds_of_what_changed_read_no_large_table_whole(newsroom: Newsroom, partner: Partner) -> None:
    async def go_on() -> None:
        async with newsroom.service() as service:
            await cycle(service)
            serve(partner, 5)
            newsroom.clock.forward(hours=2)
            with listening() as asked:
                outcomes = await service.poll(service.config.sources, lambda _: None)
                pages = await service.fetch_pages(lambda _: None)
                built = await service.build_due()
            assert [outcome.new for outcome in outcomes] == [2, 2]
            assert (len(pages), bool(built[0].written)) == (2, True)
            assert scanned(service, asked) == []

    asyncio.run(go_on())


@pytest.mark.parametrize(
    "look",
    [
        lambda service: service.due_sources(),
        lambda service: service.database.read(polls.due_pages, service.clock(), 100),
        lambda service: service.database.read(outputs.has_dirty),
        lambda service: service.database.read(outputs.next_release_at),
        lambda service: service.database.read(item_pages.has_due),
        lambda service: service.database.read(search.has_due),
        lambda service: service.database.read(withdrawals.unfinished),
        lambda service: service.database.read(quarantine.load_waiting),
        lambda service: service.database.read(quarantine.count_held),
        lambda service: service.database.read(rulings.count_waiting, SETTLED),
        lambda service: service.database.read(activity.load_activity, service.clock() - timedelta(days=30)),
        lambda service: service.database.read(arrivals.count_pages, service.clock() - timedelta(days=7)),
    ],
    ids=[
        "sources",
        "pages",
        "dirty",
        "release",
        "item pages",
        "search",
        "withdrawals",
        "quarantines",
        "held",
        "editors",
        "a month",
        "pages of a week",
    ],
)
def test_looks_at_what_is_due_or_came_lately_read_no_large_table_whole(
    newsroom: Newsroom, look: Callable[[Service], Any]
) -> None:
    async def go_on() -> None:
        async with newsroom.service() as service:
            await cycle(service)
            with listening() as asked:
                await look(service)
            assert asked
            assert scanned(service, asked) == []

    asyncio.run(go_on())
