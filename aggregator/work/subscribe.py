"""Hubs are asked to tell us of partners' news, and to do so no more where we do not want them to (W3C WebSub §5).

`settle_subscriptions()` compares what feeds name with what hubs were asked for, `ask_hubs()` sends the requests that
are due, `confirm()` answers the question by which a hub makes sure that it was us, `check_hubs()` notices when one is
dead. Nothing here stands in the way of a poll: without a hub that keeps its word polls keep their pace.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from aggregator.errors import FetchError
from aggregator.fetch.client import Client
from aggregator.models import Config
from aggregator.store import polls, subscriptions
from aggregator.store.database import Database
from aggregator.store.subscriptions import Subscription
from aggregator.websub import LEASE, Wish, ask_hub, check_hub

PATH = "_push/"  # below the public address; no topic's name begins so
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=10), timedelta(days=1)  # for a confirmation; doubled each time
_MOST_DOUBLINGS = 8
_DENIED_FOR = timedelta(days=1)  # before a hub that does not want us is asked again
_TRIES = 3  # before another hub that the feed names is asked, or a hub that does not let us go is left
_RENEWED_AFTER = 0.75  # of a lease; chance moves it by up to a tenth
_SOONEST = timedelta(seconds=20)  # that a lease is renewed
_LONGEST = timedelta(days=60)  # lease that counts
_PENDING = timedelta(days=1)  # in which a hub may ask whether it was us
_SETTLED = timedelta(hours=1)  # before a feed that names another hub or address every day is followed
_AT_ONCE = 20  # requests in one round
_SIDE_BY_SIDE = 2  # polls have the other places
_SPREAD = timedelta(minutes=10)  # over which sources are polled that a hub does not tell of any more
_MOST_SAID = 300  # characters of a reason
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Changes:
    added: list[Subscription] = field(default_factory=list)
    ended: list[Subscription] = field(default_factory=list)  # whose hub is to be told
    dropped: list[Subscription] = field(default_factory=list)  # of which no hub ever heard


async def settle_subscriptions(config: Config, database: Database, public_url: str, now: datetime) -> None:
    """Want a subscription for each enabled source whose feed names a hub, and no other.

    Args:
        public_url: where hubs reach us; empty: nowhere, so nothing is wanted.
    """
    addresses = {source.id: source.feed for source in config.sources if source.kind == "feed" and source.enabled}
    named = await database.read(subscriptions.named_hubs, addresses) if public_url else {}
    known = await database.read(subscriptions.load_all)
    changes = _compare(named, known, public_url, now)
    if changes.added or changes.ended or changes.dropped:
        await database.write(_apply, changes, now)
        for one in changes.added:
            log.info("push source=%s subscribes to %s at %s", one.source, one.feed, one.hub)
        for one in changes.ended:
            log.info("push source=%s leaves %s", one.source, one.hub)


def _compare(
    named: Mapping[str, tuple[str, Sequence[str]]], known: Sequence[Subscription], public_url: str, now: datetime
) -> _Changes:
    changes = _Changes()
    standing = {one.source: one for one in known if not one.is_ending}
    last_made = {one.source: one.made_at for one in known}  # the oldest come first
    for one in known:
        if not one.is_ending and (one.source not in named or standing[one.source] is not one):
            (changes.ended if one.asked_at else changes.dropped).append(one)
    for source, (feed, hubs) in named.items():
        before = standing.get(source)
        failures = before.failures if before else 0
        hub = hubs[failures // _TRIES % len(hubs)]
        if before:
            is_right = before.hub == hub or (before.is_active(now) and before.hub in hubs)
            if is_right and before.feed == feed and before.callback == f"{public_url}{PATH}{before.token}":
                continue
        if source in last_made and abs(now - last_made[source]) < _SETTLED:
            continue
        if before:
            (changes.ended if before.asked_at else changes.dropped).append(before)
        token, secret = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        changes.added.append(
            Subscription(token, source, hub, feed, f"{public_url}{PATH}{token}", secret, now, now, failures=failures)
        )
    return changes


def _apply(connection: Connection, changes: _Changes, now: datetime) -> None:
    subscriptions.remove(connection, [one.token for one in changes.dropped])
    for one in changes.ended:
        subscriptions.change(
            connection, one.token, is_ending=True, is_working=False, asked_for="", failures=0, act_at=now
        )
    _poll_as_usual(connection, [one.source for one in changes.ended if one.is_working], now)
    subscriptions.add(connection, changes.added)


async def ask_hubs(database: Database, client: Client, clock: Callable[[], datetime]) -> None:
    """Send the requests that are due: the first, those that renew, those that end. Raises StoreError."""
    now = clock()
    due = await database.read(subscriptions.load_due, now, now + 2 * _LONGEST, _AT_ONCE)
    at_once = asyncio.Semaphore(_SIDE_BY_SIDE)
    silent: set[str] = set()  # hubs that did not answer in this round

    async def ask(one: Subscription) -> None:
        async with at_once:
            if one.hub not in silent and not await _ask(one, database, client, clock()):
                silent.add(one.hub)

    await asyncio.gather(*(ask(one) for one in due))


async def _ask(one: Subscription, database: Database, client: Client, now: datetime) -> bool:
    """Ask a hub for one thing. Returns whether it answered at all; where not, the others that want it wait as well."""
    if one.is_ending and one.failures >= _TRIES:
        await database.write(subscriptions.remove, [one.token])
        return True
    wish: Wish = "unsubscribe" if one.is_ending else "subscribe"
    wait = min(_FIRST_WAIT * 2 ** min(one.failures, _MOST_DOUBLINGS), _LONGEST_WAIT)
    # Written down before it is sent: the hub may ask whether it was us before it answers.
    await database.write(
        subscriptions.change, one.token, asked_for=wish, asked_at=now, act_at=now + wait, failures=one.failures + 1
    )
    said, has_answered = "the hub has been asked and has not confirmed yet", True
    try:
        await ask_hub(one.hub, wish, one.feed, one.callback, one.secret, client)
    except FetchError as error:
        said, has_answered = str(error), error.status is not None and error.status < 500
        log.warning("push source=%s hub not asked to %s: %s; trying again in %s", one.source, wish, error, wait)
    await database.write(subscriptions.note_answer, one.token, said[:_MOST_SAID])
    if not has_answered:  # not for longer: it may be this one feed that the hub stumbles over
        await database.write(subscriptions.put_off, one.hub, now + _FIRST_WAIT)
    return has_answered


async def check_hubs(database: Database, client: Client, doubted: Collection[str], now: datetime) -> set[str]:
    """See whether the hubs still stand that make us poll less often; one that is silent twice is not relied on.

    Args:
        doubted: those that did not answer the last time.
    Returns:
        Those that did not answer this time, for the next.
    Raises:
        StoreError: the database cannot be used.
    """
    silent: set[str] = set()
    for hub in await database.read(subscriptions.working_hubs):
        try:
            await check_hub(hub, client)
        except FetchError as error:
            if error.kind == "offline":  # it is us; polls find out as well
                continue
            silent.add(hub)
            if hub in doubted:
                count = await database.write(_leave_alone, hub, f"the hub does not answer: {error}"[:_MOST_SAID], now)
                log.warning("push hub %s does not answer, so %d sources are polled as usual: %s", hub, count, error)
    return silent


def _leave_alone(connection: Connection, hub: str, said: str, now: datetime) -> int:
    sources = subscriptions.stop_relying(connection, hub, said, now + _FIRST_WAIT)
    _poll_as_usual(connection, sources, now)
    return len(sources)


def _poll_as_usual(connection: Connection, sources: Sequence[str], now: datetime) -> None:
    """Let sources be polled whose polls were put off because of a hub: soon, but not all at the same moment."""
    for number, source in enumerate(sources):
        polls.call_for(connection, source, now + _SPREAD * number / len(sources))


@dataclass(frozen=True)
class Confirmation:
    """What a hub asks at a callback."""

    mode: str
    feed: str
    challenge: str = ""
    lease_seconds: str = ""
    reason: str = ""


def confirm(connection: Connection, token: str, asked: Confirmation, now: datetime, chance: float) -> bool:
    """Say whether what a hub asks is what we want, and take it down if so (§5.3); or that it refuses us (§5.2).

    Args:
        chance: 0 <= chance < 1, so that not all are renewed at the same time.
    """
    one = subscriptions.find(connection, token)
    if one is None or asked.feed != one.feed:
        return False
    if asked.mode == "denied":
        if not one.is_ending:
            _deny(connection, one, asked.reason, now)
        return True
    is_pending = one.asked_at is not None and abs(now - one.asked_at) <= _PENDING
    if asked.mode != one.asked_for or not is_pending or not asked.challenge:
        return False
    if asked.mode == "unsubscribe":
        subscriptions.remove(connection, [token])
        log.info("push source=%s has left %s", one.source, one.hub)
        return True
    lease = _lease(asked.lease_seconds)
    renew_at = now + max(lease * (_RENEWED_AFTER - chance / 10), _SOONEST)
    subscriptions.change(connection, token, lease_until=now + lease, act_at=renew_at, failures=0, said="")
    log.info("push source=%s is subscribed at %s until %s", one.source, one.hub, f"{now + lease:%Y-%m-%d %H:%M}Z")
    return True


def _deny(connection: Connection, one: Subscription, reason: str, now: datetime) -> None:
    said = f"the hub refuses: {reason or 'it does not say why'}"[:_MOST_SAID]
    subscriptions.change(
        connection, one.token, asked_for="", lease_until=None, is_working=False, said=said,
        failures=(one.failures // _TRIES + 1) * _TRIES, act_at=now + _DENIED_FOR,
    )  # fmt: skip
    _poll_as_usual(connection, [one.source] * one.is_working, now)
    log.warning("push source=%s %s", one.source, said)


def _lease(seconds: str) -> timedelta:
    """Read for how long a hub will tell us; what makes no sense is what we asked for."""
    if not seconds.isascii() or not seconds.isdigit() or int(seconds[:12]) == 0:
        return LEASE
    return min(timedelta(seconds=int(seconds[:10])), _LONGEST)
