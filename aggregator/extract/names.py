"""Takes the words of a byline apart: which are people, which the publication, and which say nothing.

English, Spanish, Portuguese and French. "By Tim Young, Friends of Bolivia" has no mark that tells a person from a
newsroom, so it is decided by the words: names of agencies, words that newsrooms are called by, given names that people
have, and, where none of these helps, by the place in the line: people first, then the publication. Where bylines stand
on a page is `byline`'s business.
"""

import re
import unicodedata
from dataclasses import dataclass

from aggregator.extract.namewords import (
    AGENCIES,
    CONNECTIVES,
    DATE_WORDS,
    GIVEN_NAMES,
    JOURNALISTS,
    LABELS,
    NEWSROOM_WORDS,
    NO_NAMES,
    NOBODY,
    PARTICLES,
    PLACES,
    ROLES,
    STAFF,
    TITLES,
)


@dataclass(frozen=True)
class Names:
    """What a byline names; `extra` when it also credits a photographer or translator."""

    people: tuple[str, ...] = ()
    publication: str = ""
    extra: bool = False


_PREFIX = re.compile(
    r"(?:(?:an? )?(?:written|words|story|text|report(?:ing|ed)?|article|opinion|analysis|commentary|interview|"
    r"guest post|posted|published|text and (?:photos|pictures)|words and pictures)\s+)?by\b\s*:?\s+|"
    r"(?:(?:escrit[oa]|texto|publicado|publicada|reportagem|entrevista|texto y fotos|texto e fotos|artículo|artigo|"
    r"análisis|análise|opinión|opinião|una? (?:nota|crónica))\s+)?por\b\s*:?\s+|"
    r"(?:un )?(?:texto|texte|article|artículo|artigo|reportagem|reportaje|cr[óô]nica)"
    r"(?: [ye] fotos| et photos| de opinión)?\s+"
    r"(?:de|d['’]|por|par)\s*:?\s+|"
    r"(?:(?:écrit|rédigé|publié|propos recueillis|article|texte|texte et photos)\s+)?par\b\s*:?\s+|"
    r"(?:da|de la|de)\s+(?=reda[cç])|"
    r"(?:authors?|autor(?:es|as?)?|auteure?s?|escriben?|written|text|words|story|report|"
    r"texto(?: [ye] fotos)?|texte|redacta|byline)\s*:\s*",
    re.IGNORECASE,
)
_SPECIAL = re.compile(
    r"(?:special(?:ly)?|exclusive(?:ly)?)\s+(?:to|for)\s+|(?:especial|exclusivo)\s+para\s+|(?:spécial|exclusif)\s+pour\s+",
    re.IGNORECASE,
)
_FOR = re.compile(
    r"\s+v[ií]a\s+|\s+(?:(?:special|exclusive)\s+)?(?:for|to)\s+|\s+(?:especial\s+)?para\s+|\s+(?:spécial\s+)?pour\s+"
)
_OF = re.compile(r"\s+(?:of|from|at)\s+")
_IN = re.compile(r"\s+(?:in|en|em|à|desde|from|reporting from)\s+(?=[A-ZÁÉÍÓÚ])")
_LEADING = re.compile(r"(?:for|para|pour|of|from|at|with|de|del|da|do|du|via|vía)\s+")
_ALSO = re.compile(r",?\s+(?:with )?(?:additional |further )?reporting (?:by|from)\s+")
_ON_DATE = re.compile(r"\s+(?:on|el|le|em)\s+(?=\S*\d|[A-Z]\w+\s\d)(.+)$")
_OFFICE = re.compile(rf"(?:nuestr[oa]|our|notre|noss[oa])?\s*(?i:{JOURNALISTS})\s+(?=[A-ZÁÉÍÓÚ])")
# "for the Highland Weekly" is cut, "The Lantern" and "El Faro" are names.
_ARTICLE = re.compile(r"^(?:(?:the|el|la|los|las|o|a|os|as|le|les)\s+|l['’])(?=[A-ZÁÉÍÓÚÀÂÊÔ])")
_OTHER_CREDIT = re.compile(
    r"(?:^|[\s.,;|/(–—-]+)(?:(?:and\s+|y\s+|e\s+|et\s+)?(?:photos?|photographs?|photography|pictures?|images?|illustrations?|"
    r"fotos?|fotografías?|fotografias?|imágenes|imagen|imagens?|ilustraci[oó]n|crédits?|vídeos?|videos?)\s*"
    r"(?:\s(?:by|de|por|par|d['’])\b|credit|:)|"
    r"(?:translat(?:ed|ion)|traducid[oa]|traducci[oó]n|traduzid[oa]|tradução|traduit|traduction|edited|editado|edição|"
    r"edición|édité)\s*(?:\s(?:by|de|por|par|into|al|do|du|from)\b|:)).*$",
    re.IGNORECASE | re.DOTALL,
)
_PARTS = re.compile(r"\s*[|•·;,()\[\]]\s*|\s+[-–—]+\s+|\s*/\s*|\s*[–—]\s*")
_AND = re.compile(r"\s+(?:and|y|e|et|with|con|com|avec|&)\s+|\s*&\s*", re.IGNORECASE)
_CONTACT = re.compile(r"(?:https?://)\S+|[\w.+-]+@[\w-]+\.[\w.-]+|(?<!\w)@\w+")
_DOMAIN = re.compile(
    r"(?:[\w-]+\.)+(?:com|org|net|info|news|bo|es|mx|ar|cl|pe|br|pt|fr|uk|eu|co|tv|media|example)", re.I
)
_MAX_LINE = 160  # characters; longer is a sentence
_MAX_FIELD = 500  # characters; the names of a dozen authors


def fold(text: str) -> str:
    """Return the text without case, accents and doubled spaces, to look words up by."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(one for one in plain if not unicodedata.combining(one)).replace("’", "'").split())


def read_line(text: str) -> Names | None:
    """Read a line of a body that says who wrote it.

    Returns:
        None when the line is anything else: it has no "By", or goes on to say something.
    """
    if len(text) > 2 * _MAX_LINE:
        return None
    text = _tidy(text)
    if not text or len(text) > _MAX_LINE or text[-1] in "?!:":
        return None
    text = _without_label(text)
    special = _SPECIAL.match(text)
    prefix = special or _PREFIX.match(text)
    if prefix is None:
        return None
    rest = text[prefix.end() :]
    if special:
        return Names(publication=_ARTICLE.sub("", rest)) if _kind(rest) in ("person", "publication") else None
    return _read(rest, strict=True)


def read_field(text: str) -> Names:
    """Read the author of a feed or page, as given there: with or without "By", one name or several."""
    text = text[:_MAX_FIELD]
    mailbox = re.fullmatch(r"\s*\S+@\S+\s*\((.+)\)\s*", text)  # RSS 2.0: "ana@example.org (Ana Quispe)"
    text = _without_label(_tidy(mailbox[1] if mailbox else text))
    special = _SPECIAL.match(text)
    if special:
        return Names(publication=_ARTICLE.sub("", text[special.end() :]))
    prefix = _PREFIX.match(text)
    return _read(text[prefix.end() :] if prefix else text, strict=False) or Names()


def _tidy(text: str) -> str:
    text = " ".join(_CONTACT.sub(" ", text).replace("\u00a0", " ").split())
    text = re.sub(r",\s+(Jr|Sr|II|III)\b\.?", r" \1", text)
    text = re.sub(r"\(\s*\)", "", text).strip(' *_~|•·-–—"“”«»,;')
    return text[:-1] if text.endswith(".") and not re.search(r"\b(?:\w|[JS]r)\.$", text) else text


def _without_label(text: str) -> str:
    """Drop what may stand before "By": a date, "Opinion |"."""
    parted = re.match(r"(.{1,40}?)(?:\s*[|•·–—:]\s*|\s+-\s+)(?=\w)", text)
    if parted and (fold(parted[1]) in LABELS or _is_date(parted[1])):
        return text[parted.end() :]
    return text


def _read(text: str, *, strict: bool) -> Names | None:
    """Read names parted by commas, bars and "and".

    Args:
        text: what follows "By".
        strict: None as soon as a part is no name, date, place or office.
    """
    shorter = _OTHER_CREDIT.sub("", text)
    extra = shorter != text
    shorter = _ALSO.sub(", ", shorter)
    dated = _ON_DATE.search(shorter)
    if dated and _is_date(dated[1]):
        shorter = shorter[: dated.start()]
    people: list[str] = []
    publications: list[str] = []
    understood = False
    parts = [part.strip(" .") for part in _PARTS.split(shorter)]
    parts = [part for part in parts if part]
    if len(parts) == 2 and all(" " not in part for part in parts) and fold(parts[1]) in GIVEN_NAMES:
        parts = [f"{parts[1]} {parts[0]}"]  # "Quispe, Ana"
    if strict and len(parts) > 1 and _is_mere_word(parts[0]):
        return None  # "By Land, Sea and Air"
    last_and = max((at for at, part in enumerate(parts) if len(_split_and(part)) > 1), default=-1)
    for at, part in enumerate(parts):
        part, newsroom = _split_newsroom(part)
        if newsroom:
            publications.append(newsroom)
        for name in _split_and(part) if part else []:
            office = _OFFICE.match(name)
            if office and fold(name[office.end() :]).split()[0] in GIVEN_NAMES:
                name = name[office.end() :]
            kind = _kind(name)
            late = bool(people) and at > last_and and at == len(parts) - 1
            if kind == "" and late and name[0].isupper() and len(name.split()) <= 4:
                kind = "publication"  # "Mémoire des luttes": not all languages capitalise names throughout
            if kind == "person" and late and not publications and fold(name).split()[0] not in GIVEN_NAMES:
                kind = "publication"  # "Tim Young, Green Left": two people would be joined by "and"
            if kind == "person":
                people.append(_plain_name(name))
            elif kind == "publication":
                publications.append(_newsroom_of(name) or _ARTICLE.sub("", name))
            elif kind == "" and strict:
                return None
            understood = understood or kind == "nobody"
    if not (people or publications or understood):
        return None
    return Names(tuple(dict.fromkeys(people)), publications[0] if publications else "", extra)


def _split_and(part: str) -> list[str]:
    """Part "Ana Quispe y Luis Mamani"; a newsroom's own "and" stays ("Democracia y Trabajo")."""
    given = [name for name in _AND.split(part) if name]
    names = [_ARTICLE.sub("", name) for name in given]
    # "Ana Quispe and the Highland Weekly" are two.
    if len(names) > 1 and (not _is_newsroom(part) or names != given or fold(names[0]).split()[0] in GIVEN_NAMES):
        kinds = [_kind(name) for name in names]
        if kinds[0] in ("person", "nobody") and all(
            kind or name[:1].isupper() for kind, name in zip(kinds, names, strict=True)
        ):
            return names
        if all(kind == "person" or fold(name) in AGENCIES for kind, name in zip(kinds, names, strict=True)):
            return names
    return [part]


def _split_newsroom(part: str) -> tuple[str, str]:
    """Part "Tim Young for Friends of Bolivia" and "for Friends of Bolivia" into who and newsroom; drop a place."""
    leading = _SPECIAL.match(part) or _LEADING.match(part)
    if leading:
        rest = _ARTICLE.sub("", part[leading.end() :])
        if rest[:1].isupper() or _DOMAIN.fullmatch(rest):
            return "", "" if fold(rest) in PLACES else rest
    for pattern in (_FOR, _OF):
        found = pattern.search(part)
        before = _IN.split(part[: found.start()])[0] if found else ""
        if found and all(_kind(name) in ("person", "nobody") for name in _split_and(before)):
            rest = _ARTICLE.sub("", part[found.end() :])
            if (rest[:1].isupper() or _DOMAIN.fullmatch(rest)) and _kind(rest) in ("person", "publication"):
                return before, rest
    place = _IN.search(part)
    if place and all(_kind(name) in ("person", "nobody") for name in _split_and(part[: place.start()])):
        return part[: place.start()], ""
    return part, ""


def _kind(name: str) -> str:
    """Say what a name is: "person", "publication", "nobody" (staff), "aside" (date, place, office) or "" (no name)."""
    folded = fold(name).strip(" .")
    words = folded.split()
    if not words:
        return "aside"
    if folded in NOBODY or (words[0] in ("the", "la", "el", "le") and " ".join(words[1:]) in NOBODY):
        return "nobody"
    if _is_date(name) or folded in PLACES or folded in LABELS:
        return "aside"
    if words[0] in ROLES and not _newsroom_of(name):
        return "aside"
    if _is_newsroom(name):
        return "publication"
    if set(words) & ROLES:
        return "publication" if _newsroom_of(name) else "aside"
    if set(words) & NO_NAMES:
        return ""
    return _shape(name)


def _is_newsroom(name: str) -> bool:
    folded = fold(name)
    words = re.findall(r"[\w'&.]+", folded)
    if folded.removeprefix("the ") in AGENCIES or _DOMAIN.fullmatch(folded) or _newsroom_of(name):
        return True
    if not (name[:1].isupper() or name[:1].isdigit() or _ARTICLE.match(name)):
        return False
    named = any(word in NEWSROOM_WORDS for word in words) and _shape(_ARTICLE.sub("", name)) != ""
    # "El Faro del Valle", "The Lantern": people are not called so.
    article = len(words) > 1 and re.match(
        r"(?:The|El|La|Los|Las|Le|Les|O|Os|As|L['’])(?:\s+|(?<=['’]))[A-ZÁÉÍÓÚ]", name
    )
    return named or bool(article)


def _newsroom_of(name: str) -> str:
    """Return X of "X staff", "Redacción de X", "editor of X"; "" for anything else."""
    found = re.fullmatch(rf"(?:the )?(.+?)(?:['’]s)?\s+(?i:{STAFF})", name)
    if found and found[1][:1].isupper() and fold(found[1]) not in NOBODY and fold(found[1]) not in ROLES:
        return "" if fold(found[1]).split()[0] in GIVEN_NAMES else _ARTICLE.sub("", found[1])
    offices = rf"(?i:(?:la |the |el |l['’])?(?:{STAFF}|{JOURNALISTS}|equip[oe]|équipe))"
    found = re.fullmatch(rf"{offices}\s+(?:(?:of|at|for|de|del|da|do|du|en|para|pour)\s+|d['’]|(?=[A-Z]))(.+)", name)
    if found and _kind_of_rest(_ARTICLE.sub("", found[1])):
        return _ARTICLE.sub("", found[1])
    return ""


def _kind_of_rest(rest: str) -> bool:
    return rest[:1].isupper() and fold(rest) not in PLACES and fold(rest) not in NOBODY and _shape(rest) != ""


def _shape(name: str) -> str:
    """Judge by capitals alone: "person", "publication" or "" (words of a sentence)."""
    words = [word.strip(".,'’\"“”") for word in name.split()]
    words = [word for word in words if word and fold(word) not in TITLES]
    if not words or len(words) > 9:
        return ""
    lower = [word for word in words if not word[0].isdigit() and word == word.lower()]
    if any(word.lower() not in CONNECTIVES and not re.match(r"[dl]['’][A-ZÉÀ]", word) for word in lower):
        return ""
    if words[0] in lower:
        return "person" if words[0].lower() in PARTICLES and len(words) > 1 and words[1][0].isupper() else ""
    capitals = [word for word in words if word not in lower]
    if len(words) == 1:
        return "person" if fold(words[0]) in GIVEN_NAMES else "publication"
    odd = any(any(one.isdigit() for one in word) for word in words)
    particles = all(word.lower() in PARTICLES or re.match(r"d['’]", word) for word in lower)
    return "person" if particles and not odd and 2 <= len(capitals) <= 5 else "publication"


def _is_mere_word(part: str) -> bool:
    """Whether a name is one capitalised word that no list knows: as likely the word of a sentence."""
    if " " in part or part != part.capitalize() or fold(part) in AGENCIES or _DOMAIN.fullmatch(part):
        return False
    return _kind(part) == "publication"


def _is_date(text: str) -> bool:
    words = re.findall(r"[^\W\d_]+|\d+", fold(text))
    return bool(words) and all(word.isdigit() or word in DATE_WORDS for word in words)


def _plain_name(name: str) -> str:
    """Return a person's name without "Dr", and not shouted."""
    words = [word for word in name.split() if fold(word).strip(".") not in TITLES]
    if len(words) > 1 and all(word.upper() == word for word in words):
        words = [word.lower() if word.lower() in PARTICLES else word.title() for word in words]
    return " ".join(words).strip(' ,;"“”*')
