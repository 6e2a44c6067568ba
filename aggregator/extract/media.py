"""Finds the pictures and players of an article on its page, each with its caption.

By the place they have among the blocks of text, by what stands beside them, and by the names that their elements have.
"""

import re
from collections.abc import Iterator, Mapping, Set
from typing import NamedTuple

from lxml.html import HtmlElement

from aggregator.extract.blocks import HEADINGS, Words, link_share, named_like, words_of
from aggregator.extract.players import FRAMES, SCRIPTED, is_player

PICTURES = ("img", "amp-img")
_MAX_CAPTION = 80  # words under a picture; a teaser's text is longer or a link
_LEAST_HEADLINE = 4  # linked words under a picture: it stands for another article
MIN_SIDE = 60  # CSS pixels; smaller pictures outside the text are icons, buttons and tracking pixels
_BESIDE = "media-text"  # WordPress's picture with a paragraph of the article beside it
_SIZES = 3  # of one picture, in one figure
_LEAD_WIDTH = 300  # CSS pixels
_CLIMB = 6  # elements a picture may be away from its caption

NOISE = named_like(
    r"""
    ad ads advert\w* avatar gravatar author-?(?:image|photo|box|bio) banner comments? disqus gallery-nav
    (?<!gallery-)icons? logo newsletter promo promotion recirc\w* recommend\w* related\w* relacionad\w* share sharedaddy
    sharing social sponsor\w* subscri\w* suscri\w* teasers? trending\w*
    """
)
CAPTION = re.compile(r"caption|credit|legend|copyright|bildunterschrift|pie-?(?:de-?)?foto|légende", re.IGNORECASE)
_FRAME = named_like(
    r"""
    asset bild carousel fig figure foto gallery image images img media photo photos picture slide slideshow thumbnail
    wp-caption
    """
)


def find_captions(marked: Mapping[HtmlElement, Words]) -> list[HtmlElement]:
    """Return the blocks, out of those that stand in a text, that are captions and not text.

    By their element or class; else as the only words beside one picture in an element that is named for it.
    """
    return [block for block, words in marked.items() if len(words) <= _MAX_CAPTION and _is_caption(block)]


def _is_caption(block: HtmlElement) -> bool:
    around = block
    for _ in range(_CLIMB):
        if around is None or around.tag in ("body", "article", "main"):
            return False
        if around.tag == "figcaption":
            return True
        named = around.get("class", "")
        if _BESIDE in named:
            return False
        if around.tag == "figure":
            # A figure may hold a table, a poem or a quotation.
            return has_picture(around) and block.tag not in ("td", "th", "pre", "li") and not _is_quoted(block, around)
        if named and CAPTION.search(named) and around.tag not in HEADINGS and len(words_of(around)) <= _MAX_CAPTION:
            return True
        if named and _FRAME.search(named) and block.tag not in HEADINGS and _is_frame(around):
            return True
        around = around.getparent()
    return False


def _is_quoted(block: HtmlElement, figure: HtmlElement) -> bool:
    return any(one.tag == "blockquote" for one in (block, *block.iterancestors()) if one is not figure)


def _is_frame(around: HtmlElement) -> bool:
    """Whether an element holds a picture and little else."""
    return has_picture(around) and around.find(".//ul") is None and len(words_of(around)) <= _MAX_CAPTION


def has_picture(element: HtmlElement) -> bool:
    return next(element.iter(*PICTURES), None) is not None


# --- what stands among the text --------------------------------------------------------------------------------------


class Found(NamedTuple):
    """A picture or player that belongs to the body, the element to keep for it, and one right after it: its caption."""

    medium: HtmlElement
    whole: HtmlElement
    caption: HtmlElement | None = None

    @property
    def elements(self) -> list[HtmlElement]:
        return [self.whole] if self.caption is None else [self.whole, self.caption]


def find_media(
    container: HtmlElement, inside: Set[HtmlElement], holding: Set[HtmlElement], order: Mapping[HtmlElement, int]
) -> Iterator[Found]:
    """Find pictures and players outside the blocks of text.

    They belong to the body when they stand between its first and last block, or beside one of its blocks.

    Args:
        inside: the blocks of text.
        holding: all elements around them, the container included.
        order: the place on the page of every element of the container.
    """
    first, last = min(order[block] for block in inside), max(order[block] for block in inside)
    around_text = holding | inside
    seen: set[HtmlElement] = set()
    for medium in container.iter(*PICTURES, *FRAMES, *SCRIPTED, "blockquote", "div"):
        if not (medium.tag in PICTURES or is_player(medium)) or any(
            above in seen for above in (medium, *medium.iterancestors())
        ):
            continue
        outermost = None if _is_emoji(medium) else _outermost(medium, around_text)
        if outermost is None:
            continue
        parent = outermost.getparent()
        beside = parent in inside or any(sibling in inside for sibling in parent)
        if not beside and not first < order[outermost] < last:
            continue
        if _is_noise(medium, container):
            continue
        whole = _whole(medium, outermost)
        if medium.tag in PICTURES:
            if not _is_picture(medium) or not _has_only_caption(whole) or _is_teaser(outermost, whole):
                continue
        elif not _has_only_caption(whole):
            whole = medium  # out of a player with its menus and suggestions, the film alone
        seen.add(whole)
        yield Found(medium, whole, _caption_after(whole, holding) if medium.tag in PICTURES else None)


def find_lead(tree: HtmlElement, first: HtmlElement, holding: Set[HtmlElement]) -> Found | None:
    """Find the picture that stands over the article, between its headline and its first block of text.

    Args:
        holding: elements with text of the article, whose pictures `find_media` has seen to.
    """
    article = next((one for one in first.iterancestors() if one.tag in ("article", "main")), None)
    around_text = set(first.iterancestors())
    is_below = False  # the headline, or inside the article
    found = None
    for element in tree.iter(first.tag, "h1", "article", "main", *PICTURES):
        if element is first:
            break
        if element.tag == "h1":
            is_below, found = True, None
        elif element is article:
            is_below = True
        elif is_below and found is None and element.tag in PICTURES:
            outermost = _outermost(element, around_text)
            if outermost is None or not _is_picture(element) or _is_noise(element, tree) or _is_aside(element):
                continue
            whole = _whole(element, outermost)
            if _is_lead(element, whole) and _has_only_caption(whole) and not _is_teaser(outermost, whole):
                found = Found(element, whole, _caption_after(whole, holding))
    return found


def _is_lead(picture: HtmlElement, whole: HtmlElement) -> bool:
    """Whether a picture outside the text is more than an ornament: it stands in a figure, or is large."""
    width = picture.get("width", "").removesuffix("px")
    if width.isdecimal() and int(width) < _LEAD_WIDTH:
        return False
    in_figure = whole.tag == "figure" or any(one.tag in ("figure", "picture") for one in picture.iterancestors())
    return in_figure or width.isdecimal() or any(_FRAME.search(one.get("class", "")) for one in (whole, picture))


def _is_aside(element: HtmlElement) -> bool:
    return any(one.tag in ("nav", "aside", "footer", "li") for one in element.iterancestors())


def _caption_after(whole: HtmlElement, holding: Set[HtmlElement]) -> HtmlElement | None:
    """Return the caption that stands right after a picture and not in its figure."""
    after = whole.getnext()
    if after is None or after in holding or (whole.tag == "figure" and whole.find(".//figcaption") is not None):
        return None
    named = after.tag == "figcaption" or CAPTION.search(after.get("class", "")) is not None
    is_caption = named and after.tag not in HEADINGS and 0 < len(words_of(after)) <= _MAX_CAPTION
    return after if is_caption and not has_picture(after) else None


def _outermost(medium: HtmlElement, holding: Set[HtmlElement]) -> HtmlElement | None:
    """Return the highest element around a medium that has no text of the article in it."""
    if medium in holding:
        return None
    whole = medium
    while (parent := whole.getparent()) is not None and parent not in holding:
        whole = parent
    return whole if parent is not None else None


def _whole(medium: HtmlElement, outermost: HtmlElement) -> HtmlElement:
    """Return what holds a medium and its caption, and no other picture."""
    whole = medium
    while whole is not outermost and not (whole.tag == "figure" and whole.find(".//figcaption") is not None):
        parent = whole.getparent()
        if _BESIDE in parent.get("class", "") or (whole.tag == "figure" and len(parent.findall(".//figure")) > 1):
            break
        # A figure may hold several sizes of one picture.
        one_figure = parent.tag in ("picture", "figure") or any(one.tag == "figure" for one in parent.iterancestors())
        pictures = sum(1 for one in parent.iter(*PICTURES) if not _in_noscript(one))
        if medium.tag in PICTURES and pictures > (_SIZES if one_figure else 1):
            break
        if not _has_only_caption(parent):
            break
        whole = parent
    return whole


def _is_emoji(medium: HtmlElement) -> bool:
    named = f"{medium.get('class', '')} {medium.get('src', '')}" if medium.tag in PICTURES else ""
    return "emoji" in named or "wp-smiley" in named


def _in_noscript(element: HtmlElement) -> bool:
    return any(one.tag == "noscript" for one in element.iterancestors())


def _is_noise(element: HtmlElement, container: HtmlElement) -> bool:
    """Whether the element, or one around it inside the container, is named like a share bar, an advertisement, ..."""
    while element is not container and element is not None:
        if NOISE.search(element.get("class", "")) or NOISE.search(element.get("id", "")):
            return True
        element = element.getparent()
    return False


def _is_picture(medium: HtmlElement) -> bool:
    sides = [medium.get(side, "").removesuffix("px") for side in ("width", "height")]
    return not any(side.isdecimal() and 0 < int(side) < MIN_SIDE for side in sides) and sides != ["0", "0"]


def _has_only_caption(whole: HtmlElement) -> bool:
    """Whether the text around a medium can be its caption (or a quoted post), and not another article's teaser."""
    words = words_of(whole)
    if not words:
        return True
    if whole.tag == "figure" and whole.find("figcaption") is not None:
        return len(words) <= 3 * _MAX_CAPTION
    if any(True for _ in whole.iter(*HEADINGS)) or len(words) > _MAX_CAPTION:
        return False
    named = whole.tag == "figure" or any(CAPTION.search(one.get("class", "")) for one in whole.iter())
    return named or link_share(whole) < 0.5


def _is_teaser(outermost: HtmlElement, whole: HtmlElement) -> bool:
    """Whether a picture stands with the linked headline of another article."""
    if whole.tag == "figure" and whole.find("figcaption") is not None:
        return False
    around = whole
    for _ in range(2):
        if around is outermost:
            break
        around = around.getparent()
    return (
        any(
            len(words_of(link)) >= _LEAST_HEADLINE and not CAPTION.search(link.getparent().get("class", ""))
            for link in around.iter("a")
        )
        and link_share(around) >= 0.5
    )
