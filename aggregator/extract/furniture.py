"""Tells what stands among an article's text on its page and is none of it, by one page alone.

Labels with the links under them, sign-ups at the edges, what a newsroom says of its author, lines of date and time,
lists of other articles. Other than `boilerplate`, which has seen a source's other articles, only what cannot be taken
for text goes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from aggregator.extract.appeals import Appeal, read_appeal
from aggregator.extract.blocks import HEADINGS, Words, named_like, words_in, words_of
from aggregator.extract.lines import fold
from aggregator.extract.media import has_picture

_TEXT = 12  # words outside links: a line of the article, and what stands before the first or after the last is an edge
_SIGN_UP = 50  # words; a longer paragraph that asks for something is about it
_ABOUT = 80  # words an author's box has at most
_LABEL = 2  # words before a link: "MORE:"
_HEADLINE = 4  # words; a shorter link alone on a line may be a name, a source, a file
_LIST = 3  # headlines; one or two a text may recommend
_BOXED = 0.25  # of all words at most stand in one box
_IN_TABLES = ("td", "th")
_PICTURE_FILE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:$|[?#])", re.IGNORECASE)
_FIGURES = re.compile(r"\d+(?:st|nd|rd|th|h|am|pm|z)?|t\d+|\d+h\d+")
# Words that a line of date and time is made of.
_DATE_WORDS = frozenset(
    """
    updated published posted modified created on at by read news a p am pm min mins minute minutes hour hours day days
    week weeks ago actualizado publicado publicada atualizado atualizada às las el em de del hr hrs h hora horas hace
    publié mis jour le la à il y heure heures jours aktualisiert veröffentlicht stand uhr vom am um
    edt est cdt cst cdst pdt pst mst mdt gmt utc bst ist cest cet
    mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday
    lunes martes miércoles jueves viernes sábado domingo segunda terça quarta quinta sexta feira
    lundi mardi mercredi jeudi vendredi samedi dimanche
    montag dienstag mittwoch donnerstag freitag samstag sonntag
    jan feb mar apr may jun jul aug sep sept oct nov dec
    january february march april june july august september october november december
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    janeiro fevereiro março maio junho julho setembro outubro novembro dezembro
    janvier février mars avril mai juin juillet août septembre octobre novembre décembre
    januar februar märz juni juli oktober dezember
    """.split()
)
# What boxes of a page are called that are none of its text.
_BOX = named_like(
    r"""
    related\w* relacionad\w* trending\w* newsletter\w* recirc\w* recommend\w* most-?(?:read|popular)
    read-?(?:more|next|also) next-?(?:story|post)\w* nextstory rating share\w* sharing social\w* promo\w* sign-?up
    subscri\w* author-?(?:bio|box|info) bio more-?(?:stories|news|from) also-?like popular\w* teaser\w* cta outbrain
    taboola donat\w* breadcrumb\w* byline\w* timestamp dateline tags? meta
    """
)


@dataclass
class _Row:
    """A block of the text, as it is judged."""

    block: HtmlElement
    words: Words
    url: str

    @cached_property
    def links(self) -> list[HtmlElement]:
        """Links inside the block, or the one around it."""
        inside = list(self.block.iter("a"))
        around = self.block.getparent()
        return inside or ([around] if around is not None and around.tag == "a" else [])

    @cached_property
    def free(self) -> int:
        """How many words stand outside links."""
        return (
            max(0, len(self.words) - sum(len(words_of(link)) for link in self.links)) if self.links else len(self.words)
        )

    @cached_property
    def appeal(self) -> Appeal | None:
        if len(self.words) > _SIGN_UP:
            return None
        return read_appeal(fold(" ".join(self.words)), self.free)

    @property
    def is_heading(self) -> bool:
        return self.block.tag in HEADINGS

    @property
    def leads_inside(self) -> bool:
        """Whether nothing but links to other pages of the same site."""
        return self.leads_away and not self.free

    @property
    def is_headline(self) -> bool:
        """Whether nothing but the linked headline of another article."""
        return len(self.words) >= _HEADLINE and self.block.tag not in _IN_TABLES and self.leads_inside

    @property
    def leads_away(self) -> bool:
        """Whether links to other pages of the same site, with a word before them perhaps."""
        return (
            bool(self.links)
            and self.free <= _LABEL
            and all(leads_inside(link.get("href", ""), self.url) for link in self.links)
        )

    @property
    def is_date(self) -> bool:
        return (
            len(self.words) <= 20
            and any(_FIGURES.fullmatch(word) for word in self.words)
            and all(_FIGURES.fullmatch(word) or word in _DATE_WORDS for word in self.words)
        )


def find_furniture(marked: Mapping[HtmlElement, Words], url: str, authors: Sequence[str]) -> list[HtmlElement]:
    """Return the blocks, out of those that stand in the article's text, that are none of it.

    Args:
        marked: in the order of the page.
        url: the page's address; links to its own host lead to other articles.
        authors: names as the page gives them.
    """
    rows = [_Row(block, words, url) for block, words in marked.items()]
    texts = [at for at, row in enumerate(rows) if _is_text(row)]
    if not texts:
        return []
    first, last = texts[0], texts[-1]
    names = [words for name in authors if len(words := words_in(name)) > 1]
    gone: dict[int, str] = {}
    for at, row in enumerate(rows):
        why = _why(row, at < first, at > last, names)
        if why:
            gone[at] = why
    _add_boxes(rows, gone)
    _add_links(rows, gone)
    _add_headlines(rows, gone)
    return [rows[at].block for at in sorted(gone)]


def _is_text(row: _Row) -> bool:
    return row.free >= _TEXT and not row.is_heading and row.appeal is None and not row.is_date


def _why(row: _Row, before: bool, after: bool, names: Sequence[Words]) -> str:
    appeal = row.appeal
    if row.is_date and not row.is_heading and row.block.tag not in _IN_TABLES:
        return "date" if before or after else ""
    if appeal and appeal.kind == "label" and (appeal.has_link or (row.links and row.leads_inside)):
        return "label"
    if appeal and appeal.kind == "asks" and len(row.words) <= _SIGN_UP and row.links and row.block.tag != "li":
        return "asks"
    if row.is_headline and any(_shows_picture(link) for link in row.links):
        return "card"
    if after and row.leads_away and len(row.words) - row.free >= _HEADLINE:
        return "link after"
    if after and len(row.words) <= _ABOUT and any(row.words[: len(name)] == name for name in names):
        return "about"
    return ""


def _shows_picture(link: HtmlElement) -> bool:
    """Whether a picture leads to another article, and not to itself."""
    return has_picture(link) and _PICTURE_FILE.search(link.get("href", "")) is None


def is_boxed(element: HtmlElement) -> bool:
    """Whether an element is named like a sign-up, a share bar, a list of related articles, ..."""
    return _BOX.search(element.get("class", "")) is not None


def _add_boxes(rows: Sequence[_Row], gone: dict[int, str]) -> None:
    """Let go what stands in a box that is named like a sign-up, a list of related articles, ..."""
    boxes: dict[HtmlElement, list[int]] = {}
    named: dict[HtmlElement, bool] = {}
    for at, row in enumerate(rows):
        for around in (row.block, *row.block.iterancestors()):
            if around.tag in ("body", "article", "main"):
                break
            if around not in named:
                named[around] = is_boxed(around)
            if named[around]:
                boxes.setdefault(around, []).append(at)
    count = sum(len(row.words) for row in rows)
    for box, inside in boxes.items():
        # A wrapper around the whole article may be named so, too.
        if sum(len(rows[at].words) for at in inside) <= _BOXED * count and box.find(".//h1") is None:
            gone.update(dict.fromkeys(inside, "boxed"))


def _add_links(rows: Sequence[_Row], gone: dict[int, str]) -> None:
    """Let labels go that stand over links to other articles, with those links."""
    for at, row in enumerate(rows):
        if (
            at in gone
            or not row.appeal
            or row.appeal.kind != "label"
            or row.appeal.end < len(fold(" ".join(row.words)))
        ):
            continue
        below = at + 1
        while below < len(rows) and rows[below].leads_inside:
            below += 1
        if below > at + 1 or below == len(rows):
            gone.update(dict.fromkeys(range(at, below), "under label"))


def _add_headlines(rows: Sequence[_Row], gone: dict[int, str]) -> None:
    """Let go of lists of other articles: headlines with a link each, one under the other, and the heading over them."""
    count = sum(len(row.words) for row in rows)
    start = 0
    while start < len(rows):
        end = start
        while end < len(rows) and rows[end].is_headline:
            end += 1
        if end - start >= _LIST and sum(len(row.words) for row in rows[start:end]) <= _BOXED * count:
            gone.update(dict.fromkeys(range(start, end), "headlines"))
            if start and rows[start - 1].is_heading:
                gone[start - 1] = "over headlines"
        start = end + 1


def leads_inside(href: str, url: str) -> bool:
    """Whether a link on the page at `url` leads to another page of the same site."""
    if not href or href.startswith(("#", "mailto:", "javascript:")):
        return False
    host = urlsplit(url).netloc
    try:
        there = urlsplit(href).netloc or host
    except ValueError:
        return False
    return there.lower().removeprefix("www.") == host.lower().removeprefix("www.")
