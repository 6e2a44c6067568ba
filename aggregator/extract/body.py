"""Finds an article's body in its page: which text it is, somebody else says; here the page's own elements are taken.

The text is known beforehand (`article` asks trafilatura), but as markup it comes without most pictures, captions,
numbered lists and embeds. So the page's own blocks are marked where their words stand in that text, and the smallest
element that holds nearly all of them is cut down to the marked blocks and to what stands among them. Scripts,
attributes and addresses are left as they are: `clean` sees to them.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lxml.html import HtmlElement, tostring

_WORD = re.compile(r"\w+")
_SHINGLE = 4  # words; shorter blocks must be a whole block of the text
_SHARE = 0.7  # of a block's shingles must stand in the text: one edited link or a footnote mark breaks up to 4 of them
_HELD = 0.9  # of the marked words must be inside the element taken: the rest is standfirst or afterthought
_ENOUGH = 0.75  # of the text's words must be found in the page, or it was put together from elsewhere (JSON-LD)

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MEDIA = ("img", "picture", "video", "audio", "iframe", "blockquote")
_GROUPS = ("ul", "ol", "dl", "table")
_INVISIBLE = ("script", "style", "template", "select", "textarea", "button")
_EMBEDS = re.compile(
    r"//(?:[\w-]+\.)*(?:youtube(?:-nocookie)?\.com|youtu\.be|vimeo\.com|dailymotion\.com|twitter\.com|x\.com|tiktok\.com|"
    r"facebook\.com|instagram\.com|soundcloud\.com|spotify\.com|archive\.org|documentcloud\.org|datawrapper\.de|dwcdn\.net|"
    r"flourish\.studio|odysee\.com|rumble\.com|bandcamp\.com|ivoox\.com|telegram\.org|t\.me|bsky\.app)/"
)
_POSTS = re.compile(r"\b(?:twitter-tweet|twitter-video|instagram-media|tiktok-embed|bluesky-embed|fb-post)\b")
_NOISE = re.compile(
    r"(?:^|[\s_-])(?:ads?|advert\w*|avatar|gravatar|banner|comments?|disqus|gallery-nav|icons?|logo|newsletter|"
    r"promo|promotion|related\w*|relacionad\w*|share|sharing|sharedaddy|social|sponsor\w*|subscri\w*|suscri\w*)(?:$|[\s_-])",
    re.IGNORECASE,
)
_COMMENTS = re.compile(
    r"(?:^|\s)(?:comments?|comments?-?(?:area|list|section|wrap\w*|thread)|commentlist|respond|disqus_thread|"
    r"comentarios|commentaires)(?:$|\s)",
    re.IGNORECASE,
)
_CREDITS = re.compile(r"caption|credit|legend|copyright", re.IGNORECASE)
_TEASERS = 3  # linked headlines with text of their own; an article may have one or two such boxes
_MOSTLY = 0.6  # of the words stand in links: a list of headlines
_MAX_CAPTION = 80  # words under a picture; a teaser's text is longer or a link
_MIN_SIDE = 60  # CSS pixels; smaller pictures outside the text are icons, buttons and tracking pixels


class Body(NamedTuple):
    """An article's body, and whether it rather is a list of other articles."""

    html: str
    is_listing: bool


def drop_unseen(tree: HtmlElement) -> None:
    """Take out, in place, what is no text to a reader of the article: scripts, styles, form controls and the readers'
    comments. Trafilatura knows many comment sections, not all, and its last resort takes everything it finds.
    """
    for element in list(tree.iter(*_INVISIBLE)):
        if element.get("type") != "application/ld+json":  # trafilatura's last resort is the text in there
            _remove(element, keep_tail=True)
    for element in tree.xpath(
        "//body//*[self::div or self::section or self::ol or self::ul or self::aside][@id or @class]"
    ):
        named = _COMMENTS.search(element.get("id", "")) or _COMMENTS.search(element.get("class", ""))
        if named and element.find(".//h1") is None:  # a wrapper around everything may be named so too
            _remove(element, keep_tail=True)


def find_body(tree: HtmlElement, drawn: HtmlElement, title: str) -> Body:
    """Cut the page down to the element that holds the article's body.

    Args:
        tree: the page; changed in place and part of the result.
        drawn: the article's text as trafilatura gives it; the body when less than 75 % of it is found in the page.
        title: the article's headline, left out of the body where it stands as one of its headings.
    """
    texts = text_blocks(drawn)
    marked = _mark(tree, texts)
    for block in [block for block in marked if block.tag in ("h1", "h2") and _words_of(block) == _words(title)]:
        del marked[block]
    wanted = sum(len(_words(text)) for text in texts if _words(text) != _words(title))
    if not marked or sum(len(words) for words in set(marked.values())) < _ENOUGH * wanted:
        drawn.tag = "div"
        return Body(_to_html(drawn), is_listing=_link_share(drawn) > _MOSTLY)
    container = _smallest_holding(tree, marked)
    inside = {block for block in marked if block is container or container in block.iterancestors()}
    _keep_groups(container, inside)
    holding = {container} | {ancestor for block in inside for ancestor in block.iterancestors()}
    teasers = _count_teasers(container, holding)
    kept = set(_media(container, inside, holding))
    _prune(container, inside, holding | {above for one in kept for above in one.iterancestors()}, kept)
    container = _detached(container)
    return Body(_to_html(container), is_listing=teasers >= _TEASERS or _link_share(container) > _MOSTLY)


def text_blocks(body: HtmlElement) -> list[str]:
    """Return the texts of an element's blocks, in order, those of inner blocks not repeated in outer ones."""
    texts = (" ".join("".join(_own_text(block)).split()) for block in body.iter(*_BLOCKS))
    return [text for text in texts if text]


# --- marking ---------------------------------------------------------------------------------------------------------


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.lower()))


def _words_of(element: HtmlElement) -> tuple[str, ...]:
    return _words("".join(element.itertext()))


def _link_share(element: HtmlElement) -> float:
    """Say which share of the words, 0 to 1, stands in links."""
    count = len(_words_of(element))
    linked = sum(len(_words_of(link)) for link in element.iter("a"))
    return linked / count if count else 0.0


def _shingles(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [words[at : at + _SHINGLE] for at in range(len(words) - _SHINGLE + 1)]


def _mark(tree: HtmlElement, text_blocks: Sequence[str]) -> dict[HtmlElement, tuple[str, ...]]:
    """Find the blocks whose own words (those of blocks inside it not counted) stand in the text."""
    whole = {_words(text) for text in text_blocks}
    # One run of words over all blocks, since trafilatura parts and joins paragraphs as it sees fit.
    known = set(_shingles(tuple(word for text in text_blocks for word in _words(text))))
    marked = {}
    for block in tree.iter(*_BLOCKS):
        words = _words("".join(_own_text(block)))
        if len(words) < _SHINGLE:
            found = bool(words) and words in whole
        else:
            shingles = _shingles(words)
            found = sum(one in known for one in shingles) >= _SHARE * len(shingles)
        if found:
            marked[block] = words
    return marked


def _own_text(element: HtmlElement) -> Iterator[str]:
    if element.text:
        yield element.text
    for child in element:
        if child.tag == "br":
            yield " "
        elif child.tag not in _BLOCKS and child.tag != "script":
            yield from _own_text(child)
        if child.tail:
            yield child.tail


def _smallest_holding(tree: HtmlElement, marked: dict[HtmlElement, tuple[str, ...]]) -> HtmlElement:
    """Go down from the root as long as one child holds nearly all of the marked text.

    Text that stands on the page twice (a teaser, a version for telephones) counts once.
    """
    held: dict[HtmlElement, set[tuple[str, ...]]] = {}
    for block, words in marked.items():
        for holder in (block, *block.iterancestors()):
            held.setdefault(holder, set()).add(words)
    total = sum(len(words) for words in set(marked.values()))
    container = tree
    while True:
        inner = [
            child for child in container if child in held and sum(len(one) for one in held[child]) >= _HELD * total
        ]
        if not inner:
            return container
        container = inner[-1]


def _count_teasers(container: HtmlElement, holding: set[HtmlElement]) -> int:
    """Count the elements that each have a linked headline and text of their own, as a list of articles has."""
    found = set()
    for heading in container.iter(*_HEADINGS):
        if _link_share(heading) > 0.9:
            around = next(one for one in (heading, *heading.iterancestors()) if one in holding)
            if around is not container:
                found.add(around)
    return len(found)


# --- what stands among the text --------------------------------------------------------------------------------------


def _keep_groups(container: HtmlElement, inside: set[HtmlElement]) -> None:
    """Mark all of a list or table when at least half of its words are marked: half a table is worse than none."""
    for group in container.iter(*_GROUPS):
        blocks = [block for block in group.iter(*_BLOCKS) if any(text.strip() for text in _own_text(block))]
        count = sum(len(_words("".join(_own_text(block)))) for block in blocks)
        found = sum(len(_words("".join(_own_text(block)))) for block in blocks if block in inside)
        if found and 2 * found >= count:
            inside.update(blocks)


def _media(container: HtmlElement, inside: set[HtmlElement], holding: set[HtmlElement]) -> Iterator[HtmlElement]:
    """Find pictures and embeds, each with its caption, and the lists and tables that the text goes around.

    They belong to the body when they stand between its first and last block, or beside one of its blocks; a picture
    above that, in the page's head, is the one that `og:image` names.
    """
    order = {element: at for at, element in enumerate(container.iter())}
    first, last = min(order[block] for block in inside), max(order[block] for block in inside)
    seen = set()
    for medium in container.iter(*_MEDIA, *_GROUPS):
        whole = medium
        while whole is not container and whole.getparent() not in holding:
            whole = whole.getparent()
        if whole in holding or whole in inside or whole in seen:
            continue
        seen.add(whole)
        parent = whole.getparent()
        beside = parent in inside or any(sibling in inside for sibling in parent)
        if not beside and not first < order[whole] < last:
            continue
        if _is_noise(whole, container):
            continue
        if medium.tag in _GROUPS:
            if beside and first < order[whole] < last and _link_share(whole) < 0.5 and whole.text_content().strip():
                yield whole
        elif _has_only_caption(whole):
            if _is_embed(medium) or _is_picture(medium):
                yield whole
        elif _is_embed(medium):  # out of a player with its menus and suggestions, the film alone
            yield medium


def _is_noise(element: HtmlElement, container: HtmlElement) -> bool:
    """Whether the element, or one around it inside the container, is named like a share bar, an advertisement, ..."""
    while element is not container and element is not None:
        if _NOISE.search(element.get("class", "")) or _NOISE.search(element.get("id", "")):
            return True
        element = element.getparent()
    return False


def _is_embed(medium: HtmlElement) -> bool:
    if medium.tag == "blockquote":
        return _POSTS.search(medium.get("class", "")) is not None
    if medium.tag in ("video", "audio"):
        return True
    return medium.tag == "iframe" and any(_EMBEDS.search(value + "/") for value in medium.attrib.values())


def _is_picture(medium: HtmlElement) -> bool:
    if medium.tag not in ("img", "picture") or _NOISE.search(medium.get("class", "")):
        return False
    sides = [medium.get(side, "") for side in ("width", "height")]
    return not any(side.isdecimal() and int(side) < _MIN_SIDE for side in sides)


def _has_only_caption(whole: HtmlElement) -> bool:
    """Whether the text around a medium can be its caption (or a quoted post), and not another article's teaser."""
    words = _words_of(whole)
    if not words:
        return True
    if any(True for _ in whole.iter(*_HEADINGS)) or len(words) > _MAX_CAPTION:
        return False
    named = whole.tag == "figure" or any(_CREDITS.search(one.get("class", "")) for one in whole.iter())
    return named or _link_share(whole) < 0.5


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
        elif not (is_text and child.tag not in _BLOCKS):
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
    if container.tag not in ("p", "blockquote", "pre", "ul", "ol", "dl", "table"):
        container.tag = "div"
    return container


def _to_html(element: HtmlElement) -> str:
    return str(tostring(element, encoding="unicode", with_tail=False))
