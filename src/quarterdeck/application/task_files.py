"""What people ask of task files: to bring them together now, and to decide what both sides changed."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from quarterdeck.application.access import no_project, permitted
from quarterdeck.application.ports.log import EventLog, StreamWrite
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.requests import Outcome, context_of, perform
from quarterdeck.application.streams import PROJECT, TASK, TASK_DEPENDENCIES, TASK_FILES, USER
from quarterdeck.application.task_books import read_value
from quarterdeck.application.task_changes import Rules, changed
from quarterdeck.application.task_checks import By, TaskChecks
from quarterdeck.domain import project, task_conflicts, task_dependencies, task_files
from quarterdeck.domain.errors import ConflictError, InvalidInputError
from quarterdeck.domain.identity import User
from quarterdeck.domain.project import Role
from quarterdeck.domain.task import TaskState, existing
from quarterdeck.domain.task_conflicts import Choice, FieldValue, TaskConflictFound, TaskConflictResolved
from quarterdeck.domain.task_dependencies import task_dependencies_id
from quarterdeck.domain.task_events import TaskEvent, TaskStatus
from quarterdeck.domain.task_files import TaskFiles, task_files_id
from quarterdeck.task_document.values import Field


@dataclass(frozen=True, kw_only=True)
class Decision:
    """`field`: None for the task itself, which was taken out of the file."""

    field: Field | None
    choice: Choice
    value: FieldValue = None
    force: bool = False


@dataclass(frozen=True)
class TaskFilesOfProjects:
    log: EventLog
    clock: Clock

    async def request(self, by: By, project_id: UUID, *, removals: bool = False) -> Outcome[TaskFiles]:
        """Asks for the project's task files to be brought together with the log now; the conductor does it.

        `removals`: tasks that are gone from the files are dropped, however many they are.
        """
        home = permitted(by.caller, (await PROJECT.load(self.log, project_id)).state, Role.DEVELOPER, no_project())
        project.usable(home)
        if not home.settings.task_files.enabled:
            raise ConflictError(
                f"The task files of project {home.name} are not followed.",
                "Turn that on with `qd project set tasks-sync=on`.",
            )
        return await perform(
            self.log,
            TASK_FILES,
            task_files_id(project_id),
            lambda state: task_files.request(state, removals=removals),
            caller=by.caller,
            context=context_of(by.caller, project_id=project_id),
            key=by.key,
        )

    async def resolve(self, by: By, identifier: UUID, decision: Decision) -> Outcome[TaskState]:
        """Decides a conflict: the log has that value from then on, and the file gets it."""
        checks = TaskChecks(self.log)
        known = await checks.task(by.caller, identifier)
        context = await checks.context(by, known.project_id)
        rules = Rules(now=self.clock.now(), workers=await self._workers(known.project_id))
        also = await self._declared(known.project_id, known.number, identifier, decision)

        def decide(state: TaskState) -> tuple[TaskEvent, ...]:
            return _resolved(state, decision, rules, by.caller.user_id)

        return await perform(
            self.log, TASK, identifier, decide, caller=by.caller, context=context, key=by.key, also=also
        )

    async def _declared(self, project_id: UUID, number: int, identifier: UUID, decision: Decision) -> list[StreamWrite]:
        """Dependencies are declared beside the task."""
        if decision.field is not Field.DEPENDENCIES or decision.choice is Choice.LOG:
            return []
        state = existing((await TASK.load(self.log, identifier)).state)
        found = task_conflicts.on_field(state.conflicts, Field.DEPENDENCIES)[0]
        wanted = tuple(int(each) for each in _tuple(_chosen(found, decision)))
        await TaskChecks(self.log).check_known(project_id, wanted)
        known = await TASK_DEPENDENCIES.load(self.log, task_dependencies_id(project_id))
        events = task_dependencies.declare(known.state, number, wanted)
        return [StreamWrite(stream_id=known.stream_id, expected_version=known.version, events=events)] if events else []

    async def _workers(self, project_id: UUID) -> dict[str, UUID | None]:
        home = project.existing((await PROJECT.load(self.log, project_id)).state)
        found: dict[str, UUID | None] = {}
        for user_id, role in home.members.items():
            user = (await USER.load(self.log, user_id)).state
            if role is not Role.VIEWER and isinstance(user, User):
                found[user.name] = None if user.name in found else user_id
        return found


def _resolved(state: TaskState, decision: Decision, rules: Rules, user_id: UUID) -> tuple[TaskEvent, ...]:
    task = existing(state)
    what = decision.field
    conflicts = task_conflicts.on_field(task.conflicts, what.value if what else None)
    told = tuple(
        TaskConflictResolved(field=each.field, choice=decision.choice, session_id=each.session_id) for each in conflicts
    )
    if decision.choice is Choice.LOG:
        return told
    if what is None:
        if decision.choice is not Choice.FILE:
            raise InvalidInputError("A task that was taken out is kept or dropped.", "Take file or log.", field="take")
        wanted: tuple[Field, Any] = (Field.STATUS, TaskStatus.DROPPED)
    else:
        wanted = (what, _value(what, _chosen(conflicts[0], decision)))
    edits = changed(
        task,
        *wanted,
        rules=rules,
        user_id=user_id,
        reason="So it was decided where file and log differed.",
        force=decision.force,
    )
    return (*edits, *told)


def _chosen(found: TaskConflictFound, decision: Decision) -> FieldValue:
    return found.file if decision.choice is Choice.FILE else decision.value


def _value(what: Field, value: FieldValue) -> Any:
    """INVALID_INPUT for what the field cannot be."""
    try:
        if what in {Field.LABELS, Field.ACCEPTANCE}:
            return tuple(str(each) for each in _tuple(value))
        if what is Field.DEPENDENCIES:
            return tuple(int(each) for each in _tuple(value))
        if what is Field.ESTIMATE:
            return int(str(value))
        return read_value(what, None if value is None else str(value))
    except ValueError:
        raise InvalidInputError(
            f"{str(value)[:60]!r} is no {what.value} of a task.", "Give another value.", field="value"
        ) from None


def _tuple(value: FieldValue) -> tuple[str | int, ...]:
    if not isinstance(value, tuple):
        raise ValueError(value)  # noqa: TRY004 - as `int` says it
    return value
