"""Which addresses may be connected to: public ones, and private ones that the configuration names itself."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from wijkblik.errors import AddressRefusedError

_NAT64, _COMPATIBLE = ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def named_private(url: str) -> str | None:
    """ "host:port" if the address *is* a private or loopback one or localhost; None for any other.

    Link-local addresses, where cloud machines keep their credentials, are never named, nor is the unspecified one.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
    if host != "localhost":
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return None
        if not address.is_private or address.is_link_local or address.is_unspecified:
            return None
    return f"{host}:{port}"


def is_private_literal(host: str) -> bool:
    """Whether a host is an address, not a name, and no public one."""
    try:
        return not is_public(host)
    except ValueError:
        return False


def is_public(address: str) -> bool:
    """Whether an IP address is reachable for everyone. Raises ValueError if it is none."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        # An IPv4 address in IPv6 dress is judged as what it is: mapped, compatible (RFC 4291), NAT64 (RFC 6052), 6to4.
        if ip in _NAT64 or ip in _COMPATIBLE:
            ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        else:
            ip = ip.ipv4_mapped or ip.sixtofour or ip
    return ip.is_global and not ip.is_multicast


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
    """Resolves names and refuses every address that is not public, unless host and port are named.

    aiohttp connects to exactly the addresses returned here, so what is vetted is what is used.
    """

    def __init__(self, named: frozenset[str]) -> None:
        self._named, self._resolver = named, ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        results = await self._resolver.resolve(host, port, family)
        if f"{host}:{port}" not in self._named:
            results = [result for result in results if is_public(result["host"])]
            if not results:
                raise _RefusedError(f"{host} leads to a private network")
        return results

    async def close(self) -> None:
        await self._resolver.close()
