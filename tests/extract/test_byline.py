"""Bylines and credit lines: who wrote an article, and for which newsroom."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aggregator.extract.byline import choose_authors, read_byline, without_credit
from aggregator.models import Attribution

TEXT = "The cooperative met on Sunday to vote on the new well. Nearly all of its members came."
TIM, ANA, LUIS, FRIENDS, FARO = "Tim Young", "Ana Quispe", "Luis Mamani", "Friends of Bolivia", "El Faro del Valle"

# name, line, people, publication
LINES = [
    ("en: person", "By Tim Young", (TIM,), ""),
    ("en: person and newsroom", "By Tim Young, Friends of Bolivia", (TIM,), FRIENDS),
    ("en: newsroom after for", "By Tim Young for Friends of Bolivia", (TIM,), FRIENDS),
    ("en: two people, then for", "By Ana Quispe and Luis Mamani, for El Faro del Valle", (ANA, LUIS), FARO),
    ("en: three people", "By Ana Quispe, Luis Mamani and Tim Young", (ANA, LUIS, TIM), ""),
    ("en: ampersand", "By Ana Quispe & Luis Mamani", (ANA, LUIS), ""),
    ("en: full stop", "By Tim Young.", (TIM,), ""),
    ("en: capitals", "BY TIM YOUNG", (TIM,), ""),
    ("en: colon", "By: Tim Young", (TIM,), ""),
    ("en: written by", "Written by Tim Young", (TIM,), ""),
    ("en: posted by nobody", "Posted by admin", (), ""),
    ("en: story by", "Story by Mary O'Brien", ("Mary O'Brien",), ""),
    ("en: text and photos by", "Text and photos by Ana Quispe", (ANA,), ""),
    ("en: author label", "Author: Tim Young", (TIM,), ""),
    ("en: bar", "By Ana Quispe | El Faro del Valle", (ANA,), FARO),
    ("en: dash", "By Ana Quispe – El Faro del Valle", (ANA,), FARO),
    ("en: bracket", "By Tim Young (Friends of Bolivia)", (TIM,), FRIENDS),
    ("en: of", "By Tim Young of Friends of Bolivia", (TIM,), FRIENDS),
    ("en: newsroom that looks like a person", "By Tim Young, Lowland Bulletin", (TIM,), "Lowland Bulletin"),
    ("en: newsroom without any telling word", "By Tim Young, Quiet Harbour", (TIM,), "Quiet Harbour"),
    ("en: second person with a given name", "By Tim Young, Maria Flores", (TIM, "Maria Flores"), ""),
    ("en: date after a bar", "By Tim Young | 12 May 2026", (TIM,), ""),
    ("en: date before a bar", "May 12, 2026 | By Tim Young", (TIM,), ""),
    ("en: opinion before a bar", "Opinion | By Tim Young", (TIM,), ""),
    ("en: office", "By Tim Young, staff writer", (TIM,), ""),
    ("en: office at a newsroom", "By Tim Young, editor of Highland Weekly", (TIM,), "Highland Weekly"),
    ("en: place", "By Tim Young in La Paz", (TIM,), ""),
    ("en: place after a comma", "By Tim Young, La Paz", (TIM,), ""),
    ("en: initial and particle", "By J. R. van der Meer, Friends of Bolivia", ("J. R. van der Meer",), FRIENDS),
    ("en: title", "By Dr. Tim Young", (TIM,), ""),
    ("en: junior", "By Henry Lane, Jr., Friends of Bolivia", ("Henry Lane Jr",), FRIENDS),
    ("en: handle and address", "By Tim Young @timyoung tim@example.org", (TIM,), ""),
    ("en: staff", "By Staff", (), ""),
    ("en: staff writer", "By staff writer", (), ""),
    ("en: editorial team of", "By the editorial team of Highland Weekly", (), "Highland Weekly"),
    ("en: staff of", "By Highland Weekly Staff", (), "Highland Weekly"),
    ("en: editorial board", "By The Editorial Board", (), ""),
    ("en: agency", "By The Associated Press", (), "The Associated Press"),
    ("en: initials", "By AFP", (), "AFP"),
    ("en: newsroom alone", "By Friends of Bolivia", (), FRIENDS),
    ("en: special to", "Special to the Highland Weekly", (), "Highland Weekly"),
    ("en: person, special to", "By Tim Young, Special to Highland Weekly", (TIM,), "Highland Weekly"),
    ("en: site's address", "By Tim Young, highland.example", (TIM,), "highland.example"),
    ("en: person and newsroom joined", "By Tim Young and the Highland Weekly", (TIM,), "Highland Weekly"),
    ("en: person and agency joined", "By Tim Young and Reuters", (TIM,), "Reuters"),
    ("en: helped by", "By Ana Quispe, with reporting by Luis Mamani", (ANA, LUIS), ""),
    ("en: place and newsroom", "By Tim Young in La Paz for The Lantern", (TIM,), "The Lantern"),
    ("en: posted on a date", "Posted by Tim Young on May 3, 2026", (TIM,), ""),
    ("en: office with a university", "By Tim Young, Professor of History at Lake University", (TIM,), ""),
    ("en: via", "By Tim Young via Highland Weekly", (TIM,), "Highland Weekly"),
    ("en: newsroom's staff with its article", "By The Lantern Staff", (), "The Lantern"),
    ("es: person", "Por Ana Quispe", (ANA,), ""),
    ("es: former office", "Por Ana Quispe, ex ministra de Salud", (ANA,), ""),
    ("es: our correspondent", "Por nuestra corresponsal Ana Quispe", (ANA,), ""),
    ("es: equipo de", "Por el equipo de El Faro del Valle", (), FARO),
    ("es: with a date", "Publicado por Ana Quispe el 3 de mayo de 2026", (ANA,), ""),
    ("es: de la redacción", "De la redacción", (), ""),
    ("es: person and newsroom", "Por Ana Quispe, El Faro del Valle", (ANA,), FARO),
    ("es: para", "Por Ana Quispe para El Faro del Valle", (ANA,), FARO),
    ("es: two people", "Por Ana Quispe y Luis Mamani", (ANA, LUIS), ""),
    ("es: three people", "Por Ana Quispe, Luis Mamani y Rosa Choque", (ANA, LUIS, "Rosa Choque"), ""),
    ("es: particles", "Por María de la Cruz y Juan del Río", ("María de la Cruz", "Juan del Río"), ""),
    ("es: capitals", "POR ANA QUISPE", (ANA,), ""),
    ("es: escrito por", "Escrito por Ana Quispe", (ANA,), ""),
    ("es: texto de", "Texto de Ana Quispe", (ANA,), ""),
    ("es: texto y fotos", "Texto y fotos: Ana Quispe", (ANA,), ""),
    ("es: autora", "Autora: Ana Quispe", (ANA,), ""),
    ("es: especial para", "Especial para El Faro del Valle", (), FARO),
    ("es: redacción", "Por Redacción", (), ""),
    ("es: redacción de", "Por Redacción de El Faro del Valle", (), FARO),
    ("es: redacción with the name", "Por Redacción El Faro del Valle", (), FARO),
    ("es: agency", "Por Prensa Latina", (), "Prensa Latina"),
    ("es: person with agency", "Por Ana Quispe / EFE", (ANA,), "EFE"),
    ("es: agency first", "Por EFE / Ana Quispe", (ANA,), "EFE"),
    ("es: place", "Por Ana Quispe desde Cochabamba", (ANA,), ""),
    ("es: office at", "Por Ana Quispe, corresponsal de El Faro del Valle", (ANA,), FARO),
    ("es: date", "Por Ana Quispe - 3 de mayo de 2026", (ANA,), ""),
    ("es: newsroom with y", "Por Agencia Tierra y Agua", (), "Agencia Tierra y Agua"),
    ("pt: person", "Por João da Silva", ("João da Silva",), ""),
    ("pt: person and newsroom", "Por João da Silva, Jornal da Serra", ("João da Silva",), "Jornal da Serra"),
    ("pt: two people", "Por João Costa e Marta Lima", ("João Costa", "Marta Lima"), ""),
    ("pt: para", "Por Marta Lima, para o Jornal da Serra", ("Marta Lima",), "Jornal da Serra"),
    ("pt: redação", "Por Redação", (), ""),
    ("pt: da redação do", "Da Redação do Jornal da Serra", (), "Jornal da Serra"),
    ("pt: especial para", "Especial para o Jornal da Serra", (), "Jornal da Serra"),
    ("pt: reportagem de", "Reportagem de Marta Lima", ("Marta Lima",), ""),
    ("pt: agency", "Por Agência Brasil", (), "Agência Brasil"),
    ("fr: person", "Par Claire Dubois", ("Claire Dubois",), ""),
    (
        "fr: person and newsroom",
        "Par Claire Dubois, Le Courrier des Alpes",
        ("Claire Dubois",),
        "Le Courrier des Alpes",
    ),
    ("fr: two people", "Par Claire Dubois et Hugo Martin", ("Claire Dubois", "Hugo Martin"), ""),
    ("fr: pour", "Par Claire Dubois pour La Lettre du Lac", ("Claire Dubois",), "La Lettre du Lac"),
    ("fr: newsroom in small letters", "Par Claire Dubois, Mémoire du lac", ("Claire Dubois",), "Mémoire du lac"),
    ("fr: office", "Par Claire Dubois, envoyée spéciale à La Paz", ("Claire Dubois",), ""),
    ("fr: écrit par", "Écrit par Claire Dubois", ("Claire Dubois",), ""),
    ("fr: un texte de", "Un texte de Claire Dubois", ("Claire Dubois",), ""),
    ("fr: propos recueillis", "Propos recueillis par Claire Dubois", ("Claire Dubois",), ""),
    ("fr: la rédaction", "Par la rédaction", (), ""),
    ("fr: la rédaction de", "Par la rédaction de La Lettre du Lac", (), "La Lettre du Lac"),
    ("fr: agency", "Par AFP", (), "AFP"),
    ("fr: auteur", "Auteur : Claire Dubois", ("Claire Dubois",), ""),
]

NO_BYLINES = [
    ("en: a sentence", "By the end of the year, the well will be dug."),
    ("en: a sentence with a name", "By Monday, Tim Young had counted every vote."),
    ("en: a short sentence", "By Friday it was over"),
    ("en: a day", "By Monday"),
    ("en: a heading", "By the Numbers"),
    ("en: a heading in capitals", "By Popular Demand"),
    ("en: a list", "By Land, Sea and Air"),
    ("en: a question", "By Whom Was It Built?"),
    ("en: a photographer", "Photo: Ana Quispe"),
    ("en: a photographer with by", "Photo by Ana Quispe"),
    ("en: a translator", "Translated by Ana Quispe"),
    ("en: a text", "Tim Young, Friends of Bolivia"),
    ("es: a sentence", "Por la mañana, Ana Quispe abrió el pozo."),
    ("es: a phrase", "Por ejemplo"),
    ("es: because of", "Por Bolivia"),
    ("es: a photographer", "Foto: Ana Quispe"),
    ("es: a translator", "Traducción de Ana Quispe"),
    ("es: por primera vez", "Por primera vez Ana Quispe habló"),
    ("pt: a sentence", "Por enquanto, Marta Lima espera."),
    ("pt: a translator", "Tradução: Marta Lima"),
    ("fr: a sentence", "Par exemple, Claire Dubois attend."),
    ("fr: a photographer", "Photo : Claire Dubois"),
    ("fr: a translator", "Traduit par Claire Dubois"),
]

FIELDS = [
    ("a name", ["Tim Young"], (TIM,), ""),
    ("a byline", ["By Tim Young, Friends of Bolivia"], (TIM,), FRIENDS),
    ("a name and newsroom", ["Tim Young, Friends of Bolivia"], (TIM,), FRIENDS),
    ("a bar", ["Ana Quispe | El Faro del Valle"], (ANA,), FARO),
    ("a slash", ["Ana Quispe/El Faro del Valle"], (ANA,), FARO),
    ("a bracket", ["Ana Quispe (El Faro del Valle)"], (ANA,), FARO),
    ("a mailbox of RSS", ["ana@example.org (Ana Quispe)"], (ANA,), ""),
    ("an address alone", ["ana@example.org"], (), ""),
    ("family name first", ["Quispe, Ana"], (ANA,), ""),
    ("several fields", ["Ana Quispe", "Luis Mamani"], (ANA, LUIS), ""),
    ("the same twice", ["Ana Quispe", "ana quispe", "Ana Quispe, El Faro del Valle"], (ANA,), FARO),
    ("a person and a newsroom", ["Tim Young", "Friends of Bolivia"], (TIM,), FRIENDS),
    ("staff", ["Staff"], (), ""),
    ("admin", ["admin"], (), ""),
    ("Admin in capitals", ["ADMIN"], (), ""),
    ("redacción", ["Redacción"], (), ""),
    ("redacción of a newsroom", ["Redacción El Faro del Valle"], (), FARO),
    ("an agency", ["EFE"], (), "EFE"),
    ("another agency", ["Prensa Latina"], (), "Prensa Latina"),
    ("webmaster", ["webmaster"], (), ""),
    ("a user's name", ["tyoung2"], (), ""),
    ("editorial team", ["Editorial team"], (), ""),
    ("a newsroom's name", ["El Faro del Valle"], (), FARO),
    ("nothing", ["", "  "], (), ""),
    ("staff beside a person", ["Staff", "Tim Young"], (TIM,), ""),
]

CREDITS = [
    (
        "en: by",
        "This article was originally published by <a href='https://faro.example/a'>El Faro del Valle</a>.",
        FARO,
    ),
    ("en: in", "Originally published in El Faro del Valle.", FARO),
    ("en: on, with a date", "Originally published on May 3, 2026 by El Faro del Valle", FARO),
    ("en: first appeared", "This story first appeared in the Highland Weekly on 3 May 2026.", "Highland Weekly"),
    ("en: republished", "Republished from El Faro del Valle with permission.", FARO),
    (
        "en: republished under a licence",
        "Republished under a Creative Commons licence from Highland Weekly.",
        "Highland Weekly",
    ),
    ("en: with permission", "Reprinted with permission from Highland Weekly", "Highland Weekly"),
    ("en: cross-posted", "Cross-posted from <a href='https://faro.example/a'>El Faro del Valle</a>", FARO),
    ("en: source", "Source: El Faro del Valle", FARO),
    ("en: source address", "Source: https://www.faro.example/nota/12", "faro.example"),
    ("en: via", "Via <a href='https://faro.example/a'>El Faro del Valle</a>", FARO),
    (
        "en: title in the line",
        "<a href='https://faro.example/a'>A well for the valley</a> was originally published by El Faro del Valle.",
        FARO,
    ),
    ("en: here", "This article was originally published <a href='https://faro.example/a'>here</a>.", "faro.example"),
    (
        "en: editor's note",
        "<em>Editor's note: This piece was first published by Highland Weekly.</em>",
        "Highland Weekly",
    ),
    ("es: publicado", "Publicado originalmente en <a href='https://faro.example/a'>El Faro del Valle</a>", FARO),
    ("es: este artículo", "Este artículo fue publicado originalmente por El Faro del Valle.", FARO),
    ("es: fuente", "Fuente: El Faro del Valle", FARO),
    ("es: tomado", "Tomado de El Faro del Valle", FARO),
    ("es: apareció", "Este texto apareció por primera vez en El Faro del Valle.", FARO),
    ("es: republicado", "Republicado con permiso de El Faro del Valle.", FARO),
    ("pt: publicado", "Publicado originalmente no Jornal da Serra.", "Jornal da Serra"),
    ("pt: este artigo", "Este artigo foi publicado originalmente em Jornal da Serra.", "Jornal da Serra"),
    ("pt: fonte", "Fonte: Jornal da Serra", "Jornal da Serra"),
    ("pt: reproduzido", "Reproduzido do Jornal da Serra", "Jornal da Serra"),
    ("fr: publié", "Publié initialement par La Lettre du Lac.", "La Lettre du Lac"),
    ("fr: cet article", "Cet article est initialement paru dans La Lettre du Lac.", "La Lettre du Lac"),
    ("fr: source", "Source : La Lettre du Lac", "La Lettre du Lac"),
    ("fr: article publié", "Article publié à l’origine sur La Lettre du Lac", "La Lettre du Lac"),
    (
        "none: WordPress's own footer",
        "The post <a href='/a'>A well</a> appeared first on <a href='/'>Highland Weekly</a>.",
        "",
    ),
    ("none: a study", "Her findings, first published by The Highland Review, surprised the ministry.", ""),
    ("none: a year", "The book was first published in 1962.", ""),
    ("none: a movement's name", "Vía Campesina met in the valley.", ""),
    ("none: a picture's credit", "Photo courtesy of Highland Weekly", ""),
    ("none: its own sentence", "It was tomado de la nada.", ""),
]


def names(table: list[tuple]) -> list[str]:
    return [row[0] for row in table]


@pytest.mark.parametrize(("line", "people", "publication"), [row[1:] for row in LINES], ids=names(LINES))
def test_a_byline_in_the_body_is_read_and_leaves_it(line: str, people: tuple[str, ...], publication: str) -> None:
    attribution, body = read_byline(f"<p>{line.replace('&', '&amp;')}</p><p>{TEXT}</p>", [])
    assert attribution == Attribution(people, publication)
    assert body == f"<p>{TEXT}</p>"


@pytest.mark.parametrize("line", [row[1] for row in NO_BYLINES], ids=names(NO_BYLINES))
def test_what_only_looks_like_a_byline_stays(line: str) -> None:
    body = f"<p>{line}</p><p>{TEXT}</p>"
    assert read_byline(body, []) == (Attribution(), body)


@pytest.mark.parametrize(("authors", "people", "publication"), [row[1:] for row in FIELDS], ids=names(FIELDS))
def test_author_fields_are_read(authors: list[str], people: tuple[str, ...], publication: str) -> None:
    assert read_byline(f"<p>{TEXT}</p>", authors) == (Attribution(people, publication), f"<p>{TEXT}</p>")


@pytest.mark.parametrize(("line", "publication"), [row[1:] for row in CREDITS], ids=names(CREDITS))
def test_a_credit_line_names_the_newsroom(line: str, publication: str) -> None:
    url = "https://faro.example/a" if "faro.example/a" in line else ""
    url = "https://www.faro.example/nota/12" if "nota/12" in line else url
    for body in (f"<p>{line}</p><p>{TEXT}</p>", f"<p>{TEXT}</p>\n<p>{line}</p>"):
        attribution, kept = read_byline(body, [])
        assert attribution == Attribution(publication=publication, publication_url=url)
        assert kept is body


def test_the_newsroom_is_linked_as_in_the_byline() -> None:
    body = f"<p>By Tim Young, <a href='https://friends.example/'>Friends of Bolivia</a></p><p>{TEXT}</p>"
    assert read_byline(body, [])[0] == Attribution((TIM,), FRIENDS, "https://friends.example/")


def test_a_link_on_the_person_is_not_the_newsroom_s() -> None:
    body = f"<p>By <a href='https://carrier.example/author/tim'>Tim Young</a>, Friends of Bolivia</p><p>{TEXT}</p>"
    assert read_byline(body, [])[0] == Attribution((TIM,), FRIENDS, "")


def test_only_the_byline_s_line_is_cut_out_of_a_paragraph() -> None:
    body = f"<p><strong>Por Ana Quispe</strong><br/>LA PAZ. {TEXT}</p><p>More.</p>"
    assert read_byline(body, [])[1] == f"<p>LA PAZ. {TEXT}</p><p>More.</p>"


def test_the_byline_s_own_wrapper_goes_with_it() -> None:
    body = f'<div><div class="meta"><p><em>By <a href="/tim">Tim Young</a></em></p></div><p>{TEXT}</p></div>'
    assert read_byline(body, [])[1] == f"<div><p>{TEXT}</p></div>"


def test_a_picture_beside_the_byline_stays() -> None:
    body = f'<p><img src="/well.jpg"><br>By Tim Young</p><p>{TEXT}</p>'
    assert '<img src="/well.jpg">' in read_byline(body, [])[1]


def test_a_byline_at_the_end_is_found() -> None:
    body = f"<p>{TEXT}</p>" * 20 + "<p>Par Claire Dubois</p>"
    assert read_byline(body, []) == (Attribution(("Claire Dubois",)), f"<p>{TEXT}</p>" * 20)


def test_a_byline_amid_the_text_is_left_alone() -> None:
    body = f"<p>{TEXT}</p>" * 10 + "<p>By Tim Young</p>" + f"<p>{TEXT}</p>" * 10
    assert read_byline(body, []) == (Attribution(), body)


def test_only_one_byline_is_removed() -> None:
    body = f"<p>By Tim Young</p><p>{TEXT}</p><p>By Tim Young</p>"
    assert read_byline(body, [])[1] == f"<p>{TEXT}</p><p>By Tim Young</p>"


def test_the_translator_credited_in_the_byline_s_line_stays() -> None:
    body = f"<p>By <b>Tim Young</b>. Translated by <a href='/ana'>Ana Quispe</a></p><p>{TEXT}</p>"
    rest = f'<p>Translated by <a href="/ana">Ana Quispe</a></p><p>{TEXT}</p>'
    assert read_byline(body, []) == (Attribution((TIM,)), rest)


def test_a_photographer_beside_the_author_is_no_author_and_stays() -> None:
    body = f"<p>Texto: Ana Quispe / Fotos: Luis Mamani</p><p>{TEXT}</p>"
    assert read_byline(body, []) == (Attribution((ANA,)), f"<p>Fotos: Luis Mamani</p><p>{TEXT}</p>")


def test_a_photographer_named_first_stays_too() -> None:
    body = f"<p>Fotos: Luis Mamani | Texto: Ana Quispe</p><p>{TEXT}</p>"
    assert read_byline(body, [])[0] == Attribution((ANA,))
    assert "Fotos: Luis Mamani" in read_byline(body, [])[1]


def test_a_byline_that_runs_into_the_text_is_cut_out_of_it() -> None:
    body = f"<p><strong>Por Ana Quispe</strong> {TEXT}</p><p>More.</p>"
    assert read_byline(body, []) == (Attribution((ANA,)), f"<p>{TEXT}</p><p>More.</p>")


def test_the_newsroom_may_stand_in_a_line_of_its_own() -> None:
    body = f"<p>By Tim Young<br>Friends of Bolivia</p><p>{TEXT}</p>"
    assert read_byline(body, []) == (Attribution((TIM,), FRIENDS), f"<p>{TEXT}</p>")


def test_the_name_may_stand_in_a_line_of_its_own() -> None:
    assert read_byline(f"<p>By<br>Tim Young</p><p>{TEXT}</p>", []) == (Attribution((TIM,)), f"<p>{TEXT}</p>")


def test_the_site_that_carries_the_article_is_no_publication() -> None:
    for line in ("By Tim Young, The Highland Weekly", "By Tim Young | highlandweekly.example"):
        attribution, body = read_byline(
            f"<p>{line}</p><p>{TEXT}</p>", [], ("Highland Weekly", "highlandweekly.example")
        )
        assert (attribution.people, attribution.publication, body) == ((TIM,), "", f"<p>{TEXT}</p>")
        assert [(credit.kind, credit.url) for credit in attribution.credits] == [("byline", "")]


def test_a_site_that_credits_itself_has_said_nothing() -> None:
    credit = f"<p>{TEXT}</p><p>Originally published by Highland Weekly.</p>"
    assert read_byline(credit, [], ("Highland Weekly",)) == (Attribution(), credit)


def test_an_agency_in_the_dateline_is_the_publication_and_the_text_stays() -> None:
    body = f"<p>LA PAZ (Reuters) — {TEXT}</p><p>More.</p>"
    assert read_byline(body, ["Ana Quispe"]) == (Attribution((ANA,), "Reuters"), body)


def test_an_agency_s_name_alone_leaves_the_people_of_the_fields() -> None:
    assert read_byline(f"<p>EFE/La Paz</p><p>{TEXT}</p>", ["Ana Quispe"]) == (
        Attribution((ANA,), "EFE"),
        f"<p>{TEXT}</p>",
    )


def test_fields_that_name_people_go_before_those_that_do_not() -> None:
    assert choose_authors(["admin"], ["Ana Quispe"]) == ("Ana Quispe",)
    assert choose_authors(["Ana Quispe"], ["Luis Mamani"]) == ("Ana Quispe",)
    assert choose_authors(["Ana Quispe"], ["Ana Quispe, El Faro del Valle"]) == (
        "Ana Quispe",
        "Ana Quispe, El Faro del Valle",
    )
    assert choose_authors(["Staff"], ["Reuters"]) == ("Reuters",)
    assert choose_authors(["Staff"], []) == ()


def test_a_picture_s_caption_is_no_byline() -> None:
    body = f"<figure><img src='/a.jpg'><figcaption>By Luis Mamani</figcaption></figure><p>{TEXT}</p>"
    assert read_byline(body, []) == (Attribution(), body)


def test_a_name_alone_is_a_byline_when_the_feed_says_the_same() -> None:
    body = f"<p>Ana Quispe | El Faro del Valle</p><p>{TEXT}</p>"
    assert read_byline(body, ["Ana Quispe"]) == (Attribution((ANA,), FARO), f"<p>{TEXT}</p>")


def test_the_body_s_byline_goes_before_who_posted_it() -> None:
    attribution, _ = read_byline(f"<p>By Tim Young, Friends of Bolivia</p><p>{TEXT}</p>", ["Luis Mamani"])
    assert attribution == Attribution((TIM,), FRIENDS)


def test_a_newsroom_as_byline_takes_nobody_from_the_feed() -> None:
    assert read_byline(f"<p>By Friends of Bolivia</p><p>{TEXT}</p>", ["Luis Mamani"])[0] == Attribution((), FRIENDS)


def test_special_to_a_newsroom_keeps_the_feed_s_author() -> None:
    body = f"<p>Special to the Highland Weekly</p><p>{TEXT}</p>"
    assert read_byline(body, ["Tim Young"])[0] == Attribution((TIM,), "Highland Weekly")


def test_the_feed_s_newsroom_completes_the_body_s_byline() -> None:
    attribution, _ = read_byline(f"<p>By Tim Young</p><p>{TEXT}</p>", ["Tim Young, Friends of Bolivia"])
    assert attribution == Attribution((TIM,), FRIENDS)


def test_the_credited_newsroom_stands_in_where_the_byline_names_none() -> None:
    credit = "<p>Publicado originalmente en <a href='https://faro.example/a'>El Faro del Valle</a></p>"
    body = f"<p>Por Ana Quispe</p><p>{TEXT}</p>{credit}"
    attribution, rest = read_byline(body, [])
    assert attribution == Attribution((ANA,), FARO, "https://faro.example/a")
    assert "Publicado originalmente" in rest


def test_the_byline_s_newsroom_goes_before_the_credited_one() -> None:
    body = f"<p>By Tim Young, Friends of Bolivia</p><p>{TEXT}</p><p>Source: Highland Weekly</p>"
    assert read_byline(body, [])[0] == Attribution((TIM,), FRIENDS)


def test_relative_links_are_no_addresses() -> None:
    body = f"<p>{TEXT}</p><p>Source: <a href='/faro'>El Faro del Valle</a></p>"
    assert read_byline(body, [])[0] == Attribution(publication=FARO)


@pytest.mark.parametrize("body", ["", " ", "no tags at all", "<p></p>", "<!-- nothing -->", "<p>a & b < c</p>", "\x00"])
def test_a_body_without_byline_comes_back_as_it_is(body: str) -> None:
    assert read_byline(body, []) == (Attribution(), body)


@given(st.text(max_size=300), st.lists(st.text(max_size=80), max_size=3))
@example("0,¨", [])  # a lone accent folds to nothing
def test_no_input_is_an_error(body: str, authors: list[str]) -> None:
    read_byline(body, authors)
    read_byline(f"<p>By {body}</p>", authors)
    read_byline(f"<p>Source: {body}</p>", authors)
    without_credit(body)


def test_two_copies_are_equal_without_their_credits() -> None:
    ours = f"By Tim Young, Friends of Bolivia\n\n{TEXT}\n\nIt is 40 metres deep."
    credits = "Republished from Friends of Bolivia with permission.\n\nThe post A well appeared first on Highland."
    theirs = f"{TEXT}\n\nIt is 40 metres deep.\n\n{credits}"
    assert without_credit(ours) == without_credit(theirs) == f"{TEXT}\n\nIt is 40 metres deep."


def test_a_text_without_credits_stays_the_same() -> None:
    assert without_credit(f"{TEXT}\n\n{TEXT}") == f"{TEXT}\n\n{TEXT}"
    assert without_credit("") == ""
