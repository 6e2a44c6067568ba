"""The HTTP client against a real server: what it returns, what it refuses, and that nothing a server does goes on."""

import asyncio
import errno
import gzip
import shutil
import socket
import ssl
import subprocess
import tracemalloc
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import AddressBlocked, FetchError, RobotsDisallowed
from aggregator.fetch.client import FEED_ACCEPT, PAGE_ACCEPT, Client, Limits
from aggregator.fetch.guard import Guard, resolve_host
from aggregator.fetch.politeness import Politeness
from aggregator.models import CacheHints, FailureKind, Response, Validators
from tests.partner import Partner, head

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AGENT = "aggregator/1.0 (+https://news.example/about; José)"
FEED = b"<rss version='2.0'><channel><title>Harbour news</title></channel></rss>"
PLENTY = timedelta(seconds=20)
USUAL = Limits()
TINY = Limits(max_body_bytes=100_000, max_wire_bytes=100_000)


async def resolve_partner(host: str, port: int) -> Sequence[str]:
    """Find every name that ends in .example on this machine."""
    return ["127.0.0.1"] if host.endswith(".example") else await resolve_host(host, port)


def make_client(limits: Limits = USUAL, guard: Guard | None = None, politeness: Politeness | None = None) -> Client:
    guard = guard or Guard([ip_network("127.0.0.0/8")], resolve_partner)
    politeness = politeness or Politeness(timedelta(0), concurrency=4)
    return Client(AGENT, guard, politeness, limits, clock=lambda: NOW)


def get(
    *urls: str,
    limits: Limits = USUAL,
    guard: Guard | None = None,
    politeness: Politeness | None = None,
    **options: Any,
) -> Response:
    """Fetch one address after the other with one client; the last answer counts."""

    async def fetch() -> Response:
        async with make_client(limits, guard, politeness) as client:
            answers = [await client.get(url, **{"timeout": PLENTY, **options}) for url in urls]
        return answers[-1]

    return asyncio.run(fetch())


# --- answers ---------------------------------------------------------------------------------------------------------


def test_a_feed_arrives_with_all_that_is_kept_of_it(partner: Partner) -> None:
    url = partner.serve(
        "/feed/",
        FEED,
        headers=[
            ("content-type", "application/rss+xml; charset=UTF-8"),
            ("Content-Location", "/feed/index.rss"),
            ("ETAG", '"abc"'),
            ("Last-Modified", "Sun, 22 Nov 2026 10:00:00 GMT"),
            ("Cache-Control", "public, max-age=3600"),
            ("Retry-After", "7200"),
        ],
    )
    assert get(url) == Response(
        status=200,
        url=url,
        body=FEED,
        content_type="application/rss+xml; charset=UTF-8",
        content_location="/feed/index.rss",
        validators=Validators('"abc"', "Sun, 22 Nov 2026 10:00:00 GMT"),
        hints=CacheHints(max_age=timedelta(hours=1), retry_after=timedelta(hours=2)),
        headers={
            "content-type": "application/rss+xml; charset=UTF-8",
            "content-location": "/feed/index.rss",
            "etag": '"abc"',
            "last-modified": "Sun, 22 Nov 2026 10:00:00 GMT",
            "cache-control": "public, max-age=3600",
            "retry-after": "7200",
            "content-length": str(len(FEED)),
        },
    )


def test_of_headers_that_come_twice_the_first_counts_but_cache_control_is_one_list(partner: Partner) -> None:
    twice = [("X-Robots-Tag", "noarchive"), ("x-robots-tag", "caf\u00e9"), ("Via", "caf\u00e9")]
    url = partner.serve("/feed", FEED, headers=[*twice, ("Cache-Control", "public"), ("Cache-Control", "max-age=60")])
    answer = get(url)
    assert answer.headers["x-robots-tag"] == "noarchive"
    assert answer.headers["via"] == "caf\u00e9"
    assert answer.hints.max_age == timedelta(minutes=1)


def test_a_request_says_who_asks_and_for_what(partner: Partner) -> None:
    get(partner.serve("/feed?a=1&b", FEED))
    (seen,) = partner.requests
    assert (seen.method, seen.path) == ("GET", "/feed?a=1&b")
    assert dict(seen.headers) == {
        "host": f"127.0.0.1:{partner.port}",
        "user-agent": AGENT.encode().decode("latin-1"),
        "accept": FEED_ACCEPT,
        "accept-encoding": "gzip, deflate",
    }


def test_a_page_is_asked_for_as_a_page(partner: Partner) -> None:
    get(partner.serve("/article", b"<p>Hello"), accept=PAGE_ACCEPT)
    assert partner.requests[0].header("Accept") == PAGE_ACCEPT


@pytest.mark.parametrize(
    "validators",
    [
        Validators(etag='W/"x"'),
        Validators(etag='"5c-62f\xe9\xff~"'),  # bytes that are neither ASCII nor UTF-8
        Validators(etag="no quotes at all"),
        Validators(last_modified="yesterday, about noon"),
        Validators('W/"x-gzip"', "Sun, 22 Nov 2026 10:00:00 GMT"),
    ],
)
def test_validators_come_back_byte_for_byte(partner: Partner, validators: Validators) -> None:
    fields = [("ETag", validators.etag), ("Last-Modified", validators.last_modified)]
    url = partner.serve("/feed", FEED, headers=[(name, value) for name, value in fields if value])
    first = get(url)
    assert first.validators == validators
    again = get(url, validators=first.validators)
    assert again == Response(304, url, validators=validators)
    assert again.not_modified
    assert partner.requests[1].header("If-None-Match") == (validators.etag or None)
    assert partner.requests[1].header("If-Modified-Since") == (validators.last_modified or None)


@pytest.mark.parametrize(
    "named", [Validators('W/"x"'), Validators('"y"', "Sun, 22 Nov 2026 10:00:00 GMT"), Validators()]
)
def test_a_304_comes_with_the_validators_it_names_and_no_headers(partner: Partner, named: Validators) -> None:
    fields = [("ETag", named.etag), ("Last-Modified", named.last_modified), ("Cache-Control", "max-age=60")]
    url = partner.serve_raw("/feed", head(304, [(name, value) for name, value in fields if value]))
    answer = get(url, validators=Validators(etag='"x"'))
    assert answer == Response(304, url, validators=named, hints=CacheHints(max_age=timedelta(minutes=1)))


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_gone_is_an_answer_without_body(partner: Partner, status: int) -> None:
    url = partner.serve("/gone", b"<h1>Nothing here</h1>", status)
    assert get(url) == Response(status, url, headers={"content-length": "21"})


@pytest.mark.parametrize("status", [201, 203, 204])
def test_every_2xx_is_an_answer(partner: Partner, status: int) -> None:
    assert get(partner.serve("/feed", status=status)).status == status


def test_an_answer_without_validators_has_none(partner: Partner) -> None:
    assert get(partner.serve("/feed", FEED)).validators == Validators()


def bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(FEED)),
        ("GZip", gzip.compress(FEED)),
        ("x-gzip", gzip.compress(FEED)),
        ("gzip", gzip.compress(FEED[:10]) + gzip.compress(FEED[10:])),
        ("gzip", gzip.compress(FEED) + b"\0\0\0\0"),
        ("deflate", zlib.compress(FEED)),
        ("deflate", bare_deflate(FEED)),
        ("deflate", zlib.compress(FEED) + b"\n"),
        ("identity", FEED),
        ("", FEED),
    ],
    ids=[
        *("gzip", "capitals", "x-gzip", "two members", "padding"),
        *("deflate", "bare deflate", "deflate and padding", "identity", "empty"),
    ],
)
@pytest.mark.parametrize("piecewise", [False, True], ids=["whole", "bytewise"])
def test_content_codings_are_undone(partner: Partner, coding: str, body: bytes, piecewise: bool) -> None:
    fields = [("Content-Encoding", coding)]
    if piecewise:
        chunks = b"".join(b"1\r\n" + body[place : place + 1] + b"\r\n" for place in range(len(body)))
        url = partner.serve_raw("/feed", head(200, [*fields, ("Transfer-Encoding", "chunked")]) + chunks + b"0\r\n\r\n")
    else:
        url = partner.serve("/feed", body, headers=fields)
    assert get(url).body == FEED


def test_a_long_body_is_inflated_whole(partner: Partner) -> None:
    text = bytes(range(256)) * 20_000 + b"\0" * 1_000_000
    assert get(partner.serve("/feed", gzip.compress(text), headers=[("Content-Encoding", "gzip")])).body == text


def test_an_empty_body_is_empty_whatever_its_coding(partner: Partner) -> None:
    assert get(partner.serve("/feed", b"", headers=[("Content-Encoding", "gzip")])).body == b""


# --- errors ----------------------------------------------------------------------------------------------------------

Case = tuple[Callable[[Partner], str], str, FailureKind, int | None]

ERRORS: dict[str, Case] = {
    "server error": (
        lambda p: p.serve("/", status=500),
        "answered 500 Internal Server Error; if it lasts, tell the partner",
        "server",
        500,
    ),
    "out of order, who knows how long": (
        lambda p: p.serve("/", status=503),
        "answered 503 Service Unavailable; if it lasts, tell the partner",
        "server",
        503,
    ),
    "out of order for a while": (
        lambda p: p.serve("/", status=503, headers=[("Retry-After", "90")]),
        "answered 503 Service Unavailable, come back in 90 s",
        "busy",
        503,
    ),
    "asked to wait": (
        lambda p: p.serve("/", status=429, headers=[("Retry-After", "90")]),
        "answered 429 Too Many Requests, come back in 90 s",
        "busy",
        429,
    ),
    "asked to slow down": (
        lambda p: p.serve("/", status=429),
        "answered 429 Too Many Requests; poll it less often (min_interval)",
        "busy",
        429,
    ),
    "no password": (
        lambda p: p.serve("/", status=401),
        "answered 401 Unauthorized; ask the partner for access and put it into fetch headers",
        "refused",
        401,
    ),
    "not allowed": (
        lambda p: p.serve("/", status=403),
        "answered 403 Forbidden; ask the partner to let us in",
        "refused",
        403,
    ),
    "not liked": (
        lambda p: p.serve("/", status=400),
        "answered 400 Bad Request; is the address right?",
        "refused",
        400,
    ),
    "a status nobody knows": (lambda p: p.serve("/", status=799), "answered 799; if it lasts", "server", 799),
    "304 that was not asked for": (
        lambda p: p.serve_raw("/", head(304)),
        "answered 304 Not Modified; is the address right?",
        "unreachable",
        304,
    ),
    "upgrade": (lambda p: p.serve_raw("/", head(101)), "broken answer: ", "unreachable", None),
    "choice": (lambda p: p.serve("/", status=300), "answered 300 Multiple Choices", "unreachable", 300),
    "no answer": (
        lambda p: p.serve_raw("/", b""),
        "broken answer: Server disconnected without sending a response.",
        "unreachable",
        None,
    ),
    "no http": (
        lambda p: p.serve_raw("/", b"220 mail.example ESMTP\r\n\r\n"),
        "broken answer: illegal status line",
        "unreachable",
        None,
    ),
    "endless head": (
        lambda p: p.serve_raw("/", b"HTTP/1.1 200 OK\r\n", again=b"X-More: and more\r\n" * 100),
        "broken answer: Receive buffer too long",
        "unreachable",
        None,
    ),
    "large headers": (
        lambda p: p.serve("/", FEED, headers=[("X", "x" * 70_000)]),
        "the headers are larger than 65536 bytes",
        "unreachable",
        200,
    ),
    "cut short": (
        lambda p: p.serve_raw("/", head(200, [("Content-Length", "1000")]) + FEED),
        "broken answer: peer closed connection without sending complete message body",
        "unreachable",
        None,
    ),
    "wrong length": (
        lambda p: p.serve_raw("/", head(200, [("Content-Length", "many")]) + FEED),
        "broken answer: bad Content-Length",
        "unreachable",
        None,
    ),
    "gzip cut short": (
        lambda p: p.serve("/", gzip.compress(FEED)[:-9], headers=[("Content-Encoding", "gzip")]),
        "broken answer: its compressed body ends too early",
        "unreachable",
        None,
    ),
    "gzip that is none": (
        lambda p: p.serve("/", FEED, headers=[("Content-Encoding", "gzip")]),
        "broken answer: Error -3 while decompressing data: incorrect header check",
        "unreachable",
        None,
    ),
    "a coding we did not ask for": (
        lambda p: p.serve("/", b"\x1b\x03", headers=[("Content-Encoding", "br")]),
        "the answer is in content coding 'br'; only gzip and deflate were asked for, tell the partner",
        "unreadable",
        None,
    ),
    "two codings": (
        lambda p: p.serve("/", FEED, headers=[("Content-Encoding", "gzip, gzip")]),
        "the answer is in content coding 'gzip, gzip'",
        "unreadable",
        None,
    ),
    "refused": (
        lambda p: f"http://127.0.0.1:{_closed_port()}/",
        "connection refused; is the address right, and the site up?",
        "unreachable",
        None,
    ),
    "no host name": (
        lambda p: f"http://{'x' * 64}.org/",
        "host not found; is the address right?",
        "unreachable",
        None,
    ),
    "no TLS": (
        lambda p: p.serve("/", FEED).replace("http:", "https:"),
        "TLS problem: ",
        "unreachable",
        None,
    ),
}


@pytest.mark.parametrize("case", ERRORS)
def test_an_error_is_one_line_that_says_where_and_what(partner: Partner, case: str) -> None:
    prepare, reason, kind, status = ERRORS[case]
    url = prepare(partner)
    with pytest.raises(FetchError) as caught:
        get(url)
    assert str(caught.value).startswith(f"{url}: {reason}")
    assert "\n" not in str(caught.value)
    assert (caught.value.url, caught.value.status, caught.value.kind) == (url, status, kind)
    assert not isinstance(caught.value, AddressBlocked)


def _closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@pytest.mark.parametrize(
    ("trouble", "reason", "kind"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Unknown"), "host not found; is the address right?", "unreachable"),
        (
            socket.gaierror(socket.EAI_AGAIN, "Temporary failure"),
            "no answer from the name server; is this machine online?",
            "offline",
        ),
        (
            OSError(errno.ENETUNREACH, "Connect call failed ('192.0.2.1', 80)"),
            "connection failed: Network is unreachable; is this machine online?",
            "offline",
        ),
        (
            OSError(errno.EHOSTUNREACH, "Connect call failed ('192.0.2.1', 80)"),
            "connection failed: No route to host; is the site up?",
            "unreachable",
        ),
        (
            ConnectionResetError(errno.ECONNRESET, "Reset"),
            "connection failed: Connection reset by peer; is the site up?",
            "unreachable",
        ),
        (OSError("who knows"), "connection failed: broken off; is the site up?", "unreachable"),
        (TimeoutError(errno.ETIMEDOUT, "Timeout"), "connection timed out; is the site up?", "unreachable"),
    ],
)
def test_trouble_on_the_network_is_told_apart(trouble: OSError, reason: str, kind: FailureKind) -> None:
    async def troubled(host: str, port: int) -> Sequence[str]:
        raise trouble

    with pytest.raises(FetchError) as caught:
        get("http://partner.example/feed", guard=Guard(resolve=troubled))
    assert str(caught.value) == f"http://partner.example/feed: {reason}"
    assert caught.value.kind == kind


def test_an_error_brings_along_what_was_answered_instead(partner: Partner) -> None:
    wall = b"<title>Just a moment...</title>"
    fields = [("Content-Type", "text/html"), ("CF-Mitigated", "challenge"), ("Content-Encoding", "gzip")]
    packed = gzip.compress(wall)
    url = partner.serve("/feed", packed, 503, headers=[*fields, ("Retry-After", "60")])
    with pytest.raises(FetchError) as caught:
        get(partner.redirect("/old", url, 301))
    assert caught.value.response == Response(
        503,
        url,
        body=wall,
        content_type="text/html",
        hints=CacheHints(retry_after=timedelta(minutes=1)),
        headers={
            "content-type": "text/html",
            "cf-mitigated": "challenge",
            "content-encoding": "gzip",
            "retry-after": "60",
            "content-length": str(len(packed)),
        },
        moved_to=url,
    )


REFUSALS: dict[str, tuple[Callable[[Partner], str], bytes]] = {
    "cut short": (lambda p: p.serve_raw("/", head(500, [("Content-Length", "1000")]) + b"<h1>Oh"), b"<h1>Oh"),
    "without end": (lambda p: p.serve_raw("/", head(500), again=b"sorry " * 10_000), b"sorry " * 10_922 + b"sorr"),
    "in another coding": (lambda p: p.serve("/", b"\x1b", 500, [("Content-Encoding", "br")]), b""),
    "no gzip": (lambda p: p.serve("/", b"<h1>Oh", 500, [("Content-Encoding", "gzip")]), b""),
    "broken gzip": (
        lambda p: p.serve("/", gzip.compress(b"<h1>Oh")[:-8], 500, [("Content-Encoding", "gzip")]),
        b"<h1>Oh",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_whatever_is_wrong_with_the_body_of_an_error_the_status_is_the_message(partner: Partner, case: str) -> None:
    prepare, body = REFUSALS[case]
    with pytest.raises(FetchError, match="answered 500 Internal Server Error") as caught:
        get(prepare(partner))
    assert caught.value.response
    assert caught.value.response.body == body
    assert partner.sent < 10_000_000


def test_the_body_of_an_error_is_waited_for_no_longer_than_the_time_there_is(partner: Partner) -> None:

    url = partner.hold("/feed", head(500, [("Content-Length", "1000")]) + b"<h1>Oh")
    with pytest.raises(FetchError, match="answered 500 Internal Server Error") as caught:
        get(url, timeout=timedelta(seconds=0.3))
    assert caught.value.response
    assert caught.value.response.body == b"<h1>Oh"


def test_who_gives_up_on_a_request_gives_up_on_the_body_of_an_error(partner: Partner) -> None:
    async def fetch() -> None:
        async with make_client() as client:
            asking = asyncio.create_task(client.get(url, timeout=PLENTY))
            async with asyncio.timeout(5):
                while not partner.sent:  # noqa: ASYNC110 - the other side is a thread
                    await asyncio.sleep(0)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking

    url = partner.hold("/feed", head(500, [("Content-Length", "1000")]))
    asyncio.run(fetch())


LINES = st.lists(
    st.sampled_from(
        [
            *(b"HTTP/1.1 200 OK", b"HTTP/1.0 301 Moved", b"HTTP/1.1 304 Not Modified", b"HTTP/1.1 100 Continue"),
            *(b"Content-Length: 5", b"Content-Length: -1", b"Transfer-Encoding: chunked", b"Connection: close"),
            *(b"Content-Encoding: gzip", b"Content-Encoding: deflate", b"Location: //[", b"Location: \xff\xfe"),
            *(b"ETag: \xff", b"Retry-After: \xb2", b"Cache-Control: max-age=", b"", b"5", b"0", b"<rss>"),
        ]
    )
    | st.binary(max_size=20)
).map(b"\r\n".join)


def test_whatever_bytes_come_they_are_an_answer_or_a_fetch_error() -> None:
    @given(st.booleans(), LINES)
    def play(sensible: bool, rest: bytes) -> None:
        url = partner.serve_raw("/feed", b"HTTP/1.1 200 OK\r\n" + rest if sensible else rest)
        try:
            outcome: Response | str = get(url, validators=Validators('"1"'))
        except FetchError as error:
            outcome = str(error)
        assert isinstance(outcome, Response) or (outcome.startswith(url) and "\n" not in outcome)

    with Partner() as partner:
        play()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "feed.xml",
        "//partner.example/feed",
        "ftp://partner.example/feed",
        "file:///etc/passwd",
        "http://",
        "http://a b/",
    ],
)
def test_what_is_no_web_address_is_blocked(url: str) -> None:
    with pytest.raises(AddressBlocked, match="is no http or https address") as caught:
        get(url)
    assert (caught.value.url, caught.value.kind) == (url, "blocked")


def test_a_private_address_is_blocked(partner: Partner) -> None:
    url = partner.serve("/feed", FEED)
    with pytest.raises(AddressBlocked) as caught:
        get(url, guard=Guard())
    assert str(caught.value).startswith(f"{url}: 127.0.0.1 is no public address")
    assert caught.value.kind == "blocked"
    assert partner.connections == 0


@pytest.mark.parametrize("value", ["two\r\nlines", " spaces around "])
def test_a_header_that_cannot_be_sent_is_an_error(partner: Partner, value: str) -> None:
    with pytest.raises(FetchError, match="the request cannot be sent: "):
        get(partner.serve("/feed", FEED), headers=[("X-Key", value)])
    assert not partner.requests


# --- limits ----------------------------------------------------------------------------------------------------------


def test_a_dripping_server_is_left_when_the_time_is_up(partner: Partner) -> None:
    url = partner.serve_drip("/feed")
    with pytest.raises(FetchError) as caught:
        get(url, timeout=timedelta(seconds=0.3))
    assert str(caught.value) == f"{url}: timed out after 0.3 s; if it is only slow, allow more by fetch timeout"
    assert caught.value.kind == "unreachable"


def test_redirects_share_the_time_of_one_exchange(partner: Partner) -> None:
    partner.redirect("/old", "/new")
    partner.serve_drip("/new")
    with pytest.raises(FetchError, match=r"redirected to .*/new\): timed out after 0.5 s"):
        get(partner.url("/old"), timeout=timedelta(seconds=0.5))


def test_waiting_in_line_takes_none_of_the_time(partner: Partner) -> None:
    async def fetch() -> None:
        politeness = Politeness(timedelta(0), concurrency=4)
        guard = Guard([ip_network("127.0.0.0/8")], resolve_partner)
        async with Client(AGENT, guard, politeness, clock=lambda: NOW) as client:
            async with politeness.slot("127.0.0.1"):
                waiting = asyncio.create_task(client.get(partner.serve("/feed", FEED), timeout=timedelta(0)))
                for _ in range(20):
                    await asyncio.sleep(0)
                assert not waiting.done()
            with pytest.raises(FetchError, match="timed out after 0 s"):
                await waiting

    asyncio.run(fetch())


def test_a_body_without_end_is_cut_off(partner: Partner) -> None:
    url = partner.serve_raw("/feed", head(200), again=b"<item/>" * 1000)
    with pytest.raises(FetchError, match="too large: more than 100000 bytes"):
        get(url, limits=TINY)


def test_a_bomb_is_noticed_before_it_fills_the_memory(partner: Partner) -> None:
    packer = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
    first = packer.compress(b"<rss>") + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(b"\0" * 2**26) + packer.flush(zlib.Z_FULL_FLUSH)  # 64 MB in 64 kB, repeated without end
    url = partner.serve_raw("/feed", head(200, [("Content-Encoding", "gzip")]) + first, again)
    tracemalloc.start()
    try:
        with pytest.raises(FetchError, match="too large: more than 2000000 bytes"):
            get(url, limits=Limits(max_body_bytes=2_000_000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8_000_000
    assert partner.sent < 10_000_000


def test_a_bomb_that_inflates_to_nothing_is_cut_off_on_the_wire(partner: Partner) -> None:
    again = gzip.compress(b"") * 1000
    url = partner.serve_raw("/feed", head(200, [("Content-Encoding", "gzip")]), again)
    with pytest.raises(FetchError, match="too large: more than 100000 bytes sent"):
        get(url, limits=TINY)


@pytest.mark.parametrize(("size", "fits"), [(1000, True), (1001, False)])
@pytest.mark.parametrize("coding", ["gzip", "identity"])
def test_a_limit_for_one_request_holds_to_the_byte(partner: Partner, size: int, fits: bool, coding: str) -> None:
    body = b"x" * size
    packed = gzip.compress(body) if coding == "gzip" else body
    url = partner.serve("/page", packed, headers=[("Content-Encoding", coding)])
    if fits:
        assert get(url, max_body_bytes=1000).body == body
    else:
        with pytest.raises(FetchError, match="too large: more than 1000 bytes"):
            get(url, max_body_bytes=1000)


# --- redirects -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(partner: Partner, status: int) -> None:
    partner.serve("/new?x=1", FEED)
    answer = get(partner.redirect("/a/old", "../new?x=1#top", status))
    assert (answer.url, answer.body) == (partner.url("/new?x=1"), FEED)


def test_a_redirect_may_be_written_in_other_alphabets(partner: Partner) -> None:
    partner.serve("/caf%C3%A9", FEED)
    assert get(partner.redirect("/old", "/caf\u00c3\u00a9")).body == FEED  # as UTF-8 bytes
    partner.serve_raw("/older", head(302, [("Location", "/caf\u00e9")]))  # as one latin-1 byte
    assert get(partner.url("/older")).body == FEED


def test_validators_go_along_with_a_redirect(partner: Partner) -> None:
    partner.serve("/new", FEED, headers=[("ETag", '"1"')])
    answer = get(partner.redirect("/old", "/new"), validators=Validators('"1"'))
    assert (answer.status, answer.url) == (304, partner.url("/new"))


def test_five_redirects_are_followed_and_no_more(partner: Partner) -> None:
    partner.serve("/0", FEED)
    for number in range(1, 7):
        partner.redirect(f"/{number}", f"/{number - 1}")
    assert get(partner.url("/5")).body == FEED
    with pytest.raises(FetchError) as caught:
        get(partner.url("/6"))
    where = f"{partner.url('/6')} (redirected to {partner.url('/1')})"
    assert str(caught.value) == f"{where}: more than 5 redirects; give the address they end at"
    assert (caught.value.url, caught.value.kind) == (partner.url("/6"), "unreachable")


def test_a_circle_is_called_one(partner: Partner) -> None:
    partner.redirect("/b", "/a#again")
    with pytest.raises(FetchError) as caught:
        get(partner.redirect("/a", "/b"))
    assert str(caught.value).endswith(f"redirected in a circle, back to {partner.url('/a')}; tell the partner")
    assert len(partner.requests) == 2


@pytest.mark.parametrize("target", ["ftp://partner.example/", "javascript:alert(1)", "http://u:p@partner.example/", ""])
def test_a_redirect_to_what_is_no_web_address_is_blocked(partner: Partner, target: str) -> None:
    with pytest.raises(AddressBlocked, match="which is no http or https address") as caught:
        get(partner.redirect("/old", target))
    assert caught.value.kind == "blocked"


def test_a_redirect_without_location_is_blocked(partner: Partner) -> None:
    with pytest.raises(AddressBlocked, match="redirected to '', which is no"):
        get(partner.serve("/old", status=302))


def test_a_redirect_into_our_own_network_is_blocked(partner: Partner) -> None:
    guard = Guard([ip_network("127.0.0.1/32")], resolve_partner)
    partner.redirect("/old", f"http://127.0.0.2:{partner.port}/admin")
    with pytest.raises(AddressBlocked) as caught:
        get(partner.url("/old", "partner.example"), guard=guard)
    assert f"(redirected to http://127.0.0.2:{partner.port}/admin): 127.0.0.2 is no public address" in str(caught.value)
    assert len(partner.requests) == 1


MOVES: dict[str, tuple[Sequence[int], str]] = {
    "no redirect": ((), ""),
    "moved": ((301,), "/1"),
    "moved, as it was asked": ((308,), "/1"),
    "moved twice": ((301, 308), "/2"),
    "moved, then elsewhere for today": ((308, 301, 302), "/2"),
    "a stray permanent one at the end": ((302, 301), ""),
    "a stray permanent one after a break": ((301, 307, 301), "/1"),
    "found": ((302,), ""),
    "see other": ((303,), ""),
    "temporary": ((307,), ""),
}


@pytest.mark.parametrize("case", MOVES)
@pytest.mark.parametrize("status", [200, 304, 410])
def test_a_move_is_an_unbroken_run_of_permanent_redirects_from_the_first(
    partner: Partner, case: str, status: int
) -> None:
    statuses, expected = MOVES[case]
    for number, redirect in enumerate(statuses):
        partner.redirect(f"/{number}", f"/{number + 1}", redirect)
    partner.serve(f"/{len(statuses)}", b"", 410 if status == 410 else 200, headers=[("ETag", '"1"')])
    answer = get(partner.url("/0"), validators=Validators('"1"') if status == 304 else Validators())
    assert (answer.status, answer.url) == (status, partner.url(f"/{len(statuses)}"))
    assert answer.moved_to == (expected and partner.url(expected))


def test_headers_of_a_source_stay_with_its_host(partner: Partner) -> None:
    headers = [("Authorization", "Bearer secret"), ("User-Agent", "agreed name")]
    partner.redirect("/", partner.url("/www", "www.partner.example"))
    partner.redirect("/www", partner.url("/other", "other.example"))
    partner.serve("/other", FEED)
    get(partner.url("/", "partner.example"), headers=headers)
    assert [seen.header("Authorization") for seen in partner.requests] == ["Bearer secret", "Bearer secret", None]
    assert [seen.header("User-Agent") == "agreed name" for seen in partner.requests] == [True, True, False]


def test_no_cookie_is_kept_and_no_referer_sent(partner: Partner) -> None:
    partner.serve("/old", status=302, headers=[("Location", "/new"), ("Set-Cookie", "a=1; Path=/")])
    partner.serve("/new", FEED, headers=[("Set-Cookie", "b=1; Path=/")])
    get(partner.url("/old"), partner.url("/new"))
    for seen in partner.requests:
        assert seen.header("Cookie") is None
        assert seen.header("Referer") is None


def test_no_proxy_is_used(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    with Partner() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url("/"))
        get(partner.url("/feed", "partner.example"))
    assert not proxy.requests


# --- hosts that asked to be left alone -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "retry_after", "rests"),
    [
        *((429, "3600", True), (503, "3600", True), (503, "Sun, 22 Nov 2026 13:00:00 GMT", True)),
        *((429, "", True), (429, "0", False), (503, "", False), (500, "3600", False), (200, "3600", False)),
    ],
)
def test_who_is_busy_asks_for_a_rest(partner: Partner, status: int, retry_after: str, rests: bool) -> None:
    politeness = Politeness(timedelta(0), concurrency=4)
    partner.serve("/", FEED, status, headers=[("Retry-After", retry_after)] if retry_after else ())
    with suppress(FetchError):
        get(partner.redirect("/old", partner.url("/", "www.partner.example")), politeness=politeness)
    assert politeness.rests == ({"partner.example": (NOW, NOW + timedelta(hours=1))} if rests else {})


def test_a_redirect_to_a_host_that_rests_is_not_followed(partner: Partner) -> None:
    politeness = Politeness(timedelta(0), concurrency=4)
    politeness.rest("tired.example", NOW, NOW + timedelta(hours=1))
    url = partner.redirect("/", partner.url("/feed", "www.tired.example"))
    with pytest.raises(FetchError) as caught:
        get(url, politeness=politeness)
    where = f"{url} (redirected to {partner.url('/feed', 'www.tired.example')})"
    assert str(caught.value) == f"{where}: tired.example asked to be left alone until 2026-11-22 13:00 UTC"
    assert (caught.value.kind, caught.value.retry_after) == ("busy", 3600)
    assert len(partner.requests) == 1


def test_a_host_that_rests_is_not_asked(partner: Partner) -> None:
    politeness = Politeness(timedelta(0), concurrency=4)
    politeness.rest("partner.example", NOW, NOW + timedelta(hours=1))
    url = partner.url("/", "partner.example")
    with pytest.raises(FetchError, match="asked to be left alone until 2026-11-22 13:00 UTC") as caught:
        get(url, politeness=politeness)
    assert (caught.value.kind, caught.value.retry_after) == ("busy", 3600)
    assert partner.requests == []


def test_a_rest_is_granted_no_longer_than_the_caller_says(partner: Partner) -> None:
    politeness = Politeness(timedelta(0), concurrency=4)
    politeness.rest("partner.example", NOW - timedelta(hours=2), NOW + timedelta(days=300))
    partner.serve("/", FEED)
    url = partner.url("/", "partner.example")
    assert get(url, politeness=politeness, longest_rest=timedelta(hours=2)).body == FEED


def test_every_address_on_the_way_must_be_admitted(partner: Partner) -> None:
    async def admit(url: str) -> None:
        if url.endswith("/private"):
            raise RobotsDisallowed("not there", url)

    partner.redirect("/", "/private")
    with pytest.raises(RobotsDisallowed):
        get(partner.url("/"), admit=admit)
    assert [request.path for request in partner.requests] == ["/"]


def test_the_pause_of_a_request_is_for_its_own_host(partner: Partner) -> None:
    async def admit(url: str) -> timedelta | None:
        return timedelta(hours=1) if "partner.example" in url else None

    async def fetch() -> None:
        politeness = Politeness(timedelta(0), concurrency=4)
        partner.redirect("/old", partner.url("/feed", "other.example"))
        async with make_client(politeness=politeness) as client:
            await client.get(partner.url("/old", "partner.example"), timeout=PLENTY, admit=admit)
            async with politeness.slot("other.example"):
                pass
            again = asyncio.create_task(client.get(partner.url("/feed", "partner.example"), timeout=PLENTY))
            for _ in range(20):
                await asyncio.sleep(0)
            assert len(partner.requests) == 2
            again.cancel()

    partner.serve("/feed", FEED)
    asyncio.run(fetch())


# --- connections -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_every_connection_is_opened_by_the_guard(partner: Partner, scheme: str) -> None:
    asked = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append((host, port))
        return ["127.0.0.1"]

    with pytest.raises(AddressBlocked, match=r"partner\.example leads to 127\.0\.0\.1"):
        get(f"{scheme}://partner.example/feed", guard=Guard(resolve=resolve))
    assert asked == [("partner.example", 443 if scheme == "https" else 80)]


@pytest.mark.parametrize("path", ["/feed", "/missing"])
def test_a_connection_serves_again_when_its_answer_was_read(partner: Partner, path: str) -> None:
    partner.serve("/feed", FEED, headers=[("ETag", '"1"')])
    get(partner.url("/feed"), partner.url("/feed"), partner.url(path), validators=Validators('"1"'))
    assert len(partner.requests) == 3
    assert partner.connections == 1


def test_a_kept_connection_lets_no_other_name_in(partner: Partner) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1" if host == "partner.example" else "127.0.0.2"]

    partner.serve("/feed", FEED)
    guard = Guard([ip_network("127.0.0.1/32")], resolve)
    with pytest.raises(AddressBlocked, match=r"intranet\.example leads to 127\.0\.0\.2"):
        get(partner.url("/feed", "partner.example"), partner.url("/feed", "intranet.example"), guard=guard)
    assert len(partner.requests) == 1


def test_a_connection_the_server_closed_is_not_used_again(partner: Partner) -> None:
    async def fetch() -> None:
        async with make_client() as client:
            for _ in range(3):
                assert (await client.get(url, timeout=PLENTY)).body == FEED
                (kept,) = client._connections._idle.values()
                async with asyncio.timeout(5):
                    while not kept.has_expired():  # noqa: ASYNC110 - no event tells that the news came
                        await asyncio.sleep(0)

    url = partner.serve_raw("/feed", head(200, [("Content-Length", str(len(FEED)))]) + FEED)
    asyncio.run(fetch())
    assert partner.connections == 3


class Hasty(Partner):
    """Hangs up when it is asked a second time over one connection."""

    async def _answer(self, request: bytes, writer: asyncio.StreamWriter) -> bool:
        is_first = self.connections > len(self.requests)
        return await super()._answer(request, writer) if is_first else False


def test_who_is_asked_while_it_hangs_up_is_asked_once_more() -> None:
    with Hasty() as partner:
        url = partner.serve("/feed", FEED)
        assert get(url, url, url).body == FEED
        assert (len(partner.requests), partner.connections) == (3, 3)


def test_who_always_hangs_up_is_not_asked_over_and_over(partner: Partner) -> None:
    url = partner.serve("/feed", FEED)
    with pytest.raises(FetchError):
        get(url, partner.serve_raw("/nothing", b""))
    assert [seen.path for seen in partner.requests] == ["/feed", "/nothing", "/nothing"]


def test_hosts_are_asked_one_request_at_a_time(partner: Partner) -> None:
    async def fetch() -> None:
        async with make_client() as client:
            url = partner.serve("/feed", FEED)
            await asyncio.gather(*(client.get(url, timeout=PLENTY) for _ in range(10)))

    asyncio.run(fetch())
    assert len(partner.requests) == 10
    assert partner.connections == 1


def test_chains_of_redirects_that_cross_do_not_wait_for_each_other(partner: Partner) -> None:
    async def fetch() -> None:
        politeness = Politeness(timedelta(0), concurrency=1)
        guard = Guard(resolve=resolve_partner, allow_networks=[ip_network("127.0.0.0/8")])
        async with Client(AGENT, guard, politeness, clock=lambda: NOW) as client:
            for name, other in (("a", "b"), ("b", "a")):
                partner.redirect(f"/{name}", partner.url(f"/{name}{name}", f"{other}.example"))
                partner.serve(f"/{name}{name}", FEED)
            urls = [partner.url(f"/{name}", f"{name}.example") for name in "abab"]
            async with asyncio.timeout(5):
                answers = await asyncio.gather(*(client.get(url, timeout=PLENTY) for url in urls))
            assert [answer.body for answer in answers] == [FEED] * 4

    asyncio.run(fetch())


# --- TLS -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for partner.example, signed by nobody, with its key in the same file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the openssl command to make a certificate")
    path = tmp_path / "partner.pem"
    name = ["-subj", "/CN=partner.example", "-addext", "subjectAltName=DNS:partner.example"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(path)]
    subprocess.run(
        [openssl, "req", "-x509", "-days", "2", *key, *name, "-out", str(tmp_path / "certificate.pem")],
        check=True,
        capture_output=True,
    )
    path.write_bytes(path.read_bytes() + (tmp_path / "certificate.pem").read_bytes())
    return path


def _server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_certificate_nobody_vouches_for_is_refused(certificate: Path) -> None:
    with Partner(_server_tls(certificate)) as partner, pytest.raises(FetchError) as caught:
        get(partner.url("/feed", "partner.example"))
    assert "partner.example" in str(caught.value)
    assert "TLS problem: certificate: self-signed certificate" in str(caught.value)
    assert not partner.requests


def test_a_vouched_for_certificate_is_checked_against_the_name(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    names: list[str | None] = []
    context = _server_tls(certificate)
    context.sni_callback = lambda connection, name, context: names.append(name)
    text = bytes(range(256)) * 10_000
    with Partner(context) as partner:
        partner.serve("/feed", text, headers=[("ETag", '"1"')])
        url = partner.url("/feed", "partner.example")
        assert get(url, url).body == text
        assert partner.connections == 1
        with pytest.raises(FetchError, match=r"TLS problem: certificate: .*127\.0\.0\.1"):
            get(partner.url("/feed"))
    assert names == ["partner.example", None]


def test_a_redirect_from_https_down_to_http_is_not_followed(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with Partner(_server_tls(certificate)) as partner:
        partner.redirect("/feed", "http://partner.example/feed")
        with pytest.raises(FetchError) as caught:
            get(partner.url("/feed", "partner.example"))
    reason = "redirected from https down to http://partner.example/feed, which is not followed; tell the partner"
    assert str(caught.value).endswith(reason)
