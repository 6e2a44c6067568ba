"""Texts of others within Markdown."""

import re

from aggregator.plaintext import clean_text

_MARKED = re.compile(r"([\\`*_\[\]<>|#~])")  # what Markdown would read as its own


def escape(text: str) -> str:
    return _MARKED.sub(r"\\\1", clean_text(text))


def link(text: str, url: str) -> str:
    """Write a link; the text alone where there is no address."""
    address = url.replace("(", "%28").replace(")", "%29").replace(" ", "%20")
    return f"[{escape(text)}]({address})" if url else escape(text)
