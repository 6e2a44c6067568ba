"""Three invented partners, each with a site of its own, served on loopback beside the program: `aggregator demo`.

What they publish stands in content/ and follows the clock: three things happen within the first minute.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from string import Template
from types import TracebackType
from typing import Self

from aggregator.demo.newsroom import Press
from aggregator.demo.website import create_site
from aggregator.server import bind, serve

_HOST = "127.0.0.1"
_NAMES = ("faro", "harbour", "notebook")
_SOURCES = Path(__file__).parent / "content" / "sources.toml"


class Partners:
    """A context manager: the sites are up inside it, in a thread of their own.

    Attributes:
        addresses: of the sites, without a slash at the end, by name: "faro", "harbour", "notebook". Known once entered.
    """

    def __init__(self, clock: Callable[[], datetime], ports: tuple[int, int, int] = (0, 0, 0)) -> None:
        self.addresses: dict[str, str] = {}
        self._clock = clock
        self._ports = ports
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="partners")

    def __enter__(self) -> Self:
        self._sockets = [bind(_HOST, port) for port in self._ports]
        for name, listening in zip(_NAMES, self._sockets, strict=True):
            listening.listen()  # whoever comes before the servers are up waits at the door
            self.addresses[name] = f"http://{_HOST}:{listening.getsockname()[1]}"
        self._press = Press(self.addresses, started_at=self._clock().replace(microsecond=0))
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._started.set()
        sites = [create_site(self._press, name, self._clock) for name in _NAMES]
        serving = (serve(site, socket, self._stop) for site, socket in zip(sites, self._sockets, strict=True))
        await asyncio.gather(*serving)


def sources_toml(addresses: Mapping[str, str], base_url: str) -> str:
    """Write the demo's sources.toml, a teaching example, with the partners' addresses filled in."""
    return Template(_SOURCES.read_text(encoding="utf-8")).substitute(addresses, base_url=base_url)
