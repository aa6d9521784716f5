"""The web client's page and files: where they are found, how they are kept, and what a browser may do with them."""

import re
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from tests.support.gateway import House, Running, running
from tests.support.web_bundle import PAGE, SCRIPT, lay

from quarterdeck.gateway.web.bundle import WebBundle

SCRIPT_PATH = "/assets/app-B7Fj2k.js"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest_asyncio.fixture
async def gateway(tmp_path: Path) -> AsyncGenerator[Running]:
    house = House.in_memory()
    house.web = lay(tmp_path / "dist")
    async with running(house) as served:
        yield served


def nonce_of(page: httpx2.Response) -> str:
    [nonce] = re.findall(r'<meta name="csp-nonce" content="([^"]+)">', page.text)
    assert isinstance(nonce, str)
    return nonce


async def test_every_address_of_the_client_is_its_page(gateway: Running) -> None:
    for path in ("/", "/login", "/p/app/sessions/7", "/p/app/files/src/main.py"):
        page = await gateway.http.get(path, headers=BROWSER)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert page.text == PAGE.replace("<head>", f'<head><meta name="csp-nonce" content="{nonce_of(page)}">')
        assert page.headers["cache-control"] == "no-store"


async def test_what_is_no_page_is_not_answered_with_one(gateway: Running) -> None:
    for method, path, headers in (
        ("GET", "/sessions", {"Accept": "application/json"}),
        ("GET", "/assets/app-OLD.js", BROWSER),
        ("GET", "/assets/%2e%2e/index.html", BROWSER),
        ("GET", "/assets/%2e%2e/notes.private", BROWSER),
        ("GET", "/notes.private", {"Accept": "*/*"}),
        ("GET", "/icon.svg.gz", {"Accept": "*/*"}),
        ("POST", "/sessions", BROWSER),
    ):
        answer = await gateway.http.request(method, path, headers=headers)
        assert (answer.status_code, answer.text) == (404, "Not Found"), path
    for path in ("/healthz", "/graphql", "/usage/x/y.csv"):
        assert "text/html" not in (await gateway.http.get(path, headers=BROWSER)).headers["content-type"]


async def test_nothing_but_our_own_scripts_and_this_answers_styles_may_run(gateway: Running) -> None:
    first, second = await gateway.http.get("/"), await gateway.http.get("/")

    assert nonce_of(first) != nonce_of(second)
    policy = dict(each.split(" ", 1) for each in first.headers["content-security-policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": f"'self' 'nonce-{nonce_of(first)}'",
        "style-src-attr": "'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        "connect-src": f"'self' ws://{gateway.host} wss://{gateway.host}",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert first.headers["cross-origin-opener-policy"] == "same-origin"
    assert first.headers["referrer-policy"] == "no-referrer"
    assert first.headers["x-content-type-options"] == "nosniff"
    assert "camera=()" in first.headers["permissions-policy"]


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("identity", None),
        ("", None),
    ],
)
async def test_a_file_comes_packed_as_the_browser_takes_it(
    gateway: Running, accepted: str, encoding: str | None
) -> None:
    async with gateway.http.stream("GET", SCRIPT_PATH, headers={"Accept-Encoding": accepted}) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])

    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["x-content-type-options"] == "nosniff"
    if encoding is None:
        assert raw == SCRIPT
    else:
        assert len(raw) < len(SCRIPT)


async def test_a_file_whose_name_says_nothing_of_its_content_is_asked_for_again(gateway: Running) -> None:
    icon = await gateway.http.get("/icon.svg")
    again = await gateway.http.get("/icon.svg", headers={"If-None-Match": icon.headers["etag"]})

    assert (icon.status_code, icon.headers["cache-control"]) == (200, "no-cache")
    assert (again.status_code, again.content) == (304, b"")


async def test_another_build_is_taken_up_as_soon_as_its_page_is_there(gateway: Running, tmp_path: Path) -> None:
    await gateway.http.get("/")
    (gateway.house.web / "assets" / "app-NEW.js").write_bytes(b"1")
    assert (await gateway.http.get("/assets/app-NEW.js")).status_code == 404
    page = tmp_path / "page"
    page.write_text("<head></head>anew")
    page.replace(gateway.house.web / "index.html")

    assert (await gateway.http.get("/")).text.endswith("</head>anew")
    assert (await gateway.http.get("/assets/app-NEW.js")).status_code == 200


@pytest.mark.parametrize("development", [False, True])
async def test_without_a_web_client_the_first_page_says_what_to_do(development: bool) -> None:
    async with running(development=development) as gateway:
        page = await gateway.http.get("/")
        assert page.status_code == 503
        assert "quarterdeck doctor" in page.text
        assert "qd login" in page.text
        assert page.headers["content-security-policy"].startswith("default-src 'none'")


async def test_a_page_is_not_split_by_a_host_that_is_no_host(gateway: Running) -> None:
    page = await gateway.http.get("/", headers={"Host": "127.0.0.1:1; script-src *"})

    assert "script-src *" not in page.headers.get("content-security-policy", "")


def test_a_bundle_without_a_page_is_none(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    assert WebBundle(tmp_path).now() is None
    assert WebBundle(tmp_path).file("assets/a.js") is None
