"""Finds who wrote an article by what its page says around it: JSON-LD, rel=author, meta elements, the visible byline.

Each is asked in this order until one names people, since the first are meant for machines; but a plain "By ..." under
the headline goes before data that name others, which are often those of whoever uploaded the article. Names stay as
they are given; an organisation is told apart as "Staff of ...". The byline inside the body is `byline`'s business.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from lxml.etree import XPath
from lxml.html import HtmlElement

from aggregator.extract.bodylines import part_lines
from aggregator.extract.byline import choose_authors, is_own
from aggregator.extract.kinds import Kind, is_agency, is_date, judge
from aggregator.extract.names import read_bare, read_field, read_line

_MAX_NAME = 150  # characters
_MAX_BYLINE = 200  # characters of a visible byline with date and office
_LINES_UNDER_HEADLINE = 12
_MARKED = re.compile(
    r"(?:^|[\s_-]|(?<=[a-z]))(?:by-?line|authors?|autor(?:es|in|as?|en)?|auteure?s?|writers?|redact(?:or|eur))(?![a-z])",
    re.IGNORECASE,
)
# The authors of comments and of other articles.
_ELSEWHERE = re.compile(
    r"comment|related|teaser|(?<!v)card|promo|recommend|sidebar|widget|footer|nav(?:bar|igation)?\b|menu|popular|trending|"
    r"most-?read|newsletter|latest|recent|more-|reply",
    re.IGNORECASE,
)
_SIGNS = ("class", "id", "itemprop", "data-testid")
# A first choice, made quickly; `_HINT` decides. Beginnings are left out since they may be capitals.
_PARTS = " or ".join(f"contains(., '{part}')" for part in ("ine", "uth", "uto", "ute", "rite", "edac"))
_FIND_SIGNS = XPath(" | ".join(f"//body//@{name}[{_PARTS}]" for name in _SIGNS))
_HINT = re.compile(r"by-?line|author|autor|auteur|writer|redact", re.IGNORECASE)
_MAX_MARKED = 60
_UNSEEN = frozenset(("script", "style", "meta", "link", "template"))
_JOINT = re.compile(r"(?<=[a-zà-ÿ])(?:[A-Z][a-z]+|\d+)")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def choose_page_authors(
    tree: HtmlElement,
    declared: Sequence[tuple[str, str]],
    linked: Sequence[str],
    stated: Sequence[str],
    own_names: Sequence[str],
) -> tuple[str, ...]:
    """Choose the authors of a page.

    Args:
        declared: types and names of the authors in JSON-LD.
        linked: texts of the rel=author links.
        stated: what meta elements say.
        own_names: what the site is called; one that names itself as author has named nobody.
    """

    def others(names: Sequence[str]) -> list[str]:
        short = (name for name in names if name and len(name) <= _MAX_NAME and "://" not in name)
        return [name for name in dict.fromkeys(short) if not is_own(name, own_names) or _is_surely_person(name)]

    said = [name for name in own_names if " " in name or "." not in name]
    short = [(kind, name) for kind, name in declared if len(name) <= _MAX_NAME and "://" not in name]
    by_type = [_spell(kind, name) for kind, name in short if not is_own(name, said) or _is_surely_person(name)]
    groups = [by_type, others(linked), *([one] for one in others(stated))]
    chosen = choose_authors(*groups)
    if any(read_field(name).people for name in groups[0]) and not _is_shown(tree, groups[0]):
        plain = _plain_byline(tree)
        return (plain,) if plain else chosen
    if any(read_field(name).people for name in chosen):
        return chosen
    return choose_authors(others([_visible(tree)]), chosen)


def _spell(kind: str, name: str) -> str:
    if kind.lower().endswith(("organization", "corporation")) and not read_field(name).publication:
        return f"Staff of {name}"
    return name


def _is_surely_person(name: str) -> bool:
    """A site may bear the name of the person who writes it."""
    return judge(name, {}) is Kind.PERSON


def _is_shown(tree: HtmlElement, names: Sequence[str]) -> bool:
    """Whether the page has one of the people's family names anywhere, as written."""
    body = tree.find(".//body")
    text = body.text_content() if body is not None else ""
    return any(person.split()[-1] in text for name in names for person in read_field(name).people)


def _visible(tree: HtmlElement) -> str:
    """Return the visible byline: a marked element, or a line "By ..." under the headline; "" for none."""
    marked = _marked(tree)
    return max(marked, key=_rank) if marked else _line_under_headline(tree)


def _plain_byline(tree: HtmlElement) -> str:
    """Return the visible byline that says "By" somebody; "" for none."""
    marked = [text for text in _marked(tree) if read_line(text, {})]
    return max(marked, key=_rank, default="")


def _rank(text: str) -> tuple[int, int]:
    """Order texts by the people they name, then by how little else is in them."""
    return _count_people(text), -len(text)


def _marked(tree: HtmlElement) -> list[str]:
    """Return the texts of the first place on the page that is marked as naming the author, with its parts."""
    first: HtmlElement | None = None
    texts: list[str] = []
    signs: list[Any] = _FIND_SIGNS(tree)  # type: ignore[assignment]  # that depends on the expression
    marked: list[HtmlElement] = [sign.getparent() for sign in signs if _HINT.search(sign)]
    for element in list(dict.fromkeys(marked))[:_MAX_MARKED]:
        if element.tag in _UNSEEN:
            continue
        if first is not None and first not in element.iterancestors():
            break
        text = " ".join(" ".join(element.itertext()).split()).replace(" ,", ",")
        if not 3 <= len(text) <= _MAX_BYLINE or not _MARKED.search(_signs(element)):
            continue
        if any(_ELSEWHERE.search(_signs(one)) for one in (element, *_near_ancestors(element))):
            continue
        if first is None and _names_newsroom(text):
            return [text]
        if _count_people(text):
            first = element if first is None else first
            texts.append(text)
    return texts


def _count_people(text: str) -> int:
    reading = read_line(text, {}) or read_line(f"By {text}", {})
    return len(reading.names.people) if reading else 0


def _names_newsroom(text: str) -> bool:
    reading = read_line(text, {}) or read_bare(text, {})
    return reading is not None and is_agency(reading.names.publication)


def _unglue(text: str) -> str:
    """Part "Tim YoungMay 3": elements that only a style sheet parts."""
    return _JOINT.sub(lambda found: f" {found[0]}" if is_date(found[0]) else found[0], text)


def _signs(element: HtmlElement) -> str:
    given = " ".join(element.get(name, "") for name in _SIGNS)
    return _CAMEL.sub("-", given)


def _near_ancestors(element: HtmlElement) -> list[HtmlElement]:
    return [one for one in islice(element.iterancestors(), 4) if one.tag not in ("body", "html")]


def _line_under_headline(tree: HtmlElement) -> str:
    heading = next(tree.iter("h1"), None)
    if heading is None:
        return ""
    title = " ".join(heading.text_content().split())
    for around in islice(heading.iterancestors(), 3):  # the headline often stands in a box of its own
        if around.tag in ("body", "html"):
            break
        texts = [line.text for line in part_lines(around)]
        start = texts.index(title) + 1 if title in texts else 0
        for text in map(_unglue, texts[start : start + _LINES_UNDER_HEADLINE]):
            reading = read_line(text, {})
            if reading and reading.names.people:
                return text
        if len(texts) - start >= _LINES_UNDER_HEADLINE:
            break
    return ""


def json_ld_authors(given: Any, by_id: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return types and names of the authors in a JSON-LD value: a string, an object or a list of either.

    Args:
        by_id: the page's objects, for authors that are only referred to.
    """
    found: list[tuple[str, str]] = []
    for one in given if isinstance(given, list) else [given]:
        if isinstance(one, Mapping) and isinstance(one.get("@id"), str):
            one = by_id.get(one["@id"], one)
        if isinstance(one, Mapping):
            kinds = one.get("@type")
            kind = next((each for each in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(each, str)), "")
            names = one.get("name")
            if isinstance(names, Mapping):
                names = names.get("@value")
        else:
            kind, names = "", one
        texts = [name for name in (names if isinstance(names, list) else [names]) if isinstance(name, str)]
        found += [(kind, " ".join(name.split())) for name in texts if name.strip()]
    return found
