"""robots.txt against a real server: how often it is asked for, with what, and what its rules mean for us."""

import asyncio
import gzip
import tracemalloc
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from types import TracebackType
from typing import Any, Self, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import AddressBlocked, FetchError
from aggregator.fetch.client import Client
from aggregator.fetch.guard import Guard
from aggregator.fetch.politeness import Politeness
from aggregator.fetch.robots import Robots, Rules, after_failure, read_text
from aggregator.models import RobotsFile, Validators
from tests.partner import Headers, Partner, head

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
T = TypeVar("T")

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)
PLENTY = timedelta(seconds=20)
ORIGIN = "https://partner.example"
NOTHING = b"User-agent: *\nDisallow: /\n"
PRIVATE = b"User-agent: *\nDisallow: /private\n"


async def resolve_partner(host: str, port: int) -> Sequence[str]:
    """Find every name on this machine, intranet.example at an address of it that we may not connect to."""
    return ["127.0.0.2" if host == "intranet.example" else "127.0.0.1"]


async def resolve_nothing(host: str, port: int) -> Sequence[str]:
    raise OSError(101, "Network is unreachable")


class Reader:
    """A Robots with its memory and its clock; what is saved stays when the program starts again."""

    def __init__(self, resolve: Resolve = resolve_partner) -> None:
        self.now = NOW
        self.saved: dict[str, RobotsFile] = {}
        self.loads = 0
        self._resolve = resolve
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.run(self._client.__aexit__(None, None, None))
        self._runner.close()

    def restart(self) -> None:
        self.run(self._client.__aexit__(None, None, None))
        self._start()

    def _start(self) -> None:
        guard = Guard([ip_network("127.0.0.1/32")], self._resolve)
        self._client = Client("aggregator/1.0", guard, Politeness(timedelta(0), 4), clock=lambda: self.now)
        self.robots = Robots(self._client, load=self.load, save=self.save, clock=lambda: self.now)

    async def load(self, origin: str) -> RobotsFile | None:
        self.loads += 1
        return self.saved.get(origin)

    async def save(self, file: RobotsFile) -> None:
        self.saved[file.origin] = file

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def rules(self, url: str, after: timedelta = timedelta(0)) -> Rules:
        """Let some time pass, then ask for the rules of a page."""
        self.now += after
        return self.run(self.robots.rules_for(url, timeout=PLENTY))


@pytest.fixture
def reader() -> Iterator[Reader]:
    with Reader() as reading:
        yield reading


def serve(partner: Partner, body: bytes, status: int = 200, headers: Headers = ()) -> str:
    """Put up a robots.txt; returns the address of a page beside it."""
    partner.serve("/robots.txt", body, status, headers)
    return partner.url("/private/1")


def rules(text: str | bytes, token: str = "aggregator") -> Rules:
    body = text.encode() if isinstance(text, str) else text
    return Rules(RobotsFile(ORIGIN, "rules", read_text(body), Validators(), NOW, NOW + DAY), token, NOW)


def allows(text: str | bytes, path: str, token: str = "aggregator") -> bool:
    return rules(text, token).may_fetch(ORIGIN + path)


def asked(partner: Partner) -> list[str]:
    """List the requests seen: what, and with which entity tag."""
    return [f"{seen.path} {seen.header('If-None-Match') or ''}".strip() for seen in partner.requests]


# --- how often, and with what ----------------------------------------------------------------------------------------


def test_it_is_asked_for_as_a_text_at_the_root(partner: Partner, reader: Reader) -> None:
    serve(partner, PRIVATE)
    assert not reader.rules(partner.url("/private/deep/1?a=1#b")).may_fetch(partner.url("/private/deep/1?a=1"))
    (seen,) = partner.requests
    assert (seen.path, seen.header("Accept")) == ("/robots.txt", "text/plain, */*;q=0.5")
    assert seen.header("User-Agent") == "aggregator/1.0"


def test_it_is_asked_for_once_a_day_and_then_conditionally(partner: Partner, reader: Reader) -> None:
    page = serve(partner, PRIVATE, headers=[("ETag", '"1"'), ("Last-Modified", "Sun, 22 Nov 2026 10:00:00 GMT")])
    for hours in (0, 1, 22.9, 0.1, 23.9, 0.1):
        assert not reader.rules(page, timedelta(hours=hours)).may_fetch(page)
    assert asked(partner) == ["/robots.txt", '/robots.txt "1"', '/robots.txt "1"']
    assert partner.requests[2].header("If-Modified-Since") == "Sun, 22 Nov 2026 10:00:00 GMT"
    (file,) = reader.saved.values()
    assert (file.verdict, file.text, file.fetched_at) == ("rules", PRIVATE.decode(), NOW + 2 * DAY)


def test_a_restart_asks_nothing_again_that_is_known(partner: Partner, reader: Reader) -> None:
    page = serve(partner, PRIVATE, headers=[("ETag", '"1"')])
    for after in (timedelta(0), HOUR, 22 * HOUR, HOUR):
        assert not reader.rules(page, after).may_fetch(page)
        reader.restart()
    assert asked(partner) == ["/robots.txt", '/robots.txt "1"']


def test_new_rules_count_from_the_next_day_on(partner: Partner, reader: Reader) -> None:
    page = serve(partner, b"", headers=[("ETag", '"1"')])
    assert reader.rules(page).may_fetch(page)
    serve(partner, PRIVATE, headers=[("ETag", '"2"')])
    assert reader.rules(page, DAY - HOUR).may_fetch(page)
    assert not reader.rules(page, HOUR).may_fetch(page)
    assert not reader.rules(page, DAY).may_fetch(page)
    assert asked(partner) == ["/robots.txt", '/robots.txt "1"', '/robots.txt "2"']


@pytest.mark.parametrize(
    ("control", "hours"),
    [("max-age=7200", 2), ("max-age=0", 1), ("max-age=60", 1), ("max-age=9999999", 24), ("no-cache", 24), ("no", 24)],
)
def test_max_age_says_when_it_is_asked_for_again(partner: Partner, reader: Reader, control: str, hours: int) -> None:
    page = serve(partner, PRIVATE, headers=[("Cache-Control", control)])
    reader.rules(page)
    reader.rules(page, timedelta(hours=hours) - timedelta(seconds=1))
    assert len(partner.requests) == 1
    reader.rules(page, timedelta(seconds=1))
    assert len(partner.requests) == 2


def test_a_tag_marked_by_compression_is_sent_without_its_mark_when_it_earned_nothing(
    partner: Partner, reader: Reader
) -> None:
    body = gzip.compress(PRIVATE)
    fields = [("ETag", 'W/"1"'), ("Content-Encoding", "gzip"), ("Content-Length", str(len(body)))]
    partner.serve_raw("/robots.txt", head(200, fields) + body)
    for _ in range(3):
        reader.rules(partner.url("/1"), DAY)
    assert asked(partner) == ["/robots.txt", '/robots.txt W/"1"', '/robots.txt "1"']


def test_a_clock_set_back_does_not_keep_old_rules_for_ever(partner: Partner, reader: Reader) -> None:
    page = serve(partner, PRIVATE)
    reader.rules(page)
    reader.rules(page, timedelta(days=-400))
    assert len(partner.requests) == 2


def test_each_origin_has_rules_of_its_own(partner: Partner, reader: Reader) -> None:
    serve(partner, PRIVATE)
    with Partner() as other:
        assert not reader.rules(partner.url("/private", "a.example")).may_fetch(partner.url("/private", "a.example"))
        assert not reader.rules(partner.url("/private", "A.EXAMPLE")).may_fetch(partner.url("/private", "a.example"))
        assert not reader.rules(partner.url("/private", "b.example")).may_fetch(partner.url("/private", "b.example"))
        assert reader.rules(other.url("/private", "a.example")).may_fetch(other.url("/private", "a.example"))
        assert asked(other) == ["/robots.txt"]
    assert [seen.header("Host") for seen in partner.requests] == [
        f"{name}.example:{partner.port}" for name in ("a", "b")
    ]
    assert next(iter(reader.saved)) == f"http://a.example:{partner.port}"


def test_pages_of_one_host_at_the_same_time_ask_once(partner: Partner, reader: Reader) -> None:
    async def ask() -> list[Rules]:
        asking = (reader.robots.rules_for(partner.url(f"/private/{number}"), timeout=PLENTY) for number in range(10))
        return await asyncio.gather(*asking)

    serve(partner, PRIVATE)
    assert not any(found.may_fetch(partner.url("/private/1")) for found in reader.run(ask()))
    assert asked(partner) == ["/robots.txt"]


def test_who_gives_up_waiting_takes_nobody_along(partner: Partner) -> None:
    class Slow(Reader):
        """Does not find what was saved before it is told to."""

        async def load(self, origin: str) -> RobotsFile | None:
            self.is_looking.set()
            await self.may_find.wait()
            return await super().load(origin)

        async def ask(self) -> Rules:
            self.is_looking, self.may_find = asyncio.Event(), asyncio.Event()
            first, second, third = (asyncio.create_task(self.robots.rules_for(page, timeout=PLENTY)) for _ in range(3))
            await self.is_looking.wait()
            first.cancel()
            third.cancel()
            self.may_find.set()
            results = await asyncio.gather(first, second, third, return_exceptions=True)
            assert [type(result) for result in results] == [asyncio.CancelledError, Rules, asyncio.CancelledError]
            return second.result()

    page = serve(partner, PRIVATE)
    with Slow() as reader:
        assert not reader.run(reader.ask()).may_fetch(page)
    assert asked(partner) == ["/robots.txt"]


def test_files_beyond_what_memory_holds_are_loaded_and_not_fetched_again(partner: Partner, reader: Reader) -> None:
    long = b"#" * 400 * 1024 + b"\n" + PRIVATE
    pages = [partner.url("/private", f"{name}.example") for name in "abcd"]
    serve(partner, long)
    for page in pages + pages:
        assert not reader.rules(page).may_fetch(page)
    assert len(partner.requests) == len(pages)
    assert reader.loads == 2 * len(pages)


def test_short_files_stay_in_memory(partner: Partner, reader: Reader) -> None:
    pages = [partner.url("/private", f"{number}.example") for number in range(20)]
    serve(partner, PRIVATE)
    for page in pages + pages:
        assert not reader.rules(page).may_fetch(page)
    assert reader.loads == len(partner.requests) == len(pages)


# --- answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418, 451])
def test_no_robots_txt_allows_everything(partner: Partner, reader: Reader, status: int) -> None:
    page = serve(partner, NOTHING, status)
    assert reader.rules(page).may_fetch(page)
    assert reader.rules(page, DAY - HOUR).may_fetch(page)
    assert len(partner.requests) == 1
    assert reader.rules(page, HOUR).may_fetch(page)
    assert len(partner.requests) == 2
    assert [file.verdict for file in reader.saved.values()] == ["allow"]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 599, 999])
def test_a_server_in_trouble_allows_nothing(partner: Partner, reader: Reader, status: int) -> None:
    page = serve(partner, b"", status)
    found = reader.rules(page)
    assert not found.may_fetch(page)
    assert found.why.startswith(f"robots.txt of 127.0.0.1:{partner.port} could not be read (answered {status}")
    assert found.why.endswith("), so nothing is fetched there for now")
    assert found.is_unreadable


def test_what_is_wrong_is_said_in_one_sentence(partner: Partner, reader: Reader) -> None:
    page = serve(partner, b"", 503)
    reason = "could not be read (answered 503 Service Unavailable), so nothing is fetched there for now"
    assert reader.rules(page).why == f"robots.txt of 127.0.0.1:{partner.port} {reason}"
    reader.restart()
    assert reader.rules(page).why == f"robots.txt of 127.0.0.1:{partner.port} {reason}"


def test_a_host_that_does_not_answer_allows_nothing(partner: Partner, reader: Reader) -> None:
    partner.serve_raw("/robots.txt", b"")
    assert not reader.rules(partner.url("/1")).may_fetch(partner.url("/1"))
    assert "could not be read (broken answer" in reader.rules(partner.url("/1")).why
    assert len(partner.requests) == 1


def test_a_server_in_trouble_is_asked_again_after_an_hour(partner: Partner, reader: Reader) -> None:
    page = serve(partner, b"", 503)
    for minutes in (0, 30, 29, 1, 59):
        assert not reader.rules(page, timedelta(minutes=minutes)).may_fetch(page)
        reader.restart()
    assert len(partner.requests) == 2
    serve(partner, b"")
    assert reader.rules(page, timedelta(minutes=1)).may_fetch(page)
    assert len(partner.requests) == 3


@pytest.mark.parametrize(("asked_for", "wait"), [(None, 1), (60, 1), (7200, 2), (10**9, 24)])
def test_a_server_in_trouble_may_say_when_to_ask_again(asked_for: float | None, wait: int) -> None:
    known = RobotsFile(ORIGIN, "rules", "", Validators(), NOW - DAY, NOW)
    error = FetchError(f"{ORIGIN}/robots.txt: answered 503", f"{ORIGIN}/robots.txt", 503, asked_for)
    assert after_failure(known, error, NOW).due_at == NOW + timedelta(hours=wait)


def test_known_rules_outlast_trouble_and_are_asked_for_with_their_validators(partner: Partner, reader: Reader) -> None:
    fields = [("ETag", '"1"')]
    page, other = serve(partner, PRIVATE, headers=fields), partner.url("/public")
    assert reader.rules(page).may_fetch(other)
    partner.serve("/robots.txt", status=500)
    assert not reader.rules(page, DAY).may_fetch(other)
    reader.restart()
    serve(partner, PRIVATE, headers=fields)
    found = reader.rules(page, HOUR)
    assert [found.may_fetch(url) for url in (page, other)] == [False, True]
    assert asked(partner) == ["/robots.txt", '/robots.txt "1"', '/robots.txt "1"']


def test_a_file_that_was_away_is_known_when_it_comes_back(partner: Partner, reader: Reader) -> None:
    page = serve(partner, PRIVATE, headers=[("ETag", '"1"')])
    reader.rules(page)
    partner.serve("/robots.txt", status=404)
    assert reader.rules(page, DAY).may_fetch(page)
    serve(partner, PRIVATE, headers=[("ETag", '"1"')])
    assert not reader.rules(page, DAY).may_fetch(page)
    assert asked(partner) == ["/robots.txt", '/robots.txt "1"', '/robots.txt "1"']


def test_after_thirty_days_of_trouble_the_last_rules_count_again(partner: Partner, reader: Reader) -> None:
    page, other = serve(partner, PRIVATE), partner.url("/public")
    reader.rules(page)
    partner.serve("/robots.txt", status=500)
    reader.rules(page, 40 * DAY)  # trouble begins now, however old the rules are
    for _ in range(30):
        assert not reader.rules(page, DAY - timedelta(minutes=1)).may_fetch(other)
        reader.restart()
    found = reader.rules(page, HOUR)
    assert [found.may_fetch(url) for url in (page, other)] == [False, True]
    assert found.why == f"robots.txt of 127.0.0.1:{partner.port} asks us not to fetch it"
    seen = len(partner.requests)
    assert reader.rules(page, HOUR).may_fetch(other)
    assert len(partner.requests) == seen + 1  # trouble still: every hour


def test_a_redirect_is_followed_and_counts_for_the_origin_asked(partner: Partner, reader: Reader) -> None:
    partner.redirect("/robots.txt", partner.url("/rules.txt", "b.example"), 301)
    partner.serve("/rules.txt", PRIVATE)
    page = partner.url("/private", "a.example")
    assert not reader.rules(page).may_fetch(page)
    assert list(reader.saved) == [f"http://a.example:{partner.port}"]


def test_a_redirect_to_the_home_page_means_no_rules(partner: Partner, reader: Reader) -> None:
    partner.redirect("/robots.txt", "/")
    partner.serve("/", b"\n<!DOCTYPE html><pre>\nUser-agent: *\nDisallow: /\n</pre>")
    assert reader.rules(partner.url("/1")).may_fetch(partner.url("/1"))
    assert [(file.verdict, file.text) for file in reader.saved.values()] == [("allow", "")]


def test_redirects_without_end_allow_nothing(partner: Partner, reader: Reader) -> None:
    partner.redirect("/robots.txt", "/robots.txt?again")
    partner.redirect("/robots.txt?again", "/robots.txt")
    assert not reader.rules(partner.url("/1")).may_fetch(partner.url("/1"))
    reader.rules(partner.url("/1"))
    assert len(partner.requests) == 2


@pytest.mark.parametrize("url", ["http://intranet.example/1", "ftp://partner.example/1", "http://u:p@a.example/", ""])
def test_an_address_we_may_not_connect_to_is_blocked(reader: Reader, url: str) -> None:
    with pytest.raises(AddressBlocked):
        reader.rules(url)
    assert not reader.saved


def test_a_robots_txt_that_leads_into_our_own_network_is_blocked(partner: Partner, reader: Reader) -> None:
    partner.redirect("/robots.txt", partner.url("/", "intranet.example"))
    with pytest.raises(AddressBlocked, match="intranet"):
        reader.rules(partner.url("/1"))


def test_our_own_network_being_down_says_nothing_about_a_site() -> None:
    with Reader(resolve_nothing) as reader, pytest.raises(FetchError) as caught:
        reader.rules("http://partner.example/1")
    assert caught.value.kind == "offline"
    assert not reader.saved


def test_of_a_long_file_the_first_500_kib_of_whole_lines_count(partner: Partner, reader: Reader) -> None:
    rule = b"Disallow: /private\n"
    filler = b"#" * (500 * 1024 - len(b"User-agent: *\n") - len(rule) - 9) + b"\n"
    late = b"Disallow: /secret\n" + b"#" * 1024 * 1024
    serve(partner, b"User-agent: *\n" + filler + rule + late)
    found = reader.rules(partner.url("/1"))
    assert not found.may_fetch(partner.url("/private"))
    assert found.may_fetch(partner.url("/secret"))  # cut in the middle of its line
    assert found.may_fetch(partner.url("/"))
    (file,) = reader.saved.values()
    assert file.text.encode() == b"User-agent: *\n" + filler + rule


def test_a_file_without_end_allows_nothing(partner: Partner, reader: Reader) -> None:
    partner.serve_raw("/robots.txt", head(200) + PRIVATE, b"#" * 65536)
    assert "too large" in reader.rules(partner.url("/1")).why


# --- rules -----------------------------------------------------------------------------------------------------------

GROUPS = """
User-agent: otherbot
User-agent: aggregator
Disallow: /both

User-agent: *
Disallow: /everybody

User-agent: thirdbot
Disallow: /third

user-AGENT : AGGREGATOR  # written twice
disallow : /again
"""

# name, robots.txt, path, allowed
MATCHES = [
    ("nothing is asked for", "", "/a", True),
    ("a group for us counts", GROUPS, "/both/1", False),
    ("also when it is split over the file", GROUPS, "/again", False),
    ("and then the group for everybody does not", GROUPS, "/everybody", True),
    ("nor does anybody else's", GROUPS, "/third", True),
    ("without a group for us the one for everybody counts", "User-agent: *\nDisallow: /a", "/a", False),
    ("a star with a remark is everybody", "User-agent: * # all\nDisallow: /a", "/a", False),
    ("a name may carry a version", "User-agent: Aggregator/1.0 (+https://news.example)\nDisallow: /", "/a", False),
    ("or stars", "User-agent: *aggregator*\nDisallow: /", "/a", False),
    ("a name that only begins like ours is not ours", "User-agent: aggregator-x\nDisallow: /", "/a", True),
    ("nor is the beginning of ours", "User-agent: aggreg\nDisallow: /", "/a", True),
    ("nor a word of our contact", "User-agent: news\nDisallow: /", "/a", True),
    ("names without rules between share the rules", "User-agent: aggregator\nUser-agent: x\nDisallow: /", "/a", False),
    ("a sitemap does not end a group", "User-agent: *\nSitemap: https://a.example/s\nDisallow: /a", "/a", False),
    ("rules before any name are nobody's", "Disallow: /\nUser-agent: *\nDisallow: /b", "/a", True),
    ("an empty disallow allows everything", "User-agent: *\nDisallow:", "/a", True),
    ("also for us alone", "User-agent: *\nDisallow: /\nUser-agent: aggregator\nDisallow:\n", "/a", True),
    ("a longer allow wins", "User-agent: *\nAllow: /a/b\nDisallow: /a", "/a/b/c", True),
    ("whatever comes first", "User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
    ("a longer disallow wins", "User-agent: *\nAllow: /a\nDisallow: /a/b", "/a/b/c", False),
    ("of equal ones allow wins", "User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
    ("paths are compared with their case", "User-agent: *\nDisallow: /Private", "/private", True),
    ("a star stands for anything", "User-agent: *\nDisallow: /*/print", "/2026/11/print/", False),
    ("a dollar for the end", "User-agent: *\nDisallow: /*.pdf$", "/a.pdf", False),
    ("and nothing but the end", "User-agent: *\nDisallow: /*.pdf$", "/a.pdf?page=1", True),
    ("a query counts", "User-agent: *\nDisallow: /*?*reply=", "/a?x=1&reply=2", False),
    ("escapes and letters are the same", "User-agent: *\nDisallow: /caf%c3%a9", "/caf%C3%A9/1", False),
    ("letters and escapes as well", "User-agent: *\nDisallow: /café", "/caf%C3%A9/1", False),
    ("an escaped slash is none", "User-agent: *\nDisallow: /a/b", "/a%2Fb", True),
    ("an escaped letter is that letter", "User-agent: *\nDisallow: /%61", "/abc", False),
    ("a byte order mark is no letter", b"\xef\xbb\xbfUser-agent: *\nDisallow: /", "/a", False),
    ("bytes that are no UTF-8 match themselves", b"User-agent: *\nDisallow: /caf\xe9", "/caf%E9/1", False),
    ("and nothing else", b"User-agent: *\nDisallow: /caf\xe9", "/cafe", True),
    ("nor do they spoil their neighbours", b"# caf\xe9\nUser-agent: *\nDisallow: /a", "/a", False),
    ("UTF-16 is read", "\ufeffUser-agent: *\nDisallow: /".encode("utf-16-le"), "/a", False),
    ("lines may end as on old machines", "User-agent: *\rDisallow: /a\rDisallow: /b", "/b", False),
    ("or as on Windows", "User-agent: *\r\nDisallow: /a\r\n\r\nDisallow: /b", "/b", False),
    ("text that is no robots.txt says nothing", '{"error": "not found"}', "/a", True),
    ("robots.txt itself is always allowed", "User-agent: *\nDisallow: /", "/robots.txt", True),
]


@pytest.mark.parametrize(("text", "path", "expected"), [pytest.param(*values, id=name) for name, *values in MATCHES])
def test_rules(text: str | bytes, path: str, expected: bool) -> None:
    assert allows(text, path) is expected


def test_our_name_is_whatever_we_are_given() -> None:
    assert not allows("User-agent: newsroom-reader\nDisallow: /", "/a", token="Newsroom-Reader")
    assert allows("User-agent: aggregator\nDisallow: /", "/a", token="Newsroom-Reader")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("10", 10),
        ("0.5", 0.5),
        ("0", 0),
        ("61", 60),
        ("1e300", 60),
        ("-1", None),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
        ("10s", None),
    ],
)
def test_crawl_delay(value: str, seconds: float | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert rules(f"User-agent: *\nCrawl-delay: {value}\nDisallow: /a").crawl_delay == expected


def test_our_own_crawl_delay_counts_before_everybodys() -> None:
    text = "User-agent: *\nCrawl-delay: 30\n\nUser-agent: aggregator\nCrawl-delay: 5"
    assert rules(text).crawl_delay == timedelta(seconds=5)
    assert rules(text, token="other").crawl_delay == timedelta(seconds=30)


def test_what_a_site_asks_for_is_told_from_what_cannot_be_known() -> None:
    found = rules(PRIVATE)
    assert not found.may_fetch(f"{ORIGIN}/private")
    assert not found.is_unreadable
    assert found.why == "robots.txt of partner.example asks us not to fetch it"


NAMES = [
    "User-agent: n{}",
    "user agent n{}",
    "useragent: n{}",
    "User-Agent:n{}#",
    " user-agent : n{}",
    "user\tagent n{}",
]


@pytest.mark.parametrize("name", NAMES)
def test_rules_for_thousands_of_others_are_not_kept_for_each(name: str) -> None:
    lines = [name.format(number) for number in range(500)]
    lines += ["User-agent: *", *(f"Disallow: /{number}" for number in range(1000))]
    text = "\n".join(lines)
    tracemalloc.start()
    try:
        found = rules(text)
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert not found.may_fetch(f"{ORIGIN}/999")
    assert size < 5_000_000


@given(st.binary() | st.text(st.sampled_from("User-agent:*\nDisallow/Allow$%# \t\r\0é[")).map(str.encode))
def test_any_bytes_give_rules(body: bytes) -> None:
    found = rules(body)
    assert found.may_fetch(f"{ORIGIN}/a%C3%A9/[b]?c=%") in (True, False)
    assert "\0" not in found.file.text
