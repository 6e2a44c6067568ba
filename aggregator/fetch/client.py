"""The one HTTP client: one conditional GET, redirects followed, as a `Response` or a `FetchError` of one line.

Everything a stranger's server may do to us is bounded here: time, bytes on the wire, bytes after decoding, headers,
redirects. Where it may lead us is `guard`, how often we may come is `politeness`; when to come back is the schedule's.
No request is repeated, no cookie kept, no proxy used, nothing logged.
"""

import asyncio
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

import httpcore2
from httpx2 import URL

from aggregator.errors import AddressBlocked, FetchError
from aggregator.fetch.connections import Connections
from aggregator.fetch.failures import describe_refusal, describe_way, in_our_words, kind_of_refusal
from aggregator.fetch.guard import Guard
from aggregator.fetch.hints import read_hints
from aggregator.fetch.inflate import Inflater
from aggregator.fetch.politeness import Politeness
from aggregator.models import Response, Validators
from aggregator.urls import host_of, is_safe_for, resolve

FEED_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)
PAGE_ACCEPT = "text/html, application/xhtml+xml, */*;q=0.5"

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_SAME_METHOD = frozenset({307, 308})
_MOST_SAID = 100_000  # bytes of an answer that nobody reads
_GONE = frozenset({404, 410})
_MAX_REFUSAL_BYTES = 64 * 1024  # of a page that says why it is no answer
_REST = timedelta(hours=1)  # for a host that finds us too fast and does not say how long to stay away
_LONGEST_REST = timedelta(days=1)  # the usual max_interval
_NO_VALIDATORS = Validators()


@dataclass(frozen=True)
class Limits:
    """How much of a server's answer is taken in."""

    max_body_bytes: int = 10 * 1024 * 1024  # after decoding
    max_wire_bytes: int = 10 * 1024 * 1024  # before
    max_redirects: int = 5
    max_header_bytes: int = 64 * 1024


@dataclass(frozen=True)
class _Redirect:
    status: int
    location: str  # as the server wrote it


class Client:
    """Fetches as one well-behaved client; an async context manager.

    Args:
        user_agent: says who we are and where to complain.
        clock: now, aware and UTC; asked only when a server says when to come back.
        keep: a connection for the next request to the same server.
    """

    def __init__(
        self,
        user_agent: str,
        guard: Guard,
        politeness: Politeness,
        limits: Limits = Limits(),
        *,
        clock: Callable[[], datetime],
        keep: bool = True,
    ) -> None:
        self._user_agent = user_agent
        self._politeness = politeness
        self._limits = limits
        self._clock = clock
        self._connections = Connections(guard, keep=keep)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._connections.aclose()

    async def get(
        self,
        url: str,
        validators: Validators = _NO_VALIDATORS,
        *,
        timeout: timedelta,  # noqa: ASYNC109 - a part of the promise: redirects share it, waiting in line is not in it
        headers: Sequence[tuple[str, str]] = (),
        accept: str = FEED_ACCEPT,
        max_body_bytes: int | None = None,
        admit: Callable[[str], Awaitable[timedelta | None]] | None = None,
        longest_rest: timedelta = _LONGEST_REST,
    ) -> Response:
        """Fetch an address, following redirects.

        Args:
            validators: of the last answer; sent byte for byte as they came (RFC 9110 §13.1).
            timeout: for the exchange with its redirects, not for the waiting until it is this host's turn.
            headers: sent besides or instead of ours; never to another server a redirect leads to.
            max_body_bytes: instead of the limits' own.
            admit: asked before each request, redirects included, whether that address may be fetched; raises if not,
                else returns the pause before the next request to its host, where that is longer than politeness' own.
            longest_rest: granted to a host that asked to be left alone.
        Returns:
            2xx with its body; 304 with the validators it names; 404 and 410 without body.
        Raises:
            AddressBlocked: an address, also one redirected to, that is not http(s) or not public.
            FetchError: any other status (with what Retry-After says and the beginning of the body), no usable answer
                in time, or a host that asked to be left alone.
        """
        first = _without_fragment(resolve("", url))
        if not first:
            raise AddressBlocked(f"{url[:200]!r} is no http or https address that can be fetched", url, kind="blocked")
        way = [first]
        moved_to = ""
        host = host_of(first)
        left = timeout.total_seconds()
        time = asyncio.get_running_loop().time
        max_bytes = self._limits.max_body_bytes if max_body_bytes is None else max_body_bytes
        while True:
            fields = self._request_fields(validators, accept, headers if is_safe_for(first, way[-1]) else ())
            pause = await admit(way[-1]) if admit else None
            async with self._politeness.slot(host, pause):
                self._spare_resting(way, host, longest_rest)
                started = time()
                try:
                    async with asyncio.timeout(left) as deadline:
                        answer = await self._ask(way[-1], fields, validators, max_bytes, deadline)
                except (FetchError, OSError, httpcore2.ProtocolError, zlib.error) as error:
                    raise in_our_words(error, way, timeout, moved_to) from error
                left -= time() - started
            if isinstance(answer, Response):
                return replace(answer, moved_to=moved_to) if moved_to else answer
            target = self._next_address(way, answer.location)
            if answer.status in _PERMANENT and way[-1] in (first, moved_to):
                moved_to = target
            way.append(target)
            host = host_of(target)

    async def post(
        self,
        url: str,
        body: bytes,
        content_type: str,
        *,
        timeout: timedelta,  # noqa: ASYNC109 - for each request
        follows: bool = False,
    ) -> Response:
        """Send something to an address; the answer's body is of no interest.

        Args:
            follows: send the same to where it leads (307, 308; RFC 9110 §15.4), else it may not lead elsewhere.
        Raises:
            AddressBlocked: an address, also one redirected to, that is not http(s) or not public.
            FetchError: any status but 2xx, another redirect included, or no answer in time.
        """
        address = _without_fragment(resolve("", url))
        if not address:
            raise AddressBlocked(f"{url[:200]!r} is no http or https address that can be asked", url, kind="blocked")
        way = [address]
        fields = self._request_fields(_NO_VALIDATORS, "*/*", [("Content-Type", content_type)])
        fields[b"content-length"] = str(len(body)).encode()
        while True:
            host = host_of(way[-1])
            async with self._politeness.slot(host, None):
                self._spare_resting(way, host, _LONGEST_REST)
                try:
                    async with asyncio.timeout(timeout.total_seconds()) as deadline:
                        answer = await self._ask(way[-1], fields, _NO_VALIDATORS, _MOST_SAID, deadline, body)
                except (FetchError, OSError, httpcore2.ProtocolError, zlib.error) as error:
                    raise in_our_words(error, way, timeout, "") from error
            if isinstance(answer, Response) and answer.status not in _GONE:
                return answer
            if not (isinstance(answer, _Redirect) and follows and answer.status in _SAME_METHOD):
                message = f"{way[-1]}: answered {answer.status}, which is no word of having heard"
                raise FetchError(message, address, answer.status, kind="refused")
            way.append(self._next_address(way, answer.location))

    def _request_fields(
        self, validators: Validators, accept: str, headers: Sequence[tuple[str, str]]
    ) -> dict[bytes, bytes]:
        fields = {
            b"user-agent": self._user_agent.encode(),
            b"accept": accept.encode(),
            b"accept-encoding": b"gzip, deflate",
        }
        # Validators hold bytes as latin-1 (see `_fields`), so they leave as they came.
        if validators.etag:
            fields[b"if-none-match"] = validators.etag.encode("latin-1", "replace")
        if validators.last_modified:
            fields[b"if-modified-since"] = validators.last_modified.encode("latin-1", "replace")
        for name, value in headers:
            fields[name.lower().encode()] = value.encode()
        return fields

    async def _ask(
        self,
        url: str,
        fields: dict[bytes, bytes],
        validators: Validators,
        max_bytes: int,
        deadline: asyncio.Timeout,
        sent: bytes | None = None,
    ) -> Response | _Redirect:
        """Make one exchange, without following where it leads; with something to send, a POST."""
        parsed = URL(url)
        target = httpcore2.URL(scheme=parsed.raw_scheme, host=parsed.raw_host, port=parsed.port, target=parsed.raw_path)
        headers = list(({b"host": parsed.netloc} | fields).items())
        request = httpcore2.Request("GET" if sent is None else "POST", target, headers=headers, content=sent)
        connection = await self._connections.take(target.origin)
        was_kept = connection.is_idle()
        try:
            try:
                answer = await connection.handle_async_request(request)
            except (httpcore2.RemoteProtocolError, httpcore2.ReadError, httpcore2.WriteError):
                if not was_kept or sent is not None:
                    raise
                # The server was hanging up just when it was asked again: once more, by another (RFC 9112 §9.3.1).
                await connection.aclose()
                connection = await self._connections.take(target.origin)
                answer = await connection.handle_async_request(request)
            try:
                return await self._judge(url, answer, validators, max_bytes, deadline)
            finally:
                await answer.aclose()
        finally:
            await self._connections.give_back(target.origin, connection)

    async def _judge(
        self,
        url: str,
        answer: httpcore2.Response,
        validators: Validators,
        max_bytes: int,
        deadline: asyncio.Timeout,
    ) -> Response | _Redirect:
        status = answer.status
        if sum(len(name) + len(value) for name, value in answer.headers) > self._limits.max_header_bytes:
            raise FetchError(f"the headers are larger than {self._limits.max_header_bytes} bytes", url, status)
        fields = _fields(answer.headers)
        if status in _REDIRECTS:
            return _Redirect(status, _location(fields))
        hints = read_hints(fields, self._clock)
        named = Validators(fields.get("etag", ""), fields.get("last-modified", ""))
        if status == 304 and validators != _NO_VALIDATORS:
            async with aclosing(answer.aiter_stream()) as chunks:
                async for _ in chunks:  # empty; reading to its end keeps the connection
                    pass
            # Behind gzip a server may name here a form that it does not honour: the caller decides what is kept.
            return Response(status, url, validators=named, hints=hints)
        response = Response(status, url, content_type=fields.get("content-type", ""), hints=hints, headers=fields)
        if status in _GONE:
            return response
        if not 200 <= status < 300:
            raise await self._refusal(response, answer, deadline)
        return replace(
            response,
            body=await self._read(url, answer, fields, max_bytes),
            content_location=fields.get("content-location", ""),
            validators=named,
        )

    async def _refusal(self, response: Response, answer: httpcore2.Response, deadline: asyncio.Timeout) -> FetchError:
        """Note what a server that gives no answer asks for, and read the beginning of what it sent instead."""
        status, wait = response.status, response.hints.retry_after
        kind = kind_of_refusal(status, wait)
        rest = _REST if wait is None and status == 429 else wait
        if kind == "busy" and rest:
            now = self._clock()
            self._politeness.rest(host_of(response.url), now, now + rest)
        # The same deadline, but when it comes here the status is the message all the same.
        until = deadline.when()
        deadline.reschedule(None)
        beginning = bytearray()
        with suppress(Exception):
            async with (
                asyncio.timeout_at(until),
                aclosing(self._decoded(response.url, answer, response.headers)) as parts,
            ):
                async for part in parts:
                    beginning += part
                    if len(beginning) >= _MAX_REFUSAL_BYTES:
                        break
        response = replace(response, body=bytes(beginning[:_MAX_REFUSAL_BYTES]))
        seconds = None if wait is None else wait.total_seconds()
        return FetchError(describe_refusal(status, seconds), response.url, status, seconds, kind, response)

    async def _read(self, url: str, answer: httpcore2.Response, fields: Mapping[str, str], max_bytes: int) -> bytes:
        body = bytearray()
        async with aclosing(self._decoded(url, answer, fields)) as pieces:
            async for part in pieces:
                body += part
                if len(body) > max_bytes:
                    raise FetchError(f"too large: more than {max_bytes} bytes; is the address right?", url)
        return bytes(body)

    async def _decoded(self, url: str, answer: httpcore2.Response, fields: Mapping[str, str]) -> AsyncGenerator[bytes]:
        """Yield a body piece by piece, its content coding undone."""
        inflater = _inflater(url, fields.get("content-encoding", ""))
        wire = 0
        async with aclosing(answer.aiter_stream()) as chunks:
            async for chunk in chunks:
                wire += len(chunk)
                if wire > self._limits.max_wire_bytes:
                    limit = self._limits.max_wire_bytes
                    raise FetchError(f"too large: more than {limit} bytes sent; is the address right?", url)
                for part in inflater.inflate(chunk) if inflater else (chunk,):
                    yield part
        if inflater and not inflater.is_complete:
            raise FetchError("broken answer: its compressed body ends too early", url)

    def _next_address(self, way: Sequence[str], location: str) -> str:
        """Say where a redirect leads, or refuse to follow it."""
        asked, here, where = way[0], way[-1], describe_way(way)
        target = _without_fragment(resolve(here, location))
        if not target:
            message = f"{where}: redirected to {location[:200]!r}, which is no http or https address"
            raise AddressBlocked(message, asked, kind="blocked")
        if target in way:
            raise FetchError(f"{where}: redirected in a circle, back to {target}; tell the partner", asked)
        if here.startswith("https:") and not target.startswith("https:"):
            message = f"{where}: redirected from https down to {target}, which is not followed; tell the partner"
            raise FetchError(message, asked)
        if len(way) > self._limits.max_redirects:
            message = f"{where}: more than {self._limits.max_redirects} redirects; give the address they end at"
            raise FetchError(message, asked)
        return target

    def _spare_resting(self, way: Sequence[str], host: str, longest_rest: timedelta) -> None:
        """Send nothing to a host that asked to be left alone, perhaps while we waited for our turn."""
        now = self._clock()
        until = self._politeness.rests_until(host, longest_rest, now)
        if until:
            message = f"{describe_way(way)}: {host} asked to be left alone until {until:%Y-%m-%d %H:%M} UTC"
            raise FetchError(message, way[0], retry_after=(until - now).total_seconds(), kind="busy")


def _inflater(url: str, coding: str) -> Inflater | None:
    match coding.strip().lower():
        case "" | "identity":
            return None
        case "gzip" | "x-gzip":
            return Inflater("gzip")
        case "deflate":
            return Inflater("deflate")
    raise FetchError(
        f"the answer is in content coding {coding[:80]!r}; only gzip and deflate were asked for, tell the partner",
        url,
        kind="unreadable",
    )


def _fields(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return the first value by lower-case name, of lists all, each byte as the character of that number."""
    fields: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if (
            name in ("cache-control", "link") and name in fields
        ):  # one list, on as many lines as they like (RFC 9110 §5.3)
            fields[name] += f", {value}"
        else:
            fields.setdefault(name, value)
    return fields


def _location(fields: Mapping[str, str]) -> str:
    value = fields.get("location", "")
    try:
        return value.encode("latin-1").decode()
    except UnicodeDecodeError:
        return value


def _without_fragment(url: str) -> str:
    return url.partition("#")[0]
