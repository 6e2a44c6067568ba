"""Plain text that is safe to publish anywhere: titles, names, excerpts. Works on characters and words only.

Turning HTML into plain text is `clean`'s; escaping text for a format belongs to whoever writes that format.
"""

import re
import unicodedata

# Controls, lone surrogates and noncharacters (XML 1.0 §2.2). Those beyond the first plane are legal there, and
# would make the search several times slower.
_UNPUBLISHABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# Characters without width that hide text from a reader or from a search: zero width space and word joiners, soft
# hyphen, fillers, annotation marks, embeddings and overrides of direction.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]"
)
# Joiners shape words in Arabic, Indic and kindred scripts, and build one emoji of several; elsewhere they only hide.
_JOINED_SCRIPT = "\u0600-\u0dff\u0f00-\u109f\u1780-\u18af\ufb50-\ufdcf\ufe70-\ufefc"
_EMOJI = "\u2190-\u2bff\U0001f000-\U0001faff"
_IDLE_JOINER = re.compile(
    rf"(?<![{_JOINED_SCRIPT}])\u200c"
    rf"|(?<![{_JOINED_SCRIPT}{_EMOJI}\ufe0f])\u200d"
    rf"|(?<=[{_EMOJI}\ufe0f])\u200d(?![{_EMOJI}])"
    # Tag characters spell the flags of England, Scotland and Wales after a black flag; elsewhere they hide text.
    r"|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+"
)

# Scripts written without spaces. Two Han or Kana characters, or five of the South-East Asian ones, make about a word.
_HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LONGEST_WORD = 40  # characters; a longer run without spaces counts as several words, so none passes whole
_THAI = "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff"
_TOKEN = re.compile(rf"[{_HAN}]{{1,2}}|[{_THAI}]{{1,5}}|[^\s{_HAN}{_THAI}]{{1,{_LONGEST_WORD}}}")
_LETTER = re.compile(r"\w")
_CLOSING = re.compile(r"[^\w\s(\[{<«“‘„‚¿¡「『（【《]*")
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]」』）]*$")
_DANGLING = " \t\r\n,;:-–—([{<«“‘„‚¿¡「『（、，"  # not left standing before the mark of omission
_OMISSION = "…"
_EARLIEST_SENTENCE_END = 0.85  # of the words allowed; cutting earlier would waste what the partner grants


def publishable(text: str) -> str:
    """Remove what no XML or HTML document may contain.

    Characters of the C1 range are Windows-1252 that was read as Latin-1 and become what was meant; form feeds and
    vertical tabs become spaces.
    """
    return _UNPUBLISHABLE.sub(_repair, text)


def clean_text(text: str) -> str:
    """Make one line of plain text that can be shown anywhere: a title, a name, a caption.

    Unpublishable and invisible characters and overrides of direction go, joiners stay only where a script or an emoji
    needs them, whitespace is folded, the rest is in NFC. Tags are not looked for: `<b>` is three characters.
    Idempotent.
    """
    text = publishable(text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", _IDLE_JOINER.sub("", _INVISIBLE.sub("", text)))
    return " ".join(text.split())


def count_words(text: str) -> int:
    """Count the words of a text; in scripts without spaces roughly, by characters. Bare punctuation is no word."""
    return sum(1 for token in _TOKEN.finditer(text) if _LETTER.search(token[0]))


def first_words(text: str, words: int) -> str:
    """Return the beginning of a text, at most `words` words long, with " …" when something was cut.

    A sentence that ends within the last 15 % of the words allowed is preferred to a cut in the middle of the next.
    Paragraphs stay parted as they were.
    """
    text = text.strip()
    if words < 1:
        return ""
    end = sentence_end = count = 0
    for token in _TOKEN.finditer(text):
        if not _LETTER.search(token[0]):
            continue
        if count == words:
            break
        count += 1
        closing = _CLOSING.match(text, token.end())
        end = closing.end() if closing else token.end()
        if count >= words * _EARLIEST_SENTENCE_END and _SENTENCE_END.search(text, max(0, end - 5), end):
            sentence_end = end
    else:
        return text
    excerpt = text[: sentence_end or end].rstrip(_DANGLING)
    return excerpt if excerpt.endswith(_OMISSION) else f"{excerpt} {_OMISSION}"


def _repair(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code in (0x0B, 0x0C):
        return " "
    return bytes([code]).decode("cp1252", "ignore") if 0x80 <= code <= 0x9F else ""
