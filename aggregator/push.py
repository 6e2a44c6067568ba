"""The door at which hubs knock (W3C WebSub), and the two loops behind it: what hubs are asked for, what they deliver.

Each subscription has an address that nobody can guess. A hub is believed by what it signed with the subscription's
secret; everything else is answered as if it were welcome, and forgotten. What comes is bounded in size, in number and
in time before it is read, and it waits for a poll of the same source to end.
"""

import asyncio
import logging
import random
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from aggregator.errors import StoreError
from aggregator.fetch.client import Client
from aggregator.models import Config
from aggregator.pool import Pool
from aggregator.store import subscriptions
from aggregator.store.database import Database
from aggregator.store.subscriptions import Subscription
from aggregator.websub import is_signed
from aggregator.work.deliver import Delivery, note_delivery, take_delivery
from aggregator.work.subscribe import PATH, Confirmation, ask_hubs, check_hubs, confirm, settle_subscriptions

_MAX_BYTES = 10 << 20  # of a delivery, as of a feed
_MAX_SECONDS = 30.0  # until it is there
_READ_AT_ONCE = 4
_KEPT_AT_ONCE, _KEPT_OF_ONE = 20, 3  # deliveries that wait to be taken in, of all sources and of one
_BURST, _EVERY = 20, timedelta(seconds=15)  # deliveries of one subscription at once, and then one in so much time
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_PLAIN = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'",
}
log = logging.getLogger(__name__)


class Push:
    """What hubs tell us, and how they come to.

    Args:
        public_url: where the built-in server is reached from outside; empty: no hub is asked for anything.
        config: the configuration in force.
        busy: the sources that are polled just now; those whose deliveries are taken in are added while that lasts.
    """

    def __init__(
        self,
        public_url: str,
        client: Client,
        pool: Pool,
        database: Database,
        config: Callable[[], Config],
        clock: Callable[[], datetime],
        busy: set[str],
    ) -> None:
        self._public_url = public_url
        self._client, self._pool, self._database = client, pool, database
        self._config, self._clock, self._busy = config, clock, busy
        self._reading = asyncio.Semaphore(_READ_AT_ONCE)
        self._allowances: dict[str, tuple[float, datetime]] = {}  # by token: deliveries left, and when that was
        self._waiting: list[Delivery] = []
        self._doubted: set[str] = set()  # hubs that did not answer when we last looked

    def routes(self) -> list[Route]:
        """Make the addresses that hubs call: below the top of this server, and where a proxy leaves the path on."""
        tops = {"/", urlsplit(self._public_url).path or "/"}
        return [Route(f"{top}{PATH}{{token}}", self._answer, methods=["GET", "POST"]) for top in sorted(tops)]

    async def ask_hubs(self) -> None:
        """Ask hubs for what is wanted and due. Raises StoreError."""
        await settle_subscriptions(self._config(), self._database, self._public_url, self._clock())
        await ask_hubs(self._database, self._client, self._clock)

    async def check_hubs(self) -> None:
        """See whether the hubs that we rely on still stand. Raises StoreError."""
        self._doubted = await check_hubs(self._database, self._client, self._doubted, self._clock())

    async def take_in(self) -> None:
        """Take in what was delivered, of each source one after the other. Raises StoreError."""
        now: list[Delivery] = []
        for delivery in self._waiting:
            if delivery.source not in self._busy:
                self._busy.add(delivery.source)
                now.append(delivery)
        for delivery in now:
            self._waiting.remove(delivery)
        await asyncio.gather(*(self._take(delivery) for delivery in now))

    async def _take(self, delivery: Delivery) -> None:
        config = self._config()
        source = config.source(delivery.source)
        try:
            if source and source.enabled:
                said = await take_delivery(
                    delivery, source, config, pool=self._pool, database=self._database, now=self._clock()
                )
                log.info("push source=%s delivered: %s", source.id, said)
        except StoreError:
            raise
        except Exception:  # our own mistake with one source stops no other; its poll is due
            log.error("push source=%s a delivery could not be taken in", delivery.source, exc_info=True)
        finally:
            self._busy.discard(delivery.source)

    # --- the door ----------------------------------------------------------------------------------------------------

    async def _answer(self, request: Request) -> Response:
        token = str(request.path_params["token"])
        try:
            one = await self._database.read(subscriptions.find, token) if _TOKEN.fullmatch(token) else None
            if request.method != "POST":
                return await self._confirm(request, token) if one else _say(404, "no such subscription")
            if one is None or one.is_ending:
                return _say(410, "no such subscription any more")
            return await self._receive(request, one)
        except StoreError as error:
            log.error("push: %s", error)
            return _say(503, "try again later")

    async def _confirm(self, request: Request, token: str) -> Response:
        asked = Confirmation(
            *(
                request.query_params.get(f"hub.{name}", "")
                for name in ("mode", "topic", "challenge", "lease_seconds", "reason")
            )
        )
        chance = random.random()  # noqa: S311 - spreads requests, guards nothing
        if await self._database.write(confirm, token, asked, self._clock(), chance):
            return Response(asked.challenge, headers={"content-type": "text/plain; charset=utf-8", **_PLAIN})
        return _say(404, "not asked for")

    async def _receive(self, request: Request, one: Subscription) -> Response:
        if not self._allow(one.token):
            return PlainTextResponse("too much at once\n", 429, {**_PLAIN, "retry-after": "60"})
        length = request.headers.get("content-length", "")
        if length.isascii() and length.isdigit() and int(length[:12]) > _MAX_BYTES:
            return _say(413, "too large")
        async with self._reading:
            try:
                async with asyncio.timeout(_MAX_SECONDS):
                    body = await _read(request)
            except TimeoutError:
                return _say(408, "too slow")
            except ClientDisconnect:
                return _say(400, "broken off")
        if body is None:
            return _say(413, "too large")
        # Whoever cannot sign gets the same answer as who can (§7.1).
        if await asyncio.to_thread(is_signed, body, request.headers.get("x-hub-signature", ""), one.secret):
            poll_at = await self._database.write(note_delivery, one, self._clock())
            self._keep(one, body, request.headers.get("content-type", ""), poll_at)
        else:
            log.info("push source=%s something came that is not signed by the hub; ignored", one.source)
        return _say(202, "thank you")

    def _keep(self, one: Subscription, body: bytes, content_type: str, poll_at: datetime) -> None:
        """Let a delivery wait to be taken in; where too many do, or anybody may have written it, for the poll only."""
        source = self._config().source(one.source)
        if source is None:
            return
        is_full = len(self._waiting) >= _KEPT_AT_ONCE
        is_open = one.hub.startswith("http:") and source.feed.startswith("https:")  # the secret could be overheard
        if sum(waiting.source == one.source for waiting in self._waiting) < _KEPT_OF_ONE:
            self._waiting.append(Delivery(one.source, b"" if is_full or is_open else body, content_type, poll_at))

    def _allow(self, token: str) -> bool:
        """Say whether a subscription may deliver something now, and count it if so."""
        now = self._clock()
        left, at = self._allowances.get(token, (float(_BURST), now))
        left = min(left + max((now - at) / _EVERY, 0), float(_BURST))
        self._allowances[token] = (left - 1 if left >= 1 else left, now)
        return left >= 1


async def _read(request: Request) -> bytes | None:
    """Read what is sent; None when it is more than we take."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _MAX_BYTES:
            return None
    return bytes(body)


def _say(status: int, line: str) -> Response:
    return PlainTextResponse(f"{line}\n", status, _PLAIN)
