"""Puts the pictures and players that belong to a body in plain elements.

A picture with its caption becomes a `figure`, whatever the page built of `div` and `span`; a player that only a script
would start becomes an `iframe`. Which address of a picture is meant, and where a player's page is, says `clean`.
"""

from collections.abc import Iterator

from lxml.html import Element, HtmlElement

from aggregator.extract.blocks import words_of
from aggregator.extract.media import CAPTION, MIN_SIDE, PICTURES, Found, has_picture
from aggregator.extract.players import scripted_address


def make_plain(found: Found) -> None:
    """Turn, in place, a picture with words around it into a figure with its caption, a scripted player into a frame."""
    medium, whole = found.medium, found.whole
    if address := scripted_address(medium):
        frame = Element("iframe", src=address, title=medium.get("title") or medium.get("aria-label") or "")
        _replace(medium, frame)
        return
    if medium.tag not in PICTURES:
        return
    captions = [] if found.caption is None else [found.caption]
    sides = [medium.get(side, "") for side in ("width", "height")]
    if "0" in sides and any(side.isdecimal() and int(side) >= MIN_SIDE for side in sides):  # the other is worked out
        for side in ("width", "height"):
            medium.attrib.pop(side, None)
    pictures = [one for one in whole.iter("picture", *PICTURES, "noscript") if _outer_picture(one) is one]
    captions += _named_captions(whole) or list(_texts_beside(whole, pictures))
    figure = Element("figure")
    _replace(whole, figure)
    picture = _best(pictures)
    picture.tail = None
    figure.append(picture)
    if captions:
        caption = Element("figcaption")
        figure.append(caption)
        for piece in captions:
            caption.append(piece)


def _best(pictures: list[HtmlElement]) -> HtmlElement:
    """Choose among the sizes of one picture: one in several sizes, else that for readers without scripts."""
    for picture in pictures:
        if (picture.tag == "picture" and has_picture(picture)) or picture.get("srcset") or picture.get("data-srcset"):
            return picture
    for picture in pictures:
        if picture.tag == "noscript":
            picture.tag = "span"
            return picture
    return pictures[0]


def _replace(old: HtmlElement, new: HtmlElement) -> None:
    new.tail, old.tail = old.tail, None
    old.getparent().replace(old, new)


def _outer_picture(element: HtmlElement) -> HtmlElement:
    """Return the `picture` or `noscript` around a picture, or itself."""
    outer = element
    for around in element.iterancestors():
        if around.tag in ("picture", "noscript"):
            outer = around
    return outer


def _named_captions(whole: HtmlElement) -> list[HtmlElement]:
    found: list[HtmlElement] = []
    for one in whole.iterdescendants():
        named = one.tag == "figcaption" or CAPTION.search(one.get("class", ""))
        if (
            named
            and not has_picture(one)
            and words_of(one)
            and not any(above in found for above in one.iterancestors())
        ):
            found.append(one)
    return found


def _texts_beside(whole: HtmlElement, pictures: list[HtmlElement]) -> Iterator[HtmlElement]:
    """Yield what holds the words around a picture."""
    if whole.text and whole.text.strip():
        lead = Element("span")
        lead.text = whole.text
        yield lead
    for child in list(whole):
        if child in pictures:
            continue
        if any(one in pictures for one in child.iterdescendants()):
            yield from _texts_beside(child, pictures)
        elif words_of(child) or (child.tail and child.tail.strip()):
            yield child
