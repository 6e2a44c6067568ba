"""The one HTTP client: one conditional GET, redirects followed, as a `Response` or a `FetchError` of one line.

Everything a stranger's server may do to us is bounded here: time, bytes on the wire, bytes after decoding, headers,
redirects. Where it may lead us is `guard`, how often we may come is `politeness`; when to come back is the schedule's.
No request is repeated, no cookie kept, no proxy used, nothing logged.
"""

import asyncio
import re
import socket
import ssl
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Self

import httpx2 as httpx

from aggregator.errors import AddressBlocked, FetchError
from aggregator.fetch.guard import Guard
from aggregator.fetch.inflate import Inflater
from aggregator.fetch.politeness import Politeness
from aggregator.models import CacheHints, Response, Validators
from aggregator.urls import host_of, resolve

FEED_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)
PAGE_ACCEPT = "text/html, application/xhtml+xml, */*;q=0.5"

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410})
_IDLE_SECONDS = 4.0  # many servers hang up after five: a request must not meet a connection that is just closing
_LONGEST_WAIT = timedelta(days=366)  # what a server may ask; more would not fit into a date
_NO_VALIDATORS = Validators()
_MAX_AGE = re.compile(r'max-age="?([0-9]+)')

Fields = Mapping[bytes, bytes]


@dataclass(frozen=True)
class Limits:
    """How much of a server's answer is taken in."""

    max_body_bytes: int = 10 * 1024 * 1024  # after decoding
    max_wire_bytes: int = 10 * 1024 * 1024  # before
    max_redirects: int = 5
    max_header_bytes: int = 64 * 1024


@dataclass(frozen=True)
class _Redirect:
    location: str  # as the server wrote it


class Client:
    """Fetches as one well-behaved client; an async context manager.

    Args:
        user_agent: says who we are and where to complain.
        clock: now, aware and UTC; asked only when a server names a date to come back at.
    """

    def __init__(
        self,
        user_agent: str,
        guard: Guard,
        politeness: Politeness,
        limits: Limits = Limits(),
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._user_agent = user_agent
        self._politeness = politeness
        self._limits = limits
        self._clock = clock
        # The bare transport: httpx's client on top of it adds cookies, redirects and a third more time per request.
        self._transport = httpx.AsyncHTTPTransport(
            verify=ssl.create_default_context(),
            trust_env=False,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=20, keepalive_expiry=_IDLE_SECONDS),
        )
        # No public way leads to it; a test watches that the attribute stays what it is.
        self._transport._pool._network_backend = guard

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._transport.aclose()

    async def get(
        self,
        url: str,
        validators: Validators = _NO_VALIDATORS,
        *,
        timeout: timedelta,  # noqa: ASYNC109 - a part of the promise: redirects share it, waiting in line is not in it
        headers: Sequence[tuple[str, str]] = (),
        accept: str = FEED_ACCEPT,
        max_body_bytes: int | None = None,
    ) -> Response:
        """Fetch an address, following redirects.

        Args:
            validators: of the last answer; sent byte for byte as they came (RFC 9110 §13.1).
            timeout: for the exchange with its redirects, not for the waiting until it is this host's turn.
            headers: sent besides or instead of ours; never to another host a redirect leads to.
            max_body_bytes: instead of the limits' own.
        Returns:
            2xx with its body; 304 with the validators that earned it; 404 and 410 without body.
        Raises:
            AddressBlocked: an address, also one redirected to, that is not http(s) or not public.
            FetchError: any other status (with what Retry-After says), or no usable answer in time.
        """
        first = _without_fragment(resolve("", url))
        if not first:
            raise AddressBlocked(f"{url[:200]!r} is no http or https address that can be fetched", url)
        way = [first]
        home = host = host_of(first)
        left = timeout.total_seconds()
        time = asyncio.get_running_loop().time
        max_bytes = self._limits.max_body_bytes if max_body_bytes is None else max_body_bytes
        while True:
            fields = self._request_fields(validators, accept, headers if host == home else ())
            async with self._politeness.slot(host):
                started = time()
                with _in_our_words(way, timeout):
                    async with asyncio.timeout(left):
                        answer = await self._ask(way[-1], fields, validators, max_bytes)
                left -= time() - started
            if isinstance(answer, Response):
                return answer
            way.append(self._next_address(way, answer.location))
            host = host_of(way[-1])

    def _request_fields(
        self, validators: Validators, accept: str, headers: Sequence[tuple[str, str]]
    ) -> list[tuple[bytes, bytes]]:
        fields = {
            b"user-agent": self._user_agent.encode(),
            b"accept": accept.encode(),
            b"accept-encoding": b"gzip, deflate",
        }
        # Validators hold bytes as latin-1 (see `_text`), so they leave as they came.
        if validators.etag:
            fields[b"if-none-match"] = validators.etag.encode("latin-1", "replace")
        if validators.last_modified:
            fields[b"if-modified-since"] = validators.last_modified.encode("latin-1", "replace")
        for name, value in headers:
            fields[name.lower().encode()] = value.encode()
        return list(fields.items())

    async def _ask(
        self, url: str, fields: list[tuple[bytes, bytes]], validators: Validators, max_bytes: int
    ) -> Response | _Redirect:
        """Make one exchange, without following where it leads."""
        answer = await self._transport.handle_async_request(httpx.Request("GET", url, headers=fields))
        try:
            return await self._judge(url, answer, validators, max_bytes)
        finally:
            await answer.aclose()

    async def _judge(
        self, url: str, answer: httpx.Response, validators: Validators, max_bytes: int
    ) -> Response | _Redirect:
        status = answer.status_code
        raw = answer.headers.raw
        if sum(len(name) + len(value) for name, value in raw) > self._limits.max_header_bytes:
            raise FetchError(f"the headers are larger than {self._limits.max_header_bytes} bytes", url, status)
        fields: dict[bytes, bytes] = {}
        for name, value in raw:
            fields.setdefault(name.lower(), value)
        if status in _REDIRECTS:
            return _Redirect(_location(fields))
        hints = CacheHints(_max_age(_text(fields, b"cache-control")), self._retry_after(_text(fields, b"retry-after")))
        if status == 304 and validators != _NO_VALIDATORS:
            async for _ in answer.aiter_raw():  # empty; reading to its end keeps the connection
                pass
            # Not the validators of this answer: behind gzip a server may send back a form that it does not honour.
            return Response(status, url, validators=validators, hints=hints)
        if status in _GONE:
            return Response(status, url, hints=hints)
        if not 200 <= status < 300:
            wait = hints.retry_after.total_seconds() if hints.retry_after is not None else None
            raise FetchError(_refused(status, wait), url, status, wait)
        return Response(
            status,
            url,
            body=await self._read(url, answer, fields, max_bytes),
            content_type=_text(fields, b"content-type"),
            content_location=_text(fields, b"content-location"),
            validators=Validators(_text(fields, b"etag"), _text(fields, b"last-modified")),
            hints=hints,
        )

    async def _read(self, url: str, answer: httpx.Response, fields: Fields, max_bytes: int) -> bytes:
        inflater = _inflater(url, _text(fields, b"content-encoding"))
        wire = size = 0
        parts = []
        async with aclosing(answer.aiter_raw()) as chunks:
            async for chunk in chunks:
                wire += len(chunk)
                if wire > self._limits.max_wire_bytes:
                    raise FetchError(f"too large: more than {self._limits.max_wire_bytes} bytes sent", url)
                for part in inflater.inflate(chunk) if inflater else (chunk,):
                    size += len(part)
                    if size > max_bytes:
                        raise FetchError(f"too large: more than {max_bytes} bytes", url)
                    parts.append(part)
        if inflater and not inflater.is_complete:
            raise FetchError("broken answer: its compressed body ends too early", url)
        return b"".join(parts)

    def _next_address(self, way: Sequence[str], location: str) -> str:
        """Say where a redirect leads, or refuse to follow it."""
        asked, here, where = way[0], way[-1], _where(way)
        target = _without_fragment(resolve(here, location))
        if not target:
            raise AddressBlocked(f"{where}: redirected to {location[:200]!r}, which is no http or https address", asked)
        if target in way:
            raise FetchError(f"{where}: redirected in a circle, back to {target}", asked)
        if here.startswith("https:") and not target.startswith("https:"):
            raise FetchError(f"{where}: redirected from https down to {target}, which is not followed", asked)
        if len(way) > self._limits.max_redirects:
            raise FetchError(f"{where}: more than {self._limits.max_redirects} redirects", asked)
        return target

    def _retry_after(self, value: str) -> timedelta | None:
        """Read Retry-After, seconds or a date (RFC 9110 §10.2.3); None when it is neither."""
        if not value:
            return None
        if value.isascii() and value.isdigit():
            return _seconds(value)
        try:
            date = parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        if date.tzinfo is None:  # "-0000" counts as UTC too
            date = date.replace(tzinfo=UTC)
        return min(max(date - self._clock(), timedelta(0)), _LONGEST_WAIT)


def _inflater(url: str, coding: str) -> Inflater | None:
    match coding.strip().lower():
        case "" | "identity":
            return None
        case "gzip" | "x-gzip":
            return Inflater("gzip")
        case "deflate":
            return Inflater("deflate")
    raise FetchError(f"the answer is in content coding {coding[:80]!r}; only gzip and deflate were asked for", url)


@contextmanager
def _in_our_words(way: Sequence[str], timeout: timedelta) -> Iterator[None]:
    """Turn whatever goes wrong in an exchange into a FetchError that begins with where it happened."""
    where, asked = _where(way), way[0]
    try:
        yield
    except FetchError as error:
        raise type(error)(f"{where}: {error}", asked, error.status, error.retry_after) from error
    except TimeoutError as error:  # with a number it is not our deadline but the network's own
        reason = f"timed out after {timeout.total_seconds():g} s" if error.errno is None else "connection timed out"
        raise FetchError(f"{where}: {reason}", asked) from error
    except socket.gaierror as error:
        reason = "no answer from the name server" if error.errno == socket.EAI_AGAIN else "host not found"
        raise FetchError(f"{where}: {reason}", asked) from error
    except ssl.SSLCertVerificationError as error:
        raise FetchError(f"{where}: TLS problem: certificate: {error.verify_message}", asked) from error
    except ssl.SSLError as error:
        raise FetchError(f"{where}: TLS problem: {error.reason or 'broken off'}", asked) from error
    except ConnectionRefusedError as error:
        raise FetchError(f"{where}: connection refused", asked) from error
    except OSError as error:
        raise FetchError(f"{where}: connection failed: {error.strerror or 'broken off'}", asked) from error
    except httpx.LocalProtocolError as error:
        raise FetchError(f"{where}: the request cannot be sent: {_one_line(str(error))}", asked) from error
    except (httpx.HTTPError, zlib.error) as error:
        raise FetchError(f"{where}: broken answer: {_one_line(str(error))}", asked) from error


def _where(way: Sequence[str]) -> str:
    return way[0] if len(way) == 1 else f"{way[0]} (redirected to {way[-1]})"


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]


def _refused(status: int, wait: float | None) -> str:
    try:
        words = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        words = str(status)
    return f"answered {words}" + (f", come back in {wait:g} s" if wait is not None else "")


def _text(fields: Fields, name: bytes) -> str:
    """Return a field's value, each byte as the character of that number; "" when it is missing."""
    return fields.get(name, b"").decode("latin-1")


def _location(fields: Fields) -> str:
    value = fields.get(b"location", b"")
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _without_fragment(url: str) -> str:
    return url.partition("#")[0]


def _max_age(cache_control: str) -> timedelta | None:
    """Read how long an answer stays fresh (RFC 9111 §5.2.2.1); None when it is not to be kept at all."""
    directives = [directive.strip() for directive in cache_control.lower().split(",")]
    if "no-store" in directives or "no-cache" in directives:
        return None
    found = next((match for directive in directives if (match := _MAX_AGE.match(directive))), None)
    return _seconds(found[1]) if found else None


def _seconds(digits: str) -> timedelta:
    return min(timedelta(seconds=int(digits[:10])), _LONGEST_WAIT)
