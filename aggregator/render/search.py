"""Writes the page of the search: a form, and what was found.

Frame, words and stylesheet are those of `html`. What was looked for is marked in titles and passages: they are escaped
first, then the marks become tags.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from urllib.parse import urlencode

from aggregator.models import CLOSE_MARK, OPEN_MARK, SearchRequest, SearchResult, Site
from aggregator.render.html import write_page
from aggregator.render.wording import language_tag

# What speakers call their language.
_LANGUAGES = {
    "ay": "Aymar aru", "ca": "Català", "de": "Deutsch", "en": "English", "es": "Español", "fr": "Français",
    "gn": "Avañe'ẽ", "it": "Italiano", "nl": "Nederlands", "pt": "Português", "qu": "Runa Simi",
}  # fmt: skip
# The names that a request has in an address.
_NAMES = {"text": "q", "topic": "topic", "source": "source", "language": "language", "since": "from", "until": "to"}


def render_search(
    site: Site,
    request: SearchRequest,
    result: SearchResult | None,
    topics: Mapping[str, str],
    sources: Mapping[str, str],
    languages: Sequence[str],
) -> bytes:
    """Write the page, `search`.

    Args:
        result: None: nothing was asked for yet.
        topics, sources: titles and names by their ids, to choose from.
    Raises:
        ConfigError: the site's timezone is not known.
    """
    names = {tag: _LANGUAGES.get(tag.lower(), tag) for tag in map(language_tag, languages) if tag}
    values: dict[str, object] = {
        "request": request,
        "result": result,
        "hits": [(hit.item, _marked(hit.title), _marked(hit.passage)) for hit in result.hits] if result else [],
        "choices": {
            "topic": _with_chosen(topics, request.topic),
            "source": _with_chosen(sources, request.source),
            "language": _with_chosen(names, request.language),
        },
        "is_narrowed": any((request.topic, request.source, request.language, request.since, request.until)),
        "older": _address(request, before=result.older) if result and result.older is not None else "",
        "newer": _address(request, after=result.newer) if result and result.newer is not None else "",
        "address": f"{site.base_url}search",
        "about": "",
        "changed_at": None,
        "root": "",
    }
    return write_page("search.html", site.language, site, values)


def _with_chosen(names: Mapping[str, str], chosen: str) -> dict[str, str]:
    """Return what can be chosen, by name; with what was asked for, though there is no such thing."""
    listed = dict(sorted(names.items(), key=lambda one: one[1].casefold()))
    return listed if not chosen or chosen in listed else {**listed, chosen: chosen}


def _marked(text: str) -> str:
    """Return plain text as HTML, with tags where its marks are."""
    return escape(text).replace(OPEN_MARK, "<mark>").replace(CLOSE_MARK, "</mark>")


def _address(request: SearchRequest, **place: int | None) -> str:
    asked = replace(request, before=None, after=None)
    given = {name: getattr(asked, field) for field, name in _NAMES.items() if getattr(asked, field)}
    return f"search?{urlencode({**given, **place}, errors='replace')}"
