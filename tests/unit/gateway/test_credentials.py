"""Which requests a browser's cookie counts for. The attacker is a page of any other origin, previews among them."""

from collections.abc import Callable

import pytest
from starlette.datastructures import Headers

from quarterdeck.config import Settings
from quarterdeck.domain.errors import ForbiddenError, QuarterdeckError, UnauthenticatedError
from quarterdeck.gateway.credentials import Credentials
from quarterdeck.gateway.origins import Origins, is_loopback
from quarterdeck.gateway.web.browsers import token_name
from quarterdeck.gateway.web.cookie import WebCookie, is_web_cookie

HERE, SECURE = "http://127.0.0.1:7777", "https://deck.example.org"
PREVIEW = "http://3000-00000000000000000000000000000007.localhost:7777"
IDE = "https://ide.example.org"
COOKIES = {HERE: "qd_web_7777=qd_mine", SECURE: "__Host-qd_web=qd_mine"}


def credentials(url: str = HERE) -> Credentials:
    settings = Settings(public_url=url, allowed_origins=(IDE,))
    return Credentials(settings, Origins(settings.url, settings.allowed_origins))


def sent(url: str = HERE, **headers: str) -> Headers:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Headers({"host": url.split("://")[1], "cookie": COOKIES.get(url, ""), **named})


def outcome(ask: Callable[[Headers], str | None], headers: Headers) -> str | None:
    try:
        return ask(headers)
    except QuarterdeckError as error:
        return error.code


@pytest.mark.parametrize(
    ("headers", "call", "link", "socket"),
    [
        # what our own page sends: calls, links and sockets
        ({"x_quarterdeck": "web", "origin": HERE, "sec_fetch_site": "same-origin"}, "ok", "ok", "ok"),
        ({"x_quarterdeck": "web", "sec_fetch_site": "same-origin"}, "ok", "ok", "no"),
        ({"x_quarterdeck": "web", "origin": HERE}, "ok", "no", "ok"),
        ({"sec_fetch_site": "same-origin"}, "no", "ok", "no"),
        ({"sec_fetch_site": "none"}, "no", "ok", "no"),
        ({"origin": HERE, "sec_fetch_site": "same-origin"}, "no", "ok", "ok"),
        # a form, an image or a link of another site's, of a neighbour's, of a preview's
        ({"sec_fetch_site": "cross-site"}, "no", "no", "no"),
        ({"sec_fetch_site": "same-site"}, "no", "no", "no"),
        ({"origin": "https://evil.example", "sec_fetch_site": "cross-site"}, "no", "no", "no"),
        ({"origin": PREVIEW, "sec_fetch_site": "same-site"}, "no", "no", "no"),
        ({"origin": "null", "sec_fetch_site": "cross-site"}, "no", "no", "no"),
        ({"origin": "http://127.0.0.1:9999", "sec_fetch_site": "same-site"}, "no", "no", "no"),
        ({"origin": "https://127.0.0.1:7777"}, "no", "no", "no"),
        # even if it could set the header, what the browser says counts
        ({"x_quarterdeck": "web", "origin": PREVIEW, "sec_fetch_site": "same-site"}, "no", "no", "no"),
        ({"x_quarterdeck": "web", "origin": HERE, "sec_fetch_site": "same-site"}, "no", "no", "ok"),
        (
            {"x_quarterdeck": "web", "origin": IDE, "sec_fetch_site": "cross-site"},
            "no",
            "no",
            "no",
        ),
        ({"x_quarterdeck": "web", "origin": f"{HERE}.evil.example"}, "no", "no", "no"),
        ({"x_quarterdeck": "yes", "origin": HERE, "sec_fetch_site": "same-origin"}, "no", "ok", "ok"),
        # a browser that says nothing
        ({"x_quarterdeck": "web"}, "no", "no", "no"),
        ({}, "no", "no", "no"),
    ],
)
def test_a_cookie_counts_for_our_own_page_alone(headers: dict[str, str], call: str, link: str, socket: str) -> None:
    asked, request = credentials(), sent(**headers)
    token = {"ok": "qd_mine", "no": "FORBIDDEN"}

    assert outcome(asked.of_call, request) == token[call]
    assert outcome(asked.of_download, request) == token[link]
    assert outcome(lambda each: asked.of_socket(each, None), request) == token[socket]


def test_a_link_over_plain_http_beyond_this_machine_is_held_by_same_site_alone() -> None:
    url = "http://deck.lan:7777"
    request = Headers({"host": "deck.lan:7777", "cookie": "qd_web_7777=qd_mine"})

    assert credentials(url).of_download(request) == "qd_mine"
    with pytest.raises(ForbiddenError):
        credentials(url).of_call(request)
    with pytest.raises(ForbiddenError):
        credentials(SECURE).of_download(sent(SECURE))


def test_behind_a_proxy_the_public_address_is_our_own() -> None:
    page = {"x_quarterdeck": "web", "sec_fetch_site": "same-origin"}

    assert credentials(SECURE).of_call(sent(SECURE, origin=SECURE, **page)) == "qd_mine"
    with pytest.raises(ForbiddenError):
        credentials(SECURE).of_call(sent(SECURE, origin="http://deck.example.org", **page))


def test_behind_a_proxy_that_is_not_named_it_is_said_what_to_set() -> None:
    page = {"x_quarterdeck": "web", "sec_fetch_site": "same-origin"}

    with pytest.raises(ForbiddenError) as refused:
        credentials().of_call(sent(origin="https://127.0.0.1:7777", **page))

    assert "QD_PUBLIC_URL" in refused.value.next_step


def test_a_token_in_the_headers_counts_before_the_cookie_and_needs_no_page() -> None:
    request = sent(authorization="Bearer qd_theirs", origin=IDE)

    assert credentials().of_call(request) == "qd_theirs"
    assert credentials().of_download(request) == "qd_theirs"
    assert credentials().of_socket(request, None) == "qd_theirs"
    assert credentials().of_socket(request, "Bearer qd_init") == "qd_init"
    with pytest.raises(UnauthenticatedError):
        credentials().of_call(sent(authorization="Basic YTpi", x_quarterdeck="web", origin=HERE))


def test_no_cookie_is_no_credential_and_no_failure() -> None:
    request = Headers({"host": "127.0.0.1:7777", "origin": "https://evil.example"})

    assert credentials().of_call(request) is None
    assert credentials().of_download(request) is None
    assert credentials().of_socket(request, None) is None


@pytest.mark.parametrize(
    ("header", "read"),
    [
        ("qd_web_7777=a", "a"),
        ("theme=dark; qd_web_7777=a; b", "a"),
        ("qd_web_7777=a; qd_web_7777=tossed", None),
        ("qd_web_7777=", None),
        ("qd_web_7777", None),
        ("qd_web_8888=a", None),
        ("__Host-qd_web=a", None),
        ("QD_WEB_7777=a", None),
        ("", None),
    ],
)
def test_a_cookie_that_is_set_twice_is_nobodys(header: str, read: str | None) -> None:
    assert WebCookie.of(HERE).read(header) == read


def test_a_cookie_is_for_one_host_and_over_tls_for_nobody_to_set_from_elsewhere() -> None:
    assert WebCookie.of(HERE).given("s", 9) == "qd_web_7777=s; Path=/; Max-Age=9; HttpOnly; SameSite=Strict"
    assert WebCookie.of(SECURE).given("s", 9) == "__Host-qd_web=s; Path=/; Max-Age=9; HttpOnly; SameSite=Strict; Secure"
    assert WebCookie.of("https://deck.example.org:8443").name == "__Host-qd_web_8443"
    assert WebCookie.of(HERE).taken_back() == "qd_web_7777=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"


def test_the_cookie_of_any_port_is_known_for_ours() -> None:
    assert all(map(is_web_cookie, ("qd_web", "qd_web_7777", "__Host-qd_web_8443", "__host-qd_web", " QD_WEB_1")))
    assert not any(map(is_web_cookie, ("session", "qd_preview", "my_qd_web", "__Host-session")))


def test_a_browser_is_named_in_our_own_words() -> None:
    linux = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36"
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1"

    assert token_name(linux) == "web: Chromium on Linux"
    assert token_name(f"{linux} Edg/148.0") == "web: Edge on Linux"
    assert token_name(phone) == "web: Safari on iOS"
    assert token_name("<script>\x1b]0;x\x07" * 100) == "web: a browser"


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("localhost:1", True),
        ("127.8.8.8", True),
        ("[::1]:80", True),
        ("10.0.0.1", False),
        ("deck.lan", False),
        ("", False),
    ],
)
def test_loopback_is_known(host: str, is_ours: bool) -> None:
    assert is_loopback(host) is is_ours
