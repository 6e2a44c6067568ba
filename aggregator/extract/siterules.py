"""The editors' rules for the pages of one site: what to leave out, and where body, title, author and date stand.

Rules go before what the program finds by itself; one that finds nothing changes nothing and is named, so that an editor
can see it. A selector is CSS, or XPath when it begins with `/` or `(`. It gives elements of the page and nothing else:
it calls only functions that look at the page, and its work is bounded by its length and form and by the page's size.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cssselect import HTMLTranslator, SelectorError, parse
from lxml import etree
from lxml.html import HtmlElement, document_fromstring, fragment_fromstring, tostring

from aggregator.errors import ExtractError
from aggregator.extract.lines import fold
from aggregator.models import ExtractRules, Page

_MAX_LENGTH = 300  # characters of a selector; the longest in use elsewhere stay under 150
_MAX_ELEMENTS = 20_000  # of a page; the longest live blogs seen have 15,000
_MAX_CHILDREN = 2_000  # of one element: `p ~ p` takes a second for so many, and four times as long for twice as many
_SHOWN = 80  # characters of what was left out, enough to recognise it
_MAX_LINE = 300  # characters of a title, author or date; a longer one is another element than was meant

_FUNCTIONS = frozenset(
    "and or div mod not contains starts-with normalize-space concat substring substring-before substring-after "
    "string-length translate string number boolean true false count position last name local-name sum floor ceiling "
    "round lang node text comment".split()
)
_LITERAL = re.compile(r"\"[^\"]*\"|'[^']*'")
_CALL = re.compile(r"([\w.:-]+)\s*\(")
_PREFIX = re.compile(r"(?<![\w:-])[\w.-]+:(?!:)[\w*]")
_FAR_AXIS = re.compile(r"\b(following|preceding)\s*::")
_FROM_ROOT = re.compile(r"(?:[\[(,=<>|+]|\b(?:and|or|div|mod))\s*/")
_NO_ELEMENT = re.compile(r"@|\battribute\s*::|\b(?:text|comment|node|processing-instruction)\s*\(")
_TOKEN = re.compile(r"<\w+ '(.*?)' at \d+>")  # as cssselect names what it did not expect
_INLINE = frozenset(
    "a abbr b bdi bdo cite code del dfn em font i ins kbd mark q s samp small span strong sub sup u wbr".split()
)
_UNSEEN = ("script", "style", "template", "noscript")
_TEXT_BLOCKS = ("p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "div")
_EXAMPLE = document_fromstring("<html><head><title>t</title></head><body><p>t</p></body></html>")

_MONTHS = {
    stem: number
    for number, stems in enumerate(
        "jan ene|feb fev|mar|apr abr avr|may mai|jun juin|jul juil|aug ago aou|sep set|oct out|nov|dec dic dez".split(
            "|"
        ),
        start=1,
    )
    for stem in stems.split()
}
# Of folded text, which has no punctuation.
_DAY_FIRST = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th|er|o)? (?:de |of )?([a-z]{3,10}) (?:del? )?(\d{4})\b")
_MONTH_FIRST = re.compile(r"\b([a-z]{3,10}) (\d{1,2})(?:st|nd|rd|th)? (\d{4})\b")


@dataclass(frozen=True)
class Removal:
    """Something that a rule took out of a text."""

    rule: str  # as it is called in sources.toml: `strip ".promo"`
    text: str  # the beginning of what went


@dataclass(frozen=True)
class Ruled:
    """What the rules say of one page; empty where there is no rule, or where it found nothing."""

    body: tuple[HtmlElement, ...] = ()
    title: str = ""
    author: str = ""
    published_at: datetime | None = None
    removed: tuple[Removal, ...] = ()
    unmet: tuple[str, ...] = ()  # rules that did nothing, each a line for the editor

    def override(self, page: Page) -> Page:
        """Put what the rules found in place of what the page says of itself."""
        return replace(
            page,
            title=self.title or page.title,
            authors=(self.author,) if self.author else page.authors,
            published_at=self.published_at or page.published_at,
        )

    def body_html(self, title: str) -> str:
        """Return the chosen elements as HTML, without the article's own headline; "" where none were chosen."""
        for element in self.body:
            for heading in list(element.iter("h1", "h2")):
                if heading is not element and fold(text_of(heading)) == fold(title):
                    heading.drop_tree()
            if element.tag in ("body", "html"):
                element.tag = "div"
        return "\n".join(str(tostring(element, encoding="unicode", with_tail=False)) for element in self.body)


# --- selectors -------------------------------------------------------------------------------------------------------


def check_selector(text: str) -> None:
    """Say whether a selector can be used.

    Raises:
        ValueError: it cannot; the message tells why.
    """
    _compile(text)


def check_inner_selector(text: str) -> None:
    """Say whether a selector can be looked for within one element; raises as `check_selector` does."""
    if text.startswith(("/", "(")):
        raise ValueError("XPath looks from the top of the page, and this is looked for within each article of the list")
    _compile(text)


def bound_work(tree: HtmlElement) -> None:
    """Refuse a page on which selectors would take too long.

    Raises:
        ExtractError: it is too large.
    """
    for number, element in enumerate(tree.iter(), start=1):
        if number > _MAX_ELEMENTS or len(element) > _MAX_CHILDREN:
            limits = f"more than {_MAX_ELEMENTS:,} elements, or {_MAX_CHILDREN:,} side by side"
            raise ExtractError(f"{limits}: too many for this source's selectors")


def select(tree: HtmlElement, selector: str) -> list[HtmlElement]:
    """Return the elements of a page, or of a part of it, that a selector names, in the order of the page.

    Raises:
        ValueError: the selector cannot be used.
    """
    found = _compile(selector)(tree)
    return [element for element in found if isinstance(element, HtmlElement)] if isinstance(found, list) else []


def _compile(text: str) -> etree.XPath:
    if len(text) > _MAX_LENGTH:
        raise ValueError(f"it is longer than {_MAX_LENGTH} characters")
    is_xpath = text.startswith(("/", "("))
    xpath = text if is_xpath else _from_css(text)
    try:
        # Without `re:`, whose patterns are Python's: some take for ever.
        compiled = etree.XPath(xpath, regexp=False)
        bare = _LITERAL.sub("''", xpath)
        _check_names(bare)
        if is_xpath:
            _check_way(bare)
        is_list = isinstance(compiled(_EXAMPLE), list)
    except (etree.XPathError, etree.XPathSyntaxError) as error:
        raise ValueError(_lower(str(error))) from None
    if not is_list:
        raise ValueError("it gives a value, not elements")
    return compiled


def _from_css(text: str) -> str:
    try:
        selectors = parse(text)
        if any(selector.pseudo_element for selector in selectors):
            raise ValueError("it names a pseudo-element, which is no element of the page")
        return " | ".join(map(HTMLTranslator().selector_to_xpath, selectors))
    except SelectorError as error:
        said = _TOKEN.sub(r"'\1'", re.sub(r"<EOF at \d+>", "its end", str(error)))
        said = said.replace("ident", "a name").replace("'*'", "*").replace("'", '"')
        raise ValueError(_lower(said)) from None


def _check_names(bare: str) -> None:
    """Refuse what does not stand in the page: variables, prefixes, functions other than those that look at it."""
    if "$" in bare:
        raise ValueError("it uses a variable, and there are none")
    for name in _CALL.findall(bare):
        function = name.rpartition("::")[2]
        if function not in _FUNCTIONS:
            raise ValueError(f"it calls {function}(), which is not known here")
    if prefix := _PREFIX.search(bare):
        raise ValueError(f'it uses the prefix "{prefix[0].partition(":")[0]}", and there are none')


def _check_way(bare: str) -> None:
    """Refuse what ends elsewhere than at elements, and what looks at the whole page for each of them."""
    if axis := _FAR_AXIS.search(bare):
        raise ValueError(f"{axis[1]}:: looks at the whole page for each element; take {axis[1]}-sibling::")
    outside, inside = _split_predicates(bare)
    if any(_FROM_ROOT.search(predicate) for predicate in inside):
        raise ValueError("within [ ] it looks at the whole page for each element; begin with . there")
    if _NO_ELEMENT.search(outside):
        raise ValueError("it gives attributes or texts, not elements; end it before them")


def _split_predicates(bare: str) -> tuple[str, list[str]]:
    """Part an expression, whose brackets are known to match, into what stands outside of `[ ]` and what within."""
    outside, inside, depth, start = "", [], 0, 0
    for at, character in enumerate(bare):
        if character == "[":
            start = at if depth == 0 else start
            depth += 1
        elif character == "]":
            depth -= 1
            if depth == 0:
                inside.append(bare[start:at])
        elif depth == 0:
            outside += character
    return outside, inside


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]


# --- one page --------------------------------------------------------------------------------------------------------


def apply_rules(tree: HtmlElement, rules: ExtractRules) -> Ruled:
    """Drop what the rules strip from a page, in place, and find what they name in the rest.

    Raises:
        ExtractError: the page is too large for selectors.
    """
    if not (rules.strip or rules.body or rules.title or rules.author or rules.date):
        return Ruled()
    bound_work(tree)
    removed: list[Removal] = []
    unmet: list[str] = []
    for selector in rules.strip:
        gone = _drop(tree, selector)
        removed += gone
        unmet += [] if gone else [f'strip "{selector}" matched nothing']
    body = _outermost(select(tree, rules.body)) if rules.body else ()
    if rules.body and not body:
        unmet.append(f'body "{rules.body}" matched nothing with words in it; the body was found as on any page')
    found = {}
    for key, selector in (("title", rules.title), ("author", rules.author), ("date", rules.date)):
        found[key] = value_of(tree, selector) if selector else ""
        if selector and not found[key]:
            unmet.append(f'{key} "{selector}" matched nothing of use')
    published_at = _read_date(found["date"])
    if found["date"] and published_at is None:
        unmet.append(f'date "{rules.date}" matched "{found["date"]}", which cannot be read as a date')
    return Ruled(tuple(body), found["title"], found["author"], published_at, tuple(removed), tuple(unmet))


def _drop(tree: HtmlElement, selector: str) -> list[Removal]:
    gone = []
    for element in select(tree, selector):
        whole_page = element.tag in ("html", "head", "body") or element.getparent() is None
        if not whole_page and any(above is tree for above in element.iterancestors()):  # else gone with another
            gone.append(Removal(f'strip "{selector}"', _beginning(text_of(element)) or f"<{element.tag}>"))
            element.drop_tree()
    return gone


def _outermost(elements: Sequence[HtmlElement]) -> tuple[HtmlElement, ...]:
    """Leave out elements without words, and those that lie in another one."""
    filled = {element for element in elements if fold(text_of(element))}
    return tuple(one for one in elements if one in filled and filled.isdisjoint(one.iterancestors()))


def value_of(tree: HtmlElement, selector: str) -> str:
    """Return what the first match says: for machines (`<meta content>`, `<time datetime>`) or else its text.

    "" where nothing matches, or where so much matches that another element must have been meant.
    """
    for element in select(tree, selector)[:1]:
        for said in (element.get("datetime"), element.get("content"), text_of(element)):
            if value := " ".join((said or "").split()):
                return value if len(value) <= _MAX_LINE else ""
    return ""


def text_of(element: HtmlElement) -> str:
    """Return the text that a reader sees of an element, in one line; whatever is no inline element parts words."""
    pieces = []
    for event, one in etree.iterwalk(element, events=("start", "end", "comment")):
        edge = "" if one.tag in _INLINE else " "
        if event == "start":
            pieces.append(edge + (one.text or "" if one.tag not in _UNSEEN else ""))
        elif one is not element:
            pieces.append(edge + (one.tail or ""))
    return " ".join("".join(pieces).split())


def _beginning(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN].rstrip() + "…"


def _read_date(text: str) -> datetime | None:
    """Read an ISO 8601 date, or the first day named in words in English, Spanish, Portuguese or French.

    One without a zone is taken as UTC.
    """
    try:
        instant = datetime.fromisoformat(text)
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        folded = " ".join(fold(text))
    readings = [(match[2], match[1], match[3]) for match in _DAY_FIRST.finditer(folded)]
    readings += [(match[1], match[2], match[3]) for match in _MONTH_FIRST.finditer(folded)]
    for month, day, year in readings:
        number = _MONTHS.get(month[:4]) or _MONTHS.get(month[:3])
        try:
            return datetime(int(year), number or 0, int(day), tzinfo=UTC)
        except ValueError:
            continue
    return None


# --- texts of feeds and pages ----------------------------------------------------------------------------------------


def strip_texts(html: str, texts: Sequence[str]) -> tuple[str, tuple[Removal, ...]]:
    """Leave out of a body the paragraphs, headings and list items that an editor named.

    Args:
        texts: whole blocks; those ending in `*` are the beginning of one. Case, accents and punctuation do not count.
    Returns:
        The body, the very same where nothing matched, and what went. Elements that held nothing else stay, empty.
    """
    if not texts or not html:
        return html, ()
    wanted = [(text, " ".join(fold(text)), text.endswith("*")) for text in texts]
    root = fragment_fromstring(html, create_parent="div")
    removed = []
    for block in list(root.iter(*_TEXT_BLOCKS)):
        if block is root or any(inner is not block for inner in block.iter(*_TEXT_BLOCKS)):
            continue
        folded = " ".join(fold(text_of(block)))
        for text, sought, is_beginning in wanted:
            if folded == sought or (is_beginning and folded.startswith(sought)):
                removed.append(Removal(f'strip_text "{text}"', _beginning(text_of(block))))
                block.drop_tree()
                break
    if not removed:
        return html, ()
    return (root.text or "") + "".join(str(tostring(block, encoding="unicode")) for block in root), tuple(removed)
