"""The command line: `aggregator COMMAND` and `python -m aggregator COMMAND`.

Here are the exit codes, and the last catch: whatever goes wrong becomes one line.
"""

import os
import sys
from typing import Annotated

import typer

from aggregator import __version__
from aggregator.cli import check, demo, jobs, serve, status
from aggregator.errors import AggregatorError, ConfigError, StoreBusy

FAILED, WRONG_USAGE, STORE_HELD, INTERRUPTED = 1, 2, 4, 130

app = typer.Typer(
    name="aggregator",
    help="Republishes partner news: many source feeds in, one clean feed per topic out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("check")(check.check)
app.command("poll")(jobs.poll)
app.command("build")(jobs.build)
app.command("run")(jobs.run)
app.command("serve")(serve.serve)
app.command("status")(status.status)
app.command("migrate")(jobs.migrate)
app.command("demo")(demo.demo)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"aggregator {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Republishes partner news: many source feeds in, one clean feed per topic out."""


def main() -> None:
    """Run a command; end with its exit code, and on an error with one line on stderr."""
    try:
        app()
    except AggregatorError as error:
        print(error, file=sys.stderr)
        sys.exit(_exit_code(error))
    except KeyboardInterrupt:
        print("interrupted; what was done is kept", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has gone, as `head` does; nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _exit_code(error: AggregatorError) -> int:
    if isinstance(error, StoreBusy):
        return STORE_HELD
    return WRONG_USAGE if isinstance(error, ConfigError) else FAILED
