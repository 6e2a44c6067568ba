"""Reads a page's blocks: the elements that part its text, each with the words that are its own; tells which of them
stand in a text that is known.
"""

import re
from collections.abc import Collection, Iterator, Mapping

from lxml.html import HtmlElement

BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")

_WORD = re.compile(r"\w+")
_SHINGLE = 4  # words; shorter blocks must be a whole block of the text
_SHARE = 0.7  # of a block's shingles must stand in the text: one edited link or a footnote mark breaks up to 4 of them

Words = tuple[str, ...]


def words_in(text: str) -> Words:
    """Return the words of a text in lower case."""
    return tuple(_WORD.findall(text.lower()))


def words_of(element: HtmlElement) -> Words:
    """Return the words of an element, those of everything in it included."""
    return words_in("".join(element.itertext()))


def link_share(element: HtmlElement) -> float:
    """Say which share of the words, 0 to 1, stands in links."""
    count = len(words_of(element))
    linked = sum(len(words_of(link)) for link in element.iter("a")) if count else 0
    return linked / count if count else 0.0


def named_like(words: str) -> re.Pattern[str]:
    """Return what finds one of these words, parted by space, as a part of a class or an id; they are patterns."""
    return re.compile(rf"(?:^|[\s_-])(?:{'|'.join(words.split())})(?:$|[\s_-])", re.IGNORECASE)


def read_blocks(root: HtmlElement) -> dict[HtmlElement, str]:
    """Return the text of each block that has some, in the order of the page, whitespace folded.

    The text of blocks inside it does not count as a block's own.
    """
    blocks = list(root.iter(*BLOCKS))
    parted = set()  # what has a block or a line break inside: its own text is gathered piece by piece
    for inner in (*blocks, *root.iter("br")):
        parent = inner.getparent()
        while parent is not None and parent not in parted:
            parted.add(parent)
            parent = parent.getparent()
    texts = {}
    for block in blocks:
        text = " ".join("".join(own_text(block) if block in parted else block.itertext()).split())
        if text:
            texts[block] = text
    return texts


def own_text(element: HtmlElement) -> Iterator[str]:
    """Yield the text of an element without that of blocks inside it."""
    if element.text:
        yield element.text
    for child in element:
        if child.tag == "br":
            yield " "
        elif child.tag not in BLOCKS and child.tag != "script":
            yield from own_text(child)
        if child.tail:
            yield child.tail


def mark_blocks(blocks: Mapping[HtmlElement, str], texts: Collection[Words]) -> dict[HtmlElement, Words]:
    """Find the blocks that stand in a known text, with their words.

    Args:
        blocks: as `read_blocks` gives them.
        texts: the blocks of the known text. Somebody may have parted and joined paragraphs as he saw fit.
    """
    whole = set(texts) - {()}
    known = _shingles([word for text in texts for word in text])
    marked = {}
    for block, text in blocks.items():
        words = words_in(text)
        found = words in whole
        if not found and len(words) >= _SHINGLE:
            shingles = list(zip(words, words[1:], words[2:], words[3:], strict=False))
            found = sum(map(known.__contains__, shingles)) >= _SHARE * len(shingles)
        if found:
            marked[block] = words
    return marked


def share_known(text: Words, of: Words) -> float:
    """Say which share of a text's shingles, 0 to 1, stands in another text."""
    shingles, known = _shingles(text), _shingles(of)
    return len(shingles & known) / len(shingles) if shingles else 0.0


def _shingles(words: Words | list[str]) -> set[Words]:
    return set(zip(words, words[1:], words[2:], words[3:], strict=False))
