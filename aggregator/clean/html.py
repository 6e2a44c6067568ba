"""Untrusted HTML -> HTML fit to republish, and its plain text.

The way: `tree` reads, `writer` looks at everything before anything is dropped and writes the body anew, and nh3 has the
last word over every byte. What a licence allows of the result is for `rights`.
"""

import re
from html import escape, unescape

import nh3

from aggregator.clean.junk import DROPPED, hide_by_rules
from aggregator.clean.line import RULE, Block
from aggregator.clean.tree import Element, bounded, read_html
from aggregator.clean.writer import write_blocks
from aggregator.models import Image
from aggregator.plaintext import bound_marks, publishable
from aggregator.urls import resolve

_TAGS = frozenset(
    "a abbr b blockquote br caption cite code dd del dl dt em figcaption figure h2 h3 h4 h5 h6 hr i img ins li ol p "
    "pre q s strong sub sup table tbody td tfoot th thead time tr u ul".split()
)
_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "blockquote": {"cite"},
    "del": {"cite"},
    "img": {"src", "alt", "width", "height", "title"},
    "ins": {"cite"},
    "ol": {"start", "reversed", "type"},
    "q": {"cite"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "time": {"datetime"},
}
# The guard. `writer` has resolved every address; whatever were still relative or of another scheme is taken out here.
# No nofollow: a link to the partner is credit and shall count. No noreferrer: the partner may see who sends readers.
_GUARD = nh3.Cleaner(
    tags=set(_TAGS),
    attributes=_ATTRIBUTES,
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel="noopener",
    strip_comments=True,
)

_MARKUP = re.compile(r"<[^>]*>")  # the writer escapes ">" in attributes
# The line that WordPress plug-ins put under every post of a feed: "The post TITLE appeared first on SITE."
_APPEARED_FIRST = re.compile(
    r"The post .+ (?:appeared first|first appeared) on .+"
    r"|(?:La entrada|El artículo|El cargo|La publicación) .+ "
    r"(?:se publicó primero|se publicó por primera vez|apareció primero|aparece primero) en .+"
    r"|(?:O post|A postagem|O artigo|O conteúdo) .+ (?:apareceu primeiro|aparece primeiro|foi publicado primeiro) em .+"
    r"|(?:L['’]article|Cet article|Le post) .+ (?:est apparu|est paru|a été publié) en premier sur .+",
    re.IGNORECASE | re.DOTALL,
)
_READ_ON = re.compile(
    r"\W*(?:(?:continue reading|seguir leyendo|sigue leyendo|continuar leyendo|continue lendo|continuar lendo|"
    r"continuer la lecture|poursuivre la lecture)\b.*"
    # These also begin sentences ("Read more at ..."), so they must stand alone.
    r"|(?:read more|leer más|leia mais|ler mais|lire la suite|en savoir plus)\W*)",
    re.IGNORECASE | re.DOTALL,
)
_LEAST_LEAD_WIDTH = 200  # pixels; smaller ones are portraits, logos and buttons
_TAIL_LENGTH = 500  # characters; a longer paragraph is none of these lines
_CUT = re.compile(r"(?:\[\s*(?:…|\.\.\.)\s*\]|\(\s*(?:…|\.\.\.)\s*\))$")
_BARE_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_TRAILING_SPACE = re.compile(r"(?:\s|<br>)+$")

_PARAGRAPHS = frozenset(
    "address article aside blockquote body center div dl figure figcaption footer h1 h2 h3 h4 h5 h6 header hr main nav "
    "ol p pre section table ul".split()
)
_LINES = frozenset("br caption dd dt li tr".split())
# Unicode's own separators stand for the edges until all is collected; in a source they are whitespace.
_PARAGRAPH, _LINE = "\u2029", "\u2028"
# A single space stays as it is.
_EDGES = re.compile(f"[ {_LINE}{_PARAGRAPH}]{{2,}}|[{_LINE}{_PARAGRAPH}]")
_SPACE = re.compile(rf"[^\S{_LINE}]{{2,}}|[^\S{_LINE} ]")


def clean_html(html: str, base_url: str) -> str:
    """Make a body fit to republish.

    The result holds only known elements, no script, style, form, comment, frame or counting picture, nothing that the
    page hid from its reader, and absolute http, https and mailto addresses. Pictures written into their own address
    (`data:`) go as well: they make a feed large, and few readers show them. Players become links to their page, lazy
    and responsive pictures plain ones, emoji pictures their characters; share bars, sign-up blocks and the closing
    lines of WordPress excerpts go. An excerpt that said "[…]" ends in "…". Idempotent; never raises, whatever comes.

    Args:
        html: a body or a piece of one, trusted in nothing; what is beyond 5,000,000 characters is cut off, more than
            100,000 elements become plain paragraphs.
        base_url: address of the page, which relative links are resolved against; "" drops those links.
    Returns:
        Blocks (paragraphs, headings, lists, ...) parted by newlines; "" when nothing is left.
    """
    root = read_html(bounded(html))
    hide_by_rules(root)
    blocks = [_linked(block) for block in _without_tail(write_blocks(root, base_url))]
    return _GUARD.clean(bound_marks("\n".join(block.html for block in blocks)))


def plain_text(html: str) -> str:
    """Return the text of clean HTML: paragraphs parted by a blank line, items and rows by a newline.

    Whitespace is folded, entities are decoded, pictures and their captions leave nothing behind: they interrupt an
    excerpt. Of HTML that is not clean, scripts and styles are left out, but nothing else is.
    """
    pieces: list[str] = []
    _gather_text(read_html(html), pieces, "")
    return _EDGES.sub(_edge, publishable("".join(pieces))).strip()


def first_picture(html: str) -> Image | None:
    """Return the first picture of clean HTML that is large enough to stand for the article, with its alt text."""
    for picture in read_html(html).iter("img"):
        width, height = (
            int(size) if (size := picture.get(name, "")).isdecimal() else 0 for name in ("width", "height")
        )
        if not 0 < width < _LEAST_LEAD_WIDTH:
            return Image(picture.get("src", ""), picture.get("alt", ""), width, height)
    return None


def _without_tail(blocks: list[Block]) -> list[Block]:
    """Remove what WordPress puts under posts and excerpts; where an excerpt said "[…]" a plain "…" stays."""
    blocks = blocks[:]
    while blocks:
        last = blocks.pop()
        if last == RULE:
            continue
        if last.tag != "p":
            return [*blocks, last]
        inner = _without_tail_link(last.inner)
        cut = _CUT.search(inner, max(0, len(inner) - 20))
        if cut:
            inner = f"{_TRAILING_SPACE.sub('', inner[: cut.start()].rstrip('… '))} …".lstrip()
        if inner == last.inner:
            return [*blocks, last]
        if inner:
            blocks.append(last._replace(inner=inner))
    return blocks


def _without_tail_link(inner: str) -> str:
    """Remove "The post X appeared first on Y." or a closing link "Continue reading"."""
    text = unescape(_MARKUP.sub("", inner)).strip() if len(inner) < 20 * _TAIL_LENGTH else ""
    linked = "<a " in inner
    if len(text) <= _TAIL_LENGTH and (_APPEARED_FIRST.fullmatch(text) or (linked and _READ_ON.fullmatch(text))):
        return ""
    excerpt, mark, rest = inner.partition("[…]")  # without paragraphs the line follows the excerpt at once
    if (
        "<" not in excerpt
        and len(rest) <= 2 * _TAIL_LENGTH
        and _APPEARED_FIRST.fullmatch(_MARKUP.sub("", rest).strip())
    ):
        return excerpt + mark
    start = inner.rfind("<a ") if inner.endswith("</a>") else -1
    if start >= 0 and _READ_ON.fullmatch(unescape(_MARKUP.sub("", inner[start:]))):
        return _TRAILING_SPACE.sub("", inner[:start])
    return inner


def _linked(block: Block) -> Block:
    """Make a link of a paragraph that is nothing but an address: WordPress leaves it for a player it did not embed."""
    address = unescape(block.inner) if block.tag == "p" and block.inner.startswith("http") else ""
    url = resolve("", address) if _BARE_ADDRESS.fullmatch(address) else ""
    return block._replace(inner=f'<a href="{escape(url)}">{block.inner}</a>') if url else block


def _gather_text(element: Element, pieces: list[str], within: str) -> None:
    """Collect words and edges; `within` is "pre" or "li" inside one, else empty."""
    tag = str(element.tag)
    if tag in DROPPED or tag in ("iframe", "figcaption"):
        return
    if tag in _PARAGRAPHS:
        edge = _LINE if within == "li" and tag in ("ul", "ol", "dl") else _PARAGRAPH
    else:
        edge = _LINE if tag in _LINES else " " if tag in ("td", "th") else ""
    within = tag if tag in ("li", "pre") else within
    pieces.append("“" if tag == "q" else edge)
    _add_words(element.text, pieces, within)
    for child in element:
        _gather_text(child, pieces, within)
        _add_words(child.tail, pieces, within)
    pieces.append("”" if tag == "q" else edge)


def _add_words(text: str | None, pieces: list[str], within: str) -> None:
    if text:
        words = text.replace("\n", _LINE) if within == "pre" else text
        pieces.append(_SPACE.sub(" ", words))


def _edge(match: re.Match[str]) -> str:
    return "\n\n" if _PARAGRAPH in match[0] else "\n" if _LINE in match[0] else " "
