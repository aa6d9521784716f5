"""The ASGI application."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Lifespan

from quarterdeck.application.background import end
from quarterdeck.gateway import exports, file_downloads, graphiql, log_exports, usage_exports
from quarterdeck.gateway.gateway import Gateway, make_gateway
from quarterdeck.gateway.guard import Guard
from quarterdeck.gateway.health import Health
from quarterdeck.gateway.http import GraphQLOverHTTP
from quarterdeck.gateway.parts import Parts
from quarterdeck.gateway.preview.addresses import PreviewAddresses
from quarterdeck.gateway.preview.app import PreviewHosts
from quarterdeck.gateway.sockets import Sockets
from quarterdeck.gateway.web.bundle import HASHED
from quarterdeck.gateway.web.login import WebLogin
from quarterdeck.gateway.web.pages import WebPages

PATH = "/graphql"


def create_app(parts: Parts) -> Starlette:
    """The gateway. Its background work runs within the application's lifespan."""
    gateway = make_gateway(parts)
    sockets, web = Sockets(gateway), WebPages(parts.web)
    return Starlette(
        routes=_routes(gateway, sockets, web, parts),
        middleware=[_previews(parts), *_middleware(gateway)],
        exception_handlers={404: web.elsewhere},
        lifespan=_lifespan(gateway, sockets),
    )


def _routes(gateway: Gateway, sockets: Sockets, web: WebPages, parts: Parts) -> list[BaseRoute]:
    health = Health(gateway, dict(parts.checks))
    login = WebLogin(gateway)
    routes: list[BaseRoute] = [
        Route(PATH, GraphQLOverHTTP(gateway)),
        WebSocketRoute(PATH, sockets),
        Route(exports.ROUTE, exports.Exports(gateway)),
        Route(file_downloads.ROUTE, file_downloads.FileDownloads(gateway)),
        Route(usage_exports.ROUTE, usage_exports.UsageExports(gateway)),
        Route(log_exports.ROUTE, log_exports.LogExports(gateway)),
        Route("/healthz", health.alive),
        Route("/readyz", health.ready),
        Route("/metrics", health.metrics),
        Route("/web/login", login.log_in, methods=["POST"]),
        Route("/web/logout", login.log_out, methods=["POST"]),
        Route(f"/{HASHED}{{path:path}}", web.asset),
        Route("/", web.home),
    ]
    return [*routes, *(graphiql.routes() if gateway.settings.development else ())]


def _previews(parts: Parts) -> Middleware:
    addresses = PreviewAddresses(parts.settings)
    return Middleware(PreviewHosts, previews=parts.previews, addresses=addresses, settings=parts.settings)


def _middleware(gateway: Gateway) -> list[Middleware]:
    settings = gateway.settings
    guard = Middleware(Guard, origins=gateway.origins, stalls=gateway.stalls)
    if not settings.allowed_origins:
        return [guard]
    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.allowed_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "traceparent"],
        max_age=600,
    )
    return [guard, cors]


def _lifespan(gateway: Gateway, sockets: Sockets) -> Lifespan[Starlette]:
    @asynccontextmanager
    async def run(_app: Starlette) -> AsyncGenerator[None, None]:
        listening = asyncio.Event()
        tasks = [
            asyncio.create_task(gateway.tail.run(listening), name="log tail"),
            asyncio.create_task(sockets.watch(), name="socket watch"),
            asyncio.create_task(gateway.stalls.watch(), name="stall watch"),
        ]
        try:
            yield
        finally:
            await end(tasks)

    return run
