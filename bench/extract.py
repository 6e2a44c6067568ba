"""What a page costs: our extract and clean beside trafilatura alone with the same options.

Run as `python -m bench.extract < pages.jsonl`, each line with `url` and `html`; without input over invented pages. All
run in one process over the same bytes, page by page in turn, so that whatever else the machine does falls on all; of
several rounds the median of each page counts. Extract reads title, authors, dates and licence as well, which
trafilatura does only when it is asked to: it stands here both ways. The last line is all that the program does with a
page: decoding, extract, clean, the byline's line, facts for other stages.
"""

import gc
import json
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from time import process_time

import trafilatura

from aggregator.clean.html import clean_html
from aggregator.errors import ExtractError
from aggregator.extract.article import extract_page
from aggregator.models import ExtractRules, Response
from aggregator.work.prepare import prepare_page

_ROUNDS = 7
_SENTENCES = (
    "The ferry across the lower lake has not run since the second week of April, and eleven families row to market.",
    "The council heard from the mechanic, who had taken it apart and said that it could be mended in the town.",
    "Nobody disputed the figures; the question was who would drive to the port, since the lorry is the quarry's.",
    "By the end of the evening <em>four names</em> stood on the list, and the secretary promised to write before noon.",
)


def main() -> None:
    """Print the figures."""
    pages = list(_invented_pages()) if sys.stdin.isatty() else [json.loads(line) for line in sys.stdin if line.strip()]
    rivals: dict[str, Callable[[bytes, str], object]] = {
        "trafilatura": _draw,
        "trafilatura with metadata": partial(_draw, with_metadata=True),
        "extract": _extract,
        "extract and clean": _extract_and_clean,
        "prepare_page": _prepare,
    }
    spent: dict[str, list[list[float]]] = {name: [[] for _ in pages] for name in rivals}
    for round_number in range(_ROUNDS):
        turns = list(rivals.items())[:: 1 if round_number % 2 else -1]
        for at, page in enumerate(pages):
            for name, run in turns:
                spent[name][at].append(_time(run, page["html"].encode(), page["url"]))
    print(f"{len(pages)} pages, {_ROUNDS} rounds, CPU time; a page in ms, and times what trafilatura takes")
    costs = {name: [statistics.median(rounds) for rounds in of_pages] for name, of_pages in spent.items()}
    alone = statistics.fmean(costs["trafilatura"])
    for name, of_pages in costs.items():
        mean = statistics.fmean(of_pages)
        print(f"{name:<26}{1000 * mean:8.2f}{mean / alone:8.3f}")


def _time(run: Callable[[bytes, str], object], body: bytes, url: str) -> float:
    gc.collect()
    start = process_time()
    run(body, url)
    return process_time() - start


def _draw(body: bytes, url: str, *, with_metadata: bool = False) -> object:
    return trafilatura.extract(
        body,
        url=url,
        output_format="html",
        with_metadata=with_metadata,
        include_comments=False,
        include_tables=True,
        include_links=True,
        include_images=True,
        include_formatting=True,
    )


def _extract(body: bytes, url: str) -> str:
    try:
        return extract_page(body, url, content_type="text/html; charset=utf-8").body_html
    except ExtractError:
        return ""


def _extract_and_clean(body: bytes, url: str) -> str:
    return clean_html(_extract(body, url), url)


def _prepare(body: bytes, url: str) -> None:
    with suppress(ExtractError):
        prepare_page(url, Response(200, url, body, "text/html; charset=utf-8"), (), ExtractRules())


def _invented_pages() -> Iterator[dict[str, str]]:
    """Yield pages of several lengths, with what newsrooms put around their articles."""
    for number in range(24):
        paragraphs = "".join(
            f"<p>{' '.join(_SENTENCES[(number + at + one) % 4] for one in range(3))}</p>"
            + (f"<h2>Part {at}</h2>" if at % 5 == 4 else "")
            + (f'<p>The <a href="/2025/{at}/">minutes of that day</a> hang in the office.</p>' if at % 3 == 0 else "")
            + (f'<figure><img src="/img/{at}.jpg"><figcaption>Boat {at}</figcaption></figure>' if at % 4 == 3 else "")
            for at in range(8 + 2 * number)
        )
        menu = "".join(f'<li class="menu-item"><a href="/topic/{at}/">Topic {at}</a></li>' for at in range(40))
        related = "".join(
            f'<article class="card"><a href="/2026/{at}/"><img src="/t/{at}.jpg"><h3>What the valley did in {at}</h3>'
            "</a>"
            "<p>The road was closed for the third time this year.</p></article>"
            for at in range(12)
        )
        script = '<script>window.settings = {"a": 1, "b": [1, 2, 3]};</script>' * 10
        article = (
            f"<h1>Ferry {number}</h1><p class='byline'>By Nora Illanes</p><div class='entry-content'>{paragraphs}</div>"
        )
        html = (
            f"<!DOCTYPE html><html lang='en'><head><title>Ferry {number} | The Valley</title>{script}"
            '<meta property="og:type" content="article"><meta name="author" content="Nora Illanes"></head><body>'
            f"<nav><ul>{menu}</ul></nav><main><article>{article}</article><section class='related'>{related}</section>"
            f"</main><aside><ul>{menu}</ul></aside><footer><ul>{menu}</ul></footer>{script}</body></html>"
        )
        yield {"url": f"https://valle.example/2026/05/ferry-{number}/", "html": html}


if __name__ == "__main__":
    main()
