"""Usage of models: recording what agents outside tell, and a project's own prices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from quarterdeck.application.access import no_project, no_session, no_task, permitted
from quarterdeck.application.ledgers import Ledgers
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.log import EventLog
from quarterdeck.application.ports.pricing import Pricing
from quarterdeck.application.requests import IdempotencyKey, Outcome, context_of, perform
from quarterdeck.application.streams import PRICE_TABLE, PROJECT, SESSION, TASK
from quarterdeck.application.usage_posting import RecordedCalls, RecordUsage, Told
from quarterdeck.domain import prices, project, usage
from quarterdeck.domain.errors import ConflictError, InvalidInputError
from quarterdeck.domain.prices import ModelPrice, PriceTable
from quarterdeck.domain.project import Role
from quarterdeck.domain.session_state import NoSession, SessionState
from quarterdeck.domain.task import NoTask
from quarterdeck.domain.usage import MAX_RECORDS, ModelUsageRecorded


@dataclass(frozen=True)
class Usage:
    ledgers: Ledgers
    pricing: Pricing

    @property
    def log(self) -> EventLog:
        return self.ledgers.log

    async def record(
        self,
        caller: Caller,
        project_id: UUID,
        told: Sequence[ModelUsageRecorded],
        key: IdempotencyKey | None = None,
        *,
        reservations: Mapping[int, UUID] | None = None,
    ) -> RecordedCalls:
        """All of them or none. What was recorded before stays, and is answered as it was then.

        `reservations`: those that calls were made under, by their places. They are settled; what is recorded without
        one counts at once in every budget that covers it.
        """
        if not 1 <= len(told) <= MAX_RECORDS:
            raise InvalidInputError(
                f"{len(told)} calls are told; it is 1 to {MAX_RECORDS} at once.", "Send the rest apart.", field="calls"
            )
        home = (await PROJECT.load(self.log, project_id)).state
        permitted(caller, home, Role.DEVELOPER, no_project())
        project.usable(home)
        sessions = await self._sessions(project_id, told)
        await self._check_tasks(project_id, told)
        work = RecordUsage(
            self.ledgers, self.pricing, caller, project_id, _by_id(told, reservations or {}), sessions, key
        )
        return await self.ledgers.post(work)

    async def revise_prices(
        self,
        caller: Caller,
        project_id: UUID,
        revised: Sequence[ModelPrice],
        expected: int | None = None,
        key: IdempotencyKey | None = None,
    ) -> Outcome[PriceTable]:
        """Puts `revised` in the place of the project's table. What was recorded before is priced anew by it.

        `expected`: the revision that it is to follow; None: any.
        """
        home = (await PROJECT.load(self.log, project_id)).state
        permitted(caller, home, Role.OWNER, no_project())
        project.usable(home)
        return await perform(
            self.log,
            PRICE_TABLE,
            prices.price_table_id(project_id),
            lambda state: prices.revise(state, project_id, revised, expected),
            caller=caller,
            context=context_of(caller, project_id=project_id),
            key=key,
        )

    async def _sessions(self, project_id: UUID, told: Sequence[ModelUsageRecorded]) -> dict[UUID, SessionState]:
        """Those that the calls were made in, which must be the project's."""
        known: dict[UUID, SessionState] = {}
        for session_id in {each.session_id for each in told if each.session_id is not None}:
            state = (await SESSION.load(self.log, session_id)).state
            if isinstance(state, NoSession) or state.project_id != project_id:
                raise no_session()
            known[session_id] = state
        return known

    async def _check_tasks(self, project_id: UUID, told: Sequence[ModelUsageRecorded]) -> None:
        for identifier in {each.task_id for each in told if each.task_id is not None}:
            state = (await TASK.load(self.log, identifier)).state
            if isinstance(state, NoTask) or state.project_id != project_id:
                raise no_task()


def _by_id(told: Sequence[ModelUsageRecorded], reservations: Mapping[int, UUID]) -> dict[UUID, Told]:
    """Each call once, with its place in the request."""
    calls: dict[UUID, Told] = {}
    for number, each in enumerate(told):
        stream_id = usage.usage_id(each.project_id, each.provider, each.response_id)
        first = calls.setdefault(stream_id, Told(number=number, call=each, reservation_id=reservations.get(number)))
        if first.call != each or first.reservation_id != reservations.get(number):
            raise ConflictError(
                f"The request {each.response_id[:60]!r} is told twice, with different content.", "Tell it once."
            )
    return calls
