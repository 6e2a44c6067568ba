"""Of which sources articles are kept, for `aggregator check`: asked without the database library where that can be.

To load the library takes longer than to check a thousand sources.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from aggregator.errors import StoreError

_SQLITE = "sqlite:///"
_BY_SOURCE = "SELECT source, count(*) FROM copy GROUP BY source"


def copies_by_source(address: str) -> dict[str, int]:
    """Map sources to how many copies of theirs a store keeps; {} where there is no store.

    Raises:
        StoreError: the store cannot be read; one of PostgreSQL also where it is of another version.
    """
    if not address.startswith(_SQLITE):
        return _by_library(address)
    path = Path(address.removeprefix(_SQLITE))
    if not path.exists():
        return {}
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return dict(connection.execute(_BY_SOURCE).fetchall())
    except sqlite3.Error as error:
        raise StoreError(f"{path}: cannot be read: {error}") from error


def _by_library(address: str) -> dict[str, int]:
    from aggregator.store import outputs
    from aggregator.store.database import Database

    with Database(address) as store:
        if not store.exists():
            return {}
        store.require_current()
        with store.snapshot() as connection:
            return outputs.copies_by_source(connection)
