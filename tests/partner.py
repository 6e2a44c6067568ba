"""Plays a partner's web server on loopback, for tests: a scripted HTTP/1.1 server in a thread of its own.

A test says what each path answers, hands the address to what it tests, and afterwards reads what was asked.
"""

import asyncio
import contextlib
import re
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Self

Headers = Sequence[tuple[str, str]]

_PAUSE_SECONDS = 0.01  # between the bytes of a drip


@dataclass(frozen=True)
class Seen:
    """One request as it arrived; header values are latin-1, so that every byte can be compared."""

    method: str
    path: str  # with the query
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str | None:
        """Return the first value of a header; None when it was not sent."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True)
class _Script:
    """What one path answers: `first`, then `again` without end where there is one."""

    first: bytes
    again: bytes = b""
    piece: int = 0  # bytes sent at a time, with a pause after each; 0: all at once
    hang_up: bool = True
    hold: bool = False
    etag: str | None = None
    last_modified: str | None = None

    def matches(self, seen: Seen) -> bool:
        """Say whether the request's validators earn a 304; compared byte for byte, as WordPress does."""
        asked = seen.header("If-None-Match")
        if asked is not None:
            return asked == self.etag
        since = seen.header("If-Modified-Since")
        return since is not None and since == self.last_modified


class Partner:
    """A context manager; a path nobody scripted answers 404.

    Attributes:
        requests: every request seen, in the order of arrival.
        bodies: what was sent with them, as with a POST.
        connections: how many connections were accepted.
        sent: bytes handed to the network so far, heads included.
        port: the port it listens on.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Seen] = []
        self.bodies: list[bytes] = []
        self.connections = 0
        self.sent = 0
        self.port = 0
        self._tls = tls
        self._scripts: dict[str, _Script] = {}
        self._talks: set[asyncio.Task[None]] = set()
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="partner")

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """Return the absolute address of a path, under another name of this machine where a test wants one."""
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    def serve(
        self,
        path: str,
        body: bytes = b"",
        status: int = 200,
        headers: Headers = (),
        answers_to: str | None = None,
    ) -> str:
        """Answer `path` with these, and with 304 to a request that carries the validators among `headers`.

        Args:
            answers_to: the ETag that earns a 304, when it is not the one among `headers`.
        Returns:
            The absolute address of the path.
        """
        known = {name.lower(): value for name, value in headers}
        length = () if status in (204, 304) else (("Content-Length", str(len(body))),)
        self._scripts[path] = _Script(
            head(status, (*headers, *length)) + body,
            hang_up=False,
            etag=answers_to or known.get("etag"),
            last_modified=known.get("last-modified"),
        )
        return self.url(path)

    def redirect(self, path: str, to: str, status: int = 302) -> str:
        """Send whoever asks for `path` on to `to`."""
        return self.serve(path, status=status, headers=[("Location", to)])

    def serve_raw(self, path: str, answer: bytes, again: bytes = b"") -> str:
        """Send these bytes as they are, status line and all (see `head`), and hang up.

        Where there is `again`, send that over and over instead, until the other side hangs up.
        """
        self._scripts[path] = _Script(answer, again)
        return self.url(path)

    def serve_drip(self, path: str, again: bytes = b".", headers: Headers = ()) -> str:
        """Send a whole head, then a body without end, byte by byte with a pause after each."""
        self._scripts[path] = _Script(head(200, headers), again, piece=1)
        return self.url(path)

    def hold(self, path: str, answer: bytes) -> str:
        """Send these bytes as they are and nothing after, without hanging up."""
        self._scripts[path] = _Script(answer, hold=True)
        return self.url(path)

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, ssl=self._tls)
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        await self._stop.wait()
        # First the door, then the guests, then the house: a server closed while it lets somebody in loses the socket.
        self._loop.remove_reader(server.sockets[0].fileno())
        while tasks := asyncio.all_tasks() - {asyncio.current_task()}:
            for talk in self._talks:
                talk.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's requests until one side hangs up."""
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        self.connections += 1
        try:
            # A client that breaks off is what many tests are about, and a stopping server needs no farewell.
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                talking = not self._stop.is_set()
                while talking:
                    request = await reader.readexactly(1)
                    if request.isalpha():
                        request += await reader.readuntil(b"\r\n\r\n")
                        if length := re.search(rb"(?i)\ncontent-length: *(\d+)", request):
                            self.bodies.append(await reader.readexactly(int(length[1])))
                        talking = await self._answer(request, writer) and not self._stop.is_set()
                    else:  # no HTTP at all, TLS for one
                        await self._send(writer, head(400))
                        talking = False
        finally:
            self._talks.discard(task)
            writer.transport.abort() if self._stop.is_set() else writer.close()

    async def _answer(self, request: bytes, writer: asyncio.StreamWriter) -> bool:
        """Play the script of one request; False hangs up."""
        line, *fields = request.decode("latin-1").split("\r\n")[:-2]
        method, path, _ = line.split(" ", 2)
        pairs = (field.partition(":") for field in fields)
        seen = Seen(method, path, tuple((name, value.strip(" ")) for name, _, value in pairs))
        self.requests.append(seen)
        script = self._scripts.get(path) or _Script(head(404, [("Content-Length", "0")]), hang_up=False)
        if script.matches(seen):
            await self._send(writer, head(304, _validators(script)))
            return True
        await self._send(writer, script.first)
        if script.hold:
            await self._stop.wait()
        pieces = _pieces(script.again, script.piece)
        while script.again:
            for piece in pieces:
                await self._send(writer, piece)
                if script.piece:
                    await asyncio.sleep(_PAUSE_SECONDS)
        return not script.hang_up

    async def _send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        writer.write(data)
        await writer.drain()
        self.sent += len(data)


def head(status: int, headers: Headers = ()) -> bytes:
    """Write the head of an answer."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1")


def _validators(script: _Script) -> Headers:
    fields = [("ETag", script.etag), ("Last-Modified", script.last_modified)]
    return [(name, value) for name, value in fields if value is not None]


def _pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)] if size else [data]
