"""Which newsroom wrote an item: its origin. The other copies are carriers.

Evidence adds up: what the copies say of where they are from (byline, credit lines, rel=canonical, og:url, links back),
what sources.toml says of their sources, and time. Each signal is kept. Values in, value out; who decides when is the
business of `work`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from aggregator.dedupe.credits import Newsroom, Newsrooms, has_path
from aggregator.dedupe.fingerprint import fold_words
from aggregator.models import Config, CopyFacts, Credit, CreditKind, Source
from aggregator.urls import canonicalize, host_of

# What a signal weighs. A copy that gives another newsroom a credit of _A_CREDIT or more is not the origin.
_BYLINE = 3.0
_CREDITS: Mapping[CreditKind, float] = {
    "original": 4.0, "taken": 3.5, "source": 2.5, "via": 2.5, "footer": 2.5, "helped": 0.5, "link": 0.5, "itself": 2.5,
}  # fmt: skip
_CANONICAL = 2.5
_OG_URL = 2.0
_LINKED_COPY = 2.5  # a link at top or end to the very article
_A_CREDIT = 2.0
_OWN_CREDIT = 1.5  # "Originally published by" ourselves
_ROLES = {"origin": 3.5, "mixed": 0.0, "republisher": -2.0}
_PRIORITY = 1.5
_PUBLISHED_FIRST = 1.0
_ARRIVED_FIRST = 0.4
_MOST_OF_ONE = 5.0  # that one copy's signals for one newsroom can weigh

# What partners say of a work of both.
_JOINT = re.compile(
    r"\b(?:co-?(?:publi|produ|edi)|joint|partner|alian[zç]a|parceria|partenariat|col+abora|conjunt|conjoint)",
    re.IGNORECASE,
)

_LEAST_LEAD = timedelta(minutes=1)  # dates that differ by less say nothing
_MAX_AHEAD = timedelta(hours=1)  # a date later than its arrival by more is wrong
_EARLIEST_YEAR = 1995
_NO_DATE = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Signal:
    """One piece of evidence.

    Attributes:
        newsroom: for whom it speaks, or against whom when `weight` is negative.
        says: what it is, for people.
        copy: where it was found.
    """

    newsroom: str
    says: str
    weight: float
    copy: int


@dataclass(frozen=True)
class Origin:
    """The newsroom that wrote an item.

    Attributes:
        source: its id in sources.toml, or None when it is not there.
        name: as readers know it.
        url: the article's address there, or None when only the newsroom's name is known.
        copy: the copy that is its own, or None when only others carry it.
        evidence: what decided, for people.
        signals: everything that was weighed.
    """

    source: str | None
    name: str
    url: str | None
    copy: int | None
    evidence: str
    signals: tuple[Signal, ...] = ()


def choose_origin(copies: Sequence[CopyFacts], config: Config) -> Origin:
    """Name the origin of an item by its copies (at least one).

    A copy that credits another newsroom is never the origin. When the newsroom credited has no copy here, "none of our
    copies" is the answer, unless more speaks for a copy that credits nobody.
    """
    # Not in order of arrival, so that of equals the same one is chosen whichever source was polled first.
    copies = sorted(copies, key=lambda copy: (_date(copy) or _NO_DATE, copy.source, copy.url, copy.id))
    newsrooms = Newsrooms(copies, config)
    # Words first: an address that nobody knows may be that of the newsroom they name.
    claims = [claim for copy in copies for claim in _claims(copy, newsrooms, config)]
    claims = [
        replace(claim, weight=_CREDITS["helped"]) if _is_joint(claim, claims, newsrooms) else claim for claim in claims
    ]
    claims += [claim for copy in copies for claim in _address_claims(copy, newsrooms)]
    crediting = {
        claim.copy.id
        for claim in claims
        if claim.weight >= _A_CREDIT and claim.newsroom is not newsrooms.of(claim.copy)
    }
    own = [copy for copy in copies if copy.id not in crediting]
    claims += [claim for copy in copies for claim in _circumstances(copy, copies, newsrooms, config)]
    signals = tuple(Signal(claim.newsroom.name, claim.says, claim.weight, claim.copy.id) for claim in claims)
    best = max(own, key=lambda copy: (_weigh_copy(copy, claims, newsrooms), -copies.index(copy)), default=None)
    named = [one for one in newsrooms.all if _credited(one, claims)]
    # Whoever has a copy that credits another is out, unless they all credit each other and nobody else.
    absent = [one for one in named if not one.copies] or (named if best is None else [])
    outside = max(absent, key=lambda one: _weigh_absent(one, claims), default=None)
    if best is None or (outside and _weigh_absent(outside, claims) > _weigh_copy(best, claims, newsrooms)):
        if outside is None:
            raise ValueError("an item without copies has no origin")
        return _of_newsroom(outside, claims, signals)
    why = "the only copy" if len(copies) == 1 else _summary(newsrooms.of(best), claims)
    return Origin(best.source, newsrooms.of(best).name, best.url or None, best.id, why, signals)


def claimed_by_byline(copy: CopyFacts, config: Config) -> Source | None:
    """Return the byline source whose newsroom the copy's byline names, if any."""
    return next((source for source in config.sources if source.byline and _is_claimant(source, copy)), None)


# --- what copies say -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Claim:
    """A signal while it is weighed; `url` is the article's address at the newsroom, where one is given."""

    copy: CopyFacts
    newsroom: Newsroom
    weight: float
    says: str
    url: str = ""


def _claims(copy: CopyFacts, newsrooms: Newsrooms, config: Config) -> Iterator[_Claim]:
    """Weigh what a copy says of where it is from.

    The byline's publication may have been read from a credit line: what was said once counts once.
    """
    lines = list(_line_claims(copy, newsrooms))
    said = [claim.newsroom for claim in lines if claim.weight >= _A_CREDIT]
    yield from lines
    yield from (claim for claim in _byline_claims(copy, newsrooms, config) if claim.newsroom not in said)


def _line_claims(copy: CopyFacts, newsrooms: Newsrooms) -> Iterator[_Claim]:
    mine = newsrooms.of(copy)
    own: list[_Claim] = []
    for credit in copy.credits:
        is_sure = _is_sure(credit, copy)
        if credit.kind == "link":
            newsroom = newsrooms.at(credit.url)
        elif credit.kind == "itself":
            newsroom = newsrooms.mentioned(credit.said)
        else:
            newsroom = newsrooms.named(credit.name, credit.url, only_known=not is_sure)
        if newsroom is mine and (is_sure or credit.kind in ("footer", "byline")):
            own.append(_Claim(copy, mine, _OWN_CREDIT, f'says of itself "{credit.said or credit.name}"'))
        elif newsroom and newsroom is not mine and credit.kind != "byline":
            is_back = credit.kind in ("link", "helped") and _is_copy(credit.url, newsroom)
            weight = _LINKED_COPY if is_back else _CREDITS[credit.kind]
            yield _Claim(copy, newsroom, weight, f'"{credit.said}"', credit.url if has_path(credit.url) else "")
    yield from own[:1]


def _is_joint(claim: _Claim, claims: Sequence[_Claim], newsrooms: Newsrooms) -> bool:
    """Tell whether two newsrooms name each other as partners: a work of both, and no credit of either."""
    return _JOINT.search(claim.says) is not None and any(
        other.copy in claim.newsroom.copies and other.newsroom is newsrooms.of(claim.copy) and _JOINT.search(other.says)
        for other in claims
    )


def _is_sure(credit: Credit, copy: CopyFacts) -> bool:
    """Tell a credit that stands for itself from one that counts only where we know the newsroom it names."""
    if credit.kind in ("via", "footer"):
        is_elsewhere = bool(credit.url) and host_of(credit.url) != host_of(copy.url)
        return is_elsewhere and (credit.kind == "footer" or has_path(credit.url))
    return credit.kind in ("original", "taken", "source")


def _byline_claims(copy: CopyFacts, newsrooms: Newsrooms, config: Config) -> Iterator[_Claim]:
    mine = newsrooms.of(copy)
    claimant = claimed_by_byline(copy, config)
    named = newsrooms.take_source(claimant) if claimant else None
    if named is None and copy.publication:
        named = newsrooms.named(copy.publication, copy.publication_url)
        source = named.source if named else None
        if source and source.byline and source.byline.within and copy.source not in source.byline.within:
            named = newsrooms.unknown(copy.publication)
    url = copy.publication_url if has_path(copy.publication_url) else ""
    if named and named is not mine:
        yield _Claim(copy, named, _BYLINE, f'byline "{copy.publication}"', url)
    for person in copy.people:
        other = newsrooms.named(person, only_known=True)
        if other and other is not mine and other is not named:
            yield _Claim(copy, other, _BYLINE, f'byline "{person}"')


def _address_claims(copy: CopyFacts, newsrooms: Newsrooms) -> Iterator[_Claim]:
    """Weigh the addresses that a copy's page declares for itself; a home page says nothing."""
    for declared, weight, what in (
        (copy.declared_url, _CANONICAL, "rel=canonical"),
        (copy.og_url, _OG_URL, "og:url"),
    ):
        if not declared or not has_path(declared) or host_of(declared) == host_of(copy.url):
            continue
        newsroom = newsrooms.at(declared) or newsrooms.with_page(declared)
        if newsroom and newsroom is not newsrooms.of(copy):
            yield _Claim(copy, newsroom, weight, f"{what} {declared}", declared)


def _circumstances(
    copy: CopyFacts, copies: Sequence[CopyFacts], newsrooms: Newsrooms, config: Config
) -> Iterator[_Claim]:
    """Weigh what is known about a copy besides what it says."""
    mine = newsrooms.of(copy)
    source = config.source(copy.source)
    if source and _ROLES[source.role]:
        yield _Claim(copy, mine, _ROLES[source.role], f'role = "{source.role}"')
    others = [config.source(one.source) for one in copies if one is not copy]
    rivals = [one.priority for one in others if one and source and one.role == source.role]
    if source and rivals and source.priority > max(rivals):
        yield _Claim(copy, mine, _PRIORITY, f"priority = {source.priority}")
    rest = [one for one in copies if one is not copy]
    dates = [date for one in rest if (date := _date(one))]
    published = _date(copy)
    if published and dates and published + _LEAST_LEAD <= min(dates):
        yield _Claim(copy, mine, _PUBLISHED_FIRST, "published first")
    # Where there are dates, which source was polled first makes no difference.
    is_undated = published is None and not dates
    if rest and is_undated and copy.first_seen_at < min(one.first_seen_at for one in rest):
        yield _Claim(copy, mine, _ARRIVED_FIRST, "arrived first")


def _date(copy: CopyFacts) -> datetime | None:
    date = copy.published_at
    if date is None or date.year < _EARLIEST_YEAR or date > copy.first_seen_at + _MAX_AHEAD:
        return None
    return date


def _is_copy(url: str, newsroom: Newsroom) -> bool:
    key = canonicalize(url)
    return any(key and key == (copy.canonical_url or canonicalize(copy.url)) for copy in newsroom.copies)


def _is_claimant(source: Source, copy: CopyFacts) -> bool:
    byline = source.byline
    if byline is None or (byline.within and copy.source not in byline.within):
        return False
    key = fold_words(copy.publication)
    return bool(key) and key in [fold_words(known) for known in (source.name, *source.aliases, *byline.match)]


# --- added up --------------------------------------------------------------------------------------------------------


def _credited(newsroom: Newsroom, claims: Sequence[_Claim]) -> float:
    """Add up what other newsrooms' copies say of one."""
    said: dict[int, float] = {}
    for claim in claims:
        if claim.newsroom is newsroom and claim.copy not in newsroom.copies:
            said[claim.copy.id] = said.get(claim.copy.id, 0.0) + claim.weight
    return sum(min(weight, _MOST_OF_ONE) for weight in said.values())


def _weigh_copy(copy: CopyFacts, claims: Sequence[_Claim], newsrooms: Newsrooms) -> float:
    """Add up what speaks for a copy: for its newsroom, and for itself among that newsroom's copies."""
    mine = newsrooms.of(copy)
    return _credited(mine, claims) + sum(
        claim.weight for claim in claims if claim.copy is copy and claim.newsroom is mine
    )


def _weigh_absent(newsroom: Newsroom, claims: Sequence[_Claim]) -> float:
    """Add up what speaks for a newsroom that has no copy here, or only ones that credit others."""
    own = sum(claim.weight for claim in claims if claim.newsroom is newsroom and claim.copy in newsroom.copies)
    return _credited(newsroom, claims) + own


def _summary(newsroom: Newsroom, claims: Sequence[_Claim]) -> str:
    said = [claim for claim in claims if claim.newsroom is newsroom and claim.weight > 0]
    ordered = sorted(said, key=lambda claim: -claim.weight)
    return (
        "; ".join(dict.fromkeys(f"{claim.copy.source}: {claim.says}" for claim in ordered))
        or "nothing speaks for another"
    )


def _of_newsroom(newsroom: Newsroom, claims: Sequence[_Claim], signals: tuple[Signal, ...]) -> Origin:
    """Answer that none of our copies is the origin."""
    addresses = [claim for claim in claims if claim.newsroom is newsroom and claim.url]
    best = max(addresses, key=lambda claim: claim.weight, default=None)
    source = newsroom.source.id if newsroom.source else None
    return Origin(source, newsroom.name, best.url if best else None, None, _summary(newsroom, claims), signals)
