"""Plain text that is safe to publish anywhere: titles, names, excerpts. Works on characters and words only.

Turning HTML into plain text is `clean`'s; escaping text for a format belongs to whoever writes that format.
"""

import re
import unicodedata
from math import ceil

# Controls, lone surrogates and noncharacters (XML 1.0 §2.2). Those beyond the first plane are legal there, and
# would make the search several times slower.
_UNPUBLISHABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# Characters without width that hide text from a reader or turn what follows: word joiners, fillers, annotation marks,
# embeddings, isolates and overrides of direction. One that is never closed turns the rest of a page.
_HIDING = "\u034f\u115f\u1160\u17b4\u17b5\u180e\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
_HIDDEN_MARK = re.compile(f"[{_HIDING}]")
# In one line also what breaks long words (zero width space, soft hyphen), and the Arabic mark of direction.
_INVISIBLE = re.compile(f"[\u00ad\u061c\u200b{_HIDING}]")
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

# Marks that are written above, below or through a character. Four are more than any living language needs on one
# (Hebrew and Vietnamese take three); with a hundred a title runs over its neighbours.
_MARK = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
_TOO_MANY_MARKS = re.compile(f"(?<=[{_MARK}]{{4}})[{_MARK}]+")
# A second variation selector in a row varies nothing: a row of them spells a hidden text.
_IDLE_SELECTOR = re.compile("(?<=[\ufe00-\ufe0f\U000e0100-\U000e01ef])[\ufe00-\ufe0f\U000e0100-\U000e01ef]+")

# Scripts written without spaces. Two Han or Kana characters, or five of the South-East Asian ones, make about a word.
_HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LONGEST_WORD = 40  # characters; a longer run without spaces counts as several words, so none passes whole
_THAI = "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff"
_TOKEN = re.compile(rf"[{_HAN}]{{1,2}}|[{_THAI}]{{1,5}}|[^\s{_HAN}{_THAI}]{{1,{_LONGEST_WORD}}}")
_MAY_BE_UNSPACED = re.compile("[^\x00-\u0dff\u1e00-\u2fff]")  # few ranges, so that it is fast
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
    needs them, a character bears four combining marks at most, whitespace is folded, the rest is in NFC. Tags are not
    looked for: `<b>` is three characters. Idempotent.
    """
    text = publishable(text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", _IDLE_JOINER.sub("", _INVISIBLE.sub("", text)))
        text = bound_marks(text)
    return " ".join(text.split())


def running_text(text: str) -> str:
    """Make a piece of a longer text fit to publish: as in `clean_text`, but words may say where they break.

    Whitespace and spelling stay as they are, and so do combining marks: a character and its marks may stand in two
    pieces, so they are counted (see `bound_marks`) where the pieces have come together. Idempotent.
    """
    text = publishable(text)
    return text if _is_western(text) else _IDLE_JOINER.sub("", _HIDDEN_MARK.sub("", text))


def bound_marks(text: str) -> str:
    """Leave a character its first four combining marks and one variation selector."""
    return text if _is_western(text) else _TOO_MANY_MARKS.sub("", _IDLE_SELECTOR.sub("", text))


def _is_western(text: str) -> bool:
    """Say whether all characters are those of Windows-1252, none of which hides, joins or marks another.

    To ask that takes a twentieth of what looking for those characters takes.
    """
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def count_words(text: str) -> int:
    """Count the words of a text; in scripts without spaces roughly, by characters. Bare punctuation is no word."""
    words = text.split()
    if max(map(len, words), default=0) > _LONGEST_WORD or _MAY_BE_UNSPACED.search(text):
        return sum(1 for token in _TOKEN.finditer(text) if _LETTER.search(token[0]))
    return _count_spaced(words)


def _count_spaced(words: list[str]) -> int:
    return len(words) - len([word for word in words if not (word.isalnum() or _LETTER.search(word))])


def first_words(text: str, words: int) -> str:
    """Return the beginning of a text, at most `words` words long, with " …" when something was cut.

    A sentence that ends within the last 15 % of the words allowed is preferred to a cut in the middle of the next.
    Paragraphs stay parted as they were.
    """
    text = text.strip()
    end = where_to_cut(text, words)
    return text if end is None else with_omission(text[:end])


def where_to_cut(text: str, words: int) -> int | None:
    """Say at which character a text is cut to so many words, as `first_words` does; None: nowhere, it is no longer."""
    if words < 1:
        return 0
    earliest = words * _EARLIEST_SENTENCE_END
    count, start = _skip_words(text, ceil(earliest) - 1)
    end = sentence_end = 0
    for token in _TOKEN.finditer(text, start):
        if not _LETTER.search(token[0]):
            continue
        if count == words:
            break
        count += 1
        if count < earliest:
            continue
        closing = _CLOSING.match(text, token.end())
        end = closing.end() if closing else token.end()
        if count >= earliest and _SENTENCE_END.search(text, max(0, end - 5), end):
            sentence_end = end
    else:
        return None
    return len(text[: sentence_end or end].rstrip(_DANGLING))


def _skip_words(text: str, words: int) -> tuple[int, int]:
    """Pass over the beginning of a text, at most so many words; returns how many these are, and where the rest begins.

    Only where spaces part them, which is quick to see.
    """
    *pieces, rest = text.split(None, words) or [""]
    if len(pieces) < words or max(map(len, pieces), default=0) > _LONGEST_WORD:
        return 0, 0
    if _MAY_BE_UNSPACED.search("".join(pieces)):
        return 0, 0
    return _count_spaced(pieces), len(text) - len(rest)


def with_omission(text: str) -> str:
    """Say at the end of a text that more would follow: " …", unless it says so itself."""
    text = text.rstrip(_DANGLING)
    return f"{text} {_OMISSION}" if text and not text.endswith(_OMISSION) else text


def _repair(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code in (0x0B, 0x0C):
        return " "
    return bytes([code]).decode("cp1252", "ignore") if 0x80 <= code <= 0x9F else ""
