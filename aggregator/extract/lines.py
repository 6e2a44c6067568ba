"""Clean HTML -> its lines: paragraphs, headings, list items, pictures with their captions, each with its fingerprint.

A fingerprint is what two articles of one source are compared by, line for line. Clean HTML is regular enough to be read
by its tags alone, so that what stays after a cut is the very same text as before. Which lines go is `boilerplate`'s.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from html import unescape

from aggregator.extract.appeals import Appeal, read_appeal
from aggregator.plaintext import count_words

_TAG = re.compile(r"""<(/?)([a-z][a-z0-9]*)([^<>"']*(?:"[^"]*"[^<>"']*|'[^']*'[^<>"']*)*)>""")
_SRC = re.compile(r"""\ssrc=(?:"([^"]*)"|'([^']*)')""")
_HOLDERS = frozenset("blockquote dd div dl dt h1 h2 h3 h4 h5 h6 li ol p pre ul".split())
_WHOLES = frozenset(("figure", "table"))  # are one line, whatever is in them
_LISTS = frozenset(("ul", "ol", "dl"))
_PARTING = frozenset("br caption figcaption td th tr".split())  # part words within a line
_VOID = frozenset(("br", "img", "hr"))

_WORD = re.compile(r"\w+")
_MARKS = re.compile("[\u0300-\u036f\u0483-\u0487\u05b0-\u05c7\u064b-\u065f]+")
_DIGITS = re.compile(r"\d+")
_TITLE_END = re.compile(r"\s+[|–—:·»-]+\s+")
_SENTENCE_END = re.compile(r"""[.!?…]["'”’»)\]]*\s*$""")
_LEAST_TITLE = 12  # characters; a shorter title also stands in lines that do not mean it
_LONGEST_NAME = 5  # words
_COUNTED = 20  # words; in longer lines figures are news ("rose to 31 percent"), in shorter ones "15 comments"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a body. `start` and `end` are its place in the HTML, tags included."""

    tag: str  # p, h2, li, figure, table, pre, hr, ...
    text: str
    length: int  # words
    start: int
    end: int
    fingerprint: int = 0  # signed, 64 bits; 0: nothing to compare (a rule, the page's own title)
    appeal: Appeal | None = None
    is_link: bool = False  # no word of it stands outside links
    has_picture: bool = False
    has_figures: bool = False  # digits, which the fingerprint takes for equal
    is_hung: bool = False  # a link that hangs on to a finished sentence
    group: int = -1  # lines of one list, or of one paragraph, have the same; -1: stands alone

    @property
    def is_heading(self) -> bool:
        return self.tag[0] == "h" and self.tag[1:].isdecimal()


@dataclass(frozen=True, slots=True)
class Holder:
    """An element around lines; empty once they are gone, unless it holds text besides."""

    start: int
    end: int
    first: int  # of its lines, by number
    last: int  # one beyond
    has_text: bool


@dataclass(frozen=True, slots=True)
class Body:
    """Clean HTML, read; `holders` inner ones first."""

    html: str
    lines: Sequence[Line]
    holders: Sequence[Holder]


def read_body(html: str, title: str) -> Body:
    """Part clean HTML into its lines.

    Args:
        html: as `clean` gives it. Of anything else some lines may be missed, nothing worse.
        title: of the article. A line that holds it is compared without it; one that is nothing else, not at all.
    """
    return _Reader(html, _titles(title)).read()


def cut_lines(body: Body, gone: Set[int]) -> str:
    """Return the HTML without some lines, by number, and without the elements that held nothing else."""
    if not gone:
        return body.html
    last_kept = {line.group: number for number, line in enumerate(body.lines) if number not in gone}
    spans = [_span(body.lines, number, last_kept) for number in sorted(gone)]
    spans += [
        (holder.start, holder.end)
        for holder in body.holders
        if not holder.has_text and all(number in gone for number in range(holder.first, holder.last))
    ]
    pieces, at = [], 0
    for start, end in sorted(spans):
        pieces.append(body.html[at:start])
        at = max(at, end + (body.html[end : end + 1] == "\n"))
    pieces.append(body.html[at:])
    return "".join(pieces).rstrip("\n")


def _span(lines: Sequence[Line], number: int, last_kept: Mapping[int, int]) -> tuple[int, int]:
    """Return the place of a line, with the break that parts it from the next, or from the one before if none stays."""
    line = lines[number]
    if line.tag != "p" or line.group < 0:
        return line.start, line.end
    if last_kept.get(line.group, -1) > number:
        return line.start, lines[number + 1].start
    before = lines[number - 1]
    return (before.end if number and before.group == line.group else line.start), line.end


def fold(text: str) -> list[str]:
    """Split a text into words without case, accents and punctuation."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", text)))
    return _WORD.findall(text.casefold())


# --- reading ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Open:
    """An element that is being read, with the words of the line that grows in it."""

    tag: str
    start: int
    line_start: int
    first: int  # number of the first line in it
    group: int
    words: list[str] = field(default_factory=list)
    free: list[str] = field(default_factory=list)  # those outside links
    pictures: list[str] = field(default_factory=list)
    broken: list[Line] = field(default_factory=list)  # lines that ended in a break
    link: "_Link | None" = None  # the last in the line


@dataclass(slots=True)
class _Link:
    start: int
    before: int  # pieces of text before it in the line
    end: int = 0


class _Reader:
    def __init__(self, html: str, titles: Sequence[str]) -> None:
        self.html = html
        self.titles = titles
        self.lines: list[Line] = []
        self.holders: list[Holder] = []
        self.open: list[_Open] = []
        self.links = 0
        self.inline = 0  # elements open within the line
        self.groups = 0

    def read(self) -> Body:
        at = 0
        for tag in _TAG.finditer(self.html):
            self._take(self.html[at : tag.start()])
            at = tag.end()
            closing, name, attributes = tag[1] == "/", tag[2], tag[3]
            is_whole = bool(self.open) and self.open[-1].tag in _WHOLES
            if is_whole and name != self.open[-1].tag:
                self._inline(name, closing, attributes, tag)
            elif name in _HOLDERS or name in _WHOLES:
                if closing:
                    self._close(name, tag.end())
                else:
                    self._begin(name, tag)
            elif name == "hr":
                self.lines.append(Line("hr", "", 0, tag.start(), tag.end()))
            else:
                self._inline(name, closing, attributes, tag)
        return Body(self.html, self.lines, self.holders)

    def _take(self, text: str) -> None:
        if text and self.open:
            self.open[-1].words.append(text)
            if not self.links:
                self.open[-1].free.append(text)

    def _begin(self, name: str, tag: re.Match[str]) -> None:
        group = self.open[-1].group if self.open and name in ("li", "dt", "dd") else -1
        if name in _LISTS:
            group = self.groups = self.groups + 1
        self.open.append(_Open(name, tag.start(), tag.end(), len(self.lines), group))
        self.links = self.inline = 0

    def _inline(self, name: str, closing: bool, attributes: str, tag: re.Match[str]) -> None:
        if name in _PARTING or name in _HOLDERS:
            self._take(" ")
        if name == "img" and self.open:
            source = _SRC.search(attributes)
            self.open[-1].pictures.append((source[1] or source[2] or "") if source else "")
        elif name == "br" and self.inline == 0 and self.open and self.open[-1].tag == "p":
            self._break(tag)
        elif name not in _VOID:
            if name == "a" and self.open:
                self._link(tag, closing)
            self.inline += -1 if closing else 1
            self.links += 0 if name != "a" else -1 if closing else 1

    def _break(self, tag: re.Match[str]) -> None:
        inner = self.open[-1]
        inner.broken += self._end_line(inner, tag.start())
        inner.words, inner.free, inner.pictures, inner.link = [], [], [], None
        inner.line_start = tag.end()

    def _link(self, tag: re.Match[str], closing: bool) -> None:
        inner = self.open[-1]
        if not closing and self.inline == 0:
            inner.link = _Link(tag.start(), len(inner.words))
        elif closing and self.inline == 1 and inner.link:
            inner.link.end = tag.end()

    def _end_line(self, inner: _Open, end: int) -> list[Line]:
        """Make a line of what was read; two, if it is a text and a link after the end of its last sentence."""
        link = None if inner.pictures else inner.link
        if link and link.end == end and _SENTENCE_END.search("".join(inner.words[: link.before])[-10:]):
            text, hung = inner.words[: link.before], inner.words[link.before :]
            before = replace(inner, words=text)
            after = replace(inner, words=hung, free=[], pictures=[])
            text_end = inner.line_start + len(self.html[inner.line_start : link.start].rstrip())
            return [
                self._line(before, inner.line_start, text_end),
                replace(self._line(after, link.start, end), is_hung=True),
            ]
        return [self._line(inner, inner.line_start, end)]

    def _close(self, name: str, end: int) -> None:
        if not self.open or self.open[-1].tag != name:
            return
        done = self.open.pop()
        self.links = self.inline = 0
        inner_end = end - len(f"</{name}>")
        if name == "p" and (done.broken or (done.link and done.link.end == inner_end)):
            broken = [*done.broken, *self._end_line(done, inner_end)]
        else:
            broken = []
        if len(broken) > 1:
            self.groups += 1
            self.lines += [replace(line, group=self.groups) for line in broken]
            self.holders.append(Holder(done.start, end, done.first, len(self.lines), False))
        elif len(self.lines) > done.first:
            has_text = bool(done.pictures) or _WORD.search("".join(done.words)) is not None
            self.holders.append(Holder(done.start, end, done.first, len(self.lines), has_text))
        else:
            self.lines.append(self._line(done, done.start, end))

    def _line(self, done: _Open, start: int, end: int) -> Line:
        text = " ".join(unescape("".join(done.words)).split())
        words = fold(text)
        length = len(words) if len(text) < 16 * len(words) else count_words(text)
        free = len(words) if len(done.free) == len(done.words) else len(fold(unescape("".join(done.free))))
        is_link = bool(words) and free == 0
        words = self._without_title(words)
        appeal = read_appeal(words, free)
        key = _key(text, words, appeal)
        has_figures = (
            (length <= _COUNTED or appeal is not None) and done.tag != "table" and _DIGITS.search(key) is not None
        )
        if has_figures:
            key = _DIGITS.sub("0", key)
        key = "\n".join((key, *done.pictures))
        return Line(
            tag=done.tag,
            text=text,
            length=length,
            start=start,
            end=end,
            fingerprint=_hash(key) if key not in ("", "t") else 0,
            appeal=appeal,
            is_link=is_link,
            has_picture=bool(done.pictures),
            has_figures=has_figures,
            group=done.group,
        )

    def _without_title(self, words: list[str]) -> list[str]:
        """Put T for the title: "Share T with your friends" is one line for all articles."""
        text = f" {' '.join(words)} "
        for title in self.titles:
            if title in text:
                return text.replace(title, " t ").split()
        return words


def _key(text: str, words: list[str], appeal: Appeal | None) -> str:
    """Write what is compared: without the link's text after "Read also:", and without the name of an author."""
    if appeal and appeal.has_link:
        return " ".join(words[: appeal.end]) + " >"
    if appeal and appeal.kind == "about" and 0 < appeal.start <= _LONGEST_NAME and _is_name(text, appeal.start):
        words = ["n", *words[appeal.start :]]
    return " ".join(words)


def _titles(title: str) -> list[str]:
    """Return the folded title, and its beginning before the site's name; the longer first."""
    found = {f" {' '.join(fold(one))} " for one in (title, _TITLE_END.split(title.strip())[0])}
    return sorted((one for one in found if len(one) >= _LEAST_TITLE + 2), key=len, reverse=True)


def _is_name(text: str, count: int) -> bool:
    words = _WORD.findall(text)[:count]
    return all(word[0].isupper() for word in words)


def _hash(key: str) -> int:
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), signed=True)
