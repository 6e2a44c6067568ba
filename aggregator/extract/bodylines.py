"""Parts an HTML body into the lines a reader sees, and takes lines out of it again.

Pictures' captions and tables are left out: what stands there is no byline. What a line says is `byline`'s business.
"""

from dataclasses import dataclass, field

from lxml.etree import ParserError, iterwalk
from lxml.html import HtmlElement, fragment_fromstring, tostring

_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_BREAKS = _HEADINGS | frozenset(
    "address article aside blockquote body br center dd details div dl dt footer form header hr li main nav ol p pre "
    "section ul".split()
)
_PASSED_OVER = frozenset(("figure", "figcaption", "table", "script", "style", "noscript", "iframe", "svg"))
_LONGEST_LEAD = 200  # characters; longer is no byline but text in bold
_MOST_LEADS = 4
_SHOWS = ("img", "video", "audio", "iframe", "picture", "svg", "object", "embed")


@dataclass
class Line:
    """One line of a body, up to a break.

    Attributes:
        text: with its white space made single.
        slots: the places its text is kept in: element, and whether its tail.
        links: text and address of each.
        leads: where in `text` the elements end that begin with the line: "<b>By Tim Young</b> The cooperative".
        block: the element whose line it is; lines parted by `br` share it.
    """

    text: str = ""
    slots: list[tuple[HtmlElement, bool]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    leads: list[int] = field(default_factory=list)
    block: HtmlElement | None = None
    is_heading: bool = False


def parse_body(body_html: str) -> HtmlElement | None:
    """Parse a body; None when there is nothing in it."""
    try:
        return fragment_fromstring(body_html, create_parent="div")
    except (ParserError, ValueError):  # nothing in it, or characters that no document may hold
        return None


def inner_html(root: HtmlElement) -> str:
    """Return the HTML of a body that `parse_body` gave."""
    # The serializer also escapes the text before the first element.
    whole = str(tostring(root, encoding="unicode"))
    return whole.removeprefix("<div>").removesuffix("</div>").strip()


def part_lines(root: HtmlElement) -> list[Line]:
    """Part a body into its lines, leaving out those without text, pictures' captions and tables."""
    blocks = [root]
    lines = [Line(block=root)]
    links: list[HtmlElement] = []
    leading: list[tuple[HtmlElement, Line]] = []

    pieces: list[str] = []  # of the line's text
    length = 0

    def begin_line() -> None:
        nonlocal length
        lines[-1].text = " ".join("".join(pieces).split())
        pieces.clear()
        length = 0
        lines.append(Line(block=blocks[-1], is_heading=blocks[-1].tag in _HEADINGS))

    def take(text: str | None, element: HtmlElement, is_tail: bool) -> None:
        nonlocal length
        if text:
            lines[-1].slots.append((element, is_tail))
            pieces.append(text)
            length += len(text.strip())

    walk = iterwalk(root, events=("start", "end"))
    for event, element in walk:
        is_break = element.tag in _BREAKS
        if event == "start":
            if is_break:
                if element.tag != "br":
                    blocks.append(element)
                begin_line()
            if element.tag in _PASSED_OVER or not isinstance(element.tag, str):
                walk.skip_subtree()
                continue
            if element.tag == "a":
                links.append(element)
            if not is_break and element is not root and length == 0:
                leading.append((element, lines[-1]))
            take(element.text, element, False)
            continue
        if is_break and element.tag != "br":
            blocks.pop()
            begin_line()
        if links and links[-1] is element:
            link = links.pop()
            lines[-1].links.append((" ".join(link.text_content().split()), link.get("href", "")))
        if leading and leading[-1][0] is element:
            _, line = leading.pop()
            if line is lines[-1] and 0 < length < _LONGEST_LEAD and len(line.leads) < _MOST_LEADS:
                line.leads.append(len(" ".join("".join(pieces).split())))
        if element is not root:
            take(element.tail, element, True)
    begin_line()
    return [line for line in lines if line.text]


def remove(line: Line, root: HtmlElement) -> None:
    """Take a line out of its body, with the break after it and the elements that it alone filled."""
    last, is_last_tail = line.slots[-1]
    for element, is_tail in line.slots:
        _put(element, is_tail, None)
    follower = last.getnext() if is_last_tail else next(iter(last), None)
    while follower is None and last.tag not in _BREAKS and last.getparent() is not None:
        last, follower = last.getparent(), last.getnext()  # "<b>By Tim Young</b><br>"
    if follower is not None and follower.tag == "br":
        follower.drop_tag()
    _drop_empty(line, root)


def remove_part(line: Line, begin: int, end: int, root: HtmlElement) -> None:
    """Take part of a line out of its body; the whole when nothing but marks would be left of it."""
    if not any(one.isalnum() for one in line.text[:begin] + line.text[end:]):
        remove(line, root)
        return
    # White space differs between the line and its slots; the other characters are the same.
    first, last = (sum(not one.isspace() for one in line.text[:at]) for at in (begin, end))
    seen = 0
    for element, is_tail in line.slots:
        kept: list[str] = []
        for one in (element.tail if is_tail else element.text) or "":
            if one.isspace():
                is_kept = seen <= first or seen > last
            else:
                is_kept = not first <= seen < last
                seen += 1
            kept.extend(one if is_kept else "")
        _put(element, is_tail, "".join(kept))
    _drop_empty(line, root)


def _put(element: HtmlElement, is_tail: bool, text: str | None) -> None:
    if is_tail:
        element.tail = text
    else:
        element.text = text


def _drop_empty(line: Line, root: HtmlElement) -> None:
    for element in dict.fromkeys(one for one, _ in line.slots):
        while element is not root and element.tag != "br" and _is_empty(element):
            parent = element.getparent()
            if parent is None:
                break
            element.drop_tree()
            element = parent


def _is_empty(element: HtmlElement) -> bool:
    return not element.text_content().strip() and next(element.iter(*_SHOWS), None) is None
