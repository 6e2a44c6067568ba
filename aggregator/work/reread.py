"""What may have changed is read; of a feed only what is new in it where that can be done, else the whole.

What is left out is what the store holds just so; `parse.known` says how that is seen by the bytes.
"""

from datetime import datetime

from aggregator.fetch.client import Client
from aggregator.fetch.robots import Robots
from aggregator.models import Reading, Response, Source
from aggregator.pool import Pool
from aggregator.store import copies, known
from aggregator.store.database import Database
from aggregator.work.listing import read_source
from aggregator.work.stages import read_news


async def read_again(
    source: Source,
    response: Response,
    *,
    client: Client,
    robots: Robots,
    pool: Pool,
    database: Database,
    now: datetime,
) -> tuple[Reading, dict[str, str]]:
    """Read what a source answered.

    Returns:
        What it holds, and the hashes of those of its entries that the store knows, by guid.
    Raises:
        As `listing.read_source` does.
    """
    if source.kind != "feed":
        reading = Reading(await read_source(source, response, client=client, robots=robots, pool=pool, now=now))
        return reading, await _hashes(source, reading, database)
    reading = await pool.run(read_news, response, await database.read(known.load_known, source.id), now)
    hashes = await _hashes(source, reading, database)
    marked = zip(reading.marks, reading.feed.entries, strict=False)
    if any(mark in reading.left_out and hashes.get(entry.guid) != entry.hash for mark, entry in marked):
        # Held, withdrawn or taken over anew since then: it is looked at again, and for that it must be read.
        reading = await pool.run(read_news, response, {}, now)
        hashes = await _hashes(source, reading, database)
    return reading, hashes


async def _hashes(source: Source, reading: Reading, database: Database) -> dict[str, str]:
    return await database.read(copies.known_hashes, source.id, [entry.guid for entry in reading.feed.entries])
