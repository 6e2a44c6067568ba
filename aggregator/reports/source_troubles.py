"""What about one source needs a person, in plain words, with figures and what to do; decides nothing."""

import re
import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from aggregator.models import Alerts, PollHistory, Source, Trouble, TroubleKind
from aggregator.reports.usual import Usual, Week, say_gap, too_few
from aggregator.store.arrivals import Pages
from aggregator.store.quarantine import HeldCount

OFTEN = 3  # failures in a row before a person is bothered: servers have bad hours
_LEAST_GAPS = 5  # between entries, before anything is usual
_RARELY = 6  # deviations: of those who write without any rhythm one gap in a thousand is longer
_WEEK = timedelta(days=7)
_LONG = timedelta(days=30)  # without an entry, where nothing is known to be usual
_MANY_PAGES = 5  # kept from us in a week, before that is no accident
_MOST_SAID = 300  # characters of what a poll said
_KEEPS_OUT = re.compile(r"answered (?:401|403|451)\b|keeps us out")


@dataclass(frozen=True)
class SourceFacts:
    """What the store knows of one source.

    Attributes:
        failed_since: the first failure that its last polls tell of.
        week: what came in its last week, and what would be usual; None where nothing is.
        pages: how the pages of the last week went.
        known: since when troubles last that were noticed before, by `Trouble.key`.
    """

    source: Source
    history: PollHistory
    failed_since: datetime | None = None
    held: HeldCount | None = None
    week: Week | None = None
    pages: Pages | None = None
    known: Mapping[tuple[str, str, str], datetime] = field(default_factory=dict)


def source_troubles(facts: SourceFacts, alerts: Alerts, now: datetime) -> Iterator[Trouble]:
    """Find what needs a person in one source that is polled."""
    history = facts.history
    yield from _moved(facts)
    yield from _held(facts, now)
    if history.gone_at or history.failures >= OFTEN:
        yield _failing(facts, now)
    if history.failures or history.gone_at:
        return
    yield from _remarked(facts, now)
    yield from _silent(facts, alerts) or _fewer(facts, alerts)  # of who is silent nobody need say that less came
    yield from _drawn_out(facts, alerts)
    yield from _kept_out(facts)


def _trouble(facts: SourceFacts, kind: TroubleKind, text: str, cure: str, since: datetime, about: str = "") -> Trouble:
    name = facts.source.name
    return Trouble(kind, facts.source.id, name, f"{name}{'' if text[0] == ':' else ' '}{text}", cure, since, about)


def _noticed(facts: SourceFacts, kind: TroubleKind, text: str, cure: str, since: datetime, about: str = "") -> Trouble:
    """Make a trouble of which only a guess says when it began: what was written down then is better."""
    return _trouble(facts, kind, text, cure, facts.known.get((kind, facts.source.id, about), since), about)


# --- the feed --------------------------------------------------------------------------------------------------------


def _failing(facts: SourceFacts, now: datetime) -> Trouble:
    history, name = facts.history, facts.source.id
    text, _, cure = history.outcome[:_MOST_SAID].rpartition("; ")
    if not text:
        text, cure = cure, f"`aggregator status {name}` shows what its last polls did"
    if history.gone_at:
        cure = f"look for its new address, or write enabled = false; `aggregator poll {name}` asks once more"
        return _trouble(facts, "broken", f"has taken its feed away for good: {text}", cure, history.gone_at)
    is_kept_out = bool(_KEEPS_OUT.search(text)) or history.failure == "blocked"
    since = history.last_success_at or facts.failed_since or history.polled_at or now
    could = (
        f"could not be polled since {since:%Y-%m-%d %H:%M} UTC" if history.last_success_at else "was never polled well"
    )
    text = f"{could} ({history.failures} times in a row): {text}"
    return _trouble(facts, "blocked" if is_kept_out else "broken", text, cure, since)


def _moved(facts: SourceFacts) -> Iterator[Trouble]:
    to, at = facts.history.moved_to, facts.history.moved_at
    if to and at:
        text = f"has moved for good to {to} (seen since {at:%Y-%m-%d})"
        yield _trouble(facts, "moved", text, f'if that is right, write feed = "{to}"', at, about=to)


def _remarked(facts: SourceFacts, now: datetime) -> Iterator[Trouble]:
    remark = facts.history.remark
    if not remark:
        return
    text, _, cure = remark.rpartition("; ")
    if not text:
        text, cure = remark, "look at the site, and ask the partner"
    kind: TroubleKind = "hacked" if remark.startswith("changes to ") else "odd"
    yield _noticed(facts, kind, f": {text}", cure, facts.history.polled_at or now, about="remark")


def _silent(facts: SourceFacts, alerts: Alerts) -> list[Trouble]:
    """Look whether nothing new has come for much longer than usual, by the source's own rhythm.

    Up to its last poll: while nobody asks, nobody is silent.
    """
    history = facts.history
    last = max(filter(None, (history.newest_at, history.last_entry_at)), default=None)
    if last is None or history.polled_at is None:
        return []
    silence = history.polled_at - last
    if len(history.rhythm) < _LEAST_GAPS:
        limit, usual = max((alerts.silent_after, _LONG, *(2 * gap for gap in history.rhythm))), "too few came to say"
    else:
        seconds = [gap.total_seconds() for gap in history.rhythm]
        gap = timedelta(seconds=statistics.median(seconds))
        by_chance = timedelta(seconds=statistics.fmean(seconds) + _RARELY * statistics.pstdev(seconds))
        limit, usual = max(alerts.silent_after, 4 * gap, 2 * max(history.rhythm), by_chance), say_gap(gap)
    if silence <= limit:
        return []
    cure = "look whether the site goes on, and has its feed where it was"
    return [_trouble(facts, "silent", f"has sent no entry for {say_gap(silence)}; usual gap {usual}", cure, last)]


# --- what comes of it ------------------------------------------------------------------------------------------------


def _fewer(facts: SourceFacts, alerts: Alerts) -> list[Trouble]:
    week, newest_at = facts.week, facts.history.newest_at
    if week is None or not too_few(week.articles, alerts.shrink_ratio):
        return []
    if not week.count and newest_at and newest_at >= week.began + _WEEK:  # silent until yesterday, and back today
        return []
    text = f"has brought {week.articles.found} articles in a week; usual are {round(week.articles.usual)}"
    cure = "look whether its feed still has everything, or a part of the site now has one of its own"
    return [_noticed(facts, "shrunk", text, cure, week.began, about="articles")]


def _drawn_out(facts: SourceFacts, alerts: Alerts) -> Iterator[Trouble]:
    week = facts.week
    if week is None or week.texts is None:
        return
    # Of pages that are kept from us it is said that they are, and not besides that they give no text.
    kept = facts.pages.refused + facts.pages.walled if facts.pages else 0
    if not too_few(replace(week.texts, found=week.texts.found + kept), alerts.shrink_ratio):
        return
    where = "on its page" if week.from_pages else "anywhere"
    text = f"has {_of(week.texts, week.count)} articles of a week whose text was found {where}"
    cure = "`aggregator try ADDRESS` shows what is found on the page of one; [source.extract] body can say where it is"
    yield _noticed(facts, "shrunk", text, cure, week.began, about="texts")


def _of(texts: Usual, count: int) -> str:
    return f"{texts.found} of {count} (usual are {round(texts.usual)})"


def _kept_out(facts: SourceFacts) -> Iterator[Trouble]:
    pages = facts.pages
    if pages is None or pages.since is None:
        return
    if _is_much(pages.refused, "robots", facts, pages):
        text = f"asks robots not to fetch its articles' pages: {pages.refused} of {pages.asked} in a week (robots.txt)"
        cure = 'ask the partner, then write robots = "ignore"; or mode = "feed", and be content with the feed\'s text'
        yield _noticed(facts, "blocked", text, cure, pages.since, about="robots")
    if _is_much(pages.walled, "pages", facts, pages):
        text = f"keeps us from its articles' pages: {pages.walled} of {pages.asked} in a week"
        yield _noticed(facts, "blocked", text, "ask the partner to let us in", pages.since, about="pages")


def _is_much(kept: int, about: str, facts: SourceFacts, pages: Pages) -> bool:
    """Say whether half of a week's pages are kept from us; once that was so, a third: told is what begins and ends."""
    was_much = ("blocked", facts.source.id, about) in facts.known
    return kept >= _MANY_PAGES and (3 if was_much else 2) * kept >= pages.asked


def _held(facts: SourceFacts, now: datetime) -> Iterator[Trouble]:
    held = facts.held
    if held is None:
        return
    articles = "1 article" if held.copies == 1 else f"{held.copies} articles"
    which = f"{held.why} ({'' if held.copies == 1 else 'the newest is '}{held.url or 'without an address'})"
    if held.why.startswith("in the blocklist"):
        text, cure = f"has {articles} held: {which}", "look at it; `aggregator approve` lets it go out all the same"
        yield _noticed(facts, "waiting", text, cure, now, about="blocklist")
        return
    text = f"has {articles} held, since somebody may have broken in there: {which}"
    cure = 'look at the site, and if all is well write quarantine = "off" under [source.editorial]'
    yield _noticed(facts, "hacked", text, cure, now)
