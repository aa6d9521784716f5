"""Freezing and thawing sessions, as the log asks for it: what it calls paused is frozen, whoever was killed."""

from quarterdeck.application.journal import Journal
from quarterdeck.application.streams import SESSION
from quarterdeck.domain import session
from quarterdeck.domain.pausing import Activity
from quarterdeck.domain.session_state import ReadySession
from quarterdeck.worker.fencing import Fence
from quarterdeck.worker.queue import Hold
from quarterdeck.worker.sessions import HeldSession


class Pauser:
    def __init__(self, journal: Journal, fence: Fence) -> None:
        self._journal, self._fence = journal, fence

    async def settle(self, held: HeldSession) -> None:
        """Brings a held session to where the log wants it, and says so. Safe to repeat. Raises JailError."""
        async with held.steering:
            state = (await self._journal.read(SESSION, held.session_id)).state
            if not isinstance(state, ReadySession) or held.closing or self._fence.closed:
                return
            match state.pause.activity:
                case Activity.PAUSING:
                    await self._freeze(held)
                    await self._journal.decide(SESSION, held.session_id, session.pause)
                case Activity.PAUSED:
                    await self._freeze(held)
                case Activity.RESUMING:
                    await self._thaw(held)
                    await self._journal.decide(SESSION, held.session_id, session.resume)
                    held.commands.let_go(Hold.PAUSE)
                case Activity.RUNNING:
                    if held.commands.is_held(Hold.LEASE):
                        await self._thaw(held)
                    held.commands.let_go(Hold.PAUSE)
            if not self._fence.closed:
                held.commands.let_go(Hold.LEASE)

    async def _thaw(self, held: HeldSession) -> None:
        await held.jail.thaw()
        if self._fence.closed:
            await held.jail.freeze()

    async def wake(self, held: HeldSession) -> None:
        """Without a word in the log: it is to end, and what runs in it must be able to."""
        async with held.steering:
            if held.commands.is_held(Hold.PAUSE) or held.commands.is_held(Hold.LEASE):
                await held.jail.thaw()

    async def _freeze(self, held: HeldSession) -> None:
        held.commands.hold(Hold.PAUSE)
        await held.jail.freeze()
