"""What every rendition of a topic says in the same words: a TopicFeed made fit for the wire.

Here are the characters, addresses, names and sentences that RSS, Atom and JSON Feed share, so that an item reads the
same in all three. How a format writes them down is left to its renderer; what an item may show was decided before.
"""

import html
import re
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from functools import cache, lru_cache
from operator import is_not
from typing import Any
from urllib.parse import quote

from aggregator.models import Edition, FeedItem, FeedSource, ItemPage, TopicFeed

# What XML 1.0 §2.2 does not allow (control characters, lone surrogates, U+FFFE and U+FFFF) and what it discourages
# (U+007F to U+009F, left over from mistaken encodings, and noncharacters); they show as nothing. Besides, embeddings,
# overrides and isolates of direction: an unclosed one would turn the page that an item is shown on.
_UNREADABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_CONTROLS = bytes({*range(0x20), 0x7F} - {*b"\t\n\r"})  # those of them that Windows-1252 knows
_ADDRESS = re.compile(r"(https?://[^/?#]+)([^?#]*)(\?[^#]*)?(#.*)?", re.IGNORECASE | re.DOTALL)
_STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_EMAIL = re.compile(r"[<(\[]*(?:mailto:)?[^\s<>()\[\]@]+@[^\s<>()\[\]@]+\.[^\s<>()\[\]@]+[>)\]]*")
# A tag, or what the strictest readers take for a reference ("Q&A2"); true references are found by reading them.
_MARKUP = re.compile(r"<[/!?A-Za-z]|&\w*[\d_]")
_MIME = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)
_ESCAPED = re.compile("&(?:amp;)+")
_REFERENCE = re.compile(r"&(?=[\w#])")
_HEADLINE_LENGTH = 80
_MANY = 2_000  # names and addresses come again with every article, and with every build


def tidy(feed: TopicFeed) -> TopicFeed:
    """Make every string of a feed one that can be written, read and followed.

    Characters that no reader can show are dropped, titles and names become single lines, addresses become URIs,
    whatever a format requires has a value. Whoever writes several formats does it once, for all of them.
    """
    if feed.is_tidy:
        return feed
    readable: TopicFeed = _scrub(feed)
    title = one_line(readable.title) or readable.id
    return replace(
        readable,
        title=title,
        site=replace(readable.site, title=_name(readable.site.title) or _name(title) or readable.id),
        language=language_tag(readable.language) or language_tag(readable.site.language) or "und",
        page_url=uri(readable.page_url),
        items=tuple(_tidy_item(item) for item in readable.items),
        changed_at=feed.changed_at or _latest_change(feed),
        is_tidy=True,
    )


def tidy_page(page: ItemPage) -> ItemPage:
    """Make every string of an item's page one that can be shown, as `tidy` does for a feed."""
    readable: ItemPage = _scrub(page)
    return replace(
        readable,
        item=_tidy_item(readable.item),
        topics=tuple(replace(topic, title=one_line(topic.title) or topic.id) for topic in readable.topics),
        site=replace(readable.site, title=_name(readable.site.title) or readable.site.id_domain),
    )


def tidy_edition(edition: Edition) -> Edition:
    """Make every string of an edition one that can be shown, as `tidy` does for a feed."""
    readable: Edition = _scrub(edition)
    site = replace(readable.site, title=_name(readable.site.title) or readable.site.id_domain)
    sections = (
        replace(
            section,
            title=one_line(section.title),
            page_url=uri(section.page_url),
            items=tuple(map(_tidy_item, section.items)),
        )
        for section in readable.sections
    )
    title = one_line(readable.digest.title) or site.title
    return replace(readable, digest=replace(readable.digest, title=title), site=site, sections=tuple(sections))


def authors(item: FeedItem, feed: TopicFeed) -> list[str]:
    """Say who wrote an item and for whom, "Ana Quispe (El Faro)" for each person; never empty; both are tidy.

    Where the byline says nothing it is the source that answers for the item, else the site.
    """
    if not item.people:
        return [item.publication or (item.source.title if item.source else "") or feed.site.title]
    if not item.publication:
        return list(item.people)
    return [
        f"{person} ({item.publication})" if person != item.publication else item.publication for person in item.people
    ]


def describe(feed: TopicFeed) -> str:
    """Say what the feed is, and how to complain or ask for removal where the site names a contact."""
    about = one_line(feed.description) or one_line(feed.site.description) or feed.title
    contact = one_line(feed.site.contact).removeprefix("mailto:")
    if not contact:
        return about
    return f"{about}{'' if about.endswith(('.', '!', '?', '…')) else '.'} To complain or ask for removal: {contact}"


def headline(item: FeedItem) -> str:
    """Return the title, and for an item without one what comes nearest to it; never empty."""
    if item.title:
        return item.title
    start = one_line(item.summary)
    if len(start) > _HEADLINE_LENGTH:
        start = start[:_HEADLINE_LENGTH].rpartition(" ")[0] or start[:_HEADLINE_LENGTH]
        return f"{start}…"
    return start or item.publication or item.url or item.id


def body(item: FeedItem) -> str:
    """Return the HTML of an item; for one that has none its plain text, so that no reader shows an empty page."""
    return item.content_html or html.escape(item.summary or headline(item), quote=False)


def instant(at: datetime) -> str:
    """Write an instant as RFC 3339, in whole seconds: more than that RSS cannot say, and all formats agree."""
    return whole_second(at).replace(tzinfo=None).isoformat() + "Z"


def whole_second(at: datetime) -> datetime:
    """Drop the fraction of a second, in UTC."""
    return at.astimezone(UTC).replace(microsecond=0)


def is_mistakable(text: str) -> bool:
    """Say whether plain text read as HTML would come out as something else: "5 < 6" would not, "<b>" would."""
    return ("<" in text or "&" in text) and (_MARKUP.search(text) is not None or html.unescape(text) != text)


def language_tag(language: str) -> str:
    """Return a language if it has the form of a tag (RFC 5646 §2.1), else ""."""
    return language if _LANGUAGE.fullmatch(language) else ""


def media_type(declared: str) -> str:
    """Return a media type without its parameters, "" when what was declared is none."""
    declared = declared.partition(";")[0].strip().lower()
    return declared if _MIME.fullmatch(declared) else ""


def one_line(text: str) -> str:
    """Fold every run of white space to one space."""
    return " ".join(text.split())


def uri(address: str) -> str:
    """Write an address with the characters RFC 3986 allows and no others; "" for what is not http or https.

    `|`, `[` or a space are common in partners' addresses, harmless in a browser, and errors in a feed. An ampersand
    that was escaped once too often is meant as what it stands for, and readers of RSS take it so.
    """
    match = _ADDRESS.fullmatch(_ESCAPED.sub("&", address.strip()))
    if match is None:
        return ""
    place, path, query, fragment = match.groups(default="")
    tail = _escape(path or "/") + _escape(query)
    return place + tail + (f"#{_escape(fragment[1:])}" if fragment else "")


@lru_cache(_MANY)
def _public_uri(address: str) -> str:
    """Write a partner's address as `uri` does; "" when its host is an IPv6 address, which feed readers refuse."""
    return "" if "://[" in address else uri(address)


def _escape(part: str) -> str:
    """Escape what may not stand in a path, query or fragment (RFC 3986 §3.3), and no escape twice."""
    return quote(_STRAY_PERCENT.sub("%25", part), safe="%!$&'()*+,;=:@/?")


@lru_cache(_MANY)
def _tidy_source(source: FeedSource) -> FeedSource:
    return replace(
        source,
        title=_name(source.title),
        site_url=_public_uri(source.site_url),
        feed_url=_public_uri(source.feed_url),
    )


def _tidy_item(item: FeedItem) -> FeedItem:
    image = item.image and replace(item.image, url=_public_uri(item.image.url))
    enclosures = (
        replace(enclosure, url=_public_uri(enclosure.url), type=media_type(enclosure.type))
        for enclosure in item.enclosures
    )
    return replace(
        item,
        url=_public_uri(item.url),
        title=one_line(item.title),
        people=_distinct(_name(person) for person in item.people),
        publication=_name(item.publication),
        publication_url=_public_uri(item.publication_url),
        summary=item.summary.strip(),
        language=language_tag(item.language),
        image=image if image and image.url else None,
        enclosures=_distinct(enclosure for enclosure in enclosures if enclosure.url),
        categories=_distinct(one_line(category) for category in item.categories),
        carriers=tuple(
            replace(carrier, name=_name(carrier.name), url=_public_uri(carrier.url)) for carrier in item.carriers
        ),
        source=item.source and _tidy_source(item.source),
        licence=one_line(item.licence),
        licence_url=_public_uri(item.licence_url),
        related=tuple(replace(other, name=one_line(other.name), url=_public_uri(other.url)) for other in item.related),
    )


def _scrub(value: Any) -> Any:
    """Drop unreadable characters from every string of a value, however deep; what has none comes back itself."""
    if isinstance(value, str):
        # A replacement character stands for a letter that was lost on the way; the loss stays visible, but as a
        # character that feed validators do not take for a mistake of ours.
        return value if _is_readable(value) else _UNREADABLE.sub("", value).replace("\ufffd", "?")
    if isinstance(value, tuple):
        parts = tuple(map(_scrub, value))
        return parts if any(map(is_not, parts, value)) else value
    changed = {}
    for name in _fields_of(value.__class__):
        before = getattr(value, name)
        if (after := _scrub(before)) is not before:
            changed[name] = after
    return replace(value, **changed) if changed else value


@cache
def _fields_of(kind: type) -> tuple[str, ...]:
    """Name the fields of a kind of values; other kinds than dataclasses have none."""
    return tuple(part.name for part in fields(kind)) if is_dataclass(kind) else ()


def _is_readable(text: str) -> bool:
    """Say whether all characters are those of Windows-1252, and no controls: quickly, as most texts are."""
    try:
        written = text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return written.translate(None, _CONTROLS) == written


@lru_cache(_MANY)
def _name(text: str) -> str:
    """Return a name without markup, leftover references and the email address that some feeds put beside it."""
    readable = _UNREADABLE.sub("", html.unescape(text))  # a reference may stand for a character that was dropped before
    name = one_line(re.sub("[<>]", " ", _EMAIL.sub(" ", readable))).strip(" ,;")
    return _REFERENCE.sub("& ", name) if is_mistakable(name) else name  # formats cannot say that a name is no HTML


def _distinct(values: Any) -> tuple[Any, ...]:
    """Keep the first of equal values, and none that is empty."""
    return tuple(dict.fromkeys(value for value in values if value))


def _latest_change(feed: TopicFeed) -> datetime:
    """Answer for a feed whose builder does not know since when it is as it is."""
    changes = [item.updated_at for item in feed.items] + [stone.when for stone in feed.tombstones]
    return max(changes, default=datetime(1990, 1, 1, tzinfo=UTC))
