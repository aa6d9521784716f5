"""Hosts and ports as they stand in requests."""

import pytest

from quarterdeck.jail.egress.names import BadTargetError, Target, target


@pytest.mark.parametrize(
    ("written", "host", "port"),
    [
        (b"pypi.org:443", "pypi.org", 443),
        (b"PyPI.ORG.:443", "pypi.org", 443),
        (b"xn--bcher-kva.example:80", "xn--bcher-kva.example", 80),
        (b"a1.example:65535", "a1.example", 65535),
        (b"192.0.2.7:443", "192.0.2.7", 443),
        (b"[2001:DB8::0:1]:443", "2001:db8::1", 443),
        (b"[::ffff:127.0.0.1]:80", "::ffff:7f00:1", 80),
    ],
)
def test_a_target_is_made_normal(written: bytes, host: str, port: int) -> None:
    assert target(written) == Target(host, port)


@pytest.mark.parametrize(
    "written",
    [
        b"pypi.org",
        b"pypi.org:",
        b"pypi.org:0",
        b"pypi.org:65536",
        b"pypi.org:+443",
        b"pypi.org:44 3",
        b"pypi.org:443:443",
        b":443",
        b".:443",
        b"pypi..org:443",
        b"-a.example:443",
        b"a-.example:443",
        b"under_score.example:443",
        b"a@pypi.org:443",
        b"pypi.org\x00.evil.example:443",
        b"pypi%2eorg:443",
        "bücher.example:443".encode(),
        b"\xffpypi.org:443",
        b"xn--a.example:443",
        b"a" * 64 + b".example:443",
        b"a." * 127 + b"example:443",
        b"[2001:db8::1:443",
        b"[2001:db8::1]443",
        b"[fe80::1%eth0]:443",
        b"[not:an:address]:443",
    ],
)
def test_what_is_no_host_and_port_is_refused(written: bytes) -> None:
    with pytest.raises(BadTargetError):
        target(written)


@pytest.mark.parametrize(
    "host",
    [b"127.1", b"2130706433", b"0x7f000001", b"0177.0.0.1", b"127.0.0.0x1", b"1.2.3.4.5", b"0x7f.1"],
)
def test_an_address_in_another_spelling_is_refused(host: bytes) -> None:
    with pytest.raises(BadTargetError, match="four decimal numbers"):
        target(host + b":80")


def test_only_addresses_are_told_to_be_addresses() -> None:
    assert target(b"192.0.2.7:1").is_address
    assert target(b"[2001:db8::1]:1").is_address
    assert not target(b"host1.example2:1").is_address
