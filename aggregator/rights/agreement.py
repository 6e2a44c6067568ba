"""What may be shown of an item now: the agreements of the newsroom that wrote it and of the one whose copy is shown.

An agreement is what stands in sources.toml under `rights`. It holds between two days, perhaps only for a partner's own
articles, and where two of them meet the narrower counts. Nothing here looks at a text; that is for `cut`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aggregator.models import Config, Images, Rights, RightsMode, Source

# From the least to the most.
MODES: tuple[RightsMode, ...] = ("nothing", "link", "excerpt", "paragraphs", "full")
_IMAGES: tuple[Images, ...] = ("no", "credited", "yes")
# Licences that allow no derivatives: "CC BY-ND 4.0", ".../licenses/by-nc-nd/4.0/", "NoDerivatives".
_NO_DERIVATIVES = re.compile(r"\bby(?:-nc)?-nd\b|\bno ?deriv", re.IGNORECASE)


@dataclass(frozen=True)
class Allowance:
    """What may be shown of one item now.

    Attributes:
        words: the most of an excerpt.
        paragraphs: the most of a text; 0: no such limit.
        derivatives: whether more may be done to a text than to make it safe.
        credits: lines that partners want to see below it, as they stand in sources.toml.
        embargo: how long after its date an article is kept back.
        rule: whose agreement says so, for people; never empty.
    """

    mode: RightsMode
    words: int
    paragraphs: int
    images: Images
    derivatives: bool
    licence: str
    credits: tuple[str, ...]
    embargo: timedelta
    rule: str


def allowance(origin: str | None, carrier: str, config: Config, now: datetime) -> Allowance:
    """Say what may be shown of an article: the narrower of two agreements, the origin's and the carrier's.

    Args:
        origin: source that wrote it; None for a newsroom that is none of our sources, which has granted nothing.
        carrier: source whose copy would be shown.
    """
    own = _allowed_by(origin, config, now, is_own=True)
    if origin == carrier:
        return own
    return _narrower(own, _allowed_by(carrier, config, now, is_own=False))


def embargo_ends(published_at: datetime, allowed: Allowance) -> datetime | None:
    """Say until when an article is kept back; None for one that nobody keeps back."""
    return published_at + allowed.embargo if allowed.embargo else None


def turning_points(config: Config) -> Iterator[datetime]:
    """List the instants at which an agreement on file begins or ends."""
    for source in config.sources:
        for day in (source.rights.granted, source.rights.expires):
            if day:
                yield _begin_of(day, config)


def forbids_derivatives(licence: str) -> bool:
    """Tell whether a licence, by its name or address, is one that allows no derivatives."""
    return _NO_DERIVATIVES.search(licence) is not None


def _allowed_by(source_id: str | None, config: Config, now: datetime, *, is_own: bool) -> Allowance:
    source = config.source(source_id)
    if source is None:
        return _on_file(Rights(), f'nothing is on file of "{source_id}"' if source_id else "nothing is on file")
    rights = source.rights
    if rights.granted and now < _begin_of(rights.granted, config):
        return _least(source, f"its agreement begins on {rights.granted}")
    if rights.expires and now >= _begin_of(rights.expires, config):
        return _expired(source)
    if rights.originals_only and not is_own:
        return _least(source, "its agreement is on its own articles only")
    return _on_file(rights, f'"{source.id}"')


def _on_file(rights: Rights, of: str) -> Allowance:
    return Allowance(
        mode=rights.mode,
        words=rights.words,
        paragraphs=rights.paragraphs if rights.mode == "paragraphs" else 0,
        images=rights.images,
        derivatives=not forbids_derivatives(rights.licence) if rights.derivatives is None else rights.derivatives,
        licence=rights.licence,
        credits=(rights.credit,) if rights.credit else (),
        embargo=rights.embargo,
        rule=f"{of}: {rights.mode}",
    )


def _least(source: Source, why: str) -> Allowance:
    """Return what may be shown without an agreement, and no more than a narrower one that there is."""
    least = _on_file(Rights(), f'"{source.id}": {why}')
    ours = _on_file(source.rights, "")
    mode = min(least.mode, ours.mode, key=MODES.index)
    words = min(least.words, ours.words) if ours.mode == "excerpt" else least.words
    return Allowance(
        mode, words, ours.paragraphs, "no", False, "", ours.credits, ours.embargo, f'"{source.id}": {why}: {mode}'
    )


def _expired(source: Source) -> Allowance:
    why = f"its agreement ended on {source.rights.expires}"
    least = _least(source, why)
    after: RightsMode = source.rights.on_expiry
    mode = min(least.mode, after, key=MODES.index)
    return Allowance(
        mode, least.words, least.paragraphs, "no", False, "", least.credits, least.embargo,
        f'"{source.id}": {why}: {mode}',
    )  # fmt: skip


def _narrower(a: Allowance, b: Allowance) -> Allowance:
    """Return what both allow."""
    excerpts = [one.words for one in (a, b) if one.mode == "excerpt"]
    limits = [one.paragraphs for one in (a, b) if one.paragraphs]
    return Allowance(
        mode=min(a.mode, b.mode, key=MODES.index),
        words=min(excerpts, default=a.words),
        paragraphs=min(limits, default=0),
        images=min(a.images, b.images, key=_IMAGES.index),
        derivatives=a.derivatives and b.derivatives,
        licence=a.licence or b.licence,
        credits=tuple(dict.fromkeys((*a.credits, *b.credits))),
        embargo=max(a.embargo, b.embargo),
        rule=a.rule if a.rule == b.rule else f"the narrower of {a.rule} and {b.rule}",
    )


def _begin_of(day: str, config: Config) -> datetime:
    """Return the instant at which a day begins where the site is at home."""
    zone = config.site.timezone
    return datetime.combine(date.fromisoformat(day), time(), UTC if zone == "UTC" else ZoneInfo(zone))
