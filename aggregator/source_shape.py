"""The shape of one source in sources.toml, and of the tables that `[defaults]` has as well; see `sources_shape`."""

from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from aggregator.models import (
    Boilerplate,
    Collect,
    Deletions,
    ExtractMode,
    Images,
    OnExpiry,
    Publish,
    Recheck,
    Redirects,
    Robots,
    Role,
    SourceKind,
)
from aggregator.sources_values import (
    Country,
    CreditLine,
    Duration,
    Expression,
    Headers,
    Identifier,
    MaybeAddress,
    MaybeDay,
    MaybeDuration,
    MaybeInnerSelector,
    MaybeLanguage,
    MaybeSelector,
    Name,
    Path,
    Selector,
    SourceReference,
    StripText,
    Text,
    TopicReference,
    YesNo,
)

GrantedMode = Literal["full", "paragraphs", "excerpt", "link"]


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class FetchTable(Table):
    """How a feed and its pages are asked for."""

    min_interval: Duration | None = Field(
        default=None,
        description=(
            "The least time between two polls. Not set, it is an hour, and a day where the server gives no "
            "validators, so that every answer is the whole feed. Set it lower only where the partner agreed. Within "
            "the limits, the wait follows the feed's own rhythm."
        ),
        examples=["30m"],
    )
    max_interval: Duration = Field(
        default=timedelta(hours=24),
        description=(
            "The most time between two polls, also after many failures or when the partner asks for a longer wait."
        ),
        examples=["12h"],
    )
    timeout: Duration = Field(
        default=timedelta(seconds=30), description="Time for one answer, redirects included.", examples=["1m"]
    )
    headers: Headers = Field(
        default={},
        description=(
            "Request headers to send besides ours, for feeds behind a password. Sent to the feed's own host only. "
            "Whoever reads this file reads them."
        ),
        examples=[{"Authorization": "Bearer abc"}],
    )
    politeness_group: Text = Field(
        default="",
        description=(
            "Name of a platform that serves several sources under several hosts. The hosts of a group count as one: "
            "one request at a time, one pause, one rest when the platform asks for it."
        ),
        examples=["substack"],
    )
    redirects: Redirects = Field(
        default="propose",
        description=(
            "What is done about a feed that has moved for good (301, 308). `propose`: `status` tells the new "
            "address, and the program uses it by itself once the move has held for three days, at once when it is "
            "only from http to https, or when there is nothing at the old address. `apply`: it is used at once. "
            "`never`: the address in this file is asked each time."
        ),
        examples=["never"],
    )
    robots: Robots = Field(
        default="obey",
        description=(
            "Whether a site's robots.txt is heeded for articles' pages. To ignore it needs a permission, so "
            "`rights.agreement` must say where that is written down."
        ),
        examples=["ignore"],
    )


class ExtractTable(Table):
    """How articles are drawn out of feeds and pages."""

    mode: ExtractMode = Field(
        default="auto",
        description=(
            "Where an article's text comes from. `auto`: from the feed, and from the page when the feed has fewer "
            'than 150 words or its text breaks off with "…". `page`: the page is always read, and its text taken '
            "unless it lacks a fifth or more of a whole text in the feed. `feed`: pages are never fetched."
        ),
        examples=["feed"],
    )
    body: MaybeSelector = Field(
        default="",
        description=(
            "The element of a page that holds the article; of several the texts are joined. What is in it is cleaned "
            "as always. Empty, or where it matches nothing: the article is found."
        ),
        examples=["div.story"],
    )
    title: MaybeSelector = Field(
        default="",
        description="The element with the headline, which is left out of the text. The first that matches counts.",
        examples=["h1.headline"],
    )
    author: MaybeSelector = Field(
        default="",
        description=(
            "The element with the byline, before anything the page says for machines. The first that matches counts, "
            "so name the one around several names."
        ),
        examples=["p.byline"],
    )
    date: MaybeSelector = Field(
        default="",
        description=(
            "The element with the day of publication, for articles whose feed names none. The first that matches "
            "counts."
        ),
        examples=["p.byline time"],
    )
    strip: list[Selector] = Field(
        default=[],
        description="Elements to take out of a page before anything else is read of it.",
        examples=[[".promo", "aside"]],
    )
    strip_text: list[StripText] = Field(
        default=[],
        description=(
            "Paragraphs, headings and list items to leave out, of feeds and of pages: the whole text, or its "
            "beginning and `*`. Case, accents and punctuation do not matter."
        ),
        examples=[["Follow us on*"]],
    )
    boilerplate: Boilerplate = Field(
        default="learn",
        description="Whether what the site repeats in its articles is learned and left out.",
        examples=["off"],
    )
    recheck: Recheck = Field(
        default="on",
        description=(
            "Whether the page of each published article is asked for again after a day, a week and a month, to see "
            "whether it still stands; see `editorial.deletions`. Never with mode `feed`."
        ),
        examples=["off"],
    )


class RightsTable(Table):
    """What the partner allows."""

    mode: GrantedMode = Field(
        default="excerpt",
        description="Whole articles; the first paragraphs; the first words; or title and link only.",
        examples=["full"],
    )
    words: int = Field(
        default=60,
        ge=1,
        le=1000,
        description="Length of an excerpt. A sentence that ends near the limit is not cut.",
        examples=[100],
    )
    paragraphs: int = Field(
        default=3,
        ge=1,
        le=100,
        description="How many paragraphs with mode `paragraphs`, with the headings between them.",
        examples=[2],
    )
    images: Images = Field(
        default="no",
        description=(
            "Whether pictures may be shown. `credited`: only those in the text that have a caption, and with it. "
            "Where they may not, they go with their captions."
        ),
        examples=["yes"],
    )
    derivatives: YesNo | None = Field(
        default=None,
        description=(
            "`no`: a whole text is shown as the partner has it, with what its site repeats in every article; it is "
            'only made safe. Not set, that is left out, unless the licence forbids derivatives ("ND").'
        ),
        examples=["no"],
    )
    originals_only: bool = Field(
        default=False,
        description=(
            "Whether the agreement is on the partner's own articles only. Of those that it carries from others the "
            "default excerpt is shown."
        ),
        examples=[True],
    )
    embargo: MaybeDuration = Field(
        default=timedelta(), description="How long after its date an article is kept back.", examples=["12h"]
    )
    granted: MaybeDay = Field(
        default="",
        description=(
            "The day with which the agreement begins; before it the default excerpt is shown, or less where the "
            "agreement allows less. Days are those of the site's `timezone`."
        ),
        examples=["2026-11-22"],
    )
    expires: MaybeDay = Field(
        default="", description="The first day on which the agreement does not hold any more.", examples=["2027-11-22"]
    )
    on_expiry: OnExpiry = Field(
        default="excerpt",
        description=(
            "What is shown from then on. `nothing`: the articles leave every feed and page, and the feeds say that "
            "they are gone."
        ),
        examples=["link"],
    )
    licence: Text = Field(
        default="",
        description=(
            "Licence, by its name or its address; stated in every feed and on the page, with a link to a Creative "
            "Commons licence that is known by its name. Empty: for whole articles the one found on the page, if any."
        ),
        examples=["CC BY-NC-SA 4.0"],
    )
    credit: CreditLine = Field(
        default="",
        description=(
            "A line the partner wants to see under every article. `{author}`, `{newsroom}`, `{title}`, `{url}`, "
            "`{licence}` and `{date}` are filled in; links are written as in Markdown, text in square brackets and "
            "the address in round ones behind it."
        ),
        examples=["First published by {newsroom}: {url}"],
    )
    agreement: Text = Field(
        default="",
        description="Your own note: where the permission can be read. Never published.",
        examples=["mail of 2026-11-20, folder agreements/"],
    )


class EditorialTable(Table):
    """How much is let through by itself."""

    publish: Publish = Field(
        default="auto",
        description=(
            "How new articles go out. `auto`: at once. `veto`: by themselves after `veto_window`, unless you reject "
            "them. `hold`: when you approve them."
        ),
        examples=["hold"],
    )
    veto_window: Duration = Field(
        default=timedelta(hours=2),
        description=(
            'With `publish = "veto"`: how long an article waits for your objection, counted from when it was first '
            "seen."
        ),
        examples=["45m"],
    )
    cap_per_day: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description=(
            "At most so many new articles a day in `[site] timezone`. The others wait; when the next day begins the "
            "newest of them go out first."
        ),
        examples=[5],
    )
    allow: Expression = Field(
        default="",
        description="What it is not true of waits for you. Empty: everything is let through.",
        examples=["water OR river*"],
    )
    deny: Expression = Field(default="", description="What it is true of waits for you.", examples=["category:sport"])
    quarantine: Literal["on", "off"] = Field(
        default="on",
        description=(
            "Whether articles wait that look like the work of somebody who broke in at the partner's; see [When a "
            "partner is broken into](operating.md#when-a-partner-is-broken-into). `off` lets go what waits, too, and "
            "looks for nothing any more, the blocklist included."
        ),
        examples=["off"],
    )
    deletions: Deletions = Field(
        default="report",
        description=(
            "What is done when the source's feed says that an entry is deleted (`at:deleted-entry` in Atom, "
            "`_tombstones` in JSON Feed), or the page of an article answers 404 or 410 twice, at least 20 hours "
            "apart. `report`: `status` warns and `explain` says so. `follow`: an article that this newsroom wrote, "
            "or that nobody else carries, is [withdrawn](withdrawing.md); of another one only its copy goes. More "
            "than 20 at once are never followed."
        ),
        examples=["follow"],
    )


class DefaultsTable(Table):
    """The same keys as below a source, for all sources that do not set them."""

    # Factories: a default that is a value would be copied deeply for each of a thousand sources.
    fetch: FetchTable = Field(default_factory=FetchTable)
    extract: ExtractTable = Field(default_factory=ExtractTable)
    rights: RightsTable = Field(default_factory=RightsTable)
    editorial: EditorialTable = Field(default_factory=EditorialTable)


class BylineTable(Table):
    """How the articles of a newsroom without a feed are recognised."""

    match: list[Name] = Field(
        min_length=1,
        description=(
            "Names of the newsroom as they stand in bylines. Case, accents and punctuation do not matter. Its `name` "
            "and `aliases` count too."
        ),
        examples=[["Friends of Bolivia"]],
    )
    within: list[SourceReference] = Field(
        default=[], description="Look only in these sources. Empty: in all.", examples=[["labour-outlook"]]
    )


class HtmlTable(Table):
    """Where a page lists its articles."""

    list: Selector = Field(
        description="The element of each article in the list, with everything the list says of it.",
        examples=["main article"],
    )
    link: MaybeInnerSelector = Field(
        default="",
        description=(
            "The link to the article, or an element around it. Empty: the link in its heading, else the first with "
            "words in it."
        ),
        examples=["h2 a"],
    )
    title: MaybeInnerSelector = Field(
        default="",
        description="The element with the headline. Empty: its heading, else the link's words.",
        examples=["h2"],
    )
    date: MaybeInnerSelector = Field(
        default="",
        description="The element with the day of publication. Empty: `time`. Where there is none, the page tells.",
        examples=["span.date"],
    )


class SitemapTable(Table):
    """Which pages of a sitemap are articles."""

    paths: list[Path] = Field(
        default=[],
        description="How the paths of their addresses begin. Empty: all pages are articles.",
        examples=[["/news/"]],
    )


def _only_with(kind: str) -> JsonDict:
    """Tell editors' programs that a table goes with one kind of source."""
    return {
        "if": {"properties": {"kind": {"enum": [kind]}}, "required": ["kind"]},
        "then": {} if kind == "sitemap" else {"required": [kind]},
        "else": {"not": {"required": [kind]}},
    }


class SourceTable(DefaultsTable):
    """One partner feed."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"kind": {"enum": ["byline"]}}, "required": ["kind"]},
            "then": {"properties": {"feed": {"maxLength": 0}}},
            "else": {"required": ["feed"], "properties": {"feed": {"minLength": 1}}},
            "allOf": [_only_with("byline"), _only_with("html"), _only_with("sitemap")],
        }
    )

    id: Identifier = Field(
        description=(
            "Our name for it, for rules and commands. Do not change it: the program would take it for another source "
            "and keep its articles again."
        ),
        examples=["harbour"],
    )
    name: Name = Field(
        description="Its name as readers know it; stands in every credit.", examples=["The Harbour Chronicle"]
    )
    kind: SourceKind = Field(
        default="feed",
        description=(
            "`feed`: it has a feed. `html`: it has none, but a page that lists its articles. `sitemap`: it has a "
            "sitemap, best one for news. `byline`: it has nothing to poll and is recognised in other sources' "
            "bylines. See below for each."
        ),
        examples=["feed"],
    )
    site: MaybeAddress = Field(
        default="", description="Its home page; credits link to it.", examples=["https://harbour.example/"]
    )
    feed: MaybeAddress = Field(
        default="",
        description=(
            "Address of its RSS, Atom or JSON feed; with kind `html` of the page with the list, with kind `sitemap` of "
            "the sitemap. Refused with kind `byline`."
        ),
        examples=["https://harbour.example/feed/"],
    )
    description: Text = Field(
        default="",
        description="What it is, in a line, as lists for other programs have it (`aggregator source export`).",
        examples=["News of the harbour and its people."],
    )
    language: MaybeLanguage = Field(
        default="", description="Language of entries whose feed does not say.", examples=["en"]
    )
    country: Country = Field(
        default="",
        description=(
            "Where it is and what it mostly writes about, in two letters (ISO 3166-1). A local paper seldom names its "
            "own country; `country:BO` in an expression is true of everything it wrote itself."
        ),
        examples=["BO"],
    )
    role: Role = Field(
        default="mixed",
        description=(
            "What it mostly publishes: its own work, both, or others' work. Decides who is credited when several "
            "carry the same article and nothing in the articles tells."
        ),
        examples=["origin"],
    )
    aliases: list[Name] = Field(
        default=[], description="Other names it goes by in bylines.", examples=[["Harbour Chronicle", "THC"]]
    )
    topics: list[TopicReference] = Field(
        default=[],
        description=(
            "Topics that everything from here joins without matching `include`. The topic's other rules still hold."
        ),
        examples=[["water"]],
    )
    priority: int = Field(
        default=0,
        description=(
            "Where several sources of the same `role` carry an article and nothing says which wrote it, the highest "
            "priority is taken for its origin; among equals, the one that had it first."
        ),
        examples=[1],
    )
    enabled: bool = Field(
        default=True,
        description="`false`: not polled any more; what is stored stays published under the same rights.",
        examples=[True],
    )
    collect: Collect = Field(
        default="all",
        description="`bylines`: of this feed only what a byline source claims is published.",
        examples=["all"],
    )
    byline: BylineTable | None = None
    html: HtmlTable | None = None
    sitemap: SitemapTable | None = None
