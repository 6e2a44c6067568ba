"""How much of an article readers see, so that two ways to show it can be compared.

Only the article itself counts: the lines around it (credit, link to the whole, partners' own lines, carriers) are left
out. Whether showing less is right is for others to say.
"""

from dataclasses import astuple, dataclass, fields
from typing import Any

import lxml.html

from aggregator.models import FeedItem
from aggregator.plaintext import count_words
from aggregator.rights.agreement import MODES


@dataclass(frozen=True)
class Amount:
    """What is seen of one article.

    Attributes:
        mode: its place in `agreement.MODES`.
        pictures: those in the text, and the one that stands for the article.
    """

    mode: int
    words: int
    pictures: int
    enclosures: int


def amount_of(item: FeedItem) -> Amount:
    """Measure what is seen of an article."""
    body = lxml.html.fragment_fromstring(item.content_html, create_parent="div")
    blocks = list(body)[1:]  # the first line is the credit
    for present in (bool(item.carriers), item.corrected):
        if present and blocks:
            blocks.pop()
    while blocks and _is_emphasis(blocks[-1]):  # lines that partners want to see
        blocks.pop()
    if item.rights_mode != "full" and blocks:  # "Read the whole article at"
        blocks.pop()
    words = sum(count_words(f"{block.text_content()} {block.tail or ''}") for block in blocks)
    pictures = sum(block.tag == "img" or len(block.xpath(".//img")) for block in blocks)
    return Amount(MODES.index(item.rights_mode), words, pictures + (item.image is not None), len(item.enclosures))


def compare(old: FeedItem, new: FeedItem) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Say of what of an article readers see less, and of what more: the names of `Amount`."""
    before, after = astuple(amount_of(old)), astuple(amount_of(new))
    both = [(field.name, a, b) for field, a, b in zip(fields(Amount), before, after, strict=True)]
    return tuple(name for name, a, b in both if b < a), tuple(name for name, a, b in both if b > a)


def _is_emphasis(block: Any) -> bool:
    """Tell whether a block is one emphasised line and nothing else."""
    if block.tag != "p" or (block.text or "").strip():
        return False
    return len(block) == 1 and block[0].tag == "em" and not (block[0].tail or "").strip()
