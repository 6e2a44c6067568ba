"""Which items tell the same event: each newly published item is compared with those of the last days. Part of a build.

Items are compared once, in the order in which they were published, when they go out for the first time: what readers
have seen on its own is never put behind another one.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection

from aggregator.dedupe.comparison import Account
from aggregator.dedupe.story import LEAST_SHARED, Frequencies, Likeness, Report, choose_story, read_telling, weigh
from aggregator.errors import StoreError
from aggregator.models import Config, Override
from aggregator.store import links, outputs, stories, topic_states
from aggregator.store.database import Database
from aggregator.store.decisions import record_decision
from aggregator.store.outputs import StoredItem
from aggregator.work.overrule import told_with

_BATCH = 200
_MOST_READ = 800  # rows of the index for one report, about: its least rare words are left out where they are too many
_SAID = 8  # shared words in the evidence
log = logging.getLogger(__name__)


def await_story(connection: Connection, items: Sequence[StoredItem], now: datetime) -> None:
    """Let items that have just been published wait for `tell_stories`."""
    if items:
        rows = [(one.id, one.origin_source or one.publication, one.language, one.published_at) for one in items]
        stories.wait(connection, rows, now)


async def tell_stories(config: Config, database: Database, now: datetime) -> None:
    """Compare the items that wait for it with others, and link those that tell one event."""
    waiting = await database.read(stories.list_waiting)
    size = _BATCH
    while waiting:
        batch = waiting[:size]
        try:
            await database.write(compare_items, batch, config.overrides, now)
        except StoreError:
            raise
        except Exception:  # one of them stops no other: they are taken one by one, and the one that fails stays alone
            log.error("comparing %d items failed", len(batch), exc_info=size == 1)
            if size > 1:
                size = 1
                continue
            await database.write(stories.leave_alone, batch)
        waiting = waiting[len(batch) :]


def compare_items(connection: Connection, items: Sequence[int], overrides: Sequence[Override], now: datetime) -> None:
    """Compare some of the items that wait, in their order; a transaction of its own."""
    touched: set[int] = set()
    for report, frequencies in _read_reports(connection, items):
        touched |= _join(connection, report, frequencies, now)
        for other, why in told_with(connection, overrides, report.id).items():
            if new := links.join_stories(connection, report.id, other, why):
                record_decision(connection, report.id, "story", {"item": other, "because": why}, now, by="editor")
                touched |= new
    if touched:
        placed = outputs.placements_of(connection, touched)
        topics = {topic for were in placed.values() for topic, inside in were.items() if inside}
        topic_states.make_due(connection, topics, now)


def _read_reports(connection: Connection, items: Sequence[int]) -> Iterator[tuple[Report, Frequencies]]:
    """Read items as reports, in their order, once the words of all of them are counted."""
    waiting = stories.load_waiting(connection, items)
    stories.leave_alone(connection, [one.item for one in waiting if one.state != "published"])
    waiting = [one for one in waiting if one.state == "published"]
    tellings = {one.item: read_telling(one.title, one.text) for one in waiting}
    counted: dict[str, Frequencies] = {}
    for language in {one.language for one in waiting}:
        added = [tellings[one.item].words for one in waiting if one.language == language]
        total = Counter(word for words in added for word in words)
        counted[language] = Frequencies(*stories.count_words(connection, language, len(added), total), language)
    for one in waiting:
        telling, frequencies = tellings[one.item], counted[one.language]
        words, rare = weigh(telling, frequencies)
        account = Account(one.newsroom, one.title, one.text, one.at)
        yield Report(one.item, one.language, account, words, telling.names, rare), frequencies


def _join(connection: Connection, report: Report, frequencies: Frequencies, now: datetime) -> set[int]:
    """Link a report to the others of its story, if it has one; returns the items that outputs may show differently."""
    wanted = _wanted(report, frequencies)
    near = stories.find_near(connection, report.language, wanted, LEAST_SHARED, report.at, now) if wanted else {}
    if near:
        siblings = {other for other, kind, _ in links.linked_items(connection, report.id) if kind == "series"}
        near = {begun: story for begun, story in near.items() if siblings.isdisjoint(one.id for one in story)}
    joined = choose_story(report, list(near.values()))
    if joined is None:
        stories.keep_report(connection, report, report.id)
        return set()
    begun, story = list(near.items())[joined.place]
    stories.keep_report(connection, report, begun)
    because = {other.id: _say(likeness) for other, likeness in zip(story, joined.likeness, strict=True)}
    for other, why in because.items():
        links.link(connection, report.id, other, "story", why)
    best = max(zip(joined.likeness, story, strict=True), key=lambda pair: pair[0].score)[1]
    record_decision(connection, report.id, "story", {"item": best.id, "because": because[best.id]}, now)
    return {report.id, *because}


def _wanted(report: Report, frequencies: Frequencies) -> list[str]:
    """Choose the words by which other reports are looked for: the rarest, as long as few enough reports hold them."""
    wanted = []
    rows = 0
    for word in report.rare:
        rows += frequencies.counts.get(word, 0)
        if rows > _MOST_READ:
            break
        wanted.append(word)
    return wanted


def _say(likeness: Likeness) -> str:
    words = ", ".join(likeness.shared[:_SAID])
    return (
        f"alike to {likeness.score:.2f}, {likeness.plain:.2f} without names; both begin with: {words or 'no rare word'}"
    )
