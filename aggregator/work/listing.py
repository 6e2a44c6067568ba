"""Reads what a source answered, by its kind: a feed, a page that lists its articles, or a sitemap, for whose parts it
asks in turn.
"""

from dataclasses import replace
from datetime import datetime
from itertools import chain

from aggregator.errors import AggregatorError, ParseError, StoreError
from aggregator.fetch.client import Client
from aggregator.fetch.robots import Robots
from aggregator.models import ParsedFeed, Response, Source
from aggregator.pool import Pool
from aggregator.work.ask import get_listing, require_body
from aggregator.work.stages import read_feed, read_list, read_sitemap

INDEX = "sitemap index"  # that it stands unchanged says nothing of its parts


async def read_source(
    source: Source, response: Response, *, client: Client, robots: Robots, pool: Pool, now: datetime
) -> ParsedFeed:
    """Read what a source answered.

    Raises:
        ParseError, ExtractError: it is not what the source's kind says, or nothing can be told by it.
        FetchError, RobotsDisallowed: of an index of sitemaps none could be had.
    """
    if source.kind == "html":
        return await pool.run(read_list, response, source, now)
    if source.kind == "feed":
        return await pool.run(read_feed, response, now)
    sitemap = await pool.run(read_sitemap, response, source.paths, now)
    return await _read_parts(source, sitemap.parts, client, robots, pool, now) if sitemap.parts else sitemap.feed


async def _read_parts(
    source: Source, parts: tuple[str, ...], client: Client, robots: Robots, pool: Pool, now: datetime
) -> ParsedFeed:
    """Read the sitemaps of an index; one that cannot be had is said, and the others count all the same."""
    read: list[ParsedFeed] = []
    failures: list[AggregatorError] = []
    for address in parts:
        try:
            response = await get_listing(source, address, client=client, robots=robots)
            require_body(address, response)
            part = await pool.run(read_sitemap, response, source.paths, now)
            if part.parts:
                raise ParseError(f"{address}: an index of sitemaps within an index; put its own address into feed")
            read.append(part.feed)
        except StoreError:
            raise
        except AggregatorError as error:
            failures.append(error)
    if not read:
        raise failures[0]
    entries = {entry.guid: entry for entry in chain.from_iterable(feed.entries for feed in read)}
    remark = f"{len(failures)} of its sitemaps cannot be read: {failures[0]}" if failures else ""
    return replace(read[0], entries=tuple(entries.values()), format=INDEX, remark=remark)
