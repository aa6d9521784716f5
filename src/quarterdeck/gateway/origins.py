"""Which hosts this gateway answers for, and which pages may talk to it."""

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})


class Origins:
    """`public_url` is the address that clients use; a page of that origin is always allowed."""

    def __init__(self, public_url: str, allowed: Iterable[str] = ()) -> None:
        self._own = _origin(public_url)
        self._scheme = urlsplit(self._own).scheme
        self._allowed = {self._own, *(_origin(each) for each in allowed)}
        names = {_name(urlsplit(each).netloc) for each in self._allowed}
        self._hosts = names | (LOCAL if names & LOCAL else set[str]())

    def host_allowed(self, host: str | None) -> bool:
        """Another name than ours means that a foreign name was pointed at this address (DNS rebinding).

        A bare address was pointed nowhere by anybody.
        """
        return host is not None and (_name(host) in self._hosts or _is_address(_name(host)))

    def origin_allowed(self, origin: str | None, host: str | None) -> bool:
        """Programs send no Origin; a page may come from the host it talks to, or from a listed one."""
        if origin is None:
            return True
        own = host is not None and urlsplit(origin).netloc.lower() == host.lower()
        return own or _origin(origin) in self._allowed

    def is_own(self, origin: str, host: str | None) -> bool:
        """Whether that is where our own page is: not a listed origin, nor one of another scheme or port."""
        here = f"{self._scheme}://{host.lower()}" if host else None
        return _origin(origin) in {self._own, here}


def is_loopback(host: str | None) -> bool:
    """Whether a Host header names this machine itself, which browsers trust as they do TLS."""
    name = _name(host or "")
    return name in LOCAL or (_is_address(name) and ip_address(name.strip("[]")).is_loopback)


def _origin(url: str) -> str:
    return url.rstrip("/").lower()


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _name(host: str) -> str:
    """Without the port."""
    name = host.strip().lower()
    if name.startswith("["):
        return name.partition("]")[0] + "]"
    return name.partition(":")[0]
