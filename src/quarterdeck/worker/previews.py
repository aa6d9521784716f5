"""Ports of the sessions here, for whom the gateway lets in."""

import socket
from collections.abc import Sequence
from uuid import UUID

from quarterdeck.domain.errors import ConflictError, PausedError
from quarterdeck.jail.abstract import Jail
from quarterdeck.jail.egress.abstract import PORT
from quarterdeck.worker.queue import Hold
from quarterdeck.worker.sessions import Sessions


class Ports:
    """A `TunnelHandler`."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def ports(self, session_id: UUID) -> Sequence[int]:
        return [port for port in await self._jail(session_id).ports() if port != PORT]

    async def dial(self, session_id: UUID, port: int) -> socket.socket:
        return await self._jail(session_id).dial(port)

    def _jail(self, session_id: UUID) -> Jail:
        held = self._sessions.get(session_id)
        if held is None or held.closing:
            raise ConflictError("This session does not run here any more.", "Open another with `qd session open`.")
        if held.commands.is_held(Hold.PAUSE):
            raise PausedError("This session is paused.", "Resume it with `qd session resume ID`.")
        return held.jail
