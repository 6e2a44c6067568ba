"""Draws the article out of one page: its body as HTML, and what the page says about itself.

The only file that knows trafilatura, which says which text of the page is the article's; `body` then takes the page's
own elements for it, `metadata` reads title, authors and dates. What comes out is untrusted HTML: `clean` makes it safe
and its addresses absolute.
"""

import codecs
import re
from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import Any

import trafilatura
from lxml.etree import ElementDefaultClassLookup, ParserError
from lxml.html import HtmlElement, HTMLParser, document_fromstring, fromstring, tostring
from trafilatura.settings import Document

from aggregator.errors import ExtractError
from aggregator.extract import body as bodies
from aggregator.extract import metadata
from aggregator.extract.blocks import read_blocks
from aggregator.extract.paged import MAX_PAGES, find_next_page
from aggregator.extract.siterules import Ruled, apply_rules
from aggregator.extract.teasers import is_list_of_links
from aggregator.models import ExtractRules, Page
from aggregator.plaintext import count_words

_MAX_BYTES = 5_000_000  # articles seen so far stay under 2.2 MB; what is beyond the cap is left unread
_FEW_WORDS = 20  # less, on a page that does not call itself an article, is a notice or a menu
_NOTICE_WORDS = 150  # a login or error page, with all its hints, is shorter

_NOT_HTML = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"RIFF", "a WebP picture or a sound"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "compressed data"),
    (b"ID3", "a sound"),
    (b"OggS", "a sound"),
    (b"\x00\x00\x00", "a film"),
    (b"{", "JSON data"),
    (b"[", "JSON data"),
    (b"<?xml", "an XML document"),
    (b"<rss", "a feed"),
    (b"<feed", "a feed"),
)
_TAG = re.compile(rb"<(?:!doctype\s+html|html|head|body|title|meta|div|p|article|main|h1)\b", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!doctype[^>]*>", re.IGNORECASE)  # libxml2 drops whole pages for some that it does not know
_DOCTYPE_WITHIN = 1_000  # characters
# What lxml takes from a page, but does not let anybody write into an element.
_CONTROLS = bytes({*range(0x20)} - {*b"\t\n\r\v\f"})
_SPACES = bytes.maketrans(b"\v\f", b"  ")
# What lxml.html does for each element in Python, to find a class for forms and their fields, is half of its time.
_PARSER = HTMLParser(collect_ids=False, encoding="utf-8", remove_comments=True, remove_pis=True)
_PARSER.set_element_class_lookup(ElementDefaultClassLookup(element=HtmlElement))
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
# Some codecs that Python knows take time in proportion to the square of the length (punycode), or are no charsets.
_KNOWN_CODECS = re.compile(r"utf-?8|utf-?16|iso8859|cp\d|koi8|gb|big5|euc|shift|mac|tis|ascii|latin")

_NOTICE = re.compile(
    r"\b404\b|\b403\b|not found|no encontrad[ao]|não encontrad[ao]|introuvable|access denied|forbidden|"
    r"just a moment|attention required|are you a robot|log ?in\b|sign ?in\b|iniciar sesión|inicia sesión|acceder\b|"
    r"fazer login|connexion|se connecter|password|contraseña|subscribe to read",
    re.IGNORECASE,
)
_SHOWN = 0.3  # of the text that a page states for machines; a page that shows less shows something else
_TEI = {"cell": "td", "head": "h2", "item": "li", "lb": "br", "quote": "blockquote", "row": "tr"}
# Readers' comments never; `deduplicate` and `fast` lose text.
_OPTIONS: Mapping[str, Any] = {
    "output_format": "html",
    "include_comments": False,
    "include_tables": True,
    "include_links": True,
    "include_images": True,
    "include_formatting": True,
}
_NO_RULES = ExtractRules()
# What WordPress says of the pages that list posts. Alone each of these words may mean anything.
_LISTING_CLASSES = tuple(
    frozenset(classes.split())
    for classes in (
        "home blog",
        "archive category",
        "archive tag",
        "archive author",
        "archive date",
        "search search-results",
    )
)


def extract_page(
    body: bytes,
    url: str,
    *,
    content_type: str = "",
    rules: ExtractRules = _NO_RULES,
    first_url: str = "",
    number: int = 1,
) -> Page:
    """Draw the article out of a page.

    Args:
        body: the page as it came; no more than its first 5 MB are read.
        url: the page's address, after redirects.
        content_type: the Content-Type header; its charset goes before the one in the page.
        rules: what an editor said about this site; goes before what is found here.
        first_url: the article's first page, when this is a later one.
        number: of this page among those of the article.

    Returns:
        What the page says; with an empty `body_html` when there is no article on it (a login, a home page, a list of
        headlines, "not found", nothing at all). Addresses in `body_html` may be relative.

    Raises:
        ExtractError: the bytes are no HTML, or cannot be read.
    """
    if not body.strip():
        return Page(body_html="")
    _refuse_foreign(body, url)
    html = _decode(body[:_MAX_BYTES], content_type)
    try:
        tree = _read(html)
        if tree is None:
            return Page(body_html="")
        ruled = apply_rules(tree, rules)
        nodes = metadata.read_json_ld(tree)
        page = ruled.override(metadata.describe(tree, nodes, url))
        next_url = find_next_page(tree, url, first_url=first_url or url, number=number, max_pages=MAX_PAGES)
        is_declared = metadata.says_article(tree, nodes)
        known = bodies.Known(url, page.title, page.authors, metadata.read_stated_text(nodes))
        return replace(page, next_url=next_url, body_html=_find_article(tree, known, is_declared, ruled))
    except Exception as exc:  # whatever a strange page makes trafilatura or lxml stumble over
        why = " ".join(str(exc).split()) or type(exc).__name__
        raise ExtractError(f"{url}: the page could not be read: {why}") from exc


def explain_rules(body: bytes, rules: ExtractRules, *, content_type: str = "") -> Ruled:
    """Say what rules do to a page that `extract_page` can read."""
    tree = read_tree(body, content_type)
    return Ruled() if tree is None else apply_rules(tree, rules)


def read_tree(body: bytes, content_type: str = "") -> HtmlElement | None:
    """Decode and parse the first 5 MB of a page; None when it has no body."""
    return _read(_decode(body[:_MAX_BYTES], content_type))


def _read(html: str) -> HtmlElement | None:
    """Parse a page; None when it has no body."""
    start = _DOCTYPE.sub("", html[:_DOCTYPE_WITHIN], count=1)
    page = (start + html[_DOCTYPE_WITHIN:]).replace("\ufffe", "").replace("\uffff", "")
    try:
        tree: HtmlElement = document_fromstring(
            page.encode("utf-8", "replace").translate(_SPACES, _CONTROLS), parser=_PARSER
        )
    except ParserError:  # nothing but comments
        return None
    return tree if tree.find(".//body") is not None else None


def _refuse_foreign(body: bytes, url: str) -> None:
    start = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    utf16 = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if utf16 or _TAG.search(start):
        return
    for magic, name in _NOT_HTML:
        if start.startswith(magic):
            raise ExtractError(f"{url}: not a web page but {name}")
    if b"\0" in start:
        raise ExtractError(f"{url}: not a web page but binary data")
    if b"<" not in body[:_MAX_BYTES]:
        raise ExtractError(f"{url}: not a web page but plain text")


# --- charset ---------------------------------------------------------------------------------------------------------


def _decode(body: bytes, content_type: str) -> str:
    """Decode by byte order mark, HTTP header, meta element (the order of the HTML standard), else by looking."""
    named = re.search(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", content_type, re.IGNORECASE)
    declared = _CHARSET.search(body[:4096])
    labels = [codec for bom, codec in _BOMS if body.startswith(bom)]
    labels += [named[1]] if named else []
    labels += [declared[1].decode("ascii", "replace")] if declared else []
    for label in labels:
        codec = _codec(label)
        # Text that reads as UTF-8 is UTF-8: pages saved in it under an old label are common, the reverse is unheard of.
        for attempt in ("utf-8", codec) if codec == "cp1252" else (codec,):
            try:
                return body.decode(attempt)
            except (LookupError, UnicodeDecodeError):
                continue
    text = body.decode("utf-8", "replace")
    if text.count("\ufffd") * 1000 <= len(text):  # a broken byte here and there, or a character cut by the cap
        return text
    return body.decode("cp1252", "replace")  # what the HTML standard assumes for the languages we read


def _codec(label: str) -> str:
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return "utf-8"
    if not _KNOWN_CODECS.match(name):
        return "utf-8"
    # Latin-1 on the web means windows-1252 (WHATWG Encoding, names and labels).
    return "cp1252" if name in ("iso8859-1", "ascii") else name


# --- article or not --------------------------------------------------------------------------------------------------


def _find_article(tree: HtmlElement, known: bodies.Known, is_declared: bool, ruled: Ruled) -> str:
    """Return the body's HTML, or "" when this page is no article.

    A page that declares itself an article is believed, unless it is the site's home page or an error: what is thrown
    away here is lost to readers, what is kept too much an editor sees.
    """
    classes = frozenset(tree.find(".//body").get("class", "").split())
    if metadata.is_home(known.url) or "error404" in classes or tree.find('.//input[@name="post_password"]') is not None:
        return ""
    if ruled.body:
        bodies.drop_unseen(tree)
        return ruled.body_html(known.title)
    if not is_declared and "single" not in classes and any(listing <= classes for listing in _LISTING_CLASSES):
        return ""
    has_login = tree.find('.//input[@type="password"]') is not None and not metadata.is_typed_article(tree)
    is_notice = has_login or _NOTICE.search(known.title) is not None
    bodies.drop_unseen(tree)
    texts = _draw(tree)
    count = sum(map(count_words, texts))
    if not is_declared and count < (_NOTICE_WORDS if is_notice else _FEW_WORDS):
        return ""
    if count < _SHOWN * count_words(known.text):  # the page shows the rest only by scripts
        found = bodies.find_body(tree, [known.text], known) or bodies.Body(_paragraphs(known.text), is_listing=False)
    elif texts:
        found = bodies.find_body(tree, texts, known) or _draw_html(tree)
    else:
        return ""
    return "" if found.is_listing and not is_declared else found.html


def _draw(tree: HtmlElement) -> list[str]:
    """Return the blocks of the article's text, as trafilatura finds it."""
    drawn = trafilatura.bare_extraction(tree, **_OPTIONS)
    if not isinstance(drawn, Document) or drawn.body is None:
        return []
    for element in drawn.body.iter(*_TEI):
        element.tag = _TEI[element.tag]
    return list(read_blocks(drawn.body).values())


def _draw_html(tree: HtmlElement) -> bodies.Body:
    """Return the article as trafilatura writes it: its text stands in no element of the page."""
    drawn = trafilatura.extract(tree, **_OPTIONS)
    body = fromstring(drawn).find("body") if drawn else None
    if body is None:
        return bodies.Body("", is_listing=False)
    body.tag = "div"
    return bodies.Body(str(tostring(body, encoding="unicode", with_tail=False)), is_list_of_links(body))


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in text.split("\n"))
