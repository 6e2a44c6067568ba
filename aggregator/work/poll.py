"""poll_source(): one source's feed -> copies with the feed's own text, and a row for each page wanted.

Ends in one short transaction: the validators are saved with the entries they stand for, or not at all. Safe to run
twice.
"""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from aggregator.errors import AggregatorError, FetchError, ParseError, StoreError
from aggregator.fetch.client import Client
from aggregator.models import (
    CacheHints,
    Candidate,
    ParsedFeed,
    PollHistory,
    Response,
    Site,
    Source,
    Validators,
)
from aggregator.parse.feed import parse_feed
from aggregator.pool import Pool
from aggregator.schedule import learn_rhythm, next_poll_at
from aggregator.store import copies, polls
from aggregator.store.database import Database
from aggregator.work.keep import keep_candidate
from aggregator.work.prepare import prepare_entries

_MAX_OUTCOME = 500  # characters of an error kept; it is read again at every look at what is due
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PollOutcome:
    """How one poll went.

    Attributes:
        said: one line for people: "3 new, 1 changed", "not modified", or the error.
        failed: nothing could be read.
    """

    source: str
    said: str
    new: int = 0
    changed: int = 0
    entries: int | None = None  # in the feed; None when it was not read
    failed: bool = False


async def poll_source(
    source: Source, site: Site, *, client: Client, pool: Pool, database: Database, now: datetime, jitter: float
) -> PollOutcome:
    """Poll one source and keep what is new or changed.

    A source that fails gets an outcome that says why and a later next poll; what was kept stays.

    Args:
        now: aware, UTC.
        jitter: 0 <= jitter < 1, see `schedule.next_poll_at`.
    Raises:
        StoreError: the database cannot be used.
    """
    history = (await database.read(polls.load_histories, {source.id: source.feed}))[source.id]
    try:
        taken = await _take(source, history, client, pool, database, now)
        polled = _schedule(taken.history, taken.hints, source, now, jitter)
        return await database.write(_save, source, site, polled, taken, history.last_success_at is None, now)
    except StoreError:
        raise
    except Exception as error:  # what goes wrong with one source, our own mistakes included, stops no other
        expected = isinstance(error, AggregatorError)
        log.log(logging.DEBUG if expected else logging.ERROR, "source=%s poll failed", source.id, exc_info=True)
        said = (str(error) if expected else f"internal error: {error!r}")[:_MAX_OUTCOME]
        retry_after = error.retry_after if isinstance(error, FetchError) else None
        hints = CacheHints(retry_after=timedelta(seconds=retry_after) if retry_after else None)
        failed = replace(history, failures=history.failures + 1, outcome=said)
        polled = _schedule(failed, hints, source, now, jitter)
        await database.write(polls.save_history, source.id, source.feed, polled)
        return PollOutcome(source.id, said, failed=True)


@dataclass(frozen=True)
class _Taken:
    """What one answer of a source gave, before it is kept; no entries: it was not modified."""

    history: PollHistory
    hints: CacheHints
    candidates: Sequence[Candidate] = ()
    guids: frozenset[str] = frozenset()
    entries: int | None = None


async def _take(
    source: Source, history: PollHistory, client: Client, pool: Pool, database: Database, now: datetime
) -> _Taken:
    response = await client.get(
        source.feed, history.validators, timeout=source.fetch.timeout, headers=source.fetch.headers
    )
    body_hash = hashlib.sha256(response.body).hexdigest()
    fine = replace(history, failures=0, last_success_at=now)
    if response.not_modified or (_is_feed(response) and body_hash == history.body_hash):
        return _Taken(replace(fine, validators=_renewed(history.validators, response)), response.hints)
    feed = await _parse(response, source, pool, now)
    candidates = await _new_or_changed(feed, source, pool, database)
    guids = frozenset(entry.guid for entry in feed.entries)
    learned = replace(
        fine,
        validators=response.validators,
        body_hash=body_hash,
        rhythm=learn_rhythm(entry.published_at for entry in feed.entries if entry.published_at),
    )
    return _Taken(learned, replace(response.hints, ttl=feed.ttl), candidates, guids, len(feed.entries))


def _schedule(history: PollHistory, hints: CacheHints, source: Source, now: datetime, jitter: float) -> PollHistory:
    return replace(history, polled_at=now, next_poll_at=next_poll_at(history, hints, source.fetch, now, jitter))


def _is_feed(response: Response) -> bool:
    return 200 <= response.status < 300


def _renewed(known: Validators, response: Response) -> Validators:
    """Take the validators of a 304 where it names some (RFC 9110 §15.4.5)."""
    named = response.validators
    return Validators(named.etag or known.etag, named.last_modified or known.last_modified)


async def _parse(response: Response, source: Source, pool: Pool, now: datetime) -> ParsedFeed:
    if not _is_feed(response):
        raise FetchError(
            f"{source.feed} answered {response.status}: no feed there (any more); look for its new address",
            source.feed,
            response.status,
        )
    if response.status == 204 or not response.body:
        raise ParseError(f"{source.feed} answered with an empty body; try again later")
    return await pool.run(
        parse_feed,
        response.body,
        response.url,
        now=now,
        content_type=response.content_type,
        content_location=response.content_location,
    )


async def _new_or_changed(feed: ParsedFeed, source: Source, pool: Pool, database: Database) -> Sequence[Candidate]:
    known = await database.read(copies.known_hashes, source.id, [entry.guid for entry in feed.entries])
    fresh = [entry for entry in feed.entries if known.get(entry.guid) != entry.hash]
    if not fresh:
        return ()
    return await pool.run(prepare_entries, fresh, feed.entries, source)


def _save(
    session: Session,
    source: Source,
    site: Site,
    history: PollHistory,
    taken: _Taken,
    first_poll: bool,
    now: datetime,
) -> PollOutcome:
    new = changed = 0
    # A feed lists its newest first; kept in the order they were written, ids and copies tell the same story.
    for candidate in reversed(taken.candidates):
        if keep_candidate(session, source, site, candidate, taken.guids, first_poll=first_poll, now=now):
            new += 1
        else:
            changed += 1
    said = "not modified" if taken.entries is None else _say(new, changed, taken.entries)
    last_entry_at = now if new else history.last_entry_at
    polls.save_history(session, source.id, source.feed, replace(history, outcome=said, last_entry_at=last_entry_at))
    return PollOutcome(source.id, said, new, changed, taken.entries)


def _say(new: int, changed: int, entries: int) -> str:
    if not entries:
        return "the feed holds no entries"
    if not new and not changed:
        return f"nothing new in {entries} entries"
    return ", ".join([f"{new} new"] * bool(new) + [f"{changed} changed"] * bool(changed))
