"""`aggregator prune`: old texts that nothing shows, emptied now, or only counted."""

import asyncio
import json
import os
from dataclasses import asdict
from typing import Annotated

import typer

from aggregator.cli.options import DatabaseOption, JsonOption, SourcesOption, load_config, open_store, require
from aggregator.errors import ConfigError
from aggregator.settings import read_settings


def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and keep it.")] = False,
    keep_texts: Annotated[
        str | None,
        typer.Option("--keep-texts", metavar="DAYS", help='As "400d", 180 at least. [AGGREGATOR_KEEP_TEXTS; "ever"]'),
    ] = None,
    sources: SourcesOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Empty texts that are old, that no feed, archive or page shows, and that no decision needs.

    What the articles are called, where they stand and what was decided about them is kept. The service does the same
    once a day where AGGREGATOR_KEEP_TEXTS says so. May be used beside it.
    """
    from aggregator.service import system_clock
    from aggregator.work import retention

    settings = read_settings(os.environ, sources=sources, database=database, keep_texts=keep_texts)
    if settings.keep_texts is None:
        raise ConfigError("texts are kept for ever; say for how long by --keep-texts 400d, or AGGREGATOR_KEEP_TEXTS")
    known = [source.id for source in load_config(settings).sources]
    with open_store(settings) as store:
        require(store)
        store.require_current()
        pruned = asyncio.run(retention.prune(store, settings.keep_texts, known, system_clock(), only_look=dry_run))
    if as_json:
        print(json.dumps({"dry_run": dry_run, **asdict(pruned)}, indent=2))
        return
    says = "would be emptied" if dry_run else "emptied; the database file keeps its size and uses the room again"
    print(
        f"{pruned.raw} copies as they came, {pruned.texts} texts, {pruned.versions} earlier versions: "
        f"{pruned.size / 1e6:.1f} million characters {says}"
    )
