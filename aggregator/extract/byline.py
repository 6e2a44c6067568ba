"""Finds who wrote an article: its byline and its credit lines, in the body and in the author fields around it.

"By Tim Young, Friends of Bolivia" is a byline and leaves the body, since every article we publish gets one of ours;
the photographer or translator credited beside it stays. "Originally published by El Faro del Valle" is a credit line:
it names the origin and stays. Which of the words are people is decided in `names`. Only lines near the top or the very
end count: further in they belong to the text.
"""

import re
from collections.abc import Mapping, Sequence

from aggregator.extract.bodylines import Line, inner_html, parse_body, part_lines, remove, remove_part
from aggregator.extract.credit import is_footer, link_to, read_credit, read_dateline
from aggregator.extract.kinds import NEWSROOMS, Kind, begins_with_given_name, fold, judge, without_article
from aggregator.extract.names import Names, Reading, read_bare, read_field, read_line
from aggregator.models import Attribution, Credit

_TOP = 6  # lines: title, standfirst, date and place may stand above a byline
_END = 4
_BARE_TOP = 3  # lines: without "By" only the first and last ones count
_BARE_END = 2
_LONE_OPENING = re.compile(
    r"(?:(?:written|words|text|story) )?by|(?:(?:escrito|texto) )?por|(?:écrit )?par|"
    r"authors?|autora?|auteure?|texto|texte|text",
    re.IGNORECASE,
)


def read_byline(body_html: str, authors: Sequence[str], own_names: Sequence[str] = ()) -> tuple[Attribution, str]:
    """Say who wrote an article.

    A byline in the body goes before the author fields, which often name whoever posted the article. The publication is
    the one that the byline names, else the one that the author fields name beside the same people, else the one that
    a credit line or the dateline names. The site that carries the article is no publication in this sense.

    Args:
        body_html: the body; addresses are used only where they are absolute.
        authors: the author fields of feed and page as given.
        own_names: what the site that carries the article is called; its domain may be among them.

    Returns:
        The attribution, and the body without the byline's line; the very same string when there is no such line.
    """
    known = {fold(name): Kind.NEWSROOM for name in own_names}
    fields = _join([read_field(author, known) for author in authors])
    known |= {fold(name): Kind.PERSON for name in fields.people}
    if fields.publication:
        known[fold(fields.publication)] = Kind.NEWSROOM
    root = parse_body(body_html)
    lines = part_lines(root) if root is not None else []
    found = _find_byline(lines, known)
    names, url = fields, ""
    if found and root is not None:
        names = _weigh(found.names, fields)
        url = link_to(found.names.publication, [link for line in found.lines for link in line.links])
        for line in found.lines[1:]:
            remove(line, root)
        remove_part(found.lines[0], found.begin, found.end, root)
        body_html = inner_html(root)
    publication = names.publication
    own: tuple[Credit, ...] = ()
    if is_own(publication, own_names):
        # Whoever names its own newsroom beside a person has not taken the article from others.
        own = (Credit("byline", publication),) if names.people else ()
        publication = ""
    credit = _find_credit(lines, own_names)
    publication, url = (publication, url) if publication else (credit.publication, credit.publication_url)
    if not url and credit.publication_url and fold(publication) == fold(credit.publication):
        url = credit.publication_url
    return Attribution(names.people, publication, url, own), body_html


def choose_authors(*groups: Sequence[str]) -> tuple[str, ...]:
    """Choose among the author fields of several places, the most trusted first.

    The first that names people counts, with those after it that say nothing against it; where none does, the first
    that names a newsroom.
    """
    known: dict[str, Kind] = {}
    read = []
    for group in groups:
        names = _join([read_field(author, known) for author in group])
        known |= {fold(names.publication): Kind.NEWSROOM} if names.publication else {}
        read.append((tuple(group), names))
    people = next((names for _, names in read if names.people), None)
    if people is None:
        return next((group for group, names in read if names.publication), ())
    agreeing = [group for group, names in read if _share(names, people) or (names.publication and not names.people)]
    return tuple(author for group in agreeing for author in group)


def is_own(publication: str, own_names: Sequence[str]) -> bool:
    """Tell whether a publication is the very site that carries the article."""
    key = _squeeze(publication)
    return bool(key) and any(key in (_squeeze(name), _squeeze(_domain_name(name))) for name in own_names)


def without_credit(text: str) -> str:
    """Return a plain text without its byline and credit lines, to compare two copies of it.

    Args:
        text: paragraphs parted by blank lines.
    """
    paragraphs = [paragraph for paragraph in re.split(r"\n\s*\n", text) if paragraph.strip()]
    edges = _edges(len(paragraphs))
    kept = (one for at, one in enumerate(paragraphs) if at not in edges or not _is_credit(one))
    return "\n\n".join(kept)


# --- bylines ---------------------------------------------------------------------------------------------------------


class _Found:
    """A byline with the lines it stands in; begin and end are places in the first of them."""

    def __init__(self, reading: Reading, *lines: Line) -> None:
        self.names, self.begin, self.end, self.lines = reading.names, reading.begin, reading.end, list(lines)


def _find_byline(lines: Sequence[Line], known: Mapping[str, Kind]) -> _Found | None:
    """Find the first line that is a byline: one that says "By", or names just those whom the fields name."""
    count = len(lines)
    for at in sorted(_edges(count)):
        line = lines[at]
        after = lines[at + 1] if at + 1 < count else None
        if after and _LONE_OPENING.fullmatch(line.text.rstrip(" :")):
            reading = read_line(f"{line.text.rstrip(' :')}: {after.text}", known)
            if reading and reading.end >= len(after.text):
                return _Found(Reading(reading.names, 0, len(line.text)), line, after)
        reading = read_line(line.text, known)
        if reading is None:
            reading = next((one for end in line.leads if (one := _read_lead(line.text, end, known))), None)
        if reading is None and (at < _BARE_TOP or at >= count - _BARE_END):
            reading = read_bare(line.text, known)
            if reading and line.is_heading and not reading.names.people:
                reading = None
        if reading is None:
            continue
        newsroom = _newsroom_below(after, known) if after and after.block is line.block else ""
        if (
            newsroom
            and after
            and reading.names.people
            and not reading.names.publication
            and reading.end == len(line.text)
        ):
            return _Found(Reading(Names(reading.names.people, newsroom), reading.begin, reading.end), line, after)
        return _Found(reading, line)
    return None


def _read_lead(text: str, end: int, known: Mapping[str, Kind]) -> Reading | None:
    """Read a byline set apart at the beginning of a paragraph: "<b>By Tim Young</b> The cooperative met"."""
    rest = text[end:].lstrip(" .,:;|–—-")
    if not rest or rest[0].islower() or len(text[:end]) < 4:
        return None
    reading = read_line(text[:end], known)
    if reading is None or not reading.names.people:
        return None
    return Reading(reading.names, reading.begin, len(text) - len(rest) if reading.end == end else reading.end)


def _newsroom_below(line: Line, known: Mapping[str, Kind]) -> str:
    """Return the newsroom that stands alone under a byline, after a break."""
    if len(line.text) > 60 or line.text[-1:] in ".?!:":
        return ""
    name = line.text.strip(" ()|–—-*")
    kind = judge(name, known)
    is_newsroom = kind in NEWSROOMS or (kind is Kind.NAME and not begins_with_given_name(name))
    return without_article(name) if is_newsroom else ""


def _weigh(names: Names, fields: Names) -> Names:
    """Complete what the body's byline says with what the author fields say."""
    if names.special or not (names.people or names.publication):
        return Names(fields.people, names.publication or fields.publication)  # "Special to ...", "By staff"
    if names.people and _share(names, fields):
        people = fields.people if len(fields.people) > len(names.people) else names.people
        return Names(people, names.publication or fields.publication)
    if names.people and not names.publication and not fields.people:
        return Names(names.people, fields.publication)
    return names


def _join(given: Sequence[Names]) -> Names:
    """Join what several author fields say, each person once."""
    people: dict[str, str] = {}
    for names in given:
        for name in names.people:
            people.setdefault(fold(name), name)
    publications = [names.publication for names in given if names.publication]
    return Names(tuple(people.values()), publications[0] if publications else "")


def _share(one: Names, other: Names) -> bool:
    return bool({fold(name) for name in one.people} & {fold(name) for name in other.people})


def _squeeze(name: str) -> str:
    return re.sub(r"[\W_]|^(?:the|el|la|o|a|le|les)\s", "", fold(name))


def _domain_name(name: str) -> str:
    """Return "faro" of "www.faro.example"; "" for what is no domain."""
    labels = name.lower().removeprefix("www.").split(".")
    return max(labels[:-1], key=len) if len(labels) > 1 and " " not in name else ""


# --- credit lines ----------------------------------------------------------------------------------------------------


def _edges(count: int) -> set[int]:
    return {at for at in range(count) if at < _TOP or at >= count - _END}


def _find_credit(lines: Sequence[Line], own_names: Sequence[str]) -> Attribution:
    for at in sorted(_edges(len(lines))):
        credit = read_credit(lines[at].text, lines[at].links)
        if credit is not None and not is_own(credit.publication, own_names):
            return credit
    agency = next((name for line in lines[:_BARE_TOP] if (name := read_dateline(line.text))), "")
    return Attribution(publication=agency)


def _is_credit(paragraph: str) -> bool:
    text = " ".join(paragraph.split())
    return read_line(text, {}) is not None or is_footer(text) or read_credit(text, ()) is not None
