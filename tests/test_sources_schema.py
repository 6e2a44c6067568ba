"""The JSON Schema of sources.toml says what the program accepts: never less, and no more than a schema can help."""

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from aggregator.cli.schema import schema
from aggregator.errors import ConfigError
from aggregator.sources import check_sources
from aggregator.sources_schema import sources_schema, tables_of
from tests.test_docs import whole_files
from tests.test_sources import CHANGES, GOOD
from tests.test_sources_problems import EDITS, WRONG, Wrong

SCHEMA = sources_schema()
OWN = (Path(__file__).parents[1] / "sources.toml").read_text(encoding="utf-8")
KINDS = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}
KNOWN = {
    "$ref", "$defs", "$schema", "title", "description", "default", "examples", "type", "enum", "pattern", "minimum",
    "maximum", "minLength", "maxLength", "minItems", "items", "properties", "required", "additionalProperties",
    "propertyNames", "not", "if", "then", "else", "allOf",
}  # fmt: skip


def fits(value: Any, rule: Any) -> bool:
    """Judge a value as editors' programs do (JSON Schema draft 7, as far as ours uses it)."""
    if isinstance(rule, bool):
        return rule
    assert rule.keys() <= KNOWN
    if reference := rule.get("$ref"):
        return fits(value, SCHEMA["$defs"][reference.removeprefix("#/$defs/")])
    kind = rule.get("type")
    if kind and not (isinstance(value, KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))):
        return False
    if "enum" in rule and not any(value == choice and type(value) is type(choice) for choice in rule["enum"]):
        return False
    if "if" in rule and not fits(value, rule["then" if fits(value, rule["if"]) else "else"]):
        return False
    if not all(fits(value, one) for one in rule.get("allOf", [])):
        return False
    return not ("not" in rule and fits(value, rule["not"])) and all(_fits_inside(value, rule))


def _fits_inside(value: Any, rule: dict[str, Any]) -> Iterator[bool]:
    if isinstance(value, str):
        yield bool(re.search(rule.get("pattern", ""), value))
        yield rule.get("minLength", 0) <= len(value) <= rule.get("maxLength", 10**9)
    elif isinstance(value, list):
        yield len(value) >= rule.get("minItems", 0)
        yield from (fits(one, rule.get("items", True)) for one in value)
    elif isinstance(value, dict):
        yield set(rule.get("required", [])) <= value.keys()
        for key, inner in value.items():
            yield fits(key, rule.get("propertyNames", True))
            others = rule.get("additionalProperties", True)
            yield fits(inner, rule.get("properties", {}).get(key, others))
    elif isinstance(value, int):
        yield rule.get("minimum", value) <= value <= rule.get("maximum", value)


def in_json(value: Any) -> Any:
    """Return TOML's value as language servers see it: days and times are texts."""
    if isinstance(value, dict):
        return {key: in_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [in_json(inner) for inner in value]
    return value.isoformat() if isinstance(value, date | datetime | time) else value


@pytest.mark.parametrize("text", [OWN, GOOD, *whole_files(), *(GOOD.replace(*change, 1) for change in CHANGES)])
def test_a_good_file_fits(text: str) -> None:
    assert fits(in_json(tomllib.loads(text)), SCHEMA)


@given(EDITS)
def test_what_the_program_takes_fits(edits: list[tuple[int, int, str]]) -> None:
    text = GOOD
    for position, length, inserted in edits:
        text = text[:position] + inserted + text[position + length :]
    try:
        check_sources(text)
    except ConfigError:
        return
    assert fits(in_json(tomllib.loads(text)), SCHEMA)


def test_the_command_prints_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    schema()
    assert json.loads(capsys.readouterr().out) == SCHEMA


# What one key alone tells, as the messages have it.
SEEN = re.compile(
    r"unknown key|(?:title|name|id|feed|schema|site|match|value) is missing|is not (?:an? (?:text|list|table|duration|"
    r"id|date|whole|language|domain|web address; .*\"[^@]*\"$))|is none of|is too (?:small|large)|is neither|is empty;|"
    r"reserved|names no article|goes with kind|not known to this program"
)


def is_seen(wrong: Wrong) -> bool:
    # A day without quotes looks like a text to them, and they know no calendar.
    lines = [line for line in wrong.lines if not re.search(r'-\d\d is not a text|-\d\d" is not a date', line)]
    return "not valid TOML" not in wrong.lines[0] and any(SEEN.search(line) for line in lines)


@pytest.mark.parametrize("wrong", [wrong for wrong in WRONG if is_seen(wrong)], ids=lambda wrong: wrong.name)
def test_what_is_wrong_with_one_key_alone_does_not_fit(wrong: Wrong) -> None:
    assert not fits(in_json(tomllib.loads(wrong.text)), SCHEMA)


@pytest.mark.parametrize("table", tables_of(SCHEMA))
def test_every_key_is_explained_once_and_its_example_and_default_fit(table: str) -> None:
    for key, value in tables_of(SCHEMA)[table]["properties"].items():
        if "$ref" in value:
            assert value.keys() == {"$ref"}, key  # what stands beside a reference is not read (draft 7, 8.3)
        elif "$ref" not in value.get("items", {}):
            assert value["description"].endswith("."), key
            assert fits(value["examples"][0], value), key
            assert fits(value.get("default", value["examples"][0]), value), key
