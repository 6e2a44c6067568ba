"""Write blocks: words and inline elements into lines, lines into paragraphs, paragraphs into what holds them.

Here lives the tidiness of clean HTML. Inline tags are written only when the first word inside them is, so empty ones
never come to be; whitespace is kept back until the next word, so it never opens or ends a line or an element.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from itertools import count
from typing import NamedTuple

from aggregator.plaintext import running_text

_NBSP = "\u00a0"
_SPACE = " \t\n\r\f" + _NBSP + "\u200b\ufeff"  # at the edge of a text: whitespace, and what has no width
_ZERO_WIDTH = re.compile("[\u200b\ufeff]")
_RUN = re.compile(rf"[ \t\n\r\f{_NBSP}]{{2,}}|[\t\n\r\f]")
_EMPHASIS = frozenset(("b", "em", "i", "s", "strong", "u"))
_MOST_STARTS = 20  # lines that one link may run through: its address is written in each
_DEEPEST_QUOTATION = 3
_PICTURE_AT_END = re.compile(r"<img [^>]*>(?:</a>)?$")


class Block(NamedTuple):
    """A finished block; without `tag` (a rule) `inner` is all of it."""

    tag: str
    attributes: str
    inner: str

    @property
    def html(self) -> str:
        return f"<{self.tag}{self.attributes}>{self.inner}</{self.tag}>" if self.tag else self.inner


RULE = Block("", "", "<hr>")


@dataclass
class _Inline:
    """An inline element that is open in the source; `written` once a word of the growing line stands in it."""

    tag: str
    attributes: str
    written: bool = False
    starts: Iterator[int] = field(default_factory=count)  # how often it was begun, wherever it continued

    @property
    def start(self) -> str:
        return f"<{self.tag}{self.attributes}>"


@dataclass
class Flow:
    """What one container holds: finished blocks and the line that is growing."""

    tag: str = "p"  # what lines become: p, h2, ...
    attributes: str = ""  # lang and dir of the lines
    blocks: list[Block] = field(default_factory=list)
    captions: list[Block] | None = None  # a list inside a figure
    _line: list[str] = field(default_factory=list)
    _open: list[_Inline] = field(default_factory=list)
    _closed: list[str] = field(default_factory=list)  # start tags of what was closed since the last word
    _gap: str = ""  # whitespace or break seen since the last word
    _picture: str = ""  # address of the picture, when that was the last thing written on this line

    def inside(self) -> "Flow":
        """Begin what a container within this one holds; links and emphasis around it continue inside."""
        return Flow(_open=[_Inline(inline.tag, inline.attributes, starts=inline.starts) for inline in self._open])

    def write_text(self, text: str) -> None:
        text = running_text(text)
        words = text.lstrip(_SPACE)
        self._leave_gap(text[: len(text) - len(words)])
        if words:
            core = words.rstrip(_SPACE)
            self._write(escape(_RUN.sub(" ", core), quote=False))
            self._picture = ""
            self._leave_gap(words[len(core) :])

    def write_picture(self, html: str, url: str) -> None:
        if url != self._picture:  # a lazy picture may stand beside its own copy
            self._write(html)
            self._picture = url

    def ends_in_picture(self) -> bool:
        """Say whether the last thing written is a picture, on this line or at the end of the one before."""
        if self._line:
            return bool(self._picture)
        return bool(self.blocks) and _PICTURE_AT_END.search(self.blocks[-1].inner) is not None

    def open(self, tag: str, attributes: str) -> bool:
        """Begin an inline element, unless one of its kind is open already; say whether it was begun."""
        if sum(inline.tag == tag for inline in self._open) >= (_DEEPEST_QUOTATION if tag == "q" else 1):
            return False
        self._open.append(_Inline(tag, attributes))
        return True

    def close(self) -> None:
        """End the inline element begun last."""
        inline = self._open.pop()
        if inline.written:
            self._end(inline)

    def write_break(self) -> None:
        """Break the line; a second break without a word between ends the paragraph."""
        if self._gap == "<br>":
            self.end_line()
        elif self._line:
            self._gap = "<br>"

    def end_line(self) -> None:
        """Make a block of the line, if there is one. Open inline elements continue on the next."""
        for inline in reversed(self._open):
            if inline.written:
                self._end(inline)
                inline.written = False
        if self._line:
            self.blocks.append(Block(self.tag, self.attributes, "".join(self._line)))
        self._line, self._closed, self._gap, self._picture = [], [], "", ""

    def add(self, *blocks: Block) -> None:
        """Add finished blocks. Rules do not follow each other."""
        self.end_line()
        for block in blocks:
            if block != RULE or self.blocks[-1:] != [RULE]:
                self.blocks.append(block)

    def splice(self, blocks: list[Block]) -> None:
        """Add the blocks of a container that itself is not written."""
        self.add(
            *(
                block._replace(attributes=self.attributes) if block.tag and not block.attributes else block
                for block in blocks
            )
        )

    def finish(self) -> list[Block]:
        """End the last line and return the blocks, without rules at either end."""
        self.end_line()
        blocks = self.blocks
        while blocks and blocks[0] == RULE:
            blocks = blocks[1:]
        while blocks and blocks[-1] == RULE:
            blocks = blocks[:-1]
        return blocks

    def finish_inner(self) -> str:
        """Return what stands inside a list item or cell: a single paragraph at the front needs no `<p>`."""
        blocks = self.finish()
        if blocks and blocks[0][:2] == ("p", "") and all(block.tag != "p" for block in blocks[1:]):
            return blocks[0].inner + "".join(block.html for block in blocks[1:])
        return "".join(block.html for block in blocks)

    def _leave_gap(self, space: str) -> None:
        space = _ZERO_WIDTH.sub("", space)
        if space and self._line and self._gap != "<br>":
            self._gap = _NBSP if space == _NBSP and not self._gap else " "

    def _write(self, html: str) -> None:
        if self._gap == "<br>":
            self._closed.clear()
        starts: list[str] = []
        for inline in self._open:
            if inline.written or (inline.attributes and next(inline.starts) >= _MOST_STARTS):
                continue
            inline.written = True
            # Word processors end a bold and begin it anew within a phrase.
            joined = inline.tag in _EMPHASIS or (inline.tag == "a" and not self._gap)
            if joined and self._closed and self._closed[-1] == inline.start:
                self._closed.pop()
                self._line.pop()
            else:
                starts.append(inline.start)
                self._closed.clear()
        if self._gap:
            self._line.append(self._gap)
        self._line += [*starts, html]
        self._closed.clear()
        self._gap = ""

    def _end(self, inline: _Inline) -> None:
        self._line.append(f"</{inline.tag}>")
        self._closed.append(inline.start)
