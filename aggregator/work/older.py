"""Pages a feed back in time when it overflowed between two polls, so that what it no longer holds is not lost.

A feed has overflowed when it held entries before and we know none of those it holds now. Where its past lies, it says
itself (RFC 5005, JSON Feed `next_url`); WordPress does not say it, but has it under `?paged=2`.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from aggregator.errors import AggregatorError, StoreError
from aggregator.fetch.client import Client
from aggregator.models import Entry, ParsedFeed, Response, Source
from aggregator.pool import Pool
from aggregator.store import copies
from aggregator.store.database import Database
from aggregator.work.ask import headers_for
from aggregator.work.stages import read_feed

_MAX_PAGES = 5
_WORDPRESS = b"wordpress.org/?v="  # its generator element
_HEAD = 8_000  # bytes, in which the generator stands
log = logging.getLogger(__name__)


async def read_older(
    source: Source,
    feed: ParsedFeed,
    response: Response,
    *,
    client: Client,
    pool: Pool,
    database: Database,
    now: datetime,
) -> tuple[Sequence[Entry], bool]:
    """Return the entries of the feed's earlier pages, at most five of them, back to the first that we know; and whether
    we came so far, so that nothing is missing.

    What goes wrong on the way ends it, and nothing else: the feed itself has been read.
    """
    older: list[Entry] = []
    seen = {entry.guid for entry in feed.entries}
    for number in range(2, _MAX_PAGES + 2):
        address = feed.older_url or _wordpress_page(response, number)
        if not address:
            break
        try:
            page = await client.get(
                address,
                timeout=source.fetch.timeout,
                headers=headers_for(source, address),
                longest_rest=source.fetch.max_interval,
            )
            if not 200 <= page.status < 300:
                break
            feed = await pool.run(read_feed, page, now)
        except StoreError:
            raise
        except AggregatorError as error:
            log.debug("source=%s paging back ended: %s", source.id, error)
            break
        known = await database.read(copies.known_hashes, source.id, [entry.guid for entry in feed.entries])
        fresh = [entry for entry in feed.entries if entry.guid not in known and entry.guid not in seen]
        older += fresh
        seen.update(entry.guid for entry in fresh)
        if len(fresh) < len(feed.entries):
            return older, True
        if not fresh:
            break
    return older, False


def _wordpress_page(response: Response, number: int) -> str:
    if _WORDPRESS not in response.body[:_HEAD]:
        return ""
    return f"{response.url}{'&' if '?' in response.url else '?'}paged={number}"
