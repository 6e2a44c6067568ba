"""The one family of errors.

A message says what, where and what to do, in one line. What a partner may well answer (304, 410, "no article on this
page") is a value, not an error.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # every command knows the errors, and few need what the models are made of
    from aggregator.models import FailureKind, Response


class AggregatorError(Exception):
    """Anything this program reports by itself; `str()` is the line a person reads."""


class ConfigError(AggregatorError):
    """sources.toml or a setting is wrong: an editor or operator must act.

    Attributes:
        problems: every problem found, one line each; `str()` is all of them.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class ExpressionError(AggregatorError):
    """An expression of include or exclude cannot be read.

    Attributes:
        column: where, in characters of the expression's text, counted from 1.
    """

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.column = column

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (str(self), self.column)


class FetchError(AggregatorError):
    """A request failed: try later, with backoff.

    Attributes:
        url: the address asked for.
        status: the HTTP status, or None when no answer came.
        retry_after: seconds the server asked us to wait (RFC 9110 §10.2.3), or None.
        kind: decides how long to wait (see `schedule`).
        response: the beginning of what was answered instead, for whoever wants to know why; None when nothing was.
    """

    def __init__(
        self,
        message: str,
        url: str,
        status: int | None = None,
        retry_after: float | None = None,
        kind: "FailureKind" = "unreachable",
        response: "Response | None" = None,
    ) -> None:
        super().__init__(message)
        self.url = url
        self.status = status
        self.retry_after = retry_after
        self.kind = kind
        self.response = response

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (str(self), self.url, self.status, self.retry_after, self.kind, self.response)


class AddressBlocked(FetchError):
    """The address is none that we may connect to (private, loopback, not HTTP): do not try again."""


class RobotsDisallowed(FetchError):
    """The site's robots.txt asks us not to fetch this address: do not try."""


class ParseError(AggregatorError):
    """What came back is no feed we can read: keep what we have."""


class NotAFeed(ParseError):
    """An HTML page came back where a feed was expected."""


class ExtractError(AggregatorError):
    """A page could not be read (too slow, too large, broken): the feed's own text stays."""


class NoArticle(ExtractError):
    """What stands at the address is no article's page, and will not become one: do not try again."""


class StoreError(AggregatorError):
    """The database cannot be used: stop, nothing after it is safe."""


class StoreBusy(StoreError):
    """Another process holds the store."""


class PublishError(AggregatorError):
    """A file could not be replaced; the old one is still in place."""


class DeliveryError(AggregatorError):
    """A message to operators or readers did not arrive: try later."""


class DeliveryRefused(DeliveryError):
    """A message was refused for good (SMTP 5xx): trying again will not help, a person must."""


class DeliveryUnknown(DeliveryError):
    """A message was handed over, and nobody said whether it was taken."""


class ServeError(AggregatorError):
    """The web server cannot be started here."""
