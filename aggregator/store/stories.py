"""Statements on stories: the published items of the last days as they are compared, and how often words occur.

`dedupe.story` says which of them tell one event; what belongs together is kept as links.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, tuple_, update

from aggregator.dedupe.comparison import Account
from aggregator.dedupe.story import WINDOW, Report
from aggregator.tables import COPY, ITEM, LINK, PLACEMENT, REPORT, REPORT_WORD, WORD_COUNT

_DOCUMENTS = ""  # no word: its row counts the items
# More items would make no count truer, and rare words rarer than those that likeness was measured with; and words
# that nobody writes any more would be kept for ever.
_MOST_DOCUMENTS = 8_000  # of a language; with more, all counts are halved
_CANDIDATES = 8  # stories that share most
_MEMBERS = 20  # of a story are compared, the last ones
_NAMED = 10  # items of a story are named beside another
_AT_ONCE = 500  # reports forgotten
_CHUNK = 500  # bound values in one statement

# Made once: to build one of these takes longer than to run it.
_COUNTS = select(WORD_COUNT.c.word, WORD_COUNT.c.documents).where(
    WORD_COUNT.c.language == bindparam("language"), WORD_COUNT.c.word.in_(bindparam("words", expanding=True))
)
_COUNT_NEW = insert(WORD_COUNT)
# One statement for all words that are counted up by the same number: one for each would take four times as long.
_COUNT_KNOWN = (
    update(WORD_COUNT)
    .where(
        WORD_COUNT.c.language == bindparam("of_language"), WORD_COUNT.c.word.in_(bindparam("of_words", expanding=True))
    )
    .values(documents=WORD_COUNT.c.documents + bindparam("by"))
)
_WAITING = (
    select(
        REPORT.c.item, REPORT.c.newsroom, REPORT.c.language, REPORT.c.at, ITEM.c.state, ITEM.c.title,
        func.coalesce(func.nullif(COPY.c.text, ""), COPY.c.summary, ""),
    )
    .join(ITEM, ITEM.c.id == REPORT.c.item)
    .outerjoin(COPY, COPY.c.id == ITEM.c.text_copy)
    .where(REPORT.c.item.in_(bindparam("items", expanding=True)), REPORT.c.story.is_(None))
    .order_by(REPORT.c.at, ITEM.c.public_id)
)  # fmt: skip
_SHARING = (
    select(REPORT_WORD.c.item, func.count().label("shared"))
    .where(REPORT_WORD.c.language == bindparam("language"), REPORT_WORD.c.word.in_(bindparam("words", expanding=True)))
    .group_by(REPORT_WORD.c.item)
    .having(func.count() >= bindparam("least"))
    .subquery()
)
_NEAR = (
    select(REPORT.c.story)
    .join(_SHARING, _SHARING.c.item == REPORT.c.item)
    .where(REPORT.c.story.is_not(None), REPORT.c.at.between(bindparam("first_at"), bindparam("last_at")))
    .where(REPORT.c.seen_at >= bindparam("since"))
    .group_by(REPORT.c.story)
    .order_by(func.max(_SHARING.c.shared).desc(), func.max(REPORT.c.at).desc(), REPORT.c.story)
    .limit(_CANDIDATES)
)
_REPORTS = (
    select(REPORT, ITEM.c.title, COPY.c.text, COPY.c.summary)
    .join(ITEM, ITEM.c.id == REPORT.c.item)
    .outerjoin(COPY, COPY.c.id == ITEM.c.text_copy)
    .where(REPORT.c.story.in_(bindparam("stories", expanding=True)))
    .order_by(REPORT.c.at, ITEM.c.public_id)
)
_KEEP = (
    update(REPORT)
    .where(REPORT.c.item == bindparam("of_item"))
    .values({name: bindparam(name) for name in ("story", "words", "names", "rare")})
)
_INDEX = insert(REPORT_WORD)


@dataclass(frozen=True)
class Waiting:
    """A published item that has not been compared yet."""

    item: int
    newsroom: str
    language: str
    at: datetime
    state: str
    title: str
    text: str


@dataclass(frozen=True)
class Told:
    """An item beside which another one of its story is named."""

    title: str
    newsroom: str
    url: str


def wait(connection: Connection, items: Iterable[tuple[int, str, str, datetime]], now: datetime) -> None:
    """Let items (each with newsroom, language and date) that have just been published be compared with others."""
    rows = [
        {"item": item, "newsroom": newsroom, "language": language[:2].lower(), "at": at}
        for item, newsroom, language, at in items
    ]
    known = set(connection.scalars(select(REPORT.c.item).where(REPORT.c.item.in_([row["item"] for row in rows]))))
    if new := [row for row in rows if row["item"] not in known]:
        empty: dict[str, Any] = {"seen_at": now, "words": {}, "names": [], "rare": []}
        connection.execute(insert(REPORT), [row | empty for row in new])


def list_waiting(connection: Connection) -> list[int]:
    """List the items that have not been compared yet, in the order in which they were published."""
    statement = select(REPORT.c.item).join(ITEM, ITEM.c.id == REPORT.c.item).where(REPORT.c.story.is_(None))
    return list(connection.scalars(statement.order_by(REPORT.c.at, ITEM.c.public_id)))


def load_waiting(connection: Connection, items: Collection[int]) -> list[Waiting]:
    """Load some of them with the text that is shown, in the same order."""
    return [Waiting(*row) for row in connection.execute(_WAITING, {"items": list(items)})]


def count_words(
    connection: Connection, language: str, items: int, added: Mapping[str, int]
) -> tuple[int, dict[str, int]]:
    """Count the words of some items of a language.

    Args:
        added: in how many of these items each word occurs.
    Returns:
        How many items have been counted now, and in how many of them each of these words occurs.
    """
    change = {**added, _DOCUMENTS: items}
    known: dict[str, int] = {}
    for chunk in _chunks(sorted(change)):
        known.update(connection.execute(_COUNTS, {"language": language, "words": chunk}).all())
    if known.get(_DOCUMENTS, 0) > _MOST_DOCUMENTS:
        _halve_counts(connection, language)
        return count_words(connection, language, items, added)
    if new := [word for word in change if word not in known]:
        connection.execute(
            _COUNT_NEW, [{"language": language, "word": word, "documents": change[word]} for word in sorted(new)]
        )
    together: dict[int, list[str]] = {}
    for word in known:
        together.setdefault(change[word], []).append(word)
    for by, words in together.items():
        for chunk in _chunks(words):
            connection.execute(_COUNT_KNOWN, {"of_language": language, "of_words": chunk, "by": by})
    counts = {word: known.get(word, 0) + by for word, by in change.items()}
    return counts.pop(_DOCUMENTS), counts


def _chunks(words: Sequence[str]) -> Iterator[Sequence[str]]:
    return (words[start : start + _CHUNK] for start in range(0, len(words), _CHUNK))


def _halve_counts(connection: Connection, language: str) -> None:
    of_language = WORD_COUNT.c.language == language
    connection.execute(update(WORD_COUNT).where(of_language).values(documents=WORD_COUNT.c.documents // 2))
    connection.execute(delete(WORD_COUNT).where(of_language, WORD_COUNT.c.documents < 1))


def find_near(
    connection: Connection, language: str, words: Collection[str], least: int, at: datetime, now: datetime
) -> dict[int, list[Report]]:
    """Find the stories of which a report shares words with another, those that share most first.

    Args:
        least: so many of the words are shared.
        at: when the other was published.
    Returns:
        By the item that began it, the last reports of each in order of time.
    """
    limits = {"first_at": at - WINDOW, "last_at": at + WINDOW, "since": now - WINDOW, "least": least}
    stories = list(connection.scalars(_NEAR, {"language": language, "words": list(words), **limits}))
    if not stories:
        return {}
    found: dict[int, list[Report]] = {story: [] for story in stories}
    for row in connection.execute(_REPORTS, {"stories": stories}):
        account = Account(row.newsroom, row.title, row.text or row.summary or "", row.at)
        report = Report(row.item, row.language, account, row.words, frozenset(row.names), tuple(row.rare))
        found[row.story].append(report)
    return {story: reports[-_MEMBERS:] for story, reports in found.items()}


def keep_report(connection: Connection, report: Report, story: int) -> None:
    """Keep a report that has been compared, with the story that it belongs to, for others to be compared with."""
    words = {word: round(weight, 3) for word, weight in report.words.items()}
    values = {"of_item": report.id, "story": story, "words": words, "names": sorted(report.names)}
    connection.execute(_KEEP, values | {"rare": list(report.rare)})
    rows = [{"language": report.language, "word": word, "item": report.id} for word in sorted(report.rare)]
    if rows:
        connection.execute(_INDEX, rows)


def leave_alone(connection: Connection, items: Collection[int]) -> None:
    """Let items wait no longer: they are compared with no others."""
    if items:
        connection.execute(update(REPORT).where(REPORT.c.item.in_(items)).values(story=REPORT.c.item))


def forget_reports(connection: Connection, items: Collection[int]) -> None:
    connection.execute(delete(REPORT_WORD).where(REPORT_WORD.c.item.in_(items)))
    connection.execute(delete(REPORT).where(REPORT.c.item.in_(items)))


def uncount_words(connection: Connection, items: Collection[int]) -> None:
    """Take the words of some items back out of the counts, so that none stands there that only they had."""
    for language, words in connection.execute(
        select(REPORT.c.language, REPORT.c.words).where(REPORT.c.item.in_(items))
    ):
        for chunk in _chunks(sorted([*words, _DOCUMENTS])):
            connection.execute(_COUNT_KNOWN, {"of_language": language, "of_words": chunk, "by": -1})
        of_nobody = (WORD_COUNT.c.language == language, WORD_COUNT.c.documents < 1, WORD_COUNT.c.word != _DOCUMENTS)
        connection.execute(delete(WORD_COUNT).where(*of_nobody))


def forget_before(connection: Connection, before: datetime) -> int:
    """Forget the reports of stories that went on last before an instant, some at a time; returns how many."""
    ended = select(REPORT.c.story).where(REPORT.c.story.is_not(None)).group_by(REPORT.c.story)
    ended = ended.having(func.max(REPORT.c.seen_at) < before).limit(_AT_ONCE)
    items = list(connection.scalars(select(REPORT.c.item).where(REPORT.c.story.in_(ended))))
    if items:
        forget_reports(connection, items)
    return len(items)


# --- what outputs show ----------------------------------------------------------------------------------------------


def told_too(connection: Connection, topic: str, items: Sequence[int]) -> dict[int, list[Told]]:
    """Map items to the others of their stories that are published and belong to a topic, too, the first first."""
    pairs: set[tuple[int, int]] = set()
    for one, other in ((LINK.c.item, LINK.c.other), (LINK.c.other, LINK.c.item)):
        linked = connection.execute(select(one, other).where(one.in_(items), LINK.c.kind == "story"))
        pairs.update((row[0], row[1]) for row in linked)
    if not pairs:
        return {}
    statement = (
        select(ITEM.c.id, ITEM.c.title, ITEM.c.publication, func.coalesce(ITEM.c.origin_url, COPY.c.url, ""))
        .join(PLACEMENT, PLACEMENT.c.item == ITEM.c.id)
        .outerjoin(COPY, COPY.c.id == ITEM.c.text_copy)
        .where(ITEM.c.id.in_({other for _, other in pairs}), ITEM.c.state == "published")
        .where(PLACEMENT.c.topic == topic, PLACEMENT.c.left_at.is_(None))
        .order_by(*_order(ITEM, PLACEMENT))
    )
    told = {row[0]: Told(*row[1:]) for row in connection.execute(statement)}
    return {item: [one for other, one in told.items() if (item, other) in pairs][:_NAMED] for item, _ in pairs}


def lead_of(connection: Connection, topic: str, item: int) -> tuple[str, str] | None:
    """Return id and title of the item behind which another one stands in a topic; None where it stands itself."""
    candidates = [item, *connection.scalars(select(LINK.c.other).where(LINK.c.item == item, LINK.c.kind == "story"))]
    candidates += connection.scalars(select(LINK.c.item).where(LINK.c.other == item, LINK.c.kind == "story"))
    statement = (
        select(ITEM.c.id, ITEM.c.public_id, ITEM.c.title)
        .join(PLACEMENT, PLACEMENT.c.item == ITEM.c.id)
        .where(ITEM.c.id.in_(candidates), *_stands(ITEM, PLACEMENT, topic))
        .order_by(*_order(ITEM, PLACEMENT))
        .limit(1)
    )
    first = connection.execute(statement).first()
    return (first.public_id, first.title) if first and first.id != item else None


def follows(topic: str) -> Any:
    """Make the condition on ITEM and PLACEMENT that an item stands behind another one of its story in a topic.

    The one that stood there first leads, so that none ever takes another's place.
    """
    other, placed = ITEM.alias(), PLACEMENT.alias()
    linked = select(other.c.id).join(placed, placed.c.item == other.c.id).where(*_stands(other, placed, topic))
    linked = linked.where(tuple_(*_order(other, placed)) < tuple_(*_order(ITEM, PLACEMENT)))
    conditions = [
        linked.where(one == ITEM.c.id, another == other.c.id, LINK.c.kind == "story")
        .correlate(ITEM, PLACEMENT)
        .exists()
        for one, another in ((LINK.c.item, LINK.c.other), (LINK.c.other, LINK.c.item))
    ]
    return conditions[0] | conditions[1]


def _stands(item: Any, placement: Any, topic: str) -> tuple[Any, ...]:
    is_placed = placement.c.left_at.is_(None) & placement.c.late.is_(False)
    return placement.c.topic == topic, is_placed, item.c.state == "published"


def _order(item: Any, placement: Any) -> tuple[Any, ...]:
    return placement.c.since, item.c.first_published_at, item.c.sort_at, item.c.public_id
