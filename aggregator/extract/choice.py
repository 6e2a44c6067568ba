"""The feed's text or the page's: which of the two is the whole article. Works on plain text; the words are counted here
and nowhere else.
"""

import re
from typing import Literal

from aggregator.plaintext import count_words

Chosen = Literal["feed", "page", "none"]

_WHOLE = 150  # words; shorter feed texts are excerpts more often than whole articles
_LACKS = 0.2  # of a whole feed's text: less is its own boilerplate, or a caption
_FAR_LONGER = 1.5  # times the feed's words: a page of that length has lost nothing that matters
_SHINGLE = 4  # words
_WORD = re.compile(r"\w+")
_CUT_END = re.compile(r"(?:\[\s*(?:…|\.\.\.)\s*\]|…|\.\.\.)\W*$")


def is_whole(feed_text: str) -> bool:
    """Say whether a feed's text seems to be the whole article, and not its beginning."""
    return count_words(feed_text) >= _WHOLE and _CUT_END.search(feed_text) is None


def choose_text(feed_text: str, page_text: str) -> tuple[Chosen, str]:
    """Say whose text is kept, and why, in words for people.

    The page's as a rule. A whole feed's where the page lacks a good part of it: then the article was not found there,
    or not all of it. A feed's excerpt only where the page has no more than that.
    """
    feed_words, page_words = count_words(feed_text), count_words(page_text)
    if not feed_words or not page_words:
        if not feed_words and not page_words:
            return "none", "there is no text"
        return ("page", "the feed has no text") if page_words else ("feed", "no article on the page")
    if not is_whole(feed_text):
        if page_words > feed_words:
            return "page", "it has more text than the feed"
        return "feed", "the page has no more text"
    lacking = _share_lacking(feed_text, page_text)
    if lacking >= _LACKS and page_words < _FAR_LONGER * feed_words:
        return "feed", f"the page lacks {lacking:.0%} of its text"
    return "page", "it has the feed's text"


def _share_lacking(feed_text: str, page_text: str) -> float:
    feed, page = _shingles(feed_text), _shingles(page_text)
    return len(feed - page) / len(feed) if feed else 0.0


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return set(zip(*(words[start:] for start in range(_SHINGLE)), strict=False))
