"""What is sent on in place of what was asked."""

import h11
import pytest

from quarterdeck.jail.egress.names import Target
from quarterdeck.jail.egress.requests import BadRequestError, asked, given_back, sent_on


def parsed(*lines: bytes) -> h11.Request:
    """As the proxy's own parser reads it."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(b"\r\n".join((*lines, b"", b"")))
    event = connection.next_event()
    assert isinstance(event, h11.Request)
    return event


def test_a_tunnel_is_asked_for_by_host_and_port() -> None:
    found = asked(parsed(b"CONNECT pypi.org:443 HTTP/1.1", b"Host: pypi.org:443"))

    assert (found.target, found.path) == (Target("pypi.org", 443), None)


def test_a_tunnel_asked_for_in_http_1_0_needs_no_host_header() -> None:
    assert asked(parsed(b"CONNECT pypi.org:443 HTTP/1.0")).target == Target("pypi.org", 443)


@pytest.mark.parametrize(
    ("url", "path", "port"),
    [
        (b"http://a.example", b"/", 80),
        (b"HTTP://A.example:8080/x/../y?q=1#part", b"/x/../y?q=1", 8080),
        (b"http://a.example?q", b"/?q", 80),
    ],
)
def test_an_absolute_url_is_parted(url: bytes, path: bytes, port: int) -> None:
    host = b"a.example" if port == 80 else b"a.example:8080"

    found = asked(parsed(b"GET " + url + b" HTTP/1.1", b"Host: " + host))

    assert (found.target, found.path) == (Target("a.example", port), path)


@pytest.mark.parametrize(
    "lines",
    [
        (b"GET / HTTP/1.1", b"Host: a.example"),
        (b"GET https://a.example/ HTTP/1.1", b"Host: a.example"),
        (b"GET ftp://a.example/ HTTP/1.1", b"Host: a.example"),
        (b"TRACE http://a.example/ HTTP/1.1", b"Host: a.example"),
        (b"GET http://user:word@a.example/ HTTP/1.1", b"Host: a.example"),
        (b"GET http://a.example/ HTTP/1.1", b"Host: b.example"),
        (b"GET http://a.example/ HTTP/1.1", b"Host: a.example:81"),
        (b"GET http://a.example/ HTTP/1.0",),
        (b"CONNECT a.example:443 HTTP/1.1", b"Host: b.example:443"),
        (b"CONNECT a.example HTTP/1.1", b"Host: a.example"),
        (b"POST http://a.example/ HTTP/1.0", b"Host: a.example", b"Transfer-Encoding: chunked"),
    ],
)
def test_what_is_ambiguous_or_not_for_a_proxy_is_refused(lines: tuple[bytes, ...]) -> None:
    with pytest.raises(BadRequestError):
        asked(parsed(*lines))


@pytest.mark.parametrize(
    "headers",
    [
        (b"Content-Length: 3", b"Transfer-Encoding: chunked"),
        (b"Content-Length: 3", b"Content-Length: 4"),
        (b"Content-Length: +3",),
        (b"Transfer-Encoding: chunked, chunked",),
        (b"Transfer-Encoding: gzip, chunked",),
        (b"Transfer-Encoding : chunked",),
        (b" Transfer-Encoding: chunked",),
        (b"Host: b.example",),
    ],
)
def test_no_request_can_be_read_in_two_ways(headers: tuple[bytes, ...]) -> None:
    with pytest.raises((BadRequestError, h11.RemoteProtocolError)):
        asked(parsed(b"POST http://a.example/ HTTP/1.1", b"Host: a.example", *headers))


def test_headers_of_one_connection_are_not_sent_on() -> None:
    request = parsed(
        b"POST http://a.example/x HTTP/1.1",
        b"Host: A.example",
        b"Connection: X-One, Content-Length, Host",
        b"X-One: 1",
        b"Proxy-Authorization: Basic c2VjcmV0",
        b"Proxy-Connection: keep-alive",
        b"Upgrade: h2c",
        b"HTTP2-Settings: x",
        b"TE: trailers",
        b"Expect: 100-continue",
        b"Accept: */*",
        b"Content-Length: 3",
    )

    sent = sent_on(request, Target("a.example", 80), b"/x")

    assert sent.target == b"/x"
    assert list(sent.headers) == [
        (b"host", b"a.example"),
        (b"accept", b"*/*"),
        (b"content-length", b"3"),
        (b"connection", b"close"),
    ]


def test_a_response_of_two_lengths_gets_the_one_that_was_read() -> None:
    response = h11.Response(
        status_code=200,
        headers=[("Content-Length", "7"), ("Transfer-Encoding", "chunked"), ("Keep-Alive", "1"), ("ETag", "x")],
    )

    assert list(given_back(response).headers) == [(b"etag", b"x"), (b"connection", b"close")]
