"""The guard: no address that is not public is ever connected to, however it is written or reached."""

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import AddressBlocked
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
    ],
)
def test_everything_else_is_not(kind: str, address: str) -> None:
    assert not is_public(address), kind


# Written out here once more on purpose: from the registries, independently of what the guard relies on.
NOT_PUBLIC_IPV4 = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"),
]
NOT_PUBLIC_IPV6 = [
    *("::/16", "100::/8", "2001::/32", "2001:db8::/32", "3fff::/20", "4000::/2", "8000::/1", "64:ff9b:1::/48"),
]


def _addresses(networks: Sequence[str]) -> st.SearchStrategy[IPv4Address | IPv6Address]:
    return st.sampled_from(networks).flatmap(lambda network: st.ip_addresses(network=network))


def _wrap(address: IPv4Address | IPv6Address) -> st.SearchStrategy[IPv6Address]:
    """Write an IPv4 address in the ways an IPv6 one can stand for it."""
    last = [int(IPv6Network(network)[0]) | int(address) for network in ("::ffff:0:0/96", "::/96", "64:ff9b::/96")]
    return st.sampled_from(last).map(IPv6Address) | st.integers(0, 2**80 - 1).map(
        lambda rest: IPv6Address(0x2002 << 112 | int(address) << 80 | rest)
    )


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
    ["127.0.0.1", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", "0x7f000001", "0", "::1", "::ffff:127.0.0.1"],
)
def test_an_odd_spelling_is_judged_by_where_it_leads(host: str) -> None:
    with pytest.raises(AddressBlocked, match="is no public address"):
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
