"""Quality through the program's own functions: JSON lines in on standard input, JSON lines out on standard output.

Run as `python bench/quality.py COMMAND < records.jsonl > results.jsonl`. What a command reads and writes stands at its
function. Nothing is judged here: whoever has the right answers compares.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from lxml.etree import Element
from lxml.html import document_fromstring

from aggregator.clean.html import plain_text
from aggregator.errors import ExpressionError, ExtractError
from aggregator.expressions.document import Document
from aggregator.expressions.expression import parse_expression
from aggregator.extract.boilerplate import fingerprints, strip_boilerplate
from aggregator.extract.byline import choose_authors
from aggregator.extract.language import detect_language
from aggregator.extract.metadata import read_authors, read_json_ld
from aggregator.models import Article, Entry, ExtractRules, Response, Source
from aggregator.sources import check_sources
from aggregator.topics import compile_topics, route, why_not
from aggregator.work.prepare import prepare_entries, prepare_page

Record = dict[str, Any]

_LANGUAGES = "en es pt fr de it nl pl ca gl".split()  # in use, where a record does not say


def extraction(page: Record) -> Record:
    """Read `{id, url, html}`; write `{id, text, html}`: the body as it is kept, empty when there is none."""
    response = Response(200, page["url"], page["html"].encode(), "text/html; charset=utf-8")
    try:
        article, _ = prepare_page(page["url"], response, (), ExtractRules())
    except ExtractError as error:
        return {"id": page["id"], "text": "", "html": "", "why": str(error)}
    return {"id": page["id"], "text": article.text, "html": article.html}


def boilerplate(pages: Iterable[Record]) -> Iterator[Record]:
    """Read `{id, source, url, html}`, pages of a source together; write `{id, text}`, each knowing all the others."""
    for _, group in groupby(pages, key=lambda page: page["source"]):
        of_source = [(page["id"], _read(page)) for page in group]
        adds = [fingerprints(article.html, article.title) for _, article in of_source]
        seen = Counter(one for added in adds for one in added)
        for (page_id, article), added in zip(of_source, adds, strict=True):
            others = {one: seen[one] - 1 for one in added}
            yield {"id": page_id, "text": _stripped(article, others, len(of_source) - 1)}


def boilerplate_streaming(pages: Iterable[Record]) -> Iterator[Record]:
    """Do as `boilerplate`, but each page knows only those of its source that came before."""
    for _, group in groupby(pages, key=lambda page: page["source"]):
        seen: Counter[int] = Counter()
        for number, page in enumerate(group):
            article = _read(page)
            yield {"id": page["id"], "text": _stripped(article, seen, number)}
            seen.update(fingerprints(article.html, article.title))


def _read(page: Record) -> Article:
    response = Response(200, page["url"], page["html"].encode(), "text/html; charset=utf-8")
    try:
        return prepare_page(page["url"], response, (), ExtractRules())[0]
    except ExtractError:
        return Article()


def _stripped(article: Article, seen: dict[int, int], articles: int) -> str:
    return plain_text(strip_boilerplate(article.html, article.title, seen, articles).html)


def byline(record: Record) -> Record:
    """Read `{id, url, source, title, creator, meta, jsonld, body_html}`.

    Write `{id, people, publication, url, body_html}`, the byline's line gone.

    The body is that of a feed's entry, `creator` its author or authors; `meta` (a name and content each, or the author
    alone) and `jsonld` are what its page says.
    """
    meta, creator, jsonld = (record.get(name) or () for name in ("meta", "creator", "jsonld"))
    pairs = meta.items() if isinstance(meta, dict) else [("author", meta)] if isinstance(meta, str) else meta
    page = document_fromstring("<html><head></head><body></body></html>")
    head = page[0]
    for name, content in (tuple(one.values())[:2] if isinstance(one, dict) else one for one in pairs):
        head.append(Element("meta", name=str(name), content=str(content or "")))
    if jsonld:
        script = Element("script", type="application/ld+json")
        script.text = json.dumps(_as_article(jsonld))
        head.append(script)
    stated = read_authors(page, read_json_ld(page), record["url"])
    authors = choose_authors(stated, (creator,) if isinstance(creator, str) else tuple(creator))
    entry = Entry("1", record["url"], record.get("title") or "", content_html=record["body_html"], authors=authors)
    (candidate,) = prepare_entries([entry], [entry], Source("source", record.get("source") or ""))
    found = candidate.article.attribution
    return {
        "id": record["id"],
        "people": list(found.people),
        "publication": found.publication,
        "url": found.publication_url,
        "body_html": candidate.article.html,
    }


def _as_article(jsonld: Any) -> Any:
    """Return JSON-LD as a page has it; given may be its text, the article's object or only the author."""
    if isinstance(jsonld, str):
        try:
            jsonld = json.loads(jsonld)
        except ValueError:
            return {"@type": "Article", "author": jsonld}
    if isinstance(jsonld, dict) and ("@graph" in jsonld or ("author" in jsonld and "@type" in jsonld)):
        return jsonld
    if isinstance(jsonld, dict) and "author" in jsonld:
        return {"@type": "Article", **jsonld}
    objects = jsonld if isinstance(jsonld, list) else [jsonld]
    is_page = any(isinstance(one, dict) and {"author", "headline", "publisher"} & one.keys() for one in objects)
    return jsonld if is_page else {"@type": "Article", "author": jsonld}


def byline_page(page: Record) -> Record:
    """Read `{id, url, html}`; write `{id, people, publication}`."""
    found = _read(page).attribution
    return {"id": page["id"], "people": list(found.people), "publication": found.publication}


def language(record: Record) -> Record:
    """Read `{id, text}`; write `{id, lang}`, "" when it is not clear. `languages` beside the text are those in use."""
    return {"id": record["id"], "lang": detect_language(record["text"], record.get("languages") or _LANGUAGES)}


def neardup(items: Iterable[Record]) -> Iterator[Record]:
    """Read `{id, source, url, guid, title, published, lang, content_html}` as they come; write `{id, group}`."""
    from bench import neardup as bench  # the store takes long to import

    return bench.neardup(items)


def story(items: Iterable[Record]) -> Iterator[Record]:
    """Read `{id, source, url, title, published, lang, content_html}` in order of time; write `{id, story}`."""
    from bench import story as bench

    return bench.story(items)


def origin(record: Record) -> Record:
    """Read `{id, copies}`; write `{id, origin, publication, url}`: a copy's id, or null when none of them is it."""
    from bench import origin as bench

    return bench.origin(record)


def expression(record: Record) -> Record:
    """Read `{id, expression}` and an item's fields as `_document` has them; write `{id, matches, reason}`.

    An expression that cannot be read gives `{id, error, column}`.
    """
    try:
        read = parse_expression(record["expression"])
    except ExpressionError as error:
        return {"id": record.get("id"), "error": str(error), "column": error.column}
    reason = read.reason(_document(record, {}))
    return {"id": record.get("id"), "matches": reason is not None, "reason": reason or ""}


def topics(records: Iterable[Record]) -> Iterator[Record]:
    """Read `{sources_toml}` first, then items; write `{id, topics, why}` for each: which it joins, and what all say.

    An item has an `id` and the fields that `_document` has; `source` is the id of who wrote it, or a list of ids with
    that first.
    """
    records = iter(records)
    config = check_sources(next(records, {}).get("sources_toml", "")).config
    rules = compile_topics(config.topics)
    sources = {source.id: source for source in config.sources}
    for record in records:
        document = _document(record, sources)
        joined = {name: route(rule, document) for name, rule in rules.items()}
        yield {
            "id": record["id"],
            "topics": [name for name, why in joined.items() if why is not None],
            "why": {name: joined[name] or why_not(rule, document) for name, rule in rules.items()},
        }


def _document(record: Record, sources: Mapping[str, Source]) -> Document:
    """Make a document of title, text or html, author, publication, source, categories, lang, published."""

    def several(name: str) -> tuple[str, ...]:
        value = record.get(name) or ()
        return (value,) if isinstance(value, str) else tuple(value)

    ids = several("source")
    known = [sources[name] for name in ids if name in sources]
    return Document(
        title=record.get("title") or "",
        text=record.get("text") or plain_text(record.get("html") or ""),
        authors=several("author"),
        publication=record.get("publication") or "",
        sources=ids,
        categories=several("categories"),
        language=record.get("lang") or "",
        published_at=_instant(record.get("published")),
        countries=tuple(source.country for source in known[:1] if source.id == ids[0] and source.country),
        default_topics=tuple(topic for source in known for topic in source.topics),
    )


def _instant(text: str | None) -> datetime | None:
    instant = datetime.fromisoformat(text) if text else None
    return instant if instant is None or instant.tzinfo else instant.replace(tzinfo=UTC)


_COMMANDS: dict[str, Callable[[Record], Record]] = {
    "extraction": extraction,
    "byline": byline,
    "byline-page": byline_page,
    "language": language,
    "origin": origin,
    "expression": expression,
}
_SEQUENCES: dict[str, Callable[[Iterable[Record]], Iterator[Record]]] = {
    "boilerplate": boilerplate,
    "boilerplate-streaming": boilerplate_streaming,
    "neardup": neardup,
    "story": story,
    "topics": topics,
}


def main() -> None:
    """Run a command over all records."""
    name = sys.argv[1] if len(sys.argv) == 2 else ""
    records = (json.loads(line) for line in sys.stdin if line.strip())
    if name in _COMMANDS:
        results: Iterable[Record] = map(_COMMANDS[name], records)
    elif name in _SEQUENCES:
        results = _SEQUENCES[name](records)
    else:
        sys.exit(f"usage: quality.py {'|'.join([*_COMMANDS, *_SEQUENCES])} < records.jsonl > results.jsonl")
    for result in results:
        print(json.dumps(result, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
