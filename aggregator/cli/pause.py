"""`pause`, `resume`: publishing stops and goes on; polling and storing never stop."""

from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli.options import (
    ByOption,
    DatabaseOption,
    OutputOption,
    QuietOption,
    ReasonOption,
    SourcesOption,
    check_names,
    editors_name,
    load_config,
    settings_from,
    tell_store,
)
from aggregator.errors import ConfigError
from aggregator.plaintext import clean_text

if TYPE_CHECKING:
    from aggregator.models import Config, PauseKind

NameArgument = Annotated[
    str, typer.Argument(metavar="[SOURCE|TOPIC]", help="Id of a source or topic; without one everything is meant.")
]


def pause(
    name: NameArgument = "",
    reason: ReasonOption = "",
    by: ByOption = None,
    sources: SourcesOption = None,
    database: DatabaseOption = None,
    quiet: QuietOption = False,
) -> None:
    """Stop publishing now, of everything, one source or one topic; the last good files stay.

    Of a source new items wait and what is shown stays; of a topic the files stay as they are. Polling and storing go
    on. What is withdrawn, rejected or hidden leaves the files all the same.
    """
    from aggregator.models import Pause
    from aggregator.work.desk import stop

    settings = settings_from(sources=sources, database=database)
    config = load_config(settings)
    kind, found = _named(name, config)
    who, why = editors_name(by), clean_text(reason)
    before = tell_store(
        settings,
        config,
        "aggregator pause",
        lambda connection, now: stop(connection, Pause(kind, found, now, who, why)),
        build=False,
    )
    if not quiet:
        what = f"{kind} {found}".rstrip()
        again = f"aggregator resume {found}".rstrip()
        print(f"{what} was paused by {before.by} already" if before else f"paused: {what}; `{again}` ends it")


def resume(
    name: NameArgument = "",
    reason: ReasonOption = "",
    by: ByOption = None,
    sources: SourcesOption = None,
    database: DatabaseOption = None,
    output: OutputOption = None,
    quiet: QuietOption = False,
) -> None:
    """Let publishing go on: of what was paused under the same name, or of everything.

    A source or topic that was paused by itself stays so until it is named.
    """
    from aggregator.models import Pause
    from aggregator.release import pause_why
    from aggregator.work.desk import go_on

    settings = settings_from(sources=sources, database=database, output=output)
    config = load_config(settings)
    kind, found = _named(name, config, may_be_gone=True)
    who, why = editors_name(by), clean_text(reason)
    left = tell_store(
        settings,
        config,
        "aggregator resume",
        lambda connection, now: go_on(connection, Pause(kind, found, now, who, why), config),
    )
    if not quiet:
        print(f"resumed: {f'{kind} {found}'.rstrip()}")
        for other in left:
            print(f"still {pause_why(other)}")


def _named(name: str, config: "Config", *, may_be_gone: bool = False) -> "tuple[PauseKind, str]":
    """Return what a name means: `water`, or `topic:water` where a source has the same id. Raises ConfigError."""
    sources, topics = [source.id for source in config.sources], [topic.id for topic in config.topics]
    kind, _, rest = name.partition(":")
    if not name:
        return "everything", ""
    if kind == "source" and (may_be_gone or rest in sources):
        return "source", rest
    if kind == "topic" and (may_be_gone or rest in topics):
        return "topic", rest
    if name in sources and name in topics:
        raise ConfigError(f'there is a source and a topic "{name}"; write "source:{name}" or "topic:{name}"')
    check_names("source or topic", [name], [*sources, *topics])
    return ("source" if name in sources else "topic"), name
