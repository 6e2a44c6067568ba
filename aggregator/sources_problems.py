"""What is wrong with a sources file, in words for its editor.

Each problem is one line that names file, line, key, value and a cure. Each key alone has been checked against the
shape; what one key alone cannot tell (ids, references, expressions) is checked here, on whatever can be read, so that
an editor sees everything at once.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from functools import cached_property
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from aggregator.errors import ExpressionError
from aggregator.expressions.document import fold
from aggregator.expressions.expression import parse_expression
from aggregator.models import LEAST_WAIT, Config, SourceKind
from aggregator.plaintext import clean_text
from aggregator.source_shape import (
    BylineTable,
    DefaultsTable,
    EditorialTable,
    ExtractTable,
    FetchTable,
    HtmlTable,
    RightsTable,
    SitemapTable,
    SourceTable,
    Table,
)
from aggregator.sources_overrides import check_overrides
from aggregator.sources_shape import (
    AlertsTable,
    BlocklistTable,
    DigestTable,
    FileTable,
    OverrideTable,
    SearchTable,
    SiteTable,
    TopicTable,
)
from aggregator.sources_values import in_units
from aggregator.toml_lines import Path as KeyPath
from aggregator.toml_lines import Place, locate_keys, nearest_place

Asked = tuple[str, KeyPath, int]  # a topic that another asks for, where, and in which column

# What to write where a key is missing that must be there; for others it is a text.
_EXAMPLES = {
    "schema": "schema = 1",
    "site": "[site] with title, base_url, id_domain and id_date",
    "base_url": 'base_url = "https://news.example.org/"',
    "id_domain": 'id_domain = "news.example.org"',
    "id_date": 'id_date = "2026-11-22"',
    "id": 'id = "kawsachun-news"',
    "source.byline.match": 'match = ["Name in the byline"]',
    "source.html.list": 'list = "main article"',
    "search.query": 'query = "words to find"',
    "digest.topics": 'topics = ["water"]',
    "override.match": 'match = "https://harbour.example/ferry/", the address of the article',
    "override.action": 'action = "hide", or what else is to be done',
}
_CURES = {
    "string_type": "is not a text; put it in quotes",
    "float_type": "is not a number; write it without quotes, as 0.5",
    "int_type": "is not a whole number; write it without quotes and without a point",
    "bool_type": "is neither true nor false; write one of them, without quotes",
    "too_short": "is empty; name at least one",
}
_PARTS: dict[str, type[Table]] = {
    "fetch": FetchTable,
    "extract": ExtractTable,
    "rights": RightsTable,
    "editorial": EditorialTable,
}
_TABLES: dict[str, type[Table]] = {
    "": FileTable,
    "site": SiteTable,
    "defaults": DefaultsTable,
    **{f"defaults.{name}": table for name, table in _PARTS.items()},
    "source": SourceTable,
    "source.byline": BylineTable,
    "source.html": HtmlTable,
    "source.sitemap": SitemapTable,
    **{f"source.{name}": table for name, table in _PARTS.items()},
    "topic": TopicTable,
    "blocklist": BlocklistTable,
    "alerts": AlertsTable,
    "digest": DigestTable,
    "override": OverrideTable,
    "search": SearchTable,
}
_OF_KIND = ("byline", "html", "sitemap")  # tables that go with the kind of this name only
_FEEDS = {
    "feed": 'its address; a newsroom without one needs kind = "html", "sitemap" or "byline"',
    "html": "the address of the page that lists the articles",
    "sitemap": "the address of the sitemap",
}
_BLOCKS = ("source", "topic", "search", "digest", "override")
# A source's own keys before the tables below it.
_KEYS = {
    name: sorted((field.alias or key for key, field in table.model_fields.items()), key=_PARTS.__contains__)
    for name, table in _TABLES.items()
}
_YES, _NO = ("yes", "on", "true"), ("no", "off", "false")
# What people call a key who have not seen its name, nor one like it.
_MEANT = {
    **dict.fromkeys(("address", "atom", "link", "rss", "url", "xml"), "feed"),
    **dict.fromkeys(("home", "homepage", "website"), "site"),
    **dict.fromkeys(("filter", "keywords", "match", "query", "rules", "words"), "include"),
    **dict.fromkeys(("email", "mail"), "contact"),
}


class Problems:
    """Gathers what is wrong as lines for the editor; knows where each key stands."""

    def __init__(self, name: str, text: str, data: dict[str, Any]) -> None:
        self.name = name
        self.data = data
        self._text = text
        self.warnings: list[str] = []
        self._found: list[tuple[int, int, str]] = []

    @cached_property
    def places(self) -> dict[KeyPath, Place]:
        """Where each key stands; found out only when something is to be said: it takes as long as all the rest."""
        return locate_keys(self._text)

    @property
    def lines(self) -> list[str]:
        """All that is wrong, in the order of the file."""
        return [line for *_, line in sorted(self._found)]

    # --- one key alone: what pydantic found, in our words ------------------------------------------------------------

    def describe(self, error: ValidationError) -> None:
        """Take up what is wrong with the shape of the file."""
        for detail in error.errors(include_url=False):
            self._problem(detail["loc"], self._explain(detail["loc"], detail))

    def _explain(self, path: KeyPath, detail: ErrorDetails) -> str:
        table, key, value = _table(path[:-1]), _key(path), detail["input"]
        context = detail.get("ctx", {})
        match detail["type"]:
            case "extra_forbidden":
                return f"unknown key {key}; {_place_for(str(path[-1]), table)}"
            case "missing":
                own_id = _own_id(value) if path[-1] == "id" else ""
                return f"{key} is missing; add {own_id or _example(table, str(path[-1]))}"
            case "list_type" if path[0] in _BLOCKS and len(path) == 1 and isinstance(value, dict):
                block = path[0]
                if value and all(isinstance(inner, dict) for inner in value.values()):
                    own = next(iter(value))
                    return f'[{block}.{own}] is no way to name a {block}; write [[{block}]], and below it id = "{own}"'
                return f"[{block}] has one bracket on each side; write [[{block}]], and so above each {block}"
            case "value_error":
                why = str(context["error"])
            case "literal_error":
                why = _choices(value, context["expected"])
            case "string_type" if isinstance(value, list | dict):
                why = f"is a {'list' if isinstance(value, list) else 'table'}; write one text, in quotes"
            case "list_type":
                why = 'is not a list; write ["..."]' if len(path) > 1 else f"is not a list; write it as [[{path[0]}]]"
            case "model_type" | "model_attributes_type" if isinstance(value, list) and value and key:
                why = f"is a list; write its header with one bracket on each side, {_header(_table(path))}"
            case "model_type" | "model_attributes_type" | "dict_type":
                why = f"is not a table; write its keys under {_header(_table(path))}"
            case "greater_than_equal":
                why = f"is too small; the least is {context['ge']}"
            case "less_than_equal":
                why = f"is too large; the most is {context['le']}"
            case kind:
                why = _CURES.get(kind, "cannot be used here; remove it")
        return f"{key} = {_shown(value)} {why}"

    # --- what one key alone cannot tell ------------------------------------------------------------------------------

    def cross_check(self) -> None:
        """Check ids, references and expressions, as far as they can be read at all."""
        sources, topics = self._blocks("source"), self._blocks("topic")
        source_ids, topic_ids = self._check_ids("source", sources), self._check_ids("topic", topics)
        known = {"source": source_ids, "topic": topic_ids}
        self._check_doors(("defaults",), self.data.get("defaults"), known)
        for index, source in sources:
            path: KeyPath = ("source", index)
            self._check_kind(path, source)
            self._check_doors(path, source, known)
            self._check_references((*path, "topics"), source.get("topics"), topic_ids, "topic")
            byline = source.get("byline")
            if isinstance(byline, dict):
                self._check_references((*path, "byline", "within"), byline.get("within"), source_ids, "source")
                self._check_within((*path, "byline", "within"), byline.get("within"), dict(sources))
        taken = set(topic_ids)
        references: dict[str, list[Asked]] = {}
        for index, topic in topics:
            path = ("topic", index)
            self._check_aliases((*path, "aliases"), topic.get("aliases"), taken)
            self._check_references((*path, "sources"), topic.get("sources"), source_ids, "source")
            asked: list[Asked] = [
                (wanted, (*path, key), at)
                for key in ("include", "exclude")
                for wanted, at in self._check_expression((*path, key), topic.get(key), known)
            ]
            references.setdefault(str(topic.get("id")), asked)
            if topic.get("min_score") is not None and not topic.get("include"):
                self._problem((*path, "min_score"), "min_score counts the words of include, which is missing; write it")
        self._check_circles(references)
        self._check_searches(source_ids, topic_ids, taken)
        self._check_digests(topic_ids)
        overrides = self._blocks("override")
        problems, warnings = check_overrides(overrides, known, self._line_of)
        for path, message in problems:
            self._problem(path, message)
        for path, message in warnings:
            self._warn(path, message)
        site = self.data.get("site")
        if isinstance(site, dict) and not site.get("contact"):
            why = 'contact is missing, so partners cannot see whom to write to; add contact = "mailto:..."'
            self._warn(("site", "contact"), why)
        for kind in ("source", "topic"):
            if not self.data.get(kind):
                cure = "; `aggregator source add ADDRESS` adds one" if kind == "source" else ""
                self.warnings.append(f"warning: {self.name}: no [[{kind}]] yet, so there is nothing to do{cure}")

    def _check_searches(self, source_ids: list[str], topic_ids: list[str], taken: set[str]) -> None:
        """Check named searches, whose files stand among those of the topics."""
        searches = self._blocks("search")
        self._check_ids("search", searches)
        for index, search in searches:
            path: KeyPath = ("search", index)
            own = search.get("id")
            if isinstance(own, str) and own in taken:
                self._problem((*path, "id"), f'id = "{own}" is the name of a topic; choose another')
            self._check_references((*path, "topics"), search.get("topics"), topic_ids, "topic")
            self._check_references((*path, "sources"), search.get("sources"), source_ids, "source")

    def check_agreements(self, config: Config) -> None:
        """Check the days of agreements, also where defaults meet own values."""
        for index, source in enumerate(config.sources):
            path: KeyPath = ("source", index, "rights")
            rights = source.rights
            if rights.granted and rights.expires and rights.expires <= rights.granted:
                days = f'rights.expires = "{rights.expires}" is not after rights.granted = "{rights.granted}"'
                self._problem((*path, "expires"), f"{days}, so the agreement never holds; correct one of them")
            own = self.data["source"][index].get("rights", {})
            if "on_expiry" in own and not rights.expires:
                what = "rights.on_expiry says what comes after rights.expires, which is not set"
                self._problem((*path, "on_expiry"), f'{what}; add expires = "2027-11-22" or remove it')

    def check_fetching(self, defaults: FetchTable, config: Config) -> None:
        """Check how sources are fetched, also where defaults meet own values."""
        if not self._has_room(("defaults", "fetch"), defaults.min_interval, defaults.max_interval):
            return
        first: dict[str, int] = {}
        for index, source in enumerate(config.sources):
            path: KeyPath = ("source", index, "fetch")
            self._has_room(path, source.fetch.min_interval, source.fetch.max_interval)
            if source.fetch.robots == "ignore" and not source.rights.agreement:
                self._problem(
                    (*path, "robots"),
                    'fetch.robots = "ignore" needs a permission; write down where it is: rights.agreement = "..."',
                )
            if source.extract.mode == "feed" and source.kind in ("html", "sitemap"):
                why = f'extract.mode = "feed" never reads pages, and with kind = "{source.kind}" they have all the text'
                self._problem((*path[:2], "extract", "mode"), f'{why}; write mode = "auto" under [source.extract]')
            if source.kind == "feed" and first.setdefault(source.feed, index) != index:
                line = self._line_of(("source", first[source.feed], "feed"))
                self._warn(("source", index, "feed"), f"feed is that of line {line} already; keep one")

    def _has_room(self, path: KeyPath, least: timedelta | None, most: timedelta) -> bool:
        least = least or LEAST_WAIT
        if least > most:
            what = f"fetch.min_interval = {in_units(least)} is longer than fetch.max_interval = {in_units(most)}"
            self._problem((*path, "min_interval"), f"{what}; make it shorter, or the other longer")
        return least <= most

    def _blocks(self, kind: str) -> list[tuple[int, dict[str, Any]]]:
        blocks = self.data.get(kind)
        return [pair for pair in enumerate(blocks) if isinstance(pair[1], dict)] if isinstance(blocks, list) else []

    def _check_ids(self, kind: str, blocks: Sequence[tuple[int, dict[str, Any]]]) -> list[str]:
        """Return the ids; the second of two equal ones is a problem."""
        first: dict[str, int] = {}
        for index, block in blocks:
            own = block.get("id")
            if isinstance(own, str) and first.setdefault(own, index) != index:
                line = self._line_of((kind, first[own], "id"))
                self._problem((kind, index, "id"), f'id = "{own}" is taken by line {line}; choose another')
        return list(first)

    def _check_references(self, path: KeyPath, wanted: object, known: list[str], kind: str) -> None:
        for position, one in enumerate(wanted if isinstance(wanted, list) else []):
            if isinstance(one, str) and one not in known:
                cure = _cure(one, known, f"add a [[{kind}]] with this id or remove it")
                self._problem((*path, position), f'{_key(path)}: there is no {kind} "{one}"; {cure}')

    def _check_within(self, path: KeyPath, within: object, sources: dict[int, dict[str, Any]]) -> None:
        without_feed = [source.get("id") for source in sources.values() if source.get("kind") == "byline"]
        for position, one in enumerate(within if isinstance(within, list) else []):
            if one in without_feed:
                message = f'{_key(path)}: "{one}" has no feed of its own, so nothing is found there'
                self._problem((*path, position), f"{message}; name a source that has one")

    def check_id_date(self, config: Config, today: date | None) -> None:
        """Warn of an id_date that is still to come (RFC 4151 §2.1); not refused, since clocks go wrong."""
        if today and config.site.id_date > (today + timedelta(days=1)).isoformat():
            what = f'id_date = "{config.site.id_date}" is still to come'
            self._warn(("site", "id_date"), f"{what}; write a day on which the domain was yours already")

    def check_bylines(self, config: Config) -> None:
        """Warn of sources that keep only what byline sources claim, where none looks."""
        bylines = [source.byline for source in config.sources if source.byline]
        for index, source in enumerate(config.sources):
            is_read = any(not byline.within or source.id in byline.within for byline in bylines)
            if source.collect == "bylines" and not is_read:
                self._warn(
                    ("source", index, "collect"),
                    'collect = "bylines" keeps only what a byline source claims, and none looks here, so nothing is '
                    'published; add a source with kind = "byline", or this id to the within of one',
                )

    def _check_aliases(self, path: KeyPath, aliases: object, taken: set[str]) -> None:
        """Refuse a former name that another topic has, or had."""
        for position, alias in enumerate(aliases if isinstance(aliases, list) else ()):
            if isinstance(alias, str) and alias in taken:
                self._problem((*path, position), f'aliases: "{alias}" is the name of a topic; take it out of the list')
            elif isinstance(alias, str):
                taken.add(alias)

    def _check_circles(self, references: Mapping[str, Sequence[Asked]]) -> None:
        """Refuse a topic that asks for itself, perhaps by way of others; one line for each circle."""
        told: set[str] = set()
        for topic in references:
            way = _way_back(topic, references)
            if way and not told & {*way}:
                told.update(way)
                path, at = next((path, at) for wanted, path, at in references[topic] if wanted == way[0])
                circle = " -> ".join((topic, *way))
                self._problem(
                    path, f"{_key(path)}: topic:{way[0]} leads back here ({circle}); take one of them out", at
                )

    def _check_digests(self, topic_ids: list[str]) -> None:
        digests = self._blocks("digest")
        self._check_ids("digest", digests)
        for index, digest in digests:
            path: KeyPath = ("digest", index)
            self._check_references((*path, "topics"), digest.get("topics"), topic_ids, "topic")
            if digest.get("deliver", "smtp") == "smtp" and not digest.get("list"):
                cure = 'add list = "morning@lists.example.org", or deliver = "feed" or "file"'
                self._problem(path, f"list is missing, the address that it is mailed to; {cure}")
            elif digest.get("deliver", "smtp") == "smtp" and not digest.get("unsubscribe"):
                why = "unsubscribe is missing, so readers cannot leave the list from their mail program, and mail"
                self._warn(path, f'{why} services may take it for junk; add unsubscribe = "https://..."')

    def _check_doors(self, path: KeyPath, table: object, known: Mapping[str, list[str]]) -> None:
        editorial = table.get("editorial") if isinstance(table, dict) else None
        if isinstance(editorial, dict):
            for key in ("allow", "deny"):
                self._check_expression((*path, "editorial", key), editorial.get(key), known)

    def _check_kind(self, path: KeyPath, source: dict[str, Any]) -> None:
        kind, feed = source.get("kind"), source.get("feed")
        tables = [table for table in _OF_KIND if source.get(table) is not None]
        if kind is None and tables and (not feed or tables != ["byline"]):
            self._problem(path, f'kind is missing; a source with {tables[0]} needs kind = "{tables[0]}"')
            return
        for table in tables:
            if table != kind and kind in (None, *get_args(SourceKind)):
                self._problem((*path, table), f'{table} goes with kind = "{table}" only; write that or remove it')
        if kind == "byline":
            if feed:
                message = 'feed has no place with kind = "byline": it is found in the feeds of others'
                self._problem((*path, "feed"), f"{message}, so remove it")
        elif not feed and kind in (None, *get_args(SourceKind)):
            self._problem(path, f"feed is missing; write {_FEEDS[kind or 'feed']}")
        needed = {"byline": "match", "html": "list"}.get(str(kind))
        if needed and source.get(str(kind)) is None:
            cure = f"add {_EXAMPLES[f'source.{kind}.{needed}']} under [source.{kind}]"
            self._problem(path, f"{kind}.{needed} is missing; {cure}")

    def _check_expression(
        self, path: KeyPath, expression: object, known: Mapping[str, list[str]]
    ) -> Sequence[tuple[str, int]]:
        """Check an expression; returns the topics that it asks for, each with its column."""
        if not isinstance(expression, str) or not expression:
            return ()
        try:
            read = parse_expression(expression)
        except ExpressionError as error:
            self._problem(path, f"{_key(path)}: {error}", error.column)
            return ()
        for kind, asked in (("source", read.sources), ("topic", read.topics)):
            for wanted, at in asked:
                if wanted not in known[kind]:
                    message = f'{_key(path)}: there is no {kind} "{wanted}"; {_cure(wanted, known[kind])}'
                    self._problem(path, message, at)
        countries = {source.get("country") for _, source in self._blocks("source")}
        for wanted, at in read.countries:
            if wanted not in countries:
                self._warn(path, f'{_key(path)}: no source has country = "{wanted}"', at)
        for warning in read.warnings:
            column, _, message = warning.removeprefix("column ").partition(": ")
            self._warn(path, f"{_key(path)}: {message}", int(column))
        return read.topics

    # --- lines -------------------------------------------------------------------------------------------------------

    def _problem(self, path: KeyPath, message: str, column: int = 0) -> None:
        self._found.append((nearest_place(self.places, path).line, column, self._line(path, message, column)))

    def _warn(self, path: KeyPath, message: str, column: int = 0) -> None:
        self.warnings.append(f"warning: {self._line(path, message, column)}")

    def _line_of(self, path: KeyPath) -> int:
        return nearest_place(self.places, path).line

    def _line(self, path: KeyPath, message: str, column: int = 0) -> str:
        """Write one line for people: place, block, message.

        Args:
            column: within the key's text, counted from 1; 0 when the line is all there is to say.
        """
        place = nearest_place(self.places, path)
        where = f"{self.name}:{place.line}"
        if column and place.text_column:
            where += f":{place.text_column + column - 1}"
        elif column:
            message += f" (character {column} of the expression)"
        return f"{where}: {clean_text(self._owner(path) + message)}"

    def _owner(self, path: KeyPath) -> str:
        """Name the block that a path lies in: `source "harbour": `."""
        if len(path) < 2 or path[0] not in _BLOCKS or not isinstance(path[1], int):
            return f"[{path[0]}]: " if len(path) > 1 else ""
        block = self.data[path[0]][path[1]]
        names = [block.get(key) for key in ("id", "name", "title")] if isinstance(block, dict) else []
        label = next((name for name in names if isinstance(name, str) and name), None)
        return f'{path[0]} "{label}": ' if label else f"{path[0]} number {path[1] + 1}: "


def _way_back(topic: str, references: Mapping[str, Sequence[Asked]]) -> list[str]:
    """Return the topics by which one asks for itself, itself at the end; none where it does not."""
    ways, seen = [[topic]], {topic}
    while ways:
        way = ways.pop()
        for wanted, _, _ in references.get(way[-1], ()):
            if wanted == topic:
                return [*way[1:], topic]
            if wanted not in seen:
                seen.add(wanted)
                ways.append([*way, wanted])
    return []


def _table(path: KeyPath) -> str:
    """Return the name of a table as its header has it: `source.rights`."""
    return ".".join(part for part in path if isinstance(part, str))


def _header(table: str) -> str:
    return f"[[{table}]]" if table in _BLOCKS else f"[{table}]"


def _key(path: KeyPath) -> str:
    """Return a key as it is called within its block: `rights.mode`."""
    inner = [part for part in path if isinstance(part, str)]
    return ".".join(inner[1:] or inner)


def _example(table: str, key: str) -> str:
    return _EXAMPLES.get(f"{table}.{key}".lstrip("."), _EXAMPLES.get(key, f'{key} = "..."'))


def _own_id(block: object) -> str:
    """Make an id of the name or title of a block that has none."""
    named = (block.get("name") or block.get("title")) if isinstance(block, dict) else None
    words = re.findall("[a-z0-9]+", fold(named)) if isinstance(named, str) else []
    return f'id = "{"-".join(words)}"' if words else ""


def _cure(wanted: str, known: list[str], otherwise: str = "") -> str:
    """Say which of the known ids was meant, else what to do instead."""
    near = get_close_matches(wanted, known, n=1)
    return f'did you mean "{near[0]}"?' if near else otherwise or f"there are: {', '.join(known) or 'none'}"


def _place_for(key: str, table: str) -> str:
    """Say where an unknown key belongs, or which known one was meant by it."""
    homes = [
        home
        for home, known in _KEYS.items()
        if key in known and (not table or home.partition(".")[0] in ("", table.partition(".")[0]))
    ]
    near = get_close_matches(key, _KEYS[table], n=1, cutoff=0.6 if table else 0.75)
    # What a search has in common with a topic is most often meant for a topic.
    elsewhere = [home for home, known in _KEYS.items() if key in known and home != "search"]
    if near and not homes and len(elsewhere) == 1:
        return f"it belongs under {_header(elsewhere[0])}"
    if near and not (table and homes):
        return f'did you mean "{near[0]}"?'
    if not homes and _MEANT.get(key) in _KEYS[table]:
        return f'did you mean "{_MEANT[key]}"?'
    if not homes:
        return f"known here: {', '.join(_KEYS[table])}"
    if homes == [""] and key in _KEYS:
        return f"it is part of no other table; write it as {_header(key)}"
    if homes == [""]:
        return "it belongs to the top of the file, above the first header"
    if table.startswith(f"{homes[0]}."):
        return f"it belongs to {_header(homes[0])} itself, so write it above {_header(table)}"
    headers = [f"{home}.{key}" if f"{home}.{key}" in _KEYS else home for home in homes]
    return f"it belongs under {' or '.join(map(_header, headers))}"


def _shown(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    shown = json.dumps(value, ensure_ascii=False, default=str)
    shown = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in shown)
    return shown if len(shown) <= 80 else shown[:77] + "..."


def _choices(value: object, expected: str) -> str:
    known = re.findall(r"'([^']+)'", expected)
    said = str(value).casefold()
    near = [one for one in known for words in (_YES, _NO) if one in words and said in words]
    near = near or get_close_matches(said, known, n=1)
    quotes = ", in quotes" * isinstance(value, bool)
    cure = f'did you mean "{near[0]}"{quotes}?' if near else f"write one of them{quotes}"
    return f"is none of {expected}; ".replace("'", '"') + cure
