"""`queue`, `approve`, `reject`: what waits, and an editor's word on it."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli.options import (
    ByOption,
    DatabaseOption,
    JsonOption,
    OutputOption,
    QuietOption,
    ReasonOption,
    SourcesOption,
    editors_name,
    load_config,
    read_store,
    settings_from,
    tell_store,
)
from aggregator.plaintext import clean_text

if TYPE_CHECKING:
    from aggregator.reports.queue import Queued

NamesArgument = Annotated[
    list[str], typer.Argument(metavar="URL|ID...", help="Addresses of any copies of articles, or items' ids.")
]


def queue(database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List what waits and why, the longest waiting first: for an editor, a veto window, or the next day (cap)."""
    from aggregator.reports.queue import gather_queue

    with read_store(settings_from(database=database)) as connection:
        waiting = gather_queue(connection)
    now = datetime.now(UTC)
    if as_json:
        shown = [asdict(one) for one in waiting]
        print(json.dumps({"waiting": shown}, default=datetime.isoformat, ensure_ascii=False, indent=2))
        return
    for one in waiting:
        _show(one, now)
    print(f"{len(waiting)} {'item waits' if len(waiting) == 1 else 'items wait'}")


def _show(one: "Queued", now: datetime) -> None:
    left = f"; {in_words(one.until - now)} left, until {one.until:%Y-%m-%d %H:%M}Z" if one.until else ""
    print(f"{one.since:%Y-%m-%d %H:%M}Z {', '.join(one.sources)}: {clean_text(one.title)}")
    print(f"  {clean_text(one.why)}{left}")
    for line in (one.id, clean_text(one.url)):
        if line:
            print(f"  {line}")
    print()


def in_words(left: timedelta) -> str:
    """Write a length of time for people, to the minute."""
    minutes = max(0, int(left.total_seconds() + 59) // 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def approve(
    names: NamesArgument,
    reason: ReasonOption = "",
    by: ByOption = None,
    sources: SourcesOption = None,
    database: DatabaseOption = None,
    output: OutputOption = None,
    quiet: QuietOption = False,
) -> None:
    """Let items go out now, whatever they wait for: quarantine, publish = "hold", a veto window, a cap, allow or deny.

    A pause and an [[override]] that hides still hold. Beside a running service, that publishes them within seconds.
    """
    _rule(names, True, reason, by, (sources, database, output), quiet=quiet)


def reject(
    names: NamesArgument,
    reason: ReasonOption = "",
    by: ByOption = None,
    sources: SourcesOption = None,
    database: DatabaseOption = None,
    output: OutputOption = None,
    quiet: QuietOption = False,
) -> None:
    """Never let items go out, until they are approved; what is published already leaves every feed.

    The text stays in the store, and the decision holds for copies of the article that come later.
    """
    _rule(names, False, reason, by, (sources, database, output), quiet=quiet)


def _rule(
    names: Sequence[str],
    approved: bool,
    reason: str,
    by: str | None,
    places: tuple[str | None, str | None, str | None],
    *,
    quiet: bool,
) -> None:
    from aggregator.models import Ruling
    from aggregator.work.desk import rule_on

    ruling = Ruling(approved, editors_name(by), clean_text(reason))
    sources, database, output = places
    settings = settings_from(sources=sources, database=database, output=output)
    config = load_config(settings)
    command = "approve" if approved else "reject"
    ruled = tell_store(
        settings, config, f"aggregator {command}", lambda connection, now: rule_on(connection, names, ruling, now)
    )
    for one in [] if quiet else ruled:
        print(f"{one.remark or ('approved' if approved else 'rejected')}: {clean_text(one.title)} ({one.id})")
