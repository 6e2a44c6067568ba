"""What an entry must be, whatever format it came in: capped, told apart from its neighbours, hashed."""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime

from aggregator.models import Enclosure, Entry, Image
from aggregator.parse.text import first_words_of, person, title_text, visible_text
from aggregator.plaintext import clean_text, publishable

MAX_HTML_CHARS = 2_000_000
MAX_GUID_CHARS = 1_000
MAX_CATEGORIES = 50
MAX_ENCLOSURES = 50
MAX_AUTHORS = 20
MAX_NAME_CHARS = 300  # of an author or a category
MAX_TYPE_CHARS = 100
MAX_LANGUAGE_CHARS = 35  # what RFC 5646 §4.4.1 asks to have room for
_LONGEST_PASSWORD_FORM = 5_000

_PASSWORD_FORM = re.compile(r"<form\b.*?\btype\s*=\s*[\"']?password\b.*?(?:</form\s*>|\Z)", re.I | re.S)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_FAR_AHEAD = datetime.max.replace(tzinfo=UTC)


def make_entry(
    *,
    guid: str,
    url: str,
    title: str,
    summary_html: str,
    content_html: str,
    authors: Iterable[str],
    categories: Iterable[str],
    published_at: datetime | None,
    updated_at: datetime | None,
    language: str,
    image: Image | None,
    enclosures: Iterable[Enclosure],
) -> Entry:
    """Make an entry of what a format's reader found; its guid may be empty still, its hash is missing (see `settle`).

    Args:
        title: text or markup; a missing one is made of the body's first words.
        authors, categories: text or markup, doubles allowed.
    """
    content_html, summary_html = _bodies(publishable(content_html).strip(), publishable(summary_html).strip())
    return Entry(
        guid=_short_guid(publishable(guid).strip()),
        url=url,
        title=title_text(title) or first_words_of(summary_html or content_html),
        summary_html=summary_html,
        content_html=content_html,
        authors=_distinct((person(name) for name in authors), MAX_AUTHORS),
        categories=_distinct((title_text(category) for category in categories), MAX_CATEGORIES),
        published_at=published_at,
        updated_at=updated_at,
        language=language_tag(language),
        image=image,
        enclosures=tuple({enclosure.url: _short_type(enclosure) for enclosure in enclosures}.values())[:MAX_ENCLOSURES],
    )


def make_listed(
    url: str,
    title: str,
    *,
    published_at: datetime | None = None,
    updated_at: datetime | None = None,
    categories: Iterable[str] = (),
    language: str = "",
    image: Image | None = None,
) -> Entry:
    """Make an entry of what a list says of a page: it has no text, and its address is its guid. See `make_entry`."""
    return make_entry(
        guid=url,
        url=url,
        title=title,
        summary_html="",
        content_html="",
        authors=(),
        categories=categories,
        published_at=published_at,
        updated_at=updated_at,
        language=language,
        image=image,
        enclosures=(),
    )


def settle(entries: Iterable[Entry], max_entries: int) -> tuple[Entry, ...]:
    """Give every entry a guid that is its own, keep one of each and the newest `max_entries`, and hash them.

    An entry without guid gets its address, one without address a hash of title and body: both the same at every poll.
    Where several share a guid and it is plain that they are different articles (a guid "0", or no guid and every link
    to the home page), each gets a hash of address and title instead. Otherwise they are one entry given twice: the
    latest by date stays, the first in the document where dates do not tell. The document's order is kept. One that has
    its hash already keeps it.
    """
    groups: dict[str, list[tuple[int, Entry]]] = {}
    for position, entry in enumerate(entries):
        groups.setdefault(_name_of(entry), []).append((position, entry))
    distinct: dict[str, tuple[int, Entry]] = {}
    for shared_guid, group in groups.items():
        apart = len(group) > 1 and _are_different([entry for _, entry in group])
        for position, entry in group:
            guid = _hash_of(entry.url, entry.title) if apart else shared_guid
            known = distinct.get(guid)
            if known is None or _changed_at(entry) > _changed_at(known[1]):
                own = entry if entry.guid == guid else replace(entry, guid=guid)
                distinct[guid] = (known[0] if known else position, own)
    newest_first = sorted(distinct.values(), key=lambda found: found[1].published_at or _FAR_AHEAD, reverse=True)
    kept = sorted(newest_first[:max_entries], key=lambda found: found[0])
    return tuple(entry if entry.hash else replace(entry, hash=entry_hash(entry)) for _, entry in kept)


def stand_apart(entries: Sequence[Entry], max_entries: int) -> bool:
    """Say whether `settle` looks at each of them alone, so that what it makes of one does not depend on the others."""
    return len({_name_of(entry) for entry in entries}) == len(entries) <= max_entries


def entry_hash(entry: Entry) -> str:
    """Return the SHA-256 over all fields but `hash` itself; the same in every process."""
    values = asdict(entry) | {"hash": ""}
    serialized = json.dumps(values, default=datetime.isoformat, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(serialized.encode("ascii")).hexdigest()


def language_tag(text: str) -> str:
    """Return a language as it is written (RFC 5646 §2.1), "" for what is none."""
    tag = text.strip().replace("_", "-")
    return tag if len(tag) <= MAX_LANGUAGE_CHARS and _LANGUAGE.fullmatch(tag) else ""


def _name_of(entry: Entry) -> str:
    return entry.guid or entry.url or _hash_of(entry.title, _body(entry))


def _short_type(enclosure: Enclosure) -> Enclosure:
    return replace(enclosure, type=clean_text(enclosure.type.lower()[:MAX_TYPE_CHARS]))


def _bodies(content: str, summary: str) -> tuple[str, str]:
    """Cap both, see that the longer text is the content, and empty both when there is only a password to enter."""
    if _is_password_form(content or summary):
        return "", ""
    if content and summary:
        text, summary_text = visible_text(content), visible_text(summary)
        if len(summary_text) > len(text):
            content, summary = summary, content
        if text == summary_text:
            content, summary = max(content, summary, key=len), ""
    return content[:MAX_HTML_CHARS], summary[:MAX_HTML_CHARS]


def _is_password_form(body: str) -> bool:
    """Say whether a body is nothing but the form WordPress shows in place of a protected post."""
    if "<form" not in body or len(body) > _LONGEST_PASSWORD_FORM:
        return False
    rest = _PASSWORD_FORM.sub("", body)
    return rest != body and not visible_text(rest)


def _are_different(group: list[Entry]) -> bool:
    titles = {entry.title for entry in group}
    urls = {entry.url for entry in group}
    return len(titles) > 1 and (len(urls) > 1 or not group[0].guid)


def _changed_at(entry: Entry) -> datetime:
    return entry.updated_at or entry.published_at or _LONG_AGO


def _body(entry: Entry) -> str:
    return entry.content_html or entry.summary_html


def _short_guid(guid: str) -> str:
    return guid if len(guid) <= MAX_GUID_CHARS else _hash_of(guid)


def _hash_of(*parts: str) -> str:
    return "urn:sha256:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _distinct(texts: Iterable[str], most: int) -> tuple[str, ...]:
    """Drop the empty ones and doubles that differ in case only, and cut the others."""
    first: dict[str, str] = {}
    for text in texts:
        if short := text[:MAX_NAME_CHARS].rstrip():
            first.setdefault(short.casefold(), short)
    return tuple(first.values())[:most]
