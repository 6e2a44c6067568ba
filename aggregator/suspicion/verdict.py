"""A source's profile and a new article -> let pass or hold; a source's latest articles -> hold all of it or not.

Findings of different kinds add up. One that is hardly ever honest holds by itself, weaker ones only together; what
is usual for the source is none. Before a source is known, only what is absurd in any newsroom counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from operator import attrgetter

from aggregator.models import Facts, LinkFact
from aggregator.suspicion.profile import RECENT, Seen, SourceProfile, is_telling

WEAK, HOLDS, STRONG = 1, 2, 3
_KNOWN_AFTER = 8  # articles; before, every domain is new
_SETTLED_AFTER = 20  # articles; then a language never seen is news
_HABIT = 0.05  # share of a source's articles from which on a thing is usual for it
_FLOOD = 20  # articles a day that are no flood even from a source that had one a day
_KINSHIP = 0.15  # share of the feed's longer words; excerpts rewritten by hand have .4 and more of them in common
_SHORT_TEXT = 40  # words
_EVERYWHERE = 0.8  # of the latest articles
_DAY = timedelta(days=1)
_MOST_NAMED = 3  # findings in one line
_PLACES = {
    "hidden": "is hidden from readers",
    "lone": "stands alone between paragraphs",
    "adrift": "stands between two sentences",
}


@dataclass(frozen=True)
class Suspicion:
    """Why an article is to be held."""

    weight: int  # STRONG: its whole source with it; HOLDS: with another one; WEAK: the editor's blocklist, no break-in
    why: str  # one line for the editor


@dataclass(frozen=True)
class _Finding:
    kind: str
    weight: int
    why: str


def suspect(facts: Facts, profile: SourceProfile, now: datetime) -> Suspicion | None:
    """Say why an article is to be held; None when it may pass.

    Args:
        profile: with this article, and all that came with it, already noted.
    """
    recent = [seen for seen in profile.latest if seen.key != facts.key and now - seen.at <= RECENT]
    findings = [
        *(finding for link in facts.links for finding in _judge_link(link, facts, profile)),
        *_judge_links(facts, profile),
        *_judge_repetition(facts, profile, recent),
        *_judge_words(facts, profile),
        *_judge_language(facts, profile, recent),
        *_judge_volume(profile, now),
        *_judge_page(facts, profile),
    ]
    by_kind = [
        max(group, key=attrgetter("weight"))
        for _, group in groupby(sorted(findings, key=attrgetter("kind")), key=attrgetter("kind"))
    ]
    total = sum(finding.weight for finding in by_kind)
    if total < HOLDS:
        blocked = ", ".join(f'"{what}"' for what in facts.blocked)
        return Suspicion(WEAK, f"in the blocklist: {blocked}") if blocked else None
    is_strong = total > STRONG or any(finding.weight >= STRONG for finding in by_kind)
    by_kind.sort(key=lambda finding: -finding.weight)
    return Suspicion(STRONG if is_strong else HOLDS, "; ".join(finding.why for finding in by_kind[:_MOST_NAMED]))


def why_quarantined(profile: SourceProfile, now: datetime) -> str:
    """Say why all that is new of a source is to be held; "" when only what is suspicious itself is.

    Two articles held within a day speak for a break-in, until no more than one of them is suspicious. One that is
    strongly suspicious does so for two days: if somebody did break in, more will come.
    """
    suspected = [seen for seen in profile.latest if seen.suspected >= HOLDS]
    if any(seen.suspected >= STRONG and now - seen.at <= RECENT for seen in suspected):
        return "what it published lately looks like the work of somebody who broke in"
    for earlier, later in pairwise(suspected):
        if later.at - earlier.at <= _DAY:
            return f"{len(suspected)} of its latest articles are suspicious"
    return ""


# --- links -----------------------------------------------------------------------------------------------------------


def _judge_link(link: LinkFact, facts: Facts, profile: SourceProfile) -> Iterator[_Finding]:
    if not link.is_own and link.domain in profile.link_hosts:
        return
    themes = {theme: weight for theme, weight in link.themes if not _is_about(theme, facts, profile)}
    hosts = [theme for theme in link.host_themes if not _is_about(theme, facts, profile)]
    apart = link.place in ("hidden", "lone", "adrift")
    for theme, weight in themes.items():
        # Two words and more that nothing else in the article speaks of were not its reporter's.
        is_foreign = theme in hosts or (link.is_keyword and not link.is_own and theme not in facts.themes)
        speaks = max(weight + apart, HOLDS if is_foreign else 0)
        if weight == WEAK and (link.is_common or link.is_own) and not apart:
            continue
        yield _Finding("theme", speaks, f"{_named(link)} speaks of {theme}, the article does not")
    for theme in hosts:
        if theme not in themes:
            yield _Finding("theme", HOLDS + apart, f"{_named(link)} leads to {theme}, the article does not speak of it")
    is_odd = apart and is_telling(link) and not (link.is_pointing or link.is_related or _is_habit(link.place, profile))
    # Of 62 real pages 5 hide links to sites seen nowhere else (menus, notices, what is for print), so in a new source
    # a hidden link is odd only for what it speaks of.
    is_inside = link.place == "inside" and link.is_keyword and link.is_searched
    if is_inside and is_telling(link) and not (link.is_pointing or link.is_related):
        yield _Finding("search words", WEAK, f"{_named(link)} are search words")
    if is_odd and (profile.articles >= _KNOWN_AFTER or (link.is_keyword and link.place != "hidden")):
        weight = HOLDS if link.is_keyword else WEAK
        yield _Finding(
            "odd place", weight, f"{_named(link)} {_PLACES[link.place]} and has nothing to do with the article"
        )


def _judge_links(facts: Facts, profile: SourceProfile) -> Iterator[_Finding]:
    unknown = [link for link in facts.links if is_telling(link) and link.domain not in profile.link_hosts]
    hidden = {link.domain for link in unknown if link.place == "hidden"}
    if len(hidden) >= 3 and profile.articles >= _KNOWN_AFTER and not _is_habit("hidden", profile):
        yield _Finding("hidden", HOLDS, f"links to {len(hidden)} unknown sites are hidden from readers")
    words = [
        link
        for link in unknown
        if link.is_keyword and link.place != "inside" and not (link.is_pointing or link.is_related)
    ]
    if len({link.domain for link in words}) >= 3:
        yield _Finding("odd place", HOLDS, f"{_named(words[0])} and {len(words) - 1} others are search words")


def _judge_repetition(facts: Facts, profile: SourceProfile, recent: Sequence[Seen]) -> Iterator[_Finding]:
    """Look for one strange site in several new articles at once."""
    if profile.articles - sum(seen.learned for seen in recent) < _KNOWN_AFTER:
        return
    for link in facts.links:
        is_honest = link.is_pointing or link.is_related or not is_telling(link)
        if is_honest or profile.link_hosts.get(link.domain, 0) > _learned_lately(link.domain, recent):
            continue
        others = [seen for seen in recent if any(domain == link.domain for domain, _ in seen.links)]
        same = sum((link.domain, link.anchor.casefold()) in seen.links for seen in others)
        where = f"{_named(link)} is in {len(others) + 1} new articles at once and in none before"
        if link.place == "hidden" and others:
            yield _Finding("repeated", HOLDS, where)
        elif link.place in ("lone", "adrift", "list"):
            if len(others) >= 2 and (same >= 2 or link.is_keyword):
                yield _Finding("repeated", STRONG if link.is_keyword else HOLDS, where)
            elif others:
                yield _Finding("repeated", WEAK, where)
        elif not link.is_capital and same >= 2:
            # An intruder's link is everywhere; what a newsroom cites in the news of a day is not.
            yield _Finding("repeated", HOLDS if same >= len(recent) * _EVERYWHERE else WEAK, where)
        elif link.is_searched and others:
            yield _Finding("repeated", WEAK, where)


def _learned_lately(domain: str, recent: Sequence[Seen]) -> int:
    return sum(seen.learned and any(host == domain for host, _ in seen.links) for seen in recent)


# --- words -----------------------------------------------------------------------------------------------------------


def _judge_words(facts: Facts, profile: SourceProfile) -> Iterator[_Finding]:
    """Look for an article that sells, and for a headline that sells what its article does not speak of."""
    for theme, weight in facts.title_themes.items():
        if _is_habit(theme, profile):
            continue
        sells = facts.title_selling > 0
        if weight >= HOLDS and theme not in facts.themes and facts.words >= _SHORT_TEXT:
            yield _Finding("headline", STRONG, f"its headline speaks of {theme}, its text does not")
        elif weight >= HOLDS and sells and facts.words < _SHORT_TEXT and facts.reporting < 2:
            yield _Finding("headline", HOLDS, f"its headline sells {theme}")
    for theme in sorted({*facts.themes, *facts.title_themes}):
        points = facts.title_themes.get(theme, 0) + (facts.title_selling > 0)
        points += (facts.selling >= 3) + (facts.selling >= 6) + (facts.spam_terms.get(theme, 0) >= 3)
        has_shop = any(theme in link.host_themes or (theme, HOLDS) in link.themes for link in _unknown(facts, profile))
        points += has_shop
        points -= 2 if facts.reporting >= 3 and facts.reporting >= facts.selling else 0
        least = 5 if _is_habit(theme, profile) else 3
        # A headline or a text may quote what sellers say; here both sell, or one does and a link is the shop's.
        sells = facts.selling + facts.title_selling >= 2 or (has_shop and facts.reporting < 3)
        if points >= least and sells:
            yield _Finding("sells", STRONG if points > least else HOLDS, f"the article sells {theme}")


def _unknown(facts: Facts, profile: SourceProfile) -> Iterator[LinkFact]:
    return (link for link in facts.links if link.domain not in profile.link_hosts and not link.is_common)


def _judge_language(facts: Facts, profile: SourceProfile, recent: Sequence[Seen]) -> Iterator[_Finding]:
    if profile.articles - sum(seen.learned for seen in recent) < _SETTLED_AFTER:
        return
    # A new section says in which language it is, and comes slowly; an intruder leaves the site's own in place.
    script = facts.title_script or facts.script
    alike = [seen for seen in recent if seen.title_script == script]
    if script and profile.scripts.get(script, 0) <= sum(seen.learned for seen in alike):
        links = any(_is_stranger(link, profile) and not link.is_pointing for link in facts.links)
        is_section = facts.is_declared and not links and len(alike) < 2
        yield _Finding("language", WEAK if is_section else HOLDS, f"its headline is {script}, no other was")
        return
    alike = [seen for seen in recent if seen.language == facts.language]
    if facts.language and profile.languages.get(facts.language, 0) <= sum(seen.learned for seen in alike):
        is_many = len(alike) >= 3 and len(alike) >= len(recent) / 2 and not facts.is_declared
        yield _Finding(
            "language", HOLDS if is_many else WEAK, f'it is in the language "{facts.language}", no other was'
        )


def _is_stranger(link: LinkFact, profile: SourceProfile) -> bool:
    return is_telling(link) and link.domain not in profile.link_hosts


def _judge_volume(profile: SourceProfile, now: datetime) -> Iterator[_Finding]:
    days = dict(profile.per_day)
    today = now.toordinal()
    earlier = {day: count for day, count in days.items() if profile.first_day < day < today}
    if profile.articles < _SETTLED_AFTER or len(earlier) < 5:
        return
    # After days without a poll, theirs or ours, what they would have brought comes together.
    usual = max(earlier.values()) * min(today - max(earlier), 10)
    if days.get(today, 0) > max(_FLOOD, 5 * usual):
        yield _Finding("volume", HOLDS, f"{days[today]} new articles in a day, at most {max(earlier.values())} before")


def _judge_page(facts: Facts, profile: SourceProfile) -> Iterator[_Finding]:
    """Look for a page that has another text than the feed; a rewritten excerpt has more words of its article."""
    if facts.kinship < _KINSHIP and facts.words >= _SHORT_TEXT:
        weight = HOLDS if any(_is_stranger(link, profile) for link in facts.links) else WEAK
        yield _Finding("cloaked", weight, "its page has hardly a word of what the feed says")


def _is_about(theme: str, facts: Facts, profile: SourceProfile) -> bool:
    """Say whether an article speaks of a theme by itself, or its source does all the time."""
    least = max(2, facts.blocks / 4)
    return theme in facts.title_themes or facts.themes.get(theme, 0) >= least or _is_habit(theme, profile)


def _is_habit(what: str, profile: SourceProfile) -> bool:
    return profile.articles >= _SETTLED_AFTER and profile.habits.get(what, 0) >= profile.articles * _HABIT


def _named(link: LinkFact) -> str:
    return f'the link "{link.anchor}" to {link.domain}' if link.anchor else f"a link to {link.domain}"
