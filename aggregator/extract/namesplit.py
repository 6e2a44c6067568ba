"""Takes the text of a byline to pieces: by its marks, by "and", by "for" and "in", and leaves out what is no name.

The pieces are put together again in `names`, which decides what each of them is.
"""

import re
from collections.abc import Mapping

from aggregator.extract.kinds import (
    NEWSROOMS,
    PEOPLE,
    Kind,
    begins_with_given_name,
    fold,
    is_agency,
    is_date,
    is_domain,
    is_place,
    judge,
    newsroom_of,
    without_article,
)
from aggregator.extract.namewords import JOURNALISTS, STAFF

_FOR = re.compile(
    r"\s+v[ií]a\s+|\s+(?:(?:special|exclusive)(?:ly)?\s+)?(?:[Ff]or|to)\s+|"
    r"\s+(?:(?:especial|exclusivo|colaboraci[óo]n|colaboração)\s+)?para\s+|"
    r"\s+(?:spécial\s+)?pour\s+|\s+für\s+"
)
_FROM = r"(?:of|from|at|de|del|da|do|du|des|chez|via|vía|von)"
_OF = re.compile(r"\s+(?:of|from|at)\s+")
_IN = re.compile(r"\s+(?:reporting\s+)?(?:in|en|em|à|au|aux|desde|from|depuis|aus)\s+(?=[^\W\d_a-zà-ÿ])")
_LEADING_PLACE = re.compile(r"(?:reporting\s+)?(?:in|en|em|à|au|desde|from|de|da|do|depuis|aus)\s+(?=[^\W\d_a-zà-ÿ])")
_LEADING = re.compile(
    rf"(?:(?:special|exclusive)\s+(?:to|for)|(?:especial|exclusiv[oa]|colaboraci[óo]n|colaboração)\s+para|"
    rf"(?:spécial|exclusif)\s+pour|for|para|pour|{_FROM})\s+",
    re.IGNORECASE,
)
_ON_DATE = re.compile(r"\s+(?:on|el|le|em|am)\s+(?=\S*\d|[A-Z]\w+\s\d)(.+)$")
_OFFICE = re.compile(
    rf"(?:nuestr[oa]|our|notre|noss[oa]|the|el|la|o|a|le)?\s*(?i:{JOURNALISTS}|periodista|professor[a]?|profesora?)\s+"
    r"(?=[^\W\d_a-zà-ÿ])"
)
_PARTS = re.compile(
    r"(\s*[|•·;()\[\]*]\s*|\s*,\s*|\s+[-–—]+\s+|\s*/\s*(?!\d)|\s*[–—]\s*|"
    # a full stop, but not that of "Prof." or "St."
    r"(?<=[^\W\d_]{4})(?<!Prof)(?<!Profa)(?<!Dipl)\.\s+(?=[^\W\d_a-zà-ÿ]\w{3}))"
)
_AND = re.compile(r"\s+(?:and|y|e|et|und|og|och|ve|и|with|con|com|avec|mit|&|\+)\s+|\s*&\s*|、|，", re.IGNORECASE)
_TRAILING_AND = re.compile(r"[\s,;]+(?:and|with|y|e|et|con|com|avec)$", re.IGNORECASE)
_LEADING_AND = re.compile(r"^(?:and|with|y|e|et|con|com|avec|und|mit|&)\s+")
_CONTACT = re.compile(r"(?:https?://)\S+|[\w.+-]+@[\w-]+\.[\w.-]+|(?<!\w)@\w+")
_OTHERS = re.compile(
    r",?\s+(?:and (?:others|agenc(?:y|ies)|wires)|et al\.?|y otros|e outros|et d?'?autres)$", re.IGNORECASE
)
# "By Tim Young | Source: Highland Weekly"
_CREDITED = re.compile(
    r"(?:(?:original )?(?:source|fuente|fonte)|via|vía)\s*:\s*|"
    r"(?:was |fue |foi )?(?:(?:originally|first) (?:published|appeared)|"
    r"publicad[oa] (?:originalmente|originariamente|por primera vez)|"
    r"publiée? (?:à l'origine|initialement|d'abord))\s+(?:by|in|on|at|en|por|em|n[oa]|pel[oa]|par|dans|sur|chez)\s+",
    re.IGNORECASE,
)
_OFFICE_BEHIND = re.compile(rf"\s+(?i:{STAFF}|{JOURNALISTS})$")


def tidy(text: str) -> str:
    """Return a text without addresses, empty brackets, "and others" and the marks around it."""
    text = " ".join(_CONTACT.sub(" ", text).replace("\u00a0", " ").split())
    text = re.sub(r",\s+(Jr|Sr|II|III)\b\.?", r" \1", text)
    text = re.sub(r"\(\s*\W?\s*\)|<\s*>|\[\s*\d*\s*\]", "", text).strip(' *_~|•·-–—"“”«»,;/(¹²')
    text = _OTHERS.sub("", _TRAILING_AND.sub("", text))
    return text[:-1] if text.endswith(".") and not re.search(r"\b(?:\w|[JS]r)\.$", text) else text


def part_names(text: str) -> list[tuple[str, str]]:
    """Part a text by its marks: each part with the mark before it, stripped; "" before the first."""
    pieces = _PARTS.split(text)
    marks = ["", *(mark.strip() for mark in pieces[1::2])]
    parts = [
        (mark, part.strip(" .") if not _ends_short(part) else part.strip())
        for mark, part in zip(marks, pieces[::2], strict=True)
    ]
    # "Tim Young, with Ana Quispe"
    parts = [
        ("&", part[found.end() :]) if (found := _LEADING_AND.match(part)) else (mark, part) for mark, part in parts
    ]
    return [(mark, part) for mark, part in parts if part]


def _ends_short(part: str) -> bool:
    return re.search(r"\b(?:[^\W\d_]|[JS]r)\.$", part.strip()) is not None


def without_date(text: str) -> str:
    """Drop the date that ends a text without a mark before it: "Tim Young on May 3, 2026", "Tim Young 3 May"."""
    dated = _ON_DATE.search(text)
    if dated and is_date(dated[1]):
        return text[: dated.start()]
    words = text.split()
    for at in range(1, len(words)):
        rest = " ".join(words[at:])
        if any(one.isdigit() for one in rest) and is_date(rest):
            return " ".join(words[:at])
    return text


def split_and(part: str, known: Mapping[str, Kind]) -> list[str]:
    """Part "Ana Quispe y Luis Mamani"; a newsroom's own "and" stays ("Democracia y Trabajo")."""
    given = [name for name in _AND.split(part) if name]
    if len(given) < 2 or fold(part) in known:
        return [part]
    if len(given) == 2 and " " not in given[1] and judge(given[1], known) is Kind.TITLE and " " in given[0]:
        joined = judge(part, known)
        if joined is Kind.PERSON and re.search(r"\s[ye]\s", part) and not is_agency(given[1]):
            return [part]  # "Iara dos Santos e Silva"
    names = [without_article(name) for name in given]
    kinds = [judge(without_place(name, known), known) for name in names]
    if kinds[0] is Kind.NEWSROOM and all(is_agency(name) for name in names[1:]):
        return given
    if judge(part, known) is Kind.NEWSROOM and kinds[0] is not Kind.PERSON and names == given:
        return [part]
    # "Ana Quispe and the Highland Weekly" are two.
    if kinds[0] in PEOPLE | {Kind.STAFF} and Kind.WORDS not in kinds[1:]:
        return names
    if all(kind in PEOPLE or is_agency(name) for kind, name in zip(kinds, names, strict=True)):
        return names
    return [part]


def split_newsroom(part: str, known: Mapping[str, Kind]) -> tuple[str, str]:
    """Part "Tim Young for Friends of Bolivia" and "for Friends of Bolivia" into who and newsroom."""
    credited = _CREDITED.match(part)
    if credited and judge(part[credited.end() :], known) in PEOPLE | NEWSROOMS:
        return "", without_article(part[credited.end() :])
    for at in range(1, len(words := part.split())):
        if is_agency(" ".join(words[at:])) and judge(" ".join(words[:at]), known) in PEOPLE:
            return " ".join(words[:at]), " ".join(words[at:])  # "Tim Young Associated Press"
    for pattern in (_FOR, _OF):
        found = pattern.search(part)
        before = part[: found.start()] if found else ""
        whos = [judge(without_place(name, known), known) for name in split_and(before, known)] if before else []
        is_place_only = pattern is _FOR and before and not without_place(before, known)
        if found and (is_place_only or all(kind in PEOPLE | {Kind.STAFF} for kind in whos)):
            rest = without_article(part[found.end() :])
            kind = judge(rest, known)
            if pattern is _OF and is_place(rest):
                return before, ""
            if (rest[:1].isupper() or is_domain(rest)) and kind in PEOPLE | NEWSROOMS:
                return before, rest
    leading = _LEADING.match(part)
    if leading and (part[0].islower() or " " in leading[0].strip()):
        rest = without_article(part[leading.end() :])
        if is_place(_IN.split(rest)[0]):
            return "", ""
        if rest[:1].isupper() or is_domain(rest):
            return "", newsroom_of(rest) or rest
    return part, ""


def without_place(name: str, known: Mapping[str, Kind]) -> str:
    """Drop the place from "Sam Okoro in Nairobi"; a place alone becomes nothing."""
    place = _IN.search(name)
    before = name[: place.start()] if place else ""
    if place and (is_agency(before) or judge(before, known) in PEOPLE | {Kind.STAFF, Kind.ASIDE}):
        return before
    leading = _LEADING_PLACE.match(name)
    return "" if leading and len(name.split()) <= 4 and judge(name, known) not in PEOPLE else name


def past_office(name: str) -> str:
    """Drop the office from "our correspondent Ana Quispe" and "Ana Quispe Staff Writer"."""
    office = _OFFICE.match(name)
    if office and begins_with_given_name(name[office.end() :]):
        return name[office.end() :]
    behind = _OFFICE_BEHIND.search(name)
    return name[: behind.start()] if behind and begins_with_given_name(name) and behind.start() else name
