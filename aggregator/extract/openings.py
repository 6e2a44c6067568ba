"""Finds the part of a line that may say who wrote an article: what stands behind "By", "Texto:" or "Special to".

English, Spanish, Portuguese, French, and the commonest openings of other languages. What stands there is judged in
`names`.
"""

import re
from dataclasses import dataclass

from aggregator.extract.kinds import CAPITAL, fold, is_agency, is_date, is_place
from aggregator.extract.namewords import LABELS


@dataclass(frozen=True)
class Opening:
    """Where a byline begins and ends in its line.

    Attributes:
        begin: where what belongs to it begins: the opening words, with a date or label before them.
        start: where the names begin.
        end: where another credit begins ("Photos: ..."), else the line's end.
        label: an agency or place that stands before it: "AP — By Tim Young".
        special: "Special to": what follows is a newsroom.
        soft: so common a word ("De", "Von") that what follows must surely be a person.
        work: "Análisis de": what follows must be a name.
    """

    begin: int
    start: int
    end: int
    label: str = ""
    special: bool = False
    soft: bool = False
    work: bool = False


_WORK_EN = (
    r"(?:(?:special|exclusive|news|opinion|guest|photo|book|personal|investigative) )?"
    r"(?:words|story|text|report(?:ing|ed|age)?|article|opinion|analysis|commentary|interview(?:ed)?|essay|column|review|"
    r"post|feature|piece|poem|letter|statement|dispatch)|op-ed|words and (?:pictures|photos)|"
    r"(?:text|story|words|article) (?:and|&) (?:photos|photographs|pictures|images|illustrations?|video)|"
    r"(?:photos|photographs|pictures|images) (?:and|&) (?:text|story|words)"
)
_WORK_ES = (
    r"textos?|artículo|nota|reportaje|crónica|entrevista|columna|análisis|opinión|investigación|informe|colaboración|"
    r"textos? y (?:fotos?|fotografías?|imágenes|vídeos?)|(?:fotos?|fotografías?|imágenes) y textos?"
)
_WORK_PT = (
    r"artigo|reportagem|matéria|coluna|análise|opinião|colaboração|"
    r"textos? e (?:fotos?|imagens|vídeos?)|(?:fotos?|imagens) e textos?|"
    r"reportagem e (?:fotos?|texto)"
)
_WORK_FR = (
    r"textes?|article|tribune|chronique|reportage|enquête|entretien|interview|analyse|récit|"
    r"textes? (?:et|&) (?:photos?|images|vidéos?)|photos? (?:et|&) textes?|(?:propos|entretien) recueillis?"
)
_WORK = rf"{_WORK_EN}|{_WORK_ES}|{_WORK_PT}|{_WORK_FR}"
_MADE = r"realizad[oa]|réalisée?|feit[oa]|conducted|menée?|escrit[oa]|écrite?|written|signée?|firmad[oa]|assinad[oa]"
_SAID = (
    r"(?:written|posted|published|submitted|contributed|authored)|(?:escrit|publicad|post|enviad)[oa]|"
    r"(?:écrit|rédigé|publié|posté|proposé|signé|mis en ligne|mis à jour)e?|updated|(?:actualizad|atualizad)[oa]"
)
_PREFIX = re.compile(
    rf"(?:(?:(?:an?|una?|une?|uma?|el|la|le|o|este|este)\s+)?(?:{_WORK})\s+(?:(?:{_MADE})\s+)?|"
    rf"(?:{_SAID})\s+|(?:(?:{_SAID})\b[\s:]*(?P<date>[^|]{{4,40}}?)[\s,|·-]+))?"
    r"(?:by|por|par)\b\s*:?\s+(?=\S)|"
    rf"(?:un|una|une|um|uma)\s+(?:{_WORK})\s+(?:de|d['’])\s*|"
    r"(?:da|de la|de)\s+(?=reda[cç])|(?:from|de|da|do)\s+(?=(?:our|notre|nuestr[oa]|noss[oa])\s)|"
    r"(?:escribe|escriben|escreve|escrevem)\s*:?\s+",
    re.IGNORECASE,
)
_SOFT = re.compile(
    rf"(?P<work>(?:{_WORK})\s+)?(?:de|d['’]|di)\s*(?<=[\s'’])(?={CAPITAL})|(?:von|door|av|af|di|signée?)\s*:?\s+",
    re.IGNORECASE,
)
_BEFORE_COLON = (
    rf"(?:(?:{_WORK})|authors?|autor(?:es|as?)?(?:[/(]as?\)?)?|auteure?s?|auteur[.·]e(?:[.·]?s)?|autorin|autore|"
    r"written by|redacta|redacción|redação|rédaction|byline|firma|escriben?|escreve|reporter[oa]?|periodista|"
    r"jornalista|journaliste|von|by|por|par)\s*:\s*"
)
_COLON = re.compile(_BEFORE_COLON, re.IGNORECASE)
# Looked for behind a mark only: at every letter of a line that holds a colon it takes a millisecond.
_APART = re.compile(rf"(?:^|[|/;,.()–—•·-])\s*(?P<colon>{_BEFORE_COLON})", re.IGNORECASE)
_SPECIAL = re.compile(
    r"(?:special(?:ly)?|exclusive(?:ly)?)\s+(?:to|for)\s+|(?:especial|exclusivo|exclusiva)\s+para\s+|"
    r"(?:spécial|exclusif|exclusivité)\s+pour\s+",
    re.IGNORECASE,
)
_OTHERS = (
    r"photos?|photographs?|photography|pictures?|images?|illustrations?|artwork|art|graphics?|cartoon|"
    r"fotos?|fotografías?|fotografias?|imágenes|imagen|imagens?|imagem|ilustraci[oó]n(?:es)?|ilustraç(?:ão|ões)|"
    r"dessins?|infographie|infografía|infográfico|vídeos?|videos?|vidéos?|cámara|câmera|"
    r"photo credit|crédits?|crédit photos?|créditos?(?: d[ae]s? (?:fotos?|imagens?))?"
)
_OTHER_CREDIT = re.compile(
    rf"(?:^|[\s.,;|/(–—•·-]+)(?:(?:and|with|y|e|et|con|com|avec|&)\s+)?(?P<credit>(?:{_OTHERS})\s*"
    r"(?:\s(?:by|de|por|par|d['’])|credit|:)|"
    r"(?:translat(?:ed|ion)|traducid[oa]|traducci[oó]n|traduzid[oa]|tradução|traduite?|traduction|"
    r"edit(?:ed|ing)|editad[oa]|edição|edición|édité|édition|revisão|revisión|revisad[oa]|relecture|"
    r"additional (?:reporting|research|editing)|fact[- ]check(?:ed|ing)|checagem|produced|production|producción)\s*"
    r"(?:\s(?:by|de|por|par|into|al|do|da|du|des?|from|l['’])|:))",
    re.IGNORECASE,
)
_PRE_LABEL = re.compile(r"(.{1,40}?)(?:\s*[|•·–—:]\s*|\s+-\s+|\s*/\s+)(?=\w)")


def find_opening(text: str) -> Opening | None:
    """Find the byline in a line; None when nothing in it opens one."""
    begin = _past_label(text)
    special = _SPECIAL.match(text, begin)
    if special:
        return Opening(0, special.end(), _end(text, special.end()), special=True)
    apart = _APART.search(text) if ":" in text else None
    colon = apart.span("colon") if apart else None
    place = colon if colon and colon[0] <= begin else None
    if place is None:
        prefix = _PREFIX.match(text, begin)
        if prefix and not (prefix["date"] and not is_date(prefix["date"])):
            place = prefix.span()
    if place is None and colon and _OTHER_CREDIT.match(text):  # "Fotos: Luis Mamani / Texto: Ana Quispe"
        place = colon
    if place:
        label = text[:begin].strip(" |•·–—:/-")
        return Opening(place[0] if place[0] > begin else 0, place[1], _end(text, place[1]), label)
    found = _SOFT.match(text, begin)
    if found is None:
        return None
    end = _end(text, found.end())
    return Opening(0, found.end(), end, work=True) if found["work"] else Opening(0, found.end(), end, soft=True)


def names_nobody(text: str) -> bool:
    """Whether a line credits only a photographer, a translator or the like."""
    return _OTHER_CREDIT.match(text) is not None


def other_credit_at(text: str) -> int:
    """Return where in a text the credit of a photographer, translator or the like begins, else its length."""
    return _end(text, 0)


def _end(text: str, start: int) -> int:
    found = _OTHER_CREDIT.search(text, start)
    return found.start("credit") if found else len(text)


def _past_label(text: str) -> int:
    """Return how far a date or a label such as "Opinion |" reaches at the line's beginning."""
    at = len(text) - len(text.lstrip(' *_~|•·–—-("“'))
    parted = _PRE_LABEL.match(text, at)
    if parted and _is_label(parted[1]) and not _COLON.match(text, at):
        return parted.end()
    return at


def _is_label(text: str) -> bool:
    return fold(text) in LABELS or is_date(text) or is_place(text) or is_agency(text)
