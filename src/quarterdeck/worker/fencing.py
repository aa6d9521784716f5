"""A worker that cannot say that it lives freezes its sessions, before another may be given them."""

import asyncio

import structlog

from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.worker.queue import Hold
from quarterdeck.worker.sessions import HeldSession, Sessions

logger = structlog.get_logger(__name__)


class Fence:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self.closed = False
        """Nothing may run."""

    async def close(self) -> None:
        """Safe to repeat: what could not be frozen is tried again."""
        if not self.closed:
            logger.warning("the worker's lease cannot be renewed: its sessions are frozen")
        self.closed = True
        await asyncio.gather(*(self._freeze(held) for held in self._sessions))

    def open(self) -> None:
        """What is still this worker's goes on when the log was looked at (`Pauser.settle`)."""
        self.closed = False

    async def _freeze(self, held: HeldSession) -> None:
        if held.closing:
            return
        # who steers it may be waiting for the log, which does not answer either: that is not waited for
        held.commands.hold(Hold.LEASE)
        try:
            await held.jail.freeze()
        except QuarterdeckError as error:
            logger.warning("a session is not frozen", session=str(held.session_id), error=error.message)
