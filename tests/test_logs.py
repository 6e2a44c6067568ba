"""How events are written: for people, for the journal, for programs."""

import json
import logging
import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from aggregator.logs import LogForm, _Once, start_logs

log = logging.getLogger("aggregator.tests")


@pytest.fixture(autouse=True)
def no_handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(logging.root, "handlers", [])
    ours = logging.getLogger("aggregator")
    level = ours.level
    yield
    ours.setLevel(level)


def written(form: LogForm = "text") -> StringIO:
    stream = StringIO()
    start_logs(logging.INFO, form, stream)
    return stream


def test_an_event_is_one_line_with_its_time() -> None:
    stream = written()
    log.info("poll source=%s %s", "harbour", "3 new")
    (line,) = stream.getvalue().splitlines()
    assert line.endswith(" INFO poll source=harbour 3 new")
    log.debug("not seen")
    logging.getLogger("httpx2").info("not seen")
    assert len(stream.getvalue().splitlines()) == 1


def test_programs_get_one_object_a_line() -> None:
    stream = written("json")
    log.warning("poll source=%s %s", "faro", "https://ana:secret@faro.example/feed: host\nnot found")
    try:
        raise ValueError("https://ana:secret@x.example/")
    except ValueError:
        log.error("build topic=%s failed", "water", exc_info=True)
    warning, error = map(json.loads, stream.getvalue().splitlines())
    assert (warning["level"], warning["source"]) == ("warning", "faro")
    assert "https://***@faro.example/feed" in warning["message"]
    assert error["topic"] == "water"
    assert "secret" not in stream.getvalue()


def test_the_journal_gets_priorities_and_no_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "journal").open("w+") as stream:
        status = os.fstat(stream.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino}")
        start_logs(logging.INFO, "text", stream)
        log.info("one")
        log.error("two\nlines")
        stream.seek(0)
        assert stream.read() == "<6>INFO one\n<3>ERROR two\n<3>lines\n"


def test_the_same_warning_is_said_once_an_hour() -> None:
    now = [0.0]
    once = _Once(lambda: now[0])
    said = []
    for minute in range(0, 130, 10):
        now[0] = minute * 60.0
        record = log.makeRecord(log.name, logging.WARNING, "", 0, "poll source=%s lost", ("faro",), None)
        if once.filter(record):
            said.append((minute, record.getMessage()))
    assert said == [
        (0, "poll source=faro lost"),
        (60, "poll source=faro lost (said 5 times more since)"),
        (120, "poll source=faro lost (said 5 times more since)"),
    ]
    info = log.makeRecord(log.name, logging.INFO, "", 0, "poll", (), None)
    assert once.filter(info)
    assert once.filter(info)
