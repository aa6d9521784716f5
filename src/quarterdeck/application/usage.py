"""Usage of models: recording what agents outside tell, and a project's own prices."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from quarterdeck.application.access import no_project, no_session, no_task, permitted
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.log import EventLog, StreamWrite
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.requests import IdempotencyKey, Outcome, acceptance, answered, context_of, perform
from quarterdeck.application.streams import ATTEMPTS, PRICE_TABLE, PROJECT, SESSION, TASK, USAGE
from quarterdeck.domain import prices, project, usage
from quarterdeck.domain.errors import ConflictError, InvalidInputError
from quarterdeck.domain.prices import ModelPrice, PriceTable
from quarterdeck.domain.project import Role
from quarterdeck.domain.session import NoSession
from quarterdeck.domain.task import NoTask
from quarterdeck.domain.usage import MAX_RECORDS, ModelUsageRecorded


@dataclass(frozen=True, kw_only=True)
class RecordedCalls:
    """`position`: of the last of their events, whether they were recorded now or before."""

    ids: tuple[UUID, ...]
    position: int


@dataclass(frozen=True)
class Usage:
    log: EventLog
    clock: Clock

    async def record(
        self,
        caller: Caller,
        project_id: UUID,
        told: Sequence[ModelUsageRecorded],
        key: IdempotencyKey | None = None,
    ) -> RecordedCalls:
        """All of them or none. What was recorded before stays, and is answered as it was then."""
        if not 1 <= len(told) <= MAX_RECORDS:
            raise InvalidInputError(
                f"{len(told)} calls are told; it is 1 to {MAX_RECORDS} at once.", "Send the rest apart.", field="calls"
            )
        home = (await PROJECT.load(self.log, project_id)).state
        permitted(caller, home, Role.DEVELOPER, no_project())
        project.usable(home)
        await self._check_sessions(project_id, told)
        await self._check_tasks(project_id, told)
        calls = _by_id(told)
        # nearly always none of them is in the log, and a stream's version says so as it is written
        for look in (False, *([True] * ATTEMPTS)):
            try:
                accepted = await answered(self.log, caller, key)
                position, writes = await self._undecided(calls, look=look or accepted is not None)
                kept = [] if accepted else acceptance(caller, key, project_id)
                if not writes and not kept:
                    return RecordedCalls(ids=tuple(calls), position=position)
                # the calls come last, so that the last position is theirs
                recorded = await self.log.append([*kept, *writes], context_of(caller, project_id=project_id))
            except ConcurrencyError:
                continue
            except InvalidInputError:
                # a call that was recorded long ago is told again: what holds for a new one does not hold for it
                if look:
                    raise
                continue
            return RecordedCalls(ids=tuple(calls), position=recorded[-1].position if writes else position)
        raise ConcurrencyError("The same calls are being recorded by others.", "Try again.")

    async def revise_prices(
        self, caller: Caller, project_id: UUID, revised: Sequence[ModelPrice], key: IdempotencyKey | None = None
    ) -> Outcome[PriceTable]:
        """Puts `revised` in the place of the project's table. What was recorded before is priced anew by it."""
        home = (await PROJECT.load(self.log, project_id)).state
        permitted(caller, home, Role.OWNER, no_project())
        project.usable(home)
        return await perform(
            self.log,
            PRICE_TABLE,
            prices.price_table_id(project_id),
            lambda state: prices.revise(state, project_id, revised),
            caller=caller,
            context=context_of(caller, project_id=project_id),
            key=key,
        )

    async def _undecided(
        self, calls: dict[UUID, tuple[int, ModelUsageRecorded]], *, look: bool
    ) -> tuple[int, list[StreamWrite]]:
        """What is still to be written, and where the last of what was written before is; without `look`, nothing is."""
        now, position, writes = self.clock.now(), 0, list[StreamWrite]()
        for stream_id, (number, each) in calls.items():
            history = await self.log.load(stream_id) if look else ()
            loaded = USAGE.fold(stream_id, history)
            events = usage.record(loaded.state, each, now, f"calls.{number}.")
            position = max(position, history[-1].position if history else 0)
            if events:
                write = StreamWrite(
                    stream_id=stream_id, expected_version=loaded.version, events=events, session_id=each.session_id
                )
                writes.append(write)
        return position, writes

    async def _check_sessions(self, project_id: UUID, told: Sequence[ModelUsageRecorded]) -> None:
        for session_id in {each.session_id for each in told if each.session_id is not None}:
            state = (await SESSION.load(self.log, session_id)).state
            if isinstance(state, NoSession) or state.project_id != project_id:
                raise no_session()

    async def _check_tasks(self, project_id: UUID, told: Sequence[ModelUsageRecorded]) -> None:
        for identifier in {each.task_id for each in told if each.task_id is not None}:
            state = (await TASK.load(self.log, identifier)).state
            if isinstance(state, NoTask) or state.project_id != project_id:
                raise no_task()


def _by_id(told: Sequence[ModelUsageRecorded]) -> dict[UUID, tuple[int, ModelUsageRecorded]]:
    """Each call once, with its place in the request."""
    calls: dict[UUID, tuple[int, ModelUsageRecorded]] = {}
    for number, each in enumerate(told):
        stream_id = usage.usage_id(each.project_id, each.provider, each.response_id)
        _, first = calls.setdefault(stream_id, (number, each))
        if first != each:
            raise ConflictError(
                f"The request {each.response_id[:60]!r} is told twice, with different content.", "Tell it once."
            )
    return calls
