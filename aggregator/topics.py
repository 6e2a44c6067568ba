"""Topic rules -> whether an item joins a topic, and why.

A topic joins what its sources, its languages, `include` and `exclude` let in. What a joined item then shows, and when,
is left to rights and release.
"""

from collections.abc import Callable, Iterable, Mapping
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
    min_score: float | None = (
        None  # points that the words of `include` must come to; None: it is enough that it is true
    )
    exclude: Expression | None = None


Joins = Callable[[str, Document], bool]


def compile_topics(topics: Iterable[Topic]) -> dict[str, TopicRule]:
    """Read the expressions of all topics, which may ask for one another; returns the rules by id, in their order.

    Raises:
        ExpressionError: include or exclude cannot be read; the message names topic and key.
    """
    rules: dict[str, TopicRule] = {}
    joins = asking(rules)
    rules.update((topic.id, compile_topic(topic, joins)) for topic in topics)
    return rules


def asking(rules: Mapping[str, TopicRule]) -> Joins:
    """Return what `topic:` asks in an expression: whether a document joins a topic by that topic's own rules."""
    return lambda topic, document: topic in rules and route(rules[topic], document) is not None


def compile_topic(topic: Topic, joins: Joins) -> TopicRule:
    """Read the expressions of a topic.

    Raises:
        ExpressionError: include or exclude cannot be read; the message names topic and key.
    """
    return TopicRule(
        topic.id,
        topic.sources,
        topic.languages,
        _read(topic, "include", topic.include, joins),
        topic.min_score,
        _read(topic, "exclude", topic.exclude, joins),
    )


def route(rule: TopicRule, document: Document) -> str | None:
    """Say by which rule an item joins the topic; None when it stays out.

    The topics that its sources join with everything spare an item the `include`, and nothing else.
    """
    joins, why = _judge(rule, document)
    return why if joins else None


def why_not(rule: TopicRule, document: Document) -> str:
    """Say which clause keeps an item out of the topic, for people; "" when it joins."""
    joins, why = _judge(rule, document)
    return "" if joins else why


def _judge(rule: TopicRule, document: Document) -> tuple[bool, str]:
    """Say whether an item joins the topic, and by which rule it does or does not."""
    if rule.sources and not set(rule.sources) & set(document.sources):
        return False, f"sources: takes {', '.join(rule.sources)}, not {', '.join(document.sources) or 'an unknown one'}"
    if rule.languages and not any(is_language(document.language, wanted) for wanted in rule.languages):
        return False, f"languages: takes {', '.join(rule.languages)}, not {document.language or 'an unknown one'}"
    let_in, why = _entrance(rule, document)
    if not let_in:
        return False, why
    excluded_by = rule.exclude.reason(document) if rule.exclude else None
    return (True, why) if excluded_by is None else (False, f"exclude: {excluded_by}")


def _read(topic: Topic, key: str, text: str, joins: Joins) -> Expression | None:
    if not text:
        return None
    try:
        return parse_expression(text, joins)
    except ExpressionError as exc:
        raise ExpressionError(f'topic "{topic.id}": {key}: {exc}', exc.column) from exc


def _entrance(rule: TopicRule, document: Document) -> tuple[bool, str]:
    if rule.id in document.default_topics:
        source = document.sources[0] if len(document.sources) == 1 else f"one of {', '.join(document.sources)}"
        return True, f"source {source} joins everything"
    if rule.include is None:
        return True, "the topic takes everything"
    reason = rule.include.reason(document)
    if reason is None:
        return False, f"include: not true of it: {rule.include.text}"
    score = rule.include.score(document) if rule.min_score is not None else None
    if score is None or rule.min_score is None:
        return True, f"include: {reason}"
    said = f"include: {reason}, {score.points:g} points of {rule.min_score:g} (min_score): {score.shown}"
    return score.points >= rule.min_score, said
