"""What is wrong with the overrides of a sources file: values that do not fit their action, contradictions.

Works on whatever could be read of them; how and where it is said is for `sources_problems`.
"""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any

from aggregator.plaintext import clean_text
from aggregator.sources_values import check_reference
from aggregator.toml_lines import Path as KeyPath
from aggregator.urls import reference_key

# What the value of an override names, by its action; "" where there is none.
_VALUES = {
    "same": "article",
    "different": "article",
    "story": "article",
    "origin": "source",
    "retitle": "title",
    "add-topic": "topic",
    "drop-topic": "topic",
    "hide": "",
    "pin": "",
}
_VALUE_NAMES = {
    "article": "the other article's address or id",
    "source": "a source id",
    "title": "the new title",
    "topic": "a topic id",
}

Said = list[tuple[KeyPath, str]]


def check_overrides(
    overrides: Iterable[tuple[int, dict[str, Any]]], ids: dict[str, list[str]], line_of: Callable[[KeyPath], int]
) -> tuple[Said, Said]:
    """Return what is wrong, and what is hardly meant; each with the path of the key that it is about.

    Args:
        ids: those of the sources and of the topics, by "source" and "topic".
        line_of: says on which line a path stands.
    """
    problems: Said = []
    warnings: Said = []
    said: dict[object, tuple[int, object, object]] = {}
    same: dict[str, str] = {}  # article -> one that it is the same as
    apart: list[tuple[int, str, str]] = []
    for index, override in overrides:
        action, match, value = override.get("action"), override.get("match"), override.get("value", "")
        path: KeyPath = ("override", index)
        if not isinstance(action, str) or action not in _VALUES or not isinstance(value, str):
            continue
        problems += _check_value(path, override, value, ids)
        if not isinstance(match, str):
            continue
        one, other = reference_key(match), reference_key(value)
        about, says = _claim(action, one, other, value)
        first, before, its_action = said.setdefault(about, (index, says, action))
        line = line_of(("override", first, "match")) if first != index else 0
        if before != says:
            problems.append(((*path, "action"), f"it says something else than the override of line {line}; keep one"))
        elif line and its_action == action:
            warnings.append((path, f"it says the same as the override of line {line}; keep one"))
        if action == "same" and _root(same, one) != _root(same, other):
            same[_root(same, one)] = _root(same, other)
        elif action in ("different", "story") and one != other:
            apart.append((index, one, other))
    for index, one, other in apart:
        # Said of the two themselves it has been found already.
        if _root(same, one) == _root(same, other) and said[frozenset((one, other))][1] == "different":
            why = "other overrides make them the same article, by way of a third; take one of them out"
            problems.append((("override", index, "action"), f"it says that two articles are two, and {why}"))
    return problems, warnings


def _root(same: dict[str, str], article: str) -> str:
    while article in same:
        article = same[article]
    return article


def _claim(action: str, one: str, other: str, value: str) -> tuple[object, object]:
    """Return what an override is about and what it says of it: one thing must not be said in two ways."""
    if action in ("same", "different", "story"):
        # Articles on one event are two: that may be said beside "different", not beside "same".
        return frozenset((one, other)), "different" if action == "story" else action
    if action in ("hide", "pin"):
        return ("shown", one), action
    if action in ("add-topic", "drop-topic"):
        return ("topic", one, value), action
    return (action, one), value


def _check_value(path: KeyPath, override: dict[str, Any], value: str, ids: dict[str, list[str]]) -> Said:
    action = override["action"]
    kind = _VALUES[action]
    at = (*path, "value")
    if not kind:
        return [(at, f'value means nothing with action = "{action}"; remove it')] if value else []
    if not clean_text(value):
        where = at if "value" in override else path
        return [(where, f'value is missing; action = "{action}" needs {_VALUE_NAMES[kind]}: add value = "..."')]
    if kind in ids and value not in ids[kind]:
        near = get_close_matches(value, ids[kind], n=1)
        cure = f'did you mean "{near[0]}"?' if near else f"add a [[{kind}]] with this id"
        return [(at, f'value: there is no {kind} "{value}"; {cure}')]
    if kind == "article":
        try:
            check_reference(value)
        except ValueError as error:
            return [(at, f'value = "{value}" {error}')]
        match = override.get("match")
        if isinstance(match, str) and reference_key(value) == reference_key(match):
            return [(at, "value is match itself; name the other article")]
    return []
