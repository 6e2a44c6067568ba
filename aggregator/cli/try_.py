"""`aggregator try URL`: what a source's rules make of one page. Opens no store and writes nothing."""

import asyncio
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli.asking import open_tools
from aggregator.cli.options import JsonOption, SourcesOption, check_names, load_config, settings_from
from aggregator.cli.wording import grant
from aggregator.plaintext import clean_text, count_words

if TYPE_CHECKING:
    from aggregator.models import Article, Config
    from aggregator.settings import Settings
    from aggregator.work.trial import Text, Trial

_BEGINNING = 200  # characters, two lines of a terminal


def try_page(
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of an article's page.")],
    source: Annotated[str | None, typer.Option("--source", metavar="ID", help="Whose rules; else by host.")] = None,
    html: Annotated[bool, typer.Option("--html", help="Print the result as HTML instead of plain text.")] = False,
    sources: SourcesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch an article's page and its feed once, and show what comes of them; writes nothing.

    Shows what the feed gave and what the page gave, what was left out by which rule, which rules matched nothing, and
    the text as it would be published. May be used beside a running service.
    """
    settings = settings_from(sources=sources)
    config = load_config(settings)
    check_names("source", [source] if source else [], [one.id for one in config.sources])
    trial = asyncio.run(_try(url, source, settings, config))
    if as_json:
        print(json.dumps(_document(url, trial), ensure_ascii=False, indent=2))
    else:
        _show(trial)
        print(f"\n{trial.result.html if html else trial.result.text}")


async def _try(url: str, source: str | None, settings: "Settings", config: "Config") -> "Trial":
    from aggregator.service import system_clock
    from aggregator.work.trial import find_source, try_page

    found = find_source(url, config, source)
    async with open_tools(settings, config) as tools:
        return await try_page(
            url, found, config.house, client=tools.client, robots=tools.robots, pool=tools.pool, clock=system_clock
        )


# --- for programs ----------------------------------------------------------------------------------------------------


def _document(url: str, trial: "Trial") -> dict[str, Any]:
    texts = {"feed": trial.feed, "page": trial.page}
    return {
        "url": url,
        "source": trial.source.id,
        **{name: _facts(text) for name, text in texts.items()},
        "removed": [
            {"from": name, "rule": removal.rule, "text": removal.text}
            for name, text in texts.items()
            for removal in text.removed
        ],
        "warnings": trial.warnings,
        "result": {
            "from": trial.chosen,
            "why": trial.why,
            "rights": grant(trial.source.rights),
            "words": count_words(trial.result.text),
            "text": trial.result.text,
            "html": trial.result.html,
        },
    }


def _facts(text: "Text") -> dict[str, Any]:
    article = text.article
    facts: dict[str, Any] = {"url": text.url, "found": article is not None, "why": text.why}
    if article:
        facts |= {
            "title": article.title,
            "people": article.attribution.people,
            "publication": article.attribution.publication,
            "published_at": article.published_at.isoformat() if article.published_at else None,
            "language": article.language,
            "canonical_url": article.canonical_url,
            "licence": article.licence,
            "words": count_words(article.text),
            "beginning": _beginning(article),
        }
    return facts


# --- for people ------------------------------------------------------------------------------------------------------


def _show(trial: "Trial") -> None:
    print(f"source {trial.source.id}: {trial.source.name}")
    for name, text in (("feed", trial.feed), ("page", trial.page)):
        print(f"\n{name} {text.url}".rstrip())
        for fact, value in _facts(text).items():
            if fact not in ("url", "found") and value not in ("", None, ()):
                _line(fact.replace("_", " "), ", ".join(value) if isinstance(value, tuple) else str(value))
    removals = [(name, one) for name, text in (("feed", trial.feed), ("page", trial.page)) for one in text.removed]
    print("\nleft out" if removals else "\nleft out: nothing")
    for name, removal in removals:
        print(f"  {name}: {removal.rule}: {clean_text(removal.text)}")
    for warning in trial.warnings:
        print(f"warning: {warning}")
    words = count_words(trial.result.text)
    print(f"\nresult: {f'the text of the {trial.chosen}' if words else 'none'}, {words} words: {trial.why}")
    print(f"readers get {grant(trial.source.rights)}")


def _line(name: str, value: str) -> None:
    print(f"  {name:<13} {clean_text(value)}")


def _beginning(article: "Article") -> str:
    text = " ".join(article.text.split())
    return text if len(text) <= _BEGINNING else text[:_BEGINNING].rstrip() + "…"
