"""Where each key of a TOML text stands, so that an error can name its line.

tomllib gives values without places. The text is cut into statements (a header or an assignment, however many lines it
takes), each is read alone by tomllib, and the paths it defines are noted. The text as a whole has been read before, so
every statement is valid.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

Path = tuple[str | int, ...]

_TOKEN = re.compile(
    r"""(?P<skip>\#[^\n]*|\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5}|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*')"""
    r"""|(?P<open>[\[{])|(?P<close>[\]}])|(?P<newline>\n)""",
    re.DOTALL,
)
_PLAIN_STRING = re.compile(r"""[^=]*=\s*(?P<value>"(?!"")[^"\\\n]*"|'(?!'')[^'\n]*')\s*(?:\#.*)?""")


@dataclass(frozen=True)
class Place:
    """A statement's first line, and the column of its value where that is a plain string on that line (else 0).

    Lines and columns count from 1; the column is that of the first character inside the quotes.
    """

    line: int
    text_column: int = 0


def locate_keys(text: str) -> dict[Path, Place]:
    """Map every path of the document to its place: `("source", 0, "rights", "mode")` to `Place(14, 9)`."""
    places: dict[Path, Place] = {}
    counts: dict[Path, int] = {}  # elements so far of each array of tables
    table: Path = ()
    for offset, statement in _statements(text):
        place = Place(text.count("\n", 0, offset) + 1)
        if statement.startswith("["):
            table = _enter(statement, counts)
            for length in range(1, len(table) + 1):
                places.setdefault(table[:length], place)
        else:
            if plain := _PLAIN_STRING.fullmatch(statement):
                line_start = text.rfind("\n", 0, offset) + 1
                place = Place(place.line, offset - line_start + plain.start("value") + 2)
            for path in _paths(tomllib.loads(statement)):
                places.setdefault(table + path, place)
    return places


def nearest_place(places: dict[Path, Place], path: Path) -> Place:
    """Find the place of a path, else of the longest known part of it; line 1 when nothing is known."""
    while path and path not in places:
        path = path[:-1]
    return places.get(path, Place(1))


def _statements(text: str) -> Iterator[tuple[int, str]]:
    start = depth = 0
    for token in _TOKEN.finditer(text):
        if token["open"]:
            depth += 1
        elif token["close"]:
            depth -= 1
        elif token["newline"] and depth == 0:
            yield from _without_comments(start, text[start : token.start()])
            start = token.end()
    yield from _without_comments(start, text[start:])


def _without_comments(offset: int, statement: str) -> Iterator[tuple[int, str]]:
    stripped = statement.lstrip()
    if stripped and not stripped.startswith("#"):
        yield offset + len(statement) - len(stripped), stripped.rstrip()


def _enter(header: str, counts: dict[Path, int]) -> Path:
    """Return the path of the table that a header opens, with the index of the current element of each array."""
    keys: list[str] = []
    node = tomllib.loads(header)
    while node:
        (key, value), *_ = node.items()
        keys.append(key)
        node = value[0] if isinstance(value, list) else value
    path: Path = ()
    for position, key in enumerate(keys, start=1):
        path += (key,)
        if position == len(keys) and header.startswith("[["):
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path += (counts[path],)
    return path


def _paths(value: object, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _paths(inner, (*path, index))
