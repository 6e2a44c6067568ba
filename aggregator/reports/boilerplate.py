"""What was taken out of a source's articles because it repeats, read from the store; decides nothing."""

from dataclasses import dataclass

from sqlalchemy import Connection

from aggregator.store import blocks


@dataclass(frozen=True)
class Removal:
    text: str
    why: str  # of the newest article it was taken from
    articles: int  # it was taken from so many
    example: str  # title of the newest of them


def gather_removals(connection: Connection, source: str) -> list[Removal]:
    """List what was taken out, the most frequent first."""
    found: dict[str, Removal] = {}
    for title, text, why in blocks.load_removed(connection, source):
        known = found.get(text, Removal(text, why, 0, title))
        found[text] = Removal(text, known.why, known.articles + 1, known.example)
    return sorted(found.values(), key=lambda removal: -removal.articles)
