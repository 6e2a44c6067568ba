"""Reads TOML, says in plain words what is wrong with it, and knows where each key stands.

tomllib gives values without places. The text is cut into statements (a header or an assignment, however many lines it
takes), each is read alone by tomllib, and the paths it defines are noted. What the keys mean is for others.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

Path = tuple[str | int, ...]

_MAX_DEPTH = 20  # lists and tables inside each other; recursion ends at some hundreds
_MAX_NUMBER = 2**63  # what TOML promises; Python refuses to show numbers of thousands of digits

_TOKEN = re.compile(
    r"""(?P<skip>\#[^\n]*|\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5}|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*')"""
    r"""|(?P<open>[\[{])|(?P<close>[\]}])|(?P<newline>\n)""",
    re.DOTALL,
)
_PLAIN_STRING = re.compile(r"""[^=]*=\s*(?P<value>"(?!"")[^"\\\n]*"|'(?!'')[^'\n]*')\s*(?:\#.*)?""")
_PROBLEM = re.compile(
    r"(?P<reason>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL
)

_TWICE = "is there for the second time; keep one of the two"
_COMPLETE = "this adds to what is complete already; put all of it in one place"
_UNCLOSED = "the text in quotes has no end; add the closing quote"
_INVISIBLE = "an invisible character stands here; delete it"
_HEADER = "a header is [name] or [[name]] and nothing else on its line; a comment begins with #"
_BACKSLASH = "a backslash stands in double quotes; write two of them, or use single quotes"
# How tomllib's messages begin, and what they mean for people who do not know the words of TOML.
_PLAIN_WORDS = {
    "Cannot overwrite": f"this name {_TWICE}",
    "Cannot declare": f"this header {_TWICE}",
    "Cannot mutate": _COMPLETE,
    "Cannot redefine": _COMPLETE,
    "Duplicate inline": f"this key {_TWICE}",
    r"Illegal character '\n'": _UNCLOSED,
    r"Found invalid character '\n'": _UNCLOSED,
    "Unterminated": _UNCLOSED,
    "Expected \"'": _UNCLOSED,
    "Illegal character": _INVISIBLE,
    "Found invalid character": _INVISIBLE,
    "Unescaped": _BACKSLASH,
    "Invalid hex": _BACKSLASH,
    "Escaped character": _BACKSLASH,
    "Unclosed array": 'a list is not closed by ], or a comma is missing in it; write ["a", "b"]',
    "Unclosed inline": "a table in braces lacks its } on this line, or a comma; write { a = 1, b = 2 }",
    "Invalid initial": "a key is missing here; write letters, digits, - and _ only, and { } on one line",
    "Expected '=' after": 'no = stands after this key; write key = "text"',
    "Expected ']": "a header is not closed; write [name] or [[name]]",
    "Invalid date": 'this is no day of the calendar; write a date as "2026-11-22"',
    "Invalid value": 'no value can be read here; write texts in straight quotes, as in "text"',
    "Expected newline": "the line should end here; put the whole value in quotes, and one key on a line",
    "Invalid statement": 'neither key nor header begins here; write key = "text" or [[source]]',
}
# What stands there instead of what was expected, and what that means. The first that fits counts.
_SIGNS = (
    (r"<{7}|={7}|>{7}", "a mark of two versions that git could not join; keep one of them and delete the marks"),
    (r"\r(?!\n)", "the lines end as on very old machines; save the file with the line ends of Unix or Windows"),
    (r"[,;]\s*(?:\#.*)?$", "a line ends without a comma or semicolon; delete it"),
    (r";|//|--|/\*", "a comment begins with #; put one before it"),
    (r"(?:True|False|TRUE|FALSE)\b", "true and false are written in small letters"),
    (r"(?:null|None|nil)\b", "there is no word for nothing; leave the key out"),
    (r"[^\S \t\r\n]|[\x00-\x08\x0b-\x1f\u200b-\u200f\u2060\ufeff]", _INVISIBLE),
)
# What tomllib says of a text in quotes that the end of the document cut short, and the quote that opened it.
_QUOTES = {"Unterminated string": '"', 'Expected "\'"': "'", "Expected \"'''\"": "'"}


class TomlError(ValueError):
    """The text cannot be read; `str()` says what is wrong and what to do.

    Attributes:
        line: counted from 1.
        column: counted from 1; 0 when only the line is known.
    """

    def __init__(self, message: str, line: int, column: int = 0) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


@dataclass(frozen=True)
class Block:
    """The lines of one `[[name]]` with the tables below it; they count from 1, the last included.

    Attributes:
        last_own: where its own keys end, before the tables below it.
    """

    first: int
    last_own: int
    last: int


@dataclass(frozen=True)
class Place:
    """A statement's first line, and the column of its value where that is a plain string on that line (else 0).

    Lines and columns count from 1; the column is that of the first character inside the quotes.
    """

    line: int
    text_column: int = 0


class _Statement(NamedTuple):
    line: int
    column: int
    text: str


def read_toml(text: str) -> dict[str, Any]:
    """Read a document.

    Raises:
        TomlError: it is not TOML, or holds a number or a nesting that nobody can mean.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _in_plain_words(str(error), text) from None
    except (ValueError, RecursionError):  # thousands of digits or of brackets
        data = None
    if data is None or not _is_bearable(data):
        line = next((statement.line for statement in _statements(text) if not _is_readable(statement.text)), 1)
        raise TomlError("a number is too large, or too many lists and tables stand in each other; shorten it", line)
    return data


def find_errors(text: str) -> list[TomlError]:
    """List what is wrong with a document that `read_toml` refused: the first error, and all others that are certain.

    A quote or bracket without end leaves it open where the next line begins, so then only the first is.
    """
    try:
        read_toml(text)
    except TomlError as error:
        first = error
    others = []
    is_cut = False  # what stands here may be the end of a text without a closing quote
    for line, column, statement in _statements(text):
        try:
            tomllib.loads(statement)
            is_cut = False
        except tomllib.TOMLDecodeError as error:
            if "\n" in statement or '""' in statement or "''" in statement:
                return [first]
            found = _in_plain_words(str(error), statement)
            if not is_cut:
                others.append(TomlError(str(found), line, found.column and found.column + column - 1))
            is_cut = is_cut or str(found) == _UNCLOSED
        except (ValueError, RecursionError):
            return [first]
    return [first, *(error for error in others if error.line > first.line)]


def locate_keys(text: str) -> dict[Path, Place]:
    """Map every path of a document that `read_toml` could read to its place.

    The path `("source", 0, "rights", "mode")` leads to `Place(14, 9)`.
    """
    places: dict[Path, Place] = {}
    counts: dict[Path, int] = {}  # elements so far of each array of tables
    table: Path = ()
    for line, column, statement in _statements(text):
        place = Place(line)
        if statement.startswith("["):
            table = _enter(statement, counts)
            for length in range(1, len(table) + 1):
                places.setdefault(table[:length], place)
        else:
            if plain := _PLAIN_STRING.fullmatch(statement):
                place = Place(line, column + plain.start("value") + 1)
            for path in _paths(tomllib.loads(statement)):
                places.setdefault(table + path, place)
    return places


def locate_blocks(text: str, name: str) -> list[Block]:
    """List the lines of each `[[name]]` of a document that `read_toml` could read, in order."""
    blocks: list[Block] = []
    is_inside = is_own = False
    for line, _, statement in _statements(text):
        last = line + statement.count("\n")
        if statement.startswith("["):
            opens = next(iter(tomllib.loads(statement)))
            is_own = statement.startswith("[[") and _enter(statement, {}) == (opens, 0)
            is_inside = opens == name
            if is_inside and is_own:
                blocks.append(Block(line, last, last))
                continue
        if is_inside and blocks:
            block = blocks[-1]
            blocks[-1] = Block(block.first, last if is_own else block.last_own, last)
    return blocks


def locate_statement(text: str, line: int) -> tuple[int, int]:
    """Return the first and the last line of the statement that begins on a line."""
    return next((one.line, one.line + one.text.count("\n")) for one in _statements(text) if one.line == line)


def nearest_place(places: dict[Path, Place], path: Path) -> Place:
    """Find the place of a path, else of the longest known part of it; line 1 when nothing is known."""
    while path and path not in places:
        path = path[:-1]
    return places.get(path, Place(1))


def _in_plain_words(message: str, text: str) -> TomlError:
    problem = _PROBLEM.fullmatch(message)
    reason = problem["reason"] if problem else message
    if problem and problem["line"]:
        line, column = int(problem["line"]), int(problem["column"])
        return TomlError(_words_for(reason, text, line, column), line, column)
    # The document ended too early for something: say where that began.
    *_, last = (_Statement(1, 1, ""), *_statements(text))
    line = last.line
    if quote := _QUOTES.get(reason):
        line = text.count("\n", 0, text.rfind(quote)) + 1
    elif "\n" in last.text:
        reason = "Unclosed array"
    return TomlError(_plain_words(reason), line)


def _words_for(reason: str, text: str, line: int, column: int) -> str:
    """Say what a message means for what stands at its place."""
    whole = text.split("\n")[line - 1]
    if reason.startswith(("Cannot overwrite", "Cannot mutate")) and (list_of := re.match(r"\[\[([^].]+)\]\]", whole)):
        name = re.escape(list_of[1])
        for number, earlier in enumerate(text.split("\n")[: line - 1], start=1):
            if re.match(rf"\s*\[\s*{name}\s*[.\]]", earlier):
                return f"line {number} opens it with one bracket; write {list_of[0]} each time, and what is in it below"
    if reason.startswith(("Invalid statement", "Expected newline", "Invalid value", "Expected '='", "Invalid initial")):
        for sign, meaning in _SIGNS:
            if re.match(sign, whole[column - 1 :]):
                return meaning
        if re.match(r"\s*\[", whole):
            return _HEADER
        if re.match(r"[^=]*=\s*[+-]?0[0-9]", whole) and reason.startswith("Expected newline"):
            return "a number cannot begin with 0; write it without"
    return _plain_words(reason)


def _plain_words(reason: str) -> str:
    return next((words for start, words in _PLAIN_WORDS.items() if reason.startswith(start)), reason)


def _is_readable(statement: str) -> bool:
    try:
        return _is_bearable(tomllib.loads(statement))
    except (ValueError, RecursionError):
        return False


def _is_bearable(data: object) -> bool:
    level = [data]
    for _ in range(_MAX_DEPTH):
        if any(isinstance(value, int) and abs(value) > _MAX_NUMBER for value in level):
            return False
        level = [inner for value in level for inner in _inside(value)]
    return not level


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _statements(text: str) -> Iterator[_Statement]:
    start = depth = 0
    line = 1
    for token in _TOKEN.finditer(text):
        if token["open"]:
            depth += 1
        elif token["close"]:
            depth -= 1
        elif token["newline"] and depth <= 0:
            yield from _without_comments(text[start : token.start()], line)
            line += text.count("\n", start, token.end())
            start, depth = token.end(), 0
    yield from _without_comments(text[start:], line)


def _without_comments(piece: str, line: int) -> Iterator[_Statement]:
    stripped = piece.lstrip()
    if stripped and not stripped.startswith("#"):
        yield _Statement(line, len(piece) - len(stripped) + 1, stripped.rstrip())


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
