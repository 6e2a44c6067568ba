"""`aggregator redecide`: decide all that is stored again, after the rules of sameness have changed."""

import asyncio
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli.options import (
    DatabaseOption,
    JsonOption,
    OutputOption,
    QuietOption,
    SourcesOption,
    hold_store,
    load_config,
    read_store,
    settings_from,
)

if TYPE_CHECKING:
    from aggregator.models import Config
    from aggregator.settings import Settings
    from aggregator.work.redecide import Change

_TITLE = 60  # characters


def redecide(
    sources: SourcesOption = None,
    database: DatabaseOption = None,
    output: OutputOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; change nothing.")] = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Decide anew which stored copies are one article, in the order in which they came, and write the feeds.

    For after an upgrade that changed how copies are compared. No service may be running, except with --dry-run. Which
    newsroom wrote an article is decided again with every build and is not listed here.
    """
    from aggregator.service import system_clock
    from aggregator.work.redecide import plan_changes

    settings = settings_from(sources=sources, database=database, output=output)
    config = load_config(settings)
    if dry_run:
        with read_store(settings) as connection:
            changes = plan_changes(connection, config, system_clock())
    else:
        with hold_store(settings, "aggregator redecide", may_be_new=False) as store:
            changes = asyncio.run(_redecide(settings, config, store))
    if as_json:
        print(json.dumps({"changes": [_as_json(change) for change in changes]}, ensure_ascii=False, indent=2))
    elif not quiet:
        for change in changes:
            print(_describe(change))
        print(f"{len(changes)} {'change' if len(changes) == 1 else 'changes'}{' would be made' if dry_run else ''}")


async def _redecide(settings: "Settings", config: "Config", store: Any) -> "list[Change]":
    from aggregator.service import open_service
    from aggregator.work.redecide import redecide

    async with open_service(settings, config, store) as service:
        changes = await redecide(config, store, service.clock())
        await service.build()
        return changes


def _describe(change: "Change") -> str:
    said = "one article" if change.kind == "merge" else "different articles"
    lines = [f"{said}:"]
    for part in change.parts:
        for copy in part:
            title = copy.title if len(copy.title) <= _TITLE else copy.title[: _TITLE - 1] + "…"
            lines.append(f"  {'-' if copy is part[0] else ' '} {title} ({copy.source}) {copy.url}")
    return "\n".join(lines)


def _as_json(change: "Change") -> dict[str, Any]:
    parts = [[{"source": copy.source, "title": copy.title, "url": copy.url} for copy in part] for part in change.parts]
    return {"kind": change.kind, "parts": parts}
