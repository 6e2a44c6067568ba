"""`aggregator export`: everything in the store as JSON Lines."""

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli.options import DatabaseOption, QuietOption, open_store, require, say, settings_from
from aggregator.errors import ConfigError, PublishError

if TYPE_CHECKING:
    from aggregator.store.database import Database

_FORMAT = 1  # of the lines; raised when a field goes or means something else
_AT_ONCE = 50  # items read at once: with their texts a few MB
_TOLD_EVERY = 5_000  # items


def export(
    path: Annotated[Path | None, typer.Argument(metavar="FILE", help="Written whole; standard output if none.")] = None,
    database: DatabaseOption = None,
    quiet: QuietOption = False,
) -> None:
    """Write everything as JSON Lines: items with all that belongs to them, sources, topics, what was withdrawn.

    May be used beside a running service. It holds the partners' full texts, whatever may be published of them.
    """
    settings = settings_from(database=database)
    with open_store(settings) as store:
        require(store)
        store.require_current()
        if path is None:
            for line in _lines(store, quiet=quiet):
                sys.stdout.write(line)
            sys.stdout.flush()
            return
        if store.is_file and path.exists() and path.samefile(store.path):
            raise ConfigError(f"{path} is the database itself; name another file")
        if path.exists() and not path.is_file():
            raise ConfigError(f"{path} is no file; without a name the lines go to standard output")
        _write(path, _lines(store, quiet=quiet))


def _lines(store: "Database", *, quiet: bool) -> Iterator[str]:
    """Write a line for each thing kept.

    Items are read a few at a time, not as they were at one moment: a moment held until a slow reader is done would keep
    what is withdrawn meanwhile in the database's files.
    """
    from aggregator import __version__
    from aggregator.service import system_clock
    from aggregator.store import export as kept
    from aggregator.store.database import SCHEMA

    with store.snapshot() as connection:
        config = kept.read_config(connection)
    head = {"format": _FORMAT, "program": __version__, "schema": SCHEMA, "at": system_clock()}
    yield _line("export", {**head, "config": config})
    count = last = 0
    items: list[dict[str, Any]] = [{}]
    while items:
        with store.snapshot() as connection:
            items, last = kept.read_items(connection, last, _AT_ONCE)
        yield from (_line("item", item) for item in items)
        if not quiet and count // _TOLD_EVERY != (count + len(items)) // _TOLD_EVERY:
            say(f"{count + len(items)} items")
        count += len(items)
    with store.snapshot() as connection:
        rest = [
            *(_line("source", source) for source in kept.read_sources(connection)),
            *(_line("topic", topic) for topic in kept.read_topics(connection)),
            *(_line("withdrawal", one) for one in kept.read_withdrawals(connection)),
            *(_line("pause", one) for one in kept.read_pauses(connection)),
        ]
    yield from rest
    yield _line("end", {"items": count, "lines": count + len(rest) + 2})


def _line(kind: str, values: dict[str, Any]) -> str:
    return json.dumps({"kind": kind, **values}, default=datetime.isoformat, ensure_ascii=False) + "\n"


def _write(path: Path, lines: Iterator[str]) -> None:
    """Write a file whole, for its owner's eyes. Raises PublishError; one that was there stays then."""
    from aggregator.publish import replacing

    try:
        with replacing(path, 0o600) as file:
            file.writelines(line.encode() for line in lines)
    except OSError as error:
        raise PublishError(f"{path}: cannot be written ({error.strerror})") from error
