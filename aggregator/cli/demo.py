"""`aggregator demo`: the real program on three invented partner sites, served by this machine to itself."""

import asyncio
import shutil
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

from aggregator.cli.options import QuietOption, hold_store, load_config, say, settings_from, show_logs

_FOLDER = Path("var/demo")


def demo(quiet: QuietOption = False) -> None:
    """Show the whole job without a network, on three invented partner sites. Starts afresh each time.

    Within its first minute one partner republishes another's article, one edits an article, one publishes a new one.
    """
    from aggregator.cli.jobs import run_service
    from aggregator.demo.partners import Partners, sources_toml
    from aggregator.server import address_of, bind
    from aggregator.service import system_clock

    settings = replace(
        settings_from(),
        sources=_FOLDER / "sources.toml",
        database=f"sqlite:///{_FOLDER / 'aggregator.db'}",
        output=_FOLDER / "public",
        allow_networks=(ip_network("127.0.0.0/8"),),
        host_delay=timedelta(milliseconds=100),
    )
    show_logs(settings, quiet=quiet)
    shutil.rmtree(_FOLDER, ignore_errors=True)
    with hold_store(settings, "aggregator demo") as store, Partners(system_clock) as partners:
        for name, address in partners.addresses.items():
            say(f"Partner {name} publishes at {address}/")
        listening = bind(*settings.listen)
        settings.sources.write_text(sources_toml(partners.addresses, address_of(listening)), encoding="utf-8")
        asyncio.run(run_service(settings, load_config(settings), store, listening))
