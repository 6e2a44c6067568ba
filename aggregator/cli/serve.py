"""`aggregator serve`: the published files over HTTP, and nothing else."""

import asyncio
import signal

from aggregator.cli.options import OutputOption, say, settings_from


def serve(output: OutputOption = None) -> None:
    """Serve the published feeds and pages until Ctrl-C; polls and builds nothing."""
    from aggregator.server import address_of, bind
    from aggregator.server import serve as serve_app
    from aggregator.web import create_app

    settings = settings_from(output=output)

    async def until_stopped() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        listening = bind(*settings.listen)
        say(f"Serving {settings.output}/ at {address_of(listening)} until Ctrl-C")
        await serve_app(create_app(settings.output), listening, stop)

    asyncio.run(until_stopped())
