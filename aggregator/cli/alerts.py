"""`aggregator alerts`: what was told to operators, and whether it arrives."""

import asyncio
import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli.options import (
    FAILED,
    DatabaseOption,
    JsonOption,
    SourcesOption,
    load_config,
    read_store,
    say,
    settings_from,
)

if TYPE_CHECKING:
    from aggregator.models import Config
    from aggregator.settings import Settings


def alerts(
    test: Annotated[
        bool, typer.Option("--test", help="Send a message that says nothing in each way of [alerts] deliver, now.")
    ] = False,
    sources: SourcesOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what operators have been told of, and when each way of telling last worked.

    With --test, exit code 1 if one of the ways does not work. Where alerts lead to is set by AGGREGATOR_SMTP_URL,
    AGGREGATOR_ALERTS_TO and AGGREGATOR_ALERTS_WEBHOOK, see docs/operating.md.
    """
    settings = settings_from(sources=sources, database=database)
    config = load_config(settings)
    if test:
        _test(settings, config, as_json=as_json)
        return
    from aggregator.store import alerts as store

    with read_store(settings) as connection:
        known = list(store.load_known(connection).values())
        told = {way: store.load_told(connection, way) for way in config.alerts.deliver}
        states = store.load_ways(connection)
    troubles = [
        {
            "kind": one.key[0],
            "subject": one.key[1],
            "name": one.name,
            "text": one.text,
            "since": one.since,
            "noticed_at": one.noticed_at,
            "ended_at": one.ended_at,
            "told": [way for way in told if one.key in told[way]],
        }
        for one in known
    ]
    ways = {way: vars(states.get(way, store.WayState())) for way in config.alerts.deliver}
    if as_json:
        shown = {"troubles": troubles, "ways": ways}
        print(json.dumps(shown, default=datetime.isoformat, ensure_ascii=False, indent=2))
        return
    for trouble in troubles:
        _show_trouble(trouble)
    if not troubles:
        print("Nothing needs a person, as far as was noticed.")
    for way, state in ways.items():
        _show_way(way, state)
    if not ways:
        print("Nobody is told: [alerts] deliver is empty.")


def _show_trouble(trouble: dict[str, Any]) -> None:
    over = f", over since {_minute(trouble['ended_at'])}" if trouble["ended_at"] else ""
    told = f"told by {', '.join(trouble['told'])}" if trouble["told"] else "not told"
    print(f"{trouble['kind']}: {trouble['text']}")
    print(f"  since {_minute(trouble['since'])}, noticed {_minute(trouble['noticed_at'])}{over}; {told}")


def _show_way(way: str, state: dict[str, Any]) -> None:
    if state["tries"]:
        print(
            f"by {way}: fails since {_minute(state['failing_since'])} ({state['tries']} attempts): {state['said']}; "
            f"tried again at {_minute(state['due_at'])}"
        )
    else:
        print(f"by {way}: last digest {_minute(state['delivered_at'])}")


def _test(settings: "Settings", config: "Config", *, as_json: bool) -> None:
    if not config.alerts.deliver:
        say("[alerts] deliver is empty, so there is nothing to test")
        raise typer.Exit(FAILED)
    results = asyncio.run(_send_test(settings, config))
    if as_json:
        print(json.dumps(results, ensure_ascii=False, indent=2))
    else:
        for way, said in results.items():
            print(f"by {way}: {said or 'sent'}")
    if any(results.values()):
        raise typer.Exit(FAILED)


async def _send_test(settings: "Settings", config: "Config") -> dict[str, str]:
    """Send a test in each way; returns by way why it failed, "" where it did not."""
    from aggregator.alerting import doors_of
    from aggregator.cli.asking import open_client
    from aggregator.errors import AggregatorError
    from aggregator.reports.alerts import compose_test
    from aggregator.service import system_clock
    from aggregator.work.alerts import deliver

    results: dict[str, str] = {}
    async with open_client(settings, config) as client:
        for way in config.alerts.deliver:
            now = system_clock()
            try:
                await deliver(way, compose_test(config.site, now), doors_of(settings, client), config.site, now)
                results[way] = ""
            except AggregatorError as error:
                results[way] = str(error)
    return results


def _minute(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d %H:%M}Z" if instant else "-"
