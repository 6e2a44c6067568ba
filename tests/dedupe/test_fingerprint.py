"""What two texts are compared by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.dedupe.fingerprint import fold_words, hash_text

TEXT = " ".join(f"word{number}" for number in range(25))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" \n—!", []),
        ("The well, the NEW well!", ["the", "well", "the", "new", "well"]),
        ("Acción y «Perú»", ["accion", "y", "peru"]),
        ("Accio\u0301n", ["accion"]),
        ("Straße ﬁn", ["strasse", "fin"]),
        ("24/7 co-op", ["24", "7", "co", "op"]),
        ("El Niño’s", ["el", "nino", "s"]),
    ],
)
def test_words_are_folded(text: str, words: list[str]) -> None:
    assert fold_words(text) == words


def test_typography_does_not_change_the_hash() -> None:
    assert hash_text(TEXT) == hash_text(f"«{TEXT.upper()}»\n\n—!") != ""


def test_a_word_changes_the_hash() -> None:
    assert hash_text(TEXT) != hash_text(TEXT.replace("word3", "word4"))


def test_the_order_of_words_changes_the_hash() -> None:
    assert hash_text(TEXT) != hash_text(" ".join(reversed(TEXT.split())))


def test_a_text_of_under_25_words_has_no_hash() -> None:
    assert hash_text(TEXT.rpartition(" ")[0]) == ""
    assert len(hash_text(TEXT)) == 64


@given(st.text())
def test_folded_words_are_folded(text: str) -> None:
    words = fold_words(text)
    assert fold_words(" ".join(words)) == words
