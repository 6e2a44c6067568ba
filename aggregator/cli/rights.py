"""`aggregator rights [SOURCE…]`: what each partner allows, and where its pages say otherwise."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli.options import (
    DatabaseOption,
    JsonOption,
    SourcesOption,
    check_names,
    load_config,
    read_store,
    settings_from,
)
from aggregator.cli.wording import grant, to_json
from aggregator.plaintext import clean_text

if TYPE_CHECKING:
    from aggregator.reports.rights import SourceRights


def rights(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Ids of sources; all of them.")
    ] = None,
    sources: SourcesOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what each source allows, what its pages say, where the two contradict, and what ends soon.

    What counts is the agreement on file in sources.toml. May be used beside a running service.
    """
    from aggregator.reports.rights import gather_rights

    settings = settings_from(sources=sources, database=database)
    config = load_config(settings)
    check_names("source", names or [], [source.id for source in config.sources])
    with read_store(settings) as connection:
        found = gather_rights(connection, config, datetime.now(UTC))
    shown = [one for one in found if not names or one.source in names]
    if as_json:
        document = {"sources": [asdict(one) for one in shown]}
        print(json.dumps(document, default=to_json, ensure_ascii=False, indent=2))
        return
    for one in shown:
        _show(one)
    if not shown:
        print("there are no sources")


def _show(one: "SourceRights") -> None:
    print(f"{one.source}: {clean_text(grant(one.now))}")
    facts = [("rule", one.now.rule)] if one.soon else []
    facts += [("agreement", one.on_file.agreement)] if one.on_file.agreement else []
    facts += [("pages say", f"{licence} ({pages} pages)") for licence, pages in one.licences.items()]
    facts += [("pages say", f"{restriction} ({pages} pages)") for restriction, pages in one.restrictions.items()]
    facts += [("conflict", conflict) for conflict in one.conflicts]
    facts += [("soon", what) for what in one.soon]
    for label, text in facts:
        print(f"  {label:<10} {clean_text(text)}")
