"""Resolve, canonicalize and compare addresses.

What is published is the address as the partner gave it, made absolute. The canonical URL is a comparison key and is
never shown or fetched.
"""

import re
from functools import lru_cache
from ipaddress import ip_address

from httpx2 import URL, InvalidURL

# Parameters that say where a click came from and never which page it leads to. A list of names, not of patterns:
# cleaning libraries also drop `cid`, `eid` or empty values and so make different articles one.
_TRACKERS = frozenset(
    "fbclid gclid gbraid wbraid dclid msclkid twclid yclid igshid mc_cid mc_eid _ga _gl _hsenc _hsmi mkt_tok "
    "vero_id oly_anon_id oly_enc_id wickedid s_cid ref_src ref_url spm share feature cmpid ncid".split()
)
_TRACKER_PREFIXES = ("utm_", "pk_", "mtm_", "matomo_", "piwik_", "hsa_", "at_medium", "at_campaign")
_MAX_LENGTH = 2000
_HOST = re.compile(rb"[._-]*[A-Za-z0-9][A-Za-z0-9._-]*")
_PRIVATE_ENDINGS = (".localhost", ".local", ".internal", ".home.arpa", ".lan")
_SHORT_ADDRESS = re.compile(r"(?:0x[0-9a-f]+|[0-9]+)(?:\.(?:0x[0-9a-f]+|[0-9]+)){0,3}")  # "2130706433", "127.1"
_WWW = re.compile(r"^(?:www\.)+")
_TAIL = re.compile(r"(?:/amp|/)*$")
_HEX = re.compile(r"%([0-9a-fA-F]{2})")
_WHOLE = re.compile(r"https?://[^/\\]", re.IGNORECASE)
# An address as nearly all are, in which a parser finds nothing to change: a host in small letters or an IPv4 address, a
# port that needs no thought, no escapes. To take it apart so costs a quarter of parsing it, and
# every poll does that with every entry of a feed.
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_LABEL = r"(?!xn--)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_PLAIN = re.compile(
    rf"https?://(?P<host>(?:{_LABEL}\.)+(?!xn--)[a-z][a-z0-9]*|{_OCTET}(?:\.{_OCTET}){{3}})"
    r"(?P<port>:(?:[1-9][0-9]{3}|[1-5][0-9]{4}))?(?P<path>/(?:[A-Za-z0-9_~!$&()*+,;=:@/-]|(?<!/)\.)*)"
    r"(?:\?(?P<query>[A-Za-z0-9._~!$&()*+,;=:@/-]+))?(?:#[A-Za-z0-9._~!$&()*+,;=:@/-]+)?"
)
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


# One fetch looks at the same address several times, and to parse one takes a twentieth of a request.
parse_url = lru_cache(maxsize=256)(URL)


def resolve(base: str, link: str) -> str:
    """Make `link` absolute against `base` (RFC 3986 §5).

    Returns:
        An http or https address, or "" when the link is none that a reader can follow (`javascript:`, `mailto:`,
        nonsense, more than 2,000 characters).
    """
    return _resolve(base, link)[0]


def resolve_for_readers(base: str, link: str) -> str:
    """Make `link` absolute as `resolve` does, unless it would lead readers into their own network.

    A picture at http://192.168.1.1/ makes every reader's program ask a router. Only what comes from such a network
    itself (a trial on one machine) may point into it.
    """
    absolute, host = _resolve(base, link)
    return "" if absolute and _is_private(host) and not _is_private(host_of(base)) else absolute


def _resolve(base: str, link: str) -> tuple[str, str]:
    """Return what `resolve` does, and the host as `host_of` gives it."""
    link = link.strip()
    if not link or len(link) > _MAX_LENGTH:
        return "", ""
    if plain := _PLAIN.fullmatch(link):
        return link, plain["host"].removeprefix("www.")
    try:
        # A whole address is what it is; `join` would parse it three times.
        url = parse_url(base).join(link) if base and not _WHOLE.match(link) else parse_url(link)
        is_followed = url.scheme in ("http", "https") and not url.userinfo and _is_host(url)
        host = url.host.lower().removeprefix("www.")
    except (InvalidURL, ValueError, TypeError):  # a host like "xn--." is refused only when it is looked at
        return "", ""
    absolute = str(url)
    return (absolute, host) if is_followed and (url.port or 0) <= 65535 and len(absolute) <= _MAX_LENGTH else ("", "")


@lru_cache(maxsize=256)
def _is_private(host: str) -> bool:
    if host == "localhost" or host.endswith(_PRIVATE_ENDINGS):
        return True
    try:
        return not ip_address(host.strip("[]")).is_global
    except ValueError:
        return _SHORT_ADDRESS.fullmatch(host) is not None


def canonicalize(url: str) -> str:
    """Return the canonical URL: equal for two addresses means the same page.

    Normalized as RFC 3986 §6 says; besides, the scheme becomes https, `www.`, trailing slash, fragment and tracking
    parameters go. `?p=ID` is an identity and stays. Idempotent; "" stays "".
    """
    url = resolve("", url)
    if not url:
        return ""
    if plain := _PLAIN.fullmatch(url):
        host, port, path, query = plain.group("host", "port", "path", "query")
    else:
        host, port, path, query = _parts(url)
    bare = _WWW.sub("", host.rstrip("."))
    if bare.startswith("[") or _HOST.fullmatch(bare.encode()):  # "www.-" without its beginning is no host
        host = bare
    kept = [part for part in (query or "").split("&") if part and not _is_tracker(part)]
    return f"https://{host}{port or ''}{_TAIL.sub('', path)}" + (f"?{'&'.join(kept)}" if kept else "")


def _parts(url: str) -> tuple[str, str, str, str]:
    """Return host, port with its colon if it is not the usual one, path and query, normalized."""
    parsed = URL(_normalize_escapes(url))  # takes ".." out of the path, which may have been escaped
    host = parsed.host.lower()
    if ":" in host:  # IPv6
        host = f"[{host}]"
    port = f":{parsed.port}" if parsed.port not in (None, 80, 443) else ""
    path, _, query = parsed.raw_path.decode("ascii").partition("?")
    return host, port, path, query


def reference_key(reference: str) -> str:
    """Return what all references to one copy of an article have in common: a public id, or a canonical URL."""
    return reference if reference.startswith("tag:") else canonicalize(reference)


def host_of(url: str) -> str:
    """Return the host of an address, in lower case, without `www.`; "" when it has none."""
    try:
        return parse_url(url).host.lower().removeprefix("www.")
    except (InvalidURL, ValueError, TypeError):
        return ""


def is_safe_for(secret_of: str, url: str) -> bool:
    """Say whether what is meant for one address may be sent to another: same host and port, no less safe a scheme."""
    try:
        own, other = parse_url(secret_of), parse_url(url)
    except (InvalidURL, ValueError, TypeError):
        return False
    if host_of(secret_of) != host_of(url):
        return False
    is_upgrade = (own.scheme, own.port, other.scheme, other.port) == ("http", None, "https", None)
    return is_upgrade or (own.scheme, own.port) == (other.scheme, other.port)


def _is_host(url: URL) -> bool:
    return ":" in url.host or _HOST.fullmatch(url.raw_host) is not None


def _is_tracker(parameter: str) -> bool:
    name = parameter.partition("=")[0].lower()
    return name in _TRACKERS or name.startswith(_TRACKER_PREFIXES) or parameter.lower() in ("amp", "amp=1")


def _normalize_escapes(text: str) -> str:
    """Decode what need not be escaped and write the rest of the escapes in capitals (RFC 3986 §6.2.2)."""

    def one(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if character in _UNRESERVED else match[0].upper()

    return _HEX.sub(one, text)


def item_path(public_id: str) -> str:
    """Return where an item's page is, from the root of the site: "item/abcdefghijklmnop/". A promise to readers."""
    return f"item/{public_id.rpartition(':')[2]}/"
