"""Which language an article is in, whatever is claimed about it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.extract.language import choose_language, detect_language

IN_USE = ("en", "es", "pt-BR", "fr", "de", "it")

# Invented news; each has more than 30 words.
LONG = {
    "en": "The cooperative met on Sunday to vote on the new well. Nearly all of its members came, although the rain had "
    "washed the road away. The old pump will be given to the school, where children still carry water from the river.",
    "es": "La cooperativa se reunió el domingo para votar sobre el nuevo pozo. Llegaron casi todos los socios, aunque la "
    "lluvia se había llevado el camino. La bomba vieja será para la escuela, donde los niños aún traen agua del río.",
    "pt": "A cooperativa reuniu-se no domingo para votar sobre o novo poço. Vieram quase todos os sócios, embora a chuva "
    "tivesse levado a estrada. A bomba velha vai para a escola, onde as crianças ainda trazem água do rio.",
    "fr": "La coopérative s’est réunie dimanche pour voter sur le nouveau puits. Presque tous les membres sont venus, bien "
    "que la pluie ait emporté la route. La vieille pompe ira à l’école, où les enfants portent encore l’eau de la rivière.",
    "de": "Die Genossenschaft kam am Sonntag zusammen, um über den neuen Brunnen abzustimmen. Fast alle Mitglieder waren "
    "da, obwohl der Regen die Straße weggespült hatte. Die alte Pumpe bekommt die Schule, die noch Wasser vom Fluss holt.",
    "it": "La cooperativa si è riunita domenica per votare sul nuovo pozzo. Sono venuti quasi tutti i soci, anche se la "
    "pioggia aveva portato via la strada. La vecchia pompa andrà alla scuola, dove i bambini portano ancora l’acqua dal fiume.",
    "ca": "La cooperativa es va reunir diumenge per votar sobre el nou pou. Hi van venir gairebé tots els socis, tot i que "
    "la pluja s’havia endut el camí. La bomba vella serà per a l’escola, on els nens encara porten aigua del riu.",
    "gl": "A cooperativa xuntouse o domingo para votar sobre o novo pozo. Viñeron case todos os socios, aínda que a choiva "
    "levara o camiño. A bomba vella será para a escola, onde os nenos aínda traen auga do río.",
}  # fmt: skip

HEADLINES = [
    ("en", "Cooperative votes on a new well"),
    ("en", "Bread prices rise again in the capital"),
    ("en", "FARMERS BLOCK THE ROAD TO THE MARKET"),
    ("es", "La cooperativa vota el nuevo pozo"),
    ("es", "Sube otra vez el precio del pan en la capital"),
    ("es", "CAMPESINOS BLOQUEAN LA CARRETERA AL MERCADO"),
    ("es", "1.200 familias sin agua desde 2019"),
    ("pt", "Cooperativa vota sobre o novo poço"),
    ("pt", "Preço do pão sobe de novo na capital"),
    ("pt", "Não há água desde março, dizem moradores"),
    ("fr", "La coopérative vote sur le nouveau puits"),
    ("fr", "Le prix du pain augmente encore dans la capitale"),
    ("fr", "Les paysans bloquent la route du marché"),
    ("de", "Der Brotpreis steigt in der Hauptstadt schon wieder"),
    ("it", "Il prezzo del pane sale ancora nella capitale"),
]


@pytest.mark.parametrize(("language", "headline"), HEADLINES)
def test_a_headline_is_enough(language: str, headline: str) -> None:
    assert detect_language(headline, IN_USE) == language


@pytest.mark.parametrize("language", sorted(LONG))
def test_a_text_tells_its_language(language: str) -> None:
    assert detect_language(LONG[language], [*IN_USE, "ca", "gl"]) == language


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("", IN_USE),
        (" \n ", IN_USE),
        ("12 345 – 6.7 %", IN_USE),
        ("https://partner.example/the-new-well", IN_USE),
        ("これは新しい井戸についての記事です。", IN_USE),
        (LONG["es"], ()),
        (LONG["es"], ("xx", "")),
    ],
    ids=["empty", "blank", "numbers only", "an address only", "none in use", "nothing is in use", "unknown languages"],
)
def test_nothing_is_detected(text: str, languages: tuple[str, ...]) -> None:
    assert detect_language(text, languages) == ""


SHORT = "La cooperativa vota el nuevo pozo el domingo en la escuela"
TWENTY_NINE = " ".join(LONG["es"].split()[:29])
THIRTY = " ".join(LONG["es"].split()[:30])
QUOTATION = "„" + LONG["de"][:120] + "“"

# name, text, what the feed and the page claim, language
CLAIMS = [
    ("the feed is believed", LONG["es"], ("es", ""), "es"),
    ("its region is kept", LONG["es"], ("es_BO", "es"), "es-BO"),
    ("the page is asked when the feed is silent", LONG["es"], ("", "es-419"), "es-419"),
    ("nobody says anything", LONG["pt"], ("", ""), "pt"),
    ("nobody is asked", LONG["fr"], (), "fr"),
    ("what a blog's software claims by itself", LONG["es"], ("en-US", "en-US"), "es"),
    ("the page knows better", LONG["es"], ("en-US", "es-BO"), "es-BO"),
    ("the feed knows better than the page", LONG["es"], ("es-BO", "en-US"), "es-BO"),
    ("Portuguese on a Spanish site", LONG["pt"], ("es", "es-ES"), "pt"),
    ("Spanish on a Portuguese site", LONG["es"], ("pt-BR", ""), "es"),
    ("Catalan, claimed and not in use", LONG["ca"], ("ca", ""), "ca"),
    ("Galician, claimed and not in use", LONG["gl"], ("gl-ES", ""), "gl-ES"),
    ("Catalan on a Spanish site that has no Catalan in use", LONG["ca"], ("es", ""), "es"),
    ("Spanish on a Catalan site", LONG["es"], ("ca", ""), "es"),
    ("a headline contradicts nobody", SHORT, ("en-US", ""), "en-US"),
    ("29 words contradict nobody", TWENTY_NINE, ("en-US", ""), "en-US"),
    ("30 words do", THIRTY, ("en-US", ""), "es"),
    ("empty", "", ("en-US", ""), "en-US"),
    ("empty and nothing said", "", ("", ""), ""),
    ("numbers only", "12 345 678 " * 20, ("es", ""), "es"),
    ("a long quotation", f"{LONG['es']} {QUOTATION} {LONG['es']} {LONG['es']}", ("es", ""), "es"),
    ("a quotation as long as the text", f"{LONG['es']} {LONG['en']}", ("es", ""), "es"),
    ("a page in two languages", f"{LONG['es']}\n\n{LONG['en']}\n\n{LONG['es']}\n\n{LONG['en']}", ("en", ""), "en"),
    ("a translation with a word from the editors", f"{LONG['fr']} {LONG['fr']} {LONG['fr']} Read more", ("en", ""), "fr"),
    ("no language", LONG["es"], ("und", "zxx"), "es"),
    ("a word instead of a tag", LONG["es"], ("Español", "x-default"), "es"),
    ("a language that nobody here knows", "Jilatanaka kullakanaka " * 20, ("ay", ""), "ay"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "claims", "language"), [pytest.param(*values, id=name) for name, *values in CLAIMS])
def test_a_claim_stands_until_a_text_clearly_contradicts(text: str, claims: tuple[str, ...], language: str) -> None:
    assert choose_language(text, claims, IN_USE) == language


def test_a_right_claim_is_never_overruled() -> None:
    for claimed, text in LONG.items():
        assert choose_language(text, [claimed], [*LONG, "nl", "pl", "ro"]) == claimed


def test_a_claim_in_capitals_is_the_same_language() -> None:
    assert choose_language(LONG["es"], ["ES"], IN_USE) == "ES"


@given(st.text(), st.lists(st.text(max_size=8), max_size=3))
def test_any_text_has_a_claimed_language_or_one_in_use_or_none(text: str, claims: list[str]) -> None:
    language = choose_language(text, claims, IN_USE)
    assert language in {"", "en", "es", "pt", "fr", "de", "it", *(claim.strip().replace("_", "-") for claim in claims)}
    assert detect_language(text, IN_USE) in {"", "en", "es", "pt", "fr", "de", "it"}
