"""Asks a source for its feed, at the address where it is known to be, or for one of its pages, and takes over what the
answer says of itself.
"""

import hashlib
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from aggregator.errors import AggregatorError, FetchError, ParseError, RobotsDisallowed, StoreError
from aggregator.fetch.client import FEED_ACCEPT, PAGE_ACCEPT, Client
from aggregator.fetch.robots import Robots
from aggregator.models import PollHistory, Response, Source, Validators
from aggregator.moves import address_in_use, other_address
from aggregator.pool import Pool
from aggregator.urls import is_safe_for
from aggregator.validators import after_body, after_not_modified
from aggregator.work.stages import find_next

MAX_PAGE_BYTES = 5 << 20
_NOTHING_THERE = (404, 410)
_NO_VALIDATORS = Validators()


def headers_for(source: Source, url: str) -> tuple[tuple[str, str], ...]:
    """Return the editor's request headers; they may hold a password for the feed, so only its own server gets them."""
    headers = source.fetch.headers
    return headers if headers and is_safe_for(source.feed, url) else ()


async def get_page(
    source: Source, url: str, *, client: Client, robots: Robots, validators: Validators = _NO_VALIDATORS
) -> Response:
    """Ask for a page, if robots.txt lets us.

    Args:
        validators: of an answer that need not come again.
    Raises:
        RobotsDisallowed, FetchError: it does not, or cannot be read; and as `Client.get`.
    """
    return await client.get(
        url,
        validators,
        timeout=source.fetch.timeout,
        headers=headers_for(source, url),
        accept=PAGE_ACCEPT,
        max_body_bytes=MAX_PAGE_BYTES,
        admit=partial(_ask_robots, source, robots),
        longest_rest=source.fetch.max_interval,
    )


async def get_later_pages(
    source: Source, next_url: str, first_url: str, *, client: Client, robots: Robots, pool: Pool
) -> tuple[list[Response], str]:
    """Ask for the pages on which an article goes on.

    Returns:
        Those that came, in order; and why the next one did not, "" when the article ends there.
    """
    more: list[Response] = []
    try:
        while next_url and next_url not in {first_url, *(one.url for one in more)}:
            response = await get_page(source, next_url, client=client, robots=robots)
            if not 200 <= response.status < 300:
                return more, f"{next_url} answered {response.status}"
            more.append(response)
            next_url = await pool.run(find_next, response, first_url, len(more) + 1, source.extract)
    except StoreError:
        raise
    except AggregatorError as error:
        return more, str(error)
    return more, ""


async def _ask_robots(source: Source, robots: Robots, url: str) -> timedelta | None:
    """Say how long to leave the host alone after the request, or raise RobotsDisallowed or FetchError."""
    if source.fetch.robots == "ignore":
        return None
    rules = await robots.rules_for(url, timeout=source.fetch.timeout, longest_rest=source.fetch.max_interval)
    if not rules.may_fetch(url):
        raise (FetchError if rules.is_unreadable else RobotsDisallowed)(rules.why, url)
    return rules.crawl_delay


async def get_listing(
    source: Source, url: str, *, client: Client, robots: Robots, validators: Validators = _NO_VALIDATORS
) -> Response:
    """Ask for a feed, or what a source has in place of one: that stands under robots.txt as pages do."""
    is_feed = source.kind == "feed"
    return await client.get(
        url,
        validators,
        timeout=source.fetch.timeout,
        headers=headers_for(source, url),
        accept=PAGE_ACCEPT if source.kind == "html" else FEED_ACCEPT,
        admit=None if is_feed else partial(_ask_robots, source, robots),
        longest_rest=source.fetch.max_interval,
    )


async def find_feed(
    source: Source, history: PollHistory, *, client: Client, robots: Robots, clock: Callable[[], datetime]
) -> tuple[str, Response]:
    """Ask where the feed is known to be; where there is nothing (any more), look at once where else it may be.

    Returns:
        The address asked, and its answer.
    """

    async def get(url: str) -> Response:
        return await get_listing(source, url, client=client, robots=robots, validators=history.validators)

    asked = address_in_use(source.feed, source.fetch, history, clock())
    other = other_address(source.feed, asked, source.fetch, history)
    try:
        response = await get(asked)
    except FetchError as error:
        # No such host any more; a server that does not answer for once has not gone.
        if not (
            other
            and asked == source.feed
            and error.kind == "unreachable"
            and isinstance(error.__cause__, socket.gaierror)
        ):
            raise
        return other, await get(other)
    if response.status in _NOTHING_THERE and other and response.url != other:
        return other, await get(other)
    return asked, response


def require_body(asked: str, response: Response) -> None:
    """Raise FetchError or ParseError unless an answer is a body or a 304."""
    if response.status == 410:
        cure = "it is gone for good and is polled no more; give the source its new address, or take it out"
        raise FetchError(f"{asked} answered 410: {cure}", asked, 410, kind="refused")
    if response.status in _NOTHING_THERE:
        cure = "nothing there (any more); look for its new address"
        raise FetchError(f"{asked} answered {response.status}: {cure}", asked, response.status, kind="refused")
    if not response.not_modified and not response.body:
        raise ParseError(f"{response.url} answered with an empty body; ask the partner if it stays so")


def take_over(history: PollHistory, response: Response, now: datetime) -> tuple[PollHistory, bool]:
    """Take over what an answer says of itself; and say whether it is what we had already."""
    known = replace(history, failures=0, failure=None, last_success_at=now, gone_at=None)
    if response.hints.max_age is not None or not response.not_modified:
        known = replace(known, max_age=response.hints.max_age)
    if response.not_modified:
        return replace(known, validators=after_not_modified(history.validators, response.validators)), True
    body_hash = hashlib.sha256(response.body).hexdigest()
    is_unchanged = body_hash == history.body_hash
    validators = after_body(history.validators, response.validators, same_body=is_unchanged)
    return replace(known, validators=validators, body_hash=body_hash), is_unchanged
