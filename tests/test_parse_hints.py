"""What a feed says about itself -> hints and the address of its past. Rules as tables."""

import json
from datetime import timedelta

import pytest

from aggregator.models import FeedHints, Response
from aggregator.parse.hints import named_hubs
from aggregator.parse.links import read_links
from aggregator.work.prepare import read_feed
from tests.feeds import NOW, URL, atom, parse, rss

NO_HINTS = FeedHints()
SY = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
ALL_HOURS = "".join(f"<hour>{hour}</hour>" for hour in range(1, 25))
ALL_DAYS = "".join(f"<day>{day}day</day>" for day in ("Mon", "Tues", "Wednes", "Thurs", "Fri", "Satur", "Sun"))
NIGHT, WEEKEND = "<skipHours><hour>0</hour></skipHours>", "<skipDays><day>Sunday</day></skipDays>"

HINTS = {
    "nothing": ("", NO_HINTS),
    "ttl in minutes": ("<ttl>90</ttl>", FeedHints(ttl=timedelta(minutes=90))),
    "ttl with blanks": ("<ttl> 60 </ttl>", FeedHints(ttl=timedelta(hours=1))),
    "ttl of nothing": ("<ttl>0</ttl>", NO_HINTS),
    "ttl below nothing": ("<ttl>-5</ttl>", NO_HINTS),
    "ttl in words": ("<ttl>soon</ttl>", NO_HINTS),
    "ttl of ages": (f"<ttl>{'9' * 14}</ttl>", FeedHints(ttl=timedelta(days=30))),
    "ttl beyond measure": (f"<ttl>{'9' * 5000}</ttl>", NO_HINTS),
    "hourly": ("<sy:updatePeriod> hourly </sy:updatePeriod>", FeedHints(update_period=timedelta(hours=1))),
    "twice a day": (
        "<sy:updatePeriod>Daily</sy:updatePeriod><sy:updateFrequency>\n 2 </sy:updateFrequency>",
        FeedHints(update_period=timedelta(hours=12)),
    ),
    "weekly": ("<sy:updatePeriod>weekly</sy:updatePeriod>", FeedHints(update_period=timedelta(days=7))),
    "monthly": ("<sy:updatePeriod>monthly</sy:updatePeriod>", FeedHints(update_period=timedelta(days=30))),
    "yearly": ("<sy:updatePeriod>yearly</sy:updatePeriod>", FeedHints(update_period=timedelta(days=365))),
    "a frequency of zero": (
        "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
        FeedHints(update_period=timedelta(days=1)),
    ),
    "a frequency beyond measure": (
        f"<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>{'9' * 12}</sy:updateFrequency>",
        FeedHints(update_period=timedelta(minutes=1)),
    ),
    "a period nobody knows": ("<sy:updatePeriod>often</sy:updatePeriod>", NO_HINTS),
    "a frequency alone": ("<sy:updateFrequency>2</sy:updateFrequency>", NO_HINTS),
    "hours": (
        "<skipHours>\n<hour>23</hour><hour> 0 </hour><hour>2</hour></skipHours>", FeedHints(skip_hours=(0, 2, 23))
    ),
    "hour 24 is hour 0": ("<skipHours><hour>24</hour><hour>0</hour></skipHours>", FeedHints(skip_hours=(0,))),
    "hours that are none": (
        "<skipHours><hour>25</hour><hour>-1</hour><hour>x</hour><hour/><hour>7</hour></skipHours>",
        FeedHints(skip_hours=(7,)),
    ),
    "all hours are none": (f"<skipHours>{ALL_HOURS}</skipHours>", NO_HINTS),
    "days": (
        "<skipDays><day>Sunday</day><day>saturday</day><day>Domingo</day></skipDays>", FeedHints(skip_days=(5, 6))
    ),
    "all days are none": (f"<skipDays>{ALL_DAYS}</skipDays>", NO_HINTS),
    "hours in capitals": ("<SKIPHOURS><HOUR>3</HOUR></SKIPHOURS>", FeedHints(skip_hours=(3,))),
    "a list that never ends": ("<skipHours><hour>3</hour>", NO_HINTS),
    "a list without end": (f"<skipHours>{'<hour>3</hour>' * 5000}</skipHours>", NO_HINTS),
    "inside an item": (f"<item><title>t</title>{NIGHT}{WEEKEND}</item>", NO_HINTS),
    "in the text of an item": (f"<item><description><![CDATA[</item>{NIGHT}]]></description></item>", NO_HINTS),
    "in a comment": (f"<!-- {NIGHT} -->", NO_HINTS),
    "after the items": (f"<item><title>t</title></item>{NIGHT}{WEEKEND}", FeedHints(skip_hours=(0,), skip_days=(6,))),
}  # fmt: skip


@pytest.mark.parametrize(("markup", "expected"), HINTS.values(), ids=HINTS.keys())
def test_what_a_feed_says_about_itself(markup: str, expected: FeedHints) -> None:
    document = rss(channel=markup).replace("<rss ", f"<rss {SY} ")
    assert parse(document).hints == expected
    assert parse(document.replace("</channel>", "<x>&</channel>")).hints == expected  # the same when it is broken


def test_rss_1_says_it_in_its_own_way() -> None:
    rdf = (
        f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" {SY}>'
        "<channel><title>t</title><sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>"
        "</channel><item><title>t</title></item></rdf:RDF>"
    )
    assert parse(rdf).hints == FeedHints(update_period=timedelta(minutes=30))


def link(rel: str, href: str) -> str:
    return f'<link xmlns="http://www.w3.org/2005/Atom" rel="{rel}" href="{href}"/>'


OLDER = {
    "none": ("", ""),
    "an archive": (link("prev-archive", "/2026/10.atom"), "https://partner.example/2026/10.atom"),
    "a page": (link("next", "?paged=2"), f"{URL}?paged=2"),
    "an archive before a page": (
        link("next", "?paged=2") + link("prev-archive", "/10.atom"), "https://partner.example/10.atom"
    ),
    "a page before this one": (link("prev", "?paged=0") + link("previous", "?paged=0"), ""),
    "no address of the web": (link("next", "javascript:alert(1)"), ""),
    "the feed itself": (link("next", URL), ""),
    "the feed itself, otherwise written": (link("next", "HTTPS://partner.example:443/feed#more"), ""),
    "in an entry": (f"<entry><id>a</id>{link('next', '?paged=2')}</entry>", ""),
}  # fmt: skip


@pytest.mark.parametrize(("markup", "expected"), OLDER.values(), ids=OLDER.keys())
def test_the_way_to_what_is_older(markup: str, expected: str) -> None:
    assert parse(atom(feed=markup)).older_url == expected
    if "<entry>" not in markup:
        assert parse(rss(channel=markup)).older_url == expected


@pytest.mark.parametrize(
    ("next_url", "expected"),
    [("/feed.json?page=2", "https://partner.example/feed.json?page=2"), (URL, ""), ("ftp://a.example/", ""), ([], "")],
)
def test_a_json_feed_names_its_next_page(next_url: object, expected: str) -> None:
    document = {"version": "https://jsonfeed.org/version/1.1", "items": [], "next_url": next_url}
    assert parse(json.dumps(document)).older_url == expected


# name, header, hubs and the feed's own address
LINKS = [
    ("one of each", '<https://h.example/>; rel="hub", </feed>; rel=self', (["https://h.example/"], "/feed")),
    ("both in one", '</a>; title="a, b; c"; rel="alternate HUB"', (["/a"], "")),
    ("the first counts", "</a>; rel=self, </b>; rel=self, </c>;rel=hub;rel=self", (["/c"], "/a")),
    ("of something else", '</a>; rel=hub; anchor="https://other.example/"', ([], "")),
    ("no web address", "<mailto:a@b.example>; rel=hub, <javascript:x>; rel=self", ([], "")),
    ("nonsense", ">; rel=hub, <, rel=self <" + "; " * 9_000, ([], "")),
    ("many", ", ".join(f"</{n}>; rel=hub" for n in range(9)), (["/0", "/1", "/2", "/3", "/4"], "")),
]


@pytest.mark.parametrize(("header", "named"), [pytest.param(*values, id=name) for name, *values in LINKS])
def test_hubs_in_a_header(header: str, named: tuple[list[str], str]) -> None:
    hubs, self_url = named_hubs(read_links(header), URL)
    home = "https://partner.example"
    assert ([hub.removeprefix(home) for hub in hubs], self_url.removeprefix(home)) == named


HUBS = (("https://h.example/",), "https://partner.example/own")


def test_hubs_in_a_feed() -> None:
    links = '<link rel="self hub" href="https://h.example/"/><link rel="self" href="/own"/>'
    found = parse(atom(feed=links.replace("self hub", "hub")))
    assert (found.hubs, found.self_url) == HUBS
    named = links.replace("self hub", "hub").replace("<link", '<a:link xmlns:a="http://www.w3.org/2005/Atom"')
    found = parse(rss("<title>t</title>", channel=named))
    assert (found.hubs, found.self_url) == HUBS
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [], "feed_url": "/own"}
    found = parse(
        json.dumps(
            feed
            | {
                "hubs": [
                    {"type": "rssCloud", "url": "/cloud"},
                    {"type": "WebSub", "url": "https://h.example/"},
                    {"url": []},
                    2,
                ]
            }
        )
    )
    assert (found.hubs, found.self_url) == HUBS


def test_hubs_in_headers_go_before_those_in_the_feed() -> None:
    body = atom(feed='<link rel="hub" href="/theirs"/><link rel="self" href="/own"/>').encode()
    found = read_feed(Response(200, URL, body, headers={"link": "<https://h.example/>; rel=hub"}), NOW)
    assert (found.hubs, found.self_url) == HUBS
    assert read_feed(Response(200, URL, atom().encode()), NOW).self_url == URL
