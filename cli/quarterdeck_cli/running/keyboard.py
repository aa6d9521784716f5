"""What is typed, on its way to the program: in order, never twice, and kept while the server does not answer."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from quarterdeck_cli.api.commands import send_input
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import ConnectionLostError, ServerFailure
from quarterdeck_cli.running.local_input import CHUNK, ENDED_CODES, PAUSED, chunks

KEPT_BYTES = 4096
"""What is typed while the server is away, or cannot follow; more than anybody types unseen, less than a pasted file."""
AGAIN_SECONDS = 0.5
AWAY = frozenset({"UNAVAILABLE"})


@dataclass
class Keyboard:
    """`say` tells what becomes of keys that do not arrive."""

    client: Client
    command_id: str
    detach_key: int
    say: Callable[[str], None]
    _kept: bytearray = field(default_factory=bytearray)
    _typed: asyncio.Event = field(default_factory=asyncio.Event)
    _sent: asyncio.Event = field(default_factory=asyncio.Event)
    """Something was sent, or the server was found to be away."""
    _over: bool = False
    _away: bool = False
    _refused: bool = False

    async def until_detached(self, descriptor: int) -> bool:
        """True when the detach key was typed, False at the end of input or of the command."""
        sending = asyncio.create_task(self._send_all())
        reading = asyncio.create_task(self._read(descriptor))
        try:
            await asyncio.wait({sending, reading}, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                sending.result()
                return False
            if not self._away:
                # what was typed before the key still goes
                await sending
            return reading.result()
        finally:
            for task in (sending, reading):
                task.cancel()
            await asyncio.gather(sending, reading, return_exceptions=True)

    async def _read(self, descriptor: int) -> bool:
        try:
            async for data in chunks(descriptor):
                before, key, _ = data.partition(bytes([self.detach_key]))
                await self._take(before)
                if key:
                    return True
            return False
        finally:
            self._over = True
            self._typed.set()

    async def _take(self, data: bytes) -> None:
        """While the server answers, a paste waits its turn; while it does not, little is kept and the rest refused."""
        while self._kept and not self._away and len(self._kept) + len(data) > CHUNK:
            self._sent.clear()
            await self._sent.wait()
        if self._away and len(self._kept) + len(data) > KEPT_BYTES:
            if not self._refused:
                self.say("More keys are not taken until the server answers.")
            self._refused = True
            return
        self._kept += data
        self._typed.set()

    async def _send_all(self) -> None:
        """Ends with the command, or when all is sent that was typed."""
        while True:
            await self._typed.wait()
            self._typed.clear()
            while self._kept:
                data = bytes(self._kept[:CHUNK])
                goes_on = await self._send(data)
                self._sent.set()
                if not goes_on:
                    return
            if self._over:
                return

    async def _send(self, data: bytes) -> bool:
        """False: the command has ended. What may have arrived is not sent again."""
        try:
            await send_input(self.client, self.command_id, data)
        except ConnectionLostError as error:
            if error.delivered:
                del self._kept[: len(data)]
                self.say(f"{len(data)} bytes that you typed may have arrived, or not: they are not sent again.")
            else:
                await self._wait_for_server()
            return True
        except ServerFailure as failure:
            if failure.code in ENDED_CODES:
                return False
            if failure.code in AWAY:
                del self._kept[: len(data)]
                self.say(f"{failure.message} {len(data)} bytes that you typed may not have arrived.")
                return True
            if failure.code != PAUSED:
                raise
            self.say(f"{failure.message} {failure.next_step}")
        self._away = self._refused = False
        del self._kept[: len(data)]
        return True

    async def _wait_for_server(self) -> None:
        if not self._away:
            self._away = True
            self._sent.set()
            self.say(f"What you type is kept until the server answers, up to {KEPT_BYTES:,} bytes.")
        await asyncio.sleep(AGAIN_SECONDS)
