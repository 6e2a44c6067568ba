"""sources.toml -> sources and topics.

Reads the editors' file and turns it into frozen values, or says everything that is wrong with it at once. Needs neither
database nor network. Which keys there are is in `sources_shape`, how errors are worded in `sources_problems`.
"""

import hashlib
import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from aggregator.errors import ConfigError
from aggregator.models import (
    LEAST_WAIT,
    Alerts,
    Blocklist,
    Byline,
    Config,
    Digest,
    Editorial,
    ExtractRules,
    FetchRules,
    ListRules,
    Override,
    Rights,
    Site,
    Source,
    Topic,
)
from aggregator.source_shape import DefaultsTable, SourceTable, Table
from aggregator.sources_problems import Problems
from aggregator.sources_shape import DigestTable, FileTable, SearchTable, TopicTable
from aggregator.sources_values import read_schedule
from aggregator.toml_lines import TomlError, find_errors, read_toml

MAX_FILE_BYTES = 20_000_000  # of a file; 5,000 sources with every key take 8 MB
_KEPT_OUT = "kept out"


@dataclass(frozen=True)
class Checked:
    """A sources file without errors, and what its editor should know all the same, one line each."""

    config: Config
    warnings: tuple[str, ...]


def load_sources(path: Path, today: date | None = None) -> Checked:
    """Read and check a sources file.

    Args:
        today: in UTC; that of the clock when not given.
    Raises:
        ConfigError: with every problem found, each `FILE:LINE[:COLUMN]: message`.
    """
    try:
        with path.open("rb") as file:
            body = file.read(MAX_FILE_BYTES + 1)
        if len(body) > MAX_FILE_BYTES:
            raise ConfigError(f"{path}: is larger than {MAX_FILE_BYTES // 10**6} MB, so it can be no sources file")
        text = body.decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; name one with --sources or AGGREGATOR_SOURCES") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); name another with --sources") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}:{line}: a character here is not UTF-8; save the file as UTF-8") from None
    return check_sources(text, str(path), today or datetime.now(UTC).date())


def check_sources(text: str, name: str = "sources.toml", today: date | None = None) -> Checked:
    """Check the text of a sources file; `name` stands before each message. Raises as `load_sources` does."""
    try:
        data = read_toml(text)
    except TomlError:
        raise ConfigError(*(_not_toml(name, error) for error in find_errors(text))) from None
    problems = Problems(name, text, data)
    config = None
    try:
        file = FileTable.model_validate(data)
        config = _to_config(file)
        problems.check_fetching(file.defaults.fetch, config)
        problems.check_agreements(config)
        problems.check_bylines(config)
        problems.check_id_date(config, today)
    except ValidationError as error:
        problems.describe(error)
    problems.cross_check()
    if config is None or problems.lines:
        raise ConfigError(*problems.lines)
    return Checked(replace(config, text=_without_secrets(text, file)), tuple(problems.warnings))


def _without_secrets(text: str, file: FileTable) -> str:
    """Take the values of request headers out of a file that is to be kept: passwords stand there.

    Returns:
        "" where one of them stands in a form that is not found again, or not only in headers.
    """
    headers = _headers(file)
    for name, value in headers:
        pair = rf"""(["']?{re.escape(name)}["']?\s*=\s*)(["']){re.escape(value)}\2"""
        text = re.sub(pair, rf'\1"{_KEPT_OUT}"', text)
    try:
        is_clean = not headers or {value for _, value in _headers(FileTable.model_validate(read_toml(text)))} == {
            _KEPT_OUT
        }
    except ValidationError:  # another key has the name and the value of a header
        is_clean = False
    return text if is_clean else ""


def _headers(file: FileTable) -> set[tuple[str, str]]:
    return {pair for table in (file.defaults, *file.source) for pair in table.fetch.headers.items()}


def _not_toml(name: str, error: TomlError) -> str:
    column = f":{error.column}" if error.column else ""
    return f"{name}:{error.line}{column}: not valid TOML: {error}"


def _to_config(file: FileTable) -> Config:
    site = Site(**file.site.model_dump())
    sources = tuple(_to_source(source, file.defaults) for source in file.source)
    topics = (*map(_to_topic, file.topic), *map(_to_topic, file.search))
    values = json.dumps(file.model_dump(mode="json"), sort_keys=True)
    overrides = tuple(Override(**override.model_dump()) for override in file.override)
    blocklist = Blocklist(tuple(file.blocklist.link_domains), tuple(file.blocklist.terms))
    alerts = Alerts(**file.alerts.model_dump() | {"deliver": tuple(dict.fromkeys(file.alerts.deliver))})
    digests = tuple(_to_digest(digest) for digest in file.digest)
    file_hash = hashlib.sha256(values.encode()).hexdigest()
    return Config(site, sources, topics, file_hash, blocklist, overrides, alerts, digests)


def _to_digest(digest: DigestTable) -> Digest:
    lists = {"topics": tuple(dict.fromkeys(digest.topics)), "unsubscribe": tuple(dict.fromkeys(digest.unsubscribe))}
    return Digest(**digest.model_dump() | {"schedule": read_schedule(digest.schedule)} | lists)


def _to_topic(topic: TopicTable | SearchTable) -> Topic:
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in topic.model_dump().items()
    }
    return Topic(**values)


def _to_source(source: SourceTable, defaults: DefaultsTable) -> Source:
    fetch = _merge(defaults.fetch, source.fetch)
    extract = _merge(defaults.extract, source.extract)
    editorial = _merge(defaults.editorial, source.editorial)
    if source.kind in ("html", "sitemap") and fetch["min_interval"] is None:
        fetch["min_interval"] = LEAST_WAIT  # servers give no validators for what is made at each request
    quarantine = editorial.pop("quarantine") == "on"
    deletions = editorial.pop("deletions")
    return Source(
        id=source.id,
        name=source.name,
        kind=source.kind,
        site=source.site,
        feed=source.feed,
        description=source.description,
        language=source.language,
        country=source.country,
        role=source.role,
        aliases=tuple(source.aliases),
        topics=tuple(source.topics),
        priority=source.priority,
        enabled=source.enabled,
        collect=source.collect,
        byline=Byline(tuple(source.byline.match), tuple(source.byline.within)) if source.byline else None,
        html=ListRules(**source.html.model_dump()) if source.html else None,
        paths=tuple(source.sitemap.paths) if source.sitemap else (),
        fetch=FetchRules(**fetch | {"headers": tuple(sorted(fetch["headers"].items()))}),
        extract=ExtractRules(**extract | {key: tuple(extract[key]) for key in ("strip", "strip_text")}),
        rights=Rights(**_merge(defaults.rights, source.rights)),
        quarantine=quarantine,
        deletions=deletions,
        editorial=Editorial(**editorial),
    )


def _merge(defaults: Table, own: Table) -> dict[str, Any]:
    return defaults.model_dump() | own.model_dump(exclude_unset=True)
