"""What is asked of a running service over HTTP: is it alive, does it keep up, its figures, the page of its status."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from ipaddress import ip_address
from typing import Generic, Literal, TypeVar

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from aggregator.alerting import look_at_machine
from aggregator.errors import StoreError
from aggregator.metrics import CONTENT_TYPE
from aggregator.render.html import render_status
from aggregator.reports.health import check_health
from aggregator.reports.overview import Overview, gather_overview
from aggregator.service import Service
from aggregator.web import SECURITY

T = TypeVar("T")
Audience = Literal["local", "public", "off"]
_NOT_KEPT = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
_NOT_FOR_YOU = "figures are for this machine only; AGGREGATOR_MONITORING=public gives them to everybody"
_HEALTH_FRESH, _OVERVIEW_FRESH = 5.0, 30.0  # seconds in which both are not looked up again, whoever asks how often
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


def routes(service: Service, audience: Audience) -> list[Route]:
    """Make the addresses /healthz, /readyz, /metrics, /status/ and /status.json of a running service.

    Args:
        audience: who is told figures; everybody is told whether it is alive and ready. "local": who asks from this
            machine, and not through a proxy.
    """

    health_kept = _Kept(_HEALTH_FRESH, lambda: check_health(service.database, service.config, service.clock()))
    overview_kept = _Kept(_OVERVIEW_FRESH, lambda: _gather(service))

    async def healthz(_: Request) -> Response:
        return _say(200, "alive")

    async def readyz(_: Request) -> Response:
        try:
            health = await health_kept.get()
        except StoreError:
            return _say(503, "not ready: the database cannot be used")
        behind = [
            f"{work} {round(lag.total_seconds() / 60)} minutes behind"
            for work, lag in (("polls", health.poll_lag), ("builds", health.build_lag))
            if not health.is_ready and lag
        ]
        return _say(200, "ready") if health.is_ready else _say(503, f"not ready: {', '.join(behind)}")

    async def metrics(request: Request) -> Response:
        if not _may_ask(request, audience):
            return _say(403, _NOT_FOR_YOU)
        try:
            health = await health_kept.get()
            size = await service.database.read_size()
        except StoreError as error:
            return _say(503, str(error))
        written = await asyncio.to_thread(service.metrics.write, health, size)
        return Response(written, headers={"content-type": CONTENT_TYPE, **_NOT_KEPT})

    async def status(request: Request) -> Response:
        if not _may_ask(request, audience):
            return _say(403, _NOT_FOR_YOU)
        try:
            found = await overview_kept.get()
        except StoreError as error:
            return _say(503, str(error))
        if request.url.path.endswith(".json"):
            body = json.dumps(asdict(found), ensure_ascii=False, default=datetime.isoformat).encode()
            return Response(body, headers={"content-type": "application/json; charset=utf-8", **_NOT_KEPT})
        page = await asyncio.to_thread(render_status, service.config.site, found)
        return Response(page, headers={"content-type": "text/html; charset=utf-8", **SECURITY, **_NOT_KEPT})

    async def status_folder(_: Request) -> Response:
        return RedirectResponse("/status/", 308)

    figures = [
        Route("/metrics", metrics),
        Route("/status", status_folder),
        Route("/status/", status),
        Route("/status/index.html", status),
        Route("/status.json", status),
    ]
    return [Route("/healthz", healthz), Route("/readyz", readyz), *(figures if audience != "off" else ())]


def _gather(service: Service) -> Overview:
    machine = look_at_machine(service.settings, service.output_failed)
    with service.database.snapshot() as connection:
        return gather_overview(
            connection, service.config, service.clock(), service.poll_seconds, service.config_problems, machine
        )


class _Kept(Generic[T]):
    """Something looked up in a thread, and not again while it is fresh: on a large store it takes a second."""

    def __init__(self, seconds: float, look_up: Callable[[], T]) -> None:
        self._seconds, self._look_up = seconds, look_up
        self._found: tuple[float, T] | None = None
        self._looking = asyncio.Lock()

    async def get(self) -> T:
        """Return it as it is, or was a few seconds ago. Raises what looking it up raises."""
        async with self._looking:
            now = asyncio.get_running_loop().time()
            if self._found is None or now - self._found[0] > self._seconds:
                self._found = now, await asyncio.to_thread(self._look_up)
            return self._found[1]


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
