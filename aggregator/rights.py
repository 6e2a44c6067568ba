"""Item -> FeedItem, cut to what its rights allow and credited: the only way out.

Nothing that leaves this program (feed, page, digest, index) sees an item before it has been here. Rights are applied
when building, so a changed agreement needs no new fetch.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

import lxml.html
from lxml.html import HtmlElement
from lxml.html.builder import EM, SPAN, A, P

from aggregator.errors import PublishError
from aggregator.models import Config, Enclosure, FeedItem, FeedSource, Image, Link, Rights, RightsMode
from aggregator.plaintext import first_words

_SUMMARY_WORDS = 60
_PICTURE_NAME = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg|bmp|tiff?)(?:[?#]|$)", re.IGNORECASE)
_NO_PICTURES = ("audio/", "video/", "application/pdf")
_NARROWNESS: tuple[RightsMode, ...] = ("link", "excerpt", "full")


@dataclass(frozen=True)
class UncutItem:
    """All that is known of an item, before its rights are applied. `html` is clean, `text` the same as plain text."""

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
    text: str
    language: str
    image: Image | None
    enclosures: tuple[Enclosure, ...]
    categories: tuple[str, ...]
    carriers: tuple[Link, ...]
    source: FeedSource | None
    carrier: str  # the newsroom whose copy `url` is, where the origin's own address is not known; else empty
    is_corrected: bool  # a material change came after readers had seen it
    related: tuple[Link, ...] = ()  # the other items of its story


@dataclass(frozen=True)
class _Words:
    by: str
    carried: str
    also_carried: str
    corrected: str
    read_on: str


_WORDS = {
    "en": _Words("By", "Carried by", "Also carried by", "Corrected", "Read the whole article at"),
    "es": _Words("Por", "Publicado por", "También publicado por", "Corregido", "Leer el artículo completo en"),
    "pt": _Words("Por", "Publicado por", "Também publicado por", "Corrigido", "Ler o artigo completo em"),
    "fr": _Words("Par", "Publié par", "Également publié par", "Corrigé", "Lire l’article entier sur"),
}


_MORE_ON_THIS = {"en": "More on this:", "es": "Más sobre esto:", "pt": "Mais sobre isto:", "fr": "À lire aussi :"}


def rights_of(source_id: str | None, config: Config) -> Rights:
    """Return the rights on file for a source; for one that is not in sources.toml, the default excerpt."""
    source = config.source(source_id)
    return source.rights if source else Rights()


def narrower(a: Rights, b: Rights) -> Rights:
    """Return what both allow: an article may carry two newsrooms' conditions, its origin's and its carrier's."""
    return Rights(
        mode=min(a.mode, b.mode, key=_NARROWNESS.index),
        words=min([rights.words for rights in (a, b) if rights.mode == "excerpt"], default=a.words),
        images=a.images and b.images,
        licence=a.licence or b.licence,
        credit=" ".join(dict.fromkeys(filter(None, (a.credit, b.credit)))),
    )


def cut(item: UncutItem, rights: Rights) -> FeedItem:
    """Cut an item to its rights and write its credit into the body.

    Raises:
        PublishError: the item names neither a newsroom nor an address to credit; it must not leave.
    """
    if not item.publication or not item.url:
        raise PublishError(f"{item.id}: nobody to credit; an item without newsroom and address is not published")
    is_full = rights.mode == "full"
    words = _SUMMARY_WORDS if is_full else min(rights.words, _SUMMARY_WORDS)
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
        summary="" if rights.mode == "link" else " ".join(first_words(item.text, words).split()),
        content_html=_body(item, rights),
        language=item.language,
        image=item.image if rights.images and rights.mode != "link" else None,
        enclosures=tuple(_allowed(item.enclosures, rights)),
        categories=item.categories,
        carriers=item.carriers,
        source=item.source,
        licence=rights.licence,
        rights_mode=rights.mode,
        corrected=item.is_corrected,
        related=item.related,
    )


def _allowed(enclosures: Sequence[Enclosure], rights: Rights) -> Iterable[Enclosure]:
    """Media go out with a full text only; where pictures may not, only what is sure to be none."""
    for enclosure in enclosures:
        is_no_picture = enclosure.type.lower().startswith(_NO_PICTURES) and not _PICTURE_NAME.search(enclosure.url)
        if rights.mode == "full" and (rights.images or is_no_picture):
            yield enclosure


def _body(item: UncutItem, rights: Rights) -> str:
    words = _WORDS.get(item.language[:2].lower(), _WORDS["en"])
    parts = [_credit_line(item, words)]
    if rights.mode == "full" and item.html:
        parts.append(item.html if rights.images else _without_pictures(item.html))
    else:
        if rights.mode != "link":
            parts += [_html(P(line)) for line in first_words(item.text, rights.words).split("\n") if line.strip()]
        parts.append(_html(P(f"{words.read_on} ", A(item.carrier or item.publication, href=item.url))))
    if rights.credit:
        parts.append(_html(P(EM(rights.credit))))
    if item.is_corrected:
        parts.append(_html(P(EM(f"{words.corrected} {item.updated_at:%Y-%m-%d}"))))
    if item.related:
        parts.append(_related_line(item))
    if item.carriers:
        parts.append(_carriers_line(item, words))
    return "".join(parts)


def _credit_line(item: UncutItem, words: _Words) -> str:
    people = ", ".join(person for person in item.people if person != item.publication)
    # A link says "there it is": without the origin's own address the newsroom is named, and its carrier is linked.
    newsroom = item.publication if item.carrier else A(item.publication, href=item.url)
    return _html(P(f"{words.by} {people}, " if people else f"{words.by} ", newsroom))


def _carriers_line(item: UncutItem, words: _Words) -> str:
    line = P(f"{words.carried if item.carrier else words.also_carried} ")
    for position, carrier in enumerate(item.carriers):
        name = A(carrier.name, href=carrier.url)
        name.tail = ", " if position < len(item.carriers) - 1 else None
        line.append(name)
    return _html(line)


def _related_line(item: UncutItem) -> str:
    line = P(f"{_MORE_ON_THIS.get(item.language[:2].lower(), _MORE_ON_THIS['en'])} ")
    for position, other in enumerate(item.related):
        part = A(other.name, href=other.url) if other.url else SPAN(other.name)
        part.tail = "; " if position < len(item.related) - 1 else None
        line.append(part)
    return _html(line)


def _without_pictures(html: str) -> str:
    """Remove pictures, and figures that hold nothing else, captions included."""
    body = lxml.html.fragment_fromstring(html, create_parent="div")
    for figure in body.xpath(".//figure[.//img]"):
        if not figure.xpath(".//table | .//blockquote | .//pre | .//ul | .//ol"):
            figure.drop_tree()
    for picture in body.xpath(".//img"):
        parent = picture.getparent()
        picture.drop_tree()
        while parent is not body and not len(parent) and not (parent.text or "").strip():
            parent, emptied = parent.getparent(), parent
            emptied.drop_tree()
    return escape(body.text or "", quote=False) + "".join(_html(child) for child in body)


def _html(element: HtmlElement) -> str:
    text: str = lxml.html.tostring(element, encoding="unicode")
    return text
