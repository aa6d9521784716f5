"""Tasks: writing them down, and working on them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from quarterdeck.application.access import no_project, permitted
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.ports.log import Context, EventLog, StreamWrite
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.requests import Outcome, answered, as_it_is, perform
from quarterdeck.application.streams import ATTEMPTS, PROJECT, TASK, TASK_DEPENDENCIES
from quarterdeck.application.task_checks import By, TaskChecks
from quarterdeck.application.task_numbers import Numbers
from quarterdeck.domain import project, task, task_dependencies, task_fields, task_work
from quarterdeck.domain.project import Role
from quarterdeck.domain.task import NumberTakenError, TaskState, task_id
from quarterdeck.domain.task_dependencies import task_dependencies_id
from quarterdeck.domain.task_events import TaskEvent, TaskLink, TaskStatus
from quarterdeck.domain.task_fields import TaskChanges, TaskFields
from quarterdeck.domain.task_work import HeldError

Decision = Callable[[TaskState], tuple[TaskEvent, ...]]


@dataclass(frozen=True)
class Tasks:
    log: EventLog
    clock: Clock
    numbers: dict[UUID, Numbers] = field(default_factory=dict[UUID, Numbers])

    @property
    def _checks(self) -> TaskChecks:
        return TaskChecks(self.log)

    async def create(self, by: By, project_id: UUID, fields: TaskFields) -> Outcome[TaskState]:
        """Writes a task down. It has the project's next number."""
        if (earlier := await answered(self.log, by.caller, by.key)) is not None:
            return await as_it_is(self.log, TASK, earlier)
        home = permitted(by.caller, (await PROJECT.load(self.log, project_id)).state, Role.DEVELOPER, no_project())
        project.usable(home)
        context = await self._checks.context(by, project_id)
        wanted = task_fields.normalised_fields(fields)
        await self._checks.check_known(project_id, wanted.dependencies)
        numbers = self._numbers(project_id)
        async with numbers.turn:
            return await self._create(by, numbers, wanted, context)

    async def _create(self, by: By, numbers: Numbers, fields: TaskFields, context: Context) -> Outcome[TaskState]:
        project_id, conflicts = numbers.project_id, 0
        while True:
            number = await numbers.next(self.log)
            also = await self._declared(project_id, number, fields.dependencies)

            def decide(state: TaskState, number: int = number) -> tuple[TaskEvent, ...]:
                return task.create(state, project_id=project_id, number=number, fields=fields)

            try:
                outcome = await perform(
                    self.log,
                    TASK,
                    task_id(project_id, number),
                    decide,
                    caller=by.caller,
                    context=context,
                    key=by.key,
                    also=also,
                )
            except NumberTakenError:
                numbers.last = number
            except ConcurrencyError:
                conflicts += 1
                if conflicts >= ATTEMPTS:
                    raise
            else:
                if outcome.recorded:
                    numbers.last = number
                return outcome

    async def edit(self, by: By, identifier: UUID, changes: TaskChanges, base: int | None = None) -> Outcome[TaskState]:
        """Changes the fields that are given. `base`: the revision that the edit was made on."""
        wanted = task_fields.normalised(changes)
        if wanted.dependencies is None:
            return await self._decide(by, identifier, lambda state: task.edit(state, wanted, base))
        known = await self._checks.task(by.caller, identifier)
        await self._checks.check_known(known.project_id, wanted.dependencies)
        async with self._numbers(known.project_id).turn:
            for _ in range(ATTEMPTS):
                also = await self._declared(known.project_id, known.number, wanted.dependencies)
                try:
                    return await self._decide(by, identifier, lambda state: task.edit(state, wanted, base), also)
                except ConcurrencyError:
                    continue
        raise ConcurrencyError("What tasks wait for changes too fast to write to.", "Try again.")

    async def claim(
        self, by: By, identifier: UUID, lease: timedelta = task_work.LEASE, *, force: bool = False
    ) -> Outcome[TaskState]:
        """Holds it for the caller alone, until the lease runs out."""
        waits_for = await self._checks.unfinished(await self._checks.task(by.caller, identifier))

        def decide(state: TaskState) -> tuple[TaskEvent, ...]:
            return task_work.claim(
                state,
                user_id=by.caller.user_id,
                session_id=by.session_id,
                lease=lease,
                now=self.clock.now(),
                waits_for=waits_for,
                force=force,
            )

        return await self._decide(by, identifier, decide)

    async def renew(
        self, by: By, identifier: UUID, lease: timedelta = task_work.LEASE, *, number: int | None = None
    ) -> Outcome[TaskState]:
        """Lets the caller's claim go on for so long from now. `number`: of that claim, where it must be no other."""

        def decide(state: TaskState) -> tuple[TaskEvent, ...]:
            now = self.clock.now()
            return task_work.renew(state, user_id=by.caller.user_id, number=number, lease=lease, now=now)

        return await self._decide(by, identifier, decide)

    async def release(
        self, by: By, identifier: UUID, *, number: int | None = None, reason: str = "", force: bool = False
    ) -> Outcome[TaskState]:
        def decide(state: TaskState) -> tuple[TaskEvent, ...]:
            now, user_id = self.clock.now(), by.caller.user_id
            return task_work.release(state, user_id=user_id, number=number, reason=reason, now=now, force=force)

        return await self._decide(by, identifier, decide)

    async def assign(self, by: By, identifier: UUID, owner: str | None, *, force: bool = False) -> Outcome[TaskState]:
        """To a member, by name, id or `me`; None: to nobody."""
        known = await self._checks.task(by.caller, identifier)
        owner_id = None if owner is None else await self._checks.member(by.caller, known.project_id, owner)

        def decide(state: TaskState) -> tuple[TaskEvent, ...]:
            now = self.clock.now()
            return task_work.assign(state, owner_id, user_id=by.caller.user_id, now=now, force=force)

        return await self._decide(by, identifier, decide)

    async def note(self, by: By, identifier: UUID, text: str) -> Outcome[TaskState]:
        return await self._decide(by, identifier, lambda state: task.note(state, text))

    async def change_status(
        self, by: By, identifier: UUID, status: TaskStatus, *, reason: str = "", force: bool = False
    ) -> Outcome[TaskState]:
        def decide(state: TaskState) -> tuple[TaskEvent, ...]:
            now, user_id = self.clock.now(), by.caller.user_id
            return task_work.change_status(state, status, user_id=user_id, reason=reason, now=now, force=force)

        return await self._decide(by, identifier, decide)

    async def block(self, by: By, identifier: UUID, reason: str, *, force: bool = False) -> Outcome[TaskState]:
        def decide(state: TaskState) -> tuple[TaskEvent, ...]:
            return task_work.block(state, reason, user_id=by.caller.user_id, now=self.clock.now(), force=force)

        return await self._decide(by, identifier, decide)

    async def link(self, by: By, identifier: UUID, link: TaskLink) -> Outcome[TaskState]:
        """To a session or command of the same project, or to a commit by its whole name."""
        await self._checks.check_link(link, (await self._checks.task(by.caller, identifier)).project_id)
        return await self._decide(by, identifier, lambda state: task.link(state, link))

    async def unlink(self, by: By, identifier: UUID, link: TaskLink) -> Outcome[TaskState]:
        return await self._decide(by, identifier, lambda state: task.unlink(state, link))

    # --- what all of them do

    async def _decide(
        self, by: By, identifier: UUID, decision: Decision, also: Sequence[StreamWrite] = ()
    ) -> Outcome[TaskState]:
        known = await self._checks.task(by.caller, identifier)
        context = await self._checks.context(by, known.project_id)
        try:
            return await perform(
                self.log, TASK, identifier, decision, caller=by.caller, context=context, key=by.key, also=also
            )
        except HeldError as held:
            await self._checks.name_holder(held, known)
            raise

    async def _declared(self, project_id: UUID, number: int, wanted: tuple[int, ...]) -> Sequence[StreamWrite]:
        """What is to be written beside the task, as the project's list of dependencies stands now."""
        known = await TASK_DEPENDENCIES.load(self.log, task_dependencies_id(project_id))
        events = task_dependencies.declare(known.state, number, wanted)
        return [StreamWrite(stream_id=known.stream_id, expected_version=known.version, events=events)] if events else []

    def _numbers(self, project_id: UUID) -> Numbers:
        return self.numbers.setdefault(project_id, Numbers(project_id))
