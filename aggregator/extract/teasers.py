"""Tells a list of other articles from an article: teasers among the text, and pages that hold little else."""

from collections.abc import Mapping

from lxml.html import HtmlElement

from aggregator.extract.blocks import BLOCKS, HEADINGS, Words, link_share, words_of
from aggregator.plaintext import count_words

_TEASERS = 3  # linked headlines with text of their own; an article may have one or two such boxes
_TEASER = 80  # words; longer ones are articles
_MOSTLY = 0.6  # of the letters stand in links: a list of headlines
_ARTICLE = 100  # words outside links and teasers: an article, whatever else stands on its page


def is_list_of_links(body: HtmlElement) -> bool:
    """Whether a body is little more than links."""
    text = body.text_content()
    linked = [link.text_content() for link in body.iter("a")]
    if sum(map(len, linked)) <= _MOSTLY * len(text):
        return False
    return count_words(text) - sum(map(count_words, linked)) < _ARTICLE


def without_teasers(container: HtmlElement, marked: dict[HtmlElement, Words]) -> tuple[dict[HtmlElement, Words], bool]:
    """Leave out what stands in teasers of other articles, or say that there is little else."""
    teasers = _find_teasers(container, marked)
    if len(teasers) < _TEASERS:
        return marked, False
    inside = {block for teaser in teasers for block in teaser.iter(*BLOCKS)}
    own = {block: words for block, words in marked.items() if block not in inside}
    count = sum(count_words(" ".join(words)) for words in own.values())
    return (own, False) if count >= _ARTICLE else (marked, True)


def _find_teasers(container: HtmlElement, marked: Mapping[HtmlElement, Words]) -> list[HtmlElement]:
    """Find the elements that each have a linked headline and text of their own, as those of a list of articles."""
    holding = {container} | {ancestor for block in marked for ancestor in block.iterancestors()}
    found = []
    for heading in container.iter(*HEADINGS):
        parent = heading.getparent()
        link = parent if parent.tag == "a" else heading.find(".//a")
        if link is None or link.get("href", "#").startswith("#"):
            continue
        around = next((one for one in heading.iterancestors() if one in holding), container)
        is_headline = link is parent or link_share(heading) > 0.5  # beside the link a kicker may stand
        if is_headline and around is not container and len(words_of(around)) <= _TEASER:
            found.append(around)
    return list(dict.fromkeys(found))
