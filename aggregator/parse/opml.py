"""A list of subscriptions (OPML 2.0, http://opml.org/spec2.opml) -> its feeds and their folders, as it names them.

What becomes of them is for others. Lists of other programs differ: folders are outlines in outlines or a `category`,
names stand in `title` or `text`, and some outlines are no feeds.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml import etree

from aggregator.errors import ParseError
from aggregator.plaintext import clean_text

MAX_BYTES = 10_000_000  # 5,000 feeds take 2 MB
_MAX_DEPTH = 50
_MAX_ATTRIBUTES = 200  # of one outline: lxml's time grows with their square
_TOO_DEEP = f"has outlines more than {_MAX_DEPTH} deep in each other, so it can be no list of feeds"
_FEED_SCHEME = re.compile(r"feed:(?=https?:|//)", re.IGNORECASE)  # "feed://paper.example/rss", as of old
_DECLARATION = re.compile(rb"<!(?:ENTITY|DOCTYPE[^>]*\[)", re.IGNORECASE)
_OTHERS = (  # how what people take for a list begins, what it is, and the cure
    (rb"\Z", "is empty; export the subscriptions again"),
    (rb"\x1f\x8b|PK\x03\x04|BZh|\xfd7zXZ", "is compressed; unpack it, and give the OPML file in it"),
    (rb"(?i:<!doctype html|<html)", "is an HTML page, no OPML; export the subscriptions as OPML"),
    (rb"[\[{]", "is JSON, no OPML; export the subscriptions as OPML"),
)


@dataclass(frozen=True)
class Subscription:
    """One feed of a list.

    Attributes:
        folders: the names of those that it stands in; where they stand in each other all of them, the outermost first.
        kind: what its list says that it is, in small letters: "rss", "html+xpath".
        is_off: its list keeps it without reading it.
    """

    url: str
    title: str = ""
    site: str = ""
    language: str = ""
    folders: tuple[str, ...] = ()
    is_off: bool = False
    kind: str = ""
    description: str = ""


def parse_opml(body: bytes) -> list[Subscription]:
    """Read a list, in its order; a feed that stands in several folders comes once.

    Raises:
        ParseError: it is no OPML, has no feeds, is too large, or declares entities, which a list never needs.
    """
    if len(body) > MAX_BYTES:
        raise ParseError(f"is larger than {MAX_BYTES // 10**6} MB, so it can be no list of feeds")
    for beginning, problem in _OTHERS:
        if re.match(beginning, body.removeprefix(codecs.BOM_UTF8).lstrip()):
            raise ParseError(problem)
    if _DECLARATION.search(body.replace(b"\0", b"")):  # in UTF-16, too
        raise ParseError("declares entities, which lists of feeds never need and attacks do; remove its DOCTYPE")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        line, _ = error.position
        if "depth" in str(error.msg):
            raise ParseError(_TOO_DEEP) from error
        problem = clean_text(str(error.msg)).partition(", line ")[0]
        raise ParseError(f"is not well-formed XML (line {line}: {problem}); export it again") from error
    if etree.QName(root).localname.lower() != "opml":
        raise ParseError(
            f"is no OPML: it begins with <{etree.QName(root).localname}>; export the subscriptions as OPML"
        )
    found: dict[str, Subscription] = {}
    for one in _walk(root, (), 0):
        known = found.get(one.url)
        folders = (
            (*known.folders, *(name for name in one.folders if name not in known.folders)) if known else one.folders
        )
        found[one.url] = replace(known or one, folders=folders)
    if not found:
        raise ParseError("has no feeds in it; export the subscriptions again, as OPML")
    return list(found.values())


def _walk(element: "etree._Element", folders: tuple[str, ...], depth: int) -> Iterator[Subscription]:
    if depth > _MAX_DEPTH:
        raise ParseError(_TOO_DEEP)
    for child in element:
        if not isinstance(child.tag, str):
            continue
        name = etree.QName(child).localname.lower()
        if name == "body":
            yield from _walk(child, folders, depth)
        elif name == "outline":
            if len(child.attrib) > _MAX_ATTRIBUTES:
                raise ParseError(
                    f"has an outline of more than {_MAX_ATTRIBUTES} attributes, so it can be no list of feeds"
                )
            said = {str(key).lower(): clean_text(str(value)) for key, value in child.attrib.items()}
            title = said.get("title") or said.get("text", "")
            if url := _FEED_SCHEME.sub("", said.get("xmlurl", "")):
                yield Subscription(
                    f"http:{url}" if url.startswith("//") else url,
                    title,
                    said.get("htmlurl", ""),
                    said.get("language", "").replace("_", "-"),
                    _folders(folders, said),
                    said.get("iscomment", "").lower() == "true",
                    said.get("type", "").lower(),
                    said.get("description", ""),
                )
            is_folder = title and not url
            yield from _walk(child, (*folders, title) if is_folder else folders, depth + 1)


def _folders(folders: tuple[str, ...], said: dict[str, str]) -> tuple[str, ...]:
    """Return the folders that a feed stands in, and those that its `category` names, as "/News/Bolivia,/Water"."""
    named = [name.strip() for name in re.split("[,/]", said.get("category", ""))]
    return tuple(dict.fromkeys(name for name in (*folders, *named) if name))
