"""`aggregator worker`: one of a fleet over PostgreSQL."""

import asyncio
import signal
from typing import TYPE_CHECKING, Any

from aggregator.cli.jobs import serve_while
from aggregator.cli.options import (
    DatabaseOption,
    OutputOption,
    QuietOption,
    SourcesOption,
    VerboseOption,
    load_config,
    open_store,
    say,
    settings_from,
    show_logs,
)
from aggregator.errors import ConfigError

if TYPE_CHECKING:
    from aggregator.models import Config
    from aggregator.service import Service
    from aggregator.settings import Settings


def worker(
    sources: SourcesOption = None,
    database: DatabaseOption = None,
    output: OutputOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Poll beside other workers, on this machine or on others, over one PostgreSQL; until Ctrl-C.

    One of them publishes and serves; when it dies, another one goes on. Requests under way are ended first.
    """
    settings = settings_from(sources=sources, database=database, output=output)
    config = load_config(settings)
    show_logs(settings, quiet=quiet, verbose=verbose)
    with open_store(settings) as store:
        asyncio.run(_work(settings, config, store))
    say("Stopped; everything is kept.")


async def _work(settings: "Settings", config: "Config", store: Any) -> None:
    async with store.join_fleet("aggregator worker") as member:
        try:
            from aggregator.worker import prepare_engine, run_worker
        except ImportError as error:
            raise ConfigError("workers need the task engine: pip install 'aggregator[postgres]'") from error
        from aggregator.server import bind

        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        await asyncio.to_thread(store.migrate)
        await asyncio.to_thread(prepare_engine, store)

        async def build(service: "Service") -> None:
            await serve_while(service, bind(*settings.listen), stop, service.run_builder(stop))

        await run_worker(settings, config, store, member, stop, build)
