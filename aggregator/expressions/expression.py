"""The small language of include and exclude: AND OR NOT, ( ), words, "phrases", /regexes/ and fields.

An expression is read once and then asked about many documents. Where expressions stand and what follows from a match is
left to others.
"""

from dataclasses import dataclass, field

from aggregator.errors import ExpressionError
from aggregator.expressions.document import Document
from aggregator.expressions.nodes import Node
from aggregator.expressions.reader import Reader

MAX_LENGTH = 20_000  # characters of one expression


@dataclass(frozen=True)
class Expression:
    """An expression that was read.

    Attributes:
        warnings: what is allowed but probably not meant, one line each, with its column.
        sources: ids of sources that it asks for, folded, each with its column.
    """

    text: str
    warnings: tuple[str, ...]
    sources: tuple[tuple[str, int], ...]
    _root: Node = field(repr=False, compare=False)

    def matches(self, document: Document) -> bool:
        """Say whether the expression is true of the document."""
        return self._root.reason(document) is not None

    def reason(self, document: Document) -> str | None:
        """Return the part that made the expression true, for people: `bolivi* in title`; None when it is false."""
        return self._root.reason(document)


def parse_expression(text: str) -> Expression:
    """Read an expression.

    Raises:
        ExpressionError: it cannot be read; the message says why and what to write instead.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"the expression has {len(text):,} characters; at most {MAX_LENGTH:,} are read, so shorten it",
            MAX_LENGTH + 1,
        )
    reader = Reader(text)
    root = reader.read_all()
    return Expression(text, tuple(reader.warnings), tuple(reader.sources), root)
