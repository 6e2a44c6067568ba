"""The whole program as a process: killed, stopped, started again."""

import os
import random
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import feedparser
import httpx2
import pytest
from lxml import etree

from tests.cli.door import aggregator
from tests.newsroom import EVERYTHING, Newsroom, Post, page, paragraphs, rss
from tests.partner import Partner

ENTRIES = 12


@pytest.fixture
def newsroom(tmp_path: Path, partner: Partner) -> Newsroom:
    """Two sources, one with full texts and one whose pages must be fetched, half of it the other's articles."""
    newsroom = Newsroom(tmp_path)
    full = [Post(f"v{n}", partner.url(f"/v/{n}"), f"Article {n}", paragraphs(f"maize{n}")) for n in range(ENTRIES)]
    partner.serve("/v", rss(full), headers=[("Content-Type", "application/rss+xml"), ("ETag", '"v"')])
    excerpts = []
    for n in range(ENTRIES):
        topic = f"maize{n}" if n % 2 else f"barley{n}"
        excerpts.append(Post(f"w{n}", partner.url(f"/w/{n}"), f"Story {n}", summary="Read on. [&#8230;]"))
        partner.serve(f"/w/{n}", page(f"Story {n}", paragraphs(topic)), headers=[("Content-Type", "text/html")])
    partner.serve("/w", rss(excerpts), headers=[("Content-Type", "application/rss+xml")])
    newsroom.edit(
        f"""
[defaults.rights]
mode = "full"
[[source]]
id = "valley"
name = "Valley News"
feed = "{partner.url("/v")}"
role = "origin"
[[source]]
id = "wire"
name = "Wire News"
feed = "{partner.url("/w")}"
"""
        + EVERYTHING
    )
    return newsroom


def environment(newsroom: Newsroom) -> dict[str, str]:
    return {
        "AGGREGATOR_SOURCES": str(newsroom.settings.sources),
        "AGGREGATOR_DATABASE": newsroom.settings.database,
        "AGGREGATOR_OUTPUT": str(newsroom.settings.output),
        "AGGREGATOR_LISTEN": "127.0.0.1:0",
        "AGGREGATOR_ALLOW_NETWORKS": "127.0.0.0/8",
        "AGGREGATOR_HOST_DELAY": "0",
        "AGGREGATOR_WORKERS": "1",
    }


def command(newsroom: Newsroom, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "aggregator", *words],
        env=os.environ | environment(newsroom),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def reader_watching(folder: Path) -> Iterator[tuple[list[str], threading.Event]]:
    """Read every version of every feed, as subscribers do; what is found wrong stands in the list.

    The event tells that there is a feed.
    """
    wrong: list[str] = []
    sound: dict[Path, bytes] = {}
    published, finished = threading.Event(), threading.Event()

    def watch() -> None:
        while not finished.wait(0.001):
            for path in [*folder.glob("*.rss"), *folder.glob("*.atom")]:
                content = path.read_bytes()
                published.set()
                if content == sound.get(path):
                    continue
                try:
                    etree.fromstring(content)
                    sound[path] = content
                except etree.XMLSyntaxError as error:
                    wrong.append(f"{path.name}: {error}")

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield wrong, published
    finally:
        finished.set()
        thread.join()


def test_killed_at_any_moment_nothing_is_lost_doubled_or_half_written(newsroom: Newsroom, partner: Partner) -> None:
    dice = random.Random(20261122)
    with reader_watching(newsroom.settings.output) as (wrong, published):
        # After so many lines of its log, while it polls and fetches pages; in the end while it builds.
        for lines in (1, 3, 4, 0):
            process = command(newsroom, "run", "--once")
            assert process.stderr
            for _ in range(lines):
                process.stderr.readline()
            if not lines:
                published.wait(60)
            with suppress(subprocess.TimeoutExpired):
                process.wait(dice.uniform(0, 0.1))
            process.kill()
            process.communicate()
        done = aggregator(newsroom.folder, "run", "--once", **environment(newsroom))
        assert done.returncode == 0, done.stderr
        # What was polled before a kill is not due again: the build that the kill cut short must be enough.
        done = aggregator(newsroom.folder, "build", **environment(newsroom))
        assert done.returncode == 0, done.stderr
    assert wrong == []
    assert newsroom.rows("SELECT source, count(*), count(DISTINCT guid) FROM copy GROUP BY source ORDER BY source") == [
        ("valley", ENTRIES, ENTRIES),
        ("wire", ENTRIES, ENTRIES),
    ]
    assert newsroom.rows("PRAGMA integrity_check") == [("ok",)]
    feed = feedparser.parse(newsroom.read("all.rss"))
    assert len(feed.entries) == ENTRIES + ENTRIES // 2
    assert len({entry.id for entry in feed.entries}) == len(feed.entries)
    assert {entry.id for entry in feed.entries} == {
        public_id for (public_id,) in newsroom.rows("SELECT public_id FROM item WHERE state = 'published'")
    }
    assert list(newsroom.settings.output.rglob(".unfinished-*")) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_service_stops_in_good_order(newsroom: Newsroom, number: signal.Signals) -> None:
    process = command(newsroom, "run")
    assert process.stderr
    for line in process.stderr:
        if "build topic=all" in line:
            break
    process.send_signal(number)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors
    assert "Stopped; everything is kept." in errors
    assert "Traceback" not in errors


def test_the_store_has_one_holder(newsroom: Newsroom) -> None:
    process = command(newsroom, "run")
    assert process.stderr
    for line in process.stderr:
        if "Serving" in line:
            break
    try:
        second = aggregator(newsroom.folder, "run", **environment(newsroom))
        assert second.returncode == 4
        assert f"in use by aggregator run, process {process.pid}" in second.stderr
        beside = aggregator(newsroom.folder, "poll", "valley", **environment(newsroom))
        assert beside.returncode == 0, beside.stderr
        assert "valley: not modified" in beside.stderr or "valley: 12 new" in beside.stderr
        # Asked once: what has been polled is not made due again.
        assert newsroom.rows("SELECT next_poll_at > polled_at FROM pollstate WHERE source = 'valley'") == [(1,)]
        preview = aggregator(newsroom.folder, "build", "--output", "preview", **environment(newsroom))
        assert preview.returncode == 0, preview.stderr
        assert (newsroom.folder / "preview" / "all.rss").exists()
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)


def test_a_changed_sources_file_is_taken_over_and_a_wrong_one_is_not(newsroom: Newsroom) -> None:
    good = newsroom.settings.sources.read_text()
    process = command(newsroom, "run")
    assert process.stderr
    try:
        address = ""
        for line in process.stderr:
            address = address or "".join(re.findall(r"http://127\.0\.0\.1:\d+", line))
            if "build topic=all" in line:
                break
        newsroom.settings.sources.write_text(good + "\n[[topic]]\nid = 'broken'\n")
        process.send_signal(signal.SIGHUP)
        for line in process.stderr:
            if "stays in force" in line:
                break
        assert "title is missing" in line
        status = httpx2.get(f"{address}/status.json", trust_env=False).json()
        assert [one["kind"] for one in status["troubles"] if "title is missing" in one["text"]] == ["configuration"]
        newsroom.settings.sources.write_text(good + "\n[[topic]]\nid = 'maize'\ntitle = 'Maize'\ninclude = 'maize1'\n")
        process.send_signal(signal.SIGHUP)
        for line in process.stderr:
            if "build topic=maize" in line:
                break
        assert feedparser.parse(newsroom.read("maize.rss")).entries[0].title in ("Article 1", "Story 1")
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
