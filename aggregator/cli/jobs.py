"""`poll`, `build`, `run`, `migrate`: the commands that hold the store."""

import asyncio
import json
import signal
import time
from collections.abc import Coroutine, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli.options import (
    FAILED,
    SOME_FAILED,
    DatabaseOption,
    JsonOption,
    OutputOption,
    QuietOption,
    SourcesOption,
    VerboseOption,
    check_names,
    hold_store,
    load_config,
    open_store,
    require,
    say,
    settings_from,
    show_logs,
)
from aggregator.errors import ConfigError, StoreBusy

if TYPE_CHECKING:
    from socket import socket

    from aggregator.models import Config, Source
    from aggregator.service import Service
    from aggregator.settings import Settings
    from aggregator.work.page import PageOutcome
    from aggregator.work.poll import PollOutcome

_PATIENCE = timedelta(minutes=5)  # how long `poll` waits for a running service to do it


def poll(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Ids of sources; all of them.")
    ] = None,
    sources: SourcesOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Poll sources now and fetch the pages they want; exit 3 if some failed.

    Beside a running service, have that do it and wait for the result.
    """
    settings = settings_from(sources=sources, database=database)
    config = load_config(settings)
    feeds = [source for source in config.sources if source.is_polled]
    check_names("source with a feed", names or [], [source.id for source in feeds])
    wanted = [source for source in feeds if (source.id in names if names else source.enabled)]
    try:
        with hold_store(settings, "aggregator poll") as store:
            outcomes = asyncio.run(_poll(settings, config, store, wanted, quiet=quiet or as_json))
    except StoreBusy:
        outcomes = _poll_by_service(settings, wanted)
    failed = sum(outcome["failed"] for outcome in outcomes)
    if as_json:
        print(json.dumps({"sources": outcomes, "failed": failed}, ensure_ascii=False, indent=2))
    elif not quiet:
        counts = [
            f"{sum(outcome[key] for outcome in outcomes)} {key}, "
            for key in ("new", "changed")
            if all(outcome[key] is not None for outcome in outcomes)
        ]
        print(f"{len(outcomes)} sources polled: {''.join(counts)}{failed} failed")
    if failed:
        raise typer.Exit(SOME_FAILED)


async def _poll(
    settings: "Settings", config: "Config", store: Any, wanted: Sequence["Source"], *, quiet: bool
) -> list[dict[str, Any]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from aggregator.service import open_service

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    progress = Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal)
    async with open_service(settings, config, store) as service:
        with progress:
            polling = progress.add_task("Sources", total=len(wanted))

            def polled(outcome: "PollOutcome") -> None:
                progress.advance(polling)
                if outcome.failed or not quiet:
                    progress.print(f"{outcome.source}: {outcome.said}", markup=False, highlight=False, soft_wrap=True)

            outcomes = await service.poll(wanted, polled)
            pages = progress.add_task("Pages", total=None)

            def fetched(outcome: "PageOutcome") -> None:
                progress.advance(pages)
                if outcome.failed:
                    line = f"{outcome.source}: {outcome.url}: {outcome.said}"
                    progress.print(line, markup=False, highlight=False, soft_wrap=True)

            await service.fetch_pages(fetched)
            await service.relearn()
    return [asdict(outcome) for outcome in outcomes]


def _poll_by_service(settings: "Settings", wanted: Sequence["Source"]) -> list[dict[str, Any]]:
    """Make sources due for the service that holds the store, and wait until it has polled them."""
    from aggregator.service import system_clock
    from aggregator.store import polls

    if disabled := [source.id for source in wanted if not source.enabled]:
        raise ConfigError(f"a running service does not poll what is not enabled: {', '.join(disabled)}")
    say("A running service holds the store; waiting for it to poll.")
    waiting = {source.id: source.feed for source in wanted}
    outcomes = []
    with open_store(settings) as store:
        asked_at = system_clock()
        with store.transaction() as connection:
            polls.make_due(connection, waiting)
        while waiting:
            if system_clock() > asked_at + _PATIENCE:
                raise StoreBusy(
                    f"the running service has not polled {', '.join(waiting)} within {_PATIENCE}; look at its log"
                )
            time.sleep(0.2)
            with store.snapshot() as connection:
                histories = polls.load_histories(connection, waiting)
            for source, history in histories.items():
                if history.polled_at and history.polled_at >= asked_at:
                    del waiting[source]
                    say(f"{source}: {history.outcome}")
                    counts = dict.fromkeys(("new", "changed", "entries"))  # the service counts for itself
                    outcomes.append(
                        {"source": source, "said": history.outcome, **counts, "failed": history.failures > 0}
                    )
            # A poll that was under way when we asked ends with a next poll of its own, over ours; what has been polled
            # since is done, and making it due again would ask the partner twice.
            put_off = [source for source in waiting if (histories[source].next_poll_at or asked_at) > asked_at]
            if put_off:
                with store.transaction() as connection:
                    polls.make_due(connection, put_off)
    return outcomes


def build(
    topics: Annotated[
        list[str] | None, typer.Argument(metavar="[TOPIC]...", help="Ids of topics; all of them.")
    ] = None,
    sources: SourcesOption = None,
    database: DatabaseOption = None,
    output: OutputOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write the feeds and pages of all topics; files whose content is the same are left alone.

    Beside a running service, `--output DIR` writes a preview there and changes nothing else.
    """
    settings = settings_from(sources=sources, database=database, output=output)
    config = load_config(settings)
    check_names("topic", topics or [], [topic.id for topic in config.topics])
    try:
        with hold_store(settings, "aggregator build", may_be_new=False) as store:
            outcomes = asyncio.run(_build(settings, config, store, topics or []))
    except StoreBusy:
        if output is None:
            raise
        with open_store(settings) as store:
            outcomes = asyncio.run(_preview(settings, config, store, topics or []))
    if as_json:
        print(json.dumps({"topics": [asdict(outcome) for outcome in outcomes]}, ensure_ascii=False, indent=2))
    elif not quiet:
        for outcome in outcomes:
            wrote = f"wrote {', '.join(outcome.written)}" if outcome.written else "nothing changed"
            stopped = f"{outcome.paused}; its files stay as they are" if outcome.paused else outcome.failed
            print(f"{outcome.topic}: {stopped or f'{outcome.items} items, {wrote}'}")
    if any(outcome.failed for outcome in outcomes):
        raise typer.Exit(FAILED)


async def _build(settings: "Settings", config: "Config", store: Any, topics: Sequence[str]) -> list[Any]:
    from aggregator.service import open_service

    async with open_service(settings, config, store) as service:
        outcomes = await service.build(topics)
        await service.finish_withdrawals()
        await service.announce()
        return outcomes


async def _preview(settings: "Settings", config: "Config", store: Any, topics: Sequence[str]) -> list[Any]:
    from aggregator.service import system_clock
    from aggregator.work.build import build_index, preview_topic
    from aggregator.work.item_pages import preview_item_pages
    from aggregator.work.months import preview_months

    now = system_clock()
    wanted = [topic for topic in config.topics if not topics or topic.id in topics]
    outcomes = [await preview_topic(topic, config, store, settings.output, now) for topic in wanted]
    await preview_months(wanted, config, store, settings.output, now)
    await preview_item_pages(wanted, config, store, settings.output, now)
    await build_index(config, store, settings.output, now)
    return outcomes


def run(
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, then end.")] = False,
    sources: SourcesOption = None,
    database: DatabaseOption = None,
    output: OutputOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Poll, publish and serve until Ctrl-C."""
    from aggregator.server import bind

    settings = settings_from(sources=sources, database=database, output=output)
    config = load_config(settings)
    show_logs(settings, quiet=quiet, verbose=verbose)
    with hold_store(settings, "aggregator run") as store:
        store.check()
        if once:
            asyncio.run(_run_once(settings, config, store))
        else:
            asyncio.run(run_service(settings, config, store, bind(*settings.listen)))


async def _run_once(settings: "Settings", config: "Config", store: Any) -> None:
    from aggregator.service import log_page, log_poll, open_service

    async with open_service(settings, config, store) as service:
        outcomes = await service.poll(await service.due_sources(), log_poll)
        await service.fetch_pages(log_page)
        await service.relearn()
        await service.forget_old()
        await service.check_pages()
        await service.prune()
        await service.build()
        await service.finish_withdrawals()
        await service.announce()
        await service.send_digests()
        await service.tell_troubles(timedelta())
    failed = [outcome.source for outcome in outcomes if outcome.failed]
    if failed:
        say(f"{len(failed)} of {len(outcomes)} sources failed: {', '.join(failed)}")


async def run_service(settings: "Settings", config: "Config", store: Any, listening: "socket") -> None:
    """Run the service and serve its files on a socket, until SIGINT or SIGTERM."""
    from aggregator.service import open_service

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with open_service(settings, config, store) as service:
        loop.add_signal_handler(signal.SIGHUP, service.reload)
        work = service.run(stop, lambda outcomes: _explain_silence(outcomes, service.config))
        await serve_while(service, listening, stop, work)
    say("Stopped; everything is kept.")


async def serve_while(
    service: "Service", listening: "socket", stop: asyncio.Event, work: Coroutine[Any, Any, None]
) -> None:
    """Serve a service's files, figures and searches on a socket while it works; `stop` is set when that ends."""
    from aggregator.monitor import routes
    from aggregator.searching import search_routes
    from aggregator.server import address_of, serve
    from aggregator.web import create_app

    settings = service.settings
    say(f"Serving {settings.output}/ at {address_of(listening)} until Ctrl-C")
    searched = search_routes(service.database, lambda: service.config)
    app = create_app(settings.output, [*routes(service, settings.monitoring), *service.push.routes(), *searched])
    serving = asyncio.create_task(serve(app, listening, stop))
    try:
        await work
    finally:
        stop.set()
        await serving


def _explain_silence(outcomes: Sequence["PollOutcome"], config: "Config") -> None:
    """Say what to do when all sources were asked and none was reached: most often this machine has no network."""
    polled = sum(source.enabled and bool(source.feed) for source in config.sources)
    silent = [outcome for outcome in outcomes if outcome.failure in ("offline", "unreachable")]
    if silent and len(silent) == len(outcomes) >= polled:
        say("No source could be reached:")
        for outcome in outcomes:
            say(f"  {outcome.source}: {outcome.said}")
        say("Polling goes on. Is there a network? `make demo` shows the same job on this machine alone.")


def migrate(
    database: DatabaseOption = None,
    no_backup: Annotated[bool, typer.Option("--no-backup", help="Make no copy of the database first.")] = False,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="ADDRESS", help="Move this store of SQLite, with --to.")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="ADDRESS", help="To this empty database of PostgreSQL; may be repeated."),
    ] = None,
) -> None:
    """Bring the database schema up to date, as the other commands do by themselves; or move a store to PostgreSQL.

    A move that was cut short goes on where it was. Afterwards AGGREGATOR_DATABASE names the new one; the old one stays
    as it is.
    """
    if from_ is not None or to is not None:
        if from_ is None or to is None or database is not None:
            raise ConfigError("--from and --to go together, and without --database")
        _move(settings_from(database=from_), settings_from(database=to), backup=not no_backup)
        return
    settings = settings_from(database=database)
    with open_store(settings) as store, store.hold("aggregator migrate"):
        before = store.migrate(backup=not no_backup)
        if not store.is_file:
            from aggregator.worker import prepare_engine

            prepare_engine(store)
    print(f"{store.name}: " + ("is up to date" if before is None else f"migrated from schema {before or 'none'}"))


def _move(old: "Settings", new: "Settings", *, backup: bool) -> None:
    what = "aggregator migrate"
    with open_store(old) as source, open_store(new) as target:
        require(source)
        if target.is_file:
            raise ConfigError("--to names a database of PostgreSQL: postgresql://USER:PASSWORD@HOST/DATABASE")
        from aggregator.store.moving import move_store

        with source.hold(what), target.hold(what):
            source.migrate(backup=backup)
            target.migrate()
            counts = move_store(source, target, say)
    print(f"{target.name}: has all {sum(counts.values()):,} rows of {source.name}")
