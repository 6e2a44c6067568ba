"""Judges what stands before the words of a credit: this very article, or something else that was published once.

"This article was" and the like, an editor's note, the article's title, or nothing at all: anything else speaks of a
book, a study or a picture.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from aggregator.extract.creditwords import NOUNS

WRAPPED = ' "“”«»[(*_—–-·•|>'

_NOTE = r"\W*(?:(?:(?:editor|publisher)'?s?'? note|note|(?:nota|note|nda|ndr|ndlr|n\. ?d\. ?[elr]\.?)[\w' ]{0,25})\W+)?"
_THIS = (
    r"(?:(?:this|the|a|an|our|este|esta|el|la|lo|o|a|os|as|cet|cette|ce|le|un|une?|uma?|present|presente|original|"
    r"following|above|news|opinion|longer|shorter|earlier|full|anterior|guest|photo|"
    r"(?:(?:longer|shorter|earlier|original|edited|first|slightly|different|abridged|primera|una|un|uma|une) )*"
    r"(?:version|versao|parte|part|extract|excerpt|fragmento|extrait|trecho)s? (?:of|de|do|da))\W+)*"
)
_AUXILIARIES = (
    r"was|were|is|are|has|have|had|been|also|which|that|and|fue|es|ha|sido|se|que|y|foi|e|tem|est|a|ete|qui|sont|et|"
    r"been|being|appears?|shared|published|run|runs|publicad[oa]|compartid[oa]|written for|reproduced|"
    r"reproducid[oa]|here|aqui|ici|now|first|nos|fait|you|reading|were|below|above|siguiente|following|in|on|"
    r"again|estuvo|"
    r"lo|la|le|d'abord|completo|completa|original|originale|podra|puede|pode|peut|gentilmente"
)
_LEAD = re.compile(
    rf"{_NOTE}{_THIS}{NOUNS}\b"
    rf"(?:\W+(?:{_AUXILIARIES})\b|\W+(?:by|de|del|do|da|du|d'|por|par|of|titled|titulad[oa]|intitule)\b"
    r"|\W+[\"“«'][^\"”»]{1,150}[\"”»']|\s*\([^)]{1,60}\)"
    r"|\W+(?-i:[^\W\d_a-zß-ÿ])[\w'.-]*)*\W*",
    re.IGNORECASE,
)
_THIS_LEAD = re.compile(
    rf"{_NOTE}(?:this|este|esta|cet|cette|ce|el presente|la presente|o presente) (?:[\w-]+ "
    rf"){{0,2}}?{NOUNS}\b.{{0,90}}\b"
    r"(?:and|y|e|et|which|,) (?:it )?(?:was|is|has been|fue|es|ha sido|se|foi|e|a ete|est)"
)
_VERSION_LEAD = re.compile(
    rf"{_NOTE}(?:this|here|este|esta|cet|cette|ce|c'est|this text|este texto) ?(?:is|es|e|est) (?:an?|the|una?|"
    rf"la|uma|une?) "
    rf"(?:[\w-]+ ){{0,3}}(?:version|versao|translation|traduccion|traducao|traduction|excerpt|extract|extracto|"
    rf"trecho|extrait)"
    rf" (?:of|de|do|d')\W*(?:an?|the|una?|el|la|um|uma|o|a|l')?\W*(?:[\w-]+ )?{NOUNS}\b(?:\W+(?:that|which|que|"
    rf"qui|was|fue|"
    r"foi|has|been|a|ete|est))*\W*"
)
_SOMEBODYS_LEAD = re.compile(
    rf"(?-i:[^\W\d_a-zß-ÿ])[\w'. -]{{2,50}}'s? {NOUNS}(?:\W+(?:was|is|has|been))*\W*", re.IGNORECASE
)
_THIS_ONE = re.compile(rf"{_NOTE}(?:this|este|esta|cet|cette|ce|el presente|la presente|o presente)\b")
_NOTE_LEAD = re.compile(rf"{_NOTE}(?:it|we|se|as|nous|nos|il|elle)?\W*(?:was|is|has been|fue|es|foi|a ete|est)?\W*")
_ON = re.compile(r"\W*(?:(?:and|y|e|et|then|later|luego|depois|puis|was|is|fue|es|foi|est|it|se|a|ete|this|this was|"
                 r"in|here|now|also)\b\W*)*")  # fmt: skip
_VERB = re.compile(
    r"\W*(?:(?:translated|tradu[cz]id[oa]|traduite?) (?:and|y|e|et) )?"
    r"(?:(?:re-?)?published|(?:re)?publicad[oa]|(?:re)?publiee?|reprinted|reproduced|reproducid[oa]|"
    r"reproduzid[oa]|reproduite?|we(?: are)?|nous|se publica|por|this|originally|used|here)\W*"
)
_PICTURE = re.compile(r"(?:photo|foto|imag|picture|video|map|ilustr|illustr|graphic|infograf|cover|portada|capa)")
_ALSO = re.compile(r"\b(?:also|tambien|tambem|aussi|egalement)\W*(?:been |sido |ete )?$")
# Behind "the" these are more often what an article is about.
_ABOUT = re.compile(
    rf"{_NOTE}(?:the|an?|el|la|una?|o|a|le|une) (?:report|informe|investiga\w+|analy\w+|enquete|review|information?|"
    r"informacion|material|contenido|trabajo|ensayo|text|texto|interview|entrevista)\b"
)
_TERMS = re.compile(
    r"licen|permis|autori|republi|reprodu|reprint|creative|\bcc\b|\d{4}|thank|courtesy|cortes|gracias|link|http"
)


def is_lead(lead: str, links: Sequence[tuple[str, str]], *, is_alone: bool) -> bool:
    """Whether the words before a credit can be the article: "This article was", its title, or none at all."""
    lead = lead.strip(WRAPPED)
    folded = flat(lead)
    if not lead or _VERB.fullmatch(folded) or _NOTE_LEAD.fullmatch(folded):
        return True
    if _PICTURE.match(folded) or _ALSO.search(folded):
        return False
    if (
        _THIS_LEAD.fullmatch(folded)
        or _VERSION_LEAD.fullmatch(folded)
        or _SOMEBODYS_LEAD.fullmatch(lead)
        or any(label and lead.startswith(label) for label, _ in links)
    ):
        return True
    return _LEAD.fullmatch(_flatter(lead)) is not None and (is_alone or _is_this(lead))


def is_plain_lead(lead: str, *, is_alone: bool) -> bool:
    """Whether they name the article: what was published without "originally" must be said of it."""
    if _ALSO.search(flat(lead)):
        return False
    return _LEAD.fullmatch(_flatter(lead)) is not None and (is_alone or _is_this(lead))


def is_about_another(folded: str, rest: str) -> bool:
    """Whether a sentence more likely speaks of a report that the article is about.

    Args:
        folded: the sentence.
        rest: what follows the words of the credit in it.
    """
    return _ABOUT.match(folded) is not None and _TERMS.search(rest) is None


def leads_on(before: str) -> bool:
    """Whether nothing but "and" and the like stands between one credit and the next."""
    return _ON.fullmatch(before) is not None


def flat(text: str) -> str:
    """Return a text of the same length, without case and accents."""
    if text.isascii():
        return text.lower()
    try:  # a Western text byte by byte, which takes a twentieth of the time
        return text.encode("cp1252").translate(_FLAT_BYTES).decode("cp1252")
    except UnicodeError:
        return "".join(map(_flat_one, text))


def _is_this(lead: str) -> bool:
    return _THIS_ONE.match(flat(lead)) is not None


def _flatter(text: str) -> str:
    """Return a text without accents that keeps its capitals."""
    return "".join(small.upper() if one.isupper() else small for one, small in zip(text, flat(text), strict=True))


@lru_cache(maxsize=2048)
def _flat_one(one: str) -> str:
    if one in "’‘´`":
        return "'"
    return unicodedata.normalize("NFKD", one)[0].lower()[0]


def _flat_byte(byte: int) -> bytes:
    try:
        return _flat_one(bytes((byte,)).decode("cp1252")).encode("cp1252")
    except UnicodeError:  # becomes none of these characters, or is none
        return _NO_BYTE


_NO_BYTE = b"\x81"  # no character in this encoding
_FLAT_BYTES = b"".join(map(_flat_byte, range(256)))
