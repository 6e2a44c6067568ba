"""Read untrusted HTML into an lxml tree, whatever it is, in time that grows with its length only.

Nothing is judged here: `junk` says what to leave out, `writer` what to keep.
"""

import re

from lxml import etree

from aggregator.plaintext import publishable

Element = etree._Element  # lxml has no public name for the type of its elements

_MAX_CHARACTERS = 5_000_000  # no body is longer: pages are capped before they come here
_MAX_DEPTH = 100  # real bodies stay under 40; libxml2 itself gives up at 256
_TOO_DEEP = etree.XPath("boolean(" + "/".join(["*"] * _MAX_DEPTH) + ")")
_MAX_ELEMENTS = 100_000  # long live blogs have 30,000; one costs 10 µs and a kilobyte of memory while it is written
_TAG = re.compile(r"</?([a-zA-Z][^\s/<>]*)[^<>]*>")
_OTHER_THAN_FLAT = re.compile(r"<(?!/?(?:p|br|script|style)\b)", re.IGNORECASE)
_EMPTY = re.compile(r"<p>(?:\s*</?(?:p|br)\s*/?>)+", re.IGNORECASE)
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code del dfn em font i img ins kbd mark q s samp small span strike strong sub "
    "sup time tt u var wbr".split()
)


def read_html(html: str) -> Element:
    """Parse a body, or a piece of one; any string will do.

    What is nested more than 100 deep is no article's structure but a mistake or an attack: it is read as paragraphs
    without further structure, so that its text is kept.

    Returns:
        The `html` element. Comments and processing instructions are gone, scripts and all else are still in it.
    """
    html = publishable(html[:_MAX_CHARACTERS])
    root = _parse(html)
    return root if root is not None else _or_empty(_parse(_flatten(html)))


def bounded(html: str) -> str:
    """Cut a body down to what an article can have.

    One of more than 100,000 elements becomes paragraphs without further structure, and of these the first 100,000 stay.
    """
    html = html[:_MAX_CHARACTERS]
    if html.count("<") - html.count("</") <= _MAX_ELEMENTS:
        return html
    return "<".join(_flatten(html).split("<", _MAX_ELEMENTS + 1)[: _MAX_ELEMENTS + 1])


def _parse(html: str) -> Element | None:
    """Parse; None when the tree is too deep, or cut short by a limit of libxml2."""
    parser = etree.HTMLParser(
        encoding="utf-8", recover=True, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    root = etree.fromstring(b"<div>" + html.encode(), parser)  # in a div, so that no text is taken for a head
    if root is None or _TOO_DEEP(root):
        return None
    cut_short = any(error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log)
    return None if cut_short else root


def _or_empty(root: Element | None) -> Element:
    return root if root is not None else etree.Element("html")


def _flatten(html: str) -> str:
    """Turn block tags into `<p>` and drop the others. What still looks like a tag afterwards becomes text."""

    def one(match: re.Match[str]) -> str:
        name = match[1].lower()
        if name in ("br", "script", "style"):
            return match[0]
        return "" if name in _INLINE else "<p>"

    return _EMPTY.sub("<p>", _OTHER_THAN_FLAT.sub("&lt;", _TAG.sub(one, html)))
