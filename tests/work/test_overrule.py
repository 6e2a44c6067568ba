"""Editors have the last word on sameness and origin, and it lasts."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from aggregator.dedupe.identity import mint_public_id
from tests.newsroom import EVERYTHING, Newsroom, Post, cycle, paragraphs, rss
from tests.partner import Partner

FULL = '[source.rights]\nmode = "full"\n[source.extract]\nmode = "feed"\n'


class Desk:
    """A newsroom with three partners, each with one article."""

    def __init__(self, tmp_path: Path, partner: Partner, **bodies: str) -> None:
        self.newsroom = Newsroom(tmp_path)
        self.partner = partner
        self.blocks = ""
        for name, body in bodies.items():
            feed = partner.serve(
                f"/{name}/feed", rss([Post("1", f"https://{name}.example/story", f"Story of {name}", body)])
            )
            self.blocks += f'[[source]]\nid = "{name}"\nname = "The {name.title()}"\nfeed = "{feed}"\n{FULL}'

    def say(self, *overrides: str) -> list[dict[str, Any]]:
        """Put overrides in force, poll and build; returns the items of the feed."""
        blocks = "".join(f"[[override]]\n{override}\n" for override in overrides)
        self.newsroom.edit(self.blocks + EVERYTHING + blocks)

        async def run() -> None:
            async with self.newsroom.service() as service:
                await service.take_over(self.newsroom.config)
                await cycle(service)

        asyncio.run(run())
        self.newsroom.clock.forward(hours=2)
        return list(json.loads(self.newsroom.read("all.json"))["items"])


SAME = 'match = "https://port.example/story"\naction = "same"\nvalue = "https://valley.example/story"\nreason = "one text, rewritten"'
DIFFERENT = SAME.replace('"same"', '"different"').replace("one text, rewritten", "two reports")


@pytest.fixture
def two(tmp_path: Path, partner: Partner) -> Desk:
    return Desk(tmp_path, partner, port=paragraphs("rain"), valley=paragraphs("bread"))


@pytest.fixture
def three(tmp_path: Path, partner: Partner) -> Desk:
    same = paragraphs("rain", 10)
    return Desk(tmp_path, partner, port=same, valley=same, hill=same)


def test_two_articles_become_one_and_stay_one(two: Desk) -> None:
    before = two.say()
    assert len(before) == 2
    (item,) = two.say(SAME)
    assert item["id"] in [one["id"] for one in before]
    evidence = two.newsroom.rows("select by, evidence from decision where kind = 'merged'")
    assert evidence[0][0] == "editor"
    assert "one text, rewritten" in evidence[0][1]
    assert (
        two.say(SAME, 'match = "https://port.example/story"\naction = "origin"\nvalue = "valley"')[0]["id"]
        == item["id"]
    )


def test_said_before_the_articles_come_it_holds_when_they_come(two: Desk) -> None:
    assert len(two.say(SAME)) == 1


def test_articles_may_be_named_by_their_ids(two: Desk) -> None:
    first, second = (item["id"] for item in two.say())
    assert len(two.say(f'match = "{first}"\naction = "same"\nvalue = "{second}"')) == 1


def test_one_article_becomes_two_and_they_stay_two(three: Desk) -> None:
    (before,) = three.say()
    after = three.say(DIFFERENT)
    assert len(after) == 2
    assert before["id"] in [item["id"] for item in after]
    again = three.say(DIFFERENT)
    assert {item["id"] for item in again} == {item["id"] for item in after}
    urls = {
        url
        for (url,) in three.newsroom.rows(
            "select url from copy where item = (select item from copy where source = 'valley')"
        )
    }
    assert "https://port.example/story" not in urls


def test_said_before_they_come_two_alike_articles_stay_two(three: Desk) -> None:
    assert len(three.say(DIFFERENT)) == 2


def test_the_part_with_the_copy_that_the_id_was_made_of_keeps_it(three: Desk) -> None:
    (before,) = three.say()
    site = three.newsroom.config.site
    (named,) = (name for name in ("port", "valley", "hill") if mint_public_id(site, name, "1", 0) == before["id"])
    three.say(DIFFERENT)
    owner = "select i.public_id from item i join copy c on c.item = i.id where c.source"
    assert three.newsroom.rows(f"{owner} = '{named}'") == [(before["id"],)]


def test_an_editor_names_the_origin(three: Desk) -> None:
    (item,) = three.say('match = "https://port.example/story"\naction = "origin"\nvalue = "hill"\nreason = "they rang"')
    assert item["authors"][-1]["name"] == "The Hill"
    assert item["url"] == "https://hill.example/story"
    (item,) = three.say('match = "https://port.example/story"\naction = "origin"\nvalue = "valley"')
    assert item["authors"][-1]["name"] == "The Valley"


def test_an_override_of_what_nobody_has_does_nothing(two: Desk) -> None:
    nowhere = 'match = "https://nowhere.example/x"\naction = "same"\nvalue = "https://valley.example/story"'
    assert len(two.say(nowhere)) == 2
    assert len(two.say(nowhere.replace('"same"', '"different"'))) == 2
