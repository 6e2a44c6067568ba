"""The origin of an item by what its copies say, through the program's own functions (see `quality`)."""

from datetime import UTC, datetime
from typing import Any

from aggregator.dedupe.origin import choose_origin
from aggregator.models import Config, CopyFacts, Entry, Role, Site, Source
from aggregator.parse.dates import entry_date
from aggregator.urls import canonicalize
from aggregator.work.prepare import prepare_entries

Record = dict[str, Any]

_SITE = Site("Wire", "https://wire.example/", "wire.example", "2026-11-22")
_NEVER = datetime(2100, 1, 1, tzinfo=UTC)
_ROLES: tuple[Role, ...] = ("origin", "mixed", "republisher")


def origin(record: Record) -> Record:
    """Read `{id, copies}`; write `{id, origin, publication, url}` and why.

    A copy is `{id, source, name, aliases, role, url, canonical, og_url, title, creator, published, first_seen,
    content_html}`.
    """
    copies = record["copies"]
    sources = {copy["source"]: _as_source(copy) for copy in copies}
    config = Config(_SITE, tuple(sources.values()), (), "")
    facts = [_as_facts(number, copy, sources[copy["source"]]) for number, copy in enumerate(copies)]
    chosen = choose_origin(facts, config)
    return {
        "id": record["id"],
        "origin": None if chosen.copy is None else copies[chosen.copy]["id"],
        "publication": chosen.name,
        "url": chosen.url,
        "why": chosen.evidence,
    }


def _as_source(copy: Record) -> Source:
    role = next((role for role in _ROLES if role == copy.get("role")), "mixed")
    return Source(
        copy["source"], copy.get("name") or copy["source"], role=role, aliases=tuple(copy.get("aliases") or ())
    )


def _as_facts(number: int, copy: Record, source: Source) -> CopyFacts:
    """Make of a copy what the program makes of an entry and its page."""
    url, html, creator = copy["url"], copy.get("content_html") or "", copy.get("creator") or ()
    authors = (creator,) if isinstance(creator, str) else tuple(creator)
    entry = Entry("1", url, copy.get("title") or "", content_html=html, authors=authors)
    (candidate,) = prepare_entries([entry], [entry], source)
    attribution = candidate.article.attribution
    declared = copy.get("canonical") or copy.get("og_url") or ""
    return CopyFacts(
        id=number,
        source=source.id,
        url=url,
        canonical_url=candidate.canonical_url,
        declared_url=declared,
        declared_canonical_url=canonicalize(declared),
        title=entry.title,
        people=attribution.people,
        publication=attribution.publication,
        publication_url=attribution.publication_url,
        language=source.language,
        published_at=entry_date(copy.get("published") or "", _NEVER),
        first_seen_at=entry_date(copy.get("first_seen") or "", _NEVER) or datetime(2026, 11, 22, tzinfo=UTC),
        text_length=len(candidate.article.text),
        og_url=copy.get("og_url") or "",
        credits=attribution.credits,
    )
