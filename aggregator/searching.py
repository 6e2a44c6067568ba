"""What readers ask of a running service: /search. Looked up and written in threads, a few at a time."""

import asyncio
import logging
import time
from collections.abc import Callable

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from aggregator.errors import StoreError
from aggregator.models import Config, SearchRequest
from aggregator.render.html import render_notice
from aggregator.render.search import render_search
from aggregator.store.database import Database
from aggregator.web import SECURITY
from aggregator.work.search import find

_AT_ONCE = 2  # searches; each takes some milliseconds of a processor
_MOST_WAITING = 30
_PATIENCE = 0.05  # seconds that a search looks for; a part of the index that would take it longer is left for the next
_MOST_CHARACTERS = 300  # of each field
_MOST_SOURCES = 300  # to choose from: more would make the page too heavy
_HEADERS = SECURITY | {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",  # what is withdrawn is found no more
    "x-robots-tag": "noindex",
}
log = logging.getLogger(__name__)


def search_routes(database: Database, config: Callable[[], Config]) -> list[Route]:
    """Make the address /search of a server.

    Args:
        config: returns the configuration in force.
    """
    searching = asyncio.Semaphore(_AT_ONCE)
    waiting = 0

    async def search(request: Request) -> Response:
        nonlocal waiting
        if waiting >= _MOST_WAITING:
            return _not_now()
        waiting += 1
        try:
            async with searching:
                page = await asyncio.to_thread(_search, database, config(), _read(request))
        except StoreError as error:
            log.error("search failed: %s", error)
            return _not_now()
        finally:
            waiting -= 1
        return Response(page, headers=_HEADERS)

    async def elsewhere(request: Request) -> Response:
        query = request.scope["query_string"].decode("latin-1")
        return RedirectResponse(f"../search{'?' if query else ''}{query}", 308, headers=SECURITY)

    return [Route("/search", search), Route("/search/", elsewhere)]


def _search(database: Database, config: Config, request: SearchRequest) -> bytes:
    with database.snapshot() as connection:
        result = find(connection, request, config, _patience(time.monotonic))
    topics = {topic.id: topic.title for topic in config.ruled_topics}
    sources = {source.id: source.name for source in config.sources}
    few_sources = sources if len(sources) <= _MOST_SOURCES else {}
    if request.source in sources:
        few_sources = few_sources or {request.source: sources[request.source]}
    return render_search(config.site, request, result, topics, few_sources, config.house.languages)


def _patience(clock: Callable[[], float]) -> Callable[[], bool]:
    """Return what tells, between two parts of the index, whether another that takes as long is over in time."""
    began = asked_at = clock()

    def may_go_on() -> bool:
        nonlocal asked_at
        last, asked_at = asked_at, clock()
        return asked_at + (asked_at - last) < began + _PATIENCE

    return may_go_on


def _read(request: Request) -> SearchRequest:
    asked = QueryParams(request.scope["query_string"].decode("utf-8", "replace"))  # as browsers write it, or as typed

    def given(name: str) -> str:
        return " ".join(asked.get(name, "")[:_MOST_CHARACTERS].replace("\0", " ").split())

    def place(name: str) -> int | None:
        digits = given(name)
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 18 else None

    return SearchRequest(
        given("q"), given("topic"), given("source"), given("language"), given("from"), given("to"),
        place("before"), place("after"),
    )  # fmt: skip


def _not_now() -> Response:
    return Response(render_notice("not_now"), 503, headers=_HEADERS | {"retry-after": "5"})
