"""The web site of an invented newsroom: its feed, pages and pictures, served as a well-kept server serves them."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from aggregator.demo.feeds import write_feed
from aggregator.demo.newsroom import Article, Press, fill_template
from aggregator.demo.pictures import draw_landscape

_HTML = "text/html; charset=utf-8"


def create_site(press: Press, key: str, clock: Callable[[], datetime]) -> Starlette:
    """Make the site of one newsroom, which stands at every moment as the clock says."""
    newsroom = press.newsrooms[key]

    async def home(request: Request) -> Response:
        articles = press.articles(key, clock())
        for article in articles:
            if request.query_params.get("p") == str(article.number):  # where the guids of the feeds lead, if asked
                return RedirectResponse(article.url, 301)
        page = fill_template("home.html", site=newsroom, articles=articles)
        return _answer(request, page.encode(), _HTML, _changed_at(articles))

    async def feed(request: Request) -> Response:
        articles = press.articles(key, clock())
        document, content_type = write_feed(newsroom, articles)
        return _answer(request, document, content_type, _changed_at(articles))

    async def article(request: Request) -> Response:
        articles = press.articles(key, clock())
        wanted = _find(articles, request)
        page = fill_template(
            f"{key}_article.html",
            site=newsroom,
            article=wanted,
            others=[other for other in articles if other is not wanted],
            linked_data=_linked_data(wanted, newsroom.title),
        )
        return _answer(request, page.encode(), _HTML, _changed_at(articles))

    async def picture(request: Request) -> Response:
        wanted = _find(press.articles(key, clock()), request)
        return _answer(request, draw_landscape(wanted.slug), "image/png", wanted.published_at)

    async def missing(request: Request, error: Exception) -> Response:
        return HTMLResponse(fill_template("missing.html", site=newsroom), status_code=404)

    return Starlette(
        routes=[
            Route("/", home),
            Route(newsroom.feed_path, feed),
            Route(newsroom.picture_path, picture),
            Route(newsroom.article_path, article),
        ],
        middleware=[Middleware(GZipMiddleware)],
        exception_handlers={404: missing},
    )


def _find(articles: tuple[Article, ...], request: Request) -> Article:
    for article in articles:
        if article.slug == request.path_params["slug"]:
            return article
    raise HTTPException(404)


def _changed_at(articles: tuple[Article, ...]) -> datetime:
    """Say when a page last changed: any may, with any article, since they name each other."""
    return max(article.updated_at for article in articles)


def _linked_data(article: Article, publisher: str) -> dict[str, Any]:
    """Describe an article in the vocabulary of schema.org, for JSON-LD."""
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "mainEntityOfPage": article.canonical_url,
        "image": article.picture_url,
        "datePublished": article.published_at.isoformat(),
        "dateModified": article.updated_at.isoformat(),
        "author": {"@type": "Person", "name": article.author},
        "publisher": {"@type": "Organization", "name": publisher},
    }


def _answer(request: Request, body: bytes, content_type: str, changed_at: datetime) -> Response:
    """Answer with a document, or with 304 to whoever has it already."""
    # Weak, since the same tag stands for the compressed and the plain form (RFC 9110 §8.8.1).
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'
    validators = {"ETag": etag, "Last-Modified": format_datetime(changed_at, usegmt=True)}
    if _is_known(request.headers, etag, changed_at):
        return Response(status_code=304, headers=validators)
    return Response(body, headers={**validators, "Content-Type": content_type})


def _is_known(headers: Mapping[str, str], etag: str, changed_at: datetime) -> bool:
    """Tell whether a request's validators name what we would send; a tag decides alone (RFC 9110 §13.2.2)."""
    if "if-none-match" in headers:
        tags = (tag.strip().removeprefix("W/") for tag in headers["if-none-match"].split(","))
        return etag.removeprefix("W/") in tags
    try:
        return parsedate_to_datetime(headers["if-modified-since"]) >= changed_at
    except (KeyError, TypeError, ValueError):
        return False
