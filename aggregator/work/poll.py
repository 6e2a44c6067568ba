"""poll_source(): one source's feed -> copies with the feed's own text, and a row for each page wanted.

Ends in one short transaction: the validators are saved with the entries they stand for, or not at all. Safe to run
twice.
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from aggregator.discover.pages import cure_for, who_blocks
from aggregator.errors import AggregatorError, FetchError, StoreError
from aggregator.fetch.client import Client
from aggregator.fetch.robots import Robots
from aggregator.models import (
    CacheHints,
    Candidate,
    Config,
    Entry,
    FailureKind,
    ParsedFeed,
    PollEvent,
    PollHistory,
    Reading,
    Response,
    Source,
    Validators,
)
from aggregator.moves import note_answer
from aggregator.pool import Pool
from aggregator.schedule import learn_rhythm, next_poll_at
from aggregator.store import copies, polls, subscriptions
from aggregator.store.database import Database
from aggregator.store.known import save_known
from aggregator.urls import canonicalize
from aggregator.work.ask import find_feed, require_body, take_over
from aggregator.work.deletions import note_deletions
from aggregator.work.intake import take_in
from aggregator.work.keep import Kept
from aggregator.work.learn import strip_candidates
from aggregator.work.listing import INDEX
from aggregator.work.older import read_older
from aggregator.work.reread import read_again
from aggregator.work.scrutiny import Verdicts
from aggregator.work.stages import prepare_entries

_TWIN_AGE = timedelta(days=7)  # a source not polled for so long is no twin any more
_MAX_OUTCOME = 500  # characters of an error kept; it is read again at every look at what is due
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PollOutcome:
    """How one poll went.

    Attributes:
        said: one line for people: "3 new, 1 changed", "not modified", or the error.
        failed: nothing could be read.
        failure: what kind of failure it was; None when it was none.
        warning: what an editor should know although the poll did not fail, when it is first seen.
    """

    source: str
    said: str
    new: int = 0
    changed: int = 0
    entries: int | None = None  # in the feed; None when it was not read
    failed: bool = False
    failure: FailureKind | None = None
    warning: str = ""
    bytes: int = 0  # of the body, decoded


async def poll_source(
    source: Source,
    config: Config,
    history: PollHistory,
    *,
    client: Client,
    robots: Robots,
    pool: Pool,
    database: Database,
    clock: Callable[[], datetime],
    jitter: float,
) -> PollOutcome:
    """Poll one source and keep what is new or changed.

    A source that fails gets an outcome that says why and a later next poll; what was kept stays.

    Args:
        history: what earlier polls of this source taught us.
        clock: now, aware and UTC; asked when the answer is there, since a poll may have waited for its turn.
        jitter: 0 <= jitter < 1, see `schedule.next_poll_at`.
    Raises:
        StoreError: the database cannot be used.
    """
    history = replace(history, polls=history.polls + 1)
    hints = CacheHints()
    try:
        asked, response = await find_feed(source, history, client=client, robots=robots, clock=clock)
        now = clock()
        hints = response.hints
        if response.status == 410 and response.url in (asked, response.moved_to):  # not behind a passing detour
            history = replace(history, gone_at=now)
        require_body(asked, response)
        noted = note_answer(history, source.feed, asked, response.moved_to, now)
        known, is_unchanged = take_over(noted, response, now)
        if is_unchanged:
            return await _keep_unchanged(source, known, response, database, now, jitter)
        async with pool.room:
            reading, hashes = await read_again(
                source, response, client=client, robots=robots, pool=pool, database=database, now=now
            )
            feed = reading.feed
            older: Sequence[Entry] = ()
            is_complete = True
            is_overflow = known.entries > 0 and len(feed.entries) > 1 and not hashes
            if is_overflow and not await database.read(copies.knows_any, source.id, _addresses(feed)):
                older, is_complete = await read_older(
                    source, feed, response, client=client, pool=pool, database=database, now=now
                )
            fresh = [entry for entry in feed.entries if hashes.get(entry.guid) != entry.hash] + list(older)
            candidates = (
                await pool.run(prepare_entries, fresh, [*feed.entries, *older], source, config.house) if fresh else []
            )
            candidates = await strip_candidates(candidates, source, pool, database)
            missed = "" if is_complete else _missed(len(candidates))
            return await database.write(
                _save, source, config, known, response, reading, candidates, missed, now, jitter
            )
    except StoreError:
        raise
    except Exception as error:  # what goes wrong with one source, our own mistakes included, stops no other
        return await _keep_failure(source, history, hints, error, database, clock(), jitter)


async def _keep_unchanged(
    source: Source, known: PollHistory, response: Response, database: Database, now: datetime, jitter: float
) -> PollOutcome:
    event = PollEvent(now, "not modified", bytes=len(response.body))
    await database.write_together(polls.save_polls, _polled(source, known, response.hints, event, jitter))
    return PollOutcome(source.id, event.said)


def _save(
    connection: Connection,
    source: Source,
    config: Config,
    known: PollHistory,
    response: Response,
    reading: Reading,
    candidates: Sequence[Candidate],
    missed: str,
    now: datetime,
    jitter: float,
) -> PollOutcome:
    feed = reading.feed
    guids = frozenset(entry.guid for entry in feed.entries)
    is_first = known.entries == 0 and known.last_entry_at is None
    intake = take_in(connection, source, config, candidates, guids, now, is_first=is_first)
    kept, verdicts = intake.kept, intake.verdicts
    deleted = note_deletions(connection, source, [guid for guid in feed.deleted if guid not in guids], now)
    new = kept["new"]
    entries_hash = _hash_entries(feed.entries)
    learned = replace(
        learn_rhythm(known, [entry.published_at for entry in feed.entries if entry.published_at], new > 0, now),
        hints=feed.hints,
        entries=len(feed.entries) or known.entries,
        entries_hash=entries_hash,
        hubs=feed.hubs,
        self_url=feed.self_url if feed.hubs else "",
        remark=_empty(source, known, feed)
        or _refused(kept["refused"], verdicts)
        or deleted
        or _find_twin(connection, source, entries_hash, now)
        or missed
        or feed.remark,
    )
    # Who is held is looked at again with every poll, also of a feed that has not changed; so are an index's sitemaps.
    if verdicts.held or feed.format == INDEX:
        learned = replace(learned, validators=Validators(), body_hash="")
    if new and subscriptions.note_missed(connection, source.id, now):
        learned = replace(learned, pushed_until=None)
    marked = {mark: entry for mark, entry in zip(reading.marks, feed.entries, strict=False) if mark}
    save_known(connection, source.id, marked)
    said = _say(kept, intake.held, len(feed.entries))
    if intake.withdrawn:
        said = f"{said}, {intake.withdrawn} refused: withdrawn"
    event = PollEvent(now, said, new=new, changed=kept["changed"], bytes=len(response.body))
    polls.save_polls(connection, [_polled(source, learned, response.hints, event, jitter)])
    warning = learned.remark if learned.remark != known.remark else ""
    return PollOutcome(
        source.id, said, new, kept["changed"], len(feed.entries), warning=warning, bytes=len(response.body)
    )


async def _keep_failure(
    source: Source,
    history: PollHistory,
    hints: CacheHints,
    error: Exception,
    database: Database,
    now: datetime,
    jitter: float,
) -> PollOutcome:
    expected = isinstance(error, AggregatorError)
    log.log(logging.DEBUG if expected else logging.ERROR, "source=%s poll failed", source.id, exc_info=error)
    said = str(error) if expected else f"internal error: {error!r}"
    failure: FailureKind = "unreadable"
    if isinstance(error, FetchError):
        failure = error.kind
        max_age = error.response.hints.max_age if error.response else hints.max_age
        hints = CacheHints(max_age, timedelta(seconds=error.retry_after) if error.retry_after else None)
        if error.response and (who := who_blocks(error.response)):
            said = f"{said}: {who} keeps us out; {cure_for(who)}"
    event = PollEvent(now, said[:_MAX_OUTCOME], failure)
    failed = replace(history, failures=history.failures + 1, failure=failure)
    await database.write_together(polls.save_polls, _polled(source, failed, hints, event, jitter))
    return PollOutcome(source.id, event.said, failed=True, failure=failure)


def _polled(source: Source, history: PollHistory, hints: CacheHints, event: PollEvent, jitter: float) -> polls.Polled:
    if hints.max_age is None and not history.failures:
        hints = replace(hints, max_age=history.max_age)
    due = next_poll_at(history, hints, source.fetch, event.at, jitter)
    known = replace(history, polled_at=event.at, next_poll_at=due, outcome=event.said)
    return polls.Polled(source.id, source.feed, known, event)


def _addresses(feed: ParsedFeed) -> list[str]:
    return [address for entry in feed.entries if (address := canonicalize(entry.url))]


def _hash_entries(entries: Sequence[Entry]) -> str:
    """Return the same for two feeds that hold the same articles; empty for a feed without any."""
    addresses = sorted(canonicalize(entry.url) or entry.guid for entry in entries)
    return hashlib.sha256("\n".join(addresses).encode()).hexdigest() if addresses else ""


def _find_twin(connection: Connection, source: Source, entries_hash: str, now: datetime) -> str:
    twin = polls.find_twin(connection, source.id, entries_hash, now - _TWIN_AGE) if entries_hash else None
    return f'the feed holds the same entries as that of source "{twin}"; keep one of the two' if twin else ""


def _empty(source: Source, known: PollHistory, feed: ParsedFeed) -> str:
    if feed.entries:
        return ""
    before = f"; it held {known.entries} before" if known.entries else ""
    return f"the feed holds no entries{before}; look at {source.feed}"


def _missed(read: int) -> str:
    return (
        f"all {read} entries are new since the last poll, so others may have been missed; "
        "agree with the partner on a shorter fetch.min_interval"
    )


def _refused(refused: int, verdicts: Verdicts) -> str:
    if not refused:
        return ""
    why = next(why for _, why in verdicts.held.values())
    articles = "1 published article" if refused == 1 else f"{refused} published articles"
    return f"changes to {articles} are not taken over, since somebody may have broken in: {why}"


def _say(kept: Counter[Kept], held: int, entries: int) -> str:
    if not entries:
        return "the feed holds no entries"
    changes: tuple[Kept, ...] = ("new", "changed")
    parts = [f"{kept[what]} {what}" for what in changes if kept[what]]
    parts += [f"{held} held"] * bool(held)
    return ", ".join(parts) or f"nothing new in {entries} entries"
