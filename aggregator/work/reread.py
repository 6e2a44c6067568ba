"""A feed that may have changed is read: only what is new in it where that can be done, else the whole.

What is left out is what the store holds just so; `parse.known` says how that is seen by the bytes.
"""

from datetime import datetime

from aggregator.models import Reading, Response
from aggregator.pool import Pool
from aggregator.store import copies, known
from aggregator.store.database import Database
from aggregator.work.stages import read_news


async def read_again(
    source: str, response: Response, *, pool: Pool, database: Database, now: datetime
) -> tuple[Reading, dict[str, str]]:
    """Read the feed that an answer holds.

    Returns:
        The feed, and the hashes of those of its entries that the store knows, by guid.
    Raises:
        ParseError: it holds none.
    """
    reading = await pool.run(read_news, response, await database.read(known.load_known, source), now)
    hashes = await _hashes(source, reading, database)
    marked = zip(reading.marks, reading.feed.entries, strict=False)
    if any(mark in reading.left_out and hashes.get(entry.guid) != entry.hash for mark, entry in marked):
        # Held, withdrawn or taken over anew since then: it is looked at again, and for that it must be read.
        reading = await pool.run(read_news, response, {}, now)
        hashes = await _hashes(source, reading, database)
    return reading, hashes


async def _hashes(source: str, reading: Reading, database: Database) -> dict[str, str]:
    return await database.read(copies.known_hashes, source, [entry.guid for entry in reading.feed.entries])
