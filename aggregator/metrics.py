"""What the service has done since it started, and how it keeps up, as Prometheus asks for it (home of
prometheus_client). No label names a source: a thousand of them would make a thousand series of each.
"""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from aggregator import __version__
from aggregator.reports.health import Health
from aggregator.work.build import BuildOutcome
from aggregator.work.page import PageOutcome
from aggregator.work.poll import PollOutcome

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_REQUEST_SECONDS = (0.1, 0.3, 1, 3, 10, 30, 60)
_BUILD_SECONDS = (0.1, 0.3, 1, 3, 10, 30, 100, 300)


class Metrics:
    """The counters of one service."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        Gauge("aggregator_info", "The version.", ["version"], registry=registry).labels(__version__).set(1)
        self._polls = Counter("aggregator_polls", "Polls that ended.", ["outcome"], registry=registry)
        self._poll_seconds = Histogram(
            "aggregator_poll_seconds", "Time a poll took, the waiting for its host included.",
            buckets=_REQUEST_SECONDS, registry=registry,
        )  # fmt: skip
        self._bytes = Counter("aggregator_feed_bytes", "Bytes of feeds read, decoded.", registry=registry)
        self._entries = Counter("aggregator_entries", "Entries kept.", ["change"], registry=registry)
        self._pages = Counter("aggregator_pages", "Attempts at articles' pages.", ["outcome"], registry=registry)
        self._page_seconds = Histogram(
            "aggregator_page_seconds", "Time an attempt at a page took.", buckets=_REQUEST_SECONDS, registry=registry
        )
        self._builds = Counter("aggregator_topic_builds", "Builds of topics.", ["outcome"], registry=registry)
        self._files = Counter("aggregator_files_written", "Files of topics that differed.", registry=registry)
        self._build_seconds = Histogram(
            "aggregator_build_seconds", "Time a build took, of all topics that were due.",
            buckets=_BUILD_SECONDS, registry=registry,
        )  # fmt: skip
        self._ready = Gauge("aggregator_ready", "1 while polls and builds keep their times.", registry=registry)
        self._lag = Gauge(
            "aggregator_lag_seconds", "How long what waits longest has been due.", ["work"], registry=registry
        )
        self._sources = Gauge("aggregator_sources", "Sources with a feed.", ["state"], registry=registry)
        self._items = Gauge("aggregator_items", "Items kept.", ["state"], registry=registry)
        self._waiting = Gauge("aggregator_pages_waiting", "Pages to be asked for, now or later.", registry=registry)
        self._workers = Gauge("aggregator_fleet_workers", "Workers of a fleet.", ["role"], registry=registry)
        self._hosts = Gauge(
            "aggregator_fleet_hosts", "Hosts that wait in the queue or are visited.", ["state"], registry=registry
        )
        self._size = Gauge("aggregator_database_bytes", "The database with its log.", registry=registry)
        for outcome in ("new", "unchanged", "failed"):
            self._polls.labels(outcome)
        for outcome in ("done", "failed"):
            self._pages.labels(outcome)
            self._builds.labels(outcome)
        for change in ("new", "changed"):
            self._entries.labels(change)

    def count_poll(self, outcome: PollOutcome, seconds: float) -> None:
        """Count a poll that ended."""
        kind = "failed" if outcome.failed else "new" if outcome.new or outcome.changed else "unchanged"
        self._polls.labels(kind).inc()
        self._poll_seconds.observe(seconds)
        self._bytes.inc(outcome.bytes)
        self._entries.labels("new").inc(outcome.new)
        self._entries.labels("changed").inc(outcome.changed)

    def count_page(self, outcome: PageOutcome, seconds: float) -> None:
        """Count an attempt at a page that ended."""
        self._pages.labels("failed" if outcome.failed else "done").inc()
        self._page_seconds.observe(seconds)

    def count_build(self, outcomes: Sequence[BuildOutcome], seconds: float) -> None:
        """Count a build that ended, if there was anything to build."""
        for outcome in outcomes:
            self._builds.labels("failed" if outcome.failed else "done").inc()
            self._files.inc(len(outcome.written))
        if outcomes:
            self._build_seconds.observe(seconds)

    def write(self, health: Health, database_bytes: int) -> bytes:
        """Write all of it in Prometheus' text format."""
        self._ready.set(health.is_ready)
        self._lag.labels("poll").set(health.poll_lag.total_seconds())
        self._lag.labels("build").set(health.build_lag.total_seconds())
        for state, count in health.sources.items():
            self._sources.labels(state).set(count)
        for state in ("pending", "published", "held", "withdrawn", "merged"):
            self._items.labels(state).set(health.items.get(state, 0))
        self._waiting.set(health.pages_waiting)
        self._size.set(database_bytes)
        if fleet := health.fleet:
            self._workers.labels("any").set(len(fleet.workers))
            self._workers.labels("builder").set(bool(fleet.builder))
            self._hosts.labels("waiting").set(fleet.waiting)
            self._hosts.labels("visited").set(len(fleet.visited))
        written: bytes = generate_latest(self._registry)
        return written
