"""An edition of a digest -> the mail that readers get, or its entry in a feed (home of css-inline).

Everything is made of FeedItems, already cut to their rights. A mail has a part in HTML, its styles written into each
element since mail programs read little else, and the same in plain text. It stays below the size at which mail
programs cut: what has no room stands there by its title, and what has none even so is left for another edition.
"""

import hashlib
import re
import textwrap
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, formataddr, parseaddr
from functools import cache
from pathlib import Path
from typing import Any

from aggregator.models import Edition, FeedItem, TopicFeed
from aggregator.render.html import write_day, write_page
from aggregator.render.wording import body, headline, one_line, tidy_edition, uri

MOST_BYTES = 98_000  # of the HTML part as it is sent; Gmail cuts at 102 kB
_MOST_SUBJECT = 120  # characters
_MOST_NAME, _MOST_TITLE = 70, 300
_TEMPLATES = Path(__file__).parent / "templates"
_STYLE, _SCREENS = ((_TEMPLATES / name).read_text(encoding="utf-8") for name in ("digest.css", "digest_screens.css"))
_WAY_OUT = ("https:", "mailto:")
_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "one": "1 new article",
        "many": "{} new articles",
        "also_new": "Also new",
        "read": "Read it at",
        "original": "its own page",
        "by": "By",
        "why": "You get this because you are on the list",
        "leave": "Leave the list",
        "days": "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday",
    },
    "es": {
        "one": "1 artículo nuevo",
        "many": "{} artículos nuevos",
        "also_new": "También nuevo",
        "read": "Leer en",
        "original": "su propia página",
        "by": "Por",
        "why": "Recibe este correo porque está en la lista",
        "leave": "Darse de baja",
        "days": "Lunes, Martes, Miércoles, Jueves, Viernes, Sábado, Domingo",
    },
}


@dataclass(frozen=True)
class Written:
    """An edition as it goes out, and the public ids of the items that stand in it."""

    mail: bytes
    html: bytes
    shown: frozenset[str]


class _Whole(UnstructuredHeader, BaseHeader):
    """A header with an address in it, which mail programs understand on one line only."""

    def fold(self, *, policy: Any) -> str:
        name: str = getattr(self, "name")  # noqa: B009 - set by the library, and not declared
        return f"{name}: {self}{policy.linesep}"


def _policy() -> "EmailPolicy[EmailMessage]":
    headers = HeaderRegistry()
    for name in ("message-id", "list-id", "list-unsubscribe"):
        headers.map_to_type(name, _Whole)
    return SMTP.clone(cte_type="7bit", header_factory=headers)


def write_mail(edition: Edition, message_id: str, sender: str) -> Written:
    """Write the mail of an edition that has items.

    Args:
        sender: whom it comes from, where the digest names nobody.
    Raises:
        ConfigError: a time zone is not known.
    """
    edition = tidy_edition(edition)
    digest = edition.digest
    html, rich, titles = _fit(edition)
    message = EmailMessage(_policy())
    name, address = parseaddr(digest.sender or sender)
    message["From"] = formataddr((name or _shortened(digest.title, _MOST_NAME), address))
    if digest.list:
        message["To"] = digest.list
    if digest.reply_to:
        message["Reply-To"] = digest.reply_to
    message["Subject"] = subject_of(edition)
    message["Date"] = format_datetime(edition.made_at)
    message["Message-ID"] = message_id
    list_id = digest.list_id or f"{digest.id}.{edition.site.id_domain}"
    message["List-Id"] = f"<{list_id}>"
    if digest.unsubscribe:
        message["List-Unsubscribe"] = ", ".join(f"<{way}>" for way in digest.unsubscribe)
        if any(way.startswith("https:") for way in digest.unsubscribe):
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"  # nobody's holiday is told to the list (RFC 3834 §5)
    message["Precedence"] = "bulk"
    message.set_content(_text(edition, rich, titles), cte=None)
    message.add_alternative(html, subtype="html", cte=_encoding(html))
    # Equal values give equal bytes, so that a mail that is sent again is the same.
    message.set_boundary(f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:32]}")
    return Written(message.as_bytes(), html.encode(), frozenset(rich | titles))


def message_id_of(digest: str, period: str, domain: str) -> str:
    """Return what an edition's mail is known by, whenever and however often it is sent."""
    return f"<digest.{digest}.{re.sub('[^0-9A-Za-z]', '', period)}@{domain}>"


def subject_of(edition: Edition) -> str:
    """Return the subject of a tidy edition: one line, not too long."""
    values = {
        "title": edition.digest.title,
        "date": _day(edition),
        "first": headline(edition.items[0]),
        "count": str(len(edition.items)),
    }
    pattern = edition.digest.subject or "{title}: {first}"
    subject = one_line(re.sub(r"\{(\w+)\}", lambda found: values[found[1]], pattern))
    return _shortened(subject, _MOST_SUBJECT)


def entry_of(edition: Edition) -> FeedItem:
    """Make the entry that an edition is in a feed.

    Raises:
        ConfigError: a time zone is not known.
    """
    edition = tidy_edition(edition)
    site, digest = edition.site, edition.digest
    rich, titles = _halves(edition, digest.max_items, len(edition.items))
    return FeedItem(
        id=f"tag:{site.id_domain},{site.id_date}:digest/{digest.id}/{edition.period}",
        url=edition.sections[0].page_url if len(edition.sections) == 1 else site.base_url,
        title=subject_of(edition),
        people=(),
        publication=site.title,
        publication_url=site.base_url,
        published_at=edition.made_at,
        updated_at=edition.made_at,
        sort_at=edition.made_at,
        summary="; ".join(headline(item) for item in edition.items[:5]),
        content_html=_page("digest_entry.html", edition, rich, titles),
        language=_language(edition),
        rights_mode="full",
    )


def feed_of(editions: Sequence[Edition], changed_at: datetime) -> TopicFeed:
    """Make the feed of a digest: an entry for each of some editions, the newest first."""
    first = editions[0]
    site = first.site
    return TopicFeed(
        id=f"digest/{first.digest.id}",
        title=first.digest.title or site.title,
        description="",
        language=first.digest.language or site.language,
        page_url=site.base_url,
        site=site,
        items=tuple(map(entry_of, editions)),
        changed_at=changed_at,
    )


# --- what has room ---------------------------------------------------------------------------------------------------


def _fit(edition: Edition) -> tuple[str, set[str], set[str]]:
    """Write the HTML part with as much as there is room for; returns also which items stand there how."""
    count = len(edition.items)
    least, most = 0, min(edition.digest.max_items, count)
    found = _tried(edition, most, count)
    if found:
        return found
    found = None
    while least < most:  # articles with more than their titles
        middle = (least + most) // 2
        if tried := _tried(edition, middle, count):
            found, least = tried, middle + 1
        else:
            most = middle
    if found:
        return found
    least, most = 1, count
    while least < most:  # titles
        middle = (least + most) // 2
        if tried := _tried(edition, 0, middle):
            found, least = tried, middle + 1
        else:
            most = middle
    return found or _written(edition, 0, 1)


def _tried(edition: Edition, rich: int, count: int) -> tuple[str, set[str], set[str]] | None:
    written = _written(edition, rich, count)
    return written if _size(written[0]) < MOST_BYTES else None


def _written(edition: Edition, most_rich: int, count: int) -> tuple[str, set[str], set[str]]:
    rich, titles = _halves(edition, most_rich, count)
    return _inlined(_page("digest.html", edition, rich, titles)), rich, titles


def _halves(edition: Edition, most_rich: int, count: int) -> tuple[set[str], set[str]]:
    """Choose the newest items to stand there with more than their titles, and the next by their titles."""
    newest = sorted(edition.items, key=lambda item: item.sort_at, reverse=True)[:count]
    return {item.id for item in newest[:most_rich]}, {item.id for item in newest[most_rich:]}


def _size(html: str) -> int:
    """Say how many bytes the part has on its way."""
    data = html.encode()
    if _encoding(html) == "base64":
        return len(data) * 78 // 57
    return len(data) + 2 * _escaped(data) + len(data) // 74 * 3


def _encoding(html: str) -> str:
    """Choose the shorter of the two encodings that every server takes."""
    data = html.encode()
    return "quoted-printable" if 2 * _escaped(data) < len(data) // 3 else "base64"


def _escaped(data: bytes) -> int:
    return len(data) - len(data.translate(None, _TO_ESCAPE))


_TO_ESCAPE = bytes([*range(9), *range(11, 32), 61, *range(127, 256)])


# --- the parts -------------------------------------------------------------------------------------------------------


def _page(template: str, edition: Edition, rich: Collection[str], titles: Collection[str]) -> str:
    digest = edition.digest
    said = _said(edition)
    count = len(edition.items)
    site = replace(edition.site, timezone=digest.timezone or edition.site.timezone)
    ways = [way for start in _WAY_OUT for way in digest.unsubscribe if way.startswith(start)]
    short = {item.id: replace(item, title=_shortened(item.title, _MOST_TITLE)) for item in edition.items}
    sections = tuple(
        replace(section, items=tuple(short[item.id] for item in section.items)) for section in edition.sections
    )
    at = date.fromisoformat(edition.period[:10])
    values: dict[str, object] = {
        "edition": replace(edition, sections=sections),
        "rich": rich,
        "titles": titles,
        "style_of": digest.style,
        "style": _STYLE,
        "screens": _SCREENS,
        "subject": subject_of(edition),
        "preview": "; ".join(headline(item) for item in edition.items[:6])[:200],
        "said": said,
        "count_said": said["one"] if count == 1 else said["many"].format(count),
        "weekday": f"{said['days'].split(', ')[at.weekday()]}, ",
        "at": edition.made_at,
        "way_out": ways[0] if ways else "",
        "body": body,
        "where": _where,
        "root": "",
    }
    return write_page(template, _language(edition), site, values).decode()


def _text(edition: Edition, rich: Collection[str], titles: Collection[str]) -> str:
    """Write the part in plain text."""
    said = _said(edition)
    lines = [edition.digest.title, f"{_day(edition)}", ""]
    for section in edition.sections:
        shown = [item for item in section.items if item.id in rich or item.id in titles]
        if not shown:
            continue
        lines += ["", section.title.upper(), "-" * min(len(section.title), 72), ""]
        for item in sorted(shown, key=lambda item: item.id in titles):
            lines += _wrapped(f"* {_shortened(headline(item), _MOST_TITLE)}", "  ")
            lines += _wrapped(f"  {said['by']} {_credit(item, edition)}", "  ")
            if item.summary and item.id in rich and edition.digest.style != "titles":
                lines += _wrapped(f"  {one_line(item.summary)}", "  ")
            lines += [f"  {uri(item.url)}", ""] if uri(item.url) else [""]
    lines.append("-- ")
    if edition.digest.list:
        lines.append(f"{said['why']} {edition.digest.list}.")
    lines += [f"{said['leave']}: {way}" for way in edition.digest.unsubscribe]
    lines += [line for line in (edition.site.title, edition.site.base_url, edition.site.contact) if line]
    return "\n".join(lines) + "\n"


def _credit(item: FeedItem, edition: Edition) -> str:
    people = [person for person in item.people if person != item.publication]
    return ", ".join(filter(None, (*people, item.publication))) or edition.site.title


def _where(item: FeedItem) -> str:
    """Name the newsroom that an item's address leads to."""
    return next((carrier.name for carrier in item.carriers if carrier.url == item.url), item.publication)


def _wrapped(line: str, indent: str) -> list[str]:
    return textwrap.wrap(line, 72, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _said(edition: Edition) -> Mapping[str, str]:
    return _WORDS[_language(edition)[:2].lower()]


def _language(edition: Edition) -> str:
    """Return the language of the words around the articles."""
    language = edition.digest.language or edition.site.language
    return language if language[:2].lower() in _WORDS and language[2:3] in ("", "-") else "en"


def _day(edition: Edition) -> str:
    return write_day(date.fromisoformat(edition.period[:10]), _language(edition)[:2].lower())


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _inlined(html: str) -> str:
    inlined: str = _inliner().inline(html)
    return inlined


@cache
def _inliner() -> Any:
    # Only mail needs it.
    from css_inline import CSSInliner

    return CSSInliner(load_remote_stylesheets=False)
