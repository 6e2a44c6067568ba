"""How long searches take in a large archive, and how long it takes to write one.

Run as `python -m bench.search [ITEMS [WORDS]]`; 1,000,000 items of 60 words each unless said. The index is filled by
the statements that a build uses, with invented texts: some words are in nearly all of them, some in one of a thousand,
some in one. Then each kind of search is made as a reader makes it (found and written as a page), 50 times, each time
with other words where there are such. Prints one JSON line: milliseconds of the median and of the 95th of 100. Takes
ten minutes and 2 GB.
"""

import itertools
import json
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aggregator.models import Config, SearchRequest, Site, Source, Topic
from aggregator.searching import _search
from aggregator.store import search, search_parts
from aggregator.store.database import Database
from aggregator.store.search import Findable

_SOURCES, _TOPICS, _TIMES, _BATCH = 50, 20, 50, 2_000
_NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
_APART = timedelta(minutes=5)
_SYLLABLES = ["".join(pair) for pair in itertools.product("bcdfglmnprstv", "aeiou")]


def main(count: int, words: int) -> None:
    print(json.dumps(measure(count, words)))


def measure(count: int, words: int) -> dict[str, object]:
    """Fill an index and search in it; each kind of search is mapped to its median and its 95th of 100, in ms."""
    dice = random.Random(1)
    vocabulary = sorted({"".join(dice.choices(_SYLLABLES, k=dice.randint(2, 4))) for _ in range(60_000)})
    dice.shuffle(vocabulary)
    config = Config(
        Site("Bench", "https://bench.example/", "bench.example", "2026-01-01"),
        tuple(Source(f"source-{n:02d}", f"Newsroom {n}") for n in range(_SOURCES)),
        tuple(Topic(f"topic-{n:02d}", f"Topic {n}") for n in range(_TOPICS)),
        "",
    )
    with tempfile.TemporaryDirectory() as folder, Database(f"sqlite:///{folder}/store.db") as database:
        database.migrate()
        figures: dict[str, object] = {"items": count, "words": words}
        began = time.perf_counter()
        _fill(database, count, words, vocabulary, dice)
        figures["fill_s"] = round(time.perf_counter() - began)
        database.purge_now()
        figures["bytes"] = Path(folder, "store.db").stat().st_size
        for name, ask in _requests(count, vocabulary, dice).items():
            figures[name] = _measure(database, config, ask)
        with database.transaction() as connection:
            search.erase(connection, [count // 2])
        began = time.perf_counter()
        with database.transaction() as connection:
            search_parts.rewrite_next(connection)
        figures["erase_one_s"] = round(time.perf_counter() - began, 2)
    return figures


def _fill(database: Database, count: int, words: int, vocabulary: list[str], dice: random.Random) -> None:
    raw = sqlite3.connect(database.path, isolation_level=None)
    raw.execute("PRAGMA synchronous=OFF")
    weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(vocabulary))))
    columns = [name for _, name, _, needed, _, _ in raw.execute("PRAGMA table_info(item)") if needed]
    marks = ", ".join("?" * len(columns))
    for start in range(1, count + 1, _BATCH):
        findables = [_invent(n, count, words, vocabulary, weights, dice) for n in range(start, start + _BATCH)]
        raw.execute("BEGIN IMMEDIATE")
        rows = [
            [{"id": one.item, "public_id": str(one.item), "sort_at": f"{one.sort_at:%F %T.000000}"}.get(name, "")
             for name in columns]
            for one in findables
        ]  # fmt: skip
        raw.executemany(f"INSERT INTO item ({', '.join(columns)}) VALUES ({marks})", rows)
        raw.execute("COMMIT")
        with database.transaction() as connection:
            search.write(connection, findables)
    raw.close()


def _invent(
    number: int, count: int, words: int, vocabulary: list[str], weights: list[float], dice: random.Random
) -> Findable:
    at = _NOW - _APART * (count - number)
    text = dice.choices(vocabulary, cum_weights=weights, k=words)
    text += ["agua"] * (number % 2) + ["mercado", "central"][:: 1 if number % 7 else -1] + [f"solo{number}"]
    text += ["ferry"] * (number % 1000 == 0)
    shown = {
        "id": f"tag:bench.example,2026-01-01:{number:016d}", "url": f"https://source.example/{number}",
        "people": ["Ana Quispe"], "publication": f"Newsroom {number % _SOURCES}", "publication_url": "",
        "language": "es", "licence": "", "licence_url": "", "published_at": at.isoformat(),
        "updated_at": at.isoformat(), "sort_at": at.isoformat(),
    }  # fmt: skip
    title = " ".join(dice.choices(vocabulary, cum_weights=weights, k=8))
    topics, sources = [f"topic-{number % _TOPICS:02d}"], [f"source-{number % _SOURCES:02d}"]
    return Findable(number, at, title, " ".join(text), topics, sources, "es", shown)


def _requests(count: int, vocabulary: list[str], dice: random.Random) -> dict[str, Callable[[], SearchRequest]]:
    """Name kinds of searches; each makes a new one of its kind."""
    oldest = int((_NOW - _APART * count).timestamp()) * 64

    def common() -> str:
        return vocabulary[dice.randrange(5)]

    def any_word() -> str:
        return vocabulary[dice.randrange(len(vocabulary))]

    def day() -> str:
        return f"{_NOW - _APART * dice.randrange(count):%F}"

    return {
        "in_half_of_all": lambda: SearchRequest("agua"),
        "common": lambda: SearchRequest(common()),
        "any": lambda: SearchRequest(any_word()),
        "in_one_of_1000": lambda: SearchRequest("ferry"),
        "in_one": lambda: SearchRequest(f"solo{dice.randrange(1, count)}"),
        "in_none": lambda: SearchRequest("nowhere"),
        "two_common": lambda: SearchRequest(f"agua {common()}"),
        "common_and_any": lambda: SearchRequest(f"agua {any_word()}"),
        "two_any": lambda: SearchRequest(f"{any_word()} {any_word()}"),
        "six_common": lambda: SearchRequest(" ".join(vocabulary[:6])),
        "phrase": lambda: SearchRequest(f'"{common()} {common()}"'),
        "rare_phrase": lambda: SearchRequest('"central mercado"'),
        "phrase_in_none": lambda: SearchRequest('"central agua"'),
        "beginning": lambda: SearchRequest(f"{any_word()[:4]}*"),
        "short_beginning": lambda: SearchRequest(f"{any_word()[:2]}*"),
        "beginning_and_rare": lambda: SearchRequest(f"{any_word()[:2]}* ferry"),
        "without": lambda: SearchRequest("agua -mercado"),
        "only_without": lambda: SearchRequest(f"-{common()}"),
        "in_topic": lambda: SearchRequest(common(), topic=f"topic-{dice.randrange(_TOPICS):02d}"),
        "any_in_source": lambda: SearchRequest(any_word(), source=f"source-{dice.randrange(_SOURCES):02d}"),
        "all_filters": lambda: SearchRequest("agua", "topic-05", "source-05", "es", "2018-01-01", day()),
        "no_match_filters": lambda: SearchRequest("agua", "topic-06", "source-07"),
        "filters_alone": lambda: SearchRequest(source=f"source-{dice.randrange(_SOURCES):02d}"),
        "until_a_day": lambda: SearchRequest(common(), until=day()),
        "last_page_common": lambda: SearchRequest("agua", before=oldest + 1000 * 300 * 64),
        "last_page_any": lambda: SearchRequest(vocabulary[3_000], before=oldest + count // 2 * 300 * 64),
        "one_page_back": lambda: SearchRequest(common(), after=oldest + dice.randrange(count) * 300 * 64),
    }


def _measure(database: Database, config: Config, ask: Callable[[], SearchRequest]) -> list[float]:
    times = sorted(_times(database, config, ask))
    return [round(times[_TIMES // 2] * 1000, 1), round(times[int(_TIMES * 0.95)] * 1000, 1)]


def _times(database: Database, config: Config, ask: Callable[[], SearchRequest]) -> Iterator[float]:
    for _ in range(_TIMES):
        request = ask()
        began = time.perf_counter()
        _search(database, config, request)
        yield time.perf_counter() - began


if __name__ == "__main__":
    items, length = (int(one) for one in (*sys.argv[1:], *("1000000", "60")[len(sys.argv) - 1 :]))
    main(items, length)
