"""What came instead of what we asked for: who blocks us, which feed a page names, why a page can have no article.

Says it in words for an editor and changes nothing: whether to come back, and how soon, is the schedule's, drawing an
article out of a page `extract`'s. Only the beginning of an answer is read.
"""

import codecs
import re

from aggregator.discover.glance import (
    FEED_START,
    HTML,
    LONGEST_TITLE,
    MARKUP_START,
    WALL_WORDS,
    Seen,
    decode,
    read_attributes,
    read_tokens,
    see,
    split_url,
    title_parts,
)
from aggregator.discover.walls import CONSENT_PATH, LOGIN_PATH, name_blocker
from aggregator.models import Response
from aggregator.urls import canonicalize, host_of, resolve

_GLANCE = 64 * 1024  # bytes who_blocks looks at, since it runs on the event loop
_LOOK = 200_000  # bytes, or characters, the others look at
_MAX_FEEDS = 20
_MAX_TRIED = 200  # addresses of a page that are looked at for it

_CURES = {
    "a bot wall": "ask the partner to let our User-Agent through",
    "a login page": "ask the partner for an address that is open to us",
    "a maintenance page": "it should pass by itself, ask the partner if it stays so",
    "a consent page": "ask the partner for an address without it",
}
_OTHER_CURE = "ask the partner where the feed is now"


def who_blocks(response: Response) -> str:
    """Say what stands between us and what we asked for, in words for an editor.

    Judged by status, address, headers and the first 64 KiB of the body.

    Returns:
        "a bot wall (PRODUCT)", "a login page", "a maintenance page", "a consent page", "a suspended account", "a parked
        domain", "a hosting default page"; "" when nothing is known to be in the way, whatever the status.
    """
    return name_blocker(response, see(response, _GLANCE))


def cure_for(who: str) -> str:
    """Say what to do about somebody that `who_blocks` has named."""
    return next((cure for kind, cure in _CURES.items() if who.startswith(kind)), _OTHER_CURE)


def find_feeds(html: str, url: str) -> tuple[str, ...]:
    """Return the addresses of the feeds a page names, the likeliest first, feeds of comments last.

    Args:
        html: the page; no more than its first 200,000 characters are read.
        url: its address, after redirects.
    Returns:
        What `<link rel="alternate">` names; only where there is none, links of the page to addresses of the same site
        that look like a feed's. Absolute, each once, at most 20.
    """
    base = url
    named: list[tuple[str, str]] = []
    linked: list[str] = []
    for tag, attributes, _ in read_tokens(html[:_LOOK]):
        if tag not in ("base", "link", "a"):
            continue
        values = read_attributes(attributes)
        href = values.get("href", "")
        if tag == "base":
            base = resolve(url, href) or base
        elif tag == "a":
            linked.append(href)
        elif "alternate" in values.get("rel", "").lower().split() and _is_feed_type(values.get("type", ""), href):
            named.append((href, values.get("title", "")))
    if not named:
        named = [(href, "") for href in dict.fromkeys(linked) if len(href) < LONGEST_TITLE and _FEED_PATH.search(href)]
        named = [(href, "") for href, _ in named[:_MAX_TRIED] if _is_own(resolve(base, href), url)]
    found: dict[str, tuple[bool, str]] = {}  # by canonical URL, in the page's order
    for href, title in named[:_MAX_TRIED]:
        feed = resolve(base, href)
        if feed:
            found.setdefault(canonicalize(feed), (is_of_comments(feed, title), feed))
    return tuple(feed for _, feed in sorted(found.values(), key=lambda one: one[0]))[:_MAX_FEEDS]


def find_feed_links(html: str, url: str) -> tuple[str, ...]:
    """Return where the links of a page lead that say "RSS", "Atom" or "Feed", whatever their addresses look like: to a
    feed, or to a page about the site's feeds. Of the same site, each once, at most 20.
    """
    found: dict[str, str] = {}
    href, said = "", ""
    for tag, attributes, text in read_tokens(html[:_LOOK]):
        if tag == "a":
            values = read_attributes(attributes)
            href, said = values.get("href", ""), f"{values.get('title', '')} {values.get('aria-label', '')} "
        elif tag == "img" and href:
            said += f"{read_attributes(attributes).get('alt', '')} "
        elif not tag and href:
            said += text[:LONGEST_TITLE]
        elif tag == "/a" and href:
            link = resolve(url, href) if _SAYS_FEED.search(said[:LONGEST_TITLE]) else ""
            if link and _is_own(link, url) and not is_of_comments(link, said):
                found.setdefault(canonicalize(link), link)
            href = ""
            if len(found) >= _MAX_FEEDS:
                break
    return tuple(found.values())


def is_of_comments(feed: str, title: str = "") -> bool:
    """Tell whether an address, or the title of its feed, is that of readers' comments."""
    where = feed.split("/", 3)[3:]  # path and query: "comment" may be in the name of a host
    return _COMMENTS.search(" ".join((title, *where)).lower()) is not None


def explain_page(response: Response) -> str:
    """Say what to do about an HTML page that came where a feed was expected, in one line to follow its address."""
    if who := name_blocker(response, see(response, _LOOK)):
        return f"{who} came instead of a feed; {cure_for(who)}"
    own = canonicalize(response.url)
    for feed in find_feeds(decode(response, _LOOK), response.url):
        if canonicalize(feed) != own:
            return f"this is an HTML page, no feed; it links to the feed {feed} : put that address into sources.toml"
    return "this is an HTML page, no feed; look for the feed's address on the partner's site"


def look_at_page(asked: str, response: Response) -> tuple[str, str]:
    """Say what came for an article's page, if it can be no article.

    Args:
        asked: the address as it was requested, before redirects.
    Returns:
        Who stands before it, as `who_blocks` says; and why what came can never become a body ("a PDF document", "the
        site's home page"). Both "" where there may be an article; whether there is one, `extract` finds out.
    """
    foreign = _foreign(response) if response.body.strip() else ""
    if foreign:
        return "", foreign
    seen = see(response, _LOOK)
    who = name_blocker(response, seen)
    if not response.body.strip():
        return who, "an empty answer"
    return who, "" if seen.is_article else _elsewhere(asked, response.url) or _missing(seen)


# --- feeds -----------------------------------------------------------------------------------------------------------

_FEED_TYPES = frozenset(f"application/{kind}" for kind in ("rss+xml", "atom+xml", "feed+json", "rdf+xml"))
_XML_TYPES = frozenset({"text/xml", "application/xml"})  # not only feeds have them
_FEED_PATH = re.compile(
    r"/(?:feed|feeds|rss|rss2|atom)/?(?:[?#]|$)|/(?:feeds?|rss2?|atom)/[\w/.-]{1,100}\.(?:xml|rdf|rss)(?:[?#]|$)|"
    r"[/._-](?:feed|rss|atom|index)[\w-]*\.(?:xml|rdf|rss|atom|json)(?:[?#]|$)|"
    r"\w\.(?:rss|atom)(?:[?#]|$)|[?&]feed=(?:rss|atom|rdf)",
    re.IGNORECASE,
)
_FEED_HOSTS = frozenset({"feeds.feedburner.com", "feedproxy.google.com", "feedpress.me"})
_SAYS_FEED = re.compile(r"\b(?:rss|atom|(?:web)?feeds?)\b", re.IGNORECASE)
_COMMENTS = re.compile(r"comments?\b|comentarios?\b|comentários?\b|commentaires?\b")


def _is_feed_type(declared: str, href: str) -> bool:
    kind = declared.partition(";")[0].strip().lower()
    return kind in _FEED_TYPES or (
        kind in _XML_TYPES and len(href) < LONGEST_TITLE and _FEED_PATH.search(href) is not None
    )


def _is_own(feed: str, url: str) -> bool:
    """Whether an address belongs to the page's site: feed readers' "subscribe" buttons look like feeds, too."""
    host, own = host_of(feed), host_of(url)
    return host == own or host in _FEED_HOSTS or host.endswith(f".{own}") or own.endswith(f".{host}")


# --- no article ------------------------------------------------------------------------------------------------------

_JSON = re.compile(rb"\{\s*[\"}]|\[\s*[\[{\"\]\d]")
_MAGIC = (
    (re.compile(rb"%PDF-"), "a PDF document"),
    (
        re.compile(
            rb"\x89PNG|\xff\xd8\xff|GIF8[79]a|II\*\0|MM\0\*|\0\0\x01\0|RIFF....WEBP|....ftyp(?:avif|heic|mif1)", re.S
        ),
        "a picture",
    ),
    (re.compile(rb"ID3[\x02-\x04]|\xff[\xfb\xf3\xf2]|OggS|fLaC|RIFF....WAVE|....ftypM4A", re.S), "a sound"),
    (re.compile(rb"....ftyp|\x1aE\xdf\xa3|RIFF....AVI |FLV\x01|\0\0\x01\xba", re.S), "a film"),
    (re.compile(rb"PK(?:\x03\x04|\x05\x06)"), "an archive or an office document"),
    (re.compile(rb"\xd0\xcf\x11\xe0|\{\\rtf"), "an office document"),
    (re.compile(rb"\x1f\x8b|7z\xbc\xaf|Rar!\x1a|BZh\d|\xfd7zXZ"), "an archive"),
)
_TYPES = (
    (re.compile(r"image/"), "a picture"),
    (re.compile(r"audio/"), "a sound"),
    (re.compile(r"video/"), "a film"),
    (re.compile(r"application/(?:x-)?pdf"), "a PDF document"),
    (
        re.compile(r"application/.*(?:officedocument|opendocument|msword|ms-excel|ms-powerpoint|rtf)"),
        "an office document",
    ),
    (re.compile(r"application/.*(?:zip|compressed|x-tar|x-rar)"), "an archive"),
    (re.compile(r".*/(?:rss|atom|rdf)\+xml"), "a feed"),
    (re.compile(r".*[/+]json"), "JSON data"),
    (re.compile(r"text/css|.*/(?:java|ecma)script"), "a script or a style sheet"),
    (re.compile(r"text/calendar|text/csv|text/vcard"), "data, no page"),
)
_SEARCH_PATH = re.compile(r"/(?:search|buscar|busca|busqueda|recherche|resultados)(?:\.\w{2,5})?/?")
_MISSING_PATH = re.compile(r"/(?:(?:error-?)?404|(?:page-)?not-?found|pagina-no-encontrada)(?:\.\w{2,5})?/?$")
_LANGUAGE_ROOT = re.compile(r"/(?:[a-z]{2}(?:[_-][a-z]{2,4})?/?)?(?:(?:index|home|default)\.\w{2,5})?", re.IGNORECASE)
_404 = r"(?:(?:http |error |erreur |erro )?404(?: error)?[ .!:,–—-]*)"
_MISSING = re.compile(
    rf"{_404}|{_404}?(?:error[ :]*)?(?:o+ps[!.,]* )?(?:sorry[!.,]* )?"
    r"(?:(?:(?:the |this |that )?(?:page|article|content|file|url)(?: you requested| you (?:are|were) looking for)? )?"
    r"(?:(?:(?:was|is|could|can) ?)?(?:not|n't|'t) (?:be )?found)|nothing (?:was )?found|"
    r"(?:the |this |that )?page (?:does not|doesn't|no longer) exists?|"
    r"(?:la |esta )?(?:p[aá]gina|entrada) (?:solicitada )?no (?:encontrada|existe|(?:fue|ha sido) encontrada)|"
    r"no se (?:ha encontrado|encontró|encuentra|pudo encontrar) (?:la|esta) página|no encontrad[ao]|"
    r"(?:a |esta )?p[aá]gina não (?:foi )?(?:encontrada|existe)|não encontrad[ao]|"
    r"(?:la |cette )?page (?:non trouvée|introuvable|n'existe (?:pas|plus)|est introuvable|n'a pas été trouvée))[.!]*"
)


def _foreign(response: Response) -> str:
    """Say what a body is that is no HTML; "" when it may be. Its own beginning goes before the type declared."""
    body = response.body
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ""
    start = body[:MARKUP_START].removeprefix(codecs.BOM_UTF8)
    for magic, name in _MAGIC:
        if magic.match(start) or magic.match(start.lstrip()):
            return name
    start = start.lstrip()
    if FEED_START.match(start):
        return "a feed"
    if _JSON.match(start):
        return "JSON data"
    html = HTML.search(start)
    kind = response.content_type.partition(";")[0].strip().lower()
    if html and kind != "image/svg+xml":  # which has elements of HTML's names
        return ""
    for pattern, name in _TYPES:
        if pattern.match(kind):
            return name
    if b"\0" in start:
        return "binary data"
    if start.startswith(b"<?xml"):
        return "an XML document"
    return "" if b"<" in body[:_LOOK] else "plain text"


def _elsewhere(asked: str, url: str) -> str:
    """Say which page of no use an address led to."""
    before, after = split_url(asked), split_url(url)
    if before == after:
        return ""
    (_, old_path, old_query), (_, path, query) = before, after
    was_root = _LANGUAGE_ROOT.fullmatch(old_path) is not None and not old_query
    if _LANGUAGE_ROOT.fullmatch(path) and not was_root:
        if not query:
            return "the site's home page"
        if re.match(r"(?:s|q|search|buscar)=", query) and not re.match(r"(?:s|q|search|buscar)=", old_query):
            return "a search page"
    if LOGIN_PATH.search(path) and not LOGIN_PATH.search(old_path):
        return "a login page"
    if CONSENT_PATH.fullmatch(path) and not CONSENT_PATH.fullmatch(old_path):
        return "a consent page"
    if _SEARCH_PATH.fullmatch(path) and not _SEARCH_PATH.fullmatch(old_path):
        return "a search page"
    if _MISSING_PATH.search(path) and not _MISSING_PATH.search(old_path):
        return "a page that says that there is none (404)"
    return ""


def _missing(seen: Seen) -> str:
    """Say so when a page says, with status 200, that there is none.

    An article may be called "404 families": where the page has a heading, the heading alone must say it.
    """
    headings = [one for one in seen.headings if one]
    is_said = any(_MISSING.fullmatch(one) for one in headings[:3])
    if not is_said:
        parts = [one for one in title_parts(seen.title) if _MISSING.fullmatch(one)]
        is_said = bool(parts) and not any(part in one for part in parts for one in headings)
    if seen.is_error or (is_said and seen.is_whole and seen.words < WALL_WORDS):
        return "a page that says that there is none (404)"
    return ""
