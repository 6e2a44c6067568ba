"""check_pages(): the pages of published articles are asked for again, a day, a week and a month after they came.

A page that is gone at two looks, some time apart, says that its partner has deleted the article. What is done about
that is `deletions`'. Nothing else of the answer is read.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from aggregator.errors import AggregatorError, StoreError
from aggregator.fetch.client import Client
from aggregator.fetch.robots import Robots
from aggregator.models import Config, Response, Source, Validators
from aggregator.store import copies, page_checks
from aggregator.store.database import Database
from aggregator.store.page_checks import DueCheck
from aggregator.validators import after_body, after_not_modified
from aggregator.work.ask import get_page
from aggregator.work.deletions import note_gone_page

_LOOKS = (timedelta(days=1), timedelta(days=7), timedelta(days=30))  # after an article was first seen
_SPREAD = 6 * 60  # minutes, so that what came together is not asked for together
_APART = timedelta(hours=20)  # between two looks at a page that is gone: a site under repair answers so for hours
_AGAIN = timedelta(days=1)  # after a page that is gone, or that could not be asked for
_GONE = (404, 410)
_AT_ONCE = 50
log = logging.getLogger(__name__)


async def check_pages(
    config: Config, *, client: Client, robots: Robots, database: Database, clock: Callable[[], datetime]
) -> int:
    """Look at all pages that are due; returns how many were asked for.

    Raises:
        StoreError: the database cannot be used.
    """
    now = clock()
    while await database.write(page_checks.add_new, lambda copy, first_seen_at: _next_look(copy, first_seen_at, now)):
        pass
    sources = {source.id: source for source in config.sources if _is_looked_at(source)}
    await database.write(page_checks.drop_others, list(sources), now)
    asked = 0
    while due := await database.read(page_checks.due_checks, clock(), list(sources), _AT_ONCE):
        await asyncio.gather(*(_check(one, sources[one.source], client, robots, database, clock) for one in due))
        asked += sum(one.stands for one in due)
    return asked


def _is_looked_at(source: Source) -> bool:
    return source.enabled and source.extract.recheck == "on" and source.extract.mode != "feed"


def _next_look(copy: int, first_seen_at: datetime, now: datetime) -> datetime | None:
    """Return when a page is looked at next; None after the last time."""
    spread = timedelta(minutes=copy * 37 % _SPREAD)
    return next((at for look in _LOOKS if (at := first_seen_at + look + spread) > now), None)


async def _check(
    due: DueCheck, source: Source, client: Client, robots: Robots, database: Database, clock: Callable[[], datetime]
) -> None:
    response = None
    if due.stands:
        try:
            response = await get_page(source, due.url, client=client, robots=robots, validators=due.validators)
        except StoreError:
            raise
        except AggregatorError as error:  # nothing is known then: another day
            log.debug("source=%s page not looked at again: %s", due.source, error)
    write = database.write_durably if response and response.status in _GONE else database.write
    said = await write(_note, due, source, response, clock())
    if said:
        log.warning("source=%s %s", due.source, said)


def _note(connection: Connection, due: DueCheck, source: Source, response: Response | None, now: datetime) -> str:
    """Note how a page stands, and do what follows; returns what an editor should know."""
    next_look = _next_look(due.copy, due.first_seen_at, now)
    if response is None:
        again = min(now + _AGAIN, next_look) if next_look and due.stands else next_look
        page_checks.note_check(connection, due.copy, again, due.gone_since, due.validators)
        return ""
    if response.status not in _GONE:
        page_checks.note_check(connection, due.copy, next_look, None, _validators(due, response))
        return ""
    if due.gone_since is None or now - due.gone_since < _APART:
        page_checks.note_check(connection, due.copy, now + _AGAIN, due.gone_since or now, Validators())
        return ""
    page_checks.note_check(connection, due.copy, next_look, due.gone_since, Validators())
    return note_gone_page(
        connection, source, copies.load_copy(connection, due.copy), page_checks.count_gone(connection, source.id), now
    )


def _validators(due: DueCheck, response: Response) -> Validators:
    if response.not_modified:
        return after_not_modified(due.validators, response.validators)
    return after_body(due.validators, response.validators, same_body=False)
