"""Making what a session is: its files, its jail, and what the log is told of both."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from quarterdeck.application import tracing
from quarterdeck.application.background import end
from quarterdeck.application.ports.log import StreamWrite
from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.application.streams import WORKSPACE
from quarterdeck.application.trees import Home
from quarterdeck.domain import project, workspace
from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.domain.limits import LimitsAsked
from quarterdeck.domain.project import ProjectSettings
from quarterdeck.domain.quota import WorkspaceQuota
from quarterdeck.domain.session_events import Limit, SessionForked
from quarterdeck.domain.session_state import OpenSession
from quarterdeck.domain.workspace import SnapshotTaken, WorkspaceEvent, WorkspacePrepared, workspace_id
from quarterdeck.jail.abstract import Jail, JailSpec
from quarterdeck.worker import jails, limits
from quarterdeck.worker.changing import change
from quarterdeck.worker.files import taken
from quarterdeck.worker.image_builds import ImageBuildLog
from quarterdeck.worker.ports import WorkerPorts
from quarterdeck.worker.quota import quota_of, told
from quarterdeck.worker.rebuilding import Begun, Rebuilder
from quarterdeck.worker.task_context import TaskContext, context_of


@dataclass(frozen=True)
class Made:
    workspace: PreparedWorkspace
    jail: Jail
    environment: dict[str, str]
    begun: Begun
    context: TaskContext

    @property
    def limits(self) -> tuple[Limit, ...]:
        return (*self.jail.limits, *told(self.workspace))

    @property
    def writes(self) -> list[StreamWrite]:
        """Beside the session's own."""
        files = StreamWrite(
            stream_id=workspace_id(self.workspace.session_id),
            expected_version=self.begun.version,
            events=self.begun.events,
        )
        return [files, *self.begun.taken_over]


class Maker:
    """Raises QuarterdeckError where it cannot be made; then nothing of the jail is left, but the files may be."""

    def __init__(self, ports: WorkerPorts) -> None:
        self._ports = ports
        self._rebuilder = Rebuilder(ports)

    async def make(self, session_id: UUID, opened: OpenSession, home: project.Project) -> Made:
        asked = limits.within(self._ports.settings, home.settings.limits, opened.asked)
        context = await context_of(self._ports.journal, opened.task)
        preparing = asyncio.create_task(self._prepare(session_id, opened, home, quota_of(asked)), name="preparation")
        spec = self.spec_of(session_id, preparing, asked, opened.project_id, home.settings, context)
        try:
            with tracing.span("jail create"):
                jail = await self._ports.driver.create(spec)
        except asyncio.CancelledError:
            await end([preparing])
            raise
        except Exception:
            # what was made can be taken down when nothing more is made
            await asyncio.gather(preparing, return_exceptions=True)
            raise
        try:
            prepared = await preparing
            if home.settings.strict_limits:
                limits.refuse_unkept((*jail.limits, *told(prepared)))
            begun = await self._begin(opened, prepared, jail, home.settings)
            return Made(prepared, jail, await self._ports.networks.apply(session_id, opened), begun, context)
        except BaseException:
            await jail.destroy()
            raise

    async def is_newest(self, made: Made) -> bool:
        """What it was made anew from, where it was."""
        return not made.begun.taken_over or await self._rebuilder.is_still_so(made.begun, made.workspace)

    def spec_of(
        self,
        session_id: UUID,
        workspace: PreparedWorkspace | asyncio.Future[PreparedWorkspace],
        asked: LimitsAsked,
        project_id: UUID,
        settings: ProjectSettings,
        context: TaskContext,
        driver: str = "",
    ) -> JailSpec:
        """`asked` is what the worker allows of what was asked for; `driver` made the session's jail before."""
        kept = limits.of_jail(asked, self._ports.settings.output_limit_bytes)
        log = ImageBuildLog(self._ports, session_id)
        return jails.spec(session_id, workspace, kept, project_id, settings, log, driver, context.documents)

    async def _base_commit(self, session_id: UUID, opened: OpenSession, home: project.Project) -> str | None:
        """That the session has to begin with; None: where its branch is now."""
        if not opened.came_from:
            return opened.fork.base_commit if opened.fork else None
        with suppress(QuarterdeckError):
            # this host may never have seen it, and need not where it has
            await self._ports.workspaces.mirror(opened.project_id, home.repository)
        files = await self._ports.journal.read(WORKSPACE, workspace_id(session_id))
        return workspace.existing(files.state).base_commit

    async def _prepare(
        self, session_id: UUID, opened: OpenSession, home: project.Project, quota: WorkspaceQuota
    ) -> PreparedWorkspace:
        with tracing.span("workspace prepare"):
            return await self._ports.workspaces.prepare(
                session_id,
                opened.project_id,
                home.repository,
                opened.ref,
                quota,
                commit=await self._base_commit(session_id, opened, home),
            )

    async def _begin(
        self, opened: OpenSession, prepared: PreparedWorkspace, jail: Jail, settings: ProjectSettings
    ) -> Begun:
        if opened.came_from:
            return await self._rebuilder.rebuild(opened, prepared, jail, settings)
        first = WorkspacePrepared(
            session_id=prepared.session_id,
            kind=prepared.kind,
            base_commit=prepared.base_commit,
            tree=prepared.tree,
            notes=prepared.notes,
        )
        then: tuple[WorkspaceEvent, ...] = ()
        if opened.fork is not None:
            found = await self._take_over(opened.fork, opened, prepared, jail, settings)
            then = workspace.take_snapshot(workspace.prepared(first), found)
        return Begun(workspace.NoWorkspace(), 0, (first, *then))

    async def _take_over(
        self,
        fork: SessionForked,
        opened: OpenSession,
        prepared: PreparedWorkspace,
        jail: Jail,
        settings: ProjectSettings,
    ) -> SnapshotTaken:
        """Gives a fork the files, and the shell, of the point that it starts from."""
        source, workspaces = fork.source_session_id, self._ports.workspaces
        await self._ports.retriever.retrieve(Home(session_id=source, project_id=opened.project_id))
        steps = workspaces.steps(source, opened.project_id, prepared.tree, fork.tree)
        shell = await workspaces.shell(source, fork.point)
        await change(jail, steps, shell)
        own = prepared.session_id
        await workspaces.keep_shell(own, workspace_id(own), shell, known=shell is not None)
        found = await workspaces.tree(prepared.session_id, prepared.tree, keep_ignored=settings.keep_ignored)
        return taken(found, None)
