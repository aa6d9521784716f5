"""A port of a session in a browser: the product up for real, servers in jails, HTTP and WebSockets from outside."""

import asyncio
import contextlib
import hashlib
import json
import subprocess
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
import pytest_asyncio
from tests.support.product import Product
from tests.support.waiting import eventually
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.account("user")]

SERVER = """
import hashlib, http.server, json, socketserver, time
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        if self.path.startswith("/headers"):
            self.give(json.dumps([self.path, self.headers.items()]).encode())
        elif self.path.startswith("/large/"):
            self.give(b"x" * int(self.path[7:]))
        elif self.path == "/away":
            self.send_response(302); self.send_header("Location", "http://localhost:8000/headers")
            self.send_header("Content-Length", "0"); self.end_headers()
        elif self.path == "/stream":
            self.send_response(200); self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked"); self.end_headers()
            while True:
                self.wfile.write(b"8\\r\\ndata: 1\\n\\r\\n"); self.wfile.flush(); time.sleep(0.05)
        else:
            self.send_response(200); self.send_header("Content-Length", "2")
            self.send_header("Set-Cookie", "jar=1; Domain=localhost; Path=/")
            self.send_header("Set-Cookie", "qd_preview=mine"); self.end_headers(); self.wfile.write(b"ok")
    def do_POST(self):
        digest, left = hashlib.sha256(), int(self.headers["Content-Length"])
        while left:
            data = self.rfile.read(min(left, 65536)); digest.update(data); left -= len(data)
        self.give(digest.hexdigest().encode())
    def give(self, body):
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass
class Server(socketserver.ThreadingMixIn, http.server.HTTPServer): daemon_threads = True
Server(("127.0.0.1", 8000), Handler).serve_forever()
"""
ECHO = """
import base64, hashlib, socket, threading
def exactly(file, count):
    data = file.read(count)
    if len(data) < count: raise EOFError
    return data
def serve(connection):
    file = connection.makefile("rb")
    key = b""
    while (line := file.readline().strip()):
        if line.lower().startswith(b"sec-websocket-key:"): key = line.partition(b":")[2].strip()
    accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    connection.sendall(b"HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
                       b"Sec-WebSocket-Accept: " + accept + b"\\r\\n\\r\\n")
    while True:
        head = exactly(file, 2); size = head[1] & 127
        if size == 126: size = int.from_bytes(exactly(file, 2), "big")
        elif size == 127: size = int.from_bytes(exactly(file, 8), "big")
        mask = exactly(file, 4); data = exactly(file, size)
        plain = bytes(b ^ mask[i % 4] for i, b in enumerate(data))
        length = bytes([size]) if size < 126 else b"\\x7e" + size.to_bytes(2, "big") if size < 65536 \\
            else b"\\x7f" + size.to_bytes(8, "big")
        connection.sendall(head[:1] + length + plain)
        if head[0] & 15 == 8: return
with socket.create_server(("::1", 8001), family=socket.AF_INET6) as server:
    while True:
        threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
"""


@dataclass
class Browser:
    """At one preview, with the cookie that its link gave. `*.localhost` is this machine, as browsers have it."""

    product: Product
    link: str
    cookie: str = ""
    client: httpx2.AsyncClient = field(default_factory=lambda: httpx2.AsyncClient(timeout=60))

    @property
    def host(self) -> str:
        return urlsplit(self.link).netloc

    async def enter(self) -> httpx2.Response:
        parts = urlsplit(self.link)
        answer = await self.get(f"{parts.path}?{parts.query}")
        self.cookie = answer.headers.get("set-cookie", "").partition(";")[0]
        return answer

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        return await self.client.get(self.url(path), headers=self.headers(headers))

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.product.port}{path}"

    def headers(self, more: dict[str, str] | None = None) -> dict[str, str]:
        return {"Host": self.host, **({"Cookie": f"{self.cookie}; theirs=1"} if self.cookie else {}), **(more or {})}

    def socket(self, path: str = "/", **headers: str) -> Any:
        return connect(
            f"ws://{self.host}{path}",
            host="127.0.0.1",
            port=self.product.port,
            additional_headers={"Cookie": self.cookie, **headers},
            max_size=None,
            proxy=None,
        )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def session(product: Product) -> str:
    session = product.ask("session", "open", "-p", "deck")["id"]
    for name, text in (("server", SERVER), ("echo", ECHO)):
        done = product.qd("run", "-s", session, "--", f"cat >/tmp/{name}.py", stdin=text.encode())
        assert done.returncode == 0, done.stderr.decode()
        done = product.qd("run", "-s", session, "--", f"nohup python3 /tmp/{name}.py >/tmp/{name}.log 2>&1 &")
        assert done.returncode == 0, done.stderr.decode()
    await eventually(lambda: product.ask("port", "list", session) == [8000, 8001], within=30)
    return str(session)


@contextlib.asynccontextmanager
async def browsing(product: Product, session: str, port: int = 8000) -> AsyncGenerator[Browser]:
    browser = Browser(product, product.ask("port", "open", session, str(port))["url"])
    async with browser.client:
        await browser.enter()
        yield browser


async def test_a_link_opens_a_port_once_and_leaves_no_secret_in_the_address(product: Product, session: str) -> None:
    browser = Browser(product, product.ask("port", "open", session, "8000")["url"])
    other = Browser(product, browser.link)
    async with browser.client, other.client:
        entered = await browser.enter()
        page = await browser.get("/")
        again = await other.enter()

    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    given = entered.headers["set-cookie"]
    assert "HttpOnly" in given
    assert "SameSite=Strict" in given
    assert "Domain" not in given
    assert (page.status_code, page.text) == (200, "ok")
    assert page.headers.get_list("set-cookie") == ["jar=1; Path=/"]
    assert again.status_code == 401
    assert "qd port open" in again.text


async def test_the_jail_sees_neither_our_cookie_nor_a_token(product: Product, session: str) -> None:
    async with browsing(product, session) as browser:
        origin = f"http://{browser.host}"
        answer = await browser.get("/headers?a=%20b", Authorization="Bearer secret", Origin=origin)
    path, told = answer.json()
    headers = {name.lower(): value for name, value in told}

    assert path == "/headers?a=%20b"
    assert headers["host"] == "localhost:8000"
    assert headers["cookie"] == "theirs=1"
    assert headers["origin"] == "http://localhost:8000"
    assert headers["x-forwarded-host"] == browser.host
    assert "authorization" not in headers


async def test_large_files_pass_both_ways(product: Product, session: str) -> None:
    data = bytes(range(256)) * 32768
    async with browsing(product, session) as browser:
        down = await browser.get(f"/large/{16 * 1024 * 1024}")
        up = await browser.client.post(browser.url("/"), headers=browser.headers(), content=data)

    assert len(down.content) == 16 * 1024 * 1024
    assert up.text == hashlib.sha256(data).hexdigest()


async def test_an_address_of_the_jails_own_becomes_the_previews(product: Product, session: str) -> None:
    async with browsing(product, session) as browser:
        away = await browser.get("/away")

    assert away.headers["location"] == f"http://{browser.host}/headers"


async def test_a_stream_comes_as_it_is_made_and_is_cut_when_the_token_is_revoked(
    product: Product, session: str
) -> None:
    token = product.ask("token", "issue", "for a visit", "--scope", "session:write")
    browser = Browser(product, _opened_with(product, token["secret"], session))
    async with browser.client:
        await browser.enter()
        reader, writer = await asyncio.open_connection("127.0.0.1", product.port)
        told = "".join(f"{name}: {value}\r\n" for name, value in browser.headers().items())
        writer.write(f"GET /stream HTTP/1.1\r\n{told}\r\n".encode())
        await reader.readuntil(b"data: 1")
        product.ask("token", "revoke", token["token"]["id"])
        async with asyncio.timeout(15):
            rest = await reader.read()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        assert not rest.endswith(b"0\r\n\r\n")
        assert (await browser.get("/")).status_code == 401


async def test_a_websocket_carries_text_and_bytes(product: Product, session: str) -> None:
    async with browsing(product, session, 8001) as browser, browser.socket() as socket:
        await socket.send("ahoy ⚓")
        assert await socket.recv() == "ahoy ⚓"
        await socket.send(bytes(1024 * 1024))
        assert await socket.recv() == bytes(1024 * 1024)


async def test_a_websocket_of_another_origin_or_without_the_cookie_is_refused(product: Product, session: str) -> None:
    async with browsing(product, session, 8001) as browser:
        with pytest.raises((InvalidStatus, ConnectionClosed)):
            async with browser.socket(Origin="http://evil.example"):
                pass
        browser.cookie = "qd_preview=none"
        with pytest.raises((InvalidStatus, ConnectionClosed)):
            async with browser.socket():
                pass


async def test_a_cookie_is_good_for_its_own_session_and_port_alone(product: Product, session: str) -> None:
    async with browsing(product, session) as browser:
        elsewhere = [
            browser.host.replace("8000-", "8001-"),
            "8000-" + "0" * 32 + browser.host[len("8000-") + 32 :],
        ]
        answers = [await browser.get("/", Host=host) for host in elsewhere]
        rebound = await browser.get("/", Host=browser.host.replace("localhost", "evil.example"))

    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].text == answers[1].text
    assert rebound.status_code == 403


async def test_a_port_that_nothing_listens_on_is_said(product: Product, session: str) -> None:
    async with browsing(product, session, 9999) as browser:
        page = await browser.get("/")

    assert page.status_code == 502
    assert "Nothing listens on port 9999" in page.text
    assert "qd port list" in page.text


async def test_a_preview_ends_with_its_session(product: Product) -> None:
    session = product.ask("session", "open", "-p", "deck")["id"]
    async with browsing(product, session, 8000) as browser:
        assert product.qd("session", "close", session).returncode == 0
        await eventually(partial(_has_ended, browser), within=20)


async def _has_ended(browser: Browser) -> bool:
    """At first it may be its worker that refuses, with other words: the end is written a moment after the jail's."""
    page = await browser.get("/")
    return page.status_code == 409 and "This session has ended" in page.text


def _opened_with(product: Product, token: str, session: str) -> str:
    asking = product.popen(
        ("qd", "port", "open", session, "8000", "--json"),
        more={"QD_TOKEN": token, "QD_URL": f"http://127.0.0.1:{product.port}"},
        stdout=subprocess.PIPE,
    )
    printed, _ = asking.communicate(timeout=60)
    return str(json.loads(printed)["url"])
