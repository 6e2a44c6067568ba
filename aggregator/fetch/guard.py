"""The SSRF guard: no request reaches an address inside our own network, whatever name leads there.

A name is resolved once, every address it has is checked, and the connection goes to a checked address, so that a name
server cannot answer the check with one address and the connection with another. `Guard` is the network backend of the
HTTP client's connections; redirects and odd spellings (`http://2130706433/`) pass through it like everything else.
Deadlines are the client's: nothing here watches the clock except between two addresses of one host. Bytes are counted
here too, since the client sees bodies only and not what is wrapped around them.
"""

# ruff: noqa: ASYNC109
# The interface hands a timeout to every call. They are not used: the client puts one deadline around it all.

import asyncio
import errno
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from httpcore2 import SOCKET_OPTION, AsyncNetworkBackend, AsyncNetworkStream

from aggregator.errors import AddressBlocked, FetchError

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

# No place for a partner, though `ipaddress` passes them in some versions of Python: protocol assignments (RFC 6890
# §2.2.2, RFC 2928), the relays of 6to4 (RFC 7526), documentation (RFC 9637).
_REFUSED: tuple[IPv4Network | IPv6Network, ...] = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv6Network("2001::/23"),
    IPv6Network("3fff::/20"),
)
# All that is handed out as public IPv6 lies here (RFC 4291 §2.4); `is_global` also passes what is not yet assigned.
_IPV6_UNICAST = IPv6Network("2000::/3")
# An IPv6 address that ends in the IPv4 address it stands for: mapped, compatible, translated (RFC 4291 §2.5.5, 6052).
_CARRY_IPV4_LAST = (IPv6Network("::ffff:0:0/96"), IPv6Network("::/96"), IPv6Network("64:ff9b::/96"))
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)  # before the last 32 bits, which are the IPv4 address it leads to (RFC 5214 §6.1)
_WEB_PORTS = frozenset({80, 443})
_FIRST_FREE_PORT = 1024  # those below belong to other services, which might take a request for commands
_MAX_ANSWER_BYTES = 12 * 1024 * 1024  # heads, interim answers and chunk lines included; bodies end sooner
NO_WAY = frozenset({errno.ENETUNREACH, errno.ENETDOWN})  # there is no network, or none of this kind
_NEXT_ADDRESS_SECONDS = 5.0  # a dead address must leave time for the next one of the same host


def is_public(address: Address | str) -> bool:
    """Say whether an address is one that anybody on the internet may reach.

    IPv6 addresses that stand for an IPv4 address (mapped, compatible, 6to4, NAT64) are judged by that; one with a zone
    belongs to a link.

    Raises:
        ValueError: a text that is no address.
    """
    address = _unwrap(ip_address(address))
    if isinstance(address, IPv6Address):
        if address not in _IPV6_UNICAST or address.scope_id is not None:
            return False
        if int(address) >> 32 & 0xFFFF_FFFF in _ISATAP and not is_public(_last_32_bits(address)):
            return False
    return address.is_global and not address.is_multicast and not any(address in network for network in _REFUSED)


async def resolve_host(host: str, port: int) -> list[str]:
    """Ask the system's resolver for the addresses of a host, best first.

    Raises:
        socket.gaierror: it has none.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a label that is empty or too long never reaches the name server
        raise socket.gaierror(socket.EAI_NONAME, "not a host name") from error
    return [str(place[0]) for *_, place in found]


class Guard(AsyncNetworkBackend):
    """Opens connections to public addresses, and to the networks an operator allows besides.

    Args:
        allow_networks: private networks that may be polled all the same.
        resolve: finds a host's addresses; raises socket.gaierror where there is none.
    """

    def __init__(
        self, allow_networks: Sequence[IPv4Network | IPv6Network] = (), resolve: Resolver = resolve_host
    ) -> None:
        self._allow_networks = tuple(allow_networks)
        self._resolve = resolve

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """Connect to the first address of `host` that answers.

        Raises:
            AddressBlocked: one of its addresses is not public; one is enough, for an honest name has none. Or the port
                is another service's.
            OSError: no such host (socket.gaierror), or nobody answers there.
        """
        addresses = list(dict.fromkeys(await self._resolve(host, port)))
        for address in addresses:
            if not self._may_connect(address, port):
                raise AddressBlocked(_refusal(host, address, port), host)
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "the name has no address")
        failures: list[OSError] = []
        for number, address in enumerate(addresses, 1):
            try:
                async with asyncio.timeout(_NEXT_ADDRESS_SECONDS if number < len(addresses) else None):
                    return await _connect(address, port)
            except OSError as error:  # also the timeout
                failures.append(error)
        # Many machines have no way to IPv6 addresses, which says nothing about the host.
        raise next((error for error in failures if error.errno not in NO_WAY), failures[0])

    def _may_connect(self, text: str, port: int) -> bool:
        try:
            address = ip_address(text)
        except ValueError:
            return False
        spellings = (address, _unwrap(address))
        if any(one in network for one in spellings for network in self._allow_networks):
            return True
        return is_public(address) and _is_web_port(port)


class _Stream(AsyncNetworkStream):
    """A connection as httpcore2 wants to see it.

    Plain asyncio streams take a quarter to a third less time per request than those it brings along.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        beneath: asyncio.StreamWriter | None = None,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._beneath = beneath  # under TLS; held, because a writer that nobody holds closes its connection
        self._left = _MAX_ANSWER_BYTES

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = await self._reader.read(max_bytes)
        self._left -= len(data)
        if self._left < 0:
            raise FetchError(f"too large: more than {_MAX_ANSWER_BYTES} bytes sent, most of them wrapping", "")
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._left = _MAX_ANSWER_BYTES
        self._writer.write(buffer)
        await self._writer.drain()

    async def aclose(self) -> None:
        self._writer.transport.abort()  # closing in good order would wait for the other side

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> AsyncNetworkStream:
        # A new reader: what came before the handshake may have been put there by anybody on the way, and a reader that
        # goes on being used would give it out as if the server had sent it.
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        plain = self._writer
        try:
            transport = await loop.start_tls(plain.transport, protocol, ssl_context, server_hostname=server_hostname)
        except BaseException:
            await self.aclose()
            raise
        if transport is None:  # the other side hung up with the last word of the handshake
            raise ConnectionResetError(errno.ECONNRESET, "hung up")
        protocol.connection_made(transport)
        return _Stream(reader, asyncio.StreamWriter(transport, protocol, reader, loop), plain)

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":  # asked of an idle connection: has the other side hung up?
            return self._reader.at_eof() or self._writer.is_closing()
        return self._writer.get_extra_info(info)


async def _connect(address: str, port: int) -> _Stream:
    return _Stream(*await asyncio.open_connection(address, port))


def _unwrap(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, else the address itself."""
    if isinstance(address, IPv6Address):
        if address.sixtofour is not None:
            return address.sixtofour
        if any(address in network for network in _CARRY_IPV4_LAST):
            return _last_32_bits(address)
    return address


def _last_32_bits(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFF_FFFF)


def _is_web_port(port: int) -> bool:
    return port in _WEB_PORTS or port >= _FIRST_FREE_PORT


def _refusal(host: str, address: str, port: int) -> str:
    if not _is_web_port(port):
        return f"port {port} of {host} is none for web servers"
    leads = "is" if host == address else f"leads to {address}, which is"
    return f"{host} {leads} no public address; an operator may allow it by AGGREGATOR_ALLOW_NETWORKS"
