"""What a source repeats from article to article goes: out of new articles, and later out of those kept before.

`relearn()` is a unit of work: some copies of one source whose lines other articles have turned out to share. Safe to
run twice. It moves no item's `updated`: the article is the same as before.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from aggregator.models import Article, Candidate, Override, Repetition, Source
from aggregator.pool import Pool
from aggregator.store import blocks, copies, twins
from aggregator.store.database import Database
from aggregator.work.join import Subject, join_item
from aggregator.work.stages import strip_repeated

_AT_ONCE = 100  # copies


async def strip_candidates(
    candidates: Sequence[Candidate], source: Source, pool: Pool, database: Database
) -> list[Candidate]:
    """Take out of new or changed entries what the source's other articles, and these among each other, have too."""
    if source.extract.boilerplate == "off":
        return list(candidates)
    before = await database.read(blocks.own_lines, source.id, [candidate.entry.guid for candidate in candidates])
    stripped = await _strip(
        [(candidate.entry.title, candidate.article) for candidate in candidates], before, source, pool, database
    )
    return [
        replace(candidate, article=article, text_hash=text_hash) if article is not candidate.article else candidate
        for candidate, (article, text_hash) in zip(candidates, stripped, strict=True)
    ]


async def strip_page(
    title: str, guid: str, article: Article, text_hash: str, source: Source, pool: Pool, database: Database
) -> tuple[Article, str]:
    """Take out of a page's article what the source's other articles have too."""
    if source.extract.boilerplate == "off":
        return article, text_hash
    before = await database.read(blocks.own_lines, source.id, [guid])
    ((stripped, new_hash),) = await _strip([(title, article)], before, source, pool, database)
    return (stripped, new_hash) if stripped is not article else (article, text_hash)


async def relearn(source: Source, pool: Pool, database: Database, overrides: Sequence[Override], now: datetime) -> int:
    """Look again at some copies of a source; returns how many were looked at, 0 when none are left."""
    queued = await database.read(blocks.load_queued, source.id, _AT_ONCE)
    if not queued:
        return 0
    if source.extract.boilerplate == "off":
        await database.write(blocks.forget_queued, [copy.id for copy in queued])
        return len(queued)
    counts, articles = await database.read(
        blocks.load_counts, source.id, {line for copy in queued for line in blocks.unpack(copy.lines)}
    )
    bodies = [(copy.title, Article(html=copy.html, lines=blocks.unpack(copy.lines))) for copy in queued]
    repetitions = [
        Repetition(
            title, body, {line: counts[line] - 1 for line in body.lines if counts.get(line, 0) > 1}, articles - 1
        )
        for title, body in bodies
    ]
    stripped = await pool.run(strip_repeated, repetitions)
    await database.write(_save, source, queued, stripped, overrides, now)
    return len(queued)


async def _strip(
    articles: Sequence[tuple[str, Article]],
    before: Mapping[str, Sequence[int]],
    source: Source,
    pool: Pool,
    database: Database,
) -> list[tuple[Article, str]]:
    """Strip articles that come together; `before` are lines that some of them had, counted already."""
    lines = Counter(line for _, article in articles for line in article.lines)
    stored, count = await database.read(blocks.load_counts, source.id, lines)
    others = Counter(stored) + lines
    others.subtract(line for known in before.values() for line in known if line in lines)
    count += len(articles) - 1 - sum(bool(known) for known in before.values())
    repetitions = [
        Repetition(title, article, {line: others[line] - 1 for line in article.lines if others[line] > 1}, count)
        for title, article in articles
    ]
    repeating = [repetition for repetition in repetitions if repetition.seen]
    stripped = iter(await pool.run(strip_repeated, repeating) if repeating else ())
    found = [next(stripped) if repetition.seen else (repetition.article, "") for repetition in repetitions]
    return [one if one[0].removed else (article, "") for (_, article), one in zip(articles, found, strict=True)]


def _save(
    connection: Connection,
    source: Source,
    queued: Sequence[blocks.Relearned],
    stripped: Sequence[tuple[Article, str]],
    overrides: Sequence[Override],
    now: datetime,
) -> None:
    for copy, (article, text_hash) in zip(queued, stripped, strict=True):
        if article.html == copy.shown:
            continue
        if not blocks.take_relearned(connection, copy, copies.shown_body(article, text_hash)):
            continue
        twins.index_copy(connection, copy.id, article.hashes)
        item = copies.load_copy(connection, copy.id).item
        copies.mark_dirty(connection, [item])
        subject = Subject(
            source.id, copy.title, article.text, article.hashes, copy.appeared_at, copy.canonical_url, (), copy.id, item
        )
        join_item(connection, subject, overrides, now)
    blocks.forget_queued(connection, [copy.id for copy in queued])
