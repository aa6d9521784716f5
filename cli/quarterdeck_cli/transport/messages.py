"""What goes out and comes in, on whichever transport."""

from typing import Any
from urllib.parse import urlsplit

from quarterdeck_cli.errors import ProtocolError
from quarterdeck_cli.failures import failure_in

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def is_local(url: str) -> bool:
    """On this machine, which is reached without a proxy."""
    return urlsplit(url).hostname in LOOPBACK


def data_of(data: dict[str, Any] | None, errors: list[Any] | None) -> dict[str, Any]:
    """An answer's data. Raises the failure that it holds instead."""
    if errors:
        raise failure_in(errors)
    if data is None:
        raise ProtocolError("The server's answer holds neither data nor errors.")
    return data
