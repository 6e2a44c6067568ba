"""Finds the credit lines of a body: what its top and its end say of the newsroom that the article is from.

Besides lines in words ("Tomado de El Faro") these are short lines that do nothing but link elsewhere. Which newsroom is
meant, and what that is worth, is decided where an item's origin is chosen.
"""

import re
from collections.abc import Sequence

from lxml.html import HtmlElement

from aggregator.extract.bodylines import Line, parse_body, part_lines
from aggregator.extract.credit import read_credits
from aggregator.models import Credit, CreditKind
from aggregator.urls import host_of, resolve

_TOP = 6  # lines
_END = 12  # lines: share bars and related links may stand below a credit
_MAX_LINK_WORDS = 25  # of a line that links back; longer ones are text,
_MAX_NOTE_WORDS = 80  # unless the editors speak
_ALONE = 3  # lines at top and end of which one may be nothing but a newsroom's name
_MAX_NAME_WORDS = 5
_MOST = 20  # credits of a body
_NOTE = re.compile(r"\W*(?:editor\S* note|note|nota|n\.? ?d\.? ?[elr]|ndlr)\b", re.IGNORECASE)
# A short line on where this very article was published, in words that `credit` does not know.
_ABOUT_ITSELF = re.compile(
    r"\W*(?:(?:we(?:['’]re| are| have)? (?:run|publish|shar|repo|repu|repr)\w* (?:this|an?)\b|"
    r"(?:this|a|the) (?:full|longer|complete|original) (?:version|text|article|story)|"
    r"(?:here,? |brought to you )?(?:from|by) our (?:partner|friend|colleague|sister|all)|"
    r"de nuestr[oa]s (?:soci|aliad|colega|amig|compañer)|d[eo]s nossos (?:parceir|colega|amig)|"
    r"de nos (?:partenaire|confrère|ami)|"
    r"(?:originalmente (?:en|por|em|n[oa]|pel[oa])|initialement (?:dans|sur|par)|à l['’]origine (?:dans|sur|par))\b"
    r"[^,;]*$)|"
    r"(?:this|est[ea]|ess[ea]|cet|cette|ce|se reproduce|se publica)\b.*"
    r"\b(?:(?:re)?publi|apare|saiu|salió|paru|produ|appear|article|art[ií]culo)|(?:re)?publi\w+\b|(?:article|art[ií]culo|artigo|texte|texto|nota|reportage\w*|mat[eé]ria)\b"
    r".*\b(?:(?:re)?publi|reprodu|d'origine|apare|paru)|d['’]après un article|reporting for this)",
    re.IGNORECASE,
)
_NOT_FROM = re.compile(
    r"\b(?:also|tambi[eé]n|tamb[eé]m|aussi|[eé]galement|photos?|fotos?|images?|cite[sd]?|citad[oa]|citée?|quoted|study|estudio|estudo|étude|"
    r"(?:re-?publi|reprint|repost|reprodu)\w* (?:by|in|por|en|em|pel[oa]|par|dans))\b",
    re.IGNORECASE,
)
_MAX_ITSELF_WORDS = 20
_ADDRESS = re.compile(r"https?://\S+")
_NAME = re.compile(r"[^\W\d_a-zß-ÿ][^.:;!?()|]*")
# "LA PAZ (El Faro) — Miners", "El Faro — Miners"
_DATELINE = re.compile(
    r"(?:[^\W\d_a-zß-ÿ][^().:;!?]{1,50}\((?P<within>[^()]{2,40})\)|(?P<first>[^\W\d_a-zß-ÿ][^().:;!?–—]{1,40}))"
    r"\s*[.:]?\s*[–—]\s"
)
# What a link to the article itself is called; others lead to campaigns, shops and further reading.
_ORIGINAL = re.compile(
    r"\b(?:original|originale|source|fuente|fonte|full (?:story|article|text)|nota completa|art[ií]culo completo|"
    r"texto completo|mat[eé]ria completa|texto [ií]ntegro|article complet|texte int[eé]gral|first published)\b|"
    r"^https?://\S+$|^(?:[\w-]+\.)+[a-z]{2,}/\S+$",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"(?:^|\.)(?:facebook|twitter|x|t|instagram|youtube|youtu|whatsapp|wa|telegram|patreon|paypal|linkedin|reddit|tiktok|"
    r"threads|bsky|mastodon|google|apple|spotify|mailchi|substack|ko-fi|eepurl|pinterest|creativecommons|wikipedia)\."
    r"(?:\w+\.)?\w+$"
)


def find_credits(body_html: str, url: str) -> tuple[Credit, ...]:
    """Find what a body says of where it is from.

    Args:
        body_html: the body as it came; what cleaning takes away may be what we look for.
        url: its own address; relative links are resolved against it.
    """
    root = parse_body(body_html)
    lines = part_lines(root) if root is not None else []
    found: dict[tuple[str, str, str], Credit] = {}
    for at, line in enumerate(lines):
        is_outermost = at < _ALONE or at >= len(lines) - _ALONE
        if at < _TOP or at >= len(lines) - _END:
            links = [(label, resolve(url, href)) for label, href in line.links]
            if _ADDRESS.fullmatch(line.text) and not links:
                links = [(line.text, line.text)]
            credits = _read_line(line, links) or _linked(line, links, url)
            if not credits and _is_about_itself(line.text):
                credits = [Credit("itself", line.text, "", line.text)]
            for credit in credits or (_named(line) if is_outermost and not links else []):
                found.setdefault((credit.kind, credit.name, credit.url), credit)
    if root is not None:
        for credit in _behind_pictures(root, url):
            found.setdefault((credit.kind, credit.name, credit.url), credit)
    return tuple(found.values())[:_MOST]


def _read_line(line: Line, links: Sequence[tuple[str, str]]) -> list[Credit]:
    credits = read_credits(line.text, links)
    for end in line.leads:  # "<b>Tomado de El Faro</b> The cooperative met"
        if not credits and end < len(line.text):
            credits = read_credits(line.text[:end], [one for one in links if one[0] in line.text[:end]])
    return credits


def _is_about_itself(text: str) -> bool:
    is_short = len(text.split()) <= _MAX_ITSELF_WORDS
    return is_short and _ABOUT_ITSELF.match(text) is not None and _NOT_FROM.search(text) is None


def _named(line: Line) -> list[Credit]:
    """Read a name that stands alone or as a dateline: that of a newsroom, for those who know one of this name."""
    dateline = _DATELINE.match(line.text)
    if dateline:
        return [Credit("via", (dateline["within"] or dateline["first"]).strip(), "", line.text[:160])]
    if len(line.text.split()) <= _MAX_NAME_WORDS and _NAME.fullmatch(line.text):
        return [Credit("via", line.text, "", line.text)]
    return []


def _behind_pictures(root: HtmlElement, url: str) -> list[Credit]:
    """Return where the first picture leads, when that is another site."""
    for link in root.iter("a"):
        if link.find(".//img") is not None:
            href = resolve(url, link.get("href", ""))
            host = host_of(href)
            is_elsewhere = bool(host) and host != host_of(url) and not _ELSEWHERE.search(host)
            return [Credit("link", host, href, "a picture that links there")] if is_elsewhere else []
    return []


def _linked(line: Line, links: Sequence[tuple[str, str]], url: str) -> list[Credit]:
    """Read a short line that links to another site."""
    is_note = _NOTE.match(line.text) is not None
    if len(line.text.split()) > (_MAX_NOTE_WORDS if is_note else _MAX_LINK_WORDS):
        return []
    credits = []
    for label, href in links:
        host = host_of(href)
        if not host or host == host_of(url) or _ELSEWHERE.search(host):
            continue
        is_all = len(label) > 0.8 * len(line.text)
        is_original = is_all and _ORIGINAL.search(label) and href.partition("://")[2].rstrip("/").count("/")
        kind: CreditKind = "source" if is_original else "via" if is_note else "link"
        credits.append(Credit(kind, label if is_note else host, href, line.text[:160]))
    return credits
