"""Serves the web app on a socket until told to stop (home of uvicorn)."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from aggregator.errors import ConfigError, ServeError

_GRACE = 3  # seconds that answers under way get in the end


def bind(host: str, port: int) -> socket.socket:
    """Open the listening socket; port 0 takes any free one.

    Raises:
        ConfigError: there is no such address on this machine.
        ServeError: the port is taken or may not be used.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise ConfigError(f"AGGREGATOR_LISTEN: {host} is no address of this machine ({error})") from error
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
    except OSError as error:
        listening.close()
        cure = "choose another port with AGGREGATOR_LISTEN, as in 127.0.0.1:8001"
        raise ServeError(f"{host}:{port} cannot be listened on ({error.strerror}); {cure}") from error
    return listening


def address_of(listening: socket.socket) -> str:
    """Return the web address that a listening socket answers at."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


async def serve(app: Starlette, listening: socket.socket, stop: asyncio.Event) -> None:
    """Serve an app until `stop` is set, then let answers under way end."""
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=_GRACE,
        server_header=False,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve([listening]))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    stopping.cancel()
    await serving


class _Server(uvicorn.Server):
    """Leaves the signals to whoever runs the loop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
