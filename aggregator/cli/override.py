"""`aggregator override add`: an editor's last word on an article, appended to sources.toml."""

from typing import Annotated, Any

import typer

from aggregator.cli.options import SourcesOption, say, settings_from

app = typer.Typer(help="Say the last word on an article, in the sources file.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Say the last word on an article, in the sources file."""


@app.command("add")
def add(
    match: Annotated[str, typer.Argument(metavar="URL|ID", help="Address of any of its copies, or its id.")],
    action: Annotated[
        str,
        typer.Argument(
            metavar="ACTION", help="hide, pin, retitle, same, different, story, origin, add-topic or drop-topic."
        ),
    ],
    value: Annotated[
        str | None,
        typer.Argument(metavar="VALUE", help="The new title, the other article, a source's or a topic's id."),
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why; stands in the file.")] = None,
    sources: SourcesOption = None,
) -> None:
    """Append an [[override]] to the file.

    It is dated today. What each action does stands in docs/editing.md.
    """
    from aggregator.editing.blocks import add_blocks, edit_file
    from aggregator.service import system_clock
    from aggregator.sources import load_sources
    from aggregator.urls import reference_key

    settings = settings_from(sources=sources)
    for one in load_sources(settings.sources).config.overrides:
        said = (one.action, reference_key(one.match), one.value)
        if said == (action, reference_key(match), value or ""):
            say(f"{settings.sources}: says so already; nothing is changed")
            return
    block: dict[str, Any] = {"match": match, "action": action}
    block |= {"value": value} if value is not None else {}
    block |= {"reason": reason} if reason else {}
    block["date"] = f"{system_clock():%Y-%m-%d}"
    for warning in edit_file(settings.sources, lambda text: add_blocks(text, "override", [block])):
        say(warning)
    say(f"{settings.sources}: {action} added; a running service takes it over within seconds")
