"""Plays a WebSub hub for tests: takes requests at a partner's address, asks back, and delivers what it signed."""

import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx2

from aggregator.service import Service
from aggregator.web import create_app
from tests.partner import Partner


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    mode: str
    feed: str
    callback: str
    secret: str
    lease_seconds: str


class Hub:
    """A hub whose requests to the service go to its web app directly."""

    def __init__(self, partner: Partner, service: Service) -> None:
        self._partner = partner
        app = create_app(service.settings.output, service.push.routes())
        self._transport = httpx2.ASGITransport(app=app)

    @property
    def asked(self) -> list[Asked]:
        """What was asked for, in order."""
        names = ("mode", "topic", "callback", "secret", "lease_seconds")
        forms = [parse_qs(body.decode()) for body in self._partner.bodies]
        return [Asked(*(form.get(f"hub.{name}", [""])[0] for name in names)) for form in forms]

    async def ask_back(self, asked: Asked, lease_seconds: int | None = 864_000, **changed: str) -> httpx2.Response:
        """Make sure of what was asked for; some parameters may be others."""
        query = {"mode": asked.mode, "topic": asked.feed, "challenge": "is-it-you"}
        query |= {"lease_seconds": str(lease_seconds)} if lease_seconds is not None else {}
        query |= changed
        async with self._client() as client:
            return await client.get(
                asked.callback, params={f"hub.{name}": value for name, value in query.items() if value}
            )

    async def deliver(
        self, asked: Asked, body: bytes, method: str = "sha256", signature: str | None = None, **headers: str
    ) -> httpx2.Response:
        """Pass something on, signed as `method` says, or so."""
        signed = hmac.new(asked.secret.encode(), body, getattr(hashlib, method)).hexdigest()
        fields = {"X-Hub-Signature": f"{method}={signed}" if signature is None else signature}
        fields |= {"Content-Type": "application/rss+xml"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        async with self._client() as client:
            return await client.post(urlsplit(asked.callback).path, content=body, headers=fields)

    def _client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=self._transport, base_url="https://wire.example")
