"""`aggregator check`: is sources.toml right? Needs neither database nor network, unless asked to look at the partners.

Where there is a database, it also says of which sources that are not in the file any more articles are kept.
"""

import asyncio
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli.asking import open_tools
from aggregator.cli.options import (
    SOME_FAILED,
    DatabaseOption,
    JsonOption,
    QuietOption,
    SourcesOption,
    say,
    settings_from,
)
from aggregator.errors import AggregatorError, ConfigError, StoreError
from aggregator.plaintext import clean_text

if TYPE_CHECKING:
    from aggregator.models import Config, Source
    from aggregator.settings import Settings
    from aggregator.work.introduce import Look


def check(
    sources: SourcesOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    online: Annotated[
        bool, typer.Option("--online", help="Also poll each source once, politely; nothing is kept.")
    ] = False,
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
        counts: dict[str, Any] = {"sources": len(config.sources), "topics": len(config.ruled_topics)}
        counts |= {"searches": len(config.searches)} if config.searches else {}
        looks = asyncio.run(_look_at_all(settings, config, lambda _: None)) if online else None
        result = {"ok": True, "errors": [], "warnings": warnings, **counts} | ({"online": looks} if online else {})
        print(json.dumps(result, ensure_ascii=False, indent=2))
        _fail_for(looks)
        return
    for warning in warnings:
        say(warning)
    if not quiet:
        searches = f", {len(config.searches)} searches" if config.searches else ""
        counted = f"{len(config.sources)} sources, {len(config.ruled_topics)} topics{searches}"
        print(f"{path}: {counted}, no errors", flush=True)
    if online:
        _fail_for(asyncio.run(_look_at_all(settings, config, lambda look: print(_line(look), flush=True))))


async def _look_at_all(
    settings: "Settings", config: "Config", report: Callable[[dict[str, Any]], None]
) -> list[dict[str, Any]]:
    """Ask every source that is polled for its feed and one page; what is wrong with one is in its outcome."""
    from aggregator.service import system_clock
    from aggregator.work.introduce import look_at_source

    async with open_tools(settings, config, settings.workers) as tools:

        async def look_at(source: "Source") -> dict[str, Any]:
            try:
                look = await look_at_source(
                    source, client=tools.client, robots=tools.robots, pool=tools.pool, clock=system_clock
                )
                found = _facts(source, look)
            except AggregatorError as error:
                found = {"source": source.id, "ok": False, "error": str(error)}
            report(found)
            return found

        polled = [source for source in config.sources if source.feed and source.enabled]
        return list(await asyncio.gather(*map(look_at, polled)))


def _facts(source: "Source", look: "Look") -> dict[str, Any]:
    page = look.page
    return {
        "source": source.id,
        "ok": bool(look.feed.entries),
        "feed": look.url,
        "moved_to": look.moved_to,
        "format": look.feed.format,
        "entries": len(look.feed.entries),
        "remark": look.feed.remark,
        "whole": look.whole,
        "language": look.feed.language or next((one.article.language for one in look.shown), ""),
        "validators": list(look.validators),
        "page": page.url if page else "",
        "page_error": page.why if page else "",
        "licence": page.article.licence if page else "",
        "restrictions": list(page.article.restrictions) if page else [],
    }


def _line(look: dict[str, Any]) -> str:
    if "error" in look:
        return f"{look['source']}: {clean_text(look['error'])}"
    whole = "all whole" if look["whole"] == look["entries"] else f"{look['whole']} whole"
    facts = [
        f"{look['format'] or 'feed'}, {look['entries']} entries, {whole}" if look["entries"] else "no entries",
        look["language"],
        " and ".join(look["validators"]) or "no validators, so every poll brings all of it",
        look["remark"],
        f"moved for good to {look['moved_to']}" if look["moved_to"] else "",
        f"page: {look['page_error']}" if look["page_error"] else "",
        f"licence {look['licence']}" if look["licence"] else "",
        f"asks of robots: {', '.join(look['restrictions'])}" if look["restrictions"] else "",
    ]
    return clean_text(f"{look['source']}: {'; '.join(filter(None, facts))}")


def _fail_for(looks: list[dict[str, Any]] | None) -> None:
    if looks and not all(look["ok"] for look in looks):
        raise typer.Exit(SOME_FAILED)


def _orphans(settings: "Settings", config: "Config") -> list[str]:
    """Warn of sources that are not in the file any more, of which articles are kept."""
    from aggregator.store.kept import copies_by_source

    try:
        kept = copies_by_source(settings.database)
    except (ConfigError, StoreError):  # whatever is wrong with it, this command is about the file
        return []
    known = {source.id for source in config.sources}
    return [
        f'warning: {settings.sources}: source "{source}" is not there any more, and {count} of its articles are kept; '
        "without an agreement an excerpt of them is shown; to keep it, write the source again with enabled = false"
        for source, count in sorted(kept.items())
        if source not in known and count
    ]
