"""What is looked at before a task is written: who may, and whether what it names is there."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from quarterdeck.application.access import no_command, no_session, no_task, permitted
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.log import Context, EventLog
from quarterdeck.application.requests import IdempotencyKey, context_of
from quarterdeck.application.streams import COMMAND, PROJECT, SESSION, TASK, USER
from quarterdeck.domain import project
from quarterdeck.domain.command import NoCommand
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.identity import User
from quarterdeck.domain.project import Project, Role
from quarterdeck.domain.session_state import NoSession
from quarterdeck.domain.task import NoTask, Task, TaskState, task_id
from quarterdeck.domain.task_events import CLOSED, LinkKind, TaskLink
from quarterdeck.domain.task_fields import reference
from quarterdeck.domain.task_work import HeldError

ME = "me"
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class By:
    """Who asks, from within which session of the task's project (None: from without), and under which key."""

    caller: Caller
    session_id: UUID | None = None
    key: IdempotencyKey | None = None


@dataclass(frozen=True)
class TaskChecks:
    log: EventLog

    async def task(self, caller: Caller, identifier: UUID) -> Task:
        """The task, if the caller may change it."""
        state = (await TASK.load(self.log, identifier)).state
        if isinstance(state, NoTask):
            raise no_task()
        home = (await PROJECT.load(self.log, state.project_id)).state
        project.usable(permitted(caller, home, Role.DEVELOPER, no_task()))
        return state

    async def context(self, by: By, project_id: UUID) -> Context:
        if by.session_id is not None:
            await self._check_session(by.session_id, project_id)
        return context_of(by.caller, project_id=project_id, session_id=by.session_id)

    async def _check_session(self, session_id: UUID, project_id: UUID) -> None:
        place = (await SESSION.load(self.log, session_id)).state
        if isinstance(place, NoSession) or place.project_id != project_id:
            raise no_session()

    async def check_link(self, link: TaskLink, project_id: UUID) -> None:
        match link.kind:
            case LinkKind.COMMIT:
                if not _COMMIT.fullmatch(link.target):
                    raise InvalidInputError(
                        f"{link.target[:80]!r} is no whole name of a commit.",
                        "Write out its 40 (or 64) hex digits, in lower case.",
                        field="commit",
                    )
            case LinkKind.SESSION:
                await self._check_session(UUID(link.target), project_id)
            case LinkKind.COMMAND:
                asked = (await COMMAND.load(self.log, UUID(link.target))).state
                if isinstance(asked, NoCommand) or asked.request.project_id != project_id:
                    raise no_command()

    async def check_known(self, project_id: UUID, numbers: Sequence[int]) -> None:
        states = await self._numbered(project_id, numbers)
        unknown = [number for number, state in zip(numbers, states, strict=True) if isinstance(state, NoTask)]
        if unknown:
            named = ", ".join(map(reference, unknown))
            raise InvalidInputError(
                f"There is no task {named} in this project.", "Name tasks that it has.", field="dependencies"
            )

    async def unfinished(self, known: Task) -> list[int]:
        """The numbers of those that it waits for."""
        numbers = known.fields.dependencies
        states = await self._numbered(known.project_id, numbers)
        return [n for n, state in zip(numbers, states, strict=True) if isinstance(state, Task) and _is_open(state)]

    async def name_holder(self, held: HeldError, known: Task) -> None:
        """Who holds it, in the error's own words."""
        user = (await USER.load(self.log, held.claim.user_id)).state
        held.tell(known.reference, user.name if isinstance(user, User) else f"User {held.claim.user_id}")

    async def _numbered(self, project_id: UUID, numbers: Sequence[int]) -> list[TaskState]:
        loaded = await asyncio.gather(*(TASK.load(self.log, task_id(project_id, each)) for each in numbers))
        return [each.state for each in loaded]

    async def member(self, caller: Caller, project_id: UUID, text: str) -> UUID:
        if text == ME:
            return caller.user_id
        home = project.existing((await PROJECT.load(self.log, project_id)).state)
        users = await asyncio.gather(*(USER.load(self.log, each) for each in _workers(home)))
        found = [
            each.stream_id
            for each in users
            if text == str(each.stream_id) or (isinstance(each.state, User) and each.state.name == text)
        ]
        if len(found) == 1:
            return found[0]
        if found:
            raise InvalidInputError(f"{len(found)} members are called {text[:60]!r}.", "Give an id.", field="owner")
        raise InvalidInputError(
            f"Nobody called {text[:60]!r} works on this project.", "Name a developer or an owner of it.", field="owner"
        )


def _is_open(state: Task) -> bool:
    return state.status not in CLOSED


def _workers(home: Project) -> list[UUID]:
    """Members who may do more than look."""
    return [user_id for user_id, role in home.members.items() if role is not Role.VIEWER]
