"""One zygote for the drivers of a test process: one for each driver costs a twentieth of a second of a processor."""

import asyncio
import socket

from quarterdeck.jail.launcher import Launcher


class SharedLauncher(Launcher):
    """It serves drivers of one event loop after the other, and stays when one of them is closed; it ends with us."""

    def __init__(self) -> None:
        super().__init__()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def warm_up(self) -> None:
        self._come_to_this_loop()
        await super().warm_up()

    async def fork(self, folder: int, configuration: bytes, connection: socket.socket) -> int:
        self._come_to_this_loop()
        return await super().fork(folder, configuration, connection)

    async def close(self) -> None:
        """Others use it."""

    def _come_to_this_loop(self) -> None:
        if asyncio.get_running_loop() is self._loop:
            return
        if self._turn.locked():
            # the loop before ended while somebody waited, whose answer would be taken for another's
            self._end()
        self._loop, self._turn = asyncio.get_running_loop(), asyncio.Lock()


SHARED = SharedLauncher()
