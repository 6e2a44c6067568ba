"""`aggregator check`: is sources.toml right? Needs neither database nor network.

Where there is a database, it also says of which sources that are not in the file any more articles are kept.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.cli.options import (
    DatabaseOption,
    JsonOption,
    QuietOption,
    SourcesOption,
    open_store,
    say,
    settings_from,
)
from aggregator.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from aggregator.models import Config
    from aggregator.settings import Settings


def check(
    sources: SourcesOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Check the sources file: every error with line, key and cure."""
    from aggregator.sources import load_sources

    settings = settings_from(sources=sources, database=database)
    path = settings.sources
    try:
        checked = load_sources(path)
    except ConfigError as error:
        if as_json:
            print(json.dumps({"ok": False, "errors": error.problems, "warnings": []}, ensure_ascii=False, indent=2))
        raise
    config = checked.config
    warnings = [*checked.warnings, *_orphans(settings, config)]
    if as_json:
        counts = {"sources": len(config.sources), "topics": len(config.topics)}
        result = {"ok": True, "errors": [], "warnings": warnings, **counts}
        print(json.dumps(result, ensure_ascii=False, indent=2))
        return
    for warning in warnings:
        say(warning)
    if not quiet:
        print(f"{path}: {len(config.sources)} sources, {len(config.topics)} topics, no errors")


def _orphans(settings: "Settings", config: "Config") -> list[str]:
    """Warn of sources that are not in the file any more, of which articles are kept."""
    if (
        not settings.database.startswith("sqlite:///")
        or not Path(settings.database.removeprefix("sqlite:///")).exists()
    ):
        return []
    from aggregator.store import outputs

    try:
        with open_store(settings) as store:
            store.require_current()
            with store.snapshot() as session:
                kept = outputs.copies_by_source(session)
    except StoreError:  # whatever is wrong with it, this command is about the file
        return []
    known = {source.id for source in config.sources}
    return [
        f'warning: {settings.sources}: source "{source}" is not there any more, and {count} of its articles are kept; '
        "without an agreement an excerpt of them is shown; to keep it, write the source again with enabled = false"
        for source, count in sorted(kept.items())
        if source not in known and count
    ]
