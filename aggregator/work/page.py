"""fetch_page(): one due page -> a better copy, and the decisions that follow.

Ends in one short transaction. An attempt that fails is repeated later a few times; the item does not wait for that.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from aggregator.discover.pages import who_blocks
from aggregator.errors import AddressBlocked, AggregatorError, FetchError, NoArticle, RobotsDisallowed, StoreError
from aggregator.extract.choice import choose_text
from aggregator.fetch.client import Client
from aggregator.fetch.robots import Robots
from aggregator.models import Article, Background, FailureKind, House, Override, Source
from aggregator.pool import Pool
from aggregator.store import copies, polls
from aggregator.store.database import Database
from aggregator.urls import canonicalize
from aggregator.work.ask import get_later_pages, get_page
from aggregator.work.change import note_change
from aggregator.work.join import Subject, join_item
from aggregator.work.learn import strip_page
from aggregator.work.refuse import refuse_page
from aggregator.work.scrutiny import LOOK_AGAIN, judge, note_gone, settle_copy
from aggregator.work.stages import prepare_page

_RETRIES = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
_NOBODY_ASKED = timedelta(hours=1)  # until another look when our network is down, or the host wants to be left alone
_FINAL = (AddressBlocked, NoArticle, RobotsDisallowed)  # asking again would not help
_GONE = (404, 410)
_MOST_LOOKS = 60  # at the page of what is held
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PageOutcome:
    """How one attempt at a page went, in a few words for people."""

    source: str
    url: str
    said: str
    failed: bool = False
    failure: FailureKind | None = None  # what kind it was when the request failed


async def fetch_page(
    page: polls.DuePage,
    source: Source | None,
    *,
    client: Client,
    robots: Robots,
    pool: Pool,
    database: Database,
    house: House,
    clock: Callable[[], datetime],
) -> PageOutcome:
    """Fetch one page and take over what it gives; the feed's text stays where the page has no more.

    Args:
        source: whose copy wants the page; None when it is not in sources.toml any more.
        robots: what sites ask robots not to fetch.
        clock: now, aware and UTC.
    Raises:
        StoreError: the database cannot be used.
    """
    if source is None or not source.enabled or source.extract.mode == "feed":
        return await database.write(_give_up, page, "its source wants no pages any more", clock())
    try:
        response = await get_page(source, page.url, client=client, robots=robots)
        if response.status in _GONE:
            return await database.write(_note_missing, page, response.status, clock())
        if not 200 <= response.status < 300:
            return await database.write(_give_up, page, f"answered {response.status}", clock())
        background = await database.read(_background_of, page, source, house)
        article, text_hash = await pool.run(prepare_page, page.url, response, page.authors, source.extract, background)
        missing = ""
        if article.next_url:
            more, missing = await get_later_pages(
                source, article.next_url, response.url, client=client, robots=robots, pool=pool
            )
            article, text_hash = await pool.run(
                prepare_page, page.url, response, page.authors, source.extract, background, more
            )
        article, text_hash = await strip_page(page.title, page.guid, article, text_hash, source, pool, database)
        return await database.write(_save, page, article, text_hash, missing, house.overrides, clock())
    except StoreError:
        raise
    except Exception as error:  # what goes wrong with one page, our own mistakes included, stops no other
        expected = isinstance(error, AggregatorError)
        log.log(logging.DEBUG if expected else logging.ERROR, "source=%s page failed", page.source, exc_info=True)
        said = str(error) if expected else f"internal error: {error!r}"
        if isinstance(error, _FINAL):
            return await database.write(_give_up, page, said, clock())
        if isinstance(error, FetchError) and error.response and (who := who_blocks(error.response)):
            said = f"{said}: {who} keeps us out"
        return await database.write(_try_again, page, said, error, clock())


def _background_of(connection: Connection, page: polls.DuePage, source: Source, house: House) -> Background:
    copy = copies.load_copy(connection, page.copy)
    feed_text = copy.text if copy.body_from == "feed" else ""
    own_urls = (source.site, source.feed, page.url)
    return Background(copy.guid, copy.title, own_urls, feed_text, copy.language, house, source.quarantine)


def _note_missing(connection: Connection, page: polls.DuePage, status: int, now: datetime) -> PageOutcome:
    copy = copies.load_copy(connection, page.copy)
    if copy.held and copy.held != "withdrawn":
        note_gone(connection, copy, now)
    return _give_up(connection, page, f"answered {status}", now)


def _save(
    connection: Connection,
    page: polls.DuePage,
    article: Article,
    text_hash: str,
    missing: str,
    overrides: Sequence[Override],
    now: datetime,
) -> PageOutcome:
    copy = copies.load_copy(connection, page.copy)
    if copy.held == "withdrawn":  # while its page was under way
        return PageOutcome(page.source, page.url, "not taken over: withdrawn")
    match = refuse_page(connection, copy, article, now)
    if match and match.how == "text":
        return PageOutcome(page.source, page.url, f"refused: {match.why}")
    hold, why_held = judge(connection, copy.source, [article.facts], now).of(copy.guid)
    if match and hold is None:
        hold, why_held = "alike", match.why
    if hold and not copy.held and copies.has_been_seen(connection, copy.item):
        return _finish(connection, page, f"not taken over: {why_held}", now, now + LOOK_AGAIN)
    if article.html:
        settle_copy(connection, copy, hold, why_held, now)
    # Once a page has won, its next version is compared with nothing but itself.
    chosen, why = choose_text("" if copy.body_from == "page" else copy.text, article.text)
    if copies.is_repeated_page(connection, copy, text_hash):
        chosen, why = "feed", "the page has the same text as another page of this source"
    page_won = chosen == "page"
    if copy.body_from == "page" and page_won:
        note_change(connection, copy, copy.title, article.text, now)
    copies.update_body(connection, copy, article, text_hash, page_won, now)
    declared = [canonicalize(article.canonical_url), canonicalize(article.og_url)]
    shown = article if page_won else Article()
    subject = Subject(
        copy.source, copy.title, shown.text, shown.hashes, copy.appeared_at, copy.canonical_url, declared,
        copy.id, copy.item,
    )  # fmt: skip
    join_item(connection, subject, overrides, now)
    said = {"page": "article found", "feed": "the feed's text stays", "none": "no article on this page"}[chosen]
    if not missing:
        return _finish(connection, page, f"{said}: {why}", now)
    due_at = now + _RETRIES[page.tries] if page.tries < len(_RETRIES) else None
    return _finish(connection, page, f"{said}: {why}; it goes on, but {missing}", now, due_at)


def _try_again(connection: Connection, page: polls.DuePage, said: str, error: Exception, now: datetime) -> PageOutcome:
    fetch = error if isinstance(error, FetchError) else FetchError("", page.url)
    due_at = None
    if fetch.status is None and fetch.kind in ("offline", "busy"):
        page = replace(page, tries=page.tries - 1)
        due_at = now + _NOBODY_ASKED
    elif page.tries < len(_RETRIES):
        asked = timedelta(seconds=fetch.retry_after or 0)
        due_at = now + min(max(_RETRIES[page.tries], asked), _RETRIES[-1])  # what is longer, politeness keeps
    return _finish(connection, page, said, now, due_at, failed=True, failure=fetch.kind)


def _give_up(connection: Connection, page: polls.DuePage, said: str, now: datetime) -> PageOutcome:
    return _finish(connection, page, said, now, failed=True)


def _finish(
    connection: Connection,
    page: polls.DuePage,
    said: str,
    now: datetime,
    due_at: datetime | None = None,
    *,
    failed: bool = False,
    failure: FailureKind | None = None,
) -> PageOutcome:
    copy = copies.load_copy(connection, page.copy)
    if copy.held in ("suspect", "quarantine") and due_at is None and page.tries < _MOST_LOOKS:
        due_at = now + LOOK_AGAIN
    polls.finish_page(connection, page.copy, said, page.tries + 1, due_at)
    copies.release_item(connection, copy.item, now)
    copies.mark_dirty(connection, [copy.item])
    return PageOutcome(page.source, page.url, said, failed, failure)
