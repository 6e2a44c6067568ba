"""sources.toml -> sources and topics.

Reads the editors' file, checks all of it at once and turns it into frozen values. Every error names the file, line,
key, value and a cure. Needs neither database nor network.
"""

import hashlib
import json
import re
import tomllib
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from aggregator.errors import ConfigError, ExpressionError
from aggregator.expressions.expression import parse_expression
from aggregator.models import (
    Byline,
    Collect,
    Config,
    ExtractMode,
    ExtractRules,
    FetchRules,
    Rights,
    RightsMode,
    Role,
    Site,
    Source,
    SourceKind,
    Topic,
)
from aggregator.toml_lines import Path as KeyPath
from aggregator.toml_lines import locate_keys, nearest_place
from aggregator.urls import resolve

# A topic's id is a file and a folder in the output; these names are taken there or will be.
RESERVED_TOPICS = frozenset({"index", "status", "item", "search", "archive", "static"})
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True)
class Checked:
    """A sources file without errors, and what its editor should know all the same, one line each."""

    config: Config
    warnings: tuple[str, ...]


# --- the shape of the file -------------------------------------------------------------------------------------------


def _duration(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"(\d{1,6})([smhd])", value) if isinstance(value, str) else None
    if match is None or int(match[1]) == 0:
        raise ValueError('is not a duration; write "30m", "2h" or "7d"')
    return timedelta(seconds=int(match[1]) * _UNITS[match[2]])


def _address(value: str) -> str:
    if not resolve("", value):
        raise ValueError('is not a web address; write it whole, as "https://example.org/feed/"')
    return value


def _base_address(value: str) -> str:
    return _address(value).rstrip("/") + "/"


def _identifier(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", value):
        raise ValueError('is not an id; use small letters, digits and hyphens, as in "kawsachun-news"')
    return value


def _day(value: object) -> object:
    text = value.isoformat() if isinstance(value, date) else value
    try:
        if not isinstance(text, str) or len(text) != 10:
            raise ValueError
        date.fromisoformat(text)
    except ValueError:
        raise ValueError('is not a date; write "2026-11-22"') from None
    return text


def _domain(value: str) -> str:
    if not re.fullmatch(r"(?:[a-z0-9-]+\.)+[a-z0-9-]+", value):
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
    if not value.strip():
        raise ValueError("is empty; write a text")
    return value.strip()


def _yes_no(value: object) -> bool:
    if value not in ("yes", "no"):
        raise ValueError('is neither "yes" nor "no"')
    return value == "yes"


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Address = Annotated[str, AfterValidator(_address)]
BaseAddress = Annotated[str, AfterValidator(_base_address)]
Identifier = Annotated[str, AfterValidator(_identifier)]
Day = Annotated[str, BeforeValidator(_day)]
Domain = Annotated[str, AfterValidator(_domain)]
Language = Annotated[str, AfterValidator(_language)]
Timezone = Annotated[str, AfterValidator(_timezone)]
Name = Annotated[str, AfterValidator(_filled)]
YesNo = Annotated[bool, BeforeValidator(_yes_no)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Site(_Table):
    title: Name
    base_url: BaseAddress
    id_domain: Domain
    id_date: Day
    description: str = ""
    language: Language = "en"
    contact: str = ""
    hub: Address | Literal[""] = ""
    timezone: Timezone = "UTC"


class _Fetch(_Table):
    min_interval: Duration = timedelta(hours=1)
    max_interval: Duration = timedelta(hours=24)
    timeout: Duration = timedelta(seconds=30)
    headers: dict[str, str] = {}


class _Extract(_Table):
    mode: ExtractMode = "auto"


class _Rights(_Table):
    mode: RightsMode = "excerpt"
    words: int = Field(default=60, ge=1, le=1000)
    images: YesNo = False
    licence: str = ""
    credit: str = ""
    agreement: str = ""


class _Defaults(_Table):
    fetch: _Fetch = _Fetch()
    extract: _Extract = _Extract()
    rights: _Rights = _Rights()


class _Byline(_Table):
    match: list[Name] = Field(min_length=1)
    within: list[str] = []


class _Source(_Defaults):
    id: Identifier
    name: Name
    kind: SourceKind = "feed"
    site: Address | Literal[""] = ""
    feed: Address | Literal[""] = ""
    language: Language | Literal[""] = ""
    role: Role = "mixed"
    aliases: list[Name] = []
    topics: list[str] = []
    priority: int = 0
    enabled: bool = True
    collect: Collect = "all"
    byline: _Byline | None = None


class _Topic(_Table):
    id: Identifier
    title: Name
    description: str = ""
    language: Language | Literal[""] = ""
    include: str = ""
    exclude: str = ""
    sources: list[str] = []
    languages: list[Language] = []
    max_items: int = Field(default=60, ge=10, le=1000)
    max_age: Duration | None = None


class _File(_Table):
    schema_: Literal[1] = Field(alias="schema")
    site: _Site
    defaults: _Defaults = _Defaults()
    source: list[_Source] = []
    topic: list[_Topic] = []


# --- reading ---------------------------------------------------------------------------------------------------------


def load_sources(path: Path) -> Checked:
    """Read and check a sources file.

    Raises:
        ConfigError: with every problem found, each `FILE:LINE[:COLUMN]: message`.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; name one with --sources or AGGREGATOR_SOURCES") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); name another with --sources") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}:{line}: a character here is not UTF-8; save the file as UTF-8") from None
    return check_sources(text, str(path))


def check_sources(text: str, name: str = "sources.toml") -> Checked:
    """Check the text of a sources file; `name` stands before each message. Raises as `load_sources` does."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_syntax_problem(str(error), text, name)) from None
    checker = _Checker(name, text, data)
    try:
        file = _File.model_validate(data)
    except ValidationError as error:
        raise ConfigError(*checker.describe(error)) from None
    config = _to_config(file)
    checker.cross_check(config)
    if checker.problems:
        raise ConfigError(*checker.problems)
    return Checked(config, tuple(checker.warnings))


def _syntax_problem(message: str, text: str, name: str) -> str:
    match = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", message)
    if match:
        return f"{name}:{match[2]}:{match[3]}: not valid TOML: {match[1]}"
    reason = message.removesuffix(" (at end of document)")
    return f"{name}:{text.count(chr(10)) + 1}: not valid TOML: {reason}; something before the end is not closed"


def _to_config(file: _File) -> Config:
    site = Site(**file.site.model_dump())
    sources = tuple(_to_source(source, file.defaults) for source in file.source)
    topics = tuple(_to_topic(topic) for topic in file.topic)
    everything = Config(site, sources, topics, hash="")
    values = json.dumps(asdict(everything), sort_keys=True, default=str)
    return Config(site, sources, topics, hashlib.sha256(values.encode()).hexdigest())


def _to_topic(topic: _Topic) -> Topic:
    values: dict[str, Any] = topic.model_dump()
    lists = {key: tuple(values[key]) for key in ("sources", "languages")}
    return Topic(**values | lists)


def _to_source(source: _Source, defaults: _Defaults) -> Source:
    fetch = _merge(defaults.fetch, source.fetch)
    return Source(
        id=source.id,
        name=source.name,
        kind=source.kind,
        site=source.site,
        feed=source.feed,
        language=source.language,
        role=source.role,
        aliases=tuple(source.aliases),
        topics=tuple(source.topics),
        priority=source.priority,
        enabled=source.enabled,
        collect=source.collect,
        byline=Byline(tuple(source.byline.match), tuple(source.byline.within)) if source.byline else None,
        fetch=FetchRules(**fetch | {"headers": tuple(fetch["headers"].items())}),
        extract=ExtractRules(**_merge(defaults.extract, source.extract)),
        rights=Rights(**_merge(defaults.rights, source.rights)),
    )


def _merge(defaults: _Table, own: _Table) -> dict[str, Any]:
    return defaults.model_dump() | own.model_dump(exclude_unset=True)


# --- messages --------------------------------------------------------------------------------------------------------


class _Checker:
    """Turns what is wrong into lines for the editor; knows where each key stands."""

    def __init__(self, name: str, text: str, data: dict[str, Any]) -> None:
        self.name = name
        self.data = data
        self.places = locate_keys(text)
        self.problems: list[str] = []
        self.warnings: list[str] = []

    def describe(self, error: ValidationError) -> list[str]:
        """Say each of pydantic's findings in our words, in the order of the file."""
        found: dict[tuple[int, str], str] = {}
        for detail in error.errors(include_url=False):
            path = tuple(part for part in detail["loc"] if not _is_union_branch(part))
            place = nearest_place(self.places, path)
            message = f"{self._owner(path)}{self._explain(path, detail)}"
            # A value that fits no branch of a union is reported once per branch; one line is enough.
            found.setdefault((place.line, ".".join(map(str, path))), f"{self.name}:{place.line}: {message}")
        return [found[key] for key in sorted(found)]

    def _owner(self, path: KeyPath) -> str:
        """Name the block that a path lies in: `source "harbour": `."""
        if len(path) < 2 or path[0] not in ("source", "topic") or not isinstance(path[1], int):
            return f"[{path[0]}]: " if len(path) > 1 else ""
        block = self.data[path[0]][path[1]]
        label = block.get("id") or block.get("name") if isinstance(block, dict) else None
        return f'{path[0]} "{label}": ' if isinstance(label, str) else f"{path[0]} number {path[1] + 1}: "

    def _explain(self, path: KeyPath, detail: ErrorDetails) -> str:
        key = ".".join(str(part) for part in _inside_block(path)) or str(path[0])
        kind, value = detail["type"], detail["input"]
        if kind == "extra_forbidden":
            return f"unknown key {key}{self._nearest_key(path)}"
        if kind == "missing":
            return f"{key} is missing" + ("; write schema = 1" if key == "schema" else "")
        context = detail.get("ctx", {})
        cures = {
            "value_error": str(context.get("error", "")),
            "literal_error": f"is none of {context.get('expected')}",
            "string_type": "is not a text; put it in quotes",
            "list_type": 'is not a list; write ["..."]',
            "int_type": "is not a whole number",
            "bool_type": "is neither true nor false (without quotes)",
            "dict_type": "is not a table of keys and values",
            "model_type": f"is not a table; write its keys under [{key}]",
            "model_attributes_type": f"is not a table; write its keys under [{key}]",
            "too_short": "is empty; name at least one",
            "greater_than_equal": f"is too small; the least is {context.get('ge')}",
            "less_than_equal": f"is too large; the most is {context.get('le')}",
        }
        return f"{key} = {_shown(value)} {cures.get(kind) or detail['msg']}{_nearest_choice(value, context)}"

    def _nearest_key(self, path: KeyPath) -> str:
        model: Any = _File
        for part in path[:-1]:
            if isinstance(part, str):
                model = _inner_model(model, part)
        known = [field.alias or name for name, field in model.model_fields.items()]
        near = get_close_matches(str(path[-1]), known, n=1)
        return f'; did you mean "{near[0]}"?' if near else f"; known here: {', '.join(known)}"

    def cross_check(self, config: Config) -> None:
        """Check what one key alone cannot tell: ids, references, expressions."""
        self._check_ids("source", [source.id for source in config.sources])
        self._check_ids("topic", [topic.id for topic in config.topics])
        source_ids = {source.id for source in config.sources}
        topic_ids = {topic.id for topic in config.topics}
        for index, source in enumerate(config.sources):
            path: KeyPath = ("source", index)
            self._check_references((*path, "topics"), source.topics, topic_ids, "topic")
            self._check_kind(path, source)
            if source.byline:
                self._check_references((*path, "byline", "within"), source.byline.within, source_ids, "source")
            if source.fetch.min_interval > source.fetch.max_interval:
                self._problem((*path, "fetch"), "fetch: min_interval is longer than max_interval")
        for index, topic in enumerate(config.topics):
            path = ("topic", index)
            if topic.id in RESERVED_TOPICS:
                self._problem((*path, "id"), f'id = "{topic.id}" is reserved; choose another')
            self._check_references((*path, "sources"), topic.sources, source_ids, "source")
            for key in ("include", "exclude"):
                self._check_expression((*path, key), getattr(topic, key))
        for kind in ("source", "topic"):
            if not self.data.get(kind):
                self.warnings.append(f"warning: {self.name}: no [[{kind}]] yet, so there is nothing to do")

    def _check_ids(self, kind: str, ids: list[str]) -> None:
        for duplicate, count in Counter(ids).items():
            if count > 1:
                first, second = [index for index, value in enumerate(ids) if value == duplicate][:2]
                line = nearest_place(self.places, (kind, first, "id")).line
                self._problem((kind, second, "id"), f'id = "{duplicate}" is taken by line {line}; choose another')

    def _check_references(self, path: KeyPath, ids: tuple[str, ...], known: set[str], kind: str) -> None:
        for position, wanted in enumerate(ids):
            if wanted not in known:
                near = get_close_matches(wanted, known, n=1)
                cure = f'did you mean "{near[0]}"?' if near else f"add a [[{kind}]] with this id or remove it"
                key = ".".join(str(part) for part in _inside_block(path))
                self._problem((*path, position), f'{key}: there is no {kind} "{wanted}"; {cure}')

    def _check_kind(self, path: KeyPath, source: Source) -> None:
        if source.kind == "feed" and not source.feed:
            self._problem(path, 'feed is missing; write its address, or kind = "byline" for a newsroom without one')
        if source.kind == "feed" and source.byline:
            self._problem((*path, "byline"), 'byline goes with kind = "byline" only; add that or remove it')
        if source.kind == "byline" and not source.byline:
            self._problem(path, 'byline.match is missing; write match = ["Name in the byline"] under [source.byline]')
        if source.kind == "byline" and source.feed:
            self._problem((*path, "feed"), 'feed goes with kind = "feed"; a byline source is collected from others')

    def _check_expression(self, path: KeyPath, expression: str) -> None:
        if not expression:
            return
        try:
            for warning in parse_expression(expression).warnings:
                place = nearest_place(self.places, path)
                message = f"{self.name}:{place.line}: {self._owner(path)}{path[-1]}: {warning}"
                self.warnings.append(f"warning: {message}")
        except ExpressionError as error:
            self._problem(path, f"{path[-1]}: {error}", error.column)

    def _problem(self, path: KeyPath, message: str, column: int = 0) -> None:
        place = nearest_place(self.places, path)
        where = f"{self.name}:{place.line}"
        if column and place.text_column:
            where += f":{place.text_column + column - 1}"
        elif column:
            message += f" (character {column} of the expression)"
        self.problems.append(f"{where}: {self._owner(path)}{message}")


def _is_union_branch(part: int | str) -> bool:
    return isinstance(part, str) and (part.startswith(("literal[", "function-")) or part == "constrained-str")


def _inside_block(path: KeyPath) -> KeyPath:
    """Drop `source`, number from a path, and indexes inside lists."""
    inner = path[2:] if len(path) > 1 and isinstance(path[1], int) else path[1:] or path
    return tuple(part for part in inner if isinstance(part, str))


def _inner_model(model: Any, key: str) -> Any:
    annotation = next(field.annotation for name, field in model.model_fields.items() if key in (name, field.alias))
    candidates = [annotation, *getattr(annotation, "__args__", ())]
    return next(candidate for candidate in candidates if hasattr(candidate, "model_fields"))


def _shown(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    shown = json.dumps(value, ensure_ascii=False, default=str)
    return shown if len(shown) <= 80 else shown[:77] + "..."


def _nearest_choice(value: object, context: dict[str, Any]) -> str:
    choices = re.findall(r"'([^']+)'", str(context.get("expected", "")))
    near = get_close_matches(str(value), choices, n=1)
    return f'; did you mean "{near[0]}"?' if near else ""
