"""Working from a task: a session of the project that is opened for it, and holds it."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.ports.log import EventLog, StreamWrite
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.requests import Outcome, answered, as_it_is
from quarterdeck.application.sessions import Sessions, Work
from quarterdeck.application.streams import ATTEMPTS, SESSION, TASK
from quarterdeck.application.task_checks import By, TaskChecks
from quarterdeck.domain import task_start, task_work
from quarterdeck.domain.limits import NOTHING_ASKED, LimitsAsked
from quarterdeck.domain.session_state import LIVE, SessionState
from quarterdeck.domain.session_task import SessionTaskGiven
from quarterdeck.domain.task import Task, TaskState, existing
from quarterdeck.domain.task_work import HeldError


@dataclass(frozen=True, kw_only=True)
class Opening:
    """How the session is to be opened; `title`: None for the task's."""

    ref: str | None = None
    title: str | None = None
    limits: LimitsAsked = NOTHING_ASKED
    persona: str | None = None


@dataclass(frozen=True)
class TaskStarts:
    log: EventLog
    clock: Clock
    sessions: Sessions

    async def start(
        self,
        by: By,
        identifier: UUID,
        opening: Opening = Opening(),
        lease: timedelta = task_work.LEASE,
        *,
        force: bool = False,
    ) -> Outcome[SessionState]:
        """Opens a session that works on the task: claimed for the caller, in progress and linked to it, in one append.

        The claim's lease is renewed as long as the session lives. `force`: although what it waits for is not done.
        """
        if (earlier := await answered(self.log, by.caller, by.key)) is not None:
            return await as_it_is(self.log, SESSION, earlier)
        for _ in range(ATTEMPTS):
            known = await TaskChecks(self.log).task(by.caller, identifier)
            try:
                return await self._start(by, identifier, known, opening, lease, force=force)
            except ConcurrencyError:
                continue
            except HeldError as held:
                await TaskChecks(self.log).name_holder(held, known)
                raise
        raise ConcurrencyError("This task changes too fast to be started.", "Try again.")

    async def _start(
        self, by: By, identifier: UUID, known: Task, opening: Opening, lease: timedelta, *, force: bool
    ) -> Outcome[SessionState]:
        waits_for = await TaskChecks(self.log).unfinished(known)
        loaded = await TASK.load(self.log, identifier)
        at_work = await self._is_at_work(loaded.state)

        def write(session_id: UUID) -> StreamWrite:
            events = task_start.start(
                loaded.state,
                user_id=by.caller.user_id,
                session_id=session_id,
                lease=lease,
                now=self.clock.now(),
                waits_for=waits_for,
                at_work=at_work,
                force=force,
            )
            return StreamWrite(stream_id=identifier, expected_version=loaded.version, events=events)

        given = SessionTaskGiven(task_id=identifier, number=known.number)
        return await self.sessions.open(
            by.caller,
            known.project_id,
            ref=opening.ref,
            title=f"{known.reference} {known.fields.title}" if opening.title is None else opening.title,
            limits=opening.limits,
            persona=opening.persona,
            work=Work(given, write),
            key=by.key,
        )

    async def _is_at_work(self, state: TaskState) -> bool:
        """Whether the claim is that of a session which works on the task, and lives."""
        task = existing(state)
        if task.claim is None or task.claim.session_id is None:
            return False
        place = (await SESSION.load(self.log, task.claim.session_id)).state
        return isinstance(place, LIVE) and place.task is not None and place.task.number == task.number
