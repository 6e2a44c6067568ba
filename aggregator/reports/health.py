"""Whether polls and builds keep their times and the store can be written: what a machine asks. Decides nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from aggregator.models import Config, PollHistory
from aggregator.store import outputs, polls, topic_states
from aggregator.store.database import Database
from aggregator.store.fleet import Fleet, load_fleet
from aggregator.store.rulings import load_pauses

LATE = timedelta(minutes=15)  # behind its time: more than politeness, a slow host and a busy machine explain


@dataclass(frozen=True)
class Health:
    """How the program keeps up.

    Attributes:
        problems: what is wrong, each with what to do; none: all is well.
        poll_lag: how long the source that waits longest has been due; zero when none is.
        build_lag: the same of topics.
        fleet: several workers on PostgreSQL; None: one process does everything.
        sources: how many there are by state: polled well, failing, gone, never polled yet, off.
    """

    problems: tuple[str, ...]
    poll_lag: timedelta
    build_lag: timedelta
    sources: dict[str, int]
    items: dict[str, int]
    pages_waiting: int
    fleet: Fleet | None

    @property
    def is_ready(self) -> bool:
        return not self.problems


def check_health(database: Database, config: Config, now: datetime) -> Health:
    """Look at the store; what is wrong with the store itself raises StoreError."""
    with database.transaction():  # says that it will write: a disk or rights that do not allow it show
        pass
    with database.snapshot() as connection:
        return gather_health(connection, config, now)


def gather_health(connection: Connection, config: Config, now: datetime) -> Health:
    """Read how the program keeps up."""
    feeds = [source for source in config.sources if source.feed]
    histories = polls.load_histories(connection, {source.id: source.feed for source in feeds})
    states = dict.fromkeys(("ok", "failing", "gone", "new", "off"), 0)
    for source in feeds:
        history = histories[source.id]
        if not source.enabled:
            states["off"] += 1
        elif history.gone_at:
            states["gone"] += 1
        elif history.polled_at is None:
            states["new"] += 1
        else:
            states["failing" if history.failures else "ok"] += 1
    enabled = {source.id: histories[source.id] for source in feeds if source.enabled}
    late = find_late(connection, config, enabled, now)
    poll_lag = max(late.polls.values(), default=timedelta())
    build_lag = max(late.builds.values(), default=timedelta())
    problems = [f"{text}; {cure}" for _, _, text, cure in say_late(late)]
    return Health(
        tuple(problems),
        poll_lag,
        build_lag,
        states,
        outputs.items_by_state(connection),
        polls.count_waiting_pages(connection),
        load_fleet(connection),
    )


@dataclass(frozen=True)
class Late:
    """How long sources and topics have been due, by id."""

    polls: dict[str, timedelta]
    builds: dict[str, timedelta]


def find_late(connection: Connection, config: Config, histories: Mapping[str, PollHistory], now: datetime) -> Late:
    """Find what should have been polled or built before now.

    Args:
        histories: of the sources that are polled.
    """
    late = {
        name: now - one.next_poll_at
        for name, one in histories.items()
        if one.polled_at and not one.gone_at and one.next_poll_at and one.next_poll_at < now
    }
    pauses = load_pauses(connection)
    built = {topic.id for topic in config.topics if pauses.of_topic(topic.id) is None}
    overdue = {
        topic: now - record.next_change_at
        for topic, record in topic_states.load_records(connection).items()
        if topic in built and record.next_change_at and record.next_change_at < now
    }
    return Late(late, overdue)


def say_late(late: Late) -> Iterator[tuple[str, dict[str, timedelta], str, str]]:
    """Say what is so late that it needs a person: source or topic, which and how long, in words, and what to do."""
    kinds = (
        ("source", late.polls, "polled", "is the service running, and has this machine a network?"),
        ("topic", late.builds, "built", "look for errors of the build in the log"),
    )
    for kind, behind, done, cure in kinds:
        names = sorted((name for name, lag in behind.items() if lag > LATE), key=lambda name: -behind[name])
        if names:
            minutes = round(behind[names[0]].total_seconds() / 60)
            others = f" and {len(names) - 1} more" if len(names) > 1 else ""
            yield kind, behind, f'{kind} "{names[0]}"{others} should have been {done} {minutes} minutes ago', cure
