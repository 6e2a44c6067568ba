"""The CPU half of polling and page fetching, as plain functions that run in worker processes.

Each puts pure stages in a row: an entry, or the bytes of a page, becomes an article fit to keep. Nothing here knows
the store, the network or the clock.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from html import escape

from aggregator.clean.html import clean_html, first_picture, plain_text
from aggregator.dedupe.fingerprint import hash_text, index_hashes
from aggregator.dedupe.titles import series_hash
from aggregator.discover.pages import cure_for, explain_page, look_at_page
from aggregator.errors import ExtractError, NoArticle, NotAFeed, ParseError
from aggregator.extract.article import extract_page
from aggregator.extract.boilerplate import fingerprints, strip_boilerplate
from aggregator.extract.byline import choose_authors, read_byline, without_credit
from aggregator.extract.choice import is_whole
from aggregator.extract.creditlines import find_credits
from aggregator.extract.language import choose_language
from aggregator.extract.listing import list_articles
from aggregator.extract.paged import Part, join_pages
from aggregator.extract.siterules import Removal, strip_texts
from aggregator.models import (
    RESTRICTIONS,
    Article,
    Background,
    Candidate,
    Entry,
    ExtractRules,
    House,
    KnownEntry,
    ListRules,
    ParsedFeed,
    Reading,
    Repetition,
    Response,
    Source,
)
from aggregator.parse.dates import entry_date
from aggregator.parse.entries import make_listed, settle
from aggregator.parse.feed import MAX_ENTRIES, parse_news
from aggregator.parse.hints import named_hubs
from aggregator.parse.links import read_links
from aggregator.parse.sitemap import Sitemap, parse_sitemap
from aggregator.plaintext import clean_text
from aggregator.suspicion.facts import facts_of
from aggregator.urls import canonicalize, host_of

_NOBODYS = House()
CLEANED_WITH = "2"  # raise it when the cleaning rules change what they give


def read_feed(response: Response, now: datetime) -> ParsedFeed:
    """Read the feed that an answer holds.

    Raises:
        ParseError: it holds none; the message says what it is instead, and what to do.
    """
    return read_news(response, {}, now).feed


def read_news(response: Response, known: Mapping[str, KnownEntry], now: datetime) -> Reading:
    """Do the same, but for what is known (see `parse.feed.parse_news`).

    What an answer's headers say of hubs goes before what the feed says (W3C WebSub §4).
    """
    try:
        reading = parse_news(
            response.body,
            response.url,
            known,
            now=now,
            content_type=response.content_type,
            content_location=response.content_location,
        )
    except NotAFeed as error:
        raise NotAFeed(f"{response.url}: {explain_page(response)}") from error
    hubs, self_url = named_hubs(read_links(response.headers.get("link", "")), response.url)
    feed = reading.feed
    feed = replace(feed, hubs=hubs or feed.hubs, self_url=self_url or feed.self_url or response.url)
    return replace(reading, feed=feed)


def read_list(response: Response, source: Source, now: datetime) -> ParsedFeed:
    """Read the articles that a page lists, as the entries of a feed without texts.

    Raises:
        ExtractError: it lists none; the message says why.
    """
    if who := look_at_page(response.url, response)[0]:
        raise ExtractError(f"{response.url}: {who} came instead of the list; {cure_for(who)}")
    rules = source.html or ListRules("a")
    articles = list_articles(response.body, response.url, rules, content_type=response.content_type)
    entries = [make_listed(one.url, escape(one.title), published_at=entry_date(one.date, now)) for one in articles]
    return ParsedFeed(settle(entries, MAX_ENTRIES), format="list")


def read_sitemap(response: Response, paths: Sequence[str], now: datetime) -> Sitemap:
    """Read the sitemap that an answer holds.

    Raises:
        ParseError: it holds none, or none by which new articles can be told.
    """
    try:
        return parse_sitemap(response.body, response.url, paths, now=now, content_type=response.content_type)
    except ParseError as error:
        if who := look_at_page(response.url, response)[0]:
            raise ParseError(f"{response.url}: {who} came instead of a sitemap; {cure_for(who)}") from error
        raise


def prepare_entries(
    entries: Sequence[Entry], every_entry: Sequence[Entry], source: Source, house: House = _NOBODYS
) -> list[Candidate]:
    """Make candidates of new or changed entries.

    Args:
        every_entry: all that the feed holds now; an address that several of them share identifies none of them.
    """
    canonical = {entry.url: canonicalize(entry.url) for entry in (*every_entry, *entries)}
    addresses = Counter(canonical[entry.url] for entry in every_entry)
    candidates = []
    for entry in entries:
        canonical_url = canonical[entry.url]
        if addresses[canonical_url] > 1 or _is_home(canonical_url):
            canonical_url = ""
        candidates.append(_prepare_entry(entry, canonical_url, source, house))
    return candidates


def prepare_page(
    asked: str,
    response: Response,
    authors: Sequence[str],
    rules: ExtractRules,
    background: Background | None = None,
    more: Sequence[Response] = (),
) -> tuple[Article, str]:
    """Draw the article out of a page, or of several over which its site deals it out.

    Args:
        asked: the address before redirects.
        authors: as the entry named them, for a page that does not say.
        rules: the source's own.
        background: None: nobody judges, and the page is believed about its language.
        more: the article's later pages, in order.
    Returns:
        The article, its html empty when the page holds none, and the content hash of its text.
    Raises:
        NoArticle: it is no article's page.
        ExtractError: somebody stands before the page, or it cannot be read at all.
    """
    who, why = look_at_page(asked, response)
    if who:
        raise ExtractError(f"{who} stands before the article")
    if why:
        raise NoArticle(f"no article: {why}")
    page = extract_page(response.body, response.url, content_type=response.content_type, rules=rules)
    if more:
        later = [
            extract_page(
                one.body, one.url, content_type=one.content_type, rules=rules, first_url=response.url, number=number
            )
            for number, one in enumerate(more, 2)
        ]
        parts = [Part(response.url, page.body_html)]
        parts += [Part(one.url, found.body_html) for one, found in zip(more, later, strict=True)]
        page = replace(page, body_html=join_pages(parts, page.title), next_url=later[-1].next_url)
    authors = choose_authors(page.authors, authors)
    own_names = (host_of(response.url),)
    article, text_hash = _prepare_body(page.body_html, response.url, authors, own_names, page.title, rules)
    language = page.language
    if background:
        claims = (background.language, page.language)
        language = choose_language(f"{page.title}\n{article.text}", claims, background.house.languages)
    facts = None
    if background and background.is_judged and article.html:
        whole_page = response.body.decode("utf-8", "replace")
        facts = facts_of(background, whole_page, article.html, page.language)
    return (
        replace(
            article,
            facts=facts,
            title=page.title,
            canonical_url=page.canonical_url,
            og_url=page.og_url,
            next_url=page.next_url,
            language=language,
            licence=page.licence,
            restrictions=_restrictions(page.restrictions, response.headers),
            published_at=page.published_at,
            image=page.image or first_picture(article.html),
        ),
        text_hash,
    )


def find_next(response: Response, first_url: str, number: int, rules: ExtractRules) -> str:
    """Return the address on which an article goes on after a later page of it; "" when it ends there."""
    page = extract_page(
        response.body,
        response.url,
        content_type=response.content_type,
        rules=rules,
        first_url=first_url,
        number=number,
    )
    return page.next_url


def _prepare_entry(entry: Entry, canonical_url: str, source: Source, house: House) -> Candidate:
    html = entry.content_html or entry.summary_html
    own_names = (source.name, *source.aliases)
    article, text_hash = _prepare_body(html, entry.url, entry.authors, own_names, entry.title, source.extract)
    article = replace(
        article,
        title=entry.title,
        summary=clean_text(plain_text(clean_html(entry.summary_html, entry.url))),
        language=choose_language(
            f"{entry.title}\n{article.text}", (entry.language or source.language,), house.languages
        ),
        image=entry.image or first_picture(article.html),
    )
    if source.quarantine:
        own_urls = (source.site, source.feed, entry.url)
        background = Background(entry.guid, entry.title, own_urls, house=house)
        article = replace(article, facts=facts_of(background, html, article.html, entry.language))
    page_why = _page_why(entry, article, source)
    return Candidate(entry, article, canonical_url, text_hash, entry.url if page_why else "", page_why)


def strip_repeated(repetitions: Sequence[Repetition]) -> list[tuple[Article, str]]:
    """Take out of articles what their source's other articles have too.

    Returns:
        Each article, and the content hash of its text; where nothing goes, the very same article if it had its text
        already, and "".
    """
    return [_strip_repeated(repetition) for repetition in repetitions]


def _strip_repeated(repetition: Repetition) -> tuple[Article, str]:
    article = repetition.article
    stripped = strip_boilerplate(article.html, repetition.title, repetition.seen, repetition.articles)
    if article.text and not stripped.removed:
        return article, ""
    text = plain_text(stripped.html)
    bare = without_credit(text)
    article = replace(
        article,
        html=stripped.html,
        text=text,
        whole_html=article.html if stripped.removed else "",
        removed=tuple((removed.text, removed.why) for removed in stripped.removed),
        hashes=index_hashes(bare) + series_hash(repetition.title),
    )
    return article, hash_text(bare)


def clean_body(html: str, url: str, rules: ExtractRules) -> tuple[str, tuple[Removal, ...]]:
    """Clean a feed's or page's body and leave out the texts that the rules name; and say which those were."""
    body, removed = strip_texts(clean_html(html, url), rules.strip_text)
    return clean_html(body, url) if removed else body, removed


def _prepare_body(
    html: str, url: str, authors: Sequence[str], own_names: Sequence[str], title: str, rules: ExtractRules
) -> tuple[Article, str]:
    attribution, body = read_byline(clean_body(html, url, rules)[0], authors, own_names)
    # Cleaning and what is learned of the source take away lines that say where an article is from.
    attribution = replace(attribution, credits=(*attribution.credits, *find_credits(html, url)))
    text = plain_text(body)
    lines = tuple(sorted(fingerprints(body, title)))
    bare = without_credit(text)
    hashes = index_hashes(bare) + series_hash(title)
    return (
        Article(
            body,
            text,
            attribution=attribution,
            raw_html=html,
            cleaned_with=CLEANED_WITH,
            lines=lines,
            hashes=hashes,
        ),
        hash_text(bare),
    )


def _restrictions(declared: Sequence[str], headers: Mapping[str, str]) -> tuple[str, ...]:
    """Join what the page says and what its headers say, unless X-Robots-Tag speaks to another robot only."""
    said = {part.strip().lower() for part in headers.get("x-robots-tag", "").split(",")} - {"tdm-reservation"}
    if headers.get("tdm-reservation", "").strip() == "1":
        said.add("tdm-reservation")
    return tuple(sorted({*declared, *said & RESTRICTIONS}))


def _page_why(entry: Entry, article: Article, source: Source) -> str:
    """Say why the entry's page is wanted; "" when the feed's text is enough or the editor wants no pages."""
    if not entry.url or source.extract.mode == "feed":
        return ""
    if source.extract.mode == "page":
        return 'extract.mode = "page"'
    return "" if is_whole(article.text) else "no full text in the feed"


def _is_home(canonical_url: str) -> bool:
    return canonical_url.count("/") == 2 and "?" not in canonical_url
