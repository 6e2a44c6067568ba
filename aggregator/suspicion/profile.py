"""What is usual for a source: where it links to, in which languages, how much a day; and what came in the last days.

A profile is a value of bounded size. Every new article is noted in it, held or not; only what passed, or what an editor
released, is learned from.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from aggregator.models import Facts, LinkFact

RECENT = timedelta(hours=48)  # what comes within it is looked at together
_MAX_HOSTS = 500
_MAX_LATEST = 60
_MAX_LINKS = 12  # of one of the latest articles
_MAX_DAYS = 28


@dataclass(frozen=True)
class Seen:
    """One of the latest articles of a source."""

    key: str
    at: datetime  # when it first came
    language: str = ""
    title_script: str = ""
    links: tuple[tuple[str, str], ...] = ()  # domain and folded anchor of links to sites that not everybody knows
    learned: bool = False
    suspected: int = 0  # see `verdict.Suspicion.weight`


@dataclass(frozen=True)
class SourceProfile:
    """What is usual for a source."""

    articles: int = 0  # learned from
    link_hosts: Mapping[str, int] = field(default_factory=dict)  # domain -> in how many articles; last used last
    languages: Mapping[str, int] = field(default_factory=dict)
    scripts: Mapping[str, int] = field(default_factory=dict)  # of titles
    habits: Mapping[str, int] = field(
        default_factory=dict
    )  # a theme of spam, or a kind of link -> articles that have it
    per_day: tuple[tuple[int, int], ...] = ()  # day (as `date.toordinal`) and its new articles, oldest first
    first_day: int = 0  # when the source was new: the past that came then says nothing about its days
    latest: tuple[Seen, ...] = ()  # oldest first


def note(profile: SourceProfile, facts: Iterable[Facts], now: datetime) -> SourceProfile:
    """Note what came, before any of it is judged: articles of one poll are looked at together.

    An article noted again (its page after its entry, or a change) adds what is new in it and is not counted twice.
    """
    latest = {seen.key: seen for seen in profile.latest}
    new = 0
    for one in facts:
        links = tuple((link.domain, link.anchor.casefold()) for link in one.links if is_telling(link))
        seen = latest.get(one.key)
        if seen is None:
            new += 1
            latest[one.key] = Seen(one.key, now, one.language, one.title_script, links[:_MAX_LINKS])
        else:
            links = tuple(dict.fromkeys((*seen.links, *links)))[:_MAX_LINKS]
            latest[one.key] = replace(seen, links=links, language=one.language or seen.language)
    days = dict(profile.per_day)
    today = now.toordinal()
    if new:
        days[today] = days.get(today, 0) + new
    return replace(
        profile,
        per_day=tuple(sorted(days.items())[-_MAX_DAYS:]),
        first_day=profile.first_day or today,
        latest=_latest(latest.values()),
    )


def mark(profile: SourceProfile, key: str, weight: int) -> SourceProfile:
    """Write down how suspicious one of the latest articles is, as judged last; 0: not at all, or not any more."""
    return replace(
        profile,
        latest=tuple(replace(seen, suspected=weight) if seen.key == key else seen for seen in profile.latest),
    )


def learn(profile: SourceProfile, facts: Facts) -> SourceProfile:
    """Learn from an article that passed, or that an editor released. Learning it again adds what is new in it."""
    seen = next((seen for seen in profile.latest if seen.key == facts.key), None)
    is_known = seen is not None and seen.learned
    known_hosts = {domain for domain, _ in seen.links} if seen and is_known else set()
    hosts = dict(profile.link_hosts)
    for domain in sorted({link.domain for link in facts.links if not link.is_own} - known_hosts):
        hosts[domain] = hosts.pop(domain, 0) + 1
    profile = replace(profile, link_hosts=_bounded(hosts))
    if is_known:
        return profile
    return replace(
        profile,
        articles=profile.articles + 1,
        languages=_counted(profile.languages, [facts.language]),
        scripts=_counted(profile.scripts, [facts.title_script]),
        habits=_counted(profile.habits, habits_of(facts)),
        latest=tuple(replace(one, learned=True) if one is seen else one for one in profile.latest),
    )


def is_telling(link: LinkFact) -> bool:
    """Say whether a link leads to somebody else's site that not everybody links to."""
    return not (link.is_own or link.is_common)


def habits_of(facts: Facts) -> set[str]:
    """Return what is said of an article that would be odd in another source: its themes, lone and hidden links."""
    themes = {*facts.themes, *facts.title_themes, *(theme for link in facts.links for theme, _ in link.themes)}
    places = {link.place for link in facts.links if is_telling(link) and link.place in ("hidden", "lone", "adrift")}
    return {*themes, *places}


def pack(profile: SourceProfile) -> dict[str, Any]:
    """Return the profile as plain values for JSON; instants as ISO text."""
    latest = [{**vars(seen), "at": seen.at.isoformat()} for seen in profile.latest]  # `asdict` would copy all of it
    return {**vars(profile), "latest": latest}


def unpack(data: Mapping[str, Any]) -> SourceProfile:
    """Return the profile that `pack` made these values of; of no values, that of a new source."""
    latest = [
        Seen(
            **{
                **seen,
                "at": datetime.fromisoformat(seen["at"]),
                "links": tuple((domain, anchor) for domain, anchor in seen["links"]),
            }
        )
        for seen in data.get("latest", ())
    ]
    per_day = tuple((day, count) for day, count in data.get("per_day", ()))
    return SourceProfile(**{**data, "latest": tuple(latest), "per_day": per_day})


def _latest(every: Collection[Seen]) -> tuple[Seen, ...]:
    """Keep the newest; what is suspicious stays longer than what is not, so that a flood does not wash it out."""
    excess = len(every) - _MAX_LATEST
    if excess <= 0:
        return tuple(every)
    ranked = sorted(enumerate(every), key=lambda placed: (placed[1].suspected > 0, placed[0]))
    return tuple(seen for _, seen in sorted(ranked[excess:], key=itemgetter(0)))


def _counted(counts: Mapping[str, int], names: Iterable[str]) -> dict[str, int]:
    grown = dict(counts)
    for name in names:
        if name:
            grown[name] = grown.get(name, 0) + 1
    return grown


def _bounded(hosts: dict[str, int]) -> dict[str, int]:
    """Forget the domains that were used once and longest ago, when there are too many."""
    if len(hosts) <= _MAX_HOSTS:
        return hosts
    ranked = sorted(enumerate(hosts.items()), key=lambda placed: (placed[1][1] > 1, placed[0]))
    return dict(pair for _, pair in sorted(ranked[-_MAX_HOSTS:]))
