"""The tools with which a command asks partners something beside a running service: nothing is kept."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aggregator.fetch.client import Client
    from aggregator.fetch.robots import Robots
    from aggregator.models import Config, RobotsFile
    from aggregator.pool import Pool
    from aggregator.settings import Settings


@dataclass(frozen=True)
class Tools:
    """The HTTP client with its manners, robots.txt, and a worker process."""

    client: "Client"
    robots: "Robots"
    pool: "Pool"


@asynccontextmanager
async def open_client(settings: "Settings", config: "Config") -> AsyncIterator["Client"]:
    """Open the HTTP client; as polite as the service, of which it knows nothing."""
    from aggregator.fetch.client import Client
    from aggregator.fetch.guard import Guard
    from aggregator.fetch.politeness import Politeness
    from aggregator.service import politeness_groups, system_clock, user_agent

    politeness = Politeness(settings.host_delay, settings.concurrency, politeness_groups(config))
    guard = Guard(settings.allow_networks)
    async with Client(user_agent(config.site), guard, politeness, clock=system_clock) as client:
        yield client


@asynccontextmanager
async def open_tools(settings: "Settings", config: "Config", workers: int = 1) -> AsyncIterator[Tools]:
    """Open what asking partners needs."""
    from aggregator.fetch.robots import Robots
    from aggregator.pool import Pool
    from aggregator.service import system_clock

    async def load(_: str) -> "RobotsFile | None":
        return None

    async def save(_: "RobotsFile") -> None:
        pass

    with Pool(workers) as pool:
        async with open_client(settings, config) as client:
            yield Tools(client, Robots(client, load=load, save=save, clock=system_clock), pool)
