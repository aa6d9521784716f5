"""A byte stream over messages, for buses that may drop them: what is lost breaks the stream and is never papered over.

Each message is a kind, a number (big-endian u64) and data. DATA and END are numbered from 0; at most `WINDOW` bytes of
data may be under way, and ACK says how many bytes its sender's reader has taken. PING says that an end is still there.
"""

import asyncio
import struct
from collections import deque
from collections.abc import Awaitable, Callable
from enum import IntEnum

from quarterdeck.domain.errors import UnavailableError

HEAD = struct.Struct(">BQ")
CHUNK = 64 * 1024
WINDOW = 512 * 1024
PING_SECONDS = 5.0
SILENCE_SECONDS = 20.0

Send = Callable[[bytes], Awaitable[None]]


class Kind(IntEnum):
    DATA = 0
    END = 1
    ACK = 2
    PING = 3
    BREAK = 4


class TunnelEnd:
    """One of the two. `feed` takes what the other sent; `send` passes on to it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._waiting: deque[bytes] = deque()
        self._expected = 0
        self._number = 0
        self._sent = 0
        self._under_way = 0
        self._taken = 0
        self._told = 0
        self._broken = ""
        self._ended = False
        self._news = asyncio.Event()
        self._heard = asyncio.get_running_loop().time()

    def feed(self, message: bytes) -> None:
        self._heard = asyncio.get_running_loop().time()
        if len(message) < HEAD.size:
            self.break_off("what came is no message of a tunnel")
            return
        kind, number = HEAD.unpack_from(message)
        match kind:
            case Kind.DATA | Kind.END if number == self._expected and not self._ended:
                self._expected += 1
                self._ended = kind == Kind.END
                if kind == Kind.DATA:
                    self._waiting.append(message[HEAD.size :])
            case Kind.DATA | Kind.END:
                self.break_off("a part was lost on the way")
            case Kind.ACK:
                self._under_way = self._sent - number
            case Kind.BREAK:
                self.break_off("the other side broke off")
            case _:
                pass
        self._news.set()

    async def read(self) -> bytes:
        """The next bytes; none at the other side's end. Raises UnavailableError where the stream broke."""
        while not self._waiting:
            if self._ended:
                return b""
            await self._next_news()
        data = self._waiting.popleft()
        self._taken += len(data)
        if self._taken - self._told >= CHUNK:
            self._told = self._taken
            await self._send(HEAD.pack(Kind.ACK, self._taken))
        return data

    async def write(self, data: bytes) -> None:
        """Returns when all of it is under way: it waits for a reader that is slow."""
        view = memoryview(data)
        for start in range(0, len(data), CHUNK):
            while self._under_way >= WINDOW:
                await self._next_news()
            self._check()
            part = view[start : start + CHUNK]
            self._sent += len(part)
            self._under_way += len(part)
            await self._pass(Kind.DATA, bytes(part))

    async def end(self) -> None:
        """No more bytes come from here."""
        await self._pass(Kind.END)

    async def keep(self) -> None:
        """For as long as the stream lives: says that this end is there, and breaks off when the other is silent."""
        loop = asyncio.get_running_loop()
        while not self._broken:
            await self._send(HEAD.pack(Kind.PING, 0))
            await asyncio.sleep(PING_SECONDS)
            if loop.time() - self._heard > SILENCE_SECONDS:
                self.break_off("the other side is silent")

    async def close(self) -> None:
        """Tells the other side, where it may still wait."""
        if not self._broken:
            self.break_off("it was closed")
            await self._send(HEAD.pack(Kind.BREAK, 0))

    def break_off(self, reason: str) -> None:
        self._broken = self._broken or reason
        self._news.set()

    async def _pass(self, kind: Kind, data: bytes = b"") -> None:
        number, self._number = self._number, self._number + 1
        await self._send(HEAD.pack(kind, number) + data)

    async def _next_news(self) -> None:
        self._check()
        self._news.clear()
        await self._news.wait()

    def _check(self) -> None:
        if self._broken:
            raise UnavailableError(f"The connection to the session broke off: {self._broken}.", "Try again.")
