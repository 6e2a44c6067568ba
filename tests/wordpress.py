"""Plays a partner's WordPress on loopback, for tests: its addresses, headers, feeds, themes and habits.

The posts are whatever a test publishes; what theme and plug-ins put around them stands in data/wordpress/. Nothing of
it is polished: this is what partners send.
"""

import hashlib
import json
import re
import threading
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from gzip import compress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from lxml.html import fromstring
from markupsafe import Markup

from tests.partner import Seen

DATA = Path(__file__).parent / "data" / "wordpress"

STRINGS: Mapping[str, Mapping[str, str]] = tomllib.loads((DATA / "strings.toml").read_text(encoding="utf-8"))
_TEMPLATES = Environment(
    loader=FileSystemLoader(DATA), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_PER_FEED = 10
_EXCERPT_WORDS = 55
_EMOJI = re.compile("[\U0001f300-\U0001faff](?:\u200d[\U0001f300-\U0001faff])*")
_RSS = "application/rss+xml; charset=UTF-8"
_HTML = "text/html; charset=UTF-8"


@dataclass(frozen=True)
class WordPressPost:
    """A post as its newsroom sees it."""

    number: int
    slug: str
    title: str
    content: str  # as blocks or classic editor render it; {{ site }} stands for the site's address
    author: str
    published_at: datetime
    modified_at: datetime
    categories: tuple[str, ...] = ("Valley",)
    password: str = ""
    picture: str = ""  # featured: the name of its file; no feed shows it
    picture_alt: str = ""


@dataclass(frozen=True)
class _Answer:
    status: int
    body: bytes = b""
    content_type: str = _HTML
    headers: tuple[tuple[str, str], ...] = ()


class WordPress:
    """A context manager: the site is up inside it.

    Args:
        locale: language of theme and plug-ins.
        pretty: /2026/11/21/slug/ and /feed/; else ?p=ID and ?feed=rss2, and /feed/ answers with the home page.
        full: the feed holds the whole posts beside their excerpts.
        seo: a plug-in describes each page for machines and signs each post of the feed.
        gzip: the server in front compresses, and marks tags as weak that WordPress then does not know again.
    Attributes:
        requests: every request seen, in the order of arrival.
        answered: the status of each.
    """

    def __init__(
        self,
        *,
        locale: Literal["en_US", "es_ES"] = "en_US",
        title: str = "Valley Post",
        pretty: bool = True,
        full: bool = True,
        theme: Literal["block", "classic"] = "block",
        seo: bool = True,
        gzip: bool = True,
    ) -> None:
        self.requests: list[Seen] = []
        self.answered: list[int] = []
        self.gzip = gzip
        self.title = title
        self.locale = locale
        self._pretty = pretty
        self._full = full
        self._theme = theme
        self._seo = seo
        self._posts: dict[int, WordPressPost] = {}
        self._say = STRINGS[locale]
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *given: _Handler(self, *given))
        self._server.daemon_threads = False
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=lambda: self._server.serve_forever(0.01), name="wordpress")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def feed_url(self) -> str:
        return f"{self.address}/feed/" if self._pretty else f"{self.address}/?feed=rss2"

    def publish(self, *posts: WordPressPost) -> None:
        """Publish posts, or change those whose numbers are there already."""
        self._posts |= {post.number: post for post in posts}

    def trash(self, number: int) -> None:
        """Take a post away; where it was the newest, Last-Modified moves back."""
        del self._posts[number]

    def link(self, post: WordPressPost) -> str:
        if not self._pretty:
            return f"{self.address}/?p={post.number}"
        return f"{self.address}/{post.published_at:%Y/%m/%d}/{post.slug}/"

    def answer(self, seen: Seen) -> _Answer:
        """Route one request as WordPress does."""
        parts = urlsplit(seen.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        page = int(query.get("paged", "1"))
        steps = [step for step in parts.path.split("/") if step] if self._pretty else []
        if "feed" in query:
            if self._pretty:  # the canonical address is another
                return _Answer(301, headers=(("Location", self.feed_url), ("X-Redirect-By", "WordPress")))
            return self._feed(seen, self._choose(query.get("cat")), page)
        if steps[-1:] == ["feed"] and not parts.path.endswith("/"):
            return _Answer(301, headers=(("Location", f"{self.address}{parts.path}/"), ("X-Redirect-By", "WordPress")))
        match steps:
            case ["feed"]:
                return self._feed(seen, self._choose(None), page)
            case ["category", slug, "feed"]:
                return self._feed(seen, self._choose(slug), page)
            case ["comments", "feed"]:
                return self._feed(seen, [], page)
            case [year, month, day, slug] if year.isdecimal():
                at = f"{year}-{month}-{day}"
                found = [
                    post for post in self._posts.values() if (f"{post.published_at:%Y-%m-%d}", post.slug) == (at, slug)
                ]
                return self._page(found[0]) if found else _Answer(404)
            case []:
                post = self._posts.get(int(query["p"])) if query.get("p", "").isdecimal() else None
                if "p" in query and post is None:
                    return _Answer(404)
                if post is None:  # also /feed/ under plain permalinks
                    return self._home()
                if self._pretty:
                    return _Answer(301, headers=(("Location", self.link(post)), ("X-Redirect-By", "WordPress")))
                return self._page(post)
        return _Answer(404)

    # --- feeds ---

    def _choose(self, category: str | None) -> list[WordPressPost]:
        """Return the posts of a category (None: all), newest first; nobody is told that there is no such category."""
        posts = sorted(self._posts.values(), key=lambda post: post.published_at, reverse=True)
        return [post for post in posts if category is None or category in [name.lower() for name in post.categories]]

    def _feed(self, seen: Seen, posts: Sequence[WordPressPost], page: int) -> _Answer:
        chosen = posts[(page - 1) * _PER_FEED : page * _PER_FEED]
        modified_at = max((post.modified_at for post in self._posts.values()), default=datetime(2026, 1, 1, tzinfo=UTC))
        modified = format_datetime(modified_at, usegmt=True)
        etag = f'"{hashlib.md5(modified.encode()).hexdigest()}"'
        headers = (("Last-Modified", modified), ("ETag", etag), ("Link", self._api))
        if _is_known(seen, etag, modified):
            return _Answer(304, headers=headers)
        document = _TEMPLATES.get_template("feed.xml").render(
            site=self.address,
            feed_title=self.title,
            wrong_self="http://127.0.0.1:8080/feed/",  # where the server behind the proxy thinks it stands
            modified=modified,
            language=self.locale.replace("_", "-"),
            posts=[self._entry(post) for post in chosen],
        )
        return _Answer(404 if page > 1 and not chosen else 200, document.encode(), _RSS, headers)

    def _entry(self, post: WordPressPost) -> dict[str, Any]:
        link = self.link(post)
        if post.password:
            excerpt = self._say["no_excerpt"]
        elif self._seo:
            excerpt = f"<p>{self._excerpt(post)} [&#8230;]</p>"
        else:
            reading = f'<a href="{link}" class="more-link">{self._say["continue"]} <span class="screen-reader-text">'
            excerpt = f"{self._excerpt(post)} [&#8230;] {reading}{post.title}</span></a>"
        names = {"post": f'<a href="{link}">{post.title}</a>', "site": f'<a href="{self.address}">{self.title}</a>'}
        signed = f"\n<p>{self._say['appeared'].format(**names)}</p>\n" if self._seo else ""
        return {
            "title": self._shown_title(post),
            "link": link,
            "comments": f"{link}feed/" if self._pretty else f"{self.address}/?feed=rss2&p={post.number}",
            "author": post.author,
            "date": format_datetime(post.published_at),
            "categories": post.categories,
            "number": post.number,
            "description": excerpt + signed,
            "content": self._content(post) + signed if self._full else None,
        }

    # --- pages ---

    def _page(self, post: WordPressPost) -> _Answer:
        shown = _TEMPLATES.get_template(f"{self._theme}_theme.html").render(
            self._surroundings(),
            post=post,
            title=self._shown_title(post),
            excerpt=self._excerpt(post),
            link=self.link(post),
            content=Markup(self._content(post)),
            protected=bool(post.password),
            post_comments_url=f"{self.link(post)}feed/",
            author_url=f"{self.address}/author/{post.author.lower().replace(' ', '-')}/",
            others=[self._teaser(other) for other in self._choose(None) if other != post][:3],
            graph=self._graph(post),
        )
        links = (("Link", self._api), ("Link", f"<{self.address}/?p={post.number}>; rel=shortlink"))
        return _Answer(200, shown.encode(), headers=links)

    def _home(self) -> _Answer:
        others = [self._teaser(post) for post in self._choose(None)]
        shown = _TEMPLATES.get_template("home.html").render(self._surroundings(), others=others)
        return _Answer(200, shown.encode(), headers=(("Link", self._api),))

    def _surroundings(self) -> dict[str, Any]:
        return {
            "site": self.address,
            "site_title": self.title,
            "locale": self.locale,
            "language": self.locale.replace("_", "-"),
            "say": self._say,
            "seo": self._seo,
            "feed_url": self.feed_url,
            "comments_url": f"{self.address}/comments/feed/",
        }

    def _teaser(self, post: WordPressPost) -> dict[str, Any]:
        excerpt = self._excerpt(post) if not post.password else self._say["no_excerpt"]
        title = self._shown_title(post)
        return {
            "number": post.number,
            "title": title,
            "link": self.link(post),
            "excerpt": excerpt,
            "categories": post.categories,
        }

    def _graph(self, post: WordPressPost) -> Any:
        link, site = self.link(post), self.address
        person = f"{site}/#/schema/person/{post.number}f"
        graph = [
            {
                "@type": "Article",
                "@id": f"{link}#article",
                "isPartOf": {"@id": link},
                "author": {"name": post.author, "@id": person},
                "headline": self._shown_title(post),
                "datePublished": post.published_at.isoformat(),
                "dateModified": post.modified_at.isoformat(),
                "mainEntityOfPage": {"@id": link},
                "wordCount": 412,
                "commentCount": 2,
                "publisher": {"@id": f"{site}/#organization"},
                "articleSection": list(post.categories),
                "inLanguage": self.locale.replace("_", "-"),
            },
            {"@type": "WebPage", "@id": link, "url": link, "name": f"{post.title} - {self.title}"},
            {"@type": "WebSite", "@id": f"{site}/#website", "url": f"{site}/", "name": self.title},
            {"@type": "Organization", "@id": f"{site}/#organization", "name": self.title, "url": f"{site}/"},
            {"@type": "Person", "@id": person, "name": post.author, "url": f"{site}/author/{post.number}/"},
        ]
        return Markup(json.dumps({"@context": "https://schema.org", "@graph": graph}))

    # --- posts ---

    def _shown_title(self, post: WordPressPost) -> str:
        return self._say["protected"].format(title=post.title) if post.password else post.title

    def _content(self, post: WordPressPost) -> str:
        """Return a post's HTML as its readers get it."""
        if post.password:
            return _TEMPLATES.get_template("password.html").render(self._surroundings(), post=post)
        return _EMOJI.sub(_emoji_picture, post.content.replace("{{ site }}", self.address))

    def _excerpt(self, post: WordPressPost) -> str:
        texts = [element.text_content() for element in fromstring(f"<div>{post.content}</div>").iter("p", "li")]
        words = " ".join(texts).split()
        return " ".join(words[:_EXCERPT_WORDS])

    @property
    def _api(self) -> str:
        return f'<{self.address}/wp-json/>; rel="https://api.w.org/"'


def _is_known(seen: Seen, etag: str, modified: str) -> bool:
    """Say whether the request earns a 304: both validators must hold where both are sent, and tags are compared as text."""
    tag, since = seen.header("If-None-Match"), seen.header("If-Modified-Since")
    is_fresh = since is not None and parsedate_to_datetime(since) >= parsedate_to_datetime(modified)
    if tag is not None and since is not None:
        return tag == etag and is_fresh
    return tag == etag or is_fresh


def _emoji_picture(found: re.Match[str]) -> str:
    name = "-".join(f"{ord(character):x}" for character in found[0])
    source = f"https://s.w.org/images/core/emoji/16.0.1/72x72/{name}.png"
    return f'<img src="{source}" alt="{found[0]}" class="wp-smiley" style="height: 1em; max-height: 1em;" />'


class _Handler(BaseHTTPRequestHandler):
    """Plays the server in front of WordPress, which compresses what it sends and marks the tags of that as weak."""

    protocol_version = "HTTP/1.1"

    def __init__(self, site: WordPress, *given: Any) -> None:
        self._site = site
        super().__init__(*given)

    def do_GET(self) -> None:
        seen = Seen(self.command, self.path, tuple(self.headers.items()))
        answer = self._site.answer(seen)
        self._site.requests.append(seen)
        self._site.answered.append(answer.status)
        body, fields = answer.body, [("Content-Type", answer.content_type), *answer.headers]
        if body and self._site.gzip and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = compress(body, 1)
            fields = [(name, f"W/{value}" if name == "ETag" else value) for name, value in fields]
            fields += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
        self.send_response(answer.status)
        for name, value in [*fields, ("Content-Length", str(len(body)))]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""
