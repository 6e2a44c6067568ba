"""Write a tree anew as the HTML we publish: known elements only, one content model, absolute addresses.

Blocks hold blocks or one line; lines hold words and inline elements; nothing else comes to be, however the source was
nested. `html` gives the result to nh3, which has the last word.
"""

import re
from collections.abc import Callable
from html import escape
from itertools import groupby
from typing import NamedTuple

from aggregator.clean.attributes import attributes_html, kept_attributes, language_of, link_url, number_of
from aggregator.clean.junk import is_junk, is_too_small, style_of
from aggregator.clean.line import RULE, Block, Flow
from aggregator.clean.media import embed_of, emoji_of, is_counter, picture_url
from aggregator.clean.tree import Element
from aggregator.plaintext import clean_text, running_text
from aggregator.urls import host_of

_INLINE = {tag: tag for tag in "abbr b cite code del em i ins q s strong sub sup time u".split()} | {
    "acronym": "abbr",
    "dfn": "em",
    "kbd": "code",
    "samp": "code",
    "strike": "s",
    "tt": "code",
    "var": "em",
}
_HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h4", "h5": "h5", "h6": "h6"}
# Unwrapped, but they part lines; all other unknown elements are unwrapped within their line.
_PARTING = frozenset(
    "address article aside body caption center details dd dir div dt fieldset figcaption footer header hgroup html "
    "legend li main menu nav p search section summary tbody td tfoot th thead tr".split()
)
_ADDRESSED = frozenset("a amp-img audio embed iframe img object picture video".split())
_MAX_ADDRESSES = 10_000  # resolving one costs 30 µs; beyond, links keep their text only and pictures go
_CAPTION_CLASSES = frozenset(("wp-caption-text", "tr-caption"))
# What a WordPress plug-in would have put something in place of, if it were still there: told from "[sic]" by a hyphen,
# an underscore or an attribute; the end of one is told by its stroke.
_SHORTCODE = re.compile(
    r"\[(?:/[a-z][\w-]*|[a-z][a-z0-9]*[-_][\w-]*(?:\s[^\[\]]{0,400})?|[a-z][a-z0-9]*(?:\s+[\w-]+=[^\[\]]{1,400}))\]"
)
_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)")
_NOT_BOLD = re.compile(r"font-weight\s*:\s*(?:normal|[1-4]00)")
_ITALIC = re.compile(r"font-style\s*:\s*(?:italic|oblique)")


def write_blocks(root: Element, base_url: str) -> list[Block]:
    """Write a whole tree; what the reader of the page never saw and what is no part of the article is left out."""
    flow = Flow()
    _Writer(base_url).children(root, flow)
    return flow.finish()


class _Item(NamedTuple):
    """A list item or a table cell while it is written."""

    tag: str
    attributes: str
    flow: Flow

    @property
    def html(self) -> str:
        return f"<{self.tag}{self.attributes}>{self.flow.finish_inner()}</{self.tag}>"


class _Writer:
    """Walks the tree. Each method below `element` writes one kind of element into a flow."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.too_small = False  # inside text of no size
        self.addresses = 0  # links, pictures and players met so far

    def children(self, element: Element, flow: Flow) -> None:
        self.text(element.text, flow)
        for child in element:
            self.element(child, flow)
            self.text(child.tail, flow)

    def text(self, text: str | None, flow: Flow) -> None:
        if text and not self.too_small:
            flow.write_text(_SHORTCODE.sub("", text) if "[" in text else text)

    def element(self, element: Element, flow: Flow) -> None:
        if is_junk(element):
            return
        style = style_of(element)
        too_small, outside = is_too_small(style) if style else None, self.too_small
        if too_small is not None:
            self.too_small = too_small
        tag = str(element.tag)
        write = _WRITERS.get(tag)
        if tag in _ADDRESSED:
            self.addresses += 1
            if self.addresses > _MAX_ADDRESSES:
                write = None
        if write:
            write(self, element, flow)
        elif tag in _INLINE or tag in ("span", "font"):
            self.inline(element, flow, style)
        elif tag in _HEADINGS or tag in _PARTING:
            self.block(element, flow)
        else:
            self.children(element, flow)
        self.too_small = outside

    # --- lines ---

    def inline(self, element: Element, flow: Flow, style: str) -> None:
        tag = _INLINE.get(str(element.tag), "")
        if tag in ("b", "strong") and _NOT_BOLD.search(style):  # Google Docs wraps whole documents in such a b
            tag = ""
        wanted = [(tag, kept_attributes(tag, element, self.base_url))] if tag else []
        if not tag and style:
            wanted = [(name, "") for name, said in (("strong", _BOLD), ("em", _ITALIC)) if said.search(style)]
        begun = sum(flow.open(name, attributes) for name, attributes in wanted)
        self.children(element, flow)
        for _ in range(begun):
            flow.close()

    def link(self, element: Element, flow: Flow) -> None:
        href = link_url(element.get("href") or "", self.base_url)
        begun = bool(href) and flow.open("a", attributes_html(href=href, title=clean_text(element.get("title") or "")))
        self.children(element, flow)
        if begun:
            flow.close()

    def line_break(self, element: Element, flow: Flow) -> None:
        flow.write_break()
        self.children(element, flow)

    def picture(self, element: Element, flow: Flow) -> None:
        emoji = emoji_of(element)
        if emoji:
            self.text(emoji, flow)
            return
        self.show(element, picture_url(element, self.base_url), flow)

    def choice(self, element: Element, flow: Flow) -> None:
        """Write a `picture` element: its `img`, or the best of its sources where that has no address."""
        for img in element.iter("img", "amp-img"):
            if is_junk(img):
                continue
            url = picture_url(img, self.base_url)
            for source in element.iter("source"):
                url = url or picture_url(source, self.base_url)
            self.show(img, url, flow)

    def show(self, img: Element, url: str, flow: Flow) -> None:
        if not url or is_counter(img, url, style_of(img)):
            return
        attributes = attributes_html(
            src=url,
            width=number_of(img.get("width"), 3),
            height=number_of(img.get("height"), 3),
            title=clean_text(img.get("title") or ""),
        )
        flow.write_picture(f'<img alt="{escape(clean_text(img.get("alt") or ""))}"{attributes}>', url)

    def stand_in(self, element: Element, flow: Flow) -> None:
        """Write a `noscript`, unless it follows the picture that it stands in for."""
        if not flow.ends_in_picture():
            self.children(element, flow)

    # --- blocks ---

    def block(self, element: Element, flow: Flow) -> None:
        """Write an element that parts lines and becomes none itself; a heading says what its lines become."""
        flow.end_line()
        outside = flow.tag, flow.attributes
        flow.tag = _HEADINGS.get(str(element.tag), flow.tag)
        flow.attributes = language_of(element, flow.attributes)
        classes = (element.get("class") or "").split()
        if element.tag == "figcaption" or not _CAPTION_CLASSES.isdisjoint(classes):
            self.caption(element, flow)
        elif "wp-caption" in classes:  # WordPress before HTML5
            self.figure(element, flow)
        else:
            self.children(element, flow)
        flow.end_line()
        flow.tag, flow.attributes = outside

    def caption(self, element: Element, flow: Flow) -> None:
        inner = flow.inside()
        self.children(element, inner)
        if flow.captions is None:
            flow.splice(inner.finish())
        else:
            flow.captions += inner.finish()

    def figure(self, element: Element, flow: Flow) -> None:
        """Write a picture with its caption; a figure of anything else is only what it holds."""
        inner = flow.inside()
        captions: list[Block] = []
        inner.captions = captions
        self.children(element, inner)
        html = inner.finish_inner()
        if "<img" in html and "<figure" not in html and "<table" not in html:
            caption = Flow(blocks=captions).finish_inner()
            html += f"<figcaption>{caption}</figcaption>" if caption else ""
            flow.add(Block("figure", language_of(element, flow.attributes), html))
        else:
            flow.splice(inner.finish() + captions)

    def quote(self, element: Element, flow: Flow) -> None:
        inner = flow.inside()
        self.children(element, inner)
        blocks = inner.finish()
        if "tiktok-embed" in (element.get("class") or "").split() and (url := link_url(element.get("cite") or "", "")):
            blocks.append(Block("p", "", f'<a href="{escape(url)}">Video: {escape(host_of(url))}</a>'))
        if blocks:
            cite = kept_attributes("blockquote", element, self.base_url)
            html = "".join(block.html for block in blocks)
            flow.add(Block("blockquote", cite + language_of(element, flow.attributes), html))

    def listing(self, element: Element, flow: Flow) -> None:
        tag = "ol" if element.tag == "ol" else "ul"
        attributes = kept_attributes(tag, element, self.base_url) + language_of(element, flow.attributes)
        self.add_items(tag, attributes, self.items(element, flow, "li"), flow)

    def definitions(self, element: Element, flow: Flow) -> None:
        if "gallery-item" in (element.get("class") or "").split():  # WordPress's gallery before HTML5
            self.figure(element, flow)
            return
        self.add_items("dl", language_of(element, flow.attributes), self.items(element, flow, "dd", "dt"), flow)

    def add_items(self, tag: str, attributes: str, items: list[_Item], flow: Flow) -> None:
        html = "".join(item.html for item in items if item.flow.finish())
        if html:
            flow.add(Block(tag, attributes, html))

    def items(self, element: Element, flow: Flow, *names: str) -> list[_Item]:
        """Write the items of a list or the cells of a row.

        What stands between them (lists do, in lists made by hand) joins the item before, or is one of its own.
        """
        items: list[_Item] = []

        def between() -> Flow:
            if not items:
                items.append(_Item(names[0], "", flow.inside()))
            return items[-1].flow

        def gather(parent: Element) -> None:
            if parent.text and parent.text.strip():
                self.text(parent.text, between())
            for child in parent:
                kept = not is_junk(child)
                if kept and child.tag in names:
                    item = _Item(str(child.tag), kept_attributes(str(child.tag), child, self.base_url), flow.inside())
                    self.element(child, item.flow)
                    items.append(item)
                elif kept and child.tag == "div":
                    gather(child)
                elif kept:
                    self.element(child, between())
                if child.tail and child.tail.strip():
                    self.text(child.tail, between())

        gather(element)
        return items

    def table(self, element: Element, flow: Flow) -> None:
        """Write a table of at least two rows and columns; any other only places what it holds."""
        if "tr-caption-container" in (element.get("class") or "").split():  # Blogger's picture with caption
            self.figure(element, flow)
            return
        caption = flow.inside()
        rows: list[tuple[str, list[_Item]]] = []

        def gather(parent: Element, section: str) -> None:
            for child in parent:
                kept = not is_junk(child)
                if kept and child.tag in ("thead", "tbody", "tfoot"):
                    gather(child, str(child.tag))
                elif kept and child.tag == "tr":
                    rows.append((section, self.items(child, flow, "td", "th")))
                else:
                    self.element(child, caption)
                self.text(child.tail, caption)

        self.text(element.text, caption)
        gather(element, "tbody")
        rows = [(section, row) for section, row in rows if row]
        html = ""
        for section, group in groupby(rows, key=lambda row: row[0]):
            lines = "".join("<tr>" + "".join(cell.html for cell in row) + "</tr>" for _, row in group)
            html += f"<{section}>{lines}</{section}>"
        filled = any(cell.flow.finish() for _, row in rows for cell in row)
        if filled and len(rows) > 1 and max(len(row) for _, row in rows) > 1 and "<table" not in html:
            title = caption.finish_inner()
            title = f"<caption>{title}</caption>" if title else ""
            flow.add(Block("table", language_of(element, flow.attributes), title + html))
        else:
            flow.splice(caption.finish())
            for _, row in rows:
                for cell in row:
                    flow.splice(cell.flow.finish())

    def preformatted(self, element: Element, flow: Flow) -> None:
        text = running_text(_verbatim(element)).replace("\r\n", "\n").replace("\r", "\n")
        text = "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")
        if text and not self.too_small:
            flow.add(Block("pre", language_of(element, flow.attributes), escape(text, quote=False)))

    def rule(self, element: Element, flow: Flow) -> None:
        flow.add(RULE)
        self.children(element, flow)

    def embed(self, element: Element, flow: Flow) -> None:
        found = embed_of(element, self.base_url)
        if found:
            flow.add(Block("p", "", f'<a href="{escape(found.url)}">{escape(found.label, quote=False)}</a>'))
        elif element.tag == "object":  # may hold an older player
            self.children(element, flow)


_Write = Callable[[_Writer, Element, Flow], None]
_WRITERS: dict[str, _Write] = {
    "a": _Writer.link,
    "br": _Writer.line_break,
    "img": _Writer.picture,
    "amp-img": _Writer.picture,
    "picture": _Writer.choice,
    "noscript": _Writer.stand_in,
    "figure": _Writer.figure,
    "blockquote": _Writer.quote,
    "ul": _Writer.listing,
    "ol": _Writer.listing,
    "dl": _Writer.definitions,
    "table": _Writer.table,
    "pre": _Writer.preformatted,
    "hr": _Writer.rule,
    "iframe": _Writer.embed,
    "video": _Writer.embed,
    "audio": _Writer.embed,
    "embed": _Writer.embed,
    "object": _Writer.embed,
}


def _verbatim(element: Element) -> str:
    if is_junk(element):
        return ""
    if element.tag == "br":
        return "\n"
    return (element.text or "") + "".join(_verbatim(child) + (child.tail or "") for child in element)
