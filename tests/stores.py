"""Empty stores for tests, of the newest schema, in whichever database is tested."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from aggregator.store.database import Database
from tests.postgres import drop_postgres_store, make_postgres_store

DATABASES = ("sqlite", "postgresql")
_made: dict[Path, str] = {}  # addresses in PostgreSQL of what tests name by a path
_kinds = ["sqlite"]


def make_store(path: Path) -> str:
    """Put an empty store at a path; returns its address."""
    if _kinds[-1] == "postgresql":
        return _in_postgres(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_empty_store())
    return f"sqlite:///{path}"


def address_of(path: Path, *, migrated: bool = True) -> str:
    """Return the address of a store that `make_store` makes, or a test itself; in PostgreSQL there is one already.

    Args:
        migrated: else there is a database without a schema.
    """
    return _in_postgres(path, migrated=migrated) if _kinds[-1] == "postgresql" else f"sqlite:///{path}"


@contextmanager
def using(kind: str) -> Iterator[None]:
    """Let the stores of some tests be of a kind."""
    _kinds.append(kind)
    with gone_in_the_end():
        yield
    _kinds.pop()


@contextmanager
def gone_in_the_end() -> Iterator[None]:
    """Drop what is made in PostgreSQL until then."""
    before = set(_made)
    yield
    for path in _made.keys() - before:
        drop_postgres_store(_made.pop(path))


def _in_postgres(path: Path, *, migrated: bool = True) -> str:
    if path not in _made:
        _made[path] = make_postgres_store(migrated=migrated)
    return _made[path]


@cache
def _empty_store() -> bytes:
    """All revisions take a twentieth of a second; a test that does not look at them copies what they make."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        with Database(f"sqlite:///{path}") as database:
            database.migrate()
        return path.read_bytes()
