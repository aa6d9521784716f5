"""Stopping: in good order, with every command accounted for, or at once, leaving everything to a successor."""

import asyncio
from collections.abc import Coroutine

import structlog

from quarterdeck.application.endings import Endings
from quarterdeck.application.ports.workspaces import Workspaces
from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.jail.abstract import JailDriver
from quarterdeck.worker.networks import Networks
from quarterdeck.worker.sessions import HeldSession, Sessions

logger = structlog.get_logger(__name__)

SAY_SECONDS = 1.2
DESTROY_SECONDS = 1.2
REASON = "The worker was stopped."


class Stopper:
    def __init__(
        self, sessions: Sessions, endings: Endings, driver: JailDriver, workspaces: Workspaces, networks: Networks
    ) -> None:
        self._sessions, self._endings, self._driver = sessions, endings, driver
        self._workspaces, self._networks = workspaces, networks

    async def stop(self) -> None:
        """Reports running commands lost and ends the jails, within three seconds. Sessions stay open: files are kept.

        What the log does not take in that time is found and reported at the next start.
        """
        held = list(self._sessions)
        running = [command_id for each in held for command_id in each.commands.running]
        await self.leave(close=False)
        await _within(SAY_SECONDS, *(self._endings.lost(command_id, REASON) for command_id in running))
        await _within(DESTROY_SECONDS, *(self._destroy(each) for each in held))
        await self._driver.close()

    async def leave(self, *, close: bool = True) -> None:
        """Lets go of everything; what runs goes on without this worker."""
        for each in self._sessions:
            each.commands.close()
        await asyncio.gather(*(each.commands.abandon() for each in self._sessions))
        await self._networks.close()
        if close:
            await self._driver.close()

    async def _destroy(self, held: HeldSession) -> None:
        try:
            await held.jail.destroy()
            await self._workspaces.put_away(held.session_id)
        except (QuarterdeckError, OSError) as error:
            logger.warning("a jail is left", session=str(held.session_id), error=str(error))


async def _within(seconds: float, *work: Coroutine[object, object, None]) -> None:
    try:
        async with asyncio.timeout(seconds):
            await asyncio.gather(*work)
    except TimeoutError:
        logger.warning("not everything could be done before the stop")
