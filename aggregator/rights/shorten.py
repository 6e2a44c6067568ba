"""Clean HTML -> less of it: its first paragraphs, its first words, without pictures or with those that are credited.

A cut falls where a reader would make it: after a paragraph, at the end of a sentence if one is near, never within a
word, and no heading is left without what it announces.
"""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import islice

import lxml.html
from lxml.html import HtmlElement

from aggregator.plaintext import where_to_cut, with_omission

# What counts as one paragraph: where such an element stands in another, the outer one counts.
_UNITS = frozenset("p li pre table dt dd".split())
_BLOCKS = _UNITS | frozenset("blockquote h2 h3 h4 h5 h6 ul ol dl tr td th caption figure figcaption hr br".split())
_HEADINGS = frozenset("h2 h3 h4 h5 h6".split())
# An excerpt is running text: what interrupts it is left out.
_INTERRUPTIONS = ".//figure | .//img | .//table | .//pre | .//hr | .//h2 | .//h3 | .//h4 | .//h5 | .//h6"
# A text, the element it stands in or behind, and whether it is behind; None: between two blocks.
_Piece = tuple[HtmlElement | None, bool, str]


def without_pictures(html: str, *, except_credited: bool = False) -> str:
    """Remove pictures, and figures that hold nothing else, captions included.

    Args:
        except_credited: leave those that stand in a figure with a caption.
    """
    if "<img" not in html:
        return html
    body = _parse(html)
    kept: set[HtmlElement] = set()
    for figure in body.xpath(".//figure[.//img]"):
        if except_credited and any(caption.text_content().strip() for caption in figure.iter("figcaption")):
            kept.update(figure.iter("img"))
        elif not figure.xpath(".//table | .//blockquote | .//pre | .//ul | .//ol"):
            figure.drop_tree()
    for picture in body.xpath(".//img"):
        if picture not in kept:
            parent = picture.getparent()
            picture.drop_tree()
            _drop_empty(parent, body)
    return _write(body)


def first_paragraphs(html: str, paragraphs: int) -> str:
    """Return the first paragraphs, with the headings and pictures before and between them; "" where there are none.

    List items, tables and the like count as paragraphs of their own.
    """
    body = _parse(html)
    if (body.text or "").strip() or any(block.tag not in _BLOCKS or (block.tail or "").strip() for block in body):
        return ""
    unit = next(islice(_units(body), paragraphs - 1, None), None)
    if unit is not None:
        _drop_after(unit, body)
    _drop_last_headings(body)
    return _write(body)


def opening(html: str, words: int) -> str:
    """Return the first words as running text with its links and emphasis, with " …" where something was cut.

    Headings, pictures and tables are left out. Words are counted as in `plaintext.first_words`.
    """
    body = _parse(html)
    for element in body.xpath(_INTERRUPTIONS):
        if body in element.iterancestors():  # it has not gone with one around it
            parent = element.getparent()
            element.drop_tree()
            _drop_empty(parent, body)
    pieces = list(_texts(body))
    flat = "".join(text for _, _, text in pieces)
    start = len(flat) - len(flat.lstrip())
    cut = where_to_cut(flat[start:], words)
    if cut is not None:
        _cut_at(pieces, start + cut, body)
    return _write(body)


def _units(body: HtmlElement) -> Iterator[HtmlElement]:
    """List what counts as a paragraph, in order."""
    for element in body.iter():
        is_unit = element.tag in _UNITS or (
            element.tag == "blockquote" and not any(inner.tag in _UNITS for inner in element.iter())
        )
        if is_unit and not any(outer.tag in _UNITS for outer in element.iterancestors()):
            yield element


def _texts(element: HtmlElement) -> Iterator[_Piece]:
    """List all texts of an element in order, with a blank line around each block."""
    if element.text:
        yield element, False, element.text
    for child in element:
        around = (None, False, "\n\n")
        if child.tag in _BLOCKS:
            yield around
        yield from _texts(child)
        if child.tag in _BLOCKS:
            yield around
        if child.tail:
            yield child, True, child.tail


def _cut_at(pieces: Sequence[_Piece], cut: int, body: HtmlElement) -> None:
    """Drop all that comes after so many characters of the texts."""
    passed = 0
    for element, is_tail, text in pieces:
        if element is None or passed + len(text) < cut:
            passed += len(text)
            continue
        left = with_omission(text[: cut - passed])
        if not is_tail:
            for child in list(element):
                element.remove(child)
            element.text = left
        if element is not body:
            _drop_after(element, body)
        if is_tail:
            element.tail = left
        return


def _drop_after(element: HtmlElement, body: HtmlElement) -> None:
    """Drop everything that comes after an element, the text behind its end tag included."""
    while element is not body:
        element.tail = None
        for later in list(element.itersiblings()):
            later.getparent().remove(later)
        element = element.getparent()


def _drop_last_headings(body: HtmlElement) -> None:
    while len(body) and body[-1].tag in _HEADINGS and not (body[-1].tail or "").strip():
        body.remove(body[-1])


def _drop_empty(element: HtmlElement, body: HtmlElement) -> None:
    """Drop an element that holds nothing any more, and what held nothing else."""
    while element is not body and not len(element) and not (element.text or "").strip():
        parent, emptied = element.getparent(), element
        emptied.drop_tree()
        element = parent


def _parse(html: str) -> HtmlElement:
    body: HtmlElement = lxml.html.fragment_fromstring(html, create_parent="div")
    return body


def _write(body: HtmlElement) -> str:
    text: str = escape(body.text or "", quote=False)
    return text + "".join(lxml.html.tostring(child, encoding="unicode") for child in body)
