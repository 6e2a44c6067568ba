"""What machines ask a running service over HTTP: is it alive, does it keep up, its figures."""

import asyncio
from ipaddress import ip_address
from typing import Literal

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from aggregator.errors import StoreError
from aggregator.metrics import CONTENT_TYPE
from aggregator.reports.health import Health, check_health
from aggregator.service import Service

Audience = Literal["local", "public", "off"]
_NOT_KEPT = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


def routes(service: Service, audience: Audience) -> list[Route]:
    """Make the addresses /healthz, /readyz and /metrics of a running service.

    Args:
        audience: who is told figures; everybody is told whether it is alive and ready. "local": who asks from this
            machine, and not through a proxy.
    """

    async def healthz(_: Request) -> Response:
        return _say(200, "alive")

    async def readyz(_: Request) -> Response:
        health = await _health(service)
        if isinstance(health, str):
            return _say(503, "not ready: the database cannot be used")
        behind = [
            f"{work} {round(lag.total_seconds() / 60)} minutes behind"
            for work, lag in (("polls", health.poll_lag), ("builds", health.build_lag))
            if not health.is_ready and lag
        ]
        return _say(200, "ready") if health.is_ready else _say(503, f"not ready: {', '.join(behind)}")

    async def metrics(request: Request) -> Response:
        if not _may_ask(request, audience):
            return _say(403, "figures are for this machine only; AGGREGATOR_MONITORING=public gives them to everybody")
        health = await _health(service)
        if isinstance(health, str):
            return _say(503, health)
        written = await asyncio.to_thread(service.metrics.write, health, service.database.path)
        return Response(written, headers={"content-type": CONTENT_TYPE, **_NOT_KEPT})

    figures = [] if audience == "off" else [Route("/metrics", metrics)]
    return [Route("/healthz", healthz), Route("/readyz", readyz), *figures]


async def _health(service: Service) -> Health | str:
    try:
        return await asyncio.to_thread(check_health, service.database, service.config, service.clock())
    except StoreError as error:
        return str(error)


def _may_ask(request: Request, audience: Audience) -> bool:
    if audience == "public":
        return True
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _say(status: int, line: str) -> Response:
    return PlainTextResponse(f"{line}\n", status, _NOT_KEPT)
