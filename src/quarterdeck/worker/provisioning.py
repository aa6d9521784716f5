"""Making a session: when it is made, and what becomes of it in the log."""

from functools import partial
from uuid import UUID

import structlog

from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.journal import Read
from quarterdeck.application.ports.log import StreamWrite
from quarterdeck.application.streams import PROJECT, SESSION
from quarterdeck.domain import project, session, session_state, workspace
from quarterdeck.domain.base import fold
from quarterdeck.domain.errors import ConflictError, QuarterdeckError, UnavailableError
from quarterdeck.domain.limits import strictest
from quarterdeck.domain.project import ProjectSettings
from quarterdeck.domain.session_events import Limit, SessionEvent
from quarterdeck.domain.session_state import OpenSession, SessionState
from quarterdeck.jail.abstract import Jail
from quarterdeck.jail.errors import JailError
from quarterdeck.worker import time_limits
from quarterdeck.worker.commands import CommandRunner
from quarterdeck.worker.files import SessionFiles
from quarterdeck.worker.making import Made, Maker
from quarterdeck.worker.marks import Marks
from quarterdeck.worker.ports import WorkerPorts
from quarterdeck.worker.queue import Asked, CommandQueue
from quarterdeck.worker.sessions import HeldSession, Sessions
from quarterdeck.worker.wanted import while_wanted
from quarterdeck.worker.watch import Watch

logger = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0
"""So often it is asked whether a session that takes long to make was closed meanwhile."""


class Provisioner:
    def __init__(self, ports: WorkerPorts, sessions: Sessions, runner: CommandRunner, marks: Marks) -> None:
        self._ports, self._sessions, self._runner, self._marks = ports, sessions, runner, marks
        self.maker = Maker(ports)

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
            making = self.maker.make(session_id, opened, home)
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

    async def _make_way(self, session_id: UUID) -> None:
        """For a session that is taken up again. Raises UnavailableError where an earlier copy of it is still here."""
        if await self._ports.workspaces.find_prepared(session_id) is not None:
            self._ports.alarm.set()
            raise UnavailableError("The session's earlier copy has to be put away first.")
        await self._ports.archiver.send(session_id)

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
            if isinstance(read.state, OpenSession) and not await self.maker.is_newest(made):
                raise UnavailableError("The session's worker came back, and has stored more of it.")

    def _is_ours(self, state: SessionState) -> bool:
        """Only this process writes in this worker's name: then the append went through unheard."""
        return isinstance(state, session_state.ReadySession) and state.worker_id == self._ports.worker_id

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
