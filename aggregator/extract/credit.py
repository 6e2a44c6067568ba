"""Reads credit lines: "Originally published by El Faro del Valle", "Fuente: ...", "Tomado de ...".

English, Spanish, Portuguese and French. Where such lines stand in a body is `byline`'s business.
"""

import re
from collections.abc import Sequence

from aggregator.extract.kinds import fold, is_agency, is_date, is_place
from aggregator.models import Attribution
from aggregator.urls import host_of, resolve

_WRAPPED = ' "“”«»[(*_—–-'
_MAX_CREDIT = 400  # characters; a credit line with its licence is shorter

# Each pattern ends where the name of the newsroom begins.
_PUBLISHED = (
    # en
    r"(?:originally|first) (?:published|appeared|posted|printed)(?: (?:online|here))?"
    r"(?: on [^.]{4,25}?(?= (?:by|in|at) ))?(?: (?:by|in|on|at|with))?",
    r"(?:published|appeared|posted) (?:originally|first|for the first time)(?: (?:by|in|on|at))?",
    r"(?:re-?published|reprinted|re-?posted|cross-?posted|reproduced|adapted)(?: [\w' -]{1,60}?)?? (?:from|of|by)",
    r"courtesy of|(?:with|by) (?:the )?(?:kind )?permission (?:of|from)",
    r"(?:read|see|view) the (?:original|full)(?: (?:article|story|post|piece|version|text))?(?: here)? (?:at|on|in|by)",
    # es
    r"(?:lea|leer|ver) (?:el|la) (?:artículo|nota|texto|publicación)(?: original| completa?o?)* (?:en|por)",
    r"(?:publicad[oa]|aparecid[oa]|difundid[oa]) (?:originalmente|originariamente|inicialmente|primero|por primera vez)"
    r"(?: el [^.]{4,25}?(?= (?:en|por) ))? (?:en|por)",
    r"(?:originalmente|por primera vez) (?:fue )?publicad[oa] (?:en|por)",
    r"(?:apareció|se publicó) (?:originalmente|primero|por primera vez) en",
    r"(?:tomad|reproducid|republicad|extraíd)[oa](?: con (?:permiso|autorización))? de",
    r"cortesía de|con (?:el )?(?:permiso|autorización) del?",
    # pt
    r"(?:publicad[oa]|veiculad[oa]) (?:originalmente|inicialmente|primeiro|pela primeira vez) "
    r"(?:em|no|na|nos|nas|por|pelo|pela)",
    r"originalmente publicad[oa] (?:em|no|na|por|pelo|pela)",
    r"(?:republicad|reproduzid|extraíd|retirad)[oa](?: com (?:permissão|autorização))? (?:de|do|da)",
    r"(?:leia|ver) [oa] (?:artigo|texto|matéria|reportagem)(?: original| complet[oa])* (?:em|no|na)",
    r"com (?:a )?(?:permissão|autorização) d[aeo]",
    # fr
    r"(?:lire|voir) (?:l'article|le texte)(?: original| complet)*(?: ici)? (?:sur|dans|chez|par)",
    r"(?:publiée?|parue?|diffusée?) (?:initialement|à l'origine|d'abord|pour la première fois|originellement) "
    r"(?:par|dans|sur|chez|en)",
    r"(?:initialement|à l'origine|d'abord|originellement) (?:été )?(?:publiée?|parue?) (?:par|dans|sur|chez|en)",
    r"avec l'(?:aimable )?autorisation (?:de|du|des)",
    r"(?:reprise?|republiée?|reproduite?)(?: avec (?:l'|son )?(?:aimable )?autorisation)? (?:de|du|à partir de|depuis)",
)
_LABELLED = r"(?:original )?(?:source|fuente|fonte|fuente original|fonte original|via|vía|original)"
_CREDIT = re.compile(rf"(?:\b(?:{'|'.join(_PUBLISHED)})\b\s*:?|^{_LABELLED}\s*:)\s*", re.IGNORECASE)
# Without "originally" it must be said of an article: "Artículo publicado en El Faro del Valle".
_PLAIN = re.compile(
    r"\b(?:published|publicad[oa]|parue?|publiée?) (?:in|by|on|at|en|por|em|n[oa]|pel[oa]|dans|par|sur|chez)\b\s*",
    re.IGNORECASE,
)
_LICENSED = re.compile(r"\b(?:licen[cs]e|licencia|licença)\b", re.IGNORECASE)
_VIA = re.compile(r"^(?:via|vía)\s+", re.IGNORECASE)  # only before a link: "Vía Campesina" is a movement
# What stands before it. Anything else speaks of a book or a study: "Her findings, first published by ..."
_LEAD = re.compile(
    r"\W*(?:(?:editor'?s'? note|note|nota[\w ]{0,25}|ndlr)\W+)?"
    r"(?:(?:this|the|a|an|este|esta|el|la|o|a|cet|cette|ce|le|un|une?|uma?)\W+)?"
    r"(?:(?:(?:longer|shorter|earlier|original|present|presente|edited|first) )*(?:version|versión|versão)s? "
    r"(?:of|de|do|da) (?:this|the|este|esta|cet|cette|ce)\W+)?"
    r"(?:(?:original|present|presente|following|above|news|opinion) )*"
    r"(?:article|story|piece|post|text|report|interview|essay|op-ed|analysis|column|artículo|texto|nota|reportaje|crónica|"
    r"entrevista|columna|análisis|publicación|artigo|reportagem|coluna|análise|matéria|texte|tribune|entretien|enquête|"
    r"reportage)\b.{0,120}",
    re.IGNORECASE,
)
# "Published with kind permission of ..."
_VERB = re.compile(r"(?:re-?)?published|(?:re)?publicad[oa]|(?:re)?publiée?|reprinted|reproduced", re.IGNORECASE)
_FOOTER = re.compile(r"^the (?:post|article)\b.*\b(?:appeared first on|first appeared on)\b", re.IGNORECASE)
_ENTRY = re.compile(
    r"^(?:la entrada|el artículo|l'article|o post|a postagem)\b.*\b(?:primero en|premier sur|primeiro em)\b", re.I
)
_SITE_OF = re.compile(
    r"^(?:(?:the |el |la |le |o |a )?"
    r"(?:web ?site|site|blog|portal|sitio(?: web)?|página(?: web)?|jornal|diario|revista))\s+"
    r"(?:(?:of|de|da|do|del|du)\s+)?(?=(?:l[ae]s?\s)?[^\W\d_a-zà-ÿ])"
)
# "Source: Ministry of Health, 2026" is where figures come from.
_DATA = re.compile(
    r"^(?:(?:the|el|la|le|o)\s+)?"
    r"(?:ministr|ministèr|own |elaboraci|elaboraç|cens[uo]|recensement|encuesta|survey|pesquisa )|"
    r"^[^.]{0,60}\b(?:figures|data|datos|dados|données|censo|census)\b",
    re.IGNORECASE,
)
_DATELINE = re.compile(r"[^\W\d_a-zà-ÿ][^().:;!?]{1,50}\.?\s*[(]([^()]{2,30})[)]\s*[.:–—-]")
_NAME_ENDS = re.compile(
    r"\s*(?:[,;(|–—\n]|\.(?:\s|$)|\s-\s|\s/\s|"
    r"\s(?:on|under|with|and (?:is|was|has|appears)|in [A-Z]\w+ \d{4}|as part|here|el \d|del? \d|con|bajo|"
    r"y (?:se|es|fue)|em \d|sob|com (?:permissão|autorização)|le \d|du \d|sous|"
    r"avec|in (?:english|spanish)|en (?:español|inglés))\b)"
)
_LOWER_ARTICLE = re.compile(r"^(?:(?:the|el|la|los|las|o|a|le|les)\s+|l')(?=[A-ZÁÉÍÓÚÀÂÊÔ0-9])")
_ADDRESS = re.compile(r"^(?:https?://)?((?:[\w-]+\.)+[a-z]{2,})(?:/\S*)?$", re.IGNORECASE)


def read_credit(text: str, links: Sequence[tuple[str, str]]) -> Attribution | None:
    """Read a line as a credit.

    Args:
        text: the line.
        links: text and address of the links in it.

    Returns:
        The newsroom with its link; None when the line is no credit, or names nobody.
    """
    text = text.replace("’", "'")
    if len(text) > _MAX_CREDIT or is_footer(text):
        return None
    found = _CREDIT.search(text)
    if found is None and _VIA.match(text) and any(text.endswith(label) for label, _ in links if label):
        found = _VIA.match(text)
    if found is None:
        found = _PLAIN.search(text)
        if found is None:
            return None
        is_licensed = _LICENSED.search(text) is not None and not text[: found.start()].strip(_WRAPPED)
        if not is_licensed and not _LEAD.fullmatch(text[: found.start()].strip(_WRAPPED)):
            return None
    elif not _is_lead(text[: found.start()], links):
        return None
    rest = _SITE_OF.sub("", text[found.end() :])
    if _DATA.search(rest):
        return None
    name = _LOWER_ARTICLE.sub("", _NAME_ENDS.split(rest, maxsplit=1)[0].strip(' .:"“”«»*_'))
    linked = [(label, resolve("", href)) for label, href in links if resolve("", href)]
    for label, _ in linked:
        if label and rest.startswith(label) and not _ADDRESS.match(label):
            name = _LOWER_ARTICLE.sub("", label)  # the link says where the name ends
    spelled = _ADDRESS.match(name) or _ADDRESS.match(rest.split(" ")[0].rstrip("."))
    url = link_to(name, links) or (linked[-1][1] if linked else "")
    if spelled:
        name = spelled[1].lower().removeprefix("www.")
        url = url or resolve("", rest.split(" ")[0].rstrip("."))
    elif not name or not (name[0].isupper() or name[0].isdigit()):
        name = host_of(url)  # "Originally published here"
    if is_date(name) or is_place(name):
        return None
    if not name or len(name) > 100 or len(name.split()) > 10 or re.match(r"\d{4}\b", name):  # no year
        return None
    return Attribution(publication=name, publication_url=url)


def read_dateline(text: str) -> str:
    """Return the agency that a text's dateline names: "LA PAZ (Reuters) — Miners ..."; "" for none."""
    found = _DATELINE.match(text)
    return found[1] if found and is_agency(found[1]) else ""


def _is_lead(lead: str, links: Sequence[tuple[str, str]]) -> bool:
    """Whether the words before a credit can be the article: "This article was", its title, or none at all."""
    lead = lead.strip(_WRAPPED)
    return (
        not lead
        or _VERB.fullmatch(lead) is not None
        or _LEAD.fullmatch(lead) is not None
        or any(label and lead.startswith(label) for label, _ in links)
    )


def is_footer(text: str) -> bool:
    """Whether a line is the one that WordPress ends every entry of its feeds with."""
    return _FOOTER.match(text) is not None or _ENTRY.match(text) is not None


def link_to(name: str, links: Sequence[tuple[str, str]]) -> str:
    """Return the address that a line links a newsroom's name to."""
    for text, href in links:
        if name and text and (fold(text) in fold(name) or fold(name) in fold(text)):
            return resolve("", href)
    return ""
