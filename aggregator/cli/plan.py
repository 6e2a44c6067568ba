"""`aggregator plan [OLD] [NEW]`: what a changed sources file would do to every topic, before it is in force."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli.options import (
    CHANGES,
    DatabaseOption,
    JsonOption,
    SourcesOption,
    require,
    say,
    settings_from,
)
from aggregator.errors import ConfigError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from aggregator.models import Config
    from aggregator.settings import Settings
    from aggregator.work.plan import Plan

_MOST = 10  # articles listed of each topic
_IN_FORCE = "the sources file in force"
_CURE = "name the old file: aggregator plan OLD NEW"


def plan(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[OLD] [NEW]",
            help="Sources files; unless named, the one in force in the store and the working file (--sources).",
        ),
    ] = None,
    sources: SourcesOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print Markdown, as for a comment on a pull request.")
    ] = False,
    show_all: Annotated[bool, typer.Option("--all", help="List every article, however many there are.")] = False,
) -> None:
    """Say for every topic what would enter and leave its feed, and of which articles readers would see less or more.

    Exit 3 when something changes. Writes nothing; may be used beside a running service, and on a backup (--database).
    """
    if names and len(names) > 2:
        raise ConfigError(f"two sources files are compared, OLD and NEW; {len(names)} are named")
    if as_json and as_markdown:
        raise ConfigError("--json and --markdown: choose one of them")
    settings = settings_from(sources=sources, database=database)
    old_file = Path(names[0]) if names else None
    new_file = Path(names[1]) if names and len(names) > 1 else settings.sources
    new, old = _load(new_file, old_file)
    found = _rehearse(settings, old, new)
    if as_json:
        print(json.dumps(_as_json(found), ensure_ascii=False, indent=2))
    else:
        from aggregator.reports import plan as words

        lines = words.as_markdown if as_markdown else words.as_text
        print("\n".join(lines(found, None if show_all else _MOST)))
    for remark in found.unforeseen:
        say(f"not in this plan: {remark}")
    if not found.is_empty:
        raise typer.Exit(CHANGES)


def _load(new: Path, old: Path | None) -> "tuple[Config, Config | None]":
    """Read both files. Raises ConfigError with the mistakes of both."""
    from aggregator.sources import load_sources

    problems: list[str] = []
    configs: list[Config] = []
    for path in (new, old) if old else (new,):
        try:
            configs.append(load_sources(path).config)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(*problems)
    return configs[0], configs[1] if old else None


def _rehearse(settings: "Settings", old: "Config | None", new: "Config") -> "Plan":
    from aggregator.store.rehearsal import Rehearsal
    from aggregator.work.plan import make_plan

    with Rehearsal(settings.database) as store:
        require(store)
        store.require_current()
        with store.opened() as connection:
            accepted = _in_force(connection, old)
            old = old or _stored(connection)
            return asyncio.run(make_plan(accepted, old, new, store, datetime.now(UTC)))


def _in_force(connection: "Connection", old: "Config | None") -> "Config | None":
    """Return the configuration by which the store is sorted; None where that cannot be told."""
    from aggregator.store import outputs

    known = outputs.accepted_config(connection)
    if old and known and old.hash == known[0]:
        return old
    try:
        stored = _stored(connection)
    except ConfigError:
        return None
    return stored if known and stored.hash == known[0] else None


def _stored(connection: "Connection") -> "Config":
    """Read the sources file that the store keeps. Raises ConfigError where there is none that this program reads."""
    from aggregator.sources import check_sources
    from aggregator.store import outputs

    text = outputs.accepted_text(connection)
    if not text:
        raise ConfigError(f"the store does not hold {_IN_FORCE} (yet); {_CURE}")
    try:
        return check_sources(text, _IN_FORCE).config
    except ConfigError as error:
        raise ConfigError(
            *error.problems, f"{_IN_FORCE} was read by another version of this program; {_CURE}"
        ) from None


def _as_json(plan: "Plan") -> dict[str, Any]:
    moves = {one.id: one for one in plan.topics}
    return {
        "topics": {
            topic: {
                "enter": [item.id for item in moves[topic].enter] if topic in moves else [],
                "leave": [item.id for item in moves[topic].leave] if topic in moves else [],
            }
            for topic in plan.compared
        },
        "rights": {
            "shortened": [one.new.id for one in plan.shortened],
            "widened": [one.new.id for one in plan.widened],
        },
    }
