"""send_digests(): what is new in some topics goes out once a day or a week, and no article twice by one digest.

An edition is kept before it is handed over (intent), and what became of it after. Killed in between, or without an
answer, it is sent again under the same Message-ID: once at the least, and mail programs know it again. What is kept is
which items it has, not its text: that is written anew at the last moment, from what may be shown then.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parseaddr
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from aggregator.errors import AggregatorError, DeliveryError, DeliveryRefused, DeliveryUnknown, StoreError
from aggregator.mail import MailServer, hand_over
from aggregator.models import Config, Digest, Edition, Schedule, Topic
from aggregator.publish import publish_file, remove_file
from aggregator.render.digest import Written, feed_of, message_id_of, write_mail
from aggregator.render.jsonfeed import render_json
from aggregator.render.xmlfeed import render_atom, render_rss
from aggregator.store import digests
from aggregator.store.database import Database
from aggregator.store.digests import KeptEdition, Progress, Told
from aggregator.store.outputs import StoredItem
from aggregator.store.rulings import load_pauses
from aggregator.work.arrange import pinned_items
from aggregator.work.assemble import assemble_edition, live_items

_MOST_ITEMS = 200  # of an edition; what is older waits for the next
_LOOKED_AT = 1000  # of a topic
_LATE = timedelta(days=7)  # as long as that, what was new before the last edition may come into a topic and be told
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)  # after a delivery that failed
_REFUSED_WAIT = timedelta(minutes=30)  # after one that was refused for good: somebody may have mended it
_MOST_REFUSALS = 4  # of one edition; what it has is told by the next
_IN_FEED = 10  # editions
_IN_FOLDER = 400  # that are looked at
_RENDITIONS = {"rss": render_rss, "atom": render_atom, "json": render_json}
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Doors:
    """Where digests leave: a mail server, if one was set; a folder for mails as files; the folder of all outputs."""

    folder: Path
    output: Path
    server: MailServer | None = None
    sender: str = ""


@dataclass(frozen=True)
class Slot:
    """A time at which a digest is due: the day it is called by, and the instant."""

    period: str
    at: datetime


async def has_due(config: Config, database: Database, now: datetime) -> bool:
    """Tell whether any digest is due, or was never looked at."""
    return bool(config.digests) and await database.read(_has_due, config, now)


async def send_digests(config: Config, database: Database, doors: Doors, now: datetime) -> list[str]:
    """Send what is due; returns the ids of the digests that went out. What goes wrong with one stops no other.

    Raises:
        StoreError: the database cannot be used.
    """
    sent = []
    for digest in config.digests:
        try:
            if await send_digest(digest, config, database, doors, now):
                sent.append(digest.id)
        except StoreError:
            raise
        except Exception as error:  # our own mistakes included
            log.error("digest=%s failed", digest.id, exc_info=True)
            await database.write(_put_off, digest, config, f"internal error: {error!r}", now, now + _LONGEST_WAIT)
    return sent


async def send_digest(
    digest: Digest, config: Config, database: Database, doors: Doors, now: datetime, *, at_once: bool = False
) -> bool:
    """Send one digest if it is due.

    Args:
        at_once: whether or not it is due, or has failed a moment ago.
    Returns:
        Whether an edition went out.
    """
    edition = await database.write_durably(_intend, digest, config, now, at_once=at_once)
    if edition is None:
        return False
    said = f"digest={digest.id} of {edition.period}"
    try:
        told = await _deliver(digest, edition, config, database, doors, now)
    except StoreError:
        raise
    except AggregatorError as error:
        log.warning("%s not delivered: %s", said, error)
        await database.write(_note_failed, digest, edition, config, error, now)
        return False
    await database.write_durably(_settle, digest, edition, told, now)
    if not told:
        log.info("%s: nothing is left of it", said)
        return False
    log.info("%s: sent %d articles by %s", said, len(told), digest.deliver)
    if digest.deliver == "feed":
        await build_digest_feeds(config, database, doors.output, now)
    return True


def gather_edition(
    connection: Connection, digest: Digest, config: Config, now: datetime, *, again: bool = False
) -> tuple[Edition, str]:
    """Put together what an edition made now would have, for a look at it; changes nothing.

    Args:
        again: with what has been told already, too.
    """
    progress = digests.load_progress(connection).get(digest.id) or _begin(digest, config, now)
    if again:
        progress = replace(progress, begins_at=now - _span(digest.schedule) - _LATE, reached_at=now)
    period = _latest_slot(digest, config, now).period
    chosen = _choose(connection, digest, config, progress, now, again=again)
    edition, _ = assemble_edition(connection, digest, period, now, chosen, config, now)
    return edition, message_id_of(digest.id, period, config.site.id_domain)


def next_slot(digest: Digest, config: Config, now: datetime) -> Slot:
    """Say when a digest is due next."""
    return _slots(digest, config, now)[1]


# --- intent ----------------------------------------------------------------------------------------------------------


def _has_due(connection: Connection, config: Config, now: datetime) -> bool:
    progress = digests.load_progress(connection)
    return any(
        (known := progress.get(digest.id)) is None or _is_due(connection, digest, config, known, now)
        for digest in config.digests
    )


def _is_due(connection: Connection, digest: Digest, config: Config, progress: Progress, now: datetime) -> bool:
    # An instant that far ahead was written under another clock.
    if progress.due_at and now < progress.due_at <= now + _span(digest.schedule):
        return False
    return _latest_slot(digest, config, now).period > progress.period or bool(
        digests.open_edition(connection, digest.id)
    )


def _intend(
    connection: Connection, digest: Digest, config: Config, now: datetime, *, at_once: bool
) -> KeptEdition | None:
    """Choose what goes out, and keep that it is about to; None: nothing does now."""
    progress = digests.load_progress(connection).get(digest.id)
    slot = _latest_slot(digest, config, now)
    if progress is None:
        progress = _begin(digest, config, now)
        digests.save_progress(connection, digest.id, progress)
    if progress.period[:10] > _slots(digest, config, now)[1].period:  # written under a clock that was ahead
        progress = replace(progress, period=slot.period, reached_at=min(progress.reached_at, now))
        digests.save_progress(connection, digest.id, progress)
    if not (at_once or _is_due(connection, digest, config, progress, now)):
        return None
    if edition := digests.open_edition(connection, digest.id):
        # Whoever died while handing it over cannot say whether it was taken.
        edition = replace(edition, state="intent" if edition.state == "waiting" else "unknown")
        digests.note_state(connection, edition)
        return edition
    period = slot.period
    if at_once and period <= progress.period:
        period = f"{now.astimezone(_zone(digest, config)):%Y-%m-%d %H:%M}"
    if period <= progress.period:
        return None
    chosen = _choose(connection, digest, config, progress, now)
    _, standing = assemble_edition(connection, digest, period, now, chosen, config, now)
    kept = {item for items in standing.values() for item in items}
    if not kept:
        digests.save_progress(connection, digest.id, replace(progress, period=period, reached_at=now))
        return None
    message_id = message_id_of(digest.id, period, config.site.id_domain)
    edition = KeptEdition(digest.id, period, "intent", message_id, now, None, 0)
    digests.keep_edition(connection, edition, [one for one in chosen if one.item in kept])
    return edition


def _begin(digest: Digest, config: Config, now: datetime) -> Progress:
    """Say where a new digest begins: its first edition is the next that is due, and has what is new for that one."""
    last, following = _slots(digest, config, now)
    begins_at = following.at - _span(digest.schedule)
    return Progress(begins_at, last.period, begins_at)


def _choose(
    connection: Connection, digest: Digest, config: Config, progress: Progress, now: datetime, *, again: bool = False
) -> list[Told]:
    """Choose the items that are new for a digest, the newest first in each topic."""
    since = max(progress.begins_at, progress.reached_at - _LATE)
    pauses = load_pauses(connection)
    pinned = pinned_items(connection, config)
    known: dict[int, StoredItem] = {}
    topics: dict[int, str] = {}
    for topic in _topics_of(digest, config):
        pause = pauses.of_topic(topic.id)
        for item in live_items(connection, topic, pinned, now, _LOOKED_AT, pause.at if pause else None):
            known[item.id] = item
            topics.setdefault(item.id, topic.id)
    seen = digests.first_seen(connection, known)
    told = set() if again else digests.told_items(connection, digest.id, known)
    new = [item for item in known.values() if item.id not in told and _new_at(item, seen.get(item.id)) > since]
    new.sort(key=lambda item: (-item.sort_at.timestamp(), item.public_id))
    return [Told(item.id, topics[item.id]) for item in new[:_MOST_ITEMS]]


def _new_at(item: StoredItem, seen_at: datetime | None) -> datetime:
    """Say when an item became news: one that waited for an editor, or for its embargo to end, did so later."""
    if item.first_published_at is None or seen_at is None:
        return item.sort_at
    return item.sort_at + max(item.first_published_at - seen_at, timedelta())


def _topics_of(digest: Digest, config: Config) -> list[Topic]:
    topics: Mapping[str, Topic] = {topic.id: topic for topic in config.topics}
    return [topics[name] for name in digest.topics]


# --- delivery --------------------------------------------------------------------------------------------------------


async def _deliver(
    digest: Digest, edition: KeptEdition, config: Config, database: Database, doors: Doors, now: datetime
) -> set[int]:
    """Hand an edition over; returns the items that readers have got, none where nothing was left to be told."""
    told: set[int] = set()

    async def write() -> bytes | None:
        """Write the mail at the last moment: what was withdrawn a second ago is not in it."""
        found = await database.read(_write, digest, edition, config, doors.sender, now)
        if found is None:
            return None
        written, standing = found
        told.update(item for one in written.shown for item in standing[one])
        return written.mail

    if digest.deliver == "smtp":
        if doors.server is None:
            raise DeliveryError("AGGREGATOR_SMTP_URL is not set; see docs/digests.md")
        sender = parseaddr(digest.sender or doors.sender)[1] or _own_address(config)
        is_sent = await hand_over(write, doors.server, sender, [digest.list])
        return told if is_sent else set()
    mail = await write()
    if mail is not None and digest.deliver == "file":
        await asyncio.to_thread(publish_file, file_of(doors.folder, edition), mail, twin=False)
    return told


def file_of(folder: Path, edition: KeptEdition) -> Path:
    """Return where the mail of an edition is written to."""
    return folder / edition.digest / f"{edition.period.replace(' ', 'T').replace(':', '')}.eml"


def _write(
    connection: Connection, digest: Digest, kept: KeptEdition, config: Config, sender: str, now: datetime
) -> tuple[Written, dict[str, set[int]]] | None:
    chosen = digests.items_of(connection, [kept])[kept.period]
    edition, standing = assemble_edition(connection, digest, kept.period, kept.made_at, chosen, config, now)
    if not standing:
        return None
    return write_mail(edition, kept.message_id, sender or _own_address(config)), standing


def _own_address(config: Config) -> str:
    return f"aggregator@{config.site.id_domain}"


# --- outcome ---------------------------------------------------------------------------------------------------------


def _settle(connection: Connection, digest: Digest, edition: KeptEdition, told: set[int], now: datetime) -> None:
    digests.settle(connection, edition, "sent" if told else "void", told, now)
    progress = digests.load_progress(connection)[digest.id]
    digests.save_progress(
        connection,
        digest.id,
        Progress(progress.begins_at, edition.period, edition.made_at, now if told else progress.told_at),
    )


def _note_failed(
    connection: Connection, digest: Digest, edition: KeptEdition, config: Config, error: AggregatorError, now: datetime
) -> None:
    """Keep that an edition was not taken, and when it is tried again.

    One that was refused too often is given up, and its articles stand in the next; where it may have been taken before
    all the same, it is tried once each time that the next would be due, since it alone has the Message-ID.
    """
    progress = digests.load_progress(connection)[digest.id]
    is_refused = isinstance(error, DeliveryRefused)
    refusals = edition.refusals + is_refused
    is_known = edition.state == "intent" and not isinstance(error, DeliveryUnknown)
    if is_known and refusals >= _MOST_REFUSALS:
        digests.settle(connection, edition, "refused", (), now)
        digests.save_progress(connection, digest.id, replace(progress, period=edition.period))
        _put_off(connection, digest, config, str(error), now, now)
        return
    digests.note_state(connection, replace(edition, state="waiting" if is_known else "unknown", refusals=refusals))
    wait = min((_REFUSED_WAIT if is_refused else _FIRST_WAIT) * 2 ** min(progress.tries, 10), _LONGEST_WAIT)
    due_at = next_slot(digest, config, now).at if is_refused and refusals >= _MOST_REFUSALS else now + wait
    _put_off(connection, digest, config, str(error), now, due_at)


def _put_off(
    connection: Connection, digest: Digest, config: Config, said: str, now: datetime, due_at: datetime
) -> None:
    progress = digests.load_progress(connection).get(digest.id) or _begin(digest, config, now)
    since = progress.failing_since or now
    failing = replace(progress, tries=progress.tries + 1, due_at=due_at, failing_since=since, said=said)
    digests.save_progress(connection, digest.id, failing)


# --- feeds -----------------------------------------------------------------------------------------------------------


async def build_digest_feeds(
    config: Config, database: Database, output: Path, now: datetime, topics: Sequence[str] | None = None
) -> tuple[str, ...]:
    """Publish the feeds of digests, and remove those that are not wanted any more.

    Args:
        topics: leave out the digests of which none of these changed.
    Returns:
        The files that differed.
    Raises:
        PublishError: a file could not be replaced or removed.
    """
    wanted = [digest for digest in config.digests if digest.deliver == "feed"]
    written: list[str] = []
    for digest in wanted:
        if topics is None or not set(topics).isdisjoint(digest.topics):
            editions = await database.read(_last_editions, digest, config, now)
            if editions:
                feed = feed_of([edition for edition, _ in editions], max(at for _, at in editions))
                for suffix, render in _RENDITIONS.items():
                    name = f"digest/{digest.id}.{suffix}"
                    if await asyncio.to_thread(publish_file, output / name, render(feed)):
                        written.append(name)
            else:
                await asyncio.to_thread(_remove_feed, output, digest.id)
    known = {digest.id for digest in wanted}
    for stem in {path.stem for path in (output / "digest").glob("*.rss")} - known:
        await asyncio.to_thread(_remove_feed, output, stem)
    return tuple(written)


async def rewrite_files(config: Config, database: Database, doors: Doors, now: datetime) -> None:
    """Take what was withdrawn out of the mails that still lie in the folder, as files.

    Raises:
        PublishError: a file could not be replaced or removed.
    """
    for digest in config.digests:
        for kept in await database.read(digests.last_editions, digest.id, _IN_FOLDER):
            path = file_of(doors.folder, kept)
            if path.exists():
                found = await database.read(_write, digest, kept, config, doors.sender, now)
                if found:
                    await asyncio.to_thread(publish_file, path, found[0].mail, twin=False)
                else:
                    await asyncio.to_thread(remove_file, path)


def _remove_feed(output: Path, name: str) -> None:
    for suffix in _RENDITIONS:
        remove_file(output / "digest" / f"{name}.{suffix}")


def _last_editions(
    connection: Connection, digest: Digest, config: Config, now: datetime
) -> list[tuple[Edition, datetime]]:
    kept = digests.last_editions(connection, digest.id, _IN_FEED)
    chosen = digests.items_of(connection, kept)
    found = []
    for one in kept:
        edition, standing = assemble_edition(
            connection, digest, one.period, one.made_at, chosen[one.period], config, now
        )
        if standing:
            found.append((edition, one.made_at))
    return found


# --- when ------------------------------------------------------------------------------------------------------------


def _latest_slot(digest: Digest, config: Config, now: datetime) -> Slot:
    return _slots(digest, config, now)[0]


def _slots(digest: Digest, config: Config, now: datetime) -> tuple[Slot, Slot]:
    """Return the last time at which a digest was due, and the next. Each day has one, also where clocks change."""
    zone = _zone(digest, config)
    today = now.astimezone(zone).date()
    days = [today + timedelta(days=number) for number in range(-8, 9)]
    slots = [_slot(day, digest.schedule, zone) for day in days if digest.schedule.weekday in (None, day.weekday())]
    past = [slot for slot in slots if slot.at <= now]
    return past[-1], next(slot for slot in slots if slot.at > now)


def _slot(day: date, schedule: Schedule, zone: ZoneInfo) -> Slot:
    # A time that the clock leaves out is taken as if it had not been put forward; of one that comes twice, the first.
    at = datetime.combine(day, time(schedule.hour, schedule.minute), zone)
    return Slot(day.isoformat(), at.astimezone(UTC))


def _span(schedule: Schedule) -> timedelta:
    return timedelta(days=1 if schedule.weekday is None else 7)


def _zone(digest: Digest, config: Config) -> ZoneInfo:
    return ZoneInfo(digest.timezone or config.site.timezone)
