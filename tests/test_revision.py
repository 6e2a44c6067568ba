"""Which changes of a text readers ought to know of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.revision import is_material

TITLE = "Cooperative votes on the new well"
TEXT = (
    "The cooperative met on Sunday to vote on the new well. Nearly all of its 240 members came.\n\n"
    "“We have waited since 2019.” said Ana Quispe, and the valley's council agreed."
)


def edited(*changes: tuple[str, str]) -> str:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


# name, title, text, material
CHANGES = [
    ("nothing", TITLE, TEXT, False),
    ("case of the headline", TITLE.upper(), TEXT, False),
    ("punctuation of the headline", f"«{TITLE}»!", TEXT, False),
    ("a word of the headline", TITLE.replace("new", "old"), TEXT, True),
    ("a figure in the headline", f"{TITLE}: 240 came", TEXT, True),
    ("quotation marks", TITLE, edited(("“", '"'), ("”", '"'), ("'", "’")), False),
    ("spaces and paragraphs", TITLE, edited(("\n\n", " "), (" to vote", "\n to  vote")), False),
    ("letters written another way", TITLE, edited(("Ana", "Ána")).replace("Á", "A"), False),
    ("a typing error", TITLE, edited(("Nearly", "Nealry")), False),
    ("a name", TITLE, edited(("Quispe", "Quisbert")), False),
    ("a few words", TITLE, edited(("on Sunday ", "on Sunday afternoon ")), False),
    ("a figure", TITLE, edited(("240", "24")), True),
    ("a year", TITLE, edited(("2019", "2009")), True),
    ("a figure more", TITLE, edited(("members", "members from 3 villages")), True),
    ("only the sign after a figure", TITLE, edited(("2019.", "2019,"), ("Nearly", "Almost")), False),
    ("a sentence more", TITLE, f"{TEXT} The well is to be dug by the members themselves before the rains come next summer.", True),
    ("a sentence less", TITLE, edited(("Nearly all of its 240 members came.", "")), True),
    ("the whole text", TITLE, "", True),
    ("a correction", TITLE, f"{TEXT}\n\nCorrection: Ana is spelt so.", True),
    ("a correction in Spanish", TITLE, f"Corrección: Ana, no Eva.\n\n{TEXT}", True),
    ("a correction in Portuguese", TITLE, f"{TEXT}\n\nERRATA: Ana.", True),
    ("a correction in French", TITLE, f"{TEXT}\n\nRectificatif : Ana.", True),
    ("the word correction within a sentence", TITLE, edited(("agreed", "agreed to a correction")), False),
    ("a word that begins like a correction", TITLE, f"{TEXT}\n\nCorrectional.", False),
]  # fmt: skip


@pytest.mark.parametrize(("title", "text", "material"), [pytest.param(*values, id=name) for name, *values in CHANGES])
def test_a_change_is_material_or_not(title: str, text: str, material: bool) -> None:
    assert is_material(TITLE, TEXT, title, text) is material


def test_a_correction_that_stood_there_before_is_none() -> None:
    corrected = f"{TEXT}\n\nCorrection: Ana is spelt so."
    assert not is_material(TITLE, corrected, TITLE, corrected.replace("so.", "thus."))
    assert is_material(TITLE, corrected, TITLE, f"{corrected}\n\nCorrection: it was Sunday.")


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert not is_material("Perú", "Acción", "Peru\u0301", "Accio\u0301n")


@given(st.text(), st.text())
def test_a_text_is_no_change_of_itself(title: str, text: str) -> None:
    assert not is_material(title, text, title, text)


@given(st.text(), st.text(), st.text(), st.text())
def test_any_texts_are_compared(old_title: str, old_text: str, new_title: str, new_text: str) -> None:
    is_material(old_title, old_text, new_title, new_text)
