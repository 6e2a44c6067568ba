"""Two partners that hold the same 200 articles, through everything that partners do: each stands in the feed once."""

import asyncio
import json
import random
from pathlib import Path

import pytest

from tests.newsroom import EVERYTHING, Newsroom, Post, cycle, rss
from tests.partner import Partner

WORDS = (
    "harbour council school nurse water bridge teacher strike market bread road night engine letter price worker field "
    "farmer union train court judge museum library river forest rain mayor budget clinic doctor radio ferry crane "
    "signal tunnel garden window paper story village valley hill coast island captain sailor baker miner driver"
).split()
VERBS = "asks gives takes opens closes finds loses carries mends sells reads writes hears leaves keeps wants".split()
RIGHTS = '[source.rights]\nmode = "full"\n[source.extract]\nmode = "feed"\n'


def article(number: int) -> tuple[str, list[str]]:
    """Invent a title and the sentences of an article."""
    dice = random.Random(number)

    def sentence() -> str:
        names = dice.sample(WORDS, 6)
        return f"The {names[0]} of the {names[1]} {dice.choice(VERBS)} the {names[2]}, and the {names[3]} {dice.choice(VERBS)} a {names[4]} for the {names[5]} at {dice.randrange(10, 99)}."

    first, second = dice.sample(WORDS, 2)
    return f"{first.title()} {dice.choice(VERBS)} {second} {WORDS[number % 50]}".capitalize(), [
        sentence() for _ in range(12)
    ]


def whole(sentences: list[str], credit: str = "") -> str:
    paragraphs = [" ".join(sentences[at : at + 3]) for at in range(0, len(sentences), 3)]
    return "".join(f"<p>{text}</p>" for text in [*paragraphs, *([credit] if credit else [])])


def excerpt(sentences: list[str]) -> str:
    return f"<p>{' '.join(' '.join(sentences).split()[:55])} [&#8230;]</p>"


def items(newsroom: Newsroom) -> dict[str, str]:
    """Map the ids in the feed to the newsroom credited."""
    feed = json.loads(newsroom.read("all.json"))
    return {item["id"]: item["authors"][-1]["name"] for item in feed["items"]}


@pytest.mark.long
def test_each_article_stands_in_the_feed_once_at_every_step(tmp_path: Path, partner: Partner) -> None:
    newsroom = Newsroom(tmp_path)
    blocks = "".join(
        f'[[source]]\nid = "{name}"\nname = "The {name.title()}"\nfeed = "{partner.url(f"/{name}/feed")}"\n{RIGHTS}'
        for name in ("port", "valley")
    )
    newsroom.edit(blocks + EVERYTHING + "max_items = 1000\n")
    articles = [article(number) for number in range(200)]

    def serve(name: str, bodies: list[str], scheme: str = "http", guids: str = "1") -> None:
        posts = [
            Post(f"{guids}-{number}", f"{scheme}://{name}.example/{number}", title, body)
            for number, ((title, _), body) in enumerate(zip(articles, bodies, strict=True))
        ]
        partner.serve(f"/{name}/feed", rss(posts))

    full = [whole(sentences) for _, sentences in articles]
    short = [excerpt(sentences) for _, sentences in articles]
    by_valley = [
        whole(sentences, "This article was first published by The Valley.") if number < 15 else full[number]
        for number, (_, sentences) in enumerate(articles)
    ]
    by_port = [
        whole(sentences, "Originally published in The Port.") if 15 <= number < 30 else short[number]
        for number, (_, sentences) in enumerate(articles)
    ]
    seen: list[dict[str, str]] = []

    async def play() -> None:
        async with newsroom.service() as service:
            for port, valley in (
                ((full, "http", "1"), (short, "http", "1")),
                ((by_valley, "http", "1"), (by_port, "http", "1")),
                ((by_valley, "http", "1"), (by_port, "http", "2")),
                ((by_valley, "https", "1"), (by_port, "http", "2")),
            ):
                serve("port", *port)
                serve("valley", *valley)
                await cycle(service)
                seen.append(items(newsroom))
                newsroom.clock.forward(hours=2)

    asyncio.run(play())
    assert [len(step) for step in seen] == [200] * 4
    assert all(step.keys() == seen[0].keys() for step in seen)
    assert newsroom.rows("select count(*) from item where state = 'published'") == [(200,)]
    credited = list(seen[-1].values())
    assert credited.count("The Valley") >= 15
