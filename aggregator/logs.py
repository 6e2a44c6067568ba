"""How what happens is written down: one event a line, for people, for the journal or for programs.

What is said again and again is said once an hour, with how often it was. Passwords in addresses are left out.
"""

import json
import logging
import os
import re
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal, TextIO

LogForm = Literal["text", "json"]

_AGAIN = 3600.0  # seconds in which the same warning is said once
_MOST_KEPT = 2_000  # different warnings that are remembered
_PASSWORD = re.compile(r"(?<=://)[^\s/@:]*:[^\s/@]*@")
_ABOUT = re.compile(r"\b(source|topic|item|page|month)=(\S+)")
# What the journal calls them (syslog(3)): a number before the line, which it takes away.
_PRIORITIES = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}


def start_logs(level: int, form: LogForm = "text", stream: TextIO | None = None) -> None:
    """Let what the program says be seen on stderr; of the libraries only warnings."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Json() if form == "json" else _Text(is_journal=_leads_to_journal(stream)))
    handler.addFilter(_Once())
    logging.root.addHandler(handler)
    logging.root.setLevel(logging.WARNING)
    logging.getLogger("aggregator").setLevel(level)


def _leads_to_journal(stream: TextIO) -> bool:
    """Tell whether a stream is the one that systemd connected with the journal (systemd.exec(5), JOURNAL_STREAM)."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM", "") == f"{status.st_dev}:{status.st_ino}"


class _Text(logging.Formatter):
    """For people; in the journal, which stamps each line itself, with the priority instead of the time."""

    def __init__(self, *, is_journal: bool) -> None:
        stamp = "" if is_journal else "%(asctime)s "
        super().__init__(f"{stamp}%(levelname)s %(message)s", "%Y-%m-%d %H:%M:%S")
        self._is_journal = is_journal

    def format(self, record: logging.LogRecord) -> str:
        text = _without_passwords(super().format(record))
        if not self._is_journal:
            return text
        priority = _PRIORITIES.get(record.levelno, 6)
        return "\n".join(f"<{priority}>{line}" for line in text.split("\n"))


class _Json(logging.Formatter):
    """One object a line."""

    def format(self, record: logging.LogRecord) -> str:
        message = _without_passwords(record.getMessage())
        event: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message,
        }
        event |= dict(_ABOUT.findall(message))
        if record.exc_info:
            event["traceback"] = _without_passwords(self.formatException(record.exc_info))
        return json.dumps(event, ensure_ascii=False)


class _Once(logging.Filter):
    """Lets the same warning pass once an hour, and then says how often it came meanwhile."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._said: dict[str, tuple[float, int]] = {}  # when, and how often it was kept back since

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:
            return True
        text, now = record.getMessage(), self._clock()
        at, kept_back = self._said.get(text, (now - _AGAIN, 0))
        if now - at < _AGAIN:
            self._said[text] = at, kept_back + 1
            return False
        if len(self._said) >= _MOST_KEPT:
            self._said.clear()
        self._said[text] = now, 0
        if kept_back:
            record.msg, record.args = f"{text} (said {kept_back} times more since)", ()
        return True


def _without_passwords(text: str) -> str:
    return _PASSWORD.sub("***@", text)
