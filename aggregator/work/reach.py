"""What a changed sources file acts on: which stored items a build has to decide anew, which topics it sorts again, and
what only later polls can show.

Where it is not known that a key acts on little, everything is looked at.
"""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection

from aggregator.expressions.expression import parse_expression
from aggregator.models import Config, Source, Topic
from aggregator.store import foresight

# What no decision and no rule of a topic asks for, by the room in the file: a change acts on nothing that is stored, or
# on nothing but looks. Of a source there are also keys that act on what it wrote or carries and on nothing else. A
# change of any other key may act on everything, as when a newsroom is called by a name that credit lines have long had.
_SITE_LOOKS = {"title", "base_url", "description", "language", "contact", "hub", "item_pages", "search"}
_TOPIC_LOOKS = {"title", "description", "language", "max_items", "max_age", "cap_per_source", "stories", "aliases"}
_SOURCE_POLLS = {"enabled", "fetch", "extract", "deletions", "html", "paths", "description"}
_SOURCE_ITEMS = {"rights", "topics", "country", "role", "priority", "collect", "quarantine", "editorial"}
_COMPARED = {"site", "sources", "topics", "overrides"}  # one by one
_FILE_POLLS = {"hash", "text", "blocklist", "alerts", "digests"}


def touched_items(connection: Connection, before: Config, after: Config) -> set[int] | None:
    """Return the items that a build has to decide anew, which is most of its work; None for all that there are.

    Not among them are those that only change their topics, since the rules of these have changed.
    """
    waiting = foresight.waiting_items(connection)
    acting = _differing(after, before) - _FILE_POLLS
    by_id = [source.id for source in before.sources]
    if acting - _COMPARED or by_id != [source.id for source in after.sources]:
        return None
    if _differing(after.site, before.site) - _SITE_LOOKS:
        return None
    changed = set()
    for old, new in zip(before.sources, after.sources, strict=True):
        keys = _differing(new, old) - _SOURCE_POLLS
        if keys - _SOURCE_ITEMS:
            return None
        if keys:
            changed.add(new.id)
    return waiting | foresight.items_of(connection, changed)


def changed_topics(before: Config, after: Config) -> list[Topic]:
    """Return the topics of which a build has to ask anew which items join them."""
    known = {topic.id: topic for topic in before.topics}
    changed = {topic.id for topic in after.ruled_topics if _differing(topic, known.get(topic.id)) - _TOPIC_LOOKS}
    changed |= known.keys() - {topic.id for topic in after.topics}
    asked = {topic.id: _topics_asked(topic) for topic in after.ruled_topics}
    while more := {topic for topic, others in asked.items() if others & changed} - changed:
        changed |= more
    return [topic for topic in after.ruled_topics if topic.id in changed]


def _topics_asked(topic: Topic) -> set[str]:
    """Return the ids of the topics that its rules ask for."""
    read = [parse_expression(text) for text in (topic.include, topic.exclude) if text]
    return {asked for expression in read for asked, _ in expression.topics}


def restated_topics(before: Config, after: Config) -> set[str]:
    """Return the ids of topics that are not written in both files in the same way."""
    return {topic.id for topic in {*before.topics} ^ {*after.topics}}


def named_in(*configs: Config | None) -> set[str]:
    """Return the ids and addresses that overrides name."""
    said = [override for config in configs if config for override in config.overrides]
    return {name for override in said for name in (override.match, override.value)}


def unforeseen(before: Config, after: Config) -> Iterator[str]:
    """Say what a change does that cannot be told from what is stored, one line each."""
    known = {source.id: source for source in before.sources}
    for source in after.sources:
        old = known.get(source.id)
        if old is None:
            yield f'source "{source.id}" is new: what it publishes is known after its first poll'
        elif _polled_for(source) != _polled_for(old):
            yield f'source "{source.id}" is polled for something else: what it publishes is known after its next poll'
        elif source.extract != old.extract:
            yield f'source "{source.id}": its rules of extract act on what is fetched from now on'
    for search in after.searches:
        if search not in before.searches:
            yield f'search "{search.id}" is new or another one: what it finds is known after the next build'
    if after.blocklist != before.blocklist:
        yield "[blocklist] acts on what arrives from now on"
    kept = {(one.match, one.action, one.value) for one in after.overrides}
    for one in before.overrides:
        if one.action != "origin" and (one.match, one.action, one.value) not in kept:
            yield f'[[override]] "{one.action}" of {one.match} is taken back: `aggregator redecide` acts on it'


def _polled_for(source: Source) -> tuple[object, ...]:
    return source.feed, source.kind, source.html, source.paths


def _differing(one: Any, other: Any) -> set[str]:
    """Return the names of the fields in which two values of one class differ; all of them where one is None."""
    return {
        field.name for field in fields(one) if other is None or getattr(one, field.name) != getattr(other, field.name)
    }
