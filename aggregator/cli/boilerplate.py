"""`aggregator boilerplate SOURCE`: what a source repeats, and so was taken out of its articles."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from aggregator.cli.options import (
    DatabaseOption,
    JsonOption,
    SourcesOption,
    check_names,
    load_config,
    read_store,
    settings_from,
)

_SHOWN = 100  # characters of a line


def boilerplate(
    name: Annotated[str, typer.Argument(metavar="SOURCE", help="Id of a source.")],
    sources: SourcesOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what was taken out of a source's articles because it repeats, and why."""
    from aggregator.reports.boilerplate import gather_removals

    settings = settings_from(sources=sources, database=database)
    config = load_config(settings)
    check_names("source", [name], [source.id for source in config.sources])
    with read_store(settings) as connection:
        removals = gather_removals(connection, name)
    if as_json:
        print(json.dumps({"removed": [asdict(removal) for removal in removals]}, ensure_ascii=False, indent=2))
        return
    for removal in removals:
        text = " ".join(removal.text.split())
        print(f"{removal.articles:5} {text[:_SHOWN] + ('…' if len(text) > _SHOWN else '')}  ({removal.why})")
    if not removals:
        print(f"{name}: nothing was taken out")
