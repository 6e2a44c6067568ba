"""An invented article whose page the tests put together: its paragraphs are long enough to be found as text."""

from aggregator.clean.html import clean_html
from aggregator.extract.article import extract_page

URL = "https://valle.example/2026/05/the-ferry/"
FIRST = (
    "<p>The ferry across the lower lake has not run since the second week of April, and the eleven families on the far"
    " shore have been rowing their vegetables to the market in two borrowed boats every Thursday morning.</p>"
)
SECOND = (
    "<p>On Monday the council heard from the mechanic, who said that the gearbox could be repaired in the town for less"
    " than a third of the price that the maker had asked, provided that somebody fetched the parts from the port.</p>"
)
THIRD = (
    "<p>Nobody at the meeting disputed the figures. The question was who would drive to the port, because the only"
    " lorry belongs to the quarry, and the quarry has not lent it to anybody since the flood of three years ago.</p>"
)
LAST = (
    "<p>By the end of the evening four names stood on the list of drivers, and the secretary promised to write to the"
    " quarry before noon; the first crossing, if all goes well, will be on the feast of the patron saint.</p>"
)


def page(*parts: str, before: str = "", end: str = "", head: str = "") -> str:
    """Return the page of an article with these parts between its second and third paragraph, others at its edges."""
    middle = "".join(parts)
    return (
        f"<!DOCTYPE html><html lang='en'><head><title>The ferry waits for a gearbox</title>{head}</head><body>"
        f"<header><a href='/'>The Valley</a></header><main><h1>The ferry waits for a gearbox</h1>{before}"
        f"<div class='entry-content'>{FIRST}{SECOND}{middle}{THIRD}{LAST}{end}</div></main>"
        "<footer><p>The Valley, 12 Orchard Road</p></footer></body></html>"
    )


def body(*parts: str, before: str = "", end: str = "", head: str = "", url: str = URL) -> str:
    """Return the article's clean HTML."""
    html = page(*parts, before=before, end=end, head=head)
    return clean_html(extract_page(html.encode(), url).body_html, url)
