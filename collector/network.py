"""Which addresses may be connected to: public ones, and private ones that the configuration names itself.

What is public: the IANA IPv4 and IPv6 special-purpose address registries (RFC 6890), as Python's ipaddress knows them.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from wijkblik.errors import AddressRefusedError

_NAT64, _COMPATIBLE = ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
"""All that IANA has given out of IPv6; what lies outside it is for other uses, though not all of it is called private."""
_METADATA = {
    ipaddress.ip_address(address)
    for address in ("fd00:ec2::254", "fd20:ce::254", "192.0.0.192", "100.100.100.200", "168.63.129.16")
}
"""Where cloud machines (of Amazon, Google, Oracle, Alibaba, Microsoft) keep their credentials, besides link-local addresses."""
_DEFAULT_PORTS = {"http": 80, "https": 443}
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.IGNORECASE)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def named_private(url: str) -> str | None:
    """ "host:port" if the address *is* a private or loopback one or localhost; None for any other.

    Link-local addresses and others where cloud machines keep their credentials are never named, nor is the unspecified one.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
        nameable = host == "localhost" or _is_nameable(host)
    except ValueError:
        return None
    return f"{host}:{port}" if nameable else None


def is_private_literal(host: str) -> bool:
    """Whether a host is an address, not a name, and no public one.

    A name that ends in a number is none: the C library reads "127.1", "2130706433" and "0x7f.1" as addresses
    (URL Standard, 3.5, "ends in a number").
    """
    try:
        return not is_public(host)
    except ValueError:
        return _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]) is not None


def is_public(address: str) -> bool:
    """Whether an IP address is reachable for everyone. Raises ValueError if it is none."""
    ip = _meant(address)
    if ip in _METADATA or ip.is_multicast or not ip.is_global:
        return False
    return isinstance(ip, ipaddress.IPv4Address) or ip in _GLOBAL_UNICAST


def _is_nameable(address: str) -> bool:
    ip = _meant(address)
    return ip.is_private and not (ip.is_link_local or ip.is_unspecified or ip in _METADATA)


def _meant(address: str) -> Address:
    """The IP address; an IPv4 address in IPv6 dress as what it is: mapped, compatible (RFC 4291), NAT64 (RFC 6052), 6to4."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    # "::1" and "::" lie in the compatible range.
    if isinstance(ip, ipaddress.IPv4Address) or ip.is_loopback or ip.is_unspecified:
        return ip
    if ip in _NAT64 or ip in _COMPATIBLE:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


class _RefusedError(OSError):
    """Carries a refusal through aiohttp, which passes on only OSErrors of a resolver."""


def refusal(error: BaseException | None) -> AddressRefusedError | None:
    """The refusal of a name that led to a private network, if that is what lies under an error."""
    while error is not None:
        if isinstance(error, _RefusedError):
            return AddressRefusedError("the name leads to a private network")
        error = error.__cause__ or error.__context__
    return None


class VettingResolver(AbstractResolver):
    """Resolves names and drops every address that is not public; of a named host and port, loopback addresses stay.

    aiohttp connects to exactly the addresses returned here, so what is vetted is what is used.
    """

    def __init__(self, named: frozenset[str], resolver: AbstractResolver | None = None) -> None:
        self._named, self._resolver = named, resolver or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        results = await self._resolver.resolve(host, port, family)
        # Of names, only localhost is ever named.
        named = f"{host}:{port}" in self._named
        vetted = [
            found for found in results if is_public(found["host"]) or (named and _meant(found["host"]).is_loopback)
        ]
        if not vetted:
            raise _RefusedError(f"{host} leads to a private network")
        return vetted

    async def close(self) -> None:
        await self._resolver.close()
