"""The command line: `aggregator COMMAND` and `python -m aggregator COMMAND`.

Here is the last catch: whatever goes wrong becomes one line and an exit code.
"""

import os
import sys
from typing import Annotated, TextIO

import typer

from aggregator import __version__
from aggregator.cli import (
    alerts,
    backup,
    boilerplate,
    check,
    demo,
    desk,
    digest,
    explain,
    export,
    health,
    jobs,
    log,
    override,
    pause,
    plan,
    prune,
    redecide,
    report,
    rights,
    schema,
    serve,
    source,
    status,
    try_,
    withdraw,
    worker,
)
from aggregator.cli.options import FAILED, INTERRUPTED, STORE_HELD, WRONG_USAGE
from aggregator.errors import AggregatorError, ConfigError, StoreBusy
from aggregator.memory import collect_rarely

app = typer.Typer(
    name="aggregator",
    help="Republishes partner news: many source feeds in, one clean feed per topic out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("check")(check.check)
app.command("schema")(schema.schema)
app.command("poll")(jobs.poll)
app.command("build")(jobs.build)
app.command("run")(jobs.run)
app.command("worker")(worker.worker)
app.command("serve")(serve.serve)
app.command("status")(status.status)
app.command("health")(health.health)
app.command("alerts")(alerts.alerts)
app.command("try")(try_.try_page)
app.add_typer(source.app, name="source")
app.add_typer(override.app, name="override")
app.add_typer(digest.app, name="digest")
app.command("explain")(explain.explain)
app.command("queue")(desk.queue)
app.command("approve")(desk.approve)
app.command("reject")(desk.reject)
app.command("pause")(pause.pause)
app.command("resume")(pause.resume)
app.command("log")(log.log)
app.command("boilerplate")(boilerplate.boilerplate)
app.command("rights")(rights.rights)
app.command("report")(report.report)
app.command("plan")(plan.plan)
app.command("redecide")(redecide.redecide)
app.command("withdraw")(withdraw.withdraw)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("export")(export.export)
app.command("prune")(prune.prune)
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
    collect_rarely()
    if sys.stdout is None or sys.stderr is None:  # closed by whoever started us, as with >&-
        sys.stdout, sys.stderr = sys.stdout or _nowhere(), sys.stderr or _nowhere()
    try:
        app()
    except AggregatorError as error:
        print(error, file=sys.stderr)
        sys.exit(_exit_code(error))
    except KeyboardInterrupt:
        print("interrupted; what was done is kept", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except OSError as error:
        print(f"output cannot be written ({error.strerror})", file=sys.stderr)
        sys.stdout = _nowhere()  # or the interpreter complains once more when it flushes
        sys.exit(FAILED)


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")


def _exit_code(error: AggregatorError) -> int:
    if isinstance(error, StoreBusy):
        return STORE_HELD
    return WRONG_USAGE if isinstance(error, ConfigError) else FAILED
