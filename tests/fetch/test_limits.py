"""What a hostile server may send, and that all of it ends soon, small, and in one clear error."""

import asyncio
import gzip
import socket
import tracemalloc
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from aggregator.errors import AddressBlocked, FetchError
from aggregator.fetch.client import Client, Limits
from aggregator.fetch.guard import Guard
from aggregator.fetch.politeness import Politeness
from aggregator.models import Response
from tests.partner import Partner, head

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FEED = b"<rss version='2.0'><channel><title>Harbour news</title></channel></rss>"
PLENTY = timedelta(seconds=20)
SOON = timedelta(seconds=0.1)
USUAL = Limits()
CHUNKED = ("Transfer-Encoding", "chunked")
GZIPPED = ("Content-Encoding", "gzip")


def get(
    url: str, timeout: timedelta = PLENTY, limits: Limits = USUAL, networks: Sequence[str] = ("127.0.0.1",)
) -> Response:
    async def fetch() -> Response:
        guard = Guard([ip_network(network) for network in networks], resolve)
        async with Client("aggregator", guard, Politeness(timedelta(0), 4), limits, clock=lambda: NOW) as client:
            return await client.get(url, timeout=timeout)

    return asyncio.run(fetch())


async def resolve(host: str, port: int) -> Sequence[str]:
    """Find names of partners here, and whatever is an address in some spelling where it leads; ask no name server."""
    if host.endswith(".example"):
        return ["127.0.0.1"]
    found = await asyncio.get_running_loop().getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST
    )
    return [str(place[0]) for *_, place in found]


# --- time ------------------------------------------------------------------------------------------------------------

SLOW = {
    "not a word": b"",
    "half a status line": b"HTTP/1.1 2",
    "half a head": head(200)[:-2] + b"X-More: ",
    "a head and no body": head(200, [("Content-Length", "10")]),
    "interim answers only": head(100) * 3,
    "half a chunk line": head(200, [CHUNKED]) + b"5",
    "half a chunk": head(200, [CHUNKED]) + b"5\r\nab",
    "no end of chunks": head(200, [CHUNKED]) + b"1\r\na\r\n",
    "half a trailer": head(200, [CHUNKED]) + b"0\r\nX: ",
    "half a compressed body": head(200, [GZIPPED, ("Content-Length", "99")]) + gzip.compress(FEED)[:20],
}


@pytest.mark.parametrize("answer", SLOW.values(), ids=SLOW.keys())
def test_whatever_an_answer_stops_in_the_deadline_ends_it(partner: Partner, answer: bytes) -> None:
    with pytest.raises(FetchError, match=r"timed out after 0\.1 s"):
        get(partner.hold("/feed", answer), timeout=SOON)


def test_a_head_that_drips_is_left_too(partner: Partner) -> None:
    partner.serve_raw("/feed", b"HTTP/1.1 200 OK\r\n", again=b"X: y\r\n")
    with pytest.raises(FetchError):
        get(partner.url("/feed"), timeout=SOON)


def test_a_handshake_that_never_comes_is_left(partner: Partner) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(FetchError, match=r"timed out after 0\.1 s"):
            get(f"https://127.0.0.1:{silent.getsockname()[1]}/feed", timeout=SOON)


# --- heads and wrapping ----------------------------------------------------------------------------------------------

ENDLESS = {
    "one header line": (head(200)[:-2] + b"X: ", b"x" * 60_000),
    "one header name": (head(200)[:-2], b"x" * 60_000),
    "header lines": (head(200)[:-2], b"X: y\r\n" * 10_000),
    "a status line": (b"HTTP/1.1 200 ", b"x" * 60_000),
    "a chunk's line": (head(200, [CHUNKED]) + b"1;", b"x" * 60_000),
    "trailers": (head(200, [CHUNKED]) + b"1\r\na\r\n0\r\n", b"X: y\r\n" * 10_000),
    "no HTTP at all": (b"", b"\0" * 60_000),
}


@pytest.mark.parametrize(("first", "again"), ENDLESS.values(), ids=ENDLESS.keys())
def test_what_surrounds_a_body_cannot_be_without_end(partner: Partner, first: bytes, again: bytes) -> None:
    with pytest.raises(FetchError, match="broken answer") as caught:
        get(partner.serve_raw("/feed", first, again))
    assert len(str(caught.value)) < 400
    assert partner.sent < 5_000_000


def test_a_hundred_thousand_header_lines_are_too_many(partner: Partner) -> None:
    lines = [(f"X-{number}", "y") for number in range(100_000)]
    with pytest.raises(FetchError, match=r"broken answer|headers are larger"):
        get(partner.serve_raw("/feed", head(200, lines) + FEED))


def test_a_head_just_over_the_limit_is_refused(partner: Partner) -> None:
    with pytest.raises(FetchError, match="the headers are larger than 65536 bytes"):
        get(partner.serve("/feed", FEED, headers=[("X", "y" * 65_536)]))


@pytest.mark.parametrize(
    ("first", "again"),
    [
        pytest.param(b"", head(100) * 100, id="interim answers"),
        pytest.param(head(200, [CHUNKED]), (b"1;" + b"x" * 5000 + b"\r\na\r\n") * 10, id="chunk lines"),
    ],
)
def test_wrapping_counts_too(partner: Partner, first: bytes, again: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aggregator.fetch.guard._MAX_ANSWER_BYTES", 500_000)
    with pytest.raises(FetchError, match="too large: more than 500000 bytes sent"):
        get(partner.serve_raw("/feed", first, again))


# --- codings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, gzip", "gzip, br", "chunked", "aws-chunked", "x"])
def test_a_coding_that_was_not_asked_for_is_an_error(partner: Partner, coding: str) -> None:
    url = partner.serve("/feed", gzip.compress(gzip.compress(FEED)), headers=[("Content-Encoding", coding)])
    with pytest.raises(FetchError, match="only gzip and deflate were asked for"):
        get(url)


def test_a_body_packed_twice_is_unpacked_once(partner: Partner) -> None:
    once = gzip.compress(FEED)
    assert get(partner.serve("/feed", gzip.compress(once), headers=[GZIPPED])).body == once


def bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


BOMBS = {
    "gzip": ("gzip", gzip.compress(b"\0" * 10_000_000)),
    "gzip in many members": ("gzip", gzip.compress(b"\0" * 50_000) * 200),
    "gzip after an empty member": ("gzip", gzip.compress(b"") + gzip.compress(b"\0" * 10_000_000)),
    "deflate": ("deflate", zlib.compress(b"\0" * 10_000_000)),
    "bare deflate": ("deflate", bare_deflate(b"\0" * 10_000_000)),
}


@pytest.mark.parametrize(("coding", "body"), BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_stopped_at_the_cap(partner: Partner, coding: str, body: bytes) -> None:
    url = partner.serve("/feed", body, headers=[("Content-Encoding", coding)])
    tracemalloc.start()
    try:
        with pytest.raises(FetchError, match="too large: more than 1000000 bytes"):
            get(url, limits=Limits(max_body_bytes=1_000_000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4_000_000


@pytest.mark.parametrize("rest", [b"\0" * 2_000_000, b"garbage" * 300_000], ids=["zeros", "words"])
def test_what_follows_a_compressed_body_is_left_unread_but_counted(partner: Partner, rest: bytes) -> None:
    body = gzip.compress(FEED) + rest
    assert get(partner.serve("/feed", body, headers=[GZIPPED])).body == FEED
    with pytest.raises(FetchError, match="too large: more than 1000000 bytes sent"):
        get(partner.url("/feed"), limits=Limits(max_wire_bytes=1_000_000))


BROKEN = {
    "gzip cut off": ("gzip", gzip.compress(FEED)[:-4]),
    "gzip with a wrong checksum": ("gzip", gzip.compress(FEED)[:-8] + b"\1" * 8),
    "gzip that is none": ("gzip", FEED),
    "a second member cut off": ("gzip", gzip.compress(FEED) + gzip.compress(FEED)[:15]),
    "deflate cut off": ("deflate", zlib.compress(FEED)[:-2]),
    "bare deflate cut off": ("deflate", bare_deflate(FEED)[:-2]),
    "deflate with a dictionary": ("deflate", b"\x78\xbb\0\0\0\1" + b"\0" * 20),
}


@pytest.mark.parametrize(("coding", "body"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_compressed_body_is_an_error(partner: Partner, coding: str, body: bytes) -> None:
    with pytest.raises(FetchError, match="broken answer"):
        get(partner.serve("/feed", body, headers=[("Content-Encoding", coding)]))


# --- where it may lead us --------------------------------------------------------------------------------------------

INSIDE = [
    *("127.0.0.2", "127.2", "0177.0.0.2", "0x7f000002", "2130706434", "0", "[::1]", "[::ffff:127.0.0.2]"),
    *("[::ffff:7f00:2]", "[::127.0.0.2]", "[2002:7f00:2::]", "[64:ff9b::7f00:2]", "[fe80::1]", "[fd00:ec2::254]"),
    *("169.254.169.254", "10.0.0.1", "100.64.0.1", "198.18.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1"),
    *("user:word@10.0.0.1", "partner.example@10.0.0.1", "partner.example:80@10.0.0.1", "%31%30.0.0.1"),
    *("１０.0.0.1", "①⓪.⓪.⓪.①", "10。0。0。1", "127.0.0.2.", "0x0a.0.0.1", "012.0.0.1"),
]  # fmt: skip


def as_bytes(address: str) -> str:
    """Write an address so that it leaves as UTF-8."""
    return address.encode().decode("latin-1")


@pytest.mark.parametrize("host", INSIDE)
def test_no_spelling_leads_inside(partner: Partner, host: str) -> None:
    for url in (
        f"http://{host}/",
        f"http://{host}:{partner.port}/",
        partner.redirect("/old", as_bytes(f"http://{host}/")),
    ):
        with pytest.raises(FetchError) as caught:
            get(url)
        assert isinstance(caught.value, AddressBlocked) or "host not found" in str(caught.value)
    assert len(partner.requests) == 1  # the one that was redirected


@pytest.mark.parametrize(
    "target",
    ["file:///etc/passwd", "gopher://partner.example/", "dict://partner.example:11211/", "data:text/xml,<rss/>",
     "//user@partner.example/",   "http://[::1", "http://a\0b/"],
)  # fmt: skip
def test_only_http_is_followed(partner: Partner, target: str) -> None:
    with pytest.raises(FetchError):
        get(partner.redirect("/old", target))
    assert len(partner.requests) <= 2


def test_a_redirect_to_another_service_s_port_is_refused(partner: Partner) -> None:
    url = partner.redirect("/old", "http://8.8.8.8:25/")
    with pytest.raises(AddressBlocked, match=r"port 25 of 8\.8\.8\.8 is none for web servers"):
        get(url)
