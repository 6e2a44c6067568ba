"""Finds an article's body in its page: which text it is, somebody else says; here the page's own elements are taken.

The text is known beforehand (`article` asks trafilatura), but as markup it comes without most pictures, captions,
numbered lists and embeds. So the page's own blocks are marked where their words stand in that text, and the smallest
element that holds nearly all of them is cut down to the marked blocks and to what stands among them: `media` finds the
pictures and players, `furniture` what is none of the article. Scripts, attributes and addresses are left as they are:
`clean` sees to them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any, NamedTuple

from lxml import etree
from lxml.html import HtmlElement, tostring

from aggregator.boxes import BOX_CLASSES
from aggregator.extract.appeals import read_appeal
from aggregator.extract.blocks import (
    BLOCKS,
    HEADINGS,
    Words,
    link_share,
    mark_blocks,
    read_blocks,
    share_known,
    words_in,
    words_of,
)
from aggregator.extract.figures import make_plain
from aggregator.extract.furniture import find_furniture, is_boxed, leads_inside
from aggregator.extract.media import NOISE, PICTURES, Found, find_captions, find_lead, find_media
from aggregator.extract.teasers import is_list_of_links, without_teasers

_HELD = 0.95  # of the marked words must be inside the element taken: the rest is standfirst or afterthought
_ENOUGH = 0.75  # of the text's words must be found in the page, or it was put together from elsewhere (JSON-LD)
_SAME = 0.7  # of the text's shingles stand in what the page states as its text: that is the same article, perhaps more
_ROW = 3  # blocks side by side: what stands between is of the same text
_FILLING = ("p", "pre", *HEADINGS)
_GROUPS = ("ul", "ol", "dl", "table")
_ALONE = ("p", "blockquote", "pre", "ul", "ol", "dl", "table")  # say the same outside their page
_INVISIBLE = (
    "head script style template select textarea button nav svg canvas datalist dialog map progress label input frame "
    "frameset"
).split()
_COMMENTS = re.compile(
    r"(?:^|\s)(?:comments?|comments?-?(?:area|list|section|wrap\w*|thread)|commentlist|respond|disqus_thread|"
    r"comentarios|commentaires)(?:$|\s)",
    re.IGNORECASE,
)
# A first choice, made quickly; `_COMMENTS` decides. Beginnings are left out since they may be capitals.
_PARTS = " or ".join(f"contains(., '{part}')" for part in ("omment", "espond", "isqus", "omentarios"))
_NAMES = etree.XPath(
    "descendant::*[self::div or self::section or self::ol or self::ul or self::aside]"
    f"/@*[(name() = 'class' or name() = 'id') and ({_PARTS})]"
)
_CLASSES = etree.XPath("//@class", smart_strings=False)
# Blocks of an article that trafilatura knows nothing of: files to load, buttons, a line across.
_OWN = re.compile(r"\bwp-block-(?:file|buttons|separator)\b")
_CELL = 40  # words; tables with longer cells only place what they hold
_TITLE = 20  # words over a table


class Body(NamedTuple):
    """An article's body, and whether it rather is a list of other articles."""

    html: str
    is_listing: bool


class Known(NamedTuple):
    """What is known of an article before its body is looked for."""

    url: str  # of the page
    title: str = ""
    authors: Sequence[str] = ()
    text: str = ""  # as the page states it for machines; may be cut short, or something else


def drop_unseen(tree: HtmlElement) -> None:
    """Take out, in place, what is no text to a reader of the article: scripts, styles, menus, form controls and the
    readers' comments. Trafilatura knows many comment sections, not all, and its last resort takes everything it finds.
    """
    for button in list(tree.iter("button")):
        if next(button.iter(*PICTURES), None) is not None:  # shows its picture larger
            button.tag = "div"
    etree.strip_elements(tree, *_INVISIBLE, with_tail=False)
    if not BOX_CLASSES.isdisjoint(" ".join(_CLASSES(tree)).split()):  # type: ignore[arg-type]
        for box in [one for one in tree.iter() if not BOX_CLASSES.isdisjoint(one.get("class", "").split())]:
            if box.getparent() is not None and box.find(".//h1") is None:
                _remove(box, keep_tail=True)
    names: list[Any] = _NAMES(tree)  # type: ignore[assignment]  # that depends on the expression
    for element in dict.fromkeys(name.getparent() for name in names if _COMMENTS.search(name)):
        if element.find(".//h1") is None:  # a wrapper around everything may be named so, too
            _remove(element, keep_tail=True)


def find_body(tree: HtmlElement, texts: Sequence[str], known: Known) -> Body | None:
    """Cut the page down to the element that holds the article's body.

    Args:
        tree: the page; changed in place and part of the result.
        texts: the blocks of the article's text as trafilatura gives it.
    Returns:
        None when less than 75 % of the text is found in the page; then nothing is changed.
    """
    runs = [words_in(text) for text in texts]
    drawn = tuple(word for run in runs for word in run)
    stated = words_in(known.text)
    title = words_in(known.title)
    wanted = sum(len(run) for run in set(runs) if run != title)  # what stands twice counts once, here and there
    if len(stated) > len(drawn) and share_known(drawn, stated) >= _SAME:
        runs = [*runs, stated]
    blocks = read_blocks(tree)
    marked = mark_blocks(blocks, runs)
    marked = {block: words for block, words in marked.items() if not _is_title(block, words, title)}
    if not marked or sum(map(len, set(marked.values()))) < _ENOUGH * wanted:
        return None
    marked, is_listing = without_teasers(_smallest_holding(tree, marked), marked)
    captions = set(find_captions(marked))
    furniture = set(find_furniture(marked, known.url, known.authors))
    _fill_gaps(blocks, marked)
    _fill_headings(blocks, marked)
    marked = {block: words for block, words in marked.items() if block not in captions and block not in furniture}
    if not marked:
        return Body("", is_listing)
    container = _smallest_holding(tree, marked)
    inside = {block for block in marked if block is container or container in block.iterancestors()}
    _keep_groups(container, inside, captions)
    holding = {container} | {ancestor for block in inside for ancestor in block.iterancestors()}
    order = {element: at for at, element in enumerate(container.iter())}
    found = list(find_media(container, inside, holding, order))
    kept = {element for one in found for element in one.elements}
    kept.update(_groups(container, inside, holding, order, known.url))
    kept.update(_own_blocks(container, inside, holding))
    lead = find_lead(tree, next(block for block in marked if block in inside), holding)
    if (
        lead
        and container.tag not in _ALONE
        and not kept & {lead.whole, *lead.whole.iter(), *lead.whole.iterancestors()}
    ):
        _move_before(lead, container)
        kept.update(lead.elements)
        found.append(lead)
    _prune(container, inside, holding | {above for one in kept for above in one.iterancestors()}, kept)
    for one in found:
        make_plain(one)
    container = _detached(container)
    return Body(_to_html(container), is_listing or is_list_of_links(container))


def _is_title(block: HtmlElement, words: Words, title: Words) -> bool:
    if block.tag not in ("h1", "h2"):
        return False
    return words == title or (block.tag == "h1" and sum(word in title for word in words) >= _SAME * len(words))


def _move_before(lead: Found, container: HtmlElement) -> None:
    """Put the lead picture in front of what the container holds."""
    for element in reversed(lead.elements):
        _remove(element, keep_tail=True)
        element.tail = container.text
        container.text = None
        container.insert(0, element)


def _smallest_holding(tree: HtmlElement, marked: Mapping[HtmlElement, Words]) -> HtmlElement:
    """Go down from the root as long as one child holds nearly all of the marked text.

    Text that stands on the page twice (a teaser, a version for telephones) counts once.
    """
    held: dict[HtmlElement, set[Words]] = {}
    for block, words in marked.items():
        for holder in (block, *block.iterancestors()):
            held.setdefault(holder, set()).add(words)
    total = sum(map(len, set(marked.values())))
    container = tree
    while True:
        inner = [child for child in container if child in held and sum(map(len, held[child])) >= _HELD * total]
        if not inner:
            return container
        container = inner[-1]


def _fill_gaps(blocks: Mapping[HtmlElement, str], marked: dict[HtmlElement, Words]) -> None:
    """Mark the paragraphs and headings that stand between marked ones.

    Trafilatura leaves out short lines in bold, which are headings, and now and then a paragraph.
    """
    beside: dict[HtmlElement, list[HtmlElement]] = {}
    for block in marked:
        beside.setdefault(block.getparent(), []).append(block)
    for known in beside.values():
        if len(known) < _ROW:
            continue
        for block in known[0].itersiblings():
            if block is known[-1]:
                break
            if block.tag in _FILLING and block not in marked and block in blocks and not is_boxed(block):
                words = words_in(blocks[block])
                if words and link_share(block) < 0.5:
                    marked[block] = words


def _fill_headings(blocks: Mapping[HtmlElement, str], marked: dict[HtmlElement, Words]) -> None:
    """Mark the headings among the text that have a marked block right under them, wherever it stands."""
    holding = {ancestor for block in marked for ancestor in block.iterancestors()}
    order = list(blocks)
    places = [at for at, block in enumerate(order) if block in marked]
    for at in range(places[0], places[-1]) if places else ():
        block = order[at]
        if block.tag not in HEADINGS or block.tag == "h1" or block in marked or order[at + 1] not in marked:
            continue
        words = words_in(blocks[block])
        is_own = block.getparent() in holding and not is_boxed(block) and link_share(block) < 0.5
        if words and is_own and read_appeal(words, len(words)) is None:
            marked[block] = words


def _keep_groups(container: HtmlElement, inside: set[HtmlElement], captions: set[HtmlElement]) -> None:
    """Mark all of a list, table or quotation when at least half of its words are: half a table is worse than none."""
    for group in container.iter(*_GROUPS, "blockquote"):
        blocks = {block: len(words_in(text)) for block, text in read_blocks(group).items()}
        found = sum(count for block, count in blocks.items() if block in inside)
        if not found or 2 * found < sum(blocks.values()):
            continue
        inside.update(block for block in blocks if block not in captions)
        if group.tag == "table" and group.getparent().tag == "figure":
            inside.update(group.getparent().findall("figcaption"))
        if group.tag == "table" and max(blocks.values()) <= _CELL:  # without its empty cells others would move
            inside.update(cell for cell in group.iter("td", "th") if cell not in captions)


def _groups(
    container: HtmlElement,
    inside: set[HtmlElement],
    holding: set[HtmlElement],
    order: Mapping[HtmlElement, int],
    url: str,
) -> Iterator[HtmlElement]:
    """Find the lists and tables that the text goes around, and that are no lists of the site's other articles."""
    first, last = min(order[block] for block in inside), max(order[block] for block in inside)
    for group in container.iter(*_GROUPS):
        if group in holding or group in inside:
            continue
        whole = _wrapper(group, inside | holding) if group.tag == "table" else group
        parent = whole.getparent()
        is_among = parent in holding and first < order[whole] < last and any(sibling in inside for sibling in parent)
        if not is_among and parent not in inside:
            continue
        if not group.text_content().strip() or NOISE.search(group.get("class", "")) or is_boxed(whole):
            continue
        if link_share(group) < 0.5 or not any(leads_inside(link.get("href", ""), url) for link in group.iter("a")):
            yield whole


def _own_blocks(container: HtmlElement, inside: set[HtmlElement], holding: set[HtmlElement]) -> Iterator[HtmlElement]:
    """Find the blocks beside the text that are known to be the article's by their names."""
    for block in container.iter("div", "hr"):
        if block in holding or block in inside or not _OWN.search(block.get("class", "")):
            continue
        parent = block.getparent()
        words = words_of(block)
        if parent in holding and any(one in inside for one in parent) and read_appeal(words, 0) is None:
            yield block


def _wrapper(table: HtmlElement, around_text: Set[HtmlElement]) -> HtmlElement:
    """Return the highest element that holds a table, its title perhaps, and nothing else."""
    whole, count = table, len(words_of(table))
    while (parent := whole.getparent()) is not None and parent not in around_text:
        if len(words_of(parent)) > count + _TITLE:
            break
        whole = parent
    return whole


# --- cutting ---------------------------------------------------------------------------------------------------------


def _prune(element: HtmlElement, inside: set[HtmlElement], holding: set[HtmlElement], kept: set[HtmlElement]) -> None:
    """Take out of `element` all that is not marked, kept or around either."""
    is_text = element in inside
    if not is_text:
        element.text = None
    for child in list(element):
        if not is_text:
            child.tail = None
        if child in kept:
            continue
        if child in holding or child in inside:
            _prune(child, inside, holding, kept)
        elif not (is_text and child.tag not in BLOCKS):
            _remove(child, keep_tail=is_text)


def _remove(element: HtmlElement, *, keep_tail: bool) -> None:
    if not keep_tail:
        element.tail = None
    element.drop_tree()


def _detached(container: HtmlElement) -> HtmlElement:
    """Take the container out of the page; what would say nothing, or something else, alone becomes a plain `div`."""
    parent = container.getparent()
    if parent is not None:
        container.tail = None
        parent.remove(container)
    if container.tag not in _ALONE:
        container.tag = "div"
    return container


def _to_html(element: HtmlElement) -> str:
    return str(tostring(element, encoding="unicode", with_tail=False))
