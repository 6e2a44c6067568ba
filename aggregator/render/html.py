"""Writes the pages people read: one for each topic, one for each item where the site wants it, and the index.

Plain HTML and one stylesheet: no script, and nothing is asked of another host but the partners' pictures. Links to our
own files are relative, so that the pages also work when opened from a directory. The texts of a page are FeedItems,
already cut to their rights and tidied as in the feeds; the page of a topic shows their excerpts, that of an item all
that the feeds have of it. The words around them are English or Spanish, by the language of topic or item. Addresses
that are not http or https become plain text.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, tzinfo
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

import lxml.html
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from aggregator.errors import ConfigError
from aggregator.models import FeedItem, ItemPage, Link, Site, TopicFeed
from aggregator.render.wording import body, headline, instant, language_tag, one_line, tidy, tidy_page, uri
from aggregator.urls import item_path, resolve

Notice = Literal["missing", "gone", "nothing_yet", "read_only", "not_now"]

_TEMPLATES = Path(__file__).parent / "templates"
_STYLESHEET = (_TEMPLATES / "style.css").read_bytes()
_ICON = (_TEMPLATES / "icon.svg").read_bytes()
_LATEST_ON_INDEX = 3
_MOST_ON_TOPIC = (60, 50, 40, 30, 20, 10, 5)  # articles: the most that fit
_MONTHS_ON_TOPIC = 12
MOST_BYTES = 100_000  # of a page, without pictures: five seconds on a slow telephone line

# What no HTML document may hold: controls, surrogates, noncharacters (HTML Living Standard §13.2.3.5).
_LAST_OF_PLANES = "".join(chr(plane | low) for plane in range(0, 0x110000, 0x10000) for low in (0xFFFE, 0xFFFF))
_FORBIDDEN = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_LAST_OF_PLANES}]")
_MAIL_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")
_SPANISH_I = re.compile(r"h?[ií](?![aeoáéó])", re.IGNORECASE)

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "skip": "Skip to the articles",
        "all_topics": "All topics",
        "topics": "Topics",
        "latest": "Latest articles",
        "by": "By",
        "and": "and",
        "carried": "Carried by",
        "also_carried": "Also carried by",
        "more_on_this": "More on this:",
        "corrected": "Corrected",
        "licence": "Licence",
        "follow": "Follow this topic",
        "follow_how": "A feed brings new articles to you: copy one of these addresses into a feed reader, an app or "
        "site that gathers the news you choose, and every new article appears there by itself. "
        "You need no account with us.",
        "follow_any": "If you are not sure which one to take, take RSS: they all say the same.",
        "feeds": "Feeds",
        "empty": "Nothing has been published on this topic yet.",
        "empty_hint": "The first article will appear here by itself. You can already follow the topic and will not "
        "miss it.",
        "no_topics": "No topic is published here yet. Please come back soon.",
        "contributors": "Who contributes",
        "contributors_why": "The articles belong to those who wrote and published them; each title leads to the "
        "original.",
        "contributors_why_linked": "The articles belong to those who wrote and published them; with each there is a "
        "link to the original.",
        "original": "Original",
        "original_at": "The original is at",
        "skip_item": "Skip to the article",
        "attachments": "Attachments",
        "topics_of_item": "In these topics",
        "complain": "Complaints and removal",
        "complain_how": "Is something wrong here, or should something of yours not be shown? Tell us:",
        "changed": "Last change",
        "months": "Month by month",
        "all_months": "All months",
        "pages": "More of this month",
        "older": "Older articles of this month",
        "newer": "Newer articles of this month",
        "empty_month": "There is nothing here any more.",
        "search": "Search",
        "search_topic": "Search this topic",
        "search_all": "Search all articles",
        "search_words": "Words",
        "search_hint": "All words must be there. \u201cIn quotes\u201d: side by side. wat*: words that begin so. "
        "-word: not with this word. Accents and capitals do not matter.",
        "search_more": "Where and when",
        "topic": "Topic",
        "source": "Newsroom",
        "language": "Language",
        "any": "any",
        "since": "From",
        "until": "To",
        "found": "Articles found, the newest first",
        "found_nothing": "Nothing was found.",
        "found_nothing_hint": "Try fewer words, or only the beginning of one: wat*",
        "found_unfinished": "This search takes long; so far it has looked at the newer articles only.",
        "found_pages": "More of what was found",
        "found_older": "Older articles",
        "found_newer": "Newer articles",
        "skip_found": "Skip to what was found",
    },
    "es": {
        "skip": "Ir a los artículos",
        "all_topics": "Todos los temas",
        "topics": "Temas",
        "latest": "Últimos artículos",
        "by": "Por",
        "and": "y",
        "carried": "Publicado por",
        "also_carried": "También publicado por",
        "more_on_this": "Más sobre esto:",
        "corrected": "Corregido el",
        "licence": "Licencia",
        "follow": "Seguir este tema",
        "follow_how": "Un canal le trae los artículos nuevos: copie una de estas direcciones en un lector de "
        "canales, una aplicación o un sitio que reúne las noticias que usted elige, y cada artículo nuevo aparecerá "
        "allí por sí solo. No necesita registrarse.",
        "follow_any": "Si no sabe cuál tomar, tome RSS: todos dicen lo mismo.",
        "feeds": "Canales",
        "empty": "Todavía no se ha publicado nada sobre este tema.",
        "empty_hint": "El primer artículo aparecerá aquí por sí solo. Ya puede seguir el tema y no se lo perderá.",
        "no_topics": "Todavía no se publica ningún tema. Vuelva pronto, por favor.",
        "contributors": "Quiénes contribuyen",
        "contributors_why": "Los artículos son de quienes los escribieron y publicaron; cada título lleva al original.",
        "contributors_why_linked": "Los artículos son de quienes los escribieron y publicaron; junto a cada uno hay un "
        "enlace al original.",
        "original": "Original",
        "original_at": "El original está en",
        "skip_item": "Ir al artículo",
        "attachments": "Archivos adjuntos",
        "topics_of_item": "En estos temas",
        "complain": "Quejas y retiro de contenidos",
        "complain_how": "¿Hay un error, o algo suyo que no debería mostrarse? Escríbanos:",
        "changed": "Último cambio",
        "months": "Mes por mes",
        "all_months": "Todos los meses",
        "pages": "Más de este mes",
        "older": "Artículos anteriores de este mes",
        "newer": "Artículos posteriores de este mes",
        "empty_month": "Aquí ya no hay nada.",
        "search": "Buscar",
        "search_topic": "Buscar en este tema",
        "search_all": "Buscar en todos los artículos",
        "search_words": "Palabras",
        "search_hint": "Deben estar todas las palabras. «Entre comillas»: juntas. agu*: palabras que empiezan así. "
        "-palabra: sin esta palabra. No importan acentos ni mayúsculas.",
        "search_more": "Dónde y cuándo",
        "topic": "Tema",
        "source": "Redacción",
        "language": "Idioma",
        "any": "cualquiera",
        "since": "Desde",
        "until": "Hasta",
        "found": "Artículos encontrados, primero los más nuevos",
        "found_nothing": "No se encontró nada.",
        "found_nothing_hint": "Pruebe con menos palabras, o solo con el comienzo de una: agu*",
        "found_unfinished": "Esta búsqueda tarda; hasta ahora se miraron solo los artículos más nuevos.",
        "found_pages": "Más resultados",
        "found_older": "Artículos anteriores",
        "found_newer": "Artículos posteriores",
        "skip_found": "Ir a los resultados",
    },
}
_NOTICES: Mapping[Notice, Mapping[str, tuple[str, str]]] = {
    "missing": {
        "en": ("There is no such page", "The address may be mistyped, or what was here has been removed."),
        "es": ("Esta página no existe", "La dirección puede estar mal escrita, o se retiró lo que había aquí."),
    },
    "gone": {
        "en": ("This article is not here any more", "It was taken down or belongs to none of our topics any more."),
        "es": ("Este artículo ya no está aquí", "Se retiró, o ya no pertenece a ninguno de nuestros temas."),
    },
    "nothing_yet": {
        "en": (
            "Nothing has been published yet",
            "The first articles will appear here by themselves, please come back.",
        ),
        "es": (
            "Todavía no se ha publicado nada",
            "Los primeros artículos aparecerán aquí por sí solos; vuelva pronto.",
        ),
    },
    "read_only": {
        "en": ("This cannot be done here", "Pages and feeds can only be read."),
        "es": ("Esto no se puede hacer aquí", "Las páginas y los canales solo se pueden leer."),
    },
    "not_now": {
        "en": ("The search cannot be used at this moment", "Please try again in a few seconds."),
        "es": ("La búsqueda no se puede usar en este momento", "Inténtelo de nuevo en unos segundos."),
    },
}
_MONTHS = {
    "en": "January February March April May June July August September October November December".split(),
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
}


def render_topic_page(feed: TopicFeed) -> bytes:
    """Write the page of a topic, `<topic>/index.html`: its first articles; all of them are on the pages of months.

    Raises:
        ConfigError: the site's timezone is not known.
    """
    tidied = tidy(_pinned_first(feed))
    for most in _MOST_ON_TOPIC:
        values: dict[str, object] = {
            "feed": replace(tidied, items=tidied.items[:most]),
            "latest_months": tidied.months[:_MONTHS_ON_TOPIC],
            "address": tidied.page_url,
            "about": tidied.description,
            "changed_at": feed.changed_at,
            "root": "../",
        }
        page = write_page("topic.html", tidied.language, tidied.site, values)
        if len(page) < MOST_BYTES:
            break
    return page


def render_item_page(page: ItemPage) -> bytes:
    """Write the page of an item, `item/<opaque>/index.html`.

    Search engines are told that the original is the one to list, and not to list ours where less than the whole text
    may be shown. Where it may, ours can be found too: it may outlive the original.

    Raises:
        ConfigError: the site's timezone is not known.
    """
    tidied = tidy_page(page)
    item = tidied.item
    original = _web_address(item.url)
    values: dict[str, object] = {
        "item": item,
        "topics": tidied.topics,
        "address": original or f"{page.site.base_url}{item_path(item.id)}",
        "original": original,
        "about": one_line(item.summary),
        "changed_at": None,
        "root": "../../",
        "body": _with_careful_pictures(body(item)),
        "instant": instant,
    }
    return write_page("item.html", item.language or tidied.site.language, tidied.site, values)


def render_index(site: Site, feeds: Sequence[TopicFeed]) -> bytes:
    """Write the site's front page, `index.html`: every topic in the order given, with its latest titles.

    Raises:
        ConfigError: the site's timezone is not known.
    """
    changed_at = max((feed.changed_at for feed in feeds if feed.changed_at), default=None)
    values: dict[str, object] = {
        "feeds": [tidy(replace(feed, items=_pinned_first(feed).items[:_LATEST_ON_INDEX])) for feed in feeds],
        "changed_at": changed_at,
        "address": site.base_url,
        "about": site.description,
        "root": "",
    }
    return write_page("index.html", site.language, site, values)


def render_notice(subject: Notice) -> bytes:
    """Write the page that stands in for one that cannot be shown, in English and Spanish; its links start at `/`."""
    return _ENVIRONMENT.get_template("notice.html").render(notices=_NOTICES[subject]).encode()


def render_status(site: Site, overview: object) -> bytes:
    """Write the status page, `status/index.html`; what it shows comes ready, in English.

    Raises:
        ConfigError: the site's timezone is not known.
    """
    values = {
        "overview": overview,
        "changed_at": None,
        "address": f"{site.base_url}status/",
        "about": "",
        "root": "../",
        "bars": _bars,
        "marks": _marks,
    }
    return write_page("status.html", "en", site, values)


def render_report(site: Site, title: str, about: str, sections: Sequence[object]) -> bytes:
    """Write a report as a page that needs no other file; what it says comes ready, in English."""
    return write_page("report.html", "en", site, {"title": title, "about": about, "sections": sections})


def _bars(values: Sequence[int]) -> str:
    """Draw a bar for each value that is not 0: a path 24 high, 4 wide for each."""
    most = max(*values, 1)
    return "".join(
        f"M{4 * place} 24v-{round(1 + 22 * value / most)}h3V24" for place, value in enumerate(values) if value
    )


def _marks(values: Sequence[bool], good: bool) -> str:
    """Draw a mark for each poll that went well, or for each that did not, which is taller."""
    height = 9 if good else 12
    return "".join(f"M{4 * place} 12v-{height}h3V12" for place, value in enumerate(values) if value == good)


def stylesheet() -> bytes:
    """Return the stylesheet of all pages, `static/style.css`."""
    return _STYLESHEET


def icon() -> bytes:
    """Return the picture that browsers show beside the name of a page, `static/icon.svg`; they ask for one anyway."""
    return _ICON


def _pinned_first(feed: TopicFeed) -> TopicFeed:
    """Put what an editor has pinned before the rest. Feeds keep the order of time: readers' programs sort by date."""
    return replace(feed, items=tuple(sorted(feed.items, key=lambda item: not item.pinned)))


def write_page(template: str, language: str, site: Site, values: Mapping[str, object]) -> bytes:
    """Fill in a template, with the words of a language around it.

    Raises:
        ConfigError: the site's timezone is not known.
    """
    page_tag = _language(language)
    spoken = _primary(page_tag)
    if spoken not in _WORDS:
        page_tag = spoken = "en"  # the words around the articles are English then, and the page must say so
    zone = _zone(site.timezone)

    @cache
    def foreign(tag: str) -> str | None:
        """Return the language of a text where it is not the page's; None needs no attribute."""
        found = _language(tag)
        return found if found and _primary(found) != spoken else None

    def day(at: datetime) -> str:
        return write_day(at.astimezone(zone).date(), spoken)

    def month_name(month: str) -> str:
        year, number = month.split("-")
        name = _MONTHS[spoken][int(number) - 1]
        return f"{name[0].upper()}{name[1:]}{' de ' if spoken == 'es' else ' '}{year}"

    def and_before(name: str) -> str:
        return "e" if spoken == "es" and _SPANISH_I.match(name) else _WORDS[spoken]["and"]

    html = _ENVIRONMENT.get_template(template).render(
        values,
        site=site,
        page_language=page_tag,
        words=_WORDS[spoken],
        foreign=foreign,
        day=day,
        month_name=month_name,
        clock=lambda at: at.astimezone(zone).strftime("%H:%M"),
        zone_name=site.timezone.replace("_", " "),
        iso=lambda at: at.astimezone(zone).isoformat(timespec="seconds"),
        and_before=and_before,
    )
    return _FORBIDDEN.sub("", html).encode("utf-8")


def write_day(day: date, spoken: str) -> str:
    """Write a day as people do, in English or Spanish."""
    of = " de " if spoken == "es" else " "
    return f"{day.day}{of}{_MONTHS[spoken][day.month - 1]}{of}{day.year}"


def _language(given: str) -> str:
    """Return a well-formed language tag, "" for none and for "und", which tells a browser nothing."""
    tag = language_tag(given)
    return "" if tag == "und" else tag


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC  # needs no timezone database
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as exc:
        message = f'[site] timezone = "{name}" is not a known timezone; write one like "America/La_Paz" or "UTC"'
        raise ConfigError(message) from exc


def _title(item: FeedItem) -> str:
    """Return the title, or what stands in for one that shows nothing: a link must have something to click on."""
    can_be_seen = any(character.isprintable() and character != " " for character in item.title)
    return headline(item if can_be_seen else replace(item, title=""))


def _carried(item: FeedItem) -> str:
    """Name the words before the carriers: not "also" where the title itself leads to a carrier's copy."""
    return "carried" if item.url in {carrier.url for carrier in item.carriers} else "also_carried"


def _page(item: FeedItem) -> str:
    """Name the file of an item's page, which links from a directory lead to as well."""
    return f"{item_path(item.id)}index.html"


def _with_careful_pictures(html: str) -> str:
    """Let pictures come when a reader reaches them, and without telling their host on which page."""
    if "<img" not in html:
        return html
    root = lxml.html.fragment_fromstring(html, create_parent="div")
    for picture in root.iter("img"):
        picture.attrib.update({"loading": "lazy", "decoding": "async", "referrerpolicy": "no-referrer"})
        picture.set("alt", picture.get("alt", ""))
    whole: str = lxml.html.tostring(root, encoding="unicode")
    return whole.removeprefix("<div>").removesuffix("</div>")


@lru_cache(2_000)
def _web_address(url: str) -> str:
    """Return the address fit for a link, or "" when it is none that a reader can follow."""
    return uri(resolve("", url))


def _contact(contact: str) -> Link:
    """Return how to reach the site: a page or a mail address, without address when it is neither."""
    text = one_line(_FORBIDDEN.sub("", contact)).removeprefix("mailto:")
    return Link(text, f"mailto:{quote(text, safe='@+')}" if _MAIL_ADDRESS.fullmatch(text) else _web_address(text))


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters |= {
        "shown_title": _title,
        "carried": _carried,
        "page": _page,
        "web_address": _web_address,
        "contact": _contact,
    }
    return environment


_ENVIRONMENT = _environment()
