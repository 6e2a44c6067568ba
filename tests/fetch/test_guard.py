"""The guard: no address that is not public is ever connected to, however it is written or reached."""

import asyncio
import contextlib
import shutil
import socket
import ssl
import subprocess
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path

import pytest
from httpcore2 import AsyncNetworkStream
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import AddressBlocked, FetchError
from aggregator.fetch.guard import Guard, Resolver, is_public
from tests.partner import Partner

LOOPBACK = ip_network("127.0.0.0/8")


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "193.99.144.80",
        "2606:4700::6810:85e5",
        "2a00:1450:4001:82a::200e",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2002:808:808::1",
        "2a00:1450::5efe:8.8.8.8",
    ],
)
def test_what_anybody_may_reach_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("this host", "0.0.0.0"),
        ("this network", "0.1.2.3"),
        ("private", "10.0.0.1"),
        ("private", "172.16.0.1"),
        ("private", "192.168.1.1"),
        ("carrier's own", "100.64.0.1"),
        ("loopback", "127.0.0.1"),
        ("loopback, not the usual one", "127.255.255.254"),
        ("link-local, where clouds keep their secrets", "169.254.169.254"),
        ("protocol assignments", "192.0.0.8"),
        ("protocol assignments, global by the book", "192.0.0.9"),
        ("documentation", "192.0.2.1"),
        ("documentation", "198.51.100.7"),
        ("documentation", "203.0.113.7"),
        ("benchmarks", "198.18.0.1"),
        ("multicast", "224.0.0.1"),
        ("multicast, global scope", "233.252.0.1"),
        ("reserved", "240.0.0.1"),
        ("broadcast", "255.255.255.255"),
        ("unspecified", "::"),
        ("loopback", "::1"),
        ("link-local", "fe80::1"),
        ("link-local with a zone", "fe80::1%eth0"),
        ("site-local", "fec0::1"),
        ("unique local", "fd12:3456::1"),
        ("multicast", "ff02::1"),
        ("multicast, global scope", "ff0e::1"),
        ("documentation", "2001:db8::1"),
        ("documentation", "3fff::1"),
        ("teredo", "2001:0:4136:e378::1"),
        ("discard", "100::1"),
        ("private, mapped", "::ffff:10.0.0.1"),
        ("loopback, mapped", "::ffff:7f00:1"),
        ("loopback, compatible", "::127.0.0.1"),
        ("loopback, 6to4", "2002:7f00:1::1"),
        ("link-local, NAT64", "64:ff9b::169.254.169.254"),
        ("local NAT64", "64:ff9b:1::8.8.8.8"),
        ("translated", "::ffff:0:127.0.0.1"),
        ("not handed out", "4000::1"),
        ("where a cloud keeps its secrets", "fd00:ec2::254"),
        ("relays of 6to4", "192.88.99.1"),
        ("global, with a zone", "2606:4700::1%eth0"),
        ("protocol assignments", "2001:1::1"),
        ("hashes of keys", "2001:20::1"),
        ("segment routing", "5f00::1"),
        ("private, ISATAP", "2a00:1450::5efe:10.0.0.1"),
        ("loopback, ISATAP", "2a00:1450::200:5efe:127.0.0.1"),
        ("global, ISATAP on the link", "fe80::5efe:8.8.8.8"),
    ],
)
def test_everything_else_is_not(kind: str, address: str) -> None:
    assert not is_public(address), kind


# Written out here once more on purpose: from the registries, independently of what the guard relies on.
NOT_PUBLIC_IPV4 = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"),
    "192.88.99.0/24",
]
NOT_PUBLIC_IPV6 = [
    *("::/16", "100::/8", "2001::/23", "2001:db8::/32", "3fff::/20", "4000::/2", "8000::/1", "64:ff9b:1::/48"),
]


def _addresses(networks: Sequence[str]) -> st.SearchStrategy[IPv4Address | IPv6Address]:
    return st.sampled_from(networks).flatmap(lambda network: st.ip_addresses(network=network))


def _wrap(address: IPv4Address | IPv6Address) -> st.SearchStrategy[IPv6Address]:
    """Write an IPv4 address in the ways an IPv6 one can stand for it."""
    last = [int(IPv6Network(network)[0]) | int(address) for network in ("::ffff:0:0/96", "::/96", "64:ff9b::/96")]
    six_to_four = st.integers(0, 2**80 - 1).map(lambda rest: IPv6Address(0x2002 << 112 | int(address) << 80 | rest))
    isatap = st.sampled_from([0x5EFE, 0x0200_5EFE]).map(
        lambda mark: IPv6Address(0x2A00_1450 << 96 | mark << 32 | int(address))
    )
    return st.sampled_from(last).map(IPv6Address) | six_to_four | isatap


def _not_mapped(address: IPv4Address | IPv6Address) -> bool:
    return int(address) >> 32 not in (0, 0xFFFF)  # those stand for an IPv4 address that may be public


@given(
    _addresses(NOT_PUBLIC_IPV4)
    | _addresses(NOT_PUBLIC_IPV4).flatmap(_wrap)
    | _addresses(NOT_PUBLIC_IPV6).filter(_not_mapped)
)
def test_no_address_that_is_not_public_passes(address: IPv4Address | IPv6Address) -> None:
    assert not is_public(address)
    with pytest.raises(AddressBlocked):
        connect("partner.example", 80, Guard(resolve=answering("8.8.8.8", str(address))))


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", "0177.1", "0x7f000001", "017700000001", "0"),
        *("0xa9fea9fe", "169.254.43518", "10.0.258", "::1", "::ffff:127.0.0.1", "0:0:0:0:0:0:0:1", "fe80::1%lo"),
    ],
)
def test_an_odd_spelling_is_judged_by_where_it_leads(host: str) -> None:
    with pytest.raises(AddressBlocked, match="is no public address"):
        connect(host, 80, Guard())


@pytest.mark.parametrize("port", [1, 22, 25, 79, 445, 587, 1023])
def test_ports_of_other_services_are_left_alone(port: int) -> None:
    with pytest.raises(AddressBlocked, match=f"port {port} of partner.example is none for web servers"):
        connect("partner.example", port, Guard(resolve=answering("8.8.8.8")))


@pytest.mark.parametrize("order", [("8.8.8.8", "10.0.0.1"), ("10.0.0.1", "8.8.8.8"), ("2606:4700::1", "fe80::1%eth0")])
def test_one_address_that_is_not_public_is_enough(order: Sequence[str]) -> None:
    with pytest.raises(AddressBlocked):
        connect("partner.example", 443, Guard(resolve=answering(*order)))


@pytest.mark.parametrize(
    "host", ["localhost", "localhost.", "LOCALHOST", "ip6-localhost", "127.0.0.1.", "127.0.0.1.example"]
)
def test_a_name_of_this_machine_is_blocked_or_not_known(host: str) -> None:
    with pytest.raises((AddressBlocked, socket.gaierror)):
        connect(host, 80, Guard())


def test_the_refusal_names_host_address_and_cure() -> None:
    with pytest.raises(AddressBlocked) as caught:
        connect("intranet.example", 80, Guard(resolve=answering("10.1.2.3")))
    assert str(caught.value) == (
        "intranet.example leads to 10.1.2.3, which is no public address; "
        "an operator may allow it by AGGREGATOR_ALLOW_NETWORKS"
    )


def test_what_is_no_address_at_all_is_refused() -> None:
    with pytest.raises(AddressBlocked):
        connect("partner.example", 80, Guard([LOOPBACK], answering("nonsense")))


@pytest.mark.parametrize("spelling", ["127.0.0.1", "::ffff:127.0.0.1"])
def test_an_allowed_network_is_reached(partner: Partner, spelling: str) -> None:
    connect("partner.example", partner.port, Guard([LOOPBACK], answering(spelling)))


def test_an_allowed_network_opens_no_other() -> None:
    for network, address in [("127.0.0.0/8", "10.0.0.1"), ("::1/128", "127.0.0.1"), ("10.0.0.0/8", "::1")]:
        with pytest.raises(AddressBlocked):
            connect("partner.example", 80, Guard([ip_network(network)], answering(address)))


def test_a_name_is_resolved_once_and_the_checked_address_dialled(partner: Partner) -> None:
    asked = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append((host, port))
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    connect("rebinding.example", partner.port, Guard([ip_network("127.0.0.1/32")], rebinding))
    assert asked == [("rebinding.example", partner.port)]


def test_the_next_address_is_tried_when_one_refuses(partner: Partner) -> None:
    # The partner listens on 127.0.0.1 only.
    connect("partner.example", partner.port, Guard([LOOPBACK], answering("127.0.0.2", "127.0.0.1")))


def test_when_no_address_answers_the_last_refusal_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: refuses
        with pytest.raises(ConnectionRefusedError):
            connect("partner.example", taken.getsockname()[1], Guard([LOOPBACK], answering("127.0.0.1", "127.0.0.1")))


@pytest.mark.parametrize("host", ["a..example", "x" * 64 + ".example", ""])
def test_a_name_that_cannot_be_one_is_not_found(host: str) -> None:
    with pytest.raises((socket.gaierror, AddressBlocked)):
        connect(host, 80, Guard())


def test_a_name_without_addresses_is_not_found() -> None:
    with pytest.raises(socket.gaierror):
        connect("partner.example", 80, Guard(resolve=answering()))


@pytest.fixture
def tls(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The two sides of TLS for partner.example: the server's and that of a client who trusts it."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the openssl command to make a certificate")
    key, certificate = str(tmp_path / "key.pem"), str(tmp_path / "certificate.pem")
    kind = ["-x509", "-nodes", "-days", "2", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    name = ["-subj", "/CN=partner.example", "-addext", "subjectAltName=DNS:partner.example"]
    command = [openssl, "req", *kind, *name, "-keyout", key, "-out", certificate]
    subprocess.run(command, check=True, capture_output=True)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    return server, ssl.create_default_context(cafile=certificate)


def test_what_comes_before_the_handshake_is_never_taken_for_the_server_s(
    tls: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    """Anybody on the way can put bytes before the handshake; only what is under TLS counts."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"from anybody")
        await writer.drain()
        await writer.start_tls(tls[0])
        writer.write(b"from the server")
        await reader.read()

    async def talk(plain: AsyncNetworkStream) -> None:
        for _ in range(20):  # so that it is there
            await asyncio.sleep(0)
        stream = await plain.start_tls(tls[1], "partner.example")
        assert await stream.read(1000) == b"from the server"
        await stream.aclose()

    serve_once(answer, talk)


def test_an_answer_is_left_when_too_much_came_and_each_has_its_own_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aggregator.fetch.guard._MAX_ANSWER_BYTES", 100)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1):
            writer.write(b"x" * 60)

    async def talk(stream: AsyncNetworkStream) -> None:
        for _ in range(3):
            await stream.write(b"?")
            assert await stream.read(100) == b"x" * 60
        await stream.write(b"??")
        assert await stream.read(60) == b"x" * 60
        with pytest.raises(FetchError, match="too large: more than 100 bytes sent"):
            await stream.read(60)
        await stream.aclose()

    serve_once(answer, talk)


def serve_once(
    answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
    talk: Callable[[AsyncNetworkStream], Awaitable[None]],
) -> None:
    """Let one side talk through the guard to the other, which listens on loopback."""

    async def both() -> None:
        left = asyncio.Event()

        async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                with contextlib.suppress(ConnectionError):
                    await answer(reader, writer)
            finally:
                writer.transport.abort()
                left.set()

        async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            await talk(await Guard([LOOPBACK], answering("127.0.0.1")).connect_tcp("partner.example", port))
            await left.wait()

    asyncio.run(both())


def answering(*addresses: str) -> Resolver:
    """Play a name server that has these addresses for every name."""

    async def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    return resolve


def connect(host: str, port: int, guard: Guard) -> None:
    async def opened() -> None:
        stream = await guard.connect_tcp(host, port)
        peer = stream.get_extra_info("peername")
        assert ip_address(peer[0]) in LOOPBACK or ip_address(peer[0]).version == 6
        await stream.aclose()

    asyncio.run(opened())
