"""Empty stores for tests, of the newest schema."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from aggregator.store.database import Database


def make_store(path: Path) -> str:
    """Put an empty store at a path; returns its address."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_empty_store())
    return f"sqlite:///{path}"


@cache
def _empty_store() -> bytes:
    """All revisions take a twentieth of a second; a test that does not look at them copies what they make."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        with Database(f"sqlite:///{path}") as database:
            database.migrate()
        return path.read_bytes()
