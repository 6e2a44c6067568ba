"""`aggregator report SOURCE`: what became of a partner's articles, to be sent to the partner."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

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
from aggregator.errors import ConfigError


def report(
    name: Annotated[str, typer.Argument(metavar="SOURCE", help="Id of a source.")],
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="How many days back.")] = 30,
    as_html: Annotated[bool, typer.Option("--html", help="Print a page instead of Markdown.")] = False,
    as_json: JsonOption = False,
    sources: SourcesOption = None,
    database: DatabaseOption = None,
) -> None:
    """Say what became of a source: what was carried, who else has it, what could not be had, rights on file.

    Prints Markdown, made to be sent to the partner. Asks nobody; may be used beside a running service.
    """
    from aggregator.reports import partner
    from aggregator.rights.agreement import allowance

    if as_html and as_json:
        raise ConfigError("--html and --json: choose one of them")
    settings = settings_from(sources=sources, database=database)
    config = load_config(settings)
    check_names("source", [name], [source.id for source in config.sources])
    (source,) = (source for source in config.sources if source.id == name)
    now = datetime.now(UTC)
    granted = grant(allowance(source.id, source.id, config, now))
    with read_store(settings) as connection:
        found = partner.report_partner(connection, config, source, now, days, granted)
    if as_json:
        print(json.dumps(asdict(found), default=to_json, ensure_ascii=False, indent=2))
    elif as_html:
        from aggregator.render.html import render_report

        page = render_report(config.site, found.name, partner.span(found), partner.sections(found))
        print(page.decode(), end="")
    else:
        print("\n".join(partner.as_markdown(found)))
