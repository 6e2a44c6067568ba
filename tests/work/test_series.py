"""Parts of a series and form letters through keeping: linked or apart, never merged."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.models import Config, Entry, ExtractRules, Site, Source
from aggregator.store.database import Database
from aggregator.store.links import linked_items
from aggregator.tables import DECISION, ITEM, metadata
from aggregator.work.keep import keep_candidate
from aggregator.work.prepare import prepare_entries
from tests.newsroom import START
from tests.stores import make_store

TOPIC_PAGE = Path(__file__).parent.parent / "data" / "neardup" / "topic.jsonl"
SITE = Site("Valley Wire", "https://wire.example/", "wire.example", "2026-11-22")


def keep_all(database: Database, articles: list[dict[str, Any]], newsrooms: int) -> None:
    """Keep articles as entries of some sources, an hour after each other."""
    sources = [
        Source(f"source-{number}", f"Newsroom {number}", extract=ExtractRules(mode="feed"))
        for number in range(newsrooms)
    ]
    config = Config(SITE, tuple(sources), (), "hash")
    for number, article in enumerate(articles):
        now = START + timedelta(hours=number)
        body = "".join(f"<p>{paragraph}</p>" for paragraph in article["text"].split("\n\n"))
        url = f"https://newsroom-{number % newsrooms}.example/{number}"
        entry = Entry(str(number), url, article["title"], content_html=body, published_at=now, hash=str(number))
        source = sources[number % newsrooms]
        (candidate,) = prepare_entries([entry], [entry], source)
        with database.transaction() as connection:
            keep_candidate(connection, source, config, candidate, {entry.guid}, None, "", is_past=False, now=now)


@pytest.mark.parametrize("newsrooms", [1, 4])
@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
def test_of_one_topic_page_only_the_two_parts_are_linked(tmp_path: Path, newsrooms: int, backwards: bool) -> None:
    articles = [json.loads(line) for line in TOPIC_PAGE.read_text(encoding="utf-8").splitlines()]
    with Database(make_store(tmp_path / "store.db")) as database:
        keep_all(database, articles[::-1] if backwards else articles, newsrooms)
        with database.snapshot() as connection:
            titles = {row.id: row.title for row in connection.execute(ITEM.select())}
            series = {
                titles[item]: [titles[other] for other, kind, _ in linked_items(connection, item) if kind == "series"]
                for item in titles
            }
    assert sorted(series) == sorted(article["title"] for article in articles)
    first, second = (f"Arce-Castillo Socialist Alliance For South America, Part {part}" for part in ("I", "II"))
    assert {title: others for title, others in series.items() if others} == {first: [second], second: [first]}


def test_of_many_form_letters_each_is_compared_with_a_few(tmp_path: Path) -> None:
    letter = (
        "The office of the valley says that the household of {} may fetch its seeds on Monday at the old mill. "
        "Bring the card, two sacks and a letter of the council; who comes late waits for the next market day. "
        "The seeds are beans, maize and barley, and each household signs for what it takes home with it."
    )
    names = ("Quispe Mamani Choque Vargas Rojas Condori Flores Apaza Huanca Torrez Limachi Copa Nina Poma "
             "Ticona Yujra Zenteno Calle").split()  # fmt: skip
    articles = [{"title": f"Seeds for {name}", "text": letter.format(f"{name} and {name}son")} for name in names]
    with Database(f"sqlite:///{tmp_path / 'store.db'}") as database:
        with database.transaction() as connection:
            metadata.create_all(connection)
        keep_all(database, articles, newsrooms=3)
        with database.snapshot() as connection:
            states = [row.state for row in connection.execute(ITEM.select())]
            kinds = [(row.item, row.kind) for row in connection.execute(DECISION.select())]
    assert states == ["pending"] * len(names)
    assert {kind for _, kind in kinds} == {"apart"}
    assert max(kinds.count(one) for one in kinds) == 3
