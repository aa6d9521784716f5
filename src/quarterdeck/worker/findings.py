"""What a worker finds on its host, as events of its own stream."""

from typing import assert_never

from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.journal import Journal, Read
from quarterdeck.application.ports.log import StreamWrite
from quarterdeck.application.streams import WORKER
from quarterdeck.domain.session_state import (
    EndedSession,
    NoSession,
    OpenSession,
    ReadySession,
    SessionState,
)
from quarterdeck.domain.worker import OrphanRemoved, WorkerEvent, WorkerStarted, worker_stream
from quarterdeck.jail.shim.record import boot
from quarterdeck.worker.settings import WorkerSettings


class Findings:
    def __init__(self, journal: Journal, settings: WorkerSettings) -> None:
        self._journal, self._settings = journal, settings

    async def started(self) -> None:
        settings = self._settings
        await self._append(
            WorkerStarted(worker_id=settings.worker_id, host=settings.host, capacity=settings.capacity, boot_id=boot())
        )

    async def removed(self, kind: str, session: Read[SessionState]) -> None:
        """Something of a session's that nothing needs is gone from this host."""
        orphan = OrphanRemoved(
            worker_id=self._settings.worker_id,
            kind=kind,
            session_id=session.stream_id,
            detail=why_unneeded(session.state),
        )
        await self._append(orphan, session)

    async def _append(self, event: WorkerEvent, about: Read[SessionState] | None = None) -> None:
        stream_id = worker_stream(self._settings.worker_id)
        while True:
            version = (await self._journal.read(WORKER, stream_id)).version
            write = StreamWrite(stream_id=stream_id, expected_version=version, events=(event,))
            try:
                if about and about.events:
                    await self._journal.append([write], about.events[-1])
                else:
                    await self._journal.begin([write])
            except ConcurrencyError:
                continue
            return


def why_unneeded(state: SessionState) -> str:
    match state:
        case NoSession():
            return "The log knows no such session."
        case OpenSession(came_from=worker_id) if worker_id:
            return f"The session was lost with worker {worker_id}, and is made anew from its last snapshot."
        case OpenSession():
            return "It was left by an attempt to make the session that was cut off; it is made afresh."
        case ReadySession():
            return f"Worker {state.worker_id} has the session."
        case EndedSession():
            return f"The session has ended ({state.how})."
        case _:
            assert_never(state)
