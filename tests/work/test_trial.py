"""try_page(): what a source's rules make of one page, tried on loopback partners."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from aggregator.errors import AddressBlocked, ConfigError, FetchError
from aggregator.service import Service
from aggregator.sources import check_sources
from aggregator.work.trial import Trial, find_source, try_page
from tests.newsroom import SITE, Newsroom, Post, page, paragraphs, rss
from tests.partner import Partner

SOURCES = """
[[source]]
id = "valley"
name = "Valley Press"
site = "https://valley.example/"
feed = "https://feeds.platform.example/valley"
[[source]]
id = "hills"
name = "Hills Daily"
feed = "https://hills.example/feed/"
[[source]]
id = "hills-es"
name = "Hills en español"
feed = "https://hills.example/es/feed/"
[[source]]
id = "voices"
name = "Voices"
kind = "byline"
site = "https://blog.valley.example/"
[source.byline]
match = ["Voices"]
"""


@pytest.mark.parametrize(
    ("url", "source_id", "found"),
    [
        ("https://www.valley.example/2026/rain/", None, "valley"),
        ("http://feeds.platform.example/valley/rain", None, "valley"),
        ("https://es.valley.example/lluvia/", None, "valley"),
        ("https://blog.valley.example/rain/", None, "voices"),
        ("https://hills.example/rain/", "hills-es", "hills-es"),
        ("https://elsewhere.example/rain/", "hills", "hills"),
    ],
)
def test_a_source_is_found_by_the_pages_host_or_by_its_id(url: str, source_id: str | None, found: str) -> None:
    assert find_source(url, check_sources(SITE + SOURCES).config, source_id).id == found


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("rain", '"rain" is not a web address; write it whole, as "https://example.org/article/"'),
        ("https://myvalley.example/a", "no source has its site or feed at myvalley.example; name one with --source"),
        ("https://hills.example/a", "hills.example is the host of hills, hills-es; name one with --source"),
    ],
)
def test_a_page_of_no_one_source_is_an_error(url: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        find_source(url, check_sources(SITE + SOURCES).config)
    assert str(caught.value) == said


def try_all(newsroom: Newsroom, urls: Sequence[str]) -> list[Trial | FetchError]:
    """Try addresses one after the other, each by the source that the last part of its path names."""

    async def one(service: Service, url: str) -> Trial | FetchError:
        source = find_source(url, newsroom.config, url.rpartition("/")[2])
        tools = {"client": service.client, "robots": service.robots, "pool": service.pool, "clock": service.clock}
        try:
            return await try_page(url, source, newsroom.config.house, **tools)
        except FetchError as error:
            return error

    async def every() -> list[Trial | FetchError]:
        async with newsroom.service() as service:
            return [await one(service, url) for url in urls]

    return asyncio.run(every())


def test_feed_and_page_are_weighed_as_the_service_does(tmp_path: Path, partner: Partner) -> None:
    long, short = paragraphs("rain", 20), "<p>It rains.</p>"
    by = "<p>By Ana Quispe, Valley Press</p>"
    cases = {  # source: its feed's text, its page, keys, whose text is taken and why
        "full": (paragraphs("rain"), page("Rain", long), "", "feed", "the feed's text is enough, so the page would not be read"),
        "feed": (short, page("Rain", long), 'mode = "feed"', "feed", 'extract.mode = "feed", so the page would not be read'),
        "excerpt": (short, page("Rain", long), "", "page", "it has more text than the feed"),
        "page": (long, page("Rain", long), 'mode = "page"', "page", "it has the feed's text"),
        "pdf": (short, b"%PDF-1.7 rain", "", "feed", "no article on the page"),
        "alone": ("", page("Rain", by + long), "", "page", "the only text there is"),
        "nothing": ("", page("Rain", "<p>Soon.</p>"), "", "none", "there is no text"),
        "rules": (short, page("Rain", by + long), 'strip_text = ["it rains", "the rain*", "snow"]', "none", "there is no text"),
    }  # fmt: skip
    text = ""
    for name, (body, answer, keys, _, _) in cases.items():
        url = partner.serve(f"/{name}", answer)
        feed = partner.serve(f"/feed-{name}", rss([Post("1", url, "Rain", body)] if body else []))
        text += f'[[source]]\nid = "{name}"\nname = "{name}"\nfeed = "{feed}"\n[source.extract]\n{keys}\n'
    newsroom = Newsroom(tmp_path)
    newsroom.edit(text)
    trials = dict(zip(cases, try_all(newsroom, [partner.url(f"/{name}") for name in cases]), strict=True))
    for name, (_, _, _, chosen, why) in cases.items():
        trial = trials[name]
        assert isinstance(trial, Trial)
        assert (name, trial.chosen, trial.why) == (name, chosen, why)
        assert bool(trial.result.text) == (chosen != "none")
    pdf, alone, rules = (trials[name] for name in ("pdf", "alone", "rules"))
    assert isinstance(pdf, Trial)
    assert "PDF" in pdf.page.why
    assert isinstance(alone, Trial)
    assert alone.feed.why == "none of its 0 entries leads to this page"
    assert [(one.rule, one.text) for one in alone.page.removed] == [("byline", "By Ana Quispe, Valley Press")]
    assert isinstance(rules, Trial)
    assert rules.warnings == ('strip_text "snow" matched nothing',)


def test_what_fails_is_said(tmp_path: Path, partner: Partner) -> None:
    partner.serve("/feedless", page("Rain", paragraphs("rain")))
    partner.serve("/voices", page("Rain", paragraphs("rain")))
    partner.serve("/broken", status=500)
    partner.redirect("/inside", "http://10.0.0.1/")
    newsroom = Newsroom(tmp_path)
    blocks = [
        f'[[source]]\nid = "{name}"\nname = "{name}"\nfeed = "{partner.url("/no-feed")}"\nenabled = false\n'
        for name in ("feedless", "broken", "inside")
    ]
    newsroom.edit(
        "".join(blocks) + '[[source]]\nid = "voices"\nname = "V"\nkind = "byline"\nbyline = {match = ["V"]}\n'
    )
    urls = [partner.url(f"/{name}") for name in ("feedless", "voices", "broken", "inside")]
    feedless, voices, broken, inside = try_all(newsroom, urls)
    assert isinstance(feedless, Trial)
    assert "answered 404" in feedless.feed.why
    assert feedless.chosen == "page"
    assert feedless.warnings == ("enabled = false: the service does not poll this source",)
    assert isinstance(voices, Trial)
    assert voices.feed.why == "the source has no feed"
    assert isinstance(broken, FetchError)
    assert broken.status == 500
    assert isinstance(inside, AddressBlocked)
