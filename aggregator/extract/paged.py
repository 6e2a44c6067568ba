"""Articles that a site deals out over several pages: which page comes next, and all of them joined into one body.

A link counts only when it leads to the article's own address with a page's number added. `rel="next"` by itself says
little: most sites that write it mean their next article. Fetching the pages is left to others.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from aggregator.extract.blocks import named_like, read_blocks, share_known, words_in
from aggregator.extract.bodylines import inner_html, parse_body
from aggregator.urls import canonicalize, resolve

_PAGE_WORD = r"(?:page|pg|pagina|pag|seite)"
# "/2", "/page/2", "/page-2", "/seite2". Not "-2" alone: that is how sites tell two articles of one title apart.
_PATH_NUMBER = re.compile(rf"/(?:{_PAGE_WORD}[-_/]?)?([1-9]\d?)(?=$|\.html?$)", re.IGNORECASE)
_QUERY_NUMBER = re.compile(rf"_?{_PAGE_WORD}(?:_?no)?=([1-9]\d?)", re.IGNORECASE)
_PAGER = named_like(r"page-links?|post-page-numbers|page-numbers|paginat\w+|pager|pages|multipage|next-?page")
_OF_COMMENTS = re.compile(
    r"(?:^|\s)(?:comments?|comments?[-_]?(?:area|list|section|wrap\w*|thread|nav|navigation|pagination|pager)|"
    r"commentlist|respond|disqus_thread|comentarios|comentários|commentaires|kommentare)(?:$|\s)",
    re.IGNORECASE,
)
_SAYS_PAGE = re.compile(
    r"(?:next|siguiente|próxima|suivante?|nächste|weiter|avanti|successiva|page|página|pagina|seite)\b", re.IGNORECASE
)
# A line that says where in the article one is: "Page 2 of 4", "2/4", and the links to all pages, "Pages: 1 2 3".
_SAYS = r"(?:page|página|pagina|pages|páginas|pagine|seite|seiten)"
_OF = r"\s*(?:/|of|de|sur|von|di)\s*\d{1,2}"
_POSITION = re.compile(
    rf"\W*(?:{_SAYS}\W*\d{{1,2}}(?:{_OF})?|\d{{1,2}}{_OF}|(?:{_SAYS}\W*)?1(?:[\s|·]+\d{{1,2}})+)\W*", re.IGNORECASE
)
_NUMBER_AT_MOST = re.compile(r"\W*\d{0,2}\W*")
MAX_PAGES = 10  # of one article are read
_OPENING = 8  # blocks of the first page: its title, byline, date, summary and caption are among them
_RESIZED = re.compile(r"-\d{2,4}x\d{2,4}(?=\.\w+$)")
_ADDRESSES = ("src", "data-src", "data-lazy-src", "data-original")
_SET_ADDRESS = re.compile(r"(?:^|(?<=,))\s*[^\s,]\S*")
_REPEATED = 0.8  # of a page's shingles that stand on earlier ones: the site ignores the number, or shows its last page


class Part(NamedTuple):
    """One page's body and the address that it came from."""

    url: str
    html: str


def find_next_page(tree: HtmlElement, url: str, *, first_url: str, number: int, max_pages: int) -> str:
    """Return the address of the page on which an article goes on; "" when it ends here.

    Args:
        tree: the whole page, its links still in it.
        url: the page's address, after redirects.
        first_url: the address of the article's first page; what follows has the same host, path and query.
        number: of the page in hand; the first is 1.
        max_pages: no page after this one is looked for.
    """
    if number >= max_pages:
        return ""
    article, _ = _split(first_url, {1})
    if not article:
        return ""
    for link in tree.iter("link", "a"):
        address = link.get("href")
        if address and _has_number(address, number + 1) and _may_lead_on(link, number + 1):
            absolute = resolve(url, address).partition("#")[0]
            if absolute and _split(absolute, {number + 1}) == (article, number + 1):
                return absolute
    return ""


def join_pages(parts: Sequence[Part], title: str) -> str:
    """Join the bodies of an article's pages, in order.

    What later pages begin with again (title, byline, summary, picture), what earlier ones end with again and lines
    like "Page 2 of 4" go; so does a page that has nothing of its own. The first page loses only what is repeated at
    its end. Addresses of later pages become absolute; a single page is returned as it is.

    Args:
        title: the article's.
    """
    roots = [(part.url, parse_body(part.html)) for part in parts]
    read = [(url, root) for url, root in roots if root is not None]
    if len(read) < 2:
        return parts[0].html if len(parts) == 1 else "".join(inner_html(root) for _, root in read)
    kept = [read[0]]
    known = words_in(_text(read[0][1]))
    for url, root in read[1:]:
        words = words_in(_text(root))
        if not words or share_known(words, known) >= _REPEATED:
            continue
        _drop_repeated_start(root, url, kept[0], title)
        _drop_repeated_end(kept[-1][1], root)
        _make_absolute(root, url)
        kept.append((url, root))
        known += words
    return "".join(inner_html(root) for _, root in kept)


# --- the next page ---------------------------------------------------------------------------------------------------


def _has_number(address: str, number: int) -> bool:
    """Say whether an address may be that of a page; a first look, since there are hundreds on a page."""
    if str(number) not in address:
        return False
    path, _, query = address.partition("#")[0].partition("?")
    found = (*_PATH_NUMBER.finditer(f"/{path}".rstrip("/")), *_QUERY_NUMBER.finditer(query))
    return any(int(match[1]) == number for match in found)


def _may_lead_on(link: HtmlElement, number: int) -> bool:
    """Say whether a link is offered as one to another page of what is read here; a comment's pager is not."""
    around = [link, *link.iterancestors()]
    if any(_OF_COMMENTS.search(_named(one)) for one in around if one.tag not in ("body", "html")):
        return False
    if "next" in link.get("rel", "").lower().split():
        return True
    if link.tag == "link":
        return False
    text = " ".join("".join(link.itertext()).split())
    return (
        text == str(number)
        or _SAYS_PAGE.match(text) is not None
        or any(_PAGER.search(_named(one)) for one in around[:4])
    )


def _named(element: HtmlElement) -> str:
    return f"{element.get('class', '')} {element.get('id', '')}"


def _split(url: str, numbers: set[int]) -> tuple[str, int]:
    """Part an address into the article's and the page's number, 1 without one; only these numbers are taken for one.

    The article's is "" for an address that leads to no article: the pages of a home page are lists.
    """
    parts = urlsplit(canonicalize(url))
    path, query, number = parts.path, parts.query.split("&") if parts.query else [], 1
    in_query = next((one for one in query if (found := _QUERY_NUMBER.fullmatch(one)) and int(found[1]) in numbers), "")
    if in_query:
        number = int(in_query.partition("=")[2])
        query.remove(in_query)
    elif (found := _PATH_NUMBER.search(path)) and int(found[1]) > 1 and int(found[1]) in numbers:
        number = int(found[1])
        path = path[: found.start()] + path[found.end() :]
    if not path.strip("/") and not query:
        return "", number
    path = re.sub(r"\.html?$", "", path)  # "/well.html" goes on at "/well/2" and at "/well/2.html"
    return f"{parts.netloc}{path.rstrip('/')}?{'&'.join(sorted(query))}", number


# --- joining ---------------------------------------------------------------------------------------------------------


def _text(root: HtmlElement) -> str:
    return " ".join(read_blocks(root).values())


def _drop_repeated_start(root: HtmlElement, url: str, first: tuple[str, HtmlElement], title: str) -> None:
    """Take off a later page what stands before its own text and is on the first page too."""
    first_url, first_root = first
    opening = {words_in(text) for text in list(read_blocks(first_root).values())[:_OPENING]}
    pictures = set(_picture_names(first_root, first_url))
    texts = read_blocks(root)
    gone = []
    for element in root.iter():
        if element.tag == "img" and pictures.intersection(_names(element, url)):
            gone.append(_picture_of(element))
        elif element in texts and not any(one in gone for one in element.iterancestors()):
            words = words_in(texts[element])
            is_repeated = words in opening or _is_title(texts[element], title) or _POSITION.fullmatch(texts[element])
            if not is_repeated or _holds_blocks(element, texts):
                break
            gone.append(element)
    for element in gone:
        _drop(element)


def _drop_repeated_end(earlier: HtmlElement, later: HtmlElement) -> None:
    """Take off an earlier page's end what the later page has too, and lines that lead from page to page."""
    again = {words_in(text) for text in read_blocks(later).values()}
    texts = read_blocks(earlier)
    for element, text in reversed(texts.items()):
        is_repeated = words_in(text) in again or _POSITION.fullmatch(text)
        if not is_repeated or _holds_blocks(element, texts):
            break
        _drop(element)


def _holds_blocks(element: HtmlElement, texts: Mapping[HtmlElement, str]) -> bool:
    return any(inner in texts for inner in element.iterdescendants())


def _is_title(text: str, title: str) -> bool:
    """Whether a line is the title, perhaps with a page's number: "The new well - 2", "The new well (page 2 of 3)"."""
    text, title = text.casefold(), " ".join(title.casefold().split())
    rest = text.removeprefix(title)
    if not title or (rest == text):
        return False
    return _POSITION.fullmatch(rest) is not None or _NUMBER_AT_MOST.fullmatch(rest) is not None


def _picture_of(image: HtmlElement) -> HtmlElement:
    """Return the figure that a picture stands in, when it holds no other; else the picture."""
    figure = next(image.iterancestors("figure"), None)
    return figure if figure is not None and len(list(figure.iter("img"))) == 1 else image


def _picture_names(root: HtmlElement, url: str) -> Iterator[str]:
    for image in root.iter("img"):
        yield from _names(image, url)


def _names(image: HtmlElement, url: str) -> Iterator[str]:
    """Yield what tells a picture from others, whatever size of it is asked for."""
    for attribute in _ADDRESSES:
        if address := resolve(url, image.get(attribute) or ""):
            yield _RESIZED.sub("", address.partition("?")[0].partition("#")[0])


def _drop(element: HtmlElement) -> None:
    """Remove an element with all in it, and those around it that are left empty; the text after it stays."""
    parent = element.getparent()
    if parent is None:
        return
    element.drop_tree()
    if parent.getparent() is not None and not len(parent) and not (parent.text or "").strip():
        _drop(parent)


def _make_absolute(root: HtmlElement, url: str) -> None:
    """Make the addresses of a later page independent of it, also those a picture will be loaded from."""
    for element in root.iter():
        for name, value in element.attrib.items():
            if name.endswith("srcset"):
                element.set(name, _SET_ADDRESS.sub(lambda match: f" {resolve(url, match[0])}", value).strip())
            elif name in ("href", "poster", *_ADDRESSES) and not value.startswith("#"):
                element.set(name, resolve(url, value) or value)
