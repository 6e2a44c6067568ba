"""`aggregator check`: is sources.toml right? Needs neither database nor network."""

import json

from aggregator.cli.options import JsonOption, QuietOption, SourcesOption, say, settings_from
from aggregator.errors import ConfigError


def check(sources: SourcesOption = None, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Check the sources file: every error with line, key and cure."""
    from aggregator.sources import load_sources

    path = settings_from(sources=sources).sources
    try:
        checked = load_sources(path)
    except ConfigError as error:
        if as_json:
            print(json.dumps({"ok": False, "errors": error.problems, "warnings": []}, ensure_ascii=False, indent=2))
        raise
    config = checked.config
    if as_json:
        counts = {"sources": len(config.sources), "topics": len(config.topics)}
        result = {"ok": True, "errors": [], "warnings": checked.warnings, **counts}
        print(json.dumps(result, ensure_ascii=False, indent=2))
        return
    for warning in checked.warnings:
        say(warning)
    if not quiet:
        print(f"{path}: {len(config.sources)} sources, {len(config.topics)} topics, no errors")
