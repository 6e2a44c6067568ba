"""The shape of sources.toml: which tables and keys there are, their defaults, and what each means.

One place for a key: its values, default, meaning and example are checked here, are what editors' programs are told (see
`sources_schema`), and stand in docs/sources.md (`make docs` puts them there). What each key alone may say is in
`sources_values`.
"""

from datetime import timedelta
from typing import Literal

from pydantic import ConfigDict, Field

from aggregator.models import AlertWay, DigestDelivery, DigestStyle, OverrideAction, Stories
from aggregator.source_shape import DefaultsTable, SourceTable, Table
from aggregator.sources_values import (
    BaseAddress,
    Day,
    DigestSchedule,
    Domain,
    Duration,
    Expression,
    Identifier,
    Language,
    LinkDomain,
    MaybeAddress,
    MaybeDay,
    MaybeLanguage,
    MaybeListAddress,
    MaybeListId,
    MaybeMailAddress,
    MaybeTimezone,
    Name,
    OverrideValue,
    Query,
    Reference,
    Schema,
    SourceReference,
    Subject,
    Term,
    Text,
    Timezone,
    TopicIdentifier,
    TopicReference,
    WaysOut,
)


class SiteTable(Table):
    """Who publishes."""

    title: Name = Field(description="Name of your site.", examples=["Valley Wire"])
    base_url: BaseAddress = Field(
        description="Where readers find the published files. Every address in the feeds begins with it.",
        examples=["https://news.example.org/"],
    )
    id_domain: Domain = Field(
        description="A domain that is yours. Part of every item's id, so it can never change once there are items.",
        examples=["news.example.org"],
    )
    id_date: Day = Field(
        description=(
            "A day on which that domain was yours. Part of every item's id, so it can never change once there are "
            "items."
        ),
        examples=["2026-11-22"],
    )
    description: Text = Field(
        default="",
        description="What the site is; on the front page, and for topics that have no description.",
        examples=["News from the valley."],
    )
    language: Language = Field(
        default="en", description="Language of topics that do not name one, and of the front page.", examples=["es"]
    )
    contact: Text = Field(
        default="",
        description=(
            "A mail or web address for complaints and removals. It stands in every feed, on every page, and in the "
            "name we give partners with every request. Fill it in."
        ),
        examples=["mailto:desk@news.example.org"],
    )
    hub: MaybeAddress = Field(
        default="",
        description=(
            "A WebSub hub. The feeds name it, and it is told of every change, so that readers who follow by it hear at "
            "once."
        ),
        examples=["https://hub.example.org/"],
    )
    timezone: Timezone = Field(
        default="UTC",
        description="Zone of the dates people read on pages. Feeds are always in UTC.",
        examples=["America/La_Paz"],
    )
    item_pages: Literal["on", "off"] = Field(
        default="off",
        description=(
            "`on`: each published article that is in a topic has a page here too, `item/…/`, with as much of it as "
            "its rights allow, and titles on our pages lead there; see below. `off`: titles lead to the original. "
            "Links in the feeds lead to the original in any case."
        ),
        examples=["on"],
    )
    search: Literal["on", "off"] = Field(
        default="off",
        description=(
            "`on`: the pages have a small form that leads to `/search`. The service answers there whatever this says; "
            "switch it on where readers reach the service, itself or through your web server."
        ),
        examples=["on"],
    )


class TopicTable(Table):
    """One feed of ours, in every format, and a page."""

    id: TopicIdentifier = Field(
        description=(
            "Name of its files: `water` gives `water.rss`. Readers subscribe to these addresses, so do not change "
            "it. Not allowed: index, status, item, search, archive, static, digest."
        ),
        examples=["water"],
    )
    title: Name = Field(description="Its name for readers.", examples=["Water"])
    description: Text = Field(
        default="", description="One sentence about it.", examples=["Rivers, wells and who owns them."]
    )
    language: MaybeLanguage = Field(
        default="",
        description=(
            "Language of title and description, and of the words around the articles on its page (English or "
            "Spanish). Empty: the site's."
        ),
        examples=["es"],
    )
    include: Expression = Field(
        default="", description="Which articles join; see below. Empty: all.", examples=["water OR river*"]
    )
    min_score: float | None = Field(
        default=None,
        ge=0.5,
        le=100,
        description=(
            "How many points the words of `include` must come to, so that a passing mention is not enough; see "
            "[below](#counted-words). Missing: it is enough that `include` is true."
        ),
        examples=[3],
    )
    exclude: Expression = Field(
        default="",
        description="Which stay out all the same, those of `topics` in a source included.",
        examples=['title:"water polo"'],
    )
    sources: list[SourceReference] = Field(
        default=[], description="Only articles written or carried by these. Empty: by anybody.", examples=[["harbour"]]
    )
    languages: list[Language] = Field(
        default=[], description="Only articles in these. `es` takes `es-BO` too. Empty: any.", examples=[["es", "en"]]
    )
    max_items: int = Field(
        default=60, ge=10, le=1000, description="How many items the feed holds, the newest.", examples=[40]
    )
    max_age: Duration | None = Field(
        default=None, description="Items older than this leave the feed.", examples=["30d"]
    )
    stories: Stories = Field(
        default="all",
        description=(
            "Of articles by different newsrooms on one event. `all`: all stand in the feed, and each names the "
            'others ("More on this: ..."). `lead`: only the first stands there and names the others. `off`: nothing '
            "is said of them."
        ),
        examples=["lead"],
    )
    cap_per_source: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description=(
            "At most so many articles of one newsroom in the live feed and on the page: the newest. Pinned ones count."
        ),
        examples=[10],
    )
    aliases: list[TopicIdentifier] = Field(
        default=[],
        description=(
            "Names the topic had before. Its feeds and its page are written under these, too, and name the new "
            "address, so that nobody who subscribed is lost."
        ),
        examples=[["wells"]],
    )


class SearchTable(Table):
    """A search that is a feed of ours: what it finds, in every format, and a page."""

    id: TopicIdentifier = Field(
        description="Name of its files, as that of a topic; none that a topic has or had.", examples=["drought"]
    )
    title: Name = Field(description="Its name for readers.", examples=["Drought"])
    query: Query = Field(
        description=(
            'What is found: all these words, in what readers may see of an article. `"side by side"`, `beginn*`, '
            "`-without`, as in the search box."
        ),
        examples=["sequía agua -polo"],
    )
    description: Text = Field(default="", description="One sentence about it.", examples=["Years without rain."])
    language: MaybeLanguage = Field(
        default="", description="Language of title and description. Empty: the site's.", examples=["es"]
    )
    topics: list[TopicReference] = Field(
        default=[], description="Only articles in these topics. Empty: in any.", examples=[["water"]]
    )
    sources: list[SourceReference] = Field(
        default=[], description="Only articles written or carried by these. Empty: by anybody.", examples=[["harbour"]]
    )
    languages: list[Language] = Field(
        default=[], description="Only articles in these. `es` takes `es-BO` too. Empty: any.", examples=[["es", "en"]]
    )
    max_items: int = Field(
        default=60, ge=10, le=1000, description="How many items the feed holds, the newest.", examples=[40]
    )
    max_age: Duration | None = Field(
        default=None, description="Items older than this leave the feed.", examples=["30d"]
    )
    cap_per_source: int | None = Field(
        default=None, ge=1, le=1000, description="At most so many articles of one newsroom, the newest.", examples=[10]
    )


class DigestTable(Table):
    """What is new in some topics, put together once a day or a week: by mail, or as a feed."""

    id: Identifier = Field(
        description=(
            "Its name. The program remembers by it what it has told, and each mail has an id made of it and of the "
            "day, so do not change it."
        ),
        examples=["morning"],
    )
    topics: list[TopicReference] = Field(
        min_length=1,
        description=("Whose new articles it brings, in this order. What is in several of them stands under the first."),
        examples=[["water", "health"]],
    )
    title: Text = Field(
        default="", description="Its name for readers. Empty: the site's.", examples=["The valley in the morning"]
    )
    schedule: DigestSchedule = Field(
        default="daily 07:00",
        description=(
            "When, by the clock of `timezone`: `daily` and a time, or `weekly`, a day (mon, tue, wed, thu, fri, sat, "
            "sun) and a time. Where nothing is new, nothing is sent; a day that was missed is made up for once."
        ),
        examples=["weekly mon 07:00"],
    )
    timezone: MaybeTimezone = Field(
        default="", description="Whose clock that is. Empty: the site's.", examples=["America/La_Paz"]
    )
    language: MaybeLanguage = Field(
        default="",
        description="Language of the words around the articles (English or Spanish). Empty: the site's.",
        examples=["es"],
    )
    style: DigestStyle = Field(
        default="excerpts",
        description=(
            "What it says of an article, its rights allowing: `titles` with their credits; `excerpts` and pictures, "
            "too; the `full` text."
        ),
        examples=["titles"],
    )
    deliver: DigestDelivery = Field(
        default="smtp",
        description=(
            "`smtp`: mailed to `list`. `file`: each mail is a file `.eml` in a folder. `feed`: an entry in "
            "`digest/ID.rss`, `.atom` and `.json`, for services that make mail of a feed. Where mail and files go by "
            "is the operator's, see [digests.md](digests.md)."
        ),
        examples=["feed"],
    )
    list: MaybeListAddress = Field(
        default="",
        description="The address of the mailing list that it is sent to. Who is on it, your list server knows.",
        examples=["morning@lists.example.org"],
    )
    unsubscribe: WaysOut = Field(
        default=[],
        description=(
            "How readers leave the list, as its manager gave it: an https address, a `mailto:` one, or both in a list. "
            "Mail programs show a button for it; behind an https address they press it with one click (RFC 8058), so "
            "it must take a POST."
        ),
        examples=["https://lists.example.org/morning/leave"],
    )
    sender: MaybeMailAddress = Field(
        default="",
        alias="from",
        description="Whom the mail comes from. Empty: AGGREGATOR_MAIL_FROM.",
        examples=["Valley Wire <desk@news.example.org>"],
    )
    reply_to: MaybeMailAddress = Field(
        default="", description="Whom answers go to. Empty: whom it comes from.", examples=["desk@news.example.org"]
    )
    list_id: MaybeListId = Field(
        default="",
        description="What mail programs know the list by (RFC 2919). Empty: `id` and `id_domain`, with a dot between.",
        examples=["morning.lists.example.org"],
    )
    subject: Subject = Field(
        default="",
        description=(
            "The subject. `{title}`, `{date}`, `{first}` (the first article's title) and `{count}` (how many articles) "
            "stand for what they say. Empty: `{title}: {first}`."
        ),
        examples=["{title}, {date}"],
    )
    max_items: int = Field(
        default=40,
        ge=1,
        le=500,
        description=(
            "So many articles stand there as `style` says; of what is left, the titles. The mail stays below 100 kB, "
            "where some mail programs cut, so it may be fewer."
        ),
        examples=[20],
    )


class BlocklistTable(Table):
    """What you never want to see, whoever publishes it."""

    link_domains: list[LinkDomain] = Field(
        default=[],
        description="Sites that nobody may link to; what stands below them counts too.",
        examples=[["bad-shop.example"]],
    )
    terms: list[Term] = Field(
        default=[],
        description="Words and phrases in titles, texts and links. Case and accents do not matter.",
        examples=[["essay writing service"]],
    )


class AlertsTable(Table):
    """When operators are told that a person is needed, and how."""

    silent_after: Duration = Field(
        default=timedelta(days=3),
        description=(
            "The least time without a new entry before a source counts as fallen silent. It must be four times its "
            "usual gap, too, twice its longest, and longer than chance explains, so that a weekly paper is not "
            "reported after four days."
        ),
        examples=["7d"],
    )
    shrink_ratio: float = Field(
        default=0.5,
        ge=0.05,
        le=0.95,
        description=(
            "Reported is a source that in a week brought less than this share of the articles it usually brings, or "
            "draws a text out of less than this share of those it usually does; where that is more than chance, and "
            "not so for all sources alike."
        ),
        examples=[0.3],
    )
    quiet: Duration = Field(
        default=timedelta(hours=12),
        description=(
            "How long something must have ended before that is reported. What comes back sooner is not reported again."
        ),
        examples=["1d"],
    )
    deliver: list[AlertWay] = Field(
        default=["file"],
        description=(
            "How. `file`: appended to a file beside the database. `smtp`: by mail. `webhook`: posted to an address. "
            "Where to is the operator's, see [Alerts](operating.md#alerts). `[]`: not at all; `status` shows the same."
        ),
        examples=[["smtp", "file"]],
    )


class OverrideTable(Table):
    """Your word on one article, before anything the program decides."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"action": {"enum": ["hide", "pin"]}}, "required": ["action"]},
            "then": {"properties": {"value": {"maxLength": 0}}},
            "else": {"required": ["value"], "properties": {"value": {"pattern": r"\S"}}},
        }
    )

    match: Reference = Field(
        description="The article: the address of any of its copies, or its id as the feeds have it.",
        examples=["https://harbour.example/ferry/"],
    )
    action: OverrideAction = Field(
        description=(
            "`same`: it and the one in `value` are one article. `different`: they are two. `origin`: the source in "
            "`value` wrote it. `story`: they are two on one event. `hide`: nobody sees it; feeds say that it is "
            "gone. `pin`: it stands first on the pages of its topics, and stays in their feeds, in its place by "
            "date, however old it is. `retitle`: its title is `value`, also after the partner changes it. "
            "`add-topic`, `drop-topic`: it is in the topic in `value`, or is not, whatever the topic's rules say."
        ),
        examples=["same"],
    )
    value: OverrideValue = Field(
        default="",
        description=(
            "What `action` needs: the other article, the newsroom that wrote it, the new title, the topic. Nothing "
            "with `hide` and `pin`."
        ),
        examples=["https://valley.example/ferry/"],
    )
    reason: Text = Field(
        default="", description="Why. Stands in the decisions that follow.", examples=["The editors told us by mail."]
    )
    date: MaybeDay = Field(default="", description="When you wrote this, for yourself.", examples=["2026-11-22"])


class FileTable(Table):
    """What we collect, from whom, and what of it we may show."""

    schema_: Schema = Field(alias="schema", description="Version of this format. There is only 1.", examples=[1])
    site: SiteTable
    defaults: DefaultsTable = Field(default_factory=DefaultsTable)
    source: list[SourceTable] = Field(default=[])
    topic: list[TopicTable] = Field(default=[])
    digest: list[DigestTable] = Field(default=[])
    blocklist: BlocklistTable = Field(default_factory=BlocklistTable)
    alerts: AlertsTable = Field(default_factory=AlertsTable)
    override: list[OverrideTable] = Field(default=[])
    search: list[SearchTable] = Field(default=[])
