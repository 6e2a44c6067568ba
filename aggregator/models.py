"""Values in flight: what the rooms hand to each other. All frozen; times are aware and UTC.

What is kept in the database is in `tables`.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal

SourceKind = Literal["feed", "byline"]
Role = Literal["origin", "mixed", "republisher"]
Collect = Literal["all", "bylines"]
ExtractMode = Literal["auto", "page", "feed"]
RightsMode = Literal["full", "excerpt", "link"]


# --- sources.toml, checked -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Site:
    """Who publishes the topic feeds, and under which addresses."""

    title: str
    base_url: str  # absolute, ends with "/"
    id_domain: str
    id_date: str  # "2026-11-22": together with id_domain the tag authority of public ids (RFC 4151 §2.1)
    description: str = ""
    language: str = "en"
    contact: str = ""
    hub: str = ""
    timezone: str = "UTC"


@dataclass(frozen=True)
class FetchRules:
    min_interval: timedelta = timedelta(hours=1)
    max_interval: timedelta = timedelta(hours=24)
    timeout: timedelta = timedelta(seconds=30)  # for one whole exchange
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ExtractRules:
    mode: ExtractMode = "auto"  # auto: the page only where the feed has no full text


@dataclass(frozen=True)
class Rights:
    """What a partner lets us show. The default is the least: an excerpt without pictures."""

    mode: RightsMode = "excerpt"
    words: int = 60  # length of an excerpt
    images: bool = False
    licence: str = ""
    credit: str = ""
    agreement: str = ""  # the editor's note on where the permission is written down; never published


@dataclass(frozen=True)
class Byline:
    """How the articles of a newsroom without a feed are recognised."""

    match: tuple[str, ...]  # names of the publication, as they stand in bylines
    within: tuple[str, ...] = ()  # source ids to look in; none: all


@dataclass(frozen=True)
class Source:
    """One block `[[source]]` of sources.toml."""

    id: str
    name: str
    kind: SourceKind = "feed"
    site: str = ""
    feed: str = ""
    language: str = ""
    role: Role = "mixed"
    aliases: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    priority: int = 0  # among sources of equal role, the higher is taken for the origin
    enabled: bool = True
    collect: Collect = "all"
    byline: Byline | None = None
    fetch: FetchRules = FetchRules()
    extract: ExtractRules = ExtractRules()
    rights: Rights = Rights()


@dataclass(frozen=True)
class Topic:
    """One block `[[topic]]`: a name and rules, giving one topic feed. Expressions are still text here."""

    id: str
    title: str
    description: str = ""
    language: str = ""
    include: str = ""  # empty: everything
    exclude: str = ""
    sources: tuple[str, ...] = ()  # source ids, matched against origin and carriers; none: all
    languages: tuple[str, ...] = ()
    max_items: int = 60
    max_age: timedelta | None = None


@dataclass(frozen=True)
class Config:
    """The whole of sources.toml."""

    site: Site
    sources: tuple[Source, ...]
    topics: tuple[Topic, ...]
    hash: str  # SHA-256 over the checked values, so a comment or a blank line changes nothing

    def source(self, source_id: str | None) -> Source | None:
        """Find a source by id; None for an id that is not in the file (any more)."""
        return self._by_id.get(source_id or "")

    @cached_property
    def _by_id(self) -> dict[str, Source]:
        return {source.id: source for source in self.sources}


# --- fetched -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Validators:
    """`ETag` and `Last-Modified` byte for byte as they came (RFC 9110 §8.8); empty when the server sent none."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True)
class CacheHints:
    """How long the source asked us to wait before the next poll; None where it said nothing."""

    max_age: timedelta | None = None  # Cache-Control (RFC 9111 §5.2)
    retry_after: timedelta | None = None  # RFC 9110 §10.2.3
    ttl: timedelta | None = None  # RSS 2.0 ttl


@dataclass(frozen=True)
class Response:
    """One answer, its body decoded from content codings and no longer than the cap."""

    status: int
    url: str  # after redirects
    body: bytes = b""
    content_type: str = ""
    content_location: str = ""
    validators: Validators = Validators()
    hints: CacheHints = CacheHints()

    @property
    def not_modified(self) -> bool:
        return self.status == 304


# --- parsed ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Enclosure:
    """Attached media as the feed declares it; length in bytes, 0 when not said."""

    url: str
    type: str = ""
    length: int = 0


@dataclass(frozen=True)
class Image:
    """A picture that stands for the article; sizes in CSS pixels, 0 when not said."""

    url: str
    alt: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class Entry:
    """One element of a source feed as it arrived: HTML untrusted, titles and names plain text, unescaped once."""

    guid: str  # the partner's identifier; where the feed gives none, one made of link or content (see parse)
    url: str  # absolute http(s) address of the article's page; empty when the entry has none
    title: str
    summary_html: str = ""
    content_html: str = ""
    authors: tuple[str, ...] = ()  # as given: "Ana Quispe", "By Tim Young, Friends of Bolivia"
    categories: tuple[str, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    language: str = ""
    image: Image | None = None
    enclosures: tuple[Enclosure, ...] = ()
    hash: str = ""  # SHA-256 over all of the above: equal means nothing about the entry changed


@dataclass(frozen=True)
class ParsedFeed:
    """A source feed, read."""

    entries: tuple[Entry, ...]
    title: str = ""
    home: str = ""  # address of the site
    language: str = ""
    ttl: timedelta | None = None
    format: str = ""  # "rss20", "atom10", "json11", ...


# --- extracted and cleaned -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """What one page's HTML says, before cleaning. Addresses may still be relative to the page."""

    body_html: str  # empty: no article on this page
    title: str = ""
    authors: tuple[str, ...] = ()
    canonical_url: str = ""  # rel=canonical, else og:url; absolute
    language: str = ""
    licence: str = ""
    published_at: datetime | None = None
    image: Image | None = None


@dataclass(frozen=True)
class Attribution:
    """Who wrote an article and which newsroom published it, by its byline; empty where nothing is said."""

    people: tuple[str, ...] = ()
    publication: str = ""
    publication_url: str = ""


@dataclass(frozen=True)
class Article:
    """A body fit to republish, with all that was learned beside it."""

    html: str = ""  # safe, absolute links, without the byline's line
    text: str = ""  # the same as plain text, paragraphs parted by blank lines
    summary: str = ""  # plain text of the feed's own summary
    title: str = ""
    attribution: Attribution = Attribution()
    canonical_url: str = ""
    language: str = ""
    licence: str = ""
    published_at: datetime | None = None
    image: Image | None = None
    raw_html: str = ""  # never altered: what clean was given
    cleaned_with: str = ""  # version of the cleaning rules


# --- decided ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Candidate:
    """An entry ready to be kept: what the feed's own text gave, and the page wanted beside it."""

    entry: Entry
    article: Article
    canonical_url: str
    text_hash: str  # content hash of the folded text; empty when there is too little to compare
    page_url: str = ""  # empty: the feed's text is enough
    page_why: str = ""


@dataclass(frozen=True)
class CopyFacts:
    """What decisions need to know of a copy; its text stays in the store."""

    id: int
    source: str
    url: str
    canonical_url: str
    declared_url: str
    declared_canonical_url: str
    title: str
    people: tuple[str, ...]
    publication: str
    publication_url: str
    language: str
    published_at: datetime | None
    first_seen_at: datetime
    text_length: int  # characters of plain text


@dataclass(frozen=True)
class PollHistory:
    """What earlier polls of a source taught us; all empty before the first."""

    validators: Validators = Validators()
    body_hash: str = ""
    next_poll_at: datetime | None = None
    polled_at: datetime | None = None
    failures: int = 0  # in a row
    last_success_at: datetime | None = None
    last_entry_at: datetime | None = None
    rhythm: tuple[timedelta, ...] = ()  # gaps between its last entries, at most 20
    outcome: str = ""


# --- published -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Link:
    """A name with an address; the address may be empty."""

    name: str
    url: str = ""


@dataclass(frozen=True)
class FeedSource:
    """The source feed an item came by (Atom `source`, RSS `source`)."""

    title: str
    site_url: str
    feed_url: str
    updated_at: datetime | None = None


@dataclass(frozen=True)
class FeedItem:
    """One item as it leaves: credited, clean and already cut to its rights. Made by `rights.cut` and nowhere else.

    `content_html` is whole: the credit line first, the carriers and a correction last. `summary` is plain text.
    """

    id: str
    url: str
    title: str
    people: tuple[str, ...]
    publication: str
    publication_url: str
    published_at: datetime
    updated_at: datetime
    sort_at: datetime
    summary: str
    content_html: str
    language: str = ""
    image: Image | None = None
    enclosures: tuple[Enclosure, ...] = ()
    categories: tuple[str, ...] = ()
    carriers: tuple[Link, ...] = ()  # name and address of each carrier's copy
    source: FeedSource | None = None
    licence: str = ""
    rights_mode: RightsMode = "excerpt"
    corrected: bool = False  # a material change came after publication


@dataclass(frozen=True)
class Tombstone:
    """An item that was in this feed and is withdrawn or merged away (RFC 6721 deleted-entry)."""

    id: str
    when: datetime
    merged_into: str = ""


@dataclass(frozen=True)
class TopicFeed:
    """All that is to be said about a topic now; every rendition is made of one such value."""

    id: str
    title: str
    description: str
    language: str
    page_url: str  # the topic's page, absolute
    site: Site
    items: tuple[FeedItem, ...]  # newest first
    tombstones: tuple[Tombstone, ...] = ()
    changed_at: datetime | None = None  # when this value last became different; set by the builder
    sources: tuple[Link, ...] = field(default=())  # who contributes, for the page

    def url(self, suffix: str) -> str:
        """Return the absolute address of one rendition: `url("rss")` is `<base_url><id>.rss`."""
        return f"{self.site.base_url}{self.id}.{suffix}"
