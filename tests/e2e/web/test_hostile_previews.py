"""A page that a session serves, opened in the browser that is logged in: it tries what a page can."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect
from tests.support.browser import log_in
from tests.support.product import Product
from tests.support.waiting import eventually

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.account("user")]

SERVER = """
import http.server, json
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(self.headers.get_all("Cookie")).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        for name in ("qd_web_PORT=qd_evil", "=qd_web_PORT=qd_evil", "qd_web_PORT=qd_evil; Domain=localhost"):
            self.send_header("Set-Cookie", name + "; Path=/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass
http.server.HTTPServer(("127.0.0.1", 8003), Handler).serve_forever()
"""
ATTACK = """async (api) => {
  const send = (path, more) => fetch(api + path, {credentials: "include", ...more});
  const read = (path, more) => send(path, more).then((answer) => answer.text(), () => "refused");
  const blind = (path, more) => send(path, {mode: "no-cors", ...more}).catch(() => 0);
  const text = JSON.stringify({query: "{ viewer { name } }"});
  const found = {};
  const json = {"Content-Type": "application/json"};
  found.read = await read("/graphql", {method: "POST", body: text, headers: json});
  found.marked = await read("/graphql", {method: "POST", body: text, headers: {...json, "X-Quarterdeck": "web"}});
  found.page = await read("/");
  await blind("/web/logout", {method: "POST"});
  await blind("/graphql", {method: "POST", body: text});
  found.socket = await new Promise((done) => {
    const socket = new WebSocket(api.replace("http", "ws") + "/graphql", "graphql-transport-ws");
    socket.onopen = () => socket.send(JSON.stringify({type: "connection_init"}));
    socket.onmessage = (message) => done(message.data);
    socket.onclose = () => done("closed");
  });
  for (const domain of ["localhost", ".localhost"])
    document.cookie = `qd_web_${new URL(api).port}=qd_evil; Path=/; Domain=${domain}`;
  const frame = document.createElement("iframe");
  frame.src = api + "/";
  document.body.append(frame);
  await new Promise((done) => { frame.onload = done; });
  try { found.frame = frame.contentWindow.document.body.innerText; } catch { found.frame = "closed"; }
  const form = document.createElement("form");
  Object.assign(form, {method: "POST", action: api + "/web/logout", target: "_blank"});
  document.body.append(form);
  form.submit();
  return found;
}"""


async def serve(product: Product) -> str:
    """A link to the page."""
    session = product.ask("session", "open", "-p", "deck")["id"]
    text = SERVER.replace("PORT", str(product.port)).encode()
    assert product.qd("run", "-s", session, "--", "cat >/tmp/s.py", stdin=text).returncode == 0
    assert product.qd("run", "-s", session, "--", "nohup python3 /tmp/s.py >/dev/null 2>&1 &").returncode == 0
    await eventually(lambda: product.ask("port", "list", session) == [8003], within=30)
    return str(product.ask("port", "open", session, "8003")["url"])


async def test_a_preview_gets_nothing_of_who_is_logged_in(chromium: Browser, product: Product) -> None:
    """The web client is used at `localhost`, below which previews lie: nearer they cannot come."""
    api = f"http://localhost:{product.port}"
    context = await chromium.new_context(base_url=api)
    await log_in(context, product, at=api)
    held = [each for each in await context.cookies() if each.get("name") == f"qd_web_{product.port}"]
    preview = await context.new_page()
    await preview.goto(await serve(product))

    found: dict[str, Any] = await preview.evaluate(ATTACK, api)

    assert found == {
        "read": "refused",
        "marked": "refused",
        "page": "refused",
        "socket": "closed",
        "frame": "closed",
    }
    await preview.reload()
    assert await preview.inner_text("body") == "null"
    assert await context.cookies(api) == held
    page = await context.new_page()
    await page.goto("/")
    await expect(page.get_by_role("heading", name="Home")).to_be_visible()
    await context.close()
