"""Words and signs of titles, folded, in English, Spanish, Portuguese, French and some German.

What counts parts, what dates them, what makes a title that of a reply, a live page or a round-up.
"""

import re

# What is numbered. Words of one class count the same thing, so that "Part 2" is "2a parte".
NUMBERED = {
    word: kind
    for kind, words in {
        "part": "part pt parte parts partes partie teil chapter capitulo chapitre kapitel episode episodio ep entrega "
        "installment instalment volet volume vol tome tomo folge",
        "issue": "issue number no nr num numero n bulletin boletin boletim edition edicion edicao newsletter ausgabe",
        "week": "week wk semana semaine woche kw",
        "day": "day dia jour journee tag",
        "round": "round ronda jornada rodada session sesion sessao season temporada saison",
    }.items()
    for word in words.split()
}
ROMAN = {
    numeral: value
    for value, numeral in enumerate(
        "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx xxi xxii xxiii xxiv xxv".split(), 1
    )
}
CARDINALS = {
    word: value
    for value, words in enumerate(
        (
            "one uno una um uma un une eins",
            "two dos dois duas deux zwei",
            "three tres trois drei",
            "four cuatro quatro quatre vier",
            "five cinco cinq funf",
            "six seis sechs",
            "seven siete sete sept sieben",
            "eight ocho oito huit acht",
            "nine nueve nove neuf neun",
            "ten diez dez dix zehn",
            "eleven once onze elf",
            "twelve doce doze douze zwolf",
        ),
        1,
    )
    for word in words.split()
}
ORDINALS = {
    word: value
    for value, words in enumerate(
        (
            "first primer primero primera primeiro primeira premier premiere erster erste",
            "second segundo segunda deuxieme seconde zweiter zweite",
            "third tercer tercero tercera terceiro terceira troisieme dritter dritte",
            "fourth cuarto cuarta quarto quarta quatrieme vierter vierte",
            "fifth quinto quinta cinquieme funfter funfte",
            "sixth sexto sexta sixieme sechster sechste",
            "seventh septimo septima setimo setima septieme",
            "eighth octavo octava oitavo oitava huitieme",
            "ninth noveno novena nono nona neuvieme",
            "tenth decimo decima dixieme zehnter zehnte",
            "eleventh undecimo undecima onzieme",
            "twelfth duodecimo duodecima douzieme",
        ),
        1,
    )
    for word in words.split()
} | dict.fromkeys("last final ultimo ultima dernier derniere letzter letzte".split(), 99)
NTH = re.compile(r"(\d{1,3})(?:st|nd|rd|th|a|o|er|ere|e|eme|ra|da|ta)")
MONTHS = {
    word: value
    for value, words in enumerate(
        (
            "january jan enero ene janeiro janvier januar",
            "february feb febrero fevereiro fev fevrier februar",
            "march mar marzo marco mars marz",
            "april apr abril abr avril",
            "may mayo maio mai",
            "june jun junio junho juin juni",
            "july jul julio julho juillet juli",
            "august aug agosto ago aout",
            "september sep sept septiembre setiembre setembro set septembre",
            "october oct octubre outubro out octobre oktober okt",
            "november nov noviembre novembro novembre",
            "december dec diciembre dic dezembro dez decembre dezember",
        ),
        1,
    )
    for word in words.split()
}
WEEKDAYS = {
    word: value
    for value, words in enumerate(
        (
            "monday lunes lundi montag segunda",
            "tuesday martes mardi dienstag terca",
            "wednesday miercoles mercredi mittwoch quarta",
            "thursday jueves jeudi donnerstag quinta",
            "friday viernes vendredi freitag sexta",
            "saturday sabado samedi samstag",
            "sunday domingo dimanche sonntag",
        ),
        1,
    )
    for word in words.split()
}
# A number after one of these belongs to the sentence: "Death toll rises to 15".
BEFORE_FIGURE = frozenset(
    "to of at by from for in over under than about after until only is are was and or a al de del desde hasta por para "
    "en con los las mas menos unos son y o ate em com mais os as sobre cerca aux au des les plus moins sur par est et "
    "ou entre top under".split()
)

ONE_OF = re.compile(r"\b(\d{1,2}) ?(?:of|de|sur|von|/) ?(\d{1,2})\b")
FIGURE_OF = re.compile(r"[(\[] ?(\d{1,2}) ?/ ?(\d{1,2}) ?[)\]]|\b(\d{1,2})/(\d{1,2})$")
NUMBER_SIGN = re.compile(r"(?:#|№|n[º°o]\.? ?)(\d{1,4})\b")
ISO_DATE = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
SHORT_DATE = re.compile(r"\b(\d{1,2})[./](\d{1,2})[./](\d{4}|\d{2})\b")

REPLY = re.compile(
    r"^(?:re ?:|(?:an? |une |uma |una |my |our )?(?:reply|response|rejoinder|answer|rebuttal|respuesta|replica"
    r"|contestacion|resposta|reponse|replique|droit de reponse|derecho a replica|antwort) "
    r"(?:to|al?|aos?|as?|à|aux?|auf|of)\b|(?:in reply|in response|en respuesta|em resposta|en reponse) )"
    r"|[(\[](?:reply|response|respuesta|replica|resposta|reponse)[)\]]"
    r"|^(?:reply|response|respuesta|replica|resposta|reponse) ?:"
)
LIVE = re.compile(
    r"\blive(?: ?blog| updates?| coverage)\b|\blive ?[,:|–—-]|[(\[]live[)\]]|\bas it happened\b|\bminute by minute\b"
    r"|\b(?:minuto|minute)s? (?:a|por|par) (?:minuto|minute)\b|\ben (?:vivo|directo|direct)\b|\bao (?:vivo|minuto)\b"
    r"|\bliveticker\b"
)
ROUND_UP = re.compile(
    r"\b(?:round ?-?ups?|digest|newsletter|(?:weekly|daily|morning|evening|week(?:'s|’s)?) (?:news|briefing|brief"
    r"|update|links|review|summary|bulletin)|news (?:update|in brief|summary|of the (?:week|day))"
    r"|(?:week|month|day) in (?:review|brief)|this week(?: in\b|$)|in brief|reading list|press review"
    r"|(?:resumen|resumo|resume|boletin|boletim|noticias|revue|bulletin) (?:semanal|diario|mensual|mensal|de noticias"
    r"|de la semana|del dia|da semana|do dia|hebdomadaire|quotidien|de presse|de la semaine|du jour)"
    r"|(?:lo mejor|las noticias) de la semana|as noticias da semana|revista de prensa|revista da imprensa"
    r"|la semaine en|l.essentiel de|(?:semana|semaine) en bref|en bref|en breve|wochenruckblick|presseschau)\b"
)
STOP_WORDS = frozenset(
    "a an and are as at by for from in is of on or the to with el la los las un una y o de del al en por para con que "
    "se su os um uma e do da dos das em no na com le les des du et ou au aux dans pour par sur der die das und "
    "von".split()
)
