"""Topic rules -> whether an item joins a topic, and why.

A topic joins what its sources, its languages, `include` and `exclude` let in. What a joined item then shows, and when,
is left to rights and release.
"""

from collections.abc import Collection
from dataclasses import dataclass

from aggregator.errors import ExpressionError
from aggregator.expressions.document import Document, is_language
from aggregator.expressions.expression import Expression, parse_expression
from aggregator.models import Topic


@dataclass(frozen=True)
class TopicRule:
    """The rules of one topic, its expressions read."""

    id: str
    sources: tuple[str, ...] = ()  # none: all
    languages: tuple[str, ...] = ()  # none: all
    include: Expression | None = None  # None: everything
    exclude: Expression | None = None


def compile_topic(topic: Topic) -> TopicRule:
    """Read the expressions of a topic.

    Raises:
        ExpressionError: include or exclude cannot be read; the message names topic and key.
    """
    return TopicRule(
        topic.id,
        topic.sources,
        topic.languages,
        _read(topic, "include", topic.include),
        _read(topic, "exclude", topic.exclude),
    )


def route(rule: TopicRule, document: Document, default_topics: Collection[str]) -> str | None:
    """Say by which rule an item joins the topic; None when it stays out.

    Args:
        default_topics: ids of the topics that the item's sources join with everything (`topics` of a source). They
            spare an item the `include`, and nothing else.
    """
    joins, why = _judge(rule, document, default_topics)
    return why if joins else None


def why_not(rule: TopicRule, document: Document, default_topics: Collection[str]) -> str:
    """Say which clause keeps an item out of the topic, for people; "" when it joins."""
    joins, why = _judge(rule, document, default_topics)
    return "" if joins else why


def _judge(rule: TopicRule, document: Document, default_topics: Collection[str]) -> tuple[bool, str]:
    """Say whether an item joins the topic, and by which rule it does or does not."""
    if rule.sources and not set(rule.sources) & set(document.sources):
        return False, f"sources: takes {', '.join(rule.sources)}, not {', '.join(document.sources) or 'an unknown one'}"
    if rule.languages and not any(is_language(document.language, wanted) for wanted in rule.languages):
        return False, f"languages: takes {', '.join(rule.languages)}, not {document.language or 'an unknown one'}"
    joined_by = _entrance(rule, document, default_topics)
    if joined_by is None:
        return False, f"include: not true of it: {rule.include.text if rule.include else ''}"
    excluded_by = rule.exclude.reason(document) if rule.exclude else None
    return (True, joined_by) if excluded_by is None else (False, f"exclude: {excluded_by}")


def _read(topic: Topic, key: str, text: str) -> Expression | None:
    if not text:
        return None
    try:
        return parse_expression(text)
    except ExpressionError as exc:
        raise ExpressionError(f'topic "{topic.id}": {key}: {exc}', exc.column) from exc


def _entrance(rule: TopicRule, document: Document, default_topics: Collection[str]) -> str | None:
    if rule.id in default_topics:
        source = document.sources[0] if len(document.sources) == 1 else f"one of {', '.join(document.sources)}"
        return f"source {source} joins everything"
    if rule.include is None:
        return "the topic takes everything"
    reason = rule.include.reason(document)
    return None if reason is None else f"include: {reason}"
