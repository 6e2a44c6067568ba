"""`aggregator source`: partners are added, listed, moved, disabled and removed in sources.toml, whose comments stay."""

import asyncio
import json
import re
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli.introduction import as_source, introduce, propose, show_look
from aggregator.cli.options import (
    DatabaseOption,
    JsonOption,
    SourcesOption,
    check_names,
    read_store,
    require_yes,
    say,
    settings_from,
)
from aggregator.cli.wording import grant
from aggregator.errors import ConfigError, ParseError, StoreError
from aggregator.plaintext import clean_text

if TYPE_CHECKING:
    from aggregator.models import Config, Source
    from aggregator.settings import Settings

app = typer.Typer(help="Edit the sources of the sources file; its comments stay.", no_args_is_help=True)
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Id of a source.")]
_MOST_OF_SITE_FILE = 100_000  # characters; the longest have some thousands
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@app.command("add")
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of a feed, or of a site that has one.")],
    own_id: Annotated[str | None, typer.Option("--id", metavar="ID", help="Else made of the name.")] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="Else as the site says.")] = None,
    topics: Annotated[
        list[str] | None, typer.Option("--topic", metavar="ID", help="Topic that everything from it joins; repeatable.")
    ] = None,
    yes: YesOption = False,
    sources: SourcesOption = None,
) -> None:
    """Find a partner's feed, show what would come of it, and add it.

    Asks the site for the feed and one article, and nothing is stored. What was found is proposed: name, language, and
    the rights of a Creative Commons licence; without one, the defaults of the file hold.
    """
    settings = settings_from(sources=sources)
    config = _load(settings)
    check_names("topic", topics or [], [topic.id for topic in config.topics])
    found, look = asyncio.run(introduce(url, settings, config))
    _refuse_known(found.url, config)
    block = propose(found, look, config, own_id, name, topics or [])
    from aggregator.editing.blocks import add_blocks, edit_file, write_block

    show_look(look, as_source(block, settings.sources), found.others)
    print(f"\n{write_block('source', block)}", end="")
    require_yes(f"\nAdd this to {settings.sources}?", yes=yes)
    warnings = edit_file(settings.sources, lambda text: add_blocks(text, "source", [block]))
    _report(warnings, f'{settings.sources}: source "{block["id"]}" added; a running service polls it within seconds')


@app.command("list")
def list_sources(sources: SourcesOption = None, as_json: JsonOption = False) -> None:
    """List all sources with their topics and rights."""
    config = _load(settings_from(sources=sources))
    if as_json:
        print(json.dumps([_facts(source, config) for source in config.sources], ensure_ascii=False, indent=2))
        return
    if not config.sources:
        say("no sources yet; `aggregator source add ADDRESS` finds a partner's feed and adds it")
    width = max((len(source.id) for source in config.sources), default=0)
    for source in config.sources:
        state = "" if source.enabled else "disabled; "
        where = source.feed
        if source.byline:
            where = f"in the bylines of {', '.join(source.byline.within) or 'all'}"
        joins = f"; topics {', '.join(_joins(source, config))}" if _joins(source, config) else ""
        print(f"{source.id:<{width}}  {source.name}: {state}{where}; {grant(source.rights)}{joins}")


@app.command("show")
def show(own_id: IdArgument, sources: SourcesOption = None, as_json: JsonOption = False) -> None:
    """Show what the file says of a source and what follows."""
    from aggregator.toml_lines import locate_blocks

    settings = settings_from(sources=sources)
    config = _load(settings)
    index, source = _find(own_id, config)
    if as_json:
        print(json.dumps(_facts(source, config), ensure_ascii=False, indent=2))
        return
    text = _text_of(settings)
    blocks = locate_blocks(text, "source")
    if index < len(blocks):
        block = blocks[index]
        print(f"# {settings.sources}:{block.first}")
        print("\n".join(text.split("\n")[block.first - 1 : block.last]))
    print(f"\nreaders get {grant(source.rights)}")
    rules = source.fetch
    least = f"at least {_plainly(rules.min_interval)}" if rules.min_interval else "at least an hour"
    if source.feed and source.enabled:
        print(f"polled as often as it publishes: {least} and at most {_plainly(rules.max_interval)} apart")
    elif source.feed:
        print("disabled: not polled")
    print(f"topics that take all of it: {', '.join(_joins(source, config)) or 'none; what matches their rules joins'}")


@app.command("move")
def move(
    own_id: IdArgument,
    url: Annotated[str | None, typer.Argument(metavar="URL", help="Where the feed is now; else where it led.")] = None,
    sources: SourcesOption = None,
    database: DatabaseOption = None,
) -> None:
    """Give a source the new address of its feed.

    Without an address, the one to which the old one redirects for good.
    """
    settings = settings_from(sources=sources, database=database)
    config = _load(settings)
    index, source = _find(own_id, config)
    if not source.feed:
        raise ConfigError(f'source "{own_id}" has no feed of its own; it is found in bylines')
    address = url or _moved_to(settings, source)
    if address == source.feed:
        print(f'source "{own_id}" is at {address} already')
        return
    _refuse_known(address, config)
    _change(settings, index, "feed", address, f'source "{own_id}" is now at {address}')


@app.command("disable")
def disable(own_id: IdArgument, sources: SourcesOption = None) -> None:
    """Poll a source no more.

    What is stored of it stays published under its rights.
    """
    settings = settings_from(sources=sources)
    index, _ = _find(own_id, _load(settings))
    _change(settings, index, "enabled", False, f'source "{own_id}" is polled no more')


@app.command("enable")
def enable(own_id: IdArgument, sources: SourcesOption = None) -> None:
    """Poll a source again."""
    settings = settings_from(sources=sources)
    index, _ = _find(own_id, _load(settings))
    _change(settings, index, "enabled", True, f'source "{own_id}" is polled again')


@app.command("remove")
def remove(own_id: IdArgument, yes: YesOption = False, sources: SourcesOption = None) -> None:
    """Take a source out of the file.

    The comment above it goes, too. Its articles are kept, without its agreement.
    """
    from aggregator.editing.blocks import edit_file, remove_block

    settings = settings_from(sources=sources)
    config = _load(settings)
    index, source = _find(own_id, config)
    say(f"What is stored of {source.name} is shown as an excerpt from then on; `source disable` keeps its agreement.")
    require_yes(f'Remove source "{own_id}" from {settings.sources}?', yes=yes)
    warnings = edit_file(settings.sources, lambda text: remove_block(text, "source", index))
    _report(warnings, f'{settings.sources}: source "{own_id}" removed')


@app.command("import")
def import_list(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="OPML, as feed readers export it.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the new blocks; write nothing.")] = False,
    sources: SourcesOption = None,
) -> None:
    """Add the feeds of an OPML file.

    Its folders become topics. No partner is asked anything.
    """
    from aggregator.editing.blocks import add_blocks, edit_file, write_block
    from aggregator.editing.opml import plan_import
    from aggregator.parse.opml import MAX_BYTES, parse_opml

    settings = settings_from(sources=sources)
    config = _load(settings)
    try:
        with file.open("rb") as opened:
            plan = plan_import(parse_opml(opened.read(MAX_BYTES + 1)), config)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror})") from None
    except ParseError as error:
        raise ConfigError(f"{file}: {error}") from None
    for url, why in plan.refused.items():
        say(
            f"left out: {clean_text(re.sub('//[^/@]*@', '//', url))}: {why}"
        )  # without the password that may stand there
    if dry_run:
        for kind, blocks in (("source", plan.sources), ("topic", plan.topics)):
            print("\n".join(write_block(kind, block) for block in blocks))
        return
    warnings: Sequence[str] = ()
    if plan.sources or plan.topics:
        warnings = edit_file(
            settings.sources, lambda text: add_blocks(add_blocks(text, "source", plan.sources), "topic", plan.topics)
        )
    known = f", {len(plan.known)} there already" if plan.known else ""
    left = f", {len(plan.refused)} left out" if plan.refused else ""
    new = f"{_counted(plan.sources, 'source')} and {_counted(plan.topics, 'topic')}"
    _report(warnings, f"{settings.sources}: {new} added{known}{left}")


@app.command("export")
def export(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="Where to; else to stdout.")] = None,
    sources: SourcesOption = None,
) -> None:
    """Write the sources that have a feed as OPML.

    For feed readers and other aggregators; topics become folders.
    """
    from aggregator.render.opml import render_sources_opml

    config = _load(settings_from(sources=sources))
    content = render_sources_opml(config)
    if file is None:
        sys.stdout.write(content.decode("utf-8"))
        return
    try:
        file.write_bytes(content)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be written ({error.strerror})") from None
    say(f"{file}: {_counted([source for source in config.sources if source.kind == 'feed'], 'source')}")


@app.command("rules")
def rules(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A site file of Full-Text RSS, as example.org.txt.")],
) -> None:
    """Print what a site file of Full-Text RSS says as a table [source.extract].

    Put it below the source, and look with `aggregator try` what it does. What has no counterpart here is named.
    """
    from aggregator.editing.blocks import write_table
    from aggregator.editing.sitefiles import read_site_file

    try:
        with file.open(encoding="utf-8") as opened:
            found = read_site_file(opened.read(_MOST_OF_SITE_FILE))
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file}: is no text in UTF-8; give a site file of Full-Text RSS") from None
    for line, why in found.left_out.items():
        say(f"left out: {clean_text(line)}: {why}")
    if not found.keys:
        raise ConfigError(f"{file}: says nothing that a rule can be made of; give a site file of Full-Text RSS")
    print(write_table("source.extract", found.keys), end="")


# --- the file --------------------------------------------------------------------------------------------------------


def _load(settings: "Settings") -> "Config":
    """Load the file; what `check` warns of is not said again by each command that edits it."""
    from aggregator.sources import load_sources

    return load_sources(settings.sources).config


def _find(own_id: str, config: "Config") -> "tuple[int, Source]":
    check_names("source", [own_id], [source.id for source in config.sources])
    return next((index, source) for index, source in enumerate(config.sources) if source.id == own_id)


def _refuse_known(url: str, config: "Config") -> None:
    from aggregator.urls import canonicalize

    for source in config.sources:
        if source.feed and canonicalize(source.feed) == canonicalize(url):
            raise ConfigError(f'{url} is the feed of source "{source.id}" already')


def _text_of(settings: "Settings") -> str:
    return settings.sources.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")


def _change(settings: "Settings", index: int, key: str, value: str | bool, done: str) -> None:
    from aggregator.editing.blocks import edit_file, set_key

    warnings = edit_file(settings.sources, lambda text: set_key(text, "source", index, key, value))
    _report(warnings, f"{settings.sources}: {done}")


def _moved_to(settings: "Settings", source: "Source") -> str:
    """Return where the store knows that a source's feed has moved to."""
    from aggregator.store import polls

    cure = f"give the address: aggregator source move {source.id} URL"
    try:
        with read_store(settings) as connection:
            moved = polls.load_histories(connection, {source.id: source.feed})[source.id].moved_to
    except StoreError as error:
        raise ConfigError(f"{error}; {cure}") from None
    if not moved:
        raise ConfigError(f'no new address of "{source.id}" is known: {source.feed} does not redirect for good; {cure}')
    return moved


def _report(warnings: Sequence[str], done: str) -> None:
    for warning in warnings:
        say(warning)
    say(done)


def _counted(things: Sequence[object], word: str) -> str:
    return f"{len(things)} {word}{'' if len(things) == 1 else 's'}"


def _plainly(length: timedelta) -> str:
    from aggregator.sources_values import in_units

    return in_units(length).strip('"')


def _joins(source: "Source", config: "Config") -> list[str]:
    """Return the topics that take everything of a source."""
    open_to_all = [topic for topic in config.ruled_topics if not topic.include]
    whole = [topic.id for topic in open_to_all if not topic.sources or source.id in topic.sources]
    return list(dict.fromkeys([*source.topics, *whole]))


def _facts(source: "Source", config: "Config") -> dict[str, Any]:
    return {
        "id": source.id,
        "name": source.name,
        "kind": source.kind,
        "site": source.site,
        "feed": source.feed,
        "language": source.language,
        "enabled": source.enabled,
        "topics": _joins(source, config),
        "rights": {"mode": source.rights.mode, "images": source.rights.images, "grant": grant(source.rights)},
    }
