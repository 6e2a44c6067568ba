"""Finds who wrote an article: its byline and its credit lines, in the body and in the author fields around it.

"By Tim Young, Friends of Bolivia" is a byline and leaves the body, since every article we publish gets one of ours.
"Originally published by El Faro del Valle" is a credit line: it names the origin and stays. Which of the words are
people is decided in `names`. Only lines near the top or the very end count: further in they belong to the text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml.etree import ParserError, iterwalk
from lxml.html import HtmlElement, fragment_fromstring, tostring

from aggregator.extract.credit import is_footer, link_to, read_credit
from aggregator.extract.names import Names, fold, read_field, read_line
from aggregator.models import Attribution

_TOP = 6  # lines: title, standfirst, date and place may stand above a byline
_END = 4

_BREAKS = frozenset(
    "address article aside blockquote body br center dd details div dl dt footer form h1 h2 h3 h4 h5 h6 header hr li "
    "main nav ol p pre section ul".split()
)
_PASSED_OVER = frozenset(("figure", "figcaption", "table", "script", "style", "noscript", "iframe", "svg"))
_SHOWS = ("img", "video", "audio", "iframe", "picture", "svg", "object", "embed")


@dataclass
class _Line:
    """One line of a body, up to a break, with the places its text is kept in: element and whether its tail."""

    text: str = ""
    slots: list[tuple[HtmlElement, bool]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)  # text, address


def read_byline(body_html: str, authors: Sequence[str]) -> tuple[Attribution, str]:
    """Say who wrote an article.

    A byline in the body goes before the author fields, which often name whoever posted the article. The publication is
    the one that the byline names, else the one that the author fields name beside the same people, else the one that
    a credit line names.

    Args:
        body_html: the body; addresses are used only where they are absolute.
        authors: the author fields of feed and page as given.

    Returns:
        The attribution, and the body without the byline's line; the very same string when there is no such line, or
        when it also credits a photographer or translator.
    """
    fields = _join([read_field(author) for author in authors])
    root = _parse(body_html)
    lines = _lines(root) if root is not None else []
    line, names = _find_byline(lines, fields)
    found = names or fields
    url = link_to(found.publication, line.links) if line else ""
    if names and not names.people and not names.publication:
        found = fields  # "By staff"
    elif names and names.people and not names.publication and (not fields.people or _share(names, fields)):
        found = Names(names.people, fields.publication)
    elif names and not names.people and line and _is_special(line.text):
        found = Names(fields.people, names.publication)
    credit = _find_credit(lines)
    publication, url = (found.publication, url) if found.publication else (credit.publication, credit.publication_url)
    if not url and credit.publication_url and fold(publication) == fold(credit.publication):
        url = credit.publication_url
    if line and root is not None and names and not names.extra:
        _remove(line, root)
        body_html = _inner_html(root)
    return Attribution(found.people, publication, url), body_html


def without_credit(text: str) -> str:
    """Return a plain text without its byline and credit lines, to compare two copies of it.

    Args:
        text: paragraphs parted by blank lines.
    """
    paragraphs = [paragraph for paragraph in re.split(r"\n\s*\n", text) if paragraph.strip()]
    edges = _edges(len(paragraphs))
    kept = (one for at, one in enumerate(paragraphs) if at not in edges or not _is_credit(one))
    return "\n\n".join(kept)


# --- lines of a body -------------------------------------------------------------------------------------------------


def _parse(body_html: str) -> HtmlElement | None:
    try:
        return fragment_fromstring(body_html, create_parent="div")
    except (ParserError, ValueError):  # nothing in it, or characters that no document may hold
        return None


def _inner_html(root: HtmlElement) -> str:
    # The serializer also escapes the text before the first element.
    whole = str(tostring(root, encoding="unicode"))
    return whole.removeprefix("<div>").removesuffix("</div>").strip()


def _lines(root: HtmlElement) -> list[_Line]:
    """Part a body into its lines, leaving out those without text, pictures' captions and tables."""
    lines = [_Line()]
    links: list[HtmlElement] = []

    def take(text: str | None, element: HtmlElement, is_tail: bool) -> None:
        if text:
            lines[-1].slots.append((element, is_tail))
            lines[-1].text += text

    walk = iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "start":
            if element.tag in _BREAKS:
                lines.append(_Line())
            if element.tag in _PASSED_OVER or not isinstance(element.tag, str):
                walk.skip_subtree()
                continue
            if element.tag == "a":
                links.append(element)
            take(element.text, element, False)
            continue
        if element.tag in _BREAKS and element.tag != "br":
            lines.append(_Line())
        if links and links[-1] is element:
            link = links.pop()
            lines[-1].links.append((" ".join(link.text_content().split()), link.get("href", "")))
        if element is not root:
            take(element.tail, element, True)
    for line in lines:
        line.text = " ".join(line.text.split())
    return [line for line in lines if line.text]


def _edges(count: int) -> set[int]:
    return {at for at in range(count) if at < _TOP or at >= count - _END}


def _near_edges(lines: Sequence[_Line]) -> list[_Line]:
    return [lines[at] for at in sorted(_edges(len(lines)))]


def _remove(line: _Line, root: HtmlElement) -> None:
    """Take a line out of its body, with the break after it and the elements that it alone filled."""
    first = line.slots[0][0]
    after = line.slots[-1][0]
    for element, is_tail in line.slots:
        if is_tail:
            element.tail = None
        else:
            element.text = None
    follower = after.getnext()
    if follower is not None and follower.tag == "br":
        follower.drop_tag()
    for element in dict.fromkeys((*(one for one, _ in line.slots), first)):
        while element is not root and element.tag != "br" and _is_empty(element):
            parent = element.getparent()
            if parent is None:
                break
            element.drop_tree()
            element = parent


def _is_empty(element: HtmlElement) -> bool:
    return not element.text_content().strip() and next(element.iter(*_SHOWS), None) is None


# --- bylines ---------------------------------------------------------------------------------------------------------


def _find_byline(lines: Sequence[_Line], fields: Names) -> tuple[_Line | None, Names | None]:
    """Find the first line that is a byline: one that says "By", or names just the people that the fields name."""
    known = {fold(name) for name in fields.people}
    for line in _near_edges(lines):
        names = read_line(line.text)
        if names is None and known and len(line.text) < 100:
            bare = read_field(line.text)
            names = bare if bare.people and {fold(name) for name in bare.people} <= known else None
        if names is not None:
            return line, names
    return None, None


def _join(given: Sequence[Names]) -> Names:
    """Join what several author fields say, each person once."""
    people = {fold(name): name for names in reversed(given) for name in reversed(names.people)}
    publications = [names.publication for names in given if names.publication]
    return Names(tuple(reversed(people.values())), publications[0] if publications else "")


def _share(one: Names, other: Names) -> bool:
    return bool({fold(name) for name in one.people} & {fold(name) for name in other.people})


def _is_special(text: str) -> bool:
    return re.match(r"\W*(?:special|exclusive|especial|exclusivo|spécial|exclusif)", text, re.IGNORECASE) is not None


# --- credit lines ----------------------------------------------------------------------------------------------------


def _find_credit(lines: Sequence[_Line]) -> Attribution:
    for line in _near_edges(lines):
        credit = read_credit(line.text, line.links)
        if credit is not None:
            return credit
    return Attribution()


def _is_credit(paragraph: str) -> bool:
    text = " ".join(paragraph.split())
    return read_line(text) is not None or is_footer(text) or read_credit(text, ()) is not None
