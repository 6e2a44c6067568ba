"""What an editor is told about a wrong sources file.

The wrong files are in tests/data/sources, each with a name, its text and every line that is reported. `$SITE`,
`$SOURCE`, `$VOICES` and `$TOPIC` stand for the texts of these names; what follows `$SITE` begins on line 7.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from string import Template

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import ConfigError
from aggregator.sources import check_sources
from aggregator.sources_problems import _KEYS as KEYS
from tests.test_sources import BARE_SITE as SITE
from tests.test_sources import GOOD, SOURCE, TOPIC, VOICES

BLOCKS = {
    name: value.rstrip("\n")
    for name, value in {"SITE": SITE, "SOURCE": SOURCE, "VOICES": VOICES, "TOPIC": TOPIC}.items()
}
WRONG_FILES = sorted((Path(__file__).parent / "data/sources").glob("*.txt"))


@dataclass(frozen=True)
class Wrong:
    name: str
    text: str
    lines: list[str]


def read_wrong(path: Path) -> list[Wrong]:
    found = re.findall(r"^=== (.*)\n((?:.*\n)*?)---\n((?:.+\n)+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    return [
        Wrong(f"{path.stem}: {name}", Template(text).substitute(BLOCKS), lines.splitlines())
        for name, text, lines in found
    ]


NUMBER_OR_NESTING = (
    "not valid TOML: a number is too large, or too many lists and tables stand in each other; shorten it"
)
NO_TEXT_FILE_HOLDS_THESE = [
    Wrong("nothing", "", [
        "1: schema is missing; add schema = 1",
        "1: site is missing; add [site] with title, base_url, id_domain and id_date",
    ]),
    Wrong("a quote not closed on a last line without end", SITE + 'contact = "desk', [
        "7: not valid TOML: the text in quotes has no end; add the closing quote"
    ]),
    Wrong("a control character", SITE + 'contact = "a\x01"\n', [
        "7:13: not valid TOML: an invisible character stands here; delete it"
    ]),
    Wrong("a number of thousands of digits", SITE + SOURCE + f"priority = {'9' * 5000}\n", [f"11: {NUMBER_OR_NESTING}"]),
    Wrong("a number of hexadecimal digits", SITE + SOURCE + f"priority = 0x{'f' * 5000}\n", [f"11: {NUMBER_OR_NESTING}"]),
    Wrong("lists in each other", SITE + SOURCE + f"aliases = {'[' * 3000}{']' * 3000}\n", [f"11: {NUMBER_OR_NESTING}"]),
    Wrong("tables in each other", SITE + SOURCE + f"a{'.a' * 3000} = 1\n", [f"11: {NUMBER_OR_NESTING}"]),
]  # fmt: skip
WRONG = [wrong for path in WRONG_FILES for wrong in read_wrong(path)] + NO_TEXT_FILE_HOLDS_THESE


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        check_sources(text, "s.toml")
    return list(caught.value.problems)


def test_the_wrong_files_are_all_read() -> None:
    assert len(WRONG) == len(NO_TEXT_FILE_HOLDS_THESE) + sum(
        path.read_text(encoding="utf-8").count("=== ") for path in WRONG_FILES
    )
    assert len(WRONG) > 130


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.name)
def test_a_wrong_file_is_refused_with_place_and_cure(wrong: Wrong) -> None:
    assert problems(wrong.text) == [f"s.toml:{line}" for line in wrong.lines]


def test_the_error_is_all_of_its_lines() -> None:
    with pytest.raises(ConfigError) as caught:
        check_sources("")
    assert str(caught.value).splitlines() == list(caught.value.problems)


# --- any file -----------------------------------------------------------------------------------------------------------


JARGON = re.compile(r"Input|should be|pydantic|_type|Error|Cannot|cannot be used here|None|\('")


def assert_plain_lines(text: str) -> None:
    """Check a text: it is taken, or refused in lines that name a place within it and hold no word of the libraries."""
    lines: tuple[str, ...] = ()
    try:
        check_sources(text, "s.toml")
    except ConfigError as error:
        lines = error.problems
    for line in lines:
        place = re.fullmatch(r"s\.toml:(\d+)(?::\d+)?: (\S.*)", line)
        assert place, line
        assert 1 <= int(place[1]) <= text.count("\n") + 1, line
        assert len(line.splitlines()) == 1
        assert not JARGON.search(place[2]), line


EDITS = st.lists(
    st.tuples(
        st.integers(0, len(GOOD)),
        st.integers(0, 12),
        st.text("\"'[]{}=.,#\n\\ -_aé1\x00\u2028", max_size=4)
        | st.sampled_from(["true", "[[source]]\n", "id", '"""', "'''"]),
    ),
    max_size=4,
)


@given(EDITS)
def test_a_good_file_edited_at_random_is_taken_or_refused_in_plain_lines(edits: list[tuple[int, int, str]]) -> None:
    text = GOOD
    for position, length, inserted in edits:
        text = text[:position] + inserted + text[position + length :]
    assert_plain_lines(text)


@given(st.text())
def test_any_text_is_taken_or_refused_in_plain_lines(text: str) -> None:
    assert_plain_lines(text.encode("utf-8", "replace").decode())


VALUES = ['""', '"x"', "3", "-1", "1.5", "nan", "true", "[]", "[1]", '["x"]', "{}", "{a = 1}", "[{}]", "[[]]", "2026-11-22", "07:30:00", '"a\\u2028b"']  # fmt: skip


@pytest.mark.parametrize("table", KEYS)
def test_every_key_takes_or_refuses_every_kind_of_value_in_plain_lines(table: str) -> None:
    header = {"": "", "source": "[[source]]\n", "topic": "[[topic]]\n", "override": "[[override]]\n"}.get(
        table, f"[{table}]\n"
    )
    before = "[[source]]\n" if table.startswith("source.") else ""
    for key in (*KEYS[table], "unheard-of", '"literal["', '"a\\nb"'):
        for value in VALUES:
            assert_plain_lines(f"{before}{header}{key} = {value}\n")
