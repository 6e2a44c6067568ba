"""Entries that are new or changed become copies, unless they are withdrawn articles; what is odd is held.

Part of the transaction that ends a poll, or the taking in of what a hub delivered.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from aggregator.models import Candidate, Config, Source
from aggregator.work.keep import Kept, keep_candidate
from aggregator.work.refuse import admit
from aggregator.work.scrutiny import Verdicts, judge


@dataclass(frozen=True)
class Intake:
    """What became of some entries.

    Attributes:
        held: how many are not shown.
        withdrawn: how many were turned away that had not been before.
    """

    kept: Counter[Kept]
    verdicts: Verdicts
    held: int
    withdrawn: int


def take_in(
    connection: Connection,
    source: Source,
    config: Config,
    candidates: Sequence[Candidate],
    guids: Collection[str],
    now: datetime,
    *,
    is_first: bool = False,
) -> Intake:
    """Keep entries.

    Args:
        candidates: newest first.
        guids: of all entries that the feed holds now.
        is_first: nothing came from the source before.
    """
    admitted = admit(connection, source.id, candidates, now)
    verdicts = judge(connection, source.id, [candidate.article.facts for candidate in admitted.candidates], now)
    kept: Counter[Kept] = Counter()
    # A feed lists its newest first; kept in the order they were written, ids and copies tell the same story.
    for candidate in reversed(admitted.candidates):
        is_past = is_first or candidate.entry.guid not in guids  # read by paging back
        hold, why = verdicts.of(candidate.entry.guid)
        if hold is None and candidate.entry.guid in admitted.alike:
            hold, why = "alike", admitted.alike[candidate.entry.guid]
        kept[keep_candidate(connection, source, config, candidate, guids, hold, why, is_past=is_past, now=now)] += 1
    held = len(verdicts.held) + len(admitted.alike.keys() - verdicts.held.keys())
    return Intake(kept, verdicts, held, admitted.refused)
