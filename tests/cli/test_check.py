"""`aggregator check` beside a store: whose articles are kept although the file does not name them any more."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from aggregator.cli.check import check
from aggregator.cli.status import status
from aggregator.errors import ConfigError
from tests.newsroom import EVERYTHING, Newsroom, Post, cycle, paragraphs
from tests.partner import Partner
from tests.work.test_poll import serve, source


@pytest.fixture
def newsroom(tmp_path: Path, partner: Partner) -> Newsroom:
    serve(partner, Post("g1", partner.url("/1"), "One", paragraphs("maize")))
    newsroom = Newsroom(tmp_path)
    newsroom.edit(source(partner) + EVERYTHING)

    async def run() -> None:
        async with newsroom.service() as service:
            await cycle(service)

    asyncio.run(run())
    return newsroom


def warnings(newsroom: Newsroom, database: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    check(str(newsroom.settings.sources), database, as_json=True)
    found: list[str] = json.loads(capsys.readouterr().out)["warnings"]
    return found


def test_a_source_that_left_the_file_is_named_with_what_is_kept_of_it(
    newsroom: Newsroom, partner: Partner, capsys: pytest.CaptureFixture[str]
) -> None:
    assert warnings(newsroom, newsroom.settings.database, capsys) == []
    newsroom.edit(source(partner, "coast") + EVERYTHING)
    (warning,) = warnings(newsroom, newsroom.settings.database, capsys)
    assert 'source "valley" is not there any more, and 1 of its articles are kept' in warning


@pytest.mark.parametrize("content", [None, b"", b"no database at all"])
def test_a_store_that_cannot_be_read_is_nothing_to_this_command(
    newsroom: Newsroom, content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "other.db"
    if content is not None:
        path.write_bytes(content)
    assert warnings(newsroom, f"sqlite:///{path}", capsys) == []
    assert path.exists() is (content is not None)


def test_status_says_what_is_in_force_while_the_file_is_another_or_has_mistakes(
    newsroom: Newsroom, partner: Partner, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = str(newsroom.settings.sources), newsroom.settings.database

    def shown() -> dict[str, Any]:
        status(None, *paths, as_json=True)
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    good = shown()
    assert good["config_accepted"]
    assert (len(good["config_hash"]), good["config_problems"]) == (64, [])
    newsroom.edit(source(partner, "coast") + EVERYTHING)
    other = shown()
    assert not other["config_accepted"]
    with newsroom.settings.sources.open("a") as file:
        file.write('zebra = 1\nmax_items = "many"\n')
    bad = shown()
    assert not bad["config_accepted"]
    assert [one["id"] for one in bad["sources"]] == ["valley"]  # as in force, not as in the file
    assert len(bad["config_problems"]) == 2
    for found in (other, bad):
        assert (found["config_hash"], found["config_since"]) == (good["config_hash"], good["config_since"])
    status(None, *paths)
    said = capsys.readouterr().out
    assert f"Configuration in force since 2026-11-22 12:00Z: {good['config_hash'][:12]}." in said
    assert said.startswith("CONFIGURATION: the sources file is not taken over, since it has mistakes: ")
    assert "unknown key zebra" in said
    assert "max_items" in said


def test_a_file_with_mistakes_and_nothing_in_force_is_an_error(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path)
    newsroom.settings.sources.write_text("zebra = 1\n")
    with pytest.raises(ConfigError, match="unknown key zebra"):
        status(None, str(newsroom.settings.sources), newsroom.settings.database)


@pytest.mark.parametrize("wrong", [b"[source]\n", b"\xff\xfe", b"[[topic]]\nid = 3\n", b"x = '\x00'\n"])
def test_a_running_service_keeps_the_good_file(
    newsroom: Newsroom, partner: Partner, wrong: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    good = newsroom.settings.sources.read_bytes()

    async def run() -> None:
        async with newsroom.service() as service:
            before = service.config
            stop = asyncio.Event()
            running = asyncio.create_task(service.run(stop, lambda _: None))
            await asyncio.sleep(0)
            newsroom.settings.sources.write_bytes(good + wrong)
            while "not taken over" not in caplog.text:
                service.reload()
                await asyncio.sleep(0.01)
            assert service.config is before
            newsroom.edit(source(partner) + EVERYTHING.replace('"all"', '"news"'))
            while service.config is before:
                service.reload()
                await asyncio.sleep(0.01)
            stop.set()
            await running

    asyncio.run(asyncio.wait_for(run(), 20))
    assert "the last good one stays in force: " in caplog.text
