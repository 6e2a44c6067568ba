"""The program's front door, opened without the second that a process takes to start."""

import logging
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest

from aggregator.cli.main import main


@dataclass(frozen=True)
class Done:
    """What a command said, and with which code it ended."""

    returncode: int
    stdout: str
    stderr: str


class _Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def aggregator(folder: Path, *words: str, typed: str | None = None, **environment: str) -> Done:
    """Run a command in a folder, as an operator would.

    Args:
        typed: what is typed on the terminal, which ends with it; None: there is no terminal.
    """
    out, err = StringIO(), StringIO()
    handlers = list(logging.root.handlers)
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["aggregator", *words])
        patch.setattr(sys, "stdin", StringIO() if typed is None else _Terminal(typed))
        patch.setattr(logging.root, "handlers", [])  # those it sets up speak to the stderr of this one command
        variables = {"ALLOW_NETWORKS": "127.0.0.0/8", "HOST_DELAY": "0", "WORKERS": "1"}
        for name, value in variables.items():
            patch.setenv(f"AGGREGATOR_{name}", value)
        for name, value in environment.items():
            patch.setenv(name, value)
        code: object = 0
        try:
            main()
        except SystemExit as end:
            code = end.code
    assert logging.root.handlers == handlers
    assert "Traceback" not in err.getvalue()
    return Done(int(code) if isinstance(code, int) else 0, out.getvalue(), err.getvalue())
