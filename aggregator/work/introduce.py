"""find_feed_at() and look_at_source(): an address -> the feed that a site has, and what an editor should know of it.

Each asks as little as it can, politely, and keeps nothing. What is shown is made by the stages of `poll_source()` and
`fetch_page()`.
"""

import itertools
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from aggregator.discover.glance import decode, read_attributes, read_tokens
from aggregator.discover.pages import cure_for, find_feed_links, find_feeds, is_of_comments, who_blocks
from aggregator.errors import AggregatorError, FetchError, NotAFeed
from aggregator.extract.choice import is_whole
from aggregator.fetch.client import Client
from aggregator.fetch.robots import Robots
from aggregator.models import Article, Candidate, ParsedFeed, PollHistory, Response, Source
from aggregator.plaintext import clean_text, count_words
from aggregator.pool import Pool
from aggregator.urls import canonicalize, resolve
from aggregator.work.ask import find_feed, get_page, require_body
from aggregator.work.listing import read_source
from aggregator.work.prepare import prepare_entries, prepare_page, read_feed

_USUAL = ("/feed/", "/rss.xml", "/atom.xml", "/feed.json")  # where sites have their feed that do not say so
_MOST_OF_A_KIND = 4  # addresses tried that a page names, and of those it links to
_SHOWN = 5
_LOOKED_AT = 200_000  # characters of a home page
_TIMEOUT = timedelta(seconds=30)


@dataclass(frozen=True)
class FeedAt:
    """The feed that was found at an address, as it was read.

    Attributes:
        url: where it is.
        site_name: as its pages name it, "" when none was asked.
        language: of the page that was asked.
        others: more feeds that the page names, those of comments apart.
    """

    url: str
    response: Response
    feed: ParsedFeed
    site_name: str = ""
    language: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class PageLook:
    """What the page of the newest article gave; `why` says why nothing."""

    url: str
    why: str = ""
    article: Article = field(default_factory=Article)


@dataclass(frozen=True)
class Look:
    """What one look at a source's feed, and at one of its pages, showed.

    Attributes:
        moved_to: where permanent redirects led; "" when there were none.
        whole: how many of the entries have their whole text in the feed.
        gap: the median time between two entries; None when fewer than three have a date.
        shown: the newest entries, made ready as by a poll.
    """

    url: str
    moved_to: str
    feed: ParsedFeed
    validators: tuple[str, ...]
    whole: int
    gap: timedelta | None
    shown: tuple[Candidate, ...]
    page: PageLook | None


async def find_feed_at(url: str, *, client: Client, pool: Pool, clock: Callable[[], datetime]) -> FeedAt:
    """Find the feed of a site by the address of the feed, its home page or any of its pages.

    Raises:
        AggregatorError: the address cannot be read, or no feed is found there; the message says what to do.
    """
    response = await _get(url, client)
    try:
        return FeedAt(response.moved_to or url, response, await pool.run(read_feed, response, clock()))
    except NotAFeed:
        html = decode(response, _LOOKED_AT)
    named = tuple(feed for feed in find_feeds(html, response.url) if not is_of_comments(feed))
    site_name, language = _introduces_itself(html, response.url)
    linked = find_feed_links(html, response.url)[:_MOST_OF_A_KIND]
    usual = [address for path in _USUAL if (address := resolve(response.url, path))]
    troubles: dict[str, str] = {}
    waiting = list(dict.fromkeys((*named[:_MOST_OF_A_KIND], *linked, *usual)))
    while waiting:
        address = waiting.pop(0)
        try:
            found = await _get(address, client)
            feed = await pool.run(read_feed, found, clock())
        except AggregatorError as error:
            troubles[address] = str(error)
            if isinstance(error, NotAFeed) and address in linked:  # a page about the feeds
                more = find_feeds(decode(found, _LOOKED_AT), found.url)[:_MOST_OF_A_KIND]
                waiting[:0] = [one for one in more if not is_of_comments(one) and one not in (*troubles, *waiting)]
            continue
        if not is_of_comments("", feed.title) or is_of_comments("", site_name):
            others = tuple(one for one in named if one not in (address, *troubles))
            return FeedAt(found.moved_to or address, found, feed, site_name, language, others)
        troubles[address] = "readers' comments"
    raise NotAFeed(_why_no_feed(url, response, named, troubles))


def _why_no_feed(url: str, response: Response, named: Sequence[str], troubles: Mapping[str, str]) -> str:
    if named:
        return f"{url}: names a feed, but {troubles[named[0]]}"
    tried = ", ".join(troubles)
    if who := who_blocks(response):
        return f"{response.url}: {who} came instead of the site, and no feed is found at {tried}; {cure_for(who)}"
    cure = "give the address of the feed itself; of a site that has none, see `kind` in docs/sources.md"
    return f"{url}: no feed is found there, nor at {tried}; {cure}"


async def look_at_source(
    source: Source,
    *,
    client: Client,
    robots: Robots,
    pool: Pool,
    clock: Callable[[], datetime],
    found: FeedAt | None = None,
) -> Look:
    """Ask a source for its feed once, and for the page of its newest article.

    Args:
        found: its feed, where that was asked for already.
    Raises:
        AggregatorError: the feed cannot be had. A page that cannot is said in the outcome.
    """
    if found:
        response, feed = found.response, found.feed
    else:
        asked, response = await find_feed(source, PollHistory(), client=client, robots=robots, clock=clock)
        require_body(asked, response)
        feed = await read_source(source, response, client=client, robots=robots, pool=pool, now=clock())
    candidates = await pool.run(prepare_entries, feed.entries, feed.entries, source)
    page = await _look_at_page(source, candidates[0], client, robots, pool) if candidates else None
    validators = (("ETag", response.validators.etag), ("Last-Modified", response.validators.last_modified))
    return Look(
        response.url,
        response.moved_to,
        feed,
        tuple(name for name, value in validators if value),
        sum(is_whole(candidate.article.text) for candidate in candidates),
        _median_gap(feed),
        tuple(_without_facts(candidate) for candidate in candidates[:_SHOWN]),
        page,
    )


def words_of(candidate: Candidate) -> int:
    """Count the words of an entry's own text."""
    return count_words(candidate.article.text)


async def _get(url: str, client: Client) -> Response:
    try:
        response = await client.get(url, timeout=_TIMEOUT)
    except FetchError as error:
        if error.response and (who := who_blocks(error.response)):
            said = f"{str(error).partition('; ')[0]}: {who} keeps us out; {cure_for(who)}"
            raise FetchError(said, url, error.status, kind=error.kind) from error
        raise
    if not 200 <= response.status < 300:
        raise FetchError(f"{url} answered {response.status}: nothing there", url, response.status, kind="refused")
    return response


async def _look_at_page(
    source: Source, newest: Candidate, client: Client, robots: Robots, pool: Pool
) -> PageLook | None:
    url = newest.entry.url
    if not url:
        return None
    try:
        response = await get_page(source, url, client=client, robots=robots)
        if not 200 <= response.status < 300:
            return PageLook(url, f"answered {response.status}")
        article, _ = await pool.run(prepare_page, url, response, newest.entry.authors, source.extract)
    except AggregatorError as error:
        return PageLook(url, str(error))
    return PageLook(url, "" if article.html else "no article on this page", article)


def _median_gap(feed: ParsedFeed) -> timedelta | None:
    dates = sorted(entry.published_at for entry in feed.entries if entry.published_at)
    gaps = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(dates)]
    return timedelta(seconds=statistics.median(gaps)) if len(gaps) > 1 else None


def _without_facts(candidate: Candidate) -> Candidate:
    return replace(candidate, article=replace(candidate.article, facts=None))


def _introduces_itself(html: str, url: str) -> tuple[str, str]:
    """Return the name that a page gives its site, and its language; the title of any but the home page is its own."""
    is_home = canonicalize(url) == canonicalize(resolve(url, "/"))
    name = title = language = ""
    for tag, attributes, content in read_tokens(html):
        if tag == "html" and not language:
            language = read_attributes(attributes).get("lang", "")
        elif tag == "title" and not title:
            title = content
        elif tag == "meta" and not name:
            values = read_attributes(attributes)
            if values.get("property", "").lower() == "og:site_name":
                name = values.get("content", "")
    return clean_text(name or (title if is_home else "")), clean_text(language)
