"""Ending a session: its commands, its jail, a last snapshot, and then its copy of the repository."""

from uuid import UUID

import structlog

from quarterdeck.application.endings import Endings
from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.ports.log import StreamWrite
from quarterdeck.application.ports.workspaces import WorkspaceTree
from quarterdeck.application.streams import COMMAND, PROJECT, SESSION, WORKSPACE
from quarterdeck.domain import session, workspace
from quarterdeck.domain.command import RequestedCommand, RunningCommand
from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.domain.project import Project
from quarterdeck.domain.session_state import (
    LIVE,
    LiveSession,
    NoSession,
    OpenSession,
    ReadySession,
)
from quarterdeck.domain.workspace import Workspace, workspace_id
from quarterdeck.jail.errors import JailError
from quarterdeck.worker.commands import CommandRunner
from quarterdeck.worker.files import taken
from quarterdeck.worker.marks import Marks
from quarterdeck.worker.pausing import Pauser
from quarterdeck.worker.ports import WorkerPorts
from quarterdeck.worker.sessions import HeldSession, Sessions

logger = structlog.get_logger(__name__)

KILL_SECONDS = 10.0
"""So long a command may take to end after it was killed; then it counts as lost."""


class Closer:
    def __init__(
        self,
        ports: WorkerPorts,
        sessions: Sessions,
        runner: CommandRunner,
        pauser: Pauser,
        endings: Endings,
        marks: Marks,
    ) -> None:
        self._pauser = pauser
        self._ports, self._sessions, self._runner = ports, sessions, runner
        self._endings, self._marks = endings, marks

    async def close(self, held: HeldSession) -> None:
        """Raises where no last snapshot can be taken: then everything but the jail stays, to be tried again."""
        if held.closing:
            return
        held.closing = True
        try:
            await self._pauser.wake(held)
            await self._end_commands(held)
            await self._destroy(held)
            await self._ports.networks.end(held.session_id)
            await self.finish(held.session_id)
        except BaseException:
            held.closing = False
            raise
        self._sessions.drop(held.session_id)

    async def finish(self, session_id: UUID) -> None:
        """Logs the end of a session without a jail, then discards its files, which are kept as a tree."""
        tree, used = await self._last_tree(session_id), await self._used(session_id)
        await self._log_end(session_id, tree, used)
        await self._ports.workspaces.discard(session_id)
        self._marks.clear(session_id)
        self._ports.archiver.hurry.set()

    async def _end_commands(self, held: HeldSession) -> None:
        for asked in held.commands.close():
            await self._endings.never_ran(asked.command_id, held.files.tree)
        for command_id in held.commands.running:
            await self._runner.cancel(held, command_id)
        if not await held.commands.idle(KILL_SECONDS):
            await held.commands.abandon()
        await self._end_what_is_left(held.session_id, held.files.tree)

    async def _end_what_is_left(self, session_id: UUID, tree: str) -> None:
        """Commands that were asked for and never came here, and those that would not end."""
        for command_id in await self._ports.journal.commands_of(session_id):
            match (await self._ports.journal.read(COMMAND, command_id)).state:
                case RequestedCommand():
                    await self._endings.never_ran(command_id, tree)
                case RunningCommand():
                    await self._endings.lost(command_id, "It did not end when its session was closed.")
                case _:
                    pass

    async def _destroy(self, held: HeldSession) -> None:
        try:
            await held.jail.destroy()
        except JailError as error:
            logger.warning("a jail is left for the next reconciliation", error=error.message)

    async def _last_tree(self, session_id: UUID) -> WorkspaceTree:
        read = await self._ports.journal.read(WORKSPACE, workspace_id(session_id))
        known = read.state.tree if isinstance(read.state, Workspace) else ""
        prepared = await self._ports.workspaces.find_prepared(session_id)
        if prepared is None:
            return WorkspaceTree(tree=known)
        keep_ignored = await self._keeps_ignored(session_id)
        return await self._ports.workspaces.tree(session_id, known or prepared.tree, keep_ignored=keep_ignored)

    async def _used(self, session_id: UUID) -> tuple[int, int] | None:
        """No session stays open because its disk cannot be measured."""
        try:
            use = await self._ports.workspaces.use(session_id)
        except (OSError, QuarterdeckError) as error:
            logger.warning("a session's disk could not be measured", session=str(session_id), error=str(error))
            return None
        return (use.bytes, use.files) if use else None

    async def _keeps_ignored(self, session_id: UUID) -> bool:
        opened = (await self._ports.journal.read(SESSION, session_id)).state
        if isinstance(opened, NoSession):
            return False
        home = (await self._ports.journal.read(PROJECT, opened.project_id)).state
        return isinstance(home, Project) and home.settings.keep_ignored

    async def _log_end(self, session_id: UUID, last: WorkspaceTree, used: tuple[int, int] | None) -> None:
        """Nothing where the session lives on another worker."""
        while True:
            place = await self._ports.journal.read(SESSION, session_id)
            files = await self._ports.journal.read(WORKSPACE, workspace_id(session_id))
            ends = isinstance(place.state, LIVE) and self._is_closing_here(place.state)
            if isinstance(place.state, LIVE) and not (ends or self._is_taken_up_from_here(place.state)):
                return
            writes: list[StreamWrite] = []
            if isinstance(files.state, Workspace) and not files.state.discarded:
                gone = workspace.discard(files.state, taken(last, None), used)
                writes.append(StreamWrite(stream_id=files.stream_id, expected_version=files.version, events=gone))
            if isinstance(place.state, LIVE) and ends:
                closed = session.close(place.state, f"{place.state.closing_reason} {_kept(last)}".strip())
                writes.append(StreamWrite(stream_id=session_id, expected_version=place.version, events=closed))
            if not writes:
                return
            try:
                await self._ports.journal.append(writes, (place.events or files.events)[-1])
                return
            except ConcurrencyError:
                continue

    def _is_closing_here(self, state: LiveSession) -> bool:
        return state.closing and isinstance(state, ReadySession) and state.worker_id == self._ports.worker_id

    def _is_taken_up_from_here(self, state: LiveSession) -> bool:
        """It was lost with this worker, and no other has it yet: what is found here is what it will be made from."""
        return isinstance(state, OpenSession) and state.came_from == self._ports.worker_id


NAMED = 20


def _kept(last: WorkspaceTree) -> str:
    said = f"The files are kept as tree {last.tree}." if last.tree else "No files were left to keep."
    if last.skipped:
        named = [f"{each.path}: {each.reason}" for each in last.skipped[:NAMED]]
        said += f" Not kept: {'; '.join(named)}"
        said += f" and {last.skipped_total - NAMED} more." if last.skipped_total > NAMED else "."
    return said
