"""`aggregator check` beside a store: whose articles are kept although the file does not name them any more."""

import asyncio
import json
from pathlib import Path

import pytest

from aggregator.cli.check import check
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
