"""Which addresses a jail is never connected to, whatever name led there (IANA's special-purpose registries)."""

import ipaddress
import socket
from collections.abc import Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


NEVER = {
    "this host": _networks("0.0.0.0/8", "127.0.0.0/8", "::/128", "::1/128"),
    "the local link or cloud metadata": _networks(
        "169.254.0.0/16", "fe80::/10", "168.63.129.16/32", "100.100.100.200/32", "192.0.0.192/32", "fd00:ec2::/32"
    ),
    "multicast or broadcast": _networks("224.0.0.0/4", "255.255.255.255/32", "ff00::/8"),
    "a tunnel to IPv4": _networks("2002::/16", "2001::/32", "::/96", "64:ff9b:1::/48", "192.88.99.0/24"),
}
"""Not even where the administrator named the network."""

PRIVATE = {
    "a private network": _networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10"),
    "a provider's own network": _networks("100.64.0.0/10"),
    "a reserved network": _networks(
        "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
        "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16",
    ),
}  # fmt: skip
"""Where the administrator has not named the network."""

GLOBAL_IPV6 = ipaddress.IPv6Network("2000::/3")
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def refusal(address: Address, named: Sequence[Network]) -> str | None:
    """What kind of place the address is that must not be reached, or None. `named`: networks that the administrator
    allows though they are private."""
    plain = embedded(address)
    if kind := _kind(plain, NEVER):
        return kind
    if _is_own(address) or _is_own(plain):
        return "this host"
    if any(plain in network for network in named):
        return None
    if kind := _kind(plain, PRIVATE):
        return kind
    if isinstance(plain, ipaddress.IPv6Address) and plain not in GLOBAL_IPV6:
        return "a reserved network"
    return None


def embedded(address: Address) -> Address:
    """The IPv4 address that an IPv6 one leads to, by mapping or by NAT64; else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _kind(address: Address, kinds: dict[str, tuple[Network, ...]]) -> str | None:
    return next((kind for kind, networks in kinds.items() if any(address in each for each in networks)), None)


def _is_own(address: Address) -> bool:
    """Only an address of one of this host's interfaces can be bound to. Where any can, none is allowed."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(address), 0))
    except OSError:
        return False
    return True


def parsed(text: str) -> Address:
    return ipaddress.ip_address(text)
