"""One zygote of each kind for a test process: one of each for each driver costs a tenth of a second of a processor."""

import asyncio
import atexit
from collections.abc import Sequence

from quarterdeck.jail.egress.keeper import PROXIES
from quarterdeck.jail.egress.resolving import ASKING
from quarterdeck.jail.launcher import SHIMS, Launcher


class SharedLauncher(Launcher):
    """It serves drivers of one event loop after the other, and stays when one of them is closed; it ends with us."""

    def __init__(self, arguments: Sequence[str] = SHIMS) -> None:
        super().__init__(arguments)
        self._loop: asyncio.AbstractEventLoop | None = None
        atexit.register(self._end)

    async def warm_up(self) -> None:
        self._come_to_this_loop()
        await super().warm_up()

    async def fork(self, configuration: bytes, *given: int) -> int:
        self._come_to_this_loop()
        return await super().fork(configuration, *given)

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
SHARED_OF_PROXIES = SharedLauncher((*PROXIES, *ASKING))
