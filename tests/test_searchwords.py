"""What people type into a search box is never wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.expressions.searchwords import MOST_CHARACTERS, MOST_TERMS, SearchWords, Term, read_search


@pytest.mark.parametrize(
    ("typed", "wanted", "unwanted"),
    [
        ("water council", ["water", "council"], []),
        ('"water council" -mine', ["water council"], ["mine"]),
        ("“water council”", ["water council"], []),
        ("«agua limpia» coop*", ["agua limpia", "coop…"], []),
        ('"water coun"*', ["water coun…"], []),
        ('-"black market" price', ["price"], ["black market"]),
        ('"never closed', ["never closed"], []),
        ("don't well-known", ["don't", "well-known"], []),
        ("water WATER water", ["water", "WATER"], []),
        ("water OR (council NEAR/3 title:x)", ["water", "OR", "(council", "NEAR/3", "title:x)"], []),
        ('- -- * "" " !!! ^ +', [], []),
        ("a* ab*", ["a", "ab…"], []),
        ("one\0two\ud800three\ue000four", ["one two three four"], []),
        ("", [], []),
    ],
)
def test_what_is_typed_becomes_words_to_find(typed: str, wanted: list[str], unwanted: list[str]) -> None:
    read = read_search(typed)
    assert [term.text + "…" * term.is_beginning for term in read.wanted] == wanted
    assert [term.text for term in read.unwanted] == unwanted


def test_too_much_is_left_out() -> None:
    assert read_search("x" * 10_000) == SearchWords((Term("x" * MOST_CHARACTERS),))
    many = read_search(" ".join(f"w{n} -u{n}" for n in range(40)))
    assert len(many.wanted) + len(many.unwanted) == MOST_TERMS


@given(st.text())
def test_no_text_is_an_error(typed: str) -> None:
    read = read_search(typed)
    assert all(any(map(str.isalnum, term.text)) for term in (*read.wanted, *read.unwanted))
