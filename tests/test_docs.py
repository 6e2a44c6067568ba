"""The documents say what the program accepts, no more and no less, and their examples work."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from aggregator.errors import ConfigError
from aggregator.expressions.document import FIELDS, Document
from aggregator.expressions.expression import parse_expression
from aggregator.models import Config
from aggregator.settings import Settings
from aggregator.sources import check_sources
from aggregator.sources_shape import FileTable

DOCS = Path(__file__).parents[1] / "docs"
SOURCES = (DOCS / "sources.md").read_text(encoding="utf-8")
OPERATING = (DOCS / "operating.md").read_text(encoding="utf-8")


def tables_of(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield every table of the file with its name, "" for the top: `source.rights` and its model."""
    yield path, model
    for name, field in model.model_fields.items():
        for inner in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from tables_of(inner, f"{path}.{name}".lstrip("."))


def keys_of(model: type[BaseModel]) -> dict[str, str]:
    """Map the keys of a table, its sub-tables left out, to their defaults as an editor writes them."""
    inner = {name.rpartition(".")[2] for name, _ in tables_of(model) if name}
    return {
        field.alias or name: "required" if field.is_required() else written(field.default, str(field.annotation))
        for name, field in model.model_fields.items()
        if name not in inner
    }


def written(value: Any, annotation: str) -> str:
    if value is None:
        return "none"
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        return f'`"{seconds // 3600}h"`' if seconds % 3600 == 0 else f'`"{seconds}s"`'
    if isinstance(value, str):
        return f'`"{value}"`'
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def rows_of(section: str) -> list[list[str]]:
    """Return the cells of a section's table rows, without heading rows."""
    lines = [line for line in section.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in rows if row[0].startswith("`")]


def sections() -> dict[str, list[list[str]]]:
    """Map the tables that a heading names to the rows below it."""
    found: dict[str, list[list[str]]] = {}
    for heading, body in re.findall(r"^## (.*)\n((?:(?!^## ).*\n)*)", SOURCES, re.MULTILINE):
        rows = [row for row in rows_of(body) if len(row) == 5]
        names = [""] if heading == "Top of the file" else re.findall(r"`\[+([\w.]+)\]+`", heading)
        if rows:
            found |= dict.fromkeys(names, rows)
    return found


TABLES = {name: model for name, model in tables_of(FileTable) if name != "defaults"}


def test_every_table_has_its_section() -> None:
    assert set(sections()) == set(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_the_keys_of_a_table_and_their_defaults_are_those_the_program_accepts(table: str) -> None:
    documented = {row[0].strip("`"): row[2] for row in sections()[table]}
    accepted = keys_of(TABLES[table])
    if table.endswith("rights"):
        accepted["images"] = '`"no"`'  # a word in the file, a truth value behind it
    assert documented == accepted


@pytest.mark.parametrize("table", TABLES)
def test_the_example_of_every_key_is_accepted(table: str) -> None:
    values: dict[str, Any] = {}
    for key, _, _, _, example in sections()[table]:
        value = tomllib.loads(example.strip("`"))
        assert list(value) == [key.strip("`")]
        values |= value
    if not table:
        values["site"] = {
            "title": "T",
            "base_url": "https://t.example/",
            "id_domain": "t.example",
            "id_date": "2026-11-22",
        }
    TABLES[table].model_validate(values)


def whole_files() -> list[str]:
    blocks: list[str] = re.findall(r"^```toml\n(.*?)^```", SOURCES, re.MULTILINE | re.DOTALL)
    return blocks


@pytest.mark.parametrize("block", whole_files())
def test_an_example_file_is_accepted(block: str) -> None:
    assert isinstance(check_sources(block).config, Config)


def test_the_mistakes_of_the_example_are_reported_in_these_words() -> None:
    wrong, said = re.findall(r"^```text\n(.*?)^```", SOURCES, re.MULTILINE | re.DOTALL)[:2]
    with pytest.raises(ConfigError) as caught:
        check_sources(wrong)
    assert f"{caught.value}\n" == said


def test_the_expressions_of_the_table_find_what_it_says() -> None:
    rows = [row for row in rows_of(SOURCES) if len(row) == 3 and row[1].startswith('"')]
    assert len(rows) >= 10
    for expression, finds, passes in rows:
        read = parse_expression(expression.strip("`"))
        for title in re.findall(r'"([^"]+)"', finds):
            assert read.matches(Document(title=title)), (expression, title)
        for title in re.findall(r'"([^"]+)"', passes):
            assert not read.matches(Document(title=title)), (expression, title)


def test_every_field_of_expressions_is_named() -> None:
    rows = [row for row in rows_of(SOURCES) if row[0].endswith(":`")]
    assert {row[0].strip("`:") for row in rows} == set(FIELDS)
    for row in rows:
        parse_expression(row[2].strip("`"))


def test_every_setting_is_named() -> None:
    named = {row[0].strip("`") for row in rows_of(OPERATING) if row[0].startswith("`AGGREGATOR_")}
    assert named == {f"AGGREGATOR_{field.name.upper()}" for field in fields(Settings)}


def test_every_link_between_documents_leads_somewhere() -> None:
    root = DOCS.parent
    for document in (root / "README.md", root / "CHANGELOG.md", *DOCS.glob("*.md")):
        for target in re.findall(r"(?<!!)\[[^]]+\]\((?!http)([^)#]+)\)", document.read_text(encoding="utf-8")):
            path: Path = document.parent / target
            assert path.exists(), f"{document.name} links to {target}"
