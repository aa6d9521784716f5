"""Serving the application over HTTP and WebSocket with uvicorn."""

import asyncio
import contextlib
import errno
import gc
import logging
import socket
from collections.abc import Generator

import uvicorn
from starlette.applications import Starlette

from quarterdeck.config import Settings
from quarterdeck.domain.errors import UnavailableError
from quarterdeck.gateway.protocols import HttpProtocol, WebSocketProtocol

STOP_SECONDS = 3
TICKS = 10
BACKLOG = 2048


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
    """Stops when it is told to; signals are somebody else's. Its `on_tick` is written for ten calls in a second."""

    def __init__(self, config: uvicorn.Config, stop: asyncio.Event) -> None:
        super().__init__(config)
        self._stop = stop

    async def main_loop(self) -> None:
        """Without looking ten times in a second whether to stop; the date in answers is made anew in each."""
        second = 0
        while not await self.on_tick(second * TICKS):
            second += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), 1)
                return

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def settle() -> None:
    """Once, when all is loaded: the cycle collector does not walk what stays for ever. A third of a small request."""
    gc.collect()
    gc.freeze()


def make_server(app: Starlette, settings: Settings, stop: asyncio.Event) -> uvicorn.Server:
    # its own lines hold paths with queries; the application writes a line for each request
    for name in ("uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return _ToldServer(
        uvicorn.Config(
            app,
            http=HttpProtocol,
            ws=WebSocketProtocol,
            ws_max_size=settings.limit_frame_bytes,
            ws_per_message_deflate=False,
            lifespan="on",
            server_header=False,
            proxy_headers=False,
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=STOP_SECONDS,
        ),
        stop,
    )


async def serve(
    app: Starlette, settings: Settings, *, stop: asyncio.Event, listener: socket.socket | None = None
) -> None:
    """Serves until `stop` is set. Raises UnavailableError where the port is taken."""
    own = listener or listen(settings.host, settings.port)
    try:
        await make_server(app, settings, stop).serve(sockets=[own])
    finally:
        own.close()
