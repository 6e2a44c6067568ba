"""The `Link` header of an answer -> the links it holds (RFC 8288)."""

import re
from collections.abc import Iterator

_MAX_CHARS = 8_000  # of a header; the longest honest one has a few hundred
_MAX_LINKS = 50
_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_PARAMETER = re.compile(r';\s*([\w-]+)\s*=\s*(?:"([^"]*)"|([^\s",;]*))')


def read_links(header: str) -> Iterator[dict[str, str]]:
    """Yield each link's address as it stands there (`href`) and its relations (`rel`).

    A link of something else than what was answered (`anchor`) is left out.
    """
    for number, found in enumerate(_LINK.finditer(header[:_MAX_CHARS])):
        if number == _MAX_LINKS:
            return
        parameters: dict[str, str] = {}
        for name, quoted, bare in _PARAMETER.findall(found[2]):
            parameters.setdefault(name.lower(), quoted or bare)
        if "anchor" not in parameters:
            yield {"rel": parameters.get("rel", ""), "href": found[1].strip()}
