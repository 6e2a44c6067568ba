"""What the command line needs before it knows which command is meant."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.newsroom import EVERYTHING, Newsroom
from tests.stores import make_store

HEAVY = ("httpx2", "sqlalchemy", "pydantic", "lxml", "trafilatura", "feedparser", "jinja2", "starlette")


def test_help_waits_for_no_heavy_library() -> None:
    code = f"import sys, aggregator.cli.main; print(*(name for name in {HEAVY} if name in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == []


@pytest.mark.sqlite
def test_check_waits_for_no_database_library_beside_a_store(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path)
    newsroom.edit(EVERYTHING)
    paths = str(newsroom.settings.sources), make_store(tmp_path / "store.db")
    code = f"import sys; from aggregator.cli.check import check; check(*{paths}); print('sqlalchemy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "False"
