"""`aggregator log`: who decided what and when."""

import json
import re
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from aggregator.cli.options import DatabaseOption, JsonOption, read_store, settings_from
from aggregator.errors import ConfigError
from aggregator.plaintext import clean_text

_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def log(
    name: Annotated[
        str, typer.Argument(metavar="[URL|ID]", help="Address of any copy of an article, or an item's id; all items.")
    ] = "",
    source: Annotated[str, typer.Option("--source", metavar="ID", help="Items of this source only.")] = "",
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help='A date ("2026-11-22", in UTC) or how long ago ("2d", "6h").')
    ] = "",
    last: Annotated[int, typer.Option("--last", metavar="N", min=1, help="So many lines at most, the latest.")] = 100,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Also what is noted about most items: origin, what it was kept apart from."),
    ] = False,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who decided what and when, the newest last: editors by name, the program, and sources.toml ("editor").

    With an item's address or id, everything about it.
    """
    from aggregator.reports.log import find_decided, read_log

    since_at = _instant(since) if since else None
    with read_store(settings_from(database=database)) as connection:
        items = None
        if name and not (items := find_decided(connection, name) or find_decided(connection, f"https://{name}")):
            raise ConfigError(f'"{name}": no item has this address or id')
        lines = read_log(
            connection, last, items=items, source=source, since=since_at, chatter=everything or items is not None
        )
    if as_json:
        shown = [asdict(line) for line in lines]
        print(json.dumps({"log": shown}, default=datetime.isoformat, ensure_ascii=False, indent=2))
        return
    for line in lines:
        about = f" {clean_text(line.title)} ({line.id})" if line.id and items is None else ""
        says = f": {clean_text(line.says)}" if line.says else ""
        print(f"{line.at:%Y-%m-%d %H:%M:%S}Z {line.kind} by {line.by}{about}{says}")
    if not lines:
        print("nothing was decided")


def _instant(text: str) -> datetime:
    """Read `--since`. Raises ConfigError."""
    if match := re.fullmatch(r"([0-9]{1,5})([dhm])", text):
        return datetime.now(UTC) - timedelta(**{_UNITS[match[2]]: int(match[1])})
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f'--since "{text}" is no time; write a date ("2026-11-22") or how long ago ("2d")') from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
