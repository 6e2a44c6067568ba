"""`aggregator digest`: what the digests would say, how far they are, and sending one now."""

import asyncio
import json
import sys
import tempfile
import webbrowser
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli.options import (
    FAILED,
    DatabaseOption,
    JsonOption,
    SourcesOption,
    check_names,
    hold_store,
    load_config,
    read_store,
    say,
    settings_from,
)
from aggregator.errors import ConfigError

if TYPE_CHECKING:
    from aggregator.models import Config, Digest
    from aggregator.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Look at the digests of sources.toml, and send one.")
NameArgument = Annotated[str | None, typer.Argument(metavar="[DIGEST]", help="Its id; not needed where there is one.")]


@app.command("list")
def list_digests(sources: SourcesOption = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List the digests: when each went out last, when it is due next, and what keeps it."""
    settings = settings_from(sources=sources, database=database)
    config = load_config(settings)
    rows = _rows(settings, config)
    if as_json:
        print(json.dumps({"digests": rows}, default=datetime.isoformat, ensure_ascii=False, indent=2))
        return
    for row in rows:
        last = f"last {row['told_at']:%Y-%m-%d %H:%M}Z" if row["told_at"] else "nothing sent yet"
        following = f"next {row['next_at']:%Y-%m-%d %H:%M}Z"
        print(f"{row['id']}: {', '.join(row['topics'])}; by {row['deliver']}; {last}; {following}")
        if row["tries"]:
            print(f"  fails since {row['failing_since']:%Y-%m-%d %H:%M}Z ({row['tries']} attempts): {row['said']}")
    if not rows:
        print("There is no [[digest]] in the sources file; see docs/digests.md.")


def _rows(settings: "Settings", config: "Config") -> list[dict[str, Any]]:
    from aggregator.service import system_clock
    from aggregator.store.digests import load_progress
    from aggregator.work.digest import next_slot

    now = system_clock()
    with read_store(settings) as connection:
        known = load_progress(connection)
    rows = []
    for digest in config.digests:
        progress = known.get(digest.id)
        rows.append(
            {
                "id": digest.id,
                "topics": list(digest.topics),
                "deliver": digest.deliver,
                "list": digest.list,
                "next_at": next_slot(digest, config, now).at,
                "told_at": progress.told_at if progress else None,
                "tries": progress.tries if progress else 0,
                "failing_since": progress.failing_since if progress else None,
                "due_at": progress.due_at if progress else None,
                "said": progress.said if progress else "",
            }
        )
    return rows


@app.command("preview")
def preview(
    name: NameArgument = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", metavar="FILE", help="Write it there instead: a page, or the whole mail if it ends in .eml."
        ),
    ] = None,
    sources: SourcesOption = None,
    database: DatabaseOption = None,
) -> None:
    """Show in the browser what a digest would say if it went out now; prints the file's path.

    Nothing is sent, and nothing counts as told. Where nothing is new, it shows the articles of the last days again.
    """
    settings = settings_from(sources=sources, database=database)
    config = load_config(settings)
    digest = _choose(config, name)
    from aggregator.render.digest import write_mail
    from aggregator.service import system_clock
    from aggregator.work.digest import gather_edition

    now = system_clock()
    with read_store(settings) as connection:
        edition, message_id = gather_edition(connection, digest, config, now)
        if not edition.sections:
            say("Nothing is new for it, so nothing would be sent; these are the articles of the last days.")
            edition, message_id = gather_edition(connection, digest, config, now, again=True)
    if not edition.sections:
        say(f'digest "{digest.id}": there are no articles to show yet')
        raise typer.Exit(FAILED)
    written = write_mail(edition, message_id, settings.mail_from or f"aggregator@{config.site.id_domain}")
    path = _path(output, digest)
    try:
        path.write_bytes(written.mail if path.suffix == ".eml" else written.html)
    except OSError as error:
        raise ConfigError(f"--output {path}: cannot be written ({error.strerror})") from error
    if left := len(edition.items) - len(written.shown):
        say(f"{left} articles have no room and would wait for the next one.")
    print(path)
    if output is None and sys.stdout.isatty():
        webbrowser.open(path.absolute().as_uri())


@app.command("send")
def send(
    name: NameArgument = None,
    sources: SourcesOption = None,
    database: DatabaseOption = None,
) -> None:
    """Send what is new for a digest now, without waiting for its time; exit 1 if it was not taken.

    One that has failed is tried again at once. A service must not be running: it sends by itself.
    """
    settings = settings_from(sources=sources, database=database)
    config = load_config(settings)
    digest = _choose(config, name)
    with hold_store(settings, "aggregator digest send", may_be_new=False) as store:
        outcome = asyncio.run(_send(settings, config, store, digest))
    print(f"{digest.id}: {outcome or 'sent'}")
    if outcome not in ("", _NOTHING):
        raise typer.Exit(FAILED)


_NOTHING = "nothing is new, so nothing was sent"


async def _send(settings: "Settings", config: "Config", store: Any, digest: "Digest") -> str:
    """Send a digest; returns why it was not."""
    from aggregator.alerting import digest_doors
    from aggregator.service import system_clock
    from aggregator.store.digests import load_progress
    from aggregator.work.digest import send_digest
    from aggregator.work.route import accept_config, route_items

    now = system_clock()
    await accept_config(config, store, now)
    await route_items(config, store, now)
    if await send_digest(digest, config, store, digest_doors(settings), now, at_once=True):
        return ""
    progress = (await store.read(load_progress))[digest.id]
    return progress.said if progress.tries else _NOTHING


def _choose(config: "Config", name: str | None) -> "Digest":
    known = [digest.id for digest in config.digests]
    if not known:
        raise ConfigError("there is no [[digest]] in the sources file; see docs/digests.md")
    if name is None and len(known) > 1:
        raise ConfigError(f"there are several digests, name one: {', '.join(known)}")
    check_names("digest", [name or known[0]], known)
    return next(digest for digest in config.digests if digest.id == (name or known[0]))


def _path(output: str | None, digest: "Digest") -> Path:
    return Path(output) if output else Path(tempfile.mkdtemp(prefix="aggregator-")) / f"{digest.id}.html"
