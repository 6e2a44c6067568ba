"""The documents say what the program accepts, no more and no less, and their examples work."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from aggregator.errors import ConfigError
from aggregator.expressions.document import FIELDS, Document
from aggregator.expressions.expression import parse_expression
from aggregator.models import Config
from aggregator.settings import Settings
from aggregator.sources import check_sources
from aggregator.sources_docs import documents, rewrite_tables
from aggregator.sources_problems import _TABLES as TABLES

DOCS = Path(__file__).parents[1] / "docs"
SOURCES = (DOCS / "sources.md").read_text(encoding="utf-8")
OPERATING = (DOCS / "operating.md").read_text(encoding="utf-8")


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


@pytest.mark.parametrize(("name", "current"), sorted(documents(DOCS).items()))
def test_what_is_written_from_the_shape_of_the_file_is_current(name: str, current: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == current, f"docs/{name} is not current; run `make docs`"


def test_a_table_without_a_place_in_the_document_is_named() -> None:
    with pytest.raises(ValueError, match="no heading followed by a table of keys for: blocklist"):
        rewrite_tables(SOURCES.replace("## `[blocklist]`", "## Never"))


def test_a_table_of_keys_is_written_anew() -> None:
    assert rewrite_tables(re.sub(r"^\| `(?:title|words|match)` .*\n", "", SOURCES, flags=re.MULTILINE)) == SOURCES


@pytest.mark.parametrize("table", sections())
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
