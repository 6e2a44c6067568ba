"""Two versions of a text -> a material change, or not.

A material change is one that a reader of the first version ought to know of: the headline, a figure, more than a few
words, or a correction that the newsroom announces. Only such a change moves an item's `updated`. What a page counts or
dates by itself (comments, views, "2 hours ago") is no change at all, where it stands alone in its line or between
dividers: within a sentence it is the newsroom's own figure. Knows words of English, Spanish, Portuguese and French.
"""

import re
import unicodedata
from collections import Counter

_FEW_WORDS = 12  # added plus removed: a sentence is more, a repaired typing error or link text less

_WORD = re.compile(r"\w+")
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_APOSTROPHE = re.compile("['’‘´`]")
_MARK = re.compile("[\u0300-\u036f]")
# Addresses, names of files and sizes of pictures in pixels: a site writes them anew whenever it is rebuilt.
_TECHNICAL = re.compile(
    r"(?:https?://|www\.)\S+|(?<!\S)\S{1,200}\.(?:jpe?g|png|gif|webp|avif|svg)\b|\b\d{3,4}[x×]\d{3,4}(?:px)?\b",
    re.IGNORECASE,
)

# From here on, patterns meet text that is folded: no case, no accents.
_NUMBER = r"\d+(?:[., ]\d+)*"
_DIVIDER = re.compile(r"[\n|·•]|\s[–—-]\s")
_COUNTED = (
    "comments? views? shares? likes? replies reply reads? reactions? comentarios? vistas? visitas? "
    "visualizacion(?:es)? visualizacoes lecturas? leituras? respuestas? respostas? reacciones reacoes compartidos? "
    "compartilhamentos? curtidas? commentaires? vues? partages? lectures? reponses? reactions?"
).replace(" ", "|")
_UNIT = (
    "s|secs?|seconds?|min|mins|minutes?|h|hrs?|hours?|days?|weeks?|months?|years?|segundos?|minutos?|horas?|dias?|"
    "semanas?|mes|meses|anos?|secondes?|heures?|jours?|semaines?|mois|ans?"
)
_MANY = rf"(?:{_NUMBER}\s*(?:k|m|mil|mille|thousand)?|an?|una?|uma?|une|no|sin|sem|ningun|nenhum|aucun)"
_DATED = (
    "published|posted|updated|last|modified|edited|publicad[oa]|actualizad[oa]|ultima|actualizacion|modificad[oa]|"
    "atualizad[oa]|atualizacao|editad[oa]|publiee?|mise?|a|jour|derniere|modifiee?|update"
)
_DATE_WORD = (
    "jan|january|enero|janeiro|janvier|feb|february|febrero|fevereiro|fev|fevrier|mar|march|marzo|marco|mars|apr|"
    "april|abr|abril|avr|avril|may|mayo|mai|maio|jun|june|junio|junho|juin|jul|july|julio|julho|juillet|aug|august|"
    "ago|agosto|aout|sept?|september|septiembre|set|setembro|septembre|oct|october|octubre|out|outubro|octobre|nov|"
    "november|noviembre|novembro|novembre|dec|december|dic|diciembre|dez|dezembro|decembre|mon|tue|wed|thu|fri|sat|"
    "sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday|lunes|martes|miercoles|jueves|viernes|sabado|"
    "domingo|segunda|terca|quarta|quinta|sexta|feira|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|on|at|the|of|"
    "el|a|las?|los|de|del|em|as|no|le|les|du|et|y|e|st|nd|rd|th|er|am|pm|utc|gmt|hs?|hrs|horas|heures"
)
_COUNTER = re.compile(
    rf"{_MANY}\s*(?:{_COUNTED}|me gusta|j.aime|people like this)"  # "5 comments", "1.2k views", "sin comentarios"
    rf"|(?:{_COUNTED})\W*{_NUMBER}\W*"  # "Comments (5)"
    rf"|(?:seen|read|viewed|shared|visto|leido|lido|vist[oa]|compartido|compartilhado|vue?|lue?|partagee?)\s+{_NUMBER}"
    r"\s*(?:times|veces|vezes|fois)"
    # "2 hours ago", "hace 2 horas", "há 2 horas", "il y a 2 heures", after "Published" or alone
    rf"|(?:(?:{_DATED})\W+)*(?:{_MANY}\s*(?:{_UNIT})\s+(?:ago|atras)|(?:hace|ha|il y a)\s+{_MANY}\s*(?:{_UNIT}))"
    r"|(?:(?:published|posted|updated|publicado|actualizado|atualizado|publie|mis a jour)\W+)?"
    r"(?:just now|yesterday|today|ahora|ayer|hoy|agora|ontem|hoje|a l.instant|hier|aujourd.hui)"
    # "3 min read", "Lectura de 3 minutos", "Temps de lecture : 3 min"
    rf"|{_NUMBER}\s*-?(?:{_UNIT})\s+(?:read|de lectura|de leitura|de lecture)"
    rf"|(?:reading time|read time|(?:tiempo |tempo |temps )?(?:de )?(?:lectura|leitura|lecture))\W+(?:de\s+)?"
    rf"{_NUMBER}\s*(?:{_UNIT})"
    # "Last updated: 3 November 2026, 10:15"
    rf"|(?:(?:{_DATED})\W+)+(?:(?:{_DATE_WORD}|\d+(?:st|nd|rd|th|er|h\d*)?)\W*(?:\b|$))+"
)
_ANNOUNCED = (
    "corrections?|corrected|clarifications?|editor s note|editors note|correccion(?:es)?|rectificacion(?:es)?|"
    "fe de erratas|fe de errores|aclaracion(?:es)?|nota del editor|nota de la redaccion|correcao|correcoes|erramos|"
    "errata|erratum|retificacao|esclarecimento|nota da redacao|nota do editor|rectificatifs?|precision|"
    "note de la redaction|update|actualizacion|atualizacao|mise a jour"
)
_CORRECTION = re.compile(
    # At the beginning of a line, up to a colon or dash, or alone: "Correction, November 3:", "[Errata]"
    rf"^[^\w\n]*(?:{_ANNOUNCED})\b(?:[^\w\n]*$|[^\n:]{{0,40}}:|\s*[]).–—-]\s)"
    r"|\b(?:(?:an|a) (?:earlier|previous) version of this|una version (?:anterior|previa) de est[ea]|"
    r"(?:uma|em) versao anterior dest[ea]|une (?:version precedente|precedente version) de cet)\b",
    re.MULTILINE,
)
_THOUSANDS = re.compile(r"\b\d{1,3}([., ])\d{3}(?:\1\d{3}){0,5}\b")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*|[a-z]+")
# Figures written as words. Left out: those that are other words in a neighbouring language, like "dos", "once", "cent".
_FIGURES = {
    word: figure
    for figure, words in {
        "2": "two deux duas dois",
        "3": "three tres trois",
        "4": "four cuatro quatro quatre",
        "5": "five cinco cinq",
        "6": "six seis",
        "7": "seven siete sete sept",
        "8": "eight ocho oito huit",
        "9": "nine nueve nove neuf",
        "10": "ten diez dez dix",
        "11": "eleven onze",
        "12": "twelve doce doze douze dozen docena duzia douzaine",
        "13": "thirteen trece treze",
        "14": "fourteen catorce catorze quatorze",
        "15": "fifteen quince quinze",
        "16": "sixteen dieciseis dezesseis seize",
        "17": "seventeen diecisiete dezessete",
        "18": "eighteen dieciocho dezoito",
        "19": "nineteen diecinueve dezenove",
        "20": "twenty veinte vinte vingt",
        "30": "thirty treinta trinta trente",
        "40": "forty cuarenta quarenta quarante",
        "50": "fifty cincuenta cinquenta cinquante",
        "60": "sixty sesenta sessenta soixante",
        "70": "seventy setenta septante",
        "80": "eighty ochenta oitenta",
        "90": "ninety noventa nonante",
        "100": "hundred hundreds cien ciento cientos cem centenas",
        "1000": "thousand thousands mil miles mille milliers",
        "1000000": "million millions millon millones milhao milhoes",
    }.items()
    for word in words.split()
}


def is_material(old_title: str, old_text: str, new_title: str, new_text: str) -> bool:
    """Tell whether readers of the old version should learn of the new one.

    Typography, case and accents never count, nor does the order of paragraphs.

    Args:
        old_text, new_text: plain text, a line for each paragraph.
    """
    if _words(_fold(old_title)) != _words(_fold(new_title)):
        return True
    old_text, new_text = _lasting(_fold(old_text)), _lasting(_fold(new_text))
    old, new = _words(old_text), _words(new_text)
    if old == new:
        return False
    if _figures(old_text) != _figures(new_text):
        return True
    if len(_CORRECTION.findall(new_text)) > len(_CORRECTION.findall(old_text)):
        return True
    before, after = Counter(old), Counter(new)
    return (before - after).total() + (after - before).total() > _FEW_WORDS


def _fold(text: str) -> str:
    """Take off case, accents, what is not seen, and what a site writes anew without anybody noticing."""
    text = unicodedata.normalize("NFKC", _UNSEEN.sub("", _TECHNICAL.sub(" ", text)))
    return _APOSTROPHE.sub(" ", _MARK.sub("", unicodedata.normalize("NFD", text.casefold())))


def _lasting(text: str) -> str:
    """Return folded text without what a page counts or dates by itself."""
    kept, start = [], 0
    for divider in (*_DIVIDER.finditer(text), None):
        end, after = divider.span() if divider else (len(text), len(text))
        piece = text[start:end]
        if len(piece) > 80 or not _COUNTER.fullmatch(piece.strip(" \t\r.,:;()[]")):
            kept.append(piece)
        kept.append(divider[0] if divider else "")
        start = after
    return "".join(kept)


def _figures(text: str) -> Counter[str]:
    """Count the figures of a folded text; "1,200", "1.200" and "1 200" are one, and so are "three" and "3"."""
    text = _THOUSANDS.sub(lambda match: re.sub(r"\D", "", match[0]), text)
    found = (_FIGURES.get(one, one if one[0].isdecimal() else "") for one in _FIGURE.findall(text))
    return Counter(one.replace(",", ".") for one in found if one)


def _words(text: str) -> list[str]:
    return _WORD.findall(text)
