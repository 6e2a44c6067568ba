"""Changes to the text of sources.toml: a block more, a block less, one key. Every other byte stays as it is.

Where blocks and keys stand is `toml_lines`'; tomlkit, whose home this is, writes values. A file that is written in a
way that these edits do not know is refused, never spoiled: what comes out is read again and compared with what was
meant.
"""

import errno
import os
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import tomlkit

from aggregator.errors import ConfigError
from aggregator.models import Config
from aggregator.publish import replacing
from aggregator.sources import MAX_FILE_BYTES, Checked, check_sources
from aggregator.toml_lines import Block, locate_blocks, locate_keys, locate_statement

Edit = Callable[[str], str]
_HEADING = re.compile(r"[-=#*]{3}")  # a comment that is about all that follows, not about the next block


def edit_file(path: Path, edit: Edit) -> tuple[str, ...]:
    """Change a sources file, if it is right before and afterwards. Written whole or not at all.

    Returns:
        What `check` warns of now and did not before.
    Raises:
        ConfigError: the file cannot be read or written, has mistakes, would have some afterwards, or is written in a
            way that the edit does not know. It is as it was.
    """
    text = _read_file(path)
    before = {_without_lines(warning) for warning in check_sources(_plain(text), str(path)).warnings}
    changed, checked = _changed(path, text, edit)
    if not os.access(path, os.W_OK):  # a file may be replaced that may not be written
        raise ConfigError(f"{path}: cannot be written ({os.strerror(errno.EACCES)})")
    try:
        _replace(path.resolve(), changed.encode("utf-8"))  # a link stays a link
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({error.strerror})") from None
    return tuple(warning for warning in checked.warnings if _without_lines(warning) not in before)


def preview_edit(path: Path, edit: Edit) -> Config:
    """Return what a sources file would say after an edit. Raises as `edit_file` does."""
    return _changed(path, _read_file(path), edit)[1].config


def add_blocks(text: str, kind: str, blocks: Sequence[Mapping[str, Any]]) -> str:
    """Add blocks `[[kind]]` after those there are, else at the end; in the order given."""
    wanted = _read(text)
    if not blocks:
        return text
    wanted.setdefault(kind, []).extend(deepcopy([dict(block) for block in blocks]))
    written = "\n".join(write_block(kind, block) for block in blocks)
    known = locate_blocks(_plain(text), kind)
    lines = _lines(text)
    if known:
        after = _end_of_remarks(lines, known[-1].last)
        addition = ["\n", *_lines(written)]
    else:
        after = len(lines)
        addition = ["\n"] * bool(lines and lines[-1].strip()) + _lines(written)
    return _verified(text, _join(lines, after, after, addition), wanted)


def remove_block(text: str, kind: str, index: int) -> str:
    """Take out a block, the tables below it and the comment right above it."""
    wanted = _read(text)
    del wanted[kind][index]
    if not wanted[kind]:
        del wanted[kind]
    block = _block(text, kind, index)
    lines = _lines(text)
    first, last = block.first - 1, block.last
    while first and lines[first - 1].lstrip().startswith("#") and not _HEADING.search(lines[first - 1]):
        first -= 1
    if last < len(lines) and not lines[last].strip() and (first == 0 or not lines[first - 1].strip()):
        last += 1  # one of the blank lines before and after it
    return _verified(text, _join(lines, first, last, []), wanted)


def set_key(text: str, kind: str, index: int, key: str, value: str | bool) -> str:
    """Give a block's own key a value, in its place with its comment, or below the block's other keys."""
    wanted = _read(text)
    wanted[kind][index][key] = value
    block = _block(text, kind, index)
    lines = _lines(text)
    place = locate_keys(_plain(text)).get((kind, index, key))
    if place is None:
        return _verified(text, _join(lines, block.last_own, block.last_own, _lines(_write({key: value}))), wanted)
    first, last = locate_statement(_plain(text), place.line)
    statement = tomlkit.parse("".join(lines[first - 1 : last]))
    statement[key] = value
    return _verified(text, _join(lines, first - 1, last, _lines(tomlkit.dumps(statement))), wanted)


def write_block(kind: str, values: Mapping[str, Any]) -> str:
    """Write one block as an editor would."""
    return _write({kind: [values]})


def write_table(name: str, values: Mapping[str, Any]) -> str:
    """Write a table below a block: `[source.extract]` and its keys."""
    return f"[{name}]\n{_write(values)}"


def _write(values: Mapping[str, Any]) -> str:
    written = tomlkit.dumps(values)
    return "".join(f"{line}\n" for line in written.split("\n") if line)


def _read_file(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be changed ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: cannot be changed: it is not UTF-8") from None


def _changed(path: Path, text: str, edit: Edit) -> tuple[str, Checked]:
    changed = edit(text)
    if len(changed.encode()) > MAX_FILE_BYTES:
        raise ConfigError(f"{path} is not changed: it would be larger than {MAX_FILE_BYTES // 10**6} MB")
    try:
        return changed, check_sources(_plain(changed), str(path))
    except ConfigError as error:  # of lines that nobody can look up
        problems = (_unplaced(problem).partition(": ")[2] for problem in error.problems)
        raise ConfigError(*(f"{path} is not changed: {problem}" for problem in problems)) from None


def _unplaced(problem: str) -> str:
    """Return a problem without its line, of a text that nobody has."""
    return re.sub(r":\d+(:\d+)?: ", ": ", problem, count=1)


def _without_lines(warning: str) -> str:
    """Return a warning without the lines that it names, which edits above them change."""
    return re.sub(r"\bline \d+", "line", _unplaced(warning))


def _read(text: str) -> dict[str, Any]:
    return tomllib.loads(_plain(text))


def _plain(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def _lines(text: str) -> list[str]:
    *whole, rest = text.split("\n")
    return [f"{line}\n" for line in whole] + [rest] * bool(rest)


def _block(text: str, kind: str, index: int) -> Block:
    blocks = locate_blocks(_plain(text), kind)
    if index >= len(blocks):
        raise ConfigError(f"the file does not write each {kind} as [[{kind}]]; change it by hand")
    return blocks[index]


def _end_of_remarks(lines: Sequence[str], last: int) -> int:
    """Return where the comments end that follow a block without a blank line, unless another block follows them."""
    end = last
    while end < len(lines) and lines[end].lstrip().startswith("#"):
        end += 1
    return end if end == len(lines) or not lines[end].strip() else last


def _join(lines: Sequence[str], first: int, last: int, between: Sequence[str]) -> str:
    """Put lines in the place of others, with the line ends that the file has."""
    end = "\r\n" if any(line.endswith("\r\n") for line in lines) else "\n"
    before = list(lines[:first])
    if before and between and not before[-1].endswith("\n"):
        before[-1] += end
    new = [line.removesuffix("\n").removesuffix("\r") + end for line in between]
    return "".join((*before, *new, *lines[last:]))


def _verified(text: str, changed: str, wanted: Mapping[str, Any]) -> str:
    with suppress(tomllib.TOMLDecodeError):
        if _read(changed) == wanted:
            return changed
    raise ConfigError("the file is written in a way that this command does not know how to change; do it by hand")


def _replace(path: Path, content: bytes) -> None:
    """Put a file in the place of another, with its rights."""
    status = path.stat()
    with replacing(path, status.st_mode & 0o7777) as file:
        file.write(content)
        with suppress(OSError):  # only root may give files away, and need not where they are its own
            os.fchown(file.fileno(), status.st_uid, status.st_gid)
