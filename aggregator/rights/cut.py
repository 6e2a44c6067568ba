"""Item -> FeedItem, cut to what its rights allow and credited: the only way out.

Nothing that leaves this program (feed, page, digest, index) sees an item before it has been here. Rights are applied
when building, so a changed agreement needs no new fetch. Which agreement holds is in `agreement`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import lxml.html
from lxml.html import HtmlElement
from lxml.html.builder import EM, A, P

from aggregator.errors import PublishError
from aggregator.models import Enclosure, FeedItem, FeedSource, Image, Link
from aggregator.plaintext import first_words
from aggregator.rights.agreement import Allowance
from aggregator.rights.credit import fill_in
from aggregator.rights.licence import licence_url
from aggregator.rights.shorten import first_paragraphs, opening, without_pictures

_SUMMARY_WORDS = 60
_PICTURE_NAME = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg|bmp|tiff?)(?:[?#]|$)", re.IGNORECASE)
_NO_PICTURES = ("audio/", "video/", "application/pdf")


@dataclass(frozen=True)
class UncutItem:
    """All that is known of an item, before its rights are applied.

    Attributes:
        html: the body, clean.
        whole_html: the same with what the site repeats in its articles; empty where there is no such thing.
        text: the body as plain text.
        licence: found on the article's page.
    """

    id: str
    url: str
    title: str
    people: tuple[str, ...]
    publication: str
    publication_url: str
    published_at: datetime
    updated_at: datetime
    sort_at: datetime
    html: str
    whole_html: str
    text: str
    language: str
    image: Image | None
    enclosures: tuple[Enclosure, ...]
    categories: tuple[str, ...]
    carriers: tuple[Link, ...]
    source: FeedSource | None
    carrier: str  # the newsroom whose copy `url` is, where the origin's own address is not known; else empty
    licence: str
    is_corrected: bool  # a material change came after readers had seen it
    related: tuple[Link, ...] = ()  # the other items of its story


@dataclass(frozen=True)
class _Words:
    by: str
    carried: str
    also_carried: str
    corrected: str
    read_on: str
    more_on_this: str


_WORDS = {
    "en": _Words("By", "Carried by", "Also carried by", "Corrected", "Read the whole article at", "More on this:"),
    "es": _Words(
        "Por", "Publicado por", "También publicado por", "Corregido", "Leer el artículo completo en", "Más sobre esto:"
    ),
    "pt": _Words(
        "Por", "Publicado por", "Também publicado por", "Corrigido", "Ler o artigo completo em", "Mais sobre isto:"
    ),
    "fr": _Words("Par", "Publié par", "Également publié par", "Corrigé", "Lire l’article entier sur", "À lire aussi :"),
}


def cut(item: UncutItem, allowed: Allowance) -> FeedItem:
    """Cut an item to what is allowed and write its credit into the body.

    Raises:
        PublishError: nothing of the item may be shown, or it names neither a newsroom nor an address to credit.
    """
    if allowed.mode == "nothing":
        raise PublishError(f"{item.id}: nothing of it may be shown ({allowed.rule})")
    if not item.publication or not item.url:
        raise PublishError(f"{item.id}: nobody to credit; an item without newsroom and address is not published")
    licence = allowed.licence or (item.licence if allowed.mode == "full" else "")
    shown = shown_html(item, allowed)
    return FeedItem(
        id=item.id,
        url=item.url,
        title=item.title,
        people=item.people,
        publication=item.publication,
        publication_url=item.publication_url,
        published_at=item.published_at,
        updated_at=item.updated_at,
        sort_at=item.sort_at,
        summary=_summary(item, allowed),
        content_html=_body(item, shown, allowed, licence),
        language=item.language,
        image=item.image if allowed.images == "yes" and allowed.mode != "link" else None,
        enclosures=tuple(_allowed(item.enclosures, allowed)),
        categories=item.categories,
        carriers=item.carriers,
        source=item.source,
        licence=licence,
        licence_url=licence_url(licence),
        rights_mode=allowed.mode,
        rights_rule=allowed.rule,
        corrected=item.is_corrected,
        related=item.related,
    )


def _allowed(enclosures: Sequence[Enclosure], allowed: Allowance) -> Iterable[Enclosure]:
    """Media go out with a full text only; where pictures may not, only what is sure to be none."""
    for enclosure in enclosures:
        is_no_picture = enclosure.type.lower().startswith(_NO_PICTURES) and not _PICTURE_NAME.search(enclosure.url)
        if allowed.mode == "full" and (allowed.images == "yes" or is_no_picture):
            yield enclosure


def shown_html(item: UncutItem, allowed: Allowance) -> str:
    """Return as much of an article's text as may be shown, without the lines around it; "" for nothing."""
    if allowed.mode == "link":
        return ""
    html = item.html if allowed.derivatives else item.whole_html or item.html
    if allowed.images != "yes":
        html = without_pictures(html, except_credited=allowed.images == "credited")
    if allowed.paragraphs:
        html = first_paragraphs(html, allowed.paragraphs)
    if allowed.mode == "excerpt":
        html = opening(html, allowed.words)
    is_whole = allowed.mode == "full" and item.html
    return html if is_whole or html.strip() else _from_text(item, allowed)


def _from_text(item: UncutItem, allowed: Allowance) -> str:
    """Make paragraphs of a text without markup, of which a whole one is not known to be whole."""
    paragraphs = [line for line in _permitted_text(item, allowed).split("\n") if line.strip()]
    return "".join(_html(P(line)) for line in paragraphs)


def _summary(item: UncutItem, allowed: Allowance) -> str:
    if allowed.mode == "link":
        return ""
    text = _permitted_text(item, allowed)
    return " ".join(first_words(text, _SUMMARY_WORDS).split())


def _permitted_text(item: UncutItem, allowed: Allowance) -> str:
    text = item.text
    if allowed.paragraphs:
        lines = [line for line in text.split("\n") if line.strip()]
        text = "\n\n".join(lines[: allowed.paragraphs])
    is_whole = allowed.mode in ("full", "paragraphs") and item.html
    return text if is_whole else first_words(text, allowed.words)


def _body(item: UncutItem, shown: str, allowed: Allowance, licence: str) -> str:
    words = _WORDS.get(item.language[:2].lower(), _WORDS["en"])
    parts = [_credit_line(item, words), shown]
    if allowed.mode != "full" or not item.html:
        parts.append(_html(P(f"{words.read_on} ", A(item.carrier or item.publication, href=item.url))))
    values = {
        "author": ", ".join(item.people),
        "newsroom": item.publication,
        "title": item.title,
        "url": item.url,
        "licence": licence,
        "date": f"{item.published_at:%Y-%m-%d}",
    }
    parts += [_line(fill_in(template, values)) for template in allowed.credits]
    if item.is_corrected:
        parts.append(_html(P(EM(f"{words.corrected} {item.updated_at:%Y-%m-%d}"))))
    if item.related:
        parts.append(_related_line(item, words))
    if item.carriers:
        parts.append(_carriers_line(item, words))
    return "".join(parts)


def _credit_line(item: UncutItem, words: _Words) -> str:
    people = ", ".join(person for person in item.people if person != item.publication)
    # A link says "there it is": without the origin's own address the newsroom is named, and its carrier is linked.
    newsroom = item.publication if item.carrier else A(item.publication, href=item.url)
    return _html(P(f"{words.by} {people}, " if people else f"{words.by} ", newsroom))


def _line(pieces: Iterable[tuple[str, str]]) -> str:
    """Write a partner's own line: texts, and links where they have an address."""
    emphasis = EM()
    for text, address in pieces:
        if address:
            emphasis.append(A(text, href=address))
        elif len(emphasis):
            emphasis[-1].tail = (emphasis[-1].tail or "") + text
        else:
            emphasis.text = (emphasis.text or "") + text
    return _html(P(emphasis))


def _carriers_line(item: UncutItem, words: _Words) -> str:
    line = P(f"{words.carried if item.carrier else words.also_carried} ")
    for position, carrier in enumerate(item.carriers):
        name = A(carrier.name, href=carrier.url)
        name.tail = ", " if position < len(item.carriers) - 1 else None
        line.append(name)
    return _html(line)


def _related_line(item: UncutItem, words: _Words) -> str:
    """Name the other items of the story; where one has no address, its title alone."""
    line = P(f"{words.more_on_this} ")
    for position, other in enumerate(item.related):
        mark = "; " if position < len(item.related) - 1 else ""
        if other.url:
            line.append(A(other.name, href=other.url))
            line[-1].tail = mark
        elif len(line):
            line[-1].tail += other.name + mark
        else:
            line.text += other.name + mark
    return _html(line)


def _html(element: HtmlElement) -> str:
    text: str = lxml.html.tostring(element, encoding="unicode")
    return text
