"""Tell what in a body is not the article: what the page's reader never saw, and what the site hangs around its posts.

Everything is told by tag, attribute and well-known class name; pictures and players are `media`'s.
"""

import re
from collections.abc import Iterator

from aggregator.boxes import BOX_CLASSES, BOX_IDS
from aggregator.clean.tree import Element

# Left out with all they hold. Unknown elements are not here: their text is kept.
DROPPED = frozenset(
    "annotation annotation-xml applet area base basefont bgsound button canvas col colgroup command datalist "
    "dialog form frame frameset head input keygen link map menuitem meta meter noembed noframes optgroup option "
    "param portal progress script select source style svg template textarea title track xml".split()
)

_CSS_COMMENT = re.compile(r"/\*[^*]*\*+(?:[^/*][^*]*\*+)*/")
_CSS_ESCAPE = re.compile(r"\\(?:([0-9a-f]{1,6})\s?|([^\n\r\f]))", re.IGNORECASE)
_HIDING = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|content-visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|(?:left|right|top|bottom|margin(?:-left|-top)?|text-indent)\s*:\s*"
    r"-(?:(?:\d{4,}|999)(?:\.\d*)?(?:px|pt)|\d{3,}(?:\.\d*)?(?:r?em|v[wh]))"
    r"|clip\s*:\s*rect\(\s*(?:[01](?:px)?[\s,]+[01](?:px)?|\d{3,}(?:px)?)"  # nothing, or what is beyond the text
    r"|clip-path\s*:\s*(?:inset\(\s*(?:50|100)%|circle\(\s*0)"
    r"|transform\s*:\s*scale\(\s*(?:0?\.)?0+\s*[,)])"
)
_FADED = re.compile(r"(?:^|;)\s*opacity\s*:\s*(?:0?\.)?0+%?\s*(?:;|!|$)")
_UNCOLOURED = re.compile(r"(?:^|;)\s*color\s*:\s*(?:transparent|rgba\([^();]*,\s*(?:0?\.)?0+%?\s*\))")
_FOLDED = re.compile(
    r"(?:^|;)\s*(?:max-)?(?:width|height)\s*:\s*(?:[01](?:\.\d*)?(?:p[xt])?|0(?:%|r?em|v[wh]))\s*(?:;|!|$)"
)
_CLIPPED = re.compile(r"(?:^|;)\s*overflow(?:-[xy])?\s*:\s*(?:hidden|auto|scroll|clip)")
# A rule of a style element; a block of other rules (for print, for small screens) does not hold for every reader.
_AT_RULE = re.compile(r"@[^@{};]*(?:;|\{(?:[^{}]*\{[^{}]*\})*[^{}]*\})")
_RULE = re.compile(r"([^{}]{1,1000})\{([^{}]{1,2000})\}")
_SELECTOR = re.compile(r"[a-z0-9]*([.#][\w-]+)")
_MAX_SHEET = 20_000  # characters of style elements that are read
# Scripts show pictures and players in their time: a rule or a fading that hides them says nothing.
_SHOWN_LATER = frozenset("amp-img figure iframe img picture video".split())
_FONT_SIZE = re.compile(r"(?:^|;)\s*font(?:-size)?\s*:\s*(?:[^;\d]*\s)?([\d.]+)(px|pt|em|rem|ex|%|)(?=[\s;/!]|$)")


def is_junk(element: Element) -> bool:
    """Say whether an element is to be left out with all it holds."""
    if element.tag in DROPPED:
        return True
    attributes = element.attrib
    if not attributes:
        return False
    if "hidden" in attributes or attributes.get("id") in BOX_IDS:
        return True
    classes = attributes.get("class")
    if classes and not BOX_CLASSES.isdisjoint(str(classes).split()):
        return True
    style = style_of(element)
    if not style:
        return False
    # Site builders fade paragraphs in: their scripts find them by a data attribute.
    fades = element.tag in _SHOWN_LATER or any(str(name).startswith("data-") for name in attributes)
    return _is_hiding(style) or (not fades and _is_faded(style))


def hide_by_rules(root: Element) -> None:
    """Mark as `hidden` what a style element within the body hides by a class or an id alone.

    So do those who put links into other people's posts. A style in a `noscript` is for readers without scripts.
    """
    sheets = [sheet.text or "" for sheet in root.iter("style") if next(sheet.iterancestors("noscript"), None) is None]
    names = set(_hidden_names("\n".join(sheets)[:_MAX_SHEET].lower()))
    if not names:
        return
    for element in root.iter():
        classes = [f".{name}" for name in (element.get("class") or "").lower().split()]
        is_named = f"#{(element.get('id') or '').lower()}" in names or not names.isdisjoint(classes)
        if is_named and element.tag not in _SHOWN_LATER:
            element.set("hidden", "")


def style_of(element: Element) -> str:
    """Return the inline style in lower case, without comments and escapes; "" for none."""
    style = element.get("style")
    if not style:
        return ""
    style = _CSS_COMMENT.sub("", style)
    return (_CSS_ESCAPE.sub(_unescaped, style) if "\\" in style else style).lower()


def is_too_small(style: str) -> bool | None:
    """Say whether a style makes text too small to be seen; None when it sets no size in figures."""
    match = _FONT_SIZE.search(style)
    if not match:
        return None
    try:
        size = float(match[1])
    except ValueError:
        return None
    return size <= {"px": 1, "pt": 1, "%": 10}.get(match[2], 0.1)


def _is_hiding(style: str) -> bool:
    return (
        _HIDING.search(style) is not None
        or (_UNCOLOURED.search(style) is not None and "background-clip" not in style)
        # A box without height whose padding gives it one holds a player.
        or ("padding" not in style and _FOLDED.search(style) is not None and _CLIPPED.search(style) is not None)
    )


def _is_faded(style: str) -> bool:
    """Say whether a style makes its element invisible for good; a fading begins with no opacity, too."""
    return _FADED.search(style) is not None and not any(
        word in style for word in ("transition", "animation", "transform")
    )


def _hidden_names(css: str) -> Iterator[str]:
    """Yield the classes and ids, with their `.` or `#`, that a style sheet hides."""
    for selectors, style in _RULE.findall(_AT_RULE.sub("", _CSS_COMMENT.sub("", css))):
        if _is_hiding(style) or _is_faded(style):
            for selector in selectors.split(","):
                if match := _SELECTOR.fullmatch(selector.strip()):
                    yield match[1]


def _unescaped(escape: re.Match[str]) -> str:
    if escape[1] is None:
        return escape[2]
    code = int(escape[1], 16)
    return chr(code) if 0 < code < 0x110000 else ""
