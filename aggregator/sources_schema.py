"""The shape of sources.toml as a JSON Schema, for the language servers of editors.

It says of each key alone what `sources_shape` checks, as far as a schema can; `aggregator check` has the last word.
"""

import json
from datetime import timedelta
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from aggregator.sources_shape import FileTable
from aggregator.sources_values import in_units


def sources_schema() -> dict[str, Any]:
    """Return the schema of the whole file."""
    schema = FileTable.model_json_schema(schema_generator=_Generator)
    for table in (schema, *schema["$defs"].values()):
        table.pop("title")  # the name of a class
    return {"$schema": _Generator.schema_dialect, "title": "sources.toml"} | schema


def in_json(schema: dict[str, Any]) -> str:
    """Write a schema as a file holds it."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def tables_of(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Map the name of each table, as headers have it, to its schema: "" for the top of the file, `source.rights`."""
    found: dict[str, dict[str, Any]] = {}

    def gather(name: str, table: dict[str, Any]) -> None:
        found[name] = table
        for key, value in table["properties"].items():
            if inner := inner_table(value):
                gather(f"{name}.{key}".lstrip("."), schema["$defs"][inner])

    gather("", schema)
    return found


def inner_table(value: dict[str, Any]) -> str:
    """Return the name of the table, or of each table of the list, that is the value of a key; "" for no table."""
    reference: str = value.get("$ref") or value.get("items", {}).get("$ref", "")
    return reference.rpartition("/")[2]


def written_length(length: timedelta) -> str:
    """Write a duration as people say it: "24h", not "1d"."""
    hours, rest = divmod(length, timedelta(hours=1))
    return in_units(length).strip('"') if rest or hours > 48 else f"{hours}h"


class _Generator(GenerateJsonSchema):
    # What taplo understands, on which most editors' TOML support rests.
    schema_dialect = "http://json-schema.org/draft-07/schema#"

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        # TOML knows no null: what is None here is a key that is left out.
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default", ...) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def encode_default(self, dft: Any) -> Any:
        return written_length(dft) if isinstance(dft, timedelta) else super().encode_default(dft)
