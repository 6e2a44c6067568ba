"""`aggregator health`: does it keep up? For scripts and containers."""

import json
from dataclasses import asdict

import typer

from aggregator.cli.options import (
    FAILED,
    DatabaseOption,
    JsonOption,
    QuietOption,
    SourcesOption,
    load_config,
    open_store,
    require,
    settings_from,
)


def health(
    sources: SourcesOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Say whether polls and builds keep their times and the store can be written; exit code 1 if not.

    A service that is not running is a problem when something has been due for a quarter of an hour, so this also
    watches over runs by a timer.
    """
    from aggregator.reports.health import check_health
    from aggregator.service import system_clock

    settings = settings_from(sources=sources, database=database)
    config = load_config(settings)
    with open_store(settings) as store:
        require(store)
        store.require_current()
        found = check_health(store, config, system_clock())
        holder = store.holder()
    if as_json:
        facts = {
            "ready": found.is_ready,
            "problems": found.problems,
            "held_by": holder,
            "poll_lag": found.poll_lag.total_seconds(),
            "build_lag": found.build_lag.total_seconds(),
            "sources": found.sources,
            "items": found.items,
            "pages_waiting": found.pages_waiting,
            "fleet": asdict(found.fleet) if found.fleet else None,
        }
        print(json.dumps(facts, ensure_ascii=False, indent=2))
    elif not quiet or not found.is_ready:
        for problem in found.problems:
            print(problem)
        if found.is_ready:
            print(f"all is well; {f'{holder} is at work' if holder else 'nobody is at work just now'}")
    if not found.is_ready:
        raise typer.Exit(FAILED)
