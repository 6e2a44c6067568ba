"""What the program is doing and what is wrong, read from the store; decides nothing."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from aggregator.models import Config
from aggregator.store import outputs, polls, topic_states


@dataclass(frozen=True)
class SourceStatus:
    id: str
    name: str
    state: str  # ok | failing | new | off | byline
    outcome: str
    failures: int
    copies: int
    last_entry_at: datetime | None  # when one was last new
    polled_at: datetime | None
    next_poll_at: datetime | None


@dataclass(frozen=True)
class TopicStatus:
    id: str
    title: str
    items: int  # published items placed in it, archived ones too
    changed_at: datetime | None


@dataclass(frozen=True)
class Status:
    """Everything at a glance."""

    sources: tuple[SourceStatus, ...]
    topics: tuple[TopicStatus, ...]
    items: dict[str, int]  # by state
    pages_waiting: int
    config_accepted: bool  # what is published follows the sources file as it is now


def gather_status(session: Session, config: Config) -> Status:
    """Read the status of all sources and topics of a configuration."""
    copies = outputs.copies_by_source(session)
    histories = polls.load_histories(session, {source.id: source.feed for source in config.sources})
    sources = []
    for source in config.sources:
        history = histories[source.id]
        if source.kind == "byline":
            state = "byline"
        elif not source.enabled:
            state = "off"
        elif history.polled_at is None:
            state = "new"
        else:
            state = "failing" if history.failures else "ok"
        sources.append(
            SourceStatus(
                source.id,
                source.name,
                state,
                history.outcome,
                history.failures,
                copies.get(source.id, 0),
                history.last_entry_at,
                history.polled_at,
                history.next_poll_at,
            )
        )
    counts = topic_states.count_items(session)
    records = topic_states.load_records(session)
    topics = [
        TopicStatus(
            topic.id, topic.title, counts.get(topic.id, 0), records.get(topic.id, topic_states.TopicRecord()).changed_at
        )
        for topic in config.topics
    ]
    accepted = outputs.accepted_config(session)
    return Status(
        tuple(sources),
        tuple(topics),
        outputs.items_by_state(session),
        polls.count_waiting_pages(session),
        accepted is not None and accepted[0] == config.hash,
    )
