"""Items on one event, through the program's own functions (see `quality`)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from aggregator.dedupe.comparison import Account
from aggregator.dedupe.story import Frequencies, Report, Telling, choose_story, is_near, read_telling, weigh
from aggregator.models import Entry, Source
from aggregator.parse.dates import entry_date
from aggregator.work.prepare import prepare_entries

Record = dict[str, Any]

_LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def story(items: Iterable[Record]) -> Iterator[Record]:
    """Read `{id, source, url, title, published, lang, content_html}` in order of time; write `{id, story}`.

    Words are counted over all items, as a store that has been running for a while has counted them.
    """
    given = list(items)
    texts = [_read(item) for item in given]
    tellings = [read_telling(item["title"], text) for item, text in zip(given, texts, strict=True)]
    counted = {language: count_words(given, tellings, language) for language in set(map(_language, given))}
    stories: list[list[Report]] = []
    for number, (item, telling) in enumerate(zip(given, tellings, strict=True)):
        at = entry_date(item.get("published") or "", _LATEST) or datetime(2026, 1, 1, tzinfo=UTC)
        words, rare = weigh(telling, counted[_language(item)])
        account = Account(item["source"], item["title"], texts[number], at)
        report = Report(number, _language(item), account, words, telling.names, rare)
        recent = [one for one in stories if is_near(report.at, one[0].at, one[-1].at)]
        joined = choose_story(report, recent)
        if joined is None:
            stories.append([report])
        else:
            recent[joined.place].append(report)
    named = {report.id: given[one[0].id]["id"] for one in stories if len(one) > 1 for report in one}
    for number, item in enumerate(given):
        yield {"id": item["id"], "story": named.get(number)}


def count_words(items: Iterable[Record], tellings: Iterable[Telling], language: str) -> Frequencies:
    """Count in how many of a language's items each word occurs."""
    counts: Counter[str] = Counter()
    documents = 0
    for item, telling in zip(items, tellings, strict=True):
        if _language(item) == language:
            documents += 1
            counts.update(telling.words.keys())
    return Frequencies(documents, counts, language)


def _language(item: Record) -> str:
    return (item.get("lang") or "")[:2].lower()


def _read(item: Record) -> str:
    entry = Entry(str(item["id"]), item.get("url") or "", item["title"], content_html=item["content_html"])
    (candidate,) = prepare_entries([entry], [entry], Source(item["source"], item["source"]))
    return candidate.article.text
