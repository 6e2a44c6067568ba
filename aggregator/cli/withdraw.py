"""`aggregator withdraw URL|ID`: take an article back."""

import asyncio
import getpass
import json
import os
import sys
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli.options import (
    DatabaseOption,
    JsonOption,
    OutputOption,
    SourcesOption,
    hold_store,
    load_config,
    open_store,
    read_store,
    say,
    settings_from,
)
from aggregator.errors import ConfigError, StoreBusy, StoreError

if TYPE_CHECKING:
    from aggregator.settings import Settings
    from aggregator.store.withdrawals import Withdrawn
    from aggregator.work.withdraw import Target

_PATIENCE = 50.0  # seconds for it to leave all files; the promise is a minute
_LOOK = 0.2  # seconds between two looks


def withdraw(
    name: Annotated[
        str | None, typer.Argument(metavar="URL|ID", help="Address of any copy of the article, or its id.")
    ] = None,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why; kept, so without the article's words.")
    ] = "",
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who decided it. [the login name]")] = "",
    undo: Annotated[
        str | None, typer.Option("--undo", metavar="ID", help="Let a withdrawn article come in again.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask, at a terminal either.")] = False,
    sources: SourcesOption = None,
    database: DatabaseOption = None,
    output: OutputOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take an article back: gone within a minute from every output and the database, and kept out from then on.

    All copies of it go, of all sources. The text cannot be had back from here; --undo only lets it come in again with
    a partner's feed. May be used beside a running service.
    """
    if (name is None) == (undo is None):
        raise ConfigError("give the address of any copy of the article, or its id; or --undo and the id")
    if undo is None and not reason.strip():
        raise ConfigError('--reason is missing; write why, as in --reason "the newsroom asked for it"')
    settings = settings_from(sources=sources, database=database, output=output)
    reference = (undo or name or "").strip()
    by, reason = by.strip() or _login_name(), " ".join(reason.split())
    target = _find(settings, reference) if undo is None else None
    if dry_run:
        _show_plan(settings, reference, target, as_json=as_json)
        return
    if target is None or _is_wanted(target, yes=yes):
        withdrawn = _decide(settings, reference, reason, by, is_undo=undo is not None)
        _wait_until_gone(settings, withdrawn)
        _report(withdrawn, as_json=as_json)


def _find(settings: "Settings", reference: str) -> "Target | Withdrawn":
    from aggregator.work.withdraw import find_target

    _bring_up_to_date(settings)
    with read_store(settings) as connection:
        return find_target(connection, reference)


def _is_wanted(target: "Target | Withdrawn", *, yes: bool) -> bool:
    """Ask at a terminal, since it cannot be taken back; without one nobody could answer."""
    from aggregator.work.withdraw import Target

    if yes or not isinstance(target, Target) or not sys.stdin.isatty():
        return True
    for line in _plan_lines(target):
        say(line)
    return typer.confirm("Withdraw it?", err=True)


def _decide(settings: "Settings", reference: str, reason: str, by: str, *, is_undo: bool) -> "Withdrawn":
    """Make the decision, in one short transaction, and write it down beside the database."""
    from aggregator.service import system_clock
    from aggregator.store import withdrawals
    from aggregator.store.ledger import append_to_ledger
    from aggregator.work.withdraw import Target, find_target, lift, withdraw

    _bring_up_to_date(settings)
    now = system_clock()
    with open_store(settings) as store:
        with store.transaction(durable=True) as connection:
            if is_undo:
                withdrawn = lift(connection, reference, reason, by, now)
            else:
                found = find_target(connection, reference)
                withdrawn = withdraw(connection, found, reason, by, now) if isinstance(found, Target) else found
        if withdrawn.changed_at == now:
            append_to_ledger(settings.withdrawals_file, [withdrawn])
            with store.transaction() as connection:
                withdrawals.note(connection, [withdrawn])
    return withdrawn


def _bring_up_to_date(settings: "Settings") -> None:
    with open_store(settings) as store:
        if not store.exists():
            return  # whoever opens it next says so
        try:
            store.require_current()
        except StoreError:
            with store.hold("aggregator withdraw"):
                store.migrate()


def _wait_until_gone(settings: "Settings", withdrawn: "Withdrawn") -> None:
    """Build, or wait for the service that holds the store to do so, until nothing is left in any file.

    Raises:
        ConfigError, PublishError, StoreError: the outputs still hold it.
    """
    deadline = time.monotonic() + _PATIENCE
    told = False
    while True:
        try:
            with hold_store(settings, "aggregator withdraw", may_be_new=False) as store:
                is_gone = asyncio.run(_build(settings, store, deadline))
        except StoreBusy:
            is_gone = _is_gone(settings, withdrawn)
            if not told and not is_gone:
                say("A running service holds the store; waiting for it to build.")
                told = True
        if is_gone:
            return
        if time.monotonic() > deadline:
            raise StoreError(
                f"{withdrawn.public_id} is withdrawn, but not out of every file yet: another program reads the "
                "database as it was before, or the service does not build; look at its log. The service goes on "
                "trying, and so does the next `aggregator build`"
            )
        time.sleep(_LOOK)


async def _build(settings: "Settings", store: Any, deadline: float) -> bool:
    from aggregator.service import open_service

    try:
        config = load_config(settings)
    except ConfigError as error:
        cure = "it is withdrawn in the database, and still stands in the files: mend this, then run `aggregator build`"
        raise ConfigError(*error.problems, cure) from error
    async with open_service(settings, config, store) as service:
        while not await service.finish_withdrawals():
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(_LOOK)
        await service.build_due()
        return True


def _is_gone(settings: "Settings", withdrawn: "Withdrawn") -> bool:
    from aggregator.store import withdrawals

    with open_store(settings) as store, store.snapshot() as connection:
        return withdrawn.public_id not in withdrawals.unpurged(connection)


def _show_plan(settings: "Settings", reference: str, target: "Target | Withdrawn | None", *, as_json: bool) -> None:
    from aggregator.store import withdrawals
    from aggregator.work.withdraw import Target

    if isinstance(target, Target):
        if as_json:
            plan = {"id": target.public_id, "title": target.title, "copies": [list(one) for one in target.copies]}
            print(json.dumps(plan | {"topics": list(target.topics)}, ensure_ascii=False, indent=2))
        else:
            print("\n".join(_plan_lines(target)))
        return
    if target is None:
        with read_store(settings) as connection:
            found = [one for one in withdrawals.find(connection, reference) if not one.lifted_at]
        if not found:
            raise ConfigError(f'"{reference}": nothing of this name is withdrawn; give the id that `withdraw` printed')
        target = found[0]
    if as_json:
        print(json.dumps(_as_json(target), ensure_ascii=False, indent=2))
    else:
        print(_said(target))


def _plan_lines(target: "Target") -> list[str]:
    from aggregator.plaintext import clean_text

    lines = [f"{target.public_id}", f"  {clean_text(target.title)}"]
    lines += [f"  copy of {source}: {clean_text(url) or 'without an address'}" for source, url in target.copies]
    return [*lines, f"  in {', '.join(target.topics) or 'no topic'}"]


def _report(withdrawn: "Withdrawn", *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(_as_json(withdrawn), ensure_ascii=False, indent=2))
    elif withdrawn.lifted_at:
        print(f"{withdrawn.public_id} may come in again; its text returns when a partner's feed that has it is read.")
    else:
        print(_said(withdrawn))


def _said(withdrawn: "Withdrawn") -> str:
    return (
        f"{withdrawn.public_id} is withdrawn, by {withdrawn.by} at {withdrawn.at:%Y-%m-%d %H:%M}Z: {withdrawn.reason}"
    )


def _as_json(withdrawn: "Withdrawn") -> dict[str, Any]:
    return {
        "id": withdrawn.public_id,
        "also": list(withdrawn.also),
        "at": withdrawn.at.isoformat(),
        "by": withdrawn.by,
        "reason": withdrawn.reason,
        "sources": sorted({source for source, _ in withdrawn.copies}),
        "lifted_at": withdrawn.lifted_at.isoformat() if withdrawn.lifted_at else None,
    }


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user without a name, as in some containers
        return f"user {os.getuid()}"
