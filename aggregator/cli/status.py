"""`aggregator status`: what is going on, and what is wrong."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli.options import (
    DatabaseOption,
    JsonOption,
    SourcesOption,
    check_names,
    has_store,
    load_config,
    read_store,
    settings_from,
)
from aggregator.errors import ConfigError

if TYPE_CHECKING:
    from aggregator.models import PollEvent
    from aggregator.reports.status import SourceStatus, Status
    from aggregator.store.fleet import Fleet

_WIDE = 110  # columns of a terminal in which the outcome has a place of its own
_COLOURS = {"ok": "green", "warning": "yellow", "failing": "red", "gone": "red", "new": "yellow"}


def status(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Ids of sources: what their last polls did.")
    ] = None,
    sources: SourcesOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show each source's health, each topic's items, and what waits; of named sources, what their last polls did."""
    from aggregator.alerting import look_at_machine
    from aggregator.reports.status import gather_status
    from aggregator.sources import check_sources
    from aggregator.store.outputs import accepted_text
    from aggregator.store.polls import last_events

    settings = settings_from(sources=sources, database=database)
    problems: tuple[str, ...] = ()
    try:
        config = load_config(settings)
    except ConfigError as error:
        # What is published goes on as before: that is what is asked for just then.
        if not has_store(settings):
            raise
        problems = error.problems
        with read_store(settings) as connection:
            text = accepted_text(connection)
        if not text:
            raise
        config = check_sources(text).config
    check_names("source", names or [], [source.id for source in config.sources])
    machine = look_at_machine(settings)
    with read_store(settings) as connection:
        found = gather_status(connection, config, datetime.now(UTC), problems, machine)
        events = {name: last_events(connection, name) for name in names or []}
    if events:
        found = replace(found, sources=tuple(source for source in found.sources if source.id in events))
    if as_json:
        shown = asdict(found) | {"events": {name: [asdict(event) for event in events[name]] for name in events}}
        print(json.dumps(shown, default=datetime.isoformat, ensure_ascii=False, indent=2))
    elif events:
        for source in found.sources:
            _show_source(source, events[source.id])
    else:
        _show(found)


def _show(found: "Status") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else 200)
    for trouble in found.troubles:
        console.print(Text(f"{trouble.kind.upper()}: {trouble.said}", style="red"))
    if found.troubles:
        console.print()
    is_wide = console.width >= _WIDE
    columns = ["source", "state", "last poll", "next poll", "copies"] + ["outcome"] * is_wide
    table = Table(*columns, box=None, header_style="bold")
    for source in found.sources:
        cells: list[str | Text] = [
            Text(source.id),
            Text(source.state, style=_COLOURS.get(source.state, "")),
            _minute(source.polled_at),
            _minute(source.next_poll_at),
            str(source.copies),
        ]
        table.add_row(*cells, *[Text(source.outcome)] * is_wide)
    console.print(table)
    for source in [] if is_wide else found.sources:
        if source.state in ("failing", "new"):
            console.print(Text(f"{source.id}: {source.outcome}"))
    table = Table("topic", "items", "last change", "title", box=None, header_style="bold")
    for topic in found.topics:
        table.add_row(Text(topic.id), str(topic.items), _minute(topic.changed_at), Text(topic.title))
    console.print()
    console.print(table)
    for topic in found.topics:
        if topic.left_out:
            print(f"{topic.id}: {topic.left_out} items are in the archive only, or its feeds would be over 1 MB.")
    states = ", ".join(f"{count} {state}" for state, count in sorted(found.items.items())) or "none"
    print(f"\nItems: {states}. Pages waiting: {found.pages_waiting}.")
    if found.waiting:
        print(f"{found.waiting} {'item waits' if found.waiting == 1 else 'items wait'}: see `aggregator queue`.")
    for host, until in found.hosts_resting.items():
        print(f"{host} asked to be left alone until {_minute(until)}.")
    if found.fleet:
        _show_fleet(found.fleet, found.sources)
    if found.config_since:
        print(f"Configuration in force since {_minute(found.config_since)}: {found.config_hash[:12]}.")
    for problem in found.config_problems[1:]:
        print(f"Also wrong in the sources file: {problem}")
    if not found.config_accepted and not found.config_problems:
        print("The sources file has changed since the last build.")


def _show_fleet(fleet: "Fleet", sources: Sequence["SourceStatus"]) -> None:
    late = [at for source in sources if (at := source.next_poll_at) and source.state != "off"]
    lag = max((datetime.now(UTC) - min(late)).total_seconds(), 0) if late else 0
    workers = "1 worker" if len(fleet.workers) == 1 else f"{len(fleet.workers)} workers"
    print(
        f"Fleet: {workers}; {fleet.waiting} hosts wait in the queue, {len(fleet.visited)} are visited now; "
        f"the longest due source waits for {lag:.0f} s."
    )
    for name in fleet.workers:
        print(f"  {name}{' (builds)' if name == fleet.builder else ''}")


def _show_source(source: "SourceStatus", events: list["PollEvent"]) -> None:
    print(f"{source.id}: {source.state}, {source.copies} copies")
    print(f"  asked at   {source.polled_at_address}")
    print(f"  last poll  {_minute(source.polled_at)}, next {_minute(source.next_poll_at)}")
    print(f"  last new   {_minute(source.last_entry_at)}")
    if source.push:
        print(f"  push       {source.push}")
    if source.warning:
        print(f"  warning    {source.warning}")
    for event in events:
        size = f", {event.bytes:,} bytes" if event.bytes else ""
        print(f"  {event.at:%Y-%m-%d %H:%M:%S}Z  {f'{event.failure}: ' if event.failure else ''}{event.said}{size}")


def _minute(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d %H:%M}Z" if instant else "-"
