"""What stands between a browser and a jail."""

from uuid import UUID

import pytest

from quarterdeck.config import Settings
from quarterdeck.gateway.preview import cookies
from quarterdeck.gateway.preview.addresses import PreviewAddress, PreviewAddresses
from quarterdeck.gateway.preview.headers import inward, outward
from quarterdeck.gateway.preview.pages import is_followed_from_elsewhere, onward

SESSION = UUID(int=7)
ADDRESS = PreviewAddress(SESSION, 3000, f"http://3000-{SESSION.hex}.localhost:7777")


@pytest.mark.parametrize(
    ("host", "known"),
    [
        (f"3000-{SESSION.hex}.localhost:7777", True),
        (f"3000-{SESSION.hex}.LOCALHOST:7777", True),
        (f"3000-{SESSION.hex}.localhost", False),
        (f"3000-{SESSION.hex}.localhost:7778", False),
        (f"3000-{SESSION.hex}.evil.example:7777", False),
        (f"3000-{SESSION.hex}.localhost:7777.evil.example", False),
        (f"70000-{SESSION.hex}.localhost:7777", False),
        (f"0-{SESSION.hex}.localhost:7777", False),
        (f"x3000-{SESSION.hex}.localhost:7777", False),
        ("localhost:7777", False),
        ("", False),
    ],
)
def test_a_preview_is_named_to_the_letter(host: str, known: bool) -> None:
    found = PreviewAddresses(Settings()).of_host(host)

    assert found == (ADDRESS if known else None)


def test_a_link_is_at_the_host_that_was_set_for_previews() -> None:
    behind = Settings(public_url="https://deck.example.org", preview_host="preview.example.org")

    link = PreviewAddresses(behind).link(SESSION, 3000, "id.secret")

    assert link == f"https://3000-{SESSION.hex}.preview.example.org/?qd_token=id.secret"
    assert PreviewAddresses(behind).secure


def test_our_cookie_is_taken_out_and_theirs_left_as_they_are() -> None:
    header = 'a=1; qd_preview=id.secret; flag; b="x y"'

    assert cookies.ours(header) == "id.secret"
    assert cookies.without_ours(header) == 'a=1; flag; b="x y"'
    assert cookies.ours("") is None


def test_a_cookie_of_the_jails_is_kept_to_its_host_and_never_ours() -> None:
    assert cookies.of_jail("a=1; Path=/; domain=.localhost; HttpOnly") == "a=1; Path=/; HttpOnly"
    assert cookies.of_jail("qd_preview=mine; Path=/") is None


@pytest.mark.parametrize("name", ["qd_web_7777", "qd_web", "__Host-qd_web", "__Host-qd_web_8443", "__host-QD_WEB"])
def test_no_jail_sees_or_sets_a_log_in_of_the_web_client(name: str) -> None:
    """Such a cookie is on a preview's host only if somebody put it there, or a browser sent what it should not."""
    assert cookies.without_ours(f"a=1; {name}=qd_secret; b=2") == "a=1; b=2"
    assert inward([(b"cookie", f"{name}=qd_secret".encode())], ADDRESS)[1:] == [
        (b"x-forwarded-host", ADDRESS.origin.removeprefix("http://").encode()),
        (b"x-forwarded-proto", b"http"),
    ]
    for planted in (f"{name}=qd_evil; Path=/", f" {name} =qd_evil; Domain=localhost", f"={name}=qd_evil"):
        assert cookies.of_jail(planted) is None


def test_a_request_goes_in_without_what_is_the_gateways() -> None:
    sent = inward(
        [
            (b"host", b"3000-x.localhost:7777"),
            (b"authorization", b"Bearer secret"),
            (b"cookie", b"qd_preview=id.secret"),
            (b"origin", b"http://other.example"),
            (b"connection", b"x-mine"),
            (b"x-mine", b"1"),
            (b"accept", b"*/*"),
        ],
        ADDRESS,
    )

    assert sent == [
        (b"host", b"localhost:3000"),
        (b"accept", b"*/*"),
        (b"origin", b"http://other.example"),
        (b"x-forwarded-host", ADDRESS.origin.removeprefix("http://").encode()),
        (b"x-forwarded-proto", b"http"),
    ]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (b"http://localhost:3000/a", f"{ADDRESS.origin}/a".encode()),
        (b"http://127.0.0.1:3000", ADDRESS.origin.encode()),
        (b"http://localhost:30000/a", b"http://localhost:30000/a"),
        (b"/relative", b"/relative"),
    ],
)
def test_the_jails_own_address_becomes_the_previews(given: bytes, shown: bytes) -> None:
    assert outward([(b"Location", given)], ADDRESS) == [(b"Location", shown)]


@pytest.mark.parametrize(
    ("site", "accept", "elsewhere"),
    [
        ("cross-site", "text/html,*/*", True),
        ("", "text/html,*/*", True),
        ("none", "text/html,*/*", False),
        ("same-site", "text/html,*/*", False),
        ("", "*/*", False),
    ],
)
def test_a_link_on_another_sites_page_is_told_from_one_that_was_typed(site: str, accept: str, elsewhere: bool) -> None:
    assert is_followed_from_elsewhere(site, accept) is elsewhere


def test_the_page_that_goes_on_holds_the_address_as_text() -> None:
    page = onward("/a?b=1&c='\"><script>").decode()
    assert 'content="0;url=/a?b=1&amp;c=&#x27;&quot;&gt;&lt;script&gt;"' in page
    assert "<script>" not in page
