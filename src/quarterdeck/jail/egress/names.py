"""Host names and addresses as they stand in a request, made normal or refused (RFC 3986, RFC 9110, UTS 46)."""

import ipaddress
import re
from dataclasses import dataclass

import idna

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PORT = re.compile(rb"[0-9]{1,5}")
MAX_NAME = 253


class BadTargetError(Exception):
    """What is asked for is no host and port that could be allowed; the message says why."""


@dataclass(frozen=True)
class Target:
    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_address(self) -> bool:
        return ":" in self.host or self.host.rpartition(".")[2].isdigit()


def target(authority: bytes, default_port: int | None = None) -> Target:
    """Of `host:port` as it stands in a CONNECT, a URL or a Host header."""
    host, found_port = _split(authority)
    if not found_port and default_port is None:
        raise BadTargetError("the port is missing")
    if found_port and not _PORT.fullmatch(found_port):
        raise BadTargetError("the port is no number")
    port = int(found_port) if found_port else default_port or 0
    if not 1 <= port <= 65535:
        raise BadTargetError(f"there is no port {port}")
    return Target(_normal(host), port)


def _split(authority: bytes) -> tuple[bytes, bytes]:
    if authority.startswith(b"["):
        host, bracket, rest = authority.partition(b"]")
        if not bracket or (rest and not rest.startswith(b":")):
            raise BadTargetError("the address in brackets has no end")
        return host + bracket, rest[1:]
    host, _, port = authority.partition(b":")
    return host, port


def _normal(host: bytes) -> str:
    try:
        text = host.decode("ascii").lower()
    except UnicodeDecodeError:
        raise BadTargetError("the host has bytes above ASCII; write it in punycode") from None
    if text.startswith("["):
        return _ipv6(text[1:-1])
    text = text.removesuffix(".")
    if not text or len(text) > MAX_NAME:
        raise BadTargetError("the host is empty or too long")
    if _NUMBER.fullmatch(text.rpartition(".")[2]):
        return _ipv4(text)
    for label in text.split("."):
        if not _LABEL.fullmatch(label):
            raise BadTargetError("the host has characters that no host name has")
    return _checked_punycode(text)


def _checked_punycode(name: str) -> str:
    if "xn--" in name:
        try:
            idna.decode(name)
        except idna.IDNAError:
            raise BadTargetError("the host is no valid internationalised name") from None
    return name


def _ipv4(text: str) -> str:
    """Four decimal numbers; every other spelling that a resolver might take (octal, hex, short) is refused."""
    try:
        return str(ipaddress.IPv4Address(text))
    except ValueError:
        raise BadTargetError("an IPv4 address is written as four decimal numbers") from None


def _ipv6(text: str) -> str:
    if "%" in text:
        raise BadTargetError("an address with a zone is not reachable")
    try:
        return str(ipaddress.IPv6Address(text))
    except ValueError:
        raise BadTargetError("this is no IPv6 address") from None
