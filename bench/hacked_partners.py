"""Twelve invented partners who live through a month, their honest oddities, and those who break into eleven of them.

All of it follows from a seed and a time, so that what stands on a site at any moment can be asked for again.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from bench.hacked_attacks import ATTACKS, POSTINGS

START = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = 30
_DAY = timedelta(days=1)
_NOUNS = {
    "en": "council harvest river teachers school clinic market valley union bridge women farmers library miners "
    "water road "
    "mayor students forest drought port fishermen museum radio election housing seeds festival nurses railway",
    "es": "consejo cosecha rio maestras escuela clinica mercado valle sindicato puente mujeres campesinos "
    "biblioteca mineros "
    "agua carretera alcaldesa estudiantes bosque sequia puerto pescadores museo radio eleccion vivienda semillas "
    "fiesta",
    "pt": "conselho colheita rio professoras escola clinica mercado vale sindicato ponte mulheres agricultores "
    "biblioteca "
    "mineiros agua estrada prefeita estudantes floresta seca porto pescadores museu radio eleicao moradia sementes "
    "festa",
    "fr": "conseil recolte riviere enseignantes ecole clinique marche vallee syndicat pont femmes paysans bibliotheque "
    "mineurs eau route maire etudiants foret secheresse port pecheurs musee radio election logement semences fete",
}
_SENTENCES = {
    "en": "The {0} met on Sunday to speak about the {1} and the {2}. | It was the third time this year that the {0} "
    "had to wait "
    "for an answer from the {1}. | “We have asked for the {1} since the spring,” said Ana Quispe, who speaks for "
    "the {0}. | "
    "Nobody from the {2} was there, and the {0} decided by a show of hands. | In the evening they walked from the "
    "{1} to the {0}. "
    "| The {1} costs more than it did a year ago, and the {2} has not been paid for. | Some of them fear that the "
    "{2} will not "
    "be ready before the rains. | By then the {0} wants to have a plan for the {2}, which is to be read out in the "
    "{1}.",
    "es": "El {0} se reunió el domingo para hablar de la {1} y del {2}. | Es la tercera vez este año que el {0} "
    "espera una "
    "respuesta de la {1}. | «Pedimos la {1} desde la primavera», dijo Ana Quispe, que habla por el {0}. | Nadie del "
    "{2} estaba "
    "allí, y el {0} decidió a mano alzada. | Por la tarde caminaron desde la {1} hasta el {0}. | La {1} cuesta más "
    "que hace un "
    "año, y el {2} todavía no se ha pagado. | Algunos temen que el {2} no esté listo antes de las lluvias. | Para "
    "entonces el {0} "
    "quiere tener un plan para el {2}, que se leerá en la {1}.",
    "pt": "O {0} se reuniu no domingo para falar da {1} e do {2}. | É a terceira vez neste ano que o {0} espera uma "
    "resposta da "
    "{1}. | “Pedimos a {1} desde a primavera”, disse Ana Moreira, que fala pelo {0}. | Ninguém do {2} estava lá, e "
    "o {0} decidiu "
    "com as mãos levantadas. | À tarde foram a pé da {1} até o {0}. | A {1} custa mais do que há um ano, e o {2} "
    "ainda não foi "
    "pago. | Alguns temem que o {2} não fique pronto antes das chuvas. | Até lá o {0} quer ter um plano para o {2}, "
    "que será "
    "lido na {1}.",
    "fr": "Le {0} s’est réuni dimanche pour parler de la {1} et du {2}. | C’est la troisième fois cette année que "
    "le {0} attend "
    "une réponse de la {1}. | « Nous demandons la {1} depuis le printemps », dit Ana Morel, qui parle pour le {0}. "
    "| Personne du "
    "{2} n’était là, et le {0} a décidé à main levée. | Le soir ils sont allés de la {1} jusqu’au {0}. | La {1} "
    "coûte plus "
    "qu’il y a un an, et le {2} n’a pas été payé. | Certains ont peur que le {2} ne soit pas prêt avant les pluies. "
    "| D’ici là le "
    "{0} veut avoir un plan pour le {2}, qui sera lu dans la {1}.",
}
_TITLES = {
    "en": ("The {0} waits for the {1}", "{0} and {1}: a long night", "Who pays for the {1}? The {0} asks"),
    "es": ("El {0} espera la {1}", "{0} y {1}: una larga noche", "¿Quién paga la {1}? Pregunta el {0}"),
    "pt": ("O {0} espera a {1}", "{0} e {1}: uma longa noite", "Quem paga a {1}? O {0} pergunta"),
    "fr": ("Le {0} attend la {1}", "{0} et {1} : une longue nuit", "Qui paie la {1} ? Le {0} demande"),
}
_LINKING = {  # sentences with a link, as reporters set it
    "en": (
        'The figures are in <a href="{url}">a study by the institute</a>, which was read here with care.',
        'As <a href="{url}">the newspaper of the region</a> wrote, it had been so for years.',
    ),
    "es": (
        'Las cifras están en <a href="{url}">un estudio del instituto</a>, que aquí se leyó con cuidado.',
        'Como escribió <a href="{url}">el diario de la región</a>, así fue durante años.',
    ),
    "pt": (
        'Os números estão em <a href="{url}">um estudo do instituto</a>, que aqui foi lido com cuidado.',
        'Como escreveu <a href="{url}">o jornal da região</a>, foi assim durante anos.',
    ),
    "fr": (
        'Les chiffres sont dans <a href="{url}">une étude de l’institut</a>, lue ici avec soin.',
        'Comme l’a écrit <a href="{url}">le journal de la région</a>, il en fut ainsi pendant des années.',
    ),
}
_EVERYWHERE = (
    "https://www.youtube.com/watch?v=a1b2c3",
    "https://x.com/someone/status/12",
    "https://en.wikipedia.org/wiki/Water",
    "https://www.facebook.com/partner",
    "https://archive.org/details/paper",
    "https://www.reuters.com/world/report",
    "https://www.salud.gob.bo/informe",
)


@dataclass(frozen=True)
class Post:
    """What stands at one address at one moment."""

    key: str
    url: str
    title: str
    html: str  # as the site gives it
    is_spam: bool  # an intruder wrote it, or put something in
    feed_text: str = ""  # what the feed says of it, where its page is fetched
    language: str = ""  # as declared


@dataclass(frozen=True)
class _Honest:
    number: int
    at: datetime
    language: str
    special: str = ""


@dataclass(eq=False)
class Partner:
    """One invented source. `attack` says what was done to it, from `hit_at` until `cleaned_at`."""

    id: str
    language: str
    per_day: float
    attack: str = ""
    has_pages: bool = False  # its feed has excerpts
    first_at: datetime = START - 20 * _DAY
    hit_at: datetime = START + 100 * _DAY
    cleaned_at: datetime = START + 100 * _DAY
    specials: dict[int, Sequence[str]] = field(default_factory=dict)  # day of the month -> odd but honest articles
    articles: list[_Honest] = field(default_factory=list)

    @property
    def site(self) -> str:
        return f"https://www.{self.id}.example/"

    def is_hit(self, now: datetime) -> bool:
        """Say whether intruders are in."""
        return self.hit_at <= now < self.cleaned_at

    def feed(self, now: datetime) -> list[Post]:
        """Return what stands in its feed, newest first."""
        honest = [self.post(one, now) for one in self.articles if one.at <= now][-10:]
        count = self._count_intruders(now)
        intruders = [self._intruder(number) for number in range(max(0, count - 10), count)]
        return [*reversed(intruders), *reversed(honest)]

    def look_up(self, key: str, now: datetime) -> Post | None:
        """Return what stands at an address that was seen before; None when it is gone."""
        kind, _, number = key.partition("-")
        if kind == "spam":
            return self._intruder(int(number)) if int(number) < self._count_intruders(now) else None
        return self.post(self.articles[int(number)], now)

    def post(self, one: _Honest, now: datetime) -> Post:
        """Return an honest article as it stands there now, with what was put into it."""
        title, html, text = _write(self.id, one)
        url = f"{self.site}{one.number}/"
        post = Post(f"post-{one.number}", url, title, html, False, text if self.has_pages else "", one.language)
        # Intruders reach into what is new, and into what stands on the first page.
        if self.is_hit(now) and self.attack in ATTACKS and one.at > self.hit_at - 3 * _DAY:
            tampered = ATTACKS[self.attack](title, html, random.Random(f"{self.id} {one.number} {self.attack}"))
            post = replace(post, title=tampered[0], html=tampered[1], is_spam=tampered != (title, html))
        return post

    def _count_intruders(self, now: datetime) -> int:
        if not self.is_hit(now) or self.attack not in POSTINGS:
            return 0
        return int((now - self.hit_at) / _DAY * POSTINGS[self.attack][1]) + 1

    def _intruder(self, number: int) -> Post:
        title, html = POSTINGS[self.attack][0](random.Random(f"{self.id} spam {number}"), number)
        return Post(f"spam-{number}", f"{self.site}spam-{number}/", title, html, True, language=self.language)


def cast_partners(seed: int = 1) -> list[Partner]:
    """Return the partners with all they publish in the month and the twenty days before it."""
    partners = [
        Partner("valley-news", "en", 2.5, "hidden links", specials={4: ("gambling",), 22: ("round-up",)}),
        Partner("puna-libre", "es", 2, "a link between paragraphs", specials={5: ("crypto",), 20: ("partner",) * 3}),
        Partner("rio-claro", "pt", 1.5, "links between sentences", specials=dict.fromkeys(range(3, 9), ("gift",))),
        Partner("harbour-desk", "en", 2, "search words of no theme", specials={3: ("round-up",), 17: ("round-up",)}),
        Partner("la-fragua", "es", 1.5, "words of the text linked", True, specials={6: ("video",), 21: ("gambling",)}),
        Partner("quatre-vents", "fr", 1, "articles that sell", specials={7: ("crypto",), 24: ("partner",) * 2}),
        Partner("cerro-alto", "es", 1.5, "Japanese shop pages", specials={9: ("section",), 16: ("section",)}),
        Partner("mill-street", "en", 1, "headlines of medicines", specials={8: ("gambling",), 23: ("crypto",)}),
        Partner("sertao-vivo", "pt", 2, "pages of another text", True, specials={10: ("partner",) * 4}),
        Partner("north-quay", "en", 1.5, "a block under everything", specials={22: ("scoop",) * 5, 26: ("video",)}),
        Partner("radio-tunari", "es", 2, "Indonesian slot articles", specials={10: ("scoop",) * 7, 25: ("gift",)}),
        Partner("young-leaf", "en", 1, first_at=START + 10 * _DAY, specials={13: ("gambling", "partner", "round-up")}),
    ]
    for place, partner in enumerate(partners):
        if partner.attack:
            partner.hit_at = START + (12 + place % 3) * _DAY + timedelta(hours=5)
            partner.cleaned_at = partner.hit_at + (3 + place % 2) * _DAY
        partner.articles = _calendar(partner, random.Random(f"{seed} {partner.id}"))
    return partners


def _calendar(partner: Partner, dice: random.Random) -> list[_Honest]:
    instants: list[tuple[datetime, str]] = []
    day = partner.first_at
    while day < START + DAYS * _DAY:
        number = (day - START) // _DAY
        count = int(partner.per_day) + (dice.random() < partner.per_day % 1)
        instants += [(day + timedelta(hours=6 + 14 * dice.random()), "") for _ in range(count)]
        for special in partner.specials.get(number, ()):
            instants.append((day + timedelta(hours=8 + 10 * dice.random()), special))
        day += _DAY
    languages = {"section": "en" if partner.language != "en" else "es"}
    return [
        _Honest(number, at, languages.get(special, partner.language), special)
        for number, (at, special) in enumerate(sorted(instants))
    ]


# --- honest articles -------------------------------------------------------------------------------------------------


@cache
def _write(partner: str, one: _Honest) -> tuple[str, str, str]:
    """Return title, HTML and the first sentences of an article."""
    dice = random.Random(f"{partner} {one.number}")
    nouns = dice.sample(_NOUNS[one.language].split(), 3)
    title = dice.choice(_TITLES[one.language]).format(*nouns)
    sentences = [sentence.strip().format(*nouns) for sentence in _SENTENCES[one.language].split("|")]
    dice.shuffle(sentences)
    text = " ".join(sentences[:2])
    if dice.random() < 0.5:  # reporters find a source of their own now and then, and mostly the known ones
        number = dice.randrange(8) if dice.random() < 0.7 else dice.randrange(10_000)
        url = f"https://www.source-{number}-{partner}.example/paper"
        sentences.insert(3, dice.choice(_LINKING[one.language]).format(url=url))
    if dice.random() < 0.4:
        sentences.insert(5, dice.choice(_LINKING[one.language]).format(url=dice.choice(_EVERYWHERE)))
    paragraphs = [" ".join(sentences[start : start + 3]) for start in range(0, len(sentences), 3)]
    if one.special in _SPECIALS:
        title, paragraphs = _SPECIALS[one.special](title, paragraphs, one.language)
    return title, "".join(part if part.startswith("<") else f"<p>{part}</p>\n" for part in paragraphs), text


def _gambling(title: str, paragraphs: list[str], language: str) -> tuple[str, list[str]]:
    told = {
        "en": "She lost her house to an online casino. “Free spins, they said, and a welcome bonus,” she says of "
        "the betting "
        "site. | Gambling addiction is treated in the clinic; the <a "
        'href="https://www.way-out-{0}.example">helpline for '
        "addicted players</a> counts more calls. | The regulator and the police look into two casinos, and a court "
        "has banned "
        "one of them. | Betting is played by one in ten students, said the ministry.",
        "es": "Perdió su casa en un casino online. «Giros gratis, decían, y un bono de bienvenida», cuenta de las "
        "apuestas. | La "
        'ludopatía se trata en la clínica; la <a href="https://www.salida-{0}.example">línea para la adicción</a> '
        "recibe más "
        "llamadas. | La policía y la fiscalía investigan dos casinos, y un tribunal cerró uno. | Según el "
        "ministerio, las "
        "apuestas llegan a uno de cada diez estudiantes.",
    }[language]
    name = "Lost to the casino: who helps the players" if language == "en" else "Perder en el casino: quién ayuda"
    return name, [*told.format(len(title)).split(" | "), *paragraphs[1:]]


def _crypto(title: str, paragraphs: list[str], language: str) -> tuple[str, list[str]]:
    told = {
        "en": "The firm promised guaranteed profit with bitcoin and easy money; the victims lost their savings to "
        "the fraud. | A "
        'judge ordered the <a href="https://www.coin-court-{0}.example/file">crypto platform</a> to open its books. '
        "| Police "
        "speak of a scam with forex trading and a trading bot that never was.",
        "es": "La empresa ofrecía dinero fácil con bitcoin; las víctimas de la estafa perdieron sus ahorros. | La "
        "jueza ordenó abrir "
        'los libros de <a href="https://www.caso-{0}.example/expediente">la plataforma de criptomonedas</a>. | La '
        "policía habla "
        "de un fraude con señales de forex.",
        "fr": "L’entreprise promettait de l’argent facile avec le bitcoin; les victimes de l’escroquerie ont perdu "
        "leurs économies. | "
        'La juge a saisi <a href="https://www.dossier-{0}.example">la plateforme de trading</a>. | La police parle '
        "d’une arnaque "
        "aux tokens.",
    }[language]
    names = {"en": "Bitcoin fraud before the court", "es": "La estafa del bitcoin", "fr": "L’arnaque au bitcoin jugée"}
    return names[language], [*told.format(len(title)).split(" | "), *paragraphs]


def _round_up(title: str, paragraphs: list[str], language: str) -> tuple[str, list[str]]:
    headlines = (
        "Teachers walk out in the north",
        "What the drought left behind",
        "A port without ships",
        "Who owns the seeds",
    )
    links = [
        f'<li><a href="https://www.paper-{place}-{len(title)}.example/story">{headline}</a></li>'
        for place, headline in enumerate(headlines)
    ]
    return f"What we read this week: {title}", [*paragraphs[:1], f"<ul>{''.join(links)}</ul>"]


def _partner(title: str, paragraphs: list[str], language: str) -> tuple[str, list[str]]:
    said = {"en": "With", "es": "Con", "pt": "Com", "fr": "Avec"}[language]
    credit = f'{said} <a href="https://www.altura-{language}.example">Radio Altura</a>, {paragraphs[0]}'
    return title, [credit, *paragraphs[1:]]


def _gift(title: str, paragraphs: list[str], language: str) -> tuple[str, list[str]]:
    asked = {"es": "Dona y apoya nuestro periodismo", "pt": "Doe e apoie o nosso jornalismo"}[language]
    return title, [*paragraphs, f'<p><a href="https://www.drive-{language}.example/now">{asked}</a></p>']


def _video(title: str, paragraphs: list[str], language: str) -> tuple[str, list[str]]:
    player = '<iframe src="https://www.youtube.com/embed/a1b2c3d4" title="The march"></iframe>'
    return title, [
        paragraphs[0],
        player,
        '<p><a href="https://www.instagram.com/p/xyz/">the march</a></p>',
        *paragraphs[1:],
    ]


_SPECIALS: dict[str, Callable[[str, list[str], str], tuple[str, list[str]]]] = {
    "gambling": _gambling,
    "crypto": _crypto,
    "round-up": _round_up,
    "partner": _partner,
    "gift": _gift,
    "video": _video,
}
