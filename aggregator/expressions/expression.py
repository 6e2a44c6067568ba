"""The small language of include and exclude: AND OR NOT, ( ), words, "phrases", /regexes/ and fields.

An expression is read once and then asked about many documents. Where expressions stand and what follows from a match is
left to others.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from aggregator.errors import ExpressionError
from aggregator.expressions.document import Document
from aggregator.expressions.mentions import Score, count
from aggregator.expressions.nodes import Node
from aggregator.expressions.reader import Reader

MAX_LENGTH = 20_000  # characters of one expression


@dataclass(frozen=True)
class Expression:
    """An expression that was read.

    Attributes:
        warnings: what is allowed but probably not meant, one line each, with its column.
        sources: ids of sources that it asks for, folded, each with its column.
        countries: those of newsrooms, in the same way.
        topics: ids of topics whose rules it asks for, in the same way.
    """

    text: str
    warnings: tuple[str, ...]
    sources: tuple[tuple[str, int], ...]
    countries: tuple[tuple[str, int], ...]
    topics: tuple[tuple[str, int], ...]
    _root: Node = field(repr=False, compare=False)

    def matches(self, document: Document) -> bool:
        """Say whether the expression is true of the document."""
        return self._root.reason(document) is not None

    def reason(self, document: Document) -> str | None:
        """Return the part that made the expression true, for people: `bolivi* in title`; None when it is false."""
        return self._root.reason(document)

    def score(self, document: Document) -> Score | None:
        """Count its words in the document; None when it is false, or true without any: by a source, say."""
        mentions = self._root.mentions(document)
        return None if mentions is None or mentions.is_fact else count(mentions, document)


def parse_expression(text: str, joins: Callable[[str, Document], bool] = lambda _topic, _document: False) -> Expression:
    """Read an expression.

    Args:
        joins: what `topic:` asks: whether a document joins the topic of an id, by that topic's own rules.
    Raises:
        ExpressionError: it cannot be read; the message says why and what to write instead.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"the expression has {len(text):,} characters; at most {MAX_LENGTH:,} are read, so shorten it",
            MAX_LENGTH + 1,
        )
    reader = Reader(text, joins)
    root = reader.read_all()
    return Expression(
        text, tuple(reader.warnings), tuple(reader.sources), tuple(reader.countries), tuple(reader.topics), root
    )
