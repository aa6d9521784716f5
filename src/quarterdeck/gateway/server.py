"""Serving the application over HTTP and WebSocket with uvicorn."""

import asyncio
import contextlib
import errno
import gc
import logging
import socket
from asyncio import BaseTransport, Transport
from collections.abc import Generator
from typing import cast

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from quarterdeck.config import Settings
from quarterdeck.domain.errors import UnavailableError
from quarterdeck.gateway.stalls import ABORT

STOP_SECONDS = 3
BACKLOG = 2048


class _AbortableHttp(HttpToolsProtocol):
    """Lets the application end a connection at once, whatever is still to be sent on it."""

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(cast("Transport", transport))
        self.app_state = {**self.app_state, ABORT: cast("Transport", transport).abort}
        self._left = 0

    def timeout_keep_alive_handler(self) -> None:
        """An idle connection is closed; one whose last answer is not taken would stay, with the answer in memory."""
        left = self.transport.get_write_buffer_size()
        if left and left == self._left:
            self.transport.abort()
        elif left:
            self._left = left
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
        else:
            super().timeout_keep_alive_handler()


class _AbortableWebSocket(WebSocketsSansIOProtocol):
    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.app_state = {**self.app_state, ABORT: cast("Transport", transport).abort}


def listen(host: str, port: int) -> socket.socket:
    """The listening socket. Raises UnavailableError, saying what to do, where the address cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise UnavailableError(f"There is no address {host!r} to listen on: {error}.", "Set QD_HOST.") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
        listener.setblocking(False)  # noqa: FBT003 - the standard library's signature
    except OSError as error:
        listener.close()
        raise _cannot_listen(host, port, error) from error
    return listener


def _cannot_listen(host: str, port: int, error: OSError) -> UnavailableError:
    if error.errno == errno.EADDRINUSE:
        return UnavailableError(
            f"Port {port} of {host} is taken by another program.", "Stop that program, or set QD_PORT to a free port."
        )
    if error.errno in {errno.EACCES, errno.EPERM}:
        return UnavailableError(f"This user may not listen on port {port}.", "Set QD_PORT to one above 1023.")
    return UnavailableError(f"{host} port {port} cannot be listened on: {error.strerror}.", "Set QD_HOST and QD_PORT.")


class _ToldServer(uvicorn.Server):
    """Stops when it is told to; signals are somebody else's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def settle() -> None:
    """Once, when all is loaded: the cycle collector does not walk what stays for ever. A third of a small request."""
    gc.collect()
    gc.freeze()


def make_server(app: Starlette, settings: Settings) -> uvicorn.Server:
    # its own lines hold paths with queries; the application writes a line for each request
    for name in ("uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return _ToldServer(
        uvicorn.Config(
            app,
            http=_AbortableHttp,
            ws=_AbortableWebSocket,
            ws_max_size=settings.limit_frame_bytes,
            ws_per_message_deflate=False,
            lifespan="on",
            server_header=False,
            proxy_headers=False,
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
    )


async def serve(
    app: Starlette, settings: Settings, *, stop: asyncio.Event, listener: socket.socket | None = None
) -> None:
    """Serves until `stop` is set. Raises UnavailableError where the port is taken."""
    server = make_server(app, settings)
    own = listener or listen(settings.host, settings.port)
    watching = asyncio.create_task(_stop_with(server, stop))
    try:
        await server.serve(sockets=[own])
    finally:
        watching.cancel()
        own.close()


async def _stop_with(server: uvicorn.Server, stop: asyncio.Event) -> None:
    await stop.wait()
    server.should_exit = True
