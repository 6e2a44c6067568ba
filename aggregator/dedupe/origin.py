"""Which newsroom wrote an item: its origin. The other copies are carriers.

Decided from what the copies say (byline, rel=canonical), what sources.toml says of their sources, and time, in this
order. Values in, value out; who decides when is the business of `work`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.dedupe.fingerprint import fold_words
from aggregator.models import Config, CopyFacts, Source
from aggregator.urls import host_of


@dataclass(frozen=True)
class Origin:
    """The newsroom that wrote an item.

    Attributes:
        source: its id in sources.toml, or None when it is not there.
        name: as readers know it.
        url: the article's address there, or None when only the newsroom's name is known.
        copy: the copy that is its own, or None when only others carry it.
        evidence: what decided, for people.
    """

    source: str | None
    name: str
    url: str | None
    copy: int | None
    evidence: str


def choose_origin(copies: Sequence[CopyFacts], config: Config) -> Origin:
    """Name the origin of an item by its copies (at least one).

    A copy that credits another newsroom is never the origin. When the newsroom credited is none of our sources with a
    copy, "none of our copies" is the answer, unless a source that publishes only its own articles has it too: then
    the byline has another name for it.
    """
    credits = [(copy, credited) for copy in copies if (credited := _credited(copy, config))]
    crediting = {copy.id for copy, _ in credits}
    own = [copy for copy in copies if copy.id not in crediting]
    for copy, credited in credits:
        written = [other for other in own if credited.source and other.source == credited.source.id]
        if written:
            return _of_copy(written[0], config, f'"{_name(copy.source, config)}" credits it')
    if credits and not any(_writes_all(copy, config) for copy in own):
        credited = credits[0][1]
        source_id = credited.source.id if credited.source else None
        url = _article_address([copy for copy, other in credits if other.name == credited.name])
        return Origin(source_id, credited.name, url, None, f'byline "{credited.said}"')
    for copy in own:
        named = [other for other in own if other is not copy and other.canonical_url == copy.declared_canonical_url]
        if copy.declared_url and copy.declared_canonical_url != copy.canonical_url and named:
            return _of_copy(named[0], config, f'rel=canonical of "{_name(copy.source, config)}"')
    best = min(own, key=lambda copy: (*_reluctance(config.source(copy.source)), copy.first_seen_at, copy.id))
    why = "the only copy" if len(copies) == 1 else "its role, then its priority, then the copy that was first"
    return _of_copy(best, config, why)


def claimed_by_byline(copy: CopyFacts, config: Config) -> Source | None:
    """Return the byline source whose newsroom the copy's byline names, if any."""
    return next((source for source in config.sources if source.byline and _claims(source, copy)), None)


@dataclass(frozen=True)
class _Credit:
    """Another newsroom that a copy credits, as it is said there and as readers know it."""

    said: str
    name: str
    source: Source | None  # where sources.toml has it


def _credited(copy: CopyFacts, config: Config) -> _Credit | None:
    if not copy.publication:
        return None
    if claimant := claimed_by_byline(copy, config):
        return _Credit(copy.publication, claimant.name, claimant)
    # A newsroom with several feeds is several sources of one name.
    named = [source for source in config.sources if source.kind == "feed" and _is_called(source, copy.publication)]
    if copy.source in [source.id for source in named]:
        return None
    return _Credit(copy.publication, named[0].name if named else copy.publication, named[0] if named else None)


def _writes_all(copy: CopyFacts, config: Config) -> bool:
    source = config.source(copy.source)
    return source is not None and source.role == "origin"


def _claims(source: Source, copy: CopyFacts) -> bool:
    byline = source.byline
    if byline is None or (byline.within and copy.source not in byline.within):
        return False
    return _is_called(source, copy.publication, *byline.match)


def _is_called(source: Source, name: str, *more: str) -> bool:
    """Tell whether a name is one of a source's, or one of `more`; case, accents and punctuation make no difference."""
    key = fold_words(name)
    return bool(key) and key in [fold_words(known) for known in (source.name, *source.aliases, *more)]


def _of_copy(copy: CopyFacts, config: Config, evidence: str) -> Origin:
    return Origin(copy.source, _name(copy.source, config), copy.url or None, copy.id, evidence)


def _name(source_id: str, config: Config) -> str:
    source = config.source(source_id)
    return source.name if source else source_id


def _article_address(copies: Sequence[CopyFacts]) -> str | None:
    """Find where the credited newsroom has the article: an address with a path, not merely its home page."""
    for copy in copies:
        if copy.declared_url and host_of(copy.declared_url) != host_of(copy.url):
            return copy.declared_url
    for copy in copies:
        if copy.publication_url.removeprefix("https://").removeprefix("http://").rstrip("/").count("/"):
            return copy.publication_url
    return None


def _reluctance(source: Source | None) -> tuple[int, int]:
    """Order sources by how likely what they carry is their own, then by the editors' priority."""
    return ({"origin": 0, "mixed": 1, "republisher": 3}[source.role], -source.priority) if source else (2, 0)
