"""What a client asks of the proxy, checked, and what is sent on in its place (RFC 9110, RFC 9112).

One parser reads the request and another writes a new one, so no two servers read the same bytes differently.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import h11

from quarterdeck.jail.egress.names import BadTargetError, Target, target

HOP_BY_HOP = {
    b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection", b"te",
    b"trailer", b"transfer-encoding", b"upgrade", b"http2-settings", b"expect",
}  # fmt: skip
KEPT = {b"host", b"content-length"}
"""Whatever a Connection header says: they decide where the request goes and where it ends."""
METHODS_REFUSED = {b"TRACE", b"TRACK"}
SCHEME = b"http://"
HTTP_PORT = 80

Headers = list[tuple[bytes, bytes]]


class BadRequestError(Exception):
    """The request is not one that is sent on. `target` is where it would have gone, where that is known."""

    def __init__(self, reason: str, status: int = 400, to: Target | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.target = to


@dataclass(frozen=True)
class Asked:
    """`path` is None for a tunnel (CONNECT)."""

    target: Target
    path: bytes | None


def asked(request: h11.Request) -> Asked:
    """Raises BadRequestError."""
    try:
        return _tunnel(request) if request.method == b"CONNECT" else _plain(request)
    except BadTargetError as error:
        raise BadRequestError(str(error)) from error


def _tunnel(request: h11.Request) -> Asked:
    to = target(request.target)
    _check_host(request, to, needed=request.http_version != b"1.0", default_port=to.port)
    return Asked(to, None)


def _plain(request: h11.Request) -> Asked:
    if request.method in METHODS_REFUSED:
        raise BadRequestError(f"{request.method.decode()} is not sent on", 405)
    if request.target.lower().startswith(b"https://"):
        raise BadRequestError("https needs CONNECT: set HTTPS_PROXY, not only HTTP_PROXY")
    if not request.target.lower().startswith(SCHEME):
        raise BadRequestError("this is a proxy: it takes absolute URLs and CONNECT")
    authority, path = _parted(request.target[len(SCHEME) :])
    if b"@" in authority:
        raise BadRequestError("a URL with a user in it is not sent on")
    to = target(authority, HTTP_PORT)
    _check_host(request, to, needed=True, default_port=HTTP_PORT)
    _check_framing(request, to)
    return Asked(to, path)


def _parted(rest: bytes) -> tuple[bytes, bytes]:
    end = min((at for at in (rest.find(b"/"), rest.find(b"?"), rest.find(b"#")) if at >= 0), default=len(rest))
    path = rest[end:].partition(b"#")[0]
    return rest[:end], path if path.startswith(b"/") else b"/" + path


def _check_host(request: h11.Request, to: Target, *, needed: bool, default_port: int) -> None:
    named = values(request.headers, b"host")
    if len(named) > 1 or (needed and not named):
        raise BadRequestError("a request has one Host header", to=to)
    for each in named:
        if target(each, default_port) != to:
            raise BadRequestError("the Host header names another host than the request", to=to)


def _check_framing(request: h11.Request, to: Target) -> None:
    lengths, codings = values(request.headers, b"content-length"), values(request.headers, b"transfer-encoding")
    ambiguous = len(lengths) > 1 or len(codings) > 1 or (lengths and codings)
    if ambiguous or (codings and (codings[0].lower() != b"chunked" or request.http_version == b"1.0")):
        raise BadRequestError("where the body ends is ambiguous", to=to)


def values(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> list[bytes]:
    return [value for key, value in headers if key.lower() == name]


def end_to_end(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Without those that concern one connection only, and those that the sender named as such."""
    named = {part.strip().lower() for value in values(headers, b"connection") for part in value.split(b",")}
    dropped = HOP_BY_HOP | (named - KEPT)
    return [(key, value) for key, value in headers if key.lower() not in dropped]


def sent_on(request: h11.Request, to: Target, path: bytes) -> h11.Request:
    """The request to the origin server; its connection serves this one only."""
    host = str(to).removesuffix(f":{HTTP_PORT}") if to.port == HTTP_PORT else str(to)
    headers = [(key, value) for key, value in end_to_end(request.headers.raw_items()) if key.lower() != b"host"]
    if values(request.headers, b"transfer-encoding"):
        headers.append((b"Transfer-Encoding", b"chunked"))
    return h11.Request(
        method=request.method,
        target=path,
        headers=[(b"Host", host.encode()), *headers, (b"Connection", b"close")],
    )


def given_back(response: h11.Response) -> h11.Response:
    """The response to the client, after which its connection closes. h11 adds a framing where there is no length."""
    headers = end_to_end(response.headers.raw_items())
    if values(response.headers, b"transfer-encoding"):
        headers = [(key, value) for key, value in headers if key.lower() != b"content-length"]
    return h11.Response(
        status_code=response.status_code,
        reason=response.reason,
        headers=[*headers, (b"Connection", b"close")],
    )
