"""try_page(): one page and its feed, each asked once -> what a source's rules make of them. Nothing is kept.

The requests and the stages are those of `poll_source()` and `fetch_page()`; only the store is missing, and with it what
has been learned of the source.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from aggregator.clean.html import plain_text
from aggregator.errors import AggregatorError, ConfigError, ExtractError, FetchError
from aggregator.extract.article import explain_rules
from aggregator.extract.choice import Chosen, choose_text
from aggregator.extract.siterules import Removal
from aggregator.fetch.client import Client
from aggregator.fetch.robots import Robots
from aggregator.models import Article, Background, Candidate, Config, ExtractRules, House, PollHistory, Response, Source
from aggregator.pool import Pool
from aggregator.urls import canonicalize, host_of, resolve
from aggregator.work.ask import find_feed, get_later_pages, get_page, require_body
from aggregator.work.listing import read_source
from aggregator.work.prepare import clean_body, prepare_entries, prepare_page


@dataclass(frozen=True)
class Text:
    """What a feed or a page gave, and what was left out of it."""

    url: str
    article: Article | None = None  # None: nothing
    why: str = ""  # why there is nothing, for people
    removed: tuple[Removal, ...] = ()


@dataclass(frozen=True)
class Trial:
    """How one page fares under its source's rules."""

    source: Source
    feed: Text
    page: Text
    chosen: Chosen  # whose text would be published
    why: str
    warnings: tuple[str, ...]

    @property
    def result(self) -> Article:
        """The article as it would be kept, before its rights cut it; empty where neither gave one."""
        text = {"feed": self.feed, "page": self.page}.get(self.chosen)
        return (text.article if text else None) or Article()


def find_source(url: str, config: Config, source_id: str | None = None) -> Source:
    """Find the source that a page belongs to: by id, else by the page's host or one above it.

    Raises:
        ConfigError: there is none, or more than one.
    """
    if not resolve("", url):
        raise ConfigError(f'"{url}" is not a web address; write it whole, as "https://example.org/article/"')
    if source := config.source(source_id):
        return source
    host = host_of(url)
    hosts = [(source, {host_of(source.site), host_of(source.feed)} - {""}) for source in config.sources]
    found = [source for source, own in hosts if host in own]
    found = found or [source for source, own in hosts if any(host.endswith(f".{one}") for one in own)]
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigError(f"{host} is the host of {', '.join(one.id for one in found)}; name one with --source")
    raise ConfigError(f"no source has its site or feed at {host}; name one with --source")


async def try_page(
    url: str, source: Source, house: House, *, client: Client, robots: Robots, pool: Pool, clock: Callable[[], datetime]
) -> Trial:
    """Fetch a page and the feed it may stand in, and draw the article out of both.

    Raises:
        FetchError: the page cannot be had. A feed that cannot is said in the outcome.
    """
    entry, feed = await _read_entry(url, source, house, client, robots, pool, clock)
    response = await get_page(source, url, client=client, robots=robots)
    if not 200 <= response.status < 300:
        raise FetchError(f"{url} answered {response.status}: no page there", url, response.status, kind="refused")
    authors = entry.entry.authors if entry else ()
    language = entry.article.language if entry else source.language
    background = Background("", "", (), language=language, house=house, is_judged=False)
    page, unmet = await pool.run(_read_page, url, response, authors, source.extract, background, ())
    missing = ""
    if page.article and page.article.next_url:
        more, missing = await get_later_pages(
            source, page.article.next_url, response.url, client=client, robots=robots, pool=pool
        )
        page, unmet = await pool.run(_read_page, url, response, authors, source.extract, background, more)
    chosen, why = _choose(entry, page.article, source.extract)
    used = {removal.rule for removal in (*feed.removed, *page.removed)}
    missed = [text for text in source.extract.strip_text if f'strip_text "{text}"' not in used]
    warnings = (
        *([] if source.enabled else ["enabled = false: the service does not poll this source"]),
        *([f"the article goes on, but {missing}"] if missing else []),
        *unmet,
        *(f'strip_text "{text}" matched nothing' for text in missed),
    )
    return Trial(source, feed, page, chosen, why, warnings)


async def _read_entry(
    url: str,
    source: Source,
    house: House,
    client: Client,
    robots: Robots,
    pool: Pool,
    clock: Callable[[], datetime],
) -> tuple[Candidate | None, Text]:
    """Look for the page's entry in the feed; what is wrong with the feed stops nothing."""
    if not source.feed:
        return None, Text("", why="the source has no feed")
    try:
        asked, response = await find_feed(source, PollHistory(), client=client, robots=robots, clock=clock)
        require_body(asked, response)
        feed = await read_source(source, response, client=client, robots=robots, pool=pool, now=clock())
        entry = next((one for one in feed.entries if canonicalize(one.url) == canonicalize(url)), None)
        if entry is None:
            return None, Text(source.feed, why=f"none of its {len(feed.entries)} entries leads to this page")
        (candidate,) = await pool.run(prepare_entries, [entry], feed.entries, source, house)
        removed = await pool.run(_left_out, candidate.article, entry.url, source.extract)
    except AggregatorError as error:
        return None, Text(source.feed, why=str(error))
    return candidate, Text(source.feed, candidate.article, removed=removed)


def _read_page(
    asked: str,
    response: Response,
    authors: Sequence[str],
    rules: ExtractRules,
    background: Background,
    more: Sequence[Response],
) -> tuple[Text, tuple[str, ...]]:
    """Return what a page gave, and which rules did nothing to it."""
    try:
        article, _ = prepare_page(asked, response, authors, rules, background, more)
    except ExtractError as error:
        return Text(response.url, why=str(error)), ()
    ruled = explain_rules(response.body, rules, content_type=response.content_type)
    removed = (*ruled.removed, *_left_out(article, response.url, rules))
    return Text(response.url, article, "" if article.html else "no article on this page", removed), ruled.unmet


def _left_out(article: Article, url: str, rules: ExtractRules) -> tuple[Removal, ...]:
    """Say what of a body was left out as a named text or as the line of the byline."""
    html, removed = clean_body(article.raw_html, url, rules)
    kept = Counter(article.text.splitlines())
    lines = [line for line in plain_text(html).splitlines() if line and not kept[line]]
    return (*removed, *(Removal("byline", line) for line in lines))


def _choose(entry: Candidate | None, page: Article | None, rules: ExtractRules) -> tuple[Chosen, str]:
    """Say whose text the service would publish, and why."""
    page_text = page.text if page else ""
    if entry is None:
        return ("page", "the only text there is") if page_text else ("none", "there is no text")
    if not entry.page_url:
        why = 'extract.mode = "feed"' if rules.mode == "feed" else "the feed's text is enough"
        return "feed", f"{why}, so the page would not be read"
    return choose_text(entry.article.text, page_text)
