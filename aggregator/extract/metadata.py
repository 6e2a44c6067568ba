"""Reads what a page says about itself: title, authors, canonical address, language, licence, date, picture.

In each case the statement made for machines (JSON-LD, then meta elements) goes before what merely looks like one.
Names stay as given; `byline` takes them apart.
"""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from aggregator.extract.authors import choose_page_authors, json_ld_authors
from aggregator.models import RESTRICTIONS, Image, Page
from aggregator.plaintext import clean_text
from aggregator.urls import host_of, resolve, resolve_for_readers

Node = dict[str, Any]

_ARTICLE_TYPES = re.compile(r"(?:Article|BlogPosting|Report|Review)$")
_MAX_JSON = 500_000  # characters of one JSON-LD script; an article's is below 50,000
_MAX_NODES = 500
_MAX_LINE = 1_000  # characters of a title or a description of a picture
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_COMMONS = re.compile(r"//(?:www\.)?creativecommons\.org/(?:licenses|publicdomain)/", re.IGNORECASE)
_CREDIT = re.compile(r"caption|credit|photo|image|foto", re.IGNORECASE)
_AUTHOR_METAS = ("author", "article:author", "dc.creator", "DC.creator", "parsely-author", "sailthru.author", "byl")
_WRITTEN_BY = re.compile(
    r"written by|escrito por|escrita por|autor|por|écrit par|publié par|verfasst von", re.IGNORECASE
)
_SITE_SUFFIX = re.compile(r"\s+[|–—»·-]\s+[^|–—»·]{2,60}$")


def read_json_ld(tree: HtmlElement) -> list[Node]:
    """Return the objects of the page's JSON-LD scripts, outer ones first; what cannot be read is passed over."""
    nodes: list[Node] = []
    for script in tree.iterfind('.//script[@type="application/ld+json"]'):
        text = (script.text or "").strip().removeprefix("<![CDATA[").removesuffix("]]>").rstrip("; \n")
        if not text or len(text) > _MAX_JSON:
            continue
        try:
            waiting: list[Any] = [json.loads(text, strict=False)]
        except (ValueError, RecursionError):
            continue
        while waiting and len(nodes) < _MAX_NODES:
            value = waiting.pop(0)
            if isinstance(value, dict):
                nodes.append(value)
                waiting.extend(value.values())
            elif isinstance(value, list):
                waiting.extend(value)
    return nodes


def says_article(tree: HtmlElement, nodes: Sequence[Node]) -> bool:
    """Whether the page calls itself an article. `og:type` alone is no proof: WordPress plug-ins say it of lists too."""
    return bool(_articles(nodes)) or bool(_meta(tree, "article:published_time"))


def is_typed_article(tree: HtmlElement) -> bool:
    """Whether `og:type` says article. It does not count for much, but no login page says so."""
    return _meta(tree, "og:type") == "article"


def describe(tree: HtmlElement, nodes: Sequence[Node], url: str) -> Page:
    """Gather what the page at `url` says about itself; the body is left empty."""
    article = next(iter(_articles(nodes)), {})
    canonical_url = _first_address(url, *(link.get("href", "") for link in _rel(tree, "link", "canonical")))
    og_url = _first_address(url, _meta(tree, "og:url"))
    canonical_url = canonical_url or og_url
    return Page(
        body_html="",
        title=_title(tree, article)[:_MAX_LINE],
        authors=read_authors(tree, nodes, url),
        canonical_url=canonical_url,
        og_url=og_url if og_url != canonical_url else "",
        language=_language(tree, article),
        licence=_licence(tree, article, url),
        restrictions=_restrictions(tree),
        published_at=_published_at(tree, article),
        image=_image(tree, url),
    )


def read_stated_text(nodes: Sequence[Node]) -> str:
    """Return the article's text as the page states it for machines; "" when it does not. It may be cut short."""
    return max((text for node in _articles(nodes) for text in _texts(node.get("articleBody"))), key=len, default="")


def is_home(url: str) -> bool:
    """Whether an address is that of a site's home page: no path and no query (`?p=ID` is an article)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.path in ("", "/", "/index.html", "/index.php") and not parts.query


# --- small readers ---------------------------------------------------------------------------------------------------


def _articles(nodes: Sequence[Node]) -> list[Node]:
    return [node for node in nodes if any(_ARTICLE_TYPES.search(one) for one in _texts(node.get("@type")))]


def _texts(value: Any) -> Iterator[str]:
    """Yield the strings of a JSON-LD value, which may be one, or a list, or nothing."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str) and one.strip():
            yield _line(one)


def _line(text: str | None) -> str:
    # Some plug-ins escape twice, and leave "&#8216;" in what should be text.
    return clean_text(unescape(text or ""))


def _meta(tree: HtmlElement, *names: str) -> str:
    """Return the first meta element with content under one of the names, as `property`, `name` or `itemprop`."""
    for name in names:
        for attribute in ("property", "name", "itemprop"):
            for element in tree.iterfind(f'.//meta[@{attribute}="{name}"]'):
                if content := _line(element.get("content")):
                    return content
    return ""


def _rel(tree: HtmlElement, tag: str, value: str) -> Iterator[HtmlElement]:
    for element in tree.iterfind(f".//{tag}[@rel]"):
        if value in element.get("rel", "").lower().split() and element.get("href"):
            yield element


# --- one fact each ---------------------------------------------------------------------------------------------------


def _title(tree: HtmlElement, article: Node) -> str:
    """Return the headline, without the name of the site that titles often end in."""
    headings = [_line(heading.text_content()) for heading in tree.iter("h1")]
    headline = next(_texts(article.get("headline")), "") or _meta(tree, "og:title", "twitter:title")
    title = headline or _line(tree.findtext(".//title"))
    if any(heading == title for heading in headings):
        return title
    for heading in headings:
        if len(heading) > 10 and title.startswith(heading):
            return heading
    shorter = _SITE_SUFFIX.sub("", title)
    suffix = title[len(shorter) :].strip(" |–—»·-").lower()
    site = _meta(tree, "og:site_name").lower()
    return shorter if suffix and (suffix == site or not headline) else title


def read_authors(tree: HtmlElement, nodes: Sequence[Node], url: str) -> tuple[str, ...]:
    """Return the authors that the page at `url` names, as given; `authors` says which statement counts."""
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and "name" in node}
    articles = _articles(nodes)
    article = next((one for one in articles if one.get("author")), next(iter(articles), {}))
    publisher = article.get("publisher")
    publisher = by_id.get(publisher.get("@id", ""), publisher) if isinstance(publisher, dict) else {}
    first = next(_rel(tree, "a", "author"), None)
    # Several authors stand side by side; authors of other articles do not.
    around = first.getparent() if first is not None else None
    linked = [_line(link.text_content()) for link in _rel(around, "a", "author")] if around is not None else []
    metas: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        if name in _AUTHOR_METAS or name.startswith("twitter:"):
            metas.setdefault(name, _line(element.get("content")))
    labels = [n for n in (1, 2) if _WRITTEN_BY.fullmatch(metas.get(f"twitter:label{n}", ""))]
    return choose_page_authors(
        tree,
        declared=json_ld_authors(article.get("author"), by_id),
        linked=linked,
        stated=[*(metas.get(name, "") for name in _AUTHOR_METAS), *(metas.get(f"twitter:data{n}", "") for n in labels)],
        # A publisher who is a person has a site of his own, and writes it.
        own_names=[
            _meta(tree, "og:site_name"),
            *(() if "Person" in _texts(publisher.get("@type")) else _texts(publisher.get("name"))),
            host_of(url),
        ],
    )


def _first_address(url: str, *declared: str) -> str:
    """Return the first address that can be the article's own; absolute, "" for none."""
    for given in declared:
        canonical = resolve(url, given)
        # Badly set up sites name their home page on every page; taken at its word, all their articles would be one.
        if canonical and (not is_home(canonical) or is_home(url)):
            return canonical
    return ""


def _language(tree: HtmlElement, article: Node) -> str:
    element = tree.find(".//meta[@http-equiv='content-language']")
    said = (
        tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or tree.get("xml:lang"),
        next(_texts(article.get("inLanguage")), ""),
        _meta(tree, "language", "og:locale"),
        element.get("content") if element is not None else "",
    )
    for one in said:
        language = (one or "").strip().replace("_", "-")
        if _LANGUAGE.fullmatch(language):
            return language
    return ""


def _licence(tree: HtmlElement, article: Node, url: str) -> str:
    """Return the address of the licence the page is under; a picture's licence is not the article's."""
    said = [
        link.get("href", "") for tag in ("link", "a") for link in _rel(tree, tag, "license") if not _of_picture(link)
    ]
    said += list(_texts(article.get("license")))
    said += [
        link.get("href", "")
        for link in tree.iterfind(".//a[@href]")
        if _COMMONS.search(link.get("href", "")) and not _of_picture(link)
    ]
    return next((absolute for absolute in (resolve(url, one) for one in said) if absolute), "")


def _of_picture(link: HtmlElement) -> bool:
    parent = link.getparent()
    if parent is not None and _CREDIT.search("".join(parent.itertext())[:60]) and parent.tag != "body":
        return True
    return any(one.tag == "figure" or _CREDIT.search(one.get("class", "")) for one in link.iterancestors())


def _restrictions(tree: HtmlElement) -> tuple[str, ...]:
    said = {part.strip().lower() for part in _meta(tree, "robots").split(",")} - {"tdm-reservation"}
    if _meta(tree, "tdm-reservation").strip() == "1":
        said.add("tdm-reservation")
    return tuple(sorted(said & RESTRICTIONS))


def _published_at(tree: HtmlElement, article: Node) -> datetime | None:
    said = list(_texts(article.get("datePublished")))
    said.append(_meta(tree, "article:published_time", "datePublished", "og:article:published_time", "date", "dc.date"))
    said += [element.get("datetime", "") for element in tree.iterfind(".//time[@datetime]")][:1]
    return next((instant for instant in map(_instant, said) if instant), None)


def _instant(text: str) -> datetime | None:
    """Read an ISO 8601 or RFC 5322 date; one without a zone is taken as UTC."""
    text = text.strip()
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        try:
            instant = parsedate_to_datetime(text)
        except ValueError:
            return None
    try:
        instant = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except OverflowError:
        return None
    return instant if instant.year >= 1990 else None


def _image(tree: HtmlElement, url: str) -> Image | None:
    for prefix in ("og", "twitter"):
        if address := resolve_for_readers(
            url, _meta(tree, f"{prefix}:image", f"{prefix}:image:url", f"{prefix}:image:src")
        ):
            width, height = (
                _number(_meta(tree, f"og:image:{side}")) if prefix == "og" else 0 for side in ("width", "height")
            )
            return Image(address, alt=_meta(tree, f"{prefix}:image:alt")[:_MAX_LINE], width=width, height=height)
    return None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
