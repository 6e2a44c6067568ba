"""`aggregator status`: what is going on, and what is wrong."""

import json
import sys
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from aggregator.cli.options import DatabaseOption, JsonOption, SourcesOption, load_config, open_store, settings_from

if TYPE_CHECKING:
    from aggregator.reports.status import Status


def status(sources: SourcesOption = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Show each source's health, each topic's items, and what waits."""
    from aggregator.errors import StoreError
    from aggregator.reports.status import gather_status

    settings = settings_from(sources=sources, database=database)
    config = load_config(settings)
    with open_store(settings) as store:
        if not store.exists():
            raise StoreError(f"{store.path}: no database yet; `aggregator run` or `aggregator poll` makes it")
        store.require_current()
        with store.snapshot() as session:
            found = gather_status(session, config)
    if as_json:
        print(json.dumps(asdict(found), default=datetime.isoformat, ensure_ascii=False, indent=2))
    else:
        _show(found)


def _show(found: "Status") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else 200)
    table = Table("source", "state", "last poll", "next poll", "copies", "outcome", box=None, header_style="bold")
    colours = {"ok": "green", "failing": "red", "new": "yellow"}
    for source in found.sources:
        table.add_row(
            Text(source.id),
            Text(source.state, style=colours.get(source.state, "")),
            _minute(source.polled_at),
            _minute(source.next_poll_at),
            str(source.copies),
            Text(source.outcome),
        )
    console.print(table)
    table = Table("topic", "items", "last change", "title", box=None, header_style="bold")
    for topic in found.topics:
        table.add_row(Text(topic.id), str(topic.items), _minute(topic.changed_at), Text(topic.title))
    console.print()
    console.print(table)
    states = ", ".join(f"{count} {state}" for state, count in sorted(found.items.items())) or "none"
    print(f"\nItems: {states}. Pages waiting: {found.pages_waiting}.")
    if not found.config_accepted:
        print("The sources file has changed since the last build.")


def _minute(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d %H:%M}Z" if instant else "-"
