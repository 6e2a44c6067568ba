"""The values of sources.toml: which texts, durations, days, ... a key may take.

Each value is a type for the tables in `sources_shape`: what checks it, and what editors' programs are told of it, by
which the documents call it, too. The messages of the checks follow the value in a sentence and end with a cure: `... is
not a duration; write "30m"`.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from email.utils import parseaddr
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from aggregator.expressions.searchwords import MOST_CHARACTERS, MOST_TERMS, read_search
from aggregator.models import Schedule
from aggregator.plaintext import clean_text
from aggregator.rights.credit import check_credit
from aggregator.urls import resolve

# A topic's id is a file and a folder in the output; these names are taken there or will be.
RESERVED_TOPICS = frozenset({"index", "status", "item", "search", "archive", "static", "digest"})
_DOMAIN = re.compile(r"(?:[a-z0-9-]+\.)+[a-z0-9-]+")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_LONGEST = timedelta(days=3650)  # ten years; far longer ones lead out of the calendar


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


def _country(value: str) -> str:
    if not re.fullmatch("[A-Z]{2}", value):
        raise ValueError('is not a country code; write two capital letters, as "BO" (ISO 3166-1)')
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


def _inner_selector(value: str) -> str:
    from aggregator.extract.siterules import check_inner_selector

    try:
        check_inner_selector(value)
    except ValueError as error:
        raise ValueError(f'cannot be read: {error}; write CSS as "h2 a"') from None
    return value


def _path(value: str) -> str:
    if not re.fullmatch(r"/[!-~]*", value) or "?" in value or "#" in value:
        raise ValueError('is no beginning of a path; write it without the host, as "/news/"')
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


def _schedule(value: str) -> str:
    if not _SCHEDULE.fullmatch(value):
        raise ValueError('is no schedule; write "daily 07:00", or "weekly mon 07:00"')
    return value


def read_schedule(text: str) -> Schedule:
    """Read a schedule that has been checked."""
    match = _SCHEDULE.fullmatch(text)
    if match is None:
        raise ValueError(f"not a schedule: {text}")
    return Schedule(int(match["hour"]), int(match["minute"]), WEEKDAYS.index(match["day"]) if match["day"] else None)


def _mail_address(value: str) -> str:
    name, address = parseaddr(value)
    if not _MAIL_ADDRESS.fullmatch(address) or not value.isprintable() or (not name and value.strip("<> ") != address):
        raise ValueError('is no mail address; write "desk@news.example.org" or "Desk <desk@news.example.org>"')
    return value


def _list_address(value: str) -> str:
    if not _MAIL_ADDRESS.fullmatch(value):
        raise ValueError('is no mail address; write the list\'s and nothing else, as "wire@lists.example.org"')
    return value


def _list_id(value: str) -> str:
    if not _DOMAIN.fullmatch(value.lower()):
        raise ValueError('is no list id; write it as a domain name, "wire.lists.example.org" (RFC 2919)')
    return value


def _ways_out(value: object) -> object:
    ways = [value] if isinstance(value, str) else value
    if not isinstance(ways, list):
        raise ValueError('is no address; write "https://lists.example.org/leave" or "mailto:wire-leave@example.org"')
    return [_way_out(way) for way in ways if way != ""]


def _way_out(value: object) -> str:
    # Not longer than a line of a mail may be, and without what ends an address there (RFC 2369 §2).
    if not isinstance(value, str) or not re.fullmatch(
        r"(?=[!-~]{1,900}$)(https://[^<>\"]+|mailto:[^<>\"@]+@[^<>\"@]+)", value
    ):
        raise ValueError(
            'is no way to leave a list; write "https://lists.example.org/leave" or "mailto:wire-leave@example.org"'
        )
    return value


def _subject(value: str) -> str:
    for placeholder in re.findall(r"\{[^{}]*\}?|\}", value):
        if placeholder not in _PLACEHOLDERS:
            known = ", ".join(_PLACEHOLDERS)
            raise ValueError(f'has "{placeholder}", which stands for nothing; there are {known}')
    return value


def _or_empty(check: Callable[[str], str]) -> AfterValidator:
    """Take an empty text too: it says the same as leaving the key out."""
    return AfterValidator(lambda value: value and check(value))


def _query(value: str) -> str:
    if len(value) > MOST_CHARACTERS:
        raise ValueError(f"is too long; {MOST_CHARACTERS} characters are looked at")
    read = read_search(value)
    if len(read.wanted) + len(read.unwanted) >= MOST_TERMS:
        raise ValueError(f"has too many words; write fewer than {MOST_TERMS}")
    if not read.wanted:
        raise ValueError('names no word that is to be found; write "water" or "water -polo"')
    return value


def _called(title: str, **schema: object) -> WithJsonSchema:
    """Tell editors' programs and the documents what a text is called, and what of it a JSON Schema can say."""
    return WithJsonSchema({"title": title, "type": "string", **schema})


_CLOCK = "(?P<hour>[01][0-9]|2[0-3]):(?P<minute>[0-5][0-9])"
_SCHEDULE = re.compile(f"(?:daily|weekly (?P<day>{'|'.join(WEEKDAYS)})) {_CLOCK}")
_MAIL_ADDRESS = re.compile(r"[!-~]{1,200}(?<![@<>,;:\"\s])@(?:[A-Za-z0-9-]+\.)*[A-Za-z0-9-]+", re.ASCII)
_PLACEHOLDERS = ("{title}", "{date}", "{first}", "{count}")
_FILLED = r"\S"
_LENGTH = "0{0,8}[1-9][0-9]{0,8}[smhd]"
_HOST = r"\s*[Hh][Tt][Tt][Pp][Ss]?://[^/?#@\s]+"
_ADDRESS = _HOST + r"([/?#].*)?\s*"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TAG = "[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*"
_ID = "[a-z0-9][a-z0-9-]{0,62}"

Schema = Annotated[int, BeforeValidator(_schema), WithJsonSchema({"title": "number", "enum": [1]})]
Duration = Annotated[timedelta, BeforeValidator(_duration), _called("duration", pattern=f"^{_LENGTH}$")]
MaybeDuration = Annotated[
    timedelta,
    BeforeValidator(lambda value: timedelta() if value == "0h" else _duration(value)),
    _called("duration", pattern=f"^(0h|{_LENGTH})$"),
]
MaybeAddress = Annotated[str, _or_empty(_address), _called("address", pattern=f"^({_ADDRESS})?$")]
BaseAddress = Annotated[str, AfterValidator(_base_address), _called("address", pattern=f"^{_HOST}(/[^?#]*)?\\s*$")]
Identifier = Annotated[str, AfterValidator(_identifier), _called("id", pattern=f"^{_ID}$")]
TopicIdentifier = Annotated[
    str,
    AfterValidator(_topic_identifier),
    _called("id", pattern=f"^{_ID}$", **{"not": {"enum": sorted(RESERVED_TOPICS)}}),
]
SourceReference = Annotated[str, _called("source id")]
TopicReference = Annotated[str, _called("topic id")]
Day = Annotated[str, BeforeValidator(_day), _called("date", pattern=f"^{_DAY}$")]
MaybeDay = Annotated[
    str,
    BeforeValidator(lambda value: value if value == "" else _day(value)),
    _called("date", pattern=f"^({_DAY})?$"),
]
Domain = Annotated[str, AfterValidator(_domain), _called("domain name", pattern=f"^{_DOMAIN.pattern}$")]
LinkDomain = Annotated[str, AfterValidator(_link_domain), _called("domain name", pattern=f"^{_DOMAIN.pattern}$")]
Language = Annotated[str, AfterValidator(_language), _called("language", pattern=f"^{_TAG}$")]
Country = Annotated[str, _or_empty(_country), _called("country code", pattern="^([A-Z]{2})?$")]
MaybeLanguage = Annotated[str, _or_empty(_language), _called("language", pattern=f"^({_TAG})?$")]
Timezone = Annotated[str, AfterValidator(_timezone), _called("time zone")]
Text = Annotated[str, AfterValidator(clean_text), _called("text")]
Name = Annotated[Text, AfterValidator(_filled), _called("text", pattern=_FILLED)]
Expression = Annotated[str, _called("expression", pattern=rf"^$|{_FILLED}")]
Query = Annotated[Name, AfterValidator(_query), _called("words", pattern=_FILLED)]
Selector = Annotated[Name, AfterValidator(_selector), _called("selector", pattern=_FILLED)]
MaybeSelector = Annotated[Text, _or_empty(_selector), _called("selector")]
MaybeInnerSelector = Annotated[Text, _or_empty(_inner_selector), _called("selector")]
Path = Annotated[str, AfterValidator(_path), _called("path", pattern="^/[^?#]*$")]
CreditLine = Annotated[Text, AfterValidator(check_credit), _called("text")]
Reference = Annotated[str, AfterValidator(check_reference), _called("article", pattern=f"^(tag:|{_ADDRESS})")]
OverrideValue = Annotated[Text, _called("article, source id, title or topic id")]
Term = Annotated[Name, AfterValidator(_term), _called("text", pattern=_FILLED)]
StripText = Annotated[Name, AfterValidator(_strip_text), _called("text", pattern=_FILLED)]
DigestSchedule = Annotated[
    str,
    AfterValidator(_schedule),
    _called("schedule", pattern=f"^(daily|weekly ({'|'.join(WEEKDAYS)})) ([01][0-9]|2[0-3]):[0-5][0-9]$"),
]
MaybeTimezone = Annotated[str, _or_empty(_timezone), _called("time zone")]
MaybeMailAddress = Annotated[str, _or_empty(_mail_address), _called("mail address")]
MaybeListAddress = Annotated[str, _or_empty(_list_address), _called("mail address")]
MaybeListId = Annotated[str, _or_empty(_list_id), _called("text")]
Subject = Annotated[Text, AfterValidator(_subject), _called("text")]
WaysOut = Annotated[
    list[str],
    BeforeValidator(_ways_out),
    WithJsonSchema(
        {
            "title": "address, or list of addresses",
            "pattern": "^(https://|mailto:|$)",
            "items": {"type": "string", "pattern": "^(https://|mailto:)"},
        }
    ),
]
YesNo = Annotated[bool, BeforeValidator(_yes_no), WithJsonSchema({"enum": ["yes", "no"]})]
Headers = Annotated[
    dict[str, str],
    AfterValidator(_headers),
    WithJsonSchema(
        {
            "title": "table",
            "type": "object",
            "propertyNames": {"pattern": "^[A-Za-z0-9-]+$"},
            "additionalProperties": {"type": "string"},
        }
    ),
]
