"""The shape of sources.toml: which tables and keys there are, their defaults, and which values each key takes.

What is checked here is each key alone. The messages of these checks follow the value in a sentence and end with a
cure: `... is not a duration; write "30m"`.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from aggregator.models import (
    Boilerplate,
    Collect,
    Deletions,
    ExtractMode,
    Images,
    OnExpiry,
    OverrideAction,
    Publish,
    Redirects,
    Robots,
    Role,
    SourceKind,
    Stories,
)
from aggregator.plaintext import clean_text
from aggregator.rights.credit import check_credit
from aggregator.urls import resolve

# A topic's id is a file and a folder in the output; these names are taken there or will be.
RESERVED_TOPICS = frozenset({"index", "status", "item", "search", "archive", "static"})
_DOMAIN = re.compile(r"(?:[a-z0-9-]+\.)+[a-z0-9-]+")
_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_LONGEST = timedelta(days=3650)  # ten years; far longer ones lead out of the calendar


# --- values ----------------------------------------------------------------------------------------------------------


def _schema(value: object) -> object:
    if type(value) is not int or value != 1:
        raise ValueError("is not known to this program; write schema = 1")
    return value


def _duration(value: object) -> object:
    match = re.fullmatch(r"([0-9]{1,9})([smhd])", value) if isinstance(value, str) else None
    if match is None or int(match[1]) == 0:
        raise ValueError('is not a duration; write "30m", "2h" or "7d"')
    if int(match[1]) * _UNITS[match[2]] > _LONGEST.total_seconds():
        raise ValueError(f"is too long; the most is {in_units(_LONGEST)}")
    return timedelta(seconds=int(match[1]) * _UNITS[match[2]])


def in_units(length: timedelta) -> str:
    """Write a duration as the file has it: `"2h"`."""
    seconds = int(length.total_seconds())
    unit = next(unit for unit, size in _UNITS.items() if seconds % size == 0)
    return f'"{seconds // _UNITS[unit]}{unit}"'


def _address(value: str) -> str:
    if not resolve("", value):
        raise ValueError('is not a web address; write it whole and without a password, as "https://example.org/feed/"')
    return value


def check_reference(value: str) -> str:
    """Return a text that names an article: its public id, or the address of a copy. Raise ValueError for another."""
    if not re.fullmatch(r"tag:[^\s,]+,[0-9-]+:[a-z2-7]{16}", value) and not resolve("", value):
        raise ValueError(
            'names no article; write the address of one of its copies, as "https://example.org/article/", or its id, '
            'as "tag:news.example.org,2026-11-22:abcdefghijklmnop"'
        )
    return value


def _base_address(value: str) -> str:
    if "?" in value or "#" in value:
        raise ValueError(
            'cannot be the beginning of other addresses; write it without ? and #, as "https://news.example.org/"'
        )
    return _address(value).rstrip("/") + "/"


def _identifier(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", value):
        raise ValueError('is not an id; use small letters, digits and hyphens, as in "kawsachun-news"')
    return value


def _topic_identifier(value: str) -> str:
    if value in RESERVED_TOPICS:
        raise ValueError("is reserved for another page of the site; choose another")
    return _identifier(value)


def _day(value: object) -> object:
    text = value.isoformat() if isinstance(value, date) else value
    try:
        if not isinstance(text, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError
        date.fromisoformat(text)
    except ValueError:
        raise ValueError('is not a date; write "2026-11-22"') from None
    return text


def _link_domain(value: str) -> str:
    if not _DOMAIN.fullmatch(value):
        raise ValueError('is not a domain name; write it without http:// and without a path, as "bad-shop.example"')
    return value


def _domain(value: str) -> str:
    if not _DOMAIN.fullmatch(value):
        raise ValueError('is not a domain name; write one that you own, as "news.example.org"')
    return value


def _language(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", value):
        raise ValueError('is not a language code; write "es", "en" or "pt-BR"')
    return value


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, KeyError):
        raise ValueError('is not a time zone; write "America/La_Paz" or "UTC"') from None
    return value


def _filled(value: str) -> str:
    if not value:
        raise ValueError("is empty; write a text")
    return value


def _yes_no(value: object) -> bool:
    if value not in ("yes", "no"):
        raise ValueError('is neither "yes" nor "no"; write one of them, in quotes')
    return value == "yes"


def _headers(value: dict[str, str]) -> dict[str, str]:
    for name, text in value.items():
        if not re.fullmatch(r"[A-Za-z0-9-]+", name) or text != clean_text(text):
            raise ValueError(f'holds "{name}", which cannot be sent; write "Name" = "text", each on one line')
    return value


def _selector(value: str) -> str:
    # Only a file with selectors needs the library that reads them.
    from aggregator.extract.siterules import check_selector

    try:
        check_selector(value)
    except ValueError as error:
        raise ValueError(
            f"""cannot be read: {error}; write CSS as "div.story" or XPath as "//div[@id='story']\""""
        ) from None
    return value


def _strip_text(value: str) -> str:
    if not any(character.isalnum() for character in value):
        raise ValueError(
            'holds no word, so it would fit anything; write the text to leave out, or its beginning and "*"'
        )
    return value


def _term(value: str) -> str:
    if not any(character.isalnum() for character in value):
        raise ValueError('holds no word, so nothing would be found; write a word or a phrase, as "essay writing"')
    return value


def _or_empty(check: Callable[[str], str]) -> AfterValidator:
    """Take an empty text too: it says the same as leaving the key out."""
    return AfterValidator(lambda value: value and check(value))


Schema = Annotated[int, BeforeValidator(_schema)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
MaybeDuration = Annotated[timedelta, BeforeValidator(lambda value: timedelta() if value == "0h" else _duration(value))]
MaybeAddress = Annotated[str, _or_empty(_address)]
BaseAddress = Annotated[str, AfterValidator(_base_address)]
Identifier = Annotated[str, AfterValidator(_identifier)]
TopicIdentifier = Annotated[str, AfterValidator(_topic_identifier)]
Day = Annotated[str, BeforeValidator(_day)]
MaybeDay = Annotated[str, BeforeValidator(lambda value: value if value == "" else _day(value))]
Domain = Annotated[str, AfterValidator(_domain)]
LinkDomain = Annotated[str, AfterValidator(_link_domain)]
Language = Annotated[str, AfterValidator(_language)]
MaybeLanguage = Annotated[str, _or_empty(_language)]
Timezone = Annotated[str, AfterValidator(_timezone)]
Text = Annotated[str, AfterValidator(clean_text)]
Name = Annotated[Text, AfterValidator(_filled)]
Selector = Annotated[Name, AfterValidator(_selector)]
MaybeSelector = Annotated[Text, _or_empty(_selector)]
CreditLine = Annotated[Text, AfterValidator(check_credit)]
GrantedMode = Literal["full", "paragraphs", "excerpt", "link"]
Reference = Annotated[str, AfterValidator(check_reference)]
Term = Annotated[Name, AfterValidator(_term)]
StripText = Annotated[Name, AfterValidator(_strip_text)]
YesNo = Annotated[bool, BeforeValidator(_yes_no)]
Headers = Annotated[dict[str, str], AfterValidator(_headers)]


# --- tables ----------------------------------------------------------------------------------------------------------


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class SiteTable(Table):
    title: Name
    base_url: BaseAddress
    id_domain: Domain
    id_date: Day
    description: Text = ""
    language: Language = "en"
    contact: Text = ""
    hub: MaybeAddress = ""
    timezone: Timezone = "UTC"
    item_pages: Literal["on", "off"] = "off"


class FetchTable(Table):
    min_interval: Duration | None = None
    max_interval: Duration = timedelta(hours=24)
    timeout: Duration = timedelta(seconds=30)
    headers: Headers = {}
    politeness_group: Text = ""
    redirects: Redirects = "propose"
    robots: Robots = "obey"


class ExtractTable(Table):
    mode: ExtractMode = "auto"
    body: MaybeSelector = ""
    title: MaybeSelector = ""
    author: MaybeSelector = ""
    date: MaybeSelector = ""
    strip: list[Selector] = []
    strip_text: list[StripText] = []
    boilerplate: Boilerplate = "learn"


class RightsTable(Table):
    mode: GrantedMode = "excerpt"
    words: int = Field(default=60, ge=1, le=1000)
    paragraphs: int = Field(default=3, ge=1, le=100)
    images: Images = "no"
    derivatives: YesNo | None = None
    originals_only: bool = False
    embargo: MaybeDuration = timedelta()
    granted: MaybeDay = ""
    expires: MaybeDay = ""
    on_expiry: OnExpiry = "excerpt"
    licence: Text = ""
    credit: CreditLine = ""
    agreement: Text = ""


class EditorialTable(Table):
    publish: Publish = "auto"
    veto_window: Duration = timedelta(hours=2)
    cap_per_day: int | None = Field(default=None, ge=1, le=1000)
    allow: str = ""
    deny: str = ""
    quarantine: Literal["on", "off"] = "on"
    deletions: Deletions = "report"


class DefaultsTable(Table):
    # Factories: a default that is a value would be copied deeply for each of a thousand sources.
    fetch: FetchTable = Field(default_factory=FetchTable)
    extract: ExtractTable = Field(default_factory=ExtractTable)
    rights: RightsTable = Field(default_factory=RightsTable)
    editorial: EditorialTable = Field(default_factory=EditorialTable)


class BylineTable(Table):
    match: list[Name] = Field(min_length=1)
    within: list[str] = []


class SourceTable(DefaultsTable):
    id: Identifier
    name: Name
    kind: SourceKind = "feed"
    site: MaybeAddress = ""
    feed: MaybeAddress = ""
    language: MaybeLanguage = ""
    role: Role = "mixed"
    aliases: list[Name] = []
    topics: list[str] = []
    priority: int = 0
    enabled: bool = True
    collect: Collect = "all"
    byline: BylineTable | None = None


class TopicTable(Table):
    id: TopicIdentifier
    title: Name
    description: Text = ""
    language: MaybeLanguage = ""
    include: str = ""
    exclude: str = ""
    sources: list[str] = []
    languages: list[Language] = []
    max_items: int = Field(default=60, ge=10, le=1000)
    max_age: Duration | None = None
    stories: Stories = "all"
    cap_per_source: int | None = Field(default=None, ge=1, le=1000)
    aliases: list[TopicIdentifier] = []


class BlocklistTable(Table):
    link_domains: list[LinkDomain] = []
    terms: list[Term] = []


class OverrideTable(Table):
    match: Reference
    action: OverrideAction
    value: Text = ""
    reason: Text = ""
    date: MaybeDay = ""


class FileTable(Table):
    schema_: Schema = Field(alias="schema")
    site: SiteTable
    defaults: DefaultsTable = DefaultsTable()
    source: list[SourceTable] = []
    topic: list[TopicTable] = []
    blocklist: BlocklistTable = BlocklistTable()
    override: list[OverrideTable] = []
