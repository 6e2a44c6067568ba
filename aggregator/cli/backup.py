"""`aggregator backup` and `restore`: copies of the database, and putting one in its place."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli.options import DatabaseOption, QuietOption, require, require_yes, say, settings_from
from aggregator.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from aggregator.settings import Settings


def backup(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A folder, where copies are named by time; or a file.")],
    keep: Annotated[
        int | None, typer.Option("--keep", metavar="N", min=1, help="Remove all but the newest N copies of the folder.")
    ] = None,
    database: DatabaseOption = None,
    quiet: QuietOption = False,
) -> None:
    """Copy the database, also beside a running service, and verify the copy."""
    from aggregator.service import system_clock
    from aggregator.store.backup import back_up, name_backup, rotate
    from aggregator.store.database import Database

    settings = settings_from(database=database)
    is_folder = path.is_dir() or not path.suffix
    if keep is not None and not is_folder:
        raise ConfigError(f"--keep goes with a folder, and {path} is a file")
    with Database(settings.database) as store:
        require(store)
        target = path / name_backup(store.path, system_clock()) if is_folder else path
        _refuse_own(target, store.path)
        size = back_up(store.path, target)
    gone = rotate(path, keep) if keep is not None else []
    if not quiet:
        removed = f", {len(gone)} older removed" if gone else ""
        print(f"{target}: {size / 1e6:.1f} MB, verified{removed}")


def restore(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A copy; or a folder of copies, for the newest.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Take the place of a database that is there.")] = False,
    database: DatabaseOption = None,
) -> None:
    """Put a copy of the database in its place; the one before is moved aside, never removed.

    What was withdrawn since the copy was made is withdrawn again at once. No service may be running. The next
    `build` or `run` writes all files anew.
    """
    from aggregator.service import system_clock
    from aggregator.store.backup import check_sound, list_backups, put_in_place
    from aggregator.store.database import SCHEMA, Database

    settings = settings_from(database=database)
    chosen = path
    if path.is_dir():
        copies = list_backups(path)
        if not copies:
            raise ConfigError(f"{path}: no copy of a database is there")
        chosen = copies[0]
    if not chosen.exists():
        raise ConfigError(f"{chosen}: no such file")
    with Database(settings.database) as store:
        _refuse_own(chosen, store.path)
        schema = check_sound(chosen)
        if schema > SCHEMA:
            raise StoreError(
                f"{chosen}: made by a newer aggregator (schema {schema}, this one knows {SCHEMA}); install that version"
            )
        with store.hold("aggregator restore"):
            if store.exists() and not yes:
                say(f"{store.path} is there, and would be moved aside for {chosen}.")
                require_yes("Do it?", yes=yes)
            aside = put_in_place(chosen, store.path, system_clock())
            _bring_up_to_date(settings)
    say(f"{store.path}: is now {chosen}" + (f"; the one before is {aside}" if aside else ""))


def _bring_up_to_date(settings: "Settings") -> None:
    """Migrate the copy and take out of it what was withdrawn since it was made."""
    from aggregator.service import system_clock
    from aggregator.store.database import Database
    from aggregator.work.withdraw import settle_withdrawals

    with Database(settings.database) as store:
        store.migrate(backup=False)
        for problem in asyncio.run(settle_withdrawals(store, settings.withdrawals_file, system_clock())):
            say(problem)
        store.purge_now()


def _refuse_own(file: Path, database: Path) -> None:
    if file.exists() and database.exists() and file.samefile(database):
        raise ConfigError(f"{file} is the database itself; name another file")
