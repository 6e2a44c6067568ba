"""What goes out of one item: the topics it joins and where it stands in them, and what its rights let readers see."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from aggregator.clean.html import plain_text
from aggregator.models import Config, Images, Pause, Rights, RightsMode, Topic
from aggregator.plaintext import count_words
from aggregator.release import TOMBSTONE_AGE, leaves_at, oldest_shown, pause_why
from aggregator.rights.agreement import Allowance, embargo_ends
from aggregator.rights.cut import shown_html
from aggregator.store import histories, outputs, stories, topic_states
from aggregator.store.histories import KeptPlacement
from aggregator.store.outputs import StoredBody, StoredItem
from aggregator.store.rulings import load_pauses
from aggregator.topics import compile_topics, route, why_not
from aggregator.work.arrange import NOTHING, pinned_items, said_of
from aggregator.work.assemble import live_items, with_allowance
from aggregator.work.build import RENDITIONS
from aggregator.work.route import document_of


@dataclass(frozen=True)
class TopicAnswer:
    """What a topic makes of an item.

    Attributes:
        joins: by which rule it belongs here, as the sources file is now; empty where it does not.
        why_not: which clause keeps it out, then.
        placement: what the last builds made of it; None: it was never here.
        position: its place in the live feed, 1 for the newest; None: it does not stand there.
        why_not_live: what keeps it out of the live feed although it joins, or has been here.
        leaves_at: when it will be too old for the live feed; None: never by age alone.
        files: of the output that hold it.
        tombstones: ids of this item, its own or those merged into it, that the feeds say are gone.
        is_due: the next build makes the topic's files anew.
    """

    id: str
    title: str
    joins: str
    why_not: str
    placement: KeptPlacement | None
    position: int | None = None
    why_not_live: str = ""
    leaves_at: datetime | None = None
    files: tuple[str, ...] = ()
    tombstones: tuple[str, ...] = ()
    is_due: bool = False


@dataclass(frozen=True)
class RightsOnFile:
    """What one source grants; `is_default` where it is not in sources.toml and so nothing is on file."""

    source: str
    name: str
    is_default: bool
    rights: Rights


@dataclass(frozen=True)
class AppliedRights:
    """What readers see of an item, and by whose leave.

    Attributes:
        origin: of the newsroom that wrote it.
        carrier: of the source whose copy is shown; the same again where that is the origin's own.
        applied: the narrower of the two, as they hold now.
        rule: whose agreement says so.
        words: of the text there is.
        shown_words: of it that readers see.
        kept_back_until: by an embargo; None without one.
    """

    origin: RightsOnFile
    carrier: RightsOnFile
    applied: Allowance
    mode: RightsMode
    rule: str
    words: int
    shown_words: int
    pictures: Images
    kept_back_until: datetime | None


def explain_topics(
    connection: Connection,
    item: StoredItem,
    ids: Collection[str],
    bodies: Sequence[StoredBody],
    config: Config,
    now: datetime,
) -> list[TopicAnswer]:
    """Say of each topic whether an item joins it, why, and where it stands.

    Args:
        ids: all public ids that mean this item.
        bodies: its copies, without those that are held.
    """
    document = document_of(item, bodies, config)
    words = said_of(connection, config, [item.id]).get(item.id, NOTHING)
    pinned = pinned_items(connection, config)
    pauses = load_pauses(connection)
    placements = histories.load_placements(connection, item.id)
    due = {
        topic
        for topic, record in topic_states.load_records(connection).items()
        if record.next_change_at and record.next_change_at <= now
    }
    answers = []
    rules = compile_topics(config.ruled_topics)
    for topic in config.topics:
        placement = placements.pop(topic.id, None)
        dropped = words.dropped.get(topic.id, "")
        if topic.query:
            joins = placement.rule if placement and not placement.left_at else ""
            stays_out = f'the search for "{topic.query}" does not find it'
        else:
            joins = "" if dropped else words.added.get(topic.id) or route(rules[topic.id], document) or ""
            stays_out = dropped or why_not(rules[topic.id], document)
        pause = pauses.of_topic(topic.id)
        live = live_items(connection, topic, pinned, now, placed_by=pause.at if pause else None)
        position = next((place for place, one in enumerate(live, 1) if one.id == item.id), None)
        ages = position and item.id not in pinned
        gone = outputs.gone_items(connection, topic.id, now - TOMBSTONE_AGE)
        answers.append(
            TopicAnswer(
                topic.id,
                topic.title,
                joins,
                "" if joins else stays_out,
                placement,
                position,
                _why_not_live(connection, topic, item, placement, pause, now)
                if not position and (joins or placement)
                else "",
                leaves_at(placement.sort_at, topic.max_age) if placement and ages else None,
                tuple(name.format(topic=topic.id) for name in RENDITIONS) if position else (),
                tuple(one.public_id for one in gone if one.public_id in ids),
                topic.id in due,
            )
        )
    retired = "the topic is not in sources.toml any more"
    answers += [TopicAnswer(topic, "", "", retired, placement) for topic, placement in placements.items()]
    return answers


def explain_rights(
    item: StoredItem, bodies: Sequence[StoredBody], config: Config, now: datetime
) -> AppliedRights | None:
    """Say what readers see of an item, and by whose leave; None while that is not decided."""
    if not bodies or item.text_copy is None:
        return None
    uncut, allowed = with_allowance(item, bodies, config, now)
    is_shown = allowed.mode != "nothing"
    shown = next((body for body in bodies if body.copy == item.text_copy), bodies[0])
    return AppliedRights(
        _on_file(item.origin_source or "", item.origin_name, config),
        _on_file(shown.source, "", config),
        allowed,
        allowed.mode,
        allowed.rule,
        count_words(uncut.text),
        count_words(plain_text(shown_html(uncut, allowed))) if is_shown else 0,
        allowed.images if is_shown and allowed.mode != "link" else "no",
        embargo_ends(item.published_at, allowed),
    )


def _on_file(source_id: str, name: str, config: Config) -> RightsOnFile:
    source = config.source(source_id)
    rights = source.rights if source else Rights()
    return RightsOnFile(source_id, source.name if source else name, source is None, rights)


def _why_not_live(
    connection: Connection,
    topic: Topic,
    item: StoredItem,
    placement: KeptPlacement | None,
    pause: Pause | None,
    now: datetime,
) -> str:
    if item.state != "published":
        return f"it is {item.state}"
    if pause and (placement is None or placement.since > pause.at):
        return pause_why(pause)
    if placement is None:
        return "the next build places it"
    if placement.left_at:
        return f"it left: {placement.left_why}"
    if placement.late:
        return "it was too old for the live feed when it came (late), and stands in no file"
    if topic.stories == "lead" and (lead := stories.lead_of(connection, topic.id, item.id)):
        return f'it tells the story of {lead[0]}, "{lead[1]}", which stands for it (stories = "lead")'
    oldest = oldest_shown(topic.max_age, now)
    if oldest and placement.sort_at < oldest:
        return f"it is older than max_age, since {leaves_at(placement.sort_at, topic.max_age):%Y-%m-%d %H:%M}Z"
    share = f", {topic.cap_per_source} of one newsroom at most (cap_per_source)" if topic.cap_per_source else ""
    return f"the {topic.max_items} newest items are shown (max_items){share}, and it is none of them"
