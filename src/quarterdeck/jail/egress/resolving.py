"""Names to addresses: the proxy's own look-up, once for each connection. A jail has no other."""

import asyncio
import importlib
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence

from quarterdeck.jail.egress.addresses import Address

RESOLVE_SECONDS = 10.0
ASKING = (
    "dns.asyncresolver",
    *(f"dns.rdtypes.{record}" for record in ("ANY.CNAME", "ANY.OPT", "ANY.SOA", "IN.A", "IN.AAAA")),
)
"""Modules that who asks a server needs. The records in answers are loaded before the process may not read their files
any more."""
Resolve = Callable[[str], Awaitable[Sequence[Address]]]


class NoAddressError(Exception):
    """The name has no address, or the resolver does not answer."""


def resolver(server: str) -> Resolve:
    """The host's own resolver and hosts file, or the DNS server at `address` or `address:port`.

    The host's search domains play no part: `LOCALDOMAIN` is `.` in this process (resolv.conf(5)).
    """
    return _asking(server) if server else _by_the_host


async def _by_the_host(name: str) -> Sequence[Address]:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(RESOLVE_SECONDS):
            found = await loop.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, TimeoutError) as error:
        raise NoAddressError(name) from error
    return list(dict.fromkeys(ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found))


def _asking(server: str) -> Resolve:
    import dns.asyncresolver
    import dns.exception

    for name in ASKING:
        importlib.import_module(name)
    address, _, port = server.rpartition(":") if server.count(":") == 1 or "]" in server else (server, "", "")
    asked = dns.asyncresolver.Resolver(configure=False)
    asked.nameservers = [address.strip("[]") or server]
    asked.port = int(port) if port else 53
    asked.cache = None

    async def resolve(name: str) -> Sequence[Address]:
        try:
            answers = await asked.resolve_name(f"{name}.", lifetime=RESOLVE_SECONDS)
        except dns.exception.DNSException as error:
            raise NoAddressError(name) from error
        return [ipaddress.ip_address(each) for each in answers.addresses()]

    return resolve
