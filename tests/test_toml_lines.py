"""Where keys stand in a TOML text, and what is said of a text that is none."""

import tomllib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aggregator.toml_lines import Path, Place, TomlError, locate_keys, nearest_place, read_toml

DOCUMENT = '''\
# a comment with "quotes and a [bracket
schema = 1

[site]
title = "Valley Wire"   # more = "x"
  base_url='https://wire.example/'
note = "a \\"quoted\\" word"
empty = ""
"quoted key" = "x"
site.deep.key = "y"

[[source]]
id = "faro"
aliases = [
  "Faro",  # a comment with a ]
  """
Faro # no comment
""", 'El "Faro"',
]
rights = { mode = "full", words = 60 }
[source.fetch]
timeout = "5s"

[ [ "source" ] ]  # never valid
'''.replace('[ [ "source" ] ]  # never valid', "[[ source ]] # the second")
DOCUMENT += """\
[source.fetch.headers]
X = 'y'
id = '''
[source]
id = "none"
'''
last = 2"""

# path, line, column of the text
PLACES: list[tuple[Path, int, int]] = [
    (("schema",), 2, 0),
    (("site",), 4, 0),
    (("site", "title"), 5, 10),
    (("site", "base_url"), 6, 13),
    (("site", "note"), 7, 0),
    (("site", "empty"), 8, 10),
    (("site", "quoted key"), 9, 17),
    (("site", "site"), 10, 18),
    (("site", "site", "deep", "key"), 10, 18),
    (("source",), 12, 0),
    (("source", 0), 12, 0),
    (("source", 0, "id"), 13, 7),
    (("source", 0, "aliases"), 14, 0),
    (("source", 0, "aliases", 2), 14, 0),
    (("source", 0, "rights"), 20, 0),
    (("source", 0, "rights", "words"), 20, 0),
    (("source", 0, "fetch"), 21, 0),
    (("source", 0, "fetch", "timeout"), 22, 12),
    (("source", 1), 24, 0),
    (("source", 1, "fetch"), 25, 0),
    (("source", 1, "fetch", "headers", "X"), 26, 6),
    (("source", 1, "fetch", "headers", "id"), 27, 0),
    (("source", 1, "fetch", "headers", "last"), 31, 0),
]


def test_the_document_is_toml() -> None:
    assert read_toml(DOCUMENT) == tomllib.loads(DOCUMENT)


@pytest.mark.parametrize(("path", "line", "column"), PLACES, ids=[".".join(map(str, path)) for path, *_ in PLACES])
def test_a_key_is_found(path: Path, line: int, column: int) -> None:
    assert locate_keys(DOCUMENT)[path] == Place(line, column)


def test_the_column_is_that_of_the_first_character_within_the_quotes() -> None:
    lines = DOCUMENT.splitlines()
    for place in locate_keys(DOCUMENT).values():
        if place.text_column:
            assert lines[place.line - 1][place.text_column - 2] in "\"'"


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("source", 1, "fetch", "timeout"), 25),
        (("source", 0, "rights", "mood"), 20),
        (("source", 7, "id"), 12),
        (("topic",), 1),
        ((), 1),
    ],
)
def test_what_is_not_there_is_near_the_longest_known_part_of_its_path(path: Path, line: int) -> None:
    assert nearest_place(locate_keys(DOCUMENT), path) == Place(line)


def test_lines_may_end_in_crlf() -> None:
    assert locate_keys(DOCUMENT.replace("\n", "\r\n")) == locate_keys(DOCUMENT)


# name, text, line, column, beginning of the message
BROKEN = [
    ("a quote that is not closed", 'a = "b\nc = 1\n', 1, 7, "the text in quotes has no end"),
    ("a quote not closed at the end", 'a = 1\nb = "c', 2, 0, "the text in quotes has no end"),
    ("long quotes not closed", 'a = 1\nb = """\nc\nd\n', 2, 0, "the text in quotes has no end"),
    ("long single quotes not closed", "a = 1\nb = '''\nc\nd\n", 2, 0, "the text in quotes has no end"),
    ("single quotes not closed at the end", "a = 1\nb = 'c", 2, 0, "the text in quotes has no end"),
    ("a quote not closed in a list", 'a = [\n1,\n"b', 3, 0, "the text in quotes has no end"),
    ("a list not closed", "a = 1\nb = [1,\n2\n\n", 2, 0, "a list is not closed"),
    ("a list not closed after a comma", "a = 1\nb = [1,\n2,\n\n", 2, 0, "a list is not closed"),
    ("a table in braces not closed", "a = {b = 1", 1, 0, "a table in braces lacks"),
    ("a key twice", "a = 1\na = 2\n", 2, 6, "this name is there for the second time"),
    ("a header twice", "[a]\n[a]\n", 2, 3, "this header is there for the second time"),
    ("a table that is a text", 'a = "b"\n[a]\n', 2, 3, "this name is there for the second time"),
    ("a table that is a list", "a = []\n[[a]]\n", 2, 4, "this adds to what is complete already"),
    ("a dotted key into a table", "[a.b]\nc = 1\n[a]\nb.d = 1\n", 4, 8, "this adds to what is complete already"),
    ("a key twice in braces", "a = {b = 1, b = 2}\n", 1, 18, "this key is there for the second time"),
    ("an escape that is none", 'a = "\\x"\n', 1, 8, "a backslash stands in double quotes"),
    ("an escape of half a character", 'a = "\\ud800"\n', 1, 12, "a backslash stands in double quotes"),
    ("an escape that breaks off", 'a = "\\u12"\n', 1, 8, "a backslash stands in double quotes"),
    ("an invisible character in a comment", "# \x00\n", 1, 3, "an invisible character stands here"),
    ("an invisible character in quotes", 'a = "\x07"\n', 1, 6, "an invisible character stands here"),
    ("no value", "a =\n", 1, 4, "no value can be read here"),
    ("no equals sign", "a\n", 1, 2, "no = stands after this key"),
    ("no key", "= 1\n", 1, 1, "neither key nor header begins here"),
    ("a header not closed", "[a\n", 1, 3, "a header is not closed"),
    ("a header of a list not closed", "[[a]\n", 1, 4, "a header is not closed"),
    ("an empty header", "[]\n", 1, 2, "a header is [name] or [[name]]"),
    ("a day that is none", "a = 2026-02-30\n", 1, 5, "this is no day of the calendar"),
    ("too much on a line", "a = 1 2\n", 1, 7, "the line should end here"),
    ("too many digits", f"a = 1\nb = {'1' * 5000}\n", 2, 0, "a number is too large"),
    ("a number that TOML does not promise", "a = 1\nb = [9223372036854775809]\n", 2, 0, "a number is too large"),
    ("too deep", f"a = 1\nb = {'[' * 25}{']' * 25}\n", 2, 0, "a number is too large, or too many"),
    ("far too deep", f"a = 1\nb = {'[' * 9000}{']' * 9000}\n", 2, 0, "a number is too large, or too many"),
    ("too deep and wrong elsewhere", f"a =\nb = {'[' * 9000}{']' * 9000}\n", 1, 4, "no value can be read here"),
    ("too deep by headers", f"[{'a.' * 15}a]\n[[{'a.' * 15}{'b.' * 15}b]]\n", 2, 0, "a number is too large, or too many"),
    ("too deep by header and key", f"[{'a.' * 15}a]\nb = {'[' * 9}{']' * 9}\n", 1, 0, "a number is too large, or too"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "column", "message"), [pytest.param(*values, id=name) for name, *values in BROKEN]
)
def test_what_is_no_toml_is_said_in_plain_words(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(TomlError) as caught:
        read_toml(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert str(caught.value).startswith(message)
    assert "; " in str(caught.value)


@given(st.text("ab\"'[]{}=.,#\n\\ 1-") | st.text())
@example("#[")
@example("[a]#[\n")
@example('a="""b""""#[\nc=1')
@example("'''=1")
def test_any_text_is_read_or_refused_at_one_of_its_lines_and_every_key_is_found(text: str) -> None:
    try:
        data = read_toml(text)
    except TomlError as error:
        line = error.line
    else:
        line = 1
        assert set(locate_keys(text)) >= set(paths(data))
    assert 1 <= line <= text.count("\n") + 1


def paths(value: object, path: Path = ()) -> list[Path]:
    """List the paths of all keys and elements below a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [below for key, one in inner for below in ((*path, key), *paths(one, (*path, key)))]
