"""Lines that partners want to see under their articles, written once with placeholders, filled in for each article.

    Republished from [{newsroom}]({url}) under {licence}.

`{name}` is a placeholder, `[text](address)` a link; an address that stands alone becomes a link, too.
"""

import re
from collections.abc import Iterator, Mapping

from aggregator.urls import resolve

PLACEHOLDERS = ("author", "newsroom", "title", "url", "licence", "date")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_LINK = re.compile(r"\[([^\[\]]+)\]\(([^()\s]*)\)|(https?://[^\s<>\"]*[^\s<>\".,;:!?)]|\{url\})")


def check_credit(template: str) -> str:
    """Return a credit line as it stands in sources.toml. Raises ValueError for one that cannot be filled in."""
    for name in _PLACEHOLDER.findall(template):
        if name not in PLACEHOLDERS:
            known = ", ".join(f"{{{known}}}" for known in PLACEHOLDERS)
            raise ValueError(f"names {{{name}}}, which is not known; known are {known}")
    if re.search(r"[{}]", _PLACEHOLDER.sub("", template)):
        raise ValueError("has a { or } without the other; a placeholder is written {author}")
    for text, address, _ in _LINK.findall(template):
        if text and address != "{url}" and not resolve("", address):
            raise ValueError(f'links "{text}" to "{address}"; write "{{url}}" or a whole address, as "https://..."')
    return template


def fill_in(template: str, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """List the pieces of a credit line in order, filled in: plain text, and the address where it is a link.

    Args:
        values: for each of PLACEHOLDERS what to put there.
    """

    def filled(text: str) -> str:
        return _PLACEHOLDER.sub(lambda found: values.get(found[1], ""), text)

    end = 0
    for found in _LINK.finditer(template):
        if found.start() > end:
            yield filled(template[end : found.start()]), ""
        text, address, bare = found.groups()
        yield filled(text or bare), filled(address or bare)
        end = found.end()
    if end < len(template):
        yield filled(template[end:]), ""
