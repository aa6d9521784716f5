"""Headers on their way to a jail and back (RFC 9110, section 7.6)."""

from collections.abc import Iterable

from quarterdeck.gateway.preview import cookies
from quarterdeck.gateway.preview.addresses import PreviewAddress
from quarterdeck.jail.egress.requests import end_to_end

Header = tuple[bytes, bytes]
OF_GATEWAY = {b"authorization", b"cookie", b"host", b"origin"}
OF_WEBSOCKET = {b"sec-websocket-key", b"sec-websocket-version", b"sec-websocket-extensions", b"sec-websocket-protocol"}


def local(address: PreviewAddress) -> str:
    """As the jail's own programs would write it, so that servers which check the host find their own."""
    return f"localhost:{address.port}"


def inward(headers: Iterable[Header], address: PreviewAddress) -> list[Header]:
    """Of a request: without what concerns the gateway."""
    told = list(headers)
    kept = [(name, value) for name, value in end_to_end(told) if name.lower() not in OF_GATEWAY]
    sent = [(b"host", local(address).encode()), *kept]
    cookie = "; ".join(value.decode("latin-1") for name, value in told if name.lower() == b"cookie")
    if rest := cookies.without_ours(cookie):
        sent.append((b"cookie", rest.encode("latin-1")))
    if origin := next((value for name, value in told if name.lower() == b"origin"), None):
        is_own = origin.decode("latin-1").lower() == address.origin
        sent.append((b"origin", f"http://{local(address)}".encode() if is_own else origin))
    forwarded = address.origin.partition("://")
    return [*sent, (b"x-forwarded-host", forwarded[2].encode()), (b"x-forwarded-proto", forwarded[0].encode())]


def outward(headers: Iterable[Header], address: PreviewAddress) -> list[Header]:
    """Of a response: its cookies stay with this host, and its own address is the preview's."""
    kept: list[Header] = []
    for name, value in end_to_end(headers):
        if name.lower() == b"set-cookie":
            cookie = cookies.of_jail(value.decode("latin-1"))
            if cookie is not None:
                kept.append((name, cookie.encode("latin-1")))
        elif name.lower() == b"location":
            kept.append((name, _abroad(value.decode("latin-1"), address).encode("latin-1")))
        else:
            kept.append((name, value))
    return kept


def _abroad(location: str, address: PreviewAddress) -> str:
    for host in (local(address), f"127.0.0.1:{address.port}"):
        at_home = f"http://{host}"
        if location == at_home or location.startswith(f"{at_home}/"):
            return address.origin + location[len(at_home) :]
    return location
