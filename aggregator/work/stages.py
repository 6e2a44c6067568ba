"""What runs in worker processes, for the process that hands it over: the same functions as in `prepare`, which is only
imported where they are called. So the process that polls never loads the libraries that read feeds and pages, which
would take it a third of a second and 60 MB.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from aggregator.models import (
    Article,
    Background,
    Candidate,
    Entry,
    ExtractRules,
    House,
    KnownEntry,
    ParsedFeed,
    Reading,
    Repetition,
    Response,
    Source,
)

if TYPE_CHECKING:
    from aggregator.parse.sitemap import Sitemap


def read_feed(response: Response, now: datetime) -> ParsedFeed:
    """See `prepare.read_feed`."""
    from aggregator.work import prepare

    return prepare.read_feed(response, now)


def read_news(response: Response, known: Mapping[str, KnownEntry], now: datetime) -> Reading:
    """See `prepare.read_news`."""
    from aggregator.work import prepare

    return prepare.read_news(response, known, now)


def read_list(response: Response, source: Source, now: datetime) -> ParsedFeed:
    """See `prepare.read_list`."""
    from aggregator.work import prepare

    return prepare.read_list(response, source, now)


def read_sitemap(response: Response, paths: Sequence[str], now: datetime) -> "Sitemap":
    """See `prepare.read_sitemap`."""
    from aggregator.work import prepare

    return prepare.read_sitemap(response, paths, now)


def prepare_entries(
    entries: Sequence[Entry], every_entry: Sequence[Entry], source: Source, house: House
) -> list[Candidate]:
    """See `prepare.prepare_entries`."""
    from aggregator.work import prepare

    return prepare.prepare_entries(entries, every_entry, source, house)


def prepare_page(
    asked: str,
    response: Response,
    authors: Sequence[str],
    rules: ExtractRules,
    background: Background,
    more: Sequence[Response] = (),
) -> tuple[Article, str]:
    """See `prepare.prepare_page`."""
    from aggregator.work import prepare

    return prepare.prepare_page(asked, response, authors, rules, background, more)


def find_next(response: Response, first_url: str, number: int, rules: ExtractRules) -> str:
    """See `prepare.find_next`."""
    from aggregator.work import prepare

    return prepare.find_next(response, first_url, number, rules)


def strip_repeated(repetitions: Sequence[Repetition]) -> list[tuple[Article, str]]:
    """See `prepare.strip_repeated`."""
    from aggregator.work import prepare

    return prepare.strip_repeated(repetitions)
