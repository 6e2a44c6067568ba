"""A list of subscriptions (OPML 2.0, http://opml.org/spec2.opml) -> its feeds and their folders, as it names them.

What becomes of them is for others. Lists of other programs differ: folders are outlines in outlines or a `category`,
names stand in `title` or `text`, and some outlines are no feeds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml import etree

from aggregator.errors import ParseError
from aggregator.plaintext import clean_text

_MAX_BYTES = 10_000_000  # 5,000 feeds take 2 MB
_MAX_DEPTH = 50
_DECLARATION = re.compile(rb"<!(?:ENTITY|DOCTYPE[^>]*\[)", re.IGNORECASE)


@dataclass(frozen=True)
class Subscription:
    """One feed of a list.

    Attributes:
        folders: the names of those that it stands in, the nearest only where they stand in each other.
        is_off: its list keeps it without reading it.
    """

    url: str
    title: str = ""
    site: str = ""
    language: str = ""
    folders: tuple[str, ...] = ()
    is_off: bool = False


def parse_opml(body: bytes) -> list[Subscription]:
    """Read a list, in its order; a feed that stands in several folders comes once.

    Raises:
        ParseError: it is no OPML, is too large, or declares entities, which a list never needs.
    """
    if len(body) > _MAX_BYTES:
        raise ParseError(f"is larger than {_MAX_BYTES // 10**6} MB, so it can be no list of feeds")
    if _DECLARATION.search(body):
        raise ParseError("declares entities, which lists of feeds never need and attacks do; remove its DOCTYPE")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        line, _ = error.position
        raise ParseError(f"is not well-formed XML (line {line}: {error.msg}); export it again") from error
    if etree.QName(root).localname.lower() != "opml":
        raise ParseError(
            f"is no OPML: it begins with <{etree.QName(root).localname}>; export the subscriptions as OPML"
        )
    found: dict[str, Subscription] = {}
    for one in _walk(root, "", 0):
        known = found.get(one.url)
        folders = (
            (*known.folders, *(name for name in one.folders if name not in known.folders)) if known else one.folders
        )
        found[one.url] = replace(known or one, folders=folders)
    return list(found.values())


def _walk(element: "etree._Element", folder: str, depth: int) -> Iterator[Subscription]:
    if depth > _MAX_DEPTH:
        raise ParseError(f"has outlines more than {_MAX_DEPTH} deep in each other, so it can be no list of feeds")
    for child in element:
        if not isinstance(child.tag, str):
            continue
        name = etree.QName(child).localname.lower()
        if name == "body":
            yield from _walk(child, folder, depth)
        elif name == "outline":
            said = {str(key).lower(): clean_text(str(value)) for key, value in child.attrib.items()}
            title = said.get("title") or said.get("text", "")
            if url := said.get("xmlurl", ""):
                yield Subscription(
                    url, title, said.get("htmlurl", ""), said.get("language", ""), _folders(folder, said),
                    said.get("iscomment", "").lower() == "true",
                )  # fmt: skip
            yield from _walk(child, folder if url else title or folder, depth + 1)


def _folders(folder: str, said: dict[str, str]) -> tuple[str, ...]:
    """Return the folder that a feed stands in, and those that its `category` names, as "/News/Bolivia,/Water"."""
    named = [path.strip().strip("/").rpartition("/")[2].strip() for path in said.get("category", "").split(",")]
    return tuple(dict.fromkeys(name for name in (folder, *named) if name))
