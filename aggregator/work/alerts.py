"""tell_troubles(): operators hear of what needs a person, once, in one digest, and of its end. Told twice is harmless.

Each way of telling (file, mail, webhook) keeps its own account of what it has told, so that one that does not work
holds up no other, and makes up for all it missed with one digest.
"""

import hashlib
import json
import logging
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path

from sqlalchemy import Connection

from aggregator.errors import AggregatorError, DeliveryError, FetchError
from aggregator.fetch.client import Client
from aggregator.mail import MailServer, send_mail
from aggregator.models import AlertWay, Config, Site, Trouble
from aggregator.reports.alerts import Digest, compose_digest
from aggregator.reports.troubles import Machine, find_troubles
from aggregator.store import alerts, space
from aggregator.store.alerts import Key, Known
from aggregator.store.database import Database
from aggregator.urls import host_of

SETTLED = timedelta(minutes=10)  # before it is told: what belongs together comes together, and a blip not at all
_APART = timedelta(hours=1)  # between two digests
_FORGOTTEN = timedelta(days=1)  # after which a pause is worth a word: whoever made it knows of it
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)  # after a delivery that failed
_TIMEOUT = timedelta(seconds=20)
_MOST_BYTES = 1_000_000  # of the file, before it is put aside and a new one begun
_ADDRESS = re.compile(r"https?://\S+")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Doors:
    """Where each way of telling leads to; what is empty was not set."""

    client: Client
    file: Path
    server: MailServer | None = None
    sender: str = ""
    recipients: tuple[str, ...] = ()
    webhook: str = ""


async def tell_troubles(
    config: Config,
    database: Database,
    doors: Doors,
    machine: Machine,
    problems: Sequence[str],
    now: datetime,
    settled: timedelta = SETTLED,
) -> list[AlertWay]:
    """Look at what needs a person, keep that, and tell what has not been told; returns the ways it was told in.

    Args:
        problems: of the sources file, see `find_troubles`.
        settled: leave out what has been there for less.
    Raises:
        StoreError: the database cannot be used.
    """
    troubles = await database.read(find_troubles, config, now, machine, problems)
    size = await database.read_size()
    await database.write(_keep, config, troubles, size, now)
    told: list[AlertWay] = []
    for way in config.alerts.deliver:
        news = await database.read(_news, way, config, troubles, settled, now)
        if news is None:
            continue
        if news.is_worth_telling:
            digest = compose_digest(config.site, news.new, news.ended, news.lasting, now)
            try:
                await deliver(way, digest, doors, config.site, now)
            except AggregatorError as error:
                due_at = now + min(_FIRST_WAIT * 2 ** min(news.tries, 10), _LONGEST_WAIT)
                said = _without_addresses(str(error))
                log.warning("alerts by %s not delivered: %s", way, said)
                await database.write(alerts.note_failed, way, said, due_at, now)
                continue
            log.info("alerts by %s: told %d new, %d over", way, len(news.new), len(news.ended))
            told.append(way)
        if news.new or news.gone:
            keys = [one.key for one in news.new]
            await database.write(alerts.note_told, way, keys, news.gone, now, delivered=news.is_worth_telling)
    return told


async def deliver(way: AlertWay, digest: Digest, doors: Doors, site: Site, now: datetime) -> None:
    """Hand a digest out in one way.

    Raises:
        AggregatorError: it did not arrive. The message may hold the address of the webhook.
    """
    match way:
        case "file":
            _append(doors.file, digest)
        case "smtp":
            await _mail(digest, doors, site, now)
        case "webhook":
            await _post(digest, doors)


def _keep(connection: Connection, config: Config, troubles: Sequence[Trouble], size: int, now: datetime) -> None:
    alerts.note_troubles(connection, troubles, now)
    alerts.forget_ended(connection, now - config.alerts.quiet, config.alerts.deliver)
    space.note_size(connection, size, now)


# --- what is news ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _News:
    """What one way has to tell.

    Attributes:
        new: not told in it yet.
        ended: told, and over for long enough.
        lasting: told, and going on.
        gone: the keys of what is over, also of what is not worth a word.
        tries: to tell it, in vain.
    """

    new: tuple[Trouble, ...]
    ended: tuple[Known, ...]
    lasting: tuple[Trouble, ...]
    gone: tuple[Key, ...]
    tries: int

    @property
    def is_worth_telling(self) -> bool:
        return bool(self.new or self.ended)


def _news(
    connection: Connection,
    way: AlertWay,
    config: Config,
    troubles: Sequence[Trouble],
    settled: timedelta,
    now: datetime,
) -> _News | None:
    """Find what a way has to tell; None while it is not its time."""
    state = alerts.load_ways(connection).get(way, alerts.WayState())
    # An instant that far ahead was written under another clock.
    if state.due_at and now < state.due_at <= now + _LONGEST_WAIT:
        return None
    if state.delivered_at and timedelta() <= now - state.delivered_at < _APART:
        return None
    known, told = alerts.load_known(connection), alerts.load_told(connection, way)
    goes_on = {(one.kind, one.subject) for one in troubles}
    new = tuple(
        one
        for one in troubles
        if one.key not in told
        and (one.kind, one.subject) != ("alerts", way)  # who hears of it knows that it is over
        and abs(now - known[one.key].noticed_at) >= settled
        and (one.kind != "paused" or now - one.since >= _FORGOTTEN)
    )
    over = [
        one
        for key, one in known.items()
        if key in told and one.ended_at and abs(now - one.ended_at) >= config.alerts.quiet
    ]
    # One agreement that ended instead of one that ends soon is no good news.
    ended = tuple(one for one in over if one.key[:2] not in goes_on)
    lasting = tuple(one for one in troubles if one.key in told)
    return _News(new, ended, lasting, tuple(one.key for one in over), state.tries)


# --- the ways --------------------------------------------------------------------------------------------------------


def _append(path: Path, digest: Digest) -> None:
    """Add a digest to the end of a file; one that has grown large is put aside, in place of the one before."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            if path.stat().st_size > _MOST_BYTES:
                path.replace(path.with_name(f"{path.name}.1"))
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        with open(file, "a", encoding="utf-8") as stream:
            stream.write(f"{digest.subject}\n\n{digest.text}\n{'-' * 72}\n\n")
    except OSError as error:
        raise DeliveryError(f"{path}: cannot be written ({error.strerror})") from error


async def _mail(digest: Digest, doors: Doors, site: Site, now: datetime) -> None:
    if doors.server is None or not doors.recipients:
        unset = "AGGREGATOR_ALERTS_TO" if doors.server else "AGGREGATOR_SMTP_URL"
        raise DeliveryError(f"{unset} is not set; see docs/operating.md, Alerts")
    sender = doors.sender or f"aggregator@{site.id_domain}"
    message = EmailMessage()
    message["From"] = sender
    message["To"] = ", ".join(doors.recipients)
    message["Subject"] = digest.subject
    message["Date"] = format_datetime(now)
    # The same for the same news, so that a mail box knows one that comes twice.
    content = json.dumps([digest.document["new"], digest.document["over"]], sort_keys=True, default=str)
    message["Message-ID"] = f"<{hashlib.sha256(content.encode()).hexdigest()[:32]}@{site.id_domain}>"
    message["Auto-Submitted"] = "auto-generated"  # nobody's holiday is told to us (RFC 3834 §5)
    message.set_content(digest.text)
    await send_mail(
        message, doors.server, parseaddr(sender)[1], [parseaddr(recipient)[1] for recipient in doors.recipients]
    )


async def _post(digest: Digest, doors: Doors) -> None:
    if not doors.webhook:
        raise DeliveryError("AGGREGATOR_ALERTS_WEBHOOK is not set; see docs/operating.md, Alerts")
    body = json.dumps(digest.document, ensure_ascii=False, default=str).encode()
    try:
        await doors.client.post(doors.webhook, body, "application/json", timeout=_TIMEOUT)
    except FetchError as error:
        if error.kind == "blocked":
            raise DeliveryError(f"{error}; a network of your own must be named in AGGREGATOR_ALLOW_NETWORKS") from error
        raise


def _without_addresses(said: str) -> str:
    """Leave of web addresses only the host: who knows the rest of a webhook's may post there."""
    return _ADDRESS.sub(lambda found: host_of(found[0]) or "the address", said)
