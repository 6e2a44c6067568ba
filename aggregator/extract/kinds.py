"""Judges one name of a byline: a person, a newsroom, staff that stays nameless, a remark, or mere words.

By what is known beforehand (author fields, the name of the site), by the word lists, and by capitals. What only looks
like a name is left open here: its place in the line decides, in `names`.
"""

import re
import unicodedata
from collections.abc import Mapping
from enum import Enum, auto
from itertools import pairwise

from aggregator.extract.givennames import GIVEN_NAMES
from aggregator.extract.namewords import (
    AGENCIES,
    CONNECTIVES,
    DATE_WORDS,
    DESK_WORDS,
    JOURNALISTS,
    LABELS,
    NEWSROOM_WORDS,
    NO_NAMES,
    NOBODY,
    PARTICLES,
    PLACES,
    ROLES,
    STAFF,
    STAFF_WORDS,
    TITLES,
    UNCASED_NEWSROOM,
)


class Kind(Enum):
    """What a name is."""

    PERSON = auto()
    NAME = auto()  # shaped like a person's, and no more is known
    NEWSROOM = auto()
    TITLE = auto()  # capitalised as newsrooms are, and headings
    STAFF = auto()  # "the editors"
    ASIDE = auto()  # a date, place or office
    WORDS = auto()  # of a sentence


CAPITAL = r"(?-i:[^\W\d_a-zà-ÿ])"  # also of scripts without capitals
PEOPLE = frozenset((Kind.PERSON, Kind.NAME))
NEWSROOMS = frozenset((Kind.NEWSROOM, Kind.TITLE))

# "for the Highland Weekly" is cut, "The Lantern" and "El Faro" are names.
_ARTICLE = re.compile(r"^(?:(?:the|el|la|los|las|o|a|os|as|le|les|der|die|das)\s+|l['’])(?=[^\W\d_a-zà-ÿ]|\d)")
_OWN_ARTICLE = re.compile(r"(?:The|El|La|Los|Las|Le|Les|O|Os|A|As|Il|Der|Die|Das)\s+(?=[^\W\d_a-zà-ÿ])|L['’](?=\w)")
_ARTICLES = frozenset(("la", "las", "los", "le", "el"))
_DOMAIN = re.compile(
    r"(?:[\w-]+\.)+(?:com|org|net|info|news|bo|es|mx|ar|cl|pe|br|pt|fr|uk|eu|co|tv|media|de|ch|at|it|nl|example)", re.I
)
_TITLED = re.compile(rf"\s*(?:(?:el|la|os?|a|le)\s+)?(?:(?:{'|'.join(sorted(TITLES))})\b\.?\s+)+(?={CAPITAL})", re.I)
_INITIAL = re.compile(r"(?<![\w.])[^\W\d_]\.(?=[\s\w]|$)")
_CLOCK = re.compile(r"\b\d{1,2}\s*[h:.]\s*\d{2}\b")


def fold(text: str) -> str:
    """Return the text without case, accents and doubled spaces, to look words up by."""
    if text.isascii():
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(one for one in plain if not unicodedata.combining(one)).replace("’", "'").split())


def judge(name: str, known: Mapping[str, Kind]) -> Kind:
    """Say what a name is.

    Args:
        known: folded names of which it is known.
    """
    folded = fold(name).strip(" .")
    words = folded.split()
    if not words:
        return Kind.ASIDE
    for spelling in (folded, fold(without_article(name))):
        if spelling in known:
            return known[spelling]
        if spelling in NOBODY or (set(words) & STAFF_WORDS and set(words) <= DESK_WORDS):
            return Kind.STAFF
    if is_date(name) or folded in PLACES or folded in LABELS:
        return Kind.ASIDE
    if titled := _TITLED.match(name):
        shaped = _shape(name[titled.end() :])
        return Kind.PERSON if shaped in PEOPLE else shaped
    person = begins_with_given_name(name) and _shape(name) is Kind.PERSON
    if person and len(words) < 4 and not set(words[1:]) & NEWSROOM_WORDS:
        return Kind.PERSON
    if is_agency(without_article(name)) or newsroom_of(name):
        return Kind.NEWSROOM
    if any(word.strip(",.") in ROLES for word in words):
        return Kind.ASIDE if name[0].islower() or words[0] in ROLES or words[-1] in ROLES else Kind.TITLE
    if _is_newsroom(name):
        return Kind.NEWSROOM
    return _shape(name)


def newsroom_of(name: str) -> str:
    """Return X of "X staff", "Redacción de X", "editor of X"; "" for anything else."""
    if is_agency(name):
        return ""  # "Repórter Brasil"
    found = re.fullmatch(rf"(?:the )?(.+?)(?:['’]s)?\s+(?i:(?!editor$)(?:{STAFF}))", name)
    if found and _may_be_newsroom(found[1]):
        return "" if begins_with_given_name(found[1]) else without_article(found[1])
    offices = rf"(?i:(?:la |the |el |l['’]|our |nuestr[oa] |notre )?(?:{STAFF}|{JOURNALISTS}))"
    found = re.fullmatch(
        rf"{offices}\s+(?:(?:of|at|for|with|de|del|da|do|du|des|en|em|para|pour|à|au|chez|von|der)\s+|d['’]|"
        rf"(?=[^\W\d_a-zà-ÿ]))(.+)",
        name,
    )
    if found:
        rest = re.sub(r"\s+(?:in|en|em|à)\s+\S.*$", "", without_article(found[1].removeprefix("la ")))
        return rest if _may_be_newsroom(rest) else ""
    return ""


def without_article(name: str) -> str:
    """Return a newsroom's name without the sentence's own article."""
    return _ARTICLE.sub("", name)


def begins_with_given_name(name: str) -> bool:
    """Tell whether the first word is a given name; "Jean-Loup" by its first half."""
    first = next(iter(fold(name).split()), "")
    return first in GIVEN_NAMES or ("-" in first and first.split("-")[0] in GIVEN_NAMES)


def is_agency(name: str) -> bool:
    """Tell whether a name is that of a known news agency."""
    return fold(name).strip(" .").removeprefix("the ") in AGENCIES


def is_date(text: str) -> bool:
    """Tell whether a text is a date or a time of day."""
    words = re.findall(r"[^\W\d_]+|\d+", fold(_CLOCK.sub("1", text)))
    return bool(words) and all(word.isdigit() or word in DATE_WORDS for word in words)


def is_place(text: str) -> bool:
    """Tell whether a text is the name of a known place, with its country or without."""
    folded = fold(text).strip(" .")
    return folded in PLACES or all(part.strip() in PLACES for part in folded.split(","))


def is_domain(name: str) -> bool:
    """Tell whether a name is the address of a site: "faro.example"."""
    return _DOMAIN.fullmatch(name) is not None


def plain_name(name: str) -> str:
    """Return a person's name without "Dr", and not shouted."""
    titled = _TITLED.match(name)
    words = name[titled.end() if titled else 0 :].strip(' ,;"“”*').split()
    if len(words) > 1 and all(word.upper() == word for word in words) and len("".join(words)) > 4:
        words = [words[0].title(), *(_quiet(word, before) for before, word in pairwise(words))]
    return re.sub(r"\bMc([a-z])", lambda found: f"Mc{found[1].upper()}", " ".join(words))


def _quiet(word: str, before: str) -> str:
    # "María de la Cruz", but "Solène Le Goff"
    if word.lower() in PARTICLES and (word.lower() not in _ARTICLES or before.lower() == "de"):
        return word.lower()
    return re.sub(r"^D(?=['’])", "d", word.title())


def _may_be_newsroom(name: str) -> bool:
    words = set(fold(name).split())
    if not name[:1].isupper() or fold(name) in PLACES or fold(name) in NOBODY or words <= DESK_WORDS or words <= ROLES:
        return False
    return _shape(name) is not Kind.WORDS


def _is_newsroom(name: str) -> bool:
    folded = fold(name)
    if is_agency(name) or is_domain(folded) or any(sign in name for sign in UNCASED_NEWSROOM):
        return True
    if not (name[:1].isupper() or name[:1].isdigit() or _ARTICLE.match(name)):
        return False
    words = re.findall(r"[\w'&.]+", folded)
    if any(word in NEWSROOM_WORDS for word in words) and _shape(without_article(name)) is not Kind.WORDS:
        return True
    # "El Faro del Valle", "The Lantern": people are not called so, though headings may be ("The River").
    shown = name.title() if name.isupper() else name
    return _OWN_ARTICLE.match(shown) is not None and not set(words[1:]) & NO_NAMES and _shape(name) is not Kind.WORDS


def _shape(name: str) -> Kind:
    """Judge by capitals: PERSON, NAME, TITLE or WORDS."""
    words = [word.strip(".,'’\"“”") for word in name.split()]
    words = [word for word in words if word]
    if not words or len(words) > 9 or ":" in name:
        return Kind.WORDS
    if not any(word[0].isupper() or word[0].islower() for word in words):  # a script without capitals
        return Kind.PERSON if not re.search(r"\d", name) and len(name) <= 30 else Kind.WORDS
    lower = [word for word in words if not word[0].isdigit() and word == word.lower()]
    if any(word.lower() not in CONNECTIVES and not re.match(r"[dl]['’][^\W\d_a-zà-ÿ]", word) for word in lower):
        return Kind.WORDS
    capitals = [word for word in words if word not in lower]
    if words[0] in lower:
        is_name = words[0].lower() in PARTICLES and len(words) > 1 and words[1][0].isupper()
        return Kind.NAME if is_name and 2 <= len(capitals) < 5 and not _is_common(words) else Kind.WORDS
    if len(words) == 1:
        return Kind.PERSON if fold(words[0]) in GIVEN_NAMES else Kind.TITLE
    odd = any(any(one.isdigit() for one in word) or word.endswith(("'s", "’s")) for word in words)
    joined = all(word.lower() in PARTICLES or re.match(r"d['’]", word) for word in lower)
    if odd or not joined or not 2 <= len(capitals) <= 6:
        return Kind.TITLE
    if begins_with_given_name(name) or _INITIAL.search(name):
        return Kind.PERSON
    return Kind.TITLE if _is_common(words) else Kind.NAME


def _is_common(words: list[str]) -> bool:
    return any(fold(word) in NO_NAMES for word in words)
