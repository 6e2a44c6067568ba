"""Takes the words of a byline apart: which are people, which the publication, and which say nothing.

"By Tim Young, Friends of Bolivia" has no mark that tells a person from a newsroom. `kinds` judges each name by itself;
where that leaves it open, its place in the line decides here: people first, then the publication. Where bylines stand
on a page is `byline`'s business.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from aggregator.extract.kinds import (
    NEWSROOMS,
    PEOPLE,
    Kind,
    begins_with_given_name,
    fold,
    is_agency,
    is_date,
    is_place,
    judge,
    newsroom_of,
    plain_name,
    without_article,
)
from aggregator.extract.namesplit import (
    part_names,
    past_office,
    split_and,
    split_newsroom,
    tidy,
    without_date,
    without_place,
)
from aggregator.extract.namewords import ROLES, STAFF
from aggregator.extract.openings import find_opening, other_credit_at


@dataclass(frozen=True)
class Names:
    """What a byline names; `special` when it leaves open by whom: "Special to ...", "(AFP)"."""

    people: tuple[str, ...] = ()
    publication: str = ""
    special: bool = False


@dataclass(frozen=True)
class Reading:
    """A byline with its place in the line: what stands outside of it is no part of it."""

    names: Names
    begin: int
    end: int


_BY = re.compile(r"\s+(?:by|por|par)\s+", re.IGNORECASE)
_BY_AGAIN = re.compile(r"(?:by|por|par)\s", re.IGNORECASE)
_ALSO = re.compile(r",?\s+(?:with )?(?:additional |further )?reporting (?:by|from)\s+")
_MAX_LINE = 200  # characters; longer is a sentence
_MAX_FIELD = 500  # characters; the names of a dozen authors
_MAX_ASIDE = 8  # words; more, behind a name, are a sentence
# Alone in a line these are headings as often as signatures.
_HEADINGS = frozenset(
    "editorial prensa imprensa web team test info contenido medios site desk contributors author autor auteur editor "
    "editors autores authors guest invitado invites colaboradores support staff externe divers varios various".split()
)


def read_line(text: str, known: Mapping[str, Kind]) -> Reading | None:
    """Read a line of a body that says who wrote it.

    Args:
        text: the line, its white space made single.
        known: folded names that the author fields and the site's own name give away.

    Returns:
        None when the line is anything else: nothing opens a byline, or it goes on to say something.
    """
    if len(text) > 2 * _MAX_LINE:
        return None
    opening = find_opening(text)
    if opening is None:
        return None
    said = tidy(text[opening.start : opening.end])
    if not said or len(said) > _MAX_LINE or _is_said_aloud(said):
        return None
    if opening.special:
        names = _read_special(said, known)
    else:
        is_stopped = text[opening.start : opening.end].rstrip().endswith(".")
        names = _read(said, known, strict=True, soft=opening.soft, is_stopped=is_stopped)
        if opening.work and not (names and names.people):
            names = None
    if names and not names.publication and is_agency(opening.label):
        names = replace(names, publication=opening.label)
    return Reading(names, opening.begin, opening.end) if names else None


def read_bare(text: str, known: Mapping[str, Kind]) -> Reading | None:
    """Read a line without "By": staff, an agency, or a name that is known, with what may stand beside it."""
    if len(text) > 100:
        return None
    end = other_credit_at(text)
    said = tidy(text[:end])
    if not said or _is_said_aloud(said):
        return None
    parts = part_names(said)
    first = parts[0][1] if parts else ""
    first, _ = split_newsroom(first, known) if parts else ("", "")
    kind = judge(first, known) if first else Kind.WORDS
    asides = all(judge(part, known) is Kind.ASIDE for _, part in parts[1:])
    is_staff = (kind is Kind.STAFF and fold(first) not in _HEADINGS) or (
        newsroom_of(first) and _begins_with_staff(first)
    )
    if is_staff or is_agency(first):
        sure = asides
    else:
        sure = any(fold(name) in known and known[fold(name)] is Kind.PERSON for name in split_and(first, known))
    names = _read(said, known, strict=True, soft=False) if sure else None
    return Reading(replace(names, special=not names.people), 0, end) if names else None


def read_field(text: str, known: Mapping[str, Kind] | None = None) -> Names:
    """Read the author of a feed or page, as given there: with or without "By", one name or several."""
    text = text[:_MAX_FIELD]
    mailbox = re.fullmatch(r"\s*\S+@\S+\s*\((.+)\)\s*", text)  # RSS 2.0: "ana@example.org (Ana Quispe)"
    text = " ".join((mailbox[1] if mailbox else text).split())
    opening = find_opening(text)
    if opening:
        text = text[opening.start : opening.end]
        if opening.special:
            return _read_special(tidy(text), known or {}) or Names()
    return _read(tidy(text[: other_credit_at(text)]), known or {}, strict=False, soft=False) or Names()


def _read_special(text: str, known: Mapping[str, Kind]) -> Names | None:
    """Read what stands behind "Special to": a newsroom, and perhaps by whom."""
    newsroom, _, by = _BY.sub("\n", text, count=1).partition("\n")
    people = _read(by, known, strict=True, soft=False) if by else Names()
    if people is None or judge(newsroom, known) not in NEWSROOMS | PEOPLE:
        return None
    return Names(people.people, without_article(newsroom), special=not people.people)


def _is_said_aloud(text: str) -> bool:
    """Whether a text ends as sentences do and names do not, except "Democracy Now!"."""
    return text[-1] in "?!:" and not is_agency(part_names(text)[-1][1] if part_names(text) else "")


def _begins_with_staff(name: str) -> bool:
    return re.match(rf"(?:(?:the|la|a|o|el)\s+)?(?:{STAFF})\b", name, re.IGNORECASE) is not None


def _read(text: str, known: Mapping[str, Kind], *, strict: bool, soft: bool, is_stopped: bool = False) -> Names | None:
    """Read names parted by commas, bars and "and".

    Args:
        text: what follows "By".
        strict: None as soon as a part is no name, date, place or office, or when nothing is surely a name.
        soft: None unless the first part is surely people.
        is_stopped: whether it ended in a full stop, as sentences do.
    """
    text = _ALSO.sub(", ", text)
    text = without_date(text)
    parts = part_names(text)
    if len(parts) == 2 and all(" " not in part for _, part in parts) and begins_with_given_name(parts[1][1]):
        parts = [("", f"{parts[1][1]} {parts[0][1]}")]  # "Quispe, Ana"
    last_and = max((at for at, (_, part) in enumerate(parts) if len(split_and(part, known)) > 1), default=-1)
    people: list[str] = []
    publications: list[str] = []
    understood = False
    for at, (mark, part) in enumerate(parts):
        who, newsroom = split_newsroom(part, known)
        if newsroom:
            publications.append(newsroom)
            understood = True
        for name in split_and(who, known) if who else []:
            name = past_office(without_place(name, known))
            kind = judge(name, known)
            if at > 0 and strict and _BY_AGAIN.match(name):
                return None  # "Por Juana, por María, por todas"
            if at == 0 and (kind is Kind.WORDS or (kind is Kind.TITLE and not _is_short_for(name))) and strict:
                return None
            if mark == "(" and len(name) == 2 and name.isupper() and not is_agency(name):
                kind = Kind.ASIDE  # "Belém (PA)"
            if kind is Kind.WORDS and not strict and name[0].isupper() and len(name.split()) < 6:
                kind = Kind.PERSON if begins_with_given_name(name) and len(name.split()) == 2 else Kind.NEWSROOM
            if soft and at == 0 and kind is not Kind.PERSON:
                return None
            if at > 0 and kind in (Kind.NAME, Kind.TITLE, Kind.WORDS):
                kind = _judge_by_place(name, kind, mark, at, parts, last_and, bool(people), bool(publications))
            if kind in PEOPLE:
                people.append(plain_name(name))
            elif kind in NEWSROOMS:
                publications.append(newsroom_of(name) or without_article(name))
            elif kind is Kind.ASIDE and newsroom_of(name):
                publications.append(newsroom_of(name))
            elif kind is Kind.WORDS and strict and not (people and _is_remark(name, is_stopped)):
                return None
            understood = understood or kind is Kind.STAFF
    if not (people or publications or understood):
        return None
    return Names(tuple(dict.fromkeys(people)), publications[0] if publications else "")


def _judge_by_place(
    name: str, kind: Kind, mark: str, at: int, parts: list[tuple[str, str]], last_and: int, people: bool, found: bool
) -> Kind:
    """Judge a name that its words leave open by where it stands."""
    is_last = at == len(parts) - 1 or all(is_date(part) or is_place(part) for _, part in parts[at + 1 :])
    if kind is Kind.WORDS:
        # "Mémoire des luttes": not all languages capitalise names throughout
        short = name[0].isupper() and len(name.split()) <= 4
        return Kind.NEWSROOM if short and people and at > last_and and is_last else kind
    if kind is Kind.TITLE:
        return Kind.NEWSROOM
    if not people or at <= last_and or found or not is_last or mark in (";", "&"):
        return Kind.PERSON
    # "Tim Young, Green Left": two people would be joined by "and"; three in a row are people.
    in_a_row = at >= 2 and all(one == "," for one, _ in parts[1 : at + 1]) and last_and < 0
    return Kind.PERSON if in_a_row and mark == "," else Kind.NEWSROOM


def _is_remark(name: str, is_stopped: bool) -> bool:
    """Whether words behind a name say what the person does: "a baker from the valley"; a sentence ends in a stop."""
    words = fold(name).split()
    return name[0].islower() and (bool(set(words) & ROLES) or (len(words) <= _MAX_ASIDE and not is_stopped))


def _is_short_for(name: str) -> bool:
    """Whether one word is an abbreviation, as newsrooms are called by: "CEDLA"."""
    return name.isupper() and 2 <= len(name) <= 6 and " " not in name
