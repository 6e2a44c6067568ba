"""Subscriptions of another program -> the blocks that sources.toml lacks for them.

A folder becomes a topic of its sources. What the file has already stays as it is.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from aggregator.expressions.document import fold
from aggregator.models import Config
from aggregator.parse.opml import Subscription
from aggregator.sources_values import RESERVED_TOPICS, MaybeAddress, MaybeLanguage
from aggregator.urls import canonicalize, host_of

_LONGEST_ID = 60
_ADDRESS: TypeAdapter[str] = TypeAdapter(MaybeAddress)
_LANGUAGE: TypeAdapter[str] = TypeAdapter(MaybeLanguage)


@dataclass
class Import:
    """What a list of subscriptions adds to a sources file.

    Attributes:
        sources, topics: new blocks, keys and values as in the file.
        known: feeds that are in the file already, by the id of their source.
        refused: feeds that cannot be taken over, with the reason.
    """

    sources: list[dict[str, Any]] = field(default_factory=list)
    topics: list[dict[str, Any]] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


def plan_import(subscriptions: Sequence[Subscription], config: Config) -> Import:
    """Say what a list adds to a file."""
    plan = Import()
    by_feed = {canonicalize(source.feed): source.id for source in config.sources if source.feed}
    ids = {source.id for source in config.sources}
    topic_ids = {name for topic in config.topics for name in (topic.id, *topic.aliases)} | set(RESERVED_TOPICS)
    by_title = {fold(topic.title): topic.id for topic in config.ruled_topics} | {
        topic.id: topic.id for topic in config.ruled_topics
    }
    new_topics: dict[str, dict[str, Any]] = {}
    for one in subscriptions:
        url = _valid(_ADDRESS, one.url)
        key = canonicalize(url)
        if not url:
            plan.refused[one.url] = (
                "its address is none of the web, or holds a password, which belongs into fetch headers"
            )
            continue
        if "+" in one.kind.removesuffix("+xml"):  # "html+xpath", as FreshRSS calls what it reads out of pages
            plan.refused[one.url] = f'it is no feed: its list reads it by {one.kind}; add it with kind = "html"'
            continue
        is_known = key in by_feed
        title = one.title or host_of(url)
        own = by_feed[key] if is_known else make_id(title, ids, host_of(url))
        by_feed[key] = own
        ids.add(own)
        joins = []
        for folder in one.folders:
            if known := by_title.get(fold(folder)):
                joins.append(known)
                continue
            topic = new_topics.get(fold(folder))
            if topic is None:
                topic = new_topics[fold(folder)] = {
                    "id": make_id(folder, topic_ids, "topic"), "title": folder, "sources": [],
                }  # fmt: skip
                topic_ids.add(topic["id"])
            if own not in topic["sources"]:
                topic["sources"].append(own)
        if is_known:
            plan.known[one.url] = own
            continue
        block: dict[str, Any] = {"id": own, "name": title}
        block |= {"site": site} if (site := _valid(_ADDRESS, one.site)) else {}
        block["feed"] = url
        block |= {"description": one.description} if one.description else {}
        block |= {"language": language} if (language := _valid(_LANGUAGE, one.language)) else {}
        block |= {"topics": joins} if joins else {}
        block |= {"enabled": False} if one.is_off else {}
        plan.sources.append(block)
    plan.topics = list(new_topics.values())
    return plan


def make_id(name: str, taken: Collection[str], other: str) -> str:
    """Make an id of a name: "Kawsachun News" gives "kawsachun-news", "-2" and so on where that is taken.

    Args:
        other: what it is made of where the name has no Latin letters.
    """
    words = re.findall("[a-z0-9]+", fold(name)) or re.findall("[a-z0-9]+", fold(other)) or ["source"]
    base = "-".join(words)[:_LONGEST_ID].strip("-")
    own, number = base, 1
    while own in taken:
        number += 1
        own = f"{base}-{number}"
    return own


def _valid(kind: TypeAdapter[str], value: str) -> str:
    """Return a value as the file may have it; "" when it may not."""
    try:
        return kind.validate_python(value)
    except ValidationError:
        return ""
