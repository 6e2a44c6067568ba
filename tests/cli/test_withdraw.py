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
from sqlalchemy import text

from aggregator.cli.main import main
from aggregator.store.database import Database
from aggregator.store.ledger import read_ledger
from tests.newsroom import EVERYTHING, Newsroom, Post, cycle, page, paragraphs, rss
from tests.partner import Partner
from tests.test_service import command as start

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
        port = rss(self.port)
        self.partner.serve("/port", port, headers=[("ETag", f'"{hash(port)}"')])
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


def test_beside_a_running_service_it_is_gone_within_moments(coast: Coast) -> None:
    process = start(coast.newsroom, "run")
    try:
        assert process.stderr
        next(line for line in process.stderr if "Serving" in line)
        done = withdraw(coast.newsroom, "http://www.valley.example/1/?utm_source=mail")
        assert (done.returncode, traces(coast.newsroom, *WORDS)) == (0, [])
        next(line for line in process.stderr if "withdraw: gone from all files" in line)
    finally:
        process.terminate()
        process.communicate(timeout=20)
    assert traces(coast.newsroom, *WORDS) == []


def test_a_reader_that_does_not_end_is_waited_for_and_then_named(coast: Coast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aggregator.cli.withdraw._PATIENCE", 0.1)
    with Database(coast.newsroom.settings.database) as database:
        with database.snapshot() as connection:
            connection.execute(text("SELECT count(*) FROM copy")).all()
            done = withdraw(coast.newsroom, coast.url)
            assert done.returncode == 1
            assert "is withdrawn, but not out of every file yet: another program reads the database" in done.stderr
            assert TITLE.encode() not in coast.newsroom.read("all.rss")
            assert traces(coast.newsroom, TITLE)
        assert command(coast.newsroom, "build").returncode == 0
    assert traces(coast.newsroom, *WORDS) == []


def test_what_only_has_the_title_or_the_address_waits_for_an_editor(coast: Coast) -> None:
    newsroom = coast.newsroom
    public_id = withdraw(newsroom, coast.url).stdout.split()[0]
    coast.valley = [
        Post("v3", "https://valley.example/3", TITLE.upper(), paragraphs("poems"), published_at=NOW),
        Post("v4", coast.url, "Prices of bread", paragraphs("bread"), published_at=NOW),
        Post("v5", "https://valley.example/5", "Something else", paragraphs("else"), published_at=NOW),
    ]
    coast.publish()
    newsroom.clock.forward(hours=1)
    poll(newsroom)
    poll(newsroom)
    held = newsroom.rows("SELECT guid, held, held_why FROM copy WHERE held = 'alike' ORDER BY guid")
    assert held == [
        ("v3", "alike", f"it has the same title as the withdrawn {public_id}"),
        ("v4", "alike", f"it has the same address as the withdrawn {public_id}"),
    ]
    published = newsroom.read("all.rss")
    assert b"Something else" in published
    assert b"Prices of bread" not in published
    assert "withdrawn" in command(newsroom, "explain", "https://valley.example/3").stdout

    assert command(newsroom, "withdraw", "--undo", public_id, "--by", "Rosa").returncode == 0
    assert b"Prices of bread" in newsroom.read("all.rss")
    assert TITLE.upper().encode() in newsroom.read("all.rss")


def test_after_undo_the_text_comes_back_with_the_next_poll_under_its_old_id(coast: Coast) -> None:
    newsroom = coast.newsroom
    public_id = withdraw(newsroom, coast.url).stdout.split()[0]
    poll(newsroom)
    done = command(newsroom, "withdraw", "--undo", public_id, "--reason", "a mistake", "--by", "Rosa")
    assert done.returncode == 0
    assert TITLE.encode() not in newsroom.read("all.rss")
    newsroom.clock.forward(minutes=5)
    poll(newsroom)
    assert TITLE.encode() in newsroom.read("all.rss")
    assert public_id.encode() in newsroom.read("all.rss")
    assert b"deleted-entry" not in newsroom.read("all.atom")
    assert b"Corrected" not in newsroom.read("all.atom")
    assert SENTENCES[5].encode() in newsroom.read("all.atom")
    poll(newsroom)
    assert newsroom.rows("SELECT count(*) FROM item WHERE state = 'published'") == [(2,)]
    # Withdrawn once more, it goes once more.
    newsroom.clock.forward(minutes=5)
    assert withdraw(newsroom, public_id).returncode == 0
    assert traces(newsroom, *WORDS) == []


def test_a_page_that_turns_out_to_be_the_article_is_refused(coast: Coast) -> None:
    newsroom = coast.newsroom
    withdraw(newsroom, coast.url)
    url = coast.partner.serve("/valley/9", page("Stranded", FERRY))
    coast.valley = [Post("v9", url, "Stranded", summary="Read on.", published_at=NOW)]
    coast.publish()
    newsroom.clock.forward(hours=1)
    poll(newsroom)
    assert traces(newsroom, *WORDS, "Stranded") == []
    assert newsroom.rows("SELECT count(*) FROM item WHERE state = 'published'") == [(1,)]


def test_a_published_article_that_becomes_a_withdrawn_one_goes(coast: Coast) -> None:
    newsroom = coast.newsroom
    withdraw(newsroom, coast.url)
    coast.port[1] = replace(coast.port[1], body=FERRY, title="A loud week")
    coast.publish()
    newsroom.clock.forward(hours=1)
    poll(newsroom)
    assert traces(newsroom, *WORDS, OTHER, "A loud week") == []


def test_a_guid_that_is_given_to_another_article_brings_that(coast: Coast) -> None:
    newsroom = coast.newsroom
    withdraw(newsroom, coast.url)
    coast.valley = [Post("v1", "https://valley.example/new", "Rain at last", paragraphs("rain"), published_at=NOW)]
    coast.publish()
    newsroom.clock.forward(hours=1)
    poll(newsroom)
    assert b"Rain at last" in newsroom.read("all.rss")
    assert len(newsroom.rows("SELECT public_id FROM item WHERE state IN ('published', 'withdrawn')")) == 3


# --- the file beside the database ------------------------------------------------------------------------------------


def test_a_broken_line_is_named_and_the_others_are_applied(coast: Coast) -> None:
    newsroom, ledger = coast.newsroom, coast.newsroom.folder / "withdrawals.jsonl"
    older = newsroom.folder / "older.backup"
    shutil.copy(newsroom.folder / "store.db", older)
    withdraw(newsroom, coast.url)
    lines = ledger.read_bytes()
    ledger.write_bytes(b'{"action": "withdraw", "id": "tag:x"\n["nothing"]\n\xff\n' + lines + b'{"action": "withd')
    shutil.copy(older, newsroom.folder / "store.db")
    older.unlink()
    done = command(newsroom, "build")
    assert done.returncode == 0
    assert traces(newsroom, *WORDS) == []
    # What is appended later does not run into the line that was cut off.
    withdraw(newsroom, "https://port.example/2")
    assert ledger.read_bytes().splitlines()[-1].startswith(b'{"action": "withdraw", "id": "tag:wire.example')
    assert traces(newsroom, OTHER) == []
    problems = read_ledger(ledger)[1]
    assert [int(problem.partition(":")[2].partition(":")[0]) for problem in problems] == [1, 2, 3, 5]


def test_a_file_that_is_lost_is_written_again(coast: Coast) -> None:
    newsroom, ledger = coast.newsroom, coast.newsroom.folder / "withdrawals.jsonl"
    public_id = withdraw(newsroom, coast.url).stdout.split()[0]
    before, _ = read_ledger(ledger)
    ledger.unlink()
    assert command(newsroom, "build").returncode == 0
    assert read_ledger(ledger) == (before, [])
    assert list(before) == [public_id]
    content = ledger.read_bytes()
    assert command(newsroom, "build").returncode == 0
    assert ledger.read_bytes() == content


# --- wrong usage -----------------------------------------------------------------------------------------------------


def test_what_cannot_be_done_says_what_to_do(coast: Coast) -> None:
    for words, said in [
        (["https://nobody.example/x", "--reason", "r"], "no article is known by this; give the address of any copy"),
        (["tag:wire.example,2026-11-22:nothing", "--reason", "r"], "no item has this id"),
        (["--undo", "tag:wire.example,2026-11-22:nothing"], "nothing of this name is withdrawn"),
        (["https://valley.example/1"], "--reason is missing"),
        ([], "give the address of any copy"),
        (["https://valley.example/1", "--reason", f"they want “{TITLE}” gone"], "holds the article's title"),
    ]:
        done = command(coast.newsroom, "withdraw", *words)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert coast.newsroom.rows("SELECT count(*) FROM withdrawal") == [(0,)]


def test_a_dry_run_changes_nothing_and_a_second_withdrawal_says_who_made_the_first(coast: Coast) -> None:
    newsroom = coast.newsroom
    plan = json.loads(withdraw(newsroom, coast.url, "--dry-run", "--json").stdout)
    assert (plan["title"], plan["topics"]) == (TITLE, ["all"])
    assert sorted(source for source, _ in plan["copies"]) == ["port", "valley"]
    assert TITLE.encode() in newsroom.read("all.rss")
    first = withdraw(newsroom, "valley.example/1")
    for name in (coast.url, plan["id"], "https://valley.example/1/"):
        again = command(newsroom, "withdraw", name, "--reason", "again", "--by", "Juan")
        assert (again.returncode, again.stdout) == (0, first.stdout)
    explained = command(newsroom, "explain", coast.url)
    assert " ".join(explained.stdout.split()).count("withdrawn by Rosa: the newsroom asked") == 2


def test_what_was_kept_apart_and_holds_the_text_goes_too(coast: Coast) -> None:
    newsroom = coast.newsroom
    short = "The mayor resigned on Sunday night after the vote."
    coast.port.append(Post("p3", "https://port.example/3", "Mayor resigns", f"<p>{short}</p>", published_at=EARLIER))
    coast.valley.append(Post("v3", "https://valley.example/3", "He is gone", f"<p>{short}</p>", published_at=EARLIER))
    coast.publish()
    newsroom.clock.forward(hours=1)
    poll(newsroom)
    assert newsroom.read("all.rss").count(short.encode()) > 2
    withdraw(newsroom, "https://port.example/3")
    assert traces(newsroom, short, "Mayor resigns", "He is gone") == []
    assert TITLE.encode() in newsroom.read("all.rss")
    poll(newsroom)
    assert traces(newsroom, short, "Mayor resigns", "He is gone") == []
