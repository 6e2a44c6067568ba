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
    ("a sentence that begins with the word", TITLE, edited(("The cooperative met", "Correction work done, it met")), False),
    ("the word correction within a sentence", TITLE, edited(("agreed", "agreed to a correction")), False),
    ("a word that begins like a correction", TITLE, f"{TEXT}\n\nCorrectional.", False),
]  # fmt: skip


@pytest.mark.parametrize(("title", "text", "material"), [pytest.param(*values, id=name) for name, *values in CHANGES])
def test_a_change_is_material_or_not(title: str, text: str, material: bool) -> None:
    assert is_material(TITLE, TEXT, title, text) is material


# The same small news in four languages; {} is where a version differs.
NEWS = {
    "en": "By Ana Quispe\n\nThe cooperative met on Sunday.\n\n{}\n\nThe council agreed with the members.",
    "es": "Por Ana Quispe\n\nLa cooperativa se reunió el domingo.\n\n{}\n\nEl consejo estuvo de acuerdo.",
    "pt": "Por Ana Quispe\n\nA cooperativa reuniu-se no domingo.\n\n{}\n\nO conselho concordou com os sócios.",
    "fr": "Par Ana Quispe\n\nLa coopérative s’est réunie dimanche.\n\n{}\n\nLe conseil est d’accord.",
}

# language, what stood there, what stands there now
TRIVIAL = [
    ("en", "5 comments", "17 comments"),
    ("en", "No comments", "1 comment"),
    ("en", "Comments (5)", "Comments (6)"),
    ("en", "1,204 views", "1.3k views"),
    ("en", "12 shares · 3 likes", "40 shares · 9 likes"),
    ("en", "By Ana Quispe | 2 hours ago | 5 comments", "By Ana Quispe | 3 days ago | 8 comments"),
    ("en", "Published an hour ago", "Published yesterday"),
    ("en", "3 min read", "4 min read"),
    ("en", "Last updated: 3 November 2026, 10:15", "Last updated: 4 November 2026, 9:02 pm"),
    ("en", "Seen 300 times", "Seen 1,300 times"),
    ("en", "The report is at https://valley.example/a-1.", "The report is at https://www.valley.example/2026/b-2."),
    ("en", "well-300x200.jpg", "well-1024x768.jpg"),
    ("en", "Some 1,200 people came – all of them.", "Some 1.200 people came - all of them."),
    ("en", "Don't worry, it's co\u00adoperative", "Don’t worry, it’s cooperative"),
    ("en", "Three members left.", "3 members left."),
    ("es", "5 comentarios", "17 comentarios"),
    ("es", "Sin comentarios", "1 comentario"),
    ("es", "Comentarios: 5", "Comentarios: 6"),
    ("es", "1.204 visitas", "1.388 visitas"),
    ("es", "Hace 2 horas", "Hace 3 días"),
    ("es", "Publicado hace 5 minutos | Visto 300 veces", "Publicado hace una hora | Visto 412 veces"),
    ("es", "Lectura de 3 minutos", "Lectura de 4 minutos"),
    ("es", "Última actualización: 3 de noviembre de 2026, 10:15 h", "Última actualización: 4 de noviembre de 2026, 9:02 h"),
    ("es", "¿Quien paga el pozo?, pregunto.", "¿Quién paga el pozo?, preguntó."),
    ("es", "“Hay agua”, dijo.", "«Hay agua» – dijo."),
    ("es", "Cuatro socios se fueron.", "4 socios se fueron."),
    ("pt", "5 comentários", "Nenhum comentário"),
    ("pt", "1.204 visualizações", "1.388 visualizações"),
    ("pt", "Há 2 horas", "Há 3 dias"),
    ("pt", "2 horas atrás · 7 curtidas", "3 horas atrás · 9 curtidas"),
    ("pt", "Lido 300 vezes", "Lido 310 vezes"),
    ("pt", "Atualizado em 3 de novembro de 2026 às 10h15", "Atualizado em 4 de novembro de 2026 às 9h02"),
    ("pt", "Tempo de leitura: 3 min", "Tempo de leitura: 4 min"),
    ("pt", "A casa dos sócios.", "A casa de sócios."),
    ("fr", "5 commentaires", "Aucun commentaire"),
    ("fr", "1 204 vues", "1 388 vues"),
    ("fr", "Il y a 2 heures", "Il y a 3 jours"),
    ("fr", "Publié il y a 5 minutes — 2 partages", "Publié il y a une heure — 9 partages"),
    ("fr", "Temps de lecture : 3 min", "Temps de lecture : 4 min"),
    ("fr", "Mis à jour le 3 novembre 2026 à 10h15", "Mis à jour le 4 novembre 2026 à 9h02"),
    ("fr", "« Nous avons de l'eau ! »", "“Nous avons de l’eau!”"),
    ("fr", "Quelque 1 200 sœurs", "Quelque 1.200 sœurs"),
]  # fmt: skip
MATERIAL = [
    ("en", "Some 240 people came.", "Some 24 people came."),
    ("en", "The well costs 3.5 million.", "The well costs 35 million."),
    ("en", "Three people died.", "Five people died."),
    ("en", "The page had 300 views when the council met.", "The page had 900 views when the council met."),
    ("en", "The pump broke 2 hours ago, she said.", "The pump broke 5 hours ago, she said."),
    ("en", "", "Correction: she is Ana Quispe."),
    ("en", "", "CORRECTION (Nov.): Ana, not Eva."),
    ("en", "", "[Clarification] Ana, not Eva."),
    ("en", "", "Editor’s note: Ana is a member."),
    ("en", "", "An earlier version of this article misspelled Ana."),
    ("en", "", "Update: the road is open."),
    ("es", "Llegaron 240 personas.", "Llegaron 204 personas."),
    ("es", "Murieron tres personas.", "Murieron cinco personas."),
    ("es", "Recibieron 300 visitas del ministerio.", "Recibieron 400 visitas del ministerio."),
    ("es", "", "Corrección: es Ana Quispe."),
    ("es", "", "Fe de erratas: es Ana."),
    ("es", "", "Rectificación\nEs Ana."),
    ("es", "", "Nota de la redacción: es Ana."),
    ("es", "", "Una versión anterior de esta nota decía Eva."),
    ("pt", "Vieram 240 pessoas.", "Vieram 204 pessoas."),
    ("pt", "Morreram três pessoas.", "Morreram cinco pessoas."),
    ("pt", "", "Correção: é Ana Quispe."),
    ("pt", "", "Erramos: é Ana."),
    ("pt", "", "Errata – é Ana."),
    ("pt", "", "Uma versão anterior deste texto dizia Eva."),
    ("fr", "Il y avait 240 personnes.", "Il y avait 204 personnes."),
    ("fr", "Trois morts.", "Cinq morts."),
    ("fr", "", "Rectificatif : c’est Ana."),
    ("fr", "", "Correction : c’est Ana."),
    ("fr", "", "Précision : c’est Ana."),
    ("fr", "", "Une version précédente de cet article disait Eva."),
    ("en", "", "The well is to be dug by the members themselves before the rains come in the next summer."),
    ("es", "", "Los propios socios cavarán el pozo antes de que lleguen las lluvias del próximo verano."),
    ("pt", "", "Os próprios sócios vão cavar o poço antes que cheguem as chuvas do próximo verão."),
    ("fr", "", "Les membres creuseront eux-mêmes le puits avant que les pluies de l’été prochain arrivent."),
]  # fmt: skip
HEADLINES = [
    ("Cooperative votes on the “new” well", "Cooperative Votes on the 'New' Well", False),
    ("El consejo votó: habrá pozo", "El consejo voto – habrá pozo", False),
    ("Conselho vota o poço – hoje", "CONSELHO VOTA O POÇO: HOJE", False),
    ("Le conseil vote l'eau", "Le conseil vote l’eau !", False),
    ("Cooperative votes on the new well", "Cooperative rejects the new well", True),
    ("El consejo vota el pozo", "El consejo no vota el pozo", True),
    ("Conselho vota o poço", "Conselho vota os poços", True),
    ("Le conseil vote 3 puits", "Le conseil vote 4 puits", True),
]


@pytest.mark.parametrize(("language", "before", "after"), TRIVIAL)
def test_what_readers_need_not_know(language: str, before: str, after: str) -> None:
    old, new = (NEWS[language].format(piece) for piece in (before, after))
    assert not is_material(TITLE, old, TITLE, new)
    assert not is_material(TITLE, new, TITLE, old)


@pytest.mark.parametrize(("language", "before", "after"), MATERIAL)
def test_what_readers_ought_to_know(language: str, before: str, after: str) -> None:
    old, new = (NEWS[language].format(piece) for piece in (before, after))
    assert is_material(TITLE, old, TITLE, new)


@pytest.mark.parametrize(("before", "after", "material"), HEADLINES)
def test_a_headline_says_something_else_or_not(before: str, after: str, material: bool) -> None:
    assert is_material(before, TEXT, after, TEXT) is material


def test_paragraphs_may_change_places() -> None:
    first, second = TEXT.split("\n\n")
    assert not is_material(TITLE, TEXT, TITLE, f"{second}\n\n{first}")


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
