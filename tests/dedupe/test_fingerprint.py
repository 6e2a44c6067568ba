"""What two texts are compared by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.dedupe.fingerprint import fold_words, hash_text, index_hashes

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


# --- shingles in the index -------------------------------------------------------------------------------------------

ARTICLE = " ".join(f"palabra{number * 7919 % 1000}" for number in range(600))


def test_hashes_are_a_promise() -> None:
    # They are stored: other ones find nothing of what was indexed before.
    assert index_hashes(TEXT + " and five words more here") == (
        -7714001769112789115,
        -2937433523314389626,
        2121240317109531445,
        2272341773544163960,
        2366942639294818698,
        2582408744765518378,
        3450838908754303742,
        7083258321913215140,
        8496967469819936996,
        8963494684663329495,
    )


def test_about_one_shingle_in_eight_is_indexed() -> None:
    hashes = index_hashes(ARTICLE)
    assert 50 < len(hashes) < 110
    assert len(set(hashes)) == len(hashes)
    assert all(-(1 << 63) <= one < 1 << 63 for one in hashes)


def test_an_excerpt_has_the_hashes_of_its_passage() -> None:
    words = ARTICLE.split()
    opening, later = " ".join(words[:55]), " ".join(words[200:300])
    whole = set(index_hashes(ARTICLE))
    assert set(index_hashes(opening)) <= whole
    assert 2 * len(whole.intersection(index_hashes(later))) >= 0.6 * len(index_hashes(later))


def test_every_opening_of_55_words_is_found_in_its_whole() -> None:
    for seed in range(300):
        words = [f"{word}{seed}" for word in ARTICLE.split()[:400]]
        assert not set(index_hashes(" ".join(words))).isdisjoint(index_hashes(" ".join(words[:55]))), seed


def test_typography_does_not_change_the_hashes() -> None:
    assert index_hashes(ARTICLE.upper().replace(" ", " — ")) == index_hashes(ARTICLE)


def test_a_text_of_under_25_shingles_is_not_indexed() -> None:
    assert index_hashes(" ".join(ARTICLE.split()[:28])) == ()
    assert len(index_hashes(" ".join(ARTICLE.split()[:29]))) >= 3


def test_a_very_long_text_takes_little_more_room_and_is_found_by_its_opening() -> None:
    long = [f"w{number}" for number in range(20_000)]
    hashes = index_hashes(" ".join(long))
    assert len(hashes) == 80
    assert set(index_hashes(" ".join(long[:250]))) <= set(hashes)


@given(st.text())
def test_any_text_has_hashes_or_none(text: str) -> None:
    assert index_hashes(text) == tuple(sorted(index_hashes(text)))
