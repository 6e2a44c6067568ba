"""Writes files atomically: a reader sees the old file or the new one, never half of one."""

import os
import tempfile
from pathlib import Path

from aggregator.errors import PublishError

_UNFINISHED = ".unfinished-"


def publish_file(path: Path, content: bytes) -> bool:
    """Replace a file when its bytes differ.

    Returns:
        Whether it was written.
    Raises:
        PublishError: the folder cannot be written or the disk is full; the old file is still in place.
    """
    try:
        if holds(path, content):
            return False
        for folder in reversed([one for one in path.parents if not one.exists()]):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)  # whatever the umask: a web server of another user reads what is in it
        _replace(path, content)
    except OSError as error:
        raise PublishError(f"{path}: cannot be written ({error.strerror}); the old file is still in place") from error
    return True


def holds(path: Path, content: bytes) -> bool:
    """Tell whether a file is there and has these bytes. Raises OSError where that cannot be known."""
    try:
        return path.read_bytes() == content
    except FileNotFoundError:
        return False


def remove_file(path: Path) -> None:
    """Remove a published file, and its folder if that is empty then. Raises PublishError where that cannot be done."""
    try:
        path.unlink(missing_ok=True)
        if path.name == "index.html" and path.parent.is_dir() and not any(path.parent.iterdir()):
            path.parent.rmdir()
    except OSError as error:
        raise PublishError(f"{path}: cannot be removed ({error.strerror}); remove it by hand") from error


def sweep_unfinished(folder: Path) -> None:
    """Remove what a killed process left half written. Raises PublishError where that cannot be done."""
    for leftover in folder.rglob(f"{_UNFINISHED}*"):
        try:
            leftover.unlink(missing_ok=True)
        except OSError as error:
            raise PublishError(f"{leftover}: cannot be removed ({error.strerror}); remove it by hand") from error


def _replace(path: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(descriptor, 0o644)  # a web server of another user reads it
            os.fsync(descriptor)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
