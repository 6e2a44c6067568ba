"""A site file of Full-Text RSS (https://help.fivefilters.org/full-text-rss/site-patterns.html) -> keys of
`[source.extract]`.

Such a file has a directive a line, in XPath. Several of one name are tried in turn there; here only the first is taken.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aggregator.extract.siterules import check_selector

_DIRECTIVE = re.compile(r"([a-z_]+)(?:\(.*?\))?\s*:\s*(.*)")
# What says nothing of where things stand, or what this program does anyway.
_NEEDLESS = frozenset(("autodetect_on_failure", "parser", "prune", "skip_json_ld", "test_contains", "test_url", "tidy"))
_ONE = ("title", "body", "author", "date")


@dataclass
class SiteRules:
    """What a site file gives.

    Attributes:
        keys: of `[source.extract]`, with their values.
        left_out: lines that have no counterpart or cannot be read, each with why.
    """

    keys: dict[str, Any] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


def read_site_file(text: str) -> SiteRules:
    """Read a site file; lines that cannot be used are named, and the others count."""
    rules = SiteRules()
    strips: list[str] = []
    for line in map(str.strip, text.splitlines()):
        if not line or line.startswith("#"):
            continue
        directive = _DIRECTIVE.fullmatch(line)
        name, value = directive.groups() if directive else ("", "")
        if name in _NEEDLESS:
            continue
        if name not in _ONE and name not in _STRIPS:
            rules.left_out[line] = "there is nothing like it here" if directive else "is no directive"
            continue
        selector = _STRIPS[name](value) if name in _STRIPS else _as_nodes(value)
        try:
            check_selector(selector)
        except ValueError as error:
            rules.left_out[line] = str(error)
            continue
        if name in _STRIPS:
            strips.append(selector)
        elif rules.keys.setdefault(name, selector) != selector:
            rules.left_out[line] = "only one is tried here; take it in place of the first if that one finds nothing"
    if strips:
        rules.keys["strip"] = list(dict.fromkeys(strips))
    return rules


def _as_nodes(value: str) -> str:
    """Return the elements behind an expression that gives text or an attribute: these rules take elements."""
    inner = re.fullmatch(r"(?:normalize-space|string|concat)\((.+)\)", value)
    value = inner[1].split(",")[0] if inner else value
    return re.sub(r"/(?:@[\w:-]+|text\(\))$", "", value)


def _quoted(value: str) -> str:
    value = value.strip("'\" ")
    return f'"{value}"' if "'" in value else f"'{value}'"


_STRIPS: dict[str, Callable[[str], str]] = {
    "strip": lambda value: value,
    "strip_id_or_class": lambda value: f"//*[contains(@class, {_quoted(value)}) or contains(@id, {_quoted(value)})]",
    "strip_image_src": lambda value: f"//img[contains(@src, {_quoted(value)})]",
}
