"""Short texts of a feed -> plain text, and plain text -> HTML. Making HTML safe is left to `clean`."""

import html
import re

from aggregator.plaintext import clean_text

MAX_TITLE_CHARS = 1_000
MADE_TITLE_CHARS = 80
_LOOKED_AT = 4_000  # characters of a body in which the first words of its text are looked for

# Elements taken out of a title; anything else in angle brackets is text ("AT&T <3", "List<String>").
_BREAKING = frozenset(
    "address br dd div dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p pre section td tr ul".split()
)
_INLINE = (
    "a abbr acronym b bdi bdo big blink center cite code data del dfn em font i iframe img ins kbd mark nobr object q "
    "s samp script small span strike strong style sub sup svg time tt u var wbr"
).split()
_TITLE_TAG = re.compile(
    rf"</?({'|'.join(sorted([*_BREAKING, *_INLINE], key=len, reverse=True))})(?:\s[^<>]*)?/?>", re.I
)
_TAG = re.compile(r"</?([a-zA-Z][\w:-]*)(?:[^<>\w:-][^<>]*)?>|<![^<>]*>")
_HIDDEN = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style|noscript|template)\b.*?</\1\s*>", re.I | re.S)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_MARKUP = re.compile(r"</(?:p|div|a|b|i|em|strong|span|h[1-6]|li|ul|ol|blockquote|figure)\s*>|<br\s*/?>|<img\s", re.I)
_EMAIL = re.compile(r"(?:mailto:)?[\w.+-]{1,64}@[\w.-]{1,255}")


def title_text(markup: str) -> str:
    """Make plain text of a title, name or category, whatever its declared type: tags out, unescaped once, one line."""
    markup = _HIDDEN.sub("", markup[: 4 * MAX_TITLE_CHARS])
    return clean_text(_unescape(_TITLE_TAG.sub(_gap, markup)))[:MAX_TITLE_CHARS].rstrip()


def first_words_of(body_html: str) -> str:
    """Return the beginning of a body's text, cut at a word, as the title of an entry that has none; "" without text."""
    text = clean_text(visible_text(_HIDDEN.sub(" ", body_html[:_LOOKED_AT])))
    if len(text) <= MADE_TITLE_CHARS:
        return text
    beginning = text[:MADE_TITLE_CHARS]
    return (beginning.rpartition(" ")[0] or beginning[:-1]).rstrip(" ,;:.-–—") + "…"


def visible_text(body_html: str) -> str:
    """Take the tags out of a body, roughly: enough to compare, not to publish."""
    return " ".join(_unescape(_TAG.sub(_gap, body_html)).split())


def person(name: str) -> str:
    """Return the name in an author's field, "" when it is a bare mail address.

    RSS wants "mail (Name)" there, others write "Name <mail>" or "Name (mail)".
    """
    text = clean_text(_unescape(_EMAIL.sub("", name[:MAX_TITLE_CHARS])))
    if "@" in name:
        text = text.replace("<>", "").replace("()", "").strip(" ,;:")
        if text.startswith("(") and text.endswith(")"):
            text = text[1:-1]
    return title_text(text)


def html_of(text: str, kind: str) -> str:
    """Return the HTML of a content element of MIME type `kind`; "" for a type that is no text.

    Text that bears tags is HTML whose type was forgotten.
    """
    if kind in ("text/html", "application/xhtml+xml") or (kind == "text/plain" and _MARKUP.search(text)):
        return text.strip()
    if not kind.startswith("text/"):
        return ""
    paragraphs = re.split(r"\n[ \t\r]*\n", html.escape(text.strip(), quote=False))
    return "".join(f"<p>{paragraph.strip()}</p>" for paragraph in paragraphs if paragraph.strip())


def _gap(tag: re.Match[str]) -> str:
    return " " if (tag[1] or "").lower() in _BREAKING else ""


def _unescape(text: str) -> str:
    # Only references with a semicolon: html.unescape alone would find "¬" in "gin&notonic".
    return _REFERENCE.sub(lambda reference: html.unescape(reference[0]), text)
