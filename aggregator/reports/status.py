"""What the program is doing and what is wrong, read from the store; decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from aggregator.models import Config, FailureKind, Pause, PollHistory, Source, Trouble
from aggregator.moves import address_in_use
from aggregator.release import SETTLED
from aggregator.reports.troubles import UNSEEN, Machine, find_troubles
from aggregator.store import hosts, outputs, polls, quarantine, rulings, subscriptions, topic_states
from aggregator.store.fleet import Fleet, load_fleet
from aggregator.store.subscriptions import Subscription
from aggregator.urls import host_of

# What about a source does not stand in its last outcome.
_WARNINGS = ("moved", "hacked", "waiting", "odd", "silent", "shrunk", "blocked")


@dataclass(frozen=True)
class SourceStatus:
    id: str
    name: str
    state: str  # ok | warning | failing | gone | new | off | byline
    outcome: str  # of the last poll
    warning: str  # what an editor should know although the poll did not fail
    failures: int  # in a row
    failure: FailureKind | None
    moved_to: str  # where the feed has moved for good, other than sources.toml says
    polled_at_address: str  # what is asked now: the address in sources.toml, or where it moved to
    copies: int
    held: int  # of the copies, because somebody may have broken in at the partner's
    last_entry_at: datetime | None  # when one was last new
    polled_at: datetime | None
    next_poll_at: datetime | None
    push: str = ""  # whether a hub tells of its news, for people; empty where none was asked to


@dataclass(frozen=True)
class TopicStatus:
    id: str
    title: str
    items: int  # published items placed in it, archived ones too
    changed_at: datetime | None
    left_out: int  # of the live feed, which would be too large


@dataclass(frozen=True)
class Status:
    """Everything at a glance."""

    sources: tuple[SourceStatus, ...]
    topics: tuple[TopicStatus, ...]
    items: dict[str, int]  # by state
    pages_waiting: int
    hosts_resting: dict[str, datetime]  # hosts that asked to be left alone, until when
    pauses: tuple[Pause, ...]  # what editors have stopped
    waiting: int  # items that wait for an editor, a window or a day, see `aggregator queue`
    config_accepted: bool  # what is published follows the sources file as it is now
    config_hash: str  # of the configuration in force; empty before the first
    config_since: datetime | None  # when it came into force
    config_problems: tuple[str, ...]  # of the sources file as it is now; with them it is not taken over
    troubles: tuple[Trouble, ...]  # what needs a person
    fleet: Fleet | None  # several workers on PostgreSQL; None: one process does everything


def gather_status(
    connection: Connection, config: Config, now: datetime, problems: Sequence[str] = (), machine: Machine = UNSEEN
) -> Status:
    """Read the status of all sources and topics of a configuration.

    Args:
        machine: what the store does not know, as far as it was looked at.
        problems: why the sources file as it is now is none; `config` is then the one in force.
    """
    copies = outputs.copies_by_source(connection)
    histories = polls.load_histories(connection, {source.id: source.feed for source in config.sources})
    held = quarantine.count_held(connection)
    troubles = find_troubles(connection, config, now, machine, problems)
    pushed = {one.source: _push(one, now) for one in subscriptions.load_all(connection) if not one.is_ending}
    sources = [
        _of_source(
            source,
            histories[source.id],
            copies.get(source.id, 0),
            held.get(source.id),
            troubles,
            now,
            pushed.get(source.id, ""),
        )
        for source in config.sources
    ]
    counts = topic_states.count_items(connection)
    records = topic_states.load_records(connection)
    topics = [
        TopicStatus(topic.id, topic.title, counts.get(topic.id, 0), record.changed_at, record.left_out)
        for topic in config.topics
        for record in [records.get(topic.id, topic_states.TopicRecord())]
    ]
    accepted = outputs.accepted_config(connection)
    return Status(
        tuple(sources),
        tuple(topics),
        outputs.items_by_state(connection),
        polls.count_waiting_pages(connection),
        {host: until for host, (_, until) in hosts.load_rests(connection, now).items()},
        rulings.load_pauses(connection).pauses,
        rulings.count_waiting(connection, SETTLED),
        accepted is not None and accepted[0] == config.hash and not problems,
        accepted[0] if accepted else "",
        outputs.accepted_at(connection),
        tuple(problems),
        troubles,
        load_fleet(connection),
    )


def _of_source(
    source: Source,
    history: PollHistory,
    copies: int,
    held: quarantine.HeldCount | None,
    troubles: Sequence[Trouble],
    now: datetime,
    push: str,
) -> SourceStatus:
    own = (trouble for trouble in troubles if trouble.subject == source.id and trouble.kind in _WARNINGS)
    warning = "; ".join(trouble.said_of_it for trouble in own if (trouble.kind, trouble.about) != ("blocked", ""))
    return SourceStatus(
        source.id,
        source.name,
        _state(source, history, warning),
        history.outcome,
        warning,
        history.failures,
        history.failure,
        history.moved_to,
        address_in_use(source.feed, source.fetch, history, now),
        copies,
        held.copies if held else 0,
        history.last_entry_at,
        history.polled_at,
        None if history.gone_at else history.next_poll_at,
        push,
    )


def _push(one: Subscription, now: datetime) -> str:
    hub = host_of(one.hub)
    if one.is_active(now):
        came = f"last heard {one.delivered_at:%Y-%m-%d %H:%M}Z" if one.delivered_at else "nothing heard yet"
        doubt = "" if one.is_working or not one.delivered_at else ", but its last news came by polling"
        until = f"subscribed at {hub} until {one.lease_until:%Y-%m-%d %H:%M}Z"
        return "; ".join(filter(None, (f"{until}, {came}{doubt}", one.said)))
    return f"not subscribed at {hub}: {one.said or 'not asked yet'}"


def _state(source: Source, history: PollHistory, warning: str) -> str:
    if source.kind == "byline":
        return "byline"
    if not source.enabled:
        return "off"
    if history.polled_at is None:
        return "new"
    if history.gone_at:
        return "gone"
    if history.failures:
        return "failing"
    return "warning" if warning else "ok"
