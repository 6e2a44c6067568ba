"""Which attributes an element keeps, checked and made fit to be written."""

import re
from html import escape

from aggregator.clean.tree import Element
from aggregator.plaintext import clean_text
from aggregator.urls import resolve_for_readers

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")
_NUMBER = re.compile(r"\s*(-?[0-9]{1,5})(?:px)?\s*")
_DATETIME = re.compile(r"[0-9TtZzPp:.+\- YMDHSW]{1,40}")
# Only the address: what else a link may put into a letter (copies to others, a text) is not the reader's wish.
_EMAIL = re.compile(r"mailto:([^\s<>\"'?@,;]+@[^\s<>\"'?@,;]+)(?:\?.*)?", re.IGNORECASE | re.DOTALL)
_TO_NOWHERE = frozenset(("#", "#top", "#!"))  # buttons of the page's own scripts
_MAX_EMAIL = 500
_NUMBERINGS = frozenset("1aAiI")
_HIDDEN_EMAIL = "/cdn-cgi/l/email-protection"  # an address that Cloudflare's script would have put in: leads nowhere


def attributes_html(**values: str) -> str:
    """Write attributes, each after a space; empty ones are left out."""
    return "".join(f' {name}="{escape(value)}"' for name, value in values.items() if value)


def kept_attributes(tag: str, element: Element, base_url: str) -> str:
    """Write the attributes that an element keeps besides language, link and picture."""
    get = element.get
    if tag == "abbr":
        return attributes_html(title=clean_text(get("title") or ""))
    if tag in ("blockquote", "q", "del", "ins"):
        return attributes_html(cite=resolve_for_readers(base_url, get("cite") or ""))
    if tag == "time":
        stated = (get("datetime") or "").strip()
        return attributes_html(datetime=stated if _DATETIME.fullmatch(stated) else "")
    if tag == "ol":
        style = get("type") or ""
        kept = attributes_html(start=number_of(get("start")), type=style if style in _NUMBERINGS else "")
        return kept + (' reversed=""' if "reversed" in element.attrib else "")
    if tag in ("td", "th"):
        return attributes_html(colspan=number_of(get("colspan"), 2, 100), rowspan=number_of(get("rowspan"), 2, 1000))
    return ""


def language_of(element: Element, around: str) -> str:
    """Write `lang` and `dir` of an element; where it has neither, those of what is around it."""
    lang, direction = (element.get("lang") or "").strip(), (element.get("dir") or "").strip().lower()
    lang = lang if _LANGUAGE.fullmatch(lang) else ""
    return attributes_html(lang=lang, dir=direction if direction in ("ltr", "rtl") else "") or around


def link_url(href: str, base_url: str) -> str:
    """Return the absolute address of a link, a mail address included; "" for none that leads anywhere."""
    href = href.strip()
    email = _EMAIL.fullmatch(href) if len(href) <= _MAX_EMAIL else None
    if email:
        return f"mailto:{clean_text(email[1])}"
    return "" if _HIDDEN_EMAIL in href or href.lower() in _TO_NOWHERE else resolve_for_readers(base_url, href)


def number_of(text: str | None, least: int = -99999, most: int = 99999) -> str:
    """Return a whole number as it is written, "" when there is none or it is out of range. "640px" is a number."""
    match = _NUMBER.fullmatch(text or "")
    return str(int(match[1])) if match and least <= int(match[1]) <= most else ""
