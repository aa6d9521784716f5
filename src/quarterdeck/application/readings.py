"""How far users have read. A stream's last event is its state, and a mark that moves nothing is none."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from quarterdeck.application.access import no_project, permitted
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.log import EventLog, LoggedEvent, StreamWrite
from quarterdeck.application.requests import IdempotencyKey, acceptance, answered, context_of
from quarterdeck.application.streams import ATTEMPTS, PROJECT
from quarterdeck.domain import reading
from quarterdeck.domain.project import Role
from quarterdeck.domain.reading import ProjectRead, Reading


@dataclass(frozen=True, kw_only=True)
class Mark:
    position: int = 0
    read_at: datetime | None = None
    """None: never."""


@dataclass(frozen=True)
class Readings:
    log: EventLog

    async def mark(self, caller: Caller, project_id: UUID) -> Mark:
        """Up to where the caller has read. NOT_FOUND for a project that is not theirs to see."""
        await self._permit(caller, project_id)
        return _mark(await self._last(caller, project_id))

    async def read(
        self, caller: Caller, project_id: UUID, position: int, *, back: bool = False, key: IdempotencyKey | None = None
    ) -> Mark:
        """Marks it as read up to there, and gives how far that is now."""
        await self._permit(caller, project_id)
        stream_id = reading.reading_id(caller.user_id, project_id)
        for _ in range(ATTEMPTS):
            if await answered(self.log, caller, key) is not None:
                return _mark(await self._last(caller, project_id))
            last = await self._last(caller, project_id)
            events = reading.read_up_to(
                _state(last),
                position,
                user_id=caller.user_id,
                project_id=project_id,
                head=await self.log.head(),
                back=back,
            )
            if not events:
                return _mark(last)
            version = last.version if last else 0
            write = StreamWrite(stream_id=stream_id, expected_version=version, events=events)
            try:
                recorded = await self.log.append([write, *acceptance(caller, key, stream_id)], context_of(caller))
            except ConcurrencyError:
                continue
            return Mark(position=position, read_at=recorded[0].envelope.recorded_at)
        raise ConcurrencyError("Too many mark this project as read at once.", "Try again.")

    async def _last(self, caller: Caller, project_id: UUID) -> LoggedEvent | None:
        stream_id = reading.reading_id(caller.user_id, project_id)
        return (await self.log.last([stream_id])).get(stream_id)

    async def _permit(self, caller: Caller, project_id: UUID) -> None:
        permitted(caller, (await PROJECT.load(self.log, project_id)).state, Role.VIEWER, no_project())


def _state(last: LoggedEvent | None) -> Reading:
    """An erased mark is none."""
    return Reading(position=last.event.position) if last and isinstance(last.event, ProjectRead) else Reading()


def _mark(last: LoggedEvent | None) -> Mark:
    state = _state(last)
    return Mark(position=state.position, read_at=last.envelope.recorded_at if last and state.position else None)
