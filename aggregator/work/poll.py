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

from aggregator.dedupe.identity import is_same_text, mint_public_id
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
from aggregator.release import release_instant, sort_instant
from aggregator.revision import is_material
from aggregator.schedule import learn_rhythm, next_poll_at
from aggregator.store import copies, polls
from aggregator.store.database import Database
from aggregator.store.decisions import record_decision
from aggregator.work.prepare import prepare_entries

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
    first_poll = history.last_success_at is None
    hints = CacheHints()
    candidates: Sequence[Candidate] = ()
    try:
        response = await client.get(
            source.feed, history.validators, timeout=source.fetch.timeout, headers=source.fetch.headers
        )
        hints = response.hints
        body_hash = hashlib.sha256(response.body).hexdigest()
        if response.not_modified or (_is_feed(response) and body_hash == history.body_hash):
            outcome = PollOutcome(source.id, "not modified")
            history = replace(history, validators=_renewed(history.validators, response))
        else:
            feed = await _parse(response, source, pool, now)
            hints = replace(hints, ttl=feed.ttl)
            candidates = await _new_or_changed(feed, source, pool, database)
            outcome = PollOutcome(source.id, "", entries=len(feed.entries))
            history = replace(
                history,
                validators=response.validators,
                body_hash=body_hash,
                rhythm=learn_rhythm(entry.published_at for entry in feed.entries if entry.published_at),
            )
        history = replace(history, failures=0, last_success_at=now)
    except StoreError:
        raise
    except Exception as error:  # what goes wrong with one source, our own mistakes included, stops no other
        expected = isinstance(error, AggregatorError)
        log.log(logging.DEBUG if expected else logging.ERROR, "source=%s poll failed", source.id, exc_info=True)
        retry_after = error.retry_after if isinstance(error, FetchError) else None
        hints = CacheHints(retry_after=timedelta(seconds=retry_after) if retry_after else None)
        history = replace(history, failures=history.failures + 1)
        outcome = PollOutcome(source.id, str(error) if expected else f"internal error: {error!r}", failed=True)
    history = replace(history, polled_at=now, next_poll_at=next_poll_at(history, hints, source.fetch, now, jitter))
    return await database.write(_save, source, site, history, candidates, outcome, first_poll, now)


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
    candidates: Sequence[Candidate],
    outcome: PollOutcome,
    first_poll: bool,
    now: datetime,
) -> PollOutcome:
    new = changed = 0
    # A feed lists its newest first; kept in the order they were written, ids and copies tell the same story.
    for candidate in reversed(candidates):
        known = copies.find_copy(session, source.id, candidate.entry.guid, candidate.canonical_url)
        if known and not _is_another_article(known, candidate):
            _change(session, known, candidate, now)
            changed += 1
        else:
            generation = known.generation + 1 if known and known.guid == candidate.entry.guid else 0
            _keep(session, source, site, generation, candidate, first_poll, now)
            new += 1
    if new:
        history = replace(history, last_entry_at=now)
    if not outcome.said:
        outcome = replace(outcome, said=_say(new, changed, outcome.entries or 0), new=new, changed=changed)
    polls.save_history(session, source.id, source.feed, replace(history, outcome=outcome.said))
    return outcome


def _is_another_article(known: copies.KnownCopy, candidate: Candidate) -> bool:
    """Tell a guid given to another article from an edit: address, title and body are all different."""
    return (
        known.guid == candidate.entry.guid
        and bool(known.canonical_url and candidate.canonical_url)
        and known.canonical_url != candidate.canonical_url
        and known.title != candidate.entry.title
        and not is_same_text(known.text, candidate.article.text)
    )


def _keep(
    session: Session,
    source: Source,
    site: Site,
    generation: int,
    candidate: Candidate,
    first_poll: bool,
    now: datetime,
) -> None:
    found = copies.find_same_article(session, addresses=[candidate.canonical_url], text_hash=candidate.text_hash)
    public_id = mint_public_id(site, source.id, candidate.entry.guid, generation)
    while copies.is_minted(session, public_id):  # the guid was this source's before, for what has another one now
        generation += 1
        public_id = mint_public_id(site, source.id, candidate.entry.guid, generation)
    published_at = min(candidate.entry.published_at or now, now)
    if found:
        item, why = found
        record_decision(session, item, "merged", {"source": source.id, "because": why}, now)
    else:
        new = copies.NewItem(
            public_id,
            release_at=release_instant(now, page_wanted=bool(candidate.page_url)),
            published_at=published_at,
            sort_at=sort_instant(published_at, now, first_poll=first_poll),
        )
        item = copies.insert_item(session, new, candidate)
    copy = copies.insert_copy(session, item, source.id, generation, candidate, now)
    copies.mark_dirty(session, [item])
    if candidate.page_url:
        copies.want_page(session, copy, candidate.page_url, candidate.page_why, now)


def _change(session: Session, known: copies.KnownCopy, candidate: Candidate, now: datetime) -> None:
    copies.update_entry(session, known, candidate)
    if candidate.page_url:
        copies.want_page(session, known.id, candidate.page_url, "the entry changed", now)
    # A body from the page is compared when the page has been read again.
    text = known.text if known.body_from == "page" else candidate.article.text
    if is_material(known.title, known.text, candidate.entry.title, text):
        copies.mark_updated(session, known, now)
    copies.mark_dirty(session, [known.item])


def _say(new: int, changed: int, entries: int) -> str:
    if not entries:
        return "the feed holds no entries"
    if not new and not changed:
        return f"nothing new in {entries} entries"
    return ", ".join([f"{new} new"] * bool(new) + [f"{changed} changed"] * bool(changed))
