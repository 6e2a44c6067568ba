"""Values in flight: what the rooms hand to each other. All frozen; times are aware and UTC.

What is kept in the database is in `tables`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal

from aggregator.urls import item_path, reference_key

# What it is polled for: a feed; a page that lists its articles; a sitemap. A byline source is found in those of others.
SourceKind = Literal["feed", "html", "sitemap", "byline"]
Role = Literal["origin", "mixed", "republisher"]
Collect = Literal["all", "bylines"]
ExtractMode = Literal["auto", "page", "feed"]
# What is shown of an article: all, its first paragraphs, its first words, title and link only, nothing at all.
RightsMode = Literal["full", "paragraphs", "excerpt", "link", "nothing"]
# Which pictures are shown; credited: those with a caption, and with it.
Images = Literal["yes", "credited", "no"]
OnExpiry = Literal["excerpt", "link", "nothing"]
Boilerplate = Literal["learn", "off"]
Recheck = Literal["on", "off"]
OnOff = Literal["on", "off"]
Redirects = Literal["propose", "apply", "never"]
Robots = Literal["obey", "ignore"]
Deletions = Literal["report", "follow"]
# One article or two, who wrote it, two on one event; whether and how it is shown, and in which topics.
OverrideAction = Literal["same", "different", "origin", "story", "hide", "pin", "retitle", "add-topic", "drop-topic"]
# Of the items on one event: only the first stands in the feed; all do and name each other; nobody speaks of it.
Stories = Literal["lead", "all", "off"]
# How new articles of a source go out: at once; by themselves unless an editor objects in time; when an editor says so.
Publish = Literal["auto", "veto", "hold"]
# What an editor may stop.
PauseKind = Literal["everything", "source", "topic"]
# What counts: the text; no file, all is allowed; no answer, nothing is.
RobotsVerdict = Literal["rules", "allow", "deny"]
# What a line says of another newsroom: it had the article first; the article is taken from it; it has it, too; the
# same in a word that may mean something else; the line of WordPress's feeds; it gave something; it is linked to; the
# byline names the very newsroom whose page it stands on; it says where the article itself was published, in words that
# are not understood and stand for its name.
CreditKind = Literal["original", "taken", "source", "via", "footer", "helped", "link", "byline", "itself"]
# How operators are told what needs a person: appended to a file, by mail, posted to an address.
AlertWay = Literal["file", "smtp", "webhook"]
# How much a digest says of an article: title and credit, an excerpt too, all that its rights allow. How it goes out: as
# mail to a list, as files that hold mails, as a feed with an entry for each day or week.
DigestStyle = Literal["titles", "excerpts", "full"]
DigestDelivery = Literal["smtp", "file", "feed"]
# What needs a person. Of a source: its feed cannot be had; we are kept out; nothing comes any more; less comes than
# usual; it moved; somebody broke in there; something else (odd); its agreement ends. Of us: articles wait for an
# editor; somebody stopped something; the network is down; polls or builds are late; files cannot be written; a disk is
# full, or will be; the sources file is wrong; alerts do not arrive; nor does a
# digest.
TroubleKind = Literal[
    "broken", "blocked", "silent", "shrunk", "moved", "hacked", "odd", "rights", "waiting", "paused", "network",
    "overdue", "output", "disk", "database", "configuration", "alerts", "digest",
]  # fmt: skip
# Why a poll failed: our own network is down; nobody answers there; the server is in trouble; it asks us to slow down;
# it refuses us; what it answers is no feed; the address is none we may connect to.
FailureKind = Literal["offline", "unreachable", "server", "busy", "refused", "unreadable", "blocked"]

# What a page may ask of those who would keep or show a copy of it (robots meta element, X-Robots-Tag; the last one in
# a meta element or header of its own, TDM Reservation Protocol §6).
RESTRICTIONS = frozenset({"noarchive", "noai", "tdm-reservation"})

# They stand around what was looked for where it was found; characters for private use, which no text has there.
OPEN_MARK, CLOSE_MARK = "\ue000", "\ue001"


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
    item_pages: OnOff = "off"  # a page of our own for each item; titles lead to it
    search: OnOff = "off"  # a form on pages that leads to the search, which the built-in server answers


LEAST_WAIT = timedelta(hours=1)  # between two polls, unless an editor agreed on less with the partner


@dataclass(frozen=True)
class FetchRules:
    min_interval: timedelta | None = None  # None: an hour, a day where the server gives no validators
    max_interval: timedelta = timedelta(hours=24)
    timeout: timedelta = timedelta(seconds=30)  # for one whole exchange
    headers: tuple[tuple[str, str], ...] = ()
    politeness_group: str = ""  # hosts of one platform, which count as one host
    redirects: Redirects = "propose"  # what is done about a feed that has moved for good
    robots: Robots = "obey"  # robots.txt, for pages


@dataclass(frozen=True)
class ExtractRules:
    """How a source's articles are drawn out. Selectors are CSS, or XPath when they begin with `/` or `(`."""

    mode: ExtractMode = "auto"  # auto: the page only where the feed has no full text
    body: str = ""  # selector of the element that holds the article; empty: it is found
    title: str = ""
    author: str = ""
    date: str = ""
    strip: tuple[str, ...] = ()  # selectors of elements to leave out
    strip_text: tuple[str, ...] = ()  # blocks of exactly this text, case and accents aside, to leave out
    boilerplate: Boilerplate = "learn"
    recheck: Recheck = "on"  # whether pages are asked for again later, to see whether they still stand


@dataclass(frozen=True)
class Rights:
    """What a partner lets us show. The default is the least: an excerpt without pictures."""

    mode: RightsMode = "excerpt"
    words: int = 60  # length of an excerpt
    paragraphs: int = 3  # so many in mode "paragraphs"
    images: Images = "no"
    derivatives: bool | None = None  # None: unless the licence forbids them
    originals_only: bool = False  # the agreement is on what the partner wrote itself
    embargo: timedelta = timedelta()
    granted: str = ""  # "2026-11-22": the agreement begins with this day
    expires: str = ""  # the first day on which it does not hold any more
    on_expiry: OnExpiry = "excerpt"  # what is shown from then on
    licence: str = ""
    credit: str = ""  # with placeholders, see `rights.credit`
    agreement: str = ""  # the editor's note on where the permission is written down; never published


@dataclass(frozen=True)
class Editorial:
    """How the new articles of a source go out. Expressions are still text here."""

    publish: Publish = "auto"
    veto_window: timedelta = timedelta(hours=2)  # with "veto": how long editors may object
    cap_per_day: int | None = None  # new items a day in the site's timezone; None: no limit
    allow: str = ""  # what it is not true of waits; empty: everything may go out
    deny: str = ""  # what it is true of waits


@dataclass(frozen=True)
class Byline:
    """How the articles of a newsroom without a feed are recognised."""

    match: tuple[str, ...]  # names of the publication, as they stand in bylines
    within: tuple[str, ...] = ()  # source ids to look in; none: all


@dataclass(frozen=True)
class ListRules:
    """Where a page lists its articles: CSS selectors; the first may be XPath, the others are looked for within it."""

    list: str  # the element of each article
    link: str = ""  # empty, for this and the next ones: it is found
    title: str = ""
    date: str = ""


@dataclass(frozen=True)
class Source:
    """One block `[[source]]` of sources.toml."""

    id: str
    name: str
    kind: SourceKind = "feed"
    site: str = ""
    feed: str = ""
    description: str = ""
    language: str = ""
    country: str = ""  # where it is and mostly writes about: "BO"
    role: Role = "mixed"
    aliases: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    priority: int = 0  # among sources of equal role, the higher is taken for the origin
    enabled: bool = True
    collect: Collect = "all"
    byline: Byline | None = None
    html: ListRules | None = None
    paths: tuple[str, ...] = ()  # of a sitemap: how the paths of articles begin; none: every page is one
    fetch: FetchRules = FetchRules()
    extract: ExtractRules = ExtractRules()
    rights: Rights = Rights()
    quarantine: bool = True  # what looks like the work of somebody who broke in is held
    deletions: Deletions = "report"  # what is done about what its feed, or a page that is gone, says is deleted
    editorial: Editorial = Editorial()

    @property
    def is_polled(self) -> bool:
        """Whether it has an address of its own to ask."""
        return self.kind != "byline"


@dataclass(frozen=True)
class Topic:
    """One block `[[topic]]`: a name and rules, giving one topic feed. Expressions are still text here.

    A block `[[search]]` is a topic, too, with `query` in place of rules.
    """

    id: str
    title: str
    description: str = ""
    language: str = ""
    include: str = ""  # empty: everything
    exclude: str = ""
    sources: tuple[str, ...] = ()  # source ids, matched against origin and carriers; none: all
    languages: tuple[str, ...] = ()
    min_score: float | None = None  # points for the words of include; None: they need not be counted
    max_items: int = 60
    max_age: timedelta | None = None
    stories: Stories = "all"
    aliases: tuple[str, ...] = ()  # names it had before, under which its files are written, too
    cap_per_source: int | None = None  # live items of one newsroom; None: no limit
    # Of a named search what it finds, in the words of the search box; its items are found, not let in by rules.
    query: str = ""
    topics: tuple[str, ...] = ()  # of a named search, the topics it looks in; none: all


@dataclass(frozen=True)
class Blocklist:
    """What editors never want to see: domains that are linked to, and words or phrases anywhere in an article."""

    link_domains: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Alerts:
    """When operators are told that a person is needed, and how."""

    silent_after: timedelta = timedelta(days=3)  # without a new entry, at the least: a long weekend
    shrink_ratio: float = 0.5  # of what is usual; less is reported
    quiet: timedelta = timedelta(hours=12)  # an ended trouble must stay away so long before that is said
    deliver: tuple[AlertWay, ...] = ("file",)


@dataclass(frozen=True)
class Schedule:
    """When a digest is due, by the clock of its time zone."""

    hour: int
    minute: int
    weekday: int | None = None  # 0 is Monday; None: every day


@dataclass(frozen=True)
class Digest:
    """One block `[[digest]]`: what is new in some topics, put together once a day or a week.

    Attributes:
        list: the address that mail goes to; empty where none is sent.
        unsubscribe: where readers leave the list: web and mail addresses (`mailto:`), as its manager gave them.
        subject: with placeholders, see `render.digest`.
        max_items: so many articles with more than their titles.
    """

    id: str
    topics: tuple[str, ...]
    title: str = ""  # empty: the site's
    schedule: Schedule = Schedule(7, 0)
    timezone: str = ""  # empty: the site's
    language: str = ""  # empty: the site's
    style: DigestStyle = "excerpts"
    deliver: DigestDelivery = "smtp"
    list: str = ""
    list_id: str = ""
    sender: str = ""
    reply_to: str = ""
    subject: str = ""
    unsubscribe: tuple[str, ...] = ()
    max_items: int = 40


@dataclass(frozen=True)
class Override:
    """An editor's word on one article, before anything the program decides.

    Articles are named by their public id or by the address of any copy.
    """

    match: str
    action: OverrideAction
    # The other article (same, different, story), a source id (origin), a title, a topic id; none (hide, pin).
    value: str = ""
    reason: str = ""  # for people
    date: str = ""  # "2026-11-22"

    @property
    def keeps_apart(self) -> bool:
        """Whether it says that two articles are two."""
        return self.action in ("different", "story")


@dataclass(frozen=True)
class House:
    """What holds for every source alike."""

    blocklist: Blocklist = Blocklist()
    languages: tuple[str, ...] = ()  # in use, as language tags
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True)
class Config:
    """The whole of sources.toml."""

    site: Site
    sources: tuple[Source, ...]
    topics: tuple[Topic, ...]
    hash: str  # SHA-256 over the checked values, so a comment or a blank line changes nothing
    blocklist: Blocklist = Blocklist()
    overrides: tuple[Override, ...] = ()
    alerts: Alerts = Alerts()
    digests: tuple[Digest, ...] = ()
    text: str = field(default="", repr=False, compare=False)  # the file itself

    @cached_property
    def house(self) -> House:
        languages = {self.site.language, *(source.language for source in self.sources)}
        languages.update(tag for topic in self.topics for tag in (topic.language, *topic.languages))
        return House(self.blocklist, tuple(sorted(languages - {""})), self.overrides)

    @cached_property
    def origin_overrides(self) -> dict[str, Override]:
        """What editors say of who wrote an article, by its `urls.reference_key`."""
        return {reference_key(one.match): one for one in self.overrides if one.action == "origin"}

    @cached_property
    def ruled_topics(self) -> tuple[Topic, ...]:
        """The topics that items join by rules: all but the named searches."""
        return tuple(topic for topic in self.topics if not topic.query)

    @cached_property
    def searches(self) -> tuple[Topic, ...]:
        """The named searches."""
        return tuple(topic for topic in self.topics if topic.query)

    def source(self, source_id: str | None) -> Source | None:
        """Find a source by id; None for an id that is not in the file (any more)."""
        return self._by_id.get(source_id or "")

    @cached_property
    def _by_id(self) -> dict[str, Source]:
        return {source.id: source for source in self.sources}


# --- said by editors -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ruling:
    """What an editor last said of an item."""

    approved: bool  # else rejected
    by: str
    reason: str = ""


@dataclass(frozen=True)
class Pause:
    """An editor's word that nothing new goes out, of everything, a source or a topic."""

    kind: PauseKind
    name: str  # id of the source or topic; empty for everything
    at: datetime
    by: str
    reason: str = ""


@dataclass(frozen=True)
class Pauses:
    """The pauses in force."""

    pauses: tuple[Pause, ...] = ()

    def of_source(self, source: str) -> Pause | None:
        """Return what keeps new articles of a source from going out."""
        return self._find("source", source)

    def of_topic(self, topic: str) -> Pause | None:
        """Return what keeps the files of a topic as they are."""
        return self._find("topic", topic)

    def _find(self, kind: PauseKind, name: str) -> Pause | None:
        asked = (("everything", ""), (kind, name))
        found = (pause for pause in self.pauses if (pause.kind, pause.name) in asked)
        return min(found, key=lambda pause: pause.at, default=None)


# --- fetched -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Validators:
    """`ETag` and `Last-Modified` byte for byte as they came (RFC 9110 §8.8); empty when the server sent none."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True)
class CacheHints:
    """How long the server asked us to wait before the next request; None where it said nothing."""

    max_age: timedelta | None = None  # Cache-Control, else Expires (RFC 9111 §5.2, §5.3), less the answer's age
    retry_after: timedelta | None = None  # RFC 9110 §10.2.3


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
    headers: Mapping[str, str] = field(default_factory=dict)  # by lower-case names, the first of each; none with a 304
    moved_to: str = ""  # where redirects that are all permanent led, from the address asked for (RFC 9110 §15.4)

    @property
    def not_modified(self) -> bool:
        return self.status == 304


@dataclass(frozen=True)
class RobotsFile:
    """The robots.txt of an origin, as last read.

    Text and validators stay when the file cannot be had for a while: they belong together, and what comes after is
    asked for with them.
    """

    origin: str  # "https://partner.example": scheme and authority
    verdict: RobotsVerdict
    text: str
    validators: Validators
    fetched_at: datetime  # with "deny": since when it cannot be read
    due_at: datetime  # when it is asked for again
    reason: str = ""  # why it cannot be read


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
class FeedHints:
    """How often a feed itself says that it is worth looking at; kept, since a 304 does not say it again."""

    ttl: timedelta | None = None  # RSS 2.0 ttl
    update_period: timedelta | None = None  # sy:updatePeriod by sy:updateFrequency (RSS 1.0 syndication module)
    skip_hours: tuple[int, ...] = ()  # of the day in UTC, 0 to 23 (RSS 2.0 skipHours)
    skip_days: tuple[int, ...] = ()  # of the week in UTC, Monday is 0 (RSS 2.0 skipDays)


@dataclass(frozen=True)
class ParsedFeed:
    """A source feed, read."""

    entries: tuple[Entry, ...]
    title: str = ""
    home: str = ""  # address of the site
    language: str = ""
    hints: FeedHints = FeedHints()
    deleted: tuple[str, ...] = ()  # guids of entries that are deleted, it says
    older_url: str = ""  # the feed's next page back in time (RFC 5005 §3 and §4, JSON Feed next_url)
    hubs: tuple[str, ...] = ()  # who tells of its news (W3C WebSub)
    self_url: str = ""  # the address it gives itself
    format: str = ""  # "rss20", "atom10", "json11", ..., "list", "sitemap", "news sitemap", "sitemap index"
    remark: str = ""  # what an editor should know of how it was read


@dataclass(frozen=True)
class KnownEntry:
    """What must be known of an entry that was read before and is not read again."""

    guid: str
    url: str
    published_at: datetime | None
    hash: str


@dataclass(frozen=True)
class Reading:
    """A source feed, read but for entries that were known by their marks.

    Attributes:
        feed: those entries in it have nothing but what a KnownEntry has.
        marks: one for each entry, "" for one that must be read each time; none at all for a feed that must be.
        left_out: the marks of entries that were not read.
    """

    feed: ParsedFeed
    marks: tuple[str, ...] = ()
    left_out: frozenset[str] = frozenset()


# --- extracted and cleaned -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """What one page's HTML says, before cleaning. Addresses may still be relative to the page."""

    body_html: str  # empty: no article on this page
    title: str = ""
    authors: tuple[str, ...] = ()
    canonical_url: str = ""  # rel=canonical, else og:url; absolute
    og_url: str = ""  # where it differs from that
    next_url: str = ""  # where the article goes on; absolute
    language: str = ""
    licence: str = ""
    restrictions: tuple[str, ...] = ()  # those of RESTRICTIONS that it states
    published_at: datetime | None = None
    image: Image | None = None


@dataclass(frozen=True)
class Credit:
    """What one line at the top or end of a body says of the newsroom that the article is from.

    The newsroom may be the one whose page it stands on; name or address may be empty, not both.
    """

    kind: CreditKind
    name: str
    url: str = ""
    said: str = ""  # the words, for people


@dataclass(frozen=True)
class Attribution:
    """Who wrote an article and which newsroom published it, by its byline; empty where nothing is said."""

    people: tuple[str, ...] = ()
    publication: str = ""
    publication_url: str = ""
    credits: tuple[Credit, ...] = ()  # of all credit lines


# hidden: no reader sees it; lone: a paragraph that is nothing but this link; adrift: it stands between two sentences
# and belongs to neither; list: one of several links, an item, a heading, a cell; inside: part of a sentence.
LinkPlace = Literal["hidden", "lone", "adrift", "list", "inside"]


@dataclass(frozen=True)
class LinkFact:
    """One link to another site."""

    domain: str
    anchor: str  # as readers see it, shortened
    place: LinkPlace
    themes: tuple[tuple[str, int], ...] = ()  # of spam, that its anchor or address speaks of; `words.SPAM`, `PLAIN`
    host_themes: tuple[str, ...] = ()  # those that its domain's own name speaks of
    is_keyword: bool = False  # its anchor reads like what one types into a search engine
    is_searched: bool = False  # its anchor has words of somebody who looks for something to buy
    is_capital: bool = False  # its anchor begins with a capital letter, as names and headlines do
    is_pointing: bool = False  # its anchor points, asks or gives credit: "the full report", "donate"
    is_related: bool = False  # the rest of the article has a word of its anchor
    is_own: bool = False  # within the source's own site; kept only when it reads like a search for spam
    is_common: bool = False


@dataclass(frozen=True)
class Facts:
    """What is known of one article."""

    key: str  # of the item at its source: the guid, the same for entry and page
    title: str = ""
    language: str = ""  # by its words: "es"; by its letters: "Japanese"; "" when not clear
    script: str = ""
    title_script: str = ""
    is_declared: bool = False  # the entry or page itself says that it is in this language, or one of its script
    words: int = 0
    blocks: int = 0  # paragraphs and the like that have words outside of links
    links: tuple[LinkFact, ...] = ()
    themes: Mapping[str, int] = field(default_factory=dict)  # theme of spam -> in how many blocks, links aside
    spam_terms: Mapping[str, int] = field(default_factory=dict)  # theme -> different terms of `words.SPAM` in the text
    title_themes: Mapping[str, int] = field(default_factory=dict)  # theme -> `words.SPAM` or `PLAIN`
    title_selling: int = 0  # phrases of sellers in the title
    selling: int = 0  # different phrases of sellers in the text
    reporting: int = 0  # different words of reporters in the text
    blocked: tuple[str, ...] = ()  # domains and terms of the blocklist that were found
    kinship: float = 1.0  # share of the feed's words that the page has, too; 1 when there is nothing to compare


@dataclass(frozen=True)
class Background:
    """What must be known beside a page to judge the article on it."""

    key: str  # the guid
    title: str
    own_urls: tuple[str, ...]  # the source's site, its feed and the article itself: what lies there is its own
    feed_text: str = ""  # to compare the page with; empty for nothing
    language: str = ""  # as the feed has it
    house: House = House()
    is_judged: bool = True  # whether anybody asks if somebody broke in


@dataclass(frozen=True)
class Article:
    """A body fit to republish, with all that was learned beside it."""

    html: str = ""  # safe, absolute links, without the byline's line
    text: str = ""  # the same as plain text, paragraphs parted by blank lines
    summary: str = ""  # plain text of the feed's own summary
    title: str = ""
    attribution: Attribution = Attribution()
    canonical_url: str = ""
    og_url: str = ""
    next_url: str = ""  # the page on which it goes on
    language: str = ""
    licence: str = ""
    restrictions: tuple[str, ...] = ()
    published_at: datetime | None = None
    image: Image | None = None
    raw_html: str = ""  # never altered: what clean was given
    cleaned_with: str = ""  # version of the cleaning rules
    lines: tuple[int, ...] = ()  # fingerprints of the body's lines, boilerplate included
    whole_html: str = ""  # the body with its boilerplate; empty when there is none
    removed: tuple[tuple[str, str], ...] = ()  # the boilerplate taken out of it: text and why
    hashes: tuple[int, ...] = ()  # by which others find its text, see `dedupe.fingerprint.index_hashes`
    facts: Facts | None = None  # None: nobody asks whether somebody broke in


@dataclass(frozen=True)
class Repetition:
    """An article beside what its source's other articles hold: by fingerprint, in how many of them a line stands."""

    title: str
    article: Article
    seen: Mapping[int, int]
    articles: int  # how many others there are


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
    held_why: str = ""  # why it is not shown; empty for a copy that may be
    og_url: str = ""  # where the page declares it beside another rel=canonical
    credits: tuple[Credit, ...] = ()


@dataclass(frozen=True)
class PollHistory:
    """What earlier polls of a source taught us; all empty before the first."""

    validators: Validators = Validators()
    body_hash: str = ""
    next_poll_at: datetime | None = None
    polled_at: datetime | None = None
    failures: int = 0  # in a row
    failure: FailureKind | None = None  # of the last poll
    last_success_at: datetime | None = None
    last_entry_at: datetime | None = None  # when we last saw a new entry
    newest_at: datetime | None = None  # the date of its newest entry
    rhythm: tuple[timedelta, ...] = ()  # gaps between its last entries, at most 20
    hints: FeedHints = FeedHints()  # of the feed as last read
    max_age: timedelta | None = None  # of the body as last sent; a 304 that says nothing else renews it
    entries: int = 0  # in the feed as last read
    entries_hash: str = ""  # content hash of their addresses, to notice one feed under two addresses
    moved_to: str = ""  # where the address in sources.toml leads for good
    moved_at: datetime | None = None  # since when
    gone_at: datetime | None = None  # since when the server says that the feed is gone (410): it is polled no more
    hubs: tuple[str, ...] = ()  # that the feed names (W3C WebSub)
    self_url: str = ""  # the address that it gives itself, under which the hubs know it
    pushed_until: datetime | None = None  # until then a hub has promised to tell us of its news, and it has kept that
    polls: int = 0
    outcome: str = ""
    remark: str = ""  # what an editor should know although the poll did not fail


@dataclass(frozen=True)
class PollEvent:
    """What one poll did; the last ones of each source are kept."""

    at: datetime
    said: str  # "3 new, 1 changed", "not modified", or the error
    failure: FailureKind | None = None
    new: int = 0
    changed: int = 0
    bytes: int = 0  # of the body, decoded


@dataclass(frozen=True)
class Trouble:
    """Something that needs a person.

    Attributes:
        subject: id of the source or topic, way of delivery, or folder that it is about; empty: the whole.
        about: what tells it from others of its kind and subject, where there may be several.
        name: the subject for people.
        text: what it is, with figures; for people, and not the same tomorrow.
        cure: what a person can do.
        since: when it began; the same as long as it lasts.
    """

    kind: TroubleKind
    subject: str
    name: str
    text: str
    cure: str
    since: datetime
    about: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is the same by as long as it lasts."""
        return self.kind, self.subject, self.about

    @property
    def said(self) -> str:
        return f"{self.text}; {self.cure}"

    @property
    def said_of_it(self) -> str:
        """The same where the subject stands beside it."""
        return self.said.removeprefix(self.name).removeprefix(":").strip()


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
    """One item as it leaves: credited, clean and already cut to its rights. Made by `rights.cut.cut` and nowhere else.

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
    licence_url: str = ""
    rights_mode: RightsMode = "excerpt"
    rights_rule: str = ""  # whose agreement allows this much, for people
    corrected: bool = False  # a material change came after publication
    related: tuple[Link, ...] = ()  # title, newsroom and address of the other items of its story
    pinned: bool = False  # an editor wants it first on pages


@dataclass(frozen=True)
class DigestSection:
    """What an edition says of one topic."""

    title: str
    page_url: str
    language: str
    items: tuple[FeedItem, ...]  # newest first


@dataclass(frozen=True)
class Edition:
    """All that is to be said in one edition of a digest; its mail and its entry in a feed are made of one such value.

    Attributes:
        period: the day it is of, where the digest is at home: "2026-11-22".
        made_at: the instant that its date says.
        sections: in the order of the digest's topics; each has items, and each item is in one of them.
    """

    digest: Digest
    site: Site
    period: str
    made_at: datetime
    sections: tuple[DigestSection, ...]

    @property
    def items(self) -> tuple[FeedItem, ...]:
        return tuple(item for section in self.sections for item in section.items)


@dataclass(frozen=True)
class ItemPage:
    """All that is to be said about one item on a page of its own."""

    item: FeedItem
    topics: tuple[Topic, ...]  # those it is in, in the order of sources.toml
    site: Site

    @property
    def path(self) -> str:
        """The file within the output."""
        return f"{item_path(self.item.id)}index.html"


@dataclass(frozen=True)
class SearchRequest:
    """What a reader asks for, as it came; whatever it is, it is no error."""

    text: str = ""
    topic: str = ""  # ids
    source: str = ""
    language: str = ""
    since: str = ""  # days, "2026-11-22"
    until: str = ""
    before: int | None = None  # places to go on from, see `SearchResult`
    after: int | None = None


@dataclass(frozen=True)
class Hit:
    """An item that was found, in the words that readers may see of it.

    Attributes:
        item: without its text.
        title, passage: with `OPEN_MARK` and `CLOSE_MARK` around what was looked for.
    """

    item: FeedItem
    title: str
    passage: str


@dataclass(frozen=True)
class SearchResult:
    """One page of what was found, the newest first.

    Attributes:
        older, newer: from where further pages go on; None: there are none.
        is_unfinished: looking further back takes too long for one page.
    """

    hits: tuple[Hit, ...]
    older: int | None = None
    newer: int | None = None
    is_unfinished: bool = False


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
    archive: int = 0  # the number of this archive document (RFC 5005); 0 for the live feed
    previous: int = 0  # that of the document before it; 0 for none
    # In which months there are items ("2026-11"), the newest first. Left out of what tells whether a feed has changed:
    # only pages name them.
    months: tuple[str, ...] = field(default=(), repr=False)
    query: str = field(default="", repr=False)  # of a named search; left out of that, too
    is_tidy: bool = field(default=False, repr=False, compare=False)  # what `render.wording.tidy` made of another

    def url(self, suffix: str) -> str:
        """Return the absolute address of this document in one format: `url("rss")` is `<base_url><id>.rss`."""
        return self._url(self.archive, suffix)

    def previous_url(self, suffix: str) -> str:
        """Return the address of the archive document before this one; "" for none."""
        return self._url(self.previous, suffix) if self.previous else ""

    def current_url(self, suffix: str) -> str:
        """Return the address of the live feed."""
        return self._url(0, suffix)

    def _url(self, archive: int, suffix: str) -> str:
        name = f"archive/{self.id}/{archive}" if archive else self.id
        return f"{self.site.base_url}{name}.{suffix}"
