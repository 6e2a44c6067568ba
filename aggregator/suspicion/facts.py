"""One article's HTML -> what quarantine needs to know of it: where its links lead, and what it speaks of.

Runs in a worker process, since it parses HTML; what comes of it is small and holds no text but titles and anchors.
Nothing is judged here.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from lxml import etree

from aggregator.models import Background, Blocklist, Facts, LinkFact, LinkPlace
from aggregator.suspicion.hosts import domain_of, find_domain, is_common
from aggregator.suspicion.language import guess_language, is_declared, script_of
from aggregator.suspicion.words import (
    REPORTING,
    SELLING,
    find_phrases,
    find_terms,
    index_phrases,
    is_opening,
    is_pointing,
    is_searched,
    themes_of_host,
    words_of,
)

Element = etree._Element  # lxml has no public name for the type of its elements

_MAX_CHARACTERS = 5_000_000
_MAX_LINKS = 80  # kept of one article; the longest link round-ups seen have 60
_MAX_ANCHOR = 80  # characters
_MAX_WORDS = 20_000  # looked at; articles stay under 10,000
_SHORT = 4  # letters; shorter words say nothing about what a text is about
_STEM = 5  # letters that inflected forms of a word share, roughly
_KEYWORDS = range(2, 8)  # words of what people type into a search engine
_BLOCKS = frozenset(
    "address article aside blockquote body dd div dl dt figcaption figure h1 h2 h3 h4 h5 h6 header hr html li main "
    "nav ol p pre section table tbody td th thead tr ul".split()
)
_LISTED = frozenset("dd dt figcaption h1 h2 h3 h4 h5 h6 li td th".split())
_SILENT = frozenset("script style template noscript".split())
_SENTENCE_END = re.compile(r"[.!?…:;。！？][\"'”’»)\]]*$")
_OPEN_END = re.compile(r"[.!?…:;,]$")
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:\.\d+)?(?:px|pt|em|rem|%)?\s*(?:;|!|$)"
    r"|opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)|text-indent\s*:\s*-\d{3,}|(?:left|top|right|margin-left|margin-top)\s*:\s*-\d{3,}"
    r"|(?<![\w-])(?:max-)?(?:height|width)\s*:\s*[01](?:px)?\s*(?:;|!|$)|clip\s*:\s*rect\(\s*[01]|color\s*:\s*transparent"
    r"|clip-path\s*:\s*(?:inset\(\s*(?:50|100)%|circle\(\s*0)|scale\(\s*0\s*[,)]"
)
_MAY_HIDE = re.compile(r"style\s*=|\bhidden\b|<marquee|<noscript", re.IGNORECASE)
_STYLED = etree.XPath("//*[@style or @hidden or self::marquee]")  # a tenth of the walk over a whole page
_NEVER_CLOSED = frozenset("area base br col embed hr img input link meta source track wbr".split())


@dataclass
class _Link:
    url: str
    anchor: str
    before: str  # the text at its left and right in its block
    after: str = ""


@dataclass
class _Block:
    tag: str
    text: list[str] = field(default_factory=list)  # outside of links
    links: list[_Link] = field(default_factory=list)


def facts_of(background: Background, raw_html: str, clean_html: str, language: str = "") -> Facts:
    """Gather what is to be known of an article.

    Args:
        raw_html: the body as it came, or the whole page: looked through for hidden links only.
        clean_html: what would be published.
        language: as the entry or its page declares it.
    """
    own = {domain_of(url) for url in background.own_urls} - {""}
    blocks = list(_read_blocks(clean_html))
    hidden = list(_read_hidden(raw_html))
    title_words = words_of(background.title)
    block_words = [words_of(" ".join(block.text)) for block in blocks]
    words = [word for block in block_words for word in block][:_MAX_WORDS]
    stems = {word[:_STEM] for word in (*title_words, *words) if len(word) >= _SHORT}
    found = [
        *(_describe(link, "hidden", own, stems) for link in hidden),
        *(_describe(link, _place(link, block), own, stems) for block in blocks for link in block.links),
    ]
    anchors = [word for block in blocks for link in block.links for word in words_of(link.anchor)][:_MAX_WORDS]
    text = " ".join(" ".join(block.text) for block in blocks)
    script, title_script = script_of(text), script_of(background.title)
    guessed = guess_language(words, script)
    themes: Counter[str] = Counter()
    spam_terms: dict[str, set[str]] = {}
    for block in block_words:
        terms = list(find_terms(block))
        themes.update({theme for theme, _, _ in terms})
        for theme, weight, term in terms:
            if weight > 1:
                spam_terms.setdefault(theme, set()).add(term)
    every_word = [*title_words, *words, *anchors]
    addresses = [link.url for link in hidden] + [link.url for block in blocks for link in block.links]
    return Facts(
        key=background.key,
        title=background.title[:200],
        language=guessed,
        script=script,
        title_script=title_script,
        is_declared=is_declared(language, title_script, guessed),
        words=len(words),
        blocks=sum(map(bool, block_words)),
        links=_most_telling([fact for fact in found if fact]),
        themes=dict(themes),
        spam_terms={theme: len(terms) for theme, terms in spam_terms.items()},
        title_themes=_heaviest(title_words),
        title_selling=len(find_phrases(SELLING, title_words)),
        selling=len(find_phrases(SELLING, [*words, *anchors])),
        reporting=len(find_phrases(REPORTING, [*title_words, *words])),
        blocked=tuple(_blocked(background.house.blocklist, addresses, every_word)),
        kinship=_kinship(background.feed_text, {*title_words, *words, *anchors}),
    )


# --- reading HTML ----------------------------------------------------------------------------------------------------


def _parse(html: str) -> Element | None:
    parser = etree.HTMLParser(
        encoding="utf-8", recover=True, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    html = "<div>" + html[:_MAX_CHARACTERS].replace("\x00", "")
    return etree.fromstring(html.encode("utf-8", "replace"), parser)


def _read_blocks(html: str) -> Iterator[_Block]:
    """Yield the innermost blocks of clean HTML with their text and links."""
    root = _parse(html) if html.strip() else None
    if root is None:
        return
    stack = [_Block("body")]
    link: _Link | None = None
    anchor: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag
        block = stack[-1]
        if event == "start":
            if tag in _BLOCKS:
                stack.append(_Block(str(tag)))
            elif tag == "a" and link is None and element.get("href"):
                link, anchor = _Link(element.get("href", ""), "", _last(block.text)), []
                block.links.append(link)
            text = element.text
        else:
            if tag == "a" and link is not None and link.url == element.get("href"):
                link.anchor, link = " ".join("".join(anchor).split()), None
            if tag in _BLOCKS:
                yield stack.pop()
            text = element.tail
        if text and text.strip():
            if link is not None:
                anchor.append(text)
            else:
                for earlier in stack[-1].links[-1:]:
                    earlier.after = earlier.after or text.strip()[:40]
                stack[-1].text.append(text)
    yield from stack


def _last(texts: Sequence[str]) -> str:
    return texts[-1].strip()[-40:] if texts else ""


def _read_hidden(html: str) -> Iterator[_Link]:
    """Yield the links that stand within hidden elements."""
    if not _MAY_HIDE.search(html):
        return
    root = _parse(html)
    if root is None:
        return
    seen: set[Element] = set()
    for hiding in cast("list[Any]", _STYLED(root)):
        if hiding.tag in _NEVER_CLOSED or not _is_hiding(hiding):
            continue
        for element in hiding.iter("a"):
            if element not in seen and element.get("href"):
                seen.add(element)  # what is hidden may hide something in turn
                yield _Link(element.get("href", ""), " ".join("".join(element.itertext()).split())[:400], "")


def _is_hiding(element: Element) -> bool:
    if "hidden" in element.attrib or element.tag == "marquee":
        return True
    style = element.get("style")
    return bool(style) and _HIDING.search(str(style).lower()) is not None


# --- describing ------------------------------------------------------------------------------------------------------


def _place(link: _Link, block: _Block) -> LinkPlace:
    if block.tag in _LISTED or (len(block.links) > 1 and not any(map(str.isalnum, "".join(block.text)))):
        return "list"
    if not any(map(str.isalnum, "".join(block.text))):
        return "lone"
    starts_new = link.after[:1] in ("", *"¿¡“«‘\"'") or link.after[:1].isupper()
    ends_before = _SENTENCE_END.search(link.before) is not None or (not link.before and bool(link.after))
    is_phrase = _OPEN_END.search(link.anchor) is None
    return "adrift" if starts_new and ends_before and is_phrase else "inside"


def _describe(link: _Link, place: LinkPlace, own: Collection[str], stems: Collection[str]) -> LinkFact | None:
    """Describe a link; None for one that leads nowhere, or within the source's own site without speaking of spam."""
    domain = domain_of(link.url)
    if not domain or not link.url.lower().startswith(("http://", "https://", "//")):
        return None
    words = words_of(link.anchor[:400])
    first = link.anchor[:1]
    themes = _heaviest(words)
    is_search = is_searched(words)
    is_keyword = len(words) in _KEYWORDS and (
        is_search or (first.isalpha() and not (first.isupper() or is_opening(words[0])))
    )
    if domain in own:
        if not themes or not is_keyword:
            return None
    elif not is_common(domain):
        # A hacked site's page is called like what it sells; an address like "/online-casino/" is no more than a hint.
        for theme, weight in _heaviest(words_of(re.sub(r"^.*?//[^/]*", "", link.url)[:300])).items():
            if weight > 1:
                themes.setdefault(theme, 1)
    return LinkFact(
        domain=domain,
        anchor=link.anchor[:_MAX_ANCHOR],
        place=place,
        themes=tuple(sorted(themes.items())),
        host_themes=tuple(sorted(set(themes_of_host(domain)))) if domain not in own else (),
        is_keyword=is_keyword,
        is_searched=is_search,
        is_capital=first.isupper(),
        is_pointing=is_pointing(words) or _is_address(link.anchor) or not words,
        is_related=any(word[:_STEM] in stems for word in words if len(word) >= _SHORT),
        is_own=domain in own,
        is_common=is_common(domain),
    )


def _is_address(anchor: str) -> bool:
    return anchor.lower().startswith(("http:", "https:", "www.")) or (" " not in anchor and "." in anchor[:-1])


def _most_telling(links: list[LinkFact]) -> tuple[LinkFact, ...]:
    """Keep as many links as there is room for: first those that speak of spam, then those to less known sites."""
    if len(links) > _MAX_LINKS:
        links = sorted(links, key=lambda link: (not (link.themes or link.host_themes), link.is_common))[:_MAX_LINKS]
    return tuple(links)


def _heaviest(words: Sequence[str]) -> dict[str, int]:
    themes: dict[str, int] = {}
    for theme, weight, _ in find_terms(words):
        themes[theme] = max(weight, themes.get(theme, 0))
    return themes


def _blocked(blocklist: Blocklist, addresses: Sequence[str], words: Sequence[str]) -> Iterator[str]:
    found = {find_domain(address, blocklist.link_domains) for address in addresses} if blocklist.link_domains else set()
    yield from sorted(found - {""})
    yield from sorted(find_phrases(index_phrases(blocklist.terms), words))


def _kinship(feed_text: str, page_words: Collection[str]) -> float:
    """Return which share of the feed's longer words the page has; 1 when the feed says too little."""
    feed = {word for word in words_of(feed_text) if len(word) >= _SHORT}
    return len(feed & set(page_words)) / len(feed) if len(feed) >= _SHORT * 3 else 1.0
