"""Invented articles in five languages for partners who go on for months: always the same for the same name and number.

Sentences are put together of parts and invented names drawn by lot, so that no two articles have much in common.
"""

import random
from dataclasses import dataclass
from functools import lru_cache

LANGUAGES = ("en", "es", "pt", "fr", "de")
_PARTS = {  # who or what | does | how it goes on
    "en": (
        "the council; the women of the valley; the new bridge; the teachers' union; a cooperative; the river board; "
        "the old harbour; the miners; the school on the hill; a radio station; the market; the seed bank; the mayor; "
        "the museum; the young farmers; a court in the capital; the night bus; the clinic; the lake; the festival",
        "has waited for; asks again for; met yesterday with; will not give up; has paid twice for; wrote a letter to; "
        "walked slowly past; wants to rebuild; knows little of; has taken leave of; speaks well of; counts upon; "
        "was surprised by; drew a map of; planted trees around; stands against",
        "since the rains began; although nobody had asked; as was agreed in March; until the money runs out; "
        "with the help of neighbours; for the third time this year; before the vote on Sunday; and few had expected "
        "that; which took two long days; because the road is closed; without a word to the press; as in the years "
        "after the flood",
    ),
    "es": (
        "el consejo; las mujeres del valle; el puente nuevo; el sindicato de maestras; una cooperativa; la junta del "
        "río; el puerto viejo; los mineros; la escuela del cerro; una emisora; el mercado; el banco de semillas; la "
        "alcaldesa; el museo; los jóvenes del campo; un juzgado de la capital; el autobús nocturno; la clínica; la "
        "laguna; la fiesta",
        "esperó mucho tiempo por; pide otra vez; se reunió ayer con; no quiere abandonar; ha pagado dos veces por; "
        "escribió una carta sobre; pasó despacio ante; quiere reconstruir; sabe muy poco de; se despidió de; habla "
        "bien de; cuenta todavía con; se sorprendió con; dibujó un mapa de; plantó árboles junto a; se levanta contra",
        "desde que empezaron las lluvias; aunque nadie lo había pedido; como se acordó en marzo; hasta que se acabe "
        "el dinero; con la ayuda de los vecinos; por tercera vez este año; antes del voto del domingo; y pocos lo "
        "esperaban; lo que tomó dos días largos; porque el camino está cerrado; sin una palabra a la prensa; como en "
        "los años de la crecida",
    ),
    "pt": (
        "o conselho; as mulheres do vale; a ponte nova; o sindicato das professoras; uma cooperativa; a junta do rio; "
        "o porto velho; os mineiros; a escola do morro; uma rádio; o mercado; o banco de sementes; a prefeita; o "
        "museu; os jovens do campo; um tribunal da capital; o ônibus noturno; a clínica; a lagoa; a festa",
        "esperou muito tempo por; pede outra vez; se reuniu ontem com; não quer abandonar; já pagou duas vezes por; "
        "escreveu uma carta sobre; passou devagar por; quer reconstruir; sabe muito pouco de; se despediu de; fala "
        "bem de; ainda conta com; ficou surpreso com; desenhou um mapa de; plantou árvores junto de; se levanta "
        "contra",
        "desde que começaram as chuvas; embora ninguém tivesse pedido; como foi combinado em março; até que acabe o "
        "dinheiro; com a ajuda dos vizinhos; pela terceira vez neste ano; antes da votação de domingo; e poucos "
        "esperavam isso; o que levou dois dias longos; porque a estrada está fechada; sem uma palavra à imprensa; "
        "como nos anos da enchente",
    ),
    "fr": (
        "le conseil; les femmes de la vallée; le nouveau pont; le syndicat des enseignantes; une coopérative; le "
        "comité de la rivière; le vieux port; les mineurs; l'école de la colline; une radio; le marché; la banque de "
        "semences; la maire; le musée; les jeunes paysans; un tribunal de la capitale; le bus de nuit; la clinique; "
        "le lac; la fête",
        "a longtemps attendu; demande encore une fois; a rencontré hier; ne veut pas abandonner; a payé deux fois "
        "pour; a écrit une lettre sur; est passé lentement devant; veut reconstruire; sait très peu de; a pris congé "
        "de; parle en bien de; compte toujours sur; a été surpris par; a dessiné un plan de; a planté des arbres près "
        "de; se dresse contre",
        "depuis le début des pluies; bien que personne ne l'ait demandé; comme convenu au mois de mars; jusqu'à la "
        "fin de l'argent; avec l'aide des voisins; pour la troisième fois cette année; avant le vote de dimanche; et "
        "peu l'avaient prévu; ce qui a pris deux longues journées; parce que la route est fermée; sans un mot à la "
        "presse; comme dans les années de la crue",
    ),
    "de": (
        "der Rat; die Frauen des Tals; die neue Brücke; die Gewerkschaft der Lehrerinnen; eine Genossenschaft; der "
        "Verband am Fluss; der alte Hafen; die Bergleute; die Schule auf dem Hügel; ein Sender; der Markt; die "
        "Saatgutbank; die Bürgermeisterin; das Museum; die jungen Bauern; ein Gericht der Hauptstadt; der Nachtbus; "
        "die Klinik; der See; das Fest",
        "hat lange gewartet auf; bittet noch einmal um; traf sich gestern wegen; gibt nichts auf gegen; hat zweimal "
        "bezahlt für; schrieb einen Brief über; ging langsam vorbei an; plant schon wieder für; weiß sehr wenig von; "
        "nahm Abschied von; spricht gut über; rechnet noch mit; war überrascht von; zeichnete eine Karte für; pflanzte "
        "Bäume neben; steht auf gegen",
        "seit der Regen begonnen hat; obwohl niemand gefragt hatte; wie im März vereinbart; bis das Geld zu Ende ist; "
        "mit der Hilfe von Nachbarn; zum dritten Mal in diesem Jahr; vor der Abstimmung am Sonntag; und wenige hatten "
        "das erwartet; was zwei lange Tage dauerte; weil die Straße gesperrt ist; ohne ein Wort an die Presse; wie in "
        "den Jahren nach der Flut",
    ),
}
_MOST_WORDS = 4  # of a part: no five in a row are the same in many articles, by which they would be compared
_WORDS = {
    language: [[" ".join(one.split()[:_MOST_WORDS]) for one in part.split("; ")] for part in parts]
    for language, parts in _PARTS.items()
}
_SYLLABLES = (
    "ba bel cor da den el fa fi gar go hu in ka lem lo mar mi nor o pa qui ra ron sa sil ta tor u ven zo".split()
)
_NAMES = 20_000
_SENTENCES = 3  # of a paragraph


@dataclass(frozen=True)
class Text:
    """One invented article."""

    title: str
    summary: str
    paragraphs: tuple[str, ...]

    @property
    def html(self) -> str:
        return "\n".join(f"<p>{paragraph}</p>" for paragraph in self.paragraphs)


@lru_cache(maxsize=4000)
def write_text(writer: str, number: int, language: str) -> Text:
    """Invent one article of some 200 to 350 words."""
    dice = random.Random(f"{writer} {number}")
    paragraphs = tuple(
        " ".join(_sentence(dice, language) for _ in range(_SENTENCES)) for _ in range(dice.randint(4, 7))
    )
    title = _sentence(dice, language)[:-1]
    return Text(title, paragraphs[0][:220], paragraphs)


def _sentence(dice: random.Random, language: str) -> str:
    who, does, rest = _WORDS[language]
    words = f"{dice.choice(who)} {_name(dice)} {dice.choice(does)} {_name(dice)}, {dice.choice(who)} {_name(dice)}, "
    words += f"{dice.choice(rest)} {_name(dice)}."
    return words[0].upper() + words[1:]


def _name(dice: random.Random) -> str:
    """Invent the name of a place or person."""
    number, name = dice.randrange(_NAMES) + len(_SYLLABLES), ""
    while number:
        number, syllable = divmod(number, len(_SYLLABLES))
        name += _SYLLABLES[syllable]
    return name.capitalize()
