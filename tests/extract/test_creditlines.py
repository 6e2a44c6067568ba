"""Credit lines of a body: what its top and its end say of where it is from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.extract.creditleads import flat
from aggregator.extract.creditlines import find_credits

URL = "https://carrier.example/2026/a-well"
THERE = "https://faro.example/nota/12"
TEXT = "".join(
    f"<p>The cooperative dug well number {number}, and its members shared out the water.</p>" for number in range(9)
)
LINK = f"<a href='{THERE}'>El Faro del Valle</a>"
FARO = "El Faro del Valle"

# line at the end of a body, kind and newsroom
LINES = [
    ("This article was first published by El Faro del Valle.", "original"),
    ("Originally published on May 3, 2026 in El Faro del Valle", "original"),
    ("This is an edited version of an article first published by El Faro del Valle.", "original"),
    ("El Faro del Valle first published this story.", "original"),
    ("El Faro del Valle first reported this story.", "original"),
    ("This story was originally shared on El Faro del Valle.", "original"),
    ("A dispatch of El Faro del Valle, where it first appeared.", "original"),
    ("With thanks to El Faro del Valle, where this story ran first.", "original"),
    ("El Faro del Valle holds the rights to this story.", "original"),
    ("Cross-posted from El Faro del Valle", "taken"),
    ("We are republishing this article from El Faro del Valle.", "taken"),
    ("This investigation was produced jointly with El Faro del Valle.", "helped"),
    ("Reported in partnership with El Faro del Valle", "helped"),
    ("Courtesy of El Faro del Valle", "taken"),
    ("We thank El Faro del Valle for permission to republish this article.", "taken"),
    ("Credit for this story goes to El Faro del Valle.", "taken"),
    ("Read the full story at El Faro del Valle.", "source"),
    ("SOURCE: El Faro del Valle", "source"),
    ("With additional reporting from El Faro del Valle", "helped"),
    ("From El Faro del Valle", "via"),
    ("© 2026 El Faro del Valle. All rights reserved.", "via"),
    ("(El Faro del Valle)", "via"),
    ("El Faro del Valle publicó originalmente este artículo.", "original"),
    ("Publicado primero en El Faro del Valle", "original"),
    ("Texto original de El Faro del Valle", "original"),
    ("Este artículo fue originalmente publicado en inglés por El Faro del Valle", "original"),
    ("Tomado de El Faro del Valle", "taken"),
    ("Artículo cedido por El Faro del Valle para su difusión.", "taken"),
    ("Fuente de la información: El Faro del Valle", "source"),
    ("Agradecemos a El Faro del Valle por permitir su publicación.", "taken"),
    ("Agradecemos a El Faro del Valle la autorización para publicar este texto.", "taken"),
    ("Fuente original de la nota: El Faro del Valle", "source"),
    ("(Publicado en El Faro del Valle el 3 de mayo de 2026)", "source"),
    ("Con información de El Faro del Valle", "helped"),
    ("Publicado en conjunto con El Faro del Valle", "helped"),
    ("Vía El Faro del Valle", "via"),
    ("Leído en El Faro del Valle", "via"),
    ("Texto publicado originalmente pelo El Faro del Valle", "original"),
    ("Gentilmente cedido por El Faro del Valle", "taken"),
    ("Agradecemos ao El Faro del Valle pela autorização.", "taken"),
    ("Reproduzimos aqui reportagem de Ana Luz publicada no El Faro del Valle", "taken"),
    ("Reportagem feita em parceria com El Faro del Valle", "helped"),
    ("Fonte: El Faro del Valle", "source"),
    ("Com informações do El Faro del Valle", "helped"),
    ("Cet article a d'abord été publié par El Faro del Valle.", "original"),
    ("Première parution : El Faro del Valle", "original"),
    ("Traduit et publié avec l’accord de El Faro del Valle", "taken"),
    ("Avec l’aimable autorisation de El Faro del Valle", "taken"),
    ("Nous reproduisons ici un article de Jeanne Roy paru dans El Faro del Valle.", "taken"),
    ("Enquête menée en partenariat avec El Faro del Valle", "helped"),
    ("Source : El Faro del Valle", "source"),
    ("Avec El Faro del Valle", "helped"),
]

NO_CREDITS = [
    "As El Faro del Valle reported, the well is dry.",
    "According to El Faro del Valle, the rains are late.",
    "En una entrevista con El Faro del Valle, el alcalde prometió un camino.",
    "Her findings, first published by El Faro del Valle, surprised the ministry.",
    "This report cites a study first published by El Faro del Valle.",
    "El informe, publicado originalmente por El Faro del Valle, dice que sube.",
    "This story was republished by El Faro del Valle.",
    "Originally from Duluth, she now works at El Faro del Valle.",
    "We share our offices with El Faro del Valle.",
    "Originalmente de Oruro, hoy dirige El Faro del Valle.",
    "We carry the memory of a strike first published by El Faro del Valle.",
    "Farmers are reproducing a text from El Faro del Valle.",
    "Este artículo también fue publicado por El Faro del Valle.",
    "Photo courtesy of El Faro del Valle",
    "Foto: cortesía de El Faro del Valle",
    "Este artículo fue citado por El Faro del Valle.",
    "Source: Ministry of Water, 2026",
]


@pytest.mark.parametrize(("line", "kind"), LINES, ids=[line for line, _ in LINES])
def test_a_credit_line_is_read(line: str, kind: str) -> None:
    (credit,) = find_credits(f"{TEXT}<p>{line}</p>", URL)
    assert (credit.kind, credit.name, credit.url) == (kind, FARO, "")


@pytest.mark.parametrize("line", NO_CREDITS)
def test_a_line_that_merely_names_a_newsroom_is_no_credit(line: str) -> None:
    assert find_credits(f"{TEXT}<p>{line}</p>", URL) == ()


@pytest.mark.parametrize(
    ("body", "kind", "name"),
    [
        (f"<p>Tomado de {LINK}</p>{TEXT}", "taken", FARO),
        (f"<p><b>Tomado de {LINK}</b> The cooperative met.</p>{TEXT}", "taken", FARO),
        (f"{TEXT}<p>They met again. This article was originally published by {LINK}.</p>", "original", FARO),
        (f"{TEXT}<p>The post A well appeared first on {LINK}.</p>", "footer", FARO),
        (f"{TEXT}<p>Source: {THERE}</p>", "source", "faro.example"),
        (f"{TEXT}<p>{THERE}</p>", "source", "faro.example"),
        (f"{TEXT}<p><a href='{THERE}'>Artículo original</a></p>", "source", "faro.example"),
        (f"{TEXT}<p><a href='{THERE}'>A well for the valley</a></p>", "link", "faro.example"),
        (f"<p><a href='{THERE}'><img src='/a.jpg'></a></p>{TEXT}", "link", "faro.example"),
        (f"<p>Editor's note: with pleasure we share what our colleagues of {LINK} wrote.</p>{TEXT}", "via", FARO),
    ],
)
def test_the_address_is_found_with_the_credit(body: str, kind: str, name: str) -> None:
    (credit,) = find_credits(body, URL)
    assert (credit.kind, credit.name, credit.url) == (kind, name, THERE)
    assert credit.said


@pytest.mark.parametrize("last", ["the soup was good", "nobody was hurt, residents reported later"])
def test_a_newsroom_in_brackets_ends_the_last_paragraph(last: str) -> None:
    (credit,) = find_credits(f"{TEXT}<p>They met again on Sunday, and {last}. ({FARO})</p>", URL)
    assert (credit.kind, credit.name) == ("via", FARO)


@pytest.mark.parametrize(
    "line",
    [
        "From our partners at El Faro del Valle:",
        "We're running this article by arrangement with El Faro del Valle.",
        "The full version of this article is available at El Faro del Valle.",
        "De nuestros aliados de El Faro del Valle",
        "Originalmente en El Faro del Valle",
    ],
)
def test_what_a_line_says_of_this_very_article_is_kept_for_those_who_know_the_newsroom(line: str) -> None:
    assert [credit.said for credit in find_credits(f"{TEXT}<p>{line}</p>", URL)] == [line]


def test_two_credits_in_a_line() -> None:
    credits = find_credits(f"{TEXT}<p>Tomado de El Faro, publicado originalmente en Tinta Negra</p>", URL)
    assert [(credit.kind, credit.name) for credit in credits] == [("taken", "El Faro"), ("original", "Tinta Negra")]


@pytest.mark.parametrize("name", [f"LA PAZ ({FARO}) — The well", f"{FARO} — The well"])
def test_a_dateline_names_a_newsroom(name: str) -> None:
    (credit,) = find_credits(f"<p>{name} was dug on Sunday by all members of the cooperative.</p>{TEXT}", URL)
    assert (credit.kind, credit.name) == ("via", FARO)


def test_what_stands_in_the_middle_belongs_to_the_text() -> None:
    assert find_credits(f"{TEXT * 2}<p>Tomado de {LINK}</p>{TEXT * 2}", URL) == ()


def test_share_bars_below_a_credit_hide_nothing() -> None:
    bar = "<ul><li><a href='https://facebook.com/x'>Share</a></li><li><a href='/more'>More</a></li></ul>" * 3
    assert [credit.name for credit in find_credits(f"{TEXT}<p>Tomado de El Faro</p>{bar}", URL)][:1] == ["El Faro"]


def test_links_to_its_own_site_and_to_networks_are_no_credits() -> None:
    own = "<p><a href='/b'>Another well</a></p><p><a href='https://x.com/carrier'>Follow us now</a></p>"
    assert find_credits(f"{TEXT}{own}", URL) == ()


def test_nothing_to_read() -> None:
    assert find_credits("", URL) == ()


@given(st.text() | st.text(st.characters(codec="cp1252")))
def test_a_flat_line_is_the_line_character_by_character(line: str) -> None:
    # The full stop keeps the way for whole lines from that for plain ASCII, which leaves one sign more as it is.
    assert flat(f"{line}…") == "".join(flat(f"{one}…")[0] for one in line) + "."
