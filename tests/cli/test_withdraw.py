"""`aggregator withdraw`, as an editor types it: gone from every file, and kept out whatever comes."""

import asyncio
import json
import re
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest

from aggregator.cli.main import main
from aggregator.store.database import Database
from tests.newsroom import EVERYTHING, Newsroom, Post, cycle, page, paragraphs, rss
from tests.partner import Partner

TITLE = "The ferry that never sailed"
OTHER = "A quiet week on the hill"
FERRY = paragraphs("ferry")
SENTENCES = [sentence for sentence in re.split(r"</?p>", FERRY) if sentence]
NOW = datetime.now(UTC).replace(microsecond=0)
EARLIER = NOW - timedelta(hours=3)


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def command(newsroom: Newsroom, *words: str) -> Done:
    """Run the command by its front door, without the half second that a process takes to start."""
    out, err = StringIO(), StringIO()
    settings = newsroom.settings
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setenv("AGGREGATOR_SOURCES", str(settings.sources))
        patch.setenv("AGGREGATOR_DATABASE", settings.database)
        patch.setenv("AGGREGATOR_OUTPUT", str(settings.output))
        patch.setenv("AGGREGATOR_ALLOW_NETWORKS", "127.0.0.0/8")
        patch.setenv("AGGREGATOR_HOST_DELAY", "0")
        patch.setenv("AGGREGATOR_WORKERS", "1")
        patch.setattr(sys, "argv", ["aggregator", *words])
        patch.setattr(sys, "stdin", StringIO())
        with pytest.raises(SystemExit) as end:
            main()
    return Done(int(end.value.code or 0), out.getvalue(), err.getvalue())


def withdraw(newsroom: Newsroom, name: str, *more: str) -> Done:
    return command(newsroom, "withdraw", name, "--reason", "the newsroom asked", "--by", "Rosa", *more)


def block(name: str, feed: str, more: str = "") -> str:
    rights = '[source.rights]\nmode = "full"\nimages = "yes"\n'
    return f'[[source]]\nid = "{name}"\nname = "The {name.title()}"\nfeed = "{feed}"\n{more}{rights}'


def traces(newsroom: Newsroom, *texts: str) -> list[str]:
    """List the published files and the database's own that hold one of some texts, by their bytes."""
    database = newsroom.folder / "store.db"
    files = [*newsroom.settings.output.rglob("*"), *database.parent.glob("store.db*"), *database.parent.glob("*.jsonl")]
    found = []
    for path in files:
        if path.is_file():
            content = path.read_bytes().lower()
            for text in texts:
                forms = {text, json.dumps(text)[1:-1]}
                found += [f"{path.name}: {text}" for form in forms if form.lower().encode() in content]
    return found


def poll(newsroom: Newsroom) -> list[str]:
    async def run() -> list[str]:
        async with newsroom.service() as service:
            said = await cycle(service)
            await service.finish_withdrawals()
            return said

    return asyncio.run(run())


@dataclass
class Coast:
    """Two partners: the port wrote of the ferry, on a page of its own; the valley carries it under another title."""

    newsroom: Newsroom
    partner: Partner
    port: list[Post]
    valley: list[Post]

    def publish(self) -> None:
        self.partner.serve("/port", rss(self.port), headers=[("ETag", f'"{len(self.port)}"')])
        self.partner.serve("/valley", rss(self.valley))

    @property
    def url(self) -> str:
        return self.partner.url("/news/ferry")


@pytest.fixture
def coast(tmp_path: Path, partner: Partner) -> Coast:
    newsroom = Newsroom(tmp_path)
    newsroom.clock.now = NOW
    image = '<img src="https://port.example/ferry.jpg" alt="The empty pier at dusk">'
    partner.serve("/news/ferry", page(TITLE, FERRY + f"<p>{image}</p>"))
    port = [
        Post("p1", partner.url("/news/ferry"), TITLE, summary=SENTENCES[0][:90], published_at=EARLIER),
        Post("p2", "https://port.example/2", OTHER, paragraphs("quiet"), published_at=EARLIER),
    ]
    credit = "<p>Originally published in The Port.</p>"
    valley = [
        Post("v1", "https://valley.example/1", "No boat today", FERRY + credit, published_at=NOW - timedelta(hours=1))
    ]
    newsroom.edit(block("port", partner.url("/port")) + block("valley", partner.url("/valley")) + EVERYTHING)
    coast = Coast(newsroom, partner, port, valley)
    coast.publish()
    poll(newsroom)
    assert newsroom.rows("SELECT count(*) FROM item WHERE state = 'published'") == [(2,)]
    assert traces(newsroom, TITLE, SENTENCES[3])
    return coast


WORDS = [TITLE, "No boat today", "ferry.jpg", "empty pier", *SENTENCES, *(one[5:60] for one in SENTENCES)]


def test_every_word_leaves_every_file_and_nothing_brings_it_back(coast: Coast) -> None:
    newsroom = coast.newsroom
    older = newsroom.folder / "older.backup"
    shutil.copy(newsroom.folder / "store.db", older)
    done = withdraw(newsroom, coast.url)
    assert (done.returncode, done.stderr) == (0, "")
    assert traces(newsroom, *WORDS) == []
    assert OTHER.encode() in newsroom.read("all.rss")
    public_id = done.stdout.split()[0]
    assert f'ref="{public_id}"'.encode() in newsroom.read("all.atom")
    assert newsroom.rows("SELECT state FROM item WHERE public_id = '" + public_id + "'") == [("withdrawn",)]

    # The same feeds again, and changed; a new carrier's copy under its own title.
    coast.port[0] = replace(coast.port[0], body=FERRY)
    coast.valley.insert(0, Post("v2", "https://valley.example/2", "Nothing sails", FERRY, published_at=NOW))
    coast.publish()
    newsroom.clock.forward(hours=1)
    said = poll(newsroom)
    assert "1 refused: withdrawn" in " ".join(said)
    assert traces(newsroom, *WORDS, "Nothing sails") == []
    assert "refused" not in " ".join(poll(newsroom))

    # An older copy of the database is put back.
    for path in newsroom.folder.glob("store.db*"):
        path.unlink()
    shutil.copy(older, newsroom.folder / "store.db")
    older.unlink()
    assert traces(newsroom, TITLE)
    assert command(newsroom, "build").returncode == 0
    assert traces(newsroom, *WORDS) == []
    poll(newsroom)
    assert traces(newsroom, *WORDS, "Nothing sails") == []

    # The database is lost.
    for path in newsroom.folder.glob("store.db*"):
        path.unlink()
    poll(newsroom)
    assert traces(newsroom, *WORDS, "Nothing sails") == []
    with Database(newsroom.settings.database) as database:
        assert database.exists()
