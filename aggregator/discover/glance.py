"""The beginning of an answer's page, taken apart: its title, its words, its scripts, what it asks for.

A tolerant reader that never goes back, so time grows with length whatever a hostile server sends. What it all means is
left to `discover` and `walls`.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from aggregator.models import Response
from aggregator.plaintext import count_words
from aggregator.urls import canonicalize

WALL_WORDS = 150  # walls, notices and error pages, with all their hints, are shorter
LONGEST_TITLE = 300  # characters
_COUNTED = 10_000  # characters of prose, enough to know whether it is more than a wall has
# The statuses with which the products below refuse; 5xx beyond 503 tell of a broken server, not of a refusal.
REFUSALS = frozenset({401, 403, 405, 406, 415, 418, 429, 503})


MARKUP_START = 4096  # bytes in which a document shows what it is
FEED_START = re.compile(
    rb"[^<]*(?:<\?[^<>]*>\s*|<!--[^<>]*>\s*|<!doctype rss[^<>]*>\s*)*<(?:rss|feed|rdf:rdf)[\s>]", re.I
)
HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|title|meta|link|script|style|div|p|br|span|table|article|main|section|h[1-6]|a|img)"
    rb"(?=[\s/>])",
    re.I,
)

_TOKEN = re.compile(r"<(?:(!--)|(/?)([a-zA-Z][a-zA-Z0-9:-]*+)([^<>]*+)>)")
_ATTRIBUTE = re.compile(r"(?<![\w:-])([a-zA-Z][\w:-]*+)\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_RAW = frozenset({"script", "style", "title", "textarea", "iframe", "template"})  # what is in them is no markup
_INLINE = frozenset(
    "a abbr b br button cite code em font i img input label mark s small span strong sub sup time u wbr".split()
)
_AFTER_HEADING = frozenset({"h1", "h2", "h3", "h4", "p", "ul", "ol", "table", "form", "section", "article"})
_SET_APART = frozenset({"nav", "footer", "aside", "header", "dialog"})
_BOX = re.compile(r"\b(?:sidebar|widget|modal|popup|dialog|offcanvas|lightbox)\b")  # beside or over the page
_ARTICLE_TYPE = re.compile(r"\"@type\"\s*:\s*\[?\s*\"[a-z]{0,30}(?:article|blogposting|reportage|review)\"")


@dataclass
class Seen:
    """What the beginning of a page shows. Words are in lower case."""

    title: str = ""
    headings: list[str] = field(default_factory=list)  # h1 and h2
    machinery: str = ""  # scripts and the attributes of everything but links and pictures
    text: str = ""  # all that a reader sees, in menus and forms too
    words: int = 0  # of prose: outside of links and what is set apart, as far as they were counted
    links: int = 0
    buttons: str = ""
    has_password: bool = False  # a field for it, and not in a box beside or over the page
    has_article: bool = False  # an element of that name
    is_article: bool = False  # so it says for machines
    is_error: bool = False  # so WordPress says in the class of the body
    is_whole: bool = True

    @property
    def is_bare(self) -> bool:
        """Whether so little is on it that the page can be nothing but what its title says."""
        return self.is_whole and self.words < WALL_WORDS and not self.is_article and not self.has_article


def see(response: Response, limit: int) -> Seen:
    start = response.body[:MARKUP_START]
    if FEED_START.match(start):
        return Seen(words=WALL_WORDS)
    text = decode(response, limit)
    if text.lstrip()[:1] != "<" and not HTML.search(start):  # walls refuse in JSON and plain words, too
        text = text[:_COUNTED].lower() if response.status in REFUSALS else ""
        return Seen(machinery=text, text=text, is_whole=len(response.body) <= limit)
    seen = _take_apart(text)
    seen.is_whole = len(response.body) <= limit
    return seen


def _take_apart(html: str) -> Seen:
    seen = Seen()
    machinery, text, prose, buttons, heading = [], [], [], [], []
    apart, box, box_depth = 0, "", 0
    link = button = False
    level = ""
    for tag, attributes, content in read_tokens(html):
        if not tag:
            text.append(content)
            if button:
                buttons.append(content)
            if level:
                heading.append(content)
            elif not apart and not link:
                prose.append(content)
            continue
        closes, name = tag[0] == "/", tag.lstrip("/")
        if name not in _INLINE:
            link = button = False
            text.append(" ")
            prose.append(" ")
        if level and name in _AFTER_HEADING:  # nobody closed it
            seen.headings.append(_line("".join(heading))[:LONGEST_TITLE])
            level, heading = "", []
        if name in _SET_APART:
            apart = max(0, apart - 1) if closes else apart + 1
        if name == box:
            box_depth += -1 if closes else 1
            box = box if box_depth else ""
        if closes:
            if name == level:
                seen.headings.append(_line("".join(heading))[:LONGEST_TITLE])
                level, heading = "", []
            link, button = link and name != "a", button and name != "button"
            continue
        lower = attributes.lower()
        match name:
            case "a":
                link, seen.links = True, seen.links + 1
                continue
            case "img":
                continue
            case "meta":
                seen.is_article |= "article:published_time" in lower
                machinery.append(lower if "refresh" in lower else "")
                continue
            case "title":
                seen.title = seen.title or _line(content)[:LONGEST_TITLE]
            case "script":
                if "json" not in lower:
                    machinery.append(content.lower())
                elif "ld+json" in lower:
                    seen.is_article |= _ARTICLE_TYPE.search(content.lower()) is not None
            case "iframe":
                text.append(content)
            case "h1" | "h2":
                level = name
            case "button":
                button = True
                buttons.append(" ")
            case "input":
                values = read_attributes(lower)
                seen.has_password |= values.get("type") == "password" and not apart and not box
                if values.get("type") in ("submit", "button"):
                    buttons.append(f" {values.get('value', '')} ")
            case "article":
                seen.has_article = True
            case "body":
                seen.is_error = "error404" in read_attributes(lower).get("class", "").split()
            case "div" | "section" if not box and _BOX.search(lower):
                box, box_depth = name, 1
        machinery.append(lower)
    seen.machinery = "\n".join(machinery)
    seen.text = _line(f"{seen.title} {''.join(text)[:_COUNTED]}")
    seen.words = count_words("".join(prose)[:_COUNTED])
    seen.buttons = _line("".join(buttons))
    return seen


def read_tokens(html: str) -> Iterator[tuple[str, str, str]]:
    """Yield a page's tags and texts: ("div", attributes, ""), ("/div", "", ""), ("script", attributes, its text), and
    ("", "", text), unescaped. A tag ends at the next "<" at the latest, so that no character is read twice.
    """
    lower = html.lower()
    if len(lower) != len(html):  # a few letters have longer small ones, and places would not agree
        html = lower
    at, end = 0, len(html)
    while tag := _TOKEN.search(html, at):
        if tag.start() > at:
            yield "", "", _unescape(html[at : tag.start()])
        at = tag.end()
        if tag[1]:
            at = html.find("-->", at)
            if at < 0:
                return
            at += 3
            continue
        name = tag[3].lower()
        if tag[2]:
            yield f"/{name}", "", ""
        elif name in _RAW:
            close = lower.find(f"</{name}", at)
            close = end if close < 0 else close
            yield name, tag[4], _unescape(html[at:close]) if name == "title" else html[at:close]
            at = close
        else:
            yield name, tag[4], ""
    if at < end:
        yield "", "", _unescape(html[at:])


def read_attributes(text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(text):
        values.setdefault(name.lower(), _unescape(double or single or bare).strip())
    return values


def _unescape(text: str) -> str:
    try:
        return unescape(text)
    except ValueError:  # "&#" with more digits than Python turns into a number
        return text


def _line(text: str) -> str:
    return " ".join(text.lower().replace("’", "'").replace("…", "...").split())


_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE | re.ASCII)
# Some codecs that Python knows take time in proportion to the square of the length, or are no charsets.
_KNOWN_CODECS = re.compile(r"iso8859|cp\d|koi8|gb|big5|euc|shift|mac|tis")


def decode(response: Response, limit: int) -> str:
    """Decode the beginning of a body by byte order mark, else as UTF-8, else by the charset declared."""
    body = response.body[:limit]
    for bom, charset in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(charset, "replace")
    text = body.decode("utf-8", "replace")
    if text.find("\ufffd", 0, len(text) - 4) < 0:  # the last character may be cut in two
        return text
    declared = _CHARSET.search(response.content_type) or _CHARSET.search(text[:MARKUP_START])
    try:
        codec = codecs.lookup(declared[1]).name if declared else ""
    except LookupError:
        return text
    # Latin-1 on the web means windows-1252 (WHATWG Encoding, names and labels).
    codec = "cp1252" if codec == "iso8859-1" else codec
    return body.decode(codec, "replace") if _KNOWN_CODECS.match(codec) else text


def title_parts(title: str) -> list[str]:
    """Take a title apart, since the site's name stands before or after what it says."""
    return [title, *re.split(r" [|–—·»:-] ", title)]


def split_url(url: str) -> tuple[str, str, str]:
    """Take an address apart without what makes no difference: host, path, query."""
    _, _, rest = canonicalize(url).partition("://")
    rest, _, query = rest.partition("?")
    host, slash, path = rest.partition("/")
    return host, f"{slash}{path}" or "/", query
