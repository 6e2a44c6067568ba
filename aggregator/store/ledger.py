"""Withdrawals written down in a file beside the database, which outlives it: one line of JSON each, never rewritten.

A database that is lost, or put back from an older backup, knows nothing of what was withdrawn since; the file does. It
holds hashes and no text. What becomes of its lines is `work.withdraw`'s.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from aggregator.errors import StoreError
from aggregator.store.backup import flush
from aggregator.store.withdrawals import Withdrawn

_MASK = (1 << 64) - 1


def read_ledger(path: Path) -> tuple[dict[str, Withdrawn], list[str]]:
    """Read the file; one that is not there has nothing in it.

    Returns:
        By public id what became of each article last, and a line for people on each line that cannot be read.
    Raises:
        StoreError: the file is there and cannot be read.
    """
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return {}, []
    except OSError as error:
        raise StoreError(f"{path}: cannot be read ({error.strerror}); make it readable for this user") from error
    known: dict[str, Withdrawn] = {}
    problems = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            _take(known, json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError):
            problems.append(
                f"{path}:{number}: no withdrawal can be read here; the others are applied. Put the line right from a "
                "copy of the file, or remove it and withdraw the article again"
            )
    return known, problems


def append_to_ledger(path: Path, withdrawn: Iterable[Withdrawn]) -> None:
    """Add lines to the file and have them on the disk before this returns.

    Raises:
        StoreError: it cannot be written.
    """
    lines = b"".join(json.dumps(_line(one), ensure_ascii=True).encode() + b"\n" for one in withdrawn)
    if not lines:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)  # no database may stand there
        is_new = not path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            size = os.fstat(descriptor).st_size
            if size and os.pread(descriptor, 1, size - 1) != b"\n":  # cut off by a full disk: that line only is lost
                lines = b"\n" + lines
            _write_all(descriptor, lines)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            flush(path.parent)
    except OSError as error:
        raise StoreError(
            f"{path}: cannot be written ({error.strerror}); what was withdrawn is so in the database and is written "
            "there at the next start; until then keep no other copy of the database in use"
        ) from error


def _take(known: dict[str, Withdrawn], line: dict[str, Any]) -> None:
    """Take over what a line says, unless something later is known of its article."""
    public_id, at = str(line["id"]), _instant(line["at"])
    before = known.get(public_id)
    if line["action"] == "withdraw":
        one = Withdrawn(
            public_id,
            at,
            str(line["by"]),
            str(line["reason"]),
            tuple(map(str, line["also"])),
            tuple((str(source), str(guid)) for source, guid in line["copies"]),
            _hashes(line["addresses"]),
            _hashes(line["titles"]),
            tuple(map(_hashes, line["shingles"])),
        )
        if before is None or at >= before.changed_at:
            known[public_id] = one
    elif line["action"] == "undo":
        if before and at >= before.at:
            known[public_id] = replace(
                before, lifted_at=at, lifted_by=str(line["by"]), lifted_why=str(line["reason"]), addresses=frozenset(),
                titles=frozenset(), texts=(),
            )  # fmt: skip
    else:
        raise ValueError(line["action"])


def _line(one: Withdrawn) -> dict[str, Any]:
    if one.lifted_at:
        return {
            "action": "undo", "id": one.public_id, "at": one.lifted_at.isoformat(), "by": one.lifted_by,
            "reason": one.lifted_why,
        }  # fmt: skip
    return {
        "action": "withdraw",
        "id": one.public_id,
        "at": one.at.isoformat(),
        "by": one.by,
        "reason": one.reason,
        "also": list(one.also),
        "copies": [list(copy) for copy in one.copies],
        "addresses": _hex(one.addresses),
        "titles": _hex(one.titles),
        "shingles": [_hex(text) for text in one.texts],
    }


def _hex(hashes: Iterable[int]) -> list[str]:
    """Write signed hashes as other programs can read them: many take long numbers for approximate ones."""
    return sorted(f"{one & _MASK:016x}" for one in hashes)


def _hashes(written: Sequence[str]) -> frozenset[int]:
    values = [int(one, 16) for one in written]
    return frozenset(value - (1 << 64) if value >> 63 else value for value in values)


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(text)
    return instant


def _write_all(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]
