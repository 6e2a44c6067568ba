"""What the program is doing and what is wrong, read from the store; decides nothing."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from aggregator.models import Config, FailureKind, Pause, PollHistory, Source
from aggregator.moves import address_in_use
from aggregator.release import SETTLED
from aggregator.store import hosts, outputs, polls, quarantine, rulings, topic_states

_LEAST_SILENCE = timedelta(days=3)  # a long weekend
_LEAST_GAPS = 5  # between entries, before anything is usual


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


def gather_status(session: Session, config: Config, now: datetime, problems: Sequence[str] = ()) -> Status:
    """Read the status of all sources and topics of a configuration.

    Args:
        problems: why the sources file as it is now is none; `config` is then the one in force.
    """
    copies = outputs.copies_by_source(session)
    histories = polls.load_histories(session, {source.id: source.feed for source in config.sources})
    held = quarantine.count_held(session)
    sources = [
        _of_source(source, histories[source.id], copies.get(source.id, 0), held.get(source.id), now)
        for source in config.sources
    ]
    counts = topic_states.count_items(session)
    records = topic_states.load_records(session)
    topics = [
        TopicStatus(topic.id, topic.title, counts.get(topic.id, 0), record.changed_at, record.left_out)
        for topic in config.topics
        for record in [records.get(topic.id, topic_states.TopicRecord())]
    ]
    accepted = outputs.accepted_config(session)
    return Status(
        tuple(sources),
        tuple(topics),
        outputs.items_by_state(session),
        polls.count_waiting_pages(session),
        {host: until for host, (_, until) in hosts.load_rests(session, now).items()},
        rulings.load_pauses(session).pauses,
        rulings.count_waiting(session, SETTLED),
        accepted is not None and accepted[0] == config.hash and not problems,
        accepted[0] if accepted else "",
        outputs.accepted_at(session),
        tuple(problems),
    )


def _of_source(
    source: Source, history: PollHistory, copies: int, held: quarantine.HeldCount | None, now: datetime
) -> SourceStatus:
    silence = _silence(history, now) if source.enabled else ""
    warning = "; ".join(filter(None, (_moved(source, history), _held(held), history.remark, silence)))
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
    )


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


def _held(held: quarantine.HeldCount | None) -> str:
    if held is None:
        return ""
    articles = "1 article is held" if held.copies == 1 else f"{held.copies} articles are held"
    which = f"{held.why} ({'' if held.copies == 1 else 'the newest is '}{held.url or 'without an address'})"
    if held.why.startswith("in the blocklist"):
        return f"{articles}: {which}"
    return (
        f"{articles}, since somebody may have broken in there: {which}; look at the site, and if all is well write "
        'quarantine = "off" under [source.editorial]'
    )


def _silence(history: PollHistory, now: datetime) -> str:
    """Say so when nothing new has come for much longer than usual, by the source's own rhythm."""
    last = max(filter(None, (history.newest_at, history.last_entry_at)), default=None)
    if last is None or history.failures or len(history.rhythm) < _LEAST_GAPS:
        return ""
    usual = timedelta(seconds=statistics.median(gap.total_seconds() for gap in history.rhythm))
    longest = max(history.rhythm)
    if now - last <= max(_LEAST_SILENCE, 4 * usual, 2 * longest):
        return ""
    return (
        f"no new entry for {(now - last).days} days; usual gap {_length(usual)}: look whether the site goes on, and "
        "has its feed where it was"
    )


def _length(gap: timedelta) -> str:
    hours = gap.total_seconds() / 3600
    if hours < 1.5:
        return f"{max(round(hours * 60), 1)} minutes"
    return f"{round(hours)} hours" if hours < 48 else f"{round(hours / 24)} days"


def _moved(source: Source, history: PollHistory) -> str:
    if not history.moved_to or not history.moved_at:
        return ""
    return (
        f"moved for good to {history.moved_to} (seen since {history.moved_at:%Y-%m-%d}): "
        f'if that is right, write feed = "{history.moved_to}"'
    )
