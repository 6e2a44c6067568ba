"""docs/sources.md and docs/sources.schema.json, written from the shape of the file. `make docs` calls it.

Of sources.md only the tables of keys are; what stands around them is written by hand. A heading that names tables
(`[source.fetch]`) says which keys the table below it lists. For a new table of the file somebody writes the heading, a
sentence, and the first two lines of its table of keys.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from aggregator.sources_schema import in_json, inner_table, sources_schema, tables_of

_HEAD = "| Key | Type | Default | Meaning | Example |\n|---|---|---|---|---|\n"
_SECTION = re.compile(
    rf"^(?P<before>## (?P<heading>.*)\n(?:(?!## |\| Key ).*\n)*){re.escape(_HEAD)}(?:\|.*\n)*", re.MULTILINE
)


def rewrite_tables(text: str) -> str:
    """Return the document with its tables of keys as they should be.

    Raises:
        ValueError: a table of the file has no place in it.
    """
    tables = tables_of(sources_schema())
    placed = {"defaults"}  # has the keys of its parts only

    def rewrite(section: re.Match[str]) -> str:
        heading = section["heading"]
        names = [""] if heading == "Top of the file" else re.findall(r"`\[+([\w.]+)\]+`", heading)
        if not names:
            return section[0]
        placed.update(names)
        return section["before"] + _HEAD + "".join(map(_row, _keys(tables[names[0]])))

    rewritten = _SECTION.sub(rewrite, text)
    if missing := tables.keys() - placed:
        raise ValueError(f"no heading followed by a table of keys for: {', '.join(sorted(missing))}")
    return rewritten


def _keys(table: dict[str, Any]) -> list[tuple[str, bool, dict[str, Any]]]:
    """List the keys of a table, its sub-tables left out: name, whether it must be there, schema of its value."""
    required = table.get("required", [])
    return [(key, key in required, value) for key, value in table["properties"].items() if not inner_table(value)]


def _row(key: tuple[str, bool, dict[str, Any]]) -> str:
    name, is_required, value = key
    default = "required" if is_required else f"`{in_toml(value['default'])}`" if "default" in value else "none"
    example = f"`{name} = {in_toml(value['examples'][0])}`"
    return f"| `{name}` | {_kind(value)} | {default} | {value['description']} | {example} |\n"


def _kind(value: dict[str, Any]) -> str:
    """Say what kind of value a key takes."""
    if title := value.get("title"):
        return str(title)
    if choices := value.get("enum"):
        *most, last = [f"`{in_toml(choice)}`" for choice in choices]
        return f"{', '.join(most)} or {last}"
    if value["type"] == "array":
        return f"list of {_kind(value['items'])}{'' if 'enum' in value['items'] else 's'}"
    if value["type"] == "number":
        return f"number, {value['minimum']} to {value['maximum']}"
    if value["type"] == "boolean":
        return "`true` or `false`"
    return f"whole number, {value['minimum']} to {value['maximum']}" if "minimum" in value else "whole number"


def in_toml(value: object) -> str:
    """Write a value as it stands in the file, on one line."""
    if isinstance(value, str) and '"' in value and "'" not in value:
        return f"'{value}'"
    if isinstance(value, list):
        return f"[{', '.join(map(in_toml, value))}]"
    if isinstance(value, dict):
        pairs = ", ".join(f"{key} = {in_toml(inner)}" for key, inner in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    return json.dumps(value, ensure_ascii=False)


def documents(folder: Path) -> dict[str, str]:
    """Return, by name, the documents of a folder that are written from the shape of the file, as they should be."""
    return {
        "sources.md": rewrite_tables((folder / "sources.md").read_text(encoding="utf-8")),
        "sources.schema.json": in_json(sources_schema()),
    }


if __name__ == "__main__":
    for name, text in documents(Path(sys.argv[1])).items():
        (Path(sys.argv[1]) / name).write_text(text, encoding="utf-8")
