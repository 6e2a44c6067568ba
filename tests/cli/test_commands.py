"""The commands as a person types them: output, exit codes, errors in one line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from aggregator.cli.jobs import _explain_silence
from aggregator.sources import load_sources
from aggregator.work.poll import PollOutcome
from tests.cli.door import aggregator
from tests.newsroom import EVERYTHING, SITE, Post, page, paragraphs, rss
from tests.partner import Partner

FEEDS = Path(__file__).parents[1] / "data" / "feeds"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def process(folder: Path, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a command in a folder, in a process of its own."""
    variables = {
        **os.environ,
        "AGGREGATOR_ALLOW_NETWORKS": "127.0.0.0/8",
        "AGGREGATOR_HOST_DELAY": "0",
        "AGGREGATOR_WORKERS": "1",
        "PYTHONPATH": os.getcwd(),
        **environment,
    }
    done = subprocess.run(
        [sys.executable, "-m", "aggregator", *words],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


def source(name: str, feed: str) -> str:
    return f'\n[[source]]\nid = "{name}"\nname = "{name.title()}"\nfeed = "{feed}"\n'


def write(folder: Path, text: str) -> None:
    (folder / "sources.toml").write_text(SITE + text, encoding="utf-8")


def test_every_format_is_read_and_what_is_no_feed_gets_one_line(folder: Path, partner: Partner) -> None:
    samples = sorted(path for path in FEEDS.iterdir() if not path.name.endswith(".expected.json"))
    assert len(samples) > 10
    text = ""
    for number, path in enumerate(samples):
        text += source(f"sample-{number}", partner.serve(f"/{path.name}", path.read_bytes()))
    text += source("page", partner.serve("/page", page("Home", "<p>Welcome.</p>")))
    text += source("empty", partner.serve("/empty", b""))
    text += source("nowhere", "http://no-such-host.invalid/feed")
    write(folder, text + EVERYTHING)
    done = aggregator(folder, "poll")
    assert done.returncode == 3
    lines = {line.partition(": ")[0]: line for line in done.stderr.splitlines()}
    failed = {name for name in lines if name in ("page", "empty", "nowhere")}
    assert failed == {"page", "empty", "nowhere"}
    assert "HTML" in lines["page"]
    assert "empty" in lines["empty"].partition(": ")[2]
    assert "no-such-host.invalid" in lines["nowhere"]
    assert f"{len(samples) + 3} sources polled" in done.stdout
    assert "3 failed" in done.stdout
    done = aggregator(folder, "build")
    assert done.returncode == 0
    assert (folder / "public" / "all.rss").exists()


def test_poll_prints_one_json_document(folder: Path, partner: Partner) -> None:
    write(folder, source("valley", partner.serve("/feed", rss([Post("1", partner.url("/1"), "One", paragraphs("x"))]))))
    done = aggregator(folder, "poll", "--json")
    assert done.returncode == 0
    (valley,) = json.loads(done.stdout)["sources"]
    assert (valley["source"], valley["new"], valley["failed"]) == ("valley", 1, False)


def test_a_first_evening(folder: Path, partner: Partner) -> None:
    """check, run --once, status, build: what a new operator does, in this order."""
    write(
        folder,
        source("valley", partner.serve("/feed", rss([Post("1", partner.url("/1"), "One", paragraphs("x"))])))
        + EVERYTHING,
    )
    done = process(folder, "check")
    assert (done.returncode, done.stdout) == (0, "sources.toml: 1 sources, 1 topics, no errors\n")
    done = process(folder, "status")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "no database yet" in done.stderr
    done = process(folder, "run", "--once")
    assert done.returncode == 0
    assert "poll source=valley 1 new" in done.stderr
    status = json.loads(aggregator(folder, "status", "--json").stdout)
    assert status["items"] == {"published": 1}
    assert [topic["items"] for topic in status["topics"]] == [1]
    assert status["config_accepted"] is True
    done = aggregator(folder, "status")
    assert "valley" in done.stdout
    done = aggregator(folder, "status", "valley")
    assert done.stdout.startswith("valley: ok, 1 copies\n")
    assert "1 new" in done.stdout.splitlines()[-1]
    events = json.loads(aggregator(folder, "status", "valley", "--json").stdout)["events"]
    assert [event["said"] for event in events["valley"]] == ["1 new"]
    assert aggregator(folder, "status", "vally").returncode == 2
    assert aggregator(folder, "boilerplate", "valley").stdout == "valley: nothing was taken out\n"
    done = aggregator(folder, "build")
    assert done.stdout == "all: 1 items, nothing changed\n"
    done = aggregator(folder, "migrate")
    assert "is up to date" in done.stdout


@pytest.mark.parametrize(("asked", "said"), [(2, True), (1, False)])
def test_a_network_is_asked_after_only_when_all_sources_were_asked(
    folder: Path, capsys: pytest.CaptureFixture[str], asked: int, said: bool
) -> None:
    names = ("valley", "port")
    write(folder, "".join(source(name, f"https://{name}.example/feed") for name in names) + EVERYTHING)
    silent = [PollOutcome(name, "no answer", failed=True, failure="unreachable") for name in names[:asked]]
    _explain_silence(silent, load_sources(folder / "sources.toml").config)
    assert ("Is there a network?" in capsys.readouterr().err) is said


def test_run_once_says_which_sources_failed_and_ends_well(folder: Path, partner: Partner) -> None:
    write(folder, source("valley", partner.url("/nothing")) + EVERYTHING)
    done = aggregator(folder, "run", "--once")
    assert done.returncode == 0
    assert "1 of 1 sources failed: valley" in done.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[source]]\nid = "a"\nname = 3\n', 'sources.toml:10: source "a": name = 3 is not a text; put it in quotes'),
        ('[[source]]\nid = "a"\nname = "A"\nfed = "x"\n', 'sources.toml:11: source "a": unknown key fed'),
        ("[[source]\n", "sources.toml:8:9: not valid TOML"),
        ('[[topic]]\nid = "t"\ntitle = "T"\ninclude = "(evo"\n', 'sources.toml:11:12: topic "t": include: '),
        ('[[topic]]\nid = "t"\ntitle = "T"\nsources = ["x"]\n', 'sources.toml:11: topic "t": sources: there is no'),
    ],
)
def test_a_wrong_sources_file_is_refused_with_its_line(folder: Path, text: str, message: str) -> None:
    write(folder, text)
    for command in ("check", "poll", "build", "run", "status"):
        done = aggregator(folder, command)
        assert done.returncode == 2, command
        assert message in done.stderr, done.stderr
    assert not (folder / "var").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("poll", "valey"), 'there is no source with a feed "valey"; did you mean "valley"?'),
        (("build", "al"), 'there is no topic "al"; did you mean "all"?'),
        (("poll", "--nonsense"), "No such option"),
        (("pol",), "No such command"),
    ],
)
def test_wrong_usage_exits_2(folder: Path, words: tuple[str, ...], message: str) -> None:
    write(folder, source("valley", "https://valley.example/feed") + EVERYTHING)
    done = aggregator(folder, *words)
    assert done.returncode == 2
    assert message in done.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AGGREGATOR_DATABASE", "mysql://x"),
        ("AGGREGATOR_LISTEN", "8000"),
        ("AGGREGATOR_ALLOW_NETWORKS", "here"),
        ("AGGREGATOR_HOST_DELAY", "fast"),
        ("AGGREGATOR_WORKERS", "0"),
        ("AGGREGATOR_CONCURRENCY_FILE", "/no/such/file"),
    ],
)
def test_a_wrong_setting_names_its_variable(folder: Path, variable: str, value: str) -> None:
    write(folder, source("valley", "https://valley.example/feed") + EVERYTHING)
    done = aggregator(folder, "poll", **{variable: value})
    assert done.returncode == 2
    assert done.stderr.startswith(variable.removesuffix("_FILE"))
    assert done.stderr.count("\n") == 1


def test_a_database_that_is_none_is_reported_in_one_line(folder: Path) -> None:
    write(folder, source("valley", "https://valley.example/feed") + EVERYTHING)
    (folder / "var").mkdir()
    (folder / "var" / "aggregator.db").write_text("This is not a database, whatever its name says." * 100)
    for command in ("poll", "build", "status"):
        done = aggregator(folder, command)
        assert done.returncode == 1
        assert "var/aggregator.db" in done.stderr
        assert done.stderr.count("\n") == 1


def test_a_port_that_is_taken_is_reported(folder: Path, partner: Partner) -> None:
    write(folder, EVERYTHING)
    done = aggregator(folder, "serve", AGGREGATOR_LISTEN=f"127.0.0.1:{partner.port}")
    assert done.returncode == 1
    assert "AGGREGATOR_LISTEN" in done.stderr


def test_help_names_every_command(folder: Path) -> None:
    done = process(folder, "--help")
    assert done.returncode == 0
    commands = "check poll build run serve status explain boilerplate try redecide migrate demo".split()
    assert all(f"  {command} " in done.stdout for command in commands)
    for command in ("poll", "redecide"):
        assert aggregator(folder, command, "--help").returncode == 0
