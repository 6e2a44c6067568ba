"""What each partner allows: what is on file, what its pages say, where the two contradict, what ends soon.

Reads the store, decides nothing: whatever a page says, the agreement on file is what counts.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection

from aggregator.models import Config, Rights, Source
from aggregator.rights.agreement import Allowance, allowance, forbids_derivatives
from aggregator.rights.licence import licence_url
from aggregator.store import outputs

_LOOK_BACK = timedelta(days=90)
_SOON = timedelta(days=30)


@dataclass(frozen=True)
class SourceRights:
    """One source's agreement.

    Attributes:
        on_file: as it stands in sources.toml.
        now: what is allowed of the source's own articles today.
        licences: found on its pages of the last 90 days, and on how many.
        restrictions: what those pages ask of robots, and how many do.
        conflicts: where its pages say otherwise than the file, for people.
        soon: what begins or ends soon or has ended, for people.
    """

    source: str
    name: str
    on_file: Rights
    now: Allowance
    licences: dict[str, int]
    restrictions: dict[str, int]
    conflicts: tuple[str, ...]
    soon: tuple[str, ...]


def gather_rights(connection: Connection, config: Config, now: datetime) -> list[SourceRights]:
    """Say for each source of a configuration what it allows and what its pages say."""
    licences: dict[str, Counter[str]] = {}
    restrictions: dict[str, Counter[str]] = {}
    for source, licence, asked, pages in outputs.found_licences(connection, now - _LOOK_BACK):
        if licence:
            licences.setdefault(source, Counter())[licence] += pages
        for one in asked:
            restrictions.setdefault(source, Counter())[one] += pages
    return [
        _of_source(source, licences.get(source.id, {}), restrictions.get(source.id, {}), config, now)
        for source in config.sources
    ]


def list_ending(config: Config, now: datetime) -> Iterator[tuple[Source, str, datetime]]:
    """List the agreements that end soon or have ended, for people, and since when that is to be said."""
    for source in config.sources:
        if source.rights.expires:
            ends = datetime.combine(date.fromisoformat(source.rights.expires), time(), UTC)
            for text in _ends(source.rights, now.date()):
                yield source, text, ends if ends <= now else ends - _SOON


def _of_source(
    source: Source, licences: Mapping[str, int], restrictions: Mapping[str, int], config: Config, now: datetime
) -> SourceRights:
    allowed = allowance(source.id, source.id, config, now)
    return SourceRights(
        source.id,
        source.name,
        source.rights,
        allowed,
        dict(sorted(licences.items(), key=lambda found: (-found[1], found[0]))),
        dict(sorted(restrictions.items())),
        tuple(_conflicts(source.rights, allowed, licences, restrictions)),
        tuple(_soon(source.rights, now.date())),
    )


def _conflicts(
    rights: Rights, allowed: Allowance, licences: Mapping[str, int], restrictions: Mapping[str, int]
) -> Iterator[str]:
    if allowed.mode not in ("full", "paragraphs"):
        return
    for licence in licences:
        own, found = licence_url(rights.licence), licence_url(licence)
        if own and found and own != found:
            yield f"its pages are under {licence}, on file is {rights.licence}"
        if forbids_derivatives(licence) and allowed.derivatives:
            yield f'its pages are under {licence}, which allows no derivatives; write derivatives = "no"'
    if rights.agreement:
        return
    for restriction, pages in restrictions.items():
        yield f"{pages} of its pages say {restriction}; write down in agreement who allowed it nevertheless"
    if not rights.licence and not licences:
        yield "nothing says by what right; write down the agreement or the licence"


def _soon(rights: Rights, today: date) -> Iterator[str]:
    if rights.granted and date.fromisoformat(rights.granted) > today:
        yield f"its agreement begins on {rights.granted}"
    yield from _ends(rights, today)


def _ends(rights: Rights, today: date) -> Iterator[str]:
    if rights.expires:
        left = date.fromisoformat(rights.expires) - today
        if left <= timedelta():
            yield f"its agreement ended on {rights.expires}"
        elif left <= _SOON:
            yield f"its agreement ends on {rights.expires}, in {left.days} days"
