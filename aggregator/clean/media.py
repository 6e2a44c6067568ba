"""Pictures and players of a body: which picture is meant, which one only counts readers, where a player's page is.

Addresses come back absolute, or "" where there is none that a reader can follow.
"""

import re
from typing import NamedTuple, cast
from urllib.parse import parse_qs, unquote, urlsplit

from aggregator.clean.junk import style_of
from aggregator.clean.tree import Element
from aggregator.plaintext import clean_text
from aggregator.urls import host_of, resolve, resolve_for_readers

_WIDEST = 1600  # CSS pixels: enough for any reader's column, and not the 6,000 of the photographer

# Hosts (and paths on them) whose pictures count readers. Each entry is a host, with its subdomains.
_COUNTING_HOSTS = (
    "pixel.wp.com stats.wp.com stats.wordpress.com b.scorecardresearch.com sb.scorecardresearch.com "
    "google-analytics.com googletagmanager.com doubleclick.net googlesyndication.com pixel.quantserve.com "
    "counter.theconversation.com pixel.propublica.org statcounter.com feedsportal.com rss.buysellads.com "
    "analytics.twitter.com px.ads.linkedin.com bat.bing.com mc.yandex.ru counter.yadro.ru xiti.com "
    "chartbeat.net hits.informer.com met.vgwort.de"
).split()
_COUNTING_PATHS = ("facebook.com/tr?", "facebook.com/tr/", "feeds.feedburner.com/~r/", "feeds.feedburner.com/~ff/")
# What counting pictures are called: an empty gif, the republication tracker of WordPress, the mark of an opened mail.
_COUNTING_NAMES = re.compile(
    r"/(?:pixel|spacer|blank|clear|transparent|beacon|1x1)\.(?:gif|png)(?:[?#]|$)"
    r"|[?&]republication-pixel=|/track(?:ing)?/open|/wf/open\?|/open\.(?:gif|php|aspx)\?",
    re.IGNORECASE,
)
# Frames that are no part of an article: advertisements, follow buttons, sign-up forms, captchas.
_IDLE_FRAME_HOSTS = (
    "doubleclick.net googlesyndication.com amazon-adsystem.com taboola.com outbrain.com adnxs.com rcm-na.amazon.com "
    "googletagmanager.com recaptcha.net ws-na.amazon-adsystem.com disqus.com substack.com"
).split()
_IDLE_FRAME_PATHS = ("facebook.com/plugins/", "platform.twitter.com/widgets/", "google.com/recaptcha/")

_EMOJI_ADDRESS = re.compile(r"/images/core/emoji/|/twemoji/|/images/emoji\.php/")
_EMOJI_CLASSES = frozenset("wp-smiley emoji twemoji".split())
_LAZY_SETS = ("data-srcset", "data-lazy-srcset", "srcset")
_LAZY_SOURCES = ("data-lazy-src", "data-src", "data-original", "data-orig-file", "data-lazy", "data-hi-res-src", "src")
# What stands in the place of a picture until a script has loaded it.
_PLACEHOLDER = re.compile(
    r"placeholder|spacer\.|/blank\.|transparent\.|1x1\.|lazy[-_]?load\w*\.|/gr[ae]y\.(?:gif|png)|"
    r"/(?:ajax-?)?load(?:er|ing)[\w-]*\.(?:gif|svg|png)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://[^\s\"'<>{}\\,]+")
_OF_PICTURE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)\b|^data-[\w-]*(?:src|img|image|lazy|original)", re.IGNORECASE)
# An address may hold commas: candidates are parted by a comma before whitespace or after a descriptor.
_BETWEEN_CANDIDATES = re.compile(r",\s+|(?<=\d[wx]),")
_DESCRIPTOR = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)([wx])")
_TINY_SIDE = re.compile(r"\s*(?:(?:0*[0-2](?:\.\d*)?|\.\d+)\s*(?:p[xt])?|0+(?:\.0*)?\s*%)\s*;?\s*", re.IGNORECASE)
_TINY = re.compile(
    r"(?:^|;)\s*(?:max-)?(?:width|height)\s*:\s*(?:(?:0*[0-2](?:\.\d*)?|\.\d+)(?:p[xt])?|0+(?:\.0*)?(?:%|r?em|v[wh]))\s*(?:;|!|$)"
)
_GENERIC_TITLE = re.compile(
    r"(?:(?:youtube|vimeo|facebook|spotify|embedded|embed|video|audio|content|post|player|iframe|frame)\b\s*)*",
    re.IGNORECASE,
)


class Embed(NamedTuple):
    """A player or foreign post inside a body, as a link that any reader can follow."""

    label: str  # plain text
    url: str


# Where the page of a player is: host (without www.), what its address must match, the page. First match wins.
_PLAYERS: tuple[tuple[str, str, re.Pattern[str], str], ...] = tuple(
    (kind, host, re.compile(pattern), page)
    for kind, host, pattern, page in (
        (
            "Video",
            "youtube.com",
            r"/embed/videoseries\?(?:.*&)?list=([\w-]+)",
            "https://www.youtube.com/playlist?list={0}",
        ),
        ("Video", "youtube.com", r"/(?:embed|v|shorts|live)/([\w-]+)", "https://www.youtube.com/watch?v={0}"),
        ("Video", "youtube.com", r"/watch\?(?:.*&)?v=([\w-]+)", "https://www.youtube.com/watch?v={0}"),
        ("Video", "youtube-nocookie.com", r"/embed/([\w-]+)", "https://www.youtube.com/watch?v={0}"),
        ("Video", "youtu.be", r"/([\w-]+)", "https://www.youtube.com/watch?v={0}"),
        ("Video", "player.vimeo.com", r"/video/(\d+)\?(?:.*&)?h=(\w+)", "https://vimeo.com/{0}/{1}"),
        ("Video", "player.vimeo.com", r"/video/(\d+)", "https://vimeo.com/{0}"),
        ("Video", "dailymotion.com", r"/embed/video/(\w+)", "https://www.dailymotion.com/video/{0}"),
        ("Video", "geo.dailymotion.com", r"/player.*\?(?:.*&)?video=(\w+)", "https://www.dailymotion.com/video/{0}"),
        ("Video", "player.twitch.tv", r"/\?(?:.*&)?video=v?(\d+)", "https://www.twitch.tv/videos/{0}"),
        ("Video", "tiktok.com", r"/(?:embed|player)/(?:v\d/)?(\d+)", "https://www.tiktok.com/@_/video/{0}"),
        ("Video", "archive.org", r"/embed/([\w.-]+)", "https://archive.org/details/{0}"),
        ("Audio", "open.spotify.com", r"/embed(?:-podcast)?/(\w+)/(\w+)", "https://open.spotify.com/{0}/{1}"),
        ("Post", "instagram.com", r"/(p|reel|tv)/([\w-]+)", "https://www.instagram.com/{0}/{1}/"),
        ("Post", "platform.twitter.com", r"/embed/.*[?&]id=(\d+)", "https://twitter.com/i/web/status/{0}"),
    )
)
# Players that carry the address of the page in a parameter.
_CARRYING: tuple[tuple[str, str, re.Pattern[str], str], ...] = (
    ("Audio", "w.soundcloud.com", re.compile("/player"), "url"),
    ("Video", "facebook.com", re.compile(r"/plugins/video\.php"), "href"),
    ("Post", "facebook.com", re.compile(r"/plugins/post\.php"), "href"),
)
# PeerTube runs on hosts of every name and is told by its path.
_PEERTUBE = re.compile(r"(https?://[^/]+)/videos/embed/([\w-]+)")


def picture_url(element: Element, base_url: str) -> str:
    """Choose the address of an `img`: the largest up to 1,600 wide that it offers, lazy or not."""
    for name in _LAZY_SETS:
        address = best_candidate(element.get(name) or "", base_url)
        if address and not _PLACEHOLDER.search(address):
            return address
    for name in _LAZY_SOURCES:
        address = resolve_for_readers(base_url, element.get(name) or "")
        if address and not _PLACEHOLDER.search(address):
            return address
    # Whatever name a script has given to the attribute; its value may be a list or an object written as JSON.
    for name, value in cast(dict[str, str], element.attrib).items():
        match = _ADDRESS.search(value) if name.startswith("data-") else None
        if match and _OF_PICTURE.search(f"{name} {match[0]}") and not _PLACEHOLDER.search(match[0]):
            return resolve_for_readers(base_url, match[0])
    return ""


def best_candidate(srcset: str, base_url: str) -> str:
    """Choose from a `srcset` the widest picture up to 1,600 wide, or the narrowest when all are wider."""
    ranked: list[tuple[bool, float, str]] = []
    for candidate in _BETWEEN_CANDIDATES.split(srcset):
        address, *descriptors = candidate.split() or [""]
        descriptor = _DESCRIPTOR.fullmatch(descriptors[0]) if descriptors else None
        size = float(descriptor[1]) if descriptor else 1.0
        # "2x" is for dense screens, so it is taken for the widest that is wanted and "1x" for half of it.
        width = size if descriptor and descriptor[2] == "w" else size * _WIDEST / 2
        fits = width <= _WIDEST
        ranked.append((fits, width if fits else -width, address.rstrip(",")))
    ranked.sort(key=lambda one: one[:2], reverse=True)
    return next((url for _, _, address in ranked if (url := resolve_for_readers(base_url, address))), "")


def is_counter(element: Element, url: str, style: str) -> bool:
    """Say whether a picture is there to count readers: one or two pixels small, or of a known counting host."""
    if any(_is_tiny(element.get(side)) for side in ("width", "height")) or _TINY.search(style):
        return True
    return _COUNTING_NAMES.search(url) is not None or _is_on(url, _COUNTING_HOSTS, _COUNTING_PATHS)


def emoji_of(element: Element) -> str:
    """Return the characters that an emoji picture stands for; "" when the picture is none."""
    classes = (element.get("class") or "").split()
    if not _EMOJI_CLASSES.isdisjoint(classes) or _EMOJI_ADDRESS.search(element.get("src") or ""):
        alt = clean_text(element.get("alt") or "")
        return alt if len(alt) <= 20 else ""
    return ""


def embed_of(element: Element, base_url: str) -> Embed | None:
    """Turn an iframe, video, audio, embed or object into a link to its page; None when there is nothing to follow."""
    if any(_is_tiny(element.get(side)) for side in ("width", "height")) or _TINY.search(style_of(element)):
        return None
    url = _player_url(element, base_url)
    if not url:
        return None
    title = clean_text(element.get("title") or element.get("aria-label") or "")
    title = "" if _GENERIC_TITLE.fullmatch(title) else title[:200]
    known = _known_player(url)
    if known:
        kind, page = known
        return Embed(f"{kind}: {title or host_of(page)}", page)
    if element.tag in ("video", "audio"):
        name = clean_text(unquote(urlsplit(url).path.rpartition("/")[2]))
        return Embed(f"{str(element.tag).capitalize()}: {title or name or host_of(url)}", url)
    if element.tag != "iframe" or _is_on(url, _IDLE_FRAME_HOSTS, _IDLE_FRAME_PATHS):
        return None
    return Embed(title or host_of(url), url)


def _player_url(element: Element, base_url: str) -> str:
    names = ("data-src", "data-lazy-src", "src", "data")
    addresses = [element.get(name) or "" for name in names]
    if element.tag in ("video", "audio"):
        addresses += [source.get("src") or "" for source in element.iter("source")]
    return next((url for url in (resolve_for_readers(base_url, address) for address in addresses) if url), "")


def _known_player(url: str) -> tuple[str, str] | None:
    host = host_of(url)
    path = "/" + url.partition("://")[2].partition("/")[2]
    for kind, at, pattern, page in _PLAYERS:
        match = pattern.match(path) if host == at else None
        if match:
            return kind, page.format(*match.groups())
    for kind, at, pattern, parameter in _CARRYING:
        if host == at and pattern.match(path):
            page = resolve("", parse_qs(urlsplit(url).query).get(parameter, [""])[0])
            return (kind, page) if page else None
    match = _PEERTUBE.match(url)
    return ("Video", f"{match[1]}/videos/watch/{match[2]}") if match else None


def _is_tiny(length: str | None) -> bool:
    return bool(length) and _TINY_SIDE.fullmatch(length or "") is not None


def _is_on(url: str, hosts: list[str], paths: tuple[str, ...]) -> bool:
    host = urlsplit(url).hostname or ""
    if any(host == known or host.endswith(f".{known}") for known in hosts):
        return True
    return url.partition("://")[2].removeprefix("www.").startswith(paths)
