"""Options that several commands share, and how they become Settings, a checked configuration and an open store.

Heavy imports stand inside functions: `aggregator --help` must not wait for a database library.
"""

import asyncio
import getpass
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from aggregator.errors import ConfigError, StoreBusy, StoreError
from aggregator.logs import start_logs
from aggregator.plaintext import clean_text
from aggregator.settings import Settings, read_settings

# Exit codes; 0 is done.
FAILED, WRONG_USAGE, SOME_FAILED, STORE_HELD, INTERRUPTED = 1, 2, 3, 4, 130
CHANGES = 3  # `plan`: something would change

T = TypeVar("T")

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from aggregator.models import Config
    from aggregator.store.database import Database

SourcesOption = Annotated[
    str | None,
    typer.Option("--sources", metavar="FILE", help="The editors' file. [AGGREGATOR_SOURCES; sources.toml]"),
]
DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", metavar="ADDRESS", help="The store. [AGGREGATOR_DATABASE; sqlite:///var/aggregator.db]"),
]
OutputOption = Annotated[
    str | None,
    typer.Option("--output", metavar="DIR", help="Where feeds and pages are written. [AGGREGATOR_OUTPUT; public]"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; stands in the log.")]
ByOption = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who says so; the login name when not given.")
]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Print also what went on behind each event.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]


def settings_from(sources: str | None = None, database: str | None = None, output: str | None = None) -> Settings:
    """Read the settings from flags and environment. Raises ConfigError."""
    return read_settings(os.environ, sources=sources, database=database, output=output)


def load_config(settings: Settings) -> "Config":
    """Load the sources file, its warnings to stderr. Raises ConfigError."""
    from aggregator.sources import load_sources

    checked = load_sources(settings.sources)
    for warning in checked.warnings:
        say(warning)
    return checked.config


@contextmanager
def open_store(settings: Settings) -> Iterator["Database"]:
    """Open the store as it is. Raises StoreError."""
    from aggregator.store.database import Database

    with Database(settings.database, settings.store_wait, settings.store_readers) as database:
        yield database


def has_store(settings: Settings) -> bool:
    """Tell whether there is a store; makes nothing, not even the folder for one. Raises StoreError."""
    if settings.database.startswith("sqlite:///") and not settings.folder.exists():
        return False
    with open_store(settings) as database:
        return database.exists()


@contextmanager
def read_store(settings: Settings) -> Iterator["Connection"]:
    """Look at the store as it is at one moment. Raises StoreError when there is none, or it is of another version."""
    with open_store(settings) as database:
        require(database)
        database.require_current()
        with database.snapshot() as connection:
            yield connection


@contextmanager
def hold_store(settings: Settings, what: str, *, may_be_new: bool = True) -> Iterator["Database"]:
    """Be the process that polls and builds, on a store brought up to date.

    Args:
        may_be_new: one that is not there yet is made; where everything comes out of it, a slip in its name would empty
            the feeds.
    Raises:
        StoreBusy, StoreError.
    """
    with open_store(settings) as database:
        if not may_be_new:
            require(database)
        with database.hold(what):
            database.migrate()
            yield database


def tell_store(
    settings: Settings,
    config: "Config",
    what: str,
    work: "Callable[[Connection, datetime], T]",
    *,
    build: bool = True,
) -> T:
    """Keep what an editor says, safe from a loss of power, and publish what follows from it.

    Beside a running service nothing is published here: that does so within seconds.

    Args:
        work: keeps it, in one transaction.
        build: something may follow at once.
    Raises:
        StoreError: also when there is no database yet.
    """
    from aggregator.service import system_clock

    try:
        with hold_store(settings, what, may_be_new=False) as database:
            with database.transaction(durable=True) as connection:
                done = work(connection, system_clock())
            if build:
                asyncio.run(_build_due(settings, config, database))
            return done
    except StoreBusy:
        pass
    with open_store(settings) as database:
        database.require_current()
        with database.transaction(durable=True) as connection:
            done = work(connection, system_clock())
    if build:
        say("A running service holds the store; it publishes the change within seconds.")
    return done


async def _build_due(settings: Settings, config: "Config", database: "Database") -> None:
    from aggregator.service import open_service

    async with open_service(settings, config, database) as service:
        await service.build_due()
        await service.announce()


def editors_name(by: str | None) -> str:
    """Return who gives a command: the name given, else that of the login. Raises ConfigError for an empty one."""
    if by is not None:
        if not clean_text(by):
            raise ConfigError("--by is empty; write a name")
        return clean_text(by)
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a login without a name, as in a container
        return f"user {os.getuid()}"


def require(database: "Database") -> None:
    """Raise StoreError when there is no store yet."""
    if not database.exists():
        raise StoreError(f"{database.name}: no database yet; `aggregator run` or `aggregator poll` makes it")


def check_names(kind: str, wanted: list[str], known: list[str]) -> None:
    """Refuse ids that the sources file does not have. Raises ConfigError."""
    problems = []
    for name in wanted:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            cure = f'did you mean "{near[0]}"?' if near else f"there are: {', '.join(known) or 'none'}"
            problems.append(f'there is no {kind} "{name}"; {cure}')
    if problems:
        raise ConfigError(*problems)


def require_yes(question: str, *, yes: bool) -> None:
    """Ask on the terminal, unless `--yes` was said. Whoever does not agree ends the command: nothing may be changed."""
    if yes:
        return
    if not sys.stdin.isatty():
        say("nothing is changed; without a terminal to ask on, say --yes")
        raise typer.Exit(FAILED)
    try:
        is_agreed = typer.confirm(question, err=True)
    except typer.Abort:  # Ctrl-C, or the terminal is gone
        say("\nnothing is changed")
        raise typer.Exit(INTERRUPTED) from None
    if not is_agreed:
        say("nothing is changed")
        raise typer.Exit(FAILED)


def say(line: str) -> None:
    """Print a line for people, on stderr, where progress and logs go too."""
    print(line, file=sys.stderr, flush=True)


def show_logs(settings: Settings, *, quiet: bool = False, verbose: bool = False) -> None:
    """Let what happens be seen on stderr, one event a line."""
    level = logging.WARNING if quiet else logging.DEBUG if verbose else logging.INFO
    start_logs(level, settings.log)
