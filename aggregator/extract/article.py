"""Draws the article out of one page: its body as HTML, and what the page says about itself.

The only file that knows trafilatura, which says which text of the page is the article's; `body` then takes the page's
own elements for it, `metadata` reads title, authors and dates. What comes out is untrusted HTML: `clean` makes it safe
and its addresses absolute.
"""

import codecs
import re
from dataclasses import replace

import trafilatura
from lxml.html import HtmlElement, fromstring

from aggregator.errors import ExtractError
from aggregator.extract import body as bodies
from aggregator.extract import metadata
from aggregator.extract.siterules import Ruled, apply_rules
from aggregator.models import ExtractRules, Page

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
_NO_RULES = ExtractRules()
_LISTING_CLASSES = frozenset(("home", "blog", "archive", "search", "search-results", "search-no-results"))  # WordPress


def extract_page(body: bytes, url: str, *, content_type: str = "", rules: ExtractRules = _NO_RULES) -> Page:
    """Draw the article out of a page.

    Args:
        body: the page as it came; no more than its first 5 MB are read.
        url: the page's address, after redirects.
        content_type: the Content-Type header; its charset goes before the one in the page.
        rules: what an editor said about this site; goes before what is found here.

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
        tree = trafilatura.load_html(html)
        if tree is None or tree.find(".//body") is None:
            return Page(body_html="")
        ruled = apply_rules(tree, rules)
        nodes = metadata.read_json_ld(tree)
        page = ruled.override(metadata.describe(tree, nodes, url))
        is_declared = metadata.says_article(tree, nodes)
        return replace(page, body_html=_find_article(tree, url, page.title, is_declared, ruled))
    except Exception as exc:  # whatever a strange page makes trafilatura or lxml stumble over
        why = " ".join(str(exc).split()) or type(exc).__name__
        raise ExtractError(f"{url}: the page could not be read: {why}") from exc


def explain_rules(body: bytes, rules: ExtractRules, *, content_type: str = "") -> Ruled:
    """Say what rules do to a page that `extract_page` can read."""
    tree = trafilatura.load_html(_decode(body[:_MAX_BYTES], content_type))
    return Ruled() if tree is None else apply_rules(tree, rules)


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


def _find_article(tree: HtmlElement, url: str, title: str, is_declared: bool, ruled: Ruled) -> str:
    """Return the body's HTML, or "" when this page is no article.

    A page that declares itself an article is believed, unless it is the site's home page or an error: what is thrown
    away here is lost to readers, what is kept too much an editor sees.
    """
    classes = frozenset(tree.find(".//body").get("class", "").split())
    if metadata.is_home(url) or "error404" in classes:
        return ""
    if ruled.body:
        bodies.drop_unseen(tree)
        return ruled.body_html(title)
    if not is_declared and classes & _LISTING_CLASSES and not classes & {"single", "page"}:
        return ""
    is_notice = tree.find('.//input[@type="password"]') is not None or _NOTICE.search(title) is not None
    bodies.drop_unseen(tree)
    drawn = trafilatura.extract(
        tree,
        url=url,
        output_format="html",
        include_comments=False,
        include_tables=True,
        include_links=True,
        include_images=True,
        include_formatting=True,
    )
    text = fromstring(drawn).find("body") if drawn else None
    if text is None:
        return ""
    count = sum(len(block.split()) for block in bodies.text_blocks(text))
    if not is_declared and count < (_NOTICE_WORDS if is_notice else _FEW_WORDS):
        return ""
    found = bodies.find_body(tree, text, title)
    return "" if found.is_listing and not is_declared else found.html
