"""The judge of polite polling can find fault, and the whole program gives it no reason to."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from bench.month import Month, Outcome, play, play_hourly
from bench.month_farm import KINDS
from bench.rules import Answer, Request, Rules

HOST = "http://partner.example"
FEED = f"{HOST}/feed"
CONTACT = "mailto:desk@wire.example"
START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday
ETAG, DATE = {"etag": '"v1"'}, {"last-modified": "Fri, 20 Nov 2026 11:00:00 GMT"}
KNOWN = {"if-none-match": '"v1"'}

Exchange = tuple[Request, Answer]


def rss(more: str = "", entry: str = "1") -> bytes:
    return f"""<rss version="2.0" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><title>News</title>
<link>{HOST}/</link>{more}<item><title>{entry}</title><link>{HOST}/{entry}</link></item></channel></rss>""".encode()


def ask(
    hours: float,
    sent: Mapping[str, str] | None = None,
    given: Mapping[str, str] | None = None,
    *,
    status: int = 200,
    url: str = FEED,
    body: bytes = rss(),
    method: str = "GET",
) -> Exchange:
    """Write one exchange, so many hours after the start."""
    headers = {"user-agent": f"reader/1 (+{CONTACT})", **(sent or {})}
    request = Request(START + timedelta(hours=hours), url, headers, method)
    return request, Answer(status, given or {}, body if status == 200 else b"")


def judge(*exchanges: Exchange, min_interval: timedelta | None = None) -> list[str]:
    """Name the rules that a sequence of exchanges breaks."""
    rules = Rules({FEED: min_interval, f"{HOST}/other": None}, CONTACT)
    for exchange in exchanges:
        rules.see(*exchange)
    return [one.rule for one in rules.violations]


RETRY_DATE = {"retry-after": "Fri, 20 Nov 2026 15:00:00 GMT"}
SKIP_NIGHT = rss("<skipHours><hour>13</hour></skipHours>")
SKIP_SATURDAY = rss("<skipDays><day>Saturday</day></skipDays>")
DAILY = rss("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>")
ROBOTS = f"{HOST}/robots.txt"
FORBID = b"User-agent: *\nDisallow: /1\n"
PAGE = f"{HOST}/1"
WEAK, STRIPPED = {"etag": 'W/"v1"'}, {"if-none-match": '"v1"'}
SENT_WEAK = {"if-none-match": 'W/"v1"'}

BAD = {
    "a HEAD request": (["method"], [ask(0, method="HEAD")]),
    "a cookie": (["cookie"], [ask(0, {"cookie": "a=b"})]),
    "a referer": (["referer"], [ask(0, {"referer": HOST})]),
    "nobody to write to": (["user-agent"], [ask(0, {"user-agent": "reader/1"})]),
    "a favicon": (["address"], [ask(0, url=f"{HOST}/favicon.ico", status=404)]),
    "something added to the address": (["address"], [ask(0, url=f"{FEED}?null")]),
    "a second unconditional request": (["unconditional"], [ask(0, given=ETAG), ask(30)]),
    "unconditional again once a date was given": (["unconditional"], [ask(0, given=DATE), ask(30)]),
    "the whole feed twice a day without validators": (["unconditional"], [ask(0), ask(23)]),
    "a made-up ETag": (["validators"], [ask(0, given=ETAG), ask(2, {"if-none-match": '"v9"'})]),
    "a made-up date": (
        ["validators"],
        [ask(0, given=DATE), ask(2, {"if-modified-since": "Fri, 20 Nov 2026 11:00:01 GMT"})],
    ),
    "an ETag from the time before": (
        ["validators"],
        [ask(0, given=ETAG), ask(2, KNOWN, {"etag": '"v2"'}, body=rss(entry="2")), ask(4, KNOWN)],
    ),
    "the validators of an unchanged body not renewed": (
        ["validators"],
        [ask(0, given=ETAG), ask(2, KNOWN, {"etag": '"v2"'}), ask(4, KNOWN)],
    ),
    "an ETag stripped before it failed": (["validators"], [ask(0, given=WEAK), ask(2, STRIPPED)]),
    "an ETag stripped although the feed had changed": (
        ["validators"],
        [
            ask(0, given=WEAK),
            ask(2, SENT_WEAK, {"etag": 'W/"v2"'}, body=rss(entry="2")),
            ask(4, {"if-none-match": '"v2"'}),
        ],
    ),
    "twice within an hour": (["too soon"], [ask(0, given=ETAG), ask(0.99, KNOWN, status=304)]),
    "within an hour after an error": (["too soon"], [ask(0, status=500), ask(0.5, given=ETAG)]),
    "sooner than the editor said": (["too soon"], [ask(0, given=ETAG), ask(0.2, KNOWN, status=304)]),
    "within max-age": (["max-age"], [ask(0, given=ETAG | {"cache-control": "public, max-age=7200"}), ask(1.9, KNOWN)]),
    "within max-age of a 304": (
        ["max-age"],
        [ask(0, given=ETAG), ask(2, KNOWN, {"cache-control": "max-age=7200"}, status=304), ask(3.5, KNOWN)],
    ),
    "before Expires": (["expires"], [ask(0, given=ETAG | {"expires": "Fri, 20 Nov 2026 15:00:00 GMT"}), ask(2, KNOWN)]),
    "within Retry-After": (["retry-after"], [ask(0, given={"retry-after": "7200"}, status=503), ask(1.5)]),
    "before the date of Retry-After": (["retry-after"], [ask(0, given=RETRY_DATE, status=429), ask(2.9)]),
    "another feed of a host that asked for peace": (
        ["retry-after"],
        [ask(0, given=RETRY_DATE, status=429), ask(0, url=f"{HOST}/other")],
    ),
    "within ttl": (["ttl"], [ask(0, given=ETAG, body=rss("<ttl>120</ttl>")), ask(1.9, KNOWN)]),
    "within ttl of a 304": (
        ["ttl"],
        [ask(0, given=ETAG, body=rss("<ttl>120</ttl>")), ask(3, KNOWN, status=304), ask(4.5, KNOWN)],
    ),
    "twice in an updatePeriod": (["updatePeriod"], [ask(0, given=ETAG, body=DAILY), ask(11.9, KNOWN)]),
    "in an hour to skip": (["skipHours"], [ask(0, given=ETAG, body=SKIP_NIGHT), ask(1.5, KNOWN)]),
    "on a day to skip": (["skipDays"], [ask(0, given=ETAG, body=SKIP_SATURDAY), ask(13, KNOWN)]),
    "after 410": (["gone"], [ask(0, status=410), ask(500)]),
    "unconditional at the new address": (
        ["unconditional"],
        [ask(0, given=ETAG), ask(2, KNOWN, {"location": "/new"}, status=301), ask(2, url=f"{HOST}/new")],
    ),
    "the old and the new address within an hour": (
        ["too soon"],
        [
            *(ask(0, given={"location": "/new"}, status=302), ask(0, given=ETAG, url=f"{HOST}/new")),
            ask(0.5, KNOWN, url=f"{HOST}/new", status=304),
        ],
    ),
    "a page before robots.txt": (["robots"], [ask(0), ask(0, url=PAGE)]),
    "a page that robots.txt forbids": (["robots"], [ask(0), ask(0, url=ROBOTS, body=FORBID), ask(0, url=PAGE)]),
    "a page while robots.txt fails": (["robots"], [ask(0), ask(0, url=ROBOTS, status=500), ask(0, url=PAGE)]),
    "a page by yesterday's robots.txt": (["robots"], [ask(0), ask(0, url=ROBOTS, body=b""), ask(25, url=PAGE)]),
    "robots.txt twice a day": (["robots"], [ask(0, url=ROBOTS, status=404), ask(23, url=ROBOTS, status=404)]),
    "robots.txt unconditionally": (["unconditional"], [ask(0, url=ROBOTS, given=ETAG, body=b""), ask(25, url=ROBOTS)]),
    "a page twice within an hour": (
        ["too soon"],
        [ask(0), ask(0, url=ROBOTS, status=404), ask(0, url=PAGE), ask(0.5, url=PAGE)],
    ),
    "older pages of a feed that did not answer": (
        ["too soon"],
        [ask(0, body=rss("<generator>https://wordpress.org/</generator>")), ask(5, url=f"{FEED}?paged=2")],
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_the_judge_names_what_is_wrong(name: str) -> None:
    rules, exchanges = BAD[name]
    min_interval = timedelta(minutes=20) if "the editor" in name else None
    assert judge(*exchanges, min_interval=min_interval) == rules


GOOD = {
    "conditional once an hour": [ask(0, given=ETAG | DATE), ask(1, KNOWN, status=304), ask(2, KNOWN, status=304)],
    "whole once a day without validators": [ask(0), ask(24), ask(48)],
    "unconditional again after an error, which gave no validators": [ask(0, status=500), ask(1, given=ETAG)],
    "either validator of a 304": [
        *(ask(0, given=WEAK), ask(2, SENT_WEAK, {"etag": '"v1"'}, status=304)),
        *(ask(4, SENT_WEAK, status=304), ask(6, STRIPPED, status=304)),
    ],
    "an ETag stripped once it earned a known body": [
        *(ask(0, given=WEAK), ask(2, SENT_WEAK, WEAK), ask(4, STRIPPED, WEAK, status=304)),
        ask(6, STRIPPED, {"etag": 'W/"v2"'}, body=rss(entry="2")),
        ask(8, {"if-none-match": '"v2"'}, status=304),
    ],
    "max-age of more than a day counts as a day": [
        ask(0, given=ETAG | {"cache-control": "max-age=259200"}),
        ask(24, KNOWN, status=304),
    ],
    "a day to skip after a day without a poll": [ask(0, given=ETAG, body=SKIP_SATURDAY), ask(24, KNOWN, status=304)],
    "what a redirect leads to": [
        *(ask(0, given={"location": "/new"}, status=301), ask(0, given=ETAG, url=f"{HOST}/new")),
        *(ask(2, KNOWN, {"location": "/new"}, status=301), ask(2, KNOWN, url=f"{HOST}/new", status=304)),
    ],
    "pages under a robots.txt of today": [
        *(ask(0), ask(0, url=ROBOTS, given=ETAG, body=b""), ask(1, url=PAGE)),
        *(ask(24, KNOWN, url=ROBOTS, status=304), ask(26, url=PAGE)),
    ],
    "older pages in the same poll": [
        ask(0, body=rss("<generator>https://wordpress.org/</generator>")),
        ask(0, url=f"{FEED}?paged=2"),
    ],
    "older pages that the feed names": [
        ask(0, body=rss(f'<link rel="next" href="{FEED}/2"/>')),
        ask(0, url=f"{FEED}/2"),
    ],
}


@pytest.mark.parametrize("name", GOOD)
def test_the_judge_has_nothing_against(name: str) -> None:
    assert judge(*GOOD[name]) == []


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    """One source of each kind, all of them busy."""
    return asyncio.run(play(tmp_path_factory.mktemp("month"), len(KINDS), days=1, restarts=1, workers=1))


def test_a_month_in_small_breaks_no_rule(month: Month) -> None:
    assert [f"{one.rule} {one.url} {one.why}" for one in month.violations] == []


def test_a_month_in_small_stores_the_news(month: Month) -> None:
    hourly = play_hourly(month.publishers, days=1)
    neutral = [one.id for one in month.publishers if one.kind in ("both validators", "ETag only", "WordPress, gzip")]
    assert neutral
    for source in neutral:
        assert month.ours[source].missed == 0
        assert len(month.ours[source].delays) == len(hourly[source].delays) > 0
        assert max(month.ours[source].delays) < timedelta(hours=2)
    assert month.seen["s0", "feed", 304] > 0


def test_the_hourly_poller_is_never_later_than_an_hour(month: Month) -> None:
    (quiet,) = (one for one in month.publishers if one.kind == "both validators")
    outcome = play_hourly([quiet], days=1)[quiet.id]
    assert outcome == Outcome(24, outcome.delays, 0)
    assert timedelta(0) <= min(outcome.delays) <= max(outcome.delays) <= timedelta(hours=1)
