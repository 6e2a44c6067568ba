"""Copies of the database: made beside a running service, verified, rotated; and put in its place again.

A copy is one file, readable by its owner only. It holds everything but what was withdrawn since: `ledger` has that.
"""

import fcntl
import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from aggregator.errors import StoreError

RESTORE = "; put a backup in its place with `aggregator restore`, which moves this file aside"
_NAME = re.compile(r".+-\d{8}T\d{6}Z(?:-schema\d{4})?\.db")
_BRIEFLY = 10.0  # seconds
_BESIDE = ("", "-wal", "-shm")  # the files of one database


def name_backup(database: Path, now: datetime, schema: str = "") -> str:
    """Name a copy after its database and the time: "aggregator-20261122T120000Z.db".

    Args:
        schema: where it is made because that is to change.
    """
    return f"{database.stem}-{now:%Y%m%dT%H%M%SZ}{f'-schema{schema}' * bool(schema)}.db"


def back_up(database: Path, target: Path) -> int:
    """Copy a database, also while others write to it, and make sure that the copy is sound.

    Returns:
        The size of the copy in bytes.
    Raises:
        StoreError: it cannot be read, or is damaged, or the copy cannot be written; whatever was there stays.
    """
    unfinished = _unfinished(target)
    try:
        _sweep_unfinished(target.parent)
        with _making(unfinished):
            _copy(database, unfinished)
            try:
                check_sound(unfinished)
            except StoreError as error:  # as the copy is, so is what it was made of
                why = str(error).removeprefix(f"{unfinished}: ")
                raise StoreError(f"{database}: not backed up: {why}{RESTORE}") from error
            flush(unfinished)
            os.replace(unfinished, target)
            flush(target.parent)
            return target.stat().st_size
    except OSError as error:
        raise StoreError(f"{target}: the backup cannot be written ({error.strerror})") from error
    except UnicodeDecodeError as error:  # SQLite quotes what is damaged, and Python cannot read that
        raise StoreError(f"{database}: not backed up: the database is damaged{RESTORE}") from error
    except sqlite3.Error as error:
        cure = RESTORE if "malformed" in str(error) or "not a database" in str(error) else ""
        raise StoreError(f"{database}: cannot be backed up to {target}: {error}{cure}") from error


def check_sound(file: Path) -> str:
    """Read a whole database and return the revision of its schema.

    Raises:
        StoreError: it is none of ours, or is damaged.
    """
    try:
        with _database(file) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
            if found != ["ok"]:
                raise StoreError(f"{file}: the database is damaged: {found[0].splitlines()[-1]}")
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except UnicodeDecodeError as error:
        raise StoreError(f"{file}: a damaged database") from error
    except sqlite3.Error as error:
        raise StoreError(f"{file}: no database of aggregator, or a damaged one ({error})") from error
    return str(row[0]) if row else ""


def check_briefly(file: Path) -> None:
    """Look whether a database holds together, for ten seconds at most; no text is read.

    That is enough for gigabytes that are in memory, and for half a gigabyte on a slow disk. What was not looked at is
    found when it is needed.

    Raises:
        StoreError: it is damaged.
    """
    end = time.monotonic() + _BRIEFLY
    try:
        with _database(file) as connection:
            connection.set_progress_handler(lambda: time.monotonic() > end, 10_000)
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.Error as error:
        if "interrupted" in str(error):
            return
        found = str(error)
    except UnicodeDecodeError:
        found = "its schema cannot be read"
    if found != "ok":
        raise StoreError(f"{file}: the database is damaged: {found.splitlines()[-1]}{RESTORE}")


def list_backups(folder: Path) -> list[Path]:
    """List the copies in a folder, the newest first."""
    return sorted((path for path in folder.glob("*.db") if _NAME.fullmatch(path.name)), key=_age, reverse=True)


def rotate(folder: Path, keep: int, *, before_changes: bool = False) -> list[Path]:
    """Remove all but the newest copies of a folder; returns those that went.

    Args:
        before_changes: those that were made because the schema was to change, and else the others.
    """
    counted = [path for path in list_backups(folder) if ("-schema" in path.name) == before_changes]
    old = counted[keep:]
    for path in old:
        with suppress(OSError):
            path.unlink()
    return old


def put_in_place(backup: Path, database: Path, now: datetime) -> Path | None:
    """Let a copy be the database; one that was there is moved aside, whatever state it is in.

    Killed at any moment there is a database, that one or the other: a service would begin anew without any.

    Returns:
        Where the one before is now; None when there was none.
    Raises:
        StoreError: a file cannot be written or moved; the database is as it was.
    """
    new = _unfinished(database)
    aside = database.with_name(f"{database.name}.before-{now:%Y%m%dT%H%M%SZ}")
    try:
        with _making(new):
            _copy(backup, new)
            flush(new)
            was_there = database.exists()
            if was_there:
                _set_aside(database, aside)
            os.replace(new, database)
            flush(database.parent)
            return aside if was_there else None
    except OSError as error:
        raise StoreError(f"{database}: {backup} cannot be put in its place ({error.strerror})") from error
    except sqlite3.Error as error:
        raise StoreError(f"{backup}: cannot be copied to {database}: {error}") from error


def _set_aside(database: Path, aside: Path) -> None:
    """Give a database a second name; if its log cannot be emptied into it, move it away together with that."""
    with suppress(sqlite3.Error, UnicodeDecodeError), _database(database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # who closes it last removes the log
    if not Path(f"{database}-wal").exists():
        with suppress(OSError):  # not every file system has second names
            os.link(database, aside)
            return
    for ending in _BESIDE:
        if Path(f"{database}{ending}").exists():
            os.replace(f"{database}{ending}", f"{aside}{ending}")


def sweep_restored(database: Path) -> None:
    """Remove what a killed restore left, for who holds the store."""
    _remove(_unfinished(database))


def flush(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _making(unfinished: Path) -> Iterator[None]:
    """Have a new file for its owner's eyes; it is gone in the end unless it has got another name by then.

    It is locked, and the kernel unlocks what a process leaves that is killed: see `_sweep_unfinished`.
    """
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    while True:
        unfinished.unlink(missing_ok=True)
        file = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with suppress(OSError):  # not every file system has locks
            fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file).st_nlink:  # not swept away before it was locked
            break
        os.close(file)
    try:
        yield
    finally:
        _remove(unfinished)
        os.close(file)


def _unfinished(path: Path) -> Path:
    return path.with_name(f".{path.name}.unfinished")


def _sweep_unfinished(folder: Path) -> None:
    """Remove the copies in a folder at which a process was killed, each as large as the database."""
    for path in folder.glob(".*.unfinished"):
        if not _NAME.fullmatch(path.name[1:].removesuffix(".unfinished")):
            continue
        with suppress(OSError):  # it is being made just now, or gone
            file = os.open(path, os.O_RDONLY)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(path)
            finally:
                os.close(file)


def _remove(unfinished: Path) -> None:
    for ending in ("", "-journal"):
        with suppress(OSError):
            Path(f"{unfinished}{ending}").unlink(missing_ok=True)


def _copy(database: Path, target: Path) -> None:
    """Copy a database into an empty file.

    All of it in one step: that reads one moment and keeps no writer waiting, while steps would begin again whenever
    somebody writes.
    """
    with _database(database) as source, _database(target) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it


@contextmanager
def _database(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA busy_timeout=5000")
        yield connection


def _age(path: Path) -> str:
    return path.name.partition("-schema")[0].rpartition("-")[2].removesuffix(".db")
