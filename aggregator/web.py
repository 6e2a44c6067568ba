"""Serves the published files over HTTP (RFC 9110): conditional requests, compression, careful paths.

A request is a few looks at the disk and a hit in memory, so it is answered in the event loop; only what is new or
changed is read, hashed and compressed, in a thread, one file at a time. Publishing replaces files by renaming, hence
a file read once from one descriptor is always whole. What stands in the files is the business of `render`; on which
socket the app listens is that of `server`.
"""

import asyncio
import gzip
import hashlib
import logging
import os
import re
import stat
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from errno import ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR
from html import unescape
from pathlib import Path
from urllib.parse import quote, unquote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aggregator.render.addressmaps import GONE, MOVED, read_map
from aggregator.render.html import render_notice
from aggregator.urls import item_path

_TYPES = {
    ".rss": "application/rss+xml; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".json": "application/feed+json; charset=utf-8",
    ".opml": "text/x-opml; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".ico": "image/vnd.microsoft.icon",
}
_UNKNOWN_TYPE = "application/octet-stream"
_FEEDS = frozenset({".rss", ".atom", ".json", ".opml"})  # fit to be read by the scripts of any site

# A withdrawn article must be gone everywhere within a minute: building takes some seconds of it, caches on the way get
# half. Asking again costs next to nothing, since an unchanged file is answered by 304.
_CACHING = "public, max-age=30"
SECURITY = {
    "content-security-policy": "default-src 'none'; img-src http: https:; style-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",  # partners see that readers come from us, not from which page
}
_MEMORY_BYTES = 64_000_000  # of files kept at hand: about a hundred feeds of the largest kind, compressed and not
_MAX_PATH_BYTES = 1024  # longer than any address we publish
_NO_SUCH_FILE = frozenset({ENOENT, ENOTDIR, ENAMETOOLONG, ELOOP})
_ITEM_PAGE = re.compile(rb"/item/([a-z2-7]{16})(?:/(?:index\.html)?)?")
_HEAD_BYTES = 5_000  # of a feed, in which it names its hub
_HUB = re.compile(r'rel="hub" href="([^"]+)"|"type": "WebSub",\s*"url": "([^"]+)"')
_SELF = re.compile(r'href="([^"]+)" rel="self"|"feed_url": "([^"]+)"')
_URL_MARKS = "%!#$&'()*+,/:;=?@[]~"
_ENTITY_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_QUALITY = re.compile(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", re.IGNORECASE)

log = logging.getLogger(__name__)


def create_app(output: Path, others: Sequence[Route] = ()) -> Starlette:
    """Make the app that serves the output directory, which need not exist yet.

    Args:
        others: addresses that are answered otherwise.
    """
    files = _Files(output)

    async def answer(request: Request) -> Response:
        return await _answer(request, files)

    async def refuse(request: Request, error: Exception) -> Response:
        return _refuse(request, error, files)

    return Starlette(
        routes=[*others, Route("/{path:path}", answer, methods=["GET", "HEAD"])],
        exception_handlers={404: refuse, 405: refuse, 410: refuse},
    )


# --- files -----------------------------------------------------------------------------------------------------------

_Stamp = tuple[int, int, int]  # of a file: as long as it stays the same, so do the bytes


@dataclass(frozen=True)
class _Document:
    """One file as it is served. The entity tags are strong, without their quotes."""

    stamp: _Stamp
    suffix: str
    body: bytes
    etag: str
    packed: bytes  # gzip; empty where it saves nothing
    modified_at: int  # seconds since 1970
    links: str = ""  # what it says of its hub and of itself, for the Link header (W3C WebSub §4)

    @property
    def packed_etag(self) -> str:
        # Another representation needs another tag (RFC 9110 §8.8.3.3); Apache names its own the same way.
        return f"{self.etag}-gzip"

    @property
    def size(self) -> int:
        return len(self.body) + len(self.packed)


class _Files:
    """The files of the output directory; the last ones asked for are kept in memory."""

    def __init__(self, output: Path) -> None:
        self._output = output
        self._kept: OrderedDict[str, _Document] = OrderedDict()
        self._kept_bytes = 0
        self._maps: dict[str, tuple[_Stamp, Mapping[str, str]]] = {}
        self._reading = asyncio.Lock()

    def is_published(self) -> bool:
        """Say whether anything was ever published here."""
        return (self._output / "index.html").is_file()

    def find(self, raw_path: bytes) -> str | None:
        """Find what an address names: a path within the output directory, links followed; None when there is nothing.

        Args:
            raw_path: as the client sent it. It is taken apart before it is unescaped, as RFC 3986 §2.4 demands, so
                that an escaped slash parts nothing.
        """
        if len(raw_path) > _MAX_PATH_BYTES:
            return None
        try:
            names = [unquote(name, errors="strict") for name in raw_path.decode("ascii").split("/")[1:]]
            if names[-1:] == [""]:
                names[-1] = "index.html"
            if not all(_is_public(name) for name in names):
                return None
            root = os.path.realpath(self._output, strict=True)
            path = os.path.realpath("/".join([root, *names]), strict=True)
        except OSError as error:
            _report(raw_path, error)
            return None
        except ValueError:  # not the ASCII or the UTF-8 it should be
            return None
        inside, _, within = path.partition(f"{root}/")
        return path if not inside and all(_is_public(name) for name in within.split("/")) else None

    async def read(self, path: str) -> _Document | None:
        """Return a file; None when it is none or has just gone."""
        try:
            stamp = _stamp(os.stat(path))
            if stamp is None:
                return None
            if document := self._recall(path, stamp):
                return document
            async with self._reading:  # many may ask at once for what has just changed: one of them reads it
                if document := self._recall(path, stamp):
                    return document
                document = await asyncio.to_thread(_read, path)
                self._keep(path, document)
                return document
        except OSError as error:
            _report(os.fsencode(path), error)
            return None

    async def read_map(self, name: str) -> Mapping[str, str]:
        """Return one of the maps that publishing leaves for web servers; empty when there is none."""
        path = os.path.join(self._output, name)
        try:
            stamp = _stamp(os.stat(path))
            if stamp is None:
                return {}
            known = self._maps.get(name)
            if known is None or known[0] != stamp:
                content = await asyncio.to_thread(Path(path).read_bytes)
                known = self._maps[name] = (stamp, await asyncio.to_thread(read_map, content))
            return known[1]
        except OSError as error:
            _report(os.fsencode(path), error)
            return {}

    def _recall(self, path: str, stamp: _Stamp) -> _Document | None:
        document = self._kept.get(path)
        if document is None or document.stamp != stamp:
            return None
        self._kept.move_to_end(path)
        return document

    def _keep(self, path: str, document: _Document) -> None:
        if path in self._kept:
            self._kept_bytes -= self._kept.pop(path).size
        self._kept[path] = document
        self._kept_bytes += document.size
        while self._kept_bytes > _MEMORY_BYTES:
            self._kept_bytes -= self._kept.popitem(last=False)[1].size


def _has_page(folder: str) -> bool:
    return os.path.isfile(f"{folder}/index.html")


def _is_public(name: str) -> bool:
    """Say whether a file of this name may be served: none that is hidden or half written, no way up."""
    return bool(name) and not name.startswith(".") and "/" not in name and "\0" not in name


def _report(path: bytes, error: OSError) -> None:
    """Tell the operator of a file that is there and cannot be served; the reader is told that it is not."""
    if error.errno not in _NO_SUCH_FILE:
        log.warning("cannot serve %s: %s", path.decode("ascii", "backslashreplace"), error.strerror)


def _stamp(status: os.stat_result) -> _Stamp | None:
    return (status.st_mtime_ns, status.st_size, status.st_ino) if stat.S_ISREG(status.st_mode) else None


def _read(path: str) -> _Document:
    with open(path, "rb") as file:
        status = os.fstat(file.fileno())
        body = file.read()
    suffix = os.path.splitext(path)[1].lower()
    packed = (_twin(path, status) or gzip.compress(body, 6, mtime=0)) if "charset" in _TYPES.get(suffix, "") else b""
    return _Document(
        stamp=(status.st_mtime_ns, status.st_size, status.st_ino),
        suffix=suffix,
        body=body,
        etag=hashlib.sha256(body).hexdigest()[:32],
        packed=packed if len(packed) < len(body) else b"",
        modified_at=int(status.st_mtime),
        links=_links(body) if suffix in _FEEDS else "",
    )


def _links(feed: bytes) -> str:
    """Read from the beginning of a feed of ours which hub it names, and its own address."""
    head = feed[:_HEAD_BYTES].decode("utf-8", "replace")
    hub, own = _HUB.search(head), _SELF.search(head)
    if hub is None or own is None:
        return ""
    links = ((next(filter(None, found.groups())), relation) for found, relation in ((hub, "hub"), (own, "self")))
    return ", ".join(f'<{quote(unescape(url), safe=_URL_MARKS)}>; rel="{relation}"' for url, relation in links)


def _twin(path: str, status: os.stat_result) -> bytes:
    """Return the compressed twin that was published with a file; b"" where there is none, or one of another content."""
    try:
        with open(f"{path}.gz", "rb") as file:
            return file.read() if os.fstat(file.fileno()).st_mtime_ns == status.st_mtime_ns else b""
    except FileNotFoundError:
        return b""


# --- answers ---------------------------------------------------------------------------------------------------------


async def _answer(request: Request, files: _Files) -> Response:
    raw_path: bytes = request.scope["raw_path"]
    path = files.find(raw_path)
    document = await files.read(path) if path else None
    if document is None:
        if path and _has_page(path):
            return _redirect(raw_path + b"/", request)
        return await _answer_for_item(request, raw_path, files)
    is_packed = bool(document.packed) and _accepts_gzip(request.headers.getlist("accept-encoding"))
    etag, other = document.etag, document.packed_etag
    if is_packed:
        etag, other = other, etag
    headers = SECURITY | {
        "etag": f'"{etag}"',
        "last-modified": formatdate(document.modified_at, usegmt=True),
        "cache-control": _CACHING,
    }
    if document.packed:
        headers["vary"] = "Accept-Encoding"
    if document.suffix in _FEEDS:
        headers["access-control-allow-origin"] = "*"
        if document.links:
            headers["link"] = document.links
    unchanged = _unchanged(request, document, etag, other)
    if unchanged is not None:
        return Response(status_code=304, headers=headers | {"etag": f'"{unchanged}"'})
    headers["content-type"] = _TYPES.get(document.suffix, _UNKNOWN_TYPE)
    if is_packed:
        headers["content-encoding"] = "gzip"
    return _respond(request, 200, document.packed if is_packed else document.body, headers)


async def _answer_for_item(request: Request, raw_path: bytes, files: _Files) -> Response:
    """Send a reader from the page of an item that became part of another one to the page of that.

    Raises:
        HTTPException: 410, the item is not here any more; 404, there never was such a page.
    """
    named = _ITEM_PAGE.fullmatch(raw_path)
    item = named[1].decode() if named else ""
    if item and (survivor := (await files.read_map(MOVED)).get(item)):
        return _redirect(f"/{item_path(survivor)}".encode(), request, status=301)
    raise HTTPException(410 if item and item in await files.read_map(GONE) else 404)


def _redirect(path: bytes, request: Request, status: int = 308) -> Response:
    """Send a reader elsewhere, as from `/bolivia` to `/bolivia/`, where the page's relative links hold."""
    query: bytes = request.scope["query_string"]
    location = path + (b"?" + query if query else b"")
    headers = SECURITY | {"location": location.decode("latin-1"), "cache-control": _CACHING}
    return Response(status_code=status, headers=headers)


def _refuse(request: Request, error: Exception, files: _Files) -> Response:
    """Answer what cannot be served by a page that says why, in the two languages of our pages."""
    headers = SECURITY | {"content-type": _TYPES[".html"], "cache-control": "no-store"}
    if isinstance(error, HTTPException) and error.status_code == 405:
        headers["allow"] = "GET, HEAD"
        return _respond(request, 405, render_notice("read_only"), headers)
    if isinstance(error, HTTPException) and error.status_code == 410:
        return _respond(request, 410, render_notice("gone"), headers)
    return _respond(request, 404, render_notice("missing" if files.is_published() else "nothing_yet"), headers)


def _respond(request: Request, status: int, body: bytes, headers: dict[str, str]) -> Response:
    headers["content-length"] = str(len(body))
    return Response(b"" if request.method == "HEAD" else body, status, headers)


# --- what the client has and takes -----------------------------------------------------------------------------------


def _unchanged(request: Request, document: _Document, etag: str, other: str) -> str | None:
    """Return the entity tag of what the client has, when that is still good; None when it needs the file.

    The packed and the plain form say the same, so either will do. `If-Modified-Since` counts only where no tag was
    sent (RFC 9110 §13.2.2).
    """
    if held := request.headers.getlist("if-none-match"):
        tags = _ENTITY_TAG.findall(",".join(held))  # a weak comparison: W/ does not matter (RFC 9110 §13.1.2)
        if etag in tags or [value.strip() for value in held] == ["*"]:
            return etag
        return other if other in tags else None
    since = request.headers.getlist("if-modified-since")
    if len(since) == 1 and (seconds := _seconds(since[0])) is not None and document.modified_at <= seconds:
        return etag
    return None


def _seconds(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None


def _accepts_gzip(values: Sequence[str]) -> bool:
    """Read `Accept-Encoding` (RFC 9110 §12.5.3): gzip by name, else by `*`; a quality of 0 means no."""
    qualities: dict[str, float] = {}
    for part in ",".join(values).lower().split(","):
        coding, _, parameter = part.partition(";")
        match = _QUALITY.fullmatch(parameter)
        qualities[coding.strip()] = float(match[1]) if match else 0.0 if parameter.strip() else 1.0
    return next((qualities[name] > 0 for name in ("gzip", "x-gzip", "*") if name in qualities), False)
