"""What the command line needs before it knows which command is meant."""

import subprocess
import sys

HEAVY = ("httpx2", "sqlalchemy", "sqlmodel", "pydantic", "lxml", "trafilatura", "feedparser", "jinja2", "starlette")


def test_help_waits_for_no_heavy_library() -> None:
    code = f"import sys, aggregator.cli.main; print(*(name for name in {HEAVY} if name in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == []
