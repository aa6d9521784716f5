"""One connection to NATS that never gives up: it waits for the server, and comes back with its subscriptions."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import contextmanager, suppress
from typing import Any

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError, SlowConsumerError

from quarterdeck.application.background import end
from quarterdeck.domain.errors import UnavailableError

logger = structlog.get_logger(__name__)

RETRY_SECONDS = 0.1
PING_SECONDS = 5
FLUSH_SECONDS = 2.0
WRITE_BUFFER = 2 * 1024 * 1024
INBOX_BYTES = 16 * 1024 * 1024

Handler = Callable[[Msg], Awaitable[None]]


class _OrderedClient(Client):
    """nats-py 2.16 writes a ping ahead of what waits to be written: an answered flush would say nothing of that."""

    async def _send_ping(self, future: asyncio.Future[Any] | None = None) -> None:
        with _cancellable():
            await self._flush_pending(force_flush=True)
        await super()._send_ping(future)  # pyright: ignore[reportUnknownMemberType] - a future of anything


class Listener:
    """A subscription that outlives reconnects."""

    def __init__(self, connection: "NatsConnection", subject: str, queue: str, handler: Handler) -> None:
        self._connection, self._subject, self._queue, self._handler = connection, subject, queue, handler
        self._subscription: Subscription | None = None

    async def attach(self, client: Client) -> None:
        async def handle(message: Msg) -> None:
            await self._handler(message)

        # nats-py leaves the type of `future` open
        self._subscription = await client.subscribe(  # pyright: ignore[reportUnknownMemberType]
            self._subject, queue=self._queue, cb=handle, pending_bytes_limit=INBOX_BYTES
        )

    async def close(self) -> None:
        """What comes from now on is dropped, and what has come and was not handled."""
        self._connection.forget(self)
        if self._subscription:
            with suppress(NatsError, OSError):
                await self._subscription.unsubscribe()

    async def drain(self) -> None:
        """When it returns, the server sends nothing more, and the handler was called with all that it has sent."""
        if self._subscription and self._connection.is_up:
            with suppress(NatsError, OSError, TimeoutError):
                async with asyncio.timeout(FLUSH_SECONDS):
                    # nats-py leaves it untyped
                    await self._connection.finish(self._subscription.drain())  # type: ignore[no-untyped-call]
        await self.close()


class NatsConnection:
    """Open it with `async with` or `start`; entering waits for nothing. `url` carries the credentials.

    `on_up` callbacks are called after each time the connection stands (again): what the server forgot is asked
    for anew there.
    """

    def __init__(self, url: str, name: str = "quarterdeck") -> None:
        self._url, self._name = url, name
        self._client: Client | None = None
        self._listeners: dict[Listener, None] = {}
        self._keeper: asyncio.Task[None] | None = None
        self._up = asyncio.Event()
        self._closed = asyncio.Event()
        self._complained = False
        self._flushing: set[asyncio.Task[None]] = set()
        self.on_up: list[Callable[[], None]] = []

    async def __aenter__(self) -> "NatsConnection":
        self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def start(self) -> None:
        """Connects in the background, for as long as it takes."""
        self._keeper = asyncio.create_task(self._keep(), name="nats connection")

    async def close(self) -> None:
        keeper, self._keeper = self._keeper, None
        self._up.clear()
        await end([*([keeper] if keeper else []), *self._flushing])
        if self._client and not self._client.is_closed:
            with suppress(NatsError, OSError):
                await self._client.close()

    @property
    def is_up(self) -> bool:
        return self._up.is_set()

    async def wait_up(self) -> None:
        await self._up.wait()

    @property
    def client(self) -> Client:
        """The connected client. Raises UnavailableError while there is none."""
        if self._client is None or not self.is_up:
            raise UnavailableError("NATS does not answer.", "It is tried again all the time; see `quarterdeck doctor`.")
        return self._client

    async def publish(self, subject: str, payload: bytes, *, reply: str = "") -> None:
        """Hands it to the socket."""
        with _cancellable():
            try:
                await self.client.publish(subject, payload, reply)
            except (NatsError, OSError) as error:
                raise UnavailableError(f"NATS took no message: {type(error).__name__} {error}") from error

    async def request(
        self, subject: str, payload: bytes, within: float, headers: dict[str, str] | None = None
    ) -> bytes:
        """The answer. Raises nats-py's NoRespondersError and TimeoutError as they are, the rest as Unavailable."""
        with _cancellable():
            try:
                return (await self.client.request(subject, payload, timeout=within, headers=headers)).data
            except (NoRespondersError, TimeoutError):
                raise
            except (NatsError, OSError) as error:
                raise UnavailableError(f"NATS took no request: {type(error).__name__} {error}") from error

    async def listen(self, subject: str, handler: Handler, *, queue: str = "") -> Listener:
        """Calls `handler` for each message from now on; while the connection is down, from when it is up again."""
        listener = Listener(self, subject, queue, handler)
        self._listeners[listener] = None
        try:
            with _cancellable(), suppress(NatsError, OSError):
                if self._client and not self._client.is_closed:
                    await listener.attach(self._client)
                if self._client and self.is_up:
                    await self.finish(self._client.flush())
        except asyncio.CancelledError:
            await listener.close()
            raise
        return listener

    async def finish(self, work: Coroutine[Any, Any, None]) -> None:
        """What flushes goes on when whoever waits is cancelled: nats-py closes a connection whose server answers what
        nobody waits for any more.
        """
        flushing = asyncio.create_task(work, name="nats flush")
        self._flushing.add(flushing)
        flushing.add_done_callback(self._flushed)
        await asyncio.shield(flushing)

    def _flushed(self, flushing: asyncio.Task[None]) -> None:
        self._flushing.discard(flushing)
        if not flushing.cancelled():
            # looked at, in case that nobody waits any more
            flushing.exception()

    def forget(self, listener: Listener) -> None:
        self._listeners.pop(listener, None)

    async def _keep(self) -> None:
        """nats-py reconnects by itself, but closes for good on some errors: then a new client takes over."""
        while True:
            self._closed.clear()
            client = _OrderedClient()
            try:
                await self._connect(client)
                for listener in list(self._listeners):
                    await listener.attach(client)
            except (NatsError, OSError) as error:
                await self._complain(error)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self._client = client
            self._stands()
            await self._closed.wait()

    async def _connect(self, client: Client) -> None:
        await client.connect(
            self._url,
            name=self._name,
            max_reconnect_attempts=-1,
            # `reconnect_time_wait` is typed int, and only ever slept for
            reconnect_time_wait=RETRY_SECONDS,  # type: ignore[arg-type]
            ping_interval=PING_SECONDS,
            pending_size=WRITE_BUFFER,
            flush_timeout=FLUSH_SECONDS,
            error_cb=self._complain,
            disconnected_cb=self._gone,
            reconnected_cb=self._back,
            closed_cb=self._ended,
        )

    def _stands(self) -> None:
        self._complained = False
        self._up.set()
        for callback in self.on_up:
            callback()

    async def _gone(self) -> None:
        self._up.clear()

    async def _back(self) -> None:
        self._stands()

    async def _ended(self) -> None:
        self._up.clear()
        self._closed.set()

    async def _complain(self, error: Exception) -> None:
        """Once per outage: the address is not named, it holds the password."""
        if isinstance(error, SlowConsumerError):
            logger.warning("a subscriber fell behind; messages were dropped", subject=error.subject)
        elif not self._complained and self._keeper:
            self._complained = True
            logger.warning("NATS does not answer; trying again", error=f"{type(error).__name__}: {error}")


@contextmanager
def _cancellable() -> Generator[None, None, None]:
    """nats-py swallows a cancellation that comes while it flushes; this brings it back."""
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    yield
    if task and task.cancelling() > before:
        raise asyncio.CancelledError
