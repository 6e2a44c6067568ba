"""The CPU half of polling and page fetching, as plain functions that run in worker processes.

Each puts pure stages in a row: an entry, or the bytes of a page, becomes an article fit to keep. Nothing here knows
the store, the network or the clock.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from aggregator.clean.html import clean_html, first_picture, plain_text
from aggregator.dedupe.fingerprint import hash_text
from aggregator.extract.article import extract_page
from aggregator.extract.byline import read_byline, without_credit
from aggregator.models import Article, Candidate, Entry, Source
from aggregator.plaintext import clean_text, count_words
from aggregator.urls import canonicalize

CLEANED_WITH = "1"  # raise it when the cleaning rules change what they give
_FULL_TEXT_WORDS = 150  # shorter feed texts are excerpts more often than whole articles
_CUT_END = re.compile(r"(?:\[\s*(?:…|\.\.\.)\s*\]|…|\.\.\.)\W*$")


def prepare_entries(entries: Sequence[Entry], every_entry: Sequence[Entry], source: Source) -> list[Candidate]:
    """Make candidates of new or changed entries.

    Args:
        every_entry: all that the feed holds now; an address that several of them share identifies none of them.
    """
    addresses = Counter(canonicalize(entry.url) for entry in every_entry)
    candidates = []
    for entry in entries:
        canonical_url = canonicalize(entry.url)
        if addresses[canonical_url] > 1 or _is_home(canonical_url):
            canonical_url = ""
        candidates.append(_prepare_entry(entry, canonical_url, source))
    return candidates


def prepare_page(body: bytes, url: str, content_type: str, authors: Sequence[str]) -> tuple[Article, str]:
    """Draw the article out of a page.

    Args:
        authors: as the entry named them, for a page that does not say.
    Returns:
        The article, its html empty when the page holds none, and the content hash of its text.
    Raises:
        ExtractError: the page cannot be read at all.
    """
    page = extract_page(body, url, content_type=content_type)
    article, text_hash = _prepare_body(page.body_html, url, page.authors or tuple(authors))
    return (
        replace(
            article,
            title=page.title,
            canonical_url=page.canonical_url,
            language=page.language,
            licence=page.licence,
            published_at=page.published_at,
            image=page.image or first_picture(article.html),
        ),
        text_hash,
    )


def _prepare_entry(entry: Entry, canonical_url: str, source: Source) -> Candidate:
    article, text_hash = _prepare_body(entry.content_html or entry.summary_html, entry.url, entry.authors)
    article = replace(
        article,
        title=entry.title,
        summary=clean_text(plain_text(clean_html(entry.summary_html, entry.url))),
        language=entry.language or source.language,
        image=entry.image or first_picture(article.html),
    )
    page_why = _page_why(entry, article, source)
    return Candidate(entry, article, canonical_url, text_hash, entry.url if page_why else "", page_why)


def _prepare_body(html: str, url: str, authors: Sequence[str]) -> tuple[Article, str]:
    attribution, body = read_byline(clean_html(html, url), authors)
    text = plain_text(body)
    article = Article(body, text, attribution=attribution, raw_html=html, cleaned_with=CLEANED_WITH)
    return article, hash_text(without_credit(text))


def _page_why(entry: Entry, article: Article, source: Source) -> str:
    """Say why the entry's page is wanted; "" when the feed's text is enough or the editor wants no pages."""
    if not entry.url or source.extract.mode == "feed":
        return ""
    if source.extract.mode == "page":
        return 'extract.mode = "page"'
    if count_words(article.text) < _FULL_TEXT_WORDS or _CUT_END.search(article.text):
        return "no full text in the feed"
    return ""


def _is_home(canonical_url: str) -> bool:
    return canonical_url.count("/") == 2 and "?" not in canonical_url
