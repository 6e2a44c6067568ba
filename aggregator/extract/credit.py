"""Reads credit lines: "Originally published by El Faro del Valle", "Fuente: ...", "Tomado de ...".

A credit says of this very article where it is from; a line that merely names a newsroom ("as Reuters reported", "her
findings, first published by ...") does not. The wordings are in `creditwords`; where such lines stand in a body is the
business of `byline` and `creditlines`.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import re2

from aggregator.extract.creditleads import WRAPPED, flat, is_about_another, is_lead, is_plain_lead, leads_on
from aggregator.extract.creditwords import COPYRIGHT, FOOTERS, HINTS, LABELS, NOUNS, PLAIN, STEMS, WORDINGS
from aggregator.extract.kinds import fold, is_agency, is_date, is_place
from aggregator.models import Attribution, Credit, CreditKind
from aggregator.urls import host_of, resolve

Links = Sequence[tuple[str, str]]  # text and address of each

_MAX_CREDIT = 400  # characters; a credit line with its licence is shorter
_MAX_HINT = 12  # words
_MAX_AFTER = 3  # words behind its name
_MAX_SAID = 160  # characters of evidence
_WORDINGS = [(kind, re.compile(rf"\b(?:{pattern})\s*:?\s*")) for kind, pattern in WORDINGS]
_LABEL = re.compile(rf"^\W*(?:(?P<label>{LABELS})\s*(?::|[–—-](?=\s))|{COPYRIGHT})\s*")
_PLAIN = re.compile(rf"\b(?:{PLAIN})\s*")
_FOOTER = re.compile("|".join(FOOTERS))
_ARTICLES = frozenset("the el la los las le les o a os as il l".split())
_PICTURE = re.compile(r"photo|foto|imag|picture|video|\bmap|ilustr|illustr|graphic|infograf|cover|portada|\bcapa")
_LICENSED = re.compile(r"\b(?:licen[cs]e|licencia|licenca)\b")

_PUBLISHES = re.compile(
    r"\W*(?P<name>[^\W\d_][^.:;!?]{1,60}?) (?:(?:originally|first) (?:published|posted|ran|printed|released|"
    r"reported) (?:this|the)|"
    r"(?:publico|difundio) (?:originalmente|primero|por primera vez|inicialmente) (?:este|esta|el|la)|"
    r"publicou (?:originalmente|primeiro|pela primeira vez) (?:este|esta|o|a)|"
    rf"a (?:d'abord|initialement|originellement) publie (?:cet|cette|ce)|"
    r"(?:holds|owns|retains) (?:all |the )*(?:copyright|rights) (?:to|of|in|for|on) this|"
    r"(?:tiene|conserva|posee) (?:todos )?los derechos (?:de|sobre) est[ea]|"
    r"(?:detem|possui|conserva) (?:todos )?os direitos (?:dest|sobre est)[ea]|"
    rf"(?:detient|conserve|possede) (?:tous )?les droits (?:de|sur) (?:cet|cette|ce)) {NOUNS}\b"
)
# "... El Faro, where this article first appeared"
_WHERE = re.compile(
    r"(?P<name>[^.:;!?,()]{2,60}),? (?:where (?:it|this \w+) (?:(?:was )?(?:first|originally)|"
    r"(?:was published|appeared|ran) (?:first|originally))|which (?:first|originally) "
    r"(?:published|ran|posted)|que l[aoe] publico (?:originalmente|primero|por primera vez)|donde (?:se publico|"
    r"aparecio|fue "
    r"publicad[oa]) (?:originalmente|primero|por primera vez)|onde (?:foi publicad[oa]|saiu) (?:originalmente|"
    r"primeiro)|"
    r"ou (?:il|elle|cet article|ce texte) (?:a |est )?(?:ete )?(?:d'abord|initialement))\b"
)
_LAST_NAME = re.compile(r"[^\W\d_a-zß-ÿ][\w'.-]*(?:\s+(?:(?:de|del|da|do|du|des|of|the|la|las|los|el|les|le|y|&)\s+)*"
                        r"[^\W\d_a-zß-ÿ][\w'.-]*)*\W*$")  # fmt: skip
# "Republished by El Faro": it went there, and did not come from there.
_CARRIED = re.compile(r"\b(?:re-?publi|re-?print|re-?post|reprodu)\w* (?:by|por|pel[oa]|par|in|en|em|n[oa]|dans)\b")
_PUBLISHED = re.compile(r"publi|appear|posted|apareci|apareceu|paru")
_SITE_OF = re.compile(
    r"^(?:(?:the |el |la |le |o |a |l')?(?:(?:official|oficial|digital) )?"
    r"(?:web ?site|site|blog|portal|sitio(?: web)?|página(?: web)?|web|jornal|diario|periódico|semanario|revista|revue|"
    r"magazine|newspaper|journal|agencia|agência|agence|medio|colegas|our (?:friends|partners|colleagues)(?: at)?|"
    r"nuestros (?:colegas|aliados|amigos|socios)|nos (?:partenaires|confrères|amis)|nossos (?:parceiros|colegas))"
    r"(?: (?:digital|web|online|independiente|aliado|en línea|oficial))?)\s+"
    r"(?:(?:of|de|da|do|del|du)\s+)?(?=(?:l[ae]s?\s)?[^\W\d_a-zà-ÿ])"
)
# "Source: Ministry of Health, 2026" is where figures come from.
_DATA = re.compile(
    r"^(?:(?:the|el|la|le|o)\s+)?"
    r"(?:ministr|ministèr|own |elaboraci|elaboraç|cens[uo]|recensement|encuesta|survey|pesquisa |instituto nac|"
    r"national (?:institute|statistic)|banco central|central bank|banque|world bank|banco mundial)|"
    r"^[^.]{0,60}\b(?:figures|data|datos|dados|données|censo|census)\b",
    re.IGNORECASE,
)
_DATELINE = re.compile(r"[^\W\d_a-zà-ÿ][^().:;!?]{1,50}\.?\s*[(]([^()]{2,30})[)]\s*[.:–—-]")
_NAME_ENDS = re.compile(
    r"\s*(?:[,;(|–—\n]|\.(?:\s|$)|\s-\s|\s/\s|"
    r"\s(?:on|by|under|with|and (?:is|was|has|appears|re|may|can)|in [A-Z]\w+ \d{4}|as part|here|where|which|for |"
    r"this|via|"
    r"in \d+|en \d+|for its|para (?:su|sua|la|a) |"
    r"por (?:su|el|la|permitir|autorizar|compartir|este|esta)|"
    r"pelo seu|pela (?:autorização|permissão)|la autorización|el permiso|"
    r"pour (?:son|cet|cette|ce|la|le|l')|en su|"
    r"el \d+|del? \d+|con|bajo|y (?:se|es|fue|re|puede|lo|la)|donde|em \d+|sob|com (?:a )?(?:permissão|"
    r"autorização|devida)|le \d+|du \d+|"
    r"sous|et (?:est|a|re|peut)|avec|in (?:english|spanish|portuguese)|en (?:español|inglés|anglais|espagnol)|"
    r"em (?:português|espanhol))\b)"
)
_LOWER_ARTICLE = re.compile(r"^(?:(?:the|el|la|los|las|o|a|os|as|le|les)\s+|l')(?=[A-ZÁÉÍÓÚÀÂÊÔ0-9])")
_ADDRESS = re.compile(r"^(?:https?://)?((?:[\w-]+\.)+[a-z]{2,})(?:/\S*)?$", re.IGNORECASE)
_STOP = re.compile(r"(?<=[.!?])[\"”»')\]]*\s+(?=[\W_]*[^\W\d_a-zß-ÿ])")
_ABBREVIATED = re.compile(r"\b(?:[A-Z]|St|Sr|Sra|Dr|Dra|No|Vol|Mr|Mrs|Ms|Inc)\.$")
# Looks for two hundred stems at once, in a fifteenth of the time that looking for one after the other takes.
_STEM = re2.compile("|".join(map(re2.escape, STEMS)).encode())
_BRACKETS = re.compile(r"[(\[]([^()\[\]]{5,200})[)\]]\W*$")


def read_credit(text: str, links: Links) -> Attribution | None:
    """Read a line as a credit.

    Args:
        text: the line.
        links: text and address of the links in it.

    Returns:
        The newsroom with its link; None when the line is no credit, or names nobody.
    """
    if len(text) > _MAX_CREDIT or is_footer(text):
        return None
    for credit in read_credits(text, links):
        if credit.kind in ("original", "taken", "source"):
            return Attribution(publication=credit.name, publication_url=credit.url)
    return None


def read_credits(text: str, links: Links) -> list[Credit]:
    """Read every credit of a line, in order; those of a long line only where it begins and ends."""
    # An article's lines are read three times: for its byline, for its credits, and to compare it without them.
    read = _read_credits if len(text) <= 2 * _MAX_CREDIT else _read_credits.__wrapped__
    return list(read(text, tuple(links)))


@lru_cache(maxsize=256)
def _read_credits(text: str, links: tuple[tuple[str, str], ...]) -> Sequence[Credit]:
    text = text.replace("’", "'")
    folded = flat(text)
    bracketed = _BRACKETS.search(text)
    if not _may_credit(folded):
        hint = bracketed[0] if bracketed else text
        return _read_hint(hint, flat(hint), links)
    footer = _FOOTER.match(folded) if len(text) <= _MAX_CREDIT else None
    if footer:
        name, url = _named(text[footer.end() :].strip(), links[-1:])
        return [Credit("footer", name, url, text[:_MAX_SAID])] if name or url else []
    sentences = list(_sentences(text))
    credits = []
    for at, sentence in enumerate(sentences):
        if len(sentence) <= _MAX_CREDIT and (at < 2 or at >= len(sentences) - 3):
            credits += _read(sentence, links, is_alone=len(text) <= _MAX_CREDIT and at == 0)
    if not credits and bracketed:
        hint = bracketed[0]
        credits = _read(bracketed[1], links, is_alone=True) or _read_hint(hint, flat(hint), links)
    return credits


def read_dateline(text: str) -> str:
    """Return the agency that a text's dateline names: "LA PAZ (Reuters) — Miners ..."; "" for none."""
    found = _DATELINE.match(text)
    return found[1] if found and is_agency(found[1]) else ""


def is_footer(text: str) -> bool:
    """Whether a line is the one that WordPress ends every entry of its feeds with."""
    return _FOOTER.match(flat(text)) is not None


def link_to(name: str, links: Links) -> str:
    """Return the address that a line links a newsroom's name to."""
    for text, href in links:
        if name and text and (fold(text) in fold(name) or fold(name) in fold(text)):
            return resolve("", href)
    return ""


# --- one sentence ----------------------------------------------------------------------------------------------------


def _read(sentence: str, links: Links, *, is_alone: bool) -> list[Credit]:
    """Read the credits of one sentence.

    Args:
        is_alone: whether its line begins with it; within running text "the report" is more often another one.
    """
    folded = flat(sentence)
    if not _may_credit(folded):
        return _read_hint(sentence, folded, links)
    said = sentence.strip()[:_MAX_SAID]
    publishes = _PUBLISHES.match(folded)
    if publishes:
        name, url = _named(sentence[publishes.start("name") : publishes.end("name")], links)
        return [Credit("original", name, url, said)] if name else []
    label = _LABEL.match(folded)
    if label:
        name, url = _named(sentence[label.end() :], links)
        kind: CreditKind = "source" if label["label"] else "via"
        credits = [Credit(kind, name, url, said)] if name or url else []
        return credits + _read_on(sentence, folded, label.end(), links) if credits else []
    found = [(match, kind) for kind, pattern in _WORDINGS for match in pattern.finditer(folded)]
    for match, kind in sorted(found, key=lambda one: (one[0].start(), -one[0].end())):
        lead, rest = sentence[: match.start()], folded[match.end() :]
        if not is_lead(lead, links, is_alone=is_alone) or is_about_another(folded, rest):
            continue
        name, url = _named(sentence[match.end() :], links)
        if name or url:
            return [Credit(kind, name, url, said), *_read_on(sentence, folded, match.end(), links)]
    where = _WHERE.search(folded)
    if where:
        last = _LAST_NAME.search(sentence[where.start("name") : where.end("name")])
        name, url = _named(last[0], links) if last else ("", "")
        if name:
            return [Credit("original", name, url, said)]
    return _read_plain(sentence, folded, links, is_alone=is_alone) or _read_hint(sentence, folded, links)


def _may_credit(folded: str) -> bool:
    return _STEM.search(folded.encode(errors="ignore")) is not None


def _read_on(sentence: str, folded: str, at: int, links: Links) -> list[Credit]:
    """Read what goes on behind a credit: "..., first published in El Faro del Valle"."""
    credits = []
    for kind, pattern in _WORDINGS:
        for match in pattern.finditer(folded, at):
            before = re.split(r"[,;(|–—]|\.\s|\band\b|\by\b|\bet\b|\be\b", folded[at : match.start()])[-1]
            name, url = _named(sentence[match.end() :], links) if leads_on(before) else ("", "")
            if name:
                credits.append(Credit(kind, name, url, sentence.strip()[:_MAX_SAID]))
    return credits


def _read_plain(sentence: str, folded: str, links: Links, *, is_alone: bool) -> list[Credit]:
    found = _PLAIN.search(folded)
    if found is None:
        return []
    lead, rest = sentence[: found.start()], sentence[found.end() :]
    is_bare = not lead.strip(WRAPPED)
    is_linked = any(label and rest.startswith(label) and _has_path(href) for label, href in links)
    if is_bare and not is_linked and not _LICENSED.search(folded):
        return []
    if not is_bare and not is_plain_lead(lead, is_alone=is_alone):
        return []
    name, url = _named(rest, links)
    return [Credit("source", name, url, sentence.strip()[:_MAX_SAID])] if name else []


def _read_hint(sentence: str, folded: str, links: Links) -> list[Credit]:
    """Read a short line that names somebody behind words of publishing: "Publicado por El Faro", "(El Faro)".

    That says little of a newsroom that nobody knows, unless its article is linked.
    """
    if len(sentence) > _MAX_CREDIT // 2:
        return []
    words = list(re.finditer(r"[\w']+", folded))
    if not 1 <= len(words) <= _MAX_HINT or sentence.rstrip(" )*_")[-1:] in "?!…":
        return []
    at = 0
    while at < len(words) and words[at][0] in HINTS:
        if sentence[words[at].start()].isupper() and (at > 0 or words[at][0] in _ARTICLES):
            break  # "El Faro"
        at += 1
    begun = sentence.lstrip()[:1]
    if at == len(words) or (at == 0 and begun not in "([—–-"):
        return []
    before = folded[: words[at].start()]
    if _PICTURE.search(before) or "." in before.strip() or _CARRIED.search(before):
        return []
    rest = sentence[words[at].start() :]
    if rest[0].islower() and not _ADDRESS.match(rest.split()[0]):
        return []
    name, url = _named(rest, links)
    after = rest[len(name) :].strip(" .)*_")
    is_dated = is_date(re.sub(r"^(?:on|el|le|em|in|en)\s|[()]", "", after.strip(" ,-–—")))
    if not name or (after and not is_dated and len(after.split()) > _MAX_AFTER):
        return []
    is_linked = any(label and rest.startswith(label) and _has_path(href) for label, href in links)
    if re.search(r"\b(?:by|por|par)\b", before):  # a person, more often than not
        return [Credit("via", name, "", sentence.strip()[:_MAX_SAID])]
    is_sure = (is_linked and before.strip() == "via") or (is_dated and _PUBLISHED.search(before))
    return [Credit("source" if is_sure else "via", name, url, sentence.strip()[:_MAX_SAID])]


def _named(rest: str, links: Links) -> tuple[str, str]:
    """Return the newsroom that a text begins with, and its link; empty for whatever cannot be one."""
    rest = rest.lstrip(" :\"“«'*_[(")
    rest = _SITE_OF.sub("", rest)
    if not rest or _DATA.search(rest):
        return "", ""
    rest = re.sub(r"'s (?:web ?site|site|blog|newsletter|page)\b", "", rest)
    name = _LOWER_ARTICLE.sub("", _NAME_ENDS.split(rest, maxsplit=1)[0].strip(' .:"“”«»*_)]'))
    linked = [(label.replace("’", "'"), resolve("", href)) for label, href in links if resolve("", href)]
    own_link = ""
    for label, href in linked:
        if label and rest.startswith(label) and not _ADDRESS.match(label):
            name, own_link = _LOWER_ARTICLE.sub("", label), href  # the link says where the name ends
    spelled = _ADDRESS.match(name) or _ADDRESS.match(rest.split(" ")[0].rstrip(".,;)"))
    url = own_link or link_to(name, links) or (linked[-1][1] if linked else "")
    if spelled:
        name = spelled[1].lower().removeprefix("www.")
        written = rest.split(" ")[0].rstrip(".,;)")
        url = url or resolve("", written if "://" in written else f"https://{written}")
    elif name.startswith("@") and len(name.split()) == 1:
        name = name[1:]
    elif not name or not (name[0].isupper() or name[0].isdigit()):
        name = host_of(url)  # "Originally published here"
    if is_date(name) or is_place(name) or len(name) > 100 or len(name.split()) > 10 or re.match(r"\d{4}\b", name):
        return "", ""
    return name, url if name else ""


def _has_path(href: str) -> bool:
    url = resolve("", href)
    return bool(url.partition("://")[2].rstrip("/").partition("/")[2])


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for stop in _STOP.finditer(text):
        if not _ABBREVIATED.search(text[max(stop.start() - 8, 0) : stop.start()]):
            yield text[start : stop.start()]
            start = stop.end()
    yield text[start:]
