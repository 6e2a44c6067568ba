"""What a hub delivers: entries that are new become copies at once, and the source's poll becomes due (W3C WebSub §7).

The poll stays the source of truth. Hubs write feeds anew, in part or in another format, so what is known already is not
compared with a delivery, and nothing is learned from it of validators, rhythm or deletions.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from aggregator.errors import AggregatorError, StoreError
from aggregator.models import Candidate, Config, Entry, Response, Source
from aggregator.moves import address_in_use
from aggregator.pool import Pool
from aggregator.store import copies, polls, subscriptions
from aggregator.store.database import Database
from aggregator.store.subscriptions import Subscription
from aggregator.urls import canonicalize
from aggregator.work.intake import take_in
from aggregator.work.learn import strip_candidates
from aggregator.work.stages import prepare_entries, read_feed

_SOON = timedelta(seconds=10)  # so that what was delivered is taken in before the poll, and caches on the way are fresh
_BETWEEN = timedelta(minutes=15)  # two polls that deliveries ask for, however many these are


@dataclass(frozen=True)
class Delivery:
    """Something that a hub sent and signed."""

    source: str
    body: bytes  # empty: it only makes the source's poll due
    content_type: str
    poll_at: datetime  # when the source is to be polled because of it


def note_delivery(connection: Connection, one: Subscription, now: datetime) -> datetime:
    """Note that a hub has delivered something, and make the poll due; returns when it is to be."""
    poll_at = now + _SOON
    if one.called_at and abs(one.called_at - now) <= _BETWEEN:  # one from far ahead was written under another clock
        is_waiting = one.called_at > now
        poll_at = one.called_at if is_waiting else max(poll_at, one.called_at + _BETWEEN)
    polls.call_for(connection, one.source, poll_at)
    subscriptions.note_delivery(connection, one.token, now, poll_at)
    return poll_at


async def take_delivery(
    delivery: Delivery, source: Source, config: Config, *, pool: Pool, database: Database, now: datetime
) -> str:
    """Keep the new entries of a delivery. Returns what came of it, one line for people.

    Not while the source is polled, which would end with a time of its own for the next poll.

    Raises:
        StoreError: the database cannot be used.
    """
    said = "polled soon"
    try:
        history = (await database.read(polls.load_histories, {source.id: source.feed}))[source.id]
        if delivery.body and history.entries:  # until the first poll nobody knows what is new
            base = address_in_use(source.feed, source.fetch, history, now)
            response = Response(200, base, delivery.body, delivery.content_type)
            feed = await pool.run(read_feed, response, now)
            fresh = await database.read(_unknown, source.id, feed.entries)
            candidates = await pool.run(prepare_entries, fresh, feed.entries, source, config.house) if fresh else []
            candidates = await strip_candidates(candidates, source, pool, database)
            guids = {entry.guid for entry in feed.entries}
            new = await database.write(_save, source, config, candidates, guids, now) if candidates else 0
            said = f"{new} new"
    except StoreError:
        raise
    except AggregatorError as error:  # a hub may send what is no feed: the poll brings what it told of
        said = str(error)
    await database.write(polls.call_for, source.id, delivery.poll_at)
    return said


def _unknown(connection: Connection, source: str, entries: Sequence[Entry]) -> list[Entry]:
    """Choose the entries of which neither guid nor address was seen before."""
    hashes = copies.known_hashes(connection, source, [entry.guid for entry in entries])
    return [
        entry
        for entry in entries
        if entry.guid not in hashes
        and copies.find_copy(connection, source, entry.guid, canonicalize(entry.url)) is None
    ]


def _save(
    connection: Connection,
    source: Source,
    config: Config,
    candidates: Sequence[Candidate],
    guids: Collection[str],
    now: datetime,
) -> int:
    new = take_in(connection, source, config, candidates, guids, now).kept["new"]
    if new:
        polls.note_new(connection, source.id, now)
    return new
