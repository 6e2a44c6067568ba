"""The address of a licence that is known by its name."""

import re

from aggregator.urls import resolve

_CREATIVE_COMMONS = re.compile(
    r"(?:cc|creative commons)[ -]+(by(?:[ -](?:nc|sa|nd))*)(?:[ -]+(\d\.\d))?\b", re.IGNORECASE
)
_PUBLIC_DOMAIN = re.compile(r"cc[ -]?0\b|cc zero\b", re.IGNORECASE)
_CURRENT = "4.0"


def licence_url(licence: str) -> str:
    """Return the address of a licence: a Creative Commons one by its name, any other as it is; "" when not known."""
    if found := _CREATIVE_COMMONS.search(licence):
        terms = re.sub("[ -]+", "-", found[1].lower())
        return f"https://creativecommons.org/licenses/{terms}/{found[2] or _CURRENT}/"
    if _PUBLIC_DOMAIN.search(licence):
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    return resolve("", licence)
