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
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpcore2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import AddressBlocked, FetchError
from aggregator.fetch.client import FEED_ACCEPT, PAGE_ACCEPT, Client, Limits
from aggregator.fetch.guard import Guard, resolve_host
from aggregator.fetch.politeness import Politeness
from aggregator.models import CacheHints, Response, Validators
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


def make_client(limits: Limits = USUAL, guard: Guard | None = None) -> Client:
    guard = guard or Guard([ip_network("127.0.0.0/8")], resolve_partner)
    return Client(AGENT, guard, Politeness(timedelta(0), concurrency=4), limits, clock=lambda: NOW)


def get(*urls: str, limits: Limits = USUAL, guard: Guard | None = None, **options: Any) -> Response:
    """Fetch one address after the other with one client; the last answer counts."""

    async def fetch() -> Response:
        async with make_client(limits, guard) as client:
            answers = [await client.get(url, **{"timeout": PLENTY, **options}) for url in urls]
        return answers[-1]

    return asyncio.run(fetch())


CLIENT = make_client()  # for what needs no network


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
    )


def test_a_request_says_who_asks_and_for_what(partner: Partner) -> None:
    get(partner.serve("/feed?a=1&b", FEED))
    (seen,) = partner.requests
    assert (seen.method, seen.path) == ("GET", "/feed?a=1&b")
    assert dict(seen.headers) == {
        "Host": f"127.0.0.1:{partner.port}",
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


def test_a_304_keeps_the_validators_that_earned_it(partner: Partner) -> None:
    url = partner.serve_raw("/feed", head(304, [("ETag", 'W/"x"'), ("Cache-Control", "max-age=60")]))
    answer = get(url, validators=Validators(etag='"x"'))
    assert answer.validators == Validators(etag='"x"')
    assert answer.hints.max_age == timedelta(minutes=1)


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_gone_is_an_answer_without_body(partner: Partner, status: int) -> None:
    url = partner.serve("/gone", b"<h1>Nothing here</h1>", status)
    assert get(url) == Response(status, url)


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


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("max-age=3600", 3600),
        ("private,max-age=60, must-revalidate", 60),
        ("Max-Age=60", 60),
        ('max-age="60"', 60),
        ("max-age=0", 0),
        ("max-age=99999999999999999999", 366 * 86400),
        ("s-maxage=60", None),
        ("no-store, max-age=60", None),
        ("no-cache, max-age=60", None),
        ("max-age=soon", None),
        ("max-age=-1", None),
        ("", None),
    ],
)
def test_max_age_is_read(partner: Partner, value: str, expected: int | None) -> None:
    answer = get(partner.serve("/feed", FEED, headers=[("Cache-Control", value)]))
    assert answer.hints.max_age == (None if expected is None else timedelta(seconds=expected))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", 120),
        ("0", 0),
        ("99999999999999999999", 366 * 86400),
        ("Sun, 22 Nov 2026 12:05:00 GMT", 300),
        ("Sunday, 22-Nov-26 12:05:00 GMT", 300),
        ("Sun, 22 Nov 2026 12:05:00", 300),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 366 * 86400),
        ("-5", None),
        ("1.5", None),
        ("in a while", None),
        ("Sun, 99 Nov 2026 12:05:00 GMT", None),
        ("Sun, 22 Nov 2026 12:05:00 +9999", None),
    ],
)
def test_retry_after_is_read(partner: Partner, value: str, expected: int | None) -> None:
    url = partner.serve("/feed", status=503, headers=[("Retry-After", value)])
    with pytest.raises(FetchError) as caught:
        get(url)
    assert caught.value.retry_after == expected


@given(st.text() | st.from_regex(r"\w{3}, \d+ \w{3} \d+ \d+:\d+:\d+ ([+-]\d+|\w+)", fullmatch=True))
def test_whatever_retry_after_says_the_wait_is_bounded(value: str) -> None:
    wait = CLIENT._retry_after(value)
    assert wait is None or timedelta(0) <= wait <= timedelta(days=366)


# --- errors ----------------------------------------------------------------------------------------------------------

ERRORS: dict[str, tuple[Callable[[Partner], str], str, int | None]] = {
    "server error": (lambda p: p.serve("/", status=500), "answered 500 Internal Server Error", 500),
    "not allowed": (lambda p: p.serve("/", status=403), "answered 403 Forbidden", 403),
    "asked to wait": (
        lambda p: p.serve("/", status=429, headers=[("Retry-After", "90")]),
        "answered 429 Too Many Requests, come back in 90 s",
        429,
    ),
    "a status nobody knows": (lambda p: p.serve("/", status=799), "answered 799", 799),
    "304 that was not asked for": (lambda p: p.serve_raw("/", head(304)), "answered 304 Not Modified", 304),
    "upgrade": (lambda p: p.serve_raw("/", head(101)), "broken answer: ", None),
    "choice": (lambda p: p.serve("/", status=300), "answered 300 Multiple Choices", 300),
    "no answer": (
        lambda p: p.serve_raw("/", b""),
        "broken answer: Server disconnected without sending a response.",
        None,
    ),
    "no http": (
        lambda p: p.serve_raw("/", b"220 mail.example ESMTP\r\n\r\n"),
        "broken answer: illegal status line",
        None,
    ),
    "endless head": (
        lambda p: p.serve_raw("/", b"HTTP/1.1 200 OK\r\n", again=b"X-More: and more\r\n" * 100),
        "broken answer: Receive buffer too long",
        None,
    ),
    "large headers": (
        lambda p: p.serve("/", FEED, headers=[("X", "x" * 70_000)]),
        "the headers are larger than 65536 bytes",
        200,
    ),
    "cut short": (
        lambda p: p.serve_raw("/", head(200, [("Content-Length", "1000")]) + FEED),
        "broken answer: peer closed connection without sending complete message body",
        None,
    ),
    "wrong length": (
        lambda p: p.serve_raw("/", head(200, [("Content-Length", "many")]) + FEED),
        "broken answer: bad Content-Length",
        None,
    ),
    "gzip cut short": (
        lambda p: p.serve("/", gzip.compress(FEED)[:-9], headers=[("Content-Encoding", "gzip")]),
        "broken answer: its compressed body ends too early",
        None,
    ),
    "gzip that is none": (
        lambda p: p.serve("/", FEED, headers=[("Content-Encoding", "gzip")]),
        "broken answer: Error -3 while decompressing data: incorrect header check",
        None,
    ),
    "a coding we did not ask for": (
        lambda p: p.serve("/", b"\x1b\x03", headers=[("Content-Encoding", "br")]),
        "the answer is in content coding 'br'; only gzip and deflate were asked for",
        None,
    ),
    "two codings": (
        lambda p: p.serve("/", FEED, headers=[("Content-Encoding", "gzip, gzip")]),
        "the answer is in content coding 'gzip, gzip'",
        None,
    ),
    "refused": (lambda p: f"http://127.0.0.1:{_closed_port()}/", "connection refused", None),
    "no host name": (lambda p: f"http://{'x' * 64}.org/", "host not found", None),
    "no TLS": (lambda p: p.serve("/", FEED).replace("http:", "https:"), "TLS problem: ", None),
}


@pytest.mark.parametrize("case", ERRORS)
def test_an_error_is_one_line_that_says_where_and_what(partner: Partner, case: str) -> None:
    prepare, reason, status = ERRORS[case]
    url = prepare(partner)
    with pytest.raises(FetchError) as caught:
        get(url)
    assert str(caught.value).startswith(f"{url}: {reason}")
    assert "\n" not in str(caught.value)
    assert (caught.value.url, caught.value.status) == (url, status)
    assert not isinstance(caught.value, AddressBlocked)


def _closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "host not found"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), "no answer from the name server"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "connection failed: No route to host"),
        (TimeoutError(errno.ETIMEDOUT, "Connection timed out"), "connection timed out"),
    ],
)
def test_trouble_on_the_network_is_told_apart(trouble: OSError, reason: str) -> None:
    async def troubled(host: str, port: int) -> Sequence[str]:
        raise trouble

    with pytest.raises(FetchError) as caught:
        get("http://partner.example/feed", guard=Guard(resolve=troubled))
    assert str(caught.value) == f"http://partner.example/feed: {reason}"


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
    assert caught.value.url == url


def test_a_private_address_is_blocked(partner: Partner) -> None:
    url = partner.serve("/feed", FEED)
    with pytest.raises(AddressBlocked) as caught:
        get(url, guard=Guard())
    assert str(caught.value).startswith(f"{url}: 127.0.0.1 is no public address")
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
    assert str(caught.value) == f"{url}: timed out after 0.3 s"


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


def test_the_body_of_an_error_is_not_read(partner: Partner) -> None:
    with pytest.raises(FetchError, match="answered 500"):
        get(partner.serve_raw("/feed", head(500, [("Content-Length", "1000000000")])))


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
    assert str(caught.value) == f"{partner.url('/6')} (redirected to {partner.url('/1')}): more than 5 redirects"
    assert caught.value.url == partner.url("/6")


def test_a_circle_is_called_one(partner: Partner) -> None:
    partner.redirect("/b", "/a#again")
    with pytest.raises(FetchError) as caught:
        get(partner.redirect("/a", "/b"))
    assert str(caught.value).endswith(f"redirected in a circle, back to {partner.url('/a')}")
    assert len(partner.requests) == 2


@pytest.mark.parametrize("target", ["ftp://partner.example/", "javascript:alert(1)", "http://u:p@partner.example/", ""])
def test_a_redirect_to_what_is_no_web_address_is_blocked(partner: Partner, target: str) -> None:
    with pytest.raises(AddressBlocked, match="which is no http or https address"):
        get(partner.redirect("/old", target))


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


# --- connections -----------------------------------------------------------------------------------------------------


def test_the_guard_sits_where_connections_are_opened() -> None:
    """The attribute is the library's own; should it move, this fails before anything gets past the guard."""
    guard = Guard()
    client = make_client(guard=guard)
    pool = client._transport._pool
    assert isinstance(pool, httpcore2.AsyncConnectionPool)
    assert pool._network_backend is guard
    connection = pool.create_connection(httpcore2.Origin(b"http", b"partner.example", 80))
    assert connection._network_backend is guard  # type: ignore[attr-defined]


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
            pool = client._transport._pool
            assert isinstance(pool, httpcore2.AsyncConnectionPool)
            for _ in range(3):
                assert (await client.get(url, timeout=PLENTY)).body == FEED
                async with asyncio.timeout(5):
                    while not pool.connections[0].has_expired():  # noqa: ASYNC110 - no event tells that the news came
                        await asyncio.sleep(0)

    url = partner.serve_raw("/feed", head(200, [("Content-Length", str(len(FEED)))]) + FEED)
    asyncio.run(fetch())
    assert partner.connections == 3


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
    reason = "redirected from https down to http://partner.example/feed, which is not followed"
    assert str(caught.value).endswith(reason)
