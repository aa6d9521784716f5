"""A receiver of webhooks: answers as it is told, and keeps what it got."""

import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass
class Receiver:
    url: str = ""
    got: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list[tuple[Mapping[str, str], bytes]])
    """Headers in lower case, and bodies."""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""

    async def take(self, request: web.Request) -> web.Response:
        self.got.append(({name.lower(): value for name, value in request.headers.items()}, await request.read()))
        return web.Response(status=self.status, headers=self.headers, body=self.body)


@asynccontextmanager
async def receiver(tls: ssl.SSLContext | None = None) -> AsyncGenerator[Receiver]:
    here = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", here.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        port = runner.addresses[0][1]
        here.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}/hook"
        yield here
    finally:
        await runner.cleanup()
