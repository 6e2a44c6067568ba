"""What titles say: parts, days, replies, live pages, round-ups."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.dedupe.titles import explain_conflict, is_later_part, is_series, read_title, series_hash, share_most


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Long Road, Part I", "The Long Road, Part II"),
        ("The Long Road (part one)", "The Long Road (Part Three)"),
        ("The long road (1/3)", "The long road (2/3)"),
        ("The long road, 1 of 3", "The long road, 3 of 3"),
        ("The Long Road II", "The Long Road III"),
        ("Second part: the mine", "Third part: the mine"),
        ("La mina, primera parte", "La mina, 2ª parte"),
        ("La mine (deuxième partie)", "La mine (troisième partie)"),
        ("A mina: parte 1", "A mina: parte 2"),
        ("Crónicas del sur, capítulo 4", "Crónicas del sur, capítulo 5"),
        ("Podcast del barrio: episodio 12", "Podcast del barrio: episodio 13"),
        ("Bulletin #12", "Bulletin #13"),
        ("Boletim nº 12", "Boletim nº 13"),
        ("La lettre de la mer n° 8", "La lettre de la mer n° 9"),
        ("Strike diary, week 47", "Strike diary, week 48"),
        ("Journal de grève, semaine 3", "Journal de grève, semaine 4"),
        ("Strike diary: day one", "Strike diary: day two"),
        ("Diario de huelga, día 1", "Diario de huelga, día 2"),
        ("Weekly news update 1", "Weekly news update 2"),
        ("Resumen del 5 de marzo", "Resumen del 6 de marzo"),
        ("News of March 5, 2026", "News of 6 March 2026"),
        ("Revue du 1er mai", "Revue du 2 mai"),
        ("Weather, 2026-03-05", "Weather, 2026-03-06"),
        ("Weather 05/03/2026", "Weather 06/03/2026"),
        ("Notes from March 2026", "Notes from April 2026"),
        ("Notes from the harbour, January", "Notes from the harbour, February"),
        ("Crónica del martes", "Crónica del miércoles"),
        ("Boletim de segunda-feira", "Boletim de terça-feira"),
        ("The harbour budget 2025", "The harbour budget 2026"),
        ("The first debate of the mayors", "The second debate of the mayors"),
    ],
)
def test_parts_and_days_are_told_apart(one: str, other: str) -> None:
    assert explain_conflict(read_title(one), read_title(other))
    assert explain_conflict(read_title(other), read_title(one))
    assert is_series(read_title(one), read_title(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Long Road, Part II", "The Long Road (part 2)"),
        ("La mina, segunda parte", "La mina, parte 2"),
        ("La mina, parte 2", "La mine, partie 2"),
        ("News of March 5, 2026", "News of 5 March"),
        ("The Long Road, Part II", "A road that does not end"),
        ("Death toll rises to 12", "Death toll rises to 15"),
        ("12 arrested at the port", "14 arrested at the port"),
        ("Seven Day March In Defense Of Democracy", "Massive Six Day March In Defense Of Democracy"),
        ("Blockade enters 2025 with songs", "A new song for the road of 2026"),
        ("Elections in May", "We may vote after all"),
        ("", ""),
    ],
)
def test_other_numbers_say_nothing(one: str, other: str) -> None:
    assert explain_conflict(read_title(one), read_title(other)) == ""


@pytest.mark.parametrize(
    ("one", "other", "later"),
    [
        ("The Long Road", "The Long Road, Part II", True),
        ("The Long Road", "The Long Road, Part I", False),
        ("Weekly news update", "Weekly news update 2", True),
        ("Another title", "The Long Road, Part II", False),
        ("The Long Road, Part I", "The Long Road, Part II", False),
    ],
)
def test_a_number_in_one_title_only(one: str, other: str, later: bool) -> None:
    assert is_later_part(read_title(one), read_title(other)) is later
    assert is_later_part(read_title(other), read_title(one)) is later


@pytest.mark.parametrize(
    "title",
    [
        "Reply to: The ferry stays",
        "A response to the harbour council",
        "Re: The ferry stays",
        "Respuesta a «El tren vuelve»",
        "Réplica a un artículo de ayer",
        "Resposta ao presidente da câmara",
        "Réponse à Solange Hervieu",
        "The ferry stays (a view) [response]",
    ],
)
def test_replies_are_known(title: str) -> None:
    assert read_title(title).is_reply


@pytest.mark.parametrize(
    "title", ["Report on the ferry", "Response times of ambulances fall", "Real Madrid: a history"]
)
def test_other_titles_are_no_replies(title: str) -> None:
    assert not read_title(title).is_reply


@pytest.mark.parametrize(
    "title",
    [
        "Live: storm Oriel",
        "Storm Oriel – live updates",
        "EN VIVO | Temporal",
        "Tempestade ao vivo",
        "En direct : tempête",
    ],
)
def test_live_pages_are_known(title: str) -> None:
    assert read_title(title).is_live


@pytest.mark.parametrize("title", ["People who live on boats", "Live music returns to the pier", "Vivo en un barco"])
def test_other_titles_are_no_live_pages(title: str) -> None:
    assert not read_title(title).is_live


@pytest.mark.parametrize(
    "title",
    [
        "Weekly news update",
        "The week in review",
        "Friday round-up",
        "Resumen semanal de noticias",
        "Resumo da semana",
        "Revue de presse",
        "Revista de prensa",
    ],
)
def test_round_ups_are_known(title: str) -> None:
    assert read_title(title).is_round_up


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Night ferry stays open", "Night ferry stays open | Harbour Courier", True),
        ("Santa Cruz: Night ferry stays", "Night ferry stays open this winter", True),
        ("NIGHT FERRY STAYS OPEN", "Night ferry stays open", True),
        ("Night ferry stays open", "Crews reject the nine o'clock stop", False),
        ("News", "News of the harbour and the hills", False),
        ("News", "News", True),
        ("", "Night ferry", False),
    ],
)
def test_titles_that_share_most_words(one: str, other: str, alike: bool) -> None:
    assert share_most(read_title(one), read_title(other)) is alike


@given(st.text(), st.text())
def test_any_two_titles_are_compared_either_way(one: str, other: str) -> None:
    a, b = read_title(one), read_title(other)
    assert bool(explain_conflict(a, b)) == bool(explain_conflict(b, a))
    assert explain_conflict(a, a) == ""
    assert share_most(a, b) == share_most(b, a)


def test_the_parts_of_a_series_have_one_hash() -> None:
    assert series_hash("The Long Road, Part I") == series_hash("THE LONG ROAD (part 2)") != ()
    assert series_hash("The Long Road, Part I") != series_hash("The Short Road, Part I")
    assert series_hash("The Long Road") == series_hash("Part I") == series_hash("") == ()
