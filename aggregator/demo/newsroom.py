"""The invented newsrooms of the demo: content files and an instant -> their articles as they stand then.

Dates count from the start of the demo, so that it always looks fresh. Shortly after the start an article is
republished, one is corrected and one is new, so that a visitor sees the whole job. The feeds and pages made of the
articles are written elsewhere.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

_HERE = Path(__file__).parent
_EXCERPT_WORDS = 55  # what WordPress takes
_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Article:
    """An article as its newsroom shows it at one moment."""

    number: int
    slug: str
    title: str
    author: str
    language: str
    categories: tuple[str, ...]
    published_at: datetime
    updated_at: datetime
    url: str
    canonical_url: str  # the original's, where this is a republication
    picture_url: str
    picture_alt: str
    picture_caption: str
    text: Markup  # the body without its picture
    illustrated: Markup  # the body with its picture
    comments: tuple[Mapping[str, str], ...]

    @property
    def excerpt(self) -> str:
        return " ".join(self.text.striptags().split()[:_EXCERPT_WORDS])


@dataclass(frozen=True)
class Newsroom:
    """What stays the same about a newsroom; addresses without a slash at the end."""

    key: str
    address: str
    title: str
    tagline: str
    language: str
    article_path: str  # with {slug}
    picture_path: str  # with {slug}
    feed_path: str
    feed_format: str
    colour: str  # of its pages
    rows: tuple[Mapping[str, Any], ...]  # the articles as the content file has them

    @property
    def feed_url(self) -> str:
        return self.address + self.feed_path


class Press:
    """The three newsrooms together, since one republishes the others.

    Attributes:
        newsrooms: by key: "faro", "harbour", "notebook".
    """

    def __init__(self, addresses: Mapping[str, str], started_at: datetime) -> None:
        self.newsrooms = {key: _load(key, address) for key, address in addresses.items()}
        self._started_at = started_at

    def articles(self, key: str, now: datetime) -> tuple[Article, ...]:
        """Return what a newsroom has published by `now`, newest first."""
        newsroom = self.newsrooms[key]
        articles = (self._article(newsroom, row, now) for row in newsroom.rows if self._published_at(row) <= now)
        return tuple(sorted(articles, key=lambda article: article.published_at, reverse=True))

    def _published_at(self, row: Mapping[str, Any]) -> datetime:
        if "seconds_after_start" in row:
            return self._started_at + timedelta(seconds=row["seconds_after_start"])
        return self._started_at - timedelta(hours=row["hours_before_start"])

    def _article(self, newsroom: Newsroom, row: Mapping[str, Any], now: datetime) -> Article:
        slug, original = row["slug"], None
        if "republishes" in row:  # a republication keeps the original's slug
            origin = self.newsrooms[row["republishes"]]
            original = self._article(origin, next(one for one in origin.rows if one["slug"] == slug), now)
        title, body = row["title"], row["body"]
        updated_at = published_at = self._published_at(row)
        if correction := row.get("correction"):
            corrected_at = self._started_at + timedelta(seconds=correction["seconds_after_start"])
            if corrected_at <= now:
                title, updated_at = correction["title"], corrected_at
                body = body.replace(correction["wrong"], correction["right"])
        url = newsroom.address + newsroom.article_path.format(slug=slug)
        picture = {
            "url": newsroom.address + newsroom.picture_path.format(slug=slug),
            "alt": original.picture_alt if original else row["picture_alt"],
            "caption": original.picture_caption if original else row["picture_caption"],
        }
        figure = fill_template("figure.html", **picture)
        return Article(
            number=row["number"],
            slug=slug,
            title=title,
            author=row["author"],
            language=original.language if original else newsroom.language,
            categories=tuple(row["categories"]),
            published_at=published_at,
            updated_at=updated_at,
            url=url,
            canonical_url=original.url if original else url,
            picture_url=picture["url"],
            picture_alt=picture["alt"],
            picture_caption=picture["caption"],
            text=_fill(_compile(body), original=original, picture=""),
            illustrated=_fill(_compile(body), original=original, picture=figure),
            comments=tuple(row.get("comments", ())),
        )


def fill_template(name: str, **values: object) -> Markup:
    """Fill one of the files in templates/; texts among the values are escaped."""
    return _fill(_TEMPLATES.get_template(name), **values)


def _fill(template: Template, **values: object) -> Markup:
    return Markup(template.render(values))  # noqa: S704 - the templates are ours and escape what they are given


@cache
def _compile(body: str) -> Template:
    return _TEMPLATES.from_string(body)


def _load(key: str, address: str) -> Newsroom:
    content = tomllib.loads((_HERE / "content" / f"{key}.toml").read_text(encoding="utf-8"))
    return Newsroom(key=key, address=address, rows=tuple(content.pop("article")), **content)
