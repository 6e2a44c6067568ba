"""What a command that adds a source finds out, proposes and shows."""

import re
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aggregator.cli.asking import open_tools
from aggregator.cli.wording import grant
from aggregator.errors import ConfigError, FetchError
from aggregator.plaintext import clean_text, first_words, running_text, with_omission

if TYPE_CHECKING:
    from aggregator.models import Candidate, Config, Source
    from aggregator.settings import Settings
    from aggregator.work.introduce import FeedAt, Look

_OFTEN = timedelta(minutes=40)  # between two entries; such a source is worth more than a look an hour
_SIGHT = 12  # words of an entry in a list


async def introduce(url: str, settings: "Settings", config: "Config") -> "tuple[FeedAt, Look]":
    """Ask for a feed, by the address of its site or its own, and for the page of its newest article.

    Raises:
        ConfigError: what was given is no address.
        AggregatorError: nothing can be had there, or no feed.
    """
    from aggregator.models import Source
    from aggregator.service import system_clock
    from aggregator.urls import resolve
    from aggregator.work.introduce import find_feed_at, look_at_source

    given = url.strip()
    asked = given if "://" in given else f"https://{given}"
    if not resolve("", asked):
        cure = "write it as harbour.example or https://harbour.example/feed/"
        raise ConfigError(f'"{clean_text(url)}" is no address of a site or a feed; {cure}')
    async with open_tools(settings, config) as tools:
        find = partial(find_feed_at, client=tools.client, pool=tools.pool, clock=system_clock)
        try:
            found = await find(asked)
        except FetchError as error:
            if asked == given or error.status:
                raise
            try:
                found = await find(f"http://{given}")
            except FetchError as other:
                raise (other if other.status else error) from None
        look = await look_at_source(
            Source("new", found.feed.title or "new", feed=found.url, site=found.feed.home),
            client=tools.client,
            robots=tools.robots,
            pool=tools.pool,
            clock=system_clock,
            found=found,
        )
        return found, look


def propose(
    found: "FeedAt", look: "Look", config: "Config", own_id: str | None, name: str | None, topics: list[str]
) -> dict[str, Any]:
    """Make a block of sources.toml of what was found."""
    from aggregator.editing.opml import make_id
    from aggregator.service import system_clock
    from aggregator.urls import host_of, resolve

    called = name or _name_of(found) or host_of(found.url)
    languages = [found.feed.language, *(candidate.article.language for candidate in look.shown), found.language]
    languages.append(look.page.article.language if look.page else "")
    block: dict[str, Any] = {
        "id": own_id or make_id(called, [source.id for source in config.sources], host_of(found.url)),
        "name": called,
        "site": found.feed.home or resolve(found.url, "/"),
        "feed": found.url,
    }
    if language := next((one for one in languages if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", one)), ""):
        block["language"] = language
    if topics:
        block["topics"] = topics
    if look.gap is not None and look.gap < _OFTEN:
        block["fetch"] = {"min_interval": "30m"}
    licence = look.page.article.licence if look.page else ""
    if "creativecommons.org/" in licence or re.match(r"cc[ -]", licence, re.IGNORECASE):
        seen = f"licence on their site, seen {system_clock():%Y-%m-%d} at {look.page.url}" if look.page else ""
        block["rights"] = {"mode": "full", "licence": licence, "agreement": seen}
    return block


def _name_of(found: "FeedAt") -> str:
    """Choose the name of a newsroom out of those that its site and its feed have, without their mottos."""
    for title in (found.site_name, found.feed.title):
        name = re.split(r"\s(?:[|–—»:·]|-)\s", clean_text(title))[0]
        name = re.sub(r"(?i)\s+(?:rss|atom|feed)(?:\s+feed)?$", "", name).strip()
        if name:
            return name
    return ""


def as_source(block: dict[str, Any], path: Path) -> "Source":
    """Return a new source as a sources file would have it, its defaults included. Raises ConfigError."""
    from aggregator.editing.blocks import add_blocks, preview_edit

    return preview_edit(path, lambda text: add_blocks(text, "source", [block])).sources[-1]


def show_look(look: "Look", source: "Source", others: Sequence[str] = ()) -> None:
    """Print what a look at a feed showed, as it would be published from that source.

    Args:
        others: feeds that the site has, too.
    """
    from aggregator.reports.usual import say_gap

    entries = len(look.feed.entries)
    counted = f"{entries} {'entry' if entries == 1 else 'entries'}, {look.whole} of them whole"
    print(f"{look.url}: {look.feed.format or 'a feed'}, {counted if entries else 'no entries yet'}")
    if look.feed.remark:
        print(f"  {clean_text(look.feed.remark)}")
    for other in others:
        print(f"  the site also names {other}")
    if look.moved_to:
        print(f"  moved for good to {look.moved_to}")
    if look.gap is not None:
        print(f"  one every {say_gap(look.gap)}")
    for candidate in look.shown:
        print(f"\n  {clean_text(candidate.entry.title) or '(no title)'}")
        print(f"    {_byline(candidate, source)}")
        print(f"    {_sight(candidate)}")
    if look.page:
        article = look.page.article
        said = look.page.why or f"{len(article.text.split())} words"
        print(f"\nthe page of the newest, {look.page.url}: {said}")
        for fact, value in (("licence", article.licence), ("asks of robots", ", ".join(article.restrictions))):
            if value:
                print(f"  {fact}: {clean_text(value)}")
    print(f"\nreaders would get {grant(source.rights)}")
    is_bare = not any(candidate.article.text or candidate.article.summary for candidate in look.shown)
    if is_bare and look.page and look.page.why:
        print("but neither the feed nor that page gives a text, so there would be titles and links only")


def _byline(candidate: "Candidate", source: "Source") -> str:
    entry, attribution = candidate.entry, candidate.article.attribution
    day = f"{entry.published_at:%Y-%m-%d}" if entry.published_at else "no date"
    day = day if entry.url else f"{day}, no link"
    newsroom = attribution.publication or source.name
    return f"{day}, by {', '.join((*attribution.people, newsroom))}"


def _sight(candidate: "Candidate") -> str:
    text = running_text(candidate.article.text or candidate.article.summary)
    if not text:
        return "no text in the feed"
    words = len(text.split())
    return f"{with_omission(first_words(text, _SIGHT)) if words > _SIGHT else text} ({words} words in the feed)"
