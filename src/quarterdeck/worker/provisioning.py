"""Making a session: its files, its jail, and the two events that say so."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import structlog

from quarterdeck.application import tracing
from quarterdeck.application.background import end
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.journal import Read
from quarterdeck.application.ports.log import StreamWrite
from quarterdeck.application.ports.workspaces import PreparedWorkspace, WorkspaceQuota
from quarterdeck.application.streams import PROJECT, SESSION, WORKSPACE
from quarterdeck.application.trees import Home
from quarterdeck.domain import project, session, workspace
from quarterdeck.domain.base import fold
from quarterdeck.domain.errors import ConflictError, QuarterdeckError, UnavailableError
from quarterdeck.domain.limits import LimitsAsked, strictest
from quarterdeck.domain.project import ProjectSettings
from quarterdeck.domain.session import Limit, OpenSession, SessionEvent, SessionForked, SessionState
from quarterdeck.domain.workspace import SnapshotTaken, WorkspaceEvent, WorkspacePrepared, workspace_id
from quarterdeck.jail.abstract import Jail, JailSpec
from quarterdeck.jail.errors import JailError
from quarterdeck.worker import jails, limits, time_limits
from quarterdeck.worker.changing import change
from quarterdeck.worker.commands import CommandRunner
from quarterdeck.worker.files import SessionFiles, taken
from quarterdeck.worker.image_builds import ImageBuildLog
from quarterdeck.worker.marks import Marks
from quarterdeck.worker.ports import WorkerPorts
from quarterdeck.worker.queue import Asked, CommandQueue
from quarterdeck.worker.quota import quota_of, told
from quarterdeck.worker.rebuilding import Begun, Rebuilder
from quarterdeck.worker.sessions import HeldSession, Sessions
from quarterdeck.worker.task_context import TaskContext, context_of
from quarterdeck.worker.wanted import while_wanted
from quarterdeck.worker.watch import Watch

logger = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0
"""So often it is asked whether a session that takes long to make was closed meanwhile."""


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


class Provisioner:
    def __init__(self, ports: WorkerPorts, sessions: Sessions, runner: CommandRunner, marks: Marks) -> None:
        self._ports, self._sessions, self._runner, self._marks = ports, sessions, runner, marks
        self._rebuilder = Rebuilder(ports)

    async def provision(self, session_id: UUID) -> bool:
        """False: there is no room for it here now. Any other outcome is in the log when this returns."""
        read = await self._ports.journal.read(SESSION, session_id)
        if not isinstance(read.state, OpenSession) or self._sessions.is_reserved(session_id):
            return True
        if read.state.fork and read.state.fork.worker_id != self._ports.worker_id:
            # the sweep rings where the files are
            return True
        if read.state.came_from:
            await self._make_way(session_id)
        if not self._sessions.reserve(session_id):
            return False
        try:
            most = self._ports.settings.max_attempts
            if self._marks.attempt(session_id) > most:
                await self.fail(session_id, f"It failed {most} times; the worker's log says how.", "Open another.")
                self._marks.clear(session_id)
            else:
                await self._provision(read, read.state)
        finally:
            self._sessions.release(session_id)
        return True

    async def fail(self, session_id: UUID, reason: str, next_step: str) -> None:
        def decide(state: SessionState) -> tuple[SessionEvent, ...]:
            if not isinstance(state, OpenSession):
                return ()
            return session.fail_provisioning(state, reason=reason, next_step=next_step)

        await self._ports.journal.decide(SESSION, session_id, decide)

    def hold(
        self, session_id: UUID, project_id: UUID, jail: Jail, files: SessionFiles, settings: ProjectSettings
    ) -> HeldSession:
        """From here on the session takes commands."""
        held = HeldSession(session_id, project_id, jail, files)

        async def run(asked: Asked) -> None:
            await self._runner.run(held, asked)

        held.commands = CommandQueue(settings.max_commands_per_session, run)
        held.watch = Watch(self._ports, held)
        held.follow(settings)
        self._sessions.hold(held)
        return held

    async def settings_of(self, project_id: UUID) -> project.Project:
        return project.existing((await self._ports.journal.read(PROJECT, project_id)).state)

    async def _provision(self, read: Read[SessionState], opened: OpenSession) -> None:
        session_id = read.stream_id
        home = await self.settings_of(opened.project_id)
        try:
            making = self._make(session_id, opened, home)
            made = await while_wanted(making, partial(self._is_open, session_id), LOOK_SECONDS)
        except QuarterdeckError as error:
            # a jail that cannot be made may say what the repository had it print
            reason = self._ports.patterns.masked(error.message)
            logger.warning("a session cannot be made", session=str(session_id), error=reason)
            await self._take_down(session_id, None)
            await self.fail(session_id, reason, error.next_step)
            return
        if made is None:
            logger.info("a session was closed while it was being made", session=str(session_id))
            await self._take_down(session_id, None)
            return
        try:
            ours = await self._announce(read, made, time_limits.told(strictest(home.settings.limits, opened.asked)))
        except UnavailableError:
            await self._take_down(session_id, made.jail)
            raise
        if not ours:
            await self._take_down(session_id, made.jail)
            return
        begun = made.begun
        known = workspace.existing(fold(workspace.evolve, begun.before, begun.events))
        version = begun.version + len(begun.events)
        files = SessionFiles(session_id, self._ports.workspaces, known, version, settled=True)
        held = self.hold(session_id, opened.project_id, made.jail, files, home.settings)
        held.environment, held.task_environment = made.environment, made.context.environment
        await self._follow_network(held, opened)

    async def _follow_network(self, held: HeldSession, opened: OpenSession) -> None:
        """What changed a list while the session was made did not look for it here."""
        try:
            if not await self._ports.networks.is_current(held.session_id, opened):
                held.environment = await self._ports.networks.apply(held.session_id, opened)
        except JailError as error:
            logger.warning("a session has no network", session=str(held.session_id), error=error.message)

    async def _is_open(self, session_id: UUID) -> bool:
        return isinstance((await self._ports.journal.read(SESSION, session_id)).state, OpenSession)

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

    async def _make_way(self, session_id: UUID) -> None:
        """For a session that is taken up again. Raises UnavailableError where an earlier copy of it is still here."""
        if await self._ports.workspaces.find_prepared(session_id) is not None:
            self._ports.alarm.set()
            raise UnavailableError("The session's earlier copy has to be put away first.")
        await self._ports.archiver.send(session_id)

    async def _base_commit(self, session_id: UUID, opened: OpenSession, home: project.Project) -> str | None:
        """That the session has to begin with; None: where its branch is now."""
        if not opened.came_from:
            return opened.fork.base_commit if opened.fork else None
        with suppress(QuarterdeckError):
            # this host may never have seen it, and need not where it has
            await self._ports.workspaces.mirror(opened.project_id, home.repository)
        files = await self._ports.journal.read(WORKSPACE, workspace_id(session_id))
        return workspace.existing(files.state).base_commit

    async def _make(self, session_id: UUID, opened: OpenSession, home: project.Project) -> Made:
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

    async def _announce(self, read: Read[SessionState], made: Made, times: tuple[Limit, ...]) -> bool:
        """False: another worker was first, or the session was closed meanwhile.

        Raises UnavailableError where what it was made anew from is not the newest any more.
        """
        while True:
            try:
                provisioned = session.provision(
                    read.state,
                    worker_id=self._ports.worker_id,
                    jail_driver=made.jail.driver,
                    workspace_kind=made.workspace.kind,
                    base_commit=made.workspace.base_commit,
                    limits=(*made.limits, *times),
                    rebuilt=made.begun.detail,
                )
            except ConflictError:
                return self._is_ours(read.state)
            own = StreamWrite(stream_id=read.stream_id, expected_version=read.version, events=provisioned)
            try:
                await self._ports.journal.append([*made.writes, own], read.events[-1])
                return True
            except ConcurrencyError:
                read = await self._ports.journal.read(SESSION, read.stream_id)
            if isinstance(read.state, OpenSession) and not await self._is_newest(made):
                raise UnavailableError("The session's worker came back, and has stored more of it.")

    async def _is_newest(self, made: Made) -> bool:
        return not made.begun.taken_over or await self._rebuilder.is_still_so(made.begun, made.workspace)

    def _is_ours(self, state: SessionState) -> bool:
        """Only this process writes in this worker's name: then the append went through unheard."""
        return isinstance(state, session.ReadySession) and state.worker_id == self._ports.worker_id

    async def _take_down(self, session_id: UUID, jail: Jail | None) -> None:
        """Removes what was made for a session that is not ours after all. No command has run in it."""
        try:
            if jail:
                await jail.destroy()
            await self._ports.networks.end(session_id)
            await self._ports.workspaces.discard(session_id)
            await self._ports.archiver.forget(session_id)
            self._marks.clear(session_id)
        except QuarterdeckError as error:
            logger.warning(
                "something is left for the next reconciliation", session=str(session_id), error=error.message
            )
