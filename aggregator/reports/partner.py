"""What became of one source, for the newsroom itself: what was carried and who else has it, what could not be had, what
is wrong with its feed, and the rights on file. Reads the store, decides nothing.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from aggregator.models import Config, Source, Trouble
from aggregator.reports import markdown
from aggregator.reports.rights import SourceRights, gather_rights
from aggregator.reports.troubles import find_troubles
from aggregator.store import carriage

_NEWEST = 20  # articles listed
_UNREAD = 20  # pages listed
_ENOUGH = "the feed's text stays"  # what is said of a page that was had and had no more


@dataclass(frozen=True)
class Carried:
    """One article of the source that readers see."""

    title: str
    url: str
    came_at: datetime
    others: tuple[str, ...]  # names of the newsrooms that have it, too


@dataclass(frozen=True)
class PartnerReport:
    """What became of one source in some time.

    Attributes:
        articles: how many came.
        published: how many of them readers see.
        own: how many of those the newsroom wrote itself.
        from_feed, from_page: how many have their text from there.
        topics: titles of topics, and how many stand in each.
        carriers: names of newsrooms, and how many of the articles each has, too.
        newest: the newest of those that readers see.
        unread: of pages that gave no article the newest: address, and why; `unread_in_all` counts all.
        rights: what is on file.
        granted: what that allows of its own articles today, in a line.
        troubles: what is wrong with its feed and its pages.
    """

    source: str
    name: str
    since: datetime
    until: datetime
    articles: int
    published: int
    own: int
    from_feed: int
    from_page: int
    topics: tuple[tuple[str, int], ...]
    carriers: tuple[tuple[str, int], ...]
    newest: tuple[Carried, ...]
    unread: tuple[tuple[str, str], ...]
    unread_in_all: int
    rights: SourceRights
    granted: str
    troubles: tuple[Trouble, ...]


@dataclass(frozen=True)
class Line:
    """One line of a section; `url` is what its text leads to, and `more` follows it."""

    text: str
    url: str = ""
    more: str = ""


@dataclass(frozen=True)
class Section:
    title: str
    lines: tuple[Line, ...]


def report_partner(
    connection: Connection, config: Config, source: Source, now: datetime, days: int, granted: str
) -> PartnerReport:
    """Gather what became of a source in the last days.

    Args:
        granted: what its agreement allows today, in words.
    """
    since = now - timedelta(days=days)
    came = carriage.load_came(connection, source.id, since, now)
    shown = {one.item: one for one in reversed(came) if one.state == "published"}
    others = carriage.load_carriers(connection, shown, source.id)
    names = {one.id: one.name for one in config.sources}
    carriers = Counter(names.get(other, other) for found in others.values() for other in found)
    titles = {topic.id: topic.title for topic in config.topics}
    topics = Counter(
        {titles[topic]: count for topic, count in carriage.count_topics(connection, shown).items() if topic in titles}
    )
    bodies = Counter(one.body_from for one in came)
    unread = [one for one in came if one.page and one.body_from != "page" and not one.page.startswith(_ENOUGH)]
    (rights,) = (one for one in gather_rights(connection, config, now) if one.source == source.id)
    return PartnerReport(
        source.id,
        source.name,
        since,
        now,
        articles=len(came),
        published=len(shown),
        own=sum(one.origin == source.id for one in shown.values()),
        from_feed=bodies["feed"],
        from_page=bodies["page"],
        topics=tuple(topics.most_common()),
        carriers=tuple(carriers.most_common()),
        newest=tuple(
            Carried(one.title, one.url, one.came_at, tuple(names.get(other, other) for other in others.get(item, [])))
            for item, one in reversed(shown.items())
        )[:_NEWEST],
        unread=tuple((one.url, one.page) for one in unread[:_UNREAD]),
        unread_in_all=len(unread),
        rights=rights,
        granted=granted,
        troubles=tuple(one for one in find_troubles(connection, config, now) if one.subject == source.id),
    )


def as_markdown(report: PartnerReport) -> Iterator[str]:
    """Yield the lines of a report as Markdown."""
    yield f"# {markdown.escape(report.name)}\n"
    yield span(report)
    for section in sections(report):
        yield f"\n## {section.title}\n"
        for line in section.lines:
            yield f"* {markdown.link(line.text, line.url)}{markdown.escape(line.more)}"


def sections(report: PartnerReport) -> Sequence[Section]:
    """Say a report in words; what there is nothing to say of is left out."""
    found = (
        Section("What was carried", tuple(_carried(report))),
        Section("In which topics", tuple(Line(f"{title}: {count}") for title, count in report.topics)),
        Section("Who else carried it", tuple(Line(f"{name}: {count}") for name, count in report.carriers)),
        Section("What needs a look", tuple(Line(f"{one.text}; {one.cure}") for one in report.troubles)),
        Section("Pages that gave no article", tuple(_unread(report))),
        Section("Rights on file", tuple(_rights(report))),
        Section("The newest articles", tuple(map(_article, report.newest))),
    )
    return [section for section in found if section.lines]


def span(report: PartnerReport) -> str:
    return f"From {report.since:%Y-%m-%d} to {report.until:%Y-%m-%d} (UTC)."


def _carried(report: PartnerReport) -> Iterator[Line]:
    yield Line(f"articles that came: {report.articles}; that can be read here: {report.published}")
    if others := report.published - report.own:
        yield Line(f"written by the newsroom itself: {report.own}; by others: {others}")
    if report.articles:
        without = report.articles - report.from_feed - report.from_page
        texts = f"texts: {report.from_feed} from the feed, {report.from_page} from their pages"
        yield Line(f"{texts}, {without} of neither" if without else texts)


def _unread(report: PartnerReport) -> Iterator[Line]:
    for url, why in report.unread:
        yield Line(url, url, f": {why}")
    if left := report.unread_in_all - len(report.unread):
        yield Line(f"and {left} more")


def _rights(report: PartnerReport) -> Iterator[Line]:
    rights = report.rights
    yield Line(f"readers get {report.granted}")
    on_file = rights.on_file
    for label, value in (("agreement", on_file.agreement), ("since", on_file.granted), ("until", on_file.expires)):
        if value:
            yield Line(f"{label}: {value}")
    for licence, pages in rights.licences.items():
        yield Line(f"its pages say: {licence} ({pages} pages)")
    for said in (*rights.conflicts, *rights.soon):
        yield Line(said)


def _article(one: Carried) -> Line:
    also = f"; also: {', '.join(one.others)}" if one.others else ""
    return Line(one.title or one.url, one.url, f", {one.came_at:%Y-%m-%d}{also}")
