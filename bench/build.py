"""Building 200 topics of 60 items from 100,000 stored ones: all, none, and those of one changed item; beside feedgen.

Run as `python -m bench.build [ITEMS [TOPICS]]`. A store is filled by SQL with invented items, each in two of the topics
and in one of everything; all but the newest count as archived. Then the pages of months are written, the topics are
built, built again, and one item is changed. feedgen alone writes RSS and Atom of as many items, from values at hand and
without rights, pages or JSON. Prints one JSON line; takes two minutes and 1 GB of temporary space.
"""

import asyncio
import json
import sqlite3
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

from feedgen.feed import FeedGenerator

from aggregator.service import Service, open_service
from aggregator.settings import Settings
from aggregator.sources import check_sources
from aggregator.store.database import Database
from aggregator.work.months import build_months
from bench.growth import insert_numbered

_SHOWN = 60  # items of a topic
_OPEN = 30  # of a topic's items stand in no archive document
_WORDS = 300
_NOW = datetime(2026, 3, 1, tzinfo=UTC)
_SEEN_AT = "strftime('%Y-%m-%d %H:%M:%S.000000', '2026-03-01', (i - :count) || ' seconds')"
_BODY = " ".join(f"word{number}" for number in range(_WORDS))


def main(items: int, topics: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(json.dumps(asyncio.run(_measure(folder, items, topics))))


async def _measure(folder: Path, items: int, topics: int) -> dict[str, object]:
    config = check_sources(_sources(topics)).config
    path = folder / "store.db"
    settings = Settings(
        sources=folder / "sources.toml",
        database=f"sqlite:///{path}",
        output=folder / "public",
        allow_networks=(ip_network("127.0.0.0/8"),),
        host_delay=timedelta(0),
        workers=1,
    )
    clock = [_NOW]
    with Database(settings.database) as database:
        database.migrate()
        async with open_service(settings, config, database, lambda: clock[0]) as service:
            await service.build()  # accepts the configuration, and makes the topics known while they are empty
            _fill(path, items, topics)
            of_months, month_pages = await _build_months(service, clock[0])
            first, written = await _build_all(service)
            before = _stamps(settings.output)
            again, rewritten = await _build_all(service)
            untouched = _stamps(settings.output) == before
            changed, files = [], 0
            for number in range(5):
                clock[0] += timedelta(minutes=1)
                _change(path, items - number)
                began = time.perf_counter()
                outcomes = await service.build_due()
                changed.append(time.perf_counter() - began)
                files = sum(len(outcome.written) for outcome in outcomes)
    alone = _feedgen_alone(topics)
    return {
        "items": items,
        "topics": topics,
        "months_s": round(of_months, 2),
        "month_pages": month_pages,
        "build_all_s": round(first, 2),
        "files": written,
        "feedgen_alone_s": round(alone, 2),
        "ratio": round(first / alone, 2),
        "build_again_s": round(again, 2),
        "rewritten": rewritten,
        "untouched": untouched,
        "one_changed_s": [round(one, 3) for one in changed],
        "one_changed_files": files,
    }


def _sources(topics: int) -> str:
    text = (
        'schema = 1\n[site]\ntitle = "Bench"\nbase_url = "https://bench.example/"\ncontact = "mailto:b@bench.example"\n'
    )
    text += 'id_domain = "bench.example"\nid_date = "2026-01-01"\n'
    text += '[[source]]\nid = "paper"\nname = "The Paper"\nfeed = "https://paper.example/feed"\nrights.mode = "full"\n'
    text += f'[[topic]]\nid = "everything"\ntitle = "Everything"\nmax_items = {_SHOWN}\n'
    for number in range(topics):
        text += f'[[topic]]\nid = "t{number}"\ntitle = "Topic {number}"\nmax_items = {_SHOWN}\n'
        text += f'include = "subject{number}"\n'
    return text


def _fill(path: Path, size: int, topics: int) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("BEGIN")
    subjects = f"'subject' || (i % {topics}) || ' subject' || (i * 7 % {topics})"
    insert_numbered(
        connection, "item", size,
        {"id": "i", "public_id": "printf('tag:bench.example,2026-01-01:%016d', i)", "state": "'published'",
         "title": "'Title ' || i", "sort_at": _SEEN_AT, "first_published_at": _SEEN_AT, "published_at": _SEEN_AT,
         "updated_at": _SEEN_AT, "people": """'["Ana Quispe"]'""", "publication": "'The Paper'", "language": "'en'",
         "origin_source": "'paper'", "text_copy": "i"},
    )  # fmt: skip
    insert_numbered(
        connection, "copy", size,
        {"id": "i", "item": "i", "source": "'paper'", "guid": "printf('%08d', i)", "generation": "0",
         "url": "'https://paper.example/' || i", "canonical_url": "'https://paper.example/' || i",
         "title": "'Title ' || i", "text": f"{subjects} || ' {_BODY}'", "language": "'en'",
         "clean_html": f"'<p>' || {subjects} || ' {_BODY}</p>'", "lines": "x''", "text_hash": "printf('%064x', i)",
         "first_seen_at": _SEEN_AT, "published_at": _SEEN_AT, "entry_hash": "printf('%064x', i)", "removed": "'[]'",
         "enclosures": "'[]'", "categories": "'[]'", "people": """'["Ana Quispe"]'""", "credits": "'[]'",
         "restrictions": "'[]'"},
    )  # fmt: skip
    for topic in ("'everything'", f"'t' || (i % {topics})", f"'t' || (i * 7 % {topics})"):
        connection.execute(
            "INSERT OR IGNORE INTO placement (topic, item, rule, since, sort_at, late, left_why, archive) "
            f"SELECT {topic}, id, 'x', sort_at, sort_at, 0, '', 1 FROM (SELECT id, id AS i, sort_at FROM item)"
        )
    connection.execute(
        "UPDATE placement SET archive = NULL WHERE (topic, item) IN (SELECT topic, item FROM (SELECT topic, item, "
        f"row_number() OVER (PARTITION BY topic ORDER BY sort_at DESC) AS n FROM placement) WHERE n <= {_OPEN})"
    )
    connection.execute(
        "INSERT INTO monthpage (topic, month, size, due) "
        "SELECT topic, strftime('%Y-%m', sort_at), count(*), 1 FROM placement GROUP BY 1, 2"
    )
    connection.execute("UPDATE topicstate SET next_change_at = '2026-01-01 00:00:00.000000'")
    connection.execute("COMMIT")
    connection.close()


def _change(path: Path, item: int) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE copy SET title = title || ', corrected' WHERE item = ?", (item,))
        connection.execute("INSERT INTO dirty (item) VALUES (?)", (item,))
    connection.close()


async def _build_months(service: Service, now: datetime) -> tuple[float, int]:
    began = time.perf_counter()
    pages = 0
    for topic in service.config.topics:
        pages += len(await build_months(topic, service.config, service.database, service.settings.output, now))
    return time.perf_counter() - began, pages


async def _build_all(service: Service) -> tuple[float, int]:
    began = time.perf_counter()
    outcomes = await service.build()
    return time.perf_counter() - began, sum(len(outcome.written) for outcome in outcomes)


def _stamps(output: Path) -> dict[str, tuple[int, int]]:
    files = (path for path in output.rglob("*") if path.is_file())
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_ino) for path in files}


def _feedgen_alone(topics: int) -> float:
    began = time.perf_counter()
    for topic in range(topics + 1):
        generator = FeedGenerator()
        generator.load_extension("dc", atom=False)
        generator.id(f"tag:bench.example,2026-01-01:{topic}")
        generator.title(f"Topic {topic}")
        generator.description("x")
        generator.link(href="https://bench.example/")
        for number in range(_SHOWN):
            entry = generator.add_entry(order="append")
            entry.id(f"tag:bench.example,2026-01-01:{number}")
            entry.title(f"Title {number}")
            entry.link(href=f"https://paper.example/{number}")
            entry.published(_NOW)
            entry.updated(_NOW)
            entry.author(name="Ana Quispe")
            entry.summary(_BODY[:400])
            entry.content(f"<p>{_BODY}</p>", type="html")
        generator.rss_str(pretty=True)
        generator.atom_str(pretty=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    items, topics = (int(one) for one in (*sys.argv[1:], *("100000", "200")[len(sys.argv) - 1 :]))
    main(items, topics)
