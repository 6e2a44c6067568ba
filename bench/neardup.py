"""Near-duplicates as the program finds them: each item goes through cleaning, boilerplate, index, verdict and store.

Items are decided one by one as they come. What the source's later items show to be boilerplate is taken out of earlier
ones, which are then decided again, as `work.learn` does.
"""

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from aggregator.models import Article, Candidate, Config, Entry, Repetition, Site, Source
from aggregator.parse.dates import entry_date
from aggregator.store import blocks, copies, twins
from aggregator.store.database import Database
from aggregator.tables import COPY, metadata
from aggregator.work.join import Subject, join_item
from aggregator.work.keep import keep_candidate
from aggregator.work.prepare import prepare_entries, strip_repeated

Record = dict[str, Any]

_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_NEVER = datetime(2100, 1, 1, tzinfo=UTC)
_CONFIG = Config(Site("Bench", "https://bench.example/", "bench.example", "2026-01-01"), (), (), "")


def neardup(items: Iterable[Record]) -> Iterator[Record]:
    """Read `{id, source, url, guid, title, published, lang, content_html}` as they come; write `{id, group}`."""
    with tempfile.TemporaryDirectory() as folder, Database(f"sqlite:///{Path(folder) / 'store.db'}") as database:
        with database.transaction() as connection:
            metadata.create_all(connection)
        kept = []
        now = _BEGINNING
        for item in items:
            now = max(now, _published_at(item) or now)  # what came later was not seen earlier, whatever its date
            with database.transaction() as connection:
                kept.append((item["id"], _keep(connection, item, now)))
                _relearn(connection, item["source"], now)
        with database.snapshot() as connection:
            items_of = {row.id: row.item for row in connection.execute(select(COPY.c.id, COPY.c.item))}
        for record_id, copy_id in kept:
            yield {"id": record_id, "group": items_of[copy_id]}


def _published_at(item: Record) -> datetime | None:
    return entry_date(item.get("published") or "", _NEVER)


def _keep(connection: Connection, item: Record, now: datetime) -> int:
    entry = Entry(
        item.get("guid") or str(item["id"]),
        item.get("url") or "",
        item.get("title") or "",
        content_html=item.get("content_html") or "",
        published_at=_published_at(item),
        hash=str(item["id"]),
    )
    source = Source(item["source"], item["source"])
    (candidate,) = prepare_entries([entry], [entry], source)
    article = _strip(connection, source.id, entry.title, candidate.article)
    candidate = Candidate(entry, article, candidate.canonical_url, candidate.text_hash)
    keep_candidate(connection, source, _CONFIG, candidate, (), None, "", is_past=True, now=now)
    kept = copies.find_copy(connection, source.id, entry.guid, "")
    assert kept is not None
    return kept.id


def _strip(connection: Connection, source: str, title: str, article: Article) -> Article:
    seen, count = blocks.load_counts(connection, source, article.lines)
    ((stripped, _),) = strip_repeated([Repetition(title, article, seen, count)])
    return stripped


def _relearn(connection: Connection, source: str, now: datetime) -> None:
    queued = blocks.load_queued(connection, source, 100)
    counts, articles = blocks.load_counts(
        connection, source, {one for copy in queued for one in blocks.unpack(copy.lines)}
    )
    for copy in queued:
        lines = blocks.unpack(copy.lines)
        seen = Counter({line: counts[line] - 1 for line in lines if counts.get(line, 0) > 1})
        ((article, text_hash),) = strip_repeated(
            [Repetition(copy.title, Article(html=copy.html, lines=lines), seen, articles - 1)]
        )
        if article.html == copy.shown or not blocks.take_relearned(
            connection, copy, copies.shown_body(article, text_hash)
        ):
            continue
        twins.index_copy(connection, copy.id, article.hashes)
        item = copies.load_copy(connection, copy.id).item
        subject = Subject(source, copy.title, article.text, article.hashes, copy.appeared_at, "", (), copy.id, item)
        join_item(connection, subject, (), now)
    blocks.forget_queued(connection, [copy.id for copy in queued])
