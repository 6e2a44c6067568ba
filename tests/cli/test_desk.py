"""`queue`, `approve`, `reject`, `pause`, `resume` and `log` as an editor types them."""

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from aggregator.cli.main import main
from aggregator.store.database import Database
from tests.newsroom import EVERYTHING, Newsroom, Post, cycle, paragraphs, rss
from tests.partner import Partner


def command(newsroom: Newsroom, *words: str) -> tuple[int, str, str]:
    """Run a command by its front door, without the half second that a process takes to start."""
    settings = newsroom.settings
    place = {"SOURCES": settings.sources, "DATABASE": settings.database, "OUTPUT": settings.output, "WORKERS": 1}
    out, err = StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["aggregator", *words])
        for name, value in place.items():
            patch.setenv(f"AGGREGATOR_{name}", str(value))
        with pytest.raises(SystemExit) as end:
            main()
    return int(end.value.code or 0), out.getvalue(), err.getvalue()


def shown(newsroom: Newsroom) -> list[str]:
    return sorted(item["title"] for item in json.loads(newsroom.read("all.json"))["items"])


def log(newsroom: Newsroom, *words: str) -> list[dict[str, Any]]:
    code, out, err = command(newsroom, "log", "--json", *words)
    assert code == 0, err
    found: list[dict[str, Any]] = json.loads(out)["log"]
    return found


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """Two partners at this very hour: the valley's articles wait for an objection, the port's for an approval."""
    newsroom = Newsroom(tmp_path_factory.mktemp("desk"))
    newsroom.clock.now = datetime.now(UTC)
    with Partner() as partner:
        blocks = ""
        for name, rules in (("valley", 'publish = "veto"'), ("port", 'publish = "hold"')):
            posts = [
                Post(f"{name}{number}", f"https://{name}.example/{kind}", f"{kind} of the {name}",
                     paragraphs(f"{name} {kind}"), published_at=newsroom.clock.now - timedelta(hours=number + 1))
                for number, kind in enumerate(("Bread", "Rain", "Maize"))
            ]  # fmt: skip
            feed = partner.serve(f"/{name}", rss(posts))
            blocks += f'[[source]]\nid = "{name}"\nname = "The {name}"\nfeed = "{feed}"\n'
            blocks += f'[source.extract]\nmode = "feed"\n[source.editorial]\n{rules}\n'
        newsroom.edit(blocks + EVERYTHING + '[[topic]]\nid = "port"\ntitle = "The port"\nsources = ["port"]\n')

        async def start() -> None:
            async with newsroom.service() as service:
                await cycle(service)

        asyncio.run(start())
        yield newsroom


def test_an_editors_day(newsroom: Newsroom) -> None:
    """One story, told in the order of a day: each command meets what the one before has left."""
    code, out, _ = command(newsroom, "queue", "--json")
    waiting = {one["title"]: one for one in json.loads(out)["waiting"]}
    assert (code, len(waiting)) == (0, 6)
    bread = waiting["Bread of the valley"]
    assert (bread["kind"], bread["sources"], bread["url"]) == ("veto", ["valley"], "https://valley.example/Bread")
    assert datetime.fromisoformat(bread["until"]) - datetime.fromisoformat(bread["since"]) == timedelta(hours=2)
    assert (waiting["Rain of the port"]["kind"], waiting["Rain of the port"]["until"]) == ("hold", None)
    _, out, _ = command(newsroom, "queue")
    assert "left, until" in out
    assert out.endswith("6 items wait\n")

    # By an address in another spelling, and by an id.
    rain = waiting["Rain of the port"]["id"]
    code, out, err = command(newsroom, "approve", "www.valley.example/Bread/?utm_source=x", rain, "--by", "ana")
    assert (code, out.count("approved: ")) == (0, 2), err
    assert shown(newsroom) == ["Bread of the valley", "Rain of the port"]
    _, out, _ = command(newsroom, "approve", rain)
    assert "was approved by ana already" in out

    # All or nothing.
    code, _, err = command(newsroom, "reject", "https://port.example/Maize", "https://port.example/nothing", "tag:x")
    assert (code, len(err.splitlines())) == (2, 2)
    assert "no copy has this address" in err
    code, out, err = command(newsroom, "reject", "https://port.example/Maize", "--reason", "an advert", "--by", "luz")
    assert code == 0, err
    assert "Maize of the port" not in command(newsroom, "queue")[1]

    # Beside a running service nothing is built here.
    with Database(newsroom.settings.database) as database, database.hold("a service"):
        code, _, err = command(newsroom, "approve", "https://port.example/Maize", "--by", "ana")
        assert (code, "running service" in err) == (0, True)
        assert len(shown(newsroom)) == 2
        assert newsroom.rows("select count(*) from dirty") == [(1,)]
    assert command(newsroom, "build")[0] == 0
    assert shown(newsroom) == ["Bread of the valley", "Maize of the port", "Rain of the port"]

    assert [(line["kind"], line["by"], line["says"]) for line in log(newsroom, "https://port.example/Maize")] == [
        ("origin", "program", "The port: the only copy"),
        ("held", "program", 'publish = "hold" of source "port"'),
        ("rejected", "luz", "an advert"),
        ("approved", "ana", ""),
    ]
    assert {line["title"] for line in log(newsroom, "--source", "valley")} == {
        "Bread of the valley", "Rain of the valley", "Maize of the valley",
    }  # fmt: skip
    assert log(newsroom, "--since", "2100-01-01") == []
    assert len(log(newsroom, "--last", "2")) == 2
    assert command(newsroom, "log", "--since", "soon")[0] == 2

    code, _, err = command(newsroom, "pause", "port")
    assert (code, 'write "source:port" or "topic:port"' in err) == (2, True)
    assert "did you mean" in command(newsroom, "pause", "vally")[2]
    assert command(newsroom, "pause", "--reason", "broken into", "--by", "ana")[0] == 0
    assert command(newsroom, "pause", "source:port", "--by", "luz")[0] == 0
    assert "was paused by ana already" in command(newsroom, "pause")[1]
    _, out, _ = command(newsroom, "status")
    assert out.splitlines()[0].startswith("PAUSED: everything is paused, since ")
    assert out.splitlines()[1].startswith("PAUSED: source port is paused, since ")
    assert "3 items wait: see `aggregator queue`." in out
    _, out, _ = command(newsroom, "approve", "https://valley.example/Rain")
    assert len(shown(newsroom)) == 3
    code, out, _ = command(newsroom, "resume")
    assert (code, out) == (0, "resumed: everything\nstill paused source port by luz\n")
    assert shown(newsroom)[-1] == "Rain of the valley"
    assert command(newsroom, "resume", "source:port")[0] == 0
    code, _, err = command(newsroom, "resume", "source:port")
    assert (code, "is not paused" in err) == (2, True)
    notes = [(line["kind"], line["says"]) for line in log(newsroom) if line["id"] == ""]
    assert notes == [
        ("paused", "everything: broken into"), ("paused", "source port"), ("resumed", "everything"),
        ("resumed", "source port"),
    ]  # fmt: skip


def test_without_a_database_nothing_is_made(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path)
    newsroom.edit(EVERYTHING)
    for words in (["queue"], ["approve", "tag:x"], ["pause"], ["log"]):
        code, _, err = command(newsroom, *words)
        assert (code, "no database yet" in err) == (1, True), words
    assert not (tmp_path / "store.db").exists()
