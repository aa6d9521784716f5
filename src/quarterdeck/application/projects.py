"""Projects: registering a repository, and what is kept about it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from quarterdeck.application.access import no_project, permitted
from quarterdeck.application.dispatch import Doorbell
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.control import RepositoryFound, WorkerControl
from quarterdeck.application.ports.log import EventLog, StreamWrite
from quarterdeck.application.ports.system import Ids
from quarterdeck.application.requests import IdempotencyKey, Outcome, answered, as_it_is, context_of, perform
from quarterdeck.application.streams import ATTEMPTS, PROJECT
from quarterdeck.domain import project
from quarterdeck.domain.project import Project, ProjectSettings, ProjectState, Role
from quarterdeck.domain.task_files import FOLLOWED_ID, TaskFilesFollowed


@dataclass(frozen=True)
class Projects:
    log: EventLog
    ids: Ids
    control: WorkerControl
    doorbell: Doorbell

    async def create(
        self,
        caller: Caller,
        *,
        repository: str,
        name: str | None = None,
        default_branch: str | None = None,
        key: IdempotencyKey | None = None,
    ) -> Outcome[ProjectState]:
        """Registers a repository that a worker can reach. Nothing is logged where none can."""
        if (earlier := await answered(self.log, caller, key)) is not None:
            return await as_it_is(self.log, PROJECT, earlier)
        found = await self.control.find_repository(repository, default_branch)
        project_id = self.ids.new()
        outcome = await perform(
            self.log,
            PROJECT,
            project_id,
            lambda state: _create(state, caller, found, name),
            caller=caller,
            context=context_of(caller, project_id=project_id),
            key=key,
            new=True,
        )
        await self.doorbell.ring(outcome.recorded)
        return outcome

    async def change_settings(
        self,
        caller: Caller,
        project_id: UUID,
        change: Callable[[ProjectSettings], ProjectSettings],
        key: IdempotencyKey | None = None,
    ) -> Outcome[ProjectState]:
        """`change` is given the settings as they are, and may be called again where somebody else was faster."""

        def decide(state: ProjectState) -> tuple[project.ProjectEvent, ...]:
            known = permitted(caller, state, Role.OWNER, no_project())
            return project.change_settings(state, change(known.settings))

        context = context_of(caller, project_id=project_id)
        for _ in range(ATTEMPTS):
            also = await self._following(project_id, change)
            try:
                return await perform(
                    self.log, PROJECT, project_id, decide, caller=caller, context=context, key=key, also=also
                )
            except ConcurrencyError:
                continue
        raise ConcurrencyError("This project changes too fast to write to.", "Try again.")

    async def _following(
        self, project_id: UUID, change: Callable[[ProjectSettings], ProjectSettings]
    ) -> Sequence[StreamWrite]:
        """Said beside the settings: a project's task files are followed from now on, or not any more."""
        known = (await PROJECT.load(self.log, project_id)).state
        if not isinstance(known, Project):
            return ()
        on = change(known.settings).task_files.enabled
        if on == known.settings.task_files.enabled:
            return ()
        version = len(await self.log.load(FOLLOWED_ID))
        followed = TaskFilesFollowed(project_id=project_id, on=on)
        return [StreamWrite(stream_id=FOLLOWED_ID, expected_version=version, events=(followed,))]


def _create(
    state: ProjectState, caller: Caller, found: RepositoryFound, name: str | None
) -> tuple[project.ProjectEvent, ...]:
    return project.create(
        state,
        name=name or found.name,
        repository=found.source,
        default_branch=found.default_branch,
        owner_id=caller.user_id,
        settings=ProjectSettings(),
    )
